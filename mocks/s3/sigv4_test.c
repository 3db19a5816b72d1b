/* SigV4 against the examples that AWS publishes for S3 ("Signature
 * calculations for the Authorization header", key AKIAIOSFODNN7EXAMPLE). */
#include "mocks/s3/sigv4.h"

#include <string.h>

#include "base/unit.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define SCOPE "20130524/us-east-1/s3/aws4_request"
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HOST                                                                   \
    {                                                                          \
        SLICE_LIT("Host"), SLICE_LIT("examplebucket.s3.amazonaws.com")         \
    }
#define WHEN                                                                   \
    {                                                                          \
        SLICE_LIT("x-amz-date"), SLICE_LIT("20130524T000000Z")                 \
    }
#define HASH(h)                                                                \
    {                                                                          \
        SLICE_LIT("x-amz-content-sha256"), SLICE_LIT(h)                        \
    }

struct example {
    const char *method, *path, *query, *hash, *signed_headers, *signature;
    struct http_header headers[8];
};

static const struct example examples[] = {
    {"GET",
     "/test.txt",
     "",
     EMPTY,
     "host;range;x-amz-content-sha256;x-amz-date",
     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
     {HOST, {SLICE_LIT("Range"), SLICE_LIT("bytes=0-9")}, HASH(EMPTY), WHEN}},
    {"PUT",
     "/test$file.text",
     "",
     "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
     "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
     {{SLICE_LIT("Date"), SLICE_LIT("Fri, 24 May 2013 00:00:00 GMT")},
      HOST,
      WHEN,
      {SLICE_LIT("x-amz-storage-class"), SLICE_LIT("REDUCED_REDUNDANCY")},
      HASH(
          "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")}},
    {"GET",
     "/",
     "lifecycle",
     EMPTY,
     "host;x-amz-content-sha256;x-amz-date",
     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
     {HOST, HASH(EMPTY), WHEN}},
    {"GET",
     "/",
     "max-keys=2&prefix=J",
     EMPTY,
     "host;x-amz-content-sha256;x-amz-date",
     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
     {HOST, HASH(EMPTY), WHEN}},
};

static struct http_request request_of(const struct example *e)
{
    struct http_request r = {.method = slice_of(e->method),
                             .path = slice_of(e->path),
                             .query = slice_of(e->query)};

    r.headers = (struct http_header *)e->headers;
    while (r.n_headers < 8 && e->headers[r.n_headers].name.p)
        r.n_headers++;
    return r;
}

struct bench {
    struct digests digests;
    struct sigv4_keys *keys;
    struct arena arena;
    struct str canonical, to_sign;
};

static void bench_init(struct bench *b)
{
    digests_init(&b->digests);
    b->keys = sigv4_keys_new();
    arena_init(&b->arena);
    str_init(&b->canonical, 1 << 16);
    str_init(&b->to_sign, 1 << 16);
}

static void bench_fini(struct bench *b)
{
    str_fini(&b->canonical);
    str_fini(&b->to_sign);
    arena_fini(&b->arena);
    sigv4_keys_free(b->keys);
    digests_fini(&b->digests);
}

/* The header that the example would have been sent with. */
static void authorization(struct str *out, const struct example *e)
{
    str_addf(out,
             "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/" SCOPE
             ",SignedHeaders=%s,Signature=%s",
             e->signed_headers, e->signature);
}

static bool verifies(struct bench *b, const struct http_request *r,
                     const struct example *e, const char *secret)
{
    struct sigv4_authorization auth;
    char signature[SHA256_HEX];
    struct str value;
    bool ok;

    str_init(&value, 4096);
    str_reset(&b->canonical);
    str_reset(&b->to_sign);
    authorization(&value, e);
    ok = sigv4_parse(str_slice(&value), &auth) == NULL &&
         sigv4_canonical(&b->canonical, r, &auth, slice_of(e->hash), &b->arena);
    sigv4_string_to_sign(&b->to_sign, &b->digests,
                         SLICE_LIT("20130524T000000Z"), auth.scope,
                         str_slice(&b->canonical));
    sigv4_sign(b->keys, &auth, secret, str_slice(&b->to_sign), signature);
    ok = ok && slice_eqz(auth.signature, signature);
    str_fini(&value);
    return ok;
}

static void published_examples_verify(void)
{
    struct bench b;

    bench_init(&b);
    for (size_t round = 0; round < 2; round++) /* derived keys, kept keys */
        for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
            struct http_request r = request_of(&examples[i]);

            CU_ASSERT(verifies(&b, &r, &examples[i], SECRET));
        }
    bench_fini(&b);
}

/* "Authenticating requests: using query parameters". */
static void published_presigned_url_verifies(void)
{
    struct http_header host = HOST;
    struct http_request r = {
        .method = SLICE_LIT("GET"),
        .path = SLICE_LIT("/test.txt"),
        .query = SLICE_LIT(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
            "AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&"
            "X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
            "X-Amz-SignedHeaders=host&X-Amz-Signature=whatever"),
        .headers = &host,
        .n_headers = 1};
    struct sigv4_authorization auth = {.signed_headers = SLICE_LIT("host"),
                                       .in_query = true};
    char signature[SHA256_HEX];
    struct bench b;

    bench_init(&b);
    CU_ASSERT_PTR_NULL(
        sigv4_credential(SLICE_LIT("AKIAIOSFODNN7EXAMPLE/" SCOPE), &auth));
    CU_ASSERT(sigv4_canonical(&b.canonical, &r, &auth,
                              SLICE_LIT("UNSIGNED-PAYLOAD"), &b.arena));
    sigv4_string_to_sign(&b.to_sign, &b.digests, SLICE_LIT("20130524T000000Z"),
                         auth.scope, str_slice(&b.canonical));
    sigv4_sign(b.keys, &auth, SECRET, str_slice(&b.to_sign), signature);
    CU_ASSERT_STRING_EQUAL(
        signature,
        "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
    bench_fini(&b);
}

static void published_canonical_request_is_rebuilt(void)
{
    struct http_request r = request_of(&examples[1]);
    struct bench b;

    bench_init(&b);
    CU_ASSERT(verifies(&b, &r, &examples[1], SECRET));
    CU_ASSERT_STRING_EQUAL(
        str_z(&b.canonical),
        "PUT\n/test%24file.text\n\n"
        "date:Fri, 24 May 2013 00:00:00 GMT\n"
        "host:examplebucket.s3.amazonaws.com\n"
        "x-amz-content-sha256:"
        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072\n"
        "x-amz-date:20130524T000000Z\n"
        "x-amz-storage-class:REDUCED_REDUNDANCY\n\n"
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class\n"
        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
    CU_ASSERT_STRING_EQUAL(
        str_z(&b.to_sign),
        "AWS4-HMAC-SHA256\n20130524T000000Z\n" SCOPE "\n"
        "9e0e90d9c76de8fa5b200d8c849cd5b8dc7a3be3951ddb7f6a76b4158342019d");
    bench_fini(&b);
}

static void any_change_breaks_the_signature(void)
{
    struct http_request r;
    struct bench b;

    bench_init(&b);
    r = request_of(&examples[0]);
    CU_ASSERT_FALSE(verifies(&b, &r, &examples[0], "another secret"));
    bench_fini(&b);
    bench_init(&b);
    r.path = SLICE_LIT("/test.tx");
    CU_ASSERT_FALSE(verifies(&b, &r, &examples[0], SECRET));
    r = request_of(&examples[0]);
    r.query = SLICE_LIT("a");
    CU_ASSERT_FALSE(verifies(&b, &r, &examples[0], SECRET));
    r = request_of(&examples[0]);
    r.method = SLICE_LIT("PUT");
    CU_ASSERT_FALSE(verifies(&b, &r, &examples[0], SECRET));
    r = request_of(&examples[0]);
    r.n_headers = 1; /* signed headers are missing */
    CU_ASSERT_FALSE(verifies(&b, &r, &examples[0], SECRET));
    bench_fini(&b);
}

static void canonical_is(const char *path, const char *query, const char *want)
{
    struct http_request r = {.method = SLICE_LIT("GET"),
                             .path = slice_of(path),
                             .query = slice_of(query)};
    struct http_header headers[] = {
        {SLICE_LIT("X-Amz-Meta-A"), SLICE_LIT("  one   two  ")},
        {SLICE_LIT("Host"), SLICE_LIT("h:9000")},
        {SLICE_LIT("x-amz-meta-a"), SLICE_LIT("three")},
    };
    struct sigv4_authorization auth = {.signed_headers =
                                           SLICE_LIT("host;x-amz-meta-a")};
    struct bench b;

    r.headers = headers;
    r.n_headers = 3;
    bench_init(&b);
    CU_ASSERT(sigv4_canonical(&b.canonical, &r, &auth,
                              SLICE_LIT("UNSIGNED-PAYLOAD"), &b.arena));
    CU_ASSERT_STRING_EQUAL(str_z(&b.canonical), want);
    bench_fini(&b);
}

#define REST                                                                   \
    "host:h:9000\nx-amz-meta-a:one two,three\n\nhost;x-amz-meta-a\n"           \
    "UNSIGNED-PAYLOAD"

static void path_is_encoded_once_and_not_normalised(void)
{
    canonical_is("/b//a/../k%20%2B+=%c3%a9:~", "",
                 "GET\n/b//a/../k%20%2B%2B%3D%C3%A9%3A~\n\n" REST);
    canonical_is("", "", "GET\n/\n\n" REST);
}

static void query_is_decoded_encoded_and_sorted(void)
{
    canonical_is("/", "prefix=a%2fb+c&delete&list-type=2&a=2&a=10&&A=",
                 "GET\n/\nA=&a=10&a=2&delete=&list-type=2&prefix=a%2Fb%20c\n" //
                 REST);
}

static void undecodable_requests_are_refused(void)
{
    struct http_request r = {.method = SLICE_LIT("GET"),
                             .path = SLICE_LIT("/a%zz")};
    struct sigv4_authorization auth = {.signed_headers = SLICE_LIT("host")};
    struct bench b;

    bench_init(&b);
    CU_ASSERT_FALSE(
        sigv4_canonical(&b.canonical, &r, &auth, SLICE_LIT(EMPTY), &b.arena));
    r.path = SLICE_LIT("/a");
    r.query = SLICE_LIT("a=%2");
    CU_ASSERT_FALSE(
        sigv4_canonical(&b.canonical, &r, &auth, SLICE_LIT(EMPTY), &b.arena));
    bench_fini(&b);
}

static void authorization_is_parsed_from_the_right(void)
{
    struct sigv4_authorization a;

    CU_ASSERT_PTR_NULL(sigv4_parse(
        SLICE_LIT("AWS4-HMAC-SHA256 Credential=a/b/20130524/eu/s3/aws4_request"
                  " , SignedHeaders=host;x-amz-date,Signature=" EMPTY),
        &a));
    CU_ASSERT(slice_eqz(a.access_key, "a/b"));
    CU_ASSERT(slice_eqz(a.scope, "20130524/eu/s3/aws4_request"));
    CU_ASSERT(slice_eqz(a.region, "eu") && slice_eqz(a.service, "s3"));
    CU_ASSERT(sigv4_header_is_signed(&a, SLICE_LIT("X-Amz-Date")));
    CU_ASSERT(sigv4_header_is_signed(&a, SLICE_LIT("host")));
    CU_ASSERT_FALSE(sigv4_header_is_signed(&a, SLICE_LIT("x-amz")));
    CU_ASSERT_FALSE(sigv4_header_is_signed(&a, SLICE_LIT("")));
}

static void broken_authorizations_are_refused(void)
{
#define OK_C "Credential=K/" SCOPE
#define OK_S "SignedHeaders=host"
#define OK_G "Signature=" EMPTY
    static const char *const broken[] = {
        "",
        "Basic abc",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 " OK_C "," OK_S,
        "AWS4-HMAC-SHA256 " OK_C "," OK_G,
        "AWS4-HMAC-SHA256 " OK_S "," OK_G,
        "AWS4-HMAC-SHA256 " OK_C "," OK_C "," OK_S "," OK_G,
        "AWS4-HMAC-SHA256 " OK_C "," OK_S "," OK_G ",Extra=1",
        "AWS4-HMAC-SHA256 " OK_C "," OK_S ",Signature=abc",
        "AWS4-HMAC-SHA256 Credential=K," OK_S "," OK_G,
        "AWS4-HMAC-SHA256 Credential=/" SCOPE "," OK_S "," OK_G,
        "AWS4-HMAC-SHA256 Credential=K/20130524/r/s3/aws5," OK_S "," OK_G,
        "AWS4-HMAC-SHA256 Credential=K/2013/r/s3/aws4_request," OK_S "," OK_G,
    };
    struct sigv4_authorization a;

    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        CU_ASSERT_PTR_NOT_NULL(sigv4_parse(slice_of(broken[i]), &a));
}

UNIT_MAIN("s3/sigv4", UNIT(published_examples_verify),
          UNIT(published_presigned_url_verifies),
          UNIT(published_canonical_request_is_rebuilt),
          UNIT(any_change_breaks_the_signature),
          UNIT(path_is_encoded_once_and_not_normalised),
          UNIT(query_is_decoded_encoded_and_sorted),
          UNIT(undecodable_requests_are_refused),
          UNIT(authorization_is_parsed_from_the_right),
          UNIT(broken_authorizations_are_refused))
