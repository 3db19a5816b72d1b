/* journal: entries in arenas of their own, oldest first, within bounds.
 *
 * Bodies are kept only where they are text: objects in a store are of no use
 * to a reader, and masking them would cost more than serving them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "mocks/mock_inside.h"

enum {
    MOST_HEAD = 8 << 10,
    MOST_BODY = 64 << 10,
    MOST_TEXT = 1 << 20, /* after masking, which may lengthen */
    CHUNK = 4 << 10      /* what an arena takes at once, about */
};

struct entry {
    struct journal_entry e; /* first: what others see */
    struct arena arena;
    struct exchange *x; /* while it is under way */
    size_t counted;     /* bytes of it in the journal's sum */
};

struct journal {
    const struct secrets *secrets;
    size_t max_entries, max_bytes;
    int64_t epoch_ns;
    uint64_t seq, dropped;
    struct entry **ring; /* n entries from first on */
    size_t cap, first, n;
    size_t bytes;
    struct str scratch;
    void (*hook)(void *ctx);
    void *hook_ctx;
};

static const char *const kind_names[] = {"connected", "refused", "closed",
                                         "exchange",  "applied", "meddled"};

/* ---- the ring ------------------------------------------------------------ */

static struct entry *ring_at(const struct journal *j, size_t i)
{
    return j->ring[(j->first + i) % j->cap];
}

static void drop_oldest(struct journal *j)
{
    struct entry *e = ring_at(j, 0);

    j->first = (j->first + 1) % j->cap;
    j->n--;
    j->bytes -= e->counted;
    if (e->x)
        e->x->journal_entry = NULL;
    arena_fini(&e->arena);
    free(e);
}

static void keep_bounds(struct journal *j)
{
    while (j->n > j->max_entries || (j->n > 1 && j->bytes > j->max_bytes)) {
        drop_oldest(j);
        j->dropped++;
    }
}

static void grow(struct journal *j)
{
    size_t cap = j->cap ? j->cap * 2 : 64;
    struct entry **ring = mem_alloc(cap * sizeof(struct entry *));

    for (size_t i = 0; i < j->n; i++)
        ring[i] = ring_at(j, i);
    free(j->ring);
    j->ring = ring;
    j->cap = cap;
    j->first = 0;
}

/* Connections come and go in numbers: their entries do without an arena. */
static const char *keep_server(struct entry *e, const char *server)
{
    static const char *const known[] = {"catalog", "s3", "admin"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (!strcmp(known[i], server))
            return known[i];
    return arena_strdup(&e->arena, server);
}

static struct entry *append(struct journal *j, enum journal_kind kind,
                            int64_t now_ns, const char *server)
{
    struct entry *e = mem_alloc(sizeof(*e));

    if (j->n == j->cap)
        grow(j);
    arena_init(&e->arena);
    e->e.seq = ++j->seq;
    e->e.kind = kind;
    e->e.at_ns = e->e.end_ns = now_ns - j->epoch_ns;
    e->e.server = keep_server(e, server);
    e->e.target = e->e.request_head = e->e.request_body = "";
    e->e.answer_head = e->e.answer_body = e->e.faults = e->e.detail = "";
    e->e.ended = e->e.method = "";
    j->ring[(j->first + j->n++) % j->cap] = e;
    return e;
}

/* The entry has got all it gets for now. */
static void appended(struct journal *j, struct entry *e)
{
    j->bytes -= e->counted;
    e->counted = e->arena.used + sizeof(*e) + (e->arena.head ? CHUNK : 0);
    j->bytes += e->counted;
    keep_bounds(j);
    if (j->hook)
        j->hook(j->hook_ctx);
}

/* ---- masking ------------------------------------------------------------- */

/* Parameters of queries and forms whose values nobody should read. */
static const char *const secret_params[] = {
    "client_secret=",        "access_token=",
    "refresh_token=",        "subject_token=",
    "actor_token=",          "X-Amz-Signature=",
    "X-Amz-Security-Token=", NULL};

static const char *const secret_headers[] = {
    "Authorization", "Proxy-Authorization", "X-Amz-Security-Token",
    "Cookie",        "Set-Cookie",          NULL};

/* Appends s with the values of secret parameters as "***". */
static void add_params(struct str *out, struct slice s)
{
    size_t at = 0;

    while (at < s.len) {
        const char *end = s.p + at;
        while (end < s.p + s.len && *end != '&' && *end != '?')
            end++;
        struct slice item = {s.p + at, (size_t)(end - s.p) - at};
        size_t keep = item.len;
        for (size_t i = 0; secret_params[i]; i++)
            if (slice_starts(item, secret_params[i]))
                keep = strlen(secret_params[i]);
        str_add(out, item.p, keep);
        if (keep < item.len)
            str_addz(out, "***");
        at += item.len;
        if (at < s.len)
            str_addc(out, s.p[at++]);
    }
}

/* The scheme stays: it says how the client meant to authenticate. */
static void add_header_value(struct str *out, const struct http_header *h)
{
    size_t i = 0;

    while (secret_headers[i] && !slice_ieqz(h->name, secret_headers[i]))
        i++;
    if (!secret_headers[i]) {
        str_adds(out, h->value);
        return;
    }
    const char *blank = memchr(h->value.p, ' ', h->value.len);
    if (i < 2 && blank)
        str_add(out, h->value.p, (size_t)(blank - h->value.p) + 1);
    str_addz(out, "***");
}

static void add_headers(struct str *out, const struct http_header *h, size_t n)
{
    for (size_t i = 0; i < n && out->len < MOST_HEAD; i++) {
        str_adds(out, h[i].name);
        str_addz(out, ": ");
        add_header_value(out, &h[i]);
        str_addc(out, '\n');
    }
}

/* What is in the scratch, masked and cut, as the entry's. */
static const char *settle(struct journal *j, struct entry *e, size_t most)
{
    if (j->secrets)
        secrets_mask(j->secrets, SECRET_ALL, &j->scratch);
    size_t n = j->scratch.len < most ? j->scratch.len : most;
    if (!n) {
        str_reset(&j->scratch);
        return "";
    }
    char *copy = arena_memdup(&e->arena, str_z(&j->scratch), n);
    str_reset(&j->scratch);
    return copy;
}

static const char *keep_slice(struct journal *j, struct entry *e,
                              struct slice s)
{
    str_adds(&j->scratch, s);
    return settle(j, e, MOST_HEAD);
}

static const char *keep_name(struct journal *j, struct entry *e, const char *z)
{
    return z ? keep_slice(j, e, slice_of(z)) : NULL;
}

static bool is_text(struct slice type)
{
    static const char *const words[] = {"json", "xml", "text", "urlencoded"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t n = strlen(words[i]);
        for (size_t at = 0; at + n <= type.len; at++)
            if (!memcmp(type.p + at, words[i], n))
                return true;
    }
    return false;
}

static const char *keep_body(struct journal *j, struct entry *e,
                             struct slice type, struct slice body)
{
    if (!body.len || !is_text(type))
        return "";
    /* A secret that lies across the cut is masked whole: some more is read. */
    if (body.len > MOST_BODY + 4096)
        body.len = MOST_BODY + 4096;
    if (slice_starts(type, "application/x-www-form-urlencoded"))
        add_params(&j->scratch, body);
    else
        str_adds(&j->scratch, body);
    return settle(j, e, MOST_BODY);
}

/* ---- exchanges ----------------------------------------------------------- */

void journal_named(struct journal *j, struct exchange *x)
{
    struct entry *e = x->journal_entry;

    if (!e)
        return;
    e->e.namespace_ = keep_name(j, e, x->names.namespace_);
    e->e.table =
        keep_name(j, e, x->names.table ? x->names.table : x->names.view);
    e->e.bucket = keep_name(j, e, x->names.bucket);
    e->e.key = keep_name(j, e, x->names.key);
}

void journal_begin(struct journal *j, int64_t now_ns, struct exchange *x)
{
    const struct http_request *r = x->request;
    struct entry *e = append(j, JOURNAL_EXCHANGE, now_ns, x->service->name);

    e->x = x;
    x->journal_entry = e;
    e->e.end_ns = -1;
    e->e.connection = x->connection_ordinal;
    e->e.exchange = x->ordinal;
    e->e.operation = x->op ? x->op->name : NULL;
    e->e.method = arena_memdup(&e->arena, r->method.p, r->method.len);
    add_params(&j->scratch, r->target);
    e->e.target = settle(j, e, MOST_HEAD);
    journal_named(j, x);
    add_headers(&j->scratch, r->headers, r->n_headers);
    e->e.request_head = settle(j, e, MOST_HEAD);
    appended(j, e);
}

static uint64_t hash_bytes(struct slice s)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
    return h;
}

static const char *list_faults(struct journal *j, struct entry *e,
                               const struct exchange *x)
{
    for (int i = 0; i < FAULT_PHASES; i++) {
        if (!x->plan.rule[i] || !(x->met & 1u << i))
            continue;
        str_addf(&j->scratch, "%s%s:%s", j->scratch.len ? "," : "",
                 x->plan.rule[i]->id, fault_phase_names[i]);
    }
    return settle(j, e, MOST_HEAD);
}

static void keep_answer(struct journal *j, struct entry *e,
                        const struct exchange *x)
{
    const struct answer *w = &x->answer;

    if (x->marks.end && x->sent >= x->marks.status_end)
        e->e.status = w->status;
    e->e.answer_bytes = x->sent;
    if (!x->marks.end)
        return;
    const char *type = answer_get(w, "Content-Type");
    add_headers(&j->scratch, w->headers, w->n_headers);
    e->e.answer_head = settle(j, e, MOST_HEAD);
    e->e.answer_body = keep_body(j, e, slice_of(type), w->body);
    e->e.answer_hash = hash_bytes(w->body);
}

void journal_end(struct journal *j, int64_t now_ns, struct exchange *x)
{
    struct entry *e = x->journal_entry;
    const struct http_request *r = x->request;

    e->x = NULL;
    x->journal_entry = NULL;
    e->e.end_ns = now_ns - j->epoch_ns;
    e->e.request_bytes = r->wire_bytes;
    e->e.request_body =
        keep_body(j, e, http_header(r, "Content-Type"), r->body);
    e->e.faults = list_faults(j, e, x);
    e->e.ended = arena_strdup(&e->arena, x->ended);
    keep_answer(j, e, x);
    appended(j, e);
}

/* ---- the other kinds ----------------------------------------------------- */

void journal_connection(struct journal *j, enum journal_kind kind,
                        int64_t now_ns, const char *server, uint64_t ordinal,
                        const char *detail)
{
    struct entry *e = append(j, kind, now_ns, server);

    e->e.connection = ordinal;
    e->e.detail = keep_name(j, e, detail ? detail : "");
    appended(j, e);
}

void journal_applied(struct journal *j, int64_t now_ns, struct exchange *x,
                     const char *detail)
{
    struct entry *e = append(j, JOURNAL_APPLIED, now_ns, x->service->name);

    e->e.connection = x->connection_ordinal;
    e->e.exchange = x->ordinal;
    e->e.operation = x->op ? x->op->name : NULL;
    e->e.namespace_ = keep_name(j, e, x->names.namespace_);
    e->e.table =
        keep_name(j, e, x->names.table ? x->names.table : x->names.view);
    e->e.bucket = keep_name(j, e, x->names.bucket);
    e->e.key = keep_name(j, e, x->names.key);
    e->e.detail = keep_name(j, e, detail ? detail : "");
    appended(j, e);
}

void journal_meddled(struct journal *j, int64_t now_ns, const char *server,
                     const char *detail)
{
    struct entry *e = append(j, JOURNAL_MEDDLED, now_ns, server);

    e->e.detail = keep_name(j, e, detail ? detail : "");
    appended(j, e);
}

/* ---- life and reading ---------------------------------------------------- */

struct journal *journal_new(const struct secrets *secrets, size_t max_entries,
                            size_t max_bytes)
{
    struct journal *j = mem_alloc(sizeof(*j));

    j->secrets = secrets;
    j->max_entries = max_entries ? max_entries : 1;
    j->max_bytes = max_bytes;
    str_init(&j->scratch, MOST_TEXT);
    return j;
}

void journal_reset(struct journal *j, int64_t epoch_ns)
{
    while (j->n)
        drop_oldest(j);
    j->seq = j->dropped = 0;
    j->epoch_ns = epoch_ns;
}

void journal_free(struct journal *j)
{
    if (!j)
        return;
    journal_reset(j, 0);
    str_fini(&j->scratch);
    free(j->ring);
    free(j);
}

void journal_watch(struct journal *j, void (*hook)(void *ctx), void *ctx)
{
    j->hook = hook;
    j->hook_ctx = ctx;
}

size_t journal_count(const struct journal *j)
{
    return j->n;
}

uint64_t journal_dropped(const struct journal *j)
{
    return j->dropped;
}

const struct journal_entry *journal_at(const struct journal *j, size_t i)
{
    return i < j->n ? &ring_at(j, i)->e : NULL;
}

/* ---- as JSON ------------------------------------------------------------- */

static void set_text(cJSON *o, const char *name, const char *z)
{
    if (z && *z)
        json_set_str(o, name, z);
}

static void set_count(cJSON *o, const char *name, uint64_t n)
{
    if (n)
        json_set_i64(o, name, (int64_t)n);
}

static cJSON *entry_json(const struct journal_entry *e)
{
    cJSON *o = cJSON_CreateObject();
    char hash[17];

    json_set_i64(o, "seq", (int64_t)e->seq);
    json_set_str(o, "kind", kind_names[e->kind]);
    json_set_i64(o, "at_ns", e->at_ns);
    if (e->kind == JOURNAL_EXCHANGE)
        json_set_i64(o, "end_ns", e->end_ns);
    json_set_str(o, "server", e->server);
    set_count(o, "connection", e->connection);
    set_count(o, "exchange", e->exchange);
    set_text(o, "operation", e->operation);
    set_text(o, "method", e->method);
    set_text(o, "target", e->target);
    set_text(o, "namespace", e->namespace_);
    set_text(o, "table", e->table);
    set_text(o, "bucket", e->bucket);
    set_text(o, "key", e->key);
    set_text(o, "request_head", e->request_head);
    set_text(o, "request_body", e->request_body);
    set_count(o, "request_bytes", e->request_bytes);
    set_count(o, "status", (uint64_t)e->status);
    set_text(o, "answer_head", e->answer_head);
    set_text(o, "answer_body", e->answer_body);
    set_count(o, "answer_bytes", e->answer_bytes);
    if (e->answer_hash) {
        snprintf(hash, sizeof(hash), "%016llx",
                 (unsigned long long)e->answer_hash);
        json_set_str(o, "answer_hash", hash);
    }
    set_text(o, "faults", e->faults);
    set_text(o, "ended", e->ended);
    set_text(o, "detail", e->detail);
    return o;
}

cJSON *journal_json(const struct journal *j, uint64_t since_seq, size_t most)
{
    cJSON *list = cJSON_CreateArray();
    uint64_t oldest = j->n ? ring_at(j, 0)->e.seq : 0;
    size_t i = since_seq >= oldest ? (size_t)(since_seq - oldest) + 1 : 0;

    if (!j->n)
        i = 0;
    for (; i < j->n && most; i++, most--)
        cJSON_AddItemToArray(list, entry_json(&ring_at(j, i)->e));
    return list;
}

/* ---- the trace ----------------------------------------------------------- */

static void trace_names(const struct journal_entry *e, struct str *out)
{
    const struct {
        const char *key, *value;
    } names[] = {{"op", e->operation}, {"ns", e->namespace_},
                 {"table", e->table},  {"bucket", e->bucket},
                 {"key", e->key},      {"detail", e->detail}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!names[i].value || !*names[i].value)
            continue;
        str_addf(out, " %s=", names[i].key);
        json_quote(out, slice_of(names[i].value));
    }
}

/* How much of a huge answer the kernel took before the peer went away is the
 * kernel's affair, and another number each time. */
static void trace_sent(const struct journal_entry *e, struct str *out)
{
    if (e->ended && strcmp(e->ended, "peer-gone") == 0)
        str_addz(out, " out=cut");
    else
        str_addf(out, " out=%zu", e->answer_bytes);
}

static void trace_entry(const struct journal_entry *e, struct str *out)
{
    str_addf(out, "%llu %lld %s %s c%llu", (unsigned long long)e->seq,
             (long long)e->at_ns, kind_names[e->kind], e->server,
             (unsigned long long)e->connection);
    if (e->exchange)
        str_addf(out, " x%llu", (unsigned long long)e->exchange);
    trace_names(e, out);
    if (e->kind == JOURNAL_EXCHANGE) {
        str_addf(out, " %s in=%zu status=%d", e->method, e->request_bytes,
                 e->status);
        trace_sent(e, out);
        str_addf(out, " hash=%016llx faults=%s ended=%s end=%lld",
                 (unsigned long long)e->answer_hash, e->faults, e->ended,
                 (long long)e->end_ns);
    }
    str_addc(out, '\n');
}

void journal_trace(const struct journal *j, struct str *out)
{
    for (size_t i = 0; i < j->n; i++)
        trace_entry(&ring_at(j, i)->e, out);
}
