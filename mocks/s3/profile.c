/* profile: where MinIO and AWS differ, as data. */
#include "mocks/s3/internal.h"

static const struct s3_fixed_header minio_headers[] = {
    {"Accept-Ranges", "bytes"},
    {"Server", "MinIO"},
    {"Strict-Transport-Security", "max-age=31536000; includeSubDomains"},
    {"Vary", "Origin, Accept-Encoding"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Xss-Protection", "1; mode=block"},
    {0}};

static const struct s3_fixed_header aws_headers[] = {
    {"Accept-Ranges", "bytes"}, {"Server", "AmazonS3"}, {0}};

static const struct s3_override minio_overrides[] = {
    {"RequestTimeout", "RequestTimeout", 503},
    {"InvalidToken", "InvalidTokenId", 403},
    {"MissingRequestBodyError", "MissingContentLength", 411},
    {"InvalidRetentionPeriod", "InvalidArgument", 400},
    {"NoSuchObjectLockConfiguration", "NoSuchObjectLockConfiguration", 400},
    {0}};

static const struct s3_override aws_overrides[] = {
    {"XAmzContentChecksumMismatch", "BadDigest", 400},
    {"XMinioStorageFull", "InsufficientStorage", 507},
    {0}};

/* AWS's regions that are older than Version 4 of the signature. */
static const char *const aws_v2_regions[] = {"us-east-1",
                                             "us-west-1",
                                             "us-west-2",
                                             "eu-west-1",
                                             "ap-southeast-1",
                                             "ap-southeast-2",
                                             "ap-northeast-1",
                                             "sa-east-1",
                                             "us-gov-west-1",
                                             "",
                                             NULL};

const char *const s3_profile_names[] = {"minio", "aws", NULL};

const struct s3_profile s3_profiles[] = {
    {.name = "minio",
     .headers = minio_headers,
     .overrides = minio_overrides,
     .names_in_errors = true,
     .code_in_head_error = true,
     .turned_range_is_outside = true,
     .plain_keys_only = true,
     .hash_may_be_absent = true,
     .uuid_versions = true,
     .health = true,
     .encodes_every_prefix = true,
     .etag_conditions = true,
     .busy_retry_after_s = 60,
     .session_is_jwt = true,
     .forgets_sessions = true,
     .tokenless_session = "InvalidToken",
     .lists_what_it_may = true,
     .sts = &sts_minio,
     .private_lists = true,
     .few_settings = true,
     .forms_are_signed = true,
     .bare_documents = true,
     .locked = {"InvalidRequest",
                "Object is WORM protected and cannot be overwritten"},
     .cors_exposed =
         "Date, Etag, Server, Connection, Accept-Ranges, Content-Range, "
         "Content-Encoding, Content-Length, Content-Type, Content-Disposition, "
         "Last-Modified, Content-Language, Cache-Control, Retry-After, "
         "X-Amz-Bucket-Region, Expires, X-Amz*, X-Amz*, *"},
    {.name = "aws",
     .headers = aws_headers,
     .overrides = aws_overrides,
     .own_bucket_again = true,
     .accounts_apart = true,
     .kms = true,
     .locked = {"AccessDenied",
                "Access Denied because object protected by object lock."},
     .default_checksum = true,
     .complete_again = true,
     .v2_regions = aws_v2_regions,
     .tokenless_session = "InvalidAccessKeyId",
     .sts = &sts_aws},
};

#define RULE(member, doc)                                                      \
    {                                                                          \
        offsetof(struct s3_profile, member), doc                               \
    }

const struct s3_profile_rule s3_profile_rules[] = {
    RULE(accounts_apart,
         "users are accounts of their own: what one may do with another's is "
         "for policies, ownership and access lists to say"),
    RULE(lists_what_it_may,
         "ListBuckets leaves out what a limited user cannot reach, and does "
         "not refuse him"),
    RULE(own_bucket_again, "CreateBucket of an own bucket is 200, not 409"),
    RULE(plain_keys_only,
         "keys have no empty, `.` or `..` segments (XMinioInvalidObjectName)"),
    RULE(turned_range_is_outside,
         "`Range: bytes=1-0` is 416, not the whole object"),
    RULE(hash_may_be_absent,
         "without x-amz-content-sha256 the body is taken as signed empty"),
    RULE(etag_conditions,
         "writes obey If-None-Match with an ETag and If-Match: `*`, instead of "
         "501 (option etag_conditions)"),
    RULE(default_checksum,
         "an object that came without a checksum gets a CRC64NVME"),
    RULE(complete_again,
         "CompleteMultipartUpload sent once more is 200, not NoSuchUpload"),
    RULE(uuid_versions, "version ids look like UUIDs"),
    RULE(encodes_every_prefix,
         "encoding-type=url encodes the Prefix of ListObjects too"),
    RULE(names_in_errors, "BucketName and Key are in every error"),
    RULE(code_in_head_error, "x-minio-error-code and -desc on errors of HEAD"),
    RULE(health, "health checks below /minio/health/; bucket `minio` is "
                 "reserved"),
    RULE(forgets_sessions, "the keys of a session that has expired are unknown "
                           "(InvalidAccessKeyId), not expired (ExpiredToken)"),
    RULE(session_is_jwt,
         "session tokens are JSON web tokens, not opaque; keys have no ASIA"),
    {0}};
