/* Table metadata documents made from createTable requests. See metadata.h. */
#include "mocks/catalog/metadata.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/schema.h"

enum { PARTITION_IDS_FROM = 1000, PROPERTIES_MAX = 10000 };

static const char *const reserved_keys[] = {
    "format-version",           "uuid",
    "snapshot-count",           "current-snapshot-id",
    "current-snapshot-summary", "current-snapshot-timestamp-ms",
    "current-schema",           "default-partition-spec",
    "default-sort-order",
};

static const char *const counted_keys[] = {
    "commit.retry.num-retries",
    "commit.retry.min-wait-ms",
    "commit.retry.max-wait-ms",
    "commit.retry.total-timeout-ms",
};

static bool is_reserved(const char *key)
{
    for (size_t i = 0; i < sizeof reserved_keys / sizeof *reserved_keys; i++)
        if (strcmp(reserved_keys[i], key) == 0)
            return true;
    return false;
}

static cJSON *as_string(const cJSON *value)
{
    if (cJSON_IsString(value))
        return cJSON_CreateString(value->valuestring);
    if (!cJSON_IsNumber(value) && !cJSON_IsRaw(value) && !cJSON_IsBool(value))
        return NULL;
    struct str s;
    str_init(&s, 4096);
    json_print(value, &s);
    cJSON *out = s.failed ? NULL : cJSON_CreateString(str_z(&s));
    str_fini(&s);
    return out;
}

bool metadata_properties(const cJSON *in, const char *what, bool reserved,
                         cJSON *out, struct failure *f)
{
    const cJSON *item;
    if (!in || cJSON_IsNull(in))
        return true;
    if (!cJSON_IsObject(in))
        return fail(f, "BadRequestException",
                    "Cannot parse %s: not an object of strings", what);
    if (cJSON_GetArraySize(in) > PROPERTIES_MAX)
        return fail(f, "BadRequestException", "More than %d %s", PROPERTIES_MAX,
                    what);
    cJSON_ArrayForEach(item, in)
    {
        cJSON *value = as_string(item);
        if (!value)
            return fail(f, "BadRequestException",
                        "Cannot parse %s: value of %s is not a string", what,
                        item->string);
        if (reserved && is_reserved(item->string))
            cJSON_Delete(value);
        else
            json_set(out, item->string, value);
    }
    return true;
}

static bool check_counted(const cJSON *properties, struct failure *f)
{
    for (size_t i = 0; i < sizeof counted_keys / sizeof *counted_keys; i++) {
        const char *z = json_str(properties, counted_keys[i]);
        long long n;
        if (!z)
            continue;
        if (!slice_int64(slice_of(z), &n))
            return fail(f, "ValidationException",
                        "Table property %s must have integer value",
                        counted_keys[i]);
        if (n < 0)
            return fail(f, "ValidationException",
                        "Table property %s must have non negative integer "
                        "value",
                        counted_keys[i]);
    }
    return true;
}

static bool format_version(const cJSON *create, int *out, struct failure *f)
{
    cJSON *value = json_get(json_get(create, "properties"), "format-version");
    cJSON *text = value ? as_string(value) : NULL;
    long long n = 2;
    bool ok = !value || (text && slice_int64(slice_of(text->valuestring), &n));
    if (!ok)
        fail(f, "BadRequestException", "Invalid format version: %s",
             text ? text->valuestring : "null");
    else if (n < 1 || n > FORMAT_VERSION_MAX)
        ok = fail(f, "IllegalArgumentException",
                  "Unsupported format version: v%lld (supported: v%d)", n,
                  FORMAT_VERSION_MAX);
    *out = (int)n;
    cJSON_Delete(text);
    return ok;
}

const char *metadata_property(const cJSON *metadata, const char *name)
{
    return json_str(json_get(metadata, "properties"), name);
}

cJSON *metadata_find(const cJSON *list, const char *member, int64_t value)
{
    return json_find(list, member, value);
}

/* ---- documents ---- */

static void set_location(cJSON *metadata, const char *location)
{
    size_t n = strlen(location);
    while (n > 0 && location[n - 1] == '/')
        n--;
    char *z = mem_memdup(location, n);
    json_set_str(metadata, "location", z);
    free(z);
}

static const char *const lists[] = {"snapshots", "statistics",
                                    "partition-statistics", "snapshot-log",
                                    "metadata-log"};

cJSON *metadata_empty(int version, const struct metadata_new *n)
{
    cJSON *m = cJSON_CreateObject();
    char uuid[RNG_UUID_SIZE];
    rng_uuid4(n->rng, uuid);
    json_set_i64(m, "format-version", version);
    json_set_str(m, "table-uuid", uuid);
    set_location(m, n->location);
    json_set_i64(m, "last-sequence-number", 0);
    json_set_i64(m, "last-updated-ms", n->now_ms);
    json_set_i64(m, "last-column-id", 0);
    json_set_i64(m, "current-schema-id", 0);
    cJSON_AddArrayToObject(m, "schemas");
    json_set_i64(m, "default-spec-id", 0);
    cJSON_AddArrayToObject(m, "partition-specs");
    json_set_i64(m, "last-partition-id", PARTITION_IDS_FROM - 1);
    json_set_i64(m, "default-sort-order-id", 0);
    cJSON_AddArrayToObject(m, "sort-orders");
    cJSON_AddObjectToObject(m, "properties");
    json_set_i64(m, "current-snapshot-id", -1);
    cJSON_AddObjectToObject(m, "refs");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        cJSON_AddArrayToObject(m, lists[i]);
    return m;
}

static void settle_v1(cJSON *m)
{
    const cJSON *schema = metadata_find(json_get(m, "schemas"), "schema-id",
                                        json_i64(m, "current-schema-id", 0));
    const cJSON *spec = metadata_find(json_get(m, "partition-specs"), "spec-id",
                                      json_i64(m, "default-spec-id", 0));
    cJSON_DeleteItemFromObjectCaseSensitive(m, "last-sequence-number");
    json_set(m, "schema", cJSON_Duplicate(schema, true));
    json_set(m, "partition-spec",
             cJSON_Duplicate(json_get(spec, "fields"), true));
}

void metadata_settle(cJSON *m)
{
    int64_t version = json_i64(m, "format-version", 2);
    bool none = json_i64(m, "current-snapshot-id", -1) == -1;
    if (none && version >= 3)
        json_set(m, "current-snapshot-id", cJSON_CreateNull());
    else if (none)
        json_set_i64(m, "current-snapshot-id", -1);
    if (version >= 3 && !json_get(m, "next-row-id"))
        json_set_i64(m, "next-row-id", 0);
    if (version >= 2) {
        cJSON_DeleteItemFromObjectCaseSensitive(m, "schema");
        cJSON_DeleteItemFromObjectCaseSensitive(m, "partition-spec");
        if (!json_get(m, "last-sequence-number"))
            json_set_i64(m, "last-sequence-number", 0);
    } else {
        settle_v1(m);
    }
}

static bool add_spec(const cJSON *create, cJSON *m, const cJSON *schema,
                     const struct schema_ids *ids, struct failure *f)
{
    const cJSON *in = json_get(create, "partition-spec");
    int64_t last = PARTITION_IDS_FROM - 1;
    cJSON *spec;
    if (in && !cJSON_IsNull(in)) {
        spec = spec_bind(in, schema, ids, true, &last, f);
        if (!spec)
            return false;
    } else {
        spec = cJSON_CreateObject();
        cJSON_AddArrayToObject(spec, "fields");
    }
    json_set_i64(spec, "spec-id", 0);
    cJSON_AddItemToArray(json_get(m, "partition-specs"), spec);
    json_set_i64(m, "default-spec-id", 0);
    json_set_i64(m, "last-partition-id", last);
    return true;
}

static bool add_order(const cJSON *create, cJSON *m, const cJSON *schema,
                      const struct schema_ids *ids, struct failure *f)
{
    const cJSON *in = json_get(create, "write-order");
    cJSON *order;
    if (in && !cJSON_IsNull(in)) {
        order = order_bind(in, schema, ids, f);
        if (!order)
            return false;
    } else {
        order = cJSON_CreateObject();
        cJSON_AddArrayToObject(order, "fields");
    }
    int64_t id = cJSON_GetArraySize(json_get(order, "fields")) > 0;
    json_set_i64(order, "order-id", id);
    cJSON_AddItemToArray(json_get(m, "sort-orders"), order);
    json_set_i64(m, "default-sort-order-id", id);
    return true;
}

static bool add_schema(const cJSON *create, cJSON *m, int version,
                       struct schema_ids *ids, struct failure *f)
{
    cJSON *schema = schema_read(json_get(create, "schema"), version, f);
    if (!schema)
        return false;
    json_set_i64(schema, "schema-id", 0);
    json_set_i64(m, "last-column-id", schema_renumber(schema, ids));
    cJSON_AddItemToArray(json_get(m, "schemas"), schema);
    json_set_i64(m, "current-schema-id", 0);
    return add_spec(create, m, schema, ids, f) &&
           add_order(create, m, schema, ids, f);
}

static bool add_properties(const cJSON *create, cJSON *m,
                           const struct metadata_new *n, struct failure *f)
{
    cJSON *out = json_get(m, "properties");
    if (n->staged_at)
        json_set_str(out, "created-at", n->staged_at);
    json_set_str(out, "write.parquet.compression-codec", "zstd");
    return metadata_properties(json_get(create, "properties"), "properties",
                               true, out, f) &&
           check_counted(out, f);
}

cJSON *metadata_create(const cJSON *create, const struct metadata_new *n,
                       struct failure *f)
{
    struct schema_ids ids = {0};
    const char *location = json_str(create, "location");
    int version;
    if (!format_version(create, &version, f))
        return NULL;
    cJSON *m = metadata_empty(version, n);
    if (location && *location)
        set_location(m, location);
    bool ok = add_schema(create, m, version, &ids, f) &&
              add_properties(create, m, n, f);
    schema_ids_fini(&ids);
    if (ok) {
        metadata_settle(m);
        return m;
    }
    cJSON_Delete(m);
    return NULL;
}
