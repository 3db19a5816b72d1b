/* The mock S3 as a signing client meets it: objects, buckets, errors. */
#include "mocks/s3/testing.h"

#include <zlib.h>

#include "base/percent.h"

#define CALL(...) testing_call(t, __VA_ARGS__)
#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define HEADER(name, value) CU_ASSERT(testing_header(t, name, value))

/* ---- objects ---- */

static void what_was_put_is_got(void)
{
    struct testing *t = testing_new(NULL);

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/a/b%20c", "", NULL, "hello"), 200);
    CU_ASSERT(testing_operation(t, "PutObject"));
    HEADER("ETag", "\"5d41402abc4b2a76b9719d911017c592\"");
    CU_ASSERT_EQUAL(t->x.answer.body.len, 0);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/a/b%20c", "", NULL, NULL), 200);
    CU_ASSERT(testing_operation(t, "GetObject"));
    CU_ASSERT_STRING_EQUAL(t->body, "hello");
    HEADER("ETag", "\"5d41402abc4b2a76b9719d911017c592\"");
    HEADER("Content-Type", "binary/octet-stream");
    HEADER("Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT");
    HEADER("Date", "Tue, 14 Nov 2023 22:13:20 GMT");
    HEADER("Accept-Ranges", "bytes");
    HEADER("Server", "MinIO");
    CU_ASSERT_PTR_NOT_NULL(answer_get(&t->x.answer, "x-amz-request-id"));
    CU_ASSERT_PTR_NOT_NULL(answer_get(&t->x.answer, "x-amz-id-2"));
    CU_ASSERT_STRING_EQUAL(t->x.names.key, "a/b c");
    CU_ASSERT_EQUAL(CALL("HEAD", "/data-lake/a/b%20c", "", NULL, NULL), 200);
    CU_ASSERT(testing_operation(t, "HeadObject"));
    CU_ASSERT_EQUAL(t->x.answer.body.len, 5);
    testing_free(t);
}

static void headers_of_an_object_come_back(void)
{
    struct testing *t = testing_new(NULL);

    t->also_signed = ";x-amz-meta-colour";
    t->also_lines = "x-amz-meta-colour:dark red\n";
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "",
                         "X-Amz-Meta-Colour: dark red\r\n"
                         "Content-Type: text/plain\r\n"
                         "Content-Encoding: gzip, aws-chunked\r\n"
                         "Cache-Control: no-cache\r\n",
                         "x"),
                    200);
    t->also_signed = t->also_lines = NULL;
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k",
                         "response-content-type=text%2Fhtml", NULL, NULL),
                    200);
    HEADER("x-amz-meta-colour", "dark red");
    HEADER("Content-Type", "text/html");
    HEADER("Content-Encoding", "gzip");
    HEADER("Cache-Control", "no-cache");
    testing_free(t);
}

static void keys_survive_whatever_they_hold(void)
{
    static const struct {
        const char *path, *key;
    } keys[] = {{"/data-lake/%2B%20%25%3F", "+ %?"},
                {"/data-lake/a%3D1/b%3A2/", "a=1/b:2/"},
                {"/data-lake/%F0%9F%98%80", "\xf0\x9f\x98\x80"},
                {"/data-lake//x//..//.", "/x//..//."},
                {"/data-lake/a%0Ab%252F", "a\nb%2F"}};
    struct testing *t = testing_new("{\"profile\": \"aws\"}");
    struct slice bytes;

    for (size_t i = 0; i < 5; i++) {
        CU_ASSERT_EQUAL(CALL("PUT", keys[i].path, "", NULL, keys[i].key), 200);
        CU_ASSERT_EQUAL(CALL("GET", keys[i].path, "", NULL, NULL), 200);
        CU_ASSERT_STRING_EQUAL(t->body, keys[i].key);
        CU_ASSERT(s3_get(t->s3, "data-lake", keys[i].key, &bytes));
    }
    testing_free(t);
}

static void a_get_under_way_keeps_the_old_body(void)
{
    struct testing *t = testing_new(NULL);
    struct answer held;

    CALL("PUT", "/data-lake/k", "", NULL, "old");
    CALL("GET", "/data-lake/k", "", NULL, NULL);
    held = t->x.answer; /* the exchange that is still being sent */
    t->x.answer = (struct answer){0};
    held.headers = NULL;
    CU_ASSERT(
        s3_put(t->s3, "data-lake", "k", SLICE_LIT("new"), (char[160]){""}));
    CU_ASSERT(
        s3_put(t->s3, "data-lake", "k", SLICE_LIT("newer"), (char[160]){""}));
    CU_ASSERT(slice_eqz(held.body, "old"));
    held.release(held.release_ctx);
    CALL("GET", "/data-lake/k", "", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(t->body, "newer");
    testing_free(t);
}

static void a_change_not_published_leaves_no_trace(void)
{
    struct testing *t = testing_new(NULL);

    t->lie = true;
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", NULL, "x"), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/bucket-two", "", NULL, NULL), 200);
    t->lie = false;
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 404);
    CU_ASSERT_EQUAL(CALL("HEAD", "/bucket-two", "", NULL, NULL), 404);
    testing_free(t);
}

static void a_stale_look_up_sees_the_state_before(void)
{
    struct testing *t = testing_new(NULL);

    CALL("PUT", "/data-lake/k", "", NULL, "one");
    t->stale = true;
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 404);
    t->stale = false;
    CALL("PUT", "/data-lake/k", "", NULL, "two");
    t->stale = true;
    CALL("GET", "/data-lake/k", "", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(t->body, "one");
    t->stale = false;
    CALL("DELETE", "/data-lake/k", "", NULL, NULL);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 404);
    t->stale = true;
    CALL("GET", "/data-lake/k", "", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(t->body, "two");
    CALL("GET", "/data-lake", "list-type=2", NULL, NULL);
    SAYS("<Key>k</Key>");
    t->stale = false;
    CALL("GET", "/data-lake", "list-type=2", NULL, NULL);
    CU_ASSERT_FALSE(testing_says(t, "<Key>"));
    testing_free(t);
}

static void ranges_answer_206_and_416(void)
{
    struct testing *t = testing_new("{\"profile\": \"aws\"}");

    CALL("PUT", "/data-lake/k", "", NULL, "0123456789");
    CU_ASSERT_EQUAL(
        CALL("GET", "/data-lake/k", "", "Range: bytes=2-4\r\n", NULL), 206);
    CU_ASSERT_STRING_EQUAL(t->body, "234");
    HEADER("Content-Range", "bytes 2-4/10");
    CU_ASSERT_EQUAL(
        CALL("HEAD", "/data-lake/k", "", "Range: bytes=-3\r\n", NULL), 206);
    HEADER("Content-Range", "bytes 7-9/10");
    CU_ASSERT_EQUAL(
        CALL("GET", "/data-lake/k", "", "Range: bytes=10-\r\n", NULL), 416);
    SAYS("<Code>InvalidRange</Code>");
    SAYS("<ActualObjectSize>10</ActualObjectSize>");
    SAYS("<RangeRequested>bytes=10-</RangeRequested>");
    HEADER("Content-Range", "bytes */10");
    testing_free(t);
}

static void conditional_reads(void)
{
#define TAG "\"5d41402abc4b2a76b9719d911017c592\""
    static const struct {
        const char *headers;
        int status;
    } cases[] = {
        {"If-Match: " TAG "\r\n", 200},
        {"If-Match: \"x\", " TAG "\r\n", 200},
        {"If-Match: *\r\n", 200},
        {"If-Match: \"x\"\r\n", 412},
        {"If-None-Match: \"x\"\r\n", 200},
        {"If-None-Match: " TAG "\r\n", 304},
        {"If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n", 304},
        {"If-Modified-Since: Tue, 14 Nov 2023 22:13:19 GMT\r\n", 200},
        {"If-Unmodified-Since: Tue, 14 Nov 2023 22:13:19 GMT\r\n", 412},
        {"If-Unmodified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n", 200},
        {"If-Match: " TAG
         "\r\nIf-Unmodified-Since: Tue, 14 Nov 2023 22:13:19 GMT\r\n",
         200},
        {"If-None-Match: \"x\"\r\nIf-Modified-Since: Tue, 14 Nov 2023 "
         "22:13:20 GMT\r\n",
         200},
        {"If-Modified-Since: yesterday\r\n", 200},
    };
    struct testing *t = testing_new("{\"profile\": \"aws\"}");

    CALL("PUT", "/data-lake/k", "", NULL, "hello");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", cases[i].headers, NULL),
                        cases[i].status);
    CALL("GET", "/data-lake/k", "", "If-None-Match: " TAG "\r\n", NULL);
    CU_ASSERT_EQUAL(t->x.answer.body.len, 0);
    HEADER("ETag", TAG);
    testing_free(t);
}

static void conditional_writes(void)
{
    struct testing *t = testing_new("{\"profile\": \"aws\"}");

#define PUT_IF(headers) CALL("PUT", "/data-lake/k", "", headers, "hello")
    CU_ASSERT_EQUAL(PUT_IF("If-Match: " TAG "\r\n"), 404);
    CU_ASSERT_EQUAL(PUT_IF("If-None-Match: *\r\n"), 200);
    CU_ASSERT_EQUAL(PUT_IF("If-None-Match: *\r\n"), 412);
    SAYS("<Code>PreconditionFailed</Code>");
    SAYS("<Condition>If-None-Match</Condition>");
    CU_ASSERT_EQUAL(PUT_IF("If-None-Match: \"x\"\r\n"), 501);
    CU_ASSERT_EQUAL(PUT_IF("If-Match: *\r\n"), 501);
    CU_ASSERT_EQUAL(PUT_IF("If-Match: \"x\"\r\n"), 412);
    CU_ASSERT_EQUAL(PUT_IF("If-Match: " TAG "\r\n"), 200);
    CU_ASSERT_EQUAL(
        CALL("DELETE", "/data-lake/k", "", "If-Match: \"x\"\r\n", NULL), 412);
    CU_ASSERT_EQUAL(
        CALL("DELETE", "/data-lake/k", "", "If-Match: " TAG "\r\n", NULL), 204);
    testing_free(t);
    t = testing_new(NULL); /* MinIO obeys what AWS has no answer to */
    CU_ASSERT_EQUAL(PUT_IF("If-None-Match: \"x\"\r\n"), 200);
    CU_ASSERT_EQUAL(PUT_IF("If-None-Match: \"x\"\r\n"), 200);
    CU_ASSERT_EQUAL(PUT_IF("If-None-Match: " TAG "\r\n"), 412);
    CU_ASSERT_EQUAL(PUT_IF("If-Match: *\r\n"), 200);
    testing_free(t);
}

static void a_body_that_is_not_what_was_sent_is_never_stored(void)
{
    struct testing *t = testing_new(NULL);

    t->hash = EMPTY;
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", NULL, "x"), 400);
    SAYS("<Code>XAmzContentSHA256Mismatch</Code>");
    t->hash = NULL;
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "",
                         "Content-MD5: XUFAKrxLKna5cZ2REBfFkg==\r\n", "x"),
                    400);
    SAYS("<Code>BadDigest</Code>");
    CU_ASSERT_EQUAL(
        CALL("PUT", "/data-lake/k", "", "Content-MD5: abc\r\n", "x"), 400);
    SAYS("<Code>InvalidDigest</Code>");
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 404);
    t->hash = "UNSIGNED-PAYLOAD";
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "",
                         "Content-MD5: XUFAKrxLKna5cZ2REBfFkg==\r\n", "hello"),
                    200);
    testing_free(t);
}

static void limits_of_a_put(void)
{
    struct testing *t = testing_new("{\"profile\": \"aws\"}");
    char path[1200] = "/data-lake/", meta[2200] = "x-amz-meta-a: ", line[2300];

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", NULL, NULL), 411);
    memset(path + 11, 'k', 1025);
    CU_ASSERT_EQUAL(CALL("PUT", path, "", NULL, "x"), 400);
    SAYS("<Code>KeyTooLongError</Code>");
    path[11 + 1024] = 0;
    CU_ASSERT_EQUAL(CALL("PUT", path, "", NULL, "x"), 200);
    memset(meta + 14, 'm', 2050);
    snprintf(line, sizeof(line), "x-amz-meta-a:%s\n", meta + 14);
    t->also_signed = ";x-amz-meta-a";
    t->also_lines = line;
    memcpy(meta + 14 + 2050, "\r\n", 3);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", meta, "x"), 400);
    SAYS("<Code>MetadataTooLarge</Code>");
    testing_free(t);
}

static void deleting_is_done_and_said_once_or_more(void)
{
    struct testing *t = testing_new(NULL);

    CALL("PUT", "/data-lake/k", "", NULL, "x");
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake/k", "", NULL, NULL), 204);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 404);
    SAYS("<Code>NoSuchKey</Code>");
    SAYS("<Key>k</Key>");
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake/k", "", NULL, NULL), 204);
    testing_free(t);
}

static int delete_many(struct testing *t, const char *body)
{
    uLong crc = crc32(0, (const Bytef *)body, (uInt)strlen(body));
    char raw[4], line[80], header[80];
    struct str text;
    int status;

    for (int i = 0; i < 4; i++)
        raw[i] = (char)(crc >> (24 - 8 * i));
    str_init(&text, 16);
    base64_encode(&text, (struct slice){raw, 4});
    snprintf(line, sizeof(line), "x-amz-checksum-crc32:%s\n", str_z(&text));
    snprintf(header, sizeof(header), "x-amz-checksum-crc32: %s\r\n",
             str_z(&text));
    t->also_signed = ";x-amz-checksum-crc32";
    t->also_lines = line;
    status = CALL("POST", "/data-lake", "delete=", header, body);
    t->also_signed = t->also_lines = NULL;
    str_fini(&text);
    return status;
}

static void many_are_deleted_at_once(void)
{
#define DELETE_BODY(quiet)                                                     \
    "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" quiet         \
    "<Object><Key>a</Key></Object><Object><Key>&lt;no&gt;</Key></Object>"      \
    "</Delete>"
    struct testing *t = testing_new("{\"profile\": \"aws\"}");

#define DELETE(body) delete_many(t, body)
    s3_put(t->s3, "data-lake", "a", SLICE_LIT("1"), (char[160]){""});
    s3_put(t->s3, "data-lake", "b", SLICE_LIT("1"), (char[160]){""});
    CU_ASSERT_EQUAL(DELETE(DELETE_BODY("")), 200);
    CU_ASSERT(testing_operation(t, "DeleteObjects"));
    SAYS("<Deleted><Key>a</Key></Deleted>"
         "<Deleted><Key>&lt;no&gt;</Key></Deleted></DeleteResult>");
    CU_ASSERT_FALSE(s3_remove(t->s3, "data-lake", "a"));
    CU_ASSERT(s3_remove(t->s3, "data-lake", "b"));
    CU_ASSERT_EQUAL(DELETE(DELETE_BODY("<Quiet>true</Quiet>")), 200);
    SAYS("2006-03-01/\"></DeleteResult>");
    CU_ASSERT_EQUAL(DELETE("<Delete></Delete>"), 400);
    SAYS("<Code>MalformedXML</Code>");
    CU_ASSERT_EQUAL(DELETE("<Delete><Object></Object></Delete>"), 400);
    CU_ASSERT_EQUAL(DELETE("<!DOCTYPE a [<!ENTITY b \"c\">]><Delete><Object>"
                           "<Key>&b;</Key></Object></Delete>"),
                    400);
    CU_ASSERT_EQUAL(
        CALL("POST", "/data-lake", "delete=", NULL, DELETE_BODY("")), 400);
    SAYS("<Code>MissingContentMD5</Code>");
    testing_free(t);
}

/* ---- buckets ---- */

static void buckets_are_made_listed_and_removed(void)
{
    struct testing *t = testing_new(NULL);

    CU_ASSERT_EQUAL(CALL("PUT", "/logs", "", NULL, NULL), 200);
    HEADER("Location", "/logs");
    CU_ASSERT_EQUAL(CALL("PUT", "/logs", "", NULL, NULL), 409);
    SAYS("<Code>BucketAlreadyOwnedByYou</Code>");
    CU_ASSERT_EQUAL(CALL("HEAD", "/logs/", "", NULL, NULL), 200);
    HEADER("x-amz-bucket-region", "us-east-1");
    CU_ASSERT_EQUAL(CALL("GET", "/", "", NULL, NULL), 200);
    SAYS("<Bucket><Name>data-lake</Name><CreationDate>"
         "2023-11-14T22:13:20.000Z</CreationDate></Bucket>"
         "<Bucket><Name>logs</Name>");
    CALL("PUT", "/logs/k", "", NULL, "x");
    CU_ASSERT_EQUAL(CALL("DELETE", "/logs", "", NULL, NULL), 409);
    SAYS("<Code>BucketNotEmpty</Code>");
    CALL("DELETE", "/logs/k", "", NULL, NULL);
    CU_ASSERT_EQUAL(CALL("DELETE", "/logs", "", NULL, NULL), 204);
    CU_ASSERT_EQUAL(CALL("HEAD", "/logs", "", NULL, NULL), 404);
    CU_ASSERT_EQUAL(t->x.answer.body.len, 0);
    HEADER("x-minio-error-code", "NoSuchBucket");
    CU_ASSERT_EQUAL(CALL("PUT", "/logs/k", "", NULL, "x"), 404);
    SAYS("<BucketName>logs</BucketName>");
    testing_free(t);
}

static void locations_are_those_of_the_region(void)
{
    struct testing *t =
        testing_new("{\"region\": \"eu-west-1\", \"profile\": \"aws\"}");

    t->region = "eu-west-1";
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "location=", NULL, NULL), 200);
    SAYS("\">eu-west-1</LocationConstraint>");
    CU_ASSERT_EQUAL(
        CALL("PUT", "/b-1", "", NULL,
             "<CreateBucketConfiguration><LocationConstraint>us-west-2"
             "</LocationConstraint></CreateBucketConfiguration>"),
        400);
    SAYS("<Code>IllegalLocationConstraintException</Code>");
    CU_ASSERT_EQUAL(
        CALL("PUT", "/b-1", "", NULL,
             "<CreateBucketConfiguration xmlns='x'><LocationConstraint>"
             "eu-west-1</LocationConstraint></CreateBucketConfiguration>"),
        200);
    CU_ASSERT_EQUAL(CALL("PUT", "/b-2", "", NULL, "<a><b>"), 400);
    SAYS("<Code>MalformedXML</Code>");
    testing_free(t);
}

static void names_of_buckets_follow_the_rules(void)
{
    static const char *const bad[] = {"/ab",   "/Upper",       "/-abc", "/abc-",
                                      "/a..b", "/192.168.5.4", "/a_b"};
    struct testing *t = testing_new(NULL);

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CU_ASSERT_EQUAL(CALL("PUT", bad[i], "", NULL, NULL), 400);
        SAYS("<Code>InvalidBucketName</Code>");
    }
    CU_ASSERT_EQUAL(CALL("PUT", "/a.b-9", "", NULL, NULL), 200);
    testing_free(t);
}

/* ---- routes, profiles, faults' errors ---- */

static void unknown_routes_get_s3_errors(void)
{
    struct testing *t = testing_new("{\"profile\": \"aws\"}");

    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "torrent=", NULL, NULL), 501);
    CU_ASSERT_PTR_NULL(t->x.op);
    SAYS("<Code>NotImplemented</Code>");
    CU_ASSERT_EQUAL(CALL("POST", "/data-lake/k", "select=", NULL, ""), 501);
    CU_ASSERT_EQUAL(CALL("PATCH", "/data-lake/k", "", NULL, NULL), 405);
    SAYS("<Code>MethodNotAllowed</Code>");
    HEADER("Allow", "OPTIONS, GET, HEAD, PUT, DELETE");
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/%ff", "", NULL, NULL), 400);
    SAYS("<Code>InvalidURI</Code>");
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/%00", "", NULL, NULL), 400);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/%zz", "", NULL, NULL), 400);
    testing_free(t);
}

static void profiles_differ_where_the_servers_do(void)
{
    struct testing *minio = testing_new(NULL);
    struct testing *aws = testing_new("{\"profile\": \"aws\"}");
    struct testing *t = minio;

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/a//b", "", NULL, "x"), 400);
    SAYS("<Code>XMinioInvalidObjectName</Code>");
    s3_answer_error(&t->x, "SlowDown", 0, NULL);
    CU_ASSERT_EQUAL(t->x.answer.status, 503);
    HEADER("Retry-After", "60");
    s3_answer_error(&t->x, "RequestTimeout", 0, NULL);
    CU_ASSERT_EQUAL(t->x.answer.status, 503);
    t = aws;
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/a//b", "", NULL, "x"), 200);
    HEADER("Server", "AmazonS3");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "", NULL, NULL), 200);
    CALL("GET", "/data-lake/none", "", NULL, NULL);
    SAYS("<Key>none</Key>");
    CU_ASSERT_FALSE(testing_says(t, "<BucketName>"));
    s3_answer_error(&t->x, "SlowDown", 0, NULL);
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "Retry-After"));
    s3_answer_error(&t->x, "RequestTimeout", 0, NULL);
    CU_ASSERT_EQUAL(t->x.answer.status, 400);
    testing_free(minio);
    testing_free(aws);
}

static void faults_get_errors_by_name(void)
{
    struct testing *t = testing_new(NULL);
    struct service *s = s3_service(t->s3);

    CALL("GET", "/data-lake/k", "", NULL, NULL);
    for (size_t i = 0; i < s->n_errors; i++) {
        s->answer_error(&t->x, s->errors[i].name, 0, NULL);
        CU_ASSERT(t->x.answer.status >= 300);
        CU_ASSERT(t->x.answer.body.len > 0);
    }
    s->answer_error(&t->x, "OwnInvention", 418, "Tea < coffee");
    CU_ASSERT_EQUAL(t->x.answer.status, 418);
    CU_ASSERT_PTR_NOT_NULL(strstr(t->x.answer.body.p, "<Message>Tea &lt; "
                                                      "coffee</Message>"));
    s->answer_bad_request(&t->x, 431, "too long");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(t->x.answer.body.p, "RequestHeaderSectionTooLarge"));
    testing_free(t);
}

static void request_ids_are_unique_and_repeatable(void)
{
    struct testing *a = testing_new(NULL), *b = testing_new(NULL);
    char first[17], second[17], again[17];

    testing_call(a, "GET", "/", "", NULL, NULL);
    s3_request_id(&a->x, first);
    testing_call(a, "GET", "/", "", NULL, NULL);
    s3_request_id(&a->x, second);
    testing_call(b, "GET", "/", "", NULL, NULL);
    s3_request_id(&b->x, again);
    CU_ASSERT_STRING_NOT_EQUAL(first, second);
    CU_ASSERT_STRING_EQUAL(first, again);
    testing_free(a);
    testing_free(b);
}

/* ---- from outside a request ---- */

static void a_restart_keeps_or_loses_the_objects(void)
{
    struct testing *t = testing_new("{\"buckets\": [\"one\"]}");
    struct service *s = s3_service(t->s3);
    struct slice bytes;

    CU_ASSERT(s3_add_bucket(t->s3, "two"));
    CU_ASSERT_FALSE(s3_add_bucket(t->s3, "two"));
    CU_ASSERT(s3_put(t->s3, "one", "k", SLICE_LIT("x"), (char[160]){""}));
    s->restart(s->state, true);
    CU_ASSERT(s3_get(t->s3, "one", "k", &bytes) && slice_eqz(bytes, "x"));
    s->restart(s->state, false);
    CU_ASSERT_FALSE(s3_get(t->s3, "one", "k", &bytes));
    CU_ASSERT(s3_has_bucket(t->s3, "one"));
    CU_ASSERT_FALSE(s3_has_bucket(t->s3, "two"));
    testing_free(t);
}

static void a_file_can_be_lost(void)
{
    struct testing *t = testing_new(NULL);
    struct service *s = s3_service(t->s3);
    cJSON *params = cJSON_Parse("{\"bucket\": \"data-lake\", \"key\": \"k\"}");
    char why[160] = "";

    CU_ASSERT(s3_put(t->s3, "data-lake", "k", SLICE_LIT("x"), why));
    CU_ASSERT(s->meddle(s->state, NULL, MEDDLE_LOSE_FILE, params, why));
    CU_ASSERT_FALSE(s->meddle(s->state, NULL, MEDDLE_LOSE_FILE, params, why));
    CU_ASSERT_STRING_EQUAL(why, "there is no s3://data-lake/k");
    CU_ASSERT_FALSE(s->meddle(s->state, NULL, MEDDLE_UUID_SWAP, params, why));
    cJSON_Delete(params);
    testing_free(t);
}

static void the_warehouse_shares_the_store(void)
{
    struct testing *t = testing_new(NULL);
    const struct warehouse *w = warehouse_of_s3(t->s3);
    char why[160] = "";
    struct str out;
    cJSON *keys;

    str_init(&out, 100);
    CU_ASSERT(
        w->put(w->ctx, "s3a://data-lake/wh/m.json", SLICE_LIT("{}"), why));
    CU_ASSERT(w->get(w->ctx, "s3://data-lake/wh/m.json", &out));
    CU_ASSERT_STRING_EQUAL(str_z(&out), "{}");
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/wh/m.json", "", NULL, NULL), 200);
    CU_ASSERT(w->exists(w->ctx, "s3n://data-lake/wh/m.json"));
    keys = s3_list(t->s3, "data-lake", "wh/");
    CU_ASSERT_EQUAL(cJSON_GetArraySize(keys), 1);
    cJSON_Delete(keys);
    CU_ASSERT(w->remove(w->ctx, "s3://data-lake/wh/m.json"));
    CU_ASSERT_FALSE(w->exists(w->ctx, "s3://data-lake/wh/m.json"));
    CU_ASSERT_FALSE(w->put(w->ctx, "s3://nope/x", SLICE_LIT(""), why));
    CU_ASSERT_STRING_EQUAL(why, "bucket nope does not exist");
    CU_ASSERT_FALSE(w->put(w->ctx, "file:/x", SLICE_LIT(""), why));
    CU_ASSERT_FALSE(w->put(w->ctx, "s3://data-lake/", SLICE_LIT(""), why));
    str_fini(&out);
    testing_free(t);
}

static void wrong_options_are_named(void)
{
    static const char *const bad[] = {
        "{\"bukets\": []}", "{\"profile\": \"azure\"}",
        "{\"users\": [{\"key\": \"a\"}]}", "{\"buckets\": [\"A_B\"]}"};
    struct testing clock = {.unix_ms = NOW_MS};
    const struct clock c = {testing_mono, testing_unix, &clock};

    for (size_t i = 0; i < 4; i++) {
        cJSON *tree = cJSON_Parse(bad[i]);
        char why[200] = "";

        CU_ASSERT_PTR_NULL(s3_new(tree, &c, 1, NULL, why));
        CU_ASSERT(strncmp(why, "s3: ", 4) == 0);
        cJSON_Delete(tree);
    }
}

UNIT_MAIN("s3", UNIT(what_was_put_is_got), UNIT(headers_of_an_object_come_back),
          UNIT(keys_survive_whatever_they_hold),
          UNIT(a_get_under_way_keeps_the_old_body),
          UNIT(a_change_not_published_leaves_no_trace),
          UNIT(a_stale_look_up_sees_the_state_before),
          UNIT(ranges_answer_206_and_416), UNIT(conditional_reads),
          UNIT(conditional_writes),
          UNIT(a_body_that_is_not_what_was_sent_is_never_stored),
          UNIT(limits_of_a_put), UNIT(deleting_is_done_and_said_once_or_more),
          UNIT(many_are_deleted_at_once),
          UNIT(buckets_are_made_listed_and_removed),
          UNIT(locations_are_those_of_the_region),
          UNIT(names_of_buckets_follow_the_rules),
          UNIT(unknown_routes_get_s3_errors),
          UNIT(profiles_differ_where_the_servers_do),
          UNIT(faults_get_errors_by_name),
          UNIT(request_ids_are_unique_and_repeatable),
          UNIT(a_restart_keeps_or_loses_the_objects), UNIT(a_file_can_be_lost),
          UNIT(the_warehouse_shares_the_store), UNIT(wrong_options_are_named))
