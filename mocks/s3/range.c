/* range: see range.h. */
#include "mocks/s3/range.h"

#include <stdint.h>
#include <string.h>

/* Digits only, nothing else; numbers too big are cut to the largest. */
static bool number(struct slice s, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (*out > (UINT64_MAX - 9) / 10)
            *out = UINT64_MAX / 10 - 1;
        *out = *out * 10 + (uint64_t)(s.p[i] - '0');
    }
    return s.len > 0;
}

static struct range suffix(uint64_t n, size_t size)
{
    if (n == 0 || size == 0)
        return (struct range){.kind = RANGE_OUTSIDE};
    if (n > size)
        n = size;
    return (struct range){RANGE_PART, size - n, n};
}

static struct range span(uint64_t first, uint64_t last, size_t size)
{
    if (first >= size)
        return (struct range){.kind = RANGE_OUTSIDE};
    if (last >= size)
        last = size - 1;
    return (struct range){RANGE_PART, first, last - first + 1};
}

struct range range_parse(struct slice value, size_t size,
                         bool turned_is_outside)
{
    struct range whole = {.kind = RANGE_WHOLE};
    struct slice v = slice_trim(value), a, b;
    const char *dash;
    uint64_t first, last;

    if (!slice_starts(v, "bytes="))
        return whole;
    v = (struct slice){v.p + 6, v.len - 6};
    dash = v.len ? memchr(v.p, '-', v.len) : NULL;
    if (!dash)
        return whole;
    a = (struct slice){v.p, (size_t)(dash - v.p)};
    b = (struct slice){dash + 1, v.len - a.len - 1};
    if (a.len == 0)
        return number(b, &last) ? suffix(last, size) : whole;
    if (!number(a, &first))
        return whole;
    if (b.len == 0)
        return span(first, UINT64_MAX, size);
    if (!number(b, &last))
        return whole;
    if (last < first) {
        whole.kind = turned_is_outside ? RANGE_OUTSIDE : RANGE_WHOLE;
        return whole;
    }
    return span(first, last, size);
}
