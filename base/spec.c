/* spec: the reader of spec.h. Texts ("10s", "5MiB", nearest words) are in
 * spec_text.c, JSON Schema in spec_schema.c.
 *
 * spec_read begins with an empty path; each level that fails puts its own key
 * in front on the way out, so that nested readers need to know nothing of
 * where they are.
 */
#include "base/spec.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

enum { MOST_KEYS = 256, SHOWN_BYTES = 40 };

/* ---- messages ------------------------------------------------------------ */

bool spec_fail(struct spec_error *e, const cJSON *node, const char *fmt, ...)
{
    va_list ap;

    e->node = node;
    e->at_key = false;
    va_start(ap, fmt);
    vsnprintf(e->message, sizeof(e->message), fmt, ap);
    va_end(ap);
    return false;
}

static void path_prepend(struct spec_error *e, const char *part)
{
    char joined[sizeof(e->path) * 2];
    const char *dot = e->path[0] && e->path[0] != '[' ? "." : "";

    snprintf(joined, sizeof(joined), "%.*s%s%s", (int)sizeof(e->path) - 1, part,
             dot, e->path);
    snprintf(e->path, sizeof(e->path), "%.*s", (int)sizeof(e->path) - 1,
             joined);
}

static void path_prepend_index(struct spec_error *e, size_t i)
{
    char part[32];

    snprintf(part, sizeof(part), "[%zu]", i);
    path_prepend(e, part);
}

/* What a node is, for "..., is X". */
static const char *shown(const cJSON *node, char buf[SHOWN_BYTES + 32])
{
    struct str text;

    if (cJSON_IsObject(node))
        return "a mapping";
    if (cJSON_IsArray(node))
        return "a list";
    if (!node || cJSON_IsNull(node))
        return "empty";
    str_init(&text, (size_t)JSON_MAX_BYTES * 8);
    json_print(node, &text);
    snprintf(buf, SHOWN_BYTES + 32, "%.*s%s",
             text.len > SHOWN_BYTES ? SHOWN_BYTES : (int)text.len, str_z(&text),
             text.len > SHOWN_BYTES ? "..." : "");
    str_fini(&text);
    return buf;
}

static bool must_be(struct spec_error *e, const cJSON *node,
                    const struct spec_field *f, const char *what)
{
    char buf[SHOWN_BYTES + 32];

    return spec_fail(e, node, "'%s' must be %s, is %s", f->name, what,
                     shown(node, buf));
}

static bool in_limits(const struct spec_field *f, double d, const char *unit,
                      const cJSON *node, struct spec_error *e)
{
    char what[96];

    if (f->max <= f->min || (d >= (double)f->min && d <= (double)f->max))
        return true;
    if (f->max == INT64_MAX)
        snprintf(what, sizeof(what), "at least %lld%s", (long long)f->min,
                 unit);
    else
        snprintf(what, sizeof(what), "between %lld and %lld%s",
                 (long long)f->min, (long long)f->max, unit);
    return must_be(e, node, f, what);
}

/* ---- one reader a type ---------------------------------------------------
 * Each fills what at points to, from node, or fails. */

struct reading {
    const struct spec_field *field;
    const cJSON *node;
    void *at;
    struct arena *arena;
    struct spec_error *e;
};

static bool read_string(const struct reading *r)
{
    if (!cJSON_IsString(r->node))
        return must_be(r->e, r->node, r->field, "a text");
    *(const char **)r->at = arena_strdup(r->arena, r->node->valuestring);
    return true;
}

static bool read_int(const struct reading *r)
{
    int64_t n;

    if (!json_int64(r->node, &n))
        return must_be(r->e, r->node, r->field, "a whole number");
    if (r->field->max > r->field->min &&
        (n < r->field->min || n > r->field->max))
        return in_limits(r->field, n < r->field->min ? -INFINITY : INFINITY, "",
                         r->node, r->e);
    *(int64_t *)r->at = n;
    return true;
}

static bool read_number(const struct reading *r)
{
    double d;

    if (!json_double(r->node, &d))
        return must_be(r->e, r->node, r->field, "a number");
    if (!in_limits(r->field, d, "", r->node, r->e))
        return false;
    *(double *)r->at = d;
    return true;
}

static bool read_bool(const struct reading *r)
{
    if (!cJSON_IsBool(r->node))
        return must_be(r->e, r->node, r->field, "true or false");
    *(bool *)r->at = cJSON_IsTrue(r->node);
    return true;
}

static bool read_duration(const struct reading *r)
{
    int64_t ms, zero;

    if (json_int64(r->node, &zero) && zero == 0)
        ms = 0;
    else if (!cJSON_IsString(r->node) ||
             !spec_parse_duration(r->node->valuestring, &ms))
        return must_be(r->e, r->node, r->field,
                       "a duration such as 250ms, 10s, 1.5s, 2m or 1h");
    if (!in_limits(r->field, (double)ms, " ms", r->node, r->e))
        return false;
    *(int64_t *)r->at = ms;
    return true;
}

static bool read_size(const struct reading *r)
{
    int64_t bytes;
    bool ok = cJSON_IsString(r->node)
                  ? spec_parse_size(r->node->valuestring, &bytes)
                  : json_int64(r->node, &bytes) && bytes >= 0;

    if (!ok)
        return must_be(r->e, r->node, r->field,
                       "a size such as 100, 64KiB, 5MiB or 1GiB");
    if (!in_limits(r->field, (double)bytes, " bytes", r->node, r->e))
        return false;
    *(int64_t *)r->at = bytes;
    return true;
}

static bool read_range(const struct reading *r)
{
    struct spec_range range;
    bool ok;

    if (cJSON_IsString(r->node)) {
        ok = spec_parse_range(r->node->valuestring, &range);
    } else {
        ok = json_int64(r->node, &range.first) && range.first >= 0;
        range.last = range.first;
    }
    if (!ok)
        return must_be(r->e, r->node, r->field,
                       "a number or a range such as 2, 1-3 or 4-");
    if (!in_limits(r->field, (double)range.first, "", r->node, r->e) ||
        (range.last != INT64_MAX &&
         !in_limits(r->field, (double)range.last, "", r->node, r->e)))
        return false;
    *(struct spec_range *)r->at = range;
    return true;
}

static void join(char *out, size_t size, const char *const *words)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; words[i] && len < size; i++) {
        int n =
            snprintf(out + len, size - len, "%s%s", i ? ", " : "", words[i]);
        len += (size_t)n;
    }
    if (len >= size)
        memcpy(out + size - 4, "...", 4);
}

static bool read_word(const struct reading *r)
{
    const char *const *words = r->field->words;
    const char *z = cJSON_IsString(r->node) ? r->node->valuestring : NULL;
    const char *near = z ? spec_nearest(z, words) : NULL;
    char all[160], buf[SHOWN_BYTES + 32];

    for (int i = 0; z && words[i]; i++)
        if (strcmp(words[i], z) == 0) {
            *(int *)r->at = i;
            return true;
        }
    if (near)
        return spec_fail(r->e, r->node, "'%s' cannot be %s: did you mean '%s'?",
                         r->field->name, shown(r->node, buf), near);
    join(all, sizeof(all), words);
    return spec_fail(r->e, r->node, "'%s' must be one of %s; is %s",
                     r->field->name, all, shown(r->node, buf));
}

/* Checks the count of a list and makes room for it. */
static bool make_list(const struct reading *r, size_t n, size_t item_size,
                      struct spec_list *list)
{
    char what[96];

    if (r->field->max > r->field->min &&
        ((int64_t)n < r->field->min || (int64_t)n > r->field->max)) {
        if (r->field->max == INT64_MAX)
            snprintf(what, sizeof(what), "at least %lld",
                     (long long)r->field->min);
        else
            snprintf(what, sizeof(what), "%lld to %lld",
                     (long long)r->field->min, (long long)r->field->max);
        spec_fail(r->e, r->node, "'%s' must have %s entries, has %zu",
                  r->field->name, what, n);
        return false;
    }
    list->n = n;
    list->items = arena_alloc(r->arena, n * item_size);
    return true;
}

static bool read_strings(const struct reading *r)
{
    bool lone = cJSON_IsString(r->node);
    struct spec_list list = {0};
    const char **items;
    size_t i = 0;

    if (!lone && !cJSON_IsArray(r->node))
        return must_be(r->e, r->node, r->field, "a text or a list of texts");
    if (!make_list(r, lone ? 1 : (size_t)cJSON_GetArraySize(r->node),
                   sizeof(char *), &list))
        return false;
    items = list.items;
    for (const cJSON *c = lone ? r->node : r->node->child; c; c = c->next) {
        if (!cJSON_IsString(c)) {
            must_be(r->e, c, r->field, "a list of texts");
            path_prepend_index(r->e, i);
            return false;
        }
        items[i++] = arena_strdup(r->arena, c->valuestring);
        if (lone)
            break; /* its siblings are other members */
    }
    *(struct spec_list *)r->at = list;
    return true;
}

static bool read_object(const struct reading *r)
{
    if (!cJSON_IsObject(r->node))
        return must_be(r->e, r->node, r->field, "a mapping");
    return spec_read(r->node, r->field->fields, r->at, r->arena, r->e);
}

static bool read_list(const struct reading *r)
{
    struct spec_list list = {0};
    size_t i = 0;

    if (!cJSON_IsArray(r->node))
        return must_be(r->e, r->node, r->field, "a list");
    if (!make_list(r, (size_t)cJSON_GetArraySize(r->node), r->field->item_size,
                   &list))
        return false;
    for (const cJSON *c = r->node->child; c; c = c->next, i++)
        if (!spec_read(c, r->field->fields,
                       (char *)list.items + i * r->field->item_size, r->arena,
                       r->e)) {
            path_prepend_index(r->e, i);
            return false;
        }
    *(struct spec_list *)r->at = list;
    return true;
}

static bool read_map(const struct reading *r)
{
    char buf[SHOWN_BYTES + 32];

    if (!cJSON_IsObject(r->node))
        return must_be(r->e, r->node, r->field, "a mapping");
    for (const cJSON *c = r->node->child; c; c = c->next)
        if (cJSON_IsObject(c) || cJSON_IsArray(c) || cJSON_IsNull(c)) {
            spec_fail(r->e, c,
                      "'%s' must be a text, a number, true or false; is %s",
                      c->string, shown(c, buf));
            path_prepend(r->e, c->string);
            return false;
        }
    *(const cJSON **)r->at = r->node;
    return true;
}

static bool read_any(const struct reading *r)
{
    *(const cJSON **)r->at = r->node;
    return true;
}

static bool read_custom(const struct reading *r)
{
    r->e->node = NULL;
    if (r->field->read(r->node, r->at, r->arena, r->e))
        return true;
    if (!r->e->node)
        r->e->node = r->node;
    return false;
}

static bool (*const readers[])(const struct reading *r) = {
    [SPEC_STRING] = read_string,     [SPEC_INT] = read_int,
    [SPEC_NUMBER] = read_number,     [SPEC_BOOL] = read_bool,
    [SPEC_DURATION] = read_duration, [SPEC_SIZE] = read_size,
    [SPEC_RANGE] = read_range,       [SPEC_WORD] = read_word,
    [SPEC_STRINGS] = read_strings,   [SPEC_OBJECT] = read_object,
    [SPEC_LIST] = read_list,         [SPEC_MAP] = read_map,
    [SPEC_ANY] = read_any,           [SPEC_CUSTOM] = read_custom};

/* ---- objects ---------------------------------------------------------------
 */

static const struct spec_field *find_field(const struct spec_field *fields,
                                           const char *name)
{
    for (; fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static bool unknown_key(const cJSON *member, const struct spec_field *fields,
                        struct spec_error *e)
{
    const char *names[MOST_KEYS + 1], *near;
    char all[200];
    size_t n = 0;

    for (; fields->name && n < MOST_KEYS; fields++)
        names[n++] = fields->name;
    names[n] = NULL;
    near = spec_nearest(member->string, names);
    join(all, sizeof(all), names);
    if (near)
        spec_fail(e, member, "unknown key '%.60s': did you mean '%s'?",
                  member->string, near);
    else
        spec_fail(e, member, "unknown key '%.60s': known are %s",
                  member->string, all);
    e->at_key = true;
    return false;
}

static bool read_member(const cJSON *member, const struct spec_field *fields,
                        void *out, struct arena *a, struct spec_error *e)
{
    const struct spec_field *f = find_field(fields, member->string);
    struct reading r = {f, member, NULL, a, e};

    if (!f)
        return unknown_key(member, fields, e);
    e->path[0] = '\0';
    r.at = (char *)out + f->offset;
    if (!readers[f->type](&r))
        return false;
    if (f->seen_offset)
        *(bool *)((char *)out + f->seen_offset) = true;
    return true;
}

bool spec_read(const cJSON *node, const struct spec_field *fields, void *out,
               struct arena *a, struct spec_error *e)
{
    char buf[SHOWN_BYTES + 32];

    *e = (struct spec_error){0};
    if (!cJSON_IsObject(node))
        return spec_fail(e, node, "must be a mapping, is %s", shown(node, buf));
    for (const cJSON *c = node->child; c; c = c->next)
        if (!read_member(c, fields, out, a, e)) {
            path_prepend(e, c->string);
            return false;
        }
    for (const struct spec_field *f = fields; f->name; f++)
        if (f->required && !json_get(node, f->name))
            return spec_fail(e, node, "'%s' is missing", f->name);
    return true;
}
