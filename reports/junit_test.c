/* Tests of JUnit XML. */
#include "reports/result.h"

#include <string.h>

#include "base/unit.h"
#include "reports/example.h"
#include "reports/markup_scan.h"

static void the_scanner_refuses_what_is_not_well_formed(void)
{
    CU_ASSERT_PTR_NULL(scan_xml("<a b=\"c\"><d/>x &amp; y</a>"));
    CU_ASSERT_PTR_NOT_NULL(scan_xml("<a><b></a></b>"));
    CU_ASSERT_PTR_NOT_NULL(scan_xml("<a>"));
    CU_ASSERT_PTR_NOT_NULL(scan_xml("<a>&</a>"));
    CU_ASSERT_PTR_NOT_NULL(scan_xml("<a>\x01</a>"));
    CU_ASSERT_PTR_NOT_NULL(scan_xml("<a>\xff</a>"));
    CU_ASSERT_PTR_NOT_NULL(scan_xml("<a b=\"<\"/>"));
    CU_ASSERT_PTR_NOT_NULL(scan_xml("<a b=c/>"));
    CU_ASSERT_PTR_NOT_NULL(scan_xml("<a>]]></a>"));
}

static void hostile_texts_leave_it_well_formed(void)
{
    struct result r = example();
    struct str out;

    str_init(&out, 1 << 20);
    report_junit(&r, &out);
    CU_ASSERT_FALSE(out.failed);
    CU_ASSERT_PTR_NULL(scan_xml(str_z(&out)));
    str_fini(&out);
}

static void one_suite_a_topic_and_one_case_a_scenario(void)
{
    struct result r = example();
    struct str out;
    const char *z;

    str_init(&out, 1 << 20);
    report_junit(&r, &out);
    z = str_z(&out);
    CU_ASSERT_EQUAL(count_of(z, "<testsuite "), 3);
    CU_ASSERT_EQUAL(count_of(z, "<testcase "), 4);
    CU_ASSERT_EQUAL(count_of(z, "<failure "), 2);
    CU_ASSERT_EQUAL(count_of(z, "<skipped "), 1);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(z, "<testsuites name=\"icefault\" tests=\"4\" "
                  "failures=\"2\" errors=\"0\" time=\"0.620000\">"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(z, "<testsuite name=\"create\" tests=\"2\" failures=\"1\" "
                  "errors=\"0\" skipped=\"0\" time=\"0.004000\">"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(z, "<testcase classname=\"create\" "
                  "name=\"create/lost-reply\" time=\"0.002500\">"
                  "<failure message=\"createTable health_data_raw was "
                  "sent 2 times, at most 1 is allowed\" "
                  "type=\"exchanges\">"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(z, "build/icefault run create/lost-reply --seed 42"));
    CU_ASSERT_PTR_NOT_NULL(strstr(z, "<skipped message=\"mode real only\"/>"));
    str_fini(&out);
}

static void an_empty_result_is_well_formed(void)
{
    struct result r = {0};
    struct str out;

    str_init(&out, 1 << 20);
    report_junit(&r, &out);
    CU_ASSERT_PTR_NULL(scan_xml(str_z(&out)));
    str_fini(&out);
}

UNIT_MAIN("junit", UNIT(the_scanner_refuses_what_is_not_well_formed),
          UNIT(hostile_texts_leave_it_well_formed),
          UNIT(one_suite_a_topic_and_one_case_a_scenario),
          UNIT(an_empty_result_is_well_formed))
