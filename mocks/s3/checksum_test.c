/* The five checksums against their published check values and themselves. */
#include "mocks/s3/checksum.h"

#include <string.h>

#include "base/unit.h"

static const char *hex_of(struct digests *d, enum checksum_kind kind,
                          struct slice bytes)
{
    static char hex[2 * CHECKSUM_VALUE + 1];
    uint8_t value[CHECKSUM_VALUE];

    checksum_of(d, kind, bytes, value);
    digest_hex(value, checksums[kind].size, hex);
    return hex;
}

static void check_values_are_the_published_ones(void)
{
    static const struct slice check = SLICE_LIT("123456789");
    struct digests d;

    digests_init(&d);
    CU_ASSERT_STRING_EQUAL(hex_of(&d, CHECKSUM_CRC32, check), "cbf43926");
    CU_ASSERT_STRING_EQUAL(hex_of(&d, CHECKSUM_CRC32C, check), "e3069283");
    CU_ASSERT_STRING_EQUAL(hex_of(&d, CHECKSUM_CRC64NVME, check),
                           "ae8b14860a799888");
    CU_ASSERT_STRING_EQUAL(hex_of(&d, CHECKSUM_SHA1, check),
                           "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
    CU_ASSERT_STRING_EQUAL(
        hex_of(&d, CHECKSUM_SHA256, check),
        "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
    CU_ASSERT_STRING_EQUAL(hex_of(&d, CHECKSUM_CRC32, SLICE_LIT("")),
                           "00000000");
    digests_fini(&d);
}

static void a_whole_follows_from_its_parts(void)
{
    char bytes[1000];
    struct digests d;

    digests_init(&d);
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 7 + (i >> 3));
    for (int kind = CHECKSUM_CRC32; kind <= CHECKSUM_CRC64NVME; kind++)
        for (size_t cut = 0; cut <= sizeof(bytes); cut += 37) {
            uint8_t a[CHECKSUM_VALUE], b[CHECKSUM_VALUE], all[CHECKSUM_VALUE];
            enum checksum_kind k = (enum checksum_kind)kind;

            checksum_of(&d, k, (struct slice){bytes, cut}, a);
            checksum_of(&d, k, (struct slice){bytes + cut, sizeof(bytes) - cut},
                        b);
            checksum_of(&d, k, (struct slice){bytes, sizeof(bytes)}, all);
            checksum_join(k, a, b, sizeof(bytes) - cut);
            CU_ASSERT(memcmp(a, all, checksums[kind].size) == 0);
        }
    digests_fini(&d);
}

static void names_are_found_in_any_case(void)
{
    CU_ASSERT_EQUAL(checksum_by_name(SLICE_LIT("crc64nvme")),
                    CHECKSUM_CRC64NVME);
    CU_ASSERT_EQUAL(checksum_by_header(SLICE_LIT("X-Amz-Checksum-SHA1")),
                    CHECKSUM_SHA1);
    CU_ASSERT_EQUAL(checksum_by_name(SLICE_LIT("MD5")), CHECKSUM_NONE);
    CU_ASSERT_EQUAL(checksum_by_header(SLICE_LIT("x-amz-checksum-type")),
                    CHECKSUM_NONE);
}

UNIT_MAIN("s3/checksum", UNIT(check_values_are_the_published_ones),
          UNIT(a_whole_follows_from_its_parts),
          UNIT(names_are_found_in_any_case))
