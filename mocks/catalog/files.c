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

bool metadata_write(const struct warehouse *files, const struct version *v,
                    char why[160])
{
    struct slice bytes = version_metadata(v);
    if (!ends_with(v->location, ".gz.metadata.json"))
        return files->put(files->ctx, v->location, bytes, why);
    size_t n = 0;
    char *packed = gzip_bytes(bytes, &n);
    if (!packed) {
        snprintf(why, 160, "gzip failed");
        return false;
    }
    bool ok =
        files->put(files->ctx, v->location, (struct slice){packed, n}, why);
    free(packed);
    return ok;
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
