/* Sets of ids. See id_set.h. */
#include "mocks/catalog/id_set.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/json.h"

enum { CAP_MIN = 16 };

void id_set_fini(struct id_set *s)
{
    free(s->id);
    *s = (struct id_set){0};
}

/* Where id is, or belongs. Clients choose ids: multiplying spreads those that
 * follow each other, and the high bits count. */
static size_t place(const struct id_set *s, int64_t id)
{
    uint64_t h = (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(h >> 32) & (s->cap - 1);
    while (s->id[at] != 0 && s->id[at] != id)
        at = (at + 1) & (s->cap - 1);
    return at;
}

static void grow(struct id_set *s)
{
    struct id_set old = *s;
    if (2 * s->n < s->cap)
        return;
    s->cap = s->cap ? 2 * s->cap : CAP_MIN;
    s->id = mem_alloc(s->cap * sizeof *s->id);
    for (size_t i = 0; i < old.cap; i++)
        if (old.id[i] != 0)
            s->id[place(s, old.id[i])] = old.id[i];
    free(old.id);
}

void id_set_add(struct id_set *s, int64_t id)
{
    if (id == 0) {
        s->zero = true;
        return;
    }
    grow(s);
    size_t at = place(s, id);
    s->n += s->id[at] == 0;
    s->id[at] = id;
}

void id_set_add_all(struct id_set *s, const cJSON *list, const char *name)
{
    const cJSON *item;
    int64_t id;
    cJSON_ArrayForEach(item, list)
    {
        if (json_int64(json_get(item, name), &id))
            id_set_add(s, id);
    }
}

bool id_set_has(const struct id_set *s, int64_t id)
{
    if (id == 0)
        return s->zero;
    return s->n > 0 && s->id[place(s, id)] == id;
}
