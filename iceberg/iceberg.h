/* iceberg: the catalog / table-manager module, as a program links it.
 *
 * Plain blocking calls on one opaque ice_catalog, used by one thread at a
 * time; only ice_cancel may come from elsewhere (another thread, a signal
 * handler). Every call returns 0 or one of the negative outcomes, ends by its
 * deadline, and fills the caller's struct ice_error (which may be NULL) when it
 * fails.
 *
 * An outcome that cannot be known is ICE_UNKNOWN and nothing else: it is never
 * folded into failure, and nothing is undone on it.
 */
#ifndef ICEBERG_ICEBERG_H
#define ICEBERG_ICEBERG_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "iceberg/settings.h"

enum ice_outcome { /* the closed list */
    ICE_OK = 0,
    ICE_NOT_FOUND = -1,
    ICE_EXISTS = -2,
    ICE_MISMATCH = -3,
    ICE_CONFLICT = -4,
    ICE_UNKNOWN = -5, /* a write was sent; whether it was done is not known */
    ICE_DENIED = -6,
    ICE_INVALID = -7,
    ICE_THROTTLED = -8,
    ICE_UNAVAILABLE = -9,
    ICE_TIMEOUT = -10,
    ICE_CANCELLED = -11,
    ICE_PROTOCOL = -12, /* an answer that makes no sense */
    ICE_TLS = -13,
    ICE_CONFIG = -14
};
const char *ice_outcome_name(int outcome); /* "not_found" */

struct ice_error { /* secrets are masked in every text */
    int outcome;
    char operation[40]; /* "createTable" */
    char uri[512];
    int http_status;    /* of the last answer; 0: none came */
    int attempts;       /* requests sent or tried for this operation */
    int64_t elapsed_ms;
    char cause[512];    /* the last cause, one sentence */
};
/* One line for people: outcome, operation, URI, attempts, elapsed, cause. */
void ice_error_print(const struct ice_error *e, struct str *out);

struct ice_policy; /* iceberg/policy.h */

struct ice_store_keys { /* session_token may be NULL */
    const char *access_key, *secret_key, *session_token;
};

struct ice_env { /* what the program gives the module; all borrowed */
    const struct clock *clock;
    const struct log *log;           /* may be NULL */
    struct secrets *secrets;         /* gets tokens and keys; may be NULL */
    const struct ice_policy *policy; /* NULL: &ice_policy_default */
    uint64_t seed;                   /* of jitter and idempotency keys */
    /* Asked for other keys, from within a call, when the store says that those
     * in use have expired: fills *keys (copied at once) and returns true, or
     * false when there are none. NULL: the settings' are all there are. */
    bool (*renew_store_keys)(void *ctx, struct ice_store_keys *keys);
    void *keys_ctx;
};

struct ice_catalog;

/* Checks the settings (ICE_CONFIG), sends nothing. */
int ice_catalog_new(struct ice_catalog **out, const struct ice_settings *s,
                    const struct ice_env *env, struct ice_error *e);
void ice_catalog_free(struct ice_catalog *c);

/* Ends any wait of a call under way, which returns ICE_CANCELLED; a call that
 * starts later is cancelled too until ice_catalog_uncancel. Async-signal
 * safe. */
void ice_cancel(struct ice_catalog *c);
void ice_catalog_uncancel(struct ice_catalog *c);

/* Time for one call, with its repeats; 0: the default (120 s, or 600 s for
 * initialize_all_tables). */
void ice_set_deadline_ms(struct ice_catalog *c, int64_t ms);

/* Token (where there is a credential) and GET /v1/config. Every other call
 * connects by itself when need be. */
int ice_connect(struct ice_catalog *c, struct ice_error *e);

struct ice_names { /* of namespaces (levels joined with '.') or tables */
    char **name;
    size_t n;
};
void ice_names_free(struct ice_names *n);

/* Connects and lists all namespaces, to the last page. */
int ice_test_connection(struct ice_catalog *c, struct ice_names *namespaces,
                        struct ice_error *e);
int ice_ensure_namespace_exists(struct ice_catalog *c, struct ice_error *e);
/* Reads only. */
int ice_namespace_exists(struct ice_catalog *c, bool *exists,
                         struct ice_error *e);
int ice_list_tables(struct ice_catalog *c, struct ice_names *tables,
                    struct ice_error *e);
int ice_table_exists(struct ice_catalog *c, const char *table, bool *exists,
                     struct ice_error *e);

/* ---- the five tables ---- */

enum ice_table_id {
    ICE_TABLE_RAW,
    ICE_TABLE_ERRORS,
    ICE_TABLE_DAILY,
    ICE_TABLE_WEEKLY,
    ICE_TABLE_MONTHLY,
    ICE_TABLES
};
/* The table's name under these settings. */
const char *ice_table_name(const struct ice_catalog *c, enum ice_table_id t);

enum ice_difference_kind {
    ICE_DIFF_MISSING,        /* column */
    ICE_DIFF_EXTRA_REQUIRED, /* column */
    ICE_DIFF_EXTRA_OPTIONAL, /* column; reported only */
    ICE_DIFF_TYPE,
    ICE_DIFF_NULLABILITY,
    ICE_DIFF_ORDER,
    ICE_DIFF_PARTITION,
    ICE_DIFF_SORT_ORDER, /* reported only */
    ICE_DIFF_FORMAT_VERSION,
    ICE_DIFF_FIELD_IDS, /* not unique, or the spec refers to none */
    ICE_DIFF_DOC,       /* reported only */
    ICE_DIFF_PROPERTY,  /* missing or different */
    ICE_DIFF_EXTRA_PROPERTY, /* reported only */
    ICE_DIFF_KINDS
};
const char *ice_difference_name(enum ice_difference_kind kind);

struct ice_difference {
    enum ice_difference_kind kind;
    bool fails;     /* makes the table a mismatch */
    char path[128]; /* "metadata.value", "partition[0]", "property write.x" */
    char text[192]; /* "is string, should be long" */
};

struct ice_table_report {
    enum ice_table_id table;
    char name[128];
    int outcome;  /* ICE_OK also when it existed and fits */
    bool created; /* by this call, as far as is known */
    struct ice_difference *differences;
    size_t n_differences;
    struct ice_error error; /* when outcome is not ICE_OK */
};
void ice_table_report_fini(struct ice_table_report *r);

/* Makes the table if it is not there, verifies it in any case. r may be NULL,
 * else it is filled and the caller calls ice_table_report_fini. */
int ice_create_table(struct ice_catalog *c, enum ice_table_id t,
                     struct ice_table_report *r, struct ice_error *e);
int ice_create_health_data_raw_table(struct ice_catalog *c,
                                     struct ice_error *e);
int ice_create_health_data_errors_table(struct ice_catalog *c,
                                        struct ice_error *e);
int ice_create_health_data_daily_agg_table(struct ice_catalog *c,
                                           struct ice_error *e);
int ice_create_health_data_weekly_agg_table(struct ice_catalog *c,
                                            struct ice_error *e);
int ice_create_health_data_monthly_agg_table(struct ice_catalog *c,
                                             struct ice_error *e);
/* Reads only: is it there and does it fit? ICE_NOT_FOUND, ICE_MISMATCH. */
int ice_verify_table(struct ice_catalog *c, enum ice_table_id t,
                     struct ice_table_report *r, struct ice_error *e);

struct ice_init_report {
    int namespace_outcome;
    struct ice_error namespace_error;
    struct ice_table_report tables[ICE_TABLES];
};
void ice_init_report_fini(struct ice_init_report *r);
/* Namespace, then all five tables; stops at nothing it can still do. Returns
 * ICE_OK or the worst table's outcome. */
int ice_initialize_all_tables(struct ice_catalog *c, struct ice_init_report *r,
                              struct ice_error *e);

/* ---- a loaded table ---- */

struct ice_table {
    char *name, *uuid, *location, *metadata_location;
    int format_version;
    int64_t current_snapshot_id; /* -1: none */
    cJSON *metadata; /* whole, integers exact, unknown fields kept */
};
int ice_get_table(struct ice_catalog *c, const char *table,
                  struct ice_table **out, struct ice_error *e);
void ice_table_free(struct ice_table *t);

#endif
