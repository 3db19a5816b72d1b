/* server: traffic, connections and TLS, met by raw sockets. */
#include "mocks/testing.h"

/* ---- plain traffic ------------------------------------------------------- */

static void answers_and_keeps_the_connection(void)
{
    struct client c;

    begin();
    call(&c);
    say(&c, GET);
    until_got(&c, "count 0");
    CU_ASSERT_STRING_EQUAL(str_z(&c.got), LOAD_0);
    say(&c, POST);
    until_got(&c, "\"made\":1,\"bytes\":3}");
    say(&c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    until_over(&c);
    CU_ASSERT(c.eof);
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&c.got), "Connection: close\r\n"));
    const struct journal_entry *e = entry_of(2, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    CU_ASSERT_STRING_EQUAL(e->operation, "createTable");
    CU_ASSERT_STRING_EQUAL(e->request_body, "");
    CU_ASSERT_EQUAL(e->status, 200);
    CU_ASSERT_EQUAL(e->connection, 1);
    CU_ASSERT_STRING_EQUAL(e->ended, "answered");
    hang_up(&c);
    end();
}

static void pipelined_requests_are_answered_in_order(void)
{
    struct client c;
    struct str many;

    begin();
    call(&c);
    str_init(&many, 1 << 20);
    for (int i = 0; i < 500; i++)
        str_addz(&many, i % 2 ? GET : POST);
    say(&c, str_z(&many));
    until_got(&c, "count 250");
    CU_ASSERT_EQUAL(tiny.handled, 500);
    CU_ASSERT_PTR_NOT_NULL(entry_of(500, true));
    str_fini(&many);
    hang_up(&c);
    end();
}

static void split_requests_are_answered(void)
{
    struct client c;

    begin();
    call(&c);
    for (const char *p = POST; *p; p++) {
        say_bytes(&c, p, 1);
        uv_run(&w.loop, UV_RUN_NOWAIT);
    }
    until_got(&c, "\"bytes\":3}");
    hang_up(&c);
    end();
}

static void head_has_length_and_no_body(void)
{
    struct client c;

    begin();
    call(&c);
    say(&c, "HEAD /v1/t HTTP/1.1\r\nHost: x\r\n\r\n" POST);
    until_got(&c, "\"made\":1");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(str_z(&c.got), "Content-Length: 7\r\n\r\nHTTP/1.1 200"));
    hang_up(&c);
    end();
}

static void chunks_both_ways(void)
{
    struct client c;

    begin();
    call(&c);
    say(&c, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n");
    until_got(&c, "\"bytes\":5}");
    say(&c, "GET /chunked HTTP/1.1\r\nHost: x\r\n\r\n");
    until_got(&c, "7\r\ncount 1\r\n0\r\n\r\n");
    say(&c, "GET /chunked HTTP/1.0\r\n\r\n");
    until_over(&c);
    CU_ASSERT(c.eof);
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&c.got), "close\r\n\r\ncount 1"));
    hang_up(&c);
    end();
}

static void continues_when_asked(void)
{
    struct client c;

    begin();
    call(&c);
    say(&c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
            "Expect: 100-continue\r\n\r\n");
    until_got(&c, "HTTP/1.1 100 Continue\r\n\r\n");
    CU_ASSERT_EQUAL(tiny.handled, 0);
    say(&c, "ab");
    until_got(&c, "\"bytes\":2}");
    hang_up(&c);
    end();
}

static void no_continue_for_a_body_that_is_not_wanted(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},\"phase\":\"before\","
        "\"do\":{\"status\":{\"status\":503}}}");
    call(&c);
    say(&c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
            "Expect: 100-continue\r\n\r\n");
    until_over(&c);
    CU_ASSERT(slice_starts(str_slice(&c.got), "HTTP/1.1 503 "));
    CU_ASSERT(c.eof);
    CU_ASSERT_EQUAL(tiny.handled, 0);
    hang_up(&c);
    end();
}

static void bad_bytes_are_refused_and_the_connection_closed(void)
{
    static const struct {
        const char *bytes, *answer;
    } bad[] = {{"GET / HTTP/1.1\nHost: x\n\n", "HTTP/1.1 400 "},
               {"GET / HTTP/3.0\r\n\r\n", "HTTP/1.1 505 "},
               {"FOO / HTTP/1.1\r\n\r\n", "HTTP/1.1 501 "},
               {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: "
                "999999999999\r\n\r\nmore and more",
                "HTTP/1.1 413 "}};
    struct client c;

    begin();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        call(&c);
        say(&c, bad[i].bytes);
        until_over(&c);
        CU_ASSERT(c.eof);
        CU_ASSERT(slice_starts(str_slice(&c.got), bad[i].answer));
        hang_up(&c);
        const struct journal_entry *e = entry_of(i + 1, true);
        CU_ASSERT_PTR_NOT_NULL_FATAL(e);
        CU_ASSERT_STRING_EQUAL(e->ended, "bad-request");
    }
    CU_ASSERT_EQUAL(tiny.handled, 0);
    end();
}

static void a_client_that_leaves_in_the_middle_is_noted(void)
{
    struct client c;

    begin();
    call(&c);
    say(&c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab");
    CU_ASSERT_PTR_NOT_NULL(entry_of(1, false));
    hang_up(&c);
    const struct journal_entry *e = entry_of(1, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    CU_ASSERT_STRING_EQUAL(e->ended, "cut-short");
    CU_ASSERT_EQUAL(e->status, 0);
    end();
}

/* ---- connections --------------------------------------------------------- */

static void only_the_attempt_meant_is_refused(void)
{
    struct client a, b, c;

    begin_told();
    arm("{\"id\":\"no\",\"match\":{\"server\":\"catalog\",\"nth\":2},"
        "\"do\":\"refuse\"}");
    uv_run(&w.loop, UV_RUN_NOWAIT);
    CU_ASSERT_EQUAL(attempt(&a), 0);
    CU_ASSERT_EQUAL(attempt(&b), ECONNREFUSED);
    CU_ASSERT_EQUAL(attempt(&c), 0);
    watch(&a);
    watch(&c);
    say(&a, GET);
    say(&c, GET);
    until_got(&a, "count 0");
    until_got(&c, "count 0");
    const struct journal *j = mock_journal(w.mock);
    size_t refused = 0;
    for (size_t i = 0; i < journal_count(j); i++)
        refused += journal_at(j, i)->kind == JOURNAL_REFUSED &&
                   !strcmp(journal_at(j, i)->detail, "no: refuse");
    CU_ASSERT_EQUAL(refused, 1);
    hang_up(&a);
    hang_up(&b);
    hang_up(&c);
    end();
}

static void a_blackhole_swallows_the_attempt_meant(void)
{
    struct client a, b, c;

    begin_told();
    arm("{\"match\":{\"server\":\"catalog\",\"nth\":2},\"do\":\"blackhole\"}");
    uv_run(&w.loop, UV_RUN_NOWAIT);
    CU_ASSERT_EQUAL(attempt(&a), 0);
    CU_ASSERT_EQUAL(attempt(&b), EINPROGRESS);
    for (int i = 0; i < 10; i++)
        uv_run(&w.loop, UV_RUN_NOWAIT);
    hang_up(&b);
    CU_ASSERT_EQUAL(attempt(&c), 0);
    watch(&a);
    watch(&c);
    say(&c, GET);
    until_got(&c, "count 0");
    say(&a, GET);
    until_got(&a, "count 0");
    CU_ASSERT_EQUAL(entry_of(1, true)->connection, 2);
    hang_up(&a);
    hang_up(&c);
    end();
}

static void down_resets_and_comes_back(void)
{
    struct client a, b;

    begin();
    call(&a);
    say(&a, GET);
    until_got(&a, "count 0");
    arm("{\"match\":{\"server\":\"catalog\",\"for\":\"60ms\"},"
        "\"do\":{\"down\":{\"state\":\"keep\"}}}");
    fault_set_epoch(mock_faults(w.mock), clock_ns(&clock_system));
    until_over(&a);
    CU_ASSERT_EQUAL(a.error, ECONNRESET);
    CU_ASSERT_EQUAL(dial(&b), ECONNREFUSED);
    hang_up(&b);
    while (dial(&b) == ECONNREFUSED && !w.late) {
        hang_up(&b);
        turn_once();
    }
    watch(&b);
    say(&b, GET);
    until_got(&b, "count 0");
    hang_up(&a);
    hang_up(&b);
    end();
}

static void real_clients_are_refused_for_one_slot(void)
{
    struct client a, b;

    begin();
    arm("{\"match\":{\"server\":\"catalog\",\"nth\":2},\"do\":\"refuse\"}");
    call(&a);
    say(&a, GET);
    until_got(&a, "count 0");
    CU_ASSERT_EQUAL(dial(&b), ECONNREFUSED);
    hang_up(&b);
    mock_calm(w.mock);
    CU_ASSERT_EQUAL(dial(&b), 0);
    hang_up(&b);
    hang_up(&a);
    end();
}

static void an_idle_connection_is_closed(void)
{
    struct client c;

    begin_told();
    arm("{\"id\":\"idle\",\"match\":{\"server\":\"catalog\"},"
        "\"do\":{\"idle-close\":{\"time\":\"5ms\"}}}");
    uv_run(&w.loop, UV_RUN_NOWAIT);
    CU_ASSERT_EQUAL_FATAL(attempt(&c), 0);
    watch(&c);
    say(&c, GET);
    until_got(&c, "count 0");
    until_over(&c);
    CU_ASSERT(c.eof);
    CU_ASSERT_STRING_EQUAL(str_z(&c.got), LOAD_0);
    hang_up(&c);
    end();
}

static void many_connections_are_kept(void)
{
    enum { N = 200 };
    struct client *c = calloc(N, sizeof(*c));

    begin();
    for (int i = 0; i < N; i++) {
        call(&c[i]);
        say(&c[i], GET);
    }
    for (int i = 0; i < N; i++)
        until_got(&c[i], "count 0");
    for (int i = 0; i < N; i++)
        hang_up(&c[i]);
    end();
    free(c);
}

/* ---- TLS ----------------------------------------------------------------- */

static long verify_result(enum tls_kind kind, const char *rule)
{
    struct client c;

    begin_with(kind, true);
    if (rule)
        arm(rule);
    CU_ASSERT_EQUAL_FATAL(attempt(&c), 0);
    watch(&c);
    start_tls(&c);
    long result = c.tls_failed ? SSL_get_verify_result(c.ssl)
                  : over(&c)   ? -1
                               : X509_V_OK;
    if (result == X509_V_OK) {
        say(&c, GET);
        until_got(&c, "count 0");
    }
    hang_up(&c);
    end();
    return result;
}

#define TLS_RULE(what)                                                         \
    "{\"match\":{\"server\":\"catalog\"},\"do\":{\"tls\":{\"what\":\"" what    \
    "\"}}}"

static void certificates_are_what_they_say(void)
{
    CU_ASSERT_EQUAL(verify_result(TLS_GOOD, NULL), X509_V_OK);
    CU_ASSERT_EQUAL(verify_result(TLS_EXPIRED, NULL),
                    X509_V_ERR_CERT_HAS_EXPIRED);
    CU_ASSERT_EQUAL(verify_result(TLS_WRONG_NAME, NULL),
                    X509_V_ERR_IP_ADDRESS_MISMATCH);
    CU_ASSERT_EQUAL(verify_result(TLS_UNTRUSTED, NULL),
                    X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    CU_ASSERT_EQUAL(verify_result(TLS_GOOD, TLS_RULE("expired")),
                    X509_V_ERR_CERT_HAS_EXPIRED);
    CU_ASSERT_EQUAL(verify_result(TLS_GOOD, TLS_RULE("wrong-name")),
                    X509_V_ERR_IP_ADDRESS_MISMATCH);
    CU_ASSERT_EQUAL(verify_result(TLS_GOOD, TLS_RULE("untrusted")),
                    X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    CU_ASSERT_EQUAL(verify_result(TLS_GOOD, TLS_RULE("cut")), -1);
}

static void big_answers_go_through_tls(void)
{
    struct client c;

    begin_tls(TLS_GOOD);
    tiny.big = calloc(1, BIG);
    call(&c);
    start_tls(&c);
    say(&c, "GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    until_over(&c);
    CU_ASSERT(c.eof);
    CU_ASSERT(c.got.len > BIG);
    hang_up(&c);
    end();
}

UNIT_MAIN("server", UNIT(answers_and_keeps_the_connection),
          UNIT(pipelined_requests_are_answered_in_order),
          UNIT(split_requests_are_answered), UNIT(head_has_length_and_no_body),
          UNIT(chunks_both_ways), UNIT(continues_when_asked),
          UNIT(no_continue_for_a_body_that_is_not_wanted),
          UNIT(bad_bytes_are_refused_and_the_connection_closed),
          UNIT(a_client_that_leaves_in_the_middle_is_noted),
          UNIT(only_the_attempt_meant_is_refused),
          UNIT(a_blackhole_swallows_the_attempt_meant),
          UNIT(down_resets_and_comes_back),
          UNIT(real_clients_are_refused_for_one_slot),
          UNIT(an_idle_connection_is_closed), UNIT(many_connections_are_kept),
          UNIT(certificates_are_what_they_say),
          UNIT(big_answers_go_through_tls))
