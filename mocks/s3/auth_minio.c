/* auth_minio: the same question as auth.c's, asked in MinIO's order.
 *
 * MinIO is more lenient (headers need not be signed, the scope may have another
 * date, a signature may look like anything until it is compared), takes the
 * three fields of the header by their place, and has errors of its own.
 */
#include <string.h>

#include "mocks/s3/auth.h"

enum { MAX_EXPIRES_S = 604800, MIN_KEY = 3 };

static bool refused(struct claim *k, const char *code)
{
    if (k->c->row->needs & NEEDS_STS)
        code = "AuthorizationHeaderMalformed"; /* all the same to STS */
    s3_error(k->c->x, code, NULL, NULL);
    return false;
}

/* ---- reading the claim ---- */

static bool cut_first(struct slice *rest, char by, struct slice *part)
{
    const char *end = memchr(rest->p, by, rest->len);

    *part = *rest;
    if (!end)
        return false;
    part->len = (size_t)(end - rest->p);
    rest->p = end + 1;
    rest->len -= part->len + 1;
    return true;
}

/* Which regions does the operation take? These two take any. */
static bool region_matters(const struct claim *k)
{
    const char *op = k->c->x->op->name;

    return *k->c->s->o.region && strcmp(op, "ListBuckets") != 0 &&
           strcmp(op, "GetBucketLocation") != 0;
}

static bool region_fits(struct claim *k)
{
    const char *region = k->c->s->o.region;

    if (!region_matters(k) || slice_eqz(k->auth.region, region))
        return true;
    s3_error(k->c->x, "AuthorizationHeaderMalformed",
             arena_printf(k->c->a,
                          "The authorization header is malformed; the region "
                          "is wrong; expecting '%s'.",
                          region),
             NULL);
    return false;
}

static bool scope_fits(struct claim *k, struct slice terminal)
{
    bool sts = k->c->row->needs & NEEDS_STS;

    if (!sigv4_is_date(k->auth.date))
        return refused(k, "CredentialDate");
    if (!region_fits(k))
        return false;
    if (!slice_eqz(k->auth.service, sts ? "sts" : "s3"))
        return refused(k, sts ? "CredentialForSts" : "CredentialForS3");
    return slice_eqz(terminal, "aws4_request") ||
           refused(k, "CredentialVersion");
}

/* KEY/DATE/REGION/SERVICE/aws4_request, from the right. */
static bool read_credential(struct claim *k, struct slice text)
{
    struct slice part[4], rest = text;

    while (rest.len && rest.p[rest.len - 1] == '/')
        rest.len--;
    text.len = rest.len;
    for (size_t i = 4; i-- > 0;)
        if (!sigv4_cut_last(&rest, &part[i]))
            return refused(k, "CredentialMalformed");
    if (rest.len < MIN_KEY)
        return refused(k, "InvalidAccessKeyId");
    k->auth.access_key = rest;
    k->auth.date = part[0];
    k->auth.region = part[1];
    k->auth.service = part[2];
    k->auth.scope =
        (struct slice){part[0].p, text.len - (size_t)(part[0].p - text.p)};
    return scope_fits(k, part[3]);
}

/* "NAME=value" */
static bool read_field(struct claim *k, struct slice item, const char *name,
                       const char *other, struct slice *value)
{
    struct slice found;

    *value = slice_trim(item);
    if (!cut_first(value, '=', &found) ||
        (*name == 'S' && (!value->len || memchr(value->p, '=', value->len))))
        return refused(k, "MissingFields");
    return slice_eqz(found, name) || refused(k, other);
}

static bool read_header(struct claim *k)
{
    struct slice rest = http_header(k->c->r, "authorization"), item[3], text;
    size_t n = sizeof("AWS4-HMAC-SHA256") - 1;

    if (!slice_starts(rest, "AWS4-HMAC-SHA256"))
        return refused(k, "OtherAuthorization");
    rest = (struct slice){rest.p + n, rest.len - n};
    if (!cut_first(&rest, ',', &item[0]) || !cut_first(&rest, ',', &item[1]) ||
        cut_first(&rest, ',', &item[2]))
        return refused(k, "MissingFields");
    return read_field(k, item[0], "Credential", "MissingCredential", &text) &&
           read_credential(k, text) &&
           read_field(k, item[1], "SignedHeaders", "MissingSignedHeaders",
                      &k->auth.signed_headers) &&
           read_field(k, item[2], "Signature", "MissingSignature",
                      &k->auth.signature);
}

static bool read_expires(struct claim *k)
{
    const char *text = ask_query(k->c, "X-Amz-Expires");

    if (!slice_int64(slice_of(text), &k->expires_s))
        return refused(k, "ExpiresNoNumber");
    if (k->expires_s < 0)
        return refused(k, "ExpiresNegative");
    return k->expires_s <= MAX_EXPIRES_S || refused(k, "ExpiresTooLong");
}

static bool read_query(struct claim *k)
{
    static const char *const names[] = {
        "X-Amz-Algorithm", "X-Amz-Credential",    "X-Amz-Signature",
        "X-Amz-Date",      "X-Amz-SignedHeaders", "X-Amz-Expires"};
    const char *v[6];

    for (size_t i = 0; i < 6; i++) {
        v[i] = ask_query(k->c, names[i]);
        if (!v[i])
            return refused(k, "QueryIncomplete");
    }
    if (strcmp(v[0], "AWS4-HMAC-SHA256") != 0)
        return refused(k, "QueryAlgorithm");
    k->auth.in_query = true;
    k->auth.signature = slice_of(v[2]);
    k->auth.signed_headers = slice_of(v[4]);
    if (!read_credential(k, slice_of(v[1])))
        return false;
    k->time_ms = date_parse_basic(v[3], strlen(v[3]));
    if (k->time_ms < 0)
        return refused(k, "QueryDate");
    return read_expires(k) && ((*v[2] && *v[4]) || refused(k, "MissingFields"));
}

static bool is_readable(struct claim *k)
{
    return k->in_query ? read_query(k) : read_header(k);
}

/* ---- what it says ---- */

/* "host" is in the list, and whatever is in it came. */
static bool headers_came(struct claim *k)
{
    struct slice rest = k->auth.signed_headers, name;
    bool more = true;

    if (!sigv4_header_is_signed(&k->auth, SLICE_LIT("host")))
        return refused(k, "HeadersUnsigned");
    while (more) {
        more = cut_first(&rest, ';', &name);
        if (!http_header(k->c->r, ask_text(k->c, name)).p &&
            !slice_eqz(name, "content-length") && !slice_eqz(name, "expect") &&
            !ask_query(k->c, ask_text(k->c, name)))
            return refused(k, "HeadersUnsigned");
    }
    return true;
}

static bool metadata_signed(struct claim *k)
{
    const struct http_request *r = k->c->r;

    for (size_t i = 0; i < r->n_headers && k->in_query; i++)
        if (slice_istarts(r->headers[i].name, "x-amz-meta-") &&
            !sigv4_header_is_signed(&k->auth, r->headers[i].name))
            return refused(k, "HeadersUnsigned");
    return true;
}

static bool is_not_over(struct claim *k)
{
    int64_t now = ask_now_ms(k->c);

    if (k->time_ms - now > S3_MAX_SKEW_MS)
        return refused(k, "NotValidYet");
    return now - k->time_ms <= k->expires_s * 1000 || refused(k, "Expired");
}

/* Skew of the header's date is the gate's concern (gate.c). */
static bool is_of_this_time(struct claim *k)
{
    struct slice v = ask_header(k->c, "x-amz-date");

    if (!k->in_query) {
        v = v.len ? v : ask_header(k->c, "date");
        if (!v.len)
            return refused(k, "MissingDate");
        k->time_ms = date_parse_basic(v.p, v.len);
    }
    if (k->time_ms < 0)
        return refused(k, "MalformedDate");
    date_basic(k->time_ms, k->time);
    return !k->in_query || is_not_over(k);
}

static bool (*const in_header[])(struct claim *) = {
    is_readable,        headers_came,    claim_known_user,
    claim_right_token,  is_of_this_time, payload_hash_known,
    claim_signed_right, payload_open,    NULL};

static bool (*const in_query[])(struct claim *) = {
    is_readable,        claim_known_user,
    claim_right_token,  headers_came,
    metadata_signed,    is_of_this_time,
    payload_hash_known, claim_signed_right,
    payload_open,       NULL};

/* Only what may be sent in chunks is an operation for chunked signatures. */
static bool frames_fit(struct claim *k)
{
    const char *op = k->c->x->op->name;

    return !slice_eqz(k->c->r->method, "PUT") ||
           !slice_starts(http_header(k->c->r, "x-amz-content-sha256"),
                         "STREAMING-") ||
           strcmp(op, "PutObject") == 0 || strcmp(op, "UploadPart") == 0 ||
           refused(k, "OtherAuthorization");
}

bool auth_minio(struct claim *k)
{
    struct slice header = http_header(k->c->r, "authorization");
    bool (*const *rule)(struct claim *);

    k->in_query = k->c->r->query.len && !slice_starts(header, "AWS") &&
                  ask_query(k->c, "X-Amz-Credential");
    if (k->c->row->needs & (NEEDS_NOBODY | NEEDS_FORM))
        return true;
    if (slice_starts(header, "AWS") && !slice_starts(header, "AWS ") &&
        !slice_starts(header, "AWS4-HMAC-SHA256"))
        return refused(k, "MissingFields");
    if (ask_is_v2(k->c))
        return ask_authenticate_v2(k->c);
    if (!k->in_query && (!header.p || slice_starts(header, "Bearer")))
        return true;
    if (!frames_fit(k))
        return false;
    rule = k->in_query ? in_query : in_header;
    for (; *rule; rule++)
        if (!(*rule)(k))
            return false;
    return true;
}
