/* check: named verdicts over journal, state and outcomes of a world.
 *
 * Every expectation of a scenario is one check, every invariant another. A
 * check that fails says in one sentence which promise was broken, with the
 * evidence.
 */
#ifndef HARNESS_CHECK_H
#define HARNESS_CHECK_H

#include "harness/world.h"
#include "mocks/journal.h"
#include "reports/result.h"

/* All checks of the world's scenario, then the invariants; texts and array
 * live in the arena. Returns how many. */
size_t check_all(const struct world *w, struct arena *a,
                 struct result_check **out);

/* One kind of expectation: true, or false with the sentence in said. */
typedef bool (*check_fn)(const struct world *w, const struct scenario_expect *e,
                         struct str *said);

/* check_calls.c: what calls returned */
bool check_outcome(const struct world *, const struct scenario_expect *,
                   struct str *);
bool check_error(const struct world *, const struct scenario_expect *,
                 struct str *);
bool check_result(const struct world *, const struct scenario_expect *,
                  struct str *);
bool check_elapsed(const struct world *, const struct scenario_expect *,
                   struct str *);
bool check_log(const struct world *, const struct scenario_expect *,
               struct str *);
bool check_differences(const struct world *, const struct scenario_expect *,
                       struct str *);
/* check_wire.c: what was sent */
bool check_exchanges(const struct world *, const struct scenario_expect *,
                     struct str *);
bool check_waits(const struct world *, const struct scenario_expect *,
                 struct str *);
bool check_header(const struct world *, const struct scenario_expect *,
                  struct str *);
bool check_connections(const struct world *, const struct scenario_expect *,
                       struct str *);
/* check_state.c: what is there afterwards */
bool check_table(const struct world *, const struct scenario_expect *,
                 struct str *);
bool check_namespace(const struct world *, const struct scenario_expect *,
                     struct str *);
bool check_object(const struct world *, const struct scenario_expect *,
                  struct str *);
bool check_uploads(const struct world *, const struct scenario_expect *,
                  struct str *);

/* invariants.c. I8 is judged by the runner, after the world is down. */
struct invariant {
    const char *id, *promise;
    bool (*holds)(const struct world *w, struct str *said);
};
extern const struct invariant invariants[];
extern const size_t n_invariants;

/* ---- helpers shared by the checks ---- */

/* The snapshot that get_table named in r, against e->snapshot_of's own. */
bool check_snapshot(const struct world *w, const struct scenario_expect *e,
                    const struct step_record *r, struct str *said);

/* Does the entry belong to what e selects (server, operation, method, table,
 * path, status, step)? */
bool check_selects(const struct world *w, const struct scenario_expect *e,
                   const struct journal_entry *j);
/* "POST createTable health_data_raw" for sentences. */
void check_describe(const struct scenario_expect *e, struct str *out);
/* n within at_least, at_most, exactly of e; else says so about what. */
bool check_count(const struct scenario_expect *e, int64_t n, const char *what,
                 struct str *said);
const char *check_outcome_word(int outcome);
/* Whole milliseconds as people read them: "1.500 s". */
void check_say_ms(struct str *out, int64_t ms);
/* The header's value in a journalled head, trimmed; false: not there. */
bool check_head_value(const char *head, const char *name, struct slice *value);

#endif
