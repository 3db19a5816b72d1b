/* Fibers by ucontext.
 *
 * AddressSanitizer and valgrind have to be told of other stacks, the first
 * also of every switch; without that they take a switch for an overflow.
 */
#include "harness/sim/fiber.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <openssl/err.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/arena.h"
#include "harness/sim/sim.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define VALGRIND_STACK_REGISTER(low, high) 0
#endif

#ifdef WITH_ASAN
enum { STACK_BYTES = 1024 * 1024 }; /* its frames are several times larger */
#else
enum { STACK_BYTES = 256 * 1024 };
#endif

enum { POOL_MOST = SIM_MOST_FIBERS };

struct stack {
    char *low; /* above the guard page */
};

struct fiber {
    ucontext_t context;
    struct stack stack;
    void (*fn)(void *arg);
    void *arg;
    bool ended;
    int saved_errno;
    void *fake_stack; /* AddressSanitizer's */
};

static struct {
    ucontext_t context;
    const void *low; /* of the main stack, as AddressSanitizer knows it */
    size_t bytes;
    struct fiber *running;
    struct stack pool[POOL_MOST];
    size_t pooled;
} main_;

/* ---- what the tools are told ---- */

static void switch_begins(void **fake, const void *low, size_t bytes)
{
#ifdef WITH_ASAN
    __sanitizer_start_switch_fiber(fake, low, bytes);
#else
    (void)fake;
    (void)low;
    (void)bytes;
#endif
}

static void switch_ends(void *fake, const void **low, size_t *bytes)
{
#ifdef WITH_ASAN
    __sanitizer_finish_switch_fiber(fake, low, bytes);
#else
    (void)fake;
    (void)low;
    (void)bytes;
#endif
}

/* AddressSanitizer's own swapcontext prints a warning and forgets the red
 * zones; with the switches announced, libc's is the right one. */
static void swap(ucontext_t *from, const ucontext_t *to)
{
#ifdef WITH_ASAN
    static int (*libc_swap)(ucontext_t *, const ucontext_t *);
    if (!libc_swap) {
        void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
        *(void **)&libc_swap = libc ? dlsym(libc, "swapcontext") : NULL;
        assert(libc_swap);
    }
    libc_swap(from, to);
#else
    swapcontext(from, to);
#endif
}

/* ---- stacks ---- */

static struct stack stack_take(void)
{
    if (main_.pooled > 0) {
        struct stack s = main_.pool[--main_.pooled];
#ifdef WITH_ASAN
        ASAN_UNPOISON_MEMORY_REGION(s.low, STACK_BYTES);
#endif
        return s;
    }
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    char *p = mmap(NULL, guard + STACK_BYTES, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED || mprotect(p, guard, PROT_NONE) != 0) {
        fputs("icefault: no memory for a fiber's stack\n", stderr);
        abort();
    }
    struct stack s = {p + guard};
    (void)VALGRIND_STACK_REGISTER(s.low, s.low + STACK_BYTES);
    return s;
}

/* Stacks stay mapped from run to run; there are never more at a time than a
 * run has fibers. */
static void stack_give_back(struct stack s)
{
    assert(main_.pooled < POOL_MOST);
    main_.pool[main_.pooled++] = s;
}

/* ---- switching ---- */

static void leave(struct fiber *f, bool for_good)
{
    f->saved_errno = errno;
    switch_begins(for_good ? NULL : &f->fake_stack, main_.low, main_.bytes);
    swap(&f->context, &main_.context);
    /* resumed */
    switch_ends(f->fake_stack, &main_.low, &main_.bytes);
    errno = f->saved_errno;
}

static void entry(void)
{
    struct fiber *f = main_.running;
    switch_ends(NULL, &main_.low, &main_.bytes);
    errno = 0;
    f->fn(f->arg);
    f->ended = true;
    leave(f, true);
}

struct fiber *fiber_new(void (*fn)(void *arg), void *arg)
{
    struct fiber *f = mem_alloc(sizeof(*f));
    f->fn = fn;
    f->arg = arg;
    f->stack = stack_take();
    getcontext(&f->context);
    f->context.uc_stack.ss_sp = f->stack.low;
    f->context.uc_stack.ss_size = STACK_BYTES;
    f->context.uc_link = NULL;
    makecontext(&f->context, entry, 0);
    return f;
}

void fiber_free(struct fiber *f)
{
    if (!f)
        return;
    if (f->ended)
        stack_give_back(f->stack);
    free(f);
}

void fiber_resume(struct fiber *f)
{
    assert(!main_.running && !f->ended);
    int saved = errno;
    void *fake = NULL;
    ERR_clear_error();
    main_.running = f;
    switch_begins(&fake, f->stack.low, STACK_BYTES);
    swap(&main_.context, &f->context);
    switch_ends(fake, NULL, NULL);
    main_.running = NULL;
    ERR_clear_error();
    errno = saved;
}

void fiber_yield(void)
{
    assert(main_.running);
    leave(main_.running, false);
}

struct fiber *fiber_self(void)
{
    return main_.running;
}

bool fiber_ended(const struct fiber *f)
{
    return f->ended;
}
