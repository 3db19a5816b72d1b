/* The loader: the issue's own example, the requirements, and what each mistake
 * is told. Run from the project's root. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/unit.h"
#include "harness/scenario_inside.h"
#include "iceberg/iceberg.h"

static struct requirements known;

static void load_requirements(void)
{
    struct file_error e;
    if (known.n == 0 &&
        !requirements_load("scenarios/requirements.yaml", &known, &e)) {
        CU_FAIL("requirements.yaml");
        puts(e.text);
    }
}

/* ---- good files ---- */

static void the_example_is_read(void)
{
    struct file_error e = {""};
    struct scenario *s =
        scenario_load("scenarios/create/lost-reply.yaml", "scenarios", &e);
    CU_ASSERT_STRING_EQUAL(e.text, "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_STRING_EQUAL(s->id, "create/lost-reply");
    CU_ASSERT_STRING_EQUAL(s->title, "The reply to createTable is lost");
    CU_ASSERT_EQUAL(s->requirements.n, 2);
    CU_ASSERT_STRING_EQUAL(((const char **)s->requirements.items)[1], "R4.4-3");
    CU_ASSERT(s->mutants.n >= 1);
    CU_ASSERT_EQUAL(s->n_faults, 1);
    CU_ASSERT_STRING_EQUAL(json_str(s->faults[0], "id"), "lost-reply");
    CU_ASSERT_EQUAL(s->n_steps, 1);
    CU_ASSERT_EQUAL(s->steps[0].verb, STEP_INITIALIZE_ALL_TABLES);
    CU_ASSERT_STRING_EQUAL(s->steps[0].actor, "main");
    CU_ASSERT_EQUAL(s->steps[0].cancel_after_ms, -1);
    CU_ASSERT_EQUAL(s->n_expects, 4);
    CU_ASSERT_EQUAL(s->expects[0].step, 1);
    CU_ASSERT_EQUAL(s->expects[0].is, 0);
    CU_ASSERT_EQUAL(s->expects[1].metadata_files, 1);
    CU_ASSERT_EQUAL(s->expects[1].columns, -1);
    CU_ASSERT_EQUAL(s->expects[2].at_most, 1);
    CU_ASSERT_EQUAL(s->expects[3].at_most_ms, 10000);
    CU_ASSERT_EQUAL(s->expects[3].at_least_ms, -1);
    scenario_free(s);
}

static struct scenario *read_text(const char *text, struct file_error *e)
{
    load_requirements();
    e->text[0] = '\0';
    return scenario_read("test.yaml", "test", slice_of(text), &known, e);
}

#define HEAD "title: t\nrequirements: R3.2-2\nstory: s\n"

static void steps_may_be_words_or_mappings(void)
{
    struct file_error e;
    struct scenario *s = read_text(
        HEAD "world:\n"
             "  settings: {ICEBERG_DATABASE: other_db}\n"
             "  tls: {catalog: expired}\n"
             "steps:\n"
             "  - connect\n"
             "  - {do: table_exists, table: t, actor: second, after: 2s,\n"
             "     deadline: 10s, cancel_after: 1500ms,\n"
             "     settings: {ICEBERG_DATABASE: third_db},\n"
             "     when: {operation: createTable, phase: after, nth: 2}}\n"
             "  - {do: wait, for: 1m}\n"
             "  - {do: drop_table, table: t,\n"
             "     when: {operation: loadTable, phase: before}}\n"
             "  - {do: restart, server: catalog, lose: true}\n"
             "expect:\n"
             "  - outcome: {step: 2, is: [timeout, cancelled]}\n"
             "  - waits: {operation: loadTable, between: [100ms, 200ms],\n"
             "            slack: 5ms}\n"
             "  - exchanges: {status: 503, after_faults: true, exactly: 0}\n"
             "  - result: {step: 2, exists: false, requirement: R3.2-2}\n",
        &e);
    CU_ASSERT_STRING_EQUAL(e.text, "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_EQUAL(s->tls_catalog, 2);
    CU_ASSERT_EQUAL(s->tls_s3, 0);
    const struct scenario_step *x = &s->steps[1];
    CU_ASSERT_STRING_EQUAL(x->actor, "second");
    CU_ASSERT(x->has_when && x->when.nth == 2 && x->when.phase == 1);
    CU_ASSERT_STRING_EQUAL(x->when.operation, "createTable");
    CU_ASSERT_EQUAL(x->after_ms, 2000);
    CU_ASSERT_EQUAL(x->deadline_ms, 10000);
    CU_ASSERT_EQUAL(x->cancel_after_ms, 1500);
    CU_ASSERT_STRING_EQUAL(json_str(x->settings, "ICEBERG_DATABASE"),
                           "third_db");
    CU_ASSERT_EQUAL(s->steps[2].ms, 60000);
    CU_ASSERT_FALSE(s->steps[2].has_when);
    CU_ASSERT_STRING_EQUAL(s->steps[3].actor, "operator");
    CU_ASSERT_EQUAL(s->steps[3].when.nth, 1);
    CU_ASSERT_STRING_EQUAL(s->steps[4].actor, "main");
    CU_ASSERT_TRUE(s->steps[4].lose);
    CU_ASSERT_EQUAL(s->expects[0].is_one_of.n, 2);
    CU_ASSERT_EQUAL(((const int64_t *)s->expects[1].between.items)[1], 200);
    CU_ASSERT_EQUAL(s->expects[1].slack_ms, 5);
    CU_ASSERT_EQUAL(s->expects[2].status, 503);
    CU_ASSERT_EQUAL(s->expects[2].after_faults, 1);
    CU_ASSERT_EQUAL(s->expects[3].exists, 0);
    scenario_free(s);
}

static void json_is_read_as_well(void)
{
    static const char text[] =
        "{\"title\": \"t\", \"requirements\": [\"R3.2-2\"], \"story\": \"s\","
        "\"steps\": [\"connect\"],"
        "\"expect\": [{\"outcome\": {\"is\": \"ok\"}}]}";
    struct file_error e = {""};
    load_requirements();
    struct scenario *s =
        scenario_read("t.json", "t", SLICE_LIT(text), &known, &e);
    CU_ASSERT_STRING_EQUAL(e.text, "");
    CU_ASSERT_PTR_NOT_NULL(s);
    scenario_free(s);
}

/* ---- broken files ---- */

static const struct {
    const char *file, *place_and_message;
} broken[] = {
    {"unknown-key.yaml", "4:1: unknown key 'expects': did you mean 'expect'?"},
    {"wrong-type.yaml",
     "4:10: 'mutants' must be a text or a list of texts, is 12"},
    {"unknown-operation.yaml",
     "5:41: unknown operation 'creatTable': did you mean 'createTable'?"},
    {"impossible-phase.yaml",
     "6:12: 'refuse' cannot be of phase after: its phase is before"},
    {"unknown-requirement.yaml",
     "2:16: unknown requirement 'R3.2-66': did you mean 'R3.2-6'?"},
    {"unknown-mutant.yaml", "8:11: unknown mutant 'create-send-again': did you "
                            "mean 'create-sent-again'?"},
    {"bad-duration.yaml", "7:24: 'at_most' must be a duration such as 250ms, "
                          "10s, 1.5s, 2m or 1h, is \"10 seconds\""},
    {"syntax.yaml", "8:8: not YAML: did not find expected ',' or '}' (while "
                    "parsing a flow mapping)"},
    {"anchor.yaml", "5:5: anchors and tags cannot be used here"},
    {"step-out-of-range.yaml", "7:21: there is no step 2: the scenario has 1"},
    {"duplicate-key.yaml", "8:1: the key 'title' is there twice"},
    {"unknown-step.yaml", "5:5: unknown step 'initialise_all_tables': did you "
                          "mean 'initialize_all_tables'?"},
    {"impossible-combination.yaml", "7:5: 'table' means nothing to wait"},
    {"unknown-moment.yaml",
     "8:23: unknown operation 'createTables': did you mean 'createTable'?"},
    {"unknown-option.yaml",
     "5:13: unknown key 'namespace': did you mean 'namespaces'?"},
    {"unknown-outcome.json",
     "6:44: unknown outcome 'okay': known are ok, not_found, exists, mismatch, "
     "conflict, unknown, denied, invalid, throttled, unavailable, timeout, "
     "cancelled, protocol, tls, config"},
    {"not-there.yaml", " No such file or directory"},
};

static void each_broken_file_is_told_what_and_where(void)
{
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        char file[100], want[400];
        struct file_error e = {""};
        snprintf(file, sizeof(file), "fixtures/broken/%s", broken[i].file);
        snprintf(want, sizeof(want), "%s:%s", file,
                 broken[i].place_and_message);
        struct scenario *s = scenario_load(file, "scenarios", &e);
        CU_ASSERT_PTR_NULL(s);
        if (strcmp(e.text, want) != 0)
            printf("  is:     %s\n  should: %s\n", e.text, want);
        CU_ASSERT_STRING_EQUAL(e.text, want);
        scenario_free(s);
    }
}

static void refused(const char *rest, const char *message)
{
    struct file_error e;
    struct str text;
    str_init(&text, 4096);
    str_addf(&text, "%s%s", HEAD, rest);
    struct scenario *s = read_text(str_z(&text), &e);
    CU_ASSERT_PTR_NULL(s);
    if (strcmp(e.text, message) != 0)
        printf("  is:     %s\n  should: %s\n", e.text, message);
    CU_ASSERT_STRING_EQUAL(e.text, message);
    scenario_free(s);
    str_fini(&text);
}

#define STEPS "steps: [initialize_all_tables, table_exists]\n"
#define EXPECT "expect: [{outcome: {is: ok}}]\n"
#define ALL "steps: [initialize_all_tables]\n" EXPECT

static void combinations_without_sense_are_refused(void)
{
    refused("steps: []\n" EXPECT, "test.yaml:4:8: 'steps' must be a list of 1 "
                                  "to 64 steps");
    refused("steps: [create_table]\n" EXPECT,
            "test.yaml:4:9: create_table needs 'table'");
    refused("steps: [{do: connect, table: t}]\n" EXPECT,
            "test.yaml:4:23: 'table' means nothing to connect");
    refused("steps: [{do: connect, actor: operator}]\n" EXPECT,
            "test.yaml:4:30: the operator does no connect: that is a call of "
            "the subject's");
    refused("steps:\n  - connect\n  - {do: connect, settings: {}}\n" EXPECT,
            "test.yaml:6:29: 'settings' can only be given with the first step "
            "of actor 'main'");
    refused("steps:\n  - connect\n"
            "  - {do: connect, when: {operation: getConfig, phase: "
            "after}}\n" EXPECT,
            "test.yaml:6:25: the moment can never come: no other actor calls "
            "the servers");
    refused("steps:\n  - connect\n"
            "  - {do: drop_table, table: t, after: 1s,\n"
            "     when: {operation: loadTable, phase: after}}\n" EXPECT,
            "test.yaml:6:39: 'after' means nothing here: an operator's step "
            "with 'when' is done in that very moment");
    refused("steps: [connect]\nexpect: [{waits: {operation: loadTable}}]\n",
            "test.yaml:5:18: 'waits' demands nothing: it needs one of "
            "at_least, at_most, between");
    refused("steps: [connect]\nexpect: [{exchanges: {at_least: 3, at_most: "
            "2}}]\n",
            "test.yaml:5:33: 'at_least' is more than 'at_most'");
    refused("steps: [connect]\nexpect: [{table: {name: t, exists: true}}]\n",
            "test.yaml:5:25: 'name' must be namespace.table");
    refused("steps: [connect]\nexpect: [{result: {step: 1, exists: true}}]\n",
            "test.yaml:5:37: step 1 (connect) does not answer whether "
            "something exists");
    refused("steps: [connect]\nexpect: [{differences: {step: 1, at_most: "
            "0}}]\n",
            "test.yaml:5:31: step 1 (connect) reports on no table");
    refused("steps: [connect]\nexpect: [{outcome: {is: ok}, table: {}}]\n",
            "test.yaml:5:10: an expectation is a mapping with one key, such "
            "as 'outcome: {step: 1, is: ok}'");
    refused("steps: [connect]\nexpect: [{outcomes: {is: ok}}]\n",
            "test.yaml:5:11: unknown expectation 'outcomes': did you mean "
            "'outcome'?");
    refused("without: I4\n" ALL, "test.yaml:4:10: the story must say why I4 "
                                 "is not asked (and name it)");
    refused("modes: [sim, reel]\n" ALL,
            "test.yaml:4:14: unknown mode 'reel': did you mean 'real'?");
    refused("world: {settings: {ICEBERG_DATABSE: x}}\n" ALL,
            "test.yaml:4:20: unknown setting 'ICEBERG_DATABSE': did you mean "
            "'ICEBERG_DATABASE'?");
    refused("world: {environment: {http_proxy: 7}}\n" ALL,
            "test.yaml:4:35: the variable http_proxy must be a text (in "
            "quotes)");
    refused("world: {environment: {a=b: x}}\n" ALL,
            "test.yaml:4:28: 'a=b' is no name of a variable");
    refused("world: {settings: {ICEBERG_DATABASE: 7}}\n" ALL,
            "test.yaml:4:38: the setting ICEBERG_DATABASE must be a text (in "
            "quotes), or null to take it away");
}

static void two_faults_cannot_have_one_name(void)
{
    refused("faults:\n"
            "  - {id: x, match: {operation: loadTable}, phase: after, do: "
            "reset}\n"
            "  - {id: x, match: {operation: loadTable}, phase: after, do: "
            "reset}\n" ALL,
            "test.yaml:6:10: two faults are called 'x'");
}

/* ---- tables ---- */

static void outcomes_are_those_of_the_module(void)
{
    int n = 0;
    for (; outcome_names[n]; n++)
        CU_ASSERT_STRING_EQUAL(outcome_names[n], ice_outcome_name(-n));
    CU_ASSERT_EQUAL(n, -ICE_CONFIG + 1);
}

static void every_verb_and_kind_has_a_name(void)
{
    int verbs = 0, kinds = 0;
    while (step_verb_names[verbs])
        verbs++;
    while (expect_names[kinds])
        kinds++;
    CU_ASSERT_EQUAL(verbs, STEP_VERBS);
    CU_ASSERT_EQUAL(kinds, EXPECT_KINDS);
}

static void all_requirements_are_listed(void)
{
    int of[2] = {0, 0}, invariants = 0;
    load_requirements();
    for (size_t i = 0; i < known.n; i++) {
        const struct requirement *r = &known.list[i];
        if (r->id[0] == 'I')
            invariants++;
        else
            of[r->later]++;
        CU_ASSERT(strlen(r->text) > 20);
    }
    CU_ASSERT_EQUAL(of[0], 36);
    CU_ASSERT_EQUAL(of[1], 12);
    CU_ASSERT_EQUAL(invariants, 8);
}

static void the_schema_names_what_the_reader_knows(void)
{
    cJSON *s = scenario_schema();
    const cJSON *p = json_get(s, "properties");
    const cJSON *items = json_get(json_get(p, "expect"), "items");
    CU_ASSERT_STRING_EQUAL(json_str(s, "$schema"),
                           "https://json-schema.org/draft/2020-12/schema");
    CU_ASSERT_EQUAL(cJSON_GetArraySize(p), 10);
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(items, "oneOf")), EXPECT_KINDS);
    cJSON_Delete(s);
}

static void nothing_is_left(void)
{
    requirements_free(&known);
    CU_ASSERT_EQUAL(known.n, 0);
}

UNIT_MAIN("scenario", UNIT(the_example_is_read),
          UNIT(steps_may_be_words_or_mappings), UNIT(json_is_read_as_well),
          UNIT(each_broken_file_is_told_what_and_where),
          UNIT(combinations_without_sense_are_refused),
          UNIT(two_faults_cannot_have_one_name),
          UNIT(outcomes_are_those_of_the_module),
          UNIT(every_verb_and_kind_has_a_name),
          UNIT(all_requirements_are_listed),
          UNIT(the_schema_names_what_the_reader_knows), UNIT(nothing_is_left))
