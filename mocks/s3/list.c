/* list: ListObjects and ListObjectsV2.
 *
 * The continuation token of V2 is the base64 of "k" and the last key, or "p"
 * and the last common prefix; V1 has its marker in plain text.
 */
#include <string.h>

#include "base/percent.h"
#include "mocks/s3/integrity.h"
#include "mocks/s3/listing.h"
#include "mocks/s3/xml.h"

enum { NAME_BYTES = S3_MAX_KEY + 8 };

struct objects { /* one page of them */
    struct listing l;
    struct walk w;
    const char *start_after, *token, *marker; /* NULL: not given */
    bool second, owner;                       /* V2; with owners */
};

/* ---- the token of V2 ---- */

static bool read_token(struct objects *o, struct slice *token)
{
    struct str plain;
    bool ok;

    *token = (struct slice){NULL, 0};
    if (!o->token)
        return true;
    str_init(&plain, NAME_BYTES - 1);
    ok = base64_decode(&plain, slice_of(o->token)) && !plain.failed &&
         plain.len > 1 && (plain.p[0] == 'k' || plain.p[0] == 'p') &&
         !memchr(plain.p, 0, plain.len);
    if (ok)
        *token = (struct slice){arena_memdup(o->l.c->a, plain.p, plain.len),
                                plain.len};
    str_fini(&plain);
    return ok || ask_bad_argument(o->l.c, "continuation-token", o->token,
                                  "The continuation token provided is "
                                  "incorrect");
}

static void add_token(struct str *out, struct item last)
{
    struct str plain, text;

    str_init(&plain, NAME_BYTES);
    str_init(&text, 2 * NAME_BYTES);
    str_addc(&plain, last.stack ? 'k' : 'p');
    str_adds(&plain, last.name);
    base64_encode(&text, str_slice(&plain));
    xml_text(out, "NextContinuationToken", str_slice(&text));
    str_fini(&plain);
    str_fini(&text);
}

static bool start_second(struct objects *o)
{
    struct slice token;

    if (!read_token(o, &token))
        return false;
    if (token.p && token.p[0] == 'p')
        walk_behind(&o->w, (struct slice){token.p + 1, token.len - 1});
    else if (token.p)
        walk_start(&o->w, (struct slice){token.p + 1, token.len - 1}, true);
    else
        walk_start(&o->w, slice_of(o->start_after), true);
    return true;
}

/* A marker that ends a common prefix stands for all under it. */
static void start_first(struct objects *o)
{
    struct slice marker = slice_of(o->marker);
    size_t n =
        slice_starts(marker, o->l.prefix) ? listing_group(&o->l, marker) : 0;

    if (n && n == marker.len)
        walk_behind(&o->w, marker);
    else
        walk_start(&o->w, marker, true);
}

/* ---- the answer ---- */

static void add_object(struct objects *o, struct str *out, struct item it)
{
    const struct s3_object *is = it.stack->at[0];
    const char *class = object_header(is, "x-amz-storage-class");
    char date[DATE_ISO_SIZE], etag[ETAG_SIZE];
    struct checksum k;

    date_iso(is->modified_ms, date);
    object_etag(is, etag);
    xml_open(out, "Contents");
    listing_name(&o->l, out, "Key", it.name);
    xml_textz(out, "LastModified", date);
    xml_textf(out, "ETag", "&quot;%s&quot;", etag);
    if (o->l.c->s->profile->default_checksum && checksum_kept(is, &k)) {
        xml_textz(out, "ChecksumAlgorithm", checksums[k.kind].name);
        xml_textz(out, "ChecksumType", checksum_type(&k));
    }
    xml_textf(out, "Size", "%zu", is->body->len);
    if (o->owner)
        user_xml(o->l.c->s, out, "Owner", is->owner);
    xml_textz(out, "StorageClass", class ? class : "STANDARD");
    xml_close(out, "Contents");
}

static void add_echo(struct objects *o, struct str *out)
{
    struct listing *l = &o->l;

    xml_textz(out, "Name", l->c->bucket_name.p);
    if (o->second || l->c->s->profile->encodes_every_prefix)
        listing_name(l, out, "Prefix", slice_of(l->prefix));
    else
        xml_textz(out, "Prefix", l->prefix);
    if (*l->delimiter)
        listing_name(l, out, "Delimiter", slice_of(l->delimiter));
    if (o->second && o->start_after)
        listing_name(l, out, "StartAfter", slice_of(o->start_after));
    if (o->second && o->token)
        xml_textz(out, "ContinuationToken", o->token);
    if (!o->second)
        listing_name(l, out, "Marker", slice_of(listing_or_empty(o->marker)));
    if (l->url)
        xml_textz(out, "EncodingType", "url");
    xml_textf(out, "MaxKeys", "%lld", l->said);
}

/* One page: keys as they come, then the common prefixes. */
static void add_page(struct objects *o, struct str *out)
{
    struct item it, last = {{NULL, 0}, NULL};
    struct str groups;
    long long n = 0;
    bool more = o->l.max_keys > 0 && walk_next(&o->w, &it);

    str_init(&groups, S3_MAX_TEXT);
    for (; more && n < o->l.max_keys; n++) {
        last = it;
        if (it.stack)
            add_object(o, out, it);
        else
            listing_prefix(&o->l, &groups, it.name);
        more = walk_next(&o->w, &it);
    }
    str_adds(out, str_slice(&groups));
    out->failed = out->failed || groups.failed;
    str_fini(&groups);
    if (o->second)
        xml_textf(out, "KeyCount", "%lld", n);
    xml_textz(out, "IsTruncated", more ? "true" : "false");
    if (more && o->second)
        add_token(out, last);
    else if (more && (*o->l.delimiter || o->l.c->s->profile->minio))
        listing_name(&o->l, out, "NextMarker", last.name);
}

static void answer(struct objects *o)
{
    struct str *out = &o->l.c->s->text;

    str_reset(out);
    xml_begin(out, "ListBucketResult");
    add_echo(o, out);
    add_page(o, out);
    str_addz(out, "</ListBucketResult>");
    s3_answer_text(o->l.c->x, 200);
}

static bool begin(struct objects *o, struct ask *c)
{
    o->l.c = c;
    o->w.l = &o->l;
    o->w.objects = c->bucket->objects;
    return listing_read(&o->l, "max-keys");
}

void s3_list_objects_v2(struct ask *c)
{
    struct objects o = {.second = true};
    const char *owner = ask_query(c, "fetch-owner");

    if (!begin(&o, c))
        return;
    o.start_after = ask_query(c, "start-after");
    o.token = ask_query(c, "continuation-token");
    o.owner = owner && strcmp(owner, "true") == 0;
    if (start_second(&o))
        answer(&o);
}

void s3_list_objects(struct ask *c)
{
    struct objects o = {.owner = true};

    if (!begin(&o, c))
        return;
    o.marker = ask_query(c, "marker");
    if (!listing_marker_ok(&o.l, o.marker))
        return;
    start_first(&o);
    answer(&o);
}
