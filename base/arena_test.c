/* Tests of arena. */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit.h"

static void gives_zeroed_aligned_memory_of_any_size(void)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 2047, 2048, 5000, 70000};
    struct arena a;

    arena_init(&a);
    for (size_t round = 0; round < 20; round++)
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            unsigned char *p = arena_alloc(&a, sizes[i]);
            CU_ASSERT_EQUAL((uintptr_t)p % 16, 0);
            for (size_t k = 0; k < sizes[i]; k++)
                if (p[k])
                    CU_FAIL("memory is not zeroed");
            memset(p, 0xaa, sizes[i]);
        }
    arena_fini(&a);
}

static void keeps_what_was_written_before(void)
{
    struct arena a;
    char *texts[500];
    int wrong = 0;

    arena_init(&a);
    for (int i = 0; i < 500; i++)
        texts[i] = arena_printf(&a, "text %d%*s", i, i * 3, "x");
    for (int i = 0; i < 500; i++)
        wrong += strtol(texts[i] + 5, NULL, 10) != i;
    CU_ASSERT_EQUAL(wrong, 0);
    arena_fini(&a);
}

static void counts_what_was_handed_out(void)
{
    struct arena a;

    arena_init(&a);
    arena_alloc(&a, 10);
    arena_alloc(&a, 5000);
    CU_ASSERT_EQUAL(a.used, 5010);
    arena_fini(&a);
    CU_ASSERT_EQUAL(a.used, 0);
}

static void can_be_used_again_after_fini(void)
{
    struct arena a;

    arena_init(&a);
    arena_strdup(&a, "first");
    arena_fini(&a);
    CU_ASSERT_STRING_EQUAL(arena_strdup(&a, "second"), "second");
    arena_fini(&a);
}

static void copies_bytes_and_adds_a_zero(void)
{
    struct arena a;
    char *p;

    arena_init(&a);
    p = arena_memdup(&a, "a\0b", 3);
    CU_ASSERT_EQUAL(memcmp(p, "a\0b", 4), 0);
    CU_ASSERT_STRING_EQUAL(arena_memdup(&a, NULL, 0), "");
    arena_fini(&a);
}

static void mem_copies_belong_to_the_caller(void)
{
    char *z = mem_strdup("text"), *p = mem_memdup("ab", 1);

    CU_ASSERT_STRING_EQUAL(z, "text");
    CU_ASSERT_STRING_EQUAL(p, "a");
    z = mem_realloc(z, 100);
    CU_ASSERT_STRING_EQUAL(z, "text");
    free(z);
    free(p);
}

UNIT_MAIN("arena", UNIT(gives_zeroed_aligned_memory_of_any_size),
          UNIT(keeps_what_was_written_before), UNIT(counts_what_was_handed_out),
          UNIT(can_be_used_again_after_fini),
          UNIT(copies_bytes_and_adds_a_zero),
          UNIT(mem_copies_belong_to_the_caller))
