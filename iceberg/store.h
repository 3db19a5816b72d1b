/* store: reads objects of an S3 store, named by s3, s3a or s3n URI.
 *
 * Requests are signed with the settings' keys (sigv4.h), repeated as reads
 * under the catalog's policy (call.c), and bounded in size by its limits. The
 * bucket is the URI's, in the path or in the host name as the settings say.
 */
#ifndef ICEBERG_STORE_H
#define ICEBERG_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "iceberg/catalog_int.h"

struct ice_object_name {
    struct slice bucket, key; /* of the URI they were read from */
};
/* False when it is no such URI, or bucket or key are missing. */
bool ice__store_name(const char *uri, struct ice_object_name *out);

/* ICE_CONFIG, naming the setting, unless the keys are set. */
int ice__store_ready(struct ice_catalog *c, struct ice_error *e);

struct ice_range {
    int64_t first, bytes; /* bytes 0: the whole object, first is not used */
};

/* Appends the object, or that part of it (shorter at the object's end), to
 * out. ICE_NOT_FOUND: the store says that there is no such object. */
int ice__store_get(struct ice_catalog *c, const char *uri,
                   struct ice_range range, struct str *out,
                   struct ice_error *e);

struct ice_object {
    int64_t bytes;
    char etag[80]; /* as sent, with its quotes; "": none */
};
int ice__store_head(struct ice_catalog *c, const char *uri,
                    struct ice_object *out, struct ice_error *e);

#endif
