/* checksum: two table-driven CRCs (zlib has the third), OpenSSL's digests, and
 * the comparison of a body with what its header says.
 */
#include "iceberg/checksum.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "base/percent.h"

/* ---- CRCs, reflected ---- */

static uint64_t crc(struct slice bytes, uint64_t polynomial, uint64_t mask)
{
    uint64_t table[256], c = mask;

    for (unsigned i = 0; i < 256; i++) {
        uint64_t r = i;

        for (int k = 0; k < 8; k++)
            r = r & 1 ? r >> 1 ^ polynomial : r >> 1;
        table[i] = r;
    }
    for (size_t i = 0; i < bytes.len; i++)
        c = table[(c ^ (unsigned char)bytes.p[i]) & 0xff] ^ c >> 8;
    return c ^ mask;
}

uint32_t ice__crc32c(struct slice bytes)
{
    return (uint32_t)crc(bytes, 0x82f63b78, 0xffffffff);
}

uint64_t ice__crc64nvme(struct slice bytes)
{
    return crc(bytes, UINT64_C(0x9a6c9329ac4bc9b5), UINT64_MAX);
}

/* ---- forms ---- */

void ice__md5(struct slice bytes, unsigned char out[ICE_MD5_SIZE])
{
    EVP_Digest(bytes.len ? bytes.p : "", bytes.len, out, NULL, EVP_md5(), NULL);
}

static void big_endian(uint64_t v, size_t n, unsigned char *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char)(v >> 8 * (n - 1 - i));
}

static void base64_text(const unsigned char *p, size_t n, char *out,
                        size_t size)
{
    struct str s;

    str_init(&s, size - 1);
    base64_encode(&s, (struct slice){(const char *)p, n});
    memcpy(out, str_z(&s), s.len + 1);
    str_fini(&s);
}

void ice__crc32c_base64(struct slice bytes, char out[ICE_CRC32C_SIZE])
{
    unsigned char four[4];

    big_endian(ice__crc32c(bytes), 4, four);
    base64_text(four, 4, out, ICE_CRC32C_SIZE);
}

void ice__etag(const unsigned char md5[ICE_MD5_SIZE], size_t n,
               char out[ICE_ETAG_SIZE])
{
    struct str s;

    str_init(&s, ICE_ETAG_SIZE - 1);
    str_addc(&s, '"');
    hex_encode(&s, (struct slice){(const char *)md5, ICE_MD5_SIZE});
    if (n)
        str_addf(&s, "-%zu", n);
    str_addc(&s, '"');
    memcpy(out, str_z(&s), s.len + 1);
    str_fini(&s);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool ice__etag_is_md5(const struct ice_answer *a)
{
    struct slice etag = ice__answer_header(a, "ETag");
    struct slice how = ice__answer_header(a, "x-amz-server-side-encryption");

    if (how.len && !slice_eqz(how, "AES256"))
        return false;
    if (ice__answer_header(a, "x-amz-server-side-encryption-customer-algorithm")
            .p)
        return false;
    if (etag.len < 34 || etag.p[0] != '"' || etag.p[etag.len - 1] != '"')
        return false;
    for (size_t i = 1; i < 33; i++)
        if (!is_hex(etag.p[i]))
            return false;
    return etag.len == 34 || etag.p[33] == '-';
}

/* ---- a body against its header ---- */

enum sum { SUM_CRC32, SUM_CRC32C, SUM_CRC64, SUM_SHA1, SUM_SHA256 };

static size_t sum_of(enum sum kind, struct slice bytes,
                     unsigned char out[EVP_MAX_MD_SIZE])
{
    unsigned n = 0;

    switch (kind) {
    case SUM_CRC32:
        big_endian(crc32_z(0, (const unsigned char *)bytes.p, bytes.len), 4,
                   out);
        return 4;
    case SUM_CRC32C:
        big_endian(ice__crc32c(bytes), 4, out);
        return 4;
    case SUM_CRC64:
        big_endian(ice__crc64nvme(bytes), 8, out);
        return 8;
    case SUM_SHA1:
    case SUM_SHA256:
        EVP_Digest(bytes.len ? bytes.p : "", bytes.len, out, &n,
                   kind == SUM_SHA1 ? EVP_sha1() : EVP_sha256(), NULL);
    }
    return n;
}

static const struct {
    const char *header;
    enum sum kind;
} sums[] = {
    {"x-amz-checksum-crc64nvme", SUM_CRC64},
    {"x-amz-checksum-crc32c", SUM_CRC32C},
    {"x-amz-checksum-crc32", SUM_CRC32},
    {"x-amz-checksum-sha256", SUM_SHA256},
    {"x-amz-checksum-sha1", SUM_SHA1},
};

/* One of the parts' checksums says nothing of the whole: "...-3". */
static bool of_parts(const struct ice_answer *a, struct slice value)
{
    return slice_ieqz(ice__answer_header(a, "x-amz-checksum-type"),
                      "COMPOSITE") ||
           memchr(value.p, '-', value.len) != NULL;
}

static bool sum_equals(enum sum kind, struct slice value, struct slice bytes)
{
    unsigned char is[EVP_MAX_MD_SIZE];
    char text[2 * EVP_MAX_MD_SIZE];

    base64_text(is, sum_of(kind, bytes, is), text, sizeof(text));
    return slice_eqz(value, text);
}

static bool etag_equals(const struct ice_answer *a, struct slice bytes)
{
    unsigned char md5[ICE_MD5_SIZE];
    char text[ICE_ETAG_SIZE];
    struct slice etag = ice__answer_header(a, "ETag");

    if (!ice__etag_is_md5(a) || etag.len != 34)
        return true;
    ice__md5(bytes, md5);
    ice__etag(md5, 0, text);
    return slice_eqz(etag, text);
}

bool ice__whole_intact(const struct ice_answer *a, struct slice bytes,
                       char why[160])
{
    const struct slice empty = {"", 0};

    if (!bytes.p)
        bytes = empty;
    for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
        struct slice value = ice__answer_header(a, sums[i].header);

        if (!value.len || of_parts(a, value))
            continue;
        if (sum_equals(sums[i].kind, value, bytes))
            return true;
        snprintf(why, 160,
                 "%zu bytes came, and their checksum is not that of "
                 "%s",
                 bytes.len, sums[i].header);
        return false;
    }
    if (etag_equals(a, bytes))
        return true;
    snprintf(why, 160, "%zu bytes came, and their MD5 is not the ETag",
             bytes.len);
    return false;
}
