/* fiber: a function on a stack of its own, resumed and suspended by hand.
 *
 * One thread only. A fiber is resumed from the main context, never from
 * another fiber, and runs until it yields or its function returns. errno and
 * the OpenSSL error queue do not leak from one into another. Stacks have a
 * guard page below them and are used again.
 */
#ifndef HARNESS_SIM_FIBER_H
#define HARNESS_SIM_FIBER_H

#include <stdbool.h>

struct fiber;

struct fiber *fiber_new(void (*fn)(void *arg), void *arg);
/* Its stack goes back to the pool. One that has not ended keeps its stack for
 * ever, since what it holds cannot be given back: run it to its end first. */
void fiber_free(struct fiber *f);

void fiber_resume(struct fiber *f); /* returns when it has yielded or ended */
void fiber_yield(void);             /* from the fiber that runs */
struct fiber *fiber_self(void);     /* the one that runs; NULL: main context */
bool fiber_ended(const struct fiber *f);

#endif
