/* script: what a connection does with an answer, step by step.
 *
 * The exchange turns an answer into a script, a fault of phase "during" turns
 * a script into another one, and the server plays it. So byte faults are pure
 * functions and the server knows nothing of faults.
 */
#ifndef MOCKS_SCRIPT_H
#define MOCKS_SCRIPT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum script_kind {
    SCRIPT_BYTES,      /* send them; the next step starts when they are sent */
    SCRIPT_WAIT,       /* ms */
    SCRIPT_RESET,      /* a true RST; ends the connection */
    SCRIPT_CLOSE,      /* FIN both ways; ends the connection */
    SCRIPT_HALF_CLOSE, /* FIN of our side; goes on reading */
    SCRIPT_STALL       /* nothing more until the peer goes or calm is asked for */
};

struct script_step {
    enum script_kind kind;
    struct slice bytes;
    int64_t ms;
};

struct script { /* steps live in the arena of the exchange */
    struct arena *arena;
    struct script_step *steps;
    size_t n, cap;
    bool keep_alive; /* after the last step: read the next request, or close */
};

void script_init(struct script *s, struct arena *a);
void script_bytes(struct script *s, struct slice bytes); /* not copied */
void script_wait(struct script *s, int64_t ms);
void script_end(struct script *s, enum script_kind kind);

#endif
