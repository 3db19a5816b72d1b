/* shared: see shared.h. */
#include "base/shared.h"

#include <stdlib.h>

#include "base/arena.h"

struct shared *shared_of(struct str *s)
{
    struct shared *b = mem_alloc(sizeof(*b));
    size_t cap = s->cap;

    b->refs = 1;
    b->len = s->len;
    b->p = str_detach(s);
    if (cap - b->len > cap / 4) /* that much would lie idle */
        b->p = mem_realloc(b->p, b->len + 1);
    return b;
}

struct shared *shared_ref(struct shared *b)
{
    b->refs++;
    return b;
}

void shared_unref(struct shared *b)
{
    if (!b || --b->refs)
        return;
    free(b->p);
    free(b);
}
