/* Operations against a scripted server: what is sent, how often, and what
 * comes out of it.
 */
#include "base/unit.h"

#include <inttypes.h>

#include "base/arena.h"
#include "iceberg/peer_test.h"
#include "iceberg/rest.h"

#define TURNS(t) (t), sizeof(t) / sizeof((t)[0])
#define JSON(status, length, body)                                             \
    "HTTP/1.1 " status "\r\nConnection: close\r\n"                             \
    "Content-Length: " length "\r\n\r\n" body
#define CONFIG                                                                 \
    {                                                                          \
        .reply = JSON("200 OK", "2", "{}")                                     \
    }
#define TABLE_BODY                                                             \
    "{\"metadata-location\":\"s3://b/m\",\"metadata\":{\"format-version\":2,"  \
    "\"table-uuid\":\"u\",\"location\":\"s3://b/t\","                          \
    "\"current-snapshot-id\":9007199254740993}}"
#define TABLE                                                                  \
    {                                                                          \
        .reply = JSON("200 OK", "142", TABLE_BODY)                             \
    }
#define ABSENT                                                                 \
    {                                                                          \
        .reply = JSON("404 Not Found", "67",                                   \
                      "{\"error\":{\"message\":\"no\",\"type\":"               \
                      "\"NoSuchTableException\",\"code\":404}}")               \
    }
#define GONE                                                                   \
    {                                                                          \
        .reply = JSON("404 Not Found", "64",                                   \
                      "{\"error\":{\"message\":\"no\",\"type\":"               \
                      "\"NotFoundException\",\"code\":404}}")                  \
    }
#define HTML404                                                                \
    {                                                                          \
        .reply = JSON("404 Not Found", "6", "<html>")                          \
    }
#define DENIED                                                                 \
    {                                                                          \
        .reply = JSON("401 Unauthorized", "69",                                \
                      "{\"error\":{\"message\":\"no\",\"type\":"               \
                      "\"NotAuthorizedException\",\"code\":401}}")             \
    }
#define TOKEN(t)                                                               \
    {                                                                          \
        .reply = JSON("200 OK", "23", "{\"access_token\":\"" t "\"}")          \
    }

static struct {
    struct peer peer;
    struct ice_settings settings;
    struct ice_policy policy;
    struct secrets *secrets;
    struct log log;
    struct str lines;
    struct ice_catalog *c;
    struct ice_error e;
    char *seen; /* requests, after done() */
} w;

static void sink(void *ctx, const struct log_line *line)
{
    (void)ctx;
    log_format_text(line, &w.lines);
}

static void prepare(const struct peer_turn *t, size_t n)
{
    memset(&w, 0, sizeof(w));
    peer_start(&w.peer, t, n);
    w.policy = ice_policy_default;
    w.policy.backoff.base_ms = 1;
    w.policy.limits.call_ms = 30000;
    w.settings.catalog_uri = w.peer.url;
    w.settings.database = (char *)(uintptr_t) "db";
    w.secrets = secrets_new();
    str_init(&w.lines, 1 << 20);
    w.log = (struct log){.least = LOG_INFO,
                         .clock = &clock_system,
                         .secrets = w.secrets,
                         .encodings = SECRET_ALL,
                         .sink = sink};
}

static void open_catalog(void)
{
    struct ice_env env = {.clock = &clock_system,
                          .log = &w.log,
                          .secrets = w.secrets,
                          .policy = &w.policy,
                          .seed = 7};

    CU_ASSERT_EQUAL_FATAL(ice_catalog_new(&w.c, &w.settings, &env, &w.e),
                          ICE_OK);
}

static void start(const struct peer_turn *t, size_t n)
{
    prepare(t, n);
    open_catalog();
}

static void done(void)
{
    ice_catalog_free(w.c);
    w.seen = peer_stop(&w.peer);
}

static void drop(void)
{
    free(w.seen);
    secrets_free(w.secrets);
    str_fini(&w.lines);
}

static size_t count(const char *in, const char *what)
{
    size_t n = 0;

    for (const char *p = in; (p = strstr(p, what)); p += strlen(what))
        n++;
    return n;
}

static void the_fixtures_have_their_lengths(void)
{
    CU_ASSERT_EQUAL(strlen(TABLE_BODY), 142);
}

static void a_table_is_loaded_with_exact_ids(void)
{
    static const struct peer_turn t[] = {CONFIG, TABLE};
    struct ice_table *table;

    start(TURNS(t));
    CU_ASSERT_EQUAL(ice_get_table(w.c, "a b", &table, &w.e), ICE_OK);
    CU_ASSERT_EQUAL(table->current_snapshot_id, INT64_C(9007199254740993));
    CU_ASSERT_STRING_EQUAL(table->uuid, "u");
    ice_table_free(table);
    done();
    CU_ASSERT_PTR_NOT_NULL(strstr(w.seen, "GET /v1/config HTTP"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(w.seen, "GET /v1/namespaces/db/tables/a%20b HTTP"));
    CU_ASSERT_EQUAL(w.lines.len, 0);
    drop();
}

static void only_a_typed_404_is_absence(void)
{
    static const struct peer_turn t[] = {CONFIG, HTML404, ABSENT, GONE};
    bool exists = true;

    start(TURNS(t));
    CU_ASSERT_EQUAL(ice_table_exists(w.c, "t", &exists, &w.e), ICE_OK);
    CU_ASSERT(!exists);
    CU_ASSERT_EQUAL(w.e.outcome, ICE_OK);
    CU_ASSERT_EQUAL(ice_table_exists(w.c, "t", &exists, &w.e), ICE_OK);
    CU_ASSERT(exists);
    done();
    CU_ASSERT_EQUAL(peer_count(w.seen), 4);
    drop();
}

static void a_read_is_repeated_and_each_repeat_logged(void)
{
    static const struct peer_turn t[] = {
        CONFIG,
        {.end = PEER_RESET},
        {.reply = "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: "
                  "0\r\n\r\n"},
        {.reply = JSON("200 OK", "9", "<html></>")},
        TABLE};
    struct ice_table *table;

    start(TURNS(t));
    CU_ASSERT_EQUAL(ice_get_table(w.c, "t", &table, &w.e), ICE_OK);
    ice_table_free(table);
    done();
    CU_ASSERT_EQUAL(peer_count(w.seen), 5);
    CU_ASSERT_EQUAL(count(str_z(&w.lines), "loadTable attempt"), 3);
    CU_ASSERT_EQUAL(count(str_z(&w.lines), "wait"), 3);
    drop();
}

static void a_failure_says_all_there_is_to_say(void)
{
    static const struct peer_turn t[] = {
        CONFIG,
        {.reply = JSON("400 Bad", "71",
                       "{\"error\":{\"message\":\"s3cret!\",\"type\":"
                       "\"BadRequestException\",\"code\":400}}")}};
    struct ice_table *table;

    start(TURNS(t));
    secrets_add(w.secrets, SLICE_LIT("s3cret!"));
    CU_ASSERT_EQUAL(ice_get_table(w.c, "t", &table, &w.e), ICE_INVALID);
    CU_ASSERT_STRING_EQUAL(w.e.operation, "loadTable");
    CU_ASSERT_PTR_NOT_NULL(strstr(w.e.uri, "/v1/namespaces/db/tables/t"));
    CU_ASSERT_EQUAL(w.e.http_status, 400);
    CU_ASSERT_EQUAL(w.e.attempts, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(w.e.cause, "BadRequestException: ***"));
    done();
    CU_ASSERT_EQUAL(count(str_z(&w.lines), "\n"), 1);
    CU_ASSERT_PTR_NULL(strstr(str_z(&w.lines), "s3cret"));
    drop();
}

static enum ice_meaning create(int *rc)
{
    enum ice_meaning m;
    struct ice_scope s;
    struct ice_error *e = ice__enter(w.c, &s, 5000, &w.e);
    cJSON *request = cJSON_CreateObject(), *body;

    json_set_str(request, "name", "t");
    *rc = ice__rest_create_table(w.c, ice__own_ns(w.c), "t", request, &m, NULL,
                                 &body, e);
    CU_ASSERT_EQUAL(body != NULL, *rc == ICE_OK);
    cJSON_Delete(body);
    cJSON_Delete(request);
    ice__leave(&s);
    return m;
}

static void a_lost_reply_to_a_create_is_unknown_and_sent_once(void)
{
    static const struct peer_turn t[] = {CONFIG, {.end = PEER_RESET}, TABLE};
    int rc;

    start(TURNS(t));
    CU_ASSERT_EQUAL(create(&rc), ICE_MEANS_AMBIGUOUS);
    CU_ASSERT_EQUAL(rc, ICE_UNKNOWN);
    done();
    CU_ASSERT_EQUAL(count(w.seen, "POST "), 1);
    drop();
}

static void one_changed_cell_sends_it_again(void)
{
    static const struct peer_turn t[] = {CONFIG, {.end = PEER_RESET}, TABLE};
    int rc;

    prepare(TURNS(t));
    w.policy.writes[ICE_WRITE_UNSETTLED].allowed = true;
    open_catalog();
    CU_ASSERT_EQUAL(create(&rc), ICE_MEANS_DONE);
    done();
    CU_ASSERT_EQUAL(count(w.seen, "POST "), 2);
    drop();
}

static void a_key_lets_the_same_bytes_go_again(void)
{
    static const struct peer_turn t[] = {
        {.reply =
             JSON("200 OK", "36", "{\"idempotency-key-lifetime\":\"PT30M\"}")},
        {.end = PEER_RESET},
        TABLE};
    const char *first, *second;
    int rc;

    start(TURNS(t));
    CU_ASSERT_EQUAL(create(&rc), ICE_MEANS_DONE);
    done();
    first = strstr(w.seen, "Idempotency-Key: ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(first);
    second = strstr(first + 1, "Idempotency-Key: ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(second);
    CU_ASSERT_EQUAL(strncmp(first, second, 17 + 36), 0);
    CU_ASSERT_EQUAL(first[17 + 14], '7'); /* version of the UUID */
    drop();
}

static void a_conflict_with_an_empty_body_is_a_conflict(void)
{
    static const struct peer_turn t[] = {
        CONFIG, {.reply = "HTTP/1.1 409 C\r\nContent-Length: 0\r\n\r\n"}};
    int rc;

    start(TURNS(t));
    CU_ASSERT_EQUAL(create(&rc), ICE_MEANS_CONFLICT);
    CU_ASSERT_EQUAL(rc, ICE_CONFLICT);
    done();
    drop();
}

static void a_201_and_a_bodyless_200_leave_it_open(void)
{
    static const struct peer_turn t[] = {
        CONFIG,
        {.reply = JSON("201 Created", "142", TABLE_BODY)},
        {.reply = JSON("200 OK", "0", "")}};
    int rc;

    start(TURNS(t));
    CU_ASSERT_EQUAL(create(&rc), ICE_MEANS_AMBIGUOUS);
    CU_ASSERT_EQUAL(create(&rc), ICE_MEANS_AMBIGUOUS);
    CU_ASSERT_EQUAL(rc, ICE_UNKNOWN);
    done();
    drop();
}

static void a_401_renews_the_token_once(void)
{
    static const struct peer_turn t[] = {TOKEN("one1"), CONFIG, DENIED,
                                         TOKEN("two2"), TABLE};
    struct ice_table *table;

    prepare(TURNS(t));
    w.settings.credential = (char *)(uintptr_t) "me:pass/word";
    open_catalog();
    CU_ASSERT_EQUAL(ice_get_table(w.c, "t", &table, &w.e), ICE_OK);
    ice_table_free(table);
    done();
    CU_ASSERT_EQUAL(count(w.seen, "POST /v1/oauth/tokens"), 2);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(w.seen, "client_id=me&client_secret=pass%2Fword"));
    CU_ASSERT_EQUAL(count(w.seen, "Authorization: Bearer one1\r\n"), 2);
    CU_ASSERT_EQUAL(count(w.seen, "Authorization: Bearer two2\r\n"), 1);
    drop();
}

static void a_given_token_that_is_refused_ends_it(void)
{
    static const struct peer_turn t[] = {CONFIG, DENIED, TABLE};
    struct ice_table *table;

    prepare(TURNS(t));
    w.settings.token = (char *)(uintptr_t) "given";
    open_catalog();
    CU_ASSERT_EQUAL(ice_get_table(w.c, "t", &table, &w.e), ICE_DENIED);
    done();
    CU_ASSERT_EQUAL(peer_count(w.seen), 2);
    drop();
}

static void a_failed_renewal_does_not_disable_the_next(void)
{
    static const struct peer_turn t[] = {
        TOKEN("one1"),
        CONFIG,
        DENIED,
        {.reply = JSON("401 No", "26", "{\"error\":\"invalid_client\"}")},
        DENIED,
        TOKEN("two2"),
        TABLE};
    struct ice_table *table;

    prepare(TURNS(t));
    w.settings.credential = (char *)(uintptr_t) "me:password";
    open_catalog();
    CU_ASSERT_EQUAL(ice_get_table(w.c, "t", &table, &w.e), ICE_DENIED);
    CU_ASSERT_PTR_NOT_NULL(strstr(w.e.cause, "invalid_client"));
    CU_ASSERT_EQUAL(ice_get_table(w.c, "t", &table, &w.e), ICE_OK);
    ice_table_free(table);
    done();
    drop();
}

#define PAGE(next, length)                                                     \
    {                                                                          \
        .reply = JSON("200 OK", length,                                        \
                      "{\"namespaces\":[[\"a\",\"b.c\"]],"                     \
                      "\"next-page-token\":" next "}")                         \
    }

static void all_pages_are_followed(void)
{
    static const struct peer_turn t[] = {CONFIG, PAGE("\"x/1\"", "52"),
                                         PAGE("\"x/2\"", "52"),
                                         PAGE("null", "51")};
    struct ice_names names;

    start(TURNS(t));
    CU_ASSERT_EQUAL(ice_test_connection(w.c, &names, &w.e), ICE_OK);
    CU_ASSERT_EQUAL_FATAL(names.n, 3);
    CU_ASSERT_STRING_EQUAL(names.name[2], "a.b\\.c");
    ice_names_free(&names);
    done();
    CU_ASSERT_PTR_NOT_NULL(strstr(w.seen, "?pageToken=x%2F1 "));
    drop();
}

static void a_repeated_page_token_is_an_error(void)
{
    static const struct peer_turn t[] = {CONFIG, PAGE("\"x/1\"", "52"),
                                         PAGE("\"x/2\"", "52"),
                                         PAGE("\"x/1\"", "52")};
    struct ice_names names;

    start(TURNS(t));
    CU_ASSERT_EQUAL(ice_test_connection(w.c, &names, &w.e), ICE_PROTOCOL);
    CU_ASSERT_EQUAL(names.n, 0);
    CU_ASSERT_STRING_EQUAL(w.e.operation, "listNamespaces");
    done();
    CU_ASSERT_EQUAL(peer_count(w.seen), 4);
    drop();
}

static void a_wait_beyond_the_deadline_fails_at_once(void)
{
    static const struct peer_turn t[] = {
        CONFIG,
        {.reply = "HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\n"
                  "Content-Length: 0\r\n\r\n"}};
    struct ice_table *table;

    start(TURNS(t));
    CU_ASSERT_EQUAL(ice_get_table(w.c, "t", &table, &w.e), ICE_UNAVAILABLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(w.e.cause, "3600000 ms"));
    CU_ASSERT_EQUAL(w.e.attempts, 1);
    done();
    drop();
}

static void a_level_with_the_separator_is_not_sent(void)
{
    static const struct peer_turn t[] = {
        {.reply =
             JSON("200 OK", "46",
                  "{\"overrides\":{\"namespace-separator\":\"%2E\"}}   ")}};
    bool exists;

    prepare(TURNS(t));
    w.settings.database = (char *)(uintptr_t) "a\\.b";
    open_catalog();
    CU_ASSERT_EQUAL(ice_namespace_exists(w.c, &exists, &w.e), ICE_INVALID);
    done();
    CU_ASSERT_EQUAL(peer_count(w.seen), 1);
    drop();
}

static void format_4_is_refused(void)
{
    static const struct peer_turn t[] = {
        CONFIG,
        {.reply =
             JSON("200 OK", "34", "{\"metadata\":{\"format-version\":4}} ")}};
    struct ice_table *table;

    start(TURNS(t));
    CU_ASSERT_EQUAL(ice_get_table(w.c, "t", &table, &w.e), ICE_MISMATCH);
    CU_ASSERT_PTR_NOT_NULL(strstr(w.e.cause, "format version 4"));
    done();
    drop();
}

static void refused_is_tried_until_the_deadline(void)
{
    static const struct peer_turn t[] = {CONFIG};
    int port;
    char url[64];

    prepare(TURNS(t));
    w.policy.limits.call_ms = 1000; /* 1 to 256 ms of waits fit well in */
    close(peer_listen(1, &port));
    snprintf(url, sizeof(url), "http://127.0.0.1:%d", port);
    w.settings.catalog_uri = url;
    open_catalog();
    CU_ASSERT_EQUAL(ice_connect(w.c, &w.e), ICE_UNAVAILABLE);
    CU_ASSERT(w.e.attempts > 2);
    CU_ASSERT(w.e.elapsed_ms <= 1000);
    CU_ASSERT_STRING_EQUAL(w.e.operation, "getConfig");
    done();
    CU_ASSERT_EQUAL(count(str_z(&w.lines), "\n"), (size_t)w.e.attempts);
    drop();
}

static void a_cancelled_catalog_sends_nothing(void)
{
    static const struct peer_turn t[] = {CONFIG, TABLE};
    struct ice_table *table;

    start(TURNS(t));
    ice_cancel(w.c);
    CU_ASSERT_EQUAL(ice_get_table(w.c, "t", &table, &w.e), ICE_CANCELLED);
    ice_catalog_uncancel(w.c);
    CU_ASSERT_EQUAL(ice_get_table(w.c, "t", &table, &w.e), ICE_OK);
    ice_table_free(table);
    done();
    CU_ASSERT_EQUAL(peer_count(w.seen), 2);
    drop();
}

UNIT_MAIN("rest", UNIT(the_fixtures_have_their_lengths),
          UNIT(a_table_is_loaded_with_exact_ids),
          UNIT(only_a_typed_404_is_absence),
          UNIT(a_read_is_repeated_and_each_repeat_logged),
          UNIT(a_failure_says_all_there_is_to_say),
          UNIT(a_lost_reply_to_a_create_is_unknown_and_sent_once),
          UNIT(one_changed_cell_sends_it_again),
          UNIT(a_key_lets_the_same_bytes_go_again),
          UNIT(a_conflict_with_an_empty_body_is_a_conflict),
          UNIT(a_201_and_a_bodyless_200_leave_it_open),
          UNIT(a_401_renews_the_token_once),
          UNIT(a_given_token_that_is_refused_ends_it),
          UNIT(a_failed_renewal_does_not_disable_the_next),
          UNIT(all_pages_are_followed), UNIT(a_repeated_page_token_is_an_error),
          UNIT(a_wait_beyond_the_deadline_fails_at_once),
          UNIT(a_level_with_the_separator_is_not_sent),
          UNIT(format_4_is_refused), UNIT(refused_is_tried_until_the_deadline),
          UNIT(a_cancelled_catalog_sends_nothing))
