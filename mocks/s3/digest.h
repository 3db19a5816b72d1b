/* digest: hashes and HMAC with OpenSSL, fetched once.
 *
 * EVP_MD_fetch and new contexts cost more than hashing a small body; one
 * struct digests keeps them. SHA-256, of which every signature needs two of a
 * few hundred bytes, does without EVP. Not for two threads at once.
 */
#ifndef MOCKS_S3_DIGEST_H
#define MOCKS_S3_DIGEST_H

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdint.h>

#include "base/str.h"

enum {
    SHA1_SIZE = 20,
    SHA256_SIZE = 32,
    SHA256_HEX = 65,
    MD5_SIZE = 16,
    MD5_HEX = 33
};

#define SHA256_OF_NOTHING                                                      \
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct digests {
    EVP_MD *md5, *sha1;
    EVP_MD_CTX *ctx;
};

void digests_init(struct digests *d); /* ends the process without OpenSSL */
void digests_fini(struct digests *d);

void digest_sha256(struct digests *d, struct slice bytes,
                   uint8_t out[SHA256_SIZE]);
void digest_sha256_hex(struct digests *d, struct slice bytes,
                       char out[SHA256_HEX]);
void digest_md5(struct digests *d, struct slice bytes, uint8_t out[MD5_SIZE]);
void digest_sha1(struct digests *d, struct slice bytes, uint8_t out[SHA1_SIZE]);
void digest_hex(const uint8_t *bytes, size_t n, char *out); /* 2n + 1 */

/* HMAC-SHA256 with a key that is used again and again. */
struct hmac_key {
    SHA256_CTX inner, outer; /* after the key's block */
};

void digest_hmac_key(struct hmac_key *k, const void *key, size_t n);
void digest_hmac(const struct hmac_key *k, struct slice text,
                 uint8_t out[SHA256_SIZE]);

#endif
