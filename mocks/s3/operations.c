/* operations: the table of what this server can do.
 *
 * A new operation is a row here and an act in a file of its own. Route
 * notation: "/", "/{bucket}" or "/{bucket}/{key}", then "?name" or
 * "?name=value" for a query that must be there, then " if NAME" for a header
 * that must be. The first row that fits wins: the particular ones stand before
 * the plain ones.
 */
#include <string.h>

#include "mocks/s3/access.h"
#include "mocks/s3/copy.h"
#include "mocks/s3/documents.h"

#define B "/{bucket}"
#define K "/{bucket}/{key}"
#define COPY " if x-amz-copy-source"

/* clang-format off */
/* name, method, route, act, writes, needs, action in policies, permission in
 * access lists, doc */
#define OPERATIONS(ROW) \
    ROW("ListBuckets", "GET", "/", s3_list_buckets, \
        false, NEEDS_NO_BUCKET, "s3:ListAllMyBuckets", MAY_READ_BUCKET, \
        "names of all buckets") \
    ROW("AssumeRole", "POST", "/", s3_assume_role, \
        true, NEEDS_NO_BUCKET | NEEDS_STS, "", MAY_READ_BUCKET, \
        "keys with a token and an end") \
    ROW("Health", "GET", "/minio/health/{check}", s3_health, \
        false, NEEDS_NOBODY, "", MAY_ASK, \
        "is the server well (profile minio)") \
    ROW("Health", "HEAD", "/minio/health/{check}", s3_health, \
        false, NEEDS_NOBODY, "", MAY_ASK, \
        "is the server well (profile minio)") \
    ROW("Preflight", "OPTIONS", B, s3_preflight, \
        false, NEEDS_NOBODY | NEEDS_NO_BUCKET, "", MAY_ASK, \
        "what another origin's scripts may do") \
    ROW("Preflight", "OPTIONS", K, s3_preflight, \
        false, NEEDS_NOBODY | NEEDS_NO_BUCKET, "", MAY_ASK, \
        "what another origin's scripts may do") \
    ROW("GetBucketLocation", "GET", B "?location", s3_get_bucket_location, \
        false, 0, "s3:GetBucketLocation", MAY_READ_BUCKET, \
        "the bucket's region") \
    ROW("GetBucketVersioning", "GET", B "?versioning", s3_get_bucket_versioning, \
        false, 0, "s3:GetBucketVersioning", MAY_OWN, \
        "is it versioned") \
    ROW("PutBucketVersioning", "PUT", B "?versioning", s3_put_bucket_versioning, \
        true, 0, "s3:PutBucketVersioning", MAY_OWN, \
        "turns versions on, or suspends them") \
    ROW("GetBucketTagging", "GET", B "?tagging", s3_get_bucket_tagging, \
        false, 0, "s3:GetBucketTagging", MAY_OWN, \
        "a bucket's tags") \
    ROW("PutBucketTagging", "PUT", B "?tagging", s3_put_bucket_tagging, \
        true, 0, "s3:PutBucketTagging", MAY_OWN, \
        "sets a bucket's tags") \
    ROW("DeleteBucketTagging", "DELETE", B "?tagging", s3_delete_bucket_tagging, \
        true, 0, "s3:PutBucketTagging", MAY_OWN, \
        "takes a bucket's tags away") \
    ROW("GetBucketAcl", "GET", B "?acl", s3_get_bucket_acl, \
        false, 0, "s3:GetBucketAcl", MAY_READ_BUCKET_ACL, \
        "a bucket's access list") \
    ROW("PutBucketAcl", "PUT", B "?acl", s3_put_bucket_acl, \
        true, 0, "s3:PutBucketAcl", MAY_WRITE_BUCKET_ACL, \
        "sets a bucket's access list") \
    ROW("GetBucketPolicy", "GET", B "?policy", s3_get_policy, \
        false, 0, "s3:GetBucketPolicy", MAY_OWN, \
        "a bucket's policy") \
    ROW("PutBucketPolicy", "PUT", B "?policy", s3_put_policy, \
        true, 0, "s3:PutBucketPolicy", MAY_OWN, \
        "sets a bucket's policy") \
    ROW("DeleteBucketPolicy", "DELETE", B "?policy", s3_delete_policy, \
        true, 0, "s3:DeleteBucketPolicy", MAY_OWN, \
        "takes a bucket's policy away") \
    ROW("GetBucketPolicyStatus", "GET", B "?policyStatus", s3_get_policy_status, \
        false, 0, "s3:GetBucketPolicyStatus", MAY_OWN, \
        "does the policy let everybody in") \
    ROW("GetBucketCors", "GET", B "?cors", s3_get_document, \
        false, 0, "s3:GetBucketCORS", MAY_OWN, \
        "a bucket's CORS rules") \
    ROW("PutBucketCors", "PUT", B "?cors", s3_put_document, \
        true, NEEDS_SETTINGS, "s3:PutBucketCORS", MAY_OWN, \
        "sets a bucket's CORS rules") \
    ROW("DeleteBucketCors", "DELETE", B "?cors", s3_delete_document, \
        true, NEEDS_SETTINGS, "s3:PutBucketCORS", MAY_OWN, \
        "takes a bucket's CORS rules away") \
    ROW("GetBucketEncryption", "GET", B "?encryption", s3_get_document, \
        false, 0, "s3:GetEncryptionConfiguration", MAY_OWN, \
        "a bucket's default encryption") \
    ROW("PutBucketEncryption", "PUT", B "?encryption", s3_put_document, \
        true, 0, "s3:PutEncryptionConfiguration", MAY_OWN, \
        "sets a bucket's default encryption") \
    ROW("DeleteBucketEncryption", "DELETE", B "?encryption", s3_delete_document, \
        true, 0, "s3:PutEncryptionConfiguration", MAY_OWN, \
        "takes a bucket's default encryption away") \
    ROW("GetBucketLifecycleConfiguration", "GET", B "?lifecycle", s3_get_document, \
        false, 0, "s3:GetLifecycleConfiguration", MAY_OWN, \
        "a bucket's lifecycle rules") \
    ROW("PutBucketLifecycleConfiguration", "PUT", B "?lifecycle", s3_put_document, \
        true, 0, "s3:PutLifecycleConfiguration", MAY_OWN, \
        "sets a bucket's lifecycle rules") \
    ROW("DeleteBucketLifecycle", "DELETE", B "?lifecycle", s3_delete_document, \
        true, 0, "s3:PutLifecycleConfiguration", MAY_OWN, \
        "takes a bucket's lifecycle rules away") \
    ROW("GetObjectLockConfiguration", "GET", B "?object-lock", s3_get_document, \
        false, 0, "s3:GetBucketObjectLockConfiguration", MAY_OWN, \
        "a bucket's object lock") \
    ROW("PutObjectLockConfiguration", "PUT", B "?object-lock", s3_put_document, \
        true, 0, "s3:PutBucketObjectLockConfiguration", MAY_OWN, \
        "sets a bucket's object lock") \
    ROW("GetBucketNotificationConfiguration", "GET", B "?notification", s3_get_document, \
        false, 0, "s3:GetBucketNotification", MAY_OWN, \
        "a bucket's notifications") \
    ROW("PutBucketNotificationConfiguration", "PUT", B "?notification", s3_put_document, \
        true, 0, "s3:PutBucketNotification", MAY_OWN, \
        "sets a bucket's notifications") \
    ROW("GetBucketOwnershipControls", "GET", B "?ownershipControls", s3_get_document, \
        false, NEEDS_SETTINGS, "s3:GetBucketOwnershipControls", MAY_OWN, \
        "a bucket's ownership rule") \
    ROW("PutBucketOwnershipControls", "PUT", B "?ownershipControls", s3_put_document, \
        true, NEEDS_SETTINGS, "s3:PutBucketOwnershipControls", MAY_OWN, \
        "sets a bucket's ownership rule") \
    ROW("DeleteBucketOwnershipControls", "DELETE", B "?ownershipControls", s3_delete_document, \
        true, NEEDS_SETTINGS, "s3:PutBucketOwnershipControls", MAY_OWN, \
        "takes a bucket's ownership rule away") \
    ROW("GetPublicAccessBlock", "GET", B "?publicAccessBlock", s3_get_document, \
        false, NEEDS_SETTINGS, "s3:GetBucketPublicAccessBlock", MAY_OWN, \
        "a bucket's block of public access") \
    ROW("PutPublicAccessBlock", "PUT", B "?publicAccessBlock", s3_put_document, \
        true, NEEDS_SETTINGS, "s3:PutBucketPublicAccessBlock", MAY_OWN, \
        "sets a bucket's block of public access") \
    ROW("DeletePublicAccessBlock", "DELETE", B "?publicAccessBlock", s3_delete_document, \
        true, NEEDS_SETTINGS, "s3:PutBucketPublicAccessBlock", MAY_OWN, \
        "takes a bucket's block of public access away") \
    ROW("GetBucketAccelerateConfiguration", "GET", B "?accelerate", s3_get_document, \
        false, 0, "s3:GetAccelerateConfiguration", MAY_OWN, \
        "a bucket's transfer acceleration") \
    ROW("PutBucketAccelerateConfiguration", "PUT", B "?accelerate", s3_put_document, \
        true, NEEDS_SETTINGS, "s3:PutAccelerateConfiguration", MAY_OWN, \
        "sets a bucket's transfer acceleration") \
    ROW("GetBucketLogging", "GET", B "?logging", s3_get_document, \
        false, 0, "s3:GetBucketLogging", MAY_OWN, \
        "a bucket's logging rule") \
    ROW("PutBucketLogging", "PUT", B "?logging", s3_put_document, \
        true, NEEDS_SETTINGS, "s3:PutBucketLogging", MAY_OWN, \
        "sets a bucket's logging rule") \
    ROW("GetBucketRequestPayment", "GET", B "?requestPayment", s3_get_document, \
        false, 0, "s3:GetBucketRequestPayment", MAY_OWN, \
        "a bucket's payer") \
    ROW("PutBucketRequestPayment", "PUT", B "?requestPayment", s3_put_document, \
        true, NEEDS_SETTINGS, "s3:PutBucketRequestPayment", MAY_OWN, \
        "sets a bucket's payer") \
    ROW("GetBucketReplication", "GET", B "?replication", s3_get_document, \
        false, 0, "s3:GetReplicationConfiguration", MAY_OWN, \
        "a bucket's replication rules") \
    ROW("PutBucketReplication", "PUT", B "?replication", s3_put_document, \
        true, NEEDS_SETTINGS, "s3:PutReplicationConfiguration", MAY_OWN, \
        "sets a bucket's replication rules") \
    ROW("DeleteBucketReplication", "DELETE", B "?replication", s3_delete_document, \
        true, NEEDS_SETTINGS, "s3:PutReplicationConfiguration", MAY_OWN, \
        "takes a bucket's replication rules away") \
    ROW("GetBucketWebsite", "GET", B "?website", s3_get_document, \
        false, 0, "s3:GetBucketWebsite", MAY_OWN, \
        "a bucket's website") \
    ROW("PutBucketWebsite", "PUT", B "?website", s3_put_document, \
        true, NEEDS_SETTINGS, "s3:PutBucketWebsite", MAY_OWN, \
        "sets a bucket's website") \
    ROW("DeleteBucketWebsite", "DELETE", B "?website", s3_delete_document, \
        true, NEEDS_SETTINGS, "s3:PutBucketWebsite", MAY_OWN, \
        "takes a bucket's website away") \
    ROW("ListMultipartUploads", "GET", B "?uploads", s3_list_uploads, \
        false, 0, "s3:ListBucketMultipartUploads", MAY_READ_BUCKET, \
        "a page of uploads under way") \
    ROW("ListObjectVersions", "GET", B "?versions", s3_list_object_versions, \
        false, 0, "s3:ListBucketVersions", MAY_READ_BUCKET, \
        "a page of versions and delete markers") \
    ROW("ListObjectsV2", "GET", B "?list-type=2", s3_list_objects_v2, \
        false, 0, "s3:ListBucket", MAY_READ_BUCKET, \
        "a page of keys") \
    ROW("ListObjects", "GET", B, s3_list_objects, \
        false, 0, "s3:ListBucket", MAY_READ_BUCKET, \
        "a page of keys, the older form") \
    ROW("HeadBucket", "HEAD", B, s3_head_bucket, \
        false, 0, "s3:ListBucket", MAY_READ_BUCKET, \
        "does the bucket exist") \
    ROW("CreateBucket", "PUT", B, s3_create_bucket, \
        true, NEEDS_NO_BUCKET, "s3:CreateBucket", MAY_SIGN, \
        "makes an empty bucket") \
    ROW("DeleteBucket", "DELETE", B, s3_delete_bucket, \
        true, 0, "s3:DeleteBucket", MAY_OWN, \
        "removes an empty bucket") \
    ROW("DeleteObjects", "POST", B "?delete", s3_delete_objects, \
        true, 0, "s3:DeleteObject", MAY_ASK, \
        "removes up to 1000 objects") \
    ROW("PostObject", "POST", B, s3_post_object, \
        true, NEEDS_FORM, "s3:PutObject", MAY_ASK, \
        "stores an object out of a browser's form") \
    ROW("ListParts", "GET", K "?uploadId", s3_list_parts, \
        false, 0, "s3:ListMultipartUploadParts", MAY_WRITE_BUCKET, \
        "a page of an upload's parts") \
    ROW("GetObjectAttributes", "GET", K "?attributes", s3_get_object_attributes, \
        false, 0, "s3:GetObjectAttributes", MAY_READ_OBJECT, \
        "size, ETag, checksum and parts") \
    ROW("GetObjectTagging", "GET", K "?tagging", s3_get_object_tagging, \
        false, 0, "s3:GetObjectTagging", MAY_READ_OBJECT, \
        "an object's tags") \
    ROW("PutObjectTagging", "PUT", K "?tagging", s3_put_object_tagging, \
        true, 0, "s3:PutObjectTagging", MAY_WRITE_OBJECT_ACL, \
        "sets an object's tags") \
    ROW("DeleteObjectTagging", "DELETE", K "?tagging", s3_delete_object_tagging, \
        true, 0, "s3:DeleteObjectTagging", MAY_WRITE_OBJECT_ACL, \
        "takes an object's tags away") \
    ROW("GetObjectAcl", "GET", K "?acl", s3_get_object_acl, \
        false, 0, "s3:GetObjectAcl", MAY_READ_OBJECT_ACL, \
        "an object's access list") \
    ROW("PutObjectAcl", "PUT", K "?acl", s3_put_object_acl, \
        true, 0, "s3:PutObjectAcl", MAY_WRITE_OBJECT_ACL, \
        "sets an object's access list") \
    ROW("GetObjectRetention", "GET", K "?retention", s3_get_retention, \
        false, 0, "s3:GetObjectRetention", MAY_READ_OBJECT, \
        "until when a version is held") \
    ROW("PutObjectRetention", "PUT", K "?retention", s3_put_retention, \
        true, 0, "s3:PutObjectRetention", MAY_WRITE_OBJECT_ACL, \
        "holds a version until a date") \
    ROW("GetObjectLegalHold", "GET", K "?legal-hold", s3_get_legal_hold, \
        false, 0, "s3:GetObjectLegalHold", MAY_READ_OBJECT, \
        "is a version held") \
    ROW("PutObjectLegalHold", "PUT", K "?legal-hold", s3_put_legal_hold, \
        true, 0, "s3:PutObjectLegalHold", MAY_WRITE_OBJECT_ACL, \
        "holds a version, or lets it go") \
    ROW("CreateMultipartUpload", "POST", K "?uploads", s3_create_upload, \
        true, 0, "s3:PutObject", MAY_WRITE_BUCKET, \
        "begins an upload in parts") \
    ROW("UploadPartCopy", "PUT", K "?uploadId" COPY, s3_upload_part_copy, \
        true, 0, "s3:PutObject", MAY_WRITE_BUCKET, \
        "stores a part out of an object") \
    ROW("UploadPart", "PUT", K "?uploadId", s3_upload_part, \
        true, 0, "s3:PutObject", MAY_WRITE_BUCKET, \
        "stores a part") \
    ROW("CompleteMultipartUpload", "POST", K "?uploadId", s3_complete_upload, \
        true, 0, "s3:PutObject", MAY_WRITE_BUCKET, \
        "makes the object of its parts") \
    ROW("AbortMultipartUpload", "DELETE", K "?uploadId", s3_abort_upload, \
        true, 0, "s3:AbortMultipartUpload", MAY_WRITE_BUCKET, \
        "forgets an upload and its parts") \
    ROW("GetObject", "GET", K, s3_get_object, \
        false, 0, "s3:GetObject", MAY_READ_OBJECT, \
        "an object or a range of it") \
    ROW("HeadObject", "HEAD", K, s3_get_object, \
        false, 0, "s3:GetObject", MAY_READ_OBJECT, \
        "an object's size and headers") \
    ROW("CopyObject", "PUT", K COPY, s3_copy_object, \
        true, 0, "s3:PutObject", MAY_WRITE_BUCKET, \
        "stores an object out of another") \
    ROW("PutObject", "PUT", K, s3_put_object, \
        true, 0, "s3:PutObject", MAY_WRITE_BUCKET, \
        "stores an object") \
    ROW("DeleteObject", "DELETE", K, s3_delete_object, \
        true, 0, "s3:DeleteObject", MAY_WRITE_BUCKET, \
        "removes an object, or hides it")
/* clang-format on */

#define AS_OPERATION(name, method, route, act, writes, needs, action, may,     \
                     doc)                                                      \
    {name, method, route, s3_handle, writes, doc},
#define AS_ROW(name, method, route, act, writes, needs, action, may, doc)      \
    {act, needs, action, may},

const struct operation s3_operations[] = {OPERATIONS(AS_OPERATION){0}};
const struct s3_row s3_rows[] = {OPERATIONS(AS_ROW){0}};

/* The two tables have the same order. */
static const struct s3_row *row_of(const struct operation *op)
{
    return &s3_rows[op - s3_operations];
}

enum { MAX_SEGMENT = 255 };

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

/* MinIO keeps a bucket to itself. Objects can be asked for: there are none. */
static bool is_reserved(const struct ask *c)
{
    return c->s->profile->health && slice_eqz(c->bucket_name, "minio") &&
           !(c->key.len && slice_eqz(c->r->method, "GET"));
}

/* Segments of keys are names of files there, and only what stores a key calls
 * it too long. */
static bool minio_key_fits(const struct ask *c, const char *key)
{
    size_t n = strlen(key);
    const char *op = c->x->op->name;
    bool parts = strstr(op, "Part") || strstr(op, "Multipart");
    bool stores = parts || (slice_eqz(c->r->method, "PUT") &&
                            strcmp(op, "CopyObject") != 0);

    if (parts && key[n - 1] == '/')
        return false;

    if (n > S3_MAX_KEY)
        return stores;
    while (*key) {
        n = strcspn(key, "/");
        if (n > MAX_SEGMENT)
            return false;
        key += n + (key[n] == '/');
    }
    return true;
}

bool s3_key_is_plain(struct slice key)
{
    return key.len <= S3_MAX_KEY && plain_key(key.p);
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
    if (is_reserved(c)) {
        s3_error(x, "AllAccessDisabled", NULL, NULL);
        return false;
    }
    if (key && c->s->profile->minio && !minio_key_fits(c, key)) {
        s3_error(x, "XMinioInvalidObjectName", NULL, NULL);
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

static bool owner_is_expected(struct ask *c)
{
    struct slice v = ask_header(c, "x-amz-expected-bucket-owner");

    if (!v.p || !c->bucket || slice_eqz(v, user_of(c->s, c->bucket->owner)->id))
        return true;
    s3_error(c->x, "AccessDenied", NULL, NULL);
    return false;
}

static bool bucket_is_there(struct ask *c)
{
    if (c->bucket || !c->x->names.bucket || c->row->needs & NEEDS_NO_BUCKET)
        return owner_is_expected(c);
    copy_name_source(c);
    if (c->user == S3_NOBODY && !c->s->o.anonymous &&
        c->s->profile->refuses_first)
        s3_error(c->x, "AccessDenied", NULL, NULL); /* rights come first */
    else
        s3_error(c->x, "NoSuchBucket", NULL, NULL);
    return false;
}

/* A PUT of a setting that MinIO does not know is a CreateBucket to it, which
 * cannot read such a body. */
static bool setting_is_known(struct ask *c)
{
    bool misread = slice_eqz(c->r->method, "PUT") && !ask_query(c, "cors");

    if (!(c->row->needs & NEEDS_SETTINGS) || !c->s->profile->few_settings)
        return true;
    s3_error(c->x, misread ? "MalformedXML" : "NotImplemented", NULL, NULL);
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

/* The frames of a body that nobody signed: looked at when it may come. */
static bool unsigned_opened(struct ask *c)
{
    return c->user != S3_NOBODY ||
           c->row->needs & (NEEDS_NOBODY | NEEDS_FORM) || payload_unsigned(c);
}

/* Only what nobody signed: a signature is not checked twice. */
bool s3_refuses(struct exchange *x)
{
    struct ask *c;

    if (!x->op || http_header(x->request, "authorization").p)
        return false;
    if (!gate_open(x))
        return true;
    c = ask_new(x, row_of(x->op));
    if (c->row->needs & (NEEDS_NOBODY | NEEDS_FORM) || ask_is_presigned(c) ||
        ask_is_v2(c))
        return false;
    return !names_ok(c) || !bucket_is_there(c) || !access_allowed(c);
}

void s3_handle(struct exchange *x)
{
    const char *bucket = x->names.bucket, *key = x->names.key;
    struct ask *c;

    if (!gate_open(x))
        return;
    c = ask_new(x, row_of(x->op));
    if (c->row->needs & NEEDS_STS && !sts_form_ok(c))
        return;
    if (ask_authenticate(c) && names_ok(c) && bucket_is_there(c) &&
        access_allowed(c) && setting_is_known(c) && unsigned_opened(c))
        c->row->act(c);
    x->names.bucket = bucket;
    x->names.key = key;
    if (c->row->act != s3_preflight)
        cors_tell(c);
}
