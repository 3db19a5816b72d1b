/* Idempotency keys: answers kept for a while and given again.
 *
 * Only with the option idempotency. Successes and those client errors that
 * would come again are kept, never a 5xx; a success is kept when its change
 * is published, so that a change that was dropped leaves no answer behind.
 */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/json.h"
#include "mocks/catalog/inside.h"

enum { KEY_LENGTH = 36, KEPT_MAX = 1000, KEPT_BYTES = 32 << 20 };

struct kept {
    UT_hash_handle hh;
    char key[KEY_LENGTH + 1];
    char *target; /* method and path */
    int status;
    char *type, *etag;   /* NULL: none */
    struct shared *text; /* that body is in: a version's, or its own; or NULL */
    struct slice body;
    int64_t until_ms;
};

static void forget(struct catalog *c, struct kept *e)
{
    /* NOLINTNEXTLINE(clang-analyzer-*): it cannot follow uthash */
    HASH_DEL(c->kept, e);
    c->n_kept--;
    c->kept_bytes -= e->body.len;
    free(e->target);
    shared_unref(e->text);
    free(e->type);
    free(e->etag);
    free(e);
}

void kept_clear(struct catalog *c)
{
    struct kept *e, *next;
    HASH_ITER(hh, c->kept, e, next)
    {
        forget(c, e);
    }
}

static bool is_uuid(struct slice s)
{
    if (s.len != KEY_LENGTH)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.p[i] != '-'
                 : !s.p[i] || !strchr("0123456789abcdefABCDEF", s.p[i]))
            return false;
    }
    return true;
}

/* The request's key; empty when there is none that counts. */
static struct slice key_of(const struct catalog *c, const struct exchange *x)
{
    if (c->o.idempotency_ms <= 0 || !x->op->writes)
        return (struct slice){0};
    return http_header(x->request, "idempotency-key");
}

static const char *target_of(struct exchange *x)
{
    return arena_printf(&x->arena, SLICE_FMT " " SLICE_FMT,
                        SLICE_ARG(x->request->method),
                        SLICE_ARG(x->request->path));
}

static struct kept *find(struct catalog *c, struct slice key)
{
    struct kept *e;
    HASH_FIND(hh, c->kept, key.p, key.len, e);
    if (!e || e->until_ms > clock_unix_ms(c->clock))
        return e;
    forget(c, e);
    return NULL;
}

static void answer_again(struct call *k, const struct kept *e)
{
    exchange_answer(k->x, e->status, e->type, e->body);
    if (e->etag)
        answer_set(&k->x->answer, &k->x->arena, "ETag", "%s", e->etag);
}

bool kept_answers(struct call *k)
{
    struct slice key = key_of(k->c, k->x);
    if (!key.p)
        return false;
    if (!is_uuid(key)) {
        fail(&k->f, "BadRequestException", "Invalid Idempotency-Key: %.*s",
             (int)(key.len < 100 ? key.len : 100), key.p);
        return true;
    }
    const struct kept *e = find(k->c, key);
    if (!e)
        return false;
    if (strcmp(e->target, target_of(k->x)) != 0)
        fail(&k->f, "UnprocessableEntityException",
             "Idempotency-Key was used for another operation: %.*s",
             (int)key.len, key.p);
    else
        answer_again(k, e);
    return true;
}

static bool comes_again(int status)
{
    static const int kept[] = {400, 404, 406, 409, 422};
    if (status >= 200 && status < 300)
        return true;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (kept[i] == status)
            return true;
    return false;
}

/* Room for one more under this key, kept for the lifetime. */
static struct kept *keep(struct catalog *c, struct slice key,
                         const char *target)
{
    if (c->n_kept >= KEPT_MAX)
        forget(c, c->kept); /* the oldest: the hash keeps their order */
    struct kept *e = mem_alloc(sizeof *e);
    memcpy(e->key, key.p, KEY_LENGTH);
    e->target = mem_strdup(target);
    e->until_ms = clock_unix_ms(c->clock) + c->o.idempotency_ms;
    /* NOLINTNEXTLINE(clang-analyzer-*): it cannot follow uthash */
    HASH_ADD(hh, c->kept, key, KEY_LENGTH, e);
    c->n_kept++;
    return e;
}

bool kept_reuse(struct catalog *c, const struct exchange *x)
{
    struct slice key = x->op ? key_of(c, x) : (struct slice){0};
    if (!key.p || !is_uuid(key) || find(c, key))
        return false;
    keep(c, key, "another operation");
    return true;
}

static char *copy(const char *z)
{
    return z ? mem_strdup(z) : NULL;
}

/* The body of a version is its text, which is there anyway. What is older goes
 * when it all gets too much; e is the youngest. */
static void keep_body(struct catalog *c, struct kept *e,
                      const struct exchange *x)
{
    const struct version *v = answered_version(x);
    struct kept *old, *next;
    e->body = x->answer.body;
    if (v && e->body.p == v->answer) {
        e->text = shared_ref(v->text);
    } else {
        struct str s;
        str_init(&s, e->body.len);
        if (e->body.len)
            str_adds(&s, e->body);
        e->text = shared_of(&s);
        e->body.p = e->text->p;
    }
    c->kept_bytes += e->body.len;
    HASH_ITER(hh, c->kept, old, next)
    {
        if (c->kept_bytes <= KEPT_BYTES || old == e)
            break;
        forget(c, old);
    }
}

void kept_remember(struct catalog *c, struct exchange *x)
{
    struct slice key = key_of(c, x);
    const struct answer *w = &x->answer;
    if (!key.p || !is_uuid(key) || !comes_again(w->status) || find(c, key))
        return;
    struct kept *e = keep(c, key, target_of(x));
    e->status = w->status;
    keep_body(c, e, x);
    e->type = copy(answer_get(w, "Content-Type"));
    e->etag = copy(answer_get(w, "ETag"));
}
