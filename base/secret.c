/* secret: see secret.h.
 *
 * Each value is turned into the texts it may appear as (its forms) once, when
 * it is added. Hex digits of percent and HTML forms are matched without regard
 * to case, byte by byte, as encoders differ in what they encode.
 */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/percent.h"

enum { LEAST_BYTES = 4, MOST_BYTES = 1 << 16, MOST_FORM_BYTES = 16 << 16 };

struct place { /* of a value in the index, by two bytes that it begins with */
    struct value *value;
    struct place *next;
};

struct value {
    struct value *next;
    char *p;
    size_t len;
    struct str base64[3];   /* the part that is the same wherever it is put */
    struct place places[4]; /* as it is, and as base64 */
};

enum { INDEX = 1024 };

struct secrets {
    struct value *list;
    struct place *raw[INDEX], *base64[INDEX]; /* by index_of */
    /* Can any form of any value begin with these two bytes? A bit each. */
    unsigned char starts[256][32];
};

struct secrets *secrets_new(void)
{
    return mem_alloc(sizeof(struct secrets));
}

static void wipe(void *p, size_t n)
{
    volatile char *at = p;

    while (n--)
        *at++ = 0;
}

static void value_free(struct value *v)
{
    for (size_t i = 0; i < 3; i++) {
        wipe(v->base64[i].p, v->base64[i].len);
        str_fini(&v->base64[i]);
    }
    wipe(v->p, v->len);
    free(v->p);
    free(v);
}

void secrets_free(struct secrets *s)
{
    struct value *v = s ? s->list : NULL;

    while (v) {
        struct value *next = v->next;

        value_free(v);
        v = next;
    }
    free(s);
}

/* The value preceded by skip other bytes: the characters of the first and last
 * group that also depend on the neighbours are left out. */
static void make_base64(struct value *v, size_t skip)
{
    static const size_t shared_with_before[] = {0, 2, 3};
    char *padded = mem_alloc(skip + v->len);
    struct str *out = &v->base64[skip];
    size_t whole = (skip + v->len) * 8 / 6;

    memcpy(padded + skip, v->p, v->len);
    str_init(out, MOST_FORM_BYTES);
    base64_encode(out, (struct slice){padded, skip + v->len});
    str_cut(out, whole);
    memmove(out->p, out->p + shared_with_before[skip],
            out->len - shared_with_before[skip]);
    str_cut(out, out->len - shared_with_before[skip]);
    wipe(padded, skip + v->len);
    free(padded);
}

static void note_pair(struct secrets *s, char first, char second)
{
    unsigned char a = (unsigned char)first, b = (unsigned char)second;

    s->starts[a][b / 8] |= (unsigned char)(1u << b % 8);
}

/* The base64 character and its twin of the other alphabet. */
static void note_base64_pair(struct secrets *s, const char *p)
{
    for (size_t k = 0; k < 4; k++) {
        char pair[2] = {p[0], p[1]};
        for (size_t i = 0; i < 2; i++)
            if (k & (1u << i))
                pair[i] = pair[i] == '+' ? '-' : pair[i] == '/' ? '_' : pair[i];
        note_pair(s, pair[0], pair[1]);
    }
}

/* Most places of a text begin no secret, and this is how they cost nothing. */
static void note_starts(struct secrets *s, const struct value *v)
{
    static const char escapes[] = {'%', '\\', '&', '+'};

    for (size_t i = 0; i < sizeof(escapes); i++) {
        memset(s->starts[(unsigned char)escapes[i]], 0xff, 32);
        note_pair(s, v->p[0], escapes[i]);
    }
    note_pair(s, v->p[0], v->p[1]);
    for (size_t i = 0; i < 3; i++)
        note_base64_pair(s, v->base64[i].p);
}

static size_t index_of(char first, char second)
{
    return ((unsigned char)first * 31u + (unsigned char)second) % INDEX;
}

static void put_place(struct place **at, struct place *place, struct value *v)
{
    *place = (struct place){v, *at};
    *at = place;
}

static void enter(struct secrets *s, struct value *v)
{
    put_place(&s->raw[index_of(v->p[0], v->p[1])], &v->places[3], v);
    for (size_t i = 0; i < 3; i++) {
        const char *form = v->base64[i].p;

        put_place(&s->base64[index_of(form[0], form[1])], &v->places[i], v);
    }
}

static void take_place(struct place **at, const struct place *place)
{
    while (*at != place)
        at = &(*at)->next;
    *at = place->next;
}

static void leave(struct secrets *s, const struct value *v)
{
    take_place(&s->raw[index_of(v->p[0], v->p[1])], &v->places[3]);
    for (size_t i = 0; i < 3; i++) {
        const char *form = v->base64[i].p;

        take_place(&s->base64[index_of(form[0], form[1])], &v->places[i]);
    }
}

static bool may_start(const struct secrets *s, struct slice text)
{
    unsigned char a = (unsigned char)text.p[0], b = (unsigned char)text.p[1];

    return s->starts[a][b / 8] & 1u << b % 8;
}

void secrets_add(struct secrets *s, struct slice value)
{
    struct value *v, **at = &s->list;

    if (value.len < LEAST_BYTES || value.len > MOST_BYTES)
        return;
    /* The longest first, so that no secret is masked in part by a shorter. */
    while (*at && (*at)->len >= value.len) {
        if (slice_eq((struct slice){(*at)->p, (*at)->len}, value))
            return;
        at = &(*at)->next;
    }
    v = mem_alloc(sizeof(*v));
    v->p = mem_memdup(value.p, value.len);
    v->len = value.len;
    for (size_t skip = 0; skip < 3; skip++)
        make_base64(v, skip);
    v->next = *at;
    *at = v;
    enter(s, v);
    note_starts(s, v);
}

void secrets_forget(struct secrets *s, struct slice value)
{
    for (struct value **at = &s->list; *at; at = &(*at)->next) {
        struct value *v = *at;

        if (!slice_eq((struct slice){v->p, v->len}, value))
            continue;
        *at = v->next;
        leave(s, v);
        value_free(v);
        return;
    }
}

/* ---- one byte of a value, as text may have it ------------------------------
 * Each returns how many bytes of text stand for the byte c, 0 for none. */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static size_t as_percent(struct slice text, unsigned char c)
{
    if (text.len >= 3 && text.p[0] == '%') {
        int high = hex_value(text.p[1]), low = hex_value(text.p[2]);
        if (high >= 0 && low >= 0 && high * 16 + low == c)
            return 3;
    }
    if (!text.len)
        return 0;
    return (unsigned char)text.p[0] == c || (c == ' ' && text.p[0] == '+');
}

static size_t json_unicode(struct slice text, unsigned char c)
{
    int value = 0;

    if (text.len < 6 || text.p[1] != 'u')
        return 0;
    for (size_t i = 2; i < 6; i++) {
        int digit = hex_value(text.p[i]);
        if (digit < 0)
            return 0;
        value = value * 16 + digit;
    }
    return value == c ? 6 : 0;
}

static size_t as_json(struct slice text, unsigned char c)
{
    static const char means[] = "\"\\/\b\f\n\r\t", written[] = "\"\\/bfnrt";
    const char *hit = c ? strchr(means, c) : NULL;

    if (text.len >= 2 && text.p[0] == '\\') {
        if (hit && text.p[1] == written[hit - means])
            return 2;
        return json_unicode(text, c);
    }
    return text.len && (unsigned char)text.p[0] == c;
}

/* "&#38;" or "&#x26;" */
static size_t html_number(struct slice text, unsigned char c)
{
    size_t i = 2;
    int base = 10, value = 0;

    if (i < text.len && (text.p[i] == 'x' || text.p[i] == 'X')) {
        base = 16;
        i++;
    }
    for (; i < text.len && value < 0x10000; i++) {
        int digit = hex_value(text.p[i]);
        if (digit < 0 || digit >= base)
            break;
        value = value * base + digit;
    }
    return i < text.len && text.p[i] == ';' && value == c ? i + 1 : 0;
}

static size_t as_html(struct slice text, unsigned char c)
{
    static const struct {
        char c;
        const char *name;
    } names[] = {{'&', "&amp;"},
                 {'<', "&lt;"},
                 {'>', "&gt;"},
                 {'"', "&quot;"},
                 {'\'', "&apos;"}};

    if (text.len >= 2 && text.p[0] == '&') {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            if ((unsigned char)names[i].c == c &&
                slice_starts(text, names[i].name))
                return strlen(names[i].name);
        if (text.p[1] == '#')
            return html_number(text, c);
    }
    return text.len && (unsigned char)text.p[0] == c;
}

static size_t as_raw(struct slice text, unsigned char c)
{
    return text.len && (unsigned char)text.p[0] == c;
}

/* ---- finding ---------------------------------------------------------------
 */

static size_t match_bytes(const struct value *v, struct slice text,
                          size_t (*one)(struct slice, unsigned char))
{
    size_t at = 0;

    for (size_t i = 0; i < v->len; i++) {
        size_t took = one((struct slice){text.p + at, text.len - at},
                          (unsigned char)v->p[i]);
        if (!took)
            return 0;
        at += took;
    }
    return at;
}

static size_t match_raw(const struct value *v, struct slice text)
{
    return match_bytes(v, text, as_raw);
}

static size_t match_percent(const struct value *v, struct slice text)
{
    return match_bytes(v, text, as_percent);
}

static size_t match_json(const struct value *v, struct slice text)
{
    return match_bytes(v, text, as_json);
}

static size_t match_html(const struct value *v, struct slice text)
{
    return match_bytes(v, text, as_html);
}

static char standard_base64(char c)
{
    return c == '-' ? '+' : c == '_' ? '/' : c;
}

static size_t match_base64(const struct value *v, struct slice text)
{
    for (size_t k = 0; k < 3; k++) {
        const struct str *form = &v->base64[k];
        size_t i = 0;

        while (i < form->len && i < text.len &&
               standard_base64(text.p[i]) == form->p[i])
            i++;
        if (i == form->len)
            return i;
    }
    return 0;
}

/* Raw first: where several fit, the plainest is named. */
static const struct {
    enum secret_encoding encoding;
    size_t (*match)(const struct value *v, struct slice text);
} matchers[] = {{SECRET_RAW, match_raw},
                {SECRET_BASE64, match_base64},
                {SECRET_PERCENT, match_percent},
                {SECRET_JSON, match_json},
                {SECRET_HTML, match_html}};

struct best { /* match so far */
    size_t len;
    enum secret_encoding how;
};

static void try_value(const struct value *v, unsigned encodings,
                      struct slice text, struct best *best)
{
    for (size_t i = 0; i < sizeof(matchers) / sizeof(matchers[0]); i++) {
        size_t n =
            encodings & matchers[i].encoding ? matchers[i].match(v, text) : 0;

        if (n > best->len)
            *best = (struct best){n, matchers[i].encoding};
    }
}

static bool may_be_coded(char c)
{
    return c == '%' || c == '\\' || c == '&' || c == '+';
}

/* Can any form of v begin as text does, by its first byte? */
static bool may_begin(const struct value *v, struct slice text)
{
    char c = text.p[0], coded = standard_base64(c);

    for (size_t i = 0; i < 3; i++)
        if (v->base64[i].p[0] == coded)
            return true;
    switch (c) {
    case '%':
        return as_percent(text, (unsigned char)v->p[0]);
    case '\\':
        return as_json(text, (unsigned char)v->p[0]) || v->p[0] == c;
    case '&':
        return true;
    default:
        return v->p[0] == c || (c == '+' && v->p[0] == ' ');
    }
}

/* The length of the longest secret that text begins with, 0 for none. Where
 * neither of two bytes can stand for another one, they lead to the few values
 * that begin with them. */
static size_t match_any(const struct secrets *s, unsigned encodings,
                        struct slice text, enum secret_encoding *how)
{
    struct best best = {0, SECRET_RAW};

    if (text.len < 2)
        return 0;
    if (may_be_coded(text.p[0]) || may_be_coded(text.p[1])) {
        for (const struct value *v = s->list; v; v = v->next)
            if (may_begin(v, text))
                try_value(v, encodings, text, &best);
    } else {
        size_t plain = index_of(text.p[0], text.p[1]);
        size_t coded =
            index_of(standard_base64(text.p[0]), standard_base64(text.p[1]));

        for (const struct place *at = s->raw[plain]; at; at = at->next)
            try_value(at->value, encodings, text, &best);
        for (const struct place *at = s->base64[coded]; at; at = at->next)
            try_value(at->value, encodings, text, &best);
    }
    if (best.len)
        *how = best.how;
    return best.len;
}

void secrets_mask(const struct secrets *s, unsigned encodings, struct str *text)
{
    enum secret_encoding how;
    struct str out;

    if (!s || !s->list || !secrets_find(s, str_slice(text), &how))
        return;
    /* "***" is no longer than any form of a value: it fits. */
    str_init(&out, text->max);
    for (size_t i = 0; i < text->len;) {
        struct slice rest = {text->p + i, text->len - i};
        size_t n = rest.len > 1 && may_start(s, rest)
                       ? match_any(s, encodings, rest, &how)
                       : 0;
        if (n)
            str_addz(&out, "***");
        else
            str_addc(&out, text->p[i]);
        i += n ? n : 1;
    }
    wipe(text->p, text->len);
    str_cut(text, 0);
    str_adds(text, str_slice(&out));
    str_fini(&out);
}

bool secrets_find(const struct secrets *s, struct slice text,
                  enum secret_encoding *encoding)
{
    if (!s || !s->list)
        return false;
    for (size_t i = 0; i + 1 < text.len; i++) {
        struct slice rest = {text.p + i, text.len - i};
        if (!may_start(s, rest))
            continue;
        if (match_any(s, SECRET_ALL, rest, encoding))
            return true;
    }
    return false;
}

size_t secrets_cut(const struct secrets *s, struct slice text, size_t most)
{
    enum secret_encoding how;

    if (text.len <= most)
        return text.len;
    for (size_t i = 0; s && i < most;) {
        struct slice rest = {text.p + i, text.len - i};
        size_t n = match_any(s, SECRET_ALL, rest, &how);

        if (i + n > most)
            return i;
        i += n ? n : 1;
    }
    return most;
}
