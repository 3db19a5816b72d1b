/* arena: see arena.h. Chunks are a list, the newest first; large requests get
 * a chunk of their own behind the head, so that the head's room is not lost.
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, CHUNK_BYTES = 4096, LARGE_BYTES = 2048 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, cap; /* of the bytes after this header */
};

static const size_t header_bytes =
    (sizeof(struct arena_chunk) + ALIGN - 1) / ALIGN * ALIGN;

static _Noreturn void out_of_memory(size_t n)
{
    fprintf(stderr, "icefault: out of memory (%zu bytes asked for)\n", n);
    abort();
}

void arena_init(struct arena *a)
{
    a->head = NULL;
    a->used = 0;
}

void arena_fini(struct arena *a)
{
    struct arena_chunk *c = a->head;

    while (c) {
        struct arena_chunk *next = c->next;
        free(c);
        c = next;
    }
    arena_init(a);
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *kept = NULL, *c = a->head;

    while (c) {
        struct arena_chunk *next = c->next;
        if (MEM_REUSED && !kept && c->cap == CHUNK_BYTES - header_bytes)
            kept = c;
        else
            free(c);
        c = next;
    }
    arena_init(a);
    if (!kept)
        return;
    memset((unsigned char *)kept + header_bytes, 0, kept->used);
    kept->used = 0;
    kept->next = NULL;
    a->head = kept;
}

static void *take(struct arena_chunk *c, size_t n)
{
    unsigned char *p = (unsigned char *)c + header_bytes + c->used;

    c->used += n;
    return p;
}

static struct arena_chunk *chunk_new(size_t cap)
{
    struct arena_chunk *c = mem_alloc(header_bytes + cap);

    c->cap = cap;
    return c;
}

/* Doubling keeps the number of chunks low without wasting a small arena. */
static size_t next_cap(const struct arena *a)
{
    size_t cap = CHUNK_BYTES;

    while (cap < a->used && cap < (size_t)1 << 20)
        cap *= 2;
    return cap - header_bytes;
}

void *arena_alloc(struct arena *a, size_t n)
{
    size_t need = n ? n : 1;
    struct arena_chunk *c = a->head;

    if (need > SIZE_MAX / 2)
        out_of_memory(n);
    need = (need + ALIGN - 1) / ALIGN * ALIGN;
    a->used += n;
    if (c && c->cap - c->used >= need)
        return take(c, need);
    if (need >= LARGE_BYTES && c) {
        struct arena_chunk *big = chunk_new(need);
        big->next = c->next;
        c->next = big;
        return take(big, need);
    }
    c = chunk_new(need > next_cap(a) ? need : next_cap(a));
    c->next = a->head;
    a->head = c;
    return take(c, need);
}

char *arena_memdup(struct arena *a, const void *p, size_t n)
{
    char *out = arena_alloc(a, n + 1);

    if (n)
        memcpy(out, p, n);
    return out;
}

char *arena_strdup(struct arena *a, const char *z)
{
    return arena_memdup(a, z, strlen(z));
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    char quick[256], *out;
    va_list again;
    int n;

    /* Most texts are short: made once, and copied. */
    va_copy(again, ap);
    n = vsnprintf(quick, sizeof(quick), fmt, again);
    va_end(again);
    if (n < 0)
        return arena_strdup(a, "");
    if ((size_t)n < sizeof(quick))
        return arena_memdup(a, quick, (size_t)n);
    out = arena_alloc(a, (size_t)n + 1);
    vsnprintf(out, (size_t)n + 1, fmt, ap);
    return out;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    char *out;

    va_start(ap, fmt);
    out = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return out;
}

void *mem_alloc(size_t n)
{
    void *p = calloc(1, n ? n : 1);

    if (!p)
        out_of_memory(n);
    return p;
}

void *mem_realloc(void *p, size_t n)
{
    void *q = realloc(p, n ? n : 1);

    if (!q)
        out_of_memory(n);
    return q;
}

char *mem_memdup(const void *p, size_t n)
{
    char *out = mem_realloc(NULL, n + 1);

    if (n)
        memcpy(out, p, n);
    out[n] = '\0';
    return out;
}

char *mem_strdup(const char *z)
{
    return mem_memdup(z, strlen(z));
}
