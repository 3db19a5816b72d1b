/* icefault list: scenarios, faults, mutants, requirements. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "harness/cli.h"
#include "harness/suite.h"

enum { TEXT_MAX = 16 << 20 };

struct list_args {
    bool faults, mutants, requirements, triples, json;
};

static const struct option_row rows[] = {
    {"faults", NULL, OPTION_FLAG, offsetof(struct list_args, faults), 0, 0,
     NULL, "every fault action, with its phases"},
    {"mutants", NULL, OPTION_FLAG, offsetof(struct list_args, mutants), 0, 0,
     NULL, "every mutant, with what it breaks"},
    {"requirements", NULL, OPTION_FLAG,
     offsetof(struct list_args, requirements), 0, 0, NULL,
     "every requirement, with its scenarios"},
    {"triples", NULL, OPTION_FLAG, offsetof(struct list_args, triples), 0, 0,
     NULL, "every (operation, phase, action) that a scenario has"},
    {"json", NULL, OPTION_FLAG, offsetof(struct list_args, json), 0, 0, NULL,
     "as a JSON array"},
    {0}};

static const struct options_use use = {
    "icefault list", "[FILE|FOLDER|ID...]",
    "Lists the scenarios, or what an option asks for.", rows, 1000};

static cJSON *strings(const char *const *list, size_t n)
{
    cJSON *a = cJSON_CreateArray();
    for (size_t i = 0; i < n; i++)
        cJSON_AddItemToArray(a, cJSON_CreateString(list[i]));
    return a;
}

static cJSON *words(const char *blank_separated)
{
    cJSON *a = cJSON_CreateArray();
    char *copy = mem_strdup(blank_separated), *save = NULL;
    for (char *p = strtok_r(copy, " ", &save); p;
         p = strtok_r(NULL, " ", &save))
        cJSON_AddItemToArray(a, cJSON_CreateString(p));
    free(copy);
    return a;
}

/* Each list is made once, as JSON; people get its members as columns. */

static cJSON *list_faults(void)
{
    cJSON *all = cJSON_CreateArray();
    for (size_t i = 0; i < FAULT_KINDS; i++) {
        const struct fault_action *f = &fault_actions[i];
        cJSON *o = cJSON_CreateObject(), *phases = cJSON_CreateArray();
        json_set_str(o, "name", f->name);
        for (int p = 0; p < FAULT_PHASES; p++)
            if (f->phases & 1u << p)
                cJSON_AddItemToArray(phases,
                                     cJSON_CreateString(fault_phase_names[p]));
        json_set(o, "phases", phases);
        json_set_str(o, "doc", f->doc);
        cJSON_AddItemToArray(all, o);
    }
    return all;
}

static cJSON *list_mutants(void)
{
    static const char *const of[] = {"module", "mocks", "planted"};
    cJSON *all = cJSON_CreateArray();
    for (size_t i = 0; i < mutant_count(); i++) {
        cJSON *o = cJSON_CreateObject();
        json_set_str(o, "name", mutant_at(i)->name);
        json_set(o, "breaks", words(mutant_at(i)->breaks));
        json_set_str(o, "of", of[mutant_at(i)->of]);
        json_set(o, "number", cJSON_CreateBool(mutant_at(i)->number));
        json_set_str(o, "rule", mutant_at(i)->rule);
        cJSON_AddItemToArray(all, o);
    }
    return all;
}

static cJSON *list_scenarios(const struct suite *s)
{
    cJSON *all = cJSON_CreateArray();
    for (size_t i = 0; i < s->n; i++) {
        const struct scenario *x = s->list[i];
        cJSON *o = cJSON_CreateObject();
        json_set_str(o, "id", x->id);
        json_set(o, "requirements",
                 strings(x->requirements.items, x->requirements.n));
        json_set_str(o, "title", x->title);
        cJSON_AddItemToArray(all, o);
    }
    return all;
}

/* The action's name of a rule: "reset", or the key of {reset: {...}}. */
static const char *action_of(const cJSON *rule)
{
    const cJSON *what = json_get(rule, "do");
    return cJSON_IsString(what)  ? what->valuestring
           : what && what->child ? what->child->string
                                 : "?";
}

static cJSON *row_of_triple(cJSON *all, const char *triple)
{
    cJSON *o;
    cJSON_ArrayForEach(o, all)
    {
        if (strcmp(json_str(o, "triple"), triple) == 0)
            return o;
    }
    o = cJSON_CreateObject();
    json_set_str(o, "triple", triple);
    json_set(o, "scenarios", cJSON_CreateArray());
    json_set_str(o, "first", "");
    cJSON_AddItemToArray(all, o);
    return o;
}

/* A rule without an operation works on connections or on any request. */
static cJSON *list_triples(const struct suite *s)
{
    cJSON *all = cJSON_CreateArray();
    char triple[160];
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->list[i]->n_faults; k++) {
            const cJSON *rule = s->list[i]->faults[k];
            const char *op = json_str(json_get(rule, "match"), "operation");
            snprintf(triple, sizeof triple, "%s %s %s", op ? op : "any",
                     json_str(rule, "phase"), action_of(rule));
            cJSON *o = row_of_triple(all, triple);
            cJSON *ids = json_get(o, "scenarios");
            if (cJSON_GetArraySize(ids) == 0)
                json_set_str(o, "first", s->list[i]->id);
            cJSON_AddItemToArray(ids, cJSON_CreateString(s->list[i]->id));
        }
    return all;
}

static cJSON *citing(const struct suite *s, const char *id)
{
    cJSON *all = cJSON_CreateArray();
    for (size_t i = 0; i < s->n; i++) {
        const char **ids = s->list[i]->requirements.items;
        for (size_t k = 0; k < s->list[i]->requirements.n; k++)
            if (strcmp(ids[k], id) == 0)
                cJSON_AddItemToArray(all, cJSON_CreateString(s->list[i]->id));
    }
    return all;
}

static cJSON *list_requirements(const struct suite *s)
{
    cJSON *all = cJSON_CreateArray();
    for (size_t i = 0; i < s->requirements.n; i++) {
        const struct requirement *q = &s->requirements.list[i];
        cJSON *o = cJSON_CreateObject();
        json_set_str(o, "id", q->id);
        json_set(o, "scenarios", citing(s, q->id));
        json_set(o, "later", cJSON_CreateBool(q->later));
        json_set_str(o, "text", q->text);
        cJSON_AddItemToArray(all, o);
    }
    return all;
}

/* ---- for people
 * ----------------------------------------------------------------- */

static void put_value(const cJSON *v, bool count, struct str *out)
{
    const cJSON *e;
    if (cJSON_IsString(v))
        str_addz(out, v->valuestring);
    if (!cJSON_IsArray(v))
        return;
    if (count) {
        str_addf(out, "%d", cJSON_GetArraySize(v));
        return;
    }
    cJSON_ArrayForEach(e, v)
        str_addf(out, "%s%s", e == v->child ? "" : " ", e->valuestring);
}

/* First column, second column, sentence: widths from the longest. */
static void put_columns(const cJSON *all, const char *const names[3],
                        bool count, struct str *out)
{
    const cJSON *o;
    size_t width[2] = {0, 0};
    struct str cell;
    str_init(&cell, TEXT_MAX);
    for (int pass = 0; pass < 2; pass++)
        cJSON_ArrayForEach(o, all)
        {
            for (int c = 0; c < 3; c++) {
                str_reset(&cell);
                put_value(json_get(o, names[c]), count, &cell);
                if (pass == 0 && c < 2 && cell.len > width[c])
                    width[c] = cell.len;
                if (pass == 1 && c < 2)
                    str_addf(out, "%-*s  ", (int)width[c], str_z(&cell));
                else if (pass == 1)
                    str_addf(out, "%s\n", str_z(&cell));
            }
        }
    str_fini(&cell);
}

static void print_list(const struct list_args *args, const struct suite *s)
{
    static const char *const columns[5][3] = {{"id", "requirements", "title"},
                                              {"name", "phases", "doc"},
                                              {"name", "breaks", "rule"},
                                              {"id", "scenarios", "text"},
                                              {"triple", "scenarios", "first"}};
    int what = args->faults         ? 1
               : args->mutants      ? 2
               : args->requirements ? 3
               : args->triples      ? 4
                                    : 0;
    cJSON *all = what == 1   ? list_faults()
                 : what == 2 ? list_mutants()
                 : what == 3 ? list_requirements(s)
                 : what == 4 ? list_triples(s)
                             : list_scenarios(s);
    struct str out;
    str_init(&out, TEXT_MAX);
    if (args->json) {
        json_print(all, &out);
        str_addc(&out, '\n');
    } else {
        put_columns(all, columns[what], what >= 3, &out);
    }
    cli_print(&out);
    str_fini(&out);
    cJSON_Delete(all);
}

int cmd_list(int argc, char **argv)
{
    struct list_args args = {0};
    struct options_rest rest;
    struct suite s;
    int code;
    if (!cli_options(&use, argc, argv, &args, &rest, &code))
        return code;
    if (args.faults || args.mutants) {
        print_list(&args, NULL);
        code = EXIT_OK;
    } else {
        bool ok = cli_load(&s, rest.operand, rest.n);
        code = ok ? EXIT_OK : EXIT_INPUT;
        if (ok)
            print_list(&args, &s);
        suite_free(&s);
    }
    free(rest.operand);
    return code;
}
