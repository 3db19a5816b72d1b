/* journal: entries, oldest first, within bounds. */
#include <stdlib.h>
#include <string.h>

#include "mocks/journal_inside.h"

enum { MOST_TEXT = 1 << 20 }; /* after masking, which may lengthen */

/* ---- the ring ------------------------------------------------------------ */

static struct entry *ring_at(const struct journal *j, size_t i)
{
    return j->ring[(j->first + i) % j->cap];
}

/* The next to go has not been touched for thousands of exchanges. */
static void foresee(const struct entry *e)
{
    for (size_t i = 0; i < sizeof(*e); i += 64)
        __builtin_prefetch((const char *)e + i, 1);
}

static void free_spare(struct journal *j)
{
    free(j->spare);
    free(j->spare_raw);
    j->spare = NULL;
    j->spare_raw = NULL;
}

static struct entry *entry_new(struct journal *j)
{
    struct entry *e = j->spare;

    if (!MEM_REUSED || !e)
        return mem_alloc(sizeof(*e));
    j->spare = NULL;
    memset(e, 0, sizeof(*e));
    return e;
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
    free(j->spare_raw);
    j->spare_raw = e->raw;
    free(j->spare);
    j->spare = e;
    if (j->n)
        foresee(ring_at(j, 0));
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
    struct entry *e = entry_new(j);

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

static void count_bytes(struct journal *j, struct entry *e)
{
    j->bytes -= e->counted;
    e->counted =
        sizeof(*e) + (e->raw ? journal_raw_bytes(e->raw) : 0) + e->arena.used;
    j->bytes += e->counted;
}

/* The entry has got all it gets for now. */
static void appended(struct journal *j, struct entry *e)
{
    count_bytes(j, e);
    keep_bounds(j);
    if (j->hook)
        j->hook(j->hook_ctx);
}

/* ---- exchanges ----------------------------------------------------------- */

void journal_named(struct exchange *x)
{
    struct entry *e = x->journal_entry;

    if (!e)
        return;
    e->names = x->names;
    e->told = false;
}

void journal_begin(struct journal *j, int64_t now_ns, struct exchange *x)
{
    struct entry *e = append(j, JOURNAL_EXCHANGE, now_ns, x->service->name);

    e->x = x;
    x->journal_entry = e;
    e->e.end_ns = -1;
    e->e.connection = x->connection_ordinal;
    e->e.exchange = x->ordinal;
    e->e.operation = x->op ? x->op->name : NULL;
    journal_named(x);
    appended(j, e);
}

static uint64_t hash_of(const struct answer *w)
{
    if (!w->hash)
        return journal_hash(w->body);
    if (!*w->hash)
        *w->hash = journal_hash(w->body);
    return *w->hash;
}

static void keep_answer(struct entry *e, const struct exchange *x)
{
    const struct answer *w = &x->answer;

    if (x->marks.end && x->sent >= x->marks.status_end)
        e->e.status = w->status;
    e->e.answer_bytes = x->sent;
    if (x->marks.end && !e->raw->hash_body)
        e->e.answer_hash = hash_of(w);
}

void journal_end(struct journal *j, int64_t now_ns, struct exchange *x)
{
    struct entry *e = x->journal_entry;

    e->raw = journal_raw_of(j, e, x, true);
    e->told = false;
    e->x = NULL;
    x->journal_entry = NULL;
    e->e.end_ns = now_ns - j->epoch_ns;
    e->e.request_bytes = x->request->wire_bytes;
    keep_answer(e, x);
    appended(j, e);
}

/* ---- the other kinds ----------------------------------------------------- */

void journal_connection(struct journal *j, enum journal_kind kind,
                        int64_t now_ns, const char *server, uint64_t ordinal,
                        const char *detail)
{
    struct entry *e = append(j, kind, now_ns, server);

    e->e.connection = ordinal;
    e->raw = journal_raw_detail(j, NULL, detail);
    appended(j, e);
}

void journal_applied(struct journal *j, int64_t now_ns, struct exchange *x,
                     const char *detail)
{
    struct entry *e = append(j, JOURNAL_APPLIED, now_ns, x->service->name);

    e->e.connection = x->connection_ordinal;
    e->e.exchange = x->ordinal;
    e->e.operation = x->op ? x->op->name : NULL;
    e->raw = journal_raw_detail(j, &x->names, detail);
    appended(j, e);
}

void journal_meddled(struct journal *j, int64_t now_ns, const char *server,
                     const char *detail)
{
    struct entry *e = append(j, JOURNAL_MEDDLED, now_ns, server);

    e->raw = journal_raw_detail(j, NULL, detail);
    appended(j, e);
}

/* ---- telling ------------------------------------------------------------- */

/* The texts of the entry are made when somebody asks for the first time; of an
 * exchange under way, when there is news of it. The bounds are looked at when
 * the next entry comes: nothing moves under a reader. */
struct entry *journal_told(const struct journal *reader, size_t i)
{
    struct journal *j = (struct journal *)(uintptr_t)reader;
    struct entry *e = ring_at(j, i);
    struct journal_raw *raw = e->raw;

    if (e->told)
        return e;
    if (e->x)
        raw = journal_raw_of(j, e, e->x, false);
    if (raw)
        journal_make_texts(j, e, raw);
    free(raw);
    e->raw = NULL;
    e->told = true;
    count_bytes(j, e);
    return e;
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
    free_spare(j);
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
    return i < j->n ? &journal_told(j, i)->e : NULL;
}
