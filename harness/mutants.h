/* mutants: deliberate mistakes, each of which some check must notice.
 *
 * A mutant of the module is the policy tables with one cell changed; one of
 * the mocks or the fault engine is a wrapper round one of their entry points.
 * There is no "if (mutant)" anywhere in what they change.
 */
#ifndef HARNESS_MUTANTS_H
#define HARNESS_MUTANTS_H

#include <stdbool.h>
#include <stddef.h>

struct ice_policy;
struct mock;

enum mutant_of {
    MUTANT_OF_MODULE,
    MUTANT_OF_MOCK, /* of a server or of the fault engine */
    MUTANT_PLANTED  /* for checks of the runner only */
};

struct mutant {
    const char *name;   /* "create-sent-again" */
    enum mutant_of of;
    const char *rule;   /* the rule it breaks, one sentence */
    const char *breaks; /* requirement ids, blank-separated */
    bool number;        /* only changes a number */
    void (*change)(struct ice_policy *p); /* MUTANT_OF_MODULE */
    void (*meddle)(struct mock *m);       /* MUTANT_OF_MOCK: faults are armed */
};

size_t mutant_count(void);
const struct mutant *mutant_at(size_t i);
const struct mutant *mutant_find(const char *name); /* or NULL */

#endif
