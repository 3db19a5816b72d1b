/* Transactions: all of their tables, or none. */
#include "mocks/catalog/testing.h"

#define COMMIT "/v1/transactions/commit"
#define TABLES "/v1/namespaces/db/tables"

#define CHANGE(table, requirements, updates)                                   \
    "{\"identifier\":{\"namespace\":[\"db\"],\"name\":\"" table                \
    "\"},\"requirements\":[" requirements "],\"updates\":[" updates "]}"
#define CHANGES(list) "{\"table-changes\":[" list "]}"
#define PROPERTY(key, value)                                                   \
    "{\"action\":\"set-properties\",\"updates\":{\"" key "\":\"" value "\"}}"
#define OTHER_UUID                                                             \
    "{\"type\":\"assert-table-uuid\",\"uuid\":"                                \
    "\"00000000-0000-0000-0000-000000000003\"}"
#define NO_TABLE "{\"type\":\"assert-create\"}"

static void start(struct bench *b)
{
    CU_ASSERT_FATAL(bench_start(b, "{\"namespaces\":[\"db\"],"
                                   "\"idempotency\":\"30m\"}"));
    CU_ASSERT_EQUAL(ask(b, "POST", TABLES, SIMPLE_TABLE("a")), 200);
    CU_ASSERT_EQUAL(ask(b, "POST", TABLES, SIMPLE_TABLE("b")), 200);
}

static const char *property(const struct bench *b, const char *table,
                            const char *key)
{
    const cJSON *m = catalog_table(b->c, "db", table);
    const char *z = m ? metadata_property(m, key) : NULL;
    return z ? z : "";
}

static void all_tables_change_at_once(void)
{
    struct bench b;
    start(&b);
    CU_ASSERT_EQUAL(ask(&b, "POST", COMMIT,
                        CHANGES(CHANGE("a", "", PROPERTY("x", "1")) "," CHANGE(
                            "b", "", PROPERTY("x", "2")))),
                    204);
    CU_ASSERT_STRING_EQUAL(b.text, "");
    CU_ASSERT_STRING_EQUAL(b.what, "commit to table db.a, table db.b");
    CU_ASSERT_STRING_EQUAL(property(&b, "a", "x"), "1");
    CU_ASSERT_STRING_EQUAL(property(&b, "b", "x"), "2");
    CU_ASSERT_EQUAL(bench_files(&b), 4);
    CU_ASSERT_STRING_EQUAL(b.names.table, "a");
    CU_ASSERT_STRING_EQUAL(b.names.namespace_, "db");
    bench_stop(&b);
}

static void one_that_fails_stops_all(void)
{
    struct bench b;
    start(&b);
    CU_ASSERT_EQUAL(ask(&b, "POST", COMMIT,
                        CHANGES(CHANGE("a", "", PROPERTY("x", "1")) "," CHANGE(
                            "b", OTHER_UUID, PROPERTY("x", "2")))),
                    409);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "CommitFailedException");
    CU_ASSERT_FALSE(b.wrote);
    CU_ASSERT_EQUAL(ask(&b, "POST", COMMIT,
                        CHANGES(CHANGE("a", "", PROPERTY("x", "1")) "," CHANGE(
                            "no", "", ""))),
                    404);
    CU_ASSERT_STRING_EQUAL(error_message(&b), "Table does not exist: db.no");
    CU_ASSERT_STRING_EQUAL(property(&b, "a", "x"), "");
    CU_ASSERT_EQUAL(bench_files(&b), 2);
    bench_stop(&b);
}

static void a_store_that_refuses_the_second_file_stops_all(void)
{
    struct bench b;
    start(&b);
    b.memory.room = 1;
    CU_ASSERT_EQUAL(ask(&b, "POST", COMMIT,
                        CHANGES(CHANGE("a", "", PROPERTY("x", "1")) "," CHANGE(
                            "b", "", PROPERTY("x", "2")))),
                    500);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "RuntimeIOException");
    CU_ASSERT_FALSE(b.wrote);
    CU_ASSERT_STRING_EQUAL(property(&b, "a", "x"), "");
    CU_ASSERT_EQUAL(bench_files(&b), 2);
    bench_stop(&b);
}

static void a_dropped_transaction_leaves_nothing(void)
{
    struct bench b;
    start(&b);
    CU_ASSERT_EQUAL(ask_how(&b, DROPPED, "POST", COMMIT, NULL,
                            CHANGES(CHANGE("a", "", PROPERTY("x", "1")))),
                    204);
    CU_ASSERT_STRING_EQUAL(property(&b, "a", "x"), "");
    CU_ASSERT_EQUAL(bench_files(&b), 2);
    bench_stop(&b);
}

static void the_stale_view_is_that_before_the_transaction(void)
{
    struct bench b;
    start(&b);
    ask(&b, "POST", COMMIT,
        CHANGES(CHANGE("a", "", PROPERTY("x", "1")) "," CHANGE(
            "a", "",
            PROPERTY("x", "2")) "," CHANGE("b", "",
                                           PROPERTY("x",
                                                    "2")) "," CHANGE("c",
                                                                     NO_TABLE,
                                                                     "")));
    CU_ASSERT_EQUAL(b.status, 400); /* c has no schema */
    CU_ASSERT_EQUAL(
        ask(&b, "POST", COMMIT,
            CHANGES(CHANGE("a", "", PROPERTY("x", "1")) "," CHANGE(
                "a", "", PROPERTY("y", "2")) "," CHANGE("b", "",
                                                        PROPERTY("x", "2")))),
        204);
    for (size_t i = 0; i < 2; i++) {
        const char *path = i ? TABLES "/b" : TABLES "/a";
        CU_ASSERT_EQUAL(ask_how(&b, STALE, "GET", path, NULL, NULL), 200);
        CU_ASSERT_PTR_NULL(metadata_property(answered_metadata(&b), "x"));
    }
    bench_stop(&b);
}

static void a_table_may_come_twice(void)
{
    struct bench b;
    start(&b);
    CU_ASSERT_EQUAL(ask(&b, "POST", COMMIT,
                        CHANGES(CHANGE("a", "", PROPERTY("x", "1")) "," CHANGE(
                            "a", "", PROPERTY("y", "2")))),
                    204);
    CU_ASSERT_STRING_EQUAL(property(&b, "a", "x"), "1");
    CU_ASSERT_STRING_EQUAL(property(&b, "a", "y"), "2");
    const cJSON *log = json_get(catalog_table(b.c, "db", "a"), "metadata-log");
    CU_ASSERT_EQUAL(cJSON_GetArraySize(log), 2);
    const cJSON *entry;
    const struct warehouse *w = &b.memory.files;
    cJSON_ArrayForEach(entry, log)
    {
        CU_ASSERT(w->exists(w->ctx, json_str(entry, "metadata-file")));
    }
    bench_stop(&b);
}

#define MAKE_TABLE                                                             \
    "{\"action\":\"add-schema\",\"schema\":" SIMPLE_SCHEMA "},"                \
    "{\"action\":\"set-current-schema\",\"schema-id\":-1},"                    \
    "{\"action\":\"add-spec\",\"spec\":{\"fields\":[]}},"                      \
    "{\"action\":\"set-default-spec\",\"spec-id\":-1},"                        \
    "{\"action\":\"add-sort-order\",\"sort-order\":{\"fields\":[]}},"          \
    "{\"action\":\"set-default-sort-order\",\"sort-order-id\":-1}"

static void tables_are_made_along_with_commits(void)
{
    struct bench b;
    start(&b);
    CU_ASSERT_EQUAL(
        ask(&b, "POST", COMMIT,
            CHANGES(CHANGE("c", NO_TABLE, MAKE_TABLE) "," CHANGE(
                "d", NO_TABLE,
                MAKE_TABLE) "," CHANGE("e", NO_TABLE,
                                       MAKE_TABLE) "," CHANGE("a", "",
                                                              PROPERTY("x",
                                                                       "1")))),
        204);
    CU_ASSERT_EQUAL(ask(&b, "GET", TABLES, NULL), 200);
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(b.body, "identifiers")), 5);
    ask_how(&b, STALE, "GET", TABLES, NULL, NULL);
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(b.body, "identifiers")), 2);
    CU_ASSERT_EQUAL(
        ask(&b, "POST", COMMIT, CHANGES(CHANGE("c", NO_TABLE, MAKE_TABLE))),
        409);
    CU_ASSERT_STRING_EQUAL(error_message(&b),
                           "Requirement failed: table already exists");
    bench_stop(&b);
}

static void a_change_of_nothing_writes_nothing(void)
{
    struct bench b;
    start(&b);
    CU_ASSERT_EQUAL(ask(&b, "POST", COMMIT,
                        CHANGES(CHANGE("a", "", "") "," CHANGE("b", "", ""))),
                    204);
    CU_ASSERT_FALSE(b.wrote);
    CU_ASSERT_EQUAL(bench_files(&b), 2);
    bench_stop(&b);
}

static void what_is_no_transaction_is_refused(void)
{
    static const struct {
        const char *body, *message;
    } rows[] = {
        {"{}", "Cannot parse missing field: table-changes"},
        {CHANGES(""), "Invalid table changes: empty"},
        {"{\"table-changes\":{}}",
         "Cannot parse table-changes from non-array: {}"},
        {CHANGES("{}"), "Invalid table changes: table identifier is required"},
        {CHANGES(CHANGE("a", "", "{\"action\":\"frob\"}")),
         "Cannot convert metadata update action to json: frob"},
    };
    struct bench b;
    start(&b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT_EQUAL(ask(&b, "POST", COMMIT, rows[i].body), 400);
        CU_ASSERT_STRING_EQUAL(error_message(&b), rows[i].message);
    }
    bench_stop(&b);
}

static void a_key_replays_a_transaction(void)
{
    static const char key[] =
        "Idempotency-Key: 0190b6d1-7d6a-7f0e-8a7f-5c1f4f0e0a11\r\n";
    struct bench b;
    start(&b);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", COMMIT, key,
                                CHANGES(CHANGE("a", "", PROPERTY("x", "1")))),
                        204);
        CU_ASSERT_EQUAL(b.wrote, i == 0);
    }
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", TABLES "/a", key, "{}"), 422);
    bench_stop(&b);
}

UNIT_MAIN("catalog transactions", UNIT(all_tables_change_at_once),
          UNIT(one_that_fails_stops_all),
          UNIT(a_store_that_refuses_the_second_file_stops_all),
          UNIT(a_dropped_transaction_leaves_nothing),
          UNIT(the_stale_view_is_that_before_the_transaction),
          UNIT(a_table_may_come_twice),
          UNIT(tables_are_made_along_with_commits),
          UNIT(a_change_of_nothing_writes_nothing),
          UNIT(what_is_no_transaction_is_refused),
          UNIT(a_key_replays_a_transaction))
