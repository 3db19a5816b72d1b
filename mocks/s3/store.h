/* store: buckets, objects with their versions, and uploads under way.
 *
 * Objects never change once they are in the store: a PUT puts another in the
 * place, new tags make a new object around the same body, and an answer under
 * way holds its own reference. A key has a stack of versions, the newest first;
 * in a bucket that was never versioned it holds one object, whose version is 0,
 * the "null" version. store_begin starts one change; what it touches keeps,
 * until the next change begins, what was there before, which is what a stale
 * look-up sees. Uploads and a bucket's settings have no such past.
 */
#ifndef MOCKS_S3_STORE_H
#define MOCKS_S3_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/btree.h"
#include "base/clock.h"
#include "base/shared.h"
#include "base/str.h"
#include "mocks/s3/digest.h"

enum { CHECKSUM_MAX = 32, ETAG_SIZE = MD5_HEX + 6, VERSION_SIZE = 37 };

struct s3_memory { /* what the store holds, with a guess at its own cost */
    size_t used, cap;
};

struct s3_body { /* bytes, counted; filled before anyone else sees them */
    struct s3_memory *memory;
    unsigned refs;
    bool lent;     /* bytes belong to a struct shared, which is named behind */
    uint64_t hash; /* the journal's; 0: not made yet */
    size_t len;
    char *bytes;
};

struct s3_body *body_new(struct s3_memory *m, size_t len);
struct s3_body *body_of(struct s3_memory *m, struct slice bytes);
/* Nothing is copied: bytes lie within owner, of which it takes a reference. */
struct s3_body *body_shared(struct s3_memory *m, struct slice bytes,
                            struct shared *owner);
struct shared *body_owner(const struct s3_body *b); /* or NULL */
struct s3_body *body_ref(struct s3_body *b);
void body_unref(struct s3_body *b);

struct s3_part { /* of an object that was uploaded in parts */
    unsigned number;
    size_t size;
    uint8_t checksum[CHECKSUM_MAX];
};

struct s3_object { /* one block of memory, counted */
    struct s3_memory *memory;
    struct s3_body *body;        /* NULL: a delete marker */
    const struct s3_part *parts; /* n_parts; NULL when it was put whole */
    struct slice headers;        /* name NUL value NUL ... */
    uint64_t version;            /* 0: the null version */
    uint64_t upload;             /* it came from; 0: none */
    int64_t modified_ms;
    unsigned refs;
    unsigned short n_parts, owner; /* owner: index into the users */
    bool md5_late;                 /* it is made when somebody asks for it */
    uint8_t md5[MD5_SIZE];         /* of the bytes, or of the parts' md5s */
};

/* A new object with one reference. The fields of like are copied: md5, owner,
 * version, upload, modified_ms, headers, parts. like->body's reference is taken
 * over. Headers whose name begins with ':' are the server's own (":tagging"),
 * the others go out with the object as they stand. */
struct s3_object *object_new(struct s3_memory *m, const struct s3_object *like);
struct s3_object *object_ref(struct s3_object *o);
void object_unref(void *object); /* void: it serves as answer.release */
struct slice object_bytes(const struct s3_object *o);
const uint8_t *object_md5(const struct s3_object *o);
void object_etag(const struct s3_object *o,
                 char out[ETAG_SIZE]); /* no quotes */
/* Steps through headers from *at = 0; false at the end. */
bool headers_next(struct slice headers, size_t *at, const char **name,
                  const char **value);
const char *headers_get(struct slice headers, const char *name); /* or NULL */
void headers_add(struct str *headers, const char *name, struct slice value);
/* All of from, name left out. */
void headers_copy(struct str *headers, struct slice from, const char *without);
const char *object_header(const struct s3_object *o, const char *name);

struct s3_stack { /* versions of a key, the newest first; n > 0 */
    size_t n;
    struct s3_object *at[];
};

enum s3_versioning { VERSIONING_NEVER, VERSIONING_ON, VERSIONING_SUSPENDED };

/* A bucket's settings as documents that are stored and given back. */
enum s3_document {
    DOCUMENT_ACCELERATE,
    DOCUMENT_CORS,
    DOCUMENT_ENCRYPTION,
    DOCUMENT_LIFECYCLE,
    DOCUMENT_LOCK,
    DOCUMENT_LOGGING,
    DOCUMENT_NOTIFICATION,
    DOCUMENT_OWNERSHIP,
    DOCUMENT_PAYMENT,
    DOCUMENT_POLICY, /* JSON */
    DOCUMENT_PUBLIC_ACCESS,
    DOCUMENT_REPLICATION,
    DOCUMENT_TAGGING, /* in the form of tagging.h */
    DOCUMENT_WEBSITE,
    DOCUMENT_ACL, /* in the form of acl.h */
    DOCUMENTS
};

struct s3_bucket {
    struct s3_memory *memory;
    struct slice name;
    int64_t created_ms;
    unsigned owner;
    enum s3_versioning versioning;
    bool lockable;             /* made for object lock */
    char *document[DOCUMENTS]; /* NULL: none */
    struct btree *objects;     /* of struct s3_entry */
    struct btree *uploads;     /* of struct s3_upload, by key NUL id */
    uint64_t born, died;       /* generations; died 0: it lives */
};

struct s3_entry {
    struct slice key;
    struct s3_bucket *bucket;
    struct s3_stack *now, *before; /* NULL: no version at all */
    uint64_t changed;              /* generation; before counts in it only */
};

struct s3_upload_part {
    struct s3_body *body;
    unsigned number;
    int64_t modified_ms;
    uint8_t md5[MD5_SIZE];
    uint8_t checksum[CHECKSUM_MAX]; /* by the upload's algorithm */
};

struct s3_upload {
    struct s3_memory *memory;
    struct slice at; /* key NUL id, as in the bucket's tree */
    struct slice key;
    uint64_t id;
    int64_t begun_ms;
    unsigned owner;
    struct slice headers;         /* of the object to be */
    bool overtaken, removed;      /* its key was put or deleted since */
    size_t cost;                  /* that is counted, parts apart */
    struct s3_upload_part *parts; /* by number */
    size_t n_parts, cap_parts;
};

struct store {
    struct s3_memory memory;
    struct btree *buckets;
    struct s3_bucket *dying; /* dropped by the last change; NULL: none */
    uint64_t generation;
    struct s3_entry **touched; /* by the last change */
    size_t n_touched, cap_touched;
};

void store_init(struct store *st, size_t cap_bytes);
void store_fini(struct store *st);

struct s3_bucket *store_bucket(const struct store *st, struct slice name,
                               bool stale); /* or NULL */
bool store_bucket_visible(const struct store *st, const struct s3_bucket *b,
                          bool stale);
/* The key's versions (borrowed), or NULL. */
struct s3_stack *store_versions(const struct store *st,
                                const struct s3_bucket *b, struct slice key,
                                bool stale);
struct s3_stack *store_view(const struct store *st, const struct s3_entry *e,
                            bool stale);
/* What a GET without a version finds, or NULL: none, or a delete marker. */
struct s3_object *stack_current(const struct s3_stack *v);
struct s3_object *store_object(const struct store *st,
                               const struct s3_bucket *b, struct slice key,
                               bool stale);
struct s3_object *stack_find(const struct s3_stack *v, uint64_t version);
bool store_bucket_empty(const struct s3_bucket *b);
/* Is there room for so many bytes more? */
bool store_has_room(const struct store *st, size_t bytes);

/* ---- changes, all after one store_begin ---- */
void store_begin(struct store *st);
bool store_add_bucket(struct store *st, struct slice name, unsigned owner,
                      int64_t now_ms);
void store_drop_bucket(struct store *st, struct slice name);
/* Puts o on top of its key; a null version takes the place of the null version.
 * Takes over the reference. False, and the object is released, when there is
 * no such bucket. */
bool store_put(struct store *st, struct slice bucket, struct slice key,
               struct s3_object *o);
/* Puts o where the version is that it bears; otherwise as store_put. */
bool store_replace(struct store *st, struct slice bucket, struct slice key,
                   struct s3_object *o);
bool store_remove(struct store *st, struct slice bucket, struct slice key,
                  uint64_t version);
/* NULL text takes the document away. */
void bucket_set_document(struct s3_bucket *b, enum s3_document which,
                         const char *text);

/* ---- uploads (no store_begin) ---- */
struct s3_upload *store_add_upload(struct store *st, struct s3_bucket *b,
                                   struct slice key, uint64_t id,
                                   struct slice headers);
struct s3_upload *store_upload(const struct s3_bucket *b, struct slice key,
                               uint64_t id); /* or NULL */
void store_drop_upload(struct s3_bucket *b, struct s3_upload *u);
/* Takes over the part's body; a part of that number is replaced. */
void upload_put_part(struct s3_upload *u, const struct s3_upload_part *part);
struct s3_upload_part *upload_part(const struct s3_upload *u, unsigned number);
void upload_drop_part(struct s3_upload *u, struct s3_upload_part *part);
/* The last one begun of that key, or NULL. */
struct s3_upload *store_last_upload(const struct s3_bucket *b,
                                    struct slice key);
/* How many are under way, of that key or (p NULL) of all. */
size_t store_count_uploads(const struct s3_bucket *b, struct slice key);

#endif
