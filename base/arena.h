/* arena: memory that is freed all at once.
 *
 * One arena belongs to one thing with a short life: an exchange, a scenario
 * run, a parsed file. Nothing taken from it is freed by itself.
 * Like all of base, it ends the process with a message when the system has no
 * memory left; limits on what comes off the wire are kept by the callers.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *head; /* newest chunk */
    size_t used;              /* bytes handed out, without padding */
};

void arena_init(struct arena *a);
void arena_fini(struct arena *a); /* frees all; the arena can be used again */
/* The same, but some memory is kept for the next use. */
void arena_reset(struct arena *a);

/* n zeroed bytes, aligned for any type; never NULL, valid until fini. */
void *arena_alloc(struct arena *a, size_t n);

/* Terminated copies. arena_memdup adds a terminating zero after n bytes. */
char *arena_strdup(struct arena *a, const char *z);
char *arena_memdup(struct arena *a, const void *p, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* Who keeps memory to use it again does so only where this is 1: a checker of
 * addresses would not see who still holds what is gone. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define MEM_IS_CHECKED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(MEM_IS_CHECKED)
enum { MEM_REUSED = 0 };
#else
enum { MEM_REUSED = 1 };
#endif

/* malloc, calloc, realloc and strdup that end the process when there is no
 * memory. The caller frees with free(). */
void *mem_alloc(size_t n); /* zeroed */
void *mem_realloc(void *p, size_t n);
char *mem_strdup(const char *z);
char *mem_memdup(const void *p, size_t n); /* adds a terminating zero */

#endif
