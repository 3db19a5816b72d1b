/* Entity tags of tables, and If-None-Match.
 *
 * A tag stands for a metadata file and for which snapshots are shown of it.
 * Commits and creates bear the tag of a plain load, or in a profile with tags
 * by query that of a load with snapshots=all.
 */
#include <string.h>

#include "mocks/catalog/inside.h"

const char *tag_of(struct call *k, const struct version *v, bool refs,
                   struct slice query)
{
    struct arena *a = &k->x->arena;
    if (k->c->profile->tags_by_query) {
        const char *site =
            arena_printf(a, "%s?" SLICE_FMT, v->location, SLICE_ARG(query));
        uint64_t h = rng_hash(k->c->seed, site, 0, 0);
        return arena_printf(a, "%08llx", (unsigned long long)h & 0xffffffff);
    }
    if (!refs)
        return v->etag;
    return arena_printf(a, "%.*s-refs\"", (int)strlen(v->etag) - 1, v->etag);
}

/* One of the tags in the header, or "*"; quotes may be missing. */
static bool matches(struct slice header, const char *tag)
{
    struct slice bare = {tag + 1, strlen(tag) - 2};
    while (header.len > 0) {
        const char *comma = memchr(header.p, ',', header.len);
        size_t len = comma ? (size_t)(comma - header.p) : header.len;
        struct slice one = slice_trim((struct slice){header.p, len});
        if (slice_starts(one, "W/"))
            one = (struct slice){one.p + 2, one.len - 2};
        if (slice_eqz(one, "*") || slice_eqz(one, tag) || slice_eq(one, bare))
            return true;
        header.p += len + (comma != NULL);
        header.len -= len + (comma != NULL);
    }
    return false;
}

bool tag_known(struct call *k, const char *tag)
{
    struct slice known = http_header(k->x->request, "if-none-match");
    if (!k->c->o.etag || !known.p)
        return false;
    return k->c->profile->tags_by_query ? slice_eqz(known, tag)
                                        : matches(known, tag);
}

void tag_set(struct call *k, const char *tag)
{
    if (k->c->o.etag)
        answer_set(&k->x->answer, &k->x->arena, "ETag", "%s", tag);
}

void tag_unchanged(struct call *k, const char *tag)
{
    call_answer_empty(k, 304);
    if (!k->c->profile->tags_by_query)
        tag_set(k, tag);
}
