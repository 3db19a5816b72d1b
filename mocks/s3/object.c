/* object: GetObject, HeadObject, PutObject, DeleteObject. */
#include <string.h>
#include <strings.h>

#include "mocks/s3/internal.h"
#include "mocks/s3/range.h"

/* ---- reading ---- */

/* Queries of a signed GET that replace a header of the answer. */
static const struct {
    const char *query, *header;
} replaced[] = {
    {"response-cache-control", "Cache-Control"},
    {"response-content-disposition", "Content-Disposition"},
    {"response-content-encoding", "Content-Encoding"},
    {"response-content-language", "Content-Language"},
    {"response-content-type", "Content-Type"},
    {"response-expires", "Expires"},
};

static void add_replaced(struct exchange *x)
{
    if (x->request->query.len == 0)
        return;
    for (size_t i = 0; i < sizeof(replaced) / sizeof(replaced[0]); i++) {
        const char *v = http_query(x->request, replaced[i].query, &x->arena);

        if (v)
            answer_set(&x->answer, &x->arena, replaced[i].header, "%s", v);
    }
}

/* The answer keeps the object alive; its bytes and header names are used where
 * they lie. */
static void answer_object(struct exchange *x, struct s3_object *o, int status,
                          struct slice bytes)
{
    struct answer *w = &x->answer;
    const char *name, *value;
    size_t at = 0;

    s3_answer_empty(x, status);
    w->body = bytes;
    w->release = object_unref;
    w->release_ctx = object_ref(o);
    answer_header(w, &x->arena, "ETag", "%s", s3_etag(x, o));
    answer_header(w, &x->arena, "Last-Modified", "%s", o->modified);
    while (object_header(o, &at, &name, &value))
        answer_header(w, &x->arena, name, "%s", value);
    add_replaced(x);
}

static void answer_outside(struct exchange *x, struct slice asked, size_t size)
{
    s3_error(x, "InvalidRange", NULL, "ActualObjectSize",
             arena_printf(&x->arena, "%zu", size), "RangeRequested",
             arena_memdup(&x->arena, asked.p, asked.len), NULL);
    answer_set(&x->answer, &x->arena, "Content-Range", "bytes */%zu", size);
}

/* HEAD is the same: the exchange leaves out the body. */
void s3_get_object(struct s3 *s, struct exchange *x)
{
    struct s3_bucket *b = s3_need_bucket(s, x);
    struct slice asked = http_header(x->request, "range"), part;
    struct s3_object *o;
    struct range r;

    if (!b)
        return;
    o = store_object(&s->store, b, slice_of(x->names.key), x->stale);
    if (!o) {
        s3_error(x, "NoSuchKey", NULL, NULL);
        return;
    }
    if (!s3_read_allowed(x, o))
        return;
    r = range_parse(asked, o->bytes.len, s->profile->turned_range_is_outside);
    if (r.kind == RANGE_OUTSIDE) {
        answer_outside(x, asked, o->bytes.len);
        return;
    }
    if (r.kind == RANGE_WHOLE) {
        answer_object(x, o, 200, o->bytes);
        return;
    }
    part = (struct slice){o->bytes.p + r.from, r.len};
    answer_object(x, o, 206, part);
    answer_header(&x->answer, &x->arena, "Content-Range", "bytes %zu-%zu/%zu",
                  r.from, r.from + r.len - 1, o->bytes.len);
}

/* ---- writing ---- */

struct put { /* a prepared PutObject; in the exchange's arena */
    struct s3 *s;
    struct slice bucket, key;
    struct s3_object *object;
};

static void publish_put(struct exchange *x, void *ctx)
{
    struct put *p = ctx;

    store_begin(&p->s->store);
    if (store_put(&p->s->store, p->bucket, p->key, p->object))
        return;
    x->change.failed = true; /* the bucket went in between */
    s3_error(x, "NoSuchBucket", NULL, NULL);
}

static void drop_put(void *ctx)
{
    object_unref(((struct put *)ctx)->object);
}

/* Headers of a PUT that the object keeps, with the form they go out in. */
static const char *const kept[] = {"Cache-Control",
                                   "Content-Disposition",
                                   "Content-Encoding",
                                   "Content-Language",
                                   "Content-Type",
                                   "Expires",
                                   "x-amz-website-redirect-location",
                                   NULL};

static void keep(struct str *out, const char *name, struct slice value)
{
    str_add(out, name, strlen(name) + 1);
    str_adds(out, value);
    str_addc(out, 0);
}

/* "gzip,aws-chunked" is "gzip": the framing is not the object's. */
static struct slice without_framing(struct slice v)
{
    static const char token[] = "aws-chunked";
    size_t n = sizeof(token) - 1;

    if (v.len >= n && strncasecmp(v.p, token, n) == 0) {
        v = slice_trim((struct slice){v.p + n, v.len - n});
        if (v.len && v.p[0] == ',')
            v = slice_trim((struct slice){v.p + 1, v.len - 1});
    } else if (v.len > n && strncasecmp(v.p + v.len - n, token, n) == 0) {
        v = slice_trim((struct slice){v.p, v.len - n});
        if (v.len && v.p[v.len - 1] == ',')
            v = slice_trim((struct slice){v.p, v.len - 1});
    }
    return v;
}

static bool is_metadata(struct slice name)
{
    return name.len > 11 && strncasecmp(name.p, "x-amz-meta-", 11) == 0;
}

static const char *lower(struct arena *a, struct slice s)
{
    char *z = arena_memdup(a, s.p, s.len);

    for (char *p = z; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    return z;
}

static void keep_one(struct exchange *x, struct str *out,
                     const struct http_header *h, size_t *metadata)
{
    struct slice value = slice_trim(h->value);

    if (is_metadata(h->name)) {
        keep(out, lower(&x->arena, h->name), value);
        *metadata += h->name.len - 11 + value.len;
        return;
    }
    for (size_t i = 0; kept[i]; i++) {
        if (!slice_ieqz(h->name, kept[i]))
            continue;
        if (slice_ieqz(h->name, "content-encoding"))
            value = without_framing(value);
        if (value.len)
            keep(out, kept[i], value);
    }
}

static bool keep_headers(struct exchange *x, struct str *out)
{
    const struct http_request *r = x->request;
    size_t metadata = 0;

    if (!http_header(r, "content-type").len)
        keep(out, "Content-Type", SLICE_LIT("binary/octet-stream"));
    for (size_t i = 0; i < r->n_headers; i++)
        keep_one(x, out, &r->headers[i], &metadata);
    if (metadata <= S3_MAX_METADATA && !out->failed)
        return true;
    s3_error(x, "MetadataTooLarge", NULL, "Size",
             arena_printf(&x->arena, "%zu", metadata), "MaxSizeAllowed", "2048",
             NULL);
    return false;
}

static void prepare_put(struct s3 *s, struct exchange *x, struct slice headers)
{
    struct put *p = arena_alloc(&x->arena, sizeof(*p));

    p->s = s;
    p->bucket = slice_of(x->names.bucket);
    p->key = slice_of(x->names.key);
    p->object = object_new(&s->digests, x->request->body, headers,
                           clock_unix_ms(s->clock));
    s3_answer_empty(x, 200);
    answer_header(&x->answer, &x->arena, "ETag", "%s", s3_etag(x, p->object));
    s3_prepare(x, publish_put, drop_put, p,
               arena_printf(&x->arena, "stored s3://%s/%s, %zu bytes",
                            x->names.bucket, x->names.key,
                            x->request->body.len));
}

void s3_put_object(struct s3 *s, struct exchange *x)
{
    struct s3_bucket *b = s3_need_bucket(s, x);
    struct slice key = slice_of(x->names.key);
    struct str headers;

    if (!b)
        return;
    if (x->request->content_length < 0 && !x->request->chunked) {
        s3_error(x, "MissingContentLength", NULL, NULL);
        return;
    }
    if (!s3_write_allowed(x, store_object(&s->store, b, key, x->stale)) ||
        !s3_body_intact(s, x, false))
        return;
    str_init(&headers, 64 << 10);
    if (keep_headers(x, &headers))
        prepare_put(s, x, str_slice(&headers));
    str_fini(&headers);
}

/* ---- removing ---- */

static void publish_delete(struct exchange *x, void *ctx)
{
    struct s3 *s = ctx;

    store_begin(&s->store);
    store_remove(&s->store, slice_of(x->names.bucket), slice_of(x->names.key));
}

void s3_delete_object(struct s3 *s, struct exchange *x)
{
    struct s3_bucket *b = s3_need_bucket(s, x);
    struct s3_object *o;

    if (!b)
        return;
    o = store_object(&s->store, b, slice_of(x->names.key), x->stale);
    if (!s3_delete_allowed(x, o))
        return;
    s3_answer_empty(x, 204); /* an absent key is no error */
    if (o)
        s3_prepare(x, publish_delete, NULL, s,
                   arena_printf(&x->arena, "removed s3://%s/%s",
                                x->names.bucket, x->names.key));
}
