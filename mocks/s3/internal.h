/* internal: what the files of the mock S3 share. Not for other rooms.
 *
 * One request's way: route.c names the operation from the target; s3_handle
 * (operations.c) checks the signature (auth.c) and the names, and calls the
 * row's act, which answers and leaves a prepared change in x->change. An act
 * changes no state itself and may run twice for one exchange.
 */
#ifndef MOCKS_S3_INTERNAL_H
#define MOCKS_S3_INTERNAL_H

#include "base/secret.h"
#include "mocks/exchange.h"
#include "mocks/s3/digest.h"
#include "mocks/s3/s3.h"
#include "mocks/s3/sigv4.h"
#include "mocks/s3/store.h"
#include "mocks/warehouse.h"

enum {
    S3_MAX_KEY = 1024,
    S3_MAX_SKEW_MS = 900000,
    S3_MAX_METADATA = 2048,
    S3_MAX_PAGE = 1000,
    S3_MAX_DELETE = 1000,
    S3_MAX_TEXT = 32 << 20 /* of an answer that is made as XML */
};

/* ---- options ---- */

struct s3_user {
    const char *key, *secret;
};

struct s3_options {
    struct spec_list buckets; /* const char * */
    struct spec_list users;   /* struct s3_user */
    const char *region;       /* "": any is right */
    int profile;              /* index into s3_profiles */
    bool anonymous;
};

/* ---- profiles: where MinIO and AWS differ, as data (profile.c) ---- */

struct s3_fixed_header {
    const char *name, *value;
};

struct s3_override { /* this profile's form of an error */
    const char *code, *as;
    int status;
};

struct s3_profile {
    const char *name;
    const struct s3_fixed_header *headers; /* on every answer; ends {0} */
    const struct s3_override *overrides;   /* ends {0} */
    bool names_in_errors;         /* BucketName and Key in every error */
    bool code_in_head_error;      /* x-minio-error-code on answers to HEAD */
    bool turned_range_is_outside; /* bytes=1-0 is 416, not the whole */
    bool plain_keys_only;         /* no empty, "." or ".." segments */
    bool own_bucket_again;        /* CreateBucket of an own one is 200 */
    bool hash_may_be_absent;      /* no x-amz-content-sha256: that of nothing */
    int busy_retry_after_s;       /* Retry-After on 429 and 503; 0: none */
};

extern const struct s3_profile s3_profiles[];
extern const char *const s3_profile_names[]; /* the same order; NULL-ended */

/* ---- the server ---- */

struct s3 {
    struct service service;
    const struct clock *clock; /* borrowed */
    uint64_t seed;
    struct arena arena; /* of the options */
    struct s3_options o;
    const struct s3_profile *profile;
    struct store store;
    struct digests digests;
    struct sigv4_keys *keys;
    bool (*same_signature)(const char *a, const char *b, size_t n);
    struct str text, canonical, to_sign; /* scratch of one handler */
    struct warehouse warehouse;
    char host_id[SHA256_HEX];
    int64_t date_s; /* second that date[] is of */
    char date[DATE_HTTP_SIZE];
};

static inline struct s3 *s3_of(const struct exchange *x)
{
    return x->service->state;
}

/* ---- operations.c, route.c ---- */

struct s3_row { /* what struct operation does not say */
    const char *name;
    void (*act)(struct s3 *s, struct exchange *x);
};
extern const struct s3_row s3_rows[]; /* as s3_operations; ends with {0} */

void s3_handle(struct exchange *x);
void s3_name_operation(struct exchange *x);
void s3_handle_unknown(struct exchange *x);
bool s3_bucket_name_ok(struct slice name);

/* ---- auth.c: false, and an error answered, when it may not go on ---- */
bool s3_authenticate(struct s3 *s, struct exchange *x);
/* Content-MD5 of the body. required: it or a checksum must be there. */
bool s3_body_intact(struct s3 *s, struct exchange *x, bool required);

/* ---- error.c ---- */
/* Answers code with pairs of (field, value), ended by NULL. message NULL: the
 * table's. */
void s3_error(struct exchange *x, const char *code, const char *message, ...)
    __attribute__((sentinel));
void s3_answer_error(struct exchange *x, const char *type, int status,
                     const char *message);
void s3_answer_bad_request(struct exchange *x, int status, const char *reason);

/* ---- answers (answer.c) ---- */
/* Leaves a change for the exchange to publish or to drop. */
void s3_prepare(struct exchange *x,
                void (*publish)(struct exchange *x, void *ctx),
                void (*drop)(void *ctx), void *ctx, const char *what);
void s3_answer_empty(struct exchange *x, int status);
void s3_answer_text(struct exchange *x, int status); /* s->text as XML */
void s3_finish_answer(struct exchange *x);
void s3_request_id(const struct exchange *x, char out[17]);
const char *s3_etag(struct exchange *x, const struct s3_object *o); /* quoted */

/* ---- conditions.c: If-Match and its like; NULL object: there is none.
 * False, and 412, 304, 404 or 501 answered, when the request must not act. */
bool s3_read_allowed(struct exchange *x, const struct s3_object *o);
bool s3_write_allowed(struct exchange *x, const struct s3_object *o);
bool s3_delete_allowed(struct exchange *x, const struct s3_object *o);

/* ---- acts ---- */
void s3_list_buckets(struct s3 *s, struct exchange *x);
void s3_create_bucket(struct s3 *s, struct exchange *x);
void s3_head_bucket(struct s3 *s, struct exchange *x);
void s3_delete_bucket(struct s3 *s, struct exchange *x);
void s3_get_bucket_location(struct s3 *s, struct exchange *x);
void s3_list_objects_v2(struct s3 *s, struct exchange *x);
void s3_delete_objects(struct s3 *s, struct exchange *x);
void s3_get_object(struct s3 *s, struct exchange *x);
void s3_put_object(struct s3 *s, struct exchange *x);
void s3_delete_object(struct s3 *s, struct exchange *x);

/* The bucket of the request; NULL, and NoSuchBucket answered, without it. */
struct s3_bucket *s3_need_bucket(struct s3 *s, struct exchange *x);

#endif
