/* Updates of a commit: identity, format, location, properties, keys. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/schema.h"
#include "mocks/catalog/shape.h"

/* The specification calls giving an existing table another uuid unsafe. */
static bool assign_uuid(struct commit *c, const cJSON *update)
{
    const char *uuid = need_text(update, "uuid", c->f);
    const char *old = json_str(c->metadata, "table-uuid");
    if (!uuid)
        return false;
    if (strlen(uuid) != 36)
        return fail(c->f, "BadRequestException", "Invalid UUID string: %.100s",
                    uuid);
    if (old && strcasecmp(old, uuid) == 0)
        return true;
    if (c->base_location)
        return fail(c->f, "BadRequestException",
                    "Cannot reassign uuid: current %s, requested %s", old,
                    uuid);
    json_set_str(c->metadata, "table-uuid", uuid);
    return true;
}

static bool assign_view_uuid(struct commit *c, const cJSON *update)
{
    const char *uuid = need_text(update, "uuid", c->f);
    const char *old = json_str(c->metadata, "view-uuid");
    if (!uuid)
        return false;
    if (old && strcmp(old, uuid) == 0)
        return true;
    return fail(c->f, "IllegalArgumentException", "Cannot reassign uuid");
}

static bool upgrade_view(struct commit *c, const cJSON *update)
{
    int64_t old = json_i64(c->metadata, "format-version", 1), version;
    if (!need_int(update, "format-version", &version, c->f))
        return false;
    if (version < old)
        return fail(c->f, "IllegalArgumentException",
                    "Cannot downgrade v%lld view to v%lld", (long long)old,
                    (long long)version);
    return version <= VIEW_FORMAT_VERSION_MAX ||
           fail(c->f, "IllegalArgumentException",
                "Unsupported format version: %lld", (long long)version);
}

static bool upgrade_format_version(struct commit *c, const cJSON *update)
{
    int64_t old = json_i64(c->metadata, "format-version", 2), version;
    if (!need_int(update, "format-version", &version, c->f))
        return false;
    if (version > FORMAT_VERSION_MAX)
        return fail(c->f, "IllegalArgumentException",
                    "Cannot upgrade table to unsupported format version: "
                    "v%lld (supported: v%d)",
                    (long long)version, FORMAT_VERSION_MAX);
    if (version < old)
        return fail(c->f, "IllegalArgumentException",
                    "Cannot downgrade v%lld table to v%lld", (long long)old,
                    (long long)version);
    if (version == old)
        return true;
    json_set_i64(c->metadata, "format-version", version);
    c->changed = true;
    return true;
}

static bool set_location(struct commit *c, const cJSON *update)
{
    const char *location = need_text(update, "location", c->f);
    const char *old = json_str(c->metadata, "location");
    if (!location)
        return false;
    size_t n = strlen(location);
    while (n > 0 && location[n - 1] == '/')
        n--;
    if (n == 0)
        return fail(c->f, "IllegalArgumentException",
                    "path must not be null or empty");
    if (old && strlen(old) == n && strncmp(old, location, n) == 0)
        return true;
    char *z = mem_memdup(location, n);
    json_set_str(c->metadata, "location", z);
    free(z);
    c->changed = true;
    return true;
}

/* Old clients send updated and removed for updates and removals. */
static const cJSON *either(const cJSON *update, const char *now,
                           const char *once)
{
    const cJSON *item = json_get(update, now);
    return item ? item : json_get(update, once);
}

static bool set_properties(struct commit *c, const cJSON *update)
{
    const cJSON *map = either(update, "updates", "updated");
    if (!cJSON_IsObject(map))
        return fail(c->f, "BadRequestException",
                    "Cannot parse missing map: updates");
    if (map->child)
        c->changed = true;
    return metadata_properties(map, "updates", false,
                               json_get(c->metadata, "properties"), c->f);
}

static bool remove_properties(struct commit *c, const cJSON *update)
{
    const cJSON *list = either(update, "removals", "removed"), *item;
    cJSON *properties = json_get(c->metadata, "properties");
    if (!cJSON_IsArray(list))
        return fail(c->f, "BadRequestException",
                    "Cannot parse missing list: removals");
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item))
            return fail(c->f, "BadRequestException",
                        "Cannot parse removals: not a string");
        cJSON_DeleteItemFromObjectCaseSensitive(properties, item->valuestring);
        c->changed = true;
    }
    return true;
}

static cJSON *key_find(cJSON *keys, const char *id)
{
    cJSON *key;
    cJSON_ArrayForEach(key, keys)
    {
        const char *z = json_str(key, "key-id");
        if (z && strcmp(z, id) == 0)
            return key;
    }
    return NULL;
}

static bool add_encryption_key(struct commit *c, const cJSON *update)
{
    const cJSON *key = json_get(update, "encryption-key");
    if (!cJSON_IsObject(key))
        return fail(c->f, "BadRequestException",
                    "Invalid encryption key, must be non-null object");
    const char *id = need_text(key, "key-id", c->f);
    cJSON *keys = json_get(c->metadata, "encryption-keys");
    if (!id || !shape_read(shape_key, key, c->f))
        return false;
    if (!keys)
        keys = cJSON_AddArrayToObject(c->metadata, "encryption-keys");
    if (key_find(keys, id))
        return true;
    cJSON_AddItemToArray(keys, shape_copy(shape_key, key));
    c->changed = true;
    return true;
}

static bool remove_encryption_key(struct commit *c, const cJSON *update)
{
    const char *id = need_text(update, "key-id", c->f);
    cJSON *keys = json_get(c->metadata, "encryption-keys");
    cJSON *key = id ? key_find(keys, id) : NULL;
    if (!id)
        return false;
    if (!key)
        return true;
    cJSON_Delete(metadata_detach(keys, key));
    if (!keys->child)
        cJSON_DeleteItemFromObjectCaseSensitive(c->metadata, "encryption-keys");
    c->changed = true;
    return true;
}

const struct commit_update updates_of_table[] = {
    {"assign-uuid", "AssignUUID", assign_uuid, assign_view_uuid,
     "of what is being created; another one later is refused"},
    {"upgrade-format-version", "UpgradeFormatVersion", upgrade_format_version,
     upgrade_view, "never down; tables up to 3, views 1"},
    {"set-location", "SetLocation", set_location, set_location,
     "without slashes at its end"},
    {"set-properties", "SetProperties", set_properties, set_properties,
     "merged; none is nothing"},
    {"remove-properties", "RemoveProperties", remove_properties,
     remove_properties, "those that are not there too"},
    {"add-encryption-key", "AddEncryptionKey", add_encryption_key, NULL,
     "one a key-id, the first counts"},
    {"remove-encryption-key", "RemoveEncryptionKey", remove_encryption_key,
     NULL, "a missing one is nothing"},
    {0},
};
