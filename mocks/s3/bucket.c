/* bucket: operations on buckets. */
#include <string.h>

#include "mocks/s3/internal.h"
#include "mocks/s3/xml.h"

struct s3_bucket *s3_need_bucket(struct s3 *s, struct exchange *x)
{
    struct s3_bucket *b =
        store_bucket(&s->store, slice_of(x->names.bucket), x->stale);

    if (!b)
        s3_error(x, "NoSuchBucket", NULL, NULL);
    return b;
}

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

void s3_list_buckets(struct s3 *s, struct exchange *x)
{
    struct btree_cursor c;
    char date[DATE_ISO_SIZE];
    bool more = btree_seek(s->store.buckets, (struct slice){"", 0}, false, &c);

    str_reset(&s->text);
    xml_begin(&s->text, "ListAllMyBucketsResult");
    str_addz(&s->text, "<Owner><ID>icefault</ID><DisplayName>icefault"
                       "</DisplayName></Owner><Buckets>");
    for (; more; more = btree_next(&c)) {
        const struct s3_bucket *b = c.value;

        if (!store_bucket_visible(&s->store, b, x->stale))
            continue;
        date_iso(b->created_ms, date);
        xml_open(&s->text, "Bucket");
        xml_text(&s->text, "Name", b->name);
        xml_textz(&s->text, "CreationDate", date);
        xml_close(&s->text, "Bucket");
    }
    str_addz(&s->text, "</Buckets></ListAllMyBucketsResult>");
    s3_answer_text(x, 200);
}

void s3_head_bucket(struct s3 *s, struct exchange *x)
{
    if (!s3_need_bucket(s, x))
        return;
    s3_answer_empty(x, 200);
    if (*s->o.region)
        answer_header(&x->answer, &x->arena, "x-amz-bucket-region", "%s",
                      s->o.region);
}

void s3_get_bucket_location(struct s3 *s, struct exchange *x)
{
    bool first = strcmp(s->o.region, "us-east-1") == 0; /* it is written "" */

    if (!s3_need_bucket(s, x))
        return;
    str_reset(&s->text);
    xml_begin(&s->text, "LocationConstraint");
    xml_escape(&s->text, slice_of(first ? "" : s->o.region));
    str_addz(&s->text, "</LocationConstraint>");
    s3_answer_text(x, 200);
}

/* ---- making and removing ---- */

static void publish_create(struct exchange *x, void *ctx)
{
    struct s3 *s = ctx;

    store_begin(&s->store);
    store_add_bucket(&s->store, slice_of(x->names.bucket),
                     clock_unix_ms(s->clock));
}

static void publish_delete(struct exchange *x, void *ctx)
{
    struct s3 *s = ctx;

    store_begin(&s->store);
    store_drop_bucket(&s->store, slice_of(x->names.bucket));
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

static bool location_ok(struct s3 *s, struct exchange *x)
{
    struct location l = {""};

    if (x->request->body.len == 0)
        return true;
    if (!xml_read(x->request->body, read_location, &l)) {
        s3_error(x, "MalformedXML", NULL, NULL);
        return false;
    }
    if (!l.text[0] || !*s->o.region || strcmp(l.text, s->o.region) == 0)
        return true;
    s3_error(x, "IllegalLocationConstraintException", NULL,
             "LocationConstraint", l.text, NULL);
    return false;
}

void s3_create_bucket(struct s3 *s, struct exchange *x)
{
    bool there;

    if (!location_ok(s, x))
        return;
    there = store_bucket(&s->store, slice_of(x->names.bucket), x->stale);
    if (there && !s->profile->own_bucket_again) {
        s3_error(x, "BucketAlreadyOwnedByYou", NULL, NULL);
        return;
    }
    s3_answer_empty(x, 200);
    answer_header(&x->answer, &x->arena, "Location", "/%s", x->names.bucket);
    if (!there)
        s3_prepare(x, publish_create, NULL, s,
                   arena_printf(&x->arena, "made bucket %s", x->names.bucket));
}

void s3_delete_bucket(struct s3 *s, struct exchange *x)
{
    struct s3_bucket *b = s3_need_bucket(s, x);

    if (!b)
        return;
    if (!store_bucket_empty(b)) {
        s3_error(x, "BucketNotEmpty", NULL, NULL);
        return;
    }
    s3_answer_empty(x, 204);
    s3_prepare(x, publish_delete, NULL, s,
               arena_printf(&x->arena, "removed bucket %s", x->names.bucket));
}
