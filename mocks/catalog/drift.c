/* Schema drift: someone else evolves a table. Every word makes the commit
 * that such a person's tool would send, and it goes through the same rules. */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/inside.h"
#include "mocks/catalog/schema.h"

struct drift {
    const cJSON *metadata;
    cJSON *schema; /* a copy of the current one; used up by schema words */
    const cJSON *spec;
    cJSON *updates; /* of the commit */
    struct failure *f;
};

static cJSON *update_add(struct drift *d, const char *action)
{
    cJSON *u = cJSON_CreateObject();
    json_set_str(u, "action", action);
    cJSON_AddItemToArray(d->updates, u);
    return u;
}

static cJSON *fields_of(struct drift *d)
{
    return json_get(d->schema, "fields");
}

static bool is_source(const struct drift *d, const cJSON *field)
{
    return metadata_find(json_get(d->spec, "fields"), "source-id",
                         json_i64(field, "id", -1)) != NULL;
}

/* The first top-level field that fits; NULL with f. */
static cJSON *pick(struct drift *d,
                   bool (*is)(const struct drift *d, const cJSON *field))
{
    cJSON *field;
    cJSON_ArrayForEach(field, fields_of(d))
    {
        if (is(d, field))
            return field;
    }
    fail(d->f, "IllegalArgumentException", "no column to change that way");
    return NULL;
}

static bool is_free(const struct drift *d, const cJSON *field)
{
    return json_str(field, "type") && !is_source(d, field);
}

static bool is_required(const struct drift *d, const cJSON *field)
{
    (void)d;
    return json_bool(field, "required");
}

static bool is_optional(const struct drift *d, const cJSON *field)
{
    return !is_required(d, field);
}

static bool is_any(const struct drift *d, const cJSON *field)
{
    (void)d;
    return field != NULL;
}

/* ---- the words ---- */

static bool add_column(struct drift *d, bool required)
{
    cJSON *field = cJSON_CreateObject();
    json_set_i64(field, "id", json_i64(d->metadata, "last-column-id", 0) + 1);
    json_set_str(field, "name", "drifted");
    json_set(field, "required", cJSON_CreateBool(required));
    json_set_str(field, "type", "string");
    cJSON_AddItemToArray(fields_of(d), field);
    return true;
}

static bool add_optional(struct drift *d)
{
    return add_column(d, false);
}

static bool add_required(struct drift *d)
{
    return add_column(d, true);
}

static bool drop_column(struct drift *d)
{
    cJSON *last = NULL, *field;
    cJSON_ArrayForEach(field, fields_of(d))
    {
        if (!is_source(d, field))
            last = field;
    }
    if (!last || cJSON_GetArraySize(fields_of(d)) < 2)
        return fail(d->f, "IllegalArgumentException", "no column to drop");
    cJSON_Delete(cJSON_DetachItemViaPointer(fields_of(d), last));
    return true;
}

static bool change_type(struct drift *d)
{
    cJSON *field = pick(d, is_free);
    if (!field)
        return false;
    bool text = strcmp(json_str(field, "type"), "string") == 0;
    json_set_str(field, "type", text ? "long" : "string");
    return true;
}

static bool set_required(cJSON *field, bool required)
{
    if (field)
        json_set(field, "required", cJSON_CreateBool(required));
    return field != NULL;
}

static bool make_optional(struct drift *d)
{
    cJSON_DeleteItemFromObjectCaseSensitive(d->schema, "identifier-field-ids");
    return set_required(pick(d, is_required), false);
}

static bool make_required(struct drift *d)
{
    return set_required(pick(d, is_optional), true);
}

static bool reorder(struct drift *d)
{
    cJSON *fields = fields_of(d);
    if (cJSON_GetArraySize(fields) < 2)
        return fail(d->f, "IllegalArgumentException", "only one column");
    cJSON *second = cJSON_DetachItemFromArray(fields, 1);
    return cJSON_InsertItemInArray(fields, 0, second);
}

static bool change_doc(struct drift *d)
{
    cJSON *field = pick(d, is_any);
    if (field)
        json_set_str(field, "doc", "drifted");
    return field != NULL;
}

static bool rename_column(struct drift *d)
{
    cJSON *field = pick(d, is_free);
    if (field)
        json_set_str(
            field, "name",
            arena_printf(d->f->arena, "%s_drifted", json_str(field, "name")));
    return field != NULL;
}

static void use_spec(struct drift *d, cJSON *spec)
{
    json_set(update_add(d, "add-spec"), "spec", spec);
    json_set_i64(update_add(d, "set-default-spec"), "spec-id", -1);
}

/* day becomes month, anything else a bucket; without partitions one appears. */
static bool change_partition(struct drift *d)
{
    cJSON *spec = cJSON_Duplicate(d->spec, true);
    cJSON *field = json_get(spec, "fields");
    field = field ? field->child : NULL;
    if (field) {
        bool day = strcmp(json_str(field, "transform"), "day") == 0;
        json_set_str(field, "transform", day ? "month" : "bucket[16]");
        cJSON_DeleteItemFromObjectCaseSensitive(field, "field-id");
    } else {
        cJSON *source = pick(d, is_free);
        if (!source) {
            cJSON_Delete(spec);
            return false;
        }
        field = cJSON_CreateObject();
        json_set_str(field, "name", "drifted");
        json_set_str(field, "transform", "identity");
        json_set_i64(field, "source-id", json_i64(source, "id", 0));
        cJSON_AddItemToArray(json_get(spec, "fields"), field);
    }
    use_spec(d, spec);
    return true;
}

static bool drop_partition(struct drift *d)
{
    if (!cJSON_GetArraySize(json_get(d->spec, "fields")))
        return fail(d->f, "IllegalArgumentException", "no partition to drop");
    cJSON *spec = cJSON_CreateObject();
    cJSON_AddArrayToObject(spec, "fields");
    use_spec(d, spec);
    return true;
}

static bool format_version(struct drift *d)
{
    int64_t version = json_i64(d->metadata, "format-version", 2);
    json_set_i64(update_add(d, "upgrade-format-version"), "format-version",
                 version + 1);
    return true;
}

static bool change_property(struct drift *d)
{
    cJSON *map =
        cJSON_AddObjectToObject(update_add(d, "set-properties"), "updates");
    json_set_str(map, "write.parquet.compression-codec", "uncompressed");
    return true;
}

#define WORDS(X)                                                               \
    X("add-optional", add_optional, true)                                      \
    X("add-required", add_required, true)                                      \
    X("drop-column", drop_column, true)                                        \
    X("change-type", change_type, true)                                        \
    X("make-optional", make_optional, true)                                    \
    X("make-required", make_required, true)                                    \
    X("reorder", reorder, true)                                                \
    X("change-doc", change_doc, true)                                          \
    X("change-partition", change_partition, false)                             \
    X("drop-partition", drop_partition, false)                                 \
    X("format-version", format_version, false)                                 \
    X("rename-column", rename_column, true)                                    \
    X("change-property", change_property, false)

#define WORD(word, run, of_schema) word,
#define ROW(word, run, of_schema) {word, run, of_schema},

const char *const catalog_drift_words[] = {WORDS(WORD) NULL};

static const struct {
    const char *word;
    bool (*run)(struct drift *d);
    bool of_schema; /* the edited schema is added and made current */
} rows[] = {WORDS(ROW)};

static void use_schema(struct drift *d)
{
    json_set(update_add(d, "add-schema"), "schema", d->schema);
    json_set_i64(update_add(d, "set-current-schema"), "schema-id", -1);
    d->schema = NULL;
}

static bool make_updates(struct drift *d, const char *word)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].word, word) != 0)
            continue;
        bool ok = rows[i].run(d);
        if (ok && rows[i].of_schema)
            use_schema(d);
        return ok;
    }
    return fail(d->f, "IllegalArgumentException", "unknown change: %s", word);
}

bool drift_apply(const cJSON *metadata, const char *base_location,
                 const char *word, const struct metadata_new *n,
                 struct committed *out, struct failure *f)
{
    cJSON *request = cJSON_CreateObject();
    struct drift d = {
        .metadata = metadata,
        .schema = cJSON_Duplicate(
            metadata_find(json_get(metadata, "schemas"), "schema-id",
                          json_i64(metadata, "current-schema-id", 0)),
            true),
        .spec = metadata_find(json_get(metadata, "partition-specs"), "spec-id",
                              json_i64(metadata, "default-spec-id", 0)),
        .updates = cJSON_AddArrayToObject(request, "updates"),
        .f = f};
    bool ok = make_updates(&d, word) &&
              commit_apply(VERSION_TABLE, metadata, base_location, request, n,
                           out, f);
    if (ok && !out->changed) {
        committed_fini(out);
        ok = fail(f, "IllegalArgumentException", "the table looks so already");
    }
    cJSON_Delete(d.schema);
    cJSON_Delete(request);
    return ok;
}
