/* tables: the five tables as they are to be, as const data.
 *
 * The field ids are those of a request: a server numbers columns anew, so
 * existing tables are compared by path, never by id (compare.h).
 * fixtures/tables.json holds the same data; a unit test keeps the two equal.
 */
#ifndef ICEBERG_TABLES_H
#define ICEBERG_TABLES_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "iceberg/iceberg.h"
#include "iceberg/policy.h"

struct ice_map_type {
    int key_id, value_id;
    const char *key, *value; /* primitive types */
    bool value_required;
};

struct ice_column {
    int id;
    const char *name;
    const char *type;               /* primitive; NULL: map is set */
    const struct ice_map_type *map; /* NULL: type is set */
    bool required;
    const char *doc;
};

struct ice_partition_field {
    int source_id, field_id;
    const char *transform, *name;
};

struct ice_property {
    const char *key, *value;
};

struct ice_table_def {
    const char *name; /* by default; settings may rename two of the five */
    const struct ice_column *columns;
    size_t n_columns;
    const struct ice_partition_field *partition;
    size_t n_partition;
    const struct ice_property *properties;
    size_t n_properties;
};

/* No sort order, no identifier fields. Indexed by enum ice_table_id. */
extern const struct ice_table_def ice_tables[ICE_TABLES];

/* The column with that id, or NULL. */
const struct ice_column *ice_column_by_id(const struct ice_table_def *t,
                                          int id);

/* The body of a createTable request, as far as shape asks for it; the caller
 * owns it. The location is left to the catalog; the format version goes as the
 * reserved property of that name. */
cJSON *ice_table_request(const struct ice_table_def *t, const char *name,
                         const struct ice_shape_rules *shape);

#endif
