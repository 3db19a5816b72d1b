/* mock: server, exchange and faults together, met by raw sockets.
 *
 * The catalog's service is replaced by a tiny one: createTable adds one to a
 * count, loadTable tells it. Everything runs in one loop; a test waits for
 * what it expects, never for time to pass.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "base/unit.h"
#include "mocks/exchange.h"
#include "mocks/journal.h"
#include "mocks/mock.h"

enum { BIG = 6 << 20, MOST = 8 << 20, TURNS = 200000 };

/* ---- the tiny service ---------------------------------------------------- */

static struct {
    int count, stale_count, handled, phases[2];
    char *big;
} tiny;

static void publish_one(struct exchange *x, void *ctx)
{
    (void)x;
    (void)ctx;
    tiny.stale_count = tiny.count++;
}

static void handle_create(struct exchange *x)
{
    tiny.handled++;
    x->change.publish = publish_one;
    x->change.what = "one more";
    cJSON *o = cJSON_CreateObject();
    json_set_i64(o, "made", tiny.count + 1);
    json_set_i64(o, "bytes", (int64_t)x->request->body.len);
    exchange_answer_json(x, 200, o);
    cJSON_Delete(o);
}

static void handle_load(struct exchange *x)
{
    tiny.handled++;
    if (slice_eqz(x->request->path, "/big")) {
        x->answer.status = 200;
        x->answer.body = (struct slice){tiny.big, BIG};
        return;
    }
    char *text = arena_printf(&x->arena, "count %d",
                              x->stale ? tiny.stale_count : tiny.count);
    x->answer.chunked = slice_eqz(x->request->path, "/chunked");
    exchange_answer(x, 200, "text/plain", slice_of(text));
}

static const struct operation tiny_operations[] = {
    {.name = "createTable", .method = "POST", .handle = handle_create},
    {.name = "loadTable", .method = "GET", .handle = handle_load}};

static void tiny_name(struct exchange *x)
{
    x->op = &tiny_operations[slice_eqz(x->request->method, "POST") ? 0 : 1];
    x->names.table = "t";
}

static void tiny_error(struct exchange *x, const char *type, int status,
                       const char *message)
{
    exchange_answer(x, status, "text/plain",
                    slice_of(arena_printf(&x->arena, "%s: %s", type,
                                          message ? message : "")));
}

static void tiny_finish(struct exchange *x)
{
    answer_set(&x->answer, &x->arena, "Server", "%s", "tiny");
}

static const struct service_error tiny_errors[] = {
    {"Broken", 500, "it is broken"}, {"Late", 504, "too late"}};

/* ---- a world ------------------------------------------------------------- */

static struct {
    uv_loop_t loop;
    struct mock *mock;
    uv_timer_t guard;
    bool late; /* the guard has run out: the test hangs */
} w;

static void on_guard(uv_timer_t *t)
{
    (void)t;
    w.late = true;
}

static void turn_once(void)
{
    if (!w.late)
        uv_run(&w.loop, UV_RUN_ONCE);
}

static void begin_tls(enum tls_kind tls)
{
    struct mock_options o;
    char why[200] = "";

    memset(&tiny, 0, sizeof(tiny));
    w.late = false;
    CU_ASSERT_FATAL(uv_loop_init(&w.loop) == 0);
    uv_timer_init(&w.loop, &w.guard);
    uv_timer_start(&w.guard, on_guard, 20000, 0);
    mock_default_options(&o);
    o.tls[MOCK_CATALOG] = tls;
    w.mock = mock_new(&w.loop, &o, why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w.mock);
    struct service *s = mock_service(w.mock, MOCK_CATALOG);
    s->operations = tiny_operations;
    s->n_operations = 2;
    s->errors = tiny_errors;
    s->n_errors = 2;
    s->name_operation = tiny_name;
    s->answer_error = tiny_error;
    s->answer_bad_request = NULL;
    s->finish_answer = tiny_finish;
    CU_ASSERT_FATAL(mock_listen(w.mock, why));
}

static void begin(void)
{
    begin_tls(TLS_OFF);
}

/* Nothing may be left on the loop. */
static void end(void)
{
    CU_ASSERT_FALSE(w.late);
    mock_close(w.mock);
    uv_close((uv_handle_t *)&w.guard, NULL);
    uv_run(&w.loop, UV_RUN_DEFAULT);
    CU_ASSERT_EQUAL(uv_loop_close(&w.loop), 0);
    mock_free(w.mock);
    free(tiny.big);
    tiny.big = NULL;
}

static void arm(const char *rule)
{
    struct spec_error e;
    cJSON *tree = json_parse(rule, strlen(rule), NULL);

    CU_ASSERT_PTR_NOT_NULL_FATAL(tree);
    struct fault_rule *r = fault_add(mock_faults(w.mock), tree, &e);
    if (!r)
        fprintf(stderr, "%s: %s: %s\n", rule, e.path, e.message);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    cJSON_Delete(tree);
}

/* ---- a client ------------------------------------------------------------ */

struct client {
    int fd;
    uv_poll_t poll;
    struct str got; /* as it came, or decrypted */
    bool eof, polled, closed;
    int error; /* errno of recv */
    SSL *ssl;
    BIO *in, *out;
    bool tls_failed;
};

static void flush_tls(struct client *c)
{
    char *p;
    long n = BIO_get_mem_data(c->out, &p);

    if (n > 0 && send(c->fd, p, (size_t)n, MSG_NOSIGNAL) == n)
        (void)BIO_reset(c->out);
}

static void take(struct client *c, const char *p, size_t n)
{
    char piece[16384];
    int rc;

    if (!c->ssl) {
        str_add(&c->got, p, n);
        return;
    }
    BIO_write(c->in, p, (int)n);
    rc = SSL_do_handshake(c->ssl);
    if (rc != 1 && SSL_get_error(c->ssl, rc) != SSL_ERROR_WANT_READ)
        c->tls_failed = true;
    while (rc == 1 && (rc = SSL_read(c->ssl, piece, sizeof(piece))) > 0) {
        str_add(&c->got, piece, (size_t)rc);
        rc = 1;
    }
    ERR_clear_error();
    flush_tls(c);
}

static void on_client(uv_poll_t *p, int status, int events)
{
    struct client *c = p->data;
    char piece[16384];
    ssize_t n;

    (void)status;
    (void)events;
    while ((n = recv(c->fd, piece, sizeof(piece), MSG_DONTWAIT)) > 0)
        take(c, piece, (size_t)n);
    if (n < 0 && errno == EAGAIN)
        return;
    c->eof = n == 0;
    c->error = n < 0 ? errno : 0;
    uv_poll_stop(p);
}

static void on_client_closed(uv_handle_t *h)
{
    ((struct client *)h->data)->closed = true;
}

/* 0, or errno of connect. */
static int dial(struct client *c)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)mock_port(
                                w.mock, MOCK_CATALOG)),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;

    memset(c, 0, sizeof(*c));
    str_init(&c->got, MOST);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    int rc = connect(c->fd, (struct sockaddr *)&a, sizeof(a)) ? errno : 0;
    struct tcp_info info;
    socklen_t n = sizeof(info);
    getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &n);
    if (rc == EINPROGRESS && info.tcpi_state == TCP_ESTABLISHED)
        rc = 0; /* on loopback it is done before connect returns */
    return rc;
}

static void watch(struct client *c)
{
    uv_poll_init(&w.loop, &c->poll, c->fd);
    c->poll.data = c;
    c->polled = true;
    uv_poll_start(&c->poll, UV_READABLE, on_client);
}

static void call(struct client *c)
{
    CU_ASSERT_EQUAL_FATAL(dial(c), 0);
    watch(c);
}

static void hang_up(struct client *c)
{
    if (c->polled) {
        uv_close((uv_handle_t *)&c->poll, on_client_closed);
        while (!c->closed)
            uv_run(&w.loop, UV_RUN_NOWAIT);
    }
    SSL_free(c->ssl);
    close(c->fd);
    str_fini(&c->got);
}

static void say_bytes(struct client *c, const char *p, size_t n)
{
    if (c->ssl) {
        CU_ASSERT_EQUAL(SSL_write(c->ssl, p, (int)n), (int)n);
        flush_tls(c);
        return;
    }
    CU_ASSERT_EQUAL(send(c->fd, p, n, MSG_NOSIGNAL), (ssize_t)n);
}

static void say(struct client *c, const char *z)
{
    say_bytes(c, z, strlen(z));
}

static bool over(const struct client *c)
{
    return c->eof || c->error;
}

static void until_over(struct client *c)
{
    while (!over(c) && !w.late)
        turn_once();
}

static void until_got(struct client *c, const char *text)
{
    while (!strstr(str_z(&c->got), text) && !over(c) && !w.late)
        turn_once();
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&c->got), text));
}

/* Turns until the exchange with that ordinal has ended, and gives its entry. */
static const struct journal_entry *entry_of(uint64_t exchange, bool ended)
{
    const struct journal *j = mock_journal(w.mock);

    for (int i = 0; i < TURNS && !w.late; i++) {
        for (size_t k = 0; k < journal_count(j); k++) {
            const struct journal_entry *e = journal_at(j, k);
            if (e->kind == JOURNAL_EXCHANGE && e->exchange == exchange &&
                (!ended || e->end_ns >= 0))
                return e;
        }
        turn_once();
    }
    return NULL;
}

#define GET "GET /v1/t HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST "POST /v1/t HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
#define LOAD_0                                                                 \
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nServer: tiny\r\n"          \
    "Content-Length: 7\r\n\r\ncount 0"

/* ---- plain traffic ------------------------------------------------------- */

static void answers_and_keeps_the_connection(void)
{
    struct client c;

    begin();
    call(&c);
    say(&c, GET);
    until_got(&c, "count 0");
    CU_ASSERT_STRING_EQUAL(str_z(&c.got), LOAD_0);
    say(&c, POST);
    until_got(&c, "\"made\":1,\"bytes\":3}");
    say(&c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    until_over(&c);
    CU_ASSERT(c.eof);
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&c.got), "Connection: close\r\n"));
    const struct journal_entry *e = entry_of(2, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    CU_ASSERT_STRING_EQUAL(e->operation, "createTable");
    CU_ASSERT_STRING_EQUAL(e->request_body, "");
    CU_ASSERT_EQUAL(e->status, 200);
    CU_ASSERT_EQUAL(e->connection, 1);
    CU_ASSERT_STRING_EQUAL(e->ended, "answered");
    hang_up(&c);
    end();
}

static void pipelined_requests_are_answered_in_order(void)
{
    struct client c;
    struct str many;

    begin();
    call(&c);
    str_init(&many, 1 << 20);
    for (int i = 0; i < 500; i++)
        str_addz(&many, i % 2 ? GET : POST);
    say(&c, str_z(&many));
    until_got(&c, "count 250");
    CU_ASSERT_EQUAL(tiny.handled, 500);
    CU_ASSERT_PTR_NOT_NULL(entry_of(500, true));
    str_fini(&many);
    hang_up(&c);
    end();
}

static void split_requests_are_answered(void)
{
    struct client c;

    begin();
    call(&c);
    for (const char *p = POST; *p; p++) {
        say_bytes(&c, p, 1);
        uv_run(&w.loop, UV_RUN_NOWAIT);
    }
    until_got(&c, "\"bytes\":3}");
    hang_up(&c);
    end();
}

static void head_has_length_and_no_body(void)
{
    struct client c;

    begin();
    call(&c);
    say(&c, "HEAD /v1/t HTTP/1.1\r\nHost: x\r\n\r\n" POST);
    until_got(&c, "\"made\":1");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(str_z(&c.got), "Content-Length: 7\r\n\r\nHTTP/1.1 200"));
    hang_up(&c);
    end();
}

static void chunks_both_ways(void)
{
    struct client c;

    begin();
    call(&c);
    say(&c, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n");
    until_got(&c, "\"bytes\":5}");
    say(&c, "GET /chunked HTTP/1.1\r\nHost: x\r\n\r\n");
    until_got(&c, "7\r\ncount 1\r\n0\r\n\r\n");
    say(&c, "GET /chunked HTTP/1.0\r\n\r\n");
    until_over(&c);
    CU_ASSERT(c.eof);
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&c.got), "close\r\n\r\ncount 1"));
    hang_up(&c);
    end();
}

static void continues_when_asked(void)
{
    struct client c;

    begin();
    call(&c);
    say(&c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
            "Expect: 100-continue\r\n\r\n");
    until_got(&c, "HTTP/1.1 100 Continue\r\n\r\n");
    CU_ASSERT_EQUAL(tiny.handled, 0);
    say(&c, "ab");
    until_got(&c, "\"bytes\":2}");
    hang_up(&c);
    end();
}

static void no_continue_for_a_body_that_is_not_wanted(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},\"phase\":\"before\","
        "\"do\":{\"status\":{\"status\":503}}}");
    call(&c);
    say(&c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
            "Expect: 100-continue\r\n\r\n");
    until_over(&c);
    CU_ASSERT(slice_starts(str_slice(&c.got), "HTTP/1.1 503 "));
    CU_ASSERT(c.eof);
    CU_ASSERT_EQUAL(tiny.handled, 0);
    hang_up(&c);
    end();
}

static void bad_bytes_are_refused_and_the_connection_closed(void)
{
    static const struct {
        const char *bytes, *answer;
    } bad[] = {{"GET / HTTP/1.1\nHost: x\n\n", "HTTP/1.1 400 "},
               {"GET / HTTP/3.0\r\n\r\n", "HTTP/1.1 505 "},
               {"FOO / HTTP/1.1\r\n\r\n", "HTTP/1.1 501 "},
               {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: "
                "999999999999\r\n\r\nmore and more",
                "HTTP/1.1 413 "}};
    struct client c;

    begin();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        call(&c);
        say(&c, bad[i].bytes);
        until_over(&c);
        CU_ASSERT(c.eof);
        CU_ASSERT(slice_starts(str_slice(&c.got), bad[i].answer));
        hang_up(&c);
        const struct journal_entry *e = entry_of(i + 1, true);
        CU_ASSERT_PTR_NOT_NULL_FATAL(e);
        CU_ASSERT_STRING_EQUAL(e->ended, "bad-request");
    }
    CU_ASSERT_EQUAL(tiny.handled, 0);
    end();
}

static void a_client_that_leaves_in_the_middle_is_noted(void)
{
    struct client c;

    begin();
    call(&c);
    say(&c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab");
    CU_ASSERT_PTR_NOT_NULL(entry_of(1, false));
    hang_up(&c);
    const struct journal_entry *e = entry_of(1, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    CU_ASSERT_STRING_EQUAL(e->ended, "cut-short");
    CU_ASSERT_EQUAL(e->status, 0);
    end();
}

/* ---- endings ------------------------------------------------------------- */

static void start_tls(struct client *c)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    BIO *pem = BIO_new_mem_buf(mock_ca_pem(w.mock), -1);
    X509 *ca = PEM_read_bio_X509(pem, NULL, NULL, NULL);

    X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), ca);
    X509_free(ca);
    BIO_free(pem);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    c->ssl = SSL_new(ctx);
    SSL_CTX_free(ctx);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(c->ssl), "127.0.0.1");
    c->in = BIO_new(BIO_s_mem());
    c->out = BIO_new(BIO_s_mem());
    SSL_set_bio(c->ssl, c->in, c->out);
    SSL_set_connect_state(c->ssl);
    SSL_do_handshake(c->ssl);
    flush_tls(c);
    while (!SSL_is_init_finished(c->ssl) && !c->tls_failed && !over(c) &&
           !w.late)
        turn_once();
}

static const struct {
    const char *what;
    int handled;   /* did the handler run? */
    int bytes;     /* of the answer that must come */
    int error;     /* of recv, 0: end of file */
    const char *ended;
} endings[] = {
    {"\"phase\":\"before\",\"do\":\"reset\"", 0, 0, ECONNRESET, "reset"},
    {"\"phase\":\"before\",\"do\":\"close\"", 0, 0, 0, "closed"},
    {"\"phase\":\"before\",\"do\":\"half-close\"", 0, 0, 0, "half-closed"},
    {"\"phase\":\"after\",\"do\":\"reset\"", 1, 0, ECONNRESET, "reset"},
    {"\"phase\":\"after\",\"do\":\"close\"", 1, 0, 0, "closed"},
    {"\"phase\":\"after\",\"do\":\"half-close\"", 1, 0, 0, "half-closed"},
    {"\"phase\":\"after\",\"do\":{\"reset\":{\"at_byte\":17}}", 1, 17,
     ECONNRESET, "reset"},
    {"\"phase\":\"during\",\"do\":{\"reset\":{\"at_byte\":1}}", 1, 1,
     ECONNRESET, "reset"},
    {"\"phase\":\"during\",\"do\":{\"close\":{\"at_byte\":20}}", 1, 20, 0,
     "closed"},
    {"\"phase\":\"during\",\"do\":{\"half-close\":{\"at_byte\":20}}", 1, 20, 0,
     "half-closed"},
    {"\"phase\":\"during\",\"do\":{\"reset\":{\"of\":\"request\","
     "\"at_byte\":5}}",
     0, 0, ECONNRESET, "reset"},
    {"\"phase\":\"during\",\"do\":{\"close\":{\"of\":\"request\","
     "\"at\":\"body\"}}",
     0, 0, 0, "closed"},
    {"\"phase\":\"during\",\"do\":{\"reset\":{\"of\":\"request\","
     "\"at_byte\":5000}}",
     0, 0, ECONNRESET, "reset"},
};

static void meets_ending(size_t i, enum tls_kind tls, bool kept)
{
    struct client c;
    char rule[256];

    begin_tls(tls);
    call(&c);
    if (tls != TLS_OFF)
        start_tls(&c);
    if (kept) {
        say(&c, GET);
        until_got(&c, "count 0");
        str_reset(&c.got);
    }
    snprintf(rule, sizeof(rule),
             "{\"id\":\"f\",\"match\":{\"operation\":\"createTable\"},%s}",
             endings[i].what);
    arm(rule);
    say(&c, POST);
    until_over(&c);
    CU_ASSERT_EQUAL(c.error, endings[i].error);
    CU_ASSERT_EQUAL(c.eof, endings[i].error == 0);
    CU_ASSERT_EQUAL(c.got.len, (size_t)endings[i].bytes);
    CU_ASSERT_EQUAL(tiny.handled, endings[i].handled + kept);
    CU_ASSERT_EQUAL(tiny.count, endings[i].handled);
    const struct journal_entry *e = entry_of(1 + (uint64_t)kept, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    CU_ASSERT_STRING_EQUAL(e->ended, endings[i].ended);
    CU_ASSERT_EQUAL(e->answer_bytes, (size_t)endings[i].bytes);
    CU_ASSERT(strncmp(e->faults, "f:", 2) == 0);
    CU_ASSERT(fault_all_fired(mock_faults(w.mock), &c.got));
    hang_up(&c);
    end();
}

static void endings_are_what_they_say(void)
{
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        meets_ending(i, TLS_OFF, false);
        meets_ending(i, TLS_OFF, true);
        meets_ending(i, TLS_GOOD, false);
        meets_ending(i, TLS_GOOD, true);
    }
}

static void a_stall_ends_when_calm_is_asked_for(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"loadTable\"},\"phase\":\"during\","
        "\"do\":{\"stall\":{\"at_byte\":9}}}");
    call(&c);
    say(&c, GET);
    until_got(&c, "HTTP/1.1 ");
    CU_ASSERT_EQUAL(c.got.len, 9);
    CU_ASSERT_EQUAL(mock_pending(w.mock), 0);
    mock_calm(w.mock);
    until_over(&c);
    CU_ASSERT(c.eof);
    CU_ASSERT_EQUAL(c.got.len, 9);
    CU_ASSERT_STRING_EQUAL(entry_of(1, true)->ended, "stalled");
    hang_up(&c);
    end();
}

/* The reader is slow: far more than the kernel's buffers hold lies before the
 * reset. */
static void bytes_before_a_reset_all_arrive(void)
{
    struct client c;

    begin();
    tiny.big = calloc(1, BIG);
    arm("{\"match\":{\"operation\":\"loadTable\"},\"phase\":\"during\","
        "\"do\":{\"reset\":{\"at_byte\":6000000}}}");
    CU_ASSERT_EQUAL_FATAL(dial(&c), 0);
    say(&c, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
    for (int i = 0; i < 20; i++)
        uv_run(&w.loop, UV_RUN_NOWAIT);
    watch(&c);
    until_over(&c);
    CU_ASSERT_EQUAL(c.error, ECONNRESET);
    CU_ASSERT_EQUAL(c.got.len, 6000000);
    hang_up(&c);
    end();
}

static void a_drip_brings_all_bytes(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"loadTable\"},\"phase\":\"during\","
        "\"do\":{\"drip\":{\"every\":\"1ms\",\"bytes\":20}}}");
    call(&c);
    say(&c, GET);
    until_got(&c, "count 0");
    CU_ASSERT_STRING_EQUAL(str_z(&c.got), LOAD_0);
    say(&c, POST);
    until_got(&c, "\"made\":1");
    hang_up(&c);
    end();
}

/* ---- effects ------------------------------------------------------------- */

static void a_lie_changes_nothing(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},\"do\":\"lie-ok\"}");
    call(&c);
    say(&c, POST GET);
    until_got(&c, "count 0");
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&c.got), "\"made\":1"));
    hang_up(&c);
    end();
}

static void twice_is_done_twice(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},\"do\":\"twice\"}");
    call(&c);
    say(&c, POST GET);
    until_got(&c, "count 2");
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&c.got), "\"made\":2"));
    CU_ASSERT_PTR_NULL(strstr(str_z(&c.got), "\"made\":1"));
    hang_up(&c);
    end();
}

static void late_apply_outlives_its_connection(void)
{
    struct client c;
    size_t turns = 0;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},"
        "\"do\":{\"late-apply\":{\"time\":\"20ms\"}}}");
    call(&c);
    say(&c, POST);
    until_got(&c, "HTTP/1.1 504 ");
    hang_up(&c);
    CU_ASSERT_EQUAL(tiny.count, 0);
    CU_ASSERT_EQUAL(mock_pending(w.mock), 1);
    while (mock_pending(w.mock) && turns++ < TURNS)
        turn_once();
    CU_ASSERT_EQUAL(tiny.count, 1);
    end();
}

static void late_work_is_dropped_when_the_mock_closes(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},"
        "\"do\":{\"late-apply\":{\"time\":\"1h\",\"then\":\"reset\"}}}");
    arm("{\"match\":{\"operation\":\"loadTable\"},\"phase\":\"before\","
        "\"do\":{\"delay\":{\"time\":\"1h\"}}}");
    call(&c);
    say(&c, POST);
    until_over(&c);
    CU_ASSERT_EQUAL(c.error, ECONNRESET);
    hang_up(&c);
    call(&c);
    say(&c, GET);
    CU_ASSERT_PTR_NOT_NULL(entry_of(2, false));
    CU_ASSERT_EQUAL(mock_pending(w.mock), 2);
    hang_up(&c);
    end();
    CU_ASSERT_EQUAL(tiny.count, 0);
}

static void stale_reads_show_the_state_before(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"loadTable\"},\"do\":\"stale-read\"}");
    call(&c);
    say(&c, POST POST GET);
    until_got(&c, "count 1");
    say(&c, GET);
    until_got(&c, "count 2");
    hang_up(&c);
    end();
}

static void a_delay_waits(void)
{
    struct client c;
    int64_t from;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},\"phase\":\"after\","
        "\"do\":{\"delay\":{\"time\":\"30ms\"}}}");
    call(&c);
    from = clock_ms(&clock_system);
    say(&c, POST);
    while (!tiny.count && !w.late)
        turn_once();
    CU_ASSERT_EQUAL(c.got.len, 0);
    CU_ASSERT_EQUAL(mock_pending(w.mock), 1);
    until_got(&c, "\"made\":1");
    CU_ASSERT(clock_ms(&clock_system) - from >= 29);
    hang_up(&c);
    end();
}

static void note_phase(void *ctx, const struct exchange *x,
                       enum fault_phase phase)
{
    (void)ctx;
    tiny.phases[phase]++;
    CU_ASSERT_EQUAL(x->applied, phase == FAULT_AFTER);
}

static void the_hook_sees_both_phases(void)
{
    struct client c;

    begin();
    mock_on_phase(w.mock, note_phase, NULL);
    call(&c);
    say(&c, POST);
    until_got(&c, "\"made\":1");
    CU_ASSERT_EQUAL(tiny.phases[FAULT_BEFORE], 1);
    CU_ASSERT_EQUAL(tiny.phases[FAULT_AFTER], 1);
    hang_up(&c);
    end();
}

static void a_restart_resets_connections(void)
{
    struct client c;

    begin();
    call(&c);
    say(&c, GET);
    until_got(&c, "count 0");
    mock_restart(w.mock, MOCK_CATALOG, true);
    until_over(&c);
    CU_ASSERT_EQUAL(c.error, ECONNRESET);
    hang_up(&c);
    end();
}

/* ---- connections --------------------------------------------------------- */

static int attempt(struct client *c)
{
    mock_connecting(w.mock, MOCK_CATALOG);
    return dial(c);
}

static void only_the_attempt_meant_is_refused(void)
{
    struct client a, b, c;

    begin();
    arm("{\"id\":\"no\",\"match\":{\"server\":\"catalog\",\"nth\":2},"
        "\"do\":\"refuse\"}");
    CU_ASSERT_EQUAL(attempt(&a), 0);
    CU_ASSERT_EQUAL(attempt(&b), ECONNREFUSED);
    CU_ASSERT_EQUAL(attempt(&c), 0);
    watch(&a);
    watch(&c);
    say(&a, GET);
    say(&c, GET);
    until_got(&a, "count 0");
    until_got(&c, "count 0");
    const struct journal *j = mock_journal(w.mock);
    size_t refused = 0;
    for (size_t i = 0; i < journal_count(j); i++)
        refused += journal_at(j, i)->kind == JOURNAL_REFUSED &&
                   !strcmp(journal_at(j, i)->detail, "no: refuse");
    CU_ASSERT_EQUAL(refused, 1);
    hang_up(&a);
    hang_up(&b);
    hang_up(&c);
    end();
}

static void a_blackhole_swallows_the_attempt_meant(void)
{
    struct client a, b, c;

    begin();
    arm("{\"match\":{\"server\":\"catalog\",\"nth\":2},\"do\":\"blackhole\"}");
    CU_ASSERT_EQUAL(attempt(&a), 0);
    CU_ASSERT_EQUAL(attempt(&b), EINPROGRESS);
    for (int i = 0; i < 10; i++)
        uv_run(&w.loop, UV_RUN_NOWAIT);
    hang_up(&b);
    CU_ASSERT_EQUAL(attempt(&c), 0);
    watch(&a);
    watch(&c);
    say(&c, GET);
    until_got(&c, "count 0");
    say(&a, GET);
    until_got(&a, "count 0");
    CU_ASSERT_EQUAL(entry_of(1, true)->connection, 2);
    hang_up(&a);
    hang_up(&c);
    end();
}

static void down_resets_and_comes_back(void)
{
    struct client a, b;

    begin();
    call(&a);
    say(&a, GET);
    until_got(&a, "count 0");
    arm("{\"match\":{\"server\":\"catalog\",\"for\":\"60ms\"},"
        "\"do\":{\"down\":{\"state\":\"keep\"}}}");
    fault_set_epoch(mock_faults(w.mock), clock_ns(&clock_system));
    until_over(&a);
    CU_ASSERT_EQUAL(a.error, ECONNRESET);
    CU_ASSERT_EQUAL(dial(&b), ECONNREFUSED);
    hang_up(&b);
    while (dial(&b) == ECONNREFUSED && !w.late) {
        hang_up(&b);
        turn_once();
    }
    watch(&b);
    say(&b, GET);
    until_got(&b, "count 0");
    hang_up(&a);
    hang_up(&b);
    end();
}

static void real_clients_are_refused_for_one_slot(void)
{
    struct client a, b;

    begin();
    arm("{\"match\":{\"server\":\"catalog\",\"nth\":2},\"do\":\"refuse\"}");
    call(&a);
    say(&a, GET);
    until_got(&a, "count 0");
    CU_ASSERT_EQUAL(dial(&b), ECONNREFUSED);
    hang_up(&b);
    mock_calm(w.mock);
    CU_ASSERT_EQUAL(dial(&b), 0);
    hang_up(&b);
    hang_up(&a);
    end();
}

static void an_idle_connection_is_closed(void)
{
    struct client c;

    begin();
    arm("{\"id\":\"idle\",\"match\":{\"server\":\"catalog\"},"
        "\"do\":{\"idle-close\":{\"time\":\"5ms\"}}}");
    CU_ASSERT_EQUAL_FATAL(attempt(&c), 0);
    watch(&c);
    say(&c, GET);
    until_got(&c, "count 0");
    until_over(&c);
    CU_ASSERT(c.eof);
    CU_ASSERT_STRING_EQUAL(str_z(&c.got), LOAD_0);
    hang_up(&c);
    end();
}

static void many_connections_are_kept(void)
{
    enum { N = 200 };
    struct client *c = calloc(N, sizeof(*c));

    begin();
    for (int i = 0; i < N; i++) {
        call(&c[i]);
        say(&c[i], GET);
    }
    for (int i = 0; i < N; i++)
        until_got(&c[i], "count 0");
    for (int i = 0; i < N; i++)
        hang_up(&c[i]);
    end();
    free(c);
}

/* ---- TLS ----------------------------------------------------------------- */

static long verify_result(enum tls_kind kind, const char *rule)
{
    struct client c;

    begin_tls(kind);
    if (rule)
        arm(rule);
    CU_ASSERT_EQUAL_FATAL(attempt(&c), 0);
    watch(&c);
    start_tls(&c);
    long result = c.tls_failed ? SSL_get_verify_result(c.ssl)
                  : over(&c)   ? -1
                               : X509_V_OK;
    if (result == X509_V_OK) {
        say(&c, GET);
        until_got(&c, "count 0");
    }
    hang_up(&c);
    end();
    return result;
}

#define TLS_RULE(what)                                                         \
    "{\"match\":{\"server\":\"catalog\"},\"do\":{\"tls\":{\"what\":\"" what    \
    "\"}}}"

static void certificates_are_what_they_say(void)
{
    CU_ASSERT_EQUAL(verify_result(TLS_GOOD, NULL), X509_V_OK);
    CU_ASSERT_EQUAL(verify_result(TLS_EXPIRED, NULL),
                    X509_V_ERR_CERT_HAS_EXPIRED);
    CU_ASSERT_EQUAL(verify_result(TLS_WRONG_NAME, NULL),
                    X509_V_ERR_IP_ADDRESS_MISMATCH);
    CU_ASSERT_EQUAL(verify_result(TLS_UNTRUSTED, NULL),
                    X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    CU_ASSERT_EQUAL(verify_result(TLS_GOOD, TLS_RULE("expired")),
                    X509_V_ERR_CERT_HAS_EXPIRED);
    CU_ASSERT_EQUAL(verify_result(TLS_GOOD, TLS_RULE("wrong-name")),
                    X509_V_ERR_IP_ADDRESS_MISMATCH);
    CU_ASSERT_EQUAL(verify_result(TLS_GOOD, TLS_RULE("untrusted")),
                    X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    CU_ASSERT_EQUAL(verify_result(TLS_GOOD, TLS_RULE("cut")), -1);
}

static void big_answers_go_through_tls(void)
{
    struct client c;

    begin_tls(TLS_GOOD);
    tiny.big = calloc(1, BIG);
    call(&c);
    start_tls(&c);
    say(&c, "GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    until_over(&c);
    CU_ASSERT(c.eof);
    CU_ASSERT(c.got.len > BIG);
    hang_up(&c);
    end();
}

/* ---- making -------------------------------------------------------------- */

static void a_port_in_use_is_told(void)
{
    struct mock_options o;
    char why[200] = "", want[80];
    uv_loop_t loop;

    begin();
    mock_default_options(&o);
    o.port[MOCK_CATALOG] = mock_port(w.mock, MOCK_CATALOG);
    snprintf(want, sizeof(want), "port %d on 127.0.0.1 is in use",
             o.port[MOCK_CATALOG]);
    uv_loop_init(&loop);
    struct mock *m = mock_new(&loop, &o, why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_FALSE(mock_listen(m, why));
    CU_ASSERT_STRING_EQUAL(why, want);
    mock_close(m);
    uv_run(&loop, UV_RUN_DEFAULT);
    mock_free(m);
    CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
    end();
}

static void bad_options_are_told(void)
{
    struct mock_options o;
    char why[200] = "";
    uv_loop_t loop;

    uv_loop_init(&loop);
    mock_default_options(&o);
    o.port[MOCK_S3] = 70000;
    CU_ASSERT_PTR_NULL(mock_new(&loop, &o, why));
    CU_ASSERT_STRING_EQUAL(why, "70000 is not a port (0 to 65535)");
    mock_default_options(&o);
    o.catalog = json_parse("{\"namespaecs\":[]}", 16, NULL);
    CU_ASSERT_PTR_NULL(mock_new(&loop, &o, why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "namespaecs"));
    cJSON_Delete((cJSON *)(uintptr_t)o.catalog);
    CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
}

static void reset_forgets(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},\"do\":\"lie-ok\"}");
    call(&c);
    say(&c, GET);
    until_got(&c, "count 0");
    mock_reset(w.mock);
    until_over(&c);
    CU_ASSERT_EQUAL(c.error, ECONNRESET);
    CU_ASSERT_EQUAL(fault_count(mock_faults(w.mock)), 0);
    CU_ASSERT_EQUAL(journal_count(mock_journal(w.mock)), 0);
    hang_up(&c);
    end();
}

UNIT_MAIN("mock", UNIT(answers_and_keeps_the_connection),
          UNIT(pipelined_requests_are_answered_in_order),
          UNIT(split_requests_are_answered), UNIT(head_has_length_and_no_body),
          UNIT(chunks_both_ways), UNIT(continues_when_asked),
          UNIT(no_continue_for_a_body_that_is_not_wanted),
          UNIT(bad_bytes_are_refused_and_the_connection_closed),
          UNIT(a_client_that_leaves_in_the_middle_is_noted),
          UNIT(endings_are_what_they_say),
          UNIT(a_stall_ends_when_calm_is_asked_for),
          UNIT(bytes_before_a_reset_all_arrive), UNIT(a_drip_brings_all_bytes),
          UNIT(a_lie_changes_nothing), UNIT(twice_is_done_twice),
          UNIT(late_apply_outlives_its_connection),
          UNIT(late_work_is_dropped_when_the_mock_closes),
          UNIT(stale_reads_show_the_state_before), UNIT(a_delay_waits),
          UNIT(the_hook_sees_both_phases), UNIT(a_restart_resets_connections),
          UNIT(only_the_attempt_meant_is_refused),
          UNIT(a_blackhole_swallows_the_attempt_meant),
          UNIT(down_resets_and_comes_back),
          UNIT(real_clients_are_refused_for_one_slot),
          UNIT(an_idle_connection_is_closed), UNIT(many_connections_are_kept),
          UNIT(certificates_are_what_they_say),
          UNIT(big_answers_go_through_tls), UNIT(a_port_in_use_is_told),
          UNIT(bad_options_are_told), UNIT(reset_forgets))
