/* utf8: is this UTF-8, and how is a code point written in it? */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/* Length (1 to 4) of the well-formed sequence that p begins with, or 0 when
 * there is none within n bytes: overlong forms, surrogates and values above
 * U+10FFFF are none. */
size_t utf8_length(const char *p, size_t n);

/* Writes c (at most 0x10ffff) and returns how many bytes that took. */
size_t utf8_put(char to[4], unsigned c);

/* How many bytes text begins with that JSON writes as they are: ASCII without
 * control characters, quote and backslash. Nearly all text is of these. */
size_t utf8_plain(const char *text, size_t n);

#endif
