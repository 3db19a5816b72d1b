/* html: the mutants, as a picture (mutant x scenario) and as a table. */
#include "reports/html.h"

#include <string.h>

#include "reports/text.h"

enum { CELL = 10, PITCH = 12, NAMES = 250, TOP = 96, MOST_COLUMNS = 400 };

static bool kills(const struct result_mutant *m, const char *scenario)
{
    for (size_t i = 0; i < m->n_killers; i++)
        if (strcmp(text_or_empty(m->killers[i]), scenario) == 0)
            return true;
    return false;
}

/* Slanted names of topics over the first of their columns. */
static void put_columns(struct str *out, const struct result *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *topic = text_or_empty(r->scenarios[i].topic);
        size_t x = NAMES + i * PITCH + CELL / 2;
        if (i && strcmp(text_or_empty(r->scenarios[i - 1].topic), topic) == 0)
            continue;
        str_addf(out,
                 "<text class=col transform='translate(%zu %d) rotate(-50)'>",
                 x, TOP - 10);
        text_markup(out, topic);
        str_addz(out, "</text>");
        str_addf(out, "<path class=lane d='M%zu.5 %dV", x - CELL / 2 - 2,
                 TOP - 6);
        str_addf(out, "%zu'/>", TOP + r->n_mutants * PITCH);
    }
}

static void put_row(struct str *out, const struct result *r, size_t row,
                    size_t n)
{
    const struct result_mutant *m = &r->mutants[row];
    size_t y = TOP + row * PITCH;

    str_addf(out, "<text class='r0%s' x=%d y=%zu>", m->killed ? "" : " alive",
             NAMES - 10, y + CELL - 1);
    text_markup(out, m->name);
    str_addz(out, "</text>");
    str_addf(out, "<rect class=cell x=%d y=%zu width=%zu height=%d />", NAMES,
             y, n * PITCH - (PITCH - CELL), CELL);
    for (size_t i = 0; i < n; i++)
        if (kills(m, text_or_empty(r->scenarios[i].id))) {
            str_addf(out,
                     "<rect class=kill x=%zu y=%zu width=%d height=%d rx=2>",
                     NAMES + i * PITCH, y, CELL, CELL);
            html_put(out, "<title>%M is killed by %M</title></rect>", m->name,
                     r->scenarios[i].id);
        }
    str_addc(out, '\n');
}

static void put_matrix(struct str *out, const struct result *r)
{
    size_t n = r->n_scenarios < MOST_COLUMNS ? r->n_scenarios : MOST_COLUMNS;

    if (!n)
        return;
    str_addf(out,
             "<div class='scroll wide'><svg width=%zu height=%zu role=img "
             "aria-label='Which scenario kills which mutant'>\n",
             NAMES + n * PITCH + 60, TOP + r->n_mutants * PITCH + 4);
    put_columns(out, r, n);
    for (size_t i = 0; i < r->n_mutants; i++)
        put_row(out, r, i, n);
    str_addz(out, "</svg></div>\n");
}

static void put_mutant(struct str *out, const struct result *r,
                       const struct result_mutant *m)
{
    html_put(out, "<tr><td>%M<br><span class=soft>%W</span></td><td>", m->name,
             m->rule);
    str_addz(out, "<div class=chips>");
    for (size_t i = 0; i < m->n_breaks; i++)
        html_put(out, "<span class=chip>%M</span>", m->breaks[i]);
    str_addz(out, "</div></td><td>");
    if (!m->killed)
        str_addz(out, "<span class=bad>survived</span>");
    else if (m->n_killers > 3)
        str_addf(out, "<details class=more><summary>%zu scenarios</summary>",
                 m->n_killers);
    str_addz(out, "<div class=chips>");
    for (size_t i = 0; m->killed && i < m->n_killers; i++)
        html_scenario_link(out, r, m->killers[i]);
    str_addz(out,
             m->killed && m->n_killers > 3 ? "</div></details>" : "</div>");
    if (m->note && *m->note)
        html_put(out, "<span class=soft>%M</span>", m->note);
    str_addz(out, "</td></tr>\n");
}

void html_mutants(struct str *out, const struct result *r)
{
    size_t killed = 0;

    for (size_t i = 0; i < r->n_mutants; i++)
        killed += r->mutants[i].killed;
    str_addz(out, "<h2 id=mutants>Mutants</h2>\n<p>");
    str_addf(out, "%zu of ", killed);
    text_counted(out, r->n_mutants, "deliberate mistake was",
                 "deliberate mistakes were");
    str_addz(out, " caught by a named check. A square marks the scenario that "
                  "caught it.</p>\n");
    put_matrix(out, r);
    str_addz(out, "<details class=more><summary>What each one changes"
                  "</summary>\n<table><thead><tr><th>Mutant</th><th>Breaks"
                  "</th><th>Caught by</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < r->n_mutants; i++)
        put_mutant(out, r, &r->mutants[i]);
    str_addz(out, "</tbody></table></details>\n");
}
