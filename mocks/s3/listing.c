/* listing: see listing.h. */
#include "mocks/s3/listing.h"

#include <string.h>

#include "base/percent.h"
#include "mocks/s3/xml.h"

const char *listing_or_empty(const char *z)
{
    return z ? z : "";
}

/* ---- parameters ---- */

static bool minio_bad_number(struct ask *c, const char *name, const char *text)
{
    static const char *const says[][2] = {
        {"max-keys",
         "Argument maxKeys must be an integer between 0 and 2147483647"},
        {"max-uploads",
         "Argument max-uploads must be an integer between 0 and 2147483647"},
        {"max-parts",
         "Part number must be an integer between 1 and 10000, inclusive"},
        {"part-number-marker", "Argument partNumberMarker must be an integer."},
    };

    for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++)
        if (strcmp(name, says[i][0]) == 0)
            return ask_bad_argument(c, name, text, says[i][1]);
    return ask_bad_argument(c, name, text, NULL);
}

bool ask_number(struct ask *c, const char *name, long long fallback,
                long long cap, long long *out)
{
    const char *text = ask_query(c, name);

    *out = fallback;
    if (!text || !*text)
        return true;
    if (c->s->profile->minio &&
        (!slice_int64(slice_of(text), out) || *out < 0 || *out > INT32_MAX))
        return minio_bad_number(c, name, text);
    if (!slice_int64(slice_of(text), out))
        return ask_bad_argument(
            c, name, text,
            arena_printf(c->a,
                         "Provided %s not an integer or within integer range",
                         name));
    if (*out < 0 || *out > INT32_MAX)
        return ask_bad_argument(
            c, name, text,
            arena_printf(c->a,
                         "Argument %s must be an integer between 0 and "
                         "2147483647",
                         name));
    if (*out > cap)
        *out = cap;
    return true;
}

static bool is_url(const struct ask *c)
{
    const char *text = ask_query(c, "encoding-type");

    return text && strcmp(text, "url") == 0;
}

static bool read_encoding(struct listing *l)
{
    const char *text = ask_query(l->c, "encoding-type");

    l->url = is_url(l->c);
    if (text && !*text && l->c->s->profile->minio)
        return true;
    return !text || l->url ||
           ask_bad_argument(l->c, "encoding-type", text,
                            "Invalid Encoding Method specified in Request");
}

bool listing_read(struct listing *l, const char *max_name)
{
    bool minio = l->c->s->profile->minio;
    bool uploads = strcmp(max_name, "max-uploads") == 0;

    l->prefix = listing_or_empty(ask_query(l->c, "prefix"));
    l->delimiter = listing_or_empty(ask_query(l->c, "delimiter"));
    if (!ask_number(l->c, max_name, minio && uploads ? 10000 : S3_MAX_PAGE,
                    minio ? INT32_MAX : S3_MAX_PAGE, &l->said))
        return false;
    if (minio && uploads) /* any word will do, and only one matters */
        l->url = is_url(l->c);
    l->max_keys = l->said < S3_MAX_PAGE ? l->said : S3_MAX_PAGE;
    return (minio && uploads) || read_encoding(l);
}

/* ---- the walk ---- */

size_t listing_group(const struct listing *l, struct slice key)
{
    size_t from = strlen(l->prefix), n = strlen(l->delimiter);
    const char *hit;

    if (n == 0 || key.len == from) /* an absent marker is no text at all */
        return 0;
    hit = memmem(key.p + from, key.len - from, l->delimiter, n);
    return hit ? (size_t)(hit - key.p) + n : 0;
}

void walk_behind(struct walk *w, struct slice group)
{
    char next[S3_MAX_KEY + 8];
    size_t n = group.len;

    if (n > S3_MAX_KEY) { /* no key is that long */
        w->more = btree_seek(w->objects, group, true, &w->at);
        return;
    }
    memcpy(next, group.p, n);
    while (n && (unsigned char)next[n - 1] == 0xff)
        n--;
    if (n == 0) {
        w->more = false;
        return;
    }
    next[n - 1] = (char)(next[n - 1] + 1);
    w->more = btree_seek(w->objects, (struct slice){next, n}, false, &w->at);
}

void walk_start(struct walk *w, struct slice after, bool behind)
{
    struct slice prefix = slice_of(w->l->prefix);
    size_t n = prefix.len < after.len ? prefix.len : after.len;
    int d = n ? memcmp(prefix.p, after.p, n) : 0;

    if (after.len == 0 || d > 0 || (d == 0 && prefix.len > after.len)) {
        after = prefix;
        behind = false;
    }
    w->more = btree_seek(w->objects, after, behind, &w->at);
}

static const struct s3_stack *shown(const struct walk *w)
{
    const struct s3_stack *v =
        store_view(&w->l->c->s->store, w->at.value, w->l->c->x->stale);

    return w->versions || stack_current(v) ? v : NULL;
}

/* MinIO groups by folders without a look at what is in them: also those where
 * delete markers hide all; not those where nothing is left. */
static bool tells_deleted(const struct walk *w)
{
    const struct listing *l = w->l;

    return l->c->s->profile->minio && !w->versions &&
           strcmp(l->delimiter, "/") == 0 &&
           store_view(&l->c->s->store, w->at.value, l->c->x->stale);
}

bool walk_next(struct walk *w, struct item *out)
{
    while (w->more && slice_starts(w->at.key, w->l->prefix)) {
        size_t n = listing_group(w->l, w->at.key);

        out->stack = shown(w);
        out->name = w->at.key;
        if ((!out->stack && !(n && tells_deleted(w))) || !n) {
            w->more = btree_next(&w->at);
            if (!out->stack)
                continue;
            return true;
        }
        out->stack = NULL;
        out->name.len = n;
        walk_behind(w, out->name);
        return true;
    }
    return false;
}

/* ---- names ---- */

/* As MinIO: a blank is a plus, and a star stays. */
static void minio_encode(struct str *out, struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.p[i] == ' ')
            str_addc(out, '+');
        else if (name.p[i] == '~')
            str_addz(out, "%7E");
        else
            percent_encode(out, (struct slice){name.p + i, 1}, "/*");
}

bool listing_marker_ok(const struct listing *l, const char *marker)
{
    if (!l->c->s->profile->minio || !marker || !*marker ||
        slice_starts(slice_of(marker), l->prefix))
        return true;
    s3_error(l->c->x, "NotImplemented", NULL, NULL);
    return false;
}

void listing_name(struct listing *l, struct str *out, const char *element,
                  struct slice name)
{
    struct str coded;

    if (!l->url) {
        xml_text(out, element, name);
        return;
    }
    str_init(&coded, 3 * name.len + 1);
    if (l->c->s->profile->minio)
        minio_encode(&coded, name);
    else
        percent_encode(&coded, name, "/");
    xml_text(out, element, str_slice(&coded));
    str_fini(&coded);
}

void listing_prefix(struct listing *l, struct str *out, struct slice group)
{
    xml_open(out, "CommonPrefixes");
    listing_name(l, out, "Prefix", group);
    xml_close(out, "CommonPrefixes");
}
