/* sigv4: see sigv4.h. */
#include "mocks/s3/sigv4.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/percent.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

/* ---- the Authorization header ---- */

bool sigv4_cut_last(struct slice *s, struct slice *part)
{
    for (size_t i = s->len; i-- > 0;)
        if (s->p[i] == '/') {
            *part = (struct slice){s->p + i + 1, s->len - i - 1};
            s->len = i;
            return true;
        }
    return false;
}

bool sigv4_is_date(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.len == 8;
}

const char *sigv4_credential(struct slice c, struct sigv4_authorization *out)
{
    struct slice rest = c, terminal;

    if (!sigv4_cut_last(&rest, &terminal) ||
        !sigv4_cut_last(&rest, &out->service) ||
        !sigv4_cut_last(&rest, &out->region) ||
        !sigv4_cut_last(&rest, &out->date) || rest.len == 0)
        return "the Credential is mal-formed; expecting "
               "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
    if (!slice_eqz(terminal, "aws4_request"))
        return "the Credential must end with aws4_request.";
    if (!sigv4_is_date(out->date))
        return "the date in the Credential is not YYYYMMDD.";
    out->access_key = rest;
    out->scope.p = out->date.p;
    out->scope.len = c.len - (size_t)(out->date.p - c.p);
    return NULL;
}

bool sigv4_is_signature(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!(s.p[i] >= '0' && s.p[i] <= '9') &&
            !(s.p[i] >= 'a' && s.p[i] <= 'f'))
            return false;
    return s.len == 64;
}

struct part {
    const char *name;
    struct slice value;
    const char *missing;
};

static const char *parse_parts(struct slice rest, struct part parts[3])
{
    while (rest.len) {
        const char *comma = memchr(rest.p, ',', rest.len);
        size_t n = comma ? (size_t)(comma - rest.p) : rest.len;
        struct slice item = slice_trim((struct slice){rest.p, n});
        size_t k = 0;

        rest.p += comma ? n + 1 : n;
        rest.len -= comma ? n + 1 : n;
        while (k < 3 && !slice_starts(item, parts[k].name))
            k++;
        if (k == 3 || parts[k].value.p)
            return "the authorization header has an unknown or repeated part.";
        n = strlen(parts[k].name);
        parts[k].value = (struct slice){item.p + n, item.len - n};
    }
    for (size_t k = 0; k < 3; k++)
        if (!parts[k].value.len)
            return parts[k].missing;
    return NULL;
}

const char *sigv4_parse(struct slice value, struct sigv4_authorization *out)
{
    struct part parts[] = {
        {"Credential=", {0}, "the Credential is missing."},
        {"SignedHeaders=", {0}, "the SignedHeaders are missing."},
        {"Signature=", {0}, "the Signature is missing."},
    };
    const char *wrong;
    size_t n = strlen(ALGORITHM);

    *out = (struct sigv4_authorization){0};
    if (!slice_starts(value, ALGORITHM " "))
        return "the authorization type is not " ALGORITHM ".";
    wrong = parse_parts((struct slice){value.p + n, value.len - n}, parts);
    if (wrong)
        return wrong;
    out->signed_headers = parts[1].value;
    out->signature = parts[2].value;
    if (!sigv4_is_signature(out->signature))
        return "the Signature is not 64 hexadecimal digits.";
    return sigv4_credential(parts[0].value, out);
}

/* ---- the canonical request ---- */

/* The next name of a list that ';' separates; false at its end. */
static bool next_name(struct slice *list, struct slice *name)
{
    const char *end;

    if (!list->p)
        return false;
    end = memchr(list->p, ';', list->len);
    name->p = list->p;
    name->len = end ? (size_t)(end - list->p) : list->len;
    if (end) {
        list->len -= name->len + 1;
        list->p = end + 1;
    } else {
        list->p = NULL;
    }
    return true;
}

static bool same_name(struct slice a, struct slice b)
{
    return a.len == b.len && slice_ieq(a, b);
}

bool sigv4_header_is_signed(const struct sigv4_authorization *a,
                            struct slice name)
{
    struct slice list = a->signed_headers, one;

    while (next_name(&list, &one))
        if (same_name(one, name))
            return true;
    return false;
}

static bool add_path(struct str *out, struct slice raw)
{
    struct str decoded;
    bool ok;

    if (raw.len && percent_plain(raw, "/") == raw.len) {
        str_adds(out, raw);
        return true;
    }
    str_init(&decoded, raw.len + 1);
    ok = percent_decode(&decoded, raw, false);
    percent_encode(out, str_slice(&decoded), "/");
    if (raw.len == 0)
        str_addc(out, '/');
    str_fini(&decoded);
    return ok;
}

struct pair {
    struct slice name, value;
};

static int compare(struct slice a, struct slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int d = n ? memcmp(a.p, b.p, n) : 0;

    return d ? d : (a.len > b.len) - (a.len < b.len);
}

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int d = compare(x->name, y->name);

    return d ? d : compare(x->value, y->value);
}

static bool recode(struct slice raw, struct slice *out, struct arena *a)
{
    struct str plain, coded;
    bool ok;

    str_init(&plain, raw.len + 1);
    str_init(&coded, 3 * raw.len + 1);
    ok = percent_decode(&plain, raw, true);
    percent_encode(&coded, str_slice(&plain), "");
    *out = (struct slice){arena_memdup(a, coded.p, coded.len), coded.len};
    str_fini(&plain);
    str_fini(&coded);
    return ok;
}

static size_t count_pairs(struct slice query)
{
    size_t n = 1;

    for (size_t i = 0; i < query.len; i++)
        n += query.p[i] == '&';
    return n;
}

static bool read_pair(struct slice item, struct pair *out, struct arena *a)
{
    const char *eq = memchr(item.p, '=', item.len);
    size_t n = eq ? (size_t)(eq - item.p) : item.len;
    struct slice value = {eq ? eq + 1 : "", eq ? item.len - n - 1 : 0};

    return recode((struct slice){item.p, n}, &out->name, a) &&
           recode(value, &out->value, a);
}

static bool add_query(struct str *out, struct slice query, bool presigned,
                      struct arena *a)
{
    struct pair *pairs;
    size_t n = 0, from = 0;

    if (query.len == 0)
        return true;
    pairs = arena_alloc(a, count_pairs(query) * sizeof(*pairs));
    for (size_t i = 0; i <= query.len; i++) {
        struct slice item = {query.p + from, i - from};

        if (i < query.len && query.p[i] != '&')
            continue;
        from = i + 1;
        if (item.len == 0)
            continue;
        if (!read_pair(item, &pairs[n], a))
            return false;
        n += !presigned || !slice_eqz(pairs[n].name, "X-Amz-Signature");
    }
    qsort(pairs, n, sizeof(*pairs), compare_pairs);
    for (size_t i = 0; i < n; i++) {
        str_addz(out, i ? "&" : "");
        str_adds(out, pairs[i].name);
        str_addc(out, '=');
        str_adds(out, pairs[i].value);
    }
    return true;
}

/* The value with blanks trimmed and every run of them made one. */
static void add_value(struct str *out, struct slice value)
{
    struct slice v = slice_trim(value);
    size_t from = 0;

    for (size_t i = 1; i < v.len; i++) {
        if (v.p[i] != ' ' || v.p[i - 1] != ' ')
            continue;
        str_add(out, v.p + from, i - from);
        while (i < v.len && v.p[i] == ' ')
            i++;
        from = i;
    }
    str_add(out, v.p + from, v.len - from);
}

static void add_headers(struct str *out, const struct http_request *r,
                        struct slice list)
{
    struct slice name;

    while (next_name(&list, &name)) {
        bool more = false;

        str_adds(out, name);
        str_addc(out, ':');
        for (size_t i = 0; i < r->n_headers; i++) {
            if (!same_name(r->headers[i].name, name))
                continue;
            if (more)
                str_addc(out, ',');
            add_value(out, r->headers[i].value);
            more = true;
        }
        str_addc(out, '\n');
    }
}

bool sigv4_canonical(struct str *out, const struct http_request *r,
                     const struct sigv4_authorization *auth,
                     struct slice payload_hash, struct arena *a)
{
    bool ok;

    str_adds(out, r->method);
    str_addc(out, '\n');
    ok = add_path(out, r->path);
    str_addc(out, '\n');
    ok = add_query(out, r->query, auth->in_query, a) && ok;
    str_addc(out, '\n');
    add_headers(out, r, auth->signed_headers);
    str_addc(out, '\n');
    str_adds(out, auth->signed_headers);
    str_addc(out, '\n');
    str_adds(out, payload_hash);
    return ok && !out->failed;
}

static void add_line(struct str *out, struct slice line)
{
    str_adds(out, line);
    str_addc(out, '\n');
}

void sigv4_string_to_sign(struct str *out, struct digests *d, struct slice time,
                          struct slice scope, struct slice canonical)
{
    char hash[SHA256_HEX];

    digest_sha256_hex(d, canonical, hash);
    str_addz(out, ALGORITHM "\n");
    add_line(out, time);
    add_line(out, scope);
    str_addz(out, hash);
}

void sigv4_chunk_to_sign(struct str *out, struct digests *d, struct slice time,
                         struct slice scope, struct slice previous,
                         struct slice data)
{
    char hash[SHA256_HEX];

    str_addz(out, ALGORITHM "-PAYLOAD\n");
    add_line(out, time);
    add_line(out, scope);
    add_line(out, previous);
    str_addz(out, SHA256_OF_NOTHING "\n");
    digest_sha256_hex(d, data, hash);
    str_addz(out, hash);
}

void sigv4_trailer_to_sign(struct str *out, struct digests *d,
                           struct slice time, struct slice scope,
                           struct slice previous, struct slice lines)
{
    char hash[SHA256_HEX];

    str_addz(out, ALGORITHM "-TRAILER\n");
    add_line(out, time);
    add_line(out, scope);
    add_line(out, previous);
    digest_sha256_hex(d, lines, hash);
    str_addz(out, hash);
}

/* ---- signing keys ---- */

enum { KEPT = 16, ID_BYTES = 512 };

struct kept_key {
    char id[ID_BYTES]; /* access key, scope */
    size_t id_len;
    struct hmac_key key;
};

struct sigv4_keys {
    struct kept_key kept[KEPT];
    size_t next; /* to be replaced */
};

struct sigv4_keys *sigv4_keys_new(void)
{
    return mem_alloc(sizeof(struct sigv4_keys));
}

void sigv4_keys_free(struct sigv4_keys *k)
{
    if (!k)
        return;
    OPENSSL_cleanse(k, sizeof(*k));
    free(k);
}

static void hmac_once(const void *key, size_t n, struct slice text,
                      uint8_t out[SHA256_SIZE])
{
    struct hmac_key k;

    digest_hmac_key(&k, key, n);
    digest_hmac(&k, text, out);
    OPENSSL_cleanse(&k, sizeof(k));
}

static void derive(struct hmac_key *out, const char *secret,
                   const struct sigv4_authorization *auth)
{
    uint8_t key[SHA256_SIZE];
    struct str first;

    str_init(&first, strlen(secret) + 8);
    str_addz(&first, "AWS4");
    str_addz(&first, secret);
    hmac_once(first.p, first.len, auth->date, key);
    hmac_once(key, sizeof(key), auth->region, key);
    hmac_once(key, sizeof(key), auth->service, key);
    hmac_once(key, sizeof(key), SLICE_LIT("aws4_request"), key);
    digest_hmac_key(out, key, sizeof(key));
    OPENSSL_cleanse(key, sizeof(key));
    OPENSSL_cleanse(first.p, first.len);
    str_fini(&first);
}

/* Access key and scope stand next to each other in the header, so that one
 * slice over both identifies the derived key. */
static struct slice key_id(const struct sigv4_authorization *auth)
{
    const char *end = auth->scope.p + auth->scope.len;

    return (struct slice){auth->access_key.p,
                          (size_t)(end - auth->access_key.p)};
}

static const struct hmac_key *find_key(const struct sigv4_keys *k,
                                       struct slice id)
{
    for (size_t i = 0; i < KEPT; i++)
        if (id.len && k->kept[i].id_len == id.len &&
            memcmp(k->kept[i].id, id.p, id.len) == 0)
            return &k->kept[i].key;
    return NULL;
}

static void keep_key(struct sigv4_keys *k, struct slice id,
                     const struct hmac_key *key)
{
    struct kept_key *slot = &k->kept[k->next++ % KEPT];

    if (id.len > ID_BYTES)
        return; /* too long to keep */
    slot->key = *key;
    slot->id_len = id.len;
    memcpy(slot->id, id.p, id.len);
}

void sigv4_sign(struct sigv4_keys *k, const struct sigv4_authorization *auth,
                const char *secret, struct slice string_to_sign,
                char signature[SHA256_HEX])
{
    struct slice id = key_id(auth);
    const struct hmac_key *key = find_key(k, id);
    struct hmac_key made;
    uint8_t raw[SHA256_SIZE];

    if (!key) {
        derive(&made, secret, auth);
        keep_key(k, id, &made);
        key = &made;
    }
    digest_hmac(key, string_to_sign, raw);
    digest_hex(raw, sizeof(raw), signature);
}
