/* auth_v2: the older signature, Signature Version 2, as header and in the
 * query.
 *
 * Clients still use it: boto3 and the AWS command line sign the URLs that they
 * give away with it unless told otherwise. MinIO takes it everywhere, AWS in
 * the regions that are older than Version 4. It signs neither body nor host,
 * and of the query only what names another operation or changes the answer.
 */
#include <openssl/hmac.h>
#include <string.h>
#include <strings.h>

#include "mocks/s3/auth.h"

/* Parameters of a query that are signed, in the order in which they are. */
static const char *const signed_queries[] = {"acl",
                                             "cors",
                                             "delete",
                                             "encryption",
                                             "legal-hold",
                                             "lifecycle",
                                             "location",
                                             "logging",
                                             "notification",
                                             "partNumber",
                                             "policy",
                                             "requestPayment",
                                             "response-cache-control",
                                             "response-content-disposition",
                                             "response-content-encoding",
                                             "response-content-language",
                                             "response-content-type",
                                             "response-expires",
                                             "retention",
                                             "select",
                                             "select-type",
                                             "tagging",
                                             "torrent",
                                             "uploadId",
                                             "uploads",
                                             "versionId",
                                             "versioning",
                                             "versions",
                                             "website",
                                             NULL};

/* ---- reading the claim ---- */

static bool is_malformed(struct claim *k, const char *code, const char *message)
{
    s3_error(k->c->x, code, message, NULL);
    return false;
}

/* AWS KEY:SIGNATURE. Keys may hold colons, base64 cannot. */
static bool read_header(struct claim *k)
{
    struct slice v = http_header(k->c->r, "authorization");
    size_t at = v.len;

    while (at > 4 && v.p[at - 1] != ':')
        at--;
    if (at <= 5 || at == v.len)
        return is_malformed(k, "MissingFields", "Missing fields in request.");
    k->auth.access_key = (struct slice){v.p + 4, at - 5};
    k->auth.signature = (struct slice){v.p + at, v.len - at};
    return true;
}

static bool lacks_parameters(struct claim *k)
{
    if (k->c->s->profile->v2_regions)
        return is_malformed(k, "AccessDenied",
                            "Query-string authentication requires the "
                            "Signature, Expires and AWSAccessKeyId parameters");
    return is_malformed(k, "AuthorizationQueryParametersError",
                        "Query-string authentication version 4 requires the "
                        "X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
                        "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires "
                        "parameters.");
}

static bool read_query(struct claim *k)
{
    const char *key = ask_query(k->c, "AWSAccessKeyId");
    const char *signature = ask_query(k->c, "Signature");
    const char *expires = ask_query(k->c, "Expires");

    if (!key || !*key || !signature || !*signature || !expires || !*expires)
        return lacks_parameters(k);
    k->auth.access_key = slice_of(key);
    k->auth.signature = slice_of(signature);
    return true;
}

static bool is_readable(struct claim *k)
{
    const char *const *old = k->c->s->profile->v2_regions;
    const char *region = k->c->s->o.region;

    for (; old && *old && strcmp(*old, region) != 0; old++)
        ;
    if (old && !*old)
        return is_malformed(k, "InvalidRequest",
                            "The authorization mechanism you have provided is "
                            "not supported. Please use AWS4-HMAC-SHA256.");
    return k->in_query ? read_query(k) : read_header(k);
}

/* ---- when ---- */

static bool is_not_over(struct claim *k)
{
    int64_t now = ask_now_ms(k->c);
    const char *text = ask_query(k->c, "Expires");
    long long end;
    char until[DATE_ISO_SIZE], server[DATE_ISO_SIZE];

    if (!slice_int64(slice_of(text), &end) || end < 0 || end > INT64_MAX / 1000)
        return is_malformed(k, "AuthorizationQueryParametersError",
                            "X-Amz-Expires should be a number");
    if (end >= now / 1000)
        return true;
    date_iso(end * 1000, until);
    date_iso(now, server);
    s3_error(k->c->x, "AccessDenied", "Request has expired", "Expires", until,
             "ServerTime", server, NULL);
    return false;
}

int64_t auth_any_date(struct arena *a, struct slice v)
{
    int64_t ms = date_parse_basic(v.p, v.len);

    if (ms < 0 && v.len > 6 && memcmp(v.p + v.len - 6, " +0000", 6) == 0)
        v = slice_of(arena_printf(a, SLICE_FMT " GMT", (int)(v.len - 6), v.p));
    return ms < 0 ? date_parse_http(v.p, v.len) : ms;
}

static int64_t date_of(const struct claim *k)
{
    struct slice v = ask_header(k->c, "x-amz-date");

    if (!v.p)
        v = ask_header(k->c, "date");
    return v.p ? auth_any_date(k->c->a, v) : -1;
}

static bool is_of_this_time(struct claim *k)
{
    if (k->in_query)
        return is_not_over(k);
    k->time_ms = date_of(k);
    return claim_dated(k) && claim_not_skewed(k);
}

/* ---- the signature ---- */

static int compare_names(struct slice a, struct slice b)
{
    int d = strncasecmp(a.p, b.p, a.len < b.len ? a.len : b.len);

    return d ? d : (a.len > b.len) - (a.len < b.len);
}

/* The first of the x-amz- names behind last; p is NULL when there is none. */
static struct slice next_amz(const struct http_request *r, struct slice last)
{
    struct slice best = {NULL, 0};

    for (size_t i = 0; i < r->n_headers; i++) {
        struct slice name = r->headers[i].name;

        if (name.len > 6 && strncasecmp(name.p, "x-amz-", 6) == 0 &&
            (!last.p || compare_names(name, last) > 0) &&
            (!best.p || compare_names(name, best) < 0))
            best = name;
    }
    return best;
}

static void add_lower(struct str *out, struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];

        str_addc(out, c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c);
    }
}

static void add_headers(struct str *out, const struct http_request *r)
{
    struct slice name = {NULL, 0};

    while ((name = next_amz(r, name)).p) {
        char before = ':';

        add_lower(out, name);
        for (size_t i = 0; i < r->n_headers; i++) {
            if (compare_names(r->headers[i].name, name) != 0)
                continue;
            str_addc(out, before);
            str_adds(out, slice_trim(r->headers[i].value));
            before = ',';
        }
        str_addc(out, '\n');
    }
}

static void add_resource(struct str *out, const struct ask *c)
{
    struct slice bucket = s3_bucket_of_host(c->s, c->r);
    char before = '?';

    if (bucket.p) {
        str_addc(out, '/');
        str_adds(out, bucket);
    }
    str_adds(out, c->r->path);
    for (size_t i = 0; signed_queries[i]; i++) {
        const char *value = ask_query(c, signed_queries[i]);

        if (!value)
            continue;
        str_addf(out, "%c%s%s%s", before, signed_queries[i], *value ? "=" : "",
                 value);
        before = '&';
    }
}

/* The date that is signed; the one of x-amz-date is among the headers. */
static struct slice signed_date(const struct claim *k)
{
    if (k->in_query)
        return slice_of(ask_query(k->c, "Expires"));
    if (http_header(k->c->r, "x-amz-date").p)
        return slice_of("");
    return ask_header(k->c, "date");
}

const char *claim_old_token(const struct claim *k)
{
    if (!k->c->s->profile->v2_regions || k->auth.scope.p || !k->in_query)
        return NULL;
    return ask_query(k->c, "x-amz-security-token");
}

/* Where AWS takes it in a query, it is signed as the header it stands for. */
static void add_token(struct str *out, const struct claim *k)
{
    const char *token = claim_old_token(k);

    if (token)
        str_addf(out, "x-amz-security-token:%s\n", token);
}

static bool to_sign(struct str *out, const struct claim *k)
{
    struct slice lines[] = {k->c->r->method, ask_header(k->c, "content-md5"),
                            ask_header(k->c, "content-type"), signed_date(k)};

    str_reset(out);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        str_adds(out, lines[i]);
        str_addc(out, '\n');
    }
    add_headers(out, k->c->r);
    add_token(out, k);
    add_resource(out, k->c);
    return !out->failed;
}

const char *ask_hmac_sha1(const struct ask *c, const char *secret,
                          struct slice text)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    HMAC(EVP_sha1(), secret, (int)strlen(secret), (const unsigned char *)text.p,
         text.len, mac, &n);
    return ask_base64(c, (struct slice){(const char *)mac, n});
}

static bool is_signed_right(struct claim *k)
{
    struct s3 *s = k->c->s;
    struct slice sent = k->auth.signature;
    const char *right;

    str_reset(&s->canonical);
    if (!to_sign(&s->to_sign, k))
        return is_malformed(k, "InvalidURI", NULL);
    right = ask_hmac_sha1(k->c, k->secret, str_slice(&s->to_sign));
    if (sent.len == strlen(right) && s->same_signature(right, sent.p, sent.len))
        return true;
    claim_mismatch(k);
    return false;
}

bool ask_is_v2(const struct ask *c)
{
    return slice_starts(http_header(c->r, "authorization"), "AWS ") ||
           (c->r->query.len && ask_query(c, "AWSAccessKeyId"));
}

bool ask_authenticate_v2(struct ask *c)
{
    struct claim k = {.c = c};

    k.in_query = !http_header(c->r, "authorization").p;
    return is_readable(&k) && claim_known_user(&k) && claim_right_token(&k) &&
           is_of_this_time(&k) && is_signed_right(&k) && payload_unsigned(c);
}
