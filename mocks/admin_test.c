/* admin: faults, journal and state of a running mock, asked for over HTTP. */
#include "mocks/testing.h"

/* ---- a world with an admin ------------------------------------------------
 */

static const char world[] = "{\"namespaces\":[\"db\"]}";

static void begin_admin(void)
{
    struct mock_options o;
    char why[200] = "";
    cJSON *catalog = json_parse(world, strlen(world), NULL);

    mock_default_options(&o);
    o.port[MOCK_ADMIN] = 0;
    o.catalog = catalog;
    open_world(&o);
    cJSON_Delete(catalog);
    CU_ASSERT_FATAL(mock_listen(w.mock, why));
}

/* Sends a request; the answer comes as the loop turns. */
static void begin_asking(struct client *c, enum mock_server which,
                         const char *method, const char *path, const char *body)
{
    struct str out;

    w.which = which;
    call(c);
    str_init(&out, 1 << 16);
    str_addf(&out,
             "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             method, path, strlen(body), body);
    say(c, str_z(&out));
    str_fini(&out);
}

static int status_of(const struct client *c)
{
    return c->got.len > 12 ? (int)strtol(str_z(&c->got) + 9, NULL, 10) : 0;
}

/* The answer's status; *body (may be NULL) is its tree, the caller's. */
static int end_asking(struct client *c, cJSON **body)
{
    const char *blank;
    int status;

    until_over(c);
    blank = strstr(str_z(&c->got), "\r\n\r\n");
    status = status_of(c);
    if (body)
        *body = blank ? json_parse(blank + 4, strlen(blank + 4), NULL) : NULL;
    hang_up(c);
    return status;
}

static int ask(const char *method, const char *path, const char *body,
               cJSON **out)
{
    struct client c;
    char whole[256];

    snprintf(whole, sizeof(whole), "/icefault/v1/%s", path);
    begin_asking(&c, MOCK_ADMIN, method, whole, body);
    return end_asking(&c, out);
}

static int load(void)
{
    struct client c;

    begin_asking(&c, MOCK_CATALOG, "GET", "/v1/namespaces/db", "");
    return end_asking(&c, NULL);
}

#define LOAD_FAULT(id, status)                                                 \
    "{\"id\":\"" id "\",\"match\":{\"operation\":\"loadNamespace\"},"          \
    "\"phase\":\"before\",\"do\":{\"status\":" status "}}"

/* The text of a member at the end of a path of members, or "". */
static const char *text_at(const cJSON *o, const char *a, const char *b)
{
    const char *z = json_str(b ? json_get(o, a) : o, b ? b : a);
    return z ? z : "";
}

/* ---- routes ----------------------------------------------------------------
 */

static void says_that_it_is_ready(void)
{
    cJSON *o;

    begin_admin();
    CU_ASSERT_EQUAL(ask("GET", "ready", "", &o), 200);
    CU_ASSERT(json_bool(o, "ready"));
    cJSON_Delete(o);
    end();
}

static void unknown_routes_and_methods_are_told(void)
{
    cJSON *o;

    begin_admin();
    CU_ASSERT_EQUAL(ask("GET", "redy", "", &o), 404);
    CU_ASSERT_STRING_EQUAL(text_at(o, "error", "type"), "NoSuchRoute");
    cJSON_Delete(o);
    CU_ASSERT_EQUAL(ask("PUT", "faults", "", &o), 405);
    CU_ASSERT_STRING_EQUAL(text_at(o, "error", "type"), "BadMethod");
    cJSON_Delete(o);
    end();
}

/* ---- faults -----------------------------------------------------------------
 */

static void faults_are_armed_counted_and_cleared(void)
{
    cJSON *o;

    begin_admin();
    CU_ASSERT_EQUAL(ask("POST", "faults", LOAD_FAULT("a", "503"), &o), 201);
    CU_ASSERT_STRING_EQUAL(json_get(o, "armed")->child->valuestring, "a");
    cJSON_Delete(o);
    CU_ASSERT_EQUAL(ask("GET", "faults/unfired", "", &o), 200);
    CU_ASSERT_FALSE(json_bool(o, "all_fired"));
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(o, "said")), 1);
    cJSON_Delete(o);
    CU_ASSERT_EQUAL(load(), 503);
    CU_ASSERT_EQUAL(load(), 200);
    CU_ASSERT_EQUAL(ask("GET", "faults", "", &o), 200);
    const cJSON *rule = json_get(o, "faults")->child;
    CU_ASSERT_EQUAL(json_i64(rule, "matched", -1), 2);
    CU_ASSERT_EQUAL(json_i64(rule, "fired", -1), 1);
    cJSON_Delete(o);
    CU_ASSERT_EQUAL(ask("GET", "faults/unfired", "", &o), 200);
    CU_ASSERT(json_bool(o, "all_fired"));
    cJSON_Delete(o);
    CU_ASSERT_EQUAL(ask("DELETE", "faults/b", "", NULL), 404);
    CU_ASSERT_EQUAL(ask("DELETE", "faults/a", "", NULL), 204);
    CU_ASSERT_EQUAL(ask("DELETE", "faults/a", "", NULL), 404);
    end();
}

static void a_list_is_armed_wholly_or_not_at_all(void)
{
    cJSON *o;

    begin_admin();
    CU_ASSERT_EQUAL(ask("POST", "faults",
                        "[" LOAD_FAULT("a", "503") "," LOAD_FAULT(
                            "b", "503") ",{\"phase\":\"afer\",\"do\":"
                                        "\"reset\"}]",
                        &o),
                    400);
    CU_ASSERT_STRING_EQUAL(text_at(o, "error", "path"), "[2].phase");
    CU_ASSERT_PTR_NOT_NULL(strstr(text_at(o, "error", "message"), "'after'"));
    cJSON_Delete(o);
    CU_ASSERT_EQUAL(fault_count(mock_faults(w.mock)), 0);
    CU_ASSERT_EQUAL(ask("POST", "faults",
                        "{\"faults\":[" LOAD_FAULT("a", "503") "," LOAD_FAULT(
                            "b", "500") "]}",
                        NULL),
                    201);
    CU_ASSERT_EQUAL(load(), 503);
    CU_ASSERT_EQUAL(load(), 500);
    CU_ASSERT_EQUAL(ask("DELETE", "faults", "", NULL), 204);
    CU_ASSERT_EQUAL(fault_count(mock_faults(w.mock)), 0);
    end();
}

static void what_is_no_rule_is_told_with_its_place(void)
{
    static const struct {
        const char *body, *says;
    } cases[] = {{"", "line 1"},        {"[{\"a\":]", "line 1, column 7"},
                 {"\"reset\"", "list"}, {"{\"faults\":{}}", "list"},
                 {"[1]", "mapping"},    {LOAD_FAULT("a", "99"), "200"}};
    cJSON *o;

    begin_admin();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CU_ASSERT_EQUAL(ask("POST", "faults", cases[i].body, &o), 400);
        const char *said = text_at(o, "error", "message");
        if (!strstr(said, cases[i].says))
            fprintf(stderr, "%s: %s\n", cases[i].body, said);
        CU_ASSERT_PTR_NOT_NULL(strstr(said, cases[i].says));
        cJSON_Delete(o);
    }
    CU_ASSERT_EQUAL(fault_count(mock_faults(w.mock)), 0);
    end();
}

static void a_lone_rule_has_no_index(void)
{
    cJSON *o;

    begin_admin();
    CU_ASSERT_EQUAL(ask("POST", "faults", "{\"do\":\"rset\"}", &o), 400);
    CU_ASSERT_STRING_EQUAL(text_at(o, "error", "path"), "do");
    cJSON_Delete(o);
    CU_ASSERT_EQUAL(ask("POST", "faults", "{\"faults\":[{\"do\":5}]}", &o),
                    400);
    CU_ASSERT_STRING_EQUAL(text_at(o, "error", "path"), "faults[0].do");
    cJSON_Delete(o);
    end();
}

static void no_fault_meets_the_admin(void)
{
    begin_admin();
    CU_ASSERT_EQUAL(ask("POST", "faults",
                        "{\"phase\":\"before\",\"do\":\"reset\","
                        "\"times\":\"all\"}",
                        NULL),
                    201);
    CU_ASSERT_EQUAL(ask("GET", "ready", "", NULL), 200);
    CU_ASSERT_EQUAL(load(), 0);
    CU_ASSERT_EQUAL(ask("GET", "ready", "", NULL), 200);
    end();
}

/* ---- journal ----------------------------------------------------------------
 */

static size_t exchanges_in(const cJSON *list)
{
    const cJSON *e;
    size_t n = 0;

    cJSON_ArrayForEach(e, list)
    {
        n += !strcmp(text_at(e, "kind", NULL), "exchange");
    }
    return n;
}

static void the_journal_is_read_in_pages_and_without_the_admin(void)
{
    cJSON *o;
    char path[64];

    begin_admin();
    load();
    load();
    load();
    CU_ASSERT_EQUAL(ask("GET", "journal", "", &o), 200);
    const cJSON *list = json_get(o, "entries");
    int all = cJSON_GetArraySize(list);
    CU_ASSERT_EQUAL(exchanges_in(list), 3);
    CU_ASSERT_EQUAL(json_i64(o, "dropped", -1), 0);
    int64_t second = json_i64(list->child->next, "seq", 0);
    cJSON_Delete(o);
    snprintf(path, sizeof(path), "journal?since=%lld&limit=2",
             (long long)second);
    CU_ASSERT_EQUAL(ask("GET", path, "", &o), 200);
    list = json_get(o, "entries");
    CU_ASSERT_EQUAL(cJSON_GetArraySize(list), 2);
    CU_ASSERT_EQUAL(json_i64(list->child, "seq", 0), second + 1);
    cJSON_Delete(o);
    CU_ASSERT(all >= 3);
    CU_ASSERT_EQUAL(ask("GET", "journal?since=-1", "", NULL), 400);
    CU_ASSERT_EQUAL(ask("GET", "journal?limit=many", "", NULL), 400);
    end();
}

/* ---- waiting
 * ----------------------------------------------------------------- */

static void a_wait_is_answered_when_it_comes_true(void)
{
    struct client waiting, other;
    cJSON *o;

    begin_admin();
    begin_asking(&waiting, MOCK_ADMIN, "GET",
                 "/icefault/v1/wait?operation=loadNamespace&count=2"
                 "&status=200",
                 "");
    begin_asking(&other, MOCK_ADMIN, "POST", "/icefault/v1/wait",
                 "{\"server\":\"catalog\",\"method\":\"GET\"}");
    CU_ASSERT_EQUAL(ask("GET", "ready", "", NULL), 200); /* goes on beside it */
    CU_ASSERT_EQUAL(load(), 200);
    CU_ASSERT_EQUAL(end_asking(&other, &o), 200);
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(o, "entries")), 1);
    cJSON_Delete(o);
    CU_ASSERT_EQUAL(status_of(&waiting), 0);
    CU_ASSERT_EQUAL(load(), 200);
    CU_ASSERT_EQUAL(end_asking(&waiting, &o), 200);
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(o, "entries")), 2);
    CU_ASSERT_STRING_EQUAL(
        text_at(json_get(o, "entries")->child, "operation", NULL),
        "loadNamespace");
    cJSON_Delete(o);
    CU_ASSERT_EQUAL(ask("GET", "wait?operation=loadNamespace", "", NULL),
                    200); /* it holds already */
    end();
}

static void a_wait_ends_at_its_time_out(void)
{
    cJSON *o;

    begin_admin();
    load();
    CU_ASSERT_EQUAL(ask("GET", "wait?count=2&timeout=20ms", "", &o), 408);
    CU_ASSERT_STRING_EQUAL(text_at(o, "error", "type"), "TimedOut");
    cJSON_Delete(o);
    CU_ASSERT_EQUAL(ask("GET", "wait?operation=dropTable&timeout=0", "", NULL),
                    408);
    end();
}

static void a_slip_in_a_condition_is_told(void)
{
    static const char *const slips[] = {"wait?opration=loadTable",
                                        "wait?count=two", "wait?count=0",
                                        "wait?timeout=soon", "wait?status"};
    cJSON *o;

    begin_admin();
    for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
        CU_ASSERT_EQUAL(ask("GET", slips[i], "", &o), 400);
        CU_ASSERT_STRING_EQUAL(text_at(o, "error", "type"), "BadCondition");
        cJSON_Delete(o);
    }
    CU_ASSERT_EQUAL(ask("POST", "wait", "{\"oeration\":\"x\"}", NULL), 400);
    end();
}

/* One is still waiting when its client leaves, one when the mock closes. */
static void a_wait_whose_client_has_gone_is_forgotten(void)
{
    struct client gone, kept;

    begin_admin();
    begin_asking(&gone, MOCK_ADMIN, "GET", "/icefault/v1/wait?count=9", "");
    begin_asking(&kept, MOCK_ADMIN, "GET", "/icefault/v1/wait?count=9", "");
    CU_ASSERT_EQUAL(ask("GET", "ready", "", NULL), 200);
    hang_up(&gone);
    for (int i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(load(), 200);
    CU_ASSERT_EQUAL(end_asking(&kept, NULL), 200);
    begin_asking(&kept, MOCK_ADMIN, "GET", "/icefault/v1/wait?count=99", "");
    CU_ASSERT_EQUAL(ask("GET", "ready", "", NULL), 200);
    mock_close(w.mock);
    CU_ASSERT_EQUAL(end_asking(&kept, NULL), 0);
    end();
}

/* End of file says that nothing more is asked, not that nobody listens. */
static void a_client_that_only_listens_is_answered(void)
{
    struct client c;

    begin_admin();
    begin_asking(&c, MOCK_ADMIN, "GET", "/icefault/v1/wait?count=1", "");
    shutdown(c.fd, SHUT_WR);
    CU_ASSERT_EQUAL(ask("GET", "ready", "", NULL), 200);
    CU_ASSERT_EQUAL(status_of(&c), 0);
    load();
    CU_ASSERT_EQUAL(end_asking(&c, NULL), 200);
    end();
}

static void a_wait_outlives_a_reset(void)
{
    struct client c;
    cJSON *o;

    begin_admin();
    load();
    begin_asking(&c, MOCK_ADMIN, "GET", "/icefault/v1/wait?count=2", "");
    CU_ASSERT_EQUAL(ask("POST", "reset", "", NULL), 204);
    load();
    CU_ASSERT_EQUAL(ask("GET", "ready", "", NULL), 200);
    CU_ASSERT_EQUAL(status_of(&c), 0); /* what was before is forgotten */
    load();
    CU_ASSERT_EQUAL(end_asking(&c, &o), 200);
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(o, "entries")), 2);
    cJSON_Delete(o);
    end();
}

/* A server that shows no certificate cannot show a bad one. */
static void a_fault_that_cannot_be_is_refused(void)
{
    cJSON *o;

    begin_admin();
    CU_ASSERT_EQUAL(ask("POST", "faults",
                        "[{\"do\":\"lie-ok\"},{\"do\":{\"tls\":\"cut\"}}]", &o),
                    400);
    CU_ASSERT_STRING_EQUAL(text_at(o, "error", "path"), "[1].do");
    CU_ASSERT_PTR_NOT_NULL(strstr(text_at(o, "error", "message"), "TLS"));
    cJSON_Delete(o);
    CU_ASSERT_EQUAL(fault_count(mock_faults(w.mock)), 0);
    end();
}

/* ---- reset
 * ------------------------------------------------------------------- */

static void reset_brings_back_the_start(void)
{
    struct client c;
    cJSON *o;

    begin_admin();
    begin_asking(&c, MOCK_CATALOG, "DELETE", "/v1/namespaces/db", "");
    CU_ASSERT_EQUAL(end_asking(&c, NULL), 204);
    CU_ASSERT_EQUAL(load(), 404);
    CU_ASSERT_EQUAL(ask("POST", "faults", LOAD_FAULT("a", "503"), NULL), 201);
    CU_ASSERT_EQUAL(ask("POST", "reset", "", NULL), 204);
    CU_ASSERT_EQUAL(load(), 200);
    CU_ASSERT_EQUAL(ask("GET", "journal", "", &o), 200);
    CU_ASSERT_EQUAL(exchanges_in(json_get(o, "entries")), 1);
    cJSON_Delete(o);
    end();
}

UNIT_MAIN("admin", UNIT(says_that_it_is_ready),
          UNIT(unknown_routes_and_methods_are_told),
          UNIT(faults_are_armed_counted_and_cleared),
          UNIT(a_list_is_armed_wholly_or_not_at_all),
          UNIT(what_is_no_rule_is_told_with_its_place),
          UNIT(a_lone_rule_has_no_index), UNIT(no_fault_meets_the_admin),
          UNIT(the_journal_is_read_in_pages_and_without_the_admin),
          UNIT(a_wait_is_answered_when_it_comes_true),
          UNIT(a_wait_ends_at_its_time_out),
          UNIT(a_slip_in_a_condition_is_told),
          UNIT(a_wait_whose_client_has_gone_is_forgotten),
          UNIT(a_client_that_only_listens_is_answered),
          UNIT(a_wait_outlives_a_reset),
          UNIT(a_fault_that_cannot_be_is_refused),
          UNIT(reset_brings_back_the_start))
