/* commit: requirements checked on a base, updates applied to a copy of it.
 *
 * Both are tables of words and functions (commit.c, updates*.c); completing
 * them means adding rows. Nothing here looks at or changes the catalog's
 * state.
 */
#ifndef MOCKS_CATALOG_COMMIT_H
#define MOCKS_CATALOG_COMMIT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "mocks/catalog/errors.h"
#include "mocks/catalog/metadata.h"

struct commit {
    const cJSON *base; /* NULL: the table is to be created */
    cJSON *metadata;   /* the copy that updates work on */
    int64_t now_ms;
    bool changed;
    int64_t last_schema; /* added by this commit; -1: none */
    int64_t last_spec, last_order;
    cJSON *added;    /* ids of snapshots added by this commit */
    cJSON *was_main; /* ids that main was set to by this commit */
    bool removed_snapshots;
    struct failure *f;
};

struct commit_update {
    const char *action;
    bool (*apply)(struct commit *c, const cJSON *update);
};
/* Each ends with {0}. */
extern const struct commit_update updates_of_snapshots[];
extern const struct commit_update updates_of_layout[];
extern const struct commit_update updates_of_table[];

/* Does the request ask for a new table (assert-create)? */
bool commit_creates(const cJSON *request);

/* The new metadata, which the caller deletes, NULL with f. base NULL: from
 * nothing. *changed false: nothing to write, the copy equals the base. */
cJSON *commit_apply(const cJSON *base, const char *base_location,
                    const cJSON *request, const struct metadata_new *n,
                    bool *changed, struct failure *f);

bool need_long(const cJSON *obj, const char *name, int64_t *out,
               struct failure *f);

#endif
