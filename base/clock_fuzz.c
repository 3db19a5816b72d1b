/* Dates off the wire: what is taken for a date prints as one that is the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void http(const char *p, size_t n)
{
    char text[DATE_HTTP_SIZE];
    int64_t ms = date_parse_http(p, n);

    if (ms < -1 || (ms >= 0 && ms % 1000))
        abort();
    if (ms < 0)
        return;
    date_http(ms, text);
    if (date_parse_http(text, strlen(text)) != ms)
        abort();
}

static void basic(const char *p, size_t n)
{
    char text[DATE_BASIC_SIZE];
    int64_t ms = date_parse_basic(p, n);

    if (ms < -1 || (ms >= 0 && n + 1 != sizeof(text)))
        abort();
    if (ms < 0)
        return;
    date_basic(ms, text); /* a leap second is the next minute's first */
    if (memcmp(text, p, n) != 0 && memcmp(p + 13, "60", 2) != 0)
        abort();
    if (date_parse_basic(text, strlen(text)) != ms)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    http((const char *)data, n);
    basic((const char *)data, n);
    return 0;
}
