/* catalog: the life of an ice_catalog, and the public calls that only read.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/percent.h"
#include "iceberg/rest.h"
#include "iceberg/store_keys.h"

enum { MOST_LEVELS = 32 };

/* ---- numbers: a setting that is not the default wins over the policy ---- */

static int64_t chosen(int64_t setting, int64_t usual, int64_t policy)
{
    return setting > 0 && setting != usual ? setting : policy;
}

static void set_limits(struct ice_catalog *c)
{
    const struct ice_settings *s = c->settings;
    const struct ice_limits *d = &ice_policy_default.limits;
    struct ice_policy *p = &c->own_policy;
    struct ice_limits *l = &p->limits;
    struct ice_backoff_rules *b = &p->backoff;

    l->connect_ms = chosen(s->connect_timeout_ms, d->connect_ms, l->connect_ms);
    l->first_byte_ms =
        chosen(s->first_byte_timeout_ms, d->first_byte_ms, l->first_byte_ms);
    l->idle_ms = chosen(s->idle_timeout_ms, d->idle_ms, l->idle_ms);
    l->request_ms = chosen(s->request_timeout_ms, d->request_ms, l->request_ms);
    l->call_ms = chosen(s->call_timeout_ms, d->call_ms, l->call_ms);
    l->init_ms = chosen(s->init_timeout_ms, d->init_ms, l->init_ms);
    l->read_attempts =
        (int)chosen(s->read_attempts, d->read_attempts, l->read_attempts);
    b->base_ms =
        chosen(s->backoff_ms, ice_policy_default.backoff.base_ms, b->base_ms);
    b->max_ms =
        chosen(s->backoff_max_ms, ice_policy_default.backoff.max_ms, b->max_ms);
    p->paging.pages_most =
        (int)chosen(s->list_pages, ice_policy_default.paging.pages_most,
                    p->paging.pages_most);
    p->store.list_pages_most =
        (int)chosen(s->list_pages, ice_policy_default.store.list_pages_most,
                    p->store.list_pages_most);
    c->limits = *l;
}

/* ---- names ---- */

/* Levels of "a.b\.c": "a" and "b.c". */
static void split_levels(struct ice_catalog *c, const char *z)
{
    struct str s;

    c->level = mem_alloc(MOST_LEVELS * sizeof(char *));
    str_init(&s, SIZE_MAX);
    for (;; z++) {
        if (*z == '\\' && z[1] == '.') {
            str_addc(&s, *++z);
        } else if (*z && (*z != '.' || c->n_levels == MOST_LEVELS - 1)) {
            str_addc(&s, *z);
        } else {
            c->level[c->n_levels++] = mem_strdup(str_z(&s));
            str_reset(&s);
            if (!*z)
                break;
        }
    }
    str_fini(&s);
}

void ice_names_free(struct ice_names *n)
{
    for (size_t i = 0; i < n->n; i++)
        free(n->name[i]);
    free(n->name);
    memset(n, 0, sizeof(*n));
}

/* ---- life ---- */

static void set_user_info(struct ice_catalog *c, char *info)
{
    struct str plain, coded;

    if (*info) {
        str_init(&plain, SIZE_MAX);
        str_init(&coded, SIZE_MAX);
        percent_decode(&plain, slice_of(info), false);
        base64_encode(&coded, str_slice(&plain));
        c->basic = str_detach(&coded);
        if (c->env.secrets) {
            secrets_add(c->env.secrets, slice_of(info));
            secrets_add(c->env.secrets, slice_of(c->basic));
        }
        str_fini(&plain);
    }
    free(info);
}

static void set_log(struct ice_catalog *c)
{
    static const struct log silent = {.least = LOG_ERROR};

    c->log = c->env.log ? *c->env.log : silent;
    c->log.encodings &= c->policy->words.log_mask;
    if (!c->log.secrets)
        c->log.secrets = c->env.secrets;
}

static void set_http(struct ice_catalog *c)
{
    const struct ice_policy *p = c->policy;
    struct ice_http_options o = {
        .clock = c->env.clock,
        .ca_file = c->settings->ca_file,
        .use_proxy = c->settings->use_proxy ||
                     p->transport.proxy == ICE_PROXY_FROM_ENVIRONMENT,
        .redirects = p->transport.redirects,
        .name_tls_check = p->transport.name_tls_check,
        .gunzip = p->transport.gunzip,
        .timers = p->transport.timers,
        .cancel = p->transport.cancel,
        .cancel_fd = c->cancel_fd,
        .body_bytes = p->limits.body_bytes,
        .head_bytes = p->limits.head_bytes,
    };

    c->http = ice__http_new(&o);
}

int ice_catalog_new(struct ice_catalog **out, const struct ice_settings *s,
                    const struct ice_env *env, struct ice_error *e)
{
    struct ice_catalog *c = mem_alloc(sizeof(*c));
    struct ice_error own;
    char *info = NULL;

    e = e ? e : &own;
    memset(e, 0, sizeof(*e));
    c->settings = s;
    c->env = *env;
    c->own_policy = env->policy ? *env->policy : ice_policy_default;
    c->policy = &c->own_policy;
    c->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    set_limits(c);
    set_log(c);
    rng_init(&c->rng, env->seed, "iceberg");
    set_http(c);
    split_levels(c, s->database ? s->database : "");
    if (env->secrets)
        ice_settings_secrets(s, env->secrets);
    if (s->catalog_uri)
        c->own_uri = ice__uri_base(s->catalog_uri,
                                   c->policy->words.hide_user_info, &info);
    set_user_info(c, info ? info : mem_strdup(""));
    if (c->cancel_fd < 0 || !c->own_uri) {
        ice__fail(c, e, ICE_CONFIG, "settings", "%s",
                  c->own_uri ? "no descriptor is left"
                             : "the catalog's URI is not set, or is no http "
                               "or https URI");
        ice_catalog_free(c);
        return ICE_CONFIG;
    }
    *out = c;
    return ICE_OK;
}

void ice_catalog_free(struct ice_catalog *c)
{
    unsigned release;

    if (!c)
        return;
    release = c->policy->transport.release;
    ice__http_free(c->http, !(release & ICE_RELEASE_CONNECTIONS));
    if (c->cancel_fd >= 0 && (release & ICE_RELEASE_CANCEL))
        close(c->cancel_fd);
    ice__config_fini(&c->config);
    ice__auth_fini(&c->auth);
    ice__store_keys_fini(&c->store);
    for (size_t i = 0; i < c->n_levels; i++)
        free(c->level[i]);
    free(c->level);
    free(c->own_uri);
    free(c->basic);
    free(c);
}

void ice_cancel(struct ice_catalog *c)
{
    static const uint64_t one = 1;
    int saved = errno;
    ssize_t n = write(c->cancel_fd, &one, sizeof(one));

    (void)n; /* full means cancelled already */
    errno = saved;
}

void ice_catalog_uncancel(struct ice_catalog *c)
{
    uint64_t count;
    ssize_t n = read(c->cancel_fd, &count, sizeof(count));

    (void)n;
}

void ice_set_deadline_ms(struct ice_catalog *c, int64_t ms)
{
    c->deadline_ms = ms;
}

/* ---- calls that only read ---- */

int ice_connect(struct ice_catalog *c, struct ice_error *e)
{
    struct ice_scope s;
    struct ice_error *own = ice__enter(c, &s, c->limits.call_ms, e);
    int rc = ice__connect_anew(c, own);

    ice__leave(&s);
    return rc;
}

int ice_test_connection(struct ice_catalog *c, struct ice_names *namespaces,
                        struct ice_error *e)
{
    struct ice_scope s;
    struct ice_names lent = {NULL, 0};
    struct ice_names *to = namespaces ? namespaces : &lent;
    struct ice_error *own = ice__enter(c, &s, c->limits.call_ms, e);
    int rc;

    memset(to, 0, sizeof(*to));
    rc = ice__connect_anew(c, own);
    if (rc == ICE_OK)
        rc = ice__rest_list_namespaces(c, to, own);
    ice_names_free(&lent);
    ice__leave(&s);
    return rc;
}

int ice_namespace_exists(struct ice_catalog *c, bool *exists,
                         struct ice_error *e)
{
    struct ice_scope s;
    struct ice_error *own = ice__enter(c, &s, c->limits.call_ms, e);
    int rc = ice__rest_namespace_exists(c, ice__own_ns(c), ICE_LOOK_HEAD,
                                        exists, own);

    ice__leave(&s);
    return rc;
}

int ice_list_tables(struct ice_catalog *c, struct ice_names *tables,
                    struct ice_error *e)
{
    struct ice_scope s;
    struct ice_error *own = ice__enter(c, &s, c->limits.call_ms, e);
    int rc = ice__rest_list_tables(c, ice__own_ns(c), tables, own);

    ice__leave(&s);
    return rc;
}

int ice_table_exists(struct ice_catalog *c, const char *table, bool *exists,
                     struct ice_error *e)
{
    struct ice_scope s;
    struct ice_error *own = ice__enter(c, &s, c->limits.call_ms, e);
    int rc = ice__rest_table_exists(c, ice__own_ns(c), table, ICE_LOOK_HEAD,
                                    exists, own);

    ice__leave(&s);
    return rc;
}

/* ---- a loaded table ---- */

static char *copy_or_null(const char *z)
{
    return z ? mem_strdup(z) : NULL;
}

static struct ice_table *make_table(const struct ice_catalog *c,
                                    const char *name, cJSON *body)
{
    struct ice_table *t = mem_alloc(sizeof(*t));
    cJSON *m = json_get(body, "metadata");

    t->metadata = cJSON_DetachItemViaPointer(body, m);
    t->name = mem_strdup(name);
    t->uuid = copy_or_null(json_str(m, "table-uuid"));
    t->location = copy_or_null(json_str(m, "location"));
    t->metadata_location = copy_or_null(json_str(body, "metadata-location"));
    t->format_version = (int)json_i64(m, "format-version", 0);
    t->current_snapshot_id =
        ice__metadata_int(c->policy, m, "current-snapshot-id", -1);
    return t;
}

int ice_get_table(struct ice_catalog *c, const char *table,
                  struct ice_table **out, struct ice_error *e)
{
    struct ice_scope s;
    struct ice_error *own = ice__enter(c, &s, c->limits.call_ms, e);
    cJSON *body = NULL;
    int rc = ice__rest_load_table(c, ice__own_ns(c), table, &body, NULL, own);

    *out = rc == ICE_OK ? make_table(c, table, body) : NULL;
    cJSON_Delete(body);
    ice__leave(&s);
    return rc;
}

void ice_table_free(struct ice_table *t)
{
    if (!t)
        return;
    free(t->name);
    free(t->uuid);
    free(t->location);
    free(t->metadata_location);
    cJSON_Delete(t->metadata);
    free(t);
}
