/* rest_list: lists of namespaces and tables, page after page.
 *
 * A list is whole or it is an error. A token that was seen before, or more
 * pages than the policy allows, would never end: error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/percent.h"
#include "iceberg/rest.h"

enum { MOST_QUERY = 32 << 10, MOST_NAMES = 1000000 };

struct listing {
    struct ice_catalog *c;
    enum ice_endpoint ep;
    struct ice_path path;
    struct ice_names *out;
    char **seen; /* page tokens so far */
    size_t n_seen;
};

static void take(struct ice_names *to, struct ice_page *page)
{
    to->name = mem_realloc(to->name, (to->n + page->n + 1) * sizeof(char *));
    if (page->n)
        memcpy(to->name + to->n, page->name, page->n * sizeof(char *));
    to->n += page->n;
    page->n = 0; /* the strings are the list's now */
}

static bool seen_before(const struct listing *l, const char *token)
{
    for (size_t i = 0; i < l->n_seen; i++)
        if (!strcmp(l->seen[i], token))
            return true;
    return false;
}

/* ICE_OK: *token (owned by seen) is the next page's, or NULL at the end. */
static int next_token(struct listing *l, struct ice_page *page,
                      const char **token, struct ice_error *e)
{
    const struct ice_paging_rules *p = &l->c->policy->paging;
    const char *name = ice__operation_name(l->ep);

    *token = NULL;
    if (!page->next || !p->follow)
        return ICE_OK;
    if (p->stop_at_repeat && seen_before(l, page->next))
        return ice__fail(l->c, e, ICE_PROTOCOL, name,
                         "the catalog gave a page token a second time, after "
                         "%zu pages",
                         l->n_seen + 1);
    if ((p->bounded && l->n_seen + 1 >= (size_t)p->pages_most) ||
        l->out->n > MOST_NAMES)
        return ice__fail(l->c, e, ICE_PROTOCOL, name,
                         "the list does not end: %zu pages, %zu names",
                         l->n_seen + 1, l->out->n);
    l->seen = mem_realloc(l->seen, (l->n_seen + 1) * sizeof(char *));
    *token = l->seen[l->n_seen++] = page->next;
    page->next = NULL;
    return ICE_OK;
}

static int one_page(struct listing *l, const char **token, struct ice_error *e)
{
    struct ice_page page = {.tables = l->ep == ICE_EP_LIST_TABLES};
    struct str query;
    int rc;

    str_init(&query, MOST_QUERY);
    str_addz(&query, "pageToken=");
    if (*token)
        percent_encode(&query, slice_of(*token), "");
    l->path.query = str_z(&query);
    rc = ice__operate(l->c, l->ep, &l->path, ice__usable_page, &page, e);
    if (rc == ICE_OK) {
        take(l->out, &page);
        rc = next_token(l, &page, token, e);
    }
    ice__page_fini(&page);
    str_fini(&query);
    return rc;
}

static int list(struct listing *l, struct ice_error *e)
{
    const char *token = NULL;
    int rc;

    memset(l->out, 0, sizeof(*l->out));
    do
        rc = one_page(l, &token, e);
    while (rc == ICE_OK && token);
    if (rc != ICE_OK && l->out->n && !l->c->policy->paging.part_is_error)
        rc = ICE_OK;
    if (rc != ICE_OK)
        ice_names_free(l->out);
    for (size_t i = 0; i < l->n_seen; i++)
        free(l->seen[i]);
    free(l->seen);
    return rc;
}

int ice__rest_list_namespaces(struct ice_catalog *c, struct ice_names *out,
                              struct ice_error *e)
{
    struct listing l = {.c = c, .ep = ICE_EP_LIST_NAMESPACES, .out = out};

    return list(&l, e);
}

int ice__rest_list_tables(struct ice_catalog *c, struct ice_ns ns,
                          struct ice_names *out, struct ice_error *e)
{
    struct listing l = {.c = c,
                        .ep = ICE_EP_LIST_TABLES,
                        .path = {.below = true, .ns = ns, .kind = "tables"},
                        .out = out};

    return list(&l, e);
}
