/* sts: AssumeRole, which gives temporary keys to who has keys of his own.
 *
 * A form, signed for the service sts, whose answers and errors have an envelope
 * of their own. Roles are not kept: whoever is a user may assume any, and gets
 * what he has himself. Where MinIO and AWS differ, struct sts_manner says.
 */
#include <string.h>

#include "base/json.h"
#include "base/markdown.h"
#include "base/percent.h"
#include "mocks/s3/internal.h"
#include "mocks/s3/xml.h"

#define XMLNS "https://sts.amazonaws.com/doc/2011-06-15/"
#define VERSION "2011-06-15"

struct sts_code {          /* an error of the signature, in STS's words */
    const char *of, *code; /* of NULL: the end */
    int status;
    const char *message; /* NULL: as it came */
};

struct sts_manner {
    const struct sts_code *codes;
    const char *declaration, *content_type, *type; /* type: of errors below 500
                                                    */
    int64_t most_s;
    bool demands_role; /* RoleArn and RoleSessionName */
    const char *no_version, *no_action, *bad_value; /* error codes */
    const char *bad_policy, *large_policy;
    const char *any_other; /* 403: of all below 500; NULL: as it came */
};

enum {
    LEAST_S = 900,
    USUAL_S = 3600,
    MOST_POLICY = 2048,
    MOST_PARAMETER = 64 << 10
};

static const struct sts_code minio_codes[] = {
    {"ExpiredToken", "ExpiredToken", 400, NULL},
    {"InvalidParameterValue", "InvalidParameterValue", 400, NULL},
    {"MalformedPolicyDocument", "MalformedPolicyDocument", 400, NULL},
    {"MissingAuthenticationToken", "InvalidParameterValue", 400,
     "Unsupported action AssumeRole"},
    {"MissingParameter", "MissingParameter", 400, NULL},
    {0}};

static const struct sts_code aws_codes[] = {
    {"AuthorizationHeaderMalformed", "IncompleteSignature", 400, NULL},
    {"AuthorizationQueryParametersError", "IncompleteSignature", 400, NULL},
    {"ExpiredToken", "ExpiredToken", 403,
     "The security token included in the request is expired"},
    {"InvalidAccessKeyId", "InvalidClientTokenId", 403,
     "The security token included in the request is invalid."},
    {"InvalidToken", "InvalidClientTokenId", 403,
     "The security token included in the request is invalid."},
    {"MissingAuthenticationToken", "MissingAuthenticationToken", 403,
     "Request is missing Authentication Token"},
    {"RequestTimeTooSkewed", "SignatureDoesNotMatch", 403,
     "Signature expired: the request is too old or of the future."},
    {0}};

const struct sts_manner sts_minio = {
    .codes = minio_codes,
    .declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
    .content_type = "application/xml",
    .type = "",
    .most_s = 31536000,
    .no_version = "MissingParameter",
    .no_action = "InvalidParameterValue",
    .bad_value = "InvalidParameterValue",
    .bad_policy = "InvalidParameterValue",
    .large_policy = "InvalidParameterValue",
    .any_other = "AccessDenied"};

const struct sts_manner sts_aws = {.codes = aws_codes,
                                   .declaration = "",
                                   .content_type = "text/xml",
                                   .type = "Sender",
                                   .most_s = 43200,
                                   .demands_role = true,
                                   .no_version = "InvalidAction",
                                   .no_action = "InvalidAction",
                                   .bad_value = "ValidationError",
                                   .bad_policy = "MalformedPolicyDocument",
                                   .large_policy = "PackedPolicyTooLarge"};

/* ---- answers ---- */

static void send_text(struct exchange *x, int status)
{
    const struct sts_manner *m = s3_of(x)->profile->sts;

    s3_answer_text(x, status);
    answer_set(&x->answer, &x->arena, "Content-Type", "%s", m->content_type);
}

bool sts_takes(const struct http_request *r)
{
    return slice_starts(slice_trim(http_header(r, "content-type")),
                        "application/x-www-form-urlencoded");
}

bool sts_is(const struct exchange *x)
{
    return x->op && strcmp(x->op->name, "AssumeRole") == 0;
}

void sts_error(struct exchange *x, const char *code, int status,
               const char *message)
{
    const struct sts_manner *m = s3_of(x)->profile->sts;
    const struct sts_code *known = m->codes;
    struct str *out = &s3_of(x)->text;
    char id[17];

    while (known->of && strcmp(known->of, code) != 0)
        known++;
    if (known->of) {
        code = known->code;
        status = known->status;
        message = known->message ? known->message : message;
    } else if (m->any_other && status < 500) {
        code = m->any_other;
        status = 403;
    }
    s3_request_id(x, id);
    str_reset(out);
    str_addf(out, "%s<ErrorResponse xmlns=\"" XMLNS "\">", m->declaration);
    xml_open(out, "Error");
    xml_textz(out, "Type", status < 500 ? m->type : *m->type ? "Receiver" : "");
    xml_textz(out, "Code", code);
    xml_textz(out, "Message", message ? message : code);
    xml_close(out, "Error");
    xml_textz(out, "RequestId", id);
    xml_close(out, "ErrorResponse");
    send_text(x, status);
}

static bool fail(struct ask *c, const char *code, const char *message)
{
    sts_error(c->x, code, 400, message);
    return false;
}

/* ---- the form ---- */

/* Decoded, in the arena; NULL: it is not there, or is malformed. */
static const char *parameter(struct ask *c, const char *name)
{
    struct slice rest = c->r->body;
    size_t n = strlen(name);
    const char *text = NULL;

    while (rest.len && !text) {
        const char *end = memchr(rest.p, '&', rest.len);
        struct slice pair = {rest.p, end ? (size_t)(end - rest.p) : rest.len};
        struct str out;

        rest.p += end ? pair.len + 1 : pair.len;
        rest.len -= end ? pair.len + 1 : pair.len;
        if (pair.len <= n || pair.p[n] != '=' || memcmp(pair.p, name, n) != 0)
            continue;
        pair = (struct slice){pair.p + n + 1, pair.len - n - 1};
        str_init(&out, MOST_PARAMETER);
        if (!percent_decode(&out, pair, true) || out.failed ||
            memchr(str_z(&out), 0, out.len)) {
            str_fini(&out);
            return NULL;
        }
        text = arena_strdup(c->a, str_z(&out));
        str_fini(&out);
    }
    return text;
}

bool sts_form_ok(struct ask *c)
{
    const struct sts_manner *m = c->s->profile->sts;
    const char *version, *action;

    version = parameter(c, "Version");
    action = parameter(c, "Action");
    if (!version || strcmp(version, VERSION) != 0)
        return fail(
            c, m->no_version,
            arena_printf(c->a, "Invalid STS API version %s, expecting " VERSION,
                         version ? version : ""));
    if (!action || strcmp(action, "AssumeRole") != 0)
        return fail(
            c, m->no_action,
            arena_printf(c->a, "Unsupported action %s", action ? action : ""));
    if (http_header(c->r, "authorization").p ||
        ask_query(c, "X-Amz-Credential"))
        return true;
    return fail(c, "MissingAuthenticationToken", NULL);
}

/* ---- what is asked for ---- */

static bool bad_value(struct ask *c, const char *name, const char *value,
                      const char *must)
{
    const struct sts_manner *m = c->s->profile->sts;

    if (!m->demands_role)
        return fail(c, m->bad_value, "invalid token expiry");
    return fail(c, m->bad_value,
                arena_printf(c->a,
                             "1 validation error detected: Value %s%s%s at "
                             "'%s' failed to satisfy constraint: Member must "
                             "%s",
                             value ? "'" : "", value ? value : "null",
                             value ? "'" : "", name, must));
}

static bool read_lifetime(struct ask *c, int64_t *ms)
{
    const struct sts_manner *m = c->s->profile->sts;
    const char *z = parameter(c, "DurationSeconds");
    long long seconds = USUAL_S;

    if (c->s->o.session_lifetime_ms) { /* whatever was asked for */
        *ms = c->s->o.session_lifetime_ms;
        return true;
    }
    if (z && *z && !slice_int64(slice_of(z), &seconds))
        return bad_value(c, "durationSeconds", z, "be a number");
    if (seconds < LEAST_S)
        return bad_value(c, "durationSeconds", z,
                         "have value greater than or equal to 900");
    if (seconds > m->most_s)
        return bad_value(c, "durationSeconds", z,
                         arena_printf(c->a,
                                      "have value less than or equal to %lld",
                                      (long long)m->most_s));
    *ms = seconds * 1000;
    return true;
}

static bool role_ok(struct ask *c, const char **arn, const char **name)
{
    *arn = parameter(c, "RoleArn");
    *name = parameter(c, "RoleSessionName");
    if (!c->s->profile->sts->demands_role)
        return true;
    if (!*arn)
        return bad_value(c, "roleArn", NULL, "not be null");
    if (strlen(*arn) < 20)
        return bad_value(c, "roleArn", *arn,
                         "have length greater than or equal to 20");
    if (!*name)
        return bad_value(c, "roleSessionName", NULL, "not be null");
    if (strlen(*name) < 2 || strlen(*name) > 64)
        return bad_value(c, "roleSessionName", *name,
                         "satisfy regular expression pattern: "
                         "[\\w+=,.@-]{2,64}");
    return true;
}

/* ---- what is given ---- */

/* AWS names what was assumed; MinIO leaves the element empty. */
static void add_user(struct ask *c, const struct s3_session *d,
                     const char *role, const char *name)
{
    struct str *out = &c->s->text;
    const char *last = role ? strrchr(role, '/') : NULL;
    const char *account = role && slice_starts(slice_of(role), "arn:aws:iam::")
                              ? role + 13
                              : "000000000000";

    xml_open(out, "AssumedRoleUser");
    if (c->s->profile->sts->demands_role) {
        xml_textf(out, "AssumedRoleId", "AROA%s:%s", d->key + 4, name);
        xml_textf(out, "Arn", "arn:aws:sts::%.*s:assumed-role/%s/%s",
                  (int)strcspn(account, ":"), account, last ? last + 1 : role,
                  name);
    } else {
        xml_textz(out, "Arn", "");
        xml_textz(out, "AssumeRoleId", "");
    }
    xml_close(out, "AssumedRoleUser");
}

static void answer(struct ask *c, const struct s3_session *d, const char *role,
                   const char *name)
{
    struct str *out = &c->s->text;
    char until[DATE_ISO_SIZE], id[17];

    s3_request_id(c->x, id);
    date_iso(d->expires_ms, until);
    memcpy(strchr(until, '.'), "Z", 2); /* whole seconds */
    str_reset(out);
    str_addf(out, "%s<AssumeRoleResponse xmlns=\"" XMLNS "\">",
             c->s->profile->sts->declaration);
    xml_open(out, "AssumeRoleResult");
    add_user(c, d, role, name);
    xml_open(out, "Credentials");
    xml_textz(out, "AccessKeyId", d->key);
    xml_textz(out, "SecretAccessKey", d->secret);
    xml_textz(out, "SessionToken", d->token);
    xml_textz(out, "Expiration", until);
    xml_close(out, "Credentials");
    xml_close(out, "AssumeRoleResult");
    xml_open(out, "ResponseMetadata");
    xml_textz(out, "RequestId", id);
    xml_close(out, "ResponseMetadata");
    xml_close(out, "AssumeRoleResponse");
    send_text(c->x, 200);
}

static void publish(struct exchange *x, void *ctx)
{
    struct ask *c = ctx;

    if (session_add(c->s, c->data))
        return;
    x->change.failed = true;
    sts_error(x, "InternalError", 500,
              "There are too many sessions under way, or there is no room for "
              "another.");
}

/* NULL when there is none; its whole meaning is policy.c's. */
static bool read_policy(struct ask *c, const char **policy)
{
    const struct sts_manner *m = c->s->profile->sts;
    const char *wrong = NULL;
    cJSON *tree;

    *policy = parameter(c, "Policy");
    if (parameter(c, "PolicyArns.member.1.arn"))
        return fail(c, m->bad_policy, "There are no managed policies here.");
    if (!*policy || !**policy) {
        *policy = NULL;
        return true;
    }
    if (strlen(*policy) > MOST_POLICY)
        return fail(c, m->large_policy,
                    "Session policy should not exceed 2048 characters");
    tree = json_parse(*policy, strlen(*policy), NULL);
    if (!cJSON_IsObject(tree))
        wrong = "The policy is not in the valid JSON format.";
    else if (!json_str(tree, "Version") && !m->demands_role)
        wrong = "Version cannot be empty expecting '2012-10-17'";
    else if (!json_get(tree, "Statement") && m->demands_role)
        wrong = "Syntax errors in policy.";
    cJSON_Delete(tree);
    return !wrong || fail(c, m->bad_policy, wrong);
}

void s3_assume_role(struct ask *c)
{
    struct s3_session *d = arena_alloc(c->a, sizeof(*d));
    const char *role, *name;
    int64_t lifetime_ms = 0;

    if (c->session) {
        sts_error(c->x, "AccessDenied", 403, "Access Denied.");
        return;
    }
    if (!read_policy(c, &d->policy) || !role_ok(c, &role, &name) ||
        !read_lifetime(c, &lifetime_ms))
        return;
    d->user = c->user;
    d->expires_ms = (ask_now_ms(c) + lifetime_ms) / 1000 * 1000;
    session_draw(c->s, "s3-session", c->x->ordinal, c->a, d);
    if (c->s->secrets) { /* before any answer is written down */
        secrets_add(c->s->secrets, slice_of(d->secret));
        secrets_add(c->s->secrets, slice_of(d->token));
    }
    answer(c, d, role, name);
    c->data = d;
    ask_prepare(c, publish, NULL, c, "gave %s a session", d->key);
}

static void add_codes(struct str *out, const char *profile,
                      const struct sts_manner *m)
{
    for (const struct sts_code *k = m->codes; k->of; k++) {
        str_addf(out, "| %s | %s | %d | ", profile, k->code, k->status);
        markdown_cell(out, k->of);
        str_addz(out, " |\n");
    }
    if (m->any_other)
        str_addf(out, "| %s | %s | 403 | every other below 500 |\n", profile,
                 m->any_other);
    str_addf(out, "| %s | %s | 400 | another Version |\n", profile,
             m->no_version);
    str_addf(out, "| %s | %s | 400 | another Action |\n", profile,
             m->no_action);
    str_addf(out, "| %s | %s | 400 | a parameter's value |\n", profile,
             m->bad_value);
    str_addf(out, "| %s | %s | 400 | the policy |\n", profile, m->bad_policy);
}

void sts_document(struct str *out)
{
    str_addz(out, "| profile | code | status | in the place of, or about |\n"
                  "|---|---|---|---|\n");
    add_codes(out, "minio", &sts_minio);
    add_codes(out, "aws", &sts_aws);
    str_addf(out,
             "\nDurationSeconds: %d to %lld (minio), to %lld (aws); %d when "
             "not given.\n\n",
             LEAST_S, (long long)sts_minio.most_s, (long long)sts_aws.most_s,
             USUAL_S);
}
