/* payload: is the body what was signed, and what is it without its frames?
 *
 * x-amz-content-sha256 says which: the hash of the body, or that it is not
 * hashed, or that it comes in frames of aws-chunked, whose signatures form a
 * chain from the request's own, with or without signed lines behind them.
 */
#include <string.h>
#include <strings.h>

#include "mocks/s3/chunked.h"
#include "mocks/s3/internal.h"

enum { MIN_CHUNK = 8192, MAX_TRAILERS = 16 };

const struct framing payload_framings[] = {
    {"UNSIGNED-PAYLOAD", false, false, false},
    {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", true, true, false},
    {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", true, true, true},
    {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", true, false, true},
    {0}};

static const struct framing *framing_of(struct slice hash)
{
    for (const struct framing *f = payload_framings; f->name; f++)
        if (slice_eqz(hash, f->name))
            return f;
    return NULL;
}

/* ---- before the signature is checked ---- */

static struct slice named_hash(struct claim *k)
{
    const char *query =
        k->in_query ? ask_query(k->c, "X-Amz-Content-Sha256") : NULL;
    struct slice v =
        query ? slice_of(query) : ask_header(k->c, "x-amz-content-sha256");

    if (!v.p && k->in_query)
        v = SLICE_LIT("UNSIGNED-PAYLOAD");
    if (!v.p && k->c->s->profile->hash_may_be_absent)
        v = SLICE_LIT(SHA256_OF_NOTHING);
    return v;
}

/* The service sts signs its bodies' hash without saying it. */
static bool hash_form(struct claim *k)
{
    char *hash = arena_alloc(k->c->a, SHA256_HEX);

    digest_sha256_hex(&k->c->s->digests, k->c->r->body, hash);
    k->hash = slice_of(hash);
    return true;
}

bool payload_hash_known(struct claim *k)
{
    struct exchange *x = k->c->x;
    const struct framing *f;

    if (k->c->row->needs & NEEDS_STS)
        return hash_form(k);
    k->hash = named_hash(k);
    if (k->c->s->profile->refuses_first)
        return true; /* whatever it is, the body is compared with it */
    f = framing_of(k->hash);
    if (!k->hash.p)
        s3_error(x, "InvalidRequest",
                 "Missing required header for this request: "
                 "x-amz-content-sha256",
                 NULL);
    else if (slice_starts(k->hash, "STREAMING-AWS4-ECDSA-"))
        s3_error(x, "NotImplemented", NULL, "Header", "x-amz-content-sha256",
                 "additionalMessage", ask_text(k->c, k->hash), NULL);
    else if (!sigv4_is_signature(k->hash) && (!f || (f->signs && k->in_query)))
        s3_error(x, "InvalidRequest",
                 "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "
                 "STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                 "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
                 "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid "
                 "sha256 value.",
                 NULL);
    else
        return true;
    return false;
}

/* ---- frames ---- */

struct stream {
    struct ask *c;
    struct claim *k; /* NULL: nobody signed */
    const struct framing *framing;
    struct slice rest;
    char previous[SHA256_HEX];
    char *out;
    size_t n, room, chunks;
};

static bool incomplete(struct stream *s, const char *why)
{
    s3_error(s->c->x, "IncompleteBody",
             arena_printf(s->c->a, "The aws-chunked body is wrong: %s.", why),
             NULL);
    return false;
}

static bool wrong_chain(struct stream *s, struct slice provided,
                        const char *computed)
{
    s3_error(s->c->x, "SignatureDoesNotMatch", NULL, "AWSAccessKeyId",
             ask_text(s->c, s->k->auth.access_key), "StringToSign",
             str_z(&s->c->s->to_sign), "SignatureProvided",
             ask_text(s->c, provided), "SignatureComputed", computed, NULL);
    return false;
}

/* The next link of the chain: what to_sign holds must be signed so. */
static bool link_fits(struct stream *s, struct slice provided)
{
    struct s3 *s3 = s->c->s;
    char computed[SHA256_HEX];

    sigv4_sign(s3->keys, &s->k->auth, s->k->secret, str_slice(&s3->to_sign),
               computed);
    memcpy(s->previous, computed, sizeof(computed));
    if (sigv4_is_signature(provided) &&
        s3->same_signature(computed, provided.p, SHA256_HEX - 1))
        return true;
    return wrong_chain(s, provided, computed);
}

static bool chunk_is_signed(struct stream *s, const struct chunk *chunk)
{
    struct s3 *s3 = s->c->s;

    if (!s->framing->signs)
        return true;
    if (!chunk->signature.p)
        return incomplete(s, "a chunk has no signature");
    str_reset(&s3->to_sign);
    sigv4_chunk_to_sign(&s3->to_sign, &s3->digests, slice_of(s->k->time),
                        s->k->auth.scope, slice_of(s->previous), chunk->data);
    return link_fits(s, chunk->signature);
}

/* Only the last chunk with data may be small; last: size of the one before. */
static bool last_was_large(struct stream *s, size_t last)
{
    if (!s->framing->signs || s->chunks < 2 || last >= MIN_CHUNK ||
        s->c->s->profile->small_chunks)
        return true;
    s3_error(s->c->x, "InvalidChunkSizeError", NULL, "Chunk",
             arena_printf(s->c->a, "%zu", s->chunks - 1), "BadChunkSize",
             arena_printf(s->c->a, "%zu", last), NULL);
    return false;
}

static bool take_chunks(struct stream *s)
{
    enum chunk_kind kind;
    struct chunk chunk;
    size_t last = 0;

    while ((kind = chunk_next(&s->rest, &chunk)) == CHUNK_DATA) {
        s->chunks++;
        if (chunk.data.len > s->room - s->n && s->c->s->profile->minio) {
            s3_error(s->c->x, "ExcessData", NULL, NULL);
            return false;
        }
        if (chunk.data.len > s->room - s->n)
            return incomplete(s, "it is longer than "
                                 "x-amz-decoded-content-length");
        if (!last_was_large(s, last) || !chunk_is_signed(s, &chunk))
            return false;
        memcpy(s->out + s->n, chunk.data.p, chunk.data.len);
        s->n += chunk.data.len;
        last = chunk.data.len;
    }
    if (kind == CHUNK_BAD && s->rest.len && s->c->s->profile->minio) {
        s3_error(s->c->x, "BadRequest", "malformed chunked encoding", NULL);
        return false;
    }
    if (kind == CHUNK_BAD)
        return incomplete(s, "a chunk is malformed or cut short");
    if (s->n != s->room)
        return incomplete(s, "it is shorter than "
                             "x-amz-decoded-content-length");
    return chunk_is_signed(s, &chunk);
}

/* ---- what comes behind the frames ---- */

static bool bad_trailer(struct stream *s)
{
    if (s->c->s->profile->minio)
        s3_error(s->c->x, "BadRequest", "malformed chunked encoding", NULL);
    else
        s3_error(s->c->x, "MalformedTrailerError", NULL, NULL);
    return false;
}

/* Is name in a list like "x-amz-checksum-crc32, x-amz-checksum-sha1"? */
static bool announced(const struct stream *s, struct slice name)
{
    struct slice list = ask_header(s->c, "x-amz-trailer");

    while (list.len) {
        const char *comma = memchr(list.p, ',', list.len);
        size_t n = comma ? (size_t)(comma - list.p) : list.len;
        struct slice one = slice_trim((struct slice){list.p, n});

        list.p += comma ? n + 1 : n;
        list.len -= comma ? n + 1 : n;
        if (one.len == name.len && strncasecmp(one.p, name.p, one.len) == 0)
            return true;
    }
    return false;
}

/* The lines into the call's trailers, their text into lines; signature: that
 * of the trailer, when there is one. */
static bool take_lines(struct stream *s, struct str *lines,
                       struct slice *signature)
{
    struct http_header *list =
        arena_alloc(s->c->a, MAX_TRAILERS * sizeof(*list));
    struct http_header h;
    enum trailer_kind kind;

    s->c->trailers = list;
    while ((kind = trailer_next(&s->rest, &h)) == TRAILER_LINE) {
        if (signature->p)
            return false;
        if (slice_ieqz(h.name, TRAILER_SIGNATURE)) {
            *signature = h.value;
            continue;
        }
        if (s->c->n_trailers == MAX_TRAILERS || !announced(s, h.name))
            return false;
        list[s->c->n_trailers++] = h;
        str_adds(lines, h.name);
        str_addc(lines, ':');
        str_adds(lines, h.value);
        str_addc(lines, '\n');
    }
    return kind == TRAILER_END && !lines->failed;
}

static bool lines_are_signed(struct stream *s, const struct str *lines,
                             struct slice signature)
{
    struct s3 *s3 = s->c->s;

    if (!s->framing->signs)
        return true;
    if (!signature.p)
        return bad_trailer(s);
    str_reset(&s3->to_sign);
    sigv4_trailer_to_sign(&s3->to_sign, &s3->digests, slice_of(s->k->time),
                          s->k->auth.scope, slice_of(s->previous),
                          str_slice(lines));
    return link_fits(s, signature);
}

static bool take_trailer(struct stream *s)
{
    struct slice signature = {NULL, 0};
    struct str lines;
    bool ok;

    str_init(&lines, 16 << 10);
    s->c->n_trailers = 0;
    ok = take_lines(s, &lines, &signature)
             ? lines_are_signed(s, &lines, signature)
             : bad_trailer(s);
    str_fini(&lines);
    if (ok && s->c->n_trailers == 0 && ask_header(s->c, "x-amz-trailer").len)
        return bad_trailer(s); /* what was announced did not come */
    return ok;
}

static bool take_end(struct stream *s)
{
    if (s->framing->trailer)
        return take_trailer(s);
    return s->rest.len == 0 || slice_eqz(s->rest, "\r\n") ||
           incomplete(s, "there are bytes behind its last chunk");
}

static bool take_stream(struct ask *c, struct claim *k, const struct framing *f)
{
    struct stream s = {.c = c, .k = k, .framing = f, .rest = c->r->body};
    struct slice length = ask_header(c, "x-amz-decoded-content-length");
    long long n;

    if (!length.p && c->s->profile->minio)
        return incomplete(&s, "x-amz-decoded-content-length is missing");
    if (!length.p || !slice_int64(length, &n) || n < 0) {
        s3_error(c->x, "MissingContentLength", NULL, NULL);
        return false;
    }
    if ((unsigned long long)n > c->r->body.len)
        return incomplete(&s, "it is shorter than "
                              "x-amz-decoded-content-length");
    s.room = (size_t)n;
    s.out = arena_alloc(c->a, s.room);
    if (k)
        memcpy(s.previous, k->auth.signature.p, SHA256_HEX - 1);
    if (!take_chunks(&s) || !take_end(&s))
        return false;
    c->body = (struct slice){s.out, s.n};
    return true;
}

/* ---- all of it ---- */

static bool hash_fits(struct claim *k)
{
    struct ask *c = k->c;
    char computed[SHA256_HEX];

    if (c->r->body.len == 0 && slice_eqz(k->hash, SHA256_OF_NOTHING))
        return true;
    if (c->s->profile->minio && sigv4_is_signature(k->hash) &&
        (slice_eqz(c->r->method, "GET") || slice_eqz(c->r->method, "HEAD")))
        return true; /* MinIO never comes to look at that body */
    digest_sha256_hex(&c->s->digests, c->r->body, computed);
    if (slice_eqz(k->hash, computed))
        return true;
    s3_error(c->x, "XAmzContentSHA256Mismatch", NULL,
             "ClientComputedContentSHA256", ask_text(c, k->hash),
             "S3ComputedContentSHA256", computed, NULL);
    return false;
}

bool payload_open(struct claim *k)
{
    const struct framing *f = framing_of(k->hash);

    if (!f)
        return hash_fits(k);
    return !f->frames || take_stream(k->c, k, f);
}

bool payload_unsigned(struct ask *c)
{
    const struct framing *f = framing_of(ask_header(c, "x-amz-content-sha256"));

    if (!f || !f->frames)
        return true;
    if (!f->signs)
        return take_stream(c, NULL, f);
    s3_error(c->x, "AccessDenied", NULL, NULL);
    return false;
}
