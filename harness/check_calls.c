/* Checks of what the subject's calls returned and logged. */
#include <string.h>

#include "harness/check.h"

static const struct step_record *step_of(const struct world *w,
                                         const struct scenario_expect *e)
{
    return e->step > 0 ? &w->steps[e->step - 1] : NULL;
}

static bool is_allowed(const struct scenario_expect *e, const char *word)
{
    const char **words = e->is_one_of.items;
    for (size_t i = 0; i < e->is_one_of.n; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static void say_allowed(const struct scenario_expect *e, struct str *said)
{
    const char **words = e->is_one_of.items;
    for (size_t i = 0; i < e->is_one_of.n; i++)
        str_addf(said, "%s%s", i ? " or " : "", words[i]);
}

static bool judge_outcome(const struct scenario_expect *e, const char *what,
                          int outcome, const struct ice_error *error,
                          struct str *said)
{
    const char *word = check_outcome_word(outcome);
    if (is_allowed(e, word))
        return true;
    str_addf(said, "%s came to %s, should be ", what, word);
    say_allowed(e, said);
    if (outcome != ICE_OK) {
        str_addz(said, " (");
        ice_error_print(error, said);
        str_addz(said, ")");
    }
    return false;
}

static const struct ice_table_report *report_of(const struct step_record *r,
                                                const char *table)
{
    for (size_t i = 0; i < r->n_tables; i++)
        if (!table || strcmp(r->tables[i].name, table) == 0)
            return &r->tables[i];
    return NULL;
}

static bool one_outcome(const struct scenario_expect *e,
                        const struct step_record *r, size_t i, struct str *said)
{
    char what[200];
    struct str s;
    str_init(&s, sizeof what - 1);
    str_addf(&s, "step %zu (%s)", i + 1, step_verb_names[r->step->verb]);
    if (e->table)
        str_addf(&s, ", table %s,", e->table);
    memcpy(what, str_z(&s), s.len + 1);
    str_fini(&s);
    if (!e->table)
        return judge_outcome(e, what, r->outcome, &r->error, said);
    const struct ice_table_report *t = report_of(r, e->table);
    if (t)
        return judge_outcome(e, what, t->outcome, &t->error, said);
    str_addf(said, "%s has no report", what);
    return false;
}

bool check_outcome(const struct world *w, const struct scenario_expect *e,
                   struct str *said)
{
    for (size_t i = 0; i < w->n_steps; i++) {
        const struct step_record *r = &w->steps[i];
        if (e->step > 0 ? (size_t)e->step != i + 1
                        : r->step->verb >= STEP_DROP_TABLE)
            continue;
        if (!one_outcome(e, r, i, said))
            return false;
    }
    return true;
}

static bool mentions_all(const struct scenario_expect *e, const char *text,
                         struct str *said)
{
    const char **words = e->mentions.items;
    for (size_t i = 0; i < e->mentions.n; i++)
        if (!strstr(text, words[i])) {
            str_addf(said, "it does not mention '%s': %s", words[i], text);
            return false;
        }
    words = e->lacks.items;
    for (size_t i = 0; i < e->lacks.n; i++)
        if (strstr(text, words[i])) {
            str_addf(said, "it must not mention '%s': %s", words[i], text);
            return false;
        }
    if (e->contains && !strstr(text, e->contains)) {
        str_addf(said, "it does not say '%s': %s", e->contains, text);
        return false;
    }
    return true;
}

bool check_error(const struct world *w, const struct scenario_expect *e,
                 struct str *said)
{
    const struct step_record *r = step_of(w, e);
    const struct ice_error *err = r ? &r->error : NULL;
    const struct ice_table_report *t =
        r && e->table ? report_of(r, e->table) : NULL;
    if (t)
        err = &t->error;
    if (!err || err->outcome == ICE_OK) {
        str_addz(said, "the call reported no error");
        return false;
    }
    struct str text;
    str_init(&text, 4096);
    ice_error_print(err, &text);
    bool ok = mentions_all(e, str_z(&text), said);
    if (ok && e->attempts_at_least >= 0 &&
        err->attempts < e->attempts_at_least) {
        str_addf(said, "the error counts %d attempts, at least %lld were due",
                 err->attempts, (long long)e->attempts_at_least);
        ok = false;
    }
    if (ok && e->attempts_at_most >= 0 && err->attempts > e->attempts_at_most) {
        str_addf(said, "the error counts %d attempts, at most %lld were due",
                 err->attempts, (long long)e->attempts_at_most);
        ok = false;
    }
    str_fini(&text);
    return ok;
}

static bool has_name(const struct ice_names *n, const char *name)
{
    for (size_t i = 0; i < n->n; i++)
        if (strcmp(n->name[i], name) == 0)
            return true;
    return false;
}

bool check_result(const struct world *w, const struct scenario_expect *e,
                  struct str *said)
{
    const struct step_record *r = step_of(w, e);
    if (e->exists >= 0 && r->exists != e->exists) {
        str_addf(said, "step %lld answered %s, the truth is %s",
                 (long long)e->step,
                 r->exists < 0 ? "nothing"
                 : r->exists   ? "exists"
                               : "absent",
                 e->exists ? "exists" : "absent");
        return false;
    }
    if (e->snapshot_of && !check_snapshot(w, e, r, said))
        return false;
    if (e->size >= 0 && r->bytes != e->size) {
        str_addf(said, "step %lld met %lld bytes, should be %lld",
                 (long long)e->step, (long long)r->bytes, (long long)e->size);
        return false;
    }
    if (e->intact >= 0 && r->intact != e->intact) {
        str_addf(said, "step %lld read %s", (long long)e->step,
                 r->intact < 0   ? "nothing"
                 : r->intact > 0 ? "what was put"
                                 : "other bytes than were put");
        return false;
    }
    const char **names = e->mentions.items;
    for (size_t i = 0; i < e->mentions.n; i++)
        if (!has_name(&r->names, names[i])) {
            str_addf(said, "'%s' is missing from the %zu names of step %lld",
                     names[i], r->names.n, (long long)e->step);
            return false;
        }
    return check_count(e, (int64_t)r->names.n, "names", said);
}

bool check_elapsed(const struct world *w, const struct scenario_expect *e,
                   struct str *said)
{
    const struct step_record *r = step_of(w, e);
    int64_t ns = r ? step_end_ns(w, r) - r->began_ns : w->ended_ns;
    int64_t ms = ns / 1000000;
    bool late = e->at_most_ms >= 0 && ns > e->at_most_ms * 1000000;
    bool early = e->at_least_ms >= 0 && ns < e->at_least_ms * 1000000;
    if (!late && !early)
        return true;
    str_addf(said, "%s took ", r ? "the step" : "the whole run");
    check_say_ms(said, ms);
    str_addz(said, late ? ", at most " : ", at least ");
    check_say_ms(said, late ? e->at_most_ms : e->at_least_ms);
    str_addz(said, " was promised");
    return false;
}

static bool line_of_step(const struct world *w, const struct step_record *r,
                         const struct log_record *l)
{
    size_t i = (size_t)(l - w->logs);
    if (w->mode != MODE_SIM)
        return l->at_ns >= r->began_ns && l->at_ns <= step_end_ns(w, r);
    return r->began_ns >= 0 && i >= r->log_from && (!r->ran || i < r->log_to);
}

static bool selects_line(const struct world *w, const struct scenario_expect *e,
                         const struct log_record *l)
{
    if (e->level && strcmp(e->level, log_level_name(l->level)) != 0)
        return false;
    if (e->contains && !strstr(l->message, e->contains))
        return false;
    const char **words = e->mentions.items;
    for (size_t i = 0; i < e->mentions.n; i++)
        if (!strstr(l->message, words[i]))
            return false;
    const struct step_record *r = step_of(w, e);
    return !r || line_of_step(w, r, l);
}

bool check_log(const struct world *w, const struct scenario_expect *e,
               struct str *said)
{
    int64_t n = 0;
    for (size_t i = 0; i < w->n_logs; i++)
        n += selects_line(w, e, &w->logs[i]);
    struct scenario_expect count = *e;
    if (e->at_least < 0 && e->at_most < 0 && e->exactly < 0)
        count.at_least = 1;
    if (check_count(&count, n, "log lines", said))
        return true;
    if (e->contains)
        str_addf(said, " (lines that say '%s')", e->contains);
    return false;
}

static bool has_kind(const struct ice_table_report *t, const char *kind)
{
    for (size_t i = 0; i < t->n_differences; i++)
        if (strcmp(ice_difference_name(t->differences[i].kind), kind) == 0)
            return true;
    return false;
}

static bool wants_kind(const struct scenario_expect *e, const char *kind)
{
    const char **kinds = e->kinds.items;
    for (size_t i = 0; i < e->kinds.n; i++)
        if (strcmp(kinds[i], kind) == 0)
            return true;
    return false;
}

static bool has_path(const struct ice_table_report *t, const char *path)
{
    for (size_t i = 0; i < t->n_differences; i++)
        if (strcmp(t->differences[i].path, path) == 0)
            return true;
    return false;
}

bool check_differences(const struct world *w, const struct scenario_expect *e,
                       struct str *said)
{
    const struct step_record *r = step_of(w, e);
    const struct ice_table_report *t = r ? report_of(r, e->table) : NULL;
    if (!t) {
        str_addz(said, "the step made no table report");
        return false;
    }
    const char **words = e->kinds.items;
    for (size_t i = 0; i < e->kinds.n; i++)
        if (!has_kind(t, words[i])) {
            str_addf(said, "table %s: the difference '%s' was not reported",
                     t->name, words[i]);
            return false;
        }
    for (size_t i = 0; i < t->n_differences && e->kinds.n > 0; i++)
        if (!wants_kind(e, ice_difference_name(t->differences[i].kind))) {
            str_addf(said, "table %s: unexpected difference %s at %s: %s",
                     t->name, ice_difference_name(t->differences[i].kind),
                     t->differences[i].path, t->differences[i].text);
            return false;
        }
    words = e->paths.items;
    for (size_t i = 0; i < e->paths.n; i++)
        if (!has_path(t, words[i])) {
            str_addf(said, "table %s: no difference names '%s'", t->name,
                     words[i]);
            return false;
        }
    return check_count(e, (int64_t)t->n_differences, "differences", said);
}
