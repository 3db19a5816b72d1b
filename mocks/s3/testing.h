/* testing: a signing client without a network, for the unit tests beside it.
 *
 * Each call builds a request as bytes, has the real parser read it, and takes
 * it through name_operation, handle and publish as the exchange would. The
 * signature is made here with OpenSSL's one-shot HMAC from text put together
 * by hand, so that client and server share no code.
 */
#ifndef MOCKS_S3_TESTING_H
#define MOCKS_S3_TESTING_H

#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/percent.h"
#include "base/unit.h"
#include "mocks/s3/internal.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define NOW_MS INT64_C(1700000000000) /* 20231114T221320Z */
#define NOW "20231114T221320Z"
#define TODAY "20231114"

struct testing {
    struct s3 *s3;
    struct clock clock;
    int64_t unix_ms;
    /* of the next calls */
    const char *access_key, *secret, *region, *date, *hash; /* NULL: usual */
    const char *also_signed; /* ";range" ...: names behind the usual ones */
    const char *also_lines;  /* their canonical lines */
    const char *service;     /* NULL: s3 */
    const char *signature;   /* sent in place of the right one */
    bool unsigned_, stale, lie, tls;
    /* the last call */
    struct exchange x;
    struct http1 *parser;
    uint64_t ordinal;
    char body[1 << 17];
    char to_sign[4096];
};

static int64_t testing_unix(void *ctx)
{
    return ((struct testing *)ctx)->unix_ms;
}

static int64_t testing_mono(void *ctx)
{
    return ((struct testing *)ctx)->unix_ms * 1000000;
}

static inline void testing_end_call(struct testing *t)
{
    if (!t->x.service)
        return;
    answer_reset(&t->x.answer);
    http1_free(t->parser);
    t->parser = NULL;
    arena_fini(&t->x.arena);
    memset(&t->x, 0, sizeof(t->x));
}

static inline struct testing *testing_new(const char *options)
{
    struct testing *t = mem_alloc(sizeof(*t));
    cJSON *tree = options ? cJSON_Parse(options) : NULL;
    char why[200] = "";

    t->unix_ms = NOW_MS;
    t->clock = (struct clock){testing_mono, testing_unix, t};
    t->s3 = s3_new(tree, &t->clock, 7, NULL, why);
    cJSON_Delete(tree);
    CU_ASSERT_STRING_EQUAL(why, "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(t->s3);
    return t;
}

static inline void testing_free(struct testing *t)
{
    testing_end_call(t);
    s3_free(t->s3);
    free(t);
}

/* ---- signing ---- */

static inline void testing_hex(const unsigned char *p, char out[65])
{
    for (int i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", p[i]);
}

static inline void testing_hash(const char *p, size_t n, char out[65])
{
    unsigned char raw[32];

    SHA256((const unsigned char *)p, n, raw);
    testing_hex(raw, out);
}

static inline void testing_hmac(unsigned char key[64], size_t *n,
                                const char *text)
{
    unsigned char out[32];

    HMAC(EVP_sha256(), key, (int)*n, (const unsigned char *)text, strlen(text),
         out, NULL);
    memcpy(key, out, 32);
    *n = 32;
}

static inline const char *testing_or(const char *z, const char *usual)
{
    return z ? z : usual;
}

/* query must be in canonical form already. */
static inline void testing_sign(struct testing *t, const char *method,
                                const char *path, const char *query,
                                const char *hash, struct str *head)
{
    const char *date = testing_or(t->date, NOW);
    const char *region = testing_or(t->region, "us-east-1");
    const char *service = testing_or(t->service, "s3");
    char canonical[4096], digest[65], day[9];
    unsigned char key[64];
    size_t n;

    snprintf(day, sizeof(day), "%.8s", date);
    snprintf(canonical, sizeof(canonical),
             "%s\n%s\n%s\nhost:127.0.0.1\nx-amz-content-sha256:%s\n"
             "x-amz-date:%s\n%s\nhost;x-amz-content-sha256;x-amz-date%s\n%s",
             method, path, query, hash, date, testing_or(t->also_lines, ""),
             testing_or(t->also_signed, ""), hash);
    testing_hash(canonical, strlen(canonical), digest);
    snprintf(t->to_sign, sizeof(t->to_sign),
             "AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%s", date, day,
             region, service, digest);
    n = (size_t)snprintf((char *)key, sizeof(key), "AWS4%s",
                         testing_or(t->secret, "minioadmin"));
    testing_hmac(key, &n, day);
    testing_hmac(key, &n, region);
    testing_hmac(key, &n, service);
    testing_hmac(key, &n, "aws4_request");
    testing_hmac(key, &n, t->to_sign);
    testing_hex(key, digest);
    str_addf(head,
             "Authorization: AWS4-HMAC-SHA256 Credential=%s/%s/%s/%s/"
             "aws4_request, SignedHeaders=host;x-amz-content-sha256;"
             "x-amz-date%s, Signature=%s\r\n",
             testing_or(t->access_key, "minioadmin"), day, region, service,
             testing_or(t->also_signed, ""), testing_or(t->signature, digest));
}

/* ---- calling ---- */

static inline void testing_parse(struct testing *t, const struct str *wire)
{
    struct http1 *p = http1_new(&http1_default_limits, &t->x.arena);
    size_t at = 0, used = 0;
    enum http1_event e;

    do {
        e = http1_feed(p, wire->p + at, wire->len - at, &used);
        at += used;
    } while (e == HTTP1_HEAD || (e == HTTP1_MORE && at < wire->len));
    t->parser = p;
    t->x.request = http1_request(p);
    CU_ASSERT_EQUAL_FATAL(e, HTTP1_DONE);
}

static inline void testing_act(struct testing *t)
{
    struct exchange *x = &t->x;
    struct service *s = s3_service(t->s3);

    s->name_operation(x);
    if (x->op)
        x->op->handle(x);
    else
        s->handle_unknown(x);
    if (x->change.publish && !t->lie)
        x->change.publish(x, x->change.ctx);
    else if (x->change.drop)
        x->change.drop(x->change.ctx);
    s->finish_answer(x);
}

/* The status of a request that is there as bytes. */
static inline int testing_send(struct testing *t, const struct str *wire)
{
    char site[32];

    testing_end_call(t);
    arena_init(&t->x.arena);
    t->x.service = s3_service(t->s3);
    t->x.ordinal = ++t->ordinal;
    t->x.stale = t->stale;
    t->x.tls = t->tls;
    snprintf(site, sizeof(site), "exchange/%d", (int)t->ordinal);
    rng_init(&t->x.rng, 7, site);
    testing_parse(t, wire);
    testing_act(t);
    snprintf(t->body, sizeof(t->body), "%.*s", (int)t->x.answer.body.len,
             t->x.answer.body.len ? t->x.answer.body.p : "");
    return t->x.answer.status;
}

/* The status. headers: more lines, each with CRLF, or NULL. */
static inline int testing_call(struct testing *t, const char *method,
                               const char *path, const char *query,
                               const char *headers, const char *body)
{
    char hash[65];
    struct str wire;
    size_t n = body ? strlen(body) : 0;
    int status;

    testing_hash(body ? body : "", n, hash);
    str_init(&wire, 1 << 20);
    str_addf(&wire, "%s %s%s%s HTTP/1.1\r\nHost: 127.0.0.1\r\n", method, path,
             *query ? "?" : "", query);
    if (!t->unsigned_) {
        str_addf(&wire, "x-amz-date: %s\r\nx-amz-content-sha256: %s\r\n",
                 testing_or(t->date, NOW), testing_or(t->hash, hash));
        testing_sign(t, method, path, query, testing_or(t->hash, hash), &wire);
    }
    if (body)
        str_addf(&wire, "Content-Length: %zu\r\n", n);
    str_addf(&wire, "%s\r\n%s", testing_or(headers, ""), testing_or(body, ""));
    status = testing_send(t, &wire);
    str_fini(&wire);
    return status;
}

/* "Content-MD5: ..." of the text, with CRLF; good until the next call. */
static inline const char *testing_md5(const char *text)
{
    static char line[64];
    unsigned char raw[16];
    struct str b64;

    EVP_Digest(text, strlen(text), raw, NULL, EVP_md5(), NULL);
    str_init(&b64, 64);
    base64_encode(&b64, (struct slice){(char *)raw, 16});
    snprintf(line, sizeof(line), "Content-MD5: %s\r\n", str_z(&b64));
    str_fini(&b64);
    return line;
}

static inline bool testing_says(const struct testing *t, const char *text)
{
    return strstr(t->body, text) != NULL;
}

static inline bool testing_header(const struct testing *t, const char *name,
                                  const char *value)
{
    const char *v = answer_get(&t->x.answer, name);

    return v && strcmp(v, value) == 0;
}

static inline bool testing_operation(const struct testing *t, const char *name)
{
    return t->x.op && strcmp(t->x.op->name, name) == 0;
}

#endif
