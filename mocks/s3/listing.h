/* listing: what all listings of a bucket have in common.
 *
 * A walk gives keys and common prefixes in byte order. A common prefix is
 * passed in one seek, however many keys it stands for, so that a page costs
 * the same in a large bucket as in a small one.
 */
#ifndef MOCKS_S3_LISTING_H
#define MOCKS_S3_LISTING_H

#include "mocks/s3/internal.h"

struct listing {
    struct ask *c;
    const char *prefix, *delimiter; /* "" when not given */
    long long max_keys, said;       /* what the answer repeats of it */
    bool url;                       /* encoding-type=url */
};

/* Reads prefix, delimiter, encoding-type and the query max_name. False, and
 * InvalidArgument answered, when one is wrong. */
bool listing_read(struct listing *l, const char *max_name);
/* MinIO knows no markers outside the prefix: false, and 501 answered. */
bool listing_marker_ok(const struct listing *l, const char *marker);
const char *listing_or_empty(const char *z);
/* A key as the listing writes it: percent-encoded where that was asked for. */
void listing_name(struct listing *l, struct str *out, const char *element,
                  struct slice name);
void listing_prefix(struct listing *l, struct str *out, struct slice group);
/* How long the common prefix is that key falls under; 0: none. */
size_t listing_group(const struct listing *l, struct slice key);

struct walk {
    const struct listing *l;
    const struct btree *objects;
    struct btree_cursor at;
    bool more;
    bool versions; /* keys without a current object count too */
};

struct item {
    struct slice name;
    const struct s3_stack *stack; /* NULL: a common prefix */
};

/* At the first key at or (behind) behind after, but not before the prefix. */
void walk_start(struct walk *w, struct slice after, bool behind);
/* Behind all keys that begin with group. */
void walk_behind(struct walk *w, struct slice group);
bool walk_next(struct walk *w, struct item *out);

/* The query as a number of 0 or more, at most cap; fallback when it is not
 * given. False, and InvalidArgument answered, when it is none. */
bool ask_number(struct ask *c, const char *name, long long fallback,
                long long cap, long long *out);

#endif
