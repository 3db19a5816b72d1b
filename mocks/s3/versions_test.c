/* Versions of objects, delete markers, and the listings of both. */
#include "mocks/s3/testing.h"

#define CALL(...) testing_call(t, __VA_ARGS__)
#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define SAYS_NOT(text) CU_ASSERT_FALSE(testing_says(t, text))
#define STATUS(word)                                                           \
    "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/" \
    "\"><Status>" word "</Status></VersioningConfiguration>"
#define TURN(word)                                                             \
    CU_ASSERT_EQUAL(                                                           \
        CALL("PUT", "/data-lake", "versioning", NULL, STATUS(word)), 200)

struct ids {
    char text[4][40];
};

static struct testing *start(void)
{
    struct testing *t =
        testing_new("{\"anonymous\": true, \"profile\": \"aws\"}");

    t->unsigned_ = true;
    return t;
}

static void keep_id(struct testing *t, char out[40])
{
    const char *id = answer_get(&t->x.answer, "x-amz-version-id");

    CU_ASSERT_PTR_NOT_NULL_FATAL(id);
    snprintf(out, 40, "%s", id);
}

static int get(struct testing *t, const char *id)
{
    char query[80];

    snprintf(query, sizeof(query), "versionId=%s", id);
    return CALL("GET", "/data-lake/k", query, NULL, NULL);
}

static int drop(struct testing *t, const char *id)
{
    char query[80];

    snprintf(query, sizeof(query), "versionId=%s", id);
    return CALL("DELETE", "/data-lake/k", query, NULL, NULL);
}

/* "null", two versions and a delete marker on top. */
static struct testing *filled(struct ids *ids)
{
    struct testing *t = start();

    CALL("PUT", "/data-lake/k", "", NULL, "zero");
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "x-amz-version-id"));
    TURN("Enabled");
    CALL("PUT", "/data-lake/k", "", NULL, "one");
    keep_id(t, ids->text[1]);
    CALL("PUT", "/data-lake/k", "", NULL, "two");
    keep_id(t, ids->text[2]);
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake/k", "", NULL, NULL), 204);
    CU_ASSERT(testing_header(t, "x-amz-delete-marker", "true"));
    keep_id(t, ids->text[3]);
    return t;
}

static void every_put_is_a_version(void)
{
    struct ids ids;
    struct testing *t = filled(&ids);

    CU_ASSERT_EQUAL(get(t, ids.text[1]), 200);
    CU_ASSERT_STRING_EQUAL(t->body, "one");
    CU_ASSERT(testing_header(t, "x-amz-version-id", ids.text[1]));
    CU_ASSERT_EQUAL(get(t, ids.text[2]), 200);
    CU_ASSERT_STRING_EQUAL(t->body, "two");
    CU_ASSERT_EQUAL(get(t, "null"), 200);
    CU_ASSERT_STRING_EQUAL(t->body, "zero");
    CU_ASSERT_EQUAL(get(t, "0123456789abcdef0123456789abcdef"), 404);
    SAYS("<Code>NoSuchVersion</Code>");
    CU_ASSERT_EQUAL(get(t, "no-version"), 400);
    SAYS("<ArgumentName>versionId</ArgumentName>");
    CALL("GET", "/data-lake", "versioning", NULL, NULL);
    SAYS(STATUS("Enabled"));
    testing_free(t);
}

static void a_delete_marker_hides_the_key(void)
{
    struct ids ids;
    struct testing *t = filled(&ids);

    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 404);
    CU_ASSERT(testing_header(t, "x-amz-delete-marker", "true"));
    CU_ASSERT_EQUAL(get(t, ids.text[3]), 405);
    CU_ASSERT(testing_header(t, "Allow", "DELETE"));
    CALL("GET", "/data-lake", "list-type=2", NULL, NULL);
    SAYS("<KeyCount>0</KeyCount>");
    CU_ASSERT_EQUAL(
        CALL("PUT", "/data-lake/k", "", "If-None-Match: *\r\n", "new"), 200);
    testing_free(t);
}

static void removing_a_version_shows_the_one_below(void)
{
    struct ids ids;
    struct testing *t = filled(&ids);

    CU_ASSERT_EQUAL(drop(t, ids.text[3]), 204);
    CU_ASSERT(testing_header(t, "x-amz-delete-marker", "true"));
    CALL("GET", "/data-lake/k", "", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(t->body, "two");
    CU_ASSERT_EQUAL(drop(t, ids.text[2]), 204);
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "x-amz-delete-marker"));
    CALL("GET", "/data-lake/k", "", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(t->body, "one");
    CU_ASSERT_EQUAL(drop(t, ids.text[2]), 204); /* again: no error */
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake", "", NULL, NULL), 409);
    drop(t, ids.text[1]);
    drop(t, "null");
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake", "", NULL, NULL), 204);
    testing_free(t);
}

static void suspended_buckets_replace_the_null_version(void)
{
    struct ids ids;
    struct testing *t = filled(&ids);

    TURN("Suspended");
    CALL("PUT", "/data-lake/k", "", NULL, "nought");
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "x-amz-version-id"));
    get(t, "null");
    CU_ASSERT_STRING_EQUAL(t->body, "nought");
    CU_ASSERT_EQUAL(get(t, ids.text[1]), 200);
    CALL("DELETE", "/data-lake/k", "", NULL, NULL);
    CU_ASSERT(testing_header(t, "x-amz-delete-marker", "true"));
    CU_ASSERT(testing_header(t, "x-amz-version-id", "null"));
    CU_ASSERT_EQUAL(get(t, "null"), 405);
    CU_ASSERT_EQUAL(get(t, ids.text[2]), 200);
    testing_free(t);
}

static void versions_are_listed_in_pages(void)
{
    struct ids ids;
    struct testing *t = filled(&ids);
    char query[120];

    CALL("PUT", "/data-lake/a", "", NULL, "x");
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "versions", NULL, NULL), 200);
    CU_ASSERT(testing_operation(t, "ListObjectVersions"));
    SAYS("<DeleteMarker><Key>k</Key><VersionId>");
    SAYS("<IsLatest>true</IsLatest>");
    CU_ASSERT(strstr(t->body, ids.text[3]) < strstr(t->body, ids.text[2]));
    CU_ASSERT(strstr(t->body, ids.text[2]) < strstr(t->body, ids.text[1]));
    CU_ASSERT(strstr(t->body, ids.text[1]) < strstr(t->body, ">null<"));
    CALL("GET", "/data-lake", "max-keys=3&versions", NULL, NULL);
    SAYS("<IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>"
         "<NextVersionIdMarker>");
    snprintf(query, sizeof(query), "key-marker=k&version-id-marker=%s&versions",
             ids.text[2]);
    CALL("GET", "/data-lake", query, NULL, NULL);
    SAYS_NOT("<Key>a</Key>");
    SAYS_NOT(ids.text[3]);
    SAYS(ids.text[1]);
    SAYS("<VersionId>null</VersionId>");
    SAYS("<IsTruncated>false</IsTruncated></ListVersionsResult>");
    CALL("GET", "/data-lake", "key-marker=a&versions", NULL, NULL);
    SAYS(ids.text[3]);
    CALL("GET", "/data-lake", "versions&version-id-marker=null", NULL, NULL);
    SAYS("<ArgumentName>version-id-marker</ArgumentName>");
    testing_free(t);
}

static void an_unversioned_bucket_lists_null_versions(void)
{
    struct testing *t = start();

    CALL("PUT", "/data-lake/a/1", "", NULL, "x");
    CALL("PUT", "/data-lake/b", "", NULL, "x");
    CALL("GET", "/data-lake", "delimiter=%2F&versions", NULL, NULL);
    SAYS("<Version><Key>b</Key><VersionId>null</VersionId>"
         "<IsLatest>true</IsLatest>");
    SAYS("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>");
    CU_ASSERT_EQUAL(
        CALL("DELETE", "/data-lake/b", "versionId=null", NULL, NULL), 204);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/b", "", NULL, NULL), 404);
    testing_free(t);
}

static void markers_are_made_and_removed_in_batches(void)
{
    struct ids ids;
    struct testing *t = filled(&ids);
    char body[300];

    snprintf(body, sizeof(body),
             "<Delete><Object><Key>k</Key><VersionId>%s</VersionId></Object>"
             "<Object><Key>n</Key></Object><Object><Key>k</Key><VersionId>bad"
             "</VersionId></Object></Delete>",
             ids.text[3]);
    CU_ASSERT_EQUAL(
        CALL("POST", "/data-lake", "delete", testing_md5(body), body), 200);
    SAYS("<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>");
    SAYS("<Deleted><Key>n</Key><DeleteMarker>true</DeleteMarker>");
    SAYS("<Error><Key>k</Key><VersionId>bad</VersionId>"
         "<Code>InvalidArgument</Code>");
    CALL("GET", "/data-lake/k", "", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(t->body, "two");
    CALL("GET", "/data-lake", "prefix=n&versions", NULL, NULL);
    SAYS("<DeleteMarker><Key>n</Key>");
    testing_free(t);
}

static void wrong_documents_change_nothing(void)
{
    struct testing *t = start();

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "versioning", NULL, STATUS("On")),
                    400);
    SAYS("<Code>MalformedXML</Code>");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "versioning", NULL, "<x/>"), 400);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "versioning", NULL,
                         "<VersioningConfiguration/>"),
                    400);
    CALL("GET", "/data-lake", "versioning", NULL, NULL);
    SAYS("2006-03-01/\"></VersioningConfiguration>");
    testing_free(t);
}

UNIT_MAIN("s3/versions", UNIT(every_put_is_a_version),
          UNIT(a_delete_marker_hides_the_key),
          UNIT(removing_a_version_shows_the_one_below),
          UNIT(suspended_buckets_replace_the_null_version),
          UNIT(versions_are_listed_in_pages),
          UNIT(an_unversioned_bucket_lists_null_versions),
          UNIT(markers_are_made_and_removed_in_batches),
          UNIT(wrong_documents_change_nothing))
