/* http1_answer: looking into requests, and answers as data and as bytes. */
#include <string.h>

#include "base/percent.h"
#include "mocks/http1.h"

enum { CHUNK = 16 << 10, MOST_QUERY_VALUE = 64 << 10 };

struct slice http_header_named(const struct http_request *r, struct slice name)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (r->headers[i].name.len == name.len &&
            slice_ieq(r->headers[i].name, name))
            return r->headers[i].value;
    return (struct slice){NULL, 0};
}

/* Decoded into the arena; NULL where the percent-encoding is broken. */
static char *decode(struct slice s, struct arena *a)
{
    struct str out;
    char *copy = NULL;

    str_init(&out, MOST_QUERY_VALUE);
    if (percent_decode(&out, s, true) && !out.failed)
        copy = arena_memdup(a, str_z(&out), out.len);
    str_fini(&out);
    return copy;
}

static bool is_named(struct slice raw, const char *name, struct arena *a)
{
    if (slice_eqz(raw, name))
        return true;
    if (!raw.len ||
        (!memchr(raw.p, '%', raw.len) && !memchr(raw.p, '+', raw.len)))
        return false;
    char *decoded = decode(raw, a);
    return decoded && !strcmp(decoded, name);
}

const char *http_query(const struct http_request *r, const char *name,
                       struct arena *a)
{
    struct slice rest = r->query;

    while (rest.len) {
        const char *amp = memchr(rest.p, '&', rest.len);
        struct slice item = {rest.p, amp ? (size_t)(amp - rest.p) : rest.len};
        const char *eq = item.len ? memchr(item.p, '=', item.len) : NULL;
        struct slice key = {item.p, eq ? (size_t)(eq - item.p) : item.len};
        if (is_named(key, name, a)) {
            if (!eq)
                return "";
            char *value =
                decode((struct slice){eq + 1, item.len - key.len - 1}, a);
            return value ? value : "";
        }
        size_t n = item.len + (amp ? 1 : 0);
        rest.p += n;
        rest.len -= n;
    }
    return NULL;
}

/* ---- answers ------------------------------------------------------------- */

__attribute__((format(printf, 2, 0))) static struct slice
clean_value(struct arena *a, const char *fmt, va_list ap)
{
    char *z = strcmp(fmt, "%s") == 0 ? arena_strdup(a, va_arg(ap, const char *))
                                     : arena_vprintf(a, fmt, ap);
    size_t n = strlen(z);

    if (!slice_has_control((struct slice){z, n}))
        return (struct slice){z, n};
    n = 0;
    for (const char *c = z; *c; c++)
        if ((unsigned char)*c >= 0x20 && *c != 0x7f)
            z[n++] = *c;
    z[n] = 0;
    return (struct slice){z, n};
}

static struct http_header *find(const struct answer *w, const char *name)
{
    struct slice wanted = slice_of(name);

    for (size_t i = 0; i < w->n_headers; i++)
        if (w->headers[i].name.len == wanted.len &&
            slice_ieq(w->headers[i].name, wanted))
            return &w->headers[i];
    return NULL;
}

void answer_add(struct answer *w, struct arena *a, struct http_header h)
{
    if (w->n_headers == w->cap_headers) {
        size_t cap = w->cap_headers ? w->cap_headers * 2 : 16;
        struct http_header *grown = arena_alloc(a, cap * sizeof(*grown));
        if (w->n_headers)
            memcpy(grown, w->headers, w->n_headers * sizeof(*grown));
        w->headers = grown;
        w->cap_headers = cap;
    }
    w->headers[w->n_headers++] = h;
}

static void push(struct answer *w, struct arena *a, const char *name,
                 struct slice value)
{
    answer_add(w, a, (struct http_header){slice_of(name), value});
}

void answer_header(struct answer *w, struct arena *a, const char *name,
                   const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    push(w, a, name, clean_value(a, fmt, ap));
    va_end(ap);
}

void answer_set(struct answer *w, struct arena *a, const char *name,
                const char *fmt, ...)
{
    struct http_header *h = find(w, name);
    va_list ap;

    va_start(ap, fmt);
    struct slice value = clean_value(a, fmt, ap);
    va_end(ap);
    if (h)
        h->value = value;
    else
        push(w, a, name, value);
}

const char *answer_get(const struct answer *w, const char *name)
{
    const struct http_header *h = find(w, name);
    return h ? h->value.p : NULL;
}

void answer_reset(struct answer *w)
{
    if (w->release)
        w->release(w->release_ctx);
    memset(w, 0, sizeof(*w));
}

/* ---- bytes --------------------------------------------------------------- */

static bool bodiless(int status)
{
    return status < 200 || status == 204 || status == 304;
}

static char *put(char *to, struct slice s)
{
    memcpy(to, s.p, s.len);
    return to + s.len;
}

/* Room first, then bytes without looking. */
static void write_fields(const struct answer *w, struct str *out)
{
    size_t n = 0;

    for (size_t i = 0; i < w->n_headers; i++)
        n += w->headers[i].name.len + w->headers[i].value.len + 4;
    char *to = str_extend(out, n);
    for (size_t i = 0; to && i < w->n_headers; i++) {
        to = put(to, w->headers[i].name);
        *to++ = ':';
        *to++ = ' ';
        to = put(to, w->headers[i].value);
        *to++ = '\r';
        *to++ = '\n';
    }
}

static void write_framing(const struct answer *w, struct str *out)
{
    if (w->chunked && !bodiless(w->status))
        str_addz(out, "Transfer-Encoding: chunked\r\n");
    else if (!w->no_length && !bodiless(w->status) &&
             !find(w, "Content-Length")) {
        str_addz(out, "Content-Length: ");
        str_addu(out, w->body.len);
        str_addz(out, "\r\n");
    }
    if ((w->close || w->no_length) && !find(w, "Connection"))
        str_addz(out, "Connection: close\r\n");
}

static void write_chunks(struct slice body, struct str *out)
{
    for (size_t at = 0; at < body.len; at += CHUNK) {
        size_t n = body.len - at < CHUNK ? body.len - at : CHUNK;
        str_addf(out, "%zx\r\n", n);
        str_add(out, body.p + at, n);
        str_addz(out, "\r\n");
    }
    str_addz(out, "0\r\n\r\n");
}

void answer_write(const struct answer *w, bool head_only, struct str *out,
                  struct answer_marks *marks)
{
    size_t start = out->len;
    const char *reason = w->reason ? w->reason : http_reason(w->status);

    str_addz(out, "HTTP/1.1 ");
    str_addu(out, (unsigned)w->status);
    str_addc(out, ' ');
    str_addz(out, reason);
    str_addz(out, "\r\n");
    marks->status_end = out->len - start;
    write_fields(w, out);
    marks->fields_end = out->len - start;
    write_framing(w, out);
    str_addz(out, "\r\n");
    marks->head_end = out->len - start;
    if (!head_only && !bodiless(w->status)) {
        if (w->chunked)
            write_chunks(w->body, out);
        else
            str_adds(out, w->body);
    }
    marks->end = out->len - start;
}

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {419, "Authentication Timeout"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

const char *http_reason(int status)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Unknown";
}
