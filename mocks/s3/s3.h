/* s3: the mock S3's state and its service.
 *
 * Options (s3_option_fields; mock_options.s3 and world.s3 of a scenario):
 *   buckets: names made at start, default [data-lake]
 *   region: us-east-1; profile: minio (default) or aws
 *   users: [{key, secret, rights}], default minioadmin twice
 *   sessions: temporary keys that there are from the start
 *   anonymous: true lets unsigned requests in
 *   clock_ahead: how much its clock is ahead of ours
 * and more: docs/S3.md has them all.
 */
#ifndef MOCKS_S3_H
#define MOCKS_S3_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/spec.h"
#include "mocks/exchange.h"

struct s3;
struct shared;
struct secrets;

extern const struct spec_field s3_option_fields[];
extern const char *const s3_profile_names[];   /* NULL-ended */
extern const struct operation s3_operations[]; /* ends with {0} */
extern const struct service_error s3_errors[]; /* ends with {0} */

void s3_document(struct str *out); /* docs/S3.md */

struct s3 *s3_new(const cJSON *options, const struct clock *clock,
                  uint64_t seed, struct secrets *secrets, char why[200]);
void s3_free(struct s3 *s);
struct service *s3_service(struct s3 *s);

/* ---- for the warehouse, scenarios' steps and checks ---- */
bool s3_add_bucket(struct s3 *s, const char *bucket);
bool s3_has_bucket(const struct s3 *s, const char *bucket);
bool s3_put(struct s3 *s, const char *bucket, const char *key,
            struct slice bytes, char why[160]);
/* The same without a copy: bytes lie within owner (NULL: they are copied). */
bool s3_share(struct s3 *s, const char *bucket, const char *key,
              struct slice bytes, struct shared *owner, char why[160]);
bool s3_get(const struct s3 *s, const char *bucket, const char *key,
            struct slice *bytes); /* borrowed until the next change */
bool s3_remove(struct s3 *s, const char *bucket, const char *key);
/* Uploads in parts that are under way, of that key or (NULL) of all. */
size_t s3_uploads(const struct s3 *s, const char *bucket, const char *key);
/* How a computed signature is compared with the one that came (64 digits
 * each); at first in constant time. For mutants of the mock. */
void s3_compare_signatures(struct s3 *s,
                           bool (*same)(const char *computed, const char *sent,
                                        size_t n));
/* Keys with that prefix in byte order. Caller deletes. */
cJSON *s3_list(const struct s3 *s, const char *bucket, const char *prefix);

#endif
