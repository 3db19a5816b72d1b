/* Range forms as recorded from S3 on an object of 10 bytes. */
#include "mocks/s3/range.h"

#include "base/unit.h"

struct range_case {
    const char *value;
    enum range_kind kind;
    size_t from, len;
};

static const struct range_case ten[] = {
    {"bytes=0-8", RANGE_PART, 0, 9},
    {"bytes=1-", RANGE_PART, 1, 9},
    {"bytes=-2", RANGE_PART, 8, 2},
    {"bytes=-15", RANGE_PART, 0, 10},
    {"bytes=0-100", RANGE_PART, 0, 10},
    {"bytes=9-9", RANGE_PART, 9, 1},
    {" bytes=3-4 ", RANGE_PART, 3, 2},
    {"bytes=0-99999999999999999999999999", RANGE_PART, 0, 10},
    {"bytes=-99999999999999999999999999", RANGE_PART, 0, 10},
    {"bytes=-1-", RANGE_WHOLE, 0, 0},
    {"bytes=0--1", RANGE_WHOLE, 0, 0},
    {"bytes=0-1,3-4", RANGE_WHOLE, 0, 0},
    {"bytes=-", RANGE_WHOLE, 0, 0},
    {"bytes=", RANGE_WHOLE, 0, 0},
    {"bytes=5", RANGE_WHOLE, 0, 0},
    {"bytes=a-b", RANGE_WHOLE, 0, 0},
    {"bytes=+1-2", RANGE_WHOLE, 0, 0},
    {"lines=0-8", RANGE_WHOLE, 0, 0},
    {"", RANGE_WHOLE, 0, 0},
    {"bytes=-0", RANGE_OUTSIDE, 0, 0},
    {"bytes=10-", RANGE_OUTSIDE, 0, 0},
    {"bytes=100-200", RANGE_OUTSIDE, 0, 0},
    {"bytes=99999999999999999999999999-", RANGE_OUTSIDE, 0, 0},
};

static void every_form_on_ten_bytes(void)
{
    for (size_t i = 0; i < sizeof(ten) / sizeof(ten[0]); i++) {
        struct range r = range_parse(slice_of(ten[i].value), 10, false);

        CU_ASSERT_EQUAL(r.kind, ten[i].kind);
        CU_ASSERT_EQUAL(r.from, ten[i].from);
        CU_ASSERT_EQUAL(r.len, ten[i].len);
    }
}

static void no_header_is_the_whole(void)
{
    CU_ASSERT_EQUAL(range_parse((struct slice){NULL, 0}, 10, true).kind,
                    RANGE_WHOLE);
}

static void a_turned_range_depends_on_the_profile(void)
{
    CU_ASSERT_EQUAL(range_parse(SLICE_LIT("bytes=1-0"), 10, false).kind,
                    RANGE_WHOLE);
    CU_ASSERT_EQUAL(range_parse(SLICE_LIT("bytes=1-0"), 10, true).kind,
                    RANGE_OUTSIDE);
}

static void nothing_lies_inside_an_empty_object(void)
{
    static const char *const forms[] = {"bytes=0-", "bytes=0-0", "bytes=-1",
                                        "bytes=-0"};

    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(range_parse(slice_of(forms[i]), 0, false).kind,
                        RANGE_OUTSIDE);
}

UNIT_MAIN("s3/range", UNIT(every_form_on_ten_bytes),
          UNIT(no_header_is_the_whole),
          UNIT(a_turned_range_depends_on_the_profile),
          UNIT(nothing_lies_inside_an_empty_object))
