/* Bodies are read as a whole, before the state is looked at. */
#include "mocks/catalog/shape.h"
#include "mocks/catalog/testing.h"

/* What is wrong with a body of that operation; "" when nothing is. */
static const char *trouble(const char *operation, const char *body)
{
    static char said[300];
    struct arena a;
    arena_init(&a);
    struct failure f = {.arena = &a};
    cJSON *tree = json_parse(body, strlen(body), NULL);
    CU_ASSERT_FATAL(tree != NULL);
    bool ok = shape_read(shape_of_operation(operation), tree, &f);
    CU_ASSERT_EQUAL(ok, f.type == NULL);
    snprintf(said, sizeof said, "%s", ok ? "" : f.message);
    cJSON_Delete(tree);
    arena_fini(&a);
    return said;
}

#define UPDATES(text) "{\"updates\":[{\"action\":" text "}]}"

static void updates_have_their_members(void)
{
    static const struct {
        const char *body, *trouble;
    } rows[] = {
        {UPDATES("\"set-default-spec\",\"spec-id\":3"), ""},
        {UPDATES("\"SET-default-spec\",\"spec-id\":3"), ""},
        {UPDATES("\"set-default-spec\""), "Cannot parse missing int: spec-id"},
        {UPDATES("\"set-default-spec\",\"spec-id\":2147483648"),
         "Cannot parse to an integer value: spec-id: 2147483648"},
        {UPDATES("\"set-default-spec\",\"spec-id\":null"),
         "Cannot parse to an integer value: spec-id: null"},
        {UPDATES("\"frob\""),
         "Cannot convert metadata update action to json: frob"},
        {UPDATES("7"), "Cannot parse metadata update. Missing field: action"},
        {"{\"updates\":[7]}",
         "Cannot parse metadata update from non-object value: 7"},
        {"{\"updates\":{}}", "Cannot parse updates from non-array: {}"},
        {"{\"updates\":null}", ""},
        {"{\"requirements\":[{\"type\":\"assert-create\"}]}", ""},
        {"{\"requirements\":[{\"type\":\"assert-frob\"}]}",
         "Unrecognized update requirement. Cannot convert to json: "
         "assert-frob"},
        {UPDATES("\"set-properties\",\"updates\":{\"a\":1}"),
         "Cannot parse to a string value: a: 1"},
        {UPDATES("\"set-properties\",\"updated\":{\"a\":\"1\"}"), ""},
        {UPDATES("\"remove-properties\",\"removals\":[1]"),
         "Cannot parse string from non-text value in removals: 1"},
        {UPDATES("\"set-snapshot-ref\",\"ref-name\":\"a\",\"snapshot-id\":1,"
                 "\"type\":\"twig\""),
         "Invalid snapshot ref type: twig"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT_STRING_EQUAL(trouble("updateTable", rows[i].body),
                               rows[i].trouble);
}

#define ORDER(text) UPDATES("\"add-sort-order\",\"sort-order\":{" text "}")
#define SPEC(text)                                                             \
    UPDATES("\"add-spec\",\"spec\":{\"spec-id\":0,\"fields\":[" text "]}")

static void specs_and_orders_can_be_read(void)
{
    static const struct {
        const char *body, *trouble;
    } rows[] = {
        {ORDER("\"order-id\":0,\"fields\":[]"), ""},
        {ORDER("\"order-id\":1,\"fields\":[]"), "Unsorted order ID must be 0"},
        {ORDER("\"order-id\":0,\"fields\":[{\"source-id\":1,\"transform\":"
               "\"void\",\"direction\":\"ASC\",\"null-order\":"
               "\"nulls-first\"}]"),
         "Sort order ID 0 is reserved for unsorted order"},
        {ORDER("\"order-id\":1,\"fields\":[{\"source-id\":1,\"transform\":"
               "\"void\",\"direction\":\"up\",\"null-order\":"
               "\"nulls-first\"}]"),
         "Invalid sort direction: up"},
        {SPEC("{\"source-id\":1,\"name\":\"a\",\"transform\":\"frob\"}"), ""},
        {SPEC("{\"source-id\":1,\"name\":\"a\",\"transform\":\"bucket[0]\"}"),
         "Invalid number of buckets: 0 (must be > 0)"},
        {SPEC("{\"source-id\":1,\"name\":\"a\",\"transform\":\"void\"},"
              "{\"source-id\":1,\"name\":\"b\",\"transform\":\"void\","
              "\"field-id\":1001}"),
         "Cannot parse spec with missing field IDs: 1 missing of 2 fields."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT_STRING_EQUAL(trouble("updateTable", rows[i].body),
                               rows[i].trouble);
}

static void reports_are_checked_as_far_as_they_are_known(void)
{
    static const char report[] =
        "{\"report-type\":\"commit-report\",\"table-name\":\"t\","
        "\"snapshot-id\":1,\"sequence-number\":1,\"operation\":\"append\","
        "\"metrics\":{\"attempts\":{\"unit\":\"%s\",\"value\":1},"
        "\"of-the-future\":7}}";
    char body[400];
    snprintf(body, sizeof body, report, "count");
    CU_ASSERT_STRING_EQUAL(trouble("reportMetrics", body), "");
    snprintf(body, sizeof body, report, "metres");
    CU_ASSERT_STRING_EQUAL(trouble("reportMetrics", body),
                           "Invalid unit: metres");
    CU_ASSERT_STRING_EQUAL(
        trouble("reportMetrics", "{\"report-type\":\"frob\"}"), "");
}

static void a_malformed_body_is_told_so_first(void)
{
    struct bench b;
    CU_ASSERT_FATAL(bench_start(&b, "{}"));
    CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/namespaces/no/tables/no",
                        UPDATES("\"assign-uuid\"")),
                    400);
    CU_ASSERT_STRING_EQUAL(error_message(&b),
                           "Cannot parse missing string: uuid");
    CU_ASSERT_EQUAL(ask(&b, "POST", "/v1/namespaces/no/tables/no", "{}"), 404);
    bench_stop(&b);
}

UNIT_MAIN("catalog shapes", UNIT(updates_have_their_members),
          UNIT(specs_and_orders_can_be_read),
          UNIT(reports_are_checked_as_far_as_they_are_known),
          UNIT(a_malformed_body_is_told_so_first))
