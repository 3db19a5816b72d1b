/* cli: the commands of build/icefault, one file each.
 *
 * A command gets the words after its name and returns the exit code:
 * 0 ok, 1 bad options, 2 bad input file or settings, 3 could not run or could
 * not find out, 4 a check failed or a table does not fit.
 */
#ifndef HARNESS_CLI_H
#define HARNESS_CLI_H

#include <stdbool.h>

#include "base/options.h"

enum exit_code {
    EXIT_OK = 0,
    EXIT_OPTIONS = 1,
    EXIT_INPUT = 2,
    EXIT_CANNOT = 3,
    EXIT_FAILED = 4
};

int cmd_run(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_mutants(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_setup(int argc, char **argv);
int cmd_schema(int argc, char **argv);
int cmd_docs(int argc, char **argv);

/* Parses the options; false when the command is over, with the exit code:
 * after --help or a mistake, which has been printed. */
bool cli_options(const struct options_use *u, int argc, char **argv, void *out,
                 struct options_rest *rest, int *code);
/* Loads the scenarios that are named (all when n is 0). False after every
 * problem was printed; suite_free is due in any case. */
struct suite;
bool cli_load(struct suite *s, const char *const *names, size_t n);
/* True for NULL and for the name of a mutant; else says what was meant. */
bool cli_mutant_known(const char *program, const char *name);
/* Prints text to standard output, all of it. */
void cli_print(const struct str *text);
/* May output to this descriptor be coloured? A terminal, NO_COLOR unset. */
bool cli_colour(int fd);

#endif
