/* Operations on namespaces. */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/inside.h"

static cJSON *space_item(const struct call *k, const struct entry *e)
{
    const char *levels[NAME_MAX_LEVELS];
    struct ns_name ns = {0, levels, NULL};
    (void)k;
    for (const struct entry *up = e; up && ns.n < NAME_MAX_LEVELS;
         up = up->parent) {
        memmove(levels + 1, levels, ns.n * sizeof *levels);
        levels[0] = up->name;
        ns.n++;
    }
    return ns_to_json(&ns);
}

bool op_list_namespaces(struct call *k)
{
    const char *text = call_query(k, "parent");
    const struct kin *kin = &k->c->state.root.spaces;
    struct ns_name parent;
    if (text && *text) {
        if (!ns_from_query(text, k->c->o.separator, &parent, &k->f) ||
            !call_need_space(k, &parent))
            return false;
        kin = &state_space(&k->c->state, &parent)->spaces;
    }
    return call_list(k, kin, VERSION_SPACE, "namespaces", space_item);
}

static bool answer_space(struct call *k, const struct ns_name *ns,
                         struct version *v)
{
    cJSON *body = cJSON_CreateObject();
    json_set(body, "namespace", ns_to_json(ns));
    json_set(body, "properties", cJSON_Duplicate(version_tree(v), true));
    call_answer(k, 200, body);
    cJSON_Delete(body);
    return true;
}

bool op_create_namespace(struct call *k)
{
    struct ns_name ns;
    const cJSON *body = call_body(k);
    if (!body || !ns_from_json(json_get(body, "namespace"), k->c->o.separator,
                               &ns, &k->f))
        return false;
    if (call_space(k, &ns))
        return fail(&k->f, "AlreadyExistsException",
                    "Namespace already exists: %s", ns.dotted);
    cJSON *properties = cJSON_CreateObject();
    if (!metadata_properties(json_get(body, "properties"), "properties", false,
                             properties, &k->f)) {
        cJSON_Delete(properties);
        return false;
    }
    if (!json_get(properties, "location"))
        json_set_str(properties, "location",
                     table_location(k->c, &ns, NULL, &k->x->arena));
    struct version *v = version_new_space(properties);
    answer_space(k, &ns, v);
    call_write(k, &(struct write){.ns = &ns, .next = v},
               arena_printf(&k->x->arena, "create namespace %s", ns.dotted));
    version_unref(v);
    return true;
}

bool op_load_namespace(struct call *k)
{
    struct version *v = call_need_space(k, &k->ns);
    return v && answer_space(k, &k->ns, v);
}

bool op_namespace_exists(struct call *k)
{
    if (!call_need_space(k, &k->ns))
        return false;
    call_answer_empty(k, 204);
    return true;
}

/* ---- drop ---- */

static size_t count(const struct kin *kin, enum version_kind kind)
{
    size_t n = 0;
    for (const struct entry *e = kin->hash; e; e = e->hh.next)
        n += entry_seen_as(e, false, kind) != NULL;
    return n;
}

static bool is_empty(struct call *k, const struct entry *space)
{
    const struct {
        size_t n;
        const char *what;
    } parts[] = {
        {count(&space->spaces, VERSION_SPACE), "child namespace(s)"},
        {count(&space->tables, VERSION_TABLE), "table(s)"},
        {count(&space->tables, VERSION_VIEW), "view(s)"},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].n > 0)
            return fail(&k->f, "NamespaceNotEmptyException",
                        "Namespace %s is not empty. Contains %zu %s.",
                        k->ns.dotted, parts[i].n, parts[i].what);
    return true;
}

bool op_drop_namespace(struct call *k)
{
    struct version *v = call_need_space(k, &k->ns);
    if (!v || !is_empty(k, state_space(&k->c->state, &k->ns)))
        return false;
    call_answer_empty(k, 204);
    call_write(k, &(struct write){.ns = &k->ns, .base = v},
               arena_printf(&k->x->arena, "drop namespace %s", k->ns.dotted));
    return true;
}

/* ---- properties ---- */

static bool check_overlap(struct call *k, const cJSON *removals,
                          const cJSON *updates)
{
    const cJSON *item;
    struct str both;
    str_init(&both, 4096);
    cJSON_ArrayForEach(item, removals)
    {
        if (json_get(updates, item->valuestring))
            str_addf(&both, "%s%s", both.len ? ", " : "", item->valuestring);
    }
    bool ok = both.len == 0;
    if (!ok)
        fail(&k->f, "UnprocessableEntityException",
             "Invalid namespace update, cannot simultaneously set and remove "
             "keys: [%s]",
             str_z(&both));
    str_fini(&both);
    return ok;
}

static bool check_removals(struct call *k, const cJSON *removals)
{
    const cJSON *item;
    if (!removals || cJSON_IsNull(removals))
        return true;
    if (!cJSON_IsArray(removals))
        return fail(&k->f, "BadRequestException",
                    "Cannot parse removals: not a list of strings");
    cJSON_ArrayForEach(item, removals)
    {
        if (cJSON_IsNull(item))
            return fail(&k->f, "IllegalArgumentException",
                        "Invalid missing property: null");
        if (!cJSON_IsString(item))
            return fail(&k->f, "BadRequestException",
                        "Cannot parse removals: not a list of strings");
    }
    return true;
}

static void remove_keys(cJSON *properties, const cJSON *removals, cJSON *answer)
{
    cJSON *removed = json_get(answer, "removed");
    cJSON *missing = json_get(answer, "missing");
    const cJSON *item;
    cJSON_ArrayForEach(item, removals)
    {
        const char *key = item->valuestring;
        bool there = json_get(properties, key) != NULL;
        cJSON_AddItemToArray(there ? removed : missing,
                             cJSON_CreateString(key));
        cJSON_DeleteItemFromObjectCaseSensitive(properties, key);
    }
}

static void prepare_properties(struct call *k, struct version *base,
                               const cJSON *removals, const cJSON *updates)
{
    cJSON *properties = cJSON_Duplicate(version_tree(base), true);
    cJSON *answer = cJSON_CreateObject();
    cJSON *updated, *item;
    cJSON_AddArrayToObject(answer, "removed");
    updated = cJSON_AddArrayToObject(answer, "updated");
    cJSON_AddArrayToObject(answer, "missing");
    remove_keys(properties, removals, answer);
    cJSON_ArrayForEach(item, updates)
    {
        json_set(properties, item->string, cJSON_Duplicate(item, true));
        cJSON_AddItemToArray(updated, cJSON_CreateString(item->string));
    }
    call_answer(k, 200, answer);
    struct version *next = version_new_space(properties);
    if (!json_equal(properties, version_tree(base)))
        call_write(k, &(struct write){.ns = &k->ns, .base = base, .next = next},
                   arena_printf(&k->x->arena, "change properties of %s",
                                k->ns.dotted));
    version_unref(next);
    cJSON_Delete(answer);
}

bool op_update_properties(struct call *k)
{
    const cJSON *body = call_body(k);
    if (!body)
        return false;
    const cJSON *removals = json_get(body, "removals");
    cJSON *updates = cJSON_CreateObject();
    struct version *base = NULL;
    bool ok = check_removals(k, removals) &&
              metadata_properties(json_get(body, "updates"), "updates", false,
                                  updates, &k->f) &&
              check_overlap(k, removals, updates) &&
              (base = call_need_space(k, &k->ns)) != NULL;
    if (ok)
        prepare_properties(k, base, removals, updates);
    cJSON_Delete(updates);
    return ok;
}
