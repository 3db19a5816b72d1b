/* Tests of spec. */
#include "base/spec.h"

#include <string.h>

#include "base/json.h"
#include "base/unit.h"

struct inner {
    const char *operation;
    int phase;
};

struct whole {
    const char *name;
    int64_t nth, wait_ms, bytes;
    double chance;
    bool on, on_seen;
    struct spec_range range;
    int colour;
    struct spec_list tags, inners;
    struct inner match;
    const cJSON *map, *any;
    int64_t even;
};

static const char *const phases[] = {"before", "after", "during", NULL};

static const struct spec_field inner_fields[] = {
    {.name = "operation",
     .type = SPEC_STRING,
     .offset = offsetof(struct inner, operation),
     .required = true,
     .doc = "what the request means"},
    {.name = "phase",
     .type = SPEC_WORD,
     .offset = offsetof(struct inner, phase),
     .words = phases},
    {0}};

static bool read_even(const cJSON *node, void *out, struct arena *a,
                      struct spec_error *e)
{
    int64_t n;

    (void)a;
    if (!json_int64(node, &n) || n % 2)
        return spec_fail(e, NULL, "must be even");
    *(int64_t *)out = n;
    return true;
}

static cJSON *even_schema(void)
{
    cJSON *s = cJSON_CreateObject();

    json_set_i64(s, "multipleOf", 2);
    return s;
}

#define AT(member) .offset = offsetof(struct whole, member)
static const struct spec_field fields[] = {
    {.name = "name", .type = SPEC_STRING, AT(name), .doc = "who"},
    {.name = "nth", .type = SPEC_INT, AT(nth), .min = 1, .max = 100},
    {.name = "wait", .type = SPEC_DURATION, AT(wait_ms)},
    {.name = "bytes", .type = SPEC_SIZE, AT(bytes), .min = 1, .max = 4096},
    {.name = "chance", .type = SPEC_NUMBER, AT(chance), .min = 0, .max = 1},
    {.name = "on",
     .type = SPEC_BOOL,
     AT(on),
     .seen_offset = offsetof(struct whole, on_seen)},
    {.name = "range",
     .type = SPEC_RANGE,
     AT(range),
     .min = 1,
     .max = INT64_MAX},
    {.name = "tags", .type = SPEC_STRINGS, AT(tags), .min = 1, .max = 3},
    {.name = "list",
     .type = SPEC_LIST,
     AT(inners),
     .fields = inner_fields,
     .item_size = sizeof(struct inner)},
    {.name = "match", .type = SPEC_OBJECT, AT(match), .fields = inner_fields},
    {.name = "map", .type = SPEC_MAP, AT(map)},
    {.name = "any", .type = SPEC_ANY, AT(any)},
    {.name = "even",
     .type = SPEC_CUSTOM,
     AT(even),
     .read = read_even,
     .schema = even_schema},
    {0}};

struct fixture {
    struct arena arena;
    struct whole got;
    struct spec_error e;
    cJSON *tree;
    bool ok;
};

static void setup(struct fixture *f, const char *json)
{
    memset(f, 0, sizeof(*f));
    arena_init(&f->arena);
    f->tree = json_parse(json, strlen(json), NULL);
    CU_ASSERT_PTR_NOT_NULL(f->tree);
    f->got.nth = 9;
    memset(&f->e, 'x', sizeof(f->e)); /* need not be cleared before */
    f->ok = spec_read(f->tree, fields, &f->got, &f->arena, &f->e);
}

static void teardown(struct fixture *f)
{
    arena_fini(&f->arena);
    cJSON_Delete(f->tree);
}

static void fills_a_struct_from_every_type(void)
{
    struct fixture f;

    setup(&f, "{\"name\":\"n\",\"nth\":2,\"wait\":\"1.5s\",\"bytes\":\"2KiB\","
              "\"chance\":0.25,\"on\":true,\"range\":\"2-\",\"tags\":[\"a\","
              "\"b\"],\"list\":[{\"operation\":\"x\"},{\"operation\":\"y\","
              "\"phase\":\"during\"}],\"match\":{\"operation\":\"z\",\"phase\":"
              "\"after\"},\"map\":{\"k\":1,\"l\":\"t\"},\"any\":[1],"
              "\"even\":4}");
    CU_ASSERT_FATAL(f.ok);
    CU_ASSERT_STRING_EQUAL(f.got.name, "n");
    CU_ASSERT_EQUAL(f.got.nth, 2);
    CU_ASSERT_EQUAL(f.got.wait_ms, 1500);
    CU_ASSERT_EQUAL(f.got.bytes, 2048);
    CU_ASSERT_DOUBLE_EQUAL(f.got.chance, 0.25, 0);
    CU_ASSERT(f.got.on && f.got.on_seen);
    CU_ASSERT_EQUAL(f.got.range.first, 2);
    CU_ASSERT_EQUAL(f.got.range.last, INT64_MAX);
    CU_ASSERT_EQUAL(f.got.tags.n, 2);
    CU_ASSERT_STRING_EQUAL(((const char **)f.got.tags.items)[1], "b");
    CU_ASSERT_EQUAL(f.got.inners.n, 2);
    CU_ASSERT_EQUAL(((struct inner *)f.got.inners.items)[1].phase, 2);
    CU_ASSERT_STRING_EQUAL(f.got.match.operation, "z");
    CU_ASSERT_EQUAL(f.got.match.phase, 1);
    CU_ASSERT_EQUAL(json_i64(f.got.map, "k", 0), 1);
    CU_ASSERT(cJSON_IsArray(f.got.any));
    CU_ASSERT_EQUAL(f.got.even, 4);
    teardown(&f);
}

static void what_is_not_given_keeps_its_default(void)
{
    struct fixture f;

    setup(&f, "{}");
    CU_ASSERT(f.ok);
    CU_ASSERT_EQUAL(f.got.nth, 9);
    CU_ASSERT_FALSE(f.got.on_seen);
    teardown(&f);
}

static void a_lone_string_is_a_list_of_one(void)
{
    struct fixture f;

    setup(&f, "{\"tags\":\"solo\",\"nth\":3}");
    CU_ASSERT(f.ok);
    CU_ASSERT_EQUAL(f.got.tags.n, 1);
    CU_ASSERT_STRING_EQUAL(*(const char **)f.got.tags.items, "solo");
    teardown(&f);
}

static void errors_say_what_where_and_what_would_be_right(void)
{
    static const struct {
        const char *json, *path, *message;
    } cases[] = {
        {"{\"match\":{\"opration\":\"x\"}}", "match.opration",
         "unknown key 'opration': did you mean 'operation'?"},
        {"{\"list\":[{\"operation\":\"x\"},{\"zzzzzz\":1}]}", "list[1].zzzzzz",
         "unknown key 'zzzzzz': known are operation, phase"},
        {"{\"nth\":\"x\"}", "nth", "'nth' must be a whole number, is \"x\""},
        {"{\"nth\":1.5}", "nth", "'nth' must be a whole number, is 1.5"},
        {"{\"nth\":0}", "nth", "'nth' must be between 1 and 100, is 0"},
        {"{\"nth\":{}}", "nth", "'nth' must be a whole number, is a mapping"},
        {"{\"nth\":null}", "nth", "'nth' must be a whole number, is empty"},
        {"{\"name\":[]}", "name", "'name' must be a text, is a list"},
        {"{\"wait\":10}", "wait",
         "'wait' must be a duration such as 250ms, 10s, 1.5s, 2m or 1h, is 10"},
        {"{\"bytes\":\"8KiB\"}", "bytes",
         "'bytes' must be between 1 and 4096 bytes, is \"8KiB\""},
        {"{\"chance\":2}", "chance", "'chance' must be between 0 and 1, is 2"},
        {"{\"on\":\"yes\"}", "on", "'on' must be true or false, is \"yes\""},
        {"{\"range\":\"3-1\"}", "range",
         "'range' must be a number or a range such as 2, 1-3 or 4-, is "
         "\"3-1\""},
        {"{\"range\":0}", "range", "'range' must be at least 1, is 0"},
        {"{\"tags\":[\"a\",2]}", "tags[1]",
         "'tags' must be a list of texts, is 2"},
        {"{\"tags\":[]}", "tags", "'tags' must have 1 to 3 entries, has 0"},
        {"{\"list\":[3]}", "list[0]", "must be a mapping, is 3"},
        {"{\"match\":{\"operation\":\"x\",\"phase\":\"befor\"}}", "match.phase",
         "'phase' cannot be \"befor\": did you mean 'before'?"},
        {"{\"match\":{\"operation\":\"x\",\"phase\":\"q\"}}", "match.phase",
         "'phase' must be one of before, after, during; is \"q\""},
        {"{\"match\":{}}", "match", "'operation' is missing"},
        {"{\"map\":{\"k\":[]}}", "map.k",
         "'k' must be a text, a number, true or false; is a list"},
        {"{\"even\":3}", "even", "must be even"},
        {"[]", "", "must be a mapping, is a list"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture f;
        setup(&f, cases[i].json);
        CU_ASSERT_FALSE(f.ok);
        CU_ASSERT_STRING_EQUAL(f.e.path, cases[i].path);
        CU_ASSERT_STRING_EQUAL(f.e.message, cases[i].message);
        CU_ASSERT_PTR_NOT_NULL(f.e.node);
        CU_ASSERT_EQUAL(f.e.at_key,
                        strncmp(cases[i].message, "unknown key", 11) == 0);
        teardown(&f);
    }
}

static void the_node_is_the_offending_one(void)
{
    struct fixture f;

    setup(&f, "{\"list\":[{\"operation\":\"x\",\"phase\":\"q\"}]}");
    CU_ASSERT_PTR_EQUAL(f.e.node,
                        json_get(json_get(f.tree, "list")->child, "phase"));
    teardown(&f);
}

static void long_hostile_texts_are_cut(void)
{
    struct fixture f;
    struct str text;

    str_init(&text, 1 << 20);
    str_addz(&text, "{\"");
    for (int i = 0; i < 5000; i++)
        str_addz(&text, "long");
    str_addz(&text, "\":1}");
    setup(&f, str_z(&text));
    CU_ASSERT_FALSE(f.ok);
    CU_ASSERT(strlen(f.e.path) < sizeof(f.e.path));
    CU_ASSERT(strlen(f.e.message) < 300);
    teardown(&f);
    str_fini(&text);
}

static void nearest_is_within_a_third_of_the_length(void)
{
    static const char *const words[] = {"createTable", "loadTable", "nth",
                                        "from", NULL};

    CU_ASSERT_STRING_EQUAL(spec_nearest("creatTable", words), "createTable");
    CU_ASSERT_STRING_EQUAL(spec_nearest("craeteTabel", words), "createTable");
    CU_ASSERT_STRING_EQUAL(spec_nearest("nht", words), "nth");
    CU_ASSERT_STRING_EQUAL(spec_nearest("form", words), "from");
    CU_ASSERT_PTR_NULL(spec_nearest("xyz", words));
    CU_ASSERT_PTR_NULL(spec_nearest("", words));
    CU_ASSERT_PTR_NULL(spec_nearest("dropTable", words + 2));
}

static void durations_and_sizes_have_units(void)
{
    static const char *const bad[] = {"",
                                      "1",
                                      "s",
                                      "-1s",
                                      "1 s",
                                      "1.s",
                                      ".5s",
                                      "0.5ms",
                                      "1d",
                                      "1e3s",
                                      "1S",
                                      "9223372036854775807h",
                                      "1.0000000001s"};
    int64_t n;

    CU_ASSERT(spec_parse_duration("250ms", &n) && n == 250);
    CU_ASSERT(spec_parse_duration("0", &n) && n == 0);
    CU_ASSERT(spec_parse_duration("1.5s", &n) && n == 1500);
    CU_ASSERT(spec_parse_duration("0.25m", &n) && n == 15000);
    CU_ASSERT(spec_parse_duration("1h", &n) && n == 3600000);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT_FALSE(spec_parse_duration(bad[i], &n));
    CU_ASSERT(spec_parse_size("100", &n) && n == 100);
    CU_ASSERT(spec_parse_size("64KiB", &n) && n == 65536);
    CU_ASSERT(spec_parse_size("1.5MiB", &n) && n == 1572864);
    CU_ASSERT(spec_parse_size("1GiB", &n) && n == 1 << 30);
    CU_ASSERT_FALSE(spec_parse_size("1KB", &n));
    CU_ASSERT_FALSE(spec_parse_size("9999999999GiB", &n));
}

static void ranges_are_one_number_two_or_open(void)
{
    static const char *const bad[] = {"",    "-",    "-3",    "3-1", "a",
                                      "1-b", "1--2", "1-2-3", " 1"};
    struct spec_range r;

    CU_ASSERT(spec_parse_range("2", &r) && r.first == 2 && r.last == 2);
    CU_ASSERT(spec_parse_range("1-3", &r) && r.first == 1 && r.last == 3);
    CU_ASSERT(spec_parse_range("4-", &r) && r.last == INT64_MAX);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT_FALSE(spec_parse_range(bad[i], &r));
}

static void the_schema_says_what_the_reader_does(void)
{
    cJSON *s = spec_schema(fields), *p = json_get(s, "properties");
    cJSON *match = json_get(p, "match");

    CU_ASSERT_STRING_EQUAL(json_str(s, "$schema"),
                           "https://json-schema.org/draft/2020-12/schema");
    CU_ASSERT(cJSON_IsFalse(json_get(s, "additionalProperties")));
    CU_ASSERT_EQUAL(cJSON_GetArraySize(p), 13);
    CU_ASSERT_STRING_EQUAL(json_str(json_get(p, "name"), "description"), "who");
    CU_ASSERT_EQUAL(json_i64(json_get(p, "nth"), "maximum", 0), 100);
    CU_ASSERT_EQUAL(json_i64(json_get(p, "even"), "multipleOf", 0), 2);
    CU_ASSERT_STRING_EQUAL(json_get(match, "required")->child->valuestring,
                           "operation");
    CU_ASSERT_EQUAL(
        cJSON_GetArraySize(
            json_get(json_get(json_get(match, "properties"), "phase"), "enum")),
        3);
    cJSON_Delete(s);
}

UNIT_MAIN("spec", UNIT(fills_a_struct_from_every_type),
          UNIT(what_is_not_given_keeps_its_default),
          UNIT(a_lone_string_is_a_list_of_one),
          UNIT(errors_say_what_where_and_what_would_be_right),
          UNIT(the_node_is_the_offending_one), UNIT(long_hostile_texts_are_cut),
          UNIT(nearest_is_within_a_third_of_the_length),
          UNIT(durations_and_sizes_have_units),
          UNIT(ranges_are_one_number_two_or_open),
          UNIT(the_schema_says_what_the_reader_does))
