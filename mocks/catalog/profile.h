/* profile: ways in which catalogs differ from the specification, as data.
 *
 * A profile is a row; handlers ask the row and know no catalog by name. The
 * row "spec" is the default, and does what the specification says wherever it
 * says something.
 */
#ifndef MOCKS_CATALOG_PROFILE_H
#define MOCKS_CATALOG_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "mocks/catalog/errors.h"

/* A failure of this type is answered with another status; page: not in the
 * error model but as a servlet container's own page. */
struct profile_error {
    const char *type;
    int status;
    bool page;
};

struct profile {
    const char *name, *doc;
    const char *separator;  /* advertised unless the option says otherwise */
    int64_t idempotency_ms; /* lifetime of keys, likewise */
    bool hides_keys;        /* idempotency keys count, but are not announced */
    int unreadable;         /* status of a body that cannot be read; 0: 400 */
    struct profile_error errors[4]; /* ends with {0} */
    bool refuses_paths;             /* escapes that could be read in two ways */
    bool bare_names;          /* identifiers in bodies need no namespace */
    bool plus_is_blank;       /* in paths */
    bool tags_by_query;       /* bare entity tags, another for each query */
    bool pages_by_size;       /* pageSize alone makes pages; tokens are offsets;
                                 lists are in order of names */
    bool plain_tokens;        /* OAuth: errors in the error model, no expiry */
    bool refuses_overwrite;   /* of a registered table: 406 */
    const char *view_summary; /* a new view's iceberg-version, in the place of
                                 what came */
};

/* Names of all profiles, NULL-ended, in the order of their numbers. */
extern const char *const profile_words[];
const struct profile *profile_at(int number);

/* Answers a failure as the profile does. */
void profile_answer(const struct profile *p, struct exchange *x,
                    const struct failure *f);
/* Answers a path that the profile refuses; false: it does not. */
bool profile_refuse(const struct profile *p, struct exchange *x);
bool profile_refuses(const struct profile *p, const struct exchange *x);

#endif
