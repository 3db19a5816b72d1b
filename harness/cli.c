/* What the commands share; see cli.h. */
#include "harness/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "harness/suite.h"

enum { HELP_MAX = 16384, PROBLEMS_MAX = 16 << 20 };

bool cli_options(const struct options_use *u, int argc, char **argv, void *out,
                 struct options_rest *rest, int *code)
{
    char why[200] = "";
    if (!options_parse(u, argc, argv, out, rest, why)) {
        fprintf(stderr, "%s: %s\n  (see %s --help)\n", u->program, why,
                u->program);
        *code = EXIT_OPTIONS;
    } else if (rest->help) {
        struct str text;
        str_init(&text, HELP_MAX);
        options_help(u, &text);
        cli_print(&text);
        str_fini(&text);
        *code = EXIT_OK;
    } else {
        return true;
    }
    free(rest->operand);
    rest->operand = NULL;
    return false;
}

bool cli_load(struct suite *s, const char *const *names, size_t n)
{
    struct str problems;
    str_init(&problems, PROBLEMS_MAX);
    bool ok = suite_load(s, names, n, &problems);
    fputs(str_z(&problems), stderr);
    str_fini(&problems);
    return ok;
}

bool cli_mutant_known(const char *program, const char *name)
{
    if (!name || mutant_find(name))
        return true;
    const char **words = mem_alloc((mutant_count() + 1) * sizeof *words);
    for (size_t i = 0; i < mutant_count(); i++)
        words[i] = mutant_at(i)->name;
    const char *near = spec_nearest(name, words);
    fprintf(stderr, "%s: unknown mutant '%s'%s%s%s\n", program, name,
            near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
    free(words);
    return false;
}

void cli_print(const struct str *text)
{
    fwrite(str_z(text), 1, text->len, stdout);
    fflush(stdout);
}

bool cli_colour(int fd)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(fd) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}
