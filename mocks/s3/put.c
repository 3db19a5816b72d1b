/* put: PutObject and DeleteObject. */
#include <string.h>
#include <strings.h>

#include "mocks/s3/internal.h"

/* ---- what the object keeps ---- */

/* Headers of a PUT that the object keeps, with the form they go out in. */
static const char *const kept[] = {"Cache-Control",
                                   "Content-Disposition",
                                   "Content-Encoding",
                                   "Content-Language",
                                   "Content-Type",
                                   "Expires",
                                   "x-amz-website-redirect-location",
                                   NULL};

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

static void keep_one(struct ask *c, struct str *out,
                     const struct http_header *h, size_t *metadata)
{
    struct slice value = slice_trim(h->value);

    if (is_metadata(h->name)) {
        headers_add(out, lower(c->a, h->name), value);
        *metadata += h->name.len - 11 + value.len;
        return;
    }
    for (size_t i = 0; kept[i]; i++) {
        if (!slice_ieqz(h->name, kept[i]))
            continue;
        if (slice_ieqz(h->name, "content-encoding"))
            value = without_framing(value);
        if (value.len)
            headers_add(out, kept[i], value);
    }
}

static bool keep_headers(struct ask *c, struct str *out)
{
    const struct http_request *r = c->r;
    size_t metadata = 0;

    if (!http_header(r, "content-type").len)
        headers_add(out, "Content-Type", SLICE_LIT("binary/octet-stream"));
    for (size_t i = 0; i < r->n_headers; i++)
        keep_one(c, out, &r->headers[i], &metadata);
    if (metadata <= S3_MAX_METADATA && !out->failed)
        return true;
    s3_error(c->x, "MetadataTooLarge", NULL, "Size",
             arena_printf(c->a, "%zu", metadata), "MaxSizeAllowed", "2048",
             NULL);
    return false;
}

/* ---- PutObject ---- */

struct put { /* a prepared PutObject; in the exchange's arena */
    struct ask *c;
    struct s3_object *object;
};

static void publish_put(struct exchange *x, void *ctx)
{
    struct put *p = ctx;
    struct store *st = &p->c->s->store;

    store_begin(st);
    if (store_put(st, p->c->bucket_name, p->c->key, p->object))
        return;
    x->change.failed = true; /* the bucket went in between */
    s3_error(x, "NoSuchBucket", NULL, NULL);
}

static void drop_put(void *ctx)
{
    object_unref(((struct put *)ctx)->object);
}

static void prepare_put(struct ask *c, struct slice headers)
{
    struct put *p = arena_alloc(c->a, sizeof(*p));
    struct s3_object o = {.headers = headers,
                          .owner = (unsigned short)c->user,
                          .version = version_new(c, c->bucket),
                          .modified_ms = ask_now_ms(c)};

    o.body = body_of(&c->s->store.memory, c->body);
    digest_md5(&c->s->digests, c->body, o.md5);
    p->c = c;
    p->object = object_new(&c->s->store.memory, &o);
    s3_answer_empty(c->x, 200);
    answer_header(&c->x->answer, c->a, "ETag", "%s", s3_etag(c->x, p->object));
    version_tell(c, p->object);
    ask_prepare(c, publish_put, drop_put, p, "stored s3://%s/%s, %zu bytes",
                c->bucket_name.p, c->key.p, c->body.len);
}

void s3_put_object(struct ask *c)
{
    struct s3_object *there =
        store_object(&c->s->store, c->bucket, c->key, c->x->stale);
    struct str headers;

    if (c->r->content_length < 0 && !c->r->chunked) {
        s3_error(c->x, "MissingContentLength", NULL, NULL);
        return;
    }
    if (!s3_write_allowed(c, there) || !ask_body_intact(c, false) ||
        !ask_has_room(c, c->body.len))
        return;
    str_init(&headers, 64 << 10);
    if (keep_headers(c, &headers))
        prepare_put(c, str_slice(&headers));
    str_fini(&headers);
}

/* ---- DeleteObject ---- */

static void publish_delete(struct exchange *x, void *ctx)
{
    struct ask *c = ctx;

    (void)x;
    store_begin(&c->s->store);
    store_remove(&c->s->store, c->bucket_name, c->key, 0);
}

void s3_delete_object(struct ask *c)
{
    struct s3_object *o =
        store_object(&c->s->store, c->bucket, c->key, c->x->stale);

    if (!s3_delete_allowed(c, o))
        return;
    s3_answer_empty(c->x, 204); /* an absent key is no error */
    if (o)
        ask_prepare(c, publish_delete, NULL, c, "removed s3://%s/%s",
                    c->bucket_name.p, c->key.p);
}
