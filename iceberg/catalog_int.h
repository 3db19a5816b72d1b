/* catalog_int: what the files of this module share behind ice_catalog.
 *
 * Who implements what of iceberg.h:
 *   error.c          ice_outcome_name, ice_error_print
 *   catalog.c        new, free, cancel, uncancel, set_deadline_ms, connect,
 *                    test_connection, names_free, namespace_exists,
 *                    list_tables, table_exists, get_table, table_free
 *   table_manager.c  table_name, ensure_namespace_exists, create_*, verify,
 *                    initialize_all_tables, the reports' fini
 *   compare.c        ice_difference_name
 *
 * A public call begins with ice__enter and ends with ice__leave; between them
 * every operation keeps to the deadline that the outermost call set. Errors
 * are passed as a struct ice_error that is never NULL in here (ice__enter
 * lends one).
 */
#ifndef ICEBERG_CATALOG_INT_H
#define ICEBERG_CATALOG_INT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/rng.h"
#include "iceberg/http.h"
#include "iceberg/iceberg.h"
#include "iceberg/policy.h"

/* Endpoints that the module uses; texts in config.c, as advertised. */
enum ice_endpoint {
    ICE_EP_LIST_NAMESPACES,
    ICE_EP_CREATE_NAMESPACE,
    ICE_EP_LOAD_NAMESPACE,
    ICE_EP_NAMESPACE_EXISTS, /* HEAD */
    ICE_EP_LIST_TABLES,
    ICE_EP_CREATE_TABLE,
    ICE_EP_LOAD_TABLE,
    ICE_EP_TABLE_EXISTS, /* HEAD */
    ICE_EP_DROP_TABLE,
    ICE_EP_LOAD_VIEW,
    ICE_EP_VIEW_EXISTS, /* HEAD */
    ICE_ENDPOINTS
};

struct ice_config { /* what GET /v1/config said, merged; owned */
    bool loaded;
    char *uri;          /* without trailing slash, without user info */
    char *prefix;       /* NULL: none */
    char *separator;    /* of namespace levels, decoded: "\x1f" */
    char *joint;        /* the same as it stands in a path: "%1F", "%2E" */
    char *token_uri;    /* oauth2-server-uri as told; not obeyed, see policy */
    unsigned endpoints; /* bits 1 << enum ice_endpoint */
    int64_t key_lifetime_ms; /* idempotency keys; 0: not advertised */
};

struct ice_auth {
    char *token;   /* NULL: none yet */
    bool disabled; /* after a failed renewal, if the policy says so */
};

struct ice_store_state { /* store_keys.c */
    char *access_key, *secret_key,
        *session_token;  /* renewed; NULL: settings' */
    unsigned generation; /* of the keys: 0 the settings', one more each time */
    int renewals, corrections; /* in the call under way */
    int64_t skew_ms;           /* the store's clock minus ours */
};

struct ice_catalog {
    const struct ice_settings *settings; /* borrowed for the catalog's life */
    struct ice_env env;
    struct ice_policy own_policy; /* a copy, its numbers as the settings say */
    const struct ice_policy *policy; /* = &own_policy, never NULL */
    struct ice_limits limits;        /* policy's numbers, changed by settings */
    struct log log; /* the program's, under the policy's masking */
    struct ice_http *http;
    int cancel_fd;
    int64_t deadline_ms;    /* ice_set_deadline_ms; 0: defaults */
    int64_t deadline_at_ms; /* of the call under way, monotonic */
    int depth;              /* of ice__enter */
    struct rng rng;         /* keys and jitter */
    char *own_uri;          /* the catalog's, as configured, no user info */
    char *basic;            /* user info as a Basic header value, or NULL */
    char **level;           /* of the configured namespace */
    size_t n_levels;
    struct ice_config config;
    struct ice_auth auth;
    struct ice_store_state store;
};

/* Levels of s->database: parted at '.', "\." is a dot within a level. */

/* ---- scope of a public call ---- */

struct ice_scope {
    struct ice_catalog *c;
    int64_t started_ms, outer_deadline_ms;
    struct ice_error own; /* used when the caller passed NULL */
};
/* default_ms: c->limits.call_ms or .init_ms. Returns the error to pass on
 * (e, or a lent one), zeroed. Nests: an inner scope never outlasts the outer
 * one. */
struct ice_error *ice__enter(struct ice_catalog *c, struct ice_scope *s,
                             int64_t default_ms, struct ice_error *e);
void ice__leave(struct ice_scope *s);
int64_t ice__left_ms(const struct ice_catalog *c); /* of the call under way */
/* Waits, bounded by the call: ICE_OK, ICE_CANCELLED, ICE_TIMEOUT (when ms do
 * not fit in what is left; then no time passes). */
int ice__wait(struct ice_catalog *c, int64_t ms);

/* Sets outcome, operation and cause (masked); keeps URI, attempts, elapsed
 * when operation is the same. Returns outcome. */
int ice__fail(struct ice_catalog *c, struct ice_error *e, int outcome,
              const char *operation, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* ---- one operation: a request and its repeats under the policy (call.c) ----
 */

struct ice_said { /* what an error body says, whole */
    struct str type, message;
    int code; /* 0: none */
};
void ice__said_init(struct ice_said *s);
void ice__said_fini(struct ice_said *s);

struct ice_op {
    const char *operation; /* "loadTable" */
    enum ice_server server;
    bool write;   /* else it is repeated as a read */
    bool no_auth; /* token requests; the store signs by itself */
    const char *method, *url;
    const char *const *headers; /* besides Authorization, Host, Accept */
    size_t n_headers;
    struct slice body;
    const char *content_type; /* of body */
    int64_t more_ms;          /* added to the request time-out */
    bool safe;                /* a write that may be done twice */
    bool scratch; /* a write whose effect nobody sees yet: its doubtful end is
                     a failure like any other, not ICE_UNKNOWN */
    bool named;   /* metadata names the object: its 404 is read again */
    bool raw;     /* the answer's body as it comes */
    /* The last attempt was signed with a session's keys; NULL: none ever is. */
    const bool *session;
    size_t body_bytes; /* limit of the answer's body; 0: the usual one */
    bool quiet;        /* a final failure is logged as debug: only
                          for "find out" reads whose caller says it */
    /* Called before each attempt with the request filled; may replace headers,
     * sigv4 ... (store.c signs here). NULL: nothing to do. */
    void (*prepare)(void *ctx, struct ice_request *r, int attempt);
    /* Is this 200 of use? False with a sentence; then it counts as
     * ICE_EV_BAD_BODY. NULL: any body is. */
    bool (*usable)(void *ctx, const struct ice_answer *a, char why[160]);
    /* Are its bytes what they should be? False with a sentence; then it counts
     * as ICE_EV_DAMAGED. Asked when it is of use. NULL: nothing to compare. */
    bool (*intact)(void *ctx, const struct ice_answer *a, char why[160]);
    /* Type and message of an error body; false: not in the server's form.
     * NULL: the catalog's error model. */
    bool (*error_of)(void *ctx, const struct ice_answer *a,
                     struct ice_said *said);
    /* May this 200 hold an error document instead? NULL: no. */
    bool (*error_in_200)(void *ctx, const struct ice_answer *a);
    /* Instead of the catalog's token, when the policy says renew: is there
     * anything to renew by, and doing it. NULL: the token. */
    bool (*can_renew)(void *ctx, enum ice_row row, const struct ice_answer *a);
    int (*renew)(void *ctx, enum ice_row row, const struct ice_answer *a);
    void *ctx;
};

struct ice_result {
    int outcome;              /* what ice__call returned */
    enum ice_meaning meaning; /* of a write, all its copies together */
    bool doubtful; /* of a write: an earlier copy may have been carried out */
    enum ice_row row; /* of the last answer */
    int status;
    char type[64]; /* of the last error body, "" */
    char message[256];
    struct ice_answer answer; /* of ICE_OK and others alike */
};
void ice__result_fini(struct ice_result *r);

/* Sends until the policy says stop. ICE_OK when it is done; *r is always
 * filled and to be finished by the caller; e (not NULL) is filled on failure.
 * A write whose fate is not known gives ICE_UNKNOWN (or ICE_CANCELLED when it
 * was cancelled) and ICE_MEANS_AMBIGUOUS. Logs each failure and repeat. */
int ice__call(struct ice_catalog *c, const struct ice_op *op,
              struct ice_result *r, struct ice_error *e);

/* Several operations, side_by_side of them at a time, each with its repeats.
 * ICE_OK when all are done. At the first failure no other is begun and those
 * under way are given up; then e tells of it, and *failed is its result (the
 * caller finishes it in any case). An operation's answer is only seen by its
 * usable. */
int ice__calls(struct ice_catalog *c, const struct ice_op *ops, size_t n,
               size_t side_by_side, struct ice_result *failed,
               struct ice_error *e);

/* ---- REST operations (rest.c); they connect by themselves ---- */

int ice__connected(struct ice_catalog *c, struct ice_error *e);
bool ice__offers(const struct ice_catalog *c, enum ice_endpoint ep);

/* A namespace is levels (c->level, c->n_levels for the configured one). */
struct ice_ns {
    char *const *level;
    size_t n;
};
struct ice_ns ice__own_ns(const struct ice_catalog *c);

/* ICE_OK with *exists, or why it could not be found out. by: GET, or HEAD
 * first where advertised (its 404 is followed by a GET). */
int ice__rest_namespace_exists(struct ice_catalog *c, struct ice_ns ns,
                               enum ice_look by, bool *exists,
                               struct ice_error *e);
int ice__rest_table_exists(struct ice_catalog *c, struct ice_ns ns,
                           const char *table, enum ice_look by, bool *exists,
                           struct ice_error *e);
int ice__rest_view_exists(struct ice_catalog *c, struct ice_ns ns,
                          const char *view, bool *exists, struct ice_error *e);

/* One POST under the write rules. ICE_OK: done. *meaning says what came back;
 * the caller settles. namespace_missing (may be NULL): the answer was a typed
 * 404 of the namespace. *body: the answer (cJSON_Delete), NULL unless done. */
int ice__rest_create_namespace(struct ice_catalog *c, struct ice_ns ns,
                               enum ice_meaning *meaning, struct ice_error *e);
int ice__rest_create_table(struct ice_catalog *c, struct ice_ns ns,
                           const char *table, const cJSON *request,
                           enum ice_meaning *meaning, bool *namespace_missing,
                           cJSON **body, struct ice_error *e);

/* GET of a table. ICE_OK: *body is the LoadTableResult (metadata is an object
 * whose format version is read; cJSON_Delete). ICE_NOT_FOUND: a typed 404 and
 * nothing else. *gone: the table is there, its metadata file is not
 * (ICE_UNAVAILABLE). policy.body.too_new_outcome: the format version is above
 * what is read; *body is set all the same. */
int ice__rest_load_table(struct ice_catalog *c, struct ice_ns ns,
                         const char *table, cJSON **body, bool *gone,
                         struct ice_error *e);

/* All pages, or an error: never a part. */
int ice__rest_list_namespaces(struct ice_catalog *c, struct ice_names *out,
                              struct ice_error *e);
int ice__rest_list_tables(struct ice_catalog *c, struct ice_ns ns,
                          struct ice_names *out, struct ice_error *e);
/* Not used by any rule as it should be; policy.create has ICE_STEP_DROP. */
int ice__rest_drop_table(struct ice_catalog *c, struct ice_ns ns,
                         const char *table, struct ice_error *e);

#endif
