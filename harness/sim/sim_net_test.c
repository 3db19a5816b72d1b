/* libuv as the server and libcurl as the client, over real loopback sockets in
 * virtual time. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/unit.h"
#include "harness/sim/sim.h"

enum { PORT = 8181, CLIENTS = 4 };

/* ---- a small server: GET /MS answers after so many ms, /rst resets ---- */

struct conn {
    uv_tcp_t tcp;
    uv_timer_t timer;
    uv_write_t write;
    int closing; /* handles still open */
    int ordinal;
    char head[512];
    size_t len;
    struct net *net;
};

struct net {
    uv_loop_t loop;
    uv_tcp_t listener;
    int port, connections, hook_calls, rounds;
    struct str trace;
    CURLcode result[CLIENTS];
    long status[CLIENTS], peer[CLIENTS];
    int64_t took_ms[CLIENTS];
    const char *path;
    long timeout_ms;
    int n_clients;
};

static void note(struct net *n, const char *what, int who)
{
    str_addf(&n->trace, "%lld %s %d\n", (long long)sim_now_ns(), what, who);
}

static void conn_closed(uv_handle_t *h)
{
    struct conn *c = h->data;
    if (--c->closing == 0)
        free(c);
}

static void conn_close(struct conn *c, bool reset)
{
    if (uv_is_closing((uv_handle_t *)&c->tcp))
        return;
    note(c->net, reset ? "reset" : "closed", c->ordinal);
    if (reset)
        uv_tcp_close_reset(&c->tcp, conn_closed);
    else
        uv_close((uv_handle_t *)&c->tcp, conn_closed);
    uv_close((uv_handle_t *)&c->timer, conn_closed);
}

static void answered(uv_write_t *w, int status)
{
    (void)w;
    (void)status;
}

static void answer(uv_timer_t *t)
{
    static char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    struct conn *c = t->data;
    uv_buf_t b = uv_buf_init(text, sizeof(text) - 1);
    note(c->net, "answers", c->ordinal);
    uv_write(&c->write, (uv_stream_t *)&c->tcp, &b, 1, answered);
}

static void head_room(uv_handle_t *h, size_t hint, uv_buf_t *b)
{
    struct conn *c = h->data;
    (void)hint;
    *b =
        uv_buf_init(c->head + c->len, (unsigned)(sizeof(c->head) - 1 - c->len));
}

static void head_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
    struct conn *c = s->data;
    (void)b;
    if (n < 0) {
        conn_close(c, false);
        return;
    }
    c->len += (size_t)n;
    c->head[c->len] = '\0';
    if (!strstr(c->head, "\r\n\r\n"))
        return;
    note(c->net, "asked", c->ordinal);
    c->len = 0;
    if (strncmp(c->head, "GET /rst", 8) == 0)
        conn_close(c, true);
    else
        uv_timer_start(&c->timer, answer, strtoull(c->head + 5, NULL, 10), 0);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct net *n = listener->data;
    struct conn *c = mem_alloc(sizeof(*c));
    CU_ASSERT_EQUAL(status, 0);
    c->net = n;
    c->ordinal = ++n->connections;
    c->closing = 2;
    c->tcp.data = c->timer.data = c;
    uv_tcp_init(&n->loop, &c->tcp);
    uv_timer_init(&n->loop, &c->timer);
    uv_accept(listener, (uv_stream_t *)&c->tcp);
    uv_tcp_nodelay(&c->tcp, 1);
    uv_read_start((uv_stream_t *)&c->tcp, head_room, head_read);
}

static void net_begin(struct net *n, uint64_t seed)
{
    struct sim_options o = {.unix_ms = INT64_C(1735689600000), .seed = seed};
    struct sockaddr_in a;
    int len = sizeof(a);
    memset(n, 0, sizeof(*n));
    str_init(&n->trace, 100000);
    sim_begin(&o);
    uv_loop_init(&n->loop);
    uv_ip4_addr("127.0.0.1", 0, &a);
    uv_tcp_init(&n->loop, &n->listener);
    n->listener.data = n;
    uv_tcp_bind(&n->listener, (struct sockaddr *)&a, 0);
    CU_ASSERT_EQUAL(uv_listen((uv_stream_t *)&n->listener, 64, on_connection),
                    0);
    uv_tcp_getsockname(&n->listener, (struct sockaddr *)&a, &len);
    n->port = ntohs(a.sin_port);
    n->path = "0";
    n->timeout_ms = 30000;
    n->n_clients = n->rounds = 1;
}

static void hook(void *ctx, int port)
{
    struct net *n = ctx;
    CU_ASSERT_EQUAL(port, PORT);
    n->hook_calls++;
}

/* ---- clients ---- */

static size_t drop(char *p, size_t size, size_t n, void *ctx)
{
    (void)p;
    (void)ctx;
    return size * n;
}

static void ask(struct net *n, CURL *e, int me)
{
    int64_t from = sim_now_ns();
    n->result[me] = curl_easy_perform(e);
    n->took_ms[me] = (sim_now_ns() - from) / 1000000;
    curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &n->status[me]);
    curl_easy_getinfo(e, CURLINFO_PRIMARY_PORT, &n->peer[me]);
    note(n, "told", me);
}

static void client(void *arg)
{
    struct net *n = arg;
    int me = sim_self();
    char url[64];
    CURL *e = curl_easy_init();
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/%s", PORT, n->path);
    curl_easy_setopt(e, CURLOPT_URL, url);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_PROXY, "");
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, 5000L);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, n->timeout_ms);
    for (int i = 0; i < n->rounds; i++)
        ask(n, e, me);
    curl_easy_cleanup(e);
}

static bool clients_done(void *ctx)
{
    struct net *n = ctx;
    for (int i = 0; i < n->n_clients; i++)
        if (!sim_done(i))
            return false;
    return true;
}

static bool loop_empty(void *ctx)
{
    return !uv_loop_alive(ctx);
}

static void close_all(uv_handle_t *h, void *ctx)
{
    struct net *n = ctx;
    if (h == (uv_handle_t *)&n->listener) {
        if (!uv_is_closing(h))
            uv_close(h, NULL);
    } else {
        conn_close(h->data, false);
    }
}

/* Runs the clients, then takes everything down. */
static void net_run(struct net *n)
{
    for (int i = 0; i < n->n_clients; i++)
        sim_spawn("client", client, n);
    CU_ASSERT_EQUAL(sim_run(&n->loop, clients_done, n), SIM_DONE);
    uv_walk(&n->loop, close_all, n);
    CU_ASSERT_EQUAL(sim_run(&n->loop, loop_empty, &n->loop), SIM_DONE);
    CU_ASSERT_EQUAL(uv_loop_close(&n->loop), 0);
    sim_end();
}

static void net_end(struct net *n)
{
    str_fini(&n->trace);
}

/* ---- tests ---- */

static void a_request_takes_no_time(void)
{
    struct net n;
    net_begin(&n, 1);
    sim_map(PORT, n.port, hook, &n);
    net_run(&n);
    CU_ASSERT_EQUAL(n.result[0], CURLE_OK);
    CU_ASSERT_EQUAL(n.status[0], 200);
    CU_ASSERT_EQUAL(n.took_ms[0], 0);
    CU_ASSERT_EQUAL(n.hook_calls, 1);
    CU_ASSERT_EQUAL(n.peer[0], PORT);
    net_end(&n);
}

static void delayed(long timeout_ms, CURLcode result, int64_t took_ms)
{
    struct net n;
    net_begin(&n, 1);
    sim_map(PORT, n.port, NULL, NULL);
    n.path = "60000";
    n.timeout_ms = timeout_ms;
    net_run(&n);
    CU_ASSERT_EQUAL(n.result[0], result);
    CU_ASSERT(n.took_ms[0] >= took_ms && n.took_ms[0] <= took_ms + 1);
    net_end(&n);
}

static void a_time_out_of_30_s_meets_a_delay_of_60_s(void)
{
    delayed(30000, CURLE_OPERATION_TIMEDOUT, 30000);
}

static void patience_of_90_s_meets_a_delay_of_60_s(void)
{
    delayed(90000, CURLE_OK, 60000);
}

static void a_closed_port_refuses(void)
{
    struct net n;
    net_begin(&n, 1);
    sim_map(PORT, n.port, NULL, NULL);
    uv_close((uv_handle_t *)&n.listener, NULL);
    net_run(&n);
    CU_ASSERT_EQUAL(n.result[0], CURLE_COULDNT_CONNECT);
    CU_ASSERT_EQUAL(n.took_ms[0], 0);
    net_end(&n);
}

/* A listener whose backlog is full drops the SYN. */
static void a_full_backlog_ends_in_a_connect_time_out(void)
{
    enum { FILLERS = 4 };
    struct net n;
    struct sockaddr_in a;
    socklen_t len = sizeof(a);
    int fd[FILLERS], l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    net_begin(&n, 1);
    uv_ip4_addr("127.0.0.1", 0, &a);
    CU_ASSERT_EQUAL(bind(l, (struct sockaddr *)&a, len), 0);
    CU_ASSERT_EQUAL(listen(l, 0), 0);
    getsockname(l, (struct sockaddr *)&a, &len);
    for (int i = 0; i < FILLERS; i++) {
        fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)connect(fd[i], (struct sockaddr *)&a, len);
    }
    sim_map(PORT, ntohs(a.sin_port), NULL, NULL);
    net_run(&n);
    CU_ASSERT_EQUAL(n.result[0], CURLE_OPERATION_TIMEDOUT);
    CU_ASSERT(n.took_ms[0] >= 5000 && n.took_ms[0] <= 5001);
    for (int i = 0; i < FILLERS; i++)
        close(fd[i]);
    close(l);
    net_end(&n);
}

static void a_reset_is_a_reset(void)
{
    struct net n;
    net_begin(&n, 1);
    sim_map(PORT, n.port, NULL, NULL);
    n.path = "rst";
    net_run(&n);
    CU_ASSERT_EQUAL(n.result[0], CURLE_RECV_ERROR);
    CU_ASSERT_EQUAL(n.took_ms[0], 0);
    net_end(&n);
}

static void contend(struct net *n, uint64_t seed)
{
    net_begin(n, seed);
    sim_map(PORT, n->port, NULL, NULL);
    n->path = "250";
    n->n_clients = CLIENTS;
    n->rounds = 3;
    net_run(n);
}

static void the_same_seed_gives_the_same_trace_200_times(void)
{
    struct net first, again;
    int same = 0;
    contend(&first, 1);
    CU_ASSERT(first.trace.len > 500);
    for (int i = 0; i < 200; i++) {
        contend(&again, 1);
        same += slice_eq(str_slice(&first.trace), str_slice(&again.trace));
        net_end(&again);
    }
    CU_ASSERT_EQUAL(same, 200);
    net_end(&first);
}

static void other_seeds_give_other_orders(void)
{
    struct net first, again;
    int same = 0;
    contend(&first, 1);
    for (uint64_t seed = 2; seed < 12; seed++) {
        contend(&again, seed);
        same += slice_eq(str_slice(&first.trace), str_slice(&again.trace));
        CU_ASSERT_EQUAL(again.connections, CLIENTS);
        net_end(&again);
    }
    CU_ASSERT(same <= 1);
    net_end(&first);
}

UNIT_MAIN("sim_net", UNIT(a_request_takes_no_time),
          UNIT(a_time_out_of_30_s_meets_a_delay_of_60_s),
          UNIT(patience_of_90_s_meets_a_delay_of_60_s),
          UNIT(a_closed_port_refuses),
          UNIT(a_full_backlog_ends_in_a_connect_time_out),
          UNIT(a_reset_is_a_reset),
          UNIT(the_same_seed_gives_the_same_trace_200_times),
          UNIT(other_seeds_give_other_orders))
