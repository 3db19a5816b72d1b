/* operations: the table of what this server can do.
 *
 * A new operation is a row here and an act in a file of its own. Route
 * notation: "/", "/{bucket}" or "/{bucket}/{key}", then "?name" or
 * "?name=value" for a query that must be there. The first row that fits wins:
 * rows with a query stand before those without.
 */
#include <string.h>

#include "mocks/s3/internal.h"

#define OPERATIONS(ROW)                                                        \
    ROW("ListBuckets", "GET", "/", s3_list_buckets, false, NEEDS_NO_BUCKET,    \
        "names of all buckets")                                                \
    ROW("GetBucketLocation", "GET", "/{bucket}?location",                      \
        s3_get_bucket_location, false, 0, "the bucket's region")               \
    ROW("ListObjectsV2", "GET", "/{bucket}?list-type=2", s3_list_objects_v2,   \
        false, 0, "a page of keys")                                            \
    ROW("HeadBucket", "HEAD", "/{bucket}", s3_head_bucket, false, 0,           \
        "does the bucket exist")                                               \
    ROW("CreateBucket", "PUT", "/{bucket}", s3_create_bucket, true,            \
        NEEDS_NO_BUCKET, "makes an empty bucket")                              \
    ROW("DeleteBucket", "DELETE", "/{bucket}", s3_delete_bucket, true, 0,      \
        "removes an empty bucket")                                             \
    ROW("DeleteObjects", "POST", "/{bucket}?delete", s3_delete_objects, true,  \
        0, "removes up to 1000 objects")                                       \
    ROW("GetObject", "GET", "/{bucket}/{key}", s3_get_object, false, 0,        \
        "an object or a range of it")                                          \
    ROW("HeadObject", "HEAD", "/{bucket}/{key}", s3_get_object, false, 0,      \
        "an object's size and headers")                                        \
    ROW("PutObject", "PUT", "/{bucket}/{key}", s3_put_object, true, 0,         \
        "stores an object")                                                    \
    ROW("DeleteObject", "DELETE", "/{bucket}/{key}", s3_delete_object, true,   \
        0, "removes an object")

#define AS_OPERATION(name, method, route, act, writes, needs, doc)             \
    {name, method, route, s3_handle, writes, doc},
#define AS_ROW(name, method, route, act, writes, needs, doc) {name, act, needs},

const struct operation s3_operations[] = {OPERATIONS(AS_OPERATION){0}};
const struct s3_row s3_rows[] = {OPERATIONS(AS_ROW){0}};

/* The two tables have the same order. */
static const struct s3_row *row_of(const struct operation *op)
{
    return &s3_rows[op - s3_operations];
}

/* No empty segment, no "." and no ".." between the slashes. */
static bool plain_key(const char *key)
{
    const char *from = key;

    for (;;) {
        size_t n = strcspn(from, "/");

        if ((n == 0 && from[0]) || (n == 1 && from[0] == '.') ||
            (n == 2 && from[0] == '.' && from[1] == '.'))
            return false;
        if (!from[n])
            return true;
        from += n + 1;
    }
}

static bool names_ok(struct ask *c)
{
    struct exchange *x = c->x;
    const char *key = x->names.key;

    if (x->names.bucket && !s3_bucket_name_ok(slice_of(x->names.bucket))) {
        s3_error(x, "InvalidBucketName", NULL, "BucketName", x->names.bucket,
                 NULL);
        return false;
    }
    if (key && strlen(key) > S3_MAX_KEY) {
        s3_error(x, "KeyTooLongError", NULL, "Size",
                 arena_printf(&x->arena, "%zu", strlen(key)), "MaxSizeAllowed",
                 "1024", NULL);
        return false;
    }
    if (key && c->s->profile->plain_keys_only && !plain_key(key)) {
        s3_error(x, "XMinioInvalidObjectName", NULL, NULL);
        return false;
    }
    return true;
}

static bool bucket_is_there(struct ask *c)
{
    if (c->bucket || !c->x->names.bucket || c->row->needs & NEEDS_NO_BUCKET)
        return true;
    s3_error(c->x, "NoSuchBucket", NULL, NULL);
    return false;
}

static struct ask *ask_new(struct exchange *x, const struct s3_row *row)
{
    struct ask *c = arena_alloc(&x->arena, sizeof(*c));

    c->s = s3_of(x);
    c->x = x;
    c->r = x->request;
    c->a = &x->arena;
    c->row = row;
    c->user = S3_NOBODY;
    c->bucket_name = slice_of(x->names.bucket);
    c->key = slice_of(x->names.key);
    c->body = x->request->body;
    if (x->names.bucket)
        c->bucket = store_bucket(&c->s->store, c->bucket_name, x->stale);
    return c;
}

void s3_handle(struct exchange *x)
{
    const struct s3_row *row = row_of(x->op);
    struct ask *c = ask_new(x, row);

    if (ask_authenticate(c) && names_ok(c) && bucket_is_there(c))
        row->act(c);
}
