/* suite: many scenarios: found, loaded, run in parallel, counted up. */
#ifndef HARNESS_SUITE_H
#define HARNESS_SUITE_H

#include "harness/run.h"

struct suite {
    struct arena arena;
    const char *root; /* the scenarios folder: ./scenarios, or as installed */
    struct scenario **list; /* in the order of their paths */
    size_t n;
    struct requirements requirements;
};

struct suite_options {
    enum run_mode mode;
    uint64_t seed;
    size_t seeds; /* 1: only seed; else seed, seed + 1, ... */
    const struct mutant *mutant;
    size_t jobs; /* 0: as many as there are processors */
    bool leaks;
    int64_t watchdog_ms; /* wall time of one scenario; 0: the mode's default */
    /* Called in the parent as each scenario ends; may be NULL. */
    void (*progress)(void *ctx, size_t done, size_t of,
                     const struct result_scenario *r);
    void *ctx;
};

/* args name files, folders or ids; none: all of the scenarios folder. False
 * with every problem as a line of its own in problems. */
bool suite_load(struct suite *s, const char *const *args, size_t n_args,
                struct str *problems);
void suite_free(struct suite *s);

/* Runs them and fills r; texts live in a. Results are in the suite's order
 * whatever the number of jobs; of further seeds only those that failed. False
 * when no worker could be started. */
bool suite_run(const struct suite *s, const struct suite_options *o,
               struct arena *a, struct result *r);

/* Every mutant of names (all when n is 0) against every scenario; fills
 * r->mutants and the proven mutants of r->requirements, which suite_run has
 * made. False when no worker could be started. */
bool suite_mutants(const struct suite *s, const struct suite_options *o,
                   const char *const *names, size_t n, struct arena *a,
                   struct result *r);

#endif
