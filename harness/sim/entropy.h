/* entropy: repeatable randomness for OpenSSL while the simulation is on. */
#ifndef HARNESS_SIM_ENTROPY_H
#define HARNESS_SIM_ENTROPY_H

#include <stdint.h>

void sim__entropy_begin(uint64_t seed);
void sim__entropy_end(void); /* OpenSSL's own generator again */

#endif
