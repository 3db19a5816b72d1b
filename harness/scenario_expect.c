/* Expectations: one-key mappings, a table of fields for each kind. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "harness/scenario_inside.h"
#include "iceberg/iceberg.h"

enum { MOST_EXPECTS = 100 };

const char *const expect_names[] = {
    "outcome",   "error",       "result", "table",       "namespace",
    "exchanges", "waits",       "header", "connections", "elapsed",
    "log",       "differences", "object", "uploads",     NULL};

const char *const outcome_names[] = {
    "ok",        "not_found",   "exists",  "mismatch",
    "conflict",  "unknown",     "denied",  "invalid",
    "throttled", "unavailable", "timeout", "cancelled",
    "protocol",  "tls",         "config",  NULL};

/* ---- single values ---- */

/* A word or a list of words: struct spec_list of const char *. */
static bool read_words(const cJSON *node, void *out, struct arena *a,
                       const char *what, const char *const *words,
                       struct spec_error *e)
{
    bool list = cJSON_IsArray(node);
    const cJSON *c = list ? node->child : node;
    size_t most = list ? (size_t)cJSON_GetArraySize(node) : 1;
    struct spec_list found = {arena_alloc(a, most * sizeof(char *)), 0};
    const char **items = found.items;
    if (most == 0)
        return spec_fail(e, node, "the list of %ss is empty", what);
    for (; c; c = list ? c->next : NULL) {
        int i = word_read(c, what, words, e);
        if (i < 0)
            return false;
        items[found.n++] = words[i];
    }
    *(struct spec_list *)out = found;
    return true;
}

static cJSON *schema_of_words(const char *const *words)
{
    cJSON *s = cJSON_CreateObject(), *any = cJSON_CreateArray();
    cJSON *list = cJSON_CreateObject();
    json_set_str(list, "type", "array");
    json_set(list, "items", words_schema(words));
    json_set_i64(list, "minItems", 1);
    cJSON_AddItemToArray(any, words_schema(words));
    cJSON_AddItemToArray(any, list);
    json_set(s, "anyOf", any);
    return s;
}

static bool read_outcomes(const cJSON *node, void *out, struct arena *a,
                          struct spec_error *e)
{
    return read_words(node, out, a, "outcome", outcome_names, e);
}

static cJSON *schema_outcomes(void)
{
    return schema_of_words(outcome_names);
}

static void difference_words(const char *words[ICE_DIFF_KINDS + 1])
{
    for (int i = 0; i < ICE_DIFF_KINDS; i++)
        words[i] = ice_difference_name((enum ice_difference_kind)i);
    words[ICE_DIFF_KINDS] = NULL;
}

static bool read_kinds(const cJSON *node, void *out, struct arena *a,
                       struct spec_error *e)
{
    const char *words[ICE_DIFF_KINDS + 1];
    difference_words(words);
    return read_words(node, out, a, "difference", words, e);
}

static cJSON *schema_kinds(void)
{
    const char *words[ICE_DIFF_KINDS + 1];
    difference_words(words);
    return schema_of_words(words);
}

/* An int that is -1 until it was given. */
static bool read_flag(const cJSON *node, void *out, struct arena *a,
                      struct spec_error *e)
{
    (void)a;
    if (!cJSON_IsBool(node))
        return spec_fail(e, node, "'%s' must be true or false", node->string);
    *(int *)out = cJSON_IsTrue(node);
    return true;
}

static cJSON *schema_flag(void)
{
    cJSON *s = cJSON_CreateObject();
    json_set_str(s, "type", "boolean");
    return s;
}

static bool read_status(const cJSON *node, void *out, struct arena *a,
                        struct spec_error *e)
{
    int64_t n = 0;
    (void)a;
    if (!json_int64(node, &n) || n < 100 || n > 599)
        return spec_fail(e, node, "'status' must be a number from 100 to 599");
    *(int *)out = (int)n;
    return true;
}

static cJSON *schema_status(void)
{
    cJSON *s = cJSON_CreateObject();
    json_set_str(s, "type", "integer");
    json_set_i64(s, "minimum", 100);
    json_set_i64(s, "maximum", 599);
    return s;
}

static const char *const levels[] = {"debug", "info", "warn", "error", NULL};

static bool read_level(const cJSON *node, void *out, struct arena *a,
                       struct spec_error *e)
{
    int i = word_read(node, "level", levels, e);
    (void)a;
    if (i >= 0)
        *(const char **)out = levels[i];
    return i >= 0;
}

static cJSON *schema_level(void)
{
    return words_schema(levels);
}

static const char *const methods[] = {"GET",  "HEAD",   "PUT",
                                      "POST", "DELETE", NULL};

static bool read_method(const cJSON *node, void *out, struct arena *a,
                        struct spec_error *e)
{
    int i = word_read(node, "method", methods, e);
    (void)a;
    if (i >= 0)
        *(const char **)out = methods[i];
    return i >= 0;
}

static cJSON *schema_method(void)
{
    return words_schema(methods);
}

/* The waits that are due, one after another: a list of int64_t ms. */
static bool read_durations(const cJSON *node, void *out, struct arena *a,
                           struct spec_error *e)
{
    int n = cJSON_IsArray(node) ? cJSON_GetArraySize(node) : 0;
    struct spec_list *list = out;
    if (n < 1)
        return spec_fail(e, node, "'%s' must be a list of durations",
                         node->string);
    list->items = arena_alloc(a, (size_t)n * sizeof(int64_t));
    list->n = 0;
    for (const cJSON *c = node->child; c; c = c->next) {
        int64_t *ms = (int64_t *)list->items + list->n++;
        if (!cJSON_IsString(c) || !spec_parse_duration(c->valuestring, ms))
            return spec_fail(e, c,
                             "must be a duration such as 250ms, 10s, 1.5s, "
                             "2m or 1h");
    }
    return true;
}

static cJSON *schema_durations(void)
{
    cJSON *s = cJSON_CreateObject(), *item = cJSON_CreateObject();
    json_set_str(item, "type", "string");
    json_set_str(s, "type", "array");
    json_set(s, "items", item);
    json_set_i64(s, "minItems", 1);
    return s;
}

/* ---- fields ---- */

#define ROW(key, type_, member)                                                \
    .name = key, .type = SPEC_##type_,                                         \
    .offset = offsetof(struct scenario_expect, member)
#define CUSTOM(key, member, how)                                               \
    ROW(key, CUSTOM, member), .read = read_##how, .schema = schema_##how
#define COUNT .min = 0, .max = 1000000

#define REQUIREMENT                                                            \
    {                                                                          \
        ROW("requirement", STRING, requirement),                               \
            .doc = "the one requirement this check is about"                   \
    }
#define STEP                                                                   \
    {                                                                          \
        ROW("step", INT, step), .min = 1, .max = 64,                           \
                                .doc = "number of a step, from 1"              \
    }
#define THE_STEP                                                               \
    {                                                                          \
        ROW("step", INT, step), .min = 1, .max = 64, .required = true,         \
                                .doc = "number of the step, from 1"            \
    }
#define COUNTS                                                                 \
    {ROW("at_least", INT, at_least), COUNT, .doc = "so many or more"},         \
        {ROW("at_most", INT, at_most), COUNT, .doc = "so many or fewer"},      \
    {                                                                          \
        ROW("exactly", INT, exactly), COUNT, .doc = "so many"                  \
    }
#define SELECTION                                                              \
    {CUSTOM("server", server, server), .doc = "only of this server"},          \
        {CUSTOM("operation", operation, operation),                            \
         .doc = "only this operation"},                                        \
        {CUSTOM("method", method, method), .doc = "only this method"},         \
        {ROW("table", STRING, table), .doc = "only about this table"},         \
        {ROW("path", STRING, path), .doc = "only paths that fit (* and ?)"},   \
        {CUSTOM("status", status, status), .doc = "only those answered so"},   \
        {CUSTOM("after_faults", after_faults, flag),                           \
         .doc = "only those after the last fault fired"},                      \
        STEP
#define TEXTS                                                                  \
    {ROW("contains", STRING, contains), .doc = "this text is in it"},          \
    {                                                                          \
        ROW("mentions", STRINGS, mentions), .doc = "each of these is in it"    \
    }
#define LACKS                                                                  \
    {                                                                          \
        ROW("lacks", STRINGS, lacks), .doc = "none of these is in it"          \
    }
#define EXISTS                                                                 \
    {                                                                          \
        CUSTOM("exists", exists, flag), .doc = "is it there?"                  \
    }
#define TIMES                                                                  \
    {ROW("at_least", DURATION, at_least_ms), .doc = "so long or longer"},      \
    {                                                                          \
        ROW("at_most", DURATION, at_most_ms), .doc = "so long or shorter"      \
    }
#define OF_TABLE                                                               \
    {                                                                          \
        ROW("table", STRING, table), .doc = "what is reported of this table"   \
    }

static const struct spec_field outcome_fields[] = {
    STEP,
    {CUSTOM("is", is_one_of, outcomes), .required = true,
     .doc = "the outcome, or a list of those allowed"},
    OF_TABLE,
    REQUIREMENT,
    {0}};
static const struct spec_field error_fields[] = {
    THE_STEP,
    OF_TABLE,
    TEXTS,
    LACKS,
    {ROW("attempts_at_least", INT, attempts_at_least), COUNT,
     .doc = "it counts so many attempts or more"},
    {ROW("attempts_at_most", INT, attempts_at_most), COUNT,
     .doc = "it counts so many attempts or fewer"},
    REQUIREMENT,
    {0}};
static const struct spec_field result_fields[] = {
    THE_STEP,
    EXISTS,
    {ROW("mentions", STRINGS, mentions), .doc = "names that are in the answer"},
    {ROW("size", SIZE, size), .doc = "so many bytes came, or are there"},
    {CUSTOM("intact", intact, flag), .doc = "they are those that were put"},
    {ROW("snapshot_of", STRING, snapshot_of),
     .doc = "get_table named the current snapshot of this namespace.table"},
    COUNTS,
    REQUIREMENT,
    {0}};
static const struct spec_field table_fields[] = {
    {ROW("name", STRING, name), .required = true, .doc = "namespace.table"},
    EXISTS,
    {ROW("metadata_files", INT, metadata_files), COUNT,
     .doc = "so many metadata files are in the store"},
    {ROW("columns", INT, columns), COUNT, .doc = "it has so many columns"},
    {ROW("snapshots", INT, snapshots), COUNT,
     .doc = "it has so many snapshots"},
    {ROW("format_version", INT, format_version), COUNT,
     .doc = "it is of this format version"},
    {ROW("properties", MAP, properties), .doc = "it has these properties"},
    REQUIREMENT,
    {0}};
static const struct spec_field namespace_fields[] = {
    {ROW("name", STRING, name), .required = true,
     .doc = "levels joined with '.'"},
    {CUSTOM("exists", exists, flag), .required = true, .doc = "is it there?"},
    REQUIREMENT,
    {0}};
static const struct spec_field exchanges_fields[] = {
    SELECTION, COUNTS, REQUIREMENT, {0}};
static const struct spec_field waits_fields[] = {
    SELECTION,
    TIMES,
    {CUSTOM("between", between, durations),
     .doc = "each wait in order: so long, up to 10 % and slack more"},
    {ROW("slack", DURATION, slack_ms), .doc = "added to the upper end"},
    REQUIREMENT,
    {0}};
static const struct spec_field header_fields[] = {
    {ROW("name", STRING, name), .required = true, .doc = "the header's name"},
    SELECTION,
    {CUSTOM("exists", exists, flag), .doc = "in every request, or in none"},
    {CUSTOM("same", same, flag), .doc = "the same value in all of them"},
    {CUSTOM("distinct", distinct, flag),
     .doc = "another value in each of them"},
    {ROW("contains", STRING, contains), .doc = "the value contains this text"},
    COUNTS,
    REQUIREMENT,
    {0}};
static const struct spec_field connections_fields[] = {
    {CUSTOM("server", server, server), .doc = "only to this server"},
    COUNTS,
    REQUIREMENT,
    {0}};
static const struct spec_field elapsed_fields[] = {
    STEP, TIMES, REQUIREMENT, {0}};
static const struct spec_field log_fields[] = {
    {CUSTOM("level", level, level), .doc = "only lines of this level"},
    STEP,
    TEXTS,
    COUNTS,
    REQUIREMENT,
    {0}};
static const struct spec_field differences_fields[] = {
    THE_STEP,
    OF_TABLE,
    {CUSTOM("kinds", kinds, kinds), .doc = "exactly these kinds were reported"},
    {ROW("paths", STRINGS, paths), .doc = "each of these was named"},
    COUNTS,
    REQUIREMENT,
    {0}};
static const struct spec_field object_fields[] = {
    {ROW("bucket", STRING, bucket), .required = true, .doc = "its bucket"},
    {ROW("key", STRING, key), .required = true, .doc = "its key"},
    {CUSTOM("exists", exists, flag), .required = true, .doc = "is it there?"},
    {ROW("size", SIZE, size), .doc = "it has so many bytes"},
    {ROW("version", INT, version), .min = 1, .max = 1000,
     .doc = "its bytes are those of this version"},
    REQUIREMENT,
    {0}};

static const struct spec_field uploads_fields[] = {
    {ROW("bucket", STRING, bucket), .doc = "only of this bucket (data-lake)"},
    {ROW("key", STRING, key), .doc = "only of this key"},
    COUNTS,
    REQUIREMENT,
    {0}};

static const struct {
    const struct spec_field *fields;
    const char *one_of[10]; /* it says nothing without one of these */
} kinds[EXPECT_KINDS] = {
    [EXPECT_OUTCOME] = {outcome_fields, {NULL}},
    [EXPECT_ERROR] = {error_fields,
                      {"contains", "mentions", "lacks", "attempts_at_least",
                       "attempts_at_most", NULL}},
    [EXPECT_RESULT] = {result_fields,
                       {"exists", "mentions", "snapshot_of", "size", "intact",
                        "at_least", "at_most", "exactly", NULL}},
    [EXPECT_TABLE] = {table_fields,
                      {"exists", "metadata_files", "columns", "snapshots",
                       "format_version", "properties", NULL}},
    [EXPECT_NAMESPACE] = {namespace_fields, {NULL}},
    [EXPECT_EXCHANGES] = {exchanges_fields,
                          {"at_least", "at_most", "exactly", NULL}},
    [EXPECT_WAITS] = {waits_fields, {"at_least", "at_most", "between", NULL}},
    [EXPECT_HEADER] = {header_fields,
                       {"exists", "same", "distinct", "contains", "at_least",
                        "at_most", NULL}},
    [EXPECT_CONNECTIONS] = {connections_fields,
                            {"at_least", "at_most", "exactly", NULL}},
    [EXPECT_ELAPSED] = {elapsed_fields, {"at_least", "at_most", NULL}},
    [EXPECT_LOG] = {log_fields,
                    {"level", "contains", "mentions", "at_least", "at_most",
                     "exactly", NULL}},
    [EXPECT_DIFFERENCES] = {differences_fields,
                            {"kinds", "paths", "at_least", "at_most", "exactly",
                             NULL}},
    [EXPECT_OBJECT] = {object_fields, {NULL}},
    [EXPECT_UPLOADS] = {uploads_fields,
                        {"at_least", "at_most", "exactly", NULL}},
};

/* ---- reading ---- */

static bool says_something(const cJSON *node, int kind, struct spec_error *e)
{
    const char *const *one_of = kinds[kind].one_of;
    char all[120] = "";
    size_t n = 0;
    for (size_t i = 0; one_of[i]; i++)
        if (json_get(node, one_of[i]))
            return true;
    if (!one_of[0])
        return true;
    for (size_t i = 0; one_of[i] && n < sizeof(all); i++)
        n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s", i ? ", " : "",
                              one_of[i]);
    return spec_fail(e, node, "'%s' demands nothing: it needs one of %s",
                     expect_names[kind], all);
}

static bool is_possible(const struct scenario_expect *x, struct spec_error *e)
{
    if (x->at_least >= 0 && x->at_most >= 0 && x->at_least > x->at_most)
        return spec_fail(e, json_get(x->node, "at_least"),
                         "'at_least' is more than 'at_most'");
    if (x->exactly >= 0 && (x->at_least >= 0 || x->at_most >= 0))
        return spec_fail(e, json_get(x->node, "exactly"),
                         "'exactly' leaves nothing for 'at_least' and "
                         "'at_most'");
    if (x->at_least_ms >= 0 && x->at_most_ms >= 0 &&
        x->at_least_ms > x->at_most_ms)
        return spec_fail(e, json_get(x->node, "at_least"),
                         "'at_least' is longer than 'at_most'");
    if (x->kind == EXPECT_TABLE && !strchr(x->name, '.'))
        return spec_fail(e, json_get(x->node, "name"),
                         "'name' must be namespace.table");
    return true;
}

static int outcome_index(const struct spec_list *is_one_of)
{
    const char **words = is_one_of->items;
    for (int i = 0; is_one_of->n && outcome_names[i]; i++)
        if (strcmp(outcome_names[i], words[0]) == 0)
            return i;
    return 0;
}

static bool read_expect(const cJSON *node, struct scenario_expect *x,
                        struct arena *a, struct spec_error *e)
{
    *x = (struct scenario_expect){.exists = -1,
                                  .metadata_files = -1,
                                  .columns = -1,
                                  .format_version = -1,
                                  .snapshots = -1,
                                  .at_least = -1,
                                  .at_most = -1,
                                  .exactly = -1,
                                  .at_least_ms = -1,
                                  .at_most_ms = -1,
                                  .attempts_at_least = -1,
                                  .attempts_at_most = -1,
                                  .size = -1,
                                  .intact = -1};
    if (!cJSON_IsObject(node) || cJSON_GetArraySize(node) != 1)
        return spec_fail(e, node,
                         "an expectation is a mapping with one key, such as "
                         "'outcome: {step: 1, is: ok}'");
    cJSON key = {.type = cJSON_String, .valuestring = node->child->string};
    x->kind = word_read(&key, "expectation", expect_names, e);
    x->node = node->child;
    if (x->kind < 0) {
        e->node = node->child;
        e->at_key = true;
        return false;
    }
    if (!spec_read(x->node, kinds[x->kind].fields, x, a, e) ||
        !says_something(x->node, x->kind, e) || !is_possible(x, e))
        return false;
    x->is = outcome_index(&x->is_one_of);
    return true;
}

bool read_expects(const cJSON *node, void *scenario, struct arena *a,
                  struct spec_error *e)
{
    struct scenario *s = scenario;
    int n = cJSON_IsArray(node) ? cJSON_GetArraySize(node) : 0;
    if (n < 1 || n > MOST_EXPECTS)
        return spec_fail(e, node,
                         "'expect' must be a list of 1 to %d expectations",
                         MOST_EXPECTS);
    s->expects = arena_alloc(a, (size_t)n * sizeof(*s->expects));
    for (const cJSON *c = node->child; c; c = c->next) {
        if (!read_expect(c, &s->expects[s->n_expects], a, e))
            return false;
        s->n_expects++;
    }
    return true;
}

/* ---- judging ---- */

static bool makes_report(int verb)
{
    return verb == STEP_CREATE_TABLE || verb == STEP_VERIFY_TABLE ||
           verb == STEP_INITIALIZE_ALL_TABLES;
}

static bool answers_exists(int verb)
{
    return verb == STEP_TABLE_EXISTS || verb == STEP_NAMESPACE_EXISTS;
}

static bool answers_names(int verb)
{
    return verb == STEP_TEST_CONNECTION || verb == STEP_LIST_TABLES ||
           verb == STEP_LIST_OBJECTS || verb == STEP_DELETE_OBJECTS;
}

static bool answers_bytes(int verb)
{
    return verb == STEP_GET_OBJECT || verb == STEP_HEAD_OBJECT;
}

/* Can the step give what is asked of it? */
static bool judge_step_kind(const struct scenario_expect *x, int verb,
                            struct spec_error *e)
{
    const char *name = step_verb_names[verb];
    bool of_report =
        x->kind == EXPECT_DIFFERENCES ||
        ((x->kind == EXPECT_OUTCOME || x->kind == EXPECT_ERROR) && x->table);
    if (of_report && !makes_report(verb))
        return spec_fail(e, json_get(x->node, "step"),
                         "step %lld (%s) reports on no table",
                         (long long)x->step, name);
    if (x->kind != EXPECT_RESULT)
        return true;
    if (x->exists >= 0 && !answers_exists(verb))
        return spec_fail(e, json_get(x->node, "exists"),
                         "step %lld (%s) does not answer whether something "
                         "exists",
                         (long long)x->step, name);
    if (x->snapshot_of && verb != STEP_GET_TABLE)
        return spec_fail(e, json_get(x->node, "snapshot_of"),
                         "step %lld (%s) loads no table", (long long)x->step,
                         name);
    if ((x->size >= 0 && !answers_bytes(verb)) ||
        (x->intact >= 0 && verb != STEP_GET_OBJECT))
        return spec_fail(e, json_get(x->node, "step"),
                         "step %lld (%s) reads no object", (long long)x->step,
                         name);
    if (x->exists < 0 && !x->snapshot_of && x->size < 0 && x->intact < 0 &&
        !answers_names(verb))
        return spec_fail(e, json_get(x->node, "step"),
                         "step %lld (%s) answers no names", (long long)x->step,
                         name);
    return true;
}

bool judge_expects(const struct scenario *s, const struct requirements *known,
                   struct spec_error *e)
{
    for (size_t i = 0; i < s->n_expects; i++) {
        const struct scenario_expect *x = &s->expects[i];
        const cJSON *requirement = json_get(x->node, "requirement");
        if (x->step > (int64_t)s->n_steps)
            return spec_fail(e, json_get(x->node, "step"),
                             "there is no step %lld: the scenario has %zu",
                             (long long)x->step, s->n_steps);
        if (requirement && !judge_requirement(known, requirement, e))
            return false;
        if (x->step > 0 && !judge_step_kind(x, s->steps[x->step - 1].verb, e))
            return false;
    }
    return true;
}

/* ---- schema ---- */

static cJSON *schema_expect(int kind)
{
    cJSON *s = cJSON_CreateObject(), *members = cJSON_CreateObject();
    cJSON *required = cJSON_CreateArray();
    cJSON *one = spec_schema(kinds[kind].fields);
    cJSON_DeleteItemFromObjectCaseSensitive(one, "$schema");
    json_set_str(s, "type", "object");
    json_set(members, expect_names[kind], one);
    json_set(s, "properties", members);
    cJSON_AddItemToArray(required, cJSON_CreateString(expect_names[kind]));
    json_set(s, "required", required);
    json_set(s, "additionalProperties", cJSON_CreateFalse());
    return s;
}

cJSON *schema_expects(void)
{
    cJSON *s = cJSON_CreateObject(), *item = cJSON_CreateObject();
    cJSON *one_of = cJSON_CreateArray();
    for (int i = 0; i < EXPECT_KINDS; i++)
        cJSON_AddItemToArray(one_of, schema_expect(i));
    json_set(item, "oneOf", one_of);
    json_set_str(s, "type", "array");
    json_set(s, "items", item);
    json_set_i64(s, "minItems", 1);
    json_set_i64(s, "maxItems", MOST_EXPECTS);
    return s;
}
