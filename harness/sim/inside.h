/* inside: what libc.c, sched.c and selftest.c share; nobody else's. */
#ifndef HARNESS_SIM_INSIDE_H
#define HARNESS_SIM_INSIDE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <pthread.h>
#include <time.h>

struct timeval;

/* The C library's own functions, which ours stand before. */
struct real_calls {
    int (*clock_gettime)(clockid_t, struct timespec *);
    int (*gettimeofday)(struct timeval *, void *);
    time_t (*time)(time_t *);
    int (*nanosleep)(const struct timespec *, struct timespec *);
    int (*clock_nanosleep)(clockid_t, int, const struct timespec *,
                           struct timespec *);
    int (*usleep)(unsigned);
    unsigned (*sleep)(unsigned);
    int (*poll)(struct pollfd *, nfds_t, int);
    int (*ppoll)(struct pollfd *, nfds_t, const struct timespec *,
                 const sigset_t *);
    int (*select)(int, fd_set *, fd_set *, fd_set *, struct timeval *);
    int (*pselect)(int, fd_set *, fd_set *, fd_set *, const struct timespec *,
                   const sigset_t *);
    int (*epoll_wait)(int, struct epoll_event *, int, int);
    int (*epoll_pwait)(int, struct epoll_event *, int, int, const sigset_t *);
    int (*epoll_pwait2)(int, struct epoll_event *, int, const struct timespec *,
                        const sigset_t *);
    int (*connect)(int, const struct sockaddr *, socklen_t);
    int (*getpeername)(int, struct sockaddr *, socklen_t *);
    int (*pthread_create)(pthread_t *, const pthread_attr_t *,
                          void *(*)(void *), void *);
    ssize_t (*getrandom)(void *, size_t, unsigned);
    int (*getentropy)(void *, size_t);
    long (*syscall)(long, ...);
};
const struct real_calls *sim__real(void);

/* True in the one thread that is simulated, while it is. */
extern __thread bool sim__mine;

/* What a clock says. Counted: a fiber that does nothing but read the clock
 * would never end. */
int64_t sim__read_mono_ns(void);
int64_t sim__read_unix_ns(void);
enum { SIM__FOREVER = -1 };

/* poll, in virtual time: asks the kernel, else lets others run until the
 * descriptors are ready or ns have passed. */
int sim__poll(struct pollfd *fds, nfds_t n, int64_t ns);

void sim__thread_started(void);
void sim__random(void *p, size_t n);
/* The real port behind a virtual one, after its hook was called; or port. */
int sim__connect_port(int port);
/* The virtual port in front of a real one, or port. */
int sim__peer_port(int port);

#endif
