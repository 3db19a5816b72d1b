/* catalog: the mock REST catalog's state and its service.
 *
 * Options (struct spec_field catalog_option_fields, cJSON object in
 * mock_options.catalog and under world.catalog of a scenario):
 *   namespaces: names, levels joined with '.'; made at start
 *   profile: one of profile_words: how it differs from the specification
 *   warehouse: base URI of tables, default s3://data-lake/warehouse
 *   defaults, overrides: maps for GET /v1/config
 *   endpoints: list; replaces the advertised one ("none": key left out)
 *   prefix, separator: advertised and demanded
 *   page_size: cap on pages; without it lists come whole
 *   token: static bearer token demanded; credential: "id:secret" for OAuth;
 *   token_lifetime: of issued tokens
 *   idempotency: lifetime advertised; absent: keys are ignored
 *   credentials: lifetime of vended ones; absent: none are vended
 *   remote_signing: true hands tables out with it, where asked for
 *   gzip: false: answers are never gzipped
 *   etag: false switches entity tags and 304 off
 *   metadata_gzip: metadata files where a table's properties do not say
 *   metadata_plain: whatever they say
 *   views: "namespace.name", in the way of tables
 * "{catalog}" in a value of defaults or overrides stands for own_url. own_url
 * is read when a request comes, not before, and must live as long.
 * and tables: objects with name, namespace and the createTable request's
 * schema, partition-spec, properties, made at start.
 */
#ifndef MOCKS_CATALOG_H
#define MOCKS_CATALOG_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/spec.h"
#include "mocks/exchange.h"
#include "mocks/warehouse.h"

struct catalog;
struct secrets;

extern const struct spec_field catalog_option_fields[];
/* Words for schema-drift's change: add-optional, add-required, drop-column,
 * change-type, make-optional, make-required, reorder, change-doc,
 * change-partition, drop-partition, format-version, rename-column,
 * change-property. */
extern const char *const catalog_drift_words[];
extern const struct operation catalog_operations[]; /* ends with {0} */
extern const struct service_error catalog_errors[]; /* ends with {0} */

struct catalog *catalog_new(const cJSON *options, const struct warehouse *files,
                            const struct clock *clock, uint64_t seed,
                            struct secrets *secrets, const char *own_url,
                            char why[200]);
void catalog_free(struct catalog *c);

struct store_want { /* keys that the catalog asks for */
    int64_t lifetime_ms;
    const char *const *places; /* "s3://bucket/prefix": no more than below */
    size_t n_places;
};

struct store_keys {
    const char *key, *secret, *token; /* token NULL: they do not expire */
    int64_t expires_ms;               /* unix time, by the store's clock */
};

/* The object store, as the catalog's clients reach it: for credentials and
 * signatures. Strings are borrowed and read when a request comes. */
struct catalog_store {
    const char *url; /* NULL: there is none */
    const char *region, *key, *secret;
    void *ctx;
    /* Keys for a table's files, into the arena; NULL: those above are handed
     * out. False: there are none to be had. */
    bool (*issue)(void *ctx, const struct store_want *want, struct arena *a,
                  struct store_keys *out);
};
void catalog_use_store(struct catalog *c, const struct catalog_store *store);
struct service *catalog_service(struct catalog *c);

/* docs/CATALOG.md. */
void catalog_document(struct str *out);

/* ---- for scenarios' steps and checks; namespaces joined with '.' ---- */
bool catalog_add_namespace(struct catalog *c, const char *ns, char why[160]);
/* create: a createTable request body. */
bool catalog_add_table(struct catalog *c, const char *ns, const cJSON *create,
                       char why[160]);
bool catalog_add_view(struct catalog *c, const char *ns, const char *name,
                      char why[160]);
bool catalog_namespace_exists(const struct catalog *c, const char *ns);
/* The current metadata (borrowed, until the next request or change), NULL: no
 * table. */
const cJSON *catalog_table(const struct catalog *c, const char *ns,
                           const char *name);
const char *catalog_table_location(const struct catalog *c, const char *ns,
                                   const char *name); /* metadata-location */
/* Names of the tables of a namespace, in order of creation. Caller deletes. */
cJSON *catalog_list(const struct catalog *c, const char *ns);

#endif
