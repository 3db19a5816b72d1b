/* store_request: builds, signs and reads one request; ice__call does the rest.
 */
#include "iceberg/store_request.h"

#include <stdio.h>
#include <string.h>

#include "base/percent.h"
#include "iceberg/store_error.h"
#include "iceberg/store_keys.h"
#include "iceberg/store_xml.h"

enum { MAX_URL = 16 << 10, MAX_HEADER = 16 << 10, MIB = 1 << 20 };

static const struct {
    const char *operation, *method;
    bool write;
    bool scratch; /* nobody sees what it did until something else is done */
} ops[ICE_STORE_OPS] = {
    [ICE_STORE_GET] = {"GetObject", "GET", false, false},
    [ICE_STORE_HEAD] = {"HeadObject", "HEAD", false, false},
    [ICE_STORE_PUT] = {"PutObject", "PUT", true, false},
    [ICE_STORE_LIST] = {"ListObjectsV2", "GET", false, false},
    [ICE_STORE_DELETE] = {"DeleteObject", "DELETE", true, false},
    [ICE_STORE_DELETE_MANY] = {"DeleteObjects", "POST", true, false},
    [ICE_STORE_CREATE_UPLOAD] = {"CreateMultipartUpload", "POST", true, true},
    [ICE_STORE_PART] = {"UploadPart", "PUT", true, true},
    [ICE_STORE_COMPLETE] = {"CompleteMultipartUpload", "POST", true, false},
    [ICE_STORE_ABORT] = {"AbortMultipartUpload", "DELETE", true, true},
    [ICE_STORE_LIST_UPLOADS] = {"ListMultipartUploads", "GET", false, false},
};

const char *ice__store_op_name(enum ice_store_op op)
{
    return ops[op].operation;
}

/* ---- the address ---- */

/* The endpoint's parts; user info is left out. */
struct endpoint {
    struct slice scheme, host, path; /* "http", "h:9000", "" or "/x" */
};

static struct endpoint endpoint_of(const char *z)
{
    const char *colon = strstr(z, "://");
    const char *host = colon ? colon + 3 : z;
    size_t n = strcspn(host, "/");
    struct endpoint e = {.scheme = {z, colon ? (size_t)(colon - z) : 0}};

    e.path = slice_of(host + n);
    while (e.path.len && e.path.p[e.path.len - 1] == '/')
        e.path.len--;
    for (size_t i = n; i > 0; i--) {
        if (host[i - 1] == '@') {
            host += i;
            n -= i;
            break;
        }
    }
    e.host = (struct slice){host, n};
    return e;
}

static void address(struct ice_store_request *q,
                    const struct ice_object_name *name)
{
    const struct ice_settings *s = q->c->settings;
    struct endpoint e = endpoint_of(s->s3_endpoint);
    struct str path;

    str_init(&path, MAX_URL);
    str_adds(&path, e.path);
    if (s->s3_path_style) {
        str_addc(&path, '/');
        percent_encode(&path, name->bucket, "");
        q->host = arena_memdup(&q->arena, e.host.p, e.host.len);
    } else {
        q->host = arena_printf(&q->arena, SLICE_FMT "." SLICE_FMT,
                               SLICE_ARG(name->bucket), SLICE_ARG(e.host));
    }
    if (name->key.len || !s->s3_path_style)
        str_addc(&path, '/');
    percent_encode(&path, name->key, "/");
    q->path = path.failed ? NULL : arena_strdup(&q->arena, str_z(&path));
    q->url = arena_printf(&q->arena, SLICE_FMT "://%s%s%s%s",
                          SLICE_ARG(e.scheme), q->host, str_z(&path),
                          q->query ? "?" : "", q->query ? q->query : "");
    str_fini(&path);
}

/* ---- life ---- */

void ice__store_request_init(struct ice_store_request *q, struct ice_catalog *c,
                             enum ice_store_op op,
                             const struct ice_object_name *name,
                             const char *query)
{
    *q = (struct ice_store_request){.c = c,
                                    .op = op,
                                    .operation = ops[op].operation,
                                    .method = ops[op].method};
    arena_init(&q->arena);
    arena_init(&q->attempt);
    q->query = query ? arena_strdup(&q->arena, query) : NULL;
    address(q, name);
}

void ice__store_request_fini(struct ice_store_request *q)
{
    arena_fini(&q->arena);
    arena_fini(&q->attempt);
}

void ice__store_header(struct ice_store_request *q, const char *name,
                       const char *value)
{
    if (q->n_headers < ICE_STORE_HEADERS)
        q->header[q->n_headers++] =
            arena_printf(&q->arena, "%s: %s", name, value);
}

/* ---- the signature ---- */

static void add_line(struct ice_store_request *q, const char *name,
                     const char *value)
{
    q->line[q->n_lines++] = arena_printf(&q->attempt, "%s: %s", name, value);
}

static void sign(struct ice_store_request *q, const struct ice_store_keys *keys,
                 const char *date)
{
    struct ice_sigv4_key key = {keys->access_key, keys->secret_key,
                                q->c->settings->s3_region, "s3"};
    struct ice_sigv4_request request = {.method = q->method,
                                        .path = slice_of(q->path),
                                        .query = slice_of(q->query),
                                        .headers = q->line,
                                        .n_headers = q->n_lines,
                                        .date = date,
                                        .payload_hash = q->hash};
    struct str value;

    str_init(&value, MAX_HEADER);
    ice__sigv4_sign(&key, &request, &value);
    add_line(q, "Authorization", str_z(&value));
    str_fini(&value);
}

/* Once for all attempts, when the first is made: parts that wait their turn
 * have cost nothing yet. */
static void hash_body(struct ice_store_request *q)
{
    const struct ice_store_rules *p = &q->c->policy->store;
    char sum[ICE_CRC32C_SIZE];

    if (q->hash[0])
        return;
    if (q->body.len && !p->hash_body)
        snprintf(q->hash, sizeof(q->hash), "UNSIGNED-PAYLOAD");
    else
        ice__sha256_hex(q->body, q->hash);
    if (!q->sum || !(p->checksums & ICE_SUM_SENT))
        return;
    ice__crc32c_base64(q->body, sum);
    ice__store_header(q, "x-amz-checksum-crc32c", sum);
}

/* ice_op.prepare: each attempt is signed for the time it is made. */
static void prepare(void *ctx, struct ice_request *request, int attempt)
{
    struct ice_store_request *q = ctx;
    struct ice_store_keys keys = ice__store_keys(q->c);
    char date[DATE_BASIC_SIZE];

    (void)attempt;
    hash_body(q);
    arena_fini(&q->attempt);
    q->n_lines = 0;
    q->generation = q->c->store.generation;
    q->session = keys.session_token != NULL;
    date_basic(ice__store_unix_ms(q->c), date);
    add_line(q, "Host", q->host);
    add_line(q, "x-amz-content-sha256", q->hash);
    add_line(q, "x-amz-date", date);
    if (keys.session_token)
        add_line(q, "x-amz-security-token", keys.session_token);
    for (size_t i = 0; i < q->n_headers; i++)
        q->line[q->n_lines++] = q->header[i];
    sign(q, &keys, date);
    if (q->body.p)
        add_line(q, "Content-Type",
                 q->content_type ? q->content_type
                                 : "application/octet-stream");
    request->headers = q->line;
    request->n_headers = q->n_lines;
}

/* ---- the answer ---- */

static bool usable(void *ctx, const struct ice_answer *a, char why[160])
{
    struct ice_store_request *q = ctx;

    return !q->usable || q->usable(q, a, why);
}

static bool intact(void *ctx, const struct ice_answer *a, char why[160])
{
    struct ice_store_request *q = ctx;

    return !q->intact || q->intact(q, a, why);
}

/* An answer without a body has MinIO's words in its header. */
static bool error_of(void *ctx, const struct ice_answer *a,
                     struct ice_said *said)
{
    struct slice code = ice__answer_header(a, "x-minio-error-code");

    (void)ctx;
    said->code = 0;
    if (ice__store_error(str_slice(&a->body), &said->type, &said->message))
        return true;
    if (!code.len)
        return false;
    str_adds(&said->type, code);
    return true;
}

/* An object may well hold what looks like an error document, but then it has
 * an ETag. */
static bool error_in_200(void *ctx, const struct ice_answer *a)
{
    const struct ice_store_request *q = ctx;

    if (q->op == ICE_STORE_GET && ice__answer_header(a, "ETag").len)
        return false;
    return ice__xml_root_is(str_slice(&a->body), "Error");
}

static bool can_renew(void *ctx, enum ice_row row, const struct ice_answer *a)
{
    const struct ice_store_request *q = ctx;

    return ice__store_can_renew(q->c, row, a, q->generation);
}

static int renew(void *ctx, enum ice_row row, const struct ice_answer *a)
{
    const struct ice_store_request *q = ctx;

    return ice__store_renew(q->c, row, a, q->generation);
}

/* ---- sending ---- */

int ice__store_request_ready(struct ice_store_request *q, struct ice_error *e)
{
    if (ice__store_ready(q->c, e))
        return ICE_CONFIG;
    if (!q->path)
        return ice__fail(q->c, e, ICE_INVALID, q->operation,
                         "the object's name is too long");
    return ICE_OK;
}

struct ice_op ice__store_op(struct ice_store_request *q)
{
    return (struct ice_op){
        .operation = q->operation,
        .server = ICE_STORE_SERVER,
        .no_auth = true,
        .write = ops[q->op].write,
        .scratch = ops[q->op].scratch,
        .safe = q->c->policy->store.again[q->op],
        .named = q->named,
        .raw = true,
        .session = &q->session,
        .body_bytes = q->most,
        .method = q->method,
        .url = q->url,
        .body = q->body,
        .more_ms = (int64_t)(q->body.len / MIB) * 1000,
        .prepare = prepare,
        .usable = usable,
        .intact = intact,
        .error_of = error_of,
        .error_in_200 = error_in_200,
        .can_renew = can_renew,
        .renew = renew,
        .ctx = q,
    };
}

int ice__store_send(struct ice_store_request *q, struct ice_result *result,
                    struct ice_error *e)
{
    struct ice_op op = ice__store_op(q);
    int rc = ice__store_request_ready(q, e);

    memset(result, 0, sizeof(*result));
    return rc ? rc : ice__call(q->c, &op, result, e);
}
