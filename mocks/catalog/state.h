/* state: what the catalog knows: a tree of namespaces with tables and views.
 *
 * Everything that has a name is an entry; its contents are a version, which is
 * never changed once made and is shared by counting references (answers borrow
 * its text). An entry keeps the version it has now and the one it had before
 * its last change, and so does every list of names: stale look-ups see the
 * latter. An entry with no version now is a tombstone; the oldest are
 * forgotten when there are too many.
 *
 * All changes go through state_apply, which is what a struct change publishes.
 */
#ifndef MOCKS_CATALOG_STATE_H
#define MOCKS_CATALOG_STATE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "base/btree.h"
#include "base/shared.h"
#include "mocks/catalog/id_set.h"
#include "mocks/catalog/names.h"
#include "mocks/warehouse.h"

enum version_kind { VERSION_SPACE, VERSION_TABLE, VERSION_VIEW };

struct version {
    int refs;
    enum version_kind kind;
    cJSON *kept;    /* a table's or view's metadata, a namespace's properties;
                       NULL when it is not in memory: ask version_tree */
    char *location; /* of the metadata file; NULL for namespaces */
    int64_t number; /* counter in the file's name */
    struct shared *text; /* what answer is in, and the file in the store */
    const char *answer;  /* {"metadata-location":..,"metadata":{..}} */
    size_t answer_len;
    size_t metadata_at; /* where the metadata begins in answer; to its end
                           but for the last brace */
    char etag[24];      /* quoted */
    uint64_t hash, packed_hash; /* see struct answer; 0: not known yet */
    /* What was written to location: so many bytes (0: not known), with this
     * CRC-32 (0: they are the metadata's text in answer). */
    size_t file_len;
    uint32_t file_crc;
    bool on_file; /* the file was there before (registered) */
    char *packed; /* answer, gzipped when it was first asked for */
    size_t packed_len;
    cJSON *dropped;     /* names of files that left the metadata log with it, to
                           be deleted when it is published; or NULL */
    struct id_set ids;  /* of the tree's snapshots; no cap: not made */
    struct trees *home; /* that it is in, with its tree; or NULL */
    struct version *prev, *next;
};

/* Versions of a state whose trees are in memory, the one used last at the end.
 * A tree takes some ten times what its text does, so that those of tables that
 * nobody commits to are given up (trees_trim), and read back when needed. */
struct trees {
    struct version *list;
    size_t bytes; /* of their texts */
};

/* Take tree over; the caller has one reference. */
struct version *version_new_space(cJSON *properties);
/* kind: a table's or a view's. grown_from: the version whose own tree metadata
 * was (version_take_tree), or NULL: its text serves again where it can. */
struct version *version_new_file(enum version_kind kind, cJSON *metadata,
                                 const char *location, int64_t number,
                                 const struct version *grown_from);
/* Borrowed; good until the tree is taken or trees_trim is called. */
cJSON *version_tree(struct version *v);
/* The tree itself, to make the next version of: the caller deletes it. Asked
 * for its tree again v reads it back from its text. */
cJSON *version_take_tree(struct version *v);
/* v is part of the state that home belongs to. */
void version_settle(struct version *v, struct trees *home);
/* Gives up the trees that were used longest ago, if there are too many. */
void trees_trim(struct trees *t);
void trees_fini(struct trees *t);               /* its versions are in none */
struct version *version_ref(struct version *v); /* NULL gives NULL */
void version_unref(struct version *v);          /* NULL is allowed */
struct slice version_metadata(const struct version *v);

struct entry;

struct kin { /* entries that share a parent */
    struct entry *hash;
    struct btree *order; /* by serial: struct slot */
    uint64_t tick;       /* of the last change of the list */
    uint64_t *dirty;     /* serials of the slots it changed */
    size_t n_dirty, cap_dirty;
    size_t live; /* entries with a version now */
};

struct slot {
    struct entry *entry;
    uint64_t serial;
    bool now, before;
};

struct entry {
    UT_hash_handle hh; /* by name, in parent's kin */
    char *name;
    struct entry *parent;
    struct kin *in;
    uint64_t serial; /* of its newest slot */
    uint64_t tick;   /* of its last change */
    struct version *now, *before;
    struct kin spaces, tables; /* used by namespaces only */
    bool tomb;
    struct entry *prev, *next; /* tombstones, oldest first */
};

struct state {
    struct entry root;
    uint64_t next_serial, tick;
    struct entry *tombs;
    size_t n_tombs;
    struct trees trees;
};

void state_init(struct state *s);
void state_fini(struct state *s);
/* What is there now counts as having been there before: no stale view. */
void state_settle(struct state *s);

/* Entries whatever their versions; NULL: never heard of. */
struct entry *state_space(const struct state *s, const struct ns_name *ns);
struct entry *state_table(const struct state *s, const struct ns_name *ns,
                          const char *table);
/* What a look-up sees of an entry (NULL is allowed): NULL: nothing there. */
struct version *entry_seen(const struct entry *e, bool stale);
/* The same, for one kind only. */
struct version *entry_seen_as(const struct entry *e, bool stale,
                              enum version_kind kind);

/* Visible entries of a list from behind serial after, in order of creation.
 * Returns how many were put into out; *more: there are further ones. */
size_t state_page(const struct kin *k, bool stale, enum version_kind kind,
                  uint64_t after, const struct slot **out, size_t most,
                  bool *more);

/* One change of one entry, or of two for a rename. next NULL: it goes. base is
 * what it was prepared on: when that is no longer so nothing is done. */
struct write {
    const struct ns_name *ns;
    const char *table; /* NULL: the namespace itself */
    struct version *base, *next;
    const struct ns_name *to_ns; /* rename: base moves there */
    const char *to_table;
    bool purge; /* metadata files go with the table */
};

enum applied {
    APPLIED,
    APPLY_CONFLICT, /* base is no longer what is there */
    APPLY_NO_FILE   /* the metadata file could not be written */
};

/* Writes next's file if it has one of its own, then makes the change visible.
 * If not APPLIED, nothing has changed and why says why. */
enum applied state_apply(struct state *s, const struct warehouse *files,
                         const struct write *w, char why[160]);
/* All n or none. A later write's base may be what an earlier one puts there.
 * No two of them move anything. */
enum applied state_apply_all(struct state *s, const struct warehouse *files,
                             const struct write *w, size_t n, char why[160]);

#endif
