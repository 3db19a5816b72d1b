/* Tests of markdown. */
#include "base/markdown.h"

#include <string.h>

#include "base/unit.h"

static void bars_and_lines_stay_within_their_cell(void)
{
    struct str out;

    str_init(&out, 100);
    markdown_row(&out, "a|b", "two\nlines", NULL, "");
    CU_ASSERT_STRING_EQUAL(str_z(&out), "| a\\|b | two lines |  |  |\n");
    str_fini(&out);
}

UNIT_MAIN("markdown", UNIT(bars_and_lines_stay_within_their_cell))
