/* fault_bytes: plays a written answer with a fault in its bytes or its pace.
 *
 * Pure functions from bytes to a script. Offsets count from the first byte of
 * the status line; one that lies behind the end means the end.
 */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "mocks/fault.h"

enum {
    MOST_PIECES = 1 << 16,       /* a longer drip has bigger drops */
    MOST_DELAY_MS = 3600 * 1000, /* a log-normal one without most: */
    FILLER_LINE = 1024,
    FILLER_BLOCK = 64 << 10,
    HUGE_HEADERS = 1 << 20,
    HUGE_BODY = 32 << 20
};

struct playing {
    const struct fault_params *p;
    uint64_t draw;
    struct slice wire;
    const struct answer_marks *marks;
    struct script *out;
};

/* ---- places ---------------------------------------------------------------
 */

static size_t middle(size_t from, size_t to)
{
    return from + (to - from) / 2;
}

static size_t place(const struct playing *w)
{
    const struct answer_marks *m = w->marks;
    size_t at;

    if (w->p->at == FAULT_AT_STATUS)
        at = middle(0, m->status_end);
    else if (w->p->at == FAULT_AT_HEAD)
        at = middle(m->status_end, m->head_end);
    else if (w->p->at == FAULT_AT_BODY)
        at = middle(m->head_end, m->end);
    else if (w->p->at_byte < 0)
        at = middle(0, w->wire.len);
    else
        at = (size_t)w->p->at_byte;
    return at < w->wire.len ? at : w->wire.len;
}

/* The same, with at least one byte behind it. */
static size_t place_inside(const struct playing *w)
{
    size_t at = place(w);
    return at && at == w->wire.len ? at - 1 : at;
}

static void play(const struct playing *w, size_t from, size_t to)
{
    script_bytes(w->out, (struct slice){w->wire.p + from, to - from});
}

/* ---- endings and pace -----------------------------------------------------
 */

static void ending(const struct playing *w, enum script_kind kind)
{
    play(w, 0, place(w));
    script_end(w->out, kind);
}

static void play_reset(const struct playing *w)
{
    ending(w, SCRIPT_RESET);
}

static void play_close(const struct playing *w)
{
    ending(w, SCRIPT_CLOSE);
}

static void play_half_close(const struct playing *w)
{
    ending(w, SCRIPT_HALF_CLOSE);
}

static void play_stall(const struct playing *w)
{
    ending(w, SCRIPT_STALL);
}

static double gauss(uint64_t draw)
{
    double u = 1.0 - rng_unit(rng_hash(draw, "gauss", 0, 0)); /* (0, 1] */
    double v = rng_unit(rng_hash(draw, "gauss", 1, 0));
    return sqrt(-2 * log(u)) * cos(2 * 3.14159265358979323846 * v);
}

int64_t fault_delay_ms(const struct fault_rule *r, uint64_t draw)
{
    const struct fault_params *p = &r->params;
    double ms = (double)p->ms, most;

    if (p->shape == FAULT_UNIFORM)
        return p->ms + (int64_t)(rng_unit(draw) * (double)(p->most_ms - p->ms));
    if (p->shape == FAULT_FIXED)
        return p->ms;
    most = (double)(p->most_ms ? p->most_ms : MOST_DELAY_MS);
    ms *= exp(p->sigma * gauss(draw));
    return (int64_t)(ms < most ? ms : most);
}

static void play_delay(const struct playing *w)
{
    struct fault_rule r = {.params = *w->p};
    size_t at = place(w);

    play(w, 0, at);
    script_wait(w->out, fault_delay_ms(&r, w->draw));
    play(w, at, w->wire.len);
}

static void play_pieces(const struct playing *w)
{
    size_t at = place(w), end = w->wire.len;
    size_t step = (size_t)w->p->bytes;

    if (step < (end - at) / MOST_PIECES + 1)
        step = (end - at) / MOST_PIECES + 1;
    play(w, 0, at);
    while (at < end) {
        size_t n = end - at < step ? end - at : step;
        play(w, at, at + n);
        at += n;
        if (at < end)
            script_wait(w->out, w->p->every_ms);
    }
}

/* ---- damage ---------------------------------------------------------------
 */

static void play_truncate(const struct playing *w)
{
    play(w, 0, place_inside(w));
    script_end(w->out, SCRIPT_CLOSE);
}

static void play_corrupt(const struct playing *w)
{
    char *copy = arena_memdup(w->out->arena, w->wire.p, w->wire.len);
    size_t at = place_inside(w);

    for (size_t i = at; i < w->wire.len && i - at < (size_t)w->p->bytes; i++) {
        uint64_t d = rng_hash(w->draw, "corrupt", i - at, 0);
        copy[i] = (char)(copy[i] ^ (char)(1 + d % 255));
    }
    script_bytes(w->out, (struct slice){copy, w->wire.len});
}

static void play_garbage(const struct playing *w)
{
    size_t n = (size_t)w->p->bytes;
    char *junk = arena_alloc(w->out->arena, n);
    struct rng rng;

    rng_init(&rng, w->draw, "garbage");
    for (size_t i = 0; i < n; i++)
        junk[i] = (char)rng_next(&rng);
    junk[0] = (char)(junk[0] | (char)0x80); /* never the beginning of HTTP */
    play(w, 0, place(w));
    script_bytes(w->out, (struct slice){junk, n});
    script_end(w->out, SCRIPT_CLOSE);
}

/* ---- an answer taken apart and put together again -------------------------
 */

struct parts {
    struct slice status; /* with CRLF */
    struct slice lines;  /* header lines without those of framing; arena */
    struct slice payload;
    bool chunked, length; /* how it was framed */
};

static struct slice next_line(struct slice *rest) /* with its CRLF */
{
    const char *nl = rest->len ? memchr(rest->p, '\n', rest->len) : NULL;
    struct slice line = {rest->p, nl ? (size_t)(nl - rest->p) + 1 : rest->len};
    rest->p += line.len;
    rest->len -= line.len;
    return line;
}

static bool header_is(struct slice line, const char *name)
{
    const char *colon = line.len ? memchr(line.p, ':', line.len) : NULL;
    return colon &&
           slice_ieqz((struct slice){line.p, (size_t)(colon - line.p)}, name);
}

/* The chunks' contents; our own writer made them, so they are well formed. */
static struct slice unchunk(struct arena *a, struct slice body)
{
    char *all = arena_alloc(a, body.len + 1);
    size_t n = 0;

    while (body.len) {
        struct slice line = next_line(&body);
        size_t size = 0;
        for (size_t i = 0; i < line.len; i++) {
            const char *hex = "0123456789abcdef";
            const char *digit = line.p[i] ? strchr(hex, line.p[i]) : NULL;
            if (!digit)
                break;
            size = size * 16 + (size_t)(digit - hex);
        }
        if (!size || size + 2 > body.len)
            break;
        memcpy(all + n, body.p, size);
        n += size;
        body.p += size + 2;
        body.len -= size + 2;
    }
    return (struct slice){all, n};
}

static struct parts take_apart(const struct playing *w)
{
    const struct answer_marks *m = w->marks;
    struct slice rest = {w->wire.p + m->status_end,
                         m->head_end - m->status_end - 2};
    char *lines = arena_alloc(w->out->arena, rest.len + 1);
    struct parts t = {.status = {w->wire.p, m->status_end},
                      .lines = {lines, 0}};

    while (rest.len) {
        struct slice line = next_line(&rest);
        if (header_is(line, "Content-Length")) {
            t.length = true;
        } else if (header_is(line, "Transfer-Encoding")) {
            t.chunked = true;
        } else {
            memcpy(lines + t.lines.len, line.p, line.len);
            t.lines.len += line.len;
        }
    }
    t.payload = (struct slice){w->wire.p + m->head_end, m->end - m->head_end};
    if (t.chunked)
        t.payload = unchunk(w->out->arena, t.payload);
    return t;
}

static void keep(const struct playing *w, struct str *s)
{
    char *copy = arena_memdup(w->out->arena, str_z(s), s->len);
    script_bytes(w->out, (struct slice){copy, s->len});
    str_fini(s);
}

static void start(struct str *s, const struct parts *t, size_t more)
{
    str_init(s, t->status.len + t->lines.len + t->payload.len + more);
    str_adds(s, t->status);
    str_adds(s, t->lines);
}

static void put_together(const struct playing *w, const struct parts *t,
                         struct slice payload)
{
    struct str s;

    start(&s, t, payload.len + 256);
    if (t->chunked)
        str_addf(&s, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", payload.len);
    else if (t->length || !t->payload.len)
        str_addf(&s, "Content-Length: %zu\r\n\r\n", payload.len);
    else
        str_addz(&s, "\r\n");
    str_adds(&s, payload);
    if (t->chunked)
        str_addz(&s, "\r\n0\r\n\r\n");
    keep(w, &s);
}

/* The head at once, a blank now and then, and the real body at the end. */
static void play_blanks(const struct playing *w)
{
    struct parts t = take_apart(w);
    struct str s;

    if (!t.payload.len) {
        play(w, 0, w->wire.len);
        return;
    }
    start(&s, &t, 256);
    str_addf(&s, "Content-Length: %zu\r\n\r\n",
             t.payload.len + (size_t)w->p->bytes);
    keep(w, &s);
    for (int64_t i = 0; i < w->p->bytes; i++) {
        script_wait(w->out, w->p->every_ms);
        script_bytes(w->out, SLICE_LIT(" "));
    }
    script_wait(w->out, w->p->every_ms);
    script_bytes(w->out, t.payload);
}

/* ---- malformed ------------------------------------------------------------
 */

static void bad_status_line(const struct playing *w)
{
    script_bytes(w->out, SLICE_LIT("HTTP/1.1 twenty OK\r\n"));
    play(w, w->marks->status_end, w->wire.len);
}

static void bad_header(const struct playing *w)
{
    play(w, 0, w->marks->status_end);
    script_bytes(w->out, SLICE_LIT("This line has no colon\r\n"));
    play(w, w->marks->status_end, w->wire.len);
}

/* A good chunk with the first half, then one whose size is no number. */
static void bad_chunk(const struct playing *w)
{
    struct parts t = take_apart(w);
    size_t half = t.payload.len / 2;
    struct str s;

    start(&s, &t, 256);
    str_addz(&s, "Transfer-Encoding: chunked\r\n\r\n");
    if (half) {
        str_addf(&s, "%zx\r\n", half);
        str_add(&s, t.payload.p, half);
        str_addz(&s, "\r\n");
    }
    str_addz(&s, "XYZ\r\n");
    str_add(&s, t.payload.p + half, t.payload.len - half);
    str_addz(&s, "\r\n0\r\n\r\n");
    keep(w, &s);
}

/* The payload with one byte replaced; an empty one becomes that byte. */
static void bad_byte(const struct playing *w, const struct parts *t, size_t at,
                     char byte)
{
    size_t n = t->payload.len ? t->payload.len : 1;
    char *copy = arena_alloc(w->out->arena, n);

    if (t->payload.len)
        memcpy(copy, t->payload.p, t->payload.len);
    copy[at < n ? at : 0] = byte;
    put_together(w, t, (struct slice){copy, n});
}

/* The last byte that is no blank closes something; now it does not. */
static void bad_json(const struct playing *w)
{
    struct parts t = take_apart(w);
    size_t at = t.payload.len;

    while (at && strchr(" \t\r\n", t.payload.p[at - 1]))
        at--;
    bad_byte(w, &t, at ? at - 1 : 0, t.payload.len ? ',' : '{');
}

static void bad_utf8(const struct playing *w)
{
    struct parts t = take_apart(w);
    bad_byte(w, &t, t.payload.len / 2, (char)0xff);
}

static void bad_xml(const struct playing *w)
{
    struct parts t = take_apart(w);
    size_t at = t.payload.len;

    while (at && t.payload.p[at - 1] != '>')
        at--;
    bad_byte(w, &t, at ? at - 1 : 0, '<');
}

static void play_malformed(const struct playing *w)
{
    static void (*const bad[])(const struct playing *) = {
        [FAULT_BAD_STATUS_LINE] = bad_status_line,
        [FAULT_BAD_HEADER] = bad_header,
        [FAULT_BAD_CHUNK] = bad_chunk,
        [FAULT_BAD_JSON] = bad_json,
        [FAULT_BAD_UTF8] = bad_utf8,
        [FAULT_BAD_XML] = bad_xml};
    bad[w->p->what](w);
}

/* ---- huge -----------------------------------------------------------------
 */

/* n bytes of the block again and again: the steps share it. */
static void repeat(struct script *out, const char *block, size_t n)
{
    while (n) {
        size_t part = n < FILLER_BLOCK ? n : FILLER_BLOCK;
        script_bytes(out, (struct slice){block, part});
        n -= part;
    }
}

static void huge_headers(const struct playing *w)
{
    static const char name[] = "X-Icefault-Filler: ";
    size_t n = w->p->bytes ? (size_t)w->p->bytes : HUGE_HEADERS;
    char *block = arena_alloc(w->out->arena, FILLER_BLOCK);

    memset(block, 'x', FILLER_BLOCK);
    for (size_t i = 0; i < FILLER_BLOCK; i += FILLER_LINE) {
        memcpy(block + i, name, sizeof(name) - 1);
        memcpy(block + i + FILLER_LINE - 2, "\r\n", 2);
    }
    play(w, 0, w->marks->status_end);
    repeat(w->out, block, (n + FILLER_LINE - 1) / FILLER_LINE * FILLER_LINE);
    play(w, w->marks->status_end, w->wire.len);
}

/* Blanks behind the real body: still JSON, still XML. */
static void huge_body(const struct playing *w)
{
    size_t n = w->p->bytes ? (size_t)w->p->bytes : HUGE_BODY;
    char *block = arena_alloc(w->out->arena, FILLER_BLOCK);
    struct parts t = take_apart(w);
    struct str s;

    memset(block, ' ', FILLER_BLOCK);
    start(&s, &t, 256);
    str_addf(&s, "Content-Length: %zu\r\n\r\n", t.payload.len + n);
    str_adds(&s, t.payload);
    keep(w, &s);
    repeat(w->out, block, n);
}

static void play_huge(const struct playing *w)
{
    if (w->p->what == FAULT_HUGE_HEADERS)
        huge_headers(w);
    else
        huge_body(w);
}

/* ---- the whole ------------------------------------------------------------
 */

void fault_bytes(const struct fault_rule *r, uint64_t draw, struct slice wire,
                 const struct answer_marks *marks, struct script *out)
{
    static void (*const players[FAULT_KINDS])(const struct playing *) = {
        [FAULT_RESET] = play_reset,           [FAULT_CLOSE] = play_close,
        [FAULT_HALF_CLOSE] = play_half_close, [FAULT_STALL] = play_stall,
        [FAULT_DELAY] = play_delay,           [FAULT_THROTTLE] = play_pieces,
        [FAULT_KEEPALIVE_BLANKS] = play_blanks,
        [FAULT_DRIP] = play_pieces,           [FAULT_TRUNCATE] = play_truncate,
        [FAULT_CORRUPT] = play_corrupt,       [FAULT_GARBAGE] = play_garbage,
        [FAULT_MALFORMED] = play_malformed,   [FAULT_HUGE] = play_huge};
    struct playing w = {&r->params, draw, wire, marks, out};

    if (players[r->action->kind])
        players[r->action->kind](&w);
    else
        script_bytes(out, wire);
}
