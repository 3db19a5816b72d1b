/* Operations on tables. */
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/inside.h"

/* ---- versions ---- */

const char *table_location(const struct catalog *c, const struct ns_name *ns,
                           const char *table, struct arena *a)
{
    const char *z = c->o.warehouse;
    size_t n = strlen(z);
    while (n > 0 && z[n - 1] == '/')
        n--;
    z = arena_memdup(a, z, n);
    for (size_t i = 0; i < ns->n; i++)
        z = arena_printf(a, "%s/%s", z, ns->level[i]);
    return table ? arena_printf(a, "%s/%s", z, table) : z;
}

struct version *table_next(const struct catalog *c, const struct version *base,
                           cJSON *metadata, struct rng *rng, struct failure *f)
{
    int64_t number = base ? base->number + 1 : 0;
    enum metadata_files files = c->o.metadata_plain  ? FILES_PLAIN
                                : c->o.metadata_gzip ? FILES_GZIP_UNLESS
                                                     : FILES_PLAIN_UNLESS;
    const char *location = metadata_location(metadata, number, rng, files, f);
    if (location)
        return version_new_table(metadata, location, number);
    cJSON_Delete(metadata);
    return NULL;
}

static struct metadata_new fresh(const struct catalog *c,
                                 const struct ns_name *ns, const char *table,
                                 struct rng *rng, struct arena *a)
{
    return (struct metadata_new){.location = table_location(c, ns, table, a),
                                 .now_ms = clock_unix_ms(c->clock),
                                 .rng = rng};
}

struct version *table_create(const struct catalog *c, const struct ns_name *ns,
                             const char *table, const cJSON *create,
                             struct rng *rng, struct failure *f)
{
    struct metadata_new n = fresh(c, ns, table, rng, f->arena);
    cJSON *metadata = metadata_create(create, &n, f);
    return metadata ? table_next(c, NULL, metadata, rng, f) : NULL;
}

static const char *said(struct call *k, const char *verb, const char *table,
                        const struct version *v)
{
    return arena_printf(&k->x->arena, "%s table %s.%s%s%s", verb, k->ns.dotted,
                        table, v ? " -> " : "", v ? v->location : "");
}

/* ---- list, create ---- */

static cJSON *table_item(const struct call *k, const struct entry *e)
{
    cJSON *item = cJSON_CreateObject();
    json_set(item, "namespace", ns_to_json(&k->ns));
    json_set_str(item, "name", e->name);
    return item;
}

bool op_list_tables(struct call *k)
{
    if (!call_need_space(k, &k->ns))
        return false;
    return call_list(k, &state_space(&k->c->state, &k->ns)->tables,
                     VERSION_TABLE, "identifiers", table_item);
}

static bool name_is_free(struct call *k, const struct ns_name *ns,
                         const char *table)
{
    const char *dotted = name_dotted(ns, table, &k->x->arena);
    if (call_seen(k, ns, table, VERSION_VIEW))
        return fail(&k->f, "AlreadyExistsException",
                    "View with same name already exists: %s", dotted);
    if (call_seen(k, ns, table, VERSION_TABLE))
        return fail(&k->f, "AlreadyExistsException", "Table already exists: %s",
                    dotted);
    return true;
}

/* The same answer, but nothing is stored and there is no location. */
static bool stage(struct call *k, const char *table, const cJSON *create)
{
    char now[DATE_ISO_SIZE];
    struct metadata_new n =
        fresh(k->c, &k->ns, table, &k->x->rng, &k->x->arena);
    date_iso(n.now_ms, now);
    n.staged_at = now;
    cJSON *metadata = metadata_create(create, &n, &k->f);
    if (!metadata)
        return false;
    cJSON *body = cJSON_CreateObject();
    json_set(body, "metadata", metadata);
    call_answer(k, 200, body);
    cJSON_Delete(body);
    return true;
}

bool op_create_table(struct call *k)
{
    const cJSON *body = call_body(k);
    if (!body)
        return false;
    const char *name = json_str(body, "name");
    if (!name_check(name, "table name", &k->f) || !call_need_space(k, &k->ns) ||
        !name_is_free(k, &k->ns, name))
        return false;
    if (json_bool(body, "stage-create"))
        return stage(k, name, body);
    struct version *v =
        table_create(k->c, &k->ns, name, body, &k->x->rng, &k->f);
    if (!v)
        return false;
    call_answer_table(k, v);
    const char *table = arena_strdup(&k->x->arena, name);
    call_write(k, &(struct write){.ns = &k->ns, .table = table, .next = v},
               said(k, "create", table, v));
    version_unref(v);
    return true;
}

/* ---- load ---- */

/* snapshots=refs: only those that a branch or tag names. */
static void keep_named_snapshots(cJSON *metadata)
{
    cJSON *old = cJSON_DetachItemFromObjectCaseSensitive(metadata, "snapshots");
    cJSON *kept = cJSON_CreateArray(), *snapshot;
    while ((snapshot = cJSON_DetachItemFromArray(old, 0))) {
        int64_t id = json_i64(snapshot, "snapshot-id", -1);
        if (metadata_find(json_get(metadata, "refs"), "snapshot-id", id))
            cJSON_AddItemToArray(kept, snapshot);
        else
            cJSON_Delete(snapshot);
    }
    cJSON_Delete(old);
    json_set(metadata, "snapshots", kept);
}

static void answer_refs(struct call *k, const struct version *v)
{
    cJSON *metadata = cJSON_Duplicate(v->tree, true);
    cJSON *body = cJSON_CreateObject();
    keep_named_snapshots(metadata);
    json_set_str(body, "metadata-location", v->location);
    json_set(body, "metadata", metadata);
    call_answer(k, 200, body);
    cJSON_Delete(body);
}

static bool wants_refs(struct call *k, bool *refs)
{
    const char *mode = call_query(k, "snapshots");
    *refs = mode && strcasecmp(mode, "refs") == 0;
    return !mode || *refs || strcasecmp(mode, "all") == 0 ||
           fail(&k->f, "IllegalArgumentException",
                "Invalid snapshots parameter: %.100s", mode);
}

bool op_load_table(struct call *k)
{
    struct version *v = call_read_table(k, &k->ns, k->table);
    bool refs;
    if (!v || !wants_refs(k, &refs))
        return false;
    const char *tag = tag_of(k, v, refs, k->x->request->query);
    if (tag_known(k, tag)) {
        tag_unchanged(k, tag);
        return true;
    }
    if (refs)
        answer_refs(k, v);
    else
        call_answer_table(k, v);
    tag_set(k, tag);
    return true;
}

bool op_table_exists(struct call *k)
{
    if (!call_read_table(k, &k->ns, k->table))
        return false;
    call_answer_empty(k, 204);
    return true;
}

/* ---- commit ---- */

static bool may_create(struct call *k)
{
    return call_need_space(k, &k->ns) &&
           (!call_seen(k, &k->ns, k->table, VERSION_VIEW) ||
            fail(&k->f, "AlreadyExistsException",
                 "View with same name already exists: %s",
                 name_dotted(&k->ns, k->table, &k->x->arena)));
}

static bool commit(struct call *k, struct version *base, const cJSON *request)
{
    struct metadata_new n =
        fresh(k->c, &k->ns, k->table, &k->x->rng, &k->x->arena);
    bool changed;
    cJSON *metadata =
        commit_apply(base ? base->tree : NULL, base ? base->location : NULL,
                     request, &n, &changed, &k->f);
    if (!metadata)
        return false;
    if (!changed) {
        cJSON_Delete(metadata);
        call_answer_table(k, base);
        return true;
    }
    struct version *next = table_next(k->c, base, metadata, &k->x->rng, &k->f);
    if (!next)
        return false;
    call_answer_table(k, next);
    call_write(k,
               &(struct write){
                   .ns = &k->ns, .table = k->table, .base = base, .next = next},
               said(k, base ? "commit to" : "create", k->table, next));
    version_unref(next);
    return true;
}

bool op_update_table(struct call *k)
{
    const cJSON *body = call_body(k);
    if (!body)
        return false;
    struct version *base = call_seen(k, &k->ns, k->table, VERSION_TABLE);
    if (!base && commit_creates(body))
        return may_create(k) && commit(k, NULL, body);
    return call_read_table(k, &k->ns, k->table) && commit(k, base, body);
}

/* ---- drop, rename, metrics ---- */

bool op_drop_table(struct call *k)
{
    struct version *base = call_need_table(k, &k->ns, k->table);
    const char *purge = call_query(k, "purgeRequested");
    if (!base)
        return false;
    call_answer_empty(k, 204);
    call_write(
        k,
        &(struct write){.ns = &k->ns,
                        .table = k->table,
                        .base = base,
                        .purge = purge && strcasecmp(purge, "true") == 0},
        said(k, "drop", k->table, NULL));
    return true;
}

static bool identifier(struct call *k, const char *member, struct ns_name *ns,
                       const char **table)
{
    const cJSON *id = json_get(k->body, member);
    if (!id) {
        fail(&k->f, "BadRequestException",
             "Cannot parse missing identifier: %s", member);
        return false;
    }
    if (!ns_from_json(json_get(id, "namespace"), k->c->o.separator, ns,
                      &k->f) ||
        !name_check(json_str(id, "name"), "table name", &k->f))
        return false;
    *table = arena_strdup(&k->x->arena, json_str(id, "name"));
    return true;
}

static bool may_rename(struct call *k, const struct ns_name *from_ns,
                       const char *from, const struct ns_name *to_ns,
                       const char *to)
{
    struct arena *a = &k->x->arena;
    if (!call_need_space(k, to_ns))
        return false;
    if (call_seen(k, to_ns, to, VERSION_VIEW))
        return fail(&k->f, "AlreadyExistsException",
                    "Cannot rename %s to %s. View already exists",
                    name_dotted(from_ns, from, a), name_dotted(to_ns, to, a));
    if (call_seen(k, to_ns, to, VERSION_TABLE))
        return fail(&k->f, "AlreadyExistsException", "Table already exists: %s",
                    name_dotted(to_ns, to, a));
    return true;
}

bool op_rename_table(struct call *k)
{
    struct ns_name from_ns = {0}, to_ns = {0};
    const char *from = NULL, *to = NULL;
    if (!call_body(k) || !identifier(k, "source", &from_ns, &from) ||
        !identifier(k, "destination", &to_ns, &to))
        return false;
    struct version *base = call_read_table(k, &from_ns, from);
    if (!base)
        return false;
    bool same = strcmp(from_ns.dotted, to_ns.dotted) == 0 &&
                from_ns.n == to_ns.n && strcmp(from, to) == 0;
    if (!same && !may_rename(k, &from_ns, from, &to_ns, to))
        return false;
    call_answer_empty(k, 204);
    if (!same)
        call_write(k,
                   &(struct write){.ns = &from_ns,
                                   .table = from,
                                   .base = base,
                                   .to_ns = &to_ns,
                                   .to_table = to},
                   arena_printf(&k->x->arena, "rename table %s.%s to %s.%s",
                                from_ns.dotted, from, to_ns.dotted, to));
    return true;
}

/* As the reference does, reports are taken also for tables that are not
 * there. */
bool op_report_metrics(struct call *k)
{
    if (!call_body(k))
        return false;
    call_answer_empty(k, 204);
    return true;
}
