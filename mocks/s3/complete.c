/* complete: CompleteMultipartUpload.
 *
 * The object is made whole before it is published. It remembers the upload it
 * came from, so that the same request again finds it and (profile aws) is told
 * the same, as long as the object is what the key holds.
 */
#include <string.h>

#include "base/percent.h"
#include "mocks/s3/collect.h"
#include "mocks/s3/upload.h"
#include "mocks/s3/sse.h"
#include "mocks/s3/xml.h"

struct chosen { /* one Part of the request */
    unsigned number;
    const char *etag;                     /* as it came */
    const char *checksum[CHECKSUM_KINDS]; /* NULL: not given */
};

struct completion { /* in the exchange's arena */
    struct ask *c;
    uint64_t id;
    struct chosen *list; /* S3_MAX_PARTS */
    size_t n;
    struct chosen one; /* being read */
    struct s3_object *object;
    bool empty; /* a document without parts */
};

/* ---- the request's body ---- */

static bool end_part(struct completion *k)
{
    if (k->c->s->profile->minio && !k->one.etag)
        k->one.etag = "";
    if ((!k->one.number && !k->c->s->profile->minio) || !k->one.etag ||
        k->n == S3_MAX_PARTS)
        return false;
    k->list[k->n++] = k->one;
    k->one = (struct chosen){0};
    return true;
}

static bool read_number(struct completion *k, struct slice text)
{
    long long n;

    if (!slice_int64(slice_trim(text), &n) || n > S3_MAX_PARTS ||
        n < (k->c->s->profile->minio ? 0 : 1))
        return false;
    k->one.number = (unsigned)n;
    return true;
}

static bool element(void *ctx, const char *path, struct slice text)
{
    static const char root[] = "CompleteMultipartUpload";
    struct completion *k = ctx;
    const char *name;

    if (strncmp(path, root, sizeof(root) - 1) != 0)
        return false;
    name = path + sizeof(root) - 1;
    if (!*name)
        return true;
    if (strcmp(name, "/Part") == 0)
        return end_part(k);
    if (strncmp(name, "/Part/", 6) != 0)
        return false;
    name += 6;
    if (strcmp(name, "PartNumber") == 0)
        return read_number(k, text);
    if (strcmp(name, "ETag") == 0)
        k->one.etag = ask_text(k->c, slice_trim(text));
    for (int i = 1; i < CHECKSUM_KINDS; i++)
        if (strcmp(name, checksums[i].element) == 0)
            k->one.checksum[i] = ask_text(k->c, slice_trim(text));
    return true;
}

static bool in_order(struct completion *k)
{
    for (size_t i = 1; i < k->n; i++)
        if (k->list[i].number < k->list[i - 1].number ||
            (k->list[i].number == k->list[i - 1].number &&
             !k->c->s->profile->minio)) {
            s3_error(k->c->x, "InvalidPartOrder", NULL, "UploadId",
                     ask_query(k->c, "uploadId"), NULL);
            return false;
        }
    return true;
}

static bool read_list(struct completion *k)
{
    k->list = arena_alloc(k->c->a, S3_MAX_PARTS * sizeof(*k->list));
    if (xml_read(k->c->body, element, k)) {
        if (k->n > 0)
            return in_order(k);
        k->empty = true;
    }
    if (k->c->s->profile->minio && (!k->c->body.len || k->empty)) {
        s3_error(k->c->x, "InvalidRequest",
                 "You must specify at least one part", NULL);
        return false;
    }
    s3_error(k->c->x, "MalformedXML", NULL, NULL);
    return false;
}

/* ---- are these the parts that came? ---- */

static struct slice unquoted(const char *etag)
{
    struct slice s = slice_of(etag);

    if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
        s = (struct slice){s.p + 1, s.len - 2};
    return s;
}

static bool same_etag(const char *sent, const uint8_t md5[MD5_SIZE])
{
    char hex[MD5_HEX];

    digest_hex(md5, MD5_SIZE, hex);
    return slice_ieqz(unquoted(sent), hex);
}

static bool no_such_part(struct completion *k, const struct chosen *p)
{
    s3_error(k->c->x, "InvalidPart", NULL, "UploadId",
             ask_query(k->c, "uploadId"), "PartNumber",
             arena_printf(k->c->a, "%u", p->number), "ETag", p->etag, NULL);
    return false;
}

static bool too_small(struct completion *k, const struct chosen *p, size_t size)
{
    struct arena *a = k->c->a;

    s3_error(k->c->x, "EntityTooSmall", NULL, "ETag", p->etag, "MinSizeAllowed",
             arena_printf(a, "%lld", (long long)k->c->s->o.min_part),
             "PartNumber", arena_printf(a, "%u", p->number), "ProposedSize",
             arena_printf(a, "%zu", size), NULL);
    return false;
}

static bool checksum_fits(struct completion *k, struct upload_rule r,
                          const struct chosen *p,
                          const struct s3_upload_part *is)
{
    struct ask *c = k->c;
    struct checksum want = {.kind = r.kind};

    if (r.kind == CHECKSUM_NONE || r.implied)
        return true;
    memcpy(want.value, is->checksum, sizeof(want.value));
    if (p->checksum[r.kind])
        return strcmp(p->checksum[r.kind], checksum_text(c, &want)) == 0 ||
               no_such_part(k, p);
    if (c->s->profile->minio)
        return no_such_part(k, p);
    if (!r.composite || !c->s->profile->default_checksum)
        return true;
    s3_error(c->x, "InvalidRequest",
             arena_printf(c->a,
                          "The upload was created using a %s checksum. The "
                          "complete request must include the checksum for each "
                          "part. It was missing for part %u in the request.",
                          checksums[r.kind].name, p->number),
             NULL);
    return false;
}

static bool parts_fit(struct completion *k, const struct s3_upload *u)
{
    struct upload_rule r = upload_rule_of(u);

    for (size_t i = 0; i < k->n; i++)
        if (!upload_part(u, k->list[i].number))
            return no_such_part(k, &k->list[i]);
    for (size_t i = 0; i < k->n; i++) {
        const struct chosen *p = &k->list[i];
        const struct s3_upload_part *is = upload_part(u, p->number);

        if (!same_etag(p->etag, is->md5))
            return no_such_part(k, p);
        if (!checksum_fits(k, r, p, is))
            return false;
        if (i + 1 < k->n && (int64_t)is->body->len < k->c->s->o.min_part)
            return too_small(k, p, is->body->len);
    }
    return true;
}

/* ---- the object ---- */

static size_t total(const struct completion *k, const struct s3_upload *u)
{
    size_t sum = 0;

    for (size_t i = 0; i < k->n; i++)
        sum += upload_part(u, k->list[i].number)->body->len;
    return sum;
}

static bool size_fits(struct completion *k, size_t sum)
{
    struct slice said = ask_header(k->c, "x-amz-mp-object-size");
    long long n;

    if (!said.p || k->c->s->profile->minio ||
        (slice_int64(said, &n) && n >= 0 && (size_t)n == sum))
        return true;
    s3_error(k->c->x, "InvalidRequest",
             arena_printf(
                 k->c->a,
                 "The provided 'x-amz-mp-object-size' header value " SLICE_FMT
                 " does not match what was computed: %zu",
                 SLICE_ARG(said), sum),
             NULL);
    return false;
}

static struct s3_body *joined(const struct completion *k,
                              const struct s3_upload *u, size_t sum)
{
    struct s3_body *body;
    size_t at = 0;

    if (k->n == 1)
        return body_ref(upload_part(u, k->list[0].number)->body);
    body = body_new(&k->c->s->store.memory, sum);
    for (size_t i = 0; i < k->n; i++) {
        const struct s3_body *part = upload_part(u, k->list[i].number)->body;

        memcpy(body->bytes + at, part->bytes, part->len);
        at += part->len;
    }
    return body;
}

static void join_md5(struct completion *k, const struct s3_upload *u,
                     uint8_t out[MD5_SIZE])
{
    struct str all;

    str_init(&all, k->n * MD5_SIZE + 1);
    for (size_t i = 0; i < k->n; i++)
        str_add(&all, upload_part(u, k->list[i].number)->md5, MD5_SIZE);
    digest_md5(&k->c->s->digests, str_slice(&all), out);
    str_fini(&all);
}

static void join_checksums(struct completion *k, const struct s3_upload *u,
                           struct checksum *out)
{
    struct upload_rule r = upload_rule_of(u);
    size_t size = checksums[r.kind].size;
    struct str all;

    *out = (struct checksum){.kind = r.kind};
    str_init(&all, k->n * CHECKSUM_VALUE + 1);
    for (size_t i = 0; i < k->n && r.kind != CHECKSUM_NONE; i++) {
        const struct s3_upload_part *p = upload_part(u, k->list[i].number);

        str_add(&all, p->checksum, size);
        if (!r.composite && i == 0)
            memcpy(out->value, p->checksum, size);
        else if (!r.composite)
            checksum_join(r.kind, out->value, p->checksum, p->body->len);
    }
    if (r.composite) {
        checksum_of(&k->c->s->digests, r.kind, str_slice(&all), out->value);
        out->parts = (unsigned)k->n;
    }
    str_fini(&all);
}

/* What the request says of the whole must be so. */
static bool whole_fits(struct completion *k, const struct checksum *is)
{
    struct slice type = ask_header(k->c, "x-amz-checksum-type");
    struct checksum said;

    if (!checksum_declared(k->c, &said))
        return false;
    if (type.len && is->kind != CHECKSUM_NONE &&
        !slice_ieqz(type, checksum_type(is))) {
        s3_error(k->c->x, "InvalidRequest",
                 arena_printf(k->c->a,
                              "The upload was created using the %s checksum "
                              "mode. The complete request must use the same "
                              "checksum mode.",
                              checksum_type(is)),
                 NULL);
        return false;
    }
    if (said.kind == CHECKSUM_NONE || said.kind != is->kind ||
        memcmp(said.value, is->value, checksums[is->kind].size) == 0)
        return true;
    s3_error(k->c->x, "XAmzContentChecksumMismatch",
             arena_printf(k->c->a,
                          "The %s you specified did not match the calculated "
                          "checksum.",
                          checksums[is->kind].name),
             NULL);
    return false;
}

static void fill_parts(const struct completion *k, const struct s3_upload *u,
                       struct s3_part *out)
{
    for (size_t i = 0; i < k->n; i++) {
        const struct s3_upload_part *p = upload_part(u, k->list[i].number);

        out[i].number = p->number;
        out[i].size = p->body->len;
        memcpy(out[i].checksum, p->checksum, sizeof(out[i].checksum));
    }
}

static void make(struct completion *k, const struct s3_upload *u, size_t sum,
                 const struct checksum *sum_of_all)
{
    struct ask *c = k->c;
    struct s3_part *parts = arena_alloc(c->a, k->n * sizeof(*parts));
    struct str headers;
    struct s3_object o = {.body = joined(k, u, sum),
                          .parts = parts,
                          .n_parts = (unsigned short)k->n,
                          .owner = (unsigned short)u->owner,
                          .upload = u->id,
                          .version = version_new(c, c->bucket),
                          .modified_ms = ask_now_ms(c)};

    fill_parts(k, u, parts);
    join_md5(k, u, o.md5);
    str_init(&headers, HEADERS_MAX);
    headers_copy(&headers, u->headers, UPLOAD_ALGORITHM);
    checksum_keep(c, &headers, sum_of_all);
    o.headers = str_slice(&headers);
    k->object = object_new(&c->s->store.memory, &o);
    str_fini(&headers);
}

/* ---- answer and change ---- */

/* MinIO leaves more characters of the key alone. */
static void add_path(struct ask *c, struct str *out)
{
    struct str path;

    str_init(&path, 3 * c->key.len + 1);
    percent_encode(&path, c->key, c->s->profile->minio ? "/$&+,:;=@" : "/");
    xml_escape(out, str_slice(&path));
    str_fini(&path);
}

static void answer(struct ask *c, const struct s3_object *o)
{
    struct str *out = &c->s->text;
    struct slice host = ask_header(c, "host");
    struct checksum k;

    str_reset(out);
    xml_begin(out, "CompleteMultipartUploadResult");
    xml_open(out, "Location");
    str_addz(out, "http://");
    xml_escape(out, host);
    str_addc(out, '/');
    percent_encode(out, c->bucket_name, "");
    str_addc(out, '/');
    add_path(c, out);
    xml_close(out, "Location");
    xml_textz(out, "Bucket", c->bucket_name.p);
    xml_textz(out, "Key", c->key.p);
    xml_textz(out, "ETag", s3_etag(c->x, o));
    if (checksum_kept(o, &k))
        checksum_xml(c, &k, !c->s->profile->minio);
    str_addz(out, "</CompleteMultipartUploadResult>");
    s3_answer_text(c->x, 200);
    if (c->s->profile->minio) {
        answer_set(&c->x->answer, c->a, "ETag", "%s", s3_etag(c->x, o));
        if (k.kind != CHECKSUM_NONE)
            checksum_tell(c, &k, true);
    }
    version_tell_new(c, o);
    sse_tell(c, o->headers);
}

static void publish(struct exchange *x, void *ctx)
{
    struct completion *k = ctx;
    struct ask *c = k->c;
    struct store *st = &c->s->store;
    struct s3_bucket *b = store_bucket(st, c->bucket_name, false);
    struct s3_upload *u = b ? store_upload(b, c->key, k->id) : NULL;

    if (!u) {
        object_unref(k->object);
        x->change.failed = true;
        answer_no_upload(c);
        return;
    }
    store_drop_upload(b, u);
    store_begin(st);
    store_put(st, c->bucket_name, c->key, k->object);
}

static void drop(void *ctx)
{
    object_unref(((struct completion *)ctx)->object);
}

/* Appends the bytes that 32 hexadecimal digits stand for. */
static bool add_etag(struct str *out, const char *etag)
{
    static const char digits[] = "0123456789abcdef";
    struct slice s = unquoted(etag);

    for (size_t i = 0; i + 1 < s.len; i += 2) {
        const char *high = memchr(digits, s.p[i], 16);
        const char *low = memchr(digits, s.p[i + 1], 16);

        if (!high || !low)
            return false;
        str_addc(out, (char)((high - digits) << 4 | (low - digits)));
    }
    return s.len == MD5_HEX - 1;
}

/* Do these parts give that object's ETag? */
static bool same_list(struct completion *k, const struct s3_object *o)
{
    uint8_t md5[MD5_SIZE];
    struct str all;
    bool ok = o->n_parts == k->n;

    str_init(&all, k->n * MD5_SIZE + 1);
    for (size_t i = 0; i < k->n && ok; i++)
        ok = add_etag(&all, k->list[i].etag);
    digest_md5(&k->c->s->digests, str_slice(&all), md5);
    str_fini(&all);
    return ok && memcmp(md5, object_md5(o), MD5_SIZE) == 0;
}

/* Was it done before? The object still there tells. */
static void answer_again(struct completion *k)
{
    struct ask *c = k->c;
    struct s3_object *o =
        store_object(&c->s->store, c->bucket, c->key, c->x->stale);
    const char *text = ask_query(c, "uploadId");
    uint64_t id;

    if (c->s->profile->complete_again && o && text &&
        upload_id_parse(c->s, text, &id) && o->upload == id && same_list(k, o))
        answer(c, o);
    else
        answer_no_upload(c);
}

static void complete(struct completion *k, const struct s3_upload *u)
{
    struct ask *c = k->c;
    size_t sum;
    struct checksum of_all;
    struct s3_object *there =
        store_object(&c->s->store, c->bucket, c->key, c->x->stale);

    if (!parts_fit(k, u) || !s3_complete_allowed(c, there, u))
        return;
    sum = total(k, u);
    join_checksums(k, u, &of_all);
    if (!size_fits(k, sum) || !whole_fits(k, &of_all) || !ask_has_room(c, 0))
        return;
    k->id = u->id;
    make(k, u, sum, &of_all);
    answer(c, k->object);
    ask_prepare(c, publish, drop, k,
                "completed s3://%s/%s of %zu parts, %zu bytes",
                c->bucket_name.p, c->key.p, k->n, sum);
}

void s3_complete_upload(struct ask *c)
{
    struct completion *k = arena_alloc(c->a, sizeof(*k));
    const char *text = ask_query(c, "uploadId");
    struct s3_upload *u = NULL;
    uint64_t id;

    k->c = c;
    if (!read_list(k))
        return;
    if (text && upload_id_parse(c->s, text, &id))
        u = store_upload(c->bucket, c->key, id);
    if (u)
        complete(k, u);
    else
        answer_again(k);
}
