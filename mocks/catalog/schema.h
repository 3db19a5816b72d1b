/* schema: Iceberg schemas as JSON: checking, cleaning, numbering anew. */
#ifndef MOCKS_CATALOG_SCHEMA_H
#define MOCKS_CATALOG_SCHEMA_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "mocks/catalog/errors.h"

enum { FORMAT_VERSION_MAX = 3, SCHEMA_MAX_FIELDS = 10000 };

/* A checked copy with only the fields that the specification knows, ids as
 * they were: {type, schema-id, identifier-field-ids?, fields}. The caller
 * deletes it. NULL with f. */
cJSON *schema_read(const cJSON *in, int format_version, struct failure *f);

/* Ids by old id, filled by schema_renumber. */
struct schema_ids {
    struct schema_id *hash;
};
void schema_ids_fini(struct schema_ids *ids);
int64_t schema_ids_new(const struct schema_ids *ids, int64_t old); /* or -1 */

/* Gives every field a new id from 1, a struct's own fields before what is
 * nested in them, as the reference server does. Returns the last one. */
int64_t schema_renumber(cJSON *schema, struct schema_ids *ids);

int64_t schema_last_id(const cJSON *schema); /* 0: no fields */
/* The field (struct field only) of that id at any depth, or NULL. */
cJSON *schema_field(const cJSON *schema, int64_t id);
cJSON *schema_field_named(const cJSON *schema, const char *name); /* top */
/* Do a and b have the same fields and identifier fields? */
bool schema_same(const cJSON *a, const cJSON *b);

/* "decimal(9,2)" is of the kind "decimal". */
bool type_is(const char *type, const char *kind);

/* ---- partition specs and sort orders ---- */

/* Both give checked copies, {spec-id, fields} and {order-id, fields}, bound to
 * schema. ids maps the request's source ids to the schema's (NULL: they are
 * the schema's already). next_field_id numbers partition fields anew; NULL
 * keeps theirs where given and counts on from *last_field_id, which becomes
 * the highest used. NULL with f. */
cJSON *spec_bind(const cJSON *in, const cJSON *schema,
                 const struct schema_ids *ids, bool number_anew,
                 int64_t *last_field_id, struct failure *f);
cJSON *order_bind(const cJSON *in, const cJSON *schema,
                  const struct schema_ids *ids, struct failure *f);
/* Does a spec, an order that is there already, still fit schema? Void fields
 * always do. False with f. */
bool spec_fits(const cJSON *spec, const cJSON *schema, struct failure *f);
bool order_fits(const cJSON *order, const cJSON *schema, struct failure *f);
/* Version 1 needs field ids that follow each other from 1000. */
bool spec_is_sequential(const cJSON *spec);
/* A spec as the reference prints it. */
const char *spec_said(const cJSON *spec, struct arena *a);
/* Can it be read? "bucket[0]" cannot. */
bool transform_read(const char *transform, struct failure *f);
/* Same source, transform and name of every field (order: and direction). */
bool spec_same(const cJSON *a, const cJSON *b);
bool order_same(const cJSON *a, const cJSON *b);

/* ---- parsing with the reference's words (need.c) ---- */
bool need_int(const cJSON *obj, const char *name, int64_t *out,
              struct failure *f);
const char *need_text(const cJSON *obj, const char *name, struct failure *f);

#endif
