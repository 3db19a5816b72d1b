/* Bodies of a catalog's or a store's answers: a table, a page, an error, a
 * configuration's endpoints. Whatever they are, each is of use or a sentence
 * says why not. The first byte chooses nothing: each reader gets all.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "iceberg/call.h"
#include "iceberg/rest.h"
#include "iceberg/store_error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void read_table(const struct ice_answer *a)
{
    struct ice_body body = {.policy = &ice_policy_default};
    char why[160] = "";

    must(ice__usable_table(&body, a, why) || why[0]);
    must(ice__usable_object(&body, a, why) || why[0]);
    cJSON_Delete(body.tree);
}

static void read_page(const struct ice_answer *a, bool tables)
{
    struct ice_page page = {.tables = tables};
    char why[160] = "";

    if (ice__usable_page(&page, a, why))
        for (size_t i = 0; i < page.n; i++)
            must(page.name[i] != NULL);
    else
        must(why[0] != 0);
    ice__page_fini(&page);
}

static void read_errors(const struct ice_answer *a)
{
    struct ice_said said;

    ice__said_init(&said);
    must(ice__read_model(a, &said) == (said.type.len > 0));
    ice__said_fini(&said);
    ice__said_init(&said);
    must(!ice__store_error(str_slice(&a->body), &said.type, &said.message) ||
         said.type.len);
    ice__said_fini(&said);
}

static void read_config(const struct ice_answer *a)
{
    unsigned bits = 0;
    cJSON *tree = json_parse(str_z(&a->body), a->body.len, NULL);

    ice__endpoints_read(&ice_policy_default, json_get(tree, "endpoints"),
                        &bits);
    ice__duration_ms(str_slice(&a->body));
    free(ice__uri_base(str_z(&a->body), true, NULL));
    cJSON_Delete(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct ice_answer a;

    ice__answer_init(&a);
    str_init(&a.body, 1 << 20);
    str_add(&a.body, data, n);
    read_table(&a);
    read_page(&a, true);
    read_page(&a, false);
    read_errors(&a);
    read_config(&a);
    ice__answer_fini(&a);
    return 0;
}
