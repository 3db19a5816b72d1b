/* Entity tags of tables, and If-None-Match.
 *
 * A tag stands for a metadata file and for which snapshots are shown of it.
 * Commits and creates bear the tag of a plain load, or in a profile with tags
 * by query that of a load with snapshots=all.
 */
#include <string.h>

#include "mocks/catalog/coding.h"
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

/* The tag without weakness, quotes and the mark of its coding. */
static struct slice bare(struct slice tag)
{
    size_t n = sizeof CODING_TAG_END - 1;
    if (slice_starts(tag, "W/"))
        tag = (struct slice){tag.p + 2, tag.len - 2};
    if (tag.len >= 2 && tag.p[0] == '"' && tag.p[tag.len - 1] == '"')
        tag = (struct slice){tag.p + 1, tag.len - 2};
    if (tag.len > n && memcmp(tag.p + tag.len - n, CODING_TAG_END, n) == 0)
        tag.len -= n;
    return tag;
}

/* One of the tags in the header, or "*"; quotes may be missing. */
static bool matches(struct slice header, const char *tag)
{
    struct slice want = bare(slice_of(tag));
    while (header.len > 0) {
        struct slice one = coding_next(&header);
        if (slice_eqz(one, "*") || slice_eq(bare(one), want))
            return true;
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
        header_set(k->x, "ETag", arena_strdup(&k->x->arena, tag));
}

void tag_unchanged(struct call *k, const char *tag)
{
    call_answer_empty(k, 304);
    if (!k->c->profile->tags_by_query)
        tag_set(k, tag);
}
