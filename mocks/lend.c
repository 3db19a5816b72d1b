/* The mock S3 as a store whose keys the catalog hands out. See lend.h. */
#include "mocks/lend.h"

#include "mocks/s3/internal.h"

void lend_store(struct s3 *s3, const char *url, struct catalog_store *out)
{
    const struct s3_user *users = s3->o.users.items;
    const char *region = s3->o.region;
    *out = (struct catalog_store){0};
    if (!url || !*url || s3->o.users.n == 0)
        return;
    out->url = url;
    out->region = region && *region ? region : "us-east-1";
    out->key = users[0].key;
    out->secret = users[0].secret;
}
