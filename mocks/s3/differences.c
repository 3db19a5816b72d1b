/* The tables of known differences, and of what each operation obeys. */
#include "mocks/s3/differences.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

const struct s3_difference s3_differences[] = {
    {"request-ids", "both", "time and chance are in request ids and host ids",
     "both come from the seed", "a run can be repeated byte for byte"},
    {"one-port", "AWS", "STS is a service at an address of its own",
     "AssumeRole is answered by the S3's port", "one address to set up"},
    {"roles", "AWS",
     "a role has a trust policy and rights of its own; sessions may assume "
     "other roles",
     "any user may assume any role and has his own rights in it; a session "
     "assumes none",
     "there is no IAM here"},
    {"federation", "both",
     "AssumeRoleWithWebIdentity, -WithLDAPIdentity, -WithCertificate, "
     "GetSessionToken",
     "AssumeRole only", "catalogs vend with AssumeRole"},
    {"user-policies", "both", "users and groups have policies, by an API",
     "users come from the options, limited to reading and to prefixes",
     "what a test needs of users is known before it starts"},
    {"secret-of-absence", "AWS",
     "who may get an object but not list is told 403 of one that is missing",
     "so are strangers; a limited user or session is told 404",
     "limits of options say nothing of listing"},
    {"session-after-restart", "both", "sessions outlive a restart",
     "those given out are lost with the state; those of the options begin "
     "anew",
     "a restart that loses state loses all of it"},
    {"admin", "MinIO", "admin API, metrics, console",
     "none; below the bucket `minio` there are health checks only",
     "icefault has an admin interface of its own"},
    {"ratelimit-headers", "MinIO", "X-Ratelimit-Limit and -Remaining",
     "not sent", "they tell the host's cores and memory"},
    {"quorum", "MinIO", "health tells of drives and their quorum",
     "one drive that is always well; faults make it ill",
     "there are no drives"},
    {"encryption", "both", "objects are encrypted at rest",
     "the contract is kept (keys demanded, checked, told), the bytes are not "
     "encrypted",
     "nobody but the client can tell"},
    {"lifecycle", "both", "lifecycle rules are carried out",
     "they are stored, given back and told in headers", "no test waits a day"},
    {"notifications", "both", "events are sent", "their settings are stored",
     "there is nobody to send them to"},
    {"stored-settings", "AWS",
     "access logs, websites, acceleration, replication and requester pays are "
     "carried out",
     "their settings are checked, stored and given back",
     "no client of Iceberg depends on them"},
    {"policy-language", "AWS",
     "every action and condition key of IAM; principals must exist",
     "statements with Effect, Principal, Action, Resource, their Not forms, "
     "and the operators on strings, numbers, ARNs, addresses, Bool and Null "
     "over the keys s3:prefix, delimiter, max-keys, VersionId, x-amz-*, "
     "ExistingObjectTag, RequestObjectTag, aws:SecureTransport, SourceIp "
     "(always 127.0.0.1), "
     "Referer, UserAgent, username; a principal that nobody is fits nobody",
     "what bucket policies are written with"},
    {"policy-status", "AWS", "no policy, no status: NoSuchBucketPolicy",
     "IsPublic is false", "as MinIO answers"},
    {"below-an-object", "MinIO",
     "a key that lies below a key that is an object is not listed",
     "it is listed, as in AWS", "a limit of its way to keep objects"},
    {"odd-delimiter-pages", "MinIO",
     "with a delimiter other than / a page ends by keys",
     "it ends by what it tells, as in AWS", "no client lists so"},
    {"answers", "MinIO",
     "words of Go's libraries, 500 for what it cannot parse, and more",
     "each with its reason in ci/s3diff/allowed.tsv",
     "`make check-minio` sends both the same requests and knows no others"},
    {"setting-for-bucket", "MinIO",
     "PUT and DELETE of a setting that it does not know make and remove the "
     "bucket",
     "400 MalformedXML and 501 NotImplemented; the bucket stays",
     "a slip of its routes that costs data"},
    {"storage-classes", "both", "archived objects must be restored first",
     "a class is kept as a name", "no client of Iceberg restores"},
    {"left-out", "both",
     "select, torrent, analytics, inventory, metrics, intelligent tiering, "
     "access points, directory buckets",
     "501 NotImplemented", "no client of Iceberg uses them"},
    {"whole-in-memory", "both", "objects up to 5 TiB, parts to 5 GiB",
     "a request's body has a limit, and all state lives under option memory",
     "a mock that fills a disk is a nuisance"},
    {"memory", "both", "a full store is full of drives",
     "507 XMinioStorageFull (minio), 507 InsufficientStorage (aws) beyond "
     "option memory",
     "AWS is never full, so it has no word for it"},
    {0},
};

#define CONDITIONS                                                             \
    "If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since"
#define METADATA                                                               \
    "Content-Type, Cache-Control, Content-Disposition, Content-Encoding, "     \
    "Content-Language, Expires, x-amz-meta-*"
#define ATTRIBUTES                                                             \
    "x-amz-tagging, x-amz-storage-class, x-amz-website-redirect-location, "    \
    "x-amz-acl, x-amz-grant-*, x-amz-object-lock-*, "                          \
    "x-amz-server-side-encryption*"
#define SUMS                                                                   \
    "Content-MD5, x-amz-checksum-* as header or trailer, "                     \
    "x-amz-sdk-checksum-algorithm"
#define PAGE "prefix, delimiter, encoding-type"

const struct s3_honour s3_honours[] = {
    {"AssumeRole",
     "Action, Version, DurationSeconds, Policy, RoleArn, RoleSessionName in "
     "the form"},
    {"Health", "maintenance"},
    {"Preflight",
     "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"},
    {"ListBuckets", "prefix, continuation-token, max-buckets"},
    {"PutBucketAcl", "the document, x-amz-acl, x-amz-grant-*"},
    {"CreateBucket",
     "LocationConstraint, x-amz-acl, x-amz-grant-*, x-amz-object-ownership, "
     "x-amz-bucket-object-lock-enabled"},
    {"DeleteBucket", "x-minio-force-delete"},
    {"ListObjects", PAGE ", marker, max-keys"},
    {"ListObjectsV2",
     PAGE ", start-after, continuation-token, max-keys, fetch-owner"},
    {"ListObjectVersions", PAGE ", key-marker, version-id-marker, max-keys"},
    {"ListMultipartUploads", PAGE ", key-marker, upload-id-marker, "
                                  "max-uploads"},
    {"ListParts", "part-number-marker, max-parts"},
    {"GetObject HeadObject",
     "Range (one), partNumber, versionId, " CONDITIONS
     ", x-amz-checksum-mode, response-*, the keys of SSE-C"},
    {"GetObjectAttributes",
     "x-amz-object-attributes, x-amz-max-parts, x-amz-part-number-marker, "
     "versionId"},
    {"GetObjectTagging DeleteObjectTagging GetObjectAcl GetObjectRetention "
     "GetObjectLegalHold",
     "versionId"},
    {"PutObjectTagging", "the document, versionId"},
    {"PutObjectAcl", "the document, x-amz-acl, x-amz-grant-*, versionId"},
    {"PutObjectRetention",
     "the document, versionId, x-amz-bypass-governance-retention"},
    {"PutObjectLegalHold", "the document, versionId"},
    {"PutObject",
     METADATA ", " ATTRIBUTES ", " SUMS ", If-Match, If-None-Match"},
    {"PostObject",
     "the policy's conditions, and as fields what PutObject has as headers; "
     "success_action_status, success_action_redirect"},
    {"CopyObject",
     "x-amz-copy-source and its conditions, x-amz-metadata-directive, "
     "x-amz-tagging-directive, x-amz-checksum-algorithm, " METADATA
     ", " ATTRIBUTES},
    {"CreateMultipartUpload",
     METADATA ", " ATTRIBUTES ", x-amz-checksum-algorithm, "
              "x-amz-checksum-type"},
    {"UploadPart", "partNumber, " SUMS ", the keys of SSE-C"},
    {"UploadPartCopy",
     "partNumber, x-amz-copy-source, its range and its conditions"},
    {"CompleteMultipartUpload",
     "part numbers in order, ETags, checksums; If-Match, If-None-Match; parts "
     "but the last have option min_part"},
    {"HeadBucket GetBucket* DeleteBucket* GetPublicAccessBlock "
     "DeletePublicAccessBlock GetObjectLockConfiguration",
     ""},
    {"PutBucket* PutPublicAccessBlock PutObjectLockConfiguration",
     "the document, which is checked; Content-MD5 or a checksum"},
    {"AbortMultipartUpload", "uploadId"},
    {"DeleteObject", "versionId, If-Match, x-amz-if-match-last-modified-time, "
                     "x-amz-if-match-size, x-amz-bypass-governance-retention"},
    {"DeleteObjects",
     "up to 1000 keys with VersionId, ETag, LastModifiedTime, Size; Quiet; "
     "Content-MD5 or a checksum must be there"},
    {0},
};

static bool names(const char *globs, const char *operation)
{
    char one[80];

    while (*globs) {
        size_t n = strcspn(globs, " ");

        snprintf(one, sizeof(one), "%.*s", (int)n, globs);
        if (slice_glob(one, slice_of(operation)))
            return true;
        globs += n + (globs[n] == ' ');
    }
    return false;
}

const char *s3_honoured(const char *operation)
{
    for (const struct s3_honour *h = s3_honours; h->operations; h++)
        if (names(h->operations, operation))
            return h->what;
    return NULL;
}
