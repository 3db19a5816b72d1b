/* GET /v1/config: what a client is to know before it asks anything else. */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/inside.h"

#define OWN_URL "{catalog}"

/* A copy of the map; {catalog} in a value stands for the mock's own URL. */
static cJSON *map(struct call *k, const cJSON *in)
{
    cJSON *out = cJSON_CreateObject(), *item;
    metadata_properties(in, "map", false, out, &k->f);
    cJSON_ArrayForEach(item, out)
    {
        const char *z = item->valuestring, *at = strstr(z, OWN_URL);
        if (at && k->c->own_url)
            cJSON_SetValuestring(
                item, arena_printf(&k->x->arena, "%.*s%s%s", (int)(at - z), z,
                                   k->c->own_url, at + strlen(OWN_URL)));
    }
    return out;
}

/* Those that are there only where there is a store to be had. */
static bool is_served(const struct catalog *c, const struct operation *op)
{
    static const struct {
        const char *operation;
        bool (*is)(const struct catalog *c);
    } rows[] = {{"loadCredentials", access_offered},
                {"signRequest", signing_offered}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].operation, op->name) == 0)
            return rows[i].is(c);
    return true;
}

/* All of the table but what comes before the handshake. */
static cJSON *endpoints(const struct catalog *c)
{
    cJSON *list = cJSON_CreateArray();
    const char *const *own = c->o.endpoints.items;
    for (size_t i = 0; i < c->o.endpoints.n; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(own[i]));
    if (c->o.endpoints.n > 0)
        return list;
    for (const struct operation *op = catalog_operations; op->name; op++) {
        struct str s;
        if (!strstr(op->route, "{prefix}") || !is_served(c, op) ||
            !profile_has(c->profile, op->name))
            continue;
        str_init(&s, 256);
        str_addf(&s, "%s %s", op->method, op->route);
        cJSON_AddItemToArray(list, cJSON_CreateString(str_z(&s)));
        str_fini(&s);
    }
    return list;
}

static bool leaves_endpoints_out(const struct catalog *c)
{
    const char *const *own = c->o.endpoints.items;
    return c->o.endpoints.n == 1 && strcmp(own[0], "none") == 0;
}

/* ISO 8601: PT30M, PT90S, PT0.250S. */
static const char *duration(int64_t ms, struct arena *a)
{
    if (ms % 60000 == 0)
        return arena_printf(a, "PT%lldM", (long long)(ms / 60000));
    if (ms % 1000 == 0)
        return arena_printf(a, "PT%lldS", (long long)(ms / 1000));
    return arena_printf(a, "PT%lld.%03lldS", (long long)(ms / 1000),
                        (long long)(ms % 1000));
}

bool op_get_config(struct call *k)
{
    const struct catalog *c = k->c;
    cJSON *body = cJSON_CreateObject();
    cJSON *overrides = map(k, c->o.overrides);
    if (c->o.prefix && *c->o.prefix && !json_get(overrides, "prefix"))
        json_set_str(overrides, "prefix", c->o.prefix);
    if (c->profile->base && c->own_url && !json_get(overrides, "uri"))
        json_set_str(
            overrides, "uri",
            arena_printf(&k->x->arena, "%s%s", c->own_url, c->profile->base));
    if (c->o.separator && !json_get(overrides, "namespace-separator"))
        json_set_str(overrides, "namespace-separator", c->o.separator);
    json_set(body, "defaults", map(k, c->o.defaults));
    json_set(body, "overrides", overrides);
    if (!leaves_endpoints_out(c))
        json_set(body, "endpoints", endpoints(c));
    if (c->o.idempotency_ms > 0 && !c->profile->hides_keys)
        json_set_str(body, "idempotency-key-lifetime",
                     duration(c->o.idempotency_ms, &k->x->arena));
    call_answer(k, 200, body);
    cJSON_Delete(body);
    return k->f.type == NULL;
}
