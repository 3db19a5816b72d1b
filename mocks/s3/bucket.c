/* bucket: operations on buckets. */
#include <string.h>

#include "mocks/s3/access.h"
#include "mocks/s3/acl.h"
#include "mocks/s3/listing.h"
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
        if (i > 0 && s.p[i] == '.' && (s.p[i - 1] == '.' || s.p[i - 1] == '-'))
            return false;
        if (i > 0 && s.p[i] == '-' && s.p[i - 1] == '.')
            return false;
    }
    return true;
}

/* Everybody's, or in profile aws one's own. */
static bool is_shown(const struct ask *c, const struct s3_bucket *b,
                     const char *prefix)
{
    return store_bucket_visible(&c->s->store, b, c->x->stale) &&
           slice_starts(b->name, prefix) && ask_sees_bucket(c, b->name) &&
           (!c->s->profile->accounts_apart || c->user == S3_NOBODY ||
            c->user == b->owner);
}

static void add_bucket(struct ask *c, const struct s3_bucket *b)
{
    struct str *out = &c->s->text;
    char date[DATE_ISO_SIZE];

    date_iso(b->created_ms, date);
    xml_open(out, "Bucket");
    xml_text(out, "Name", b->name);
    xml_textz(out, "CreationDate", date);
    xml_close(out, "Bucket");
}

void s3_list_buckets(struct ask *c)
{
    struct str *out = &c->s->text;
    struct slice after = slice_of(ask_query(c, "continuation-token")), last;
    const char *prefix = listing_or_empty(ask_query(c, "prefix"));
    struct btree_cursor at;
    long long most, n = 0;
    bool more;

    if (c->s->profile->minio) { /* all of them, whatever was asked */
        after = (struct slice){NULL, 0};
        prefix = "";
        most = S3_MAX_BUCKETS;
    } else if (!ask_number(c, "max-buckets", S3_MAX_BUCKETS, S3_MAX_BUCKETS,
                           &most)) {
        return;
    }
    str_reset(out);
    xml_begin(out, "ListAllMyBucketsResult");
    user_xml(c->s, out, "Owner", c->user);
    xml_open(out, "Buckets");
    last = after;
    more = btree_seek(c->s->store.buckets, after, after.len > 0, &at);
    for (; more; more = btree_next(&at)) {
        if (!is_shown(c, at.value, prefix))
            continue;
        if (n++ == most)
            break;
        add_bucket(c, at.value);
        last = at.key;
    }
    xml_close(out, "Buckets");
    if (more)
        xml_text(out, "ContinuationToken", last);
    if (*prefix)
        xml_textz(out, "Prefix", prefix);
    str_addz(out, "</ListAllMyBucketsResult>");
    if (n == 0 && ask_is_limited(c))
        s3_error(c->x, "AccessDenied", NULL, NULL);
    else
        s3_answer_text(c->x, 200);
}

void s3_head_bucket(struct ask *c)
{
    s3_answer_empty(c->x, 200);
    if (c->s->profile->minio)
        answer_header(&c->x->answer, c->a, "Content-Type", "application/xml");
    if (*c->s->o.region)
        answer_header(&c->x->answer, c->a, "x-amz-bucket-region", "%s",
                      c->s->o.region);
}

void s3_get_bucket_location(struct ask *c)
{
    struct s3 *s = c->s;
    /* AWS writes "" for the first of its regions */
    bool first = !s->profile->minio && strcmp(s->o.region, "us-east-1") == 0;

    str_reset(&s->text);
    xml_begin(&s->text, "LocationConstraint");
    xml_escape(&s->text, slice_of(first ? "" : s->o.region));
    str_addz(&s->text, "</LocationConstraint>");
    s3_answer_text(c->x, 200);
}

/* ---- making and removing ---- */

struct founding { /* of a bucket */
    struct ask *c;
    const char *acl, *ownership; /* documents, or NULL */
    bool lockable;
};

static void publish_create(struct exchange *x, void *ctx)
{
    struct founding *f = ctx;
    struct ask *c = f->c;
    struct s3_bucket *b;

    (void)x;
    store_begin(&c->s->store);
    store_add_bucket(&c->s->store, c->bucket_name, c->user, ask_now_ms(c));
    b = store_bucket(&c->s->store, c->bucket_name, false);
    if (!b)
        return;
    bucket_set_document(b, DOCUMENT_ACL, f->acl);
    bucket_set_document(b, DOCUMENT_OWNERSHIP, f->ownership);
    if (!f->lockable)
        return;
    b->lockable = true;
    b->versioning = VERSIONING_ON;
    bucket_set_document(b, DOCUMENT_LOCK,
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<ObjectLockConfiguration xmlns=\"" S3_NAMESPACE
                        "\"><ObjectLockEnabled>Enabled</ObjectLockEnabled>"
                        "</ObjectLockConfiguration>");
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
    s3_error(c->x, "IllegalLocationConstraintException",
             c->s->profile->minio
                 ? arena_printf(c->a, "Region does not match; expecting '%s'.",
                                c->s->o.region)
                 : NULL,
             "LocationConstraint", l.text, NULL);
    return false;
}

static bool read_ownership(struct ask *c, const char **document)
{
    struct slice v = ask_header(c, "x-amz-object-ownership");

    *document = NULL;
    if (!v.p)
        return true;
    if (!slice_eqz(v, "BucketOwnerPreferred") &&
        !slice_eqz(v, "ObjectWriter") && !slice_eqz(v, "BucketOwnerEnforced"))
        return ask_bad_argument(c, "x-amz-object-ownership", ask_text(c, v),
                                "Invalid x-amz-object-ownership header");
    *document = arena_printf(
        c->a,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OwnershipControls "
        "xmlns=\"" S3_NAMESPACE "\"><Rule><ObjectOwnership>" SLICE_FMT
        "</ObjectOwnership></Rule></OwnershipControls>",
        SLICE_ARG(v));
    return true;
}

static bool has_place(struct ask *c)
{
    if (btree_count(c->s->store.buckets) < S3_MAX_BUCKETS)
        return ask_has_room(c, 0);
    s3_error(c->x, "TooManyBuckets", NULL, NULL);
    return false;
}

static bool is_free(struct ask *c)
{
    const struct s3_bucket *b = c->bucket;

    if (!b)
        return has_place(c);
    if (b->owner != c->user && c->s->profile->accounts_apart)
        s3_error(c->x, "BucketAlreadyExists", NULL, NULL);
    else if (!c->s->profile->own_bucket_again)
        s3_error(c->x, "BucketAlreadyOwnedByYou", NULL, NULL);
    else
        return true;
    return false;
}

/* MinIO knows true and false. */
static bool lock_word_ok(struct ask *c)
{
    struct slice v = ask_header(c, "x-amz-bucket-object-lock-enabled");

    if (!v.p || !c->s->profile->minio || slice_ieqz(v, "true") ||
        slice_ieqz(v, "false"))
        return true;
    s3_error(c->x, "InvalidRequest", NULL, NULL);
    return false;
}

void s3_create_bucket(struct ask *c)
{
    struct founding *f = arena_alloc(c->a, sizeof(*f));

    f->c = c;
    f->lockable =
        slice_ieqz(ask_header(c, "x-amz-bucket-object-lock-enabled"), "true");
    if (!lock_word_ok(c) || !location_ok(c) || !is_free(c) ||
        !read_ownership(c, &f->ownership) ||
        !acl_from_headers(c, c->r->headers, c->r->n_headers, true, c->user,
                          &f->acl))
        return;
    s3_answer_empty(c->x, 200);
    answer_header(&c->x->answer, c->a, "Location", "/%s", c->bucket_name.p);
    if (!c->bucket)
        ask_prepare(c, publish_create, NULL, f, "made bucket %s",
                    c->bucket_name.p);
}

void s3_delete_bucket(struct ask *c)
{
    if (!store_bucket_empty(c->bucket) &&
        !slice_ieqz(ask_header(c, "x-minio-force-delete"), "true")) {
        s3_error(c->x, "BucketNotEmpty", NULL, NULL);
        return;
    }
    s3_answer_empty(c->x, 204);
    ask_prepare(c, publish_delete, NULL, c, "removed bucket %s",
                c->bucket_name.p);
}
