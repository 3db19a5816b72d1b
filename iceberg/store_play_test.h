/* store_play_test: an ice_catalog whose store is a scripted peer, for tests.
 */
#ifndef ICEBERG_STORE_PLAY_TEST_H
#define ICEBERG_STORE_PLAY_TEST_H

#include "base/unit.h"
#include "iceberg/peer_test.h"
#include "iceberg/policy.h"
#include "iceberg/store.h"

#define URI "s3a://data-lake/a b/c+d.json"

/* 24 May 2013, the time of AWS's examples. */
static inline int64_t example_unix_ms(void *ctx)
{
    (void)ctx;
    return INT64_C(1369353600000);
}

static inline int64_t real_mono_ns(void *ctx)
{
    (void)ctx;
    return clock_ns(&clock_system);
}

static const struct clock example_clock = {real_mono_ns, example_unix_ms, NULL};

struct play {
    struct peer peer;
    struct ice_policy policy;
    struct ice_settings settings;
    struct ice_catalog *c;
    struct ice_error e;
    struct ice_scope scope;
    struct str got;
    const char *style, *session;
    bool by_name; /* endpoint "localhost" */
    char endpoint[64];
};

static inline const char *play_getenv(void *ctx, const char *name)
{
    const struct play *p = ctx;

    if (!strcmp(name, "S3_ENDPOINT"))
        return p->endpoint[0] ? p->endpoint : p->peer.url;
    if (!strcmp(name, "S3_ACCESS_KEY"))
        return "AKIAIOSFODNN7EXAMPLE";
    if (!strcmp(name, "S3_SECRET_KEY"))
        return "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    if (!strcmp(name, "S3_PATH_STYLE_ACCESS"))
        return p->style;
    if (!strcmp(name, "S3_SESSION_TOKEN"))
        return p->session;
    return NULL;
}

static inline void play_start(struct play *p, const struct peer_turn *t,
                              size_t n)
{
    struct ice_env env = {.clock = &example_clock, .policy = &p->policy};
    char why[320];

    p->policy = ice_policy_default;
    p->policy.backoff.base_ms = p->policy.backoff.max_ms = 0;
    p->policy.limits.read_attempts = 3;
    p->policy.settle.wait_ms = p->policy.settle.wait_max_ms = 0;
    peer_start(&p->peer, t, n);
    if (p->by_name)
        snprintf(p->endpoint, sizeof(p->endpoint),
                 "http://u:pw@localhost:%d/x/", p->peer.port);
    CU_ASSERT_EQUAL_FATAL(
        ice_settings_load(&p->settings, NULL, play_getenv, p, why), 0);
    CU_ASSERT_EQUAL_FATAL(ice_catalog_new(&p->c, &p->settings, &env, &p->e),
                          ICE_OK);
    ice__enter(p->c, &p->scope, 10000, &p->e);
    str_init(&p->got, 1 << 16);
}

/* Ends the play; the caller frees the requests. */
static inline char *play_end(struct play *p)
{
    char *all = peer_stop(&p->peer);

    ice__leave(&p->scope);
    ice_catalog_free(p->c);
    ice_settings_fini(&p->settings);
    str_fini(&p->got);
    return all;
}

#define REPLY(head, body)                                                      \
    {                                                                          \
        .reply = "HTTP/1.1 " head "\r\nConnection: close\r\n\r\n" body         \
    }
#define TEN REPLY("200 OK\r\nContent-Length: 10", "0123456789")

static inline bool has(const char *all, const char *part)
{
    bool yes = strstr(all, part) != NULL;

    if (!yes)
        fprintf(stderr, "no '%s' in:\n%s\n", part, all);
    return yes;
}

static inline size_t count(const char *all, const char *part)
{
    size_t n = 0;

    while ((all = strcasestr(all, part))) {
        n++;
        all++;
    }
    return n;
}

#endif
