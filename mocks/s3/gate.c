/* gate: what MinIO refuses before it looks at bucket, user or signature.
 *
 * In the order in which it does. The answers name neither bucket nor key, as
 * no handler has seen the request.
 */
#include <string.h>

#include "base/percent.h"
#include "mocks/s3/auth.h"

enum { MAX_HEADERS = 8 << 10, MAX_PATH = 32 << 10 };

enum auth_kind {
    AUTH_UNKNOWN,
    AUTH_NONE,
    AUTH_HEADER, /* or signed chunks: they need a date */
    AUTH_OTHER   /* query, unsigned trailer, form: looked at later */
};

static bool refuse(struct exchange *x, const char *code)
{
    s3_refuse(x, code, NULL);
    return false;
}

/* ---- the kind of signature, and its date ---- */

/* Every %XX of the query is one, and no semicolon is in it. */
static bool query_readable(struct exchange *x)
{
    struct slice q = x->request->query;
    struct str plain;
    bool ok;

    if (!q.len || !(memchr(q.p, '%', q.len) || memchr(q.p, ';', q.len)))
        return true;
    str_init(&plain, q.len + 1);
    ok = percent_decode(&plain, q, true) && !memchr(q.p, ';', q.len);
    str_fini(&plain);
    return ok;
}

static bool asks(struct exchange *x, const char *name)
{
    return x->request->query.len &&
           http_query(x->request, name, &x->arena) != NULL;
}

static bool is_form(const struct http_request *r)
{
    return slice_eqz(r->method, "POST") &&
           slice_istarts(http_header(r, "Content-Type"), "multipart/form-data");
}

static enum auth_kind kind_of(struct exchange *x)
{
    const struct http_request *r = x->request;
    struct slice value = http_header(r, "Authorization");
    struct slice hash = http_header(r, "x-amz-content-sha256");
    bool put = slice_eqz(r->method, "PUT");
    bool trailer = put && slice_eqz(hash, "STREAMING-UNSIGNED-PAYLOAD-TRAILER");

    if (!query_readable(x))
        return AUTH_UNKNOWN;
    if (slice_starts(value, "AWS")) /* the second version too */
        return trailer && slice_starts(value, "AWS4-HMAC-SHA256") ? AUTH_OTHER
                                                                  : AUTH_HEADER;
    if (put && slice_starts(hash, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"))
        return AUTH_HEADER;
    if (trailer || asks(x, "X-Amz-Credential") ||
        slice_starts(value, "Bearer") || is_form(r) || asks(x, "Action"))
        return AUTH_OTHER;
    return value.p ? AUTH_UNKNOWN : AUTH_NONE;
}

static bool is_dated(struct exchange *x)
{
    const struct http_request *r = x->request;
    struct slice v = http_header(r, "x-amz-date");
    int64_t at, skew;

    if (!v.len)
        v = http_header(r, "Date");
    if (!v.len)
        return refuse(x, "MissingDate");
    at = auth_any_date(&x->arena, v);
    if (at < 0)
        return refuse(x, "MalformedDate");
    skew = clock_unix_ms(s3_of(x)->clock) - at;
    return (skew <= S3_MAX_SKEW_MS && skew >= -S3_MAX_SKEW_MS) ||
           refuse(x, "RequestTimeTooSkewed");
}

static bool kind_is_known(struct exchange *x)
{
    enum auth_kind kind = kind_of(x);

    if (kind == AUTH_UNKNOWN)
        return refuse(x, "OtherAuthorization");
    return kind != AUTH_HEADER || is_dated(x);
}

/* ---- sizes and paths ---- */

static bool headers_fit(struct exchange *x)
{
    const struct http_request *r = x->request;
    size_t all = 0, own = 0;

    for (size_t i = 0; i < r->n_headers; i++) {
        const struct http_header *h = &r->headers[i];
        size_t n = h->name.len + h->value.len;

        if (slice_ieqz(h->name, "Host"))
            continue;
        all += n;
        if (slice_istarts(h->name, "x-amz-meta-") ||
            slice_istarts(h->name, "x-minio-meta-"))
            own += n;
    }
    return (all <= MAX_HEADERS && own <= S3_MAX_METADATA) ||
           refuse(x, "MetadataTooLarge");
}

static bool is_dots(struct slice segment)
{
    struct slice s = slice_trim(segment);

    return slice_eqz(s, ".") || slice_eqz(s, "..");
}

/* No segment between slashes of either kind is "." or "..". */
static bool path_is_plain(struct slice path)
{
    size_t from = 0;

    for (size_t i = 0; i <= path.len; i++)
        if (i == path.len || path.p[i] == '/' || path.p[i] == '\\') {
            if (is_dots((struct slice){path.p + from, i - from}))
                return false;
            from = i + 1;
        }
    return path.len <= MAX_PATH;
}

static bool text_is_plain(struct slice raw, bool plus)
{
    struct str plain;
    bool ok;

    if (!raw.len ||
        !(memchr(raw.p, '.', raw.len) || memchr(raw.p, '%', raw.len)))
        return raw.len <= MAX_PATH;
    str_init(&plain, raw.len + 1);
    ok = !percent_decode(&plain, raw, plus) || path_is_plain(str_slice(&plain));
    str_fini(&plain);
    return ok;
}

static bool query_is_plain(struct slice query)
{
    const char *p = query.p, *end = p + query.len;

    while (p < end) {
        const char *next = memchr(p, '&', (size_t)(end - p));
        const char *stop = next ? next : end;
        const char *eq = memchr(p, '=', (size_t)(stop - p));
        struct slice name = {p, (size_t)((eq ? eq : stop) - p)};

        if (eq && !slice_eqz(name, "delimiter") &&
            !text_is_plain((struct slice){eq + 1, (size_t)(stop - eq) - 1},
                           true))
            return false;
        p = stop + 1;
    }
    return true;
}

static bool names_are_plain(struct exchange *x)
{
    const struct http_request *r = x->request;

    return (text_is_plain(r->path, false) &&
            (!r->query.len || query_is_plain(r->query))) ||
           refuse(x, "XMinioInvalidResourceName");
}

static bool is_signed_once(struct exchange *x)
{
    struct slice value = http_header(x->request, "Authorization");
    int n = slice_starts(value, "AWS") || slice_starts(value, "Bearer");

    n += asks(x, "X-Amz-Credential") + asks(x, "AWSAccessKeyId") +
         is_form(x->request);
    return n < 2 || refuse(x, "SeveralAuthorizations");
}

/* ---- the bucket ---- */

static bool bucket_is_open(struct exchange *x)
{
    const struct http_request *r = x->request;
    const char *bucket = x->names.bucket;

    if (!bucket ||
        (slice_starts(r->path, "/minio/") &&
         (slice_eqz(r->method, "GET") || slice_eqz(r->method, "POST"))))
        return true; /* MinIO's own services, it seems */
    if (strcmp(bucket, "minio") == 0 || strcmp(bucket, ".minio.sys") == 0)
        return refuse(x, "AllAccessDisabled");
    return s3_bucket_name_ok(slice_of(bucket)) ||
           refuse(x, "InvalidBucketName");
}

/* HEAD hears of this one in headers. */
static bool refuse_key(struct exchange *x)
{
    if (!slice_eqz(x->request->method, "HEAD"))
        return refuse(x, "InsecureKey");
    s3_error(x, "InsecureKey", NULL, NULL);
    answer_set(&x->answer, &x->arena, "Vary", "Origin");
    return false;
}

/* Keys of the client's own go over TLS only. */
static bool keys_are_hidden(struct exchange *x)
{
    static const char *const names[] = {
        "x-amz-server-side-encryption-customer-",
        "x-amz-copy-source-server-side-encryption-customer-"};
    const struct http_request *r = x->request;

    for (size_t i = 0; i < r->n_headers && !x->tls; i++)
        if (slice_istarts(r->headers[i].name, names[0]) ||
            slice_istarts(r->headers[i].name, names[1]))
            return refuse_key(x);
    return true;
}

static bool (*const rules[])(struct exchange *) = {
    kind_is_known,  headers_fit,    names_are_plain,
    is_signed_once, bucket_is_open, keys_are_hidden};

bool gate_open(struct exchange *x)
{
    if (!s3_of(x)->profile->refuses_first)
        return true;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (!rules[i](x))
            return false;
    return true;
}
