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
    ROW("ListBuckets", "GET", "/", s3_list_buckets, false,                     \
        "names of all buckets")                                                \
    ROW("GetBucketLocation", "GET", "/{bucket}?location",                      \
        s3_get_bucket_location, false, "the bucket's region")                  \
    ROW("ListObjectsV2", "GET", "/{bucket}?list-type=2", s3_list_objects_v2,   \
        false, "a page of keys")                                               \
    ROW("HeadBucket", "HEAD", "/{bucket}", s3_head_bucket, false,              \
        "does the bucket exist")                                               \
    ROW("CreateBucket", "PUT", "/{bucket}", s3_create_bucket, true,            \
        "makes an empty bucket")                                               \
    ROW("DeleteBucket", "DELETE", "/{bucket}", s3_delete_bucket, true,         \
        "removes an empty bucket")                                             \
    ROW("DeleteObjects", "POST", "/{bucket}?delete", s3_delete_objects, true,  \
        "removes up to 1000 objects")                                          \
    ROW("GetObject", "GET", "/{bucket}/{key}", s3_get_object, false,           \
        "an object or a range of it")                                          \
    ROW("HeadObject", "HEAD", "/{bucket}/{key}", s3_get_object, false,         \
        "an object's size and headers")                                        \
    ROW("PutObject", "PUT", "/{bucket}/{key}", s3_put_object, true,            \
        "stores an object")                                                    \
    ROW("DeleteObject", "DELETE", "/{bucket}/{key}", s3_delete_object, true,   \
        "removes an object")

#define AS_OPERATION(name, method, route, act, writes, doc)                    \
    {name, method, route, s3_handle, writes, doc},
#define AS_ROW(name, method, route, act, writes, doc) {name, act},

const struct operation s3_operations[] = {OPERATIONS(AS_OPERATION){0}};
const struct s3_row s3_rows[] = {OPERATIONS(AS_ROW){0}};

static const struct s3_row *row_of(const struct operation *op)
{
    const struct s3_row *row = s3_rows;

    while (row->name && strcmp(row->name, op->name) != 0)
        row++;
    return row->name ? row : NULL;
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

static bool names_ok(struct s3 *s, struct exchange *x)
{
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
    if (key && s->profile->plain_keys_only && !plain_key(key)) {
        s3_error(x, "XMinioInvalidObjectName", NULL, NULL);
        return false;
    }
    return true;
}

void s3_handle(struct exchange *x)
{
    struct s3 *s = s3_of(x);
    const struct s3_row *row = row_of(x->op);

    if (!row)
        s3_error(x, "NotImplemented", NULL, NULL);
    else if (s3_authenticate(s, x) && names_ok(s, x))
        row->act(s, x);
}
