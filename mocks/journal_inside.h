/* journal_inside: what journal.c (the ring), journal_text.c (the texts of an
 * entry) and journal_print.c (JSON and trace) share. Not for others.
 *
 * Serving is more frequent than reading: what an exchange leaves behind is one
 * block of bytes as they were, and the texts of the entry, masked and cut, are
 * made of it when somebody looks for the first time.
 */
#ifndef MOCKS_JOURNAL_INSIDE_H
#define MOCKS_JOURNAL_INSIDE_H

#include "mocks/mock_inside.h"

enum journal_text {
    TEXT_METHOD,
    TEXT_TARGET,
    TEXT_NAMESPACE,
    TEXT_TABLE,
    TEXT_BUCKET,
    TEXT_KEY,
    TEXT_REQUEST_HEAD, /* lines of "name: value" */
    TEXT_REQUEST_BODY,
    TEXT_ANSWER_HEAD,
    TEXT_ANSWER_BODY,
    TEXT_FAULTS,
    TEXT_ENDED,
    TEXT_DETAIL,
    TEXTS
};

enum { TEXT_ABSENT = 0xffffffff };

struct journal_raw {     /* one block: the texts follow, one behind the other */
    size_t cap;          /* of bytes */
    uint32_t len[TEXTS]; /* or TEXT_ABSENT */
    bool request_form, answer_form; /* their bodies have secret parameters */
    bool hash_body;                 /* answer_hash is still to be made */
    char bytes[];
};

struct entry {
    struct journal_entry e;      /* first: what others see */
    struct journal_raw *raw;     /* owned; what is to be told; NULL: nothing */
    bool told;                   /* the texts are up to date */
    struct arena arena;          /* of the texts */
    struct exchange *x;          /* while it is under way */
    struct exchange_names names; /* of x, as they were last told */
    size_t counted;              /* bytes of it in the journal's sum */
};

struct journal {
    const struct secrets *secrets;
    size_t max_entries, max_bytes;
    int64_t epoch_ns;
    uint64_t seq, dropped;
    struct entry **ring; /* n entries from first on */
    size_t cap, first, n;
    size_t bytes;
    struct str scratch;
    struct entry *spare;           /* the last one dropped, and its block: */
    struct journal_raw *spare_raw; /* what comes next is often as large */
    void (*hook)(void *ctx);
    void *hook_ctx;
};

/* The i-th of the journal with all its texts; i is less than n. */
struct entry *journal_told(const struct journal *j, size_t i);

/* What x has to tell so far; over: it has ended. */
struct journal_raw *journal_raw_of(struct journal *j, const struct entry *e,
                                   const struct exchange *x, bool over);
/* ... of an entry without a request. NULL: there is nothing to tell. */
struct journal_raw *journal_raw_detail(struct journal *j,
                                       const struct exchange_names *names,
                                       const char *detail);
size_t journal_raw_bytes(const struct journal_raw *raw);
/* Makes the texts of e out of raw. */
void journal_make_texts(struct journal *j, struct entry *e,
                        const struct journal_raw *raw);
uint64_t journal_hash(struct slice body);

#endif
