/* conditions: If-Match, If-None-Match and the two dates.
 *
 * For reads as RFC 9110 orders them: If-Match wins over If-Unmodified-Since,
 * If-None-Match over If-Modified-Since. For writes as S3 has them: only
 * If-None-Match with "*", only If-Match with an ETag, never both.
 */
#include <string.h>

#include "mocks/s3/internal.h"

/* Is the object's tag in a list like: "a", "b" or *? Quotes may be missing. */
static bool tag_in(struct slice list, const struct s3_object *o)
{
    char etag[ETAG_SIZE];

    object_etag(o, etag);
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
        if (tag.len >= 2 && tag.p[0] == '"' && tag.p[tag.len - 1] == '"')
            tag = (struct slice){tag.p + 1, tag.len - 2};
        if (slice_eqz(tag, etag))
            return true;
    }
    return false;
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

static bool failed(struct ask *c, const char *condition)
{
    s3_error(c->x, "PreconditionFailed", NULL, "Condition", condition, NULL);
    return false;
}

static bool not_modified(struct ask *c, const struct s3_object *o)
{
    struct exchange *x = c->x;

    s3_answer_empty(x, 304);
    answer_header(&x->answer, &x->arena, "ETag", "%s", s3_etag(x, o));
    answer_header(&x->answer, &x->arena, "Last-Modified", "%s", o->modified);
    return false;
}

bool s3_read_allowed(struct ask *c, const struct s3_object *o)
{
    const struct http_request *r = c->r;
    struct slice match = http_header(r, "if-match");
    struct slice none = http_header(r, "if-none-match");
    int64_t when, modified = o->modified_ms / 1000;

    if (match.p && !tag_in(match, o))
        return failed(c, "If-Match");
    if (!match.p && date_of(r, "if-unmodified-since", &when) && modified > when)
        return failed(c, "If-Unmodified-Since");
    if (none.p && tag_in(none, o))
        return not_modified(c, o);
    if (!none.p && date_of(r, "if-modified-since", &when) && modified <= when)
        return not_modified(c, o);
    return true;
}

static bool unsupported(struct ask *c, const char *header)
{
    s3_error(c->x, "NotImplemented", NULL, "Header", header, NULL);
    return false;
}

bool s3_write_allowed(struct ask *c, const struct s3_object *o)
{
    struct slice match = slice_trim(http_header(c->r, "if-match"));
    struct slice none = slice_trim(http_header(c->r, "if-none-match"));

    if (none.p && (match.p || !slice_eqz(none, "*")))
        return unsupported(c, "If-None-Match");
    if (match.p && slice_eqz(match, "*"))
        return unsupported(c, "If-Match");
    if (none.p && o)
        return failed(c, "If-None-Match");
    if (match.p && !o) {
        s3_error(c->x, "NoSuchKey", NULL, NULL);
        return false;
    }
    if (match.p && !tag_in(match, o))
        return failed(c, "If-Match");
    return true;
}

bool s3_delete_allowed(struct ask *c, const struct s3_object *o)
{
    struct slice match = slice_trim(http_header(c->r, "if-match"));

    if (match.p && (!o || !tag_in(match, o)))
        return failed(c, "If-Match");
    return true;
}
