/* store_keys: the keys that requests to the store are signed with, and the
 * time that they are signed for.
 *
 * At first the settings' keys and our own clock. When the store says that the
 * keys have expired, the program is asked for others (ice_env); when it says
 * that the clocks differ, its Date is believed. Both are done at most so often
 * in a call as the policy says. Several requests under way may meet the same
 * news: only those signed with keys older than the current ones go again for
 * nothing.
 */
#ifndef ICEBERG_STORE_KEYS_H
#define ICEBERG_STORE_KEYS_H

#include "iceberg/catalog_int.h"

struct ice_store_keys ice__store_keys(const struct ice_catalog *c);
int64_t ice__store_unix_ms(const struct ice_catalog *c);
void ice__store_keys_fini(struct ice_store_state *s);

/* As struct ice_op has them; generation: of the keys that it was signed with.
 * ICE_DENIED: there are no others. */
bool ice__store_can_renew(const struct ice_catalog *c, enum ice_row row,
                          const struct ice_answer *a, unsigned generation);
int ice__store_renew(struct ice_catalog *c, enum ice_row row,
                     const struct ice_answer *a, unsigned generation);

#endif
