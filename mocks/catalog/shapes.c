/* The shapes of request bodies: one table an object. See shape.h.
 *
 * A new update or requirement is a row of updates[] or requirements[] here, and
 * one in the tables of commit.c or updates*.c.
 */
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/percent.h"
#include "mocks/catalog/schema.h"
#include "mocks/catalog/shape.h"

#define MUST(member, of_kind)                                                  \
    {                                                                          \
        .name = member, .kind = SHAPE_##of_kind                                \
    }
#define MAY(member, of_kind)                                                   \
    {                                                                          \
        .name = member, .kind = SHAPE_##of_kind, .need = SHAPE_MAY             \
    }
#define IF(member, of_kind)                                                    \
    {                                                                          \
        .name = member, .kind = SHAPE_##of_kind, .need = SHAPE_IF              \
    }
#define OBJECT(member, needs, shape)                                           \
    {                                                                          \
        .name = member, .kind = SHAPE_OBJECT, .need = needs, .of = shape       \
    }
#define OBJECTS(member, needs, shape)                                          \
    {                                                                          \
        .name = member, .kind = SHAPE_OBJECTS, .need = needs, .of = shape      \
    }
#define CHOICE(member, rows)                                                   \
    {                                                                          \
        .name = member, .kind = SHAPE_CHOICE, .need = SHAPE_MAY,               \
        .choice = rows                                                         \
    }
#define CHECK(member, needs, function)                                         \
    {                                                                          \
        .name = member, .kind = SHAPE_CHECK, .need = needs, .check = function  \
    }
#define ALSO(function)                                                         \
    {                                                                          \
        .check = function                                                      \
    }
#define END                                                                    \
    {                                                                          \
        0                                                                      \
    }

/* ---- schemas, specs, orders ---- */

/* Of any format version: which one it must fit is known later. */
static bool schema_good(const cJSON *item, struct failure *f)
{
    cJSON *schema = schema_read(item, INT_MAX, f);
    cJSON_Delete(schema);
    return schema != NULL;
}

static bool transform_good(const cJSON *item, struct failure *f)
{
    return cJSON_IsString(item)
               ? transform_read(item->valuestring, f)
               : fail(f, "BadRequestException",
                      "Cannot parse to a string value: transform");
}

/* Field ids are there in all fields of a spec, or in none. */
static bool ids_in_all(const cJSON *spec, struct failure *f)
{
    const cJSON *list = json_get(spec, "fields"), *field;
    int all = cJSON_GetArraySize(list), with = 0;
    cJSON_ArrayForEach(field, list) with += json_get(field, "field-id") != NULL;
    return with == 0 || with == all ||
           fail(f, "BadRequestException",
                "Cannot parse spec with missing field IDs: %d missing of %d "
                "fields.",
                all - with, all);
}

static const struct shape spec_field[] = {
    MUST("name", TEXT), CHECK("transform", SHAPE_MUST, transform_good),
    MUST("source-id", INT), IF("field-id", INT), END};

static const struct shape spec[] = {MAY("spec-id", INT),
                                    OBJECTS("fields", SHAPE_MUST, spec_field),
                                    ALSO(ids_in_all), END};

static bool one_of(const cJSON *item, const char *const *words,
                   const char *said, struct failure *f)
{
    const char *z = cJSON_GetStringValue(item);
    for (; z && *words; words++)
        if (strcasecmp(*words, z) == 0)
            return true;
    return fail(f, "BadRequestException", "%s: %.100s", said, z ? z : "null");
}

static bool direction_good(const cJSON *item, struct failure *f)
{
    static const char *const words[] = {"asc", "desc", NULL};
    return one_of(item, words, "Invalid sort direction", f);
}

static bool null_order_good(const cJSON *item, struct failure *f)
{
    static const char *const words[] = {"nulls-first", "nulls-last", NULL};
    return one_of(item, words, "Unexpected null order", f);
}

static bool order_id_good(const cJSON *order, struct failure *f)
{
    int64_t id = json_i64(order, "order-id", 0);
    bool sorted = cJSON_GetArraySize(json_get(order, "fields")) > 0;
    if (!sorted && id != 0)
        return fail(f, "BadRequestException", "Unsorted order ID must be 0");
    return !sorted || id != 0 || !json_get(order, "order-id") ||
           fail(f, "BadRequestException",
                "Sort order ID 0 is reserved for unsorted order");
}

static const struct shape order_field[] = {
    CHECK("transform", SHAPE_MUST, transform_good), MUST("source-id", INT),
    CHECK("direction", SHAPE_MUST, direction_good),
    CHECK("null-order", SHAPE_MUST, null_order_good), END};

static const struct shape order[] = {MAY("order-id", INT),
                                     OBJECTS("fields", SHAPE_MUST, order_field),
                                     ALSO(order_id_good), END};

/* ---- what updates hold ---- */

static bool snapshot_good(const cJSON *snapshot, struct failure *f)
{
    int64_t first = json_i64(snapshot, "first-row-id", 0);
    int64_t rows = json_i64(snapshot, "added-rows", 0);
    bool has_first = cJSON_IsNumber(json_get(snapshot, "first-row-id"));
    if (first < 0)
        return fail(f, "BadRequestException",
                    "Invalid first-row-id (cannot be negative): %lld",
                    (long long)first);
    if (rows < 0)
        return fail(f, "BadRequestException",
                    "Invalid added-rows (cannot be negative): %lld",
                    (long long)rows);
    if (has_first && !cJSON_IsNumber(json_get(snapshot, "added-rows")) &&
        !cJSON_IsRaw(json_get(snapshot, "added-rows")))
        return fail(f, "BadRequestException",
                    "Invalid added-rows (required when first-row-id is set): "
                    "null");
    return json_get(snapshot, "manifest-list") ||
           json_get(snapshot, "manifests") ||
           fail(f, "BadRequestException",
                "Cannot parse missing list: manifests");
}

const struct shape shape_snapshot[] = {IF("sequence-number", LONG),
                                       MUST("snapshot-id", LONG),
                                       IF("parent-snapshot-id", LONG),
                                       MUST("timestamp-ms", LONG),
                                       IF("summary", MAP),
                                       MAY("schema-id", INT),
                                       MAY("first-row-id", LONG),
                                       MAY("added-rows", LONG),
                                       MAY("key-id", TEXT),
                                       IF("manifest-list", TEXT),
                                       IF("manifests", TEXTS),
                                       ALSO(snapshot_good),
                                       END};

static const struct shape blob[] = {MUST("type", TEXT),
                                    MUST("snapshot-id", LONG),
                                    MUST("sequence-number", LONG),
                                    MUST("fields", INTS),
                                    IF("properties", MAP),
                                    END};

const struct shape shape_statistics[] = {
    MUST("snapshot-id", LONG),
    MUST("statistics-path", TEXT),
    MUST("file-size-in-bytes", LONG),
    MUST("file-footer-size-in-bytes", LONG),
    OBJECTS("blob-metadata", SHAPE_MUST, blob),
    END};

const struct shape shape_partition_statistics[] = {
    MUST("snapshot-id", LONG), MUST("statistics-path", TEXT),
    MUST("file-size-in-bytes", LONG), END};

static bool base64_good(const cJSON *item, struct failure *f)
{
    struct str bytes;
    str_init(&bytes, 1 << 20);
    bool ok = cJSON_IsString(item) &&
              base64_decode(&bytes, slice_of(item->valuestring));
    str_fini(&bytes);
    return ok || fail(f, "BadRequestException",
                      "Cannot parse encrypted-key-metadata: not base64");
}

const struct shape shape_key[] = {
    MUST("key-id", TEXT),
    CHECK("encrypted-key-metadata", SHAPE_MUST, base64_good),
    MAY("encrypted-by-id", TEXT), IF("properties", MAP), END};

static bool ref_type_good(const cJSON *item, struct failure *f)
{
    static const char *const words[] = {"branch", "tag", NULL};
    return one_of(item, words, "Invalid snapshot ref type", f);
}

static const struct shape representation[] = {MUST("type", TEXT), END};

static bool sql_good(const cJSON *version, struct failure *f)
{
    static const struct shape sql[] = {MUST("sql", TEXT), MUST("dialect", TEXT),
                                       END};
    const cJSON *one;
    cJSON_ArrayForEach(one, json_get(version, "representations"))
    {
        if (strcasecmp(json_str(one, "type"), "sql") == 0 &&
            !shape_read(sql, one, f))
            return false;
    }
    return true;
}

static const struct shape view_version[] = {
    MUST("version-id", INT),
    MUST("schema-id", INT),
    MUST("timestamp-ms", LONG),
    MUST("summary", MAP),
    OBJECTS("representations", SHAPE_MUST, representation),
    MAY("default-catalog", TEXT),
    MUST("default-namespace", TEXTS),
    ALSO(sql_good),
    END};

/* ---- updates and requirements ---- */

/* The old names "updated" and "removed" are understood, too. */
static bool updates_good(const cJSON *update, struct failure *f)
{
    static const struct shape now[] = {MUST("updates", MAP), END};
    static const struct shape old[] = {MUST("updated", MAP), END};
    bool is_old = json_get(update, "updated") && !json_get(update, "updates");
    return shape_read(is_old ? old : now, update, f);
}

static bool removals_good(const cJSON *update, struct failure *f)
{
    static const struct shape now[] = {MUST("removals", TEXTS), END};
    static const struct shape old[] = {MUST("removed", TEXTS), END};
    bool is_old = json_get(update, "removed") && !json_get(update, "removals");
    return shape_read(is_old ? old : now, update, f);
}

#define UPDATE(name, ...) static const struct shape name[] = {__VA_ARGS__, END};

UPDATE(assign_uuid, MUST("uuid", TEXT))
UPDATE(upgrade, MUST("format-version", INT))
UPDATE(add_schema, CHECK("schema", SHAPE_MUST, schema_good))
UPDATE(set_schema, MUST("schema-id", INT))
UPDATE(add_spec, OBJECT("spec", SHAPE_MUST, spec))
UPDATE(set_spec, MUST("spec-id", INT))
UPDATE(add_order, OBJECT("sort-order", SHAPE_MUST, order))
UPDATE(set_order, MUST("sort-order-id", INT))
UPDATE(add_snapshot, OBJECT("snapshot", SHAPE_MUST, shape_snapshot))
UPDATE(set_ref, MUST("ref-name", TEXT), MUST("snapshot-id", LONG),
       CHECK("type", SHAPE_MUST, ref_type_good),
       MAY("min-snapshots-to-keep", INT), MAY("max-snapshot-age-ms", LONG),
       MAY("max-ref-age-ms", LONG))
UPDATE(remove_ref, MUST("ref-name", TEXT))
UPDATE(remove_snapshots, MUST("snapshot-ids", LONGS))
UPDATE(set_properties, ALSO(updates_good))
UPDATE(remove_properties, ALSO(removals_good))
UPDATE(set_location, MUST("location", TEXT))
UPDATE(set_statistics, OBJECT("statistics", SHAPE_MUST, shape_statistics))
UPDATE(set_partition_statistics,
       OBJECT("partition-statistics", SHAPE_MUST, shape_partition_statistics))
UPDATE(of_snapshot, MUST("snapshot-id", LONG))
UPDATE(remove_specs, MUST("spec-ids", INTS))
UPDATE(remove_schemas, MUST("schema-ids", INTS))
UPDATE(add_key, OBJECT("encryption-key", SHAPE_MUST, shape_key))
UPDATE(remove_key, MUST("key-id", TEXT))
UPDATE(add_version, OBJECT("view-version", SHAPE_MUST, view_version))
UPDATE(set_version, MUST("view-version-id", INT))

static const struct shape_choice updates[] = {
    {"assign-uuid", assign_uuid},
    {"upgrade-format-version", upgrade},
    {"add-schema", add_schema},
    {"set-current-schema", set_schema},
    {"add-spec", add_spec},
    {"set-default-spec", set_spec},
    {"add-sort-order", add_order},
    {"set-default-sort-order", set_order},
    {"add-snapshot", add_snapshot},
    {"set-snapshot-ref", set_ref},
    {"remove-snapshot-ref", remove_ref},
    {"remove-snapshots", remove_snapshots},
    {"set-properties", set_properties},
    {"remove-properties", remove_properties},
    {"set-location", set_location},
    {"set-statistics", set_statistics},
    {"remove-statistics", of_snapshot},
    {"set-partition-statistics", set_partition_statistics},
    {"remove-partition-statistics", of_snapshot},
    {"remove-partition-specs", remove_specs},
    {"remove-schemas", remove_schemas},
    {"add-encryption-key", add_key},
    {"remove-encryption-key", remove_key},
    {"add-view-version", add_version},
    {"set-current-view-version", set_version},
    END};

#define ASSERT(name, ...) static const struct shape name[] = {__VA_ARGS__, END};

ASSERT(assert_uuid, MUST("uuid", TEXT))
ASSERT(assert_ref, MUST("ref", TEXT), MAY("snapshot-id", LONG))
ASSERT(assert_field, MUST("last-assigned-field-id", INT))
ASSERT(assert_schema, MUST("current-schema-id", INT))
ASSERT(assert_partition, MUST("last-assigned-partition-id", INT))
ASSERT(assert_spec, MUST("default-spec-id", INT))
ASSERT(assert_order, MUST("default-sort-order-id", INT))

static const struct shape_choice requirements[] = {
    {"assert-create", NULL},
    {"assert-table-uuid", assert_uuid},
    {"assert-view-uuid", assert_uuid},
    {"assert-ref-snapshot-id", assert_ref},
    {"assert-last-assigned-field-id", assert_field},
    {"assert-current-schema-id", assert_schema},
    {"assert-last-assigned-partition-id", assert_partition},
    {"assert-default-spec-id", assert_spec},
    {"assert-default-sort-order-id", assert_order},
    END};

/* ---- requests ---- */

static const struct shape identifier[] = {MAY("namespace", TEXTS),
                                          MUST("name", TEXT), END};

static const struct shape change[] = {
    OBJECT("identifier", SHAPE_MAY, identifier),
    CHOICE("requirements", requirements), CHOICE("updates", updates), END};

static bool changes_good(const cJSON *body, struct failure *f)
{
    const cJSON *list = json_get(body, "table-changes"), *one;
    if (cJSON_GetArraySize(list) == 0)
        return fail(f, "BadRequestException", "Invalid table changes: empty");
    cJSON_ArrayForEach(one, list)
    {
        if (!cJSON_IsObject(json_get(one, "identifier")))
            return fail(f, "BadRequestException",
                        "Invalid table changes: table identifier is required");
    }
    return true;
}

static const struct shape transaction[] = {
    OBJECTS("table-changes", SHAPE_MUST, change), ALSO(changes_good), END};

static const struct shape create_namespace[] = {MUST("namespace", TEXTS), END};

static const struct shape create_table[] = {
    MAY("name", TEXT),
    MAY("location", TEXT),
    CHECK("schema", SHAPE_MAY, schema_good),
    OBJECT("partition-spec", SHAPE_MAY, spec),
    OBJECT("write-order", SHAPE_MAY, order),
    MAY("stage-create", BOOL),
    END};

static const struct shape rename[] = {
    OBJECT("source", SHAPE_MUST, identifier),
    OBJECT("destination", SHAPE_MUST, identifier), END};

static const struct shape register_table[] = {MUST("name", TEXT),
                                              MUST("metadata-location", TEXT),
                                              MAY("overwrite", BOOL), END};

static const struct shape create_view[] = {
    MUST("name", TEXT),
    MAY("location", TEXT),
    OBJECT("view-version", SHAPE_MUST, view_version),
    CHECK("schema", SHAPE_MUST, schema_good),
    IF("properties", MAP),
    END};

/* ---- reports ---- */

static bool is_counter(const cJSON *item, struct failure *f)
{
    static const struct shape counter[] = {MUST("unit", TEXT),
                                           MUST("value", LONG), END};
    static const char *const units[] = {"bytes", "count", NULL};
    return shape_read(counter, item, f) &&
           one_of(json_get(item, "unit"), units, "Invalid unit", f);
}

static bool is_timer(const cJSON *item, struct failure *f)
{
    static const struct shape timer[] = {MUST("count", LONG),
                                         MUST("time-unit", TEXT),
                                         MUST("total-duration", LONG), END};
    static const char *const units[] = {
        "nanoseconds", "microseconds", "milliseconds", "seconds",
        "minutes",     "hours",        "days",         NULL};
    return shape_read(timer, item, f) &&
           one_of(json_get(item, "time-unit"), units, "Invalid time unit", f);
}

static const char *const counters[] = {"result-data-files",
                                       "result-delete-files",
                                       "scanned-data-manifests",
                                       "scanned-delete-manifests",
                                       "total-data-manifests",
                                       "total-delete-manifests",
                                       "total-file-size-in-bytes",
                                       "total-delete-file-size-in-bytes",
                                       "skipped-data-manifests",
                                       "skipped-delete-manifests",
                                       "skipped-data-files",
                                       "skipped-delete-files",
                                       "indexed-delete-files",
                                       "equality-delete-files",
                                       "positional-delete-files",
                                       "dvs",
                                       "attempts",
                                       "added-data-files",
                                       "removed-data-files",
                                       "total-data-files",
                                       "added-delete-files",
                                       "added-equality-delete-files",
                                       "added-positional-delete-files",
                                       "added-dvs",
                                       "removed-positional-delete-files",
                                       "removed-dvs",
                                       "removed-equality-delete-files",
                                       "removed-delete-files",
                                       "total-delete-files",
                                       "added-records",
                                       "removed-records",
                                       "total-records",
                                       "added-files-size-bytes",
                                       "removed-files-size-bytes",
                                       "total-files-size-bytes",
                                       "added-positional-deletes",
                                       "removed-positional-deletes",
                                       "total-positional-deletes",
                                       "added-equality-deletes",
                                       "removed-equality-deletes",
                                       "total-equality-deletes",
                                       "manifests-kept",
                                       "manifests-created",
                                       "manifests-replaced",
                                       "manifest-entries-processed",
                                       NULL};
static const char *const timers[] = {"total-duration",
                                     "total-planning-duration", NULL};

/* Members of other names are for other readers. */
static bool metrics_good(const cJSON *metrics, struct failure *f)
{
    for (const char *const *z = timers; *z; z++)
        if (json_get(metrics, *z) && !is_timer(json_get(metrics, *z), f))
            return false;
    for (const char *const *z = counters; *z; z++)
        if (json_get(metrics, *z) && !is_counter(json_get(metrics, *z), f))
            return false;
    return true;
}

static const struct shape metrics[] = {ALSO(metrics_good), END};

static const struct shape commit_report[] = {
    MUST("table-name", TEXT),
    MUST("snapshot-id", LONG),
    MUST("sequence-number", LONG),
    MUST("operation", TEXT),
    OBJECT("metrics", SHAPE_MUST, metrics),
    IF("metadata", MAP),
    END};

/* A filter is an expression: true, false or an object. */
static bool filter_good(const cJSON *item, struct failure *f)
{
    return cJSON_IsBool(item) || cJSON_IsObject(item) ||
           fail(f, "BadRequestException",
                "Cannot parse expression from non-object");
}

static const struct shape scan_report[] = {
    MUST("table-name", TEXT),
    MUST("snapshot-id", LONG),
    CHECK("filter", SHAPE_MUST, filter_good),
    MUST("schema-id", INT),
    MUST("projected-field-ids", INTS),
    MUST("projected-field-names", TEXTS),
    OBJECT("metrics", SHAPE_MUST, metrics),
    IF("metadata", MAP),
    END};

/* Reports of unknown types are taken as they are. */
static bool report_good(const cJSON *body, struct failure *f)
{
    const char *type = json_str(body, "report-type");
    if (strcasecmp(type, "commit-report") == 0)
        return shape_read(commit_report, body, f);
    return strcasecmp(type, "scan-report") != 0 ||
           shape_read(scan_report, body, f);
}

static const struct shape report[] = {MUST("report-type", TEXT),
                                      ALSO(report_good), END};

static const struct {
    const char *operation;
    const struct shape *shape;
} bodies[] = {
    {"createNamespace", create_namespace},
    {"createTable", create_table},
    {"updateTable", change},
    {"commitTransaction", transaction},
    {"renameTable", rename},
    {"registerTable", register_table},
    {"reportMetrics", report},
    {"createView", create_view},
    {"replaceView", change},
    {"renameView", rename},
    {"registerView", register_table},
};

const struct shape *shape_of_operation(const char *operation)
{
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        if (strcmp(bodies[i].operation, operation) == 0)
            return bodies[i].shape;
    return NULL;
}
