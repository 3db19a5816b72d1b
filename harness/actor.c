/* An actor: one subject in the process, playing its steps on an ice_catalog
 * of its own, with plain blocking calls. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/rng.h"
#include "harness/real.h"
#include "harness/world.h"

/* ---- settings --------------------------------------------------------------
 */

/* What an actor's environment says when the scenario says nothing else. */
static const char *built_in(const struct actor *a, const char *name)
{
    const struct world *w = a->world;
    const char *catalog = mock_url(w->mock, MOCK_CATALOG);
    const char *s3 = mock_url(w->mock, MOCK_S3);
    const struct {
        const char *name, *value;
    } table[] = {
        {"ICEBERG_CATALOG_URI", catalog},
        {"S3_ENDPOINT", s3},
        {"S3_ACCESS_KEY", "icefault-access-key"},
        {"S3_SECRET_KEY", "icefault-secret-key-0123456789"},
        {"ICEBERG_CA_FILE", w->ca_file[0] ? w->ca_file : NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].name, name) == 0)
            return table[i].value;
    return NULL;
}

/* NULL in the scenario takes a setting away. */
static const char *setting(void *ctx, const char *name)
{
    const struct actor *a = ctx;
    const cJSON *item = json_get(a->overrides, name);
    if (!item)
        item = json_get(a->world->scenario->settings, name);
    if (item)
        return cJSON_IsString(item) ? item->valuestring : NULL;
    return built_in(a, name);
}

void actor_secrets(struct actor *a, struct secrets *to)
{
    struct ice_settings s;
    char why[320];
    if (ice_settings_load(&s, NULL, setting, a, why) != ICE_OK)
        return; /* the first step says why, and nothing is sent */
    ice_settings_secrets(&s, to);
    ice_settings_fini(&s);
    const cJSON *renewed;
    cJSON_ArrayForEach(renewed, a->world->scenario->renewed)
    {
        if (cJSON_IsString(renewed))
            secrets_add(to, slice_of(renewed->valuestring));
    }
}

/* ---- log -------------------------------------------------------------------
 */

static void sink(void *ctx, const struct log_line *line)
{
    struct actor *a = ctx;
    struct world *w = a->world;
    real_lock(w);
    if (w->n_logs == w->cap_logs) {
        w->cap_logs = w->cap_logs ? 2 * w->cap_logs : 64;
        w->logs = mem_realloc(w->logs, w->cap_logs * sizeof *w->logs);
    }
    w->logs[w->n_logs++] = (struct log_record){
        .at_ns = world_now_ns(w),
        .level = line->level,
        .actor = a->name,
        .module = arena_strdup(&w->arena, line->module),
        .message = arena_strdup(&w->arena, line->message),
    };
    real_unlock(w);
}

/* ---- steps ------------------------------------------------------------------
 */

static int table_id(const struct actor *a, const char *name)
{
    for (int t = 0; name && t < ICE_TABLES; t++) {
        enum ice_table_id id = (enum ice_table_id)t;
        if (strcmp(ice_table_name(a->catalog, id), name) == 0)
            return t;
    }
    return -1;
}

static int not_a_table(struct step_record *r)
{
    r->note = "the table of this step is none of the five";
    return ICE_INVALID;
}

static void keep_tables(struct actor *a, struct step_record *r, size_t n)
{
    r->tables = arena_alloc(&a->world->arena, n * sizeof *r->tables);
    r->n_tables = n;
}

static int do_connect(struct actor *a, struct step_record *r)
{
    return ice_connect(a->catalog, &r->error);
}

static int do_test_connection(struct actor *a, struct step_record *r)
{
    return ice_test_connection(a->catalog, &r->names, &r->error);
}

static int do_ensure_namespace(struct actor *a, struct step_record *r)
{
    return ice_ensure_namespace_exists(a->catalog, &r->error);
}

static int do_namespace_exists(struct actor *a, struct step_record *r)
{
    bool exists = false;
    int rc = ice_namespace_exists(a->catalog, &exists, &r->error);
    if (rc == ICE_OK)
        r->exists = exists;
    return rc;
}

static int do_list_tables(struct actor *a, struct step_record *r)
{
    return ice_list_tables(a->catalog, &r->names, &r->error);
}

static int do_table_exists(struct actor *a, struct step_record *r)
{
    bool exists = false;
    int rc = ice_table_exists(a->catalog, r->step->table, &exists, &r->error);
    if (rc == ICE_OK)
        r->exists = exists;
    return rc;
}

static int do_create_table(struct actor *a, struct step_record *r)
{
    int t = table_id(a, r->step->table);
    if (t < 0)
        return not_a_table(r);
    keep_tables(a, r, 1);
    return ice_create_table(a->catalog, (enum ice_table_id)t, &r->tables[0],
                            &r->error);
}

static int do_verify_table(struct actor *a, struct step_record *r)
{
    int t = table_id(a, r->step->table);
    if (t < 0)
        return not_a_table(r);
    keep_tables(a, r, 1);
    return ice_verify_table(a->catalog, (enum ice_table_id)t, &r->tables[0],
                            &r->error);
}

static int do_initialize(struct actor *a, struct step_record *r)
{
    struct ice_init_report report = {0};
    int rc = ice_initialize_all_tables(a->catalog, &report, &r->error);
    keep_tables(a, r, ICE_TABLES);
    memcpy(r->tables, report.tables, sizeof report.tables);
    return rc;
}

static int do_get_table(struct actor *a, struct step_record *r)
{
    struct ice_table *t = NULL;
    int rc = ice_get_table(a->catalog, r->step->table, &t, &r->error);
    if (rc == ICE_OK) {
        r->metadata = t->metadata;
        r->snapshot_id = t->current_snapshot_id;
        t->metadata = NULL;
        ice_table_free(t);
    }
    return rc;
}

static int do_wait(struct actor *a, struct step_record *r)
{
    if (a->world->mode == MODE_REAL) {
        real_sleep_ms(r->step->ms);
        return ICE_OK;
    }
    struct timespec t = {r->step->ms / 1000, r->step->ms % 1000 * 1000000};
    nanosleep(&t, NULL);
    return ICE_OK;
}

static int do_operator(struct actor *a, struct step_record *r)
{
    if (a->world->mode == MODE_REAL)
        real_operator(a->world, r);
    else
        operator_do(a->world, r);
    return r->outcome;
}

static int (*const verbs[STEP_VERBS])(struct actor *, struct step_record *) = {
    [STEP_CONNECT] = do_connect,
    [STEP_TEST_CONNECTION] = do_test_connection,
    [STEP_ENSURE_NAMESPACE_EXISTS] = do_ensure_namespace,
    [STEP_NAMESPACE_EXISTS] = do_namespace_exists,
    [STEP_LIST_TABLES] = do_list_tables,
    [STEP_TABLE_EXISTS] = do_table_exists,
    [STEP_CREATE_TABLE] = do_create_table,
    [STEP_INITIALIZE_ALL_TABLES] = do_initialize,
    [STEP_GET_TABLE] = do_get_table,
    [STEP_VERIFY_TABLE] = do_verify_table,
    [STEP_PUT_OBJECT] = actor_put,
    [STEP_GET_OBJECT] = actor_get,
    [STEP_HEAD_OBJECT] = actor_head,
    [STEP_LIST_OBJECTS] = actor_list,
    [STEP_DELETE_OBJECT] = actor_delete,
    [STEP_DELETE_OBJECTS] = actor_delete_many,
    [STEP_DROP_TABLE] = do_operator,
    [STEP_RIVAL_CREATE] = do_operator,
    [STEP_RIVAL_COMMIT] = do_operator,
    [STEP_UUID_SWAP] = do_operator,
    [STEP_SCHEMA_DRIFT] = do_operator,
    [STEP_LOSE_FILE] = do_operator,
    [STEP_RESTART] = do_operator,
    [STEP_WAIT] = do_wait,
};

/* ---- the catalog and its calls
 * ----------------------------------------------- */

/* As a program would that reads them anew from where it has them. */
static bool renewed_keys(void *ctx, struct ice_store_keys *keys)
{
    const struct actor *a = ctx;
    const cJSON *from = a->world->scenario->renewed;
    *keys = (struct ice_store_keys){json_str(from, "S3_ACCESS_KEY"),
                                    json_str(from, "S3_SECRET_KEY"),
                                    json_str(from, "S3_SESSION_TOKEN")};
    return true;
}

static bool open_catalog(struct actor *a, struct step_record *r)
{
    struct world *w = a->world;
    if (a->catalog)
        return true;
    char why[320] = "";
    r->error.outcome = ICE_CONFIG;
    if (!a->has_settings &&
        ice_settings_load(&a->settings, NULL, setting, a, why) != ICE_OK) {
        snprintf(r->error.cause, sizeof r->error.cause, "%s", why);
        return false;
    }
    a->has_settings = true;
    ice_settings_secrets(&a->settings, w->secrets);
    a->log = (struct log){.least = LOG_DEBUG,
                          .clock = world_clock(),
                          .secrets = w->secrets,
                          .encodings = w->policy->words.log_mask,
                          .sink = sink,
                          .ctx = a};
    struct ice_env env = {.clock = world_clock(),
                          .log = &a->log,
                          .secrets = w->secrets,
                          .policy = w->policy,
                          .seed = rng_hash(w->seed, a->name, 0, 0),
                          .renew_store_keys =
                              w->scenario->renewed ? renewed_keys : NULL,
                          .keys_ctx = a};
    if (ice_catalog_new(&a->catalog, &a->settings, &env, &r->error) != ICE_OK)
        return false;
    memset(&r->error, 0, sizeof r->error);
    return true;
}

struct canceller {
    struct actor *actor;
    int64_t ms;
    bool ended;
};

static void cancel_later(void *arg)
{
    struct canceller *c = arg;
    if (!sim_wait(c, c->ms))
        ice_cancel(c->actor->catalog);
    c->ended = true;
}

/* Runs the call with a cancel armed beside it. */
static int call_and_cancel(struct actor *a, struct step_record *r)
{
    if (a->world->mode == MODE_REAL) {
        struct real_alarm *alarm =
            real_alarm_new(a->catalog, r->step->cancel_after_ms);
        int rc = verbs[r->step->verb](a, r);
        real_alarm_free(alarm);
        return rc;
    }
    struct canceller *c = arena_alloc(&a->world->arena, sizeof *c);
    *c = (struct canceller){a, r->step->cancel_after_ms, false};
    sim_spawn("cancel", cancel_later, c);
    int rc = verbs[r->step->verb](a, r);
    sim_wake(c);
    return rc;
}

/* In simulation, what the step adds to the journal and the log lies between
 * these; in real time the mocks' thread owns the journal. */
static void mark(const struct world *w, uint64_t *seq, size_t *logs)
{
    if (w->mode != MODE_SIM)
        return;
    *seq = world_last_seq(w);
    *logs = w->n_logs;
}

static void call(struct actor *a, struct step_record *r)
{
    r->began_ns = world_now_ns(a->world);
    mark(a->world, &r->seq_from, &r->log_from);
    bool mine = r->step->verb < STEP_DROP_TABLE;
    if (mine && !open_catalog(a, r)) {
        r->outcome = ICE_CONFIG;
    } else {
        if (mine) {
            ice_catalog_uncancel(a->catalog);
            ice_set_deadline_ms(a->catalog, r->step->deadline_ms);
        }
        r->outcome = mine && r->step->cancel_after_ms >= 0
                         ? call_and_cancel(a, r)
                         : verbs[r->step->verb](a, r);
    }
    mark(a->world, &r->seq_to, &r->log_to);
    r->ended_ns = world_now_ns(a->world);
    r->ran = true;
}

static bool wait_for_moment(struct actor *a, struct step_record *r)
{
    struct world *w = a->world;
    size_t i = (size_t)(r - w->steps);
    if (w->mode == MODE_REAL)
        return real_wait_moment(w, i);
    while (w->moments[i] < (uint64_t)r->step->when.nth)
        sim_wait(r, -1);
    return w->moments[i] < UINT64_MAX / 2; /* else: given up */
}

static void wait_before(const struct actor *a, int64_t ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    if (a->world->mode == MODE_REAL)
        real_sleep_ms(ms);
    else
        nanosleep(&t, NULL);
}

void actor_play(struct actor *a)
{
    for (size_t i = 0; i < a->n_steps; i++) {
        struct step_record *r = a->steps[i];
        if (r->step->has_when && !wait_for_moment(a, r))
            break;
        if (r->step->after_ms > 0)
            wait_before(a, r->step->after_ms);
        call(a, r);
    }
    real_lock(a->world);
    a->done = true;
    real_unlock(a->world);
}

void actor_fini(struct actor *a)
{
    ice_catalog_free(a->catalog);
    if (a->has_settings)
        ice_settings_fini(&a->settings);
}
