/* Lists and their pages.
 *
 * Lists are in order of creation. A page token names the serial of the last
 * entry on the page, with a check sum, so pages stay stable while tables come
 * and go. Some tokens are special, and handed out by the fault
 * repeat-page-token: behind "endless" there is always the same page and the
 * same token, behind "endless-N" the same page and "endless-N+1", behind
 * "endless-N/M" likewise up to N = M, which is the last.
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

/* NULL: that page is the last. */
static const char *next_endless(const struct call *k, const char *token)
{
    const char *n = token + sizeof ENDLESS - 1;
    char *end;
    if (*n != '-')
        return ENDLESS;
    unsigned long long page = strtoull(n + 1, &end, 10) + 1;
    if (*end == '/' && page > strtoull(end + 1, NULL, 10))
        return NULL;
    return arena_printf(&k->x->arena, ENDLESS "-%llu%s", page, end);
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

/* ---- pages by token: the specification's ---- */

struct page {
    const struct slot **slots; /* those that are shown, n of them */
    size_t n;
    const char *next; /* token, or NULL */
};

static bool page_by_token(struct call *k, const struct kin *kin,
                          enum version_kind kind, struct page *p)
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
    p->slots = arena_alloc(&k->x->arena, (most + 1) * sizeof *p->slots);
    p->n = state_page(kin, k->x->stale, kind, after, p->slots, most, &more);
    if (is_endless(token))
        p->next = next_endless(k, token);
    else if (more)
        p->next = token_make(k, p->slots[p->n - 1]->serial);
    return true;
}

/* ---- pages by size: offsets into a list in order of names ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct slot *const *)a)->entry->name,
                  (*(const struct slot *const *)b)->entry->name);
}

/* A number of 32 bits, or fallback where there is none. */
static bool small_number(struct call *k, const char *name, long long fallback,
                         long long *out)
{
    const char *z = call_query(k, name);
    *out = fallback;
    if (!z || (!*z && fallback >= 0))
        return true;
    return (slice_int64(slice_of(z), out) && *out >= INT32_MIN &&
            *out <= INT32_MAX) ||
           fail(&k->f, "BadRequestException", "For input string: \"%.100s\"",
                z);
}

static bool page_by_size(struct call *k, const struct kin *kin,
                         enum version_kind kind, struct page *p)
{
    size_t all = kin->order ? btree_count(kin->order) : 0;
    long long from, size = 0;
    bool more, paged = call_query(k, "pageSize") != NULL;
    p->slots = arena_alloc(&k->x->arena, (all + 1) * sizeof *p->slots);
    p->n = state_page(kin, k->x->stale, kind, 0, p->slots, all, &more);
    qsort(p->slots, p->n, sizeof *p->slots, by_name);
    if (!paged)
        return true;
    if (!small_number(k, "pageSize", -1, &size) ||
        !small_number(k, "pageToken", 0, &from))
        return false;
    if (from >= (long long)p->n) {
        p->n = 0;
        return true;
    }
    if (size < 0 || from < 0)
        return fail(&k->f, "IllegalArgumentException",
                    "fromIndex(%lld) > toIndex(%lld)", from, from + size);
    bool rest = from + size < (long long)p->n;
    p->slots += from;
    p->n = rest ? (size_t)size : p->n - (size_t)from;
    if (rest)
        p->next = arena_printf(&k->x->arena, "%lld", from + size);
    return true;
}

bool call_list(struct call *k, const struct kin *kin, enum version_kind kind,
               const char *key,
               cJSON *(*item)(const struct call *k, const struct entry *e))
{
    struct page p = {0};
    if (!(k->c->profile->pages_by_size ? page_by_size
                                       : page_by_token)(k, kin, kind, &p))
        return false;
    cJSON *body = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(body, key);
    for (size_t i = 0; i < p.n; i++)
        cJSON_AddItemToArray(list, item(k, p.slots[i]->entry));
    json_set(body, "next-page-token",
             p.next ? cJSON_CreateString(p.next) : cJSON_CreateNull());
    call_answer(k, 200, body);
    cJSON_Delete(body);
    return true;
}

bool page_repeat_token(struct exchange *x, bool fresh, int64_t pages,
                       char why[160])
{
    const char *token = fresh ? ENDLESS "-1" : ENDLESS;
    cJSON *body = x && x->answer.status == 200
                      ? json_parse(x->answer.body.p, x->answer.body.len, NULL)
                      : NULL;
    bool ok = json_get(body, "next-page-token") != NULL;
    if (ok && pages > 0)
        token = arena_printf(&x->arena, ENDLESS "-1/%lld", (long long)pages);
    if (ok) {
        json_set_str(body, "next-page-token", token);
        exchange_answer_json(x, 200, body);
    } else {
        memcpy(why, "the answer is not a list", 25);
    }
    cJSON_Delete(body);
    return ok;
}
