/* rng: repeatable randomness.
 *
 * rng_hash is stateless: the same seed, site and ordinals give the same draw,
 * whatever else was drawn before, so that removing one fault shifts no other.
 * struct rng is a stream for things that need many numbers (uuids), made from
 * a seed and a site of its own. Neither is for secrets.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state;
};

uint64_t rng_hash(uint64_t seed, const char *site, uint64_t a, uint64_t b);
double rng_unit(uint64_t draw); /* [0, 1) */

void rng_init(struct rng *r, uint64_t seed, const char *site);
uint64_t rng_next(struct rng *r);
double rng_next_unit(struct rng *r);

enum { RNG_UUID_SIZE = 37 };
void rng_uuid4(struct rng *r, char out[RNG_UUID_SIZE]);
void rng_uuid7(struct rng *r, int64_t unix_ms, char out[RNG_UUID_SIZE]);

#endif
