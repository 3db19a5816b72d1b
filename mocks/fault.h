/* fault: which exchange meets which fault, and what each fault does.
 *
 * A fault is a match, a phase and an action. The engine holds rules in the
 * order they were added; for every exchange, and for every phase, the first
 * rule that matches and is due is chosen, once. Phases mean the same on every
 * server: BEFORE the server acts (it never sees the request), AFTER it acted
 * (the effect is there, the answer is not as it should be), DURING the bytes
 * of request or answer (the server acts, unless its request is cut). Actions on connections (refuse, blackhole, tls,
 * idle-close, down) are of phase BEFORE and match server, connection ordinal
 * and time only.
 *
 * Draws are stateless: rng_hash(seed, rule id, ordinal of the matching
 * exchange), so that removing one rule shifts no other.
 *
 * fault_actions[] names every action, with the phases it may have and its
 * parameters: loader, schema, documentation, probe and counters come from it.
 */
#ifndef MOCKS_FAULT_H
#define MOCKS_FAULT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/spec.h"
#include "mocks/http1.h"
#include "mocks/script.h"

struct exchange;

enum fault_phase { FAULT_BEFORE, FAULT_AFTER, FAULT_DURING, FAULT_PHASES };
extern const char *const fault_phase_names[]; /* "before", ..., NULL */

enum fault_level {    /* who carries the action out */
    FAULT_CONNECTION, /* server.c */
    FAULT_ENDING,     /* exchange.c: reset, close, half-close, stall */
    FAULT_TIME,       /* delay (exchange.c); throttle, drip (fault_bytes.c) */
    FAULT_BYTES,      /* fault_bytes.c: truncate, corrupt, malformed ... */
    FAULT_ANSWER,     /* fault_answer.c: status, error, html, content-type ... */
    FAULT_EFFECT,     /* exchange.c: twice, late-apply, lie-ok, stale-read */
    FAULT_STATE       /* service->meddle or ->restart */
};

enum fault_kind { /* one row of fault_actions[] each, in this order */
    FAULT_REFUSE,
    FAULT_BLACKHOLE,
    FAULT_DOWN, /* refuse from: for:; state kept or lost on return */
    FAULT_IDLE_CLOSE,
    FAULT_TLS,
    FAULT_RESET,
    FAULT_CLOSE,
    FAULT_HALF_CLOSE,
    FAULT_STALL,
    FAULT_DELAY,
    FAULT_THROTTLE,
    FAULT_DRIP,
    FAULT_KEEPALIVE_BLANKS,
    FAULT_TRUNCATE,
    FAULT_CORRUPT,
    FAULT_GARBAGE,
    FAULT_MALFORMED,
    FAULT_HUGE,
    FAULT_STATUS,
    FAULT_ERROR,
    FAULT_HTML,
    FAULT_CONTENT_TYPE,
    FAULT_HEADERS,
    FAULT_BODY,
    FAULT_TWICE,
    FAULT_LATE_APPLY,
    FAULT_LIE_OK,
    FAULT_STALE_READ,
    FAULT_RIVAL_COMMIT,
    FAULT_RIVAL_CREATE,
    FAULT_UUID_SWAP,
    FAULT_SCHEMA_DRIFT,
    FAULT_DROP_TABLE,
    FAULT_LOSE_FILE,
    FAULT_HALF_TRANSACTION,
    FAULT_FORGET_KEYS,
    FAULT_REUSE_KEY,
    FAULT_REVOKE_TOKENS,
    FAULT_REPEAT_PAGE_TOKEN,
    FAULT_PARTIAL_DELETE,
    FAULT_FORGET_UPLOAD,
    FAULT_LOSE_PART,
    FAULT_EXPIRE_SESSIONS,
    FAULT_RESTART,
    FAULT_KINDS
};

struct fault_action {
    const char *name; /* "reset", "late-apply" */
    enum fault_kind kind;
    enum fault_level level;
    unsigned phases;  /* bits 1 << FAULT_BEFORE ... */
    unsigned servers; /* bits 1 catalog, 2 s3 */
    const struct spec_field *params; /* of struct fault_params; NULL: none */
    const char *doc;                 /* one sentence for people */
    const char *example;             /* JSON of a rule's "do" */
};
extern const struct fault_action fault_actions[FAULT_KINDS];

/* Where an action of phase DURING works. */
enum fault_side { FAULT_OF_ANSWER, FAULT_OF_REQUEST };

/* A named place: the middle of the status (or request) line, of the header
 * lines, of the body. */
enum fault_place { FAULT_AT_NONE, FAULT_AT_STATUS, FAULT_AT_HEAD, FAULT_AT_BODY };
enum fault_shape { FAULT_FIXED, FAULT_UNIFORM, FAULT_LOGNORMAL };
enum fault_malformed { /* params.what, by action */
    FAULT_BAD_STATUS_LINE,
    FAULT_BAD_HEADER,
    FAULT_BAD_CHUNK,
    FAULT_BAD_JSON,
    FAULT_BAD_UTF8,
    FAULT_BAD_XML
};
enum fault_huge { FAULT_HUGE_HEADERS, FAULT_HUGE_BODY };
enum fault_tls {
    FAULT_TLS_EXPIRED,
    FAULT_TLS_WRONG_NAME,
    FAULT_TLS_UNTRUSTED,
    FAULT_TLS_CUT /* the handshake is cut after the server's first bytes */
};
enum fault_then { FAULT_THEN_ANSWER, FAULT_THEN_RESET, FAULT_THEN_STALL };

struct fault_params { /* the union of all actions' parameters */
    int64_t at_byte;  /* reset, close, stall, truncate, corrupt: offset in the
                         request or answer, head included; -1: not given: half
                         of it in phase during, no byte at all in the others */
    int at;           /* or enum fault_place */
    bool placed;      /* one of them was given */
    int of;           /* enum fault_side */
    int64_t ms;       /* delay: fixed, or least of uniform, or median */
    int64_t most_ms;  /* delay: most */
    double sigma;     /* delay: log-normal */
    int shape;        /* delay: enum fault_shape */
    int64_t bytes;    /* drip, throttle, huge, garbage, corrupt: size */
    int64_t every_ms; /* drip: pause; throttle: bytes each */
    int what;         /* enum fault_malformed, fault_huge, fault_tls */
    int status;       /* status, error, late-apply */
    const char *type; /* error: the service-true name */
    const char *message;
    const char *body;
    const char *content_type;
    const cJSON *headers;    /* map */
    const char *retry_after; /* text as it goes out; "+10s" becomes the date
                                10 s after the answer's own Date */
    const char *change;      /* schema-drift: a word of catalog.h */
    const char *namespace_, *table; /* level STATE: NULL: the exchange's */
    const char *kind;        /* rival-create: "table", "view" */
    bool fits;               /* rival-create */
    bool fresh;              /* repeat-page-token */
    int64_t pages;           /* repeat-page-token: 0: without end */
    int64_t changes;         /* half-transaction */
    int64_t keys;            /* partial-delete */
    int64_t part;            /* lose-part */
    const cJSON *columns;    /* rival-create: as createTable has its fields */
    const cJSON *params;     /* level STATE: the parameters as they were given
                                (object, or NULL), handed to meddle */
    int lose;                /* down, restart: state is lost */
    int then;                /* late-apply: enum fault_then */
};

struct fault_rule {
    const char *id;
    enum fault_phase phase;
    const struct fault_action *action;
    struct fault_params params;
    /* the rest is the engine's */
    struct fault_match *match;
    uint64_t matched; /* exchanges that matched so far */
    uint64_t fired;
};

struct fault_plan {
    struct fault_rule *rule[FAULT_PHASES]; /* NULL: none */
    uint64_t draw[FAULT_PHASES];           /* for this rule and exchange */
};

struct fault_engine;

struct fault_engine *fault_engine_new(uint64_t seed, const struct clock *clock);
void fault_engine_free(struct fault_engine *e);
/* That server speaks no TLS: fault_add refuses a tls rule that could meet no
 * other, and one for either server is for the other alone. */
void fault_set_plain(struct fault_engine *e, const char *server);

/* Adds one rule in the scenario's own form: {id?, match, phase, do, times?,
 * fires?}. The rule, or NULL with *err (path relative to the rule). Unknown
 * words, phases that the action cannot have, an operation that no service has
 * and combinations without sense are refused. The tree is copied. */
struct fault_rule *fault_add(struct fault_engine *e, const cJSON *rule,
                             struct spec_error *err);
/* The same check without adding: for scenario files and lint. */
bool fault_check(const cJSON *rule, struct spec_error *err);
/* The same where it is known which servers speak TLS. */
bool fault_check_where(const cJSON *rule, bool catalog_tls, bool s3_tls,
                       struct spec_error *err);
bool fault_remove(struct fault_engine *e, const char *id); /* NULL: all */
void fault_set_epoch(struct fault_engine *e, int64_t ns); /* "from:" counts
                                                            from here */
void fault_calm(struct fault_engine *e, bool calm); /* calm: nothing fires */

/* When rules are asked. Most wait until the request is complete, since its
 * body may name what it is about; those that cut the request cannot. */
enum fault_moment { FAULT_ON_HEAD, FAULT_ON_END, FAULT_ON_BOTH };

/* For an exchange whose operation and names are known. Every rule is asked at
 * one moment: FAULT_ON_HEAD asks those that work on the request's bytes,
 * FAULT_ON_END all others, FAULT_ON_BOTH both. Adds to the plan, which starts
 * out empty. Counts as matched and,
 * where chosen, as fired. An exchange whose request is cut short stays
 * counted as matched. */
void fault_decide(struct fault_engine *e, const struct exchange *x,
                  enum fault_moment moment, struct fault_plan *plan);
/* A rule that was chosen was not carried out after all. */
void fault_unfire(struct fault_rule *r);
/* The exchange is over: its plan's rules may go, if they were removed in the
 * meantime. Removed rules that a plan still names live on until then. */
void fault_plan_done(struct fault_engine *e, struct fault_plan *plan);
/* Connection-level rule for the next connection of a server, or NULL. ordinal
 * counts the connections of that server from 1. */
struct fault_rule *fault_decide_connection(struct fault_engine *e,
                                           const char *server,
                                           uint64_t ordinal);
/* The time-bound (from:, for:) connection-level rule in force now, without
 * counting anything; NULL: none. For listeners. */
struct fault_rule *fault_peek_connection(struct fault_engine *e,
                                         const char *server);
/* How long, from now, until a time-bound connection rule of that server starts
 * or ends; -1: none will. The server sets a timer by it. */
int64_t fault_next_change_ms(struct fault_engine *e, const char *server);

/* Did every rule fire as often as it says? False with one sentence a rule
 * appended to why. */
bool fault_all_fired(const struct fault_engine *e, struct str *why);
size_t fault_count(const struct fault_engine *e);
struct fault_rule *fault_at(const struct fault_engine *e, size_t i);
cJSON *fault_list(const struct fault_engine *e); /* [{id, phase, do, matched,
                                                    fired}] */

/* fault_answer.c: replaces or edits x->answer (level ANSWER). */
void fault_answer(const struct fault_rule *r, uint64_t draw,
                  struct exchange *x);
/* fault_bytes.c: plays the written answer with the fault in it into x->script
 * (levels TIME, BYTES and ENDING of phase DURING, side answer). */
void fault_bytes(const struct fault_rule *r, uint64_t draw, struct slice wire,
                 const struct answer_marks *marks, struct script *out);
int64_t fault_delay_ms(const struct fault_rule *r, uint64_t draw);

/* Words for loaders and lists: operations come from the services' tables. */
bool fault_operation_known(const char *server, const char *operation);

/* fault_table.c: what comes from the table. */
void fault_default_params(const struct fault_action *a, struct fault_params *p);
extern const char *const fault_level_names[]; /* by enum fault_level */
cJSON *fault_schema(void); /* JSON Schema of one rule; caller deletes */
void fault_document(struct str *out); /* docs/FAULTS.md */
/* A whole rule that fault_check takes, made of the action's example; caller
 * deletes. */
cJSON *fault_example(const struct fault_action *a);

#endif
