/* store: names of objects, and what one request does to one object.
 */
#include "iceberg/store.h"

#include <stdio.h>
#include <string.h>

#include "iceberg/store_request.h"
#include "iceberg/store_upload.h"

enum { USUAL_PART = 16 << 20, MIB = 1 << 20 };

/* ---- names ---- */

bool ice__store_prefix(const char *uri, struct ice_object_name *out)
{
    static const char *const schemes[] = {"s3://", "s3a://", "s3n://"};

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t skip = strlen(schemes[i]), n;
        const char *bucket = uri + skip;

        if (strncmp(uri, schemes[i], skip))
            continue;
        n = strcspn(bucket, "/");
        out->bucket = (struct slice){bucket, n};
        out->key = slice_of(bucket[n] ? bucket + n + 1 : "");
        return n > 0;
    }
    return false;
}

bool ice__store_name(const char *uri, struct ice_object_name *out)
{
    return ice__store_prefix(uri, out) && out->key.len;
}

int ice__store_ready(struct ice_catalog *c, struct ice_error *e)
{
    const struct ice_settings *s = c->settings;
    const char *missing = NULL;

    if (c->store.generation) /* the program has given others */
        return ICE_OK;
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

static int need_name(struct ice_catalog *c, const char *uri,
                     enum ice_store_op op, struct ice_object_name *name,
                     struct ice_error *e)
{
    if (ice__store_name(uri, name))
        return ICE_OK;
    return ice__fail(c, e, ICE_INVALID, ice__store_op_name(op),
                     "%.200s is no object of an S3 store", uri);
}

/* ---- get ---- */

/* Does Content-Range say that the body is what was asked for? At the object's
 * end it is shorter. */
static bool part_fits(const struct ice_range *r, const struct ice_answer *a)
{
    struct slice v = ice__answer_header(a, "Content-Range");
    char text[96];
    long long first, last, total, wanted = r->first + r->bytes - 1;

    if (v.len >= sizeof(text))
        return false;
    snprintf(text, sizeof(text), SLICE_FMT, SLICE_ARG(v));
    if (sscanf(text, "bytes %18lld-%18lld/%18lld", &first, &last, &total) != 3)
        return false;
    if (wanted > total - 1)
        wanted = total - 1;
    return first == r->first && last == wanted && last >= first &&
           (unsigned long long)(last - first + 1) == a->body.len;
}

/* 200 is the whole object, 206 the part that was asked for. */
static bool usable_get(struct ice_store_request *q, const struct ice_answer *a,
                       char why[160])
{
    const struct ice_get *get = q->ctx;

    if (a->status == 200 || (a->status == 206 && get->range.bytes > 0))
        return true;
    snprintf(why, 160, "a part came, and the whole was asked for");
    return false;
}

static bool intact_get(struct ice_store_request *q, const struct ice_answer *a,
                       char why[160])
{
    const struct ice_store_rules *p = &q->c->policy->store;
    const struct ice_get *get = q->ctx;

    if (a->status == 206) {
        if (!p->check_range || part_fits(&get->range, a))
            return true;
        snprintf(why, 160, "the store sent another part than was asked for");
        return false;
    }
    if (p->check_size && get->bytes && (size_t)get->bytes != a->body.len) {
        snprintf(why, 160, "%zu bytes came, the object has %lld", a->body.len,
                 (long long)get->bytes);
        return false;
    }
    return !(p->checksums & ICE_SUM_READ) ||
           ice__whole_intact(a, str_slice(&a->body), why);
}

/* A server may answer a range with the whole. */
static struct slice wanted_part(const struct ice_range *r,
                                const struct ice_answer *a)
{
    struct slice whole = str_slice(&a->body);
    size_t first = (size_t)r->first, n = (size_t)r->bytes;

    if (r->bytes <= 0 || a->status != 200)
        return whole;
    if (first > whole.len)
        first = whole.len;
    if (n > whole.len - first)
        n = whole.len - first;
    return (struct slice){whole.p + first, n};
}

static void get_headers(struct ice_store_request *q, const struct ice_get *get)
{
    const struct ice_store_rules *p = &q->c->policy->store;
    const struct ice_range *r = &get->range;

    if (r->bytes > 0)
        ice__store_header(q, "Range",
                          arena_printf(&q->arena, "bytes=%lld-%lld",
                                       (long long)r->first,
                                       (long long)(r->first + r->bytes - 1)));
    else if (p->checksums & ICE_SUM_READ)
        ice__store_header(q, "x-amz-checksum-mode", "ENABLED");
    if (get->etag && p->keep_etag)
        ice__store_header(q, "If-Match", get->etag);
}

/* The whole may come in place of a part. */
static size_t most_of(const struct ice_catalog *c, const struct ice_get *get,
                      const struct str *out)
{
    size_t room = out->max - out->len;

    if (get->range.bytes > 0 && room < c->limits.body_bytes)
        return c->limits.body_bytes;
    return room;
}

int ice__store_get(struct ice_catalog *c, const struct ice_get *get,
                   struct str *out, struct ice_error *e)
{
    struct ice_store_request q;
    struct ice_object_name name;
    struct ice_result result;
    int rc = need_name(c, get->uri, ICE_STORE_GET, &name, e);

    if (rc)
        return rc;
    ice__store_request_init(&q, c, ICE_STORE_GET, &name, NULL);
    get_headers(&q, get);
    q.named = get->named;
    q.most = most_of(c, get, out);
    q.usable = usable_get;
    q.intact = intact_get;
    q.ctx = (void *)(uintptr_t)get;
    rc = ice__store_send(&q, &result, e);
    if (!rc) {
        str_adds(out, wanted_part(&get->range, &result.answer));
        if (out->failed)
            rc = ice__fail(c, e, ICE_PROTOCOL, q.operation,
                           "the object is larger than %zu bytes", out->max);
    }
    ice__result_fini(&result);
    ice__store_request_fini(&q);
    return rc;
}

int ice_get_object(struct ice_catalog *c, const struct ice_get *get,
                   struct str *out, struct ice_error *e)
{
    struct ice_scope s;
    struct ice_error *own = ice__enter(c, &s, c->limits.call_ms, e);
    int rc = ice__store_get(c, get, out, own);

    ice__leave(&s);
    return rc;
}

/* ---- head ---- */

static void read_object(const struct ice_answer *a, struct ice_object *out)
{
    struct slice etag = ice__answer_header(a, "ETag");

    snprintf(out->etag, sizeof(out->etag), SLICE_FMT, SLICE_ARG(etag));
    out->md5 = ice__etag_is_md5(a);
}

static bool usable_head(struct ice_store_request *q, const struct ice_answer *a,
                        char why[160])
{
    struct ice_object *out = q->ctx;
    long long n;

    if (slice_int64(ice__answer_header(a, "Content-Length"), &n) && n >= 0) {
        out->bytes = n;
        return true;
    }
    snprintf(why, 160, "it does not say how long the object is");
    return false;
}

int ice__store_head(struct ice_catalog *c, const struct ice_object_name *name,
                    struct ice_object *out, struct ice_error *e)
{
    struct ice_store_request q;
    struct ice_result result;
    int rc;

    memset(out, 0, sizeof(*out));
    ice__store_request_init(&q, c, ICE_STORE_HEAD, name, NULL);
    q.usable = usable_head;
    q.ctx = out;
    rc = ice__store_send(&q, &result, e);
    if (!rc)
        read_object(&result.answer, out);
    ice__result_fini(&result);
    ice__store_request_fini(&q);
    return rc;
}

int ice_head_object(struct ice_catalog *c, const char *uri,
                    struct ice_object *out, struct ice_error *e)
{
    struct ice_scope s;
    struct ice_error *own = ice__enter(c, &s, c->limits.call_ms, e);
    struct ice_object_name name;
    int rc = need_name(c, uri, ICE_STORE_HEAD, &name, own);

    if (!rc)
        rc = ice__store_head(c, &name, out, own);
    ice__leave(&s);
    return rc;
}

/* ---- put ---- */

struct sending { /* one body and what the store should say of it */
    char etag[ICE_ETAG_SIZE];
    bool settled; /* what is there is ours */
};

bool ice__store_stored(struct ice_store_request *q, const struct ice_answer *a,
                       const char *etag, char why[160])
{
    struct slice sum = ice__answer_header(a, "x-amz-checksum-crc32c");
    char own[ICE_CRC32C_SIZE];

    if (!(q->c->policy->store.checksums & ICE_SUM_ANSWERED))
        return true;
    if (ice__etag_is_md5(a) &&
        !slice_eqz(ice__answer_header(a, "ETag"), etag)) {
        snprintf(why, 160, "the store has ETag " SLICE_FMT ", sent was %s",
                 SLICE_ARG(ice__answer_header(a, "ETag")), etag);
        return false;
    }
    if (!sum.len)
        return true;
    ice__crc32c_base64(q->body, own);
    if (slice_eqz(sum, own))
        return true;
    snprintf(why, 160, "the store has CRC32C " SLICE_FMT ", sent was %s",
             SLICE_ARG(sum), own);
    return false;
}

bool ice__store_has_etag(struct ice_store_request *q,
                         const struct ice_answer *a, char why[160])
{
    (void)q;
    if (ice__answer_header(a, "ETag").len)
        return true;
    snprintf(why, 160, "it has no ETag");
    return false;
}

static bool intact_put(struct ice_store_request *q, const struct ice_answer *a,
                       char why[160])
{
    const struct sending *s = q->ctx;

    return ice__store_stored(q, a, s->etag, why);
}

/* "Only if new" was refused: by another's object, or by our own, whose answer
 * was lost? */
static int settle_new(struct ice_catalog *c, const struct ice_object_name *name,
                      const struct ice_put *put, struct sending *s,
                      struct ice_error *e)
{
    struct ice_object there;
    struct ice_error why;
    int rc;

    memset(&why, 0, sizeof(why));
    rc = ice__store_head(c, name, &there, &why);
    if (rc == ICE_OK && (size_t)there.bytes == put->bytes.len &&
        !strcmp(there.etag, s->etag)) {
        s->settled = true;
        return ICE_OK;
    }
    if (rc == ICE_OK && (there.md5 || (size_t)there.bytes != put->bytes.len))
        return ice__fail(c, e, ICE_EXISTS, ice__store_op_name(ICE_STORE_PUT),
                         "there is another object of that name");
    return ice__fail(c, e, ICE_UNKNOWN, ice__store_op_name(ICE_STORE_PUT),
                     "it was sent, something of that name is there, and "
                     "whose it is cannot be found out: %s",
                     why.cause);
}

static int after_put(struct ice_catalog *c, const struct ice_object_name *name,
                     const struct ice_put *put, const struct ice_result *result,
                     struct sending *s, struct ice_error *e)
{
    int rc = result->outcome;

    if (!put->only_new || result->row != ICE_ROW_409)
        return rc;
    if (result->doubtful && c->policy->store.new_settled)
        return settle_new(c, name, put, s, e);
    return ice__fail(c, e, ICE_EXISTS, ice__store_op_name(ICE_STORE_PUT),
                     "there is an object of that name");
}

static int put_whole(struct ice_catalog *c, const struct ice_object_name *name,
                     const struct ice_put *put, struct ice_object *out,
                     struct ice_error *e)
{
    struct sending s = {.settled = false};
    unsigned char md5[ICE_MD5_SIZE];
    struct ice_store_request q;
    struct ice_result result;
    int rc;

    ice__md5(put->bytes, md5);
    ice__etag(md5, 0, s.etag);
    ice__store_request_init(&q, c, ICE_STORE_PUT, name, NULL);
    if (put->only_new)
        ice__store_header(&q, "If-None-Match", "*");
    q.body = put->bytes.p ? put->bytes : SLICE_LIT("");
    q.content_type = put->content_type;
    q.sum = true;
    q.usable = ice__store_has_etag;
    q.intact = intact_put;
    q.ctx = &s;
    rc = ice__store_send(&q, &result, e);
    if (rc)
        rc = after_put(c, name, put, &result, &s, e);
    if (!rc) {
        out->bytes = (int64_t)put->bytes.len;
        if (s.settled)
            snprintf(out->etag, sizeof(out->etag), "%s", s.etag);
        else
            read_object(&result.answer, out);
    }
    ice__result_fini(&result);
    ice__store_request_fini(&q);
    return rc;
}

int ice_put_object(struct ice_catalog *c, const struct ice_put *put,
                   struct ice_object *out, struct ice_error *e)
{
    int64_t usual_ms =
        c->limits.call_ms + (int64_t)(put->bytes.len / MIB) * 1000;
    size_t part = put->part_bytes > 0 ? (size_t)put->part_bytes : USUAL_PART;
    struct ice_scope s;
    struct ice_error *own = ice__enter(c, &s, usual_ms, e);
    struct ice_object_name name;
    struct ice_object made = {.bytes = 0};
    int rc = need_name(c, put->uri, ICE_STORE_PUT, &name, own);

    if (!rc && (put->only_new || put->bytes.len <= part))
        rc = put_whole(c, &name, put, &made, own);
    else if (!rc)
        rc = ice__store_upload(c, &name, put, part, &made, own);
    if (!rc && out)
        *out = made;
    ice__leave(&s);
    return rc;
}

/* ---- delete ---- */

int ice_delete_object(struct ice_catalog *c, const char *uri,
                      struct ice_error *e)
{
    struct ice_scope s;
    struct ice_error *own = ice__enter(c, &s, c->limits.call_ms, e);
    struct ice_object_name name;
    struct ice_store_request q;
    struct ice_result result;
    int rc = need_name(c, uri, ICE_STORE_DELETE, &name, own);

    if (rc)
        goto out;
    ice__store_request_init(&q, c, ICE_STORE_DELETE, &name, NULL);
    rc = ice__store_send(&q, &result, own);
    if (rc && result.row == ICE_ROW_404_STORE &&
        c->policy->store.delete_absent) {
        memset(own, 0, sizeof(*own));
        rc = ICE_OK;
    }
    ice__result_fini(&result);
    ice__store_request_fini(&q);
out:
    ice__leave(&s);
    return rc;
}
