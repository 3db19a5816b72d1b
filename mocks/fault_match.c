/* fault_match: what an exchange or a connection is to a rule. */
#include <string.h>

#include "base/rng.h"
#include "mocks/exchange.h"
#include "mocks/fault_rule.h"

const char *const fault_server_names[] = {"catalog", "s3", NULL};

const char *const fault_criterion_names[CRITERIA] = {
    [CRITERION_SERVER] = "server",
    [CRITERION_OPERATION] = "operation",
    [CRITERION_METHOD] = "method",
    [CRITERION_NAMESPACE] = "namespace",
    [CRITERION_TABLE] = "table",
    [CRITERION_VIEW] = "view",
    [CRITERION_BUCKET] = "bucket",
    [CRITERION_KEY] = "key",
    [CRITERION_PATH] = "path",
    [CRITERION_HEADER] = "header",
    [CRITERION_CONNECTION] = "connection",
    [CRITERION_TIME] = "time"};

unsigned fault_server_bit(const char *server)
{
    for (unsigned i = 0; fault_server_names[i]; i++)
        if (server && !strcmp(fault_server_names[i], server))
            return 1u << i;
    return 0;
}

static bool same(const char *wanted, const char *is)
{
    return !wanted || (is && !strcmp(wanted, is));
}

static bool like(const char *glob, struct slice is)
{
    return !glob || (is.p && slice_glob(glob, is));
}

static bool range_has(const struct spec_range *r, uint64_t n)
{
    return n >= (uint64_t)r->first && n <= (uint64_t)r->last;
}

static bool headers_match(const cJSON *wanted, const struct http_request *r)
{
    const cJSON *h;
    cJSON_ArrayForEach(h, wanted)
    {
        struct slice is = r ? http_header(r, h->string) : (struct slice){0};
        if (!like(h->valuestring, is))
            return false;
    }
    return true;
}

bool fault_match_time(const struct fault_match *m, int64_t since_ms)
{
    if (since_ms < m->from_ms)
        return false;
    return !m->has_for || since_ms - m->from_ms < m->for_ms;
}

/* Names and request: everything of which one exchange is enough. */
static enum fault_criterion match_names(const struct fault_match *m,
                                        const struct exchange *x)
{
    const struct exchange_names *n = &x->names;
    struct slice none = {0};

    if (!same(m->operation, x->op ? x->op->name : NULL))
        return CRITERION_OPERATION;
    if (m->method && !(x->request && slice_eqz(x->request->method, m->method)))
        return CRITERION_METHOD;
    if (!like(m->namespace_, slice_of(n->namespace_)))
        return CRITERION_NAMESPACE;
    if (!like(m->table, slice_of(n->table)))
        return CRITERION_TABLE;
    if (!like(m->view, slice_of(n->view)))
        return CRITERION_VIEW;
    if (!like(m->bucket, slice_of(n->bucket)))
        return CRITERION_BUCKET;
    if (!like(m->key, slice_of(n->key)))
        return CRITERION_KEY;
    if (!like(m->path, x->request ? x->request->path : none))
        return CRITERION_PATH;
    if (!headers_match(m->header, x->request))
        return CRITERION_HEADER;
    return CRITERIA;
}

enum fault_criterion fault_match_exchange(const struct fault_match *m,
                                          const struct exchange *x,
                                          int64_t since_ms)
{
    if (!(m->servers & fault_server_bit(x->service->name)))
        return CRITERION_SERVER;
    enum fault_criterion c = match_names(m, x);
    if (c != CRITERIA)
        return c;
    if (m->has_connection && !range_has(&m->connection, x->connection_ordinal))
        return CRITERION_CONNECTION;
    return fault_match_time(m, since_ms) ? CRITERIA : CRITERION_TIME;
}

enum fault_criterion fault_match_connection(const struct fault_match *m,
                                            const char *server,
                                            uint64_t ordinal, int64_t since_ms)
{
    if (!(m->servers & fault_server_bit(server)))
        return CRITERION_SERVER;
    if (m->has_connection && !range_has(&m->connection, ordinal))
        return CRITERION_CONNECTION;
    return fault_match_time(m, since_ms) ? CRITERIA : CRITERION_TIME;
}

bool fault_match_due(const struct fault_entry *f, uint64_t seed, uint64_t n)
{
    const struct fault_match *m = &f->match;

    if (f->rule.fired >= (uint64_t)f->times)
        return false;
    if (m->has_nth && !range_has(&m->nth, n))
        return false;
    if (m->every && n % (uint64_t)m->every)
        return false;
    return !m->has_chance ||
           rng_unit(rng_hash(seed, f->rule.id, n, 0)) < m->chance;
}
