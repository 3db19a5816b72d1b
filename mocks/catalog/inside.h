/* inside: what the catalog's own files share: its data, and one call.
 *
 * A call is a request under way. route.c makes it, checks who asks, finds the
 * operation's function in the table and turns its failure into an answer; an
 * operation's function answers and prepares a write, or fails.
 */
#ifndef MOCKS_CATALOG_INSIDE_H
#define MOCKS_CATALOG_INSIDE_H

#include "base/rng.h"
#include "base/spec.h"
#include "mocks/catalog/catalog.h"
#include "mocks/catalog/errors.h"
#include "mocks/catalog/metadata.h"
#include "mocks/catalog/names.h"
#include "mocks/catalog/profile.h"
#include "mocks/catalog/schema.h"
#include "mocks/catalog/state.h"

struct packer;
struct signer;

struct catalog_table_option {
    const char *name, *namespace_, *location;
    const cJSON *schema, *spec, *order, *properties;
};

struct catalog_options {
    struct spec_list namespaces; /* const char *, dotted */
    struct spec_list tables;     /* struct catalog_table_option */
    struct spec_list views;      /* const char *, "ns.name" */
    struct spec_list endpoints;  /* const char * */
    const cJSON *defaults, *overrides;
    const char *warehouse, *prefix, *separator, *token, *credential;
    int profile; /* index into profile_words */
    int64_t page_size;
    int64_t token_lifetime_ms, idempotency_ms, vend_ms;
    bool etag, gzip, remote_signing, metadata_gzip, metadata_plain;
};

struct catalog {
    struct service service;
    struct arena arena; /* of options */
    cJSON *tree;        /* options as they came; o points into it */
    struct catalog_options o;
    const struct profile *profile;
    const struct route *routes; /* route.c */
    struct routed {             /* what the last request's path named */
        uint64_t exchange;
        struct slice path;
        struct ns_name ns;
        const char *table;
    } routed;
    const struct warehouse *files;
    const struct clock *clock;
    uint64_t seed;
    struct rng rng; /* for what is done without a request */
    struct secrets *secrets;
    const char *own_url;
    struct state state;
    uint64_t half_exchange; /* whose transaction is to be carried out ... */
    size_t half_changes;    /* ... so far only */
    uint64_t session_epoch; /* tokens of an older one are no longer good */
    struct kept *kept;      /* idempotency.c */
    size_t n_kept, kept_bytes;
    struct packer *packer; /* coding.c; NULL until it is needed */
    struct catalog_store store;
    struct signer *signer; /* sign.c; NULL until it is needed */
};

struct call {
    struct catalog *c;
    struct exchange *x;
    struct ns_name ns; /* of the path */
    const char *table; /* or view; of the path, or NULL */
    cJSON *body;       /* once call_body was asked for it */
    struct failure f;
};

/* "GET, HEAD": of the operations that x's path has; "" for none. */
const char *route_methods(const struct catalog *c, struct exchange *x);
/* Runs the operation x->op (struct operation's handle). */
void catalog_handle(struct exchange *x);

/* The request's body: an object. NULL with k->f. */
const cJSON *call_body(struct call *k);
int64_t call_now_ms(const struct call *k);
const char *call_query(struct call *k, const char *name);

/* ---- routes (route.c) ---- */
/* One of each operation, in their order; in the arena. */
struct route *routes_cut(struct arena *a);
void route_name_operation(struct exchange *x);
/* The path's namespace and table or view. False with f. */
bool route_names(const struct catalog *c, const struct exchange *x,
                 struct ns_name *ns, const char **table, struct failure *f);

/* ---- answers and changes (answers.c) ---- */
void call_answer(struct call *k, int status, const cJSON *body);
void call_answer_empty(struct call *k, int status);
/* As answer_set; value is not copied, and has no control characters. */
void header_set(struct exchange *x, const char *name, const char *value);
/* A table's LoadTableResult, with its entity tag and, where the request asks
 * for it and the option gives it, with access to the store. */
void call_answer_table(struct call *k, struct version *v);
/* A view's LoadViewResult, or what else v's text is for; borrowed from v. */
void call_answer_version(struct call *k, struct version *v);
/* The version whose text x's answer borrows, or NULL. */
struct version *answered_version(const struct exchange *x);
/* Prepares w, copied; its names must live in the exchange's arena. Takes a
 * reference to base and next of its own. */
void call_write(struct call *k, const struct write *w, const char *what);
/* n of them, published together or not at all. */
void call_writes(struct call *k, const struct write *w, size_t n,
                 const char *what);
/* What a look-up of this request sees. */
struct version *call_space(struct call *k, const struct ns_name *ns);
struct version *call_seen(struct call *k, const struct ns_name *ns,
                          const char *table, enum version_kind kind);
/* The same, failing in the reference's words. */
struct version *call_need_space(struct call *k, const struct ns_name *ns);
struct version *call_need_table(struct call *k, const struct ns_name *ns,
                                const char *table);
/* The same where the metadata is needed: its file must be as it was written. */
struct version *call_read_table(struct call *k, const struct ns_name *ns,
                                const char *table);

/* ---- entity tags (tags.c) ---- */
/* In the arena, or v's own. query: of the request that it is the tag for. */
const char *tag_of(struct call *k, const struct version *v, bool refs,
                   struct slice query);
/* Is it in If-None-Match, of either content coding? */
bool tag_known(struct call *k, const char *tag);
void tag_set(struct call *k, const char *tag);
void tag_unchanged(struct call *k, const char *tag); /* 304 */

/* ---- lists (pages.c): answers {key: [...], "next-page-token": ...} ---- */
enum { PAGE_MAX = 1000 };
bool call_list(struct call *k, const struct kin *kin, enum version_kind kind,
               const char *key,
               cJSON *(*item)(const struct call *k, const struct entry *e));
/* The list in x's answer never ends: fresh: with another token each time;
 * pages: so, and after that many more it does end (0: never). */
bool page_repeat_token(struct exchange *x, bool fresh, int64_t pages,
                       char why[160]);

/* ---- who asks (auth.c) ---- */
bool auth_check(struct call *k);

/* ---- idempotency.c ---- */
/* True when the answer was given before and has been given again, or when the
 * key cannot be used (k->f). */
bool kept_answers(struct call *k);
void kept_remember(struct catalog *c, struct exchange *x);
void kept_clear(struct catalog *c);
/* x's key counts as used for another operation. False: it has none. */
bool kept_reuse(struct catalog *c, const struct exchange *x);

/* ---- tables.c ---- */
const char *table_location(const struct catalog *c, const struct ns_name *ns,
                           const char *table, struct arena *a);
/* A new table's first version; the caller unrefs it. NULL with f. */
struct version *table_create(const struct catalog *c, const struct ns_name *ns,
                             const char *table, const cJSON *create,
                             struct rng *rng, struct failure *f);
struct committed;
/* The version that follows base (NULL: none). Takes over what was made. */
struct version *file_next(const struct catalog *c, enum version_kind kind,
                          const struct version *base, struct committed *made,
                          struct rng *rng, struct failure *f);
/* A first version. Takes metadata over; NULL gives NULL. */
struct version *file_first(const struct catalog *c, enum version_kind kind,
                           cJSON *metadata, struct rng *rng, struct failure *f);
/* What request makes of the table that is base (NULL: there is none): base
 * itself when nothing changes. The caller unrefs it. NULL with k->f. */
struct version *table_commit(struct call *k, const struct ns_name *ns,
                             const char *table, struct version *base,
                             const cJSON *request);
bool call_may_create(struct call *k, const struct ns_name *ns,
                     const char *table);
bool call_table_is_free(struct call *k, const struct ns_name *ns,
                        const char *table);

struct renaming {
    struct ns_name from_ns, to_ns;
    const char *from, *to;
    bool same;
};
/* {namespace, name}; what: "table name". The name is copied. */
bool call_identifier(struct call *k, const cJSON *id, const char *what,
                     struct ns_name *ns, const char **name);
/* The body of a rename. */
bool call_renaming(struct call *k, const char *what, struct renaming *r);

/* ---- views.c ---- */
/* As table_create. */
struct version *view_new(const struct catalog *c, const struct ns_name *ns,
                         const char *view, const cJSON *create, struct rng *rng,
                         struct failure *f);
/* A view of no consequence: select 1. */
struct version *view_plain(const struct catalog *c, const struct ns_name *ns,
                           const char *view, struct rng *rng,
                           struct failure *f);
bool call_view_is_free(struct call *k, const struct ns_name *ns,
                       const char *view);

/* ---- access.c: the store, as clients may use it ---- */
bool access_offered(const struct catalog *c); /* credentials */
bool signing_offered(const struct catalog *c);
/* Adds config and storage-credentials to a LoadTableResult. False when the
 * request did not ask or nothing is given. */
bool access_asked(const struct call *k);
void access_add(struct call *k, const cJSON *metadata, cJSON *result);
/* Where a table keeps files, borrowed from its metadata. */
enum { PLACES_MAX = 5 };
struct places {
    const char *at[PLACES_MAX];
    size_t n;
};
void table_places(const cJSON *metadata, struct places *out);
void signer_free(struct signer *s); /* sign.c */
/* A table was staged: its files may be signed for before it is there. The last
 * few are remembered. */
void signing_stage(struct call *k, const char *table, const cJSON *metadata);

/* ---- operations, one a row of route.c ---- */
bool op_get_config(struct call *k);
bool op_get_token(struct call *k);
bool op_list_namespaces(struct call *k);
bool op_create_namespace(struct call *k);
bool op_load_namespace(struct call *k);
bool op_namespace_exists(struct call *k);
bool op_drop_namespace(struct call *k);
bool op_update_properties(struct call *k);
bool op_list_tables(struct call *k);
bool op_create_table(struct call *k);
bool op_load_table(struct call *k);
bool op_table_exists(struct call *k);
bool op_update_table(struct call *k);
bool op_drop_table(struct call *k);
bool op_rename_table(struct call *k);
bool op_report_metrics(struct call *k);
bool op_register_table(struct call *k);
bool op_unregister_table(struct call *k);
bool op_load_credentials(struct call *k);
bool op_sign_request(struct call *k);
bool op_commit_transaction(struct call *k);
bool op_list_views(struct call *k);
bool op_create_view(struct call *k);
bool op_load_view(struct call *k);
bool op_view_exists(struct call *k);
bool op_replace_view(struct call *k);
bool op_drop_view(struct call *k);
bool op_rename_view(struct call *k);
bool op_register_view(struct call *k);

/* ---- meddle.c, drift.c, rival.c ---- */
bool catalog_meddle(void *state, struct exchange *x, enum meddle what,
                    const cJSON *params, char why[160]);
/* Changes a copy of a table's metadata as the word says. False with f when
 * there is nothing to change that way. */
bool drift_apply(const cJSON *metadata, const char *base_location,
                 const char *word, const struct metadata_new *n,
                 struct committed *out, struct failure *f);
/* The updateTable request of another writer's append, which the caller
 * deletes, and the manifest list that its snapshot names. */
cJSON *rival_commit(const cJSON *metadata, int64_t now_ms, struct rng *rng,
                    const char **location, struct str *manifest_list,
                    struct arena *a);

#endif
