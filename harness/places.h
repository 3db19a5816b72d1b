/* places: where in a file each node of a tree stands.
 *
 * A side table, so that the trees stay plain cJSON. Looked up only to report
 * an error, so a plain list will do.
 */
#ifndef HARNESS_PLACES_H
#define HARNESS_PLACES_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct place {
    int line, col; /* from 1; 0: not known */
};

struct places_row {
    const cJSON *node;
    struct place key, value; /* key: of a mapping's member */
};

struct places {
    struct places_row *rows;
    size_t n, cap;
};

void places_init(struct places *p);
void places_fini(struct places *p);
void places_add(struct places *p, const cJSON *node, struct place key,
                struct place value);
/* {1, 1} for a node that is not listed. */
struct place places_find(const struct places *p, const cJSON *node,
                         bool at_key);
/* Fills the table for a tree that json_parse made from this very text. */
void places_of_json(struct places *p, struct slice text, const cJSON *tree);

#endif
