/* gzip of requests and answers, and the tags that go with it. */
#include "mocks/catalog/coding.h"
#include "mocks/catalog/testing.h"

#define TABLE "/v1/namespaces/db/tables/x"
#define GZIP "Accept-Encoding: gzip, deflate\r\n"

static void start(struct bench *b, const char *options)
{
    char body[3000], filler[1600];
    CU_ASSERT_FATAL(bench_start(b, options));
    memset(filler, 'a', sizeof filler);
    filler[sizeof filler - 1] = 0;
    snprintf(body, sizeof body,
             "{\"name\":\"x\",\"schema\":" SIMPLE_SCHEMA
             ",\"properties\":{\"filler\":\"%s\"}}",
             filler);
    CU_ASSERT_EQUAL_FATAL(ask(b, "POST", "/v1/namespaces/db/tables", body),
                          200);
}

/* The tag of a load that went so. */
static const char *load(struct bench *b, const char *path, const char *headers,
                        int status, const char *coding)
{
    CU_ASSERT_EQUAL(ask_how(b, PLAIN, "GET", path, headers, NULL), status);
    CU_ASSERT_STRING_EQUAL(b->coding, coding);
    return b->etag;
}

static void answers_are_packed_for_those_who_take_it(void)
{
    static const struct {
        const char *header, *coding;
    } rows[] = {
        {"", ""},
        {"Accept-Encoding: gzip\r\n", "gzip"},
        {"Accept-Encoding: br, gzip;q=0.5\r\n", "gzip"},
        {"Accept-Encoding: GZIP\r\n", "gzip"},
        {"Accept-Encoding: x-gzip\r\n", "gzip"},
        {"Accept-Encoding: *\r\n", "gzip"},
        {"Accept-Encoding: gzip;q=0\r\n", ""},
        {"Accept-Encoding: gzip; q=0.000, *\r\n", ""},
        {"Accept-Encoding: identity, br\r\n", ""},
    };
    struct bench b;
    start(&b, "{\"namespaces\":[\"db\"]}");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        load(&b, TABLE, rows[i].header, 200, rows[i].coding);
    bench_stop(&b);
}

static void a_packed_answer_holds_the_same(void)
{
    struct bench b;
    struct str plain;
    start(&b, "{\"namespaces\":[\"db\"]}");
    load(&b, TABLE, "", 200, "");
    char *text = mem_strdup(b.text);
    for (int i = 0; i < 2; i++) {
        load(&b, TABLE, GZIP, 200, "gzip");
        str_init(&plain, 1 << 20);
        CU_ASSERT(gunzip_add((struct slice){b.text, b.text_len}, &plain));
        CU_ASSERT_STRING_EQUAL(str_z(&plain), text);
        str_fini(&plain);
    }
    free(text);
    bench_stop(&b);
}

static void small_answers_and_errors_stay_plain(void)
{
    struct bench b;
    start(&b, "{\"namespaces\":[\"db\"]}");
    load(&b, "/v1/namespaces/db", GZIP, 200, "");
    load(&b, TABLE "z", GZIP, 404, "");
    bench_stop(&b);
    start(&b, "{\"namespaces\":[\"db\"],\"gzip\":false}");
    load(&b, TABLE, GZIP, 200, "");
    bench_stop(&b);
}

static void tags_are_known_whatever_the_coding(void)
{
    struct bench b;
    char plain[80], packed[80], refs[80], header[300];
    start(&b, "{\"namespaces\":[\"db\"]}");
    snprintf(plain, sizeof plain, "%s", load(&b, TABLE, "", 200, ""));
    snprintf(packed, sizeof packed, "%s", load(&b, TABLE, GZIP, 200, "gzip"));
    snprintf(refs, sizeof refs, "%s",
             load(&b, TABLE "?snapshots=refs", GZIP, 200, "gzip"));
    CU_ASSERT(strcmp(plain, packed) != 0 && strcmp(packed, refs) != 0);
    const char *const tags[] = {plain, packed};
    for (size_t i = 0; i < 2; i++)
        for (int gzip = 0; gzip < 2; gzip++) {
            snprintf(header, sizeof header, "%sIf-None-Match: %s\r\n",
                     gzip ? GZIP : "", tags[i]);
            load(&b, TABLE, header, 304, "");
            load(&b, TABLE "?snapshots=all", header, 304, "");
            load(&b, TABLE "?snapshots=refs", header, 200, gzip ? "gzip" : "");
        }
    snprintf(header, sizeof header, GZIP "If-None-Match: W/\"z\", %s\r\n",
             refs);
    load(&b, TABLE "?snapshots=refs", header, 304, "");
    load(&b, TABLE, header, 200, "gzip");
    bench_stop(&b);
}

static void a_commit_makes_another_tag(void)
{
    struct bench b;
    char header[300];
    start(&b, "{\"namespaces\":[\"db\"]}");
    snprintf(header, sizeof header, GZIP "If-None-Match: %s\r\n",
             load(&b, TABLE, GZIP, 200, "gzip"));
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", TABLE, GZIP,
                            "{\"updates\":[{\"action\":\"set-properties\","
                            "\"updates\":{\"a\":\"b\"}}]}"),
                    200);
    CU_ASSERT_STRING_EQUAL(b.coding, "gzip");
    char committed[300];
    snprintf(committed, sizeof committed, GZIP "If-None-Match: %s\r\n", b.etag);
    load(&b, TABLE, header, 200, "gzip");
    load(&b, TABLE, committed, 304, "");
    bench_stop(&b);
}

/* ---- requests ---- */

static int send_body(struct bench *b, const char *headers, struct slice body)
{
    struct exchange x;
    struct http1 *parser;
    struct str wire;
    str_init(&wire, 1 << 20);
    str_addf(&wire,
             "POST /v1/namespaces HTTP/1.1\r\nHost: a\r\n%s"
             "Content-Length: %zu\r\n\r\n",
             headers, body.len);
    str_adds(&wire, body);
    CU_ASSERT_FATAL(bench_open(b, &x, wire.p, wire.len, &parser));
    bench_run(b, &x, PLAIN);
    bench_keep_answer(b, &x);
    bench_close(&x, parser);
    str_fini(&wire);
    return b->status;
}

static void a_packed_body_is_read_and_named(void)
{
    struct bench b;
    struct packer *packer = NULL;
    struct str s;
    start(&b, "{\"namespaces\":[\"db\"]}");
    str_init(&s, 1 << 20);
    gzip_add(&packer, SLICE_LIT("{\"namespace\":[\"gz\"]}"), &s);
    struct slice packed = str_slice(&s), half = {s.p, s.len / 2};
    CU_ASSERT_EQUAL(send_body(&b, "Content-Encoding: gzip\r\n", packed), 200);
    CU_ASSERT_STRING_EQUAL(b.names.namespace_, "gz");
    CU_ASSERT_EQUAL(send_body(&b, "Content-Encoding: gzip\r\n", packed), 409);
    CU_ASSERT_EQUAL(send_body(&b, "", packed), 400);
    CU_ASSERT_EQUAL(send_body(&b, "Content-Encoding: gzip\r\n", half), 400);
    CU_ASSERT_EQUAL(send_body(&b, "Content-Encoding: br\r\n", packed), 415);
    CU_ASSERT_EQUAL(send_body(&b, "Content-Encoding: identity\r\n",
                              SLICE_LIT("{\"namespace\":[\"id\"]}")),
                    200);
    packer_free(packer);
    str_fini(&s);
    bench_stop(&b);
}

static void a_body_that_grows_too_large_is_refused(void)
{
    struct bench b;
    struct packer *packer = NULL;
    struct str s;
    start(&b, "{\"namespaces\":[\"db\"]}");
    str_init(&s, 1 << 20);
    size_t n = (size_t)JSON_MAX_BYTES + 1;
    char *blanks = mem_alloc(n);
    memset(blanks, ' ', n);
    CU_ASSERT(gzip_add(&packer, (struct slice){blanks, n}, &s));
    CU_ASSERT_EQUAL(send_body(&b, "Content-Encoding: gzip\r\n", str_slice(&s)),
                    400);
    CU_ASSERT_STRING_EQUAL(error_message(&b),
                           "Cannot parse request body: not a gzip stream, or "
                           "too large");
    free(blanks);
    packer_free(packer);
    str_fini(&s);
    bench_stop(&b);
}

UNIT_MAIN("catalog coding", UNIT(answers_are_packed_for_those_who_take_it),
          UNIT(a_packed_answer_holds_the_same),
          UNIT(small_answers_and_errors_stay_plain),
          UNIT(tags_are_known_whatever_the_coding),
          UNIT(a_commit_makes_another_tag),
          UNIT(a_packed_body_is_read_and_named),
          UNIT(a_body_that_grows_too_large_is_refused))
