/* Tests of percent, base64 and hex. */
#include "base/percent.h"

#include <string.h>

#include "base/unit.h"

static bool encodes(const char *in, const char *keep, const char *want)
{
    struct str out;
    bool same;

    str_init(&out, 1000);
    percent_encode(&out, slice_of(in), keep);
    same = strcmp(str_z(&out), want) == 0;
    str_fini(&out);
    return same;
}

static bool decodes(const char *in, bool plus, const char *want)
{
    struct str out;
    bool same;

    str_init(&out, 1000);
    same = percent_decode(&out, slice_of(in), plus) &&
           strcmp(str_z(&out), want) == 0;
    str_fini(&out);
    return same;
}

static void encodes_all_but_the_unreserved(void)
{
    CU_ASSERT(encodes("AZaz09-._~", "", "AZaz09-._~"));
    CU_ASSERT(encodes("a b+c%d/e\x1f", "", "a%20b%2Bc%25d%2Fe%1F"));
    CU_ASSERT(encodes("/a b/\xc3\xa9", "/", "/a%20b/%C3%A9"));
}

static void encodes_a_zero_byte_whatever_is_kept(void)
{
    struct str out;

    str_init(&out, 100);
    percent_encode(&out, SLICE_LIT("a\0b"), "/");
    CU_ASSERT_STRING_EQUAL(str_z(&out), "a%00b");
    str_fini(&out);
}

static void decodes_either_case_and_refuses_the_rest(void)
{
    CU_ASSERT(decodes("a%20b%2b%2B", false, "a b++"));
    CU_ASSERT(decodes("a+b", false, "a+b"));
    CU_ASSERT(decodes("a+b%2B", true, "a b+"));
    CU_ASSERT_FALSE(decodes("%", false, ""));
    CU_ASSERT_FALSE(decodes("a%2", false, "a"));
    CU_ASSERT_FALSE(decodes("%g0", false, ""));
    CU_ASSERT_FALSE(decodes("%0g", false, ""));
}

static void a_bad_escape_leaves_what_came_before(void)
{
    struct str out;

    str_init(&out, 100);
    CU_ASSERT_FALSE(percent_decode(&out, SLICE_LIT("ab%zz"), false));
    CU_ASSERT_STRING_EQUAL(str_z(&out), "ab");
    str_fini(&out);
}

static void base64_has_the_vectors_of_the_rfc(void)
{
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"},
                                             {"\xff\xef\xbe", "/+++"}};
    struct str out;

    str_init(&out, 100);
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        str_reset(&out);
        base64_encode(&out, slice_of(vectors[i][0]));
        CU_ASSERT_STRING_EQUAL(str_z(&out), vectors[i][1]);
        str_reset(&out);
        CU_ASSERT(base64_decode(&out, slice_of(vectors[i][1])));
        CU_ASSERT_STRING_EQUAL(str_z(&out), vectors[i][0]);
    }
    str_fini(&out);
}

static void base64_refuses_what_is_not_canonical(void)
{
    static const char *const bad[] = {
        "Z",    "Zg",       "Zg=",   "Zh==", "Zm9=", "====",
        "Z===", "Zg==Zg==", "Zm 9v", "Zm9-", "Zg=v", "=m9v"};
    struct str out;

    str_init(&out, 100);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT_FALSE(base64_decode(&out, slice_of(bad[i])));
    str_fini(&out);
}

static void hex_is_lower_case(void)
{
    struct str out;

    str_init(&out, 100);
    hex_encode(&out, SLICE_LIT("\x00\xff\x0a"));
    CU_ASSERT_STRING_EQUAL(str_z(&out), "00ff0a");
    str_fini(&out);
}

UNIT_MAIN("percent", UNIT(encodes_all_but_the_unreserved),
          UNIT(encodes_a_zero_byte_whatever_is_kept),
          UNIT(decodes_either_case_and_refuses_the_rest),
          UNIT(a_bad_escape_leaves_what_came_before),
          UNIT(base64_has_the_vectors_of_the_rfc),
          UNIT(base64_refuses_what_is_not_canonical), UNIT(hex_is_lower_case))
