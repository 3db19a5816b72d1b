/* story: one scenario told in words, for `icefault explain`. */
#include "reports/result.h"

#include <string.h>

#include "reports/text.h"
#include "reports/timeline.h"

enum { WIDTH = 88 };

struct telling {
    const struct result_scenario *s;
    const struct console_style *style;
    struct str *out;
};

static const char *tint(const struct telling *t, const char *code)
{
    return t->style->colour ? code : "";
}

static void heading(const struct telling *t, const char *words)
{
    str_addf(t->out, "\n%s%s%s\n", tint(t, "\033[1m"), words,
             tint(t, "\033[0m"));
}

/* "  - text", wrapped under itself. */
static void item(const struct telling *t, const struct str *text)
{
    str_addz(t->out, "  - ");
    text_wrapped(t->out, str_z(text), 4, WIDTH);
}

static void tell_setting(const struct telling *t)
{
    const struct result_scenario *s = t->s;

    str_addz(t->out, tint(t, "\033[1m"));
    text_plain(t->out, s->title);
    str_addz(t->out, tint(t, "\033[0m"));
    str_addz(t->out, "\n  ");
    text_plain(t->out, s->id);
    for (size_t i = 0; i < s->n_requirements; i++) {
        str_addz(t->out, i ? ", " : "  about ");
        text_plain(t->out, s->requirements[i]);
    }
    str_addz(t->out, "\n\n  ");
    text_wrapped(t->out, s->story, 2, WIDTH);
}

static void tell_faults(const struct telling *t)
{
    struct str text;

    if (!t->s->n_faults)
        return;
    heading(t, "What goes wrong");
    str_init(&text, t->out->max);
    for (size_t i = 0; i < t->s->n_faults; i++) {
        const struct result_fault *f = &t->s->faults[i];
        str_reset(&text);
        str_addf(&text, "%s: %s; ", text_or_empty(f->id),
                 text_or_empty(f->what));
        if (f->fired == 0)
            str_addz(&text, "it never fired");
        else if (f->fired == 1)
            str_addz(&text, "it fired once");
        else
            str_addf(&text, "it fired %llu times",
                     (unsigned long long)f->fired);
        item(t, &text);
    }
    str_fini(&text);
}

static void tell_steps(const struct telling *t)
{
    struct str text;

    if (!t->s->n_steps)
        return;
    heading(t, "What was asked, and how it ended");
    str_init(&text, t->out->max);
    for (size_t i = 0; i < t->s->n_steps; i++) {
        const struct result_step *p = &t->s->steps[i];
        str_reset(&text);
        str_addz(&text, "at ");
        text_ns(&text, p->began_ns);
        str_addf(&text, " %s began %s; ", p->actor ? p->actor : "the subject",
                 text_or_empty(p->what));
        if (p->ended_ns < p->began_ns) {
            str_addz(&text, "it did not end");
        } else {
            text_ns(&text, text_span(p->began_ns, p->ended_ns));
            str_addf(&text, " later it ended: %s", text_or_empty(p->outcome));
        }
        if (p->error && *p->error)
            str_addf(&text, " (%s)", p->error);
        item(t, &text);
    }
    str_fini(&text);
}

static void tell_timeline(const struct telling *t)
{
    if (!t->s->n_events)
        return;
    heading(t, "Timeline");
    str_addf(t->out, "%s  * step  - connection  + effect  ~ log line%s\n",
             tint(t, "\033[2m"), tint(t, "\033[0m"));
    timeline_text(t->s, 0, 2000, t->style->colour, t->out);
}

static void tell_checks(const struct telling *t)
{
    static const char *const colours[] = {"\033[32m", "\033[31m", "\033[33m"};
    struct str text;

    if (!t->s->n_checks)
        return;
    heading(t, "What was checked");
    str_init(&text, t->out->max);
    for (size_t i = 0; i < t->s->n_checks; i++) {
        const struct result_check *c = &t->s->checks[i];
        bool said = c->said && *c->said;
        str_reset(&text);
        str_addf(&text, "%s%s%s", text_or_empty(c->name), said ? ": " : "",
                 text_or_empty(c->said));
        str_addf(t->out, "  %s%-7s%s  ", tint(t, colours[c->verdict]),
                 verdict_names[c->verdict], tint(t, "\033[0m"));
        text_wrapped(t->out, str_z(&text), 11, WIDTH);
    }
    str_fini(&text);
}

static void tell_verdict(const struct telling *t)
{
    const struct result_scenario *s = t->s;

    heading(t, "Verdict");
    str_addf(t->out, "  %s", verdict_names[s->verdict]);
    if (s->why_skipped && *s->why_skipped) {
        str_addz(t->out, ": ");
        text_plain(t->out, s->why_skipped);
    }
    str_addz(t->out, ", after ");
    text_counted(t->out, s->exchanges, "exchange", "exchanges");
    str_addz(t->out, " and ");
    text_counted(t->out, s->faults_fired, "fault", "faults");
    if (s->virtual_ms > 0) {
        str_addz(t->out, " in ");
        text_ms(t->out, s->virtual_ms);
        str_addz(t->out, " of virtual time");
    }
    str_addf(t->out,
             "\n  seed %llu, again with: ", (unsigned long long)s->seed);
    text_plain(t->out, s->replay);
    str_addc(t->out, '\n');
}

void report_story(const struct result_scenario *s,
                  const struct console_style *style, struct str *out)
{
    struct telling t = {s, style, out};

    tell_setting(&t);
    tell_faults(&t);
    tell_steps(&t);
    tell_timeline(&t);
    tell_checks(&t);
    tell_verdict(&t);
}
