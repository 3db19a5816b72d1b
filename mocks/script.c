/* script: appending steps. */
#include <string.h>

#include "mocks/script.h"

void script_init(struct script *s, struct arena *a)
{
    memset(s, 0, sizeof(*s));
    s->arena = a;
}

static void push(struct script *s, struct script_step step)
{
    if (s->n == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 4;
        struct script_step *grown = arena_alloc(s->arena, cap * sizeof(*grown));
        if (s->n)
            memcpy(grown, s->steps, s->n * sizeof(*grown));
        s->steps = grown;
        s->cap = cap;
    }
    s->steps[s->n++] = step;
}

void script_bytes(struct script *s, struct slice bytes)
{
    if (bytes.len)
        push(s, (struct script_step){.kind = SCRIPT_BYTES, .bytes = bytes});
}

void script_wait(struct script *s, int64_t ms)
{
    push(s, (struct script_step){.kind = SCRIPT_WAIT, .ms = ms});
}

void script_end(struct script *s, enum script_kind kind)
{
    push(s, (struct script_step){.kind = kind});
}
