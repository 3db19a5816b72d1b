/* markdown: tables of the documents that are written from the code's own. */
#ifndef BASE_MARKDOWN_H
#define BASE_MARKDOWN_H

#include "base/str.h"

/* Appends z as a table's cell may hold it: one line, its bars escaped. NULL is
 * nothing. */
void markdown_cell(struct str *out, const char *z);
void markdown_cells(struct str *out, const char *const *cells, size_t n);

/* One row: markdown_row(out, "a", "b"). */
#define markdown_row(out, ...)                                                 \
    do {                                                                       \
        const char *const markdown__row[] = {__VA_ARGS__};                     \
        markdown_cells(out, markdown__row,                                     \
                       sizeof(markdown__row) / sizeof(*markdown__row));        \
    } while (0)

#endif
