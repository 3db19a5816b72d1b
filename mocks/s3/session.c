/* session: see session.h. */
#include "mocks/s3/session.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/percent.h"
#include "mocks/s3/internal.h"

enum { KEY_CHARS = 20, SECRET_CHARS = 40, OPAQUE_BYTES = 258 };

struct entry { /* one block of memory */
    struct s3_session session;
    size_t cost;
    UT_hash_handle hh;
};

struct sessions {
    struct entry *by_key; /* iterated in the order they were added */
    size_t n;
};

/* ---- drawing ---- */

static void draw_text(struct rng *r, const char *alphabet, size_t n, char *out)
{
    size_t letters = strlen(alphabet);

    for (size_t i = 0; i < n; i++)
        out[i] = alphabet[rng_next(r) % letters];
    out[n] = 0;
}

static void add_base64url(struct str *out, struct slice bytes)
{
    size_t from = out->len;

    base64_encode(out, bytes);
    for (size_t i = from; i < out->len; i++) {
        char c = out->p[i];

        out->p[i] = (char)(c == '+' ? '-' : c == '/' ? '_' : c);
        if (c == '=') {
            str_cut(out, i);
            return;
        }
    }
}

/* MinIO's: a JSON web token, sealed with its first user's secret. */
static void add_jwt(struct s3 *s, struct str *out, const struct s3_session *d)
{
    const char *root = user_of(s, 0)->secret;
    unsigned char seal[64];
    char claims[300];
    size_t n = 0;
    int len = snprintf(
        claims, sizeof(claims),
        "{\"accessKey\":\"%s\",\"exp\":%lld,\"parent\":\"%.128s\"}", d->key,
        (long long)(d->expires_ms / 1000), user_of(s, d->user)->key);

    add_base64url(out, SLICE_LIT("{\"alg\":\"HS512\",\"typ\":\"JWT\"}"));
    str_addc(out, '.');
    add_base64url(out, (struct slice){claims, (size_t)len});
    EVP_Q_mac(NULL, "HMAC", NULL, "SHA512", NULL, root, strlen(root),
              (const unsigned char *)out->p, out->len, seal, sizeof(seal), &n);
    str_addc(out, '.');
    add_base64url(out, (struct slice){(const char *)seal, n});
}

/* AWS's: nobody can say what is in it. */
static void add_opaque(struct rng *r, struct str *out)
{
    char bytes[OPAQUE_BYTES];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)rng_next(r);
    str_addz(out, "IQoJb3JpZ2luX2Vj");
    base64_encode(out, (struct slice){bytes, sizeof(bytes)});
}

void session_draw(struct s3 *s, const char *site, uint64_t number,
                  struct arena *a, struct s3_session *out)
{
    bool jwt = s->profile->session_is_jwt;
    char key[KEY_CHARS + 1], secret[SECRET_CHARS + 1];
    struct str token;
    struct rng r;

    rng_init(&r, rng_hash(s->seed, site, number, 0), site);
    if (jwt) {
        draw_text(&r, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", KEY_CHARS, key);
    } else {
        draw_text(&r, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", KEY_CHARS, key);
        memcpy(key, "ASIA", 4);
    }
    draw_text(&r,
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
              "0123456789+",
              SECRET_CHARS, secret);
    out->key = arena_strdup(a, key);
    out->secret = arena_strdup(a, secret);
    str_init(&token, 4096);
    if (jwt)
        add_jwt(s, &token, out);
    else
        add_opaque(&r, &token);
    out->token = arena_strdup(a, str_z(&token));
    str_fini(&token);
}

/* ---- keeping ---- */

static size_t cost_of(const struct s3_session *d)
{
    size_t n = sizeof(struct entry) + strlen(d->key) + strlen(d->secret) +
               strlen(d->token) + 3 + (d->policy ? strlen(d->policy) + 1 : 0);

    for (size_t i = 0; i < d->rights.only.n; i++)
        n += sizeof(char *) + strlen(((char **)d->rights.only.items)[i]) + 1;
    return n;
}

static const char *put_text(char **at, const char *text)
{
    size_t n = strlen(text) + 1;
    char *p = memcpy(*at, text, n);

    *at += n;
    return p;
}

static struct entry *entry_new(const struct s3_session *d)
{
    size_t cost = cost_of(d), n = d->rights.only.n;
    struct entry *e = mem_alloc(cost);
    const char **only = (const char **)(e + 1);
    char *at = (char *)(only + n);

    e->cost = cost;
    e->session = *d;
    e->session.rights.only.items = only;
    for (size_t i = 0; i < n; i++)
        only[i] = put_text(&at, ((char **)d->rights.only.items)[i]);
    e->session.key = put_text(&at, d->key);
    e->session.secret = put_text(&at, d->secret);
    e->session.token = put_text(&at, d->token);
    if (d->policy)
        e->session.policy = put_text(&at, d->policy);
    return e;
}

static void drop(struct s3 *s, struct entry *e)
{
    struct sessions *all = s->sessions;

    /* NOLINTNEXTLINE(clang-analyzer-*): it cannot follow uthash */
    HASH_DEL(all->by_key, e);
    all->n--;
    s->store.memory.used -= e->cost;
    free(e);
}

static bool is_over(const struct s3 *s, const struct s3_session *d)
{
    return d->expires_ms < clock_unix_ms(s->clock);
}

static void forget_expired(struct s3 *s)
{
    struct entry *e, *next;

    HASH_ITER(hh, s->sessions->by_key, e, next)
    {
        if (!is_over(s, &e->session))
            continue;
        if (s->secrets) {
            secrets_forget(s->secrets, slice_of(e->session.secret));
            secrets_forget(s->secrets, slice_of(e->session.token));
        }
        drop(s, e);
    }
}

static struct entry *find(const struct s3 *s, struct slice key)
{
    struct entry *e;

    HASH_FIND(hh, s->sessions->by_key, key.p, key.len, e);
    return e;
}

bool session_add(struct s3 *s, const struct s3_session *session)
{
    struct sessions *all = s->sessions;
    struct entry *e = find(s, slice_of(session->key));

    if (e)
        drop(s, e);
    if (all->n >= S3_MAX_SESSIONS)
        forget_expired(s);
    if (all->n >= S3_MAX_SESSIONS ||
        !store_has_room(&s->store, cost_of(session)))
        return false;
    e = entry_new(session);
    /* NOLINTNEXTLINE(clang-analyzer-*): it cannot follow uthash */
    HASH_ADD_KEYPTR(hh, all->by_key, e->session.key, strlen(e->session.key), e);
    all->n++;
    s->store.memory.used += e->cost;
    if (s->secrets) {
        secrets_add(s->secrets, slice_of(e->session.secret));
        secrets_add(s->secrets, slice_of(e->session.token));
    }
    return true;
}

const struct s3_session *session_find(const struct s3 *s, struct slice key)
{
    struct entry *e = find(s, key);

    return e ? &e->session : NULL;
}

static bool same_places(const struct s3_rights *a, const struct s3_rights *b)
{
    if (a->only.n != b->only.n)
        return false;
    for (size_t i = 0; i < a->only.n; i++)
        if (strcmp(((char **)a->only.items)[i], ((char **)b->only.items)[i]))
            return false;
    return true;
}

const struct s3_session *session_lent(const struct s3 *s,
                                      const struct s3_rights *rights,
                                      int64_t until_ms)
{
    struct entry *e, *next;

    HASH_ITER(hh, s->sessions->by_key, e, next)
    {
        if (e->session.lent && e->session.expires_ms >= until_ms &&
            same_places(&e->session.rights, rights))
            return &e->session;
    }
    return NULL;
}

const char *session_refusal(const struct s3 *s,
                            const struct s3_session *session, const char *token)
{
    size_t n = token ? strlen(token) : 0;

    if (!session)
        return token ? "InvalidToken" : NULL;
    if (s->profile->forgets_sessions && is_over(s, session))
        return "InvalidAccessKeyId";
    if (!token)
        return s->profile->tokenless_session;
    if (n != strlen(session->token) ||
        CRYPTO_memcmp(token, session->token, n) != 0)
        return "InvalidToken";
    return is_over(s, session) ? "ExpiredToken" : NULL;
}

size_t sessions_expire(struct s3 *s)
{
    int64_t now = clock_unix_ms(s->clock);
    struct entry *e, *next;
    size_t n = 0;

    HASH_ITER(hh, s->sessions->by_key, e, next)
    {
        if (is_over(s, &e->session))
            continue;
        e->session.expires_ms = now - 1;
        n++;
    }
    return n;
}

void sessions_each(struct s3 *s, void (*change)(struct s3_session *session))
{
    struct entry *e, *next;

    HASH_ITER(hh, s->sessions->by_key, e, next)
    {
        change(&e->session);
    }
}

/* ---- life ---- */

void sessions_init(struct s3 *s)
{
    const struct s3_given_session *given = s->o.sessions.items;

    s->sessions = mem_alloc(sizeof(*s->sessions));
    for (size_t i = 0; i < s->o.sessions.n; i++) {
        struct s3_session d = {
            .key = given[i].key,
            .secret = given[i].secret,
            .token = given[i].token,
            .user = given[i].user ? user_by_key(s, slice_of(given[i].user)) : 0,
            .expires_ms = clock_unix_ms(s->clock) + given[i].lifetime_ms,
            .rights = given[i].rights};

        session_add(s, &d);
    }
}

void sessions_fini(struct s3 *s)
{
    struct entry *e, *next;

    if (!s->sessions)
        return;
    HASH_ITER(hh, s->sessions->by_key, e, next)
    {
        drop(s, e);
    }
    free(s->sessions);
    s->sessions = NULL;
}
