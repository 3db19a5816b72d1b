/* html: index.html, one page that needs nothing but itself: no script, no
 * font, no image from elsewhere. Summary, failures, requirements, mutants,
 * then every scenario by topic.
 */
#include "reports/html.h"

#include <stdarg.h>
#include <string.h>

#include "reports/text.h"

/* Only pairs of backticks count: a lone one is itself. */
static void put_words(struct str *out, const char *z)
{
    const char *open, *close;

    z = text_or_empty(z);
    while ((open = strchr(z, '`')) && (close = strchr(open + 1, '`'))) {
        struct str part;
        str_init(&part, out->max);
        str_add(&part, z, (size_t)(open - z));
        text_markup(out, str_z(&part));
        str_reset(&part);
        str_add(&part, open + 1, (size_t)(close - open - 1));
        str_addz(out, "<code>");
        text_markup(out, str_z(&part));
        str_addz(out, "</code>");
        str_fini(&part);
        z = close + 1;
    }
    text_markup(out, z);
}

void html_put(struct str *out, const char *form, ...)
{
    va_list ap;

    va_start(ap, form);
    while (*form) {
        const char *percent = strchr(form, '%');
        if (!percent) {
            str_addz(out, form);
            break;
        }
        str_add(out, form, (size_t)(percent - form));
        if (percent[1] == 'M')
            text_markup(out, va_arg(ap, const char *));
        else
            put_words(out, va_arg(ap, const char *));
        form = percent + 2;
    }
    va_end(ap);
}

void html_anchor(struct str *out, const char *prefix, const char *id)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

    str_addz(out, prefix);
    for (const char *z = text_or_empty(id); *z; z++)
        if (strchr(plain, *z))
            str_addc(out, *z);
        else
            str_addf(out, "_%02x", (unsigned)(unsigned char)*z);
}

void html_scenario_link(struct str *out, const struct result *r, const char *id)
{
    const struct result_scenario *s = find_scenario(r, id);

    if (!s) {
        html_put(out, "<span class=chip>%M</span>", id);
        return;
    }
    html_put(out, "<a class='chip%M' title='%M' href='#",
             s->verdict == VERDICT_FAILED ? " failed" : "", s->title);
    html_anchor(out, "s-", id);
    html_put(out, "'>%M</a>", id);
}

/* ---- summary ---------------------------------------------------------------
 */

static void put_verdict(struct str *out, const struct result *r)
{
    str_addz(out, "<p class=verdict>");
    if (r->failed) {
        str_addf(out, "<em class=bad>%zu of ", r->failed);
        text_counted(out, r->n_scenarios, "scenario", "scenarios");
        str_addz(out, " failed</em></p>\n");
    } else if (r->passed) {
        str_addz(out, r->passed == r->n_scenarios ? "All " : "");
        text_counted(out, r->passed, "scenario", "scenarios");
        str_addz(out, " <em class=good>passed</em></p>\n");
    } else {
        str_addz(out, "<em class=odd>No scenario ran</em></p>\n");
    }
    str_addz(out, "<p class=lead>What the catalog module did while catalog and "
                  "object store misbehaved on purpose.</p>\n");
}

static void number(struct str *out, const struct str *value, const char *class,
                   const char *what)
{
    html_put(out, "<div><b class='%M'>%M</b><span>%M</span></div>", class,
             str_z(value), what);
}

static void count(struct str *out, uint64_t n, const char *class,
                  const char *what)
{
    struct str text;

    str_init(&text, 64);
    text_count(&text, n);
    number(out, &text, class, what);
    str_fini(&text);
}

static void put_numbers(struct str *out, const struct result *r)
{
    struct str text;

    str_init(&text, 64);
    str_addz(out, "<div class=numbers>");
    count(out, r->passed, "", "passed");
    count(out, r->failed, r->failed ? "bad" : "", "failed");
    if (r->skipped)
        count(out, r->skipped, "odd", "skipped");
    count(out, r->exchanges, "", "exchanges");
    count(out, r->faults_fired, "", "faults fired");
    text_seconds(&text, r->wall_ms);
    number(out, &text, "", "wall time");
    if (r->virtual_ms > 0) {
        str_reset(&text);
        text_ms(&text, r->virtual_ms);
        number(out, &text, "", "virtual time");
    }
    str_addz(out, "</div>\n");
    str_addf(out, "<p class=facts>Seed %llu, trace <code>%s</code></p>\n",
             (unsigned long long)r->seed, r->trace);
    str_fini(&text);
}

/* ---- at a glance: a square for each scenario -------------------------------
 */

static void put_dot(struct str *out, const struct result_scenario *s)
{
    html_put(out, "<a class='dot %M' title='%M: %M' href='#",
             verdict_names[s->verdict], s->id, s->title);
    html_anchor(out, "s-", s->id);
    str_addz(out, "'></a>");
}

static bool in_topic(const struct result_scenario *s, const char *topic)
{
    return strcmp(text_or_empty(s->topic), topic) == 0;
}

static void put_topic_counts(struct str *out, const struct tally *t)
{
    if (t->failed)
        str_addf(out, "<span class=bad>%zu failed</span>, ", t->failed);
    if (t->skipped)
        str_addf(out, "<span class=odd>%zu skipped</span>, ", t->skipped);
    str_addf(out, "%zu passed", t->passed);
}

static void put_glance(struct str *out, const struct result *r,
                       const struct topics *topics)
{
    str_addz(out, "<nav aria-label='Scenarios at a glance'>\n");
    for (size_t i = 0; i < topics->n; i++) {
        struct tally t = tally_of(r, topics->names[i]);
        str_addz(out, "<div class=topic><a href='#");
        html_anchor(out, "t-", topics->names[i]);
        html_put(out, "'>%M</a><span class=dots>", topics->names[i]);
        for (size_t k = 0; k < r->n_scenarios; k++)
            if (in_topic(&r->scenarios[k], topics->names[i]))
                put_dot(out, &r->scenarios[k]);
        str_addz(out, "</span><span class=soft>");
        put_topic_counts(out, &t);
        str_addz(out, "</span></div>\n");
    }
    str_addz(out, "</nav>\n");
}

/* ---- requirements ----------------------------------------------------------
 */

enum { SHOWN_LINKS = 5 };

static void put_links(struct str *out, const struct result *r,
                      const struct result_requirement *q)
{
    bool many = q->n_scenarios > SHOWN_LINKS;

    if (!q->n_scenarios) {
        str_addz(out, q->covered_later ? "not yet covered"
                                       : "<span class='chip none'>no scenario"
                                         "</span>");
        return;
    }
    if (many)
        str_addf(out, "<details class=more><summary>%zu scenarios</summary>",
                 q->n_scenarios);
    str_addz(out, "<div class=chips>");
    for (size_t i = 0; i < q->n_scenarios; i++)
        html_scenario_link(out, r, q->scenarios[i]);
    str_addz(out, many ? "</div></details>" : "</div>");
}

static void put_proofs(struct str *out, const struct result_requirement *q)
{
    bool many = q->n_mutants > 3;

    if (!q->n_mutants) {
        str_addz(out, "<span class=soft>none</span>");
        return;
    }
    if (many)
        str_addf(out, "<details class=more><summary>%zu mutants</summary>",
                 q->n_mutants);
    str_addz(out, "<div class=chips>");
    for (size_t i = 0; i < q->n_mutants; i++)
        html_put(out, "<span class='chip proven'>%M</span>", q->mutants[i]);
    str_addz(out, many ? "</div></details>" : "</div>");
}

static bool any_proof(const struct result *r)
{
    for (size_t i = 0; i < r->n_requirements; i++)
        if (r->requirements[i].n_mutants)
            return true;
    return r->n_mutants > 0;
}

static void put_requirement(struct str *out, const struct result *r,
                            const struct result_requirement *q, bool proofs)
{
    html_put(out, "<tr%M><td class=id>%M</td><td>%W</td><td>",
             q->covered_later ? " class=later" : "", q->id, q->text);
    put_links(out, r, q);
    if (proofs) {
        str_addz(out, "</td><td>");
        put_proofs(out, q);
    }
    str_addz(out, "</td></tr>\n");
}

static bool same_chapter(const struct result_requirement *a,
                         const struct result_requirement *b)
{
    return strcmp(text_or_empty(a->chapter), text_or_empty(b->chapter)) == 0;
}

static void put_table(struct str *out, const struct result *r, size_t first,
                      size_t n, bool proofs)
{
    str_addz(out, "<table class=reqs><thead><tr><th>Id</th><th>Promise</th>"
                  "<th>Scenarios</th>");
    str_addz(out, proofs ? "<th>Proven by</th></tr></thead><tbody>\n"
                         : "</tr></thead><tbody>\n");
    for (size_t i = first; i < first + n; i++)
        put_requirement(out, r, &r->requirements[i], proofs);
    str_addz(out, "</tbody></table>\n");
}

/* A chapter of which nothing is covered yet is folded away. */
static void put_chapter(struct str *out, const struct result *r, size_t first,
                        size_t n, bool proofs)
{
    size_t covered = 0, later = 0;

    for (size_t i = first; i < first + n; i++) {
        covered += r->requirements[i].n_scenarios > 0;
        later += r->requirements[i].covered_later;
    }
    html_put(out, "<h3>%M <small>", r->requirements[first].chapter);
    str_addf(out, "%zu of %zu covered</small></h3>\n", covered, n);
    if (later == n)
        str_addz(out, "<details class=more><summary>Not yet covered"
                      "</summary>\n");
    put_table(out, r, first, n, proofs);
    if (later == n)
        str_addz(out, "</details>\n");
}

static void put_requirements(struct str *out, const struct result *r)
{
    bool proofs = any_proof(r);
    size_t n;

    if (!r->n_requirements)
        return;
    str_addz(out, "<h2 id=requirements>Requirements</h2>\n<p>What is promised, "
                  "the scenarios that put it to the test");
    str_addz(out, proofs ? ", and the deliberate mistakes (mutants) that a "
                           "check was seen to catch.</p>\n"
                         : ".</p>\n");
    for (size_t i = 0; i < r->n_requirements; i += n) {
        for (n = 1; i + n < r->n_requirements &&
                    same_chapter(&r->requirements[i], &r->requirements[i + n]);
             n++)
            ;
        put_chapter(out, r, i, n, proofs);
    }
}

/* ---- scenarios -------------------------------------------------------------
 */

static void put_failures(struct str *out, const struct result *r)
{
    if (!r->failed)
        return;
    str_addz(out, "<h2 id=failures>Failures</h2>\n<p>Each is open below, with "
                  "its timeline.</p>\n");
    for (size_t i = 0; i < r->n_scenarios; i++)
        if (r->scenarios[i].verdict == VERDICT_FAILED)
            html_scenario(out, r, &r->scenarios[i]);
}

/* The failed ones have been shown, and ids must be unique. */
static void put_topic(struct str *out, const struct result *r,
                      const char *topic)
{
    struct tally t = tally_of(r, topic);

    str_addz(out, "<h3 id='");
    html_anchor(out, "t-", topic);
    html_put(out, "'>%M <small>", topic);
    put_topic_counts(out, &t);
    if (t.virtual_ms > 0) {
        str_addz(out, ", ");
        text_ms(out, t.virtual_ms);
        str_addz(out, " of virtual time");
    }
    str_addz(out, "</small></h3>\n");
    for (size_t i = 0; i < r->n_scenarios; i++) {
        const struct result_scenario *s = &r->scenarios[i];
        if (!in_topic(s, topic))
            continue;
        if (s->verdict != VERDICT_FAILED) {
            html_scenario(out, r, s);
        } else {
            str_addz(out, "<p class=chips>");
            html_scenario_link(out, r, s->id);
            str_addz(out, "<span class=soft>failed, see above</span></p>\n");
        }
    }
}

static void put_head(struct str *out, const struct result *r)
{
    html_put(out,
             "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
             "<meta name=viewport content='width=device-width,"
             "initial-scale=1'>\n<title>icefault: %M</title>\n<style>\n",
             r->failed ? "failures" : "passed");
    str_addz(out, html_colours);
    str_addz(out, html_style);
    str_addz(out, svg_style);
    str_addz(out, "</style>\n</head>\n<body>\n<main>\n");
    html_put(out, "<header>\n<h1>icefault <span>%M, mode %M</span></h1>\n",
             r->version, r->mode);
    put_verdict(out, r);
    put_numbers(out, r);
}

void report_html(const struct result *r, struct str *out)
{
    struct topics topics;

    topics_init(&topics, r);
    put_head(out, r);
    put_glance(out, r, &topics);
    str_addz(out, "</header>\n");
    put_failures(out, r);
    put_requirements(out, r);
    if (r->n_mutants)
        html_mutants(out, r);
    if (topics.n)
        str_addz(out, "<h2 id=scenarios>Scenarios</h2>\n<p>Open one for its "
                      "story, checks and timeline.</p>\n");
    for (size_t i = 0; i < topics.n; i++)
        put_topic(out, r, topics.names[i]);
    html_put(out,
             "<footer>Made by icefault %M. The same figures are in "
             "results.json and junit.xml.</footer>\n</main>\n</body>\n"
             "</html>\n",
             r->version);
    topics_fini(&topics);
}
