/* sigv4: canonical request, string to sign, key chain; see AWS's "Signature
 * Calculations for the Authorization Header". S3's variant: the path is
 * encoded once and not normalised.
 */
#include "iceberg/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/percent.h"

enum { HASH = 32, MAX_TEXT = 1 << 20, DATE_LEN = 8 };

static void add_hex(struct str *out, const unsigned char hash[HASH])
{
    hex_encode(out, (struct slice){(const char *)hash, HASH});
}

static void add_sha256(struct str *out, struct slice bytes)
{
    unsigned char hash[HASH];

    EVP_Digest(bytes.len ? bytes.p : "", bytes.len, hash, NULL, EVP_sha256(),
               NULL);
    add_hex(out, hash);
}

void ice__sha256_hex(struct slice bytes, char out[ICE_SHA256_HEX_SIZE])
{
    struct str s;

    str_init(&s, ICE_SHA256_HEX_SIZE);
    add_sha256(&s, bytes);
    memcpy(out, str_z(&s), ICE_SHA256_HEX_SIZE);
    str_fini(&s);
}

/* ---- the canonical request ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* '=' sorts behind characters that may stand in a name ('-', '.', digits), so
 * pairs are sorted with a byte below all of them in its place. */
enum { AFTER_NAME = '\1' };

static char *query_pair(struct arena *a, const char *p, size_t n)
{
    char *pair = arena_printf(a, "%.*s", (int)n, p);
    char *equals = strchr(pair, '=');

    if (!equals)
        return arena_printf(a, "%s%c", pair, AFTER_NAME);
    *equals = AFTER_NAME;
    return pair;
}

static void add_query(struct str *out, struct slice query, struct arena *a)
{
    char **pair = arena_alloc(a, (query.len + 1) * sizeof(*pair));
    const char *p = query.p;
    const char *end = query.p + query.len;
    size_t n = 0;

    while (p < end) {
        const char *amp = memchr(p, '&', (size_t)(end - p));
        const char *stop = amp ? amp : end;

        if (stop > p)
            pair[n++] = query_pair(a, p, (size_t)(stop - p));
        p = stop + 1;
    }
    qsort(pair, n, sizeof(*pair), by_text);
    for (size_t i = 0; i < n; i++) {
        *strchr(pair[i], AFTER_NAME) = '=';
        str_addf(out, "%s%s", i ? "&" : "", pair[i]);
    }
}

struct header {
    char *name;
    struct str value;
    size_t order; /* as given: repeats keep it */
};

static int by_name(const void *a, const void *b)
{
    const struct header *x = a, *y = b;
    int c = strcmp(x->name, y->name);

    return c ? c : (x->order > y->order) - (x->order < y->order);
}

static void lower(char *z)
{
    for (; *z; z++) {
        if (*z >= 'A' && *z <= 'Z')
            *z = (char)(*z - 'A' + 'a');
    }
}

/* Trimmed, and each run of blanks inside as one blank. */
static void add_squeezed(struct str *out, struct slice value)
{
    struct slice v = slice_trim(value);

    for (size_t i = 0; i < v.len; i++) {
        bool blank = v.p[i] == ' ' || v.p[i] == '\t';

        if (!blank)
            str_addc(out, v.p[i]);
        else if (v.p[i + 1] != ' ' && v.p[i + 1] != '\t')
            str_addc(out, ' ');
    }
}

static struct header *sorted_headers(const struct ice_sigv4_request *r,
                                     struct arena *a)
{
    struct header *h = arena_alloc(a, (r->n_headers + 1) * sizeof(*h));

    for (size_t i = 0; i < r->n_headers; i++) {
        const char *line = r->headers[i];
        size_t n = strcspn(line, ":");

        h[i].name = arena_memdup(a, line, n);
        lower(h[i].name);
        h[i].order = i;
        str_init(&h[i].value, MAX_TEXT);
        add_squeezed(&h[i].value, slice_of(line[n] ? line + n + 1 : ""));
    }
    qsort(h, r->n_headers, sizeof(*h), by_name);
    return h;
}

static bool repeats(const struct header *h, size_t i)
{
    return i > 0 && !strcmp(h[i].name, h[i - 1].name);
}

/* Header lines to lines, their names joined by ';' to names. */
static void add_headers(const struct ice_sigv4_request *r, struct arena *a,
                        struct str *lines, struct str *names)
{
    struct header *h = sorted_headers(r, a);

    for (size_t i = 0; i < r->n_headers; i++) {
        if (repeats(h, i)) {
            str_cut(lines, lines->len - 1);
            str_addf(lines, ",%s\n", str_z(&h[i].value));
        } else {
            str_addf(lines, "%s:%s\n", h[i].name, str_z(&h[i].value));
            str_addf(names, "%s%s", i ? ";" : "", h[i].name);
        }
        str_fini(&h[i].value);
    }
}

static void canonical(const struct ice_sigv4_request *r, struct str *out,
                      struct str *names)
{
    struct arena a;
    struct str lines;

    arena_init(&a);
    str_init(&lines, MAX_TEXT);
    add_headers(r, &a, &lines, names);
    str_addf(out, "%s\n", r->method);
    str_adds(out, r->path.len ? r->path : SLICE_LIT("/"));
    str_addc(out, '\n');
    add_query(out, r->query, &a);
    str_addf(out, "\n%s\n%s\n%s", str_z(&lines), str_z(names), r->payload_hash);
    str_fini(&lines);
    arena_fini(&a);
}

void ice__sigv4_canonical(const struct ice_sigv4_request *r, struct str *out)
{
    struct str names;

    str_init(&names, MAX_TEXT);
    canonical(r, out, &names);
    str_fini(&names);
}

/* ---- the signature ---- */

static void hmac(const void *key, size_t n, const char *text,
                 unsigned char out[HASH])
{
    HMAC(EVP_sha256(), key, (int)n, (const unsigned char *)text, strlen(text),
         out, NULL);
}

static void signing_key(const struct ice_sigv4_key *key, const char *day,
                        unsigned char out[HASH])
{
    unsigned char k[HASH];
    struct str first;

    str_init(&first, MAX_TEXT);
    str_addf(&first, "AWS4%s", key->secret_key);
    hmac(str_z(&first), first.len, day, k);
    hmac(k, HASH, key->region, out);
    hmac(out, HASH, key->service, k);
    hmac(k, HASH, "aws4_request", out);
    if (first.p)
        explicit_bzero(first.p, first.len);
    explicit_bzero(k, sizeof(k));
    str_fini(&first);
}

static void add_scope(struct str *out, const struct ice_sigv4_key *key,
                      const char *day)
{
    str_addf(out, "%s/%s/%s/aws4_request", day, key->region, key->service);
}

void ice__sigv4_sign(const struct ice_sigv4_key *key,
                     const struct ice_sigv4_request *r, struct str *out)
{
    unsigned char secret[HASH], hash[HASH];
    char day[DATE_LEN + 1] = "";
    struct str request, names, text;

    str_init(&request, MAX_TEXT);
    str_init(&names, MAX_TEXT);
    str_init(&text, MAX_TEXT);
    memcpy(day, r->date, strnlen(r->date, DATE_LEN));
    canonical(r, &request, &names);
    str_addf(&text, "AWS4-HMAC-SHA256\n%s\n", r->date);
    add_scope(&text, key, day);
    str_addc(&text, '\n');
    add_sha256(&text, str_slice(&request));
    signing_key(key, day, secret);
    hmac(secret, HASH, str_z(&text), hash);
    str_addf(out, "AWS4-HMAC-SHA256 Credential=%s/", key->access_key);
    add_scope(out, key, day);
    str_addf(out, ", SignedHeaders=%s, Signature=", str_z(&names));
    add_hex(out, hash);
    explicit_bzero(secret, sizeof(secret));
    str_fini(&request);
    str_fini(&names);
    str_fini(&text);
}
