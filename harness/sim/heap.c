/* Counting live allocations, for invariant I8: what a run leaves behind.
 *
 * The runner stands before the C library's allocator and counts; memory itself
 * is the library's. Byte counts of mallinfo would not do: chunks in a thread's
 * cache count as used. Left out where a sanitizer brings its own allocator. */
#include "harness/sim/heap.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

int64_t heap_live(void)
{
    return -1;
}

#else

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);
extern void __libc_free(void *p);
void *memalign(size_t alignment, size_t n);

static atomic_llong live;

int64_t heap_live(void)
{
    return atomic_load_explicit(&live, memory_order_relaxed);
}

static void *counted(void *p)
{
    if (p)
        atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    return p;
}

void *malloc(size_t n)
{
    return counted(__libc_malloc(n));
}

void *calloc(size_t n, size_t size)
{
    return counted(__libc_calloc(n, size));
}

void *realloc(void *old, size_t n)
{
    void *p = __libc_realloc(old, n);
    if (!old)
        return counted(p);
    if (!p && n == 0) /* glibc: then old was freed */
        atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    return p;
}

void *reallocarray(void *old, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        return errno = ENOMEM, NULL;
    return realloc(old, n * size); /* NOLINT: 0 is the caller's choice */
}

void *memalign(size_t alignment, size_t n)
{
    return counted(__libc_memalign(alignment, n));
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return counted(__libc_memalign(alignment, n));
}

int posix_memalign(void **out, size_t alignment, size_t n)
{
    void *p = counted(__libc_memalign(alignment, n));
    if (!p)
        return ENOMEM;
    *out = p;
    return 0;
}

void free(void *p)
{
    if (p)
        atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    __libc_free(p);
}

#endif
