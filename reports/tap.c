/* tap: results as TAP version 14, one test point a scenario. */
#include "reports/result.h"

#include "base/json.h"
#include "reports/text.h"

/* '#' begins a directive and '\' escapes: neither may come from a title. */
static void description(struct str *out, const char *z)
{
    struct str plain;

    str_init(&plain, out->max);
    text_plain(&plain, z);
    for (size_t i = 0; i < plain.len; i++) {
        if (plain.p[i] == '#' || plain.p[i] == '\\')
            str_addc(out, '\\');
        str_addc(out, plain.p[i]);
    }
    str_fini(&plain);
}

/* YAML 1.2 takes JSON's strings as they are. */
static void yaml_entry(struct str *out, const char *key, const char *z)
{
    str_addf(out, "  %s: ", key);
    json_quote(out, slice_of(text_or_empty(z)));
    str_addc(out, '\n');
}

static void diagnosis(struct str *out, const struct result_scenario *s)
{
    str_addz(out, "  ---\n");
    yaml_entry(out, "file", s->file);
    if (s->why_skipped && *s->why_skipped)
        yaml_entry(out, "why", s->why_skipped);
    str_addf(out, "  seed: %llu\n", (unsigned long long)s->seed);
    yaml_entry(out, "replay", s->replay);
    str_addz(out, "  checks:\n");
    for (size_t i = 0; i < s->n_checks; i++)
        if (s->checks[i].verdict == VERDICT_FAILED) {
            str_addz(out, "    - name: ");
            json_quote(out, slice_of(text_or_empty(s->checks[i].name)));
            str_addz(out, "\n      said: ");
            json_quote(out, slice_of(text_or_empty(s->checks[i].said)));
            str_addc(out, '\n');
        }
    str_addz(out, "  ...\n");
}

void report_tap(const struct result *r, struct str *out)
{
    str_addf(out, "TAP version 14\n1..%zu\n", r->n_scenarios);
    for (size_t i = 0; i < r->n_scenarios; i++) {
        const struct result_scenario *s = &r->scenarios[i];
        str_addf(out, "%sok %zu - ", s->verdict == VERDICT_FAILED ? "not " : "",
                 i + 1);
        description(out, s->id);
        str_addz(out, ": ");
        description(out, s->title);
        if (s->verdict == VERDICT_SKIPPED) {
            str_addz(out, " # SKIP ");
            description(out, s->why_skipped);
        }
        str_addc(out, '\n');
        if (s->verdict == VERDICT_FAILED)
            diagnosis(out, s);
    }
}
