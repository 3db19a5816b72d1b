/* markup_scan: is this text well-formed XML, and which elements has it? For
 * the tests: strict about what our writers use, and about nothing else.
 */
#ifndef REPORTS_MARKUP_SCAN_H
#define REPORTS_MARKUP_SCAN_H

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

static size_t name_length(const char *z)
{
    return strspn(z, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                     "0123456789-");
}

/* Text up to one of stop: legal characters, no '<', references complete. */
static const char *scan_text(const char *z, const char *stop)
{
    while (*z && !strchr(stop, *z)) {
        size_t len = utf8_length(z, strlen(z));
        if (!len || *z == '<' ||
            ((unsigned char)*z < ' ' && !strchr("\n\t", *z)) || *z == 0x7f ||
            strncmp(z, "]]>", 3) == 0)
            return NULL;
        if (*z == '&' && strncmp(z, "&amp;", 5) && strncmp(z, "&lt;", 4) &&
            strncmp(z, "&gt;", 4) && strncmp(z, "&quot;", 6) &&
            strncmp(z, "&#39;", 5))
            return NULL;
        z += len;
    }
    return z;
}

/* After the name of a start tag: attributes up to '>' or "/>". */
static const char *scan_attributes(const char *z)
{
    while (z && *z == ' ') {
        size_t n = name_length(++z);
        if (*z == '/')
            break;
        if (!n || strncmp(z + n, "=\"", 2) != 0)
            return NULL;
        z = scan_text(z + n + 2, "\"");
        if (z)
            z += *z == '"';
    }
    return z;
}

enum { SCAN_DEPTH = 32 };

/* NULL when well-formed, else where it is not. */
static const char *scan_xml(const char *z)
{
    const char *open[SCAN_DEPTH];
    size_t depth = 0;

    if (strncmp(z, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", 39) == 0)
        z += 39;
    for (;;) {
        const char *at = z;
        size_t n;
        z = scan_text(z, "<");
        if (!z)
            return at;
        if (!*z)
            return depth ? at : NULL;
        if (z[1] == '/') {
            n = name_length(z += 2);
            if (!depth || strncmp(open[--depth], z, n) != 0 ||
                name_length(open[depth]) != n || z[n] != '>')
                return z;
            z += n + 1;
            continue;
        }
        n = name_length(++z);
        if (!n || depth == SCAN_DEPTH)
            return z;
        open[depth++] = z;
        at = z;
        z = scan_attributes(z + n);
        if (!z)
            return at;
        if (strncmp(z, "/>", 2) == 0) {
            depth--;
            z += 2;
        } else if (*z++ != '>') {
            return at;
        }
    }
}

static size_t count_of(const char *z, const char *what)
{
    size_t n = 0;

    for (; (z = strstr(z, what)); z += strlen(what))
        n++;
    return n;
}

#endif
