/* upload: what the operations of multipart uploads share.
 *
 * An upload's own headers are those of the object to be, and ":algorithm" with
 * the checksum its parts are to bear: "CRC32 COMPOSITE".
 */
#ifndef MOCKS_S3_UPLOAD_H
#define MOCKS_S3_UPLOAD_H

#include "mocks/s3/integrity.h"

#define UPLOAD_ALGORITHM ":algorithm"

struct upload_rule { /* which checksum the upload is to have */
    enum checksum_kind kind;
    bool composite;
    bool implied; /* nobody asked for it */
};

enum { UPLOAD_ID_SIZE = 33 };

void upload_id_text(const struct s3 *s, uint64_t id, char out[UPLOAD_ID_SIZE]);
/* The upload of ?uploadId; NULL, and NoSuchUpload answered, without it. */
struct s3_upload *upload_needed(struct ask *c);
bool upload_id_parse(const struct s3 *s, const char *text, uint64_t *id);
struct upload_rule upload_rule_of(const struct s3_upload *u);
/* The number of ?partNumber; false, and InvalidArgument answered. */
bool part_number(struct ask *c, unsigned *number);
const char *etag_text(struct ask *c, const uint8_t md5[MD5_SIZE]); /* quoted */
void answer_no_upload(struct ask *c);

#endif
