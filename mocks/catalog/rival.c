/* A snapshot by another writer, with a manifest list that really can be read:
 * an Avro object container with the manifest_file schema and no rows. */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/inside.h"

/* Every field of manifest_file that a reader must find. */
static const struct {
    const char *name, *type;
    int id;
} manifest_fields[] = {
    {"manifest_path", "string", 500},     {"manifest_length", "long", 501},
    {"partition_spec_id", "int", 502},    {"content", "int", 517},
    {"sequence_number", "long", 515},     {"min_sequence_number", "long", 516},
    {"added_snapshot_id", "long", 503},   {"added_files_count", "int", 504},
    {"existing_files_count", "int", 505}, {"deleted_files_count", "int", 506},
    {"added_rows_count", "long", 512},    {"existing_rows_count", "long", 513},
    {"deleted_rows_count", "long", 514},
};

static void write_schema(struct str *out)
{
    size_t n = sizeof manifest_fields / sizeof *manifest_fields;
    str_addz(out, "{\"type\":\"record\",\"name\":\"manifest_file\","
                  "\"fields\":[");
    for (size_t i = 0; i < n; i++)
        str_addf(out, "%s{\"name\":\"%s\",\"type\":\"%s\",\"field-id\":%d}",
                 i ? "," : "", manifest_fields[i].name, manifest_fields[i].type,
                 manifest_fields[i].id);
    str_addz(out, "]}");
}

/* Avro's long: zigzag, seven bits a byte, the lowest first. */
static void avro_long(struct str *out, int64_t n)
{
    uint64_t z = ((uint64_t)n << 1) ^ (uint64_t)(n >> 63);
    while (z >= 0x80) {
        str_addc(out, (char)((z & 0x7f) | 0x80));
        z >>= 7;
    }
    str_addc(out, (char)z);
}

static void avro_text(struct str *out, const char *z)
{
    avro_long(out, (int64_t)strlen(z));
    str_addz(out, z);
}

static void write_manifest_list(struct str *out, struct rng *rng)
{
    struct str schema;
    str_init(&schema, 8192);
    write_schema(&schema);
    str_add(out, "Obj\1", 4);
    avro_long(out, 2);
    avro_text(out, "avro.schema");
    avro_text(out, str_z(&schema));
    avro_text(out, "avro.codec");
    avro_text(out, "null");
    avro_long(out, 0);
    for (int i = 0; i < 2; i++) {
        uint64_t sync = rng_next(rng);
        str_add(out, &sync, sizeof sync);
    }
    str_fini(&schema);
}

static cJSON *summary(void)
{
    cJSON *s = cJSON_CreateObject();
    json_set_str(s, "operation", "append");
    json_set_str(s, "icefault.rival", "true");
    json_set_str(s, "added-data-files", "0");
    json_set_str(s, "added-records", "0");
    return s;
}

static cJSON *snapshot_new(const cJSON *m, int64_t id, int64_t now_ms,
                           const char *location)
{
    int64_t parent = json_i64(m, "current-snapshot-id", -1);
    cJSON *s = cJSON_CreateObject();
    json_set_i64(s, "sequence-number",
                 json_i64(m, "last-sequence-number", 0) + 1);
    json_set_i64(s, "snapshot-id", id);
    if (parent != -1)
        json_set_i64(s, "parent-snapshot-id", parent);
    json_set_i64(s, "timestamp-ms", now_ms);
    json_set(s, "summary", summary());
    json_set_str(s, "manifest-list", location);
    json_set_i64(s, "schema-id", json_i64(m, "current-schema-id", 0));
    if (json_i64(m, "format-version", 2) >= 3) {
        json_set_i64(s, "first-row-id", json_i64(m, "next-row-id", 0));
        json_set_i64(s, "added-rows", 0);
    }
    return s;
}

/* The commit request that a writer would send. */
static cJSON *request_new(cJSON *snapshot, int64_t id)
{
    cJSON *request = cJSON_CreateObject();
    cJSON *updates = cJSON_AddArrayToObject(request, "updates");
    cJSON *add = cJSON_CreateObject(), *ref = cJSON_CreateObject();
    json_set_str(add, "action", "add-snapshot");
    json_set(add, "snapshot", snapshot);
    json_set_str(ref, "action", "set-snapshot-ref");
    json_set_str(ref, "ref-name", "main");
    json_set_str(ref, "type", "branch");
    json_set_i64(ref, "snapshot-id", id);
    cJSON_AddItemToArray(updates, add);
    cJSON_AddItemToArray(updates, ref);
    return request;
}

cJSON *rival_commit(const cJSON *m, int64_t now_ms, struct rng *rng,
                    const char **location, struct str *manifest_list,
                    struct arena *a)
{
    char uuid[RNG_UUID_SIZE];
    int64_t id = (int64_t)(rng_next(rng) >> 1);
    rng_uuid4(rng, uuid);
    *location = arena_printf(a, "%s/metadata/snap-%lld-1-%s.avro",
                             json_str(m, "location"), (long long)id, uuid);
    write_manifest_list(manifest_list, rng);
    return request_new(snapshot_new(m, id, now_ms, *location), id);
}
