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

/* One odd byte, at every place of a text longer than a word. */
static void plain_text_ends_where_it_does(void)
{
    char text[40];
    unsigned wrong = 0;

    for (int c = 0; c < 256; c++) {
        bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
        for (size_t at = 0; at < sizeof(text); at++) {
            memset(text, '~', sizeof(text));
            text[at] = (char)c;
            wrong +=
                utf8_plain(text, sizeof(text)) != (plain ? sizeof(text) : at);
            wrong += utf8_plain(text, at) != at;
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

UNIT_MAIN("utf8", UNIT(plain_text_ends_where_it_does),
          UNIT(every_code_point_comes_back), UNIT(refuses_ill_formed_sequences))
