/* sigv4: AWS Signature Version 4 in its header form, for requests to S3.
 *
 * By hand, because libcurl 7.88.1 (Debian 12) cannot sign for S3 at a given
 * time. Seen on the wire with CURLOPT_AWS_SIGV4 "aws:amz:us-east-1:s3": it
 * sends no x-amz-content-sha256 of its own, which S3 wants; it takes the query
 * as it stands ("?lifecycle" gets no '=', nothing is sorted); and an X-Amz-Date
 * header of ours, though it is the time that is signed, goes out twice, which a
 * server has to read as "T,T" and so refuses. Without one libcurl takes the
 * time from the system and not from the clock it should.
 *
 * Pure functions; nothing here sends or knows the time.
 */
#ifndef ICEBERG_SIGV4_H
#define ICEBERG_SIGV4_H

#include <stddef.h>

#include "base/str.h"

/* Hash of an empty payload, for x-amz-content-sha256. */
#define ICE_SHA256_EMPTY                                                       \
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct ice_sigv4_key { /* borrowed */
    const char *access_key, *secret_key;
    const char *region, *service; /* "us-east-1", "s3" */
};

struct ice_sigv4_request { /* borrowed */
    const char *method;
    struct slice path;          /* as on the wire, percent-encoded once */
    struct slice query;         /* as on the wire, without '?'; any order */
    const char *const *headers; /* "Name: value", all that are to be signed;
                                   Host and x-amz-* must be among them */
    size_t n_headers;
    const char *date;         /* "20130524T000000Z", as in X-Amz-Date */
    const char *payload_hash; /* as in x-amz-content-sha256 */
};

enum { ICE_SHA256_HEX_SIZE = 65 };
void ice__sha256_hex(struct slice bytes, char out[ICE_SHA256_HEX_SIZE]);

/* Appends the canonical request; for tests and for finding faults. */
void ice__sigv4_canonical(const struct ice_sigv4_request *r, struct str *out);
/* Appends the value of the Authorization header. */
void ice__sigv4_sign(const struct ice_sigv4_key *key,
                     const struct ice_sigv4_request *r, struct str *out);

#endif
