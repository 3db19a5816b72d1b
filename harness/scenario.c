/* The scenario loader: the file's top level, and what its parts demand of each
 * other. Steps and expectations have files of their own. */
#include "harness/scenario.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "harness/mutants.h"
#include "harness/scenario_inside.h"
#include "harness/source.h"
#include "mocks/catalog/catalog.h"
#include "mocks/fault.h"
#include "mocks/mock.h"
#include "mocks/s3/s3.h"

enum { MOST_FAULTS = 64, MOST_MUTANTS = 1024 };

/* ---- world ---- */

/* Room enough for whatever the fields fill in. */
static size_t room_for(const struct spec_field *fields)
{
    enum { LARGEST = 256 };
    size_t most = LARGEST;
    for (; fields->name; fields++) {
        size_t end = fields->offset + LARGEST;
        if (fields->type == SPEC_OBJECT)
            end += room_for(fields->fields);
        if (end > most)
            most = end;
        if (fields->seen_offset + LARGEST > most)
            most = fields->seen_offset + LARGEST;
    }
    return most;
}

/* A server's options: judged here, read by the server itself. */
static bool judge_options(const cJSON *node, const struct spec_field *fields,
                          void *out, struct arena *a, struct spec_error *e)
{
    if (!read_mapping(node, out, a, e))
        return false;
    return spec_read(node, fields, arena_alloc(a, room_for(fields)), a, e);
}

static bool read_catalog(const cJSON *node, void *out, struct arena *a,
                         struct spec_error *e)
{
    return judge_options(node, catalog_option_fields, out, a, e);
}

static bool read_s3(const cJSON *node, void *out, struct arena *a,
                    struct spec_error *e)
{
    return judge_options(node, s3_option_fields, out, a, e);
}

static cJSON *part_schema(cJSON *schema)
{
    cJSON_DeleteItemFromObjectCaseSensitive(schema, "$schema");
    return schema;
}

static cJSON *schema_catalog(void)
{
    return part_schema(spec_schema(catalog_option_fields));
}

static cJSON *schema_s3(void)
{
    return part_schema(spec_schema(s3_option_fields));
}

/* ---- fields ---- */

static bool read_faults(const cJSON *node, void *scenario, struct arena *a,
                        struct spec_error *e)
{
    struct scenario *s = scenario;
    int n = cJSON_IsArray(node) ? cJSON_GetArraySize(node) : -1;
    if (n < 0 || n > MOST_FAULTS)
        return spec_fail(e, node, "'faults' must be a list of at most %d",
                         MOST_FAULTS);
    s->faults = arena_alloc(a, (size_t)n * sizeof(*s->faults));
    for (const cJSON *c = node->child; c; c = c->next) {
        if (!fault_check(c, e)) {
            e->node = e->node ? e->node : c;
            return false;
        }
        s->faults[s->n_faults++] = c;
    }
    return true;
}

static cJSON *schema_faults(void)
{
    cJSON *s = cJSON_CreateObject();
    json_set_str(s, "type", "array");
    json_set(s, "items", part_schema(fault_schema()));
    json_set_i64(s, "maxItems", MOST_FAULTS);
    return s;
}

#define AT(member) .offset = offsetof(struct scenario, member)

static const char *const tls_words[] = {"off",        "good",      "expired",
                                        "wrong-name", "untrusted", NULL};

static const struct spec_field tls_fields[] = {
    {.name = "catalog",
     .type = SPEC_WORD,
     AT(tls_catalog),
     .words = tls_words,
     .doc = "the certificate that the catalog shows (default off)"},
    {.name = "s3",
     .type = SPEC_WORD,
     AT(tls_s3),
     .words = tls_words,
     .doc = "the certificate that the S3 shows (default off)"},
    {0}};

static const struct spec_field world_fields[] = {
    {.name = "catalog",
     .type = SPEC_CUSTOM,
     AT(catalog),
     .read = read_catalog,
     .schema = schema_catalog,
     .doc = "the mock catalog's options and what it holds at the start"},
    {.name = "s3",
     .type = SPEC_CUSTOM,
     AT(s3),
     .read = read_s3,
     .schema = schema_s3,
     .doc = "the mock S3's options and what it holds at the start"},
    {.name = "settings",
     .type = SPEC_CUSTOM,
     AT(settings),
     .read = read_settings,
     .schema = schema_settings,
     .doc = "settings of all subjects"},
    {.name = "renewed_keys",
     .type = SPEC_CUSTOM,
     AT(renewed),
     .read = read_settings,
     .schema = schema_settings,
     .doc = "the store's keys that every subject's program has when those "
            "among the settings have expired"},
    {.name = "environment",
     .type = SPEC_CUSTOM,
     AT(environment),
     .read = read_environment,
     .schema = schema_mapping,
     .doc = "variables of the process that no setting is about: http_proxy"},
    {.name = "tls",
     .type = SPEC_OBJECT,
     .fields = tls_fields,
     .doc = "servers that speak TLS"},
    {0}};

static const struct spec_field scenario_fields[] = {
    {.name = "title",
     .type = SPEC_STRING,
     AT(title),
     .required = true,
     .doc = "what happens, in a few words"},
    {.name = "requirements",
     .type = SPEC_STRINGS,
     AT(requirements),
     .required = true,
     .min = 1,
     .max = 40,
     .doc = "ids of the requirements that this is about"},
    {.name = "story",
     .type = SPEC_STRING,
     AT(story),
     .required = true,
     .doc = "what goes wrong, and what a careless client would do"},
    {.name = "modes",
     .type = SPEC_STRINGS,
     AT(modes),
     .min = 1,
     .max = 2,
     .doc = "sim, real: where it may run (default sim)"},
    {.name = "world",
     .type = SPEC_OBJECT,
     .fields = world_fields,
     .doc = "the servers and settings it starts with"},
    {.name = "faults",
     .type = SPEC_CUSTOM,
     .read = read_faults,
     .schema = schema_faults,
     .doc = "what goes wrong: match, phase, action"},
    {.name = "steps",
     .type = SPEC_CUSTOM,
     .required = true,
     .read = read_steps,
     .schema = schema_steps,
     .doc = "what the subject and others are told to do"},
    {.name = "expect",
     .type = SPEC_CUSTOM,
     .required = true,
     .read = read_expects,
     .schema = schema_expects,
     .doc = "what must hold afterwards"},
    {.name = "mutants",
     .type = SPEC_STRINGS,
     AT(mutants),
     .min = 0,
     .max = MOST_MUTANTS,
     .doc = "mutants that this scenario must notice"},
    {.name = "without",
     .type = SPEC_STRINGS,
     AT(without),
     .min = 1,
     .max = 8,
     .doc = "invariants that are not asked here; the story says why"},
    {0}};

cJSON *scenario_schema(void)
{
    cJSON *s = spec_schema(scenario_fields);
    json_set_str(s, "title", "icefault scenario");
    return s;
}

/* ---- judging ---- */

bool judge_requirement(const struct requirements *known, const cJSON *node,
                       struct spec_error *e)
{
    const char *words[512];
    size_t n = 0;
    for (size_t i = 0; i < known->n && n < 511; i++)
        words[n++] = known->list[i].id;
    words[n] = NULL;
    return word_read(node, "requirement", words, e) >= 0;
}

static bool judge_mutant(const cJSON *node, struct spec_error *e)
{
    const char *words[MOST_MUTANTS + 1];
    size_t n = 0;
    for (size_t i = 0; i < mutant_count() && n < MOST_MUTANTS; i++)
        words[n++] = mutant_at(i)->name;
    words[n] = NULL;
    return word_read(node, "mutant", words, e) >= 0;
}

static bool judge_mode(const cJSON *node, struct spec_error *e)
{
    static const char *const words[] = {"sim", "real", NULL};
    return word_read(node, "mode", words, e) >= 0;
}

/* The story must name an invariant that is switched off. */
static bool judge_without(const struct scenario *s, const cJSON *node,
                          struct spec_error *e)
{
    static const char *const words[] = {"I1", "I2", "I3", "I4", "I5",
                                        "I6", "I7", "I8", NULL};
    if (word_read(node, "invariant", words, e) < 0)
        return false;
    if (strstr(s->story, node->valuestring))
        return true;
    return spec_fail(e, node,
                     "the story must say why %s is not asked (and name it)",
                     node->valuestring);
}

/* The first item of a list of texts, or the lone text. */
static const cJSON *first_of(const cJSON *node)
{
    return cJSON_IsArray(node) ? node->child : node;
}

static const cJSON *next_of(const cJSON *list, const cJSON *item)
{
    return cJSON_IsArray(list) ? item->next : NULL;
}

static bool judge_lists(const struct scenario *s,
                        const struct requirements *known, struct spec_error *e)
{
    const cJSON *list = json_get(s->tree, "requirements");
    for (const cJSON *c = first_of(list); c; c = next_of(list, c))
        if (!judge_requirement(known, c, e))
            return false;
    list = json_get(s->tree, "mutants");
    for (const cJSON *c = first_of(list); c; c = next_of(list, c))
        if (!judge_mutant(c, e))
            return false;
    list = json_get(s->tree, "modes");
    for (const cJSON *c = first_of(list); c; c = next_of(list, c))
        if (!judge_mode(c, e))
            return false;
    list = json_get(s->tree, "without");
    for (const cJSON *c = first_of(list); c; c = next_of(list, c))
        if (!judge_without(s, c, e))
            return false;
    return true;
}

static bool judge_fault_ids(const struct scenario *s, struct spec_error *e)
{
    for (size_t i = 0; i < s->n_faults; i++) {
        const char *id = json_str(s->faults[i], "id");
        for (size_t k = 0; id && k < i; k++) {
            const char *other = json_str(s->faults[k], "id");
            if (other && strcmp(id, other) == 0)
                return spec_fail(e, json_get(s->faults[i], "id"),
                                 "two faults are called '%.60s'", id);
        }
    }
    return true;
}

/* What a rule needs of the world, which is known only now. */
static bool judge_faults(const struct scenario *s, struct spec_error *e)
{
    for (size_t i = 0; i < s->n_faults; i++)
        if (!fault_check_where(s->faults[i], s->tls_catalog != TLS_OFF,
                               s->tls_s3 != TLS_OFF, e))
            return false;
    return judge_fault_ids(s, e);
}

static bool judge(const struct scenario *s, const struct requirements *known,
                  struct spec_error *e)
{
    if (!s->title[0])
        return spec_fail(e, json_get(s->tree, "title"), "the title is empty");
    return judge_lists(s, known, e) && judge_faults(s, e) &&
           judge_steps(s, json_get(s->tree, "steps"), e) &&
           judge_expects(s, known, e);
}

/* ---- loading ---- */

static struct scenario *scenario_new(const char *file, const char *id)
{
    struct scenario *s = mem_alloc(sizeof(*s));
    arena_init(&s->arena);
    s->file = arena_strdup(&s->arena, file);
    s->id = arena_strdup(&s->arena, id);
    return s;
}

/* Takes the tree out of source. */
static struct scenario *from_source(struct source *source, const char *id,
                                    const struct requirements *known,
                                    struct file_error *e)
{
    struct spec_error found;
    struct scenario *s = scenario_new(source->file, id);
    s->tree = source->tree;
    bool ok = spec_read(s->tree, scenario_fields, s, &s->arena, &found) &&
              judge(s, known, &found);
    if (!ok)
        source_fail(source, &found, e);
    source->tree = NULL;
    if (ok)
        return s;
    scenario_free(s);
    return NULL;
}

struct scenario *scenario_read(const char *file, const char *id,
                               struct slice text,
                               const struct requirements *known,
                               struct file_error *e)
{
    struct source source;
    struct scenario *s = NULL;
    if (source_read(&source, file, text, e))
        s = from_source(&source, id, known, e);
    source_fini(&source);
    return s;
}

/* The path below root without its ending; the bare name for a file that is
 * elsewhere. */
static const char *id_of(const char *file, const char *root, struct arena *a)
{
    char below[PATH_MAX], whole[PATH_MAX];
    const char *id = file, *slash = strrchr(file, '/');
    size_t n = 0;
    if (root && realpath(root, below) && realpath(file, whole))
        n = strlen(below);
    if (n && strncmp(below, whole, n) == 0 && whole[n] == '/')
        id = whole + n + 1;
    else if (slash)
        id = slash + 1;
    const char *dot = strrchr(id, '.');
    return arena_memdup(a, id, dot ? (size_t)(dot - id) : strlen(id));
}

/* The requirements of the root that was used last: a suite loads a hundred
 * scenarios of one root. One thread only. */
static struct {
    char root[PATH_MAX];
    struct requirements list;
    bool loaded;
} last;

__attribute__((destructor)) static void forget_requirements(void)
{
    if (last.loaded)
        requirements_free(&last.list);
    last.loaded = false;
}

static const struct requirements *requirements_of(const char *root,
                                                  struct file_error *e)
{
    char file[PATH_MAX];
    if (last.loaded && strcmp(root, last.root) == 0)
        return &last.list;
    forget_requirements();
    int n = snprintf(file, sizeof(file), "%s/requirements.yaml", root);
    if (n < 0 || (size_t)n >= sizeof(file)) {
        snprintf(e->text, sizeof(e->text), "%.200s: the path is too long",
                 root);
        return NULL;
    }
    if (!requirements_load(file, &last.list, e))
        return NULL;
    memcpy(last.root, root, strlen(root) + 1);
    last.loaded = true;
    return &last.list;
}

struct scenario *scenario_load(const char *file, const char *root,
                               struct file_error *e)
{
    struct source source;
    struct arena a;
    struct scenario *s = NULL;
    const struct requirements *known = requirements_of(root, e);
    if (!known)
        return NULL;
    arena_init(&a);
    if (source_load(&source, file, e))
        s = from_source(&source, id_of(file, root, &a), known, e);
    source_fini(&source);
    arena_fini(&a);
    return s;
}

void scenario_free(struct scenario *s)
{
    if (!s)
        return;
    cJSON_Delete(s->tree);
    arena_fini(&s->arena);
    free(s);
}
