/* run: one scenario, from file to verdict. */
#ifndef HARNESS_RUN_H
#define HARNESS_RUN_H

#include "harness/world.h"
#include "reports/result.h"

struct run_options {
    enum run_mode mode;
    uint64_t seed;
    const struct mutant *mutant; /* NULL: none */
    bool leaks; /* run it again and compare what is left behind (I8) */
};

/* Plays s and fills r; texts live in a. Verdict skipped when the scenario does
 * not allow the mode. */
void run_scenario(const struct scenario *s, const struct run_options *o,
                  struct arena *a, struct result_scenario *r);

/* What can be said of a scenario without playing it: id, title, lists. */
void run_describe(const struct scenario *s, const struct run_options *o,
                  struct arena *a, struct result_scenario *r);

/* sha256 of text as 64 hex digits and a zero. */
void run_digest(struct slice text, char out[65]);

/* timeline.c: the world's record as the events of a report. */
void timeline_fill(const struct world *w, struct arena *a,
                   struct result_scenario *r);

#endif
