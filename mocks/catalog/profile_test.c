/* Profiles: what they answer differently, and that the default does not. */
#include "mocks/catalog/testing.h"

#define REFERENCE                                                              \
    "{\"profile\":\"reference\",\"namespaces\":[\"a\",\"b\",\"c\"]}"
#define SPEC "{\"namespaces\":[\"a\",\"b\",\"c\"]}"

/* The status of one request to a catalog with these options. */
static int status(const char *options, const char *method, const char *path,
                  const char *body, const char *says)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, options));
    ask_how(&b, PLAIN, method, path, "", body);
    int got = b.status;
    if (says && !strstr(b.text, says)) {
        fprintf(stderr, "%s %s: %s\n", method, path, b.text);
        got = -1;
    }
    bench_stop(&b);
    return got;
}

static void a_body_that_cannot_be_read_is_a_page(void)
{
    CU_ASSERT_EQUAL(
        status(REFERENCE, "POST", "/v1/namespaces", "{", "\"url\":\"http://"),
        500);
    CU_ASSERT_EQUAL(status(SPEC, "POST", "/v1/namespaces", "{",
                           "\"type\":\"BadRequestException\""),
                    400);
}

static void paths_that_read_two_ways_are_refused(void)
{
    static const struct {
        const char *path, *says;
        int spec;
    } rows[] = {
        {"/v1/namespaces/a%2Fb", "Ambiguous URI path separator", 404},
        {"/v1/namespaces/a%25b", "Ambiguous URI path encoding", 404},
        {"/v1/namespaces/%2e%2E", "Ambiguous URI path segment", 404},
        {"/v1/namespaces//tables", "Ambiguous URI empty segment", 404},
        {"/v1/namespaces/%ff", "Bad UTF-8 encoding", 400},
        {"/v1/namespaces/a%5Cb", "Suspicious Path Character", 404},
        {"/v1/namespaces/%zz", "HTTP ERROR 400 Bad Request", 400},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT_EQUAL(
            status(REFERENCE, "GET", rows[i].path, NULL, rows[i].says), 400);
        CU_ASSERT_EQUAL(status(SPEC, "GET", rows[i].path, NULL, NULL),
                        rows[i].spec);
    }
}

static void size_alone_makes_pages(void)
{
    static const char list[] = "/v1/namespaces?pageSize=2";
    CU_ASSERT_EQUAL(status(REFERENCE, "GET", list, NULL,
                           "[[\"a\"],[\"b\"]],\"next-page-token\":\"2\""),
                    200);
    CU_ASSERT_EQUAL(status(REFERENCE, "GET",
                           "/v1/namespaces?pageSize=2&pageToken=2", NULL,
                           "[[\"c\"]],\"next-page-token\":null"),
                    200);
    CU_ASSERT_EQUAL(
        status(REFERENCE, "GET", "/v1/namespaces?pageSize=abc", NULL, NULL),
        500);
    CU_ASSERT_EQUAL(
        status(REFERENCE, "GET", "/v1/namespaces?pageSize=-1", NULL, NULL),
        400);
    CU_ASSERT_EQUAL(status(SPEC, "GET", list, NULL, "[\"c\"]"), 200);
}

static void tags_are_bare_and_of_the_query(void)
{
    struct bench b;
    char tag[128];
    CU_ASSERT_FATAL(bench_start(&b, REFERENCE));
    ask(&b, "POST", "/v1/namespaces/a/tables", SIMPLE_TABLE("t"));
    snprintf(tag, sizeof tag, "If-None-Match: %s\r\n", b.etag);
    CU_ASSERT_EQUAL(strlen(b.etag), 8);
    ask_how(&b, PLAIN, "GET", "/v1/namespaces/a/tables/t", tag, NULL);
    CU_ASSERT_EQUAL(b.status, 200);
    ask_how(&b, PLAIN, "GET", "/v1/namespaces/a/tables/t?snapshots=all", tag,
            NULL);
    CU_ASSERT_EQUAL(b.status, 304);
    bench_stop(&b);
}

#define VIEW                                                                   \
    "{\"name\":\"v\",\"schema\":" SIMPLE_SCHEMA ",\"view-version\":"           \
    "{\"version-id\":1,\"timestamp-ms\":1,\"schema-id\":0,\"summary\":"        \
    "{\"engine\":\"t\"},\"default-namespace\":[\"a\"],\"representations\":["   \
    "{\"type\":\"sql\",\"sql\":\"x\",\"dialect\":\"spark\"}]},"                \
    "\"properties\":{}}"

static void views_get_a_summary_of_its_own(void)
{
    CU_ASSERT_EQUAL(status(REFERENCE, "POST", "/v1/namespaces/a/views", VIEW,
                           "\"summary\":{\"iceberg-version\":\"Apache"),
                    200);
    CU_ASSERT_EQUAL(status(SPEC, "POST", "/v1/namespaces/a/views", VIEW,
                           "\"summary\":{\"engine\":\"t\"}"),
                    200);
}

static void registered_tables_are_not_overwritten(void)
{
    static const char body[] =
        "{\"name\":\"t\",\"metadata-location\":\"s3://a/b.metadata.json\","
        "\"overwrite\":true}";
    CU_ASSERT_EQUAL(status(REFERENCE, "POST", "/v1/namespaces/a/register", body,
                           "Registering tables with overwrite is not"),
                    406);
    CU_ASSERT_EQUAL(
        status(SPEC, "POST", "/v1/namespaces/a/register", body, NULL), 404);
}

static void types_of_later_versions_are_its_own_fault(void)
{
    static const char body[] =
        "{\"name\":\"t\",\"schema\":{\"type\":\"struct\",\"fields\":[{\"id\":1,"
        "\"name\":\"v\",\"required\":false,\"type\":\"variant\"}]}}";
    CU_ASSERT_EQUAL(status(REFERENCE, "POST", "/v1/namespaces/a/tables", body,
                           "IllegalStateException"),
                    500);
    CU_ASSERT_EQUAL(status(SPEC, "POST", "/v1/namespaces/a/tables", body,
                           "IllegalStateException"),
                    400);
}

static void announces_its_separator_but_not_its_keys(void)
{
    CU_ASSERT_EQUAL(
        status(REFERENCE, "GET", "/v1/config", NULL,
               "\"overrides\":{\"namespace-separator\":\"%2E\"},\"endpoints\""),
        200);
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, REFERENCE));
    ask(&b, "GET", "/v1/config", NULL);
    CU_ASSERT(!strstr(b.text, "idempotency-key-lifetime"));
    bench_stop(&b);
}

/* ---- the odd ones ---- */

#define WITH(profile)                                                          \
    "{\"profile\":\"" profile "\",\"namespaces\":[\"a\",\"b.c\"]}"

static void words_are_the_names(void)
{
    for (int i = 0; profile_words[i]; i++)
        CU_ASSERT_STRING_EQUAL(profile_words[i], profile_at(i)->name);
}

static void each_tells_failures_in_its_own_way(void)
{
    static const char space[] = "{\"namespace\":[\"a\"]}";
    static const struct {
        const char *options, *method, *path, *body;
        int status;
        const char *says;
    } rows[] = {
        {WITH("conflict-400"), "POST", "/v1/namespaces", space, 400,
         "\"type\":\"BadRequestException\",\"code\":400"},
        {WITH("conflict-404"), "POST", "/v1/namespaces", space, 404,
         "\"type\":\"NotFoundException\""},
        {WITH("conflict-500"), "POST", "/v1/namespaces", space, 500,
         "\"type\":\"InternalServerError\""},
        {WITH("conflict-503"), "POST", "/v1/namespaces", space, 503,
         "\"code\":503"},
        {WITH("absent-400"), "GET", "/v1/namespaces/a/tables/t", NULL, 400,
         "BadRequestException"},
        {WITH("absent-403"), "GET", "/v1/namespaces/a/tables/t", NULL, 403,
         "ForbiddenException"},
        {WITH("absent-500"), "GET", "/v1/namespaces/x", NULL, 500,
         "InternalServerError"},
        {WITH("any-absent"), "GET", "/v1/namespaces/a/views/v", NULL, 404,
         "NotFoundException"},
        {WITH("errors-200"), "GET", "/v1/namespaces/x", NULL, 200,
         "\"type\":\"NoSuchNamespaceException\",\"code\":404"},
        {WITH("errors-200"), "HEAD", "/v1/namespaces/x", NULL, 404, ""},
        {WITH("errors-text"), "GET", "/v1/namespaces/x", NULL, 404,
         "Namespace does not exist: x"},
        {WITH("codes-lie"), "GET", "/v1/namespaces/x", NULL, 404,
         "\"code\":409"},
        {WITH("minimal"), "HEAD", "/v1/namespaces/a", NULL, 404, ""},
        {WITH("minimal"), "GET", "/v1/namespaces/a/views/v", NULL, 404,
         "404 page not found"},
        {WITH("minimal"), "GET", "/v1/namespaces/a", NULL, 200, "\"a\""},
        {WITH("prefixed"), "GET", "/v1/namespaces", NULL, 400, "No route"},
        {WITH("prefixed"), "GET", "/api/catalog/v1/namespaces", NULL, 400,
         "No route"},
        {WITH("prefixed"), "GET",
         "/api/catalog/v1/warehouses/main/namespaces/a", NULL, 200, "\"a\""},
        {WITH("prefixed"), "GET", "/api/catalog/v1/config", NULL, 400,
         "No route"},
        {WITH("dot-separator"), "GET", "/v1/namespaces/b%2Ec", NULL, 200,
         "[\"b\",\"c\"]"},
        {WITH("dot-separator"), "GET", "/v1/namespaces/b%1Fc", NULL, 400,
         "Suspicious Path Character"},
        {SPEC, "POST", "/v1/namespaces", space, 409, "AlreadyExists"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT_EQUAL(status(rows[i].options, rows[i].method, rows[i].path,
                               rows[i].body, rows[i].says),
                        rows[i].status);
}

static void bare_errors_have_no_body(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, WITH("errors-bare")));
    ask(&b, "GET", "/v1/namespaces/x", NULL);
    CU_ASSERT_EQUAL(b.status, 404);
    CU_ASSERT_EQUAL(strlen(b.text), 0);
    bench_stop(&b);
}

static void the_minimal_one_advertises_what_it_has(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, WITH("minimal")));
    ask(&b, "GET", "/v1/config", NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(
        b.text, "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}\""));
    CU_ASSERT_PTR_NULL(strstr(b.text, "HEAD "));
    CU_ASSERT_PTR_NULL(strstr(b.text, "views"));
    CU_ASSERT_PTR_NULL(strstr(b.text, "transactions"));
    bench_stop(&b);
}

static void the_prefixed_one_says_where_it_lives(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, WITH("prefixed")));
    ask(&b, "GET", "/v1/config", NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(b.text, "/api/catalog\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(b.text, "\"prefix\":\"warehouses/main\""));
    bench_stop(&b);
}

UNIT_MAIN("catalog profiles", UNIT(a_body_that_cannot_be_read_is_a_page),
          UNIT(paths_that_read_two_ways_are_refused),
          UNIT(size_alone_makes_pages), UNIT(tags_are_bare_and_of_the_query),
          UNIT(views_get_a_summary_of_its_own),
          UNIT(registered_tables_are_not_overwritten),
          UNIT(types_of_later_versions_are_its_own_fault),
          UNIT(announces_its_separator_but_not_its_keys),
          UNIT(words_are_the_names), UNIT(each_tells_failures_in_its_own_way),
          UNIT(bare_errors_have_no_body),
          UNIT(the_minimal_one_advertises_what_it_has),
          UNIT(the_prefixed_one_says_where_it_lives))
