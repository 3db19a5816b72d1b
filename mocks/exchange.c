/* exchange: what happens to one request, phase by phase.
 *
 * exchange_act walks before -> handle -> publish -> after -> bytes. Each phase
 * either goes on to the next one, plays a script, or leaves the rest to a
 * timer. Exchanges live until their script was played (or the connection has
 * gone) and no timer needs them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "mocks/mock_inside.h"

enum {
    MOST_SPARE = 64,      /* exchanges that are kept for later ones */
    KEPT_WIRE = 256 << 10 /* likewise, of the room for answers */
};

typedef void (*stage)(struct exchange *x);

static void act_handle(struct exchange *x);
static void act_publish(struct exchange *x);
static void act_answer(struct exchange *x);

static bool is_admin(const struct exchange *x)
{
    return mock_which(x->mock, x->service) == MOCK_ADMIN;
}

/* ---- life ---------------------------------------------------------------- */

static void list_in(struct exchange *x)
{
    x->next = x->mock->live;
    if (x->next)
        x->next->prev = x;
    x->mock->live = x;
}

static void list_out(struct exchange *x)
{
    if (x->next)
        x->next->prev = x->prev;
    if (x->prev)
        x->prev->next = x->next;
    else
        x->mock->live = x->next;
}

/* One that is all zero but for an empty arena and a new parser. */
static struct exchange *take_one(struct mock *m)
{
    struct exchange *x = m->spare;

    if (x) {
        m->spare = x->next;
        m->n_spare--;
        x->next = NULL;
        return x;
    }
    x = mem_alloc(sizeof(*x));
    arena_init(&x->arena);
    x->parser = http1_new(&http1_default_limits, &x->arena);
    return x;
}

/* Memory is used again: to ask the system for it anew costs more than all the
 * rest of a small exchange. */
static void give_one(struct mock *m, struct exchange *x)
{
    struct http1 *parser = x->parser;
    struct arena arena = x->arena;

    if (!MEM_REUSED || m->n_spare == MOST_SPARE) {
        http1_free(parser);
        arena_fini(&x->arena);
        free(x);
        return;
    }
    arena_reset(&arena);
    memset(x, 0, sizeof(*x));
    x->arena = arena;
    x->parser = parser;
    http1_reset(parser, &x->arena);
    x->next = m->spare;
    m->spare = x;
    m->n_spare++;
}

void exchange_free_spare(struct mock *m)
{
    while (m->spare) {
        struct exchange *x = take_one(m);
        http1_free(x->parser);
        arena_fini(&x->arena);
        free(x);
    }
}

static void init_rng(struct exchange *x)
{
    struct str *site = &x->mock->wire;

    str_reset(site);
    str_addz(site, "exchange/");
    str_addu(site, x->ordinal);
    rng_init(&x->rng, x->mock->options.seed, str_z(site));
}

struct exchange *exchange_new(struct mock *m, struct service *s,
                              struct connection *c)
{
    struct exchange *x = take_one(m);

    x->mock = m;
    x->service = s;
    x->connection = c;
    x->request = http1_request(x->parser);
    x->ordinal = is_admin(x) ? 0 : ++m->exchanges;
    x->started_ns = mock_now_ns(m);
    init_rng(x);
    script_init(&x->script, &x->arena);
    list_in(x);
    return x;
}

struct shared *exchange_body(struct exchange *x)
{
    if (!x->body)
        x->body = http1_take_body(x->parser);
    return x->body;
}

static void free_exchange(struct exchange *x)
{
    list_out(x);
    if (x->change.drop)
        x->change.drop(x->change.ctx);
    answer_reset(&x->answer);
    fault_plan_done(x->mock->faults, &x->plan);
    shared_unref(x->body);
    give_one(x->mock, x);
}

/* Rules of phases that were never reached, and state faults that could not be
 * done, did not fire. */
static void give_back(struct exchange *x)
{
    for (int i = 0; i < FAULT_PHASES; i++)
        if (x->plan.rule[i] && !(x->met & 1u << i))
            fault_unfire(x->plan.rule[i]);
}

void exchange_finish(struct exchange *x)
{
    if (!x->ended)
        x->ended = "peer-gone";
    give_back(x);
    x->connection = NULL;
    x->finished = true;
    if (x->journal_entry)
        journal_end(x->mock->journal, mock_now_ns(x->mock), x);
    if (is_admin(x) && !x->mock->closing)
        mock_faults_changed(x->mock); /* it may have armed or cleared some */
    if (!x->work)
        free_exchange(x);
}

void exchange_abort(struct exchange *x)
{
    exchange_finish(x);
}

/* The mock closes or is reset while a timer had work for x. */
static void forget_work(struct exchange *x)
{
    x->work--;
    if (x->finished && !x->work)
        free_exchange(x);
}

static void forget_stage(struct exchange *x)
{
    x->work--;
    x->ended = "dropped";
    exchange_finish(x);
}

const struct clock *exchange_clock(const struct exchange *x)
{
    return x->mock->clock;
}

/* ---- answers ------------------------------------------------------------- */

void exchange_answer(struct exchange *x, int status, const char *content_type,
                     struct slice body)
{
    x->answer.status = status;
    x->answer.body.p = arena_memdup(&x->arena, body.p, body.len);
    x->answer.body.len = body.len;
    x->answer.hash = NULL;
    if (content_type)
        answer_set(&x->answer, &x->arena, "Content-Type", "%s", content_type);
}

void exchange_answer_json(struct exchange *x, int status, const cJSON *body)
{
    struct str text;

    str_init(&text, MOST_ANSWER);
    json_print(body, &text);
    exchange_answer(x, status, "application/json", str_slice(&text));
    str_fini(&text);
}

void exchange_answer_empty(struct exchange *x, int status)
{
    exchange_answer(x, status, NULL, (struct slice){"", 0});
}

void exchange_error(struct exchange *x, const char *type, int status,
                    const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    char *message = arena_vprintf(&x->arena, fmt, ap);
    va_end(ap);
    x->service->answer_error(x, type, status, message);
}

/* An error of the service with that status, in its own envelope. */
static void answer_status(struct exchange *x, int status)
{
    const struct service *s = x->service;
    const char *type = s->n_errors ? s->errors[0].name : "Error";

    for (size_t i = 0; i < s->n_errors; i++) {
        if (s->errors[i].status == status) {
            type = s->errors[i].name;
            break;
        }
        if (s->errors[i].status == 500)
            type = s->errors[i].name;
    }
    s->answer_error(x, type, status, http_reason(status));
}

/* ---- rules --------------------------------------------------------------- */

/* The plan's rule of that phase, noted as carried out; NULL: none. */
static const struct fault_rule *meet(struct exchange *x, enum fault_phase phase)
{
    if (x->plan.rule[phase])
        x->met |= 1u << phase;
    return x->plan.rule[phase];
}

static const struct fault_rule *effect(const struct exchange *x,
                                       enum fault_kind kind)
{
    for (int i = 0; i < FAULT_PHASES; i++) {
        const struct fault_rule *r = x->plan.rule[i];
        if (r && r->action->kind == kind)
            return r;
    }
    return NULL;
}

static void reach(struct exchange *x, enum fault_phase phase)
{
    if (x->mock->hook && !is_admin(x))
        x->mock->hook(x->mock->hook_ctx, x, phase);
}

static void run_stage(struct exchange *x, stage fn)
{
    x->work--;
    fn(x);
}

static void later_handle(struct exchange *x)
{
    run_stage(x, act_handle);
}

static void later_answer(struct exchange *x)
{
    run_stage(x, act_answer);
}

static void delay(struct exchange *x, enum fault_phase phase, stage then)
{
    int64_t ms = fault_delay_ms(x->plan.rule[phase], x->plan.draw[phase]);

    x->work++;
    mock_later(x->mock, ms, x, then, forget_stage);
}

static const struct {
    enum fault_kind kind;
    enum script_kind ending;
} endings[] = {{FAULT_RESET, SCRIPT_RESET},
               {FAULT_CLOSE, SCRIPT_CLOSE},
               {FAULT_HALF_CLOSE, SCRIPT_HALF_CLOSE},
               {FAULT_STALL, SCRIPT_STALL}};

/* Plays nothing but the ending. */
static void end_by(struct exchange *x, enum fault_kind kind)
{
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (endings[i].kind == kind)
            script_end(&x->script, endings[i].ending);
    answer_reset(&x->answer);
    server_play(x);
}

/* ---- state faults --------------------------------------------------------
 */

static const struct {
    enum fault_kind kind;
    enum meddle what;
} meddles[] = {{FAULT_RIVAL_COMMIT, MEDDLE_RIVAL_COMMIT},
               {FAULT_RIVAL_CREATE, MEDDLE_RIVAL_CREATE},
               {FAULT_UUID_SWAP, MEDDLE_UUID_SWAP},
               {FAULT_SCHEMA_DRIFT, MEDDLE_SCHEMA_DRIFT},
               {FAULT_DROP_TABLE, MEDDLE_DROP_TABLE},
               {FAULT_LOSE_FILE, MEDDLE_LOSE_FILE},
               {FAULT_HALF_TRANSACTION, MEDDLE_HALF_TRANSACTION},
               {FAULT_FORGET_KEYS, MEDDLE_FORGET_KEYS},
               {FAULT_REUSE_KEY, MEDDLE_REUSE_KEY},
               {FAULT_REVOKE_TOKENS, MEDDLE_REVOKE_TOKENS},
               {FAULT_REPEAT_PAGE_TOKEN, MEDDLE_REPEAT_PAGE_TOKEN},
               {FAULT_PARTIAL_DELETE, MEDDLE_PARTIAL_DELETE},
               {FAULT_FORGET_UPLOAD, MEDDLE_FORGET_UPLOAD},
               {FAULT_LOSE_PART, MEDDLE_LOSE_PART},
               {FAULT_EXPIRE_SESSIONS, MEDDLE_EXPIRE_SESSIONS}};

static void note_meddling(struct exchange *x, const struct fault_rule *r,
                          const char *trouble)
{
    char *detail = arena_printf(&x->arena, "%s: %s%s%s", r->id, r->action->name,
                                trouble ? ": " : "", trouble ? trouble : "");
    journal_meddled(x->mock->journal, mock_now_ns(x->mock), x->service->name,
                    detail);
}

/* False when the exchange ends by it: a restart takes its connection along. */
static bool change_state(struct exchange *x, const struct fault_rule *r)
{
    const struct service *s = x->service;
    char why[160] = "";

    if (r->action->kind == FAULT_RESTART) {
        note_meddling(x, r, NULL);
        mock_restart(x->mock, mock_which(x->mock, s), !r->params.lose);
        return false;
    }
    for (size_t i = 0; i < sizeof(meddles) / sizeof(meddles[0]); i++) {
        if (meddles[i].kind != r->action->kind || !s->meddle)
            continue;
        bool done =
            s->meddle(s->state, x, meddles[i].what, r->params.params, why);
        note_meddling(x, r, done ? NULL : why);
        if (!done)
            x->met &= ~(1u << r->phase);
    }
    return true;
}

/* ---- late apply ---------------------------------------------------------- */

static void run_handler(struct exchange *x)
{
    if (x->op && x->op->handle)
        x->op->handle(x);
    else
        x->service->handle_unknown(x);
}

static void drop_change(struct exchange *x)
{
    struct change c = x->change;

    memset(&x->change, 0, sizeof(x->change));
    if (c.drop)
        c.drop(c.ctx);
}

static void publish(struct exchange *x)
{
    struct change *c = &x->change;

    if (!c->publish) {
        drop_change(x);
        return;
    }
    c->publish(x, c->ctx);
    if (!c->failed) {
        x->applied = true;
        if (!is_admin(x))
            journal_applied(x->mock->journal, mock_now_ns(x->mock), x, c->what);
    }
    memset(c, 0, sizeof(*c));
}

/* The whole handler runs now. The answer that was given stays: its bytes may
 * still be on their way. */
static void apply_late(struct exchange *x)
{
    struct answer given = x->answer;

    memset(&x->answer, 0, sizeof(x->answer));
    run_handler(x);
    publish(x);
    answer_reset(&x->answer);
    x->answer = given;
    reach(x, FAULT_AFTER);
    forget_work(x);
}

static void promise_late(struct exchange *x, const struct fault_rule *r)
{
    x->work++;
    mock_later(x->mock, r->params.ms, x, apply_late, forget_work);
    switch (r->params.then) {
    case FAULT_THEN_RESET:
        end_by(x, FAULT_RESET);
        break;
    case FAULT_THEN_STALL:
        end_by(x, FAULT_STALL);
        break;
    default:
        answer_status(x, r->params.status);
        act_answer(x);
    }
}

/* ---- phase before -------------------------------------------------------- */

static void before(struct exchange *x, const struct fault_rule *r)
{
    switch (r->action->level) {
    case FAULT_ENDING:
        end_by(x, r->action->kind);
        return;
    case FAULT_TIME:
        delay(x, FAULT_BEFORE, later_handle);
        return;
    case FAULT_ANSWER:
        fault_answer(r, x->plan.draw[FAULT_BEFORE], x);
        act_answer(x);
        return;
    case FAULT_STATE:
        if (!change_state(x, r)) {
            server_play(x);
            return;
        }
        break;
    default:
        if (r->action->kind == FAULT_LATE_APPLY) {
            promise_late(x, r);
            return;
        }
        x->stale = r->action->kind == FAULT_STALE_READ;
    }
    act_handle(x);
}

/* A client that waits for 100-continue must hear of its faults first. */
static bool decides_late(const struct exchange *x)
{
    const struct http_request *r = x->request;

    return !r->expect_continue && (r->chunked || r->content_length > 0);
}

void exchange_head(struct exchange *x)
{
    x->service->name_operation(x);
    if (is_admin(x))
        return;
    journal_begin(x->mock->journal, mock_now_ns(x->mock), x);
    fault_decide(x->mock->faults, x,
                 decides_late(x) ? FAULT_ON_HEAD : FAULT_ON_BOTH, &x->plan);
}

/* The body is there and may name what the request is about. */
static void decide_at_end(struct exchange *x)
{
    x->service->name_operation(x);
    journal_named(x);
    fault_decide(x->mock->faults, x, FAULT_ON_END, &x->plan);
}

bool exchange_wants_body(struct exchange *x)
{
    const struct fault_rule *r = x->plan.rule[FAULT_BEFORE];

    if (!r)
        return !x->service->refuses || !x->service->refuses(x);
    return (r->action->level != FAULT_ENDING &&
            r->action->level != FAULT_ANSWER);
}

void exchange_act(struct exchange *x)
{
    if (decides_late(x) && !is_admin(x))
        decide_at_end(x);
    if (exchange_request_cut(x) >= 0) {
        exchange_cut(x); /* the cut lies behind the request's last byte */
        return;
    }
    reach(x, FAULT_BEFORE);
    const struct fault_rule *r = meet(x, FAULT_BEFORE);
    if (r)
        before(x, r);
    else
        act_handle(x);
}

/* ---- the handler and phase after ----------------------------------------- */

static void act_handle(struct exchange *x)
{
    run_handler(x);
    if (!x->pending)
        act_publish(x);
}

void exchange_answered(struct exchange *x)
{
    x->pending = false;
    act_publish(x);
}

static void after(struct exchange *x, const struct fault_rule *r)
{
    switch (r->action->level) {
    case FAULT_ENDING:
        if (!r->params.placed)
            end_by(x, r->action->kind);
        else
            act_answer(x); /* its beginning is sent */
        return;
    case FAULT_TIME:
        delay(x, FAULT_AFTER, later_answer);
        return;
    case FAULT_ANSWER:
        fault_answer(r, x->plan.draw[FAULT_AFTER], x);
        break;
    case FAULT_STATE:
        if (!change_state(x, r)) {
            server_play(x);
            return;
        }
        break;
    default:
        break;
    }
    act_answer(x);
}

static void act_publish(struct exchange *x)
{
    if (effect(x, FAULT_LIE_OK))
        drop_change(x);
    else
        publish(x);
    if (effect(x, FAULT_TWICE)) {
        answer_reset(&x->answer);
        run_handler(x);
        publish(x);
    }
    reach(x, FAULT_AFTER);
    const struct fault_rule *r = meet(x, FAULT_AFTER);
    if (r)
        after(x, r);
    else
        act_answer(x);
}

/* ---- bytes --------------------------------------------------------------- */

/* The rule that turns the answer's bytes into a script. */
static const struct fault_rule *byte_rule(struct exchange *x,
                                          enum fault_phase *phase)
{
    const struct fault_rule *r = x->plan.rule[FAULT_AFTER];

    *phase = FAULT_AFTER;
    if (r && r->action->level == FAULT_ENDING && x->met & 1u << FAULT_AFTER)
        return r;
    *phase = FAULT_DURING;
    r = x->plan.rule[FAULT_DURING];
    return r && r->params.of == FAULT_OF_ANSWER ? meet(x, FAULT_DURING) : NULL;
}

/* The answer's bytes, in the arena. */
static struct slice wire_bytes(struct exchange *x, bool head_only)
{
    struct str *wire = &x->mock->wire;

    if (wire->cap > KEPT_WIRE)
        str_fini(wire);
    str_reset(wire);
    answer_write(&x->answer, head_only, wire, &x->marks);
    struct slice bytes = {arena_memdup(&x->arena, wire->p, wire->len),
                          wire->len};
    x->fields = (struct slice){bytes.p + x->marks.status_end,
                               x->marks.fields_end - x->marks.status_end};
    return bytes;
}

static void write_plain(struct exchange *x, bool head_only)
{
    struct answer *w = &x->answer;
    bool split = !w->chunked;

    script_bytes(&x->script, wire_bytes(x, head_only || split));
    bool bare =
        head_only || w->status < 200 || w->status == 204 || w->status == 304;
    if (split && !bare) {
        script_bytes(&x->script, w->body);
        x->marks.end = x->marks.head_end + w->body.len;
    }
}

static void write_faulty(struct exchange *x, bool head_only,
                         const struct fault_rule *r, uint64_t draw)
{
    struct slice wire = wire_bytes(x, head_only);

    fault_bytes(r, draw, wire, &x->marks, &x->script);
}

static void suit_the_protocol(struct exchange *x)
{
    struct answer *w = &x->answer;

    if (w->chunked && x->request->minor == 0) {
        w->chunked = false;
        w->no_length = true;
    }
    if (!x->request->keep_alive)
        w->close = true;
    x->script.keep_alive = !w->close && !w->no_length;
    if (x->script.keep_alive && x->request->minor == 0)
        answer_set(w, &x->arena, "Connection", "keep-alive");
}

static void act_answer(struct exchange *x)
{
    bool head_only = slice_eqz(x->request->method, "HEAD");
    enum fault_phase phase;

    if (!x->answer.status)
        answer_status(x, 500);
    if (x->service->finish_answer)
        x->service->finish_answer(x);
    suit_the_protocol(x);
    const struct fault_rule *r = byte_rule(x, &phase);
    if (r)
        write_faulty(x, head_only, r, x->plan.draw[phase]);
    else
        write_plain(x, head_only);
    server_play(x);
}

void exchange_bad_request(struct exchange *x)
{
    int status = http1_status(x->parser);
    const char *reason = http1_reason(x->parser);

    if (!x->journal_entry && !is_admin(x))
        journal_begin(x->mock->journal, mock_now_ns(x->mock), x);
    give_back(x); /* it never came to be */
    fault_plan_done(x->mock->faults, &x->plan);
    if (x->service->answer_bad_request)
        x->service->answer_bad_request(x, status, reason);
    else
        exchange_answer(x, status, "text/plain", slice_of(reason));
    x->answer.close = true;
    x->ended = "bad-request";
    act_answer(x);
}

/* ---- faults of the request's bytes --------------------------------------- */

static int64_t place_in_request(const struct http_request *r, int at)
{
    int64_t head = (int64_t)r->head_bytes;
    int64_t body = r->content_length > 0 ? r->content_length : 0;
    int64_t line = (int64_t)(r->method.len + r->target.len) + 12;

    switch (at) {
    case FAULT_AT_STATUS:
        return line / 2;
    case FAULT_AT_HEAD:
        return (line + head) / 2;
    case FAULT_AT_BODY: /* of chunks nobody knows where the middle is */
        return head + body / 2;
    default:
        return (head + body) / 2;
    }
}

int64_t exchange_request_cut(const struct exchange *x)
{
    const struct fault_rule *r = x->plan.rule[FAULT_DURING];

    if (!r || r->params.of != FAULT_OF_REQUEST)
        return -1;
    return r->params.at_byte >= 0 ? r->params.at_byte
                                  : place_in_request(x->request, r->params.at);
}

void exchange_cut(struct exchange *x)
{
    const struct fault_rule *r = meet(x, FAULT_DURING);

    end_by(x, r->action->kind);
}
