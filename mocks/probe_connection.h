/* probe_connection: faults that meet connections; for fault_probe_test.c only.
 *
 * Each is probed twice: told of every attempt, as in simulation, and not, as
 * with real clients, where the kernel does not tell of attempts and a rule
 * holds for one slot.
 */
#ifndef MOCKS_PROBE_CONNECTION_H
#define MOCKS_PROBE_CONNECTION_H

#include "mocks/probe_bytes.h"

enum { SLOT_MS = 1000 };

/* ---- a client and its attempts ------------------------------------------- */

/* 0, or errno; told: the mock hears of it first. */
static inline int try_to_dial(struct client *c, bool told)
{
    settle();
    int rc = told ? attempt(c) : dial(c);
    settle();
    return rc;
}

static inline int state_of(const struct client *c)
{
    struct tcp_info info;
    socklen_t n = sizeof(info);

    return getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &n)
               ? -1
               : info.tcpi_state;
}

/* The next attempt succeeds, and requests are answered. */
static inline void may_connect(struct probe *p, struct client *c, bool told)
{
    bool done = try_to_dial(c, told) == 0;

    EXPECT(p, done);
    if (!done)
        return;
    watch(c);
    if (p->cell->tls)
        start_tls(c);
    settle();
}

static inline void may_work(struct probe *p, bool told)
{
    struct client c;

    may_connect(p, &c, told);
    EXPECT(p, works(&c));
    hang_up(&c);
}

static inline cJSON *connection_rule(const struct probe *p)
{
    static const char *const servers[] = {"catalog", "s3"};
    cJSON *rule = fault_example(p->cell->action);

    json_set_str(rule, "id", "probe");
    json_set_str(json_get(rule, "match"), "server", servers[p->cell->which]);
    if (*p->do_)
        json_set(rule, "do", json_parse(p->do_, strlen(p->do_), NULL));
    return rule;
}

/* The first connection is made before the rule is; on a kept one there was a
 * request. */
static inline void begin_connections(struct probe *p, bool told,
                                     struct client *first)
{
    open_cell(p->cell, false, told);
    cJSON *rule = connection_rule(p);
    arm_tree(rule);
    cJSON_Delete(rule);
    may_connect(p, first, told);
    if (p->cell->kept)
        EXPECT(p, works(first));
}

static inline size_t journal_says(enum journal_kind kind, const char *detail)
{
    const struct journal *j = mock_journal(w.mock);
    size_t n = 0;

    for (size_t i = 0; i < journal_count(j); i++) {
        const struct journal_entry *e = journal_at(j, i);
        n += e->kind == kind && (!detail || !strcmp(e->detail, detail));
    }
    return n;
}

static inline uint64_t fired(void)
{
    struct fault_rule *r = fault_at(mock_faults(w.mock), 0);

    return r ? r->fired : 0;
}

/* ---- refuse, blackhole --------------------------------------------------- */

static inline void is_kept_out(struct probe *p, bool told)
{
    bool refused = p->cell->action->kind == FAULT_REFUSE;
    struct client c;
    int rc = try_to_dial(&c, told);

    if (refused) {
        EXPECT(p, rc == ECONNREFUSED);
    } else {
        EXPECT(p, rc == EINPROGRESS);
        EXPECT(p, state_of(&c) == TCP_SYN_SENT);
    }
    hang_up(&c);
    EXPECT(p, fired() == 1);
}

static inline void second_is_kept_out(struct probe *p, bool told)
{
    struct client first;
    char detail[64];

    snprintf(detail, sizeof(detail), "probe: %s", p->cell->action->name);
    begin_connections(p, told, &first);
    is_kept_out(p, told);
    EXPECT(p, works(&first)); /* who is in stays in */
    if (!told) {              /* and so is everybody until the slot is over */
        advance_to(SLOT_MS - 1);
        is_kept_out(p, told);
        advance_to(SLOT_MS + 1);
    }
    may_work(p, told);
    EXPECT(p, fired() == 1);
    EXPECT(p, journal_says(JOURNAL_REFUSED, detail) == 1);
    EXPECT(p, journal_says(JOURNAL_CONNECTED, NULL) == 2);
    EXPECT(p, works(&first));
    hang_up(&first);
    end();
}

static void whole_kept_out(struct probe *p)
{
    second_is_kept_out(p, true);
    second_is_kept_out(p, false);
}

/* ---- down ---------------------------------------------------------------- */

static inline void write_something(struct probe *p, bool told)
{
    struct client c;

    may_connect(p, &c, told);
    say_op(&c, OP_WRITE);
    settle();
    EXPECT(p, answered_with(&c, "HTTP/1.1 200 OK\r\n"));
    hang_up(&c);
}

/* From 10 s for 30 s: that is the example's match. */
static inline void goes_down(struct probe *p, bool told)
{
    bool lose = !strcmp(json_str(p->params, "state"), "lose");
    struct client first, c;

    begin_connections(p, told, &first);
    write_something(p, told);
    advance_to(9999);
    EXPECT(p, !over(&first) && fired() == 0);
    may_work(p, told);
    advance_to(10001);
    EXPECT(p, first.error == ECONNRESET);
    for (int64_t s = 11; s < 40; s += 14) {
        advance_to(s * 1000);
        EXPECT(p, try_to_dial(&c, told) == ECONNREFUSED);
        hang_up(&c);
    }
    advance_to(40001);
    may_connect(p, &c, told);
    EXPECT(p, works(&c));
    hang_up(&c);
    if (told)
        mock_connecting(w.mock, w.which);
    EXPECT(p, is_there(p) == !lose);
    dismiss_observer(p);
    EXPECT(p, fired() > 0);
    hang_up(&first);
    end();
}

static void whole_down(struct probe *p)
{
    goes_down(p, true);
    goes_down(p, false);
}

/* ---- idle-close ---------------------------------------------------------- */

static inline bool says_goodbye(const struct client *c)
{
    return !c->ssl || SSL_get_shutdown(c->ssl) & SSL_RECEIVED_SHUTDOWN;
}

/* The second connection is closed when it was idle so long after an answer;
 * before the first request nobody calls it idle. */
static inline void is_closed_when_idle(struct probe *p, bool told)
{
    int64_t ms = asked_ms(p, "time", 0), from;
    struct client first, c;

    begin_connections(p, told, &first);
    may_connect(p, &c, told);
    EXPECT(p, fired() == 1);
    if (!p->cell->kept)
        advance_to(vt_ms() + 10 * ms + 1000);
    EXPECT(p, works(&c) || ms == 0);
    if (p->cell->kept && ms) { /* each request begins the time anew */
        advance_to(vt_ms() + ms - 1);
        EXPECT(p, works(&c));
    }
    from = vt_ms();
    if (ms) {
        advance_to(from + ms - 1);
        EXPECT(p, !over(&c));
    }
    advance_to(from + ms);
    EXPECT(p, c.eof && says_goodbye(&c));
    EXPECT(p, slice_starts(str_slice(&c.got), "HTTP/1.1 200 OK\r\n"));
    EXPECT(p, journal_says(JOURNAL_CLOSED, "probe: idle-close") == 1);
    hang_up(&c);
    EXPECT(p, works(&first));
    hang_up(&first);
    end();
}

static void whole_idle_close(struct probe *p)
{
    is_closed_when_idle(p, true);
    is_closed_when_idle(p, false);
}

/* ---- tls ----------------------------------------------------------------- */

/* What the client's own verification says of the handshake. */
static inline void meets_bad_tls(struct probe *p, bool told)
{
    static const struct {
        const char *what;
        long verdict; /* -1: the handshake was cut */
    } verdicts[] = {{"expired", X509_V_ERR_CERT_HAS_EXPIRED},
                    {"wrong-name", X509_V_ERR_IP_ADDRESS_MISMATCH},
                    {"untrusted", X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
                    {"cut", -1}};
    const char *what = json_str(p->params, "what");
    struct client first, c;
    size_t i = 0;

    begin_connections(p, told, &first);
    may_connect(p, &c, told);
    while (i < 3 && strcmp(verdicts[i].what, what) != 0)
        i++;
    EXPECT(p, !strcmp(verdicts[i].what, what));
    EXPECT(p, !SSL_is_init_finished(c.ssl) && c.got.len == 0);
    if (verdicts[i].verdict < 0) {
        EXPECT(p, c.eof && !c.tls_failed);
    } else {
        EXPECT(p, c.tls_failed);
        EXPECT(p, SSL_get_verify_result(c.ssl) == verdicts[i].verdict);
    }
    hang_up(&c);
    settle();
    EXPECT(p, fired() == 1);
    may_work(p, told);
    EXPECT(p, works(&first));
    hang_up(&first);
    end();
}

static void whole_tls(struct probe *p)
{
    meets_bad_tls(p, true);
    meets_bad_tls(p, false);
}

#endif
