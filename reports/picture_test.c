/* The timeline as a file of its own. */
#include <string.h>

#include "base/unit.h"
#include "reports/example.h"
#include "reports/markup_scan.h"

static void every_picture_is_well_formed(void)
{
    for (size_t i = 0; i < sizeof example_list / sizeof example_list[0]; i++) {
        struct str out;
        str_init(&out, 4 << 20);
        report_svg(&example_list[i], &out);
        CU_ASSERT_PTR_NULL(scan_xml(str_z(&out)));
        CU_ASSERT_PTR_NOT_NULL(
            strstr(str_z(&out), "xmlns=\"http://www.w3.org/2000/svg\""));
        CU_ASSERT_EQUAL(count_of(str_z(&out), "<style>"), 1);
        str_fini(&out);
    }
}

UNIT_MAIN("picture", UNIT(every_picture_is_well_formed))
