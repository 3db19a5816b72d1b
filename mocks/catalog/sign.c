/* Remote signing: a client that has no keys shows the request that it means to
 * send to the store, and gets the headers that make it good.
 *
 * Signed is what touches the table's own files and nothing else: an object
 * below one of its places, a list below one, a batch of deletions of such
 * objects; a copy must come from there as well.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/percent.h"
#include "mocks/catalog/inside.h"
#include "mocks/s3/sigv4.h"
#include "mocks/s3/xml.h"

enum { HEADERS_MAX = 200, URI_MAX = 16 << 10, TEXT_MAX = 256 << 10 };

/* A table that is to be: what its client writes before it commits. */
struct staged {
    char *table; /* "ns.table" */
    char *at[PLACES_MAX];
    size_t n;
};

enum { STAGED_MAX = 64 };

struct signer {
    struct digests digests;
    struct sigv4_keys *keys;
    struct staged staged[STAGED_MAX]; /* the last ones, round and round */
    size_t next;
};

static void staged_forget(struct staged *s)
{
    free(s->table);
    while (s->n > 0)
        free(s->at[--s->n]);
}

static struct signer *signer_new(void)
{
    struct signer *s = mem_alloc(sizeof *s);
    digests_init(&s->digests);
    s->keys = sigv4_keys_new();
    return s;
}

void signer_free(struct signer *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < STAGED_MAX; i++)
        staged_forget(&s->staged[i]);
    sigv4_keys_free(s->keys);
    digests_fini(&s->digests);
    free(s);
}

static struct signer *signer_of(struct catalog *c)
{
    if (!c->signer)
        c->signer = signer_new();
    return c->signer;
}

/* ---- staged tables ---- */

static const char *table_key(const struct call *k, const char *table)
{
    return name_dotted(&k->ns, table, &k->x->arena);
}

static const struct staged *staged_find(const struct call *k)
{
    const struct signer *s = k->c->signer;
    const char *table = table_key(k, k->table);
    for (size_t i = 1; s && i <= STAGED_MAX; i++) {
        const struct staged *at =
            &s->staged[(s->next + STAGED_MAX - i) % STAGED_MAX];
        if (at->table && strcmp(at->table, table) == 0)
            return at;
    }
    return NULL;
}

void signing_stage(struct call *k, const char *table, const cJSON *metadata)
{
    struct signer *s = signer_of(k->c);
    struct staged *at = &s->staged[s->next++ % STAGED_MAX];
    struct places places;
    table_places(metadata, &places);
    staged_forget(at);
    at->table = mem_strdup(table_key(k, table));
    while (at->n < places.n) {
        at->at[at->n] = mem_strdup(places.at[at->n]);
        at->n++;
    }
}

/* A request that is to be signed. */
struct signing {
    struct call *k;
    struct arena *a;
    struct places places;
    const char *region, *uri;
    struct http_request r;
    struct slice host;
    struct http_header headers[HEADERS_MAX + 4];
    const char *time; /* 20261122T135021Z */
};

/* ---- reading ---- */

static bool split_uri(struct signing *s)
{
    const char *at = strstr(s->uri, "://");
    const char *from = at ? at + 3 : NULL;
    if (!from || strlen(s->uri) > URI_MAX)
        return fail(&s->k->f, "BadRequestException", "Invalid uri: %.200s",
                    s->uri);
    size_t n = strcspn(from, "/?#");
    s->host = (struct slice){from, n};
    size_t path = strcspn(from + n, "?#");
    s->r.path = (struct slice){from + n, path};
    const char *query = from + n + path;
    if (*query == '?')
        s->r.query = (struct slice){query + 1, strcspn(query + 1, "#")};
    return n > 0 || fail(&s->k->f, "BadRequestException",
                         "Invalid uri: no host in %.200s", s->uri);
}

/* Headers of an older signature are not part of a new one. */
static bool is_replaced(const char *name)
{
    static const char *const names[] = {"authorization", "x-amz-date", "host"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    return false;
}

static bool add_header(struct signing *s, const char *name, const char *value)
{
    if (s->r.n_headers == HEADERS_MAX)
        return fail(&s->k->f, "BadRequestException", "More than %d headers",
                    HEADERS_MAX);
    s->headers[s->r.n_headers++] =
        (struct http_header){slice_of(name), slice_of(value)};
    return true;
}

static bool read_headers(struct signing *s, const cJSON *headers)
{
    const cJSON *h, *value;
    if (!cJSON_IsObject(headers))
        return fail(&s->k->f, "BadRequestException",
                    "Cannot parse missing map: headers");
    cJSON_ArrayForEach(h, headers)
    {
        if (!cJSON_IsArray(h))
            return fail(&s->k->f, "BadRequestException",
                        "Cannot parse headers: %.100s is not a list",
                        h->string);
        cJSON_ArrayForEach(value, h)
        {
            if (!cJSON_IsString(value))
                return fail(&s->k->f, "BadRequestException",
                            "Cannot parse headers: value of %.100s is not a "
                            "string",
                            h->string);
            if (!is_replaced(h->string) &&
                !add_header(s, h->string, value->valuestring))
                return false;
        }
    }
    return true;
}

static bool read_request(struct signing *s, const cJSON *body)
{
    struct failure *f = &s->k->f;
    const char *provider = json_str(body, "provider"), *method;
    if (provider && strcmp(provider, "s3") != 0)
        return fail(f, "BadRequestException",
                    "Cannot sign requests for provider %.100s", provider);
    if (!(s->region = need_text(body, "region", f)) ||
        !(s->uri = need_text(body, "uri", f)) ||
        !(method = need_text(body, "method", f)))
        return false;
    s->r.method = slice_of(method);
    s->r.headers = s->headers;
    return split_uri(s) && read_headers(s, json_get(body, "headers"));
}

/* ---- what may be signed ---- */

/* "s3://bucket/a/b" is bucket and a/b. */
static bool place_split(const char *place, struct slice *bucket,
                        struct slice *key)
{
    const char *at = strstr(place, "://");
    if (!at || strncmp(place, "s3", 2) != 0)
        return false;
    size_t n = strcspn(at + 3, "/");
    *bucket = (struct slice){at + 3, n};
    *key = slice_of(at[3 + n] ? at + 3 + n + 1 : "");
    while (key->len > 0 && key->p[key->len - 1] == '/')
        key->len--;
    return true;
}

static bool below(struct slice key, struct slice place)
{
    return place.len == 0 ||
           (key.len >= place.len && memcmp(key.p, place.p, place.len) == 0 &&
            (key.len == place.len || key.p[place.len] == '/'));
}

static bool owns(const struct signing *s, struct slice bucket, struct slice key)
{
    struct slice b, place;
    for (size_t i = 0; i < s->places.n; i++)
        if (place_split(s->places.at[i], &b, &place) && slice_eq(b, bucket) &&
            below(key, place))
            return true;
    return false;
}

static struct slice decoded(struct signing *s, struct slice raw)
{
    struct str out;
    struct slice plain = {NULL, 0};
    str_init(&out, URI_MAX);
    if (percent_decode(&out, raw, false) && !out.failed)
        plain =
            (struct slice){arena_memdup(s->a, str_z(&out), out.len), out.len};
    str_fini(&out);
    return plain;
}

/* "/bucket/key", decoded. */
static bool split_path(struct slice path, struct slice *bucket,
                       struct slice *key)
{
    if (path.len > 0 && path.p[0] == '/') {
        path.p++;
        path.len--;
    }
    const char *slash = memchr(path.p, '/', path.len);
    size_t n = slash ? (size_t)(slash - path.p) : path.len;
    *bucket = (struct slice){path.p, n};
    *key = slash ? (struct slice){slash + 1, path.len - n - 1}
                 : (struct slice){"", 0};
    return n > 0;
}

static bool has_bucket(const struct signing *s, struct slice bucket)
{
    struct slice b, place;
    for (size_t i = 0; i < s->places.n; i++)
        if (place_split(s->places.at[i], &b, &place) && slice_eq(b, bucket))
            return true;
    return false;
}

/* The bucket is the path's first segment, or the host's first label. */
static bool subject(struct signing *s, struct slice *bucket, struct slice *key)
{
    struct slice path = decoded(s, s->r.path);
    if (!path.p || !s->host.p)
        return false;
    const char *dot = memchr(s->host.p, '.', s->host.len);
    if (dot) {
        struct slice label = {s->host.p, (size_t)(dot - s->host.p)};
        if (has_bucket(s, label)) {
            *bucket = label;
            *key =
                path.len > 0 ? (struct slice){path.p + 1, path.len - 1} : path;
            return true;
        }
    }
    return split_path(path, bucket, key);
}

struct batch {
    const struct signing *s;
    struct slice bucket;
    size_t keys;
};

static bool batch_element(void *ctx, const char *path, struct slice text)
{
    struct batch *b = ctx;
    if (strcmp(path, "Delete/Object/Key") != 0)
        return true;
    b->keys++;
    return owns(b->s, b->bucket, text);
}

/* A request to the bucket itself: a list of a part, or a batch of deletions. */
static bool bucket_request_allowed(struct signing *s, struct slice bucket)
{
    const char *prefix = http_query(&s->r, "prefix", s->a);
    const char *body = json_str(s->k->body, "body");
    struct batch b = {s, bucket, 0};
    if (slice_eqz(s->r.method, "POST") && http_query(&s->r, "delete", s->a))
        return body && xml_read(slice_of(body), batch_element, &b) &&
               b.keys > 0;
    return slice_eqz(s->r.method, "GET") && prefix &&
           owns(s, bucket, slice_of(prefix));
}

static bool copy_allowed(struct signing *s)
{
    struct slice from = http_header(&s->r, "x-amz-copy-source"), bucket, key;
    if (!from.p)
        return true;
    const char *query = memchr(from.p, '?', from.len);
    if (query)
        from.len = (size_t)(query - from.p);
    struct slice plain = decoded(s, from);
    return plain.p && split_path(plain, &bucket, &key) && owns(s, bucket, key);
}

static bool allowed(struct signing *s)
{
    struct slice bucket, key;
    bool ok = subject(s, &bucket, &key) &&
              (key.len > 0 ? owns(s, bucket, key)
                           : bucket_request_allowed(s, bucket)) &&
              copy_allowed(s);
    return ok || fail(&s->k->f, "ForbiddenException",
                      "Not a request to the table's own files: %.*s %.500s",
                      (int)(s->r.method.len < 20 ? s->r.method.len : 20),
                      s->r.method.p, s->uri);
}

/* ---- signing ---- */

static bool must_be_signed(struct slice name)
{
    return slice_ieqz(name, "host") || slice_ieqz(name, "content-md5") ||
           (name.len > 6 && strncasecmp(name.p, "x-amz-", 6) == 0);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *lower(struct slice name, struct arena *a)
{
    char *z = arena_memdup(a, name.p, name.len);
    for (char *p = z; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    return z;
}

/* "host;x-amz-date": each once, in order. */
static struct slice signed_names(struct signing *s)
{
    const char *names[HEADERS_MAX + 4];
    size_t n = 0;
    const char *list = "";
    for (size_t i = 0; i < s->r.n_headers; i++)
        if (must_be_signed(s->headers[i].name))
            names[n++] = lower(s->headers[i].name, s->a);
    qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(names[i - 1], names[i]) != 0)
            list =
                arena_printf(s->a, "%s%s%s", list, *list ? ";" : "", names[i]);
    return slice_of(list);
}

/* What every signed request bears. */
static bool complete_headers(struct signing *s, struct slice *hash)
{
    char time[DATE_BASIC_SIZE];
    date_basic(call_now_ms(s->k), time);
    s->time = arena_strdup(s->a, time);
    *hash = http_header(&s->r, "x-amz-content-sha256");
    if (slice_starts(*hash, "STREAMING-AWS4-"))
        return fail(&s->k->f, "BadRequestException",
                    "Cannot sign a body chunk by chunk");
    if (!hash->p) {
        *hash = SLICE_LIT("UNSIGNED-PAYLOAD");
        if (!add_header(s, "x-amz-content-sha256", hash->p))
            return false;
    }
    return add_header(s, "host", arena_memdup(s->a, s->host.p, s->host.len)) &&
           add_header(s, "x-amz-date", s->time);
}

static struct sigv4_authorization scope_of(struct signing *s)
{
    const char *credential =
        arena_printf(s->a, "%s/%.8s/%s/s3/aws4_request", s->k->c->store.key,
                     s->time, s->region);
    struct sigv4_authorization auth = {0};
    sigv4_credential(slice_of(credential), &auth);
    auth.signed_headers = signed_names(s);
    return auth;
}

static const char *sign(struct signing *s, struct slice hash)
{
    struct catalog *c = s->k->c;
    struct sigv4_authorization auth = scope_of(s);
    char signature[SHA256_HEX];
    struct str canonical, text;
    const char *value = NULL;
    struct signer *signer = signer_of(c);
    str_init(&canonical, TEXT_MAX);
    str_init(&text, TEXT_MAX);
    if (auth.scope.p && sigv4_canonical(&canonical, &s->r, &auth, hash, s->a)) {
        sigv4_string_to_sign(&text, &signer->digests, slice_of(s->time),
                             auth.scope, str_slice(&canonical));
        sigv4_sign(signer->keys, &auth, c->store.secret, str_slice(&text),
                   signature);
        value =
            arena_printf(s->a,
                         "AWS4-HMAC-SHA256 Credential=" SLICE_FMT "/" SLICE_FMT
                         ", SignedHeaders=" SLICE_FMT ", Signature=%s",
                         SLICE_ARG(auth.access_key), SLICE_ARG(auth.scope),
                         SLICE_ARG(auth.signed_headers), signature);
    } else {
        fail(&s->k->f, "BadRequestException", "Cannot sign %.200s", s->uri);
    }
    str_fini(&text);
    str_fini(&canonical);
    return value;
}

/* ---- the answer ---- */

static void answer_signed(struct signing *s, const char *authorization)
{
    cJSON *body = cJSON_CreateObject();
    json_set_str(body, "uri", s->uri);
    cJSON *headers = cJSON_AddObjectToObject(body, "headers");
    add_header(s, "Authorization", authorization);
    for (size_t i = 0; i < s->r.n_headers; i++) {
        const char *name = s->headers[i].name.p;
        cJSON *list = json_get(headers, name);
        if (!list)
            list = cJSON_AddArrayToObject(headers, name);
        cJSON_AddItemToArray(list, cJSON_CreateString(s->headers[i].value.p));
    }
    call_answer(s->k, 200, body);
    answer_set(&s->k->x->answer, s->a, "Cache-Control", "no-store");
    cJSON_Delete(body);
}

/* Of the table, or of the one that is to be. */
static bool find_places(struct call *k, struct places *out)
{
    struct version *v = call_seen(k, &k->ns, k->table, VERSION_TABLE);
    const struct staged *staged = v ? NULL : staged_find(k);
    if (!staged) {
        v = call_need_table(k, &k->ns, k->table);
        if (v)
            table_places(version_tree(v), out);
        return v != NULL;
    }
    for (out->n = 0; out->n < staged->n; out->n++)
        out->at[out->n] = staged->at[out->n];
    return true;
}

bool op_sign_request(struct call *k)
{
    struct signing s = {.k = k, .a = &k->x->arena};
    struct slice hash;
    const cJSON *body = call_body(k);
    if (!body || !find_places(k, &s.places))
        return false;
    if (!signing_offered(k->c))
        return fail(&k->f, "UnsupportedOperationException",
                    "This catalog signs no requests");
    if (!read_request(&s, body) || !allowed(&s) || !complete_headers(&s, &hash))
        return false;
    const char *authorization = sign(&s, hash);
    if (!authorization)
        return false;
    answer_signed(&s, authorization);
    return true;
}
