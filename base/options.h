/* options: command lines by table.
 *
 * One table gives parsing, --help and completion of mistakes ("did you mean
 * --report?"). Long options only, as --name VALUE or --name=VALUE; "--" ends
 * them; everything else is an operand.
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum option_kind {
    OPTION_FLAG,   /* bool */
    OPTION_TEXT,   /* const char *, points into argv */
    OPTION_NUMBER, /* int64_t within min..max */
    OPTION_WORD,   /* int: index into words */
    OPTION_TEXTS   /* struct options_texts: may be given again and again */
};

enum { OPTIONS_TEXTS = 32 };

struct options_texts {
    const char *at[OPTIONS_TEXTS]; /* pointing into argv */
    size_t n;
};

struct option_row {
    const char *name;     /* "report", without dashes */
    const char *argument; /* "DIR"; NULL for flags */
    enum option_kind kind;
    size_t offset; /* into the struct that is filled */
    int64_t min, max;
    const char *const *words; /* OPTION_WORD, NULL-ended */
    const char *help;         /* one line */
};

struct options_use {
    const char *program;           /* "icefault run" */
    const char *operands;          /* "[FILE|FOLDER|ID...]" or "" */
    const char *about;             /* one or two sentences */
    const struct option_row *rows; /* ends with {0}; --help is understood */
    size_t most_operands;
};

struct options_rest { /* operands, pointing into argv */
    const char **operand;
    size_t n;
    bool help; /* --help was given */
};

/* Fills out; what is not given keeps its value. False with one sentence in
 * why. The caller frees rest->operand with free(). */
bool options_parse(const struct options_use *u, int argc, char **argv,
                   void *out, struct options_rest *rest, char why[200]);
void options_help(const struct options_use *u, struct str *out);

#endif
