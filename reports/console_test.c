/* Tests of the terminal's summary. */
#include "reports/result.h"

#include <stdio.h>
#include <string.h>

#include "base/unit.h"
#include "reports/example.h"

static void print(const struct result *r, bool colour, bool verbose,
                  struct str *out)
{
    struct console_style style = {colour, verbose};

    str_init(out, 1 << 20);
    report_console(r, &style, out);
    CU_ASSERT_FALSE(out->failed);
}

/* All of them are in text, in this order. */
static bool in_order(const char *z, const char *const *parts)
{
    for (; *parts; parts++) {
        z = strstr(z, *parts);
        if (!z) {
            CU_FAIL(*parts);
            printf("not found, or not in order: %s\n", *parts);
            return false;
        }
        z += strlen(*parts);
    }
    return true;
}

static void failures_come_first_and_whole(void)
{
    static const char *const parts[] = {
        "FAILED  create/lost-reply  The reply to createTable is lost\n",
        "promised   R3.2-6 A lost reply to a create is settled by loading.",
        "R4.4-3 A write is repeated only when that is safe.",
        "happened   exchanges: createTable health_data_raw was sent 2 times",
        "timeline",
        "0.002 s",
        "main -> catalog  POST createTable",
        "reset  <- fault lost-reply:after",
        "1.002 s",
        "never answered",
        "seed       18446744073709551615\n",
        "replay     build/icefault run create/lost-reply --seed 42\n",
        "\n  create",
        "1 passed     1 failed",
        "\n  tls",
        "1 skipped",
        "2 mutants, 1 killed, 1 survived",
        "1 scenario passed, 2 failed, 1 skipped in 0.62 s (1 h 12 min of "
        "virtual time)\n",
        "17 exchanges, 1 fault fired, seed 42, trace c3\n",
        NULL};
    struct result r = example();
    struct str out;

    print(&r, false, false, &out);
    CU_ASSERT(in_order(str_z(&out), parts));
    CU_ASSERT_PTR_NULL(strstr(str_z(&out), "Another creator"));
    str_fini(&out);
}

static void success_is_short(void)
{
    struct result r = example();
    struct str out;

    r.n_scenarios = 1;
    r.n_mutants = 0;
    r.failed = r.skipped = 0;
    print(&r, false, false, &out);
    CU_ASSERT_STRING_EQUAL(
        str_z(&out),
        "  create     1 passed   4.32 s\n\n"
        "1 scenario passed in 0.62 s (1 h 12 min of virtual time)\n"
        "17 exchanges, 1 fault fired, seed 42, trace c3\n");
    str_fini(&out);
    r.virtual_ms = 0; /* as on the wall clock */
    print(&r, false, true, &out);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(str_z(&out), "passed  create/rival  Another creator"));
    CU_ASSERT_PTR_NULL(strstr(str_z(&out), "virtual"));
    str_fini(&out);
}

static void escape_sequences_come_only_from_the_style(void)
{
    struct result r = example();
    struct str out;

    print(&r, false, true, &out);
    CU_ASSERT_PTR_NULL(strchr(str_z(&out), '\x1b'));
    CU_ASSERT_PTR_NULL(strstr(str_z(&out), "\xc2\x9b"));
    str_fini(&out);
    print(&r, true, true, &out);
    CU_ASSERT_PTR_NOT_NULL(strchr(str_z(&out), '\x1b'));
    str_fini(&out);
}

static void a_long_timeline_keeps_both_ends(void)
{
    static struct result_event many[300];
    static char labels[300][32];
    struct result_scenario s = example_list[1];
    struct result r = example();
    struct str out;

    for (int i = 0; i < 300; i++) {
        snprintf(labels[i], sizeof(labels[i]), "event-%d!", i);
        many[i] = (struct result_event){.kind = EVENT_LOG, .label = labels[i]};
    }
    s.events = many;
    s.n_events = 300;
    r.scenarios = &s;
    r.n_scenarios = 1;
    print(&r, false, false, &out);
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&out), "event-0!"));
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&out), "event-299!"));
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&out), "... 260 more ..."));
    CU_ASSERT_PTR_NULL(strstr(str_z(&out), "event-150!"));
    str_fini(&out);
}

UNIT_MAIN("console", UNIT(failures_come_first_and_whole),
          UNIT(success_is_short),
          UNIT(escape_sequences_come_only_from_the_style),
          UNIT(a_long_timeline_keeps_both_ends))
