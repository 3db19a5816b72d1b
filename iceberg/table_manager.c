/* table_manager: the namespace and the five tables, through making.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "iceberg/store.h"
#include "iceberg/table_job.h"

const char *ice_table_name(const struct ice_catalog *c, enum ice_table_id t)
{
    if (t == ICE_TABLE_RAW)
        return c->settings->table_raw;
    if (t == ICE_TABLE_ERRORS)
        return c->settings->table_errors;
    return ice_tables[t].name;
}

/* ---- the namespace ---- */

static enum ice_found namespace_find(struct ice_making *m, enum ice_look by)
{
    bool exists = false;

    if (ice__rest_namespace_exists(m->c, ice__own_ns(m->c), by, &exists, m->e))
        return ICE_FOUND_NOT_TOLD;
    return exists ? ICE_FOUND_PRESENT : ICE_FOUND_ABSENT;
}

static int namespace_post(struct ice_making *m, enum ice_meaning *meaning,
                          bool *namespace_missing)
{
    *namespace_missing = false;
    return ice__rest_create_namespace(m->c, ice__own_ns(m->c), meaning, m->e);
}

static int namespace_verify(struct ice_making *m, enum ice_found *found)
{
    *found = ICE_FOUND_PRESENT;
    if (m->posts) /* else it was just found */
        *found = namespace_find(m, ICE_LOOK_GET);
    if (*found == ICE_FOUND_PRESENT)
        return ICE_OK;
    if (*found == ICE_FOUND_NOT_TOLD)
        return m->e->outcome;
    return ice__problem(m->c, m->e, m->c->policy->verify.missing_outcome,
                        m->ops->operation,
                        "%s is not there: the catalog answered its creation "
                        "and cannot load it",
                        m->what);
}

static const struct ice_making_ops namespace_ops = {
    .operation = "createNamespace",
    .find = namespace_find,
    .post = namespace_post,
    .verify = namespace_verify,
};

int ice_ensure_namespace_exists(struct ice_catalog *c, struct ice_error *e)
{
    struct ice_making m = {.c = c, .ops = &namespace_ops, .look_first = true};
    struct ice_scope scope;
    char what[160];
    int rc;

    m.e = ice__enter(c, &scope, c->limits.call_ms, e);
    snprintf(what, sizeof(what), "namespace %s", c->settings->database);
    m.what = what;
    rc = ice__make(&m);
    ice__leave(&scope);
    return rc;
}

/* ---- a table ---- */

static struct ice_table_job *job_of(struct ice_making *m)
{
    return m->ctx;
}

static enum ice_found table_find(struct ice_making *m, enum ice_look by)
{
    struct ice_table_job *job = job_of(m);
    bool exists = false;

    if (by != ICE_LOOK_HEAD)
        return ice__table_load(job, m->e);
    if (ice__rest_table_exists(m->c, ice__own_ns(m->c), job->name, by, &exists,
                               m->e))
        return ICE_FOUND_NOT_TOLD;
    return exists ? ICE_FOUND_PRESENT : ICE_FOUND_ABSENT;
}

/* A create that could not be verified afterwards is not sent. */
static int table_ready(struct ice_making *m)
{
    return m->c->policy->verify.file_exists ? ice__store_ready(m->c, m->e)
                                            : ICE_OK;
}

static int table_post(struct ice_making *m, enum ice_meaning *meaning,
                      bool *namespace_missing)
{
    struct ice_table_job *job = job_of(m);
    cJSON *request =
        ice_table_request(job->def, job->name, &m->c->policy->shape);
    int rc;

    cJSON_Delete(job->created);
    job->created = NULL;
    rc =
        ice__rest_create_table(m->c, ice__own_ns(m->c), job->name, request,
                               meaning, namespace_missing, &job->created, m->e);
    cJSON_Delete(request);
    return rc;
}

static int table_verify(struct ice_making *m, enum ice_found *found)
{
    const struct ice_verify_rules *rules = &m->c->policy->verify;
    struct ice_table_job *job = job_of(m);
    bool strict = m->made && job->created; /* without the create's answer it
                                              may be somebody else's: it is
                                              enough that it fits */

    if (!m->posts && !rules->existing_too) {
        *found = ICE_FOUND_PRESENT;
        return ICE_OK;
    }
    return ice__table_verify(job, m->posts > 0, strict, found, m->e);
}

static int table_is_view(struct ice_making *m, bool *yes)
{
    struct ice_error ignored; /* not told is not a view */

    *yes = false;
    memset(&ignored, 0, sizeof(ignored));
    return ice__rest_view_exists(m->c, ice__own_ns(m->c), job_of(m)->name, yes,
                                 &ignored);
}

static int table_drop(struct ice_making *m)
{
    return ice__rest_drop_table(m->c, ice__own_ns(m->c), job_of(m)->name, m->e);
}

static const struct ice_making_ops table_ops = {
    .operation = "createTable",
    .find = table_find,
    .ready = table_ready,
    .post = table_post,
    .verify = table_verify,
    .is_view = table_is_view,
    .drop = table_drop,
};

static void job_init(struct ice_table_job *job, struct ice_catalog *c,
                     enum ice_table_id t)
{
    memset(job, 0, sizeof(*job));
    job->c = c;
    job->def = &ice_tables[t];
    job->name = ice_table_name(c, t);
}

/* What was found out goes to the report, which may be NULL. */
static void job_fini(struct ice_table_job *job, struct ice_table_report *r)
{
    if (r) {
        r->differences = job->differences.item;
        r->n_differences = job->differences.n;
    } else {
        free(job->differences.item);
    }
    cJSON_Delete(job->loaded);
    cJSON_Delete(job->created);
}

static void report_init(struct ice_table_report *r, struct ice_catalog *c,
                        enum ice_table_id t)
{
    if (!r)
        return;
    memset(r, 0, sizeof(*r));
    r->table = t;
    snprintf(r->name, sizeof(r->name), "%s", ice_table_name(c, t));
}

static void report_outcome(struct ice_table_report *r, int rc,
                           const struct ice_error *e)
{
    if (!r)
        return;
    r->outcome = rc;
    if (rc)
        r->error = *e;
}

void ice_table_report_fini(struct ice_table_report *r)
{
    free(r->differences);
    r->differences = NULL;
    r->n_differences = 0;
}

static int make_table(struct ice_catalog *c, enum ice_table_id t,
                      bool look_first, struct ice_table_report *r,
                      struct ice_error *e)
{
    struct ice_making m = {.c = c, .ops = &table_ops};
    struct ice_table_job job;
    struct ice_scope scope;
    char what[160];
    int rc;

    m.e = ice__enter(c, &scope, c->limits.call_ms, e);
    report_init(r, c, t);
    job_init(&job, c, t);
    snprintf(what, sizeof(what), "table %s", job.name);
    m.what = what;
    m.ctx = &job;
    m.look_first = look_first;
    rc = ice__make(&m);
    report_outcome(r, rc, m.e);
    if (r)
        r->created = m.made;
    job_fini(&job, r);
    ice__leave(&scope);
    return rc;
}

int ice_create_table(struct ice_catalog *c, enum ice_table_id t,
                     struct ice_table_report *r, struct ice_error *e)
{
    return make_table(c, t, true, r, e);
}

int ice_create_health_data_raw_table(struct ice_catalog *c, struct ice_error *e)
{
    return make_table(c, ICE_TABLE_RAW, true, NULL, e);
}

int ice_create_health_data_errors_table(struct ice_catalog *c,
                                        struct ice_error *e)
{
    return make_table(c, ICE_TABLE_ERRORS, true, NULL, e);
}

int ice_create_health_data_daily_agg_table(struct ice_catalog *c,
                                           struct ice_error *e)
{
    return make_table(c, ICE_TABLE_DAILY, true, NULL, e);
}

int ice_create_health_data_weekly_agg_table(struct ice_catalog *c,
                                            struct ice_error *e)
{
    return make_table(c, ICE_TABLE_WEEKLY, true, NULL, e);
}

int ice_create_health_data_monthly_agg_table(struct ice_catalog *c,
                                             struct ice_error *e)
{
    return make_table(c, ICE_TABLE_MONTHLY, true, NULL, e);
}

int ice_verify_table(struct ice_catalog *c, enum ice_table_id t,
                     struct ice_table_report *r, struct ice_error *e)
{
    enum ice_found found;
    struct ice_table_job job;
    struct ice_scope scope;
    int rc;

    e = ice__enter(c, &scope, c->limits.call_ms, e);
    report_init(r, c, t);
    job_init(&job, c, t);
    rc = ice__table_verify(&job, false, false, &found, e);
    report_outcome(r, rc, e);
    job_fini(&job, r);
    ice__leave(&scope);
    return rc;
}

/* ---- all of them ---- */

/* From harmless to bad: what initialize returns when outcomes differ. */
static const int severity[] = {
    ICE_OK,       ICE_THROTTLED, ICE_TIMEOUT,  ICE_UNAVAILABLE, ICE_NOT_FOUND,
    ICE_EXISTS,   ICE_CONFLICT,  ICE_INVALID,  ICE_DENIED,      ICE_CONFIG,
    ICE_PROTOCOL, ICE_TLS,       ICE_MISMATCH, ICE_CANCELLED,   ICE_UNKNOWN,
};

static size_t badness(int outcome)
{
    size_t i = 0;

    while (i < sizeof(severity) / sizeof(severity[0]) && severity[i] != outcome)
        i++;
    return i;
}

static const struct ice_table_report *worst(const struct ice_init_report *r)
{
    const struct ice_table_report *w = &r->tables[0];

    for (int t = 1; t < ICE_TABLES; t++) {
        if (badness(r->tables[t].outcome) > badness(w->outcome))
            w = &r->tables[t];
    }
    return w;
}

static void ensure_namespace(struct ice_catalog *c, struct ice_init_report *r)
{
    r->namespace_outcome = ice_ensure_namespace_exists(c, &r->namespace_error);
}

static void make_tables(struct ice_catalog *c, struct ice_init_report *r)
{
    const struct ice_init_rules *rules = &c->policy->init;
    int rc = ICE_OK;

    for (int t = 0; t < ICE_TABLES; t++) {
        struct ice_error e;

        if (rc && !rules->go_on_after_failure) {
            report_init(&r->tables[t], c, (enum ice_table_id)t);
            r->tables[t].outcome = rc;
            continue;
        }
        rc = make_table(c, (enum ice_table_id)t, rules->skip_existing,
                        &r->tables[t], &e);
    }
}

static void share_worst(struct ice_init_report *r)
{
    int rc = worst(r)->outcome;

    for (int t = 0; t < ICE_TABLES; t++)
        r->tables[t].outcome = rc;
}

int ice_initialize_all_tables(struct ice_catalog *c, struct ice_init_report *r,
                              struct ice_error *e)
{
    const struct ice_init_rules *rules = &c->policy->init;
    struct ice_init_report own;
    struct ice_scope scope;
    int rc;

    if (!r)
        r = &own;
    memset(r, 0, sizeof(*r));
    e = ice__enter(c, &scope, c->limits.init_ms, e);
    if (rules->namespace_first)
        ensure_namespace(c, r);
    make_tables(c, r);
    if (!rules->namespace_first)
        ensure_namespace(c, r);
    if (!rules->own_outcomes)
        share_worst(r);
    rc = worst(r)->outcome;
    if (rc)
        *e = worst(r)->error;
    if (r == &own)
        ice_init_report_fini(&own);
    ice__leave(&scope);
    return rc;
}

void ice_init_report_fini(struct ice_init_report *r)
{
    for (int t = 0; t < ICE_TABLES; t++)
        ice_table_report_fini(&r->tables[t]);
}
