/* The catalog's state: looking up, listing, changing. See state.h. */
#include "mocks/catalog/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/json.h"
#include "mocks/catalog/metadata.h"

enum { TOMBS_MAX = 4096 };

static void serial_key(uint64_t serial, char key[8])
{
    for (int i = 7; i >= 0; i--, serial >>= 8)
        key[i] = (char)(serial & 0xff);
}

static struct slot *slot_find(const struct kin *k, uint64_t serial)
{
    char key[8];
    serial_key(serial, key);
    return k->order ? btree_get(k->order, (struct slice){key, 8}) : NULL;
}

static void slot_remove(struct kin *k, uint64_t serial)
{
    char key[8];
    serial_key(serial, key);
    if (k->order)
        free(btree_remove(k->order, (struct slice){key, 8}));
}

/* ---- life ---- */

static void entry_free(struct entry *e);

static void kin_fini(struct kin *k)
{
    struct entry *e, *next;
    HASH_ITER(hh, k->hash, e, next)
    {
        /* NOLINTNEXTLINE(clang-analyzer-*): it cannot follow uthash */
        HASH_DEL(k->hash, e);
        entry_free(e);
    }
    if (k->order)
        btree_free(k->order, free);
    free(k->dirty);
    *k = (struct kin){0};
}

static void entry_free(struct entry *e)
{
    kin_fini(&e->tables);
    kin_fini(&e->spaces);
    version_unref(e->now);
    version_unref(e->before);
    free(e->name);
    free(e);
}

void state_init(struct state *s)
{
    *s = (struct state){.next_serial = 1};
}

void state_fini(struct state *s)
{
    trees_fini(&s->trees);
    kin_fini(&s->root.spaces);
    state_init(s);
}

static void kin_settle(struct kin *k)
{
    k->n_dirty = 0;
    struct btree_cursor c;
    if (k->order && btree_seek(k->order, (struct slice){0}, false, &c)) {
        do
            ((struct slot *)c.value)->before = ((struct slot *)c.value)->now;
        while (btree_next(&c));
    }
    for (struct entry *e = k->hash; e; e = e->hh.next) {
        version_unref(e->before);
        e->before = version_ref(e->now);
        kin_settle(&e->tables);
        kin_settle(&e->spaces);
    }
}

void state_settle(struct state *s)
{
    kin_settle(&s->root.spaces);
}

/* ---- looking up ---- */

static struct entry *kin_find(const struct kin *k, const char *name)
{
    struct entry *e;
    HASH_FIND_STR(k->hash, name, e);
    return e;
}

struct entry *state_space(const struct state *s, const struct ns_name *ns)
{
    const struct kin *k = &s->root.spaces;
    struct entry *e = NULL;
    for (size_t i = 0; i < ns->n; i++) {
        e = kin_find(k, ns->level[i]);
        if (!e)
            return NULL;
        k = &e->spaces;
    }
    return e;
}

struct entry *state_table(const struct state *s, const struct ns_name *ns,
                          const char *table)
{
    struct entry *space = state_space(s, ns);
    return space ? kin_find(&space->tables, table) : NULL;
}

struct version *entry_seen(const struct entry *e, bool stale)
{
    if (!e)
        return NULL;
    return stale ? e->before : e->now;
}

struct version *entry_seen_as(const struct entry *e, bool stale,
                              enum version_kind kind)
{
    struct version *v = entry_seen(e, stale);
    return v && v->kind == kind ? v : NULL;
}

static bool slot_visible(const struct slot *slot, bool stale,
                         enum version_kind kind)
{
    if (stale ? !slot->before : !slot->now)
        return false;
    const struct entry *e = slot->entry;
    const struct version *v = stale && e->before ? e->before : e->now;
    return v && v->kind == kind;
}

size_t state_page(const struct kin *k, bool stale, enum version_kind kind,
                  uint64_t after, const struct slot **out, size_t most,
                  bool *more)
{
    size_t n = 0;
    char key[8];
    struct btree_cursor c;
    *more = false;
    serial_key(after, key);
    if (!k->order || !btree_seek(k->order, (struct slice){key, 8}, true, &c))
        return 0;
    do {
        const struct slot *slot = c.value;
        if (!slot_visible(slot, stale, kind))
            continue;
        if (n == most) {
            *more = true;
            break;
        }
        out[n++] = slot;
    } while (btree_next(&c));
    return n;
}

/* ---- changing ---- */

static void entry_forget(struct state *s, struct entry *e)
{
    DL_DELETE(s->tombs, e);
    s->n_tombs--;
    slot_remove(e->in, e->serial);
    HASH_DEL(e->in->hash, e);
    entry_free(e);
}

/* A namespace is empty when it goes, so what it holds became tombstones
 * before it did and is forgotten before it is. */
static void tomb_update(struct state *s, struct entry *e)
{
    if (e->now && e->tomb) {
        DL_DELETE(s->tombs, e);
        s->n_tombs--;
    } else if (!e->now && !e->tomb) {
        DL_APPEND(s->tombs, e);
        s->n_tombs++;
    }
    e->tomb = !e->now;
    if (s->n_tombs > TOMBS_MAX)
        entry_forget(s, s->tombs);
}

/* The list's last change is history now: forget what it looked like before. */
static void kin_begin(struct state *s, struct kin *k)
{
    if (k->tick == s->tick)
        return;
    k->tick = s->tick;
    for (size_t i = 0; i < k->n_dirty; i++) {
        struct slot *slot = slot_find(k, k->dirty[i]);
        if (slot && slot->now)
            slot->before = true;
        else if (slot)
            slot_remove(k, k->dirty[i]);
    }
    k->n_dirty = 0;
}

static void kin_dirty(struct kin *k, uint64_t serial)
{
    if (k->n_dirty == k->cap_dirty) {
        k->cap_dirty = k->cap_dirty ? 2 * k->cap_dirty : 2;
        k->dirty = mem_realloc(k->dirty, k->cap_dirty * sizeof *k->dirty);
    }
    k->dirty[k->n_dirty++] = serial;
}

static void slot_appear(struct state *s, struct entry *e)
{
    struct kin *k = e->in;
    struct slot *slot = mem_alloc(sizeof *slot);
    char key[8];
    kin_begin(s, k);
    e->serial = s->next_serial++;
    *slot = (struct slot){e, e->serial, true, false};
    if (!k->order)
        k->order = btree_new();
    serial_key(e->serial, key);
    btree_set(k->order, (struct slice){key, 8}, slot);
    kin_dirty(k, e->serial);
    k->live++;
}

static void slot_vanish(struct state *s, struct entry *e)
{
    kin_begin(s, e->in);
    struct slot *slot = slot_find(e->in, e->serial);
    if (slot)
        slot->now = false;
    kin_dirty(e->in, e->serial);
    e->in->live--;
}

static void entry_set(struct state *s, struct entry *e, struct version *next)
{
    if (!e->now && next)
        slot_appear(s, e);
    else if (e->now && !next)
        slot_vanish(s, e);
    if (e->tick == s->tick) {
        version_unref(e->now); /* twice in one change: before is before it */
    } else {
        version_unref(e->before);
        e->before = e->now;
        e->tick = s->tick;
    }
    e->now = version_ref(next);
    if (next)
        version_settle(next, &s->trees);
    tomb_update(s, e);
}

static struct entry *kin_make(struct kin *k, struct entry *parent,
                              const char *name)
{
    struct entry *e = kin_find(k, name);
    if (e)
        return e;
    e = mem_alloc(sizeof *e);
    e->name = mem_strdup(name);
    e->parent = parent;
    e->in = k;
    HASH_ADD_KEYPTR(hh, k->hash, e->name, strlen(e->name), e);
    return e;
}

/* Makes missing namespaces on the way, with no properties of their own. */
static struct entry *make_space(struct state *s, const struct ns_name *ns)
{
    struct entry *e = NULL;
    struct kin *k = &s->root.spaces;
    for (size_t i = 0; i < ns->n; i++) {
        e = kin_make(k, e, ns->level[i]);
        k = &e->spaces;
        if (i + 1 < ns->n && !e->now) {
            struct version *v = version_new_space(cJSON_CreateObject());
            entry_set(s, e, v);
            version_unref(v);
        }
    }
    return e;
}

static struct entry *make_entry(struct state *s, const struct ns_name *ns,
                                const char *table)
{
    struct entry *space = table ? state_space(s, ns) : make_space(s, ns);
    return table ? kin_make(&space->tables, space, table) : space;
}

static struct entry *find_entry(const struct state *s, const struct ns_name *ns,
                                const char *table)
{
    return table ? state_table(s, ns, table) : state_space(s, ns);
}

static bool refuse(char why[160], const char *what, const char *name)
{
    snprintf(why, 160, "%s: %.100s", what, name);
    return false;
}

/* What must be there for w[i] to apply: what an earlier one of the same change
 * puts there, or what is there now. */
static const struct version *base_of(const struct state *s,
                                     const struct write *w, size_t i)
{
    for (size_t j = i; j-- > 0;)
        if (w[i].table && w[j].table && strcmp(w[i].table, w[j].table) == 0 &&
            find_entry(s, w[i].ns, NULL) == find_entry(s, w[j].ns, NULL))
            return w[j].next;
    return entry_seen(find_entry(s, w[i].ns, w[i].table), false);
}

static bool may_apply(const struct state *s, const struct write *all, size_t i,
                      char why[160])
{
    const struct write *w = &all[i];
    const struct entry *e = find_entry(s, w->ns, w->table);
    const struct entry *space = state_space(s, w->ns);
    const char *name = w->table ? w->table : w->ns->dotted;
    if (base_of(s, all, i) != w->base)
        return refuse(why, "changed concurrently", name);
    if (w->table && !entry_seen(space, false))
        return refuse(why, "namespace is gone", w->ns->dotted);
    if (!w->table && !w->next && e && (e->tables.live || e->spaces.live))
        return refuse(why, "namespace is not empty", name);
    if (!w->to_table)
        return true;
    if (!entry_seen(state_space(s, w->to_ns), false))
        return refuse(why, "namespace is gone", w->to_ns->dotted);
    if (entry_seen(state_table(s, w->to_ns, w->to_table), false))
        return refuse(why, "created concurrently", w->to_table);
    return true;
}

static bool has_own_file(const struct write *w)
{
    return w->next && w->next->location && !w->next->on_file;
}

/* Those of all writes or, with why, of none. */
static bool write_files(const struct warehouse *files, const struct write *w,
                        size_t n, char why[160])
{
    size_t i = 0;
    while (i < n &&
           (!has_own_file(&w[i]) || metadata_write(files, w[i].next, why)))
        i++;
    if (i == n)
        return true;
    while (i-- > 0)
        if (has_own_file(&w[i]))
            files->remove(files->ctx, w[i].next->location);
    return false;
}

static void apply_one(struct state *s, const struct warehouse *files,
                      const struct write *w)
{
    if (w->next)
        metadata_expire(files, w->next);
    if (w->purge)
        metadata_purge(files, w->base);
    entry_set(s, make_entry(s, w->ns, w->table), w->next);
    if (w->to_table)
        entry_set(s, make_entry(s, w->to_ns, w->to_table), w->base);
}

enum applied state_apply_all(struct state *s, const struct warehouse *files,
                             const struct write *w, size_t n, char why[160])
{
    for (size_t i = 0; i < n; i++)
        if (!may_apply(s, w, i, why))
            return APPLY_CONFLICT;
    if (!write_files(files, w, n, why))
        return APPLY_NO_FILE;
    s->tick++;
    for (size_t i = 0; i < n; i++)
        apply_one(s, files, &w[i]);
    trees_trim(&s->trees);
    return APPLIED;
}

enum applied state_apply(struct state *s, const struct warehouse *files,
                         const struct write *w, char why[160])
{
    return state_apply_all(s, files, w, 1, why);
}
