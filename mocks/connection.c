/* connection: one accepted socket: bytes to exchanges, scripts to bytes.
 *
 * drive() is a loop over small steps, so that pipelined requests and scripts
 * do not nest. Memory of a connection goes away when libuv has closed both
 * its handles; until then state says CLOSED and every step stops.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "mocks/server_inside.h"

enum { MOST_RESET_WAIT_MS = 10000, LINGER_MS = 1000, MOST_BUFS = 8 };

enum state {
    READING, /* idle, or a request is under way */
    ACTING,  /* the exchange has it */
    PLAYING, /* its script */
    STALLED, /* until the peer goes or calm; input is dropped */
    LINGER,  /* FIN was sent, input is dropped for a while */
    CLOSED
};

struct connection {
    uv_tcp_t tcp;
    uv_timer_t timer;
    uv_write_t write;
    struct server *server;
    struct connection *prev, *next;
    uint64_t ordinal, requests;
    const struct fault_rule *rule; /* tls, idle-close; NULL */
    struct tls *tls;
    enum state state;
    struct exchange *x;
    size_t step;     /* of x's script */
    int64_t cut;     /* where reading x's request stops; -1: nowhere */
    struct slice in; /* bytes not yet parsed: in held or in the read buffer */
    struct str held;
    char *copy; /* encrypted bytes of a write under way */
    size_t writing_plain;
    int64_t reset_waits;
    unsigned handles;
    bool driving, writing, waiting, paused, peer_eof, half_closed;
    bool in_held; /* else in lies in the read buffer */
    bool unread;  /* the request's rest was not read */
};

static void drive(struct connection *c);
static bool put_tls(struct connection *c);
static void on_timer(uv_timer_t *t);

static int64_t now_ns(const struct connection *c)
{
    return mock_now_ns(c->server->mock);
}

static void tell(struct connection *c, enum journal_kind kind,
                 const char *detail)
{
    if (c->server->which != MOCK_ADMIN)
        journal_connection(c->server->mock->journal, kind, now_ns(c),
                           c->server->service->name, c->ordinal, detail);
}

static int fd_of(const struct connection *c)
{
    uv_os_fd_t fd = -1;
    uv_fileno((const uv_handle_t *)&c->tcp, &fd);
    return fd;
}

/* ---- ends ---------------------------------------------------------------- */

static void on_closed(uv_handle_t *h)
{
    struct connection *c = h->data;
    struct server *s = c->server;

    if (--c->handles)
        return;
    str_fini(&c->held);
    free(c->copy);
    tls_free(c->tls);
    free(c);
    server_handle_closed(s);
}

/* The exchange has to do without the connection from here. */
static void detach(struct connection *c)
{
    struct exchange *x = c->x;

    c->x = NULL;
    if (!x)
        return;
    x->connection = NULL;
    if (c->state == READING) {
        x->ended = x->ended ? x->ended : "cut-short";
        exchange_abort(x);
    } else if (c->state != ACTING) {
        exchange_finish(x);
    } else if (x->pending) {
        x->pending = false;
        if (x->gone)
            x->gone(x);
        exchange_finish(x);
    }
}

static void leave(struct connection *c, const char *detail)
{
    struct server *s = c->server;

    detach(c);
    c->state = CLOSED;
    c->in.len = 0;
    if (c->prev)
        c->prev->next = c->next;
    else
        s->connections = c->next;
    if (c->next)
        c->next->prev = c->prev;
    s->n_connections--;
    tell(c, JOURNAL_CLOSED, detail);
    uv_close((uv_handle_t *)&c->timer, on_closed);
}

void connection_reset(struct connection *c, const char *detail)
{
    if (c->state == CLOSED)
        return;
    if (c->x && !c->x->ended)
        c->x->ended = "reset";
    leave(c, detail);
    if (uv_tcp_close_reset(&c->tcp, on_closed))
        uv_close((uv_handle_t *)&c->tcp, on_closed);
}

/* Reads away what has arrived: close() with unread bytes would send RST. */
static void drain(struct connection *c)
{
    char piece[4096];

    for (int i = 0; i < 1024; i++)
        if (recv(fd_of(c), piece, sizeof(piece), MSG_DONTWAIT) <= 0)
            return;
}

static void close_now(struct connection *c, const char *detail)
{
    if (!c->peer_eof)
        drain(c);
    leave(c, detail);
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

/* FIN. Where the peer may still be sending, its bytes are read for a while:
 * they would make the kernel send RST, which may overtake the answer. */
void connection_close(struct connection *c, const char *detail)
{
    if (c->state == CLOSED)
        return;
    if (!c->unread || c->peer_eof || c->state == LINGER || c->server->closing) {
        close_now(c, detail);
        return;
    }
    shutdown(fd_of(c), SHUT_WR);
    detach(c);
    c->state = LINGER;
    c->in.len = 0;
    mock_timer(&c->timer, on_timer, LINGER_MS);
}

/* ---- sending ------------------------------------------------------------- */

static void on_written(uv_write_t *w, int status)
{
    struct connection *c = w->data;

    free(c->copy);
    c->copy = NULL;
    c->writing = false;
    if (c->state == CLOSED)
        return;
    if (status) {
        connection_reset(c, "peer-gone");
        return;
    }
    if (c->x)
        c->x->sent += c->writing_plain;
    c->writing_plain = 0;
    if (!c->tls || put_tls(c))
        drive(c);
}

static bool lost(struct connection *c)
{
    if (c->x && !c->x->ended)
        c->x->ended = "peer-gone";
    connection_reset(c, "peer-gone");
    return false;
}

/* Hands bytes to the kernel now, and what it does not take later: then writing
 * is set. False: the peer has gone, and so has the connection. */
static bool put(struct connection *c, uv_buf_t *bufs, unsigned n, bool copy)
{
    int done = uv_try_write((uv_stream_t *)&c->tcp, bufs, n);

    if (done < 0 && done != UV_EAGAIN)
        return lost(c);
    size_t left = done > 0 ? (size_t)done : 0;
    while (n && left >= bufs->len) {
        left -= bufs->len;
        bufs++;
        n--;
    }
    if (!n)
        return true;
    bufs->base += left;
    bufs->len -= left;
    if (copy) {
        c->copy = mem_memdup(bufs->base, bufs->len);
        bufs->base = c->copy;
    }
    c->writing = true;
    c->write.data = c;
    if (uv_write(&c->write, (uv_stream_t *)&c->tcp, bufs, n, on_written))
        return lost(c);
    return true;
}

static bool put_tls(struct connection *c)
{
    struct slice out = tls_output(c->tls);

    if (!out.len || c->writing)
        return true;
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)out.p, (unsigned)out.len);
    bool ok = put(c, &buf, 1, true);
    if (ok)
        tls_output_taken(c->tls);
    return ok;
}

static bool send_plain(struct connection *c, const struct slice *pieces,
                       unsigned n)
{
    uv_buf_t bufs[MOST_BUFS];

    if (c->tls) {
        for (unsigned i = 0; i < n; i++)
            if (!tls_write(c->tls, pieces[i]))
                return lost(c);
        return put_tls(c);
    }
    for (unsigned i = 0; i < n; i++)
        bufs[i] = uv_buf_init((char *)(uintptr_t)pieces[i].p,
                              (unsigned)pieces[i].len);
    return put(c, bufs, n, false);
}

/* ---- playing a script ---------------------------------------------------- */

static const struct script_step *current(const struct connection *c)
{
    return &c->x->script.steps[c->step];
}

static bool more_steps(const struct connection *c)
{
    return c->step < c->x->script.n;
}

/* Steps of bytes that follow each other go out in one call. */
static bool play_bytes(struct connection *c)
{
    struct slice pieces[MOST_BUFS];
    unsigned n = 0;
    size_t sum = 0;

    for (; more_steps(c) && n < MOST_BUFS; n++, c->step++) {
        if (current(c)->kind != SCRIPT_BYTES)
            break;
        pieces[n] = current(c)->bytes;
        sum += pieces[n].len;
    }
    if (!send_plain(c, pieces, n))
        return false;
    if (c->writing)
        c->writing_plain = sum;
    else
        c->x->sent += sum;
    return true;
}

static void wait_ms(struct connection *c, int64_t ms)
{
    c->waiting = true;
    mock_timer(&c->timer, on_timer, ms);
}

static bool play_wait(struct connection *c)
{
    int64_t ms = current(c)->ms;

    c->step++;
    wait_ms(c, ms);
    return false;
}

/* Bytes that the kernel has not yet handed over: the peer's window is full. */
static bool holds_bytes(const struct connection *c)
{
    int n = 0;

    return !ioctl(fd_of(c), SIOCOUTQNSD, &n) && n > 0;
}

/* The kernel forgets at a reset what it could not yet hand over: first the
 * peer's window must have taken all of it. What lies there stays readable. */
static bool play_reset(struct connection *c)
{
    if (c->reset_waits++ < MOST_RESET_WAIT_MS && holds_bytes(c)) {
        wait_ms(c, 1);
        return false;
    }
    c->x->ended = "reset";
    connection_reset(c, "reset");
    return false;
}

static bool play_close(struct connection *c)
{
    c->x->ended = "closed";
    connection_close(c, "closed");
    return false;
}

static bool play_half_close(struct connection *c)
{
    shutdown(fd_of(c), SHUT_WR);
    c->half_closed = true;
    c->x->ended = "half-closed";
    c->step++;
    return true;
}

static bool play_stall(struct connection *c)
{
    c->x->ended = "stalled";
    c->state = STALLED;
    return false;
}

static bool (*const players[])(struct connection *) = {
    [SCRIPT_BYTES] = play_bytes,           [SCRIPT_WAIT] = play_wait,
    [SCRIPT_RESET] = play_reset,           [SCRIPT_CLOSE] = play_close,
    [SCRIPT_HALF_CLOSE] = play_half_close, [SCRIPT_STALL] = play_stall};

static void await_request(struct connection *c)
{
    const struct fault_rule *r = c->rule;

    c->state = READING;
    if (!c->in.len && r && r->action->kind == FAULT_IDLE_CLOSE)
        mock_timer(&c->timer, on_timer, r->params.ms);
}

static bool end_script(struct connection *c)
{
    struct exchange *x = c->x;
    bool keep =
        x->script.keep_alive && !c->unread && !(c->peer_eof && !c->in.len);

    if (!x->ended)
        x->ended = "answered";
    c->x = NULL;
    exchange_finish(x);
    if (c->half_closed) {
        c->state = STALLED;
        return false;
    }
    if (keep) {
        await_request(c);
        return true;
    }
    if (c->tls) {
        tls_notify_close(c->tls);
        if (!put_tls(c))
            return false;
    }
    connection_close(c, "closed");
    return false;
}

static bool step_playing(struct connection *c)
{
    if (c->writing || c->waiting)
        return false;
    if (!more_steps(c))
        return end_script(c);
    return players[current(c)->kind](c);
}

void server_play(struct exchange *x)
{
    struct connection *c = x->connection;

    if (!c) {
        exchange_finish(x);
        return;
    }
    c->state = PLAYING;
    c->step = 0;
    c->reset_waits = 0;
    drive(c);
}

/* ---- reading requests ---------------------------------------------------- */

static void begin(struct connection *c)
{
    struct server *s = c->server;

    uv_timer_stop(&c->timer);
    c->x = exchange_new(s->mock, s->service, c);
    c->x->tls = c->tls != NULL;
    c->x->connection_ordinal = c->ordinal;
    c->x->request_on_connection = ++c->requests;
    c->cut = -1;
}

static bool cut(struct connection *c)
{
    c->unread = true;
    c->state = ACTING;
    exchange_cut(c->x);
    return true;
}

static bool on_head(struct connection *c)
{
    static const struct slice go_on =
        SLICE_LIT("HTTP/1.1 100 Continue\r\n\r\n");
    const struct http_request *r = c->x->request;

    exchange_head(c->x);
    c->cut = exchange_request_cut(c->x);
    if (c->cut >= 0 && (size_t)c->cut <= r->wire_bytes)
        return cut(c);
    if (!r->expect_continue || c->in.len)
        return true;
    if (exchange_wants_body(c->x))
        return send_plain(c, &go_on, 1);
    c->unread = true;
    c->state = ACTING;
    exchange_act(c->x);
    return true;
}

static bool on_bad(struct connection *c)
{
    c->unread = true;
    c->state = ACTING;
    exchange_bad_request(c->x);
    return true;
}

static bool on_done(struct connection *c)
{
    c->state = ACTING;
    exchange_act(c->x);
    return true;
}

static bool on_more(struct connection *c)
{
    if (c->cut >= 0 && c->x->request->wire_bytes >= (size_t)c->cut)
        return cut(c);
    if (c->peer_eof)
        connection_close(c, "by peer");
    return false;
}

static bool step_reading(struct connection *c)
{
    size_t used = 0, n = c->in.len;

    if (!c->x && !n) {
        if (c->peer_eof)
            connection_close(c, "by peer");
        return false;
    }
    if (!c->x)
        begin(c);
    if (c->cut >= 0 && n > (size_t)c->cut - c->x->request->wire_bytes)
        n = (size_t)c->cut - c->x->request->wire_bytes;
    enum http1_event e = http1_feed(c->x->parser, c->in.p, n, &used);
    c->in.p += used;
    c->in.len -= used;
    switch (e) {
    case HTTP1_HEAD:
        return on_head(c);
    case HTTP1_DONE:
        return on_done(c);
    case HTTP1_BAD:
        return on_bad(c);
    default:
        return on_more(c);
    }
}

static bool step(struct connection *c)
{
    switch (c->state) {
    case READING:
        return step_reading(c);
    case PLAYING:
        return step_playing(c);
    case STALLED:
    case LINGER:
        c->in.len = 0;
        if (c->peer_eof)
            close_now(c, "by peer");
        return false;
    default:
        return false;
    }
}

/* ---- input --------------------------------------------------------------- */

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);

static void give_buffer(uv_handle_t *h, size_t hint, uv_buf_t *buf)
{
    struct connection *c = h->data;
    (void)hint;
    *buf = uv_buf_init(c->server->buffer, READ_BYTES);
}

/* Not too much is held for later; and no memory is kept for nothing. */
static void hold(struct connection *c)
{
    if (!c->in.len) {
        str_fini(&c->held);
        str_init(&c->held, HELD_BYTES + READ_BYTES * 2);
        c->in = (struct slice){NULL, 0};
    } else if (!c->in_held) {
        str_reset(&c->held);
        str_adds(&c->held, c->in);
        c->in_held = true;
        c->in = str_slice(&c->held);
    }
    if (!c->paused && c->in.len >= HELD_BYTES) {
        uv_read_stop((uv_stream_t *)&c->tcp);
        c->paused = true;
    } else if (c->paused && c->in.len < HELD_BYTES && !c->peer_eof) {
        c->paused = false;
        uv_read_start((uv_stream_t *)&c->tcp, give_buffer, on_read);
    }
}

static void drive(struct connection *c)
{
    if (c->driving)
        return;
    c->driving = true;
    while (step(c))
        ;
    c->driving = false;
    if (c->state != CLOSED)
        hold(c);
}

static void input(struct connection *c, struct slice bytes)
{
    if (c->in.len) {
        memmove(c->held.p, c->in.p, c->in.len);
        str_cut(&c->held, c->in.len);
        str_adds(&c->held, bytes);
        c->in = str_slice(&c->held);
    } else {
        c->in = bytes;
        c->in_held = false;
    }
    drive(c);
}

/* The server's first bytes go half out, then FIN. */
static void cut_handshake(struct connection *c)
{
    struct slice out = tls_output(c->tls);
    char detail[120];

    snprintf(detail, sizeof(detail), "%s: tls", c->rule->id);
    uv_buf_t half =
        uv_buf_init((char *)(uintptr_t)out.p, (unsigned)(out.len / 2));
    if (out.len / 2 == 0 || put(c, &half, 1, true))
        close_now(c, detail);
}

static bool cuts_handshake(const struct connection *c)
{
    return c->rule && c->rule->action->kind == FAULT_TLS &&
           c->rule->params.what == FAULT_TLS_CUT;
}

static void input_tls(struct connection *c, struct slice wire)
{
    struct str *plain = &c->server->plain;

    str_reset(plain);
    bool ok = tls_feed(c->tls, wire, plain);
    if (cuts_handshake(c) && tls_output(c->tls).len) {
        cut_handshake(c);
        return;
    }
    if (!put_tls(c))
        return;
    if (!ok) {
        connection_close(c, "tls");
        return;
    }
    if (tls_closed(c->tls))
        c->peer_eof = true;
    if (plain->len)
        input(c, str_slice(plain));
    else
        drive(c);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct connection *c = stream->data;

    if (n == 0)
        return;
    if (n == UV_EOF) {
        c->peer_eof = true;
        uv_read_stop(stream);
        drive(c);
    } else if (n < 0) {
        if (c->x && !c->x->ended)
            c->x->ended = "peer-gone";
        connection_reset(c, "peer-gone");
    } else if (c->tls) {
        input_tls(c, (struct slice){buf->base, (size_t)n});
    } else {
        input(c, (struct slice){buf->base, (size_t)n});
    }
}

static void on_timer(uv_timer_t *t)
{
    struct connection *c = t->data;
    char detail[120];

    if (c->state == LINGER) {
        close_now(c, "closed");
    } else if (c->waiting) {
        c->waiting = false;
        drive(c);
    } else if (c->state == READING && !c->x && c->rule) {
        snprintf(detail, sizeof(detail), "%s: idle-close", c->rule->id);
        if (c->tls) {
            tls_notify_close(c->tls);
            if (!put_tls(c))
                return;
        }
        connection_close(c, detail);
    }
}

/* ---- life ---------------------------------------------------------------- */

static enum tls_kind certificate(const struct server *s,
                                 const struct fault_rule *r)
{
    static const enum tls_kind kinds[] = {[FAULT_TLS_EXPIRED] = TLS_EXPIRED,
                                          [FAULT_TLS_WRONG_NAME] =
                                              TLS_WRONG_NAME,
                                          [FAULT_TLS_UNTRUSTED] = TLS_UNTRUSTED,
                                          [FAULT_TLS_CUT] = TLS_GOOD};

    if (s->tls == TLS_OFF || !r || r->action->kind != FAULT_TLS)
        return s->tls;
    return kinds[r->params.what];
}

static void list_in(struct server *s, struct connection *c)
{
    c->next = s->connections;
    if (c->next)
        c->next->prev = c;
    s->connections = c;
    s->n_connections++;
}

void connection_new(struct server *s, int fd, const struct fault_rule *rule)
{
    struct connection *c = mem_alloc(sizeof(*c));
    enum tls_kind kind = certificate(s, rule);

    c->server = s;
    c->rule = rule;
    c->ordinal = s->which == MOCK_ADMIN ? 0 : ++s->mock->connections;
    c->handles = 2;
    s->handles++;
    str_init(&c->held, HELD_BYTES + READ_BYTES * 2);
    uv_tcp_init(s->loop, &c->tcp);
    uv_timer_init(s->loop, &c->timer);
    c->tcp.data = c->timer.data = c;
    uv_tcp_open(&c->tcp, fd);
    uv_tcp_nodelay(&c->tcp, 1);
    if (kind != TLS_OFF)
        c->tls = tls_new(kind);
    list_in(s, c);
    tell(c, JOURNAL_CONNECTED, rule ? rule->id : NULL);
    uv_read_start((uv_stream_t *)&c->tcp, give_buffer, on_read);
}

struct connection *connection_next(struct connection *c)
{
    return c->next;
}

bool connection_stalled(const struct connection *c)
{
    return c->state == STALLED || c->state == LINGER;
}

bool connection_waits(const struct connection *c)
{
    return c->waiting;
}
