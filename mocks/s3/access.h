/* access: who may do what.
 *
 * In profile aws users are accounts of their own: what one may do is for the
 * bucket's policy, for ownership and for access lists to say. In profile minio
 * they share everything, and only those who do not sign need leave.
 */
#ifndef MOCKS_S3_ACCESS_H
#define MOCKS_S3_ACCESS_H

#include "mocks/s3/internal.h"

/* The operation of this request; false, and AccessDenied answered. */
bool access_allowed(struct ask *c);
/* One action on one object of a bucket (the source of a copy, a key of a
 * batch). No answer is made. */
bool access_may(struct ask *c, struct s3_bucket *b, struct slice key,
                const struct s3_object *o, const char *action,
                enum s3_permission permission);
/* May the list be set here? Else an error is answered. */
bool acl_may_be_set(struct ask *c, const char *acl);
/* Who will own what this request puts into its bucket. */
unsigned access_owner(struct ask *c);

enum public_block { /* bits of a bucket's public access block */
                    BLOCK_ACLS = 1,
                    IGNORE_ACLS = 2,
                    BLOCK_POLICY = 4,
                    RESTRICT_BUCKETS = 8
};
unsigned public_blocks(const struct s3_bucket *b);

#endif
