/* bench_sign: signs one S3 request (AWS Signature Version 4) for `make bench`.
 *
 *   bench_sign METHOD HOST PATH DATE KEY SECRET
 *
 * prints its header lines, with UNSIGNED-PAYLOAD and region us-east-1. DATE is
 * 20130524T000000Z. The path must need no encoding. The load generator sends
 * the same headers again and again: a signature holds for 15 minutes.
 */
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

static void hex(const unsigned char *p, char out[65])
{
    for (int i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", p[i]);
}

static void sign(unsigned char key[32], int *n, const unsigned char *from,
                 const char *text)
{
    unsigned char out[32];

    HMAC(EVP_sha256(), from, *n, (const unsigned char *)text, strlen(text), out,
         NULL);
    memcpy(key, out, 32);
    *n = 32;
}

int main(int argc, char **argv)
{
    char text[2048], digest[65], first[256], scope[64];
    unsigned char key[32];
    int n;

    if (argc != 7 || strlen(argv[4]) != 16 || strlen(argv[6]) > 200) {
        fprintf(stderr, "usage: bench_sign METHOD HOST PATH DATE KEY SECRET\n");
        return 1;
    }
    snprintf(text, sizeof(text),
             "%s\n%s\n\nhost:%s\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n"
             "x-amz-date:%s\n\nhost;x-amz-content-sha256;x-amz-date\n"
             "UNSIGNED-PAYLOAD",
             argv[1], argv[3], argv[2], argv[4]);
    SHA256((const unsigned char *)text, strlen(text), key);
    hex(key, digest);
    snprintf(scope, sizeof(scope), "%.8s/us-east-1/s3/aws4_request", argv[4]);
    snprintf(text, sizeof(text), "AWS4-HMAC-SHA256\n%s\n%s\n%s", argv[4], scope,
             digest);
    n = snprintf(first, sizeof(first), "AWS4%s", argv[6]);
    snprintf(digest, sizeof(digest), "%.8s", argv[4]);
    sign(key, &n, (const unsigned char *)first, digest);
    sign(key, &n, key, "us-east-1");
    sign(key, &n, key, "s3");
    sign(key, &n, key, "aws4_request");
    sign(key, &n, key, text);
    hex(key, digest);
    printf("x-amz-date: %s\nx-amz-content-sha256: UNSIGNED-PAYLOAD\n"
           "Authorization: AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders="
           "host;x-amz-content-sha256;x-amz-date, Signature=%s\n",
           argv[4], argv[5], scope, digest);
    return 0;
}
