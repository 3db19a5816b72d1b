/* Updates of a commit: schemas, partition specs, sort orders. */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/schema.h"

/* What the three have in common: a list, an id, the one in use. */
struct part {
    const char *list, *id, *current;
    const char *said; /* in messages: "schema" */
    const char *in_use;
};

static const struct part schemas = {"schemas", "schema-id", "current-schema-id",
                                    "schema", "current schema"};
static const struct part specs = {"partition-specs", "spec-id",
                                  "default-spec-id", "spec",
                                  "default partition spec"};
static const struct part orders = {"sort-orders", "order-id",
                                   "default-sort-order-id", "sort order",
                                   "default sort order"};

static int64_t next_id(const cJSON *list, const char *id_name, int64_t first)
{
    const cJSON *item;
    int64_t next = first;
    cJSON_ArrayForEach(item, list)
    {
        int64_t id = json_i64(item, id_name, -1);
        next = id >= next ? id + 1 : next;
    }
    return next;
}

static const cJSON *part_find(const struct commit *c, const struct part *p,
                              const cJSON *item,
                              bool (*same)(const cJSON *, const cJSON *))
{
    const cJSON *old;
    cJSON_ArrayForEach(old, json_get(c->metadata, p->list))
    {
        if (same(old, item))
            return old;
    }
    return NULL;
}

/* Takes item over. An equal one that is there already serves; as in the
 * reference a schema then counts as last added only if this commit added it,
 * a spec or an order if this commit added any. */
static void part_add(struct commit *c, const struct part *p, cJSON *item,
                     int64_t first, bool (*same)(const cJSON *, const cJSON *),
                     int64_t *last_added)
{
    bool is_unsorted = p == &orders && first == 0;
    cJSON *list = json_get(c->metadata, p->list);
    const cJSON *old = part_find(c, p, item, same);
    if (old) {
        int64_t id = json_i64(old, p->id, -1);
        bool is_ours =
            p == &schemas ? list_holds(c->added_schemas, id) : *last_added >= 0;
        *last_added = is_ours ? id : -1;
        cJSON_Delete(item);
        return;
    }
    *last_added = is_unsorted ? 0 : next_id(list, p->id, first);
    json_set_i64(item, p->id, *last_added);
    cJSON_AddItemToArray(list, item);
    if (p == &schemas)
        cJSON_AddItemToArray(c->added_schemas, json_new_int64(*last_added));
    c->changed = true;
}

static const cJSON *current_schema(const struct commit *c)
{
    return metadata_find(json_get(c->metadata, "schemas"), "schema-id",
                         json_i64(c->metadata, "current-schema-id", -1));
}

static bool add_schema(struct commit *c, const cJSON *update)
{
    int version = (int)json_i64(c->metadata, "format-version", 2);
    int64_t last = json_i64(c->metadata, "last-column-id", 0);
    cJSON *schema = schema_read(json_get(update, "schema"), version, c->f);
    if (!schema)
        return false;
    int64_t highest = schema_last_id(schema);
    if (highest > last) {
        json_set_i64(c->metadata, "last-column-id", highest);
        c->changed = true;
    }
    part_add(c, &schemas, schema, 0, schema_same, &c->last_schema);
    return true;
}

static bool set_current(struct commit *c, const struct part *p,
                        const char *verb, const cJSON *update,
                        const char *member, int64_t last_added)
{
    int64_t id;
    if (!need_int(update, member, &id, c->f))
        return false;
    if (id == -1 && last_added < 0)
        return fail(c->f, "ValidationException",
                    "Cannot set last added %s: no %s has been added", p->said,
                    p->said);
    if (id == -1)
        id = last_added;
    if (json_i64(c->metadata, p->current, -1) == id)
        return true;
    if (!metadata_find(json_get(c->metadata, p->list), p->id, id))
        return fail(c->f, "IllegalArgumentException",
                    "Cannot set %s %s to unknown %s: %lld", verb, p->said,
                    p->said, (long long)id);
    json_set_i64(c->metadata, p->current, id);
    c->changed = true;
    return true;
}

bool layout_fits(const struct commit *c)
{
    const cJSON *schema = current_schema(c);
    return spec_fits(metadata_find(json_get(c->metadata, specs.list), specs.id,
                                   json_i64(c->metadata, specs.current, -1)),
                     schema, c->f) &&
           order_fits(metadata_find(json_get(c->metadata, orders.list),
                                    orders.id,
                                    json_i64(c->metadata, orders.current, -1)),
                      schema, c->f);
}

static bool set_current_schema(struct commit *c, const cJSON *update)
{
    return set_current(c, &schemas, "current", update, "schema-id",
                       c->last_schema);
}

static bool needs_schema(const struct commit *c)
{
    return current_schema(c) || fail(c->f, "ValidationException",
                                     "Invalid table metadata: no "
                                     "current schema");
}

static bool add_spec(struct commit *c, const cJSON *update)
{
    bool tracked = json_i64(c->metadata, "format-version", 2) > 1;
    int64_t last =
        tracked ? json_i64(c->metadata, "last-partition-id", 999) : 999;
    cJSON *spec = NULL;
    if (!needs_schema(c) ||
        !(spec = spec_bind(json_get(update, "spec"), current_schema(c), NULL,
                           false, &last, c->f)))
        return false;
    bool is_new = !part_find(c, &specs, spec, spec_same);
    if (is_new && !tracked && !spec_is_sequential(spec)) {
        fail(c->f, "ValidationException",
             "Spec does not use sequential IDs that are required in v1: %s",
             spec_said(spec, c->f->arena));
        cJSON_Delete(spec);
        return false;
    }
    part_add(c, &specs, spec, 0, spec_same, &c->last_spec);
    if (!is_new)
        return true;
    if (last > json_i64(c->metadata, "last-partition-id", 999))
        json_set_i64(c->metadata, "last-partition-id", last);
    return true;
}

static bool set_default_spec(struct commit *c, const cJSON *update)
{
    return set_current(c, &specs, "default", update, "spec-id", c->last_spec);
}

static bool add_sort_order(struct commit *c, const cJSON *update)
{
    cJSON *order = NULL;
    if (!needs_schema(c) ||
        !(order = order_bind(json_get(update, "sort-order"), current_schema(c),
                             NULL, c->f)))
        return false;
    bool sorted = cJSON_GetArraySize(json_get(order, "fields")) > 0;
    part_add(c, &orders, order, sorted, order_same, &c->last_order);
    return true;
}

static bool set_default_sort_order(struct commit *c, const cJSON *update)
{
    return set_current(c, &orders, "default", update, "sort-order-id",
                       c->last_order);
}

static bool remove_parts(struct commit *c, const struct part *p,
                         const cJSON *ids)
{
    cJSON *list = json_get(c->metadata, p->list);
    const cJSON *item;
    if (!cJSON_IsArray(ids))
        return fail(c->f, "BadRequestException",
                    "Cannot parse missing list of %ss", p->id);
    cJSON_ArrayForEach(item, ids)
    {
        int64_t id = -1;
        json_int64(item, &id);
        cJSON *old = metadata_find(list, p->id, id);
        if (id == json_i64(c->metadata, p->current, -1))
            return fail(c->f, "IllegalArgumentException",
                        "Cannot remove the %s", p->in_use);
        if (old)
            cJSON_Delete(metadata_detach(list, old));
        c->changed = true; /* even so, as in the reference */
    }
    return true;
}

static bool remove_specs(struct commit *c, const cJSON *update)
{
    return remove_parts(c, &specs, json_get(update, "spec-ids"));
}

static bool remove_schemas(struct commit *c, const cJSON *update)
{
    return remove_parts(c, &schemas, json_get(update, "schema-ids"));
}

/* ---- views: they have schemas, and nothing else of this ---- */

static bool add_view_schema(struct commit *c, const cJSON *update)
{
    cJSON *schema =
        schema_read(json_get(update, "schema"), FORMAT_VERSION_MAX, c->f);
    cJSON *list = json_get(c->metadata, "schemas");
    const cJSON *old;
    if (!schema)
        return false;
    cJSON_ArrayForEach(old, list)
    {
        if (!schema_same(old, schema))
            continue;
        cJSON_Delete(schema);
        return true;
    }
    c->last_schema = next_id(list, "schema-id", 0);
    json_set_i64(schema, "schema-id", c->last_schema);
    cJSON_AddItemToArray(list, schema);
    c->changed = true;
    return true;
}

const struct commit_update updates_of_layout[] = {
    {"add-schema", "AddSchema", add_schema, add_view_schema,
     "an equal one that is there serves; else the next free id, whatever id "
     "came; types and defaults must suit the format version"},
    {"set-current-schema", "SetCurrentSchema", set_current_schema, NULL,
     "-1: the one added last by this request; older specs and orders may "
     "dangle, the default ones must bind in the end"},
    {"add-spec", "AddPartitionSpec", add_spec, NULL,
     "an equal one serves; missing field ids follow the highest; version 1 "
     "needs sequential ids"},
    {"set-default-spec", "SetDefaultPartitionSpec", set_default_spec, NULL,
     "-1: the one added last by this request"},
    {"add-sort-order", "AddSortOrder", add_sort_order, NULL,
     "unsorted is always 0; an equal one serves"},
    {"set-default-sort-order", "SetDefaultSortOrder", set_default_sort_order,
     NULL, "-1: the one added last by this request"},
    {"remove-partition-specs", "RemovePartitionSpecs", remove_specs, NULL,
     "not the default one; ids that are not there are passed over"},
    {"remove-schemas", "RemoveSchemas", remove_schemas, NULL,
     "not the current one; ids that are not there are passed over"},
    {0},
};
