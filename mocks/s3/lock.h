/* lock: object lock: retention until a date, and legal hold.
 *
 * Both are headers of the version they hold. A version that is held cannot be
 * removed; a delete marker can always be put over it.
 */
#ifndef MOCKS_S3_LOCK_H
#define MOCKS_S3_LOCK_H

#include "mocks/s3/internal.h"

/* What a new object keeps: its own headers', or the bucket's default. */
bool lock_collect(struct ask *c, const struct http_header *list, size_t n,
                  struct str *out);
/* May that version be removed by this request? */
bool lock_lets_go(struct ask *c, const struct s3_object *o);

#endif
