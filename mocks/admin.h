/* admin: faults, journal and state of a running mock, over HTTP.
 *
 * A service like catalog and s3, on the same machinery, under /icefault/v1/:
 *
 *   GET    ready            {"ready": true}
 *   POST   faults           one rule, a list of rules, or {"faults": [...]}, in
 *                           the scenario's own form (JSON); all or none are
 *                           armed; 201 {"armed": [ids]}
 *   GET    faults           {"faults": [{id, phase, do, matched, fired}]}
 *   GET    faults/unfired   {"all_fired": bool, "said": [sentences]}
 *   DELETE faults           clears all; DELETE faults/ID clears one
 *   GET    journal          ?since=N (entries after that seq), ?limit=N (1000)
 *   GET    wait             ?operation= method= server= table= status= ended=
 *   POST   wait             the same as a JSON object; count (1), since (0) and
 *                           timeout ("10s", at most 5m): 200 with the matching
 *                           entries once there are that many, 408 otherwise.
 *                           Other waits and requests go on beside it
 *   POST   reset            state, faults and journal are as at the start
 *
 * Errors are {"error": {"type", "message", "path"?}}. The admin's own exchanges
 * are not in the journal, and no fault meets them.
 */
#ifndef MOCKS_ADMIN_H
#define MOCKS_ADMIN_H

#include <uv.h>

#include "mocks/exchange.h"

struct admin;

/* The mock and its loop are borrowed. admin_close closes the timer (waits under
 * way end with their connections); admin_free after the loop has run its
 * handles down. */
struct admin *admin_new(struct mock *m, uv_loop_t *loop);
struct service *admin_service(struct admin *a);
void admin_close(struct admin *a);
void admin_free(struct admin *a);

#endif
