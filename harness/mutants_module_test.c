/* Each mutant of the module changes exactly one cell, and says what it breaks.
 */
#include "base/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "harness/mutants_module.h"
#include "iceberg/policy.h"

/* A zeroed copy, so that padding compares equal. */
static struct ice_policy *copy(void)
{
    return (struct ice_policy *)(void *)mem_memdup(&ice_policy_default,
                                                   sizeof(struct ice_policy));
}

enum { MOST = 1000 };

static const struct mutant *all[MOST];
static size_t n_all;

/* Those of the catalog's rules and those of the store's. */
__attribute__((constructor)) static void join(void)
{
    for (size_t i = 0; i < n_module_mutants && n_all < MOST; i++)
        all[n_all++] = &module_mutants[i];
    for (size_t i = 0; i < n_store_mutants && n_all < MOST; i++)
        all[n_all++] = &store_mutants[i];
}

static void each_changes_something(void)
{
    for (size_t i = 0; i < n_all; i++) {
        struct ice_policy *p = copy();
        const char *a = (const char *)p, *b = (const char *)&ice_policy_default;
        size_t first = sizeof(*p), last = 0;

        all[i]->change(p);
        for (size_t k = 0; k < sizeof(*p); k++) {
            if (a[k] != b[k]) {
                first = k < first ? k : first;
                last = k;
            }
        }
        CU_ASSERT(first <= last);    /* something ... */
        CU_ASSERT(last - first < 8); /* ... within one cell */
        free(p);
    }
}

static void no_two_are_the_same(void)
{
    for (size_t i = 0; i < n_all; i++) {
        struct ice_policy *p = copy();

        all[i]->change(p);
        for (size_t k = 0; k < i; k++) {
            struct ice_policy *q = copy();

            all[k]->change(q);
            /* NOLINTNEXTLINE: padding is that of the one they are copies of */
            CU_ASSERT(memcmp(p, q, sizeof(*p)) != 0);
            CU_ASSERT(strcmp(all[i]->name, all[k]->name));
            free(q);
        }
        free(p);
    }
}

static void every_criterion_has_a_mutant(void)
{
    static const struct {
        const char *chapter;
        int first, last;
    } chapters[] = {{"R3.1", 2, 7},
                    {"R3.2", 1, 8},
                    {"R4.1", 1, 7},
                    {"R4.2", 1, 4},
                    {"R4.4", 1, 12}};

    for (size_t c = 0; c < sizeof(chapters) / sizeof(chapters[0]); c++) {
        for (int n = chapters[c].first; n <= chapters[c].last; n++) {
            char id[24], list[128];
            bool hit = false;

            snprintf(id, sizeof(id), " %s-%d ", chapters[c].chapter, n);
            for (size_t i = 0; i < n_all; i++) {
                snprintf(list, sizeof(list), " %s ", all[i]->breaks);
                hit = hit || strstr(list, id);
            }
            CU_ASSERT(hit);
        }
    }
}

static void few_only_change_a_number(void)
{
    size_t numbers = 0;

    for (size_t i = 0; i < n_all; i++)
        numbers += all[i]->number;
    CU_ASSERT(numbers <= 20);
    CU_ASSERT(n_all - numbers >= 40);
}

UNIT_MAIN("mutants_module", UNIT(each_changes_something),
          UNIT(no_two_are_the_same), UNIT(every_criterion_has_a_mutant),
          UNIT(few_only_change_a_number))
