/* percent: see percent.h. */
#include "base/percent.h"

#include <stdint.h>
#include <string.h>

static bool unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

size_t percent_plain(struct slice s, const char *keep)
{
    size_t i = 0;

    while (i < s.len && (unreserved(s.p[i]) ||
                         (s.p[i] && strchr(keep, (unsigned char)s.p[i]))))
        i++;
    return i;
}

void percent_encode(struct str *out, struct slice s, const char *keep)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (unreserved(s.p[i]) || (c && strchr(keep, c))) {
            str_addc(out, s.p[i]);
        } else {
            char three[] = {'%', digits[c >> 4], digits[c & 15]};
            str_add(out, three, sizeof(three));
        }
    }
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool percent_decode(struct str *out, struct slice s, bool plus_is_blank)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (c == '%') {
            int high = i + 2 < s.len ? hex_value(s.p[i + 1]) : -1;
            int low = i + 2 < s.len ? hex_value(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        str_addc(out, c);
    }
    return true;
}

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct str *out, struct slice bytes)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t v = 0;
        char four[4];

        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (k < n ? (unsigned char)bytes.p[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            four[k] = k <= n ? alphabet[v >> (18 - 6 * k) & 63] : '=';
        str_add(out, four, sizeof(four));
    }
}

/* The value of four characters with pad many '=' at the end, or -1. */
static int64_t quad(const char *p, size_t pad)
{
    uint32_t v = 0;

    for (size_t k = 0; k < 4; k++) {
        const char *at = NULL;
        if (k < 4 - pad && p[k])
            at = memchr(alphabet, p[k], 64);
        else if (p[k] == '=')
            at = alphabet;
        if (!at)
            return -1;
        v = v << 6 | (uint32_t)(at - alphabet);
    }
    /* Bits that belong to no byte must be 0, or two texts mean the same. */
    return v & ((1U << 8 * pad) - 1) ? -1 : (int64_t)v;
}

bool base64_decode(struct str *out, struct slice text)
{
    if (text.len % 4)
        return false;
    for (size_t i = 0; i < text.len; i += 4) {
        const char *p = text.p + i;
        size_t pad = 0;
        int64_t v;

        if (i + 4 == text.len)
            pad = (size_t)(p[3] == '=') + (p[3] == '=' && p[2] == '=');
        v = quad(p, pad);
        if (v < 0)
            return false;
        for (size_t k = 0; k < 3 - pad; k++)
            str_addc(out, (char)(v >> (16 - 8 * k) & 255));
    }
    return true;
}

void hex_encode(struct str *out, struct slice bytes)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        str_addc(out, digits[c >> 4]);
        str_addc(out, digits[c & 15]);
    }
}
