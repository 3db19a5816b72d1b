/* jobs: tasks in worker processes, so that a crash or an endless loop in a
 * subject is one failed task and never the end of the report.
 *
 * Workers are forked once and take tasks by number until none is left. A
 * worker that dies, or is silent beyond the watchdog's wall-clock limit, is
 * replaced, and its task is reported as lost. Built with AddressSanitizer, so
 * is a task that leaked memory.
 */
#ifndef HARNESS_JOBS_H
#define HARNESS_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct jobs {
    size_t n_tasks;
    size_t n_workers;
    int64_t watchdog_ms; /* wall time of one task */
    /* In a worker: does task i and appends its report. */
    void (*work)(void *ctx, size_t i, struct str *report);
    /* In the parent, in any order: the report, or why there is none ("crashed
     * with signal 11"). */
    void (*done)(void *ctx, size_t i, struct slice report);
    void (*lost)(void *ctx, size_t i, const char *why);
    void *ctx;
};

/* False when no worker could be started, or one without a task ended badly.
 * Every task is reported once, done or lost, unless none could be started. */
bool jobs_run(const struct jobs *j);
size_t jobs_default_workers(void);

#endif
