/* versioning: a bucket's versioning, asked and set. */
#include <string.h>

#include "mocks/s3/internal.h"
#include "mocks/s3/xml.h"

void s3_get_bucket_versioning(struct ask *c)
{
    static const char *const words[] = {
        [VERSIONING_ON] = "Enabled", [VERSIONING_SUSPENDED] = "Suspended"};
    struct str *out = &c->s->text;

    str_reset(out);
    if (c->s->profile->minio) /* as it was sent, which is without one */
        str_addz(out, "<VersioningConfiguration xmlns=\"" S3_NAMESPACE "\">");
    else
        xml_begin(out, "VersioningConfiguration");
    if (c->bucket->versioning != VERSIONING_NEVER)
        xml_textz(out, "Status", words[c->bucket->versioning]);
    str_addz(out, "</VersioningConfiguration>");
    s3_answer_text(c->x, 200);
}

static bool element(void *ctx, const char *path, struct slice text)
{
    enum s3_versioning *to = ctx;

    if (strcmp(path, "VersioningConfiguration/Status") != 0)
        return strcmp(path, "VersioningConfiguration") == 0 ||
               strcmp(path, "VersioningConfiguration/MfaDelete") == 0;
    if (slice_eqz(text, "Enabled"))
        *to = VERSIONING_ON;
    else if (slice_eqz(text, "Suspended"))
        *to = VERSIONING_SUSPENDED;
    else
        return false;
    return true;
}

/* Whatever it says, it is that document. */
static bool any(void *ctx, const char *path, struct slice text)
{
    (void)ctx;
    (void)text;
    return strncmp(path, "VersioningConfiguration", 23) == 0;
}

struct turn {
    struct ask *c;
    enum s3_versioning to;
};

static void publish(struct exchange *x, void *ctx)
{
    struct turn *t = ctx;
    struct s3_bucket *b =
        store_bucket(&t->c->s->store, t->c->bucket_name, false);

    (void)x;
    if (b)
        b->versioning = t->to;
}

void s3_put_bucket_versioning(struct ask *c)
{
    struct turn *t = arena_alloc(c->a, sizeof(*t));

    if (!ask_body_intact(c, false))
        return;
    t->c = c;
    if (!xml_read(c->body, element, &t->to)) {
        s3_error(c->x,
                 c->s->profile->minio && xml_read(c->body, any, NULL)
                     ? "IllegalVersioningConfigurationException"
                     : "MalformedXML",
                 NULL, NULL);
        return;
    }
    if (t->to == VERSIONING_NEVER) {
        s3_error(c->x, "IllegalVersioningConfigurationException", NULL, NULL);
        return;
    }
    if (t->to == VERSIONING_SUSPENDED && c->bucket->lockable) {
        s3_error(c->x, "InvalidBucketState",
                 "An Object Lock configuration is present on this bucket, so "
                 "the versioning state cannot be changed.",
                 NULL);
        return;
    }
    s3_answer_empty(c->x, 200);
    ask_prepare(c, publish, NULL, t, "%s versioning of s3://%s",
                t->to == VERSIONING_ON ? "enabled" : "suspended",
                c->bucket_name.p);
}
