/* profile: where MinIO and AWS differ, as data. */
#include "mocks/s3/internal.h"

#define FIXED(name, value)                                                     \
    {                                                                          \
        SLICE_LIT(name), SLICE_LIT(value)                                      \
    }

static const struct http_header minio_headers[] = {
    FIXED("Accept-Ranges", "bytes"),
    FIXED("Server", "MinIO"),
    FIXED("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    FIXED("Vary", "Origin, Accept-Encoding"),
    FIXED("X-Content-Type-Options", "nosniff"),
    FIXED("X-Xss-Protection", "1; mode=block"),
    {{NULL, 0}, {NULL, 0}}};

static const struct http_header aws_headers[] = {
    FIXED("Accept-Ranges", "bytes"),
    FIXED("Server", "AmazonS3"),
    {{NULL, 0}, {NULL, 0}}};

/* What else errors have would help, but MinIO does not say it; what a wrong
 * signature was compared with is told all the same. */
static const char *const minio_fields[] = {
    "ActualObjectSize",  "RangeRequested",
    "StringToSign",      "SignatureProvided",
    "SignatureComputed", "StringToSignBytes",
    "CanonicalRequest",  NULL};

/* By name, with what MinIO has an error of its own for. */
static const struct s3_override minio_overrides[] = {
    {"RequestTimeout", "RequestTimeout", 503, NULL},
    {"InvalidToken", "InvalidTokenId", 403, NULL},
    {"MissingRequestBodyError", "MissingContentLength", 411, NULL},
    {"InvalidPolicyDocument", "PostPolicyInvalidKeyName", 403, NULL},
    {"InvalidRetentionPeriod", "InvalidArgument", 400, NULL},
    {"NoSuchObjectLockConfiguration", "NoSuchObjectLockConfiguration", 400,
     NULL},
    {"CredentialDate", "AuthorizationQueryParametersError", 400,
     "Error parsing the X-Amz-Credential parameter; incorrect date format. "
     "This date in the credential must be in the format \"yyyyMMdd\"."},
    {"CredentialForS3", "AuthorizationParametersError", 400,
     "Error parsing the Credential/X-Amz-Credential parameter; incorrect "
     "service. This endpoint belongs to \"s3\"."},
    {"CredentialForSts", "AuthorizationParametersError", 400,
     "Error parsing the Credential parameter; incorrect service. This endpoint "
     "belongs to \"sts\"."},
    {"CredentialMalformed", "AuthorizationQueryParametersError", 400,
     "Error parsing the X-Amz-Credential parameter; the Credential is "
     "mal-formed; expecting "
     "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."},
    {"CredentialVersion", "AuthorizationQueryParametersError", 400,
     "Error parsing the X-Amz-Credential parameter; incorrect terminal. This "
     "endpoint uses \"aws4_request\"."},
    {"Expired", "AccessDenied", 403, "Request has expired"},
    {"ExpiresNegative", "AuthorizationQueryParametersError", 400,
     "X-Amz-Expires must be non-negative"},
    {"ExpiresNoNumber", "AuthorizationQueryParametersError", 400,
     "X-Amz-Expires should be a number"},
    {"ExpiresTooLong", "AuthorizationQueryParametersError", 400,
     "X-Amz-Expires must be less than a week (in seconds); that is, the given "
     "X-Amz-Expires must be less than 604800 seconds"},
    {"HeadersUnsigned", "AccessDenied", 400,
     "There were headers present in the request which were not signed"},
    {"IncompleteBody", "IncompleteBody", 400,
     "You did not provide the number of bytes specified by the Content-Length "
     "HTTP header."},
    {"InsecureKey", "InvalidRequest", 400,
     "Requests specifying Server Side Encryption with Customer provided keys "
     "must be made over a secure connection."},
    {"MalformedDate", "MalformedDate", 400,
     "Invalid date format header, expected to be in ISO8601, RFC1123 or "
     "RFC1123Z time format."},
    {"MissingCredential", "InvalidRequest", 400,
     "Missing Credential field for this request."},
    {"MissingDate", "AccessDenied", 400,
     "AWS authentication requires a valid Date or x-amz-date header"},
    {"MissingFields", "MissingFields", 400, "Missing fields in request."},
    {"MissingSignature", "AccessDenied", 400,
     "Signature header missing Signature field."},
    {"MissingSignedHeaders", "InvalidArgument", 400,
     "Signature header missing SignedHeaders field."},
    {"NotValidYet", "AccessDenied", 403, "Request is not valid yet"},
    {"OtherAuthorization", "InvalidRequest", 400,
     "The authorization mechanism you have provided is not supported. Please "
     "use AWS4-HMAC-SHA256."},
    {"QueryAlgorithm", "AuthorizationQueryParametersError", 400,
     "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"."},
    {"QueryDate", "AuthorizationQueryParametersError", 400,
     "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""},
    {"QueryIncomplete", "AuthorizationQueryParametersError", 400,
     "Query-string authentication version 4 requires the X-Amz-Algorithm, "
     "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and "
     "X-Amz-Expires parameters."},
    {"XAmzContentChecksumMismatch", "XAmzContentChecksumMismatch", 400,
     "The provided 'x-amz-checksum' header does not match what was computed."},
    {"IllegalLocationConstraintException", "InvalidRegion", 400, NULL},
    {"SeveralAuthorizations", "InvalidRequest", 400,
     "Invalid Request (request has multiple authentication types, please use "
     "one)"},
    {0}};

static const struct s3_override aws_overrides[] = {
    {"XAmzContentChecksumMismatch", "BadDigest", 400, NULL},
    {"XMinioStorageFull", "InsufficientStorage", 507, NULL},
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
     .error_fields = minio_fields,
     .refusal_vary = "Origin",
     .owner_id =
         "02d6176db174dc93cb1b899f7c6078f08654445fe8cf1b6ce98d8855f66bdbf4",
     .owner_name = "minio",
     .refuses_first = true,
     .region_everywhere = true,
     .plain_resource = true,
     .names_in_errors = true,
     .code_in_head_error = true,
     .turned_range_is_outside = true,
     .plain_keys_only = true,
     .minio = true,
     .small_chunks = true,
     .hash_may_be_absent = true,
     .uuid_versions = true,
     .health = true,
     .ascii_tags = true,
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
    RULE(refuses_first,
         "what MinIO's first handlers refuse (hosts, paths, dates, reserved "
         "names) is refused before anything is signed or looked up"),
    RULE(own_bucket_again, "CreateBucket of an own bucket is 200, not 409"),
    RULE(plain_keys_only,
         "keys have no empty, `.` or `..` segments (XMinioInvalidObjectName)"),
    RULE(turned_range_is_outside,
         "`Range: bytes=1-0` is 416, not the whole object"),
    RULE(hash_may_be_absent,
         "without x-amz-content-sha256 the body is taken as signed empty"),
    RULE(small_chunks, "signed chunks may have any size, not 8 KiB at least"),
    RULE(forms_are_signed, "a form without a policy is refused"),
    RULE(private_lists, "access lists can say `private` and no more"),
    RULE(few_settings, "the settings that are marked in the table of "
                       "operations can be read at most"),
    RULE(ascii_tags, "tags have ASCII letters, digits and a few signs only"),
    RULE(kms, "encryption with keys of its own (aws:kms) can be asked for"),
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
    RULE(region_everywhere, "the region is on every answer and in every error"),
    RULE(plain_resource, "Resource in errors is the decoded path"),
    RULE(bare_documents, "stored documents come without an XML declaration"),
    RULE(names_in_errors, "BucketName and Key are in every error"),
    RULE(code_in_head_error, "x-minio-error-code and -desc on errors of HEAD"),
    RULE(health, "health checks below /minio/health/; bucket `minio` is "
                 "reserved"),
    RULE(forgets_sessions, "the keys of a session that has expired are unknown "
                           "(InvalidAccessKeyId), not expired (ExpiredToken)"),
    RULE(session_is_jwt,
         "session tokens are JSON web tokens, not opaque; keys have no ASIA"),
    {0}};
