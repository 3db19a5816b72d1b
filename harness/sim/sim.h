/* sim: one thread, virtual time, the distribution's own libcurl and libuv.
 *
 * While the simulation is on, the C library's clocks and waits (libc.c) are
 * ours: a subject that blocks in poll or nanosleep is a fiber that lets others
 * run, and when nothing is ready the clock jumps to the next deadline. Sockets
 * are real ones on loopback, which the kernel delivers at once.
 *
 * A subject connects to virtual addresses (127.0.0.1:8181) that sim_map ties
 * to the ephemeral port a mock really listens on, so that nothing of the
 * process gets into requests and traces.
 */
#ifndef HARNESS_SIM_H
#define HARNESS_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* Does this platform obey? The clock moves only by us, a hundred exchanges
 * over loopback arrive at once. False with the reason. */
bool sim_self_test(char why[200]);

struct sim_options {
    int64_t unix_ms;         /* what the wall clock says at the start */
    uint64_t seed;           /* of the order in which ready fibers run */
    int64_t most_virtual_ms; /* then SIM_TOO_LONG; 0: 24 h */
    uint64_t most_turns_at_one_instant; /* then SIM_SPIN; 0: 200,000 */
};

void sim_begin(const struct sim_options *o); /* time is virtual from here */
/* And real again. Fibers should have ended: the stack of one that has not is
 * never used again, since what it holds cannot be given back. */
void sim_end(void);
bool sim_on(void);

/* connect() to 127.0.0.1:port goes to real_port; before it does, connecting is
 * called (may be NULL). Up to 8; forgotten at sim_end. */
void sim_map(int port, int real_port, void (*connecting)(void *ctx, int port),
             void *ctx);

/* A fiber: runs fn(arg) on a stack of its own with a guard page, when sim_run
 * gets to it. Returns its number, from 0 in a run; -1 when there have been too
 * many. The name is copied. */
enum { SIM_MOST_FIBERS = 128 }; /* two for each step a scenario may have */
int sim_spawn(const char *name, void (*fn)(void *arg), void *arg);
bool sim_done(int fiber);
int sim_self(void);              /* the fiber that runs, -1: none */
const char *sim_name(int fiber); /* "loop" when there is no such fiber */

/* From a fiber: waits until sim_wake(tag) is called or ms of virtual time have
 * passed (-1: for ever). True when woken. From anywhere: wakes all waiters. */
bool sim_wait(const void *tag, int64_t ms);
void sim_wake(const void *tag);

enum sim_result {
    SIM_DONE,     /* until() is true */
    SIM_DEADLOCK, /* nothing ready, no deadline, until() false */
    SIM_SPIN,     /* too many turns without time moving */
    SIM_TOO_LONG, /* most_virtual_ms has passed */
    SIM_THREAD    /* someone started a thread */
};
const char *sim_result_name(enum sim_result r);

/* Runs fibers and loop (uv, may be NULL) until until(ctx) is true. After any
 * other result it can be called again: trouble is reported once, a limit that
 * was reached starts anew. So the caller cancels what blocks, by the subject's
 * own means, and runs the fibers to their end. The loop must have been made
 * after sim_begin (its clock is the virtual one). */
enum sim_result sim_run(uv_loop_t *loop, bool (*until)(void *ctx), void *ctx);

int64_t sim_now_ns(void); /* virtual, since sim_begin */
uint64_t sim_turns(void); /* of the scheduler since sim_begin */

#endif
