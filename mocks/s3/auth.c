/* auth: may this request act?
 *
 * The rules of Signature Version 4 in the order in which S3 applies them, one
 * function each; the first that fails answers. The claim comes from the
 * Authorization header or, presigned, from the query; the rules are the same,
 * the errors for what is malformed are not. The older signature has its own
 * (auth_v2.c). Last of all payload.c looks whether the body is what was signed:
 * a body that is not never becomes an object.
 */
#include <string.h>
#include <strings.h>

#include "base/percent.h"
#include "mocks/s3/auth.h"

enum { MAX_EXPIRES_S = 604800 };

static const char *text_of(const struct claim *k, struct slice s)
{
    return ask_text(k->c, s);
}

/* ---- reading the claim ---- */

/* What is wrong with how it is written, in the form that header or query
 * have. Always false. */
static bool malformed(struct claim *k, const char *wrong, const char *region)
{
    struct exchange *x = k->c->x;
    const char *code = k->in_query ? "AuthorizationQueryParametersError"
                                   : "AuthorizationHeaderMalformed";
    const char *start = k->in_query
                            ? "Error parsing the X-Amz-Credential parameter"
                            : "The authorization header is malformed";

    s3_error(x, code, arena_printf(k->c->a, "%s; %s", start, wrong),
             region ? "Region" : NULL, region, NULL);
    return false;
}

static bool read_header(struct claim *k)
{
    struct slice value = http_header(k->c->r, "authorization");
    const char *wrong;

    wrong = sigv4_parse(value, &k->auth);
    return !wrong || malformed(k, wrong, NULL);
}

static bool bad_query(struct claim *k, const char *message)
{
    s3_error(k->c->x, "AuthorizationQueryParametersError", message, NULL);
    return false;
}

static bool read_query(struct claim *k)
{
    static const char *const names[] = {
        "X-Amz-Algorithm", "X-Amz-Credential",    "X-Amz-Signature",
        "X-Amz-Date",      "X-Amz-SignedHeaders", "X-Amz-Expires"};
    const char *v[6], *wrong;

    for (size_t i = 0; i < 6; i++) {
        v[i] = ask_query(k->c, names[i]);
        if (!v[i])
            return bad_query(
                k, "Query-string authentication version 4 requires the "
                   "X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
                   "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires "
                   "parameters.");
    }
    if (strcmp(v[0], "AWS4-HMAC-SHA256") != 0)
        return bad_query(k, "X-Amz-Algorithm only supports "
                            "\"AWS4-HMAC-SHA256\"");
    k->auth.in_query = true;
    k->auth.signature = slice_of(v[2]);
    k->auth.signed_headers = slice_of(v[4]);
    if (!sigv4_is_signature(k->auth.signature))
        return bad_query(k, "X-Amz-Signature must be 64 hexadecimal digits");
    wrong = sigv4_credential(slice_of(v[1]), &k->auth);
    return !wrong || malformed(k, wrong, NULL);
}

static bool is_readable(struct claim *k)
{
    struct slice service;
    bool for_sts = k->c->row->needs & NEEDS_STS;

    if (!(k->in_query ? read_query(k) : read_header(k)))
        return false;
    service = k->auth.service;
    if (slice_eqz(service, for_sts ? "sts" : "s3"))
        return true;
    return malformed(k,
                     for_sts
                         ? "incorrect service. This action belongs to \"sts\"."
                         : "incorrect service. This endpoint belongs to "
                           "\"s3\".",
                     NULL);
}

/* ---- who ---- */

bool claim_known_user(struct claim *k)
{
    struct ask *c = k->c;

    c->user = user_by_key(c->s, k->auth.access_key);
    c->session =
        c->user == S3_NOBODY ? session_find(c->s, k->auth.access_key) : NULL;
    if (c->session)
        c->user = c->session->user;
    if (c->user != S3_NOBODY) {
        k->secret =
            c->session ? c->session->secret : user_of(c->s, c->user)->secret;
        return true;
    }
    s3_error(c->x, "InvalidAccessKeyId", NULL, "AWSAccessKeyId",
             text_of(k, k->auth.access_key), NULL);
    return false;
}

/* A user's own keys come without a token, a session's with its own. */
bool claim_right_token(struct claim *k)
{
    struct ask *c = k->c;
    const char *token = k->in_query ? ask_query(c, "X-Amz-Security-Token")
                                    : ask_headerz(c, "x-amz-security-token");
    const char *code;

    if (!token)
        token = claim_old_token(k);
    code = session_refusal(c->s, c->session, token);
    if (!code)
        return true;
    if (strcmp(code, "InvalidAccessKeyId") == 0)
        s3_error(c->x, code, NULL, "AWSAccessKeyId",
                 text_of(k, k->auth.access_key), NULL);
    else
        s3_error(c->x, code, NULL,
                 token && !c->s->profile->session_is_jwt ? "Token-0" : NULL,
                 token, NULL);
    return false;
}

/* ---- when ---- */

static int64_t date_of(struct claim *k)
{
    const char *z = k->in_query ? ask_query(k->c, "X-Amz-Date") : NULL;
    struct slice v = z ? slice_of(z) : ask_header(k->c, "x-amz-date");

    if (v.p)
        return date_parse_basic(v.p, v.len);
    v = ask_header(k->c, "date");
    return v.p ? date_parse_http(v.p, v.len) : -1;
}

bool claim_dated(struct claim *k)
{
    if (k->time_ms >= 0) {
        date_basic(k->time_ms, k->time);
        return true;
    }
    if (k->in_query)
        return bad_query(k, "X-Amz-Date must be in the ISO8601 Long Format "
                            "\"yyyyMMdd'T'HHmmss'Z'\"");
    s3_error(k->c->x, "AccessDenied",
             "AWS authentication requires a valid Date or x-amz-date header",
             NULL);
    return false;
}

static bool is_dated(struct claim *k)
{
    k->time_ms = date_of(k);
    return claim_dated(k);
}

bool claim_not_skewed(struct claim *k)
{
    int64_t now = ask_now_ms(k->c), skew = now - k->time_ms;
    char server[DATE_ISO_SIZE];

    if (skew <= S3_MAX_SKEW_MS && skew >= -S3_MAX_SKEW_MS)
        return true;
    date_iso(now, server);
    s3_error(k->c->x, "RequestTimeTooSkewed", NULL, "RequestTime", k->time,
             "ServerTime", server, "MaxAllowedSkewMilliseconds", "900000",
             NULL);
    return false;
}

static bool read_expires(struct claim *k, long long *seconds)
{
    const char *text = ask_query(k->c, "X-Amz-Expires");

    if (!slice_int64(slice_of(text), seconds))
        return bad_query(k, "X-Amz-Expires should be a number");
    if (*seconds < 0)
        return bad_query(k, "X-Amz-Expires must be non-negative");
    if (*seconds > MAX_EXPIRES_S)
        return bad_query(k, "X-Amz-Expires must be less than a week (in "
                            "seconds); that is, the given X-Amz-Expires must "
                            "be less than 604800 seconds");
    return true;
}

static bool is_not_over(struct claim *k)
{
    int64_t now = ask_now_ms(k->c), end;
    long long seconds;
    char until[DATE_ISO_SIZE], server[DATE_ISO_SIZE];

    if (!read_expires(k, &seconds))
        return false;
    end = k->time_ms + seconds * 1000;
    if (k->time_ms - now > S3_MAX_SKEW_MS) {
        s3_error(k->c->x, "AccessDenied", "Request is not valid yet", NULL);
        return false;
    }
    if (now <= end && seconds > 0)
        return true;
    date_iso(end, until);
    date_iso(now, server);
    s3_error(k->c->x, "AccessDenied", "Request has expired", "X-Amz-Expires",
             ask_query(k->c, "X-Amz-Expires"), "Expires", until, "ServerTime",
             server, NULL);
    return false;
}

static bool is_of_this_time(struct claim *k)
{
    return k->in_query ? is_not_over(k) : claim_not_skewed(k);
}

/* ---- what for ---- */

static bool is_in_scope(struct claim *k)
{
    const char *region = k->c->s->o.region;
    struct arena *a = k->c->a;

    if (memcmp(k->auth.date.p, k->time, 8) != 0)
        return malformed(k,
                         arena_printf(a,
                                      "invalid credential date \"" SLICE_FMT
                                      "\". This date is not the same as "
                                      "X-Amz-Date: \"%.8s\".",
                                      SLICE_ARG(k->auth.date), k->time),
                         NULL);
    if (!*region || slice_eqz(k->auth.region, region))
        return true;
    malformed(
        k,
        arena_printf(a, "the region '" SLICE_FMT "' is wrong; expecting '%s'",
                     SLICE_ARG(k->auth.region), region),
        region);
    answer_set(&k->c->x->answer, a, "x-amz-bucket-region", "%s", region);
    return false;
}

static bool must_be_signed(struct slice name)
{
    return slice_ieqz(name, "host") ||
           (name.len > 6 && strncasecmp(name.p, "x-amz-", 6) == 0);
}

static bool signs_what_it_must(struct claim *k)
{
    const struct http_request *r = k->c->r;
    struct slice missing = {NULL, 0};

    for (size_t i = 0; i < r->n_headers && !missing.p; i++)
        if (must_be_signed(r->headers[i].name) &&
            !sigv4_header_is_signed(&k->auth, r->headers[i].name))
            missing = r->headers[i].name;
    if (!missing.p && !sigv4_header_is_signed(&k->auth, SLICE_LIT("host")))
        missing = SLICE_LIT("host");
    if (!missing.p)
        return true;
    s3_error(k->c->x, "AccessDenied",
             "There were headers present in the request which were not signed",
             "HeadersNotSigned", text_of(k, missing), NULL);
    return false;
}

/* ---- the signature ---- */

/* A mock can tell what real stores tell too: both sides of the comparison. */
void claim_mismatch(struct claim *k)
{
    struct s3 *s = k->c->s;
    struct str bytes;

    str_init(&bytes, 16 * (s->to_sign.len + 1));
    for (size_t i = 0; i < s->to_sign.len; i++)
        str_addf(&bytes, "%s%02x", i ? " " : "",
                 (unsigned)(unsigned char)s->to_sign.p[i]);
    s3_error(k->c->x, "SignatureDoesNotMatch", NULL, "AWSAccessKeyId",
             text_of(k, k->auth.access_key), "StringToSign", str_z(&s->to_sign),
             "SignatureProvided", text_of(k, k->auth.signature),
             "StringToSignBytes", str_z(&bytes),
             s->canonical.len ? "CanonicalRequest" : NULL, str_z(&s->canonical),
             NULL);
    str_fini(&bytes);
}

bool claim_signed_right(struct claim *k)
{
    struct s3 *s = k->c->s;
    char signature[SHA256_HEX];

    str_reset(&s->canonical);
    str_reset(&s->to_sign);
    if (!sigv4_canonical(&s->canonical, k->c->r, &k->auth, k->hash, k->c->a)) {
        s3_error(k->c->x, "InvalidURI", NULL, NULL);
        return false;
    }
    sigv4_string_to_sign(&s->to_sign, &s->digests, slice_of(k->time),
                         k->auth.scope, str_slice(&s->canonical));
    sigv4_sign(s->keys, &k->auth, k->secret, str_slice(&s->to_sign), signature);
    if (s->same_signature(signature, k->auth.signature.p, SHA256_HEX - 1))
        return true;
    claim_mismatch(k);
    return false;
}

/* ---- all of it, in AWS's order ---- */

static bool (*const rules[])(struct claim *) = {
    is_readable,        claim_known_user,   claim_right_token,
    is_dated,           is_of_this_time,    is_in_scope,
    signs_what_it_must, payload_hash_known, claim_signed_right,
    payload_open};

bool ask_is_presigned(const struct ask *c)
{
    return c->r->query.len && (ask_query(c, "X-Amz-Algorithm") ||
                               ask_query(c, "X-Amz-Signature") ||
                               ask_query(c, "X-Amz-Credential"));
}

bool ask_authenticate(struct ask *c)
{
    struct claim k = {.c = c};
    bool header = http_header(c->r, "authorization").p;

    if (c->s->profile->refuses_first)
        return auth_minio(&k);
    k.in_query = ask_is_presigned(c);
    if (header && k.in_query)
        return ask_bad_argument(
            c, "Authorization", ask_headerz(c, "authorization"),
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query "
            "parameter, Signature query string parameter or the Authorization "
            "header should be specified");
    if (c->row->needs & (NEEDS_NOBODY | NEEDS_FORM))
        return true;
    if (!k.in_query && ask_is_v2(c))
        return ask_authenticate_v2(c);
    if (!header && !k.in_query)
        return true;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (!rules[i](&k))
            return false;
    return true;
}
