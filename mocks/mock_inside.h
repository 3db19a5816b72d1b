/* mock_inside: what mock.c, server.c and exchange.c share. Not for others. */
#ifndef MOCKS_MOCK_INSIDE_H
#define MOCKS_MOCK_INSIDE_H

#include "mocks/admin.h"
#include "mocks/folder.h"
#include "mocks/mock.h"
#include "mocks/server.h"

enum { MOST_ANSWER = 1 << 30 }; /* bytes */

struct later; /* work at a later time, with a timer of its own */

struct mock {
    uv_loop_t *loop;
    struct mock_options options; /* strings and trees are copies */
    const struct clock *clock;
    struct secrets *secrets;
    struct fault_engine *faults;
    struct journal *journal;
    struct s3 *s3;
    struct folder *folder; /* NULL: none is allowed */
    struct warehouses warehouses;
    struct catalog *catalog;
    struct admin *admin;
    struct server *servers[MOCK_SERVERS]; /* NULL: off */
    char url[MOCK_SERVERS][80];
    char bind_error[200]; /* found by mock_new, told by mock_listen */
    void (*hook)(void *ctx, const struct exchange *x, enum fault_phase phase);
    void *hook_ctx;
    uint64_t connections, exchanges; /* ordinals given so far */
    struct exchange *live;           /* list of exchanges */
    struct exchange *spare;          /* list by next: used ones, emptied */
    size_t n_spare;
    struct str wire; /* scratch: an answer's bytes, a name */
    struct later *laters;
    size_t n_laters;
    uv_prepare_t turn; /* looks whether rules have come or gone */
    size_t rules_seen;
    bool calm, closing;
};

enum mock_server mock_which(struct mock *m, const struct service *s);
int64_t mock_now_ns(const struct mock *m);

/* Calls fn(x) in ms, unless the mock closes or is reset first: then gone(x). */
void mock_later(struct mock *m, int64_t ms, struct exchange *x,
                void (*fn)(struct exchange *x),
                void (*gone)(struct exchange *x));

/* Starts the timer so many ms from now, whatever the loop believes. */
void mock_timer(uv_timer_t *t, uv_timer_cb cb, int64_t ms);

#endif
