/* auth: may this request act?
 *
 * The rules of Signature Version 4 in the order in which S3 applies them, one
 * function each; the first that fails answers. The payload's hash is compared
 * here too, before the operation acts: a body that is not what was signed
 * never becomes an object.
 */
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>

#include "base/percent.h"
#include "mocks/s3/internal.h"

#define EMPTY_SHA256                                                           \
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct claim { /* what one request claims */
    struct s3 *s;
    struct exchange *x;
    const struct http_request *r;
    struct sigv4_authorization auth;
    const struct s3_user *user;
    char time[DATE_BASIC_SIZE];
    int64_t time_ms;
    struct slice hash; /* of the payload, as it was signed */
};

static const char *text_of(const struct claim *c, struct slice s)
{
    return arena_memdup(&c->x->arena, s.p, s.len);
}

static bool is_readable(struct claim *c)
{
    struct slice value = http_header(c->r, "authorization");
    const char *wrong;

    if (slice_starts(value, "AWS ")) {
        s3_error(c->x, "InvalidRequest",
                 "The authorization mechanism you have provided is not "
                 "supported. Please use AWS4-HMAC-SHA256.",
                 NULL);
        return false;
    }
    wrong = sigv4_parse(value, &c->auth);
    if (!wrong && !slice_eqz(c->auth.service, "s3"))
        wrong = "incorrect service. This endpoint belongs to \"s3\".";
    if (wrong)
        s3_error(c->x, "AuthorizationHeaderMalformed",
                 arena_printf(&c->x->arena,
                              "The authorization header is malformed; %s",
                              wrong),
                 NULL);
    return !wrong;
}

static bool is_known_user(struct claim *c)
{
    const struct s3_user *users = c->s->o.users.items;

    for (size_t i = 0; i < c->s->o.users.n; i++)
        if (slice_eqz(c->auth.access_key, users[i].key)) {
            c->user = &users[i];
            return true;
        }
    s3_error(c->x, "InvalidAccessKeyId", NULL, "AWSAccessKeyId",
             text_of(c, c->auth.access_key), NULL);
    return false;
}

/* No session was ever given out, so that any token is a foreign one. */
static bool has_no_foreign_token(struct claim *c)
{
    struct slice token = http_header(c->r, "x-amz-security-token");

    if (!token.p)
        return true;
    s3_error(c->x, "InvalidToken", NULL, NULL);
    return false;
}

static bool is_dated(struct claim *c)
{
    struct slice v = slice_trim(http_header(c->r, "x-amz-date"));
    int64_t ms = -1;

    if (v.p) {
        ms = date_parse_basic(v.p, v.len);
    } else {
        v = slice_trim(http_header(c->r, "date"));
        ms = v.p ? date_parse_http(v.p, v.len) : -1;
    }
    if (ms < 0) {
        s3_error(c->x, "AccessDenied",
                 "AWS authentication requires a valid Date or x-amz-date "
                 "header",
                 NULL);
        return false;
    }
    c->time_ms = ms;
    date_basic(ms, c->time);
    return true;
}

static bool is_of_this_time(struct claim *c)
{
    int64_t now = clock_unix_ms(c->s->clock), skew = now - c->time_ms;
    char server[DATE_ISO_SIZE];

    if (skew <= S3_MAX_SKEW_MS && skew >= -S3_MAX_SKEW_MS)
        return true;
    date_iso(now, server);
    s3_error(c->x, "RequestTimeTooSkewed", NULL, "RequestTime", c->time,
             "ServerTime", server, "MaxAllowedSkewMilliseconds", "900000",
             NULL);
    return false;
}

static bool is_in_scope(struct claim *c)
{
    const char *region = c->s->o.region;
    struct arena *a = &c->x->arena;

    if (memcmp(c->auth.date.p, c->time, 8) != 0) {
        s3_error(c->x, "AuthorizationHeaderMalformed",
                 arena_printf(a,
                              "The authorization header is malformed; invalid "
                              "credential date \"" SLICE_FMT
                              "\". This date is not the same as X-Amz-Date: "
                              "\"%.8s\".",
                              SLICE_ARG(c->auth.date), c->time),
                 NULL);
        return false;
    }
    if (!*region || slice_eqz(c->auth.region, region))
        return true;
    s3_error(c->x, "AuthorizationHeaderMalformed",
             arena_printf(a,
                          "The authorization header is malformed; the region "
                          "'" SLICE_FMT "' is wrong; expecting '%s'",
                          SLICE_ARG(c->auth.region), region),
             "Region", region, NULL);
    answer_set(&c->x->answer, a, "x-amz-bucket-region", "%s", region);
    return false;
}

static bool must_be_signed(struct slice name)
{
    return slice_ieqz(name, "host") ||
           (name.len > 6 && strncasecmp(name.p, "x-amz-", 6) == 0);
}

static bool signs_what_it_must(struct claim *c)
{
    struct slice missing = {NULL, 0};

    for (size_t i = 0; i < c->r->n_headers && !missing.p; i++)
        if (must_be_signed(c->r->headers[i].name) &&
            !sigv4_header_is_signed(&c->auth, c->r->headers[i].name))
            missing = c->r->headers[i].name;
    if (!missing.p && !sigv4_header_is_signed(&c->auth, SLICE_LIT("host")))
        missing = SLICE_LIT("host");
    if (!missing.p)
        return true;
    s3_error(c->x, "AccessDenied",
             "There were headers present in the request which were not signed",
             "HeadersNotSigned", text_of(c, missing), NULL);
    return false;
}

static bool is_hash(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!memchr("0123456789abcdef", s.p[i], 16))
            return false;
    return s.len == 64;
}

static bool names_its_payload(struct claim *c)
{
    c->hash = slice_trim(http_header(c->r, "x-amz-content-sha256"));
    if (!c->hash.p && c->s->profile->hash_may_be_absent)
        c->hash = SLICE_LIT(EMPTY_SHA256);
    if (!c->hash.p) {
        s3_error(c->x, "InvalidRequest",
                 "Missing required header for this request: "
                 "x-amz-content-sha256",
                 NULL);
        return false;
    }
    if (is_hash(c->hash) || slice_eqz(c->hash, "UNSIGNED-PAYLOAD"))
        return true;
    if (slice_starts(c->hash, "STREAMING-"))
        s3_error(c->x, "NotImplemented", NULL, "Header", "x-amz-content-sha256",
                 "additionalMessage", text_of(c, c->hash), NULL);
    else
        s3_error(c->x, "InvalidRequest",
                 "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "
                 "STREAMING-AWS4-HMAC-SHA256-PAYLOAD or a valid sha256 value.",
                 NULL);
    return false;
}

/* A mock can tell what real stores tell too: both sides of the comparison. */
static void answer_mismatch(struct claim *c)
{
    struct s3 *s = c->s;
    struct str bytes;

    str_init(&bytes, 16 * (s->to_sign.len + 1));
    for (size_t i = 0; i < s->to_sign.len; i++)
        str_addf(&bytes, "%s%02x", i ? " " : "",
                 (unsigned)(unsigned char)s->to_sign.p[i]);
    s3_error(c->x, "SignatureDoesNotMatch", NULL, "AWSAccessKeyId",
             c->user->key, "StringToSign", str_z(&s->to_sign),
             "SignatureProvided", text_of(c, c->auth.signature),
             "StringToSignBytes", str_z(&bytes), "CanonicalRequest",
             str_z(&s->canonical), NULL);
    str_fini(&bytes);
}

static bool is_signed_right(struct claim *c)
{
    struct s3 *s = c->s;
    char signature[SHA256_HEX];

    str_reset(&s->canonical);
    str_reset(&s->to_sign);
    if (!sigv4_canonical(&s->canonical, c->r, &c->auth, c->hash,
                         &c->x->arena)) {
        s3_error(c->x, "InvalidURI", NULL, NULL);
        return false;
    }
    sigv4_string_to_sign(&s->to_sign, &s->digests, slice_of(c->time),
                         c->auth.scope, str_slice(&s->canonical));
    sigv4_sign(s->keys, &c->auth, c->user->secret, str_slice(&s->to_sign),
               signature);
    if (s->same_signature(signature, c->auth.signature.p, SHA256_HEX - 1))
        return true;
    answer_mismatch(c);
    return false;
}

static bool sends_what_it_signed(struct claim *c)
{
    char computed[SHA256_HEX];

    if (!is_hash(c->hash) ||
        (c->r->body.len == 0 && slice_eqz(c->hash, EMPTY_SHA256)))
        return true;
    digest_sha256_hex(&c->s->digests, c->r->body, computed);
    if (slice_eqz(c->hash, computed))
        return true;
    s3_error(c->x, "XAmzContentSHA256Mismatch", NULL,
             "ClientComputedContentSHA256", text_of(c, c->hash),
             "S3ComputedContentSHA256", computed, NULL);
    return false;
}

static bool (*const rules[])(struct claim *) = {
    is_readable,          is_known_user,
    has_no_foreign_token, is_dated,
    is_of_this_time,      is_in_scope,
    signs_what_it_must,   names_its_payload,
    is_signed_right,      sends_what_it_signed};

static bool unsigned_allowed(struct s3 *s, struct exchange *x)
{
    if (http_query(x->request, "X-Amz-Signature", &x->arena) ||
        http_query(x->request, "X-Amz-Algorithm", &x->arena)) {
        s3_error(x, "NotImplemented", NULL, "Header", "X-Amz-Signature", NULL);
        return false;
    }
    if (!s->o.anonymous)
        s3_error(x, "AccessDenied", NULL, NULL);
    return s->o.anonymous;
}

bool s3_authenticate(struct s3 *s, struct exchange *x)
{
    struct claim c = {.s = s, .x = x, .r = x->request};

    if (!http_header(x->request, "authorization").p)
        return unsigned_allowed(s, x);
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (!rules[i](&c))
            return false;
    return true;
}

/* ---- Content-MD5 ---- */

static bool has_checksum(const struct http_request *r)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (r->headers[i].name.len > 15 &&
            strncasecmp(r->headers[i].name.p, "x-amz-checksum-", 15) == 0)
            return true;
    return false;
}

static const char *base64_of(struct exchange *x, struct slice bytes)
{
    struct str out;
    const char *text;

    str_init(&out, 64);
    base64_encode(&out, bytes);
    text = arena_strdup(&x->arena, str_z(&out));
    str_fini(&out);
    return text;
}

bool s3_body_intact(struct s3 *s, struct exchange *x, bool required)
{
    struct slice sent = slice_trim(http_header(x->request, "content-md5"));
    uint8_t md5[MD5_SIZE];
    struct slice computed = {(const char *)md5, sizeof(md5)};
    const char *text;

    if (!sent.p) {
        if (!required || has_checksum(x->request))
            return true;
        s3_error(x, "MissingContentMD5", NULL, NULL);
        return false;
    }
    text = arena_memdup(&x->arena, sent.p, sent.len);
    digest_md5(&s->digests, x->request->body, md5);
    if (strcmp(text, base64_of(x, computed)) == 0)
        return true;
    if (sent.len != 24 || sent.p[22] != '=' || sent.p[23] != '=')
        s3_error(x, "InvalidDigest", NULL, "Content-MD5", text, NULL);
    else
        s3_error(x, "BadDigest", NULL, "ExpectedDigest", text,
                 "CalculatedDigest", base64_of(x, computed), NULL);
    return false;
}
