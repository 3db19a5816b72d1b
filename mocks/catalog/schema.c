/* Schemas: a checked copy of what came in, and new field ids. See schema.h. */
#include "mocks/catalog/schema.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/json.h"

struct schema_id {
    UT_hash_handle hh;
    int64_t old, now;
};

/* ---- types ---- */

static const struct primitive {
    const char *name;
    int since;   /* format version */
    int numbers; /* in brackets or parentheses */
} primitives[] = {
    {"boolean", 1, 0},        {"int", 1, 0},
    {"long", 1, 0},           {"float", 1, 0},
    {"double", 1, 0},         {"decimal", 1, 2},
    {"date", 1, 0},           {"time", 1, 0},
    {"timestamp", 1, 0},      {"timestamptz", 1, 0},
    {"string", 1, 0},         {"uuid", 1, 0},
    {"fixed", 1, 1},          {"binary", 1, 0},
    {"timestamp_ns", 3, 0},   {"variant", 3, 0},
    {"timestamptz_ns", 3, 0}, {"unknown", 3, 0},
    {"geometry", 3, -1},      {"geography", 3, -1},
};

bool type_is(const char *type, const char *kind)
{
    size_t n = strlen(kind);
    return strncmp(type, kind, n) == 0 &&
           (type[n] == 0 || type[n] == '(' || type[n] == '[');
}

/* "(9, 2)" or "[16]": count plain numbers, -1 when it is none of these. */
static int count_numbers(const char *z)
{
    char close = *z == '(' ? ')' : ']';
    int n = 0;
    if (*z != '(' && *z != '[')
        return *z ? -1 : 0;
    for (z++;; z++) {
        while (*z == ' ')
            z++;
        size_t digits = strspn(z, "0123456789");
        if (digits == 0 || digits > 9)
            return -1;
        n++;
        z += digits;
        while (*z == ' ')
            z++;
        if (*z != ',')
            break;
    }
    return *z == close && z[1] == 0 ? n : -1;
}

struct reading {
    int format_version;
    int64_t fields;   /* so far */
    const char *name; /* of the column being read: "a.b.element" */
    struct schema_id *seen;
    struct failure *f;
};

static const char *enter(struct reading *r, const char *name)
{
    const char *outer = r->name;
    r->name = outer ? arena_printf(r->f->arena, "%s.%s", outer, name) : name;
    return outer;
}

static bool primitive_check(const char *type, struct reading *r)
{
    for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++) {
        const struct primitive *p = &primitives[i];
        if (!type_is(type, p->name))
            continue;
        if (p->numbers >= 0 &&
            count_numbers(type + strlen(p->name)) != p->numbers)
            break;
        if (p->since > r->format_version)
            return fail(r->f, "IllegalStateException",
                        "Invalid schema for v%d:\n- Invalid type for %s: %s is "
                        "not supported until v%d",
                        r->format_version, r->name ? r->name : "null", type,
                        p->since);
        return true;
    }
    return fail(r->f, "BadRequestException",
                "Cannot parse type string to primitive: %s", type);
}

static bool read_id(const cJSON *in, const char *name, cJSON *out,
                    struct reading *r)
{
    int64_t id;
    if (!need_int(in, name, &id, r->f))
        return false;
    if (id < 0 || id > INT32_MAX)
        return fail(r->f, "BadRequestException", "Invalid %s: %lld", name,
                    (long long)id);
    struct schema_id *seen;
    HASH_FIND(hh, r->seen, &id, sizeof id, seen);
    if (seen)
        return fail(r->f, "ValidationException",
                    "Invalid schema: multiple fields with id %lld",
                    (long long)id);
    if (++r->fields > SCHEMA_MAX_FIELDS)
        return fail(r->f, "BadRequestException",
                    "Invalid schema: more than %d fields", SCHEMA_MAX_FIELDS);
    seen = arena_alloc(r->f->arena, sizeof *seen);
    seen->old = id;
    HASH_ADD(hh, r->seen, old, sizeof seen->old, seen);
    json_set_i64(out, name, id);
    return true;
}

static bool read_bool(const cJSON *in, const char *name, cJSON *out,
                      struct reading *r)
{
    const cJSON *b = json_get(in, name);
    if (!cJSON_IsBool(b))
        return fail(r->f, "BadRequestException",
                    "Cannot parse missing boolean: %s", name);
    json_set(out, name, cJSON_CreateBool(cJSON_IsTrue(b)));
    return true;
}

/* How JSON holds values of a primitive type. */
static const struct default_form {
    const char *kind;
    char form; /* n: integer, d: number, b: boolean, s: text, 0: none */
} default_forms[] = {
    {"boolean", 'b'},     {"int", 'n'},     {"long", 'n'},
    {"float", 'd'},       {"double", 'd'},  {"decimal", 's'},
    {"date", 's'},        {"time", 's'},    {"timestamp", 's'},
    {"timestamptz", 's'}, {"string", 's'},  {"uuid", 's'},
    {"fixed", 's'},       {"binary", 's'},  {"timestamp_ns", 's'},
    {"variant", 0},       {"unknown", 0},   {"timestamptz_ns", 's'},
    {"geometry", 0},      {"geography", 0},
};

static bool default_fits(const char *type, const cJSON *value)
{
    int64_t n;
    char form = 0;
    for (size_t i = 0; i < sizeof default_forms / sizeof *default_forms; i++)
        if (type_is(type, default_forms[i].kind))
            form = default_forms[i].form;
    return form == 'b'   ? cJSON_IsBool(value)
           : form == 's' ? cJSON_IsString(value)
           : form == 'd' ? cJSON_IsNumber(value) || cJSON_IsRaw(value)
           : form == 'n' ? json_int64(value, &n)
                         : false;
}

static cJSON *read_type(const cJSON *in, struct reading *r);

static const char *const default_names[] = {"initial-default", "write-default"};

static const char *default_text(const cJSON *value, struct failure *f)
{
    struct str s;
    if (cJSON_IsString(value))
        return value->valuestring;
    str_init(&s, 4096);
    json_print(value, &s);
    const char *z = arena_strdup(f->arena, str_z(&s));
    str_fini(&s);
    return z;
}

/* A default of version 3: null, or something that the type can hold. */
static bool read_defaults(const cJSON *in, cJSON *out, struct reading *r)
{
    const char *type = json_str(out, "type");
    for (size_t i = 0; i < 2; i++) {
        const cJSON *value = json_get(in, default_names[i]);
        if (!value || cJSON_IsNull(value))
            continue;
        if (r->format_version < 3 && i == 0)
            return fail(r->f, "IllegalStateException",
                        "Invalid schema for v%d:\n- Invalid initial default "
                        "for %s: non-null default (%s) is not supported until "
                        "v3",
                        r->format_version, r->name, default_text(value, r->f));
        if (!type ? !cJSON_IsObject(value) : !default_fits(type, value))
            return fail(r->f, "IllegalArgumentException",
                        "Cannot cast default value of %s to %s", r->name,
                        type ? type : "a nested type");
        json_set(out, default_names[i], cJSON_Duplicate(value, true));
    }
    return true;
}

static bool check_unknown(const cJSON *out, struct reading *r)
{
    const char *type = json_str(out, "type");
    if (!type || strcmp(type, "unknown") != 0 || !json_bool(out, "required"))
        return true;
    return fail(r->f, "IllegalArgumentException",
                "Cannot create required field with unknown type: %s", r->name);
}

static cJSON *read_field(const cJSON *in, struct reading *r)
{
    cJSON *out = cJSON_CreateObject(), *type = NULL;
    const char *name = NULL, *doc = json_str(in, "doc"), *outer = r->name;
    if (!read_id(in, "id", out, r) || !(name = need_text(in, "name", r->f)))
        goto fail;
    json_set_str(out, "name", name);
    enter(r, name);
    if (!read_bool(in, "required", out, r))
        goto fail;
    type = read_type(json_get(in, "type"), r);
    if (!type)
        goto fail;
    json_set(out, "type", type);
    if (!doc && json_get(in, "doc") && !cJSON_IsNull(json_get(in, "doc"))) {
        need_text(in, "doc", r->f);
        goto fail;
    }
    if (doc)
        json_set_str(out, "doc", doc);
    if (!read_defaults(in, out, r) || !check_unknown(out, r))
        goto fail;
    r->name = outer;
    return out;
fail:
    cJSON_Delete(out);
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(json_str(*(const cJSON *const *)a, "name"),
                  json_str(*(const cJSON *const *)b, "name"));
}

static bool names_differ(const cJSON *fields, struct reading *r)
{
    size_t n = 0, most = (size_t)cJSON_GetArraySize(fields);
    const cJSON **all = arena_alloc(r->f->arena, (most + 1) * sizeof *all);
    const cJSON *field;
    cJSON_ArrayForEach(field, fields) all[n++] = field;
    qsort(all, n, sizeof *all, by_name);
    for (size_t i = 1; i < n; i++)
        if (by_name(&all[i - 1], &all[i]) == 0) {
            int64_t a = json_i64(all[i - 1], "id", 0);
            int64_t b = json_i64(all[i], "id", 0);
            return fail(r->f, "ValidationException",
                        "Invalid schema: multiple fields for name %s: %lld "
                        "and %lld",
                        json_str(all[i], "name"), (long long)(a < b ? a : b),
                        (long long)(a < b ? b : a));
        }
    return true;
}

/* Adds "type" and "fields" to out. */
static bool read_struct(const cJSON *in, cJSON *out, struct reading *r)
{
    const cJSON *fields = json_get(in, "fields"), *field;
    cJSON *list = cJSON_AddArrayToObject(out, "fields");
    if (!cJSON_IsArray(fields))
        return fail(r->f, "BadRequestException",
                    "Cannot parse struct fields from non-array");
    cJSON_ArrayForEach(field, fields)
    {
        cJSON *copy = read_field(field, r);
        if (!copy)
            return false;
        cJSON_AddItemToArray(list, copy);
    }
    return names_differ(list, r);
}

/* element or value: its id, whether it is required, its type */
static bool read_part(const cJSON *in, const char *part, bool has_required,
                      cJSON *out, struct reading *r)
{
    struct arena *a = r->f->arena;
    if (!read_id(in, arena_printf(a, "%s-id", part), out, r))
        return false;
    const char *outer = enter(r, part);
    cJSON *type = read_type(json_get(in, part), r);
    r->name = outer;
    if (!type)
        return false;
    json_set(out, part, type);
    return !has_required ||
           read_bool(in, arena_printf(a, "%s-required", part), out, r);
}

static cJSON *read_type(const cJSON *in, struct reading *r)
{
    if (cJSON_IsString(in))
        return primitive_check(in->valuestring, r)
                   ? cJSON_CreateString(in->valuestring)
                   : NULL;
    const char *kind = json_str(in, "type");
    cJSON *out = cJSON_CreateObject();
    bool ok;
    json_set_str(out, "type", kind ? kind : "");
    if (kind && strcmp(kind, "struct") == 0)
        ok = read_struct(in, out, r);
    else if (kind && strcmp(kind, "list") == 0)
        ok = read_part(in, "element", true, out, r);
    else if (kind && strcmp(kind, "map") == 0)
        ok = read_part(in, "key", false, out, r) &&
             read_part(in, "value", true, out, r);
    else
        ok = fail(r->f, "BadRequestException", "Cannot parse type from json");
    if (ok)
        return out;
    cJSON_Delete(out);
    return NULL;
}

/* Why a field at that path may not identify rows: it lies in a list, a map or
 * something optional. *found: it is below type at all. */
static const char *nested_badly(const cJSON *type, int64_t id, bool *found,
                                struct arena *a)
{
    static const char *const parts[] = {"element", "key", "value"};
    const cJSON *field;
    const char *why;
    cJSON_ArrayForEach(field, json_get(type, "fields"))
    {
        const cJSON *inner = json_get(field, "type");
        if (json_i64(field, "id", -1) == id) {
            *found = true;
            return NULL;
        }
        why = cJSON_IsObject(inner) ? nested_badly(inner, id, found, a) : NULL;
        if (*found && strcmp(json_str(inner, "type"), "struct") != 0)
            return arena_printf(a, "must not be nested in %s",
                                json_str(field, "name"));
        if (*found && !json_bool(field, "required"))
            return arena_printf(a, "must not be nested in an optional field %s",
                                json_str(field, "name"));
        if (*found)
            return why;
    }
    for (size_t i = 0; i < 3; i++) {
        const cJSON *inner = json_get(type, parts[i]);
        if (cJSON_IsObject(inner) && !*found)
            nested_badly(inner, id, found, a);
    }
    return NULL;
}

/* NULL, or why the field cannot identify rows. */
static const char *identifier_trouble(const cJSON *schema, const cJSON *field,
                                      struct arena *a)
{
    const char *type = json_str(field, "type");
    bool found = false;
    if (!type)
        return "not a primitive type field";
    if (!json_bool(field, "required"))
        return "not a required field";
    if (strcmp(type, "float") == 0 || strcmp(type, "double") == 0)
        return "must not be float or double field";
    return nested_badly(schema, json_i64(field, "id", -1), &found, a);
}

static bool list_has(const cJSON *list, int64_t id)
{
    const cJSON *item;
    int64_t n;
    cJSON_ArrayForEach(item, list)
    {
        if (json_int64(item, &n) && n == id)
            return true;
    }
    return false;
}

static bool read_identifiers(const cJSON *in, cJSON *out, struct failure *f)
{
    const cJSON *ids = json_get(in, "identifier-field-ids"), *item;
    if (!ids || cJSON_IsNull(ids))
        return true;
    if (!cJSON_IsArray(ids))
        return fail(f, "BadRequestException",
                    "Cannot parse JSON array from non-array value: "
                    "identifier-field-ids");
    if (!ids->child)
        return true;
    cJSON *list = cJSON_AddArrayToObject(out, "identifier-field-ids");
    cJSON_ArrayForEach(item, ids)
    {
        int64_t id = -1;
        if (!json_int64(item, &id) || id < INT32_MIN || id > INT32_MAX)
            return fail(f, "BadRequestException",
                        "Cannot parse integer from non-int value in "
                        "identifier-field-ids");
        if (list_has(list, id))
            continue;
        const cJSON *field = schema_field(out, id);
        const char *trouble =
            field ? identifier_trouble(out, field, f->arena) : NULL;
        if (!field)
            return fail(f, "IllegalArgumentException",
                        "Cannot add fieldId %lld as an identifier field: field "
                        "does not exist",
                        (long long)id);
        if (trouble)
            return fail(f, "IllegalArgumentException",
                        "Cannot add field %s as an identifier field: %s",
                        json_str(field, "name"), trouble);
        cJSON_AddItemToArray(list, json_new_int64(id));
    }
    return true;
}

cJSON *schema_read(const cJSON *in, int format_version, struct failure *f)
{
    struct reading r = {.format_version = format_version, .f = f};
    const char *type = json_str(in, "type");
    cJSON *out = NULL;
    bool ok = false;
    if (!in || cJSON_IsNull(in))
        fail(f, "IllegalArgumentException", "Invalid schema: null");
    else if (!type || strcmp(type, "struct") != 0)
        fail(f, "BadRequestException",
             "Cannot create schema, not a struct type");
    else {
        const cJSON *given = json_get(in, "schema-id");
        int64_t id = 0;
        out = cJSON_CreateObject();
        json_set_str(out, "type", "struct");
        ok = !given || cJSON_IsNull(given) || need_int(in, "schema-id", &id, f);
        json_set_i64(out, "schema-id", id);
        ok = ok && read_struct(in, out, &r) && read_identifiers(in, out, f);
    }
    HASH_CLEAR(hh, r.seen);
    if (ok)
        return out;
    cJSON_Delete(out);
    return NULL;
}

/* ---- numbering ---- */

struct numbering {
    int64_t last;
    struct schema_ids *ids;
};

static void renumber_one(cJSON *obj, const char *name, struct numbering *n)
{
    struct schema_id *id = mem_alloc(sizeof *id);
    id->old = json_i64(obj, name, 0);
    id->now = ++n->last;
    HASH_ADD(hh, n->ids->hash, old, sizeof id->old, id);
    json_set_i64(obj, name, id->now);
}

static void renumber_type(cJSON *type, struct numbering *n)
{
    cJSON *fields = json_get(type, "fields"), *field;
    if (json_get(type, "element-id"))
        renumber_one(type, "element-id", n);
    if (json_get(type, "key-id")) {
        renumber_one(type, "key-id", n);
        renumber_one(type, "value-id", n);
    }
    if (cJSON_IsArray(fields)) {
        cJSON_ArrayForEach(field, fields) renumber_one(field, "id", n);
        cJSON_ArrayForEach(field, fields)
            renumber_type(json_get(field, "type"), n);
    }
    static const char *const parts[] = {"element", "key", "value"};
    for (size_t i = 0; i < 3; i++)
        if (cJSON_IsObject(json_get(type, parts[i])))
            renumber_type(json_get(type, parts[i]), n);
}

int64_t schema_renumber(cJSON *schema, struct schema_ids *ids)
{
    struct numbering n = {0, ids};
    renumber_type(schema, &n);
    cJSON *identifiers = json_get(schema, "identifier-field-ids"), *item;
    if (identifiers) {
        cJSON *list = cJSON_CreateArray();
        cJSON_ArrayForEach(item, identifiers)
        {
            int64_t id = 0;
            json_int64(item, &id);
            cJSON_AddItemToArray(list, json_new_int64(schema_ids_new(ids, id)));
        }
        json_set(schema, "identifier-field-ids", list);
    }
    return n.last;
}

int64_t schema_ids_new(const struct schema_ids *ids, int64_t old)
{
    struct schema_id *id;
    HASH_FIND(hh, ids->hash, &old, sizeof old, id);
    return id ? id->now : -1;
}

void schema_ids_fini(struct schema_ids *ids)
{
    struct schema_id *id, *next;
    HASH_ITER(hh, ids->hash, id, next)
    {
        /* NOLINTNEXTLINE(clang-analyzer-*): it cannot follow uthash */
        HASH_DEL(ids->hash, id);
        free(id);
    }
}

/* ---- looking ---- */

static int64_t max_id(int64_t last, const cJSON *obj, const char *name)
{
    int64_t id = json_i64(obj, name, 0);
    return id > last ? id : last;
}

int64_t schema_last_id(const cJSON *type)
{
    static const char *const own[] = {"element-id", "key-id", "value-id"};
    static const char *const parts[] = {"element", "key", "value"};
    const cJSON *field;
    int64_t last = 0, nested;
    for (size_t i = 0; i < 3; i++) {
        const cJSON *part = json_get(type, parts[i]);
        last = max_id(last, type, own[i]);
        nested = cJSON_IsObject(part) ? schema_last_id(part) : 0;
        last = nested > last ? nested : last;
    }
    cJSON_ArrayForEach(field, json_get(type, "fields"))
    {
        const cJSON *inner = json_get(field, "type");
        last = max_id(last, field, "id");
        nested = cJSON_IsObject(inner) ? schema_last_id(inner) : 0;
        last = nested > last ? nested : last;
    }
    return last;
}

cJSON *schema_field(const cJSON *type, int64_t id)
{
    static const char *const parts[] = {"element", "key", "value"};
    cJSON *field, *found;
    cJSON_ArrayForEach(field, json_get(type, "fields"))
    {
        if (json_i64(field, "id", -1) == id)
            return field;
        const cJSON *inner = json_get(field, "type");
        found = cJSON_IsObject(inner) ? schema_field(inner, id) : NULL;
        if (found)
            return found;
    }
    for (size_t i = 0; i < 3; i++) {
        const cJSON *part = json_get(type, parts[i]);
        found = cJSON_IsObject(part) ? schema_field(part, id) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

cJSON *schema_field_named(const cJSON *schema, const char *name)
{
    cJSON *field;
    cJSON_ArrayForEach(field, json_get(schema, "fields"))
    {
        if (strcmp(json_str(field, "name"), name) == 0)
            return field;
    }
    return NULL;
}

bool schema_same(const cJSON *a, const cJSON *b)
{
    const cJSON *ia = json_get(a, "identifier-field-ids");
    const cJSON *ib = json_get(b, "identifier-field-ids");
    if (!json_equal(json_get(a, "fields"), json_get(b, "fields")))
        return false;
    return (!ia && !ib) || (ia && ib && json_equal(ia, ib));
}
