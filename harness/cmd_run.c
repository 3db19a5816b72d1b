/* icefault run: scenarios, summary, reports. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli.h"
#include "harness/report_files.h"
#include "harness/suite.h"

enum { TEXT_MAX = 64 << 20 };

struct run_args {
    int mode;
    int64_t seed, seeds, jobs, watchdog;
    const char *mutant, *report;
    bool json, quick, verbose;
};

static const struct option_row rows[] = {
    {"mode", "MODE", OPTION_WORD, offsetof(struct run_args, mode), 0, 0,
     run_mode_names, "sim (virtual time, default) or real (wall clock)"},
    {"seed", "N", OPTION_NUMBER, offsetof(struct run_args, seed), 0, INT64_MAX,
     NULL, "seed of all draws (default 1)"},
    {"seeds", "N", OPTION_NUMBER, offsetof(struct run_args, seeds), 1, 100000,
     NULL, "repeat with N seeds, from --seed on"},
    {"mutant", "NAME", OPTION_TEXT, offsetof(struct run_args, mutant), 0, 0,
     NULL, "with this deliberate mistake built in (list --mutants)"},
    {"report", "DIR", OPTION_TEXT, offsetof(struct run_args, report), 0, 0,
     NULL, "write results.json, junit.xml, results.tap and index.html there"},
    {"json", NULL, OPTION_FLAG, offsetof(struct run_args, json), 0, 0, NULL,
     "print results.json instead of the summary"},
    {"jobs", "N", OPTION_NUMBER, offsetof(struct run_args, jobs), 1, 64, NULL,
     "worker processes (default: one a processor)"},
    {"watchdog", "S", OPTION_NUMBER, offsetof(struct run_args, watchdog), 1,
     86400, NULL,
     "seconds of wall time after which a scenario has failed (default 60; "
     "180 in mode real)"},
    {"quick", NULL, OPTION_FLAG, offsetof(struct run_args, quick), 0, 0, NULL,
     "play each scenario once: no look for leaks (I8)"},
    {"verbose", NULL, OPTION_FLAG, offsetof(struct run_args, verbose), 0, 0,
     NULL, "name the scenarios that passed, too"},
    {0}};

static const struct options_use use = {
    "icefault run", "[FILE|FOLDER|ID...]",
    "Runs scenarios (all of them by default) and reports. Ends 0 when all "
    "passed,\n4 when a check failed, 2 when a file is wrong.",
    rows, 1000};

/* One line that is written over: only where someone watches. */
static void progress(void *ctx, size_t done, size_t of,
                     const struct result_scenario *r)
{
    (void)ctx;
    fprintf(stderr, "\r\033[K%zu/%zu %.60s", done, of, r ? r->id : "");
    if (done == of)
        fprintf(stderr, "\r\033[K");
    fflush(stderr);
}

static void print_result(const struct run_args *args, const struct result *r)
{
    struct console_style style = {.colour = cli_colour(STDOUT_FILENO),
                                  .verbose = args->verbose};
    struct str text;
    str_init(&text, TEXT_MAX);
    if (args->json)
        report_json(r, &text);
    else
        report_console(r, &style, &text);
    cli_print(&text);
    str_fini(&text);
}

static int run(const struct run_args *args, const struct suite *s)
{
    struct arena a;
    struct result r;
    char why[300] = "";
    int code = EXIT_CANNOT;
    bool watched = isatty(STDERR_FILENO) && !args->json;
    struct suite_options o = {
        .mode = (enum run_mode)args->mode,
        .seed = (uint64_t)args->seed,
        .seeds = (size_t)args->seeds,
        .mutant = args->mutant ? mutant_find(args->mutant) : NULL,
        .jobs = (size_t)args->jobs,
        .leaks = !args->quick,
        .watchdog_ms = args->watchdog * 1000,
        .progress = watched ? progress : NULL,
    };
    arena_init(&a);
    if (!suite_run(s, &o, &a, &r)) {
        fprintf(stderr, "icefault run: no worker process could be started\n");
        goto out;
    }
    print_result(args, &r);
    code = r.failed ? EXIT_FAILED : EXIT_OK;
    if (args->report && !report_files_write(&r, args->report, why)) {
        fprintf(stderr, "icefault run: %s\n", why);
        code = EXIT_CANNOT;
    } else if (args->report && !args->json) {
        printf("reports: %s/index.html, junit.xml, results.json, "
               "results.tap\n",
               args->report);
    }
out:
    arena_fini(&a);
    return code;
}

/* Virtual time is tried out before anything depends on it. */
static bool time_obeys(const struct run_args *args)
{
    char why[200];
    if (args->mode != MODE_SIM || sim_self_test(why))
        return true;
    fprintf(stderr, "%s: virtual time does not work here: %s\n", use.program,
            why);
    return false;
}

int cmd_run(int argc, char **argv)
{
    struct run_args args = {.seed = 1, .seeds = 1};
    struct options_rest rest;
    struct suite s;
    int code;
    if (!cli_options(&use, argc, argv, &args, &rest, &code))
        return code;
    if (!cli_mutant_known(use.program, args.mutant)) {
        code = EXIT_OPTIONS;
    } else if (!time_obeys(&args)) {
        code = EXIT_CANNOT;
    } else {
        bool ok = cli_load(&s, rest.operand, rest.n);
        code = ok ? run(&args, &s) : EXIT_INPUT;
        suite_free(&s);
    }
    free(rest.operand);
    return code;
}
