/* A method and path on the first line, a body behind it: whatever is asked of
 * the mock catalog, it answers, with JSON where there is a body, and the table
 * made before is still there or was named in the request.
 */
#include "mocks/catalog/testing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void add_request(struct str *wire, struct slice line, struct slice body)
{
    str_adds(wire, line);
    str_addf(wire,
             " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n",
             body.len);
    str_adds(wire, body);
}

static void send_it(struct bench *b, const struct str *wire, enum how how)
{
    struct exchange x;
    struct http1 *parser;

    if (bench_open(b, &x, wire->p, wire->len, &parser)) {
        bench_run(b, &x, how);
        bench_keep_answer(b, &x);
        must(b->status >= 200 && b->status < 600);
        must(!b->text[0] || b->body);
    }
    bench_close(&x, parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *p = (const char *)data;
    const char *end = n ? memchr(p, '\n', n) : NULL;
    struct slice line = {p, end ? (size_t)(end - p) : n};
    struct slice body = {end ? end + 1 : "", end ? n - line.len - 1 : 0};
    struct bench b;
    struct str wire;

    must(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    must(ask(&b, "POST", "/v1/namespaces/db/tables", SIMPLE_TABLE("t")) == 200);
    str_init(&wire, 16 << 20);
    add_request(&wire, line, body);
    send_it(&b, &wire, DROPPED);
    must(ask(&b, "GET", "/v1/namespaces/db/tables/t", NULL) == 200);
    send_it(&b, &wire, PLAIN);
    send_it(&b, &wire, STALE);
    str_fini(&wire);
    bench_stop(&b);
    return 0;
}
