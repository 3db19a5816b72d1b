/* rest: the operations of the REST catalog that the module needs.
 *
 * Each is one row of operations[] (its name, method and endpoint), a path and
 * a reader of its answer; what is repeated, and what an answer means, is
 * call.c's and the policy's business. Before the first one the configuration
 * is asked for.
 */
#include "iceberg/rest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/percent.h"

enum { MOST_URL = 16 << 10, MOST_BODY = 4 << 20 };

static const struct operation {
    const char *name, *method;
    bool write;
} operations[ICE_ENDPOINTS] = {
    [ICE_EP_LIST_NAMESPACES] = {"listNamespaces", "GET", false},
    [ICE_EP_CREATE_NAMESPACE] = {"createNamespace", "POST", true},
    [ICE_EP_LOAD_NAMESPACE] = {"loadNamespaceMetadata", "GET", false},
    [ICE_EP_NAMESPACE_EXISTS] = {"namespaceExists", "HEAD", false},
    [ICE_EP_LIST_TABLES] = {"listTables", "GET", false},
    [ICE_EP_CREATE_TABLE] = {"createTable", "POST", true},
    [ICE_EP_LOAD_TABLE] = {"loadTable", "GET", false},
    [ICE_EP_TABLE_EXISTS] = {"tableExists", "HEAD", false},
    [ICE_EP_DROP_TABLE] = {"dropTable", "DELETE", true},
    [ICE_EP_LOAD_VIEW] = {"loadView", "GET", false},
    [ICE_EP_VIEW_EXISTS] = {"viewExists", "HEAD", false},
};

typedef bool (*usable_fn)(void *ctx, const struct ice_answer *a, char why[160]);

bool ice__offers(const struct ice_catalog *c, enum ice_endpoint ep)
{
    return (c->config.endpoints & (1u << ep)) != 0;
}

struct ice_ns ice__own_ns(const struct ice_catalog *c)
{
    return (struct ice_ns){c->level, c->n_levels};
}

/* One operation under the path; *r is to be finished in any case. */
static int operate(struct ice_catalog *c, enum ice_endpoint ep,
                   const struct ice_path *path, const cJSON *body,
                   usable_fn usable, void *ctx, struct ice_result *r,
                   struct ice_error *e)
{
    const struct operation *o = &operations[ep];
    struct ice_op op = {.operation = o->name,
                        .server = ICE_CATALOG_SERVER,
                        .write = o->write,
                        .method = o->method,
                        .content_type = "application/json",
                        .usable = usable,
                        .ctx = ctx};
    struct str url, text;
    char why[256];
    int rc;

    memset(r, 0, sizeof(*r));
    ice__answer_init(&r->answer);
    r->meaning = ICE_MEANS_NOTHING;
    r->row = ICE_ROW_LOCAL;
    str_init(&url, MOST_URL);
    str_init(&text, MOST_BODY);
    rc = ice__connected(c, e);
    if (rc != ICE_OK)
        goto out;
    if (!ice__offers(c, ep)) {
        rc = ice__fail(c, e, ICE_CONFIG, o->name,
                       "the catalog does not offer %s", ice__endpoint_text(ep));
        goto out;
    }
    rc = ice__rest_url(c, path, &url, why);
    if (rc != ICE_OK) {
        ice__fail(c, e, rc, o->name, "%s", why);
        goto out;
    }
    op.url = str_z(&url);
    if (body) {
        json_print(body, &text);
        op.body = str_slice(&text);
    }
    ice__result_fini(r);
    rc = ice__call(c, &op, r, e);
out:
    r->outcome = rc;
    str_fini(&url);
    str_fini(&text);
    return rc;
}

int ice__operate(struct ice_catalog *c, enum ice_endpoint ep,
                 const struct ice_path *path, usable_fn usable, void *ctx,
                 struct ice_error *e)
{
    struct ice_result r;
    int rc = operate(c, ep, path, NULL, usable, ctx, &r, e);

    ice__result_fini(&r);
    return rc;
}

const char *ice__operation_name(enum ice_endpoint ep)
{
    return operations[ep].name;
}

/* ---- connecting ---- */

static void config_url(const struct ice_catalog *c, struct str *url)
{
    str_addf(url, "%s/v1/config", c->own_uri);
    if (c->settings->warehouse && c->policy->config.send_warehouse) {
        str_addz(url, "?warehouse=");
        percent_encode(url, slice_of(c->settings->warehouse), "");
    }
}

static int ask_config(struct ice_catalog *c, struct ice_body *b,
                      struct ice_error *e)
{
    struct ice_result r;
    struct str url;
    struct ice_op op = {.operation = "getConfig",
                        .server = ICE_CATALOG_SERVER,
                        .method = "GET",
                        .usable = ice__usable_object,
                        .ctx = b};
    int rc;

    str_init(&url, MOST_URL);
    config_url(c, &url);
    op.url = str_z(&url);
    rc = ice__call(c, &op, &r, e);
    /* No such warehouse: a setting is wrong; nothing is known about tables. */
    if (rc == ICE_NOT_FOUND || (rc == ICE_INVALID && r.status == 404))
        rc = e->outcome = ICE_CONFIG;
    ice__result_fini(&r);
    str_fini(&url);
    return rc;
}

int ice__connect_anew(struct ice_catalog *c, struct ice_error *e)
{
    struct ice_body b = {.policy = c->policy};
    char why[256];
    int rc = ice__auth_start(c, e);

    if (rc == ICE_OK && c->policy->config.ask_first)
        rc = ask_config(c, &b, e);
    if (rc == ICE_OK) {
        rc = ice__config_read(c, b.tree, why);
        if (rc != ICE_OK)
            ice__fail(c, e, rc, "getConfig", "%s", why);
    }
    cJSON_Delete(b.tree);
    return rc;
}

int ice__connected(struct ice_catalog *c, struct ice_error *e)
{
    return c->config.loaded ? ICE_OK : ice__connect_anew(c, e);
}

/* ---- is it there? ---- */

struct presence {
    enum ice_endpoint head, get;
    struct ice_path path;
};

/* ICE_OK with *exists; ICE_NOT_FOUND: HEAD told nothing. */
static int ask_head(struct ice_catalog *c, const struct presence *q,
                    bool *exists, struct ice_error *e)
{
    struct ice_result r;
    int rc = operate(c, q->head, &q->path, NULL, NULL, NULL, &r, e);
    enum ice_row row = r.row;

    ice__result_fini(&r);
    *exists = rc == ICE_OK;
    if (row == ICE_ROW_404_HEAD)
        return c->policy->exists.head_proves_absence ? ICE_OK : ICE_NOT_FOUND;
    return rc;
}

static int ask_get(struct ice_catalog *c, const struct presence *q,
                   bool *exists, struct ice_error *e)
{
    struct ice_result r;
    int rc = operate(c, q->get, &q->path, NULL, NULL, NULL, &r, e);

    *exists = rc == ICE_OK;
    if (r.row == ICE_ROW_404_GONE && rc != ICE_NOT_FOUND) {
        *exists = true;
        rc = ICE_OK;
    } else if (rc == ICE_NOT_FOUND ||
               (q->get == ICE_EP_LOAD_VIEW &&
                !strcmp(r.type, "NoSuchViewException"))) {
        rc = ICE_OK;
    }
    ice__result_fini(&r);
    return rc;
}

static int presence(struct ice_catalog *c, const struct presence *q,
                    enum ice_look by, bool *exists, struct ice_error *e)
{
    int rc = ice__connected(c, e);

    *exists = false;
    if (rc != ICE_OK)
        return rc;
    if (by == ICE_LOOK_HEAD && c->policy->exists.head_first &&
        ice__offers(c, q->head)) {
        rc = ask_head(c, q, exists, e);
        if (rc != ICE_NOT_FOUND)
            return rc;
    }
    rc = ask_get(c, q, exists, e);
    if (rc == ICE_OK)
        memset(e, 0, sizeof(*e)); /* an absence is no failure */
    return rc;
}

int ice__rest_namespace_exists(struct ice_catalog *c, struct ice_ns ns,
                               enum ice_look by, bool *exists,
                               struct ice_error *e)
{
    struct presence q = {.head = ICE_EP_NAMESPACE_EXISTS,
                         .get = ICE_EP_LOAD_NAMESPACE,
                         .path = {.below = true, .ns = ns}};

    return presence(c, &q, by, exists, e);
}

int ice__rest_table_exists(struct ice_catalog *c, struct ice_ns ns,
                           const char *table, enum ice_look by, bool *exists,
                           struct ice_error *e)
{
    struct presence q = {
        .head = ICE_EP_TABLE_EXISTS,
        .get = ICE_EP_LOAD_TABLE,
        .path = {.below = true, .ns = ns, .kind = "tables", .name = table}};

    return presence(c, &q, by, exists, e);
}

int ice__rest_view_exists(struct ice_catalog *c, struct ice_ns ns,
                          const char *view, bool *exists, struct ice_error *e)
{
    struct presence q = {
        .head = ICE_EP_VIEW_EXISTS,
        .get = ICE_EP_LOAD_VIEW,
        .path = {.below = true, .ns = ns, .kind = "views", .name = view}};

    return presence(c, &q, ICE_LOOK_HEAD, exists, e);
}

/* ---- creating ---- */

int ice__rest_create_namespace(struct ice_catalog *c, struct ice_ns ns,
                               enum ice_meaning *meaning, struct ice_error *e)
{
    struct ice_body b = {.policy = c->policy};
    struct ice_path path = {.below = false};
    cJSON *body = cJSON_CreateObject();
    cJSON *levels = cJSON_AddArrayToObject(body, "namespace");
    struct ice_result r;
    char why[256];
    int rc = ice__connected(c, e);

    *meaning = ICE_MEANS_NOTHING;
    if (rc == ICE_OK && ice__ns_check(c, ns, why) != ICE_OK)
        rc = ice__fail(c, e, ICE_INVALID, "createNamespace", "%s", why);
    if (rc != ICE_OK)
        goto out;
    for (size_t i = 0; i < ns.n; i++)
        cJSON_AddItemToArray(levels, cJSON_CreateString(ns.level[i]));
    cJSON_AddObjectToObject(body, "properties");
    rc = operate(c, ICE_EP_CREATE_NAMESPACE, &path, body, ice__usable_object,
                 &b, &r, e);
    *meaning = r.meaning;
    ice__result_fini(&r);
out:
    cJSON_Delete(b.tree);
    cJSON_Delete(body);
    return rc;
}

/* A table of a format that is not read is refused, body and all. */
static int check_format(struct ice_catalog *c, const char *operation,
                        const cJSON *body, struct ice_error *e)
{
    int64_t version = json_i64(json_get(body, "metadata"), "format-version", 0);

    if (version <= c->policy->body.format_most)
        return ICE_OK;
    return ice__fail(c, e, c->policy->body.too_new_outcome, operation,
                     "the table has format version %lld, at most %d is read",
                     (long long)version, c->policy->body.format_most);
}

int ice__rest_create_table(struct ice_catalog *c, struct ice_ns ns,
                           const char *table, const cJSON *request,
                           enum ice_meaning *meaning, bool *namespace_missing,
                           cJSON **body, struct ice_error *e)
{
    struct ice_body b = {.policy = c->policy};
    struct ice_path path = {.below = true, .ns = ns, .kind = "tables"};
    struct ice_result r;
    int rc;

    *body = NULL;
    (void)table; /* its name is in the request */
    rc = operate(c, ICE_EP_CREATE_TABLE, &path, request, ice__usable_table, &b,
                 &r, e);
    *meaning = r.meaning;
    if (namespace_missing)
        *namespace_missing = r.meaning == ICE_MEANS_REJECTED &&
                             !strcmp(r.type, "NoSuchNamespaceException");
    ice__result_fini(&r);
    if (rc == ICE_OK)
        *body = b.tree;
    else
        cJSON_Delete(b.tree);
    return rc;
}

/* ---- loading, dropping ---- */

int ice__rest_load_table(struct ice_catalog *c, struct ice_ns ns,
                         const char *table, cJSON **body, bool *gone,
                         struct ice_error *e)
{
    struct ice_body b = {.policy = c->policy};
    struct ice_path path = {
        .below = true, .ns = ns, .kind = "tables", .name = table};
    struct ice_result r;
    int rc = operate(c, ICE_EP_LOAD_TABLE, &path, NULL, ice__usable_table, &b,
                     &r, e);

    if (gone)
        *gone = r.row == ICE_ROW_404_GONE && rc != ICE_NOT_FOUND;
    ice__result_fini(&r);
    *body = NULL;
    if (rc == ICE_OK) {
        *body = b.tree;
        return check_format(c, operations[ICE_EP_LOAD_TABLE].name, b.tree, e);
    }
    cJSON_Delete(b.tree);
    return rc;
}

int ice__rest_drop_table(struct ice_catalog *c, struct ice_ns ns,
                         const char *table, struct ice_error *e)
{
    struct ice_path path = {
        .below = true, .ns = ns, .kind = "tables", .name = table};
    struct ice_result r;
    int rc = operate(c, ICE_EP_DROP_TABLE, &path, NULL, NULL, NULL, &r, e);

    ice__result_fini(&r);
    return rc;
}
