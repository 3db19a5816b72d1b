/* The tree against a sorted array that is kept beside it. */
#include "base/btree.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "base/unit.h"

enum { MODEL = 3000 };

static int some_value;

static void finds_what_was_set_and_only_that(void)
{
    struct btree *t = btree_new();

    CU_ASSERT_PTR_NULL(btree_get(t, SLICE_LIT("a")));
    CU_ASSERT_PTR_NULL(btree_set(t, SLICE_LIT("a"), &some_value));
    CU_ASSERT_PTR_EQUAL(btree_get(t, SLICE_LIT("a")), &some_value);
    CU_ASSERT_PTR_NULL(btree_get(t, SLICE_LIT("a\0")));
    CU_ASSERT_PTR_NULL(btree_get(t, (struct slice){NULL, 0}));
    CU_ASSERT_PTR_EQUAL(btree_set(t, SLICE_LIT("a"), t), &some_value);
    CU_ASSERT_EQUAL(btree_count(t), 1);
    CU_ASSERT_PTR_EQUAL(btree_remove(t, SLICE_LIT("a")), t);
    CU_ASSERT_PTR_NULL(btree_remove(t, SLICE_LIT("a")));
    CU_ASSERT_EQUAL(btree_count(t), 0);
    btree_free(t, NULL);
}

static void orders_keys_as_bytes(void)
{
    static const char *const want[] = {"", "a", "a/b", "ab", "b", "\xc3\xa9"};
    struct btree *t = btree_new();
    struct btree_cursor c;
    bool more;
    size_t i = 0;

    for (size_t k = 6; k-- > 0;)
        btree_set(t, slice_of(want[k]), &some_value);
    for (more = btree_seek(t, (struct slice){NULL, 0}, false, &c); more;
         more = btree_next(&c))
        CU_ASSERT(i < 6 && slice_eqz(c.key, want[i++]));
    CU_ASSERT_EQUAL(i, 6);
    CU_ASSERT(btree_seek(t, SLICE_LIT("a"), true, &c));
    CU_ASSERT(slice_eqz(c.key, "a/b"));
    CU_ASSERT(btree_seek(t, SLICE_LIT("a0"), false, &c));
    CU_ASSERT(slice_eqz(c.key, "ab"));
    CU_ASSERT_FALSE(btree_seek(t, SLICE_LIT("\xff"), false, &c));
    btree_free(t, NULL);
}

/* ---- the model: which of MODEL keys are there ---- */

static struct slice key_of(size_t i, char buf[32])
{
    int n = snprintf(buf, 32, "dir-%zu/key-%05zu", i % 7, i);

    return (struct slice){buf, (size_t)n};
}

static bool same_as_model(struct btree *t, const bool *there)
{
    struct btree_cursor c;
    char buf[32], last[32] = "";
    size_t n = 0, want = 0;
    bool more;

    for (size_t i = 0; i < MODEL; i++) {
        want += there[i];
        if ((btree_get(t, key_of(i, buf)) != NULL) != there[i])
            return false;
    }
    for (more = btree_seek(t, (struct slice){NULL, 0}, false, &c); more;
         more = btree_next(&c)) {
        if (n++ && strcmp(last, c.key.p) >= 0)
            return false;
        memcpy(last, c.key.p, c.key.len + 1);
    }
    return n == want && btree_count(t) == want;
}

static void agrees_with_a_model_under_random_changes(void)
{
    struct btree *t = btree_new();
    bool there[MODEL] = {false};
    char buf[32];
    struct rng r;

    rng_init(&r, 1, "btree");
    for (int round = 0; round < 12; round++) {
        bool grow = round % 4 != 3; /* every fourth round mostly removes */

        for (int k = 0; k < 4000; k++) {
            size_t i = (size_t)(rng_next(&r) % MODEL);
            bool add = rng_next(&r) % 10 < (grow ? 7 : 1);
            void *old = add ? btree_set(t, key_of(i, buf), &there[i])
                            : btree_remove(t, key_of(i, buf));

            if ((old != NULL) != there[i])
                CU_FAIL("old value does not fit");
            there[i] = add;
        }
        CU_ASSERT(same_as_model(t, there));
    }
    for (size_t i = 0; i < MODEL; i++) {
        btree_remove(t, key_of(i, buf));
        there[i] = false;
    }
    CU_ASSERT(same_as_model(t, there));
    btree_free(t, NULL);
}

static void hands_every_value_to_free(void)
{
    struct btree *t = btree_new();
    char buf[32];

    for (size_t i = 0; i < 500; i++)
        btree_set(t, key_of(i, buf), mem_alloc(8));
    btree_free(t, free); /* the sanitizer says whether all were freed */
    btree_free(NULL, free);
    CU_PASS("freed");
}

static void a_key_stays_where_it_is_until_removed(void)
{
    struct btree *t = btree_new();
    struct btree_cursor c;
    const char *was;
    char buf[32];

    btree_set(t, key_of(250, buf), &some_value);
    CU_ASSERT(btree_seek(t, key_of(250, buf), false, &c));
    was = c.key.p;
    for (size_t i = 0; i < 1000; i++)
        if (i != 250)
            btree_set(t, key_of(i, buf), &some_value);
    CU_ASSERT(btree_seek(t, key_of(250, buf), false, &c));
    CU_ASSERT_PTR_EQUAL(c.key.p, was);
    btree_free(t, NULL);
}

UNIT_MAIN("btree", UNIT(finds_what_was_set_and_only_that),
          UNIT(orders_keys_as_bytes),
          UNIT(agrees_with_a_model_under_random_changes),
          UNIT(hands_every_value_to_free),
          UNIT(a_key_stays_where_it_is_until_removed))
