/* btree: see btree.h. A B+ tree: values only in the leaves, which are linked.
 *
 * An inner node's item[i] holds the keys from key[i] up to, not including,
 * key[i + 1]; key[0] is empty and stands for "less than all".
 */
#include "base/btree.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { FANOUT = 64 };

struct tree_key {
    char *p; /* owned */
    size_t len;
};

struct btree_node {
    bool leaf;
    size_t n;
    struct tree_key key[FANOUT];
    void *item[FANOUT];             /* leaf: values, else nodes */
    struct btree_node *prev, *next; /* leaves */
};

struct btree {
    struct btree_node *root;
    size_t count;
};

static struct btree_node *node_new(bool leaf)
{
    struct btree_node *n = mem_alloc(sizeof(*n));

    n->leaf = leaf;
    return n;
}

static int compare(const struct tree_key *a, struct slice b)
{
    size_t n = a->len < b.len ? a->len : b.len;
    int d = n ? memcmp(a->p, b.p, n) : 0;

    if (d)
        return d;
    return a->len < b.len ? -1 : a->len > b.len;
}

/* The first of n's keys from index `from` that is >= key, or > key. */
static size_t bound(const struct btree_node *n, size_t from, struct slice key,
                    bool after)
{
    size_t lo = from, hi = n->n;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int d = compare(&n->key[mid], key);

        if (d < 0 || (d == 0 && after))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static size_t child_of(const struct btree_node *n, struct slice key)
{
    return bound(n, 1, key, true) - 1;
}

static const struct btree_node *leaf_of(const struct btree *t, struct slice key)
{
    const struct btree_node *n = t->root;

    while (!n->leaf)
        n = n->item[child_of(n, key)];
    return n;
}

struct btree *btree_new(void)
{
    struct btree *t = mem_alloc(sizeof(*t));

    t->root = node_new(true);
    return t;
}

static void node_free(struct btree_node *n, void (*free_value)(void *))
{
    for (size_t i = 0; i < n->n; i++) {
        free(n->key[i].p);
        if (!n->leaf)
            node_free(n->item[i], free_value);
        else if (free_value)
            free_value(n->item[i]);
    }
    free(n);
}

void btree_free(struct btree *t, void (*free_value)(void *value))
{
    if (!t)
        return;
    node_free(t->root, free_value);
    free(t);
}

size_t btree_count(const struct btree *t)
{
    return t->count;
}

static bool at_key(const struct btree_node *n, size_t i, struct slice key)
{
    return i < n->n && compare(&n->key[i], key) == 0;
}

void *btree_get(const struct btree *t, struct slice key)
{
    const struct btree_node *n = leaf_of(t, key);
    size_t i = bound(n, 0, key, false);

    return at_key(n, i, key) ? n->item[i] : NULL;
}

/* ---- insertion ---- */

static void node_insert(struct btree_node *n, size_t i, struct tree_key key,
                        void *item)
{
    memmove(&n->key[i + 1], &n->key[i], (n->n - i) * sizeof(n->key[0]));
    memmove(&n->item[i + 1], &n->item[i], (n->n - i) * sizeof(n->item[0]));
    n->key[i] = key;
    n->item[i] = item;
    n->n++;
}

static struct tree_key key_copy(struct slice s)
{
    return (struct tree_key){mem_memdup(s.p, s.len), s.len};
}

/* Moves the upper half of n to a new node, whose lower bound goes to *sep. Keys
 * often come in order: where the newest is the last one, it goes alone, and n
 * stays full. */
static struct btree_node *split(struct btree_node *n, size_t newest,
                                struct tree_key *sep)
{
    struct btree_node *r = node_new(n->leaf);
    size_t keep = newest + 1 == n->n ? newest : FANOUT / 2;

    r->n = n->n - keep;
    memcpy(r->key, &n->key[keep], r->n * sizeof(r->key[0]));
    memcpy(r->item, &n->item[keep], r->n * sizeof(r->item[0]));
    n->n = keep;
    if (!n->leaf) {
        *sep = r->key[0];
        r->key[0] = (struct tree_key){0};
        return r;
    }
    *sep = key_copy((struct slice){r->key[0].p, r->key[0].len});
    r->next = n->next;
    r->prev = n;
    if (r->next)
        r->next->prev = r;
    n->next = r;
    return r;
}

/* Sets key below n. When n had to be split, the new right node is returned and
 * *sep is its lower bound. */
static struct btree_node *insert(struct btree_node *n, struct slice key,
                                 void *value, void **old, struct tree_key *sep)
{
    struct btree_node *right, *more;
    struct tree_key bound_of_more;
    size_t i;

    if (n->leaf) {
        i = bound(n, 0, key, false);
        if (at_key(n, i, key)) {
            *old = n->item[i];
            n->item[i] = value;
            return NULL;
        }
        node_insert(n, i, key_copy(key), value);
        return n->n == FANOUT ? split(n, i, sep) : NULL;
    }
    i = child_of(n, key);
    more = insert(n->item[i], key, value, old, &bound_of_more);
    if (!more)
        return NULL;
    node_insert(n, i + 1, bound_of_more, more);
    right = n->n == FANOUT ? split(n, i + 1, sep) : NULL;
    return right;
}

void *btree_set(struct btree *t, struct slice key, void *value)
{
    struct tree_key sep;
    void *old = NULL;
    struct btree_node *right = insert(t->root, key, value, &old, &sep);

    if (right) {
        struct btree_node *root = node_new(false);

        node_insert(root, 0, (struct tree_key){0}, t->root);
        node_insert(root, 1, sep, right);
        t->root = root;
    }
    t->count += old == NULL;
    return old;
}

/* ---- removal ---- */

static void node_take(struct btree_node *n, size_t i)
{
    free(n->key[i].p);
    n->n--;
    memmove(&n->key[i], &n->key[i + 1], (n->n - i) * sizeof(n->key[0]));
    memmove(&n->item[i], &n->item[i + 1], (n->n - i) * sizeof(n->item[0]));
}

static void leaf_unlink(struct btree_node *n)
{
    if (n->prev)
        n->prev->next = n->next;
    if (n->next)
        n->next->prev = n->prev;
}

static void *take(struct btree_node *n, struct slice key)
{
    struct btree_node *child;
    void *old;
    size_t i;

    if (n->leaf) {
        i = bound(n, 0, key, false);
        if (!at_key(n, i, key))
            return NULL;
        old = n->item[i];
        node_take(n, i);
        return old;
    }
    i = child_of(n, key);
    child = n->item[i];
    old = take(child, key);
    if (child->n == 0) {
        if (child->leaf)
            leaf_unlink(child);
        free(child);
        node_take(n, i);
        if (i == 0 && n->n > 0) { /* the first bound is always empty */
            free(n->key[0].p);
            n->key[0] = (struct tree_key){0};
        }
    }
    return old;
}

void *btree_remove(struct btree *t, struct slice key)
{
    void *old = take(t->root, key);

    if (!old)
        return NULL;
    t->count--;
    while (!t->root->leaf && t->root->n <= 1) {
        struct btree_node *root = t->root;

        t->root = root->n ? root->item[0] : node_new(true);
        free(root);
    }
    return old;
}

/* ---- cursors ---- */

static bool settle(struct btree_cursor *c)
{
    while (c->node && c->at >= c->node->n) {
        c->node = c->node->next;
        c->at = 0;
    }
    if (!c->node)
        return false;
    c->key = (struct slice){c->node->key[c->at].p, c->node->key[c->at].len};
    c->value = c->node->item[c->at];
    return true;
}

bool btree_seek(const struct btree *t, struct slice key, bool after,
                struct btree_cursor *c)
{
    c->node = leaf_of(t, key);
    c->at = bound(c->node, 0, key, after);
    return settle(c);
}

bool btree_next(struct btree_cursor *c)
{
    c->at++;
    return settle(c);
}
