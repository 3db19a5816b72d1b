/* version: names of versions, and which one a request means. */
#include <stdio.h>
#include <string.h>

#include "mocks/s3/internal.h"

enum { ID_DIGITS = 32 };

uint64_t version_new(struct ask *c, const struct s3_bucket *b)
{
    uint64_t id = 0;

    if (c->s->profile->minio && c->key.len && c->key.p[c->key.len - 1] == '/')
        return 0; /* MinIO keeps no versions of folders */
    if (b->versioning != VERSIONING_ON)
        return 0;
    while (id == 0 || id == UINT64_MAX)
        id = rng_next(&c->x->rng);
    return id;
}

static void digits_of(const struct s3 *s, uint64_t id, char out[ID_DIGITS + 1])
{
    snprintf(out, ID_DIGITS + 1, "%016llx%016llx", (unsigned long long)id,
             (unsigned long long)rng_hash(s->seed, "s3-version", id, 0));
}

void version_text(const struct s3 *s, uint64_t version, char out[VERSION_SIZE])
{
    char d[ID_DIGITS + 1];

    if (version == 0) {
        memcpy(out, "null", 5);
        return;
    }
    digits_of(s, version, d);
    if (s->profile->uuid_versions)
        snprintf(out, VERSION_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", d, d + 8,
                 d + 12, d + 16, d + 20);
    else
        memcpy(out, d, sizeof(d));
}

static bool read_digits(const char *text, uint64_t *first)
{
    size_t n = 0;

    *first = 0;
    for (; *text; text++) {
        const char *at = strchr("0123456789abcdef", *text);

        if (*text == '-')
            continue;
        if (!at || n == ID_DIGITS)
            return false;
        if (n++ < 16)
            *first = *first << 4 |
                     (uint64_t)(*text <= '9' ? *text - '0' : *text - 'a' + 10);
    }
    return n == ID_DIGITS;
}

bool version_parse(const struct s3 *s, const char *text, uint64_t *version)
{
    char right[VERSION_SIZE];

    *version = 0;
    if (strcmp(text, "null") == 0)
        return true;
    if (!read_digits(text, version))
        return false;
    version_text(s, *version, right);
    if (strcmp(text, right) != 0)
        *version = UINT64_MAX; /* well-formed, but nobody's */
    return true;
}

void version_tell(struct ask *c, const struct s3_object *o)
{
    char text[VERSION_SIZE];

    if (c->bucket->versioning == VERSIONING_NEVER ||
        (c->s->profile->minio && !o->version))
        return; /* MinIO does not tell "null" */
    version_text(c->s, o->version, text);
    answer_set(&c->x->answer, c->a, "x-amz-version-id", "%s", text);
}

void version_tell_new(struct ask *c, const struct s3_object *o)
{
    if (o->version)
        version_tell(c, o);
}

/* MinIO has no more to say of tags. */
static bool is_quiet(const struct ask *c)
{
    const char *op = c->x->op->name;

    return c->s->profile->minio &&
           (strstr(op, "Tagging") || strstr(op, "Attributes"));
}

static void answer_marker(struct ask *c, const struct s3_object *marker,
                          bool by_version)
{
    if (by_version)
        s3_error(c->x, "MethodNotAllowed", NULL, "Method",
                 ask_text(c, c->r->method), "ResourceType", "DeleteMarker",
                 NULL);
    else
        s3_error(c->x, "NoSuchKey", NULL, NULL);
    if (is_quiet(c))
        return;
    answer_set(&c->x->answer, c->a, "x-amz-delete-marker", "true");
    if (by_version) {
        answer_set(&c->x->answer, c->a, "Allow", "DELETE");
        s3_tell_modified(c->x, marker);
    }
    if (!marker->version) /* MinIO too names a marker so */
        answer_set(&c->x->answer, c->a, "x-amz-version-id", "null");
    else
        version_tell(c, marker);
}

bool version_asked(struct ask *c, const char *text, uint64_t *version)
{
    if (version_parse(c->s, text, version))
        return true;
    return ask_bad_argument(c, "versionId", text,
                            "Invalid version id specified");
}

/* The one with that name; text NULL: the current one. Delete markers too. */
static struct s3_object *pick(struct ask *c, const struct s3_stack *v,
                              const char *text)
{
    struct s3_object *o;
    uint64_t version;

    if (!text) {
        if (!v)
            s3_error(c->x, "NoSuchKey", NULL, NULL);
        return v ? v->at[0] : NULL;
    }
    if (!version_asked(c, text, &version))
        return NULL;
    o = stack_find(v, version);
    if (!o)
        s3_error(c->x, "NoSuchVersion", NULL, "VersionId", text, NULL);
    return o;
}

struct s3_object *version_needed(struct ask *c)
{
    struct s3_stack *v =
        store_versions(&c->s->store, c->bucket, c->key, c->x->stale);
    const char *text = ask_query(c, "versionId");
    struct s3_object *o;

    if (text && !*text && c->s->profile->minio)
        text = NULL;
    o = pick(c, v, text);

    if (!o || o->body)
        return o;
    answer_marker(c, o, text != NULL);
    return NULL;
}
