/* server_inside: what server.c (listener, connection-level faults) and
 * connection.c (one connection) share. Not for others. */
#ifndef MOCKS_SERVER_INSIDE_H
#define MOCKS_SERVER_INSIDE_H

#include "mocks/mock_inside.h"
#include "mocks/tls.h"

enum { READ_BYTES = 64 << 10, HELD_BYTES = 64 << 10 };

enum listener {
    LISTENER_DOWN, /* bound, not yet or no longer listening */
    LISTENER_OPEN,
    LISTENER_REFUSING, /* the same as down, but it comes back */
    LISTENER_BLACKHOLE
};

struct connection;

struct server {
    struct mock *mock;
    enum mock_server which;
    struct service *service;
    uv_loop_t *loop;
    enum tls_kind tls;
    int fd, port;
    enum listener listener;
    int filler; /* our own connection in the queue; -1: none */
    uv_poll_t poll;
    uv_timer_t timer;
    unsigned handles; /* open ones: poll, timer, those of connections */
    bool started, closing;
    bool starved;      /* out of descriptors: tries again by timer */
    bool simulated;    /* server_connecting tells of every attempt */
    uint64_t attempts; /* connection attempts known of so far */
    const struct fault_rule **met; /* rules of connections to be accepted */
    size_t n_met, cap_met;
    bool decided; /* real clients: the next connection's rule is chosen */
    const struct fault_rule *chosen;
    int64_t chosen_ns;               /* when */
    const struct fault_rule *window; /* time-bound rule in force */
    bool down, down_loses;
    struct connection *connections;
    size_t n_connections;
    struct str plain; /* decrypted bytes of one read */
    char buffer[READ_BYTES];
};

/* A connection of its own on an accepted descriptor; rule: tls, idle-close or
 * NULL. */
void connection_new(struct server *s, int fd, const struct fault_rule *rule);
/* detail: for the journal. */
void connection_reset(struct connection *c, const char *detail);
void connection_close(struct connection *c, const char *detail);
struct connection *connection_next(struct connection *c);
bool connection_stalled(const struct connection *c);
bool connection_waits(const struct connection *c);
void server_handle_closed(struct server *s);

#endif
