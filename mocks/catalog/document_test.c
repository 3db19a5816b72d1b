/* docs/CATALOG.md: everything is in it, and its tables hold together. */
#include <stdio.h>
#include <string.h>

#include "base/unit.h"
#include "mocks/catalog/commit.h"
#include "mocks/catalog/inside.h"

static size_t bars(const char *line, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
    return count;
}

static void every_row_of_a_table_has_its_columns(void)
{
    struct str s;
    size_t columns = 0, rows = 0;
    str_init(&s, 1 << 20);
    catalog_document(&s);
    for (const char *line = str_z(&s); *line;) {
        size_t n = strcspn(line, "\n");
        if (*line != '|')
            columns = 0;
        else if (columns == 0)
            columns = bars(line, n);
        else
            CU_ASSERT_EQUAL(bars(line, n), columns);
        rows += *line == '|';
        line += n + (line[n] == '\n');
    }
    CU_ASSERT(rows > 100);
    str_fini(&s);
}

static bool mentions(const struct str *s, const char *before, const char *what,
                     const char *after)
{
    char text[300];
    snprintf(text, sizeof text, "%s%s%s", before, what, after);
    return strstr(str_z(s), text) != NULL;
}

static void everything_is_in_it(void)
{
    struct str s;
    str_init(&s, 1 << 20);
    catalog_document(&s);
    for (const struct operation *op = catalog_operations; op->name; op++)
        CU_ASSERT(mentions(&s, "| `", op->name, "` |"));
    for (const struct commit_requirement *r = commit_requirements; r->type; r++)
        CU_ASSERT(mentions(&s, "| ", r->type, " |"));
    for (size_t i = 0; commit_updates[i]; i++)
        for (const struct commit_update *u = commit_updates[i]; u->action; u++)
            CU_ASSERT(mentions(&s, "| ", u->action, " |"));
    for (const struct spec_field *f = catalog_option_fields; f->name; f++)
        CU_ASSERT(mentions(&s, "| ", f->name, " |"));
    for (int i = 0; profile_words[i]; i++)
        CU_ASSERT(mentions(&s, "| ", profile_words[i], " |"));
    CU_ASSERT(mentions(&s, "| conflict-503 | AlreadyExistsException | 503 `",
                       "ServiceUnavailableException", "` |"));
    str_fini(&s);
}

static void every_update_is_of_tables_or_views_and_once(void)
{
    for (size_t i = 0; commit_updates[i]; i++)
        for (const struct commit_update *u = commit_updates[i]; u->action;
             u++) {
            size_t same = 0;
            CU_ASSERT((u->table || u->view) && u->said && u->doc);
            for (size_t j = 0; commit_updates[j]; j++)
                for (const struct commit_update *v = commit_updates[j];
                     v->action; v++)
                    same += strcmp(u->action, v->action) == 0;
            CU_ASSERT_EQUAL(same, 1);
        }
}

UNIT_MAIN("catalog document", UNIT(every_row_of_a_table_has_its_columns),
          UNIT(everything_is_in_it),
          UNIT(every_update_is_of_tables_or_views_and_once))
