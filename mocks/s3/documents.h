/* documents: settings of a bucket that are stored and given back as XML.
 *
 * Each kind has a schema: the paths that it may hold and, where they are few,
 * the words that may stand there. What is stored is written anew, in the S3
 * namespace and without attributes.
 */
#ifndef MOCKS_S3_DOCUMENTS_H
#define MOCKS_S3_DOCUMENTS_H

#include "mocks/s3/internal.h"

/* Further checks, and changes, of kinds that need some. */
bool lifecycle_ok(struct ask *c, struct slice body);
bool lock_configuration_ok(struct ask *c, struct slice body);
bool encryption_ok(struct ask *c, struct slice body);
bool cors_ok(struct ask *c, struct slice body);
bool ownership_ok(struct ask *c, struct slice body);
bool logging_ok(struct ask *c, struct slice body);
bool notification_ok(struct ask *c, struct slice body);
bool replication_ok(struct ask *c, struct slice body);

/* x-amz-expiration of an object, by the bucket's lifecycle. */
void lifecycle_tell(struct ask *c, const struct s3_object *o);
/* Access-Control headers of an answer to a request that has an Origin. */
void cors_tell(struct ask *c);

#endif
