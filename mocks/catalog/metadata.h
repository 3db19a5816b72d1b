/* metadata: table metadata documents, and the files they are kept in. */
#ifndef MOCKS_CATALOG_METADATA_H
#define MOCKS_CATALOG_METADATA_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "mocks/catalog/errors.h"
#include "mocks/catalog/state.h"
#include "mocks/warehouse.h"

/* What a new document needs besides the request. */
struct metadata_new {
    const char *location;     /* default; the request's own goes first */
    const char *staged_at;    /* property created-at, or NULL */
    const char *view_summary; /* see struct profile */
    int64_t now_ms;
    struct rng *rng; /* of the uuid */
    bool gzip;       /* where the table does not say */
};

/* The document of a createTable request: ids numbered anew. The caller
 * deletes it. NULL with f. */
cJSON *metadata_create(const cJSON *create, const struct metadata_new *n,
                       struct failure *f);
/* A document with nothing in it, for commits that create. */
cJSON *metadata_empty(int format_version, const struct metadata_new *n);

/* Makes the members agree that depend on the format version and on others
 * (current-snapshot-id, next-row-id, and v1's schema and partition-spec). */
void metadata_settle(cJSON *metadata);

const char *metadata_property(const cJSON *metadata, const char *name);
/* A map of strings: numbers and booleans become text. False with f for
 * anything else. what: "properties". Adds to out, reserved keys left out when
 * told so. */
bool metadata_properties(const cJSON *in, const char *what, bool reserved,
                         cJSON *out, struct failure *f);
/* Element of a list whose member is that number. */
cJSON *metadata_find(const cJSON *list, const char *member, int64_t value);

/* Which files the catalog writes: as the table's properties say, and else plain
 * or gzip; or plain whatever they say, as catalogs do that do not know the
 * property. */
enum metadata_files { FILES_PLAIN_UNLESS, FILES_GZIP_UNLESS, FILES_PLAIN };

/* Appends the document's text, as json_print does. old: the text of the version
 * whose own tree metadata was before it was changed (NULL bytes: none, though
 * metadata may be a copy of another's tree). text.c says what that needs. */
void metadata_print(cJSON *metadata, struct slice old, struct str *out);

/* Takes item out of a list of a document: the caller's now. */
cJSON *metadata_detach(cJSON *list, cJSON *item);

/* "<folder>/NNNNN-<uuid>[.gz].metadata.json" in f's arena; NULL with f for an
 * unknown codec. */
const char *metadata_location(const cJSON *metadata, int64_t number,
                              struct rng *rng, enum metadata_files files,
                              struct failure *f);

/* Writes v's metadata at v->location, gzipped when its name says so. */
bool metadata_write(const struct warehouse *files, struct version *v,
                    char why[160]);
/* Whether v's file is still there and holds what was written. False with f, in
 * the reference's words. */
bool metadata_intact(const struct warehouse *files, const struct version *v,
                     struct failure *f);
/* Once v is published: removes the files that v->dropped names. */
void metadata_expire(const struct warehouse *files, struct version *v);
/* The version that a file holds; the caller unrefs it. NULL with f: there is
 * no such file, or it does not hold metadata of that kind. */
struct version *metadata_open(const struct warehouse *files,
                              enum version_kind kind, const char *location,
                              struct failure *f);
/* Makes a document that came from a file one that commits can work on: what
 * older writers left out is filled in. False with f: it is no metadata of that
 * kind (adopt.c). */
bool metadata_adopt(enum version_kind kind, cJSON *metadata, struct failure *f);
/* Removes v's metadata files and snapshots' manifest lists. */
void metadata_purge(const struct warehouse *files, struct version *v);
#endif
