/* lend: what the catalog may give of the mock S3 to its own clients. */
#ifndef MOCKS_LEND_H
#define MOCKS_LEND_H

#include "mocks/catalog/catalog.h"
#include "mocks/s3/s3.h"

/* url: of the mock S3, "" when it is not served. Everything is borrowed from
 * s3 and url. */
void lend_store(struct s3 *s3, const char *url, struct catalog_store *out);

#endif
