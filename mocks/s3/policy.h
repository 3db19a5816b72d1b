/* policy: bucket policies in IAM's language.
 *
 * Statements with Effect, Principal, Action, Resource (each also as Not...) and
 * Condition. Pure but for the arena: a judgement needs the document and what
 * is asked.
 */
#ifndef MOCKS_S3_POLICY_H
#define MOCKS_S3_POLICY_H

#include "mocks/s3/internal.h"

enum policy_verdict { POLICY_SILENT, POLICY_ALLOWS, POLICY_DENIES };

struct policy_question {
    struct ask *c;
    const char *action;             /* "s3:GetObject" */
    const char *resource;           /* "arn:aws:s3:::bucket/key" */
    const struct s3_object *object; /* that is there already, or NULL */
    const char *prefix; /* in the place of the request's; NULL: that */
    bool anybody;       /* a session's policy: it names no principal */
};

enum policy_verdict policy_judge(const char *document,
                                 const struct policy_question *q);
/* NULL, or what is wrong with it. */
const char *policy_wrong(struct ask *c, const char *document, size_t n);
/* Does it let everybody in, without a condition that says who? */
bool policy_is_public(const char *document);

#endif
