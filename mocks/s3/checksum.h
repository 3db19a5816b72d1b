/* checksum: the five checksums that S3 knows beside MD5.
 *
 * CRC32 and CRC32C as everyone has them, CRC64NVME (polynomial
 * ad93d23594c93659, reflected, all ones before and after), SHA-1 and SHA-256;
 * values are big-endian bytes, base64 on the wire. A CRC of two parts follows
 * from the CRCs of each (checksum_join), so that a whole object's is known
 * without reading it again. Pure, apart from OpenSSL's contexts.
 */
#ifndef MOCKS_S3_CHECKSUM_H
#define MOCKS_S3_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "mocks/s3/digest.h"

enum checksum_kind {
    CHECKSUM_NONE,
    CHECKSUM_CRC32,
    CHECKSUM_CRC32C,
    CHECKSUM_CRC64NVME,
    CHECKSUM_SHA1,
    CHECKSUM_SHA256,
    CHECKSUM_KINDS
};

struct checksum_algorithm {
    const char *name;    /* "CRC32" */
    const char *header;  /* "x-amz-checksum-crc32" */
    const char *element; /* "ChecksumCRC32" */
    size_t size;         /* bytes of a value */
    bool composite;      /* of the parts' values: may be asked for */
    bool full;           /* of the whole, whatever its parts: the same */
};

extern const struct checksum_algorithm checksums[CHECKSUM_KINDS];

enum { CHECKSUM_VALUE = 32 }; /* bytes that any value needs */

enum checksum_kind checksum_by_name(struct slice name);   /* any case */
enum checksum_kind checksum_by_header(struct slice name); /* any case */

void checksum_of(struct digests *d, enum checksum_kind kind, struct slice bytes,
                 uint8_t out[CHECKSUM_VALUE]);
/* first becomes that of what it was of, and behind that len bytes of which
 * second is. CRCs only. */
void checksum_join(enum checksum_kind kind, uint8_t first[CHECKSUM_VALUE],
                   const uint8_t second[CHECKSUM_VALUE], uint64_t len);

#endif
