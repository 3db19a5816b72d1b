/* Tests of results.json: it is read back with the strict reader. */
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#include "base/unit.h"
#include "reports/example.h"

static cJSON *written(const struct result *r)
{
    struct json_error e;
    struct str out;
    cJSON *tree;

    str_init(&out, 1 << 20);
    report_json(r, &out);
    CU_ASSERT_FALSE(out.failed);
    tree = json_parse(str_z(&out), out.len, &e);
    if (!tree)
        CU_FAIL(e.message);
    CU_ASSERT_PTR_NOT_NULL_FATAL(tree);
    str_fini(&out);
    return tree;
}

/* The keys of obj begin with those of names, in that order. */
static bool begins_with(const cJSON *obj, const char *names)
{
    char text[256] = "";
    size_t n = strlen(names);

    for (const cJSON *c = obj ? obj->child : NULL; c && strlen(text) < n;
         c = c->next)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ",
                 c->string);
    return strncmp(text, names, n) == 0;
}

static void keys_are_those_of_the_contract(void)
{
    struct result r = example();
    cJSON *tree = written(&r), *s = json_get(tree, "scenarios")->child->next;

    CU_ASSERT(begins_with(tree, "icefault version mode seed totals trace "
                                "scenarios requirements "));
    CU_ASSERT(begins_with(json_get(tree, "totals"),
                          "scenarios passed failed skipped exchanges "
                          "faults_fired wall_ms virtual_ms "));
    CU_ASSERT(begins_with(s, "id file title requirements verdict checks faults "
                             "exchanges virtual_ms seed trace mutants "));
    CU_ASSERT(begins_with(json_get(s, "checks")->child, "name verdict said "));
    CU_ASSERT(begins_with(json_get(s, "faults")->child, "id fired "));
    CU_ASSERT(begins_with(json_get(tree, "requirements")->child,
                          "id scenarios mutants "));
    cJSON_Delete(tree);
}

static void values_are_those_of_the_result(void)
{
    struct result r = example();
    cJSON *tree = written(&r), *totals = json_get(tree, "totals");
    cJSON *s = json_get(tree, "scenarios")->child->next;

    CU_ASSERT_STRING_EQUAL(json_str(tree, "icefault"), "results/1");
    CU_ASSERT_STRING_EQUAL(json_str(tree, "trace"), "c3");
    CU_ASSERT_EQUAL(json_i64(totals, "scenarios", -1), 4);
    CU_ASSERT_EQUAL(json_i64(totals, "failed", -1), 2);
    CU_ASSERT_EQUAL(json_i64(totals, "wall_ms", -1), 620);
    CU_ASSERT_EQUAL(json_i64(totals, "virtual_ms", -1), 4320000);
    CU_ASSERT_STRING_EQUAL(json_str(s, "id"), "create/lost-reply");
    CU_ASSERT_STRING_EQUAL(json_str(s, "verdict"), "failed");
    CU_ASSERT_STRING_EQUAL(json_get(s, "seed")->valuestring,
                           "18446744073709551615");
    CU_ASSERT_EQUAL(json_i64(json_get(s, "faults")->child, "fired", -1), 1);
    CU_ASSERT_STRING_EQUAL(
        json_str(json_get(s, "checks")->child->next, "said"),
        "createTable health_data_raw was sent 2 times, at most 1 is allowed");
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(tree, "requirements")), 4);
    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(tree, "mutants")), 2);
    cJSON_Delete(tree);
}

static void an_empty_result_is_valid_too(void)
{
    struct result r = {0};
    cJSON *tree = written(&r);

    CU_ASSERT_EQUAL(cJSON_GetArraySize(json_get(tree, "scenarios")), 0);
    CU_ASSERT_PTR_NULL(json_get(tree, "mutants"));
    cJSON_Delete(tree);
}

static void it_is_appended_to_what_is_there(void)
{
    struct result r = {0};
    struct str out;

    str_init(&out, 1 << 20);
    str_addz(&out, "x");
    report_json(&r, &out);
    CU_ASSERT_EQUAL(strncmp(str_z(&out), "x{\"icefault\"", 12), 0);
    str_fini(&out);
}

UNIT_MAIN("reports/json", UNIT(keys_are_those_of_the_contract),
          UNIT(values_are_those_of_the_result),
          UNIT(an_empty_result_is_valid_too),
          UNIT(it_is_appended_to_what_is_there))
