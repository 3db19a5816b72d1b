/* Tests of id_set. */
#include "mocks/catalog/id_set.h"

#include <string.h>

#include "base/json.h"
#include "base/unit.h"

static void holds_what_was_added(void)
{
    static const int64_t ids[] = {0,  1,         -1,        INT64_MAX,
                                  16, INT64_MIN, 1LL << 32, 1LL << 60};
    size_t n = sizeof ids / sizeof *ids;
    struct id_set s = {0};
    for (size_t i = 0; i < n; i++) {
        CU_ASSERT_FALSE(id_set_has(&s, ids[i]));
        id_set_add(&s, ids[i]);
        id_set_add(&s, ids[i]);
        for (size_t k = 0; k < n; k++)
            CU_ASSERT_EQUAL(id_set_has(&s, ids[k]), k <= i);
    }
    id_set_fini(&s);
    CU_ASSERT_FALSE(id_set_has(&s, 1));
}

static void grows(void)
{
    struct id_set s = {0};
    unsigned wrong = 0;
    for (int64_t i = 1; i <= 20000; i++)
        id_set_add(&s, i * 1000003);
    for (int64_t i = 1; i <= 20000; i++)
        wrong +=
            !id_set_has(&s, i * 1000003) || id_set_has(&s, i * 1000003 + 1);
    CU_ASSERT_EQUAL(wrong, 0);
    id_set_fini(&s);
}

static void reads_a_list(void)
{
    static const char text[] =
        "[{\"id\":7},{\"id\":9007199254740993},{\"id\":\"8\"},{}]";
    cJSON *list = json_parse(text, sizeof text - 1, NULL);
    struct id_set s = {0};
    id_set_add_all(&s, list, "id");
    CU_ASSERT(id_set_has(&s, 7));
    CU_ASSERT(id_set_has(&s, 9007199254740993));
    CU_ASSERT_FALSE(id_set_has(&s, 9007199254740992));
    CU_ASSERT_FALSE(id_set_has(&s, 8));
    CU_ASSERT_FALSE(id_set_has(&s, 0));
    id_set_fini(&s);
    cJSON_Delete(list);
}

UNIT_MAIN("id_set", UNIT(holds_what_was_added), UNIT(grows), UNIT(reads_a_list))
