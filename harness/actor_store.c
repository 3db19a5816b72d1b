/* What an actor's steps do to objects of the store. Their bytes are made from
 * key and version, so that anyone can tell whether they are whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness/world.h"
#include "iceberg/objects.h"

enum { MOST_OBJECT = 64 << 20 };

void pattern_bytes(const char *key, int64_t version, int64_t first, size_t n,
                  char *to)
{
    uint64_t at = (uint64_t)first, word = 0;
    for (size_t i = 0; i < n; i++, at++) {
        if (i == 0 || at % 8 == 0)
            word = rng_hash((uint64_t)version, key, at / 8, 0);
        to[i] = (char)(word >> 8 * (at % 8));
    }
}

static const char *uri(struct actor *a, const struct scenario_step *s,
                       const char *key)
{
    return arena_printf(&a->world->arena, "s3://%s/%s",
                        s->bucket ? s->bucket : "data-lake", key);
}

static const char *nth_key(struct actor *a, const struct scenario_step *s,
                           int64_t n)
{
    if (s->count == 0)
        return s->key;
    return arena_printf(&a->world->arena, "%s-%04lld", s->key, (long long)n);
}

static int put_one(struct actor *a, struct step_record *r, const char *key)
{
    const struct scenario_step *s = r->step;
    size_t n = (size_t)s->size;
    char *bytes = mem_alloc(n + 1);
    struct ice_object made = {.bytes = 0};
    pattern_bytes(key, s->version, 0, n, bytes);
    struct ice_put put = {.uri = uri(a, s, key),
                          .bytes = {bytes, n},
                          .part_bytes = s->part_size,
                          .side_by_side = (int)s->parallel,
                          .only_new = s->only_new,
                          .only_writer = s->only_writer};
    int rc = ice_put_object(a->catalog, &put, &made, &r->error);
    memcpy(r->etag, made.etag, sizeof r->etag);
    free(bytes);
    return rc;
}

int actor_put(struct actor *a, struct step_record *r)
{
    int rc = ICE_OK;
    int64_t count = r->step->count ? r->step->count : 1;
    for (int64_t n = 1; rc == ICE_OK && n <= count; n++)
        rc = put_one(a, r, nth_key(a, r->step, n));
    return rc;
}

int actor_get(struct actor *a, struct step_record *r)
{
    const struct scenario_step *s = r->step;
    struct ice_get get = {.uri = uri(a, s, s->key),
                          .range = {s->first, s->bytes},
                          .bytes = s->size,
                          .named = s->named};
    if (s->etag_of > 0)
        get.etag = a->world->steps[s->etag_of - 1].etag;
    struct str got;
    str_init(&got, MOST_OBJECT);
    int rc = ice_get_object(a->catalog, &get, &got, &r->error);
    if (rc == ICE_OK) {
        char *want = mem_alloc(got.len + 1);
        pattern_bytes(s->key, s->version, s->first, got.len, want);
        r->bytes = (int64_t)got.len;
        r->intact = memcmp(want, str_z(&got), got.len) == 0;
        free(want);
    }
    str_fini(&got);
    return rc;
}

int actor_head(struct actor *a, struct step_record *r)
{
    struct ice_object is;
    int rc = ice_head_object(a->catalog, uri(a, r->step, r->step->key), &is,
                             &r->error);
    if (rc == ICE_OK) {
        r->bytes = is.bytes;
        memcpy(r->etag, is.etag, sizeof r->etag);
    }
    return rc;
}

int actor_list(struct actor *a, struct step_record *r)
{
    struct ice_listing l;
    int rc = ice_list_objects(a->catalog, uri(a, r->step, r->step->key),
                              (int)r->step->page, &l, &r->error);
    r->names.name = mem_alloc((l.n + 1) * sizeof(char *));
    for (size_t i = 0; i < l.n; i++)
        r->names.name[r->names.n++] = mem_strdup(l.object[i].key);
    ice_listing_free(&l);
    return rc;
}

int actor_delete(struct actor *a, struct step_record *r)
{
    return ice_delete_object(a->catalog, uri(a, r->step, r->step->key),
                             &r->error);
}

int actor_delete_many(struct actor *a, struct step_record *r)
{
    size_t n = (size_t)r->step->count;
    const char **uris = arena_alloc(&a->world->arena, n * sizeof *uris);
    for (size_t i = 0; i < n; i++)
        uris[i] = uri(a, r->step, nth_key(a, r->step, (int64_t)i + 1));
    return ice_delete_objects(a->catalog, uris, n, &r->names, &r->error);
}
