/* icefault mutants: does every deliberate mistake get noticed? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli.h"
#include "harness/report_files.h"
#include "harness/suite.h"

enum { TEXT_MAX = 64 << 20, NAME_WIDTH = 34 };

struct mutants_args {
    int64_t seed, jobs;
    const char *report;
    bool matrix;
};

static const struct option_row rows[] = {
    {"seed", "N", OPTION_NUMBER, offsetof(struct mutants_args, seed), 0,
     INT64_MAX, NULL, "seed of all draws (default 1)"},
    {"jobs", "N", OPTION_NUMBER, offsetof(struct mutants_args, jobs), 1, 64,
     NULL, "worker processes (default: one a processor)"},
    {"report", "DIR", OPTION_TEXT, offsetof(struct mutants_args, report), 0, 0,
     NULL, "write the reports, with matrix and proven coverage, there"},
    {"matrix", NULL, OPTION_FLAG, offsetof(struct mutants_args, matrix), 0, 0,
     NULL, "print every killer of every mutant"},
    {0}};

static const struct options_use use = {
    "icefault mutants", "[NAME...]",
    "Runs the scenarios against every mutant (or those named): each must be "
    "killed\nby a named check that cites a requirement which it breaks. Ends "
    "4 when one survives.",
    rows, 1000};

static void progress(void *ctx, size_t done, size_t of,
                     const struct result_scenario *r)
{
    (void)ctx;
    (void)r;
    if (done % 64 != 0 && done != of)
        return;
    fprintf(stderr, "\r\033[K%zu/%zu", done, of);
    if (done == of)
        fprintf(stderr, "\r\033[K");
    fflush(stderr);
}

static void put_mutant(const struct result_mutant *m, bool all, struct str *out)
{
    str_addf(out, "%-9s %-*s ", m->killed ? "killed" : "SURVIVED", NAME_WIDTH,
             m->name);
    if (!m->killed) {
        str_addf(out, "%s %s\n", m->rule, m->note);
        return;
    }
    size_t show = all ? m->n_killers : 1;
    for (size_t i = 0; i < show; i++)
        str_addf(out, "%s%s", i ? ", " : "by ", m->killers[i]);
    if (!all && m->n_killers > 1)
        str_addf(out, " and %zu more", m->n_killers - 1);
    str_addc(out, '\n');
}

static size_t put_coverage(const struct result *r, struct str *out)
{
    size_t open = 0;
    str_addz(out, "\nrequirement   proven by\n");
    for (size_t i = 0; i < r->n_requirements; i++) {
        const struct result_requirement *q = &r->requirements[i];
        bool must = !q->covered_later && q->id[0] == 'R';
        if (!must && q->n_mutants == 0)
            continue;
        str_addf(out, "%-13s ", q->id);
        if (q->n_mutants == 0)
            str_addf(out, "NOT PROVEN (%zu scenarios)", q->n_scenarios);
        for (size_t k = 0; k < q->n_mutants; k++)
            str_addf(out, "%s%s", k ? ", " : "", q->mutants[k]);
        str_addc(out, '\n');
        open += must && q->n_mutants == 0;
    }
    return open;
}

static int report(const struct mutants_args *args, bool all_mutants,
                  const struct result *r)
{
    struct str out;
    char why[300];
    size_t alive = 0, open;
    str_init(&out, TEXT_MAX);
    for (size_t i = 0; i < r->n_mutants; i++) {
        put_mutant(&r->mutants[i], args->matrix, &out);
        alive += !r->mutants[i].killed;
    }
    open = put_coverage(r, &out);
    str_addf(&out,
             "\n%zu mutants: %zu killed, %zu survived; %zu requirements "
             "not proven\n",
             r->n_mutants, r->n_mutants - alive, alive, open);
    cli_print(&out);
    str_fini(&out);
    if (args->report && !report_files_write(r, args->report, why)) {
        fprintf(stderr, "icefault mutants: %s\n", why);
        return EXIT_CANNOT;
    }
    return alive || (all_mutants && open) ? EXIT_FAILED : EXIT_OK;
}

static int run(const struct mutants_args *args, const struct suite *s,
               const char *const *names, size_t n)
{
    struct arena a;
    struct result r;
    struct suite_options o = {
        .mode = MODE_SIM,
        .seed = (uint64_t)args->seed,
        .seeds = 1,
        .jobs = (size_t)args->jobs,
        .progress = isatty(STDERR_FILENO) ? progress : NULL,
    };
    int code = EXIT_CANNOT;
    arena_init(&a);
    struct suite_options plain = o;
    plain.progress = NULL;
    if (!suite_run(s, &plain, &a, &r)) {
        fprintf(stderr, "icefault mutants: no worker process could start\n");
    } else if (r.failed > 0) {
        fprintf(stderr,
                "icefault mutants: %zu scenarios fail without any "
                "mutant: see icefault run\n",
                r.failed);
        code = EXIT_FAILED;
    } else if (suite_mutants(s, &o, names, n, &a, &r)) {
        code = report(args, n == 0, &r);
    }
    arena_fini(&a);
    return code;
}

static bool names_known(const struct options_rest *rest)
{
    for (size_t i = 0; i < rest->n; i++)
        if (!cli_mutant_known(use.program, rest->operand[i]))
            return false;
    return true;
}

int cmd_mutants(int argc, char **argv)
{
    struct mutants_args args = {.seed = 1};
    struct options_rest rest;
    struct suite s;
    int code;
    if (!cli_options(&use, argc, argv, &args, &rest, &code))
        return code;
    if (!names_known(&rest)) {
        code = EXIT_OPTIONS;
    } else {
        bool ok = cli_load(&s, NULL, 0);
        code = ok ? run(&args, &s, rest.operand, rest.n) : EXIT_INPUT;
        suite_free(&s);
    }
    free(rest.operand);
    return code;
}
