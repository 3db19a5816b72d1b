/* Content codings, and the entity tags that go with them. See coding.h. */
#include "mocks/catalog/coding.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "base/json.h"
#include "mocks/catalog/inside.h"

/* Below one segment of a network nothing is won. */
enum { ENCODE_FROM = 1400, ENCODE_MAX = 256 << 20, CHUNK = 32 << 10 };

/* ---- gzip ---- */

struct packer {
    z_stream z;
};

void packer_free(struct packer *p)
{
    if (!p)
        return;
    deflateEnd(&p->z);
    free(p);
}

static struct packer *packer_new(int level)
{
    struct packer *p = mem_alloc(sizeof *p);
    if (deflateInit2(&p->z, level, Z_DEFLATED, 15 + 16, 8,
                     Z_DEFAULT_STRATEGY) == Z_OK)
        return p;
    free(p);
    return NULL;
}

bool gzip_add(struct packer **p, struct slice in, struct str *out)
{
    if (!*p)
        *p = packer_new(Z_DEFAULT_COMPRESSION);
    if (!*p || in.len > UINT32_MAX)
        return false;
    z_stream *z = &(*p)->z;
    int rc;
    deflateReset(z);
    z->next_in = (Bytef *)in.p;
    z->avail_in = (uInt)in.len;
    do {
        Bytef chunk[CHUNK];
        z->next_out = chunk;
        z->avail_out = sizeof chunk;
        rc = deflate(z, Z_FINISH);
        str_add(out, chunk, sizeof chunk - z->avail_out);
    } while (rc == Z_OK && !out->failed);
    return rc == Z_STREAM_END && !out->failed;
}

bool gunzip_add(struct slice in, struct str *out)
{
    z_stream z = {0};
    int rc = Z_OK;
    if (in.len > UINT32_MAX || inflateInit2(&z, 15 + 16) != Z_OK)
        return false;
    z.next_in = (Bytef *)in.p;
    z.avail_in = (uInt)in.len;
    while (rc == Z_OK && !out->failed) {
        Bytef chunk[CHUNK];
        z.next_out = chunk;
        z.avail_out = sizeof chunk;
        rc = inflate(&z, Z_NO_FLUSH);
        str_add(out, chunk, sizeof chunk - z.avail_out);
    }
    bool all = rc == Z_STREAM_END && z.avail_in == 0 && !out->failed;
    inflateEnd(&z);
    return all;
}

/* ---- requests ---- */

static bool is_gzip(struct slice coding)
{
    return slice_ieqz(coding, "gzip") || slice_ieqz(coding, "x-gzip");
}

bool coding_body(const struct exchange *x, struct slice *out, struct failure *f)
{
    struct slice coding =
        slice_trim(http_header(x->request, "content-encoding"));
    *out = x->request->body;
    if (!out->p)
        out->p = "";
    if (coding.len == 0 || slice_ieqz(coding, "identity"))
        return true;
    if (!is_gzip(coding)) {
        fail(f, "BadRequestException", "Unsupported Content-Encoding: %.*s",
             (int)(coding.len < 100 ? coding.len : 100), coding.p);
        f->status = 415;
        return false;
    }
    struct str plain;
    str_init(&plain, JSON_MAX_BYTES);
    bool ok = gunzip_add(*out, &plain);
    if (ok)
        *out = (struct slice){arena_memdup(f->arena, str_z(&plain), plain.len),
                              plain.len};
    else
        fail(f, "BadRequestException",
             "Cannot parse request body: not a gzip stream, or too large");
    str_fini(&plain);
    return ok;
}

/* ---- answers ---- */

struct slice coding_next(struct slice *list)
{
    const char *comma = memchr(list->p, ',', list->len);
    size_t n = comma ? (size_t)(comma - list->p) : list->len;
    struct slice one = slice_trim((struct slice){list->p, n});
    list->p += n + (comma != NULL);
    list->len -= n + (comma != NULL);
    return one;
}

/* "gzip", "gzip;q=0.5"; a weight of nothing refuses. */
static bool takes_gzip(struct slice header)
{
    bool any = false;
    while (header.len > 0) {
        struct slice one = coding_next(&header);
        const char *semicolon = memchr(one.p, ';', one.len);
        size_t n = semicolon ? (size_t)(semicolon - one.p) : one.len;
        struct slice name = slice_trim((struct slice){one.p, n});
        struct slice q = slice_trim((struct slice){one.p + n, one.len - n});
        bool refused = q.len >= 4 && strspn(q.p, "; q=0.") >= q.len;
        if (is_gzip(name))
            return !refused;
        if (slice_eqz(name, "*") && !refused)
            any = true;
    }
    return any;
}

static bool will_be_damaged(const struct exchange *x)
{
    return x->plan.rule[FAULT_DURING] != NULL;
}

/* Answers are packed while somebody waits: quickly rather than well. */
static struct packer **packer_of(struct catalog *c)
{
    if (!c->packer)
        c->packer = packer_new(Z_BEST_SPEED);
    return &c->packer;
}

/* A version's own text is packed once and kept with it. */
static struct slice packed_version(struct catalog *c, struct version *v)
{
    struct str s;
    str_init(&s, ENCODE_MAX);
    if (!v->packed &&
        gzip_add(packer_of(c), (struct slice){v->answer, v->answer_len}, &s)) {
        v->packed_len = s.len;
        v->packed = str_detach(&s);
    }
    str_fini(&s);
    return (struct slice){v->packed, v->packed_len};
}

static struct slice packed_copy(struct exchange *x, struct slice body)
{
    struct catalog *c = x->service->state;
    struct slice out = {NULL, 0};
    struct str s;
    str_init(&s, ENCODE_MAX);
    if (gzip_add(packer_of(c), body, &s))
        out = (struct slice){arena_memdup(&x->arena, s.p, s.len), s.len};
    str_fini(&s);
    return out;
}

static struct slice packed(struct exchange *x)
{
    struct answer *w = &x->answer;
    struct version *v = answered_version(x);
    if (v && w->body.p == v->answer && w->body.len == v->answer_len)
        return packed_version(x->service->state, v);
    return packed_copy(x, w->body);
}

static void mark_tag(struct exchange *x)
{
    const char *etag = answer_get(&x->answer, "ETag");
    size_t n = etag ? strlen(etag) : 0;
    if (n > 1 && etag[n - 1] == '"')
        answer_set(&x->answer, &x->arena, "ETag", "%.*s" CODING_TAG_END "\"",
                   (int)n - 1, etag);
}

void coding_encode(struct exchange *x)
{
    const struct catalog *c = x->service->state;
    struct answer *w = &x->answer;
    const char *type = answer_get(w, "Content-Type");
    if (!c->o.gzip || !type || strncmp(type, "application/json", 16) != 0)
        return;
    header_set(x, "Vary", "Accept-Encoding");
    if (w->body.len < ENCODE_FROM || answer_get(w, "Content-Encoding") ||
        will_be_damaged(x) ||
        !takes_gzip(http_header(x->request, "accept-encoding")))
        return;
    struct slice body = packed(x);
    struct version *v = answered_version(x);
    if (!body.p)
        return;
    w->body = body;
    w->hash = v && body.p == v->packed ? &v->packed_hash : NULL;
    header_set(x, "Content-Encoding", "gzip");
    mark_tag(x);
}
