/* The probe: every legal action, in every phase, on both servers, over http
 * and https, on fresh and on used connections, met by raw sockets.
 *
 * What must come of each is in probe_rows.h. Cells come from the table of
 * actions: one without a row fails, so that no action goes unproved.
 */
#include "mocks/probe_rows.h"

#include <time.h>

/* libuv's calls arrive here: see probe.h. May be called before a sanitizer's
 * runtime is up. */
__attribute__((no_sanitize("address", "undefined"))) int
clock_gettime(clockid_t id, struct timespec *t)
{
    int64_t ns = vt.ns;

    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)
        ns += NOW_MS * MS;
    t->tv_sec = (time_t)(ns / 1000 / MS);
    t->tv_nsec = (long)(ns % (INT64_C(1000) * MS));
    return 0;
}

static struct {
    size_t cells, runs, senseless;
} counted;

/* ---- the answer without the fault ---------------------------------------- */

static struct str plains[OPS][2][2][2]; /* op, server, tls, kept */

static void take_plain(struct probe *p)
{
    const struct cell *c = p->cell;
    struct str *s = &plains[p->row->op][c->which][c->tls][c->kept];

    if (!s->len)
        perform_plain(p, 0, s);
    str_init(&p->plain, MOST_ANSWER);
    str_adds(&p->plain, str_slice(s));
    p->status_end = behind(str_slice(s), "\r\n");
    p->head_end = behind(str_slice(s), "\r\n\r\n");
    EXPECT(p, slice_starts(str_slice(s), "HTTP/1.1 ") && p->head_end > 0);
}

static void forget_plains(void)
{
    struct str *s = &plains[0][0][0][0];

    for (size_t i = 0; i < sizeof(plains) / sizeof(*s); i++)
        str_fini(&s[i]);
}

/* ---- how the connection ended -------------------------------------------- */

static void stays_open(struct probe *p)
{
    EXPECT(p, !over(&p->c) && works(&p->c));
}

static void was_reset(struct probe *p)
{
    EXPECT(p, p->c.error == ECONNRESET && !p->c.eof);
}

static int error_of(const struct client *c)
{
    int e = 0;
    socklen_t n = sizeof(e);

    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &e, &n);
    return e;
}

/* A server that dies says nothing, in TLS either. */
static bool ended_silently(const struct client *c)
{
    return c->eof && !c->error &&
           (!c->ssl || !(SSL_get_shutdown(c->ssl) & SSL_RECEIVED_SHUTDOWN));
}

static void was_closed(struct probe *p)
{
    EXPECT(p, ended_silently(&p->c));
    EXPECT(p, send(p->c.fd, "x", 1, MSG_NOSIGNAL) == 1);
    settle();
    EXPECT(p, error_of(&p->c) == EPIPE); /* answered by RST */
}

static void was_half_closed(struct probe *p)
{
    EXPECT(p, ended_silently(&p->c));
    settle();
    size_t n = journal_says(JOURNAL_CLOSED, NULL);
    say(&p->c, "more");
    settle();
    EXPECT(p, error_of(&p->c) == 0);
    EXPECT(p, journal_says(JOURNAL_CLOSED, NULL) == n);
    shutdown(p->c.fd, SHUT_WR);
    settle();
    EXPECT(p, journal_says(JOURNAL_CLOSED, NULL) == n + 1);
}

static void stays_silent(struct probe *p)
{
    EXPECT(p, !over(&p->c));
    say(&p->c, "more");
    advance_to(vt_ms() + MOST_MS);
    EXPECT(p, !over(&p->c) && p->c.got.len == 0);
    mock_calm(w.mock);
    settle();
    EXPECT(p, p->c.eof && p->c.got.len == 0);
}

static const struct {
    void (*check)(struct probe *p);
    const char *told; /* by the journal */
} endings[] = {[ENDS_OPEN] = {stays_open, "answered"},
               [ENDS_RST] = {was_reset, "reset"},
               [ENDS_FIN] = {was_closed, "closed"},
               [ENDS_HALF] = {was_half_closed, "half-closed"},
               [ENDS_SILENT] = {stays_silent, "stalled"}};

/* ---- what was done, and what is told of it ------------------------------- */

static uint64_t exchange_of(const struct probe *p)
{
    return p->cell->kept ? 2 : 1;
}

static void check_effect(struct probe *p)
{
    static const size_t times[] = {0, 1, 2, 1};
    enum effect effect = p->row->effect;
    const struct journal *j = mock_journal(w.mock);
    int64_t due = effect == APPLIED_LATE ? asked_ms(p, "time", 0) : 0;
    bool there = p->row->there == IS_THERE ||
                 (p->row->there == AS_APPLIED && effect != NOT_APPLIED);
    size_t n = 0;

    for (size_t i = 0; i < journal_count(j); i++) {
        const struct journal_entry *e = journal_at(j, i);
        if (e->kind != JOURNAL_APPLIED)
            continue;
        int64_t at = e->at_ns / MS - p->sent_ms;
        EXPECT(p, e->exchange == exchange_of(p));
        if (p->cell->action->kind == FAULT_DELAY)
            EXPECT(p, at == (due ? p->last_ms : 0));
        else
            EXPECT(p, at == due);
        n++;
    }
    EXPECT(p, n == times[effect]);
    EXPECT(p, p->early == (there && effect != APPLIED_LATE));
    EXPECT(p, is_there(p) == there);
}

static void check_journal(struct probe *p)
{
    const struct journal_entry *e = entry_of(exchange_of(p), true);
    char faults[32];

    snprintf(faults, sizeof(faults), "probe:%s",
             fault_phase_names[p->cell->phase]);
    EXPECT(p, e != NULL);
    if (!e)
        return;
    EXPECT(p, e->connection == 1);
    EXPECT(p, !strcmp(e->operation, requests[p->row->op][w.which].operation));
    EXPECT(p, !strcmp(e->faults, p->row->misses ? "" : faults));
    EXPECT(p, e->answer_bytes == p->got.len);
    p->read = e->request_bytes;
    EXPECT(p, !strcmp(e->ended, endings[p->row->ending].told));
    EXPECT(p, fired() == !p->row->misses);
    EXPECT(p, journal_says(JOURNAL_MEDDLED, NULL) ==
                  (p->cell->action->level == FAULT_STATE));
}

/* ---- one cell ------------------------------------------------------------ */

static cJSON *rule_of(const struct probe *p)
{
    const struct cell *c = p->cell;
    const char *do_ = *p->do_ ? p->do_ : c->action->example;
    cJSON *rule = cJSON_CreateObject();
    cJSON *match = cJSON_AddObjectToObject(rule, "match");

    json_set_str(rule, "id", "probe");
    json_set_str(match, "server", c->which == MOCK_S3 ? "s3" : "catalog");
    json_set_str(match, "operation", requests[p->row->op][c->which].operation);
    json_set_i64(match, "nth", 1);
    json_set_str(rule, "phase", fault_phase_names[c->phase]);
    json_set(rule, "do", json_parse(do_, strlen(do_), NULL));
    return rule;
}

static void meet_fault(struct probe *p)
{
    cJSON *rule = rule_of(p);

    take_plain(p);
    perform(p, rule, 0);
    check_effect(p);
    endings[p->row->ending].check(p);
    check_journal(p);
    if (p->row->also)
        p->row->also(p);
    EXPECT(p, !w.late);
    close_cell(p);
    p->row->bytes(p);
    str_fini(&p->plain);
    str_fini(&p->got);
    cJSON_Delete(rule);
}

static void name_probe(struct probe *p)
{
    const struct cell *c = p->cell;

    snprintf(p->name, NAME_SIZE, "%s %s, %s, %s, %s connection, %.80s",
             fault_phase_names[c->phase], c->action->name,
             c->which == MOCK_S3 ? "s3" : "catalog", c->tls ? "https" : "http",
             c->kept ? "kept" : "fresh", *p->do_ ? p->do_ : "example");
}

static void run_one(const struct cell *c, const struct row *r, const char *do_)
{
    struct probe p = {.cell = c, .row = r, .do_ = do_};
    const char *text = *do_ ? do_ : c->action->example;
    cJSON *tree = json_parse(text, strlen(text), NULL);

    name_probe(&p);
    p.params = cJSON_IsObject(tree) ? tree->child : NULL;
    if (r->whole)
        r->whole(&p);
    else
        meet_fault(&p);
    counted.runs++;
    cJSON_Delete(tree);
}

static const struct senseless *why_not(const struct cell *c)
{
    for (size_t i = 0; i < SENSELESS; i++)
        if (senseless[i].kind == c->action->kind &&
            senseless[i].schemes & (c->tls ? HTTPS : HTTP))
            return &senseless[i];
    return NULL;
}

static void is_refused(const struct cell *c)
{
    struct probe p = {.cell = c, .row = &rows[0], .do_ = EXAMPLE};
    struct spec_error e;

    name_probe(&p);
    open_cell(c, false, false);
    cJSON *rule = connection_rule(&p);
    EXPECT(&p, fault_check(rule, NULL));
    EXPECT(&p, !fault_add(mock_faults(w.mock), rule, &e));
    EXPECT(&p, !strcmp(e.path, "do") && e.message[0]);
    EXPECT(&p, fault_count(mock_faults(w.mock)) == 0);
    cJSON_Delete(rule);
    end();
    counted.senseless++;
}

static bool is_for(const struct row *r, const struct cell *c)
{
    unsigned scheme = c->tls ? HTTPS : HTTP;

    return r->kind == c->action->kind && r->phases & 1u << c->phase &&
           r->servers & 1u << c->which && (!r->schemes || r->schemes & scheme);
}

static void run_cell(const struct cell *c)
{
    size_t found = 0;

    if (why_not(c)) {
        is_refused(c);
        return;
    }
    for (size_t i = 0; i < ROWS; i++) {
        if (!is_for(&rows[i], c))
            continue;
        for (size_t k = 0; rows[i].does[k]; k++, found++)
            run_one(c, &rows[i], rows[i].does[k]);
    }
    if (!found)
        fprintf(stderr, "%s %s on %s: nothing says what must come of it\n",
                fault_phase_names[c->phase], c->action->name,
                c->which == MOCK_S3 ? "s3" : "catalog");
    CU_ASSERT(found > 0);
    counted.cells++;
}

/* ---- all of them --------------------------------------------------------- */

static void run_cells(bool tls, bool kept)
{
    for (size_t i = 0; i < FAULT_KINDS; i++)
        for (int phase = 0; phase < FAULT_PHASES; phase++)
            for (int which = 0; which < 2; which++) {
                const struct fault_action *a = &fault_actions[i];
                struct cell c = {a, (enum fault_phase)phase,
                                 (enum mock_server)which, tls, kept};
                if (a->phases & 1u << phase && a->servers & 1u << which)
                    run_cell(&c);
            }
}

static void every_cell_over_http_on_fresh_connections(void)
{
    run_cells(false, false);
}

static void every_cell_over_http_on_kept_connections(void)
{
    run_cells(false, true);
}

static void every_cell_over_https_on_fresh_connections(void)
{
    run_cells(true, false);
}

static void every_cell_over_https_on_kept_connections(void)
{
    run_cells(true, true);
}

/* ---- is anything left out? ----------------------------------------------- */

/* The parameters of what a row does, whatever its form; *tree is deleted by
 * the caller. */
static const cJSON *params_of(const struct row *r, const char *do_,
                              cJSON **tree)
{
    const char *text = *do_ ? do_ : fault_actions[r->kind].example;

    *tree = json_parse(text, strlen(text), NULL);
    return cJSON_IsObject(*tree) ? (*tree)->child : NULL;
}

static bool is_probed(enum fault_kind kind, const char *param, const char *word)
{
    bool found = false;

    for (size_t i = 0; i < ROWS && !found; i++)
        for (size_t k = 0; rows[i].does[k] && rows[i].kind == kind; k++) {
            cJSON *tree;
            const char *is =
                json_str(params_of(&rows[i], rows[i].does[k], &tree), param);
            found |= is && !strcmp(is, word);
            cJSON_Delete(tree);
        }
    return found;
}

static void every_word_of_every_parameter_is_probed(void)
{
    for (size_t i = 0; i < FAULT_KINDS; i++) {
        const struct spec_field *f = fault_actions[i].params;
        for (; f && f->name; f++)
            for (size_t k = 0; f->type == SPEC_WORD && f->words[k]; k++) {
                bool ok =
                    is_probed(fault_actions[i].kind, f->name, f->words[k]);
                if (!ok)
                    fprintf(stderr, "%s: no row has %s: %s\n",
                            fault_actions[i].name, f->name, f->words[k]);
                CU_ASSERT(ok);
            }
    }
}

static bool has_example(const struct cell *c)
{
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; is_for(&rows[i], c) && rows[i].does[k]; k++)
            if (!*rows[i].does[k] ||
                !strcmp(rows[i].does[k], c->action->example))
                return true;
    return false;
}

/* In every phase in which it is a rule; elsewhere it is none. */
static void every_example_is_probed(void)
{
    for (size_t i = 0; i < FAULT_KINDS; i++)
        for (int k = 0; k < FAULT_PHASES * 2; k++) {
            struct cell c = {.action = &fault_actions[i],
                             .phase = (enum fault_phase)(k / 2),
                             .which = (enum mock_server)(k % 2)};
            cJSON *rule = fault_example(c.action);
            cJSON *match = json_get(rule, "match");
            cJSON_DeleteItemFromObjectCaseSensitive(match, "operation");
            json_set_str(match, "server", c.which ? "s3" : "catalog");
            json_set_str(rule, "phase", fault_phase_names[c.phase]);
            bool legal = fault_check(rule, NULL);
            if (legal != has_example(&c))
                fprintf(stderr, "%s %s on %s: the example is %s\n",
                        fault_phase_names[c.phase], c.action->name,
                        c.which ? "s3" : "catalog",
                        legal ? "not probed" : "no rule");
            CU_ASSERT_EQUAL(legal, has_example(&c));
            cJSON_Delete(rule);
        }
}

int main(int argc, char **argv)
{
    static const struct unit_test tests[] = {
        UNIT(every_word_of_every_parameter_is_probed),
        UNIT(every_example_is_probed),
        UNIT(every_cell_over_http_on_fresh_connections),
        UNIT(every_cell_over_http_on_kept_connections),
        UNIT(every_cell_over_https_on_fresh_connections),
        UNIT(every_cell_over_https_on_kept_connections)};
    int rc = unit_main("fault probe", tests, sizeof(tests) / sizeof(tests[0]),
                       argc, argv);

    printf("%zu cells (action, phase, server, scheme, connection) probed by "
           "%zu faults\n",
           counted.cells, counted.runs);
    for (size_t i = 0; i < SENSELESS; i++)
        printf("%zu cells without sense: %s: %s\n", counted.senseless,
               fault_actions[senseless[i].kind].name, senseless[i].why);
    forget_plains();
    return rc;
}
