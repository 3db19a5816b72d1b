/* chunked: see chunked.h. */
#include "mocks/s3/chunked.h"

#include <string.h>

#include "mocks/s3/sigv4.h"

enum { MOST_LINE = 4096, MOST_DIGITS = 12 };

static bool take_crlf(struct slice *rest)
{
    if (rest->len < 2 || rest->p[0] != '\r' || rest->p[1] != '\n')
        return false;
    rest->p += 2;
    rest->len -= 2;
    return true;
}

/* The line without its end; strict: CRLF, else LF will do. */
static bool take_line(struct slice *rest, bool strict, struct slice *line)
{
    size_t most = rest->len < MOST_LINE ? rest->len : MOST_LINE;
    const char *lf = most ? memchr(rest->p, '\n', most) : NULL;

    if (!lf)
        return false;
    *line = (struct slice){rest->p, (size_t)(lf - rest->p)};
    rest->len -= line->len + 1;
    rest->p = lf + 1;
    if (line->len && line->p[line->len - 1] == '\r')
        line->len--;
    else if (strict)
        return false;
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "400" or "400;chunk-signature=..." */
static bool read_head(struct slice line, size_t *size, struct slice *signature)
{
    static const char name[] = ";chunk-signature=";
    size_t i = 0, n = sizeof(name) - 1;

    *size = 0;
    for (; i < line.len && hex_value(line.p[i]) >= 0; i++) {
        if (i == MOST_DIGITS)
            return false;
        *size = *size * 16 + (size_t)hex_value(line.p[i]);
    }
    *signature = (struct slice){NULL, 0};
    if (i == 0 || i == line.len)
        return i > 0;
    if (line.len - i < n || memcmp(line.p + i, name, n) != 0)
        return false;
    *signature = (struct slice){line.p + i + n, line.len - i - n};
    return sigv4_is_signature(*signature);
}

enum chunk_kind chunk_next(struct slice *rest, struct chunk *out)
{
    struct slice line;
    size_t size;

    if (!take_line(rest, true, &line) ||
        !read_head(line, &size, &out->signature))
        return CHUNK_BAD;
    out->data = (struct slice){rest->p, size};
    if (size == 0)
        return CHUNK_LAST;
    if (size > rest->len)
        return CHUNK_BAD;
    rest->p += size;
    rest->len -= size;
    return take_crlf(rest) ? CHUNK_DATA : CHUNK_BAD;
}

static bool is_name(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return s.len > 0;
}

enum trailer_kind trailer_next(struct slice *rest, struct http_header *out)
{
    struct slice line;
    const char *colon;

    if (rest->len == 0)
        return TRAILER_END;
    if (!take_line(rest, false, &line))
        return TRAILER_BAD;
    if (line.len == 0 && rest->len == 0)
        return TRAILER_END;
    if (line.len == 0 && (!slice_starts(*rest, TRAILER_SIGNATURE ":") ||
                          !take_line(rest, false, &line)))
        return TRAILER_BAD;
    colon = memchr(line.p, ':', line.len);
    if (!colon)
        return TRAILER_BAD;
    out->name = (struct slice){line.p, (size_t)(colon - line.p)};
    out->value =
        slice_trim((struct slice){colon + 1, line.len - out->name.len - 1});
    return is_name(out->name) ? TRAILER_LINE : TRAILER_BAD;
}
