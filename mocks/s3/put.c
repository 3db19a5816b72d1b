/* put: PutObject. */
#include <string.h>

#include "mocks/s3/access.h"
#include "mocks/s3/collect.h"
#include "mocks/s3/documents.h"
#include "mocks/s3/integrity.h"
#include "mocks/s3/sse.h"

enum { COPIED_BELOW = 64 << 10 };

struct s3_object *object_made(struct ask *c, struct s3_body *body,
                              struct slice headers)
{
    struct s3_object o = {.body = body,
                          .headers = headers,
                          .owner = (unsigned short)access_owner(c),
                          .version = version_new(c, c->bucket),
                          .modified_ms = ask_now_ms(c)};

    digest_md5(&c->s->digests, (struct slice){body->bytes, body->len}, o.md5);
    return object_new(&c->s->store.memory, &o);
}

void checksum_by_default(struct ask *c, struct slice bytes, struct checksum *k)
{
    if (k->kind != CHECKSUM_NONE || !c->s->profile->default_checksum)
        return;
    *k = (struct checksum){.kind = CHECKSUM_CRC64NVME};
    checksum_of(&c->s->digests, k->kind, bytes, k->value);
}

/* A copy has just the size of a small body; a large one is kept as it came. */
struct s3_body *ask_body_kept(struct ask *c)
{
    struct s3_memory *m = &c->s->store.memory;
    struct shared *owner;

    if (c->body.len < COPIED_BELOW || c->body.p != c->r->body.p)
        return body_of(m, c->body);
    owner = exchange_body(c->x);
    c->body = c->r->body;
    return body_shared(m, c->body, owner);
}

static void prepare(struct ask *c, struct str *headers, struct checksum *k)
{
    struct s3_object *o;

    checksum_by_default(c, c->body, k);
    checksum_keep(c, headers, k);
    o = object_made(c, ask_body_kept(c), str_slice(headers));
    s3_answer_empty(c->x, 200);
    answer_header(&c->x->answer, c->a, "ETag", "%s", s3_etag(c->x, o));
    checksum_tell(c, k, true);
    version_tell_new(c, o);
    sse_tell(c, o->headers);
    lifecycle_tell(c, o);
    object_put(c, o);
}

void s3_put_object(struct ask *c)
{
    struct s3_object *there =
        store_object(&c->s->store, c->bucket, c->key, c->x->stale);
    struct checksum k;
    struct str headers;

    if (c->r->content_length < 0 && !c->r->chunked) {
        s3_error(c->x, "MissingContentLength", NULL, NULL);
        return;
    }
    if (!s3_write_allowed(c, there) || !ask_body_intact(c, false) ||
        !checksum_proved(c, &k) || !ask_has_room(c, c->body.len))
        return;
    str_init(&headers, HEADERS_MAX);
    if (collect_all(c, &headers))
        prepare(c, &headers, &k);
    str_fini(&headers);
}
