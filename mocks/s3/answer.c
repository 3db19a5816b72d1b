/* answer: what all answers of the mock S3 have in common. */
#include <string.h>

#include "mocks/s3/internal.h"

void s3_answer_empty(struct exchange *x, int status)
{
    answer_reset(&x->answer);
    x->answer.status = status;
}

void s3_answer_text(struct exchange *x, int status)
{
    struct s3 *s = s3_of(x);

    if (s->text.failed) {
        s3_error(x, "InternalError", "The answer would be too large.", NULL);
        return;
    }
    s3_answer_empty(x, status);
    x->answer.body.p = arena_memdup(&x->arena, s->text.p, s->text.len);
    x->answer.body.len = s->text.len;
    answer_header(&x->answer, &x->arena, "Content-Type", "application/xml");
}

/* Unique, and the same in every run: from the seed and the exchange. */
void s3_request_id(const struct exchange *x, char out[17])
{
    uint64_t id = rng_hash(s3_of(x)->seed, "s3-request", x->ordinal, 0);

    for (int i = 15; i >= 0; i--, id >>= 4)
        out[i] = "0123456789ABCDEF"[id & 15];
    out[16] = 0;
}

const char *s3_etag(struct exchange *x, const struct s3_object *o)
{
    char etag[ETAG_SIZE + 2] = "\"";

    object_etag(o, etag + 1);
    size_t n = strlen(etag);
    etag[n] = '"';
    return arena_memdup(&x->arena, etag, n + 1);
}

void s3_tell_modified(struct exchange *x, const struct s3_object *o)
{
    char *date = arena_alloc(&x->arena, DATE_HTTP_SIZE);

    date_http(o->modified_ms, date);
    answer_add(&x->answer, &x->arena,
               (struct http_header){SLICE_LIT("Last-Modified"),
                                    {date, DATE_HTTP_SIZE - 1}});
}

static const char *date_now(struct s3 *s)
{
    int64_t now = clock_unix_ms(s->clock);

    if (now / 1000 != s->date_s || !s->date[0]) {
        s->date_s = now / 1000;
        date_http(now, s->date);
    }
    return s->date;
}

/* The handler's own of that name stays; n: how many headers it gave. The value
 * lives as long as the exchange. */
static void put_once(struct exchange *x, size_t n, struct http_header h)
{
    const struct http_header *is = x->answer.headers;

    for (size_t i = 0; i < n; i++)
        if (is[i].name.len == h.name.len && slice_ieq(is[i].name, h.name))
            return;
    answer_add(&x->answer, &x->arena, h);
}

void s3_finish_answer(struct exchange *x)
{
    struct s3 *s = s3_of(x);
    size_t n = x->answer.n_headers;
    char *id = arena_alloc(&x->arena, 17);
    const char *date = arena_strdup(&x->arena, date_now(s));

    s3_request_id(x, id);
    put_once(x, n, (struct http_header){SLICE_LIT("Date"), slice_of(date)});
    put_once(x, n,
             (struct http_header){SLICE_LIT("x-amz-request-id"), {id, 16}});
    put_once(x, n,
             (struct http_header){SLICE_LIT("x-amz-id-2"),
                                  {s->host_id, SHA256_HEX - 1}});
    for (const struct http_header *h = s->profile->headers; h->name.p; h++)
        put_once(x, n, *h);
    if (s->profile->region_everywhere && *s->o.region)
        put_once(x, n,
                 (struct http_header){SLICE_LIT("x-amz-bucket-region"),
                                      slice_of(s->o.region)});
}
