/* tagging: tags of objects and buckets.
 *
 * Kept as the header form has them, "a=1&b=2" percent-encoded, in the order of
 * their keys.
 */
#ifndef MOCKS_S3_TAGGING_H
#define MOCKS_S3_TAGGING_H

#include "mocks/s3/internal.h"

#define TAGS_KEPT ":tagging"

enum { MAX_OBJECT_TAGS = 10, MAX_BUCKET_TAGS = 50 };

/* Checks and rewrites "a=1&b=2". NULL, and an error answered, when it cannot
 * be. */
const char *tags_from_query(struct ask *c, struct slice text);
/* The same from <Tagging>. */
const char *tags_from_xml(struct ask *c, struct slice body, size_t most);
void tags_xml(struct ask *c, const char *tags); /* <TagSet>; NULL: empty */
size_t tags_count(const char *tags);
/* The value of one, decoded into the arena, or NULL. */
const char *tags_get(struct ask *c, const char *tags, const char *key);

#endif
