/* How clients get at a table's files: vended credentials, and where to have
 * requests signed.
 *
 * A client says with X-Iceberg-Access-Delegation what it can use; the first
 * that the options offer is taken, credentials before signatures.
 */
#include <string.h>

#include "base/json.h"
#include "base/percent.h"
#include "base/secret.h"
#include "mocks/catalog/coding.h"
#include "mocks/catalog/inside.h"

bool access_offered(const struct catalog *c)
{
    return c->store.url && c->o.vend_ms > 0;
}

bool signing_offered(const struct catalog *c)
{
    return c->store.url != NULL;
}

static bool in_store(const char *location)
{
    static const char *const schemes[] = {"s3://", "s3a://", "s3n://"};
    for (size_t i = 0; i < 3; i++)
        if (strncmp(location, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

/* ---- what is handed out ---- */

static void add_store(const struct catalog *c, cJSON *config)
{
    json_set_str(config, "client.region", c->store.region);
    json_set_str(config, "s3.region", c->store.region);
    json_set_str(config, "s3.endpoint", c->store.url);
    json_set_str(config, "s3.path-style-access", "true");
}

static bool draw_keys(struct call *k, const cJSON *metadata,
                      struct store_keys *out)
{
    const struct catalog_store *s = &k->c->store;
    struct store_want want = {.lifetime_ms = k->c->o.vend_ms};
    struct places all, places = {.n = 0};

    *out = (struct store_keys){s->key, s->secret, NULL, 0};
    if (!s->issue)
        return true;
    table_places(metadata, &all);
    for (size_t i = 0; i < all.n; i++)
        if (in_store(all.at[i]))
            places.at[places.n++] = all.at[i];
    want.places = places.at;
    want.n_places = places.n;
    if (!s->issue(s->ctx, &want, &k->x->arena, out))
        return fail(&k->f, "ServiceUnavailableException",
                    "No credentials to be had");
    if (k->c->secrets) {
        secrets_add(k->c->secrets, slice_of(out->secret));
        secrets_add(k->c->secrets, slice_of(out->token));
    }
    return true;
}

static void add_keys(struct call *k, const struct store_keys *keys,
                     cJSON *config)
{
    json_set_str(config, "s3.access-key-id", keys->key);
    json_set_str(config, "s3.secret-access-key", keys->secret);
    if (!keys->token)
        return;
    json_set_str(config, "s3.session-token", keys->token);
    json_set_str(
        config, "s3.session-token-expires-at-ms",
        arena_printf(&k->x->arena, "%lld", (long long)keys->expires_ms));
}

/* One credential a place where the table keeps files. */
static cJSON *credentials(struct call *k, const cJSON *metadata,
                          const struct store_keys *keys)
{
    cJSON *list = cJSON_CreateArray();
    struct places places;
    table_places(metadata, &places);
    for (size_t i = 0; i < places.n; i++) {
        if (!in_store(places.at[i]))
            continue;
        cJSON *one = cJSON_CreateObject();
        cJSON *config = cJSON_CreateObject();
        json_set_str(one, "prefix", places.at[i]);
        add_store(k->c, config);
        add_keys(k, keys, config);
        json_set(one, "config", config);
        cJSON_AddItemToArray(list, one);
    }
    return list;
}

void table_places(const cJSON *metadata, struct places *out)
{
    static const char *const properties[] = {
        "write.data.path", "write.metadata.path", "write.object-storage.path",
        "write.folder-storage.path"};
    const char *location = json_str(metadata, "location");
    out->n = 0;
    if (location)
        out->at[out->n++] = location;
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        const char *z = metadata_property(metadata, properties[i]);
        if (z && *z)
            out->at[out->n++] = z;
    }
}

/* ---- with a table ---- */

static bool can_use(const struct call *k, const char *what)
{
    struct slice header =
        http_header(k->x->request, "x-iceberg-access-delegation");
    while (header.len > 0)
        if (slice_ieqz(coding_next(&header), what))
            return true;
    return false;
}

static bool takes_keys(const struct call *k)
{
    return access_offered(k->c) && can_use(k, "vended-credentials");
}

static bool takes_signatures(const struct call *k)
{
    return signing_offered(k->c) && k->c->o.remote_signing &&
           can_use(k, "remote-signing");
}

bool access_asked(const struct call *k)
{
    return takes_keys(k) || takes_signatures(k);
}

/* Where the table's requests are signed, below the catalog's own URL. */
static const char *signer_path(struct call *k, const char *table)
{
    const struct catalog *c = k->c;
    struct str s;
    bool prefix = c->o.prefix && *c->o.prefix;
    str_init(&s, 64 << 10);
    str_addf(&s, "v1%s%s/namespaces/", prefix ? "/" : "",
             prefix ? c->o.prefix : "");
    for (size_t i = 0; i < k->ns.n; i++) {
        str_addz(&s, i ? (c->o.separator ? c->o.separator : "%1F") : "");
        percent_encode(&s, slice_of(k->ns.level[i]), "");
    }
    str_addz(&s, "/tables/");
    percent_encode(&s, slice_of(table), "");
    str_addz(&s, "/sign");
    const char *z = arena_strdup(&k->x->arena, str_z(&s));
    str_fini(&s);
    return z;
}

static void add_signer(struct call *k, cJSON *config)
{
    const char *table = k->table ? k->table : k->x->names.table;
    json_set_str(config, "s3.remote-signing-enabled", "true");
    if (!table || !k->c->own_url)
        return;
    const char *path = signer_path(k, table);
    json_set_str(config, "signer.uri", k->c->own_url);
    json_set_str(config, "signer.endpoint", path);
    json_set_str(config, "s3.signer.uri", k->c->own_url);
    json_set_str(config, "s3.signer.endpoint", path);
}

void access_add(struct call *k, const cJSON *metadata, cJSON *result)
{
    const char *location = json_str(metadata, "location");
    cJSON *config = cJSON_AddObjectToObject(result, "config");
    struct store_keys keys;
    if (!location || !in_store(location))
        return;
    add_store(k->c, config);
    if (!takes_keys(k)) {
        add_signer(k, config);
    } else if (draw_keys(k, metadata, &keys)) {
        add_keys(k, &keys, config);
        json_set(result, "storage-credentials",
                 credentials(k, metadata, &keys));
    }
}

/* ---- alone ---- */

bool op_load_credentials(struct call *k)
{
    struct version *v = call_need_table(k, &k->ns, k->table);
    struct store_keys keys;
    if (!v)
        return false;
    if (!access_offered(k->c))
        return fail(&k->f, "UnsupportedOperationException",
                    "This catalog vends no credentials");
    if (!draw_keys(k, version_tree(v), &keys))
        return false;
    cJSON *body = cJSON_CreateObject();
    json_set(body, "storage-credentials",
             credentials(k, version_tree(v), &keys));
    call_answer(k, 200, body);
    answer_set(&k->x->answer, &k->x->arena, "Cache-Control", "no-store");
    cJSON_Delete(body);
    return true;
}
