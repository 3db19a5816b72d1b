/* peer_test: a server that plays a script, for tests.
 *
 * peer_start forks a child that listens on an ephemeral loopback port and goes
 * through the turns: on each it reads one request, sends the reply, and ends
 * as told. peer_stop ends it. What it read stays in a pipe: peer_requests.
 */
#ifndef ICEBERG_PEER_TEST_H
#define ICEBERG_PEER_TEST_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum peer_end {
    PEER_CLOSE,
    PEER_KEEP, /* the next turn is on the same connection */
    PEER_RESET,
    PEER_HOLD, /* until the other side closes */
};

struct peer_turn {
    const char *reply; /* NULL: nothing */
    enum peer_end end;
    size_t n;         /* bytes of reply; 0: strlen */
    int signal_fd;    /* written to once the request was read; 0: none */
    const char *fill; /* sent again and again after reply ... */
    size_t times;     /* ... so often */
};

struct peer {
    int port;
    pid_t child;
    int log; /* read end */
    char url[64];
};

static inline int peer_listen(int backlog, int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, backlog) ||
        getsockname(fd, (struct sockaddr *)&a, &n))
        abort();
    *port = ntohs(a.sin_port);
    return fd;
}

/* One request, head and body, to the log. False: the connection ended. */
static inline int peer_read(int fd, int log)
{
    char buffer[65536];
    size_t n = 0, want = 0;
    char *end = NULL;

    while (!end || n < want) {
        ssize_t got = read(fd, buffer + n, sizeof(buffer) - 1 - n);
        char *length;

        if (got <= 0)
            return 0;
        n += (size_t)got;
        buffer[n] = 0;
        end = strstr(buffer, "\r\n\r\n");
        length = strcasestr(buffer, "content-length:");
        if (end)
            want =
                (size_t)(end + 4 - buffer) +
                (length && length < end ? strtoul(length + 15, NULL, 10) : 0);
    }
    buffer[n] = '\x1e';
    return write(log, buffer, n + 1) > 0;
}

static inline void peer_finish(int fd, enum peer_end end)
{
    struct linger hard = {1, 0};
    char c;

    if (end == PEER_RESET)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    if (end == PEER_HOLD)
        while (read(fd, &c, 1) > 0)
            ;
    close(fd);
}

static inline void peer_answer(int fd, const struct peer_turn *t)
{
    size_t n = t->n ? t->n : t->reply ? strlen(t->reply) : 0;

    if (t->signal_fd && write(t->signal_fd, "\1\0\0\0\0\0\0\0", 8) != 8)
        abort();
    if (n && send(fd, t->reply, n, MSG_NOSIGNAL) < 0)
        return;
    for (size_t i = 0; i < t->times; i++)
        if (send(fd, t->fill, strlen(t->fill), MSG_NOSIGNAL) < 0)
            return;
}

static inline void peer_play(int listener, int log, const struct peer_turn *t,
                             size_t n)
{
    int fd = -1, one = 1;

    for (size_t i = 0; i < n; i++) {
        if (fd < 0) {
            fd = accept(listener, NULL, NULL);
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        }
        if (!peer_read(fd, log)) { /* hung up: this turn is another's */
            close(fd);
            fd = -1;
            i--;
            continue;
        }
        peer_answer(fd, &t[i]);
        if (t[i].end == PEER_KEEP)
            continue;
        peer_finish(fd, t[i].end);
        fd = -1;
    }
}

static inline void peer_start(struct peer *p, const struct peer_turn *t,
                              size_t n)
{
    int log[2], listener = peer_listen(8, &p->port);

    if (pipe(log))
        abort();
    snprintf(p->url, sizeof(p->url), "http://127.0.0.1:%d", p->port);
    p->child = fork();
    if (p->child == 0) {
        close(log[0]);
        peer_play(listener, log[1], t, n);
        _exit(0);
    }
    close(log[1]);
    close(listener);
    p->log = log[0];
}

/* Ends the child. All requests it read, each ended by \x1e; caller frees. */
static inline char *peer_stop(struct peer *p)
{
    char *all = calloc(1, 1 << 20);
    size_t n = 0;
    ssize_t got;

    kill(p->child, SIGKILL);
    waitpid(p->child, NULL, 0);
    while (all && (got = read(p->log, all + n, (1 << 20) - 1 - n)) > 0)
        n += (size_t)got;
    close(p->log);
    return all;
}

static inline size_t peer_count(const char *all)
{
    size_t n = 0;

    for (; *all; all++)
        n += *all == '\x1e';
    return n;
}

#endif
