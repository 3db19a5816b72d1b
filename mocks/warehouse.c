/* warehouse: the catalog's files in the mock S3's own store, without HTTP, and
 * the choice between that and a folder. */
#include "mocks/warehouse.h"

#include <stdio.h>
#include <string.h>

#include "mocks/folder.h"
#include "mocks/s3/internal.h"

struct place {
    char bucket[64];
    const char *key; /* within the location */
};

/* s3, s3a and s3n mean the same. */
static bool read_location(const char *location, struct place *p)
{
    static const char *const schemes[] = {"s3://", "s3a://", "s3n://"};
    const char *rest = NULL;
    size_t n;

    for (size_t i = 0; i < 3; i++)
        if (strncmp(location, schemes[i], strlen(schemes[i])) == 0)
            rest = location + strlen(schemes[i]);
    if (!rest)
        return false;
    n = strcspn(rest, "/");
    if (n == 0 || n >= sizeof(p->bucket) || !rest[n] || !rest[n + 1])
        return false;
    memcpy(p->bucket, rest, n);
    p->bucket[n] = 0;
    p->key = rest + n + 1;
    return true;
}

static bool share(void *ctx, const char *location, struct slice bytes,
                  struct shared *owner, char why[160])
{
    struct place p;

    if (!read_location(location, &p)) {
        snprintf(why, 160, "%.120s is no s3://bucket/key", location);
        return false;
    }
    return s3_share(ctx, p.bucket, p.key, bytes, owner, why);
}

static bool put(void *ctx, const char *location, struct slice bytes,
                char why[160])
{
    return share(ctx, location, bytes, NULL, why);
}

static bool get(void *ctx, const char *location, struct str *out)
{
    struct slice bytes;
    struct place p;

    if (!read_location(location, &p) || !s3_get(ctx, p.bucket, p.key, &bytes))
        return false;
    str_adds(out, bytes);
    return true;
}

static bool exists(void *ctx, const char *location)
{
    struct slice bytes;
    struct place p;

    return read_location(location, &p) && s3_get(ctx, p.bucket, p.key, &bytes);
}

static bool remove_file(void *ctx, const char *location)
{
    struct place p;

    return read_location(location, &p) && s3_remove(ctx, p.bucket, p.key);
}

const struct warehouse *warehouse_of_s3(struct s3 *s3)
{
    s3->warehouse = (struct warehouse){.ctx = s3,
                                       .put = put,
                                       .get = get,
                                       .exists = exists,
                                       .remove = remove_file,
                                       .share = share};
    return &s3->warehouse;
}

/* ---- any ----------------------------------------------------------------- */

bool warehouse_share(const struct warehouse *w, const char *location,
                     struct slice bytes, struct shared *owner, char why[160])
{
    if (!w->share)
        return w->put(w->ctx, location, bytes, why);
    return w->share(w->ctx, location, bytes, owner, why);
}

/* ---- by scheme ----------------------------------------------------------- */

/* Where the location belongs, or NULL. */
static const struct warehouse *home(const struct warehouses *w,
                                    const char *location)
{
    return folder_path(location) ? w->folder : w->s3;
}

static bool no_home(const char *location, char why[160])
{
    snprintf(why, 160, "%.100s: no folder is allowed (--file-root)", location);
    return false;
}

static bool put_any(void *ctx, const char *location, struct slice bytes,
                    char why[160])
{
    const struct warehouse *w = home(ctx, location);

    return w ? w->put(w->ctx, location, bytes, why) : no_home(location, why);
}

static bool share_any(void *ctx, const char *location, struct slice bytes,
                      struct shared *owner, char why[160])
{
    const struct warehouse *w = home(ctx, location);

    return w ? warehouse_share(w, location, bytes, owner, why)
             : no_home(location, why);
}

static bool get_any(void *ctx, const char *location, struct str *out)
{
    const struct warehouse *w = home(ctx, location);

    return w && w->get(w->ctx, location, out);
}

static bool exists_any(void *ctx, const char *location)
{
    const struct warehouse *w = home(ctx, location);

    return w && w->exists(w->ctx, location);
}

static bool remove_any(void *ctx, const char *location)
{
    const struct warehouse *w = home(ctx, location);

    return w && w->remove(w->ctx, location);
}

const struct warehouse *warehouse_by_scheme(struct warehouses *w)
{
    w->any = (struct warehouse){.ctx = w,
                                .put = put_any,
                                .get = get_any,
                                .exists = exists_any,
                                .remove = remove_any,
                                .share = share_any};
    return &w->any;
}
