/* mutants_cells: how a mutant of the module is written: a function that changes
 * one cell, and a row. */
#ifndef HARNESS_MUTANTS_CELLS_H
#define HARNESS_MUTANTS_CELLS_H

#include "harness/mutants_module.h"
#include "iceberg/policy.h"

#define CHANGE(id, cell)                                                       \
    static void id(struct ice_policy *p)                                       \
    {                                                                          \
        p->cell;                                                               \
    }

#define ROW(id, called, ids, text)                                             \
    {                                                                          \
        .name = (called), .of = MUTANT_OF_MODULE, .rule = (text),              \
        .breaks = (ids), .change = (id)                                        \
    }
#define NUMBER(id, called, ids, text)                                          \
    {                                                                          \
        .name = (called), .of = MUTANT_OF_MODULE, .rule = (text),              \
        .breaks = (ids), .number = true, .change = (id)                        \
    }

#endif
