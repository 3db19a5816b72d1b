/* Tests of the story. */
#include "reports/result.h"

#include <string.h>

#include "base/unit.h"
#include "reports/example.h"

static const struct console_style plain = {false, false};

static void tells_setting_faults_steps_timeline_checks_and_verdict(void)
{
    static const char *const parts[] = {
        "The reply to createTable is lost\n",
        "create/lost-reply  about R3.2-6, R4.4-3\n",
        "The table is made, and the connection dies",
        "What goes wrong\n  - lost-reply: after reset on createTable "
        "health_data_raw; it fired once\n",
        "it never fired",
        "at 0 ms main began initialize_all_tables; 1.23 s later it ended: ok",
        "timeout",
        "3 attempts in 10 s",
        "it did not end",
        "Timeline",
        "<- fault lost-reply:after",
        "+ catalog  created health_data_raw",
        "What was checked\n  passed   outcome\n  failed   exchanges: create",
        "Verdict\n  failed, after 5 exchanges and 1 fault in 1.23 s of virtual "
        "time\n",
        NULL};
    struct str out;
    const char *z;

    str_init(&out, 1 << 20);
    report_story(&example_list[1], &plain, &out);
    z = str_z(&out);
    for (size_t i = 0; parts[i]; i++) {
        z = z ? strstr(z, parts[i]) : NULL;
        if (!z)
            CU_FAIL(parts[i]);
        CU_ASSERT_PTR_NOT_NULL(z);
    }
    str_fini(&out);
}

static void any_scenario_can_be_told(void)
{
    struct result_scenario empty = {0};
    struct str out;

    str_init(&out, 1 << 20);
    report_story(&empty, &plain, &out);
    for (size_t i = 0; i < COUNT(example_list); i++)
        report_story(&example_list[i], &plain, &out);
    CU_ASSERT_FALSE(out.failed);
    CU_ASSERT_PTR_NULL(strchr(str_z(&out), '\x1b'));
    str_fini(&out);
}

UNIT_MAIN("story", UNIT(tells_setting_faults_steps_timeline_checks_and_verdict),
          UNIT(any_scenario_can_be_told))
