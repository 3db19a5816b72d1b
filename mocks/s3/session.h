/* session: temporary keys, which end by the mock's own clock.
 *
 * A session has an access key, a secret and a token that must come with them.
 * It can do what its user can, and no more than its own rights say. Sessions
 * come from three places: the options, AssumeRole (sts.c), and the catalog,
 * which vends them with its tables (mocks/lend.c). Keys and tokens are drawn
 * from the seed. What has expired is remembered, because the answer to it is
 * another one than to a key that never was; when there are S3_MAX_SESSIONS of
 * them the expired ones are forgotten.
 */
#ifndef MOCKS_S3_SESSION_H
#define MOCKS_S3_SESSION_H

#include "base/arena.h"
#include "base/spec.h"
#include "mocks/s3/s3.h"

enum { S3_MAX_SESSIONS = 2000, S3_MAX_PLACES = 100 };

struct s3_rights { /* of a user or a session; {0}: everything */
    bool read_only;
    struct spec_list only; /* const char *: "bucket" or "bucket/prefix" */
};

struct s3_session {
    const char *key, *secret, *token;
    bool lent;     /* by the catalog */
    unsigned user; /* index of who it belongs to */
    int64_t expires_ms;
    struct s3_rights rights;
    const char *policy; /* of IAM: no more than it allows; NULL: none */
};

struct sessions;
struct ask;

void sessions_init(struct s3 *s); /* and those of the options */
void sessions_fini(struct s3 *s);

/* Keys and a token for what `out` says of user and expiry, in the profile's
 * form, into the arena. The same site and number give the same ones. */
void session_draw(struct s3 *s, const char *site, uint64_t number,
                  struct arena *a, struct s3_session *out);
/* Copies it. False when there are too many, or no room for it. */
bool session_add(struct s3 *s, const struct s3_session *session);
const struct s3_session *session_find(const struct s3 *s, struct slice key);
/* One that was lent for the same places and is good until then; or NULL. */
const struct s3_session *session_lent(const struct s3 *s,
                                      const struct s3_rights *rights,
                                      int64_t until_ms);
/* NULL, or the error for a request that came with this key and this token
 * (NULL: none); session NULL: the key is a user's own. */
const char *session_refusal(const struct s3 *s,
                            const struct s3_session *session,
                            const char *token);
/* All of them expire now. How many that were. */
size_t sessions_expire(struct s3 *s);
/* For mutants of the mock. */
void sessions_each(struct s3 *s, void (*change)(struct s3_session *session));

#endif
