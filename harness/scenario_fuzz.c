/* Any bytes as a scenario file: a tree or an error with a place, and nothing
 * left behind. The first byte chooses between YAML and JSON. */
#include <stdint.h>
#include <stdlib.h>

#include "harness/scenario_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct requirement ids[] = {
    {"R3.2-6", "3.2", "a lost reply is settled by loading", false},
    {"R4.4-3", "4.4", "a write is repeated only when it may be", false}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct requirements known = {.list = ids, .n = 2};
    struct file_error e = {""};
    if (n == 0)
        return 0;
    struct slice text = {(const char *)data + 1, n - 1};
    struct scenario *s = scenario_read(
        data[0] == 'j' ? "fuzz.json" : "fuzz.yaml", "fuzz", text, &known, &e);
    if (!s && !e.text[0])
        abort(); /* refused without a word */
    scenario_free(s);
    return 0;
}
