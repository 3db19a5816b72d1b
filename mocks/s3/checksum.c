/* checksum: see checksum.h.
 *
 * CRCs are computed eight bytes at a time from tables made once. All three are
 * reflected, so one piece of code with 64-bit registers serves them: a 32-bit
 * polynomial simply has nothing above bit 31.
 */
#include "mocks/s3/checksum.h"

#include <string.h>

const struct checksum_algorithm checksums[CHECKSUM_KINDS] = {
    {0},
    {"CRC32", "x-amz-checksum-crc32", "ChecksumCRC32", 4, true, true},
    {"CRC32C", "x-amz-checksum-crc32c", "ChecksumCRC32C", 4, true, true},
    {"CRC64NVME", "x-amz-checksum-crc64nvme", "ChecksumCRC64NVME", 8, false,
     true},
    {"SHA1", "x-amz-checksum-sha1", "ChecksumSHA1", 20, true, false},
    {"SHA256", "x-amz-checksum-sha256", "ChecksumSHA256", 32, true, false},
};

enum checksum_kind checksum_by_name(struct slice name)
{
    for (int i = 1; i < CHECKSUM_KINDS; i++)
        if (slice_ieqz(name, checksums[i].name))
            return (enum checksum_kind)i;
    return CHECKSUM_NONE;
}

enum checksum_kind checksum_by_header(struct slice name)
{
    for (int i = 1; i < CHECKSUM_KINDS; i++)
        if (slice_ieqz(name, checksums[i].header))
            return (enum checksum_kind)i;
    return CHECKSUM_NONE;
}

/* ---- CRC ---- */

static const uint64_t polynomials[] = {[CHECKSUM_CRC32] = 0xedb88320,
                                       [CHECKSUM_CRC32C] = 0x82f63b78,
                                       [CHECKSUM_CRC64NVME] =
                                           0x9a6c9329ac4bc9b5};

typedef uint64_t crc_table[8][256];

static void fill_table(crc_table t, uint64_t polynomial)
{
    for (unsigned i = 0; i < 256; i++) {
        uint64_t v = i;

        for (int bit = 0; bit < 8; bit++)
            v = v & 1 ? v >> 1 ^ polynomial : v >> 1;
        t[0][i] = v;
    }
    for (int k = 1; k < 8; k++)
        for (unsigned i = 0; i < 256; i++)
            t[k][i] = t[k - 1][i] >> 8 ^ t[0][t[k - 1][i] & 255];
}

static crc_table *table_of(enum checksum_kind kind)
{
    static crc_table tables[CHECKSUM_SHA1];

    if (!tables[kind][0][1])
        fill_table(tables[kind], polynomials[kind]);
    return &tables[kind];
}

static uint64_t eight(const unsigned char *p)
{
    uint64_t v = 0;

    for (int i = 7; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

static uint64_t crc_run(enum checksum_kind kind, uint64_t v, struct slice bytes)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    const uint64_t(*t)[256] = (const uint64_t(*)[256]) * table_of(kind);
    size_t n = bytes.len;

    for (; n >= 8; n -= 8, p += 8) {
        uint64_t x = v ^ eight(p);

        v = t[7][x & 255] ^ t[6][x >> 8 & 255] ^ t[5][x >> 16 & 255] ^
            t[4][x >> 24 & 255] ^ t[3][x >> 32 & 255] ^ t[2][x >> 40 & 255] ^
            t[1][x >> 48 & 255] ^ t[0][x >> 56];
    }
    for (; n; n--)
        v = v >> 8 ^ t[0][(v ^ *p++) & 255];
    return v;
}

static uint64_t ones(enum checksum_kind kind)
{
    return kind == CHECKSUM_CRC64NVME ? UINT64_MAX : UINT32_MAX;
}

static void put_value(enum checksum_kind kind, uint64_t v, uint8_t *out)
{
    size_t n = checksums[kind].size;

    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

static uint64_t get_value(enum checksum_kind kind, const uint8_t *in)
{
    uint64_t v = 0;

    for (size_t i = 0; i < checksums[kind].size; i++)
        v = v << 8 | in[i];
    return v;
}

/* a times b modulo the polynomial; in reflected form the highest bit of the
 * register stands for 1. */
static uint64_t multiply(enum checksum_kind kind, uint64_t a, uint64_t b)
{
    uint64_t top = ones(kind) ^ ones(kind) >> 1, product = 0;

    for (uint64_t bit = top; bit; bit >>= 1) {
        if (a & bit)
            product ^= b;
        b = b & 1 ? b >> 1 ^ polynomials[kind] : b >> 1;
    }
    return product;
}

/* x to the power of 8 * bytes. */
static uint64_t shift_of(enum checksum_kind kind, uint64_t bytes)
{
    uint64_t top = ones(kind) ^ ones(kind) >> 1;
    uint64_t result = top, power = top >> 8;

    for (; bytes; bytes >>= 1) {
        if (bytes & 1)
            result = multiply(kind, result, power);
        power = multiply(kind, power, power);
    }
    return result;
}

void checksum_join(enum checksum_kind kind, uint8_t first[CHECKSUM_VALUE],
                   const uint8_t second[CHECKSUM_VALUE], uint64_t len)
{
    uint64_t v = multiply(kind, get_value(kind, first), shift_of(kind, len));

    put_value(kind, v ^ get_value(kind, second), first);
}

/* ---- any ---- */

void checksum_of(struct digests *d, enum checksum_kind kind, struct slice bytes,
                 uint8_t out[CHECKSUM_VALUE])
{
    memset(out, 0, CHECKSUM_VALUE);
    if (kind == CHECKSUM_SHA256)
        digest_sha256(d, bytes, out);
    else if (kind == CHECKSUM_SHA1)
        digest_sha1(d, bytes, out);
    else if (kind != CHECKSUM_NONE)
        put_value(kind, crc_run(kind, ones(kind), bytes) ^ ones(kind), out);
}
