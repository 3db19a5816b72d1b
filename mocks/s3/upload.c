/* upload: CreateMultipartUpload, UploadPart, UploadPartCopy and
 * AbortMultipartUpload. */
#include "mocks/s3/upload.h"

#include <stdio.h>
#include <string.h>

#include "mocks/s3/access.h"
#include "mocks/s3/collect.h"
#include "mocks/s3/copy.h"
#include "mocks/s3/sse.h"
#include "mocks/s3/xml.h"

/* ---- names ---- */

void upload_id_text(const struct s3 *s, uint64_t id, char out[UPLOAD_ID_SIZE])
{
    snprintf(out, UPLOAD_ID_SIZE, "%016llx%016llx", (unsigned long long)id,
             (unsigned long long)rng_hash(s->seed, "s3-upload", id, 0));
}

bool upload_id_parse(const struct s3 *s, const char *text, uint64_t *id)
{
    char right[UPLOAD_ID_SIZE];

    *id = 0;
    for (size_t i = 0; i < 16; i++) {
        const char *digits = "0123456789abcdef";
        const char *at = text[i] ? strchr(digits, text[i]) : NULL;

        if (!at)
            return false;
        *id = *id << 4 | (uint64_t)(at - digits);
    }
    upload_id_text(s, *id, right);
    return strcmp(text, right) == 0;
}

void answer_no_upload(struct ask *c)
{
    const char *text = ask_query(c, "uploadId");

    s3_error(c->x, "NoSuchUpload", NULL, "UploadId", text ? text : "", NULL);
}

struct s3_upload *upload_needed(struct ask *c)
{
    const char *text = ask_query(c, "uploadId");
    struct s3_upload *u = NULL;
    uint64_t id;

    if (text && upload_id_parse(c->s, text, &id))
        u = store_upload(c->bucket, c->key, id);
    if (!u)
        answer_no_upload(c);
    return u;
}

bool part_number(struct ask *c, unsigned *number)
{
    const char *text = ask_query(c, "partNumber");
    long long n;

    if (text && slice_int64(slice_of(text), &n) && n >= 1 &&
        n <= S3_MAX_PARTS) {
        *number = (unsigned)n;
        return true;
    }
    if (c->s->profile->minio &&
        !(text && slice_int64(slice_of(text), &n) && n > S3_MAX_PARTS)) {
        s3_error(c->x, "InvalidPart", NULL, NULL);
        return false;
    }
    ask_bad_argument(c, "partNumber", text,
                     "Part number must be an integer between 1 and "
                     "10000, inclusive");
    return false;
}

const char *etag_text(struct ask *c, const uint8_t md5[MD5_SIZE])
{
    char hex[MD5_HEX];

    digest_hex(md5, MD5_SIZE, hex);
    return arena_printf(c->a, "\"%s\"", hex);
}

/* ---- which checksum ---- */

static bool invalid(struct ask *c, const char *message)
{
    if (c->s->profile->minio)
        return ask_bad_argument(c, "x-amz-checksum-algorithm", NULL,
                                "Invalid checksum provided.");
    s3_error(c->x, "InvalidRequest", message, NULL);
    return false;
}

static bool read_type(struct ask *c, struct slice type, struct upload_rule *r)
{
    const struct checksum_algorithm *a = &checksums[r->kind];
    bool full = slice_ieqz(type, "FULL_OBJECT");

    r->composite = a->composite;
    if (!type.len || (r->kind == CHECKSUM_NONE && c->s->profile->minio))
        return true;
    if (!full && !slice_ieqz(type, "COMPOSITE"))
        return invalid(c, "Value for x-amz-checksum-type header is invalid.");
    if (r->kind == CHECKSUM_NONE)
        return invalid(c, "The x-amz-checksum-type header can only be used "
                          "with the x-amz-checksum-algorithm header.");
    r->composite = !full;
    if (full ? a->full : a->composite)
        return true;
    return invalid(c,
                   arena_printf(c->a,
                                "The %s checksum type cannot be used with "
                                "the %s checksum algorithm.",
                                full ? "FULL_OBJECT" : "COMPOSITE", a->name));
}

static bool read_rule(struct ask *c, struct upload_rule *r)
{
    struct slice name = ask_header(c, "x-amz-checksum-algorithm");

    *r = (struct upload_rule){.kind = checksum_by_name(name)};
    if (name.len && r->kind == CHECKSUM_NONE)
        return invalid(c, "Checksum algorithm provided is unsupported. Please "
                          "try again with any of the valid types: [CRC32, "
                          "CRC32C, CRC64NVME, SHA1, SHA256]");
    if (!read_type(c, ask_header(c, "x-amz-checksum-type"), r))
        return false;
    if (r->kind == CHECKSUM_NONE && c->s->profile->default_checksum)
        *r = (struct upload_rule){.kind = CHECKSUM_CRC64NVME, .implied = true};
    return true;
}

static void keep_rule(struct ask *c, struct str *headers, struct upload_rule r)
{
    if (r.kind != CHECKSUM_NONE)
        headers_add(
            headers, UPLOAD_ALGORITHM,
            slice_of(arena_printf(c->a, "%s %s%s", checksums[r.kind].name,
                                  r.composite ? "COMPOSITE" : "FULL_OBJECT",
                                  r.implied ? " implied" : "")));
}

struct upload_rule upload_rule_of(const struct s3_upload *u)
{
    const char *text = headers_get(u->headers, UPLOAD_ALGORITHM);
    struct upload_rule r = {.kind = CHECKSUM_NONE};

    if (!text)
        return r;
    r.kind = checksum_by_name((struct slice){text, strcspn(text, " ")});
    r.composite = strstr(text, "COMPOSITE") != NULL;
    r.implied = strstr(text, "implied") != NULL;
    return r;
}

/* ---- CreateMultipartUpload ---- */

struct beginning {
    struct ask *c;
    uint64_t id;
    struct slice headers; /* in the arena */
};

static void publish_create(struct exchange *x, void *ctx)
{
    struct beginning *b = ctx;
    struct ask *c = b->c;
    struct s3_bucket *bucket =
        store_bucket(&c->s->store, c->bucket_name, false);
    struct s3_upload *u;

    if (!bucket) {
        x->change.failed = true;
        s3_error(x, "NoSuchBucket", NULL, NULL);
        return;
    }
    u = store_add_upload(&c->s->store, bucket, c->key, b->id, b->headers);
    u->owner = access_owner(c);
    u->begun_ms = ask_now_ms(c);
}

/* Uploads of a key are listed as they began. */
static uint64_t new_id(struct ask *c)
{
    uint64_t id;

    do
        id = (uint64_t)ask_now_ms(c) << 20 | (rng_next(&c->x->rng) & 0xfffff);
    while (store_upload(c->bucket, c->key, id));
    return id;
}

static void answer_created(struct ask *c, const char *id, struct upload_rule r)
{
    struct str *out = &c->s->text;

    str_reset(out);
    xml_begin(out, "InitiateMultipartUploadResult");
    xml_textz(out, "Bucket", c->bucket_name.p);
    xml_textz(out, "Key", c->key.p);
    xml_textz(out, "UploadId", id);
    str_addz(out, "</InitiateMultipartUploadResult>");
    s3_answer_text(c->x, 200);
    if (r.kind == CHECKSUM_NONE || r.implied)
        return;
    answer_header(&c->x->answer, c->a, "x-amz-checksum-algorithm", "%s",
                  checksums[r.kind].name);
    answer_header(&c->x->answer, c->a, "x-amz-checksum-type", "%s",
                  r.composite ? "COMPOSITE" : "FULL_OBJECT");
}

void s3_create_upload(struct ask *c)
{
    struct beginning *b = arena_alloc(c->a, sizeof(*b));
    char id[UPLOAD_ID_SIZE];
    struct upload_rule r;
    struct str headers;

    str_init(&headers, HEADERS_MAX);
    if (collect_all(c, &headers) && read_rule(c, &r) && ask_has_room(c, 0)) {
        keep_rule(c, &headers, r);
        b->c = c;
        b->id = new_id(c);
        b->headers = (struct slice){arena_memdup(c->a, headers.p, headers.len),
                                    headers.len};
        upload_id_text(c->s, b->id, id);
        answer_created(c, id, r);
        sse_tell(c, b->headers);
        ask_prepare(c, publish_create, NULL, b, "began upload %s of s3://%s/%s",
                    id, c->bucket_name.p, c->key.p);
    }
    str_fini(&headers);
}

/* ---- UploadPart and UploadPartCopy ---- */

struct arrival { /* a part that is to be put */
    struct ask *c;
    uint64_t id;
    struct s3_upload_part part;
};

static void publish_part(struct exchange *x, void *ctx)
{
    struct arrival *p = ctx;
    struct ask *c = p->c;
    struct s3_bucket *b = store_bucket(&c->s->store, c->bucket_name, false);
    struct s3_upload *u = b ? store_upload(b, c->key, p->id) : NULL;

    if (u) {
        upload_put_part(u, &p->part);
        return;
    }
    body_unref(p->part.body);
    x->change.failed = true;
    answer_no_upload(c);
}

static void drop_part(void *ctx)
{
    body_unref(((struct arrival *)ctx)->part.body);
}

/* Takes over the body's reference. */
static struct arrival *prepare_part(struct ask *c, const struct s3_upload *u,
                                    unsigned number, struct s3_body *body)
{
    struct arrival *p = arena_alloc(c->a, sizeof(*p));
    struct slice bytes = {body->bytes, body->len};

    p->c = c;
    p->id = u->id;
    p->part = (struct s3_upload_part){
        .body = body, .number = number, .modified_ms = ask_now_ms(c)};
    digest_md5(&c->s->digests, bytes, p->part.md5);
    checksum_of(&c->s->digests, upload_rule_of(u).kind, bytes,
                p->part.checksum);
    ask_prepare(c, publish_part, drop_part, p,
                "stored part %u of s3://%s/%s, %zu bytes", number,
                c->bucket_name.p, c->key.p, body->len);
    return p;
}

/* The part's checksum must be by the upload's algorithm where one was asked
 * for. */
static bool kind_fits(struct ask *c, struct upload_rule r,
                      const struct checksum *k)
{
    if (k->kind == CHECKSUM_NONE || r.kind == CHECKSUM_NONE || r.implied ||
        k->kind == r.kind)
        return true;
    s3_error(c->x, c->s->profile->minio ? "InvalidArgument" : "InvalidRequest",
             arena_printf(c->a,
                          "Checksum Type mismatch occurred, expected checksum "
                          "Type: %s, actual checksum Type: %s",
                          checksums[r.kind].name, checksums[k->kind].name),
             NULL);
    return false;
}

/* In a header or a trailer: what an upload by an algorithm wants of its parts
 * at MinIO. */
static bool has_checksum(struct ask *c)
{
    struct checksum k;

    return c->n_trailers > 0 || !checksum_declared(c, &k) ||
           k.kind != CHECKSUM_NONE;
}

void s3_upload_part(struct ask *c)
{
    struct s3_upload *u;
    struct checksum k;
    struct upload_rule r;
    struct arrival *p;
    unsigned number;

    if (c->r->content_length < 0 && !c->r->chunked) {
        s3_error(c->x, "MissingContentLength", NULL, NULL);
        return;
    }
    if (!part_number(c, &number) || !(u = upload_needed(c)))
        return;
    r = upload_rule_of(u);
    if (c->s->profile->minio && r.kind != CHECKSUM_NONE && !has_checksum(c)) {
        s3_error(c->x, "InvalidArgument", NULL, NULL);
        return;
    }
    if (!sse_part_allowed(c, u) || !ask_body_intact(c, false) ||
        !checksum_proved(c, &k) || !kind_fits(c, r, &k) ||
        !ask_has_room(c, c->body.len))
        return;
    p = prepare_part(c, u, number, ask_body_kept(c));
    if (k.kind == CHECKSUM_NONE && !r.implied && r.kind != CHECKSUM_NONE) {
        k.kind = r.kind;
        memcpy(k.value, p->part.checksum, sizeof(k.value));
    }
    s3_answer_empty(c->x, 200);
    answer_header(&c->x->answer, c->a, "ETag", "%s", etag_text(c, p->part.md5));
    checksum_tell(c, &k, false);
    sse_tell(c, u->headers);
}

static void answer_copied(struct ask *c, const struct s3_upload *u,
                          const struct arrival *p)
{
    struct str *out = &c->s->text;
    struct upload_rule r = upload_rule_of(u);
    struct checksum k = {.kind = r.implied ? CHECKSUM_NONE : r.kind};
    char date[DATE_ISO_SIZE];

    memcpy(k.value, p->part.checksum, sizeof(k.value));
    date_iso(p->part.modified_ms, date);
    str_reset(out);
    xml_begin(out, "CopyPartResult");
    xml_textz(out, "LastModified", date);
    xml_textz(out, "ETag", etag_text(c, p->part.md5));
    checksum_xml(c, &k, false);
    str_addz(out, "</CopyPartResult>");
    s3_answer_text(c->x, 200);
}

void s3_upload_part_copy(struct ask *c)
{
    struct copy_source source;
    struct s3_upload *u;
    struct s3_body *body;
    struct slice bytes;
    unsigned number;

    if (c->s->profile->minio
            ? !copy_source_needed(c, &source) || !part_number(c, &number) ||
                  !copy_range(c, source.object, &bytes) ||
                  !(u = upload_needed(c))
            : !part_number(c, &number) || !(u = upload_needed(c)) ||
                  !sse_part_allowed(c, u) || !copy_source_needed(c, &source) ||
                  !copy_range(c, source.object, &bytes))
        return;
    if (!ask_has_room(c, bytes.len))
        return;
    body = bytes.len == source.object->body->len
               ? body_ref(source.object->body)
               : body_of(&c->s->store.memory, bytes);
    answer_copied(c, u, prepare_part(c, u, number, body));
    if (!c->s->profile->minio)
        copy_source_tell(c, &source);
    sse_tell(c, u->headers);
}

/* ---- AbortMultipartUpload ---- */

static void publish_abort(struct exchange *x, void *ctx)
{
    struct ask *c = ctx;
    struct s3_bucket *b = store_bucket(&c->s->store, c->bucket_name, false);
    struct s3_upload *u =
        b ? store_upload(b, c->key, *(uint64_t *)c->data) : NULL;

    (void)x;
    if (u)
        store_drop_upload(b, u);
}

static bool is_base64url(const char *id)
{
    size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz"
                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    return !id[n] && n % 4 != 1;
}

void s3_abort_upload(struct ask *c)
{
    struct s3_upload *u = upload_needed(c);
    uint64_t *id = arena_alloc(c->a, sizeof(*id));

    if (!u && c->s->profile->minio && is_base64url(ask_query(c, "uploadId")))
        s3_answer_empty(c->x, 204); /* what is not there is gone */
    if (!u)
        return;
    *id = u->id;
    c->data = id;
    s3_answer_empty(c->x, 204);
    ask_prepare(c, publish_abort, NULL, c, "aborted an upload of s3://%s/%s",
                c->bucket_name.p, c->key.p);
}
