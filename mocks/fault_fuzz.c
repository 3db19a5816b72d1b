/* Any JSON as a fault rule, as the admin interface takes it: a rule, or a
 * sentence that says what is wrong, and nothing left behind.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"
#include "mocks/fault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct spec_error err = {0};
    cJSON *tree = json_parse((const char *)data, n, NULL);
    struct fault_engine *e;

    if (!tree)
        return 0;
    e = fault_engine_new(7, &clock_system);
    bool taken = fault_add(e, tree, &err) != NULL;
    must(taken || err.message[0]);
    must(fault_count(e) == taken);
    cJSON_Delete(fault_list(e));
    fault_engine_free(e);
    cJSON_Delete(tree);
    return 0;
}
