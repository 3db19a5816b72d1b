/* build/icefault: finds the command and hands over. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/spec.h"
#include "harness/cli.h"

static const struct command {
    const char *name, *about;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run", "run scenarios and report", cmd_run},
    {"list", "list scenarios, faults, mutants or requirements", cmd_list},
    {"explain", "run one scenario and tell its story", cmd_explain},
    {"mutants", "run every mutant against the scenarios", cmd_mutants},
    {"serve", "run both mock servers for other programs", cmd_serve},
    {"setup", "first set-up of a stack, step by step", cmd_setup},
    {"schema", "print the JSON Schema of scenario files", cmd_schema},
    {"docs", "print the reference of faults or of the catalog", cmd_docs},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void usage(FILE *out)
{
    fprintf(out, "usage: icefault COMMAND [options]\n\n"
                 "What does an Iceberg client do when the catalog or the "
                 "object store misbehaves?\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-10s%s\n", commands[i].name, commands[i].about);
    fprintf(out, "\nicefault COMMAND --help says more; --version prints the "
                 "version.\n");
}

static int unknown(const char *name)
{
    const char *words[COMMANDS + 1] = {NULL};
    for (size_t i = 0; i < COMMANDS; i++)
        words[i] = commands[i].name;
    const char *near = spec_nearest(name, words);
    fprintf(stderr, "icefault: unknown command '%s'%s%s%s\n", name,
            near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
    return EXIT_OPTIONS;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        usage(stderr);
        return EXIT_OPTIONS;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("icefault %s\n", ICEFAULT_VERSION);
        return EXIT_OK;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 2, argv + 2);
    return unknown(argv[1]);
}
