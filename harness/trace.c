/* The trace: a world's record as text that is the same in every run. */
#include "harness/check.h"
#include "harness/world.h"

static void trace_tables(const struct step_record *r, struct str *out)
{
    for (size_t t = 0; t < r->n_tables; t++) {
        const struct ice_table_report *x = &r->tables[t];
        str_addf(out, "  table %s %s%s\n", x->name,
                 check_outcome_word(x->outcome), x->created ? " created" : "");
        for (size_t d = 0; d < x->n_differences; d++)
            str_addf(out, "    %s %s %s\n",
                     ice_difference_name(x->differences[d].kind),
                     x->differences[d].path, x->differences[d].text);
    }
}

void world_trace(const struct world *w, struct str *out)
{
    str_addf(out, "scenario %s\n", w->scenario->id);
    journal_trace(mock_journal(w->mock), out);
    for (size_t i = 0; i < w->n_logs; i++) {
        const struct log_record *l = &w->logs[i];
        str_addf(out, "log %lld %s %s %s %s\n", (long long)l->at_ns, l->actor,
                 log_level_name(l->level), l->module, l->message);
    }
    for (size_t i = 0; i < w->n_steps; i++) {
        const struct step_record *r = &w->steps[i];
        str_addf(out, "step %zu %s %s %lld %lld %s %d ", i + 1, r->actor,
                 step_verb_names[r->step->verb], (long long)r->began_ns,
                 (long long)r->ended_ns, check_outcome_word(r->outcome),
                 r->exists);
        ice_error_print(&r->error, out);
        str_addc(out, '\n');
        for (size_t n = 0; n < r->names.n; n++)
            str_addf(out, "  name %s\n", r->names.name[n]);
        trace_tables(r, out);
    }
}
