/* clock: the only way any code here learns the time.
 *
 * No logic reads the clock by itself: a struct clock is passed in. The system
 * clock calls clock_gettime, which the simulation defines itself, so the same
 * value serves both.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct clock {
    int64_t (*mono_ns)(void *ctx); /* never goes back */
    int64_t (*unix_ms)(void *ctx); /* since 1970, UTC */
    void *ctx;
};

extern const struct clock clock_system;

static inline int64_t clock_ns(const struct clock *c)
{
    return c->mono_ns(c->ctx);
}
static inline int64_t clock_ms(const struct clock *c)
{
    return c->mono_ns(c->ctx) / 1000000;
}
static inline int64_t clock_unix_ms(const struct clock *c)
{
    return c->unix_ms(c->ctx);
}

/* Dates on the wire. The buffers' sizes are the fixed lengths plus one.
 * RFC 9110 "Sun, 06 Nov 1994 08:49:37 GMT"; the parser also takes the two
 * obsolete forms. ISO 8601 "1994-11-06T08:49:37.000Z"; basic, as SigV4 has it,
 * "19941106T084937Z". Parsers return -1 for anything else. */
enum { DATE_HTTP_SIZE = 30, DATE_ISO_SIZE = 25, DATE_BASIC_SIZE = 17 };
void date_http(int64_t unix_ms, char out[DATE_HTTP_SIZE]);
void date_iso(int64_t unix_ms, char out[DATE_ISO_SIZE]);
void date_basic(int64_t unix_ms, char out[DATE_BASIC_SIZE]);
int64_t date_parse_http(const char *p, size_t n);  /* unix ms, or -1 */
int64_t date_parse_basic(const char *p, size_t n); /* unix ms, or -1 */
int64_t date_parse_iso(const char *p, size_t n);   /* also without .000 */

#endif
