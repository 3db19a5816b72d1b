/* Tests of utf8. */
#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

#include "base/unit.h"

static void every_code_point_comes_back(void)
{
    unsigned wrong = 0;

    for (unsigned c = 0; c <= 0x10ffff; c++) {
        char buf[4];
        size_t n = utf8_put(buf, c);
        bool surrogate = c >= 0xd800 && c <= 0xdfff;
        wrong += utf8_length(buf, n) != (surrogate ? 0 : n);
        wrong += utf8_length(buf, n - 1) != 0;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void refuses_ill_formed_sequences(void)
{
    static const char *const bad[] = {"\x80",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x9f\xbf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xc3(",
                                      "\xe2\x82(",
                                      "\xff"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT_EQUAL(utf8_length(bad[i], strlen(bad[i])), 0);
}

UNIT_MAIN("utf8", UNIT(every_code_point_comes_back),
          UNIT(refuses_ill_formed_sequences))
