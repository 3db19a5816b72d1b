/* Command lines by table; see options.h. */
#include "base/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/spec.h"

enum { MOST_OPTIONS = 64, HELP_COLUMN = 26 };

static const struct option_row *find(const struct options_use *u,
                                     const char *name, size_t len)
{
    for (const struct option_row *o = u->rows; o->name; o++)
        if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
            return o;
    return NULL;
}

static bool unknown(const struct options_use *u, const char *name, size_t len,
                    char why[200])
{
    const char *words[MOST_OPTIONS + 2] = {"help"};
    size_t n = 1;
    char given[64];
    for (const struct option_row *o = u->rows; o->name && n < MOST_OPTIONS; o++)
        words[n++] = o->name;
    snprintf(given, sizeof given, "%.*s", (int)len, name);
    const char *near = spec_nearest(given, words);
    snprintf(why, 200, "unknown option --%s%s%s%s", given,
             near ? ": did you mean --" : "", near ? near : "",
             near ? "?" : "");
    return false;
}

static bool read_number(const struct option_row *o, const char *value,
                        int64_t *out, char why[200])
{
    long long n;
    if (slice_int64(slice_of(value), &n) && n >= o->min && n <= o->max) {
        *out = n;
        return true;
    }
    snprintf(why, 200, "--%s is '%.60s', must be a number from %lld to %lld",
             o->name, value, (long long)o->min, (long long)o->max);
    return false;
}

static bool read_word(const struct option_row *o, const char *value, int *out,
                      char why[200])
{
    for (int i = 0; o->words[i]; i++)
        if (strcmp(o->words[i], value) == 0) {
            *out = i;
            return true;
        }
    int n = snprintf(why, 200, "--%s is '%.60s', must be", o->name, value);
    for (int i = 0; o->words[i] && n < 180; i++)
        n += snprintf(why + n, (size_t)(200 - n), "%s %s", i ? " or" : "",
                      o->words[i]);
    return false;
}

static bool add_text(const struct option_row *o, const char *value,
                     struct options_texts *out, char why[200])
{
    if (out->n < OPTIONS_TEXTS) {
        out->at[out->n++] = value;
        return true;
    }
    snprintf(why, 200, "--%s is given more than %d times", o->name,
             OPTIONS_TEXTS);
    return false;
}

static bool store(const struct option_row *o, const char *value, void *out,
                  char why[200])
{
    void *p = (char *)out + o->offset;
    switch (o->kind) {
    case OPTION_FLAG:
        *(bool *)p = true;
        return true;
    case OPTION_TEXT:
        *(const char **)p = value;
        return true;
    case OPTION_NUMBER:
        return read_number(o, value, p, why);
    case OPTION_WORD:
        return read_word(o, value, p, why);
    case OPTION_TEXTS:
        return add_text(o, value, p, why);
    }
    return false;
}

/* One option; *i moves on when it takes the next word. */
static bool take(const struct options_use *u, int argc, char **argv, int *i,
                 void *out, char why[200])
{
    const char *name = argv[*i] + 2, *eq = strchr(name, '=');
    size_t len = eq ? (size_t)(eq - name) : strlen(name);
    const struct option_row *o = find(u, name, len);
    if (!o)
        return unknown(u, name, len, why);
    const char *value = eq ? eq + 1 : NULL;
    if (o->kind == OPTION_FLAG && value) {
        snprintf(why, 200, "--%s takes no value", o->name);
        return false;
    }
    if (o->kind != OPTION_FLAG && !value) {
        if (*i + 1 >= argc) {
            snprintf(why, 200, "--%s needs a value: %s", o->name, o->argument);
            return false;
        }
        value = argv[++*i];
    }
    return store(o, value, out, why);
}

bool options_parse(const struct options_use *u, int argc, char **argv,
                   void *out, struct options_rest *rest, char why[200])
{
    bool only_operands = false;
    *rest = (struct options_rest){0};
    rest->operand = mem_alloc((size_t)(argc + 1) * sizeof *rest->operand);
    for (int i = 0; i < argc; i++) {
        if (!only_operands && strcmp(argv[i], "--") == 0) {
            only_operands = true;
        } else if (!only_operands && strcmp(argv[i], "--help") == 0) {
            rest->help = true;
        } else if (!only_operands && strncmp(argv[i], "--", 2) == 0) {
            if (!take(u, argc, argv, &i, out, why))
                return false;
        } else if (!only_operands && argv[i][0] == '-' && argv[i][1]) {
            return unknown(u, argv[i] + 1, strlen(argv[i] + 1), why);
        } else {
            rest->operand[rest->n++] = argv[i];
        }
    }
    if (rest->n <= u->most_operands)
        return true;
    snprintf(why, 200, "'%.80s' is one operand too many",
             rest->operand[u->most_operands]);
    return false;
}

static void help_row(const char *name, const char *argument, const char *help,
                     struct str *out)
{
    size_t at = out->len;
    str_addf(out, "  --%s%s%s", name, argument ? " " : "",
             argument ? argument : "");
    do
        str_addc(out, ' ');
    while (out->len - at < HELP_COLUMN && !out->failed);
    str_addf(out, "%s\n", help);
}

void options_help(const struct options_use *u, struct str *out)
{
    str_addf(out, "usage: %s [options]%s%s\n\n%s\n\n", u->program,
             *u->operands ? " " : "", u->operands, u->about);
    for (const struct option_row *o = u->rows; o->name; o++)
        help_row(o->name, o->argument, o->help, out);
    help_row("help", NULL, "this text", out);
}
