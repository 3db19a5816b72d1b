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

enum profile_form { /* what a failure looks like */
                    FORM_MODEL,
                    FORM_PAGE,     /* a servlet container's own, in JSON */
                    FORM_TEXT,     /* the message alone, as plain text */
                    FORM_BARE,     /* no body */
                    FORM_UNDER_200 /* the error model, but the status is 200;
                                      not to a HEAD, which has no body */
};

/* A failure of this type ("*": any) is answered otherwise. */
struct profile_error {
    const char *type;
    int status; /* 0: the type's own */
    enum profile_form form;
    const char *as; /* type that is told; NULL: its own */
    int code;       /* in the body; 0: as the status */
};

enum path_refusal { /* 400 for paths that a server in front takes offence at */
                    PATHS_ALL_TAKEN,
                    PATHS_AMBIGUOUS, /* all that could be read in two ways */
                    PATHS_CONTROL    /* control characters, such as 0x1F */
};

struct profile {
    const char *name, *doc;
    const char *separator;  /* advertised unless the option says otherwise */
    int64_t idempotency_ms; /* lifetime of keys, likewise */
    bool hides_keys;        /* idempotency keys count, but are not announced */
    const char *prefix;     /* likewise */
    const char *base; /* all but config and tokens are below this path, as the
                         overridden uri says: "/api" */
    const char *const *has; /* its operations, NULL-ended; NULL: all of them;
                               an unknown path is then a plain 404 */
    int unreadable;         /* status of a body that cannot be read; 0: 400 */
    struct profile_error errors[7]; /* ends with {0}; the first that fits */
    enum path_refusal refuses_paths;
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

bool profile_has(const struct profile *p, const char *operation);
/* Answers a failure as the profile does. */
void profile_answer(const struct profile *p, struct exchange *x,
                    const struct failure *f);
/* struct service's answer_error: with a status it is answered as it stands,
 * without one as the catalog's profile does. */
void profile_error(struct exchange *x, const char *type, int status,
                   const char *message);
/* Answers a path that the profile refuses; false: it does not. */
bool profile_refuse(const struct profile *p, struct exchange *x);
bool profile_refuses(const struct profile *p, const struct exchange *x);

#endif
