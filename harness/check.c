/* The table of checks, and what they share. */
#include "harness/check.h"

#include <stdlib.h>
#include <string.h>

enum { SENTENCE_MAX = 4096 };

static const check_fn checks[EXPECT_KINDS] = {
    [EXPECT_OUTCOME] = check_outcome,
    [EXPECT_ERROR] = check_error,
    [EXPECT_RESULT] = check_result,
    [EXPECT_TABLE] = check_table,
    [EXPECT_NAMESPACE] = check_namespace,
    [EXPECT_EXCHANGES] = check_exchanges,
    [EXPECT_WAITS] = check_waits,
    [EXPECT_HEADER] = check_header,
    [EXPECT_CONNECTIONS] = check_connections,
    [EXPECT_ELAPSED] = check_elapsed,
    [EXPECT_LOG] = check_log,
    [EXPECT_DIFFERENCES] = check_differences,
    [EXPECT_OBJECT] = check_object,
    [EXPECT_UPLOADS] = check_uploads,
};

/* A step that was never played proves nothing: no expectation can hold. */
static bool steps_played(const struct world *w, struct str *said)
{
    for (size_t i = 0; i < w->n_steps; i++) {
        const struct step_record *r = &w->steps[i];
        if (!r->ran) {
            str_addf(said, "step %zu (%s) was never played", i + 1,
                     step_verb_names[r->step->verb]);
            if (r->step->has_when)
                str_addf(said, ": %s never reached phase %s",
                         r->step->when.operation,
                         fault_phase_names[r->step->when.phase]);
            return false;
        }
        if (r->note) {
            str_addf(said, "step %zu (%s) could not be done: %s", i + 1,
                     step_verb_names[r->step->verb], r->note);
            return false;
        }
    }
    return true;
}

static bool calls_ended(const struct world *w, struct str *said)
{
    if (w->ended == SIM_DONE)
        return true;
    str_addf(said, "the calls did not end by themselves: %s",
             sim_result_name(w->ended));
    return false;
}

static void put(struct result_check *c, struct arena *a, const char *name,
                bool holds, const struct str *said)
{
    c->name = arena_strdup(a, name);
    c->verdict = holds ? VERDICT_PASSED : VERDICT_FAILED;
    c->said = holds ? "" : arena_strdup(a, str_z(said));
}

static const char *expect_label(const struct scenario_expect *e,
                                struct arena *a)
{
    const char *name = expect_names[e->kind];
    if (e->step > 0)
        name = arena_printf(a, "%s of step %lld", name, (long long)e->step);
    if (e->table)
        name = arena_printf(a, "%s, %s", name, e->table);
    else if (e->name)
        name = arena_printf(a, "%s, %s", name, e->name);
    if (e->operation)
        name = arena_printf(a, "%s, %s", name, e->operation);
    if (e->requirement)
        name = arena_printf(a, "%s [%s]", name, e->requirement);
    return name;
}

static bool switched_off(const struct scenario *s, const char *id)
{
    const char **off = s->without.items;
    for (size_t i = 0; i < s->without.n; i++)
        if (strcmp(off[i], id) == 0)
            return true;
    return false;
}

size_t check_all(const struct world *w, struct arena *a,
                 struct result_check **out)
{
    const struct scenario *s = w->scenario;
    struct result_check *list =
        arena_alloc(a, (s->n_expects + n_invariants + 2) * sizeof *list);
    size_t n = 0;
    struct str said;
    str_init(&said, SENTENCE_MAX);
    bool ok = steps_played(w, &said);
    put(&list[n++], a, "steps", ok, &said);
    str_reset(&said);
    ok = calls_ended(w, &said);
    put(&list[n++], a, "ends", ok, &said);
    for (size_t i = 0; i < s->n_expects; i++) {
        const struct scenario_expect *e = &s->expects[i];
        if (e->kind == EXPECT_ELAPSED && w->mode != MODE_SIM)
            continue; /* elapsed times are judged in virtual time only */
        str_reset(&said);
        ok = checks[e->kind](w, e, &said);
        put(&list[n++], a, expect_label(e, a), ok, &said);
    }
    for (size_t i = 0; i < n_invariants; i++) {
        if (switched_off(s, invariants[i].id))
            continue;
        str_reset(&said);
        ok = invariants[i].holds(w, &said);
        put(&list[n++], a, invariants[i].id, ok, &said);
    }
    str_fini(&said);
    *out = list;
    return n;
}

/* ---- shared
 * ------------------------------------------------------------------ */

static bool same(const char *wanted, const char *is)
{
    return !wanted || (is && strcmp(wanted, is) == 0);
}

static uint64_t last_fault_seq(const struct world *w)
{
    const struct journal *j = mock_journal(w->mock);
    for (size_t i = journal_count(j); i-- > 0;) {
        const struct journal_entry *e = journal_at(j, i);
        if ((e->faults && *e->faults) || e->kind == JOURNAL_REFUSED)
            return e->seq;
    }
    return 0;
}

/* Did the entry come while the step ran? Steps may begin and end in the same
 * instant of virtual time, so there the order of entries decides. */
static bool of_step(const struct world *w, const struct step_record *r,
                    const struct journal_entry *j)
{
    if (w->mode != MODE_SIM)
        return j->at_ns >= r->began_ns && j->at_ns <= step_end_ns(w, r);
    return r->began_ns >= 0 && j->seq > r->seq_from &&
           (!r->ran || j->seq <= r->seq_to);
}

bool check_selects(const struct world *w, const struct scenario_expect *e,
                   const struct journal_entry *j)
{
    if (!same(e->server, j->server) || !same(e->operation, j->operation) ||
        !same(e->method, j->method) || !same(e->table, j->table))
        return false;
    if (e->path && !slice_glob(e->path, slice_of(j->target)))
        return false;
    if (e->status && e->status != j->status)
        return false;
    if (e->after_faults > 0 && j->seq <= last_fault_seq(w))
        return false;
    return e->step <= 0 || of_step(w, &w->steps[e->step - 1], j);
}

void check_describe(const struct scenario_expect *e, struct str *out)
{
    const char *parts[] = {e->server, e->method, e->operation, e->table,
                           e->path};
    bool any = false;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!parts[i])
            continue;
        str_addf(out, "%s%s", any ? " " : "", parts[i]);
        any = true;
    }
    if (!any)
        str_addz(out, "any request");
    if (e->status)
        str_addf(out, " answered %d", e->status);
    if (e->step > 0)
        str_addf(out, " in step %lld", (long long)e->step);
}

bool check_count(const struct scenario_expect *e, int64_t n, const char *what,
                 struct str *said)
{
    const char *word = NULL;
    int64_t limit = 0;
    if (e->exactly >= 0 && n != e->exactly)
        word = "exactly", limit = e->exactly;
    else if (e->at_least >= 0 && n < e->at_least)
        word = "at least", limit = e->at_least;
    else if (e->at_most >= 0 && n > e->at_most)
        word = "at most", limit = e->at_most;
    if (!word)
        return true;
    check_describe(e, said);
    str_addf(said, ": %lld %s where %s %lld should be", (long long)n, what,
             word, (long long)limit);
    return false;
}

const char *check_outcome_word(int outcome)
{
    return outcome == ICE_OK ? "ok" : ice_outcome_name(outcome);
}

void check_say_ms(struct str *out, int64_t ms)
{
    str_addf(out, "%lld.%03lld s", (long long)(ms / 1000),
             (long long)(ms % 1000));
}

bool check_head_value(const char *head, const char *name, struct slice *value)
{
    size_t n = strlen(name);
    for (const char *p = head; p && *p;) {
        const char *end = strchr(p, '\n');
        size_t len = end ? (size_t)(end - p) : strlen(p);
        if (len > n && p[n] == ':' && slice_ieqz((struct slice){p, n}, name)) {
            size_t cr = len > 0 && p[len - 1] == '\r';
            *value = slice_trim((struct slice){p + n + 1, len - n - 1 - cr});
            return true;
        }
        p = end ? end + 1 : NULL;
    }
    return false;
}
