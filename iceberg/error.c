/* error: the closed list of outcomes, and how an ice_error is filled and
 * printed. Every text that goes into one passes the mask here.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "iceberg/call.h"

const char *ice_outcome_name(int outcome)
{
    static const char *const names[] = {
        "ok",      "not_found", "exists",   "mismatch",  "conflict",
        "unknown", "denied",    "invalid",  "throttled", "unavailable",
        "timeout", "cancelled", "protocol", "tls",       "config",
    };
    int n = (int)(sizeof(names) / sizeof(names[0]));

    return outcome <= 0 && -outcome < n ? names[-outcome] : "?";
}

void ice_error_print(const struct ice_error *e, struct str *out)
{
    str_addz(out, ice_outcome_name(e->outcome));
    str_addc(out, ':');
    if (e->operation[0])
        str_addf(out, " %s", e->operation);
    if (e->uri[0])
        str_addf(out, " %s", e->uri);
    if (e->attempts)
        str_addf(out, " after %d attempt%s in %lld ms", e->attempts,
                 e->attempts == 1 ? "" : "s", (long long)e->elapsed_ms);
    if (e->http_status)
        str_addf(out, " (HTTP %d)", e->http_status);
    if (e->cause[0])
        str_addf(out, ": %s", e->cause);
}

/* Ends a text that did not fit where a UTF-8 character ends. */
static size_t whole_characters(const char *p, size_t n)
{
    size_t end = n;

    while (end && ((unsigned char)p[end - 1] & 0xc0) == 0x80)
        end--;
    if (end && ((unsigned char)p[end - 1] & 0x80)) {
        unsigned char lead = (unsigned char)p[end - 1];
        size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

        return n - (end - 1) < want ? end - 1 : n;
    }
    return n;
}

void ice__say(const struct ice_catalog *c, char *to, size_t size,
              const char *text)
{
    struct str s;
    size_t n;

    str_init(&s, SIZE_MAX);
    str_addz(&s, text);
    if (c->env.secrets)
        secrets_mask(c->env.secrets, c->policy->words.error_mask, &s);
    n = s.len < size ? s.len : whole_characters(str_z(&s), size - 1);
    memcpy(to, str_z(&s), n);
    to[n] = 0;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)to[i] < 0x20 || to[i] == 0x7f)
            to[i] = ' ';
    str_fini(&s);
}

/* Starts anew unless e already tells of that operation. */
static void begin(struct ice_error *e, const char *operation)
{
    if (!strcmp(e->operation, operation))
        return;
    memset(e, 0, sizeof(*e));
    snprintf(e->operation, sizeof(e->operation), "%s", operation);
}

int ice__fail(struct ice_catalog *c, struct ice_error *e, int outcome,
              const char *operation, const char *fmt, ...)
{
    struct str text;
    va_list ap;

    begin(e, operation);
    e->outcome = outcome;
    str_init(&text, SIZE_MAX);
    va_start(ap, fmt);
    str_vaddf(&text, fmt, ap);
    va_end(ap);
    ice__say(c, e->cause, sizeof(e->cause), str_z(&text));
    str_fini(&text);
    return outcome;
}

int ice__fail_call(struct ice_catalog *c, struct ice_error *e,
                   const struct ice_failure *f)
{
    unsigned parts = c->policy->words.error_parts;

    memset(e, 0, sizeof(*e));
    e->outcome = f->outcome;
    if (parts & ICE_ERROR_OPERATION)
        snprintf(e->operation, sizeof(e->operation), "%s", f->operation);
    if (parts & ICE_ERROR_URI)
        ice__say(c, e->uri, sizeof(e->uri), f->uri);
    if (parts & ICE_ERROR_ATTEMPTS)
        e->attempts = f->attempts;
    if (parts & ICE_ERROR_ELAPSED)
        e->elapsed_ms = f->elapsed_ms;
    if (parts & ICE_ERROR_STATUS)
        e->http_status = f->status;
    if (parts & ICE_ERROR_CAUSE)
        ice__say(c, e->cause, sizeof(e->cause), f->cause);
    return f->outcome;
}
