/* svg: a scenario's timeline as a sequence diagram.
 *
 * Time runs downwards, a row a mark; waits are not to scale but shown as gaps
 * with their length. A fault is a red cross where it struck: near the server
 * on the request (before it acted), near it on the answer (after), in the
 * middle of the answer (during). Rows are limited: a report holds many.
 */
#include "reports/html.h"

#include <string.h>

#include "reports/text.h"
#include "reports/timeline.h"

enum {
    TIMES = 72,       /* column of times */
    ACTOR_STEP = 110, /* between two actors */
    WIRE_STEP = 300,  /* between the last actor, catalog and s3 */
    RIGHT = 150,      /* labels beside the last lane */
    TOP = 40,
    ROW = 26,
    GAP_ROW = 32,
    MOST_MARKS = 240,
    LABEL_COLUMNS = 40
};

/* A pause at least this long is drawn as a gap. */
static const int64_t gap_ns = 20 * 1000000;

struct drawing {
    struct str *out;
    struct timeline t;
    int first, catalog, s3; /* x of the lanes; 0: not drawn */
    int y;
    int64_t shown_ns; /* time last written at the left */
};

/* ---- lanes -----------------------------------------------------------------
 */

static bool uses(const struct result_scenario *s, const char *server)
{
    for (size_t i = 0; i < s->n_events; i++)
        if (s->events[i].server && strcmp(s->events[i].server, server) == 0)
            return true;
    return false;
}

static void place_lanes(struct drawing *d, const struct result_scenario *s)
{
    size_t actors = d->t.n_actors ? d->t.n_actors : 1;
    int x = TIMES + 40;

    d->first = x;
    x += (int)(actors - 1) * ACTOR_STEP;
    if (uses(s, "catalog") || !uses(s, "s3"))
        d->catalog = x += WIRE_STEP;
    if (uses(s, "s3"))
        d->s3 = x + WIRE_STEP * (d->catalog ? 2 : 3) / 3;
}

static int server_x(const struct drawing *d, const struct result_event *e)
{
    bool s3 = e->server && strcmp(e->server, "s3") == 0;

    return s3 && d->s3 ? d->s3 : d->catalog ? d->catalog : d->s3;
}

static int actor_x(const struct drawing *d, const struct result_event *e)
{
    size_t i = timeline_actor(&d->t, e->actor);

    if (i >= d->t.n_actors)
        i = 0;
    return d->first + (int)i * ACTOR_STEP;
}

static int width_of(const struct drawing *d)
{
    return (d->s3 ? d->s3 : d->catalog) + RIGHT;
}

/* ---- pieces ----------------------------------------------------------------
 */

/* Text of an event, cut to a width that a lane has room for. */
static void put_label(struct drawing *d, const char *z, size_t columns)
{
    size_t n = strlen(text_or_empty(z)), len = 0;
    struct str cut;

    if (text_columns(z) <= columns) {
        text_markup(d->out, z);
        return;
    }
    str_init(&cut, n + 1);
    while (len < n && text_columns(str_z(&cut)) + 1 < columns)
        str_addc(&cut, z[len++]);
    /* Not in the middle of a character. */
    while (len < n && ((unsigned char)z[len] & 0xc0) == 0x80)
        str_addc(&cut, z[len++]);
    text_markup(d->out, str_z(&cut));
    str_addz(d->out, "…");
    str_fini(&cut);
}

static void put_text(struct drawing *d, const char *class, int x, int y,
                     const char *z, size_t columns)
{
    str_addf(d->out, "<text class='%s' x=%d y=%d>", class, x, y);
    put_label(d, z, columns);
    str_addz(d->out, "</text>");
}

static void put_line(struct drawing *d, const char *class, int from, int to)
{
    str_addf(d->out, "<path class='%s' d='M%d %dH%d'/>", class, from, d->y, to);
}

static void put_head(struct drawing *d, const char *class, int x, bool right)
{
    str_addf(d->out, "<path class=%s d='M%d %dl%d -4v8z'/>", class, x, d->y,
             right ? -8 : 8);
}

static void put_cross(struct drawing *d, int x)
{
    str_addf(d->out, "<path class=cross d='M%d %dl8 8m0 -8l-8 8'/>", x - 4,
             d->y - 4);
}

static void put_fault(struct drawing *d, const struct result_event *e, int x,
                      const char *anchor)
{
    put_cross(d, x);
    str_addf(d->out, "<text class='red %s' x=%d y=%d>", anchor,
             *anchor ? x : x + 10, d->y - 7);
    put_label(d, e->fault, LABEL_COLUMNS);
    str_addz(d->out, e->end_ns < 0 ? ", no answer</text>" : "</text>");
}

static void put_time(struct drawing *d, int64_t ns)
{
    if (ns / 1000000 == d->shown_ns / 1000000 && d->shown_ns >= 0)
        return;
    str_addf(d->out, "<text class=t x=%d y=%d>", TIMES - 8, d->y + 4);
    text_at(d->out, ns);
    str_addz(d->out, "</text>");
    d->shown_ns = ns;
}

/* ---- marks -----------------------------------------------------------------
 */

static bool struck(const struct result_event *e, const char *phase)
{
    const char *have;

    if (!e->fault)
        return false;
    fault_parts(e->fault, &have);
    return strcmp(have, phase) == 0;
}

static void draw_request(struct drawing *d, const struct result_event *e)
{
    int from = actor_x(d, e), to = server_x(d, e);
    bool before = struck(e, "before");
    int end = before ? to - 46 : to;

    put_text(d, "", from + 12, d->y - 6, e->label,
             (size_t)(to - from) / 7 - (before ? 12 : 2));
    put_line(d, before ? "x" : "r", from, end);
    if (before)
        put_fault(d, e, end, "");
    else
        put_head(d, "hr", to, true);
    if (e->end_ns < 0 && !before)
        put_text(d, "red", to + 12, d->y + 4, "no answer", LABEL_COLUMNS);
}

/* Did an answer of any kind reach the subject? */
static bool answered(const struct result_event *e)
{
    return e->outcome && *e->outcome >= '0' && *e->outcome <= '9';
}

static void draw_answer(struct drawing *d, const struct result_event *e)
{
    int to = actor_x(d, e), server = server_x(d, e);
    bool red = e->bad || e->fault, whole = answered(e);
    bool during = struck(e, "during"), before = struck(e, "before");
    int from = before ? server - 46 : server;
    int cross = during ? (server + to) / 2 : server - 46;

    put_line(d, red ? (whole ? "x" : "x lost") : "a", from, to);
    put_head(d, red ? "hx" : "ha", to, false);
    put_text(d, red ? "red" : "s", to + 12, d->y - 6, e->outcome,
             (size_t)(from - to) / 7 - 22);
    if (e->fault && !before)
        put_fault(d, e, cross, "m");
}

static void draw_connect(struct drawing *d, const struct result_event *e)
{
    int from = actor_x(d, e), to = server_x(d, e);

    put_line(d, e->bad ? "x lost" : "c", from, to);
    str_addf(d->out, "<text class='%s' x=%d y=%d>", e->bad ? "red" : "s",
             from + 12, d->y - 5);
    put_label(d, e->label, LABEL_COLUMNS);
    if (e->outcome && *e->outcome) {
        str_addz(d->out, ": ");
        put_label(d, e->outcome, LABEL_COLUMNS / 2);
    }
    str_addz(d->out, "</text>");
    if (e->fault)
        put_fault(d, e, to - 46, "m");
}

static void draw_effect(struct drawing *d, const struct result_event *e)
{
    int x = server_x(d, e);

    str_addf(d->out, "<path class=%s d='M%d %dl6 6l-6 6l-6 -6z'/>",
             e->bad ? "effx" : "eff", x, d->y - 6);
    put_text(d, e->bad ? "red" : "s", x + 12, d->y + 4, e->label, 24);
}

static void draw_step(struct drawing *d, const struct result_event *e)
{
    size_t columns = text_columns(e->label) + text_columns(e->outcome) +
                     (e->outcome && *e->outcome ? 2 : 0);
    int x = actor_x(d, e), width;

    if (columns > LABEL_COLUMNS)
        columns = LABEL_COLUMNS;
    width = (int)columns * 13 / 2 + 22;
    str_addf(d->out, "<rect class=%s x=%d y=%d width=%d height=19 rx=9 />",
             e->bad ? "pillx" : "pill", x - 14, d->y - 10, width);
    str_addf(d->out, "<text x=%d y=%d>", x - 4, d->y + 4);
    put_label(d, e->label, LABEL_COLUMNS);
    if (e->outcome && *e->outcome) {
        str_addz(d->out, ": ");
        put_label(d, e->outcome, LABEL_COLUMNS / 2);
    }
    str_addz(d->out, "</text>");
}

static void draw_log(struct drawing *d, const struct result_event *e)
{
    put_text(d, e->bad ? "red" : "s", actor_x(d, e) + 12, d->y + 4, e->label,
             90);
}

static void draw_mark(struct drawing *d, const struct mark *m)
{
    static void (*const draw[])(struct drawing *,
                                const struct result_event *) = {
        [EVENT_STEP] = draw_step,
        [EVENT_CONNECT] = draw_connect,
        [EVENT_EXCHANGE] = draw_request,
        [EVENT_EFFECT] = draw_effect,
        [EVENT_LOG] = draw_log};

    put_time(d, m->at_ns);
    if (m->answer)
        draw_answer(d, m->event);
    else
        draw[m->event->kind](d, m->event);
    str_addc(d->out, '\n');
    d->y += ROW;
}

static void draw_gap(struct drawing *d, int64_t ns)
{
    int middle = (d->first + (d->catalog ? d->catalog : d->s3)) / 2;

    d->y += GAP_ROW - ROW;
    str_addf(d->out, "<path class=gap d='M%d %dH%d'/>", TIMES, d->y - 6,
             width_of(d) - RIGHT + 30);
    str_addf(d->out, "<rect class=bgd x=%d y=%d width=130 height=18 />",
             middle - 65, d->y - 15);
    str_addf(d->out, "<text class=gt x=%d y=%d>", middle, d->y - 2);
    text_ns(d->out, ns);
    str_addz(d->out, " later</text>\n");
    d->y += ROW;
}

static void put_lane(struct drawing *d, int x, const char *name, int height)
{
    str_addf(d->out, "<path class=lane d='M%d.5 %dV%d'/>", x, TOP - 12, height);
    put_text(d, "head m", x, TOP - 20, name, 16);
}

static void put_lanes(struct drawing *d, int height)
{
    for (size_t i = 0; i < d->t.n_actors; i++)
        put_lane(d, d->first + (int)i * ACTOR_STEP,
                 d->t.n_actors == 1 ? "subject" : d->t.actors[i], height);
    if (!d->t.n_actors)
        put_lane(d, d->first, "subject", height);
    if (d->catalog)
        put_lane(d, d->catalog, "catalog", height);
    if (d->s3)
        put_lane(d, d->s3, "s3", height);
    str_addc(d->out, '\n');
}

/* How long nothing happened before mark i. */
static int64_t pause_before(const struct drawing *d, size_t i)
{
    return i ? text_span(d->t.marks[i - 1].at_ns, d->t.marks[i].at_ns) : 0;
}

static int height_of(const struct drawing *d, size_t n)
{
    int y = TOP + ROW / 2 + (int)n * ROW;

    for (size_t i = 0; i < n; i++)
        y += pause_before(d, i) >= gap_ns ? GAP_ROW : 0;
    return y + (n < d->t.n ? ROW : 0);
}

void svg_timeline(struct str *out, const struct result_scenario *s)
{
    struct drawing d = {.out = out, .y = TOP + ROW / 2, .shown_ns = -1};
    size_t n;
    int height;

    timeline_init(&d.t, s);
    place_lanes(&d, s);
    n = d.t.n < MOST_MARKS ? d.t.n : MOST_MARKS;
    height = height_of(&d, n);
    str_addf(out,
             "<svg width=%d height=%d viewBox='0 0 %d %d' role=img "
             "aria-label='Timeline of exchanges and faults'>\n",
             width_of(&d), height, width_of(&d), height);
    put_lanes(&d, height);
    for (size_t i = 0; i < n; i++) {
        if (pause_before(&d, i) >= gap_ns)
            draw_gap(&d, pause_before(&d, i));
        draw_mark(&d, &d.t.marks[i]);
    }
    if (n < d.t.n) {
        str_addf(out, "<text class=s x=%d y=%d>and %zu more</text>", TIMES, d.y,
                 d.t.n - n);
    }
    str_addz(out, "</svg>");
    timeline_fini(&d.t);
}
