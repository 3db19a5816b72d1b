/* Fibers, time and order, without a network. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include <openssl/err.h>
#include <openssl/rand.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/unit.h"
#include "harness/sim/inside.h"
#include "harness/sim/sim.h"

static const int64_t START_MS = INT64_C(1735689600000);
enum { TEN_MINUTES_MS = 600000 };

static void begin(uint64_t seed)
{
    struct sim_options o = {.unix_ms = START_MS, .seed = seed};
    sim_begin(&o);
}

static int64_t now_ms(void)
{
    return sim_now_ns() / 1000000;
}

static int64_t really_ns(void)
{
    struct timespec t;
    sim__real()->clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

/* ctx: how many of the fibers must have ended. */
static bool all_done(void *ctx)
{
    for (int i = 0; i < *(int *)ctx; i++)
        if (!sim_done(i))
            return false;
    return true;
}

static enum sim_result run_all(int n)
{
    return sim_run(NULL, all_done, &n);
}

/* ---- time ---- */

static void sleeper(void *arg)
{
    struct timespec t = {TEN_MINUTES_MS / 1000, 0};
    *(int *)arg = nanosleep(&t, NULL);
}

static void ten_minutes_pass_in_no_time(void)
{
    int rc = -1;
    int64_t from = really_ns();
    begin(1);
    sim_spawn("sleeper", sleeper, &rc);
    CU_ASSERT_EQUAL(run_all(1), SIM_DONE);
    CU_ASSERT_EQUAL(rc, 0);
    CU_ASSERT_EQUAL(now_ms(), TEN_MINUTES_MS);
    CU_ASSERT_EQUAL(clock_unix_ms(&clock_system), START_MS + TEN_MINUTES_MS);
    sim_end();
    CU_ASSERT(really_ns() - from < INT64_C(60000000000));
}

static void all_ways_to_wait(void *arg)
{
    int64_t *at = arg;
    struct timespec half = {0, 500000000}, due;
    struct timeval tv = {1, 0};
    fd_set none;
    FD_ZERO(&none);
    poll(NULL, 0, 1000);
    *at++ = now_ms();
    ppoll(NULL, 0, &half, NULL);
    *at++ = now_ms();
    select(0, &none, NULL, NULL, &tv);
    *at++ = now_ms();
    pselect(0, NULL, NULL, NULL, &half, NULL);
    *at++ = now_ms();
    usleep(250);
    *at++ = sim_now_ns() / 1000;
    sleep(2);
    *at++ = sim_now_ns() / 1000;
    clock_gettime(CLOCK_REALTIME, &due);
    due.tv_sec += 3;
    clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &due, NULL);
    *at++ = sim_now_ns() / 1000;
    int ep = epoll_create1(0);
    struct epoll_event e;
    *at++ = epoll_wait(ep, &e, 1, 1000);
    *at++ = epoll_pwait(ep, &e, 1, 1000, NULL);
    *at++ = epoll_pwait2(ep, &e, 1, &half, NULL);
    *at++ = sim_now_ns() / 1000;
    close(ep);
}

static void every_wait_takes_exactly_its_time(void)
{
    int64_t at[11] = {0};
    const int64_t due[11] = {1000,    1500, 2500, 3000, 3000250, 5000250,
                             8000250, 0,    0,    0,    10500250};
    begin(1);
    sim_spawn("waiter", all_ways_to_wait, at);
    CU_ASSERT_EQUAL(run_all(1), SIM_DONE);
    sim_end();
    for (int i = 0; i < 11; i++)
        CU_ASSERT_EQUAL(at[i], due[i]);
}

static void all_clocks_agree(void)
{
    struct timespec t, raw;
    struct timeval tv;
    begin(1);
    clock_gettime(CLOCK_REALTIME, &t);
    gettimeofday(&tv, NULL);
    CU_ASSERT_EQUAL(t.tv_sec, START_MS / 1000);
    CU_ASSERT_EQUAL(tv.tv_sec, START_MS / 1000);
    CU_ASSERT_EQUAL(time(NULL), START_MS / 1000);
    clock_gettime(CLOCK_MONOTONIC, &t);
    clock_gettime(CLOCK_MONOTONIC_COARSE, &raw);
    CU_ASSERT(t.tv_sec == raw.tv_sec && t.tv_nsec == raw.tv_nsec);
    sim_end();
}

/* ---- fibers ---- */

struct game {
    int turn, rounds[2];
    struct str text;
};

static void player(void *arg)
{
    struct game *g = arg;
    int me = sim_self();
    while (g->rounds[me] < 100) {
        while (g->turn != me)
            sim_wait(g, -1);
        str_addf(&g->text, "%d", me);
        g->rounds[me]++;
        g->turn = 1 - me;
        sim_wake(g);
    }
}

static void two_fibers_play_ping_pong(void)
{
    struct game g = {0};
    str_init(&g.text, 1000);
    begin(7);
    sim_spawn("ping", player, &g);
    sim_spawn("pong", player, &g);
    CU_ASSERT_EQUAL(run_all(2), SIM_DONE);
    CU_ASSERT_EQUAL(now_ms(), 0);
    sim_end();
    CU_ASSERT_EQUAL(g.text.len, 200);
    for (size_t i = 0; i < g.text.len; i++)
        CU_ASSERT_EQUAL(g.text.p[i], i % 2 ? '1' : '0');
    str_fini(&g.text);
}

struct waiting {
    bool woken[2];
    int64_t at_ms[2];
};

static void waits_twice(void *arg)
{
    struct waiting *w = arg;
    for (int i = 0; i < 2; i++) {
        w->woken[i] = sim_wait(w, 5000);
        w->at_ms[i] = now_ms();
    }
}

static void wakes_once(void *arg)
{
    sim_wait("nobody wakes this", 2000);
    sim_wake(arg);
}

static void a_wait_ends_by_wake_or_by_time(void)
{
    struct waiting w = {{false, true}, {0, 0}};
    begin(1);
    sim_spawn("waiter", waits_twice, &w);
    sim_spawn("waker", wakes_once, &w);
    CU_ASSERT_EQUAL(run_all(2), SIM_DONE);
    sim_end();
    CU_ASSERT(w.woken[0] && w.at_ms[0] == 2000);
    CU_ASSERT(!w.woken[1] && w.at_ms[1] == 7000);
}

static void keeps_errno(void *arg)
{
    bool *ok = arg;
    errno = 100 + sim_self();
    ERR_put_error(ERR_LIB_USER, 0, 1 + sim_self(), __FILE__, __LINE__);
    sim_wait(arg, 10);
    *ok = errno == 100 + sim_self() && ERR_peek_error() == 0;
}

static void errno_and_openssl_errors_stay_at_home(void)
{
    bool ok[2] = {false, false};
    errno = 42;
    begin(1);
    sim_spawn("a", keeps_errno, &ok[0]);
    sim_spawn("b", keeps_errno, &ok[1]);
    CU_ASSERT_EQUAL(run_all(2), SIM_DONE);
    sim_end();
    CU_ASSERT(ok[0] && ok[1]);
    CU_ASSERT_EQUAL(errno, 42);
}

static void nothing(void *arg)
{
    (void)arg;
}

static void there_is_a_limit_to_fibers(void)
{
    begin(1);
    for (int i = 0; i < SIM_MOST_FIBERS; i++)
        CU_ASSERT_EQUAL(sim_spawn("one of many", nothing, NULL), i);
    CU_ASSERT_EQUAL(sim_spawn("one too many", nothing, NULL), -1);
    CU_ASSERT_EQUAL(run_all(SIM_MOST_FIBERS), SIM_DONE);
    CU_ASSERT_STRING_EQUAL(sim_name(0), "one of many");
    CU_ASSERT_STRING_EQUAL(sim_name(-1), "loop");
    sim_end();
}

/* A frame that fills most of a stack: it must be there, and whole. */
static void deep(void *arg)
{
    volatile char room[200 * 1024];
    for (size_t i = 0; i < sizeof(room); i += 1024)
        room[i] = (char)(i / 1024);
    sim_wait(arg, 1);
    bool ok = true;
    for (size_t i = 0; i < sizeof(room); i += 1024)
        ok = ok && room[i] == (char)(i / 1024);
    *(bool *)arg = ok;
}

static void a_stack_holds_200_KiB(void)
{
    bool ok[3] = {false, false, false};
    begin(1);
    for (int i = 0; i < 3; i++)
        sim_spawn("deep", deep, &ok[i]);
    CU_ASSERT_EQUAL(run_all(3), SIM_DONE);
    sim_end();
    CU_ASSERT(ok[0] && ok[1] && ok[2]);
}

/* ---- trouble ---- */

static void reads_for_ever(void *arg)
{
    struct pollfd p = {*(int *)arg, POLLIN, 0};
    *(int *)arg = poll(&p, 1, -1) == 1 ? 0 : 1;
}

static void a_deadlock_is_seen_and_can_be_run_down(void)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), arg = fd;
    begin(1);
    sim_spawn("reader", reads_for_ever, &arg);
    CU_ASSERT_EQUAL(run_all(1), SIM_DEADLOCK);
    CU_ASSERT_FALSE(sim_done(0));
    eventfd_write(fd, 1);
    CU_ASSERT_EQUAL(run_all(1), SIM_DONE);
    CU_ASSERT_EQUAL(arg, 0);
    sim_end();
    close(fd);
}

static volatile bool enough;

static void polls_without_end(void *arg)
{
    (void)arg;
    while (!enough)
        poll(NULL, 0, 0);
}

static void reads_the_clock_without_end(void *arg)
{
    struct timespec t;
    (void)arg;
    while (!enough)
        clock_gettime(CLOCK_MONOTONIC, &t);
}

static void spins(void (*fn)(void *))
{
    struct sim_options o = {.unix_ms = START_MS,
                            .most_turns_at_one_instant = 500};
    enough = false;
    sim_begin(&o);
    sim_spawn("spinner", fn, NULL);
    CU_ASSERT_EQUAL(run_all(1), SIM_SPIN);
    enough = true;
    CU_ASSERT_EQUAL(run_all(1), SIM_DONE);
    CU_ASSERT_EQUAL(now_ms(), 0);
    sim_end();
}

static void a_spin_is_seen(void)
{
    spins(polls_without_end);
    spins(reads_the_clock_without_end);
}

static void on_idle(uv_idle_t *idle)
{
    (void)idle;
}

static void a_spinning_loop_is_seen(void)
{
    struct sim_options o = {.most_turns_at_one_instant = 500};
    uv_loop_t loop;
    uv_idle_t idle;
    sim_begin(&o);
    uv_loop_init(&loop);
    uv_idle_init(&loop, &idle);
    uv_idle_start(&idle, on_idle);
    CU_ASSERT_EQUAL(sim_run(&loop, never, NULL), SIM_SPIN);
    uv_close((uv_handle_t *)&idle, NULL);
    CU_ASSERT_EQUAL(sim_run(&loop, never, NULL), SIM_DEADLOCK);
    CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
    sim_end();
}

static void *other_thread(void *arg)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    *(int64_t *)arg = t.tv_sec;
    return NULL;
}

static void starts_a_thread(void *arg)
{
    pthread_t t;
    if (pthread_create(&t, NULL, other_thread, arg) != 0)
        return;
    sim_wait(arg, 1000);
    pthread_join(t, NULL);
}

static void a_thread_is_seen_and_lives_in_real_time(void)
{
    int64_t there = 0;
    begin(1);
    sim_spawn("threader", starts_a_thread, &there);
    CU_ASSERT_EQUAL(run_all(1), SIM_THREAD);
    CU_ASSERT_EQUAL(now_ms(), 0);
    CU_ASSERT_EQUAL(run_all(1), SIM_DONE);
    sim_end();
    CU_ASSERT(there > START_MS / 1000);
}

static void sleeps_on_and_on(void *arg)
{
    while (!*(bool *)arg)
        poll(NULL, 0, 1000);
}

static void too_long_is_seen_and_starts_anew(void)
{
    struct sim_options o = {.unix_ms = START_MS, .most_virtual_ms = 10000};
    bool over = false;
    sim_begin(&o);
    sim_spawn("sleeper", sleeps_on_and_on, &over);
    CU_ASSERT_EQUAL(run_all(1), SIM_TOO_LONG);
    CU_ASSERT_EQUAL(now_ms(), 10000);
    over = true;
    CU_ASSERT_EQUAL(run_all(1), SIM_DONE);
    sim_end();
}

/* ---- order ---- */

static void writes_its_letter(void *arg)
{
    for (int i = 0; i < 5; i++) {
        str_addc(arg, (char)('a' + sim_self()));
        sim_wait("a moment", 10);
    }
}

static void order_of(uint64_t seed, struct str *text)
{
    str_reset(text);
    begin(seed);
    for (int i = 0; i < 4; i++)
        sim_spawn("writer", writes_its_letter, text);
    CU_ASSERT_EQUAL(run_all(4), SIM_DONE);
    sim_end();
}

static void the_seed_gives_the_order(void)
{
    struct str first, again;
    int others = 0;
    str_init(&first, 100);
    str_init(&again, 100);
    order_of(1, &first);
    order_of(1, &again);
    CU_ASSERT_STRING_EQUAL(str_z(&first), str_z(&again));
    for (uint64_t seed = 2; seed < 12; seed++) {
        order_of(seed, &again);
        CU_ASSERT_EQUAL(again.len, first.len);
        others += strcmp(str_z(&first), str_z(&again)) != 0;
    }
    CU_ASSERT_EQUAL(others, 10);
    str_fini(&first);
    str_fini(&again);
}

static void randomness_comes_from_the_seed(void)
{
    unsigned char a[3][48];
    for (int i = 0; i < 3; i++) {
        begin(i < 2 ? 5 : 6);
        CU_ASSERT_EQUAL(RAND_bytes(a[i], 16), 1);
        CU_ASSERT_EQUAL(getrandom(a[i] + 16, 16, 0), 16);
        CU_ASSERT_EQUAL(getentropy(a[i] + 32, 16), 0);
        sim_end();
    }
    CU_ASSERT(memcmp(a[0], a[1], 48) == 0);
    CU_ASSERT(memcmp(a[0], a[2], 48) != 0);
}

/* ---- afterwards ---- */

static void everything_is_real_again_after_the_end(void)
{
    unsigned char a[2][16];
    struct timespec t, r;
    for (int i = 0; i < 2; i++) {
        begin(1);
        sim_end();
        CU_ASSERT_FALSE(sim_on());
        CU_ASSERT_EQUAL(RAND_bytes(a[i], 16), 1);
    }
    CU_ASSERT(memcmp(a[0], a[1], 16) != 0);
    clock_gettime(CLOCK_MONOTONIC, &t);
    sim__real()->clock_gettime(CLOCK_MONOTONIC, &r);
    CU_ASSERT(llabs((long long)(r.tv_sec - t.tv_sec)) <= 1);
    int64_t from = really_ns();
    struct timespec ms = {0, 1000000};
    CU_ASSERT_EQUAL(nanosleep(&ms, NULL), 0);
    CU_ASSERT_EQUAL(poll(NULL, 0, 1), 0);
    CU_ASSERT(really_ns() - from >= 2000000);
}

static void the_self_test_passes(void)
{
    char why[200] = "";
    CU_ASSERT_TRUE(sim_self_test(why));
    CU_ASSERT_STRING_EQUAL(why, "");
    CU_ASSERT_FALSE(sim_on());
}

UNIT_MAIN("sim", UNIT(ten_minutes_pass_in_no_time),
          UNIT(every_wait_takes_exactly_its_time), UNIT(all_clocks_agree),
          UNIT(two_fibers_play_ping_pong), UNIT(a_wait_ends_by_wake_or_by_time),
          UNIT(errno_and_openssl_errors_stay_at_home),
          UNIT(there_is_a_limit_to_fibers), UNIT(a_stack_holds_200_KiB),
          UNIT(a_deadlock_is_seen_and_can_be_run_down), UNIT(a_spin_is_seen),
          UNIT(a_spinning_loop_is_seen),
          UNIT(a_thread_is_seen_and_lives_in_real_time),
          UNIT(too_long_is_seen_and_starts_anew),
          UNIT(the_seed_gives_the_order), UNIT(randomness_comes_from_the_seed),
          UNIT(everything_is_real_again_after_the_end),
          UNIT(the_self_test_passes))
