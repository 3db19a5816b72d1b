/* collect: what an object keeps of the headers that made it.
 *
 * Two kinds. Metadata (Content-Type and its like, x-amz-meta-*) is what
 * CopyObject takes along; everything else (tags, storage class, lock, access
 * list, encryption) is said anew by each request. A form upload has fields
 * where others have headers; both are lists of names and values.
 */
#include <string.h>
#include <strings.h>

#include "mocks/s3/collect.h"

#include "mocks/s3/access.h"
#include "mocks/s3/acl.h"
#include "mocks/s3/lock.h"
#include "mocks/s3/sse.h"
#include "mocks/s3/tagging.h"

/* ---- metadata ---- */

/* With the form they go out in. */
static const char *const kept[] = {"Cache-Control",
                                   "Content-Disposition",
                                   "Content-Encoding",
                                   "Content-Language",
                                   "Content-Type",
                                   "Expires",
                                   NULL};

static const char *kept_as(struct slice name)
{
    for (size_t i = 0; kept[i]; i++)
        if (slice_ieqz(name, kept[i]))
            return kept[i];
    return NULL;
}

static bool is_user_metadata(struct slice name)
{
    return name.len > 11 && strncasecmp(name.p, "x-amz-meta-", 11) == 0;
}

bool is_metadata(const char *name)
{
    return kept_as(slice_of(name)) || is_user_metadata(slice_of(name));
}

/* "gzip, aws-chunked" is "gzip": the framing is not the object's. */
static struct slice without_framing(struct ask *c, struct slice v)
{
    struct slice rest = v;
    struct str out;

    str_init(&out, v.len + 2);
    while (rest.len) {
        const char *comma = memchr(rest.p, ',', rest.len);
        size_t n = comma ? (size_t)(comma - rest.p) : rest.len;
        struct slice word = {rest.p, n};

        rest.p += comma ? n + 1 : n;
        rest.len -= comma ? n + 1 : n;
        if (slice_ieqz(slice_trim(word), "aws-chunked"))
            continue;
        if (out.len)
            str_addc(&out, ',');
        str_adds(&out, word);
    }
    v = slice_trim(slice_of(arena_strdup(c->a, str_z(&out))));
    str_fini(&out);
    return v;
}

static const char *lower(struct arena *a, struct slice s)
{
    char *z = arena_memdup(a, s.p, s.len);

    for (char *p = z; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    return z;
}

/* All values of that name joined with ',', from the first one at list[0]. */
static struct slice joined(struct ask *c, const struct http_header *list,
                           size_t n)
{
    struct slice v = slice_trim(list[0].value);
    const char *text = NULL;

    for (size_t i = 1; i < n; i++) {
        struct slice more = slice_trim(list[i].value);

        if (list[i].name.len != list[0].name.len ||
            strncasecmp(list[i].name.p, list[0].name.p, list[0].name.len) != 0)
            continue;
        text = arena_printf(c->a, SLICE_FMT "," SLICE_FMT, SLICE_ARG(v),
                            SLICE_ARG(more));
        v = slice_of(text);
    }
    return v;
}

static bool came_before(const struct http_header *list, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (list[k].name.len == list[i].name.len &&
            strncasecmp(list[k].name.p, list[i].name.p, list[i].name.len) == 0)
            return true;
    return false;
}

static size_t collect_one(struct ask *c, struct str *out,
                          const struct http_header *list, size_t n)
{
    struct slice name = list[0].name, value;
    const char *as = kept_as(name);

    if (is_user_metadata(name)) {
        value = joined(c, list, n);
        headers_add(out, lower(c->a, name), value);
        return name.len - 11 + value.len;
    }
    if (!as)
        return 0;
    value = slice_trim(list[0].value);
    if (slice_ieqz(name, "content-encoding"))
        value = without_framing(c, value);
    if (value.len)
        headers_add(out, as, value);
    return 0;
}

bool collect_metadata(struct ask *c, const struct http_header *list, size_t n,
                      struct str *out)
{
    size_t size = 0;

    for (size_t i = 0; i < n; i++)
        if (!came_before(list, i))
            size += collect_one(c, out, list + i, n - i);
    if (!headers_get(str_slice(out), "Content-Type"))
        headers_add(out, "Content-Type", SLICE_LIT("binary/octet-stream"));
    if (size <= S3_MAX_METADATA && !out->failed)
        return true;
    s3_error(c->x, "MetadataTooLarge", NULL, "Size",
             arena_printf(c->a, "%zu", size), "MaxSizeAllowed", "2048", NULL);
    return false;
}

/* ---- the rest ---- */

struct slice field(const struct http_header *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (slice_ieqz(list[i].name, name))
            return slice_trim(list[i].value);
    return (struct slice){NULL, 0};
}

static bool collect_class(struct ask *c, struct slice v, struct str *out)
{
    static const char *const classes[] = {"REDUCED_REDUNDANCY",
                                          "STANDARD_IA",
                                          "ONEZONE_IA",
                                          "INTELLIGENT_TIERING",
                                          "GLACIER",
                                          "DEEP_ARCHIVE",
                                          "OUTPOSTS",
                                          "GLACIER_IR",
                                          "SNOW",
                                          "EXPRESS_ONEZONE",
                                          NULL};

    if (!v.p || slice_eqz(v, "STANDARD"))
        return true;
    for (size_t i = 0; classes[i]; i++)
        if (slice_eqz(v, classes[i])) {
            headers_add(out, "x-amz-storage-class", v);
            return true;
        }
    s3_error(c->x, "InvalidStorageClass", NULL, "StorageClassRequested",
             ask_text(c, v), NULL);
    return false;
}

static bool collect_redirect(struct ask *c, struct slice v, struct str *out)
{
    if (!v.len || c->s->profile->minio) /* which has no websites */
        return true;
    if (v.p[0] != '/' && !slice_starts(v, "http://") &&
        !slice_starts(v, "https://")) {
        s3_error(c->x, "InvalidRedirectLocation", NULL, NULL);
        return false;
    }
    headers_add(out, "x-amz-website-redirect-location", v);
    return true;
}

bool collect_tags(struct ask *c, struct slice v, struct str *out)
{
    const char *tags;

    if (!v.len)
        return true;
    tags = tags_from_query(c, v);
    if (tags && *tags)
        headers_add(out, TAGS_KEPT, slice_of(tags));
    return tags != NULL;
}

static bool collect_acl(struct ask *c, const struct http_header *list, size_t n,
                        struct str *out)
{
    const char *acl;

    if (!acl_from_headers(c, list, n, false, access_owner(c), &acl))
        return false;
    if (!acl)
        return true;
    headers_add(out, ACL_KEPT, slice_of(acl));
    return acl_may_be_set(c, acl);
}

bool collect_rest(struct ask *c, const struct http_header *list, size_t n,
                  struct str *out)
{
    return collect_class(c, field(list, n, "x-amz-storage-class"), out) &&
           collect_redirect(
               c, field(list, n, "x-amz-website-redirect-location"), out) &&
           sse_collect(c, list, n, out) && lock_collect(c, list, n, out) &&
           collect_acl(c, list, n, out);
}

bool collect_all(struct ask *c, struct str *out)
{
    const struct http_header *list = c->r->headers;
    size_t n = c->r->n_headers;

    return collect_metadata(c, list, n, out) &&
           collect_tags(c, field(list, n, "x-amz-tagging"), out) &&
           collect_rest(c, list, n, out);
}
