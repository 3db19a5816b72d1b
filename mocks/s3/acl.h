/* acl: access control lists.
 *
 * A list is kept as text, grants with blanks between them:
 * "FULL_CONTROL=id:3f2a READ=all WRITE=auth". No text is the owner's full
 * control alone. The owner is not in the list unless it was granted something.
 */
#ifndef MOCKS_S3_ACL_H
#define MOCKS_S3_ACL_H

#include "mocks/s3/internal.h"

#define ACL_KEPT ":acl"

enum acl_permission { /* bits */
                      ACL_READ = 1,
                      ACL_WRITE = 2,
                      ACL_READ_ACP = 4,
                      ACL_WRITE_ACP = 8,
                      ACL_ALL = 15
};

/* What x-amz-acl or x-amz-grant-* of the list make; *acl NULL: neither was
 * given. False, and an error answered, when they are wrong. */
bool acl_from_headers(struct ask *c, const struct http_header *list, size_t n,
                      bool of_bucket, unsigned owner, const char **acl);
/* The same from <AccessControlPolicy>. */
bool acl_from_xml(struct ask *c, struct slice body, unsigned owner,
                  const char **acl);
bool acl_grants(const struct s3 *s, const char *acl, unsigned user,
                unsigned permission);
bool acl_is_public(const char *acl);

#endif
