/* spec: texts with units, ranges, and the nearest word. */
#include "base/spec.h"

#include <string.h>

#include "base/str.h"

struct unit {
    const char *name;
    int64_t factor;
};

/* A decimal number and one of units (ended by a NULL name), as a whole number
 * of the smallest one. */
static bool with_unit(struct slice s, const struct unit *units, int64_t *out)
{
    int64_t whole = 0, tenths = 0, scale = 1, scaled;
    size_t i = 0, from = 0;

    for (; i < s.len && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, s.p[i] - '0', &whole))
            return false;
    if (i == 0)
        return false;
    if (i < s.len && s.p[i] == '.') {
        from = ++i;
        for (; i < s.len && s.p[i] >= '0' && s.p[i] <= '9'; i++, scale *= 10)
            if (i - from == 9)
                return false;
            else
                tenths = tenths * 10 + (s.p[i] - '0');
        if (i == from)
            return false;
    }
    for (; units->name; units++)
        if (slice_eqz((struct slice){s.p + i, s.len - i}, units->name))
            break;
    if (!units->name || __builtin_mul_overflow(whole, units->factor, &whole) ||
        __builtin_mul_overflow(tenths, units->factor, &scaled) ||
        scaled % scale)
        return false;
    return !__builtin_add_overflow(whole, scaled / scale, out);
}

bool spec_parse_duration(const char *z, int64_t *ms)
{
    static const struct unit units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {NULL, 0}};

    if (strcmp(z, "0") == 0)
        return *ms = 0, true;
    return with_unit(slice_of(z), units, ms);
}

bool spec_parse_size(const char *z, int64_t *bytes)
{
    static const struct unit units[] = {{"", 1},          {"B", 1},
                                        {"KiB", 1024},    {"MiB", 1 << 20},
                                        {"GiB", 1 << 30}, {NULL, 0}};

    return with_unit(slice_of(z), units, bytes);
}

bool spec_parse_range(const char *z, struct spec_range *out)
{
    struct slice s = slice_of(z), head = s, tail;
    const char *dash = strchr(z, '-');
    long long first, last = INT64_MAX;

    if (dash)
        head.len = (size_t)(dash - z);
    if (!slice_int64(head, &first)) /* "-3" has an empty head */
        return false;
    if (dash) {
        tail = slice_of(dash + 1);
        if (tail.len && (!slice_int64(tail, &last) || last < 0))
            return false;
    } else {
        last = first;
    }
    if (last < first)
        return false;
    *out = (struct spec_range){first, last};
    return true;
}

/* ---- nearest ------------------------------------------------------------- */

enum { LONGEST = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours. Both are at
 * most LONGEST long. */
static size_t distance(struct slice a, struct slice b)
{
    size_t rows[3][LONGEST + 1], *older = rows[0], *old = rows[1],
                                 *row = rows[2];

    for (size_t k = 0; k <= b.len; k++)
        old[k] = k;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *spare = older;
        row[0] = i;
        for (size_t k = 1; k <= b.len; k++) {
            row[k] = least(old[k - 1] + (a.p[i - 1] != b.p[k - 1]),
                           least(old[k], row[k - 1]) + 1);
            if (i > 1 && k > 1 && a.p[i - 1] == b.p[k - 2] &&
                a.p[i - 2] == b.p[k - 1])
                row[k] = least(row[k], older[k - 2] + 1);
        }
        older = old;
        old = row;
        row = spare;
    }
    return old[b.len];
}

const char *spec_nearest(const char *word, const char *const *words)
{
    struct slice a = slice_of(word);
    size_t best = a.len / 3 + 1;
    const char *near = NULL;

    if (a.len > LONGEST)
        return NULL;
    for (; *words; words++) {
        struct slice b = slice_of(*words);
        size_t d = b.len <= LONGEST ? distance(a, b) : best;
        if (d < best) {
            best = d;
            near = *words;
        }
    }
    return near;
}
