/* spec: JSON Schema (draft 2020-12) of field tables. */
#include "base/spec.h"

#include <string.h>

#include "base/json.h"

static cJSON *of_type(const char *type)
{
    cJSON *s = cJSON_CreateObject();

    json_set_str(s, "type", type);
    return s;
}

static cJSON *pattern(const char *regex)
{
    cJSON *s = of_type("string");

    json_set_str(s, "pattern", regex);
    return s;
}

static cJSON *any_of(cJSON *a, cJSON *b)
{
    cJSON *s = cJSON_CreateObject(), *list = cJSON_CreateArray();

    cJSON_AddItemToArray(list, a);
    cJSON_AddItemToArray(list, b);
    json_set(s, "anyOf", list);
    return s;
}

static void limits(cJSON *s, const struct spec_field *f, const char *least,
                   const char *most)
{
    if (f->max <= f->min)
        return;
    json_set_i64(s, least, f->min);
    if (f->max != INT64_MAX)
        json_set_i64(s, most, f->max);
}

static cJSON *object(const struct spec_field *fields);

static cJSON *schema_string(const struct spec_field *f)
{
    (void)f;
    return of_type("string");
}

static cJSON *schema_int(const struct spec_field *f)
{
    cJSON *s = of_type("integer");

    limits(s, f, "minimum", "maximum");
    return s;
}

static cJSON *schema_number(const struct spec_field *f)
{
    cJSON *s = of_type("number");

    limits(s, f, "minimum", "maximum");
    return s;
}

static cJSON *schema_bool(const struct spec_field *f)
{
    (void)f;
    return of_type("boolean");
}

static cJSON *schema_duration(const struct spec_field *f)
{
    cJSON *zero = cJSON_CreateObject();

    (void)f;
    json_set_i64(zero, "const", 0);
    return any_of(pattern("^([0-9]+(\\.[0-9]{1,9})?(ms|s|m|h)|0)$"), zero);
}

static cJSON *schema_size(const struct spec_field *f)
{
    cJSON *bytes = of_type("integer");

    (void)f;
    json_set_i64(bytes, "minimum", 0);
    return any_of(bytes, pattern("^[0-9]+(\\.[0-9]{1,9})?(B|KiB|MiB|GiB)?$"));
}

static cJSON *schema_range(const struct spec_field *f)
{
    cJSON *one = of_type("integer");

    json_set_i64(one, "minimum", f->max > f->min ? f->min : 0);
    return any_of(one, pattern("^[0-9]+(-[0-9]*)?$"));
}

static cJSON *schema_word(const struct spec_field *f)
{
    cJSON *s = cJSON_CreateObject(), *list = cJSON_CreateArray();

    for (const char *const *w = f->words; *w; w++)
        cJSON_AddItemToArray(list, cJSON_CreateString(*w));
    json_set(s, "enum", list);
    return s;
}

static cJSON *schema_strings(const struct spec_field *f)
{
    cJSON *list = of_type("array");

    json_set(list, "items", of_type("string"));
    limits(list, f, "minItems", "maxItems");
    return any_of(of_type("string"), list);
}

static cJSON *schema_object(const struct spec_field *f)
{
    return object(f->fields);
}

static cJSON *schema_list(const struct spec_field *f)
{
    cJSON *s = of_type("array");

    json_set(s, "items", object(f->fields));
    limits(s, f, "minItems", "maxItems");
    return s;
}

static cJSON *schema_map(const struct spec_field *f)
{
    static const char *const scalars[] = {"string", "number", "boolean"};
    cJSON *s = of_type("object"), *value = cJSON_CreateObject();

    (void)f;
    json_set(value, "type", cJSON_CreateStringArray(scalars, 3));
    json_set(s, "additionalProperties", value);
    return s;
}

static cJSON *schema_any(const struct spec_field *f)
{
    (void)f;
    return cJSON_CreateObject();
}

static cJSON *schema_custom(const struct spec_field *f)
{
    return f->schema ? f->schema() : cJSON_CreateObject();
}

static cJSON *(*const schemas[])(const struct spec_field *f) = {
    [SPEC_STRING] = schema_string,     [SPEC_INT] = schema_int,
    [SPEC_NUMBER] = schema_number,     [SPEC_BOOL] = schema_bool,
    [SPEC_DURATION] = schema_duration, [SPEC_SIZE] = schema_size,
    [SPEC_RANGE] = schema_range,       [SPEC_WORD] = schema_word,
    [SPEC_STRINGS] = schema_strings,   [SPEC_OBJECT] = schema_object,
    [SPEC_LIST] = schema_list,         [SPEC_MAP] = schema_map,
    [SPEC_ANY] = schema_any,           [SPEC_CUSTOM] = schema_custom};

static cJSON *object(const struct spec_field *fields)
{
    cJSON *s = of_type("object"), *properties = cJSON_CreateObject();
    cJSON *required = cJSON_CreateArray();

    for (const struct spec_field *f = fields; f->name; f++) {
        cJSON *one = schemas[f->type](f);
        if (f->doc)
            json_set_str(one, "description", f->doc);
        json_set(properties, f->name, one);
        if (f->required)
            cJSON_AddItemToArray(required, cJSON_CreateString(f->name));
    }
    json_set(s, "properties", properties);
    if (required->child)
        json_set(s, "required", required);
    else
        cJSON_Delete(required);
    json_set(s, "additionalProperties", cJSON_CreateFalse());
    return s;
}

cJSON *spec_schema(const struct spec_field *fields)
{
    cJSON *s = object(fields);

    json_set_str(s, "$schema", "https://json-schema.org/draft/2020-12/schema");
    return s;
}
