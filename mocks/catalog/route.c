/* The table of operations, and which of them a request means.
 *
 * A new operation is a row here and a function in the file of its topic. The
 * routes are written as the specification has them; the same text is what
 * GET /v1/config advertises.
 */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/coding.h"
#include "mocks/catalog/inside.h"
#include "mocks/catalog/shape.h"

#define NS "/v1/{prefix}/namespaces"
#define NS1 NS "/{namespace}"
#define TABLES NS1 "/tables"
#define TABLE1 TABLES "/{table}"
#define VIEWS NS1 "/views"
#define VIEW1 VIEWS "/{view}"

/* name, method, route, function, writes, doc */
#define ROWS(X)                                                                \
    X("getConfig", "GET", "/v1/config", op_get_config, false,                  \
      "defaults, overrides and endpoints")                                     \
    X("getToken", "POST", "/v1/oauth/tokens", op_get_token, false,             \
      "a bearer token for client credentials")                                 \
    X("listNamespaces", "GET", NS, op_list_namespaces, false,                  \
      "namespaces below a parent, in pages")                                   \
    X("createNamespace", "POST", NS, op_create_namespace, true,                \
      "a namespace with properties")                                           \
    X("loadNamespace", "GET", NS1, op_load_namespace, false,                   \
      "a namespace's properties")                                              \
    X("namespaceExists", "HEAD", NS1, op_namespace_exists, false,              \
      "204 or 404 without a body")                                             \
    X("dropNamespace", "DELETE", NS1, op_drop_namespace, true,                 \
      "an empty namespace goes")                                               \
    X("updateProperties", "POST", NS1 "/properties", op_update_properties,     \
      true, "namespace properties set and removed")                            \
    X("listTables", "GET", TABLES, op_list_tables, false,                      \
      "tables of a namespace, in pages")                                       \
    X("createTable", "POST", TABLES, op_create_table, true,                    \
      "a table, or a staged one")                                              \
    X("loadTable", "GET", TABLE1, op_load_table, false,                        \
      "a table's metadata; 304 with If-None-Match")                            \
    X("tableExists", "HEAD", TABLE1, op_table_exists, false,                   \
      "204 or 404 without a body")                                             \
    X("updateTable", "POST", TABLE1, op_update_table, true,                    \
      "a commit: requirements and updates")                                    \
    X("dropTable", "DELETE", TABLE1, op_drop_table, true,                      \
      "a table goes; purgeRequested takes its files too")                      \
    X("renameTable", "POST", "/v1/{prefix}/tables/rename", op_rename_table,    \
      true, "a table moves to another name")                                   \
    X("reportMetrics", "POST", TABLE1 "/metrics", op_report_metrics, false,    \
      "a report is taken and forgotten")                                       \
    X("registerTable", "POST", NS1 "/register", op_register_table, true,       \
      "a table from its metadata file; overwrite puts it in the place of one") \
    X("unregisterTable", "POST", TABLE1 "/unregister", op_unregister_table,    \
      true, "a table goes, its files stay")                                    \
    X("loadCredentials", "GET", TABLE1 "/credentials", op_load_credentials,    \
      false, "keys to the table's files that last a while")                    \
    X("signRequest", "POST", TABLE1 "/sign", op_sign_request, false,           \
      "signs a request to the store, for the table's own files only")          \
    X("commitTransaction", "POST", "/v1/{prefix}/transactions/commit",         \
      op_commit_transaction, true, "commits of several tables, all or none")   \
    X("listViews", "GET", VIEWS, op_list_views, false,                         \
      "views of a namespace, in pages")                                        \
    X("createView", "POST", VIEWS, op_create_view, true, "a view")             \
    X("loadView", "GET", VIEW1, op_load_view, false, "a view's metadata")      \
    X("viewExists", "HEAD", VIEW1, op_view_exists, false,                      \
      "204 or 404 without a body")                                             \
    X("replaceView", "POST", VIEW1, op_replace_view, true,                     \
      "a commit: requirements and updates")                                    \
    X("dropView", "DELETE", VIEW1, op_drop_view, true,                         \
      "a view goes, and its metadata file with it")                            \
    X("renameView", "POST", "/v1/{prefix}/views/rename", op_rename_view, true, \
      "a view moves to another name")                                          \
    X("registerView", "POST", NS1 "/register-view", op_register_view, true,    \
      "a view from its metadata file")

#define OPERATION(name, method, route, run, writes, doc)                       \
    {name, method, route, catalog_handle, writes, doc},
#define RUN(name, method, route, run, writes, doc) run,

const struct operation catalog_operations[] = {ROWS(OPERATION){0}};

static bool (*const runs[])(struct call *k) = {ROWS(RUN)};

enum { SEGMENTS_MAX = 16 };

struct segments {
    struct slice at[SEGMENTS_MAX];
    size_t n;
};

/* Cuts "/a/b" at its slashes. False: not such a path, or too long a one. */
static bool cut(struct slice path, struct segments *out)
{
    out->n = 0;
    while (path.p && path.len > 0) {
        if (path.p[0] != '/' || out->n == SEGMENTS_MAX)
            return false;
        const char *from = path.p + 1;
        const char *end = memchr(from, '/', path.len - 1);
        size_t n = end ? (size_t)(end - from) : path.len - 1;
        out->at[out->n++] = (struct slice){from, n};
        path.p += n + 1;
        path.len -= n + 1;
    }
    return out->n > 0;
}

/* Is it one of the two that come before there is a uri and a prefix? */
static bool is_first(struct slice path)
{
    return slice_eqz(path, "/v1/config") || slice_eqz(path, "/v1/oauth/tokens");
}

/* Takes base and prefix off: "/base/v1/p/namespaces" becomes "/v1",
 * "/namespaces". */
static bool path_segments(const struct catalog *c, struct slice path,
                          struct segments *out)
{
    const char *prefix = c->o.prefix, *base = c->profile->base;
    if (is_first(path))
        return cut(path, out);
    if (base && !slice_starts(path, base))
        return false;
    if (base) {
        path.p += strlen(base);
        path.len -= strlen(base);
    }
    if (!prefix || !*prefix || !slice_starts(path, "/v1/"))
        return !is_first(path) && cut(path, out);
    struct slice rest = {path.p + 4, path.len - 4};
    size_t n = strlen(prefix);
    if (!slice_starts(rest, prefix) || rest.len <= n || rest.p[n] != '/')
        return false;
    struct segments tail;
    if (!cut((struct slice){rest.p + n, rest.len - n}, &tail) ||
        tail.n == SEGMENTS_MAX)
        return false;
    out->at[0] = SLICE_LIT("v1");
    memcpy(out->at + 1, tail.at, tail.n * sizeof *tail.at);
    out->n = tail.n + 1;
    return true;
}

/* ---- the routes, cut once ---- */

struct route {
    struct segments s; /* without the prefix */
    size_t ns, table;  /* places of variables; 0: there is none */
    struct slice method;
};

static void cut_route(struct route *r, const char *text)
{
    struct segments all;
    cut(slice_of(text), &all);
    for (size_t i = 0; i < all.n; i++) {
        struct slice one = all.at[i];
        if (slice_eqz(one, "{prefix}"))
            continue;
        if (slice_eqz(one, "{namespace}"))
            r->ns = r->s.n;
        else if (one.p[0] == '{')
            r->table = r->s.n;
        r->s.at[r->s.n++] = one;
    }
}

struct route *routes_cut(struct arena *a)
{
    size_t n = sizeof runs / sizeof *runs;
    struct route *all = arena_alloc(a, n * sizeof *all);
    for (size_t i = 0; i < n; i++) {
        all[i] =
            (struct route){.method = slice_of(catalog_operations[i].method)};
        cut_route(&all[i], catalog_operations[i].route);
    }
    return all;
}

/* Does it fit? Variables are left in ns and table. */
static bool fits(const struct route *r, const struct segments *s,
                 struct slice *ns, struct slice *table)
{
    if (r->s.n != s->n)
        return false;
    for (size_t i = 0; i < s->n; i++) {
        bool variable = i > 0 && (i == r->ns || i == r->table);
        if (!variable && !slice_eq(r->s.at[i], s->at[i]))
            return false;
    }
    *ns = r->ns ? s->at[r->ns] : (struct slice){0};
    *table = r->table ? s->at[r->table] : (struct slice){0};
    return true;
}

static const struct operation *find(const struct catalog *c,
                                    const struct http_request *r,
                                    struct slice *ns, struct slice *table)
{
    struct segments s;
    const struct operation *op = catalog_operations;
    *ns = *table = (struct slice){0};
    if (!path_segments(c, r->path, &s))
        return NULL;
    for (const struct route *route = c->routes; op->name; op++, route++)
        if (slice_eq(r->method, route->method) && fits(route, &s, ns, table) &&
            profile_has(c->profile, op->name))
            return op;
    return NULL;
}

/* As find, where the operation may be known. */
static bool find_again(const struct catalog *c, const struct exchange *x,
                       struct slice *ns, struct slice *table)
{
    struct segments s;
    if (!x->op)
        return find(c, x->request, ns, table) != NULL;
    return path_segments(c, x->request->path, &s) &&
           fits(&c->routes[x->op - catalog_operations], &s, ns, table);
}

const char *route_methods(const struct catalog *c, struct exchange *x)
{
    struct segments s;
    struct slice unused[2];
    const char *list = "";
    const struct operation *op = catalog_operations;
    if (!path_segments(c, x->request->path, &s))
        return list;
    for (const struct route *route = c->routes; op->name; op++, route++)
        if (fits(route, &s, &unused[0], &unused[1]) &&
            profile_has(c->profile, op->name))
            list = arena_printf(&x->arena, "%s%s%s", list, *list ? ", " : "",
                                op->method);
    return list;
}

static struct slice blanks(struct slice raw, struct arena *a)
{
    char *z = raw.p ? arena_memdup(a, raw.p, raw.len) : NULL;
    for (size_t i = 0; z && i < raw.len; i++)
        if (z[i] == '+')
            z[i] = ' ';
    return (struct slice){z, raw.len};
}

static bool read_names(const struct catalog *c, const struct exchange *x,
                       struct ns_name *ns, const char **table,
                       struct failure *f)
{
    struct slice raw_ns, raw_table;
    *ns = (struct ns_name){0};
    *table = NULL;
    if (!find_again(c, x, &raw_ns, &raw_table))
        return fail(f, "BadRequestException", "No route for request");
    if (c->profile->plus_is_blank) {
        raw_ns = blanks(raw_ns, f->arena);
        raw_table = blanks(raw_table, f->arena);
    }
    if (raw_ns.p && !ns_from_path(raw_ns, c->o.separator, ns, f))
        return false;
    if (raw_table.p && raw_table.len == 0)
        return fail(f, "IllegalArgumentException",
                    "Invalid table name: null or empty");
    return !raw_table.p || name_from_path(raw_table, table, f);
}

/* Of one exchange names are asked for two or three times; they live in its
 * arena. */
static bool is_routed(const struct catalog *c, const struct exchange *x)
{
    return x->ordinal != 0 && c->routed.exchange == x->ordinal &&
           c->routed.path.p == x->request->path.p &&
           c->routed.path.len == x->request->path.len;
}

bool route_names(const struct catalog *c, const struct exchange *x,
                 struct ns_name *ns, const char **table, struct failure *f)
{
    if (is_routed(c, x)) {
        *ns = c->routed.ns;
        *table = c->routed.table;
        return true;
    }
    return read_names(c, x, ns, table, f);
}

/* Where the names of an operation's subject are in its body. Of a transaction
 * the first table counts. */
static const struct body_names {
    const char *operation;
    const char *inside; /* member that holds both, or NULL */
    const char *deeper; /* of its first element, if it is a list */
    const char *namespace_, *name;
    bool view;
} body_names[] = {
    {"createNamespace", NULL, NULL, "namespace", NULL, false},
    {"createTable", NULL, NULL, NULL, "name", false},
    {"registerTable", NULL, NULL, NULL, "name", false},
    {"renameTable", "source", NULL, "namespace", "name", false},
    {"commitTransaction", "table-changes", "identifier", "namespace", "name",
     false},
    {"createView", NULL, NULL, NULL, "name", true},
    {"registerView", NULL, NULL, NULL, "name", true},
    {"renameView", "source", NULL, "namespace", "name", true},
};

static void set_name(struct exchange *x, bool view, const char *name)
{
    const char **to = view ? &x->names.view : &x->names.table;
    *to = name ? arena_strdup(&x->arena, name) : NULL;
}

static void name_from_body(struct exchange *x, const struct catalog *c,
                           const struct body_names *row)
{
    struct failure f = {.arena = &x->arena};
    struct ns_name ns;
    struct slice text;
    if (!coding_body(x, &text, &f))
        return;
    cJSON *body = json_parse(text.p, text.len, NULL);
    const cJSON *at = row->inside ? json_get(body, row->inside) : body;
    if (row->deeper)
        at = cJSON_IsArray(at) ? json_get(at->child, row->deeper) : NULL;
    if (row->namespace_ &&
        ns_from_json(json_get(at, row->namespace_), c->o.separator, &ns, &f))
        x->names.namespace_ = ns.dotted;
    if (row->name && json_str(at, row->name))
        set_name(x, row->view, json_str(at, row->name));
    cJSON_Delete(body);
}

void route_name_operation(struct exchange *x)
{
    struct catalog *c = x->service->state;
    struct failure f = {.arena = &x->arena};
    struct ns_name ns;
    struct slice unused[2];
    const char *table;
    c->routed.exchange = 0;
    if (profile_refuses(c->profile, x))
        return;
    x->op = find(c, x->request, &unused[0], &unused[1]);
    if (!x->op || !route_names(c, x, &ns, &table, &f))
        return;
    c->routed = (struct routed){x->ordinal, x->request->path, ns, table};
    if (ns.n > 0)
        x->names.namespace_ = ns.dotted;
    if (table)
        set_name(x, strstr(x->op->route, "{view}") != NULL, table);
    if (x->request->body.len == 0)
        return;
    for (size_t i = 0; i < sizeof body_names / sizeof *body_names; i++)
        if (strcmp(body_names[i].operation, x->op->name) == 0)
            name_from_body(x, c, &body_names[i]);
}

/* ---- running an operation ---- */

static bool run(struct call *k)
{
    if (!auth_check(k) || !route_names(k->c, k->x, &k->ns, &k->table, &k->f))
        return false;
    if (kept_answers(k))
        return k->f.type == NULL;
    return runs[k->x->op - catalog_operations](k);
}

void catalog_handle(struct exchange *x)
{
    struct call k = {.c = x->service->state, .x = x, .f = {.arena = &x->arena}};
    if (!run(&k))
        profile_answer(k.c->profile, x, &k.f);
    /* With a change prepared, the answer counts when it is published. */
    if (!x->change.publish)
        kept_remember(k.c, x);
    cJSON_Delete(k.body);
    trees_trim(&k.c->state.trees); /* reading has them made as well */
}

const cJSON *call_body(struct call *k)
{
    struct json_error e;
    struct slice text;
    const struct shape *shape = shape_of_operation(k->x->op->name);
    if (k->body)
        return k->body;
    if (!coding_body(k->x, &text, &k->f))
        return NULL;
    k->body = json_parse(text.p ? text.p : "", text.len, &e);
    if (!k->body)
        fail(&k->f, "BadRequestException",
             "Cannot parse request body: %s at line %d, column %d", e.message,
             e.line, e.col);
    else if (!cJSON_IsObject(k->body))
        fail(&k->f, "BadRequestException",
             "Cannot parse request body: not an object");
    else if (shape)
        shape_read(shape, k->body, &k->f);
    k->f.reading = k->f.type != NULL;
    return k->f.type ? NULL : k->body;
}

int64_t call_now_ms(const struct call *k)
{
    return clock_unix_ms(k->c->clock);
}

const char *call_query(struct call *k, const char *name)
{
    return http_query(k->x->request, name, &k->x->arena);
}
