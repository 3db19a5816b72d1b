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

/* Views are packed unless they say otherwise, tables as the option says. */
static enum metadata_files files_of(const struct catalog *c,
                                    enum version_kind kind)
{
    if (c->o.metadata_plain)
        return FILES_PLAIN;
    return c->o.metadata_gzip || kind == VERSION_VIEW ? FILES_GZIP_UNLESS
                                                      : FILES_PLAIN_UNLESS;
}

struct version *file_next(const struct catalog *c, enum version_kind kind,
                          const struct version *base, struct committed *made,
                          struct rng *rng, struct failure *f)
{
    int64_t number = base ? base->number + 1 : 0;
    struct version *v = NULL;
    const char *location =
        metadata_location(made->metadata, number, rng, files_of(c, kind), f);
    if (location) {
        v = version_new_file(kind, made->metadata, location, number,
                             made->grown_from);
        v->dropped = made->dropped;
        v->ids = made->ids;
        *made = (struct committed){0};
    }
    committed_fini(made);
    return v;
}

struct version *file_first(const struct catalog *c, enum version_kind kind,
                           cJSON *metadata, struct rng *rng, struct failure *f)
{
    struct committed made = {.metadata = metadata};
    return metadata ? file_next(c, kind, NULL, &made, rng, f) : NULL;
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
    return file_first(c, VERSION_TABLE, metadata_create(create, &n, f), rng, f);
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

bool call_table_is_free(struct call *k, const struct ns_name *ns,
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

/* The same answer, with access to the store where that is asked for: the client
 * writes files before it commits. Nothing is stored; there is no location. */
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
    if (access_asked(k)) {
        access_add(k, metadata, body);
        signing_stage(k, table, metadata);
    }
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
        !call_table_is_free(k, &k->ns, name))
        return false;
    if (cJSON_IsNull(json_get(body, "stage-create")))
        return fail(&k->f, "IllegalArgumentException",
                    "Invalid stageCreate flag: null");
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

static void answer_refs(struct call *k, struct version *v)
{
    cJSON *metadata = cJSON_Duplicate(version_tree(v), true);
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

bool call_may_create(struct call *k, const struct ns_name *ns,
                     const char *table)
{
    return call_need_space(k, ns) &&
           (!call_seen(k, ns, table, VERSION_VIEW) ||
            fail(&k->f, "AlreadyExistsException",
                 "View with same name already exists: %s",
                 name_dotted(ns, table, &k->x->arena)));
}

struct version *table_commit(struct call *k, const struct ns_name *ns,
                             const char *table, struct version *base,
                             const cJSON *request)
{
    struct metadata_new n = {.now_ms = call_now_ms(k), .rng = &k->x->rng};
    struct committed made;
    if (!base)
        n.location = table_location(k->c, ns, table, &k->x->arena);
    bool ok = base ? commit_on(base, request, &n, &made, &k->f)
                   : commit_apply(VERSION_TABLE, NULL, NULL, request, &n, &made,
                                  &k->f);
    if (!ok)
        return NULL;
    if (made.changed)
        return file_next(k->c, VERSION_TABLE, base, &made, &k->x->rng, &k->f);
    committed_fini(&made);
    return version_ref(base);
}

static bool commit(struct call *k, struct version *base, const cJSON *request)
{
    struct version *next = table_commit(k, &k->ns, k->table, base, request);
    if (!next)
        return false;
    call_answer_table(k, next);
    if (next != base)
        call_write(
            k,
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
    if (commit_creates(body) && !commit_may_create(body, &k->f))
        return false;
    struct version *base = call_seen(k, &k->ns, k->table, VERSION_TABLE);
    if (!base && commit_creates(body))
        return call_may_create(k, &k->ns, k->table) && commit(k, NULL, body);
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

bool call_identifier(struct call *k, const cJSON *id, const char *what,
                     struct ns_name *ns, const char **name)
{
    const cJSON *levels = json_get(id, "namespace");
    bool bare = !levels || cJSON_IsNull(levels);
    if (bare && k->c->profile->bare_names)
        *ns = (struct ns_name){.dotted = ""};
    else if (!ns_from_json(levels, k->c->o.separator, ns, &k->f))
        return false;
    if (!name_check(json_str(id, "name"), what, &k->f))
        return false;
    *name = arena_strdup(&k->x->arena, json_str(id, "name"));
    return true;
}

static const cJSON *need_identifier(struct call *k, const char *member)
{
    const cJSON *id = json_get(k->body, member);
    if (!id)
        fail(&k->f, "BadRequestException",
             "Cannot parse missing identifier: %s", member);
    return id;
}

bool call_renaming(struct call *k, const char *what, struct renaming *r)
{
    const cJSON *from, *to;
    *r = (struct renaming){0};
    if (!call_body(k) || !(from = need_identifier(k, "source")) ||
        !(to = need_identifier(k, "destination")) ||
        !call_identifier(k, from, what, &r->from_ns, &r->from) ||
        !call_identifier(k, to, what, &r->to_ns, &r->to))
        return false;
    r->same = r->from_ns.n == r->to_ns.n &&
              strcmp(r->from_ns.dotted, r->to_ns.dotted) == 0 &&
              strcmp(r->from, r->to) == 0;
    return true;
}

static bool may_rename(struct call *k, const struct renaming *r)
{
    struct arena *a = &k->x->arena;
    const char *to = name_dotted(&r->to_ns, r->to, a);
    if (!call_need_space(k, &r->to_ns))
        return false;
    if (call_seen(k, &r->to_ns, r->to, VERSION_VIEW))
        return fail(&k->f, "AlreadyExistsException",
                    "Cannot rename %s to %s. View already exists",
                    name_dotted(&r->from_ns, r->from, a), to);
    if (call_seen(k, &r->to_ns, r->to, VERSION_TABLE))
        return fail(&k->f, "AlreadyExistsException", "Table already exists: %s",
                    to);
    return true;
}

bool op_rename_table(struct call *k)
{
    struct renaming r;
    if (!call_renaming(k, "table name", &r))
        return false;
    struct version *base = call_read_table(k, &r.from_ns, r.from);
    if (!base || (!r.same && !may_rename(k, &r)))
        return false;
    call_answer_empty(k, 204);
    if (!r.same)
        call_write(k,
                   &(struct write){.ns = &r.from_ns,
                                   .table = r.from,
                                   .base = base,
                                   .to_ns = &r.to_ns,
                                   .to_table = r.to},
                   arena_printf(&k->x->arena, "rename table %s.%s to %s.%s",
                                r.from_ns.dotted, r.from, r.to_ns.dotted,
                                r.to));
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
