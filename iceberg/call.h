/* call: what the files below rest.c share among themselves: filling errors,
 * tokens, configuration. The upper half of the module uses catalog_int.h.
 */
#ifndef ICEBERG_CALL_H
#define ICEBERG_CALL_H

#include "iceberg/catalog_int.h"

struct ice_failure { /* of one operation */
    int outcome;
    const char *operation, *uri, *cause;
    int attempts, status;
    int64_t elapsed_ms;
};
/* Fills all of e, masked, with the parts that the policy wants. Returns the
 * outcome. */
int ice__fail_call(struct ice_catalog *c, struct ice_error *e,
                   const struct ice_failure *f);
/* Masked copy, cut at a whole character, control characters made blanks. */
void ice__say(const struct ice_catalog *c, char *to, size_t size,
              const char *text);

/* Reads the catalog's {"error": {"message", "type", "code"}} from the answer's
 * body; false, nothing changed: it is none. */
bool ice__read_model(const struct ice_answer *a, struct ice_said *said);

/* ---- auth.c ---- */

/* Has a token where the settings ask for one. */
int ice__auth_start(struct ice_catalog *c, struct ice_error *e);
/* May a 401 be answered with a new token? */
bool ice__auth_can_renew(const struct ice_catalog *c);
int ice__auth_renew(struct ice_catalog *c, struct ice_error *e);
/* "Authorization: ..." in the arena, or NULL. */
const char *ice__auth_header(const struct ice_catalog *c, struct arena *a);
void ice__auth_fini(struct ice_auth *a);

/* ---- config.c ---- */

/* What an answer to GET /v1/config means; body NULL: none was asked for.
 * Replaces c->config. ICE_CONFIG with a sentence in why. */
int ice__config_read(struct ice_catalog *c, const cJSON *body, char why[256]);
void ice__config_fini(struct ice_config *k);
/* The endpoint as advertised: "GET /v1/{prefix}/namespaces". */
const char *ice__endpoint_text(enum ice_endpoint ep);
/* Bits of a list (NULL: absent); false: an entry does not parse and the
 * policy does not ignore it. */
bool ice__endpoints_read(const struct ice_policy *p, const cJSON *list,
                         unsigned *bits);
/* "PT30M" in ms; -1: not a duration (years and months are not, either). */
int64_t ice__duration_ms(struct slice text);
/* uri without trailing slashes; its user info goes to *user_info ("" none,
 * NULL: not wanted). NULL: no http or https URI. Caller frees both. */
char *ice__uri_base(const char *uri, bool strip, char **user_info);

#endif
