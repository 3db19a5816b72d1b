/* Routes, names, configuration, pages, tokens and keys, as clients meet them.
 */
#include "mocks/catalog/testing.h"

/* ---- routes ---- */

static void every_operation_has_a_route_of_its_own(void)
{
    for (const struct operation *a = catalog_operations; a->name; a++) {
        CU_ASSERT(a->handle != NULL && a->doc != NULL);
        for (const struct operation *b = a + 1; b->name; b++) {
            CU_ASSERT(strcmp(a->name, b->name) != 0);
            CU_ASSERT(strcmp(a->method, b->method) != 0 ||
                      strcmp(a->route, b->route) != 0);
        }
    }
}

static void an_unknown_route_is_a_bad_request(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, NULL));
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/bogus?x=1", NULL), 400);
    CU_ASSERT_STRING_EQUAL(error_message(&b),
                           "No route for request: GET v1/bogus");
    CU_ASSERT_EQUAL(ask(&b, "GET", "//v1/namespaces", NULL), 400);
    CU_ASSERT_EQUAL(ask(&b, "DELETE", "/v1/namespaces", NULL), 400);
    CU_ASSERT_EQUAL(ask(&b, "PUT", "/v1/bogus", "{}"), 400);
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces/%zz", NULL), 400);
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces/a%00b", NULL), 400);
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces/%ff", NULL), 400);
    bench_stop(&b);
}

static void methods_that_no_operation_has_are_named(void)
{
    static const struct {
        const char *method;
        int status;
        const char *allow;
    } rows[] = {{"PUT", 405, "GET, POST"},
                {"PATCH", 405, "GET, POST"},
                {"OPTIONS", 200, "GET, POST"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        CU_ASSERT_FATAL(bench_start(&b, NULL));
        CU_ASSERT_EQUAL(ask(&b, rows[i].method, "/v1/namespaces", NULL),
                        rows[i].status);
        CU_ASSERT_STRING_EQUAL(b.allow, rows[i].allow);
        CU_ASSERT_EQUAL(ask(&b, rows[i].method, "/v1/bogus", NULL), 400);
        CU_ASSERT_STRING_EQUAL(b.allow, "");
        bench_stop(&b);
    }
}

static void the_prefix_is_advertised_and_demanded(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"prefix\":\"a/b\"}"));
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/config", NULL), 200);
    CU_ASSERT_STRING_EQUAL(json_str(json_get(b.body, "overrides"), "prefix"),
                           "a/b");
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/a/b/namespaces", NULL), 200);
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces", NULL), 400);
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/a/bc/namespaces", NULL), 400);
    bench_stop(&b);
}

static bool advertises(const struct bench *b, const char *endpoint)
{
    const cJSON *e;
    cJSON_ArrayForEach(e, json_get(b->body, "endpoints"))
    {
        if (strcmp(e->valuestring, endpoint) == 0)
            return true;
    }
    return false;
}

static void config_tells_the_truth(void)
{
    struct bench b;
    CU_ASSERT_FATAL(
        bench_start(&b, "{\"defaults\":{\"a\":\"1\"},\"overrides\":{\"uri\":"
                        "\"{catalog}/x\"},\"idempotency\":\"30m\"}"));
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/config?warehouse=w", NULL), 200);
    CU_ASSERT_STRING_EQUAL(json_str(json_get(b.body, "defaults"), "a"), "1");
    CU_ASSERT_STRING_EQUAL(json_str(json_get(b.body, "overrides"), "uri"),
                           "http://127.0.0.1:8181/x");
    CU_ASSERT_STRING_EQUAL(json_str(b.body, "idempotency-key-lifetime"),
                           "PT30M");
    CU_ASSERT(advertises(
        &b, "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}"));
    CU_ASSERT(advertises(&b, "POST /v1/{prefix}/transactions/commit"));
    CU_ASSERT_FALSE(
        advertises(&b, "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/"
                       "credentials"));
    bench_stop(&b);
    CU_ASSERT_FATAL(bench_start(&b, "{\"endpoints\":\"none\"}"));
    ask(&b, "GET", "/v1/config", NULL);
    CU_ASSERT_PTR_NULL(json_get(b.body, "endpoints"));
    CU_ASSERT_PTR_NULL(json_get(b.body, "idempotency-key-lifetime"));
    bench_stop(&b);
}

static void bad_options_are_named(void)
{
    char why[200] = "";
    struct bench b;
    cJSON *o = json_parse("{\"pagesize\":1}", 14, NULL);
    CU_ASSERT_FATAL(bench_start(&b, NULL));
    CU_ASSERT_PTR_NULL(
        catalog_new(o, &b.memory.files, &b.clock, 1, NULL, NULL, why));
    CU_ASSERT(strstr(why, "page_size") != NULL);
    cJSON_Delete(o);
    bench_stop(&b);
}

/* ---- names ---- */

static void odd_names_reach_the_same_table_on_every_call(void)
{
    static const struct {
        const char *json, *path;
    } names[] = {
        {"a b", "a%20b"},       {"a+b", "a+b"},
        {"a+b", "a%2Bb"},       {"100%", "100%25"},
        {"a/b", "a%2Fb"},       {"a.b", "a.b"},
        {"\xc3\xbc", "%C3%BC"}, {"\xf0\x9f\x98\x80", "%F0%9F%98%80"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bench b;
        char body[300], path[200];
        CU_ASSERT_FATAL(bench_start(&b, NULL));
        snprintf(body, sizeof body, "{\"namespace\":[\"%s\"]}", names[i].json);
        CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/namespaces", body), 200);
        snprintf(path, sizeof path, "/v1/namespaces/%s/tables", names[i].path);
        snprintf(body, sizeof body,
                 "{\"name\":\"%s\",\"schema\":" SIMPLE_SCHEMA "}",
                 names[i].json);
        CU_ASSERT_EQUAL(ask(&b, "POST", path, body), 200);
        CU_ASSERT_STRING_EQUAL(b.names.table, names[i].json);
        CU_ASSERT_STRING_EQUAL(b.names.namespace_, names[i].json);
        snprintf(path, sizeof path, "/v1/namespaces/%s/tables/%s",
                 names[i].path, names[i].path);
        CU_ASSERT_EQUAL(ask(&b, "HEAD", path, NULL), 204);
        CU_ASSERT_EQUAL(ask(&b, "GET", path, NULL), 200);
        bench_stop(&b);
    }
}

static void nested_namespaces_and_both_separators(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(
        &b, "{\"separator\":\"%2E\",\"namespaces\":[\"a.b\",\"a.c\"]}"));
    CU_ASSERT_EQUAL(ask(&b, "HEAD", "/v1/namespaces/a%2Eb", NULL), 204);
    /* as pyiceberg sends it; no level can hold a dot here */
    CU_ASSERT_EQUAL(ask(&b, "HEAD", "/v1/namespaces/a.b", NULL), 204);
    CU_ASSERT_EQUAL(ask(&b, "HEAD", "/v1/namespaces/a%2eb", NULL), 204);
    CU_ASSERT_EQUAL(ask(&b, "HEAD", "/v1/namespaces/a%1Fb", NULL), 204);
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces?parent=a", NULL), 200);
    CU_ASSERT_STRING_EQUAL(b.text,
                           "{\"namespaces\":[[\"a\",\"b\"],[\"a\",\"c\"]],"
                           "\"next-page-token\":null}");
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces?parent=a.b", NULL), 200);
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces?parent=a%1Fb", NULL), 200);
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces?parent=x", NULL), 404);
    CU_ASSERT_EQUAL(
        ask(&b, "POST", "/v1/namespaces", "{\"namespace\":[\"x.y\"]}"), 400);
    CU_ASSERT_EQUAL(
        ask(&b, "POST", "/v1/namespaces", "{\"namespace\":[\"x\\u001fy\"]}"),
        400);
    bench_stop(&b);
}

/* ---- pages ---- */

static void make_tables(struct bench *b, int n)
{
    for (int i = 0; i < n; i++) {
        char body[300];
        snprintf(body, sizeof body,
                 "{\"name\":\"t%d\",\"schema\":" SIMPLE_SCHEMA "}", i);
        CU_ASSERT_EQUAL(ask(b, "POST", "/v1/namespaces/db/tables", body), 200);
    }
}

static const char *next_token(const struct bench *b)
{
    return json_str(b->body, "next-page-token");
}

static int page_length(const struct bench *b)
{
    return cJSON_GetArraySize(json_get(b->body, "identifiers"));
}

static void lists_come_whole_unless_pages_are_asked_for(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    make_tables(&b, 5);
    ask(&b, "GET", "/v1/namespaces/db/tables", NULL);
    CU_ASSERT_EQUAL(page_length(&b), 5);
    CU_ASSERT(cJSON_IsNull(json_get(b.body, "next-page-token")));
    ask(&b, "GET", "/v1/namespaces/db/tables?pageSize=2", NULL);
    CU_ASSERT_EQUAL(page_length(&b), 5);
    ask(&b, "GET", "/v1/namespaces/db/tables?pageToken=&pageSize=2", NULL);
    CU_ASSERT_EQUAL(page_length(&b), 2);
    CU_ASSERT(next_token(&b) != NULL);
    bench_stop(&b);
}

static void pages_end_and_hold_everything_once(void)
{
    struct bench b;
    char path[200], seen[200] = "";
    CU_ASSERT_FATAL(
        bench_start(&b, "{\"namespaces\":[\"db\"],\"page_size\":2}"));
    make_tables(&b, 5);
    snprintf(path, sizeof path, "/v1/namespaces/db/tables");
    for (int page = 0; page < 3; page++) {
        const cJSON *item;
        CU_ASSERT_EQUAL(ask(&b, "GET", path, NULL), 200);
        CU_ASSERT_EQUAL(page_length(&b), page < 2 ? 2 : 1);
        cJSON_ArrayForEach(item, json_get(b.body, "identifiers"))
        {
            size_t n = strlen(seen);
            snprintf(seen + n, sizeof seen - n, "%s ", json_str(item, "name"));
        }
        snprintf(path, sizeof path, "/v1/namespaces/db/tables?pageToken=%s",
                 next_token(&b) ? next_token(&b) : "");
    }
    CU_ASSERT_STRING_EQUAL(seen, "t0 t1 t2 t3 t4 ");
    CU_ASSERT_PTR_NULL(next_token(&b));
    bench_stop(&b);
}

static void a_page_token_outlives_its_table(void)
{
    struct bench b;
    char path[200];
    CU_ASSERT_FATAL(
        bench_start(&b, "{\"namespaces\":[\"db\"],\"page_size\":2}"));
    make_tables(&b, 4);
    ask(&b, "GET", "/v1/namespaces/db/tables", NULL);
    snprintf(path, sizeof path, "/v1/namespaces/db/tables?pageToken=%s",
             next_token(&b));
    ask(&b, "DELETE", "/v1/namespaces/db/tables/t1", NULL);
    ask(&b, "GET", path, NULL);
    CU_ASSERT_EQUAL(page_length(&b), 2);
    CU_ASSERT(strstr(b.text, "t2") && strstr(b.text, "t3"));
    CU_ASSERT_EQUAL(
        ask(&b, "GET", "/v1/namespaces/db/tables?pageToken=zz", NULL), 400);
    bench_stop(&b);
}

/* ---- tokens ---- */

static void a_static_token_is_demanded(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"token\":\"opensesame\"}"));
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/config", NULL), 401);
    CU_ASSERT_STRING_EQUAL(error_type(&b), "NotAuthorizedException");
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "GET", "/v1/config",
                            "Authorization: Bearer other\r\n", NULL),
                    401);
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "GET", "/v1/config",
                            "Authorization: bearer opensesame\r\n", NULL),
                    200);
    bench_stop(&b);
}

static int with_token(struct bench *b, const char *token)
{
    char header[200];
    snprintf(header, sizeof header, "Authorization: Bearer %s\r\n", token);
    return ask_how(b, PLAIN, "GET", "/v1/namespaces", header, NULL);
}

#define OAUTH_OPTIONS                                                          \
    "{\"credential\":\"me:s3cr&t\",\"token_lifetime\":\"10s\"}"
#define OAUTH_FORM                                                             \
    "grant_type=client_credentials&client_id=me&client_secret=s3cr%26t"        \
    "&scope=catalog"

static void issued_tokens_work_and_expire(void)
{
    struct bench b;
    char token[100];
    enum secret_encoding how;
    CU_ASSERT_FATAL(bench_start(&b, OAUTH_OPTIONS));
    CU_ASSERT_EQUAL(ask(&b, "GET", "/v1/namespaces", NULL), 401);
    CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/oauth/tokens", OAUTH_FORM), 200);
    CU_ASSERT_EQUAL(json_i64(b.body, "expires_in", 0), 10);
    snprintf(token, sizeof token, "%s", json_str(b.body, "access_token"));
    CU_ASSERT(secrets_find(b.secrets, slice_of(token), &how));
    CU_ASSERT_EQUAL(with_token(&b, token), 200);
    b.unix_ms += 9900;
    CU_ASSERT_EQUAL(with_token(&b, token), 200);
    b.unix_ms += 200;
    CU_ASSERT_EQUAL(with_token(&b, token), 401);
    CU_ASSERT_STRING_EQUAL(error_message(&b),
                           "Not authorized: Token has expired");
    bench_stop(&b);
}

static void a_forged_token_is_refused(void)
{
    struct bench b;
    char token[100];
    CU_ASSERT_FATAL(bench_start(&b, OAUTH_OPTIONS));
    ask(&b, "POST", "/v1/oauth/tokens", OAUTH_FORM);
    snprintf(token, sizeof token, "%s", json_str(b.body, "access_token"));
    token[12] = token[12] == '1' ? '2' : '1';
    CU_ASSERT_EQUAL(with_token(&b, token), 401);
    bench_stop(&b);
}

static void a_restart_ends_sessions(void)
{
    struct bench b;
    char token[100];
    CU_ASSERT_FATAL(bench_start(&b, OAUTH_OPTIONS));
    ask(&b, "POST", "/v1/oauth/tokens", OAUTH_FORM);
    snprintf(token, sizeof token, "%s", json_str(b.body, "access_token"));
    b.service->restart(b.service->state, true);
    CU_ASSERT_EQUAL(with_token(&b, token), 401);
    bench_stop(&b);
}

static void token_errors_have_oauths_own_shape(void)
{
    static const struct {
        const char *form;
        int status;
        const char *error;
    } bad[] = {
        {"grant_type=client_credentials&client_id=me&client_secret=no", 401,
         "invalid_client"},
        {"grant_type=client_credentials", 401, "invalid_client"},
        {"grant_type=password", 400, "unsupported_grant_type"},
        {"", 400, "invalid_request"},
        {"{\"grant_type\":1}", 400, "invalid_request"},
    };
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, OAUTH_OPTIONS));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/oauth/tokens", bad[i].form),
                        bad[i].status);
        CU_ASSERT_STRING_EQUAL(json_str(b.body, "error"), bad[i].error);
    }
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", "/v1/oauth/tokens",
                            "Authorization: Basic bWU6czNjciZ0\r\n",
                            "grant_type=client_credentials"),
                    200);
    bench_stop(&b);
}

/* ---- idempotency keys ---- */

#define KEY "Idempotency-Key: 0190a6c4-1111-7222-8333-444455556666\r\n"

static void a_key_replays_the_answer(void)
{
    struct bench b;
    char first[4000];
    CU_ASSERT_FATAL(
        bench_start(&b, "{\"namespaces\":[\"db\"],\"idempotency\":\"60s\"}"));
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", "/v1/namespaces/db/tables", KEY,
                            SIMPLE_TABLE("x")),
                    200);
    snprintf(first, sizeof first, "%s", b.text);
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", "/v1/namespaces/db/tables", KEY,
                            SIMPLE_TABLE("x")),
                    200);
    CU_ASSERT_STRING_EQUAL(first, b.text);
    CU_ASSERT_FALSE(b.wrote);
    CU_ASSERT_EQUAL(
        ask_how(&b, PLAIN, "DELETE", "/v1/namespaces/db/tables/x", KEY, NULL),
        422);
    b.unix_ms += 61000;
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", "/v1/namespaces/db/tables", KEY,
                            SIMPLE_TABLE("x")),
                    409);
    ask(&b, "DELETE", "/v1/namespaces/db/tables/x", NULL);
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", "/v1/namespaces/db/tables", KEY,
                            SIMPLE_TABLE("x")),
                    409);
    bench_stop(&b);
}

static void a_change_that_was_dropped_is_not_remembered(void)
{
    struct bench b;
    CU_ASSERT_FATAL(
        bench_start(&b, "{\"namespaces\":[\"db\"],\"idempotency\":\"60s\"}"));
    ask_how(&b, DROPPED, "POST", "/v1/namespaces/db/tables", KEY,
            SIMPLE_TABLE("x"));
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", "/v1/namespaces/db/tables", KEY,
                            SIMPLE_TABLE("x")),
                    200);
    CU_ASSERT(b.wrote);
    bench_stop(&b);
}

/* Large answers push the oldest ones out; the last, several at once. */
static void kept_answers_take_so_much_memory(void)
{
    enum { BIG = 1 << 20, MOST = 4 * BIG, TABLES = 36 };
    struct bench b;
    char *body = mem_alloc(MOST + 1000), key[100];
    CU_ASSERT_FATAL(
        bench_start(&b, "{\"namespaces\":[\"db\"],\"idempotency\":\"1h\"}"));
    for (int i = 0; i < TABLES + 2; i++) {
        int which = i < TABLES ? i : i == TABLES ? TABLES - 1 : 0;
        int n = snprintf(body, 1000,
                         "{\"name\":\"t%d\",\"schema\":" SIMPLE_SCHEMA
                         ",\"properties\":{\"p\":\"",
                         which);
        size_t big = which == TABLES - 1 ? MOST : BIG;
        memset(body + n, 'x', big);
        memcpy(body + n + big, "\"}}", 4);
        snprintf(key, sizeof key,
                 "Idempotency-Key: 0190a6c4-1111-7222-8333-%012d\r\n", which);
        ask_how(&b, PLAIN, "POST", "/v1/namespaces/db/tables", key, body);
        CU_ASSERT_EQUAL(b.status, i <= TABLES ? 200 : 409);
        CU_ASSERT_EQUAL(b.wrote, i < TABLES);
        CU_ASSERT(b.c->kept_bytes <= 33 << 20);
    }
    free(body);
    bench_stop(&b);
}

static void keys_are_ignored_when_not_advertised(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{\"namespaces\":[\"db\"]}"));
    ask_how(&b, PLAIN, "POST", "/v1/namespaces/db/tables", KEY,
            SIMPLE_TABLE("x"));
    CU_ASSERT_EQUAL(ask_how(&b, PLAIN, "POST", "/v1/namespaces/db/tables", KEY,
                            SIMPLE_TABLE("x")),
                    409);
    bench_stop(&b);
}

UNIT_MAIN("catalog routes", UNIT(every_operation_has_a_route_of_its_own),
          UNIT(an_unknown_route_is_a_bad_request),
          UNIT(methods_that_no_operation_has_are_named),
          UNIT(the_prefix_is_advertised_and_demanded),
          UNIT(config_tells_the_truth), UNIT(bad_options_are_named),
          UNIT(odd_names_reach_the_same_table_on_every_call),
          UNIT(nested_namespaces_and_both_separators),
          UNIT(lists_come_whole_unless_pages_are_asked_for),
          UNIT(pages_end_and_hold_everything_once),
          UNIT(a_page_token_outlives_its_table),
          UNIT(a_static_token_is_demanded), UNIT(issued_tokens_work_and_expire),
          UNIT(a_forged_token_is_refused), UNIT(a_restart_ends_sessions),
          UNIT(token_errors_have_oauths_own_shape),
          UNIT(a_key_replays_the_answer),
          UNIT(kept_answers_take_so_much_memory),
          UNIT(a_change_that_was_dropped_is_not_remembered),
          UNIT(keys_are_ignored_when_not_advertised))
