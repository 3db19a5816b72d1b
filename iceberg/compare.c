/* compare: walks what is wanted beside what is there. See compare.h. */
#include "iceberg/compare.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "iceberg/columns.h"

const char *ice_difference_name(enum ice_difference_kind kind)
{
    static const char *const names[ICE_DIFF_KINDS] = {
        [ICE_DIFF_MISSING] = "missing",
        [ICE_DIFF_EXTRA_REQUIRED] = "extra required",
        [ICE_DIFF_EXTRA_OPTIONAL] = "extra optional",
        [ICE_DIFF_TYPE] = "type",
        [ICE_DIFF_NULLABILITY] = "nullability",
        [ICE_DIFF_ORDER] = "order",
        [ICE_DIFF_PARTITION] = "partition spec",
        [ICE_DIFF_SORT_ORDER] = "sort order",
        [ICE_DIFF_FORMAT_VERSION] = "format version",
        [ICE_DIFF_FIELD_IDS] = "field ids",
        [ICE_DIFF_DOC] = "doc",
        [ICE_DIFF_PROPERTY] = "property",
        [ICE_DIFF_EXTRA_PROPERTY] = "extra property",
    };

    return (unsigned)kind < ICE_DIFF_KINDS ? names[kind] : "?";
}

/* ---- finding the parts of metadata ---- */

/* The item of an array whose member has that id, or NULL. */
static const cJSON *by_id(const cJSON *array, const char *member, int64_t id)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, array)
    {
        int64_t n;

        if (json_int64(json_get(item, member), &n) && n == id)
            return item;
    }
    return NULL;
}

/* The one that a "current" or "default" member names. */
static const cJSON *named(const cJSON *metadata, const char *array,
                          const char *member, const char *which)
{
    int64_t id;

    if (!json_int64(json_get(metadata, which), &id))
        return NULL;
    return by_id(json_get(metadata, array), member, id);
}

static const cJSON *current_schema(const cJSON *metadata)
{
    const cJSON *schema =
        named(metadata, "schemas", "schema-id", "current-schema-id");

    return schema ? schema : json_get(metadata, "schema"); /* version 1 */
}

/* Its fields, or NULL. */
static const cJSON *default_spec(const cJSON *metadata)
{
    const cJSON *spec =
        named(metadata, "partition-specs", "spec-id", "default-spec-id");
    const cJSON *fields = json_get(spec, "fields");

    if (!spec)
        fields = json_get(metadata, "partition-spec"); /* version 1 */
    return cJSON_IsArray(fields) ? fields : NULL;
}

static const char *schema_wrong(const cJSON *metadata)
{
    struct flat_schema f;
    struct arena a;
    bool ok;

    if (!current_schema(metadata))
        return "has no current schema";
    arena_init(&a);
    ok = flat_from_json(&f, current_schema(metadata), &a);
    arena_fini(&a);
    return ok ? NULL : "has a schema that is none";
}

static const char *properties_wrong(const cJSON *metadata)
{
    const cJSON *properties = json_get(metadata, "properties");
    const cJSON *p;

    if (properties && !cJSON_IsNull(properties) && !cJSON_IsObject(properties))
        return "has properties that are no object";
    cJSON_ArrayForEach(p, properties)
    {
        if (!cJSON_IsString(p))
            return "has a property that is no string";
    }
    return NULL;
}

const char *ice__metadata_wrong(const cJSON *metadata)
{
    const char *why;
    int64_t version;

    if (!cJSON_IsObject(metadata))
        return "is no object";
    if (!json_int64(json_get(metadata, "format-version"), &version))
        return "has no format version";
    if (!json_str(metadata, "location"))
        return "has no location";
    if (version > 1 && !json_str(metadata, "table-uuid"))
        return "has no table uuid";
    why = schema_wrong(metadata);
    if (why)
        return why;
    if (!default_spec(metadata))
        return "has no default partition spec";
    return properties_wrong(metadata);
}

/* ---- collecting ---- */

struct compare {
    const struct ice_compare_rules *rules;
    const struct ice_table_def *want;
    const cJSON *metadata;
    struct ice_differences *out;
    struct flat_schema wanted, there;
    struct arena arena;
};

static size_t most_of(const struct compare *c)
{
    return c->rules->stop_at_first ? 1 : ICE_MAX_DIFFERENCES;
}

static void differ(struct compare *c, enum ice_difference_kind kind,
                   const char *path, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void differ(struct compare *c, enum ice_difference_kind kind,
                   const char *path, const char *fmt, ...)
{
    struct ice_differences *out = c->out;
    struct ice_difference *d;
    va_list ap;

    if (!c->rules->report[kind] || out->n >= most_of(c))
        return;
    out->item = mem_realloc(out->item, (out->n + 1) * sizeof(*out->item));
    d = &out->item[out->n++];
    memset(d, 0, sizeof(*d));
    d->kind = kind;
    d->fails = c->rules->fails[kind];
    snprintf(d->path, sizeof(d->path), "%s", path);
    va_start(ap, fmt);
    vsnprintf(d->text, sizeof(d->text), fmt, ap);
    va_end(ap);
}

/* ---- columns ---- */

static bool same_text(const char *a, const char *b)
{
    return !strcmp(a ? a : "", b ? b : "");
}

static const char *nullability(bool required)
{
    return required ? "required" : "optional";
}

static void compare_column(struct compare *c, const struct flat_column *w,
                           const struct flat_column *t)
{
    if (strcmp(w->type, t->type))
        differ(c, ICE_DIFF_TYPE, w->path, "is %.60s, should be %s", t->type,
               w->type);
    if (w->required != t->required)
        differ(c, ICE_DIFF_NULLABILITY, w->path, "is %s, should be %s",
               nullability(t->required), nullability(w->required));
    if (w->parent < 0 && !same_text(w->doc, t->doc))
        differ(c, ICE_DIFF_DOC, w->path, "has another doc");
    if (c->rules->ids_as_asked && w->id != t->id)
        differ(c, ICE_DIFF_FIELD_IDS, w->path, "has the id %lld, not %lld",
               (long long)t->id, (long long)w->id);
}

static bool looked_at(const struct compare *c, const struct flat_column *column)
{
    return c->rules->nested || column->parent < 0;
}

/* Is what the column is nested in found in other, with the same type? If not,
 * the parent's difference says it all. */
static bool parent_fits(const struct flat_schema *f,
                        const struct flat_column *column,
                        const struct flat_schema *other)
{
    const struct flat_column *mine, *theirs;

    if (column->parent < 0)
        return true;
    mine = &f->column[column->parent];
    theirs = flat_find(other, mine->path);
    return theirs && !strcmp(mine->type, theirs->type);
}

static void compare_wanted(struct compare *c)
{
    for (size_t i = 0; i < c->wanted.n; i++) {
        const struct flat_column *w = &c->wanted.column[i];
        const struct flat_column *t = flat_find(&c->there, w->path);

        if (!looked_at(c, w))
            continue;
        if (t)
            compare_column(c, w, t);
        else if (parent_fits(&c->wanted, w, &c->there))
            differ(c, ICE_DIFF_MISSING, w->path, "is missing, should be %s %s",
                   nullability(w->required), w->type);
    }
}

static void compare_extra(struct compare *c)
{
    for (size_t i = 0; i < c->there.n; i++) {
        const struct flat_column *t = &c->there.column[i];
        const struct flat_column *w = flat_find(&c->wanted, t->path);

        if (!looked_at(c, t) || (w && flat_find(&c->there, t->path) == t))
            continue;
        if (!parent_fits(&c->there, t, &c->wanted))
            continue;
        differ(c,
               t->required ? ICE_DIFF_EXTRA_REQUIRED : ICE_DIFF_EXTRA_OPTIONAL,
               t->path, "%s, as %s %.60s", w ? "is there twice" : "is extra",
               nullability(t->required), t->type);
    }
}

/* Wanted columns should follow each other in their order, whatever stands
 * between them. */
static void compare_order(struct compare *c)
{
    const struct flat_column *before = NULL;

    for (size_t i = 0; i < c->wanted.n; i++) {
        const struct flat_column *w = &c->wanted.column[i];
        const struct flat_column *t = flat_find(&c->there, w->path);

        if (w->parent >= 0 || !t)
            continue;
        if (before && t < before)
            differ(c, ICE_DIFF_ORDER, w->path, "should stand after %s",
                   before->path);
        else
            before = t;
    }
}

static int id_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void check_unique(struct compare *c, int64_t *ids, size_t n)
{
    qsort(ids, n, sizeof(*ids), id_order);
    for (size_t i = 1; i < n; i++) {
        const struct flat_column *t = flat_by_id(&c->there, ids[i]);

        if (ids[i] == ids[i - 1] && ids[i] > 0)
            differ(c, ICE_DIFF_FIELD_IDS, t->path,
                   "shares its id %lld with another column", (long long)ids[i]);
    }
}

static void compare_ids(struct compare *c)
{
    int64_t *ids = arena_alloc(&c->arena, (c->there.n + 1) * sizeof(*ids));
    int64_t last = json_i64(c->metadata, "last-column-id", -1);

    for (size_t i = 0; i < c->there.n; i++) {
        ids[i] = c->there.column[i].id;
        if (ids[i] == 0)
            differ(c, ICE_DIFF_FIELD_IDS, c->there.column[i].path,
                   "has no usable id");
    }
    check_unique(c, ids, c->there.n);
    if (c->there.n && last < ids[c->there.n - 1])
        differ(c, ICE_DIFF_FIELD_IDS, "last-column-id",
               "is %lld, below the highest id %lld", (long long)last,
               (long long)ids[c->there.n - 1]);
}

/* ---- partition, order, properties ---- */

/* What a partition field of the table is made from, or NULL. */
static const char *source_path(struct compare *c, const cJSON *field)
{
    int64_t id;
    const struct flat_column *t = NULL;

    if (json_int64(json_get(field, "source-id"), &id) && id > 0)
        t = flat_by_id(&c->there, id);
    return t ? t->path : NULL;
}

static bool partition_fits(struct compare *c, const cJSON *field,
                           const struct ice_partition_field *w,
                           const char *source)
{
    return same_text(source, ice_column_by_id(c->want, w->source_id)->name) &&
           same_text(json_str(field, "transform"), w->transform) &&
           same_text(json_str(field, "name"), w->name);
}

static void compare_partition_field(struct compare *c, const char *path,
                                    const cJSON *field,
                                    const struct ice_partition_field *w)
{
    const char *source = source_path(c, field);
    const char *transform = json_str(field, "transform");
    const char *name = json_str(field, "name");

    if (!source)
        differ(c, ICE_DIFF_FIELD_IDS, path, "refers to no column");
    if (!w)
        differ(c, ICE_DIFF_PARTITION, path, "is extra: %.40s(%.60s)",
               transform ? transform : "?", source ? source : "?");
    else if (!partition_fits(c, field, w, source))
        differ(c, ICE_DIFF_PARTITION, path,
               "is %.40s = %.20s(%.40s), should be %s = %s(%s)",
               name ? name : "?", transform ? transform : "?",
               source ? source : "?", w->name, w->transform,
               ice_column_by_id(c->want, w->source_id)->name);
}

static void compare_partition(struct compare *c)
{
    const cJSON *field;
    char path[32];
    size_t i = 0;

    cJSON_ArrayForEach(field, default_spec(c->metadata))
    {
        snprintf(path, sizeof(path), "partition[%zu]", i);
        compare_partition_field(
            c, path, field,
            i < c->want->n_partition ? &c->want->partition[i] : NULL);
        if (++i >= ICE_MAX_COLUMNS)
            break;
    }
    for (; i < c->want->n_partition; i++) {
        const struct ice_partition_field *w = &c->want->partition[i];

        snprintf(path, sizeof(path), "partition[%zu]", i);
        differ(c, ICE_DIFF_PARTITION, path, "is missing, should be %s = %s(%s)",
               w->name, w->transform,
               ice_column_by_id(c->want, w->source_id)->name);
    }
}

static void compare_sort_order(struct compare *c)
{
    int64_t id = json_i64(c->metadata, "default-sort-order-id", 0);
    const cJSON *order =
        by_id(json_get(c->metadata, "sort-orders"), "order-id", id);
    int n = cJSON_GetArraySize(json_get(order, "fields"));

    if (id != 0 && !order)
        differ(c, ICE_DIFF_SORT_ORDER, "sort order", "refers to no order");
    else if (n > 0)
        differ(c, ICE_DIFF_SORT_ORDER, "sort order",
               "is by %d fields, should be none", n);
}

static const struct ice_property *wanted_property(const struct compare *c,
                                                  const char *key)
{
    for (size_t i = 0; i < c->want->n_properties; i++) {
        if (!strcmp(c->want->properties[i].key, key))
            return &c->want->properties[i];
    }
    return NULL;
}

static void compare_properties(struct compare *c)
{
    const cJSON *properties = json_get(c->metadata, "properties");
    const cJSON *p;

    for (size_t i = 0; i < c->want->n_properties; i++) {
        const struct ice_property *w = &c->want->properties[i];
        const char *value = json_str(properties, w->key);
        const char *path = arena_printf(&c->arena, "property %s", w->key);

        if (!value)
            differ(c, ICE_DIFF_PROPERTY, path, "is missing, should be %s",
                   w->value);
        else if (strcmp(value, w->value))
            differ(c, ICE_DIFF_PROPERTY, path, "is %.80s, should be %s", value,
                   w->value);
    }
    cJSON_ArrayForEach(p, properties)
    {
        if (c->out->n >= most_of(c))
            break;
        if (!wanted_property(c, p->string))
            differ(c, ICE_DIFF_EXTRA_PROPERTY,
                   arena_printf(&c->arena, "property %.100s", p->string),
                   "is extra: %.80s", p->valuestring);
    }
}

static void compare_version(struct compare *c, int wanted)
{
    int64_t version = json_i64(c->metadata, "format-version", 0);

    if (version != wanted)
        differ(c, ICE_DIFF_FORMAT_VERSION, "format version",
               "is %lld, should be %d", (long long)version, wanted);
}

void ice__compare(const struct ice_compare_rules *rules,
                  const struct ice_table_def *want, int format_version,
                  const cJSON *metadata, struct ice_differences *out)
{
    struct compare c = {.rules = rules, .want = want, .metadata = metadata};

    c.out = out;
    arena_init(&c.arena);
    flat_from_table(&c.wanted, want, &c.arena);
    if (flat_from_json(&c.there, current_schema(metadata), &c.arena)) {
        compare_version(&c, format_version);
        compare_wanted(&c);
        compare_extra(&c);
        compare_order(&c);
        compare_ids(&c);
        compare_partition(&c);
        compare_sort_order(&c);
        compare_properties(&c);
    }
    arena_fini(&c.arena);
}

void ice__compare_ids(const struct ice_compare_rules *rules,
                      const cJSON *before, const cJSON *after,
                      struct ice_differences *out)
{
    struct compare c = {.rules = rules, .metadata = after, .out = out};

    arena_init(&c.arena);
    if (flat_from_json(&c.wanted, current_schema(before), &c.arena) &&
        flat_from_json(&c.there, current_schema(after), &c.arena)) {
        for (size_t i = 0; i < c.there.n && out->n < most_of(&c); i++) {
            const struct flat_column *t = &c.there.column[i];
            const struct flat_column *w = flat_find(&c.wanted, t->path);

            if (flat_find(&c.there, t->path) != t)
                continue; /* a second one of that path */
            if (w && w->id != t->id)
                differ(&c, ICE_DIFF_FIELD_IDS, t->path,
                       "had the id %lld and now has %lld", (long long)w->id,
                       (long long)t->id);
        }
    }
    arena_fini(&c.arena);
}

struct ice_compare_rules ice__compare_created(const struct ice_policy *p)
{
    const struct ice_verify_rules *v = &p->verify;
    struct ice_compare_rules rules = p->compare;
    const bool stored[ICE_DIFF_KINDS] = {
        [ICE_DIFF_MISSING] = v->stored_schema,
        [ICE_DIFF_EXTRA_REQUIRED] = v->stored_schema,
        [ICE_DIFF_EXTRA_OPTIONAL] = v->stored_schema,
        [ICE_DIFF_TYPE] = v->stored_schema,
        [ICE_DIFF_NULLABILITY] = v->stored_schema,
        [ICE_DIFF_ORDER] = v->stored_schema,
        [ICE_DIFF_DOC] = v->stored_schema,
        [ICE_DIFF_FIELD_IDS] = v->stored_schema,
        [ICE_DIFF_PARTITION] = v->stored_spec,
        [ICE_DIFF_SORT_ORDER] = v->stored_order,
        [ICE_DIFF_PROPERTY] = v->stored_properties,
        [ICE_DIFF_FORMAT_VERSION] = p->compare.fails[ICE_DIFF_FORMAT_VERSION],
    };

    for (int kind = 0; kind < ICE_DIFF_KINDS; kind++)
        rules.fails[kind] = stored[kind];
    return rules;
}

bool ice__differences_fail(const struct ice_differences *d)
{
    for (size_t i = 0; i < d->n; i++) {
        if (d->item[i].fails)
            return true;
    }
    return false;
}

void ice__differences_print(const struct ice_differences *d, struct str *out)
{
    size_t n = 0;

    for (size_t i = 0; i < d->n; i++) {
        if (d->item[i].fails && ++n <= 3)
            str_addf(out, "%s%s %s", n > 1 ? "; " : "", d->item[i].path,
                     d->item[i].text);
    }
    if (n > 3)
        str_addf(out, "; and %zu more", n - 3);
}
