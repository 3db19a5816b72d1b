/* compare: a table's metadata against what it should be.
 *
 * Columns are found by path ("value", "metadata.value"), partition fields by
 * position; ids are never compared with those of the request, because servers
 * number anew. But ids must be whole, positive and unique, and the partition
 * spec must refer to columns that exist. Pure functions over cJSON trees, which
 * may hold anything: depth and number of columns are limited.
 */
#ifndef ICEBERG_COMPARE_H
#define ICEBERG_COMPARE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "iceberg/iceberg.h"
#include "iceberg/policy.h"
#include "iceberg/tables.h"

enum {
    ICE_MAX_COLUMNS = 10000,   /* nested ones counted */
    ICE_MAX_NESTING = 32,      /* of types */
    ICE_MAX_PATH = 2048,       /* bytes of a column's path */
    ICE_MAX_DIFFERENCES = 256, /* the rest is not reported */
};

struct ice_differences { /* zero-initialised; item is freed with free() */
    struct ice_difference *item;
    size_t n;
};

/* NULL, or what makes this no table metadata that can be used (a sentence's
 * end, static text): a part is missing, of the wrong type, or too large. */
const char *ice__metadata_wrong(const cJSON *metadata);

/* The policy's rules for a table that was just made: what was asked for must
 * be there to the letter, as policy->verify says. */
struct ice_compare_rules ice__compare_created(const struct ice_policy *p);

/* Appends every difference between metadata (for which ice__metadata_wrong is
 * NULL) and the table wanted in that format version. */
void ice__compare(const struct ice_compare_rules *rules,
                  const struct ice_table_def *want, int format_version,
                  const cJSON *metadata, struct ice_differences *out);

/* Appends a difference for each column whose id is not the same in both. For
 * two metadata of one table (same uuid): ids never change there. */
void ice__compare_ids(const struct ice_compare_rules *rules,
                      const cJSON *before, const cJSON *after,
                      struct ice_differences *out);

bool ice__differences_fail(const struct ice_differences *d);
/* Appends "PATH TEXT; PATH TEXT" of those that fail, at most three, and how
 * many more there are. */
void ice__differences_print(const struct ice_differences *d, struct str *out);

#endif
