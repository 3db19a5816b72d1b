/* Views: their documents, and the updates that only they have. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/schema.h"

#define HISTORY_SIZE "version.history.num-entries"
#define DROP_DIALECT "replace.drop-dialect.allowed"

enum { HISTORY_DEFAULT = 10, PARTS_MAX = 1000 };

/* ---- one version ---- */

static bool read_map(const cJSON *in, const char *name, cJSON *out,
                     struct failure *f)
{
    const cJSON *map = json_get(in, name);
    if (!cJSON_IsObject(map))
        return fail(f, "BadRequestException", "Cannot parse missing map: %s",
                    name);
    return metadata_properties(map, name, false,
                               cJSON_AddObjectToObject(out, name), f);
}

static bool read_levels(const cJSON *in, const char *name, cJSON *out,
                        struct failure *f)
{
    const cJSON *list = json_get(in, name), *level;
    if (!list)
        return fail(f, "BadRequestException", "Cannot parse missing field: %s",
                    name);
    if (!cJSON_IsArray(list))
        return fail(f, "BadRequestException",
                    "Cannot parse string array from non-array: %s", name);
    cJSON_ArrayForEach(level, list)
    {
        if (!cJSON_IsString(level))
            return fail(f, "BadRequestException",
                        "Cannot parse string from non-text value in %s", name);
    }
    json_set(out, name, cJSON_Duplicate(list, true));
    return true;
}

static bool is_sql(const cJSON *representation)
{
    const char *type = json_str(representation, "type");
    return type && strcasecmp(type, "sql") == 0;
}

/* Of a kind that nobody knows only the type is kept. */
static cJSON *representation_read(const cJSON *in, struct failure *f)
{
    static const char *const texts[] = {"sql", "dialect"};
    const char *type = need_text(in, "type", f);
    cJSON *out = cJSON_CreateObject();
    bool ok = type != NULL;
    if (ok)
        json_set_str(out, "type", is_sql(in) ? "sql" : type);
    for (size_t i = 0; i < 2 && ok && is_sql(in); i++) {
        const char *z = need_text(in, texts[i], f);
        ok = z != NULL;
        if (ok)
            json_set_str(out, texts[i], z);
    }
    if (ok)
        return out;
    cJSON_Delete(out);
    return NULL;
}

static bool read_representations(const cJSON *in, cJSON *out, struct failure *f)
{
    const cJSON *list = json_get(in, "representations"), *item;
    cJSON *copies = cJSON_AddArrayToObject(out, "representations");
    if (!cJSON_IsArray(list))
        return fail(f, "BadRequestException",
                    "Cannot parse representations from non-array");
    if (cJSON_GetArraySize(list) > PARTS_MAX)
        return fail(f, "BadRequestException", "More than %d representations",
                    PARTS_MAX);
    cJSON_ArrayForEach(item, list)
    {
        cJSON *copy = representation_read(item, f);
        if (!copy)
            return false;
        cJSON_AddItemToArray(copies, copy);
    }
    return true;
}

static bool read_numbers(const cJSON *in, cJSON *out, struct failure *f)
{
    int64_t id, schema, ms;
    if (!need_int(in, "version-id", &id, f) ||
        !need_long(in, "timestamp-ms", &ms, f) ||
        !need_int(in, "schema-id", &schema, f))
        return false;
    json_set_i64(out, "version-id", id);
    json_set_i64(out, "timestamp-ms", ms);
    json_set_i64(out, "schema-id", schema);
    return true;
}

cJSON *view_version_read(const cJSON *in, struct failure *f)
{
    const char *catalog = json_str(in, "default-catalog");
    cJSON *out = cJSON_CreateObject();
    bool ok = cJSON_IsObject(in) ||
              fail(f, "BadRequestException",
                   "Cannot parse view version from a non-object");
    ok = ok && read_numbers(in, out, f) && read_map(in, "summary", out, f);
    if (ok && catalog)
        json_set_str(out, "default-catalog", catalog);
    if (ok && read_levels(in, "default-namespace", out, f) &&
        read_representations(in, out, f))
        return out;
    cJSON_Delete(out);
    return NULL;
}

/* ---- dialects ---- */

static bool has_dialect(const cJSON *version, const char *dialect, int until)
{
    const cJSON *r;
    cJSON_ArrayForEach(r, json_get(version, "representations"))
    {
        const char *z = json_str(r, "dialect");
        if (until-- == 0)
            return false;
        if (z && strcasecmp(z, dialect) == 0)
            return true;
    }
    return false;
}

static const char *lower(const char *z, struct arena *a)
{
    char *copy = arena_strdup(a, z);
    for (char *p = copy; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return copy;
}

static bool dialects_differ(const cJSON *version, struct failure *f)
{
    const cJSON *r;
    int i = 0;
    cJSON_ArrayForEach(r, json_get(version, "representations"))
    {
        const char *z = json_str(r, "dialect");
        if (z && has_dialect(version, z, i))
            return fail(f, "IllegalArgumentException",
                        "Invalid view version: Cannot add multiple queries "
                        "for dialect %s",
                        lower(z, f->arena));
        i++;
    }
    return true;
}

static const char *dialects(const cJSON *version, struct arena *a)
{
    const cJSON *r;
    const char *all = "";
    cJSON_ArrayForEach(r, json_get(version, "representations"))
    {
        const char *z = json_str(r, "dialect");
        if (z)
            all = arena_printf(a, "%s%s%s", all, *all ? ", " : "", lower(z, a));
    }
    return all;
}

static bool is_true(const cJSON *metadata, const char *property)
{
    const char *z = metadata_property(metadata, property);
    return z && strcasecmp(z, "true") == 0;
}

static const cJSON *current_version(const cJSON *metadata)
{
    return metadata_find(json_get(metadata, "versions"), "version-id",
                         json_i64(metadata, "current-version-id", -1));
}

/* An engine that could read the view must be able to afterwards. */
static bool dialects_stay(const struct commit *c)
{
    const cJSON *was = current_version(c->base), *r;
    const cJSON *is = current_version(c->metadata);
    if (is_true(c->metadata, DROP_DIALECT))
        return true;
    cJSON_ArrayForEach(r, json_get(was, "representations"))
    {
        const char *z = json_str(r, "dialect");
        if (z && !has_dialect(is, z, PARTS_MAX + 1))
            return fail(c->f, "IllegalStateException",
                        "Cannot replace view due to loss of view dialects "
                        "(" DROP_DIALECT "=false):\nPrevious dialects: [%s]\n"
                        "New dialects: [%s]",
                        dialects(was, c->f->arena), dialects(is, c->f->arena));
    }
    return true;
}

/* ---- updates ---- */

static bool versions_same(const cJSON *a, const cJSON *b)
{
    static const char *const names[] = {"summary", "representations",
                                        "default-catalog", "default-namespace",
                                        "schema-id"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const cJSON *x = json_get(a, names[i]), *y = json_get(b, names[i]);
        if (x || y ? !x || !y || !json_equal(x, y) : false)
            return false;
    }
    return true;
}

/* The version's schema is there; -1 means the one added last. */
static bool bind_schema(struct commit *c, cJSON *version)
{
    int64_t id = json_i64(version, "schema-id", -1);
    if (id == -1 && c->last_schema == -1)
        return fail(c->f, "ValidationException",
                    "Cannot set last added schema: no schema has been added");
    if (id == -1)
        id = c->last_schema;
    json_set_i64(version, "schema-id", id);
    return metadata_find(json_get(c->metadata, "schemas"), "schema-id", id) ||
           fail(c->f, "IllegalArgumentException",
                "Cannot add version with unknown schema: %lld", (long long)id);
}

/* An equal one that is there already; its id, or -1 with *next the id that
 * another would get. */
static int64_t find_same(const struct commit *c, const cJSON *version,
                         int64_t *next)
{
    const cJSON *old;
    *next = json_i64(version, "version-id", 1);
    cJSON_ArrayForEach(old, json_get(c->metadata, "versions"))
    {
        int64_t id = json_i64(old, "version-id", -1);
        if (versions_same(old, version))
            return id;
        *next = id >= *next ? id + 1 : *next;
    }
    return -1;
}

/* Takes version over. */
static bool version_add(struct commit *c, cJSON *version)
{
    int64_t next, same = find_same(c, version, &next);
    if (same != -1) {
        c->last_version = list_holds(c->added, same) ? same : -1;
        cJSON_Delete(version);
        return true;
    }
    if (!bind_schema(c, version) || !dialects_differ(version, c->f)) {
        cJSON_Delete(version);
        return false;
    }
    json_set_i64(version, "version-id", next);
    cJSON_AddItemToArray(json_get(c->metadata, "versions"), version);
    cJSON_AddItemToArray(c->added, json_new_int64(next));
    c->last_version = next;
    c->changed = true;
    return true;
}

static bool add_view_version(struct commit *c, const cJSON *update)
{
    cJSON *version = view_version_read(json_get(update, "view-version"), c->f);
    return version && version_add(c, version);
}

/* Time: the version's own when it is new, and now when it was there. */
static void enter_version(struct commit *c, const cJSON *version, int64_t id)
{
    int64_t ms = list_holds(c->added, id)
                     ? json_i64(version, "timestamp-ms", c->now_ms)
                     : c->now_ms;
    cJSON_Delete(c->entered);
    c->entered = cJSON_CreateObject();
    json_set_i64(c->entered, "timestamp-ms", ms);
    json_set_i64(c->entered, "version-id", id);
}

static bool make_current(struct commit *c, int64_t id)
{
    if (id == json_i64(c->metadata, "current-version-id", -1))
        return true;
    const cJSON *version =
        metadata_find(json_get(c->metadata, "versions"), "version-id", id);
    if (!version)
        return fail(c->f, "IllegalArgumentException",
                    "Cannot set current version to unknown version: %lld",
                    (long long)id);
    json_set_i64(c->metadata, "current-version-id", id);
    enter_version(c, version, id);
    c->changed = true;
    return true;
}

static bool set_current_view_version(struct commit *c, const cJSON *update)
{
    int64_t id;
    if (!need_int(update, "view-version-id", &id, c->f))
        return false;
    if (id == -1 && c->last_version == -1)
        return fail(c->f, "ValidationException",
                    "Cannot set last version id: no current version id has "
                    "been set");
    return make_current(c, id == -1 ? c->last_version : id);
}

const struct commit_update updates_of_view[] = {
    {"add-view-version", "AddViewVersion", NULL, add_view_version,
     "an equal one serves; else its id or the next free one; schema -1: the "
     "one added last; one query a dialect"},
    {"set-current-view-version", "SetCurrentViewVersion", NULL,
     set_current_view_version,
     "-1: the one added last by this request; the log notes it"},
    {0},
};

/* ---- after the updates ---- */

static bool history_size(const struct commit *c, int64_t *out)
{
    const char *z = metadata_property(c->metadata, HISTORY_SIZE);
    long long n = HISTORY_DEFAULT;
    if (z && !slice_int64(slice_of(z), &n))
        return fail(c->f, "IllegalArgumentException",
                    "For input string: \"%.100s\"", z);
    if (n < 1)
        return fail(c->f, "IllegalArgumentException",
                    HISTORY_SIZE " must be positive but was %lld", n);
    *out = n;
    return true;
}

/* What is dropped: the oldest, but never the current one. */
static void expire_versions(cJSON *versions, int64_t current, int64_t keep)
{
    while (cJSON_GetArraySize(versions) > keep) {
        cJSON *v, *oldest = NULL;
        cJSON_ArrayForEach(v, versions)
        {
            int64_t id = json_i64(v, "version-id", 0);
            if (id != current &&
                (!oldest || id < json_i64(oldest, "version-id", 0)))
                oldest = v;
        }
        if (!oldest)
            return;
        cJSON_Delete(cJSON_DetachItemViaPointer(versions, oldest));
    }
}

/* History that mentions a version which is gone is cut off there. */
static void cut_log(cJSON *m)
{
    cJSON *old = cJSON_DetachItemFromObjectCaseSensitive(m, "version-log");
    cJSON *log = cJSON_CreateArray(), *entry;
    while ((entry = cJSON_DetachItemFromArray(old, 0))) {
        if (metadata_find(json_get(m, "versions"), "version-id",
                          json_i64(entry, "version-id", -1))) {
            cJSON_AddItemToArray(log, entry);
            continue;
        }
        cJSON_Delete(entry);
        cJSON_Delete(log);
        log = cJSON_CreateArray();
    }
    cJSON_Delete(old);
    json_set(m, "version-log", log);
}

static int64_t kept_anyway(const struct commit *c)
{
    int64_t current = json_i64(c->metadata, "current-version-id", -1);
    return cJSON_GetArraySize(c->added) + !list_holds(c->added, current);
}

bool view_settle(struct commit *c)
{
    cJSON *m = c->metadata, *versions = json_get(m, "versions");
    int64_t keep = HISTORY_DEFAULT;
    if (!versions->child)
        return fail(c->f, "IllegalArgumentException",
                    "Invalid view: no versions were added");
    if (c->entered) {
        cJSON_AddItemToArray(json_get(m, "version-log"), c->entered);
        c->entered = NULL;
    }
    if ((c->base && !dialects_stay(c)) || !history_size(c, &keep))
        return false;
    if (keep < kept_anyway(c))
        keep = kept_anyway(c);
    if (cJSON_GetArraySize(versions) > keep) {
        expire_versions(versions, json_i64(m, "current-version-id", -1), keep);
        cut_log(m);
    }
    const cJSON *properties = json_get(m, "properties");
    if (properties && !properties->child)
        cJSON_DeleteItemFromObjectCaseSensitive(m, "properties");
    return true;
}

/* ---- a new view ---- */

static cJSON *view_empty(const cJSON *create, const struct metadata_new *n)
{
    const char *location = json_str(create, "location");
    char uuid[RNG_UUID_SIZE];
    cJSON *m = cJSON_CreateObject();
    rng_uuid4(n->rng, uuid);
    json_set_str(m, "view-uuid", uuid);
    json_set_i64(m, "format-version", 1);
    json_set_str(m, "location", location && *location ? location : n->location);
    cJSON_AddObjectToObject(m, "properties");
    cJSON_AddArrayToObject(m, "schemas");
    json_set_i64(m, "current-version-id", -1);
    cJSON_AddArrayToObject(m, "versions");
    cJSON_AddArrayToObject(m, "version-log");
    return m;
}

static bool only_sql(const cJSON *version, struct failure *f)
{
    const cJSON *list = json_get(version, "representations"), *r;
    if (!list->child)
        return fail(f, "IllegalArgumentException",
                    "Cannot create view without specifying a query");
    cJSON_ArrayForEach(r, list)
    {
        if (!is_sql(r))
            return fail(f, "IllegalArgumentException",
                        "Found unsupported view representations: [%s]",
                        json_str(r, "type"));
    }
    return true;
}

static void replace_summary(cJSON *version, const char *text)
{
    cJSON *summary = cJSON_CreateObject();
    json_set_str(summary, "iceberg-version", text);
    json_set(version, "summary", summary);
}

static bool fill(struct commit *c, const cJSON *create,
                 const struct metadata_new *n)
{
    cJSON *m = c->metadata, *version = NULL;
    cJSON *schema =
        schema_read(json_get(create, "schema"), FORMAT_VERSION_MAX, c->f);
    if (schema)
        version = view_version_read(json_get(create, "view-version"), c->f);
    if (!version || !only_sql(version, c->f) ||
        !metadata_properties(json_get(create, "properties"), "properties",
                             false, json_get(m, "properties"), c->f)) {
        cJSON_Delete(schema);
        cJSON_Delete(version);
        return false;
    }
    if (n->view_summary)
        replace_summary(version, n->view_summary);
    json_set_i64(schema, "schema-id", 0);
    json_set_i64(version, "schema-id", 0);
    cJSON_AddItemToArray(json_get(m, "schemas"), schema);
    json_set_i64(version, "version-id", 1);
    json_set_i64(version, "timestamp-ms", c->now_ms);
    return version_add(c, version) && make_current(c, c->last_version) &&
           view_settle(c);
}

cJSON *view_create(const cJSON *create, const struct metadata_new *n,
                   struct failure *f)
{
    struct commit c = {.kind = VERSION_VIEW,
                       .now_ms = n->now_ms,
                       .last_schema = -1,
                       .last_version = -1,
                       .f = f};
    c.metadata = view_empty(create, n);
    c.added = cJSON_CreateArray();
    bool ok = fill(&c, create, n);
    cJSON_Delete(c.added);
    cJSON_Delete(c.entered);
    if (ok)
        return c.metadata;
    cJSON_Delete(c.metadata);
    return NULL;
}
