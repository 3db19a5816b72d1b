/* copy: see copy.h; and CopyObject. */
#include "mocks/s3/copy.h"

#include <string.h>

#include "base/percent.h"
#include "base/utf8.h"
#include "mocks/s3/access.h"
#include "mocks/s3/collect.h"
#include "mocks/s3/integrity.h"
#include "mocks/s3/tagging.h"
#include "mocks/s3/sse.h"
#include "mocks/s3/xml.h"

#define CLASS "x-amz-storage-class"

/* ---- the source ---- */

static bool bad_source(struct ask *c)
{
    return ask_bad_argument(c, "x-amz-copy-source",
                            ask_headerz(c, "x-amz-copy-source"),
                            "Copy Source must mention the source bucket and "
                            "key: sourcebucket/sourcekey.");
}

static const char *decoded(struct ask *c, struct slice raw)
{
    struct str out;
    const char *text = NULL;

    str_init(&out, raw.len + 1);
    if (percent_decode(&out, raw, false) && !memchr(str_z(&out), 0, out.len))
        text = arena_memdup(c->a, str_z(&out), out.len);
    str_fini(&out);
    return text;
}

/* "[/]bucket/key[?versionId=V]"; some encode the first slash too. */
static bool read_source(struct ask *c, struct copy_source *out,
                        const char **version)
{
    static const char mark[] = "?versionId=";
    struct slice v = ask_header(c, "x-amz-copy-source");
    const char *at = v.len ? memmem(v.p, v.len, mark, sizeof(mark) - 1) : NULL;
    const char *path, *slash;

    *version = NULL;
    if (at) {
        const char *end = v.p + v.len;

        at += sizeof(mark) - 1;
        *version = ask_text(c, (struct slice){at, (size_t)(end - at)});
        v.len = (size_t)(at - v.p) - (sizeof(mark) - 1);
    }
    out->named = *version != NULL;
    path = decoded(c, v);
    if (!path)
        return false;
    path += *path == '/';
    slash = strchr(path, '/');
    if (!slash || slash == path || !slash[1])
        return false;
    out->bucket_name =
        slice_of(ask_text(c, (struct slice){path, (size_t)(slash - path)}));
    out->key = slice_of(slash + 1);
    if (c->s->profile->minio) { /* whose errors name the source from now on */
        c->x->names.bucket = out->bucket_name.p;
        c->x->names.key = out->key.p;
    }
    return true;
}

static bool absent(struct ask *c, const char *code, const char *version)
{
    s3_error(c->x, code, NULL, version ? "VersionId" : NULL, version, NULL);
    return false;
}

static bool find_version(struct ask *c, struct copy_source *s,
                         const char *version)
{
    const struct s3_stack *v =
        store_versions(&c->s->store, s->bucket, s->key, c->x->stale);
    uint64_t id;

    if (version && c->s->profile->minio && !version_parse(c->s, version, &id))
        return absent(c, "NoSuchVersion", version);
    if (version && !version_asked(c, version, &id))
        return false;
    s->object = version ? stack_find(v, id) : stack_current(v);
    if (!access_may(c, s->bucket, s->key, s->object,
                    version ? "s3:GetObjectVersion" : "s3:GetObject",
                    MAY_READ_OBJECT)) {
        s3_error(c->x, "AccessDenied", NULL, NULL);
        return false;
    }
    if (s->object && s->object->body)
        return true;
    if (s->object)
        s3_error(c->x, "InvalidRequest",
                 "The source of a copy request may not specifically refer to a "
                 "delete marker by version id.",
                 NULL);
    else if (version)
        absent(c, "NoSuchVersion", version);
    else
        absent(c, "NoSuchKey", NULL);
    return false;
}

void copy_name_source(struct ask *c)
{
    struct copy_source source;
    const char *version;

    if (c->s->profile->minio && ask_header(c, "x-amz-copy-source").p)
        (void)read_source(c, &source, &version);
}

bool copy_source_needed(struct ask *c, struct copy_source *out)
{
    const char *version;

    *out = (struct copy_source){.bucket = NULL};
    if (!read_source(c, out, &version)) {
        bad_source(c);
        return false;
    }
    out->bucket = store_bucket(&c->s->store, out->bucket_name, c->x->stale);
    if (!out->bucket)
        return absent(c, "NoSuchBucket", NULL);
    return find_version(c, out, version) &&
           sse_source_allowed(c, out->object) &&
           s3_copy_allowed(c, out->object);
}

void copy_source_tell(struct ask *c, const struct copy_source *source)
{
    char text[VERSION_SIZE];

    if (c->s->profile->minio ? !source->named
                             : source->bucket->versioning == VERSIONING_NEVER)
        return; /* MinIO repeats the version that was asked for */
    version_text(c->s, source->object->version, text);
    answer_set(&c->x->answer, c->a, "x-amz-copy-source-version-id", "%s", text);
}

/* Digits only. */
static bool number(struct slice s, size_t *out)
{
    long long n;

    if (!s.len || s.p[0] < '0' || s.p[0] > '9' || !slice_int64(s, &n))
        return false;
    *out = (size_t)n;
    return true;
}

/* Stricter than Range: both ends, and inside the object. */
bool copy_range(struct ask *c, const struct s3_object *o, struct slice *bytes)
{
    struct slice v = ask_header(c, "x-amz-copy-source-range"), rest = v;
    size_t from = 0, to = 0, size = o->body->len;
    const char *dash;

    *bytes = object_bytes(o);
    if (!v.p)
        return true;
    if (slice_starts(v, "bytes="))
        rest = (struct slice){v.p + 6, v.len - 6};
    dash = rest.len ? memchr(rest.p, '-', rest.len) : NULL;
    if (rest.p == v.p || !dash ||
        !number((struct slice){rest.p, (size_t)(dash - rest.p)}, &from) ||
        !number(
            (struct slice){dash + 1, rest.len - (size_t)(dash + 1 - rest.p)},
            &to) ||
        to < from)
        return ask_bad_argument(
            c, "x-amz-copy-source-range", ask_text(c, v),
            "The x-amz-copy-source-range value must be of the form "
            "bytes=first-last where first and last are the zero-based offsets "
            "of the first and last bytes to copy");
    if (to >= size && from < size && c->s->profile->minio)
        return ask_bad_argument(c, "x-amz-copy-source-range", ask_text(c, v),
                                "Range specified is not valid for source "
                                "object");
    if (to >= size) {
        bool minio = c->s->profile->minio;
        const char *text = arena_printf(c->a, "%zu-%zu", from, to);

        s3_error(c->x, "InvalidRange",
                 minio ? arena_printf(c->a,
                                      "The requested range 'bytes=%s' is "
                                      "not satisfiable",
                                      text)
                       : NULL,
                 "ActualObjectSize", arena_printf(c->a, "%zu", size),
                 "RangeRequested", minio ? text : ask_text(c, v), NULL);
        return false;
    }
    *bytes = (struct slice){bytes->p + from, to - from + 1};
    return true;
}

/* ---- CopyObject ---- */

/* COPY when not given; false, and InvalidArgument answered, when neither. */
static bool read_directive(struct ask *c, const char *header, bool *replace)
{
    struct slice v = ask_header(c, header);

    *replace = slice_eqz(v, "REPLACE");
    return !v.p || *replace || slice_eqz(v, "COPY") ||
           ask_bad_argument(c, header, ask_text(c, v),
                            arena_printf(c->a, "Unknown %s.",
                                         strstr(header, "tagging")
                                             ? "tag directive"
                                             : "metadata directive"));
}

/* MinIO forgets when the source expires. */
static void take_metadata(const struct s3_object *from, struct str *out,
                          bool minio)
{
    const char *name, *value;
    size_t at = 0;

    while (headers_next(from->headers, &at, &name, &value))
        if (is_metadata(name) && !(minio && strcmp(name, "Expires") == 0))
            headers_add(out, name, slice_of(value));
}

static bool collect_copy(struct ask *c, const struct s3_object *from,
                         bool new_metadata, bool new_tags, struct str *out)
{
    const struct http_header *list = c->r->headers;
    size_t n = c->r->n_headers;
    const char *tags = object_header(from, TAGS_KEPT);
    const char *class = object_header(from, CLASS);

    if (!new_metadata)
        take_metadata(from, out, c->s->profile->minio);
    else if (!collect_metadata(c, list, n, out))
        return false;
    if (new_tags) {
        if (!collect_tags(c, field(list, n, "x-amz-tagging"), out))
            return false;
    } else if (tags) {
        headers_add(out, TAGS_KEPT, slice_of(tags));
    }
    if (c->s->profile->minio && class && !field(list, n, CLASS).p)
        headers_add(out, CLASS, slice_of(class));
    return collect_rest(c, list, n, out);
}

/* A copy onto itself must change something. */
static bool changes_something(struct ask *c, const struct copy_source *s,
                              bool replace)
{
    if (replace || !slice_eq(s->bucket_name, c->bucket_name) ||
        !slice_eq(s->key, c->key) ||
        s->object !=
            store_object(&c->s->store, c->bucket, c->key, c->x->stale) ||
        ask_header(c, "x-amz-storage-class").p ||
        ask_header(c, "x-amz-website-redirect-location").p ||
        ask_header(c, "x-amz-server-side-encryption").p ||
        ask_header(c, "x-amz-server-side-encryption-customer-algorithm").p)
        return true;
    s3_error(c->x, "InvalidRequest",
             "This copy request is illegal because it is trying to copy an "
             "object to itself without changing the object's metadata, storage "
             "class, website redirect location or encryption attributes.",
             NULL);
    return false;
}

/* The source's own where it is of the whole, else one by the same or the
 * demanded algorithm. */
static void find_checksum(struct ask *c, const struct s3_object *from,
                          struct checksum *out)
{
    enum checksum_kind want =
        checksum_by_name(ask_header(c, "x-amz-checksum-algorithm"));

    checksum_kept(from, out);
    if (want == CHECKSUM_NONE)
        want = out->kind;
    if (out->kind == want && !out->parts)
        return;
    *out = (struct checksum){.kind = want};
    checksum_of(&c->s->digests, want, object_bytes(from), out->value);
}

static void answer(struct ask *c, const struct s3_object *o,
                   const struct checksum *k)
{
    struct str *out = &c->s->text;
    char date[DATE_ISO_SIZE];

    date_iso(o->modified_ms, date);
    str_reset(out);
    xml_begin(out, "CopyObjectResult");
    xml_textz(out, "LastModified", date);
    xml_textz(out, "ETag", s3_etag(c->x, o));
    if (!c->s->profile->minio)
        checksum_xml(c, k, true);
    str_addz(out, "</CopyObjectResult>");
    s3_answer_text(c->x, 200);
    if (!c->s->profile->minio)
        return;
    answer_set(&c->x->answer, c->a, "ETag", "%s", s3_etag(c->x, o));
    checksum_tell(c, k, true);
}

static void prepare(struct ask *c, const struct copy_source *s,
                    struct str *headers)
{
    struct checksum k;
    struct s3_object *o;

    find_checksum(c, s->object, &k);
    checksum_by_default(c, object_bytes(s->object), &k);
    if (k.kind == CHECKSUM_NONE && c->s->profile->minio) {
        k.kind = CHECKSUM_CRC64NVME;
        checksum_of(&c->s->digests, k.kind, object_bytes(s->object), k.value);
    }
    checksum_keep(c, headers, &k);
    o = object_made(c, body_ref(s->object->body), str_slice(headers));
    answer(c, o, &k);
    copy_source_tell(c, s);
    version_tell_new(c, o);
    sse_tell(c, o->headers);
    object_put(c, o);
}

void s3_copy_object(struct ask *c)
{
    struct s3_object *there =
        store_object(&c->s->store, c->bucket, c->key, c->x->stale);
    struct copy_source s;
    struct str headers;
    bool metadata, tags;

    copy_name_source(c);
    if (!read_directive(c, "x-amz-metadata-directive", &metadata) ||
        !read_directive(c, "x-amz-tagging-directive", &tags) ||
        !copy_source_needed(c, &s) || !changes_something(c, &s, metadata) ||
        (!c->s->profile->minio && !s3_write_allowed(c, there)) ||
        !ask_has_room(c, 0))
        return;
    str_init(&headers, HEADERS_MAX);
    if (collect_copy(c, s.object, metadata, tags, &headers))
        prepare(c, &s, &headers);
    str_fini(&headers);
}
