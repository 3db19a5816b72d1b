/* Operations on views. */
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/inside.h"

static const char *said(struct call *k, const char *verb, const char *view,
                        const struct version *v)
{
    return arena_printf(&k->x->arena, "%s view %s.%s%s%s", verb, k->ns.dotted,
                        view, v ? " -> " : "", v ? v->location : "");
}

/* ---- list, create ---- */

static cJSON *view_item(const struct call *k, const struct entry *e)
{
    cJSON *item = cJSON_CreateObject();
    json_set(item, "namespace", ns_to_json(&k->ns));
    json_set_str(item, "name", e->name);
    return item;
}

bool op_list_views(struct call *k)
{
    if (!call_need_space(k, &k->ns))
        return false;
    return call_list(k, &state_space(&k->c->state, &k->ns)->tables,
                     VERSION_VIEW, "identifiers", view_item);
}

struct version *view_new(const struct catalog *c, const struct ns_name *ns,
                         const char *view, const cJSON *create, struct rng *rng,
                         struct failure *f)
{
    struct metadata_new n = {.location = table_location(c, ns, view, f->arena),
                             .view_summary = c->profile->view_summary,
                             .now_ms = clock_unix_ms(c->clock),
                             .rng = rng};
    return file_first(c, VERSION_VIEW, view_create(create, &n, f), rng, f);
}

struct version *view_plain(const struct catalog *c, const struct ns_name *ns,
                           const char *view, struct rng *rng, struct failure *f)
{
    static const char text[] =
        "{\"schema\":{\"type\":\"struct\",\"schema-id\":0,\"fields\":[{\"id\":"
        "1,\"name\":\"n\",\"required\":false,\"type\":\"int\"}]},"
        "\"view-version\":{\"version-id\":1,\"schema-id\":0,\"timestamp-ms\":0,"
        "\"summary\":{},\"representations\":[{\"type\":\"sql\",\"sql\":"
        "\"select 1 as n\",\"dialect\":\"spark\"}],\"default-namespace\":[]},"
        "\"properties\":{}}";
    cJSON *create = json_parse(text, sizeof text - 1, NULL);
    json_set(json_get(create, "view-version"), "default-namespace",
             ns_to_json(ns));
    struct version *v = view_new(c, ns, view, create, rng, f);
    cJSON_Delete(create);
    return v;
}

bool call_view_is_free(struct call *k, const struct ns_name *ns,
                       const char *view)
{
    const char *dotted = name_dotted(ns, view, &k->x->arena);
    if (call_seen(k, ns, view, VERSION_TABLE))
        return fail(&k->f, "AlreadyExistsException",
                    "Table with same name already exists: %s", dotted);
    if (call_seen(k, ns, view, VERSION_VIEW))
        return fail(&k->f, "AlreadyExistsException", "View already exists: %s",
                    dotted);
    return true;
}

bool op_create_view(struct call *k)
{
    const cJSON *body = call_body(k);
    if (!body)
        return false;
    const char *name = json_str(body, "name");
    if (!name_check(name, "table name", &k->f) || !call_need_space(k, &k->ns) ||
        !call_view_is_free(k, &k->ns, name))
        return false;
    struct version *v = view_new(k->c, &k->ns, name, body, &k->x->rng, &k->f);
    if (!v)
        return false;
    const char *view = arena_strdup(&k->x->arena, name);
    call_answer_version(k, v);
    call_write(k, &(struct write){.ns = &k->ns, .table = view, .next = v},
               said(k, "create", view, v));
    version_unref(v);
    return true;
}

/* ---- load, replace ---- */

static struct version *need_view(struct call *k, const struct ns_name *ns,
                                 const char *view)
{
    struct version *v = call_seen(k, ns, view, VERSION_VIEW);
    if (!v)
        fail(&k->f, "NoSuchViewException", "View does not exist: %s",
             name_dotted(ns, view, k->f.arena));
    return v;
}

/* The same where its metadata is needed. */
static struct version *read_view(struct call *k, const struct ns_name *ns,
                                 const char *view)
{
    struct version *v = need_view(k, ns, view);
    return v && metadata_intact(k->c->files, v, &k->f) ? v : NULL;
}

bool op_load_view(struct call *k)
{
    struct version *v = read_view(k, &k->ns, k->table);
    if (!v)
        return false;
    call_answer_version(k, v);
    return true;
}

bool op_view_exists(struct call *k)
{
    if (!read_view(k, &k->ns, k->table))
        return false;
    call_answer_empty(k, 204);
    return true;
}

static bool replace(struct call *k, struct version *base, const cJSON *request)
{
    struct metadata_new n = {.now_ms = call_now_ms(k), .rng = &k->x->rng};
    struct committed made;
    if (!commit_apply(VERSION_VIEW, version_tree(base), base->location, request,
                      &n, &made, &k->f))
        return false;
    if (!made.changed) {
        committed_fini(&made);
        call_answer_version(k, base);
        return true;
    }
    struct version *next =
        file_next(k->c, VERSION_VIEW, base, &made, &k->x->rng, &k->f);
    if (!next)
        return false;
    call_answer_version(k, next);
    call_write(k,
               &(struct write){
                   .ns = &k->ns, .table = k->table, .base = base, .next = next},
               said(k, "replace", k->table, next));
    version_unref(next);
    return true;
}

bool op_replace_view(struct call *k)
{
    const cJSON *body = call_body(k);
    struct version *base = body ? read_view(k, &k->ns, k->table) : NULL;
    return base && replace(k, base, body);
}

/* ---- drop, rename ---- */

/* As the reference does: the current metadata file goes with its view. */
static bool keeps_files(struct version *v)
{
    const char *z = metadata_property(version_tree(v), "gc.enabled");
    return z && strcasecmp(z, "false") == 0;
}

bool op_drop_view(struct call *k)
{
    struct version *base = need_view(k, &k->ns, k->table);
    if (!base)
        return false;
    call_answer_empty(k, 204);
    call_write(k,
               &(struct write){.ns = &k->ns,
                               .table = k->table,
                               .base = base,
                               .purge = !keeps_files(base)},
               said(k, "drop", k->table, NULL));
    return true;
}

static bool may_rename(struct call *k, const struct renaming *r)
{
    struct arena *a = &k->x->arena;
    const char *from = name_dotted(&r->from_ns, r->from, a);
    const char *to = name_dotted(&r->to_ns, r->to, a);
    if (!call_need_space(k, &r->to_ns))
        return false;
    if (call_seen(k, &r->to_ns, r->to, VERSION_TABLE))
        return fail(&k->f, "AlreadyExistsException",
                    "Cannot rename %s to %s. Table already exists", from, to);
    if (call_seen(k, &r->to_ns, r->to, VERSION_VIEW))
        return fail(&k->f, "AlreadyExistsException",
                    "Cannot rename %s to %s. View already exists", from, to);
    return true;
}

bool op_rename_view(struct call *k)
{
    struct renaming r;
    if (!call_renaming(k, "table name", &r))
        return false;
    if (!call_seen(k, &r.from_ns, r.from, VERSION_VIEW))
        return fail(&k->f, "NoSuchViewException", "View does not exist");
    struct version *base = read_view(k, &r.from_ns, r.from);
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
                   arena_printf(&k->x->arena, "rename view %s.%s to %s.%s",
                                r.from_ns.dotted, r.from, r.to_ns.dotted,
                                r.to));
    return true;
}
