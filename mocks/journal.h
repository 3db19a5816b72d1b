/* journal: the ordered record of exchanges and connection events.
 *
 * Bounded: beyond the limits the oldest entries go, and dropped says how many.
 * Texts of an entry are made, and secrets in them masked, when somebody reads it
 * for the first time: writing is cheap. They belong to the journal and live as
 * long as their entry. The trace is a text form of it with nothing of the process in it:
 * ordinals instead of ports and pointers, times since the world's start.
 */
#ifndef MOCKS_JOURNAL_H
#define MOCKS_JOURNAL_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/str.h"

struct exchange;

enum journal_kind {
    JOURNAL_CONNECTED,
    JOURNAL_REFUSED, /* a connection-level fault met a connection attempt */
    JOURNAL_CLOSED,
    JOURNAL_EXCHANGE, /* written when it begins, completed when it ends */
    JOURNAL_APPLIED,  /* a change was published */
    JOURNAL_MEDDLED   /* an operator or a state fault changed state */
};

struct journal_entry {
    uint64_t seq; /* 1.. */
    enum journal_kind kind;
    int64_t at_ns, end_ns; /* since the epoch of the journal; end -1: open */
    const char *server;
    uint64_t connection, exchange; /* ordinals, 0: none */
    const char *operation, *method, *target; /* target masked */
    const char *namespace_, *table, *bucket, *key;
    const char *request_head; /* header lines, masked, cut at 8 KiB */
    const char *request_body; /* masked, cut at 64 KiB; "" */
    size_t request_bytes;
    int status; /* 0: no status line was sent */
    const char *answer_head;  /* masked */
    const char *answer_body;  /* masked, cut at 64 KiB */
    size_t answer_bytes;
    uint64_t answer_hash; /* of the whole body before faults of phase during */
    const char *faults;   /* "lost-reply:after,cut:during", "" */
    const char *ended;    /* "answered", "reset", "closed", "stalled", ... */
    const char *detail;   /* applied: what; refused: by which fault */
};

struct journal;

struct journal *journal_new(const struct secrets *secrets, size_t max_entries,
                            size_t max_bytes);
void journal_free(struct journal *j);
void journal_reset(struct journal *j, int64_t epoch_ns);

void journal_connection(struct journal *j, enum journal_kind kind,
                        int64_t now_ns, const char *server, uint64_t ordinal,
                        const char *detail);
void journal_begin(struct journal *j, int64_t now_ns, struct exchange *x);
/* The exchange's names are known better than when it began. */
void journal_named(struct exchange *x);
void journal_end(struct journal *j, int64_t now_ns, struct exchange *x);
void journal_applied(struct journal *j, int64_t now_ns, struct exchange *x,
                     const char *detail);
void journal_meddled(struct journal *j, int64_t now_ns, const char *server,
                     const char *detail);

size_t journal_count(const struct journal *j);
uint64_t journal_dropped(const struct journal *j);
const struct journal_entry *journal_at(const struct journal *j, size_t i);

/* Called after an entry was begun or completed. One hook; NULL takes it away.
 * It must not change the journal. */
void journal_watch(struct journal *j, void (*hook)(void *ctx), void *ctx);

cJSON *journal_json(const struct journal *j, uint64_t since_seq, size_t most);
/* Appends one line an entry: the trace. */
void journal_trace(const struct journal *j, struct str *out);

#endif
