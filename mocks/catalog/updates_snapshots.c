/* Updates of a commit: snapshots and the refs that name them. */
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/schema.h"
#include "mocks/catalog/shape.h"

/* As the reference writes it: sequence number 0 is left out, a summary names an
 * operation, rows are counted only from a first one. */
static cJSON *snapshot_read(const cJSON *in, struct failure *f)
{
    if (!cJSON_IsObject(in)) {
        fail(f, "BadRequestException",
             "Cannot parse table version from a non-object");
        return NULL;
    }
    if (!shape_read(shape_snapshot, in, f))
        return NULL;
    cJSON *out = shape_copy(shape_snapshot, in);
    cJSON *summary = json_get(out, "summary");
    if (json_i64(out, "sequence-number", 1) == 0)
        cJSON_DeleteItemFromObjectCaseSensitive(out, "sequence-number");
    if (summary && !json_get(summary, "operation"))
        json_set_str(summary, "operation", "overwrite");
    if (!json_get(out, "first-row-id"))
        cJSON_DeleteItemFromObjectCaseSensitive(out, "added-rows");
    if (json_get(out, "manifest-list"))
        cJSON_DeleteItemFromObjectCaseSensitive(out, "manifests");
    return out;
}

bool snapshot_check(const cJSON *snapshot, struct failure *f)
{
    cJSON *copy = snapshot_read(snapshot, f);
    cJSON_Delete(copy);
    return copy != NULL;
}

static bool ready_for_snapshots(const struct commit *c)
{
    static const struct {
        const char *list, *what;
    } parts[] = {{"schemas", "schema"},
                 {"partition-specs", "partition spec"},
                 {"sort-orders", "sort order"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!cJSON_GetArraySize(json_get(c->metadata, parts[i].list)))
            return fail(c->f, "ValidationException",
                        "Attempting to add a snapshot before a %s is added",
                        parts[i].what);
    return true;
}

static bool take_sequence_number(struct commit *c, const cJSON *snapshot)
{
    int64_t last = json_i64(c->metadata, "last-sequence-number", 0);
    int64_t number = json_i64(snapshot, "sequence-number", 0);
    if (json_i64(c->metadata, "format-version", 2) > 1 && number <= last &&
        json_get(snapshot, "parent-snapshot-id"))
        return fail(c->f, "CommitFailedException",
                    "Validation failed, please retry: Cannot add snapshot "
                    "with sequence number %lld older than last sequence "
                    "number %lld",
                    (long long)number, (long long)last);
    json_set_i64(c->metadata, "last-sequence-number", number);
    return true;
}

static bool take_rows(struct commit *c, const cJSON *snapshot)
{
    int64_t next = json_i64(c->metadata, "next-row-id", 0), first;
    int64_t rows = json_i64(snapshot, "added-rows", 0);
    if (json_i64(c->metadata, "format-version", 2) < 3)
        return true;
    if (!json_int64(json_get(snapshot, "first-row-id"), &first))
        return fail(c->f, "ValidationException",
                    "Cannot add a snapshot: first-row-id is null");
    if (first < next)
        return fail(c->f, "CommitFailedException",
                    "Validation failed, please retry: Cannot add a snapshot, "
                    "first-row-id is behind table next-row-id: %lld < %lld",
                    (long long)first, (long long)next);
    if (next > INT64_MAX - rows)
        return fail(c->f, "ValidationException", "Invalid added-rows: %lld",
                    (long long)rows);
    json_set_i64(c->metadata, "next-row-id", next + rows);
    return true;
}

/* Is there a snapshot with that id? The set is made once, and handed on from
 * commit to commit. */
static bool has_snapshot(struct commit *c, const cJSON *snapshots, int64_t id)
{
    if (!c->known.cap)
        id_set_add_all(&c->known, snapshots, "snapshot-id");
    return id_set_has(&c->known, id);
}

static bool add_snapshot(struct commit *c, const cJSON *update)
{
    cJSON *snapshots = json_get(c->metadata, "snapshots");
    cJSON *snapshot = NULL;
    if (!ready_for_snapshots(c) ||
        !(snapshot = snapshot_read(json_get(update, "snapshot"), c->f)))
        return false;
    int64_t id = json_i64(snapshot, "snapshot-id", -1);
    bool ok = !has_snapshot(c, snapshots, id) ||
              fail(c->f, "ValidationException",
                   "Snapshot already exists for id: %lld", (long long)id);
    if (!ok || !take_sequence_number(c, snapshot) || !take_rows(c, snapshot)) {
        cJSON_Delete(snapshot);
        return false;
    }
    cJSON_AddItemToArray(snapshots, snapshot);
    id_set_add(&c->known, id);
    cJSON_AddItemToArray(c->added, json_new_int64(id));
    c->changed = true;
    return true;
}

/* ---- refs ---- */

static const struct retention {
    const char *name, *said, *unit;
    bool branches; /* of these only */
    const char *field;
} retentions[] = {
    {"min-snapshots-to-keep", "Min snapshots to keep", "", true,
     "minSnapshotsToKeep"},
    {"max-snapshot-age-ms", "Max snapshot age", " ms", true,
     "maxSnapshotAgeMs"},
    {"max-ref-age-ms", "Max reference age", "", false, NULL},
};

static bool retain(const cJSON *update, const struct retention *r, bool tag,
                   cJSON *ref, struct failure *f)
{
    const cJSON *item = json_get(update, r->name);
    int64_t n;
    if (!item || cJSON_IsNull(item))
        return true;
    if (!need_long(update, r->name, &n, f))
        return false;
    if (tag && r->branches)
        return fail(f, "IllegalArgumentException",
                    "Tags do not support setting %s", r->field);
    if (n <= 0)
        return fail(f, "IllegalArgumentException",
                    "%s must be greater than 0%s", r->said, r->unit);
    json_set_i64(ref, r->name, n);
    return true;
}

static cJSON *ref_read(const cJSON *update, struct failure *f)
{
    const char *type = need_text(update, "type", f);
    cJSON *ref = cJSON_CreateObject();
    bool tag = type && strcasecmp(type, "tag") == 0;
    bool ok = type != NULL;
    int64_t id = 0;
    if (ok && !tag && strcasecmp(type, "branch") != 0)
        ok = fail(f, "IllegalArgumentException",
                  "Invalid snapshot ref type: %s", type);
    ok = ok && need_long(update, "snapshot-id", &id, f);
    json_set_i64(ref, "snapshot-id", id);
    json_set_str(ref, "type", tag ? "tag" : "branch");
    for (size_t i = 0; i < sizeof retentions / sizeof *retentions && ok; i++)
        ok = retain(update, &retentions[i], tag, ref, f);
    if (ok)
        return ref;
    cJSON_Delete(ref);
    return NULL;
}

static void set_main(struct commit *c, int64_t id, const cJSON *snapshot)
{
    const cJSON *item;
    int64_t ms = c->now_ms, n;
    cJSON_ArrayForEach(item, c->added)
    {
        if (json_int64(item, &n) && n == id)
            ms = json_i64(snapshot, "timestamp-ms", ms);
    }
    cJSON *entry = cJSON_CreateObject();
    json_set_i64(entry, "timestamp-ms", ms);
    json_set_i64(entry, "snapshot-id", id);
    cJSON_AddItemToArray(json_get(c->metadata, "snapshot-log"), entry);
    cJSON_AddItemToArray(c->was_main, json_new_int64(id));
    json_set_i64(c->metadata, "current-snapshot-id", id);
}

/* snapshot: the one it names, or NULL. */
static bool ref_good(const struct commit *c, const char *name, const cJSON *ref,
                     const cJSON *snapshot)
{
    if (!snapshot)
        return fail(c->f, "ValidationException",
                    "Cannot set %s to unknown snapshot: %lld", name,
                    (long long)json_i64(ref, "snapshot-id", -1));
    return strcmp(name, "main") != 0 ||
           strcmp(json_str(ref, "type"), "branch") == 0 ||
           fail(c->f, "ValidationException",
                "Cannot set main to a tag, it must be a branch");
}

static bool set_snapshot_ref(struct commit *c, const cJSON *update)
{
    const char *name = need_text(update, "ref-name", c->f);
    cJSON *refs = json_get(c->metadata, "refs");
    cJSON *ref = name ? ref_read(update, c->f) : NULL;
    if (!ref)
        return false;
    int64_t id = json_i64(ref, "snapshot-id", -1);
    const cJSON *old = json_get(refs, name);
    const cJSON *snapshot =
        json_find_last(json_get(c->metadata, "snapshots"), "snapshot-id", id);
    bool same = old && json_equal(old, ref);
    if (same || !ref_good(c, name, ref, snapshot)) {
        cJSON_Delete(ref);
        return same;
    }
    if (strcmp(name, "main") == 0)
        set_main(c, id, snapshot);
    json_set(refs, name, ref);
    c->changed = true;
    return true;
}

static void remove_ref(struct commit *c, const char *name)
{
    if (strcmp(name, "main") == 0)
        json_set_i64(c->metadata, "current-snapshot-id", -1);
    c->changed = true;
    cJSON_DeleteItemFromObjectCaseSensitive(json_get(c->metadata, "refs"),
                                            name);
}

static bool remove_snapshot_ref(struct commit *c, const cJSON *update)
{
    const char *name = need_text(update, "ref-name", c->f);
    if (!name)
        return false;
    if (json_get(json_get(c->metadata, "refs"), name))
        remove_ref(c, name);
    return true;
}

static void remove_refs_of(struct commit *c, int64_t id)
{
    cJSON *ref = json_get(c->metadata, "refs");
    ref = ref ? ref->child : NULL;
    while (ref) {
        cJSON *next = ref->next;
        if (json_i64(ref, "snapshot-id", -1) == id)
            remove_ref(c, ref->string);
        ref = next;
    }
}

static void remove_by_snapshot(cJSON *list, int64_t id)
{
    cJSON *item = metadata_find(list, "snapshot-id", id);
    if (item)
        cJSON_Delete(metadata_detach(list, item));
}

static bool remove_snapshots(struct commit *c, const cJSON *update)
{
    const cJSON *ids = json_get(update, "snapshot-ids"), *item;
    cJSON *snapshots = json_get(c->metadata, "snapshots");
    if (!cJSON_IsArray(ids))
        return fail(c->f, "BadRequestException",
                    "Cannot parse missing list: snapshot-ids");
    cJSON_ArrayForEach(item, ids)
    {
        int64_t id;
        if (!json_int64(item, &id))
            return fail(c->f, "BadRequestException",
                        "Cannot parse snapshot-ids: not an integer");
        if (!metadata_find(snapshots, "snapshot-id", id))
            continue;
        remove_by_snapshot(snapshots, id);
        id_set_fini(&c->known);
        remove_by_snapshot(json_get(c->metadata, "statistics"), id);
        remove_by_snapshot(json_get(c->metadata, "partition-statistics"), id);
        remove_refs_of(c, id);
        c->removed_snapshots = true;
        c->changed = true;
    }
    return true;
}

/* ---- statistics ---- */

static bool set_one(struct commit *c, const cJSON *update, const char *member,
                    const struct shape *shape)
{
    const cJSON *value = json_get(update, member);
    cJSON *list = json_get(c->metadata, member);
    if (!cJSON_IsObject(value))
        return fail(c->f, "BadRequestException",
                    "Cannot parse missing field: %s", member);
    if (!shape_read(shape, value, c->f))
        return false;
    remove_by_snapshot(list, json_i64(value, "snapshot-id", -1));
    cJSON_AddItemToArray(list, shape_copy(shape, value));
    c->changed = true;
    return true;
}

static bool remove_one(struct commit *c, const cJSON *update,
                       const char *list_name)
{
    cJSON *list = json_get(c->metadata, list_name);
    int64_t id;
    if (!need_long(update, "snapshot-id", &id, c->f))
        return false;
    if (metadata_find(list, "snapshot-id", id))
        c->changed = true;
    remove_by_snapshot(list, id);
    return true;
}

static bool set_statistics(struct commit *c, const cJSON *update)
{
    return set_one(c, update, "statistics", shape_statistics);
}

static bool set_partition_statistics(struct commit *c, const cJSON *update)
{
    return set_one(c, update, "partition-statistics",
                   shape_partition_statistics);
}

static bool remove_statistics(struct commit *c, const cJSON *update)
{
    return remove_one(c, update, "statistics");
}

static bool remove_partition_statistics(struct commit *c, const cJSON *update)
{
    return remove_one(c, update, "partition-statistics");
}

const struct commit_update updates_of_snapshots[] = {
    {"add-snapshot", "AddSnapshot", add_snapshot, NULL,
     "a new id; from version 2 a sequence number above the last unless it has "
     "no parent (409); version 3: first-row-id not below next-row-id (409), "
     "added-rows counted on"},
    {"set-snapshot-ref", "SetSnapshotRef", set_snapshot_ref, NULL,
     "branch or tag on a snapshot that is there, with its retention; main is a "
     "branch and moves current-snapshot-id and the snapshot log"},
    {"remove-snapshot-ref", "RemoveSnapshotRef", remove_snapshot_ref, NULL,
     "main: no current snapshot any more; a missing one is nothing"},
    {"remove-snapshots", "RemoveSnapshots", remove_snapshots, NULL,
     "with their statistics and the refs that point to them; the log is cut "
     "up to them"},
    {"set-statistics", "SetStatistics", set_statistics, NULL,
     "one a snapshot, the last counts"},
    {"remove-statistics", "RemoveStatistics", remove_statistics, NULL,
     "of a snapshot"},
    {"set-partition-statistics", "SetPartitionStatistics",
     set_partition_statistics, NULL, "one a snapshot, the last counts"},
    {"remove-partition-statistics", "RemovePartitionStatistics",
     remove_partition_statistics, NULL, "of a snapshot"},
    {0},
};
