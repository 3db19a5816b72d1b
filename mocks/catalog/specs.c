/* Partition specs and sort orders: bound to a schema, or refused. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "mocks/catalog/schema.h"

#define DATES "date timestamp timestamptz timestamp_ns timestamptz_ns"

static const struct transform {
    const char *name;
    bool number;         /* name[N] */
    const char *types;   /* blank between; NULL: any */
    const char *refusal; /* of other types, in the reference's words */
} transforms[] = {
    {"identity", false, NULL, NULL},
    {"void", false, NULL, NULL},
    {"bucket", true, "int long decimal time string uuid fixed binary " DATES,
     "Cannot bucket by type"},
    {"truncate", true, "int long decimal string binary",
     "Cannot truncate type"},
    {"year", false, DATES, "Unsupported type"},
    {"month", false, DATES, "Unsupported type"},
    {"day", false, DATES, "Unsupported type"},
    {"hour", false, "timestamp timestamptz timestamp_ns timestamptz_ns",
     "Unsupported type"},
};

static bool number_in_brackets(const char *z)
{
    size_t n = *z == '[' ? strspn(z + 1, "0123456789") : 0;
    return n > 0 && strcmp(z + 1 + n, "]") == 0;
}

/* NULL: one that is not known, and goes with any type. */
static const struct transform *transform_find(const char *z)
{
    for (size_t i = 0; i < sizeof transforms / sizeof *transforms; i++) {
        const struct transform *t = &transforms[i];
        size_t n = strlen(t->name);
        if (strncasecmp(z, t->name, n) == 0 &&
            (t->number ? number_in_brackets(z + n) : z[n] == 0))
            return t;
    }
    return NULL;
}

/* As it is written down: known ones in lower case. */
static const char *transform_written(const char *z, struct arena *a)
{
    const struct transform *t = transform_find(z);
    long long width = 0;
    if (!t)
        return z;
    if (!t->number)
        return t->name;
    const char *number = z + strlen(t->name) + 1;
    slice_int64((struct slice){number, strlen(number) - 1}, &width);
    return arena_printf(a, "%s[%lld]", t->name, width);
}

static bool is_void(const char *transform)
{
    return strcmp(transform, "void") == 0;
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

/* A transform that the type of a source, if there is one, cannot have. */
static bool type_good(const char *transform, const cJSON *source,
                      struct failure *f)
{
    const struct transform *t = transform_find(transform);
    const char *type = json_str(source, "type");
    if (!source || !t || !t->types)
        return true;
    return (type && type_allowed(t, type)) ||
           fail(f, "IllegalArgumentException", "%s: %s", t->refusal,
                type ? type : json_str(json_get(source, "type"), "type"));
}

/* One of them as the reference prints it. */
static const char *part_said(const cJSON *part, struct arena *a)
{
    return arena_printf(a, "%lld: %s: %s(%lld)",
                        (long long)json_i64(part, "field-id", 0),
                        json_str(part, "name"), json_str(part, "transform"),
                        (long long)json_i64(part, "source-id", 0));
}

static const char *sort_said(const cJSON *sort, struct arena *a)
{
    const char *order = json_str(sort, "direction");
    const char *nulls = json_str(sort, "null-order");
    return arena_printf(a, "%s(%lld) %s %s", json_str(sort, "transform"),
                        (long long)json_i64(sort, "source-id", 0),
                        strcmp(order, "asc") == 0 ? "ASC" : "DESC",
                        strcmp(nulls, "nulls-first") == 0 ? "NULLS FIRST"
                                                          : "NULLS LAST");
}

static const struct use {
    const char *field, *verb;
    const char *(*said)(const cJSON *field, struct arena *a);
} partitions = {"partition", "partition", part_said},
  sorts = {"sort", "sort", sort_said};

/* Every field has a column, a plain one; void ones need none. */
static bool fields_fit(const cJSON *parts, const cJSON *schema,
                       const struct use *u, struct failure *f)
{
    const cJSON *field;
    cJSON_ArrayForEach(field, json_get(parts, "fields"))
    {
        const cJSON *source =
            schema_field(schema, json_i64(field, "source-id", -1));
        if (u == &partitions && is_void(json_str(field, "transform")))
            continue;
        if (!source)
            return fail(f, "ValidationException",
                        "Cannot find source column for %s field: %s", u->field,
                        u->said(field, f->arena));
        if (!json_str(source, "type"))
            return fail(f, "ValidationException",
                        "Cannot %s by non-primitive source field: %s", u->verb,
                        json_str(source, "name"));
        if (!type_good(json_str(field, "transform"), source, f))
            return false;
    }
    return true;
}

static bool name_free(const char *name, int64_t source, const cJSON *schema,
                      const cJSON *fields, struct failure *f)
{
    const cJSON *column = schema_field_named(schema, name), *other;
    if (!*name)
        return fail(f, "IllegalArgumentException",
                    "Invalid column name: (empty)");
    if (column && json_i64(column, "id", -1) != source &&
        schema_field(schema, source))
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

/* The id in the new schema; one that is not there stays, to be told of. */
static int64_t source_of(const struct binding *b, int64_t id)
{
    int64_t now = b->ids ? schema_ids_new(b->ids, id) : id;
    return now < 0 ? id : now;
}

static bool bind_part(const cJSON *in, cJSON *fields, struct binding *b)
{
    int64_t source, id = json_i64(in, "field-id", -1);
    const char *name = need_text(in, "name", b->f), *transform;
    if (!name || !need_int(in, "source-id", &source, b->f) ||
        !(transform = need_text(in, "transform", b->f)) ||
        !transform_read(transform, b->f))
        return false;
    bool known = !b->ids || schema_ids_new(b->ids, source) >= 0;
    source = source_of(b, source);
    if ((known &&
         !type_good(transform, schema_field(b->schema, source), b->f)) ||
        !name_free(name, known ? source : -1, b->schema, fields, b->f))
        return false;
    if (b->anew || id < 0)
        id = *b->last + 1;
    if (id > *b->last)
        *b->last = id;
    cJSON *out = cJSON_CreateObject();
    json_set_str(out, "name", name);
    json_set_str(out, "transform", transform_written(transform, b->f->arena));
    json_set_i64(out, "source-id", source);
    json_set_i64(out, "field-id", id);
    cJSON_AddItemToArray(fields, out);
    return known ||
           fail(b->f,
                is_void(json_str(out, "transform")) ? "IllegalArgumentException"
                                                    : "ValidationException",
                "Cannot find source column for partition field: %s",
                part_said(out, b->f->arena));
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

static cJSON *if_it_fits(cJSON *parts, const cJSON *schema, const struct use *u,
                         struct failure *f)
{
    if (!parts || fields_fit(parts, schema, u, f))
        return parts;
    cJSON_Delete(parts);
    return NULL;
}

cJSON *spec_bind(const cJSON *in, const cJSON *schema,
                 const struct schema_ids *ids, bool number_anew,
                 int64_t *last_field_id, struct failure *f)
{
    struct binding b = {schema, ids, number_anew, last_field_id, f};
    return if_it_fits(bind_all(in, "spec-id", &b, bind_part), schema,
                      &partitions, f);
}

static bool one_of(const cJSON *in, const char *name, const char *a,
                   const char *b, cJSON *out, struct failure *f)
{
    const char *z = need_text(in, name, f);
    if (!z)
        return false;
    bool is_a = strcasecmp(z, a) == 0;
    if (!is_a && strcasecmp(z, b) != 0)
        return fail(f, "IllegalArgumentException", "Invalid %s: %s", name, z);
    json_set_str(out, name, is_a ? a : b);
    return true;
}

static bool bind_sort(const cJSON *in, cJSON *fields, struct binding *b)
{
    int64_t source;
    const char *transform = need_text(in, "transform", b->f);
    if (!transform || !need_int(in, "source-id", &source, b->f) ||
        !transform_read(transform, b->f))
        return false;
    bool known = !b->ids || schema_ids_new(b->ids, source) >= 0;
    cJSON *out = cJSON_CreateObject();
    source = source_of(b, source);
    json_set_str(out, "transform", transform_written(transform, b->f->arena));
    json_set_i64(out, "source-id", source);
    bool ok = one_of(in, "direction", "asc", "desc", out, b->f) &&
              one_of(in, "null-order", "nulls-first", "nulls-last", out, b->f);
    if (ok && known)
        ok = type_good(transform, schema_field(b->schema, source), b->f);
    else if (ok)
        ok = fail(b->f, "ValidationException",
                  "Cannot find source column for sort field: %s",
                  sort_said(out, b->f->arena));
    cJSON_AddItemToArray(fields, out);
    return ok;
}

cJSON *order_bind(const cJSON *in, const cJSON *schema,
                  const struct schema_ids *ids, struct failure *f)
{
    struct binding b = {schema, ids, false, NULL, f};
    return if_it_fits(bind_all(in, "order-id", &b, bind_sort), schema, &sorts,
                      f);
}

/* ---- what is there already ---- */

bool spec_fits(const cJSON *spec, const cJSON *schema, struct failure *f)
{
    return fields_fit(spec, schema, &partitions, f);
}

bool order_fits(const cJSON *order, const cJSON *schema, struct failure *f)
{
    return fields_fit(order, schema, &sorts, f);
}

const char *spec_said(const cJSON *spec, struct arena *a)
{
    const cJSON *field;
    const char *z = "[";
    cJSON_ArrayForEach(field, json_get(spec, "fields"))
    {
        z = arena_printf(a, "%s\n  %s", z, part_said(field, a));
    }
    return arena_printf(a, "%s\n]", z);
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
