/* route: from a request's target to the operation, bucket and key.
 *
 * The one place that knows where the bucket's name stands: in the path, or
 * (virtual-host style) before one of the domains in Host.
 */
#include <string.h>
#include <strings.h>

#include "base/percent.h"
#include "base/utf8.h"
#include "mocks/s3/internal.h"

enum level { LEVEL_SERVICE, LEVEL_BUCKET, LEVEL_KEY, LEVEL_HEALTH };

struct target {
    enum level level;
    const char *bucket, *key; /* decoded, in the exchange's arena */
};

/* Queries that make another operation of a request. One of them without a row
 * is something this server cannot do yet, never a plain GET or PUT. */
static const char *const subresources[] = {"accelerate",
                                           "acl",
                                           "analytics",
                                           "attributes",
                                           "cors",
                                           "delete",
                                           "encryption",
                                           "intelligent-tiering",
                                           "inventory",
                                           "legal-hold",
                                           "lifecycle",
                                           "list-type",
                                           "location",
                                           "logging",
                                           "metrics",
                                           "notification",
                                           "object-lock",
                                           "ownershipControls",
                                           "policy",
                                           "policyStatus",
                                           "publicAccessBlock",
                                           "replication",
                                           "requestPayment",
                                           "restore",
                                           "retention",
                                           "select",
                                           "tagging",
                                           "torrent",
                                           "uploadId",
                                           "uploads",
                                           "versioning",
                                           "versions",
                                           "website",
                                           NULL};

/* The pair "name" or "name=value" that starts at *at; false at the end. */
static bool next_pair(struct slice query, size_t *at, struct slice *pair)
{
    const char *end;

    if (*at >= query.len)
        return false;
    end = memchr(query.p + *at, '&', query.len - *at);
    pair->p = query.p + *at;
    pair->len = end ? (size_t)(end - pair->p) : query.len - *at;
    *at += pair->len + 1;
    return true;
}

/* Is name there, with value when that is not NULL? */
static bool has_query(struct slice query, struct slice name, const char *value)
{
    struct slice pair;
    size_t at = 0;

    while (next_pair(query, &at, &pair)) {
        struct slice rest = {"", 0};

        if (pair.len < name.len || memcmp(pair.p, name.p, name.len) != 0)
            continue;
        if (pair.len > name.len && pair.p[name.len] != '=')
            continue;
        if (pair.len > name.len)
            rest =
                (struct slice){pair.p + name.len + 1, pair.len - name.len - 1};
        if (!value || slice_eqz(rest, value))
            return true;
    }
    return false;
}

static bool is_in(const char *const *list, const char *name)
{
    while (*list && strcmp(*list, name) != 0)
        list++;
    return *list != NULL;
}

/* MinIO passes over what the target cannot have. */
static bool can_have(const struct exchange *x, enum level level,
                     const char *name)
{
    static const char *const of_keys[] = {
        "acl",     "attributes", "legal-hold", "restore", "retention", "select",
        "tagging", "torrent",    "uploadId",   "uploads", NULL};
    static const char *const of_both[] = {"acl", "tagging", "uploads", NULL};

    if (!s3_of(x)->profile->minio)
        return true;
    if (strcmp(name, "list-type") == 0 || slice_eqz(x->request->method, "HEAD"))
        return false; /* only 2 matters, and its row stands first */
    return is_in(of_keys, name) ? level == LEVEL_KEY || is_in(of_both, name)
                                : level != LEVEL_KEY;
}

static const char *subresource_of(const struct exchange *x, enum level level)
{
    struct slice query = x->request->query;

    if (query.len == 0)
        return NULL;
    for (size_t i = 0; subresources[i]; i++)
        if (has_query(query, slice_of(subresources[i]), NULL) &&
            can_have(x, level, subresources[i]))
            return subresources[i];
    return NULL;
}

static bool is_utf8(struct slice s)
{
    size_t i = 0, n;

    for (; i < s.len; i += n) {
        n = utf8_length(s.p + i, s.len - i);
        if (n == 0 || s.p[i] == 0)
            return false;
    }
    return true;
}

/* NULL when it cannot be decoded, is not UTF-8 or holds a zero byte. */
static const char *decoded(struct arena *a, struct slice raw)
{
    const char *text = NULL;
    struct str out;

    if (raw.len && !memchr(raw.p, '%', raw.len))
        return is_utf8(raw) ? arena_memdup(a, raw.p, raw.len) : NULL;
    str_init(&out, raw.len + 1);
    if (percent_decode(&out, raw, false) && is_utf8(str_slice(&out)))
        text = arena_memdup(a, out.p, out.len);
    str_fini(&out);
    return text;
}

/* ---- where the bucket's name stands ---- */

/* Without the port. */
static struct slice host_of(const struct http_request *r)
{
    struct slice host = slice_trim(http_header(r, "host"));
    const char *colon = host.len ? memrchr(host.p, ':', host.len) : NULL;

    if (colon && !memchr(colon, ']', host.len - (size_t)(colon - host.p)))
        host.len = (size_t)(colon - host.p);
    return host;
}

struct slice s3_bucket_of_host(const struct s3 *s, const struct http_request *r)
{
    const char *const *domains = s->o.domains.items;
    struct slice host = host_of(r);

    for (size_t i = 0; i < s->o.domains.n; i++) {
        struct slice d = slice_of(domains[i]);
        size_t n = host.len > d.len + 1 ? host.len - d.len - 1 : 0;

        if (host.len == d.len && strncasecmp(host.p, d.p, d.len) == 0)
            break; /* the domain itself, which may lie under another one */
        if (n && host.p[n] == '.' &&
            strncasecmp(host.p + n + 1, d.p, d.len) == 0)
            return (struct slice){host.p, n};
    }
    return (struct slice){NULL, 0};
}

/* MinIO takes "/a//b" for "a/b" but leaves "a//b" alone: a key that begins with
 * a slash is cleaned of empty segments, and of that slash. */
static const char *without_first_slashes(struct arena *a, const char *key)
{
    char *clean;
    size_t n = 0;

    if (*key != '/')
        return key;
    clean = arena_alloc(a, strlen(key) + 2);
    for (; *key; key++)
        if (*key != '/' || (n && clean[n - 1] != '/'))
            clean[n++] = *key;
    if (n == 0)
        clean[n++] = '/';
    clean[n] = 0;
    return clean;
}

static bool read_key(struct exchange *x, struct target *t, struct slice rest)
{
    if (rest.len == 0)
        return true;
    t->level = LEVEL_KEY;
    t->key = decoded(&x->arena, rest);
    if (t->key && s3_of(x)->profile->minio)
        t->key = without_first_slashes(&x->arena, t->key);
    return t->key != NULL;
}

/* Path style: /bucket/key. */
static bool read_path(struct exchange *x, struct target *t, struct slice path)
{
    const char *slash = path.len ? memchr(path.p, '/', path.len) : NULL;
    struct slice bucket = {path.p, slash ? (size_t)(slash - path.p) : path.len};

    if (path.len == 0)
        return true;
    t->level = LEVEL_BUCKET;
    t->bucket = decoded(&x->arena, bucket);
    if (!t->bucket)
        return false;
    return !slash ||
           read_key(x, t, (struct slice){slash + 1, path.len - bucket.len - 1});
}

static bool read_target(struct exchange *x, struct target *t)
{
    const struct s3 *s = s3_of(x);
    struct slice path = x->request->path, bucket;

    *t = (struct target){0};
    if (path.len == 0 || path.p[0] != '/')
        return false;
    if (s->profile->health && health_is(path) &&
        (slice_eqz(x->request->method, "GET") ||
         slice_eqz(x->request->method, "HEAD"))) {
        t->level = LEVEL_HEALTH;
        return true;
    }
    path = (struct slice){path.p + 1, path.len - 1};
    bucket = s3_bucket_of_host(s, x->request);
    if (!bucket.p)
        return read_path(x, t, path);
    t->level = LEVEL_BUCKET;
    t->bucket = decoded(&x->arena, bucket);
    return t->bucket && read_key(x, t, path);
}

/* ---- which operation ---- */

/* By the places where the notations differ. */
static enum level level_of(const char *route)
{
    enum { BEHIND_BUCKET = sizeof("/{bucket}") - 1 };

    if (route[1] != '{')
        return route[1] == 'm' ? LEVEL_HEALTH : LEVEL_SERVICE;
    return route[BEHIND_BUCKET] == '/' ? LEVEL_KEY : LEVEL_BUCKET;
}

/* Does the request have the header of " if NAME"? */
static bool header_fits(const struct http_request *r, const char *condition)
{
    return !condition || http_header(r, condition + sizeof(" if ") - 1).p;
}

static bool row_fits(const struct operation *op, const struct http_request *r,
                     enum level level, const char *subresource)
{
    static const struct slice shapes[] = {
        SLICE_LIT("/"), SLICE_LIT("/{bucket}"), SLICE_LIT("/{bucket}/{key}"),
        SLICE_LIT("/minio/health/{check}")};
    const char *q, *value;
    size_t n = shapes[level].len;

    if (strncmp(op->route, shapes[level].p, n) != 0 ||
        (op->route[n] == '?' && !r->query.len) ||
        !header_fits(r, strstr(op->route + n, " if ")))
        return false;
    if (op->route[n] == 0 || op->route[n] == ' ')
        return !subresource || slice_eqz(r->method, "OPTIONS");
    if (op->route[n] != '?')
        return false;
    q = op->route + n + 1;
    n = strcspn(q, "= ");
    value = q[n] == '=' ? q + n + 1 : NULL;
    return has_query(r->query, (struct slice){q, n}, value);
}

static bool may_be_form(const struct exchange *x)
{
    return !s3_of(x)->profile->minio ||
           slice_istarts(http_header(x->request, "Content-Type"),
                         "multipart/form-data");
}

/* A row's, or a request's, level and method: two letters tell methods apart. */
static uint32_t kind_of(enum level level, const char *method)
{
    return (uint32_t)level << 16 | (uint32_t)(unsigned char)method[0] << 8 |
           (unsigned char)method[1];
}

void s3_sort_rows(struct s3 *s)
{
    size_t n = s->service.n_operations;

    s->row_kinds = arena_alloc(&s->arena, n * sizeof(*s->row_kinds));
    for (size_t i = 0; i < n; i++) {
        const struct operation *op = &s->service.operations[i];
        s->row_kinds[i] = kind_of(level_of(op->route), op->method);
    }
}

void s3_name_operation(struct exchange *x)
{
    const struct http_request *r = x->request;
    const struct operation *op = x->service->operations;
    const uint32_t *kinds = s3_of(x)->row_kinds;
    const char *subresource;
    struct target t;
    uint32_t kind;

    if (x->op && r->method.p[1] != 'O')
        return; /* only the body of a POST may say more */
    if (!read_target(x, &t))
        return;
    subresource = subresource_of(x, t.level);
    x->names.bucket = t.bucket;
    x->names.key = t.key;
    kind = kind_of(t.level, r->method.p);
    for (size_t i = 0; i < x->service->n_operations; i++)
        if (kinds[i] == kind && slice_eqz(r->method, op[i].method) &&
            row_fits(&op[i], r, t.level, subresource) &&
            (!(s3_rows[i].needs & NEEDS_FORM) || may_be_form(x)) &&
            (!(s3_rows[i].needs & NEEDS_STS) || sts_takes(r))) {
            x->op = &op[i];
            return;
        }
}

/* The methods that the target knows: "GET, HEAD". */
static const char *allowed(struct exchange *x, enum level level)
{
    const char *list = "";

    for (size_t i = 0; i < x->service->n_operations; i++) {
        const struct operation *op = &x->service->operations[i];

        if (!strchr(op->route, ' ') && row_fits(op, x->request, level, NULL))
            list = arena_printf(&x->arena, "%s%s%s", list, *list ? ", " : "",
                                op->method);
    }
    return list;
}

/* MinIO, whose router knows no such call. */
static void refuse_call(struct exchange *x, const struct target *t)
{
    const struct http_request *r = x->request;

    if (subresource_of(x, t->level) && !slice_eqz(r->method, "POST"))
        s3_refuse(x, "NotImplemented", NULL);
    else
        s3_refuse(x, "BadRequest",
                  arena_printf(&x->arena,
                               "An unsupported API call for method: " SLICE_FMT
                               " at '" SLICE_FMT "'",
                               SLICE_ARG(r->method), SLICE_ARG(r->path)));
}

static bool percent_is_whole(struct slice path)
{
    struct str plain;
    bool ok;

    str_init(&plain, path.len + 1);
    ok = percent_decode(&plain, path, false);
    str_fini(&plain);
    return ok;
}

void s3_handle_unknown(struct exchange *x)
{
    static const char *const kinds[] = {"SERVICE", "BUCKET", "OBJECT",
                                        "HEALTH"};
    const struct http_request *r = x->request;
    const char *sub, *method;
    struct target t;

    if (s3_of(x)->profile->minio && read_target(x, &t)) {
        refuse_call(x, &t);
        return;
    }
    if (!gate_open(x))
        return;
    if (!read_target(x, &t) && s3_of(x)->profile->minio &&
        percent_is_whole(r->path)) {
        s3_error(x, "XMinioInvalidObjectName", NULL, NULL);
        return;
    }
    if (!read_target(x, &t)) {
        s3_error(x, "InvalidURI", NULL, "URI",
                 arena_memdup(&x->arena, r->path.p, r->path.len), NULL);
        return;
    }
    sub = subresource_of(x, t.level);
    if (sub) {
        s3_error(x, "NotImplemented", NULL, "Header", sub, NULL);
        return;
    }
    method = arena_memdup(&x->arena, r->method.p, r->method.len);
    s3_error(x, "MethodNotAllowed", NULL, "Method", method, "ResourceType",
             kinds[t.level], NULL);
    answer_set(&x->answer, &x->arena, "Allow", "%s", allowed(x, t.level));
}
