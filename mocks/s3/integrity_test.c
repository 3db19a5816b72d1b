/* Checksums on the wire: declared, compared, kept and told again. */
#include "mocks/s3/testing.h"

#include "base/percent.h"
#include "mocks/s3/checksum.h"

#define CALL(...) testing_call(t, __VA_ARGS__)
#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define HEADER(name, value) CU_ASSERT(testing_header(t, name, value))

static struct testing *start(const char *profile)
{
    char options[120];
    struct testing *t;

    snprintf(options, sizeof(options),
             "{\"anonymous\": true, \"profile\": \"%s\", \"min_part\": 0}",
             profile);
    t = testing_new(options);
    t->unsigned_ = true;
    return t;
}

static const char *value_of(enum checksum_kind kind, const char *text)
{
    static char out[CHECKSUM_KINDS][64];
    uint8_t raw[CHECKSUM_VALUE];
    struct digests d;
    struct str b64;

    digests_init(&d);
    checksum_of(&d, kind, slice_of(text), raw);
    digests_fini(&d);
    str_init(&b64, 64);
    base64_encode(&b64,
                  (struct slice){(const char *)raw, checksums[kind].size});
    snprintf(out[kind], sizeof(out[kind]), "%s", str_z(&b64));
    str_fini(&b64);
    return out[kind];
}

static const char *header_of(enum checksum_kind kind, const char *text)
{
    static char out[200];

    snprintf(out, sizeof(out), "%s: %s\r\n", checksums[kind].header,
             value_of(kind, text));
    return out;
}

static void each_algorithm_is_compared_kept_and_told(void)
{
    struct testing *t = start("aws");

    for (int i = 1; i < CHECKSUM_KINDS; i++) {
        enum checksum_kind kind = (enum checksum_kind)i;
        const char *name = checksums[kind].header;

        CU_ASSERT_EQUAL(
            CALL("PUT", "/data-lake/k", "", header_of(kind, "other"), "hello"),
            400);
        SAYS("<Code>BadDigest</Code>");
        CU_ASSERT_EQUAL(
            CALL("PUT", "/data-lake/k", "", header_of(kind, "hello"), "hello"),
            200);
        HEADER(name, value_of(kind, "hello"));
        HEADER("x-amz-checksum-type", "FULL_OBJECT");
        CALL("GET", "/data-lake/k", "", NULL, NULL);
        CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, name));
        CALL("HEAD", "/data-lake/k", "", "x-amz-checksum-mode: ENABLED\r\n",
             NULL);
        HEADER(name, value_of(kind, "hello"));
        CALL("GET", "/data-lake/k", "",
             "x-amz-checksum-mode: ENABLED\r\nRange: bytes=0-1\r\n", NULL);
        CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, name));
        CALL("GET", "/data-lake/k", "attributes",
             "x-amz-object-attributes: Checksum\r\n", NULL);
        SAYS(value_of(kind, "hello"));
    }
    testing_free(t);
}

static void what_declares_none_gets_one_by_the_profile(void)
{
    struct testing *t = start("aws");

    CALL("PUT", "/data-lake/k", "", NULL, "hello");
    HEADER("x-amz-checksum-crc64nvme", value_of(CHECKSUM_CRC64NVME, "hello"));
    CALL("GET", "/data-lake", "list-type=2", NULL, NULL);
    SAYS("<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>"
         "<ChecksumType>FULL_OBJECT</ChecksumType>");
    testing_free(t);
    t = start("minio");
    CALL("PUT", "/data-lake/k", "", NULL, "hello");
    CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, "x-amz-checksum-crc64nvme"));
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "",
                         header_of(CHECKSUM_CRC32, "other"), "hello"),
                    400);
    SAYS("<Code>XAmzContentChecksumMismatch</Code>");
    testing_free(t);
}

static void broken_declarations_are_refused(void)
{
    static const char *const headers[] = {
        "x-amz-checksum-crc32: AAAA\r\n",
        "x-amz-checksum-crc32: ?\r\n",
        "x-amz-checksum-sha256: AAAAAA==\r\n",
        "x-amz-checksum-crc32: NhCmhg==\r\nx-amz-checksum-sha1: "
        "qvTGHdzF6KLavt4PO0gs2a6pQ00=\r\n",
        "x-amz-sdk-checksum-algorithm: CRC32\r\n",
        "x-amz-sdk-checksum-algorithm: MD5\r\n"
        "x-amz-checksum-crc32: NhCmhg==\r\n",
        "x-amz-sdk-checksum-algorithm: SHA1\r\n"
        "x-amz-checksum-crc32: NhCmhg==\r\n",
    };
    struct testing *t = start("aws");

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", headers[i], "hello"),
                        400);
        SAYS("<Code>InvalidRequest</Code>");
    }
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "",
                         "x-amz-sdk-checksum-algorithm: crc32\r\n"
                         "x-amz-checksum-crc32: NhCmhg==\r\n",
                         "hello"),
                    200);
    testing_free(t);
}

static void a_trailer_is_compared_too(void)
{
#define FRAMED                                                                 \
    "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n"             \
    "x-amz-decoded-content-length: 5\r\nx-amz-trailer: "                       \
    "x-amz-checksum-crc32\r\n"
    struct testing *t = start("aws");

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", FRAMED,
                         "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n"
                         "\r\n"),
                    400);
    SAYS("<Code>BadDigest</Code>");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", FRAMED,
                         "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n"
                         "\r\n"),
                    200);
    HEADER("x-amz-checksum-crc32", "NhCmhg==");
    testing_free(t);
}

/* ---- uploads ---- */

static char upload[120]; /* the query with its id */

static int begin(struct testing *t, const char *headers)
{
    int status = CALL("POST", "/data-lake/k", "uploads", headers, "");
    const char *at = strstr(t->body, "<UploadId>");

    if (at)
        snprintf(upload, sizeof(upload), "uploadId=%.32s", at + 10);
    return status;
}

static int part(struct testing *t, int number, const char *headers,
                const char *body)
{
    char query[160];

    snprintf(query, sizeof(query), "partNumber=%d&%s", number, upload);
    return CALL("PUT", "/data-lake/k", query, headers, body);
}

static int complete(struct testing *t, const char *headers, const char *element)
{
    char body[700], sums[2][160] = {"", ""};

    if (element) {
        enum checksum_kind kind = checksum_by_name(slice_of(element));
        const char *name = checksums[kind].element;

        snprintf(sums[0], sizeof(sums[0]), "<%s>%s</%s>", name,
                 value_of(kind, "a"), name);
        snprintf(sums[1], sizeof(sums[1]), "<%s>%s</%s>", name,
                 value_of(kind, "b"), name);
    }
    snprintf(body, sizeof(body),
             "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
             "0cc175b9c0f1b6a831c399e269772661</ETag>%s</Part><Part>"
             "<PartNumber>2</PartNumber><ETag>92eb5ffee6ae2fec3ad71c777531578f"
             "</ETag>%s</Part></CompleteMultipartUpload>",
             sums[0], sums[1]);
    return CALL("POST", "/data-lake/k", upload, headers, body);
}

static void composite_checksums_are_of_the_parts(void)
{
    struct testing *t = start("aws");

    CU_ASSERT_EQUAL(begin(t, "x-amz-checksum-algorithm: SHA256\r\n"), 200);
    HEADER("x-amz-checksum-algorithm", "SHA256");
    HEADER("x-amz-checksum-type", "COMPOSITE");
    CU_ASSERT_EQUAL(part(t, 1, header_of(CHECKSUM_CRC32, "a"), "a"), 400);
    SAYS("Checksum Type mismatch occurred");
    CU_ASSERT_EQUAL(part(t, 1, header_of(CHECKSUM_SHA256, "a"), "a"), 200);
    CU_ASSERT_EQUAL(part(t, 2, NULL, "b"), 200);
    HEADER("x-amz-checksum-sha256", value_of(CHECKSUM_SHA256, "b"));
    CU_ASSERT_EQUAL(complete(t, NULL, NULL), 400);
    SAYS("must include the checksum for each part");
    CU_ASSERT_EQUAL(complete(t, NULL, "SHA256"), 200);
    /* sha256 over both digests, by another implementation */
    SAYS("<ChecksumSHA256>5aAf7hTg7VxIcU8iGA8lrYNltT+XefedxKPX6Tlj+Uo=-2"
         "</ChecksumSHA256><ChecksumType>COMPOSITE</ChecksumType>");
    CALL("HEAD", "/data-lake/k", "", "x-amz-checksum-mode: ENABLED\r\n", NULL);
    HEADER("x-amz-checksum-type", "COMPOSITE");
    testing_free(t);
}

static void full_checksums_are_of_the_whole(void)
{
    static const enum checksum_kind kinds[] = {CHECKSUM_CRC32, CHECKSUM_CRC32C,
                                               CHECKSUM_CRC64NVME};
    struct testing *t = start("aws");
    char headers[160];

    for (size_t i = 0; i < 3; i++) {
        snprintf(headers, sizeof(headers),
                 "x-amz-checksum-algorithm: %s\r\nx-amz-checksum-type: "
                 "FULL_OBJECT\r\n",
                 checksums[kinds[i]].name);
        CU_ASSERT_EQUAL(begin(t, headers), 200);
        part(t, 1, NULL, "a");
        part(t, 2, NULL, "b");
        CU_ASSERT_EQUAL(complete(t, header_of(kinds[i], "ba"), NULL), 400);
        SAYS("<Code>BadDigest</Code>");
        CU_ASSERT_EQUAL(complete(t, "x-amz-checksum-type: COMPOSITE\r\n", NULL),
                        400);
        CU_ASSERT_EQUAL(complete(t, "x-amz-mp-object-size: 3\r\n", NULL), 400);
        CU_ASSERT_EQUAL(complete(t, header_of(kinds[i], "ab"), NULL), 200);
        SAYS(value_of(kinds[i], "ab"));
        SAYS("<ChecksumType>FULL_OBJECT</ChecksumType>");
    }
    testing_free(t);
}

static void types_and_algorithms_must_fit(void)
{
    static const char *const headers[] = {
        "x-amz-checksum-algorithm: MD5\r\n",
        "x-amz-checksum-type: COMPOSITE\r\n",
        "x-amz-checksum-algorithm: SHA1\r\n"
        "x-amz-checksum-type: FULL_OBJECT\r\n",
        "x-amz-checksum-algorithm: CRC64NVME\r\n"
        "x-amz-checksum-type: COMPOSITE\r\n",
        "x-amz-checksum-algorithm: CRC32\r\nx-amz-checksum-type: HALF\r\n",
    };
    struct testing *t = start("aws");

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        CU_ASSERT_EQUAL(begin(t, headers[i]), 400);
    testing_free(t);
}

UNIT_MAIN("s3/integrity", UNIT(each_algorithm_is_compared_kept_and_told),
          UNIT(what_declares_none_gets_one_by_the_profile),
          UNIT(broken_declarations_are_refused),
          UNIT(a_trailer_is_compared_too),
          UNIT(composite_checksums_are_of_the_parts),
          UNIT(full_checksums_are_of_the_whole),
          UNIT(types_and_algorithms_must_fit))
