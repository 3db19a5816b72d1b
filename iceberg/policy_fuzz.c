/* Retry-After and Date off the wire, a line each: a wait that is not negative,
 * or none; and what the policy decides with it keeps inside its limits.
 */
#include <stdlib.h>
#include <string.h>

#include "iceberg/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void decide(int64_t retry_after_ms, int status, int64_t left_ms)
{
    const struct ice_policy *p = &ice_policy_default;
    struct ice_seen seen = {.event = ICE_EV_ANSWER,
                            .status = status,
                            .may_wait = retry_after_ms >= 0};
    struct ice_try t = {.row = ice_policy_row(p, &seen),
                        .write = status % 2,
                        .sent = true,
                        .attempt = 1,
                        .counted = 1,
                        .retry_after_ms = retry_after_ms,
                        .left_ms = left_ms,
                        .draw = 0.5};
    struct ice_verdict v = ice_policy_decide(p, &p->limits, &t);

    if (v.next != ICE_NEXT_WAIT)
        return;
    must(v.wait_ms >= 0 && v.wait_ms <= left_ms);
    must(retry_after_ms < 0 || v.wait_ms >= retry_after_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *p = (const char *)data;
    const char *end = n ? memchr(p, '\n', n) : NULL;
    size_t len = end ? (size_t)(end - p) : n;
    struct slice value = {p, len};
    struct slice date = {end ? end + 1 : NULL, end ? n - len - 1 : 0};
    int64_t ms = ice_policy_retry_after_ms(&ice_policy_default, value, date,
                                           INT64_C(1700000000000));

    must(ms >= -1);
    for (int status = 428; status < 431; status++)
        decide(ms, status, 120000);
    decide(ms, 503, 0);
    decide(ms, 503, INT64_MAX);
    return 0;
}
