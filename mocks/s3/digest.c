/* digest: see digest.h.
 *
 * OpenSSL 3 calls SHA256_Update and its kin deprecated in favour of EVP, whose
 * look-ups and locks cost several times the hash of a canonical request.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "mocks/s3/digest.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 }; /* of SHA-256 */

/* OpenSSL without its digests cannot serve S3 at all. */
static void must(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "icefault: OpenSSL failed at %s\n", what);
    abort();
}

void digests_init(struct digests *d)
{
    d->md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    d->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    d->ctx = EVP_MD_CTX_new();
    must(d->md5 && d->sha1 && d->ctx, "fetching digests");
}

void digests_fini(struct digests *d)
{
    EVP_MD_free(d->md5);
    EVP_MD_free(d->sha1);
    EVP_MD_CTX_free(d->ctx);
}

static void digest(struct digests *d, const EVP_MD *md, struct slice bytes,
                   uint8_t *out)
{
    must(EVP_DigestInit_ex2(d->ctx, md, NULL) &&
             EVP_DigestUpdate(d->ctx, bytes.p, bytes.len) &&
             EVP_DigestFinal_ex(d->ctx, out, NULL),
         "hashing");
}

static void hash(const void *p, size_t n, uint8_t out[SHA256_SIZE])
{
    SHA256_CTX c;

    must(SHA256_Init(&c) && SHA256_Update(&c, p, n) && SHA256_Final(out, &c),
         "hashing");
}

void digest_sha256(struct digests *d, struct slice bytes,
                   uint8_t out[SHA256_SIZE])
{
    (void)d;
    hash(bytes.p, bytes.len, out);
}

void digest_md5(struct digests *d, struct slice bytes, uint8_t out[MD5_SIZE])
{
    digest(d, d->md5, bytes, out);
}

void digest_sha1(struct digests *d, struct slice bytes, uint8_t out[SHA1_SIZE])
{
    digest(d, d->sha1, bytes, out);
}

void digest_hex(const uint8_t *bytes, size_t n, char *out)
{
    static const char hex[16] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = hex[bytes[i] >> 4];
        out[2 * i + 1] = hex[bytes[i] & 15];
    }
    out[2 * n] = 0;
}

void digest_sha256_hex(struct digests *d, struct slice bytes,
                       char out[SHA256_HEX])
{
    uint8_t raw[SHA256_SIZE];

    digest_sha256(d, bytes, raw);
    digest_hex(raw, sizeof(raw), out);
}

/* RFC 2104: the hash of (key ^ 5c..) and the hash of (key ^ 36..) and text. */
static void start(SHA256_CTX *c, const uint8_t key[BLOCK], uint8_t pad)
{
    uint8_t block[BLOCK];

    for (size_t i = 0; i < BLOCK; i++)
        block[i] = key[i] ^ pad;
    must(SHA256_Init(c) && SHA256_Update(c, block, BLOCK), "keying an HMAC");
    OPENSSL_cleanse(block, sizeof(block));
}

void digest_hmac_key(struct hmac_key *k, const void *key, size_t n)
{
    uint8_t own[BLOCK] = {0};

    if (n > BLOCK)
        hash(key, n, own);
    else
        memcpy(own, key, n);
    start(&k->inner, own, 0x36);
    start(&k->outer, own, 0x5c);
    OPENSSL_cleanse(own, sizeof(own));
}

void digest_hmac(const struct hmac_key *k, struct slice text,
                 uint8_t out[SHA256_SIZE])
{
    SHA256_CTX c = k->inner;

    must(SHA256_Update(&c, text.p, text.len) && SHA256_Final(out, &c),
         "an HMAC");
    c = k->outer;
    must(SHA256_Update(&c, out, SHA256_SIZE) && SHA256_Final(out, &c),
         "an HMAC");
}
