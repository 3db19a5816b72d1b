/* object: GetObject and HeadObject. */
#include <string.h>

#include "mocks/s3/internal.h"
#include "mocks/s3/range.h"

/* Queries of a signed GET that replace a header of the answer. */
static const struct {
    const char *query, *header;
} replaced[] = {
    {"response-cache-control", "Cache-Control"},
    {"response-content-disposition", "Content-Disposition"},
    {"response-content-encoding", "Content-Encoding"},
    {"response-content-language", "Content-Language"},
    {"response-content-type", "Content-Type"},
    {"response-expires", "Expires"},
};

static void add_replaced(struct ask *c)
{
    if (c->r->query.len == 0)
        return;
    for (size_t i = 0; i < sizeof(replaced) / sizeof(replaced[0]); i++) {
        const char *v = ask_query(c, replaced[i].query);

        if (v)
            answer_set(&c->x->answer, c->a, replaced[i].header, "%s", v);
    }
}

/* The answer keeps the object alive; its bytes and header names are used where
 * they lie. */
static void answer_object(struct ask *c, struct s3_object *o, int status,
                          struct slice bytes)
{
    struct answer *w = &c->x->answer;
    const char *name, *value;
    size_t at = 0;

    s3_answer_empty(c->x, status);
    w->body = bytes;
    w->release = object_unref;
    w->release_ctx = object_ref(o);
    answer_header(w, c->a, "ETag", "%s", s3_etag(c->x, o));
    answer_header(w, c->a, "Last-Modified", "%s", o->modified);
    while (headers_next(o->headers, &at, &name, &value))
        if (name[0] != ':')
            answer_header(w, c->a, name, "%s", value);
    version_tell(c, o);
    add_replaced(c);
}

static void answer_outside(struct ask *c, struct slice asked, size_t size)
{
    s3_error(c->x, "InvalidRange", NULL, "ActualObjectSize",
             arena_printf(c->a, "%zu", size), "RangeRequested",
             ask_text(c, asked), NULL);
    answer_set(&c->x->answer, c->a, "Content-Range", "bytes */%zu", size);
}

/* HEAD is the same: the exchange leaves out the body. */
void s3_get_object(struct ask *c)
{
    struct s3_object *o = version_needed(c);
    struct slice asked = http_header(c->r, "range"), all, part;
    struct range r;

    if (!o || !s3_read_allowed(c, o))
        return;
    all = object_bytes(o);
    r = range_parse(asked, all.len, c->s->profile->turned_range_is_outside);
    if (r.kind == RANGE_OUTSIDE) {
        answer_outside(c, asked, all.len);
        return;
    }
    if (r.kind == RANGE_WHOLE) {
        answer_object(c, o, 200, all);
        return;
    }
    part = (struct slice){all.p + r.from, r.len};
    answer_object(c, o, 206, part);
    answer_header(&c->x->answer, c->a, "Content-Range", "bytes %zu-%zu/%zu",
                  r.from, r.from + r.len - 1, all.len);
}
