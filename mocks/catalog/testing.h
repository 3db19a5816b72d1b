/* testing: a catalog on a warehouse in memory, driven without sockets.
 *
 * Only for the unit tests of this folder. A request is real bytes through the
 * real parser; its exchange is walked by hand: name, handle, publish, finish.
 */
#ifndef MOCKS_CATALOG_TESTING_H
#define MOCKS_CATALOG_TESTING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/json.h"
#include "base/secret.h"
#include "base/unit.h"
#include "mocks/catalog/inside.h"

#define UNUSED __attribute__((unused))

/* ---- files ---- */

struct memory_file {
    UT_hash_handle hh;
    char *location, *bytes;
    size_t len;
};

struct memory {
    struct warehouse files;
    struct memory_file *hash;
    bool full; /* put refuses */
    int room;  /* above 0: so many puts, then it is full */
};

static struct memory_file *memory_find(struct memory *m, const char *location)
{
    struct memory_file *f;
    HASH_FIND_STR(m->hash, location, f);
    return f;
}

static bool memory_remove(void *ctx, const char *location)
{
    struct memory *m = ctx;
    struct memory_file *f = memory_find(m, location);
    if (!f)
        return false;
    HASH_DEL(m->hash, f);
    free(f->location);
    free(f->bytes);
    free(f);
    return true;
}

static bool memory_put(void *ctx, const char *location, struct slice bytes,
                       char why[160])
{
    struct memory *m = ctx;
    struct memory_file *f = mem_alloc(sizeof *f);
    if (m->full || m->room < 0) {
        snprintf(why, 160, "the store is full");
        free(f);
        return false;
    }
    if (m->room > 0 && --m->room == 0)
        m->room = -1;
    memory_remove(m, location);
    f->location = mem_strdup(location);
    f->bytes = mem_memdup(bytes.p, bytes.len);
    f->len = bytes.len;
    HASH_ADD_KEYPTR(hh, m->hash, f->location, strlen(f->location), f);
    return true;
}

static bool memory_get(void *ctx, const char *location, struct str *out)
{
    struct memory_file *f = memory_find(ctx, location);
    if (f)
        str_add(out, f->bytes, f->len);
    return f != NULL;
}

static bool memory_exists(void *ctx, const char *location)
{
    return memory_find(ctx, location) != NULL;
}

/* ---- the bench ---- */

struct bench {
    struct memory memory;
    struct clock clock;
    int64_t unix_ms;
    struct secrets *secrets;
    struct catalog *c;
    struct service *service;
    uint64_t ordinal;
    char prefix[64];
    /* Done to the next request, before the catalog sees it; then NULL. */
    const char *first_params; /* JSON */
    enum meddle first;
    bool first_done;
    /* of the last answer */
    int status;
    cJSON *body;
    char *text;
    size_t text_len;
    char etag[64], allow[64], coding[16];
    bool wrote; /* a change was published */
    char what[400];
    struct exchange_names names;
    char names_text[4][200];
};

static int64_t bench_ms(void *ctx)
{
    return ((struct bench *)ctx)->unix_ms;
}

static int64_t bench_ns(void *ctx)
{
    return bench_ms(ctx) * 1000000;
}

/* options: JSON text, NULL for none. */
static bool bench_start(struct bench *b, const char *options)
{
    char why[200] = "";
    *b = (struct bench){.unix_ms = 1795355424000};
    b->memory.files = (struct warehouse){.ctx = &b->memory,
                                         .put = memory_put,
                                         .get = memory_get,
                                         .exists = memory_exists,
                                         .remove = memory_remove};
    b->clock = (struct clock){bench_ns, bench_ms, b};
    b->secrets = secrets_new();
    cJSON *tree = options ? json_parse(options, strlen(options), NULL) : NULL;
    b->c = catalog_new(tree, &b->memory.files, &b->clock, 7, b->secrets,
                       "http://127.0.0.1:8181", why);
    if (!b->c)
        fprintf(stderr, "%s\n", why);
    b->service = b->c ? catalog_service(b->c) : NULL;
    cJSON_Delete(tree);
    return b->c != NULL;
}

static void bench_stop(struct bench *b)
{
    struct memory_file *f, *next;
    catalog_free(b->c);
    secrets_free(b->secrets);
    HASH_ITER(hh, b->memory.hash, f, next)
    {
        memory_remove(&b->memory, f->location);
    }
    cJSON_Delete(b->body);
    free(b->text);
}

UNUSED static size_t bench_files(const struct bench *b)
{
    return HASH_COUNT(b->memory.hash);
}

enum how { PLAIN, STALE, DROPPED }; /* DROPPED: the change is not published */

static void bench_keep_names(struct bench *b, const struct exchange *x)
{
    const char *from[] = {x->names.namespace_, x->names.table, x->names.view};
    const char **to[] = {&b->names.namespace_, &b->names.table, &b->names.view};
    for (int i = 0; i < 3; i++) {
        snprintf(b->names_text[i], 200, "%s", from[i] ? from[i] : "");
        *to[i] = from[i] ? b->names_text[i] : NULL;
    }
}

static void bench_keep_answer(struct bench *b, struct exchange *x)
{
    struct slice body = x->answer.body;
    const char *etag = answer_get(&x->answer, "ETag");
    cJSON_Delete(b->body);
    free(b->text);
    b->status = x->answer.status;
    b->text = mem_memdup(body.p ? body.p : "", body.len);
    b->text_len = body.len;
    b->body = json_parse(b->text, body.len, NULL);
    snprintf(b->etag, sizeof b->etag, "%s", etag ? etag : "");
    const char *allow = answer_get(&x->answer, "Allow");
    snprintf(b->allow, sizeof b->allow, "%s", allow ? allow : "");
    const char *coding = answer_get(&x->answer, "Content-Encoding");
    snprintf(b->coding, sizeof b->coding, "%s", coding ? coding : "");
}

static void bench_meddle_first(struct bench *b, struct exchange *x)
{
    char why[160] = "";
    const char *z = b->first_params;
    cJSON *p = z ? json_parse(z, strlen(z), NULL) : NULL;
    if (z)
        b->first_done =
            b->service->meddle(b->service->state, x, b->first, p, why);
    cJSON_Delete(p);
    b->first_params = NULL;
}

static void bench_run(struct bench *b, struct exchange *x, enum how how)
{
    x->stale = how == STALE;
    b->service->name_operation(x);
    bench_keep_names(b, x);
    bench_meddle_first(b, x);
    if (x->op)
        x->op->handle(x);
    else
        b->service->handle_unknown(x);
    snprintf(b->what, sizeof b->what, "%s",
             x->change.what ? x->change.what : "");
    b->wrote = false;
    if (x->change.publish && how != DROPPED) {
        x->change.publish(x, x->change.ctx);
        b->wrote = !x->change.failed;
    } else if (x->change.drop) {
        x->change.drop(x->change.ctx);
    }
    b->service->finish_answer(x);
}

/* Begins an exchange from the bytes of a whole request. */
static bool bench_open(struct bench *b, struct exchange *x, const char *wire,
                       size_t n, struct http1 **parser)
{
    char site[40];
    size_t used = 0, at = 0;
    enum http1_event e = HTTP1_MORE;
    memset(x, 0, sizeof *x);
    arena_init(&x->arena);
    x->service = b->service;
    x->ordinal = ++b->ordinal;
    snprintf(site, sizeof site, "exchange/%llu",
             (unsigned long long)x->ordinal);
    rng_init(&x->rng, 7, site);
    *parser = http1_new(&http1_default_limits, &x->arena);
    x->request = http1_request(*parser);
    while (e == HTTP1_MORE || e == HTTP1_HEAD) {
        e = http1_feed(*parser, wire + at, n - at, &used);
        at += used;
        if (e == HTTP1_MORE && at >= n)
            break;
    }
    return e == HTTP1_DONE;
}

static void bench_close(struct exchange *x, struct http1 *parser)
{
    answer_reset(&x->answer);
    http1_free(parser);
    arena_fini(&x->arena);
}

static void bench_wire(struct str *wire, const char *method, const char *path,
                       const char *headers, const char *body)
{
    str_init(wire, 16 << 20);
    str_addf(wire, "%s %s HTTP/1.1\r\nHost: a\r\n%s", method, path,
             headers ? headers : "");
    if (body)
        str_addf(wire, "Content-Length: %zu\r\n", strlen(body));
    str_addf(wire, "\r\n%s", body ? body : "");
}

/* One request. headers: whole lines, or NULL. Returns the status. */
UNUSED static int ask_how(struct bench *b, enum how how, const char *method,
                          const char *path, const char *headers,
                          const char *body)
{
    struct exchange x;
    struct http1 *parser;
    struct str wire;
    bench_wire(&wire, method, path, headers, body);
    if (bench_open(b, &x, wire.p, wire.len, &parser)) {
        bench_run(b, &x, how);
        bench_keep_answer(b, &x);
    } else {
        b->status = -1;
    }
    bench_close(&x, parser);
    str_fini(&wire);
    b->unix_ms += 10;
    return b->status;
}

UNUSED static int ask(struct bench *b, const char *method, const char *path,
                      const char *body)
{
    return ask_how(b, PLAIN, method, path, NULL, body);
}

UNUSED static const char *error_type(const struct bench *b)
{
    const char *z = json_str(json_get(b->body, "error"), "type");
    return z ? z : "";
}

UNUSED static const char *error_message(const struct bench *b)
{
    const char *z = json_str(json_get(b->body, "error"), "message");
    return z ? z : "";
}

UNUSED static const cJSON *answered_metadata(const struct bench *b)
{
    return json_get(b->body, "metadata");
}

UNUSED static bool meddle(struct bench *b, enum meddle what, const char *params)
{
    char why[160] = "";
    cJSON *p = json_parse(params, strlen(params), NULL);
    bool ok = b->service->meddle(b->service->state, NULL, what, p, why);
    if (!ok)
        snprintf(b->what, sizeof b->what, "%s", why);
    cJSON_Delete(p);
    return ok;
}

#define SIMPLE_SCHEMA                                                          \
    "{\"type\":\"struct\",\"schema-id\":0,\"fields\":["                        \
    "{\"id\":1,\"name\":\"id\",\"required\":true,\"type\":\"long\"},"          \
    "{\"id\":2,\"name\":\"data\",\"required\":false,\"type\":\"string\"}]}"
#define SIMPLE_TABLE(name)                                                     \
    "{\"name\":\"" name "\",\"schema\":" SIMPLE_SCHEMA "}"

#endif
