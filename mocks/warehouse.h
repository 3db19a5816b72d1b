/* warehouse: where the catalog keeps its metadata files.
 *
 * One small interface with two makers: the mock S3's own store (in the same
 * process, no HTTP), and files below a folder that the operator allowed
 * (mocks/folder.h). A third chooses between them. Locations are whole URIs,
 * "s3://data-lake/warehouse/..." (s3, s3a and s3n mean the same) or
 * "file:///srv/warehouse/...".
 */
#ifndef MOCKS_WAREHOUSE_H
#define MOCKS_WAREHOUSE_H

#include <stdbool.h>

#include "base/shared.h"
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
    /* May be NULL. As put, but nothing is copied: bytes lie within
     * owner, of which the store takes a reference; while the file is there and
     * is these bytes owner->in_place says so. */
    bool (*share)(void *ctx, const char *location, struct slice bytes,
                  struct shared *owner, char why[160]);
};

/* For any warehouse: without a share of its own it is put. */
bool warehouse_share(const struct warehouse *w, const char *location,
                     struct slice bytes, struct shared *owner, char why[160]);

struct s3;
/* Borrowed: lives as long as the s3. */
const struct warehouse *warehouse_of_s3(struct s3 *s3);

/* Files and absolute paths go to folder, all else to s3. */
struct warehouses {
    const struct warehouse *s3;
    const struct warehouse *folder; /* NULL: none is allowed */
    struct warehouse any;           /* made by warehouse_by_scheme */
};
/* Borrowed: lives as long as w, which keeps its place. */
const struct warehouse *warehouse_by_scheme(struct warehouses *w);

#endif
