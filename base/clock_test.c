/* Tests of clock: dates on the wire. */
#include "base/clock.h"

#include <string.h>

#include "base/unit.h"

static const int64_t example = INT64_C(784111777000); /* RFC 9110's own */

static int64_t http(const char *z)
{
    return date_parse_http(z, strlen(z));
}

static void prints_the_three_forms(void)
{
    char h[DATE_HTTP_SIZE], i[DATE_ISO_SIZE], b[DATE_BASIC_SIZE];

    date_http(example, h);
    date_iso(example + 37, i);
    date_basic(example, b);
    CU_ASSERT_STRING_EQUAL(h, "Sun, 06 Nov 1994 08:49:37 GMT");
    CU_ASSERT_STRING_EQUAL(i, "1994-11-06T08:49:37.037Z");
    CU_ASSERT_STRING_EQUAL(b, "19941106T084937Z");
}

static void reads_the_three_forms_of_http(void)
{
    CU_ASSERT_EQUAL(http("Sun, 06 Nov 1994 08:49:37 GMT"), example);
    CU_ASSERT_EQUAL(http("Sunday, 06-Nov-94 08:49:37 GMT"), example);
    CU_ASSERT_EQUAL(http("Sun Nov  6 08:49:37 1994"), example);
    CU_ASSERT_EQUAL(http("Wednesday, 06-Nov-30 08:49:37 GMT"),
                    http("Wed, 06 Nov 2030 08:49:37 GMT"));
}

static void refuses_anything_else(void)
{
    static const char *const bad[] = {"",
                                      "0",
                                      "Sun",
                                      "Sun, 06 Nov 1994 08:49:37",
                                      "Sun, 6 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49:37 UTC",
                                      "Sun, 06 Nov 1994 24:00:00 GMT",
                                      "Sun, 31 Feb 1994 08:49:37 GMT",
                                      "Sun, 00 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49:37 GMT ",
                                      "Sun, 06 Nov 1969 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:60:37 GMT",
                                      "120",
                                      "-1",
                                      "Xyz, 06 Nov 1994 08:49:37 GMT"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT_EQUAL(http(bad[i]), -1);
    CU_ASSERT_EQUAL(date_parse_basic("19941106T084937", 15), -1);
    CU_ASSERT_EQUAL(date_parse_basic("19700101T000060Z", 16), 60000);
    CU_ASSERT_EQUAL(date_parse_basic("99991231T235959Z", 16),
                    INT64_C(253402300799000));
    CU_ASSERT_EQUAL(date_parse_basic("99991231T235960Z", 16), -1);
    CU_ASSERT_EQUAL(date_parse_basic("19941306T084937Z", 16), -1);
    CU_ASSERT_EQUAL(date_parse_basic("1994-11-06T08:49", 16), -1);
}

static void every_day_of_four_centuries_comes_back(void)
{
    char h[DATE_HTTP_SIZE], b[DATE_BASIC_SIZE];
    int64_t wrong = 0;

    for (int64_t day = 0; day < 146097; day++) {
        int64_t ms = day * 86400000 + day % 86400 * 1000;
        date_http(ms, h);
        date_basic(ms, b);
        wrong += http(h) != ms || date_parse_basic(b, 16) != ms;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void times_no_form_can_say_are_held_at_the_ends(void)
{
    char i[DATE_ISO_SIZE];

    date_iso(-5, i);
    CU_ASSERT_STRING_EQUAL(i, "1970-01-01T00:00:00.000Z");
    date_iso(INT64_MAX, i);
    CU_ASSERT_STRING_EQUAL(i, "9999-12-31T23:59:59.999Z");
    CU_ASSERT_EQUAL(http("Tue, 29 Feb 2000 00:00:00 GMT"),
                    INT64_C(951782400000));
    CU_ASSERT_EQUAL(http("Thu, 29 Feb 2100 00:00:00 GMT"), -1);
}

static void the_system_clock_does_not_go_back(void)
{
    int64_t before = clock_ns(&clock_system);

    CU_ASSERT(clock_ns(&clock_system) >= before);
    CU_ASSERT(clock_unix_ms(&clock_system) > example);
}

static int64_t iso(const char *z)
{
    return date_parse_iso(z, strlen(z));
}

static void iso_dates_are_read_with_and_without_fractions(void)
{
    CU_ASSERT_EQUAL(iso("1994-11-06T08:49:37.000Z"), 784111777000);
    CU_ASSERT_EQUAL(iso("1994-11-06T08:49:37Z"), 784111777000);
    CU_ASSERT_EQUAL(iso("1994-11-06T08:49:37.12Z"), 784111777120);
    CU_ASSERT_EQUAL(iso("1994-11-06T08:49:37.123456789Z"), 784111777123);
    CU_ASSERT_EQUAL(iso("1994-11-06T08:49:37+00:00"), 784111777000);
    CU_ASSERT_EQUAL(iso("1994-11-06T08:49:37"), -1);
    CU_ASSERT_EQUAL(iso("1994-11-06T08:49:37.Z"), -1);
    CU_ASSERT_EQUAL(iso("1994-11-06T08:49:37+01:00"), -1);
    CU_ASSERT_EQUAL(iso("1994-02-30T08:49:37Z"), -1);
    CU_ASSERT_EQUAL(iso("1994-11-06"), -1);
    CU_ASSERT_EQUAL(iso(""), -1);
}

UNIT_MAIN("clock", UNIT(prints_the_three_forms),
          UNIT(reads_the_three_forms_of_http), UNIT(refuses_anything_else),
          UNIT(every_day_of_four_centuries_comes_back),
          UNIT(times_no_form_can_say_are_held_at_the_ends),
          UNIT(the_system_clock_does_not_go_back),
          UNIT(iso_dates_are_read_with_and_without_fractions))
