/* Checks of what went over the wire, read from the journal. */
#include <string.h>

#include "harness/check.h"

static bool is_exchange(const struct world *w, const struct scenario_expect *e,
                        const struct journal_entry *j)
{
    return j->kind == JOURNAL_EXCHANGE && check_selects(w, e, j);
}

bool check_exchanges(const struct world *w, const struct scenario_expect *e,
                     struct str *said)
{
    const struct journal *j = mock_journal(w->mock);
    int64_t n = 0;
    for (size_t i = 0; i < journal_count(j); i++)
        n += is_exchange(w, e, journal_at(j, i));
    return check_count(e, n, "requests", said);
}

/* Without an operation or method, attempts to connect are what is timed. */
static bool is_attempt(const struct world *w, const struct scenario_expect *e,
                       const struct journal_entry *j)
{
    if (e->operation || e->method || e->table || e->path)
        return is_exchange(w, e, j);
    return (j->kind == JOURNAL_CONNECTED || j->kind == JOURNAL_REFUSED) &&
           check_selects(w, e, j);
}

/* How late a machine's clock lets a wait end is judged in virtual time only. */
static bool judge_gap(const struct world *w, const struct scenario_expect *e,
                      size_t n, int64_t gap_ms, struct str *said)
{
    int64_t least = e->at_least_ms, most = e->at_most_ms;
    const int64_t *between = e->between.items;
    if (n < e->between.n) {
        least = between[n];
        most = between[n] + between[n] / 10 + e->slack_ms;
    }
    if (w->mode != MODE_SIM)
        most = -1;
    if ((least < 0 || gap_ms >= least) && (most < 0 || gap_ms <= most))
        return true;
    check_describe(e, said);
    str_addf(said, ": wait %zu was ", n + 1);
    check_say_ms(said, gap_ms);
    str_addz(said, gap_ms < least ? ", at least " : ", at most ");
    check_say_ms(said, gap_ms < least ? least : most);
    str_addz(said, " was due");
    return false;
}

bool check_waits(const struct world *w, const struct scenario_expect *e,
                 struct str *said)
{
    const struct journal *j = mock_journal(w->mock);
    const struct journal_entry *last = NULL;
    size_t gaps = 0;
    for (size_t i = 0; i < journal_count(j); i++) {
        const struct journal_entry *x = journal_at(j, i);
        if (!is_attempt(w, e, x))
            continue;
        if (last) {
            bool instant = last->kind != JOURNAL_EXCHANGE;
            int64_t from =
                instant || last->end_ns < 0 ? last->at_ns : last->end_ns;
            if (!judge_gap(w, e, gaps++, (x->at_ns - from) / 1000000, said))
                return false;
        }
        last = x;
    }
    if (gaps >= e->between.n && gaps > 0)
        return true;
    check_describe(e, said);
    str_addf(said, ": %zu waits where %zu were due", gaps,
             e->between.n ? e->between.n : 1);
    return false;
}

struct header_tally {
    struct slice first;
    int64_t with, without, equal_to_first, repeats, containing;
};

static void tally(const struct world *w, const struct scenario_expect *e,
                  struct header_tally *t, struct slice *seen, size_t most)
{
    const struct journal *j = mock_journal(w->mock);
    size_t n = 0;
    for (size_t i = 0; i < journal_count(j); i++) {
        const struct journal_entry *x = journal_at(j, i);
        struct slice v;
        if (!is_exchange(w, e, x))
            continue;
        if (!check_head_value(x->request_head, e->name, &v)) {
            t->without++;
            continue;
        }
        if (t->with++ == 0)
            t->first = v;
        t->equal_to_first += slice_eq(v, t->first);
        t->containing +=
            e->contains && memmem(v.p, v.len, e->contains, strlen(e->contains));
        for (size_t k = 0; k < n; k++)
            if (slice_eq(seen[k], v)) {
                t->repeats++;
                break;
            }
        if (n < most)
            seen[n++] = v;
    }
}

bool check_header(const struct world *w, const struct scenario_expect *e,
                  struct str *said)
{
    enum { MOST = 256 };
    struct slice seen[MOST];
    struct header_tally t = {0};
    tally(w, e, &t, seen, MOST);
    const char *wrong = NULL;
    if (e->exists == 1 && (t.without > 0 || t.with == 0))
        wrong = "is missing from a request";
    else if (e->exists == 0 && t.with > 0)
        wrong = "must not be sent";
    else if (e->same > 0 && (t.with == 0 || t.equal_to_first != t.with))
        wrong = "must be the same in all of them";
    else if (e->distinct > 0 && (t.with == 0 || t.repeats > 0))
        wrong = "must differ in all of them";
    else if (e->contains && (t.with == 0 || t.containing != t.with))
        wrong = "does not contain what it should";
    if (!wrong)
        return check_count(e, t.with, "requests with that header", said);
    check_describe(e, said);
    str_addf(said, ": header %s %s (%lld requests with it, %lld without)",
             e->name, wrong, (long long)t.with, (long long)t.without);
    return false;
}

bool check_connections(const struct world *w, const struct scenario_expect *e,
                       struct str *said)
{
    const struct journal *j = mock_journal(w->mock);
    int64_t n = 0;
    for (size_t i = 0; i < journal_count(j); i++) {
        const struct journal_entry *x = journal_at(j, i);
        n += x->kind == JOURNAL_CONNECTED && check_selects(w, e, x);
    }
    return check_count(e, n, "connections", said);
}
