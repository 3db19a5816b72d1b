/* Tests of TAP. */
#include "reports/result.h"

#include <string.h>

#include "base/unit.h"
#include "reports/example.h"

static void one_point_a_scenario(void)
{
    struct result r = example();
    struct str out;

    r.n_scenarios = 3;
    str_init(&out, 1 << 16);
    report_tap(&r, &out);
    CU_ASSERT_STRING_EQUAL(
        str_z(&out),
        "TAP version 14\n1..3\n"
        "ok 1 - create/rival: Another creator wins the race\n"
        "not ok 2 - create/lost-reply: The reply to createTable is lost\n"
        "  ---\n"
        "  file: \"scenarios/create/lost-reply.yaml\"\n"
        "  seed: 18446744073709551615\n"
        "  replay: \"build/icefault run create/lost-reply --seed 42\"\n"
        "  checks:\n"
        "    - name: \"exchanges\"\n"
        "      said: \"createTable health_data_raw was sent 2 times, at most 1 "
        "is allowed\"\n"
        "  ...\n"
        "ok 3 - tls/expired: The certificate has expired # SKIP mode real "
        "only\n");
    str_fini(&out);
}

static void hostile_texts_make_no_lines_and_no_directives(void)
{
    struct result r = example();
    struct str out;
    const char *line;

    r.scenarios = example_list + 3;
    r.n_scenarios = 1;
    str_init(&out, 1 << 16);
    report_tap(&r, &out);
    line = strstr(str_z(&out), "not ok 1");
    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    CU_ASSERT_EQUAL(strncmp(strchr(line, '\n'), "\n  ---\n", 7), 0);
    CU_ASSERT(strstr(line, " \\# \\\\ ") != NULL);
    CU_ASSERT_PTR_NULL(memmem(line, strcspn(line, "\n"), " # ", 3));
    CU_ASSERT_PTR_NULL(strchr(line, '\x1b'));
    str_fini(&out);
}

UNIT_MAIN("tap", UNIT(one_point_a_scenario),
          UNIT(hostile_texts_make_no_lines_and_no_directives))
