/* range: the Range header of a GET, as S3 reads it. */
#ifndef MOCKS_S3_RANGE_H
#define MOCKS_S3_RANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum range_kind {
    RANGE_WHOLE, /* none, or one that S3 takes no notice of */
    RANGE_PART,
    RANGE_OUTSIDE /* 416 */
};

struct range {
    enum range_kind kind;
    size_t from, len; /* of RANGE_PART */
};

/* value: the header, p NULL when there is none. Several ranges, another unit
 * and malformed ones give the whole object, as AWS does. turned_is_outside:
 * "1-0" is 416 (MinIO), otherwise whole (AWS). */
struct range range_parse(struct slice value, size_t size,
                         bool turned_is_outside);

#endif
