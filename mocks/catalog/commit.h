/* commit: requirements checked on a base, updates applied to a copy of it.
 *
 * Both are tables of words and functions, for tables and for views; completing
 * them means adding rows, and docs/CATALOG.md lists them. Nothing here looks at
 * or changes the catalog's state.
 */
#ifndef MOCKS_CATALOG_COMMIT_H
#define MOCKS_CATALOG_COMMIT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "mocks/catalog/errors.h"
#include "mocks/catalog/id_set.h"
#include "mocks/catalog/metadata.h"

enum { VIEW_FORMAT_VERSION_MAX = 1 };

struct commit {
    enum version_kind kind;
    const cJSON *base;         /* NULL: a table's own tree is worked on */
    const char *base_location; /* NULL: to be created */
    int64_t was_updated_ms, was_sequence;
    cJSON *metadata; /* what updates work on */
    int64_t now_ms;
    bool changed;
    int64_t last_schema; /* added by this commit; -1: none */
    int64_t last_spec, last_order, last_version;
    cJSON *added;         /* ids of snapshots (views: versions) it added */
    cJSON *added_schemas; /* likewise */
    cJSON *dropped;       /* files that left the metadata log, or NULL */
    cJSON *was_main;      /* ids that main was set to by this commit */
    cJSON *entered;       /* views: the version-log's new entry, or NULL */
    bool removed_snapshots;
    struct id_set known; /* of all snapshots; not made: no cap */
    struct failure *f;
};

struct commit_update {
    const char *action;
    const char *said; /* in messages, as the reference calls it */
    bool (*table)(struct commit *c, const cJSON *update); /* NULL: not of */
    bool (*view)(struct commit *c, const cJSON *update);  /* these */
    const char *doc;
};
extern const struct commit_update updates_of_snapshots[]; /* end with {0} */
extern const struct commit_update updates_of_layout[];
extern const struct commit_update updates_of_table[];
extern const struct commit_update updates_of_view[];
extern const struct commit_update *const commit_updates[]; /* ends with NULL */

struct commit_requirement {
    const char *type;
    const char *said;
    enum version_kind kind; /* of what it can be demanded */
    const char *wanted;     /* member of the requirement */
    const char *actual;     /* member of the metadata */
    const char *changed;    /* what the message says */
    bool (*check)(const cJSON *base, const cJSON *r, struct failure *f);
    const char *doc;
};
extern const struct commit_requirement commit_requirements[]; /* {0} */

/* Does the request ask for a new table (assert-create)? */
bool commit_creates(const cJSON *request);
/* Such a request has no other requirements. False with f. */
bool commit_may_create(const cJSON *request, struct failure *f);

/* What a commit makes. */
struct committed {
    cJSON *metadata;
    cJSON *dropped; /* names of files to delete when it is published, or NULL */
    struct id_set ids; /* of its snapshots, see struct version */
    bool changed;      /* false: nothing to write, metadata equals the base */
    const struct version *grown_from; /* see version_new_file */
};
void committed_fini(struct committed *d);

/* The new metadata, which the caller takes over. base NULL: from nothing.
 * False with f. */
bool commit_apply(enum version_kind kind, const cJSON *base,
                  const char *base_location, const cJSON *request,
                  const struct metadata_new *n, struct committed *out,
                  struct failure *f);
/* The same on a table's own tree, which is used up: nothing of the table is
 * copied. Fails as the other does; base is as good as before in any case. */
bool commit_on(struct version *base, const cJSON *request,
               const struct metadata_new *n, struct committed *out,
               struct failure *f);

/* The document of a createView request. The caller deletes it. NULL with f. */
cJSON *view_create(const cJSON *create, const struct metadata_new *n,
                   struct failure *f);
/* A checked copy of one version of a view. NULL with f. */
cJSON *view_version_read(const cJSON *in, struct failure *f);
/* After a view's updates: its log, and what must hold of it. */
bool view_settle(struct commit *c);

/* Is it a snapshot? */
bool snapshot_check(const cJSON *snapshot, struct failure *f);
bool metadata_logs_sorted(const cJSON *metadata, struct failure *f);
/* The default spec and order must bind to the current schema; older ones may
 * dangle. */
bool layout_fits(const struct commit *c);
bool list_holds(const cJSON *list, int64_t n);

bool need_long(const cJSON *obj, const char *name, int64_t *out,
               struct failure *f);

#endif
