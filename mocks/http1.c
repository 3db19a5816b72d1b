/* http1: the incremental parser of requests.
 *
 * A state machine over lines and counted bytes. Lines are gathered whole
 * before they are judged, and every limit is checked at a fixed byte, so that
 * a request, or the error in it, is the same however the bytes are split.
 */
#include <stdlib.h>
#include <string.h>

#include "mocks/http1.h"

enum {
    MOST_METHOD = 24,
    MOST_CHUNK_LINE = 1024,
    VERSION_LEN = 8,
    KEPT_BODY = 64 << 10 /* no larger one is kept for the next request */
};

const struct http1_limits http1_default_limits = {
    .head_bytes = 64 << 10,
    .target_bytes = 16 << 10,
    .headers = 128,
    .body_bytes = 256 << 20,
};

enum state {
    REQUEST_LINE,
    HEADERS,
    AFTER_HEAD,
    BODY,
    CHUNK_LINE,
    CHUNK_DATA,
    CHUNK_END,
    TRAILERS,
    DONE,
    BAD
};

struct http1 {
    struct http1_limits limits;
    struct arena *arena;
    struct http_request request;
    enum state state;
    struct slice now; /* the whole line, without CRLF: in line or the input */
    struct str line;  /* one that is not whole yet */
    struct str body;
    size_t cap_headers, cap_trailers;
    size_t trailer_bytes;
    int64_t left; /* bytes of the body or chunk to come */
    bool blank;   /* an empty line before the request was skipped */
    int status;
    const char *reason;
};

/* What a step says besides enum http1_event: go on with what is left. */
enum { AGAIN = -1 };

static int bad(struct http1 *p, int status, const char *reason)
{
    p->state = BAD;
    p->status = status;
    p->reason = reason;
    return HTTP1_BAD;
}

/* ---- characters ---------------------------------------------------------- */

enum { TOKEN = 1, VALUE = 2, TARGET = 4 };

#define EVERYWHERE (TOKEN | VALUE | TARGET)
#define NO_TOKEN (VALUE | TARGET)

/* What each byte may be part of. */
static const unsigned char classes[256] = {
    ['\t'] = VALUE,           [' '] = VALUE,
    ['!'] = EVERYWHERE,       ['"'] = NO_TOKEN,
    ['#'] = TOKEN | VALUE,    ['$' ... '\''] = EVERYWHERE,
    ['(' ... ')'] = NO_TOKEN, ['*' ... '+'] = EVERYWHERE,
    [','] = NO_TOKEN,         ['-' ... '.'] = EVERYWHERE,
    ['/'] = NO_TOKEN,         ['0' ... '9'] = EVERYWHERE,
    [':' ... '@'] = NO_TOKEN, ['A' ... 'Z'] = EVERYWHERE,
    ['[' ... ']'] = NO_TOKEN, ['^' ... 'z'] = EVERYWHERE,
    ['{'] = NO_TOKEN,         ['|'] = EVERYWHERE,
    ['}'] = NO_TOKEN,         ['~'] = EVERYWHERE,
    [0x80 ... 0xff] = VALUE,
};

static bool is_all(struct slice s, unsigned char class)
{
    unsigned char all = class;

    for (size_t i = 0; i < s.len; i++)
        all &= classes[(unsigned char)s.p[i]];
    return all == class;
}

static bool is_token(struct slice s)
{
    return s.len > 0 && is_all(s, TOKEN);
}

static bool is_field_value(struct slice s)
{
    return !slice_has_control(s) || is_all(s, VALUE);
}

static bool is_target(struct slice s)
{
    return s.len > 0 && is_all(s, TARGET);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* ---- lines --------------------------------------------------------------- */

/* Gathers bytes up to CRLF, at most room of them. 1: p->now is the whole line,
 * without CRLF; 0: more is needed; -1: there is no line end within room; -2: LF
 * without CR. */
static int take_line(struct http1 *p, struct slice in, size_t room,
                     size_t *used)
{
    size_t most = room - p->line.len;
    size_t n = in.len < most ? in.len : most;
    const char *lf = n ? memchr(in.p, '\n', n) : NULL;

    if (lf)
        n = (size_t)(lf - in.p) + 1;
    *used = n;
    p->now = (struct slice){in.p, n};
    if (!lf || p->line.len) {
        str_add(&p->line, in.p, n);
        p->now = str_slice(&p->line);
    }
    if (!lf)
        return p->line.len >= room ? -1 : 0;
    if (p->now.len < 2 || p->now.p[p->now.len - 2] != '\r')
        return -2;
    p->now.len -= 2;
    return 1;
}

static void line_done(struct http1 *p)
{
    p->now.len = 0;
    str_reset(&p->line);
}

static struct slice keep_line(struct http1 *p)
{
    struct slice s = p->now;
    s.p = arena_memdup(p->arena, s.p, s.len);
    return s;
}

/* ---- request line --------------------------------------------------------
 */

static const char *const methods[] = {"GET",    "HEAD",    "PUT",   "POST",
                                      "DELETE", "OPTIONS", "PATCH", NULL};

static bool known_method(struct slice m)
{
    for (size_t i = 0; methods[i]; i++)
        if (slice_eqz(m, methods[i]))
            return true;
    return false;
}

/* "http://host/path" as a proxy would get it: what counts is the path. */
static struct slice skip_authority(struct slice t)
{
    size_t at = slice_starts(t, "http://")    ? 7
                : slice_starts(t, "https://") ? 8
                                              : 0;
    if (!at)
        return t;
    while (at < t.len && t.p[at] != '/' && t.p[at] != '?')
        at++;
    return (struct slice){t.p + at, t.len - at};
}

static bool split_target(struct http_request *r)
{
    struct slice t = skip_authority(r->target);
    const char *mark = t.len ? memchr(t.p, '?', t.len) : NULL;

    r->path = t;
    if (mark) {
        r->path.len = (size_t)(mark - t.p);
        r->query.p = mark + 1;
        r->query.len = t.len - r->path.len - 1;
    }
    if (!r->path.len && t.p != r->target.p)
        r->path = SLICE_LIT("/");
    return (r->path.len && r->path.p[0] == '/') ||
           (slice_eqz(r->method, "OPTIONS") && slice_eqz(r->target, "*"));
}

static int read_version(struct http1 *p, struct slice v)
{
    if (v.len != VERSION_LEN || memcmp(v.p, "HTTP/", 5) || v.p[6] != '.' ||
        v.p[5] < '0' || v.p[5] > '9' || v.p[7] < '0' || v.p[7] > '9')
        return bad(p, 400, "the request line has no HTTP version");
    if (v.p[5] != '1')
        return bad(p, 505, "only HTTP/1.x is spoken here");
    p->request.minor = v.p[7] == '0' ? 0 : 1;
    return AGAIN;
}

static int read_request_line(struct http1 *p)
{
    struct slice s = keep_line(p);
    struct http_request *r = &p->request;
    const char *a = s.len ? memchr(s.p, ' ', s.len) : NULL;
    const char *end = s.p + s.len;
    const char *b = a ? memchr(a + 1, ' ', (size_t)(end - a - 1)) : NULL;

    if (!b)
        return bad(p, 400, "the request line is not method, target, version");
    r->method = (struct slice){s.p, (size_t)(a - s.p)};
    r->target = (struct slice){a + 1, (size_t)(b - a - 1)};
    if (!is_token(r->method))
        return bad(p, 400, "the method is not a token");
    if (r->target.len > p->limits.target_bytes)
        return bad(p, 414, "the target is too long");
    int rc = read_version(p, (struct slice){b + 1, (size_t)(end - b - 1)});
    if (rc != AGAIN)
        return rc;
    if (!known_method(r->method))
        return bad(p, 501, "the method is not known");
    if (!is_target(r->target) || !split_target(r))
        return bad(p, 400, "the target is not a path");
    p->state = HEADERS;
    return AGAIN;
}

static int step_request_line(struct http1 *p, struct slice in, size_t *used)
{
    size_t room = p->limits.target_bytes + MOST_METHOD + VERSION_LEN + 4;
    int got = take_line(p, in, room, used);

    p->request.head_bytes += *used;
    if (got == -1)
        return bad(p, 414, "the request line is too long");
    if (got == -2)
        return bad(p, 400, "a line ends with LF alone");
    if (!got)
        return HTTP1_MORE;
    if (!p->now.len && !p->blank) {
        p->blank = true; /* RFC 9112 2.2: one empty line is forgiven */
        line_done(p);
        return AGAIN;
    }
    int rc = read_request_line(p);
    line_done(p);
    return rc;
}

/* ---- header fields -------------------------------------------------------
 */

static void push_header(struct arena *a, struct http_header **list, size_t *n,
                        size_t *cap, struct http_header h)
{
    if (*n == *cap) {
        size_t more = *cap ? *cap * 2 : 16;
        struct http_header *grown = arena_alloc(a, more * sizeof(*grown));
        if (*n)
            memcpy(grown, *list, *n * sizeof(*grown));
        *list = grown;
        *cap = more;
    }
    (*list)[(*n)++] = h;
}

static int read_field(struct http1 *p, bool trailer)
{
    struct http_request *r = &p->request;
    struct slice s = keep_line(p);
    const char *colon = memchr(s.p, ':', s.len);
    struct http_header h;

    if (s.p[0] == ' ' || s.p[0] == '\t')
        return bad(p, 400, "a header is folded");
    if (!colon)
        return bad(p, 400, "a header has no colon");
    h.name = (struct slice){s.p, (size_t)(colon - s.p)};
    h.value = slice_trim((struct slice){colon + 1, s.len - h.name.len - 1});
    if (!is_token(h.name))
        return bad(p, 400, "a header's name is not a token");
    if (!is_field_value(h.value))
        return bad(p, 400, "a header's value has a control character");
    if (r->n_headers + r->n_trailers >= p->limits.headers)
        return bad(p, 431, "there are too many headers");
    if (trailer)
        push_header(p->arena, &r->trailers, &r->n_trailers, &p->cap_trailers,
                    h);
    else
        push_header(p->arena, &r->headers, &r->n_headers, &p->cap_headers, h);
    if (!trailer)
        r->name_lengths |= UINT64_C(1) << h.name.len % 64;
    return AGAIN;
}

static size_t count_header(const struct http_request *r, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_headers; i++)
        n += slice_ieqz(r->headers[i].name, name);
    return n;
}

static bool has_word(struct slice list, const char *word)
{
    while (list.len) {
        const char *comma = memchr(list.p, ',', list.len);
        size_t n = comma ? (size_t)(comma - list.p) : list.len;
        if (slice_ieqz(slice_trim((struct slice){list.p, n}), word))
            return true;
        n += comma ? 1 : 0;
        list.p += n;
        list.len -= n;
    }
    return false;
}

static bool connection_says(const struct http_request *r, const char *word)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (slice_ieqz(r->headers[i].name, "Connection") &&
            has_word(r->headers[i].value, word))
            return true;
    return false;
}

static int read_length(struct http1 *p)
{
    struct http_request *r = &p->request;
    struct slice v = http_header(r, "Content-Length");
    int64_t n = 0;

    r->content_length = -1;
    if (!v.p)
        return AGAIN;
    if (count_header(r, "Content-Length") > 1 || !v.len)
        return bad(p, 400, "there must be one Content-Length");
    for (size_t i = 0; i < v.len; i++) {
        if (v.p[i] < '0' || v.p[i] > '9')
            return bad(p, 400, "the Content-Length is not a number");
        n = n > INT64_MAX / 10 - 10 ? n : n * 10 + (v.p[i] - '0');
    }
    if (n > p->limits.body_bytes)
        return bad(p, 413, "the body is too long");
    r->content_length = n;
    return AGAIN;
}

static int read_coding(struct http1 *p)
{
    struct http_request *r = &p->request;
    struct slice v = http_header(r, "Transfer-Encoding");

    if (!v.p)
        return AGAIN;
    if (r->content_length >= 0)
        return bad(p, 400, "both Content-Length and Transfer-Encoding");
    if (r->minor == 0)
        return bad(p, 400, "Transfer-Encoding in HTTP/1.0");
    if (count_header(r, "Transfer-Encoding") > 1 || !slice_ieqz(v, "chunked"))
        return bad(p, 501, "the only transfer coding known is chunked");
    r->chunked = true;
    return AGAIN;
}

static int read_expect(struct http1 *p)
{
    struct http_request *r = &p->request;
    struct slice v = http_header(r, "Expect");

    if (!v.p || r->minor == 0)
        return AGAIN;
    if (!slice_ieqz(v, "100-continue"))
        return bad(p, 417, "the only expectation known is 100-continue");
    r->expect_continue = r->chunked || r->content_length > 0;
    return AGAIN;
}

static int finish_head(struct http1 *p)
{
    struct http_request *r = &p->request;
    size_t hosts = count_header(r, "Host");
    int rc;

    if (hosts > 1 || (hosts == 0 && r->minor == 1))
        return bad(p, 400, "there must be one Host header");
    if ((rc = read_length(p)) != AGAIN || (rc = read_coding(p)) != AGAIN ||
        (rc = read_expect(p)) != AGAIN)
        return rc;
    r->keep_alive = !connection_says(r, "close") &&
                    (r->minor == 1 || connection_says(r, "keep-alive"));
    p->left = r->content_length;
    p->state = AFTER_HEAD;
    return HTTP1_HEAD;
}

static int step_headers(struct http1 *p, struct slice in, size_t *used)
{
    size_t room = p->limits.head_bytes + p->line.len;
    room = room > p->request.head_bytes ? room - p->request.head_bytes : 0;
    if (room <= p->line.len)
        return bad(p, 431, "the headers are too long");
    int got = take_line(p, in, room, used);

    p->request.head_bytes += *used;
    if (got == -1)
        return bad(p, 431, "the headers are too long");
    if (got == -2)
        return bad(p, 400, "a line ends with LF alone");
    if (!got)
        return HTTP1_MORE;
    int rc = p->now.len ? read_field(p, false) : finish_head(p);
    line_done(p);
    return rc;
}

/* ---- body ----------------------------------------------------------------
 */

static int step_after_head(struct http1 *p, struct slice in, size_t *used)
{
    (void)in;
    *used = 0;
    p->state = p->request.chunked ? CHUNK_LINE : p->left > 0 ? BODY : DONE;
    return AGAIN;
}

/* Takes what is there of p->left bytes into the body. */
static bool take_body(struct http1 *p, struct slice in, size_t *used)
{
    size_t n = (uint64_t)p->left < in.len ? (size_t)p->left : in.len;

    str_add(&p->body, in.p, n);
    p->left -= (int64_t)n;
    p->request.body = str_slice(&p->body);
    *used = n;
    return p->left == 0;
}

static int step_body(struct http1 *p, struct slice in, size_t *used)
{
    if (!take_body(p, in, used))
        return HTTP1_MORE;
    p->state = DONE;
    return AGAIN;
}

static int read_chunk_line(struct http1 *p)
{
    struct slice s = p->now;
    size_t i = 0;
    int64_t n = 0;

    for (; i < s.len && hex_digit(s.p[i]) >= 0; i++)
        n = i < 15 ? n * 16 + hex_digit(s.p[i]) : INT64_MAX;
    if (!i || !is_field_value(s))
        return bad(p, 400, "a chunk has no size");
    struct slice rest = slice_trim((struct slice){s.p + i, s.len - i});
    if (rest.len && rest.p[0] != ';')
        return bad(p, 400, "a chunk's size is not a hexadecimal number");
    if (n > p->limits.body_bytes - (int64_t)p->body.len)
        return bad(p, 413, "the body is too long");
    p->left = n;
    p->state = n ? CHUNK_DATA : TRAILERS;
    return AGAIN;
}

static int step_chunk_line(struct http1 *p, struct slice in, size_t *used)
{
    int got = take_line(p, in, MOST_CHUNK_LINE, used);

    if (got < 0)
        return bad(p, 400, "a chunk's first line is not one");
    if (!got)
        return HTTP1_MORE;
    int rc = read_chunk_line(p);
    line_done(p);
    return rc;
}

static int step_chunk_data(struct http1 *p, struct slice in, size_t *used)
{
    if (!take_body(p, in, used))
        return HTTP1_MORE;
    p->state = CHUNK_END;
    return AGAIN;
}

static int step_chunk_end(struct http1 *p, struct slice in, size_t *used)
{
    int got = take_line(p, in, 2, used);

    if (got < 0)
        return bad(p, 400, "a chunk is longer than its size");
    if (!got)
        return HTTP1_MORE;
    line_done(p);
    p->state = CHUNK_LINE;
    return AGAIN;
}

static int step_trailers(struct http1 *p, struct slice in, size_t *used)
{
    size_t room = p->limits.head_bytes - p->trailer_bytes + p->line.len;
    if (room <= p->line.len)
        return bad(p, 431, "the trailers are too long");
    int got = take_line(p, in, room, used);
    int rc = AGAIN;

    p->trailer_bytes += *used;
    if (got == -1)
        return bad(p, 431, "the trailers are too long");
    if (got == -2)
        return bad(p, 400, "a line ends with LF alone");
    if (!got)
        return HTTP1_MORE;
    if (p->now.len)
        rc = read_field(p, true);
    else
        p->state = DONE;
    line_done(p);
    return rc;
}

static int step_done(struct http1 *p, struct slice in, size_t *used)
{
    (void)p;
    (void)in;
    *used = 0;
    return HTTP1_DONE;
}

static int step_bad(struct http1 *p, struct slice in, size_t *used)
{
    (void)p;
    (void)in;
    *used = 0;
    return HTTP1_BAD;
}

static int (*const steps[])(struct http1 *, struct slice, size_t *) = {
    [REQUEST_LINE] = step_request_line,
    [HEADERS] = step_headers,
    [AFTER_HEAD] = step_after_head,
    [BODY] = step_body,
    [CHUNK_LINE] = step_chunk_line,
    [CHUNK_DATA] = step_chunk_data,
    [CHUNK_END] = step_chunk_end,
    [TRAILERS] = step_trailers,
    [DONE] = step_done,
    [BAD] = step_bad,
};

enum http1_event http1_feed(struct http1 *p, const char *bytes, size_t n,
                            size_t *used)
{
    size_t at = 0;
    int rc;

    do {
        size_t step = 0;
        struct slice in = {bytes ? bytes + at : "", n - at};
        rc = steps[p->state](p, in, &step);
        at += step;
        p->request.wire_bytes += step;
    } while (rc == AGAIN);
    *used = at;
    return (enum http1_event)rc;
}

/* ---- life ---------------------------------------------------------------- */

struct http1 *http1_new(const struct http1_limits *limits, struct arena *a)
{
    struct http1 *p = mem_alloc(sizeof(*p));
    size_t line = limits->head_bytes + limits->target_bytes + MOST_CHUNK_LINE;

    p->limits = *limits;
    p->arena = a;
    p->request.content_length = -1;
    str_init(&p->line, line);
    str_init(&p->body, (size_t)limits->body_bytes);
    return p;
}

void http1_reset(struct http1 *p, struct arena *a)
{
    struct str line = p->line, body = p->body;
    struct http1_limits limits = p->limits;

    str_reset(&line);
    if (body.cap > KEPT_BODY)
        str_fini(&body);
    str_reset(&body);
    *p = (struct http1){.limits = limits, .arena = a, .line = line};
    p->body = body;
    p->request.content_length = -1;
}

void http1_free(struct http1 *p)
{
    if (!p)
        return;
    str_fini(&p->line);
    str_fini(&p->body);
    free(p);
}

struct http_request *http1_request(struct http1 *p)
{
    return &p->request;
}

struct shared *http1_take_body(struct http1 *p)
{
    struct shared *b = shared_of(&p->body);

    p->request.body = (struct slice){b->p, b->len};
    return b;
}

int http1_status(const struct http1 *p)
{
    return p->status;
}

const char *http1_reason(const struct http1 *p)
{
    return p->reason ? p->reason : "";
}
