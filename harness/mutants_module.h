/* mutants_module: the mutants of the module under test, each of which changes
 * one cell of its policy. mutants.c joins them with those of the mocks. */
#ifndef HARNESS_MUTANTS_MODULE_H
#define HARNESS_MUTANTS_MODULE_H

#include "harness/mutants.h"

extern const struct mutant module_mutants[];
extern const size_t n_module_mutants;
extern const struct mutant store_mutants[];
extern const size_t n_store_mutants;

#endif
