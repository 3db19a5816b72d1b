/* object: GetObject and HeadObject. */
#include <string.h>

#include "mocks/s3/documents.h"
#include "mocks/s3/integrity.h"
#include "mocks/s3/range.h"
#include "mocks/s3/sse.h"
#include "mocks/s3/tagging.h"

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

static void add_replaced(struct ask *c)
{
    if (c->r->query.len == 0)
        return;
    for (size_t i = 0; i < sizeof(replaced) / sizeof(replaced[0]); i++) {
        const char *v = ask_query(c, replaced[i].query);

        if (v)
            answer_set(&c->x->answer, c->a, replaced[i].header, "%s", v);
    }
}

/* The answer keeps the object alive; its bytes and header names are used where
 * they lie. */
static void answer_object(struct ask *c, struct s3_object *o, int status,
                          struct slice bytes)
{
    struct answer *w = &c->x->answer;
    const char *name, *value, *tags = object_header(o, TAGS_KEPT);
    size_t at = 0;

    s3_answer_empty(c->x, status);
    w->body = bytes;
    w->hash = o->body && bytes.len == o->body->len ? &o->body->hash : NULL;
    w->release = object_unref;
    w->release_ctx = object_ref(o);
    answer_header(w, c->a, "ETag", "%s", s3_etag(c->x, o));
    s3_tell_modified(c->x, o);
    while (headers_next(o->headers, &at, &name, &value))
        if (name[0] != ':')
            answer_header(w, c->a, name, "%s", value);
    if (tags)
        answer_header(w, c->a, "x-amz-tagging-count", "%zu", tags_count(tags));
    if (status != 416) /* which of MinIO's HEAD has all but this */
        version_tell(c, o);
    lifecycle_tell(c, o);
    add_replaced(c);
}

/* Only of the whole: clients would compare it with a part's bytes. */
static void tell_checksum(struct ask *c, const struct s3_object *o)
{
    struct checksum k;

    if (slice_ieqz(ask_header(c, "x-amz-checksum-mode"), "ENABLED") &&
        checksum_kept(o, &k))
        checksum_tell(c, &k, true);
}

static void answer_part(struct ask *c, struct s3_object *o, size_t from,
                        size_t len)
{
    struct slice all = object_bytes(o);

    answer_object(c, o, 206, (struct slice){all.p + from, len});
    if (len)
        answer_header(&c->x->answer, c->a, "Content-Range", "bytes %zu-%zu/%zu",
                      from, from + len - 1, all.len);
}

/* What MinIO can read of it, it repeats: an open end is -1. False: it cannot.
 */
static bool answer_outside_minio(struct ask *c, struct slice asked, size_t size)
{
    const char *text = ask_text(c, asked);
    long long from, to = -1;
    int used = 0;

    if (sscanf(text, "bytes=%lld-%n%lld", &from, &used, &to) < 1 || !used ||
        from < 0 || (to >= 0 && to < from)) {
        s3_error(c->x, "InvalidRange", NULL, NULL);
        return false;
    }
    text = arena_printf(c->a, "%lld-%lld", from, to);
    s3_error(c->x, "InvalidRange",
             arena_printf(c->a,
                          "The requested range 'bytes=%s' is not "
                          "satisfiable",
                          text),
             "ActualObjectSize", arena_printf(c->a, "%zu", size),
             "RangeRequested", text, NULL);
    return true;
}

static void answer_outside(struct ask *c, struct slice asked, size_t size)
{
    s3_error(c->x, "InvalidRange", NULL, "ActualObjectSize",
             arena_printf(c->a, "%zu", size), "RangeRequested",
             ask_text(c, asked), NULL);
    answer_set(&c->x->answer, c->a, "Content-Range", "bytes */%zu", size);
}

/* ---- ?partNumber ---- */

static void tell_part_checksum(struct ask *c, const struct s3_object *o,
                               const struct s3_part *part)
{
    struct checksum k, own = {.kind = CHECKSUM_NONE};

    if (!slice_ieqz(ask_header(c, "x-amz-checksum-mode"), "ENABLED") ||
        !checksum_kept(o, &k))
        return;
    own.kind = k.kind;
    memcpy(own.value, part->checksum, sizeof(own.value));
    checksum_tell(c, &own, false);
    answer_set(&c->x->answer, c->a, "x-amz-checksum-type", "%s",
               checksum_type(&k));
}

static bool read_number(struct ask *c, const char *text, long long *number)
{
    if (http_header(c->r, "range").p) {
        s3_error(c->x, "InvalidRequest",
                 "Cannot specify both Range header and partNumber query "
                 "parameter",
                 NULL);
        return false;
    }
    return (slice_int64(slice_of(text), number) && *number >= 1 &&
            *number <= S3_MAX_PARTS) ||
           ask_bad_argument(c, "partNumber", text,
                            "Part number must be an integer between 1 and "
                            "10000, inclusive");
}

static void answer_no_part(struct ask *c, const struct s3_object *o,
                           long long number)
{
    s3_error(c->x, "InvalidPartNumber", NULL, "ActualPartCount",
             arena_printf(c->a, "%u", o->n_parts ? (unsigned)o->n_parts : 1),
             "PartNumberRequested", arena_printf(c->a, "%lld", number), NULL);
}

static void get_part(struct ask *c, struct s3_object *o, const char *text)
{
    size_t from = 0;
    long long number;

    if (!read_number(c, text, &number))
        return;
    if (number > (o->n_parts ? o->n_parts : 1)) {
        answer_no_part(c, o, number);
        return;
    }
    for (long long i = 0; i + 1 < number; i++)
        from += o->parts[i].size;
    answer_part(c, o, from,
                o->n_parts ? o->parts[number - 1].size : o->body->len);
    if (!o->n_parts)
        return;
    answer_header(&c->x->answer, c->a, "x-amz-mp-parts-count", "%u",
                  (unsigned)o->n_parts);
    tell_part_checksum(c, o, &o->parts[number - 1]);
}

/* ---- GetObject; HEAD is the same: the exchange leaves out the body ---- */

/* MinIO's HEAD has the object's headers all the same. */
static void answer_head_outside(struct ask *c, struct s3_object *o)
{
    const char *code = answer_get(&c->x->answer, "x-minio-error-code");
    const char *desc = answer_get(&c->x->answer, "x-minio-error-desc");

    code = arena_strdup(c->a, code ? code : "");
    desc = arena_strdup(c->a, desc ? desc : "");
    answer_object(c, o, 416, (struct slice){"", 0});
    answer_header(&c->x->answer, c->a, "x-minio-error-code", "%s", code);
    answer_header(&c->x->answer, c->a, "x-minio-error-desc", "%s", desc);
}

static void get_range(struct ask *c, struct s3_object *o)
{
    struct slice asked = http_header(c->r, "range"), all = object_bytes(o);
    struct range r =
        range_parse(asked, all.len, c->s->profile->turned_range_is_outside);

    if (r.kind == RANGE_OUTSIDE) {
        if (!c->s->profile->minio)
            answer_outside(c, asked, all.len);
        else if (answer_outside_minio(c, asked, all.len) &&
                 slice_eqz(c->r->method, "HEAD"))
            answer_head_outside(c, o);
    } else if (r.kind == RANGE_PART) {
        answer_part(c, o, r.from, r.len);
    } else {
        answer_object(c, o, 200, all);
        tell_checksum(c, o);
    }
}

void s3_get_object(struct ask *c)
{
    struct s3_object *o = version_needed(c);
    const char *number = ask_query(c, "partNumber");
    bool none = number && !*number && c->s->profile->minio;

    if (!o || !sse_read_allowed(c, o) || !s3_read_allowed(c, o))
        return;
    if (number && !none)
        get_part(c, o, number);
    else
        get_range(c, o);
}
