/* conditions: If-Match, If-None-Match and the two dates.
 *
 * For reads as RFC 9110 orders them: If-Match wins over If-Unmodified-Since,
 * If-None-Match over If-Modified-Since. For writes as S3 has them: only
 * If-None-Match with "*", only If-Match with an ETag, never both.
 */
#include <string.h>

#include "mocks/s3/internal.h"

static struct slice unquoted(struct slice tag)
{
    if (tag.len >= 2 && tag.p[0] == '"' && tag.p[tag.len - 1] == '"')
        tag = (struct slice){tag.p + 1, tag.len - 2};
    return tag;
}

/* Is the object's tag in a list like: "a", "b" or *? Quotes may be missing.
 * plain: the list is one tag, not weak. */
static bool is_tag(struct slice list, const struct s3_object *o, bool plain)
{
    char etag[ETAG_SIZE];

    object_etag(o, etag);
    if (plain)
        return slice_eqz(list, "*") || slice_eqz(unquoted(list), etag);
    while (list.len) {
        const char *comma = memchr(list.p, ',', list.len);
        size_t n = comma ? (size_t)(comma - list.p) : list.len;
        struct slice tag = slice_trim((struct slice){list.p, n});

        list.p += comma ? n + 1 : n;
        list.len -= comma ? n + 1 : n;
        if (slice_eqz(tag, "*"))
            return true;
        if (slice_starts(tag, "W/"))
            tag = (struct slice){tag.p + 2, tag.len - 2};
        if (slice_eqz(unquoted(tag), etag))
            return true;
    }
    return false;
}

static bool tag_in(const struct ask *c, struct slice list,
                   const struct s3_object *o)
{
    return is_tag(list, o, c->s->profile->minio);
}

/* The header's date in seconds; false when it is absent or not a date. */
static bool date_of(const struct http_request *r, const char *name,
                    int64_t *seconds)
{
    struct slice v = slice_trim(http_header(r, name));
    int64_t ms = v.p ? date_parse_http(v.p, v.len) : -1;

    *seconds = ms / 1000;
    return ms >= 0;
}

/* MinIO's reads also say how long the object may be kept. */
static bool tells_more(const struct ask *c)
{
    return c->s->profile->minio && !slice_eqz(c->r->method, "PUT");
}

static void tell_state(struct ask *c, const struct s3_object *o)
{
    static const char *const also[] = {"Cache-Control", "Expires"};
    char text[VERSION_SIZE];

    answer_set(&c->x->answer, c->a, "ETag", "%s", s3_etag(c->x, o));
    s3_tell_modified(c->x, o);
    for (size_t i = 0; i < 2 && tells_more(c); i++) {
        const char *value = object_header(o, also[i]);

        if (value)
            answer_set(&c->x->answer, c->a, also[i], "%s", value);
    }
    if (!c->s->profile->minio || slice_eqz(c->r->method, "PUT") ||
        slice_eqz(c->r->method, "POST") ||
        c->bucket->versioning == VERSIONING_NEVER)
        return;
    if (!o->version)
        return;
    version_text(c->s, o->version, text);
    answer_set(&c->x->answer, c->a, "x-amz-version-id", "%s", text);
}

/* One of them it answers as it would answer GET. */
static void fail_head(struct ask *c, const char *condition)
{
    s3_answer_empty(c->x, 412);
    if (strcmp(condition, "If-Unmodified-Since") == 0)
        answer_header(&c->x->answer, c->a, "Content-Type", "application/xml");
}

/* MinIO says what the object is whose condition does not hold. */
static bool failed(struct ask *c, const struct s3_object *o,
                   const char *condition)
{
    if (c->s->profile->minio && slice_eqz(c->r->method, "HEAD"))
        fail_head(c, condition);
    else
        s3_error(c->x, "PreconditionFailed", NULL, "Condition", condition,
                 NULL);
    if (c->s->profile->minio && o && o->body)
        tell_state(c, o);
    return false;
}

static bool not_modified(struct ask *c, const struct s3_object *o)
{
    s3_answer_empty(c->x, 304);
    tell_state(c, o);
    return false;
}

bool s3_read_allowed(struct ask *c, const struct s3_object *o)
{
    const struct http_request *r = c->r;
    struct slice match = http_header(r, "if-match");
    struct slice none = http_header(r, "if-none-match");
    int64_t when, modified = o->modified_ms / 1000;
    bool all = c->s->profile->minio; /* each for itself */

    if (match.p && !tag_in(c, match, o))
        return failed(c, o, "If-Match");
    if (!match.p && date_of(r, "if-unmodified-since", &when) && modified > when)
        return failed(c, o, "If-Unmodified-Since");
    if (none.p && tag_in(c, none, o))
        return not_modified(c, o);
    if ((!none.p || all) && date_of(r, "if-modified-since", &when) &&
        modified <= when)
        return not_modified(c, o);
    return true;
}

/* ---- writes ---- */

static bool unsupported(struct ask *c, const char *header)
{
    s3_error(c->x, "NotImplemented", NULL, "Header", header, NULL);
    return false;
}

/* What AWS answers 501 to, MinIO and directory buckets obey. */
static bool is_supported(struct ask *c, struct slice match, struct slice none)
{
    if (c->s->o.etag_conditions)
        return true;
    if (none.p && (match.p || !slice_eqz(none, "*")))
        return unsupported(c, "If-None-Match");
    if (match.p && slice_eqz(match, "*"))
        return unsupported(c, "If-Match");
    return true;
}

bool s3_write_allowed(struct ask *c, const struct s3_object *o)
{
    struct slice match = ask_header(c, "if-match");
    struct slice none = ask_header(c, "if-none-match");

    if (!is_supported(c, match, none))
        return false;
    if (none.p && o && tag_in(c, none, o))
        return failed(c, o, "If-None-Match");
    if (match.p && !o) {
        s3_error(c->x, "NoSuchKey", NULL, NULL);
        return false;
    }
    if (match.p && !tag_in(c, match, o))
        return failed(c, o, "If-Match");
    return true;
}

static bool conflict(struct ask *c, const char *condition)
{
    s3_error(c->x, "ConditionalRequestConflict", NULL, "Condition", condition,
             NULL);
    return false;
}

bool s3_complete_allowed(struct ask *c, const struct s3_object *o,
                         const struct s3_upload *u)
{
    struct slice match = ask_header(c, "if-match");
    struct slice none = ask_header(c, "if-none-match");

    if (none.p && !o && u->removed)
        return conflict(c, "If-None-Match");
    if (match.p && !o && u->removed)
        return conflict(c, "If-Match");
    return s3_write_allowed(c, o) &&
           (!match.p || !u->overtaken || conflict(c, "If-Match"));
}

/* ---- copies: the same for the source, under names of their own ---- */

bool s3_copy_allowed(struct ask *c, const struct s3_object *o)
{
    const struct http_request *r = c->r;
    struct slice match = ask_header(c, "x-amz-copy-source-if-match");
    struct slice none = ask_header(c, "x-amz-copy-source-if-none-match");
    int64_t when, modified = o->modified_ms / 1000;
    bool all = c->s->profile->minio; /* each for itself */

    if (match.p && !tag_in(c, match, o))
        return failed(c, o, "x-amz-copy-source-If-Match");
    if ((!match.p || all) &&
        date_of(r, "x-amz-copy-source-if-unmodified-since", &when) &&
        modified > when)
        return failed(c, o, "x-amz-copy-source-If-Unmodified-Since");
    if (none.p && tag_in(c, none, o))
        return failed(c, o, "x-amz-copy-source-If-None-Match");
    if ((!none.p || all) &&
        date_of(r, "x-amz-copy-source-if-modified-since", &when) &&
        modified <= when)
        return failed(c, o, "x-amz-copy-source-If-Modified-Since");
    return true;
}

/* ---- deletes ---- */

const char *delete_refused(const struct delete_if *want,
                           const struct s3_object *o)
{
    int64_t when, size;

    if (want->tag.p && (!o || !o->body || !is_tag(want->tag, o, false)))
        return "If-Match";
    if (want->time.p && o) {
        when = date_parse_http(want->time.p, want->time.len);
        if (when < 0)
            when = date_parse_iso(want->time.p, want->time.len);
        if (when / 1000 != o->modified_ms / 1000)
            return "x-amz-if-match-last-modified-time";
    }
    if (want->size.p && o) {
        long long n;

        size = (int64_t)object_bytes(o).len;
        if (!slice_int64(want->size, &n) || n != size)
            return "x-amz-if-match-size";
    }
    return NULL;
}
