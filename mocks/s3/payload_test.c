/* Bodies in frames: the examples that AWS publishes ("Signature calculations
 * for the Authorization header: transferring payload in multiple chunks", and
 * the same with a trailer), and everything that can be wrong with such bodies.
 */
#include "mocks/s3/testing.h"

#define SAYS(text) CU_ASSERT(testing_says(t, text))

enum { FIRST = 65536, SECOND = 1024, WHOLE = FIRST + SECOND };

struct framed {                               /* a request to be */
    const char *hash, *seed, *signed_, *more; /* headers */
    const char *sign[3];                      /* of the chunks; NULL: none */
    const char *end;                          /* behind the last chunk's line */
};

static const struct framed plain_example = {
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
    "x-amz-decoded-content-length;x-amz-storage-class",
    "Content-Length: 66824\r\n",
    {"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
     "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
     "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"},
    "\r\n"};

#define CHECKSUM "x-amz-checksum-crc32c:sOO8/Q==\r\n"
#define TRAILER_SIGN                                                           \
    "x-amz-trailer-signature:"                                                 \
    "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"

static const struct framed trailer_example = {
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    "content-encoding;host;x-amz-content-sha256;x-amz-date;"
    "x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
    "x-amz-trailer: x-amz-checksum-crc32c\r\nTransfer-Encoding: chunked\r\n",
    {"b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
     "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
     "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"},
    CHECKSUM TRAILER_SIGN "\r\n\r\n"};

static struct testing *published(void)
{
    struct testing *t =
        testing_new("{\"profile\": \"aws\", \"buckets\": [\"examplebucket\"], "
                    "\"users\": [{\"key\": "
                    "\"AKIAIOSFODNN7EXAMPLE\", \"secret\": "
                    "\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"}]}");

    t->unix_ms = INT64_C(1369353600000);
    return t;
}

static void add_chunk(struct str *out, const char *sign, size_t n)
{
    char *bytes = mem_alloc(n + 1);

    memset(bytes, 'a', n);
    str_addf(out, "%zx", n);
    if (sign)
        str_addf(out, ";chunk-signature=%s", sign);
    str_addz(out, "\r\n");
    str_add(out, bytes, n);
    if (n)
        str_addz(out, "\r\n");
    free(bytes);
}

static void add_body(struct str *out, const struct framed *f)
{
    add_chunk(out, f->sign[0], FIRST);
    add_chunk(out, f->sign[1], SECOND);
    add_chunk(out, f->sign[2], 0);
    str_addz(out, f->end);
}

static void add_head(struct str *out, const struct framed *f)
{
    str_addf(out,
             "PUT /examplebucket/chunkObject.txt HTTP/1.1\r\n"
             "Host: s3.amazonaws.com\r\nx-amz-date: 20130524T000000Z\r\n"
             "x-amz-storage-class: REDUCED_REDUNDANCY\r\n"
             "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/"
             "20130524/us-east-1/s3/aws4_request,SignedHeaders=%s,"
             "Signature=%s\r\nx-amz-content-sha256: %s\r\n"
             "Content-Encoding: aws-chunked\r\n"
             "x-amz-decoded-content-length: 66560\r\n%s\r\n",
             f->signed_, f->seed, f->hash, f->more);
}

/* HTTP's own chunks around the frames, cut at odd places. */
static void add_http_chunks(struct str *out, const struct str *body)
{
    for (size_t at = 0; at < body->len; at += 7001) {
        size_t n = body->len - at < 7001 ? body->len - at : 7001;

        str_addf(out, "%zx\r\n", n);
        str_add(out, body->p + at, n);
        str_addz(out, "\r\n");
    }
    str_addz(out, "0\r\n\r\n");
}

static int put(struct testing *t, const struct framed *f)
{
    struct str wire, body;
    int status;

    str_init(&wire, 1 << 20);
    str_init(&body, 1 << 20);
    add_head(&wire, f);
    add_body(&body, f);
    if (strstr(f->more, "chunked"))
        add_http_chunks(&wire, &body);
    else
        str_adds(&wire, str_slice(&body));
    status = testing_send(t, &wire);
    str_fini(&wire);
    str_fini(&body);
    return status;
}

static void stored(struct testing *t)
{
    struct slice bytes = {NULL, 0};

    CU_ASSERT(s3_get(t->s3, "examplebucket", "chunkObject.txt", &bytes));
    CU_ASSERT_EQUAL(bytes.len, WHOLE);
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.p[i] != 'a')
            CU_FAIL("frames were stored");
}

static void published_chunks_verify(void)
{
    struct testing *t = published();

    CU_ASSERT_EQUAL(put(t, &plain_example), 200);
    stored(t);
    testing_free(t);
}

static void published_trailer_verifies_in_http_chunks_too(void)
{
    struct testing *t = published();
    struct framed f = trailer_example;

    CU_ASSERT_EQUAL(put(t, &f), 200);
    stored(t);
    f.end = "x-amz-checksum-crc32c:sOO8/Q==\n\r\n" TRAILER_SIGN "\r\n\r\n";
    CU_ASSERT_EQUAL(put(t, &f), 200); /* as MinIO's clients have it */
    f.end = CHECKSUM TRAILER_SIGN "\n";
    CU_ASSERT_EQUAL(put(t, &f), 200);
    testing_free(t);
}

static void a_chain_that_is_broken_anywhere_is_refused(void)
{
    struct testing *t = published();

    for (int i = 0; i < 3; i++) {
        struct framed f = plain_example;

        f.sign[i] = plain_example.sign[(i + 1) % 3];
        CU_ASSERT_EQUAL(put(t, &f), 403);
        SAYS("<Code>SignatureDoesNotMatch</Code>");
        SAYS("<StringToSign>AWS4-HMAC-SHA256-PAYLOAD\n20130524T000000Z\n");
    }
    struct framed f = trailer_example;

    f.end = CHECKSUM "x-amz-trailer-signature:" EMPTY "\r\n\r\n";
    CU_ASSERT_EQUAL(put(t, &f), 403);
    SAYS("<StringToSign>AWS4-HMAC-SHA256-TRAILER\n20130524T000000Z\n");
    f.end = "x-amz-checksum-crc32c:sOO8/A==\r\n" TRAILER_SIGN "\r\n\r\n";
    CU_ASSERT_EQUAL(put(t, &f), 403);
    CU_ASSERT_FALSE(s3_get(t->s3, "examplebucket", "chunkObject.txt",
                           &(struct slice){NULL, 0}));
    testing_free(t);
}

static void trailers_must_be_as_announced(void)
{
    static const char *const ends[] = {
        CHECKSUM "\r\n",
        "\r\n",
        "",
        "x-amz-checksum-crc32:sOO8/Q==\r\n" TRAILER_SIGN "\r\n\r\n",
        CHECKSUM TRAILER_SIGN "\r\n" CHECKSUM "\r\n",
        "no colon\r\n\r\n",
        ":no name\r\n\r\n",
        CHECKSUM TRAILER_SIGN "\r\n\r\nmore",
    };
    struct testing *t = published();
    struct framed f = trailer_example;

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        f.end = ends[i];
        CU_ASSERT_EQUAL(put(t, &f), 400);
        SAYS("<Code>MalformedTrailerError</Code>");
    }
    testing_free(t);
}

/* ---- unsigned frames, by anyone ---- */

static int put_frames(struct testing *t, const char *length,
                      const char *trailer, const char *body)
{
    char headers[300];

    snprintf(headers, sizeof(headers),
             "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n%s%s"
             "\r\n%s%s%s",
             length ? "x-amz-decoded-content-length: " : "X-Nothing: ",
             length ? length : "", trailer ? "x-amz-trailer: " : "",
             trailer ? trailer : "", trailer ? "\r\n" : "");
    return testing_call(t, "PUT", "/data-lake/k", "", headers, body);
}

static void unsigned_frames_are_undone(void)
{
    static const struct {
        const char *length, *trailer, *body, *stored;
    } cases[] = {
        {"5", NULL, "5\r\nhello\r\n0\r\n\r\n", "hello"},
        {"5", NULL, "3\r\nhel\r\n2\r\nlo\r\n0\r\n", "hello"},
        {"0", NULL, "0\r\n\r\n", ""},
        {"12", NULL, "C\r\nhello\r\nworld\r\n000\r\n\r\n", "hello\r\nworld"},
        {"5", "x-amz-checksum-crc32",
         "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "hello"},
    };
    struct testing *t =
        testing_new("{\"profile\": \"aws\", \"anonymous\": true}");
    struct slice bytes;

    t->unsigned_ = true;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CU_ASSERT_EQUAL(
            put_frames(t, cases[i].length, cases[i].trailer, cases[i].body),
            200);
        CU_ASSERT(s3_get(t->s3, "data-lake", "k", &bytes));
        CU_ASSERT(slice_eqz(bytes, cases[i].stored));
    }
    testing_free(t);
}

static void broken_frames_are_refused(void)
{
    static const struct {
        const char *length, *body;
    } cases[] = {
        {"5", ""},
        {"5", "5\r\nhello\r\n"},
        {"5", "5\r\nhello"},
        {"5", "5\r\nhell\r\n0\r\n\r\n"},
        {"5", "5\nhello\r\n0\r\n\r\n"},
        {"4", "5\r\nhello\r\n0\r\n\r\n"},
        {"6", "5\r\nhello\r\n0\r\n\r\n"},
        {"99999", "5\r\nhello\r\n0\r\n\r\n"},
        {"5", "x\r\nhello\r\n0\r\n\r\n"},
        {"5", "\r\nhello\r\n0\r\n\r\n"},
        {"5", "5;ext=1\r\nhello\r\n0\r\n\r\n"},
        {"5", "5;chunk-signature=abc\r\nhello\r\n0\r\n\r\n"},
        {"5", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n"},
        {"5", "-5\r\nhello\r\n0\r\n\r\n"},
    };
    struct testing *t =
        testing_new("{\"profile\": \"aws\", \"anonymous\": true}");

    t->unsigned_ = true;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CU_ASSERT_EQUAL(put_frames(t, cases[i].length, NULL, cases[i].body),
                        400);
        SAYS("<Code>IncompleteBody</Code>");
    }
    CU_ASSERT_EQUAL(put_frames(t, NULL, NULL, "0\r\n\r\n"), 411);
    CU_ASSERT_EQUAL(put_frames(t, "-1", NULL, "0\r\n\r\n"), 411);
    testing_free(t);
}

static bool any(const char *a, const char *b, size_t n)
{
    return n > 0 && a && b;
}

static void small_signed_chunks_come_last(void)
{
    struct testing *t = published();
    struct str wire;

    s3_compare_signatures(t->s3, any); /* the chain is not in question here */
    str_init(&wire, 1 << 20);
    add_head(&wire, &plain_example);
    add_chunk(&wire, plain_example.sign[0], SECOND);
    add_chunk(&wire, plain_example.sign[1], FIRST);
    add_chunk(&wire, plain_example.sign[2], 0);
    str_addz(&wire, "\r\n");
    CU_ASSERT_EQUAL(testing_send(t, &wire), 400);
    SAYS("<Code>InvalidChunkSizeError</Code>");
    SAYS("<Chunk>1</Chunk><BadChunkSize>1024</BadChunkSize>");
    str_fini(&wire);
    testing_free(t);
}

UNIT_MAIN("s3/payload", UNIT(published_chunks_verify),
          UNIT(published_trailer_verifies_in_http_chunks_too),
          UNIT(a_chain_that_is_broken_anywhere_is_refused),
          UNIT(trailers_must_be_as_announced), UNIT(unsigned_frames_are_undone),
          UNIT(broken_frames_are_refused), UNIT(small_signed_chunks_come_last))
