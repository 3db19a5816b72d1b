/* Updates of a commit: snapshots and the refs that name them. */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/schema.h"

/* Members of a snapshot that are kept, in the reference's order. */
static const struct {
    const char *name;
    bool number, required;
} snapshot_members[] = {
    {"sequence-number", true, false},
    {"snapshot-id", true, true},
    {"parent-snapshot-id", true, false},
    {"timestamp-ms", true, true},
    {"summary", false, false},
    {"manifest-list", false, false},
    {"manifests", false, false},
    {"schema-id", true, false},
    {"first-row-id", true, false},
    {"added-rows", true, false},
    {"key-id", false, false},
};

static bool rows_agree(const cJSON *s, struct failure *f)
{
    int64_t first, rows;
    bool has_first = json_int64(json_get(s, "first-row-id"), &first);
    bool has_rows = json_int64(json_get(s, "added-rows"), &rows);
    if (has_first && first < 0)
        return fail(f, "IllegalArgumentException",
                    "Invalid first-row-id (cannot be negative): %lld",
                    (long long)first);
    if (has_rows && rows < 0)
        return fail(f, "IllegalArgumentException",
                    "Invalid added-rows (cannot be negative): %lld",
                    (long long)rows);
    if (has_first && !has_rows)
        return fail(f, "IllegalArgumentException",
                    "Invalid added-rows (required when first-row-id is set): "
                    "null");
    return true;
}

static bool summary_read(const cJSON *s, struct failure *f)
{
    const cJSON *summary = json_get(s, "summary"), *item;
    if (summary && !cJSON_IsObject(summary))
        return fail(f, "BadRequestException",
                    "Cannot parse summary from non-object value");
    cJSON_ArrayForEach(item, summary)
    {
        if (!need_text(summary, item->string, f))
            return false;
    }
    return true;
}

static cJSON *snapshot_read(const cJSON *in, struct failure *f)
{
    cJSON *out = cJSON_CreateObject();
    size_t n = sizeof snapshot_members / sizeof *snapshot_members;
    bool ok = cJSON_IsObject(in) ||
              fail(f, "BadRequestException", "Cannot parse snapshot");
    for (size_t i = 0; i < n && ok; i++) {
        const char *name = snapshot_members[i].name;
        const cJSON *item = json_get(in, name);
        int64_t number;
        if (!snapshot_members[i].required && (!item || cJSON_IsNull(item)))
            continue;
        if (snapshot_members[i].number)
            ok = need_long(in, name, &number, f);
        if (ok)
            json_set(out, name, cJSON_Duplicate(item, true));
    }
    if (ok && !json_str(out, "manifest-list") && !json_get(out, "manifests"))
        ok = fail(f, "BadRequestException",
                  "Cannot parse missing string: manifest-list");
    if (ok && summary_read(out, f) && rows_agree(out, f))
        return out;
    cJSON_Delete(out);
    return NULL;
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
    if (json_i64(c->metadata, "format-version", 2) < 2)
        return true;
    if (number <= last && json_get(snapshot, "parent-snapshot-id"))
        return fail(c->f, "CommitFailedException",
                    "Validation failed, please retry: Cannot add snapshot "
                    "with sequence number %lld older than last sequence "
                    "number %lld",
                    (long long)number, (long long)last);
    if (number > last)
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

static bool add_snapshot(struct commit *c, const cJSON *update)
{
    cJSON *snapshots = json_get(c->metadata, "snapshots");
    cJSON *snapshot = NULL;
    if (!ready_for_snapshots(c) ||
        !(snapshot = snapshot_read(json_get(update, "snapshot"), c->f)))
        return false;
    int64_t id = json_i64(snapshot, "snapshot-id", -1);
    bool ok = !metadata_find(snapshots, "snapshot-id", id) ||
              fail(c->f, "ValidationException",
                   "Snapshot already exists for id: %lld", (long long)id);
    if (!ok || !take_sequence_number(c, snapshot) || !take_rows(c, snapshot)) {
        cJSON_Delete(snapshot);
        return false;
    }
    cJSON_AddItemToArray(snapshots, snapshot);
    cJSON_AddItemToArray(c->added, json_new_int64(id));
    c->changed = true;
    return true;
}

/* ---- refs ---- */

static bool positive(const cJSON *update, const char *name, const char *what,
                     cJSON *ref, struct failure *f)
{
    const cJSON *item = json_get(update, name);
    int64_t n;
    if (!item || cJSON_IsNull(item))
        return true;
    if (!need_long(update, name, &n, f))
        return false;
    if (n <= 0)
        return fail(f, "IllegalArgumentException", "%s must be greater than 0",
                    what);
    json_set_i64(ref, name, n);
    return true;
}

static cJSON *ref_read(const cJSON *update, int64_t id, struct failure *f)
{
    const char *type = need_text(update, "type", f);
    cJSON *ref = cJSON_CreateObject();
    bool tag = type && strcmp(type, "tag") == 0;
    bool ok = type != NULL;
    if (ok && !tag && strcmp(type, "branch") != 0)
        ok = fail(f, "IllegalArgumentException",
                  "Invalid snapshot ref type: %s", type);
    json_set_i64(ref, "snapshot-id", id);
    json_set_str(ref, "type", tag ? "tag" : "branch");
    ok = ok &&
         positive(update, "min-snapshots-to-keep", "Min snapshots to keep", ref,
                  f) &&
         positive(update, "max-snapshot-age-ms", "Max snapshot age", ref, f) &&
         positive(update, "max-ref-age-ms", "Max reference age", ref, f);
    if (ok && tag &&
        (json_get(ref, "min-snapshots-to-keep") ||
         json_get(ref, "max-snapshot-age-ms")))
        ok = fail(f, "IllegalArgumentException",
                  "Tags do not support setting minSnapshotsToKeep or "
                  "maxSnapshotAgeMs");
    if (ok)
        return ref;
    cJSON_Delete(ref);
    return NULL;
}

static void set_main(struct commit *c, int64_t id)
{
    const cJSON *item,
        *snapshot = metadata_find(json_get(c->metadata, "snapshots"),
                                  "snapshot-id", id);
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

static bool ref_allowed(struct commit *c, const char *name, const cJSON *ref)
{
    int64_t id = json_i64(ref, "snapshot-id", -1);
    const char *type = json_str(ref, "type");
    if (!metadata_find(json_get(c->metadata, "snapshots"), "snapshot-id", id))
        return fail(c->f, "ValidationException",
                    "Cannot set %s to unknown snapshot: %lld", name,
                    (long long)id);
    return strcmp(name, "main") != 0 || strcmp(type, "branch") == 0 ||
           fail(c->f, "ValidationException",
                "Cannot set main to a tag, it must be a branch");
}

static bool set_snapshot_ref(struct commit *c, const cJSON *update)
{
    const char *name = need_text(update, "ref-name", c->f);
    cJSON *refs = json_get(c->metadata, "refs");
    int64_t id;
    if (!name || !need_long(update, "snapshot-id", &id, c->f))
        return false;
    cJSON *ref = ref_read(update, id, c->f);
    if (!ref)
        return false;
    const cJSON *old = json_get(refs, name);
    bool same = old && json_equal(old, ref);
    if (same || !ref_allowed(c, name, ref)) {
        cJSON_Delete(ref);
        return same;
    }
    if (strcmp(name, "main") == 0)
        set_main(c, id);
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
        cJSON_Delete(cJSON_DetachItemViaPointer(list, item));
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
        remove_by_snapshot(json_get(c->metadata, "statistics"), id);
        remove_by_snapshot(json_get(c->metadata, "partition-statistics"), id);
        remove_refs_of(c, id);
        c->removed_snapshots = true;
        c->changed = true;
    }
    return true;
}

/* ---- statistics ---- */

struct statistics {
    const char *member; /* of the update, and the list's name */
    bool blobs;
};

static const struct statistics column_statistics = {"statistics", true};
static const struct statistics partition_statistics = {"partition-statistics",
                                                       false};

static bool blobs_read(const cJSON *value, struct failure *f)
{
    const cJSON *blob, *list = json_get(value, "blob-metadata");
    int64_t n;
    if (!need_long(value, "file-footer-size-in-bytes", &n, f))
        return false;
    if (!cJSON_IsArray(list))
        return fail(f, "BadRequestException",
                    "Cannot parse blob metadata from non-array");
    cJSON_ArrayForEach(blob, list)
    {
        if (!need_text(blob, "type", f) ||
            !need_long(blob, "snapshot-id", &n, f) ||
            !need_long(blob, "sequence-number", &n, f))
            return false;
        if (!cJSON_IsArray(json_get(blob, "fields")))
            return fail(f, "BadRequestException",
                        "Cannot parse missing list: fields");
    }
    return true;
}

/* What the specification knows of it. */
static cJSON *statistics_copy(const cJSON *value, const struct statistics *kind)
{
    static const char *const names[] = {
        "snapshot-id", "statistics-path", "file-size-in-bytes",
        "file-footer-size-in-bytes", "blob-metadata"};
    static const char *const of_blobs[] = {
        "type", "snapshot-id", "sequence-number", "fields", "properties"};
    cJSON *out = members_copy(value, names, kind->blobs ? 4 : 3);
    const cJSON *blob;
    if (!kind->blobs)
        return out;
    cJSON *blobs = cJSON_AddArrayToObject(out, names[4]);
    cJSON_ArrayForEach(blob, json_get(value, names[4]))
        cJSON_AddItemToArray(blobs, members_copy(blob, of_blobs, 5));
    return out;
}

static bool set_one(struct commit *c, const cJSON *update,
                    const struct statistics *kind)
{
    const cJSON *value = json_get(update, kind->member);
    cJSON *list = json_get(c->metadata, kind->member);
    int64_t id, n;
    if (!cJSON_IsObject(value))
        return fail(c->f, "BadRequestException",
                    "Cannot parse missing field: %s", kind->member);
    if (!need_long(value, "snapshot-id", &id, c->f) ||
        !need_text(value, "statistics-path", c->f) ||
        !need_long(value, "file-size-in-bytes", &n, c->f) ||
        (kind->blobs && !blobs_read(value, c->f)))
        return false;
    remove_by_snapshot(list, id);
    cJSON_AddItemToArray(list, statistics_copy(value, kind));
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
    return set_one(c, update, &column_statistics);
}

static bool set_partition_statistics(struct commit *c, const cJSON *update)
{
    return set_one(c, update, &partition_statistics);
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
