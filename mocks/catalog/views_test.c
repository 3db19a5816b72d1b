/* Views: created, replaced, renamed, dropped; what their files hold. */
#include "mocks/catalog/coding.h"
#include "mocks/catalog/testing.h"

#define VIEWS "/v1/namespaces/db/views"
#define VIEW VIEWS "/v"

#define SQL(text, dialect)                                                     \
    "{\"type\":\"sql\",\"sql\":\"" text "\",\"dialect\":\"" dialect "\"}"
#define VERSION(id, schema, representations)                                   \
    "{\"version-id\":" id                                                      \
    ",\"timestamp-ms\":1795355426709,\"schema-id\":" schema                    \
    ",\"summary\":{\"engine\":\"t\"},\"default-namespace\":[\"db\"],"          \
    "\"representations\":[" representations "]}"
#define CREATE(name, properties)                                               \
    "{\"name\":\"" name "\",\"schema\":" SIMPLE_SCHEMA                         \
    ",\"view-version\":" VERSION(                                              \
        "1", "0", SQL("select 1", "spark")) ",\"properties\":{" properties     \
                                            "}}"
#define ADD(version)                                                           \
    "{\"action\":\"add-view-version\",\"view-version\":" version "}"
#define SET(id)                                                                \
    "{\"action\":\"set-current-view-version\",\"view-version-id\":" id "}"
#define REPLACE(updates) "{\"requirements\":[],\"updates\":[" updates "]}"

static void start(struct bench *b, const char *properties)
{
    char body[2000];
    CU_ASSERT_FATAL(bench_start(b, "{\"namespaces\":[\"db\"]}"));
    snprintf(body, sizeof body, CREATE("v", "%s"), properties);
    CU_ASSERT_EQUAL_FATAL(ask(b, "POST", VIEWS, body), 200);
}

static const cJSON *metadata_now(struct bench *b)
{
    CU_ASSERT_EQUAL(ask(b, "GET", VIEW, NULL), 200);
    return answered_metadata(b);
}

static int count(const cJSON *m, const char *list)
{
    return cJSON_GetArraySize(json_get(m, list));
}

/* ---- create, load ---- */

static void a_view_is_a_file_that_holds_its_metadata(void)
{
    struct bench b;
    start(&b, "");
    CU_ASSERT(b.wrote);
    const char *location = json_str(b.body, "metadata-location");
    CU_ASSERT_PTR_NOT_NULL_FATAL(location);
    CU_ASSERT(strstr(location, "/db/v/metadata/00000-") != NULL);
    CU_ASSERT(strstr(location, ".gz.metadata.json") != NULL);
    struct str packed, plain;
    str_init(&packed, 1 << 20);
    str_init(&plain, 1 << 20);
    const struct warehouse *w = &b.memory.files;
    CU_ASSERT(w->get(w->ctx, location, &packed));
    CU_ASSERT(gunzip_add(str_slice(&packed), &plain));
    cJSON *file = json_parse(plain.p, plain.len, NULL);
    CU_ASSERT(json_equal(file, answered_metadata(&b)));
    cJSON_Delete(file);
    str_fini(&packed);
    str_fini(&plain);
    CU_ASSERT_STRING_EQUAL(b.etag, "");
    bench_stop(&b);
}

static void what_a_new_view_looks_like(void)
{
    struct bench b;
    start(&b, "\"a\":\"b\"");
    const cJSON *m = metadata_now(&b);
    CU_ASSERT_EQUAL(json_i64(m, "current-version-id", 0), 1);
    CU_ASSERT_EQUAL(count(m, "versions"), 1);
    CU_ASSERT_EQUAL(count(m, "version-log"), 1);
    CU_ASSERT_STRING_EQUAL(metadata_property(m, "a"), "b");
    const cJSON *version = json_get(m, "versions")->child;
    CU_ASSERT_STRING_EQUAL(json_str(json_get(version, "summary"), "engine"),
                           "t");
    CU_ASSERT_EQUAL(
        json_i64(version, "timestamp-ms", 0),
        json_i64(json_get(m, "version-log")->child, "timestamp-ms", 1));
    bench_stop(&b);
}

static void views_and_tables_are_in_each_other_s_way(void)
{
    struct bench b;
    start(&b, "");
    CU_ASSERT_EQUAL(ask(&b, "POST", VIEWS, CREATE("v", "")), 409);
    CU_ASSERT_STRING_EQUAL(error_message(&b), "View already exists: db.v");
    CU_ASSERT_EQUAL(
        ask(&b, "POST", "/v1/namespaces/db/tables", SIMPLE_TABLE("t")), 200);
    CU_ASSERT_EQUAL(ask(&b, "POST", VIEWS, CREATE("t", "")), 409);
    CU_ASSERT_STRING_EQUAL(error_message(&b),
                           "Table with same name already exists: db.t");
    CU_ASSERT_EQUAL(
        ask(&b, "POST", "/v1/namespaces/db/tables", SIMPLE_TABLE("v")), 409);
    CU_ASSERT_EQUAL(ask(&b, "GET", VIEWS "/t", NULL), 404);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "NoSuchViewException");
    CU_ASSERT_EQUAL(ask(&b, "HEAD", VIEW, NULL), 204);
    CU_ASSERT_EQUAL(ask(&b, "HEAD", VIEWS "/t", NULL), 404);
    bench_stop(&b);
}

static void views_that_cannot_be_are_refused(void)
{
    static const struct {
        const char *body, *message;
    } rows[] = {
        {"{\"name\":\"x\",\"view-version\":{}}",
         "Cannot parse missing int: version-id"},
        {"{\"name\":\"x\",\"schema\":" SIMPLE_SCHEMA "}",
         "Cannot parse missing field: view-version"},
        {"{\"name\":\"x\",\"schema\":" SIMPLE_SCHEMA
         ",\"view-version\":" VERSION("1", "0", "") "}",
         "Cannot create view without specifying a query"},
        {"{\"name\":\"x\",\"schema\":" SIMPLE_SCHEMA
         ",\"view-version\":" VERSION("1", "0", "{\"type\":\"plan\"}") "}",
         "Found unsupported view representations: [plan]"},
        {"{\"name\":\"x\",\"schema\":" SIMPLE_SCHEMA
         ",\"view-version\":" VERSION(
             "1", "0", SQL("a", "Trino") "," SQL("b", "trino")) "}",
         "Invalid view version: Cannot add multiple queries for dialect trino"},
        {"{\"name\":\"x\",\"schema\":" SIMPLE_SCHEMA
         ",\"view-version\":{\"version-id\":1,\"timestamp-ms\":1,"
         "\"schema-id\":0,\"summary\":{},\"representations\":[]}}",
         "Cannot parse missing list: default-namespace"},
        {CREATE("x", "\"version.history.num-entries\":\"0\""),
         "version.history.num-entries must be positive but was 0"},
        {"{\"schema\":" SIMPLE_SCHEMA "}", "Cannot parse missing string: name"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        start(&b, "");
        CU_ASSERT_EQUAL(ask(&b, "POST", VIEWS, rows[i].body), 400);
        CU_ASSERT_STRING_EQUAL(error_message(&b), rows[i].message);
        CU_ASSERT_EQUAL(bench_files(&b), 1);
        bench_stop(&b);
    }
}

/* ---- lists ---- */

static void views_are_listed_in_pages(void)
{
    struct bench b;
    char path[200];
    start(&b, "");
    ask(&b, "POST", VIEWS, CREATE("w", ""));
    ask(&b, "POST", "/v1/namespaces/db/tables", SIMPLE_TABLE("t"));
    CU_ASSERT_EQUAL(ask(&b, "GET", VIEWS "?pageToken=&pageSize=1", NULL), 200);
    CU_ASSERT_EQUAL(count(b.body, "identifiers"), 1);
    snprintf(path, sizeof path, VIEWS "?pageSize=1&pageToken=%s",
             json_str(b.body, "next-page-token"));
    CU_ASSERT_EQUAL(ask(&b, "GET", path, NULL), 200);
    CU_ASSERT(strstr(b.text, "\"name\":\"w\"") != NULL);
    CU_ASSERT(cJSON_IsNull(json_get(b.body, "next-page-token")));
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces/x/views", NULL), 404);
    CU_ASSERT_STRING_EQUAL(error_message(&b), "Namespace does not exist: x");
    bench_stop(&b);
}

/* ---- replace ---- */

static void a_replacement_is_the_next_file(void)
{
    struct bench b;
    start(&b, "");
    CU_ASSERT_EQUAL(
        ask(&b, "POST", VIEW,
            REPLACE(ADD(VERSION("9", "0", SQL("select 2", "spark"))) "," SET(
                "-1"))),
        200);
    CU_ASSERT(strstr(json_str(b.body, "metadata-location"), "/00001-") != NULL);
    const cJSON *m = metadata_now(&b);
    CU_ASSERT_EQUAL(json_i64(m, "current-version-id", 0), 9);
    CU_ASSERT_EQUAL(count(m, "versions"), 2);
    CU_ASSERT_EQUAL(count(m, "version-log"), 2);
    CU_ASSERT_EQUAL(bench_files(&b), 2);
    CU_ASSERT_EQUAL(ask(&b, "POST", VIEW, REPLACE(SET("1"))), 200);
    m = metadata_now(&b);
    CU_ASSERT_EQUAL(json_i64(m, "current-version-id", 0), 1);
    CU_ASSERT_EQUAL(count(m, "version-log"), 3);
    bench_stop(&b);
}

static void the_uuid_is_demanded_in_either_case(void)
{
    struct bench b;
    char body[400], uuid[40];
    start(&b, "");
    snprintf(uuid, sizeof uuid, "%s", json_str(metadata_now(&b), "view-uuid"));
    for (char *p = uuid; *p; p++)
        if (*p >= 'a' && *p <= 'f')
            *p = (char)(*p - 'a' + 'A');
    snprintf(body, sizeof body,
             "{\"requirements\":[{\"type\":\"assert-view-uuid\",\"uuid\":"
             "\"%s\"}],\"updates\":[{\"action\":\"set-properties\","
             "\"updates\":{\"a\":\"b\"}}]}",
             uuid);
    CU_ASSERT_EQUAL(ask(&b, "POST", VIEW, body), 200);
    memcpy(strstr(body, uuid), "00000000", 8);
    CU_ASSERT_EQUAL(ask(&b, "POST", VIEW, body), 409);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "CommitFailedException");
    CU_ASSERT(strncmp(error_message(&b),
                      "Requirement failed: view UUID does not match", 44) == 0);
    bench_stop(&b);
}

static void each_update_does_what_it_says(void)
{
    static const struct {
        const char *updates;
        int status;
        const char *message; /* or text of the answer */
    } rows[] = {
        {"", 200, "select 1"},
        {"{\"action\":\"set-location\",\"location\":\"s3://x/y\"}", 200,
         "s3://x/y/metadata/00001-"},
        {"{\"action\":\"set-properties\",\"updates\":{\"p\":\"q\"}}", 200,
         "\"p\":\"q\""},
        {"{\"action\":\"remove-properties\",\"removals\":[\"p\"]}", 200,
         "/00001-"},
        {"{\"action\":\"upgrade-format-version\",\"format-version\":1}", 200,
         "/00000-"},
        {"{\"action\":\"upgrade-format-version\",\"format-version\":2}", 400,
         "Unsupported format version: 2"},
        {"{\"action\":\"upgrade-format-version\",\"format-version\":0}", 400,
         "Cannot downgrade v1 view to v0"},
        {"{\"action\":\"assign-uuid\",\"uuid\":"
         "\"00000000-0000-0000-0000-000000000001\"}",
         400, "Cannot reassign uuid"},
        {"{\"action\":\"add-schema\",\"schema\":{\"type\":\"struct\","
         "\"schema-id\":7,\"fields\":[]}}," ADD(
             VERSION("2", "-1", SQL("select 3", "spark"))) "," SET("-1"),
         200,
         "\"version-id\":2,\"timestamp-ms\":1795355426709,"
         "\"schema-id\":1"},
        {ADD(VERSION("2", "-1", SQL("a", "spark"))), 400,
         "Cannot set last added schema: no schema has been added"},
        {ADD(VERSION("2", "5", SQL("a", "spark"))), 400,
         "Cannot add version with unknown schema: 5"},
        {SET("-1"), 400,
         "Cannot set last version id: no current version id has been set"},
        {SET("4"), 400, "Cannot set current version to unknown version: 4"},
        {ADD(VERSION("1", "0", SQL("select 1", "spark"))) "," SET("-1"), 400,
         "Cannot set last version id: no current version id has been set"},
        {ADD(VERSION("2", "0", SQL("a", "trino"))) "," SET("-1"), 400,
         "Cannot replace view due to loss of view dialects "
         "(replace.drop-dialect.allowed=false):\nPrevious dialects: [spark]\n"
         "New dialects: [trino]"},
        {"{\"action\":\"remove-snapshots\",\"snapshot-ids\":[]}", 406,
         "Cannot apply update RemoveSnapshots to a view"},
        {"{\"action\":\"frob\"}", 400,
         "Cannot convert metadata update action to json: frob"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        char body[3000];
        start(&b, "");
        snprintf(body, sizeof body, REPLACE("%s"), rows[i].updates);
        CU_ASSERT_EQUAL(ask(&b, "POST", VIEW, body), rows[i].status);
        bool good = rows[i].status == 200
                        ? strstr(b.text, rows[i].message) != NULL
                        : strcmp(error_message(&b), rows[i].message) == 0;
        if (!good)
            fprintf(stderr, "%zu: %d %s\n", i, b.status, b.text);
        CU_ASSERT(good);
        CU_ASSERT(rows[i].status == 200 || !b.wrote);
        bench_stop(&b);
    }
}

static void a_requirement_of_tables_is_none_of_views(void)
{
    struct bench b;
    start(&b, "");
    CU_ASSERT_EQUAL(ask(&b, "POST", VIEW,
                        "{\"requirements\":[{\"type\":\"assert-table-uuid\","
                        "\"uuid\":\"x\"}],\"updates\":[]}"),
                    400);
    CU_ASSERT_STRING_EQUAL(error_message(&b),
                           "Cannot validate AssertTableUUID against a view");
    bench_stop(&b);
}

static void a_dialect_may_go_where_the_view_says_so(void)
{
    struct bench b;
    start(&b, "\"replace.drop-dialect.allowed\":\"true\"");
    CU_ASSERT_EQUAL(
        ask(&b, "POST", VIEW,
            REPLACE(ADD(VERSION("2", "0", SQL("a", "trino"))) "," SET("-1"))),
        200);
    bench_stop(&b);
}

static void old_versions_expire_and_cut_the_log(void)
{
    struct bench b;
    start(&b, "\"version.history.num-entries\":\"2\"");
    for (int i = 2; i < 6; i++) {
        char body[1000];
        snprintf(body, sizeof body,
                 REPLACE(ADD(VERSION("%d", "0",
                                     SQL("select %d", "spark"))) "," SET("-1")),
                 i, i);
        CU_ASSERT_EQUAL(ask(&b, "POST", VIEW, body), 200);
    }
    const cJSON *m = metadata_now(&b);
    CU_ASSERT_EQUAL(count(m, "versions"), 2);
    CU_ASSERT_EQUAL(count(m, "version-log"), 2);
    CU_ASSERT_EQUAL(json_i64(m, "current-version-id", 0), 5);
    CU_ASSERT_EQUAL(json_i64(json_get(m, "versions")->child, "version-id", 0),
                    4);
    bench_stop(&b);
}

/* ---- rename, drop ---- */

#define RENAME(from, to_ns, to)                                                \
    "{\"source\":{\"namespace\":[\"db\"],\"name\":\"" from "\"},"              \
    "\"destination\":{\"namespace\":[\"" to_ns "\"],\"name\":\"" to "\"}}"

static void a_view_is_renamed_and_dropped(void)
{
    struct bench b;
    start(&b, "");
    ask(&b, "POST", VIEWS, CREATE("w", ""));
    ask(&b, "POST", "/v1/namespaces/db/tables", SIMPLE_TABLE("t"));
    static const struct {
        const char *body;
        int status;
        const char *message;
    } rows[] = {
        {RENAME("x", "db", "y"), 404, "View does not exist"},
        {RENAME("v", "no", "y"), 404, "Namespace does not exist: no"},
        {RENAME("v", "db", "t"), 409,
         "Cannot rename db.v to db.t. Table already exists"},
        {RENAME("v", "db", "w"), 409,
         "Cannot rename db.v to db.w. View already exists"},
        {RENAME("v", "db", "v"), 204, ""},
        {RENAME("v", "db", "u"), 204, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/views/rename", rows[i].body),
                        rows[i].status);
        CU_ASSERT_STRING_EQUAL(error_message(&b), rows[i].message);
    }
    CU_ASSERT_EQUAL(ask(&b, "HEAD", VIEW, NULL), 404);
    size_t files = bench_files(&b);
    CU_ASSERT_EQUAL(ask(&b, "DELETE", VIEWS "/u", NULL), 204);
    CU_ASSERT_EQUAL(bench_files(&b), files - 1);
    CU_ASSERT_EQUAL(ask(&b, "DELETE", VIEWS "/u", NULL), 404);
    CU_ASSERT_STRING_EQUAL(error_message(&b), "View does not exist: db.u");
    bench_stop(&b);
}

static void a_lost_file_is_noticed(void)
{
    struct bench b;
    start(&b, "");
    char location[300];
    snprintf(location, sizeof location, "%s",
             json_str(b.body, "metadata-location"));
    b.memory.files.remove(b.memory.files.ctx, location);
    CU_ASSERT_EQUAL(ask(&b, "GET", VIEW, NULL), 404);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "NotFoundException");
    CU_ASSERT_EQUAL(ask(&b, "POST", VIEW, REPLACE("")), 404);
    CU_ASSERT_EQUAL(ask(&b, "DELETE", VIEW, NULL), 204);
    bench_stop(&b);
}

static void a_dropped_change_leaves_no_view(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    CU_ASSERT_EQUAL(ask_how(&b, DROPPED, "POST", VIEWS, NULL, CREATE("v", "")),
                    200);
    CU_ASSERT_EQUAL(ask(&b, "HEAD", VIEW, NULL), 404);
    CU_ASSERT_EQUAL(bench_files(&b), 0);
    bench_stop(&b);
}

static void the_matcher_hears_of_views(void)
{
    struct bench b;
    start(&b, "");
    CU_ASSERT_STRING_EQUAL(b.names.view, "v");
    CU_ASSERT_PTR_NULL(b.names.table);
    ask(&b, "GET", VIEW, NULL);
    CU_ASSERT_STRING_EQUAL(b.names.view, "v");
    CU_ASSERT_STRING_EQUAL(b.names.namespace_, "db");
    ask(&b, "POST", "/v1/views/rename", RENAME("v", "db", "u"));
    CU_ASSERT_STRING_EQUAL(b.names.view, "v");
    ask(&b, "POST", "/v1/namespaces/db/register-view",
        "{\"name\":\"r\",\"metadata-location\":\"x\"}");
    CU_ASSERT_STRING_EQUAL(b.names.view, "r");
    bench_stop(&b);
}

UNIT_MAIN("catalog views", UNIT(a_view_is_a_file_that_holds_its_metadata),
          UNIT(what_a_new_view_looks_like),
          UNIT(views_and_tables_are_in_each_other_s_way),
          UNIT(views_that_cannot_be_are_refused),
          UNIT(views_are_listed_in_pages), UNIT(a_replacement_is_the_next_file),
          UNIT(the_uuid_is_demanded_in_either_case),
          UNIT(each_update_does_what_it_says),
          UNIT(a_requirement_of_tables_is_none_of_views),
          UNIT(a_dialect_may_go_where_the_view_says_so),
          UNIT(old_versions_expire_and_cut_the_log),
          UNIT(a_view_is_renamed_and_dropped), UNIT(a_lost_file_is_noticed),
          UNIT(a_dropped_change_leaves_no_view),
          UNIT(the_matcher_hears_of_views))
