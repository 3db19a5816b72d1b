/* compare: every kind of difference, by path, and nothing where there is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit.h"
#include "iceberg/compare.h"
#include "iceberg/sample.h"

static const struct ice_table_def *const raw = &ice_tables[ICE_TABLE_RAW];
static struct ice_compare_rules rules;

/* One line a difference, "kind path text" and '!' before those that fail. */
static void compare_text(cJSON *metadata, struct str *out)
{
    struct ice_differences d = {.n = 0};

    CU_ASSERT_PTR_NULL(ice__metadata_wrong(metadata));
    ice__compare(&rules, raw, 2, metadata, &d);
    for (size_t i = 0; i < d.n; i++)
        str_addf(out, "%s%s|%s|%s\n", d.item[i].fails ? "!" : "",
                 ice_difference_name(d.item[i].kind), d.item[i].path,
                 d.item[i].text);
    free(d.item);
}

/* Takes the metadata. */
static void expect(cJSON *metadata, const char *wanted)
{
    struct str got;

    str_init(&got, 1 << 20);
    compare_text(metadata, &got);
    CU_ASSERT_STRING_EQUAL(str_z(&got), wanted);
    if (strcmp(str_z(&got), wanted))
        fprintf(stderr, "got:\n%swanted:\n%s", str_z(&got), wanted);
    str_fini(&got);
    cJSON_Delete(metadata);
}

static cJSON *sample(void)
{
    rules = ice_policy_default.compare;
    return sample_metadata(raw);
}

static void drop_column(cJSON *metadata, const char *name)
{
    cJSON_Delete(cJSON_DetachItemViaPointer(sample_fields(metadata),
                                            sample_column(metadata, name)));
}

static cJSON *column(const char *name, bool required, int id)
{
    cJSON *field = cJSON_CreateObject();

    json_set_i64(field, "id", id);
    json_set_str(field, "name", name);
    json_set_str(field, "type", "long");
    json_set(field, "required", cJSON_CreateBool(required));
    return field;
}

static void add_column(cJSON *metadata, const char *name, bool required, int id)
{
    cJSON_AddItemToArray(sample_fields(metadata), column(name, required, id));
    json_set_i64(metadata, "last-column-id", 30);
}

static void finds_nothing_in_any_table_as_it_should_be(void)
{
    for (int t = 0; t < ICE_TABLES; t++) {
        cJSON *metadata = sample_metadata(&ice_tables[t]);
        struct ice_differences d = {.n = 0};

        CU_ASSERT_PTR_NULL(ice__metadata_wrong(metadata));
        ice__compare(&ice_policy_default.compare, &ice_tables[t], 2, metadata,
                     &d);
        CU_ASSERT_EQUAL(d.n, 0);
        free(d.item);
        cJSON_Delete(metadata);
    }
}

static void names_a_missing_column(void)
{
    cJSON *m = sample();

    drop_column(m, "unit");
    drop_column(m, "metadata");
    expect(m, "!missing|unit|is missing, should be required string\n"
              "!missing|metadata|is missing, should be optional map\n");
}

static void names_extra_columns(void)
{
    cJSON *m = sample();

    add_column(m, "a", true, 25);
    add_column(m, "b", false, 26);
    expect(m, "!extra required|a|is extra, as required long\n"
              "extra optional|b|is extra, as optional long\n");
}

static void names_types_nullability_and_docs(void)
{
    cJSON *m = sample();

    json_set_str(sample_column(m, "value"), "type", "float");
    json_set(sample_column(m, "unit"), "required", cJSON_CreateFalse());
    json_set_str(sample_column(m, "unit"), "doc", "?");
    cJSON_DeleteItemFromObjectCaseSensitive(sample_column(m, "user_id"), "doc");
    expect(m, "doc|user_id|has another doc\n"
              "!type|value|is float, should be double\n"
              "!nullability|unit|is optional, should be required\n"
              "doc|unit|has another doc\n");
}

static void looks_into_the_map(void)
{
    cJSON *m = sample();
    cJSON *type = json_get(sample_column(m, "metadata"), "type");

    json_set_str(type, "value", "long");
    json_set(type, "value-required", cJSON_CreateTrue());
    expect(m, "!type|metadata.value|is long, should be string\n"
              "!nullability|metadata.value|is required, should be optional\n");
    m = sample();
    json_set_str(sample_column(m, "metadata"), "type", "string");
    expect(m, "!type|metadata|is string, should be map\n");
}

static void names_columns_out_of_order(void)
{
    cJSON *m = sample();
    cJSON *unit =
        cJSON_DetachItemViaPointer(sample_fields(m), sample_column(m, "unit"));

    cJSON_InsertItemInArray(sample_fields(m), 0, unit);
    expect(m, "!order|unit|should stand after value\n");
    m = sample();
    cJSON_InsertItemInArray(sample_fields(m), 0, column("zz", false, 26));
    json_set_i64(m, "last-column-id", 26);
    expect(m, "extra optional|zz|is extra, as optional long\n");
}

static cJSON *spec_fields(cJSON *m)
{
    return json_get(cJSON_GetArrayItem(json_get(m, "partition-specs"), 0),
                    "fields");
}

static void names_partition_fields(void)
{
    cJSON *m = sample();

    json_set_str(cJSON_GetArrayItem(spec_fields(m), 0), "transform", "month");
    expect(m, "!partition spec|partition[0]|is start_date_day = "
              "month(start_date), should be start_date_day = "
              "day(start_date)\n");
    m = sample();
    cJSON_DeleteItemFromArray(spec_fields(m), 1);
    expect(m, "!partition spec|partition[1]|is missing, should be data_type = "
              "identity(data_type)\n");
    m = sample();
    cJSON_AddItemToArray(
        spec_fields(m),
        cJSON_Duplicate(cJSON_GetArrayItem(spec_fields(m), 1), true));
    expect(m, "!partition spec|partition[2]|is extra: identity(data_type)\n");
}

static void names_ids_that_cannot_be(void)
{
    cJSON *m = sample();

    json_set_i64(cJSON_GetArrayItem(spec_fields(m), 0), "source-id", 99);
    expect(m, "!field ids|partition[0]|refers to no column\n"
              "!partition spec|partition[0]|is start_date_day = day(?), should "
              "be start_date_day = day(start_date)\n");
    m = sample();
    json_set_i64(sample_column(m, "timezone_offset"), "id", 1);
    expect(m, "!field ids|device_id|shares its id 1 with another column\n");
    m = sample();
    json_set_str(sample_column(m, "unit"), "id", "6");
    expect(m, "!field ids|unit|has no usable id\n");
    m = sample();
    json_set_i64(m, "last-column-id", 18);
    expect(m, "!field ids|last-column-id|is 18, below the highest id 19\n");
}

static void takes_any_unique_ids(void)
{
    cJSON *m = sample();

    json_set_i64(sample_column(m, "unit"), "id", 29);
    json_set_i64(m, "last-column-id", 30);
    expect(m, "");
    m = sample();
    rules.ids_as_asked = true;
    json_set_i64(sample_column(m, "device_id"), "id", 29);
    json_set_i64(m, "last-column-id", 30);
    CU_ASSERT_EQUAL(rules.fails[ICE_DIFF_FIELD_IDS], true);
    rules.stop_at_first = true;
    expect(m, "!field ids|device_id|has the id 29, not 1\n");
}

static void names_version_order_and_properties(void)
{
    cJSON *m = sample();
    cJSON *order = cJSON_GetArrayItem(json_get(m, "sort-orders"), 0);
    cJSON *properties = json_get(m, "properties");

    json_set_i64(m, "format-version", 1);
    cJSON_AddItemToArray(json_get(order, "fields"), cJSON_CreateObject());
    json_set_str(properties, "write.format.default", "orc");
    json_set_str(properties, "owner", "me");
    cJSON_DeleteItemFromObjectCaseSensitive(properties,
                                            "commit.retry.num-retries");
    expect(m, "!format version|format version|is 1, should be 2\n"
              "sort order|sort order|is by 1 fields, should be none\n"
              "!property|property write.format.default|is orc, should be "
              "parquet\n"
              "!property|property commit.retry.num-retries|is missing, should "
              "be 3\n"
              "extra property|property owner|is extra: me\n");
}

static void reads_a_schema_of_version_1(void)
{
    cJSON *m = sample();
    cJSON *schema =
        cJSON_Duplicate(cJSON_GetArrayItem(json_get(m, "schemas"), 0), true);

    json_set(m, "schema", schema);
    json_set(m, "partition-spec", cJSON_Duplicate(spec_fields(m), true));
    cJSON_DeleteItemFromObjectCaseSensitive(m, "schemas");
    cJSON_DeleteItemFromObjectCaseSensitive(m, "current-schema-id");
    cJSON_DeleteItemFromObjectCaseSensitive(m, "partition-specs");
    cJSON_DeleteItemFromObjectCaseSensitive(m, "table-uuid");
    json_set_i64(m, "format-version", 1);
    expect(m, "!format version|format version|is 1, should be 2\n");
}

static void expect_wrong(const char *member, cJSON *value, const char *said)
{
    cJSON *m = sample();
    const char *got;

    if (value)
        json_set(m, member, value);
    else
        cJSON_DeleteItemFromObjectCaseSensitive(m, member);
    got = ice__metadata_wrong(m);
    CU_ASSERT_PTR_NOT_NULL_FATAL(got);
    CU_ASSERT_STRING_EQUAL(got, said);
    cJSON_Delete(m);
}

static cJSON *parsed(const char *text)
{
    return json_parse(text, strlen(text), NULL);
}

static void refuses_what_is_no_metadata(void)
{
    expect_wrong("format-version", parsed("\"2\""), "has no format version");
    expect_wrong("location", NULL, "has no location");
    expect_wrong("table-uuid", parsed("7"), "has no table uuid");
    expect_wrong("schemas", parsed("{}"), "has no current schema");
    expect_wrong("current-schema-id", parsed("1"), "has no current schema");
    expect_wrong("schemas", parsed("[{\"schema-id\":0,\"fields\":[{}]}]"),
                 "has a schema that is none");
    expect_wrong("partition-specs", parsed("[{\"spec-id\":0}]"),
                 "has no default partition spec");
    expect_wrong("properties", parsed("[]"),
                 "has properties that are no object");
    expect_wrong("properties", parsed("{\"a\":1}"),
                 "has a property that is no string");
    CU_ASSERT_STRING_EQUAL(ice__metadata_wrong(NULL), "is no object");
}

/* A list in a list in a list ... */
static cJSON *nested_type(int depth)
{
    cJSON *type = cJSON_CreateString("long");

    for (int i = 0; i < depth; i++) {
        cJSON *list = cJSON_CreateObject();

        json_set_str(list, "type", "list");
        json_set_i64(list, "element-id", 100 + i);
        json_set(list, "element", type);
        type = list;
    }
    return type;
}

static void bounds_depth_and_breadth(void)
{
    cJSON *m = sample();

    json_set(sample_column(m, "unit"), "type", nested_type(ICE_MAX_NESTING));
    CU_ASSERT_PTR_NULL(ice__metadata_wrong(m));
    json_set(sample_column(m, "unit"), "type",
             nested_type(ICE_MAX_NESTING + 1));
    CU_ASSERT_PTR_NOT_NULL(ice__metadata_wrong(m));
    cJSON_Delete(m);
    m = sample();
    for (int i = 0; i < ICE_MAX_COLUMNS; i++)
        add_column(m, "x", false, 100);
    CU_ASSERT_PTR_NOT_NULL(ice__metadata_wrong(m));
    cJSON_Delete(m);
}

static void reports_a_bounded_number(void)
{
    struct ice_differences d = {.n = 0};
    struct str text;
    cJSON *m = sample();

    for (int i = 0; i < 1000; i++)
        add_column(m, "x", true, 100 + i);
    ice__compare(&rules, raw, 2, m, &d);
    CU_ASSERT_EQUAL(d.n, ICE_MAX_DIFFERENCES);
    CU_ASSERT(ice__differences_fail(&d));
    str_init(&text, 4096);
    ice__differences_print(&d, &text);
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&text), "; and 253 more"));
    str_fini(&text);
    free(d.item);
    cJSON_Delete(m);
}

static void judges_more_strictly_what_was_just_made(void)
{
    struct ice_compare_rules created =
        ice__compare_created(&ice_policy_default);

    CU_ASSERT(created.fails[ICE_DIFF_DOC]);
    CU_ASSERT(created.fails[ICE_DIFF_SORT_ORDER]);
    CU_ASSERT(created.fails[ICE_DIFF_EXTRA_OPTIONAL]);
    CU_ASSERT_FALSE(created.fails[ICE_DIFF_EXTRA_PROPERTY]);
    CU_ASSERT(created.fails[ICE_DIFF_TYPE]);
}

static void leaves_out_what_the_rules_do_not_ask_for(void)
{
    cJSON *m = sample();
    cJSON *type = json_get(sample_column(m, "metadata"), "type");

    json_set_str(type, "value", "long");
    drop_column(m, "unit");
    rules.nested = false;
    rules.report[ICE_DIFF_MISSING] = false;
    expect(m, "");
    m = sample();
    drop_column(m, "unit");
    drop_column(m, "value");
    rules.stop_at_first = true;
    expect(m, "!missing|value|is missing, should be required double\n");
}

static void notices_ids_that_change(void)
{
    struct ice_differences d = {.n = 0};
    cJSON *before = sample(), *after = sample();

    ice__compare_ids(&rules, before, after, &d);
    CU_ASSERT_EQUAL(d.n, 0);
    json_set_i64(sample_column(after, "unit"), "id", 40);
    ice__compare_ids(&rules, before, after, &d);
    CU_ASSERT_EQUAL_FATAL(d.n, 1);
    CU_ASSERT_STRING_EQUAL(d.item[0].path, "unit");
    CU_ASSERT_STRING_EQUAL(d.item[0].text, "had the id 6 and now has 40");
    free(d.item);
    cJSON_Delete(before);
    cJSON_Delete(after);
}

UNIT_MAIN("compare", UNIT(finds_nothing_in_any_table_as_it_should_be),
          UNIT(names_a_missing_column), UNIT(names_extra_columns),
          UNIT(names_types_nullability_and_docs), UNIT(looks_into_the_map),
          UNIT(names_columns_out_of_order), UNIT(names_partition_fields),
          UNIT(names_ids_that_cannot_be), UNIT(takes_any_unique_ids),
          UNIT(names_version_order_and_properties),
          UNIT(reads_a_schema_of_version_1), UNIT(refuses_what_is_no_metadata),
          UNIT(bounds_depth_and_breadth), UNIT(reports_a_bounded_number),
          UNIT(judges_more_strictly_what_was_just_made),
          UNIT(leaves_out_what_the_rules_do_not_ask_for),
          UNIT(notices_ids_that_change))
