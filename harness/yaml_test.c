/* What the subset reads, and what it refuses where. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/unit.h"
#include "harness/yaml.h"

static void is(const char *yaml, const char *json)
{
    struct places p;
    struct yaml_error e;
    struct str text;
    places_init(&p);
    str_init(&text, 10000);
    cJSON *tree = yaml_parse(slice_of(yaml), &p, &e);
    CU_ASSERT_PTR_NOT_NULL(tree);
    if (tree)
        json_print(tree, &text);
    CU_ASSERT_STRING_EQUAL(str_z(&text), json);
    str_fini(&text);
    cJSON_Delete(tree);
    places_fini(&p);
}

static void refused_n(struct slice yaml, int line, int col, const char *message)
{
    struct places p;
    struct yaml_error e;
    places_init(&p);
    cJSON *tree = yaml_parse(yaml, &p, &e);
    CU_ASSERT_PTR_NULL(tree);
    CU_ASSERT_STRING_EQUAL(e.message, message);
    CU_ASSERT_EQUAL(e.at.line, line);
    CU_ASSERT_EQUAL(e.at.col, col);
    cJSON_Delete(tree);
    places_fini(&p);
}

static void refused(const char *yaml, int line, int col, const char *message)
{
    refused_n(slice_of(yaml), line, col, message);
}

static void scalars_are_what_json_would_write(void)
{
    is("[1, -2, 1.5, 1e3, true, false, null]",
       "[1,-2,1.5,1e3,true,false,null]");
    is("[9223372036854775807]", "[9223372036854775807]");
}

static void all_else_is_text(void)
{
    is("[yes, no, on, ~, True, NULL, 0x10, 010, 1_000, .5, 1., +1, 10s, 1-3]",
       "[\"yes\",\"no\",\"on\",\"~\",\"True\",\"NULL\",\"0x10\",\"010\","
       "\"1_000\",\".5\",\"1.\",\"+1\",\"10s\",\"1-3\"]");
    is("['1', \"true\", 'null', \"\"]", "[\"1\",\"true\",\"null\",\"\"]");
    is("2026-01-01", "\"2026-01-01\"");
}

static void collections_nest(void)
{
    is("a:\n  - b: 1\n    c: {d: [x, y]}\n  - []\n",
       "{\"a\":[{\"b\":1,\"c\":{\"d\":[\"x\",\"y\"]}},[]]}");
    is("---\nstory: |\n  one\n  two\n", "{\"story\":\"one\\ntwo\\n\"}");
}

static void what_the_subset_leaves_out_is_refused(void)
{
    refused("a: &x 1", 1, 4, "anchors and tags cannot be used here");
    refused("a: &x [1]", 1, 4, "anchors and tags cannot be used here");
    refused("a: !!str 1", 1, 4, "anchors and tags cannot be used here");
    refused("a: !x {b: 1}", 1, 4, "anchors and tags cannot be used here");
    refused("&k a: 1", 1, 1, "anchors and tags cannot be used here");
    refused("a: 1\nb: *x", 2, 4, "aliases (*name) cannot be used here");
    refused("<<: {a: 1}", 1, 1, "merge keys (<<) cannot be used here");
    refused("a: 1\n---\nb: 2", 2, 1, "one file holds one document");
    refused("%YAML 1.1\n---\na: 1", 1, 1, "directives (%) cannot be used here");
    refused("? [a, b]\n: 1", 1, 3, "a key must be a plain text");
    refused("a: 1\nb: 2\na: 3", 3, 1, "the key 'a' is there twice");
    refused("a:\nb: 1", 1, 3,
            "a value is missing here (an empty text is \"\")");
    refused("\"\": 1", 1, 1,
            "a key must have 1 to 255 bytes, none of them zero");
    refused("a: \"x\\0y\"", 1, 4, "a text cannot hold a zero byte");
    refused("", 1, 1, "the file is empty");
    refused("# nothing\n", 2, 1, "the file is empty");
}

static void what_is_not_yaml_says_where(void)
{
    refused("a: [1, 2\nb: 3\n", 2, 2,
            "not YAML: did not find expected ',' or ']' (while parsing a flow "
            "sequence)");
    refused("a: 1\n\tb: 2\n", 2, 1,
            "not YAML: found a tab character that violates indentation "
            "(while scanning a plain scalar)");
    refused("a: 1\nb: \xff\n", 2, 4,
            "not UTF-8 text: invalid leading UTF-8 octet");
}

static void depth_is_limited(void)
{
    char deep[YAML_MAX_DEPTH + 2];
    memset(deep, '[', sizeof(deep));
    refused_n((struct slice){deep, sizeof(deep)}, 1, YAML_MAX_DEPTH + 1,
              "too deep: more than 32 levels");
}

static void size_and_counts_are_limited(void)
{
    struct str s;
    str_init(&s, YAML_MAX_BYTES + 10);
    for (int i = 0; i <= YAML_MAX_KEYS; i++)
        str_addf(&s, "k%d: 1\n", i);
    refused_n(str_slice(&s), YAML_MAX_KEYS + 1, 1,
              "too much: more than 1000 keys");
    str_reset(&s);
    str_addc(&s, '[');
    for (int i = 0; i < YAML_MAX_NODES; i++)
        str_addz(&s, "1,");
    str_addz(&s, "]");
    refused_n(str_slice(&s), 1, 2 * YAML_MAX_NODES,
              "too much: more than 100000 values");
    str_reset(&s);
    while (s.len <= YAML_MAX_BYTES)
        str_addc(&s, '#');
    refused_n(str_slice(&s), 1, 1, "too large: more than 1024 KiB");
    str_fini(&s);
}

static void place_is(const struct places *p, const cJSON *node, bool key,
                     int line, int col)
{
    struct place at = places_find(p, node, key);
    CU_ASSERT_EQUAL(at.line, line);
    CU_ASSERT_EQUAL(at.col, col);
}

static void nodes_know_their_places(void)
{
    static const char text[] = "a: 1\nlist:\n  - x\n  - {b: \xc3\xa4, c: 2}\n";
    struct places p;
    struct yaml_error e;
    places_init(&p);
    cJSON *tree = yaml_parse(SLICE_LIT(text), &p, &e);
    const cJSON *list = json_get(tree, "list");
    const cJSON *map = cJSON_GetArrayItem(list, 1);
    place_is(&p, tree, false, 1, 1);
    place_is(&p, json_get(tree, "a"), false, 1, 4);
    place_is(&p, list, true, 2, 1);
    place_is(&p, cJSON_GetArrayItem(list, 0), false, 3, 5);
    place_is(&p, map, false, 4, 5);
    place_is(&p, json_get(map, "c"), true, 4, 12);
    place_is(&p, json_get(map, "c"), false, 4, 15);
    cJSON_Delete(tree);
    places_fini(&p);
}

static void json_nodes_know_their_places(void)
{
    static const char text[] =
        "{ \"a\\\"]\": [1, {\"b\" : \"\xc3\xa4\"},\n \"x\\\\\"],\n"
        "\t\"c\": null, \"d\": {}, \"e\": -1.5e3}\n";
    struct places p;
    cJSON *tree = json_parse(text, sizeof(text) - 1, NULL);
    const cJSON *list = json_get(tree, "a\"]");
    const cJSON *map = cJSON_GetArrayItem(list, 1);
    places_init(&p);
    places_of_json(&p, SLICE_LIT(text), tree);
    place_is(&p, tree, false, 1, 1);
    place_is(&p, list, true, 1, 3);
    place_is(&p, list, false, 1, 11);
    place_is(&p, map, false, 1, 15);
    place_is(&p, json_get(map, "b"), false, 1, 22);
    place_is(&p, cJSON_GetArrayItem(list, 2), false, 2, 2);
    place_is(&p, json_get(tree, "c"), true, 3, 2);
    place_is(&p, json_get(tree, "d"), false, 3, 18);
    place_is(&p, json_get(tree, "e"), false, 3, 27);
    cJSON_Delete(tree);
    places_fini(&p);
}

UNIT_MAIN("yaml", UNIT(scalars_are_what_json_would_write),
          UNIT(all_else_is_text), UNIT(collections_nest),
          UNIT(what_the_subset_leaves_out_is_refused),
          UNIT(what_is_not_yaml_says_where), UNIT(depth_is_limited),
          UNIT(size_and_counts_are_limited), UNIT(nodes_know_their_places),
          UNIT(json_nodes_know_their_places))
