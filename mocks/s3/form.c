/* form: see form.h. */
#include "mocks/s3/form.h"

#include <string.h>
#include <strings.h>

enum { MAX_BOUNDARY = 70, MAX_HEAD = 4096, MARK_SIZE = MAX_BOUNDARY + 4 };

/* The value of ; name="value" or ; name=value in a header. p NULL: none. */
static struct slice parameter(struct slice header, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i + n + 1 < header.len; i++) {
        struct slice v = {header.p + i + n + 1, header.len - i - n - 1};
        const char *end;

        if ((i > 0 && !strchr("; \t", header.p[i - 1])) ||
            strncasecmp(header.p + i, name, n) != 0 || header.p[i + n] != '=')
            continue;
        if (v.len && v.p[0] == '"') {
            v = (struct slice){v.p + 1, v.len - 1};
            end = memchr(v.p, '"', v.len);
        } else {
            end = memchr(v.p, ';', v.len);
        }
        if (end)
            v.len = (size_t)(end - v.p);
        return v;
    }
    return (struct slice){NULL, 0};
}

static bool take(struct slice *rest, const char *p, size_t n)
{
    if (rest->len < n || memcmp(rest->p, p, n) != 0)
        return false;
    rest->p += n;
    rest->len -= n;
    return true;
}

/* Up to and with mark; the part before it goes to *before. */
static bool take_until(struct slice *rest, struct slice mark,
                       struct slice *before)
{
    const char *at =
        rest->len ? memmem(rest->p, rest->len, mark.p, mark.len) : NULL;

    if (!at)
        return false;
    *before = (struct slice){rest->p, (size_t)(at - rest->p)};
    rest->len -= before->len + mark.len;
    rest->p = at + mark.len;
    return true;
}

/* The Content-Disposition among a part's header lines. */
static struct slice disposition(struct slice head)
{
    static const char name[] = "content-disposition:";
    struct slice line;

    while (head.len) {
        if (!take_until(&head, SLICE_LIT("\r\n"), &line)) {
            line = head;
            head.len = 0;
        }
        if (line.len > sizeof(name) - 1 &&
            strncasecmp(line.p, name, sizeof(name) - 1) == 0)
            return (struct slice){line.p + sizeof(name) - 1,
                                  line.len - (sizeof(name) - 1)};
    }
    return (struct slice){NULL, 0};
}

static bool add_part(struct form *out, struct slice head, struct slice value)
{
    struct slice d = disposition(head), name;

    if (!d.p || head.len > MAX_HEAD)
        return false;
    name = parameter(d, "name");
    if (!name.len)
        return false;
    if (slice_ieqz(name, "file")) {
        out->file = (struct slice){value.p ? value.p : "", value.len};
        out->file_name = parameter(d, "filename");
        return true;
    }
    if (out->n == FORM_FIELDS)
        return false;
    out->fields[out->n++] = (struct http_header){name, value};
    return true;
}

bool form_read(struct slice content_type, struct slice body, struct form *out)
{
    struct slice boundary = parameter(content_type, "boundary");
    char mark[MARK_SIZE] = "\r\n--";
    struct slice whole = {mark, 4 + boundary.len}, head, value;

    memset(out, 0, sizeof(*out));
    if (!slice_starts(content_type, "multipart/form-data") || !boundary.len ||
        boundary.len > MAX_BOUNDARY)
        return false;
    memcpy(mark + 4, boundary.p, boundary.len);
    take(&body, "\r\n", 2);
    if (!take(&body, mark + 2, whole.len - 2))
        return false;
    while (!out->file.p && !take(&body, "--", 2)) {
        if (!take(&body, "\r\n", 2) ||
            !take_until(&body, SLICE_LIT("\r\n\r\n"), &head) ||
            !take_until(&body, whole, &value) || !add_part(out, head, value))
            return false;
    }
    return true;
}
