/* utf8: see utf8.h. The table is that of Unicode, chapter 3, table 3-7. */
#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

static const struct form {
    unsigned char first, last, low, high; /* range of the second byte */
    unsigned char len;
} forms[] = {{0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2},
             {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
             {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
             {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
             {0xf4, 0xf4, 0x80, 0x8f, 4}};

static const struct form *form_of(unsigned char c)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (c >= forms[i].first && c <= forms[i].last)
            return &forms[i];
    return NULL;
}

size_t utf8_length(const char *text, size_t n)
{
    const unsigned char *p = (const unsigned char *)text;
    const struct form *f = n ? form_of(p[0]) : NULL;

    if (!f || f->len > n)
        return 0;
    if (f->len > 1 && (p[1] < f->low || p[1] > f->high))
        return 0;
    for (size_t i = 2; i < f->len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return f->len;
}

size_t utf8_put(char to[4], unsigned c)
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    for (size_t i = len - 1; i > 0; i--, c >>= 6)
        to[i] = (char)(0x80 | (c & 63));
    to[0] = (char)(lead[len] | c);
    return len;
}

/* Eight bytes at once: not 0 when one of them is not plain. Taking 0x20 from a
 * smaller byte, or 1 from a zero, borrows and sets the high bit; what a borrow
 * does to later bytes does not matter, as there is a hit already. */
static uint64_t odd_ones(uint64_t w)
{
    const uint64_t ones = 0x0101010101010101U, high = 0x8080808080808080U;
    uint64_t quote = w ^ (ones * '"'), backslash = w ^ (ones * '\\');
    uint64_t del = w ^ (ones * 0x7f);

    return ((w - ones * 0x20) | (quote - ones) | (backslash - ones) |
            (del - ones) | w) &
           high;
}

size_t utf8_plain(const char *text, size_t n)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t i = 0;

    for (uint64_t w; n - i >= sizeof(w); i += sizeof(w)) {
        memcpy(&w, p + i, sizeof(w));
        if (odd_ones(w))
            break;
    }
    while (i < n && p[i] >= 0x20 && p[i] < 0x7f && p[i] != '"' && p[i] != '\\')
        i++;
    return i;
}
