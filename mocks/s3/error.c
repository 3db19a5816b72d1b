/* error: S3's errors by name, and the XML that carries them. */
#include <stdarg.h>
#include <string.h>

#include "base/percent.h"
#include "base/utf8.h"
#include "mocks/s3/internal.h"
#include "mocks/s3/xml.h"

const struct service_error s3_errors[] = {
    {"AccessControlListNotSupported", 400, "The bucket does not allow ACLs."},
    {"AccessDenied", 403, "Access Denied."},
    {"AccessForbidden", 403, "CORSResponse: This CORS request is not allowed."},
    {"AllAccessDisabled", 403,
     "All access to this resource has been disabled."},
    {"AuthorizationHeaderMalformed", 400,
     "The authorization header is malformed."},
    {"AuthorizationQueryParametersError", 400,
     "The query-string authorization parameters are wrong."},
    {"BadDigest", 400,
     "The Content-Md5 you specified did not match what we received."},
    {"BadRequest", 400, "An error occurred when parsing the HTTP request."},
    {"BucketAlreadyExists", 409,
     "The requested bucket name is not available. The bucket namespace is "
     "shared by all users of the system. Please select a different name and "
     "try again."},
    {"BucketAlreadyOwnedByYou", 409,
     "Your previous request to create the named bucket succeeded and you "
     "already own it."},
    {"BucketNotEmpty", 409, "The bucket you tried to delete is not empty"},
    {"ConditionalRequestConflict", 409,
     "The conditional request cannot succeed due to a conflicting operation "
     "against this resource."},
    {"EntityTooLarge", 400,
     "Your proposed upload exceeds the maximum allowed object size."},
    {"EntityTooSmall", 400,
     "Your proposed upload is smaller than the minimum allowed object size."},
    {"ExcessData", 400, "More data provided than indicated content length"},
    {"ExpiredToken", 400, "The provided token has expired."},
    {"IllegalVersioningConfigurationException", 400,
     "The versioning configuration specified in the request is invalid."},
    {"IllegalLocationConstraintException", 400,
     "The specified location constraint is incompatible for the region "
     "specific endpoint this request was sent to."},
    {"IncompleteBody", 400,
     "You did not provide the number of bytes specified by the "
     "Content-Length HTTP header."},
    {"InternalError", 500,
     "We encountered an internal error, please try again."},
    {"InvalidAccessKeyId", 403,
     "The Access Key Id you provided does not exist in our records."},
    {"InvalidArgument", 400, "Invalid argument"},
    {"InvalidBucketAclWithObjectOwnership", 400,
     "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced "
     "setting"},
    {"InvalidBucketName", 400, "The specified bucket is not valid."},
    {"InvalidBucketState", 409,
     "The request is not valid with the current state of the bucket."},
    {"InvalidChunkSizeError", 400,
     "Only the last chunk is allowed to have a size less than 8192 bytes."},
    {"InvalidClientTokenId", 403,
     "The security token included in the request is invalid."},
    {"InvalidDigest", 400, "The Content-Md5 you specified is not valid."},
    {"InvalidEncryptionAlgorithmError", 400,
     "The encryption request that you specified is not valid. The valid value "
     "is AES256."},
    {"InvalidLocationConstraint", 400,
     "The specified location-constraint is not valid."},
    {"InvalidPart", 400,
     "One or more of the specified parts could not be found.  The part may not "
     "have been uploaded, or the specified entity tag may not match the part's "
     "entity tag."},
    {"InvalidPartNumber", 416, "The requested partnumber is not satisfiable"},
    {"InvalidPartOrder", 400,
     "The list of parts was not in ascending order. The parts list must be "
     "specified in order by part number."},
    {"InvalidPolicyDocument", 400,
     "The content of the form does not meet the conditions specified in the "
     "policy document."},
    {"InvalidRange", 416, "The requested range is not satisfiable"},
    {"InvalidRedirectLocation", 400,
     "The website redirect location must have a prefix of 'http://' or "
     "'https://' or '/'."},
    {"InvalidRequest", 400, "Invalid Request"},
    {"InvalidRetentionPeriod", 400,
     "Default retention period must be a positive integer value."},
    {"InvalidStorageClass", 400, "Invalid storage class."},
    {"InvalidTargetBucketForLogging", 400,
     "The target bucket for logging does not exist"},
    {"InvalidTag", 400, "The tag provided was not a valid tag."},
    {"InvalidToken", 400,
     "The provided token is malformed or otherwise invalid."},
    {"InvalidTokenId", 403,
     "The security token included in the request is invalid"},
    {"InvalidURI", 400, "Couldn't parse the specified URI."},
    {"KeyTooLongError", 400, "Your key is too long"},
    {"MalformedACLError", 400,
     "The XML you provided was not well-formed or did not validate against our "
     "published schema."},
    {"MalformedPOSTRequest", 400,
     "The body of your POST request is not well-formed multipart/form-data."},
    {"MalformedPolicy", 400, "Policy has invalid resource."},
    {"MalformedTrailerError", 400,
     "The request contained trailing data that was not well-formed or did "
     "not conform to our published schema."},
    {"MalformedXML", 400,
     "The XML you provided was not well-formed or did not validate against "
     "our published schema."},
    {"MetadataTooLarge", 400,
     "Your metadata headers exceed the maximum allowed metadata size."},
    {"MethodNotAllowed", 405,
     "The specified method is not allowed against this resource."},
    {"MissingAuthenticationToken", 403,
     "Request is missing Authentication Token"},
    {"MissingContentLength", 411,
     "You must provide the Content-Length HTTP header."},
    {"MissingContentMD5", 400,
     "Missing or invalid required header for this request: Content-Md5 or "
     "Amz-Content-Checksum"},
    {"MissingRequestBodyError", 400, "Request Body is empty"},
    {"MissingSecurityHeader", 400,
     "Your request was missing a required header"},
    {"NoSuchBucket", 404, "The specified bucket does not exist"},
    {"NoSuchBucketPolicy", 404, "The bucket policy does not exist"},
    {"NoSuchCORSConfiguration", 404, "The CORS configuration does not exist"},
    {"NoSuchKey", 404, "The specified key does not exist."},
    {"NoSuchLifecycleConfiguration", 404,
     "The lifecycle configuration does not exist"},
    {"NoSuchObjectLockConfiguration", 404,
     "The specified object does not have a ObjectLock configuration"},
    {"NoSuchPublicAccessBlockConfiguration", 404,
     "The public access block configuration was not found"},
    {"NoSuchTagSet", 404, "The TagSet does not exist"},
    {"NoSuchUpload", 404,
     "The specified multipart upload does not exist. The upload ID may be "
     "invalid, or the upload may have been aborted or completed."},
    {"NoSuchWebsiteConfiguration", 404,
     "The specified bucket does not have a website configuration"},
    {"NoSuchVersion", 404, "The specified version does not exist."},
    {"NotImplemented", 501,
     "A header you provided implies functionality that is not implemented"},
    {"ObjectLockConfigurationNotFoundError", 404,
     "Object Lock configuration does not exist for this bucket"},
    {"OperationAborted", 409,
     "A conflicting conditional operation is currently in progress against "
     "this resource. Please try again."},
    {"OwnershipControlsNotFoundError", 404,
     "The bucket ownership controls were not found"},
    {"PermanentRedirect", 301,
     "The bucket you are attempting to access must be addressed using the "
     "specified endpoint. Please send all future requests to this endpoint."},
    {"PreconditionFailed", 412,
     "At least one of the pre-conditions you specified did not hold"},
    {"ReplicationConfigurationNotFoundError", 404,
     "The replication configuration was not found"},
    {"RequestHeaderSectionTooLarge", 400,
     "Your request header section exceeds the maximum allowed size."},
    {"RequestTimeTooSkewed", 403,
     "The difference between the request time and the server's time is too "
     "large."},
    {"RequestTimeout", 400,
     "Your socket connection to the server was not read from or written to "
     "within the timeout period."},
    {"ServerBusy", 503, "The service is unavailable. Please retry."},
    {"ServerSideEncryptionConfigurationNotFoundError", 404,
     "The server side encryption configuration was not found"},
    {"ServiceUnavailable", 503,
     "The service is unavailable. Please reduce your request rate."},
    {"SignatureDoesNotMatch", 403,
     "The request signature we calculated does not match the signature you "
     "provided. Check your key and signing method."},
    {"SlowDown", 503,
     "Resource requested is unreadable, please reduce your request rate."},
    {"SlowDownRead", 503,
     "Resource requested is unreadable, please reduce your request rate"},
    {"SlowDownWrite", 503,
     "Resource requested is unwritable, please reduce your request rate"},
    {"TemporaryRedirect", 307,
     "Please re-send this request to the specified temporary endpoint. "
     "Continue to use the original request endpoint for future requests."},
    {"TooManyBuckets", 400,
     "You have attempted to create more buckets than allowed"},
    {"TooManyRequests", 429, "Please reduce your request rate."},
    {"UnexpectedContent", 400, "This request does not support content."},
    {"UnresolvableGrantByEmailAddress", 400,
     "The email address you provided does not match any account on record."},
    {"XAmzContentChecksumMismatch", 400,
     "The provided 'x-amz-checksum' header does not match what was "
     "computed."},
    {"XAmzContentSHA256Mismatch", 400,
     "The provided 'x-amz-content-sha256' header does not match what was "
     "computed."},
    {"XMinioAdminBucketQuotaExceeded", 400, "Bucket quota exceeded"},
    {"XMinioBucketMetadataNotInitialized", 503,
     "Bucket metadata not initialized yet, please try again."},
    {"XMinioIAMNotInitialized", 503,
     "IAM sub-system not initialized yet, please try again."},
    {"XMinioInvalidObjectName", 400,
     "Object name contains unsupported characters."},
    {"XMinioInvalidResourceName", 400,
     "Resource name contains bad components such as \"..\" or \".\"."},
    {"XMinioServerNotInitialized", 503,
     "Server not initialized yet, please try again."},
    {"XMinioStorageFull", 507,
     "Storage backend has reached its minimum free drive threshold. Please "
     "delete a few objects to proceed."},
    {0}};

/* What AWS adds to these errors from the request's names. */
struct own_field {
    const char *code;
    bool bucket, key;
};

static const struct own_field own_fields[] = {
    {"BucketAlreadyExists", true, false},
    {"BucketAlreadyOwnedByYou", true, false},
    {"BucketNotEmpty", true, false},
    {"ConditionalRequestConflict", false, true},
    {"NoSuchBucket", true, false},
    {"NoSuchBucketPolicy", true, false},
    {"NoSuchCORSConfiguration", true, false},
    {"NoSuchKey", false, true},
    {"NoSuchLifecycleConfiguration", true, false},
    {"NoSuchPublicAccessBlockConfiguration", true, false},
    {"NoSuchTagSet", true, false},
    {"NoSuchVersion", false, true},
    {"ObjectLockConfigurationNotFoundError", true, false},
    {"OwnershipControlsNotFoundError", true, false},
    {"ServerSideEncryptionConfigurationNotFoundError", true, false},
    {0}};

static const struct service_error *find_error(const char *code)
{
    for (const struct service_error *e = s3_errors; e->name; e++)
        if (strcmp(e->name, code) == 0)
            return e;
    return NULL;
}

/* NULL: the profile calls it as everybody does. */
static const struct s3_override *override_of(const struct s3_profile *p,
                                             const char *code)
{
    const struct s3_override *o = p->overrides;

    while (o->code && strcmp(o->code, code) != 0)
        o++;
    return o->code ? o : NULL;
}

const char *s3_error_code(const struct s3 *s, const char *code)
{
    const struct s3_override *o = override_of(s->profile, code);

    return o ? o->as : code;
}

const char *s3_error_message(const char *code)
{
    const struct service_error *e = find_error(code);

    return e ? e->message : code;
}

/* Says this profile so much? */
static bool tells(const struct s3_profile *p, const char *field)
{
    const char *const *name = p->error_fields;

    if (!name)
        return true;
    while (*name && strcmp(*name, field) != 0)
        name++;
    return *name != NULL;
}

static void add_names(struct s3 *s, struct exchange *x, const char *code)
{
    struct own_field all = {code, true, true};
    const struct own_field *f = own_fields;

    while (f->code && strcmp(f->code, code) != 0)
        f++;
    if (s->profile->names_in_errors)
        f = &all;
    if (f->key && x->names.key)
        xml_textz(&s->text, "Key", x->names.key);
    if (f->bucket && x->names.bucket)
        xml_textz(&s->text, "BucketName", x->names.bucket);
}

/* Can it stand in XML? */
static bool is_text(struct slice s)
{
    for (size_t i = 0, n; i < s.len; i += n) {
        n = utf8_length(s.p + i, s.len - i);
        if (n == 0 || !s.p[i])
            return false;
    }
    return true;
}

/* The path as it came, or with its %XX undone. */
static void add_resource(struct s3 *s, struct exchange *x)
{
    struct slice path = x->request->path;
    struct str plain;

    str_init(&plain, path.len + 1);
    if (s->profile->plain_resource && percent_decode(&plain, path, false) &&
        is_text(str_slice(&plain)))
        path = str_slice(&plain);
    xml_text(&s->text, "Resource", path);
    str_fini(&plain);
}

static void add_end(struct s3 *s, struct exchange *x)
{
    char id[17];

    if (x->request)
        add_resource(s, x);
    if (s->profile->region_everywhere && *s->o.region)
        xml_textz(&s->text, "Region", s->o.region);
    s3_request_id(x, id);
    xml_textz(&s->text, "RequestId", id);
    xml_textz(&s->text, "HostId", s->host_id);
    str_addz(&s->text, "</Error>");
}

static void add_headers(struct s3 *s, struct exchange *x)
{
    struct answer *w = &x->answer;
    int after = s->profile->busy_retry_after_s;

    if (after && (w->status == 429 || w->status == 503))
        answer_header(w, &x->arena, "Retry-After", "%d", after);
}

/* The status is all that HEAD tells of an error; MinIO adds two headers. */
static void behead(struct s3 *s, struct exchange *x, const char *code,
                   const char *message)
{
    struct answer *w = &x->answer;

    if (!x->request || !slice_eqz(x->request->method, "HEAD"))
        return;
    if (!s->profile->code_in_head_error) {
        w->body = (struct slice){"", 0};
        return;
    }
    s3_answer_empty(x, w->status);
    add_headers(s, x);
    answer_header(w, &x->arena, "x-minio-error-code", "%s", code);
    answer_header(w, &x->arena, "x-minio-error-desc", "\"%s\"", message);
}

struct saying { /* an error as it goes over the wire */
    const char *code, *message;
    int status;
};

/* status 0 and message NULL come from the tables. */
static struct saying say(const struct s3_profile *p, const char *code,
                         int status, const char *message)
{
    const struct s3_override *o = override_of(p, code);
    const struct service_error *known;

    if (o) {
        code = o->as;
        status = status ? status : o->status;
        message = o->message ? o->message : message;
    }
    known = find_error(code);
    if (!status)
        status = known ? known->status : 400;
    if (!message)
        message = known ? known->message : code;
    return (struct saying){code, message, status};
}

/* fields holds (name, value) pairs, may be NULL. */
static void answer(struct exchange *x, struct saying w, va_list *fields,
                   bool names)
{
    struct s3 *s = s3_of(x);
    const char *name, *value;

    str_reset(&s->text);
    str_addz(&s->text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
    xml_textz(&s->text, "Code", w.code);
    xml_textz(&s->text, "Message", w.message);
    while (fields && (name = va_arg(*fields, const char *))) {
        value = va_arg(*fields, const char *);
        if (tells(s->profile, name))
            xml_textz(&s->text, name, value);
    }
    if (names)
        add_names(s, x, w.code);
    add_end(s, x);
    s3_answer_text(x, w.status);
    add_headers(s, x);
}

void s3_refuse(struct exchange *x, const char *code, const char *message)
{
    struct s3 *s = s3_of(x);

    answer(x, say(s->profile, code, 0, message), NULL, false);
    if (s->profile->refusal_vary)
        answer_set(&x->answer, &x->arena, "Vary", "%s",
                   s->profile->refusal_vary);
}

/* STS has its own names for what is in the table (sts.c). */
static bool say_to_sts(struct exchange *x, const char *code, struct saying w)
{
    if (!sts_is(x))
        return false;
    sts_error(x, code && find_error(code) ? code : w.code, w.status, w.message);
    return true;
}

void s3_error(struct exchange *x, const char *code, const char *message, ...)
{
    struct s3 *s = s3_of(x);
    struct saying w = say(s->profile, code, 0, message);
    va_list fields;

    if (say_to_sts(x, code, w))
        return;
    va_start(fields, message);
    answer(x, w, &fields, true);
    va_end(fields);
    behead(s, x, w.code, w.message);
}

void s3_answer_error(struct exchange *x, const char *type, int status,
                     const char *message)
{
    struct s3 *s = s3_of(x);
    struct saying w =
        say(s->profile, type ? type : "InternalError", status, message);

    if (say_to_sts(x, type, w))
        return;
    answer(x, w, NULL, true);
    behead(s, x, w.code, w.message);
}

void s3_answer_bad_request(struct exchange *x, int status, const char *reason)
{
    static const struct {
        int status;
        const char *code;
    } codes[] = {{411, "MissingContentLength"},
                 {413, "EntityTooLarge"},
                 {414, "InvalidURI"},
                 {431, "RequestHeaderSectionTooLarge"},
                 {501, "NotImplemented"}};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].status == status) {
            s3_answer_error(x, codes[i].code, 0, NULL);
            return;
        }
    s3_answer_error(x, "BadRequest", 400, reason);
}
