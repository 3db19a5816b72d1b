/* copy: where CopyObject and UploadPartCopy take their bytes from. */
#ifndef MOCKS_S3_COPY_H
#define MOCKS_S3_COPY_H

#include "mocks/s3/internal.h"

struct copy_source {
    struct slice bucket_name, key; /* in the arena */
    struct s3_bucket *bucket;
    struct s3_object *object; /* borrowed */
    bool named;               /* by a version */
};

/* Reads x-amz-copy-source, finds the object and looks at the conditions. False,
 * and an error answered, when it may not be copied. */
bool copy_source_needed(struct ask *c, struct copy_source *out);
/* In errors from now on, where the profile does so (MinIO). */
void copy_name_source(struct ask *c);
/* x-amz-copy-source-range of it, or the whole. */
bool copy_range(struct ask *c, const struct s3_object *o, struct slice *bytes);
/* x-amz-copy-source-version-id. */
void copy_source_tell(struct ask *c, const struct copy_source *source);

#endif
