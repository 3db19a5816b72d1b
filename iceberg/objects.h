/* objects: reading and writing single objects of the settings' store.
 *
 * Plain blocking calls on an ice_catalog, as those of iceberg.h: one of the
 * outcomes, a deadline (ice_set_deadline_ms; for uploads the default grows by
 * 1 s a MiB), an ice_error whose operation and URI name the object and whose
 * cause has the store's error code. Objects are named by s3, s3a or s3n URI.
 *
 * What is safe to repeat is repeated; bytes are compared by checksum on the
 * way out and back; an upload in parts is completed or aborted. ICE_UNKNOWN:
 * it was sent, and whether it was done is not known.
 */
#ifndef ICEBERG_OBJECTS_H
#define ICEBERG_OBJECTS_H

#include "base/str.h"
#include "iceberg/iceberg.h"

struct ice_object {
    int64_t bytes;
    char etag[80]; /* as sent, with its quotes; "": none */
    bool md5;      /* it is made of the bytes' MD5: equal means equal bytes */
};

struct ice_range {
    int64_t first, bytes; /* bytes 0: the whole object, first is not used */
};

struct ice_get {
    const char *uri;
    struct ice_range range;
    /* What is known of the object beforehand; an answer that says otherwise is
     * an error. */
    int64_t bytes;    /* of the whole object; 0: not known */
    const char *etag; /* NULL: not known; another one is ICE_CONFLICT */
    bool named;       /* current metadata names it: a 404 is read again before
                         it is believed */
};
/* Appends the object, or that part of it (shorter at the object's end), to
 * out, whose maximum is the limit. ICE_NOT_FOUND: the store says that there is
 * no such object. */
int ice_get_object(struct ice_catalog *c, const struct ice_get *get,
                   struct str *out, struct ice_error *e);
int ice_head_object(struct ice_catalog *c, const char *uri,
                    struct ice_object *out, struct ice_error *e);

struct ice_put {
    const char *uri;
    struct slice bytes;       /* may be a mapped file */
    const char *content_type; /* NULL: application/octet-stream */
    int64_t part_bytes;       /* more than that goes in parts of it; 0: 16 MiB.
                                 Stores want 5 MiB at least */
    int side_by_side;         /* parts at a time; 0: 4 */
    bool only_new;            /* ICE_EXISTS when there is one already; goes in
                                 one piece */
    bool only_writer; /* nobody else writes this name (it holds a UUID): an
                         upload that a lost answer left behind is ours, and is
                         looked for and aborted */
};
/* out may be NULL. */
int ice_put_object(struct ice_catalog *c, const struct ice_put *put,
                   struct ice_object *out, struct ice_error *e);

struct ice_listed {
    char *key;
    struct ice_object object;
};
struct ice_listing {
    struct ice_listed *object;
    size_t n;
};
void ice_listing_free(struct ice_listing *l);
/* All objects whose URI begins so ("s3://bucket/": all of it), to the last
 * page, or an error: never a part. page: objects asked for at a time, 0: as
 * many as the store gives (1,000). */
int ice_list_objects(struct ice_catalog *c, const char *prefix, int page,
                     struct ice_listing *out, struct ice_error *e);

/* An object that is not there is deleted. */
int ice_delete_object(struct ice_catalog *c, const char *uri,
                      struct ice_error *e);
/* All of one bucket. left (may be NULL, else ice_names_free): the URIs of
 * those that are still there, or may be. */
int ice_delete_objects(struct ice_catalog *c, const char *const *uri, size_t n,
                       struct ice_names *left, struct ice_error *e);

#endif
