/* Hostile table metadata against each of the five tables: refused as no
 * metadata, or compared, with differences that can be told, and metadata that
 * is as it should be never differs from itself.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "iceberg/compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void tell(const struct ice_differences *d)
{
    struct str out;

    must(d->n <= ICE_MAX_DIFFERENCES);
    for (size_t i = 0; i < d->n; i++)
        must(ice_difference_name(d->item[i].kind) && d->item[i].text[0]);
    str_init(&out, 1 << 20);
    ice__differences_print(d, &out);
    must(!out.failed && (out.len > 0) == ice__differences_fail(d));
    str_fini(&out);
}

static void compare(const cJSON *metadata)
{
    struct ice_compare_rules created =
        ice__compare_created(&ice_policy_default);

    for (int i = 0; i < ICE_TABLES; i++) {
        struct ice_differences d = {.n = 0};

        ice__compare(&ice_policy_default.compare, &ice_tables[i], 2, metadata,
                     &d);
        ice__compare(&created, &ice_tables[i], 3, metadata, &d);
        tell(&d);
        free(d.item);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    cJSON *metadata = json_parse((const char *)data, n, NULL);
    struct ice_differences d = {.n = 0};

    if (!metadata)
        return 0;
    if (!ice__metadata_wrong(metadata)) {
        compare(metadata);
        ice__compare_ids(&ice_policy_default.compare, metadata, metadata, &d);
        must(d.n == 0);
    }
    free(d.item);
    cJSON_Delete(metadata);
    return 0;
}
