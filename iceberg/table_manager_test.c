/* table_manager: what is sent and what comes out, against a scripted catalog
 * and store on one port. The policy is the default one with every wait 0.
 */
#include <zlib.h>

#include "base/arena.h"
#include "base/unit.h"
#include "iceberg/peer_test.h"
#include "iceberg/policy.h"
#include "iceberg/sample.h"

#define TABLE "health_data_raw"
#define FILE_NAME "00000.metadata.json"
#define LOOK "GET config,GET " TABLE
#define VERIFY ",GET " TABLE ",GET tables,GET " FILE_NAME

enum { MOST_TURNS = 64 };

static struct arena texts; /* of the script that is being played */
static struct peer_turn script[MOST_TURNS];
static size_t n_turns;
static struct ice_policy policy;

/* ---- the script ---- */

static struct peer_turn *turn(const char *reply, size_t n, enum peer_end end)
{
    struct peer_turn *t = &script[n_turns++];

    *t = (struct peer_turn){.reply = reply, .n = n, .end = end};
    return t;
}

static void answer_bytes(const char *status, const char *body, size_t n)
{
    struct str s;

    str_init(&s, 1 << 20);
    str_addf(&s,
             "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n"
             "Content-Type: application/json\r\n\r\n",
             status, n);
    str_add(&s, body, n);
    turn(arena_memdup(&texts, str_z(&s), s.len), s.len, PEER_CLOSE);
    str_fini(&s);
}

static void answer(const char *status, const char *body)
{
    answer_bytes(status, body, strlen(body));
}

static void answer_error(const char *status, const char *type)
{
    answer(status,
           arena_printf(&texts,
                        "{\"error\":{\"message\":\"no\",\"type\":\"%s\","
                        "\"code\":%.3s}}",
                        type, status));
}

static void answer_json(cJSON *tree)
{
    struct str s;

    str_init(&s, 1 << 20);
    json_print(tree, &s);
    answer("200 OK", str_z(&s));
    str_fini(&s);
    cJSON_Delete(tree);
}

static void absent(void)
{
    answer_error("404 Not Found", "NoSuchTableException");
}

static void conflict(void)
{
    answer_error("409 Conflict", "AlreadyExistsException");
}

/* A LoadTableResult; takes the metadata. */
static void table_of(cJSON *metadata)
{
    cJSON *result = cJSON_CreateObject();

    json_set_str(result, "metadata-location",
                 "s3a://data-lake/warehouse/t/metadata/" FILE_NAME);
    json_set(result, "metadata", metadata);
    answer_json(result);
}

static cJSON *raw(void)
{
    return sample_metadata(&ice_tables[ICE_TABLE_RAW]);
}

static void table(void)
{
    table_of(raw());
}

static void listing(const char *name)
{
    answer("200 OK", arena_printf(&texts,
                                  "{\"identifiers\":[{\"namespace\":[\"health_"
                                  "db\"],\"name\":\"%s\"}]}",
                                  name));
}

static void file(void)
{
    answer_json(raw());
}

static void config(void)
{
    answer("200 OK", "{\"defaults\":{},\"overrides\":{}}");
}

/* ---- playing it ---- */

struct play {
    struct peer peer;
    struct ice_settings settings;
    struct ice_catalog *c;
    struct ice_error e;
    struct ice_table_report r;
};

static void begin_script(void)
{
    arena_init(&texts);
    n_turns = 0;
    policy = ice_policy_default;
    policy.settle.wait_ms = policy.settle.wait_max_ms = 0;
    policy.backoff.base_ms = policy.backoff.max_ms = 0;
    policy.limits.read_attempts = 1;
    config();
}

static const char *play_getenv(void *ctx, const char *name)
{
    const struct play *p = ctx;

    if (!strcmp(name, "ICEBERG_CATALOG_URI") || !strcmp(name, "S3_ENDPOINT"))
        return p->peer.url;
    if (!strcmp(name, "S3_ACCESS_KEY") || !strcmp(name, "S3_SECRET_KEY"))
        return "minioadmin";
    return NULL;
}

static void play_start(struct play *p)
{
    struct ice_env env = {.clock = &clock_system, .policy = &policy};
    char why[320];

    memset(p, 0, sizeof(*p));
    peer_start(&p->peer, script, n_turns);
    CU_ASSERT_EQUAL_FATAL(
        ice_settings_load(&p->settings, NULL, play_getenv, p, why), 0);
    CU_ASSERT_EQUAL_FATAL(ice_catalog_new(&p->c, &p->settings, &env, &p->e),
                          ICE_OK);
    ice_set_deadline_ms(p->c, 30000); /* when more is sent than is scripted */
}

/* Appends "METHOD last-part-of-path" of one request. */
static void add_request(struct str *out, const char *request)
{
    size_t method = strcspn(request, " ");
    const char *path = request + method + 1;
    size_t n = strcspn(path, " ?");
    size_t start = n;

    while (start && path[start - 1] != '/')
        start--;
    str_addf(out, "%s%.*s %.*s", out->len ? "," : "", (int)method, request,
             (int)(n - start), path + start);
}

/* Ends the play; were these the requests, and none else? */
static void play_end(struct play *p, const char *wanted)
{
    char *all = peer_stop(&p->peer), *next;
    struct str got;

    str_init(&got, 1 << 16);
    for (next = all; *next; next = strchr(next, '\x1e') + 1)
        add_request(&got, next);
    CU_ASSERT_STRING_EQUAL(str_z(&got), wanted);
    if (strcmp(str_z(&got), wanted))
        fprintf(stderr, "sent   %s\nwanted %s\n", str_z(&got), wanted);
    str_fini(&got);
    free(all);
    ice_table_report_fini(&p->r);
    ice_catalog_free(p->c);
    ice_settings_fini(&p->settings);
    arena_fini(&texts);
}

static void said(const struct play *p, const char *part)
{
    CU_ASSERT_PTR_NOT_NULL(strstr(p->e.cause, part));
    if (!strstr(p->e.cause, part))
        fprintf(stderr, "said: %s\n", p->e.cause);
}

/* Plays the script for one create of the raw table. */
static void create(struct play *p, int outcome)
{
    int rc;

    play_start(p);
    rc = ice_create_table(p->c, ICE_TABLE_RAW, &p->r, &p->e);
    CU_ASSERT_EQUAL(rc, outcome);
    if (rc != outcome)
        fprintf(stderr, "%s: %s\n", ice_outcome_name(rc), p->e.cause);
    CU_ASSERT_EQUAL(p->r.outcome, rc);
    CU_ASSERT_EQUAL(p->e.outcome, rc);
}

/* ---- tests ---- */

static void creates_what_is_absent_and_verifies_it(void)
{
    struct play p;

    begin_script();
    absent();
    table();
    table();
    listing(TABLE);
    file();
    create(&p, ICE_OK);
    CU_ASSERT(p.r.created);
    CU_ASSERT_EQUAL(p.r.n_differences, 0);
    play_end(&p, LOOK ",POST tables" VERIFY);
}

static void reads_a_metadata_file_that_is_gzip(void)
{
    unsigned char packed[1 << 16];
    z_stream z;
    struct str s;
    struct play p;
    cJSON *metadata = raw();

    begin_script();
    absent();
    table();
    table();
    listing(TABLE);
    str_init(&s, 1 << 20);
    json_print(metadata, &s);
    memset(&z, 0, sizeof(z));
    deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    z.next_in = (unsigned char *)s.p;
    z.avail_in = (unsigned)s.len;
    z.next_out = packed;
    z.avail_out = sizeof(packed);
    CU_ASSERT_EQUAL(deflate(&z, Z_FINISH), Z_STREAM_END);
    answer_bytes("200 OK", (char *)packed, sizeof(packed) - z.avail_out);
    deflateEnd(&z);
    create(&p, ICE_OK);
    play_end(&p, LOOK ",POST tables" VERIFY);
    str_fini(&s);
    cJSON_Delete(metadata);
}

static void sends_no_create_for_what_is_there(void)
{
    struct play p;

    begin_script();
    table();
    create(&p, ICE_OK);
    CU_ASSERT_FALSE(p.r.created);
    play_end(&p, LOOK);
}

static void names_what_does_not_fit_and_changes_nothing(void)
{
    cJSON *metadata = raw();
    struct play p;

    begin_script();
    json_set_str(sample_column(metadata, "value"), "type", "float");
    json_set_str(sample_column(metadata, "unit"), "doc", "other");
    table_of(metadata);
    create(&p, ICE_MISMATCH);
    said(&p, "value is float, should be double");
    CU_ASSERT_EQUAL_FATAL(p.r.n_differences, 2);
    CU_ASSERT(p.r.differences[0].fails);
    CU_ASSERT_FALSE(p.r.differences[1].fails);
    play_end(&p, LOOK);
}

static void refuses_a_format_that_is_too_new(void)
{
    cJSON *metadata = raw();
    struct play p;

    begin_script();
    json_set_i64(metadata, "format-version", 4);
    table_of(metadata);
    create(&p, ICE_MISMATCH);
    play_end(&p, LOOK);
}

static void does_not_create_when_it_could_not_find_out(void)
{
    struct play p;

    begin_script();
    answer("404 Not Found", "<html>no such page</html>");
    create(&p, ICE_UNAVAILABLE);
    play_end(&p, LOOK);
    begin_script();
    answer_error("404 Not Found", "NotFoundException");
    create(&p, ICE_UNAVAILABLE);
    play_end(&p, LOOK);
    begin_script();
    answer_error("403 Forbidden", "ForbiddenException");
    create(&p, ICE_DENIED);
    play_end(&p, LOOK);
}

static void takes_a_rivals_table_that_fits(void)
{
    struct play p;

    begin_script();
    absent();
    conflict();
    table();
    listing(TABLE);
    file();
    create(&p, ICE_OK);
    CU_ASSERT_FALSE(p.r.created);
    play_end(&p, LOOK ",POST tables" VERIFY);
}

static void says_that_a_view_is_in_the_way(void)
{
    struct play p;

    begin_script();
    n_turns = 0;
    answer("200 OK", "{\"defaults\":{},\"overrides\":{},\"endpoints\":["
                     "\"GET /v1/{prefix}/namespaces/{namespace}/tables\","
                     "\"POST /v1/{prefix}/namespaces/{namespace}/tables\","
                     "\"GET /v1/{prefix}/namespaces/{namespace}/tables/"
                     "{table}\","
                     "\"GET /v1/{prefix}/namespaces/{namespace}/views/"
                     "{view}\"]}");
    absent();
    conflict();
    absent();
    answer("200 OK", "{\"metadata\":{}}");
    create(&p, ICE_EXISTS);
    said(&p, "a view has that name");
    play_end(&p, LOOK ",POST tables,GET " TABLE ",GET " TABLE);
}

static void gives_up_on_what_exists_and_does_not(void)
{
    struct play p;

    begin_script();
    absent();
    for (int i = 0; i < 3; i++) {
        conflict();
        absent();
    }
    create(&p, ICE_CONFLICT);
    said(&p, "in the way and yet not there, 3 times");
    play_end(&p, LOOK ",POST tables,GET " TABLE ",POST tables,GET " TABLE
                      ",POST tables,GET " TABLE);
}

static void settles_a_lost_reply_by_loading(void)
{
    struct play p;

    begin_script();
    absent();
    turn(NULL, 0, PEER_RESET);
    table();
    listing(TABLE);
    file();
    create(&p, ICE_OK);
    CU_ASSERT(p.r.created);
    play_end(&p, LOOK ",POST tables" VERIFY);
}

static void sends_again_what_a_settling_read_proves_absent(void)
{
    struct play p;

    begin_script();
    absent();
    turn(NULL, 0, PEER_RESET);
    absent();
    conflict();
    table();
    listing(TABLE);
    file();
    create(&p, ICE_OK);
    play_end(&p, LOOK ",POST tables,GET " TABLE ",POST tables" VERIFY);
}

static void says_unknown_after_three_lost_creates(void)
{
    struct play p;

    begin_script();
    absent();
    for (int i = 0; i < 3; i++) {
        answer("504 Gateway Timeout", "");
        absent();
    }
    create(&p, ICE_UNKNOWN);
    CU_ASSERT_STRING_EQUAL(p.e.operation, "createTable");
    CU_ASSERT_EQUAL(p.e.http_status, 504);
    play_end(&p, LOOK ",POST tables,GET " TABLE ",POST tables,GET " TABLE
                      ",POST tables,GET " TABLE);
}

static void says_unknown_when_no_settling_read_tells(void)
{
    struct play p;

    begin_script();
    absent();
    answer("500 Internal Server Error", "");
    for (int i = 0; i < 3; i++)
        answer("502 Bad Gateway", "");
    create(&p, ICE_UNKNOWN);
    play_end(&p, LOOK ",POST tables,GET " TABLE ",GET " TABLE ",GET " TABLE);
}

static void stays_unknown_when_a_later_create_is_refused(void)
{
    struct play p;

    begin_script();
    absent();
    turn(NULL, 0, PEER_RESET);
    absent();
    answer_error("403 Forbidden", "ForbiddenException");
    create(&p, ICE_UNKNOWN);
    play_end(&p, LOOK ",POST tables,GET " TABLE ",POST tables");
}

static void says_what_a_create_was_refused_with(void)
{
    struct play p;

    begin_script();
    absent();
    answer_error("400 Bad Request", "BadRequestException");
    create(&p, ICE_INVALID);
    CU_ASSERT_FALSE(p.r.created);
    play_end(&p, LOOK ",POST tables");
}

static void notices_a_create_without_effect(void)
{
    struct play p;

    begin_script();
    absent();
    table();
    absent();
    absent();
    absent();
    create(&p, ICE_NOT_FOUND);
    said(&p, "cannot load it");
    play_end(&p, LOOK ",POST tables,GET " TABLE ",GET " TABLE ",GET " TABLE);
}

static void waits_for_what_is_seen_late(void)
{
    struct play p;

    begin_script();
    absent();
    table();
    absent();
    table();
    listing(TABLE);
    file();
    create(&p, ICE_OK);
    play_end(&p, LOOK ",POST tables,GET " TABLE VERIFY);
}

static void notices_drift_in_the_answers(void)
{
    cJSON *metadata = raw();
    struct play p;

    begin_script();
    absent();
    json_set_str(sample_column(metadata, "unit"), "doc", "other");
    table_of(metadata);
    table();
    create(&p, ICE_MISMATCH);
    said(&p, "was answered otherwise than asked for: unit has another doc");
    play_end(&p, LOOK ",POST tables,GET " TABLE);
    begin_script();
    absent();
    table();
    metadata = raw();
    json_set_str(metadata, "table-uuid", "another");
    table_of(metadata);
    create(&p, ICE_MISMATCH);
    said(&p, "its uuid differs");
    play_end(&p, LOOK ",POST tables,GET " TABLE);
    begin_script();
    absent();
    table();
    metadata = raw();
    json_set_i64(sample_column(metadata, "unit"), "id", 40);
    json_set_i64(metadata, "last-column-id", 40);
    table_of(metadata);
    create(&p, ICE_MISMATCH);
    said(&p, "unit had the id 6 and now has 40");
    play_end(&p, LOOK ",POST tables,GET " TABLE);
}

static void says_that_it_is_not_listed(void)
{
    struct play p;

    begin_script();
    policy.verify.tries = 1;
    absent();
    table();
    table();
    listing("another");
    create(&p, ICE_NOT_FOUND);
    said(&p, "is missing from the catalog's list of tables");
    play_end(&p, LOOK ",POST tables,GET " TABLE ",GET tables");
}

static void verify_file(int outcome, const char *what)
{
    struct play p;

    create(&p, outcome);
    said(&p, what);
    play_end(&p, LOOK ",POST tables" VERIFY);
}

static void begin_file(void)
{
    begin_script();
    policy.verify.tries = 1;
    absent();
    table();
    table();
    listing(TABLE);
}

static void says_what_is_wrong_with_the_metadata_file(void)
{
    cJSON *metadata = raw();

    begin_file();
    answer("404 Not Found",
           "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>");
    verify_file(ICE_NOT_FOUND, "there is no s3a://data-lake/warehouse/t/"
                               "metadata/" FILE_NAME);
    begin_file();
    answer("200 OK", "{\"format-version\":2,");
    verify_file(ICE_PROTOCOL, "does not parse: 1:21");
    begin_file();
    answer_bytes("200 OK", "\x1f\x8b\x08\0\0\0\0\0\0\3", 10);
    verify_file(ICE_PROTOCOL, "cannot be unpacked");
    begin_file();
    json_set_str(metadata, "table-uuid", "another");
    answer_json(metadata);
    verify_file(ICE_MISMATCH, "metadata file of another table");
    begin_file();
    answer("403 Forbidden",
           "<Error><Code>AccessDenied</Code><Message>go</Message></Error>");
    verify_file(ICE_DENIED, "AccessDenied");
}

static void needs_the_stores_keys_before_a_create(void)
{
    struct play p;

    begin_script();
    absent();
    play_start(&p);
    free(p.settings.s3_access_key);
    p.settings.s3_access_key = NULL;
    CU_ASSERT_EQUAL(ice_create_health_data_raw_table(p.c, &p.e), ICE_CONFIG);
    said(&p, "S3_ACCESS_KEY is missing");
    play_end(&p, LOOK);
}

static void verifies_without_sending_anything_else(void)
{
    struct play p;

    begin_script();
    absent();
    play_start(&p);
    CU_ASSERT_EQUAL(ice_verify_table(p.c, ICE_TABLE_RAW, &p.r, &p.e),
                    ICE_NOT_FOUND);
    play_end(&p, LOOK);
    begin_script();
    table();
    play_start(&p);
    CU_ASSERT_EQUAL(ice_verify_table(p.c, ICE_TABLE_RAW, NULL, NULL), ICE_OK);
    play_end(&p, LOOK);
}

static void makes_the_namespace_once(void)
{
    static const char found[] = "{\"namespace\":[\"health_db\"]}";
    struct play p;

    begin_script();
    answer_error("404 Not Found", "NoSuchNamespaceException");
    answer("200 OK", found);
    answer("200 OK", found);
    answer("200 OK", found);
    play_start(&p);
    CU_ASSERT_EQUAL(ice_ensure_namespace_exists(p.c, &p.e), ICE_OK);
    CU_ASSERT_EQUAL(ice_ensure_namespace_exists(p.c, &p.e), ICE_OK);
    play_end(&p, "GET config,GET health_db,POST namespaces,GET health_db,"
                 "GET health_db");
}

static void goes_on_after_a_table_that_failed(void)
{
    struct ice_init_report r;
    cJSON *metadata = raw();
    struct play p;

    begin_script();
    answer_error("403 Forbidden", "ForbiddenException");
    json_set_i64(metadata, "format-version", 1);
    table_of(metadata);
    for (int t = 1; t < ICE_TABLES; t++)
        table_of(sample_metadata(&ice_tables[t]));
    play_start(&p);
    CU_ASSERT_EQUAL(ice_initialize_all_tables(p.c, &r, &p.e), ICE_MISMATCH);
    said(&p, "format version is 1, should be 2");
    CU_ASSERT_EQUAL(r.namespace_outcome, ICE_DENIED);
    CU_ASSERT_EQUAL(r.tables[0].outcome, ICE_MISMATCH);
    for (int t = 1; t < ICE_TABLES; t++) {
        CU_ASSERT_EQUAL(r.tables[t].outcome, ICE_OK);
        CU_ASSERT_STRING_EQUAL(r.tables[t].name, ice_tables[t].name);
    }
    ice_init_report_fini(&r);
    play_end(&p, "GET config,GET health_db,GET health_data_raw,"
                 "GET health_data_errors,GET health_data_daily_agg,"
                 "GET health_data_weekly_agg,GET health_data_monthly_agg");
}

UNIT_MAIN("table_manager", UNIT(creates_what_is_absent_and_verifies_it),
          UNIT(reads_a_metadata_file_that_is_gzip),
          UNIT(sends_no_create_for_what_is_there),
          UNIT(names_what_does_not_fit_and_changes_nothing),
          UNIT(refuses_a_format_that_is_too_new),
          UNIT(does_not_create_when_it_could_not_find_out),
          UNIT(takes_a_rivals_table_that_fits),
          UNIT(says_that_a_view_is_in_the_way),
          UNIT(gives_up_on_what_exists_and_does_not),
          UNIT(settles_a_lost_reply_by_loading),
          UNIT(sends_again_what_a_settling_read_proves_absent),
          UNIT(says_unknown_after_three_lost_creates),
          UNIT(says_unknown_when_no_settling_read_tells),
          UNIT(stays_unknown_when_a_later_create_is_refused),
          UNIT(says_what_a_create_was_refused_with),
          UNIT(notices_a_create_without_effect),
          UNIT(waits_for_what_is_seen_late), UNIT(notices_drift_in_the_answers),
          UNIT(says_that_it_is_not_listed),
          UNIT(says_what_is_wrong_with_the_metadata_file),
          UNIT(needs_the_stores_keys_before_a_create),
          UNIT(verifies_without_sending_anything_else),
          UNIT(makes_the_namespace_once),
          UNIT(goes_on_after_a_table_that_failed))
