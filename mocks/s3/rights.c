/* rights: what a user or a session may do.
 *
 * Two limits, both of the options' making and both of the kind that policies
 * of real stores are mostly written for: to read and not to write, and to some
 * buckets or prefixes. A prefix reaches the keys below it, listings that ask
 * for no more than it, and whether and where its bucket is. A session must be
 * allowed by its own rights and by its user's.
 */
#include <stdio.h>
#include <string.h>

#include "mocks/s3/internal.h"

static void (*const listings[])(struct ask *) = {
    s3_list_objects, s3_list_objects_v2, s3_list_object_versions,
    s3_list_uploads};

static bool is_listing(const struct ask *c)
{
    for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]); i++)
        if (c->row->act == listings[i])
            return true;
    return false;
}

/* What of the bucket the request is about: a key, or a listing's prefix; p
 * NULL: the bucket itself. */
static struct slice place_of(const struct ask *c)
{
    const char *prefix;

    if (c->key.p || !is_listing(c))
        return c->key;
    prefix = ask_query(c, "prefix");
    return slice_of(prefix ? prefix : "");
}

static bool starts_with(struct slice s, struct slice start)
{
    return s.len >= start.len &&
           (start.len == 0 || memcmp(s.p, start.p, start.len) == 0);
}

/* one: "bucket" or "bucket/prefix"; a star at its end changes nothing. */
static bool reaches(const char *one, struct slice bucket, struct slice place)
{
    size_t n = strcspn(one, "/");
    struct slice prefix = slice_of(one[n] ? one + n + 1 : "");

    if (prefix.len && prefix.p[prefix.len - 1] == '*')
        prefix.len--;
    if (bucket.len != n || memcmp(bucket.p, one, n) != 0)
        return false;
    return prefix.len == 0 || (place.p && starts_with(place, prefix));
}

static bool within(const struct s3_rights *r, struct slice bucket,
                   struct slice place)
{
    for (size_t i = 0; i < r->only.n; i++)
        if (bucket.p &&
            reaches(((const char **)r->only.items)[i], bucket, place))
            return true;
    return r->only.n == 0;
}

/* Somewhere in that bucket. */
static bool touches(const struct s3_rights *r, struct slice bucket)
{
    for (size_t i = 0; i < r->only.n; i++) {
        const char *one = ((const char **)r->only.items)[i];
        size_t n = strcspn(one, "/");

        if (bucket.len == n && memcmp(bucket.p, one, n) == 0)
            return true;
    }
    return r->only.n == 0;
}

/* Those of the user and, if there is one, of the session. */
static size_t all_rights(const struct ask *c, const struct s3_rights *all[2])
{
    size_t n = 0;

    if (c->user != S3_NOBODY)
        all[n++] = &user_of(c->s, c->user)->rights;
    if (c->session)
        all[n++] = &c->session->rights;
    return n;
}

bool ask_permits(const struct ask *c, bool writes, struct slice bucket,
                 struct slice key)
{
    const struct s3_rights *all[2];
    size_t n = all_rights(c, all);

    for (size_t i = 0; i < n; i++)
        if ((writes && all[i]->read_only) || !within(all[i], bucket, key))
            return false;
    return true;
}

bool ask_sees_bucket(const struct ask *c, struct slice bucket)
{
    const struct s3_rights *all[2];
    size_t n = all_rights(c, all);

    for (size_t i = 0; i < n; i++)
        if (!touches(all[i], bucket))
            return false;
    return true;
}

bool ask_is_limited(const struct ask *c)
{
    static const struct slice none = {NULL, 0};

    return !ask_permits(c, false, none, none);
}

bool rights_permit(const struct ask *c)
{
    if (c->row->needs & NEEDS_STS) /* gives away no more than there is */
        return true;
    if (c->row->act == s3_get_bucket_location || c->row->act == s3_head_bucket)
        return ask_sees_bucket(c, c->bucket_name);
    if (c->row->act == s3_list_buckets)
        return c->s->profile->lists_what_it_may || !ask_is_limited(c);
    return ask_permits(c, c->x->op->writes, c->bucket_name, place_of(c));
}

bool rights_make_sense(const struct s3_rights *r, char why[120])
{
    for (size_t i = 0; i < r->only.n; i++) {
        const char *one = ((const char **)r->only.items)[i];
        struct slice bucket = {one, strcspn(one, "/")};

        if (s3_bucket_name_ok(bucket))
            continue;
        snprintf(why, 120,
                 "\"%.60s\" must begin with a bucket's name: bucket/prefix",
                 one);
        return false;
    }
    return true;
}
