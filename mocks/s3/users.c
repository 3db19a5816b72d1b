/* users: who may sign, and how owners are written. */
#include <string.h>

#include "mocks/s3/internal.h"
#include "mocks/s3/xml.h"

static const struct s3_user nobody = {
    .key = "",
    .secret = "",
    .id = "65a011a29cdf8ec533ec3d1ccaae921c",
    .name = "anonymous",
};

const struct s3_user *user_of(const struct s3 *s, unsigned owner)
{
    const struct s3_user *users = s->o.users.items;

    return owner < s->o.users.n ? &users[owner] : &nobody;
}

unsigned user_by_key(const struct s3 *s, struct slice key)
{
    for (unsigned i = 0; i < s->o.users.n; i++)
        if (slice_eqz(key, user_of(s, i)->key))
            return i;
    return S3_NOBODY;
}

void user_xml(const struct s3 *s, struct str *out, const char *element,
              unsigned owner)
{
    const struct s3_user *u = user_of(s, owner);
    const struct s3_profile *p = s->profile;

    xml_open(out, element);
    xml_textz(out, "ID", p->owner_id ? p->owner_id : u->id);
    xml_textz(out, "DisplayName", p->owner_name ? p->owner_name : u->name);
    xml_close(out, element);
}
