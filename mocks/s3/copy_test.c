/* Copies, tags, metadata and batches of deletes. */
#include "mocks/s3/testing.h"

#define CALL(...) testing_call(t, __VA_ARGS__)
#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define SAYS_NOT(text) CU_ASSERT_FALSE(testing_says(t, text))
#define HEADER(name, value) CU_ASSERT(testing_header(t, name, value))
#define HELLO "\"5d41402abc4b2a76b9719d911017c592\""

static struct testing *start(void)
{
    struct testing *t =
        testing_new("{\"anonymous\": true, \"profile\": \"aws\"}");

    t->unsigned_ = true;
    CALL("PUT", "/data-lake/from", "",
         "Content-Type: text/plain\r\nx-amz-meta-a: 1\r\n"
         "x-amz-tagging: k=v%20w&l=\r\nx-amz-storage-class: STANDARD_IA\r\n",
         "hello");
    return t;
}

static int copy(struct testing *t, const char *from, const char *more)
{
    char headers[600];

    snprintf(headers, sizeof(headers), "x-amz-copy-source: %s\r\n%s", from,
             more);
    return CALL("PUT", "/data-lake/to", "", headers, NULL);
}

static void a_copy_takes_metadata_and_tags_along(void)
{
    struct testing *t = start();

    CU_ASSERT_EQUAL(copy(t, "/data-lake/from", ""), 200);
    CU_ASSERT(testing_operation(t, "CopyObject"));
    SAYS("<CopyObjectResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
         "<LastModified>2023-11-14T22:13:20.000Z</LastModified>"
         "<ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag>");
    CALL("GET", "/data-lake/to", "", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(t->body, "hello");
    HEADER("Content-Type", "text/plain");
    HEADER("x-amz-meta-a", "1");
    HEADER("x-amz-tagging-count", "2");
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "x-amz-storage-class"));
    testing_free(t);
}

static void directives_replace_them(void)
{
    struct testing *t = start();

    CU_ASSERT_EQUAL(copy(t, "data-lake/from",
                         "x-amz-metadata-directive: REPLACE\r\n"
                         "x-amz-tagging-directive: REPLACE\r\n"
                         "x-amz-meta-b: 2\r\nx-amz-tagging: z=\r\n"),
                    200);
    CALL("HEAD", "/data-lake/to", "", NULL, NULL);
    HEADER("Content-Type", "binary/octet-stream");
    HEADER("x-amz-meta-b", "2");
    HEADER("x-amz-tagging-count", "1");
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "x-amz-meta-a"));
    CU_ASSERT_EQUAL(
        copy(t, "data-lake/from", "x-amz-metadata-directive: MOVE\r\n"), 400);
    SAYS("<ArgumentName>x-amz-metadata-directive</ArgumentName>");
    testing_free(t);
}

static void sources_are_read_strictly(void)
{
    static const struct {
        const char *from;
        int status;
        const char *code;
    } cases[] = {
        {"", 400, "InvalidArgument"},
        {"data-lake", 400, "InvalidArgument"},
        {"data-lake/", 400, "InvalidArgument"},
        {"/data-lake/%zz", 400, "InvalidArgument"},
        {"/no-bucket/from", 404, "NoSuchBucket"},
        {"/data-lake/none", 404, "NoSuchKey"},
        {"/data-lake/from?versionId=x", 400, "InvalidArgument"},
        {"/data-lake/from?versionId=0123456789abcdef0123456789abcdef", 404,
         "NoSuchVersion"},
    };
    struct testing *t = start();
    char code[64];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CU_ASSERT_EQUAL(copy(t, cases[i].from, ""), cases[i].status);
        snprintf(code, sizeof(code), "<Code>%s</Code>", cases[i].code);
        SAYS(code);
    }
    CU_ASSERT_EQUAL(copy(t, "/data-lake/from?versionId=null", ""), 200);
    CU_ASSERT_EQUAL(copy(t, "%2Fdata-lake%2Ffrom", ""), 200);
    testing_free(t);
}

static void a_copy_onto_itself_must_change_something(void)
{
    struct testing *t = start();

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/from", "",
                         "x-amz-copy-source: data-lake/from\r\n", NULL),
                    400);
    SAYS("<Code>InvalidRequest</Code>");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/from", "",
                         "x-amz-copy-source: data-lake/from\r\n"
                         "x-amz-metadata-directive: REPLACE\r\n",
                         NULL),
                    200);
    testing_free(t);
}

static void conditions_on_source_and_target(void)
{
    static const struct {
        const char *headers;
        int status;
    } cases[] = {
        {"x-amz-copy-source-if-match: " HELLO "\r\n", 200},
        {"x-amz-copy-source-if-match: \"x\"\r\n", 412},
        {"x-amz-copy-source-if-none-match: " HELLO "\r\n", 412},
        {"x-amz-copy-source-if-none-match: \"x\"\r\n", 200},
        {"x-amz-copy-source-if-modified-since: Tue, 14 Nov 2023 22:13:20 "
         "GMT\r\n",
         412},
        {"x-amz-copy-source-if-unmodified-since: Tue, 14 Nov 2023 22:13:19 "
         "GMT\r\n",
         412},
        {"If-None-Match: *\r\n", 412},
        {"If-Match: " HELLO "\r\n", 200},
        {"If-Match: \"x\"\r\n", 412},
    };
    struct testing *t = start();

    copy(t, "data-lake/from", "");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CU_ASSERT_EQUAL(copy(t, "data-lake/from", cases[i].headers),
                        cases[i].status);
    testing_free(t);
}

/* ---- tags ---- */

#define TAG(k, v) "<Tag><Key>" k "</Key><Value>" v "</Value></Tag>"
#define TAGGING(tags) "<Tagging><TagSet>" tags "</TagSet></Tagging>"

static void tags_are_set_shown_and_removed(void)
{
    struct testing *t = start();

    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/from", "tagging", NULL, NULL), 200);
    SAYS("<TagSet>" TAG("k", "v w") TAG("l", "") "</TagSet>");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/from", "tagging", NULL,
                         TAGGING(TAG("a+b:/@", "c=-._ "))),
                    200);
    CALL("GET", "/data-lake/from", "tagging", NULL, NULL);
    SAYS("<TagSet>" TAG("a+b:/@", "c=-._ ") "</TagSet>");
    CALL("GET", "/data-lake/from", "", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(t->body, "hello");
    HEADER("x-amz-meta-a", "1");
    HEADER("x-amz-tagging-count", "1");
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake/from", "tagging", NULL, NULL),
                    204);
    CALL("GET", "/data-lake/from", "tagging", NULL, NULL);
    SAYS("<TagSet></TagSet>");
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "tagging", NULL, NULL), 404);
    SAYS("<Code>NoSuchTagSet</Code>");
    CU_ASSERT_EQUAL(
        CALL("PUT", "/data-lake", "tagging", NULL, TAGGING(TAG("x", "y"))),
        204);
    CALL("GET", "/data-lake", "tagging", NULL, NULL);
    SAYS(TAG("x", "y"));
    testing_free(t);
}

static void tags_have_limits(void)
{
    struct testing *t = start();
    char many[2000] = "<Tagging><TagSet>", header[600] = "x-amz-tagging: ";
    size_t n = strlen(many), h = strlen(header);

    for (int i = 0; i < 11; i++)
        n += (size_t)snprintf(many + n, sizeof(many) - n,
                              "<Tag><Key>%d</Key><Value/></Tag>", i);
    snprintf(many + n, sizeof(many) - n, "</TagSet></Tagging>");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/from", "tagging", NULL, many), 400);
    SAYS("<Code>BadRequest</Code>");
    memset(header + h, 'k', 129);
    snprintf(header + h + 129, 10, "=\r\n");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", header, "x"), 400);
    SAYS("<Code>InvalidTag</Code>");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/from", "tagging", NULL,
                         TAGGING(TAG("a", "1") TAG("a", "2"))),
                    400);
    SAYS("Cannot provide multiple Tags with the same key");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/from", "tagging", NULL,
                         TAGGING("<Tag><Key>a</Key></Tag>")),
                    400);
    SAYS("<Code>MalformedXML</Code>");
    testing_free(t);
}

static void letters_of_tags_depend_on_the_profile(void)
{
    struct testing *t = start();

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/from", "tagging", NULL,
                         TAGGING(TAG("a&amp;b", "c"))),
                    400);
    SAYS("The TagKey you have provided is invalid");
    CU_ASSERT_EQUAL(
        CALL("PUT", "/data-lake/k", "", "x-amz-tagging: a=%3C\r\n", "x"), 400);
    SAYS("The TagValue you have provided is invalid");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "",
                         "x-amz-tagging: %C3%A9=%C3%A9\r\n", "x"),
                    200);
    testing_free(t);
    t = testing_new("{\"anonymous\": true}");
    t->unsigned_ = true;
    CU_ASSERT_EQUAL(
        CALL("PUT", "/data-lake/k", "", "x-amz-tagging: e=%C3%A9\r\n", "x"),
        400);
    SAYS("The TagValue you have provided is invalid");
    testing_free(t);
}

/* ---- DeleteObjects ---- */

static void a_batch_needs_a_proof_of_its_body(void)
{
#define BATCH "<Delete><Object><Key>from</Key></Object></Delete>"
    struct testing *t = start();

    CU_ASSERT_EQUAL(CALL("POST", "/data-lake", "delete", NULL, BATCH), 400);
    SAYS("<Code>MissingContentMD5</Code>");
    CU_ASSERT_EQUAL(CALL("POST", "/data-lake", "delete",
                         "x-amz-checksum-crc32: AAAAAA==\r\n", BATCH),
                    400);
    SAYS("<Code>BadDigest</Code>");
    CU_ASSERT_EQUAL(CALL("POST", "/data-lake", "delete",
                         "x-amz-checksum-crc32: 3qDYXg==\r\n", BATCH),
                    200);
    SAYS("<Deleted><Key>from</Key></Deleted>");
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/from", "", NULL, NULL), 404);
    testing_free(t);
}

UNIT_MAIN("s3/copy", UNIT(a_copy_takes_metadata_and_tags_along),
          UNIT(directives_replace_them), UNIT(sources_are_read_strictly),
          UNIT(a_copy_onto_itself_must_change_something),
          UNIT(conditions_on_source_and_target),
          UNIT(tags_are_set_shown_and_removed), UNIT(tags_have_limits),
          UNIT(letters_of_tags_depend_on_the_profile),
          UNIT(a_batch_needs_a_proof_of_its_body))
