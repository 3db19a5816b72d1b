/* call: one operation, from its first request to the last repeat.
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

static void send_once(struct run *u)
{
    const struct ice_policy *p = u->c->policy;
    const struct ice_limits *l = &u->c->limits;
    const char *lines[MOST_HEADERS];
    struct ice_request q = {
        .method = u->op->method,
        .url = u->op->url,
        .headers = lines,
        .body = u->op->body,
        .fresh = u->op->write && p->transport.fresh_for_writes,
        .connect_ms = l->connect_ms,
        .first_byte_ms = l->first_byte_ms,
        .idle_ms = l->idle_ms,
        .request_ms = l->request_ms + u->op->more_ms,
        .deadline_ms = u->c->deadline_at_ms,
    };

    arena_fini(&u->arena);
    q.n_headers = header_lines(u, lines);
    if (u->op->prepare)
        u->op->prepare(u->op->ctx, &q, u->t.attempt);
    ice__http_send(u->c->http, &q, &u->r->answer);
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

/* An answer of success whose body is of no use counts as an event. */
static void check_body(struct run *u)
{
    struct ice_answer *a = &u->r->answer;
    char why[160] = "";
    bool part = a->status == 206 && u->op->server == ICE_STORE_SERVER;

    if (a->event != ICE_EV_ANSWER ||
        (a->status != 200 && a->status != 204 && !part))
        return;
    if (!u->op->usable || u->op->usable(u->op->ctx, a, why))
        return;
    a->event = ICE_EV_BAD_BODY;
    snprintf(a->cause, sizeof(a->cause), "the answer's body is of no use: %s",
             why);
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

static void judge(struct run *u)
{
    struct ice_result *r = u->r;
    const struct ice_policy *p = u->c->policy;
    struct ice_seen s = {.server = u->op->server,
                         .head = !strcmp(u->op->method, "HEAD")};

    r->type[0] = r->message[0] = 0;
    check_body(u);
    r->status = r->answer.status;
    s.event = r->answer.event;
    s.status = r->status;
    if (s.event == ICE_EV_ANSWER && s.status >= 300)
        u->t.typed = read_error(u, &s.body_code);
    else
        u->t.typed = false;
    s.type = u->t.typed ? r->type : NULL;
    u->t.retry_after_ms = retry_after(u);
    s.may_wait = u->t.retry_after_ms >= 0;
    r->row = u->t.row = ice_policy_row(p, &s);
    u->t.sent = p->sent_needs_bytes ? r->answer.sent : r->answer.connected;
    u->t.counted += p->rows[r->row].until == ICE_UNTIL_ATTEMPTS;
    say_cause(u);
}

static struct ice_verdict decide(struct run *u)
{
    u->t.left_ms = ice__left_ms(u->c);
    u->t.key_live = key_live(u);
    u->t.can_renew = !u->op->no_auth && ice__auth_can_renew(u->c);
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

static int stop(struct run *u, int outcome, enum ice_meaning meaning,
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

    u->r->outcome = outcome;
    u->r->meaning = meaning;
    if (outcome == ICE_OK)
        return ICE_OK;
    log_stop(u, outcome);
    return ice__fail_call(u->c, e, &f);
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

/* Gets a new token. ICE_OK: send again. */
static int renew(struct run *u)
{
    struct ice_error why;
    int rc;

    log_attempt(u, LOG_WARN, 0, "again after a new token", u->cause);
    u->t.renewals++;
    memset(&why, 0, sizeof(why));
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

/* Waits or renews as the verdict says. ICE_OK: send again; else the outcome to
 * stop with. */
static int go_on(struct run *u, const struct ice_verdict *v)
{
    bool open = u->op->write && v->meaning == ICE_MEANS_AMBIGUOUS;
    int rc;

    if (v->next == ICE_NEXT_RENEW) {
        rc = renew(u);
        if (rc != ICE_OK)
            return open && rc != ICE_CANCELLED ? ICE_UNKNOWN : rc;
    } else {
        log_attempt(u, LOG_WARN, v->wait_ms, "again", u->cause);
        if (ice__wait(u->c, v->wait_ms) != ICE_OK) {
            snprintf(u->cause, sizeof(u->cause),
                     "cancelled while waiting to try again");
            return ICE_CANCELLED;
        }
    }
    u->t.earlier_open = u->t.earlier_open || open;
    u->t.repeats[v->by]++;
    return ICE_OK;
}

static int run_call(struct run *u, struct ice_error *e)
{
    for (;;) {
        struct ice_verdict v;
        int rc;

        u->t.attempt++;
        send_once(u);
        note_resent(u);
        judge(u);
        if (u->c->policy->rows[u->r->row].outcome == ICE_OK)
            return stop(u, ICE_OK, ICE_MEANS_DONE, e);
        v = decide(u);
        if (v.too_long)
            add_cause(u, "; asked to wait %lld ms, %lld ms are left",
                      (long long)u->t.retry_after_ms, (long long)u->t.left_ms);
        if (v.next == ICE_NEXT_STOP)
            return stop(u, v.outcome, v.meaning, e);
        rc = go_on(u, &v);
        if (rc != ICE_OK)
            return stop(u, rc, v.meaning, e);
    }
}

int ice__call(struct ice_catalog *c, const struct ice_op *op,
              struct ice_result *r, struct ice_error *e)
{
    struct run u = {.c = c, .op = op, .r = r, .started_ms = now_ms(c)};
    int rc;

    memset(r, 0, sizeof(*r));
    ice__answer_init(&r->answer);
    arena_init(&u.arena);
    u.t.write = op->write;
    make_key(&u);
    rc = run_call(&u, e);
    arena_fini(&u.arena);
    return rc;
}

void ice__result_fini(struct ice_result *r)
{
    ice__answer_fini(&r->answer);
}
