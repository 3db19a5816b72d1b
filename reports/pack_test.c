/* Tests of pack: what one process writes, another reads back. */
#include "reports/result.h"

#include <string.h>

#include "base/arena.h"
#include "base/unit.h"
#include "reports/example.h"

static bool unpack(const struct str *text, struct arena *a,
                   struct result_scenario *s)
{
    return report_unpack(str_slice(text), a, s);
}

/* Packing what was unpacked must give the same text: every member counts. */
static void each_scenario_comes_back_whole(void)
{
    for (size_t i = 0; i < COUNT(example_list); i++) {
        struct result_scenario back;
        struct str first, second;
        struct arena a;

        arena_init(&a);
        str_init(&first, 1 << 20);
        str_init(&second, 1 << 20);
        report_pack(&example_list[i], &first);
        CU_ASSERT(unpack(&first, &a, &back));
        report_pack(&back, &second);
        CU_ASSERT_STRING_EQUAL(str_z(&first), str_z(&second));
        CU_ASSERT_PTR_NULL(strchr(str_z(&first), '\n'));
        arena_fini(&a);
        str_fini(&first);
        str_fini(&second);
    }
}

static void values_survive(void)
{
    const struct result_scenario *was = &example_list[1];
    struct result_scenario s;
    struct str text;
    struct arena a;

    arena_init(&a);
    str_init(&text, 1 << 20);
    report_pack(was, &text);
    CU_ASSERT_FATAL(unpack(&text, &a, &s));
    str_fini(&text);
    CU_ASSERT_STRING_EQUAL(s.id, was->id);
    CU_ASSERT_STRING_EQUAL(s.replay, was->replay);
    CU_ASSERT_STRING_EQUAL(s.trace, was->trace);
    CU_ASSERT_EQUAL(s.seed, UINT64_MAX);
    CU_ASSERT_EQUAL(s.verdict, VERDICT_FAILED);
    CU_ASSERT_EQUAL(s.n_requirements, 2);
    CU_ASSERT_STRING_EQUAL(s.requirements[1], "R4.4-3");
    CU_ASSERT_EQUAL(s.n_checks, 3);
    CU_ASSERT_EQUAL(s.checks[2].verdict, VERDICT_SKIPPED);
    CU_ASSERT_EQUAL(s.n_faults, 2);
    CU_ASSERT_EQUAL(s.faults[0].fired, 1);
    CU_ASSERT_EQUAL(s.n_steps, 3);
    CU_ASSERT_PTR_NULL(s.steps[2].outcome);
    CU_ASSERT_EQUAL(s.steps[2].ended_ns, -1);
    CU_ASSERT_EQUAL(s.n_events, was->n_events);
    CU_ASSERT_EQUAL(s.events[3].kind, EVENT_EXCHANGE);
    CU_ASSERT_STRING_EQUAL(s.events[3].fault, "lost-reply:after");
    CU_ASSERT(s.events[3].bad);
    CU_ASSERT_EQUAL(s.events[3].at_ns, MS(2));
    CU_ASSERT_PTR_NULL(s.events[4].actor);
    arena_fini(&a);
}

static void a_text_cut_anywhere_is_refused(void)
{
    struct result_scenario s;
    struct str text;
    struct arena a;

    arena_init(&a);
    str_init(&text, 1 << 20);
    report_pack(&example_list[1], &text);
    for (size_t n = 0; n < text.len; n++)
        CU_ASSERT_FALSE(report_unpack((struct slice){text.p, n}, &a, &s));
    arena_fini(&a);
    str_fini(&text);
}

/* Replaces the first occurrence of from, which must be there. */
static bool refused_with(const char *from, const char *to)
{
    struct result_scenario s;
    struct str text, changed;
    struct arena a;
    const char *at;
    bool ok;

    arena_init(&a);
    str_init(&text, 1 << 20);
    str_init(&changed, 1 << 20);
    report_pack(&example_list[1], &text);
    at = strstr(str_z(&text), from);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    str_add(&changed, text.p, (size_t)(at - text.p));
    str_addz(&changed, to);
    str_addz(&changed, at + strlen(from));
    ok = !unpack(&changed, &a, &s);
    arena_fini(&a);
    str_fini(&text);
    str_fini(&changed);
    return ok;
}

static void other_objects_are_refused(void)
{
    CU_ASSERT_FALSE(refused_with("\"id\":\"create", "\"id\":\"created"));
    CU_ASSERT(refused_with("\"id\":", "\"di\":"));
    CU_ASSERT(refused_with("\"verdict\":\"failed\"", "\"verdict\":\"flaky\""));
    CU_ASSERT(refused_with("\"checks\":[{", "\"checks\":[1,{"));
    CU_ASSERT(refused_with("\"wall_us\":2500", "\"wall_us\":\"2500\""));
    CU_ASSERT(refused_with("\"seed\":1844", "\"seed\":91844"));
    CU_ASSERT(refused_with("\"seed\":1844", "\"seed\":-1844"));
    CU_ASSERT(refused_with("\"kind\":\"step\"", "\"kind\":\"leap\""));
    CU_ASSERT(refused_with("\"trace\":\"b2\"",
                           "\"trace\":\"0123456789012345678901234567890123456"
                           "789012345678901234567890123456789\""));
    CU_ASSERT(refused_with("[\"R3.2-6\"", "[null,\"R3.2-6\""));
}

UNIT_MAIN("pack", UNIT(each_scenario_comes_back_whole), UNIT(values_survive),
          UNIT(a_text_cut_anywhere_is_refused), UNIT(other_objects_are_refused))
