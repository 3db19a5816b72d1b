/* html: parts of the page; of html*.c and svg.c only. Each appends to out. */
#ifndef REPORTS_HTML_H
#define REPORTS_HTML_H

#include "base/str.h"
#include "reports/result.h"

/* The style sheet: colours, light and dark; the page; drawings. */
extern const char html_colours[], html_style[], svg_style[];

void html_scenario(struct str *out, const struct result *r,
                   const struct result_scenario *s);
void html_mutants(struct str *out, const struct result *r);
void svg_timeline(struct str *out, const struct result_scenario *s);

/* "s-create-lost-reply": an id that can stand in an attribute and after '#'. */
void html_anchor(struct str *out, const char *prefix, const char *id);
/* <a class="chip ..." href="#s-...">id</a>, with the scenario's verdict. */
void html_scenario_link(struct str *out, const struct result *r,
                        const char *id);
/* Appends form with each %M replaced by the next argument, escaped;
 * %W is the same for prose: what stands between backticks is set as code. */
void html_put(struct str *out, const char *form, ...);

#endif
