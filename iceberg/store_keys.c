/* store_keys: which keys, and what time it is where they count. */
#include "iceberg/store_keys.h"

#include <stdlib.h>
#include <string.h>

struct ice_store_keys ice__store_keys(const struct ice_catalog *c)
{
    const struct ice_store_state *s = &c->store;

    if (s->generation)
        return (struct ice_store_keys){s->access_key, s->secret_key,
                                       s->session_token};
    return (struct ice_store_keys){c->settings->s3_access_key,
                                   c->settings->s3_secret_key,
                                   c->settings->s3_session_token};
}

int64_t ice__store_unix_ms(const struct ice_catalog *c)
{
    return clock_unix_ms(c->env.clock) + c->store.skew_ms;
}

static void forget(char **secret)
{
    if (*secret)
        explicit_bzero(*secret, strlen(*secret));
    free(*secret);
    *secret = NULL;
}

void ice__store_keys_fini(struct ice_store_state *s)
{
    forget(&s->access_key);
    forget(&s->secret_key);
    forget(&s->session_token);
}

/* ---- the clock ---- */

static bool date_of(const struct ice_answer *a, int64_t *unix_ms)
{
    struct slice date = ice__answer_header(a, "Date");

    *unix_ms = date.len ? date_parse_http(date.p, date.len) : -1;
    return *unix_ms >= 0;
}

static bool can_correct(const struct ice_catalog *c, const struct ice_answer *a)
{
    int64_t date;

    return c->store.corrections < c->policy->store.renewals &&
           date_of(a, &date);
}

static int correct(struct ice_catalog *c, const struct ice_answer *a)
{
    int64_t date;

    if (!date_of(a, &date))
        return ICE_DENIED;
    c->store.skew_ms = date - clock_unix_ms(c->env.clock);
    c->store.corrections++;
    log_put(&c->log, LOG_WARN, "store",
            "the store's clock is %lld s ahead of ours: signing by its",
            (long long)(c->store.skew_ms / 1000));
    return ICE_OK;
}

/* ---- the keys ---- */

static void keep(struct ice_catalog *c, const struct ice_store_keys *k)
{
    struct ice_store_state *s = &c->store;
    struct ice_store_state fresh = {
        .access_key = mem_strdup(k->access_key),
        .secret_key = mem_strdup(k->secret_key),
        .session_token =
            k->session_token ? mem_strdup(k->session_token) : NULL};

    ice__store_keys_fini(s);
    s->access_key = fresh.access_key;
    s->secret_key = fresh.secret_key;
    s->session_token = fresh.session_token;
    s->generation++;
    if (!c->env.secrets)
        return;
    secrets_add(c->env.secrets, slice_of(s->access_key));
    secrets_add(c->env.secrets, slice_of(s->secret_key));
    if (s->session_token)
        secrets_add(c->env.secrets, slice_of(s->session_token));
}

bool ice__store_can_renew(const struct ice_catalog *c, enum ice_row row,
                          const struct ice_answer *a, unsigned generation)
{
    if (row == ICE_ROW_STORE_SKEWED)
        return can_correct(c, a);
    return c->env.renew_store_keys &&
           (generation < c->store.generation ||
            c->store.renewals < c->policy->store.renewals);
}

int ice__store_renew(struct ice_catalog *c, enum ice_row row,
                     const struct ice_answer *a, unsigned generation)
{
    struct ice_store_keys k = {NULL, NULL, NULL};

    if (row == ICE_ROW_STORE_SKEWED)
        return correct(c, a);
    if (generation < c->store.generation)
        return ICE_OK; /* another request has seen to it */
    c->store.renewals++;
    if (!c->env.renew_store_keys(c->env.keys_ctx, &k) || !k.access_key ||
        !k.secret_key)
        return ICE_DENIED;
    keep(c, &k);
    return ICE_OK;
}
