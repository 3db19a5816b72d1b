/* fault_rule: the inside of a rule, shared by the files of the engine.
 *
 * fault_rule.c reads and judges a rule; fault_match.c says what an exchange or
 * a connection is to it; fault.c keeps rules, decides and counts.
 */
#ifndef MOCKS_FAULT_RULE_H
#define MOCKS_FAULT_RULE_H

#include "base/arena.h"
#include "mocks/fault.h"

enum { FAULT_MOST_TIMES = 10000, FAULT_MOST_RULES = 1000, FAULT_ID_SIZE = 64 };

/* What a rule asks of an exchange, in the order it is asked: the first that is
 * not met is what the exchange missed. */
enum fault_criterion {
    CRITERION_SERVER,
    CRITERION_OPERATION,
    CRITERION_METHOD,
    CRITERION_NAMESPACE,
    CRITERION_TABLE,
    CRITERION_VIEW,
    CRITERION_BUCKET,
    CRITERION_KEY,
    CRITERION_PATH,
    CRITERION_HEADER,
    CRITERION_CONNECTION,
    CRITERION_TIME,
    CRITERIA /* all met */
};
extern const char *const fault_criterion_names[CRITERIA];

struct fault_match {
    unsigned servers; /* bits as in fault_actions[] */
    int server;       /* as written: index into fault_server_names, -1 none */
    const char *operation, *method, *path, *key, *namespace_, *table, *view,
        *bucket;
    const cJSON *header; /* {name: glob} */
    bool has_nth, has_connection, has_for, has_chance;
    struct spec_range nth, connection;
    int64_t every; /* 0: not given */
    double chance;
    int64_t from_ms, for_ms;
    uint64_t missed[CRITERIA];
};
extern const char *const fault_server_names[]; /* "catalog", "s3", NULL */

/* A rule with all that belongs to it. */
struct fault_entry {
    struct fault_rule rule; /* first: an entry is found from its rule */
    struct fault_match match;
    struct arena arena;
    cJSON *tree;      /* the copy that texts and maps point into */
    cJSON *made;      /* parameters that were written in a short form */
    const cJSON *do_; /* of the tree, as it was written */
    int64_t times;    /* at most so often */
    struct spec_range fires;
    uint64_t used; /* plans (and connections) that name it */
    bool removed;
    struct fault_entry *next_removed;
};

/* Reads rule into an entry; id is what it is called when it does not say. NULL
 * with *err; nodes in *err are those of rule. */
struct fault_entry *fault_entry_read(const cJSON *rule, const char *id,
                                     struct spec_error *err);
void fault_entry_free(struct fault_entry *f);
/* fault_judge.c: phase, id and level, before the parameters are read; and the
 * rest. value: what was given to the action, NULL: nothing. */
bool fault_judge_kind(struct fault_entry *f, struct spec_error *e);
bool fault_judge(struct fault_entry *f, const cJSON *value,
                 struct spec_error *e);
extern const struct spec_field fault_rule_fields[]; /* for schema and docs */
extern const struct spec_field fault_match_fields[];

/* Servers (bits) that know the operation, or the error. */
unsigned fault_operation_servers(const char *operation);
unsigned fault_error_servers(const char *type);
unsigned fault_server_bit(const char *server); /* 0: neither */

/* The first criterion that is not met, or CRITERIA. since_ms: since the epoch.
 */
enum fault_criterion fault_match_exchange(const struct fault_match *m,
                                          const struct exchange *x,
                                          int64_t since_ms);
enum fault_criterion fault_match_connection(const struct fault_match *m,
                                            const char *server,
                                            uint64_t ordinal, int64_t since_ms);
bool fault_match_time(const struct fault_match *m, int64_t since_ms);
/* Is the rule's n-th match one of those it is for? */
bool fault_match_due(const struct fault_entry *f, uint64_t seed, uint64_t n);

#endif
