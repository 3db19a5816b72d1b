/* lock: see lock.h; and the operations on retention and legal hold. */
#include "mocks/s3/lock.h"

#include <string.h>

#include "mocks/s3/collect.h"
#include "mocks/s3/documents.h"
#include "mocks/s3/xml.h"

#define MODE "x-amz-object-lock-mode"
#define UNTIL "x-amz-object-lock-retain-until-date"
#define HOLD "x-amz-object-lock-legal-hold"

enum { DAY_MS = 86400000 };

static bool wrong(struct ask *c, const char *code, const char *message)
{
    s3_error(c->x, code, message, NULL);
    return false;
}

static bool is_mode(struct slice v)
{
    return slice_eqz(v, "GOVERNANCE") || slice_eqz(v, "COMPLIANCE");
}

static bool is_hold(struct slice v)
{
    return slice_eqz(v, "ON") || slice_eqz(v, "OFF");
}

static bool bucket_locks(struct ask *c)
{
    return c->bucket->lockable ||
           wrong(c, "InvalidRequest",
                 "Bucket is missing Object Lock Configuration");
}

/* ---- the bucket's configuration ---- */

struct standard {
    struct ask *c;
    struct slice mode;
    long long days, years;
    bool has_days, has_years, retention;
};

static bool read_standard(void *ctx, const char *path, struct slice text)
{
    struct standard *d = ctx;
    const char *name = strrchr(path, '/');

    if (!name)
        return true;
    if (strcmp(name, "/Mode") == 0)
        d->mode = (struct slice){ask_text(d->c, text), text.len};
    if (strcmp(name, "/DefaultRetention") == 0)
        d->retention = true;
    if (strcmp(name, "/Days") == 0) {
        d->has_days = true;
        return slice_int64(text, &d->days);
    }
    if (strcmp(name, "/Years") == 0) {
        d->has_years = true;
        return slice_int64(text, &d->years);
    }
    return true;
}

bool lock_configuration_ok(struct ask *c, struct slice body)
{
    enum { MAX_DAYS = 36500, MAX_YEARS = 100 };
    struct standard d = {.c = c};

    if (!xml_read(body, read_standard, &d) ||
        (d.retention && (!d.mode.len || d.has_days == d.has_years)))
        return wrong(c, "MalformedXML", NULL);
    if (d.retention && (d.has_days ? d.days < 1 || d.days > MAX_DAYS
                                   : d.years < 1 || d.years > MAX_YEARS))
        return wrong(c, "InvalidRetentionPeriod", NULL);
    if (c->s->profile->few_settings && !c->bucket->lockable)
        return wrong(c, "InvalidBucketState",
                     "Object Lock configuration cannot be enabled on existing "
                     "buckets");
    if (c->bucket->versioning != VERSIONING_ON)
        return wrong(c, "InvalidBucketState",
                     "Versioning must be 'Enabled' on the bucket to apply a "
                     "Object Lock configuration");
    return true;
}

static void keep_standard(struct ask *c, struct str *out)
{
    const char *document = c->bucket->document[DOCUMENT_LOCK];
    struct standard d = {.c = c};
    char date[DATE_ISO_SIZE];

    if (!document || !xml_read(slice_of(document), read_standard, &d) ||
        !d.retention)
        return;
    date_iso(ask_now_ms(c) + (d.days + 365 * d.years) * DAY_MS, date);
    headers_add(out, MODE, d.mode);
    headers_add(out, UNTIL, slice_of(date));
}

/* ---- what a new object keeps ---- */

/* in_body: it came in a document, not as a header. */
static bool bad_value(struct ask *c, bool in_body, const char *name,
                      struct slice v, const char *message)
{
    if (c->s->profile->few_settings)
        return wrong(c, in_body ? "MalformedXML" : "InvalidRequest", message);
    return ask_bad_argument(c, name, ask_text(c, v), message);
}

static bool date_is_ahead(struct ask *c, bool in_body, struct slice v,
                          int64_t *ms)
{
    *ms = date_parse_iso(v.p, v.len);
    if (*ms < 0)
        return bad_value(c, in_body, UNTIL, v,
                         "The retain until date must be provided in ISO 8601 "
                         "format");
    return *ms > ask_now_ms(c) ||
           bad_value(c, in_body, UNTIL, v,
                     "The retain until date must be in the future!");
}

bool lock_collect(struct ask *c, const struct http_header *list, size_t n,
                  struct str *out)
{
    struct slice mode = field(list, n, MODE), until = field(list, n, UNTIL);
    struct slice hold = field(list, n, HOLD);
    char date[DATE_ISO_SIZE];
    int64_t ms;

    if (!mode.p && !until.p && !hold.p) {
        keep_standard(c, out);
        return true;
    }
    if (!bucket_locks(c))
        return false;
    if (!mode.p != !until.p)
        return bad_value(c, false, MODE, mode,
                         UNTIL " and " MODE " must both be supplied");
    if ((mode.p && !is_mode(mode)) || (hold.p && !is_hold(hold)))
        return bad_value(c, false, mode.p ? MODE : HOLD, mode.p ? mode : hold,
                         "Unknown wormMode directive.");
    if (mode.p && !date_is_ahead(c, false, until, &ms))
        return false;
    if (mode.p) {
        date_iso(ms, date);
        headers_add(out, MODE, mode);
        headers_add(out, UNTIL, slice_of(date));
    } else {
        keep_standard(c, out);
    }
    if (hold.p)
        headers_add(out, HOLD, hold);
    return true;
}

/* ---- what is held ---- */

static int64_t held_until(const struct s3_object *o)
{
    const char *until = object_header(o, UNTIL);

    return until ? date_parse_iso(until, strlen(until)) : -1;
}

static bool bypasses(struct ask *c, const struct s3_object *o)
{
    const char *mode = object_header(o, MODE);

    return mode && strcmp(mode, "GOVERNANCE") == 0 &&
           slice_ieqz(ask_header(c, "x-amz-bypass-governance-retention"),
                      "true");
}

bool lock_lets_go(struct ask *c, const struct s3_object *o)
{
    const char *hold = object_header(o, HOLD);

    if (hold && strcmp(hold, "ON") == 0)
        return false;
    return held_until(o) <= ask_now_ms(c) || bypasses(c, o);
}

/* ---- retention ---- */

void s3_get_retention(struct ask *c)
{
    struct s3_object *o = version_needed(c);
    struct str *out = &c->s->text;
    const char *mode;

    if (!o || !bucket_locks(c))
        return;
    mode = object_header(o, MODE);
    if (!mode) {
        wrong(c, "NoSuchObjectLockConfiguration", NULL);
        return;
    }
    str_reset(out);
    xml_begin(out, "Retention");
    xml_textz(out, "Mode", mode);
    xml_textz(out, "RetainUntilDate", object_header(o, UNTIL));
    str_addz(out, "</Retention>");
    s3_answer_text(c->x, 200);
}

struct retention {
    struct ask *c;
    const char *mode, *until;
};

static bool read_retention(void *ctx, const char *path, struct slice text)
{
    struct retention *r = ctx;

    if (strcmp(path, "Retention/Mode") == 0)
        r->mode = ask_text(r->c, text);
    else if (strcmp(path, "Retention/RetainUntilDate") == 0)
        r->until = ask_text(r->c, text);
    else
        return strcmp(path, "Retention") == 0;
    return true;
}

/* What is held may be held longer; anything else needs the bypass. */
static bool may_change(struct ask *c, const struct s3_object *o,
                       const char *mode, int64_t until)
{
    const char *now = object_header(o, MODE);

    if (!now || held_until(o) <= ask_now_ms(c) || bypasses(c, o))
        return true;
    return (strcmp(now, mode) == 0 && until >= held_until(o)) ||
           wrong(c, c->s->profile->locked.code, c->s->profile->locked.message);
}

/* The object's headers with two others in the place of those two. */
static void hold_until(struct ask *c, const struct s3_object *o,
                       const char *mode, int64_t until)
{
    struct str without;
    struct s3_object like = *o;
    char date[DATE_ISO_SIZE];

    date_iso(until, date);
    str_init(&without, o->headers.len + 256);
    headers_copy(&without, o->headers, UNTIL);
    headers_add(&without, UNTIL, slice_of(date));
    like.headers.p = ask_text(c, str_slice(&without));
    like.headers.len = without.len;
    str_fini(&without);
    object_change(c, &like, MODE, mode, "locked");
}

void s3_put_retention(struct ask *c)
{
    struct s3_object *o = version_needed(c);
    struct retention r = {.c = c};
    int64_t until;

    if (!o || !bucket_locks(c) || !ask_body_intact(c, false))
        return;
    if (!xml_read(c->body, read_retention, &r) || !r.mode || !r.until ||
        !is_mode(slice_of(r.mode))) {
        wrong(c, "MalformedXML", NULL);
        return;
    }
    if (!date_is_ahead(c, true, slice_of(r.until), &until) ||
        !may_change(c, o, r.mode, until))
        return;
    s3_answer_empty(c->x, 200);
    hold_until(c, o, r.mode, until);
}

/* ---- legal hold ---- */

void s3_get_legal_hold(struct ask *c)
{
    struct s3_object *o = version_needed(c);
    struct str *out = &c->s->text;
    const char *hold;

    if (!o || !bucket_locks(c))
        return;
    hold = object_header(o, HOLD);
    if (!hold) {
        wrong(c, "NoSuchObjectLockConfiguration", NULL);
        return;
    }
    str_reset(out);
    xml_begin(out, "LegalHold");
    xml_textz(out, "Status", hold);
    str_addz(out, "</LegalHold>");
    s3_answer_text(c->x, 200);
}

static bool read_hold(void *ctx, const char *path, struct slice text)
{
    struct retention *r = ctx;

    if (strcmp(path, "LegalHold/Status") == 0)
        r->mode = ask_text(r->c, text);
    return strncmp(path, "LegalHold", 9) == 0;
}

void s3_put_legal_hold(struct ask *c)
{
    struct s3_object *o = version_needed(c);
    struct retention r = {.c = c};

    if (!o || !bucket_locks(c) || !ask_body_intact(c, false))
        return;
    if (!xml_read(c->body, read_hold, &r) || !r.mode ||
        !is_hold(slice_of(r.mode))) {
        wrong(c, "MalformedXML", NULL);
        return;
    }
    s3_answer_empty(c->x, 200);
    object_change(c, o, HOLD, r.mode, "set the hold of");
}
