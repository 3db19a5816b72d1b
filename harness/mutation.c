/* Every mutant against every scenario.
 *
 * A kill counts only by a named check that cites a requirement which the
 * mutant breaks. What a mutant may not be killed by: a crash, a watchdog, a
 * call that never ended, a step that was never played, a fault that did not
 * fire. */
#include <stdlib.h>
#include <string.h>

#include "harness/jobs.h"
#include "harness/suite.h"

static const char *const no_kill[] = {"steps", "ends",    "I6",
                                      "world", "process", NULL};

enum { WATCHDOG_MS = 60 * 1000 };

struct matrix {
    const struct suite *suite;
    const struct suite_options *options;
    struct arena *arena;
    const struct mutant **mutants;
    size_t n;
    char **said; /* n mutants x scenarios: the killing check, or NULL */
    char **near; /* a failure that does not count */
    size_t done;
};

static bool in_words(const char *words, const char *id, size_t len)
{
    for (const char *p = words; (p = strstr(p, id)) != NULL; p += len)
        if ((p == words || p[-1] == ' ') && (p[len] == ' ' || !p[len]))
            return true;
    return false;
}

static bool breaks(const struct mutant *m, const char *id)
{
    return in_words(m->breaks, id, strlen(id));
}

/* A check about one requirement is labelled "... [R3.2-6]". */
static bool check_cites(const struct result_scenario *r,
                        const struct result_check *c, const struct mutant *m)
{
    if (m->of != MUTANT_OF_MODULE)
        return true; /* the ground under every requirement */
    const char *open = strrchr(c->name, '[');
    const char *close = open ? strchr(open, ']') : NULL;
    if (close) {
        char id[32] = "";
        size_t n = (size_t)(close - open - 1);
        if (n >= sizeof id)
            return false;
        memcpy(id, open + 1, n);
        return breaks(m, id);
    }
    for (size_t i = 0; i < r->n_requirements; i++)
        if (breaks(m, r->requirements[i]))
            return true;
    return false;
}

static bool may_kill(const char *check)
{
    for (size_t i = 0; no_kill[i]; i++)
        if (strcmp(no_kill[i], check) == 0)
            return false;
    return true;
}

/* Could a failure of s count at all? Only where s, or one of its checks, cites
 * a requirement that m breaks: nine pairs in ten need no run. */
static bool may_count(const struct scenario *s, const struct mutant *m)
{
    const char **ids = s->requirements.items;
    bool may = m->of != MUTANT_OF_MODULE;
    for (size_t i = 0; i < s->requirements.n && !may; i++)
        may = breaks(m, ids[i]);
    for (size_t i = 0; i < s->n_expects && !may; i++)
        may = s->expects[i].requirement && breaks(m, s->expects[i].requirement);
    return may;
}

/* The report: "K check: said", "N check: said" or "". */
static void work(void *ctx, size_t task, struct str *report)
{
    const struct matrix *x = ctx;
    const struct mutant *m = x->mutants[task / x->suite->n];
    if (!may_count(x->suite->list[task % x->suite->n], m))
        return;
    struct arena a;
    struct result_scenario r;
    struct run_options o = {.mode = MODE_SIM,
                            .seed = x->options->seed,
                            .mutant = m,
                            .leaks = breaks(m, "R4.4-11")};
    arena_init(&a);
    run_scenario(x->suite->list[task % x->suite->n], &o, &a, &r);
    for (size_t i = 0; i < r.n_checks; i++) {
        const struct result_check *c = &r.checks[i];
        if (c->verdict != VERDICT_FAILED)
            continue;
        bool kill = may_kill(c->name) && check_cites(&r, c, m);
        if (!kill && report->len > 0)
            continue;
        str_reset(report);
        str_addf(report, "%c%s: %s", kill ? 'K' : 'N', c->name, c->said);
        if (kill)
            break;
    }
    arena_fini(&a);
}

static void progress(struct matrix *x)
{
    if (x->options->progress)
        x->options->progress(x->options->ctx, ++x->done, x->n * x->suite->n,
                             NULL);
}

static void done(void *ctx, size_t task, struct slice report)
{
    struct matrix *x = ctx;
    if (report.len > 1) {
        char **to = report.p[0] == 'K' ? x->said : x->near;
        to[task] = arena_memdup(x->arena, report.p + 1, report.len - 1);
    }
    progress(x);
}

static void lost(void *ctx, size_t task, const char *why)
{
    struct matrix *x = ctx;
    x->near[task] = arena_printf(x->arena, "process: %s", why);
    progress(x);
}

static void fill_mutant(const struct matrix *x, size_t i,
                        struct result_mutant *out)
{
    const struct mutant *m = x->mutants[i];
    size_t n = x->suite->n;
    *out = (struct result_mutant){.name = m->name, .rule = m->rule, .note = ""};
    out->killers = arena_alloc(x->arena, (n + 1) * sizeof(char *));
    for (size_t s = 0; s < n; s++)
        if (x->said[i * n + s])
            out->killers[out->n_killers++] = x->suite->list[s]->id;
    out->killed = out->n_killers > 0;
    for (size_t s = 0; s < n && !out->killed; s++)
        if (x->near[i * n + s])
            out->note = arena_printf(x->arena, "does not count: %s, %s",
                                     x->suite->list[s]->id, x->near[i * n + s]);
    char *words = arena_strdup(x->arena, m->breaks), *save = NULL;
    out->breaks =
        arena_alloc(x->arena, (strlen(words) / 2 + 2) * sizeof(char *));
    for (char *p = strtok_r(words, " ", &save); p;
         p = strtok_r(NULL, " ", &save))
        out->breaks[out->n_breaks++] = p;
}

static bool scenario_cites(const struct scenario *s, const char *id)
{
    const char **ids = s->requirements.items;
    for (size_t i = 0; i < s->requirements.n; i++)
        if (strcmp(ids[i], id) == 0)
            return true;
    return false;
}

/* Proven: a mutant that breaks it is killed by a scenario that cites it. */
static void fill_proven(const struct matrix *x, struct result_requirement *q)
{
    size_t n = x->suite->n;
    q->mutants = arena_alloc(x->arena, (x->n + 1) * sizeof(char *));
    for (size_t i = 0; i < x->n; i++) {
        bool proven = false;
        for (size_t s = 0; s < n && breaks(x->mutants[i], q->id); s++)
            proven = proven || (x->said[i * n + s] &&
                                scenario_cites(x->suite->list[s], q->id));
        if (proven)
            q->mutants[q->n_mutants++] = x->mutants[i]->name;
    }
}

static size_t choose(struct matrix *x, const char *const *names, size_t n)
{
    x->mutants =
        arena_alloc(x->arena, (mutant_count() + n + 1) * sizeof *x->mutants);
    for (size_t i = 0; i < n; i++)
        x->mutants[x->n++] = mutant_find(names[i]);
    for (size_t i = 0; n == 0 && i < mutant_count(); i++)
        if (mutant_at(i)->of != MUTANT_PLANTED)
            x->mutants[x->n++] = mutant_at(i);
    return x->n;
}

bool suite_mutants(const struct suite *s, const struct suite_options *o,
                   const char *const *names, size_t n, struct arena *a,
                   struct result *r)
{
    struct matrix x = {.suite = s, .options = o, .arena = a};
    size_t cells = choose(&x, names, n) * s->n;
    x.said = arena_alloc(a, (cells + 1) * sizeof *x.said);
    x.near = arena_alloc(a, (cells + 1) * sizeof *x.near);
    struct jobs j = {
        .n_tasks = cells,
        .n_workers = o->jobs ? o->jobs : jobs_default_workers(),
        .watchdog_ms = WATCHDOG_MS,
        .work = work,
        .done = done,
        .lost = lost,
        .ctx = &x,
    };
    if (cells > 0 && !jobs_run(&j))
        return false;
    r->n_mutants = x.n;
    r->mutants = arena_alloc(a, (x.n + 1) * sizeof *r->mutants);
    for (size_t i = 0; i < x.n; i++)
        fill_mutant(&x, i, &r->mutants[i]);
    for (size_t i = 0; i < r->n_requirements; i++)
        fill_proven(&x, &r->requirements[i]);
    return true;
}
