/* sse: the contract of server-side encryption, without any encryption. False,
 * and an error answered, where the request breaks it. */
#ifndef MOCKS_S3_SSE_H
#define MOCKS_S3_SSE_H

#include "mocks/s3/internal.h"

/* What a new object keeps of it: of the list's headers, or by the bucket's
 * default. */
bool sse_collect(struct ask *c, const struct http_header *list, size_t n,
                 struct str *out);
/* A part must bear the customer's key that its upload began with. */
bool sse_part_allowed(struct ask *c, const struct s3_upload *u);
/* Reading, and being copied, needs the customer's key. */
bool sse_read_allowed(struct ask *c, const struct s3_object *o);
bool sse_source_allowed(struct ask *c, const struct s3_object *o);
/* The encryption headers among an object's, into the answer. */
void sse_tell(struct ask *c, struct slice headers);

#endif
