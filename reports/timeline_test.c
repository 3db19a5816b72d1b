/* Tests of timeline. */
#include "reports/timeline.h"

#include <stdio.h>
#include <string.h>

#include "base/unit.h"
#include "reports/example.h"

/* "R2" for the request of exchange 2, "A2" its answer, "E2" an effect. */
static const char *order_of(const struct timeline *t)
{
    static char text[128];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < t->n; i++) {
        const struct mark *m = &t->marks[i];
        char kind = m->event->kind == EVENT_EFFECT ? 'E'
                    : m->answer                    ? 'A'
                                                   : 'R';
        if (m->event->ordinal)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%c%d ",
                                    kind, (int)m->event->ordinal);
    }
    return text;
}

static void an_effect_lies_between_its_request_and_the_answer(void)
{
    struct timeline t;

    timeline_init(&t, &example_list[1]);
    CU_ASSERT_STRING_EQUAL(order_of(&t), "R1 A1 R2 E2 A2 R3 A3 R4 R5 A4 ");
    CU_ASSERT_EQUAL(t.n_actors, 2);
    CU_ASSERT_EQUAL(timeline_actor(&t, "second"), 1);
    CU_ASSERT_EQUAL(timeline_actor(&t, "nobody"), 2);
    timeline_fini(&t);
}

static void an_unanswered_exchange_has_no_answer(void)
{
    struct timeline t;
    size_t answers = 0;

    timeline_init(&t, &example_list[1]);
    for (size_t i = 0; i < t.n; i++)
        answers += t.marks[i].answer && t.marks[i].event->ordinal == 5;
    CU_ASSERT_EQUAL(answers, 0);
    timeline_fini(&t);
}

static void there_are_only_so_many_lanes(void)
{
    struct result_event events[9];
    struct result_scenario s = {.events = events, .n_events = 9};
    static const char *const names[] = {"a", "b", "c", "d", "e",
                                        "f", "g", "h", "i"};
    struct timeline t;

    for (int i = 0; i < 9; i++)
        events[i] =
            (struct result_event){.kind = EVENT_STEP, .actor = names[i]};
    timeline_init(&t, &s);
    CU_ASSERT_EQUAL(t.n_actors, TIMELINE_MAX_ACTORS);
    timeline_fini(&t);
}

static void a_fault_has_an_id_and_a_phase(void)
{
    const char *phase;

    CU_ASSERT_EQUAL(fault_parts("a:b:after", &phase), 3);
    CU_ASSERT_STRING_EQUAL(phase, "after");
    CU_ASSERT_EQUAL(fault_parts("lone", &phase), 4);
    CU_ASSERT_STRING_EQUAL(phase, "");
}

UNIT_MAIN("timeline", UNIT(an_effect_lies_between_its_request_and_the_answer),
          UNIT(an_unanswered_exchange_has_no_answer),
          UNIT(there_are_only_so_many_lanes),
          UNIT(a_fault_has_an_id_and_a_phase))
