/* timeline: see timeline.h. */
#include "reports/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "reports/text.h"

static int by_time(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;

    if (x->at_ns != y->at_ns)
        return x->at_ns < y->at_ns ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* The place of the exchange an effect belongs to; its own when there is none.
 * Effects stand near their exchange in the list: the search is short. */
static size_t exchange_of(const struct result_scenario *s, size_t i)
{
    uint64_t ordinal = s->events[i].ordinal;

    if (s->events[i].kind != EVENT_EFFECT || !ordinal)
        return i;
    for (size_t d = 1; d < s->n_events; d++) {
        if (d <= i && s->events[i - d].kind == EVENT_EXCHANGE &&
            s->events[i - d].ordinal == ordinal)
            return i - d;
        if (i + d < s->n_events && s->events[i + d].kind == EVENT_EXCHANGE &&
            s->events[i + d].ordinal == ordinal)
            return i + d;
    }
    return i;
}

static void note_actor(struct timeline *t, const char *actor)
{
    if (!actor || timeline_actor(t, actor) < t->n_actors)
        return;
    if (t->n_actors < TIMELINE_MAX_ACTORS)
        t->actors[t->n_actors++] = actor;
}

static void add_marks(struct timeline *t, const struct result_scenario *s,
                      size_t i)
{
    const struct result_event *e = &s->events[i];
    size_t place = exchange_of(s, i);

    t->marks[t->n++] = (struct mark){
        .event = e, .at_ns = e->at_ns, .order = place * 3 + (place != i)};
    if (e->kind == EVENT_EXCHANGE && e->end_ns >= 0)
        t->marks[t->n++] =
            (struct mark){.event = e,
                          .at_ns = e->end_ns < e->at_ns ? e->at_ns : e->end_ns,
                          .answer = true,
                          .order = i * 3 + 2};
    note_actor(t, e->actor);
}

void timeline_init(struct timeline *t, const struct result_scenario *s)
{
    *t = (struct timeline){0};
    t->marks = mem_alloc(s->n_events * 2 * sizeof(*t->marks));
    for (size_t i = 0; i < s->n_events; i++)
        add_marks(t, s, i);
    qsort(t->marks, t->n, sizeof(*t->marks), by_time);
}

void timeline_fini(struct timeline *t)
{
    free(t->marks);
    *t = (struct timeline){0};
}

size_t timeline_actor(const struct timeline *t, const char *actor)
{
    size_t i = 0;

    while (i < t->n_actors && strcmp(t->actors[i], text_or_empty(actor)) != 0)
        i++;
    return i;
}

size_t fault_parts(const char *fault, const char **phase)
{
    const char *colon = strrchr(fault, ':');

    *phase = colon ? colon + 1 : "";
    return colon ? (size_t)(colon - fault) : strlen(fault);
}

/* ---- as text ---------------------------------------------------------------
 */

enum { TIME_COLUMNS = 12, LABEL_COLUMNS = 56 };

static void pad(struct str *out, size_t have, size_t want)
{
    str_addf(out, "%*s", (int)(want > have ? want - have : 0), "");
}

static void put_time(struct str *out, int64_t ns)
{
    struct str time;

    str_init(&time, 64);
    text_at(&time, ns);
    pad(out, time.len, TIME_COLUMNS);
    str_adds(out, str_slice(&time));
    str_fini(&time);
}

/* "main -> catalog  POST createTable" */
static void put_what(struct str *out, const struct result_event *e)
{
    struct str what;

    str_init(&what, out->max);
    if (e->actor) {
        text_plain(&what, e->actor);
        str_addz(&what, e->server ? " -> " : ": ");
    }
    if (e->server) {
        text_plain(&what, e->server);
        str_addz(&what, "  ");
    }
    text_plain(&what, e->label);
    str_adds(out, str_slice(&what));
    if (e->outcome && *e->outcome) {
        pad(out, text_columns(str_z(&what)), LABEL_COLUMNS);
        str_addz(out, "  ");
        text_plain(out, e->outcome);
    }
    str_fini(&what);
}

static void put_line(struct str *out, const struct result_event *e,
                     size_t indent, bool colour)
{
    static const char *const signs[] = {"*", "-", " ", "+", "~"};
    bool red = colour && (e->bad || e->fault);

    str_addf(out, "%*s", (int)indent, "");
    if (red)
        str_addz(out, "\033[31m");
    put_time(out, e->at_ns);
    str_addf(out, " %s ", signs[e->kind]);
    put_what(out, e);
    if (e->kind == EVENT_EXCHANGE &&
        text_span(e->at_ns, e->end_ns) >= 1000000) {
        str_addz(out, ", after ");
        text_ns(out, text_span(e->at_ns, e->end_ns));
    } else if (e->kind == EVENT_EXCHANGE && e->end_ns < 0) {
        str_addz(out, ", never answered");
    }
    if (e->fault) {
        str_addz(out, "  <- fault ");
        text_plain(out, e->fault);
    }
    if (red)
        str_addz(out, "\033[0m");
    str_addc(out, '\n');
}

/* Short of room, the beginning tells the setting and the end the trouble. */
void timeline_text(const struct result_scenario *s, size_t indent, size_t most,
                   bool colour, struct str *out)
{
    size_t head = most / 3, tail = most - head;

    for (size_t i = 0; i < s->n_events; i++) {
        if (s->n_events > most && i == head) {
            size_t left_out = s->n_events - most;
            str_addf(out, "%*s... %zu more ...\n",
                     (int)(indent + TIME_COLUMNS + 3), "", left_out);
            i = s->n_events - tail;
        }
        put_line(out, &s->events[i], indent, colour);
    }
}
