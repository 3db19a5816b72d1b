/* store_xml: expat, with the path of the element it is in. */
#include "iceberg/store_xml.h"

#include <expat.h>
#include <limits.h>
#include <string.h>

#include "base/xml.h"

enum { MOST_DEPTH = 8, MOST_PATH = 256, MOST_TEXT = 64 << 10 };

struct xml {
    XML_Parser parser;
    const char *root;
    ice_xml_fn fn;
    void *ctx;
    int depth;
    size_t cut[MOST_DEPTH + 1]; /* of the path, to leave an element */
    struct str path, text;
    bool bad;
};

static void stop(struct xml *x)
{
    x->bad = true;
    XML_StopParser(x->parser, XML_FALSE);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip(struct slice *s, size_t n)
{
    s->p += n;
    s->len -= n;
}

/* Blanks, which a store sends to keep a connection alive, and the
 * declaration. */
static void skip_prolog(struct slice *s)
{
    while (s->len && is_blank(s->p[0]))
        skip(s, 1);
    if (!slice_starts(*s, "<?xml"))
        return;
    while (s->len && s->p[0] != '>')
        skip(s, 1);
    while (s->len && (s->p[0] == '>' || is_blank(s->p[0])))
        skip(s, 1);
}

static void on_start(void *ctx, const char *name, const char **attributes)
{
    struct xml *x = ctx;

    (void)attributes;
    str_reset(&x->text);
    if (++x->depth > MOST_DEPTH ||
        (x->depth == 1 && strcmp(name, x->root) != 0)) {
        stop(x);
        return;
    }
    if (x->depth == 1)
        return;
    x->cut[x->depth] = x->path.len;
    str_addf(&x->path, "%s%s", x->path.len ? "/" : "", name);
    if (x->path.failed)
        stop(x);
}

static void on_end(void *ctx, const char *name)
{
    struct xml *x = ctx;

    (void)name;
    if (x->bad)
        return;
    if (x->depth > 1) {
        if (x->text.failed ||
            !x->fn(x->ctx, str_z(&x->path), str_slice(&x->text)))
            stop(x);
        str_cut(&x->path, x->cut[x->depth]);
    }
    str_reset(&x->text);
    x->depth--;
}

static void on_text(void *ctx, const char *p, int n)
{
    struct xml *x = ctx;

    str_add(&x->text, p, (size_t)n);
}

static void on_doctype(void *ctx, const char *name, const char *system_id,
                       const char *public_id, int has_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_subset;
    stop(ctx);
}

bool ice__xml_read(struct slice body, const char *root, ice_xml_fn fn,
                   void *ctx)
{
    struct xml x = {.root = root, .fn = fn, .ctx = ctx};
    bool ok = false;

    while (body.len && is_blank(body.p[0])) /* before a declaration, too */
        skip(&body, 1);
    if (!body.len || body.len > INT_MAX)
        return false;
    str_init(&x.path, MOST_PATH);
    str_init(&x.text, MOST_TEXT);
    x.parser = XML_ParserCreate("UTF-8");
    if (x.parser) {
        XML_SetUserData(x.parser, &x);
        XML_SetElementHandler(x.parser, on_start, on_end);
        XML_SetCharacterDataHandler(x.parser, on_text);
        XML_SetStartDoctypeDeclHandler(x.parser, on_doctype);
        ok = XML_Parse(x.parser, body.p, (int)body.len, 1) == XML_STATUS_OK &&
             !x.bad;
        XML_ParserFree(x.parser);
    }
    str_fini(&x.path);
    str_fini(&x.text);
    return ok;
}

bool ice__xml_root_is(struct slice body, const char *root)
{
    size_t n = strlen(root);

    skip_prolog(&body);
    return body.len > n + 1 && body.p[0] == '<' &&
           !memcmp(body.p + 1, root, n) &&
           (body.p[n + 1] == '>' || body.p[n + 1] == '/' ||
            is_blank(body.p[n + 1]));
}

void ice__xml_escape(struct str *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char *e = xml_entity(text.p[i]);

        if (e)
            str_addz(out, e);
        else
            str_addc(out, text.p[i]);
    }
}
