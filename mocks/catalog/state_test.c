/* Commits, stale reads, meddling: what state the catalog is left in. */
#include "mocks/catalog/commit.h"
#include "mocks/catalog/testing.h"

#define TABLE "/v1/namespaces/db/tables/x"
#define SUBJECT "\"namespace\":\"db\",\"table\":\"x\""

static void start_with_table(struct bench *b)
{
    CU_ASSERT_FATAL(bench_start(b, "{\"namespaces\":[\"db\"]}"));
    CU_ASSERT_EQUAL_FATAL(
        ask(b, "POST", "/v1/namespaces/db/tables", SIMPLE_TABLE("x")), 200);
}

static const cJSON *now(const struct bench *b)
{
    return catalog_table(b->c, "db", "x");
}

#define APPEND(id, seq, parent)                                                \
    "{\"requirements\":[],\"updates\":[{\"action\":\"add-snapshot\","          \
    "\"snapshot\":{\"snapshot-id\":" id ",\"sequence-number\":" seq            \
    ",\"timestamp-ms\":1795355424100," parent                                  \
    "\"manifest-list\":\"s3://data-lake/m-" id ".avro\",\"summary\":"          \
    "{\"operation\":\"append\"}}},{\"action\":\"set-snapshot-ref\","           \
    "\"ref-name\":\"main\",\"type\":\"branch\",\"snapshot-id\":" id "}]}"

/* ---- commits ---- */

static void a_commit_writes_the_next_file_and_logs_the_last(void)
{
    struct bench b;
    start_with_table(&b);
    char first[300];
    snprintf(first, sizeof first, "%s", catalog_table_location(b.c, "db", "x"));
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLE, APPEND("11", "1", "")), 200);
    CU_ASSERT(strstr(catalog_table_location(b.c, "db", "x"),
                     "/metadata/00001-") != NULL);
    const cJSON *log = json_get(now(&b), "metadata-log");
    CU_ASSERT_EQUAL(cJSON_GetArraySize(log), 1);
    CU_ASSERT_STRING_EQUAL(json_str(log->child, "metadata-file"), first);
    CU_ASSERT_EQUAL(bench_files(&b), 2);
    CU_ASSERT(strncmp(b.what, "commit to table db.x -> s3://", 29) == 0);
    bench_stop(&b);
}

static void snapshot_ids_stay_exact(void)
{
    struct bench b;
    int64_t id = 0;
    start_with_table(&b);
    CU_ASSERT_EQUAL(
        ask(&b, "POST", TABLE, APPEND("9223372036854775807", "1", "")), 200);
    CU_ASSERT(json_int64(json_get(now(&b), "current-snapshot-id"), &id));
    CU_ASSERT_EQUAL(id, INT64_MAX);
    ask(&b, "GET", TABLE, NULL);
    CU_ASSERT(strstr(b.text, "\"current-snapshot-id\":9223372036854775807") !=
              NULL);
    bench_stop(&b);
}

static void the_clock_may_go_back_but_metadata_does_not(void)
{
    struct bench b;
    start_with_table(&b);
    int64_t before = json_i64(now(&b), "last-updated-ms", 0);
    b.unix_ms -= 5000;
    ask(&b, "POST", TABLE, APPEND("11", "1", ""));
    CU_ASSERT_EQUAL(json_i64(now(&b), "last-updated-ms", 0), before);
    bench_stop(&b);
}

static void snapshots_passed_over_leave_no_log(void)
{
    struct bench b;
    static const char two[] =
        "{\"updates\":[{\"action\":\"add-snapshot\",\"snapshot\":"
        "{\"snapshot-id\":1,\"sequence-number\":1,\"timestamp-ms\":"
        "1795355424100,\"manifest-list\":\"a\"}},{\"action\":"
        "\"set-snapshot-ref\",\"ref-name\":\"main\",\"type\":\"branch\","
        "\"snapshot-id\":1},{\"action\":\"add-snapshot\",\"snapshot\":"
        "{\"snapshot-id\":2,\"sequence-number\":2,\"timestamp-ms\":"
        "1795355424101,\"manifest-list\":\"b\"}},{\"action\":"
        "\"set-snapshot-ref\",\"ref-name\":\"main\",\"type\":\"branch\","
        "\"snapshot-id\":2}]}";
    start_with_table(&b);
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLE, two), 200);
    const cJSON *log = json_get(now(&b), "snapshot-log");
    CU_ASSERT_EQUAL(cJSON_GetArraySize(log), 1);
    CU_ASSERT_EQUAL(json_i64(log->child, "snapshot-id", 0), 2);
    bench_stop(&b);
}

static void an_unknown_word_changes_nothing_even_at_the_end(void)
{
    struct bench b;
    start_with_table(&b);
    CU_ASSERT_EQUAL(
        ask(&b, "POST", TABLE,
            "{\"updates\":[{\"action\":\"set-properties\",\"updates\":"
            "{\"a\":\"b\"}},{\"action\":\"frob\"}]}"),
        400);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "BadRequestException");
    CU_ASSERT_PTR_NULL(metadata_property(now(&b), "a"));
    CU_ASSERT_EQUAL(bench_files(&b), 1);
    bench_stop(&b);
}

static void two_commits_on_one_base_one_wins(void)
{
    struct bench b;
    static const char guarded[] =
        "{\"requirements\":[{\"type\":\"assert-ref-snapshot-id\",\"ref\":"
        "\"main\",\"snapshot-id\":null}],\"updates\":[{\"action\":"
        "\"add-snapshot\",\"snapshot\":{\"snapshot-id\":5,"
        "\"sequence-number\":1,\"timestamp-ms\":1795355424100,"
        "\"manifest-list\":\"a\"}},{\"action\":\"set-snapshot-ref\","
        "\"ref-name\":\"main\",\"type\":\"branch\",\"snapshot-id\":5}]}";
    start_with_table(&b);
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLE, guarded), 200);
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLE, guarded), 409);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "CommitFailedException");
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(now(&b), "snapshots")), 1);
    bench_stop(&b);
}

static void metadata_log_keeps_as_many_as_the_table_wants(void)
{
    struct bench b;
    start_with_table(&b);
    for (int i = 0; i < 5; i++) {
        char body[200];
        snprintf(body, sizeof body,
                 "{\"updates\":[{\"action\":\"set-properties\",\"updates\":"
                 "{\"write.metadata.previous-versions-max\":\"2\",\"i\":"
                 "\"%d\"}}]}",
                 i);
        CU_ASSERT_EQUAL(ask(&b, "POST", TABLE, body), 200);
    }
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(now(&b), "metadata-log")), 2);
    bench_stop(&b);
}

static void only_named_snapshots_with_refs(void)
{
    struct bench b;
    start_with_table(&b);
    ask(&b, "POST", TABLE, APPEND("11", "1", ""));
    ask(&b, "POST", TABLE, APPEND("12", "2", "\"parent-snapshot-id\":11,"));
    ask(&b, "GET", TABLE, NULL);
    CU_ASSERT_EQUAL(
        cJSON_GetArraySize(json_get(answered_metadata(&b), "snapshots")), 2);
    char all[64];
    snprintf(all, sizeof all, "%s", b.etag);
    ask(&b, "GET", TABLE "?snapshots=refs", NULL);
    CU_ASSERT_EQUAL(
        cJSON_GetArraySize(json_get(answered_metadata(&b), "snapshots")), 1);
    CU_ASSERT(strcmp(all, b.etag) != 0);
    bench_stop(&b);
}

static void a_staged_table_is_made_by_its_commit(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    CU_ASSERT_EQUAL(
        ask(&b, "POST", "/v1/namespaces/db/tables",
            "{\"name\":\"x\",\"stage-create\":true,\"schema\":" SIMPLE_SCHEMA
            "}"),
        200);
    CU_ASSERT_PTR_NULL(json_get(b.body, "metadata-location"));
    CU_ASSERT_FALSE(b.wrote);
    CU_ASSERT_EQUAL(ask(&b, "GET", TABLE, NULL), 404);
    static const char commit[] =
        "{\"requirements\":[{\"type\":\"assert-create\"}],\"updates\":["
        "{\"action\":\"assign-uuid\",\"uuid\":"
        "\"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\"},"
        "{\"action\":\"add-schema\",\"schema\":" SIMPLE_SCHEMA "},"
        "{\"action\":\"set-current-schema\",\"schema-id\":-1},"
        "{\"action\":\"add-spec\",\"spec\":{\"spec-id\":0,\"fields\":[]}},"
        "{\"action\":\"set-default-spec\",\"spec-id\":-1},"
        "{\"action\":\"add-sort-order\",\"sort-order\":{\"order-id\":0,"
        "\"fields\":[]}},{\"action\":\"set-default-sort-order\","
        "\"sort-order-id\":-1}]}";
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLE, commit), 200);
    CU_ASSERT_STRING_EQUAL(json_str(now(&b), "table-uuid"),
                           "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLE, commit), 409);
    bench_stop(&b);
}

/* ---- stale reads ---- */

static void a_stale_load_gives_the_version_before(void)
{
    struct bench b;
    start_with_table(&b);
    char first[300];
    snprintf(first, sizeof first, "%s", catalog_table_location(b.c, "db", "x"));
    CU_ASSERT_EQUAL(ask_how(&b, STALE, "GET", TABLE, NULL, NULL), 404);
    ask(&b, "POST", TABLE, APPEND("11", "1", ""));
    CU_ASSERT_EQUAL(ask_how(&b, STALE, "GET", TABLE, NULL, NULL), 200);
    CU_ASSERT_STRING_EQUAL(json_str(b.body, "metadata-location"), first);
    ask(&b, "GET", TABLE, NULL);
    CU_ASSERT(strcmp(json_str(b.body, "metadata-location"), first) != 0);
    ask(&b, "DELETE", TABLE, NULL);
    CU_ASSERT_EQUAL(ask_how(&b, STALE, "HEAD", TABLE, NULL, NULL), 204);
    CU_ASSERT_EQUAL(ask(&b, "HEAD", TABLE, NULL), 404);
    bench_stop(&b);
}

static void a_stale_list_lacks_the_last_change(void)
{
    struct bench b;
    const char *tables = "/v1/namespaces/db/tables";
    start_with_table(&b);
    ask_how(&b, STALE, "GET", tables, NULL, NULL);
    CU_ASSERT(strstr(b.text, "\"x\"") == NULL);
    ask(&b, "POST", tables, SIMPLE_TABLE("y"));
    ask_how(&b, STALE, "GET", tables, NULL, NULL);
    CU_ASSERT(strstr(b.text, "\"x\"") && !strstr(b.text, "\"y\""));
    ask(&b, "DELETE", TABLE, NULL);
    ask_how(&b, STALE, "GET", tables, NULL, NULL);
    CU_ASSERT(strstr(b.text, "\"x\"") && strstr(b.text, "\"y\""));
    ask(&b, "GET", tables, NULL);
    CU_ASSERT(!strstr(b.text, "\"x\"") && strstr(b.text, "\"y\""));
    bench_stop(&b);
}

static void what_was_there_at_start_is_never_stale(void)
{
    struct bench b;
    CU_ASSERT_FATAL(
        bench_start(&b, "{\"tables\":[{\"name\":\"x\",\"namespace\":\"db\","
                        "\"schema\":" SIMPLE_SCHEMA "}]}"));
    CU_ASSERT_EQUAL(ask_how(&b, STALE, "GET", TABLE, NULL, NULL), 200);
    CU_ASSERT_EQUAL(ask_how(&b, STALE, "HEAD", "/v1/namespaces/db", NULL, NULL),
                    204);
    bench_stop(&b);
}

static void a_commit_on_a_stale_base_is_refused(void)
{
    struct bench b;
    start_with_table(&b);
    ask(&b, "POST", TABLE, APPEND("11", "1", ""));
    CU_ASSERT_EQUAL(
        ask_how(&b, STALE, "POST", TABLE, NULL, APPEND("12", "1", "")), 409);
    CU_ASSERT_FALSE(b.wrote);
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(now(&b), "snapshots")), 1);
    bench_stop(&b);
}

/* ---- drop, rename, views, namespaces ---- */

static void purge_takes_the_files_along(void)
{
    struct bench b;
    start_with_table(&b);
    ask(&b, "POST", TABLE, APPEND("11", "1", ""));
    ask(&b, "DELETE", TABLE "?purgeRequested=True", NULL);
    CU_ASSERT_EQUAL(b.status, 204);
    CU_ASSERT_EQUAL(bench_files(&b), 0);
    ask(&b, "POST", "/v1/namespaces/db/tables", SIMPLE_TABLE("x"));
    ask(&b, "DELETE", TABLE, NULL);
    CU_ASSERT_EQUAL(bench_files(&b), 1);
    bench_stop(&b);
}

static void a_renamed_table_keeps_what_it_is(void)
{
    struct bench b;
    start_with_table(&b);
    char uuid[64];
    snprintf(uuid, sizeof uuid, "%s", json_str(now(&b), "table-uuid"));
    CU_ASSERT_EQUAL(
        ask(&b, "POST", "/v1/tables/rename",
            "{\"source\":{\"namespace\":[\"db\"],\"name\":\"x\"},"
            "\"destination\":{\"namespace\":[\"db\"],\"name\":\"y\"}}"),
        204);
    CU_ASSERT_STRING_EQUAL(b.names.table, "x");
    CU_ASSERT_PTR_NULL(now(&b));
    CU_ASSERT_STRING_EQUAL(
        json_str(catalog_table(b.c, "db", "y"), "table-uuid"), uuid);
    bench_stop(&b);
}

static void a_view_is_in_the_way_of_a_table(void)
{
    struct bench b;
    char why[160];
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    CU_ASSERT(catalog_add_view(b.c, "db", "x", why));
    CU_ASSERT_EQUAL(
        ask(&b, "POST", "/v1/namespaces/db/tables", SIMPLE_TABLE("x")), 409);
    CU_ASSERT_STRING_EQUAL(error_message(&b),
                           "View with same name already exists: db.x");
    CU_ASSERT_EQUAL(ask(&b, "GET", TABLE, NULL), 404);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "NoSuchTableException");
    ask(&b, "GET", "/v1/namespaces/db/tables", NULL);
    CU_ASSERT(strstr(b.text, "\"x\"") == NULL);
    CU_ASSERT_EQUAL(ask(&b, "DELETE", "/v1/namespaces/db", NULL), 409);
    CU_ASSERT_STRING_EQUAL(error_message(&b),
                           "Namespace db is not empty. Contains 1 view(s).");
    CU_ASSERT_EQUAL(ask(&b, "HEAD", "/v1/namespaces/db/views/x", NULL), 204);
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces/db/views/x", NULL), 200);
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces/db/views/y", NULL), 404);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "NoSuchViewException");
    bench_stop(&b);
}

static void losing_state_is_a_new_start(void)
{
    struct bench b;
    start_with_table(&b);
    b.service->restart(b.service->state, true);
    CU_ASSERT(now(&b) != NULL);
    b.service->restart(b.service->state, false);
    CU_ASSERT_PTR_NULL(now(&b));
    CU_ASSERT(catalog_namespace_exists(b.c, "db"));
    bench_stop(&b);
}

static void many_tables_come_and_go(void)
{
    struct bench b;
    struct catalog *c;
    char why[160];
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    c = b.c;
    static const char text[] = SIMPLE_TABLE("x");
    cJSON *create = json_parse(text, strlen(text), NULL);
    for (int i = 0; i < 6000; i++) {
        char name[20], params[80];
        snprintf(name, sizeof name, "t%d", i);
        json_set_str(create, "name", name);
        CU_ASSERT_FATAL(catalog_add_table(c, "db", create, why));
        snprintf(params, sizeof params,
                 "{\"namespace\":\"db\",\"table\":\"%s\"}", name);
        CU_ASSERT_FATAL(i % 100 == 0 || meddle(&b, MEDDLE_DROP_TABLE, params));
    }
    cJSON *list = catalog_list(c, "db");
    CU_ASSERT_EQUAL(cJSON_GetArraySize(list), 60);
    CU_ASSERT_STRING_EQUAL(list->child->next->valuestring, "t100");
    cJSON_Delete(list);
    cJSON_Delete(create);
    bench_stop(&b);
}

/* ---- meddling ---- */

static void a_rival_commits_a_readable_snapshot(void)
{
    struct bench b;
    start_with_table(&b);
    ask(&b, "POST", TABLE, APPEND("11", "1", ""));
    CU_ASSERT(meddle(&b, MEDDLE_RIVAL_COMMIT, "{" SUBJECT "}"));
    const cJSON *snapshot = json_get(now(&b), "snapshots")->child->next;
    CU_ASSERT_FATAL(snapshot != NULL);
    CU_ASSERT_EQUAL(json_i64(snapshot, "parent-snapshot-id", 0), 11);
    CU_ASSERT_EQUAL(json_i64(now(&b), "current-snapshot-id", 0),
                    json_i64(snapshot, "snapshot-id", 1));
    struct str list;
    str_init(&list, 1 << 20);
    CU_ASSERT(b.memory.files.get(b.memory.files.ctx,
                                 json_str(snapshot, "manifest-list"), &list));
    CU_ASSERT(memcmp(str_z(&list), "Obj\1", 4) == 0);
    str_fini(&list);
    bench_stop(&b);
}

static void a_rival_creates_what_the_request_asks_for(void)
{
    struct bench b;
    struct exchange x;
    struct http1 *parser;
    struct str wire;
    char why[160] = "";
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    bench_wire(&wire, "POST", "/v1/namespaces/db/tables", NULL,
               SIMPLE_TABLE("x"));
    CU_ASSERT(bench_open(&b, &x, wire.p, wire.len, &parser));
    CU_ASSERT(b.service->meddle(b.service->state, &x, MEDDLE_RIVAL_CREATE, NULL,
                                why));
    bench_run(&b, &x, PLAIN);
    CU_ASSERT_EQUAL(x.answer.status, 409);
    bench_close(&x, parser);
    str_fini(&wire);
    const cJSON *schema = json_get(now(&b), "schemas")->child;
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(schema, "fields")), 2);
    bench_stop(&b);
}

static void a_rival_creates_something_else(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    CU_ASSERT_FALSE(meddle(&b, MEDDLE_RIVAL_CREATE, "{" SUBJECT "}"));
    CU_ASSERT(meddle(&b, MEDDLE_RIVAL_CREATE, "{" SUBJECT ",\"fits\":false}"));
    const cJSON *schema = json_get(now(&b), "schemas")->child;
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(schema, "fields")), 1);
    CU_ASSERT(meddle(&b, MEDDLE_DROP_TABLE, "{" SUBJECT "}"));
    CU_ASSERT(
        meddle(&b, MEDDLE_RIVAL_CREATE, "{" SUBJECT ",\"kind\":\"view\"}"));
    CU_ASSERT_EQUAL(ask(&b, "GET", TABLE, NULL), 404);
    CU_ASSERT(meddle(&b, MEDDLE_RIVAL_CREATE,
                     "{\"namespace\":\"db\",\"table\":\"y\",\"columns\":["
                     "{\"name\":\"a\",\"type\":\"int\"}]}"));
    CU_ASSERT(catalog_table(b.c, "db", "y") != NULL);
    bench_stop(&b);
}

static void a_swapped_table_looks_the_same(void)
{
    struct bench b;
    start_with_table(&b);
    ask(&b, "POST", TABLE, APPEND("11", "1", ""));
    cJSON *old = cJSON_Duplicate(now(&b), true);
    CU_ASSERT(meddle(&b, MEDDLE_UUID_SWAP, "{" SUBJECT "}"));
    CU_ASSERT(strcmp(json_str(old, "table-uuid"),
                     json_str(now(&b), "table-uuid")) != 0);
    static const char *const same[] = {"schemas", "partition-specs",
                                       "properties", "location"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        CU_ASSERT(
            json_equal(json_get(old, same[i]), json_get(now(&b), same[i])));
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(now(&b), "snapshots")), 0);
    CU_ASSERT(strstr(catalog_table_location(b.c, "db", "x"), "/00000-") !=
              NULL);
    cJSON_Delete(old);
    bench_stop(&b);
}

#define RAW_TABLE                                                              \
    "{\"name\":\"x\",\"schema\":{\"type\":\"struct\",\"fields\":["             \
    "{\"id\":1,\"name\":\"at\",\"required\":true,\"type\":\"timestamp\"},"     \
    "{\"id\":2,\"name\":\"kind\",\"required\":true,\"type\":\"string\"},"      \
    "{\"id\":3,\"name\":\"value\",\"required\":true,\"type\":\"double\"},"     \
    "{\"id\":4,\"name\":\"note\",\"required\":false,\"type\":\"string\"}]},"   \
    "\"partition-spec\":{\"fields\":[{\"source-id\":1,\"name\":\"day\","       \
    "\"transform\":\"day\"},{\"source-id\":2,\"name\":\"kind\","               \
    "\"transform\":\"identity\"}]}}"

static const cJSON *current(const cJSON *m, const char *list, const char *id,
                            const char *which)
{
    return metadata_find(json_get(m, list), id, json_i64(m, which, -1));
}

/* What a client compares: columns, partitions, format, properties. */
static cJSON *look(const cJSON *m)
{
    cJSON *all = cJSON_CreateArray();
    const cJSON *parts[] = {
        json_get(current(m, "schemas", "schema-id", "current-schema-id"),
                 "fields"),
        json_get(current(m, "partition-specs", "spec-id", "default-spec-id"),
                 "fields"),
        json_get(m, "format-version"), json_get(m, "properties")};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cJSON_AddItemToArray(all, cJSON_Duplicate(parts[i], true));
    return all;
}

static void every_word_of_drift_changes_how_a_table_looks(void)
{
    for (const char *const *word = catalog_drift_words; *word; word++) {
        struct bench b;
        char params[120];
        CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
        ask(&b, "POST", "/v1/namespaces/db/tables", RAW_TABLE);
        cJSON *before = look(now(&b));
        snprintf(params, sizeof params, "{" SUBJECT ",\"change\":\"%s\"}",
                 *word);
        bool ok = meddle(&b, MEDDLE_SCHEMA_DRIFT, params);
        if (!ok)
            fprintf(stderr, "%s: %s\n", *word, b.what);
        CU_ASSERT(ok);
        cJSON *after = look(now(&b));
        int differences = 0;
        for (int i = 0; i < 4; i++)
            differences += !json_equal(cJSON_GetArrayItem(before, i),
                                       cJSON_GetArrayItem(after, i));
        CU_ASSERT_EQUAL(differences, 1);
        CU_ASSERT_EQUAL(ask(&b, "GET", TABLE, NULL), 200);
        cJSON_Delete(before);
        cJSON_Delete(after);
        bench_stop(&b);
    }
}

static void an_unknown_drift_is_refused(void)
{
    struct bench b;
    start_with_table(&b);
    CU_ASSERT_FALSE(
        meddle(&b, MEDDLE_SCHEMA_DRIFT, "{" SUBJECT ",\"change\":\"frob\"}"));
    CU_ASSERT_STRING_EQUAL(b.what, "unknown change: frob");
    CU_ASSERT_FALSE(meddle(&b, MEDDLE_SCHEMA_DRIFT,
                           "{\"namespace\":\"db\",\"table\":\"no\","
                           "\"change\":\"reorder\"}"));
    CU_ASSERT_FALSE(meddle(&b, MEDDLE_SCHEMA_DRIFT,
                           "{" SUBJECT ",\"change\":\"drop-partition\"}"));
    bench_stop(&b);
}

static void a_repeated_token_never_ends(void)
{
    struct bench b;
    struct exchange x;
    struct http1 *parser;
    struct str wire;
    char why[160] = "";
    start_with_table(&b);
    bench_wire(&wire, "GET", "/v1/namespaces/db/tables", NULL, NULL);
    CU_ASSERT(bench_open(&b, &x, wire.p, wire.len, &parser));
    bench_run(&b, &x, PLAIN);
    CU_ASSERT(b.service->meddle(b.service->state, &x, MEDDLE_REPEAT_PAGE_TOKEN,
                                NULL, why));
    bench_keep_answer(&b, &x);
    bench_close(&x, parser);
    str_fini(&wire);
    for (int i = 0; i < 3; i++) {
        char path[100];
        CU_ASSERT_STRING_EQUAL(json_str(b.body, "next-page-token"), "endless");
        CU_ASSERT(strstr(b.text, "\"x\"") != NULL);
        snprintf(path, sizeof path, "/v1/namespaces/db/tables?pageToken=%s",
                 json_str(b.body, "next-page-token"));
        CU_ASSERT_EQUAL(ask(&b, "GET", path, NULL), 200);
    }
    bench_stop(&b);
}

static void fresh_tokens_never_end(void)
{
    struct bench b;
    struct exchange x;
    struct http1 *parser;
    struct str wire;
    char why[160] = "";
    start_with_table(&b);
    bench_wire(&wire, "GET", "/v1/namespaces/db/tables", NULL, NULL);
    CU_ASSERT(bench_open(&b, &x, wire.p, wire.len, &parser));
    bench_run(&b, &x, PLAIN);
    cJSON *fresh = json_parse("{\"fresh\":true}", 14, NULL);
    CU_ASSERT(b.service->meddle(b.service->state, &x, MEDDLE_REPEAT_PAGE_TOKEN,
                                fresh, why));
    cJSON_Delete(fresh);
    bench_keep_answer(&b, &x);
    bench_close(&x, parser);
    str_fini(&wire);
    for (int i = 1; i < 4; i++) {
        char path[100], token[40];
        snprintf(token, sizeof token, "endless-%d", i);
        CU_ASSERT_STRING_EQUAL(json_str(b.body, "next-page-token"), token);
        snprintf(path, sizeof path, "/v1/namespaces/db/tables?pageToken=%s",
                 token);
        CU_ASSERT_EQUAL(ask(&b, "GET", path, NULL), 200);
        CU_ASSERT(strstr(b.text, "\"x\"") != NULL);
    }
    bench_stop(&b);
}

UNIT_MAIN(
    "catalog state", UNIT(a_commit_writes_the_next_file_and_logs_the_last),
    UNIT(snapshot_ids_stay_exact),
    UNIT(the_clock_may_go_back_but_metadata_does_not),
    UNIT(snapshots_passed_over_leave_no_log),
    UNIT(an_unknown_word_changes_nothing_even_at_the_end),
    UNIT(two_commits_on_one_base_one_wins),
    UNIT(metadata_log_keeps_as_many_as_the_table_wants),
    UNIT(only_named_snapshots_with_refs),
    UNIT(a_staged_table_is_made_by_its_commit),
    UNIT(a_stale_load_gives_the_version_before),
    UNIT(a_stale_list_lacks_the_last_change),
    UNIT(what_was_there_at_start_is_never_stale),
    UNIT(a_commit_on_a_stale_base_is_refused),
    UNIT(purge_takes_the_files_along), UNIT(a_renamed_table_keeps_what_it_is),
    UNIT(a_view_is_in_the_way_of_a_table), UNIT(losing_state_is_a_new_start),
    UNIT(many_tables_come_and_go), UNIT(a_rival_commits_a_readable_snapshot),
    UNIT(a_rival_creates_what_the_request_asks_for),
    UNIT(a_rival_creates_something_else), UNIT(a_swapped_table_looks_the_same),
    UNIT(every_word_of_drift_changes_how_a_table_looks),
    UNIT(an_unknown_drift_is_refused), UNIT(a_repeated_token_never_ends),
    UNIT(fresh_tokens_never_end))
