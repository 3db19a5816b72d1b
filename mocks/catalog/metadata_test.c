/* Creating tables: numbering, metadata documents, metadata files. */
#include <zlib.h>

#include "mocks/catalog/schema.h"
#include "mocks/catalog/testing.h"

/* The shape of health_data_raw: a map in the middle, ids with gaps. */
#define MAP_TABLE(properties)                                                  \
    "{\"name\":\"raw\",\"schema\":{\"type\":\"struct\",\"fields\":["           \
    "{\"id\":7,\"name\":\"device_id\",\"required\":true,\"type\":\"string\","  \
    "\"doc\":\"Device identifier\"},"                                          \
    "{\"id\":10,\"name\":\"metadata\",\"required\":false,\"type\":{"           \
    "\"type\":\"map\",\"key-id\":11,\"key\":\"string\",\"value-id\":12,"       \
    "\"value\":\"string\",\"value-required\":false}},"                         \
    "{\"id\":13,\"name\":\"at\",\"required\":true,\"type\":\"timestamp\"}]},"  \
    "\"partition-spec\":{\"fields\":[{\"source-id\":13,\"field-id\":1007,"     \
    "\"name\":\"at_day\",\"transform\":\"day\"},{\"source-id\":7,"             \
    "\"field-id\":1003,\"name\":\"device_id\",\"transform\":\"identity\"}]},"  \
    "\"write-order\":{\"fields\":[{\"source-id\":13,\"transform\":"            \
    "\"identity\",\"direction\":\"desc\",\"null-order\":\"nulls-last\"}]},"    \
    "\"properties\":{" properties "}}"

static const cJSON *part(const cJSON *metadata, const char *list, int at)
{
    return cJSON_GetArrayItem(json_get(metadata, list), at);
}

static int64_t id_of(const cJSON *field)
{
    return json_i64(field, "id", -1);
}

static void numbers_own_fields_before_nested_ones(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/namespaces/db/tables", MAP_TABLE("")),
                    200);
    const cJSON *m = answered_metadata(&b);
    const cJSON *schema = part(m, "schemas", 0);
    const cJSON *map = json_get(schema_field_named(schema, "metadata"), "type");
    CU_ASSERT_EQUAL(id_of(schema_field_named(schema, "device_id")), 1);
    CU_ASSERT_EQUAL(id_of(schema_field_named(schema, "metadata")), 2);
    CU_ASSERT_EQUAL(id_of(schema_field_named(schema, "at")), 3);
    CU_ASSERT_EQUAL(json_i64(map, "key-id", 0), 4);
    CU_ASSERT_EQUAL(json_i64(map, "value-id", 0), 5);
    CU_ASSERT_EQUAL(json_i64(m, "last-column-id", 0), 5);
    CU_ASSERT_STRING_EQUAL(
        json_str(schema_field_named(schema, "device_id"), "doc"),
        "Device identifier");
    bench_stop(&b);
}

static void spec_and_order_follow_the_new_ids(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    ask(&b, "POST", "/v1/namespaces/db/tables", MAP_TABLE(""));
    const cJSON *m = answered_metadata(&b);
    const cJSON *spec = json_get(part(m, "partition-specs", 0), "fields");
    const cJSON *order = json_get(part(m, "sort-orders", 0), "fields");
    CU_ASSERT_EQUAL(json_i64(cJSON_GetArrayItem(spec, 0), "source-id", 0), 3);
    CU_ASSERT_EQUAL(json_i64(cJSON_GetArrayItem(spec, 0), "field-id", 0), 1000);
    CU_ASSERT_EQUAL(json_i64(cJSON_GetArrayItem(spec, 1), "source-id", 0), 1);
    CU_ASSERT_EQUAL(json_i64(cJSON_GetArrayItem(spec, 1), "field-id", 0), 1001);
    CU_ASSERT_EQUAL(json_i64(m, "last-partition-id", 0), 1001);
    CU_ASSERT_EQUAL(json_i64(cJSON_GetArrayItem(order, 0), "source-id", 0), 3);
    CU_ASSERT_EQUAL(json_i64(m, "default-sort-order-id", 0), 1);
    bench_stop(&b);
}

static void nested_types_are_numbered_in_the_reference_order(void)
{
    static const char text[] =
        "{\"type\":\"struct\",\"identifier-field-ids\":[30],\"fields\":["
        "{\"id\":10,\"name\":\"s\",\"required\":false,\"type\":{\"type\":"
        "\"struct\",\"fields\":[{\"id\":11,\"name\":\"a\",\"required\":false,"
        "\"type\":{\"type\":\"list\",\"element-id\":12,\"element\":\"int\","
        "\"element-required\":false}},{\"id\":13,\"name\":\"b\","
        "\"required\":false,\"type\":\"int\"}]}},"
        "{\"id\":30,\"name\":\"k\",\"required\":true,\"type\":\"long\"}]}";
    struct arena a;
    struct schema_ids ids = {0};
    arena_init(&a);
    struct failure f = {.arena = &a};
    cJSON *in = json_parse(text, strlen(text), NULL);
    cJSON *schema = schema_read(in, 2, &f);
    CU_ASSERT_FATAL(schema != NULL);
    CU_ASSERT_EQUAL(schema_renumber(schema, &ids), 5);
    CU_ASSERT_EQUAL(schema_ids_new(&ids, 10), 1);
    CU_ASSERT_EQUAL(schema_ids_new(&ids, 30), 2);
    CU_ASSERT_EQUAL(schema_ids_new(&ids, 11), 3);
    CU_ASSERT_EQUAL(schema_ids_new(&ids, 13), 4);
    CU_ASSERT_EQUAL(schema_ids_new(&ids, 12), 5);
    CU_ASSERT_EQUAL(schema_last_id(schema), 5);
    cJSON *identifier = json_get(schema, "identifier-field-ids")->child;
    CU_ASSERT_EQUAL(cJSON_GetNumberValue(identifier), 2);
    schema_ids_fini(&ids);
    cJSON_Delete(schema);
    cJSON_Delete(in);
    arena_fini(&a);
}

/* fixtures/tables.json has the columns as asked for. */
static cJSON *fixture_request(const char *table)
{
    struct str text;
    char buffer[4096];
    size_t n;
    FILE *file = fopen("fixtures/tables.json", "r");
    CU_ASSERT_FATAL(file != NULL);
    str_init(&text, 1 << 20);
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0)
        str_add(&text, buffer, n);
    fclose(file);
    cJSON *all = json_parse(text.p, text.len, NULL);
    const cJSON *in = json_get(all, table);
    cJSON *request = cJSON_CreateObject();
    cJSON *schema = cJSON_AddObjectToObject(request, "schema");
    cJSON *spec = cJSON_AddObjectToObject(request, "partition-spec");
    json_set_str(request, "name", table);
    json_set_str(schema, "type", "struct");
    json_set(schema, "fields", cJSON_Duplicate(json_get(in, "columns"), true));
    json_set(spec, "fields", cJSON_Duplicate(json_get(in, "partition"), true));
    json_set(request, "properties",
             cJSON_Duplicate(json_get(in, "properties"), true));
    cJSON_Delete(all);
    str_fini(&text);
    return request;
}

static void the_map_of_health_data_raw_gets_18_and_19(void)
{
    struct bench b;
    char why[160] = "";
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    cJSON *request = fixture_request("health_data_raw");
    CU_ASSERT(catalog_add_table(b.c, "db", request, why));
    const cJSON *m = catalog_table(b.c, "db", "health_data_raw");
    const cJSON *map =
        json_get(schema_field_named(part(m, "schemas", 0), "metadata"), "type");
    CU_ASSERT_EQUAL(json_i64(map, "key-id", 0), 18);
    CU_ASSERT_EQUAL(json_i64(map, "value-id", 0), 19);
    CU_ASSERT_EQUAL(json_i64(m, "last-column-id", 0), 19);
    CU_ASSERT_EQUAL(json_i64(m, "last-partition-id", 0), 1001);
    cJSON_Delete(request);
    bench_stop(&b);
}

static const char *stored_text(struct bench *b, struct str *out)
{
    const char *at = catalog_table_location(b->c, "db", "raw");
    str_init(out, 1 << 20);
    if (at)
        b->memory.files.get(b->memory.files.ctx, at, out);
    return at ? at : "";
}

static void metadata_is_a_file_below_the_table(void)
{
    struct bench b;
    struct str text;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    ask(&b, "POST", "/v1/namespaces/db/tables", MAP_TABLE("\"a\":\"b\""));
    const char *at = stored_text(&b, &text);
    const char *folder = "s3://data-lake/warehouse/db/raw/metadata/00000-";
    CU_ASSERT(strncmp(at, folder, strlen(folder)) == 0);
    CU_ASSERT_STRING_EQUAL(at, json_str(b.body, "metadata-location"));
    cJSON *file = json_parse(text.p, text.len, NULL);
    CU_ASSERT(json_equal(file, answered_metadata(&b)));
    CU_ASSERT(json_equal(file, catalog_table(b.c, "db", "raw")));
    CU_ASSERT_EQUAL(bench_files(&b), 1);
    cJSON_Delete(file);
    str_fini(&text);
    bench_stop(&b);
}

static void metadata_is_gzipped_when_the_table_says_so(void)
{
    struct bench b;
    struct str text;
    char plain[16384];
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    ask(&b, "POST", "/v1/namespaces/db/tables",
        MAP_TABLE("\"write.metadata.compression-codec\":\"gzip\""));
    const char *at = stored_text(&b, &text);
    CU_ASSERT(strstr(at, ".gz.metadata.json") != NULL);
    z_stream z = {0};
    z.next_in = (Bytef *)text.p;
    z.avail_in = (uInt)text.len;
    z.next_out = (Bytef *)plain;
    z.avail_out = sizeof plain;
    CU_ASSERT_FATAL(inflateInit2(&z, 15 + 16) == Z_OK);
    CU_ASSERT_EQUAL(inflate(&z, Z_FINISH), Z_STREAM_END);
    cJSON *file = json_parse(plain, z.total_out, NULL);
    CU_ASSERT(json_equal(file, catalog_table(b.c, "db", "raw")));
    inflateEnd(&z);
    cJSON_Delete(file);
    str_fini(&text);
    bench_stop(&b);
}

static void metadata_goes_where_the_property_says(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    ask(&b, "POST", "/v1/namespaces/db/tables",
        MAP_TABLE("\"write.metadata.path\":\"s3://other/meta/\""));
    const char *at = catalog_table_location(b.c, "db", "raw");
    CU_ASSERT(at && strncmp(at, "s3://other/meta/00000-", 22) == 0);
    bench_stop(&b);
}

static void reserved_keys_are_not_stored(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    ask(&b, "POST", "/v1/namespaces/db/tables",
        MAP_TABLE("\"format-version\":\"1\",\"uuid\":\"x\",\"n\":5,"
                  "\"write.parquet.compression-codec\":\"snappy\""));
    const cJSON *m = answered_metadata(&b);
    CU_ASSERT_EQUAL(json_i64(m, "format-version", 0), 1);
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(m, "properties")), 2);
    CU_ASSERT_STRING_EQUAL(metadata_property(m, "n"), "5");
    CU_ASSERT_STRING_EQUAL(
        metadata_property(m, "write.parquet.compression-codec"), "snappy");
    CU_ASSERT(cJSON_IsArray(json_get(m, "partition-spec")));
    bench_stop(&b);
}

static void refuses_what_is_no_schema(void)
{
    static const struct {
        const char *field, *type, *message;
    } bad[] = {
        {"{\"id\":1,\"name\":\"a\",\"required\":false,\"type\":\"decimal(9)\"}",
         "BadRequestException",
         "Cannot parse type string to primitive: decimal(9)"},
        {"{\"id\":1,\"name\":\"a\",\"type\":\"int\"}", "BadRequestException",
         "Cannot parse missing boolean: required"},
        {"{\"name\":\"a\",\"required\":false,\"type\":\"int\"}",
         "BadRequestException", "Cannot parse missing int: id"},
        {"{\"id\":1,\"required\":false,\"type\":\"int\"}",
         "BadRequestException", "Cannot parse missing string: name"},
        {"{\"id\":1,\"name\":\"a\",\"required\":false,\"type\":\"variant\"}",
         "IllegalStateException",
         "Invalid schema for v2:\n- Invalid type for a: variant is not "
         "supported until v3"},
        {"{\"id\":1,\"name\":\"a\",\"required\":false,\"type\":[]}",
         "BadRequestException", "Cannot parse type from json"},
    };
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char body[400];
        snprintf(body, sizeof body,
                 "{\"name\":\"x\",\"schema\":{\"type\":\"struct\",\"fields\":"
                 "[%s]}}",
                 bad[i].field);
        CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/namespaces/db/tables", body), 400);
        CU_ASSERT_STRING_EQUAL(error_type(&b), bad[i].type);
        CU_ASSERT_STRING_EQUAL(error_message(&b), bad[i].message);
    }
    CU_ASSERT_EQUAL(bench_files(&b), 0);
    bench_stop(&b);
}

static void refuses_partitions_that_do_not_bind(void)
{
    static const struct {
        const char *field, *message;
    } bad[] = {
        {"{\"source-id\":2,\"name\":\"p\",\"transform\":\"day\"}",
         "Unsupported type: string"},
        {"{\"source-id\":2,\"name\":\"p\",\"transform\":\"bucket[0]\"}",
         "Invalid number of buckets: 0 (must be > 0)"},
        {"{\"source-id\":2,\"name\":\"id\",\"transform\":\"identity\"}",
         "Cannot create identity partition sourced from different field in "
         "schema: id"},
        {"{\"source-id\":9,\"name\":\"p\",\"transform\":\"void\"}",
         "Cannot find source column for partition field: 1000: p: void(9)"},
    };
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char body[600];
        snprintf(body, sizeof body,
                 "{\"name\":\"x\",\"schema\":" SIMPLE_SCHEMA
                 ",\"partition-spec\":{\"fields\":[%s]}}",
                 bad[i].field);
        CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/namespaces/db/tables", body), 400);
        CU_ASSERT_STRING_EQUAL(error_message(&b), bad[i].message);
    }
    bench_stop(&b);
}

static void a_store_that_refuses_the_file_stops_the_create(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    b.memory.full = true;
    CU_ASSERT_EQUAL(
        ask(&b, "POST", "/v1/namespaces/db/tables", SIMPLE_TABLE("x")), 500);
    CU_ASSERT_STRING_EQUAL(error_message(&b), "the store is full");
    CU_ASSERT_FALSE(b.wrote);
    CU_ASSERT_PTR_NULL(catalog_table(b.c, "db", "x"));
    b.memory.full = false;
    CU_ASSERT_EQUAL(
        ask(&b, "POST", "/v1/namespaces/db/tables", SIMPLE_TABLE("x")), 200);
    bench_stop(&b);
}

static void a_dropped_change_leaves_nothing(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    CU_ASSERT_EQUAL(ask_how(&b, DROPPED, "POST", "/v1/namespaces/db/tables",
                            NULL, SIMPLE_TABLE("x")),
                    200);
    CU_ASSERT_PTR_NULL(catalog_table(b.c, "db", "x"));
    CU_ASSERT_EQUAL(bench_files(&b), 0);
    bench_stop(&b);
}

static void a_lost_metadata_file_is_noticed_on_load(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    ask(&b, "POST", "/v1/namespaces/db/tables", SIMPLE_TABLE("x"));
    CU_ASSERT(
        meddle(&b, MEDDLE_LOSE_FILE, "{\"namespace\":\"db\",\"table\":\"x\"}"));
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces/db/tables/x", NULL), 404);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "NotFoundException");
    CU_ASSERT(strncmp(error_message(&b),
                      "Failed to open input stream for file: s3://", 43) == 0);
    bench_stop(&b);
}

static int rename_x(struct bench *b)
{
    return ask(b, "POST", "/v1/tables/rename",
               "{\"source\":{\"namespace\":[\"db\"],\"name\":\"x\"},"
               "\"destination\":{\"namespace\":[\"db\"],\"name\":\"y\"}}");
}

static void expect_unreadable(struct bench *b, int status)
{
    const char *x = "/v1/namespaces/db/tables/x";
    CU_ASSERT_EQUAL(ask(b, "GET", x, NULL), status);
    CU_ASSERT_EQUAL(ask(b, "HEAD", x, NULL), status);
    CU_ASSERT_EQUAL(rename_x(b), status);
    CU_ASSERT_EQUAL(ask(b, "POST", x,
                        "{\"updates\":[{\"action\":\"set-properties\","
                        "\"updates\":{\"a\":\"b\"}}]}"),
                    status);
    CU_ASSERT_STRING_EQUAL(error_type(b), status == 404 ? "NotFoundException"
                                                        : "RuntimeIOException");
}

/* As the reference does: whoever needs the metadata is refused, but the table
 * can be dropped. */
static void a_damaged_metadata_file_is_noticed(void)
{
    static const char *const properties[] = {
        "{}", "{\"write.metadata.compression-codec\":\"gzip\"}"};
    for (size_t i = 0; i < 2; i++) {
        struct bench b;
        char create[400], why[160];
        snprintf(
            create, sizeof create,
            "{\"name\":\"x\",\"schema\":{\"type\":\"struct\",\"fields\":[]},"
            "\"properties\":%s}",
            properties[i]);
        CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
        ask(&b, "POST", "/v1/namespaces/db/tables", create);
        const struct warehouse *w = &b.memory.files;
        const char *location = catalog_table_location(b.c, "db", "x");
        struct str kept;
        str_init(&kept, 1 << 20);
        CU_ASSERT_PTR_NOT_NULL_FATAL(location);
        CU_ASSERT(w->get(w->ctx, location, &kept));
        CU_ASSERT_EQUAL(ask(&b, "HEAD", "/v1/namespaces/db/tables/x", NULL),
                        204);
        struct slice half = {kept.p, kept.len / 2};
        w->put(w->ctx, location, half, why);
        expect_unreadable(&b, 500);
        kept.p[kept.len / 2] ^= 1;
        w->put(w->ctx, location, str_slice(&kept), why);
        expect_unreadable(&b, 500);
        kept.p[kept.len / 2] ^= 1;
        str_addc(&kept, 0);
        w->put(w->ctx, location, str_slice(&kept), why);
        expect_unreadable(&b, 500);
        str_cut(&kept, kept.len - 1);
        w->put(w->ctx, location, str_slice(&kept), why);
        CU_ASSERT_EQUAL(ask(&b, "HEAD", "/v1/namespaces/db/tables/x", NULL),
                        204);
        w->remove(w->ctx, location);
        expect_unreadable(&b, 404);
        CU_ASSERT_EQUAL(ask(&b, "DELETE", "/v1/namespaces/db/tables/x", NULL),
                        204);
        str_fini(&kept);
        bench_stop(&b);
    }
}

static void commit_property(struct bench *b, int i)
{
    char body[200];
    snprintf(body, sizeof body,
             "{\"updates\":[{\"action\":\"set-properties\",\"updates\":"
             "{\"i\":\"%d\"}}]}",
             i);
    CU_ASSERT_EQUAL(ask(b, "POST", "/v1/namespaces/db/tables/x", body), 200);
}

static void old_metadata_is_deleted_when_the_table_says_so(void)
{
    static const struct {
        const char *enabled;
        size_t files; /* the current one, and those of the log */
    } rows[] = {{"true", 1 + 2}, {"false", 1 + 6}};
    for (size_t i = 0; i < 2; i++) {
        struct bench b;
        char create[400];
        snprintf(
            create, sizeof create,
            "{\"name\":\"x\",\"schema\":{\"type\":\"struct\",\"fields\":[]},"
            "\"properties\":{\"write.metadata.previous-versions-max\":\"2\","
            "\"write.metadata.delete-after-commit.enabled\":\"%s\"}}",
            rows[i].enabled);
        CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
        CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/namespaces/db/tables", create),
                        200);
        for (int n = 0; n < 6; n++)
            commit_property(&b, n);
        CU_ASSERT_EQUAL(bench_files(&b), rows[i].files);
        const cJSON *entry, *metadata = catalog_table(b.c, "db", "x");
        const struct warehouse *w = &b.memory.files;
        cJSON_ArrayForEach(entry, json_get(metadata, "metadata-log"))
        {
            CU_ASSERT(w->exists(w->ctx, json_str(entry, "metadata-file")));
        }
        CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces/db/tables/x", NULL),
                        200);
        bench_stop(&b);
    }
}

static void same_seed_same_bytes(void)
{
    struct bench a, b;
    CU_ASSERT_FATAL(bench_start(&a, "{\"namespaces\":[\"db\"]}"));
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    ask(&a, "POST", "/v1/namespaces/db/tables", MAP_TABLE(""));
    ask(&b, "POST", "/v1/namespaces/db/tables", MAP_TABLE(""));
    CU_ASSERT_STRING_EQUAL(a.text, b.text);
    bench_stop(&a);
    bench_stop(&b);
}

UNIT_MAIN("catalog metadata", UNIT(numbers_own_fields_before_nested_ones),
          UNIT(spec_and_order_follow_the_new_ids),
          UNIT(nested_types_are_numbered_in_the_reference_order),
          UNIT(the_map_of_health_data_raw_gets_18_and_19),
          UNIT(metadata_is_a_file_below_the_table),
          UNIT(metadata_is_gzipped_when_the_table_says_so),
          UNIT(metadata_goes_where_the_property_says),
          UNIT(reserved_keys_are_not_stored), UNIT(refuses_what_is_no_schema),
          UNIT(refuses_partitions_that_do_not_bind),
          UNIT(a_store_that_refuses_the_file_stops_the_create),
          UNIT(a_dropped_change_leaves_nothing),
          UNIT(a_lost_metadata_file_is_noticed_on_load),
          UNIT(a_damaged_metadata_file_is_noticed),
          UNIT(old_metadata_is_deleted_when_the_table_says_so),
          UNIT(same_seed_same_bytes))
