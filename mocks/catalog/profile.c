/* The profiles, and how they answer what is wrong. See profile.h. */
#include "mocks/catalog/profile.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/percent.h"
#include "base/utf8.h"
#include "mocks/catalog/inside.h"

enum { MINUTE_MS = 60000, SHOWN_MAX = 2000 };

static const char *const minimal[] = {"getConfig",
                                      "getToken",
                                      "listNamespaces",
                                      "createNamespace",
                                      "loadNamespace",
                                      "dropNamespace",
                                      "updateProperties",
                                      "listTables",
                                      "createTable",
                                      "loadTable",
                                      "updateTable",
                                      "dropTable",
                                      NULL};

/* clang-format off */
static const struct profile profiles[] = {
    {.name = "spec", .doc = "what the specification says"},
    {.name = "reference",
     .doc = "Apache Iceberg's reference server, quirks included",
     .separator = "%2E",
     .idempotency_ms = 30 * MINUTE_MS,
     .hides_keys = true,
     .unreadable = 500,
     .errors = {{"BadRequestException", 500, FORM_PAGE, NULL, 0},
                {"IllegalStateException", 500, FORM_MODEL, NULL, 0}},
     .refuses_paths = PATHS_AMBIGUOUS,
     .bare_names = true,
     .plus_is_blank = true,
     .tags_by_query = true,
     .pages_by_size = true,
     .plain_tokens = true,
     .refuses_overwrite = true,
     .view_summary = "Apache Iceberg 1.11.0 (commit "
                     "6976e020b894f6a6777704df2b8c4458cb291ae9)"},
    {.name = "minimal",
     .doc = "namespaces and tables, made, listed, loaded, committed to and "
            "dropped; no HEAD, no views, no renames, no transactions, and a "
            "plain-text 404 for what it does not have",
     .has = minimal},
    {.name = "prefixed",
     .doc = "hosted: the configuration moves clients to another uri, below "
            "which all but itself and the tokens lives, and gives a prefix",
     .prefix = "warehouses/main",
     .base = "/api/catalog"},
    {.name = "dot-separator",
     .doc = "namespace levels are joined with %2E; 0x1F is refused, as by a "
            "servlet container that takes no control characters in paths",
     .separator = "%2E",
     .refuses_paths = PATHS_CONTROL},
    {.name = "conflict-400",
     .doc = "conflicts are bad requests (apache/iceberg#16644, "
            "apache/polaris#5138)",
     .errors = {{"CommitFailedException", 400, FORM_MODEL, NULL, 0},
                {"AlreadyExistsException", 400, FORM_MODEL,
                 "BadRequestException", 0},
                {"NamespaceNotEmptyException", 400, FORM_MODEL, NULL, 0}}},
    {.name = "conflict-404",
     .doc = "what lost a race was not found",
     .errors = {{"CommitFailedException", 404, FORM_MODEL,
                 "NotFoundException", 0},
                {"AlreadyExistsException", 404, FORM_MODEL,
                 "NotFoundException", 0}}},
    {.name = "conflict-500",
     .doc = "a lost race is a server error (apache/amoro#4361)",
     .errors = {{"CommitFailedException", 500, FORM_MODEL,
                 "InternalServerError", 0},
                {"AlreadyExistsException", 500, FORM_MODEL,
                 "InternalServerError", 0}}},
    {.name = "conflict-503",
     .doc = "a lost race makes the service unavailable (apache/polaris#1989, "
            "#4646)",
     .errors = {{"CommitFailedException", 503, FORM_MODEL,
                 "ServiceUnavailableException", 0},
                {"AlreadyExistsException", 503, FORM_MODEL,
                 "ServiceUnavailableException", 0}}},
    {.name = "unknown-400",
     .doc = "a state that the catalog does not know is a bad request "
            "(apache/polaris#5145)",
     .errors = {{"CommitStateUnknownException", 400, FORM_MODEL, NULL, 0},
                {"InternalServerError", 400, FORM_MODEL,
                 "CommitStateUnknownException", 0},
                {"GatewayTimeoutException", 400, FORM_MODEL,
                 "CommitStateUnknownException", 0}}},
    {.name = "timeout-409",
     .doc = "a time-out inside the catalog is told as a conflict",
     .errors = {{"CommitStateUnknownException", 409, FORM_MODEL,
                 "CommitFailedException", 0},
                {"GatewayTimeoutException", 409, FORM_MODEL,
                 "CommitFailedException", 0}}},
    {.name = "absent-400",
     .doc = "what is not there is a bad request",
     .errors = {{"NoSuchNamespaceException", 400, FORM_MODEL,
                 "BadRequestException", 0},
                {"NoSuchTableException", 400, FORM_MODEL,
                 "BadRequestException", 0},
                {"NoSuchViewException", 400, FORM_MODEL,
                 "BadRequestException", 0}}},
    {.name = "absent-403",
     .doc = "what is not there is forbidden, so that names are not given away",
     .errors = {{"NoSuchNamespaceException", 403, FORM_MODEL,
                 "ForbiddenException", 0},
                {"NoSuchTableException", 403, FORM_MODEL,
                 "ForbiddenException", 0},
                {"NoSuchViewException", 403, FORM_MODEL,
                 "ForbiddenException", 0}}},
    {.name = "absent-500",
     .doc = "what is not there, or has lost its metadata file, is a server "
            "error (Altinity/ice#57)",
     .errors = {{"NoSuchNamespaceException", 500, FORM_MODEL,
                 "InternalServerError", 0},
                {"NoSuchTableException", 500, FORM_MODEL,
                 "InternalServerError", 0},
                {"NoSuchViewException", 500, FORM_MODEL,
                 "InternalServerError", 0},
                {"NotFoundException", 500, FORM_MODEL,
                 "InternalServerError", 0}}},
    {.name = "any-absent",
     .doc = "everything that is not there is told by one type, "
            "NotFoundException",
     .errors = {{"NoSuchNamespaceException", 404, FORM_MODEL,
                 "NotFoundException", 0},
                {"NoSuchTableException", 404, FORM_MODEL,
                 "NotFoundException", 0},
                {"NoSuchViewException", 404, FORM_MODEL,
                 "NotFoundException", 0}}},
    {.name = "errors-200",
     .doc = "the error model under status 200",
     .errors = {{"*", 0, FORM_UNDER_200, NULL, 0}}},
    {.name = "errors-bare",
     .doc = "the status alone, without a body (trinodb/trino#15586)",
     .errors = {{"*", 0, FORM_BARE, NULL, 0}}},
    {.name = "errors-text",
     .doc = "the message alone, as plain text",
     .errors = {{"*", 0, FORM_TEXT, NULL, 0}}},
    {.name = "codes-lie",
     .doc = "the code in the body is 409 whatever the status",
     .errors = {{"*", 0, FORM_MODEL, NULL, 409}}},
};
/* clang-format on */

const char *const profile_words[] = {
    "spec",          "reference",    "minimal",      "prefixed",
    "dot-separator", "conflict-400", "conflict-404", "conflict-500",
    "conflict-503",  "unknown-400",  "timeout-409",  "absent-400",
    "absent-403",    "absent-500",   "any-absent",   "errors-200",
    "errors-bare",   "errors-text",  "codes-lie",    NULL};

const struct profile *profile_at(int number)
{
    return &profiles[number];
}

/* ---- pages of a servlet container ---- */

static const char *own_url(struct exchange *x)
{
    struct slice host = http_header(x->request, "host");
    struct slice target = x->request->target;
    if (target.len > SHOWN_MAX)
        target.len = SHOWN_MAX;
    return arena_printf(&x->arena, "http://" SLICE_FMT SLICE_FMT,
                        SLICE_ARG(host), SLICE_ARG(target));
}

static void page(struct exchange *x, int status, const char *message)
{
    cJSON *body = cJSON_CreateObject();
    json_set_str(body, "message", message);
    json_set_str(body, "url", own_url(x));
    json_set_str(body, "status", arena_printf(&x->arena, "%d", status));
    exchange_answer_json(x, status, body);
    cJSON_Delete(body);
}

static void html_page(struct exchange *x, int status, const char *message)
{
    const char *text = arena_printf(
        &x->arena,
        "<html>\n<head>\n<title>Error %d %s</title>\n</head>\n<body>\n"
        "<h2>HTTP ERROR %d %s</h2>\n</body>\n</html>\n",
        status, message, status, message);
    exchange_answer(x, status, "text/html;charset=iso-8859-1", slice_of(text));
}

/* ---- failures ---- */

bool profile_has(const struct profile *p, const char *operation)
{
    for (size_t i = 0; p->has && p->has[i]; i++)
        if (strcmp(p->has[i], operation) == 0)
            return true;
    return !p->has;
}

static const struct profile_error *row_of(const struct profile *p,
                                          const char *type)
{
    const struct profile_error *e = p->errors;
    while (e->type && strcmp(e->type, type) != 0 && strcmp(e->type, "*") != 0)
        e++;
    return e;
}

static void model(struct exchange *x, const char *type, int status, int code,
                  const char *message)
{
    error_answer(x, type, code ? code : status, message);
    x->answer.status = status;
}

static void in_form(struct exchange *x, const struct profile_error *e,
                    const char *type, int status, const char *message)
{
    bool head = slice_eqz(x->request->method, "HEAD");
    switch (e->form) {
    case FORM_PAGE:
        page(x, status, message);
        break;
    case FORM_TEXT:
        exchange_answer(x, status, "text/plain", slice_of(message));
        break;
    case FORM_BARE:
        exchange_answer_empty(x, status);
        break;
    case FORM_UNDER_200:
        model(x, type, head ? status : 200, status, message);
        break;
    case FORM_MODEL:
        model(x, type, status, e->code, message);
        break;
    }
}

void profile_answer(const struct profile *p, struct exchange *x,
                    const struct failure *f)
{
    const struct profile_error *e = row_of(p, f->type);
    if (f->reading && p->unreadable)
        page(x, p->unreadable, f->message);
    else
        in_form(x, e, e->as ? e->as : f->type,
                e->status ? e->status : f->status, f->message);
}

void profile_error(struct exchange *x, const char *type, int status,
                   const char *message)
{
    const struct catalog *c = x->service->state;
    const struct service_error *own = error_find(type);
    if (status || !own) {
        error_answer(x, type, status, message);
        return;
    }
    profile_answer(
        c->profile, x,
        &(struct failure){.type = type,
                          .status = own->status,
                          .message = message ? message : own->message});
}

/* ---- paths and queries ---- */

static bool has_escape(struct slice path, const char *escape)
{
    for (size_t i = 0; i + 3 <= path.len; i++)
        if (strncasecmp(path.p + i, escape, 3) == 0)
            return true;
    return false;
}

static bool escaped_slash(struct slice path)
{
    return has_escape(path, "%2F");
}

static bool escaped_percent(struct slice path)
{
    return has_escape(path, "%25");
}

/* A segment that is nothing but dots, at least one of them escaped. */
static bool escaped_dots(struct slice path)
{
    static const char *const dots[] = {"%2E", "%2E%2E", ".%2E", "%2E."};
    while (path.len > 0) {
        const char *end = memchr(path.p, '/', path.len);
        size_t n = end ? (size_t)(end - path.p) : path.len;
        for (size_t i = 0; i < sizeof dots / sizeof *dots; i++)
            if (strlen(dots[i]) == n && strncasecmp(path.p, dots[i], n) == 0)
                return true;
        n += end != NULL;
        path.p += n;
        path.len -= n;
    }
    return false;
}

static bool empty_segment(struct slice path)
{
    for (size_t i = 1; i < path.len; i++)
        if (path.p[i] == '/' && path.p[i - 1] == '/')
            return true;
    return false;
}

static bool illegal_character(struct slice path)
{
    for (size_t i = 0; i < path.len; i++)
        if (path.p[i] && strchr("|<>\"{}^`", path.p[i]))
            return true;
    return false;
}

/* The three that follow judge the path with its escapes undone. */
static bool bad_escape(struct slice path)
{
    return memchr(path.p, 0, path.len) != NULL;
}

static bool control_character(struct slice path)
{
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.p[i];
        if (c < 0x20 || c == 0x7f || c == '\\')
            return true;
    }
    return false;
}

static bool not_utf8(struct slice path)
{
    while (path.len > 0) {
        size_t n = utf8_length(path.p, path.len);
        if (n == 0)
            return true;
        path.p += n;
        path.len -= n;
    }
    return false;
}

static const struct path_rule {
    bool (*broken)(struct slice path);
    bool decoded, html;
    const char *message;
} path_rules[] = {
    {bad_escape, true, true, "Bad Request"},
    {escaped_slash, false, false, "Ambiguous URI path separator"},
    {escaped_percent, false, false, "Ambiguous URI path encoding"},
    {escaped_dots, false, false, "Ambiguous URI path segment"},
    {empty_segment, false, false, "Ambiguous URI empty segment"},
    {not_utf8, true, false, "Bad UTF-8 encoding"},
    {control_character, true, false, "Suspicious Path Character"},
    {illegal_character, false, false, "Illegal Path Character"},
};

static const struct path_rule query_rule = {NULL, true, false,
                                            "Unable to parse URI query"};

static bool query_broken(struct slice raw)
{
    struct str plain;
    str_init(&plain, raw.len + 1);
    bool broken =
        !percent_decode(&plain, raw, true) || not_utf8(str_slice(&plain));
    str_fini(&plain);
    return broken;
}

/* Everything that could be read in two ways. */
static const struct path_rule *ambiguous(const struct exchange *x)
{
    struct slice raw = x->request->path;
    const struct path_rule *broken = NULL;
    struct str plain;
    str_init(&plain, raw.len + 1);
    if (!percent_decode(&plain, raw, false))
        broken = &path_rules[0];
    size_t n = sizeof path_rules / sizeof *path_rules;
    for (size_t i = 0; i < n && !broken; i++)
        if (path_rules[i].broken(path_rules[i].decoded ? str_slice(&plain)
                                                       : raw))
            broken = &path_rules[i];
    str_fini(&plain);
    return broken || !query_broken(x->request->query) ? broken : &query_rule;
}

/* NULL: nothing is wrong with it. */
static const struct path_rule *path_judge(const struct profile *p,
                                          const struct exchange *x)
{
    static const struct path_rule control = {NULL, true, false,
                                             "Suspicious Path Character"};
    struct str plain;
    if (p->refuses_paths != PATHS_CONTROL)
        return p->refuses_paths ? ambiguous(x) : NULL;
    str_init(&plain, x->request->path.len + 1);
    bool broken = percent_decode(&plain, x->request->path, false) &&
                  control_character(str_slice(&plain));
    str_fini(&plain);
    return broken ? &control : NULL;
}

bool profile_refuses(const struct profile *p, const struct exchange *x)
{
    return path_judge(p, x) != NULL;
}

bool profile_refuse(const struct profile *p, struct exchange *x)
{
    const struct path_rule *rule = path_judge(p, x);
    if (!rule)
        return false;
    (rule->html ? html_page : page)(x, 400, rule->message);
    return true;
}
