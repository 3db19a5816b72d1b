/* Tests of str and slice. */
#include "base/str.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit.h"

static void grows_and_stays_terminated(void)
{
    struct str s;

    str_init(&s, 1000);
    CU_ASSERT_STRING_EQUAL(str_z(&s), "");
    for (int i = 0; i < 100; i++)
        str_addf(&s, "%d,", i);
    CU_ASSERT_EQUAL(s.len, strlen(s.p));
    CU_ASSERT(slice_starts(str_slice(&s), "0,1,2,"));
    CU_ASSERT_FALSE(s.failed);
    str_fini(&s);
}

static void an_append_past_the_maximum_changes_nothing(void)
{
    struct str s;

    str_init(&s, 4);
    str_addz(&s, "abc");
    str_addz(&s, "de");
    CU_ASSERT(s.failed);
    CU_ASSERT_STRING_EQUAL(str_z(&s), "abc");
    str_addf(&s, "%s", "xyz");
    CU_ASSERT_STRING_EQUAL(str_z(&s), "abc");
    str_addc(&s, 'd');
    CU_ASSERT_STRING_EQUAL(str_z(&s), "abcd");
    CU_ASSERT(s.failed);
    str_reset(&s);
    CU_ASSERT_FALSE(s.failed);
    CU_ASSERT_EQUAL(s.len, 0);
    str_fini(&s);
}

static void detach_hands_over_the_text(void)
{
    struct str s;
    char *p;

    str_init(&s, 100);
    p = str_detach(&s);
    CU_ASSERT_STRING_EQUAL(p, "");
    free(p);
    str_addz(&s, "mine");
    p = str_detach(&s);
    CU_ASSERT_STRING_EQUAL(p, "mine");
    CU_ASSERT_EQUAL(s.len, 0);
    str_addz(&s, "again");
    CU_ASSERT_STRING_EQUAL(str_z(&s), "again");
    free(p);
    str_fini(&s);
}

static void cut_shortens_and_never_lengthens(void)
{
    struct str s;

    str_init(&s, 100);
    str_cut(&s, 5);
    str_addz(&s, "abcdef");
    str_cut(&s, 10);
    CU_ASSERT_STRING_EQUAL(str_z(&s), "abcdef");
    str_cut(&s, 2);
    CU_ASSERT_STRING_EQUAL(str_z(&s), "ab");
    str_fini(&s);
}

static void slices_compare_by_bytes(void)
{
    CU_ASSERT(slice_eq(slice_of(NULL), slice_of("")));
    CU_ASSERT(slice_eqz(SLICE_LIT("abc"), "abc"));
    CU_ASSERT_FALSE(slice_eqz(SLICE_LIT("abc"), "ab"));
    CU_ASSERT(slice_ieqz(SLICE_LIT("Content-LENGTH"), "content-length"));
    CU_ASSERT_FALSE(slice_ieqz(SLICE_LIT("@"), "`"));
    CU_ASSERT(slice_starts(SLICE_LIT("abc"), ""));
    CU_ASSERT_FALSE(slice_starts(SLICE_LIT("ab"), "abc"));
    CU_ASSERT(slice_istarts(SLICE_LIT("aBc"), "Ab"));
    CU_ASSERT(slice_istarts((struct slice){NULL, 0}, ""));
    CU_ASSERT_FALSE(slice_istarts(SLICE_LIT("a"), "ab"));
}

static void trim_takes_blanks_and_tabs_only(void)
{
    CU_ASSERT(slice_eqz(slice_trim(SLICE_LIT(" \ta b\t ")), "a b"));
    CU_ASSERT(slice_eqz(slice_trim(SLICE_LIT(" \t ")), ""));
    CU_ASSERT(slice_eqz(slice_trim(SLICE_LIT("\na")), "\na"));
}

static void int64_takes_the_whole_range_and_nothing_else(void)
{
    static const char *const bad[] = {"",
                                      "-",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "0x1",
                                      "1.0",
                                      "9223372036854775808",
                                      "a",
                                      "--1",
                                      "-9223372036854775809"};
    long long n;

    CU_ASSERT(slice_int64(SLICE_LIT("9223372036854775807"), &n));
    CU_ASSERT_EQUAL(n, LLONG_MAX);
    CU_ASSERT(slice_int64(SLICE_LIT("-9223372036854775808"), &n));
    CU_ASSERT_EQUAL(n, LLONG_MIN);
    CU_ASSERT(slice_int64(SLICE_LIT("007"), &n));
    CU_ASSERT_EQUAL(n, 7);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT_FALSE(slice_int64(slice_of(bad[i]), &n));
}

static void glob_matches_stars_and_question_marks(void)
{
    static const struct {
        const char *pattern, *text;
        bool fits;
    } cases[] = {{"", "", true},
                 {"", "a", false},
                 {"*", "", true},
                 {"*", "a/b", true},
                 {"a*c", "abc", true},
                 {"a*c", "abcd", false},
                 {"a?c", "abc", true},
                 {"a?c", "ac", false},
                 {"*.json", "a.json", true},
                 {"*ab*ab", "abab", true},
                 {"*a*b", "aab/b", true},
                 {"a**b", "ab", true},
                 {"?", "", false},
                 {"abc", "ab", false}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CU_ASSERT_EQUAL(slice_glob(cases[i].pattern, slice_of(cases[i].text)),
                        cases[i].fits);
}

static void glob_with_many_stars_ends_soon(void)
{
    char text[20001];

    memset(text, 'a', 20000);
    text[20000] = '\0';
    CU_ASSERT_FALSE(slice_glob("*a*a*a*a*a*a*a*a*a*a*b", slice_of(text)));
}

UNIT_MAIN("str", UNIT(grows_and_stays_terminated),
          UNIT(an_append_past_the_maximum_changes_nothing),
          UNIT(detach_hands_over_the_text),
          UNIT(cut_shortens_and_never_lengthens), UNIT(slices_compare_by_bytes),
          UNIT(trim_takes_blanks_and_tabs_only),
          UNIT(int64_takes_the_whole_range_and_nothing_else),
          UNIT(glob_matches_stars_and_question_marks),
          UNIT(glob_with_many_stars_ends_soon))
