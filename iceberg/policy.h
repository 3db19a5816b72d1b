/* policy: the module's rules as data, and the pure functions that read them.
 *
 * struct ice_policy holds every decision of the module in cells: what an
 * answer means, what may be repeated and when, how long to wait, what settles
 * an open write, which differences fail, and so on. Code asks the policy that
 * its ice_catalog was given (c->policy) and has no rule of its own, so that a
 * copy with one cell changed is a module with one mistake. ice_policy_default
 * holds the rules as they should be.
 *
 * Words: a write is a request that may change something (token requests count
 * as reads). What came back from a write is done, conflict, rejected or
 * ambiguous; ambiguous means that it may have been carried out, may never be,
 * or may be later.
 */
#ifndef ICEBERG_POLICY_H
#define ICEBERG_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "iceberg/iceberg.h"

/* ---- what happened to one request ---- */

enum ice_event {
    ICE_EV_ANSWER, /* a whole answer: its status decides */
    ICE_EV_REFUSED,
    ICE_EV_UNREACHABLE, /* no route, name not found, connection not made */
    ICE_EV_CONNECT_TIMEOUT,
    ICE_EV_TLS_CUT, /* handshake ended by the peer or failed to agree */
    ICE_EV_TLS_BAD, /* a certificate check failed */
    ICE_EV_RESET,   /* or closed without an answer */
    ICE_EV_FIRST_BYTE_TIMEOUT,
    ICE_EV_IDLE_TIMEOUT,
    ICE_EV_REQUEST_TIMEOUT,
    ICE_EV_CUT,      /* answer ended before its framing said so */
    ICE_EV_BAD_HTTP, /* not HTTP, bad chunk, bad content coding */
    ICE_EV_HEAD_HUGE,
    ICE_EV_BODY_HUGE,
    ICE_EV_BAD_BODY, /* a whole 200 whose body is of no use */
    ICE_EV_DEADLINE, /* the call's time is over */
    ICE_EV_CANCELLED,
    ICE_EV_LOCAL,  /* the request could not be made at all */
    ICE_EV_DAMAGED /* bytes are not what they should be: length, checksum */
};

/* What kind of answer it was; each has one row in ice_policy.rows. */
enum ice_row {
    ICE_ROW_200,
    ICE_ROW_204,
    ICE_ROW_206, /* of the object store: a range */
    ICE_ROW_OTHER_2XX,
    ICE_ROW_3XX,
    ICE_ROW_400,
    ICE_ROW_401,
    ICE_ROW_403,
    ICE_ROW_404_ABSENT,  /* NoSuchTable-, NoSuchNamespaceException */
    ICE_ROW_404_GONE,    /* NotFoundException: there, its file is not */
    ICE_ROW_404_TYPED,   /* another type of the error model */
    ICE_ROW_404_UNTYPED, /* a proxy's */
    ICE_ROW_404_HEAD,    /* to a HEAD: no body to tell by */
    ICE_ROW_404_STORE,   /* of the object store */
    ICE_ROW_404_NAMED,   /* the same, for a file that metadata names */
    ICE_ROW_404_BUCKET,
    ICE_ROW_404_UPLOAD,
    ICE_ROW_406,
    ICE_ROW_408,
    ICE_ROW_409,
    ICE_ROW_419,
    ICE_ROW_422,
    ICE_ROW_429,
    ICE_ROW_OTHER_4XX,
    ICE_ROW_500,
    ICE_ROW_502,
    ICE_ROW_503,
    ICE_ROW_503_WAIT, /* with a usable Retry-After */
    ICE_ROW_504,
    ICE_ROW_OTHER_5XX,
    ICE_ROW_STORE_BUSY,    /* these five: by the store's error code */
    ICE_ROW_STORE_EXPIRED, /* keys or session token */
    ICE_ROW_STORE_SKEWED,  /* clocks differ */
    ICE_ROW_STORE_DAMAGED, /* what came is not what was sent */
    ICE_ROW_STORE_FULL,    /* it has no room for it, now */
    ICE_ROW_ODD_STATUS,    /* below 200, above 599 */
    ICE_ROW_REFUSED,       /* from here on as in enum ice_event */
    ICE_ROW_UNREACHABLE,
    ICE_ROW_CONNECT_TIMEOUT,
    ICE_ROW_TLS_CUT,
    ICE_ROW_TLS_BAD,
    ICE_ROW_RESET,
    ICE_ROW_FIRST_BYTE_TIMEOUT,
    ICE_ROW_IDLE_TIMEOUT,
    ICE_ROW_REQUEST_TIMEOUT,
    ICE_ROW_CUT,
    ICE_ROW_BAD_HTTP,
    ICE_ROW_HEAD_HUGE,
    ICE_ROW_BODY_HUGE,
    ICE_ROW_BAD_BODY,
    ICE_ROW_DEADLINE,
    ICE_ROW_CANCELLED,
    ICE_ROW_LOCAL,
    ICE_ROWS
};

enum ice_meaning { /* of what came back from a write */
                   ICE_MEANS_DONE,
                   ICE_MEANS_CONFLICT,
                   ICE_MEANS_REJECTED,
                   ICE_MEANS_AMBIGUOUS,
                   ICE_MEANS_NOTHING /* no byte of any copy was sent */
};
const char *ice_meaning_name(enum ice_meaning m);

enum ice_until {                     /* how long repeats go on */
                 ICE_UNTIL_ATTEMPTS, /* limits.read_attempts, and the deadline
                                      */
                 ICE_UNTIL_DEADLINE
};

enum ice_write_case { /* when a write may be repeated */
                      ICE_WRITE_NEVER,
                      ICE_WRITE_NOT_SENT, /* (a) no byte reached a connected
                                             socket */
                      ICE_WRITE_RENEWED,  /* (b) after 401 or 419 and renewal */
                      ICE_WRITE_THROTTLED, /* (c) after 429 */
                      ICE_WRITE_503_WAIT,  /* (c) after 503 with Retry-After */
                      ICE_WRITE_KEYED,   /* (d) same idempotency key, within its
                                            lifetime */
                      ICE_WRITE_SETTLED, /* (e) a settling read shows no effect
                                          */
                      ICE_WRITE_SAFE,    /* (f) of the object store: done twice
                                            is as good as once, R3.1-2 */
                      ICE_WRITE_UNSETTLED, /* ambiguous, nothing settled: not
                                              allowed */
                      ICE_WRITE_CASES
};

enum ice_token_step { ICE_TOKEN_KEEP, ICE_TOKEN_RENEW };

struct ice_row_rule {
    const char *says;       /* for causes: "404 without the catalog's ..." */
    enum ice_meaning write; /* to a write of which a byte was sent */
    int outcome;            /* when it is the last word */
    bool read_again;        /* R4.4-2 */
    enum ice_write_case write_again;
    enum ice_until until;
    enum ice_token_step token; /* R4.1-3 */
    bool failure;              /* false: an answer like any other in the log */
};

struct ice_write_rule {
    bool allowed;
    int most; /* repeats; 0: bounded by attempts and deadline only */
};

/* ---- settling an open write; making tables: for table_manager.c ---- */

enum ice_look { ICE_LOOK_GET, ICE_LOOK_HEAD, ICE_LOOK_NONE };

enum ice_step {                      /* what to do next with a create */
                ICE_STEP_DONE,       /* success, nothing more to ask */
                ICE_STEP_VERIFY,     /* what is there is loaded and compared */
                ICE_STEP_CREATE,     /* send the create (again) */
                ICE_STEP_SETTLE,     /* read to find out */
                ICE_STEP_READ_AGAIN, /* a settling read told nothing */
                ICE_STEP_FAIL,    /* stop with the outcome of the last answer */
                ICE_STEP_UNKNOWN, /* stop with ICE_UNKNOWN */
                ICE_STEP_DROP     /* a mistake: remove it and start again */
};

struct ice_create_rules {
    enum ice_look look;              /* before a create: GET */
    enum ice_step if_absent;         /* CREATE */
    enum ice_step if_present;        /* VERIFY */
    enum ice_step if_gone;           /* metadata file gone: FAIL, no create */
    enum ice_step if_not_told;       /* could not find out: FAIL, no create */
    enum ice_step after_done;        /* VERIFY */
    enum ice_step after_conflict;    /* VERIFY: load what is there */
    enum ice_step after_rejected;    /* FAIL */
    enum ice_step after_ambiguous;   /* SETTLE */
    enum ice_step conflict_absent;   /* 409, yet not there: CREATE, bounded */
    enum ice_step namespace_missing; /* create answered 404 NoSuchNamespace:
                                        FAIL */
    bool look_for_view;              /* 409, yet no such table: is it a view? */
    bool repair;          /* a mistake: change an existing table that does
                             not fit */
    bool open_is_unknown; /* any failure while a create is open, but a cancel */
    int creates_most;     /* POSTs of one create, all told: 3 */
};

struct ice_settle_rules {         /* R3.2-6 */
    int reads;                    /* settling reads: 3 */
    int64_t wait_ms, wait_max_ms; /* apart, doubling: 1 s, 60 s */
    enum ice_step if_present;     /* VERIFY */
    enum ice_step if_absent;      /* CREATE */
    enum ice_step if_gone;        /* UNKNOWN */
    enum ice_step if_not_told;    /* READ_AGAIN */
    enum ice_step at_end;         /* UNKNOWN */
};

struct ice_verify_rules { /* R4.2-1, after each create */
    bool listed, loadable, file_exists, file_parses, gzip;
    bool file_equals; /* the file says what the catalog answered */
    bool stored_schema, stored_spec, stored_order, stored_properties;
    bool existing_too; /* a table found, not made, is verified as well */
    bool same_uuid;    /* as the create's answer had; then ids are the same */
    int tries;         /* while something is missing yet, waiting as for
                          settling reads: 3 */
    int missing_outcome, broken_outcome;
};

struct ice_compare_rules {
    bool fails[ICE_DIFF_KINDS];  /* makes the table a mismatch */
    bool report[ICE_DIFF_KINDS]; /* looked for at all */
    bool stop_at_first;          /* a mistake: name only one */
    bool nested;                 /* into maps, lists and structs */
    bool ids_as_asked;           /* a mistake: the server's ids are its own */
};

struct ice_init_rules {       /* R3.2-7 */
    bool go_on_after_failure; /* with the other tables */
    bool namespace_first;
    bool own_outcomes;  /* each table its own, not the worst */
    bool skip_existing; /* no create for what is there */
};

struct ice_shape_rules { /* R3.2-1: what a create asks for */
    bool docs, partitions, properties, nullability;
    int format_version; /* written: 2 */
};

/* ---- the rest ---- */

struct ice_backoff_rules {
    int64_t base_ms, max_ms;
    double factor, jitter; /* wait * (1 + jitter * [0, 1)) */
};

enum ice_date_base { ICE_DATE_OF_ANSWER, ICE_DATE_OF_CLOCK };
enum ice_too_long { ICE_TOO_LONG_FAILS, ICE_TOO_LONG_IGNORED };

struct ice_retry_after_rules { /* R4.4-4 */
    bool seconds, dates;
    enum ice_date_base dates_against;
    bool ignore_negative;
    enum ice_too_long too_long;
};

enum ice_merge { /* later ones win */
                 ICE_MERGE_DEFAULTS_OWN_OVERRIDES,
                 ICE_MERGE_OVERRIDES_OWN_DEFAULTS,
                 ICE_MERGE_OWN_LAST
};
enum ice_endpoints {
    ICE_ENDPOINTS_DEFAULT_SET, /* no HEAD, no views */
    ICE_ENDPOINTS_ALL,
    ICE_ENDPOINTS_NONE
};

struct ice_config_rules { /* R4.1-1, R4.1-2 */
    bool ask_first;       /* GET /v1/config before anything else */
    bool send_warehouse;
    enum ice_merge merge;
    bool obey_prefix, obey_uri, obey_separator, obey_endpoints;
    enum ice_endpoints absent_list;
    bool ignore_unparsable; /* entries; else the config is refused */
};

enum ice_token_uri { ICE_TOKEN_URI_OWN, ICE_TOKEN_URI_FROM_CONFIG };

struct ice_auth_rules { /* R4.1-3; which statuses renew: ice_row_rule.token */
    int renewals;       /* an operation: 1 */
    bool failed_renewal_disables;
    enum ice_token_uri token_uri;
    bool register_issued; /* tokens got become secrets */
};

struct ice_paging_rules { /* R4.1-5, R4.4-9 */
    bool follow;
    bool stop_at_repeat; /* a token seen before is an error */
    bool part_is_error;  /* a page that fails fails the list */
    bool bounded;        /* more than pages_most pages are an error */
    int pages_most;
};

enum ice_name_coding { ICE_NAME_PERCENT, ICE_NAME_FORM, ICE_NAME_RAW };

struct ice_name_rules { /* R4.2-3 */
    enum ice_name_coding coding;
    const char *keep;      /* bytes not encoded besides the unreserved: "" */
    bool refuse_separator; /* a level that contains it */
    bool refuse_empty;
};

struct ice_exists_rules {     /* R3.2-5 */
    bool head_first;          /* where advertised */
    bool head_proves_absence; /* never */
};

enum ice_redirects {
    ICE_REDIRECTS_STOP,
    ICE_REDIRECTS_FOLLOW,
    ICE_REDIRECTS_FOLLOW_WITH_CREDENTIALS
};
enum ice_proxy { ICE_PROXY_BY_SETTING, ICE_PROXY_FROM_ENVIRONMENT };
enum ice_release { /* bits: what ice_catalog_free gives back */
                   ICE_RELEASE_CONNECTIONS = 1,
                   ICE_RELEASE_CANCEL = 2,
                   ICE_RELEASE_ALL = 3
};
enum ice_cancel_watch { /* bits: where a cancel is noticed */
                        ICE_CANCEL_IN_REQUEST = 1,
                        ICE_CANCEL_IN_WAIT = 2,
                        ICE_CANCEL_EVERYWHERE = 3
};
enum ice_timer { /* bits: timers that run */
                 ICE_TIMER_CONNECT = 1,
                 ICE_TIMER_FIRST_BYTE = 2,
                 ICE_TIMER_IDLE = 4,
                 ICE_TIMER_REQUEST = 8,
                 ICE_TIMER_CALL = 16,
                 ICE_TIMER_ALL = 31
};

struct ice_transport_rules {
    bool fresh_for_writes; /* R4.4-10 */
    enum ice_redirects redirects;
    bool refuse_downgrade; /* https to http, R4.1-4 */
    enum ice_proxy proxy;
    bool name_tls_check; /* the error says which check failed */
    bool gunzip;         /* ask for and read gzip answers */
    unsigned timers, cancel, release;
};

struct ice_limits { /* numbers; settings that differ from the default win */
    int64_t connect_ms, first_byte_ms, idle_ms, request_ms;
    int64_t call_ms, init_ms;
    int read_attempts;
    size_t body_bytes; /* also after gunzip */
    size_t head_bytes;
};

enum ice_error_part { /* bits: what an ice_error carries */
                      ICE_ERROR_OPERATION = 1,
                      ICE_ERROR_URI = 2,
                      ICE_ERROR_ATTEMPTS = 4,
                      ICE_ERROR_ELAPSED = 8,
                      ICE_ERROR_CAUSE = 16,
                      ICE_ERROR_STATUS = 32,
                      ICE_ERROR_ALL = 63
};
enum ice_log_what { /* bits: what gets its line */
                    ICE_LOG_RETRY = 1,
                    ICE_LOG_FAILURE = 2,
                    ICE_LOG_ALL = 3
};
struct ice_words_rules { /* R4.1-7, R4.4-7, R4.4-12 */
    unsigned error_parts, log_what;
    int log_copies;                /* of each line: 1 */
    bool log_wait;                 /* the line names attempt and wait */
    unsigned log_mask, error_mask; /* enum secret_encoding bits */
    bool hide_user_info;           /* of URIs */
};

struct ice_body_rules {  /* R4.4-8, R4.2-4 */
    bool status_decides; /* not the code in the error body */
    bool ignore_unknown; /* fields */
    bool exact_integers;
    int format_least, format_most; /* read: 1 to 3 */
    int too_new_outcome;
    bool uuid_needed; /* format 2 and later */
};

/* ---- the object store ---- */

enum ice_store_op { /* names in store_request.c, as S3 has them */
                    ICE_STORE_GET,
                    ICE_STORE_HEAD,
                    ICE_STORE_PUT,
                    ICE_STORE_LIST,
                    ICE_STORE_DELETE,
                    ICE_STORE_DELETE_MANY,
                    ICE_STORE_CREATE_UPLOAD,
                    ICE_STORE_PART,
                    ICE_STORE_COMPLETE,
                    ICE_STORE_ABORT,
                    ICE_STORE_LIST_UPLOADS,
                    ICE_STORE_OPS
};

enum ice_code { /* error codes that say more than their status */
                ICE_CODE_REQUEST_TIMEOUT,
                ICE_CODE_SLOW_DOWN,
                ICE_CODE_SLOW_DOWN_READ, /* MinIO's */
                ICE_CODE_SLOW_DOWN_WRITE,
                ICE_CODE_OPERATION_ABORTED,
                ICE_CODE_CONDITIONAL_CONFLICT,
                ICE_CODE_EXPIRED_TOKEN,
                ICE_CODE_TOKEN_REFRESH,
                ICE_CODE_UNKNOWN_KEY,
                ICE_CODE_TIME_SKEWED,
                ICE_CODE_BAD_DIGEST,
                ICE_CODE_SHA256_MISMATCH,
                ICE_CODE_CHECKSUM_MISMATCH, /* MinIO's */
                ICE_CODE_INCOMPLETE_BODY,
                ICE_CODE_STORAGE_FULL, /* MinIO's */
                ICE_CODE_PRECONDITION,
                ICE_CODE_NO_SUCH_BUCKET,
                ICE_CODE_NO_SUCH_UPLOAD,
                ICE_CODE_NO_SUCH_KEY, /* from here on: statuses of codes that
                                         come in a 200 */
                ICE_CODE_INTERNAL_ERROR,
                ICE_CODE_SERVICE_UNAVAILABLE,
                ICE_CODE_ACCESS_DENIED,
                ICE_CODE_INVALID_PART,
                ICE_CODE_INVALID_PART_ORDER,
                ICE_CODE_ENTITY_TOO_SMALL,
                ICE_CODES
};

struct ice_code_rule {
    const char *name; /* "SlowDown" */
    int status;       /* where it comes in a 200 */
    enum ice_row row; /* ICE_ROWS: its status's */
    bool of_session;  /* keys with a session token have expired by it: MinIO
                         knows no key any more that has */
};

enum ice_lost { /* what follows a lost answer to CompleteMultipartUpload */
                ICE_LOST_HEAD,
                ICE_LOST_DONE,   /* a mistake: believed done */
                ICE_LOST_FAILED, /* a mistake: believed failed */
                ICE_LOST_AGAIN   /* a mistake: sent again without looking */
};

enum ice_checksum { /* bits: what is sent and checked, R3.1-4 */
                    ICE_SUM_SENT = 1,     /* CRC32C with every body, MD5 of a
                                             list of deletes */
                    ICE_SUM_ANSWERED = 2, /* of a put or part: ETag, CRC32C */
                    ICE_SUM_WHOLE = 4,    /* ETag of a completed upload */
                    ICE_SUM_READ = 8,     /* of what a get brought */
                    ICE_SUM_ALL = 15
};

enum ice_sweep {                /* which of them are found and aborted */
                 ICE_SWEEP_OWN, /* where nobody else writes that name */
                 ICE_SWEEP_NONE,
                 ICE_SWEEP_ALL /* a mistake: another writer's as well */
};

struct ice_store_rules { /* R3.1-2 to R3.1-7 */
    struct ice_code_rule codes[ICE_CODES];
    bool again[ICE_STORE_OPS]; /* a write that is safe to repeat */
    bool error_in_200;         /* looked for, R3.1-5 */
    bool hash_body;            /* the signature covers the body's SHA-256 */
    unsigned checksums;        /* enum ice_checksum */
    bool check_size;  /* of what a get brought: as asked, as expected */
    bool check_range; /* Content-Range is what was asked for */
    bool keep_etag;   /* a get of several requests is of one object */
    bool new_settled; /* "only if new", lost, then 412: HEAD says whose it is */
    enum ice_lost complete_lost;
    bool settle_size, settle_etag; /* what HEAD must say of it */
    int completes_most;            /* sent, all told: 3 */
    bool abort;                    /* an upload that failed for good */
    int64_t abort_ms;              /* kept of the call's time for it */
    enum ice_sweep sweep; /* uploads whose creation's answer was lost */
    bool stop_at_failure; /* no further part is begun */
    int renewals;         /* of keys, and of the clock, a call: 1 each */
    bool delete_absent;   /* what is not there is deleted */
    bool list_follow, list_stop_at_repeat, list_part_is_error;
    bool list_counted; /* KeyCount says how many a page has */
    bool list_bounded;
    int list_pages_most;
    bool account;     /* DeleteObjects: each key's own result counts */
    int deletes_most; /* requests for one set of keys: 3 */
};

struct ice_policy {
    struct ice_row_rule rows[ICE_ROWS];
    struct ice_write_rule writes[ICE_WRITE_CASES];
    enum ice_meaning untyped_rejection; /* a 4xx without the catalog's error
                                           model, to a write: AMBIGUOUS */
    bool sent_needs_bytes;              /* connected alone is not sent */
    struct ice_backoff_rules backoff;
    struct ice_retry_after_rules retry_after;
    struct ice_create_rules create;
    struct ice_settle_rules settle;
    struct ice_verify_rules verify;
    struct ice_compare_rules compare;
    struct ice_init_rules init;
    struct ice_shape_rules shape;
    struct ice_config_rules config;
    struct ice_auth_rules auth;
    struct ice_paging_rules paging;
    struct ice_name_rules names;
    struct ice_exists_rules exists;
    struct ice_transport_rules transport;
    struct ice_limits limits;
    struct ice_words_rules words;
    struct ice_body_rules body;
    struct ice_store_rules store;
};

extern const struct ice_policy ice_policy_default;

/* ---- pure functions ---- */

enum ice_server { ICE_CATALOG_SERVER, ICE_STORE_SERVER };

struct ice_seen { /* one answer, as far as its row depends on it */
    enum ice_event event;
    enum ice_server server;
    int status;
    int body_code;    /* "code" of the error body, 0: none */
    const char *type; /* of the error model; NULL: not in its form */
    bool head;        /* answer to a HEAD */
    bool named;       /* metadata names the object asked for */
    bool may_wait;    /* has a usable Retry-After */
    bool session;     /* the request was signed with a session's keys */
};
enum ice_row ice_policy_row(const struct ice_policy *p,
                            const struct ice_seen *s);

struct ice_try { /* one attempt that did not simply succeed */
    enum ice_row row;
    bool write;
    bool safe;         /* a write that may be done twice */
    bool scratch;      /* a write whose effect nobody sees yet */
    bool sent;         /* a byte of this request reached a connected socket */
    bool typed;        /* the body has the catalog's error model */
    bool earlier_open; /* an earlier copy of this write was ambiguous */
    int attempt;       /* from 1 */
    int counted;       /* of them, those that limits.read_attempts counts */
    int repeats[ICE_WRITE_CASES]; /* of this operation, so far, by case */
    int renewals;                 /* so far */
    bool can_renew;
    bool key_live; /* goes under an idempotency key within its lifetime */
    int64_t retry_after_ms; /* -1: none */
    int64_t left_ms;        /* until the deadline */
    double draw;            /* [0, 1), for the jitter */
};

enum ice_next { ICE_NEXT_STOP, ICE_NEXT_WAIT, ICE_NEXT_RENEW };

struct ice_verdict {
    enum ice_next next;
    enum ice_write_case by;   /* the case that allows a write's repeat */
    int64_t wait_ms;          /* NEXT_WAIT */
    int outcome;              /* NEXT_STOP: of the operation */
    enum ice_meaning meaning; /* of a write, all copies together */
    bool too_long; /* stopped: the wait asked for passes the deadline */
};
struct ice_verdict ice_policy_decide(const struct ice_policy *p,
                                     const struct ice_limits *l,
                                     const struct ice_try *t);

/* The status that an error code of the store comes under; 500: not known. */
int ice_policy_code_status(const struct ice_policy *p, const char *code);

/* Wait before repeat n (from 1). draw in [0, 1). */
int64_t ice_policy_backoff_ms(const struct ice_policy *p, int n, double draw);
/* Wait before settling read n (from 1). */
int64_t ice_policy_settle_wait_ms(const struct ice_policy *p, int n);

/* Value of a Retry-After header in ms, -1: none that counts. date: the
 * answer's own Date header, may be empty; unix_ms: the clock. */
int64_t ice_policy_retry_after_ms(const struct ice_policy *p,
                                  struct slice value, struct slice date,
                                  int64_t unix_ms);

/* Appends one name (or a level) for a path. */
void ice_policy_name(const struct ice_policy *p, struct slice name,
                     struct str *out);

#endif
