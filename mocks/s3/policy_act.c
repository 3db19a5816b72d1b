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

void s3_get_policy_status(struct ask *c)
{
    struct str *out = &c->s->text;
    bool public = policy_is_public(c->bucket->document[DOCUMENT_POLICY]);

    str_reset(out);
    xml_begin(out, "PolicyStatus");
    xml_textz(out, "IsPublic", public ? "true" : "false");
    str_addz(out, "</PolicyStatus>");
    s3_answer_text(c->x, 200);
}
