/* shared: bytes that several hold, counted; they never change.
 *
 * The text of a table's metadata is an answer's body and a file in the store at
 * once, and is in memory once.
 */
#ifndef BASE_SHARED_H
#define BASE_SHARED_H

#include <stdbool.h>

#include "base/str.h"

struct shared {
    unsigned refs;
    char *p; /* a zero follows */
    size_t len;
    /* Where a store that holds them keeps them, and whether they are there
     * still: the store's own. */
    const void *place;
    bool in_place;
};

/* Takes the text over, which leaves s empty. The caller has one reference. */
struct shared *shared_of(struct str *s);
struct shared *shared_ref(struct shared *b);
void shared_unref(struct shared *b); /* NULL is allowed */

#endif
