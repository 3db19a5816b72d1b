/* http1: requests taken apart, refused where they must be, and answers. */
#include "base/unit.h"
#include "mocks/http1_split.h"

#include <string.h>

#define H "Host: x\r\n"
#define GET "GET / HTTP/1.1\r\n" H

/* ---- refusals ------------------------------------------------------------ */

static const struct {
    const char *bytes;
    int status; /* 0: it is a good request */
} cases[] = {
    {GET "\r\n", 0},
    {"\r\n" GET "\r\n", 0},
    {"\r\n\r\n" GET "\r\n", 400},
    {"GET / HTTP/1.0\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\n\r\n", 400},
    {GET H "\r\n", 400},
    {"GET / HTTP/1.1\n" H "\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: x\n\r\n", 400},
    {"GET /\r\n" H "\r\n", 400},
    {"GET  / HTTP/1.1\r\n" H "\r\n", 400},
    {"GET / HTTP/2.0\r\n" H "\r\n", 505},
    {"GET / HTTP/1.x\r\n" H "\r\n", 400},
    {"GET / HTTPS/1.1\r\n" H "\r\n", 400},
    {"BREW / HTTP/1.1\r\n" H "\r\n", 501},
    {"get / HTTP/1.1\r\n" H "\r\n", 501},
    {"G\x01T / HTTP/1.1\r\n" H "\r\n", 400},
    {"GET x HTTP/1.1\r\n" H "\r\n", 400},
    {"GET /a\x80 HTTP/1.1\r\n" H "\r\n", 400},
    {"GET /a#b HTTP/1.1\r\n" H "\r\n", 400},
    {"GET http://h:1/a?b HTTP/1.1\r\n" H "\r\n", 0},
    {"OPTIONS * HTTP/1.1\r\n" H "\r\n", 0},
    {"GET * HTTP/1.1\r\n" H "\r\n", 400},
    {GET "A : b\r\n\r\n", 400},
    {GET ": b\r\n\r\n", 400},
    {GET "nocolon\r\n\r\n", 400},
    {GET "A: b\r\n c\r\n\r\n", 400},
    {GET "A: b\rc\r\n\r\n", 400},
    {GET "A: b\x01\r\n\r\n", 400},
    {GET "A: b\xff\tc\r\n\r\n", 0},
    {GET "A:\r\n\r\n", 0},
    {GET "Content-Length: 3\r\n\r\nabc", 0},
    {GET "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
    {GET "Content-Length: 3, 3\r\n\r\nabc", 400},
    {GET "Content-Length: +3\r\n\r\nabc", 400},
    {GET "Content-Length:\r\n\r\n", 400},
    {GET "Content-Length: 99999999999999999999999\r\n\r\n", 413},
    {GET "Content-Length: 65\r\n\r\n", 413},
    {GET "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400},
    {GET "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {GET "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
    {GET "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     501},
    {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {GET "Expect: 200-ok\r\n\r\n", 417},
    {GET "Upgrade: TLS/1.2\r\nConnection: Upgrade\r\n\r\n", 0},
#define TE GET "Transfer-Encoding: chunked\r\n\r\n"
    {TE "3\r\nabc\r\n0\r\n\r\n", 0},
    {TE "3;a=\"b\"\r\nabc\r\n00;x\r\nA: b\r\nC: d\r\n\r\n", 0},
    {TE "3 \r\nabc\r\n0\r\n\r\n", 0},
    {TE "3\nabc\r\n0\r\n\r\n", 400},
    {TE "3\r\nabcd\r\n0\r\n\r\n", 400},
    {TE "3\r\nabc\n0\r\n\r\n", 400},
    {TE "x\r\n", 400},
    {TE "-1\r\n", 400},
    {TE "\r\n", 400},
    {TE "3x\r\nabc\r\n", 400},
    {TE "41\r\n", 413},
    {TE "30\r\n123456789012345678901234567890123456789012345678\r\n30\r\n",
     413},
    {TE "fffffffffffffffff\r\n", 413},
    {TE "0\r\nA : b\r\n\r\n", 400},
    {TE "0\r\nA: b\n\r\n", 400},
};

static const struct http1_limits small = {
    .head_bytes = 256, .target_bytes = 32, .headers = 4, .body_bytes = 64};

static int verdict(const struct http1_limits *limits, const char *bytes)
{
    struct arena a;
    enum http1_event e = HTTP1_HEAD;
    size_t used = 0, at = 0, n = strlen(bytes);

    arena_init(&a);
    struct http1 *p = http1_new(limits, &a);
    while (e == HTTP1_HEAD) {
        e = http1_feed(p, bytes + at, n - at, &used);
        at += used;
    }
    int status = e == HTTP1_BAD ? http1_status(p) : e == HTTP1_DONE ? 0 : -1;
    http1_free(p);
    arena_fini(&a);
    return status;
}

static void is_strict(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int got = verdict(&small, cases[i].bytes);
        CU_ASSERT_EQUAL(got, cases[i].status);
        if (got != cases[i].status)
            fprintf(stderr, "case %zu gives %d: %s\n", i, got, cases[i].bytes);
    }
}

static void any_split_gives_the_same(void)
{
    struct str whole, pieces;

    str_init(&whole, 1 << 16);
    str_init(&pieces, 1 << 16);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct slice in = slice_of(cases[i].bytes);
        str_reset(&whole);
        http1_split(&small, in, in.len, 1, &whole);
        for (size_t cut = 0; cut <= in.len; cut++) {
            for (size_t step = 1; step < 4; step += 2) {
                str_reset(&pieces);
                http1_split(&small, in, cut, step, &pieces);
                CU_ASSERT(slice_eq(str_slice(&whole), str_slice(&pieces)));
            }
        }
    }
    str_fini(&whole);
    str_fini(&pieces);
}

/* ---- limits -------------------------------------------------------------- */

static int with_fill(const char *before, size_t fill, const char *after)
{
    struct str s;

    str_init(&s, 1 << 16);
    str_addz(&s, before);
    for (size_t i = 0; i < fill; i++)
        str_addc(&s, 'a');
    str_addz(&s, after);
    int got = verdict(&small, str_z(&s));
    str_fini(&s);
    return got;
}

static void limits_hold_to_the_byte(void)
{
    CU_ASSERT_EQUAL(with_fill("GET /", 31, " HTTP/1.1\r\n" H "\r\n"), 0);
    CU_ASSERT_EQUAL(with_fill("GET /", 32, " HTTP/1.1\r\n" H "\r\n"), 414);
    CU_ASSERT_EQUAL(with_fill("GET /", 4000, ""), 414);
    /* 16 + 9 bytes before, "A: " and two line ends */
    CU_ASSERT_EQUAL(with_fill(GET "A: ", 256 - 25 - 3 - 4, "\r\n\r\n"), 0);
    CU_ASSERT_EQUAL(with_fill(GET "A: ", 256 - 25 - 3 - 3, "\r\n\r\n"), 431);
    CU_ASSERT_EQUAL(with_fill(GET "A: ", 4000, ""), 431);
    CU_ASSERT_EQUAL(with_fill(TE "0\r\nA: ", 256 - 3 - 4, "\r\n\r\n"), 0);
    CU_ASSERT_EQUAL(with_fill(TE "0\r\nA: ", 256 - 3 - 3, "\r\n\r\n"), 431);
    CU_ASSERT_EQUAL(with_fill(TE "1;", 4000, ""), 400);
    CU_ASSERT_EQUAL(verdict(&small, GET "A:b\r\nA:b\r\nA:b\r\n\r\n"), 0);
    CU_ASSERT_EQUAL(verdict(&small, GET "A:b\r\nA:b\r\nA:b\r\nA:b\r\n\r\n"),
                    431);
}

/* ---- what is read -------------------------------------------------------- */

static void reads_a_request(void)
{
    static const char bytes[] =
        "POST /v1/t?x=a%20b+c&flag&y=%zz&x=2 HTTP/1.1\r\n" H
        "Content-Length:  3 \r\nX-A: \tv w\t\r\nConnection: a, close\r\n\r\n"
        "abcGET";
    struct arena a;
    size_t used, at = 0;

    arena_init(&a);
    struct http1 *p = http1_new(&http1_default_limits, &a);
    struct http_request *r = http1_request(p);
    CU_ASSERT_EQUAL(http1_feed(p, bytes, sizeof(bytes) - 1, &used), HTTP1_HEAD);
    CU_ASSERT_EQUAL(used, sizeof(bytes) - 1 - 6);
    CU_ASSERT_EQUAL(r->head_bytes, used);
    at = used;
    CU_ASSERT_EQUAL(http1_feed(p, bytes + at, 6, &used), HTTP1_DONE);
    CU_ASSERT_EQUAL(used, 3);
    CU_ASSERT_EQUAL(r->wire_bytes, at + 3);
    CU_ASSERT(slice_eqz(r->method, "POST"));
    CU_ASSERT(slice_eqz(r->path, "/v1/t"));
    CU_ASSERT(slice_eqz(r->body, "abc"));
    CU_ASSERT(slice_eqz(http_header(r, "x-a"), "v w"));
    CU_ASSERT_PTR_NULL(http_header(r, "x-b").p);
    CU_ASSERT_FALSE(r->keep_alive);
    CU_ASSERT_STRING_EQUAL(http_query(r, "x", &a), "a b c");
    CU_ASSERT_STRING_EQUAL(http_query(r, "flag", &a), "");
    CU_ASSERT_STRING_EQUAL(http_query(r, "y", &a), "");
    CU_ASSERT_PTR_NULL(http_query(r, "z", &a));
    http1_free(p);
    arena_fini(&a);
}

static void reads_chunks_and_trailers(void)
{
    static const char bytes[] =
        TE "3;ext\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: u\r\n\r\nrest";
    struct arena a;
    size_t used, at;

    arena_init(&a);
    struct http1 *p = http1_new(&small, &a);
    struct http_request *r = http1_request(p);
    CU_ASSERT_EQUAL(http1_feed(p, bytes, sizeof(bytes) - 1, &used), HTTP1_HEAD);
    at = used;
    CU_ASSERT_EQUAL(http1_feed(p, bytes + at, sizeof(bytes) - 1 - at, &used),
                    HTTP1_DONE);
    CU_ASSERT_EQUAL(at + used, sizeof(bytes) - 1 - 4);
    CU_ASSERT(slice_eqz(r->body, "abc0123456789"));
    CU_ASSERT_EQUAL_FATAL(r->n_trailers, 1);
    CU_ASSERT(slice_eqz(r->trailers[0].value, "u"));
    http1_free(p);
    arena_fini(&a);
}

/* ---- answers ------------------------------------------------------------- */

static void writes(const struct answer *w, bool head_only, const char *want,
                   struct answer_marks *marks)
{
    struct str out;

    str_init(&out, 1 << 20);
    answer_write(w, head_only, &out, marks);
    CU_ASSERT_STRING_EQUAL(str_z(&out), want);
    str_fini(&out);
}

static void writes_answers_with_marks(void)
{
    struct arena a;
    struct answer w = {.status = 404, .body = SLICE_LIT("gone")};
    struct answer_marks m;

    arena_init(&a);
    answer_header(&w, &a, "A", "%d\r\n%s", 1, "b");
    answer_set(&w, &a, "a", "%s", "c");
    CU_ASSERT_STRING_EQUAL(answer_get(&w, "A"), "c");
    writes(&w, false,
           "HTTP/1.1 404 Not Found\r\nA: c\r\nContent-Length: 4\r\n\r\ngone",
           &m);
    CU_ASSERT_EQUAL(m.status_end, 24);
    CU_ASSERT_EQUAL(m.head_end, m.end - 4);
    writes(&w, true,
           "HTTP/1.1 404 Not Found\r\nA: c\r\nContent-Length: 4\r\n\r\n", &m);
    w.close = true;
    w.chunked = true;
    writes(&w, false,
           "HTTP/1.1 404 Not Found\r\nA: c\r\nTransfer-Encoding: chunked\r\n"
           "Connection: close\r\n\r\n4\r\ngone\r\n0\r\n\r\n",
           &m);
    arena_fini(&a);
}

static void bodiless_answers_have_no_length(void)
{
    struct answer w = {.status = 204, .body = SLICE_LIT("x")};
    struct answer_marks m;

    writes(&w, false, "HTTP/1.1 204 No Content\r\n\r\n", &m);
    w.status = 200;
    w.no_length = true;
    writes(&w, false, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nx", &m);
}

static void a_handlers_own_length_stays(void)
{
    struct arena a;
    struct answer w = {.status = 200};
    struct answer_marks m;

    arena_init(&a);
    answer_header(&w, &a, "Content-Length", "%d", 7);
    writes(&w, true, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", &m);
    arena_fini(&a);
}

UNIT_MAIN("http1", UNIT(is_strict), UNIT(any_split_gives_the_same),
          UNIT(limits_hold_to_the_byte), UNIT(reads_a_request),
          UNIT(reads_chunks_and_trailers), UNIT(writes_answers_with_marks),
          UNIT(bodiless_answers_have_no_length),
          UNIT(a_handlers_own_length_stays))
