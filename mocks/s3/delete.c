/* delete: DeleteObjects, up to 1000 keys in one request. */
#include <string.h>

#include "mocks/s3/internal.h"
#include "mocks/s3/xml.h"

struct batch { /* in the exchange's arena */
    struct ask *c;
    struct slice keys[S3_MAX_DELETE];
    size_t n;
    struct slice key; /* of the Object being read; p NULL: none yet */
    bool quiet;
    size_t refused;   /* of the keys, from the first */
    const char *code; /* why */
};

static bool end_object(struct batch *b)
{
    if (!b->key.p || b->key.len == 0 || b->n == S3_MAX_DELETE)
        return false;
    b->keys[b->n++] = b->key;
    b->key = (struct slice){NULL, 0};
    return true;
}

static bool element(void *ctx, const char *path, struct slice text)
{
    struct batch *b = ctx;

    if (strcmp(path, "Delete/Object/Key") == 0) {
        b->key.p = arena_memdup(b->c->a, text.p, text.len);
        b->key.len = text.len;
        return true;
    }
    if (strcmp(path, "Delete/Object") == 0)
        return end_object(b);
    if (strcmp(path, "Delete/Quiet") == 0)
        b->quiet = slice_ieqz(slice_trim(text), "true");
    return strncmp(path, "Delete", 6) == 0;
}

static void publish(struct exchange *x, void *ctx)
{
    struct batch *b = ctx;

    (void)x;
    store_begin(&b->c->s->store);
    for (size_t i = b->refused; i < b->n; i++)
        store_remove(&b->c->s->store, b->c->bucket_name, b->keys[i], 0);
}

static void answer(struct batch *b)
{
    struct str *out = &b->c->s->text;

    str_reset(out);
    xml_begin(out, "DeleteResult");
    for (size_t i = 0; i < b->refused; i++) {
        xml_open(out, "Error");
        xml_text(out, "Key", b->keys[i]);
        xml_text(out, "Code", slice_of(b->code));
        xml_text(out, "Message", slice_of(b->code));
        xml_close(out, "Error");
    }
    for (size_t i = b->refused; i < b->n && !b->quiet; i++) {
        xml_open(out, "Deleted");
        xml_text(out, "Key", b->keys[i]);
        xml_close(out, "Deleted");
    }
    str_addz(out, "</DeleteResult>");
    s3_answer_text(b->c->x, 200);
}

/* As meddle.c said for this exchange. */
static void refuse_some(struct batch *b)
{
    const struct s3_refusal *r = &b->c->s->refusal;

    if (!r->keys || r->exchange != b->c->x->ordinal)
        return;
    b->refused = r->keys < b->n ? r->keys : b->n;
    b->code = r->code;
}

void s3_delete_objects(struct ask *c)
{
    struct batch *b;

    if (!ask_body_intact(c, true))
        return;
    b = arena_alloc(c->a, sizeof(*b));
    b->c = c;
    if (!xml_read(c->body, element, b) || b->n == 0) {
        s3_error(c->x, "MalformedXML", NULL, NULL);
        return;
    }
    refuse_some(b);
    answer(b);
    ask_prepare(c, publish, NULL, b, "removed %zu objects of s3://%s",
                b->n - b->refused, c->bucket_name.p);
}
