/* envfile: reads files of KEY=VALUE lines, such as .env.local.
 *
 * A line is empty, a comment (#), or KEY=VALUE with "export " before it or
 * not; blanks round the '=' are allowed. A value in double quotes knows the
 * escapes \n \r \t \" \\ \$ and \`; one in single quotes only \' and \\, any
 * other backslash stands for itself. Without quotes the value ends at the
 * end of the line, or at a '#' after a blank, and is trimmed. A quoted value
 * ends on its line; after it only blanks and a comment may follow. Lines end
 * with LF or CRLF; a UTF-8 byte order mark at the start is skipped. Nothing
 * is expanded. A key given twice has its last value.
 */
#ifndef ICEBERG_ENVFILE_H
#define ICEBERG_ENVFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum { ENVFILE_MAX_BYTES = 1 << 20 };

struct envfile_entry {
    const char *key, *value;
    int line, col; /* of the value, both from 1 */
    struct envfile_entry *next;
};

struct envfile {
    struct arena arena;          /* holds all below */
    struct envfile_entry *first; /* newest first */
};

void envfile_init(struct envfile *f);
void envfile_fini(struct envfile *f);

/* False with "FILE:LINE:COL: what is wrong" in why. No message ever shows a
 * value. envfile_parse does the same for text that is in memory. */
bool envfile_read(struct envfile *f, const char *path, char *why,
                  size_t why_size);
bool envfile_parse(struct envfile *f, const char *path, const char *text,
                   size_t len, char *why, size_t why_size);

/* The last entry of that key, or NULL. */
const struct envfile_entry *envfile_find(const struct envfile *f,
                                         const char *key);

#endif
