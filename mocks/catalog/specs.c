/* Partition specs and sort orders: bound to a schema, or refused. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <strings.h>

#include "base/json.h"
#include "mocks/catalog/schema.h"

#define DATES "date timestamp timestamptz timestamp_ns timestamptz_ns"

static const struct transform {
    const char *name;
    bool number;       /* name[N] */
    const char *types; /* blank between; NULL: any primitive */
} transforms[] = {
    {"identity", false, NULL},
    {"void", false, NULL},
    {"bucket", true, "int long decimal time string uuid fixed binary " DATES},
    {"truncate", true, "int long decimal string binary"},
    {"year", false, DATES},
    {"month", false, DATES},
    {"day", false, DATES},
    {"hour", false, "timestamp timestamptz timestamp_ns timestamptz_ns"},
};

static bool number_in_brackets(const char *z)
{
    size_t n = *z == '[' ? strspn(z + 1, "0123456789") : 0;
    return n > 0 && n <= 9 && strcmp(z + 1 + n, "]") == 0 &&
           strspn(z + 1, "0") < n;
}

static const struct transform *transform_find(const char *z)
{
    for (size_t i = 0; i < sizeof transforms / sizeof *transforms; i++) {
        const struct transform *t = &transforms[i];
        size_t n = strlen(t->name);
        if (strncmp(z, t->name, n) == 0 &&
            (t->number ? number_in_brackets(z + n) : z[n] == 0))
            return t;
    }
    return NULL;
}

/* Only widths can be wrong: other words may be transforms of the future. */
bool transform_read(const char *z, struct failure *f)
{
    static const char *const wide[] = {"bucket[", "truncate["};
    size_t n = strcspn(z, "[");
    size_t digits = z[n] ? strspn(z + n + 1, "0123456789") : 0;
    for (size_t i = 0; i < 2; i++) {
        size_t m = strlen(wide[i]);
        long long width = 0;
        if (strncasecmp(z, wide[i], m) != 0 || digits == 0 ||
            strcmp(z + m + digits, "]") != 0)
            continue;
        if (!slice_int64((struct slice){z + m, digits}, &width) ||
            width > INT32_MAX || width < 1)
            return fail(f, "BadRequestException",
                        i ? "Invalid truncate width: %.*s (must be > 0)"
                          : "Invalid number of buckets: %.*s (must be > 0)",
                        digits > 20 ? 20 : (int)digits, z + m);
    }
    return true;
}

static bool type_allowed(const struct transform *t, const char *type)
{
    const char *z = t->types;
    if (!z)
        return true;
    while (*z) {
        size_t n = strcspn(z, " ");
        if (strncmp(z, type, n) == 0 &&
            (type[n] == 0 || type[n] == '(' || type[n] == '['))
            return true;
        z += n + (z[n] == ' ');
    }
    return false;
}

/* Orders are refused with the words of the transform itself. */
static void refuse_type(const struct transform *t, const char *type,
                        const char *transform, const char *what,
                        struct failure *f)
{
    if (strcmp(what, "sort") != 0)
        fail(f, "ValidationException",
             "Invalid source type %s for transform: %s", type, transform);
    else if (strcmp(t->name, "bucket") == 0)
        fail(f, "IllegalArgumentException", "Cannot bucket by type: %s", type);
    else if (strcmp(t->name, "truncate") == 0)
        fail(f, "IllegalArgumentException", "Cannot truncate type: %s", type);
    else
        fail(f, "IllegalArgumentException", "Unsupported type: %s", type);
}

/* what: "partition" or "sort"; said: how the field is called in messages. */
static const cJSON *source_field(const cJSON *schema, int64_t id,
                                 const char *transform, const char *what,
                                 const char *said, struct failure *f)
{
    const cJSON *field = schema_field(schema, id);
    const struct transform *t = transform_find(transform);
    if (!field) {
        fail(f, "ValidationException",
             "Cannot find source column for %s field: %s", what, said);
        return NULL;
    }
    if (!t) {
        fail(f, "IllegalArgumentException", "Unknown transform: %s", transform);
        return NULL;
    }
    const char *type = json_str(field, "type");
    if (!type)
        fail(f, "ValidationException",
             "Cannot %s by non-primitive source field: %s", what,
             json_str(field, "name"));
    else if (!type_allowed(t, type))
        refuse_type(t, type, transform, what, f);
    return f->type ? NULL : field;
}

static bool name_free(const char *name, int64_t source, const cJSON *schema,
                      const cJSON *fields, struct failure *f)
{
    const cJSON *column = schema_field_named(schema, name), *other;
    if (!*name)
        return fail(f, "IllegalArgumentException",
                    "Invalid column name: (empty)");
    if (column && json_i64(column, "id", -1) != source)
        return fail(f, "IllegalArgumentException",
                    "Cannot create identity partition sourced from different "
                    "field in schema: %s",
                    name);
    cJSON_ArrayForEach(other, fields)
    {
        if (strcmp(json_str(other, "name"), name) == 0)
            return fail(f, "IllegalArgumentException",
                        "Cannot use partition name more than once: %s", name);
    }
    return true;
}

struct binding {
    const cJSON *schema;
    const struct schema_ids *ids;
    bool anew;
    int64_t *last;
    struct failure *f;
};

static bool bind_part(const cJSON *in, cJSON *fields, struct binding *b)
{
    int64_t source, id = json_i64(in, "field-id", -1);
    const char *name = need_text(in, "name", b->f), *transform;
    if (!name || !need_int(in, "source-id", &source, b->f) ||
        !(transform = need_text(in, "transform", b->f)))
        return false;
    const char *said = arena_printf(b->f->arena, "%lld: %s: %s(%lld)",
                                    (long long)(id < 0 ? *b->last + 1 : id),
                                    name, transform, (long long)source);
    if (b->ids)
        source = schema_ids_new(b->ids, source);
    if (!source_field(b->schema, source, transform, "partition", said, b->f) ||
        !name_free(name, source, b->schema, fields, b->f))
        return false;
    if (b->anew || id < 0)
        id = *b->last + 1;
    if (id > *b->last)
        *b->last = id;
    cJSON *out = cJSON_CreateObject();
    json_set_str(out, "name", name);
    json_set_str(out, "transform", transform);
    json_set_i64(out, "source-id", source);
    json_set_i64(out, "field-id", id);
    cJSON_AddItemToArray(fields, out);
    return true;
}

static cJSON *bind_all(const cJSON *in, const char *id_name, struct binding *b,
                       bool (*one)(const cJSON *, cJSON *, struct binding *))
{
    const cJSON *list = json_get(in, "fields"), *field;
    cJSON *out = cJSON_CreateObject();
    json_set_i64(out, id_name, json_i64(in, id_name, 0));
    cJSON *fields = cJSON_AddArrayToObject(out, "fields");
    bool ok = cJSON_IsArray(list) ||
              fail(b->f, "BadRequestException",
                   "Cannot parse fields of %s: not an array", id_name);
    if (ok && cJSON_GetArraySize(list) > 1000)
        ok = fail(b->f, "BadRequestException", "More than 1000 fields");
    cJSON_ArrayForEach(field, list)
    {
        ok = ok && one(field, fields, b);
    }
    if (ok)
        return out;
    cJSON_Delete(out);
    return NULL;
}

cJSON *spec_bind(const cJSON *in, const cJSON *schema,
                 const struct schema_ids *ids, bool number_anew,
                 int64_t *last_field_id, struct failure *f)
{
    struct binding b = {schema, ids, number_anew, last_field_id, f};
    return bind_all(in, "spec-id", &b, bind_part);
}

static bool one_of(const cJSON *in, const char *name, const char *a,
                   const char *b, struct failure *f)
{
    const char *z = need_text(in, name, f);
    if (!z)
        return false;
    if (strcasecmp(z, a) == 0 || strcasecmp(z, b) == 0)
        return true;
    return fail(f, "IllegalArgumentException", "Invalid %s: %s", name, z);
}

/* The one that it is, in the case it is written in. */
static const char *one_word(const cJSON *in, const char *name, const char *a,
                            const char *b)
{
    const char *z = json_str(in, name);
    return z && strcasecmp(z, a) == 0 ? a : b;
}

/* "1000: name: month(2)", "month(2) ASC NULLS LAST" */
static const char *field_said(const cJSON *field, const char *what,
                              struct arena *a)
{
    const char *transform = json_str(field, "transform");
    const char *name = json_str(field, "name");
    long long source = json_i64(field, "source-id", -1);
    const char *z =
        arena_printf(a, "%s(%lld)", transform ? transform : "null", source);
    if (strcmp(what, "sort") == 0)
        return arena_printf(
            a, "%s %s NULLS %s", z,
            strcmp(one_word(field, "direction", "asc", "desc"), "asc") == 0
                ? "ASC"
                : "DESC",
            strcmp(one_word(field, "null-order", "nulls-first", "nulls-last"),
                   "nulls-first") == 0
                ? "FIRST"
                : "LAST");
    return arena_printf(a, "%lld: %s: %s",
                        (long long)json_i64(field, "field-id", -1),
                        name ? name : "null", z);
}

static bool bind_sort(const cJSON *in, cJSON *fields, struct binding *b)
{
    int64_t source;
    const char *transform = need_text(in, "transform", b->f);
    if (!transform || !need_int(in, "source-id", &source, b->f) ||
        !one_of(in, "direction", "asc", "desc", b->f) ||
        !one_of(in, "null-order", "nulls-first", "nulls-last", b->f))
        return false;
    const char *said = field_said(in, "sort", b->f->arena);
    if (b->ids)
        source = schema_ids_new(b->ids, source);
    if (!source_field(b->schema, source, transform, "sort", said, b->f))
        return false;
    cJSON *out = cJSON_CreateObject();
    json_set_str(out, "transform", transform);
    json_set_i64(out, "source-id", source);
    json_set_str(out, "direction", one_word(in, "direction", "asc", "desc"));
    json_set_str(out, "null-order",
                 one_word(in, "null-order", "nulls-first", "nulls-last"));
    cJSON_AddItemToArray(fields, out);
    return true;
}

cJSON *order_bind(const cJSON *in, const cJSON *schema,
                  const struct schema_ids *ids, struct failure *f)
{
    struct binding b = {schema, ids, false, NULL, f};
    return bind_all(in, "order-id", &b, bind_sort);
}

/* ---- what is there already ---- */

static bool fields_fit(const cJSON *parts, const cJSON *schema,
                       const char *what, struct failure *f)
{
    const cJSON *field;
    cJSON_ArrayForEach(field, json_get(parts, "fields"))
    {
        const char *transform = json_str(field, "transform");
        int64_t source = json_i64(field, "source-id", -1);
        if (transform && strcmp(transform, "void") == 0)
            continue;
        const char *said = field_said(field, what, f->arena);
        if (!transform ||
            !source_field(schema, source, transform, what, said, f))
            return fail(f, "ValidationException", "Invalid %s field: %s", what,
                        said);
    }
    return true;
}

bool spec_fits(const cJSON *spec, const cJSON *schema, struct failure *f)
{
    return fields_fit(spec, schema, "partition", f);
}

bool order_fits(const cJSON *order, const cJSON *schema, struct failure *f)
{
    return fields_fit(order, schema, "sort", f);
}

bool spec_is_sequential(const cJSON *spec)
{
    const cJSON *field;
    int64_t next = 1000;
    cJSON_ArrayForEach(field, json_get(spec, "fields"))
    {
        if (json_i64(field, "field-id", -1) != next++)
            return false;
    }
    return true;
}

static bool fields_same(const cJSON *a, const cJSON *b,
                        const char *const *names)
{
    const cJSON *fa = json_get(a, "fields"), *fb = json_get(b, "fields");
    int n = cJSON_GetArraySize(fa);
    if (n != cJSON_GetArraySize(fb))
        return false;
    for (int i = 0; i < n; i++)
        for (const char *const *name = names; *name; name++)
            if (!json_equal(json_get(cJSON_GetArrayItem(fa, i), *name),
                            json_get(cJSON_GetArrayItem(fb, i), *name)))
                return false;
    return true;
}

bool spec_same(const cJSON *a, const cJSON *b)
{
    static const char *const names[] = {"name", "transform", "source-id", NULL};
    return fields_same(a, b, names);
}

bool order_same(const cJSON *a, const cJSON *b)
{
    static const char *const names[] = {"transform", "source-id", "direction",
                                        "null-order", NULL};
    return fields_same(a, b, names);
}
