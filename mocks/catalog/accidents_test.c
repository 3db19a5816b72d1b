/* What may befall a request: transactions done by half, keys forgotten or
 * taken, tokens withdrawn, tables and files gone, replicas that lag, lists that
 * end late. */
#include "mocks/catalog/testing.h"

#define TABLES "/v1/namespaces/db/tables"
#define COMMIT "/v1/transactions/commit"
#define KEY "Idempotency-Key: 0190a6c4-1111-7222-8333-444455556666\r\n"

static void start(struct bench *b, const char *options)
{
    CU_ASSERT_FATAL(bench_start(b, options));
    CU_ASSERT_EQUAL(ask(b, "POST", TABLES, SIMPLE_TABLE("a")), 200);
    CU_ASSERT_EQUAL(ask(b, "POST", TABLES, SIMPLE_TABLE("b")), 200);
}

static void next_meets(struct bench *b, enum meddle what, const char *params)
{
    b->first = what;
    b->first_params = params;
    b->first_done = false;
}

static const char *colour(const struct bench *b, const char *table)
{
    const cJSON *m = catalog_table(b->c, "db", table);
    const char *z = m ? metadata_property(m, "colour") : NULL;
    return z ? z : "none";
}

/* ---- transactions ---- */

#define CHANGE(table)                                                          \
    "{\"identifier\":{\"namespace\":[\"db\"],\"name\":\"" table                \
    "\"},\"requirements\":[],\"updates\":[{\"action\":\"set-properties\","     \
    "\"updates\":{\"colour\":\"blue\"}}]}"
#define BOTH "{\"table-changes\":[" CHANGE("a") "," CHANGE("b") "]}"

static void a_transaction_is_done_by_half(void)
{
    static const struct {
        const char *params, *a, *b;
        int status;
    } rows[] = {{"{}", "blue", "none", 500},
                {"{\"changes\":0}", "none", "none", 500},
                {"{\"changes\":2}", "blue", "blue", 204}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        start(&b, "{\"namespaces\":[\"db\"],\"idempotency\":\"60s\"}");
        next_meets(&b, MEDDLE_HALF_TRANSACTION, rows[i].params);
        ask_how(&b, PLAIN, "POST", COMMIT, KEY, BOTH);
        CU_ASSERT(b.first_done);
        CU_ASSERT_EQUAL(b.status, rows[i].status);
        CU_ASSERT_STRING_EQUAL(error_type(&b), rows[i].status == 500
                                                   ? "CommitStateUnknown"
                                                     "Exception"
                                                   : "");
        CU_ASSERT_STRING_EQUAL(colour(&b, "a"), rows[i].a);
        CU_ASSERT_STRING_EQUAL(colour(&b, "b"), rows[i].b);
        /* That answer is not kept under the key: the repeat does the rest. */
        CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", COMMIT, KEY, BOTH), 204);
        CU_ASSERT_STRING_EQUAL(colour(&b, "b"), "blue");
        bench_stop(&b);
    }
}

static void nothing_else_is_done_by_half(void)
{
    struct bench b;
    start(&b, "{\"namespaces\":[\"db\"]}");
    next_meets(&b, MEDDLE_HALF_TRANSACTION, "{}");
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLES, SIMPLE_TABLE("c")), 200);
    CU_ASSERT_FALSE(b.first_done);
    bench_stop(&b);
}

/* ---- idempotency keys ---- */

static void a_forgotten_key_is_carried_out_anew(void)
{
    struct bench b;
    start(&b, "{\"namespaces\":[\"db\"],\"idempotency\":\"60s\"}");
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", TABLES, KEY, SIMPLE_TABLE("c")),
                    200);
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", TABLES, KEY, SIMPLE_TABLE("c")),
                    200);
    next_meets(&b, MEDDLE_FORGET_KEYS, "{}");
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", TABLES, KEY, SIMPLE_TABLE("c")),
                    409);
    CU_ASSERT(b.first_done);
    bench_stop(&b);
}

static void a_taken_key_is_refused(void)
{
    struct bench b;
    start(&b, "{\"namespaces\":[\"db\"],\"idempotency\":\"60s\"}");
    next_meets(&b, MEDDLE_REUSE_KEY, "{}");
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", TABLES, KEY, SIMPLE_TABLE("c")),
                    422);
    CU_ASSERT(b.first_done);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "UnprocessableEntityException");
    CU_ASSERT_PTR_NULL(catalog_table(b.c, "db", "c"));
    b.unix_ms += 61000;
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", TABLES, KEY, SIMPLE_TABLE("c")),
                    200);
    bench_stop(&b);
}

static void no_key_cannot_be_taken(void)
{
    struct bench b;
    start(&b, "{\"namespaces\":[\"db\"],\"idempotency\":\"60s\"}");
    next_meets(&b, MEDDLE_REUSE_KEY, "{}");
    CU_ASSERT_EQUAL(ask(&b, "POST", TABLES, SIMPLE_TABLE("c")), 200);
    CU_ASSERT_FALSE(b.first_done);
    bench_stop(&b);
}

/* ---- tokens ---- */

static void token_line(struct bench *b, char line[400])
{
    ask(b, "POST", "/v1/oauth/tokens",
        "grant_type=client_credentials&client_id=me&client_secret=hush-hush");
    const char *token = json_str(b->body, "access_token");
    snprintf(line, 400, "Authorization: Bearer %s\r\n", token ? token : "");
}

static void tokens_issued_so_far_are_withdrawn(void)
{
    struct bench b;
    char line[400];
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"],"
                                    "\"credential\":\"me:hush-hush\"}"));
    token_line(&b, line);
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "GET", "/v1/namespaces/db", line, NULL),
                    200);
    next_meets(&b, MEDDLE_REVOKE_TOKENS, "{}");
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "GET", "/v1/namespaces/db", line, NULL),
                    401);
    CU_ASSERT(b.first_done);
    token_line(&b, line);
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "GET", "/v1/namespaces/db", line, NULL),
                    200);
    bench_stop(&b);
}

/* ---- what is gone, and what lags behind ---- */

static void a_table_or_its_file_goes(void)
{
    struct bench b;
    start(&b, "{\"namespaces\":[\"db\"]}");
    next_meets(&b, MEDDLE_LOSE_FILE, "{}");
    CU_ASSERT_EQUAL(ask(&b, "GET", TABLES "/a", NULL), 404);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "NotFoundException");
    next_meets(&b, MEDDLE_DROP_TABLE, "{}");
    CU_ASSERT_EQUAL(ask(&b, "GET", TABLES "/b", NULL), 404);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "NoSuchTableException");
    bench_stop(&b);
}

static void a_replica_lags_behind(void)
{
    struct bench b;
    start(&b, "{\"namespaces\":[\"db\"]}");
    ask_how(&b, STALE, "GET", TABLES, NULL, NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(b.text, "\"a\""));
    CU_ASSERT_PTR_NULL(strstr(b.text, "\"b\""));
    CU_ASSERT_EQUAL(ask_how(&b, STALE, "GET", TABLES "/b", NULL, NULL), 404);
    ask(&b, "POST", TABLES "/a",
        "{\"requirements\":[],\"updates\":[{\"action\":\"set-properties\","
        "\"updates\":{\"colour\":\"blue\"}}]}");
    CU_ASSERT_EQUAL(b.status, 200);
    ask_how(&b, STALE, "GET", TABLES "/a", NULL, NULL);
    CU_ASSERT_PTR_NULL(strstr(b.text, "blue"));
    ask(&b, "GET", TABLES "/a", NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(b.text, "blue"));
    bench_stop(&b);
}

static void a_list_ends_late(void)
{
    struct bench b;
    start(&b, "{\"namespaces\":[\"db\"]}");
    for (int i = 1; i <= 3; i++) {
        char path[100], next[40];
        snprintf(path, sizeof path, TABLES "?pageToken=endless-%d/3", i);
        snprintf(next, sizeof next, "endless-%d/3", i + 1);
        CU_ASSERT_EQUAL(ask(&b, "GET", path, NULL), 200);
        const char *token = json_str(b.body, "next-page-token");
        CU_ASSERT_STRING_EQUAL(token ? token : "", i < 3 ? next : "");
    }
    bench_stop(&b);
}

UNIT_MAIN("catalog accidents", UNIT(a_transaction_is_done_by_half),
          UNIT(nothing_else_is_done_by_half),
          UNIT(a_forgotten_key_is_carried_out_anew),
          UNIT(a_taken_key_is_refused), UNIT(no_key_cannot_be_taken),
          UNIT(tokens_issued_so_far_are_withdrawn),
          UNIT(a_table_or_its_file_goes), UNIT(a_replica_lags_behind),
          UNIT(a_list_ends_late))
