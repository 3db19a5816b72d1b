/* store: see store.h. */
#include "mocks/s3/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* ---- objects ---- */

struct s3_object *object_new(struct digests *d, struct slice bytes,
                             struct slice headers, int64_t now_ms)
{
    struct s3_object *o = mem_alloc(sizeof(*o) + bytes.len + headers.len);
    char *data = (char *)(o + 1);
    uint8_t md5[MD5_SIZE];

    o->refs = 1;
    o->modified_ms = now_ms;
    date_http(now_ms, o->modified);
    digest_md5(d, bytes, md5);
    digest_hex(md5, sizeof(md5), o->etag);
    if (bytes.len)
        memcpy(data, bytes.p, bytes.len);
    if (headers.len)
        memcpy(data + bytes.len, headers.p, headers.len);
    o->bytes = (struct slice){data, bytes.len};
    o->headers = (struct slice){data + bytes.len, headers.len};
    return o;
}

struct s3_object *object_ref(struct s3_object *o)
{
    o->refs++;
    return o;
}

void object_unref(void *object)
{
    struct s3_object *o = object;

    if (o && --o->refs == 0)
        free(o);
}

bool object_header(const struct s3_object *o, size_t *at, const char **name,
                   const char **value)
{
    if (*at >= o->headers.len)
        return false;
    *name = o->headers.p + *at;
    *value = *name + strlen(*name) + 1;
    *at = (size_t)(*value - o->headers.p) + strlen(*value) + 1;
    return true;
}

/* ---- life cycle ---- */

static void entry_free(void *value)
{
    struct s3_entry *e = value;

    object_unref(e->now);
    object_unref(e->before);
    free(e);
}

static void bucket_free(void *value)
{
    struct s3_bucket *b = value;

    btree_free(b->objects, entry_free);
    free(b);
}

void store_init(struct store *st)
{
    *st = (struct store){.buckets = btree_new()};
}

void store_fini(struct store *st)
{
    btree_free(st->buckets, bucket_free);
    free(st->touched);
    *st = (struct store){0};
}

/* ---- looking ---- */

bool store_bucket_visible(const struct store *st, const struct s3_bucket *b,
                          bool stale)
{
    if (!stale)
        return b->died == 0;
    return b->born != st->generation &&
           (b->died == 0 || b->died == st->generation);
}

struct s3_bucket *store_bucket(const struct store *st, struct slice name,
                               bool stale)
{
    struct s3_bucket *b = btree_get(st->buckets, name);

    return b && store_bucket_visible(st, b, stale) ? b : NULL;
}

struct s3_object *store_view(const struct store *st, const struct s3_entry *e,
                             bool stale)
{
    return stale && e->changed == st->generation ? e->before : e->now;
}

struct s3_object *store_object(const struct store *st,
                               const struct s3_bucket *b, struct slice key,
                               bool stale)
{
    struct s3_entry *e = btree_get(b->objects, key);

    return e ? store_view(st, e, stale) : NULL;
}

bool store_bucket_empty(const struct s3_bucket *b)
{
    struct btree_cursor c;
    bool more = btree_seek(b->objects, (struct slice){NULL, 0}, false, &c);

    for (; more; more = btree_next(&c))
        if (((struct s3_entry *)c.value)->now)
            return false;
    return true;
}

/* ---- changing ---- */

static void settle_entry(struct s3_entry *e)
{
    object_unref(e->before);
    e->before = NULL;
    if (e->now)
        return;
    btree_remove(e->bucket->objects, e->key);
    free(e);
}

static void settle_buckets(struct store *st)
{
    struct btree_cursor c;
    bool more = btree_seek(st->buckets, (struct slice){NULL, 0}, false, &c);

    for (; more; more = btree_next(&c)) {
        struct s3_bucket *b = c.value;

        if (b->died != st->generation)
            continue;
        btree_remove(st->buckets, b->name);
        bucket_free(b);
        return; /* one change drops one bucket at most */
    }
}

void store_begin(struct store *st)
{
    for (size_t i = 0; i < st->n_touched; i++)
        settle_entry(st->touched[i]);
    st->n_touched = 0;
    if (st->generation)
        settle_buckets(st);
    st->generation++;
}

static struct slice own_key(const struct btree *t, struct slice key)
{
    struct btree_cursor c;

    btree_seek(t, key, false, &c);
    return c.key;
}

bool store_add_bucket(struct store *st, struct slice name, int64_t now_ms)
{
    struct s3_bucket *b;

    if (btree_get(st->buckets, name))
        return false;
    b = mem_alloc(sizeof(*b));
    b->objects = btree_new();
    b->created_ms = now_ms;
    b->born = st->generation;
    btree_set(st->buckets, name, b);
    b->name = own_key(st->buckets, name);
    return true;
}

void store_drop_bucket(struct store *st, struct slice name)
{
    struct s3_bucket *b = store_bucket(st, name, false);

    if (b)
        b->died = st->generation;
}

/* Makes ready for another object in e's place. */
static void touch(struct store *st, struct s3_entry *e)
{
    if (e->changed == st->generation) {
        object_unref(e->now); /* a second time in one change */
        return;
    }
    e->changed = st->generation;
    e->before = e->now;
    if (st->n_touched == st->cap_touched) {
        st->cap_touched = 2 * st->cap_touched + 8;
        st->touched = mem_realloc(st->touched,
                                  st->cap_touched * sizeof(struct s3_entry *));
    }
    st->touched[st->n_touched++] = e;
}

bool store_put(struct store *st, struct slice bucket, struct slice key,
               struct s3_object *o)
{
    struct s3_bucket *b = store_bucket(st, bucket, false);
    struct s3_entry *e;

    if (!b) {
        object_unref(o);
        return false;
    }
    e = btree_get(b->objects, key);
    if (!e) {
        e = mem_alloc(sizeof(*e));
        e->bucket = b;
        btree_set(b->objects, key, e);
        e->key = own_key(b->objects, key);
    }
    touch(st, e);
    e->now = o;
    return true;
}

bool store_remove(struct store *st, struct slice bucket, struct slice key)
{
    struct s3_bucket *b = store_bucket(st, bucket, false);
    struct s3_entry *e = b ? btree_get(b->objects, key) : NULL;

    if (!e || !e->now)
        return false;
    touch(st, e);
    e->now = NULL;
    return true;
}
