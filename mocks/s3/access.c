/* access: see access.h. */
#include "mocks/s3/access.h"

#include <string.h>

#include "mocks/s3/acl.h"
#include "mocks/s3/documents.h"
#include "mocks/s3/policy.h"
#include "mocks/s3/xml.h"

/* ---- what a bucket says of itself ---- */

static bool find_blocks(void *ctx, const char *path, struct slice text)
{
    static const char *const names[] = {"BlockPublicAcls", "IgnorePublicAcls",
                                        "BlockPublicPolicy",
                                        "RestrictPublicBuckets"};
    const char *name = strrchr(path, '/');
    unsigned *bits = ctx;

    for (unsigned i = 0; name && i < 4; i++)
        if (strcmp(name + 1, names[i]) == 0 && slice_ieqz(text, "true"))
            *bits |= 1u << i;
    return true;
}

unsigned public_blocks(const struct s3_bucket *b)
{
    const char *document = b->document[DOCUMENT_PUBLIC_ACCESS];
    unsigned bits = 0;

    if (document)
        xml_read(slice_of(document), find_blocks, &bits);
    return bits;
}

static bool ownership_is(const struct s3_bucket *b, const char *word)
{
    const char *document = b->document[DOCUMENT_OWNERSHIP];

    return document && strstr(document, word) != NULL;
}

bool ownership_ok(struct ask *c, struct slice body)
{
    const char *acl = c->bucket->document[DOCUMENT_ACL];
    const char *text = ask_text(c, body);

    if (!strstr(text, "BucketOwnerEnforced") || !acl_is_public(acl))
        return true;
    s3_error(c->x, "InvalidBucketAclWithObjectOwnership", NULL, NULL);
    return false;
}

bool acl_may_be_set(struct ask *c, const char *acl)
{
    if (c->bucket && ownership_is(c->bucket, "BucketOwnerEnforced") &&
        !slice_eqz(ask_header(c, "x-amz-acl"), "bucket-owner-full-control")) {
        s3_error(c->x, "AccessControlListNotSupported", NULL, NULL);
        return false;
    }
    if (c->bucket && public_blocks(c->bucket) & BLOCK_ACLS &&
        acl_is_public(acl)) {
        s3_error(c->x, "AccessDenied", NULL, NULL);
        return false;
    }
    return true;
}

unsigned access_owner(struct ask *c)
{
    const struct s3_bucket *b = c->bucket;
    struct slice canned = ask_header(c, "x-amz-acl");

    if (!c->s->profile->accounts_apart ||
        ownership_is(b, "BucketOwnerEnforced") ||
        (ownership_is(b, "BucketOwnerPreferred") &&
         slice_eqz(canned, "bucket-owner-full-control")))
        return b->owner;
    return c->user;
}

/* ---- lists ---- */

/* The list speaks for itself, or is ignored. */
static bool list_grants(struct ask *c, const struct s3_bucket *b,
                        const char *acl, unsigned permission)
{
    if (ownership_is(b, "BucketOwnerEnforced"))
        return false;
    if (public_blocks(b) & IGNORE_ACLS && acl_is_public(acl))
        return false;
    return acl_grants(c->s, acl, c->user, permission);
}

static bool bucket_grants(struct ask *c, const struct s3_bucket *b,
                          unsigned permission)
{
    return c->user == b->owner ||
           list_grants(c, b, b->document[DOCUMENT_ACL], permission);
}

static bool object_grants(struct ask *c, const struct s3_bucket *b,
                          const struct s3_object *o, unsigned permission)
{
    if (!o) /* who may list is told that there is none */
        return bucket_grants(c, b, ACL_READ);
    if (c->user == o->owner && c->user != S3_NOBODY)
        return true;
    if (ownership_is(b, "BucketOwnerEnforced") && c->user == b->owner)
        return true;
    return list_grants(c, b, object_header(o, ACL_KEPT), permission);
}

static bool owner_grants(struct ask *c, const struct s3_bucket *b,
                         const struct s3_object *o,
                         enum s3_permission permission)
{
    switch (permission) {
    case MAY_READ_BUCKET:
        return bucket_grants(c, b, ACL_READ);
    case MAY_WRITE_BUCKET:
        return bucket_grants(c, b, ACL_WRITE);
    case MAY_READ_BUCKET_ACL:
        return bucket_grants(c, b, ACL_READ_ACP);
    case MAY_WRITE_BUCKET_ACL:
        return bucket_grants(c, b, ACL_WRITE_ACP);
    case MAY_READ_OBJECT:
        return object_grants(c, b, o, ACL_READ);
    case MAY_READ_OBJECT_ACL:
        return object_grants(c, b, o, ACL_READ_ACP);
    case MAY_WRITE_OBJECT_ACL:
        return object_grants(c, b, o, ACL_WRITE_ACP);
    default: /* MAY_OWN */
        return c->user == b->owner;
    }
}

/* ---- policy ---- */

/* "s3:GetObject" of a version is "s3:GetObjectVersion". */
static const char *of_version(struct ask *c, const char *action)
{
    static const char *const with[] = {
        "s3:GetObject",
        "s3:GetObjectTagging",
        "s3:GetObjectAcl",
        "s3:PutObjectAcl",
        "s3:PutObjectTagging",
        "s3:DeleteObject",
        NULL,
    };
    const char *tail = strstr(action, "Object");

    if (!tail || !ask_query(c, "versionId"))
        return action;
    tail += 6;
    for (size_t i = 0; with[i]; i++)
        if (strcmp(action, with[i]) == 0)
            return arena_printf(c->a, "%.*sVersion%s", (int)(tail - action),
                                action, tail);
    return action;
}

static const char *resource_of(struct ask *c, const struct s3_bucket *b,
                               struct slice key)
{
    return arena_printf(c->a, "arn:aws:s3:::" SLICE_FMT "%s" SLICE_FMT,
                        SLICE_ARG(b->name), key.len ? "/" : "", SLICE_ARG(key));
}

static enum policy_verdict judge(struct ask *c, const struct s3_bucket *b,
                                 struct slice key, const struct s3_object *o,
                                 const char *action)
{
    const char *document = b->document[DOCUMENT_POLICY];
    struct policy_question q = {.c = c, .object = o};
    enum policy_verdict verdict;

    if (!document)
        return POLICY_SILENT;
    q.action = of_version(c, action);
    q.resource = resource_of(c, b, key);
    verdict = policy_judge(document, &q);
    if (verdict == POLICY_ALLOWS && c->user != b->owner &&
        public_blocks(b) & RESTRICT_BUCKETS && policy_is_public(document))
        return POLICY_SILENT;
    return verdict;
}

/* The owner can always get at a policy that shuts him out. */
static bool is_about_policy(const struct ask *c, const struct s3_bucket *b,
                            const char *action)
{
    return c->user == b->owner && strstr(action, "BucketPolicy") != NULL;
}

/* Who may list what begins so is told that there is no such object. */
static bool may_list(struct ask *c, const struct s3_bucket *b, struct slice key)
{
    struct policy_question q = {.c = c, .action = "s3:ListBucket"};

    q.resource = resource_of(c, b, (struct slice){"", 0});
    q.prefix = ask_text(c, key);
    return policy_judge(b->document[DOCUMENT_POLICY], &q) == POLICY_ALLOWS;
}

/* ---- users with less than all rights, and sessions ---- */

static bool session_may(struct ask *c, const struct s3_bucket *b,
                        struct slice key, const struct s3_object *o,
                        const char *action)
{
    struct policy_question q = {
        .c = c, .object = o, .anybody = true, .action = of_version(c, action)};

    if (!c->session || !c->session->policy)
        return true;
    q.resource = resource_of(c, b, key);
    return policy_judge(c->session->policy, &q) == POLICY_ALLOWS;
}

/* Whoever asks need show no more than his keys, if that. */
static bool is_trusted(const struct ask *c)
{
    if (c->user == S3_NOBODY)
        return c->s->o.anonymous;
    return !c->s->profile->accounts_apart &&
           !(c->session && c->session->policy);
}

bool access_may(struct ask *c, struct s3_bucket *b, struct slice key,
                const struct s3_object *o, const char *action,
                enum s3_permission permission)
{
    enum policy_verdict verdict;

    if (c->user != S3_NOBODY && key.len &&
        !ask_permits(c, c->x->op->writes, b->name, key))
        return false;
    if (is_trusted(c))
        return true;
    if (c->user != S3_NOBODY && !session_may(c, b, key, o, action))
        return false;
    if (c->user != S3_NOBODY && !c->s->profile->accounts_apart)
        return true;
    verdict = judge(c, b, key, o, action);
    if (!o && permission == MAY_READ_OBJECT && verdict == POLICY_SILENT &&
        may_list(c, b, key))
        return true;
    if (verdict == POLICY_DENIES && !is_about_policy(c, b, action))
        return false;
    return verdict == POLICY_ALLOWS || owner_grants(c, b, o, permission);
}

/* ---- a request ---- */

static const struct s3_object *object_asked(struct ask *c)
{
    const struct s3_stack *v;
    const char *text;
    uint64_t version;

    if (!c->key.len)
        return NULL;
    v = store_versions(&c->s->store, c->bucket, c->key, c->x->stale);
    text = ask_query(c, "versionId");
    if (!text)
        return stack_current(v);
    return version_parse(c->s, text, &version) ? stack_find(v, version) : NULL;
}

bool access_allowed(struct ask *c)
{
    bool may;

    if (c->row->permission == MAY_ASK)
        return true;
    if (!rights_permit(c)) {
        may = false;
    } else if (!c->bucket || c->row->permission == MAY_SIGN) {
        may = c->user != S3_NOBODY || c->s->o.anonymous;
    } else {
        may = is_trusted(c) || access_may(c, c->bucket, c->key, object_asked(c),
                                          c->row->action, c->row->permission);
    }
    if (!may)
        s3_error(c->x, "AccessDenied", NULL, NULL);
    return may;
}
