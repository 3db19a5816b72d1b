/* The catalog's errors: names, status codes, and the error model's envelope. */
#include <stdarg.h>
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/catalog.h"
#include "mocks/catalog/errors.h"
#include "mocks/catalog/inside.h"

const struct service_error catalog_errors[] = {
    {"BadRequestException", 400, "Malformed request"},
    {"IllegalArgumentException", 400, "Invalid argument"},
    {"ValidationException", 400, "Validation failed"},
    {"IllegalStateException", 400, "Not possible in this state"},
    {"NotAuthorizedException", 401, "Not authorized"},
    {"ForbiddenException", 403, "Forbidden"},
    {"NoSuchNamespaceException", 404, "Namespace does not exist"},
    {"NoSuchTableException", 404, "Table does not exist"},
    {"NoSuchViewException", 404, "View does not exist"},
    {"NoSuchWarehouseException", 404, "Warehouse does not exist"},
    {"NotFoundException", 404, "Failed to open input stream for file"},
    {"UnsupportedOperationException", 406, "Unsupported operation"},
    {"AlreadyExistsException", 409, "Already exists"},
    {"NamespaceNotEmptyException", 409, "Namespace is not empty"},
    {"CommitFailedException", 409, "Requirement failed"},
    {"AuthenticationTimeoutException", 419, "Credentials have timed out"},
    {"UnprocessableEntityException", 422, "Unprocessable entity"},
    {"TooManyRequestsException", 429, "Too many requests"},
    {"InternalServerError", 500, "Internal server error"},
    {"RuntimeIOException", 500, "Failed to write metadata file"},
    {"CommitStateUnknownException", 500, "Commit state is unknown"},
    {"BadGatewayException", 502, "Bad gateway"},
    {"SlowDownException", 503, "Slow down"},
    {"ServiceUnavailableException", 503, "Service unavailable"},
    {"GatewayTimeoutException", 504, "Gateway timeout"},
    {0},
};

const struct service_error *error_find(const char *type)
{
    for (const struct service_error *e = catalog_errors; e->name; e++)
        if (strcmp(e->name, type) == 0)
            return e;
    return NULL;
}

bool fail(struct failure *f, const char *type, const char *fmt, ...)
{
    if (f->type)
        return false;
    const struct service_error *e = error_find(type);
    va_list ap;
    va_start(ap, fmt);
    f->message = arena_vprintf(f->arena, fmt, ap);
    va_end(ap);
    f->type = type;
    f->status = e ? e->status : 500;
    return false;
}

void error_answer(struct exchange *x, const char *type, int status,
                  const char *message)
{
    const struct service_error *e = error_find(type);
    if (!status)
        status = e ? e->status : 500;
    if (!message)
        message = e ? e->message : type;
    cJSON *body = cJSON_CreateObject();
    cJSON *error = cJSON_AddObjectToObject(body, "error");
    json_set_str(error, "message", message);
    json_set_str(error, "type", type);
    json_set_i64(error, "code", status);
    exchange_answer_json(x, status, body);
    cJSON_Delete(body);
    if (status == 401)
        answer_set(&x->answer, &x->arena, "WWW-Authenticate", "Bearer");
}

void error_bad_request(struct exchange *x, int status, const char *reason)
{
    error_answer(x, "BadRequestException", status, reason);
}

/* What a method earns where the path is known and the method is not. */
static int method_status(struct slice method)
{
    static const struct {
        const char *method;
        int status;
    } rows[] = {{"GET", 400},
                {"HEAD", 400},
                {"POST", 400},
                {"DELETE", 400},
                {"OPTIONS", 200}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (slice_eqz(method, rows[i].method))
            return rows[i].status;
    return 405;
}

void error_no_route(struct exchange *x)
{
    struct slice path = x->request->path;
    const struct catalog *c = x->service->state;
    if (profile_refuse(c->profile, x))
        return;
    if (c->profile->has) {
        exchange_answer(x, 404, "text/plain", SLICE_LIT("404 page not found"));
        return;
    }
    int status = method_status(x->request->method);
    const char *allow = route_methods(c, x);
    if (*allow && status != 400)
        answer_set(&x->answer, &x->arena, "Allow", "%s", allow);
    if (*allow && status == 200) {
        exchange_answer_empty(x, 200);
        return;
    }
    if (path.len > 0 && path.p[0] == '/') {
        path.p++;
        path.len--;
    }
    if (path.len > 1000)
        path.len = 1000;
    error_answer(x, "BadRequestException",
                 *allow && status != 200 ? status : 400,
                 arena_printf(&x->arena, "No route for request: %.*s %.*s",
                              (int)x->request->method.len, x->request->method.p,
                              SLICE_ARG(path)));
}
