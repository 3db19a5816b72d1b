/* table_job: one table being made or verified: what making.c asks of it. */
#ifndef ICEBERG_TABLE_JOB_H
#define ICEBERG_TABLE_JOB_H

#include <cjson/cJSON.h>

#include "iceberg/compare.h"
#include "iceberg/making.h"
#include "iceberg/tables.h"

struct ice_table_job {
    struct ice_catalog *c;
    const struct ice_table_def *def;
    const char *name;
    cJSON *loaded;  /* LoadTableResult of a load not yet judged, or NULL */
    int loaded_rc;  /* what the load returned along with it */
    cJSON *created; /* LoadTableResult that a create was answered with */
    struct ice_differences differences; /* of the last verification */
};

/* Verification, in table_verify.c. Takes job->loaded, or loads. deep: this call
 * sent a create, so the listing and the metadata file are looked at too;
 * strict: this call's create was answered, so the table must be to the letter
 * what was asked for. Sets *found. ICE_OK, ICE_MISMATCH, policy.verify's outcomes, or what a
 * read failed with. */
int ice__table_verify(struct ice_table_job *job, bool deep, bool strict,
                      enum ice_found *found, struct ice_error *e);

/* Loads into job->loaded. */
enum ice_found ice__table_load(struct ice_table_job *job, struct ice_error *e);

/* ICE_OK when the metadata file is in the store, parses, and is of that table;
 * gunzips by content, not by name. */
int ice__table_check_file(struct ice_table_job *job, const cJSON *result,
                          struct ice_error *e);

#endif
