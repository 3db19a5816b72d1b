/* Randomness while the simulation is on: a stream drawn from the seed.
 *
 * OpenSSL's generator keeps state from one run to the next, so it is replaced
 * as a whole: otherwise the lengths of ECDSA signatures, and with them the
 * sizes of TLS records, would differ from run to run.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "harness/sim/entropy.h"

#include <openssl/rand.h>
#include <string.h>

#include "base/rng.h"
#include "harness/sim/inside.h"

static struct {
    struct rng rng;
    const RAND_METHOD *before;
} e;

void sim__random(void *p, size_t n)
{
    unsigned char *to = p;
    while (n > 0) {
        uint64_t draw = rng_next(&e.rng);
        size_t part = n < sizeof(draw) ? n : sizeof(draw);
        memcpy(to, &draw, part);
        to += part;
        n -= part;
    }
}

static int method_bytes(unsigned char *p, int n)
{
    if (n < 0)
        return 0;
    sim__random(p, (size_t)n);
    return 1;
}

static int method_status(void)
{
    return 1;
}

static const RAND_METHOD method = {
    .bytes = method_bytes, .pseudorand = method_bytes, .status = method_status};

void sim__entropy_begin(uint64_t seed)
{
    rng_init(&e.rng, seed, "entropy");
    e.before = RAND_get_rand_method();
    RAND_set_rand_method(&method);
}

void sim__entropy_end(void)
{
    RAND_set_rand_method(e.before);
}
