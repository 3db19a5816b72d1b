/* Tests of the page: what it must hold, and that no text can break out. */
#include "reports/html.h"

#include <stdio.h>
#include <string.h>

#include "base/unit.h"
#include "reports/example.h"

static void page(const struct result *r, struct str *out)
{
    str_init(out, 4 << 20);
    report_html(r, out);
    CU_ASSERT_FALSE(out->failed);
}

static size_t count_of(const char *z, const char *what)
{
    size_t n = 0;

    for (; (z = strstr(z, what)); z += strlen(what))
        n++;
    return n;
}

static void it_needs_nothing_but_itself(void)
{
    static const char *const outside[] = {
        "<script", "<link", "<img",  "@import",
        "url(",    "src=",  "http:", "https:"};
    struct result r = example();
    struct str out;

    r.n_scenarios = 1;
    r.n_requirements = 3;
    r.n_mutants = 1;
    page(&r, &out);
    for (size_t i = 0; i < COUNT(outside); i++)
        CU_ASSERT_PTR_NULL(strstr(str_z(&out), outside[i]));
    CU_ASSERT(strstr(str_z(&out), "prefers-color-scheme:dark") != NULL);
    CU_ASSERT(strstr(str_z(&out), "name=viewport") != NULL);
    str_fini(&out);
}

static void it_shows_every_part_of_the_result(void)
{
    static const char *const parts[] = {
        "2 of 4 scenarios failed",
        "<b class=''>1 h 12 min</b>",
        "0.62 s",
        "3.2 Automatic table creation <small>1 of 1 covered</small>",
        "A lost reply to a create is settled by loading.",
        "<span class='chip proven'>create-sent-again</span>",
        "The table is made, and the connection dies before the answer.",
        "createTable health_data_raw was sent 2 times",
        "after reset on createTable health_data_raw",
        "createTable http://127.0.0.1:8181/v1: 3 attempts in 10 s: no answer",
        "build/icefault run create/lost-reply --seed 42",
        "mode real only",
        "1 of 2 deliberate mistakes were caught",
        "create-sent-again is killed by create/rival"};
    struct result r = example();
    struct str out;

    page(&r, &out);
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (!strstr(str_z(&out), parts[i]))
            CU_FAIL(parts[i]);
        CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&out), parts[i]));
    }
    CU_ASSERT_EQUAL(count_of(str_z(&out), "<details class='case"), 4);
    CU_ASSERT_EQUAL(count_of(str_z(&out), "<details class='case failed' open>"),
                    2);
    str_fini(&out);
}

static void every_link_has_its_target(void)
{
    struct result r = example();
    struct str out;

    page(&r, &out);
    for (const char *z = str_z(&out); (z = strstr(z, "href='#")); z++) {
        char id[1024];
        size_t n = strcspn(z + 7, "'");
        CU_ASSERT_FATAL(n < sizeof(id) - 8);
        snprintf(id, sizeof(id), "id='%.*s'", (int)n, z + 7);
        if (strncmp(z + 7, "requirements", n) != 0)
            CU_ASSERT_EQUAL(count_of(str_z(&out), id), 1);
    }
    str_fini(&out);
}

static void hostile_texts_stay_texts(void)
{
    struct result r = example();
    struct str out;
    const char *z;

    page(&r, &out);
    z = str_z(&out);
    CU_ASSERT_PTR_NULL(strstr(z, "</script>"));
    CU_ASSERT_PTR_NULL(strstr(z, "<b a="));
    CU_ASSERT_PTR_NULL(strchr(z, '\x1b'));
    CU_ASSERT_PTR_NULL(strchr(z, '\x01'));
    CU_ASSERT_PTR_NULL(strchr(z, '\xff'));
    CU_ASSERT(count_of(z, "&lt;b a=&#39;x&#39; b=&quot;y&quot;&gt;") > 10);
    CU_ASSERT_EQUAL(count_of(z, "<svg "), count_of(z, "</svg>"));
    CU_ASSERT_EQUAL(count_of(z, "<details"), count_of(z, "</details>"));
    CU_ASSERT_EQUAL(count_of(z, "<table"), count_of(z, "</table>"));
    CU_ASSERT_EQUAL(count_of(z, "<div"), count_of(z, "</div>"));
    str_fini(&out);
}

static void the_drawing_marks_where_each_fault_struck(void)
{
    struct str out;
    const char *z;

    str_init(&out, 1 << 20);
    svg_timeline(&out, &example_list[1]);
    z = str_z(&out);
    CU_ASSERT_EQUAL(count_of(z, "class=cross"), 3);
    CU_ASSERT(strstr(z, ">lost-reply:after</text>") != NULL);
    CU_ASSERT(strstr(z, ">slow:during</text>") != NULL);
    CU_ASSERT(strstr(z, ">silent:before, no answer</text>") != NULL);
    CU_ASSERT_EQUAL(count_of(z, "class=eff "), 1);
    CU_ASSERT(strstr(z, "1 s later") != NULL);
    CU_ASSERT(strstr(z, ">catalog</text>") != NULL);
    CU_ASSERT(strstr(z, ">s3</text>") != NULL);
    str_fini(&out);
}

static void a_long_drawing_is_cut(void)
{
    static struct result_event many[5000];
    struct result_scenario s = {.events = many, .n_events = COUNT(many)};
    struct str out;

    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = (struct result_event){.kind = EVENT_LOG, .label = "x"};
    str_init(&out, 1 << 20);
    svg_timeline(&out, &s);
    CU_ASSERT(out.len < 100000);
    CU_ASSERT(strstr(str_z(&out), "and 4760 more") != NULL);
    str_fini(&out);
}

static void code_is_set_between_backticks(void)
{
    struct str out;

    str_init(&out, 1000);
    html_put(&out, "<p>%W|%M", "a `b<` c ` d", "`x`");
    CU_ASSERT_STRING_EQUAL(str_z(&out), "<p>a <code>b&lt;</code> c ` d|`x`");
    str_fini(&out);
}

static void an_empty_result_gives_a_page(void)
{
    struct result r = {0};
    struct str out;

    page(&r, &out);
    CU_ASSERT(strstr(str_z(&out), "No scenario ran") != NULL);
    str_fini(&out);
}

UNIT_MAIN("html", UNIT(it_needs_nothing_but_itself),
          UNIT(it_shows_every_part_of_the_result),
          UNIT(every_link_has_its_target), UNIT(hostile_texts_stay_texts),
          UNIT(the_drawing_marks_where_each_fault_struck),
          UNIT(a_long_drawing_is_cut), UNIT(code_is_set_between_backticks),
          UNIT(an_empty_result_gives_a_page))
