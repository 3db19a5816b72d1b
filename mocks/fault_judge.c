/* fault_judge: refuses rules that make no sense, with what would.
 *
 * A phase that the action cannot have, an operation or error that no server
 * has, members of a match that exclude each other, parameters of the wrong
 * phase, counts that cannot be reached.
 */
#include <string.h>

#include "base/json.h"
#include "mocks/catalog/catalog.h"
#include "mocks/exchange.h"
#include "mocks/fault_rule.h"
#include "mocks/s3/s3.h"

enum { MOST_WORDS = 256, MOST_BYTES = 1 << 30, MOST_DAMAGE = 16 << 20 };

/* ---- words of the services ------------------------------------------------
 */

static const struct operation *operations_of(unsigned server)
{
    return server == 1 ? catalog_operations : s3_operations;
}

static const struct service_error *errors_of(unsigned server)
{
    return server == 1 ? catalog_errors : s3_errors;
}

unsigned fault_operation_servers(const char *operation)
{
    unsigned found = 0;
    for (unsigned s = 1; s <= 2; s++)
        for (const struct operation *o = operations_of(s); o->name; o++)
            if (!strcmp(o->name, operation))
                found |= s;
    return found;
}

unsigned fault_error_servers(const char *type)
{
    unsigned found = 0;
    for (unsigned s = 1; s <= 2; s++)
        for (const struct service_error *r = errors_of(s); r->name; r++)
            if (!strcmp(r->name, type))
                found |= s;
    return found;
}

bool fault_operation_known(const char *server, const char *operation)
{
    unsigned of = server ? fault_server_bit(server) : 3;
    return (fault_operation_servers(operation) & of) != 0;
}

static const char *nearest_operation(const char *word, unsigned servers)
{
    const char *words[MOST_WORDS + 1];
    size_t n = 0;
    for (unsigned s = 1; s <= 2; s++) {
        if (!(servers & s))
            continue;
        for (const struct operation *o = operations_of(s); o->name; o++)
            if (n < MOST_WORDS)
                words[n++] = o->name;
    }
    words[n] = NULL;
    return spec_nearest(word, words);
}

static const char *nearest_error(const char *word, unsigned servers)
{
    const char *words[MOST_WORDS + 1];
    size_t n = 0;
    for (unsigned s = 1; s <= 2; s++) {
        if (!(servers & s))
            continue;
        for (const struct service_error *r = errors_of(s); r->name; r++)
            if (n < MOST_WORDS)
                words[n++] = r->name;
    }
    words[n] = NULL;
    return spec_nearest(word, words);
}

/* "did you mean 'x'?" or what fits otherwise. */
static bool fail_unknown(struct spec_error *e, const cJSON *node,
                         const char *what, const char *near)
{
    if (near)
        return spec_fail(e, node, "unknown %s '%.60s': did you mean '%s'?",
                         what, node->valuestring, near);
    return spec_fail(e, node, "unknown %s '%.60s'", what, node->valuestring);
}

/* ---- judging: what cannot be ----------------------------------------------
 */

static void phases_text(const struct fault_action *a, struct str *out)
{
    unsigned left = a->phases;
    for (unsigned i = 0; i < FAULT_PHASES; i++) {
        if (!(left & 1u << i))
            continue;
        left &= ~(1u << i);
        str_addf(out, "%s%s",
                 !out->len ? ""
                 : left    ? ", "
                           : " or ",
                 fault_phase_names[i]);
    }
}

static bool judge_phase(struct fault_entry *f, struct spec_error *e)
{
    const struct fault_action *a = f->rule.action;
    unsigned phase = (unsigned)f->rule.phase;
    bool given = phase != FAULT_PHASES, good = true;
    struct str can;

    str_init(&can, 64);
    phases_text(a, &can);
    if (given && !(a->phases & 1u << phase))
        good = spec_fail(e, json_get(f->tree, "phase"),
                         "'%s' cannot be of phase %s: its phase is %s", a->name,
                         fault_phase_names[phase], str_z(&can));
    else if (!given && (a->phases & (a->phases - 1)))
        good = spec_fail(e, f->do_, "'%s' needs a phase: %s", a->name,
                         str_z(&can));
    str_fini(&can);
    for (unsigned i = 0; !given && i < FAULT_PHASES; i++)
        if (a->phases == 1u << i)
            f->rule.phase = (enum fault_phase)i;
    return good;
}

/* A connection has no operation yet. */
static bool judge_level(const struct fault_entry *f, struct spec_error *e)
{
    static const char *const fit[] = {"server", "connection", "nth", "every",
                                      "chance", "from",       "for"};
    const cJSON *m;
    if (f->rule.action->level != FAULT_CONNECTION)
        return true;
    cJSON_ArrayForEach(m, json_get(f->tree, "match"))
    {
        bool fits = false;
        for (size_t i = 0; i < sizeof(fit) / sizeof(fit[0]); i++)
            fits |= !strcmp(m->string, fit[i]);
        if (fits)
            continue;
        spec_fail(e, m,
                  "'%s' meets connections, which have no %s: match server, "
                  "connection, nth, every, chance, from and for",
                  f->rule.action->name, m->string);
        e->at_key = true;
        return false;
    }
    return true;
}

static bool judge_method(const struct fault_entry *f, struct spec_error *e)
{
    static const char *const methods[] = {"GET",    "HEAD",  "PUT",     "POST",
                                          "DELETE", "PATCH", "OPTIONS", NULL};
    if (!f->match.method)
        return true;
    for (size_t i = 0; methods[i]; i++)
        if (!strcmp(methods[i], f->match.method))
            return true;
    const cJSON *node = json_get(json_get(f->tree, "match"), "method");
    return spec_fail(e, node,
                     "unknown method '%.20s': GET, HEAD, PUT, POST, DELETE, "
                     "PATCH or OPTIONS",
                     f->match.method);
}

/* Narrows the servers; where none is left, says why at that member. */
static bool narrow(struct fault_entry *f, const char *key, unsigned to,
                   struct spec_error *e)
{
    const cJSON *node = json_get(json_get(f->tree, "match"), key);
    unsigned was = f->match.servers;
    if (!node)
        return true;
    f->match.servers &= to;
    if (f->match.servers)
        return true;
    return spec_fail(e, node, "%s belongs to server %s, and this rule to %s",
                     key, fault_server_names[to - 1],
                     fault_server_names[was - 1]);
}

static bool judge_operation(struct fault_entry *f, struct spec_error *e)
{
    const cJSON *node = json_get(json_get(f->tree, "match"), "operation");
    if (!f->match.operation)
        return true;
    unsigned of = fault_operation_servers(f->match.operation);
    if (!of)
        return fail_unknown(
            e, node, "operation",
            nearest_operation(f->match.operation, f->match.servers));
    if (of == 3)
        return true;
    if (of & f->match.servers) {
        f->match.servers &= of;
        return true;
    }
    return spec_fail(e, node, "operation '%.60s' is of server %s, not %s",
                     f->match.operation, fault_server_names[of - 1],
                     fault_server_names[f->match.servers - 1]);
}

static bool judge_error(struct fault_entry *f, const cJSON *value,
                        struct spec_error *e)
{
    const char *type = f->rule.params.type;
    const cJSON *node = json_get(value, "type");
    if (f->rule.action->kind != FAULT_ERROR)
        return true;
    if (!node)
        node = value;
    unsigned of = fault_error_servers(type);
    if (of & f->match.servers) {
        f->match.servers &= of;
        return true;
    }
    const char *near = nearest_error(type, f->match.servers);
    if (of)
        return spec_fail(e, node, "error '%.60s' is of server %s, not %s", type,
                         fault_server_names[of - 1],
                         fault_server_names[f->match.servers - 1]);
    if (near)
        return spec_fail(e, node, "unknown error '%.60s': did you mean '%s'?",
                         type, near);
    return spec_fail(e, node,
                     "unknown error '%.60s': for an answer of your own there "
                     "is the action 'status'",
                     type);
}

static bool judge_servers(struct fault_entry *f, const cJSON *value,
                          struct spec_error *e)
{
    const struct fault_action *a = f->rule.action;

    f->match.servers = f->match.server < 0 ? 3 : 1u << f->match.server;
    if (!judge_operation(f, e) || !narrow(f, "namespace", 1, e) ||
        !narrow(f, "table", 1, e) || !narrow(f, "view", 1, e) ||
        !narrow(f, "bucket", 2, e) || !narrow(f, "key", 2, e))
        return false;
    if (!(f->match.servers & a->servers))
        return spec_fail(e, f->do_, "'%s' works on server %s only", a->name,
                         fault_server_names[a->servers - 1]);
    f->match.servers &= a->servers;
    return judge_error(f, value, e);
}

/* ---- judging: parameters --------------------------------------------------
 */

/* Where the bytes are cut. "after" may also end after so many bytes of the
 * answer: in that it is like "during". */
static bool judge_place(struct fault_entry *f, const cJSON *given,
                        struct spec_error *e)
{
    struct fault_params *p = &f->rule.params;
    const cJSON *byte = json_get(given, "at_byte"), *at = json_get(given, "at");
    const cJSON *of = json_get(given, "of");
    const cJSON *any = byte ? byte : at ? at : of;

    if (byte && at)
        return spec_fail(e, at, "at_byte and at exclude each other");
    if (any && f->rule.phase != FAULT_DURING) {
        if (f->rule.phase != FAULT_AFTER ||
            f->rule.action->level != FAULT_ENDING)
            return spec_fail(e, any,
                             "'%s' is about the bytes: it needs phase during",
                             any->string);
        if (p->of == FAULT_OF_REQUEST)
            return spec_fail(e, of,
                             "a request is cut before the server acts: of: "
                             "request needs phase during");
    }
    p->placed = byte || at;
    if (byte)
        p->at = FAULT_AT_NONE;
    if (at && p->at == FAULT_AT_NONE)
        p->at_byte = -1;
    return true;
}

static bool judge_delay(const struct fault_entry *f, const cJSON *given,
                        struct spec_error *e)
{
    const struct fault_params *p = &f->rule.params;
    const cJSON *most = json_get(given, "most");
    const cJSON *sigma = json_get(given, "sigma");

    if (most && p->shape == FAULT_FIXED)
        return spec_fail(e, most, "most needs shape uniform or lognormal");
    if (sigma && p->shape != FAULT_LOGNORMAL)
        return spec_fail(e, sigma, "sigma needs shape lognormal");
    if (p->shape == FAULT_UNIFORM && !most)
        return spec_fail(e, json_get(given, "shape"),
                         "shape uniform needs most: the longest delay");
    if (most && p->most_ms < p->ms)
        return spec_fail(e, most, "most is shorter than time");
    return true;
}

static bool judge_sizes(const struct fault_entry *f, const cJSON *given,
                        struct spec_error *e)
{
    const struct fault_params *p = &f->rule.params;
    int64_t most = MOST_BYTES;
    const cJSON *bytes = json_get(given, "bytes");
    const cJSON *status = json_get(given, "status");

    if (f->rule.action->kind == FAULT_CORRUPT ||
        f->rule.action->kind == FAULT_GARBAGE ||
        (f->rule.action->kind == FAULT_HUGE && p->what == FAULT_HUGE_HEADERS))
        most = MOST_DAMAGE;
    if (bytes && (p->bytes < 1 || p->bytes > most))
        return spec_fail(e, bytes, "bytes is from 1 to %lldMiB",
                         (long long)(most >> 20));
    if (f->rule.action->kind == FAULT_LATE_APPLY && status &&
        p->then != FAULT_THEN_ANSWER)
        return spec_fail(e, status, "status needs then: answer");
    return true;
}

static bool token(const char *z)
{
    static const char other[] = "!#$%&'*+-.^_`|~0123456789"
                                "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return *z && z[strspn(z, other)] == '\0';
}

static bool judge_headers(const cJSON *map, bool texts, struct spec_error *e)
{
    const cJSON *h;
    cJSON_ArrayForEach(h, map)
    {
        if (!token(h->string)) {
            spec_fail(e, h, "'%.40s' is no header name", h->string);
            e->at_key = true;
            return false;
        }
        if (texts && !cJSON_IsString(h))
            return spec_fail(e, h, "a glob for '%.40s' is wanted: quote it",
                             h->string);
    }
    return true;
}

static bool judge_params(struct fault_entry *f, const cJSON *value,
                         struct spec_error *e)
{
    const cJSON *given = f->made ? f->made : value;
    if (judge_place(f, given, e) && judge_sizes(f, given, e) &&
        (f->rule.action->kind != FAULT_DELAY || judge_delay(f, given, e)) &&
        judge_headers(f->rule.params.headers, false, e) &&
        judge_headers(f->match.header, true, e))
        return true;
    return false;
}

/* ---- judging: counts ------------------------------------------------------
 */

static int64_t default_times(const struct fault_entry *f)
{
    const struct fault_match *m = &f->match;
    bool connections = f->rule.action->level == FAULT_CONNECTION;

    if ((m->has_nth && m->nth.first != m->nth.last) || m->every ||
        m->has_chance || m->has_for || f->rule.action->kind == FAULT_DOWN)
        return FAULT_MOST_TIMES;
    if (connections && m->has_connection &&
        m->connection.first != m->connection.last)
        return FAULT_MOST_TIMES;
    return 1;
}

static bool judge_which(const struct fault_entry *f, struct spec_error *e)
{
    const struct fault_match *m = &f->match;
    const cJSON *match = json_get(f->tree, "match");

    if (m->has_nth && m->every)
        return spec_fail(e, json_get(match, "every"),
                         "nth and every exclude each other");
    if (m->has_chance && m->chance <= 0)
        return spec_fail(e, json_get(match, "chance"),
                         "a chance is above 0 and at most 1");
    if (m->has_for && m->for_ms <= 0)
        return spec_fail(e, json_get(match, "for"), "for 0 is never");
    return true;
}

static bool judge_counts(struct fault_entry *f, struct spec_error *e)
{
    const struct fault_match *m = &f->match;
    int64_t said = f->times, can = said ? said : default_times(f);

    f->times = can;
    if (m->has_nth && m->nth.last - m->nth.first < can) {
        int64_t most = m->nth.last - m->nth.first + 1;
        if (said > most && said != FAULT_MOST_TIMES)
            return spec_fail(e, json_get(f->tree, "times"),
                             "nth names %lld exchange%s, times wants %lld",
                             (long long)most, most == 1 ? "" : "s",
                             (long long)said);
        can = most < can ? most : can;
    }
    if (f->fires.first > can)
        return spec_fail(e, json_get(f->tree, "fires"),
                         "it can fire %lld time%s, and fires wants %lld",
                         (long long)can, can == 1 ? "" : "s",
                         (long long)f->fires.first);
    return true;
}

static bool judge_id(const struct fault_entry *f, struct spec_error *e)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const char *id = f->rule.id;
    size_t n = strlen(id);
    if (n >= 1 && n <= FAULT_ID_SIZE && id[strspn(id, good)] == '\0')
        return true;
    return spec_fail(e, json_get(f->tree, "id"),
                     "an id is 1 to %d letters, digits, '-', '_' or '.'",
                     FAULT_ID_SIZE);
}

/* ---- the whole -------------------------------------------------------------
 */

bool fault_judge_kind(struct fault_entry *f, struct spec_error *e)
{
    return judge_id(f, e) && judge_phase(f, e) && judge_level(f, e);
}

bool fault_judge(struct fault_entry *f, const cJSON *value,
                 struct spec_error *e)
{
    return judge_method(f, e) && judge_servers(f, value, e) &&
           judge_params(f, value, e) && judge_which(f, e) && judge_counts(f, e);
}
