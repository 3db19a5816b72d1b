/* Making, playing and taking down one world; see world.h. What differs between
 * virtual and real time is in play_sim and play_real; all else is shared. */
#include "harness/world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "harness/real.h"
#include "mocks/exchange.h"

const char *const run_mode_names[] = {"sim", "real", NULL};

enum {
    CATALOG_PORT = 8181, /* what subjects call the servers in simulation */
    S3_PORT = 9000,
    CALM_MS = 3600 * 1000 /* virtual time that pending server work may take */
};

/* The wall clock of every simulated world: 2026-01-01T00:00:00Z. */
static const int64_t sim_epoch_unix_ms = 1767225600000;

const struct clock *world_clock(void)
{
    return &clock_system;
}

int64_t world_now_ns(const struct world *w)
{
    return clock_ns(world_clock()) - w->epoch_ns;
}

int64_t step_end_ns(const struct world *w, const struct step_record *r)
{
    return r->ended_ns >= 0 ? r->ended_ns : w->ended_ns;
}

uint64_t world_last_seq(const struct world *w)
{
    const struct journal *j = mock_journal(w->mock);
    size_t n = journal_count(j);
    return n ? journal_at(j, n - 1)->seq : 0;
}

bool step_is_operators(const struct scenario_step *s)
{
    return s->verb >= STEP_DROP_TABLE && s->verb < STEP_WAIT;
}

/* ---- setting up -----------------------------------------------------------
 */

/* A scenario's S3 knows the subject's key unless the file names users. */
static cJSON *s3_options(const struct scenario *s)
{
    cJSON *o = s->s3 ? cJSON_Duplicate(s->s3, true) : cJSON_CreateObject();
    if (!json_get(o, "users")) {
        cJSON *user = cJSON_CreateObject();
        json_set_str(user, "key", "icefault-access-key");
        json_set_str(user, "secret", "icefault-secret-key-0123456789");
        cJSON *users = cJSON_CreateArray();
        cJSON_AddItemToArray(users, user);
        json_set(o, "users", users);
    }
    return o;
}

static bool make_mock(struct world *w, char why[200])
{
    struct mock_options o;
    mock_default_options(&o);
    o.seed = w->seed;
    o.clock = world_clock();
    o.tls[MOCK_CATALOG] = (enum tls_kind)w->scenario->tls_catalog;
    o.tls[MOCK_S3] = (enum tls_kind)w->scenario->tls_s3;
    o.port[MOCK_CATALOG] = o.port[MOCK_S3] = 0;
    o.port[MOCK_ADMIN] = -1;
    if (w->mode == MODE_SIM) {
        o.authority[MOCK_CATALOG] = "127.0.0.1:8181";
        o.authority[MOCK_S3] = "127.0.0.1:9000";
    }
    cJSON *s3 = s3_options(w->scenario);
    o.catalog = w->scenario->catalog;
    o.s3 = s3;
    w->mock = mock_new(&w->loop, &o, why);
    cJSON_Delete(s3);
    return w->mock != NULL;
}

static bool arm_faults(struct world *w, char why[200])
{
    for (size_t i = 0; i < w->scenario->n_faults; i++) {
        struct spec_error e = {0};
        if (!fault_add(mock_faults(w->mock), w->scenario->faults[i], &e)) {
            snprintf(why, 200, "fault %zu: %.170s", i + 1, e.message);
            return false;
        }
    }
    return true;
}

/* The subject trusts the mocks' CA as a user would make it: by a file. */
static bool write_ca_file(struct world *w, char why[200])
{
    if (w->scenario->tls_catalog == TLS_OFF && w->scenario->tls_s3 == TLS_OFF)
        return true;
    snprintf(w->ca_file, sizeof w->ca_file, "/tmp/icefault-ca-XXXXXX");
    int fd = mkstemp(w->ca_file);
    const char *pem = mock_ca_pem(w->mock);
    bool ok =
        fd >= 0 && pem && write(fd, pem, strlen(pem)) == (ssize_t)strlen(pem);
    if (fd >= 0)
        close(fd);
    if (!ok)
        snprintf(why, 200, "could not write %s", w->ca_file);
    return ok;
}

static struct actor *actor_named(struct world *w, const char *name)
{
    for (size_t i = 0; i < w->n_actors; i++)
        if (strcmp(w->actors[i].name, name) == 0)
            return &w->actors[i];
    struct actor *a = &w->actors[w->n_actors++];
    a->world = w;
    a->name = name;
    a->steps = arena_alloc(&w->arena, w->n_steps * sizeof *a->steps);
    return a;
}

/* An operator's step that waits for a moment is played by the moment itself,
 * so it belongs to no actor. */
static bool played_by_moment(const struct scenario_step *s)
{
    return s->has_when && step_is_operators(s);
}

static void make_actors(struct world *w)
{
    const struct scenario *s = w->scenario;
    w->n_steps = s->n_steps;
    w->steps = arena_alloc(&w->arena, (s->n_steps + 1) * sizeof *w->steps);
    w->moments = arena_alloc(&w->arena, (s->n_steps + 1) * sizeof(uint64_t));
    w->actors = arena_alloc(&w->arena, (s->n_steps + 1) * sizeof *w->actors);
    for (size_t i = 0; i < s->n_steps; i++) {
        struct step_record *r = &w->steps[i];
        r->step = &s->steps[i];
        r->actor = s->steps[i].actor;
        r->began_ns = r->ended_ns = -1;
        r->exists = r->intact = -1;
        r->bytes = -1;
        if (played_by_moment(r->step))
            continue;
        struct actor *a = actor_named(w, r->actor);
        a->steps[a->n_steps++] = r;
        if (r->step->settings)
            a->overrides = r->step->settings;
    }
}

/* ---- moments --------------------------------------------------------------
 */

static bool moment_is(const struct scenario_moment *m, const struct exchange *x,
                      enum fault_phase phase)
{
    return m->phase == (int)phase && x->op &&
           strcmp(m->operation, x->op->name) == 0;
}

/* Sees every exchange reach a phase, in the mocks' thread. */
static void on_phase(void *ctx, const struct exchange *x,
                     enum fault_phase phase)
{
    struct world *w = ctx;
    for (size_t i = 0; i < w->n_steps; i++) {
        struct step_record *r = &w->steps[i];
        if (!r->step->has_when || !moment_is(&r->step->when, x, phase))
            continue;
        real_lock(w);
        bool now = ++w->moments[i] == (uint64_t)r->step->when.nth;
        real_unlock(w);
        if (now && played_by_moment(r->step))
            operator_do(w, r);
        else if (now && w->mode == MODE_SIM)
            sim_wake(r);
    }
}

/* ---- playing --------------------------------------------------------------
 */

static bool all_done(void *ctx)
{
    const struct world *w = ctx;
    for (size_t i = 0; i < w->n_actors; i++)
        if (!w->actors[i].done)
            return false;
    return true;
}

static bool nothing_pending(void *ctx)
{
    const struct world *w = ctx;
    return mock_pending(w->mock) == 0;
}

static void fiber_body(void *arg)
{
    actor_play(arg);
}

static void connecting(void *ctx, int port)
{
    struct world *w = ctx;
    mock_connecting(w->mock, port == S3_PORT ? MOCK_S3 : MOCK_CATALOG);
}

/* Nobody can be destroyed in the middle of a call: cancelled, each runs to its
 * return. */
static void abandon(struct world *w)
{
    for (size_t i = 0; i < w->n_actors; i++)
        if (!w->actors[i].done && w->actors[i].catalog)
            ice_cancel(w->actors[i].catalog);
    for (size_t i = 0; i < w->n_steps; i++) {
        w->moments[i] = UINT64_MAX / 2;
        sim_wake(&w->steps[i]);
    }
    sim_run(&w->loop, all_done, w);
}

static void play_sim(struct world *w)
{
    sim_map(CATALOG_PORT, mock_port(w->mock, MOCK_CATALOG), connecting, w);
    sim_map(S3_PORT, mock_port(w->mock, MOCK_S3), connecting, w);
    for (size_t i = 0; i < w->n_actors; i++)
        w->actors[i].fiber =
            sim_spawn(w->actors[i].name, fiber_body, &w->actors[i]);
    w->ended = sim_run(&w->loop, all_done, w);
    w->ended_ns = world_now_ns(w);
    if (w->ended != SIM_DONE)
        abandon(w);
    mock_calm(w->mock);
    w->calmed = sim_run(&w->loop, nothing_pending, w);
}

static int count_descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

static bool set_up(struct world *w, char why[200])
{
    if (uv_loop_init(&w->loop) != 0) {
        snprintf(why, 200, "libuv gave no loop");
        return false;
    }
    if (!make_mock(w, why))
        goto no_mock;
    if (!mock_listen(w->mock, why) || !arm_faults(w, why) ||
        !write_ca_file(w, why))
        goto no_listen;
    if (w->mutant && w->mutant->meddle)
        w->mutant->meddle(w->mock);
    w->epoch_ns = clock_ns(world_clock());
    fault_set_epoch(mock_faults(w->mock), w->epoch_ns);
    journal_reset(mock_journal(w->mock), w->epoch_ns);
    mock_on_phase(w->mock, on_phase, w);
    make_actors(w);
    for (size_t i = 0; i < w->n_actors; i++)
        actor_secrets(&w->actors[i], mock_secrets(w->mock));
    return true;
no_listen:
    mock_close(w->mock);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    mock_free(w->mock);
    w->mock = NULL;
no_mock:
    uv_loop_close(&w->loop);
    return false;
}

static void make_policy(struct world *w)
{
    w->policy = mem_alloc(sizeof *w->policy);
    *w->policy = ice_policy_default;
    if (w->mutant && w->mutant->change)
        w->mutant->change(w->policy);
}

bool world_run(struct world *w, const struct scenario *s,
               const struct mutant *mutant, enum run_mode mode, uint64_t seed,
               char why[200])
{
    memset(w, 0, sizeof *w);
    w->scenario = s;
    w->mutant = mutant;
    w->mode = mode;
    w->seed = seed;
    w->fds_before = count_descriptors();
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    w->secrets = secrets_new();
    make_policy(w);
    environment_set(w);
    if (mode == MODE_SIM)
        sim_begin(
            &(struct sim_options){.unix_ms = sim_epoch_unix_ms, .seed = seed});
    bool ok = set_up(w, why);
    if (ok && mode == MODE_SIM)
        play_sim(w);
    else if (ok)
        real_play(w);
    if (ok)
        return true;
    world_fini(w);
    return false;
}

void world_fini(struct world *w)
{
    for (size_t i = 0; i < w->n_actors; i++)
        actor_fini(&w->actors[i]);
    for (size_t i = 0; i < w->n_steps; i++) {
        struct step_record *r = &w->steps[i];
        ice_names_free(&r->names);
        for (size_t t = 0; t < r->n_tables; t++)
            ice_table_report_fini(&r->tables[t]);
        cJSON_Delete((cJSON *)r->metadata);
    }
    if (w->mock) {
        mock_close(w->mock);
        uv_run(&w->loop, UV_RUN_DEFAULT);
        mock_free(w->mock);
        uv_loop_close(&w->loop);
    }
    if (w->ca_file[0])
        unlink(w->ca_file);
    environment_restore(w);
    if (sim_on())
        sim_end();
    secrets_free(w->secrets);
    free(w->policy);
    free(w->logs);
    arena_fini(&w->arena);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->changed);
    w->fds_after = count_descriptors();
}
