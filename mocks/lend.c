/* The mock S3 as a store whose keys the catalog hands out. See lend.h. */
#include "mocks/lend.h"

#include <string.h>

#include "mocks/s3/internal.h"

enum { PLACES = 8 };

/* "s3://bucket/prefix" as "bucket/prefix/"; NULL: it is no such place. */
static const char *place_of(struct arena *a, const char *uri)
{
    const char *at = strstr(uri, "://");
    size_t n = at ? strlen(at + 3) : 0;

    if (n == 0)
        return NULL;
    return arena_printf(a, "%s%s", at + 3, at[n + 2] == '/' ? "" : "/");
}

/* A session of the first user, for the places of one table: one that was lent
 * for them before, as long as half of its time is left. It changes what the
 * store knows at once, though its exchange is the catalog's: a session that
 * nobody learns of changes nothing for anybody. */
static bool issue(void *ctx, const struct store_want *want, struct arena *a,
                  struct store_keys *out)
{
    struct s3 *s = ctx;
    const char *only[PLACES];
    int64_t now = clock_unix_ms(s->clock);
    struct s3_session d = {.lent = true,
                           .expires_ms = now + want->lifetime_ms,
                           .rights = {.only = {only, 0}}};
    const struct s3_session *before;

    for (size_t i = 0; i < want->n_places && i < PLACES; i++) {
        only[d.rights.only.n] = place_of(a, want->places[i]);
        d.rights.only.n += only[d.rights.only.n] != NULL;
    }
    if (d.rights.only.n == 0)
        return false; /* no limits would be all rights */
    before = session_lent(s, &d.rights, now + want->lifetime_ms / 2);
    if (before)
        d = *before;
    else
        session_draw(s, "s3-lent", s->sessions_lent++, a, &d);
    *out =
        (struct store_keys){arena_strdup(a, d.key), arena_strdup(a, d.secret),
                            arena_strdup(a, d.token), d.expires_ms};
    return before || session_add(s, &d);
}

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
    out->ctx = s3;
    out->issue = issue;
}
