/* The text of a metadata document, made from that of the version before.
 *
 * What a commit leaves as it was is copied, not printed anew: nearly all of a
 * table's text are its snapshots. A list of the document bears the place of
 * its elements in the document's text, and each element its place behind the
 * first one, in two fields of cJSON that lists and objects have no use for. A
 * list that was only appended to is copied as a whole, without a look at its
 * elements. Two rules make this hold: an element is never changed once it is
 * in a list, another takes its place; and elements leave lists by
 * metadata_detach. (text_test.c holds every update against it.)
 */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/metadata.h"

enum { THINNED = -1 }; /* in the place of the length: an element has gone */

struct printing {
    struct slice old;
    struct str *out;
    size_t origin; /* of the document in out */
};

/* One list under way: what can be copied is gathered to be copied at once. */
struct list {
    struct printing *p;
    size_t old_at;     /* of its elements in the old text */
    size_t at;         /* the same in out, from origin */
    size_t from, upto; /* in the old text, gathered; equal: nothing */
    bool first;        /* nothing was put out or gathered yet */
};

cJSON *metadata_detach(cJSON *list, cJSON *item)
{
    if (list->valueint > 0)
        list->valueint = THINNED;
    return cJSON_DetachItemViaPointer(list, item);
}

static bool is_container(const cJSON *item)
{
    int type = item->type & 0xff;
    return type == cJSON_Object || type == cJSON_Array;
}

static void set_place(cJSON *item, size_t at, size_t len)
{
    item->valueint = len <= INT32_MAX ? (int)len : 0;
    item->valuedouble = (double)at;
}

/* ---- element by element ---- */

static size_t here(const struct list *l)
{
    return l->p->out->len - l->p->origin - l->at + (l->upto - l->from);
}

static void copy_gathered(struct list *l)
{
    if (l->upto > l->from)
        str_add(l->p->out, l->p->old.p + l->from, l->upto - l->from);
    l->from = l->upto = 0;
}

static void comma(struct list *l)
{
    if (!l->first)
        str_addc(l->p->out, ',');
    l->first = false;
}

/* Where item stands in the old text; false: nowhere. */
static bool old_place(const struct list *l, const cJSON *item, size_t *at,
                      size_t *len)
{
    size_t end = l->p->old.len;
    if (item->valueint <= 0 || l->old_at == 0)
        return false;
    *at = l->old_at + (size_t)item->valuedouble;
    *len = (size_t)item->valueint;
    return *at < end && *len <= end - *at;
}

static void print_element(struct list *l, cJSON *item)
{
    copy_gathered(l);
    comma(l);
    size_t from = here(l);
    json_print(item, l->p->out);
    if (is_container(item))
        set_place(item, from, here(l) - from);
}

/* Behind what was gathered, with only the comma between them, or elsewhere. */
static void gather(struct list *l, size_t at, size_t len)
{
    if (l->upto > 0 && at == l->upto + 1) {
        l->upto = at + len;
        return;
    }
    copy_gathered(l);
    comma(l);
    l->from = at;
    l->upto = at + len;
}

static void add_each(struct list *l, cJSON *list)
{
    cJSON *item;
    size_t at, len;
    cJSON_ArrayForEach(item, list)
    {
        if (!is_container(item) || !old_place(l, item, &at, &len)) {
            print_element(l, item);
            continue;
        }
        gather(l, at, len);
        set_place(item, here(l) - len, len);
    }
    copy_gathered(l);
}

/* ---- as a whole ---- */

/* The first element that the list did not have in the old text, NULL: there is
 * none. False: it was not only appended to, or nobody knows. */
static bool only_appended(const struct list *l, const cJSON *list,
                          cJSON **first_new)
{
    cJSON *item = list->child ? list->child->prev : NULL; /* the last one */
    size_t len = list->valueint > 0 ? (size_t)list->valueint : 0;
    *first_new = NULL;
    if (!item || len == 0 || l->old_at == 0 || l->old_at >= l->p->old.len ||
        len > l->p->old.len - l->old_at)
        return false;
    for (; item->valueint == 0 || !is_container(item); item = item->prev) {
        *first_new = item;
        if (item == list->child)
            return false;
    }
    return (size_t)item->valuedouble + (size_t)item->valueint == len;
}

static void add_list(struct printing *p, cJSON *list)
{
    cJSON *item;
    str_addc(p->out, '[');
    struct list l = {.p = p,
                     .at = p->out->len - p->origin,
                     .old_at = p->old.len ? (size_t)list->valuedouble : 0,
                     .first = true};
    if (only_appended(&l, list, &item)) {
        str_add(p->out, p->old.p + l.old_at, (size_t)list->valueint);
        l.first = false;
        for (; item; item = item->next)
            print_element(&l, item);
    } else {
        add_each(&l, list);
    }
    set_place(list, l.at, here(&l));
    str_addc(p->out, ']');
}

void metadata_print(cJSON *metadata, struct slice old, struct str *out)
{
    struct printing p = {.old = old, .out = out, .origin = out->len};
    cJSON *member;
    str_addc(out, '{');
    cJSON_ArrayForEach(member, metadata)
    {
        if (member != metadata->child)
            str_addc(out, ',');
        json_quote(out, slice_of(member->string));
        str_addc(out, ':');
        if (cJSON_IsArray(member))
            add_list(&p, member);
        else
            json_print(member, out);
    }
    str_addc(out, '}');
}
