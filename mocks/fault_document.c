/* fault_document: docs/FAULTS.md, written from the table of actions. */
#include <string.h>

#include "base/json.h"
#include "mocks/fault_rule.h"

/* ---- parameters and members -----------------------------------------------
 */

static const char *type_name(const struct spec_field *f)
{
    static const char *const names[] = {
        [SPEC_STRING] = "text",       [SPEC_INT] = "number",
        [SPEC_NUMBER] = "number",     [SPEC_BOOL] = "true or false",
        [SPEC_DURATION] = "duration", [SPEC_SIZE] = "size",
        [SPEC_RANGE] = "range",       [SPEC_WORD] = "word",
        [SPEC_STRINGS] = "texts",     [SPEC_OBJECT] = "mapping",
        [SPEC_LIST] = "list",         [SPEC_MAP] = "mapping of texts",
        [SPEC_ANY] = "see there",     [SPEC_CUSTOM] = "see there"};
    return names[f->type];
}

/* The words that a field takes, from its words or its schema. */
static void add_words(const struct spec_field *f, struct str *out)
{
    cJSON *schema = f->type == SPEC_CUSTOM && f->schema ? f->schema() : NULL;
    const cJSON *list = json_get(schema, "enum"), *w;
    size_t n = 0;

    for (; f->type == SPEC_WORD && f->words[n]; n++)
        str_addf(out, "%s%s", n ? ", " : "", f->words[n]);
    cJSON_ArrayForEach(w, list)
    {
        str_addf(out, "%s%s", n ? ", " : "", w->valuestring);
        n++;
    }
    if (!n && f->type == SPEC_CUSTOM && json_str(schema, "type") &&
        !strcmp(json_str(schema, "type"), "integer"))
        str_addz(out, "number");
    else if (!n)
        str_addz(out, f->type == SPEC_CUSTOM ? "text or number" : type_name(f));
    cJSON_Delete(schema);
}

static void add_fields(const struct spec_field *f, struct str *out)
{
    str_addz(out, "| key | takes | meaning |\n|---|---|---|\n");
    for (; f->name; f++) {
        str_addf(out, "| `%s`%s | ", f->name, f->required ? " (needed)" : "");
        add_words(f, out);
        str_addf(out, " | %s |\n", f->doc);
    }
    str_addc(out, '\n');
}

/* ---- examples -------------------------------------------------------------
 */

static bool plain(const char *z)
{
    return *z && z[strspn(z, "abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./")] == 0;
}

/* JSON as YAML writes it on one line. */
static void add_flow(const cJSON *item, struct str *out)
{
    const cJSON *c;

    if (cJSON_IsString(item) && plain(item->valuestring)) {
        str_addz(out, item->valuestring);
        return;
    }
    if (!cJSON_IsObject(item)) {
        json_print(item, out);
        return;
    }
    str_addc(out, '{');
    cJSON_ArrayForEach(c, item)
    {
        str_addf(out, "%s%s: ", c != item->child ? ", " : "", c->string);
        add_flow(c, out);
    }
    str_addc(out, '}');
}

static const char *example_match(const struct fault_action *a)
{
    static const char *const special[FAULT_KINDS] = {
        [FAULT_DOWN] =
            "{\"server\":\"catalog\",\"from\":\"10s\",\"for\":\"30s\"}",
        [FAULT_STALE_READ] = "{\"operation\":\"loadTable\",\"nth\":2}",
        [FAULT_RIVAL_COMMIT] = "{\"operation\":\"updateTable\",\"nth\":1}",
        [FAULT_UUID_SWAP] = "{\"operation\":\"loadTable\",\"nth\":2}",
        [FAULT_SCHEMA_DRIFT] = "{\"operation\":\"loadTable\",\"nth\":1}",
        [FAULT_HALF_TRANSACTION] =
            "{\"operation\":\"commitTransaction\",\"nth\":1}",
        [FAULT_DROP_TABLE] = "{\"operation\":\"loadTable\",\"nth\":2}",
        [FAULT_LOSE_FILE] = "{\"operation\":\"loadTable\",\"nth\":2}",
        [FAULT_REVOKE_TOKENS] = "{\"operation\":\"loadTable\",\"nth\":1}",
        [FAULT_PARTIAL_DELETE] = "{\"operation\":\"DeleteObjects\",\"nth\":1}",
        [FAULT_FORGET_UPLOAD] = "{\"operation\":\"UploadPart\",\"nth\":2}",
        [FAULT_LOSE_PART] =
            "{\"operation\":\"CompleteMultipartUpload\",\"nth\":1}",
        [FAULT_EXPIRE_SESSIONS] = "{\"operation\":\"UploadPart\",\"nth\":2}",
        [FAULT_KEEPALIVE_BLANKS] = "{\"server\":\"s3\",\"nth\":1}",
        [FAULT_REPEAT_PAGE_TOKEN] =
            "{\"operation\":\"listNamespaces\",\"nth\":\"2-\"}"};

    if (special[a->kind])
        return special[a->kind];
    if (a->level == FAULT_CONNECTION)
        return "{\"server\":\"catalog\",\"connection\":2}";
    return "{\"operation\":\"createTable\",\"nth\":1}";
}

/* A rule that holds: of the first phase in which the example makes sense. */
cJSON *fault_example(const struct fault_action *a)
{
    const char *match = example_match(a);
    cJSON *rule = cJSON_CreateObject();

    json_set(rule, "match", json_parse(match, strlen(match), NULL));
    for (size_t i = 0; i < FAULT_PHASES; i++) {
        json_set_str(rule, "phase", fault_phase_names[i]);
        json_set(rule, "do", json_parse(a->example, strlen(a->example), NULL));
        if (fault_check(rule, NULL))
            return rule;
    }
    return rule;
}

static void add_example(const struct fault_action *a, struct str *out)
{
    cJSON *rule = fault_example(a);
    const cJSON *c;

    str_addz(out, "```yaml\n");
    cJSON_ArrayForEach(c, rule)
    {
        str_addf(out, "%s%s: ", c == rule->child ? "- " : "  ", c->string);
        add_flow(c, out);
        str_addc(out, '\n');
    }
    str_addz(out, "```\n\n");
    cJSON_Delete(rule);
}

/* ---- the document ---------------------------------------------------------
 */

static void add_names(const char *const *names, unsigned bits, struct str *out)
{
    for (size_t i = 0, n = 0; names[i]; i++)
        if (bits & 1u << i)
            str_addf(out, "%s%s", n++ ? ", " : "", names[i]);
}

static void add_action(const struct fault_action *a, struct str *out)
{
    str_addf(out, "### %s\n\n%s\n\nPhases: ", a->name, a->doc);
    add_names(fault_phase_names, a->phases, out);
    str_addz(out, ". Servers: ");
    add_names(fault_server_names, a->servers, out);
    str_addz(out, ".\n\n");
    if (a->params)
        add_fields(a->params, out);
    add_example(a, out);
}

static const struct {
    const char *title, *text;
} levels[] = {
    [FAULT_CONNECTION] =
        {"Connections",
         "They meet connections before there is a request: `match` takes "
         "`server`, `connection`, `nth`, `every`, `chance`, `from` and `for` "
         "only."},
    [FAULT_ENDING] =
        {"Endings",
         "Before: the server never sees the request. After: it acted, and no "
         "byte of its answer is sent. During: so many bytes are sent first "
         "(half of them when nothing is said); `of: request` counts the bytes "
         "of the request instead."},
    [FAULT_TIME] = {"Time", "All comes in the end, later."},
    [FAULT_BYTES] =
        {"Bytes",
         "The server acted; the bytes of its answer are not what it wrote."},
    [FAULT_ANSWER] =
        {"Answers",
         "Before: instead of acting. After: the effect is there, and the "
         "answer is replaced or edited."},
    [FAULT_EFFECT] = {"Effects", "What was done is not what the answer tells."},
    [FAULT_STATE] = {
        "State",
        "Somebody else does something to the server's state, before or after "
        "it acts on the request."}};

static const char opening[] =
    "# Faults\n\n"
    "This file is written from the table in `mocks/fault_table.c`; edit that.\n"
    "\n"
    "A fault is a match, a phase and an action. Rules are asked in the order "
    "of "
    "the file; for every exchange and every phase the first rule that matches "
    "and is due is chosen. The phases mean the same on every server: `before` "
    "it acts (it never sees the request), `after` it acted (the effect is "
    "there, the answer is not as it should be), `during` the bytes of request "
    "or answer. Draws depend on the seed, the rule's id and the ordinal of the "
    "exchange among those that match, on nothing else: removing one rule "
    "shifts no other. A rule that fires less often than `fires` says fails its "
    "scenario.\n\n"
    "An action is given by name (`do: reset`), with parameters (`do: {reset: "
    "{at_byte: 17}}`), or with its first parameter alone (`do: {delay: 5s}`, "
    "`do: {error: CommitFailedException}`).\n\n";

void fault_document(struct str *out)
{
    str_addz(out, opening);
    str_addz(out, "## A rule\n\n");
    add_fields(fault_rule_fields, out);
    str_addz(out, "## Its match\n\n");
    add_fields(fault_match_fields, out);
    for (int level = 0; fault_level_names[level]; level++) {
        str_addf(out, "## %s\n\n%s\n\n", levels[level].title,
                 levels[level].text);
        for (size_t i = 0; i < FAULT_KINDS; i++)
            if ((int)fault_actions[i].level == level)
                add_action(&fault_actions[i], out);
    }
    if (out->len && out->p[out->len - 1] == '\n')
        str_cut(out, out->len - 1);
}
