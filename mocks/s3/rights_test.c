/* What users may do, and what AccessDenied meets. */
#include "mocks/s3/testing.h"

#define CALL(...) testing_call(t, __VA_ARGS__)
#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define SAYS_NOT(text) CU_ASSERT_FALSE(testing_says(t, text))
#define COPY_FROM(what) "x-amz-copy-source: /data-lake/" what "\r\n"

/* root, a reader, and a tenant of data-lake/a/ and of the whole of own. */
static struct testing *start(const char *profile)
{
    char options[600];
    struct testing *t;

    snprintf(options, sizeof(options),
             "{\"profile\":\"%s\",\"buckets\":[\"data-lake\",\"own\",\"zoo\"],"
             "\"users\":[{\"key\":\"minioadmin\",\"secret\":\"minioadmin\"},"
             "{\"key\":\"reader\",\"secret\":\"minioadmin\","
             "\"read_only\":true},{\"key\":\"tenant\",\"secret\":"
             "\"minioadmin\",\"only\":[\"data-lake/a/\",\"own\"]}]}",
             profile);
    t = testing_new(options);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/a/1", "", NULL, "x"), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/b/1", "", NULL, "x"), 200);
    return t;
}

static void a_reader_changes_nothing(void)
{
    struct testing *t = start("minio");

    t->access_key = "reader";
    CU_ASSERT_EQUAL(CALL("GET", "/", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "list-type=2", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("HEAD", "/data-lake/a/1", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/a/2", "", NULL, "x"), 403);
    SAYS("<Code>AccessDenied</Code>");
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake/a/1", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("POST", "/data-lake/a/1", "uploads", NULL, ""), 403);
    CU_ASSERT_EQUAL(CALL("PUT", "/new-bucket", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/a/2", "", NULL, NULL), 404);
    testing_free(t);
}

static void a_tenant_stays_below_its_prefix(void)
{
    static const struct {
        const char *method, *path, *query;
        int status;
    } rows[] = {
        {"GET", "/data-lake/a/1", "", 200},
        {"GET", "/data-lake/b/1", "", 403},
        {"GET", "/data-lake/a", "", 403},
        {"HEAD", "/data-lake/b/1", "", 403},
        {"DELETE", "/data-lake/b/1", "", 403},
        {"GET", "/data-lake", "list-type=2&prefix=a%2F", 200},
        {"GET", "/data-lake", "list-type=2&prefix=a%2Fdeep", 200},
        {"GET", "/data-lake", "list-type=2&prefix=a", 403},
        {"GET", "/data-lake", "list-type=2", 403},
        {"GET", "/data-lake", "", 403},
        {"GET", "/data-lake", "prefix=a%2F&versions=", 200},
        {"GET", "/data-lake", "prefix=a%2F&tagging=", 403},
        {"HEAD", "/data-lake", "", 200},
        {"GET", "/data-lake", "location=", 200},
        {"GET", "/zoo", "location=", 403},
        {"GET", "/own", "list-type=2", 200},
        {"HEAD", "/own", "", 200},
        {"DELETE", "/own", "", 204},
        {"PUT", "/own", "", 200},
        {"PUT", "/owner", "", 403},
        {"GET", "/nowhere/k", "", 404},
    };
    struct testing *t = start("minio");

    t->access_key = "tenant";
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int status =
            CALL(rows[i].method, rows[i].path, rows[i].query, NULL, NULL);

        if (status != rows[i].status)
            printf("\n    %s %s?%s: %d\n", rows[i].method, rows[i].path,
                   rows[i].query, status);
        CU_ASSERT_EQUAL(status, rows[i].status);
    }
    testing_free(t);
}

static void a_copy_needs_both_ends(void)
{
    struct testing *t = start("minio");

    t->access_key = "tenant";
    t->also_signed = ";x-amz-copy-source";
    t->also_lines = "x-amz-copy-source:/data-lake/b/1\n";
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/a/2", "", COPY_FROM("b/1"), NULL),
                    403);
    SAYS("<Code>AccessDenied</Code><Message>Access Denied");
    t->also_lines = "x-amz-copy-source:/data-lake/a/1\n";
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/a/2", "", COPY_FROM("a/1"), NULL),
                    200);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/b/2", "", COPY_FROM("a/1"), NULL),
                    403);
    testing_free(t);
}

static void deletes_are_refused_key_by_key(void)
{
    static const char body[] =
        "<Delete><Object><Key>a/1</Key></Object><Object><Key>b/1</Key>"
        "</Object></Delete>";
    struct testing *t = start("minio");

    t->access_key = "tenant";
    CU_ASSERT_EQUAL(
        CALL("POST", "/data-lake", "delete=", testing_md5(body), body), 200);
    SAYS("<Deleted><Key>a/1</Key></Deleted>");
    SAYS("<Error><Key>b/1</Key><Code>AccessDenied</Code>");
    t->access_key = NULL;
    CU_ASSERT_EQUAL(CALL("HEAD", "/data-lake/b/1", "", NULL, NULL), 200);
    t->access_key = "reader";
    CU_ASSERT_EQUAL(
        CALL("POST", "/data-lake", "delete=", testing_md5(body), body), 200);
    SAYS_NOT("<Deleted>");
    testing_free(t);
}

static void buckets_out_of_reach_are_not_shown(void)
{
    struct testing *t = start("minio");

    t->access_key = "tenant";
    CU_ASSERT_EQUAL(CALL("GET", "/", "", NULL, NULL), 200);
    SAYS("<Name>data-lake</Name>");
    SAYS("<Name>own</Name>");
    SAYS_NOT("<Name>zoo</Name>");
    testing_free(t);
    t = start("aws");
    t->access_key = "tenant";
    CU_ASSERT_EQUAL(CALL("GET", "/", "", NULL, NULL), 403);
    SAYS("<Code>AccessDenied</Code>");
    testing_free(t);
    t = testing_new("{\"users\":[{\"key\":\"minioadmin\",\"secret\":"
                    "\"minioadmin\",\"only\":\"elsewhere\"}]}");
    CU_ASSERT_EQUAL(CALL("GET", "/", "", NULL, NULL), 403);
    testing_free(t);
}

static bool refused(const char *options, const char *says)
{
    cJSON *tree = cJSON_Parse(options);
    struct clock clock = {NULL, NULL, NULL};
    char why[200] = "";
    struct s3 *s = s3_new(tree, &clock, 1, NULL, why);

    cJSON_Delete(tree);
    CU_ASSERT_PTR_NULL(s);
    if (!strstr(why, says))
        printf("\n    %s\n", why);
    return !s && strstr(why, says);
}

static void places_that_name_no_bucket_are_told(void)
{
    CU_ASSERT(refused("{\"users\":[{\"key\":\"ann\",\"secret\":\"a\"},{\"key\":"
                      "\"bob\",\"secret\":\"b\",\"only\":[\"lake\","
                      "\"s3://lake/x\"]}]}",
                      "users[1].only: \"s3://lake/x\" must begin"));
    CU_ASSERT(
        refused("{\"sessions\":[{\"key\":\"k\",\"secret\":\"s\",\"token\":"
                "\"t\",\"lifetime\":\"1m\",\"only\":\"*\"}]}",
                "sessions[0].only: \"*\" must begin"));
    CU_ASSERT(
        refused("{\"sessions\":[{\"key\":\"k\",\"secret\":\"s\",\"token\":"
                "\"t\",\"lifetime\":\"1m\",\"user\":\"nobody\"}]}",
                "sessions[0].user: nobody has this key"));
}

UNIT_MAIN("s3 rights", UNIT(a_reader_changes_nothing),
          UNIT(a_tenant_stays_below_its_prefix), UNIT(a_copy_needs_both_ends),
          UNIT(deletes_are_refused_key_by_key),
          UNIT(buckets_out_of_reach_are_not_shown),
          UNIT(places_that_name_no_bucket_are_told))
