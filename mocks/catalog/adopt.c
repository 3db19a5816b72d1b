/* Documents from elsewhere: files that are registered, or that somebody put in
 * the place of ours.
 *
 * What a reader of the format must refuse is refused here, in the reference's
 * words. What it must tolerate (an older writer's missing lists, fields that
 * nobody knows) stays or is filled in.
 */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/schema.h"

/* ---- members ---- */

static const struct member {
    const char *name;
    bool text;
    int64_t since, until; /* format versions in which it must be there */
} table_members[] = {
    {"location", true, 1, FORMAT_VERSION_MAX},
    {"table-uuid", true, 2, FORMAT_VERSION_MAX},
    {"last-updated-ms", false, 1, FORMAT_VERSION_MAX},
    {"last-column-id", false, 1, FORMAT_VERSION_MAX},
    {"last-sequence-number", false, 2, FORMAT_VERSION_MAX},
    {"last-partition-id", false, 2, FORMAT_VERSION_MAX},
    {"next-row-id", false, 3, FORMAT_VERSION_MAX},
};

static bool has_members(const cJSON *m, int64_t version, struct failure *f)
{
    int64_t n;
    for (size_t i = 0; i < sizeof table_members / sizeof *table_members; i++) {
        const struct member *row = &table_members[i];
        if (version < row->since || version > row->until)
            continue;
        if (row->text ? !need_text(m, row->name, f)
                      : !need_long(m, row->name, &n, f))
            return false;
    }
    return true;
}

/* A list that readers take as empty when it is not there. */
static cJSON *list_of(cJSON *m, const char *name, struct failure *f)
{
    cJSON *list = json_get(m, name);
    if (!list)
        return cJSON_AddArrayToObject(m, name);
    if (cJSON_IsArray(list))
        return list;
    fail(f, "IllegalArgumentException", "Cannot parse %s from non-array", name);
    return NULL;
}

static bool lists_are_lists(cJSON *m, struct failure *f)
{
    static const char *const names[] = {"snapshots", "statistics",
                                        "partition-statistics", "snapshot-log",
                                        "metadata-log"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!list_of(m, names[i], f))
            return false;
    return true;
}

/* ---- what version 1 once wrote alone ---- */

/* list of one item with its id, the current one. */
static void wrap(cJSON *m, const char *list, cJSON *item, const char *id,
                 const char *current)
{
    if (!json_get(item, id))
        json_set_i64(item, id, 0);
    json_set_i64(m, current, json_i64(item, id, 0));
    cJSON *all = cJSON_AddArrayToObject(m, list);
    cJSON_AddItemToArray(all, item);
}

static cJSON *object_of(const char *member, const cJSON *value)
{
    cJSON *o = cJSON_CreateObject();
    json_set(o, member,
             value ? cJSON_Duplicate(value, true) : cJSON_CreateArray());
    return o;
}

static int64_t last_partition_id(const cJSON *m)
{
    const cJSON *spec, *field;
    int64_t last = 999;
    cJSON_ArrayForEach(spec, json_get(m, "partition-specs"))
    {
        cJSON_ArrayForEach(field, json_get(spec, "fields"))
        {
            int64_t id = json_i64(field, "field-id", 0);
            last = id > last ? id : last;
        }
    }
    return last;
}

static bool fill_in_v1(cJSON *m, struct failure *f)
{
    const cJSON *schema = json_get(m, "schema");
    if (!json_get(m, "schemas")) {
        if (!schema)
            return fail(f, "IllegalArgumentException",
                        "Cannot parse missing field: schema");
        wrap(m, "schemas", cJSON_Duplicate(schema, true), "schema-id",
             "current-schema-id");
    }
    if (!json_get(m, "partition-specs"))
        wrap(m, "partition-specs",
             object_of("fields", json_get(m, "partition-spec")), "spec-id",
             "default-spec-id");
    if (!json_get(m, "sort-orders"))
        wrap(m, "sort-orders", object_of("fields", NULL), "order-id",
             "default-sort-order-id");
    if (!json_get(m, "last-partition-id"))
        json_set_i64(m, "last-partition-id", last_partition_id(m));
    return true;
}

/* ---- schemas, specs, orders ---- */

static const cJSON *current_of(cJSON *m, const char *list, const char *id,
                               const char *current, struct failure *f)
{
    int64_t n;
    if (!json_get(m, list)) {
        fail(f, "IllegalArgumentException", "%s must exist in format v%lld",
             list, (long long)json_i64(m, "format-version", 0));
        return NULL;
    }
    if (!list_of(m, list, f) || !need_int(m, current, &n, f))
        return NULL;
    const cJSON *item = metadata_find(json_get(m, list), id, n);
    if (!item)
        fail(f, "IllegalArgumentException",
             "Cannot find schema with %s=%lld from %s", current, (long long)n,
             list);
    return item;
}

static bool schemas_read(const cJSON *m, struct failure *f)
{
    const cJSON *schema;
    cJSON_ArrayForEach(schema, json_get(m, "schemas"))
    {
        cJSON *copy = schema_read(schema, FORMAT_VERSION_MAX, f);
        if (!copy)
            return false;
        cJSON_Delete(copy);
    }
    return true;
}

static bool layout_binds(cJSON *m, struct failure *f)
{
    const cJSON *schema =
        current_of(m, "schemas", "schema-id", "current-schema-id", f);
    const cJSON *spec = schema ? current_of(m, "partition-specs", "spec-id",
                                            "default-spec-id", f)
                               : NULL;
    const cJSON *order = spec ? current_of(m, "sort-orders", "order-id",
                                           "default-sort-order-id", f)
                              : NULL;
    return order && schemas_read(m, f) && spec_fits(spec, schema, f) &&
           order_fits(order, schema, f);
}

/* ---- snapshots and refs ---- */

static bool snapshots_read(cJSON *m, struct failure *f)
{
    int64_t last = json_i64(m, "last-sequence-number", 0);
    const cJSON *s;
    cJSON_ArrayForEach(s, json_get(m, "snapshots"))
    {
        int64_t number = json_i64(s, "sequence-number", 0);
        if (!snapshot_check(s, f))
            return false;
        if (number > last)
            return fail(f, "IllegalArgumentException",
                        "Invalid snapshot with sequence number %lld greater "
                        "than last sequence number %lld",
                        (long long)number, (long long)last);
    }
    return true;
}

static void make_main(cJSON *m, int64_t current)
{
    cJSON *refs = cJSON_AddObjectToObject(m, "refs");
    if (current == -1)
        return;
    cJSON *main_ref = cJSON_AddObjectToObject(refs, "main");
    json_set_i64(main_ref, "snapshot-id", current);
    json_set_str(main_ref, "type", "branch");
}

static bool refs_point(const cJSON *m, struct failure *f)
{
    const cJSON *ref;
    cJSON_ArrayForEach(ref, json_get(m, "refs"))
    {
        if (!metadata_find(json_get(m, "snapshots"), "snapshot-id",
                           json_i64(ref, "snapshot-id", -1)))
            return fail(f, "IllegalArgumentException",
                        "Snapshot for reference %s does not exist in the "
                        "existing snapshots list",
                        ref->string);
    }
    return true;
}

static bool refs_agree(cJSON *m, struct failure *f)
{
    int64_t current = json_i64(m, "current-snapshot-id", -1);
    if (!json_get(m, "refs"))
        make_main(m, current);
    const cJSON *refs = json_get(m, "refs");
    if (!cJSON_IsObject(refs))
        return fail(f, "IllegalArgumentException",
                    "Cannot parse refs from non-object");
    const cJSON *main_ref = json_get(refs, "main");
    int64_t named = json_i64(main_ref, "snapshot-id", -1);
    if (main_ref && current == -1)
        return fail(f, "IllegalArgumentException",
                    "Current snapshot is not set, but main branch exists");
    if (main_ref && named != current)
        return fail(f, "IllegalArgumentException",
                    "Current snapshot ID does not match main branch (%lld != "
                    "%lld)",
                    (long long)current, (long long)named);
    return refs_point(m, f);
}

/* ---- whole documents ---- */

static bool adopt_table(cJSON *m, struct failure *f)
{
    int64_t version;
    if (!need_int(m, "format-version", &version, f))
        return false;
    if (version < 1 || version > FORMAT_VERSION_MAX)
        return fail(f, "IllegalArgumentException",
                    "Cannot read unsupported version %lld", (long long)version);
    if (!has_members(m, version, f) || (version == 1 && !fill_in_v1(m, f)) ||
        !lists_are_lists(m, f))
        return false;
    if (!cJSON_IsObject(json_get(m, "properties")))
        json_set(m, "properties", cJSON_CreateObject());
    if (!layout_binds(m, f) || !snapshots_read(m, f) || !refs_agree(m, f) ||
        !metadata_logs_sorted(m, f))
        return false;
    metadata_settle(m);
    return true;
}

static bool adopt_view(cJSON *m, struct failure *f)
{
    int64_t version, current;
    const cJSON *v;
    if (!need_text(m, "view-uuid", f) || !need_text(m, "location", f) ||
        !need_int(m, "format-version", &version, f) ||
        !need_int(m, "current-version-id", &current, f))
        return false;
    if (version != VIEW_FORMAT_VERSION_MAX)
        return fail(f, "IllegalArgumentException",
                    "Unsupported format version: %lld", (long long)version);
    if (!list_of(m, "schemas", f) || !list_of(m, "versions", f) ||
        !list_of(m, "version-log", f) || !schemas_read(m, f))
        return false;
    cJSON_ArrayForEach(v, json_get(m, "versions"))
    {
        cJSON *copy = view_version_read(v, f);
        if (!copy)
            return false;
        cJSON_Delete(copy);
    }
    return metadata_find(json_get(m, "versions"), "version-id", current) ||
           fail(f, "IllegalArgumentException",
                "Cannot find current version %lld in view versions",
                (long long)current);
}

bool metadata_adopt(enum version_kind kind, cJSON *m, struct failure *f)
{
    if (!cJSON_IsObject(m))
        return fail(f, "IllegalArgumentException",
                    "Cannot parse metadata from a non-object");
    return kind == VERSION_VIEW ? adopt_view(m, f) : adopt_table(m, f);
}
