/* chunked: the frames of an aws-chunked body, and the lines behind them.
 *
 *     HEXLEN[;chunk-signature=64 HEX] CRLF data CRLF ... 0[;...] CRLF
 *     [name:value CRLF ...] [CRLF]
 *
 * Pure: slices in, slices out. The whole body is there already (http1.c has
 * taken HTTP's own chunks off), so a frame is either complete or wrong.
 */
#ifndef MOCKS_S3_CHUNKED_H
#define MOCKS_S3_CHUNKED_H

#include <stdbool.h>

#include "base/str.h"
#include "mocks/http1.h"

struct chunk {
    struct slice data, signature; /* signature.p NULL: it has none */
};

enum chunk_kind { CHUNK_DATA, CHUNK_LAST, CHUNK_BAD };

/* Takes one frame off rest. */
enum chunk_kind chunk_next(struct slice *rest, struct chunk *out);

#define TRAILER_SIGNATURE "x-amz-trailer-signature"

enum trailer_kind { TRAILER_LINE, TRAILER_END, TRAILER_BAD };

/* Takes one line off rest; it may end with LF alone. The end is an empty line
 * or nothing, with nothing behind it; MinIO's clients have an empty line before
 * the trailer's signature too. */
enum trailer_kind trailer_next(struct slice *rest, struct http_header *out);

#endif
