/* envfile: a hand-written reader, one line at a time, that knows its place. */
#include "iceberg/envfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

struct line {
    const char *path;
    const char *start, *p, *end; /* p: the next byte; end: behind the line */
    int number;
    char *why;
    size_t why_size;
};

void envfile_init(struct envfile *f)
{
    arena_init(&f->arena);
    f->first = NULL;
}

void envfile_fini(struct envfile *f)
{
    arena_fini(&f->arena);
    f->first = NULL;
}

const struct envfile_entry *envfile_find(const struct envfile *f,
                                         const char *key)
{
    const struct envfile_entry *e = f->first;

    while (e && strcmp(e->key, key))
        e = e->next;
    return e;
}

static int column(const struct line *l, const char *p)
{
    return (int)(p - l->start) + 1;
}

static bool wrong_at(const struct line *l, const char *p, const char *what)
{
    snprintf(l->why, l->why_size, "%s:%d:%d: %s", l->path, l->number,
             column(l, p), what);
    return false;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct line *l)
{
    while (l->p < l->end && blank(*l->p))
        l->p++;
}

static bool key_char(char c, bool first)
{
    return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (!first && c >= '0' && c <= '9');
}

static struct slice take_key(struct line *l)
{
    const char *start = l->p;

    while (l->p < l->end && key_char(*l->p, l->p == start))
        l->p++;
    return (struct slice){start, (size_t)(l->p - start)};
}

/* What the character after a backslash stands for, or 0. */
static char unescape(char quote, char c)
{
    static const char from[] = "nrt\"\\$`";
    static const char to[] = "\n\r\t\"\\$`";
    const char *at;

    if (quote == '\'')
        return c == '\'' || c == '\\' ? c : '\0';
    at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : '\0';
}

/* From an opening quote to the closing one, which is skipped too. */
static bool take_quoted(struct line *l, struct str *out)
{
    const char *open = l->p;
    char quote = *l->p++;

    for (; l->p < l->end && *l->p != quote; l->p++) {
        char c = *l->p;

        if (c == '\\') {
            char meant = l->p + 1 < l->end ? unescape(quote, l->p[1]) : '\0';

            if (!meant && quote == '"')
                return wrong_at(l, l->p, "no such escape in double quotes");
            if (meant) {
                c = meant;
                l->p++;
            }
        }
        str_addc(out, c);
    }
    if (l->p == l->end)
        return wrong_at(l, open, "the quote is not closed on its line");
    l->p++;
    skip_blanks(l);
    if (l->p < l->end && *l->p != '#')
        return wrong_at(l, l->p, "nothing may follow the closing quote");
    return true;
}

static void take_plain(struct line *l, struct str *out)
{
    const char *start = l->p;
    const char *end = start;

    for (; l->p < l->end; l->p++) {
        if (*l->p == '#' && (l->p == start || blank(l->p[-1])))
            break;
        if (!blank(*l->p))
            end = l->p + 1;
    }
    str_add(out, start, (size_t)(end - start));
}

static bool take_value(struct line *l, struct str *out)
{
    if (l->p < l->end && (*l->p == '"' || *l->p == '\''))
        return take_quoted(l, out);
    take_plain(l, out);
    return true;
}

static void skip_export(struct line *l)
{
    if (l->end - l->p > 7 && !memcmp(l->p, "export", 6) && blank(l->p[6])) {
        l->p += 7;
        skip_blanks(l);
    }
}

static bool parse_pair(struct envfile *f, struct line *l)
{
    struct envfile_entry *e;
    struct slice key;
    struct str value;
    bool ok;

    skip_export(l);
    key = take_key(l);
    if (!key.len)
        return wrong_at(l, l->p, "a setting's name should stand here");
    skip_blanks(l);
    if (l->p == l->end || *l->p != '=')
        return wrong_at(l, l->p, "an '=' should stand here");
    l->p++;
    skip_blanks(l);
    e = arena_alloc(&f->arena, sizeof(*e));
    *e = (struct envfile_entry){arena_memdup(&f->arena, key.p, key.len), "",
                                l->number, column(l, l->p), f->first};
    str_init(&value, ENVFILE_MAX_BYTES);
    ok = take_value(l, &value);
    e->value = arena_memdup(&f->arena, str_z(&value), value.len);
    if (ok)
        f->first = e;
    str_fini(&value);
    return ok;
}

static bool parse_line(struct envfile *f, struct line *l)
{
    for (const char *c = l->p; c < l->end; c++) {
        if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
            return wrong_at(l, c, "a control character");
    }
    skip_blanks(l);
    if (l->p == l->end || *l->p == '#')
        return true;
    return parse_pair(f, l);
}

bool envfile_parse(struct envfile *f, const char *path, const char *text,
                   size_t len, char *why, size_t why_size)
{
    struct line l = {.path = path, .why = why, .why_size = why_size};
    const char *p = text;
    const char *end = text + len;

    if (len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3))
        p += 3;
    while (p < end) {
        const char *lf = memchr(p, '\n', (size_t)(end - p));
        const char *stop = lf ? lf : end;

        l.number++;
        l.start = l.p = p;
        l.end = stop > p && stop[-1] == '\r' ? stop - 1 : stop;
        if (!parse_line(f, &l))
            return false;
        p = lf ? lf + 1 : end;
    }
    return true;
}

bool envfile_read(struct envfile *f, const char *path, char *why,
                  size_t why_size)
{
    char *text = NULL;
    size_t n = 0;
    bool ok = false;
    FILE *in = fopen(path, "rb");

    if (!in) {
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
        return false;
    }
    text = mem_alloc(ENVFILE_MAX_BYTES + 1);
    n = fread(text, 1, ENVFILE_MAX_BYTES + 1, in);
    if (ferror(in))
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
    else if (n > ENVFILE_MAX_BYTES)
        snprintf(why, why_size, "%s: longer than 1 MiB", path);
    else
        ok = envfile_parse(f, path, text, n, why, why_size);
    explicit_bzero(text, n);
    free(text);
    fclose(in);
    return ok;
}
