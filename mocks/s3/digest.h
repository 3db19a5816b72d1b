/* digest: hashes and HMAC with OpenSSL, fetched once.
 *
 * EVP_MD_fetch and new contexts cost more than hashing a small body; one
 * struct digests keeps them. Not for two threads at once.
 */
#ifndef MOCKS_S3_DIGEST_H
#define MOCKS_S3_DIGEST_H

#include <openssl/evp.h>
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
    EVP_MD *sha256, *md5, *sha1;
    EVP_MD_CTX *ctx;
    EVP_MAC *hmac;
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

/* A context that has its key and can be used again and again; free with
 * EVP_MAC_CTX_free. */
EVP_MAC_CTX *digest_hmac_new(struct digests *d, const void *key, size_t n);
void digest_hmac(EVP_MAC_CTX *keyed, struct slice text,
                 uint8_t out[SHA256_SIZE]);

#endif
