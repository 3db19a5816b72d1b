/* Any bytes as an aws-chunked body: frames that lie in it one behind the other,
 * and an end. Data sent in frames comes out as it was. The first byte is the
 * size of the frames that are made.
 */
#include <stdint.h>
#include <stdlib.h>

#include "mocks/s3/chunked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void read_trailer(struct slice rest)
{
    struct http_header line;

    for (;;) {
        size_t before = rest.len;
        enum trailer_kind kind = trailer_next(&rest, &line);

        if (kind != TRAILER_LINE)
            return;
        must(rest.len < before && line.name.len > 0);
    }
}

/* Appends the frames' data to out; false: not such a body. */
static bool read_frames(struct slice rest, struct str *out)
{
    const char *end = rest.p + rest.len;
    struct chunk c;

    for (;;) {
        const char *before = rest.p;
        enum chunk_kind kind = chunk_next(&rest, &c);

        must(rest.p >= before && rest.p + rest.len == end);
        if (kind == CHUNK_BAD)
            return false;
        must(rest.p > before && c.data.p >= before);
        must(!c.signature.p || c.signature.len == 64);
        if (kind == CHUNK_LAST)
            break;
        must(c.data.p + c.data.len <= rest.p);
        str_adds(out, c.data);
    }
    read_trailer(rest);
    return true;
}

static void round_trip(struct slice in, size_t step)
{
    struct str wire, out;

    str_init(&wire, 1 << 24);
    str_init(&out, 1 << 20);
    for (size_t at = 0; at < in.len; at += step) {
        size_t n = in.len - at < step ? in.len - at : step;
        str_addf(&wire, "%zx\r\n", n);
        str_add(&wire, in.p + at, n);
        str_addz(&wire, "\r\n");
    }
    str_addz(&wire, "0\r\n\r\n");
    must(read_frames(str_slice(&wire), &out));
    must(slice_eq(str_slice(&out), in));
    str_fini(&wire);
    str_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str out;

    if (n == 0)
        return 0;
    struct slice body = {(const char *)data + 1, n - 1};
    str_init(&out, 1 << 20);
    read_frames(body, &out);
    must(out.len < body.len || !body.len);
    str_fini(&out);
    round_trip(body, 1u + data[0]);
    return 0;
}
