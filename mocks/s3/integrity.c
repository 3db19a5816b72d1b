/* integrity: see integrity.h. */
#include "mocks/s3/integrity.h"

#include <string.h>

#include "base/percent.h"
#include "mocks/s3/xml.h"

#define KEPT ":checksum"

/* ---- Content-MD5 ---- */

const char *ask_base64(const struct ask *c, struct slice bytes)
{
    struct str out;
    const char *text;

    str_init(&out, 2 * bytes.len + 8);
    base64_encode(&out, bytes);
    text = arena_strdup(c->a, str_z(&out));
    str_fini(&out);
    return text;
}

static bool has_checksum(struct ask *c)
{
    struct checksum k;

    return checksum_declared(c, &k) && k.kind != CHECKSUM_NONE;
}

bool ask_body_intact(struct ask *c, bool required)
{
    struct slice sent = ask_header(c, "content-md5");
    uint8_t md5[MD5_SIZE];
    struct slice computed = {(const char *)md5, sizeof(md5)};
    const char *text;

    if (!sent.p) {
        if (!required || has_checksum(c))
            return true;
        if (!c->x->answer.status)
            s3_error(c->x, "MissingContentMD5", NULL, NULL);
        return false;
    }
    text = ask_text(c, sent);
    digest_md5(&c->s->digests, c->body, md5);
    if (strcmp(text, ask_base64(c, computed)) == 0)
        return true;
    if (sent.len != 24 || sent.p[22] != '=' || sent.p[23] != '=')
        s3_error(c->x, "InvalidDigest", NULL, "Content-MD5", text, NULL);
    else
        s3_error(c->x, "BadDigest", NULL, "ExpectedDigest", text,
                 "CalculatedDigest", ask_base64(c, computed), NULL);
    return false;
}

/* ---- what is declared ---- */

static bool invalid(struct ask *c, const char *message)
{
    if (c->s->profile->minio)
        return ask_bad_argument(c, "x-amz-checksum", NULL,
                                "Invalid checksum provided.");
    s3_error(c->x, "InvalidRequest", message, NULL);
    return false;
}

/* "AAAAAA==", for an upload in parts "AAAAAA==-3". */
static bool read_value(struct slice text, struct checksum *out)
{
    const char *dash = text.len ? memchr(text.p, '-', text.len) : NULL;
    struct str raw;
    long long parts = 0;
    bool ok;

    if (dash) {
        struct slice n = {dash + 1, text.len - (size_t)(dash + 1 - text.p)};

        if (!slice_int64(n, &parts) || parts < 1 || parts > S3_MAX_PARTS)
            return false;
        text.len = (size_t)(dash - text.p);
    }
    out->parts = (unsigned)parts;
    str_init(&raw, CHECKSUM_VALUE + 4);
    ok = base64_decode(&raw, text) && !raw.failed &&
         raw.len == checksums[out->kind].size;
    if (ok)
        memcpy(out->value, raw.p, raw.len);
    str_fini(&raw);
    return ok;
}

static bool take(struct ask *c, const struct http_header *h, const char *where,
                 struct checksum *out)
{
    enum checksum_kind kind = checksum_by_header(h->name);

    if (kind == CHECKSUM_NONE)
        return true;
    if (out->kind != CHECKSUM_NONE)
        return invalid(c, "Expecting a single x-amz-checksum- header. "
                          "Multiple checksum Types are not allowed.");
    out->kind = kind;
    return read_value(slice_trim(h->value), out) ||
           invalid(c, arena_printf(c->a, "Value for %s %s is invalid.",
                                   checksums[kind].header, where));
}

/* x-amz-sdk-checksum-algorithm says what must be there. */
static bool fits_promise(struct ask *c, const struct checksum *k)
{
    struct slice promise = ask_header(c, "x-amz-sdk-checksum-algorithm");

    if (!promise.len)
        return true;
    if (k->kind == CHECKSUM_NONE && c->s->profile->minio)
        return true;
    if (checksum_by_name(promise) == CHECKSUM_NONE)
        return invalid(c, "Checksum algorithm provided is unsupported. Please "
                          "try again with any of the valid types: [CRC32, "
                          "CRC32C, CRC64NVME, SHA1, SHA256]");
    if (k->kind == CHECKSUM_NONE)
        return !c->body.len ||
               invalid(c, "x-amz-sdk-checksum-algorithm specified, but no "
                          "corresponding x-amz-checksum-* or x-amz-trailer "
                          "headers were found.");
    return k->kind == checksum_by_name(promise) ||
           invalid(c, "Value for x-amz-sdk-checksum-algorithm header is "
                      "invalid.");
}

bool checksum_declared(struct ask *c, struct checksum *out)
{
    *out = (struct checksum){0};
    for (size_t i = 0; i < c->r->n_headers; i++)
        if (!take(c, &c->r->headers[i], "header", out))
            return false;
    for (size_t i = 0; i < c->n_trailers; i++)
        if (!take(c, &c->trailers[i], "trailing header", out))
            return false;
    return fits_promise(c, out);
}

bool checksum_proved(struct ask *c, struct checksum *out)
{
    uint8_t computed[CHECKSUM_VALUE];

    if (!checksum_declared(c, out))
        return false;
    if (out->kind == CHECKSUM_NONE)
        return true;
    checksum_of(&c->s->digests, out->kind, c->body, computed);
    if (memcmp(computed, out->value, checksums[out->kind].size) == 0)
        return true;
    s3_error(c->x, "XAmzContentChecksumMismatch",
             arena_printf(c->a,
                          "The %s you specified did not match the calculated "
                          "checksum.",
                          checksums[out->kind].name),
             NULL);
    return false;
}

/* ---- what is kept ---- */

const char *checksum_type(const struct checksum *k)
{
    return k->parts ? "COMPOSITE" : "FULL_OBJECT";
}

const char *checksum_text(struct ask *c, const struct checksum *k)
{
    struct slice raw = {(const char *)k->value, checksums[k->kind].size};
    const char *text = ask_base64(c, raw);

    return k->parts ? arena_printf(c->a, "%s-%u", text, k->parts) : text;
}

void checksum_keep(struct ask *c, struct str *headers, const struct checksum *k)
{
    if (k->kind != CHECKSUM_NONE)
        headers_add(
            headers, KEPT,
            slice_of(arena_printf(c->a, "%s %s", checksums[k->kind].name,
                                  checksum_text(c, k))));
}

bool checksum_kept(const struct s3_object *o, struct checksum *out)
{
    const char *text = object_header(o, KEPT);
    const char *blank = text ? strchr(text, ' ') : NULL;

    *out = (struct checksum){0};
    if (!blank)
        return false;
    out->kind = checksum_by_name((struct slice){text, (size_t)(blank - text)});
    return read_value(slice_of(blank + 1), out);
}

void checksum_tell(struct ask *c, const struct checksum *k, bool with_type)
{
    if (k->kind == CHECKSUM_NONE)
        return;
    answer_set(&c->x->answer, c->a, checksums[k->kind].header, "%s",
               checksum_text(c, k));
    if (with_type)
        answer_set(&c->x->answer, c->a, "x-amz-checksum-type", "%s",
                   checksum_type(k));
}

void checksum_xml(struct ask *c, const struct checksum *k, bool with_type)
{
    struct str *out = &c->s->text;

    if (k->kind == CHECKSUM_NONE)
        return;
    xml_textz(out, checksums[k->kind].element, checksum_text(c, k));
    if (with_type)
        xml_textz(out, "ChecksumType", checksum_type(k));
}
