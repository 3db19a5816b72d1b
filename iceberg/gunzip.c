/* gunzip: bounded reading of gzip data.
 *
 * Several members one after the other count as one text, as the format says;
 * anything behind the last member is damage. Output grows with what is really
 * there and never beyond out->max, so that a small bomb stays small.
 */
#include "iceberg/http.h"

#include <limits.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

enum { STEP = 32 << 10, GZIP_ONLY = 15 + 16 };

/* One inflate call; what it made goes to out. */
static int step(z_stream *z, struct str *out)
{
    unsigned char buffer[STEP];
    int rc;

    z->next_out = buffer;
    z->avail_out = sizeof(buffer);
    rc = inflate(z, Z_NO_FLUSH);
    str_add(out, buffer, sizeof(buffer) - z->avail_out);
    return rc;
}

static bool unpack(z_stream *z, struct str *out)
{
    for (;;) {
        int rc = step(z, out);

        if (out->failed || (rc != Z_OK && rc != Z_STREAM_END))
            return false;
        if (rc == Z_STREAM_END) {
            if (!z->avail_in)
                return true;
            if (inflateReset(z) != Z_OK)
                return false;
        }
    }
}

bool ice__gunzip(struct slice in, struct str *out)
{
    z_stream z;
    bool ok;

    if (!in.len || in.len > UINT_MAX)
        return false;
    memset(&z, 0, sizeof(z));
    if (inflateInit2(&z, GZIP_ONLY) != Z_OK)
        return false;
    z.next_in = (const unsigned char *)in.p;
    z.avail_in = (unsigned)in.len;
    ok = unpack(&z, out);
    inflateEnd(&z);
    return ok;
}
