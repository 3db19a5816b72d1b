/* icefault schema and icefault docs: what is generated from tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "harness/cli.h"
#include "harness/scenario.h"
#include "mocks/catalog/catalog.h"
#include "mocks/fault.h"
#include "mocks/s3/s3.h"

enum { TEXT_MAX = 16 << 20 };

static const struct option_row none[] = {{0}};
static const struct options_use schema_use = {
    "icefault schema", "", "Prints the JSON Schema of scenario files.", none,
    0};
static const struct options_use docs_use = {
    "icefault docs", "[faults|catalog|s3]",
    "Prints docs/FAULTS.md (without a word, too), docs/CATALOG.md or "
    "docs/S3.md, from the\ntables in the code.",
    none, 1};

static const struct document {
    const char *name;
    void (*write)(struct str *out);
} documents[] = {{"faults", fault_document},
                 {"catalog", catalog_document},
                 {"s3", s3_document}};

static const struct document *find_document(const char *name)
{
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        if (strcmp(documents[i].name, name) == 0)
            return &documents[i];
    return NULL;
}

int cmd_schema(int argc, char **argv)
{
    struct options_rest rest;
    struct str out;
    int code;
    if (!cli_options(&schema_use, argc, argv, NULL, &rest, &code))
        return code;
    cJSON *schema = scenario_schema();
    str_init(&out, TEXT_MAX);
    json_print(schema, &out);
    str_addc(&out, '\n');
    cli_print(&out);
    str_fini(&out);
    cJSON_Delete(schema);
    free(rest.operand);
    return EXIT_OK;
}

int cmd_docs(int argc, char **argv)
{
    struct options_rest rest;
    struct str out;
    int code;
    if (!cli_options(&docs_use, argc, argv, NULL, &rest, &code))
        return code;
    const struct document *d =
        rest.n ? find_document(rest.operand[0]) : &documents[0];
    if (d) {
        str_init(&out, TEXT_MAX);
        d->write(&out);
        cli_print(&out);
        str_fini(&out);
    } else {
        fprintf(stderr,
                "icefault docs: there is no document '%.40s': faults, "
                "catalog or s3\n",
                rest.operand[0]);
    }
    free(rest.operand);
    return d ? EXIT_OK : EXIT_OPTIONS;
}
