/* attributes: GetObjectAttributes. */
#include <string.h>

#include "mocks/s3/integrity.h"
#include "mocks/s3/sse.h"
#include "mocks/s3/xml.h"

static const char *const known[] = {"ETag",         "Checksum",   "ObjectParts",
                                    "StorageClass", "ObjectSize", NULL};
enum { ETAG = 1, CHECKSUM = 2, PARTS = 4, CLASS = 8, SIZE = 16 };

static unsigned bit_of(struct slice name)
{
    for (unsigned i = 0; known[i]; i++)
        if (slice_eqz(name, known[i]))
            return 1u << i;
    return 0;
}

/* Bits of what the headers ask for; 0, and an error answered, otherwise. */
static unsigned wanted(struct ask *c)
{
    unsigned bits = 0;

    for (size_t i = 0; i < c->r->n_headers; i++) {
        struct slice v = c->r->headers[i].value;

        if (!slice_ieqz(c->r->headers[i].name, "x-amz-object-attributes"))
            continue;
        while (v.len) {
            const char *comma = memchr(v.p, ',', v.len);
            size_t n = comma ? (size_t)(comma - v.p) : v.len;
            struct slice one = {v.p, n};

            if (!c->s->profile->minio) /* which takes no blanks here */
                one = slice_trim(one);

            if (!bit_of(one)) {
                ask_bad_argument(c, "x-amz-object-attributes", ask_text(c, one),
                                 "Invalid attribute name specified.");
                return 0;
            }
            bits |= bit_of(one);
            v.p += comma ? n + 1 : n;
            v.len -= comma ? n + 1 : n;
        }
    }
    if (!bits && c->s->profile->minio)
        ask_bad_argument(c, "x-amz-object-attributes", "",
                         "Invalid attribute name specified.");
    else if (!bits)
        s3_error(c->x, "InvalidRequest",
                 "The x-amz-object-attributes header specifying the attributes "
                 "to be retrieved is either missing or empty",
                 NULL);
    return bits;
}

/* A header as a number from least on, at most cap. */
static bool number(struct ask *c, const char *name, long long least,
                   long long fallback, long long cap, long long *out)
{
    struct slice v = ask_header(c, name);

    *out = fallback;
    if (!v.p)
        return true;
    if (!slice_int64(v, out) || *out < least)
        return ask_bad_argument(c, name, ask_text(c, v),
                                "Argument must be an integer of 0 or more");
    if (*out > cap)
        *out = cap;
    return true;
}

static void add_part(struct ask *c, const struct s3_part *p, unsigned number_,
                     enum checksum_kind kind)
{
    struct checksum k = {.kind = kind};

    memcpy(k.value, p->checksum, sizeof(k.value));
    xml_open(&c->s->text, "Part");
    checksum_xml(c, &k, false);
    xml_textf(&c->s->text, "PartNumber", "%u", number_);
    xml_textf(&c->s->text, "Size", "%zu", p->size);
    xml_close(&c->s->text, "Part");
}

static void add_parts(struct ask *c, const struct s3_object *o,
                      long long marker, long long most)
{
    struct str *out = &c->s->text;
    struct checksum k;
    struct s3_part whole = {.number = 1, .size = o->body->len};
    const struct s3_part *list = o->parts;
    size_t i = 0, n = 0, n_parts = o->n_parts;

    checksum_kept(o, &k);
    if (!o->n_parts) { /* MinIO has all objects in parts */
        list = &whole;
        n_parts = 1;
        k.kind = CHECKSUM_NONE;
    }
    while (i < n_parts && list[i].number <= marker)
        i++;
    xml_open(out, "ObjectParts");
    xml_textf(out, "PartsCount", "%u", (unsigned)n_parts);
    xml_textf(out, "PartNumberMarker", "%lld", marker);
    xml_textf(out, "MaxParts", "%lld", most);
    for (; i < n_parts && n < (size_t)most; i++, n++)
        add_part(c, &list[i], list[i].number, k.kind);
    xml_textf(out, "NextPartNumberMarker", "%u", n ? list[i - 1].number : 0);
    xml_textz(out, "IsTruncated", i < n_parts ? "true" : "false");
    xml_close(out, "ObjectParts");
}

static void add_checksum(struct ask *c, const struct s3_object *o)
{
    struct checksum k;

    if (!checksum_kept(o, &k))
        return;
    xml_open(&c->s->text, "Checksum");
    checksum_xml(c, &k, true);
    xml_close(&c->s->text, "Checksum");
}

void s3_get_object_attributes(struct ask *c)
{
    bool first = c->s->profile->minio; /* the header, then the object */
    unsigned want = first ? wanted(c) : 0;
    struct s3_object *o = want || !first ? version_needed(c) : NULL;
    struct str *out = &c->s->text;
    long long marker, most, least = first ? INT32_MIN : 0;
    const char *class;
    char etag[ETAG_SIZE];

    if (o && !first)
        want = wanted(c);
    if (!o || !want ||
        !number(c, "x-amz-part-number-marker", least, 0, 1 << 30, &marker) ||
        !number(c, "x-amz-max-parts", 0,
                c->s->profile->minio ? S3_MAX_PARTS : S3_MAX_PAGE,
                c->s->profile->minio ? S3_MAX_PARTS : S3_MAX_PAGE, &most) ||
        !sse_read_allowed(c, o))
        return;
    object_etag(o, etag);
    class = object_header(o, "x-amz-storage-class");
    str_reset(out);
    if (c->s->profile->minio)
        str_addz(out, XML_DECLARATION "<getObjectAttributesResponse>");
    else
        xml_begin(out, "GetObjectAttributesResponse");
    if (want & ETAG)
        xml_textz(out, "ETag", etag);
    if (want & CHECKSUM)
        add_checksum(c, o);
    if ((want & PARTS) && (o->n_parts || c->s->profile->minio))
        add_parts(c, o, marker, most);
    if (want & CLASS)
        xml_textz(out, "StorageClass", class ? class : "STANDARD");
    if ((want & SIZE) && (o->body->len || !c->s->profile->minio))
        xml_textf(out, "ObjectSize", "%zu", o->body->len);
    str_addz(out, c->s->profile->minio ? "</getObjectAttributesResponse>"
                                       : "</GetObjectAttributesResponse>");
    s3_answer_text(c->x, 200);
    s3_tell_modified(c->x, o);
    if (!c->s->profile->minio || c->bucket->versioning == VERSIONING_ON)
        version_tell(c, o);
}
