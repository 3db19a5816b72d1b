/* internal: what the files of the mock S3 share. Not for other rooms.
 *
 * One request's way: route.c names the operation from the target; s3_handle
 * (operations.c) makes a struct ask, checks the signature (auth.c) and undoes
 * aws-chunked (payload.c), checks the names and who may do this (access.c), and
 * calls the row's act, which answers and leaves a prepared change in x->change.
 * An act changes no state itself and may run twice for one exchange.
 */
#ifndef MOCKS_S3_INTERNAL_H
#define MOCKS_S3_INTERNAL_H

#include "base/secret.h"
#include "mocks/exchange.h"
#include "mocks/s3/digest.h"
#include "mocks/s3/s3.h"
#include "mocks/s3/session.h"
#include "mocks/s3/sigv4.h"
#include "mocks/s3/store.h"
#include "mocks/warehouse.h"

enum {
    S3_MAX_KEY = 1024,
    S3_MAX_SKEW_MS = 900000,
    S3_MAX_METADATA = 2048,
    S3_MAX_PAGE = 1000,
    S3_MAX_BUCKETS = 10000,
    S3_MAX_DELETE = 1000,
    S3_MAX_PARTS = 10000,
    MAX_ATTRIBUTE = 64 << 10, /* of an object, as tags are one */
    S3_MAX_TEXT = 32 << 20,   /* of an answer that is made as XML */
    S3_NOBODY = 0xffff        /* in the place of a user: nobody signed */
};

/* ---- options ---- */

struct s3_user {
    const char *key, *secret;
    const char *id, *name, *email; /* id and name: made from key when absent */
    struct s3_rights rights;
};

struct s3_given_session { /* one of the options' */
    const char *key, *secret, *token;
    const char *user; /* key of whose it is; NULL: the first user's */
    int64_t lifetime_ms;
    struct s3_rights rights;
};

struct s3_options {
    struct spec_list buckets;  /* const char * */
    struct spec_list users;    /* struct s3_user */
    struct spec_list domains;  /* const char *: BUCKET.DOMAIN names a bucket */
    struct spec_list sessions; /* struct s3_given_session */
    int64_t session_lifetime_ms; /* 0: as they are asked for */
    const char *region;          /* "": any is right */
    int profile;                 /* index into s3_profiles */
    bool anonymous, etag_conditions;
    bool etag_conditions_given; /* else the profile decides */
    bool kms, kms_given;        /* the same */
    int64_t clock_ahead_ms;
    int64_t memory;   /* bytes */
    int64_t min_part; /* bytes */
};

/* ---- profiles: where MinIO and AWS differ, as data (profile.c) ---- */

struct s3_override { /* this profile's form of an error */
    const char *code, *as;
    int status;
    const char *message; /* NULL: what the place says, or the table */
};

struct s3_profile {
    const char *name;
    const struct http_header *headers;   /* on every answer; ends {0} */
    const struct s3_override *overrides; /* ends {0} */
    const char *const *error_fields;     /* that errors have; NULL: all */
    const char *refusal_vary; /* Vary of what no handler saw, or NULL */
    const char *owner_id, *owner_name; /* of everything; NULL: the user's */
    bool refuses_first;                /* gate.c, before all signatures */
    bool region_everywhere;            /* on every answer and in every error */
    bool plain_resource;               /* Resource is the decoded path */
    bool names_in_errors;              /* BucketName and Key in every error */
    bool code_in_head_error;      /* x-minio-error-code on answers to HEAD */
    bool turned_range_is_outside; /* bytes=1-0 is 416, not the whole */
    bool plain_keys_only;         /* no empty, "." or ".." segments */
    bool own_bucket_again;        /* CreateBucket of an own one is 200 */
    bool minio;                /* its smaller manners, said where they show */
    bool small_chunks;         /* signed ones may have any size */
    bool hash_may_be_absent;   /* no x-amz-content-sha256: that of nothing */
    bool uuid_versions;        /* version ids look like UUIDs */
    bool etag_conditions;      /* writes obey If-None-Match: "etag" */
    bool accounts_apart;       /* users own what they make, and may no more */
    bool health;               /* /minio/health/... */
    bool encodes_every_prefix; /* that of ListObjects too */
    bool default_checksum;     /* CRC64NVME of what declares none */
    bool complete_again;       /* the same CompleteMultipartUpload is 200 */
    int busy_retry_after_s;    /* Retry-After on 429 and 503; 0: none */
    bool ascii_tags;           /* no other letters in tags */
    const char *const *v2_regions; /* where Version 2 signs; NULL: all */
    bool session_is_jwt;           /* form of session keys and tokens */
    bool forgets_sessions; /* that have expired: their keys are unknown */
    const char *tokenless_session; /* error for its keys without its token */
    bool lists_what_it_may;        /* ListBuckets leaves out, never refuses */
    const struct sts_manner *sts;  /* sts.c */
    bool private_lists;    /* access lists can say "private" and no more */
    bool few_settings;     /* see enum s3_need, NEEDS_SETTINGS */
    bool forms_are_signed; /* a form without a policy is refused */
    bool bare_documents;   /* without an XML declaration */
    bool kms;              /* it can encrypt with keys of its own */
    struct {
        const char *code, *message;
    } locked;                 /* error for what object lock holds */
    const char *cors_exposed; /* to all origins; NULL: by a bucket's rules */
};

struct s3_profile_rule { /* for the document */
    size_t offset;       /* of a bool in struct s3_profile */
    const char *doc;
};
extern const struct s3_profile_rule s3_profile_rules[]; /* ends with {0} */
extern const struct s3_profile s3_profiles[];
/* s3_profile_names has the same order. */

/* ---- the server ---- */

struct s3 {
    struct service service;
    const struct clock *clock; /* borrowed, or own_clock */
    const struct clock *true_clock;
    struct clock own_clock; /* ahead of it */
    uint64_t seed;
    struct arena arena; /* of the options */
    struct s3_options o;
    const struct s3_profile *profile;
    uint32_t *row_kinds; /* of the operations; route.c */
    struct store store;
    struct sessions *sessions;
    struct secrets *secrets; /* borrowed; NULL: nobody wants to know */
    uint64_t sessions_lent;  /* to the catalog, so far */
    struct digests digests;
    struct sigv4_keys *keys;
    bool (*same_signature)(const char *a, const char *b, size_t n);
    struct str text, canonical, to_sign; /* scratch of one handler */
    struct warehouse warehouse;
    struct s3_refusal { /* of keys, by one DeleteObjects; meddle.c */
        uint64_t exchange;
        size_t keys;
        const char *code;
    } refusal;
    char host_id[SHA256_HEX];
    int64_t date_s; /* second that date[] is of */
    char date[DATE_HTTP_SIZE];
};

static inline struct s3 *s3_of(const struct exchange *x)
{
    return x->service->state;
}

/* ---- one run of one act; lives in the exchange's arena (ask.c) ---- */

struct s3_row;

struct ask {
    struct s3 *s;
    struct exchange *x;
    const struct http_request *r;
    struct arena *a;
    const struct s3_row *row;
    unsigned user;                    /* index, or S3_NOBODY */
    const struct s3_session *session; /* by whose keys it was signed, or NULL */
    struct s3_bucket *bucket; /* that the target names; NULL: none there */
    struct slice bucket_name, key;
    struct slice body;                  /* aws-chunked undone */
    const struct http_header *trailers; /* of aws-chunked */
    size_t n_trailers;
    void *data; /* the act's own, for its change */
};

static inline struct slice ask_header(const struct ask *c, const char *name)
{
    return slice_trim(http_header(c->r, name));
}
/* Terminated, in the arena; NULL when absent. */
static inline const char *ask_headerz(const struct ask *c, const char *name)
{
    struct slice v = ask_header(c, name);

    return v.p ? arena_memdup(c->a, v.p, v.len) : NULL;
}

const char *ask_query(const struct ask *c, const char *name); /* or NULL */
const char *ask_text(const struct ask *c, struct slice s);    /* terminated */
/* Answers InvalidArgument with its two fields. Always false. */
bool ask_bad_argument(const struct ask *c, const char *name, const char *value,
                      const char *message);
/* Leaves a change for the exchange to publish or to drop. */
void ask_prepare(const struct ask *c,
                 void (*publish)(struct exchange *x, void *ctx),
                 void (*drop)(void *ctx), void *ctx, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
int64_t ask_now_ms(const struct ask *c);
/* False, and an error answered, when the store may not grow by so much. */
bool ask_has_room(const struct ask *c, size_t bytes);

/* ---- meddle.c: struct service has it ---- */
bool s3_meddle(void *state, struct exchange *x, enum meddle what,
               const cJSON *params, char why[160]);

/* ---- operations.c, route.c ---- */

enum s3_need {
    NEEDS_NO_BUCKET = 1, /* it need not be there */
    NEEDS_STS = 2,       /* signed for the service sts */
    NEEDS_NOBODY = 4,    /* no signature, no right */
    NEEDS_FORM = 8,      /* the act looks for both in the form */
    NEEDS_SETTINGS = 16  /* of a kind that some profiles do not have */
};

enum s3_permission {           /* what an access list must grant for it */
                     MAY_OWN,  /* only the bucket's owner */
                     MAY_ASK,  /* the act looks itself */
                     MAY_SIGN, /* whoever signs */
                     MAY_READ_BUCKET,
                     MAY_WRITE_BUCKET,
                     MAY_READ_BUCKET_ACL,
                     MAY_WRITE_BUCKET_ACL,
                     MAY_READ_OBJECT,
                     MAY_READ_OBJECT_ACL,
                     MAY_WRITE_OBJECT_ACL
};

struct s3_row { /* what struct operation does not say */
    void (*act)(struct ask *c);
    unsigned needs;     /* bits of enum s3_need */
    const char *action; /* in policies: "s3:GetObject" */
    enum s3_permission permission;
};
extern const struct s3_row s3_rows[]; /* as s3_operations; ends with {0} */

void s3_handle(struct exchange *x);
bool s3_refuses(struct exchange *x); /* struct service has it */
/* gate.c: false, and an error answered, for what MinIO refuses unseen. */
bool gate_open(struct exchange *x);
void s3_name_operation(struct exchange *x);
void s3_sort_rows(struct s3 *s); /* once, when the service is there */
void s3_handle_unknown(struct exchange *x);
bool s3_bucket_name_ok(struct slice name);
/* As profile minio wants them; the key ends with a zero. */
bool s3_key_is_plain(struct slice key);

/* ---- auth.c, payload.c: false, and an error answered, when it may not go on
 * ---- */
struct claim { /* what one request claims */
    struct ask *c;
    struct sigv4_authorization auth;
    bool in_query;
    const char *secret;
    char time[DATE_BASIC_SIZE];
    int64_t time_ms;
    long long expires_s; /* of a presigned one */
    struct slice hash;   /* of the payload, as it was signed */
};
struct framing { /* what x-amz-content-sha256 may say beside a hash */
    const char *name;
    bool frames, signs, trailer; /* aws-chunked; each chunk; lines behind */
};
extern const struct framing payload_framings[]; /* ends with {0} */

bool ask_authenticate(struct ask *c); /* sets user */
/* Rules that both versions of the signature have; those that fail answer. */
bool claim_known_user(struct claim *k);
bool claim_right_token(struct claim *k);
/* That Version 2 has in its query, in AWS's way; NULL: none. */
const char *claim_old_token(const struct claim *k);
bool claim_dated(struct claim *k); /* time_ms, -1: none; sets time */
bool claim_not_skewed(struct claim *k);
void claim_mismatch(struct claim *k); /* answers that signatures differ */

/* ---- route.c ---- */
/* "bucket" of bucket.localhost; p NULL: the host names none. */
struct slice s3_bucket_of_host(const struct s3 *s,
                               const struct http_request *r);

/* ---- auth_v2.c ---- */
bool ask_is_v2(const struct ask *c);
bool ask_authenticate_v2(struct ask *c); /* sets user */
const char *ask_hmac_sha1(const struct ask *c, const char *secret,
                          struct slice text); /* in base64 */

bool ask_is_presigned(const struct ask *c);
/* The payload is what hash says; sets body and trailers. */
bool payload_open(struct claim *k);
bool payload_hash_known(struct claim *k);
bool payload_unsigned(struct ask *c); /* the same where nobody signed */
const char *ask_base64(const struct ask *c, struct slice bytes);
/* Content-MD5 of the body. required: it or a checksum must be there. */
bool ask_body_intact(struct ask *c, bool required);

/* ---- error.c ---- */
/* Answers code with pairs of (field, value), ended by NULL. message NULL: the
 * table's. */
void s3_error(struct exchange *x, const char *code, const char *message, ...)
    __attribute__((sentinel));
void s3_answer_error(struct exchange *x, const char *type, int status,
                     const char *message);
/* The same for a request that was refused before its bucket was looked at. */
void s3_refuse(struct exchange *x, const char *code, const char *message);
void s3_answer_bad_request(struct exchange *x, int status, const char *reason);

const char *s3_error_message(const char *code); /* the table's */
/* What the profile calls it. */
const char *s3_error_code(const struct s3 *s, const char *code);

/* ---- answers (answer.c) ---- */
void s3_answer_empty(struct exchange *x, int status);
void s3_answer_text(struct exchange *x, int status); /* s->text as XML */
void s3_finish_answer(struct exchange *x);
void s3_request_id(const struct exchange *x, char out[17]);
const char *s3_etag(struct exchange *x, const struct s3_object *o); /* quoted */
void s3_tell_modified(struct exchange *x, const struct s3_object *o);

/* ---- version.c ---- */
/* What a new version of an object in that bucket is called; 0: null. */
uint64_t version_new(struct ask *c, const struct s3_bucket *b);
void version_text(const struct s3 *s, uint64_t version, char out[VERSION_SIZE]);
/* "null" or what version_text gives; false: it is neither. */
bool version_parse(const struct s3 *s, const char *text, uint64_t *version);
/* x-amz-version-id, where the bucket was ever versioned. */
void version_tell(struct ask *c, const struct s3_object *o);
/* The same for what was just made: the null version is not told. */
void version_tell_new(struct ask *c, const struct s3_object *o);
/* The object that key, and ?versionId where given, mean; NULL, and an error
 * answered, when there is none or it is a delete marker. */
struct s3_object *version_needed(struct ask *c);
/* version_parse, with the error answered. */
bool version_asked(struct ask *c, const char *text, uint64_t *version);

/* ---- change.c: prepared changes ---- */
/* The object is to be put; takes over the reference. */
void object_put(struct ask *c, struct s3_object *o);
/* The same version with other headers, around the same body. */
struct s3_object *object_with(struct ask *c, const struct s3_object *o,
                              struct slice headers);
/* One of its headers is to have that value, or (NULL) to go. The last thing an
 * act does: it answers 507 instead where there is no room. So does
 * bucket_change. */
void object_change(struct ask *c, const struct s3_object *o, const char *name,
                   const char *value, const char *verb);
/* The bucket's document is to be this (in the arena), or (NULL) none. */
void bucket_change(struct ask *c, enum s3_document which, const char *text);

/* ---- conditions.c: If-Match and its like; NULL object: there is none.
 * False, and 412, 304, 404, 409 or 501 answered, when the request must not
 * act. */
bool s3_read_allowed(struct ask *c, const struct s3_object *o);
bool s3_write_allowed(struct ask *c, const struct s3_object *o);
bool s3_complete_allowed(struct ask *c, const struct s3_object *o,
                         const struct s3_upload *u);
bool s3_copy_allowed(struct ask *c, const struct s3_object *source);
struct delete_if { /* conditions of one delete; p NULL: not given */
    struct slice tag, time, size;
};
/* NULL, or the name of the condition that does not hold. */
const char *delete_refused(const struct delete_if *want,
                           const struct s3_object *o);

/* ---- users.c ---- */
const struct s3_user *user_of(const struct s3 *s, unsigned owner);
/* The index, or S3_NOBODY. */
unsigned user_by_key(const struct s3 *s, struct slice key);
void user_xml(const struct s3 *s, struct str *out, const char *element,
              unsigned owner);

/* ---- rights.c: of users and sessions; who signed nothing has no limits here
 * ---- */
bool rights_make_sense(const struct s3_rights *r, char why[120]);
bool rights_permit(const struct ask *c); /* the request, but for its body */
/* For keys that the target does not name. */
bool ask_permits(const struct ask *c, bool writes, struct slice bucket,
                 struct slice key);
bool ask_is_limited(const struct ask *c); /* to some buckets or prefixes */
/* May it reach anything in that bucket? */
bool ask_sees_bucket(const struct ask *c, struct slice bucket);

/* ---- sts.c ---- */
struct sts_manner; /* how a profile speaks of sessions */
extern const struct sts_manner sts_minio, sts_aws;
bool sts_takes(const struct http_request *r); /* other POSTs are not for it */
bool sts_is(const struct exchange *x);
bool sts_form_ok(struct ask *c); /* false, and an error answered */
void sts_error(struct exchange *x, const char *code, int status,
               const char *message);
void s3_assume_role(struct ask *c);
void sts_document(struct str *out); /* its errors */

/* ---- put.c ---- */
/* The body as the store keeps it, with one reference. */
struct s3_body *ask_body_kept(struct ask *c);
/* An object of that body, whose reference is taken over: by this user, now. */
struct s3_object *object_made(struct ask *c, struct s3_body *body,
                              struct slice headers);

/* ---- acts ---- */
void s3_list_buckets(struct ask *c);
void s3_create_bucket(struct ask *c);
void s3_head_bucket(struct ask *c);
void s3_delete_bucket(struct ask *c);
void s3_get_bucket_location(struct ask *c);
void s3_get_bucket_versioning(struct ask *c);
void s3_put_bucket_versioning(struct ask *c);
void s3_get_bucket_tagging(struct ask *c);
void s3_put_bucket_tagging(struct ask *c);
void s3_delete_bucket_tagging(struct ask *c);
void s3_list_objects(struct ask *c);
void s3_list_objects_v2(struct ask *c);
void s3_list_object_versions(struct ask *c);
void s3_list_uploads(struct ask *c);
void s3_delete_objects(struct ask *c);
void s3_get_object(struct ask *c);
void s3_get_object_attributes(struct ask *c);
void s3_get_object_tagging(struct ask *c);
void s3_put_object_tagging(struct ask *c);
void s3_delete_object_tagging(struct ask *c);
void s3_put_object(struct ask *c);
void s3_copy_object(struct ask *c);
void s3_delete_object(struct ask *c);
void s3_create_upload(struct ask *c);
void s3_upload_part(struct ask *c);
void s3_upload_part_copy(struct ask *c);
void s3_complete_upload(struct ask *c);
void s3_abort_upload(struct ask *c);
void s3_list_parts(struct ask *c);
void s3_get_bucket_acl(struct ask *c);
void s3_put_bucket_acl(struct ask *c);
void s3_get_object_acl(struct ask *c);
void s3_put_object_acl(struct ask *c);
void s3_get_policy(struct ask *c);
void s3_put_policy(struct ask *c);
void s3_delete_policy(struct ask *c);
void s3_get_policy_status(struct ask *c);
void s3_get_document(struct ask *c);
void s3_put_document(struct ask *c);
void s3_delete_document(struct ask *c);
void s3_get_retention(struct ask *c);
void s3_put_retention(struct ask *c);
void s3_get_legal_hold(struct ask *c);
void s3_put_legal_hold(struct ask *c);
void s3_post_object(struct ask *c);
void s3_preflight(struct ask *c);
void s3_assume_role(struct ask *c);
bool health_is(struct slice path); /* of one of the checks */
void s3_health(struct ask *c);

#endif
