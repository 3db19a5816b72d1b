/* timeline: a scenario's events in the order in which they are drawn.
 *
 * An exchange gives two marks, its request and its answer (one when it was
 * never answered); others may lie between. An effect that belongs to an
 * exchange comes between the two also when all happened in the same instant of
 * virtual time.
 */
#ifndef REPORTS_TIMELINE_H
#define REPORTS_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "reports/result.h"

struct mark {
    const struct result_event *event;
    int64_t at_ns;
    bool answer;  /* the end of an exchange, not its beginning */
    size_t order; /* among marks of the same instant */
};

enum { TIMELINE_MAX_ACTORS = 5 };

struct timeline {
    struct mark *marks;
    size_t n;
    const char *actors[TIMELINE_MAX_ACTORS]; /* by first use */
    size_t n_actors;
};

/* Borrows s. Ended with timeline_fini. */
void timeline_init(struct timeline *t, const struct result_scenario *s);
void timeline_fini(struct timeline *t);
size_t timeline_actor(const struct timeline *t, const char *actor);

/* Where a fault struck, from "id:phase". The id's length; *phase is "" when
 * there is none. */
size_t fault_parts(const char *fault, const char **phase);

/* The events as lines of text, indented; at most `most` of them: what is left
 * out is said. */
void timeline_text(const struct result_scenario *s, size_t indent, size_t most,
                   bool colour, struct str *out);

#endif
