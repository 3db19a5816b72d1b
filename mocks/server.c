/* server: the listener, who may connect, and connection-level faults. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mocks/server_inside.h"

enum { BACKLOG = 511, BIND_TRIES = 20, STARVED_MS = 100, SLOT_MS = 1000 };

static void look(struct server *s);
static void on_timer(uv_timer_t *t);
static void on_ready(uv_poll_t *p, int status, int events);

/* ---- the socket ---------------------------------------------------------- */

struct address {
    struct sockaddr_storage a;
    socklen_t len;
};

static bool parse_address(const char *host, int port, struct address *out)
{
    struct sockaddr_in *in = (struct sockaddr_in *)&out->a;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&out->a;

    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
        in->sin_family = AF_INET;
        in->sin_port = htons((uint16_t)port);
        out->len = sizeof(*in);
        return true;
    }
    if (inet_pton(AF_INET6, host, &in6->sin6_addr) != 1)
        return false;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons((uint16_t)port);
    out->len = sizeof(*in6);
    return true;
}

static int bound_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } a;
    socklen_t n = sizeof(a);

    memset(&a, 0, sizeof(a));
    if (getsockname(fd, &a.any, &n))
        return 0;
    return ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
}

static int bound_socket(const struct address *a)
{
    int fd =
        socket(a->a.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (!bind(fd, (const struct sockaddr *)&a->a, a->len))
        return fd;
    int e = errno;
    close(fd);
    errno = e;
    return -1;
}

/* A port that was asked for by number stays with its socket when listening is
 * switched off; one the kernel chose does not. So an ephemeral one is found
 * first and then asked for. */
static int bound_ephemeral(const char *host, struct address *a)
{
    for (int i = 0; i < BIND_TRIES; i++) {
        parse_address(host, 0, a);
        int probe = bound_socket(a);
        if (probe < 0)
            return -1;
        parse_address(host, bound_port(probe), a);
        int fd = bound_socket(a);
        close(probe);
        if (fd >= 0)
            return fd;
    }
    return -1;
}

static bool in_use(int port, const char *host, char why[200])
{
    if (errno == EADDRINUSE)
        snprintf(why, 200, "port %d on %s is in use", port, host);
    else
        snprintf(why, 200, "port %d on %s: %s", port, host, strerror(errno));
    return false;
}

bool server_bind(struct server *s, const char *host, int port, char why[200])
{
    struct address a;

    if (!parse_address(host, port, &a)) {
        snprintf(why, 200, "'%.100s' is not an IP address", host);
        return false;
    }
    s->fd = port ? bound_socket(&a) : bound_ephemeral(host, &a);
    if (s->fd < 0)
        return in_use(port, host, why);
    s->port = bound_port(s->fd);
    return true;
}

int server_port(const struct server *s)
{
    return s->port;
}

/* ---- listening, refusing, blackhole -------------------------------------- */

static void accept_all(struct server *s);

static void poll_on(struct server *s)
{
    uv_poll_start(&s->poll, UV_READABLE, on_ready);
}

static void drop_filler(struct server *s)
{
    if (s->filler < 0)
        return;
    int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC); /* its other end */
    if (fd >= 0)
        close(fd);
    close(s->filler);
    s->filler = -1;
}

static void set_filler(struct server *s)
{
    struct sockaddr_storage a = {0};
    socklen_t n = sizeof(a);

    s->filler = -1;
    if (getsockname(s->fd, (struct sockaddr *)&a, &n))
        return;
    s->filler =
        socket(a.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->filler >= 0 && connect(s->filler, (struct sockaddr *)&a, n) &&
        errno != EINPROGRESS) {
        close(s->filler);
        s->filler = -1;
    }
}

static void set_listener(struct server *s, enum listener to)
{
    if (s->listener == to)
        return;
    if (s->listener == LISTENER_OPEN) {
        if (s->simulated)
            accept_all(s); /* who is in the queue has connected already */
        uv_poll_stop(&s->poll);
    }
    drop_filler(s);
    s->listener = to;
    if (to == LISTENER_OPEN) {
        (void)!listen(s->fd, BACKLOG);
        poll_on(s);
    } else if (to == LISTENER_BLACKHOLE) {
        (void)!listen(s->fd, 0);
        set_filler(s);
    } else {
        shutdown(s->fd, SHUT_RDWR);
    }
}

bool server_listen(struct server *s, char why[200])
{
    if (listen(s->fd, BACKLOG))
        return in_use(s->port, s->mock->options.bind, why);
    uv_poll_init(s->loop, &s->poll, s->fd);
    s->poll.data = s;
    s->handles++;
    s->started = true;
    s->listener = LISTENER_OPEN;
    poll_on(s);
    return true;
}

/* ---- accepting ----------------------------------------------------------- */

/* The rule of the next connection, as decided when its attempt was told of. */
static const struct fault_rule *next_met(struct server *s)
{
    if (s->n_met) {
        const struct fault_rule *r = s->met[0];
        s->n_met--;
        memmove(s->met, s->met + 1, s->n_met * sizeof(*s->met));
        return r;
    }
    if (s->simulated)
        return NULL;
    const struct fault_rule *r = s->decided ? s->chosen : NULL;
    s->attempts++;
    s->decided = false;
    return r;
}

static void push_met(struct server *s, const struct fault_rule *r)
{
    if (s->n_met == s->cap_met) {
        s->cap_met = s->cap_met ? s->cap_met * 2 : 16;
        s->met = mem_realloc(s->met, s->cap_met * sizeof(*s->met));
    }
    s->met[s->n_met++] = r;
}

static bool out_of_descriptors(int e)
{
    return e == EMFILE || e == ENFILE || e == ENOBUFS || e == ENOMEM;
}

static void accept_all(struct server *s)
{
    while (s->listener == LISTENER_OPEN) {
        int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == ECONNABORTED || errno == EINTR))
            continue;
        if (fd < 0 && out_of_descriptors(errno)) {
            uv_poll_stop(&s->poll); /* it would report again and again */
            s->starved = true;
            mock_timer(&s->timer, on_timer, STARVED_MS);
        }
        if (fd < 0)
            return;
        connection_new(s, fd, next_met(s));
        if (!s->simulated)
            look(s);
    }
}

static void on_ready(uv_poll_t *p, int status, int events)
{
    (void)status;
    (void)events;
    accept_all(p->data);
}

/* ---- connection-level faults --------------------------------------------- */

static struct fault_engine *engine(const struct server *s)
{
    return s->mock->faults;
}

static bool faultless(const struct server *s)
{
    return s->which == MOCK_ADMIN || s->mock->calm || s->closing;
}

static enum listener listener_for(const struct fault_rule *r)
{
    if (!r)
        return LISTENER_OPEN;
    switch (r->action->kind) {
    case FAULT_REFUSE:
    case FAULT_DOWN:
        return LISTENER_REFUSING;
    case FAULT_BLACKHOLE:
        return LISTENER_BLACKHOLE;
    default:
        return LISTENER_OPEN;
    }
}

static void tell(struct server *s, const struct fault_rule *r)
{
    char detail[120];

    snprintf(detail, sizeof(detail), "%s: %s", r->id, r->action->name);
    journal_connection(s->mock->journal, JOURNAL_REFUSED, mock_now_ns(s->mock),
                       s->service->name, 0, detail);
}

static void go_down(struct server *s, const struct fault_rule *r)
{
    s->down = true;
    s->down_loses = r->params.lose;
    if (s->simulated && s->connections) /* they meet it without an attempt */
        fault_decide_connection(engine(s), s->service->name, s->attempts + 1);
    server_drop_connections(s);
    if (s->simulated) /* attempts that nobody tells of find it shut, too */
        set_listener(s, LISTENER_REFUSING);
}

static void come_back(struct server *s)
{
    s->down = false;
    if (s->service->restart)
        s->service->restart(s->service->state, !s->down_loses);
}

/* What a time-bound rule asks for now; keeps down in step with it. */
static const struct fault_rule *window(struct server *s)
{
    const struct fault_rule *r =
        faultless(s) ? NULL
                     : fault_peek_connection(engine(s), s->service->name);
    bool down = r && r->action->kind == FAULT_DOWN;

    if (down && !s->down)
        go_down(s, r);
    if (!down && s->down)
        come_back(s);
    return r;
}

static int64_t slot_left_ms(const struct server *s)
{
    int64_t gone = (mock_now_ns(s->mock) - s->chosen_ns) / 1000000;
    return gone < SLOT_MS ? SLOT_MS - gone : 0;
}

/* The rule of the next connection of real clients. Each ordinal is decided
 * once; one that keeps it out counts as met after its slot. */
static const struct fault_rule *choose(struct server *s)
{
    if (s->decided && listener_for(s->chosen) != LISTENER_OPEN &&
        slot_left_ms(s) == 0) {
        s->attempts++;
        s->decided = false;
    }
    if (!s->decided) {
        s->chosen = fault_decide_connection(engine(s), s->service->name,
                                            s->attempts + 1);
        s->chosen_ns = mock_now_ns(s->mock);
        s->decided = true;
        if (listener_for(s->chosen) != LISTENER_OPEN)
            tell(s, s->chosen);
    }
    return s->chosen;
}

static void on_timer(uv_timer_t *t)
{
    look(t->data);
}

static void set_timer(struct server *s, bool slot)
{
    int64_t ms =
        faultless(s) ? -1 : fault_next_change_ms(engine(s), s->service->name);

    if (slot && (ms < 0 || ms > slot_left_ms(s)))
        ms = slot_left_ms(s);
    if (s->starved && (ms < 0 || ms > STARVED_MS))
        ms = STARVED_MS;
    if (ms < 0)
        uv_timer_stop(&s->timer);
    else
        mock_timer(&s->timer, on_timer, ms + (slot || s->starved ? 0 : 1));
}

/* For clients that nobody tells of: the listener as it should be from now on.
 * r: the time-bound rule in force. True when it is shut for one slot. */
static bool look_real(struct server *s, const struct fault_rule *r)
{
    bool news = r != s->window;

    if (listener_for(r) != LISTENER_OPEN) {
        if (news) {
            fault_decide_connection(engine(s), s->service->name,
                                    s->attempts + 1);
            tell(s, r);
        }
        set_listener(s, listener_for(r));
        return false;
    }
    if (news && !s->chosen)
        s->decided = false;
    r = choose(s);
    set_listener(s, listener_for(r));
    return listener_for(r) != LISTENER_OPEN;
}

static void look(struct server *s)
{
    const struct fault_rule *r;
    bool slot = false;

    if (!s->started || s->closing)
        return;
    if (s->starved) {
        s->starved = false;
        if (s->listener == LISTENER_OPEN)
            poll_on(s);
    }
    r = window(s);
    if (faultless(s))
        set_listener(s, LISTENER_OPEN);
    else if (!s->simulated)
        slot = look_real(s, r);
    s->window = r;
    set_timer(s, slot);
}

void server_look(struct server *s)
{
    if (!s->simulated && !s->chosen)
        s->decided = false; /* there may be a rule for it now */
    look(s);
}

void server_connecting(struct server *s)
{
    if (!s->started || s->closing)
        return;
    s->simulated = true;
    window(s);
    const struct fault_rule *r =
        faultless(s) ? NULL
                     : fault_decide_connection(engine(s), s->service->name,
                                               s->attempts + 1);
    s->attempts++;
    set_listener(s, listener_for(r));
    if (!r || s->listener == LISTENER_OPEN)
        push_met(s, r);
    else
        tell(s, r);
}

/* ---- many connections ---------------------------------------------------- */

void server_drop_connections(struct server *s)
{
    struct connection *c, *next;

    if (s->simulated)
        accept_all(s); /* those in the queue are connections too */
    for (c = s->connections; c; c = next) {
        next = connection_next(c);
        connection_reset(c, "reset");
    }
}

void server_calm(struct server *s)
{
    struct connection *c, *next;

    look(s);
    for (c = s->connections; c; c = next) {
        next = connection_next(c);
        if (connection_stalled(c))
            connection_close(c, "calm");
    }
}

size_t server_waiting(const struct server *s)
{
    size_t n = 0;

    for (struct connection *c = s->connections; c; c = connection_next(c))
        n += connection_waits(c);
    return n;
}

size_t server_connections(const struct server *s)
{
    return s->n_connections;
}

/* ---- life ---------------------------------------------------------------- */

struct server *server_new(struct mock *m, enum mock_server which,
                          uv_loop_t *loop, enum tls_kind tls)
{
    struct server *s = mem_alloc(sizeof(*s));

    s->mock = m;
    s->which = which;
    s->loop = loop;
    s->tls = tls;
    s->fd = s->filler = -1;
    str_init(&s->plain, READ_BYTES * 4);
    return s;
}

void server_serve(struct server *s, struct service *service)
{
    s->service = service;
    s->attempts = 0;
    s->simulated = s->mock->options.authority[s->which] != NULL;
    if (s->handles)
        return;
    uv_timer_init(s->loop, &s->timer);
    uv_unref((uv_handle_t *)&s->timer);
    s->timer.data = s;
    s->handles = 1;
}

void server_handle_closed(struct server *s)
{
    s->handles--;
}

static void on_closed(uv_handle_t *h)
{
    server_handle_closed(h->data);
}

void server_close(struct server *s)
{
    struct connection *c, *next;

    if (s->closing)
        return;
    if (s->started)
        uv_poll_stop(&s->poll);
    s->closing = true;
    drop_filler(s);
    for (c = s->connections; c; c = next) {
        next = connection_next(c);
        connection_close(c, "mock closed");
    }
    if (s->started)
        uv_close((uv_handle_t *)&s->poll, on_closed);
    uv_close((uv_handle_t *)&s->timer, on_closed);
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

void server_free(struct server *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    str_fini(&s->plain);
    free(s->met);
    free(s);
}
