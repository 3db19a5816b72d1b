/* manners_test: MinIO's smaller manners, where AWS has others. Each was seen at
 * the server itself (ci/minio). */
#include "mocks/s3/testing.h"

#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define HEADER(name, value) CU_ASSERT(testing_header(t, name, value))
#define CALL(...) testing_call(t, __VA_ARGS__)
#define GET(path, query) CALL("GET", path, query, NULL, NULL)
#define K "/data-lake/k"
#define TAG "\"5d41402abc4b2a76b9719d911017c592\""

static void refused(struct testing *t, int status, const char *code)
{
    char element[80];

    snprintf(element, sizeof(element), "<Code>%s</Code>", code);
    CU_ASSERT_EQUAL(t->x.answer.status, status);
    SAYS(element);
}

static void suspend(struct testing *t, const char *state)
{
    char body[200];

    snprintf(body, sizeof(body),
             "<VersioningConfiguration><Status>%s</Status>"
             "</VersioningConfiguration>",
             state);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "versioning=", NULL, body), 200);
}

static void the_null_version_is_not_told(void)
{
    struct testing *t = testing_new(NULL);

    CALL("PUT", K, "", NULL, "hello");
    suspend(t, "Suspended");
    GET(K, "");
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "x-amz-version-id"));
    CU_ASSERT_EQUAL(CALL("DELETE", K, "", NULL, NULL), 204);
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "x-amz-version-id"));
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "x-amz-delete-marker"));
    suspend(t, "Enabled");
    CALL("DELETE", K, "", NULL, NULL); /* what is marked is not marked again */
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "x-amz-delete-marker"));
    GET(K, "");
    HEADER("x-amz-delete-marker", "true");
    HEADER("x-amz-version-id", "null");
    GET(K, "versionId=x");
    refused(t, 400, "InvalidArgument");
    SAYS("Invalid version id specified");
    CALL("PUT", K, "", NULL, "hello");
    CU_ASSERT_EQUAL(GET(K, "versionId="), 200);
    testing_free(t);
}

static void refused_conditions_tell_the_object(void)
{
    struct testing *t = testing_new(NULL);

    CALL("PUT", K, "", NULL, "hello");
    CU_ASSERT_EQUAL(CALL("GET", K, "", "If-Match: \"x\"\r\n", NULL), 412);
    HEADER("ETag", TAG);
    HEADER("Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT");
    CU_ASSERT_EQUAL(CALL("HEAD", K, "", "If-Match: \"x\"\r\n", NULL), 412);
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "x-minio-error-code"));
    CU_ASSERT_EQUAL(CALL("PUT", K, "", "If-None-Match: *\r\n", "x"), 412);
    HEADER("ETag", TAG);
    /* one tag, no list; the date counts beside If-None-Match */
    CU_ASSERT_EQUAL(
        CALL("GET", K, "", "If-None-Match: \"x\", " TAG "\r\n", NULL), 200);
    CU_ASSERT_EQUAL(CALL("GET", K, "",
                         "If-Match: " TAG "\r\nIf-Unmodified-Since: "
                         "Tue, 14 Nov 2023 22:13:19 GMT\r\n",
                         NULL),
                    200);
    CU_ASSERT_EQUAL(CALL("GET", K, "",
                         "If-None-Match: \"x\"\r\nIf-Modified-Since: "
                         "Tue, 14 Nov 2023 22:13:20 GMT\r\n",
                         NULL),
                    304);
    testing_free(t);
}

static void ranges_are_repeated_as_they_were_read(void)
{
    struct testing *t = testing_new(NULL);

    CALL("PUT", K, "", NULL, "hello");
    CALL("GET", K, "", "Range: bytes=9-\r\n", NULL);
    refused(t, 416, "InvalidRange");
    SAYS("The requested range 'bytes=9--1' is not satisfiable");
    SAYS("<ActualObjectSize>5</ActualObjectSize>"
         "<RangeRequested>9--1</RangeRequested>");
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "Content-Range"));
    CALL("GET", K, "", "Range: bytes=-0\r\n", NULL);
    refused(t, 416, "InvalidRange");
    CU_ASSERT_FALSE(testing_says(t, "<RangeRequested>"));
    CU_ASSERT_EQUAL(CALL("HEAD", K, "", "Range: bytes=9-\r\n", NULL), 416);
    HEADER("ETag", TAG);
    HEADER("x-minio-error-code", "InvalidRange");
    testing_free(t);
}

static void copies_tell_in_headers(void)
{
    struct testing *t = testing_new(NULL);
#define FROM(source) "x-amz-copy-source: " source "\r\n"

    CALL("PUT", K, "", "x-amz-storage-class: REDUCED_REDUNDANCY\r\n", "hello");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/c", "", FROM("data-lake/k"), NULL),
                    200);
    HEADER("ETag", TAG);
    HEADER("x-amz-checksum-type", "FULL_OBJECT");
    CU_ASSERT_PTR_NOT_NULL(
        answer_get(&t->x.answer, "x-amz-checksum-crc64nvme"));
    CU_ASSERT_FALSE(testing_says(t, "<ChecksumType>"));
    GET("/data-lake/c", "");
    HEADER("x-amz-storage-class", "REDUCED_REDUNDANCY");
    CALL("PUT", "/data-lake/c", "", FROM("data-lake/none"), NULL);
    refused(t, 404, "NoSuchKey");
    SAYS("<Key>none</Key>"); /* the source's */
    testing_free(t);
}

static void calls_it_does_not_know_are_bad_requests(void)
{
    struct testing *t = testing_new(NULL);

    CALL("PATCH", K, "", NULL, NULL);
    refused(t, 400, "BadRequest");
    SAYS("An unsupported API call for method: PATCH at '/data-lake/k'");
    CALL("PUT", K, "", NULL, "hello");
    CU_ASSERT_EQUAL(GET(K, "website="), 200); /* of no meaning to a key */
    GET("/data-lake", "list-type=3");
    CU_ASSERT(testing_operation(t, "ListObjects"));
    GET("/data-lake//k", "");
    CU_ASSERT_STRING_EQUAL(t->body, "hello");
    GET("/data-lake/%00", "");
    refused(t, 400, "XMinioInvalidObjectName");
    testing_free(t);
}

static void listings_have_their_own_limits(void)
{
    struct testing *t = testing_new(NULL);

    CALL("PUT", "/data-lake/a%20b~", "", NULL, "x");
    CALL("PUT", K, "", NULL, "x");
    GET("/data-lake", "encoding-type=url&max-keys=1");
    SAYS("<Key>a+b%7E</Key>");
    SAYS("<NextMarker>a+b%7E</NextMarker>");
    GET("/data-lake", "max-keys=5000");
    SAYS("<MaxKeys>5000</MaxKeys>");
    GET("/data-lake", "max-keys=-1");
    refused(t, 400, "InvalidArgument");
    SAYS("Argument maxKeys must be an integer between 0 and 2147483647");
    GET("/data-lake", "marker=k&prefix=a");
    refused(t, 501, "NotImplemented");
    GET("/data-lake", "key-marker=k&prefix=a&versions=");
    refused(t, 501, "NotImplemented");
    GET("/data-lake", "versions=");
    SAYS("<NextVersionIdMarker></NextVersionIdMarker>");
    GET("/data-lake", "uploads=");
    SAYS("<MaxUploads>10000</MaxUploads>");
    testing_free(t);
}

static void tags_have_their_characters(void)
{
#define TAGS(key)                                                              \
    "<Tagging><TagSet><Tag><Key>" key "</Key><Value>v</Value></Tag></TagSet>"  \
    "</Tagging>"
    struct testing *t = testing_new(NULL);

    CALL("PUT", K, "", NULL, "x");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "tagging=", NULL, TAGS("a")),
                    200);
    GET("/data-lake", "tagging=");
    CU_ASSERT_STRING_EQUAL(t->body, TAGS("a"));
    CALL("PUT", K, "tagging=", NULL, TAGS("a*"));
    refused(t, 400, "InvalidTag");
    CALL("PUT", "/data-lake", "tagging=", NULL, TAGS("a*"));
    refused(t, 400, "MalformedXML");
    CALL("PUT", "/data-lake/none", "tagging=", NULL, TAGS("a*"));
    refused(t, 400, "InvalidTag"); /* the tags are read first */
    testing_free(t);
}

static void uploads_that_are_gone_are_aborted(void)
{
    struct testing *t = testing_new(NULL);

    CU_ASSERT_EQUAL(CALL("DELETE", K, "uploadId=abcd", NULL, NULL), 204);
    CALL("DELETE", K, "uploadId=a", NULL, NULL);
    refused(t, 404, "NoSuchUpload");
    CALL("PUT", K, "partNumber=0&uploadId=abcd", NULL, "x");
    refused(t, 400, "InvalidPart");
    CALL("PUT", K, "partNumber=10001&uploadId=abcd", NULL, "x");
    refused(t, 400, "InvalidArgument");
    CALL("POST", "/data-lake/folder/", "uploads=", NULL, "");
    refused(t, 400, "XMinioInvalidObjectName");
    testing_free(t);
}

static void what_is_named_twice_goes_once(void)
{
    struct testing *t = testing_new(NULL);
    const char *marker;

    CALL("PUT", K, "", NULL, "hello");
    suspend(t, "Enabled");
    CALL("POST", "/data-lake",
         "delete=", "Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==\r\n",
         "<Delete><Object><Key>k</Key></Object><Object><Key>k</Key></Object>"
         "</Delete>");
    SAYS("<Deleted></Deleted></DeleteResult>");
    GET("/data-lake", "versions=");
    marker = strstr(t->body, "<DeleteMarker>");
    CU_ASSERT_PTR_NOT_NULL_FATAL(marker);
    CU_ASSERT_PTR_NULL(strstr(marker + 1, "<DeleteMarker>"));
    testing_free(t);
}

static void uploads_are_those_of_one_key_or_all(void)
{
    struct testing *t = testing_new(NULL);

    CALL("POST", "/data-lake/a/1", "uploads=", NULL, "");
    CALL("POST", "/data-lake/a/2", "uploads=", NULL, "");
    GET("/data-lake", "prefix=a%2F&uploads=");
    CU_ASSERT_FALSE(testing_says(t, "<Upload>"));
    GET("/data-lake", "prefix=a%2F2&uploads=");
    SAYS("<Upload><Key>a/2</Key>");
    CU_ASSERT_FALSE(testing_says(t, "<Key>a/1</Key>"));
    GET("/data-lake", "delimiter=%2F&key-marker=a%2F1&max-uploads=1&uploads=");
    SAYS("<Key>a/1</Key>");
    SAYS("<Key>a/2</Key>");
    SAYS("<IsTruncated>false</IsTruncated>");
    testing_free(t);
}

static void what_never_was_is_not_marked(void)
{
    static const char many[] =
        "<Delete><Object><Key>never</Key></Object></Delete>";
    struct testing *t = testing_new(NULL);

    suspend(t, "Enabled");
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake/never", "", NULL, NULL), 204);
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "x-amz-delete-marker"));
    CALL("POST", "/data-lake", "delete=", testing_md5(many), many);
    SAYS("<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>");
    GET("/data-lake", "versions=");
    CU_ASSERT_FALSE(testing_says(t, "<Key>never</Key>"));
    testing_free(t);
}

static void places_of_completed_uploads_are_escaped(void)
{
    struct testing *t = testing_new(NULL);
    char id[64] = "", query[128], *at;

    CALL("POST", "/data-lake/a%26b%20c%3D", "uploads=", NULL, "");
    at = strstr(t->body, "<UploadId>");
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    snprintf(id, sizeof(id), "%.32s", at + 10);
    snprintf(query, sizeof(query), "partNumber=1&uploadId=%s", id);
    CALL("PUT", "/data-lake/a%26b%20c%3D", query, NULL, "hello");
    snprintf(query, sizeof(query), "uploadId=%s", id);
    CU_ASSERT_EQUAL(
        CALL("POST", "/data-lake/a%26b%20c%3D", query, NULL,
             "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
             "<ETag>5d41402abc4b2a76b9719d911017c592</ETag></Part>"
             "</CompleteMultipartUpload>"),
        200);
    SAYS("/data-lake/a&amp;b%20c=</Location>");
    testing_free(t);
}

UNIT_MAIN("s3/manners", UNIT(the_null_version_is_not_told),
          UNIT(refused_conditions_tell_the_object),
          UNIT(ranges_are_repeated_as_they_were_read),
          UNIT(copies_tell_in_headers),
          UNIT(calls_it_does_not_know_are_bad_requests),
          UNIT(listings_have_their_own_limits),
          UNIT(tags_have_their_characters),
          UNIT(uploads_that_are_gone_are_aborted),
          UNIT(what_is_named_twice_goes_once),
          UNIT(uploads_are_those_of_one_key_or_all),
          UNIT(what_never_was_is_not_marked),
          UNIT(places_of_completed_uploads_are_escaped))
