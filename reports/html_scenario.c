/* html: one scenario, folded unless it failed. */
#include "reports/html.h"

#include <string.h>

#include "reports/text.h"

static void put_summary(struct str *out, const struct result_scenario *s)
{
    html_put(out,
             "<summary><span class=mark title='%M'></span><span class=title>%M"
             "<span class='where mono'>%M</span></span><span class=brief>",
             verdict_names[s->verdict], s->title, s->id);
    if (s->verdict == VERDICT_SKIPPED) {
        str_addz(out, "skipped");
    } else {
        text_counted(out, s->exchanges, "exchange", "exchanges");
        if (s->faults_fired) {
            str_addz(out, " · ");
            text_counted(out, s->faults_fired, "fault", "faults");
        }
        if (s->virtual_ms > 0) {
            str_addz(out, " · ");
            text_ms(out, s->virtual_ms);
        }
    }
    str_addz(out, "</span></summary>\n");
}

static void put_requirements(struct str *out, const struct result *r,
                             const struct result_scenario *s)
{
    if (!s->n_requirements)
        return;
    str_addz(out, "<div class=chips>");
    for (size_t i = 0; i < s->n_requirements; i++) {
        const struct result_requirement *q =
            find_requirement(r, s->requirements[i]);
        html_put(out, "<a class=chip href='#requirements' title='%M'>%M</a>",
                 q ? q->text : "", s->requirements[i]);
    }
    str_addz(out, "</div>\n");
}

static void put_troubles(struct str *out, const struct result_scenario *s)
{
    for (size_t i = 0; i < s->n_checks; i++)
        if (s->checks[i].verdict == VERDICT_FAILED)
            html_put(out, "<p class=said><b>%M</b>: %M</p>\n",
                     s->checks[i].name, s->checks[i].said);
    if (s->why_skipped && *s->why_skipped)
        html_put(out, "<p class='said%M'>%M</p>\n",
                 s->verdict == VERDICT_SKIPPED ? " odd" : "", s->why_skipped);
}

static void put_faults(struct str *out, const struct result_scenario *s)
{
    if (!s->n_faults)
        return;
    str_addz(out, "<div><h4>Faults</h4>\n<table><thead><tr><th>Id</th><th>"
                  "What it does</th><th class=num>Fired</th></tr></thead>"
                  "<tbody>\n");
    for (size_t i = 0; i < s->n_faults; i++) {
        const struct result_fault *f = &s->faults[i];
        html_put(out, "<tr><td>%M</td><td class=soft>%M</td><td class='num%M'>",
                 f->id, f->what, f->fired ? "" : " bad");
        text_count(out, f->fired);
        str_addz(out, "</td></tr>\n");
    }
    str_addz(out, "</tbody></table></div>\n");
}

static void put_step(struct str *out, const struct result_step *t)
{
    bool bad = t->error && *t->error;

    html_put(out, "<tr><td>%M</td><td class='%M'>%M", t->what,
             bad ? "odd" : "good", t->outcome);
    if (bad)
        html_put(out, "<br><span class=soft>%M</span>", t->error);
    str_addz(out, "</td><td class=num>");
    if (t->ended_ns >= t->began_ns)
        text_ns(out, text_span(t->began_ns, t->ended_ns));
    else
        str_addz(out, "did not end");
    str_addz(out, "</td></tr>\n");
}

static void put_steps(struct str *out, const struct result_scenario *s)
{
    if (!s->n_steps)
        return;
    str_addz(out, "<div><h4>Steps</h4>\n<table><thead><tr><th>Step</th><th>"
                  "Outcome</th><th class=num>Took</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < s->n_steps; i++)
        put_step(out, &s->steps[i]);
    str_addz(out, "</tbody></table></div>\n");
}

static const char *class_of(enum verdict v)
{
    static const char *const classes[] = {"good", "bad", "odd"};

    return classes[v];
}

static void put_checks(struct str *out, const struct result_scenario *s)
{
    if (!s->n_checks)
        return;
    str_addz(out, "<h4>Checks</h4>\n<table><tbody>\n");
    for (size_t i = 0; i < s->n_checks; i++)
        html_put(out,
                 "<tr><td class=id>%M</td><td class='%M'>%M</td>"
                 "<td class=soft>%M</td></tr>\n",
                 s->checks[i].name, class_of(s->checks[i].verdict),
                 verdict_names[s->checks[i].verdict], s->checks[i].said);
    str_addz(out, "</tbody></table>\n");
}

static void put_mutants(struct str *out, const struct result_scenario *s)
{
    if (!s->n_mutants)
        return;
    str_addz(out, "<h4>Mutants it says it kills</h4>\n<div class=chips>");
    for (size_t i = 0; i < s->n_mutants; i++)
        html_put(out, "<span class=chip>%M</span>", s->mutants[i]);
    str_addz(out, "</div>\n");
}

static void put_replay(struct str *out, const struct result_scenario *s)
{
    html_put(out, "<h4>Run it again</h4>\n<pre>%M</pre>\n", s->replay);
    html_put(out, "<p class=facts>%M, seed ", s->file);
    str_addf(out, "%llu", (unsigned long long)s->seed);
    html_put(out, ", trace <code>%M</code></p>\n", s->trace);
}

void html_scenario(struct str *out, const struct result *r,
                   const struct result_scenario *s)
{
    html_put(out, "<details class='case %M'%M>\n", verdict_names[s->verdict],
             s->verdict == VERDICT_FAILED ? " open" : "");
    put_summary(out, s);
    /* The id is inside: a link to it opens the fold. */
    str_addz(out, "<div class=body id='");
    html_anchor(out, "s-", s->id);
    str_addz(out, "'>\n");
    html_put(out, "<p class=story>%W</p>\n", s->story);
    put_requirements(out, r, s);
    put_troubles(out, s);
    if (s->n_events) {
        str_addz(out, "<h4>Timeline</h4>\n<div class=scroll>");
        svg_timeline(out, s);
        str_addz(out, "</div>\n");
    }
    str_addz(out, "<div class=two>");
    put_steps(out, s);
    put_faults(out, s);
    str_addz(out, "</div>\n");
    put_checks(out, s);
    put_mutants(out, s);
    put_replay(out, s);
    str_addz(out, "</div></details>\n");
}
