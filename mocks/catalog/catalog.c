/* The catalog as a whole: options, life, and what steps and checks may do. */
#include "mocks/catalog/catalog.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "mocks/catalog/coding.h"
#include "mocks/catalog/inside.h"

/* ---- options ---- */

#define TABLE(member) offsetof(struct catalog_table_option, member)
#define OPTION(member) offsetof(struct catalog_options, member)

static const struct spec_field table_fields[] = {
    {.name = "name",
     .type = SPEC_STRING,
     .offset = TABLE(name),
     .required = true,
     .doc = "the table's name"},
    {.name = "namespace",
     .type = SPEC_STRING,
     .offset = TABLE(namespace_),
     .required = true,
     .doc = "levels joined with dots; made if it is missing"},
    {.name = "schema",
     .type = SPEC_ANY,
     .offset = TABLE(schema),
     .required = true,
     .doc = "as in a createTable request"},
    {.name = "partition-spec",
     .type = SPEC_ANY,
     .offset = TABLE(spec),
     .doc = "as in a createTable request"},
    {.name = "write-order",
     .type = SPEC_ANY,
     .offset = TABLE(order),
     .doc = "as in a createTable request"},
    {.name = "properties",
     .type = SPEC_MAP,
     .offset = TABLE(properties),
     .doc = "table properties"},
    {.name = "location",
     .type = SPEC_STRING,
     .offset = TABLE(location),
     .doc = "where the table lives; default warehouse/namespace/name"},
    {0},
};

const struct spec_field catalog_option_fields[] = {
    {.name = "namespaces",
     .type = SPEC_STRINGS,
     .offset = OPTION(namespaces),
     .doc = "made at start; levels joined with dots"},
    {.name = "tables",
     .type = SPEC_LIST,
     .offset = OPTION(tables),
     .fields = table_fields,
     .item_size = sizeof(struct catalog_table_option),
     .doc = "made at start"},
    {.name = "views",
     .type = SPEC_STRINGS,
     .offset = OPTION(views),
     .doc = "namespace.name; views that are in the way of tables"},
    {.name = "profile",
     .type = SPEC_WORD,
     .offset = OPTION(profile),
     .words = profile_words,
     .doc = "how the catalog differs from the specification; default spec"},
    {.name = "warehouse",
     .type = SPEC_STRING,
     .offset = OPTION(warehouse),
     .doc = "base URI of tables, default s3://data-lake/warehouse"},
    {.name = "defaults",
     .type = SPEC_MAP,
     .offset = OPTION(defaults),
     .doc = "of GET /v1/config; {catalog} stands for the mock's URL"},
    {.name = "overrides",
     .type = SPEC_MAP,
     .offset = OPTION(overrides),
     .doc = "of GET /v1/config; {catalog} stands for the mock's URL"},
    {.name = "endpoints",
     .type = SPEC_STRINGS,
     .offset = OPTION(endpoints),
     .doc = "advertised instead of the true list; none: the key is left out"},
    {.name = "prefix",
     .type = SPEC_STRING,
     .offset = OPTION(prefix),
     .doc = "of all paths but config and tokens; advertised and demanded"},
    {.name = "separator",
     .type = SPEC_STRING,
     .offset = OPTION(separator),
     .doc = "of namespace levels, encoded (%2E); advertised; 0x1F works too"},
    {.name = "page_size",
     .type = SPEC_INT,
     .offset = OPTION(page_size),
     .min = 0,
     .max = 100000,
     .doc = "most entries a page; 0: lists come whole unless pages are asked"},
    {.name = "token",
     .type = SPEC_STRING,
     .offset = OPTION(token),
     .doc = "static bearer token that is demanded"},
    {.name = "credential",
     .type = SPEC_STRING,
     .offset = OPTION(credential),
     .doc = "id:secret of the OAuth2 client; issued tokens are demanded"},
    {.name = "token_lifetime",
     .type = SPEC_DURATION,
     .offset = OPTION(token_lifetime_ms),
     .doc = "of issued tokens, default 1h"},
    {.name = "idempotency",
     .type = SPEC_DURATION,
     .offset = OPTION(idempotency_ms),
     .doc = "lifetime of idempotency keys; 0: keys are ignored"},
    {.name = "credentials",
     .type = SPEC_DURATION,
     .offset = OPTION(vend_ms),
     .doc = "lifetime of vended credentials, which are sessions of the "
            "mock S3 for the table's places; 0: none are vended"},
    {.name = "remote_signing",
     .type = SPEC_BOOL,
     .offset = OPTION(remote_signing),
     .doc = "tables are handed out with remote signing, where asked for"},
    {.name = "gzip",
     .type = SPEC_BOOL,
     .offset = OPTION(gzip),
     .doc = "gzip answers to clients that take it; default true"},
    {.name = "etag",
     .type = SPEC_BOOL,
     .offset = OPTION(etag),
     .doc = "entity tags on tables, and 304; default true"},
    {.name = "metadata_gzip",
     .type = SPEC_BOOL,
     .offset = OPTION(metadata_gzip),
     .doc = "gzip metadata files where the table's properties do not say"},
    {.name = "metadata_plain",
     .type = SPEC_BOOL,
     .offset = OPTION(metadata_plain),
     .doc = "plain metadata files whatever the table's properties say"},
    {0},
};

static const struct catalog_options default_options = {
    .warehouse = "s3://data-lake/warehouse",
    .token_lifetime_ms = 3600 * 1000,
    .etag = true,
    .gzip = true,
};

/* What the profile says where the options say nothing. */
static void take_profile(struct catalog *c)
{
    c->profile = profile_at(c->o.profile);
    if (!c->o.separator)
        c->o.separator = c->profile->separator;
    if (!c->o.prefix)
        c->o.prefix = c->profile->prefix;
    if (!c->o.idempotency_ms)
        c->o.idempotency_ms = c->profile->idempotency_ms;
}

static bool read_options(struct catalog *c, const cJSON *options, char why[200])
{
    struct spec_error e = {0};
    c->o = default_options;
    c->profile = profile_at(0);
    if (!options)
        return true;
    c->tree = cJSON_Duplicate(options, true);
    if (spec_read(c->tree, catalog_option_fields, &c->o, &c->arena, &e)) {
        take_profile(c);
        return true;
    }
    snprintf(why, 200, "catalog: %.50s%s%.135s", e.path, *e.path ? ": " : "",
             e.message);
    return false;
}

/* ---- what is there at start ---- */

static cJSON *create_request(const struct catalog_table_option *t)
{
    const struct {
        const char *name;
        const cJSON *value;
    } parts[] = {{"schema", t->schema},
                 {"partition-spec", t->spec},
                 {"write-order", t->order},
                 {"properties", t->properties}};
    cJSON *create = cJSON_CreateObject();
    json_set_str(create, "name", t->name);
    if (t->location)
        json_set_str(create, "location", t->location);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].value)
            json_set(create, parts[i].name,
                     cJSON_Duplicate(parts[i].value, true));
    return create;
}

static bool start_table(struct catalog *c, const struct catalog_table_option *t,
                        char why[160])
{
    if (!catalog_namespace_exists(c, t->namespace_) &&
        !catalog_add_namespace(c, t->namespace_, why))
        return false;
    cJSON *create = create_request(t);
    bool ok = catalog_add_table(c, t->namespace_, create, why);
    cJSON_Delete(create);
    return ok;
}

static bool start_view(struct catalog *c, const char *name, char why[160])
{
    const char *dot = strrchr(name, '.');
    if (!dot) {
        snprintf(why, 160, "view %.100s has no namespace", name);
        return false;
    }
    char *ns = mem_memdup(name, (size_t)(dot - name));
    bool ok = (catalog_namespace_exists(c, ns) ||
               catalog_add_namespace(c, ns, why)) &&
              catalog_add_view(c, ns, dot + 1, why);
    free(ns);
    return ok;
}

static bool start(struct catalog *c, char why[160])
{
    const char *const *ns = c->o.namespaces.items;
    const char *const *views = c->o.views.items;
    const struct catalog_table_option *tables = c->o.tables.items;
    bool ok = true;
    for (size_t i = 0; i < c->o.namespaces.n && ok; i++)
        ok = catalog_namespace_exists(c, ns[i]) ||
             catalog_add_namespace(c, ns[i], why);
    for (size_t i = 0; i < c->o.tables.n && ok; i++)
        ok = start_table(c, &tables[i], why);
    for (size_t i = 0; i < c->o.views.n && ok; i++)
        ok = start_view(c, views[i], why);
    state_settle(&c->state);
    return ok;
}

static void finish_answer(struct exchange *x)
{
    coding_encode(x);
    const struct catalog *c = x->service->state;
    char date[DATE_HTTP_SIZE];
    date_http(clock_unix_ms(c->clock), date);
    if (!answer_get(&x->answer, "Date"))
        header_set(x, "Date", arena_strdup(&x->arena, date));
    if (!answer_get(&x->answer, "Server"))
        header_set(x, "Server", "icefault");
}

/* Losing state brings back what the options ask for: it is a new start. */
static void restart(void *state, bool keep)
{
    struct catalog *c = state;
    char why[160];
    c->session_epoch++;
    if (keep)
        return;
    kept_clear(c);
    state_fini(&c->state);
    start(c, why);
}

/* ---- life ---- */

static size_t count_operations(void)
{
    size_t n = 0;
    while (catalog_operations[n].name)
        n++;
    return n;
}

static size_t count_errors(void)
{
    size_t n = 0;
    while (catalog_errors[n].name)
        n++;
    return n;
}

static void make_service(struct catalog *c)
{
    c->service = (struct service){.name = "catalog",
                                  .state = c,
                                  .operations = catalog_operations,
                                  .n_operations = count_operations(),
                                  .errors = catalog_errors,
                                  .n_errors = count_errors(),
                                  .name_operation = route_name_operation,
                                  .handle_unknown = error_no_route,
                                  .answer_error = profile_error,
                                  .answer_bad_request = error_bad_request,
                                  .finish_answer = finish_answer,
                                  .meddle = catalog_meddle,
                                  .restart = restart};
}

static void keep_secrets(const struct catalog *c)
{
    const char *colon = c->o.credential ? strchr(c->o.credential, ':') : NULL;
    if (!c->secrets)
        return;
    if (c->o.token)
        secrets_add(c->secrets, slice_of(c->o.token));
    if (colon)
        secrets_add(c->secrets, slice_of(colon + 1));
}

struct catalog *catalog_new(const cJSON *options, const struct warehouse *files,
                            const struct clock *clock, uint64_t seed,
                            struct secrets *secrets, const char *own_url,
                            char why[200])
{
    struct catalog *c = mem_alloc(sizeof *c);
    arena_init(&c->arena);
    c->routes = routes_cut(&c->arena);
    state_init(&c->state);
    c->files = files;
    c->clock = clock;
    c->seed = seed;
    c->secrets = secrets;
    c->own_url = own_url;
    rng_init(&c->rng, seed, "catalog");
    make_service(c);
    char reason[160] = "";
    if (!read_options(c, options, why)) {
        catalog_free(c);
        return NULL;
    }
    keep_secrets(c);
    if (!start(c, reason)) {
        snprintf(why, 200, "catalog: %s", reason);
        catalog_free(c);
        return NULL;
    }
    return c;
}

void catalog_free(struct catalog *c)
{
    if (!c)
        return;
    kept_clear(c);
    packer_free(c->packer);
    signer_free(c->signer);
    state_fini(&c->state);
    cJSON_Delete(c->tree);
    arena_fini(&c->arena);
    free(c);
}

void catalog_use_store(struct catalog *c, const struct catalog_store *store)
{
    c->store = *store;
}

struct service *catalog_service(struct catalog *c)
{
    return &c->service;
}

/* ---- for steps and checks ---- */

/* Applies w, whose next is taken over; NULL next: f says why there is none. */
static bool add(struct catalog *c, struct write w, const struct failure *f,
                char why[160])
{
    bool ok = false;
    if (w.next)
        ok = state_apply(&c->state, c->files, &w, why) == APPLIED;
    else
        snprintf(why, 160, "%s", f->message ? f->message : "not possible");
    version_unref(w.next);
    return ok;
}

bool catalog_add_namespace(struct catalog *c, const char *ns, char why[160])
{
    struct arena a;
    struct ns_name name;
    arena_init(&a);
    struct failure f = {.arena = &a};
    struct write w = {.ns = &name};
    if (ns_from_dotted(ns, &name, &f)) {
        cJSON *properties = cJSON_CreateObject();
        json_set_str(properties, "location",
                     table_location(c, &name, NULL, &a));
        w.next = version_new_space(properties);
    }
    bool ok = add(c, w, &f, why);
    arena_fini(&a);
    return ok;
}

bool catalog_add_table(struct catalog *c, const char *ns, const cJSON *create,
                       char why[160])
{
    struct arena a;
    struct ns_name name;
    arena_init(&a);
    struct failure f = {.arena = &a};
    struct write w = {.ns = &name, .table = json_str(create, "name")};
    if (ns_from_dotted(ns, &name, &f) && name_check(w.table, "table name", &f))
        w.next = table_create(c, &name, w.table, create, &c->rng, &f);
    bool ok = add(c, w, &f, why);
    arena_fini(&a);
    return ok;
}

bool catalog_add_view(struct catalog *c, const char *ns, const char *view,
                      char why[160])
{
    struct arena a;
    struct ns_name name;
    arena_init(&a);
    struct failure f = {.arena = &a};
    struct write w = {.ns = &name, .table = view};
    if (ns_from_dotted(ns, &name, &f) && name_check(view, "view name", &f))
        w.next = view_plain(c, &name, view, &c->rng, &f);
    bool ok = add(c, w, &f, why);
    arena_fini(&a);
    return ok;
}

static struct entry *entry_of(const struct catalog *c, const char *ns,
                              const char *table)
{
    struct arena a;
    struct ns_name name;
    struct entry *e = NULL;
    arena_init(&a);
    struct failure f = {.arena = &a};
    if (ns_from_dotted(ns, &name, &f))
        e = table ? state_table(&c->state, &name, table)
                  : state_space(&c->state, &name);
    arena_fini(&a);
    return e;
}

bool catalog_namespace_exists(const struct catalog *c, const char *ns)
{
    return entry_seen(entry_of(c, ns, NULL), false) != NULL;
}

const cJSON *catalog_table(const struct catalog *c, const char *ns,
                           const char *name)
{
    struct version *v =
        entry_seen_as(entry_of(c, ns, name), false, VERSION_TABLE);
    return v ? version_tree(v) : NULL;
}

const char *catalog_table_location(const struct catalog *c, const char *ns,
                                   const char *name)
{
    const struct version *v =
        entry_seen_as(entry_of(c, ns, name), false, VERSION_TABLE);
    return v ? v->location : NULL;
}

cJSON *catalog_list(const struct catalog *c, const char *ns)
{
    cJSON *names = cJSON_CreateArray();
    const struct entry *space = entry_of(c, ns, NULL);
    const struct slot *slot;
    uint64_t after = 0;
    bool more = space != NULL;
    while (more && state_page(&space->tables, false, VERSION_TABLE, after,
                              &slot, 1, &more)) {
        cJSON_AddItemToArray(names, cJSON_CreateString(slot->entry->name));
        after = slot->serial;
    }
    return names;
}
