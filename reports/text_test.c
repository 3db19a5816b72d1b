/* Tests of text. */
#include "reports/text.h"

#include <string.h>

#include "base/unit.h"

static bool prints(void (*put)(struct str *, int64_t), int64_t n,
                   const char *want)
{
    struct str out;
    bool same;

    str_init(&out, 100);
    put(&out, n);
    same = strcmp(str_z(&out), want) == 0;
    str_fini(&out);
    return same;
}

static void times_have_the_unit_that_fits(void)
{
    CU_ASSERT(prints(text_ms, 0, "0 ms"));
    CU_ASSERT(prints(text_ms, 999, "999 ms"));
    CU_ASSERT(prints(text_ms, 1000, "1 s"));
    CU_ASSERT(prints(text_ms, 1050, "1.05 s"));
    CU_ASSERT(prints(text_ms, 1500, "1.5 s"));
    CU_ASSERT(prints(text_ms, 9999, "10 s"));
    CU_ASSERT(prints(text_ms, 59949, "59.9 s"));
    CU_ASSERT(prints(text_ms, 59950, "1 min"));
    CU_ASSERT(prints(text_ms, 125000, "2 min 5 s"));
    CU_ASSERT(prints(text_ms, 4320000, "1 h 12 min"));
    CU_ASSERT(prints(text_ms, 3599600, "1 h"));
    CU_ASSERT(prints(text_ns, 1, "<1 ms"));
    CU_ASSERT(prints(text_ns, 2000000, "2 ms"));
    CU_ASSERT(prints(text_at, INT64_C(1002999999), "1.002 s"));
    CU_ASSERT(prints(text_seconds, 620, "0.62 s"));
}

static void counts_have_commas_and_a_plural(void)
{
    struct str out;

    str_init(&out, 200);
    text_counted(&out, 1, "fault", "faults");
    str_addc(&out, ' ');
    text_counted(&out, 1002003, "fault", "faults");
    str_addc(&out, ' ');
    text_count(&out, UINT64_MAX);
    CU_ASSERT_STRING_EQUAL(str_z(&out), "1 fault 1,002,003 faults "
                                        "18,446,744,073,709,551,615");
    str_fini(&out);
}

static void plain_text_cannot_drive_a_terminal(void)
{
    static const char z[] = "a\x1b[31m\nb\xc2\x9b\x7f\xff\xe2\x82\xac";
    struct str out;

    str_init(&out, 200);
    text_plain(&out, z);
    CU_ASSERT_STRING_EQUAL(str_z(&out), "a\xef\xbf\xbd[31m b\xef\xbf\xbd"
                                        "\xef\xbf\xbd\xef\xbf\xbd\xe2\x82\xac");
    CU_ASSERT_EQUAL(text_columns(z), 12);
    text_plain(&out, NULL);
    CU_ASSERT_EQUAL(text_columns(NULL), 0);
    str_fini(&out);
}

static void wrapped_text_keeps_within_its_width(void)
{
    struct str out;

    str_init(&out, 1000);
    text_wrapped(&out, "  one two\nthree four averyverylongword five ", 2, 12);
    CU_ASSERT_STRING_EQUAL(str_z(&out), "one two\n  three four\n"
                                        "  averyverylongword\n  five\n");
    str_reset(&out);
    text_wrapped(&out, NULL, 2, 12);
    CU_ASSERT_STRING_EQUAL(str_z(&out), "\n");
    str_fini(&out);
}

static void markup_has_neither_tags_nor_forbidden_characters(void)
{
    struct str out;

    str_init(&out, 1000);
    text_markup(&out, "<a b='\"&]]>\n\t\x01\x7f\xc2\x85\xff\xef\xbf\xbe!");
    CU_ASSERT_STRING_EQUAL(str_z(&out),
                           "&lt;a b=&#39;&quot;&amp;]]&gt;\n\t\xef\xbf\xbd!");
    str_fini(&out);
}

UNIT_MAIN("text", UNIT(times_have_the_unit_that_fits),
          UNIT(counts_have_commas_and_a_plural),
          UNIT(plain_text_cannot_drive_a_terminal),
          UNIT(wrapped_text_keeps_within_its_width),
          UNIT(markup_has_neither_tags_nor_forbidden_characters))
