/* bucket: operations on buckets. */
#include <string.h>

#include "mocks/s3/internal.h"
#include "mocks/s3/xml.h"

static bool is_address(struct slice s) /* 192.168.5.4 */
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] != '.' && (s.p[i] < '0' || s.p[i] > '9'))
            return false;
    return true;
}

bool s3_bucket_name_ok(struct slice s)
{
    static const char ends[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    if (s.len < 3 || s.len > 63 || is_address(s) || !memchr(ends, s.p[0], 36) ||
        !memchr(ends, s.p[s.len - 1], 36))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!memchr(ends, s.p[i], 36) && s.p[i] != '-' && s.p[i] != '.')
            return false;
        if (s.p[i] == '.' && s.p[i + 1] == '.')
            return false;
    }
    return true;
}

void s3_list_buckets(struct ask *c)
{
    struct s3 *s = c->s;
    struct btree_cursor at;
    char date[DATE_ISO_SIZE];
    bool more = btree_seek(s->store.buckets, (struct slice){"", 0}, false, &at);

    str_reset(&s->text);
    xml_begin(&s->text, "ListAllMyBucketsResult");
    user_xml(s, &s->text, "Owner", c->user);
    xml_open(&s->text, "Buckets");
    for (; more; more = btree_next(&at)) {
        const struct s3_bucket *b = at.value;

        if (!store_bucket_visible(&s->store, b, c->x->stale))
            continue;
        date_iso(b->created_ms, date);
        xml_open(&s->text, "Bucket");
        xml_text(&s->text, "Name", b->name);
        xml_textz(&s->text, "CreationDate", date);
        xml_close(&s->text, "Bucket");
    }
    str_addz(&s->text, "</Buckets></ListAllMyBucketsResult>");
    s3_answer_text(c->x, 200);
}

void s3_head_bucket(struct ask *c)
{
    s3_answer_empty(c->x, 200);
    if (*c->s->o.region)
        answer_header(&c->x->answer, c->a, "x-amz-bucket-region", "%s",
                      c->s->o.region);
}

void s3_get_bucket_location(struct ask *c)
{
    struct s3 *s = c->s;
    bool first = strcmp(s->o.region, "us-east-1") == 0; /* it is written "" */

    str_reset(&s->text);
    xml_begin(&s->text, "LocationConstraint");
    xml_escape(&s->text, slice_of(first ? "" : s->o.region));
    str_addz(&s->text, "</LocationConstraint>");
    s3_answer_text(c->x, 200);
}

/* ---- making and removing ---- */

static void publish_create(struct exchange *x, void *ctx)
{
    struct ask *c = ctx;

    (void)x;
    store_begin(&c->s->store);
    store_add_bucket(&c->s->store, c->bucket_name, c->user, ask_now_ms(c));
}

static void publish_delete(struct exchange *x, void *ctx)
{
    struct ask *c = ctx;

    (void)x;
    store_begin(&c->s->store);
    store_drop_bucket(&c->s->store, c->bucket_name);
}

struct location {
    char text[64];
};

static bool read_location(void *ctx, const char *path, struct slice text)
{
    struct location *l = ctx;

    if (strcmp(path, "CreateBucketConfiguration/LocationConstraint") != 0)
        return strncmp(path, "CreateBucketConfiguration", 25) == 0;
    if (text.len >= sizeof(l->text))
        return false;
    memcpy(l->text, text.p ? text.p : "", text.len);
    l->text[text.len] = 0;
    return true;
}

static bool location_ok(struct ask *c)
{
    const char *region = c->s->o.region;
    struct location l = {""};

    if (c->body.len == 0)
        return true;
    if (!xml_read(c->body, read_location, &l)) {
        s3_error(c->x, "MalformedXML", NULL, NULL);
        return false;
    }
    if (!l.text[0] || !*region || strcmp(l.text, region) == 0)
        return true;
    s3_error(c->x, "IllegalLocationConstraintException", NULL,
             "LocationConstraint", l.text, NULL);
    return false;
}

void s3_create_bucket(struct ask *c)
{
    if (!location_ok(c))
        return;
    if (c->bucket && !c->s->profile->own_bucket_again) {
        s3_error(c->x, "BucketAlreadyOwnedByYou", NULL, NULL);
        return;
    }
    s3_answer_empty(c->x, 200);
    answer_header(&c->x->answer, c->a, "Location", "/%s", c->bucket_name.p);
    if (!c->bucket)
        ask_prepare(c, publish_create, NULL, c, "made bucket %s",
                    c->bucket_name.p);
}

void s3_delete_bucket(struct ask *c)
{
    if (!store_bucket_empty(c->bucket)) {
        s3_error(c->x, "BucketNotEmpty", NULL, NULL);
        return;
    }
    s3_answer_empty(c->x, 204);
    ask_prepare(c, publish_delete, NULL, c, "removed bucket %s",
                c->bucket_name.p);
}
