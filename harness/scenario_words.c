/* Single values of a scenario file, and the words they may be. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "harness/scenario_inside.h"
#include "iceberg/settings.h"
#include "mocks/catalog/catalog.h"
#include "mocks/exchange.h"
#include "mocks/s3/s3.h"

enum { MOST_WORDS = 160 };

static const char *const servers[] = {"catalog", "s3", NULL};

bool word_fail(struct spec_error *e, const cJSON *node, const char *what,
               const char *const *words)
{
    const char *is = cJSON_IsString(node) ? node->valuestring : "";
    const char *near = spec_nearest(is, words);
    char all[200] = "";
    size_t n = 0;
    if (near)
        return spec_fail(e, node, "unknown %s '%.60s': did you mean '%s'?",
                         what, is, near);
    for (size_t i = 0; words[i] && n < sizeof(all); i++)
        n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s", i ? ", " : "",
                              words[i]);
    if (n >= sizeof(all))
        memcpy(all + sizeof(all) - 4, "...", 4);
    if (!cJSON_IsString(node))
        return spec_fail(e, node, "the %s must be one of %s", what, all);
    return spec_fail(e, node, "unknown %s '%.60s': known are %s", what, is,
                     all);
}

int word_read(const cJSON *node, const char *what, const char *const *words,
              struct spec_error *e)
{
    for (int i = 0; cJSON_IsString(node) && words[i]; i++)
        if (strcmp(node->valuestring, words[i]) == 0)
            return i;
    word_fail(e, node, what, words);
    return -1;
}

cJSON *words_schema(const char *const *words)
{
    cJSON *s = cJSON_CreateObject(), *list = cJSON_CreateArray();
    for (; *words; words++)
        cJSON_AddItemToArray(list, cJSON_CreateString(*words));
    json_set(s, "enum", list);
    return s;
}

static bool read_text_of(const cJSON *node, void *out, const char *what,
                         const char *const *words, struct spec_error *e)
{
    int i = word_read(node, what, words, e);
    if (i >= 0)
        *(const char **)out = words[i];
    return i >= 0;
}

/* ---- operations ---- */

/* The operations of both servers; the names are constants. */
static void operation_words(const char *words[MOST_WORDS + 1])
{
    const struct operation *const of[] = {catalog_operations, s3_operations};
    size_t n = 0;
    for (size_t s = 0; s < 2; s++)
        for (const struct operation *o = of[s]; o->name; o++)
            if (n < MOST_WORDS)
                words[n++] = o->name;
    words[n] = NULL;
}

bool read_operation(const cJSON *node, void *out, struct arena *a,
                    struct spec_error *e)
{
    const char *words[MOST_WORDS + 1];
    (void)a;
    operation_words(words);
    return read_text_of(node, out, "operation", words, e);
}

cJSON *schema_operation(void)
{
    const char *words[MOST_WORDS + 1];
    operation_words(words);
    return words_schema(words);
}

/* ---- servers, changes ---- */

bool read_server(const cJSON *node, void *out, struct arena *a,
                 struct spec_error *e)
{
    (void)a;
    return read_text_of(node, out, "server", servers, e);
}

cJSON *schema_server(void)
{
    return words_schema(servers);
}

bool read_change(const cJSON *node, void *out, struct arena *a,
                 struct spec_error *e)
{
    (void)a;
    return read_text_of(node, out, "change", catalog_drift_words, e);
}

cJSON *schema_change(void)
{
    return words_schema(catalog_drift_words);
}

/* ---- settings ---- */

/* The names that the module's own help lists, one at the start of each line,
 * cut out of text, which they point into. */
static void setting_words(struct str *text, const char *words[MOST_WORDS + 1])
{
    size_t n = 0;
    ice_settings_help(text);
    for (char *line = text->p; line && *line;) {
        char *end = line + strcspn(line, "\n");
        char *name = line + strspn(line, " ");
        size_t len = 0;
        while (isupper((unsigned char)name[len]) ||
               isdigit((unsigned char)name[len]) || name[len] == '_')
            len++;
        line = *end ? end + 1 : end;
        if (len < 4 || n == MOST_WORDS)
            continue;
        name[len] = '\0';
        words[n++] = name;
    }
    words[n] = NULL;
}

static bool judge_setting(const cJSON *item, const char *const *words,
                          struct spec_error *e)
{
    bool known = false;
    for (size_t i = 0; words[i] && !known; i++)
        known = strcmp(words[i], item->string) == 0;
    if (!known) {
        const char *near = spec_nearest(item->string, words);
        spec_fail(e, item,
                  near ? "unknown setting '%.60s': did you mean '%s'?"
                       : "unknown setting '%.60s'%s",
                  item->string, near ? near : "");
        e->at_key = true;
        return false;
    }
    if (cJSON_IsString(item) || cJSON_IsNull(item))
        return true;
    return spec_fail(e, item,
                     "the setting %.60s must be a text (in quotes), or null "
                     "to take it away",
                     item->string);
}

bool read_settings(const cJSON *node, void *out, struct arena *a,
                   struct spec_error *e)
{
    const char *words[MOST_WORDS + 1];
    struct str help;
    if (!read_mapping(node, out, a, e))
        return false;
    str_init(&help, 65536);
    setting_words(&help, words);
    bool ok = true;
    for (const cJSON *c = node->child; c && ok; c = c->next)
        ok = judge_setting(c, words, e);
    str_fini(&help);
    return ok;
}

cJSON *schema_settings(void)
{
    static const char *const types[] = {"string", "null"};
    const char *words[MOST_WORDS + 1];
    cJSON *s = schema_mapping(), *members = cJSON_CreateObject();
    struct str help;
    str_init(&help, 65536);
    setting_words(&help, words);
    for (size_t i = 0; words[i]; i++) {
        cJSON *one = cJSON_CreateObject();
        json_set(one, "type", cJSON_CreateStringArray(types, 2));
        json_set(members, words[i], one);
    }
    str_fini(&help);
    json_set(s, "properties", members);
    json_set(s, "additionalProperties", cJSON_CreateFalse());
    return s;
}

bool read_environment(const cJSON *node, void *out, struct arena *a,
                      struct spec_error *e)
{
    if (!read_mapping(node, out, a, e))
        return false;
    for (const cJSON *c = node->child; c; c = c->next) {
        if (!*c->string || strchr(c->string, '='))
            return spec_fail(e, c, "'%.60s' is no name of a variable",
                             c->string);
        if (!cJSON_IsString(c))
            return spec_fail(e, c,
                             "the variable %.60s must be a text (in quotes)",
                             c->string);
    }
    return true;
}

bool read_mapping(const cJSON *node, void *out, struct arena *a,
                  struct spec_error *e)
{
    (void)a;
    if (!cJSON_IsObject(node))
        return spec_fail(e, node, "'%.60s' must be a mapping",
                         node->string ? node->string : "this");
    *(const cJSON **)out = node;
    return true;
}

cJSON *schema_mapping(void)
{
    cJSON *s = cJSON_CreateObject();
    json_set_str(s, "type", "object");
    return s;
}
