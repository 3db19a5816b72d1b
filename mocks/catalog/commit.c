/* One commit: all requirements first, then the updates in their order. */
#include "mocks/catalog/commit.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "mocks/catalog/schema.h"

enum { COMMIT_MAX_ITEMS = 10000, METADATA_LOG_MAX = 100 };

/* ---- requirements ---- */

static bool check_uuid(const cJSON *base, const cJSON *r, struct failure *f)
{
    const char *want = need_text(r, "uuid", f);
    const char *have = json_str(base, "table-uuid");
    if (!want)
        return false;
    if (have && strcasecmp(want, have) == 0)
        return true;
    return fail(f, "CommitFailedException",
                "Requirement failed: UUID does not match: expected %s != %s",
                have ? have : "null", want);
}

static bool check_view_uuid(const cJSON *base, const cJSON *r,
                            struct failure *f)
{
    const char *want = need_text(r, "uuid", f);
    const char *have = json_str(base, "view-uuid");
    if (!want)
        return false;
    if (have && strcasecmp(want, have) == 0)
        return true;
    return fail(f, "CommitFailedException",
                "Requirement failed: view UUID does not match: expected %s != "
                "%s",
                have ? have : "null", want);
}

static bool check_ref(const cJSON *base, const cJSON *r, struct failure *f)
{
    const char *name = need_text(r, "ref", f);
    const cJSON *id = json_get(r, "snapshot-id");
    const cJSON *ref = name ? json_get(json_get(base, "refs"), name) : NULL;
    int64_t want, have = json_i64(ref, "snapshot-id", -1);
    if (!name)
        return false;
    const char *kind = json_str(ref, "type");
    if (!id || cJSON_IsNull(id))
        return !ref || fail(f, "CommitFailedException",
                            "Requirement failed: %s %s was created "
                            "concurrently",
                            kind ? kind : "branch", name);
    if (!need_long(r, "snapshot-id", &want, f))
        return false;
    if (!ref)
        return fail(f, "CommitFailedException",
                    "Requirement failed: branch or tag %s is missing, "
                    "expected %lld",
                    name, (long long)want);
    return want == have ||
           fail(f, "CommitFailedException",
                "Requirement failed: %s %s has changed: expected id %lld != "
                "%lld",
                kind ? kind : "branch", name, (long long)want, (long long)have);
}

static bool check_create(const cJSON *base, const cJSON *r, struct failure *f)
{
    (void)r;
    return !base || fail(f, "CommitFailedException",
                         "Requirement failed: table already exists");
}

#define NUMBER(type, said, wanted, actual, changed, doc)                       \
    {                                                                          \
        type, said, VERSION_TABLE, wanted, actual, changed, NULL, doc          \
    }
#define CHECK(type, said, kind, check, doc)                                    \
    {                                                                          \
        type, said, kind, NULL, NULL, NULL, check, doc                         \
    }

const struct commit_requirement commit_requirements[] = {
    CHECK("assert-create", "AssertTableDoesNotExist", VERSION_TABLE,
          check_create, "there is no such table; stands alone"),
    CHECK("assert-table-uuid", "AssertTableUUID", VERSION_TABLE, check_uuid,
          "it names the table's uuid, in either case"),
    CHECK("assert-ref-snapshot-id", "AssertRefSnapshotID", VERSION_TABLE,
          check_ref,
          "it names the snapshot of the ref; null: there is no such ref"),
    NUMBER("assert-last-assigned-field-id", "AssertLastAssignedFieldId",
           "last-assigned-field-id", "last-column-id", "last assigned field id",
           "it names last-column-id"),
    NUMBER("assert-current-schema-id", "AssertCurrentSchemaID",
           "current-schema-id", "current-schema-id", "current schema",
           "it names current-schema-id"),
    NUMBER("assert-last-assigned-partition-id", "AssertLastAssignedPartitionId",
           "last-assigned-partition-id", "last-partition-id",
           "last assigned partition id", "it names last-partition-id"),
    NUMBER("assert-default-spec-id", "AssertDefaultSpecID", "default-spec-id",
           "default-spec-id", "default partition spec",
           "it names default-spec-id"),
    NUMBER("assert-default-sort-order-id", "AssertDefaultSortOrderID",
           "default-sort-order-id", "default-sort-order-id",
           "default sort order", "it names default-sort-order-id"),
    CHECK("assert-view-uuid", "AssertViewUUID", VERSION_VIEW, check_view_uuid,
          "it names the view's uuid, in either case"),
    {0},
};

static bool check_number(const struct commit_requirement *row,
                         const cJSON *base, const cJSON *r, struct failure *f)
{
    int64_t want, have = json_i64(base, row->actual, -1);
    if (!need_int(r, row->wanted, &want, f))
        return false;
    return want == have ||
           fail(f, "CommitFailedException",
                "Requirement failed: %s changed: expected id %lld != %lld",
                row->changed, (long long)want, (long long)have);
}

static const struct commit_requirement *requirement_find(const cJSON *r,
                                                         struct failure *f)
{
    const char *type = json_str(r, "type");
    if (!cJSON_IsObject(r)) {
        fail(f, "BadRequestException",
             "Cannot parse update requirement from non-object value");
        return NULL;
    }
    if (!type) {
        fail(f, "BadRequestException",
             "Cannot parse update requirement. Missing field: type");
        return NULL;
    }
    for (const struct commit_requirement *row = commit_requirements; row->type;
         row++)
        if (strcasecmp(row->type, type) == 0)
            return row;
    fail(f, "BadRequestException",
         "Unrecognized update requirement. Cannot convert to json: %s", type);
    return NULL;
}

bool commit_creates(const cJSON *request)
{
    const cJSON *r;
    cJSON_ArrayForEach(r, json_get(request, "requirements"))
    {
        const char *type = json_str(r, "type");
        if (type && strcasecmp(type, "assert-create") == 0)
            return true;
    }
    return false;
}

bool commit_may_create(const cJSON *request, struct failure *f)
{
    const cJSON *r;
    const char *others = "";
    cJSON_ArrayForEach(r, json_get(request, "requirements"))
    {
        const char *type = json_str(r, "type");
        if (type && strcasecmp(type, "assert-create") != 0)
            others = arena_printf(f->arena, "%s%s%s", others,
                                  *others ? ", " : "", type);
    }
    return !*others || fail(f, "IllegalArgumentException",
                            "Invalid create requirements: [%s]", others);
}

/* Everything must be known before anything is judged: an unknown word is a
 * bad request, whatever the rest says. */
static bool requirements_known(const cJSON *request, struct failure *f)
{
    const cJSON *r, *list = json_get(request, "requirements");
    if (list && !cJSON_IsArray(list) && !cJSON_IsNull(list))
        return fail(f, "BadRequestException",
                    "Cannot parse requirements from non-array");
    if (cJSON_GetArraySize(list) > COMMIT_MAX_ITEMS)
        return fail(f, "BadRequestException", "More than %d requirements",
                    COMMIT_MAX_ITEMS);
    cJSON_ArrayForEach(r, list)
    {
        if (!requirement_find(r, f))
            return false;
    }
    return true;
}

static const char *kind_name(enum version_kind kind)
{
    return kind == VERSION_VIEW ? "view" : "table";
}

static bool requirements_hold(enum version_kind kind, const cJSON *base,
                              const cJSON *request, struct failure *f)
{
    const cJSON *r;
    cJSON_ArrayForEach(r, json_get(request, "requirements"))
    {
        const struct commit_requirement *row = requirement_find(r, f);
        if (!row)
            return false;
        if (row->kind != kind)
            return fail(f, "ValidationException",
                        "Cannot validate %s against a %s", row->said,
                        kind_name(kind));
        if (!(row->check ? row->check(base, r, f)
                         : check_number(row, base, r, f)))
            return false;
    }
    return true;
}

/* ---- updates ---- */

const struct commit_update *const commit_updates[] = {
    updates_of_table, updates_of_layout, updates_of_snapshots, updates_of_view,
    NULL};

static const struct commit_update *update_find(const cJSON *update,
                                               struct failure *f)
{
    const char *action = json_str(update, "action");
    if (!cJSON_IsObject(update)) {
        fail(f, "BadRequestException",
             "Cannot parse metadata update from non-object value");
        return NULL;
    }
    if (!action) {
        fail(f, "BadRequestException",
             "Cannot parse metadata update. Missing field: action");
        return NULL;
    }
    for (size_t i = 0; commit_updates[i]; i++)
        for (const struct commit_update *u = commit_updates[i]; u->action; u++)
            if (strcasecmp(u->action, action) == 0)
                return u;
    fail(f, "BadRequestException",
         "Cannot convert metadata update action to json: %s", action);
    return NULL;
}

static bool updates_known(const cJSON *request, struct failure *f)
{
    const cJSON *u, *list = json_get(request, "updates");
    if (list && !cJSON_IsArray(list) && !cJSON_IsNull(list))
        return fail(f, "BadRequestException",
                    "Cannot parse updates from non-array");
    if (cJSON_GetArraySize(list) > COMMIT_MAX_ITEMS)
        return fail(f, "BadRequestException", "More than %d updates",
                    COMMIT_MAX_ITEMS);
    cJSON_ArrayForEach(u, list)
    {
        if (!update_find(u, f))
            return false;
    }
    return true;
}

static bool updates_apply(struct commit *c, const cJSON *request)
{
    const cJSON *u;
    cJSON_ArrayForEach(u, json_get(request, "updates"))
    {
        const struct commit_update *row = update_find(u, c->f);
        bool (*apply)(struct commit *, const cJSON *) = NULL;
        if (row)
            apply = c->kind == VERSION_VIEW ? row->view : row->table;
        if (row && !apply)
            fail(c->f, "UnsupportedOperationException",
                 "Cannot apply update %s to a %s", row->said,
                 kind_name(c->kind));
        if (!apply || !apply(c, u))
            return false;
    }
    return true;
}

/* ---- after the updates ---- */

static bool complete(const struct commit *c)
{
    static const struct {
        const char *list, *id, *now, *what;
    } parts[] = {
        {"schemas", "schema-id", "current-schema-id", "current schema"},
        {"partition-specs", "spec-id", "default-spec-id",
         "default partition spec"},
        {"sort-orders", "order-id", "default-sort-order-id",
         "default sort order"},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!metadata_find(json_get(c->metadata, parts[i].list), parts[i].id,
                           json_i64(c->metadata, parts[i].now, -1)))
            return fail(c->f, "IllegalArgumentException",
                        "Invalid table metadata: no %s", parts[i].what);
    return true;
}

bool list_holds(const cJSON *list, int64_t id)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        int64_t n;
        if (json_int64(item, &n) && n == id)
            return true;
    }
    return false;
}

/* Was main, for a while, on a snapshot that this commit adds? */
static bool has_passing(const struct commit *c, int64_t current)
{
    const cJSON *item;
    int64_t id;
    cJSON_ArrayForEach(item, c->was_main)
    {
        if (json_int64(item, &id) && id != current && list_holds(c->added, id))
            return true;
    }
    return false;
}

/* Snapshots that were current only within this commit leave no trace; a
 * removed one cuts off what is older, as history would have a gap. */
static void settle_snapshot_log(struct commit *c)
{
    int64_t current = json_i64(c->metadata, "current-snapshot-id", -1);
    if (!c->removed_snapshots && !has_passing(c, current))
        return;
    cJSON *log = json_get(c->metadata, "snapshot-log"), *next;
    struct id_set there = {0};
    id_set_add_all(&there, json_get(c->metadata, "snapshots"), "snapshot-id");
    for (cJSON *entry = log ? log->child : NULL; entry; entry = next) {
        int64_t id = json_i64(entry, "snapshot-id", -1);
        bool passing = list_holds(c->added, id) && id != current &&
                       list_holds(c->was_main, id);
        bool gone = !id_set_has(&there, id);
        next = entry->next;
        while (gone && c->removed_snapshots && log->child != entry)
            cJSON_Delete(metadata_detach(log, log->child));
        if (passing || gone)
            cJSON_Delete(metadata_detach(log, entry));
    }
    id_set_fini(&there);
}

enum { LOG_SLACK_MS = 60000 };

/* The entries from the last but so many on: those before were checked when they
 * came. */
static bool sorted_from(const cJSON *log, const cJSON *entry, const char *what,
                        int64_t last_updated, struct failure *f)
{
    int64_t last = INT64_MIN + LOG_SLACK_MS;
    for (; entry; entry = entry->next) {
        int64_t ms = json_i64(entry, "timestamp-ms", 0);
        if (ms < last - LOG_SLACK_MS)
            return fail(f, "IllegalArgumentException",
                        "[BUG] Expected sorted %s log entries.", what);
        last = ms;
    }
    if (log && log->child && last_updated < last - LOG_SLACK_MS)
        return fail(f, "IllegalArgumentException",
                    "Invalid update timestamp %lld: before last %s log entry "
                    "at %lld",
                    (long long)last_updated, what, (long long)last);
    return true;
}

/* The last n elements' first one; the list's first one when it has not so
 * many. */
static const cJSON *tail_of(const cJSON *list, int n)
{
    const cJSON *item = list ? list->child : NULL;
    if (!item)
        return NULL;
    item = item->prev; /* cJSON keeps the last one there */
    for (; n > 1 && item != list->child; n--)
        item = item->prev;
    return item;
}

/* Readers refuse logs that are out of order by more than a minute. */
bool metadata_logs_sorted(const cJSON *m, struct failure *f)
{
    int64_t now = json_i64(m, "last-updated-ms", 0);
    const cJSON *snapshots = json_get(m, "snapshot-log");
    const cJSON *files = json_get(m, "metadata-log");
    return sorted_from(snapshots, snapshots ? snapshots->child : NULL,
                       "snapshot", now, f) &&
           sorted_from(files, files ? files->child : NULL, "metadata", now, f);
}

/* The base's logs were in order; so it is enough to look at what this commit
 * put behind, and at the entry before. */
static bool logs_sorted(const struct commit *c)
{
    const cJSON *log = json_get(c->metadata, "snapshot-log");
    const cJSON *files = json_get(c->metadata, "metadata-log");
    int64_t now = json_i64(c->metadata, "last-updated-ms", 0);
    if (!c->base_location || c->removed_snapshots)
        return metadata_logs_sorted(c->metadata, c->f);
    return sorted_from(log, tail_of(log, cJSON_GetArraySize(c->was_main) + 1),
                       "snapshot", now, c->f) &&
           sorted_from(files, tail_of(files, 2), "metadata", now, c->f);
}

/* Takes the oldest entry out; its file goes when the table says so. */
static void drop_oldest(struct commit *c, cJSON *log, bool deletes)
{
    cJSON *entry = metadata_detach(log, log->child);
    const char *file = json_str(entry, "metadata-file");
    if (deletes && file) {
        if (!c->dropped)
            c->dropped = cJSON_CreateArray();
        cJSON_AddItemToArray(c->dropped, cJSON_CreateString(file));
    }
    cJSON_Delete(entry);
}

static void log_metadata(struct commit *c)
{
    cJSON *log = json_get(c->metadata, "metadata-log");
    const char *z =
        metadata_property(c->metadata, "write.metadata.previous-versions-max");
    const char *deletes = metadata_property(
        c->metadata, "write.metadata.delete-after-commit.enabled");
    long long most = METADATA_LOG_MAX;
    if (c->base_location) {
        cJSON *entry = cJSON_CreateObject();
        json_set_i64(entry, "timestamp-ms", c->was_updated_ms);
        json_set_str(entry, "metadata-file", c->base_location);
        cJSON_AddItemToArray(log, entry);
    }
    if (z && (!slice_int64(slice_of(z), &most) || most < 1))
        most = 1;
    for (long long n = cJSON_GetArraySize(log); n > most; n--)
        drop_oldest(c, log, deletes && strcasecmp(deletes, "true") == 0);
}

static bool log_ends_at_current(const struct commit *c)
{
    const cJSON *log = json_get(c->metadata, "snapshot-log");
    int64_t current = json_i64(c->metadata, "current-snapshot-id", -1);
    if (current == -1 ||
        (!c->removed_snapshots && !c->was_main->child && c->base_location))
        return true;
    if (json_i64(tail_of(log, 1), "snapshot-id", -1) == current)
        return true;
    return fail(c->f, "ValidationException",
                "Cannot set invalid snapshot log: latest entry is not the "
                "current snapshot");
}

/* Sequence numbers come with version 2, and none is above the last. */
static bool numbers_agree(const struct commit *c)
{
    int64_t last = json_i64(c->metadata, "last-sequence-number", 0);
    const cJSON *s;
    if (last != 0 && json_i64(c->metadata, "format-version", 2) < 2)
        return fail(c->f, "IllegalArgumentException",
                    "Sequence number must be 0 in v1: %lld", (long long)last);
    s = json_get(c->metadata, "snapshots");
    if (c->base_location && last >= c->was_sequence)
        s = tail_of(s, cJSON_GetArraySize(c->added)); /* others were below */
    else if (s)
        s = s->child;
    for (; s; s = s->next) {
        int64_t number = json_i64(s, "sequence-number", 0);
        if (number > last)
            return fail(c->f, "ValidationException",
                        "Invalid snapshot with sequence number %lld greater "
                        "than last sequence number %lld",
                        (long long)number, (long long)last);
    }
    return true;
}

static bool table_settle(struct commit *c)
{
    int64_t before = c->was_updated_ms;
    if (!complete(c) || !layout_fits(c) || !numbers_agree(c))
        return false;
    settle_snapshot_log(c);
    json_set_i64(c->metadata, "last-updated-ms",
                 c->now_ms > before ? c->now_ms : before);
    log_metadata(c);
    metadata_settle(c->metadata);
    return log_ends_at_current(c) && logs_sorted(c);
}

static bool settle(struct commit *c)
{
    if (!c->changed)
        return true;
    return c->kind == VERSION_VIEW ? view_settle(c) : table_settle(c);
}

/* A new table's format version is what the first such update asks for. */
static int version_asked(const cJSON *request)
{
    const cJSON *u;
    cJSON_ArrayForEach(u, json_get(request, "updates"))
    {
        const char *action = json_str(u, "action");
        int64_t version = json_i64(u, "format-version", 2);
        if (!action || strcasecmp(action, "upgrade-format-version") != 0)
            continue;
        return version >= 1 && version <= FORMAT_VERSION_MAX ? (int)version : 2;
    }
    return 2;
}

void committed_fini(struct committed *d)
{
    cJSON_Delete(d->metadata);
    cJSON_Delete(d->dropped);
    id_set_fini(&d->ids);
    *d = (struct committed){0};
}

static struct commit begin(enum version_kind kind, const cJSON *base,
                           const char *base_location,
                           const struct metadata_new *n, struct failure *f)
{
    return (struct commit){
        .kind = kind,
        .base = base,
        .base_location = base ? base_location : NULL,
        .was_updated_ms = json_i64(base, "last-updated-ms", 0),
        .was_sequence = json_i64(base, "last-sequence-number", 0),
        .now_ms = n->now_ms,
        .last_schema = -1,
        .last_spec = -1,
        .last_order = -1,
        .last_version = -1,
        .f = f};
}

static bool may_go_on(const struct commit *c, const cJSON *request)
{
    return requirements_known(request, c->f) && updates_known(request, c->f) &&
           requirements_hold(c->kind, c->base, request, c->f);
}

/* c->metadata is there: updates it, and gives it to out. */
static bool finish(struct commit *c, const cJSON *request,
                   struct committed *out)
{
    if (!json_get(c->metadata, "properties"))
        cJSON_AddObjectToObject(c->metadata, "properties");
    c->added = cJSON_CreateArray();
    c->added_schemas = cJSON_CreateArray();
    c->was_main = cJSON_CreateArray();
    c->changed = !c->base_location;
    bool ok = updates_apply(c, request) && settle(c);
    cJSON_Delete(c->added);
    cJSON_Delete(c->added_schemas);
    cJSON_Delete(c->was_main);
    cJSON_Delete(c->entered);
    *out = (struct committed){.metadata = c->metadata,
                              .dropped = c->dropped,
                              .changed = c->changed,
                              .ids = c->known};
    if (!ok)
        committed_fini(out);
    return ok;
}

bool commit_apply(enum version_kind kind, const cJSON *base,
                  const char *base_location, const cJSON *request,
                  const struct metadata_new *n, struct committed *out,
                  struct failure *f)
{
    struct commit c = begin(kind, base, base_location, n, f);
    *out = (struct committed){0};
    if (!may_go_on(&c, request))
        return false;
    c.metadata = base ? cJSON_Duplicate(base, true)
                      : metadata_empty(version_asked(request), n);
    return finish(&c, request, out);
}

bool commit_on(struct version *base, const cJSON *request,
               const struct metadata_new *n, struct committed *out,
               struct failure *f)
{
    struct commit c =
        begin(VERSION_TABLE, version_tree(base), base->location, n, f);
    *out = (struct committed){0};
    if (!may_go_on(&c, request))
        return false;
    c.base = NULL;
    c.metadata = version_take_tree(base);
    c.known = base->ids;
    base->ids = (struct id_set){0};
    if (!finish(&c, request, out))
        return false;
    out->grown_from = base;
    return true;
}
