/* The wall clock: threads in place of fibers. See real.h. */
#include "harness/real.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "harness/world.h"

enum {
    CALM_POLL_MS = 2,
    CALM_MOST_MS = 5000 /* pending work that takes longer is not waited for */
};

struct real_loop { /* what the mocks' thread and the others share */
    struct world *world;
    uv_async_t wake;
    uv_timer_t calm;
    int64_t calm_until_ms;
    bool finish, stopped;
    struct step_record *job; /* for the operator */
};

static struct real_loop *loop_of(struct world *w)
{
    return w->real;
}

void real_lock(struct world *w)
{
    if (w->mode == MODE_REAL)
        pthread_mutex_lock(&w->lock);
}

void real_unlock(struct world *w)
{
    if (w->mode != MODE_REAL)
        return;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

void real_sleep_ms(int64_t ms)
{
    poll(NULL, 0, (int)ms);
}

bool real_wait_moment(struct world *w, size_t i)
{
    pthread_mutex_lock(&w->lock);
    while (w->moments[i] < (uint64_t)w->steps[i].step->when.nth)
        pthread_cond_wait(&w->changed, &w->lock);
    pthread_mutex_unlock(&w->lock);
    return true;
}

/* ---- the mocks' thread ------------------------------------------------------
 */

static void on_calm_timer(uv_timer_t *t)
{
    struct real_loop *l = t->data;
    struct world *w = l->world;
    if (mock_pending(w->mock) > 0 && clock_ms(world_clock()) < l->calm_until_ms)
        return;
    w->calmed = mock_pending(w->mock) ? SIM_TOO_LONG : SIM_DONE;
    uv_close((uv_handle_t *)&l->calm, NULL);
    uv_close((uv_handle_t *)&l->wake, NULL);
    uv_stop(&w->loop);
    l->stopped = true;
}

static void begin_calm(struct real_loop *l)
{
    struct world *w = l->world;
    l->calm_until_ms = clock_ms(world_clock()) + CALM_MOST_MS;
    mock_calm(w->mock);
    uv_timer_start(&l->calm, on_calm_timer, 0, CALM_POLL_MS);
}

static void on_wake(uv_async_t *a)
{
    struct real_loop *l = a->data;
    struct world *w = l->world;
    real_lock(w);
    struct step_record *job = l->job;
    bool finish = l->finish;
    l->finish = false;
    real_unlock(w);
    if (job) {
        operator_do(w, job);
        real_lock(w);
        l->job = NULL;
        real_unlock(w);
    }
    if (finish)
        begin_calm(l);
}

static void *loop_body(void *arg)
{
    struct world *w = arg;
    uv_run(&w->loop, UV_RUN_DEFAULT);
    return NULL;
}

void real_operator(struct world *w, struct step_record *r)
{
    struct real_loop *l = loop_of(w);
    pthread_mutex_lock(&w->lock);
    while (l->job)
        pthread_cond_wait(&w->changed, &w->lock);
    l->job = r;
    uv_async_send(&l->wake);
    while (l->job == r)
        pthread_cond_wait(&w->changed, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

static void *actor_body(void *arg)
{
    actor_play(arg);
    return NULL;
}

void real_play(struct world *w)
{
    struct real_loop *l = mem_alloc(sizeof *l);
    pthread_t loop;
    l->world = w;
    w->real = l;
    uv_async_init(&w->loop, &l->wake, on_wake);
    uv_timer_init(&w->loop, &l->calm);
    l->wake.data = l->calm.data = l;
    pthread_create(&loop, NULL, loop_body, w);
    for (size_t i = 0; i < w->n_actors; i++)
        pthread_create(&w->actors[i].thread, NULL, actor_body, &w->actors[i]);
    for (size_t i = 0; i < w->n_actors; i++)
        pthread_join(w->actors[i].thread, NULL);
    w->ended = SIM_DONE;
    w->ended_ns = world_now_ns(w);
    real_lock(w);
    l->finish = true;
    real_unlock(w);
    uv_async_send(&l->wake);
    pthread_join(loop, NULL);
    uv_run(&w->loop, UV_RUN_NOWAIT); /* the two closed handles */
    free(l);
}

/* ---- cancelling
 * -------------------------------------------------------------- */

struct real_alarm {
    struct ice_catalog *catalog;
    int64_t ms;
    int disarm; /* eventfd */
    pthread_t thread;
};

static void *alarm_body(void *arg)
{
    struct real_alarm *a = arg;
    struct pollfd p = {.fd = a->disarm, .events = POLLIN};
    if (poll(&p, 1, (int)a->ms) == 0)
        ice_cancel(a->catalog);
    return NULL;
}

struct real_alarm *real_alarm_new(struct ice_catalog *c, int64_t ms)
{
    struct real_alarm *a = mem_alloc(sizeof *a);
    a->catalog = c;
    a->ms = ms;
    a->disarm = eventfd(0, EFD_CLOEXEC);
    pthread_create(&a->thread, NULL, alarm_body, a);
    return a;
}

void real_alarm_free(struct real_alarm *a)
{
    eventfd_write(a->disarm, 1);
    pthread_join(a->thread, NULL);
    close(a->disarm);
    free(a);
}
