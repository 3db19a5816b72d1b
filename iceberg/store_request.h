/* store_request: one request to the store, with its repeats.
 *
 *   struct ice_store_request q;
 *   ice__store_request_init(&q, c, ICE_STORE_GET, &name, NULL);
 *   ice__store_header(&q, "Range", "bytes=0-9");
 *   q.usable = ...; q.ctx = ...;
 *   rc = ice__store_send(&q, &result, e);
 *   ice__result_fini(&result);
 *   ice__store_request_fini(&q);
 *
 * Bucket and key go into path or host name as the settings say. Each attempt
 * is signed anew. What may be repeated, and what an answer means, is the
 * policy's business (call.c).
 */
#ifndef ICEBERG_STORE_REQUEST_H
#define ICEBERG_STORE_REQUEST_H

#include "iceberg/checksum.h"
#include "iceberg/sigv4.h"
#include "iceberg/store.h"

enum { ICE_STORE_HEADERS = 8 };

struct ice_store_request {
    struct ice_catalog *c;
    enum ice_store_op op;
    struct arena arena;   /* of the request */
    struct arena attempt; /* of the attempt under way */
    const char *operation, *method;
    const char *url, *host, *path, *query; /* query NULL: none */
    struct slice body;                     /* p NULL: none */
    const char *content_type;
    const char *header[ICE_STORE_HEADERS]; /* besides those of the signature */
    size_t n_headers;
    const char *line[ICE_STORE_HEADERS + 8];
    size_t n_lines;
    char hash[ICE_SHA256_HEX_SIZE]; /* of the body; "": not yet */
    unsigned generation;            /* of the keys it was signed with */
    bool session;                   /* these came with a session token */
    bool sum;                       /* its body goes with a checksum */
    bool named;                     /* see struct ice_get */
    size_t most;                    /* of the answer's body; 0: usual */
    /* As struct ice_op has it. intact false: the bytes are not what they
     * should be. NULL: any answer is usable, and intact. */
    bool (*usable)(struct ice_store_request *q, const struct ice_answer *a,
                   char why[160]);
    bool (*intact)(struct ice_store_request *q, const struct ice_answer *a,
                   char why[160]);
    void *ctx; /* of both */
};

/* query: encoded and without '?', or NULL. */
void ice__store_request_init(struct ice_store_request *q, struct ice_catalog *c,
                             enum ice_store_op op,
                             const struct ice_object_name *name,
                             const char *query);
void ice__store_request_fini(struct ice_store_request *q);
void ice__store_header(struct ice_store_request *q, const char *name,
                       const char *value);

/* ICE_INVALID, ICE_CONFIG: it cannot be sent at all. */
int ice__store_request_ready(struct ice_store_request *q, struct ice_error *e);
/* For ice__calls; q must outlast it. */
struct ice_op ice__store_op(struct ice_store_request *q);
int ice__store_send(struct ice_store_request *q, struct ice_result *result,
                    struct ice_error *e);
const char *ice__store_op_name(enum ice_store_op op);

#endif
