/* Every symbol of the C library that the simulation replaces. All are here.
 *
 * The dynamic linker finds the program's own definitions before the C
 * library's, so calls of libuv, libcurl and OpenSSL arrive here. Unless the
 * calling thread is being simulated each one passes straight on to the real
 * function, found by dlsym(RTLD_NEXT).
 *
 * Wrappers are not instrumented by sanitizers: they may be called before a
 * sanitizer's runtime is up.
 */
#undef _FORTIFY_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness/sim/inside.h"

#define BARE __attribute__((no_sanitize("address", "undefined")))

__thread bool sim__mine;

/* ---- the real ones ---- */

static struct real_calls real;

static const struct {
    const char *name;
    size_t offset;
} real_names[] = {
#define ROW(f)                                                                 \
    {                                                                          \
#f, offsetof(struct real_calls, f)                                     \
    }
    ROW(clock_gettime),   ROW(gettimeofday), ROW(time),       ROW(nanosleep),
    ROW(clock_nanosleep), ROW(usleep),       ROW(sleep),      ROW(poll),
    ROW(ppoll),           ROW(select),       ROW(pselect),    ROW(epoll_wait),
    ROW(epoll_pwait),     ROW(epoll_pwait2), ROW(connect),    ROW(getpeername),
    ROW(pthread_create),  ROW(getrandom),    ROW(getentropy), ROW(syscall),
#undef ROW
};

BARE static void resolve(void)
{
    for (size_t i = 0; i < sizeof(real_names) / sizeof(real_names[0]); i++) {
        void *p = dlsym(RTLD_NEXT, real_names[i].name);
        void **to = (void **)((char *)&real + real_names[i].offset);
        if (!p) {
            static const char text[] = "icefault: the C library lacks a call "
                                       "that the simulation replaces\n";
            (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
            abort();
        }
        *to = p;
    }
}

BARE const struct real_calls *sim__real(void)
{
    if (!real.syscall) /* the table's last row: all before it are there */
        resolve();
    return &real;
}

/* So that no call has to resolve in the middle of something delicate. */
__attribute__((constructor)) static void resolve_at_start(void)
{
    sim__real();
}

/* ---- times ---- */

enum { MS = 1000000 };
static const int64_t SECOND = INT64_C(1000000000);

BARE static struct timespec timespec_of(int64_t ns)
{
    return (struct timespec){(time_t)(ns / SECOND), (long)(ns % SECOND)};
}

BARE static int64_t ns_of(const struct timespec *t)
{
    const int64_t most = INT64_MAX / SECOND / 4;
    if (!t)
        return SIM__FOREVER;
    return (t->tv_sec > most ? most : (int64_t)t->tv_sec) * SECOND + t->tv_nsec;
}

BARE static bool timespec_is_valid(const struct timespec *t)
{
    return t->tv_sec >= 0 && t->tv_nsec >= 0 && t->tv_nsec < SECOND;
}

BARE static int64_t ns_of_ms(int ms)
{
    return ms < 0 ? SIM__FOREVER : (int64_t)ms * MS;
}

enum clock_is { CLOCK_IS_MONO, CLOCK_IS_UNIX, CLOCK_IS_REAL };

BARE static enum clock_is clock_kind(clockid_t id)
{
    switch (id) {
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
        return CLOCK_IS_MONO;
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_TAI:
        return CLOCK_IS_UNIX;
    default: /* CPU time is what it is */
        return CLOCK_IS_REAL;
    }
}

BARE int clock_gettime(clockid_t id, struct timespec *out)
{
    enum clock_is kind = sim__mine ? clock_kind(id) : CLOCK_IS_REAL;
    if (kind == CLOCK_IS_REAL)
        return sim__real()->clock_gettime(id, out);
    *out = timespec_of(kind == CLOCK_IS_MONO ? sim__read_mono_ns()
                                             : sim__read_unix_ns());
    return 0;
}

BARE int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    if (!sim__mine)
        return sim__real()->gettimeofday(out, zone);
    int64_t ns = sim__read_unix_ns();
    out->tv_sec = (time_t)(ns / SECOND);
    out->tv_usec = (suseconds_t)(ns % SECOND / 1000);
    return 0;
}

BARE time_t time(time_t *out)
{
    if (!sim__mine)
        return sim__real()->time(out);
    time_t now = (time_t)(sim__read_unix_ns() / SECOND);
    if (out)
        *out = now;
    return now;
}

/* ---- sleeping ---- */

BARE int nanosleep(const struct timespec *ask, struct timespec *left)
{
    if (!sim__mine)
        return sim__real()->nanosleep(ask, left);
    if (!timespec_is_valid(ask)) {
        errno = EINVAL;
        return -1;
    }
    return sim__poll(NULL, 0, ns_of(ask));
}

BARE int clock_nanosleep(clockid_t id, int flags, const struct timespec *ask,
                         struct timespec *left)
{
    enum clock_is kind = sim__mine ? clock_kind(id) : CLOCK_IS_REAL;
    if (kind == CLOCK_IS_REAL)
        return sim__real()->clock_nanosleep(id, flags, ask, left);
    if (!timespec_is_valid(ask))
        return EINVAL;
    int64_t ns = ns_of(ask);
    if (flags & TIMER_ABSTIME) {
        ns -= kind == CLOCK_IS_MONO ? sim__read_mono_ns() : sim__read_unix_ns();
        if (ns < 0)
            ns = 0;
    }
    sim__poll(NULL, 0, ns);
    return 0;
}

BARE int usleep(useconds_t us)
{
    if (!sim__mine)
        return sim__real()->usleep(us);
    return sim__poll(NULL, 0, (int64_t)us * 1000);
}

BARE unsigned sleep(unsigned seconds)
{
    if (!sim__mine)
        return sim__real()->sleep(seconds);
    sim__poll(NULL, 0, seconds * SECOND);
    return 0;
}

/* ---- waiting for descriptors. Signal masks are not applied: no signal is
 * expected by anything that is simulated. ---- */

BARE int poll(struct pollfd *fds, nfds_t n, int ms)
{
    if (!sim__mine)
        return sim__real()->poll(fds, n, ms);
    return sim__poll(fds, n, ns_of_ms(ms));
}

BARE int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *t,
               const sigset_t *mask)
{
    if (!sim__mine)
        return sim__real()->ppoll(fds, n, t, mask);
    return sim__poll(fds, n, ns_of(t));
}

/* The forms that callers built with _FORTIFY_SOURCE use. */
int __poll_chk(struct pollfd *fds, nfds_t n, int ms, size_t size);
int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *t,
                const sigset_t *mask, size_t size);

BARE int __poll_chk(struct pollfd *fds, nfds_t n, int ms, size_t size)
{
    if (size / sizeof(*fds) < n)
        abort();
    return poll(fds, n, ms);
}

BARE int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *t,
                     const sigset_t *mask, size_t size)
{
    if (size / sizeof(*fds) < n)
        abort();
    return ppoll(fds, n, t, mask);
}

BARE static bool in_set(int fd, const fd_set *set)
{
    return set && FD_ISSET(fd, set);
}

/* Waits as poll would, then lets the real select fill the sets in. */
BARE static int select_ns(int n, fd_set *r, fd_set *w, fd_set *e, int64_t ns)
{
    struct pollfd fds[FD_SETSIZE];
    nfds_t used = 0;
    for (int fd = 0; fd < n && fd < FD_SETSIZE; fd++) {
        int events = (in_set(fd, r) ? POLLIN : 0) |
                     (in_set(fd, w) ? POLLOUT : 0) |
                     (in_set(fd, e) ? POLLPRI : 0);
        if (events)
            fds[used++] = (struct pollfd){fd, (short)events, 0};
    }
    if (sim__poll(fds, used, ns) < 0)
        return -1;
    struct timeval none = {0, 0};
    return sim__real()->select(n, r, w, e, &none);
}

BARE int select(int n, fd_set *restrict r, fd_set *restrict w,
                fd_set *restrict e, struct timeval *restrict t)
{
    if (!sim__mine)
        return sim__real()->select(n, r, w, e, t);
    return select_ns(n, r, w, e,
                     t ? t->tv_sec * SECOND + t->tv_usec * 1000 : SIM__FOREVER);
}

BARE int pselect(int n, fd_set *restrict r, fd_set *restrict w,
                 fd_set *restrict e, const struct timespec *restrict t,
                 const sigset_t *restrict mask)
{
    if (!sim__mine)
        return sim__real()->pselect(n, r, w, e, t, mask);
    return select_ns(n, r, w, e, ns_of(t));
}

/* An epoll descriptor can itself be polled. */
BARE static int epoll_ns(int fd, struct epoll_event *events, int most,
                         int64_t ns)
{
    int rc = sim__real()->epoll_wait(fd, events, most, 0);
    if (rc != 0 || ns == 0)
        return rc;
    struct pollfd p = {fd, POLLIN, 0};
    rc = sim__poll(&p, 1, ns);
    return rc <= 0 ? rc : sim__real()->epoll_wait(fd, events, most, 0);
}

BARE int epoll_wait(int fd, struct epoll_event *events, int most, int ms)
{
    if (!sim__mine)
        return sim__real()->epoll_wait(fd, events, most, ms);
    return epoll_ns(fd, events, most, ns_of_ms(ms));
}

BARE int epoll_pwait(int fd, struct epoll_event *events, int most, int ms,
                     const sigset_t *mask)
{
    if (!sim__mine)
        return sim__real()->epoll_pwait(fd, events, most, ms, mask);
    return epoll_ns(fd, events, most, ns_of_ms(ms));
}

BARE int epoll_pwait2(int fd, struct epoll_event *events, int most,
                      const struct timespec *t, const sigset_t *mask)
{
    if (!sim__mine)
        return sim__real()->epoll_pwait2(fd, events, most, t, mask);
    return epoll_ns(fd, events, most, ns_of(t));
}

/* ---- virtual addresses ---- */

BARE static bool is_loopback(const struct sockaddr *a, socklen_t n)
{
    struct sockaddr_in in;
    if (!a || n < sizeof(in) || a->sa_family != AF_INET)
        return false;
    memcpy(&in, a, sizeof(in));
    return in.sin_addr.s_addr == htonl(INADDR_LOOPBACK);
}

BARE int connect(int fd, const struct sockaddr *a, socklen_t n)
{
    if (!sim__mine || !is_loopback(a, n))
        return sim__real()->connect(fd, a, n);
    struct sockaddr_in in;
    memcpy(&in, a, sizeof(in));
    in.sin_port = htons((uint16_t)sim__connect_port(ntohs(in.sin_port)));
    return sim__real()->connect(fd, (struct sockaddr *)&in, sizeof(in));
}

BARE int getpeername(int fd, struct sockaddr *restrict a, socklen_t *restrict n)
{
    int rc = sim__real()->getpeername(fd, a, n);
    if (rc != 0 || !sim__mine || !is_loopback(a, *n))
        return rc;
    struct sockaddr_in in;
    memcpy(&in, a, sizeof(in));
    in.sin_port = htons((uint16_t)sim__peer_port(ntohs(in.sin_port)));
    memcpy(a, &in, sizeof(in));
    return 0;
}

/* ---- threads, randomness, system calls by number ---- */

/* The thread is started all the same: libuv would end the process if it were
 * refused. sim_run reports it. */
BARE int pthread_create(pthread_t *restrict t,
                        const pthread_attr_t *restrict attr,
                        void *(*fn)(void *), void *restrict arg)
{
    if (sim__mine)
        sim__thread_started();
    return sim__real()->pthread_create(t, attr, fn, arg);
}

BARE ssize_t getrandom(void *p, size_t n, unsigned flags)
{
    if (!sim__mine)
        return sim__real()->getrandom(p, n, flags);
    sim__random(p, n);
    return (ssize_t)n;
}

BARE int getentropy(void *p, size_t n)
{
    if (!sim__mine)
        return sim__real()->getentropy(p, n);
    sim__random(p, n);
    return 0;
}

/* libuv from 1.45 on waits through io_uring, which does not come by here, when
 * the kernel has it; it falls back to epoll when it has not. Every caller puts
 * six or fewer arguments, and registers or stack that were not set are passed
 * on unread. */
BARE long syscall(long number, ...)
{
    va_list ap;
    va_start(ap, number);
    long a[6];
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(ap, long);
    va_end(ap);
#ifdef SYS_io_uring_setup
    if (sim__mine && number == SYS_io_uring_setup) {
        errno = ENOSYS;
        return -1;
    }
#endif
    if (sim__mine && number == SYS_getrandom) {
        void *p;
        memcpy(&p, &a[0], sizeof(p));
        return getrandom(p, (size_t)a[1], (unsigned)a[2]);
    }
    return sim__real()->syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
