/* json: results.json. Its keys are a contract that others build on: existing
 * ones keep their names, order and meaning, new ones go after them.
 */
#include "reports/result.h"

#include "base/json.h"
#include "reports/text.h"
#include "reports/write_json.h"

void put_name(struct str *out, const char *name)
{
    char last = out->len ? out->p[out->len - 1] : '{';

    if (last != '{' && last != '[')
        str_addc(out, ',');
    if (name)
        str_addf(out, "\"%s\":", name);
}

void put_open(struct str *out, const char *name, char bracket)
{
    put_name(out, name);
    str_addc(out, bracket);
}

void put_close(struct str *out, char bracket)
{
    str_addc(out, bracket);
}

void put_text(struct str *out, const char *name, const char *z)
{
    put_name(out, name);
    if (z)
        json_quote(out, slice_of(z));
    else
        str_addz(out, "null");
}

void put_int(struct str *out, const char *name, int64_t n)
{
    put_name(out, name);
    str_addf(out, "%lld", (long long)n);
}

void put_uint(struct str *out, const char *name, uint64_t n)
{
    put_name(out, name);
    str_addf(out, "%llu", (unsigned long long)n);
}

void put_bool(struct str *out, const char *name, bool b)
{
    put_name(out, name);
    str_addz(out, b ? "true" : "false");
}

void put_texts(struct str *out, const char *name, const char *const *list,
               size_t n)
{
    put_open(out, name, '[');
    for (size_t i = 0; i < n; i++)
        put_text(out, NULL, text_or_empty(list[i]));
    put_close(out, ']');
}

static void put_checks(struct str *out, const struct result_scenario *s)
{
    put_open(out, "checks", '[');
    for (size_t i = 0; i < s->n_checks; i++) {
        put_open(out, NULL, '{');
        put_text(out, "name", text_or_empty(s->checks[i].name));
        put_text(out, "verdict", verdict_names[s->checks[i].verdict]);
        put_text(out, "said", text_or_empty(s->checks[i].said));
        put_close(out, '}');
    }
    put_close(out, ']');
}

static void put_faults(struct str *out, const struct result_scenario *s)
{
    put_open(out, "faults", '[');
    for (size_t i = 0; i < s->n_faults; i++) {
        put_open(out, NULL, '{');
        put_text(out, "id", text_or_empty(s->faults[i].id));
        put_uint(out, "fired", s->faults[i].fired);
        put_text(out, "what", s->faults[i].what);
        put_close(out, '}');
    }
    put_close(out, ']');
}

static void put_steps(struct str *out, const struct result_scenario *s)
{
    put_open(out, "steps", '[');
    for (size_t i = 0; i < s->n_steps; i++) {
        const struct result_step *t = &s->steps[i];
        put_open(out, NULL, '{');
        put_text(out, "actor", t->actor);
        put_text(out, "what", t->what);
        put_text(out, "outcome", t->outcome);
        put_text(out, "error", t->error);
        put_int(out, "began_ns", t->began_ns);
        put_int(out, "ended_ns", t->ended_ns);
        put_close(out, '}');
    }
    put_close(out, ']');
}

void put_scenario(struct str *out, const struct result_scenario *s)
{
    put_text(out, "id", text_or_empty(s->id));
    put_text(out, "file", text_or_empty(s->file));
    put_text(out, "title", text_or_empty(s->title));
    put_texts(out, "requirements", s->requirements, s->n_requirements);
    put_text(out, "verdict", verdict_names[s->verdict]);
    put_checks(out, s);
    put_faults(out, s);
    put_uint(out, "exchanges", s->exchanges);
    put_int(out, "virtual_ms", s->virtual_ms);
    put_uint(out, "seed", s->seed);
    put_text(out, "trace", s->trace);
    put_texts(out, "mutants", s->mutants, s->n_mutants);
    put_text(out, "topic", s->topic);
    put_text(out, "story", s->story);
    put_text(out, "why_skipped", s->why_skipped);
    put_uint(out, "faults_fired", s->faults_fired);
    put_int(out, "wall_us", s->wall_us);
    put_text(out, "replay", s->replay);
    put_steps(out, s);
}

static void put_totals(struct str *out, const struct result *r)
{
    put_open(out, "totals", '{');
    put_uint(out, "scenarios", r->n_scenarios);
    put_uint(out, "passed", r->passed);
    put_uint(out, "failed", r->failed);
    put_uint(out, "skipped", r->skipped);
    put_uint(out, "exchanges", r->exchanges);
    put_uint(out, "faults_fired", r->faults_fired);
    put_int(out, "wall_ms", r->wall_ms);
    put_int(out, "virtual_ms", r->virtual_ms);
    put_close(out, '}');
}

static void put_requirements(struct str *out, const struct result *r)
{
    put_open(out, "requirements", '[');
    for (size_t i = 0; i < r->n_requirements; i++) {
        const struct result_requirement *q = &r->requirements[i];
        str_addz(out, i ? ",\n" : "\n");
        str_addz(out, "{\"id\":");
        json_quote(out, slice_of(text_or_empty(q->id)));
        put_texts(out, "scenarios", q->scenarios, q->n_scenarios);
        put_texts(out, "mutants", q->mutants, q->n_mutants);
        put_text(out, "chapter", q->chapter);
        put_text(out, "text", q->text);
        put_bool(out, "covered_later", q->covered_later);
        put_close(out, '}');
    }
    put_close(out, ']');
}

static void put_mutants(struct str *out, const struct result *r)
{
    put_open(out, "mutants", '[');
    for (size_t i = 0; i < r->n_mutants; i++) {
        const struct result_mutant *m = &r->mutants[i];
        put_open(out, NULL, '{');
        put_text(out, "name", text_or_empty(m->name));
        put_text(out, "rule", text_or_empty(m->rule));
        put_texts(out, "breaks", m->breaks, m->n_breaks);
        put_bool(out, "killed", m->killed);
        put_texts(out, "killers", m->killers, m->n_killers);
        put_text(out, "note", m->note);
        put_close(out, '}');
    }
    put_close(out, ']');
}

void report_json(const struct result *r, struct str *out)
{
    /* Readers of a stream may have begun the text: no comma looks back. */
    str_addz(out, "{\"icefault\":\"results/1\"");
    put_text(out, "version", text_or_empty(r->version));
    put_text(out, "mode", text_or_empty(r->mode));
    put_uint(out, "seed", r->seed);
    put_totals(out, r);
    put_text(out, "trace", r->trace);
    put_open(out, "scenarios", '[');
    for (size_t i = 0; i < r->n_scenarios; i++) {
        str_addz(out, i ? ",\n{" : "\n{");
        put_scenario(out, &r->scenarios[i]);
        put_close(out, '}');
    }
    put_close(out, ']');
    put_requirements(out, r);
    if (r->n_mutants)
        put_mutants(out, r);
    str_addz(out, "}\n");
}
