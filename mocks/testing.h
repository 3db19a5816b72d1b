/* testing: a mock with a tiny service, and raw-socket clients; for tests only.
 *
 * begin() replaces the catalog's service by a tiny one: createTable adds one to
 * a count, loadTable tells it. open_world() leaves the real ones in place.
 * Everything runs in one loop; a test waits for what it expects, never for
 * time to pass.
 */
#ifndef MOCKS_TESTING_H
#define MOCKS_TESTING_H

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

enum { BIG = 6 << 20, MOST = 64 << 20, TURNS = 200000 };

/* ---- the tiny service ---------------------------------------------------- */

static struct {
    int count, stale_count, handled, phases[2];
    char *big;
} tiny;

static inline void publish_one(struct exchange *x, void *ctx)
{
    (void)x;
    (void)ctx;
    tiny.stale_count = tiny.count++;
}

static inline void handle_create(struct exchange *x)
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

static inline void handle_load(struct exchange *x)
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

static inline void tiny_name(struct exchange *x)
{
    x->op = &tiny_operations[slice_eqz(x->request->method, "POST") ? 0 : 1];
    x->names.table = "t";
}

static inline void tiny_error(struct exchange *x, const char *type, int status,
                              const char *message)
{
    exchange_answer(x, status, "text/plain",
                    slice_of(arena_printf(&x->arena, "%s: %s", type,
                                          message ? message : "")));
}

static inline void tiny_finish(struct exchange *x)
{
    answer_set(&x->answer, &x->arena, "Server", "%s", "tiny");
}

static const struct service_error tiny_errors[] = {
    {"Broken", 500, "it is broken"}, {"Late", 504, "too late"}};

/* ---- a world ------------------------------------------------------------- */

static struct {
    uv_loop_t loop;
    struct mock *mock;
    enum mock_server which; /* the server that clients dial */
    void (*turn)(void);     /* what a turn is; NULL: one of the loop */
    uv_timer_t guard;
    bool late; /* the guard has run out: the test hangs */
} w;

static inline void on_guard(uv_timer_t *t)
{
    (void)t;
    w.late = true;
}

static inline void turn_once(void)
{
    if (w.late)
        return;
    if (w.turn)
        w.turn();
    else
        uv_run(&w.loop, UV_RUN_ONCE);
}

/* A mock on a loop of its own, not yet listening. */
static inline void open_world(const struct mock_options *o)
{
    char why[200] = "";

    memset(&w, 0, sizeof(w));
    memset(&tiny, 0, sizeof(tiny));
    CU_ASSERT_FATAL(uv_loop_init(&w.loop) == 0);
    uv_timer_init(&w.loop, &w.guard);
    uv_timer_start(&w.guard, on_guard, 20000, 0);
    w.mock = mock_new(&w.loop, o, why);
    if (!w.mock)
        fprintf(stderr, "%s\n", why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w.mock);
}

static inline void begin_with(enum tls_kind tls, bool told)
{
    struct mock_options o;
    char why[200] = "";

    mock_default_options(&o);
    o.tls[MOCK_CATALOG] = tls;
    if (told)
        o.authority[MOCK_CATALOG] = "127.0.0.1:8181";
    open_world(&o);
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

static inline void begin_tls(enum tls_kind tls)
{
    begin_with(tls, false);
}

static inline void begin(void)
{
    begin_tls(TLS_OFF);
}

/* As in simulation: every connection attempt is told. */
static inline void begin_told(void)
{
    begin_with(TLS_OFF, true);
}

/* Nothing may be left on the loop. */
static inline void end(void)
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

static inline void arm(const char *rule)
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

static inline void flush_tls(struct client *c)
{
    char *p;
    long n = BIO_get_mem_data(c->out, &p);

    if (n > 0 && send(c->fd, p, (size_t)n, MSG_NOSIGNAL) == n)
        (void)BIO_reset(c->out);
}

static inline void take(struct client *c, const char *p, size_t n)
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

static inline void on_client(uv_poll_t *p, int status, int events)
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

static inline void on_client_closed(uv_handle_t *h)
{
    ((struct client *)h->data)->closed = true;
}

/* 0, or errno of connect. */
static inline int dial(struct client *c)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port =
                                htons((uint16_t)mock_port(w.mock, w.which)),
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
    n = sizeof(rc);
    if (rc == EINPROGRESS && info.tcpi_state == TCP_CLOSE)
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &rc, &n);
    return rc;
}

static inline void watch(struct client *c)
{
    uv_poll_init(&w.loop, &c->poll, c->fd);
    c->poll.data = c;
    c->polled = true;
    uv_poll_start(&c->poll, UV_READABLE, on_client);
}

static inline void call(struct client *c)
{
    CU_ASSERT_EQUAL_FATAL(dial(c), 0);
    watch(c);
}

static inline void hang_up(struct client *c)
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

static inline void say_bytes(struct client *c, const char *p, size_t n)
{
    if (c->ssl) {
        CU_ASSERT_EQUAL(SSL_write(c->ssl, p, (int)n), (int)n);
        flush_tls(c);
        return;
    }
    CU_ASSERT_EQUAL(send(c->fd, p, n, MSG_NOSIGNAL), (ssize_t)n);
}

static inline void say(struct client *c, const char *z)
{
    say_bytes(c, z, strlen(z));
}

static inline bool over(const struct client *c)
{
    return c->eof || c->error;
}

static inline void until_over(struct client *c)
{
    while (!over(c) && !w.late)
        turn_once();
}

static inline void until_got(struct client *c, const char *text)
{
    while (!strstr(str_z(&c->got), text) && !over(c) && !w.late)
        turn_once();
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&c->got), text));
}

/* Turns until the exchange with that ordinal has ended, and gives its entry. */
static inline const struct journal_entry *entry_of(uint64_t exchange,
                                                   bool ended)
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

static inline void start_tls(struct client *c)
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

static inline int attempt(struct client *c)
{
    mock_connecting(w.mock, w.which);
    return dial(c);
}

#endif
