/* sigv4: AWS Signature Version 4, the server's side. Pure: text in, text out.
 *
 * What is to be signed is rebuilt from the request as it came: the path is
 * decoded once and encoded anew without normalising dots or slashes, the query
 * is decoded, encoded and sorted, headers are taken in the order that
 * SignedHeaders gives. The rules about which requests are acceptable at all
 * (skew, unsigned headers, payload hashes) are in auth.c.
 */
#ifndef MOCKS_S3_SIGV4_H
#define MOCKS_S3_SIGV4_H

#include <stdbool.h>

#include "base/arena.h"
#include "mocks/http1.h"
#include "mocks/s3/digest.h"

/* Authorization: AWS4-HMAC-SHA256
 * Credential=K/DATE/REGION/SERVICE/aws4_request, SignedHeaders=a;b,
 * Signature=HEX. Slices point into the header's value. */
struct sigv4_authorization {
    struct slice access_key, date, region, service;
    struct slice scope; /* DATE/REGION/SERVICE/aws4_request */
    struct slice signed_headers, signature;
    bool in_query; /* X-Amz-Signature of the query is not signed itself */
};

/* NULL, or what is wrong in one sentence. The scope is taken from the right:
 * access keys may hold slashes. */
const char *sigv4_parse(struct slice value, struct sigv4_authorization *out);

/* The Credential alone: K/DATE/REGION/SERVICE/aws4_request. NULL, or what is
 * wrong with it. */
const char *sigv4_credential(struct slice value,
                             struct sigv4_authorization *out);
bool sigv4_is_signature(struct slice s); /* 64 hexadecimal digits */
bool sigv4_is_date(struct slice s);      /* 8 digits */
/* What is behind the last slash, which goes with it; false: there is none. */
bool sigv4_cut_last(struct slice *s, struct slice *part);

bool sigv4_header_is_signed(const struct sigv4_authorization *a,
                            struct slice name);

/* Appends the canonical request. Scratch memory comes from a. False when path
 * or query cannot be decoded. */
bool sigv4_canonical(struct str *out, const struct http_request *r,
                     const struct sigv4_authorization *auth,
                     struct slice payload_hash, struct arena *a);

/* Appends the string to sign; time is "20130524T000000Z". */
void sigv4_string_to_sign(struct str *out, struct digests *d, struct slice time,
                          struct slice scope, struct slice canonical);

/* The same for a chunk of an aws-chunked body and for its trailer: previous is
 * the signature before it, the first one that of the request. */
void sigv4_chunk_to_sign(struct str *out, struct digests *d, struct slice time,
                         struct slice scope, struct slice previous,
                         struct slice data);
void sigv4_trailer_to_sign(struct str *out, struct digests *d,
                           struct slice time, struct slice scope,
                           struct slice previous, struct slice lines);

/* Signing keys, each derived once and kept: the last 16 that were asked for. */
struct sigv4_keys;
struct sigv4_keys *sigv4_keys_new(void);
void sigv4_keys_free(struct sigv4_keys *k); /* wipes them */
void sigv4_sign(struct sigv4_keys *k, const struct sigv4_authorization *auth,
                const char *secret, struct slice string_to_sign,
                char signature[SHA256_HEX]);

#endif
