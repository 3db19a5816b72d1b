/* Steps: what each verb does, needs and may be given. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "harness/scenario_inside.h"

enum { MOST_STEPS = 64, MOST_BYTES = 64 << 20 };

/* ---- verbs ---- */

const char *const step_verb_names[] = {"connect",
                                       "test_connection",
                                       "ensure_namespace_exists",
                                       "namespace_exists",
                                       "list_tables",
                                       "table_exists",
                                       "create_table",
                                       "initialize_all_tables",
                                       "get_table",
                                       "verify_table",
                                       "put_object",
                                       "get_object",
                                       "head_object",
                                       "list_objects",
                                       "delete_object",
                                       "delete_objects",
                                       "drop_table",
                                       "rival_create",
                                       "rival_commit",
                                       "uuid_swap",
                                       "schema_drift",
                                       "lose_file",
                                       "restart",
                                       "wait",
                                       NULL};

enum { /* members that only some verbs have: bits, in the order of the names */
       TABLE = 1,
       FOR = 2,
       CHANGE = 4,
       SERVER = 8,
       LOSE = 16,
       PARAMS = 32,
       DEADLINE = 64,
       CANCEL = 128,
       SETTINGS = 256,
       KEY = 1 << 9,
       BUCKET = 1 << 10,
       SIZE = 1 << 11,
       PART_SIZE = 1 << 12,
       PARALLEL = 1 << 13,
       VERSION = 1 << 14,
       COUNT = 1 << 15,
       PAGE = 1 << 16,
       FIRST = 1 << 17,
       BYTES = 1 << 18,
       NAMED = 1 << 19,
       ONLY_NEW = 1 << 20,
       ONLY_WRITER = 1 << 21,
       ETAG_OF = 1 << 22,
       CALL = DEADLINE | CANCEL | SETTINGS
};

static const char *const member_names[] = {
    "table",     "for",          "change",   "server",      "lose",    "params",
    "deadline",  "cancel_after", "settings", "key",         "bucket",  "size",
    "part_size", "parallel",     "version",  "count",       "page",    "first",
    "bytes",     "named",        "only_new", "only_writer", "etag_of", NULL};

static const struct {
    unsigned needs, may;
} verbs[STEP_VERBS] = {
    [STEP_CONNECT] = {0, CALL},
    [STEP_TEST_CONNECTION] = {0, CALL},
    [STEP_ENSURE_NAMESPACE_EXISTS] = {0, CALL},
    [STEP_NAMESPACE_EXISTS] = {0, CALL},
    [STEP_LIST_TABLES] = {0, CALL},
    [STEP_TABLE_EXISTS] = {TABLE, CALL},
    [STEP_CREATE_TABLE] = {TABLE, CALL},
    [STEP_INITIALIZE_ALL_TABLES] = {0, CALL},
    [STEP_GET_TABLE] = {TABLE, CALL},
    [STEP_VERIFY_TABLE] = {TABLE, CALL},
    [STEP_PUT_OBJECT] = {KEY | SIZE, BUCKET | PART_SIZE | PARALLEL | VERSION |
                                         COUNT | ONLY_NEW | ONLY_WRITER | CALL},
    [STEP_GET_OBJECT] = {KEY, BUCKET | SIZE | VERSION | FIRST | BYTES | NAMED |
                                  ETAG_OF | CALL},
    [STEP_HEAD_OBJECT] = {KEY, BUCKET | CALL},
    [STEP_LIST_OBJECTS] = {KEY, BUCKET | PAGE | CALL},
    [STEP_DELETE_OBJECT] = {KEY, BUCKET | CALL},
    [STEP_DELETE_OBJECTS] = {KEY | COUNT, BUCKET | CALL},
    [STEP_DROP_TABLE] = {TABLE, PARAMS},
    [STEP_RIVAL_CREATE] = {TABLE, PARAMS},
    [STEP_RIVAL_COMMIT] = {TABLE, PARAMS},
    [STEP_UUID_SWAP] = {TABLE, PARAMS},
    [STEP_SCHEMA_DRIFT] = {TABLE | CHANGE, PARAMS},
    [STEP_LOSE_FILE] = {0, TABLE | SERVER | PARAMS},
    [STEP_RESTART] = {SERVER, LOSE},
    [STEP_WAIT] = {FOR, 0},
};

bool verb_is_call(int verb)
{
    return (verbs[verb].may & CALL) == CALL;
}

bool verb_is_operators(int verb)
{
    return !verb_is_call(verb) && verb != STEP_WAIT;
}

/* ---- fields ---- */

static bool read_verb(const cJSON *node, void *out, struct arena *a,
                      struct spec_error *e)
{
    (void)a;
    int i = word_read(node, "step", step_verb_names, e);
    *(int *)out = i;
    return i >= 0;
}

static cJSON *schema_verb(void)
{
    return words_schema(step_verb_names);
}

static const char *const moment_phases[] = {"before", "after", NULL};

static const struct spec_field moment_fields[] = {
    {.name = "operation",
     .type = SPEC_CUSTOM,
     .offset = offsetof(struct scenario_moment, operation),
     .required = true,
     .read = read_operation,
     .schema = schema_operation,
     .doc = "the request that is waited for"},
    {.name = "phase",
     .type = SPEC_WORD,
     .offset = offsetof(struct scenario_moment, phase),
     .required = true,
     .words = moment_phases,
     .doc = "before the server acts on it, or after"},
    {.name = "nth",
     .type = SPEC_INT,
     .offset = offsetof(struct scenario_moment, nth),
     .min = 1,
     .max = 1000000,
     .doc = "which of them, from 1 (default 1)"},
    {0}};

#define AT(member) .offset = offsetof(struct scenario_step, member)

static const struct spec_field step_fields[] = {
    {.name = "do",
     .type = SPEC_CUSTOM,
     AT(verb),
     .required = true,
     .read = read_verb,
     .schema = schema_verb,
     .doc = "what is done"},
    {.name = "table",
     .type = SPEC_STRING,
     AT(table),
     .doc = "the table it is done to, without its namespace"},
    {.name = "actor",
     .type = SPEC_STRING,
     AT(actor),
     .doc = "who does it: the steps of one actor run in order, actors side "
            "by side (default main)"},
    {.name = "when",
     .type = SPEC_OBJECT,
     AT(when),
     .fields = moment_fields,
     .seen_offset = offsetof(struct scenario_step, has_when),
     .doc = "not before a request has reached this moment"},
    {.name = "after",
     .type = SPEC_DURATION,
     AT(after_ms),
     .doc = "so long after the actor's last step or the moment"},
    {.name = "deadline",
     .type = SPEC_DURATION,
     AT(deadline_ms),
     .min = 1,
     .max = 86400000,
     .doc = "time for the call, with its repeats"},
    {.name = "cancel_after",
     .type = SPEC_DURATION,
     AT(cancel_after_ms),
     .doc = "the call is cancelled so long after it began"},
    {.name = "for", .type = SPEC_DURATION, AT(ms), .doc = "wait: how long"},
    {.name = "change",
     .type = SPEC_CUSTOM,
     AT(change),
     .read = read_change,
     .schema = schema_change,
     .doc = "schema_drift: what changes"},
    {.name = "server",
     .type = SPEC_CUSTOM,
     AT(server),
     .read = read_server,
     .schema = schema_server,
     .doc = "restart, lose_file: of which server"},
    {.name = "lose",
     .type = SPEC_BOOL,
     AT(lose),
     .doc = "restart: the server comes back without its state"},
    {.name = "params",
     .type = SPEC_CUSTOM,
     AT(params),
     .read = read_mapping,
     .schema = schema_mapping,
     .doc = "more about an operator's step: namespace, kind, fits, bucket, "
            "key"},
    {.name = "key",
     .type = SPEC_STRING,
     AT(key),
     .doc = "the object's key; list_objects: what keys begin with"},
    {.name = "bucket",
     .type = SPEC_STRING,
     AT(bucket),
     .doc = "the object's bucket (default data-lake)"},
    {.name = "size",
     .type = SPEC_SIZE,
     AT(size),
     .max = MOST_BYTES,
     .doc = "put_object: so many bytes, made from key and version; "
            "get_object: as the reader knows it beforehand"},
    {.name = "part_size",
     .type = SPEC_SIZE,
     AT(part_size),
     .min = 1,
     .max = MOST_BYTES,
     .doc = "put_object: what is larger goes in parts of this size"},
    {.name = "parallel",
     .type = SPEC_INT,
     AT(parallel),
     .min = 1,
     .max = 64,
     .doc = "put_object: parts at a time"},
    {.name = "version",
     .type = SPEC_INT,
     AT(version),
     .min = 1,
     .max = 1000,
     .doc = "other bytes for each (default 1)"},
    {.name = "count",
     .type = SPEC_INT,
     AT(count),
     .min = 1,
     .max = 2000,
     .doc = "so many objects: KEY-0001, KEY-0002 and so on"},
    {.name = "page",
     .type = SPEC_INT,
     AT(page),
     .min = 1,
     .max = 1000,
     .doc = "list_objects: objects asked for at a time"},
    {.name = "first",
     .type = SPEC_INT,
     AT(first),
     .max = MOST_BYTES,
     .doc = "get_object: only from this byte on"},
    {.name = "bytes",
     .type = SPEC_SIZE,
     AT(bytes),
     .min = 1,
     .max = MOST_BYTES,
     .doc = "get_object: so many bytes of it"},
    {.name = "named",
     .type = SPEC_BOOL,
     AT(named),
     .doc = "get_object: a table's metadata names it"},
    {.name = "only_new",
     .type = SPEC_BOOL,
     AT(only_new),
     .doc = "put_object: if there is none of that name"},
    {.name = "only_writer",
     .type = SPEC_BOOL,
     AT(only_writer),
     .doc = "put_object: nobody else writes that name"},
    {.name = "etag_of",
     .type = SPEC_INT,
     AT(etag_of),
     .min = 1,
     .max = MOST_STEPS,
     .doc = "get_object: only if it is the object that this step met"},
    {.name = "settings",
     .type = SPEC_CUSTOM,
     AT(settings),
     .read = read_settings,
     .schema = schema_settings,
     .doc = "settings of this actor; only with its first step"},
    {0}};

/* ---- reading ---- */

static bool judge_members(const cJSON *node, int verb, struct spec_error *e)
{
    unsigned given = 0;
    for (unsigned i = 0; member_names[i]; i++) {
        const cJSON *m = json_get(node, member_names[i]);
        if (!m)
            continue;
        given |= 1U << i;
        if ((verbs[verb].needs | verbs[verb].may) & 1U << i)
            continue;
        spec_fail(e, m, "'%s' means nothing to %s", member_names[i],
                  step_verb_names[verb]);
        e->at_key = true;
        return false;
    }
    for (unsigned i = 0; member_names[i]; i++)
        if (verbs[verb].needs & ~given & 1U << i)
            return spec_fail(e, node, "%s needs '%s'", step_verb_names[verb],
                             member_names[i]);
    return true;
}

static bool read_step(const cJSON *node, struct scenario_step *s,
                      struct arena *a, struct spec_error *e)
{
    *s = (struct scenario_step){
        .actor = NULL, .when.nth = 1, .cancel_after_ms = -1, .version = 1};
    bool ok = cJSON_IsString(node) ? read_verb(node, &s->verb, a, e)
                                   : spec_read(node, step_fields, s, a, e);
    if (!ok || !judge_members(node, s->verb, e))
        return false;
    if (!s->actor)
        s->actor =
            s->has_when && verb_is_operators(s->verb) ? "operator" : "main";
    return true;
}

bool read_steps(const cJSON *node, void *scenario, struct arena *a,
                struct spec_error *e)
{
    struct scenario *s = scenario;
    int n = cJSON_IsArray(node) ? cJSON_GetArraySize(node) : 0;
    if (n < 1 || n > MOST_STEPS)
        return spec_fail(e, node, "'steps' must be a list of 1 to %d steps",
                         MOST_STEPS);
    s->steps = arena_alloc(a, (size_t)n * sizeof(*s->steps));
    for (const cJSON *c = node->child; c; c = c->next) {
        if (!read_step(c, &s->steps[s->n_steps], a, e))
            return false;
        s->n_steps++;
    }
    return true;
}

/* ---- judging ---- */

static bool is_first_of_actor(const struct scenario *s, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(s->steps[k].actor, s->steps[i].actor) == 0)
            return false;
    return true;
}

/* Does anyone but this actor send requests? */
static bool others_call(const struct scenario *s, const char *actor)
{
    for (size_t i = 0; i < s->n_steps; i++)
        if (verb_is_call(s->steps[i].verb) &&
            strcmp(s->steps[i].actor, actor) != 0)
            return true;
    return false;
}

static bool judge_step(const struct scenario *s, size_t i, const cJSON *node,
                       struct spec_error *e)
{
    const struct scenario_step *x = &s->steps[i];
    bool operators = verb_is_operators(x->verb);
    if (x->settings && !is_first_of_actor(s, i))
        return spec_fail(e, json_get(node, "settings"),
                         "'settings' can only be given with the first step "
                         "of actor '%.40s'",
                         x->actor);
    if (verb_is_call(x->verb) && strcmp(x->actor, "operator") == 0)
        return spec_fail(e, json_get(node, "actor"),
                         "the operator does no %s: that is a call of the "
                         "subject's",
                         step_verb_names[x->verb]);
    if (x->has_when && operators && json_get(node, "after"))
        return spec_fail(e, json_get(node, "after"),
                         "'after' means nothing here: an operator's step with "
                         "'when' is done in that very moment");
    if (x->has_when && !others_call(s, operators ? "operator" : x->actor))
        return spec_fail(e, json_get(node, "when"),
                         "the moment can never come: no other actor calls "
                         "the servers");
    return true;
}

bool judge_steps(const struct scenario *s, const cJSON *steps,
                 struct spec_error *e)
{
    const cJSON *node = steps->child;
    for (size_t i = 0; i < s->n_steps; i++, node = node->next)
        if (!judge_step(s, i, node, e))
            return false;
    return true;
}

cJSON *schema_steps(void)
{
    cJSON *s = cJSON_CreateObject(), *item = cJSON_CreateObject();
    cJSON *any = cJSON_CreateArray(), *step = spec_schema(step_fields);
    cJSON_DeleteItemFromObjectCaseSensitive(step, "$schema");
    cJSON_AddItemToArray(any, words_schema(step_verb_names));
    cJSON_AddItemToArray(any, step);
    json_set(item, "anyOf", any);
    json_set_str(s, "type", "array");
    json_set(s, "items", item);
    json_set_i64(s, "minItems", 1);
    json_set_i64(s, "maxItems", MOST_STEPS);
    return s;
}
