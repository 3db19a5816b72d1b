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
    if (ok)
        return out;
    cJSON_Delete(out);
    return NULL;
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
    if (rows < 0 || next > INT64_MAX - rows)
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

static cJSON *ref_read(const cJSON *update, const char *name, int64_t id,
                       struct failure *f)
{
    const char *type = need_text(update, "type", f);
    cJSON *ref = cJSON_CreateObject();
    bool tag = type && strcmp(type, "tag") == 0;
    bool ok = type != NULL;
    if (ok && !tag && strcmp(type, "branch") != 0)
        ok = fail(f, "IllegalArgumentException",
                  "Invalid snapshot ref type: %s", type);
    if (ok && tag && strcmp(name, "main") == 0)
        ok = fail(f, "ValidationException", "Cannot set main to a tag");
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

static bool set_snapshot_ref(struct commit *c, const cJSON *update)
{
    const char *name = need_text(update, "ref-name", c->f);
    cJSON *refs = json_get(c->metadata, "refs");
    int64_t id;
    if (!name || !need_long(update, "snapshot-id", &id, c->f))
        return false;
    const cJSON *snapshot =
        metadata_find(json_get(c->metadata, "snapshots"), "snapshot-id", id);
    if (!snapshot)
        return fail(c->f, "ValidationException",
                    "Cannot set %s to unknown snapshot: %lld", name,
                    (long long)id);
    cJSON *ref = ref_read(update, name, id, c->f);
    if (!ref)
        return false;
    const cJSON *old = json_get(refs, name);
    if (old && json_equal(old, ref)) {
        cJSON_Delete(ref);
        return true;
    }
    if (strcmp(name, "main") == 0 && json_i64(old, "snapshot-id", -1) != id)
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

static bool set_one(struct commit *c, const cJSON *update, const char *member,
                    const char *list_name)
{
    const cJSON *value = json_get(update, member);
    cJSON *list = json_get(c->metadata, list_name);
    int64_t id;
    if (!need_long(value, "snapshot-id", &id, c->f) ||
        !need_text(value, "statistics-path", c->f))
        return false;
    remove_by_snapshot(list, id);
    cJSON_AddItemToArray(list, cJSON_Duplicate(value, true));
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
    return set_one(c, update, "statistics", "statistics");
}

static bool set_partition_statistics(struct commit *c, const cJSON *update)
{
    return set_one(c, update, "partition-statistics", "partition-statistics");
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
    {"add-snapshot", add_snapshot},
    {"set-snapshot-ref", set_snapshot_ref},
    {"remove-snapshot-ref", remove_snapshot_ref},
    {"remove-snapshots", remove_snapshots},
    {"set-statistics", set_statistics},
    {"remove-statistics", remove_statistics},
    {"set-partition-statistics", set_partition_statistics},
    {"remove-partition-statistics", remove_partition_statistics},
    {0},
};
