/* http1_split: a request parsed in pieces, told as text; for tests only.
 *
 * Two ways of cutting the same bytes must give the same text.
 */
#ifndef MOCKS_HTTP1_SPLIT_H
#define MOCKS_HTTP1_SPLIT_H

#include "mocks/http1.h"

static inline void http1_tell_headers(const char *what,
                                      const struct http_header *h, size_t n,
                                      struct str *out)
{
    for (size_t i = 0; i < n; i++)
        str_addf(out, "%s <" SLICE_FMT "> <" SLICE_FMT ">\n", what,
                 SLICE_ARG(h[i].name), SLICE_ARG(h[i].value));
}

static inline void http1_tell(struct http1 *p, enum http1_event last,
                              size_t used, struct str *out)
{
    const struct http_request *r = http1_request(p);

    str_addf(out, "event %d status %d %s used %zu\n", (int)last,
             http1_status(p), http1_reason(p), used);
    str_addf(out, "<" SLICE_FMT "> <" SLICE_FMT "> <" SLICE_FMT ">",
             SLICE_ARG(r->method), SLICE_ARG(r->path), SLICE_ARG(r->query));
    str_addf(out, " minor %d length %lld head %zu wire %zu %d%d%d\n", r->minor,
             (long long)r->content_length, r->head_bytes, r->wire_bytes,
             r->chunked, r->keep_alive, r->expect_continue);
    http1_tell_headers("header", r->headers, r->n_headers, out);
    http1_tell_headers("trailer", r->trailers, r->n_trailers, out);
    str_addf(out, "body %zu ", r->body.len);
    str_adds(out, r->body);
}

/* Feeds the first cut bytes at once, the rest in pieces of step bytes. */
static inline void http1_split(const struct http1_limits *limits,
                               struct slice in, size_t cut, size_t step,
                               struct str *out)
{
    struct arena a;
    enum http1_event e = HTTP1_MORE;
    size_t at = 0, heads = 0;

    arena_init(&a);
    struct http1 *p = http1_new(limits, &a);
    for (size_t end = cut; e == HTTP1_MORE || e == HTTP1_HEAD;) {
        size_t used = 0;
        e = http1_feed(p, in.p + at, end - at, &used);
        at += used;
        heads += e == HTTP1_HEAD;
        if (e == HTTP1_MORE && end == in.len)
            break;
        if (e == HTTP1_MORE)
            end = in.len - end < step ? in.len : end + step;
    }
    str_addf(out, "heads %zu ", heads);
    http1_tell(p, e, at, out);
    http1_free(p);
    arena_fini(&a);
}

#endif
