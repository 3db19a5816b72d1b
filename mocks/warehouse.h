/* warehouse: where the catalog keeps its metadata files.
 *
 * One small interface with two makers: the mock S3's own store (in the same
 * process, no HTTP), and a folder below an allowed root (later). Locations are
 * whole URIs, "s3://data-lake/warehouse/..." ; s3, s3a and s3n mean the same.
 */
#ifndef MOCKS_WAREHOUSE_H
#define MOCKS_WAREHOUSE_H

#include <stdbool.h>

#include "base/str.h"

struct warehouse {
    void *ctx;
    /* Stores a whole file. False with why ("bucket x does not exist"). */
    bool (*put)(void *ctx, const char *location, struct slice bytes,
                char why[160]);
    /* Appends the file to out; false when there is no such file. */
    bool (*get)(void *ctx, const char *location, struct str *out);
    bool (*exists)(void *ctx, const char *location);
    bool (*remove)(void *ctx, const char *location);
};

struct s3;
/* Borrowed: lives as long as the s3. */
const struct warehouse *warehouse_of_s3(struct s3 *s3);

#endif
