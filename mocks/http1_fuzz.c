/* http1_fuzz: any bytes, whole and in pieces, must give the same request. */
#include <stdlib.h>
#include <string.h>

#include "mocks/http1_split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct http1_limits small = {
        .head_bytes = 512, .target_bytes = 64, .headers = 8, .body_bytes = 256};
    struct str whole, pieces;

    if (size < 2)
        return 0;
    struct slice in = {(const char *)data + 1, size - 1};
    str_init(&whole, 1 << 20);
    str_init(&pieces, 1 << 20);
    http1_split(&small, in, in.len, in.len, &whole);
    http1_split(&small, in, data[0] % (in.len + 1), 1u + data[0] % 7u, &pieces);
    if (!slice_eq(str_slice(&whole), str_slice(&pieces)))
        abort();
    str_fini(&whole);
    str_fini(&pieces);
    return 0;
}
