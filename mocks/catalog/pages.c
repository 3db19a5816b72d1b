/* Lists and their pages.
 *
 * Lists are in order of creation. A page token names the serial of the last
 * entry on the page, with a check sum, so pages stay stable while tables come
 * and go. Some tokens are special, and handed out by the fault
 * repeat-page-token: behind "endless" there is always the same page and the
 * same token, behind "endless-N" the same page and "endless-N+1".
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/inside.h"

#define ENDLESS "endless"

enum { TOKEN_HEX = 24 };

static const char *token_make(const struct call *k, uint64_t serial)
{
    uint64_t sum = rng_hash(k->c->seed, "catalog/page", serial, 0);
    return arena_printf(&k->x->arena, "%016llx%08llx",
                        (unsigned long long)serial,
                        (unsigned long long)(sum & 0xffffffff));
}

static bool is_endless(const char *token)
{
    return token && strncmp(token, ENDLESS, sizeof ENDLESS - 1) == 0;
}

static const char *next_endless(const struct call *k, const char *token)
{
    const char *n = token + sizeof ENDLESS - 1;
    if (*n != '-')
        return ENDLESS;
    return arena_printf(&k->x->arena, ENDLESS "-%llu",
                        strtoull(n + 1, NULL, 10) + 1);
}

static bool token_read(struct call *k, const char *token, uint64_t *serial)
{
    *serial = 0;
    if (!*token || is_endless(token))
        return true;
    if (strlen(token) == TOKEN_HEX &&
        strspn(token, "0123456789abcdef") == TOKEN_HEX) {
        char head[17];
        memcpy(head, token, 16);
        head[16] = 0;
        *serial = strtoull(head, NULL, 16);
        if (strcmp(token_make(k, *serial), token) == 0)
            return true;
    }
    return fail(&k->f, "BadRequestException", "Invalid page token: %.100s",
                token);
}

/* How many entries the answer may have; without pageToken and without the
 * option page_size a list comes whole, as the specification wants. */
static bool page_size(struct call *k, bool paged, size_t *out)
{
    const char *z = call_query(k, "pageSize");
    int64_t own = k->c->o.page_size;
    long long n = own > 0 ? own : PAGE_MAX;
    if (z && *z && (!slice_int64(slice_of(z), &n) || n < 1))
        return fail(&k->f, "BadRequestException", "Invalid page size: %.100s",
                    z);
    if (own > 0 && n > own)
        n = own;
    *out = !paged ? SIZE_MAX : n > PAGE_MAX ? PAGE_MAX : (size_t)n;
    return true;
}

bool call_list(struct call *k, const struct kin *kin, enum version_kind kind,
               const char *key,
               cJSON *(*item)(const struct call *k, const struct entry *e))
{
    const char *token = call_query(k, "pageToken");
    bool paged = token || k->c->o.page_size > 0, more = false;
    uint64_t after;
    size_t most = 0;
    if (!token_read(k, token ? token : "", &after) ||
        !page_size(k, paged, &most))
        return false;
    size_t all = kin->order ? btree_count(kin->order) : 0;
    most = most < all ? most : all;
    const struct slot **slots =
        arena_alloc(&k->x->arena, (most + 1) * sizeof *slots);
    size_t n = state_page(kin, k->x->stale, kind, after, slots, most, &more);
    cJSON *body = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(body, key);
    for (size_t i = 0; i < n; i++)
        cJSON_AddItemToArray(list, item(k, slots[i]->entry));
    if (is_endless(token))
        json_set_str(body, "next-page-token", next_endless(k, token));
    else if (more)
        json_set_str(body, "next-page-token",
                     token_make(k, slots[n - 1]->serial));
    else
        json_set(body, "next-page-token", cJSON_CreateNull());
    call_answer(k, 200, body);
    cJSON_Delete(body);
    return true;
}

bool page_repeat_token(struct exchange *x, bool fresh, char why[160])
{
    cJSON *body = x && x->answer.status == 200
                      ? json_parse(x->answer.body.p, x->answer.body.len, NULL)
                      : NULL;
    bool ok = json_get(body, "next-page-token") != NULL;
    if (ok) {
        json_set_str(body, "next-page-token", fresh ? ENDLESS "-1" : ENDLESS);
        exchange_answer_json(x, 200, body);
    } else {
        memcpy(why, "the answer is not a list", 25);
    }
    cJSON_Delete(body);
    return ok;
}
