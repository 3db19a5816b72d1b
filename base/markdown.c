/* markdown: see markdown.h. */
#include "base/markdown.h"

void markdown_cell(struct str *out, const char *z)
{
    for (; z && *z; z++) {
        if (*z == '|')
            str_addc(out, '\\');
        str_addc(out, *z == '\n' ? ' ' : *z);
    }
}

void markdown_cells(struct str *out, const char *const *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        str_addz(out, i ? " | " : "| ");
        markdown_cell(out, cells[i]);
    }
    str_addz(out, " |\n");
}
