/* Multipart uploads: from their beginning to their end, and what is refused. */
#include "mocks/s3/testing.h"

#define CALL(...) testing_call(t, __VA_ARGS__)
#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define SAYS_NOT(text) CU_ASSERT_FALSE(testing_says(t, text))
#define MD5_A "0cc175b9c0f1b6a831c399e269772661"
#define MD5_B "92eb5ffee6ae2fec3ad71c777531578f"

static struct testing *start(const char *more)
{
    char options[200];
    struct testing *t;

    snprintf(options, sizeof(options),
             "{\"anonymous\": true, \"min_part\": 0%s%s}", more,
             strstr(more, "profile") ? "" : ", \"profile\": \"aws\"");
    t = testing_new(options);
    t->unsigned_ = true;
    return t;
}

/* The id of a new upload of /data-lake/k. */
static const char *begin(struct testing *t, const char *headers)
{
    static char id[64];
    const char *at;

    CU_ASSERT_EQUAL(CALL("POST", "/data-lake/k", "uploads", headers, ""), 200);
    at = strstr(t->body, "<UploadId>");
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    snprintf(id, sizeof(id), "%.32s", at + 10);
    return id;
}

static int put_part(struct testing *t, const char *id, unsigned number,
                    const char *headers, const char *bytes)
{
    char query[120];

    snprintf(query, sizeof(query), "partNumber=%u&uploadId=%s", number, id);
    return CALL("PUT", "/data-lake/k", query, headers, bytes);
}

static int on_upload(struct testing *t, const char *method, const char *id,
                     const char *headers, const char *body)
{
    char query[80];

    snprintf(query, sizeof(query), "uploadId=%s", id);
    return CALL(method, "/data-lake/k", query, headers, body);
}

#define PART(number, etag)                                                     \
    "<Part><PartNumber>" number "</PartNumber><ETag>" etag "</ETag></Part>"
#define COMPLETE(parts)                                                        \
    "<CompleteMultipartUpload>" parts "</CompleteMultipartUpload>"
#define BOTH COMPLETE(PART("1", "\"" MD5_A "\"") PART("3", MD5_B))

static void parts_become_one_object(void)
{
    struct testing *t = start("");
    const char *id =
        begin(t, "Content-Type: text/plain\r\nx-amz-meta-a: 1\r\n");

    CU_ASSERT(testing_operation(t, "CreateMultipartUpload"));
    CU_ASSERT_EQUAL(put_part(t, id, 3, NULL, "b"), 200);
    CU_ASSERT(testing_operation(t, "UploadPart"));
    CU_ASSERT(testing_header(t, "ETag", "\"" MD5_B "\""));
    CU_ASSERT_EQUAL(put_part(t, id, 1, NULL, "x"), 200);
    CU_ASSERT_EQUAL(put_part(t, id, 1, NULL, "a"), 200); /* again: replaced */
    CU_ASSERT_EQUAL(put_part(t, id, 2, NULL, "left out"), 200);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 404);
    CU_ASSERT_EQUAL(on_upload(t, "POST", id, NULL, BOTH), 200);
    CU_ASSERT(testing_operation(t, "CompleteMultipartUpload"));
    SAYS("<Bucket>data-lake</Bucket><Key>k</Key>"
         "<ETag>&quot;96e024ba2074fe77e8e965ba43a704be-2&quot;</ETag>");
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 200);
    CU_ASSERT_STRING_EQUAL(t->body, "ab");
    CU_ASSERT(testing_header(t, "Content-Type", "text/plain"));
    CU_ASSERT(testing_header(t, "x-amz-meta-a", "1"));
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, ":algorithm"));
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "uploads", NULL, NULL), 200);
    SAYS_NOT("<Upload>");
    testing_free(t);
}

static void one_empty_part_is_enough(void)
{
    struct testing *t = start("");
    const char *id = begin(t, NULL);

    CU_ASSERT_EQUAL(put_part(t, id, 1, NULL, ""), 200);
    CU_ASSERT_EQUAL(
        on_upload(t, "POST", id, NULL,
                  COMPLETE(PART("1", "d41d8cd98f00b204e9800998ecf8427e"))),
        200);
    CU_ASSERT_EQUAL(CALL("HEAD", "/data-lake/k", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(t->x.answer.body.len, 0);
    testing_free(t);
}

static void a_list_that_does_not_fit_is_refused(void)
{
    static const struct {
        const char *body, *code;
        int status;
    } cases[] = {
        {COMPLETE(""), "MalformedXML", 400},
        {COMPLETE("<Part><PartNumber>1</PartNumber></Part>"), "MalformedXML",
         400},
        {COMPLETE(PART("0", MD5_A)), "MalformedXML", 400},
        {COMPLETE(PART("10001", MD5_A)), "MalformedXML", 400},
        {"<Other/>", "MalformedXML", 400},
        {COMPLETE(PART("3", MD5_B) PART("1", MD5_A)), "InvalidPartOrder", 400},
        {COMPLETE(PART("1", MD5_A) PART("1", MD5_A)), "InvalidPartOrder", 400},
        {COMPLETE(PART("1", MD5_B)), "InvalidPart", 400},
        {COMPLETE(PART("1", MD5_A) PART("2", MD5_B)), "InvalidPart", 400},
    };
    struct testing *t = start("");
    const char *id = begin(t, NULL);
    char code[64];

    put_part(t, id, 1, NULL, "a");
    put_part(t, id, 3, NULL, "b");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CU_ASSERT_EQUAL(on_upload(t, "POST", id, NULL, cases[i].body),
                        cases[i].status);
        snprintf(code, sizeof(code), "<Code>%s</Code>", cases[i].code);
        SAYS(code);
    }
    CU_ASSERT_EQUAL(on_upload(t, "POST", id, NULL, BOTH), 200);
    testing_free(t);
}

static void all_parts_but_the_last_have_a_least_size(void)
{
    struct testing *t =
        testing_new("{\"profile\": \"aws\", \"anonymous\": true}");
    const char *id;

    t->unsigned_ = true;
    id = begin(t, NULL);
    put_part(t, id, 1, NULL, "a");
    put_part(t, id, 3, NULL, "b");
    CU_ASSERT_EQUAL(on_upload(t, "POST", id, NULL, BOTH), 400);
    SAYS("<Code>EntityTooSmall</Code>");
    SAYS("<MinSizeAllowed>5242880</MinSizeAllowed><PartNumber>1</PartNumber>"
         "<ProposedSize>1</ProposedSize>");
    CU_ASSERT_EQUAL(on_upload(t, "POST", id, NULL, COMPLETE(PART("1", MD5_A))),
                    200);
    testing_free(t);
}

static void part_numbers_go_from_1_to_10000(void)
{
    struct testing *t = start("");
    const char *id = begin(t, NULL);

    CU_ASSERT_EQUAL(put_part(t, id, 0, NULL, "a"), 400);
    SAYS("<ArgumentName>partNumber</ArgumentName>");
    CU_ASSERT_EQUAL(put_part(t, id, 10001, NULL, "a"), 400);
    CU_ASSERT_EQUAL(put_part(t, id, 10000, NULL, "a"), 200);
    testing_free(t);
}

static void an_aborted_upload_is_gone(void)
{
    struct testing *t = start("");
    const char *id = begin(t, NULL);

    put_part(t, id, 1, NULL, "a");
    CU_ASSERT_EQUAL(on_upload(t, "DELETE", id, NULL, NULL), 204);
    CU_ASSERT(testing_operation(t, "AbortMultipartUpload"));
    CU_ASSERT_EQUAL(on_upload(t, "DELETE", id, NULL, NULL), 404);
    SAYS("<Code>NoSuchUpload</Code>");
    SAYS("<UploadId>");
    CU_ASSERT_EQUAL(put_part(t, id, 1, NULL, "a"), 404);
    CU_ASSERT_EQUAL(on_upload(t, "GET", id, NULL, NULL), 404);
    CU_ASSERT_EQUAL(on_upload(t, "POST", id, NULL, BOTH), 404);
    CU_ASSERT_EQUAL(on_upload(t, "POST", "no-id", NULL, BOTH), 404);
    testing_free(t);
}

static void completing_again_depends_on_the_profile(void)
{
    static const char *const more[] = {", \"profile\": \"aws\"",
                                       ", \"profile\": \"minio\""};

    for (int i = 0; i < 2; i++) {
        struct testing *t = start(more[i]);
        const char *id = begin(t, NULL);
        int again = i == 0 ? 200 : 404;

        put_part(t, id, 1, NULL, "a");
        put_part(t, id, 3, NULL, "b");
        CU_ASSERT_EQUAL(on_upload(t, "POST", id, NULL, BOTH), 200);
        CU_ASSERT_EQUAL(on_upload(t, "POST", id, NULL, BOTH), again);
        CU_ASSERT_EQUAL(
            on_upload(t, "POST", id, NULL, COMPLETE(PART("1", MD5_A))), 404);
        CALL("PUT", "/data-lake/k", "", NULL, "another");
        CU_ASSERT_EQUAL(on_upload(t, "POST", id, NULL, BOTH), 404);
        testing_free(t);
    }
}

static void parts_are_listed_in_pages(void)
{
    struct testing *t = start("");
    const char *id = begin(t, NULL);
    char query[120];

    put_part(t, id, 1, NULL, "a");
    put_part(t, id, 3, NULL, "b");
    CU_ASSERT_EQUAL(on_upload(t, "GET", id, NULL, NULL), 200);
    CU_ASSERT(testing_operation(t, "ListParts"));
    SAYS("<Part><PartNumber>1</PartNumber><LastModified>"
         "2023-11-14T22:13:20.000Z</LastModified><ETag>&quot;" MD5_A
         "&quot;</ETag><Size>1</Size></Part><Part><PartNumber>3");
    SAYS("<NextPartNumberMarker>3</NextPartNumberMarker><MaxParts>1000"
         "</MaxParts><IsTruncated>false</IsTruncated>");
    snprintf(query, sizeof(query), "max-parts=1&uploadId=%s", id);
    CALL("GET", "/data-lake/k", query, NULL, NULL);
    SAYS("<NextPartNumberMarker>1</NextPartNumberMarker><MaxParts>1</MaxParts>"
         "<IsTruncated>true</IsTruncated>");
    snprintf(query, sizeof(query), "part-number-marker=1&uploadId=%s", id);
    CALL("GET", "/data-lake/k", query, NULL, NULL);
    SAYS_NOT("<PartNumber>1<");
    SAYS("<PartNumber>3<");
    testing_free(t);
}

static void uploads_are_listed_by_key_and_age(void)
{
    struct testing *t = start("");
    char query[160], first[64], second[64];

    CALL("POST", "/data-lake/a/1", "uploads", NULL, "");
    snprintf(first, sizeof(first), "%s", begin(t, NULL));
    t->unix_ms += 1000;
    snprintf(second, sizeof(second), "%s", begin(t, NULL));
    CALL("POST", "/data-lake/a/2", "uploads", NULL, "");
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "uploads", NULL, NULL), 200);
    CU_ASSERT(testing_operation(t, "ListMultipartUploads"));
    CU_ASSERT(strstr(t->body, "<Key>a/1<") < strstr(t->body, "<Key>a/2<"));
    CU_ASSERT(strstr(t->body, first) < strstr(t->body, second));
    CALL("GET", "/data-lake", "delimiter=%2F&uploads", NULL, NULL);
    SAYS("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>");
    SAYS_NOT("<Key>a/1<");
    snprintf(query, sizeof(query), "key-marker=k&upload-id-marker=%s&uploads",
             first);
    CALL("GET", "/data-lake", query, NULL, NULL);
    SAYS_NOT("<Key>a/1<");
    SAYS(second);
    CU_ASSERT_PTR_NULL(strstr(strstr(t->body, "<Upload>"), first));
    CALL("GET", "/data-lake", "max-uploads=1&uploads", NULL, NULL);
    SAYS("<IsTruncated>true</IsTruncated><NextKeyMarker>a/1</NextKeyMarker>");
    testing_free(t);
}

static void parts_are_got_by_number(void)
{
    struct testing *t = start(", \"profile\": \"minio\"");
    const char *id = begin(t, NULL);

    put_part(t, id, 1, NULL, "a");
    put_part(t, id, 3, NULL, "b");
    on_upload(t, "POST", id, NULL, BOTH);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "partNumber=2", NULL, NULL),
                    206);
    CU_ASSERT_STRING_EQUAL(t->body, "b");
    CU_ASSERT(testing_header(t, "x-amz-mp-parts-count", "2"));
    CU_ASSERT(testing_header(t, "Content-Range", "bytes 1-1/2"));
    CU_ASSERT_EQUAL(CALL("HEAD", "/data-lake/k", "partNumber=3", NULL, NULL),
                    416);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "partNumber=1",
                         "Range: bytes=0-0\r\n", NULL),
                    400);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "attributes",
                         "x-amz-object-attributes: ObjectParts,ETag\r\n", NULL),
                    200);
    SAYS("<ETag>96e024ba2074fe77e8e965ba43a704be-2</ETag><ObjectParts>"
         "<PartsCount>2</PartsCount>");
    SAYS("<Part><PartNumber>3</PartNumber><Size>1</Size></Part>");
    testing_free(t);
}

static void conditions_hold_when_it_is_completed(void)
{
    struct testing *t = start(", \"profile\": \"aws\"");
    const char *id = begin(t, NULL);

    put_part(t, id, 1, NULL, "a");
    put_part(t, id, 3, NULL, "b");
    CALL("PUT", "/data-lake/k", "", NULL, "first");
    CU_ASSERT_EQUAL(on_upload(t, "POST", id, "If-None-Match: *\r\n", BOTH),
                    412);
    CU_ASSERT_EQUAL(
        on_upload(t, "POST", id,
                  "If-Match: \"8b04d5e3775d298e78455efc5ca404d5\"\r\n", BOTH),
        409);
    SAYS("<Code>ConditionalRequestConflict</Code>");
    CALL("DELETE", "/data-lake/k", "", NULL, NULL);
    CU_ASSERT_EQUAL(on_upload(t, "POST", id, "If-None-Match: *\r\n", BOTH),
                    409);
    id = begin(t, NULL);
    put_part(t, id, 1, NULL, "a");
    put_part(t, id, 3, NULL, "b");
    CU_ASSERT_EQUAL(on_upload(t, "POST", id, "If-Match: \"x\"\r\n", BOTH), 404);
    CU_ASSERT_EQUAL(on_upload(t, "POST", id, "If-None-Match: *\r\n", BOTH),
                    200);
    testing_free(t);
}

static void an_upload_not_published_leaves_no_trace(void)
{
    struct testing *t = start("");
    const char *id = begin(t, NULL);

    t->lie = true;
    CU_ASSERT_EQUAL(put_part(t, id, 1, NULL, "a"), 200);
    t->lie = false;
    CU_ASSERT_EQUAL(on_upload(t, "POST", id, NULL, COMPLETE(PART("1", MD5_A))),
                    400);
    put_part(t, id, 1, NULL, "a");
    t->lie = true;
    CU_ASSERT_EQUAL(on_upload(t, "POST", id, NULL, COMPLETE(PART("1", MD5_A))),
                    200);
    CU_ASSERT_EQUAL(on_upload(t, "DELETE", id, NULL, NULL), 204);
    t->lie = false;
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 404);
    CU_ASSERT_EQUAL(on_upload(t, "POST", id, NULL, COMPLETE(PART("1", MD5_A))),
                    200);
    testing_free(t);
}

static void parts_are_copied_out_of_objects(void)
{
    struct testing *t = start("");
    const char *id = begin(t, NULL);

    CALL("PUT", "/data-lake/source", "", NULL, "0a1");
    CU_ASSERT_EQUAL(put_part(t, id, 1,
                             "x-amz-copy-source: /data-lake/source\r\n"
                             "x-amz-copy-source-range: bytes=1-1\r\n",
                             NULL),
                    200);
    CU_ASSERT(testing_operation(t, "UploadPartCopy"));
    SAYS("<CopyPartResult xmlns=");
    SAYS("<ETag>&quot;" MD5_A "&quot;</ETag>");
    CU_ASSERT_EQUAL(put_part(t, id, 2,
                             "x-amz-copy-source: /data-lake/source\r\n"
                             "x-amz-copy-source-range: bytes=1-3\r\n",
                             NULL),
                    416);
    CU_ASSERT_EQUAL(put_part(t, id, 2,
                             "x-amz-copy-source: /data-lake/source\r\n"
                             "x-amz-copy-source-range: bytes=1-\r\n",
                             NULL),
                    400);
    SAYS("<ArgumentName>x-amz-copy-source-range</ArgumentName>");
    CU_ASSERT_EQUAL(on_upload(t, "POST", id, NULL, COMPLETE(PART("1", MD5_A))),
                    200);
    CALL("GET", "/data-lake/k", "", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(t->body, "a");
    testing_free(t);
}

UNIT_MAIN(
    "s3/upload", UNIT(parts_become_one_object), UNIT(one_empty_part_is_enough),
    UNIT(a_list_that_does_not_fit_is_refused),
    UNIT(all_parts_but_the_last_have_a_least_size),
    UNIT(part_numbers_go_from_1_to_10000), UNIT(an_aborted_upload_is_gone),
    UNIT(completing_again_depends_on_the_profile),
    UNIT(parts_are_listed_in_pages), UNIT(uploads_are_listed_by_key_and_age),
    UNIT(parts_are_got_by_number), UNIT(conditions_hold_when_it_is_completed),
    UNIT(an_upload_not_published_leaves_no_trace),
    UNIT(parts_are_copied_out_of_objects))
