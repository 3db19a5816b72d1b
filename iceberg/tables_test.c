/* The C tables and fixtures/tables.json say the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/unit.h"
#include "iceberg/tables.h"

static const char fixture[] = "fixtures/tables.json";

static cJSON *read_fixture(void)
{
    struct json_error e = {.line = 0};
    size_t room = 1 << 20, n = 0;
    char *text = mem_alloc(room);
    FILE *in = fopen(fixture, "rb");
    cJSON *tree = NULL;

    if (in) {
        n = fread(text, 1, room, in);
        fclose(in);
        tree = json_parse(text, n, &e);
    }
    if (!tree)
        fprintf(stderr, "%s:%d:%d: %s\n", fixture, e.line, e.col, e.message);
    free(text);
    return tree;
}

/* Every column has the given members and no others. */
static bool same_columns(const cJSON *wanted, const cJSON *request)
{
    return json_equal(json_get(wanted, "columns"),
                      json_get(json_get(request, "schema"), "fields"));
}

static bool same_properties(const cJSON *wanted, const cJSON *request)
{
    cJSON *copy = cJSON_Duplicate(json_get(wanted, "properties"), true);
    bool same;

    json_set_str(copy, "format-version", "2");
    same = json_equal(copy, json_get(request, "properties"));
    cJSON_Delete(copy);
    return same;
}

static void agrees_with_the_fixture(void)
{
    cJSON *tree = read_fixture();

    CU_ASSERT_PTR_NOT_NULL_FATAL(tree);
    CU_ASSERT_EQUAL(cJSON_GetArraySize(tree), ICE_TABLES);
    for (int t = 0; t < ICE_TABLES; t++) {
        const struct ice_table_def *def = &ice_tables[t];
        const cJSON *wanted = json_get(tree, def->name);
        struct ice_shape_rules shape = ice_policy_default.shape;
        cJSON *request = ice_table_request(def, "a name", &shape);

        CU_ASSERT_PTR_NOT_NULL(wanted);
        CU_ASSERT(same_columns(wanted, request));
        CU_ASSERT(json_equal(
            json_get(wanted, "partition"),
            json_get(json_get(request, "partition-spec"), "fields")));
        CU_ASSERT(same_properties(wanted, request));
        CU_ASSERT_STRING_EQUAL(json_str(request, "name"), "a name");
        cJSON_Delete(request);
    }
    cJSON_Delete(tree);
}

static void has_the_columns_promised(void)
{
    static const size_t columns[ICE_TABLES] = {17, 12, 16, 18, 18};

    for (int t = 0; t < ICE_TABLES; t++)
        CU_ASSERT_EQUAL(ice_tables[t].n_columns, columns[t]);
}

static void partitions_by_columns_that_exist(void)
{
    for (int t = 0; t < ICE_TABLES; t++) {
        const struct ice_table_def *def = &ice_tables[t];

        for (size_t i = 0; i < def->n_partition; i++)
            CU_ASSERT_PTR_NOT_NULL(
                ice_column_by_id(def, def->partition[i].source_id));
    }
    CU_ASSERT_PTR_NULL(ice_column_by_id(&ice_tables[0], 11));
}

static void asks_for_less_when_the_shape_says_so(void)
{
    struct ice_shape_rules none = {.format_version = 1};
    cJSON *request = ice_table_request(&ice_tables[0], "t", &none);
    const cJSON *fields = json_get(json_get(request, "schema"), "fields");
    const cJSON *first = cJSON_GetArrayItem(fields, 0);

    CU_ASSERT_PTR_NULL(json_get(request, "partition-spec"));
    CU_ASSERT_PTR_NULL(json_get(first, "doc"));
    CU_ASSERT_FALSE(json_bool(first, "required"));
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(request, "properties")), 1);
    CU_ASSERT_STRING_EQUAL(
        json_str(json_get(request, "properties"), "format-version"), "1");
    cJSON_Delete(request);
}

UNIT_MAIN("tables", UNIT(agrees_with_the_fixture),
          UNIT(has_the_columns_promised),
          UNIT(partitions_by_columns_that_exist),
          UNIT(asks_for_less_when_the_shape_says_so))
