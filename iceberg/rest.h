/* rest: paths and answers of the REST catalog, shared by rest.c (operations)
 * and rest_read.c (what is in the answers).
 */
#ifndef ICEBERG_REST_H
#define ICEBERG_REST_H

#include "iceberg/call.h"

/* Appends the path from the base URI down to a namespace's tables and so on:
 * parts that are NULL are left out. ICE_INVALID with a sentence in why when a
 * name cannot be sent. */
struct ice_path {
    bool below;        /* ns is used */
    struct ice_ns ns;  /* /namespaces/{ns} */
    const char *kind;  /* "tables", "views" */
    const char *name;  /* the table's */
    const char *query; /* "pageToken=" ..., encoded */
};
int ice__rest_url(const struct ice_catalog *c, const struct ice_path *p,
                  struct str *out, char why[256]);
/* Checks the levels as ice__rest_url does. */
int ice__ns_check(const struct ice_catalog *c, struct ice_ns ns, char why[256]);

/* Answers of success: what an ice_op's usable does. ctx of each is what its
 * name says; a body read twice replaces the first. */
struct ice_body { /* of a table or of anything that is an object */
    const struct ice_policy *policy;
    cJSON *tree;
};
bool ice__usable_object(void *body, const struct ice_answer *a, char why[160]);
bool ice__usable_table(void *body, const struct ice_answer *a, char why[160]);

struct ice_page {
    bool tables; /* identifiers, else namespaces */
    char **name; /* owned */
    size_t n;
    char *next; /* NULL: the last page */
};
bool ice__usable_page(void *page, const struct ice_answer *a, char why[160]);
void ice__page_fini(struct ice_page *p);

/* One read under a path. */
int ice__operate(struct ice_catalog *c, enum ice_endpoint ep,
                 const struct ice_path *path,
                 bool (*usable)(void *ctx, const struct ice_answer *a,
                                char why[160]),
                 void *ctx, struct ice_error *e);
const char *ice__operation_name(enum ice_endpoint ep); /* "listTables" */
/* Token and configuration, also when there were some. */
int ice__connect_anew(struct ice_catalog *c, struct ice_error *e);

/* An integer member, exact or not as the policy says. */
int64_t ice__metadata_int(const struct ice_policy *p, const cJSON *metadata,
                          const char *name, int64_t fallback);

#endif
