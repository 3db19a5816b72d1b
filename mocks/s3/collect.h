/* collect: what an object keeps of the headers that made it (collect.c says
 * which). All append to out; false, and an error answered, when one is wrong.
 */
#ifndef MOCKS_S3_COLLECT_H
#define MOCKS_S3_COLLECT_H

#include "mocks/s3/internal.h"

enum { HEADERS_MAX = 64 << 10 };

bool collect_metadata(struct ask *c, const struct http_header *list, size_t n,
                      struct str *out);
bool collect_tags(struct ask *c, struct slice v, struct str *out);
bool collect_rest(struct ask *c, const struct http_header *list, size_t n,
                  struct str *out);
bool collect_all(struct ask *c, struct str *out); /* of the request's headers */

bool is_metadata(const char *name); /* does CopyObject take it along? */
/* The value of that name, trimmed, or p NULL. */
struct slice field(const struct http_header *list, size_t n, const char *name);

#endif
