/* junit: results as JUnit XML, one testsuite a topic. Valid against the schema
 * that Jenkins and most CI services use. There is no timestamp: a report is a
 * pure function of the result, which holds no wall clock.
 */
#include "reports/result.h"

#include <stdio.h>

#include "reports/text.h"
#include "reports/timeline.h"

static void attribute(struct str *out, const char *name, const char *value)
{
    str_addf(out, " %s=\"", name);
    text_markup(out, value);
    str_addc(out, '"');
}

static void time_attribute(struct str *out, int64_t us)
{
    str_addf(out, " time=\"%lld.%06lld\"", (long long)us / 1000000,
             (long long)us % 1000000);
}

static void property(struct str *out, const char *name, const char *value)
{
    str_addz(out, "<property");
    attribute(out, "name", name);
    attribute(out, "value", value);
    str_addz(out, "/>");
}

static const struct result_check *first_failed(const struct result_scenario *s)
{
    for (size_t i = 0; i < s->n_checks; i++)
        if (s->checks[i].verdict == VERDICT_FAILED)
            return &s->checks[i];
    return NULL;
}

static void put_failure(struct str *out, const struct result_scenario *s)
{
    const struct result_check *first = first_failed(s);

    str_addz(out, "<failure");
    attribute(out, "message", first ? first->said : s->why_skipped);
    attribute(out, "type", first ? first->name : "run");
    str_addc(out, '>');
    for (size_t i = 0; i < s->n_checks; i++)
        if (s->checks[i].verdict == VERDICT_FAILED) {
            text_markup(out, s->checks[i].name);
            str_addz(out, ": ");
            text_markup(out, s->checks[i].said);
            str_addc(out, '\n');
        }
    str_addz(out, "seed ");
    str_addf(out, "%llu\n", (unsigned long long)s->seed);
    text_markup(out, s->replay);
    str_addz(out, "\n</failure>");
}

static void put_timeline(struct str *out, const struct result_scenario *s)
{
    struct str plain;

    str_init(&plain, out->max);
    timeline_text(s, 0, SIZE_MAX, false, &plain);
    str_addz(out, "<system-out>");
    text_markup(out, str_z(&plain));
    str_addz(out, "</system-out>");
    str_fini(&plain);
}

static void put_case(struct str *out, const struct result_scenario *s)
{
    str_addz(out, "<testcase");
    attribute(out, "classname", s->topic);
    attribute(out, "name", s->id);
    time_attribute(out, s->wall_us);
    str_addc(out, '>');
    if (s->verdict == VERDICT_SKIPPED) {
        str_addz(out, "<skipped");
        attribute(out, "message", s->why_skipped);
        str_addz(out, "/>");
    }
    if (s->verdict == VERDICT_FAILED) {
        put_failure(out, s);
        put_timeline(out, s);
    }
    str_addz(out, "</testcase>\n");
}

static void put_counts(struct str *out, const struct tally *t)
{
    str_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\"",
             t->passed + t->failed + t->skipped, t->failed);
}

static void put_suite(struct str *out, const struct result *r,
                      const char *topic)
{
    struct tally t = tally_of(r, topic);
    char seed[24];

    str_addz(out, "<testsuite");
    attribute(out, "name", topic);
    put_counts(out, &t);
    str_addf(out, " skipped=\"%zu\"", t.skipped);
    time_attribute(out, t.wall_us);
    str_addz(out, ">\n<properties>");
    snprintf(seed, sizeof(seed), "%llu", (unsigned long long)r->seed);
    property(out, "version", r->version);
    property(out, "mode", r->mode);
    property(out, "seed", seed);
    property(out, "trace", r->trace);
    str_addz(out, "</properties>\n");
    for (size_t i = 0; i < r->n_scenarios; i++)
        if (slice_eqz(slice_of(text_or_empty(r->scenarios[i].topic)), topic))
            put_case(out, &r->scenarios[i]);
    str_addz(out, "</testsuite>\n");
}

void report_junit(const struct result *r, struct str *out)
{
    struct tally all = tally_of(r, NULL);
    struct topics topics;

    str_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    attribute(out, "name", "icefault");
    put_counts(out, &all);
    time_attribute(out, r->wall_ms < INT64_MAX / 1000 ? r->wall_ms * 1000
                                                      : INT64_MAX);
    str_addz(out, ">\n");
    topics_init(&topics, r);
    for (size_t i = 0; i < topics.n; i++)
        put_suite(out, r, topics.names[i]);
    topics_fini(&topics);
    str_addz(out, "</testsuites>\n");
}
