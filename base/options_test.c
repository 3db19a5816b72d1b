/* Command lines by table. */
#include "base/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/unit.h"

struct got {
    bool json;
    const char *report;
    int64_t seed;
    int mode;
    struct options_texts user;
};

static const char *const modes[] = {"sim", "real", NULL};
static const struct option_row rows[] = {
    {"json", NULL, OPTION_FLAG, offsetof(struct got, json), 0, 0, NULL, "j"},
    {"report", "DIR", OPTION_TEXT, offsetof(struct got, report), 0, 0, NULL,
     "r"},
    {"seed", "N", OPTION_NUMBER, offsetof(struct got, seed), 0, 100, NULL, "s"},
    {"mode", "MODE", OPTION_WORD, offsetof(struct got, mode), 0, 0, modes, "m"},
    {"user", "KEY", OPTION_TEXTS, offsetof(struct got, user), 0, 0, NULL, "u"},
    {0}};
static const struct options_use use = {"icefault run", "[FILE...]",
                                       "Runs things.", rows, 2};

static bool parse(const char *line, struct got *g, struct options_rest *r,
                  char why[200])
{
    static char text[200];
    char *argv[16], *save = NULL;
    int argc = 0;
    memset(g, 0, sizeof *g);
    why[0] = '\0';
    memcpy(text, line, strlen(line) + 1);
    for (char *p = strtok_r(text, " ", &save); p && argc < 16;
         p = strtok_r(NULL, " ", &save))
        argv[argc++] = p;
    return options_parse(&use, argc, argv, g, r, why);
}

static void reads_both_ways_to_give_a_value(void)
{
    struct got g;
    struct options_rest r;
    char why[200];
    CU_ASSERT(parse("a --seed 7 --report=x --mode real --json b", &g, &r, why));
    CU_ASSERT_EQUAL(g.seed, 7);
    CU_ASSERT_STRING_EQUAL(g.report, "x");
    CU_ASSERT_EQUAL(g.mode, 1);
    CU_ASSERT(g.json);
    CU_ASSERT_EQUAL(r.n, 2);
    free(r.operand);
}

static void names_what_is_wrong(void)
{
    static const struct {
        const char *line, *why;
    } bad[] = {
        {"--sed 1", "unknown option --sed: did you mean --seed?"},
        {"--seed x", "--seed is 'x', must be a number from 0 to 100"},
        {"--seed 101", "--seed is '101', must be a number from 0 to 100"},
        {"--mode fast", "--mode is 'fast', must be sim or real"},
        {"--report", "--report needs a value: DIR"},
        {"--json=1", "--json takes no value"},
        {"a b c", "'c' is one operand too many"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct got g;
        struct options_rest r;
        char why[200];
        CU_ASSERT_FALSE(parse(bad[i].line, &g, &r, why));
        CU_ASSERT_STRING_EQUAL(why, bad[i].why);
        free(r.operand);
    }
}

static void some_are_given_again_and_again(void)
{
    struct got g;
    struct options_rest r;
    char why[200], many[200] = "";
    CU_ASSERT(parse("--user a --user=b", &g, &r, why));
    CU_ASSERT_EQUAL(g.user.n, 2);
    CU_ASSERT_STRING_EQUAL(g.user.at[0], "a");
    CU_ASSERT_STRING_EQUAL(g.user.at[1], "b");
    free(r.operand);
    for (size_t i = 2; i <= OPTIONS_TEXTS; i++) {
        char *argv[] = {"--user=a"};
        bool room = i < OPTIONS_TEXTS;
        CU_ASSERT_EQUAL(options_parse(&use, 1, argv, &g, &r, many), room);
        free(r.operand);
    }
    CU_ASSERT_STRING_EQUAL(many, "--user is given more than 32 times");
}

static void two_dashes_end_the_options(void)
{
    struct got g;
    struct options_rest r;
    char why[200];
    CU_ASSERT(parse("-- --seed", &g, &r, why));
    CU_ASSERT_EQUAL(r.n, 1);
    CU_ASSERT_STRING_EQUAL(r.operand[0], "--seed");
    free(r.operand);
}

static void help_names_every_option(void)
{
    struct str out;
    str_init(&out, 4096);
    options_help(&use, &out);
    for (const struct option_row *o = rows; o->name; o++)
        CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&out), o->name));
    str_fini(&out);
}

UNIT_MAIN("options", UNIT(reads_both_ways_to_give_a_value),
          UNIT(names_what_is_wrong), UNIT(some_are_given_again_and_again),
          UNIT(two_dashes_end_the_options), UNIT(help_names_every_option))
