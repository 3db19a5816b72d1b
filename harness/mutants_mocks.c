/* Mutants of the mocks and of the fault engine, each round one entry point:
 * an operation's function, the service's options, an armed rule. They show
 * that scenarios would notice if the servers or the faults were wrong.
 * The last ones are planted: a read of the real clock and an order that
 * pointers decide for the determinism check, a crash and an endless loop for
 * ci/isolation. */
#include "harness/mutants_parts.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "mocks/catalog/inside.h"
#include "mocks/fault_rule.h"
#include "mocks/mock.h"
#include "mocks/s3/session.h"

/* ---- wrapping one operation of a service
 * -------------------------------------- */

/* One at a time in a process: what is wrapped, and what it was. */
static struct wrap {
    const char *operation;
    void (*before)(struct exchange *x); /* may be NULL */
    void (*after)(struct exchange *x);  /* may be NULL */
    void (*name_operation)(struct exchange *x);
    const struct operation *original;
    struct operation changed;
} wrap;

static void wrapped_handle(struct exchange *x)
{
    const struct operation *mine = x->op;
    x->op = wrap.original;
    if (wrap.before)
        wrap.before(x);
    x->op->handle(x);
    if (wrap.after)
        wrap.after(x);
    x->op = mine;
}

static void wrapped_name(struct exchange *x)
{
    wrap.name_operation(x);
    if (!x->op || strcmp(x->op->name, wrap.operation) != 0)
        return;
    wrap.original = x->op;
    wrap.changed = *x->op;
    wrap.changed.handle = wrapped_handle;
    x->op = &wrap.changed;
}

static void wrap_operation(struct mock *m, enum mock_server which,
                           const char *operation,
                           void (*before)(struct exchange *),
                           void (*after)(struct exchange *))
{
    struct service *s = mock_service(m, which);
    wrap.operation = operation;
    wrap.before = before;
    wrap.after = after;
    wrap.name_operation = s->name_operation;
    s->name_operation = wrapped_name;
}

/* ---- the catalog
 * ------------------------------------------------------------------ */

/* Publishes as ever, then does something more that it should not. */
static struct change published;
static enum meddle and_then;
static const char *and_then_change;

static void publish_and_meddle(struct exchange *x, void *ctx)
{
    char why[160];
    struct service *s = x->service;
    published.publish(x, ctx);
    cJSON *p = cJSON_CreateObject();
    json_set_str(p, "namespace", x->names.namespace_);
    json_set_str(p, "table", x->names.table);
    if (and_then_change)
        json_set_str(p, "change", and_then_change);
    s->meddle(s->state, NULL, and_then, p, why);
    cJSON_Delete(p);
}

static void change_publish(struct exchange *x)
{
    if (!x->change.publish)
        return;
    published = x->change;
    x->change.publish = publish_and_meddle;
}

static void spoil_creates(struct mock *m, enum meddle what, const char *change)
{
    and_then = what;
    and_then_change = change;
    wrap_operation(m, MOCK_CATALOG, "createTable", NULL, change_publish);
}

static void create_without_file(struct mock *m)
{
    spoil_creates(m, MEDDLE_LOSE_FILE, NULL);
}

static void create_keeps_another_schema(struct mock *m)
{
    spoil_creates(m, MEDDLE_SCHEMA_DRIFT, "drop-column");
}

static void create_applied_twice(struct mock *m)
{
    spoil_creates(m, MEDDLE_UUID_SWAP, NULL);
}

/* Rewrites the JSON of an answer. */
static void edit_answer(struct exchange *x, void (*edit)(cJSON *body))
{
    cJSON *body = json_parse(x->answer.body.p, x->answer.body.len, NULL);
    if (!body || x->answer.status != 200) {
        cJSON_Delete(body);
        return;
    }
    edit(body);
    answer_reset(&x->answer);
    exchange_answer_json(x, 200, body);
    cJSON_Delete(body);
}

static void forget_last(cJSON *body)
{
    cJSON *list = json_get(body, "identifiers");
    cJSON_DeleteItemFromArray(list, cJSON_GetArraySize(list) - 1);
}

static void list_edit(struct exchange *x)
{
    edit_answer(x, forget_last);
}

static void list_forgets_last(struct mock *m)
{
    wrap_operation(m, MOCK_CATALOG, "listTables", NULL, list_edit);
}

static void first_page_only(cJSON *body)
{
    cJSON_DeleteItemFromObjectCaseSensitive(body, "next-page-token");
}

static void page_edit(struct exchange *x)
{
    edit_answer(x, first_page_only);
}

static void list_ends_early(struct mock *m)
{
    wrap_operation(m, MOCK_CATALOG, "listNamespaces", NULL, page_edit);
}

static void see_stale(struct exchange *x)
{
    x->stale = true;
}

static void load_is_stale(struct mock *m)
{
    wrap_operation(m, MOCK_CATALOG, "loadTable", see_stale, NULL);
}

static void list_is_stale(struct mock *m)
{
    wrap_operation(m, MOCK_CATALOG, "listTables", see_stale, NULL);
}

static void forget_keys(struct exchange *x)
{
    char why[160];
    x->service->meddle(x->service->state, x, MEDDLE_FORGET_KEYS, NULL, why);
}

static void keys_not_kept(struct mock *m)
{
    wrap_operation(m, MOCK_CATALOG, "createTable", forget_keys, NULL);
}

static void profile_ignored(struct mock *m)
{
    mock_catalog(m)->profile = profile_at(0);
}

static void say_there(struct exchange *x)
{
    answer_reset(&x->answer);
    exchange_answer_empty(x, 204);
}

static void exists_always(struct mock *m)
{
    wrap_operation(m, MOCK_CATALOG, "tableExists", NULL, say_there);
}

/* A create of what is there already replaces it. */
static void drop_first(struct exchange *x)
{
    char why[160];
    x->service->meddle(x->service->state, x, MEDDLE_DROP_TABLE, NULL, why);
}

static void create_overwrites(struct mock *m)
{
    wrap_operation(m, MOCK_CATALOG, "createTable", drop_first, NULL);
}

static void any_token(struct mock *m)
{
    struct catalog *c = mock_catalog(m);
    c->o.token = c->o.credential = NULL;
}

/* ---- the S3
 * ------------------------------------------------------------------------ */

static bool any_signature(const char *computed, const char *sent, size_t n)
{
    (void)computed;
    (void)sent;
    (void)n;
    return true;
}

static void signature_waved_through(struct mock *m)
{
    s3_compare_signatures(mock_s3(m), any_signature);
}

static void last_for_ever(struct s3_session *session)
{
    session->expires_ms = INT64_MAX;
}

static void session_for_ever(struct mock *m)
{
    sessions_each(mock_s3(m), last_for_ever);
}

static void do_anything(struct s3_session *session)
{
    session->rights = (struct s3_rights){.read_only = false};
}

static void session_without_limits(struct mock *m)
{
    sessions_each(mock_s3(m), do_anything);
}

/* ---- the fault engine
 * ----------------------------------------------------------------- */

static void each_rule(struct mock *m, void (*change)(struct fault_entry *f))
{
    struct fault_engine *e = mock_faults(m);
    for (size_t i = 0; i < fault_count(e); i++)
        change((struct fault_entry *)fault_at(e, i));
}

/* Counted, but nothing happens: a delay of no time. */
static void rule_idle(struct fault_entry *f)
{
    if (f->rule.action->level == FAULT_CONNECTION)
        return;
    f->rule.action = &fault_actions[FAULT_DELAY];
    f->rule.params = (struct fault_params){0};
}

static void fault_not_fired(struct mock *m)
{
    each_rule(m, rule_idle);
}

static void rule_early(struct fault_entry *f)
{
    if (f->rule.phase == FAULT_AFTER &&
        f->rule.action->phases & 1u << FAULT_BEFORE)
        f->rule.phase = FAULT_BEFORE;
}

static void fault_before_for_after(struct mock *m)
{
    each_rule(m, rule_early);
}

static void rule_late(struct fault_entry *f)
{
    if (f->rule.phase == FAULT_BEFORE &&
        f->rule.action->phases & 1u << FAULT_AFTER)
        f->rule.phase = FAULT_AFTER;
}

static void fault_after_for_before(struct mock *m)
{
    each_rule(m, rule_late);
}

static void rule_next(struct fault_entry *f)
{
    if (f->match.has_nth)
        f->match.nth.first++, f->match.nth.last++;
}

static void fault_one_too_late(struct mock *m)
{
    each_rule(m, rule_next);
}

static void rule_anywhere(struct fault_entry *f)
{
    f->match.table = f->match.namespace_ = NULL;
}

static void fault_on_any_table(struct mock *m)
{
    each_rule(m, rule_anywhere);
}

static void rule_for_ever(struct fault_entry *f)
{
    f->times = FAULT_MOST_TIMES;
    f->match.nth.last = INT64_MAX;
}

static void fault_never_ends(struct mock *m)
{
    each_rule(m, rule_for_ever);
}

/* ---- planted
 * ----------------------------------------------------------------------------
 */

static void stamp(struct exchange *x)
{
    struct timespec t;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &t); /* not ours: the kernel's */
    x->answer.body =
        slice_of(arena_printf(&x->arena,
                              "{\"defaults\":{},\"overrides\":{},\"now\":"
                              "\"%ld.%ld\"}",
                              (long)t.tv_sec, t.tv_nsec));
}

static void planted_wall_clock(struct mock *m)
{
    wrap_operation(m, MOCK_CATALOG, "getConfig", NULL, stamp);
}

/* Turns the list round when the heap happens to lie on the wrong side. */
static void by_address(cJSON *body)
{
    cJSON *list = json_get(body, "identifiers");
    cJSON *round = cJSON_CreateArray();
    if (((uintptr_t)list >> 12 & 1) == 0) {
        cJSON_Delete(round);
        return;
    }
    for (int n = cJSON_GetArraySize(list); n > 0; n--)
        cJSON_AddItemToArray(round, cJSON_DetachItemFromArray(list, n - 1));
    json_set(body, "identifiers", round);
}

static void order_edit(struct exchange *x)
{
    edit_answer(x, by_address);
}

static void planted_pointer_order(struct mock *m)
{
    wrap_operation(m, MOCK_CATALOG, "listTables", NULL, order_edit);
}

static void crash(struct exchange *x)
{
    (void)x;
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static void planted_crash(struct mock *m)
{
    wrap_operation(m, MOCK_CATALOG, "createTable", crash, NULL);
}

static void spin(struct exchange *x)
{
    for (volatile uint64_t *n = &x->ordinal;; n++, n--)
        ;
}

static void planted_spin(struct mock *m)
{
    wrap_operation(m, MOCK_CATALOG, "createTable", spin, NULL);
}

/* What a mock's mutant breaks is the ground under all requirements: any named
 * check may kill it, and it proves none. */
#define MOCK(name, rule, fn)                                                   \
    {                                                                          \
        name, MUTANT_OF_MOCK, rule, "", false, NULL, fn                        \
    }
#define PLANTED(name, rule, fn)                                                \
    {                                                                          \
        name, MUTANT_PLANTED, rule, "", false, NULL, fn                        \
    }

const struct mutant mock_mutants[] = {
    MOCK("mock-create-without-file",
         "a created table's metadata file is in the store",
         create_without_file),
    MOCK("mock-create-keeps-another-schema",
         "a table is stored with the schema that was asked for",
         create_keeps_another_schema),
    MOCK("mock-create-applied-twice", "one create makes one table",
         create_applied_twice),
    MOCK("mock-create-overwrites", "a create of what is there answers 409",
         create_overwrites),
    MOCK("mock-list-forgets-last", "a list of tables is complete",
         list_forgets_last),
    MOCK("mock-list-ends-early", "pages follow until the last",
         list_ends_early),
    MOCK("mock-load-is-stale", "a load shows the last change", load_is_stale),
    MOCK("mock-list-is-stale", "a list shows the last change", list_is_stale),
    MOCK("mock-keys-not-kept", "a key's first answer is given again",
         keys_not_kept),
    MOCK("mock-profile-ignored", "a catalog differs as its profile says",
         profile_ignored),
    MOCK("mock-exists-always", "HEAD of a missing table is 404", exists_always),
    MOCK("mock-any-token", "a request without the right token is refused",
         any_token),
    MOCK("mock-signature-waved-through", "a wrong signature is refused",
         signature_waved_through),
    MOCK("mock-session-for-ever", "a session ends by the clock",
         session_for_ever),
    MOCK("mock-session-without-limits", "a session has its own rights only",
         session_without_limits),
    MOCK("fault-not-fired", "a fault that is counted happens", fault_not_fired),
    MOCK("fault-before-for-after", "phase after: the server has acted",
         fault_before_for_after),
    MOCK("fault-after-for-before", "phase before: the server has not acted",
         fault_after_for_before),
    MOCK("fault-one-too-late", "nth counts from one", fault_one_too_late),
    MOCK("fault-on-any-table", "a fault meets the table it names",
         fault_on_any_table),
    MOCK("fault-never-ends", "a fault fires no more often than it says",
         fault_never_ends),
    PLANTED("planted-wall-clock", "nothing reads the wall clock",
            planted_wall_clock),
    PLANTED("planted-pointer-order", "no order comes from pointers",
            planted_pointer_order),
    PLANTED("planted-crash", "a crash is one failed scenario", planted_crash),
    PLANTED("planted-spin", "an endless loop is one failed scenario",
            planted_spin),
};
const size_t n_mock_mutants = sizeof mock_mutants / sizeof mock_mutants[0];
