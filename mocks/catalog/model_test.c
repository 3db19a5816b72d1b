/* The metadata model: what each update may and may not do, in each format
 * version, and what a commit leaves behind. */
#include "mocks/catalog/commit.h"
#include "mocks/catalog/testing.h"

#define TABLE "/v1/namespaces/db/tables/x"
#define UPDATES(list) "{\"requirements\":[],\"updates\":[" list "]}"

static void start(struct bench *b, const char *version, const char *more)
{
    char body[1000];
    CU_ASSERT_FATAL(bench_start(b, "{\"namespaces\":[\"db\"]}"));
    snprintf(body, sizeof body,
             "{\"name\":\"x\",\"schema\":" SIMPLE_SCHEMA
             ",\"properties\":{\"format-version\":\"%s\"}%s}",
             version, more);
    CU_ASSERT_EQUAL_FATAL(ask(b, "POST", "/v1/namespaces/db/tables", body),
                          200);
}

static int commit(struct bench *b, const char *updates)
{
    char body[4000];
    snprintf(body, sizeof body, UPDATES("%s"), updates);
    return ask(b, "POST", TABLE, body);
}

static const cJSON *now(const struct bench *b)
{
    return catalog_table(b->c, "db", "x");
}

static int64_t number(const struct bench *b, const char *member)
{
    return json_i64(now(b), member, -77);
}

static int count(const struct bench *b, const char *list)
{
    return cJSON_GetArraySize(json_get(now(b), list));
}

/* ---- rows of one commit each ---- */

struct refused {
    const char *version, *updates;
    int status;
    const char *type, *message;
};

static void expect(const struct refused *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct bench b;
        start(&b, rows[i].version, "");
        CU_ASSERT_EQUAL(commit(&b, rows[i].updates), rows[i].status);
        bool good = strcmp(error_type(&b), rows[i].type) == 0 &&
                    strcmp(error_message(&b), rows[i].message) == 0;
        if (!good)
            fprintf(stderr, "%zu: %d %s\n", i, b.status, b.text);
        CU_ASSERT(good);
        CU_ASSERT(b.status == 200 || (!b.wrote && bench_files(&b) == 1));
        bench_stop(&b);
    }
}

#define SCHEMA(fields)                                                         \
    "{\"action\":\"add-schema\",\"schema\":{\"type\":\"struct\",\"schema-id\"" \
    ":0,\"fields\":[" fields "]}}"
#define FIELD(id, name, type, more)                                            \
    "{\"id\":" id ",\"name\":\"" name                                          \
    "\",\"required\":false,\"type\":" type more "}"
#define CURRENT(id) "{\"action\":\"set-current-schema\",\"schema-id\":" id "}"
#define SPEC(fields)                                                           \
    "{\"action\":\"add-spec\",\"spec\":{\"spec-id\":0,\"fields\":[" fields "]" \
    "}"                                                                        \
    "}"
#define PART(source, id, name, transform)                                      \
    "{\"source-id\":" source ",\"field-id\":" id ",\"name\":\"" name           \
    "\",\"transform\":\"" transform "\"}"
#define DEFAULT(id) "{\"action\":\"set-default-spec\",\"spec-id\":" id "}"
#define BAD "BadRequestException"
#define ILLEGAL "IllegalArgumentException"
#define INVALID "ValidationException"
#define STATE "IllegalStateException"

static void types_belong_to_format_versions(void)
{
    static const struct refused rows[] = {
        {"2", SCHEMA(FIELD("3", "v", "\"variant\"", "")), 400, STATE,
         "Invalid schema for v2:\n- Invalid type for v: variant is not "
         "supported until v3"},
        {"1",
         SCHEMA(FIELD("3", "s",
                      "{\"type\":\"struct\",\"fields\":["
                      "{\"id\":4,\"name\":\"t\",\"required\":false,\"type\":"
                      "\"timestamp_ns\"}]}",
                      "")),
         400, STATE,
         "Invalid schema for v1:\n- Invalid type for s.t: timestamp_ns is not "
         "supported until v3"},
        {"2", SCHEMA(FIELD("3", "d", "\"int\"", ",\"initial-default\":5")), 400,
         STATE,
         "Invalid schema for v2:\n- Invalid initial default for d: non-null "
         "default (5) is not supported until v3"},
        {"3", SCHEMA(FIELD("3", "d", "\"int\"", ",\"initial-default\":5")), 200,
         "", ""},
        {"3", SCHEMA(FIELD("3", "d", "\"int\"", ",\"initial-default\":\"5\"")),
         400, ILLEGAL, "Cannot cast default value of d to int"},
        {"2", SCHEMA(FIELD("3", "d", "\"int\"", ",\"initial-default\":null")),
         200, "", ""},
        {"3", SCHEMA(FIELD("3", "v", "\"variant\"", "")), 200, "", ""},
        {"3", SCHEMA(FIELD("3", "g", "\"geometry(srid:4326)\"", "")), 200, "",
         ""},
        {"3", SCHEMA(FIELD("3", "u", "\"unknown\"", "")), 200, "", ""},
        {"3",
         SCHEMA("{\"id\":3,\"name\":\"u\",\"required\":true,\"type\":"
                "\"unknown\"}"),
         400, ILLEGAL, "Cannot create required field with unknown type: u"},
    };
    expect(rows, sizeof rows / sizeof *rows);
}

static void schemas_specs_and_orders_keep_their_rules(void)
{
    static const struct refused rows[] = {
        {"2", CURRENT("7"), 400, ILLEGAL,
         "Cannot set current schema to unknown schema: 7"},
        {"2", CURRENT("-1"), 400, INVALID,
         "Cannot set last added schema: no schema has been added"},
        {"2", "{\"action\":\"set-default-spec\",\"spec-id\":-1}", 400, INVALID,
         "Cannot set last added spec: no spec has been added"},
        {"2", "{\"action\":\"set-default-sort-order\",\"sort-order-id\":-1}",
         400, INVALID,
         "Cannot set last added sort order: no sort order has been added"},
        {"2", "{\"action\":\"remove-schemas\",\"schema-ids\":[0]}", 400,
         ILLEGAL, "Cannot remove the current schema"},
        {"2", "{\"action\":\"remove-partition-specs\",\"spec-ids\":[0]}", 400,
         ILLEGAL, "Cannot remove the default partition spec"},
        {"1", SPEC(PART("1", "1001", "a", "identity")), 400, INVALID,
         "Spec does not use sequential IDs that are required in v1: [\n  "
         "1001: a: identity(1)\n]"},
        {"2", SPEC(PART("1", "1001", "a", "identity")), 200, "", ""},
        {"2", SPEC(PART("9", "1000", "a", "identity")), 400, INVALID,
         "Cannot find source column for partition field: 1000: a: "
         "identity(9)"},
        {"2",
         "{\"action\":\"add-view-version\",\"view-version\":{"
         "\"version-id\":1,\"timestamp-ms\":1,\"schema-id\":0,"
         "\"summary\":{},\"default-namespace\":[],"
         "\"representations\":[]}}",
         406, "UnsupportedOperationException",
         "Cannot apply update AddViewVersion to a table"},
        {"3", "{\"action\":\"upgrade-format-version\",\"format-version\":2}",
         400, ILLEGAL, "Cannot downgrade v3 table to v2"},
        {"3", "{\"action\":\"upgrade-format-version\",\"format-version\":4}",
         400, ILLEGAL,
         "Cannot upgrade table to unsupported format version: v4 (supported: "
         "v3)"},
    };
    expect(rows, sizeof rows / sizeof *rows);
}

static void a_partitioned_table_is_replaced_in_one_commit(void)
{
    struct bench b;
    start(&b, "2",
          ",\"partition-spec\":{\"fields\":[{\"source-id\":2,"
          "\"name\":\"data\",\"transform\":\"identity\"}]}");
    /* The old spec does not bind any more, and need not. */
    CU_ASSERT_EQUAL(
        commit(&b, SCHEMA(FIELD("3", "n", "\"long\"", "")) "," CURRENT("-1")),
        400);
    CU_ASSERT_EQUAL(
        commit(&b, SCHEMA(FIELD("3", "n", "\"long\"", "")) "," CURRENT(
                       "-1") "," SPEC("") "," DEFAULT("-1")),
        200);
    CU_ASSERT_EQUAL(count(&b, "partition-specs"), 2);
    CU_ASSERT_EQUAL(number(&b, "last-column-id"), 3);
    CU_ASSERT_EQUAL(commit(&b, "{\"action\":\"remove-partition-specs\","
                               "\"spec-ids\":[0,9]},{\"action\":"
                               "\"remove-schemas\",\"schema-ids\":[0]}"),
                    200);
    CU_ASSERT_EQUAL(count(&b, "partition-specs"), 1);
    CU_ASSERT_EQUAL(count(&b, "schemas"), 1);
    bench_stop(&b);
}

static void a_column_may_be_called_like_a_partition(void)
{
    struct bench b;
    start(&b, "2",
          ",\"partition-spec\":{\"fields\":[{\"source-id\":2,"
          "\"name\":\"data_bucket\",\"transform\":\"bucket[4]\"}]}");
    CU_ASSERT_EQUAL(
        commit(&b, SCHEMA(FIELD("2", "data", "\"string\"", "") "," FIELD(
                       "3", "data_bucket", "\"long\"", "")) "," CURRENT("-1")),
        200);
    bench_stop(&b);
}

static void unsorted_is_always_order_0(void)
{
    struct bench b;
    start(&b, "2",
          ",\"write-order\":{\"order-id\":1,\"fields\":[{"
          "\"source-id\":1,\"transform\":\"identity\",\"direction\":"
          "\"asc\",\"null-order\":\"nulls-first\"}]}");
    CU_ASSERT_EQUAL(number(&b, "default-sort-order-id"), 1);
    CU_ASSERT_EQUAL(commit(&b, "{\"action\":\"add-sort-order\",\"sort-order\":"
                               "{\"order-id\":0,\"fields\":[]}},{\"action\":"
                               "\"set-default-sort-order\",\"sort-order-id\":"
                               "-1}"),
                    200);
    CU_ASSERT_EQUAL(number(&b, "default-sort-order-id"), 0);
    CU_ASSERT_EQUAL(count(&b, "sort-orders"), 2);
    bench_stop(&b);
}

/* ---- snapshots ---- */

#define SNAPSHOT(id, more)                                                     \
    "{\"action\":\"add-snapshot\",\"snapshot\":{\"snapshot-id\":" id           \
    ",\"timestamp-ms\":1795355424100,\"manifest-list\":\"m\",\"summary\":"     \
    "{\"operation\":\"append\"}" more "}}"
#define REF(name, id, type, more)                                              \
    "{\"action\":\"set-snapshot-ref\",\"ref-name\":\"" name                    \
    "\",\"snapshot-id\":" id ",\"type\":\"" type "\"" more "}"
#define ROWS(first, added)                                                     \
    ",\"sequence-number\":1,\"first-row-id\":" first ",\"added-rows\":" added

static void snapshots_keep_their_rules(void)
{
    static const struct refused rows[] = {
        {"2",
         SNAPSHOT("1", ",\"sequence-number\":1") "," SNAPSHOT(
             "1", ",\"sequence-number\":2"),
         400, INVALID, "Snapshot already exists for id: 1"},
        {"2",
         SNAPSHOT("1", ",\"sequence-number\":1,\"parent-snapshot-id\":"
                       "9") "," SNAPSHOT("2", ",\"sequence-number\":1,\"parent-"
                                              "snapshot-id\":1"),
         409, "CommitFailedException",
         "Validation failed, please retry: Cannot add snapshot with "
         "sequence "
         "number 1 older than last sequence number 1"},
        {"3", SNAPSHOT("1", ",\"sequence-number\":1"), 400, INVALID,
         "Cannot add a snapshot: first-row-id is null"},
        {"3", SNAPSHOT("1", ",\"sequence-number\":1,\"first-row-id\":0"), 400,
         BAD,
         "Invalid added-rows (required when first-row-id is set): "
         "null"},
        {"3", SNAPSHOT("1", ROWS("-1", "1")), 400, BAD,
         "Invalid first-row-id (cannot be negative): -1"},
        {"3", SNAPSHOT("1", ROWS("0", "-1")), 400, BAD,
         "Invalid added-rows (cannot be negative): -1"},
        {"3", SNAPSHOT("1", ROWS("0", "10")) "," SNAPSHOT("2", ROWS("9", "10")),
         409, "CommitFailedException",
         "Validation failed, please retry: Cannot add a snapshot, "
         "first-row-id is behind table next-row-id: 9 < 10"},
        {"2", REF("b", "7", "branch", ""), 400, INVALID,
         "Cannot set b to unknown snapshot: 7"},
        {"2", SNAPSHOT("1", "") "," REF("main", "1", "tag", ""), 400, INVALID,
         "Cannot set main to a tag, it must be a branch"},
        {"2",
         SNAPSHOT("1", "") "," REF("b", "1", "branch", ",\"max-ref-age-ms\":0"),
         400, ILLEGAL, "Max reference age must be greater than 0"},
        {"2",
         SNAPSHOT("1", "") "," REF("t", "1", "tag",
                                   ",\"min-snapshots-to-keep\":1"),
         400, ILLEGAL, "Tags do not support setting minSnapshotsToKeep"},
    };
    expect(rows, sizeof rows / sizeof *rows);
}

static void row_ids_are_counted_on_from_version_3(void)
{
    struct bench b;
    start(&b, "2", "");
    CU_ASSERT_PTR_NULL(json_get(now(&b), "next-row-id"));
    CU_ASSERT_EQUAL(commit(&b, "{\"action\":\"upgrade-format-version\","
                               "\"format-version\":3}"),
                    200);
    CU_ASSERT_EQUAL(number(&b, "next-row-id"), 0);
    CU_ASSERT(cJSON_IsNull(json_get(now(&b), "current-snapshot-id")));
    CU_ASSERT_EQUAL(commit(&b, SNAPSHOT("1", ROWS("0", "10")) "," REF(
                                   "main", "1", "branch", "")),
                    200);
    CU_ASSERT_EQUAL(number(&b, "next-row-id"), 10);
    CU_ASSERT_EQUAL(number(&b, "current-snapshot-id"), 1);
    CU_ASSERT_EQUAL(commit(&b, "{\"action\":\"remove-snapshot-ref\","
                               "\"ref-name\":\"main\"}"),
                    200);
    CU_ASSERT(cJSON_IsNull(json_get(now(&b), "current-snapshot-id")));
    CU_ASSERT_EQUAL(number(&b, "next-row-id"), 10);
    bench_stop(&b);
}

static void versions_1_and_2_have_their_own_members(void)
{
    struct bench b;
    start(&b, "1", "");
    CU_ASSERT_PTR_NULL(json_get(now(&b), "last-sequence-number"));
    CU_ASSERT(cJSON_IsArray(json_get(now(&b), "partition-spec")));
    CU_ASSERT_EQUAL(number(&b, "current-snapshot-id"), -1);
    CU_ASSERT_EQUAL(
        commit(&b, SNAPSHOT("1", "") "," REF("main", "1", "branch", "")), 200);
    CU_ASSERT_EQUAL(commit(&b, "{\"action\":\"upgrade-format-version\","
                               "\"format-version\":2}"),
                    200);
    CU_ASSERT_PTR_NULL(json_get(now(&b), "partition-spec"));
    CU_ASSERT_PTR_NULL(json_get(now(&b), "schema"));
    CU_ASSERT_EQUAL(number(&b, "last-sequence-number"), 0);
    CU_ASSERT_PTR_NULL(/* 0 is not written down */
                       json_get(json_get(now(&b), "snapshots")->child,
                                "sequence-number"));
    bench_stop(&b);
}

static void removed_snapshots_take_all_along(void)
{
    struct bench b;
    start(&b, "2", "");
    for (int i = 1; i < 5; i++) {
        char text[800];
        snprintf(text, sizeof text,
                 SNAPSHOT("%d", ",\"sequence-number\":%d") "," REF(
                     "main", "%d", "branch",
                     "") "," REF("t%d", "%d", "tag", ",\"max-ref-age-ms\":5"),
                 i, i, i, i, i);
        CU_ASSERT_EQUAL(commit(&b, text), 200);
    }
    CU_ASSERT_EQUAL(
        commit(&b, "{\"action\":\"set-statistics\",\"snapshot-id\":2,"
                   "\"statistics\":{\"snapshot-id\":2,\"statistics-path\":\"p\""
                   ",\"file-size-in-bytes\":1,\"file-footer-size-in-bytes\":1,"
                   "\"blob-metadata\":[]}},{\"action\":"
                   "\"set-partition-statistics\",\"partition-statistics\":"
                   "{\"snapshot-id\":2,\"statistics-path\":\"p\","
                   "\"file-size-in-bytes\":1}}"),
        200);
    CU_ASSERT_EQUAL(count(&b, "statistics"), 1);
    CU_ASSERT_EQUAL(count(&b, "partition-statistics"), 1);
    CU_ASSERT_EQUAL(commit(&b, "{\"action\":\"remove-snapshots\","
                               "\"snapshot-ids\":[2,99]}"),
                    200);
    CU_ASSERT_EQUAL(count(&b, "snapshots"), 3);
    CU_ASSERT_EQUAL(count(&b, "statistics"), 0);
    CU_ASSERT_EQUAL(count(&b, "partition-statistics"), 0);
    CU_ASSERT_EQUAL(count(&b, "refs"), 4);
    CU_ASSERT_EQUAL(count(&b, "snapshot-log"), 2); /* 3 and 4: 2 is a gap */
    CU_ASSERT_EQUAL(json_i64(json_get(json_get(now(&b), "refs"), "t1"),
                             "max-ref-age-ms", 0),
                    5);
    bench_stop(&b);
}

static void a_log_entry_of_the_future_is_refused(void)
{
    struct bench b;
    start(&b, "2", "");
    CU_ASSERT_EQUAL(
        commit(&b, "{\"action\":\"add-snapshot\",\"snapshot\":{"
                   "\"snapshot-id\":1,\"sequence-number\":1,\"timestamp-ms\":"
                   "1795359999999,\"manifest-list\":\"m\"}}," REF(
                       "main", "1", "branch", "")),
        400);
    CU_ASSERT(strncmp(error_message(&b), "Invalid update timestamp ", 25) == 0);
    bench_stop(&b);
}

/* ---- the rest ---- */

static void statistics_need_their_members(void)
{
    static const struct refused rows[] = {
        {"2",
         "{\"action\":\"set-statistics\",\"statistics\":{\"snapshot-id\":1,"
         "\"statistics-path\":\"p\",\"file-size-in-bytes\":1,"
         "\"file-footer-size-in-bytes\":1}}",
         400, BAD, "Cannot parse missing field: blob-metadata"},
        {"2",
         "{\"action\":\"set-partition-statistics\",\"partition-statistics\":"
         "{\"snapshot-id\":1,\"statistics-path\":\"p\"}}",
         400, BAD, "Cannot parse missing long: file-size-in-bytes"},
        {"2", "{\"action\":\"remove-statistics\",\"snapshot-id\":5}", 200, "",
         ""},
    };
    expect(rows, sizeof rows / sizeof *rows);
}

static void encryption_keys_come_and_go(void)
{
    struct bench b;
    static const char add[] =
        "{\"action\":\"add-encryption-key\",\"encryption-key\":{\"key-id\":"
        "\"k\",\"encrypted-key-metadata\":\"aGVsbG8=\",\"encrypted-by-id\":"
        "\"m\"}}";
    start(&b, "3", "");
    CU_ASSERT_EQUAL(commit(&b, add), 200);
    CU_ASSERT_EQUAL(count(&b, "encryption-keys"), 1);
    CU_ASSERT_EQUAL(commit(&b, add), 200);
    CU_ASSERT_FALSE(b.wrote);
    CU_ASSERT_EQUAL(commit(&b, "{\"action\":\"remove-encryption-key\","
                               "\"key-id\":\"k\"}"),
                    200);
    CU_ASSERT_EQUAL(count(&b, "encryption-keys"), 0);
    bench_stop(&b);
}

static void properties_and_locations_change(void)
{
    struct bench b;
    start(&b, "2", "");
    CU_ASSERT_EQUAL(
        commit(&b, "{\"action\":\"set-location\",\"location\":\"s3://b/y//\"},"
                   "{\"action\":\"set-properties\",\"updated\":{\"a\":\"b\"}}"),
        200);
    CU_ASSERT_STRING_EQUAL(json_str(now(&b), "location"), "s3://b/y");
    CU_ASSERT(strncmp(catalog_table_location(b.c, "db", "x"),
                      "s3://b/y/metadata/00001-", 24) == 0);
    CU_ASSERT_EQUAL(commit(&b, "{\"action\":\"remove-properties\",\"removed\":"
                               "[\"a\"]}"),
                    200);
    CU_ASSERT_PTR_NULL(metadata_property(now(&b), "a"));
    CU_ASSERT_EQUAL(commit(&b, ""), 200);
    CU_ASSERT_FALSE(b.wrote);
    bench_stop(&b);
}

static void a_commit_on_a_stale_base_holds_while_its_requirements_do(void)
{
    struct bench b;
    start(&b, "2", "");
    static const char guarded[] =
        "{\"requirements\":[{\"type\":\"assert-last-assigned-field-id\","
        "\"last-assigned-field-id\":2}],\"updates\":[{\"action\":"
        "\"set-properties\",\"updates\":{\"a\":\"b\"}}]}";
    CU_ASSERT_EQUAL(
        commit(&b, "{\"action\":\"set-properties\",\"updates\":{\"c\":\"d\"}}"),
        200);
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLE, guarded), 200);
    CU_ASSERT_EQUAL(commit(&b, SCHEMA(FIELD("3", "n", "\"long\"", ""))), 200);
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLE, guarded), 409);
    CU_ASSERT_STRING_EQUAL(error_message(&b),
                           "Requirement failed: last assigned field id "
                           "changed: expected id 2 != 3");
    bench_stop(&b);
}

UNIT_MAIN("catalog model", UNIT(types_belong_to_format_versions),
          UNIT(schemas_specs_and_orders_keep_their_rules),
          UNIT(a_partitioned_table_is_replaced_in_one_commit),
          UNIT(a_column_may_be_called_like_a_partition),
          UNIT(unsorted_is_always_order_0), UNIT(snapshots_keep_their_rules),
          UNIT(row_ids_are_counted_on_from_version_3),
          UNIT(versions_1_and_2_have_their_own_members),
          UNIT(removed_snapshots_take_all_along),
          UNIT(a_log_entry_of_the_future_is_refused),
          UNIT(statistics_need_their_members),
          UNIT(encryption_keys_come_and_go),
          UNIT(properties_and_locations_change),
          UNIT(a_commit_on_a_stale_base_holds_while_its_requirements_do))
