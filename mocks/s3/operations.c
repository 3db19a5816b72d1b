/* operations: the table of what this server can do.
 *
 * A new operation is a row here and an act in a file of its own. Route
 * notation: "/", "/{bucket}" or "/{bucket}/{key}", then "?name" or
 * "?name=value" for a query that must be there, then " if NAME" for a header
 * that must be. The first row that fits wins: the particular ones stand before
 * the plain ones.
 */
#include <string.h>

#include "mocks/s3/internal.h"

#define B "/{bucket}"
#define K "/{bucket}/{key}"
#define COPY " if x-amz-copy-source"

/* clang-format off */
/* name, method, route, act, writes, needs, doc */
#define OPERATIONS(ROW)                                                        \
    ROW("ListBuckets", "GET", "/", s3_list_buckets, false, NEEDS_NO_BUCKET, "names of all buckets") \
    ROW("GetBucketLocation", "GET", B "?location", s3_get_bucket_location, false, 0, "the bucket's region") \
    ROW("GetBucketVersioning", "GET", B "?versioning", s3_get_bucket_versioning, false, 0, "is it versioned") \
    ROW("PutBucketVersioning", "PUT", B "?versioning", s3_put_bucket_versioning, true, 0, "turns versions on, or suspends them") \
    ROW("GetBucketTagging", "GET", B "?tagging", s3_get_bucket_tagging, false, 0, "a bucket's tags") \
    ROW("PutBucketTagging", "PUT", B "?tagging", s3_put_bucket_tagging, true, 0, "sets a bucket's tags") \
    ROW("DeleteBucketTagging", "DELETE", B "?tagging", s3_delete_bucket_tagging, true, 0, "takes a bucket's tags away") \
    ROW("ListMultipartUploads", "GET", B "?uploads", s3_list_uploads, false, 0, "a page of uploads under way") \
    ROW("ListObjectVersions", "GET", B "?versions", s3_list_object_versions, false, 0, "a page of versions and delete markers") \
    ROW("ListObjectsV2", "GET", B "?list-type=2", s3_list_objects_v2, false, 0, "a page of keys") \
    ROW("ListObjects", "GET", B, s3_list_objects, false, 0, "a page of keys, the older form") \
    ROW("HeadBucket", "HEAD", B, s3_head_bucket, false, 0, "does the bucket exist") \
    ROW("CreateBucket", "PUT", B, s3_create_bucket, true, NEEDS_NO_BUCKET, "makes an empty bucket") \
    ROW("DeleteBucket", "DELETE", B, s3_delete_bucket, true, 0, "removes an empty bucket") \
    ROW("DeleteObjects", "POST", B "?delete", s3_delete_objects, true, 0, "removes up to 1000 objects") \
    ROW("ListParts", "GET", K "?uploadId", s3_list_parts, false, 0, "a page of an upload's parts") \
    ROW("GetObjectAttributes", "GET", K "?attributes", s3_get_object_attributes, false, 0, "size, ETag, checksum and parts") \
    ROW("GetObjectTagging", "GET", K "?tagging", s3_get_object_tagging, false, 0, "an object's tags") \
    ROW("PutObjectTagging", "PUT", K "?tagging", s3_put_object_tagging, true, 0, "sets an object's tags") \
    ROW("DeleteObjectTagging", "DELETE", K "?tagging", s3_delete_object_tagging, true, 0, "takes an object's tags away") \
    ROW("CreateMultipartUpload", "POST", K "?uploads", s3_create_upload, true, 0, "begins an upload in parts") \
    ROW("UploadPartCopy", "PUT", K "?uploadId" COPY, s3_upload_part_copy, true, 0, "stores a part out of an object") \
    ROW("UploadPart", "PUT", K "?uploadId", s3_upload_part, true, 0, "stores a part") \
    ROW("CompleteMultipartUpload", "POST", K "?uploadId", s3_complete_upload, true, 0, "makes the object of its parts") \
    ROW("AbortMultipartUpload", "DELETE", K "?uploadId", s3_abort_upload, true, 0, "forgets an upload and its parts") \
    ROW("GetObject", "GET", K, s3_get_object, false, 0, "an object or a range of it") \
    ROW("HeadObject", "HEAD", K, s3_get_object, false, 0, "an object's size and headers") \
    ROW("CopyObject", "PUT", K COPY, s3_copy_object, true, 0, "stores an object out of another") \
    ROW("PutObject", "PUT", K, s3_put_object, true, 0, "stores an object") \
    ROW("DeleteObject", "DELETE", K, s3_delete_object, true, 0, "removes an object, or hides it")

/* clang-format on */

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
