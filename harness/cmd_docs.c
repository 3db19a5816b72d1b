/* icefault schema and icefault docs: what is generated from tables. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "harness/cli.h"
#include "harness/scenario.h"
#include "mocks/fault.h"

enum { TEXT_MAX = 16 << 20 };

static const struct option_row none[] = {{0}};
static const struct options_use schema_use = {
    "icefault schema", "", "Prints the JSON Schema of scenario files.", none,
    0};
static const struct options_use docs_use = {
    "icefault docs", "", "Prints docs/FAULTS.md, from the table of faults.",
    none, 0};

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
    str_init(&out, TEXT_MAX);
    fault_document(&out);
    cli_print(&out);
    str_fini(&out);
    free(rest.operand);
    return EXIT_OK;
}
