/* picture: a scenario's timeline as an SVG file of its own. The drawing is that
 * of the page, where attributes need no quotes; XML wants them. */
#include <string.h>

#include "reports/html.h"

enum { MOST_DRAWING = 4 << 20 };

static bool ends_value(char c)
{
    return c == ' ' || c == '>' || c == '/' || c == '\n';
}

/* One attribute's value after its '=': returns how many bytes it took. */
static size_t put_value(struct slice rest, struct str *out)
{
    char quote = rest.p[0] == '\'' || rest.p[0] == '"' ? rest.p[0] : 0;
    size_t from = quote ? 1 : 0, n = from;

    while (n < rest.len && (quote ? rest.p[n] != quote : !ends_value(rest.p[n])))
        n++;
    str_addc(out, '"');
    str_add(out, rest.p + from, n - from);
    str_addc(out, '"');
    return n + (quote && n < rest.len);
}

static void put_as_xml(struct slice html, struct str *out)
{
    bool in_tag = false;

    for (size_t i = 0; i < html.len;) {
        char c = html.p[i++];
        str_addc(out, c);
        if (c == '<' || c == '>')
            in_tag = c == '<';
        else if (in_tag && c == '=' && i < html.len)
            i += put_value((struct slice){html.p + i, html.len - i}, out);
    }
}

void report_svg(const struct result_scenario *s, struct str *out)
{
    static const char tag[] = "<svg ";
    struct str html, xml;

    str_init(&html, MOST_DRAWING);
    str_init(&xml, 2 * MOST_DRAWING);
    svg_timeline(&html, s);
    put_as_xml(str_slice(&html), &xml);
    const char *end = xml.p ? memchr(xml.p, '>', xml.len) : NULL;
    if (end) {
        size_t head = (size_t)(end - xml.p) + 1, skip = strlen(tag);
        str_addf(out, "%sxmlns=\"http://www.w3.org/2000/svg\" ", tag);
        str_add(out, xml.p + skip, head - skip);
        str_addf(out, "<style>%s%ssvg{background:var(--bg)}</style>",
                 html_colours, svg_style);
        str_add(out, xml.p + head, xml.len - head);
        str_addc(out, '\n');
    }
    str_fini(&xml);
    str_fini(&html);
}
