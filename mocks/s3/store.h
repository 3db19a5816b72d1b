/* store: buckets and objects, in key order.
 *
 * Objects never change once they are made: a PUT puts another in the place,
 * and an answer under way holds its own reference. store_begin starts one
 * change; what it touches keeps, until the next change begins, what was there
 * before, which is what a stale look-up sees.
 */
#ifndef MOCKS_S3_STORE_H
#define MOCKS_S3_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/btree.h"
#include "base/clock.h"
#include "base/str.h"
#include "mocks/s3/digest.h"

struct s3_object { /* one block of memory, counted */
    unsigned refs;
    int64_t modified_ms;
    char modified[DATE_HTTP_SIZE];
    char etag[MD5_HEX]; /* md5 of the bytes, without the quotes */
    struct slice bytes;
    struct slice headers; /* name NUL value NUL ..., kept as they came */
};

/* A new object with one reference; copies bytes and headers. */
struct s3_object *object_new(struct digests *d, struct slice bytes,
                             struct slice headers, int64_t now_ms);
struct s3_object *object_ref(struct s3_object *o);
void object_unref(void *object); /* void: it serves as answer.release */
/* Steps through headers from *at = 0; false at the end. */
bool object_header(const struct s3_object *o, size_t *at, const char **name,
                   const char **value);

struct s3_bucket {
    struct slice name;
    int64_t created_ms;
    struct btree *objects; /* of struct s3_entry */
    uint64_t born, died;   /* generations; died 0: it lives */
};

struct s3_entry {
    struct slice key;
    struct s3_bucket *bucket;
    struct s3_object *now, *before; /* NULL: no object */
    uint64_t changed;               /* generation; before counts in it only */
};

struct store {
    struct btree *buckets;
    uint64_t generation;
    struct s3_entry **touched; /* by the last change */
    size_t n_touched, cap_touched;
};

void store_init(struct store *st);
void store_fini(struct store *st);

struct s3_bucket *store_bucket(const struct store *st, struct slice name,
                               bool stale); /* or NULL */
bool store_bucket_visible(const struct store *st, const struct s3_bucket *b,
                          bool stale);
/* The object (borrowed), or NULL. */
struct s3_object *store_object(const struct store *st,
                               const struct s3_bucket *b, struct slice key,
                               bool stale);
struct s3_object *store_view(const struct store *st, const struct s3_entry *e,
                             bool stale);
bool store_bucket_empty(const struct s3_bucket *b);

/* ---- changes, all after one store_begin ---- */
void store_begin(struct store *st);
bool store_add_bucket(struct store *st, struct slice name, int64_t now_ms);
void store_drop_bucket(struct store *st, struct slice name);
/* Takes over the reference. False, and the object is released, when there is
 * no such bucket. */
bool store_put(struct store *st, struct slice bucket, struct slice key,
               struct s3_object *o);
bool store_remove(struct store *st, struct slice bucket, struct slice key);

#endif
