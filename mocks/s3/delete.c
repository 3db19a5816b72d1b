/* delete: DeleteObjects, up to 1000 keys in one request. */
#include <string.h>

#include "mocks/s3/internal.h"
#include "mocks/s3/xml.h"

struct batch { /* in the exchange's arena */
    struct s3 *s;
    struct exchange *x;
    struct slice bucket;
    struct slice keys[S3_MAX_DELETE];
    size_t n;
    struct slice key; /* of the Object being read; p NULL: none yet */
    bool quiet;
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
        b->key.p = arena_memdup(&b->x->arena, text.p, text.len);
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
    store_begin(&b->s->store);
    for (size_t i = 0; i < b->n; i++)
        store_remove(&b->s->store, b->bucket, b->keys[i]);
}

static void answer(struct batch *b)
{
    struct str *out = &b->s->text;

    str_reset(out);
    xml_begin(out, "DeleteResult");
    for (size_t i = 0; i < b->n && !b->quiet; i++) {
        xml_open(out, "Deleted");
        xml_text(out, "Key", b->keys[i]);
        xml_close(out, "Deleted");
    }
    str_addz(out, "</DeleteResult>");
    s3_answer_text(b->x, 200);
}

void s3_delete_objects(struct s3 *s, struct exchange *x)
{
    struct batch *b;

    if (!s3_need_bucket(s, x) || !s3_body_intact(s, x, true))
        return;
    b = arena_alloc(&x->arena, sizeof(*b));
    b->s = s;
    b->x = x;
    b->bucket = slice_of(x->names.bucket);
    if (!xml_read(x->request->body, element, b) || b->n == 0) {
        s3_error(x, "MalformedXML", NULL, NULL);
        return;
    }
    answer(b);
    s3_prepare(x, publish, NULL, b,
               arena_printf(&x->arena, "removed %zu objects of s3://%s", b->n,
                            x->names.bucket));
}
