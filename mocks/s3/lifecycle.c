/* lifecycle: rules that are stored, and told in x-amz-expiration. Nothing
 * expires. */
#include <string.h>

#include "mocks/s3/documents.h"
#include "mocks/s3/tagging.h"
#include "mocks/s3/xml.h"

enum { MAX_ID = 255, MAX_RULES = 1000, DAY_MS = 86400000 };

struct rule { /* as far as one object's fate needs it */
    const char *id, *prefix;
    const char *tag_key, *tag_value;
    long long days;
    bool enabled, other_tags, fits;
};

struct rules {
    struct ask *c;
    struct rule one; /* being read */
    const char *ids[MAX_RULES];
    size_t n;
    bool refused;
    const struct s3_object *object; /* whose fate is looked for, or NULL */
    struct rule found;
};

static bool refuse(struct rules *r, const char *code, const char *message)
{
    if (!r->refused && !r->object)
        s3_error(r->c->x, code, message, NULL);
    r->refused = true;
    return false;
}

static bool read_days(struct rules *r, struct slice text, bool from_zero,
                      long long *days)
{
    if (!slice_int64(text, days))
        return false;
    return *days >= (from_zero ? 0 : 1) ||
           refuse(r, "InvalidArgument",
                  from_zero ? "'Days' in the action must be 0 or more"
                            : "'Days' for Expiration action must be a positive "
                              "integer");
}

/* Midnight UTC, with or without the time of day. */
static bool date_ok(struct slice text)
{
    int64_t ms;
    char whole[32];

    if (text.len == 10) {
        memcpy(whole, text.p, 10);
        memcpy(whole + 10, "T00:00:00Z", 11);
        text = slice_of(whole);
    }
    ms = date_parse_iso(text.p, text.len);
    return ms >= 0 && ms % DAY_MS == 0;
}

static bool end_rule(struct rules *r)
{
    struct rule *one = &r->one;

    if (r->n == MAX_RULES)
        return false;
    for (size_t i = 0; one->id && i < r->n; i++)
        if (r->ids[i] && strcmp(r->ids[i], one->id) == 0)
            return refuse(r, "InvalidArgument",
                          "Rule ID must be unique. Found same ID for more than "
                          "one rule");
    r->ids[r->n++] = one->id;
    if (one->enabled && one->days && !r->found.id)
        r->found = *one;
    r->one = (struct rule){0};
    return true;
}

static bool read_expiration(struct rules *r, const char *name,
                            struct slice text)
{
    if (strcmp(name, "Days") == 0)
        return read_days(r, text, false, &r->one.days);
    return strcmp(name, "Date") != 0 || date_ok(text);
}

static bool read_transition(struct rules *r, const char *name,
                            struct slice text)
{
    long long days;

    if (strcmp(name, "Days") == 0)
        return read_days(r, text, true, &days);
    return strcmp(name, "Date") != 0 || date_ok(text);
}

static void read_filter(struct rules *r, const char *name, const char *z)
{
    if (strcmp(name, "Prefix") == 0)
        r->one.prefix = z;
    else if (strcmp(name, "Tag/Key") == 0 && r->one.tag_key)
        r->one.other_tags = true;
    else if (strcmp(name, "Tag/Key") == 0)
        r->one.tag_key = z;
    else if (strcmp(name, "Tag/Value") == 0 && !r->one.tag_value)
        r->one.tag_value = z;
}

static bool element(void *ctx, const char *path, struct slice text)
{
#define AT(prefix) strncmp(name, prefix, sizeof(prefix) - 1) == 0
    struct rules *r = ctx;
    const char *name = path, *z = ask_text(r->c, text);

    if (strncmp(path, "LifecycleConfiguration/Rule", 27) != 0)
        return true;
    name += 27;
    if (!*name)
        return end_rule(r);
    if (strcmp(name, "/ID") == 0) {
        r->one.id = *z ? z : NULL;
        return text.len <= MAX_ID ||
               refuse(r, "InvalidArgument",
                      "ID length should not exceed allowed limit of 255");
    }
    if (strcmp(name, "/Prefix") == 0)
        r->one.prefix = z;
    else if (strcmp(name, "/Status") == 0)
        r->one.enabled = strcmp(z, "Enabled") == 0;
    else if (AT("/Filter/And/"))
        read_filter(r, name + 12, z);
    else if (AT("/Filter/"))
        read_filter(r, name + 8, z);
    else if (AT("/Expiration/"))
        return read_expiration(r, name + 12, text);
    else if (AT("/Transition/"))
        return read_transition(r, name + 12, text);
    return true;
}

bool lifecycle_ok(struct ask *c, struct slice body)
{
    struct rules *r = arena_alloc(c->a, sizeof(*r));

    r->c = c;
    if (xml_read(body, element, r) && r->n > 0)
        return true;
    if (!r->refused)
        s3_error(c->x, "MalformedXML", NULL, NULL);
    return false;
}

/* ---- x-amz-expiration ---- */

static bool rule_fits(struct ask *c, const struct rule *r,
                      const struct s3_object *o)
{
    const char *value;

    if (!r->id || (r->prefix && !slice_starts(c->key, r->prefix)))
        return false;
    if (!r->tag_key)
        return true;
    value = tags_get(c, object_header(o, TAGS_KEPT), r->tag_key);
    return !r->other_tags && value && r->tag_value &&
           strcmp(value, r->tag_value) == 0;
}

/* The first rule's; others are not looked at. */
void lifecycle_tell(struct ask *c, const struct s3_object *o)
{
    const char *document = c->bucket->document[DOCUMENT_LIFECYCLE];
    struct rules *r;
    char date[DATE_HTTP_SIZE];
    int64_t when;

    if (!document || c->bucket->versioning != VERSIONING_NEVER)
        return;
    r = arena_alloc(c->a, sizeof(*r));
    r->c = c;
    r->object = o;
    if (!xml_read(slice_of(document), element, r) ||
        !rule_fits(c, &r->found, o))
        return;
    when = o->modified_ms + r->found.days * DAY_MS;
    when = (when / DAY_MS + 1) * DAY_MS;
    date_http(when, date);
    answer_set(&c->x->answer, c->a, "x-amz-expiration",
               "expiry-date=\"%s\", rule-id=\"%s\"", date, r->found.id);
}
