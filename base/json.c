/* json: the strict reader of json.h. The tree's helpers are in json_tree.c,
 * printing in json_print.c.
 *
 * Recursive descent with a depth limit. Children are appended at a tail kept
 * here and duplicate keys are found by hash above a few members, so that
 * hostile input costs time in proportion to its length.
 */
#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json_number.h"
#include "base/utf8.h"

struct reader {
    const char *p;
    size_t n, at;
    int depth, deepest;
    struct json_error *e; /* never NULL here */
};

/* A container while it is filled. */
struct filling {
    cJSON *item, *tail;
    size_t n;
    const char **slots; /* open-addressed set of keys, NULL while small */
    size_t n_slots;
};

enum { FEW_KEYS = 16 };

static cJSON *read_value(struct reader *r);

/* Always returns NULL. The first error stays. */
static void *fail(struct reader *r, size_t at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void *fail(struct reader *r, size_t at, const char *fmt, ...)
{
    va_list ap;
    size_t line_start = 0;

    r->e->offset = at;
    r->e->line = 1;
    for (size_t i = 0; i < at && i < r->n; i++)
        if (r->p[i] == '\n') {
            r->e->line++;
            line_start = i + 1;
        }
    r->e->col = (int)(at - line_start) + 1;
    va_start(ap, fmt);
    vsnprintf(r->e->message, sizeof(r->e->message), fmt, ap);
    va_end(ap);
    return NULL;
}

static int peek(const struct reader *r)
{
    return r->at < r->n ? (unsigned char)r->p[r->at] : -1;
}

static void *fail_here(struct reader *r, const char *wanted)
{
    int c = peek(r);

    if (c < 0)
        return fail(r, r->at, "the text ends where %s was expected", wanted);
    if (c > ' ' && c < 0x7f)
        return fail(r, r->at, "expected %s, not '%c'", wanted, c);
    return fail(r, r->at, "expected %s, not byte 0x%02x", wanted, (unsigned)c);
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->n && (r->p[r->at] == ' ' || r->p[r->at] == '\n' ||
                            r->p[r->at] == '\t' || r->p[r->at] == '\r'))
        r->at++;
}

static cJSON *new_item(int type)
{
    /* cJSON_Delete frees with free(), as cJSON's hooks are never changed. */
    cJSON *item = mem_alloc(sizeof(*item));

    item->type = type;
    return item;
}

/* A text lies in its item's own block, which cJSON_IsReference tells cJSON not
 * to free apart; a duplicate gets one of its own. */
static cJSON *new_text(int type, struct slice text)
{
    cJSON *item = mem_realloc(NULL, sizeof(*item) + text.len + 1);
    char *copy = (char *)(item + 1);

    memset(item, 0, sizeof(*item));
    memcpy(copy, text.p, text.len);
    copy[text.len] = '\0';
    item->type = type | cJSON_IsReference;
    item->valuestring = copy;
    return item;
}

/* ---- strings ------------------------------------------------------------- */

/* Four hex digits at r->at, or -1. */
static long hex4(struct reader *r)
{
    long v = 0;

    for (size_t i = 0; i < 4; i++, r->at++) {
        int c = peek(r);
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        v = v * 16 + digit;
    }
    return v;
}

/* After "\u": the code point, of two escapes for a surrogate pair, or -1. */
static long unicode_escape(struct reader *r, size_t began)
{
    long c = hex4(r), low;

    if (c < 0 || (c >= 0xdc00 && c <= 0xdfff))
        goto bad;
    if (c == 0) {
        /* Texts end at a zero here; a shortened one would be worse. */
        fail(r, began, "\\u0000 is not accepted in a string");
        return -1;
    }
    if (c < 0xd800 || c > 0xdbff)
        return c;
    if (r->n - r->at < 6 || r->p[r->at] != '\\' || r->p[r->at + 1] != 'u')
        goto bad;
    r->at += 2;
    low = hex4(r);
    if (low >= 0xdc00 && low <= 0xdfff)
        return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
bad:
    fail(r, began, "bad \\u escape");
    return -1;
}

/* The escape at r->at (a backslash) to to; NULL when it is none. */
static char *read_escape(struct reader *r, char *to)
{
    static const char from[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    size_t began = r->at++;
    int c = peek(r);
    const char *hit = c > 0 ? strchr(from, c) : NULL;
    long point;

    if (hit) {
        r->at++;
        *to++ = means[hit - from];
        return to;
    }
    if (c != 'u')
        return fail(r, began, "bad escape in a string");
    r->at++;
    point = unicode_escape(r, began);
    return point < 0 ? NULL : to + utf8_put(to, (unsigned)point);
}

/* One unit of a string to to; NULL on error. */
static char *read_unit(struct reader *r, char *to)
{
    const char *p = r->p + r->at;
    size_t len;

    if (*p == '\\')
        return read_escape(r, to);
    if ((unsigned char)*p < 0x20)
        return fail(r, r->at, "control character 0x%02x in a string",
                    (unsigned)*p);
    len = utf8_length(p, r->n - r->at);
    if (!len)
        return fail(r, r->at, "a string is not UTF-8");
    memcpy(to, p, len);
    r->at += len;
    return to + len;
}

/* Where the string that begins at from ends (its closing quote), or n. */
static size_t closing_quote(const struct reader *r, size_t from)
{
    while (from < r->n && r->p[from] != '"')
        from += r->p[from] == '\\' ? 2 : 1;
    return from < r->n ? from : r->n;
}

/* Most strings are plain to their end: one look at them, and one copy. */
static bool read_plain_string(struct reader *r, struct slice *text)
{
    text->p = r->p + r->at + 1;
    text->len = utf8_plain(text->p, r->n - r->at - 1);
    if (r->n - r->at - 1 == text->len || text->p[text->len] != '"')
        return false;
    r->at += text->len + 2;
    return true;
}

/* The string at r->at (a quote), allocated; NULL on error. */
static char *read_string(struct reader *r)
{
    size_t began = r->at++, end = closing_quote(r, r->at);
    char *out, *to;

    if (end == r->n)
        return fail(r, began, "a string has no closing quote");
    out = to = mem_alloc(end - began); /* no escape is shorter than its text */
    while (to && r->at < end) {
        size_t plain = utf8_plain(r->p + r->at, end - r->at);
        memcpy(to, r->p + r->at, plain);
        to += plain;
        r->at += plain;
        if (r->at < end)
            to = read_unit(r, to);
    }
    if (!to) {
        free(out);
        return NULL;
    }
    *to = '\0';
    r->at++;
    return out;
}

static cJSON *read_string_item(struct reader *r)
{
    struct slice plain;
    cJSON *item;
    char *text;

    if (read_plain_string(r, &plain))
        return new_text(cJSON_String, plain);
    text = read_string(r);
    if (!text)
        return NULL;
    item = new_item(cJSON_String);
    item->valuestring = text;
    return item;
}

/* ---- numbers and words --------------------------------------------------- */

static size_t digits(struct reader *r)
{
    size_t from = r->at;

    while (peek(r) >= '0' && peek(r) <= '9')
        r->at++;
    return r->at - from;
}

static bool scan_number(struct reader *r)
{
    size_t n;

    if (peek(r) == '-')
        r->at++;
    if (peek(r) == '0' && r->at + 1 < r->n && r->p[r->at + 1] >= '0' &&
        r->p[r->at + 1] <= '9')
        return fail(r, r->at, "a number begins with 0"), false;
    n = digits(r);
    if (n && peek(r) == '.') {
        r->at++;
        n = digits(r);
    }
    if (n && (peek(r) == 'e' || peek(r) == 'E')) {
        r->at++;
        if (peek(r) == '+' || peek(r) == '-')
            r->at++;
        n = digits(r);
    }
    return n || (fail_here(r, "a digit"), false);
}

static cJSON *read_number(struct reader *r)
{
    size_t from = r->at;
    struct slice literal;
    cJSON *item;
    double d;

    if (!scan_number(r))
        return NULL;
    literal = (struct slice){r->p + from, r->at - from};
    if (json_literal_is_double(literal, &d)) {
        item = new_item(cJSON_Number);
        item->valuedouble = d;
        item->valueint = json_clamp_int(d);
        return item;
    }
    return new_text(cJSON_Raw, literal);
}

static cJSON *read_word(struct reader *r)
{
    static const struct {
        const char *word;
        int type;
    } words[] = {
        {"null", cJSON_NULL}, {"true", cJSON_True}, {"false", cJSON_False}};
    struct slice rest = {r->p + r->at, r->n - r->at};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (slice_starts(rest, words[i].word)) {
            cJSON *item = new_item(words[i].type);
            item->valueint = words[i].type == cJSON_True;
            r->at += strlen(words[i].word);
            return item;
        }
    return fail_here(r, "a value");
}

/* ---- arrays and objects -------------------------------------------------- */

static void append(struct filling *f, cJSON *child)
{
    if (f->tail) {
        f->tail->next = child;
        child->prev = f->tail;
    } else {
        f->item->child = child;
    }
    f->tail = child;
    f->item->child->prev = child; /* cJSON keeps the last one there */
    f->n++;
}

static size_t key_slot(const struct filling *f, const char *key)
{
    size_t h = 14695981039346656037U;
    const char *z;

    for (z = key; *z; z++)
        h = (h ^ (unsigned char)*z) * 1099511628211U;
    h = (h ^ h >> 32) & (f->n_slots - 1);
    while (f->slots[h] && strcmp(f->slots[h], key) != 0)
        h = (h + 1) & (f->n_slots - 1);
    return h;
}

/* Makes room so that at most half of the slots are taken. */
static void grow_slots(struct filling *f)
{
    if (f->n * 2 < f->n_slots)
        return;
    free(f->slots);
    f->n_slots = f->n_slots ? f->n_slots * 4 : 8 * FEW_KEYS;
    f->slots = mem_alloc(f->n_slots * sizeof(*f->slots));
    for (const cJSON *c = f->item->child; c; c = c->next)
        f->slots[key_slot(f, c->string)] = c->string;
}

/* True when the object has key already; notes it otherwise. */
static bool seen_key(struct filling *f, const char *key)
{
    size_t slot;

    if (f->n < FEW_KEYS) {
        for (const cJSON *c = f->item->child; c; c = c->next)
            if (strcmp(c->string, key) == 0)
                return true;
        return false;
    }
    grow_slots(f);
    slot = key_slot(f, key);
    if (f->slots[slot])
        return true;
    f->slots[slot] = key;
    return false;
}

/* Allocated, unless it is kept for all trees. */
static char *read_key(struct reader *r, bool *kept)
{
    struct slice plain;
    const char *word;

    if (!read_plain_string(r, &plain))
        return read_string(r);
    word = json_word(plain.p, plain.len);
    *kept = word;
    return *kept ? (char *)(uintptr_t)word : mem_memdup(plain.p, plain.len);
}

static bool read_member(struct reader *r, struct filling *f)
{
    size_t at = r->at;
    bool kept = false;
    char *key;
    cJSON *child;

    if (peek(r) != '"')
        return fail_here(r, "a key in quotes"), false;
    key = read_key(r, &kept);
    if (!key)
        return false;
    if (seen_key(f, key)) {
        fail(r, at, "the key '%.40s' is there twice", key);
        goto bad;
    }
    skip_blanks(r);
    if (peek(r) != ':') {
        fail_here(r, "':'");
        goto bad;
    }
    r->at++;
    child = read_value(r);
    if (!child)
        goto bad;
    child->string = key;
    if (kept)
        child->type |= cJSON_StringIsConst;
    append(f, child);
    return true;
bad:
    if (!kept)
        free(key);
    return false;
}

static bool read_element(struct reader *r, struct filling *f)
{
    cJSON *child = read_value(r);

    if (child)
        append(f, child);
    return child;
}

/* After the opening bracket: members or elements up to the closing one. */
static bool read_items(struct reader *r, struct filling *f, int close,
                       bool (*one)(struct reader *, struct filling *))
{
    skip_blanks(r);
    if (peek(r) == close) {
        r->at++;
        return true;
    }
    for (;;) {
        skip_blanks(r);
        if (!one(r, f))
            return false;
        skip_blanks(r);
        if (peek(r) == close) {
            r->at++;
            return true;
        }
        if (peek(r) != ',')
            return fail_here(r, close == '}' ? "',' or '}'" : "',' or ']'"),
                   false;
        r->at++;
    }
}

static cJSON *read_container(struct reader *r, bool object)
{
    struct filling f = {.item = NULL};
    bool ok;

    if (r->depth == r->deepest)
        return fail(r, r->at, "nested deeper than %d", r->deepest);
    r->depth++;
    r->at++;
    f.item = new_item(object ? cJSON_Object : cJSON_Array);
    ok = read_items(r, &f, object ? '}' : ']',
                    object ? read_member : read_element);
    r->depth--;
    free(f.slots);
    if (ok)
        return f.item;
    cJSON_Delete(f.item);
    return NULL;
}

static cJSON *read_value(struct reader *r)
{
    int c;

    skip_blanks(r);
    c = peek(r);
    if (c == '{' || c == '[')
        return read_container(r, c == '{');
    if (c == '"')
        return read_string_item(r);
    if (c == '-' || (c >= '0' && c <= '9'))
        return read_number(r);
    return read_word(r);
}

static cJSON *parse(struct reader *r)
{
    cJSON *item = read_value(r);

    if (!item)
        return NULL;
    skip_blanks(r);
    if (r->at == r->n)
        return item;
    fail_here(r, "the end");
    cJSON_Delete(item);
    return NULL;
}

cJSON *json_parse(const char *p, size_t n, struct json_error *e)
{
    struct json_error unused;
    struct reader r = {
        .p = p, .n = n, .deepest = JSON_MAX_DEPTH, .e = e ? e : &unused};

    *r.e = (struct json_error){.line = 1, .col = 1};
    if (n > JSON_MAX_BYTES)
        return fail(&r, 0, "longer than %d bytes", JSON_MAX_BYTES);
    return parse(&r);
}

cJSON *json_parse_own(struct slice text)
{
    struct json_error unused;
    struct reader r = {.p = text.p,
                       .n = text.len,
                       .deepest = 4 * JSON_MAX_DEPTH,
                       .e = &unused};

    return parse(&r);
}
