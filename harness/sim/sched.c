/* The scheduler: who runs next, and when the clock moves.
 *
 * One turn runs one fiber until it blocks, or the loop once. Whoever could run
 * is found by asking the kernel once, and one of them is drawn from the seed
 * and the turn's number. Time stands still while anyone can run; when nobody
 * can, it moves to the earliest deadline of fibers and loop.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "harness/sim/entropy.h"
#include "harness/sim/fiber.h"
#include "harness/sim/inside.h"
#include "harness/sim/sim.h"

enum { MAPS = 8, LOOP = SIM_MOST_FIBERS };

static const int64_t MS = 1000000;
/* The monotonic clock starts here: zero means "never" to some. */
static const int64_t MONO_START_NS = INT64_C(1000000000000);
static const int64_t DEFAULT_MOST_MS = INT64_C(24) * 3600 * 1000;
static const uint64_t DEFAULT_MOST_TURNS = 200000;
/* Of one fiber without blocking. Polls then let others run once; so many
 * readings of a clock that cannot move are a loop without end. */
enum { MOST_POLLS = 1000, MOST_READINGS = 1000000 };

struct wait {
    struct pollfd *fds;
    nfds_t n;
    int64_t until_ns; /* SIM__FOREVER: no deadline */
    const void *tag;
    bool woken;
};

struct actor {
    char name[32];
    struct fiber *fiber;
    struct wait *wait; /* on its own stack; NULL: can run */
};

struct map {
    int port, real_port;
    void (*connecting)(void *ctx, int port);
    void *ctx;
};

static struct {
    bool on;
    uint64_t seed;
    int64_t now_ns, unix_start_ns;
    int64_t limit_ns, most_ns;
    uint64_t turns, turns_now, most_turns_now;
    struct actor actors[SIM_MOST_FIBERS];
    int n_actors, self;
    struct map maps[MAPS];
    int n_maps;
    bool thread, spin;
    uint64_t polls, readings; /* by the fiber that runs, in this turn */
    struct pollfd *fds;       /* of all, for one question to the kernel */
    size_t fds_cap;
} s;

_Noreturn static void impossible(const char *what)
{
    fprintf(stderr, "icefault: simulation: %s\n", what);
    abort();
}

/* ---- begin and end ---- */

void sim_begin(const struct sim_options *o)
{
    if (s.on)
        impossible("begun twice");
    struct pollfd *fds = s.fds;
    size_t cap = s.fds_cap;
    memset(&s, 0, sizeof(s));
    s.fds = fds;
    s.fds_cap = cap;
    s.on = true;
    s.self = -1;
    s.seed = o->seed;
    s.unix_start_ns = o->unix_ms * MS;
    s.most_ns =
        (o->most_virtual_ms ? o->most_virtual_ms : DEFAULT_MOST_MS) * MS;
    s.limit_ns = s.most_ns;
    s.most_turns_now = o->most_turns_at_one_instant
                           ? o->most_turns_at_one_instant
                           : DEFAULT_MOST_TURNS;
    sim__entropy_begin(o->seed);
    sim__mine = true;
}

void sim_end(void)
{
    if (!s.on || s.self >= 0)
        impossible("ended where it is not on, or by a fiber");
    sim__mine = false;
    s.on = false;
    sim__entropy_end();
    for (int i = 0; i < s.n_actors; i++)
        fiber_free(s.actors[i].fiber);
    s.n_actors = 0;
    free(s.fds);
    s.fds = NULL;
    s.fds_cap = 0;
}

bool sim_on(void)
{
    return s.on;
}

int64_t sim_now_ns(void)
{
    return s.now_ns;
}

uint64_t sim_turns(void)
{
    return s.turns;
}

/* ---- what libc.c asks ---- */

static void note_reading(void)
{
    if (s.self < 0 || ++s.readings < MOST_READINGS)
        return;
    s.spin = true;
    fiber_yield();
}

int64_t sim__read_mono_ns(void)
{
    note_reading();
    return MONO_START_NS + s.now_ns;
}

int64_t sim__read_unix_ns(void)
{
    note_reading();
    return s.unix_start_ns + s.now_ns;
}

void sim__thread_started(void)
{
    s.thread = true;
}

static int64_t deadline_of(int64_t ns)
{
    if (ns < 0)
        return SIM__FOREVER;
    return ns > INT64_MAX - s.now_ns ? INT64_MAX : s.now_ns + ns;
}

static bool is_past(int64_t until_ns)
{
    return until_ns != SIM__FOREVER && until_ns <= s.now_ns;
}

/* A caller outside the fibers has nobody to hand over to: its time passes. */
static void block_main(const struct wait *w)
{
    if (w->until_ns == SIM__FOREVER)
        impossible("a wait without end outside the fibers");
    s.now_ns = w->until_ns;
    s.turns_now = 0;
}

static void block(struct wait *w)
{
    if (s.self < 0) {
        block_main(w);
        return;
    }
    s.actors[s.self].wait = w;
    fiber_yield();
}

int sim__poll(struct pollfd *fds, nfds_t n, int64_t ns)
{
    struct wait w = {.fds = fds, .n = n, .until_ns = deadline_of(ns)};
    int rc = n ? sim__real()->poll(fds, n, 0) : 0;
    if (s.self >= 0 && ++s.polls > MOST_POLLS)
        fiber_yield();
    while (rc == 0 && !is_past(w.until_ns)) {
        block(&w);
        rc = n ? sim__real()->poll(fds, n, 0) : 0;
    }
    return rc;
}

void sim_map(int port, int real_port, void (*connecting)(void *ctx, int port),
             void *ctx)
{
    if (s.n_maps == MAPS)
        impossible("too many virtual ports");
    s.maps[s.n_maps++] = (struct map){port, real_port, connecting, ctx};
}

int sim__connect_port(int port)
{
    for (int i = 0; i < s.n_maps; i++) {
        if (s.maps[i].port != port)
            continue;
        if (s.maps[i].connecting)
            s.maps[i].connecting(s.maps[i].ctx, port);
        return s.maps[i].real_port;
    }
    return port;
}

int sim__peer_port(int port)
{
    for (int i = 0; i < s.n_maps; i++)
        if (s.maps[i].real_port == port)
            return s.maps[i].port;
    return port;
}

/* ---- fibers ---- */

int sim_spawn(const char *name, void (*fn)(void *arg), void *arg)
{
    if (!s.on)
        impossible("a fiber while it is off");
    if (s.n_actors == SIM_MOST_FIBERS)
        return -1;
    struct actor *a = &s.actors[s.n_actors];
    *a = (struct actor){.fiber = fiber_new(fn, arg)};
    snprintf(a->name, sizeof(a->name), "%s", name);
    return s.n_actors++;
}

bool sim_done(int fiber)
{
    assert(fiber >= 0 && fiber < s.n_actors);
    return fiber_ended(s.actors[fiber].fiber);
}

const char *sim_name(int fiber)
{
    return fiber >= 0 && fiber < s.n_actors ? s.actors[fiber].name : "loop";
}

int sim_self(void)
{
    return s.self;
}

bool sim_wait(const void *tag, int64_t ms)
{
    if (s.self < 0)
        impossible("sim_wait outside a fiber");
    struct wait w = {
        .tag = tag,
        .until_ns = deadline_of(ms > INT64_MAX / MS ? INT64_MAX : ms * MS)};
    block(&w);
    return w.woken;
}

void sim_wake(const void *tag)
{
    for (int i = 0; i < s.n_actors; i++) {
        struct wait *w = s.actors[i].wait;
        if (w && w->tag && w->tag == tag)
            w->woken = true;
    }
}

/* ---- who can run ---- */

static void fds_room(size_t n)
{
    if (n <= s.fds_cap)
        return;
    s.fds_cap = n * 2;
    s.fds = mem_realloc(s.fds, s.fds_cap * sizeof(*s.fds));
}

/* Copies all descriptors that someone waits for; the loop's own comes last. */
static size_t fds_collect(uv_loop_t *loop)
{
    size_t n = 0;
    fds_room(1);
    for (int i = 0; i < s.n_actors; i++) {
        const struct wait *w = s.actors[i].wait;
        if (!w || w->n == 0)
            continue;
        fds_room(n + w->n);
        memcpy(s.fds + n, w->fds, w->n * sizeof(*s.fds));
        n += w->n;
    }
    if (loop) {
        fds_room(n + 1);
        s.fds[n++] = (struct pollfd){uv_backend_fd(loop), POLLIN, 0};
    }
    return n;
}

static bool any_ready(const struct pollfd *fds, nfds_t n)
{
    for (nfds_t i = 0; i < n; i++)
        if (fds[i].revents)
            return true;
    return false;
}

/* The loop's wait, in ms: 0 it can run, -1 it waits for descriptors only. */
static int loop_wait(uv_loop_t *loop)
{
    if (!uv_loop_alive(loop))
        return -1;
    uv_update_time(loop);
    return uv_backend_timeout(loop);
}

static bool actor_ready(const struct actor *a, const struct pollfd *fds)
{
    if (fiber_ended(a->fiber))
        return false;
    const struct wait *w = a->wait;
    return !w || w->woken || is_past(w->until_ns) || any_ready(fds, w->n);
}

/* Fills ready with numbers of fibers and LOOP. */
static int find_ready(uv_loop_t *loop, int ready[SIM_MOST_FIBERS + 1])
{
    size_t n_fds = fds_collect(loop), at = 0;
    int n = 0;
    if (n_fds > 0 && sim__real()->poll(s.fds, n_fds, 0) < 0)
        impossible(strerror(errno));
    for (int i = 0; i < s.n_actors; i++) {
        const struct actor *a = &s.actors[i];
        if (actor_ready(a, s.fds + at))
            ready[n++] = i;
        at += a->wait ? a->wait->n : 0;
    }
    if (loop && (s.fds[at].revents || loop_wait(loop) == 0))
        ready[n++] = LOOP;
    return n;
}

static void run_fiber(int i)
{
    struct actor *a = &s.actors[i];
    a->wait = NULL;
    s.self = i;
    s.polls = s.readings = 0;
    fiber_resume(a->fiber);
    s.self = -1;
}

/* ---- time ---- */

static void earlier(int64_t *earliest, int64_t until_ns)
{
    if (until_ns != SIM__FOREVER &&
        (*earliest == SIM__FOREVER || until_ns < *earliest))
        *earliest = until_ns;
}

/* libuv counts in whole ms, from a clock that it cut to whole ms. */
static int64_t loop_deadline(uv_loop_t *loop)
{
    int ms = loop ? loop_wait(loop) : -1;
    return ms < 0 ? SIM__FOREVER : (s.now_ns / MS + ms) * MS;
}

static int64_t next_deadline(uv_loop_t *loop)
{
    int64_t earliest = loop_deadline(loop);
    for (int i = 0; i < s.n_actors; i++)
        if (s.actors[i].wait)
            earlier(&earliest, s.actors[i].wait->until_ns);
    return earliest;
}

/* Nobody can run. False with *r when time cannot move either. A limit that was
 * reached moves on, so that what is left can be run to its end. */
static bool jump(uv_loop_t *loop, enum sim_result *r)
{
    int64_t to = next_deadline(loop);
    if (to == SIM__FOREVER) {
        *r = SIM_DEADLOCK;
        return false;
    }
    if (to > s.limit_ns) {
        s.limit_ns = to > INT64_MAX - s.most_ns ? INT64_MAX : to + s.most_ns;
        *r = SIM_TOO_LONG;
        return false;
    }
    s.now_ns = to;
    s.turns_now = 0;
    return true;
}

static bool has_trouble(enum sim_result *r)
{
    bool spin = s.spin || s.turns_now > s.most_turns_now;
    if (!s.thread && !spin)
        return false;
    *r = s.thread ? SIM_THREAD : SIM_SPIN;
    s.thread = false;
    s.spin = false;
    if (spin)
        s.turns_now = 0;
    return true;
}

/* ---- running ---- */

static void one_turn(uv_loop_t *loop, const int *ready, int n)
{
    uint64_t draw = n > 1 ? rng_hash(s.seed, "sched", s.turns, 0) : 0;
    int who = ready[draw % (uint64_t)n];
    s.turns++;
    s.turns_now++;
    if (who == LOOP)
        uv_run(loop, UV_RUN_NOWAIT);
    else
        run_fiber(who);
}

enum sim_result sim_run(uv_loop_t *loop, bool (*until)(void *ctx), void *ctx)
{
    int ready[SIM_MOST_FIBERS + 1];
    enum sim_result r = SIM_DONE;
    if (!s.on || s.self >= 0)
        impossible("run where it is not on, or by a fiber");
    while (!until(ctx) && !has_trouble(&r)) {
        int n = find_ready(loop, ready);
        if (n > 0)
            one_turn(loop, ready, n);
        else if (!jump(loop, &r))
            break;
    }
    return r;
}

const char *sim_result_name(enum sim_result r)
{
    static const char *const names[] = {"done", "deadlock", "spin", "too long",
                                        "thread"};
    return names[r];
}
