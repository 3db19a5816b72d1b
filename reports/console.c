/* console: the summary on the terminal. Failures first and whole, so that
 * nobody has to scroll or open a file to know what broke and how to see it
 * again; then one line a topic; then the totals.
 */
#include "reports/result.h"

#include <string.h>

#include "reports/text.h"
#include "reports/timeline.h"

enum { WIDTH = 96, INDENT = 13, TIMELINE_LINES = 40 };

static const char *tint(const struct console_style *style, const char *code)
{
    return style->colour ? code : "";
}

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define BOLD "\033[1m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

static void head(struct str *out, const struct console_style *style,
                 const char *code, const char *word,
                 const struct result_scenario *s)
{
    str_addf(out, "%s%s%-7s%s ", tint(style, BOLD), tint(style, code), word,
             tint(style, PLAIN));
    str_addz(out, tint(style, BOLD));
    text_plain(out, s->id);
    str_addz(out, tint(style, PLAIN));
    str_addz(out, "  ");
    text_plain(out, s->title);
    str_addc(out, '\n');
}

/* The left column of a failure's paragraphs. */
static void label(struct str *out, const struct console_style *style,
                  const char *word)
{
    str_addf(out, "  %s%-*s%s", tint(style, DIM), INDENT - 2, word,
             tint(style, PLAIN));
}

static void put_promises(struct str *out, const struct result *r,
                         const struct console_style *style,
                         const struct result_scenario *s)
{
    struct str text;

    str_init(&text, out->max);
    for (size_t i = 0; i < s->n_requirements; i++) {
        const struct result_requirement *q =
            find_requirement(r, s->requirements[i]);
        str_reset(&text);
        str_addf(&text, "%s %s", text_or_empty(s->requirements[i]),
                 q ? text_or_empty(q->text) : "");
        label(out, style, i ? "" : "promised");
        text_wrapped(out, str_z(&text), INDENT, WIDTH);
    }
    str_fini(&text);
}

static void put_happened(struct str *out, const struct console_style *style,
                         const struct result_scenario *s)
{
    bool first = true;
    struct str text;

    str_init(&text, out->max);
    for (size_t i = 0; i < s->n_checks; i++) {
        if (s->checks[i].verdict != VERDICT_FAILED)
            continue;
        str_reset(&text);
        str_addf(&text, "%s: %s", text_or_empty(s->checks[i].name),
                 text_or_empty(s->checks[i].said));
        label(out, style, first ? "happened" : "");
        str_addz(out, tint(style, RED));
        text_wrapped(out, str_z(&text), INDENT, WIDTH);
        str_addz(out, tint(style, PLAIN));
        first = false;
    }
    if (s->why_skipped && *s->why_skipped) {
        label(out, style, first ? "happened" : "");
        text_wrapped(out, s->why_skipped, INDENT, WIDTH);
    }
    str_fini(&text);
}

static void put_failure(struct str *out, const struct result *r,
                        const struct console_style *style,
                        const struct result_scenario *s)
{
    head(out, style, RED, "FAILED", s);
    put_promises(out, r, style, s);
    put_happened(out, style, s);
    if (s->n_events) {
        label(out, style, "timeline");
        str_addc(out, '\n');
        timeline_text(s, 2, TIMELINE_LINES, style->colour, out);
    }
    label(out, style, "seed");
    str_addf(out, "%llu\n", (unsigned long long)s->seed);
    label(out, style, "replay");
    text_plain(out, s->replay);
    str_addz(out, "\n\n");
}

static void put_others(struct str *out, const struct result *r,
                       const struct console_style *style)
{
    bool any = false;

    for (size_t i = 0; i < r->n_scenarios; i++) {
        const struct result_scenario *s = &r->scenarios[i];
        if (s->verdict == VERDICT_PASSED && style->verbose) {
            head(out, style, GREEN, "passed", s);
            any = true;
        } else if (s->verdict == VERDICT_SKIPPED && style->verbose) {
            head(out, style, YELLOW, "skipped", s);
            label(out, style, "why");
            text_wrapped(out, s->why_skipped, INDENT, WIDTH);
            any = true;
        }
    }
    if (any)
        str_addc(out, '\n');
}

/* ---- topics and totals -----------------------------------------------------
 */

/* A column that no row has is left out; a row without it is blank there. */
static void count_of(struct str *out, const struct console_style *style,
                     const char *code, size_t n, size_t in_all,
                     const char *word)
{
    if (!n && in_all)
        str_addf(out, "  %*s", 5 + (int)strlen(word), "");
    else if (n)
        str_addf(out, "  %s%4zu %s%s", tint(style, code), n, word,
                 tint(style, PLAIN));
}

static void put_topics(struct str *out, const struct result *r,
                       const struct console_style *style)
{
    struct topics topics;
    size_t widest = 0;

    topics_init(&topics, r);
    for (size_t i = 0; i < topics.n; i++)
        if (text_columns(topics.names[i]) > widest)
            widest = text_columns(topics.names[i]);
    for (size_t i = 0; i < topics.n; i++) {
        struct tally t = tally_of(r, topics.names[i]);
        str_addz(out, "  ");
        text_plain(out, topics.names[i]);
        str_addf(out, "%*s", (int)(widest - text_columns(topics.names[i])), "");
        count_of(out, style, GREEN, t.passed, r->passed, "passed");
        count_of(out, style, RED, t.failed, r->failed, "failed");
        count_of(out, style, YELLOW, t.skipped, r->skipped, "skipped");
        str_addf(out, "   %s", tint(style, DIM));
        text_ms(out, t.virtual_ms);
        str_addf(out, "%s\n", tint(style, PLAIN));
    }
    topics_fini(&topics);
}

static void put_mutants(struct str *out, const struct result *r,
                        const struct console_style *style)
{
    size_t killed = 0;

    for (size_t i = 0; i < r->n_mutants; i++) {
        const struct result_mutant *m = &r->mutants[i];
        killed += m->killed;
        if (m->killed)
            continue;
        str_addf(out, "%s%sSURVIVED%s ", tint(style, BOLD), tint(style, RED),
                 tint(style, PLAIN));
        text_plain(out, m->name);
        str_addz(out, "  ");
        text_wrapped(out, m->rule, INDENT, WIDTH);
        if (m->note && *m->note) {
            label(out, style, "");
            text_wrapped(out, m->note, INDENT, WIDTH);
        }
    }
    text_counted(out, r->n_mutants, "mutant", "mutants");
    str_addf(out, ", %zu killed, %zu survived\n", killed,
             r->n_mutants - killed);
}

static void put_totals(struct str *out, const struct result *r,
                       const struct console_style *style)
{
    str_addz(out, tint(style, BOLD));
    str_addz(out, tint(style, r->failed ? RED : GREEN));
    text_counted(out, r->passed, "scenario", "scenarios");
    str_addz(out, " passed");
    if (r->failed)
        str_addf(out, ", %zu failed", r->failed);
    if (r->skipped)
        str_addf(out, ", %zu skipped", r->skipped);
    str_addz(out, tint(style, PLAIN));
    str_addz(out, " in ");
    text_seconds(out, r->wall_ms);
    if (r->virtual_ms > 0) {
        bool sim = r->mode && strcmp(r->mode, "sim") == 0;
        str_addz(out, " (");
        text_ms(out, r->virtual_ms);
        str_addz(out, sim ? " of virtual time)" : " one after another)");
    }
    str_addc(out, '\n');
    text_counted(out, r->exchanges, "exchange", "exchanges");
    str_addz(out, ", ");
    text_counted(out, r->faults_fired, "fault", "faults");
    str_addf(out, " fired, seed %llu, trace %.12s\n",
             (unsigned long long)r->seed, r->trace);
}

void report_console(const struct result *r, const struct console_style *style,
                    struct str *out)
{
    for (size_t i = 0; i < r->n_scenarios; i++)
        if (r->scenarios[i].verdict == VERDICT_FAILED)
            put_failure(out, r, style, &r->scenarios[i]);
    put_others(out, r, style);
    if (r->n_scenarios) {
        put_topics(out, r, style);
        str_addc(out, '\n');
    }
    if (r->n_mutants)
        put_mutants(out, r, style);
    put_totals(out, r, style);
}
