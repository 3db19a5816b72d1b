/* clock: see clock.h. The only file that asks the system for the time. Dates
 * are computed here: the C library's functions depend on locale and time zone.
 */
#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t system_mono_ns(void *ctx)
{
    struct timespec t;

    (void)ctx;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t system_unix_ms(void *ctx)
{
    struct timespec t;

    (void)ctx;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const struct clock clock_system = {system_mono_ns, system_unix_ms, NULL};

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char *const weekdays[] = {"Sunday",    "Monday",   "Tuesday",
                                       "Wednesday", "Thursday", "Friday",
                                       "Saturday"};

struct date {
    int year, month, day; /* month and day from 1 */
    int hour, minute, second, ms;
    int weekday; /* 0 = Sunday */
};

/* Days since 1970-01-01 of a day of the Gregorian calendar; the year is taken
 * to begin in March, so that the leap day is its last one. */
static int64_t days_of(int64_t y, int m, int d)
{
    int64_t era, yoe, doy;

    y -= m <= 2;
    era = (y >= 0 ? y : y - 399) / 400;
    yoe = y - era * 400;
    doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void civil_of(int64_t days, struct date *out)
{
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (int)((5 * doy + 2) / 153);

    out->day = (int)(doy - (153 * mp + 2) / 5 + 1);
    out->month = mp < 10 ? mp + 3 : mp - 9;
    out->year = (int)(yoe + era * 400 + (out->month <= 2));
    out->weekday = (int)(((days + 4) % 7 + 7) % 7);
}

/* What four digits of a year can say; anything else is held at the ends. */
static const int64_t last_ms = INT64_C(253402300799999);

static struct date date_of(int64_t unix_ms)
{
    struct date d;
    int64_t ms;

    if (unix_ms < 0)
        unix_ms = 0;
    if (unix_ms > last_ms)
        unix_ms = last_ms;
    civil_of(unix_ms / 86400000, &d);
    ms = unix_ms % 86400000;
    d.hour = (int)(ms / 3600000);
    d.minute = (int)(ms / 60000 % 60);
    d.second = (int)(ms / 1000 % 60);
    d.ms = (int)(ms % 1000);
    return d;
}

/* n in so many digits; returns the place behind them. */
static char *digits(char *to, int n, int width)
{
    for (int i = width - 1; i >= 0; i--, n /= 10)
        to[i] = (char)('0' + n % 10);
    return to + width;
}

static char *text(char *to, const char *from, size_t n)
{
    memcpy(to, from, n);
    return to + n;
}

void date_http(int64_t unix_ms, char out[DATE_HTTP_SIZE])
{
    struct date d = date_of(unix_ms);
    char *to = text(out, weekdays[d.weekday], 3);

    to = digits(text(to, ", ", 2), d.day, 2);
    to = text(text(to, " ", 1), months + (size_t)(3 * (d.month - 1)), 3);
    to = digits(text(to, " ", 1), d.year, 4);
    to = digits(text(to, " ", 1), d.hour, 2);
    to = digits(text(to, ":", 1), d.minute, 2);
    to = digits(text(to, ":", 1), d.second, 2);
    text(to, " GMT", sizeof(" GMT"));
}

void date_iso(int64_t unix_ms, char out[DATE_ISO_SIZE])
{
    struct date d = date_of(unix_ms);
    char *to = digits(out, d.year, 4);

    to = digits(text(to, "-", 1), d.month, 2);
    to = digits(text(to, "-", 1), d.day, 2);
    to = digits(text(to, "T", 1), d.hour, 2);
    to = digits(text(to, ":", 1), d.minute, 2);
    to = digits(text(to, ":", 1), d.second, 2);
    to = digits(text(to, ".", 1), d.ms, 3);
    text(to, "Z", sizeof("Z"));
}

void date_basic(int64_t unix_ms, char out[DATE_BASIC_SIZE])
{
    struct date d = date_of(unix_ms);
    char *to = digits(out, d.year, 4);

    to = digits(digits(to, d.month, 2), d.day, 2);
    to = digits(text(to, "T", 1), d.hour, 2);
    to = digits(digits(to, d.minute, 2), d.second, 2);
    text(to, "Z", sizeof("Z"));
}

/* Reading: a template against the text. A letter stands for a digit of that
 * field (Y year, N month, D day, h m s), '_' for a digit or blank of the day,
 * 'b' for three letters of the month, 'a' for the short and 'l' for the long
 * name of a weekday; anything else for itself. */
static bool digit_into(int *field, char c)
{
    if (c < '0' || c > '9')
        return false;
    *field = *field * 10 + (c - '0');
    return true;
}

static bool month_into(struct date *d, const char *p)
{
    for (int m = 0; m < 12; m++)
        if (memcmp(p, months + (size_t)(3 * m), 3) == 0) {
            d->month = m + 1;
            return true;
        }
    return false;
}

static size_t weekday_length(const char *p, size_t n, bool whole)
{
    for (size_t i = 0; i < 7; i++) {
        size_t len = whole ? strlen(weekdays[i]) : 3;
        if (len <= n && memcmp(p, weekdays[i], len) == 0)
            return len;
    }
    return 0;
}

static int *field_of(struct date *d, char t)
{
    switch (t) {
    case 'Y':
        return &d->year;
    case 'N':
        return &d->month;
    case 'D':
    case '_':
        return &d->day;
    case 'h':
        return &d->hour;
    case 'm':
        return &d->minute;
    case 's':
        return &d->second;
    default:
        return NULL;
    }
}

/* How many bytes of p the template's letter t takes, 0 when it does not fit. */
static size_t match_one(struct date *d, char t, const char *p, size_t n)
{
    int *field = field_of(d, t);

    if (t == 'a' || t == 'l')
        return weekday_length(p, n, t == 'l');
    if (t == 'b')
        return n >= 3 && month_into(d, p) ? 3 : 0;
    if (!n)
        return 0;
    if (t == '_' && *p == ' ')
        return 1;
    if (field)
        return digit_into(field, *p);
    return t == *p;
}

static bool match(struct date *d, const char *form, const char *p, size_t n)
{
    *d = (struct date){0};
    for (; *form; form++) {
        size_t took = match_one(d, *form, p, n);
        if (!took)
            return false;
        p += took;
        n -= took;
    }
    return n == 0;
}

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t unix_ms_of(const struct date *d)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};

    if (d->year < 1970 || d->month < 1 || d->month > 12 || d->day < 1 ||
        d->hour > 23 || d->minute > 59 || d->second > 60)
        return -1;
    if (d->day > lengths[d->month - 1] + (d->month == 2 && leap(d->year)))
        return -1;
    int64_t ms = days_of(d->year, d->month, d->day) * 86400000 +
                 d->hour * INT64_C(3600000) + d->minute * 60000 +
                 d->second * 1000;
    return ms > last_ms ? -1 : ms; /* the leap second at the end of 9999 */
}

int64_t date_parse_http(const char *p, size_t n)
{
    struct date d;

    if (match(&d, "a, DD b YYYY hh:mm:ss GMT", p, n) ||
        match(&d, "a b _D hh:mm:ss YYYY", p, n))
        return unix_ms_of(&d);
    if (!match(&d, "l, DD-b-YY hh:mm:ss GMT", p, n))
        return -1;
    /* Two digits: RFC 9110 wants the past when it would be more than 50 years
     * ahead. A fixed pivot gives the same without asking for the time. */
    d.year += d.year >= 70 ? 1900 : 2000;
    return unix_ms_of(&d);
}

int64_t date_parse_basic(const char *p, size_t n)
{
    struct date d;

    return match(&d, "YYYYNNDDThhmmssZ", p, n) ? unix_ms_of(&d) : -1;
}

/* The digits of a fraction, at most milliseconds of which count. */
static size_t fraction(const char *p, size_t n, int64_t *ms)
{
    size_t i = 1;
    int64_t unit = 100;

    if (n < 2 || p[0] != '.')
        return 0;
    for (; i < n && i < 10 && p[i] >= '0' && p[i] <= '9'; i++, unit /= 10)
        *ms += unit * (p[i] - '0');
    return i > 1 ? i : 0;
}

int64_t date_parse_iso(const char *p, size_t n)
{
    enum { SECONDS = sizeof("YYYY-NN-DDThh:mm:ss") - 1 };
    struct date d;
    int64_t ms = 0, whole;
    size_t at = SECONDS;

    if (n <= SECONDS || !match(&d, "YYYY-NN-DDThh:mm:ss", p, SECONDS))
        return -1;
    at += fraction(p + at, n - at, &ms);
    if (!(n - at == 1 && p[at] == 'Z') &&
        !(n - at == 6 && memcmp(p + at, "+00:00", 6) == 0))
        return -1;
    whole = unix_ms_of(&d);
    return whole < 0 ? -1 : whole + ms;
}
