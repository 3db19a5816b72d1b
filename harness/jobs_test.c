/* jobs: a task that crashes, exits, spins or leaks is one lost task; all others
 * report, and a worker that was lost is replaced. */
#include "harness/jobs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/unit.h"

enum { MOST = 64 };
/* Of the watchdog: only tests that wait for it have a short one. */
enum { SHORT_MS = 1000, LONG_MS = 60000 };

enum way { REPORTS, CRASHES, EXITS, SPINS, FLOODS, LEAKS };

struct seen { /* in the parent: what came of each task */
    enum way way[MOST];
    int done[MOST], lost[MOST];
    size_t length[MOST];
    char why[MOST][160];
    pid_t by[MOST]; /* the worker that did it */
};

static void spin(void)
{
    for (volatile unsigned i = 0;; i++)
        ;
}

static void leak(void)
{
    static void *volatile kept;

    kept = malloc(1000);
    memset(kept, 1, 1000);
    kept = NULL;
}

static void work(void *ctx, size_t i, struct str *report)
{
    const struct seen *s = ctx;
    pid_t me = getpid();

    str_add(report, &me, sizeof(me));
    switch (s->way[i]) {
    case CRASHES:
        signal(SIGSEGV, SIG_DFL); /* no report of a sanitizer */
        raise(SIGSEGV);
        break;
    case EXITS:
        _exit(7);
    case SPINS:
        spin();
        break;
    case FLOODS:
        while (report->len < 1 << 20)
            str_addz(report, "a report that a pipe does not take at once ");
        break;
    case LEAKS:
        leak();
        break;
    case REPORTS:
        break;
    }
}

static void done(void *ctx, size_t i, struct slice report)
{
    struct seen *s = ctx;

    s->done[i]++;
    s->length[i] = report.len;
    if (report.len >= sizeof(s->by[i]))
        memcpy(&s->by[i], report.p, sizeof(s->by[i]));
}

static void lost(void *ctx, size_t i, const char *why)
{
    struct seen *s = ctx;

    s->lost[i]++;
    snprintf(s->why[i], sizeof(s->why[i]), "%s", why);
}

static bool run(struct seen *s, size_t n, size_t workers, int watchdog_ms)
{
    struct jobs j = {.n_tasks = n,
                     .n_workers = workers,
                     .watchdog_ms = watchdog_ms,
                     .work = work,
                     .done = done,
                     .lost = lost,
                     .ctx = s};

    return jobs_run(&j);
}

/* Each task reported or was lost, as its way says, and once. */
static void expect_each_once(const struct seen *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool reports = s->way[i] == REPORTS || s->way[i] == FLOODS;

        CU_ASSERT_EQUAL(s->done[i], reports);
        CU_ASSERT_EQUAL(s->lost[i], !reports);
    }
}

static void every_task_reports(void)
{
    for (size_t workers = 1; workers <= 8; workers *= 2) {
        struct seen s = {.way = {[3] = FLOODS, [4] = FLOODS}};

        CU_ASSERT_TRUE(run(&s, 20, workers, LONG_MS));
        expect_each_once(&s, 20);
        CU_ASSERT(s.length[3] >= 1 << 20);
        CU_ASSERT_EQUAL(s.length[5], sizeof(pid_t));
    }
}

static void a_crash_is_one_lost_task(void)
{
    struct seen s = {.way = {[2] = CRASHES}};

    CU_ASSERT_TRUE(run(&s, 10, 2, LONG_MS));
    expect_each_once(&s, 10);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.why[2], "crashed with signal 11"));
}

static void an_exit_is_one_lost_task(void)
{
    struct seen s = {.way = {[0] = EXITS}};

    CU_ASSERT_TRUE(run(&s, 10, 2, LONG_MS));
    expect_each_once(&s, 10);
    CU_ASSERT_STRING_EQUAL(s.why[0], "ended the process with status 7");
}

static void an_endless_loop_is_ended_by_the_watchdog(void)
{
    struct seen s = {.way = {[1] = SPINS}};

    CU_ASSERT_TRUE(run(&s, 10, 2, SHORT_MS));
    expect_each_once(&s, 10);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.why[1], "watchdog"));
}

static void a_lost_worker_is_replaced(void)
{
    struct seen s = {.way = {[1] = CRASHES, [4] = EXITS, [6] = SPINS}};

    CU_ASSERT_TRUE(
        run(&s, 9, 1, SHORT_MS)); /* one worker at a time does them all */
    expect_each_once(&s, 9);
    CU_ASSERT_NOT_EQUAL(s.by[0], s.by[2]);
    CU_ASSERT_EQUAL(s.by[2], s.by[3]);
    CU_ASSERT_NOT_EQUAL(s.by[3], s.by[5]);
    CU_ASSERT_NOT_EQUAL(s.by[5], s.by[7]);
    CU_ASSERT_EQUAL(s.by[7], s.by[8]);
}

static void even_if_every_task_is_lost_there_is_an_end(void)
{
    struct seen s;

    memset(&s, 0, sizeof(s));
    for (size_t i = 0; i < 12; i++)
        s.way[i] = i % 2 ? CRASHES : EXITS;
    CU_ASSERT_TRUE(run(&s, 12, 3, LONG_MS));
    expect_each_once(&s, 12);
}

static void no_tasks_are_no_failure(void)
{
    struct seen s = {.way = {REPORTS}};

    CU_ASSERT_TRUE(run(&s, 0, 4, LONG_MS));
    CU_ASSERT_EQUAL(s.done[0] + s.lost[0], 0);
}

#ifdef __SANITIZE_ADDRESS__
static void a_leak_is_one_lost_task(void)
{
    struct seen s = {.way = {[1] = LEAKS}};

    CU_ASSERT_TRUE(run(&s, 4, 1, LONG_MS));
    expect_each_once(&s, 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.why[1], "leaked memory"));
}
#endif

UNIT_MAIN("jobs", UNIT(every_task_reports), UNIT(a_crash_is_one_lost_task),
          UNIT(an_exit_is_one_lost_task),
          UNIT(an_endless_loop_is_ended_by_the_watchdog),
          UNIT(a_lost_worker_is_replaced),
          UNIT(even_if_every_task_is_lost_there_is_an_end),
#ifdef __SANITIZE_ADDRESS__
          UNIT(a_leak_is_one_lost_task),
#endif
          UNIT(no_tasks_are_no_failure))
