/* What others do to the catalog: rivals, operators, accidents. Each kind of
 * meddling is a row; it changes the state at once, by the same writes that
 * requests prepare. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/coding.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/inside.h"

enum { MANIFEST_LIST_MAX = 64 << 10 };

struct meddling {
    struct catalog *c;
    struct exchange *x; /* or NULL: an operator */
    const cJSON *params;
    struct arena arena;
    struct rng *rng;
    struct ns_name ns;
    const char *table;
    struct version *base; /* of the table, NULL: none */
    struct failure f;
    char why[160];
};

static bool apply(struct meddling *m, const struct write *w)
{
    if (state_apply(&m->c->state, m->c->files, w, m->why) == APPLIED)
        return true;
    return fail(&m->f, "InternalServerError", "%s", m->why);
}

static bool need_table(struct meddling *m)
{
    return m->base ||
           fail(&m->f, "NoSuchTableException", "there is no table %s.%s",
                m->ns.dotted, m->table ? m->table : "?");
}

/* Puts what was made, and is taken over, in the place of what is there. */
static bool replace(struct meddling *m, const struct version *number_after,
                    struct committed *made)
{
    struct version *next =
        file_next(m->c, VERSION_TABLE, number_after, made, m->rng, &m->f);
    bool ok = next && apply(m, &(struct write){.ns = &m->ns,
                                               .table = m->table,
                                               .base = m->base,
                                               .next = next});
    version_unref(next);
    return ok;
}

static struct metadata_new fresh(const struct meddling *m)
{
    return (struct metadata_new){
        .location =
            json_str(m->base ? version_tree(m->base) : NULL, "location"),
        .now_ms = clock_unix_ms(m->c->clock),
        .rng = m->rng};
}

/* ---- one function a kind ---- */

static bool commit_by_rival(struct meddling *m)
{
    struct metadata_new n = fresh(m);
    struct str list;
    const char *location;
    struct committed made;
    if (!need_table(m))
        return false;
    str_init(&list, MANIFEST_LIST_MAX);
    cJSON *request = rival_commit(version_tree(m->base), n.now_ms, m->rng,
                                  &location, &list, &m->arena);
    bool ok = commit_on(m->base, request, &n, &made, &m->f);
    if (ok && !m->c->files->put(m->c->files->ctx, location, str_slice(&list),
                                m->why)) {
        ok = fail(&m->f, "RuntimeIOException", "%s", m->why);
        committed_fini(&made);
    }
    ok = ok && replace(m, m->base, &made);
    cJSON_Delete(request);
    str_fini(&list);
    return ok;
}

static cJSON *simple_field(int64_t id, const char *name, const char *type)
{
    cJSON *field = cJSON_CreateObject();
    json_set_i64(field, "id", id);
    json_set_str(field, "name", name);
    json_set(field, "required", cJSON_CreateBool(false));
    json_set_str(field, "type", type);
    return field;
}

/* Columns as people write them: ids and required may be missing. */
static cJSON *schema_of_columns(const cJSON *columns)
{
    cJSON *schema = cJSON_CreateObject();
    json_set_str(schema, "type", "struct");
    cJSON *fields = cJSON_AddArrayToObject(schema, "fields");
    const cJSON *column;
    int64_t id = 0;
    cJSON_ArrayForEach(column, columns)
    {
        cJSON *field = cJSON_Duplicate(column, true);
        id++;
        if (!json_get(field, "id"))
            json_set_i64(field, "id", id);
        if (!json_get(field, "required"))
            json_set(field, "required", cJSON_CreateBool(false));
        cJSON_AddItemToArray(fields, field);
    }
    if (!columns)
        cJSON_AddItemToArray(fields, simple_field(1, "rival_id", "long"));
    return schema;
}

/* The createTable request of the rival; the caller deletes it. */
static cJSON *rival_request(struct meddling *m)
{
    const cJSON *columns = json_get(m->params, "columns");
    const cJSON *fits = json_get(m->params, "fits");
    if (!columns && !cJSON_IsFalse(fits)) {
        bool creates =
            m->x && m->x->op && strcmp(m->x->op->name, "createTable") == 0;
        struct slice body = {0};
        if (creates && !coding_body(m->x, &body, &m->f))
            return NULL;
        cJSON *request = json_parse(body.p ? body.p : "", body.len, NULL);
        if (!request)
            fail(&m->f, "BadRequestException",
                 "a fitting rival needs a createTable request or columns");
        cJSON_DeleteItemFromObjectCaseSensitive(request, "stage-create");
        return request;
    }
    static const char *const others[] = {"partition-spec", "properties",
                                         "write-order", "location"};
    cJSON *request = cJSON_CreateObject();
    json_set(request, "schema", schema_of_columns(columns));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (json_get(m->params, others[i]))
            json_set(request, others[i],
                     cJSON_Duplicate(json_get(m->params, others[i]), true));
    return request;
}

static bool create_by_rival(struct meddling *m)
{
    const char *kind = json_str(m->params, "kind");
    struct version *next = NULL;
    if (!m->table)
        return fail(&m->f, "BadRequestException", "no table is named");
    if (m->base)
        return fail(&m->f, "AlreadyExistsException",
                    "there is a table %s.%s already", m->ns.dotted, m->table);
    if (kind && strcmp(kind, "view") == 0) {
        next = view_plain(m->c, &m->ns, m->table, m->rng, &m->f);
    } else {
        cJSON *request = rival_request(m);
        if (request)
            next = table_create(m->c, &m->ns, m->table, request, m->rng, &m->f);
        cJSON_Delete(request);
    }
    bool ok =
        next && apply(m, &(struct write){
                             .ns = &m->ns, .table = m->table, .next = next});
    version_unref(next);
    return ok;
}

static cJSON *member_copy(const cJSON *list, const char *id, int64_t n)
{
    return cJSON_Duplicate(metadata_find(list, id, n), true);
}

/* Dropped and made again by the same request: other uuid, no history. */
static bool swap_uuid(struct meddling *m)
{
    if (!need_table(m))
        return false;
    const cJSON *old = version_tree(m->base);
    struct metadata_new n = fresh(m);
    cJSON *request = cJSON_CreateObject();
    json_set(request, "schema",
             member_copy(json_get(old, "schemas"), "schema-id",
                         json_i64(old, "current-schema-id", 0)));
    json_set(request, "partition-spec",
             member_copy(json_get(old, "partition-specs"), "spec-id",
                         json_i64(old, "default-spec-id", 0)));
    json_set(request, "write-order",
             member_copy(json_get(old, "sort-orders"), "order-id",
                         json_i64(old, "default-sort-order-id", 0)));
    cJSON *properties = cJSON_Duplicate(json_get(old, "properties"), true);
    json_set_i64(properties, "format-version",
                 json_i64(old, "format-version", 2));
    json_set(request, "properties", properties);
    struct committed made = {.metadata = metadata_create(request, &n, &m->f)};
    cJSON_Delete(request);
    return made.metadata && replace(m, NULL, &made);
}

static bool drift(struct meddling *m)
{
    const char *word = json_str(m->params, "change");
    struct metadata_new n = fresh(m);
    if (!need_table(m))
        return false;
    if (!word)
        return fail(&m->f, "BadRequestException", "no change is named");
    struct committed made;
    return drift_apply(version_tree(m->base), m->base->location, word, &n,
                       &made, &m->f) &&
           replace(m, m->base, &made);
}

static bool repeat_token(struct meddling *m)
{
    return page_repeat_token(m->x, json_bool(m->params, "fresh"),
                             json_i64(m->params, "pages", 0), m->why) ||
           fail(&m->f, "BadRequestException", "%s", m->why);
}

static bool drop_table(struct meddling *m)
{
    return need_table(m) &&
           apply(m, &(struct write){
                        .ns = &m->ns, .table = m->table, .base = m->base});
}

static bool lose_file(struct meddling *m)
{
    const struct warehouse *files = m->c->files;
    return need_table(m) &&
           (files->remove(files->ctx, m->base->location) ||
            fail(&m->f, "NotFoundException", "the file is gone already"));
}

static bool half_transaction(struct meddling *m)
{
    if (!m->x || !m->x->op || strcmp(m->x->op->name, "commitTransaction") != 0)
        return fail(&m->f, "BadRequestException",
                    "only a transaction can be carried out in part");
    m->c->half_exchange = m->x->ordinal;
    m->c->half_changes = (size_t)json_i64(m->params, "changes", 1);
    return true;
}

static bool forget_keys(struct meddling *m)
{
    kept_clear(m->c);
    return true;
}

static bool reuse_key(struct meddling *m)
{
    return (m->x && kept_reuse(m->c, m->x)) ||
           fail(&m->f, "BadRequestException",
                "the request has no idempotency key of its own that counts");
}

static bool revoke_tokens(struct meddling *m)
{
    m->c->session_epoch++;
    return true;
}

static bool (*const kinds[])(struct meddling *m) = {
    [MEDDLE_RIVAL_COMMIT] = commit_by_rival,
    [MEDDLE_RIVAL_CREATE] = create_by_rival,
    [MEDDLE_UUID_SWAP] = swap_uuid,
    [MEDDLE_SCHEMA_DRIFT] = drift,
    [MEDDLE_REPEAT_PAGE_TOKEN] = repeat_token,
    [MEDDLE_HALF_TRANSACTION] = half_transaction,
    [MEDDLE_FORGET_KEYS] = forget_keys,
    [MEDDLE_REUSE_KEY] = reuse_key,
    [MEDDLE_REVOKE_TOKENS] = revoke_tokens,
    [MEDDLE_DROP_TABLE] = drop_table,
    [MEDDLE_LOSE_FILE] = lose_file,
};

/* ---- what it is about ---- */

/* Parameters go before the request's own names. */
static bool find_subject(struct meddling *m)
{
    const char *ns = json_str(m->params, "namespace");
    const char *table = json_str(m->params, "table");
    struct failure ignored = {.arena = &m->arena};
    if (m->x && m->x->op) {
        route_names(m->c, m->x, &m->ns, &m->table, &ignored);
        if (!m->table)
            m->table = m->x->names.table;
    }
    if (m->ns.n == 0 && !ns && m->x)
        ns = m->x->names.namespace_;
    if (ns && !ns_from_dotted(ns, &m->ns, &m->f))
        return false;
    if (table)
        m->table = table;
    if (m->ns.n > 0 && m->table)
        m->base = version_ref(entry_seen_as(
            state_table(&m->c->state, &m->ns, m->table), false, VERSION_TABLE));
    return true;
}

bool catalog_meddle(void *state, struct exchange *x, enum meddle what,
                    const cJSON *params, char why[160])
{
    struct meddling m = {.c = state, .x = x, .params = params};
    size_t n = sizeof kinds / sizeof *kinds;
    arena_init(&m.arena);
    m.f.arena = &m.arena;
    m.rng = x ? &x->rng : &m.c->rng;
    if (x)
        route_name_operation(x); /* its body may have come since */
    bool ok =
        (size_t)what < n && kinds[what] && find_subject(&m) && kinds[what](&m);
    if (!ok)
        snprintf(why, 160, "%s", m.f.message ? m.f.message : "not possible");
    version_unref(m.base);
    arena_fini(&m.arena);
    return ok;
}
