/* list_versions: ListObjectVersions.
 *
 * Keys in byte order, each with its versions from the newest on; an unversioned
 * bucket shows its objects as version "null". A page may end between two
 * versions of a key.
 */
#include <string.h>

#include "mocks/s3/listing.h"
#include "mocks/s3/xml.h"

struct versions { /* one page of them */
    struct listing l;
    struct walk w;
    const char *key_marker, *id_marker; /* NULL: not given */
    struct str groups;
    long long n;
    struct slice last; /* key or group of the page's last entry */
    const struct s3_object *last_version;
    bool more;
};

static void add_version(struct versions *v, struct slice key,
                        const struct s3_object *o, bool latest)
{
    struct ask *c = v->l.c;
    struct str *out = &c->s->text;
    const char *element = o->body ? "Version" : "DeleteMarker";
    const char *class = object_header(o, "x-amz-storage-class");
    char id[VERSION_SIZE], date[DATE_ISO_SIZE];

    version_text(c->s, o->version, id);
    date_iso(o->modified_ms, date);
    xml_open(out, element);
    if (!o->body && c->s->profile->minio) {
        xml_textz(out, "ETag", "");
        xml_textz(out, "Size", "0");
        xml_textz(out, "StorageClass", "STANDARD");
    }
    listing_name(&v->l, out, "Key", key);
    xml_textz(out, "VersionId", id);
    xml_textz(out, "IsLatest", latest ? "true" : "false");
    xml_textz(out, "LastModified", date);
    if (o->body) {
        xml_textz(out, "ETag", s3_etag(c->x, o));
        xml_textf(out, "Size", "%zu", o->body->len);
        xml_textz(out, "StorageClass", class ? class : "STANDARD");
    }
    user_xml(c->s, out, "Owner", o->owner);
    xml_close(out, element);
}

/* From which of the key's versions on the page shows. */
static size_t first_of(const struct versions *v, struct item it)
{
    uint64_t id;

    if (!v->key_marker || !v->id_marker || !slice_eqz(it.name, v->key_marker) ||
        !version_parse(v->l.c->s, v->id_marker, &id))
        return 0;
    for (size_t i = 0; i < it.stack->n; i++)
        if (it.stack->at[i]->version == id)
            return i + 1;
    return 0;
}

/* False when the page is full before the end of this key. */
static bool add_key(struct versions *v, struct item it)
{
    for (size_t i = first_of(v, it); i < it.stack->n; i++) {
        if (v->n == v->l.max_keys)
            return false;
        add_version(v, it.name, it.stack->at[i], i == 0);
        v->last = it.name;
        v->last_version = it.stack->at[i];
        v->n++;
    }
    return true;
}

static bool add_group(struct versions *v, struct item it)
{
    if (v->n == v->l.max_keys)
        return false;
    listing_prefix(&v->l, &v->groups, it.name);
    v->last = it.name;
    v->last_version = NULL;
    v->n++;
    return true;
}

static void add_page(struct versions *v)
{
    struct str *out = &v->l.c->s->text;
    struct item it;

    str_init(&v->groups, S3_MAX_TEXT);
    while (!v->more && walk_next(&v->w, &it))
        v->more = !(it.stack ? add_key(v, it) : add_group(v, it));
    v->more = v->more && v->l.max_keys > 0;
    str_adds(out, str_slice(&v->groups));
    str_fini(&v->groups);
    xml_textz(out, "IsTruncated", v->more ? "true" : "false");
}

static void add_markers(struct versions *v)
{
    struct str *out = &v->l.c->s->text;
    char id[VERSION_SIZE];

    if (v->more && v->last.p)
        listing_name(&v->l, out, "NextKeyMarker", v->last);
    if (!v->more || !v->last.p || !v->last_version) {
        if (v->l.c->s->profile->minio)
            xml_textz(out, "NextVersionIdMarker", "");
        return;
    }
    version_text(v->l.c->s, v->last_version->version, id);
    xml_textz(out, "NextVersionIdMarker",
              v->last_version->version || !v->l.c->s->profile->minio ||
                      v->l.c->bucket->versioning != VERSIONING_NEVER
                  ? id
                  : "");
}

static void start(struct versions *v)
{
    struct slice marker = slice_of(v->key_marker);
    bool within = v->id_marker && *v->id_marker; /* the key's own rest */
    size_t n =
        slice_starts(marker, v->l.prefix) ? listing_group(&v->l, marker) : 0;

    if (n && n == marker.len)
        walk_behind(&v->w, marker);
    else
        walk_start(&v->w, marker, !within);
}

static void add_echo(struct versions *v)
{
    struct listing *l = &v->l;
    struct str *out = &l->c->s->text;

    xml_textz(out, "Name", l->c->bucket_name.p);
    listing_name(l, out, "Prefix", slice_of(l->prefix));
    listing_name(l, out, "KeyMarker",
                 slice_of(listing_or_empty(v->key_marker)));
    xml_textz(out, "VersionIdMarker", listing_or_empty(v->id_marker));
    if (*l->delimiter)
        listing_name(l, out, "Delimiter", slice_of(l->delimiter));
    if (l->url)
        xml_textz(out, "EncodingType", "url");
    xml_textf(out, "MaxKeys", "%lld", l->said);
}

static bool markers_ok(struct versions *v)
{
    if (!listing_marker_ok(&v->l, v->key_marker))
        return false;
    if (v->id_marker && !v->key_marker && v->l.c->s->profile->minio) {
        s3_error(v->l.c->x, "NotImplemented",
                 "A header you provided implies functionality that is not "
                 "implemented ()",
                 NULL);
        return false;
    }
    if (v->id_marker && !v->key_marker)
        return ask_bad_argument(v->l.c, "version-id-marker", v->id_marker,
                                "A version-id marker cannot be specified "
                                "without a key marker.");
    return true;
}

void s3_list_object_versions(struct ask *c)
{
    struct versions v = {.l = {.c = c}};
    struct str *out = &c->s->text;

    v.w = (struct walk){
        .l = &v.l, .objects = c->bucket->objects, .versions = true};
    v.key_marker = ask_query(c, "key-marker");
    v.id_marker = ask_query(c, "version-id-marker");
    if (!listing_read(&v.l, "max-keys") || !markers_ok(&v))
        return;
    start(&v);
    str_reset(out);
    xml_begin(out, "ListVersionsResult");
    add_echo(&v);
    add_page(&v);
    add_markers(&v);
    str_addz(out, "</ListVersionsResult>");
    s3_answer_text(c->x, 200);
}
