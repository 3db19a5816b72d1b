/* All mutants as one list. */
#include <string.h>

#include "harness/mutants_parts.h"

size_t mutant_count(void)
{
    return n_module_mutants + n_store_mutants + n_mock_mutants;
}

const struct mutant *mutant_at(size_t i)
{
    if (i < n_module_mutants)
        return &module_mutants[i];
    i -= n_module_mutants;
    return i < n_store_mutants ? &store_mutants[i]
                               : &mock_mutants[i - n_store_mutants];
}

const struct mutant *mutant_find(const char *name)
{
    for (size_t i = 0; i < mutant_count(); i++)
        if (strcmp(mutant_at(i)->name, name) == 0)
            return mutant_at(i);
    return NULL;
}
