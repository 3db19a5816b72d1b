/* Bounded reading of gzip data: never more than was allowed, from any bytes,
 * and what was packed comes out as it was. The first byte chooses the bound.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/arena.h"
#include "iceberg/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void unpack(struct slice in, size_t most)
{
    struct str out;

    str_init(&out, most);
    str_addz(&out, "x");
    must(!ice__gunzip(in, &out) || !out.failed);
    must(out.len <= most && out.p[0] == 'x');
    str_fini(&out);
}

static size_t pack(const uint8_t *data, size_t n, uint8_t *to, size_t room)
{
    z_stream z;

    memset(&z, 0, sizeof(z));
    must(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) ==
         Z_OK);
    z.next_in = (z_const Bytef *)data;
    z.avail_in = (uInt)n;
    z.next_out = to;
    z.avail_out = (uInt)room;
    must(deflate(&z, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static void round_trip(const uint8_t *data, size_t n)
{
    size_t room = n + n / 8 + 64;
    uint8_t *packed = mem_alloc(room);
    struct str out;

    str_init(&out, n);
    room = pack(data, n, packed, room);
    must(ice__gunzip((struct slice){(char *)packed, room}, &out));
    must(slice_eq(str_slice(&out), (struct slice){(const char *)data, n}));
    str_fini(&out);
    free(packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    unpack((struct slice){(const char *)data + 1, n - 1},
           (size_t)1 << (data[0] % 20u));
    round_trip(data, n);
    return 0;
}
