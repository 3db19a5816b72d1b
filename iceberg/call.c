/* call: one operation, from its first request to the last repeat, or several
 * side by side.
 *
 * Sends through http, asks the policy what the answer means, waits, renews
 * the token, sends again or stops. All that is remembered between attempts is
 * in struct run. Every failed attempt makes exactly one log line.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "iceberg/call.h"

enum { MOST_HEADERS = 24, MOST_ERROR_BODY = 1 << 20 };

struct run { /* one operation under way */
    struct ice_catalog *c;
    const struct ice_op *op;
    struct ice_result *r;
    struct arena arena; /* of one attempt */
    struct ice_try t;
    int64_t started_ms, key_made_ms;
    int resent;              /* by libcurl, on dead kept connections */
    char key[RNG_UUID_SIZE]; /* "": none */
    char cause[512];
    struct ice_request q; /* of the attempt under way */
    const char *lines[MOST_HEADERS];
    struct ice_flight *flight; /* NULL: none under way */
    int64_t wake_ms;           /* when the next attempt is due */
    bool over;
    int outcome;
};

static int64_t now_ms(const struct ice_catalog *c)
{
    return clock_ms(c->env.clock);
}

/* ---- scope of a public call ---- */

struct ice_error *ice__enter(struct ice_catalog *c, struct ice_scope *s,
                             int64_t default_ms, struct ice_error *e)
{
    int64_t now = now_ms(c);
    int64_t until = now + (c->deadline_ms > 0 ? c->deadline_ms : default_ms);

    s->c = c;
    s->started_ms = now;
    s->outer_deadline_ms = c->deadline_at_ms;
    if (!c->depth)
        c->store.renewals = c->store.corrections = 0;
    if (!c->depth++ || until < c->deadline_at_ms)
        c->deadline_at_ms = until;
    if (!e)
        e = &s->own;
    memset(e, 0, sizeof(*e));
    return e;
}

void ice__leave(struct ice_scope *s)
{
    s->c->depth--;
    s->c->deadline_at_ms = s->outer_deadline_ms;
}

int64_t ice__left_ms(const struct ice_catalog *c)
{
    return c->deadline_at_ms - now_ms(c);
}

int ice__wait(struct ice_catalog *c, int64_t ms)
{
    if (ms >= ice__left_ms(c))
        return ICE_TIMEOUT;
    return ice__http_wait(c->http, now_ms(c) + ms) ? ICE_OK : ICE_CANCELLED;
}

/* ---- the request ---- */

static bool key_live(const struct run *u)
{
    return u->key[0] &&
           now_ms(u->c) - u->key_made_ms < u->c->config.key_lifetime_ms;
}

static void make_key(struct run *u)
{
    if (!u->op->write || u->op->server != ICE_CATALOG_SERVER ||
        u->c->config.key_lifetime_ms <= 0)
        return;
    rng_uuid7(&u->c->rng, clock_unix_ms(u->c->env.clock), u->key);
    u->key_made_ms = now_ms(u->c);
}

/* Fills lines (MOST_HEADERS); returns how many. */
static size_t header_lines(struct run *u, const char **lines)
{
    const struct ice_op *op = u->op;
    size_t n = 0;

    for (size_t i = 0; i < op->n_headers && n < MOST_HEADERS - 4; i++)
        lines[n++] = op->headers[i];
    if (op->body.p && op->content_type)
        lines[n++] =
            arena_printf(&u->arena, "Content-Type: %s", op->content_type);
    if (op->server == ICE_CATALOG_SERVER)
        lines[n++] = "Accept: application/json";
    if (!op->no_auth) {
        lines[n] = ice__auth_header(u->c, &u->arena);
        n += lines[n] != NULL;
    }
    if (key_live(u))
        lines[n++] = arena_printf(&u->arena, "Idempotency-Key: %s", u->key);
    return n;
}

static void launch(struct run *u)
{
    const struct ice_policy *p = u->c->policy;
    const struct ice_limits *l = &u->c->limits;

    u->t.attempt++;
    u->q = (struct ice_request){
        .method = u->op->method,
        .url = u->op->url,
        .headers = u->lines,
        .body = u->op->body,
        .fresh = u->op->write && p->transport.fresh_for_writes,
        .raw = u->op->raw,
        .body_bytes = u->op->body_bytes,
        .connect_ms = l->connect_ms,
        .first_byte_ms = l->first_byte_ms,
        .idle_ms = l->idle_ms,
        .request_ms = l->request_ms + u->op->more_ms,
        .deadline_ms = u->c->deadline_at_ms,
    };
    arena_fini(&u->arena);
    u->q.n_headers = header_lines(u, u->lines);
    if (u->op->prepare)
        u->op->prepare(u->op->ctx, &u->q, u->t.attempt);
    u->flight = ice__http_start(u->c->http, &u->q, &u->r->answer);
}

/* ---- the answer ---- */

void ice__said_init(struct ice_said *s)
{
    str_init(&s->type, MOST_ERROR_BODY);
    str_init(&s->message, MOST_ERROR_BODY);
    s->code = 0;
}

void ice__said_fini(struct ice_said *s)
{
    str_fini(&s->type);
    str_fini(&s->message);
}

bool ice__read_model(const struct ice_answer *a, struct ice_said *said)
{
    cJSON *tree = a->body.len && a->body.len <= MOST_ERROR_BODY
                      ? json_parse(a->body.p, a->body.len, NULL)
                      : NULL;
    const cJSON *error = json_get(tree, "error");
    const char *type = json_str(error, "type");
    const char *message = json_str(error, "message");
    bool typed = type && *type;

    if (typed) {
        str_addz(&said->type, type);
        str_addz(&said->message, message ? message : "");
        said->code = (int)json_i64(error, "code", 0);
    }
    cJSON_Delete(tree);
    return typed;
}

/* Cut where no secret is: a mask would not know the half of one. */
static void keep(const struct run *u, const struct str *text, char *to,
                 size_t size)
{
    size_t n = secrets_cut(u->c->env.secrets, str_slice(text), size - 1);

    memcpy(to, str_z(text), n);
    to[n] = 0;
}

static bool read_error(struct run *u, int *code)
{
    struct ice_result *r = u->r;
    struct ice_said said;
    bool typed;

    ice__said_init(&said);
    typed = u->op->error_of ? u->op->error_of(u->op->ctx, &r->answer, &said)
                            : ice__read_model(&r->answer, &said);
    keep(u, &said.type, r->type, sizeof(r->type));
    keep(u, &said.message, r->message, sizeof(r->message));
    *code = said.code;
    ice__said_fini(&said);
    return typed;
}

__attribute__((format(printf, 3, 4))) static void
becomes(struct run *u, enum ice_event event, const char *fmt, ...)
{
    struct ice_answer *a = &u->r->answer;
    va_list ap;

    a->event = event;
    va_start(ap, fmt);
    vsnprintf(a->cause, sizeof(a->cause), fmt, ap);
    va_end(ap);
}

/* An answer of success whose body is of no use, or not what was sent, counts
 * as an event. */
static void check_body(struct run *u)
{
    struct ice_answer *a = &u->r->answer;
    const struct ice_op *op = u->op;
    char why[160] = "";
    bool part = a->status == 206 && op->server == ICE_STORE_SERVER;

    if (a->event != ICE_EV_ANSWER ||
        (a->status != 200 && a->status != 204 && !part))
        return;
    if (op->usable && !op->usable(op->ctx, a, why)) {
        becomes(u, ICE_EV_BAD_BODY, "the answer's body is of no use: %s", why);
    } else if (op->intact && !op->intact(op->ctx, a, why)) {
        u->t.typed = true; /* it speaks of this very request */
        becomes(u, ICE_EV_DAMAGED, "bytes were damaged on their way: %s", why);
    }
}

static void say_cause(struct run *u)
{
    const struct ice_result *r = u->r;

    if (r->answer.event != ICE_EV_ANSWER)
        snprintf(u->cause, sizeof(u->cause), "%s", r->answer.cause);
    else
        snprintf(u->cause, sizeof(u->cause), "HTTP %d, %s%s%s%s%s", r->status,
                 u->c->policy->rows[r->row].says, r->type[0] ? ": " : "",
                 r->type, r->message[0] ? ": " : "", r->message);
}

static int64_t retry_after(const struct run *u)
{
    const struct ice_answer *a = &u->r->answer;

    return ice_policy_retry_after_ms(
        u->c->policy, ice__answer_header(a, "Retry-After"),
        ice__answer_header(a, "Date"), clock_unix_ms(u->c->env.clock));
}

/* A store may say 200 before it knows, and then tell of an error. */
static bool error_in_200(struct run *u)
{
    const struct ice_policy *p = u->c->policy;
    int code;

    return u->op->error_in_200 && p->store.error_in_200 &&
           u->r->answer.event == ICE_EV_ANSWER && u->r->answer.status == 200 &&
           u->op->error_in_200(u->op->ctx, &u->r->answer) &&
           read_error(u, &code);
}

/* Event, status, type: what the answer was. */
static void look(struct run *u, struct ice_seen *s)
{
    struct ice_result *r = u->r;

    r->type[0] = r->message[0] = 0;
    r->status = s->status = r->answer.status;
    u->t.typed = error_in_200(u);
    if (u->t.typed)
        s->status = ice_policy_code_status(u->c->policy, r->type);
    else
        check_body(u);
    s->event = r->answer.event;
    if (s->event == ICE_EV_ANSWER && r->status >= 300)
        u->t.typed = read_error(u, &s->body_code);
    s->type = u->t.typed ? r->type : NULL;
}

static void judge(struct run *u)
{
    struct ice_result *r = u->r;
    const struct ice_policy *p = u->c->policy;
    struct ice_seen s = {.server = u->op->server,
                         .named = u->op->named,
                         .head = !strcmp(u->op->method, "HEAD")};

    look(u, &s);
    s.session = u->op->session && *u->op->session;
    u->t.retry_after_ms = retry_after(u);
    s.may_wait = u->t.retry_after_ms >= 0;
    r->row = u->t.row = ice_policy_row(p, &s);
    u->t.sent = p->sent_needs_bytes ? r->answer.sent : r->answer.connected;
    u->t.counted += p->rows[r->row].until == ICE_UNTIL_ATTEMPTS;
    say_cause(u);
}

static bool can_renew(const struct run *u)
{
    if (u->op->can_renew)
        return u->op->can_renew(u->op->ctx, u->t.row, &u->r->answer);
    return !u->op->no_auth && ice__auth_can_renew(u->c);
}

static struct ice_verdict decide(struct run *u)
{
    u->t.left_ms = ice__left_ms(u->c);
    u->t.key_live = key_live(u);
    u->t.can_renew = can_renew(u);
    u->t.draw = rng_next_unit(&u->c->rng);
    return ice_policy_decide(u->c->policy, &u->c->limits, &u->t);
}

/* ---- the log ---- */

static void log_attempt(const struct run *u, enum log_level level,
                        int64_t wait_ms, const char *what, const char *cause)
{
    const struct ice_words_rules *w = &u->c->policy->words;
    unsigned bit = level == LOG_WARN ? ICE_LOG_RETRY : ICE_LOG_FAILURE;

    if (!(w->log_what & bit))
        return;
    for (int i = 0; i < w->log_copies; i++) {
        if (w->log_wait)
            log_put(&u->c->log, level, "catalog",
                    "%s attempt %d, wait %lld ms: %s: %s", u->op->operation,
                    u->t.attempt, (long long)wait_ms, what, cause);
        else
            log_put(&u->c->log, level, "catalog", "%s: %s: %s",
                    u->op->operation, what, cause);
    }
}

static void log_stop(const struct run *u, int outcome)
{
    bool plain = !u->c->policy->rows[u->r->row].failure || u->op->quiet;

    if (plain)
        log_put(&u->c->log, LOG_DEBUG, "catalog", "%s: %s", u->op->operation,
                u->cause);
    else
        log_attempt(u, LOG_ERROR, 0, ice_outcome_name(outcome), u->cause);
}

/* ---- the loop ---- */

static void stop(struct run *u, int outcome, enum ice_meaning meaning,
                 struct ice_error *e)
{
    struct ice_failure f = {
        .outcome = outcome,
        .operation = u->op->operation,
        .uri = u->op->url,
        .cause = u->cause,
        .attempts = u->t.attempt + u->resent,
        .status = u->r->status,
        .elapsed_ms = now_ms(u->c) - u->started_ms,
    };

    u->over = true;
    u->outcome = u->r->outcome = outcome;
    u->r->meaning = meaning;
    u->r->doubtful = u->t.earlier_open;
    if (outcome == ICE_OK)
        return;
    log_stop(u, outcome);
    ice__fail_call(u->c, e, &f);
}

__attribute__((format(printf, 2, 3))) static void
add_cause(struct run *u, const char *fmt, ...)
{
    size_t len = strlen(u->cause);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(u->cause + len, sizeof(u->cause) - len, fmt, ap);
    va_end(ap);
}

/* Gets a new token, or keys. ICE_OK: send again. */
static int renew(struct run *u)
{
    struct ice_error why;
    int rc;

    memset(&why, 0, sizeof(why));
    u->t.renewals++;
    if (u->op->renew) {
        log_attempt(u, LOG_WARN, 0, "again after a renewal", u->cause);
        return u->op->renew(u->op->ctx, u->t.row, &u->r->answer);
    }
    log_attempt(u, LOG_WARN, 0, "again after a new token", u->cause);
    rc = ice__auth_renew(u->c, &why);
    if (rc != ICE_OK)
        add_cause(u, "; renewing the token failed (%s)", why.cause);
    return rc;
}

static void note_resent(struct run *u)
{
    u->resent += u->r->answer.resent;
    for (int i = 0; i < u->r->answer.resent; i++)
        log_attempt(u, LOG_WARN, 0, "again at once",
                    "the kept connection was dead");
}

/* Renews, or sets when to go on, as the verdict says. ICE_OK: send again then;
 * else the outcome to stop with. */
static int go_on(struct run *u, const struct ice_verdict *v)
{
    bool open = u->op->write && v->meaning == ICE_MEANS_AMBIGUOUS;
    int rc;

    u->wake_ms = now_ms(u->c);
    if (v->next == ICE_NEXT_RENEW) {
        rc = renew(u);
        if (rc != ICE_OK)
            return open && rc != ICE_CANCELLED ? ICE_UNKNOWN : rc;
    } else {
        log_attempt(u, LOG_WARN, v->wait_ms, "again", u->cause);
        u->wake_ms += v->wait_ms;
    }
    u->t.earlier_open = u->t.earlier_open || open;
    u->t.repeats[v->by]++;
    return ICE_OK;
}

/* The attempt has ended: the run is over, or the next one has its time. */
static void landed(struct run *u, struct ice_error *e)
{
    struct ice_verdict v;
    int rc;

    ice__flight_free(u->flight);
    u->flight = NULL;
    note_resent(u);
    judge(u);
    if (u->c->policy->rows[u->r->row].outcome == ICE_OK) {
        stop(u, ICE_OK, ICE_MEANS_DONE, e);
        return;
    }
    v = decide(u);
    u->r->meaning = v.meaning;
    if (v.too_long)
        add_cause(u, "; asked to wait %lld ms, %lld ms are left",
                  (long long)u->t.retry_after_ms, (long long)u->t.left_ms);
    rc = v.next == ICE_NEXT_STOP ? v.outcome : go_on(u, &v);
    if (v.next == ICE_NEXT_STOP || rc != ICE_OK)
        stop(u, rc, v.meaning, e);
}

static void cancelled(struct run *u, struct ice_error *e)
{
    snprintf(u->cause, sizeof(u->cause),
             "cancelled while waiting to try again");
    stop(u, ICE_CANCELLED, u->r->meaning, e);
}

static void run_init(struct run *u, struct ice_catalog *c,
                     const struct ice_op *op, struct ice_result *r)
{
    *u = (struct run){.c = c, .op = op, .r = r, .started_ms = now_ms(c)};
    memset(r, 0, sizeof(*r));
    ice__answer_init(&r->answer);
    arena_init(&u->arena);
    u->t.write = op->write;
    u->t.safe = op->safe;
    u->t.scratch = op->scratch;
    make_key(u);
}

static void run_fini(struct run *u)
{
    if (u->flight)
        ice__flight_free(u->flight);
    u->flight = NULL;
    arena_fini(&u->arena);
}

int ice__call(struct ice_catalog *c, const struct ice_op *op,
              struct ice_result *r, struct ice_error *e)
{
    struct run u;

    run_init(&u, c, op, r);
    for (;;) {
        launch(&u);
        while (!ice__flight_ended(u.flight))
            ice__http_go_on(c->http, INT64_MAX);
        landed(&u, e);
        if (u.over)
            break;
        if (u.wake_ms > now_ms(c) && !ice__http_wait(c->http, u.wake_ms)) {
            cancelled(&u, e);
            break;
        }
    }
    run_fini(&u);
    return u.outcome;
}

/* ---- several side by side ---- */

struct lane { /* one of them, after another */
    struct run run;
    struct ice_result result;
    bool busy;
};

struct lanes {
    struct ice_catalog *c;
    const struct ice_op *ops;
    size_t n, next; /* of the operations */
    struct lane *lane;
    size_t n_lanes;
    struct ice_result *failed; /* the caller's */
    struct ice_error *e;       /* likewise */
    int outcome;
};

static void lane_begin(struct lanes *l, struct lane *x)
{
    run_init(&x->run, l->c, &l->ops[l->next++], &x->result);
    x->busy = true;
    launch(&x->run);
}

/* The first failure is the one that is told. */
static void lane_end(struct lanes *l, struct lane *x,
                     const struct ice_error *why)
{
    run_fini(&x->run);
    x->busy = false;
    if (x->run.outcome == ICE_OK || l->outcome != ICE_OK) {
        ice__result_fini(&x->result);
        return;
    }
    l->outcome = x->run.outcome;
    *l->failed = x->result;
    *l->e = *why;
}

static void begin_some(struct lanes *l)
{
    bool more = l->outcome == ICE_OK || !l->c->policy->store.stop_at_failure;

    for (size_t i = 0; i < l->n_lanes; i++) {
        struct lane *x = &l->lane[i];

        if (!x->busy && more && l->next < l->n)
            lane_begin(l, x);
        else if (x->busy && !x->run.flight && x->run.wake_ms <= now_ms(l->c))
            launch(&x->run);
    }
}

/* When the next waiting one is due. False: none is under way at all. */
static bool next_wake(const struct lanes *l, int64_t *until_ms, bool *flying)
{
    bool busy = false;

    *until_ms = INT64_MAX;
    *flying = false;
    for (size_t i = 0; i < l->n_lanes; i++) {
        const struct lane *x = &l->lane[i];

        busy = busy || x->busy;
        if (x->busy && x->run.flight)
            *flying = true;
        else if (x->busy && x->run.wake_ms < *until_ms)
            *until_ms = x->run.wake_ms;
    }
    return busy;
}

static void end_some(struct lanes *l, bool cancel)
{
    struct ice_error why;

    for (size_t i = 0; i < l->n_lanes; i++) {
        struct lane *x = &l->lane[i];

        if (!x->busy)
            continue;
        memset(&why, 0, sizeof(why));
        if (x->run.flight && ice__flight_ended(x->run.flight))
            landed(&x->run, &why);
        else if (!x->run.flight && cancel)
            cancelled(&x->run, &why);
        if (x->run.over)
            lane_end(l, x, &why);
    }
}

static bool must_stop(const struct lanes *l)
{
    return l->outcome == ICE_CANCELLED ||
           (l->outcome != ICE_OK && l->c->policy->store.stop_at_failure);
}

static void give_up(struct lanes *l)
{
    for (size_t i = 0; i < l->n_lanes; i++) {
        if (!l->lane[i].busy)
            continue;
        run_fini(&l->lane[i].run);
        ice__result_fini(&l->lane[i].result);
        l->lane[i].busy = false;
    }
}

int ice__calls(struct ice_catalog *c, const struct ice_op *ops, size_t n,
               size_t side_by_side, struct ice_result *failed,
               struct ice_error *e)
{
    struct lanes l = {.c = c, .ops = ops, .n = n, .failed = failed, .e = e};
    int64_t until;
    bool flying;

    memset(failed, 0, sizeof(*failed));
    l.n_lanes = side_by_side < n ? side_by_side : n;
    l.lane = mem_alloc((l.n_lanes + 1) * sizeof(*l.lane));
    while (!must_stop(&l)) {
        bool cancel = false;

        begin_some(&l);
        if (!next_wake(&l, &until, &flying))
            break;
        if (flying)
            ice__http_go_on(c->http, until);
        else
            cancel = !ice__http_wait(c->http, until);
        end_some(&l, cancel);
    }
    give_up(&l);
    free(l.lane);
    return l.outcome;
}

void ice__result_fini(struct ice_result *r)
{
    ice__answer_fini(&r->answer);
}
