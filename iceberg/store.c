/* store: builds, signs and reads one request; ice__call does the rest. */
#include "iceberg/store.h"

#include <stdio.h>
#include <string.h>

#include "base/percent.h"
#include "iceberg/sigv4.h"
#include "iceberg/store_error.h"

enum { MAX_URL = 16 << 10, MAX_HEADER = 16 << 10, HEADERS = 6 };

struct reading { /* one operation; lines are made anew for each attempt */
    struct ice_catalog *c;
    struct arena arena;
    const char *method;
    const char *url, *host, *path;
    struct ice_range range;
    const char *line[HEADERS];
    size_t n_lines;
};

bool ice__store_name(const char *uri, struct ice_object_name *out)
{
    static const char *const schemes[] = {"s3://", "s3a://", "s3n://"};

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t skip = strlen(schemes[i]);
        const char *bucket = uri + skip, *slash;

        if (strncmp(uri, schemes[i], skip))
            continue;
        slash = strchr(bucket, '/');
        if (!slash || slash == bucket || !slash[1])
            return false;
        out->bucket = (struct slice){bucket, (size_t)(slash - bucket)};
        out->key = slice_of(slash + 1);
        return true;
    }
    return false;
}

int ice__store_ready(struct ice_catalog *c, struct ice_error *e)
{
    const struct ice_settings *s = c->settings;
    const char *missing = NULL;

    if (!s->s3_access_key)
        missing = "S3_ACCESS_KEY";
    else if (!s->s3_secret_key)
        missing = "S3_SECRET_KEY";
    if (!missing)
        return ICE_OK;
    return ice__fail(c, e, ICE_CONFIG, "settings",
                     "%s is missing: tables' files are read from the store",
                     missing);
}

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

static void address(struct reading *r, const struct ice_object_name *name)
{
    const struct ice_settings *s = r->c->settings;
    struct endpoint e = endpoint_of(s->s3_endpoint);
    struct str path;

    str_init(&path, MAX_URL);
    str_adds(&path, e.path);
    if (s->s3_path_style) {
        str_addc(&path, '/');
        percent_encode(&path, name->bucket, "");
        r->host = arena_memdup(&r->arena, e.host.p, e.host.len);
    } else {
        r->host = arena_printf(&r->arena, SLICE_FMT "." SLICE_FMT,
                               SLICE_ARG(name->bucket), SLICE_ARG(e.host));
    }
    str_addc(&path, '/');
    percent_encode(&path, name->key, "/");
    r->path = path.failed ? NULL : arena_strdup(&r->arena, str_z(&path));
    r->url = arena_printf(&r->arena, SLICE_FMT "://%s%s", SLICE_ARG(e.scheme),
                          r->host, str_z(&path));
    str_fini(&path);
}

static void add_line(struct reading *r, const char *name, const char *value)
{
    r->line[r->n_lines++] = arena_printf(&r->arena, "%s: %s", name, value);
}

static void sign(struct reading *r, const char *date)
{
    const struct ice_settings *s = r->c->settings;
    struct ice_sigv4_key key = {s->s3_access_key, s->s3_secret_key,
                                s->s3_region, "s3"};
    struct ice_sigv4_request request = {.method = r->method,
                                        .path = slice_of(r->path),
                                        .headers = r->line,
                                        .n_headers = r->n_lines,
                                        .date = date,
                                        .payload_hash = ICE_SHA256_EMPTY};
    struct str value;

    str_init(&value, MAX_HEADER);
    ice__sigv4_sign(&key, &request, &value);
    add_line(r, "Authorization", str_z(&value));
    str_fini(&value);
}

/* ice_op.prepare: each attempt is signed for the time it is made. */
static void prepare(void *ctx, struct ice_request *request, int attempt)
{
    struct reading *r = ctx;
    const struct ice_settings *s = r->c->settings;
    char date[DATE_BASIC_SIZE];

    (void)attempt;
    r->n_lines = 0;
    date_basic(clock_unix_ms(r->c->env.clock), date);
    add_line(r, "Host", r->host);
    add_line(r, "x-amz-content-sha256", ICE_SHA256_EMPTY);
    add_line(r, "x-amz-date", date);
    if (s->s3_session_token)
        add_line(r, "x-amz-security-token", s->s3_session_token);
    if (r->range.bytes > 0)
        add_line(r, "Range",
                 arena_printf(
                     &r->arena, "bytes=%lld-%lld", (long long)r->range.first,
                     (long long)(r->range.first + r->range.bytes - 1)));
    sign(r, date);
    request->headers = r->line;
    request->n_headers = r->n_lines;
}

/* Does Content-Range say that the body is what was asked for? */
static bool part_fits(const struct reading *r, const struct ice_answer *a)
{
    struct slice v = ice__answer_header(a, "Content-Range");
    char text[96];
    long long first, last;

    if (v.len >= sizeof(text))
        return false;
    snprintf(text, sizeof(text), SLICE_FMT, SLICE_ARG(v));
    if (sscanf(text, "bytes %18lld-%18lld/", &first, &last) != 2)
        return false;
    return first == r->range.first && last >= first &&
           last - first < r->range.bytes &&
           (unsigned long long)(last - first + 1) == a->body.len;
}

/* ice_op.usable: 200 is the whole object, 206 the part that was asked for. */
static bool usable(void *ctx, const struct ice_answer *a, char why[160])
{
    const struct reading *r = ctx;

    if (a->status == 200)
        return true;
    if (a->status == 206 && r->range.bytes > 0 && part_fits(r, a))
        return true;
    snprintf(why, 160, "the store sent another part than was asked for");
    return false;
}

static bool error_of(void *ctx, const struct ice_answer *a,
                     struct ice_said *said)
{
    (void)ctx;
    return ice__store_error(str_slice(&a->body), &said->type, &said->message);
}

static int send(struct reading *r, const char *operation, const char *uri,
                struct ice_result *result, struct ice_error *e)
{
    struct ice_object_name name;
    struct ice_op op = {.operation = operation,
                        .server = ICE_STORE_SERVER,
                        .no_auth = true,
                        .method = r->method,
                        .prepare = prepare,
                        .usable = usable,
                        .error_of = error_of,
                        .ctx = r};

    if (!ice__store_name(uri, &name))
        return ice__fail(r->c, e, ICE_INVALID, operation,
                         "%.200s is no object of an S3 store", uri);
    if (ice__store_ready(r->c, e))
        return ICE_CONFIG;
    address(r, &name);
    if (!r->path)
        return ice__fail(r->c, e, ICE_INVALID, operation,
                         "the object's name is too long");
    op.url = r->url;
    return ice__call(r->c, &op, result, e);
}

static void reading_init(struct reading *r, struct ice_catalog *c,
                         const char *method, struct ice_range range)
{
    memset(r, 0, sizeof(*r));
    arena_init(&r->arena);
    r->c = c;
    r->method = method;
    r->range = range;
}

/* A server may answer a range with the whole. */
static struct slice wanted_part(const struct reading *r,
                                const struct ice_answer *a)
{
    struct slice whole = str_slice(&a->body);
    size_t first = (size_t)r->range.first, n = (size_t)r->range.bytes;

    if (r->range.bytes <= 0 || a->status != 200)
        return whole;
    if (first > whole.len)
        first = whole.len;
    if (n > whole.len - first)
        n = whole.len - first;
    return (struct slice){whole.p + first, n};
}

int ice__store_get(struct ice_catalog *c, const char *uri,
                   struct ice_range range, struct str *out, struct ice_error *e)
{
    struct ice_result result;
    struct reading r;
    int rc;

    memset(&result, 0, sizeof(result));
    reading_init(&r, c, "GET", range);
    rc = send(&r, "GetObject", uri, &result, e);
    if (!rc) {
        str_adds(out, wanted_part(&r, &result.answer));
        if (out->failed)
            rc = ice__fail(c, e, ICE_PROTOCOL, "GetObject",
                           "the object is larger than %zu bytes", out->max);
    }
    ice__result_fini(&result);
    arena_fini(&r.arena);
    return rc;
}

int ice__store_head(struct ice_catalog *c, const char *uri,
                    struct ice_object *out, struct ice_error *e)
{
    struct ice_result result;
    struct reading r;
    long long n = -1;
    int rc;

    memset(&result, 0, sizeof(result));
    memset(out, 0, sizeof(*out));
    reading_init(&r, c, "HEAD", (struct ice_range){0, 0});
    rc = send(&r, "HeadObject", uri, &result, e);
    if (!rc) {
        struct slice etag = ice__answer_header(&result.answer, "ETag");

        if (!slice_int64(ice__answer_header(&result.answer, "Content-Length"),
                         &n) ||
            n < 0)
            rc = ice__fail(c, e, ICE_PROTOCOL, "HeadObject",
                           "the answer does not say how long the object is");
        out->bytes = n;
        snprintf(out->etag, sizeof(out->etag), SLICE_FMT, SLICE_ARG(etag));
    }
    ice__result_fini(&result);
    arena_fini(&r.arena);
    return rc;
}
