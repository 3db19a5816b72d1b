/* store: see store.h. */
#include "mocks/s3/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* A guess at what a key costs beside its object: the tree's place and copy,
 * the entry and its stack. */
enum { KEY_COST = 160 };

/* Likewise a bucket: its name and two empty trees. */
enum { BUCKET_COST = 1024 };

/* ---- stacks of versions ---- */

static void stack_free(struct s3_stack *v)
{
    for (size_t i = 0; v && i < v->n; i++)
        object_unref(v->at[i]);
    free(v);
}

static struct s3_stack *stack_room(size_t n)
{
    struct s3_stack *v = mem_alloc(sizeof(*v) + n * sizeof(struct s3_object *));

    return v;
}

/* All of old but the version left out, with references of its own; put: what
 * comes on top, or in the place of the version left out. NULL: nothing is
 * left. */
static struct s3_stack *stack_with(const struct s3_stack *old,
                                   struct s3_object *put, bool in_place,
                                   uint64_t without)
{
    struct s3_stack *v = stack_room((old ? old->n : 0) + 1);

    if (put && !in_place)
        v->at[v->n++] = put;
    for (size_t i = 0; old && i < old->n; i++) {
        if (old->at[i]->version != without)
            v->at[v->n++] = object_ref(old->at[i]);
        else if (in_place)
            v->at[v->n++] = put;
    }
    if (v->n)
        return v;
    free(v);
    return NULL;
}

struct s3_object *stack_find(const struct s3_stack *v, uint64_t version)
{
    for (size_t i = 0; v && i < v->n; i++)
        if (v->at[i]->version == version)
            return v->at[i];
    return NULL;
}

struct s3_object *stack_current(const struct s3_stack *v)
{
    return v && v->at[0]->body ? v->at[0] : NULL;
}

/* ---- life cycle ---- */

/* Shared bytes learn whether they are what their first key holds. Once they
 * were not, they never are again: the key may go, and another take its place.
 */
static void note_place(const struct s3_entry *e, struct s3_stack *v, bool here)
{
    struct s3_object *o = stack_current(v);
    struct shared *owner = o ? body_owner(o->body) : NULL;

    if (owner && here && !owner->place) {
        owner->place = e;
        owner->in_place = true;
    } else if (owner && !here && owner->place == e) {
        owner->in_place = false;
        owner->place = owner;
    }
}

static void entry_free(void *value)
{
    struct s3_entry *e = value;

    note_place(e, e->now, false);
    stack_free(e->now);
    stack_free(e->before);
    e->bucket->memory->used -= KEY_COST + e->key.len;
    free(e);
}

static void upload_free(void *value)
{
    struct s3_upload *u = value;

    for (size_t i = 0; i < u->n_parts; i++)
        body_unref(u->parts[i].body);
    u->memory->used -= u->cost + u->n_parts * sizeof(*u->parts);
    free(u->parts);
    free(u);
}

static void bucket_free(void *value)
{
    struct s3_bucket *b = value;

    btree_free(b->objects, entry_free);
    btree_free(b->uploads, upload_free);
    for (int i = 0; i < DOCUMENTS; i++)
        bucket_set_document(b, (enum s3_document)i, NULL);
    b->memory->used -= BUCKET_COST;
    free(b);
}

void store_init(struct store *st, size_t cap_bytes)
{
    *st = (struct store){.buckets = btree_new(), .memory = {0, cap_bytes}};
}

void store_fini(struct store *st)
{
    btree_free(st->buckets, bucket_free);
    free(st->touched);
    *st = (struct store){0};
}

/* ---- looking ---- */

bool store_has_room(const struct store *st, size_t bytes)
{
    return bytes <= st->memory.cap && st->memory.used <= st->memory.cap - bytes;
}

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

struct s3_stack *store_view(const struct store *st, const struct s3_entry *e,
                            bool stale)
{
    return stale && e->changed == st->generation ? e->before : e->now;
}

struct s3_stack *store_versions(const struct store *st,
                                const struct s3_bucket *b, struct slice key,
                                bool stale)
{
    struct s3_entry *e = btree_get(b->objects, key);

    return e ? store_view(st, e, stale) : NULL;
}

struct s3_object *store_object(const struct store *st,
                               const struct s3_bucket *b, struct slice key,
                               bool stale)
{
    return stack_current(store_versions(st, b, key, stale));
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
    stack_free(e->before);
    e->before = NULL;
    if (e->now)
        return;
    e->bucket->memory->used -= KEY_COST + e->key.len;
    btree_remove(e->bucket->objects, e->key);
    free(e);
}

static void settle_buckets(struct store *st)
{
    struct s3_bucket *b = st->dying;

    st->dying = NULL;
    if (!b)
        return;
    btree_remove(st->buckets, b->name);
    bucket_free(b);
}

void store_begin(struct store *st)
{
    for (size_t i = 0; i < st->n_touched; i++)
        settle_entry(st->touched[i]);
    st->n_touched = 0;
    settle_buckets(st);
    st->generation++;
}

static struct slice own_key(const struct btree *t, struct slice key)
{
    struct btree_cursor c;

    btree_seek(t, key, false, &c);
    return c.key;
}

bool store_add_bucket(struct store *st, struct slice name, unsigned owner,
                      int64_t now_ms)
{
    struct s3_bucket *b;

    if (btree_get(st->buckets, name))
        return false;
    b = mem_alloc(sizeof(*b));
    b->objects = btree_new();
    b->uploads = btree_new();
    b->memory = &st->memory;
    b->created_ms = now_ms;
    b->owner = owner;
    b->born = st->generation;
    btree_set(st->buckets, name, b);
    b->name = own_key(st->buckets, name);
    st->memory.used += BUCKET_COST;
    return true;
}

void store_drop_bucket(struct store *st, struct slice name)
{
    struct s3_bucket *b = store_bucket(st, name, false);

    if (!b)
        return;
    b->died = st->generation;
    st->dying = b;
}

void bucket_set_document(struct s3_bucket *b, enum s3_document which,
                         const char *text)
{
    char *copy = text ? mem_strdup(text) : NULL;
    char *old = b->document[which];

    if (old)
        b->memory->used -= strlen(old) + 1;
    if (copy)
        b->memory->used += strlen(copy) + 1;
    free(old);
    b->document[which] = copy;
}

static void remember(struct store *st, struct s3_entry *e)
{
    if (st->n_touched == st->cap_touched) {
        st->cap_touched = 2 * st->cap_touched + 8;
        st->touched = mem_realloc(st->touched,
                                  st->cap_touched * sizeof(struct s3_entry *));
    }
    st->touched[st->n_touched++] = e;
}

/* Gives e another stack, which it takes over. */
static void turn(struct store *st, struct s3_entry *e, struct s3_stack *next)
{
    note_place(e, e->now, false);
    note_place(e, next, true);
    if (e->changed == st->generation) {
        stack_free(e->now); /* a second time in one change */
    } else {
        e->changed = st->generation;
        e->before = e->now;
        remember(st, e);
    }
    e->now = next;
}

/* Uploads of that key, if any, learn what happened to it. */
static void tell_uploads(struct s3_bucket *b, struct slice key, bool removed)
{
    struct btree_cursor c;
    bool more =
        btree_count(b->uploads) && btree_seek(b->uploads, key, false, &c);

    for (; more; more = btree_next(&c)) {
        struct s3_upload *u = c.value;

        if (!slice_eq(u->key, key))
            return;
        u->overtaken = u->overtaken || !removed;
        u->removed = u->removed || removed;
    }
}

static struct s3_entry *entry_of(struct s3_bucket *b, struct slice key)
{
    struct s3_entry *e = btree_get(b->objects, key);

    if (e)
        return e;
    e = mem_alloc(sizeof(*e));
    e->bucket = b;
    btree_set(b->objects, key, e);
    e->key = own_key(b->objects, key);
    b->memory->used += KEY_COST + key.len;
    return e;
}

static bool put(struct store *st, struct slice bucket, struct slice key,
                struct s3_object *o, bool in_place)
{
    struct s3_bucket *b = store_bucket(st, bucket, false);
    struct s3_entry *e;

    if (!b) {
        object_unref(o);
        return false;
    }
    e = entry_of(b, key);
    in_place = in_place && stack_find(e->now, o->version);
    turn(st, e, stack_with(e->now, o, in_place, o->version));
    if (!in_place)
        tell_uploads(b, e->key, !o->body);
    return true;
}

bool store_put(struct store *st, struct slice bucket, struct slice key,
               struct s3_object *o)
{
    return put(st, bucket, key, o, false);
}

bool store_replace(struct store *st, struct slice bucket, struct slice key,
                   struct s3_object *o)
{
    return put(st, bucket, key, o, true);
}

bool store_remove(struct store *st, struct slice bucket, struct slice key,
                  uint64_t version)
{
    struct s3_bucket *b = store_bucket(st, bucket, false);
    struct s3_entry *e = b ? btree_get(b->objects, key) : NULL;

    if (!e || !stack_find(e->now, version))
        return false;
    turn(st, e, stack_with(e->now, NULL, false, version));
    tell_uploads(b, e->key, true);
    return true;
}

/* ---- uploads ---- */

/* key NUL id, the id with its first byte first. */
static struct slice upload_at(struct str *out, struct slice key, uint64_t id)
{
    char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (char)(id >> (56 - 8 * i));
    str_init(out, key.len + 16);
    str_adds(out, key);
    str_addc(out, 0);
    str_add(out, bytes, sizeof(bytes));
    return str_slice(out);
}

struct s3_upload *store_upload(const struct s3_bucket *b, struct slice key,
                               uint64_t id)
{
    struct str text;
    struct s3_upload *u = btree_get(b->uploads, upload_at(&text, key, id));

    str_fini(&text);
    return u;
}

struct s3_upload *store_add_upload(struct store *st, struct s3_bucket *b,
                                   struct slice key, uint64_t id,
                                   struct slice headers)
{
    struct s3_upload *u = mem_alloc(sizeof(*u) + headers.len);
    struct str text;

    upload_at(&text, key, id);
    u->memory = &st->memory;
    u->id = id;
    if (headers.len)
        memcpy(u + 1, headers.p, headers.len);
    u->headers = (struct slice){(char *)(u + 1), headers.len};
    btree_set(b->uploads, str_slice(&text), u);
    u->at = own_key(b->uploads, str_slice(&text));
    u->key = (struct slice){u->at.p, key.len};
    u->cost = KEY_COST + sizeof(*u) + key.len + headers.len;
    st->memory.used += u->cost;
    str_fini(&text);
    return u;
}

void store_drop_upload(struct s3_bucket *b, struct s3_upload *u)
{
    btree_remove(b->uploads, u->at);
    upload_free(u);
}

/* Where number is, or should be. */
static size_t part_place(const struct s3_upload *u, unsigned number)
{
    size_t from = 0, to = u->n_parts;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (u->parts[middle].number < number)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

struct s3_upload_part *upload_part(const struct s3_upload *u, unsigned number)
{
    size_t i = part_place(u, number);

    return i < u->n_parts && u->parts[i].number == number ? &u->parts[i] : NULL;
}

void upload_put_part(struct s3_upload *u, const struct s3_upload_part *part)
{
    size_t i = part_place(u, part->number);

    if (i < u->n_parts && u->parts[i].number == part->number) {
        body_unref(u->parts[i].body);
        u->parts[i] = *part;
        return;
    }
    if (u->n_parts == u->cap_parts) {
        u->cap_parts = 2 * u->cap_parts + 4;
        u->parts = mem_realloc(u->parts, u->cap_parts * sizeof(*u->parts));
    }
    memmove(&u->parts[i + 1], &u->parts[i],
            (u->n_parts - i) * sizeof(*u->parts));
    u->parts[i] = *part;
    u->n_parts++;
    u->memory->used += sizeof(*part);
}

void upload_drop_part(struct s3_upload *u, struct s3_upload_part *part)
{
    size_t i = (size_t)(part - u->parts);

    body_unref(part->body);
    memmove(part, part + 1, (u->n_parts - i - 1) * sizeof(*part));
    u->n_parts--;
    u->memory->used -= sizeof(*part);
}

static bool is_of(const struct s3_upload *u, struct slice key)
{
    return !key.p || slice_eq(u->key, key);
}

struct s3_upload *store_last_upload(const struct s3_bucket *b, struct slice key)
{
    struct s3_upload *last = NULL;
    struct btree_cursor c;
    bool more = btree_seek(b->uploads, key, false, &c);

    for (; more && is_of(c.value, key); more = btree_next(&c))
        last = c.value;
    return last;
}

size_t store_count_uploads(const struct s3_bucket *b, struct slice key)
{
    const struct slice first = {"", 0};
    struct btree_cursor c;
    bool more = btree_seek(b->uploads, first, false, &c);
    size_t n = 0;

    for (; more; more = btree_next(&c))
        n += is_of(c.value, key);
    return n;
}
