/* xml: see xml.h. */
#include "mocks/s3/xml.h"

#include <expat.h>
#include <stdarg.h>
#include <string.h>

#include "base/utf8.h"
#include "base/xml.h"

/* ---- writing ---- */

void xml_begin(struct str *out, const char *root)
{
    str_addf(out,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<%s xmlns=\"" S3_NAMESPACE "\">",
             root);
}

void xml_open(struct str *out, const char *name)
{
    str_addc(out, '<');
    str_addz(out, name);
    str_addc(out, '>');
}

void xml_close(struct str *out, const char *name)
{
    str_addz(out, "</");
    str_addz(out, name);
    str_addc(out, '>');
}

/* How many bytes at p may be copied as they are; 0: the one there may not. */
static size_t plain(const char *p, size_t n)
{
    unsigned char c = (unsigned char)*p;

    if (c >= 0x80)
        return utf8_length(p, n);
    return !xml_entity(*p) && (c >= ' ' || c == '\t' || c == '\n');
}

static void add_special(struct str *out, char c)
{
    const char *e = xml_entity(c);

    if (e)
        str_addz(out, e);
    else if ((unsigned char)c >= 0x80)
        str_addz(out, "\xef\xbf\xbd"); /* not UTF-8: U+FFFD */
    else
        str_addf(out, "&#x%x;", (unsigned)c);
}

void xml_escape(struct str *out, struct slice text)
{
    size_t from = 0, i = 0;

    while (i < text.len) {
        size_t n = plain(text.p + i, text.len - i);

        if (n) {
            i += n;
            continue;
        }
        str_add(out, text.p + from, i - from);
        add_special(out, text.p[i]);
        from = ++i;
    }
    if (from < text.len)
        str_add(out, text.p + from, text.len - from);
}

void xml_text(struct str *out, const char *name, struct slice text)
{
    xml_open(out, name);
    xml_escape(out, text);
    xml_close(out, name);
}

void xml_textz(struct str *out, const char *name, const char *text)
{
    xml_text(out, name, slice_of(text));
}

void xml_textf(struct str *out, const char *name, const char *fmt, ...)
{
    va_list ap;

    xml_open(out, name);
    va_start(ap, fmt);
    str_vaddf(out, fmt, ap);
    va_end(ap);
    xml_close(out, name);
}

/* ---- reading ---- */

enum {
    MAX_DEPTH = 8,
    MAX_ELEMENTS = 50000,
    MAX_TEXT = 8 << 10,
    MAX_PATH = 512,
    MAX_BODY = 4 << 20
};

struct reader {
    XML_Parser parser;
    xml_element start, end; /* start may be NULL */
    void *ctx;
    struct str path, text;
    size_t up[MAX_DEPTH]; /* length of the path above each level */
    size_t depth, elements;
    bool refused;
};

static void refuse(struct reader *r)
{
    r->refused = true;
    XML_StopParser(r->parser, XML_FALSE);
}

static void XMLCALL on_start(void *ctx, const XML_Char *name,
                             const XML_Char **attributes)
{
    struct reader *r = ctx;
    const char *local = strrchr(name, '|');

    (void)attributes;
    if (r->refused)
        return; /* expat ends an empty element all the same */
    if (r->depth == MAX_DEPTH || ++r->elements > MAX_ELEMENTS) {
        refuse(r);
        return;
    }
    r->up[r->depth++] = r->path.len;
    if (r->path.len)
        str_addc(&r->path, '/');
    str_addz(&r->path, local ? local + 1 : name);
    str_reset(&r->text);
    if (r->start && (r->path.failed ||
                     !r->start(r->ctx, str_z(&r->path), str_slice(&r->text))))
        refuse(r);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
    struct reader *r = ctx;

    (void)name;
    if (r->refused)
        return;
    if (r->path.failed || r->text.failed ||
        !r->end(r->ctx, str_z(&r->path), str_slice(&r->text))) {
        refuse(r);
        return;
    }
    str_cut(&r->path, r->up[--r->depth]);
    str_reset(&r->text);
}

static void XMLCALL on_text(void *ctx, const XML_Char *p, int n)
{
    struct reader *r = ctx;

    str_add(&r->text, p, (size_t)n);
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name,
                               const XML_Char *system, const XML_Char *public,
                               int has_internal_subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_internal_subset;
    refuse(ctx);
}

bool xml_read(struct slice body, xml_element element, void *ctx)
{
    return xml_walk(body, NULL, element, ctx);
}

bool xml_walk(struct slice body, xml_element start, xml_element end, void *ctx)
{
    struct reader r = {.start = start, .end = end, .ctx = ctx};
    bool ok;

    if (body.len == 0 || body.len > MAX_BODY)
        return false;
    r.parser = XML_ParserCreateNS("UTF-8", '|');
    if (!r.parser)
        return false;
    str_init(&r.path, MAX_PATH);
    str_init(&r.text, MAX_TEXT);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    ok =
        XML_Parse(r.parser, body.p, (int)body.len, XML_TRUE) == XML_STATUS_OK &&
        !r.refused;
    XML_ParserFree(r.parser);
    str_fini(&r.path);
    str_fini(&r.text);
    return ok;
}
