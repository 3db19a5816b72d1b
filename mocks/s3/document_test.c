/* docs/S3.md says something of every row of the tables. */
#include <string.h>

#include "base/unit.h"
#include "mocks/s3/differences.h"
#include "mocks/s3/internal.h"

static void every_operation_says_what_it_obeys(void)
{
    for (const struct operation *op = s3_operations; op->name; op++) {
        if (!s3_honoured(op->name))
            printf("\n    %s: no row of s3_honours says\n", op->name);
        CU_ASSERT_PTR_NOT_NULL(s3_honoured(op->name));
    }
}

/* Or the glob of some. */
static bool is_operation(const char *name, size_t n)
{
    char glob[80];

    snprintf(glob, sizeof(glob), "%.*s", (int)n, name);
    for (const struct operation *op = s3_operations; op->name; op++)
        if (slice_glob(glob, slice_of(op->name)))
            return true;
    return false;
}

static void only_operations_obey(void)
{
    for (const struct s3_honour *h = s3_honours; h->operations; h++)
        for (const char *at = h->operations; *at;) {
            size_t n = strcspn(at, " ");

            CU_ASSERT(is_operation(at, n));
            at += n + (at[n] == ' ');
        }
}

static void all_tables_are_in_it(void)
{
    struct str out;
    char cell[128];

    str_init(&out, 1 << 20);
    s3_document(&out);
    CU_ASSERT_FALSE(out.failed);
    for (const struct operation *op = s3_operations; op->name; op++) {
        snprintf(cell, sizeof(cell), "| `%s` | `%s ", op->name, op->method);
        CU_ASSERT(strstr(str_z(&out), cell) != NULL);
    }
    for (const struct service_error *e = s3_errors; e->name; e++) {
        snprintf(cell, sizeof(cell), "| %s | ", e->name);
        CU_ASSERT(strstr(str_z(&out), cell) != NULL);
    }
    for (const struct s3_difference *d = s3_differences; d->id; d++)
        CU_ASSERT(!strcmp(d->from, "MinIO") || !strcmp(d->from, "AWS") ||
                  !strcmp(d->from, "both"));
    str_fini(&out);
}

static void differences_have_ids_of_their_own(void)
{
    for (const struct s3_difference *d = s3_differences; d->id; d++)
        for (const struct s3_difference *e = d + 1; e->id; e++)
            CU_ASSERT_STRING_NOT_EQUAL(d->id, e->id);
}

UNIT_MAIN("s3 document", UNIT(every_operation_says_what_it_obeys),
          UNIT(only_operations_obey), UNIT(all_tables_are_in_it),
          UNIT(differences_have_ids_of_their_own))
