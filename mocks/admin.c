/* The admin interface of a running mock; see admin.h. */
#include "mocks/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/percent.h"
#include "base/spec.h"
#include "mocks/mock_inside.h"

#define ROOT "/icefault/v1/"

enum {
    PAGE = 1000,         /* journal entries of one answer */
    MOST_WAITS = 256,    /* under way at once */
    WAIT_MS = 10 * 1000, /* when no time-out was given */
    MOST_WAIT_MS = 300 * 1000,
    LOOK_MS = 1, /* waits look at the journal so long after it has changed */
    MOST_TEXT = 64 << 10
};

/* What a wait asks of journal entries. */
struct condition {
    const char *server, *operation, *method, *table, *ended;
    int64_t status, count, since, timeout_ms;
};

#define AT(member) .offset = offsetof(struct condition, member)

static const struct spec_field condition_fields[] = {
    {.name = "server", .type = SPEC_STRING, AT(server)},
    {.name = "operation", .type = SPEC_STRING, AT(operation)},
    {.name = "method", .type = SPEC_STRING, AT(method)},
    {.name = "table", .type = SPEC_STRING, AT(table)},
    {.name = "ended", .type = SPEC_STRING, AT(ended)},
    {.name = "status", .type = SPEC_INT, AT(status), .min = 100, .max = 599},
    {.name = "count", .type = SPEC_INT, AT(count), .min = 1, .max = 100000},
    {.name = "since", .type = SPEC_INT, AT(since), .min = 0, .max = INT64_MAX},
    {.name = "timeout", .type = SPEC_DURATION, AT(timeout_ms)},
    {0}};

struct waiter { /* lives in its exchange's arena */
    struct waiter *next;
    struct exchange *x;
    struct condition c;
    int64_t until_ms;
};

struct admin {
    struct mock *mock;
    struct service service;
    uv_timer_t timer; /* runs while someone waits */
    bool news;        /* the journal has changed since waits looked at it */
    struct waiter *waiters;
    size_t n_waiters;
};

static struct admin *admin_of(const struct exchange *x)
{
    return x->service->state;
}

/* ---- errors ----------------------------------------------------------------
 */

static void answer_problem(struct exchange *x, int status, const char *type,
                           const char *path, const char *message)
{
    cJSON *body = cJSON_CreateObject(), *e = cJSON_CreateObject();

    json_set_str(e, "type", type);
    json_set_str(e, "message", message);
    if (path && *path)
        json_set_str(e, "path", path);
    json_set(body, "error", e);
    exchange_answer_json(x, status, body);
    cJSON_Delete(body);
}

static void answer_error(struct exchange *x, const char *type, int status,
                         const char *message)
{
    answer_problem(x, status, type, NULL, message);
}

static void answer_bad_request(struct exchange *x, int status,
                               const char *reason)
{
    answer_problem(x, status, "BadRequest", NULL, reason);
}

/* The request's body; NULL after an answer that says what is wrong. */
static cJSON *body_of(struct exchange *x)
{
    struct json_error e;
    struct slice b = x->request->body;
    cJSON *tree = json_parse(b.p, b.len, &e);

    if (!tree)
        answer_problem(x, 400, "BadRequest", NULL,
                       arena_printf(&x->arena, "line %d, column %d: %s", e.line,
                                    e.col, e.message));
    return tree;
}

/* ---- faults
 * ------------------------------------------------------------------ */

static void answer_spec(struct exchange *x, const char *prefix,
                        const struct spec_error *e)
{
    answer_problem(x, 400, "BadFault",
                   arena_printf(&x->arena, "%s%s%s", prefix,
                                *prefix && e->path[0] ? "." : "", e->path),
                   e->message);
}

/* prefix: where the rule stands in the body. False after an answer. */
static bool arm_one(struct exchange *x, const cJSON *rule, const char *prefix,
                    cJSON *ids)
{
    struct spec_error e = {0};
    const struct fault_rule *r = fault_add(mock_faults(x->mock), rule, &e);

    if (r)
        cJSON_AddItemToArray(ids, cJSON_CreateString(r->id));
    else
        answer_spec(x, prefix, &e);
    return r != NULL;
}

/* All or none: those armed before one that is refused are taken back. */
static bool arm_all(struct exchange *x, const cJSON *list, const char *name,
                    cJSON *ids)
{
    const cJSON *rule, *id;
    int i = 0;

    cJSON_ArrayForEach(rule, list)
    {
        char prefix[40];
        snprintf(prefix, sizeof(prefix), "%s[%d]", name, i++);
        if (arm_one(x, rule, prefix, ids))
            continue;
        cJSON_ArrayForEach(id, ids)
        {
            fault_remove(mock_faults(x->mock), id->valuestring);
        }
        return false;
    }
    return true;
}

/* The body is a rule, a list of rules, or {"faults": [...]}. */
static bool arm_body(struct exchange *x, const cJSON *tree, cJSON *ids)
{
    const cJSON *faults = json_get(tree, "faults");

    if (cJSON_IsArray(faults))
        return arm_all(x, faults, "faults", ids);
    if (cJSON_IsArray(tree))
        return arm_all(x, tree, "", ids);
    if (!faults && cJSON_IsObject(tree))
        return arm_one(x, tree, "", ids);
    answer_problem(x, 400, "BadFault", faults ? "faults" : NULL,
                   "must be a rule or a list of rules");
    return false;
}

static void arm_faults(struct exchange *x)
{
    cJSON *tree = body_of(x), *ids = cJSON_CreateArray(),
          *out = cJSON_CreateObject();

    json_set(out, "armed", ids);
    if (tree && arm_body(x, tree, ids)) {
        exchange_answer_json(x, 201, out);
        mock_faults_changed(x->mock);
    }
    cJSON_Delete(out);
    cJSON_Delete(tree);
}

static void list_faults(struct exchange *x)
{
    cJSON *out = cJSON_CreateObject();

    json_set(out, "faults", fault_list(mock_faults(x->mock)));
    exchange_answer_json(x, 200, out);
    cJSON_Delete(out);
}

static void list_unfired(struct exchange *x)
{
    struct str why;
    cJSON *out = cJSON_CreateObject(), *said = cJSON_CreateArray();
    const char *line, *end;

    str_init(&why, MOST_TEXT);
    bool all = fault_all_fired(mock_faults(x->mock), &why);
    for (line = str_z(&why); (end = strchr(line, '\n')); line = end + 1)
        cJSON_AddItemToArray(said, cJSON_CreateString(arena_memdup(
                                       &x->arena, line, (size_t)(end - line))));
    json_set(out, "all_fired", cJSON_CreateBool(all));
    json_set(out, "said", said);
    exchange_answer_json(x, 200, out);
    cJSON_Delete(out);
    str_fini(&why);
}

static void clear_faults(struct exchange *x)
{
    fault_remove(mock_faults(x->mock), NULL);
    mock_faults_changed(x->mock);
    exchange_answer_empty(x, 204);
}

static void clear_fault(struct exchange *x)
{
    if (!fault_remove(mock_faults(x->mock), x->names.key)) {
        answer_problem(
            x, 404, "NoSuchFault", NULL,
            arena_printf(&x->arena, "no fault has the id '%s'", x->names.key));
        return;
    }
    mock_faults_changed(x->mock);
    exchange_answer_empty(x, 204);
}

/* ---- journal
 * ------------------------------------------------------------------ */

/* A number of the query; false after an answer. */
static bool number_of(struct exchange *x, const char *name, int64_t fallback,
                      int64_t most, int64_t *out)
{
    const char *text = http_query(x->request, name, &x->arena);
    long long n = fallback;

    if (text && (!slice_int64(slice_of(text), &n) || n < 0 || n > most)) {
        answer_problem(x, 400, "BadRequest", name,
                       arena_printf(&x->arena,
                                    "must be a number from 0 to %lld",
                                    (long long)most));
        return false;
    }
    *out = n;
    return true;
}

static void read_journal(struct exchange *x)
{
    struct journal *j = mock_journal(x->mock);
    int64_t since, limit;

    if (!number_of(x, "since", 0, INT64_MAX, &since) ||
        !number_of(x, "limit", PAGE, 100000, &limit))
        return;
    cJSON *out = cJSON_CreateObject();
    json_set(out, "entries", journal_json(j, (uint64_t)since, (size_t)limit));
    json_set_i64(out, "dropped", (int64_t)journal_dropped(j));
    exchange_answer_json(x, 200, out);
    cJSON_Delete(out);
}

/* ---- waiting
 * -------------------------------------------------------------------- */

static bool same(const char *wanted, const char *is)
{
    return !wanted || (is && strcmp(wanted, is) == 0);
}

/* Over, and as the condition says. */
static bool fits(const struct condition *c, const struct journal_entry *e)
{
    return e->kind == JOURNAL_EXCHANGE && e->end_ns >= 0 &&
           e->seq > (uint64_t)c->since && same(c->server, e->server) &&
           same(c->operation, e->operation) && same(c->method, e->method) &&
           same(c->table, e->table) && same(c->ended, e->ended) &&
           (c->status == 0 || c->status == e->status);
}

static cJSON *entry_json(const struct journal_entry *e)
{
    cJSON *o = cJSON_CreateObject();

    json_set_i64(o, "seq", (int64_t)e->seq);
    json_set_i64(o, "exchange", (int64_t)e->exchange);
    json_set_str(o, "operation", e->operation ? e->operation : "");
    json_set_i64(o, "status", e->status);
    json_set_str(o, "ended", e->ended ? e->ended : "");
    return o;
}

/* The entries that fit, as many as one answer has; NULL when there are too
 * few. */
static cJSON *fitting(struct mock *m, const struct condition *c)
{
    const struct journal *j = mock_journal(m);
    int64_t n = 0, shown = c->count > PAGE ? c->count : PAGE;

    for (size_t i = 0; i < journal_count(j); i++)
        n += fits(c, journal_at(j, i));
    if (n < c->count)
        return NULL;
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < journal_count(j) && shown; i++) {
        if (!fits(c, journal_at(j, i)))
            continue;
        cJSON_AddItemToArray(list, entry_json(journal_at(j, i)));
        shown--;
    }
    return list;
}

static bool try_answer(struct exchange *x, const struct condition *c)
{
    cJSON *list = fitting(x->mock, c);

    if (!list)
        return false;
    cJSON *out = cJSON_CreateObject();
    json_set(out, "entries", list);
    exchange_answer_json(x, 200, out);
    cJSON_Delete(out);
    return true;
}

static void forget(struct exchange *x)
{
    struct admin *a = admin_of(x);

    for (struct waiter **at = &a->waiters; *at; at = &(*at)->next)
        if ((*at)->x == x) {
            *at = (*at)->next;
            a->n_waiters--;
            break;
        }
    if (!a->waiters)
        uv_timer_stop(&a->timer);
}

static void on_timer(uv_timer_t *t);

/* Waits look at the journal soon after it has changed, and once more when the
 * first of them has waited long enough. */
static void set_timer(struct admin *a)
{
    int64_t now_ms = clock_ms(a->mock->clock), ms = LOOK_MS;

    for (const struct waiter *w = a->news ? NULL : a->waiters; w; w = w->next)
        if (w == a->waiters || w->until_ms - now_ms < ms)
            ms = w->until_ms - now_ms;
    if (a->waiters && !uv_is_closing((uv_handle_t *)&a->timer))
        mock_timer(&a->timer, on_timer, ms);
}

static void on_journal(void *ctx)
{
    struct admin *a = ctx;

    if (a->news || !a->waiters)
        return;
    a->news = true;
    set_timer(a);
}

static void on_timer(uv_timer_t *t)
{
    struct admin *a = t->data;
    int64_t now_ms = clock_ms(a->mock->clock);

    a->news = false;
    for (struct waiter *w = a->waiters, *next; w; w = next) {
        struct exchange *x = w->x;
        next = w->next;
        if (!try_answer(x, &w->c)) {
            if (now_ms < w->until_ms)
                continue;
            answer_problem(x, 408, "TimedOut", NULL,
                           "the condition did not hold in time");
        }
        forget(x);
        exchange_answered(x);
    }
    set_timer(a);
}

static bool is_number_member(const char *name)
{
    return strcmp(name, "status") == 0 || strcmp(name, "count") == 0 ||
           strcmp(name, "since") == 0;
}

static void add_member(struct exchange *x, cJSON *o, struct slice key)
{
    const char *name = arena_memdup(&x->arena, key.p, key.len);
    const char *text = http_query(x->request, name, &x->arena);
    long long n;

    if (is_number_member(name) && text && slice_int64(slice_of(text), &n))
        json_set_i64(o, name, n);
    else
        json_set_str(o, name, text ? text : "");
}

/* The query as the object that a POST would have. */
static cJSON *query_object(struct exchange *x)
{
    cJSON *o = cJSON_CreateObject();
    struct slice rest = x->request->query;

    while (rest.len) {
        const char *amp = memchr(rest.p, '&', rest.len);
        size_t n = amp ? (size_t)(amp - rest.p) : rest.len;
        const char *eq = n ? memchr(rest.p, '=', n) : NULL;
        if (n)
            add_member(x, o,
                       (struct slice){rest.p, eq ? (size_t)(eq - rest.p) : n});
        n += amp != NULL;
        rest = (struct slice){rest.p + n, rest.len - n};
    }
    return o;
}

/* Texts stay in the exchange's arena. */
static bool read_condition(struct exchange *x, struct condition *c)
{
    bool post = slice_eqz(x->request->method, "POST");
    cJSON *tree = post ? body_of(x) : query_object(x);
    struct spec_error e = {0};

    *c = (struct condition){.count = 1, .timeout_ms = WAIT_MS};
    if (!tree)
        return false;
    bool ok = spec_read(tree, condition_fields, c, &x->arena, &e);
    if (!ok)
        answer_problem(x, 400, "BadCondition", e.path, e.message);
    cJSON_Delete(tree);
    if (c->timeout_ms > MOST_WAIT_MS)
        c->timeout_ms = MOST_WAIT_MS;
    return ok;
}

static void wait_for(struct exchange *x)
{
    struct admin *a = admin_of(x);
    struct condition c;

    if (!read_condition(x, &c) || try_answer(x, &c))
        return;
    if (a->n_waiters == MOST_WAITS) {
        answer_problem(x, 503, "TooManyWaits", NULL,
                       "too many waits are under way");
        return;
    }
    struct waiter *w = arena_alloc(&x->arena, sizeof *w);
    *w = (struct waiter){a->waiters, x, c,
                         clock_ms(a->mock->clock) + c.timeout_ms};
    a->waiters = w;
    a->n_waiters++;
    x->pending = true;
    x->gone = forget;
    set_timer(a);
}

/* ---- the rest
 * --------------------------------------------------------------------- */

static void reset_all(struct exchange *x)
{
    mock_reset(x->mock);
    exchange_answer_empty(x, 204);
}

static void say_ready(struct exchange *x)
{
    exchange_answer(x, 200, "application/json", SLICE_LIT("{\"ready\":true}"));
}

static const struct operation operations[] = {
    {"ready", "GET", "ready", say_ready, false, "is it up?"},
    {"armFaults", "POST", "faults", arm_faults, true, "arm rules"},
    {"listFaults", "GET", "faults", list_faults, false, "rules and counts"},
    {"clearFaults", "DELETE", "faults", clear_faults, true, "clear all rules"},
    {"listUnfired", "GET", "faults/unfired", list_unfired, false,
     "were all faults used?"},
    {"clearFault", "DELETE", "faults/*", clear_fault, true, "clear one rule"},
    {"readJournal", "GET", "journal", read_journal, false, "what happened"},
    {"wait", "GET", "wait", wait_for, false, "until the journal says so"},
    {"wait", "POST", "wait", wait_for, false, "until the journal says so"},
    {"reset", "POST", "reset", reset_all, true, "as at the start"},
};
enum { OPERATIONS = sizeof operations / sizeof operations[0] };

/* Does the path below the root fit? A last '*' takes one segment, decoded. */
static bool path_fits(struct exchange *x, const char *route, struct slice path)
{
    size_t n = strlen(route);
    struct str id;

    if (route[n - 1] != '*')
        return slice_eqz(path, route);
    if (path.len < n || memcmp(path.p, route, n - 1) != 0)
        return false;
    str_init(&id, MOST_TEXT);
    bool ok = percent_decode(
        &id, (struct slice){path.p + n - 1, path.len - n + 1}, false);
    x->names.key = arena_strdup(&x->arena, str_z(&id));
    str_fini(&id);
    return ok;
}

static void name_operation(struct exchange *x)
{
    struct slice path = x->request->path;

    x->op = NULL;
    if (!slice_starts(path, ROOT))
        return;
    path.p += strlen(ROOT);
    path.len -= strlen(ROOT);
    for (size_t i = 0; i < OPERATIONS && !x->op; i++)
        if (slice_eqz(x->request->method, operations[i].method) &&
            path_fits(x, operations[i].route, path))
            x->op = &operations[i];
}

static void handle_unknown(struct exchange *x)
{
    struct slice path = x->request->path;
    bool known = false;

    if (slice_starts(path, ROOT)) {
        struct slice tail = {path.p + strlen(ROOT), path.len - strlen(ROOT)};
        for (size_t i = 0; i < OPERATIONS; i++)
            known = known || path_fits(x, operations[i].route, tail);
    }
    answer_problem(
        x, known ? 405 : 404, known ? "BadMethod" : "NoSuchRoute", NULL,
        arena_printf(&x->arena,
                     "no route for " SLICE_FMT " " SLICE_FMT ": see " ROOT
                     "ready, faults, "
                     "faults/unfired, journal, wait, reset",
                     SLICE_ARG(x->request->method), SLICE_ARG(path)));
}

/* ---- life
 * -------------------------------------------------------------------------- */

struct admin *admin_new(struct mock *m, uv_loop_t *loop)
{
    struct admin *a = mem_alloc(sizeof *a);

    a->mock = m;
    uv_timer_init(loop, &a->timer);
    a->timer.data = a;
    journal_watch(mock_journal(m), on_journal, a);
    a->service = (struct service){
        .name = "admin",
        .state = a,
        .operations = operations,
        .n_operations = OPERATIONS,
        .name_operation = name_operation,
        .handle_unknown = handle_unknown,
        .answer_error = answer_error,
        .answer_bad_request = answer_bad_request,
    };
    return a;
}

struct service *admin_service(struct admin *a)
{
    return &a->service;
}

void admin_close(struct admin *a)
{
    journal_watch(mock_journal(a->mock), NULL, NULL);
    if (!uv_is_closing((uv_handle_t *)&a->timer))
        uv_close((uv_handle_t *)&a->timer, NULL);
}

void admin_free(struct admin *a)
{
    free(a);
}
