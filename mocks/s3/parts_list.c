/* parts_list: ListParts and ListMultipartUploads. */
#include <stdlib.h>
#include <string.h>

#include "mocks/s3/listing.h"
#include "mocks/s3/upload.h"
#include "mocks/s3/xml.h"

/* ---- ListParts ---- */

static void add_part(struct ask *c, struct upload_rule r,
                     const struct s3_upload_part *p)
{
    struct str *out = &c->s->text;
    struct checksum k = {.kind = r.implied ? CHECKSUM_NONE : r.kind};
    char date[DATE_ISO_SIZE];

    memcpy(k.value, p->checksum, sizeof(k.value));
    date_iso(p->modified_ms, date);
    xml_open(out, "Part");
    xml_textf(out, "PartNumber", "%u", p->number);
    xml_textz(out, "LastModified", date);
    xml_textz(out, "ETag", etag_text(c, p->md5));
    xml_textf(out, "Size", "%zu", p->body->len);
    checksum_xml(c, &k, false);
    xml_close(out, "Part");
}

/* always: also that there is none. */
static void add_rule(struct str *out, struct upload_rule r, bool always)
{
    if (r.kind == CHECKSUM_NONE || r.implied) {
        if (always) {
            xml_textz(out, "ChecksumAlgorithm", "");
            xml_textz(out, "ChecksumType", "");
        }
        return;
    }
    xml_textz(out, "ChecksumAlgorithm", checksums[r.kind].name);
    xml_textz(out, "ChecksumType", r.composite ? "COMPOSITE" : "FULL_OBJECT");
}

static void add_parts(struct ask *c, const struct s3_upload *u,
                      long long marker, long long most)
{
    struct upload_rule r = upload_rule_of(u);
    struct str *out = &c->s->text;
    unsigned last = (unsigned)marker;
    long long n = 0;
    size_t i = 0;

    while (i < u->n_parts && u->parts[i].number <= marker)
        i++;
    for (; i < u->n_parts && n < most; i++, n++) {
        add_part(c, r, &u->parts[i]);
        last = u->parts[i].number;
    }
    if (i == u->n_parts && c->s->profile->minio)
        last = 0; /* there is no next one */
    xml_textf(out, "NextPartNumberMarker", "%u", last);
    xml_textf(out, "MaxParts", "%lld", most);
    xml_textz(out, "IsTruncated",
              i < u->n_parts && (most || !c->s->profile->minio) ? "true"
                                                                : "false");
    add_rule(out, r, c->s->profile->minio);
}

/* Here MinIO says the id twice. */
static void add_user(struct ask *c, const char *element, unsigned owner)
{
    const char *id = c->s->profile->owner_id;

    if (!id) {
        user_xml(c->s, &c->s->text, element, owner);
        return;
    }
    xml_open(&c->s->text, element);
    xml_textz(&c->s->text, "ID", id);
    xml_textz(&c->s->text, "DisplayName", id);
    xml_close(&c->s->text, element);
}

void s3_list_parts(struct ask *c)
{
    struct s3_upload *u = upload_needed(c);
    struct str *out = &c->s->text;
    bool minio = c->s->profile->minio;
    long long marker, most;

    if (!u || !ask_number(c, "part-number-marker", 0, INT32_MAX, &marker) ||
        !ask_number(c, "max-parts", minio ? S3_MAX_PARTS : S3_MAX_PAGE,
                    minio ? S3_MAX_PARTS : S3_MAX_PAGE, &most))
        return;
    str_reset(out);
    xml_begin(out, "ListPartsResult");
    xml_textz(out, "Bucket", c->bucket_name.p);
    xml_textz(out, "Key", c->key.p);
    xml_textz(out, "UploadId", ask_query(c, "uploadId"));
    add_user(c, "Initiator", u->owner);
    add_user(c, "Owner", u->owner);
    xml_textz(out, "StorageClass", "STANDARD");
    xml_textf(out, "PartNumberMarker", "%lld", marker);
    add_parts(c, u, marker, most);
    str_addz(out, "</ListPartsResult>");
    s3_answer_text(c->x, 200);
}

/* ---- ListMultipartUploads ---- */

struct page { /* of uploads */
    struct listing l;
    struct btree_cursor at;
    bool more;
    const char *key_marker, *id_marker;
};

/* MinIO does not say who began an upload. */
#define NOBODY                                                                 \
    "<Initiator><ID></ID><DisplayName></DisplayName></Initiator><Owner>"       \
    "<ID></ID><DisplayName></DisplayName></Owner><StorageClass></"             \
    "StorageClass>"

static void add_upload(struct listing *l, const struct s3_upload *u)
{
    struct ask *c = l->c;
    struct str *out = &c->s->text;
    char id[UPLOAD_ID_SIZE], date[DATE_ISO_SIZE];

    upload_id_text(c->s, u->id, id);
    date_iso(u->begun_ms, date);
    xml_open(out, "Upload");
    listing_name(l, out, "Key", u->key);
    xml_textz(out, "UploadId", id);
    if (c->s->profile->minio) {
        str_addz(out, NOBODY);
    } else {
        user_xml(c->s, out, "Initiator", u->owner);
        user_xml(c->s, out, "Owner", u->owner);
        xml_textz(out, "StorageClass", "STANDARD");
    }
    xml_textz(out, "Initiated", date);
    if (!c->s->profile->minio)
        add_rule(out, upload_rule_of(u), false);
    xml_close(out, "Upload");
}

/* Behind the marker: a key's uploads, or those of it behind an id. */
static bool behind_marker(const struct page *p, const struct s3_upload *u)
{
    uint64_t id = 0;
    int d;

    if (!*p->key_marker)
        return true;
    d = strcmp(u->key.p, p->key_marker); /* both end with a zero */
    if (d != 0 || !p->id_marker || !*p->id_marker)
        return d > 0;
    return upload_id_parse(p->l.c->s, p->id_marker, &id) && u->id > id;
}

/* The next upload of the page, or the next group of them (*group.p). */
static const struct s3_upload *next_upload(struct page *p, struct slice *group)
{
    *group = (struct slice){NULL, 0};
    for (; p->more; p->more = btree_next(&p->at)) {
        const struct s3_upload *u = p->at.value;
        size_t n;

        if (!slice_starts(u->key, p->l.prefix))
            continue;
        n = listing_group(&p->l, u->key);
        if (!behind_marker(p, u) ||
            (n && strncmp(p->key_marker, u->key.p, n) == 0))
            continue;
        p->more = btree_next(&p->at);
        while (n && p->more && p->at.key.len >= n &&
               memcmp(p->at.key.p, u->key.p, n) == 0)
            p->more = btree_next(&p->at);
        if (n)
            *group = (struct slice){u->key.p, n};
        return u;
    }
    return NULL;
}

static void add_uploads(struct page *p, struct str *out)
{
    const struct s3_upload *u, *last = NULL;
    struct slice group, last_group = {NULL, 0};
    struct str groups;
    char id[UPLOAD_ID_SIZE];
    long long n = 0;

    str_init(&groups, S3_MAX_TEXT);
    u = p->l.max_keys ? next_upload(p, &group) : NULL;
    for (; u && n < p->l.max_keys; n++) {
        last = u;
        last_group = group;
        if (group.p)
            listing_prefix(&p->l, &groups, group);
        else
            add_upload(&p->l, u);
        u = next_upload(p, &group);
    }
    str_adds(out, str_slice(&groups));
    str_fini(&groups);
    xml_textz(out, "IsTruncated", u ? "true" : "false");
    if (!u || !last)
        return;
    upload_id_text(p->l.c->s, last->id, id);
    listing_name(&p->l, out, "NextKeyMarker",
                 last_group.p ? last_group : last->key);
    xml_textz(out, "NextUploadIdMarker", last_group.p ? "" : id);
}

static int by_begin(const void *a, const void *b)
{
    const struct s3_upload *x = *(struct s3_upload *const *)a;
    const struct s3_upload *y = *(struct s3_upload *const *)b;

    if (x->begun_ms != y->begun_ms)
        return x->begun_ms < y->begun_ms ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* Those of the key that the prefix names, or of all keys where there is none,
 * in the order in which they began. */
static size_t all_uploads(struct page *p, const struct s3_upload ***out)
{
    bool every = !*p->l.prefix;
    const struct s3_upload **list;
    size_t n = 0;

    *out = list =
        arena_alloc(p->l.c->a, (btree_count(p->l.c->bucket->uploads) + 1) *
                                   sizeof(struct s3_upload *));
    for (; p->more; p->more = btree_next(&p->at)) {
        const struct s3_upload *u = p->at.value;

        if (every || slice_eqz(u->key, p->l.prefix))
            list[n++] = u;
    }
    qsort(list, n, sizeof(struct s3_upload *), by_begin);
    return n;
}

/* MinIO lists the uploads of one key by pages; asked without a prefix it tells
 * all that it remembers, whatever else was asked. */
static void add_uploads_minio(struct page *p, struct str *out)
{
    const struct s3_upload **list;
    size_t n = all_uploads(p, &list), i = 0, most = n;
    char id[UPLOAD_ID_SIZE] = "";
    uint64_t marker = 0;

    if (*p->l.prefix && p->l.max_keys)
        most = (size_t)p->l.max_keys;
    if (*p->l.prefix && p->id_marker && *p->id_marker) {
        upload_id_parse(p->l.c->s, p->id_marker, &marker);
        while (i < n && list[i++]->id != marker)
            ;
    }
    for (; i < n && most; i++, most--)
        add_upload(&p->l, list[i]);
    xml_textz(out, "IsTruncated", i < n ? "true" : "false");
    if (i && i < n)
        upload_id_text(p->l.c->s, list[i - 1]->id, id);
    xml_textz(out, "NextKeyMarker", "");
    xml_textz(out, "NextUploadIdMarker", id);
}

void s3_list_uploads(struct ask *c)
{
    struct page p = {.l = {.c = c}};
    struct str *out = &c->s->text;

    p.key_marker = listing_or_empty(ask_query(c, "key-marker"));
    if (!listing_read(&p.l, "max-uploads") ||
        !listing_marker_ok(&p.l, p.key_marker))
        return;
    p.id_marker = ask_query(c, "upload-id-marker");
    p.more = btree_seek(c->bucket->uploads, slice_of(p.l.prefix), false, &p.at);
    str_reset(out);
    xml_begin(out, "ListMultipartUploadsResult");
    xml_textz(out, "Bucket", c->bucket_name.p);
    listing_name(&p.l, out, "KeyMarker", slice_of(p.key_marker));
    xml_textz(out, "UploadIdMarker", listing_or_empty(p.id_marker));
    listing_name(&p.l, out, "Prefix", slice_of(p.l.prefix));
    if (*p.l.delimiter)
        listing_name(&p.l, out, "Delimiter", slice_of(p.l.delimiter));
    if (p.l.url)
        xml_textz(out, "EncodingType", "url");
    xml_textf(out, "MaxUploads", "%lld", p.l.said);
    if (c->s->profile->minio)
        add_uploads_minio(&p, out);
    else
        add_uploads(&p, out);
    str_addz(out, "</ListMultipartUploadsResult>");
    s3_answer_text(c->x, 200);
}
