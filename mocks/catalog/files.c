/* Metadata files: their names, their bytes, and their end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "base/json.h"
#include "mocks/catalog/coding.h"
#include "mocks/catalog/metadata.h"

enum { FILE_MAX = JSON_MAX_BYTES };

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
    bool own = folder && *folder;
    const char *base = own ? folder : location;
    size_t n = strlen(base);
    while (n > 0 && base[n - 1] == '/')
        n--;
    return arena_printf(f->arena, "%.*s%s/%05lld-%s%s", (int)n, base,
                        own ? "" : "/metadata", (long long)number, uuid,
                        suffix);
}

static bool ends_with(const char *z, const char *end)
{
    size_t n = strlen(z), m = strlen(end);
    return n >= m && strcmp(z + n - m, end) == 0;
}

static bool is_packed(const char *location)
{
    return ends_with(location, ".gz.metadata.json") ||
           ends_with(location, ".metadata.json.gz");
}

static uint32_t crc_of(struct slice bytes)
{
    return (uint32_t)crc32_z(0, (const Bytef *)bytes.p, bytes.len);
}

/* ---- writing ---- */

bool metadata_write(const struct warehouse *files, struct version *v,
                    char why[160])
{
    struct slice bytes = version_metadata(v);
    v->file_len = bytes.len;
    v->file_crc = 0;
    if (!is_packed(v->location))
        return warehouse_share(files, v->location, bytes, v->text, why);
    struct packer *packer = NULL;
    struct str s;
    str_init(&s, FILE_MAX);
    bool ok = gzip_add(&packer, bytes, &s);
    if (ok) {
        v->file_len = s.len;
        v->file_crc = crc_of(str_slice(&s));
        ok = files->put(files->ctx, v->location, str_slice(&s), why);
    } else {
        snprintf(why, 160, "gzip failed");
    }
    packer_free(packer);
    str_fini(&s);
    return ok;
}

/* ---- reading ---- */

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
    if (v->text->in_place)
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

static cJSON *parse_file(struct slice bytes, const char *location,
                         struct failure *f)
{
    struct str plain;
    cJSON *tree = NULL;
    str_init(&plain, FILE_MAX);
    if (!is_packed(location))
        tree = json_parse(bytes.p, bytes.len, NULL);
    else if (gunzip_add(bytes, &plain))
        tree = json_parse(plain.p, plain.len, NULL);
    str_fini(&plain);
    if (!tree)
        fail(f, "RuntimeIOException", "Failed to read file: %s", location);
    return tree;
}

/* "00012-uuid.metadata.json" has number 12; a name without one has -1. */
static int64_t number_of(const char *location)
{
    const char *slash = strrchr(location, '/');
    const char *name = slash ? slash + 1 : location;
    const char *dash = strchr(name, '-');
    long long n;
    if (!dash || !slice_int64((struct slice){name, (size_t)(dash - name)}, &n))
        return -1;
    return n;
}

static struct version *version_of_file(enum version_kind kind,
                                       const char *location, struct slice bytes,
                                       struct failure *f)
{
    cJSON *tree = parse_file(bytes, location, f);
    if (!tree || !metadata_adopt(kind, tree, f)) {
        cJSON_Delete(tree);
        return NULL;
    }
    struct version *v =
        version_new_file(kind, tree, location, number_of(location), NULL);
    v->on_file = true;
    v->file_len = bytes.len;
    v->file_crc = crc_of(bytes);
    return v;
}

struct version *metadata_open(const struct warehouse *files,
                              enum version_kind kind, const char *location,
                              struct failure *f)
{
    struct version *v = NULL;
    struct str s;
    if (!strstr(location, ".metadata.json")) {
        fail(f, "IllegalArgumentException", "%s is not a valid metadata file",
             location);
        return NULL;
    }
    str_init(&s, FILE_MAX);
    if (files->get(files->ctx, location, &s))
        v = version_of_file(kind, location, str_slice(&s), f);
    else
        fail(f, "NotFoundException", "Failed to open input stream for file: %s",
             location);
    str_fini(&s);
    return v;
}

/* ---- the end ---- */

void metadata_expire(const struct warehouse *files, struct version *v)
{
    const cJSON *file;
    cJSON_ArrayForEach(file, v->dropped)
    {
        files->remove(files->ctx, file->valuestring);
    }
    cJSON_Delete(v->dropped);
    v->dropped = NULL;
}

void metadata_purge(const struct warehouse *files, struct version *v)
{
    const cJSON *tree = version_tree(v), *item;
    files->remove(files->ctx, v->location);
    cJSON_ArrayForEach(item, json_get(tree, "metadata-log"))
    {
        const char *file = json_str(item, "metadata-file");
        if (file)
            files->remove(files->ctx, file);
    }
    cJSON_ArrayForEach(item, json_get(tree, "snapshots"))
    {
        const char *file = json_str(item, "manifest-list");
        if (file)
            files->remove(files->ctx, file);
    }
}
