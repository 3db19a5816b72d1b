/* Commits of several tables: all of them, or none.
 *
 * Every change is worked out on what is there (or on what an earlier change of
 * the same table in the same request left), and all are published by one
 * write. Nothing is there to be seen before.
 */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/inside.h"

enum { CHANGES_MAX = 1000 };

struct change_of { /* one table's */
    struct ns_name ns;
    const char *table;
    struct version *base, *next; /* references of our own */
};

struct transaction {
    struct call *k;
    struct change_of *all;
    size_t n;
};

static bool name_change(struct call *k, const cJSON *change,
                        struct change_of *out)
{
    const cJSON *id = json_get(change, "identifier");
    if (!cJSON_IsObject(id))
        return fail(&k->f, "BadRequestException",
                    "Invalid table changes: table identifier is required");
    return call_identifier(k, id, "table name", &out->ns, &out->table);
}

static struct version *base_for(struct transaction *t,
                                const struct change_of *c)
{
    for (size_t i = t->n; i-- > 0;)
        if (strcmp(t->all[i].table, c->table) == 0 &&
            strcmp(t->all[i].ns.dotted, c->ns.dotted) == 0 &&
            t->all[i].ns.n == c->ns.n)
            return version_ref(t->all[i].next);
    return version_ref(call_seen(t->k, &c->ns, c->table, VERSION_TABLE));
}

/* A file of ours is not written yet. */
static bool is_ours(const struct transaction *t, const struct version *v)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].next == v)
            return true;
    return false;
}

/* Works out c->next. */
static bool work_out(struct transaction *t, struct change_of *c,
                     const cJSON *request)
{
    struct call *k = t->k;
    c->base = base_for(t, c);
    if (!c->base && !commit_creates(request))
        return call_need_table(k, &c->ns, c->table) != NULL;
    if (!c->base && (!commit_may_create(request, &k->f) ||
                     !call_may_create(k, &c->ns, c->table)))
        return false;
    if (c->base && !is_ours(t, c->base) &&
        !call_read_table(k, &c->ns, c->table))
        return false;
    c->next = table_commit(k, &c->ns, c->table, c->base, request);
    return c->next != NULL;
}

static bool work_out_all(struct transaction *t, const cJSON *changes)
{
    const cJSON *change;
    cJSON_ArrayForEach(change, changes)
    {
        struct change_of *c = &t->all[t->n];
        bool ok = name_change(t->k, change, c) && work_out(t, c, change);
        t->n++; /* it may hold references */
        if (!ok)
            return false;
    }
    return true;
}

static const char *said(const struct transaction *t)
{
    struct arena *a = &t->k->x->arena;
    const char *z = "commit to";
    for (size_t i = 0; i < t->n && i < 3; i++)
        z = arena_printf(a, "%s%s table %s.%s", z, i ? "," : "",
                         t->all[i].ns.dotted, t->all[i].table);
    return t->n > 3 ? arena_printf(a, "%s and %zu more", z, t->n - 3) : z;
}

/* A change that leaves its table as it is writes nothing. */
static bool prepare(struct transaction *t)
{
    const struct catalog *o = t->k->c;
    bool half = o->half_exchange == t->k->x->ordinal;
    struct write *w = arena_alloc(&t->k->x->arena, (t->n + 1) * sizeof *w);
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct change_of *c = &t->all[i];
        if (c->next != c->base)
            w[n++] = (struct write){.ns = &c->ns,
                                    .table = c->table,
                                    .base = c->base,
                                    .next = c->next};
    }
    half = half && n > o->half_changes;
    n = half ? o->half_changes : n;
    call_answer_empty(t->k, 204);
    if (n > 0)
        call_writes(t->k, w, n, said(t));
    return !half ||
           fail(&t->k->f, "CommitStateUnknownException",
                "The transaction was interrupted: its state is unknown");
}

static bool changes_of(struct call *k, const cJSON *body, const cJSON **out)
{
    const cJSON *list = json_get(body, "table-changes");
    if (!list)
        return fail(&k->f, "BadRequestException",
                    "Cannot parse missing field: table-changes");
    if (!cJSON_IsArray(list))
        return fail(&k->f, "BadRequestException",
                    "Cannot parse table-changes from non-array");
    if (!list->child)
        return fail(&k->f, "BadRequestException",
                    "Invalid table changes: empty");
    if (cJSON_GetArraySize(list) > CHANGES_MAX)
        return fail(&k->f, "BadRequestException", "More than %d table changes",
                    CHANGES_MAX);
    *out = list;
    return true;
}

bool op_commit_transaction(struct call *k)
{
    const cJSON *body = call_body(k), *changes = NULL;
    if (!body || !changes_of(k, body, &changes))
        return false;
    size_t most = (size_t)cJSON_GetArraySize(changes);
    struct transaction t = {k, arena_alloc(&k->x->arena, most * sizeof *t.all),
                            0};
    bool ok = work_out_all(&t, changes);
    ok = ok && prepare(&t);
    for (size_t i = 0; i < t.n; i++) {
        version_unref(t.all[i].base);
        version_unref(t.all[i].next);
    }
    return ok;
}
