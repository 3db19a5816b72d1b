/* integrity: is a body what its sender says it is?
 *
 * Content-MD5, and the checksum that a header or a trailer declares. What was
 * proved is kept with the object, in a header of its own (":checksum"), and
 * told again to those who ask for it.
 */
#ifndef MOCKS_S3_INTEGRITY_H
#define MOCKS_S3_INTEGRITY_H

#include "mocks/s3/checksum.h"
#include "mocks/s3/internal.h"

struct checksum {
    enum checksum_kind kind; /* CHECKSUM_NONE: there is none */
    unsigned parts;          /* composite of so many; 0: of the whole */
    uint8_t value[CHECKSUM_VALUE];
};

/* What the request declares; false, and an error answered, where that cannot be
 * read. */
bool checksum_declared(struct ask *c, struct checksum *out);
/* The same, compared with the body. */
bool checksum_proved(struct ask *c, struct checksum *out);

/* Where none was declared and the profile computes one: it does. */
void checksum_by_default(struct ask *c, struct slice bytes, struct checksum *k);

const char *checksum_text(struct ask *c, const struct checksum *k);
void checksum_keep(struct ask *c, struct str *headers,
                   const struct checksum *k);
bool checksum_kept(const struct s3_object *o, struct checksum *out);
/* As headers of the answer, and as elements of s->text. */
void checksum_tell(struct ask *c, const struct checksum *k, bool with_type);
void checksum_xml(struct ask *c, const struct checksum *k, bool with_type);
const char *checksum_type(const struct checksum *k);

#endif
