/* digest: see digest.h. */
#include "mocks/s3/digest.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>

/* OpenSSL without SHA-256, MD5 or HMAC cannot serve S3 at all. */
static void must(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "icefault: OpenSSL failed at %s\n", what);
    abort();
}

void digests_init(struct digests *d)
{
    d->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    d->md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    d->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    d->ctx = EVP_MD_CTX_new();
    d->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    must(d->sha256 && d->md5 && d->sha1 && d->ctx && d->hmac,
         "fetching digests");
}

void digests_fini(struct digests *d)
{
    EVP_MD_free(d->sha256);
    EVP_MD_free(d->md5);
    EVP_MD_free(d->sha1);
    EVP_MD_CTX_free(d->ctx);
    EVP_MAC_free(d->hmac);
}

static void digest(struct digests *d, const EVP_MD *md, struct slice bytes,
                   uint8_t *out)
{
    must(EVP_DigestInit_ex2(d->ctx, md, NULL) &&
             EVP_DigestUpdate(d->ctx, bytes.p, bytes.len) &&
             EVP_DigestFinal_ex(d->ctx, out, NULL),
         "hashing");
}

void digest_sha256(struct digests *d, struct slice bytes,
                   uint8_t out[SHA256_SIZE])
{
    digest(d, d->sha256, bytes, out);
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
    static const char hex[] = "0123456789abcdef";

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

EVP_MAC_CTX *digest_hmac_new(struct digests *d, const void *key, size_t n)
{
    char name[] = "SHA256";
    OSSL_PARAM params[2] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end()};
    EVP_MAC_CTX *m = EVP_MAC_CTX_new(d->hmac);

    must(m && EVP_MAC_init(m, key, n, params), "keying an HMAC");
    return m;
}

void digest_hmac(EVP_MAC_CTX *keyed, struct slice text,
                 uint8_t out[SHA256_SIZE])
{
    size_t n;

    must(EVP_MAC_init(keyed, NULL, 0, NULL) &&
             EVP_MAC_update(keyed, (const unsigned char *)text.p, text.len) &&
             EVP_MAC_final(keyed, out, &n, SHA256_SIZE),
         "an HMAC");
}
