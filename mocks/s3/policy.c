/* policy: see policy.h. */
#include "mocks/s3/policy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "mocks/s3/tagging.h"

#define ARN "arn:aws:s3:::"

/* ---- values: a string, or a list of them ---- */

typedef bool (*string_test)(void *ctx, const char *z);

static bool any_string(const cJSON *v, string_test test, void *ctx)
{
    const cJSON *one;

    if (cJSON_IsString(v))
        return test(ctx, v->valuestring);
    cJSON_ArrayForEach(one, v)
    {
        if (cJSON_IsString(one) && test(ctx, one->valuestring))
            return true;
    }
    return false;
}

static bool all_strings(const cJSON *v)
{
    const cJSON *one;

    if (cJSON_IsString(v))
        return true;
    if (!cJSON_IsArray(v) || !v->child)
        return false;
    cJSON_ArrayForEach(one, v)
    {
        if (!cJSON_IsString(one))
            return false;
    }
    return true;
}

static bool glob_is(void *ctx, const char *z)
{
    return slice_glob(z, slice_of(ctx));
}

/* Actions are compared without regard to case. */
static bool action_is(void *ctx, const char *z)
{
    const char *action = ctx;
    size_t n = strcspn(z, "*?");

    if (!z[n])
        return strcasecmp(z, action) == 0;
    return strncasecmp(z, action, n) == 0 &&
           slice_glob(z + n, slice_of(action + strnlen(action, n)));
}

/* ---- who ---- */

struct person {
    const struct s3_user *user; /* NULL: nobody */
};

/* "*", an id, or an ARN that ends with an id or a name. */
static bool names(void *ctx, const char *z)
{
    const struct s3_user *u = ((struct person *)ctx)->user;
    const char *tail = strrchr(z, '/');

    if (strcmp(z, "*") == 0)
        return true;
    if (!u)
        return false;
    if (strncmp(z, "arn:", 4) == 0 && !tail)
        tail = strrchr(z, ':');
    tail = tail ? tail + 1 : z;
    if (strncmp(z, "arn:aws:iam::", 13) == 0 && strcmp(tail, "root") == 0) {
        size_t n = strcspn(z + 13, ":");

        return strlen(u->id) == n && strncmp(z + 13, u->id, n) == 0;
    }
    return strcmp(tail, u->id) == 0 || strcmp(tail, u->name) == 0 ||
           strcmp(tail, u->key) == 0;
}

static bool principal_fits(const cJSON *v, struct ask *c)
{
    struct person p = {c->user == S3_NOBODY ? NULL : user_of(c->s, c->user)};
    const cJSON *kind;

    if (cJSON_IsString(v))
        return names(&p, v->valuestring);
    cJSON_ArrayForEach(kind, v)
    {
        if ((strcmp(kind->string, "AWS") == 0 ||
             strcmp(kind->string, "CanonicalUser") == 0) &&
            any_string(kind, names, &p))
            return true;
    }
    return false;
}

/* ---- conditions ---- */

static const struct {
    const char *key, *query;
} query_keys[] = {{"s3:prefix", "prefix"},
                  {"s3:delimiter", "delimiter"},
                  {"s3:max-keys", "max-keys"},
                  {"s3:VersionId", "versionId"},
                  {NULL, NULL}};

static const char *tag_of(const struct policy_question *q, const char *key)
{
    static const char existing[] = "s3:ExistingObjectTag/";
    static const char requested[] = "s3:RequestObjectTag/";

    if (strncasecmp(key, existing, sizeof(existing) - 1) == 0)
        return q->object ? tags_get(q->c, object_header(q->object, TAGS_KEPT),
                                    key + sizeof(existing) - 1)
                         : NULL;
    if (strncasecmp(key, requested, sizeof(requested) - 1) == 0)
        return tags_get(q->c, ask_headerz(q->c, "x-amz-tagging"),
                        key + sizeof(requested) - 1);
    return NULL;
}

/* What the condition's key is in this request; NULL: it has none. */
static const char *value_of(const struct policy_question *q, const char *key)
{
    struct ask *c = q->c;

    if (q->prefix && strcasecmp(key, "s3:prefix") == 0)
        return q->prefix;
    for (size_t i = 0; query_keys[i].key; i++)
        if (strcasecmp(key, query_keys[i].key) == 0)
            return ask_query(c, query_keys[i].query);
    if (strncasecmp(key, "s3:x-amz-", 9) == 0)
        return ask_headerz(c, key + 3);
    if (strcasecmp(key, "aws:SecureTransport") == 0)
        return c->x->tls ? "true" : "false";
    if (strcasecmp(key, "aws:SourceIp") == 0)
        return "127.0.0.1"; /* everybody here is on this machine */
    if (strcasecmp(key, "aws:Referer") == 0)
        return ask_headerz(c, "referer");
    if (strcasecmp(key, "aws:UserAgent") == 0)
        return ask_headerz(c, "user-agent");
    if (strcasecmp(key, "aws:username") == 0 && c->user != S3_NOBODY)
        return user_of(c->s, c->user)->name;
    return tag_of(q, key);
}

static bool text_is(void *ctx, const char *z)
{
    return strcmp(ctx, z) == 0;
}

static bool text_is_in_any_case(void *ctx, const char *z)
{
    return strcasecmp(ctx, z) == 0;
}

static double number_of(const char *z)
{
    return strtod(z, NULL);
}

static bool number_is(void *ctx, const char *z)
{
    return !(number_of(ctx) < number_of(z)) && !(number_of(ctx) > number_of(z));
}

static bool number_below(void *ctx, const char *z)
{
    return number_of(ctx) < number_of(z);
}

static bool number_up_to(void *ctx, const char *z)
{
    return number_of(ctx) <= number_of(z);
}

static bool number_above(void *ctx, const char *z)
{
    return number_of(ctx) > number_of(z);
}

static bool number_from(void *ctx, const char *z)
{
    return number_of(ctx) >= number_of(z);
}

/* "10.0.0.0/8", or without a length. False when it is not such. */
static bool read_address(const char *z, uint32_t *address, uint32_t *mask)
{
    unsigned long part, bits = 32;
    char *end;

    *address = 0;
    for (int i = 0; i < 4; i++, z = end + (i < 4 && *end == '.')) {
        part = strtoul(z, &end, 10);
        if (end == z || part > 255 || (i < 3 && *end != '.'))
            return false;
        *address = *address << 8 | (uint32_t)part;
    }
    if (*end == '/')
        bits = strtoul(end + 1, &end, 10);
    *mask = bits == 0 ? 0 : bits > 32 ? 0 : UINT32_MAX << (32 - bits);
    return *end == 0 && bits <= 32;
}

static bool address_in(void *ctx, const char *z)
{
    uint32_t mine, range, mask, all;

    return read_address(ctx, &mine, &all) && read_address(z, &range, &mask) &&
           ((mine ^ range) & mask) == 0;
}

static const struct condition {
    const char *name;
    string_test test;
    bool not_;
} conditions[] = {{"StringEquals", text_is, false},
                  {"StringNotEquals", text_is, true},
                  {"StringEqualsIgnoreCase", text_is_in_any_case, false},
                  {"StringNotEqualsIgnoreCase", text_is_in_any_case, true},
                  {"StringLike", glob_is, false},
                  {"StringNotLike", glob_is, true},
                  {"ArnEquals", glob_is, false},
                  {"ArnLike", glob_is, false},
                  {"ArnNotEquals", glob_is, true},
                  {"ArnNotLike", glob_is, true},
                  {"NumericEquals", number_is, false},
                  {"NumericNotEquals", number_is, true},
                  {"NumericLessThan", number_below, false},
                  {"NumericLessThanEquals", number_up_to, false},
                  {"NumericGreaterThan", number_above, false},
                  {"NumericGreaterThanEquals", number_from, false},
                  {"Bool", text_is_in_any_case, false},
                  {"IpAddress", address_in, false},
                  {"NotIpAddress", address_in, true},
                  {"Null", NULL, false},
                  {NULL, NULL, false}};

/* The operator that "ForAnyValue:StringLikeIfExists" names; NULL: none. */
static const struct condition *condition_of(const char *name, bool *if_exists)
{
    static const char suffix[] = "IfExists";
    const char *colon = strchr(name, ':');
    size_t n;

    if (colon && (strncmp(name, "ForAnyValue:", 12) == 0 ||
                  strncmp(name, "ForAllValues:", 13) == 0))
        name = colon + 1;
    n = strlen(name);
    *if_exists = n > sizeof(suffix) - 1 &&
                 strcmp(name + n - (sizeof(suffix) - 1), suffix) == 0;
    if (*if_exists)
        n -= sizeof(suffix) - 1;
    for (const struct condition *k = conditions; k->name; k++)
        if (strlen(k->name) == n && strncmp(k->name, name, n) == 0)
            return k;
    return NULL;
}

static bool is_true(void *ctx, const char *z)
{
    (void)ctx;
    return strcasecmp(z, "true") == 0;
}

static bool key_fits(const struct policy_question *q, const char *operator_,
                     const cJSON *key)
{
    bool if_exists;
    const struct condition *k = condition_of(operator_, &if_exists);
    const char *value = value_of(q, key->string);

    if (!k)
        return false;
    if (!k->test)
        return any_string(key, is_true, NULL) == !value;
    if (!value)
        return if_exists || k->not_;
    return any_string(key, k->test, (void *)(uintptr_t)value) != k->not_;
}

static bool conditions_fit(const struct policy_question *q, const cJSON *block)
{
    const cJSON *operator_, *key;

    cJSON_ArrayForEach(operator_, block)
    {
        cJSON_ArrayForEach(key, operator_)
        {
            if (!key_fits(q, operator_->string, key))
                return false;
        }
    }
    return true;
}

/* ---- statements ---- */

/* The member name, or the member not_name turned round. */
static bool part_fits(const cJSON *statement, const char *name,
                      const char *not_name, string_test test, const char *value)
{
    const cJSON *v = json_get(statement, name);
    void *ctx = (void *)(uintptr_t)value;

    if (v)
        return any_string(v, test, ctx);
    return !any_string(json_get(statement, not_name), test, ctx);
}

static bool statement_fits(const cJSON *s, const struct policy_question *q)
{
    const cJSON *principal = json_get(s, "Principal");
    bool meant = principal ? principal_fits(principal, q->c)
                           : !principal_fits(json_get(s, "NotPrincipal"), q->c);

    return (meant || q->anybody) &&
           part_fits(s, "Action", "NotAction", action_is, q->action) &&
           part_fits(s, "Resource", "NotResource", glob_is, q->resource) &&
           conditions_fit(q, json_get(s, "Condition"));
}

static bool denies(const cJSON *s)
{
    const char *effect = json_str(s, "Effect");

    return effect && strcmp(effect, "Deny") == 0;
}

/* The first statement of the document, or NULL. */
static const cJSON *statements(const cJSON *tree)
{
    const cJSON *list = json_get(tree, "Statement");

    return cJSON_IsArray(list) ? list->child : list;
}

enum policy_verdict policy_judge(const char *document,
                                 const struct policy_question *q)
{
    enum policy_verdict verdict = POLICY_SILENT;
    cJSON *tree =
        document ? json_parse(document, strlen(document), NULL) : NULL;
    bool list = cJSON_IsArray(json_get(tree, "Statement"));

    for (const cJSON *s = statements(tree); s; s = list ? s->next : NULL) {
        if (!statement_fits(s, q))
            continue;
        verdict = denies(s) ? POLICY_DENIES : POLICY_ALLOWS;
        if (verdict == POLICY_DENIES)
            break;
    }
    cJSON_Delete(tree);
    return verdict;
}

/* ---- is it one? ---- */

static bool resource_is_wrong(void *ctx, const char *z)
{
    const struct ask *c = ctx;
    const char *name;

    if (strncmp(z, "arn:aws:s3::", 12) != 0 || !strchr(z + 12, ':'))
        return true;
    name = strchr(z + 12, ':') + 1; /* an account may stand before it */
    return !slice_glob(ask_text(c, (struct slice){name, strcspn(name, "/")}),
                       c->bucket_name);
}

static bool action_is_wrong(void *ctx, const char *z)
{
    (void)ctx;
    return strcmp(z, "*") != 0 && strncasecmp(z, "s3:", 3) != 0;
}

static const char *condition_wrong(const cJSON *block)
{
    const cJSON *operator_;
    bool if_exists;

    if (!block)
        return NULL;
    if (!cJSON_IsObject(block))
        return "Condition must be an object";
    cJSON_ArrayForEach(operator_, block)
    {
        if (!condition_of(operator_->string, &if_exists) ||
            !cJSON_IsObject(operator_))
            return "Policy has an invalid condition operator";
    }
    return NULL;
}

static const char *statement_wrong(struct ask *c, const cJSON *s)
{
    const char *effect = json_str(s, "Effect");
    const cJSON *action = json_get(s, "Action");
    const cJSON *resource = json_get(s, "Resource");

    if (!effect || (strcmp(effect, "Allow") != 0 && !denies(s)))
        return "Statement has no valid Effect";
    if (!json_get(s, "Principal") && !json_get(s, "NotPrincipal"))
        return "Missing required field Principal";
    if (!json_get(s, "Principal") && !denies(s))
        return "Allow with NotPrincipal is not allowed.";
    if (!action)
        action = json_get(s, "NotAction");
    if (!all_strings(action))
        return "Missing required field Action";
    if (any_string(action, action_is_wrong, NULL))
        return "Policy has invalid action";
    if (!resource)
        resource = json_get(s, "NotResource");
    if (!all_strings(resource))
        return "Missing required field Resource";
    if (any_string(resource, resource_is_wrong, c))
        return "Policy has invalid resource";
    return condition_wrong(json_get(s, "Condition"));
}

const char *policy_wrong(struct ask *c, const char *document, size_t n)
{
    cJSON *tree = json_parse(document, n, NULL);
    bool list = cJSON_IsArray(json_get(tree, "Statement"));
    const char *wrong = NULL;

    if (!cJSON_IsObject(tree))
        wrong = "Policies must be valid JSON and the first byte must be '{'";
    else if (c->s->profile->few_settings && !json_str(tree, "Version"))
        wrong = "The policy must contain a valid version string";
    else if (!statements(tree))
        wrong = "Missing required field Statement";
    for (const cJSON *s = statements(tree); s && !wrong;
         s = list ? s->next : NULL)
        wrong = statement_wrong(c, s);
    cJSON_Delete(tree);
    return wrong;
}

/* ---- is it public? ---- */

static bool is_star(void *ctx, const char *z)
{
    (void)ctx;
    return strcmp(z, "*") == 0;
}

static bool is_for_all(const cJSON *principal)
{
    const cJSON *kind;

    if (cJSON_IsString(principal))
        return is_star(NULL, principal->valuestring);
    cJSON_ArrayForEach(kind, principal)
    {
        if (any_string(kind, is_star, NULL))
            return true;
    }
    return false;
}

bool policy_is_public(const char *document)
{
    cJSON *tree =
        document ? json_parse(document, strlen(document), NULL) : NULL;
    bool list = cJSON_IsArray(json_get(tree, "Statement")), public = false;

    for (const cJSON *s = statements(tree); s; s = list ? s->next : NULL)
    public = public || (!denies(s) && is_for_all(json_get(s, "Principal")) &&
                        !json_get(s, "Condition"));
    cJSON_Delete(tree);
    return public;
}
