/* Percent-encoding and base64: what was encoded decodes to the same, what
 * decodes strictly encodes to the same, and the rest is refused.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/percent.h"

enum { MOST = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must_equal(const struct str *a, struct slice b)
{
    if (a->failed || !slice_eq(str_slice(a), b))
        abort();
}

static void percent(struct slice in)
{
    struct str coded, plain;

    str_init(&coded, MOST);
    str_init(&plain, MOST);
    percent_encode(&coded, in, "/");
    if (!percent_decode(&plain, str_slice(&coded), true))
        abort();
    must_equal(&plain, in);
    str_reset(&plain);
    if (percent_decode(&plain, in, false) && plain.len > in.len)
        abort();
    str_fini(&coded);
    str_fini(&plain);
}

static void base64(struct slice in)
{
    struct str coded, plain;

    str_init(&coded, MOST);
    str_init(&plain, MOST);
    base64_encode(&coded, in);
    if (!base64_decode(&plain, str_slice(&coded)))
        abort();
    must_equal(&plain, in);
    str_reset(&plain);
    str_reset(&coded);
    if (base64_decode(&plain, in)) {
        base64_encode(&coded, str_slice(&plain));
        must_equal(&coded, in);
    }
    str_fini(&coded);
    str_fini(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice in = {(const char *)data, n};

    percent(in);
    base64(in);
    return 0;
}
