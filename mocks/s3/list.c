/* list: ListObjectsV2.
 *
 * A walk gives keys and common prefixes in byte order. A common prefix is
 * passed in one seek, however many keys it stands for, so that a page costs
 * the same in a large bucket as in a small one. The continuation token is the
 * base64 of "k" and the last key, or "p" and the last common prefix.
 */
#include <string.h>

#include "base/percent.h"
#include "mocks/s3/internal.h"
#include "mocks/s3/xml.h"

enum { NAME_BYTES = S3_MAX_KEY + 8 };

struct listing {
    struct ask *c;
    const char *prefix, *delimiter, *start_after, *token; /* NULL: not given */
    long long max_keys;
    bool url, owner;
};

struct walk {
    const struct listing *l;
    const struct btree *objects;
    struct btree_cursor at;
    bool more;
};

struct item {
    struct slice name;
    const struct s3_object *object; /* NULL: a common prefix */
};

/* ---- the walk ---- */

/* To the first key behind all that begin with group. */
static void seek_behind(struct walk *w, struct slice group)
{
    char next[NAME_BYTES];
    size_t n = group.len;

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

static size_t group_length(const struct listing *l, struct slice key)
{
    size_t from = strlen(l->prefix), n = strlen(l->delimiter);
    const char *hit;

    if (n == 0)
        return 0;
    hit = memmem(key.p + from, key.len - from, l->delimiter, n);
    return hit ? (size_t)(hit - key.p) + n : 0;
}

static bool walk_next(struct walk *w, struct item *out)
{
    const struct store *store = &w->l->c->s->store;

    while (w->more && slice_starts(w->at.key, w->l->prefix)) {
        size_t n = group_length(w->l, w->at.key);

        out->object =
            stack_current(store_view(store, w->at.value, w->l->c->x->stale));
        out->name = w->at.key;
        if (!out->object || !n) {
            w->more = btree_next(&w->at);
            if (!out->object)
                continue;
            return true;
        }
        out->object = NULL;
        out->name.len = n;
        seek_behind(w, out->name);
        return true;
    }
    return false;
}

/* Where the page begins; token: decoded, or p NULL. */
static void walk_start(struct walk *w, struct slice token)
{
    struct slice prefix = slice_of(w->l->prefix);
    struct slice after = slice_of(w->l->start_after);
    bool behind = true;

    if (token.p) {
        after = (struct slice){token.p + 1, token.len - 1};
        if (token.p[0] == 'p') {
            seek_behind(w, after);
            return;
        }
    }
    if (after.len == 0 || strcmp(prefix.p, after.p) > 0) {
        after = prefix;
        behind = false;
    }
    w->more = btree_seek(w->objects, after, behind, &w->at);
}

/* ---- parameters ---- */

static const char *or_empty(const char *z)
{
    return z ? z : "";
}

static bool read_max_keys(struct listing *l, const char *text)
{
    l->max_keys = S3_MAX_PAGE;
    if (!text || !*text)
        return true;
    if (!slice_int64(slice_of(text), &l->max_keys))
        return ask_bad_argument(l->c, "max-keys", text,
                                "Provided max-keys not an integer or within "
                                "integer range");
    if (l->max_keys < 0 || l->max_keys > INT32_MAX)
        return ask_bad_argument(l->c, "max-keys", text,
                                "Argument maxKeys must be an integer between 0 "
                                "and 2147483647");
    if (l->max_keys > S3_MAX_PAGE)
        l->max_keys = S3_MAX_PAGE;
    return true;
}

static bool read_encoding(struct listing *l, const char *text)
{
    l->url = text && strcmp(text, "url") == 0;
    return !text || l->url ||
           ask_bad_argument(l->c, "encoding-type", text,
                            "Invalid Encoding Method specified in Request");
}

static bool read_listing(struct listing *l)
{
    const struct ask *c = l->c;
    const char *owner = ask_query(c, "fetch-owner");

    l->prefix = or_empty(ask_query(c, "prefix"));
    l->delimiter = or_empty(ask_query(c, "delimiter"));
    l->start_after = ask_query(c, "start-after");
    l->token = ask_query(c, "continuation-token");
    l->owner = owner && strcmp(owner, "true") == 0;
    return read_max_keys(l, ask_query(c, "max-keys")) &&
           read_encoding(l, ask_query(c, "encoding-type"));
}

static bool read_token(struct listing *l, struct slice *token)
{
    struct str plain;
    bool ok;

    *token = (struct slice){NULL, 0};
    if (!l->token)
        return true;
    str_init(&plain, NAME_BYTES - 1);
    ok = base64_decode(&plain, slice_of(l->token)) && !plain.failed &&
         plain.len > 1 && (plain.p[0] == 'k' || plain.p[0] == 'p') &&
         !memchr(plain.p, 0, plain.len);
    if (ok)
        *token = (struct slice){arena_memdup(l->c->a, plain.p, plain.len),
                                plain.len};
    str_fini(&plain);
    return ok ||
           ask_bad_argument(l->c, "continuation-token", l->token,
                            "The continuation token provided is incorrect");
}

static void add_token(struct str *out, struct item last)
{
    struct str plain, text;

    str_init(&plain, NAME_BYTES);
    str_init(&text, 2 * NAME_BYTES);
    str_addc(&plain, last.object ? 'k' : 'p');
    str_adds(&plain, last.name);
    base64_encode(&text, str_slice(&plain));
    xml_text(out, "NextContinuationToken", str_slice(&text));
    str_fini(&plain);
    str_fini(&text);
}

/* ---- the answer ---- */

static void add_name(struct listing *l, struct str *out, const char *element,
                     struct slice name)
{
    struct str coded;

    if (!l->url) {
        xml_text(out, element, name);
        return;
    }
    str_init(&coded, 3 * name.len + 1);
    percent_encode(&coded, name, "/");
    xml_text(out, element, str_slice(&coded));
    str_fini(&coded);
}

static void add_item(struct listing *l, struct str *out, struct item it)
{
    char date[DATE_ISO_SIZE], etag[ETAG_SIZE];

    if (!it.object) {
        xml_open(out, "CommonPrefixes");
        add_name(l, out, "Prefix", it.name);
        xml_close(out, "CommonPrefixes");
        return;
    }
    date_iso(it.object->modified_ms, date);
    xml_open(out, "Contents");
    add_name(l, out, "Key", it.name);
    xml_textz(out, "LastModified", date);
    object_etag(it.object, etag);
    xml_textf(out, "ETag", "&quot;%s&quot;", etag);
    xml_textf(out, "Size", "%zu", it.object->body->len);
    if (l->owner)
        user_xml(l->c->s, out, "Owner", it.object->owner);
    xml_textz(out, "StorageClass", "STANDARD");
    xml_close(out, "Contents");
}

static void add_echo(struct listing *l, struct str *out)
{
    xml_textz(out, "Name", l->c->bucket_name.p);
    add_name(l, out, "Prefix", slice_of(l->prefix));
    if (*l->delimiter)
        add_name(l, out, "Delimiter", slice_of(l->delimiter));
    if (l->start_after)
        add_name(l, out, "StartAfter", slice_of(l->start_after));
    if (l->token)
        xml_textz(out, "ContinuationToken", l->token);
    if (l->url)
        xml_textz(out, "EncodingType", "url");
    xml_textf(out, "MaxKeys", "%lld", l->max_keys);
}

/* One page: keys as they come, then the common prefixes. */
static void add_page(struct listing *l, struct walk *w, struct str *out)
{
    struct item it, last = {{NULL, 0}, NULL};
    struct str groups;
    long long n = 0;
    bool more = l->max_keys > 0 && walk_next(w, &it);

    str_init(&groups, S3_MAX_TEXT);
    for (; more && n < l->max_keys; n++) {
        last = it;
        add_item(l, it.object ? out : &groups, it);
        more = walk_next(w, &it);
    }
    str_adds(out, str_slice(&groups));
    out->failed = out->failed || groups.failed;
    str_fini(&groups);
    xml_textf(out, "KeyCount", "%lld", n);
    xml_textz(out, "IsTruncated", more ? "true" : "false");
    if (more)
        add_token(out, last);
}

void s3_list_objects_v2(struct ask *c)
{
    struct listing l = {.c = c};
    struct str *out = &c->s->text;
    struct slice token;
    struct walk w = {.l = &l, .objects = c->bucket->objects};

    if (!read_listing(&l) || !read_token(&l, &token))
        return;
    walk_start(&w, token);
    str_reset(out);
    xml_begin(out, "ListBucketResult");
    add_echo(&l, out);
    add_page(&l, &w, out);
    str_addz(out, "</ListBucketResult>");
    s3_answer_text(c->x, 200);
}
