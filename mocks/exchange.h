/* exchange: one request, its operation, its faults, its answer.
 *
 * It is the one object that goes all the way from the bytes to the journal.
 * The server makes it when a head has arrived and plays its script at the end;
 * the service (catalog, s3, admin) names the operation and handles it; the
 * fault engine decides once what is to happen; exchange.c does it:
 *
 *   name_operation -> fault_decide -> phase before -> handle -> publish or not
 *     -> phase after -> bytes -> phase during -> script -> journal
 *
 * A handler reads state and request, and returns an answer and a prepared
 * change. It changes nothing itself: the exchange publishes the change. So
 * lie-ok, late-apply, twice, rival and stale are choices made here, and no
 * handler knows of faults.
 */
#ifndef MOCKS_EXCHANGE_H
#define MOCKS_EXCHANGE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/rng.h"
#include "mocks/fault.h"
#include "mocks/http1.h"
#include "mocks/script.h"

struct exchange;
struct mock;
struct connection;

struct operation {
    const char *name;   /* "loadTable", "PutObject" */
    const char *method; /* "GET" */
    const char *route;  /* the service's own notation, see its route table */
    void (*handle)(struct exchange *x);
    bool writes; /* may change state */
    const char *doc;
};

/* An error of the service by name, for faults and for its own handlers. */
struct service_error {
    const char *name; /* "CommitFailedException", "SlowDown" */
    int status;
    const char *message; /* the reference server's usual words */
};

/* Things done to a service's state from outside a request: by the state faults
 * and by a scenario's operator. Which parameters each takes is in the comment.
 */
enum meddle {
    MEDDLE_RIVAL_COMMIT, /* namespace, table: another writer's append lands */
    MEDDLE_RIVAL_CREATE, /* namespace, table, [columns|kind: view|fits: bool] */
    MEDDLE_UUID_SWAP, /* namespace, table: dropped and made again, same look */
    MEDDLE_SCHEMA_DRIFT, /* namespace, table, change: one of catalog.h's words
                          */
    MEDDLE_REPEAT_PAGE_TOKEN, /* [fresh: bool] of the answer: the list never
                                 ends; catalog: [pages] or after so many */
    MEDDLE_PARTIAL_DELETE,    /* s3: [keys: 1] so many keys of the request are
                                 refused, with [type: InternalError] */
    MEDDLE_FORGET_UPLOAD,     /* s3: the exchange's upload, or [bucket, key] the
                                 last one of that key */
    MEDDLE_LOSE_PART,         /* s3: likewise; [part: 1] */
    MEDDLE_HALF_TRANSACTION,  /* [changes: 1] of the exchange's transaction are
                                 carried out */
    MEDDLE_FORGET_KEYS,       /* idempotency keys */
    MEDDLE_REUSE_KEY,         /* the exchange's was used for something else */
    MEDDLE_REVOKE_TOKENS,     /* issued so far */
    MEDDLE_EXPIRE_SESSIONS,   /* s3: those that are there, now */
    MEDDLE_DROP_TABLE,        /* namespace, table */
    MEDDLE_LOSE_FILE /* namespace, table: its current metadata file is gone;
                        s3: bucket, key */
};

struct service {
    const char *name; /* "catalog", "s3", "admin" */
    void *state;
    const struct operation *operations; /* n rows */
    size_t n_operations;
    const struct service_error *errors; /* n rows */
    size_t n_errors;
    /* Sets x->op and x->names from the request head; leaves op NULL when there
     * is no such route (answer_error or handle_unknown then answers). */
    void (*name_operation)(struct exchange *x);
    void (*handle_unknown)(struct exchange *x);
    /* Is the request refused, whatever its body may be? Asked when the client
     * waits for "100 Continue". May be NULL: never. */
    bool (*refuses)(struct exchange *x);
    /* The answer becomes this error in the service's own envelope. type may be
     * a name of errors[] (status 0 and message NULL then come from there). */
    void (*answer_error)(struct exchange *x, const char *type, int status,
                         const char *message);
    /* For a request that did not parse. May be NULL: plain text. */
    void (*answer_bad_request)(struct exchange *x, int status,
                               const char *reason);
    /* Headers that every answer bears (Date, Server, request ids). */
    void (*finish_answer)(struct exchange *x);
    /* x may be NULL (operator). params: object, may be NULL: then namespace
     * and table come from x. False with why filled when it cannot be done. */
    bool (*meddle)(void *state, struct exchange *x, enum meddle what,
                   const cJSON *params, char why[160]);
    /* The server restarts: drop sessions and caches; keep false: all state. */
    void (*restart)(void *state, bool keep);
};

/* A prepared change. publish makes it visible, at once and wholly; drop is
 * called instead when it is not wanted. Both may be NULL. ctx lives in the
 * exchange's arena or is freed by publish and drop.
 * publish sets x->change.failed when it could not be done: then nothing has
 * changed and publish has replaced x->answer; x->applied stays false. */
struct change {
    void (*publish)(struct exchange *x, void *ctx);
    void (*drop)(void *ctx);
    void *ctx;
    const char *what; /* one line for the journal, in the arena; may be NULL */
    bool failed;
};

/* What the request is about, decoded; NULL where it does not apply. Levels of
 * a namespace are joined with '.'. */
struct exchange_names {
    const char *namespace_, *table, *view, *bucket, *key;
};

struct exchange {
    struct arena arena;
    struct mock *mock;
    struct service *service;
    struct connection *connection;  /* NULL once it has gone */
    uint64_t ordinal;               /* 1.. over the whole mock */
    uint64_t connection_ordinal;    /* 1.. over the whole mock */
    uint64_t request_on_connection; /* 1.. */
    int64_t started_ns;
    struct http1 *parser; /* owned; request is its */
    struct http_request *request;
    struct shared *body; /* the request's, if a handler wanted to keep it */
    const struct operation *op; /* NULL: no such route */
    struct exchange_names names;
    struct fault_plan plan;
    struct answer answer;
    struct change change;
    bool tls;      /* the request came over TLS */
    bool stale;    /* handlers' look-ups see the state before the last change */
    bool applied;  /* a change was published */
    bool finished; /* exchange_finish was called; late work is left */
    unsigned work; /* timers under way that need it */
    unsigned met;  /* bits 1 << phase: that rule of the plan was carried out */
    size_t sent;   /* bytes of the script that were sent */
    struct answer_marks marks;    /* of the answer as it was written */
    struct slice fields;          /* its headers, in lines, in the arena */
    struct exchange *prev, *next; /* all that live, in the mock */
    struct rng rng;               /* for uuids and ids made by the handler */
    struct script script;
    /* A handler that answers later sets pending, and gone; it calls
     * exchange_answered when the answer is there. gone is called instead when
     * the connection goes or the mock closes first: the handler then forgets
     * the exchange and does not call exchange_answered. */
    bool pending;
    void (*gone)(struct exchange *x);
    void *handler_ctx;   /* the handler's own, for the time it is pending */
    const char *ended;   /* "answered", "reset", "cut" ...: for the journal */
    void *journal_entry; /* the journal's, while the exchange is under way */
};

/* ---- for the server ---- */
struct exchange *exchange_new(struct mock *m, struct service *s,
                              struct connection *c);
/* Those that wait to be used again. */
void exchange_free_spare(struct mock *m);
/* The head is there: names the operation and decides the faults. */
void exchange_head(struct exchange *x);
/* The request is complete: acts, and calls server_play(x) when the script is
 * ready, perhaps later. */
void exchange_act(struct exchange *x);
/* Where reading stops by a fault of the request's bytes: offset on the wire,
 * counted from the request's first byte; -1: nowhere. Known after the head. */
int64_t exchange_request_cut(const struct exchange *x);
/* Reading has stopped there: the script ends as the fault says. */
void exchange_cut(struct exchange *x);
/* Will the body be read? False when a fault of phase before answers or ends
 * without it, or the service refuses: then "100 Continue" is not sent, and the
 * server acts at once. */
bool exchange_wants_body(struct exchange *x);
/* The bytes are not a request: answers by http1_status and http1_reason. */
void exchange_bad_request(struct exchange *x);
/* The request never came to be (reset, closed): why in x->ended. Frees it as
 * exchange_finish does. */
void exchange_abort(struct exchange *x);
/* The script was played, or the connection has gone. The exchange frees itself
 * when no late work needs it. */
void exchange_finish(struct exchange *x);

/* ---- for handlers ---- */
/* The request's body, for who keeps it as it is: nothing is copied. Borrowed;
 * request->body lies in it from now on. */
struct shared *exchange_body(struct exchange *x);
/* See pending: x->answer is ready now. */
void exchange_answered(struct exchange *x);
/* Body as JSON text or other; sets Content-Type. The text is copied. */
void exchange_answer(struct exchange *x, int status, const char *content_type,
                     struct slice body);
void exchange_answer_json(struct exchange *x, int status, const cJSON *body);
void exchange_answer_empty(struct exchange *x, int status);
void exchange_error(struct exchange *x, const char *type, int status,
                    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
const struct clock *exchange_clock(const struct exchange *x);

#endif
