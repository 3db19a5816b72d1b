/* http1: HTTP/1.1 requests in, answers out, with byte offsets.
 *
 * The request parser is incremental (any split of the bytes gives the same
 * request), strict (RFC 9112: no bare LF, no folding, no blank before the
 * colon, one Content-Length, not both it and Transfer-Encoding) and limited.
 * "Upgrade" is ignored: Java clients send it on plain GETs.
 * Answers are built as data and written as bytes with marks, so that faults
 * can cut or damage them at a known place.
 */
#ifndef MOCKS_HTTP1_H
#define MOCKS_HTTP1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/shared.h"
#include "base/str.h"

struct http1_limits {
    size_t
        head_bytes; /* request line and headers; 431, or 414 for the target */
    size_t target_bytes;
    size_t headers;     /* count */
    int64_t body_bytes; /* after un-chunking; 413 */
};
extern const struct http1_limits http1_default_limits;

struct http_header {
    struct slice name, value;
};

struct http_request { /* slices live in the exchange's arena */
    struct slice method, target;
    struct slice path, query; /* raw, split at the first '?' */
    int minor;                /* HTTP/1.minor */
    struct http_header *headers;
    size_t n_headers;
    struct slice body; /* un-chunked; no content coding is undone */
    struct http_header *trailers;
    size_t n_trailers;
    /* Bit n: a header's name has n bytes (modulo 64); 0: nobody looked. Most
     * look-ups of a header are for one that is not there. */
    uint64_t name_lengths;
    int64_t content_length; /* -1: none given */
    bool chunked, keep_alive, expect_continue;
    size_t head_bytes; /* on the wire, with the empty line */
    size_t wire_bytes; /* head, body and chunk framing so far */
};

/* The header's value, or an empty slice with p NULL. */
struct slice http_header_named(const struct http_request *r, struct slice name);

static inline struct slice http_header(const struct http_request *r,
                                       const char *name)
{
    struct slice wanted = slice_of(name);

    if (r->name_lengths && !(r->name_lengths >> wanted.len % 64 & 1))
        return (struct slice){NULL, 0};
    return http_header_named(r, wanted);
}

/* A query parameter's value, decoded into the arena ('+' is a blank); NULL
 * when absent, "" when it has no value. */
const char *http_query(const struct http_request *r, const char *name,
                       struct arena *a);

enum http1_event {
    HTTP1_MORE, /* all bytes used; feed more */
    HTTP1_HEAD, /* the head is complete; call again with the rest */
    HTTP1_DONE, /* the request is complete; *used may be less than n */
    HTTP1_BAD   /* see status and reason; the connection cannot go on */
};

struct http1; /* one request's parser */
struct http1 *http1_new(const struct http1_limits *limits, struct arena *a);
/* As if it were new: for the next request, which will live in that arena. */
void http1_reset(struct http1 *p, struct arena *a);
void http1_free(struct http1 *p);
enum http1_event http1_feed(struct http1 *p, const char *bytes, size_t n,
                            size_t *used);
struct http_request *http1_request(struct http1 *p);
/* The body of a complete request, which stays in request->body, as shared bytes
 * that the caller owns. Once. */
struct shared *http1_take_body(struct http1 *p);
int http1_status(const struct http1 *p); /* of HTTP1_BAD: 400, 413 ... */
const char *http1_reason(const struct http1 *p); /* of HTTP1_BAD, for people */

/* ---- answers ---- */

struct answer {
    int status;         /* 0: not answered yet */
    const char *reason; /* NULL: the usual phrase */
    struct http_header *headers;
    size_t n_headers, cap_headers;
    struct slice body; /* arena, or kept alive by release */
    /* Where the body's owner keeps the journal's hash of all of it; 0: nobody
     * has made it yet; NULL: nobody keeps it. */
    uint64_t *hash;
    bool chunked;               /* send the body in chunks, no Content-Length */
    bool no_length;             /* neither: the body ends with the connection */
    bool close;                 /* Connection: close */
    void (*release)(void *ctx); /* called when the exchange ends; may be NULL */
    void *release_ctx;
};

/* name is not copied (a literal); the value is formatted into the arena.
 * answer_set replaces a header of that name. Control characters in values are
 * dropped. */
void answer_header(struct answer *w, struct arena *a, const char *name,
                   const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void answer_set(struct answer *w, struct arena *a, const char *name,
                const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Neither name nor value is copied. */
void answer_add(struct answer *w, struct arena *a, struct http_header h);
const char *answer_get(const struct answer *w, const char *name); /* or NULL */
void answer_reset(struct answer *w); /* releases; headers and body are gone */

struct answer_marks {  /* offsets in the written head + body */
    size_t status_end; /* after the status line's CRLF */
    size_t head_end;   /* first byte of the body */
    size_t end;
    size_t fields_end; /* after the last of the answer's own headers */
};

/* Appends the head to out, and the body too unless head_only (HEAD, 204, 304:
 * Content-Length stays that of the body for HEAD). Adds Content-Length or
 * Transfer-Encoding, Connection: close, but neither Date nor Server. */
void answer_write(const struct answer *w, bool head_only, struct str *out,
                  struct answer_marks *marks);
const char *http_reason(int status); /* "Not Found"; "Unknown" */

#endif
