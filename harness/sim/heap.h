/* heap: how many allocations of this process are live. */
#ifndef HARNESS_SIM_HEAP_H
#define HARNESS_SIM_HEAP_H

#include <stdint.h>

/* -1: not counted in this build. */
int64_t heap_live(void);

#endif
