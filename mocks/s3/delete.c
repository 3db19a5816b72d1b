/* delete: DeleteObject, and DeleteObjects with up to 1000 keys.
 *
 * Without a version id a versioned bucket gets a delete marker on top, with one
 * that version goes, in any other bucket the object goes. What is absent is no
 * error.
 */
#include <stdlib.h>
#include <string.h>

#include "mocks/s3/access.h"
#include "mocks/s3/integrity.h"
#include "mocks/s3/lock.h"
#include "mocks/s3/xml.h"

struct removal { /* of one key: as it was asked for, and what it comes to */
    struct slice key;
    const char *version; /* as it was written; NULL: the current one */
    struct delete_if want;
    struct s3_object *marker;      /* to be put, or */
    const struct s3_object *is;    /* what goes, NULL: nothing */
    const struct s3_object *stays; /* the marker that is there already */
    const char *error, *message;
    bool many;      /* one of DeleteObjects */
    bool repeated;  /* and not the first that names this */
    bool pretended; /* a marker is told that is not made */
};

/* ---- what one removal comes to ---- */

static bool refuse(struct removal *r, const char *code, const char *message)
{
    r->error = code;
    r->message = message;
    return false;
}

static struct s3_object *marker_new(struct ask *c)
{
    struct s3_object o = {.owner = (unsigned short)c->user,
                          .version = version_new(c, c->bucket),
                          .modified_ms = ask_now_ms(c)};

    return object_new(&c->s->store.memory, &o);
}

static bool holds(struct removal *r, const struct s3_object *o)
{
    const char *failed = delete_refused(&r->want, o);

    return !failed || refuse(r, "PreconditionFailed", NULL);
}

static bool decide_version(struct ask *c, struct removal *r,
                           const struct s3_stack *v)
{
    uint64_t version;

    if (!version_parse(c->s, r->version, &version))
        return refuse(r, "InvalidArgument", "Invalid version id specified");
    r->is = stack_find(v, version);
    if (r->is && !lock_lets_go(c, r->is))
        return refuse(r, c->s->profile->locked.code,
                      c->s->profile->locked.message);
    return holds(r, r->is);
}

static bool decide(struct ask *c, struct removal *r)
{
    const struct s3_stack *v =
        store_versions(&c->s->store, c->bucket, r->key, c->x->stale);

    if (r->version)
        return decide_version(c, r, v);
    if (!holds(r, v ? v->at[0] : NULL))
        return false;
    if (!v && c->s->profile->minio) {
        r->pretended = r->many && c->bucket->versioning != VERSIONING_NEVER;
        return true; /* it marks nothing that never was */
    }
    if (v && !v->at[0]->body && c->s->profile->minio && !r->many)
        r->stays = v->at[0]; /* nor twice what is marked */
    else if (c->bucket->versioning == VERSIONING_NEVER)
        r->is = v ? v->at[0] : NULL;
    else if (!store_has_room(&c->s->store, 0))
        return refuse(r, "XMinioStorageFull", NULL);
    else
        r->marker = marker_new(c);
    return true;
}

static void carry_out(struct ask *c, struct removal *r)
{
    struct store *st = &c->s->store;

    if (r->marker)
        store_put(st, c->bucket_name, r->key, object_ref(r->marker));
    else if (r->is)
        store_remove(st, c->bucket_name, r->key, r->is->version);
}

/* ---- DeleteObject ---- */

static void drop_one(void *ctx)
{
    struct ask *c = ctx;

    object_unref(((struct removal *)c->data)->marker);
}

static void publish_one(struct exchange *x, void *ctx)
{
    struct ask *c = ctx;

    (void)x;
    store_begin(&c->s->store);
    carry_out(c, c->data);
    drop_one(ctx);
}

/* MinIO tells neither of the null version nor of one that was not there; and
 * that a marker went, only while versions are kept. */
static void tell_named(struct ask *c, const struct removal *r)
{
    const struct s3_object *o = r->stays    ? r->stays
                                : r->marker ? r->marker
                                            : r->is;
    char text[VERSION_SIZE];

    if (!o || !o->version)
        return;
    version_text(c->s, o->version, text);
    answer_set(&c->x->answer, c->a, "x-amz-version-id", "%s", text);
    if (!o->body && (r->stays || c->bucket->versioning == VERSIONING_ON))
        answer_set(&c->x->answer, c->a, "x-amz-delete-marker", "true");
}

static void tell_one(struct ask *c, const struct removal *r)
{
    const struct s3_object *o = r->marker ? r->marker : r->is;

    s3_answer_empty(c->x, 204);
    if (c->s->profile->minio) {
        tell_named(c, r);
        return;
    }
    if (r->marker || (r->version && o && !o->body))
        answer_set(&c->x->answer, c->a, "x-amz-delete-marker", "true");
    if (r->version && c->bucket->versioning != VERSIONING_NEVER)
        answer_set(&c->x->answer, c->a, "x-amz-version-id", "%s", r->version);
    else if (o)
        version_tell(c, o);
}

void s3_delete_object(struct ask *c)
{
    struct removal *r = arena_alloc(c->a, sizeof(*r));

    r->key = c->key;
    r->version = ask_query(c, "versionId");
    if (!c->s->profile->minio) /* which knows no conditions here */
        r->want.tag = ask_header(c, "if-match");
    r->want.time = ask_header(c, "x-amz-if-match-last-modified-time");
    r->want.size = ask_header(c, "x-amz-if-match-size");
    if (!decide(c, r)) {
        s3_error(c->x, r->error, r->message, NULL);
        return;
    }
    tell_one(c, r);
    c->data = r;
    if (r->marker || r->is)
        ask_prepare(c, publish_one, drop_one, c, "%s s3://%s/%s",
                    r->marker ? "hid" : "removed", c->bucket_name.p, c->key.p);
}

/* ---- DeleteObjects ---- */

struct batch { /* in the exchange's arena */
    struct ask *c;
    struct removal *list; /* S3_MAX_DELETE */
    size_t n;
    struct removal one; /* the Object being read */
    bool quiet;
};

static bool end_object(struct batch *b)
{
    bool minio = b->c->s->profile->minio; /* an error of that key alone */

    if ((!minio && (!b->one.key.p || b->one.key.len == 0)) ||
        b->n == S3_MAX_DELETE)
        return false;
    b->one.many = true;
    b->list[b->n++] = b->one;
    b->one = (struct removal){0};
    return true;
}

static bool element(void *ctx, const char *path, struct slice text)
{
    struct batch *b = ctx;
    const struct {
        const char *path;
        struct slice *to;
    } fields[] = {{"Key", &b->one.key},
                  {"ETag", &b->one.want.tag},
                  {"LastModifiedTime", &b->one.want.time},
                  {"Size", &b->one.want.size}};

    if (strcmp(path, "Delete/Object") == 0)
        return end_object(b);
    if (strcmp(path, "Delete/Quiet") == 0)
        b->quiet = slice_ieqz(slice_trim(text), "true");
    if (strcmp(path, "Delete/Object/VersionId") == 0 && text.len)
        b->one.version = ask_text(b->c, text);
    if (strncmp(path, "Delete/Object/", 14) != 0)
        return strncmp(path, "Delete", 6) == 0;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (strcmp(path + 14, fields[i].path) == 0)
            *fields[i].to = (struct slice){ask_text(b->c, text), text.len};
    return true;
}

static void drop(void *ctx)
{
    struct batch *b = ctx;

    for (size_t i = 0; i < b->n; i++)
        object_unref(b->list[i].marker);
}

static void publish(struct exchange *x, void *ctx)
{
    struct batch *b = ctx;

    (void)x;
    store_begin(&b->c->s->store);
    for (size_t i = 0; i < b->n; i++)
        if (!b->list[i].error)
            carry_out(b->c, &b->list[i]);
    drop(ctx);
}

static void add_error(struct ask *c, const struct removal *r)
{
    struct str *out = &c->s->text;

    xml_open(out, "Error");
    xml_text(out, "Key", r->key);
    if (r->version)
        xml_textz(out, "VersionId", r->version);
    xml_textz(out, "Code", s3_error_code(c->s, r->error));
    xml_textz(out, "Message",
              r->message ? r->message : s3_error_message(r->error));
    if (!r->version && c->s->profile->minio)
        xml_textz(out, "VersionId", "");
    xml_close(out, "Error");
}

/* To DeleteObjects MinIO tells of a marker all the same. */
static void pretend(struct ask *c)
{
    struct str *out = &c->s->text;
    char id[VERSION_SIZE];

    xml_textz(out, "DeleteMarker", "true");
    if (c->bucket->versioning != VERSIONING_ON)
        return;
    version_text(c->s, version_new(c, c->bucket), id);
    xml_textz(out, "DeleteMarkerVersionId", id);
}

static void add_deleted(struct ask *c, const struct removal *r)
{
    struct str *out = &c->s->text;
    char id[VERSION_SIZE];

    if (r->repeated) {
        xml_textz(out, "Deleted", "");
        return;
    }
    xml_open(out, "Deleted");
    xml_text(out, "Key", r->key);
    if (r->version)
        xml_textz(out, "VersionId", r->version);
    if (r->marker || (r->is && !r->is->body && !c->s->profile->minio)) {
        version_text(c->s, (r->marker ? r->marker : r->is)->version, id);
        xml_textz(out, "DeleteMarker", "true");
        if (strcmp(id, "null") != 0 || !c->s->profile->minio)
            xml_textz(out, "DeleteMarkerVersionId", id);
    }
    if (r->pretended)
        pretend(c);
    xml_close(out, "Deleted");
}

static void answer(struct batch *b)
{
    struct str *out = &b->c->s->text;

    str_reset(out);
    xml_begin(out, "DeleteResult");
    for (size_t i = 0; i < b->n; i++)
        if (b->list[i].error)
            add_error(b->c, &b->list[i]);
        else if (!b->quiet)
            add_deleted(b->c, &b->list[i]);
    str_addz(out, "</DeleteResult>");
    s3_answer_text(b->c->x, 200);
}

static bool may_remove(struct ask *c, struct removal *r)
{
    const struct s3_object *o =
        store_object(&c->s->store, c->bucket, r->key, c->x->stale);

    return access_may(c, c->bucket, r->key, o,
                      r->version ? "s3:DeleteObjectVersion" : "s3:DeleteObject",
                      MAY_WRITE_BUCKET) ||
           refuse(r, "AccessDenied", NULL);
}

/* As meddle.c said for this exchange: the first keys are not to be had. */
static void refuse_some(struct batch *b)
{
    const struct s3_refusal *r = &b->c->s->refusal;

    if (!r->keys || r->exchange != b->c->x->ordinal)
        return;
    for (size_t i = 0; i < b->n && i < r->keys; i++)
        if (!b->list[i].error)
            refuse(&b->list[i], r->code, r->code);
}

/* MinIO wants a digest, and believes it. */
static bool minio_proved(struct ask *c)
{
    struct checksum k;

    if (!checksum_declared(c, &k))
        return false;
    if (k.kind != CHECKSUM_NONE || ask_header(c, "content-md5").p)
        return true;
    s3_error(c->x, "MissingContentMD5", NULL, NULL);
    return false;
}

static int by_name(const void *a, const void *b)
{
    const struct removal *x = *(struct removal *const *)a;
    const struct removal *y = *(struct removal *const *)b;
    int d = strcmp(x->key.p ? x->key.p : "", y->key.p ? y->key.p : "");

    if (d == 0)
        d = strcmp(x->version ? x->version : "", y->version ? y->version : "");
    return d ? d : (x > y) - (x < y);
}

static bool same_name(const struct removal *x, const struct removal *y)
{
    return slice_eq(x->key, y->key) && !x->version == !y->version &&
           (!x->version || strcmp(x->version, y->version) == 0);
}

/* MinIO deletes once what is named twice, and has no name for the second. */
static void find_repeated(struct batch *b)
{
    struct removal **sorted = arena_alloc(b->c->a, b->n * sizeof(*sorted));

    for (size_t i = 0; i < b->n; i++)
        sorted[i] = &b->list[i];
    qsort(sorted, b->n, sizeof(struct removal *), by_name);
    for (size_t i = 1; i < b->n; i++)
        sorted[i]->repeated = same_name(sorted[i - 1], sorted[i]);
}

static bool minio_names(struct ask *c, struct removal *r)
{
    if (!c->s->profile->minio || (r->key.len && s3_key_is_plain(r->key)))
        return true;
    return refuse(r, "XMinioInvalidObjectName", NULL);
}

void s3_delete_objects(struct ask *c)
{
    struct batch *b;
    struct checksum k;

    if (c->s->profile->minio
            ? !minio_proved(c)
            : !ask_body_intact(c, true) || !checksum_proved(c, &k))
        return;
    b = arena_alloc(c->a, sizeof(*b));
    b->c = c;
    b->list = arena_alloc(c->a, S3_MAX_DELETE * sizeof(*b->list));
    if (!c->body.len && c->s->profile->minio) {
        s3_error(c->x, "MissingContentLength", NULL, NULL);
        return;
    }
    if (!xml_read(c->body, element, b) || b->n == 0) {
        s3_error(c->x, "MalformedXML", NULL, NULL);
        return;
    }
    if (c->s->profile->minio)
        find_repeated(b);
    for (size_t i = 0; i < b->n; i++)
        if (may_remove(c, &b->list[i]) && minio_names(c, &b->list[i]) &&
            !b->list[i].repeated)
            decide(c, &b->list[i]);
    refuse_some(b);
    answer(b);
    ask_prepare(c, publish, drop, b, "removed %zu objects of s3://%s", b->n,
                c->bucket_name.p);
}
