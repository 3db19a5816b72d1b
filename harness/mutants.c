/* All mutants as one list. */
#include <string.h>

#include "harness/mutants_parts.h"

size_t mutant_count(void)
{
    return n_module_mutants + n_mock_mutants;
}

const struct mutant *mutant_at(size_t i)
{
    return i < n_module_mutants ? &module_mutants[i]
                                : &mock_mutants[i - n_module_mutants];
}

const struct mutant *mutant_find(const char *name)
{
    for (size_t i = 0; i < mutant_count(); i++)
        if (strcmp(mutant_at(i)->name, name) == 0)
            return mutant_at(i);
    return NULL;
}
