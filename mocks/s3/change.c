/* change: the prepared changes that most acts leave: an object put, a version
 * given other headers, a bucket another document.
 */
#include <string.h>

#include "mocks/s3/internal.h"

struct put { /* in the exchange's arena */
    struct ask *c;
    struct s3_object *object;
    struct slice key;
    bool in_place;
};

static void publish_put(struct exchange *x, void *ctx)
{
    struct put *p = ctx;
    struct store *st = &p->c->s->store;
    bool done;

    store_begin(st);
    done = p->in_place ? store_replace(st, p->c->bucket_name, p->key, p->object)
                       : store_put(st, p->c->bucket_name, p->key, p->object);
    if (done)
        return;
    x->change.failed = true; /* the bucket went in between */
    s3_error(x, "NoSuchBucket", NULL, NULL);
}

static void drop_put(void *ctx)
{
    object_unref(((struct put *)ctx)->object);
}

static struct put *put_new(struct ask *c, struct s3_object *o, bool in_place)
{
    struct put *p = arena_alloc(c->a, sizeof(*p));

    *p = (struct put){c, o, c->key, in_place};
    return p;
}

void object_put(struct ask *c, struct s3_object *o)
{
    ask_prepare(c, publish_put, drop_put, put_new(c, o, false),
                "stored s3://%s/%s, %zu bytes", c->bucket_name.p, c->key.p,
                object_bytes(o).len);
}

struct s3_object *object_with(struct ask *c, const struct s3_object *o,
                              struct slice headers)
{
    struct s3_object like = *o;

    like.headers = headers;
    if (like.body)
        body_ref(like.body);
    return object_new(&c->s->store.memory, &like);
}

void object_change(struct ask *c, const struct s3_object *o, const char *name,
                   const char *value, const char *verb)
{
    struct str headers;

    if (value && !ask_has_room(c, strlen(value)))
        return;
    str_init(&headers, o->headers.len + 2 * MAX_ATTRIBUTE);
    headers_copy(&headers, o->headers, name);
    if (value)
        headers_add(&headers, name, slice_of(value));
    ask_prepare(c, publish_put, drop_put,
                put_new(c, object_with(c, o, str_slice(&headers)), true),
                "%s s3://%s/%s", verb, c->bucket_name.p, c->key.p);
    str_fini(&headers);
}

/* ---- documents of buckets ---- */

struct document {
    struct ask *c;
    enum s3_document which;
    const char *text;
};

static void publish_document(struct exchange *x, void *ctx)
{
    struct document *d = ctx;
    struct s3_bucket *b =
        store_bucket(&d->c->s->store, d->c->bucket_name, false);

    if (b) {
        bucket_set_document(b, d->which, d->text);
        b->lockable = b->lockable || (d->which == DOCUMENT_LOCK && d->text);
        return;
    }
    x->change.failed = true;
    s3_error(x, "NoSuchBucket", NULL, NULL);
}

void bucket_change(struct ask *c, enum s3_document which, const char *text)
{
    struct document *d = arena_alloc(c->a, sizeof(*d));

    if (text && !ask_has_room(c, strlen(text)))
        return;
    *d = (struct document){c, which, text};
    ask_prepare(c, publish_document, NULL, d, "%s a document of s3://%s",
                text ? "set" : "removed", c->bucket_name.p);
}
