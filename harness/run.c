/* Playing one scenario and filling its result; see run.h. */
#include "harness/run.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/percent.h"
#include "harness/check.h"
#include "harness/sim/heap.h"

enum { TRACE_MAX = 16 << 20, REPORT_TEXT_MAX = 1 << 20 };

void run_digest(struct slice text, char out[65])
{
    unsigned char md[32];
    unsigned n = 0;
    struct str hex;
    EVP_Digest(text.p ? text.p : "", text.len, md, &n, EVP_sha256(), NULL);
    str_init(&hex, 64);
    hex_encode(&hex, (struct slice){(const char *)md, n});
    memcpy(out, str_z(&hex), 65);
    str_fini(&hex);
}

static const char *topic_of(const char *id, struct arena *a)
{
    const char *slash = strchr(id, '/');
    return slash ? arena_memdup(a, id, (size_t)(slash - id)) : "";
}

void run_describe(const struct scenario *s, const struct run_options *o,
                  struct arena *a, struct result_scenario *r)
{
    memset(r, 0, sizeof *r);
    r->id = s->id;
    r->file = s->file;
    r->title = s->title;
    r->story = s->story ? s->story : "";
    r->topic = topic_of(s->id, a);
    r->requirements = s->requirements.items;
    r->n_requirements = s->requirements.n;
    r->mutants = s->mutants.items;
    r->n_mutants = s->mutants.n;
    r->why_skipped = "";
    r->seed = o->seed;
    r->replay = arena_printf(
        a, "build/icefault run %s --seed %llu%s%s%s%s", s->file,
        (unsigned long long)o->seed, o->mode == MODE_SIM ? "" : " --mode ",
        o->mode == MODE_SIM ? "" : run_mode_names[o->mode],
        o->mutant ? " --mutant " : "", o->mutant ? o->mutant->name : "");
}

static bool allows(const struct scenario *s, enum run_mode mode)
{
    const char **modes = s->modes.items;
    for (size_t i = 0; i < s->modes.n; i++)
        if (strcmp(modes[i], run_mode_names[mode]) == 0)
            return true;
    return s->modes.n == 0 && mode == MODE_SIM;
}

static void fill_faults(const struct world *w, struct arena *a,
                        struct result_scenario *r)
{
    const struct fault_engine *e = mock_faults(w->mock);
    r->n_faults = fault_count(e);
    r->faults = arena_alloc(a, (r->n_faults + 1) * sizeof *r->faults);
    for (size_t i = 0; i < r->n_faults; i++) {
        const struct fault_rule *f = fault_at(e, i);
        r->faults[i] = (struct result_fault){
            .id = arena_strdup(a, f->id),
            .what = arena_printf(a, "%s %s", fault_phase_names[f->phase],
                                 f->action->name),
            .fired = f->fired,
        };
        r->faults_fired += f->fired;
    }
}

static void fill_steps(const struct world *w, struct arena *a,
                       struct result_scenario *r)
{
    struct str text;
    str_init(&text, 8192);
    r->n_steps = w->n_steps;
    r->steps = arena_alloc(a, (w->n_steps + 1) * sizeof *r->steps);
    for (size_t i = 0; i < w->n_steps; i++) {
        const struct step_record *x = &w->steps[i];
        str_reset(&text);
        if (x->note)
            str_addz(&text, x->note);
        else if (x->outcome != ICE_OK)
            ice_error_print(&x->error, &text);
        const char *verb = step_verb_names[x->step->verb];
        r->steps[i] = (struct result_step){
            .actor = arena_strdup(a, x->actor),
            .what = x->step->table
                        ? arena_printf(a, "%s %s", verb, x->step->table)
                        : verb,
            .outcome = x->ran ? check_outcome_word(x->outcome) : "not played",
            .error = arena_strdup(a, str_z(&text)),
            .began_ns = x->began_ns,
            .ended_ns = x->ended_ns,
        };
    }
    str_fini(&text);
}

static uint64_t count_exchanges(const struct world *w)
{
    const struct journal *j = mock_journal(w->mock);
    uint64_t n = 0;
    for (size_t i = 0; i < journal_count(j); i++)
        n += journal_at(j, i)->kind == JOURNAL_EXCHANGE;
    return n;
}

static void add_check(struct result_scenario *r, struct arena *a,
                      const char *name, const char *said)
{
    struct result_check *list =
        arena_alloc(a, (r->n_checks + 1) * sizeof *list);
    if (r->n_checks)
        memcpy(list, r->checks, r->n_checks * sizeof *list);
    list[r->n_checks++] = (struct result_check){
        name, *said ? VERDICT_FAILED : VERDICT_PASSED, said};
    r->checks = list;
}

static void judge(const struct world *w, struct arena *a,
                  struct result_scenario *r)
{
    struct str trace;
    str_init(&trace, TRACE_MAX);
    r->n_checks = check_all(w, a, &r->checks);
    fill_faults(w, a, r);
    fill_steps(w, a, r);
    timeline_fill(w, a, r);
    r->exchanges = count_exchanges(w);
    r->virtual_ms = w->ended_ns / 1000000;
    world_trace(w, &trace);
    run_digest(str_slice(&trace), r->trace);
    str_fini(&trace);
}

/* One playing of the scenario; r may be NULL when only its leavings count. */
static bool play(const struct scenario *s, const struct run_options *o,
                 struct arena *a, struct result_scenario *r, int *leaked_fds)
{
    char why[200] = "";
    struct world w;
    if (!world_run(&w, s, o->mutant, o->mode, o->seed, why)) {
        if (r)
            add_check(r, a, "world", arena_strdup(a, why));
        return false;
    }
    if (r)
        judge(&w, a, r);
    world_fini(&w);
    *leaked_fds = w.fds_after - w.fds_before;
    return true;
}

/* I8: descriptors return to their start, and a second run leaves no more
 * allocations behind than the first, which fills caches of the libraries. */
static const char *leavings(const struct scenario *s,
                            const struct run_options *o, struct arena *a,
                            int leaked_fds)
{
    if (leaked_fds != 0)
        return arena_printf(a, "%d descriptors were left open", leaked_fds);
    int64_t before = heap_live();
    if (!play(s, o, a, NULL, &leaked_fds))
        return "the scenario could not be played a second time";
    int64_t after = heap_live();
    if (after <= before)
        return "";
    return arena_printf(a, "the second run left %lld allocations behind",
                        (long long)(after - before));
}

static enum verdict verdict_of(const struct result_scenario *r)
{
    for (size_t i = 0; i < r->n_checks; i++)
        if (r->checks[i].verdict == VERDICT_FAILED)
            return VERDICT_FAILED;
    return VERDICT_PASSED;
}

void run_scenario(const struct scenario *s, const struct run_options *o,
                  struct arena *a, struct result_scenario *r)
{
    int64_t began = clock_ns(&clock_system);
    int leaked_fds = 0;
    run_describe(s, o, a, r);
    if (!allows(s, o->mode)) {
        r->verdict = VERDICT_SKIPPED;
        r->why_skipped = "not for this mode";
        return;
    }
    if (play(s, o, a, r, &leaked_fds) && o->leaks && o->mode == MODE_SIM)
        add_check(r, a, "I8", leavings(s, o, a, leaked_fds));
    r->verdict = verdict_of(r);
    r->wall_us = (clock_ns(&clock_system) - began) / 1000;
}
