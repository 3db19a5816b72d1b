/* fault: keeps the rules, decides which exchange meets which, and counts. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/rng.h"
#include "mocks/exchange.h"
#include "mocks/fault_rule.h"

struct fault_engine {
    uint64_t seed;
    const struct clock *clock;
    int64_t epoch_ns;
    bool calm;
    unsigned plain; /* servers (bits) that speak no TLS */
    struct fault_entry **rules;
    size_t n, cap;
    struct fault_entry *removed; /* and still in use */
    uint64_t unnamed;            /* rules without an id so far */
};

/* ---- life and rules -------------------------------------------------------
 */

struct fault_engine *fault_engine_new(uint64_t seed, const struct clock *clock)
{
    struct fault_engine *e = mem_alloc(sizeof(*e));
    e->seed = seed;
    e->clock = clock;
    e->epoch_ns = clock_ns(clock);
    return e;
}

void fault_engine_free(struct fault_engine *e)
{
    if (!e)
        return;
    fault_remove(e, NULL);
    while (e->removed) {
        struct fault_entry *f = e->removed;
        e->removed = f->next_removed;
        fault_entry_free(f);
    }
    free(e->rules);
    free(e);
}

void fault_set_plain(struct fault_engine *e, const char *server)
{
    e->plain |= fault_server_bit(server);
}

static size_t find(const struct fault_engine *e, const char *id)
{
    size_t i = 0;
    while (i < e->n && strcmp(e->rules[i]->rule.id, id) != 0)
        i++;
    return i;
}

/* "fault-N", N counting up over those that have no name of their own. */
static void make_id(struct fault_engine *e, struct str *id)
{
    do {
        str_reset(id);
        str_addf(id, "fault-%llu", (unsigned long long)++e->unnamed);
    } while (find(e, str_z(id)) < e->n);
}

static bool append(struct fault_engine *e, struct fault_entry *f)
{
    if (e->n == FAULT_MOST_RULES)
        return false;
    if (e->n == e->cap) {
        e->cap = e->cap ? e->cap * 2 : 16;
        e->rules = mem_realloc(e->rules, e->cap * sizeof(struct fault_entry *));
    }
    e->rules[e->n++] = f;
    return true;
}

static void fail_member(struct spec_error *e, const cJSON *rule,
                        const char *member, const char *message)
{
    spec_fail(e, json_get(rule, member), "%s", message);
    memcpy(e->path, member, strlen(member) + 1);
}

/* Where there is no handshake a tls rule would be counted and do nothing. */
static bool narrow_to_tls(struct fault_entry *f, unsigned plain,
                          const cJSON *rule, struct spec_error *err)
{
    if (f->rule.action->kind == FAULT_TLS)
        f->match.servers &= ~plain;
    if (f->match.servers)
        return true;
    fail_member(err, rule, "do",
                "tls needs a server that speaks TLS: here it is plain HTTP");
    return false;
}

struct fault_rule *fault_add(struct fault_engine *e, const cJSON *rule,
                             struct spec_error *err)
{
    struct spec_error none;
    struct str id;
    struct fault_entry *f;

    err = err ? err : &none;
    str_init(&id, FAULT_ID_SIZE);
    if (!json_get(rule, "id"))
        make_id(e, &id);
    f = fault_entry_read(rule, str_z(&id), err);
    str_fini(&id);
    if (!f)
        return NULL;
    if (find(e, f->rule.id) < e->n)
        fail_member(err, rule, "id", "there is a fault of that id already");
    else if (narrow_to_tls(f, e->plain, rule, err) && !append(e, f))
        spec_fail(err, rule, "there are %d faults already", FAULT_MOST_RULES);
    else if (f->match.servers)
        return &f->rule;
    fault_entry_free(f);
    return NULL;
}

bool fault_check(const cJSON *rule, struct spec_error *err)
{
    return fault_check_where(rule, true, true, err);
}

bool fault_check_where(const cJSON *rule, bool catalog_tls, bool s3_tls,
                       struct spec_error *err)
{
    struct fault_entry *f = fault_entry_read(rule, "fault", err);
    unsigned plain = (catalog_tls ? 0 : fault_server_bit("catalog")) |
                     (s3_tls ? 0 : fault_server_bit("s3"));
    bool ok = f && narrow_to_tls(f, plain, rule, err);
    fault_entry_free(f);
    return ok;
}

static void retire(struct fault_engine *e, struct fault_entry *f)
{
    if (!f->used) {
        fault_entry_free(f);
        return;
    }
    f->removed = true;
    f->next_removed = e->removed;
    e->removed = f;
}

static void release(struct fault_engine *e, struct fault_entry *f)
{
    struct fault_entry **p = &e->removed;
    if (--f->used || !f->removed)
        return;
    while (*p != f)
        p = &(*p)->next_removed;
    *p = f->next_removed;
    fault_entry_free(f);
}

void fault_unfire(struct fault_rule *r)
{
    r->fired--;
}

void fault_plan_done(struct fault_engine *e, struct fault_plan *plan)
{
    for (size_t i = 0; i < FAULT_PHASES; i++)
        if (plan->rule[i])
            release(e, (struct fault_entry *)plan->rule[i]);
    memset(plan, 0, sizeof(*plan));
}

bool fault_remove(struct fault_engine *e, const char *id)
{
    size_t first = id ? find(e, id) : 0, last = id ? first + 1 : e->n;

    if (first >= e->n)
        return id == NULL;
    for (size_t i = first; i < last; i++)
        retire(e, e->rules[i]);
    if (last < e->n)
        memmove(&e->rules[first], &e->rules[last],
                (e->n - last) * sizeof(struct fault_entry *));
    e->n -= last - first;
    if (!id)
        e->unnamed = 0;
    return true;
}

void fault_set_epoch(struct fault_engine *e, int64_t ns)
{
    e->epoch_ns = ns;
}

void fault_calm(struct fault_engine *e, bool calm)
{
    e->calm = calm;
}

size_t fault_count(const struct fault_engine *e)
{
    return e->n;
}

struct fault_rule *fault_at(const struct fault_engine *e, size_t i)
{
    return i < e->n ? &e->rules[i]->rule : NULL;
}

/* ---- deciding -------------------------------------------------------------
 */

static int64_t since_epoch_ms(const struct fault_engine *e)
{
    return (clock_ns(e->clock) - e->epoch_ns) / 1000000;
}

static bool of_connections(const struct fault_entry *f)
{
    return f->rule.action->level == FAULT_CONNECTION;
}

/* Counts what the exchange or connection was to the rule. True when it is one
 * of those the rule is for. */
static bool meets(const struct fault_engine *e, struct fault_entry *f,
                  enum fault_criterion missed)
{
    if (missed != CRITERIA) {
        f->match.missed[missed]++;
        return false;
    }
    f->rule.matched++;
    return fault_match_due(f, e->seed, f->rule.matched);
}

static bool asked_at(const struct fault_rule *r, enum fault_moment moment)
{
    bool of_request =
        r->phase == FAULT_DURING && r->params.of == FAULT_OF_REQUEST;

    return moment == FAULT_ON_BOTH || of_request == (moment == FAULT_ON_HEAD);
}

void fault_decide(struct fault_engine *e, const struct exchange *x,
                  enum fault_moment moment, struct fault_plan *plan)
{
    int64_t since = since_epoch_ms(e);

    if (e->calm || !fault_server_bit(x->service->name))
        return;
    for (size_t i = 0; i < e->n; i++) {
        struct fault_entry *f = e->rules[i];
        enum fault_phase phase = f->rule.phase;

        if (of_connections(f) || !asked_at(&f->rule, moment) ||
            !meets(e, f, fault_match_exchange(&f->match, x, since)) ||
            plan->rule[phase])
            continue;
        f->rule.fired++;
        f->used++;
        plan->rule[phase] = &f->rule;
        plan->draw[phase] = rng_hash(e->seed, f->rule.id, f->rule.matched, 1);
    }
}

struct fault_rule *fault_decide_connection(struct fault_engine *e,
                                           const char *server, uint64_t ordinal)
{
    struct fault_rule *chosen = NULL;
    int64_t since = since_epoch_ms(e);

    for (size_t i = 0; !e->calm && i < e->n; i++) {
        struct fault_entry *f = e->rules[i];
        if (!of_connections(f) ||
            !meets(e, f,
                   fault_match_connection(&f->match, server, ordinal, since)) ||
            chosen)
            continue;
        f->rule.fired++;
        f->used++; /* its connection may outlive it: kept to the end */
        chosen = &f->rule;
    }
    return chosen;
}

/* A rule that is for a stretch of time, whatever the connection. */
static bool time_bound(const struct fault_entry *f, const char *server)
{
    const struct fault_match *m = &f->match;
    return of_connections(f) && (m->servers & fault_server_bit(server)) &&
           (m->has_for || m->from_ms || f->rule.action->kind == FAULT_DOWN) &&
           !m->has_nth && !m->every && !m->has_chance && !m->has_connection &&
           f->rule.fired < (uint64_t)f->times;
}

struct fault_rule *fault_peek_connection(struct fault_engine *e,
                                         const char *server)
{
    int64_t since = since_epoch_ms(e);

    for (size_t i = 0; !e->calm && i < e->n; i++) {
        struct fault_entry *f = e->rules[i];
        if (time_bound(f, server) && fault_match_time(&f->match, since))
            return &f->rule;
    }
    return NULL;
}

int64_t fault_next_change_ms(struct fault_engine *e, const char *server)
{
    int64_t since = since_epoch_ms(e), next = -1;

    for (size_t i = 0; !e->calm && i < e->n; i++) {
        const struct fault_match *m = &e->rules[i]->match;
        int64_t edges[2] = {m->from_ms, m->from_ms + m->for_ms};
        if (!time_bound(e->rules[i], server))
            continue;
        for (size_t k = 0; k < (m->has_for ? 2u : 1u); k++)
            if (edges[k] > since && (next < 0 || edges[k] - since < next))
                next = edges[k] - since;
    }
    return next;
}

/* ---- what came of it ------------------------------------------------------
 */

static void say_range(struct str *why, const struct spec_range *r)
{
    if (r->last == INT64_MAX)
        str_addf(why, "at least %lld", (long long)r->first);
    else if (r->first == r->last)
        str_addf(why, "%lld", (long long)r->first);
    else
        str_addf(why, "%lld to %lld", (long long)r->first, (long long)r->last);
}

/* The nearest that anything came to the rule. */
static void say_near_miss(struct str *why, const struct fault_entry *f)
{
    const char *what = of_connections(f) ? "connection" : "exchange";
    const uint64_t *missed = f->match.missed;
    int c = CRITERIA - 1;

    if (f->rule.matched) {
        str_addf(why, "; %llu %s%s matched",
                 (unsigned long long)f->rule.matched, what,
                 f->rule.matched == 1 ? "" : "s");
        return;
    }
    while (c > 0 && !missed[c])
        c--;
    if (!missed[c])
        str_addf(why, "; there was no %s at all", what);
    else if (f->match.operation && c > CRITERION_OPERATION)
        str_addf(why, "; %llu %s%s matched operation but not %s",
                 (unsigned long long)missed[c], what, missed[c] == 1 ? "" : "s",
                 fault_criterion_names[c]);
    else
        str_addf(why, "; %llu %s%s missed by %s", (unsigned long long)missed[c],
                 what, missed[c] == 1 ? "" : "s", fault_criterion_names[c]);
}

static void say_unfired(struct str *why, const struct fault_entry *f)
{
    const struct fault_rule *r = &f->rule;

    str_addf(why, "fault '%s' (%s %s", r->id, fault_phase_names[r->phase],
             r->action->name);
    if (f->match.operation)
        str_addf(why, " on %s", f->match.operation);
    str_addz(why, r->fired ? ") fired: " : ") never fired: ");
    str_addf(why, "%llu of ", (unsigned long long)r->fired);
    say_range(why, &f->fires);
    say_near_miss(why, f);
    str_addc(why, '\n');
}

bool fault_all_fired(const struct fault_engine *e, struct str *why)
{
    bool all = true;

    for (size_t i = 0; i < e->n; i++) {
        const struct fault_entry *f = e->rules[i];
        if (f->rule.fired >= (uint64_t)f->fires.first &&
            f->rule.fired <= (uint64_t)f->fires.last)
            continue;
        all = false;
        say_unfired(why, f);
    }
    return all;
}

cJSON *fault_list(const struct fault_engine *e)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < e->n; i++) {
        const struct fault_entry *f = e->rules[i];
        cJSON *o = cJSON_CreateObject();
        const cJSON *match = json_get(f->tree, "match");

        json_set_str(o, "id", f->rule.id);
        if (match)
            json_set(o, "match", cJSON_Duplicate(match, 1));
        json_set_str(o, "phase", fault_phase_names[f->rule.phase]);
        json_set(o, "do", cJSON_Duplicate(f->do_, 1));
        json_set_i64(o, "matched", (int64_t)f->rule.matched);
        json_set_i64(o, "fired", (int64_t)f->rule.fired);
        cJSON_AddItemToArray(list, o);
    }
    return list;
}
