/* tagging: see tagging.h; and the six operations on tags. */
#include "mocks/s3/tagging.h"

#include <string.h>

#include "base/percent.h"
#include "base/utf8.h"
#include "mocks/s3/xml.h"

enum { MAX_KEY = 128, MAX_VALUE = 256 }; /* characters */

struct tag_reader {
    struct ask *c;
    struct str out;
    const char *key, *value; /* of the Tag being read */
    size_t n, most;
    bool full, refused;
};

/* ---- rules ---- */

static size_t characters(const char *z)
{
    size_t n = 0, len = strlen(z);

    for (size_t i = 0; i < len; n++) {
        size_t step = utf8_length(z + i, len - i);

        i += step ? step : 1;
    }
    return n;
}

static bool bad_tag(struct tag_reader *t, const char *message)
{
    bool bucket = t->most != MAX_OBJECT_TAGS;

    if (!t->refused)
        s3_error(t->c->x,
                 bucket && t->c->s->profile->minio ? "MalformedXML"
                                                   : "InvalidTag",
                 message, "TagKey", t->key ? t->key : "", "TagValue",
                 t->value ? t->value : "", NULL);
    t->refused = true;
    return false;
}

/* The pair "name=value" that starts at *at; false at the end. */
static bool next_pair(const char *tags, size_t *at, struct slice *key,
                      struct slice *value)
{
    const char *p = tags + *at;
    size_t n = strcspn(p, "&"), k = strcspn(p, "=&");

    if (!*p)
        return false;
    *key = (struct slice){p, k};
    *value =
        k < n ? (struct slice){p + k + 1, n - k - 1} : (struct slice){"", 0};
    *at += n + (p[n] == '&');
    return true;
}

static const char *decoded(struct ask *c, struct slice raw)
{
    struct str out;
    const char *text = NULL;

    str_init(&out, raw.len + 1);
    if (percent_decode(&out, raw, true) && !memchr(str_z(&out), 0, out.len))
        text = arena_memdup(c->a, str_z(&out), out.len);
    str_fini(&out);
    return text;
}

const char *tags_get(struct ask *c, const char *tags, const char *name)
{
    struct slice key, value;
    size_t at = 0;

    while (tags && next_pair(tags, &at, &key, &value)) {
        const char *plain = decoded(c, key);

        if (plain && strcmp(plain, name) == 0)
            return decoded(c, value);
    }
    return NULL;
}

size_t tags_count(const char *tags)
{
    struct slice key, value;
    size_t at = 0, n = 0;

    while (tags && next_pair(tags, &at, &key, &value))
        n++;
    return n;
}

/* In the order of keys. */
static void insert_tag(struct tag_reader *t)
{
    struct str next;
    struct slice key, value;
    size_t at = 0, before = 0;

    while (next_pair(str_z(&t->out), &at, &key, &value) &&
           strcmp(decoded(t->c, key), t->key) < 0)
        before = at;
    str_init(&next, t->out.max);
    str_add(&next, str_z(&t->out), before);
    if (before == t->out.len && before)
        str_addc(&next, '&');
    percent_encode(&next, slice_of(t->key), "");
    str_addc(&next, '=');
    percent_encode(&next, slice_of(t->value), "");
    if (before < t->out.len)
        str_addc(&next, '&');
    str_add(&next, str_z(&t->out) + before, t->out.len - before);
    str_fini(&t->out);
    t->out = next;
}

/* Letters, digits, blanks and some marks. To AWS every letter is one, to MinIO
 * those of ASCII are. */
static bool plain_tag(const struct tag_reader *t, const char *z)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789"
                                " +-=._:/@";
    bool ascii = t->c->s->profile->ascii_tags;

    while (*z && (strchr(plain, *z) || (!ascii && (unsigned char)*z >= 0x80)))
        z++;
    return !*z;
}

static bool add_tag(struct tag_reader *t)
{
    if (!t->key || !*t->key || characters(t->key) > MAX_KEY ||
        !plain_tag(t, t->key))
        return bad_tag(t, "The TagKey you have provided is invalid");
    if (!t->value || characters(t->value) > MAX_VALUE ||
        !plain_tag(t, t->value))
        return bad_tag(t, "The TagValue you have provided is invalid");
    if (tags_get(t->c, str_z(&t->out), t->key))
        return bad_tag(t, "Cannot provide multiple Tags with the same key");
    if (++t->n > t->most) {
        t->full = true;
        return false;
    }
    insert_tag(t);
    t->key = t->value = NULL;
    return !t->out.failed;
}

static void begin(struct tag_reader *t, struct ask *c, size_t most)
{
    *t = (struct tag_reader){.c = c, .most = most};
    str_init(&t->out, 256 << 10);
}

/* The text, and the reader's end; ok: it went well so far. */
static const char *finish(struct tag_reader *t, bool ok, const char *code)
{
    const char *text = ok ? arena_strdup(t->c->a, str_z(&t->out)) : NULL;

    if (t->full)
        s3_error(
            t->c->x,
            t->c->s->profile->minio && t->most != MAX_OBJECT_TAGS
                ? "MalformedXML"
                : "BadRequest",
            t->c->s->profile->minio
                ? arena_printf(t->c->a, "Tags cannot be more than %zu", t->most)
                : arena_printf(t->c->a, "%s tags cannot be greater than %zu",
                               t->most == MAX_OBJECT_TAGS ? "Object" : "Bucket",
                               t->most),
            NULL);
    else if (!ok && !t->refused)
        s3_error(t->c->x, code, NULL, NULL);
    str_fini(&t->out);
    return text;
}

const char *tags_from_query(struct ask *c, struct slice text)
{
    const char *tags = ask_text(c, text);
    struct slice key, value;
    struct tag_reader t;
    size_t at = 0;
    bool ok = true;

    begin(&t, c, MAX_OBJECT_TAGS);
    while (ok && next_pair(tags, &at, &key, &value)) {
        t.key = decoded(c, key);
        t.value = decoded(c, value);
        ok = add_tag(&t);
    }
    return finish(&t, ok, "InvalidArgument");
}

/* ---- XML ---- */

static bool element(void *ctx, const char *path, struct slice text)
{
    struct tag_reader *t = ctx;

    if (strcmp(path, "Tagging/TagSet/Tag/Key") == 0 && !t->key)
        t->key = ask_text(t->c, text);
    else if (strcmp(path, "Tagging/TagSet/Tag/Value") == 0 && !t->value)
        t->value = ask_text(t->c, text);
    else if (strcmp(path, "Tagging/TagSet/Tag") == 0)
        return t->key && t->value && add_tag(t);
    else
        return strcmp(path, "Tagging/TagSet") == 0 ||
               strcmp(path, "Tagging") == 0;
    return true;
}

const char *tags_from_xml(struct ask *c, struct slice body, size_t most)
{
    struct tag_reader t;
    bool ok;

    begin(&t, c, most);
    ok = xml_read(body, element, &t);
    return finish(&t, ok, "MalformedXML");
}

void tags_xml(struct ask *c, const char *tags)
{
    struct str *out = &c->s->text;
    struct slice key, value;
    size_t at = 0;

    xml_open(out, "TagSet");
    while (tags && next_pair(tags, &at, &key, &value)) {
        xml_open(out, "Tag");
        xml_textz(out, "Key", decoded(c, key));
        xml_textz(out, "Value", decoded(c, value));
        xml_close(out, "Tag");
    }
    xml_close(out, "TagSet");
}

static void answer_tags(struct ask *c, const char *tags)
{
    str_reset(&c->s->text);
    if (c->s->profile->minio) /* a bucket's as it keeps it */
        str_addf(&c->s->text, "%s<Tagging>", c->key.p ? XML_DECLARATION : "");
    else
        xml_begin(&c->s->text, "Tagging");
    tags_xml(c, tags);
    str_addz(&c->s->text, "</Tagging>");
    s3_answer_text(c->x, 200);
}

/* ---- of objects ---- */

void s3_get_object_tagging(struct ask *c)
{
    struct s3_object *o = version_needed(c);

    if (!o)
        return;
    answer_tags(c, object_header(o, TAGS_KEPT));
    if (!c->s->profile->minio || ask_query(c, "versionId"))
        version_tell(c, o);
}

void s3_put_object_tagging(struct ask *c)
{
    bool first = c->s->profile->minio; /* the tags, then the object */
    struct s3_object *o = first ? NULL : version_needed(c);
    const char *tags;

    if ((!o && !first) || !ask_body_intact(c, false))
        return;
    tags = tags_from_xml(c, c->body, MAX_OBJECT_TAGS);
    if (!tags || (first && !(o = version_needed(c))))
        return;
    s3_answer_empty(c->x, 200);
    version_tell(c, o);
    object_change(c, o, TAGS_KEPT, *tags ? tags : NULL, "tagged");
}

void s3_delete_object_tagging(struct ask *c)
{
    struct s3_object *o = version_needed(c);

    if (!o)
        return;
    s3_answer_empty(c->x, 204);
    version_tell(c, o);
    object_change(c, o, TAGS_KEPT, NULL, "untagged");
}

/* ---- of buckets ---- */

void s3_get_bucket_tagging(struct ask *c)
{
    if (c->bucket && c->bucket->document[DOCUMENT_TAGGING])
        answer_tags(c, c->bucket->document[DOCUMENT_TAGGING]);
    else
        s3_error(c->x, "NoSuchTagSet", NULL, NULL);
}

void s3_put_bucket_tagging(struct ask *c)
{
    const char *tags;

    if (!ask_body_intact(c, false))
        return;
    tags = tags_from_xml(c, c->body, MAX_BUCKET_TAGS);
    if (!tags)
        return;
    s3_answer_empty(c->x, c->s->profile->minio ? 200 : 204);
    bucket_change(c, DOCUMENT_TAGGING, tags);
}

void s3_delete_bucket_tagging(struct ask *c)
{
    s3_answer_empty(c->x, 204);
    bucket_change(c, DOCUMENT_TAGGING, NULL);
}
