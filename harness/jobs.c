/* Worker processes; see jobs.h. A report travels as its length, its task's
 * number and its bytes through the worker's pipe. The number of the next task
 * is in memory that all share. */
#include "harness/jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"

enum {
    MOST_WORKERS = 64,
    REPORT_MAX = 32 << 20,
    NO_TASK = -1,
    TICK_MS = 200, /* how often the watchdog looks */
    LEAKED = 113   /* status of a worker whose task leaked memory */
};

/* A worker ends by _exit, where LeakSanitizer does not look; so it looks after
 * each task, and a leak is that task's failure. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_LSAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define WITH_LSAN
#endif
#ifdef WITH_LSAN
#include <sanitizer/lsan_interface.h>
static bool leaked(void)
{
    return __lsan_do_recoverable_leak_check() != 0;
}
#else
static bool leaked(void)
{
    return false;
}
#endif

struct shared { /* between parent and workers */
    atomic_size_t next;
    atomic_llong task[MOST_WORKERS]; /* what each works on, NO_TASK: nothing */
};

struct worker {
    pid_t pid;
    int pipe;
    struct str in;
    int64_t since_ms;   /* when it took its task, as the parent saw it */
    long long task;     /* as the watchdog saw it */
    long long reported; /* the last whose report came */
    bool killed;
};

struct pool {
    const struct jobs *jobs;
    struct shared *shared;
    struct worker workers[MOST_WORKERS];
    size_t n, alive;
    bool broken; /* a worker without a task ended badly */
};

struct frame {
    uint64_t length, task;
};

size_t jobs_default_workers(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 16 ? 16 : (size_t)n;
}

/* ---- in the worker
 * ------------------------------------------------------------ */

static bool write_all(int fd, const void *p, size_t n)
{
    const char *c = p;
    while (n > 0) {
        ssize_t k = write(fd, c, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        c += k;
        n -= (size_t)k;
    }
    return true;
}

static _Noreturn void worker_main(const struct pool *p, size_t w, int out)
{
    const struct jobs *j = p->jobs;
    struct str report;
    str_init(&report, REPORT_MAX);
    for (;;) {
        size_t i = atomic_fetch_add(&p->shared->next, 1);
        if (i >= j->n_tasks)
            break;
        atomic_store(&p->shared->task[w], (long long)i);
        str_reset(&report);
        j->work(j->ctx, i, &report);
        if (leaked())
            _exit(LEAKED);
        struct frame f = {report.len, i};
        if (!write_all(out, &f, sizeof f) ||
            !write_all(out, str_z(&report), report.len))
            break;
        atomic_store(&p->shared->task[w], NO_TASK);
    }
    str_fini(&report);
    fflush(NULL);
    _exit(0);
}

/* ---- in the parent
 * ------------------------------------------------------------- */

static bool start(struct pool *p, size_t w)
{
    int fd[2];
    struct worker *k = &p->workers[w];
    if (pipe(fd) != 0)
        return false;
    fflush(NULL);
    atomic_store(&p->shared->task[w], NO_TASK);
    pid_t pid = fork();
    if (pid == 0) {
        for (size_t i = 0; i < p->n; i++)
            if (i != w && p->workers[i].pid)
                close(p->workers[i].pipe);
        close(fd[0]);
        worker_main(p, w, fd[1]);
    }
    close(fd[1]);
    if (pid < 0) {
        close(fd[0]);
        return false;
    }
    *k = (struct worker){
        .pid = pid, .pipe = fd[0], .task = NO_TASK, .reported = NO_TASK};
    str_init(&k->in, REPORT_MAX + sizeof(struct frame));
    p->alive++;
    return true;
}

static void take_reports(struct pool *p, struct worker *k)
{
    struct frame f;
    size_t at = 0;
    while (k->in.len - at >= sizeof f) {
        memcpy(&f, k->in.p + at, sizeof f);
        if (k->in.len - at - sizeof f < f.length)
            break;
        struct slice report = {k->in.p + at + sizeof f, (size_t)f.length};
        p->jobs->done(p->jobs->ctx, (size_t)f.task, report);
        k->reported = (long long)f.task;
        at += sizeof f + (size_t)f.length;
    }
    if (at == 0)
        return;
    memmove(k->in.p, k->in.p + at, k->in.len - at);
    str_cut(&k->in, k->in.len - at);
}

static void say_end(const struct worker *k, int status, char *why, size_t n)
{
    if (k->killed)
        snprintf(why, n, "did not end within the wall-clock watchdog");
    else if (WIFSIGNALED(status))
        snprintf(why, n, "crashed with signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) == LEAKED)
        snprintf(why, n, "leaked memory, see LeakSanitizer's report");
    else
        snprintf(why, n, "ended the process with status %d",
                 WEXITSTATUS(status));
}

/* Did all that it had to do, and should have ended well. */
static void bury_idle(struct pool *p, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return;
    fprintf(stderr, "a worker ended badly between two tasks (wait status %d)\n",
            status);
    p->broken = true;
}

/* The worker's pipe has ended: so has the worker. */
static void bury(struct pool *p, size_t w)
{
    struct worker *k = &p->workers[w];
    int status = 0;
    char why[160];
    close(k->pipe);
    waitpid(k->pid, &status, 0);
    str_fini(&k->in);
    k->pid = 0;
    p->alive--;
    long long task = atomic_load(&p->shared->task[w]);
    if (task == NO_TASK || task == k->reported) {
        bury_idle(p, k->killed ? 0 : status);
    } else {
        say_end(k, status, why, sizeof why);
        p->jobs->lost(p->jobs->ctx, (size_t)task, why);
    }
    if (atomic_load(&p->shared->next) < p->jobs->n_tasks)
        start(p, w);
}

static void read_from(struct pool *p, size_t w)
{
    char buf[65536];
    struct worker *k = &p->workers[w];
    ssize_t n = read(k->pipe, buf, sizeof buf);
    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0) {
        bury(p, w);
        return;
    }
    str_add(&k->in, buf, (size_t)n);
    take_reports(p, k);
}

static void watch(struct pool *p, int64_t now_ms)
{
    for (size_t w = 0; w < p->n; w++) {
        struct worker *k = &p->workers[w];
        long long task = atomic_load(&p->shared->task[w]);
        if (!k->pid || task == NO_TASK || task != k->task) {
            k->task = task;
            k->since_ms = now_ms;
        } else if (now_ms - k->since_ms > p->jobs->watchdog_ms) {
            k->killed = true;
            kill(k->pid, SIGKILL);
        }
    }
}

static void turn(struct pool *p)
{
    struct pollfd fds[MOST_WORKERS];
    size_t who[MOST_WORKERS], n = 0;
    for (size_t w = 0; w < p->n; w++)
        if (p->workers[w].pid) {
            fds[n] =
                (struct pollfd){.fd = p->workers[w].pipe, .events = POLLIN};
            who[n++] = w;
        }
    poll(fds, (nfds_t)n, TICK_MS);
    for (size_t i = 0; i < n; i++)
        if (fds[i].revents)
            read_from(p, who[i]);
    watch(p, clock_ms(&clock_system));
}

/* Workers that died could not be replaced. */
static void lose_the_rest(struct pool *p)
{
    for (size_t i = atomic_load(&p->shared->next); i < p->jobs->n_tasks; i++)
        p->jobs->lost(p->jobs->ctx, i, "could not be started");
}

bool jobs_run(const struct jobs *j)
{
    struct pool *p = mem_alloc(sizeof *p);
    p->jobs = j;
    p->n = j->n_workers < 1 ? 1 : j->n_workers;
    if (p->n > MOST_WORKERS)
        p->n = MOST_WORKERS;
    if (p->n > j->n_tasks)
        p->n = j->n_tasks;
    p->shared = mmap(NULL, sizeof *p->shared, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool ok = p->shared != MAP_FAILED;
    for (size_t w = 0; ok && w < p->n; w++)
        ok = start(p, w) || p->alive > 0;
    while (ok && p->alive > 0)
        turn(p);
    if (ok)
        lose_the_rest(p);
    ok = ok && !p->broken;
    if (p->shared != MAP_FAILED)
        munmap(p->shared, sizeof *p->shared);
    free(p);
    return ok;
}
