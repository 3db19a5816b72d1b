/* btree: an ordered map from byte strings to pointers.
 *
 * Keys are compared as bytes, a shorter one before those it begins. Looking
 * up, changing and seeking cost O(log n), going on from a cursor O(1), so that
 * a page of a listing costs the same whether the map holds a thousand keys or
 * a million.
 *
 * The tree copies its keys; such a copy stays where it is until that key is
 * removed, so a value may keep a slice of its own key. Values are the
 * caller's and never NULL. Nodes are freed when they are empty and not merged
 * before: after removals pages may be thin, never wrong.
 */
#ifndef BASE_BTREE_H
#define BASE_BTREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct btree;
struct btree_node;

struct btree *btree_new(void);
/* Frees tree and keys; free_value (may be NULL) gets every value, in order. */
void btree_free(struct btree *t, void (*free_value)(void *value));

size_t btree_count(const struct btree *t);
void *btree_get(const struct btree *t, struct slice key); /* or NULL */
/* Both return the value that was there before, which is the caller's again. */
void *btree_set(struct btree *t, struct slice key, void *value);
void *btree_remove(struct btree *t, struct slice key);

/* A place in the tree, good until its next change. */
struct btree_cursor {
    struct slice key; /* the tree's copy */
    void *value;
    const struct btree_node *node;
    size_t at;
};

/* The first entry at or, with after, behind key. False: there is none. */
bool btree_seek(const struct btree *t, struct slice key, bool after,
                struct btree_cursor *c);
bool btree_next(struct btree_cursor *c);

#endif
