/* checksum: known values, and bodies against their headers. */
#include "base/arena.h"
#include "base/unit.h"
#include "iceberg/checksum.h"

#include <stdlib.h>
#include <string.h>

static void known_values(void)
{
    char text[ICE_CRC32C_SIZE], etag[ICE_ETAG_SIZE];
    unsigned char md5[ICE_MD5_SIZE];

    /* the check values of the catalogues of CRCs */
    CU_ASSERT_EQUAL(ice__crc32c(SLICE_LIT("123456789")), 0xe3069283);
    CU_ASSERT_EQUAL(ice__crc64nvme(SLICE_LIT("123456789")),
                    UINT64_C(0xae8b14860a799888));
    CU_ASSERT_EQUAL(ice__crc32c(SLICE_LIT("")), 0);
    ice__crc32c_base64(SLICE_LIT("123456789"), text);
    CU_ASSERT_STRING_EQUAL(text, "4waSgw==");
    ice__md5(SLICE_LIT("abc"), md5);
    ice__etag(md5, 0, etag);
    CU_ASSERT_STRING_EQUAL(etag, "\"900150983cd24fb0d6963f7d28e17f72\"");
    ice__etag(md5, 12, etag);
    CU_ASSERT_STRING_EQUAL(etag, "\"900150983cd24fb0d6963f7d28e17f72-12\"");
}

static void set(struct ice_answer *a, const char *head)
{
    ice__answer_init(a);
    str_addz(&a->head, head);
}

static bool intact(const char *head, const char *body)
{
    struct ice_answer a;
    char why[160] = "";
    bool ok;

    set(&a, head);
    ok = ice__whole_intact(&a, slice_of(body), why);
    CU_ASSERT_EQUAL(ok, why[0] == 0);
    ice__answer_fini(&a);
    return ok;
}

#define ABC "900150983cd24fb0d6963f7d28e17f72"

static void an_etag_is_compared_where_it_is_an_md5(void)
{
    CU_ASSERT(intact("ETag: \"" ABC "\"\n", "abc"));
    CU_ASSERT_FALSE(intact("ETag: \"" ABC "\"\n", "abd"));
    CU_ASSERT_FALSE(intact("ETag: \"" ABC "\"\n", ""));
    CU_ASSERT(intact("ETag: \"" ABC "-2\"\n", "abd")); /* of parts */
    CU_ASSERT(intact("ETag: \"another thing\"\n", "abd"));
    CU_ASSERT(intact("", "abd"));
    CU_ASSERT(intact("ETag: \"" ABC "\"\n"
                     "x-amz-server-side-encryption: aws:kms\n",
                     "abd"));
    CU_ASSERT(intact("ETag: \"" ABC "\"\n"
                     "x-amz-server-side-encryption-customer-algorithm: "
                     "AES256\n",
                     "abd"));
    CU_ASSERT_FALSE(intact("ETag: \"" ABC "\"\n"
                           "x-amz-server-side-encryption: AES256\n",
                           "abd"));
}

static void a_checksum_goes_before_the_etag(void)
{
#define SHA256_OF_DIGITS "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="
    static const char *const right[] = {
        "x-amz-checksum-crc32c: 4waSgw==\n",
        "x-amz-checksum-crc32: y/Q5Jg==\n",
        "x-amz-checksum-crc64nvme: rosUhgp5mIg=\n",
        "x-amz-checksum-sha1: 98O8HYCOBHMq32eZZczDTKeuNEE=\n",
        ("x-amz-checksum-sha256: " SHA256_OF_DIGITS "\n")};
    char both[256];

    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
        CU_ASSERT(intact(right[i], "123456789"));
        CU_ASSERT_FALSE(intact(right[i], "12345678"));
        snprintf(both, sizeof(both), "ETag: \"" ABC "\"\n%s", right[i]);
        CU_ASSERT(intact(both, "123456789"));
    }
}

static void a_checksum_of_parts_says_nothing_of_the_whole(void)
{
    CU_ASSERT(intact("x-amz-checksum-crc32c: AAAAAA==-3\n", "abc"));
    CU_ASSERT(intact("x-amz-checksum-type: COMPOSITE\n"
                     "x-amz-checksum-crc32c: AAAAAA==\n",
                     "abc"));
    CU_ASSERT_FALSE(intact("x-amz-checksum-type: FULL_OBJECT\n"
                           "x-amz-checksum-crc32c: AAAAAA==\n",
                           "abc"));
}

UNIT_MAIN("checksum", UNIT(known_values),
          UNIT(an_etag_is_compared_where_it_is_an_md5),
          UNIT(a_checksum_goes_before_the_etag),
          UNIT(a_checksum_of_parts_says_nothing_of_the_whole))
