/* store_error: expat over a small document; no DTD, no entities, and only the
 * two texts right below the root are kept.
 */
#include "iceberg/store_error.h"

#include <expat.h>
#include <string.h>

enum { MAX_BODY = 64 << 10, SIGNATURE = 64 };

struct reading {
    XML_Parser parser;
    int depth;
    bool error;       /* the root is Error */
    struct str *text; /* where the text that comes belongs, or NULL */
    struct str code, message;
};

static void on_start(void *ctx, const char *name, const char **attributes)
{
    struct reading *r = ctx;

    (void)attributes;
    r->text = NULL;
    if (++r->depth == 1)
        r->error = !strcmp(name, "Error");
    else if (r->depth == 2 && !strcmp(name, "Code"))
        r->text = &r->code;
    else if (r->depth == 2 && !strcmp(name, "Message"))
        r->text = &r->message;
}

static void on_end(void *ctx, const char *name)
{
    struct reading *r = ctx;

    (void)name;
    r->text = NULL;
    r->depth--;
}

static void on_text(void *ctx, const char *p, int n)
{
    struct reading *r = ctx;

    if (r->text)
        str_add(r->text, p, (size_t)n);
}

static void on_doctype(void *ctx, const char *name, const char *system_id,
                       const char *public_id, int has_subset)
{
    struct reading *r = ctx;

    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_subset;
    XML_StopParser(r->parser, XML_FALSE);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F');
}

/* One line, long runs of hex digits as "***". */
static void copy(const struct str *from, struct str *to)
{
    const char *p = str_z(from);

    while (*p) {
        size_t run = 0;

        while (is_hex(p[run]))
            run++;
        if (run >= SIGNATURE) {
            str_addz(to, "***");
            p += run;
            continue;
        }
        str_addc(to, (unsigned char)*p < 0x20 ? ' ' : *p);
        p++;
    }
}

static bool parse(struct reading *r, struct slice body)
{
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_start, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    return XML_Parse(r->parser, body.p, (int)body.len, 1) == XML_STATUS_OK &&
           r->error && r->code.len;
}

bool ice__store_error(struct slice body, struct str *code, struct str *message)
{
    struct reading r = {.parser = NULL};
    bool ok = false;

    while (body.len && strchr(" \t\r\n", body.p[0])) { /* keeps alive */
        body.p++;
        body.len--;
    }
    if (!body.len || body.len > MAX_BODY)
        return false;
    str_init(&r.code, MAX_BODY);
    str_init(&r.message, MAX_BODY);
    r.parser = XML_ParserCreate("UTF-8");
    if (r.parser)
        ok = parse(&r, body);
    if (ok) {
        copy(&r.code, code);
        copy(&r.message, message);
    }
    if (r.parser)
        XML_ParserFree(r.parser);
    str_fini(&r.code);
    str_fini(&r.message);
    return ok;
}
