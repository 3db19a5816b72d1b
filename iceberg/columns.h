/* columns: a schema as a flat list of paths, from a table of tables.h or from
 * metadata. What compare.c works on.
 */
#ifndef ICEBERG_COLUMNS_H
#define ICEBERG_COLUMNS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "iceberg/tables.h"

struct flat_column {
    const char *path; /* "metadata.value" */
    const char *type; /* primitive, or "struct", "list", "map" */
    const char *doc;  /* NULL: none */
    int64_t id;       /* 0: not a positive integer */
    bool required;
    int parent; /* index of the column it is nested in; -1: none */
};

struct flat_schema { /* texts are the arena's or borrowed from the source */
    struct flat_column *column;
    size_t n, room;
};

void flat_from_table(struct flat_schema *f, const struct ice_table_def *t,
                     struct arena *a);
/* False when the schema is not one, or is too large (limits of compare.h). */
bool flat_from_json(struct flat_schema *f, const cJSON *schema,
                    struct arena *a);

/* First column of that path or id, or NULL. */
const struct flat_column *flat_find(const struct flat_schema *f,
                                    const char *path);
const struct flat_column *flat_by_id(const struct flat_schema *f, int64_t id);

#endif
