/* checksum: what bytes are compared by on their way to a store and back.
 *
 * S3's checksum headers hold the big-endian value in base64; an ETag of an
 * object that was sent in one piece is its MD5 in hex, between quotes, unless
 * the store encrypts with keys of its own.
 */
#ifndef ICEBERG_CHECKSUM_H
#define ICEBERG_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "iceberg/http.h"

uint32_t ice__crc32c(struct slice bytes);
uint64_t ice__crc64nvme(struct slice bytes);

enum { ICE_MD5_SIZE = 16, ICE_ETAG_SIZE = 80, ICE_CRC32C_SIZE = 9 };
void ice__md5(struct slice bytes, unsigned char out[ICE_MD5_SIZE]);
/* "q83vEg==" */
void ice__crc32c_base64(struct slice bytes, char out[ICE_CRC32C_SIZE]);
/* "\"0123...\"", or with n above 0 "\"0123...-n\"". */
void ice__etag(const unsigned char md5[ICE_MD5_SIZE], size_t n,
               char out[ICE_ETAG_SIZE]);

/* Is this answer's ETag an MD5? Not under encryption with the store's or the
 * caller's keys, nor when it has another form. */
bool ice__etag_is_md5(const struct ice_answer *a);

/* Compares a whole object's bytes with the checksums that its answer names:
 * CRC32, CRC32C, CRC64NVME, SHA-1, SHA-256 of the whole; where there is none,
 * an ETag that is an MD5. False with a sentence in why. */
bool ice__whole_intact(const struct ice_answer *a, struct slice bytes,
                       char why[160]);

#endif
