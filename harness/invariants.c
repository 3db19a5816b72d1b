/* What holds in every scenario, whatever else it is about. I1 to I3 speak of
 * commits and rows, which no subject makes yet; I8 is judged by the runner. */
#include <string.h>

#include "base/json.h"
#include "harness/check.h"

/* ---- I4: no request is sent after the call that caused it has returned
 * ------- */

static bool within_a_call(const struct world *w, int64_t at_ns)
{
    for (size_t i = 0; i < w->n_steps; i++) {
        const struct step_record *r = &w->steps[i];
        if (r->ran && at_ns >= r->began_ns && at_ns <= step_end_ns(w, r))
            return true;
    }
    return false;
}

static bool no_request_after_return(const struct world *w, struct str *said)
{
    const struct journal *j = mock_journal(w->mock);
    if (w->mode != MODE_SIM)
        return true; /* two threads' clocks are not one order */
    for (size_t i = 0; i < journal_count(j); i++) {
        const struct journal_entry *e = journal_at(j, i);
        if (e->kind != JOURNAL_EXCHANGE || within_a_call(w, e->at_ns))
            continue;
        str_addf(said, "exchange %llu (%s %s) began at ",
                 (unsigned long long)e->exchange, e->method, e->target);
        check_say_ms(said, e->at_ns / 1000000);
        str_addz(said, ", when no call was under way");
        return false;
    }
    return true;
}

/* ---- I5: attempts and time stay inside the policy
 * ----------------------------- */

static bool ends_in_time(const struct world *w, size_t i, struct str *said)
{
    const struct step_record *r = &w->steps[i];
    const struct ice_policy *p = &ice_policy_default;
    int64_t most = r->step->deadline_ms;
    if (w->mode != MODE_SIM || r->step->verb >= STEP_DROP_TABLE)
        return true;
    if (most == 0)
        most = r->step->verb == STEP_INITIALIZE_ALL_TABLES
                   ? p->limits.init_ms
                   : p->limits.call_ms * 4; /* a step may be several calls */
    int64_t took = (step_end_ns(w, r) - r->began_ns) / 1000000;
    if (took <= most)
        return true;
    str_addf(said, "step %zu (%s) took ", i + 1,
             step_verb_names[r->step->verb]);
    check_say_ms(said, took);
    str_addz(said, ", its deadline was ");
    check_say_ms(said, most);
    return false;
}

/* How often may the same request come in a row? An open write is settled by
 * several reads, each with its repeats. */
static int64_t most_in_a_row(const struct journal_entry *write)
{
    const struct ice_policy *p = &ice_policy_default;
    bool open = write && (write->status < 200 || write->status > 299);
    return p->limits.read_attempts * (open ? p->settle.reads : 1);
}

static bool is_write(const struct journal_entry *e)
{
    return strcmp(e->method, "GET") != 0 && strcmp(e->method, "HEAD") != 0;
}

/* A request repeated without anything else between: how often in a row? */
static bool repeats_bounded(const struct world *w, struct str *said)
{
    const struct journal *j = mock_journal(w->mock);
    const struct journal_entry *last = NULL, *write = NULL;
    int64_t row = 0;
    for (size_t i = 0; i < journal_count(j); i++) {
        const struct journal_entry *e = journal_at(j, i);
        if (e->kind != JOURNAL_EXCHANGE)
            continue;
        bool same = last && strcmp(e->method, last->method) == 0 &&
                    strcmp(e->target, last->target) == 0 &&
                    (last->status == 0 || last->status >= 400);
        row = same ? row + 1 : 1;
        last = e;
        if (is_write(e))
            write = e;
        int64_t most = most_in_a_row(is_write(e) ? NULL : write);
        if (row <= most)
            continue;
        str_addf(said,
                 "%s %s was sent %lld times in a row, at most %lld fit "
                 "the policy",
                 e->method, e->target, (long long)row, (long long)most);
        return false;
    }
    return true;
}

static bool inside_the_policy(const struct world *w, struct str *said)
{
    for (size_t i = 0; i < w->n_steps; i++)
        if (!ends_in_time(w, i, said))
            return false;
    return w->n_actors > 1 || repeats_bounded(w, said);
}

/* ---- I6: every fault fired as often as its rule says
 * -------------------------- */

static bool faults_fired(const struct world *w, struct str *said)
{
    return fault_all_fired(mock_faults(w->mock), said);
}

/* ---- I7: no secret in any output
 * ----------------------------------------------- */

static const char *const encoding_names[] = {
    [SECRET_RAW] = "raw",
    [SECRET_BASE64] = "in base64",
    [SECRET_PERCENT] = "percent-encoded",
    [SECRET_JSON] = "JSON-escaped",
    [SECRET_HTML] = "HTML-escaped",
};

static bool clean(const struct world *w, const char *where, const char *text,
                  struct str *said)
{
    enum secret_encoding how;
    struct secrets *lists[] = {w->secrets, mock_secrets(w->mock)};
    for (size_t i = 0; text && i < 2; i++) {
        if (!secrets_find(lists[i], slice_of(text), &how))
            continue;
        str_addf(said, "a secret stands %s in %s", encoding_names[how], where);
        return false;
    }
    return true;
}

static bool error_clean(const struct world *w, const char *where,
                        const struct ice_error *e, struct str *said)
{
    struct str text;
    str_init(&text, 8192);
    ice_error_print(e, &text);
    bool ok = clean(w, where, str_z(&text), said);
    str_fini(&text);
    return ok;
}

static bool outcomes_clean(const struct world *w, struct str *said)
{
    for (size_t i = 0; i < w->n_steps; i++) {
        const struct step_record *r = &w->steps[i];
        if (!error_clean(w, "the error of a step", &r->error, said))
            return false;
        for (size_t t = 0; t < r->n_tables; t++)
            if (!error_clean(w, "the error of a table", &r->tables[t].error,
                             said))
                return false;
    }
    return true;
}

static bool no_secret_out(const struct world *w, struct str *said)
{
    const struct journal *j = mock_journal(w->mock);
    for (size_t i = 0; i < w->n_logs; i++)
        if (!clean(w, "a log line", w->logs[i].message, said))
            return false;
    if (!outcomes_clean(w, said))
        return false;
    for (size_t i = 0; i < journal_count(j); i++) {
        const struct journal_entry *e = journal_at(j, i);
        const char *texts[] = {e->target, e->request_head, e->request_body,
                               e->answer_head, e->answer_body};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            if (!clean(w, "the journal", texts[k], said))
                return false;
    }
    return true;
}

/* ---- calm: pending work ends
 * ------------------------------------------------------ */

static bool calm_comes(const struct world *w, struct str *said)
{
    if (w->calmed == SIM_DONE)
        return true;
    str_addf(said, "after the faults the servers did not come to rest: %s",
             sim_result_name(w->calmed));
    return false;
}

const struct invariant invariants[] = {
    {"I4", "no request is sent after the call that caused it has returned",
     no_request_after_return},
    {"I5", "attempts and time stay inside the policy", inside_the_policy},
    {"I6", "every fault fired as often as its rule says", faults_fired},
    {"I7", "no secret in any output", no_secret_out},
    {"calm", "work under way ends once the faults are over", calm_comes},
};
const size_t n_invariants = sizeof invariants / sizeof invariants[0];
