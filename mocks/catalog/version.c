/* Versions: the immutable contents of an entry, and their text. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/json.h"
#include "base/rng.h"
#include "mocks/catalog/metadata.h"
#include "mocks/catalog/state.h"

enum { ANSWER_MAX = 1 << 30, TEXT_ROOM = 1024, TREES_TEXT_MAX = 8 << 20 };

static struct version *version_new(enum version_kind kind, cJSON *tree)
{
    struct version *v = mem_alloc(sizeof *v);
    v->refs = 1;
    v->kind = kind;
    v->kept = tree;
    return v;
}

struct version *version_new_space(cJSON *properties)
{
    return version_new(VERSION_SPACE, properties);
}

/* For a text that follows one of so many bytes. Coarse steps, so that the
 * memory of an older text suits a newer one. */
static size_t room_after(size_t len)
{
    size_t step = TEXT_ROOM;
    len += TEXT_ROOM;
    while (step < len / 8)
        step *= 2;
    return (len + step - 1) / step * step;
}

static void set_etag(struct version *v, uint64_t hash)
{
    static const char digits[] = "0123456789abcdef";
    enum { DIGITS = 16 };
    v->etag[0] = v->etag[DIGITS + 1] = '"';
    v->etag[DIGITS + 2] = '\0';
    for (int i = DIGITS; i > 0; i--, hash >>= 4)
        v->etag[i] = digits[hash & 15];
}

struct version *version_new_file(enum version_kind kind, cJSON *metadata,
                                 const char *location, int64_t number,
                                 const struct version *grown_from)
{
    struct version *v = version_new(kind, metadata);
    struct slice old = {NULL, 0};
    struct str s;
    if (grown_from)
        old = version_metadata(grown_from);
    str_init(&s, ANSWER_MAX);
    str_room(&s, room_after(old.len));
    str_addz(&s, "{\"metadata-location\":");
    json_quote(&s, slice_of(location));
    str_addz(&s, ",\"metadata\":");
    v->metadata_at = s.len;
    metadata_print(metadata, old, &s);
    str_addc(&s, '}');
    v->text = shared_of(&s);
    v->answer = v->text->p;
    v->answer_len = v->text->len;
    v->location = mem_strdup(location);
    v->number = number;
    set_etag(v, rng_hash(0, location, 0, 0));
    return v;
}

struct version *version_ref(struct version *v)
{
    if (v)
        v->refs++;
    return v;
}

/* ---- trees ---- */

static void leave_home(struct version *v)
{
    if (!v->home || !v->kept)
        return;
    DL_DELETE(v->home->list, v);
    v->home->bytes -= v->answer_len;
}

static void come_home(struct version *v)
{
    if (!v->home || !v->kept)
        return;
    DL_APPEND(v->home->list, v);
    v->home->bytes += v->answer_len;
}

void version_settle(struct version *v, struct trees *home)
{
    if (!v->text || v->home)
        return;
    v->home = home;
    come_home(v);
}

cJSON *version_tree(struct version *v)
{
    if (v->kind == VERSION_SPACE)
        return v->kept;
    leave_home(v);
    if (!v->kept)
        v->kept = json_parse_own(version_metadata(v));
    come_home(v);
    return v->kept;
}

cJSON *version_take_tree(struct version *v)
{
    cJSON *tree = version_tree(v);
    leave_home(v);
    v->kept = NULL;
    return tree;
}

static void give_up(struct version *v)
{
    cJSON_Delete(version_take_tree(v));
    id_set_fini(&v->ids);
}

void trees_trim(struct trees *t)
{
    while (t->bytes > TREES_TEXT_MAX && t->list->next)
        give_up(t->list);
}

void trees_fini(struct trees *t)
{
    struct version *v, *next;
    DL_FOREACH_SAFE(t->list, v, next)
    {
        leave_home(v);
        v->home = NULL;
    }
}

void version_unref(struct version *v)
{
    if (!v || --v->refs > 0)
        return;
    leave_home(v);
    cJSON_Delete(v->kept);
    cJSON_Delete(v->dropped);
    id_set_fini(&v->ids);
    free(v->location);
    shared_unref(v->text);
    free(v->packed);
    free(v);
}

struct slice version_metadata(const struct version *v)
{
    return (struct slice){v->answer + v->metadata_at,
                          v->answer_len - v->metadata_at - 1};
}
