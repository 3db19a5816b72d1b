/* store: what the rest of the module uses of the object store, besides
 * objects.h, and what the store's own files share.
 *
 * Who implements what:
 *   store.c          names, get, head, put in one piece, delete
 *   store_upload.c   put in parts
 *   store_list.c     list
 *   store_delete.c   delete many
 *   store_request.c  one request: address, signature, repeats (through call.c)
 *   store_keys.c     keys, and the store's clock
 */
#ifndef ICEBERG_STORE_H
#define ICEBERG_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "iceberg/catalog_int.h"
#include "iceberg/objects.h"

struct ice_object_name {
    struct slice bucket, key; /* of the URI they were read from */
};
/* False when it is no such URI, or bucket or key are missing. */
bool ice__store_name(const char *uri, struct ice_object_name *out);
/* The same, and the key may be empty. */
bool ice__store_prefix(const char *uri, struct ice_object_name *out);

/* ICE_CONFIG, naming the setting, unless the keys are set. */
int ice__store_ready(struct ice_catalog *c, struct ice_error *e);

/* These two work within the scope of a call. */
int ice__store_get(struct ice_catalog *c, const struct ice_get *get,
                   struct str *out, struct ice_error *e);
int ice__store_head(struct ice_catalog *c, const struct ice_object_name *name,
                    struct ice_object *out, struct ice_error *e);

#endif
