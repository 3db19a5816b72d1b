/* store_upload: an object in parts.
 *
 * Created, its parts sent side by side, completed; or aborted when it fails
 * for good. A completion whose answer was lost is settled by HEAD.
 */
#ifndef ICEBERG_STORE_UPLOAD_H
#define ICEBERG_STORE_UPLOAD_H

#include "iceberg/store_request.h"

int ice__store_upload(struct ice_catalog *c, const struct ice_object_name *name,
                      const struct ice_put *put, size_t part_bytes,
                      struct ice_object *out, struct ice_error *e);

/* store.c: has the answer to a put or part an ETag; is it, with the checksum,
 * that of what was sent? */
bool ice__store_has_etag(struct ice_store_request *q,
                         const struct ice_answer *a, char why[160]);
bool ice__store_stored(struct ice_store_request *q, const struct ice_answer *a,
                       const char *etag, char why[160]);

#endif
