/* policy_act: the operations on a bucket's policy. */
#include <string.h>

#include "mocks/s3/access.h"
#include "mocks/s3/policy.h"
#include "mocks/s3/xml.h"

enum { MAX_POLICY = 20 << 10 };

void s3_get_policy(struct ask *c)
{
    const char *document = c->bucket->document[DOCUMENT_POLICY];
    struct answer *w = &c->x->answer;

    if (!document) {
        s3_error(c->x, "NoSuchBucketPolicy", NULL, NULL);
        return;
    }
    s3_answer_empty(c->x, 200);
    w->body = slice_of(arena_strdup(c->a, document));
    answer_header(w, c->a, "Content-Type", "application/json");
}

void s3_put_policy(struct ask *c)
{
    const char *document = ask_text(c, c->body), *wrong;

    if (c->body.len == 0) {
        s3_error(c->x, "MissingRequestBodyError", NULL, NULL);
        return;
    }
    if (!ask_body_intact(c, false))
        return;
    wrong = c->body.len > MAX_POLICY
                ? "Policy exceeds the maximum allowed document size."
                : policy_wrong(c, document, c->body.len);
    if (wrong) {
        s3_error(c->x, "MalformedPolicy", wrong, NULL);
        return;
    }
    if (public_blocks(c->bucket) & BLOCK_POLICY && policy_is_public(document)) {
        s3_error(c->x, "AccessDenied", NULL, NULL);
        return;
    }
    s3_answer_empty(c->x, 204);
    bucket_change(c, DOCUMENT_POLICY, document);
}

void s3_delete_policy(struct ask *c)
{
    s3_answer_empty(c->x, 204);
    bucket_change(c, DOCUMENT_POLICY, NULL);
}

/* MinIO's meaning of it: may anybody list and put? */
static bool is_open(struct ask *c, const char *document)
{
    static const char *const actions[] = {"s3:ListBucket", "s3:PutObject"};
    struct policy_question q = {.c = c};
    unsigned user = c->user;
    bool open = true;

    q.resource = arena_printf(c->a, "arn:aws:s3:::%s", c->bucket_name.p);
    c->user = S3_NOBODY;
    for (size_t i = 0; i < 2 && open; i++) {
        q.action = actions[i];
        open = policy_judge(document, &q) == POLICY_ALLOWS;
    }
    c->user = user;
    return open;
}

void s3_get_policy_status(struct ask *c)
{
    const char *document = c->bucket->document[DOCUMENT_POLICY];
    struct str *out = &c->s->text;
    bool minios = c->s->profile->few_settings;
    bool public = minios ? is_open(c, document) : policy_is_public(document);

    str_reset(out);
    xml_begin(out, "PolicyStatus");
    if (minios)
        xml_textz(out, "IsPublic", public ? "TRUE" : "FALSE");
    else
        xml_textz(out, "IsPublic", public ? "true" : "false");
    str_addz(out, "</PolicyStatus>");
    s3_answer_text(c->x, 200);
}
