/* json_number: see json_number.h. Literals are compared in a canonical form:
 * significant digits without zeros at either end, and a power of ten.
 */
#include "base/json_number.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static const double exact_limit = 9007199254740992.0; /* 2^53 */

static void format_integer(int64_t n, char out[JSON_NUMBER_SIZE])
{
    char digits[24], *p = digits + sizeof(digits);
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

    *--p = '\0';
    do
        *--p = (char)('0' + left % 10);
    while (left /= 10);
    if (n < 0)
        *--p = '-';
    memcpy(out, p, (size_t)(digits + sizeof(digits) - p));
}

void json_format_double(double d, char out[JSON_NUMBER_SIZE])
{
    if (!isfinite(d)) {
        snprintf(out, JSON_NUMBER_SIZE, "null");
        return;
    }
    if (fabs(d) <= exact_limit && d >= -exact_limit && floor(d) >= d &&
        !(fpclassify(d) == FP_ZERO && signbit(d))) {
        format_integer((int64_t)d, out);
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        double back;
        snprintf(out, JSON_NUMBER_SIZE, "%.*g", precision, d);
        back = strtod(out, NULL);
        if (back >= d && back <= d)
            return;
    }
}

int json_clamp_int(double d)
{
    if (d >= INT_MAX)
        return INT_MAX;
    return d <= INT_MIN ? INT_MIN : (int)d;
}

/* ---- canonical form ------------------------------------------------------ */

struct decimal {
    bool negative;
    const char *p;   /* digits, with perhaps one '.' among them */
    size_t len;      /* from the first significant to the last, both not 0 */
    long long power; /* of ten, of the last digit; all 0 for zero */
};

enum { POWER_LIMIT = 1000000 };

static long long exponent_of(struct slice s)
{
    long long n = 0;

    if (s.len && s.p[0] == '+') {
        s.p++;
        s.len--;
    }
    if (!slice_int64(s, &n) || n > POWER_LIMIT)
        return s.len && s.p[0] == '-' ? -POWER_LIMIT : POWER_LIMIT;
    return n < -POWER_LIMIT ? -POWER_LIMIT : n;
}

static struct decimal decimal_of(struct slice s)
{
    struct decimal d = {0};
    size_t end = 0, first, last, point;
    long long power = 0;

    if (s.len && s.p[0] == '-') {
        d.negative = true;
        s.p++;
        s.len--;
    }
    while (end < s.len && s.p[end] != 'e' && s.p[end] != 'E')
        end++;
    if (end < s.len)
        power = exponent_of((struct slice){s.p + end + 1, s.len - end - 1});
    for (point = 0; point < end && s.p[point] != '.'; point++)
        ;
    for (first = 0; first < end && strchr("0.", s.p[first]); first++)
        ;
    for (last = end; last > first && strchr("0.", s.p[last - 1]); last--)
        ;
    if (first == last)
        return d; /* zero; its sign is kept */
    d.p = s.p + first;
    d.len = last - first;
    /* last - 1 is the index of the last digit; the point sits at point. */
    d.power = last - 1 < point ? power + (long long)(point - 1 - (last - 1))
                               : power - (long long)(last - 1 - point);
    return d;
}

/* Digits one by one, the point left out. '\0' at the end. */
static char next_digit(const struct decimal *d, size_t *at)
{
    if (*at < d->len && d->p[*at] == '.')
        ++*at;
    return *at < d->len ? d->p[(*at)++] : '\0';
}

static bool same_digits(const struct decimal *a, const struct decimal *b)
{
    size_t i = 0, k = 0;
    char c;

    do {
        c = next_digit(a, &i);
        if (c != next_digit(b, &k))
            return false;
    } while (c);
    return true;
}

static size_t count_digits(const struct decimal *d)
{
    return d->len - (d->len && memchr(d->p, '.', d->len) ? 1 : 0);
}

static bool is_integer(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (strchr(".eE", s.p[i]))
            return false;
    return true;
}

bool json_literals_equal(struct slice a, struct slice b)
{
    struct decimal x = decimal_of(a), y = decimal_of(b);

    if (!x.len || !y.len)
        return !x.len && !y.len; /* -0 equals 0 */
    return x.negative == y.negative && x.power == y.power &&
           same_digits(&x, &y);
}

/* strtod of a terminated copy: the text may end where the buffer does. */
static double to_double(struct slice s)
{
    char small[64];
    char *z = s.len < sizeof(small) ? small : mem_alloc(s.len + 1);
    double d;

    memcpy(z, s.p, s.len);
    z[s.len] = '\0';
    d = strtod(z, NULL);
    if (z != small)
        free(z);
    return d;
}

/* Whole numbers of so many digits are doubles, and print as they stand; but for
 * "-0". */
static bool small_integer(struct slice literal, double *out)
{
    enum { DIGITS = 15 };
    bool negative = literal.len > 0 && literal.p[0] == '-';
    int64_t n = 0;

    if (literal.len > DIGITS || (negative && literal.p[1] == '0'))
        return false;
    for (size_t i = negative; i < literal.len; i++) {
        if (literal.p[i] < '0' || literal.p[i] > '9')
            return false;
        n = n * 10 + (literal.p[i] - '0');
    }
    *out = (double)(negative ? -n : n);
    return true;
}

bool json_literal_is_double(struct slice literal, double *out)
{
    struct decimal want, have;
    char printed[JSON_NUMBER_SIZE];
    double d;

    if (small_integer(literal, out))
        return true;
    want = decimal_of(literal);
    if (count_digits(&want) > 17)
        return false;
    d = to_double(literal);
    if (!isfinite(d) || fabs(d) > exact_limit)
        return false;
    if (!is_integer(literal) && floor(d) >= d)
        return false; /* 1.0: or it could not be told from the integer 1 */
    json_format_double(d, printed);
    have = decimal_of(slice_of(printed));
    *out = d;
    return want.negative == have.negative && want.power == have.power &&
           same_digits(&want, &have);
}

double json_literal_value(struct slice literal)
{
    return to_double(literal);
}
