/* str and slice: see str.h. */
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

/* Not tolower(): the locale must not matter. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool slice_ieq(struct slice a, struct slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (a.p[i] != b.p[i] && lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

/* Eight bytes at a time: a byte below 0x20 borrows from its highest bit, and
 * 0x7f is what becomes 0 by its complement. */
static bool any_control(uint64_t v)
{
    static const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t del = v ^ (ones * 0x7f);
    uint64_t low = (v - ones * 0x20) & ~v, is_del = (del - ones) & ~del;

    return (low | is_del) & (ones << 7);
}

bool slice_has_control(struct slice a)
{
    uint64_t v;
    size_t i = 0;

    for (; i + sizeof(v) <= a.len; i += sizeof(v)) {
        memcpy(&v, a.p + i, sizeof(v));
        if (any_control(v))
            return true;
    }
    memset(&v, ' ', sizeof(v));
    if (i < a.len)
        memcpy(&v, a.p + i, a.len - i);
    return any_control(v);
}

bool slice_istarts(struct slice a, const char *prefix)
{
    size_t n = strlen(prefix);

    return a.len >= n && (!n || strncasecmp(a.p, prefix, n) == 0);
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

struct slice slice_trim(struct slice a)
{
    while (a.len && blank(a.p[0])) {
        a.p++;
        a.len--;
    }
    while (a.len && blank(a.p[a.len - 1]))
        a.len--;
    return a;
}

bool slice_int64(struct slice a, long long *out)
{
    bool negative = a.len && a.p[0] == '-';
    long long n = 0;

    if (a.len == (size_t)negative)
        return false;
    /* Summed downwards: the lowest int64 has no positive twin. */
    for (size_t i = negative; i < a.len; i++) {
        int digit = a.p[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(n, 10, &n) ||
            __builtin_sub_overflow(n, digit, &n))
            return false;
    }
    return negative ? (*out = n, true) : !__builtin_sub_overflow(0LL, n, out);
}

bool slice_glob(const char *pattern, struct slice a)
{
    const char *star = NULL;
    size_t i = 0, from = 0;

    while (i < a.len) {
        if (*pattern == '*') {
            star = ++pattern;
            from = i;
        } else if (*pattern && (*pattern == '?' || *pattern == a.p[i])) {
            pattern++;
            i++;
        } else if (star) {
            pattern = star;
            i = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

void str_init(struct str *s, size_t max_bytes)
{
    *s = (struct str){.max = max_bytes};
}

void str_fini(struct str *s)
{
    free(s->p);
    *s = (struct str){.max = s->max};
}

void str_reset(struct str *s)
{
    s->failed = false;
    str_cut(s, 0);
}

/* Room for n more bytes and the zero, or failed. */
static bool grow(struct str *s, size_t n)
{
    size_t need, cap;

    if (n > s->max || s->len > s->max - n) {
        s->failed = true;
        return false;
    }
    need = s->len + n + 1;
    if (need <= s->cap)
        return true;
    cap = s->cap ? s->cap : 32;
    while (cap < need)
        cap = cap > (size_t)1 << 62 ? need : cap * 2;
    s->p = mem_realloc(s->p, cap);
    s->cap = cap;
    return true;
}

void str_room(struct str *s, size_t n)
{
    size_t need;

    if (n > s->max || s->len > s->max - n)
        return;
    need = s->len + n + 1;
    if (need <= s->cap)
        return;
    s->p = mem_realloc(s->p, need);
    s->p[s->len] = '\0';
    s->cap = need;
}

void str_add_growing(struct str *s, const void *p, size_t n)
{
    if (!grow(s, n))
        return;
    if (n)
        memcpy(s->p + s->len, p, n);
    s->len += n;
    s->p[s->len] = '\0';
}

char *str_extend(struct str *s, size_t n)
{
    if (!grow(s, n))
        return NULL;
    s->len += n;
    s->p[s->len] = '\0';
    return s->p + s->len - n;
}

void str_addu(struct str *s, uint64_t n)
{
    char digits[20];
    size_t at = sizeof(digits);

    do
        digits[--at] = (char)('0' + n % 10);
    while (n /= 10);
    str_add(s, digits + at, sizeof(digits) - at);
}

/* Most texts fit into what is there: formatted once, into the spare room. */
void str_vaddf(struct str *s, const char *fmt, va_list ap)
{
    size_t room = s->cap ? s->cap - s->len : 0;
    va_list again;
    int n;

    va_copy(again, ap);
    n = vsnprintf(room ? s->p + s->len : NULL, room, fmt, again);
    va_end(again);
    if (n < 0 || !grow(s, (size_t)n)) {
        s->failed = true;
        str_cut(s, s->len); /* what was written there is not part of it */
        return;
    }
    if ((size_t)n >= room)
        vsnprintf(s->p + s->len, (size_t)n + 1, fmt, ap);
    s->len += (size_t)n;
}

void str_addf(struct str *s, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    str_vaddf(s, fmt, ap);
    va_end(ap);
}

void str_cut(struct str *s, size_t len)
{
    if (!s->p || len > s->len)
        return;
    s->len = len;
    s->p[len] = '\0';
}

const char *str_z(const struct str *s)
{
    return s->p ? s->p : "";
}

struct slice str_slice(const struct str *s)
{
    return (struct slice){str_z(s), s->len};
}

char *str_detach(struct str *s)
{
    char *p = s->p ? s->p : mem_strdup("");

    *s = (struct str){.max = s->max};
    return p;
}
