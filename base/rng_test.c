/* Tests of rng. */
#include "base/rng.h"

#include <string.h>

#include "base/unit.h"

/* Fixed for ever: a seed printed in an old report must still replay. */
static void draws_are_the_same_on_every_machine(void)
{
    struct rng r;

    CU_ASSERT_EQUAL(rng_hash(1, "fault", 2, 3), UINT64_C(0x794c9dae4f6270e3));
    CU_ASSERT_EQUAL(rng_hash(0, "", 0, 0), UINT64_C(0xd5784dc90ff56603));
    rng_init(&r, 42, "uuid");
    CU_ASSERT_EQUAL(rng_next(&r), UINT64_C(0x5aafa718cd3cc6f6));
}

static void every_argument_counts(void)
{
    uint64_t h = rng_hash(1, "a", 1, 1);

    CU_ASSERT_NOT_EQUAL(h, rng_hash(2, "a", 1, 1));
    CU_ASSERT_NOT_EQUAL(h, rng_hash(1, "b", 1, 1));
    CU_ASSERT_NOT_EQUAL(h, rng_hash(1, "a", 2, 1));
    CU_ASSERT_NOT_EQUAL(h, rng_hash(1, "a", 1, 2));
    CU_ASSERT_NOT_EQUAL(rng_hash(1, "a", 1, 2), rng_hash(1, "a", 2, 1));
    CU_ASSERT_EQUAL(h, rng_hash(1, "a", 1, 1));
}

static void units_fill_the_interval_evenly(void)
{
    int buckets[10] = {0};

    for (uint64_t i = 0; i < 10000; i++) {
        double d = rng_unit(rng_hash(7, "even", i, 0));
        CU_ASSERT(d >= 0 && d < 1);
        buckets[(int)(d * 10)]++;
    }
    for (int i = 0; i < 10; i++)
        CU_ASSERT(buckets[i] > 880 && buckets[i] < 1120);
    CU_ASSERT(rng_unit(UINT64_MAX) < 1);
}

static void uuids_have_version_and_variant(void)
{
    char a[RNG_UUID_SIZE], b[RNG_UUID_SIZE];
    struct rng r;

    rng_init(&r, 1, "uuid");
    for (int i = 0; i < 100; i++) {
        rng_uuid4(&r, a);
        CU_ASSERT_EQUAL(strlen(a), 36);
        CU_ASSERT(a[8] == '-' && a[13] == '-' && a[18] == '-' && a[23] == '-');
        CU_ASSERT(a[14] == '4' && strchr("89ab", a[19]));
        rng_uuid7(&r, INT64_C(0x0123456789ab), b);
        CU_ASSERT_EQUAL(strncmp(b, "01234567-89ab-7", 15), 0);
        CU_ASSERT(strchr("89ab", b[19]) != NULL);
        CU_ASSERT_STRING_NOT_EQUAL(a, b);
    }
}

UNIT_MAIN("rng", UNIT(draws_are_the_same_on_every_machine),
          UNIT(every_argument_counts), UNIT(units_fill_the_interval_evenly),
          UNIT(uuids_have_version_and_variant))
