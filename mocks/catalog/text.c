/* The text of a metadata document, made from that of the version before.
 *
 * What a commit leaves as it was is copied, not printed anew: nearly all of a
 * table's text are its snapshots. Every element of the document's lists bears
 * the place where it stands in the document's text, in two fields of cJSON
 * that objects have no use for. The rule that makes this hold: an element of a
 * list is never changed once it is in; another takes its place, which bears no
 * place yet. (text_test.c holds every update against it.)
 */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/metadata.h"

/* One list under way: what can be copied is gathered to be copied at once. */
struct printing {
    struct slice old;
    const cJSON *list;
    struct str *out;
    size_t origin;     /* of the document in out */
    size_t from, upto; /* in old, gathered; equal: nothing */
};

static bool bears_place(const cJSON *item)
{
    int type = item->type & 0xff;
    return type == cJSON_Object || type == cJSON_Array;
}

static void set_place(cJSON *item, size_t at, size_t len)
{
    bool fits = len <= INT32_MAX;
    item->valueint = fits ? (int)len : 0;
    item->valuedouble = (double)at;
}

/* Where item stands in the old text; false: nowhere. */
static bool old_place(const struct printing *p, const cJSON *item, size_t *at,
                      size_t *len)
{
    if (item->valueint <= 0 || p->old.len == 0)
        return false;
    *at = (size_t)item->valuedouble;
    *len = (size_t)item->valueint;
    return *at < p->old.len && *len <= p->old.len - *at;
}

static void copy_gathered(struct printing *p)
{
    if (p->upto > p->from)
        str_add(p->out, p->old.p + p->from, p->upto - p->from);
    p->from = p->upto = 0;
}

/* Behind what was gathered, with only the comma between them? */
static bool follows(const struct printing *p, size_t at)
{
    return p->upto > 0 && at == p->upto + 1;
}

static size_t here(const struct printing *p)
{
    return p->out->len - p->origin + (p->upto - p->from);
}

static void add_element(struct printing *p, cJSON *item)
{
    size_t at, len;
    bool first = item == p->list->child;
    if (!old_place(p, item, &at, &len)) {
        copy_gathered(p);
        if (!first)
            str_addc(p->out, ',');
        size_t from = here(p);
        json_print(item, p->out);
        set_place(item, from, here(p) - from);
        return;
    }
    if (follows(p, at)) {
        p->upto = at + len;
    } else {
        copy_gathered(p);
        if (!first)
            str_addc(p->out, ',');
        p->from = at;
        p->upto = at + len;
    }
    set_place(item, here(p) - len, len);
}

static void add_list(struct printing *p, cJSON *list)
{
    cJSON *item;
    p->list = list;
    str_addc(p->out, '[');
    cJSON_ArrayForEach(item, list)
    {
        if (bears_place(item)) {
            add_element(p, item);
            continue;
        }
        copy_gathered(p);
        if (item != list->child)
            str_addc(p->out, ',');
        json_print(item, p->out);
    }
    copy_gathered(p);
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
