/* Objects held against tables of shapes. See shape.h. */
#include "mocks/catalog/shape.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"

enum { LIST_MAX = 10000, SHOWN_MAX = 200 };

/* The item as text, cut off where it is long. */
static const char *shown(const cJSON *item, struct failure *f)
{
    struct str s;
    str_init(&s, 1 << 20);
    json_print(item, &s);
    size_t n = s.len > SHOWN_MAX ? SHOWN_MAX : s.len;
    const char *z = arena_memdup(f->arena, str_z(&s), n);
    str_fini(&s);
    return z;
}

static bool is_int(const cJSON *item)
{
    int64_t n;
    return json_int64(item, &n) && n >= INT32_MIN && n <= INT32_MAX;
}

static bool is_long(const cJSON *item)
{
    int64_t n;
    return json_int64(item, &n);
}

static bool is_text(const cJSON *item)
{
    return cJSON_IsString(item);
}

static bool is_bool(const cJSON *item)
{
    return cJSON_IsBool(item);
}

static const struct plain { /* by shape_kind */
    bool (*is)(const cJSON *item);
    const char *missing, *wrong;
} plain[] = {
    [SHAPE_TEXT] = {is_text, "string", "a string value"},
    [SHAPE_INT] = {is_int, "int", "an integer value"},
    [SHAPE_LONG] = {is_long, "long", "a long value"},
    [SHAPE_BOOL] = {is_bool, "boolean", "a boolean value"},
    [SHAPE_TEXTS] = {is_text, "list", "string from non-text value"},
    [SHAPE_INTS] = {is_int, "list", "integer from non-int value"},
    [SHAPE_LONGS] = {is_long, "list", "long from non-long value"},
    [SHAPE_MAP] = {is_text, "map", "a string value"},
};

static bool read_plain(const struct shape *s, const cJSON *item,
                       struct failure *f)
{
    return plain[s->kind].is(item) ||
           fail(f, "BadRequestException", "Cannot parse to %s: %s: %s",
                plain[s->kind].wrong, s->name, shown(item, f));
}

static bool read_list(const struct shape *s, const cJSON *item,
                      struct failure *f)
{
    const cJSON *one;
    if (!cJSON_IsArray(item))
        return fail(f, "BadRequestException",
                    "Cannot parse JSON array from non-array value: %s: %s",
                    s->name, shown(item, f));
    cJSON_ArrayForEach(one, item)
    {
        if (!plain[s->kind].is(one))
            return fail(f, "BadRequestException", "Cannot parse %s in %s: %s",
                        plain[s->kind].wrong, s->name, shown(one, f));
    }
    return true;
}

static bool read_map(const struct shape *s, const cJSON *item,
                     struct failure *f)
{
    const cJSON *one;
    if (!cJSON_IsObject(item))
        return fail(f, "BadRequestException",
                    "Cannot parse string map from non-object value: %s: %s",
                    s->name, shown(item, f));
    cJSON_ArrayForEach(one, item)
    {
        if (!cJSON_IsString(one))
            return fail(f, "BadRequestException",
                        "Cannot parse to a string value: %s: %s", one->string,
                        shown(one, f));
    }
    return true;
}

static bool read_object(const struct shape *s, const cJSON *item,
                        struct failure *f)
{
    if (!cJSON_IsObject(item))
        return fail(f, "BadRequestException",
                    "Cannot parse %s from non-object value: %s", s->name,
                    shown(item, f));
    return shape_read(s->of, item, f);
}

static bool short_list(const struct shape *s, const cJSON *item,
                       struct failure *f)
{
    if (!cJSON_IsArray(item))
        return fail(f, "BadRequestException",
                    "Cannot parse %s from non-array: %s", s->name,
                    shown(item, f));
    return cJSON_GetArraySize(item) <= LIST_MAX ||
           fail(f, "BadRequestException", "More than %d %s", LIST_MAX, s->name);
}

static bool read_objects(const struct shape *s, const cJSON *item,
                         struct failure *f)
{
    const cJSON *one;
    if (!short_list(s, item, f))
        return false;
    cJSON_ArrayForEach(one, item)
    {
        if (!read_object(s, one, f))
            return false;
    }
    return true;
}

/* Which of them an object is, says a member "type" or "action". */
static bool read_one_of(const struct shape *s, const cJSON *item,
                        struct failure *f)
{
    bool update = strcmp(s->name, "updates") == 0;
    const char *what = update ? "metadata update" : "update requirement";
    const char *tag = update ? "action" : "type";
    const char *word = json_str(item, tag);
    if (!cJSON_IsObject(item))
        return fail(f, "BadRequestException",
                    "Cannot parse %s from non-object value: %s", what,
                    shown(item, f));
    if (!word)
        return fail(f, "BadRequestException",
                    "Cannot parse %s. Missing field: %s", what, tag);
    for (const struct shape_choice *c = s->choice; c->word; c++)
        if (strcasecmp(c->word, word) == 0)
            return !c->of || shape_read(c->of, item, f);
    return fail(f, "BadRequestException",
                update ? "Cannot convert metadata update action to json: %s"
                       : "Unrecognized update requirement. Cannot convert to "
                         "json: %s",
                word);
}

static bool read_choice(const struct shape *s, const cJSON *item,
                        struct failure *f)
{
    const cJSON *one;
    if (!short_list(s, item, f))
        return false;
    cJSON_ArrayForEach(one, item)
    {
        if (!read_one_of(s, one, f))
            return false;
    }
    return true;
}

static bool read_check(const struct shape *s, const cJSON *item,
                       struct failure *f)
{
    return s->check(item, f);
}

static bool (*const readers[])(const struct shape *s, const cJSON *item,
                               struct failure *f) = {
    [SHAPE_TEXT] = read_plain,    [SHAPE_INT] = read_plain,
    [SHAPE_LONG] = read_plain,    [SHAPE_BOOL] = read_plain,
    [SHAPE_TEXTS] = read_list,    [SHAPE_INTS] = read_list,
    [SHAPE_LONGS] = read_list,    [SHAPE_MAP] = read_map,
    [SHAPE_OBJECT] = read_object, [SHAPE_OBJECTS] = read_objects,
    [SHAPE_CHOICE] = read_choice, [SHAPE_CHECK] = read_check,
};

static bool read_member(const struct shape *s, const cJSON *obj,
                        struct failure *f)
{
    const cJSON *item = json_get(obj, s->name);
    if (!item && s->need == SHAPE_MUST)
        return fail(f, "BadRequestException", "Cannot parse missing %s: %s",
                    s->kind <= SHAPE_MAP ? plain[s->kind].missing : "field",
                    s->name);
    if (!item || (s->need == SHAPE_MAY && cJSON_IsNull(item)))
        return true;
    return readers[s->kind](s, item, f);
}

bool shape_read(const struct shape *members, const cJSON *obj,
                struct failure *f)
{
    for (const struct shape *s = members; s->name || s->check; s++)
        if (s->name ? !read_member(s, obj, f) : !s->check(obj, f))
            return false;
    return true;
}

static cJSON *copy_member(const struct shape *s, const cJSON *item)
{
    if (s->kind == SHAPE_OBJECT)
        return shape_copy(s->of, item);
    if (s->kind != SHAPE_OBJECTS)
        return cJSON_Duplicate(item, true);
    cJSON *list = cJSON_CreateArray();
    const cJSON *one;
    cJSON_ArrayForEach(one, item)
    {
        cJSON_AddItemToArray(list, shape_copy(s->of, one));
    }
    return list;
}

cJSON *shape_copy(const struct shape *members, const cJSON *obj)
{
    cJSON *out = cJSON_CreateObject();
    for (const struct shape *s = members; s->name || s->check; s++) {
        const cJSON *item = s->name ? json_get(obj, s->name) : NULL;
        bool empty = s->kind == SHAPE_MAP && item && !item->child;
        if (item && !cJSON_IsNull(item) && !empty)
            json_set(out, s->name, copy_member(s, item));
    }
    return out;
}
