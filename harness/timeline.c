/* The world's record as events of a report, in the order of time. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "harness/check.h"
#include "harness/run.h"

struct numbered { /* qsort is not stable: the place decides between equals */
    struct result_event event;
    size_t place;
};

static int by_time(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    if (x->event.at_ns != y->event.at_ns)
        return x->event.at_ns < y->event.at_ns ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static const char *exchange_label(const struct journal_entry *j,
                                  struct arena *a)
{
    const char *what = j->operation ? j->operation : j->target;
    const char *on = j->table ? j->table : j->key ? j->key : j->namespace_;
    return on ? arena_printf(a, "%s %s %s", j->method, what, on)
              : arena_printf(a, "%s %s", j->method, what);
}

static struct result_event of_exchange(const struct journal_entry *j,
                                       struct arena *a)
{
    bool answered = j->ended && strcmp(j->ended, "answered") == 0;
    const char *how = j->ended ? j->ended : "open";
    return (struct result_event){
        .kind = EVENT_EXCHANGE,
        .at_ns = j->at_ns,
        .end_ns = j->end_ns,
        .server = arena_strdup(a, j->server),
        .label = exchange_label(j, a),
        .outcome = answered    ? arena_printf(a, "%d", j->status)
                   : j->status ? arena_printf(a, "%d, %s", j->status, how)
                               : arena_strdup(a, how),
        .fault = j->faults && *j->faults ? arena_strdup(a, j->faults) : NULL,
        .bad = !answered || j->status >= 500 || (j->faults && *j->faults),
        .ordinal = j->exchange,
    };
}

static bool of_entry(const struct journal_entry *j, struct arena *a,
                     struct result_event *e)
{
    switch (j->kind) {
    case JOURNAL_EXCHANGE:
        *e = of_exchange(j, a);
        return true;
    case JOURNAL_REFUSED:
    case JOURNAL_APPLIED:
    case JOURNAL_MEDDLED:
        *e = (struct result_event){
            .kind = j->kind == JOURNAL_REFUSED ? EVENT_CONNECT : EVENT_EFFECT,
            .at_ns = j->at_ns,
            .end_ns = j->at_ns,
            .server = arena_strdup(a, j->server),
            .label = j->detail ? arena_strdup(a, j->detail) : "changed",
            .outcome = j->kind == JOURNAL_REFUSED ? "refused" : "applied",
            .bad = j->kind == JOURNAL_REFUSED,
            .ordinal = j->exchange,
        };
        return true;
    case JOURNAL_CONNECTED:
    case JOURNAL_CLOSED:
        break;
    }
    return false;
}

static size_t of_step(const struct world *w, const struct step_record *r,
                      struct arena *a, struct result_event *e)
{
    const char *verb = step_verb_names[r->step->verb];
    const char *label =
        r->step->table ? arena_printf(a, "%s %s", verb, r->step->table) : verb;
    if (!r->ran)
        return 0;
    e[0] = (struct result_event){.kind = EVENT_STEP,
                                 .at_ns = r->began_ns,
                                 .end_ns = step_end_ns(w, r),
                                 .actor = arena_strdup(a, r->actor),
                                 .label = label};
    e[1] = e[0];
    e[1].at_ns = e[0].end_ns;
    e[1].outcome = check_outcome_word(r->outcome);
    e[1].bad = r->outcome != ICE_OK;
    return 2;
}

void timeline_fill(const struct world *w, struct arena *a,
                   struct result_scenario *r)
{
    const struct journal *j = mock_journal(w->mock);
    size_t most = journal_count(j) + 2 * w->n_steps + w->n_logs, n = 0;
    struct numbered *all = mem_alloc((most + 1) * sizeof *all);
    struct result_event step[2];
    for (size_t i = 0; i < w->n_steps; i++)
        if (of_step(w, &w->steps[i], a, step))
            all[n++].event = step[0];
    for (size_t i = 0; i < journal_count(j); i++)
        n += of_entry(journal_at(j, i), a, &all[n].event);
    for (size_t i = 0; i < w->n_logs; i++)
        all[n++].event = (struct result_event){
            .kind = EVENT_LOG,
            .at_ns = w->logs[i].at_ns,
            .end_ns = w->logs[i].at_ns,
            .actor = arena_strdup(a, w->logs[i].actor),
            .label = arena_strdup(a, w->logs[i].message),
            .outcome = log_level_name(w->logs[i].level),
            .bad = w->logs[i].level >= LOG_WARN,
        };
    for (size_t i = 0; i < w->n_steps; i++)
        if (of_step(w, &w->steps[i], a, step))
            all[n++].event = step[1];
    for (size_t i = 0; i < n; i++)
        all[i].place = i;
    qsort(all, n, sizeof *all, by_time);
    r->events = arena_alloc(a, (n + 1) * sizeof *r->events);
    for (size_t i = 0; i < n; i++)
        r->events[i] = all[i].event;
    r->n_events = n;
    free(all);
}
