/* sse: the contract of server-side encryption, without any encryption.
 *
 * What an object was stored with is kept as headers and told with it. A
 * customer's key is demanded again, and compared by its MD5, wherever S3 would
 * need it. A bucket's default applies where a request names none.
 */
#include "mocks/s3/sse.h"

#include <string.h>

#include "base/percent.h"
#include "mocks/s3/collect.h"
#include "mocks/s3/documents.h"
#include "mocks/s3/xml.h"

#define SSE "x-amz-server-side-encryption"
#define KMS_KEY SSE "-aws-kms-key-id"
#define BUCKET_KEY SSE "-bucket-key-enabled"
#define CUSTOMER SSE "-customer-"
#define SOURCE "x-amz-copy-source-server-side-encryption-customer-"

enum { KEY_SIZE = 32 };

/* ---- the customer's key ---- */

struct customer { /* three headers; p NULL: not given */
    struct slice algorithm, key, md5;
};

static struct customer customer_of(const struct http_header *list, size_t n,
                                   bool of_source)
{
    return of_source ? (struct customer){field(list, n, SOURCE "algorithm"),
                                         field(list, n, SOURCE "key"),
                                         field(list, n, SOURCE "key-MD5")}
                     : (struct customer){field(list, n, CUSTOMER "algorithm"),
                                         field(list, n, CUSTOMER "key"),
                                         field(list, n, CUSTOMER "key-MD5")};
}

static bool given(const struct customer *k)
{
    return k->algorithm.p || k->key.p || k->md5.p;
}

static bool wrong(struct ask *c, const char *code, const char *message)
{
    s3_error(c->x, code, message, NULL);
    return false;
}

static bool key_is_right(struct ask *c, const struct customer *k)
{
    uint8_t md5[MD5_SIZE];
    struct slice computed = {(const char *)md5, sizeof(md5)};
    struct str raw;
    bool ok;

    str_init(&raw, KEY_SIZE + 4);
    ok = base64_decode(&raw, k->key) && !raw.failed && raw.len == KEY_SIZE;
    digest_md5(&c->s->digests, str_slice(&raw), md5);
    str_fini(&raw);
    if (!ok)
        return wrong(c, "InvalidArgument",
                     "The secret key was invalid for the specified "
                     "algorithm.");
    return slice_eqz(k->md5, ask_base64(c, computed)) ||
           wrong(c, "InvalidArgument",
                 "The calculated MD5 hash of the key did not match the hash "
                 "that was provided.");
}

static bool customer_ok(struct ask *c, const struct customer *k)
{
    if (!c->x->tls)
        return wrong(c, "InvalidRequest",
                     "Requests specifying Server Side Encryption with Customer "
                     "provided keys must be made over a secure connection.");
    if (!k->algorithm.p)
        return wrong(c, "InvalidArgument",
                     "Requests specifying Server Side Encryption with Customer "
                     "provided keys must provide a valid encryption "
                     "algorithm.");
    if (!slice_eqz(k->algorithm, "AES256"))
        return wrong(c, "InvalidEncryptionAlgorithmError", NULL);
    if (!k->key.len)
        return wrong(c, "InvalidArgument",
                     "Requests specifying Server Side Encryption with Customer "
                     "provided keys must provide an appropriate secret key.");
    if (!k->md5.len)
        return wrong(c, "InvalidArgument",
                     "Requests specifying Server Side Encryption with Customer "
                     "provided keys must provide the client calculated MD5 of "
                     "the secret key.");
    return key_is_right(c, k);
}

/* headers: of an object or upload. */
static bool may_open(struct ask *c, struct slice headers,
                     const struct customer *k)
{
    const char *md5 = headers_get(headers, CUSTOMER "key-MD5");

    if (!md5 && !given(k))
        return true;
    if (!md5)
        return wrong(c, "InvalidRequest",
                     "The encryption parameters are not applicable to this "
                     "object.");
    if (!given(k))
        return wrong(c, "InvalidRequest",
                     "The object was stored using a form of Server Side "
                     "Encryption. The correct parameters must be provided to "
                     "retrieve the object.");
    return customer_ok(c, k) &&
           (slice_eqz(k->md5, md5) || wrong(c, "AccessDenied", NULL));
}

bool sse_read_allowed(struct ask *c, const struct s3_object *o)
{
    struct customer k = customer_of(c->r->headers, c->r->n_headers, false);

    if (ask_header(c, SSE).p)
        return ask_bad_argument(c, SSE, ask_headerz(c, SSE),
                                "x-amz-server-side-encryption header is not "
                                "supported for this operation.");
    return may_open(c, o->headers, &k);
}

bool sse_source_allowed(struct ask *c, const struct s3_object *o)
{
    struct customer k = customer_of(c->r->headers, c->r->n_headers, true);

    return may_open(c, o->headers, &k);
}

bool sse_part_allowed(struct ask *c, const struct s3_upload *u)
{
    struct customer k = customer_of(c->r->headers, c->r->n_headers, false);
    const char *md5 = headers_get(u->headers, CUSTOMER "key-MD5");

    if (!md5 && !given(&k))
        return true;
    if (!md5 || !given(&k))
        return wrong(c, "InvalidRequest",
                     "The multipart upload initiate requested encryption. "
                     "Subsequent part requests must include the appropriate "
                     "encryption parameters.");
    return customer_ok(c, &k) &&
           (slice_eqz(k.md5, md5) ||
            wrong(c, "InvalidRequest",
                  "The provided encryption parameters did not match the ones "
                  "used originally."));
}

/* ---- what a new object keeps ---- */

static bool keep_customer(struct ask *c, const struct customer *k,
                          bool also_other, struct str *out)
{
    if (also_other)
        return ask_bad_argument(c, SSE, ask_headerz(c, SSE),
                                "Server Side Encryption with Customer provided "
                                "key is incompatible with the encryption "
                                "method specified");
    if (!customer_ok(c, k))
        return false;
    headers_add(out, CUSTOMER "algorithm", k->algorithm);
    headers_add(out, CUSTOMER "key-MD5", k->md5);
    return true;
}

static bool is_kms(struct slice method)
{
    return slice_eqz(method, "aws:kms") || slice_eqz(method, "aws:kms:dsse");
}

static bool keep_method(struct ask *c, struct slice method, struct slice key,
                        struct str *out)
{
    if (!is_kms(method) && !slice_eqz(method, "AES256"))
        return ask_bad_argument(c, SSE, ask_text(c, method),
                                "The encryption method specified is not "
                                "supported");
    if (!c->s->o.kms)
        return wrong(c, "NotImplemented",
                     "Server side encryption specified but KMS is not "
                     "configured (KMS not configured for a server side "
                     "encrypted objects)");
    if (key.p && !is_kms(method))
        return ask_bad_argument(c, KMS_KEY, ask_text(c, key),
                                "Server Side Encryption with AWS KMS managed "
                                "key requires HTTP header "
                                "x-amz-server-side-encryption : aws:kms");
    headers_add(out, SSE, method);
    if (is_kms(method))
        headers_add(out, KMS_KEY, key.len ? key : SLICE_LIT("alias/aws/s3"));
    return true;
}

struct standard { /* of a bucket */
    struct ask *c;
    struct slice method, key;
};

static bool element(void *ctx, const char *path, struct slice text)
{
    struct standard *d = ctx;
    const char *name = strrchr(path, '/');
    struct slice copy = {ask_text(d->c, text), text.len};

    if (name && strcmp(name, "/SSEAlgorithm") == 0)
        d->method = copy;
    if (name && strcmp(name, "/KMSMasterKeyID") == 0)
        d->key = copy;
    return true;
}

bool encryption_ok(struct ask *c, struct slice body)
{
    struct standard d = {.c = c};

    if (!xml_read(body, element, &d) || !d.method.len ||
        (d.key.len && !is_kms(d.method)))
        return wrong(c, "MalformedXML", NULL);
    return c->s->o.kms || wrong(c, "NotImplemented",
                                "Server side encryption specified but KMS is "
                                "not configured");
}

static bool keep_standard(struct ask *c, struct str *out)
{
    const char *document = c->bucket->document[DOCUMENT_ENCRYPTION];
    struct standard d = {.c = c};

    if (!document || !xml_read(slice_of(document), element, &d) ||
        !d.method.len)
        return true;
    if (!d.key.len)
        d.key.p = NULL;
    return keep_method(c, d.method, d.key, out);
}

bool sse_collect(struct ask *c, const struct http_header *list, size_t n,
                 struct str *out)
{
    struct customer k = customer_of(list, n, false);
    struct slice method = field(list, n, SSE), key = field(list, n, KMS_KEY);
    struct slice bucket_key = field(list, n, BUCKET_KEY);

    if (bucket_key.len)
        headers_add(out, BUCKET_KEY, bucket_key);
    if (given(&k))
        return keep_customer(c, &k, method.p || key.p, out);
    if (method.p || key.p)
        return keep_method(c, method, key, out);
    return keep_standard(c, out);
}

void sse_tell(struct ask *c, struct slice headers)
{
    const char *name, *value;
    size_t at = 0;

    while (headers_next(headers, &at, &name, &value))
        if (strncmp(name, SSE, sizeof(SSE) - 1) == 0)
            answer_set(&c->x->answer, c->a, arena_strdup(c->a, name), "%s",
                       value);
}
