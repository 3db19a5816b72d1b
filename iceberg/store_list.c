/* store_list: a listing, page after page.
 *
 * A listing is whole or it is an error: a page that does not have as many
 * objects as it says is read again, a page token that came before, or more
 * pages than the policy allows, would never end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/percent.h"
#include "iceberg/store_request.h"
#include "iceberg/store_xml.h"

enum { MOST_QUERY = 32 << 10, MOST_KEY = 4096, MOST_PAGE_BYTES = 16 << 20 };

struct page { /* one answer */
    struct ice_listing part;
    struct str key; /* of the object being read */
    struct ice_object object;
    struct str next; /* token, "": none */
    bool truncated, coded;
    long long count; /* KeyCount; -1: not said */
    size_t groups;   /* CommonPrefixes, which count as well */
};

struct listing {
    struct ice_catalog *c;
    const struct ice_object_name *prefix;
    int most; /* objects a page; 0: the store's */
    struct ice_listing *out;
    char **seen; /* tokens so far */
    size_t n_seen;
    struct page page;
};

void ice_listing_free(struct ice_listing *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->object[i].key);
    free(l->object);
    memset(l, 0, sizeof(*l));
}

/* ---- one page ---- */

static void page_init(struct page *p)
{
    memset(p, 0, sizeof(*p));
    p->count = -1;
    str_init(&p->key, MOST_KEY);
    str_init(&p->next, MOST_KEY);
}

static void page_fini(struct page *p)
{
    ice_listing_free(&p->part);
    str_fini(&p->key);
    str_fini(&p->next);
}

static void add_object(struct page *p)
{
    struct ice_listing *l = &p->part;

    l->object = mem_realloc(l->object, (l->n + 1) * sizeof(*l->object));
    l->object[l->n].key = mem_strdup(str_z(&p->key));
    l->object[l->n++].object = p->object;
    str_reset(&p->key);
    memset(&p->object, 0, sizeof(p->object));
}

static void set(struct str *to, struct slice text)
{
    str_reset(to);
    str_adds(to, text);
}

static bool take_size(struct page *p, struct slice text)
{
    long long n;

    if (!slice_int64(text, &n) || n < 0)
        return false;
    p->object.bytes = n;
    return true;
}

static void take_etag(struct page *p, struct slice text)
{
    bool quoted = text.len && text.p[0] == '"';

    snprintf(p->object.etag, sizeof(p->object.etag), "%s" SLICE_FMT "%s",
             quoted ? "" : "\"", SLICE_ARG(text), quoted ? "" : "\"");
}

static bool take(void *ctx, const char *path, struct slice text)
{
    struct page *p = ctx;

    if (!strcmp(path, "Contents/Key"))
        set(&p->key, text);
    else if (!strcmp(path, "Contents/Size"))
        return take_size(p, text);
    else if (!strcmp(path, "Contents/ETag"))
        take_etag(p, text);
    else if (!strcmp(path, "Contents"))
        add_object(p);
    else if (!strcmp(path, "CommonPrefixes"))
        p->groups++;
    else if (!strcmp(path, "IsTruncated"))
        p->truncated = slice_eqz(text, "true");
    else if (!strcmp(path, "NextContinuationToken"))
        set(&p->next, text);
    else if (!strcmp(path, "EncodingType"))
        p->coded = slice_eqz(text, "url");
    else if (!strcmp(path, "KeyCount"))
        return slice_int64(text, &p->count);
    return !p->key.failed && !p->next.failed;
}

/* encoding-type=url: keys may hold what XML cannot. */
static bool decode_keys(struct page *p)
{
    for (size_t i = 0; p->coded && i < p->part.n; i++) {
        struct str plain;
        bool ok;

        str_init(&plain, MOST_KEY);
        ok = percent_decode(&plain, slice_of(p->part.object[i].key), true);
        free(p->part.object[i].key);
        p->part.object[i].key = mem_strdup(str_z(&plain));
        str_fini(&plain);
        if (!ok)
            return false;
    }
    return true;
}

static bool usable_page(struct ice_store_request *q, const struct ice_answer *a,
                        char why[160])
{
    struct page *p = q->ctx;
    size_t has;

    page_fini(p);
    page_init(p);
    if (!ice__xml_read(str_slice(&a->body), "ListBucketResult", take, p) ||
        !decode_keys(p)) {
        snprintf(why, 160, "it is no list of objects");
        return false;
    }
    has = p->part.n + p->groups;
    if (q->c->policy->store.list_counted && p->count >= 0 &&
        (unsigned long long)p->count != has) {
        snprintf(why, 160, "it says that it has %lld objects, and has %zu",
                 p->count, has);
        return false;
    }
    if (!p->truncated || p->next.len)
        return true;
    snprintf(why, 160, "it says that there is more, and not where");
    return false;
}

static void add_query(struct str *out, const struct listing *l,
                      const char *token)
{
    str_addz(out, "encoding-type=url&list-type=2&prefix=");
    percent_encode(out, l->prefix->key, "");
    if (l->most > 0)
        str_addf(out, "&max-keys=%d", l->most);
    if (!token)
        return;
    str_addz(out, "&continuation-token=");
    percent_encode(out, slice_of(token), "");
}

static int one_page(struct listing *l, const char *token, struct ice_error *e)
{
    struct ice_store_request q;
    struct ice_result result;
    struct str query;
    int rc;

    str_init(&query, MOST_QUERY);
    add_query(&query, l, token);
    ice__store_request_init(
        &q, l->c, ICE_STORE_LIST,
        &(struct ice_object_name){l->prefix->bucket, {"", 0}}, str_z(&query));
    q.most = MOST_PAGE_BYTES;
    q.usable = usable_page;
    q.ctx = &l->page;
    rc = ice__store_send(&q, &result, e);
    ice__result_fini(&result);
    ice__store_request_fini(&q);
    str_fini(&query);
    return rc;
}

/* ---- all of them ---- */

static void take_part(struct listing *l)
{
    struct ice_listing *to = l->out, *from = &l->page.part;

    to->object =
        mem_realloc(to->object, (to->n + from->n + 1) * sizeof(*to->object));
    if (from->n)
        memcpy(to->object + to->n, from->object, from->n * sizeof(*to->object));
    to->n += from->n;
    from->n = 0; /* the keys are the listing's now */
}

static bool seen_before(const struct listing *l, const char *token)
{
    for (size_t i = 0; i < l->n_seen; i++)
        if (!strcmp(l->seen[i], token))
            return true;
    return false;
}

/* ICE_OK: *token (owned by seen) is the next page's, or NULL at the end. */
static int next_token(struct listing *l, const char **token,
                      struct ice_error *e)
{
    const struct ice_store_rules *p = &l->c->policy->store;
    const char *name = ice__store_op_name(ICE_STORE_LIST);

    *token = NULL;
    if (!l->page.truncated || !p->list_follow)
        return ICE_OK;
    if (p->list_stop_at_repeat && seen_before(l, str_z(&l->page.next)))
        return ice__fail(l->c, e, ICE_PROTOCOL, name,
                         "the store gave a page token a second time, after "
                         "%zu pages",
                         l->n_seen + 1);
    if (p->list_bounded && l->n_seen + 1 >= (size_t)p->list_pages_most)
        return ice__fail(l->c, e, ICE_PROTOCOL, name,
                         "the listing does not end: %zu pages, %zu objects",
                         l->n_seen + 1, l->out->n);
    l->seen = mem_realloc(l->seen, (l->n_seen + 1) * sizeof(char *));
    *token = l->seen[l->n_seen++] = mem_strdup(str_z(&l->page.next));
    return ICE_OK;
}

static int list(struct listing *l, struct ice_error *e)
{
    const char *token = NULL;
    int rc;

    do {
        rc = one_page(l, token, e);
        if (!rc) {
            take_part(l);
            rc = next_token(l, &token, e);
        }
    } while (!rc && token);
    if (rc && l->out->n && !l->c->policy->store.list_part_is_error)
        rc = ICE_OK;
    if (rc)
        ice_listing_free(l->out);
    for (size_t i = 0; i < l->n_seen; i++)
        free(l->seen[i]);
    free(l->seen);
    page_fini(&l->page);
    return rc;
}

int ice_list_objects(struct ice_catalog *c, const char *prefix, int page,
                     struct ice_listing *out, struct ice_error *e)
{
    struct ice_scope s;
    struct ice_error *own = ice__enter(c, &s, c->limits.call_ms, e);
    struct ice_object_name name;
    struct listing l = {.c = c, .prefix = &name, .most = page, .out = out};
    int rc;

    memset(out, 0, sizeof(*out));
    page_init(&l.page);
    if (ice__store_prefix(prefix, &name))
        rc = list(&l, own);
    else
        rc = ice__fail(c, own, ICE_INVALID, ice__store_op_name(ICE_STORE_LIST),
                       "%.200s is in no S3 store", prefix);
    ice__leave(&s);
    return rc;
}
