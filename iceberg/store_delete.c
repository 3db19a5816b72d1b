/* store_delete: many objects of one bucket, a thousand a request.
 *
 * The answer's 200 says nothing: each key has its own result. Those that the
 * store could not delete just then go again with the next request; those that
 * it will not, or says nothing of, are left, and named.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/percent.h"
#include "iceberg/store_request.h"
#include "iceberg/store_xml.h"

enum { MOST_KEYS = 1000, MOST_XML = 4 << 20, MOST_TEXT = 4096 };

enum state { KEY_TO_DO, KEY_GONE, KEY_REFUSED };

struct one {
    const char *uri;
    struct slice key;
    enum state state;
    bool asked; /* in the request under way */
    bool told;  /* and its answer speaks of it */
    char code[64];
};

struct deleting {
    struct ice_catalog *c;
    struct slice bucket;
    struct one *one;
    size_t n, at;         /* at: where the next key of an answer likely is */
    struct str key, code; /* of the entry being read */
};

static const struct ice_policy *policy(const struct deleting *d)
{
    return d->c->policy;
}

/* ---- the request ---- */

/* False: nothing is left to ask for. */
static bool ask(struct deleting *d, struct str *xml)
{
    size_t n = 0;

    str_addz(xml, "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for (size_t i = 0; i < d->n; i++) {
        struct one *o = &d->one[i];

        o->asked = o->state == KEY_TO_DO && n < MOST_KEYS;
        if (!o->asked)
            continue;
        o->told = false;
        n++;
        str_addz(xml, "<Object><Key>");
        ice__xml_escape(xml, o->key);
        str_addz(xml, "</Key></Object>");
    }
    str_addz(xml, "</Delete>");
    return n > 0;
}

static void add_md5(struct ice_store_request *q)
{
    unsigned char md5[ICE_MD5_SIZE];
    struct str text;

    str_init(&text, 64);
    ice__md5(q->body, md5);
    base64_encode(&text, (struct slice){(const char *)md5, ICE_MD5_SIZE});
    ice__store_header(q, "Content-MD5", str_z(&text));
    str_fini(&text);
}

/* ---- the answer ---- */

/* Stores answer in the order they were asked in, mostly. */
static struct one *find(struct deleting *d)
{
    for (size_t k = 0; k < d->n; k++) {
        size_t i = (d->at + k) % d->n;

        if (!d->one[i].asked || !slice_eq(d->one[i].key, str_slice(&d->key)))
            continue;
        d->at = i + 1;
        return &d->one[i];
    }
    return NULL;
}

/* A code that would let a request go again lets the key go again. */
static bool passes(const struct deleting *d, const char *code)
{
    struct ice_seen s = {.event = ICE_EV_ANSWER,
                         .server = ICE_STORE_SERVER,
                         .status = ice_policy_code_status(policy(d), code),
                         .type = code};

    return policy(d)->rows[ice_policy_row(policy(d), &s)].read_again;
}

static void take_result(struct deleting *d, bool failed)
{
    struct one *o = find(d);

    if (!o)
        return;
    o->told = true;
    snprintf(o->code, sizeof(o->code), "%s", failed ? str_z(&d->code) : "");
    if (!failed || !strcmp(o->code, "NoSuchKey"))
        o->state = KEY_GONE;
    else if (!passes(d, o->code))
        o->state = KEY_REFUSED;
}

static bool take(void *ctx, const char *path, struct slice text)
{
    struct deleting *d = ctx;

    if (!strcmp(path, "Deleted/Key") || !strcmp(path, "Error/Key")) {
        str_reset(&d->key);
        str_adds(&d->key, text);
    } else if (!strcmp(path, "Error/Code")) {
        str_reset(&d->code);
        str_adds(&d->code, text);
    } else if (!strcmp(path, "Deleted")) {
        take_result(d, false);
    } else if (!strcmp(path, "Error")) {
        take_result(d, true);
    }
    return true;
}

static bool usable(struct ice_store_request *q, const struct ice_answer *a,
                   char why[160])
{
    if (!q->c->policy->store.account) /* 200 is 200 */
        return true;
    if (ice__xml_read(str_slice(&a->body), "DeleteResult", take, q->ctx))
        return true;
    snprintf(why, 160, "it is no result of deleting");
    return false;
}

static void believe_all(struct deleting *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->one[i].asked)
            d->one[i].state = KEY_GONE;
}

/* ---- all of them ---- */

static int one_request(struct deleting *d, bool *some, struct ice_error *e)
{
    struct ice_store_request q;
    struct ice_result result;
    struct str xml;
    int rc = ICE_OK;

    str_init(&xml, MOST_XML);
    *some = ask(d, &xml);
    if (!*some)
        goto out;
    ice__store_request_init(&q, d->c, ICE_STORE_DELETE_MANY,
                            &(struct ice_object_name){d->bucket, {"", 0}},
                            "delete=");
    q.body = str_slice(&xml);
    q.content_type = "application/xml";
    q.sum = true;
    if (policy(d)->store.checksums & ICE_SUM_SENT)
        add_md5(&q);
    q.usable = usable;
    q.ctx = d;
    rc = ice__store_send(&q, &result, e);
    if (!rc && !policy(d)->store.account)
        believe_all(d);
    ice__result_fini(&result);
    ice__store_request_fini(&q);
out:
    str_fini(&xml);
    return rc;
}

/* Those that were asked for and are still to do. */
static size_t count_open(const struct deleting *d)
{
    size_t n = 0;

    for (size_t i = 0; i < d->n; i++)
        n += d->one[i].asked && d->one[i].state == KEY_TO_DO;
    return n;
}

static void give_up_open(struct deleting *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->one[i].asked && d->one[i].state == KEY_TO_DO)
            d->one[i].state = KEY_REFUSED;
}

static int send_all(struct deleting *d, struct ice_error *e)
{
    int fruitless = 0, rc = ICE_OK;
    bool some = true;

    while (!rc && some) {
        rc = one_request(d, &some, e);
        if (rc || !some)
            break;
        if (!count_open(d)) {
            fruitless = 0;
        } else if (++fruitless >= policy(d)->store.deletes_most) {
            give_up_open(d);
            fruitless = 0;
        } else {
            rc = ice__wait(d->c,
                           ice_policy_backoff_ms(policy(d), fruitless,
                                                 rng_next_unit(&d->c->rng)));
            if (rc)
                ice__fail(d->c, e, rc,
                          ice__store_op_name(ICE_STORE_DELETE_MANY),
                          "%s while waiting to try again",
                          rc == ICE_CANCELLED ? "cancelled" : "out of time");
        }
    }
    return rc;
}

static size_t collect(const struct deleting *d, struct ice_names *left)
{
    size_t n = 0;

    for (size_t i = 0; i < d->n; i++) {
        if (d->one[i].state == KEY_GONE)
            continue;
        n++;
        if (!left)
            continue;
        left->name = mem_realloc(left->name, n * sizeof(char *));
        left->name[left->n++] = mem_strdup(d->one[i].uri);
    }
    return n;
}

static int outcome_of(const struct deleting *d, const struct one *o)
{
    struct ice_seen s = {.event = ICE_EV_ANSWER,
                         .server = ICE_STORE_SERVER,
                         .status = ice_policy_code_status(policy(d), o->code),
                         .type = o->code};

    if (!o->told || !o->code[0])
        return ICE_PROTOCOL;
    return policy(d)->rows[ice_policy_row(policy(d), &s)].outcome;
}

static int tell(struct deleting *d, size_t left, struct ice_error *e)
{
    const struct one *o = d->one;

    while (o->state == KEY_GONE)
        o++;
    return ice__fail(
        d->c, e, outcome_of(d, o), ice__store_op_name(ICE_STORE_DELETE_MANY),
        "%zu of %zu objects are left, the first %.200s: %s", left, d->n, o->uri,
        o->told ? o->code : "the store says nothing of it");
}

static int read_names(struct deleting *d, const char *const *uri,
                      struct ice_error *e)
{
    struct ice_object_name name = {{NULL, 0}, {NULL, 0}};

    for (size_t i = 0; i < d->n; i++) {
        bool ok = ice__store_name(uri[i], &name);

        if (ok && !i)
            d->bucket = name.bucket;
        if (!ok || !slice_eq(name.bucket, d->bucket))
            return ice__fail(d->c, e, ICE_INVALID,
                             ice__store_op_name(ICE_STORE_DELETE_MANY),
                             "%.200s is no object of %s", uri[i],
                             ok ? "that bucket" : "an S3 store");
        d->one[i].uri = uri[i];
        d->one[i].key = name.key;
    }
    return ICE_OK;
}

int ice_delete_objects(struct ice_catalog *c, const char *const *uri, size_t n,
                       struct ice_names *left, struct ice_error *e)
{
    struct ice_scope s;
    struct ice_error *own = ice__enter(c, &s, c->limits.call_ms, e);
    struct deleting d = {.c = c, .n = n};
    size_t still;
    int rc;

    if (left)
        memset(left, 0, sizeof(*left));
    d.one = mem_alloc((n + 1) * sizeof(*d.one));
    str_init(&d.key, MOST_TEXT);
    str_init(&d.code, MOST_TEXT);
    rc = read_names(&d, uri, own);
    if (!rc) {
        rc = send_all(&d, own);
        still = collect(&d, left);
        if (!rc && still)
            rc = tell(&d, still, own);
    }
    str_fini(&d.key);
    str_fini(&d.code);
    free(d.one);
    ice__leave(&s);
    return rc;
}
