/* sample: for tests: what a catalog would answer for one of the five tables.
 *
 * Columns are numbered anew as servers do: a struct's own columns first, then
 * what is nested in them.
 */
#ifndef ICEBERG_SAMPLE_H
#define ICEBERG_SAMPLE_H

#include "base/json.h"
#include "iceberg/tables.h"

#define SAMPLE_UUID "3d6632ea-e35a-4043-b653-92f771ab36f3"

static inline cJSON *sample_fields(cJSON *metadata)
{
    cJSON *schemas = json_get(metadata, "schemas");

    return json_get(cJSON_GetArrayItem(schemas, 0), "fields");
}

/* The column of that name, or NULL. */
static inline cJSON *sample_column(cJSON *metadata, const char *name)
{
    cJSON *field;

    cJSON_ArrayForEach(field, sample_fields(metadata))
    {
        if (!strcmp(json_str(field, "name"), name))
            return field;
    }
    return NULL;
}

static inline void sample_renumber(cJSON *metadata, cJSON *spec,
                                   const struct ice_table_def *def)
{
    int next = 0;
    cJSON *field;

    cJSON_ArrayForEach(field, sample_fields(metadata))
    {
        json_set_i64(field, "id", ++next);
    }
    cJSON_ArrayForEach(field, sample_fields(metadata))
    {
        cJSON *type = json_get(field, "type");

        if (!cJSON_IsObject(type))
            continue;
        json_set_i64(type, "key-id", ++next);
        json_set_i64(type, "value-id", ++next);
    }
    cJSON_ArrayForEach(field, json_get(spec, "fields"))
    {
        const struct ice_column *source =
            ice_column_by_id(def, (int)json_i64(field, "source-id", 0));

        json_set_i64(field, "source-id",
                     json_i64(sample_column(metadata, source->name), "id", 0));
    }
    json_set_i64(metadata, "last-column-id", next);
}

static inline cJSON *sample_list(cJSON *item)
{
    cJSON *list = cJSON_CreateArray();

    cJSON_AddItemToArray(list, item);
    return list;
}

/* Metadata of the table as it should be; the caller owns it. */
static inline cJSON *sample_metadata(const struct ice_table_def *def)
{
    cJSON *request =
        ice_table_request(def, def->name, &ice_policy_default.shape);
    cJSON *spec = cJSON_Duplicate(json_get(request, "partition-spec"), true);
    cJSON *properties = cJSON_Duplicate(json_get(request, "properties"), true);
    cJSON *order = cJSON_CreateObject();
    cJSON *m = cJSON_CreateObject();

    cJSON_DeleteItemFromObjectCaseSensitive(properties, "format-version");
    json_set_i64(m, "format-version", 2);
    json_set_str(m, "table-uuid", SAMPLE_UUID);
    json_set_str(m, "location", "s3://data-lake/warehouse/t");
    json_set_i64(m, "current-schema-id", 0);
    json_set(m, "schemas",
             sample_list(cJSON_Duplicate(json_get(request, "schema"), true)));
    sample_renumber(m, spec, def);
    json_set_i64(m, "default-spec-id", 0);
    json_set(m, "partition-specs", sample_list(spec));
    json_set_i64(order, "order-id", 0);
    json_set(order, "fields", cJSON_CreateArray());
    json_set_i64(m, "default-sort-order-id", 0);
    json_set(m, "sort-orders", sample_list(order));
    json_set(m, "properties", properties);
    json_set_i64(m, "current-snapshot-id", -1);
    cJSON_Delete(request);
    return m;
}

#endif
