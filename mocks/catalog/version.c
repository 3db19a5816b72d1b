/* Versions: the immutable contents of an entry, and their text. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/rng.h"
#include "mocks/catalog/state.h"

enum { ANSWER_MAX = 128 << 20 };

static struct version *version_new(enum version_kind kind, cJSON *tree)
{
    struct version *v = mem_alloc(sizeof *v);
    v->refs = 1;
    v->kind = kind;
    v->tree = tree;
    return v;
}

struct version *version_new_space(cJSON *properties)
{
    return version_new(VERSION_SPACE, properties);
}

struct version *version_new_file(enum version_kind kind, cJSON *metadata,
                                 const char *location, int64_t number)
{
    struct version *v = version_new(kind, metadata);
    struct str s;
    str_init(&s, ANSWER_MAX);
    str_addz(&s, "{\"metadata-location\":");
    json_quote(&s, slice_of(location));
    str_addz(&s, ",\"metadata\":");
    v->metadata_at = s.len;
    json_print(metadata, &s);
    str_addc(&s, '}');
    v->answer_len = s.len;
    v->answer = str_detach(&s);
    v->location = mem_strdup(location);
    v->number = number;
    struct str tag;
    str_init(&tag, sizeof v->etag);
    str_addf(&tag, "\"%016llx\"",
             (unsigned long long)rng_hash(0, location, 0, 0));
    memcpy(v->etag, str_z(&tag), tag.len + 1);
    str_fini(&tag);
    return v;
}

struct version *version_ref(struct version *v)
{
    if (v)
        v->refs++;
    return v;
}

void version_unref(struct version *v)
{
    if (!v || --v->refs > 0)
        return;
    cJSON_Delete(v->tree);
    free(v->location);
    free(v->answer);
    free(v->packed);
    free(v);
}

struct slice version_metadata(const struct version *v)
{
    return (struct slice){v->answer + v->metadata_at,
                          v->answer_len - v->metadata_at - 1};
}
