/* Metadata files: their names, their bytes, and their end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "base/json.h"
#include "mocks/catalog/metadata.h"

const char *metadata_location(const cJSON *metadata, int64_t number,
                              struct rng *rng, enum metadata_files files,
                              struct failure *f)
{
    bool gzip = files == FILES_GZIP_UNLESS;
    const char *codec =
        metadata_property(metadata, "write.metadata.compression-codec");
    const char *folder = metadata_property(metadata, "write.metadata.path");
    const char *location = json_str(metadata, "location");
    char uuid[RNG_UUID_SIZE];
    if (codec && strcasecmp(codec, "gzip") == 0)
        gzip = files != FILES_PLAIN;
    else if (codec && strcasecmp(codec, "none") == 0)
        gzip = false;
    else if (codec) {
        fail(f, "IllegalArgumentException", "Invalid codec name: %s", codec);
        return NULL;
    }
    rng_uuid4(rng, uuid);
    const char *suffix = gzip ? ".gz.metadata.json" : ".metadata.json";
    if (folder && *folder) {
        size_t n = strlen(folder);
        while (n > 0 && folder[n - 1] == '/')
            n--;
        return arena_printf(f->arena, "%.*s/%05lld-%s%s", (int)n, folder,
                            (long long)number, uuid, suffix);
    }
    return arena_printf(f->arena, "%s/metadata/%05lld-%s%s", location,
                        (long long)number, uuid, suffix);
}

/* The caller frees. Nothing of time or place gets into the header. */
static char *gzip_bytes(struct slice in, size_t *n)
{
    z_stream z = {0};
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    size_t cap = deflateBound(&z, in.len);
    char *out = mem_alloc(cap);
    z.next_in = (Bytef *)in.p;
    z.avail_in = (uInt)in.len;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)cap;
    int rc = deflate(&z, Z_FINISH);
    *n = z.total_out;
    deflateEnd(&z);
    if (rc == Z_STREAM_END)
        return out;
    free(out);
    return NULL;
}

static bool ends_with(const char *z, const char *end)
{
    size_t n = strlen(z), m = strlen(end);
    return n >= m && strcmp(z + n - m, end) == 0;
}

static uint32_t crc_of(struct slice bytes)
{
    return (uint32_t)crc32_z(0, (const Bytef *)bytes.p, bytes.len);
}

bool metadata_write(const struct warehouse *files, struct version *v,
                    char why[160])
{
    struct slice bytes = version_metadata(v);
    v->file_len = bytes.len;
    v->file_crc = 0;
    if (!ends_with(v->location, ".gz.metadata.json"))
        return files->put(files->ctx, v->location, bytes, why);
    size_t n = 0;
    char *packed = gzip_bytes(bytes, &n);
    if (!packed) {
        snprintf(why, 160, "gzip failed");
        return false;
    }
    bytes = (struct slice){packed, n};
    v->file_len = n;
    v->file_crc = crc_of(bytes);
    bool ok = files->put(files->ctx, v->location, bytes, why);
    free(packed);
    return ok;
}

static bool as_written(const struct version *v, struct slice bytes)
{
    if (v->file_crc == 0)
        return slice_eq(bytes, version_metadata(v));
    return bytes.len == v->file_len && crc_of(bytes) == v->file_crc;
}

/* Asks for the file once, as long as all is well. */
bool metadata_intact(const struct warehouse *files, const struct version *v,
                     struct failure *f)
{
    struct str file;
    if (v->file_len == 0 && files->exists(files->ctx, v->location))
        return true;
    /* A longer file does not fit, and is another one. */
    str_init(&file, v->file_len);
    bool ok = v->file_len > 0 && files->get(files->ctx, v->location, &file) &&
              !file.failed && as_written(v, str_slice(&file));
    str_fini(&file);
    if (ok)
        return true;
    if (files->exists(files->ctx, v->location))
        return fail(f, "RuntimeIOException", "Failed to read file: %s",
                    v->location);
    return fail(f, "NotFoundException",
                "Failed to open input stream for file: %s", v->location);
}

static const char *log_file(const cJSON *entry)
{
    const char *file = json_str(entry, "metadata-file");
    return file ? file : "";
}

void metadata_expire(const struct warehouse *files, const struct version *base,
                     const struct version *next)
{
    const char *wanted = metadata_property(
        next->tree, "write.metadata.delete-after-commit.enabled");
    const cJSON *log = json_get(next->tree, "metadata-log"), *entry;
    int n = cJSON_GetArraySize(log);
    if (!wanted || strcasecmp(wanted, "true") != 0 || n < 1)
        return;
    /* Otherwise it is no commit on base, but another table's history. */
    if (strcmp(log_file(cJSON_GetArrayItem(log, n - 1)), base->location) != 0)
        return;
    const char *oldest = log_file(log->child);
    cJSON_ArrayForEach(entry, json_get(base->tree, "metadata-log"))
    {
        if (strcmp(log_file(entry), oldest) == 0)
            break;
        files->remove(files->ctx, log_file(entry));
    }
}

void metadata_purge(const struct warehouse *files, const struct version *v)
{
    const cJSON *item;
    files->remove(files->ctx, v->location);
    cJSON_ArrayForEach(item, json_get(v->tree, "metadata-log"))
    {
        const char *file = json_str(item, "metadata-file");
        if (file)
            files->remove(files->ctx, file);
    }
    cJSON_ArrayForEach(item, json_get(v->tree, "snapshots"))
    {
        const char *file = json_str(item, "manifest-list");
        if (file)
            files->remove(files->ctx, file);
    }
}
