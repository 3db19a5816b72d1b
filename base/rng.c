/* rng: see rng.h. SplitMix64 (Steele, Lea, Flood 2014) throughout: one word of
 * state, and every seed is a good one.
 */
#include "base/rng.h"

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t fold(uint64_t h, uint64_t v)
{
    return mix((h ^ v) + golden);
}

/* FNV-1a of the name, which is not hostile. */
static uint64_t site_hash(const char *site)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (; *site; site++)
        h = (h ^ (unsigned char)*site) * UINT64_C(0x100000001b3);
    return h;
}

uint64_t rng_hash(uint64_t seed, const char *site, uint64_t a, uint64_t b)
{
    return fold(fold(fold(mix(seed + golden), site_hash(site)), a), b);
}

double rng_unit(uint64_t draw)
{
    return (double)(draw >> 11) * 0x1p-53;
}

void rng_init(struct rng *r, uint64_t seed, const char *site)
{
    r->state = fold(mix(seed + golden), site_hash(site));
}

uint64_t rng_next(struct rng *r)
{
    r->state += golden;
    return mix(r->state);
}

double rng_next_unit(struct rng *r)
{
    return rng_unit(rng_next(r));
}

static void print_uuid(uint64_t high, uint64_t low, char out[RNG_UUID_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (int i = 0; i < 16; i++) {
        uint64_t half = i < 8 ? high : low;
        unsigned byte = (unsigned)(half >> (56 - 8 * (i & 7)) & 0xff);
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 15];
        if (i == 3 || i == 5 || i == 7 || i == 9)
            *out++ = '-';
    }
    *out = '\0';
}

/* RFC 9562: the version is the high nibble of the third group, the variant
 * (binary 10) the top of the fourth. */
static uint64_t with_version(uint64_t high, uint64_t version)
{
    return (high & ~UINT64_C(0xf000)) | version << 12;
}

static uint64_t with_variant(uint64_t low)
{
    return (low & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
}

void rng_uuid4(struct rng *r, char out[RNG_UUID_SIZE])
{
    uint64_t high = rng_next(r);

    print_uuid(with_version(high, 4), with_variant(rng_next(r)), out);
}

void rng_uuid7(struct rng *r, int64_t unix_ms, char out[RNG_UUID_SIZE])
{
    uint64_t high = (uint64_t)unix_ms << 16 | (rng_next(r) & 0xfff);

    print_uuid(with_version(high, 7), with_variant(rng_next(r)), out);
}
