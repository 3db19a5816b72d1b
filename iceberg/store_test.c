/* store: names, what a request looks like on the wire, ranges, errors. */
#include "base/arena.h"
#include "base/unit.h"
#include "iceberg/sigv4.h"
#include "iceberg/store.h"
#include "iceberg/store_error.h"
#include "iceberg/store_play_test.h"

static int get(struct play *p, int64_t first, int64_t bytes)
{
    struct ice_get get = {.uri = URI, .range = {first, bytes}};

    return ice_get_object(p->c, &get, &p->got, &p->e);
}

static void reads_the_names_of_objects(void)
{
    static const char *const wrong[] = {"s3://b",     "s3://b/",   "s3:///k",
                                        "http://b/k", "file:/b/k", ""};
    struct ice_object_name n;

    CU_ASSERT(ice__store_name("s3n://b/k/l", &n));
    CU_ASSERT(slice_eqz(n.bucket, "b"));
    CU_ASSERT(slice_eqz(n.key, "k/l"));
    CU_ASSERT(ice__store_name("s3://b//k", &n));
    CU_ASSERT(slice_eqz(n.key, "/k"));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CU_ASSERT_FALSE(ice__store_name(wrong[i], &n));
}

/* The signature that the request on the wire should have had. */
static void add_signature(struct str *out, const struct play *p,
                          const char *path, const char *const *headers,
                          size_t n)
{
    struct ice_sigv4_key key = {p->settings.s3_access_key,
                                p->settings.s3_secret_key, "us-east-1", "s3"};
    struct ice_sigv4_request r = {.method = "GET",
                                  .path = slice_of(path),
                                  .headers = headers,
                                  .n_headers = n,
                                  .date = "20130524T000000Z",
                                  .payload_hash = ICE_SHA256_EMPTY};

    str_addz(out, "\r\nAuthorization: ");
    ice__sigv4_sign(&key, &r, out);
    str_addz(out, "\r\n");
}

static void signs_what_goes_over_the_wire(void)
{
    static const struct peer_turn turns[] = {TEN};
    struct play p = {.style = "true"};
    const char *headers[5];
    struct str line;
    char host[64];
    char *all;

    play_start(&p, turns, 1);
    CU_ASSERT_EQUAL(get(&p, 0, 0), ICE_OK);
    CU_ASSERT_STRING_EQUAL(str_z(&p.got), "0123456789");
    snprintf(host, sizeof(host), "Host: 127.0.0.1:%d", p.peer.port);
    headers[0] = host;
    headers[1] = "x-amz-content-sha256: " ICE_SHA256_EMPTY;
    headers[2] = "x-amz-date: 20130524T000000Z";
    headers[3] = "x-amz-checksum-mode: ENABLED";
    str_init(&line, 4096);
    add_signature(&line, &p, "/data-lake/a%20b/c%2Bd.json", headers, 4);
    all = play_end(&p);
    CU_ASSERT(has(all, "GET /data-lake/a%20b/c%2Bd.json HTTP/1.1\r\n"));
    CU_ASSERT(has(all, str_z(&line)));
    for (int i = 0; i < 4; i++)
        CU_ASSERT(has(all, headers[i]));
    CU_ASSERT_EQUAL(count(all, "\r\nx-amz-date:"), 1);
    CU_ASSERT_EQUAL(count(all, "\r\nhost:"), 1);
    CU_ASSERT_EQUAL(count(all, "\r\nauthorization:"), 1);
    str_fini(&line);
    free(all);
}

static void sends_a_session_token_signed(void)
{
    static const struct peer_turn turns[] = {TEN};
    struct play p = {.style = "true", .session = "session-1"};
    char *all;

    play_start(&p, turns, 1);
    CU_ASSERT_EQUAL(get(&p, 0, 0), ICE_OK);
    all = play_end(&p);
    CU_ASSERT(has(all, "\r\nx-amz-security-token: session-1\r\n"));
    CU_ASSERT(has(all, "x-amz-date;x-amz-security-token,"));
    free(all);
}

static void puts_the_bucket_into_the_host_name(void)
{
    static const struct peer_turn turns[] = {TEN};
    struct play p = {.style = "false", .by_name = true};
    char *all, host[64];

    play_start(&p, turns, 1);
    snprintf(host, sizeof(host), "\r\nHost: data-lake.localhost:%d\r\n",
             p.peer.port);
    CU_ASSERT_EQUAL(get(&p, 0, 0), ICE_OK);
    all = play_end(&p);
    CU_ASSERT(has(all, "GET /x/a%20b/c%2Bd.json HTTP/1.1\r\n"));
    CU_ASSERT(has(all, host));
    free(all);
}

static void reads_a_range(void)
{
    static const struct peer_turn turns[] = {
        REPLY("206 Partial Content\r\nContent-Length: 3\r\n"
              "Content-Range: bytes 2-4/10",
              "234"),
        TEN,
        REPLY("206 Partial Content\r\nContent-Length: 1\r\n"
              "Content-Range: bytes 9-9/10",
              "9")};
    struct play p = {.style = "true"};
    char *all;

    play_start(&p, turns, 3);
    CU_ASSERT_EQUAL(get(&p, 2, 3), ICE_OK);
    CU_ASSERT_EQUAL(get(&p, 2, 3), ICE_OK); /* answered with the whole */
    CU_ASSERT_EQUAL(get(&p, 9, 5), ICE_OK); /* shorter at the end */
    CU_ASSERT_STRING_EQUAL(str_z(&p.got), "2342349");
    all = play_end(&p);
    CU_ASSERT(has(all, "\r\nRange: bytes=2-4\r\n"));
    CU_ASSERT(has(all, "SignedHeaders=host;range;x-amz-content-sha256;"));
    free(all);
}

static void refuses_a_part_that_was_not_asked_for(void)
{
    static const struct peer_turn turns[] = {
        REPLY("206 Partial Content\r\nContent-Length: 3\r\n"
              "Content-Range: bytes 3-5/10",
              "345"),
        REPLY("206 Partial Content\r\nContent-Length: 2\r\n"
              "Content-Range: bytes 2-4/10",
              "23"),
        REPLY("206 Partial Content\r\nContent-Length: 3", "234")};
    struct play p = {.style = "true"};

    play_start(&p, turns, 3);
    CU_ASSERT_EQUAL(get(&p, 2, 3), ICE_PROTOCOL);
    CU_ASSERT_EQUAL(p.e.attempts, 3);
    CU_ASSERT_EQUAL(p.got.len, 0);
    free(play_end(&p));
}

static void says_how_long_an_object_is(void)
{
    static const struct peer_turn turns[] = {
        REPLY("200 OK\r\nContent-Length: 12345\r\nETag: \"abc\"", ""),
        REPLY("404 Not Found\r\nContent-Length: 0", "")};
    struct play p = {.style = "true"};
    struct ice_object o;
    char *all;

    play_start(&p, turns, 2);
    CU_ASSERT_EQUAL(ice_head_object(p.c, URI, &o, &p.e), ICE_OK);
    CU_ASSERT_EQUAL(o.bytes, 12345);
    CU_ASSERT_STRING_EQUAL(o.etag, "\"abc\"");
    CU_ASSERT_EQUAL(ice_head_object(p.c, URI, &o, &p.e), ICE_NOT_FOUND);
    all = play_end(&p);
    CU_ASSERT(has(all, "HEAD /data-lake/a%20b/c%2Bd.json"));
    free(all);
}

static void repeats_a_read_that_failed(void)
{
    static const struct peer_turn turns[] = {
        REPLY("503 Slow Down\r\nContent-Length: 0", ""),
        {.reply = NULL, .end = PEER_RESET},
        TEN};
    struct play p = {.style = "true"};
    char *all;

    play_start(&p, turns, 3);
    CU_ASSERT_EQUAL(get(&p, 0, 0), ICE_OK);
    all = play_end(&p);
    CU_ASSERT_EQUAL(peer_count(all), 3);
    CU_ASSERT_EQUAL(count(all, "\r\nauthorization:"), 3);
    free(all);
}

static void names_the_stores_error(void)
{
    static const struct peer_turn turns[] = {
        REPLY("403 Forbidden\r\nContent-Length: 73",
              "<Error><Code>AccessDenied</Code><Message>go away</Message>"
              "<X></X></Error>")};
    struct play p = {.style = "true"};

    play_start(&p, turns, 1);
    CU_ASSERT_EQUAL(get(&p, 0, 0), ICE_DENIED);
    CU_ASSERT(has(p.e.cause, "AccessDenied: go away"));
    CU_ASSERT_STRING_EQUAL(p.e.operation, "GetObject");
    CU_ASSERT_EQUAL(p.e.attempts, 1);
    free(play_end(&p));
}

static void needs_keys_and_an_s3_name(void)
{
    struct play p = {.style = "true"};

    play_start(&p, NULL, 0);
    CU_ASSERT_EQUAL(ice_get_object(p.c, &(struct ice_get){.uri = "file:/x/y"},
                                   &p.got, &p.e),
                    ICE_INVALID);
    free(p.settings.s3_secret_key);
    p.settings.s3_secret_key = NULL;
    CU_ASSERT_EQUAL(get(&p, 0, 0), ICE_CONFIG);
    CU_ASSERT(has(p.e.cause, "S3_SECRET_KEY is missing"));
    free(play_end(&p));
}

static bool error_of(const char *body, char code[64], char message[256])
{
    struct str c, m;
    bool ok;

    str_init(&c, 63);
    str_init(&m, 255);
    ok = ice__store_error(slice_of(body), &c, &m);
    memcpy(code, str_z(&c), c.len + 1);
    memcpy(message, str_z(&m), m.len + 1);
    str_fini(&c);
    str_fini(&m);
    return ok;
}

static void reads_error_documents_only(void)
{
    static const char *const wrong[] = {
        "",
        "<html><body>no</body></html>",
        "<Error><Code>X</Code>",
        "<Error></Error>",
        "<!DOCTYPE Error [<!ENTITY a \"b\">]><Error><Code>&a;</Code></Error>",
        "{\"error\": 1}"};
    char code[64], message[256];

    CU_ASSERT(error_of("<?xml version=\"1.0\"?>\n<Error><Code>SlowDown</Code>"
                       "<Message>a &amp; b\nc</Message></Error>",
                       code, message));
    CU_ASSERT_STRING_EQUAL(code, "SlowDown");
    CU_ASSERT_STRING_EQUAL(message, "a & b c");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CU_ASSERT_FALSE(error_of(wrong[i], code, message));
}

static void hides_signatures_in_error_documents(void)
{
    char code[64], message[256];

    CU_ASSERT(error_of("<Error><Code>SignatureDoesNotMatch</Code><Message>got "
                       "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd9103"
                       "9c6036bdb41!</Message></Error>",
                       code, message));
    CU_ASSERT_STRING_EQUAL(message, "got ***!");
}

UNIT_MAIN("store", UNIT(reads_the_names_of_objects),
          UNIT(signs_what_goes_over_the_wire),
          UNIT(sends_a_session_token_signed),
          UNIT(puts_the_bucket_into_the_host_name), UNIT(reads_a_range),
          UNIT(refuses_a_part_that_was_not_asked_for),
          UNIT(says_how_long_an_object_is), UNIT(repeats_a_read_that_failed),
          UNIT(names_the_stores_error), UNIT(needs_keys_and_an_s3_name),
          UNIT(reads_error_documents_only),
          UNIT(hides_signatures_in_error_documents))
