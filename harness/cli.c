/* What the commands share; see cli.h. */
#include "harness/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HELP_MAX = 16384 };

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
