/* Tables and views that come with their metadata file, or leave it behind. */
#include "mocks/catalog/testing.h"

#define TABLES "/v1/namespaces/db/tables"
#define REGISTER "/v1/namespaces/db/register"
#define REGISTER_VIEW "/v1/namespaces/db/register-view"

static void start(struct bench *b)
{
    CU_ASSERT_FATAL(bench_start(b, "{\"namespaces\":[\"db\"]}"));
    CU_ASSERT_EQUAL(ask(b, "POST", TABLES, SIMPLE_TABLE("a")), 200);
}

static int put_and_register(struct bench *b, const char *location,
                            const char *text)
{
    char body[300], why[160];
    b->memory.files.put(&b->memory, location, slice_of(text), why);
    snprintf(body, sizeof body, "{\"name\":\"r\",\"metadata-location\":\"%s\"}",
             location);
    return ask(b, "POST", REGISTER, body);
}

static const char *location_of(const struct bench *b, const char *table)
{
    return catalog_table_location(b->c, "db", table);
}

static void register_as(struct bench *b, const char *name, const char *location,
                        const char *more)
{
    char body[500];
    snprintf(body, sizeof body,
             "{\"name\":\"%s\",\"metadata-location\":\"%s\"%s}", name, location,
             more);
    ask(b, "POST", REGISTER, body);
}

static void a_registered_table_is_what_its_file_says(void)
{
    struct bench b;
    start(&b);
    char *location = mem_strdup(location_of(&b, "a"));
    register_as(&b, "r", location, "");
    CU_ASSERT_EQUAL(b.status, 200);
    CU_ASSERT_STRING_EQUAL(json_str(b.body, "metadata-location"), location);
    CU_ASSERT(json_equal(answered_metadata(&b), catalog_table(b.c, "db", "a")));
    CU_ASSERT_EQUAL(bench_files(&b), 1);
    CU_ASSERT(*b.etag);
    CU_ASSERT_EQUAL(ask(&b, "GET", TABLES "/r", NULL), 200);
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLES "/r",
                        "{\"updates\":[{\"action\":\"set-properties\","
                        "\"updates\":{\"x\":\"1\"}}]}"),
                    200);
    CU_ASSERT(strstr(location_of(&b, "r"), "/00001-") != NULL);
    register_as(&b, "r", location, "");
    CU_ASSERT_EQUAL(b.status, 409);
    CU_ASSERT_STRING_EQUAL(error_message(&b), "Table already exists: db.r");
    free(location);
    bench_stop(&b);
}

static void a_table_needs_a_namespace(void)
{
    struct bench b;
    char body[500];
    start(&b);
    snprintf(body, sizeof body, "{\"name\":\"r\",\"metadata-location\":\"%s\"}",
             location_of(&b, "a"));
    CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/namespaces/no/register", body), 404);
    CU_ASSERT_STRING_EQUAL(error_message(&b), "Namespace does not exist: no");
    bench_stop(&b);
}

static void overwrite_puts_a_file_in_the_place_of_a_table(void)
{
    struct bench b;
    start(&b);
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLES, SIMPLE_TABLE("o")), 200);
    char *location = mem_strdup(location_of(&b, "a"));
    register_as(&b, "o", location, ",\"overwrite\":true");
    CU_ASSERT_EQUAL(b.status, 200);
    CU_ASSERT_STRING_EQUAL(location_of(&b, "o"), location);
    register_as(&b, "n", location, ",\"overwrite\":true");
    CU_ASSERT_EQUAL(b.status, 200);
    free(location);
    bench_stop(&b);
}

static void files_that_are_none_are_refused(void)
{
    static const struct {
        const char *location, *text;
        int status;
        const char *message;
    } rows[] = {
        {"zzz", "", 400, "zzz is not a valid metadata file"},
        {"s3://b/a.metadata.json", "{", 500,
         "Failed to read file: s3://b/a.metadata.json"},
        {"s3://b/a.gz.metadata.json", "{}", 500,
         "Failed to read file: s3://b/a.gz.metadata.json"},
        {"s3://b/a.metadata.json", "[]", 400,
         "Cannot parse metadata from a non-object"},
        {"s3://b/a.metadata.json", "{}", 400,
         "Cannot parse missing int: format-version"},
        {"s3://b/a.metadata.json", "{\"format-version\":5}", 400,
         "Cannot read unsupported version 5"},
        {"s3://b/a.metadata.json", "{\"format-version\":2,\"location\":\"s\"}",
         400, "Cannot parse missing string: table-uuid"},
        {"s3://b/a.metadata.json",
         "{\"format-version\":3,\"location\":\"s\",\"table-uuid\":\"u\","
         "\"last-updated-ms\":1,\"last-column-id\":1,\"last-sequence-number\":"
         "1,\"last-partition-id\":999}",
         400, "Cannot parse missing long: next-row-id"},
        {"s3://b/a.metadata.json",
         "{\"format-version\":2,\"location\":\"s\",\"table-uuid\":\"u\","
         "\"last-updated-ms\":1,\"last-column-id\":1,\"last-sequence-number\":"
         "1,\"last-partition-id\":999}",
         400, "schemas must exist in format v2"},
    };
    struct bench b;
    start(&b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT_EQUAL(put_and_register(&b, rows[i].location, rows[i].text),
                        rows[i].status);
        CU_ASSERT_STRING_EQUAL(error_message(&b), rows[i].message);
    }
    CU_ASSERT_EQUAL(ask(&b, "POST", REGISTER,
                        "{\"name\":\"r\",\"metadata-location\":"
                        "\"s3://b/no.metadata.json\"}"),
                    404);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "NotFoundException");
    CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/namespaces/no/register",
                        "{\"name\":\"r\",\"metadata-location\":"
                        "\"s3://b/no.metadata.json\"}"),
                    404);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "NotFoundException");
    bench_stop(&b);
}

#define HEAD_V2                                                                \
    "{\"format-version\":2,\"table-uuid\":\"u\",\"location\":\"s3://b/t\","    \
    "\"last-updated-ms\":1795355424000,\"last-column-id\":2,"                  \
    "\"last-sequence-number\":1,\"last-partition-id\":999,"                    \
    "\"schemas\":[" SIMPLE_SCHEMA "],\"current-schema-id\":0,"                 \
    "\"partition-specs\":[{\"spec-id\":0,\"fields\":[]}],"                     \
    "\"default-spec-id\":0,\"sort-orders\":[{\"order-id\":0,\"fields\":[]}],"  \
    "\"default-sort-order-id\":0"
#define SNAPSHOT(id, number)                                                   \
    "{\"snapshot-id\":" id ",\"sequence-number\":" number                      \
    ",\"timestamp-ms\":1795355424000,\"manifest-list\":\"m\",\"summary\":"     \
    "{\"operation\":\"append\"}}"

static void histories_that_do_not_hold_together_are_refused(void)
{
    static const struct {
        const char *rest, *message;
    } rows[] = {
        {",\"snapshots\":[" SNAPSHOT("5", "2") "]}",
         "Invalid snapshot with sequence number 2 greater than last sequence "
         "number 1"},
        {",\"refs\":{\"b\":{\"snapshot-id\":7,\"type\":\"branch\"}}}",
         "Snapshot for reference b does not exist in the existing snapshots "
         "list"},
        {",\"snapshots\":[" SNAPSHOT(
             "5", "1") "],\"refs\":{\"main\":"
                       "{\"snapshot-id\":5,\"type\":\"branch\"}}}",
         "Current snapshot is not set, but main branch exists"},
        {",\"snapshots\":[" SNAPSHOT("5", "1") "," SNAPSHOT(
             "6", "1") "],\"current-snapshot-id\":6,\"refs\":{\"main\":"
                       "{\"snapshot-id\":5,\"type\":\"branch\"}}}",
         "Current snapshot ID does not match main branch (6 != 5)"},
        {",\"snapshot-log\":[{\"timestamp-ms\":99,\"snapshot-id\":1},"
         "{\"timestamp-ms\":-70000,\"snapshot-id\":1}]}",
         "[BUG] Expected sorted snapshot log entries."},
        {",\"metadata-log\":[{\"timestamp-ms\":1995355424000,"
         "\"metadata-file\":\"x\"}]}",
         "Invalid update timestamp 1795355424000: before last metadata log "
         "entry at 1995355424000"},
    };
    struct bench b;
    start(&b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[3000];
        snprintf(text, sizeof text, HEAD_V2 "%s", rows[i].rest);
        CU_ASSERT_EQUAL(put_and_register(&b, "s3://b/a.metadata.json", text),
                        400);
        CU_ASSERT_STRING_EQUAL(error_message(&b), rows[i].message);
    }
    bench_stop(&b);
}

static void what_older_writers_left_out_is_filled_in(void)
{
    static const char v1[] =
        "{\"format-version\":1,\"location\":\"s3://b/t\",\"last-updated-ms\":"
        "1795355424000,\"last-column-id\":2,\"schema\":{\"type\":\"struct\","
        "\"fields\":[{\"id\":1,\"name\":\"id\",\"required\":true,\"type\":"
        "\"long\"}]},\"partition-spec\":[{\"name\":\"id\",\"transform\":"
        "\"identity\",\"source-id\":1,\"field-id\":1000}],"
        "\"current-snapshot-id\":9223372036854775807,\"snapshots\":["
        "{\"snapshot-id\":9223372036854775807,\"timestamp-ms\":1,"
        "\"manifests\":[\"a\"]}],\"nobody-knows\":{\"x\":[1]}}";
    struct bench b;
    start(&b);
    CU_ASSERT_EQUAL(put_and_register(&b, "s3://b/00007-x.metadata.json", v1),
                    200);
    const cJSON *m = answered_metadata(&b);
    CU_ASSERT_EQUAL(json_i64(m, "current-schema-id", -1), 0);
    CU_ASSERT_EQUAL(json_i64(m, "last-partition-id", -1), 1000);
    CU_ASSERT_EQUAL(json_i64(m, "default-sort-order-id", -1), 0);
    CU_ASSERT_EQUAL(
        json_i64(json_get(json_get(m, "refs"), "main"), "snapshot-id", 0),
        INT64_MAX);
    CU_ASSERT(json_get(m, "nobody-knows") != NULL);
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLES "/r",
                        "{\"updates\":[{\"action\":\"upgrade-format-version\","
                        "\"format-version\":2}]}"),
                    200);
    m = answered_metadata(&b);
    CU_ASSERT(strstr(json_str(b.body, "metadata-location"), "/00008-") != NULL);
    CU_ASSERT_PTR_NULL(json_get(m, "schema"));
    CU_ASSERT_EQUAL(json_i64(m, "last-sequence-number", -1), 0);
    CU_ASSERT(json_get(m, "nobody-knows") != NULL);
    bench_stop(&b);
}

static void an_unregistered_table_leaves_its_files(void)
{
    struct bench b;
    start(&b);
    char *location = mem_strdup(location_of(&b, "a"));
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLES "/a/unregister", NULL), 200);
    CU_ASSERT_STRING_EQUAL(json_str(b.body, "metadata-location"), location);
    CU_ASSERT(json_str(answered_metadata(&b), "table-uuid") != NULL);
    CU_ASSERT_EQUAL(ask(&b, "HEAD", TABLES "/a", NULL), 404);
    CU_ASSERT_EQUAL(bench_files(&b), 1);
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLES "/a/unregister", NULL), 404);
    register_as(&b, "a", location, "");
    CU_ASSERT_EQUAL(b.status, 200);
    free(location);
    bench_stop(&b);
}

#define VIEW                                                                   \
    "{\"name\":\"v\",\"schema\":" SIMPLE_SCHEMA ",\"view-version\":"           \
    "{\"version-id\":1,\"timestamp-ms\":1,\"schema-id\":0,\"summary\":{},"     \
    "\"default-namespace\":[\"db\"],\"representations\":[{\"type\":\"sql\","   \
    "\"sql\":\"x\",\"dialect\":\"spark\"}]},\"properties\":{}}"

static void a_view_is_registered_from_its_file(void)
{
    struct bench b;
    char body[500];
    start(&b);
    CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/namespaces/db/views", VIEW), 200);
    snprintf(body, sizeof body, "{\"name\":\"w\",\"metadata-location\":\"%s\"}",
             json_str(b.body, "metadata-location"));
    CU_ASSERT_EQUAL(ask(&b, "POST", REGISTER_VIEW, body), 200);
    CU_ASSERT_EQUAL(ask(&b, "POST", REGISTER_VIEW, body), 409);
    CU_ASSERT_STRING_EQUAL(error_message(&b), "View already exists: db.w");
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces/db/views/w", NULL), 200);
    CU_ASSERT_EQUAL(ask(&b, "POST", REGISTER, body), 400);
    register_as(&b, "w", location_of(&b, "a"), "");
    CU_ASSERT_EQUAL(b.status, 409);
    CU_ASSERT_STRING_EQUAL(error_message(&b),
                           "View with same name already exists: db.w");
    register_as(&b, "t", "s3://b/t.metadata.json", "");
    CU_ASSERT_EQUAL(b.status, 404);
    memcpy(strstr(body, "\"w\""), "\"a\"", 3); /* a view's file */
    CU_ASSERT_EQUAL(ask(&b, "POST", REGISTER_VIEW, body), 409);
    CU_ASSERT_STRING_EQUAL(error_message(&b),
                           "Table with same name already exists: db.a");
    snprintf(body, sizeof body, "{\"name\":\"u\",\"metadata-location\":\"%s\"}",
             location_of(&b, "a"));
    CU_ASSERT_EQUAL(ask(&b, "POST", REGISTER_VIEW, body), 400);
    bench_stop(&b);
}

UNIT_MAIN("catalog registration",
          UNIT(a_registered_table_is_what_its_file_says),
          UNIT(a_table_needs_a_namespace),
          UNIT(overwrite_puts_a_file_in_the_place_of_a_table),
          UNIT(files_that_are_none_are_refused),
          UNIT(histories_that_do_not_hold_together_are_refused),
          UNIT(what_older_writers_left_out_is_filled_in),
          UNIT(an_unregistered_table_leaves_its_files),
          UNIT(a_view_is_registered_from_its_file))
