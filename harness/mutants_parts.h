/* mutants_parts: the two lists that mutants.c joins. */
#ifndef HARNESS_MUTANTS_PARTS_H
#define HARNESS_MUTANTS_PARTS_H

#include "harness/mutants_module.h"

extern const struct mutant mock_mutants[]; /* mutants_mocks.c */
extern const size_t n_mock_mutants;

#endif
