/* icefault explain: one scenario, told as a story. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/cli.h"
#include "harness/suite.h"

enum { TEXT_MAX = 16 << 20 };

struct explain_args {
    int mode;
    int64_t seed;
    const char *mutant;
    bool svg;
};

static const struct option_row rows[] = {
    {"mode", "MODE", OPTION_WORD, offsetof(struct explain_args, mode), 0, 0,
     run_mode_names, "sim (default) or real"},
    {"seed", "N", OPTION_NUMBER, offsetof(struct explain_args, seed), 0,
     INT64_MAX, NULL, "seed of all draws (default 1)"},
    {"mutant", "NAME", OPTION_TEXT, offsetof(struct explain_args, mutant), 0, 0,
     NULL, "with this deliberate mistake built in"},
    {"svg", NULL, OPTION_FLAG, offsetof(struct explain_args, svg), 0, 0, NULL,
     "print the timeline as a picture instead"},
    {0}};

static const struct options_use use = {
    "icefault explain", "FILE|ID",
    "Runs one scenario and tells what was promised, what happened and when.",
    rows, 1};

static int explain(const struct explain_args *args, const struct suite *s)
{
    struct arena a;
    struct result r;
    struct str text;
    struct suite_options o = {.mode = (enum run_mode)args->mode,
                              .seed = (uint64_t)args->seed,
                              .seeds = 1,
                              .mutant = args->mutant ? mutant_find(args->mutant)
                                                     : NULL,
                              .jobs = 1};
    struct console_style style = {.colour = cli_colour(STDOUT_FILENO),
                                  .verbose = true};
    arena_init(&a);
    str_init(&text, TEXT_MAX);
    bool ran = suite_run(s, &o, &a, &r);
    for (size_t i = 0; ran && i < r.n_scenarios; i++) {
        if (args->svg)
            report_svg(&r.scenarios[i], &text);
        else
            report_story(&r.scenarios[i], &style, &text);
    }
    cli_print(&text);
    str_fini(&text);
    int code = !ran ? EXIT_CANNOT : r.failed ? EXIT_FAILED : EXIT_OK;
    arena_fini(&a);
    return code;
}

int cmd_explain(int argc, char **argv)
{
    struct explain_args args = {.seed = 1};
    struct options_rest rest;
    struct suite s;
    int code;
    if (!cli_options(&use, argc, argv, &args, &rest, &code))
        return code;
    if (rest.n != 1) {
        fprintf(stderr, "icefault explain: which scenario? (icefault list "
                        "names them)\n");
        code = EXIT_OPTIONS;
    } else if (!cli_mutant_known(use.program, args.mutant)) {
        code = EXIT_OPTIONS;
    } else {
        bool ok = cli_load(&s, rest.operand, rest.n);
        code = ok ? explain(&args, &s) : EXIT_INPUT;
        suite_free(&s);
    }
    free(rest.operand);
    return code;
}
