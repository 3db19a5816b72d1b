/* fault_rule: reads one rule; fault_judge.c refuses what makes no sense.
 *
 * A rule is read from a copy of its tree; errors are reported at the nodes of
 * the tree that was given, so that a loader can tell line and column.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "mocks/fault_rule.h"

struct rule_text { /* a rule as it is written */
    const char *id;
    struct fault_match match;
    int phase;
    bool has_phase;
    const cJSON *do_;
    int64_t times; /* 0: not given */
    struct spec_range fires;
};

/* ---- the fields of a rule -------------------------------------------------
 */

static bool read_times(const cJSON *node, void *out, struct arena *a,
                       struct spec_error *e)
{
    int64_t *n = out;
    (void)a;
    if (cJSON_IsString(node) && !strcmp(node->valuestring, "all")) {
        *n = FAULT_MOST_TIMES;
        return true;
    }
    if (json_int64(node, n) && *n >= 1 && *n <= FAULT_MOST_TIMES)
        return true;
    return spec_fail(e, node, "times is a number from 1 to %d, or all",
                     FAULT_MOST_TIMES);
}

static cJSON *times_schema(void)
{
    cJSON *s = cJSON_CreateObject();
    cJSON *any = cJSON_AddArrayToObject(s, "anyOf");
    cJSON *number = cJSON_CreateObject();
    cJSON *word = cJSON_CreateObject();

    json_set_str(number, "type", "integer");
    json_set_i64(number, "minimum", 1);
    json_set_i64(number, "maximum", FAULT_MOST_TIMES);
    json_set_str(word, "const", "all");
    cJSON_AddItemToArray(any, number);
    cJSON_AddItemToArray(any, word);
    return s;
}

static bool read_do(const cJSON *node, void *out, struct arena *a,
                    struct spec_error *e)
{
    (void)a;
    (void)e;
    *(const cJSON **)out = node;
    return true;
}

/* An action by name, or an object of one member: the name and its parameters,
 * or the first parameter's value alone. */
static cJSON *scalar_schema(bool any)
{
    cJSON *s = cJSON_CreateObject();
    cJSON *types = cJSON_AddArrayToObject(s, "type");
    if (any) {
        cJSON_AddItemToArray(types, cJSON_CreateString("string"));
        cJSON_AddItemToArray(types, cJSON_CreateString("number"));
    }
    cJSON_AddItemToArray(types, cJSON_CreateString("null"));
    return s;
}

static cJSON *action_schema(const struct fault_action *a)
{
    static const struct spec_field none[] = {{0}};
    cJSON *s = cJSON_CreateObject();
    cJSON *forms = cJSON_AddArrayToObject(s, "anyOf");
    cJSON *object = spec_schema(a->params ? a->params : none);

    cJSON_DeleteItemFromObjectCaseSensitive(object, "$schema");
    cJSON_AddItemToArray(forms, object);
    cJSON_AddItemToArray(forms, scalar_schema(a->params != NULL));
    json_set_str(s, "description", a->doc);
    return s;
}

static cJSON *do_schema(void)
{
    cJSON *s = cJSON_CreateObject();
    cJSON *any = cJSON_AddArrayToObject(s, "anyOf");
    cJSON *name = cJSON_CreateObject();
    cJSON *names = cJSON_AddArrayToObject(name, "enum");
    cJSON *object = cJSON_CreateObject();
    cJSON *members = cJSON_AddObjectToObject(object, "properties");

    json_set_str(object, "type", "object");
    json_set_i64(object, "minProperties", 1);
    json_set_i64(object, "maxProperties", 1);
    cJSON_AddFalseToObject(object, "additionalProperties");
    for (size_t i = 0; i < FAULT_KINDS; i++) {
        const struct fault_action *a = &fault_actions[i];
        cJSON_AddItemToArray(names, cJSON_CreateString(a->name));
        cJSON_AddItemToObject(members, a->name, action_schema(a));
    }
    cJSON_AddItemToArray(any, name);
    cJSON_AddItemToArray(any, object);
    return s;
}

#define M(member) .offset = offsetof(struct fault_match, member)
#define TEXT(n, member, d)                                                     \
    {                                                                          \
        .name = n, .type = SPEC_STRING, M(member), .doc = d                    \
    }

const struct spec_field fault_match_fields[] = {
    {.name = "server",
     .type = SPEC_WORD,
     M(server),
     .words = fault_server_names,
     .doc = "which server (default: either, as far as the rest allows)"},
    TEXT("operation", operation, "what the request means: createTable"),
    TEXT("method", method, "GET, POST ..."),
    TEXT("path", path, "glob over the raw path, '*' also runs over '/'"),
    TEXT("namespace", namespace_, "glob; levels joined with '.'"),
    TEXT("table", table, "glob; of a transaction the first table counts"),
    TEXT("view", view, "glob"),
    TEXT("bucket", bucket, "glob"),
    TEXT("key", key, "glob over the object's key"),
    {.name = "header",
     .type = SPEC_MAP,
     M(header),
     .doc = "header names with a glob each; all must be there and fit"},
    {.name = "nth",
     .type = SPEC_RANGE,
     M(nth),
     .min = 1,
     .max = INT64_MAX,
     .seen_offset = offsetof(struct fault_match, has_nth),
     .doc = "which of the exchanges that match: 2, \"1-3\", \"4-\""},
    {.name = "every",
     .type = SPEC_INT,
     M(every),
     .min = 1,
     .max = 1000000,
     .doc = "every n-th of them"},
    {.name = "chance",
     .type = SPEC_NUMBER,
     M(chance),
     .min = 0,
     .max = 1,
     .seen_offset = offsetof(struct fault_match, has_chance),
     .doc = "each with this probability, drawn from seed, id and ordinal"},
    {.name = "connection",
     .type = SPEC_RANGE,
     M(connection),
     .min = 1,
     .max = INT64_MAX,
     .seen_offset = offsetof(struct fault_match, has_connection),
     .doc = "on which connections: 1, \"2-\" (connection-level actions count "
            "those of their server, the others all)"},
    {.name = "from",
     .type = SPEC_DURATION,
     M(from_ms),
     .doc = "from this moment after the start"},
    {.name = "for",
     .type = SPEC_DURATION,
     M(for_ms),
     .seen_offset = offsetof(struct fault_match, has_for),
     .doc = "and for so long"},
    {0}};

#define R(member) .offset = offsetof(struct rule_text, member)

const struct spec_field fault_rule_fields[] = {
    {.name = "id",
     .type = SPEC_STRING,
     R(id),
     .doc = "what the rule is called in journal and report"},
    {.name = "match",
     .type = SPEC_OBJECT,
     R(match),
     .fields = fault_match_fields,
     .doc = "which exchanges or connections; all that is given must fit"},
    {.name = "phase",
     .type = SPEC_WORD,
     R(phase),
     .words = fault_phase_names,
     .seen_offset = offsetof(struct rule_text, has_phase),
     .doc = "before or after the server acts, or during the bytes; may be left "
            "out where the action has but one"},
    {.name = "do",
     .type = SPEC_CUSTOM,
     R(do_),
     .required = true,
     .read = read_do,
     .schema = do_schema,
     .doc = "the action, by name or with parameters"},
    {.name = "times",
     .type = SPEC_CUSTOM,
     R(times),
     .read = read_times,
     .schema = times_schema,
     .doc = "how often at most (default 1; all where nth is a range or every, "
            "chance or for is given)"},
    {.name = "fires",
     .type = SPEC_RANGE,
     R(fires),
     .doc = "how often it must have fired: 2, \"1-3\", \"1-\" (default)"},
    {0}};

cJSON *fault_schema(void)
{
    return spec_schema(fault_rule_fields);
}

/* ---- the action and its parameters ----------------------------------------
 */

static const struct fault_action *find_action(const char *name)
{
    for (size_t i = 0; i < FAULT_KINDS; i++)
        if (!strcmp(fault_actions[i].name, name))
            return &fault_actions[i];
    return NULL;
}

static bool fail_action(struct spec_error *e, const cJSON *node,
                        const char *name)
{
    const char *words[FAULT_KINDS + 1];
    for (size_t i = 0; i < FAULT_KINDS; i++)
        words[i] = fault_actions[i].name;
    words[FAULT_KINDS] = NULL;

    const char *near = spec_nearest(name, words);
    if (near)
        return spec_fail(e, node, "unknown action '%.60s': did you mean '%s'?",
                         name, near);
    return spec_fail(e, node,
                     "unknown action '%.60s' ('icefault list --faults' names "
                     "them all)",
                     name);
}

/* The node that names the action; *value: what is given to it, NULL: nothing.
 */
static bool find_do(const cJSON *node, const char **name, const cJSON **value,
                    struct spec_error *e)
{
    *value = NULL;
    if (cJSON_IsString(node)) {
        *name = node->valuestring;
        return true;
    }
    if (!cJSON_IsObject(node) || !node->child || node->child->next)
        return spec_fail(e, node,
                         "do is one action: reset, or with parameters "
                         "{reset: {at_byte: 17}}");
    *name = node->child->string;
    if (!cJSON_IsNull(node->child))
        *value = node->child;
    return true;
}

/* The parameters as an object: as given, or made of the short form. */
static const cJSON *params_object(struct fault_entry *f, const cJSON *value)
{
    const struct spec_field *params = f->rule.action->params;
    if (cJSON_IsObject(value))
        return value;
    f->made = cJSON_CreateObject();
    if (value && params)
        json_set(f->made, params[0].name, cJSON_Duplicate(value, 1));
    return f->made;
}

static bool read_params(struct fault_entry *f, const cJSON *value,
                        struct spec_error *e)
{
    static const struct spec_field none[] = {{0}};
    const struct fault_action *a = f->rule.action;
    const cJSON *place = value ? value : f->do_;

    if (!a->params && value && !cJSON_IsObject(value))
        return spec_fail(e, value, "'%s' takes no parameters", a->name);
    const cJSON *given = params_object(f, value);
    fault_default_params(a, &f->rule.params);
    if (!spec_read(given, a->params ? a->params : none, &f->rule.params,
                   &f->arena, e)) {
        if (given == f->made || e->node == given)
            e->node = place;
        return false;
    }
    if (a->level == FAULT_STATE && given->child)
        f->rule.params.params = given;
    return true;
}

/* ---- a whole rule ---------------------------------------------------------
 */

static bool read_entry(struct fault_entry *f, const char *id,
                       struct spec_error *e)
{
    struct rule_text t = {.id = id, .fires = {1, INT64_MAX}};
    const char *name = "";
    const cJSON *value;

    t.match.server = -1;
    if (!spec_read(f->tree, fault_rule_fields, &t, &f->arena, e))
        return false;
    f->match = t.match;
    f->do_ = t.do_;
    if (!find_do(f->do_, &name, &value, e))
        return false;
    f->rule.action = find_action(name);
    if (!f->rule.action) {
        fail_action(e, f->do_->child ? f->do_->child : f->do_, name);
        e->at_key = f->do_->child != NULL;
        return false;
    }
    f->rule.id = arena_strdup(&f->arena, t.id);
    f->rule.phase = t.has_phase ? (enum fault_phase)t.phase : FAULT_PHASES;
    f->times = t.times;
    f->fires = t.fires;
    return fault_judge_kind(f, e) && read_params(f, value, e) &&
           fault_judge(f, value, e);
}

/* The node of the tree given that stands where target stands in the copy; its
 * path is written into path. */
static const cJSON *counterpart(const cJSON *given, const cJSON *copy,
                                const cJSON *target, char *path, size_t size)
{
    if (copy == target || !given)
        return given;
    const cJSON *g = given->child, *c = copy->child;
    for (size_t i = 0; g && c; g = g->next, c = c->next, i++) {
        char below[160] = "";
        const cJSON *found = counterpart(g, c, target, below, sizeof(below));
        if (!found)
            continue;
        const char *dot = *below && *below != '[' ? "." : "";
        if (c->string)
            snprintf(path, size, "%.100s%s%.*s", c->string, dot,
                     (int)(size > 104 ? size - 104 : 0), below);
        else
            snprintf(path, size, "[%zu]%s%.*s", i, dot, 120, below);
        return found;
    }
    return NULL;
}

/* Nodes of parameters in the short form stand for the value itself. */
static void relocate(const cJSON *given, const struct fault_entry *f,
                     struct spec_error *e)
{
    char path[sizeof(e->path)] = "";
    const cJSON *node = e->node ? e->node : f->tree;
    const cJSON *found = counterpart(given, f->tree, node, path, sizeof(path));

    if (!found && f->do_) {
        const cJSON *value = f->do_->child ? f->do_->child : f->do_;
        found = counterpart(given, f->tree, value, path, sizeof(path));
        e->at_key = false;
    }
    e->node = found ? found : given;
    memcpy(e->path, path, sizeof(path));
}

struct fault_entry *fault_entry_read(const cJSON *rule, const char *id,
                                     struct spec_error *err)
{
    struct spec_error none;
    struct spec_error *e = err ? err : &none;
    struct fault_entry *f = mem_alloc(sizeof(*f));

    memset(e, 0, sizeof(*e));
    arena_init(&f->arena);
    f->tree = cJSON_Duplicate(rule, 1);
    if (read_entry(f, id, e)) {
        f->rule.match = &f->match;
        return f;
    }
    relocate(rule, f, e);
    fault_entry_free(f);
    return NULL;
}

void fault_entry_free(struct fault_entry *f)
{
    if (!f)
        return;
    cJSON_Delete(f->tree);
    cJSON_Delete(f->made);
    arena_fini(&f->arena);
    free(f);
}
