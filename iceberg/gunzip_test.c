/* gunzip: whole, cut, damaged, several members, bombs. */
#define ZLIB_CONST
#include <string.h>
#include <zlib.h>

#include "base/unit.h"
#include "iceberg/http.h"

enum { ROOM = 1 << 16 };

/* Appends one gzip member; returns its length. */
static size_t pack(const char *text, size_t n, char *out, size_t room)
{
    z_stream z;
    size_t made;

    memset(&z, 0, sizeof(z));
    CU_ASSERT_EQUAL(
        deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (const unsigned char *)text;
    z.avail_in = (unsigned)n;
    z.next_out = (unsigned char *)out;
    z.avail_out = (unsigned)room;
    CU_ASSERT_EQUAL(deflate(&z, Z_FINISH), Z_STREAM_END);
    made = room - z.avail_out;
    deflateEnd(&z);
    return made;
}

static bool unpack(const char *p, size_t n, size_t max, const char *wanted)
{
    struct str out;
    bool ok;

    str_init(&out, max);
    ok = ice__gunzip((struct slice){p, n}, &out);
    if (ok && wanted)
        CU_ASSERT_STRING_EQUAL(str_z(&out), wanted);
    CU_ASSERT(out.len <= max);
    str_fini(&out);
    return ok;
}

static void unpacks_one_member_and_several(void)
{
    char packed[ROOM];
    size_t n = pack("one ", 4, packed, sizeof(packed));

    CU_ASSERT(unpack(packed, n, 100, "one "));
    n += pack("two", 3, packed + n, sizeof(packed) - n);
    CU_ASSERT(unpack(packed, n, 100, "one two"));
}

static void refuses_a_cut_at_any_byte(void)
{
    char packed[ROOM];
    size_t n = pack("some text that is cut", 21, packed, sizeof(packed));

    for (size_t cut = 0; cut < n; cut++)
        CU_ASSERT_FALSE(unpack(packed, cut, 100, NULL));
}

static void refuses_what_is_damaged_or_no_gzip(void)
{
    char packed[ROOM];
    size_t n = pack("some text", 9, packed, sizeof(packed));

    CU_ASSERT_FALSE(unpack("{\"plain\": 1}", 12, 100, NULL));
    packed[n - 6] ^= 1; /* checksum */
    CU_ASSERT_FALSE(unpack(packed, n, 100, NULL));
    packed[n - 6] ^= 1;
    packed[n] = 'x'; /* trailing garbage */
    CU_ASSERT_FALSE(unpack(packed, n + 1, 100, NULL));
}

static void stops_a_bomb_at_the_limit(void)
{
    static char zeros[1 << 22];
    char packed[ROOM];
    size_t n = pack(zeros, sizeof(zeros), packed, sizeof(packed));

    CU_ASSERT(n < sizeof(packed));
    CU_ASSERT_FALSE(unpack(packed, n, 1 << 20, NULL));
    CU_ASSERT(unpack(packed, n, sizeof(zeros), NULL));
}

UNIT_MAIN("gunzip", UNIT(unpacks_one_member_and_several),
          UNIT(refuses_a_cut_at_any_byte),
          UNIT(refuses_what_is_damaged_or_no_gzip),
          UNIT(stops_a_bomb_at_the_limit))
