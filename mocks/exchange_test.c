/* exchange: endings, effects and the mock's life, met by raw sockets. */
#include "mocks/testing.h"

/* ---- endings ------------------------------------------------------------- */

static const struct {
    const char *what;
    int handled; /* did the handler run? */
    int bytes;   /* of the answer that must come */
    int error;   /* of recv, 0: end of file */
    const char *ended;
} endings[] = {
    {"\"phase\":\"before\",\"do\":\"reset\"", 0, 0, ECONNRESET, "reset"},
    {"\"phase\":\"before\",\"do\":\"close\"", 0, 0, 0, "closed"},
    {"\"phase\":\"before\",\"do\":\"half-close\"", 0, 0, 0, "half-closed"},
    {"\"phase\":\"after\",\"do\":\"reset\"", 1, 0, ECONNRESET, "reset"},
    {"\"phase\":\"after\",\"do\":\"close\"", 1, 0, 0, "closed"},
    {"\"phase\":\"after\",\"do\":\"half-close\"", 1, 0, 0, "half-closed"},
    {"\"phase\":\"after\",\"do\":{\"reset\":{\"at_byte\":17}}", 1, 17,
     ECONNRESET, "reset"},
    {"\"phase\":\"during\",\"do\":{\"reset\":{\"at_byte\":1}}", 1, 1,
     ECONNRESET, "reset"},
    {"\"phase\":\"during\",\"do\":{\"close\":{\"at_byte\":20}}", 1, 20, 0,
     "closed"},
    {"\"phase\":\"during\",\"do\":{\"half-close\":{\"at_byte\":20}}", 1, 20, 0,
     "half-closed"},
    {"\"phase\":\"during\",\"do\":{\"reset\":{\"of\":\"request\","
     "\"at_byte\":5}}",
     0, 0, ECONNRESET, "reset"},
    {"\"phase\":\"during\",\"do\":{\"close\":{\"of\":\"request\","
     "\"at\":\"body\"}}",
     0, 0, 0, "closed"},
    {"\"phase\":\"during\",\"do\":{\"reset\":{\"of\":\"request\","
     "\"at_byte\":5000}}",
     0, 0, ECONNRESET, "reset"},
};

static void meets_ending(size_t i, enum tls_kind tls, bool kept)
{
    struct client c;
    char rule[256];

    begin_tls(tls);
    call(&c);
    if (tls != TLS_OFF)
        start_tls(&c);
    if (kept) {
        say(&c, GET);
        until_got(&c, "count 0");
        str_reset(&c.got);
    }
    snprintf(rule, sizeof(rule),
             "{\"id\":\"f\",\"match\":{\"operation\":\"createTable\"},%s}",
             endings[i].what);
    arm(rule);
    say(&c, POST);
    until_over(&c);
    CU_ASSERT_EQUAL(c.error, endings[i].error);
    CU_ASSERT_EQUAL(c.eof, endings[i].error == 0);
    CU_ASSERT_EQUAL(c.got.len, (size_t)endings[i].bytes);
    CU_ASSERT_EQUAL(tiny.handled, endings[i].handled + kept);
    CU_ASSERT_EQUAL(tiny.count, endings[i].handled);
    const struct journal_entry *e = entry_of(1 + (uint64_t)kept, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    CU_ASSERT_STRING_EQUAL(e->ended, endings[i].ended);
    CU_ASSERT_EQUAL(e->answer_bytes, (size_t)endings[i].bytes);
    CU_ASSERT(strncmp(e->faults, "f:", 2) == 0);
    CU_ASSERT(fault_all_fired(mock_faults(w.mock), &c.got));
    hang_up(&c);
    end();
}

static void endings_are_what_they_say(void)
{
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        meets_ending(i, TLS_OFF, false);
        meets_ending(i, TLS_OFF, true);
        meets_ending(i, TLS_GOOD, false);
        meets_ending(i, TLS_GOOD, true);
    }
}

static void a_stall_ends_when_calm_is_asked_for(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"loadTable\"},\"phase\":\"during\","
        "\"do\":{\"stall\":{\"at_byte\":9}}}");
    call(&c);
    say(&c, GET);
    until_got(&c, "HTTP/1.1 ");
    CU_ASSERT_EQUAL(c.got.len, 9);
    CU_ASSERT_EQUAL(mock_pending(w.mock), 0);
    mock_calm(w.mock);
    until_over(&c);
    CU_ASSERT(c.eof);
    CU_ASSERT_EQUAL(c.got.len, 9);
    CU_ASSERT_STRING_EQUAL(entry_of(1, true)->ended, "stalled");
    hang_up(&c);
    end();
}

/* The reader is slow: far more than the kernel's buffers hold lies before the
 * reset. */
static void bytes_before_a_reset_all_arrive(void)
{
    struct client c;

    begin();
    tiny.big = calloc(1, BIG);
    arm("{\"match\":{\"operation\":\"loadTable\"},\"phase\":\"during\","
        "\"do\":{\"reset\":{\"at_byte\":6000000}}}");
    CU_ASSERT_EQUAL_FATAL(dial(&c), 0);
    say(&c, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
    for (int i = 0; i < 20; i++)
        uv_run(&w.loop, UV_RUN_NOWAIT);
    watch(&c);
    until_over(&c);
    CU_ASSERT_EQUAL(c.error, ECONNRESET);
    CU_ASSERT_EQUAL(c.got.len, 6000000);
    hang_up(&c);
    end();
}

static void a_drip_brings_all_bytes(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"loadTable\"},\"phase\":\"during\","
        "\"do\":{\"drip\":{\"every\":\"1ms\",\"bytes\":20}}}");
    call(&c);
    say(&c, GET);
    until_got(&c, "count 0");
    CU_ASSERT_STRING_EQUAL(str_z(&c.got), LOAD_0);
    say(&c, POST);
    until_got(&c, "\"made\":1");
    hang_up(&c);
    end();
}

/* ---- effects ------------------------------------------------------------- */

static void a_lie_changes_nothing(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},\"do\":\"lie-ok\"}");
    call(&c);
    say(&c, POST GET);
    until_got(&c, "count 0");
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&c.got), "\"made\":1"));
    hang_up(&c);
    end();
}

static void twice_is_done_twice(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},\"do\":\"twice\"}");
    call(&c);
    say(&c, POST GET);
    until_got(&c, "count 2");
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&c.got), "\"made\":2"));
    CU_ASSERT_PTR_NULL(strstr(str_z(&c.got), "\"made\":1"));
    hang_up(&c);
    end();
}

static void late_apply_outlives_its_connection(void)
{
    struct client c;
    size_t turns = 0;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},"
        "\"do\":{\"late-apply\":{\"time\":\"20ms\"}}}");
    call(&c);
    say(&c, POST);
    until_got(&c, "HTTP/1.1 504 ");
    hang_up(&c);
    CU_ASSERT_EQUAL(tiny.count, 0);
    CU_ASSERT_EQUAL(mock_pending(w.mock), 1);
    while (mock_pending(w.mock) && turns++ < TURNS)
        turn_once();
    CU_ASSERT_EQUAL(tiny.count, 1);
    end();
}

static void late_work_is_dropped_when_the_mock_closes(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},"
        "\"do\":{\"late-apply\":{\"time\":\"1h\",\"then\":\"reset\"}}}");
    arm("{\"match\":{\"operation\":\"loadTable\"},\"phase\":\"before\","
        "\"do\":{\"delay\":{\"time\":\"1h\"}}}");
    call(&c);
    say(&c, POST);
    until_over(&c);
    CU_ASSERT_EQUAL(c.error, ECONNRESET);
    hang_up(&c);
    call(&c);
    say(&c, GET);
    CU_ASSERT_PTR_NOT_NULL(entry_of(2, false));
    CU_ASSERT_EQUAL(mock_pending(w.mock), 2);
    hang_up(&c);
    end();
    CU_ASSERT_EQUAL(tiny.count, 0);
}

static void stale_reads_show_the_state_before(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"loadTable\"},\"do\":\"stale-read\"}");
    call(&c);
    say(&c, POST POST GET);
    until_got(&c, "count 1");
    say(&c, GET);
    until_got(&c, "count 2");
    hang_up(&c);
    end();
}

static void a_delay_waits(void)
{
    struct client c;
    int64_t from;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},\"phase\":\"after\","
        "\"do\":{\"delay\":{\"time\":\"30ms\"}}}");
    call(&c);
    from = clock_ms(&clock_system);
    say(&c, POST);
    while (!tiny.count && !w.late)
        turn_once();
    CU_ASSERT_EQUAL(c.got.len, 0);
    CU_ASSERT_EQUAL(mock_pending(w.mock), 1);
    until_got(&c, "\"made\":1");
    CU_ASSERT(clock_ms(&clock_system) - from >= 29);
    hang_up(&c);
    end();
}

static void note_phase(void *ctx, const struct exchange *x,
                       enum fault_phase phase)
{
    (void)ctx;
    tiny.phases[phase]++;
    CU_ASSERT_EQUAL(x->applied, phase == FAULT_AFTER);
}

static void the_hook_sees_both_phases(void)
{
    struct client c;

    begin();
    mock_on_phase(w.mock, note_phase, NULL);
    call(&c);
    say(&c, POST);
    until_got(&c, "\"made\":1");
    CU_ASSERT_EQUAL(tiny.phases[FAULT_BEFORE], 1);
    CU_ASSERT_EQUAL(tiny.phases[FAULT_AFTER], 1);
    hang_up(&c);
    end();
}

static void a_restart_by_fault_comes_after_the_effect(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},\"phase\":\"after\","
        "\"do\":\"restart\"}");
    call(&c);
    say(&c, POST);
    until_over(&c);
    CU_ASSERT_EQUAL(c.error, ECONNRESET);
    CU_ASSERT_EQUAL(c.got.len, 0);
    CU_ASSERT_EQUAL(tiny.count, 1);
    CU_ASSERT_STRING_EQUAL(entry_of(1, true)->ended, "reset");
    hang_up(&c);
    end();
}

static void late_apply_goes_on_beside_a_stall(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},"
        "\"do\":{\"late-apply\":{\"time\":\"5ms\",\"then\":\"stall\"}}}");
    call(&c);
    say(&c, POST);
    while (!tiny.count && !w.late)
        turn_once();
    CU_ASSERT_EQUAL(c.got.len, 0);
    CU_ASSERT_FALSE(over(&c));
    mock_calm(w.mock);
    until_over(&c);
    CU_ASSERT(c.eof);
    hang_up(&c);
    end();
}

static void a_restart_resets_connections(void)
{
    struct client c;

    begin();
    call(&c);
    say(&c, GET);
    until_got(&c, "count 0");
    mock_restart(w.mock, MOCK_CATALOG, true);
    until_over(&c);
    CU_ASSERT_EQUAL(c.error, ECONNRESET);
    hang_up(&c);
    end();
}

static uint64_t times_fired(size_t i)
{
    return fault_at(mock_faults(w.mock), i)->fired;
}

/* The answer never came to the bytes: the second rule waits for another. */
static void what_was_never_reached_did_not_fire(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"loadTable\"},\"phase\":\"before\","
        "\"do\":\"reset\"}");
    arm("{\"match\":{\"operation\":\"loadTable\"},\"phase\":\"during\","
        "\"do\":{\"reset\":{\"at_byte\":9}}}");
    call(&c);
    say(&c, GET);
    until_over(&c);
    CU_ASSERT_EQUAL(c.got.len, 0);
    hang_up(&c);
    CU_ASSERT_EQUAL(times_fired(0), 1);
    CU_ASSERT_EQUAL(times_fired(1), 0);
    call(&c);
    say(&c, GET);
    until_over(&c);
    CU_ASSERT_EQUAL(c.got.len, 9);
    CU_ASSERT_EQUAL(times_fired(1), 1);
    hang_up(&c);
    end();
}

/* ---- making -------------------------------------------------------------- */

static void a_port_in_use_is_told(void)
{
    struct mock_options o;
    char why[200] = "", want[80];
    uv_loop_t loop;

    begin();
    mock_default_options(&o);
    o.port[MOCK_CATALOG] = mock_port(w.mock, MOCK_CATALOG);
    snprintf(want, sizeof(want), "port %d on 127.0.0.1 is in use",
             o.port[MOCK_CATALOG]);
    uv_loop_init(&loop);
    struct mock *m = mock_new(&loop, &o, why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_FALSE(mock_listen(m, why));
    CU_ASSERT_STRING_EQUAL(why, want);
    mock_close(m);
    uv_run(&loop, UV_RUN_DEFAULT);
    mock_free(m);
    CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
    end();
}

static void bad_options_are_told(void)
{
    struct mock_options o;
    char why[200] = "";
    uv_loop_t loop;

    uv_loop_init(&loop);
    mock_default_options(&o);
    o.port[MOCK_S3] = 70000;
    CU_ASSERT_PTR_NULL(mock_new(&loop, &o, why));
    CU_ASSERT_STRING_EQUAL(why, "70000 is not a port (0 to 65535)");
    mock_default_options(&o);
    static const char slip[] = "{\"namespaecs\":[]}";
    o.catalog = json_parse(slip, sizeof(slip) - 1, NULL);
    CU_ASSERT_PTR_NULL(mock_new(&loop, &o, why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "namespaecs"));
    cJSON_Delete((cJSON *)(uintptr_t)o.catalog);
    CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
}

static void reset_forgets(void)
{
    struct client c;

    begin();
    arm("{\"match\":{\"operation\":\"createTable\"},\"do\":\"lie-ok\"}");
    call(&c);
    say(&c, GET);
    until_got(&c, "count 0");
    mock_reset(w.mock);
    until_over(&c);
    CU_ASSERT_EQUAL(c.error, ECONNRESET);
    CU_ASSERT_EQUAL(fault_count(mock_faults(w.mock)), 0);
    CU_ASSERT_EQUAL(journal_count(mock_journal(w.mock)), 0);
    hang_up(&c);
    end();
}

UNIT_MAIN("exchange", UNIT(endings_are_what_they_say),
          UNIT(a_stall_ends_when_calm_is_asked_for),
          UNIT(bytes_before_a_reset_all_arrive), UNIT(a_drip_brings_all_bytes),
          UNIT(a_lie_changes_nothing), UNIT(twice_is_done_twice),
          UNIT(late_apply_outlives_its_connection),
          UNIT(late_work_is_dropped_when_the_mock_closes),
          UNIT(stale_reads_show_the_state_before), UNIT(a_delay_waits),
          UNIT(the_hook_sees_both_phases),
          UNIT(a_restart_by_fault_comes_after_the_effect),
          UNIT(late_apply_goes_on_beside_a_stall),
          UNIT(a_restart_resets_connections),
          UNIT(what_was_never_reached_did_not_fire),
          UNIT(a_port_in_use_is_told), UNIT(bad_options_are_told),
          UNIT(reset_forgets))
