/* Files into trees, and errors into "file:line:col: message". */
#include "harness/source.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "harness/yaml.h"

static bool fail_at(const char *file, struct place at, const char *message,
                    struct file_error *e)
{
    snprintf(e->text, sizeof(e->text), "%.180s:%d:%d: %.310s", file, at.line,
             at.col, message);
    return false;
}

static bool fail_file(const char *file, const char *message,
                      struct file_error *e)
{
    snprintf(e->text, sizeof(e->text), "%.180s: %.300s", file, message);
    return false;
}

static bool is_json(const char *file)
{
    size_t n = strlen(file);
    return n > 5 && strcmp(file + n - 5, ".json") == 0;
}

static bool read_json(struct source *s, struct slice text, struct file_error *e)
{
    struct json_error je;
    s->tree = json_parse(text.p, text.len, &je);
    if (!s->tree)
        return fail_at(s->file, (struct place){je.line, je.col}, je.message, e);
    places_of_json(&s->places, text, s->tree);
    return true;
}

static bool read_yaml(struct source *s, struct slice text, struct file_error *e)
{
    struct yaml_error ye;
    s->tree = yaml_parse(text, &s->places, &ye);
    return s->tree || fail_at(s->file, ye.at, ye.message, e);
}

bool source_read(struct source *s, const char *file, struct slice text,
                 struct file_error *e)
{
    *s = (struct source){.file = file};
    places_init(&s->places);
    return is_json(file) ? read_json(s, text, e) : read_yaml(s, text, e);
}

/* All of the file, at most one byte more than is allowed. */
static bool slurp(const char *file, struct str *out, struct file_error *e)
{
    char part[8192];
    size_t n;
    FILE *f = fopen(file, "rb");
    if (!f)
        return fail_file(file, strerror(errno), e);
    while ((n = fread(part, 1, sizeof(part), f)) > 0 && !out->failed)
        str_add(out, part, n);
    int bad = ferror(f) ? errno : 0;
    fclose(f);
    if (bad)
        return fail_file(file, strerror(bad), e);
    if (out->failed)
        return fail_file(file, "too large: more than 1024 KiB", e);
    return true;
}

bool source_load(struct source *s, const char *file, struct file_error *e)
{
    struct str text;
    *s = (struct source){.file = file};
    str_init(&text, YAML_MAX_BYTES);
    bool ok =
        slurp(file, &text, e) && source_read(s, file, str_slice(&text), e);
    str_fini(&text);
    return ok;
}

void source_fini(struct source *s)
{
    cJSON_Delete(s->tree);
    places_fini(&s->places);
    s->tree = NULL;
}

bool source_fail(const struct source *s, const struct spec_error *found,
                 struct file_error *e)
{
    return fail_at(s->file, places_find(&s->places, found->node, found->at_key),
                   found->message, e);
}
