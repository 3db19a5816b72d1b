/* The fault engine: reading, refusing, matching, drawing, counting. */
#include "base/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "mocks/exchange.h"
#include "mocks/fault_rule.h"

/* ---- a world of one clock, one engine and hand-made exchanges -------------
 */

static int64_t now_ns;

static int64_t fake_ns(void *ctx)
{
    (void)ctx;
    return now_ns;
}

static const struct clock fake_clock = {fake_ns, fake_ns, NULL};

static struct fault_engine *engine(uint64_t seed)
{
    now_ns = 0;
    return fault_engine_new(seed, &fake_clock);
}

static cJSON *tree(const char *json)
{
    struct json_error e;
    cJSON *t = json_parse(json, strlen(json), &e);
    if (!t)
        CU_FAIL_FATAL(e.message);
    return t;
}

static struct fault_rule *add(struct fault_engine *e, const char *json)
{
    struct spec_error err;
    cJSON *t = tree(json);
    struct fault_rule *r = fault_add(e, t, &err);
    if (!r)
        printf("\n    %s: %s\n", err.path, err.message);
    cJSON_Delete(t);
    return r;
}

struct call { /* what an exchange is about */
    const char *server, *operation, *namespace_, *table, *key, *path, *method;
    uint64_t connection;
    struct http_header header;
};

static struct fault_plan decide(struct fault_engine *e, struct call c)
{
    struct service s = {.name = c.server ? c.server : "catalog"};
    struct operation o = {.name = c.operation};
    struct http_request r = {.method = slice_of(c.method ? c.method : "GET"),
                             .path = slice_of(c.path ? c.path : "/")};
    struct exchange x = {
        .service = &s,
        .request = &r,
        .op = c.operation ? &o : NULL,
        .connection_ordinal = c.connection,
        .names = {.namespace_ = c.namespace_, .table = c.table, .key = c.key}};
    struct fault_plan plan;

    if (c.header.name.p) {
        r.headers = &c.header;
        r.n_headers = 1;
    }
    memset(&plan, 0, sizeof plan);
    fault_decide(e, &x, FAULT_ON_BOTH, &plan);
    return plan;
}

#define CALL(...) ((struct call){__VA_ARGS__})

/* Which of n like exchanges fire, as "0110". */
static const char *fires(struct fault_engine *e, struct call c, size_t n,
                         char *out)
{
    for (size_t i = 0; i < n; i++) {
        struct fault_plan p = decide(e, c);
        out[i] = '0';
        for (size_t k = 0; k < FAULT_PHASES; k++)
            if (p.rule[k])
                out[i] = '1';
        fault_plan_done(e, &p);
    }
    out[n] = 0;
    return out;
}

/* ---- reading and refusing -------------------------------------------------
 */

static void reads_the_form_of_the_issue(void)
{
    struct fault_engine *e = engine(1);
    struct fault_rule *r =
        add(e, "{\"id\":\"lost-reply\",\"match\":{\"server\":\"catalog\","
               "\"operation\":\"createTable\",\"table\":\"health_data_raw\","
               "\"nth\":1},\"phase\":\"after\",\"do\":\"reset\"}");
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_STRING_EQUAL(r->id, "lost-reply");
    CU_ASSERT_EQUAL(r->phase, FAULT_AFTER);
    CU_ASSERT_EQUAL(r->action->kind, FAULT_RESET);
    CU_ASSERT_EQUAL(r->params.at_byte, -1);
    fault_engine_free(e);
}

static void takes_parameters_in_short_and_in_full(void)
{
    struct fault_engine *e = engine(1);
    struct fault_rule *full =
        add(e, "{\"phase\":\"during\",\"do\":{\"reset\":{\"at_byte\":17}}}");
    struct fault_rule *brief =
        add(e, "{\"phase\":\"before\",\"do\":{\"delay\":\"5s\"}}");
    struct fault_rule *error = add(
        e,
        "{\"phase\":\"after\",\"do\":{\"error\":\"CommitFailedException\"}}");
    struct fault_rule *drift =
        add(e, "{\"phase\":\"before\",\"do\":{\"schema-drift\":"
               "\"add-required\"}}");
    CU_ASSERT_PTR_NOT_NULL_FATAL(full);
    CU_ASSERT_PTR_NOT_NULL_FATAL(brief);
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(drift);
    CU_ASSERT_EQUAL(full->params.at_byte, 17);
    CU_ASSERT_EQUAL(brief->params.ms, 5000);
    CU_ASSERT_STRING_EQUAL(error->params.type, "CommitFailedException");
    CU_ASSERT_STRING_EQUAL(json_str(drift->params.params, "change"),
                           "add-required");
    CU_ASSERT_STRING_EQUAL(full->id, "fault-1");
    CU_ASSERT_STRING_EQUAL(drift->id, "fault-4");
    fault_engine_free(e);
}

static void an_ending_of_phase_after_may_let_some_bytes_through(void)
{
    struct fault_engine *e = engine(1);
    struct fault_rule *r =
        add(e, "{\"phase\":\"after\",\"do\":{\"reset\":{\"at_byte\":17}}}");
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL(r->phase, FAULT_AFTER);
    CU_ASSERT_EQUAL(r->params.at_byte, 17);
    fault_engine_free(e);
}

static void the_only_phase_may_be_left_out(void)
{
    struct fault_engine *e = engine(1);
    struct fault_rule *r = add(e, "{\"do\":\"truncate\"}");
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL(r->phase, FAULT_DURING);
    r = add(e, "{\"do\":\"refuse\"}");
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL(r->phase, FAULT_BEFORE);
    fault_engine_free(e);
}

static const struct refusal {
    const char *rule, *path, *says;
} refusals[] = {
    {"[]", "", "mapping"},
    {"{\"phase\":\"after\"}", "", "do"},
    {"{\"phase\":\"befor\",\"do\":\"reset\"}", "phase", "before"},
    {"{\"do\":\"reset\"}", "do", "before, after or during"},
    {"{\"phase\":\"after\",\"do\":\"refuse\"}", "phase", "before"},
    {"{\"phase\":\"during\",\"do\":\"lie-ok\"}", "phase", "before"},
    {"{\"phase\":\"after\",\"do\":\"rset\"}", "do", "did you mean 'reset'"},
    {"{\"phase\":\"after\",\"do\":{\"rset\":{}}}", "do.rset", "'reset'"},
    {"{\"phase\":\"after\",\"do\":{}}", "do", "one action"},
    {"{\"phase\":\"after\",\"do\":{\"reset\":{},\"close\":{}}}", "do",
     "one action"},
    {"{\"phase\":\"after\",\"do\":[\"reset\"]}", "do", "one action"},
    {"{\"phase\":\"during\",\"do\":{\"reset\":{\"at_bite\":1}}}",
     "do.reset.at_bite", "at_byte"},
    {"{\"phase\":\"during\",\"do\":{\"reset\":{\"at_byte\":-1}}}",
     "do.reset.at_byte", "size"},
    {"{\"phase\":\"during\",\"do\":{\"reset\":{\"at_byte\":1,\"at\":\"body\"}}"
     "}",
     "do.reset.at", "exclude"},
    {"{\"phase\":\"before\",\"do\":{\"reset\":{\"at_byte\":1}}}",
     "do.reset.at_byte", "during"},
    {"{\"phase\":\"after\",\"do\":{\"stall\":{\"of\":\"request\"}}}",
     "do.stall.of", "during"},
    {"{\"phase\":\"before\",\"do\":{\"delay\":{\"time\":\"1s\",\"at\":\"body\"}"
     "}}",
     "do.delay.at", "during"},
    {"{\"phase\":\"before\",\"do\":\"delay\"}", "do", "time"},
    {"{\"phase\":\"before\",\"do\":{\"delay\":\"soon\"}}", "do.delay",
     "duration"},
    {"{\"phase\":\"before\",\"do\":{\"delay\":{\"time\":\"1s\",\"most\":\"2s\"}"
     "}}",
     "do.delay.most", "shape"},
    {"{\"phase\":\"before\",\"do\":{\"delay\":{\"time\":\"3s\",\"most\":\"2s\","
     "\"shape\":\"uniform\"}}}",
     "do.delay.most", "shorter"},
    {"{\"do\":{\"lie-ok\":5}}", "do.lie-ok", "no parameters"},
    {"{\"phase\":\"before\",\"do\":{\"lie-ok\":{\"at\":1}}}", "do.lie-ok.at",
     "unknown key"},
    {"{\"phase\":\"before\",\"do\":{\"status\":99}}", "do.status", "200"},
    {"{\"phase\":\"before\",\"do\":{\"status\":{\"status\":503,\"headers\":"
     "{\"a b\":\"c\"}}}}",
     "do.status.headers.a b", "header name"},
    {"{\"phase\":\"during\",\"do\":{\"corrupt\":{\"bytes\":0}}}",
     "do.corrupt.bytes", "1"},
    {"{\"phase\":\"before\",\"do\":{\"error\":\"CommitFailedExeption\"}}",
     "do.error", "did you mean 'CommitFailedException'"},
    {"{\"match\":{\"server\":\"s3\"},\"phase\":\"before\",\"do\":{\"error\":"
     "\"CommitFailedException\"}}",
     "do.error", "server catalog, not s3"},
    {"{\"match\":{\"operation\":\"createTabel\"},\"phase\":\"after\",\"do\":"
     "\"reset\"}",
     "match.operation", "did you mean 'createTable'"},
    {"{\"match\":{\"server\":\"s3\",\"operation\":\"createTable\"},\"phase\":"
     "\"after\",\"do\":\"reset\"}",
     "match.operation", "server catalog, not s3"},
    {"{\"match\":{\"server\":\"catlog\"},\"phase\":\"after\",\"do\":\"reset\"}",
     "match.server", "catalog"},
    {"{\"match\":{\"tabel\":\"x\"},\"phase\":\"after\",\"do\":\"reset\"}",
     "match.tabel", "table"},
    {"{\"match\":{\"table\":\"x\",\"key\":\"y\"},\"phase\":\"after\",\"do\":"
     "\"reset\"}",
     "match.key", "belongs to server s3"},
    {"{\"match\":{\"server\":\"s3\",\"table\":\"x\"},\"phase\":\"after\","
     "\"do\":\"reset\"}",
     "match.table", "belongs to server catalog"},
    {"{\"match\":{\"server\":\"s3\",\"view\":\"x\"},\"phase\":\"after\","
     "\"do\":\"reset\"}",
     "match.view", "belongs to server catalog"},
    {"{\"match\":{\"server\":\"s3\"},\"phase\":\"before\",\"do\":"
     "\"uuid-swap\"}",
     "do", "catalog only"},
    {"{\"match\":{\"operation\":\"createTable\"},\"do\":\"refuse\"}",
     "match.operation", "no operation"},
    {"{\"match\":{\"method\":\"get\"},\"phase\":\"after\",\"do\":\"reset\"}",
     "match.method", "GET"},
    {"{\"match\":{\"header\":{\"a\":1}},\"phase\":\"after\",\"do\":\"reset\"}",
     "match.header.a", "quote"},
    {"{\"match\":{\"nth\":0},\"phase\":\"after\",\"do\":\"reset\"}",
     "match.nth", "1"},
    {"{\"match\":{\"nth\":\"3-1\"},\"phase\":\"after\",\"do\":\"reset\"}",
     "match.nth", "range"},
    {"{\"match\":{\"nth\":1,\"every\":2},\"phase\":\"after\",\"do\":\"reset\"}",
     "match.every", "exclude"},
    {"{\"match\":{\"chance\":0},\"phase\":\"after\",\"do\":\"reset\"}",
     "match.chance", "above 0"},
    {"{\"match\":{\"chance\":1.5},\"phase\":\"after\",\"do\":\"reset\"}",
     "match.chance", "between"},
    {"{\"match\":{\"for\":0},\"phase\":\"after\",\"do\":\"reset\"}",
     "match.for", "never"},
    {"{\"phase\":\"after\",\"do\":\"reset\",\"times\":\"often\"}", "times",
     "all"},
    {"{\"phase\":\"after\",\"do\":\"reset\",\"times\":10001}", "times",
     "10000"},
    {"{\"match\":{\"nth\":2},\"phase\":\"after\",\"do\":\"reset\",\"times\":3}",
     "times", "1 exchange"},
    {"{\"phase\":\"after\",\"do\":\"reset\",\"fires\":2}", "fires", "1 time"},
    {"{\"id\":\"a b\",\"phase\":\"after\",\"do\":\"reset\"}", "id", "letters"},
    {"{\"id\":\"\",\"phase\":\"after\",\"do\":\"reset\"}", "id", "letters"},
};

/* The node that path names in the tree given, or NULL. */
static const cJSON *at_path(const cJSON *node, const char *path)
{
    while (node && *path) {
        size_t n = strcspn(path, ".");
        char key[64] = "";
        memcpy(key, path, n);
        node = json_get(node, key);
        path += n + (path[n] == '.');
    }
    return node;
}

static void refuses_what_makes_no_sense_at_the_right_place(void)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal *r = &refusals[i];
        struct spec_error e;
        cJSON *t = tree(r->rule);
        bool refused = !fault_check(t, &e);
        bool right = refused && !strcmp(e.path, r->path) &&
                     strstr(e.message, r->says) &&
                     e.node == at_path(t, r->path);
        if (!right)
            printf("\n    %s\n    said: %s: %s (%s)\n", r->rule, e.path,
                   e.message, refused ? "refused" : "taken");
        CU_ASSERT(right);
        cJSON_Delete(t);
    }
}

static void every_actions_example_is_a_good_rule(void)
{
    for (size_t i = 0; i < FAULT_KINDS; i++) {
        struct spec_error e;
        cJSON *rule = fault_example(&fault_actions[i]);
        bool good = fault_check(rule, &e);
        if (!good)
            printf("\n    %s: %s: %s\n", fault_actions[i].name, e.path,
                   e.message);
        CU_ASSERT(good);
        CU_ASSERT_EQUAL(fault_actions[i].kind, i);
        cJSON_Delete(rule);
    }
}

static void a_name_is_taken_once(void)
{
    struct fault_engine *e = engine(1);
    struct spec_error err;
    cJSON *t = tree("{\"id\":\"a\",\"phase\":\"after\",\"do\":\"reset\"}");
    CU_ASSERT_PTR_NOT_NULL(fault_add(e, t, &err));
    CU_ASSERT_PTR_NULL(fault_add(e, t, &err));
    CU_ASSERT_PTR_EQUAL(err.node, json_get(t, "id"));
    CU_ASSERT_EQUAL(fault_count(e), 1);
    CU_ASSERT(fault_remove(e, "a"));
    CU_ASSERT_FALSE(fault_remove(e, "a"));
    CU_ASSERT_PTR_NOT_NULL(fault_add(e, t, &err));
    cJSON_Delete(t);
    fault_engine_free(e);
}

/* ---- matching -------------------------------------------------------------
 */

static void every_member_of_a_match_must_fit(void)
{
    static const struct {
        const char *match;
        struct call yes, no;
    } cases[] = {
        {"{\"server\":\"s3\"}", {.server = "s3"}, {.server = "catalog"}},
        {"{\"operation\":\"loadTable\"}",
         {.operation = "loadTable"},
         {.operation = "createTable"}},
        {"{\"operation\":\"loadTable\"}", {.operation = "loadTable"}, {0}},
        {"{\"method\":\"PUT\"}", {.method = "PUT"}, {.method = "GET"}},
        {"{\"namespace\":\"a.b\"}", {.namespace_ = "a.b"}, {.namespace_ = "a"}},
        {"{\"table\":\"health_*\"}", {.table = "health_x"}, {.table = "x"}},
        {"{\"table\":\"*\"}", {.table = "x"}, {0}},
        {"{\"key\":\"a/*.json\"}",
         {.server = "s3", .key = "a/b/c.json"},
         {.server = "s3", .key = "b.json"}},
        {"{\"path\":\"/v1/*\"}", {.path = "/v1/a/b"}, {.path = "/v2"}},
        {"{\"connection\":\"2-3\"}", {.connection = 3}, {.connection = 1}},
        {"{\"header\":{\"x-id\":\"a*\"}}",
         {.header = {{"X-Id", 4}, {"abc", 3}}},
         {.header = {{"X-Id", 4}, {"bc", 2}}}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fault_engine *e = engine(1);
        char rule[256];
        snprintf(rule, sizeof(rule),
                 "{\"match\":%s,\"phase\":\"after\",\"do\":\"reset\"}",
                 cases[i].match);
        CU_ASSERT_PTR_NOT_NULL_FATAL(add(e, rule));
        CU_ASSERT_PTR_NULL(decide(e, cases[i].no).rule[FAULT_AFTER]);
        CU_ASSERT_PTR_NOT_NULL(decide(e, cases[i].yes).rule[FAULT_AFTER]);
        fault_engine_free(e);
    }
}

static void the_ordinals_say_which(void)
{
    static const struct {
        const char *match, *more, *fires;
    } cases[] = {
        {"{\"nth\":2}", "", "010000"},
        {"{\"nth\":\"2-4\"}", "", "011100"},
        {"{\"nth\":\"5-\"}", "", "000011"},
        {"{\"every\":3}", "", "001001"},
        {"{}", "", "100000"},
        {"{}", ",\"times\":2", "110000"},
        {"{}", ",\"times\":\"all\"", "111111"},
        {"{\"nth\":\"2-\"}", ",\"times\":2", "011000"},
        {"{\"chance\":1}", "", "111111"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fault_engine *e = engine(1);
        char rule[256], got[8];
        snprintf(rule, sizeof(rule),
                 "{\"match\":%s,\"phase\":\"after\",\"do\":\"reset\"%s}",
                 cases[i].match, cases[i].more);
        CU_ASSERT_PTR_NOT_NULL_FATAL(add(e, rule));
        CU_ASSERT_STRING_EQUAL(fires(e, CALL(0), 6, got), cases[i].fires);
        fault_engine_free(e);
    }
}

static void time_bounds_count_from_the_epoch(void)
{
    struct fault_engine *e = engine(1);
    char got[4];

    CU_ASSERT_PTR_NOT_NULL_FATAL(
        add(e, "{\"match\":{\"from\":\"10s\",\"for\":\"90s\"},"
               "\"phase\":\"after\",\"do\":\"reset\"}"));
    fault_set_epoch(e, 5000000000);
    now_ns = 14999999999;
    CU_ASSERT_STRING_EQUAL(fires(e, CALL(0), 1, got), "0");
    now_ns = 15000000000;
    CU_ASSERT_STRING_EQUAL(fires(e, CALL(0), 2, got), "11");
    now_ns = 104999000000;
    CU_ASSERT_STRING_EQUAL(fires(e, CALL(0), 1, got), "1");
    now_ns = 105000000000;
    CU_ASSERT_STRING_EQUAL(fires(e, CALL(0), 1, got), "0");
    fault_engine_free(e);
}

static void the_first_rule_of_a_phase_is_taken_and_all_count(void)
{
    struct fault_engine *e = engine(1);
    struct fault_rule *a = add(e, "{\"id\":\"a\",\"match\":{\"nth\":2},"
                                  "\"phase\":\"after\",\"do\":\"reset\"}");
    struct fault_rule *b = add(e, "{\"id\":\"b\",\"phase\":\"after\","
                                  "\"do\":\"close\",\"times\":\"all\"}");
    struct fault_rule *c = add(e, "{\"id\":\"c\",\"phase\":\"before\","
                                  "\"do\":{\"delay\":\"1s\"},\"times\":3}");
    struct fault_plan p1 = decide(e, CALL(0)), p2 = decide(e, CALL(0));

    CU_ASSERT_PTR_EQUAL(p1.rule[FAULT_AFTER], b);
    CU_ASSERT_PTR_EQUAL(p2.rule[FAULT_AFTER], a);
    CU_ASSERT_PTR_EQUAL(p2.rule[FAULT_BEFORE], c);
    CU_ASSERT_PTR_NULL(p2.rule[FAULT_DURING]);
    CU_ASSERT_EQUAL(a->matched, 2);
    CU_ASSERT_EQUAL(a->fired, 1);
    CU_ASSERT_EQUAL(b->matched, 2);
    CU_ASSERT_EQUAL(b->fired, 1);
    fault_engine_free(e);
}

static void calm_stops_everything(void)
{
    struct fault_engine *e = engine(1);
    char got[4];

    add(e, "{\"phase\":\"after\",\"do\":\"reset\",\"times\":\"all\"}");
    add(e, "{\"do\":\"refuse\",\"times\":\"all\"}");
    fault_calm(e, true);
    CU_ASSERT_STRING_EQUAL(fires(e, CALL(0), 2, got), "00");
    CU_ASSERT_PTR_NULL(fault_decide_connection(e, "catalog", 1));
    fault_calm(e, false);
    CU_ASSERT_STRING_EQUAL(fires(e, CALL(0), 2, got), "11");
    CU_ASSERT_PTR_NOT_NULL(fault_decide_connection(e, "catalog", 1));
    fault_engine_free(e);
}

static void the_admins_own_exchanges_meet_no_fault(void)
{
    struct fault_engine *e = engine(1);
    char got[4];

    add(e, "{\"phase\":\"after\",\"do\":\"reset\",\"times\":\"all\"}");
    CU_ASSERT_STRING_EQUAL(fires(e, CALL(.server = "admin"), 2, got), "00");
    fault_engine_free(e);
}

static void a_removed_rule_lives_as_long_as_a_plan_names_it(void)
{
    struct fault_engine *e = engine(1);
    struct fault_plan p;

    add(e, "{\"id\":\"a\",\"phase\":\"after\",\"do\":\"reset\"}");
    p = decide(e, CALL(0));
    CU_ASSERT(fault_remove(e, NULL));
    CU_ASSERT_EQUAL(fault_count(e), 0);
    CU_ASSERT_STRING_EQUAL(p.rule[FAULT_AFTER]->id, "a");
    fault_plan_done(e, &p);
    fault_engine_free(e);
}

/* ---- connections ----------------------------------------------------------
 */

static void connections_are_matched_by_server_ordinal_and_time(void)
{
    struct fault_engine *e = engine(1);
    struct fault_rule *r =
        add(e, "{\"match\":{\"server\":\"s3\",\"connection\":2},"
               "\"do\":{\"tls\":\"expired\"}}");
    char got[4];

    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL(r->params.what, FAULT_TLS_EXPIRED);
    CU_ASSERT_STRING_EQUAL(fires(e, CALL(.server = "s3"), 3, got), "000");
    CU_ASSERT_PTR_NULL(fault_decide_connection(e, "s3", 1));
    CU_ASSERT_PTR_NULL(fault_decide_connection(e, "catalog", 2));
    CU_ASSERT_PTR_EQUAL(fault_decide_connection(e, "s3", 2), r);
    CU_ASSERT_EQUAL(r->fired, 1);
    fault_engine_free(e);
}

static void tls_needs_a_server_that_speaks_it(void)
{
    static const char either[] = "{\"do\":{\"tls\":\"expired\"}}";
    static const char one[] =
        "{\"match\":{\"server\":\"catalog\"},\"do\":{\"tls\":\"cut\"}}";
    struct fault_engine *e = engine(1);
    struct spec_error err;
    cJSON *t = tree(one);

    fault_set_plain(e, "catalog");
    CU_ASSERT_PTR_NULL(fault_add(e, t, &err));
    CU_ASSERT_STRING_EQUAL(err.path, "do");
    CU_ASSERT_PTR_EQUAL(err.node, json_get(t, "do"));
    cJSON_Delete(t);
    CU_ASSERT_EQUAL(fault_count(e), 0);
    struct fault_rule *r = add(e, either);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_PTR_NULL(fault_decide_connection(e, "catalog", 1));
    CU_ASSERT_EQUAL(r->fired, 0);
    CU_ASSERT_PTR_EQUAL(fault_decide_connection(e, "s3", 1), r);
    fault_set_plain(e, "s3");
    t = tree(either);
    CU_ASSERT_PTR_NULL(fault_add(e, t, &err));
    cJSON_Delete(t);
    fault_engine_free(e);
}

static void listeners_learn_when_a_server_goes_down_and_comes_back(void)
{
    struct fault_engine *e = engine(1);
    struct fault_rule *r =
        add(e, "{\"match\":{\"server\":\"catalog\",\"from\":\"10s\","
               "\"for\":\"30s\"},\"do\":{\"down\":{\"state\":\"lose\"}}}");

    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL(r->params.lose, 1);
    CU_ASSERT_EQUAL(fault_next_change_ms(e, "catalog"), 10000);
    CU_ASSERT_EQUAL(fault_next_change_ms(e, "s3"), -1);
    CU_ASSERT_PTR_NULL(fault_peek_connection(e, "catalog"));
    now_ns = 10000000000;
    CU_ASSERT_EQUAL(fault_next_change_ms(e, "catalog"), 30000);
    CU_ASSERT_PTR_EQUAL(fault_peek_connection(e, "catalog"), r);
    CU_ASSERT_EQUAL(r->fired, 0);
    now_ns = 40000000000;
    CU_ASSERT_EQUAL(fault_next_change_ms(e, "catalog"), -1);
    CU_ASSERT_PTR_NULL(fault_peek_connection(e, "catalog"));
    fault_engine_free(e);
}

/* ---- draws ----------------------------------------------------------------
 */

static const char chance_rule[] =
    "{\"id\":\"c\",\"match\":{\"operation\":\"loadTable\",\"chance\":0.5},"
    "\"phase\":\"after\",\"do\":\"reset\"}";

static void the_same_seed_gives_the_same_draws_and_another_others(void)
{
    struct fault_engine *a = engine(7), *b = engine(7), *c = engine(8);
    char ga[65], gb[65], gc[65];
    struct call load = {.operation = "loadTable"};

    add(a, chance_rule);
    add(b, chance_rule);
    add(c, chance_rule);
    CU_ASSERT_STRING_EQUAL(fires(a, load, 64, ga), fires(b, load, 64, gb));
    CU_ASSERT_STRING_NOT_EQUAL(ga, fires(c, load, 64, gc));
    CU_ASSERT_PTR_NOT_NULL(strchr(ga, '1'));
    CU_ASSERT_PTR_NOT_NULL(strchr(ga, '0'));
    fault_engine_free(a);
    fault_engine_free(b);
    fault_engine_free(c);
}

static void other_rules_and_other_exchanges_shift_no_draw(void)
{
    struct fault_engine *a = engine(7), *b = engine(7);
    char ga[65], gb[65], other[5];
    struct call load = {.operation = "loadTable"};

    add(a, chance_rule);
    add(b, "{\"id\":\"x\",\"match\":{\"chance\":0.3},\"phase\":\"before\","
           "\"do\":{\"delay\":\"1s\"}}");
    add(b, chance_rule);
    fires(b, CALL(.operation = "createTable"), 4, other);
    for (size_t i = 0; i < 64; i++) {
        struct fault_plan pa = decide(a, load), pb = decide(b, load);
        ga[i] = pa.rule[FAULT_AFTER] ? '1' : '0';
        gb[i] = pb.rule[FAULT_AFTER] ? '1' : '0';
        CU_ASSERT_EQUAL(pa.draw[FAULT_AFTER], pb.draw[FAULT_AFTER]);
    }
    ga[64] = gb[64] = 0;
    CU_ASSERT_STRING_EQUAL(ga, gb);
    fault_engine_free(a);
    fault_engine_free(b);
}

static void delays_stay_in_their_distribution(void)
{
    struct fault_engine *e = engine(1);
    struct fault_rule *uniform =
        add(e, "{\"phase\":\"before\",\"do\":{\"delay\":{\"time\":\"1s\","
               "\"most\":\"3s\",\"shape\":\"uniform\"}}}");
    struct fault_rule *normal =
        add(e, "{\"phase\":\"before\",\"do\":{\"delay\":{\"time\":\"1s\","
               "\"most\":\"4s\",\"sigma\":1,\"shape\":\"lognormal\"}}}");
    int64_t sum = 0, below = 0, low = INT64_MAX, high = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(uniform);
    CU_ASSERT_PTR_NOT_NULL_FATAL(normal);
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t draw = rng_hash(1, "test", i, 0);
        int64_t u = fault_delay_ms(uniform, draw);
        int64_t n = fault_delay_ms(normal, draw);
        sum += u;
        low = u < low ? u : low;
        high = u > high ? u : high;
        below += n < 1000;
        CU_ASSERT(n >= 0 && n <= 4000);
    }
    CU_ASSERT(low >= 1000 && high <= 3000 && high - low > 1800);
    CU_ASSERT(sum > 1900000 && sum < 2100000);
    CU_ASSERT(below > 430 && below < 570); /* the median is a second */
    fault_engine_free(e);
}

/* ---- what came of it ------------------------------------------------------
 */

static void says_how_near_an_unfired_rule_came(void)
{
    struct fault_engine *e = engine(1);
    struct call near = {.operation = "createTable", .table = "other"};
    struct str why;
    char got[8];

    str_init(&why, 4096);
    add(e, "{\"id\":\"lost-reply\",\"match\":{\"operation\":\"createTable\","
           "\"table\":\"x\"},\"phase\":\"after\",\"do\":\"reset\"}");
    add(e, "{\"id\":\"late\",\"match\":{\"operation\":\"createTable\",\"nth\":"
           "9},\"phase\":\"before\",\"do\":{\"delay\":\"1s\"}}");
    add(e, "{\"id\":\"door\",\"do\":\"refuse\"}");
    add(e, "{\"id\":\"may\",\"match\":{\"table\":\"y\"},\"phase\":\"after\","
           "\"do\":\"reset\",\"fires\":\"0-\"}");
    fires(e, CALL(.operation = "loadTable"), 2, got);
    fires(e, near, 3, got);
    CU_ASSERT_FALSE(fault_all_fired(e, &why));
    CU_ASSERT_STRING_EQUAL(
        str_z(&why),
        "fault 'lost-reply' (after reset on createTable) never fired: 0 of at "
        "least 1; 3 exchanges matched operation but not table\n"
        "fault 'late' (before delay on createTable) never fired: 0 of at least "
        "1; 3 exchanges matched\n"
        "fault 'door' (before refuse) never fired: 0 of at least 1; there was "
        "no connection at all\n");
    str_fini(&why);
    fault_engine_free(e);
}

static void fires_can_be_too_often_too(void)
{
    struct fault_engine *e = engine(1);
    struct str why;
    char got[8];

    str_init(&why, 4096);
    add(e, "{\"id\":\"a\",\"phase\":\"after\",\"do\":\"reset\",\"times\":"
           "\"all\",\"fires\":2}");
    fires(e, CALL(0), 2, got);
    CU_ASSERT(fault_all_fired(e, &why));
    fires(e, CALL(0), 1, got);
    CU_ASSERT_FALSE(fault_all_fired(e, &why));
    CU_ASSERT_STRING_EQUAL(
        str_z(&why),
        "fault 'a' (after reset) fired: 3 of 2; 3 exchanges matched\n");
    str_fini(&why);
    fault_engine_free(e);
}

static void lists_rules_as_they_were_written(void)
{
    struct fault_engine *e = engine(1);
    struct str text;
    cJSON *list;
    char got[4];

    add(e, "{\"id\":\"a\",\"match\":{\"nth\":1},\"phase\":\"during\",\"do\":"
           "{\"reset\":{\"at_byte\":17}}}");
    fires(e, CALL(0), 2, got);
    list = fault_list(e);
    str_init(&text, 4096);
    json_print(list, &text);
    CU_ASSERT_STRING_EQUAL(
        str_z(&text),
        "[{\"id\":\"a\",\"match\":{\"nth\":1},\"phase\":\"during\",\"do\":"
        "{\"reset\":{\"at_byte\":17}},\"matched\":2,\"fired\":1}]");
    str_fini(&text);
    cJSON_Delete(list);
    fault_engine_free(e);
}

static void the_document_names_every_action_and_parameter(void)
{
    struct str out;
    cJSON *schema = fault_schema();

    str_init(&out, 1 << 20);
    fault_document(&out);
    CU_ASSERT_FALSE(out.failed);
    for (size_t i = 0; i < FAULT_KINDS; i++) {
        char title[64];
        snprintf(title, sizeof(title), "### %s\n", fault_actions[i].name);
        CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&out), title));
        const struct spec_field *f = fault_actions[i].params;
        for (; f && f->name; f++)
            CU_ASSERT_PTR_NOT_NULL(f->doc);
    }
    CU_ASSERT_PTR_NOT_NULL(json_get(json_get(schema, "properties"), "do"));
    if (getenv("FAULT_DOCUMENT"))
        fputs(str_z(&out), stdout);
    cJSON_Delete(schema);
    str_fini(&out);
}

UNIT_MAIN("fault", UNIT(reads_the_form_of_the_issue),
          UNIT(takes_parameters_in_short_and_in_full),
          UNIT(an_ending_of_phase_after_may_let_some_bytes_through),
          UNIT(the_only_phase_may_be_left_out),
          UNIT(refuses_what_makes_no_sense_at_the_right_place),
          UNIT(every_actions_example_is_a_good_rule),
          UNIT(a_name_is_taken_once), UNIT(every_member_of_a_match_must_fit),
          UNIT(the_ordinals_say_which), UNIT(time_bounds_count_from_the_epoch),
          UNIT(the_first_rule_of_a_phase_is_taken_and_all_count),
          UNIT(calm_stops_everything),
          UNIT(the_admins_own_exchanges_meet_no_fault),
          UNIT(a_removed_rule_lives_as_long_as_a_plan_names_it),
          UNIT(connections_are_matched_by_server_ordinal_and_time),
          UNIT(tls_needs_a_server_that_speaks_it),
          UNIT(listeners_learn_when_a_server_goes_down_and_comes_back),
          UNIT(the_same_seed_gives_the_same_draws_and_another_others),
          UNIT(other_rules_and_other_exchanges_shift_no_draw),
          UNIT(delays_stay_in_their_distribution),
          UNIT(says_how_near_an_unfired_rule_came),
          UNIT(fires_can_be_too_often_too),
          UNIT(lists_rules_as_they_were_written),
          UNIT(the_document_names_every_action_and_parameter))
