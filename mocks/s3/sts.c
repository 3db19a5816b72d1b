/* sts: AssumeRole. A role is no more than a name here: the session may do what
 * its user may, or less where a session policy says so. */
#include "mocks/s3/sts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/percent.h"
#include "mocks/s3/policy.h"
#include "mocks/s3/xml.h"

enum {
    LEAST_S = 900,
    MOST_S = 604800,
    USUAL_S = 3600,
    KEPT = 1000,
    MAX_POLICY = 2048
};

#define STS_NAMESPACE "https://sts.amazonaws.com/doc/2011-06-15/"

const struct s3_session *session_by_key(const struct s3 *s, struct slice key)
{
    for (size_t i = 0; i < s->n_sessions; i++)
        if (slice_eqz(key, s->sessions[i].key))
            return &s->sessions[i];
    return NULL;
}

void sessions_fini(struct s3 *s)
{
    for (size_t i = 0; i < s->n_sessions; i++)
        free(s->sessions[i].policy);
    free(s->sessions);
    s->sessions = NULL;
    s->n_sessions = s->next_session = 0;
}

/* ---- the request ---- */

static bool invalid(struct ask *c, const char *code, const char *message)
{
    struct str *out = &c->s->text;
    char id[17];

    s3_request_id(c->x, id);
    str_reset(out);
    str_addz(out, "<ErrorResponse xmlns=\"" STS_NAMESPACE "\"><Error>"
                  "<Type>Sender</Type>");
    xml_textz(out, "Code", code);
    xml_textz(out, "Message", message);
    str_addz(out, "</Error>");
    xml_textz(out, "RequestId", id);
    str_addz(out, "</ErrorResponse>");
    s3_answer_text(c->x, 400);
    return false;
}

/* A field of the body, which is written like a query; NULL: not there. */
static const char *parameter(struct ask *c, const char *name)
{
    struct http_request form = {.query = c->body};

    return http_query(&form, name, c->a);
}

static bool duration_of(struct ask *c, long long *seconds)
{
    const char *text = parameter(c, "DurationSeconds");

    *seconds = USUAL_S;
    return !text ||
           (slice_int64(slice_of(text), seconds) && *seconds >= LEAST_S &&
            *seconds <= MOST_S) ||
           invalid(c, "ValidationError",
                   "DurationSeconds must be between 900 and 604800");
}

static bool policy_of(struct ask *c, const char **policy)
{
    cJSON *tree;
    bool ok;

    *policy = parameter(c, "Policy");
    if (!*policy || !**policy) {
        *policy = NULL;
        return true;
    }
    tree = json_parse(*policy, strlen(*policy), NULL);
    ok = cJSON_IsObject(tree) && strlen(*policy) <= MAX_POLICY;
    cJSON_Delete(tree);
    return ok || invalid(c, "MalformedPolicyDocument",
                         "The policy is not in the valid JSON format.");
}

/* ---- the session ---- */

struct opening {
    struct ask *c;
    struct s3_session session;
    const char *policy;
};

static void publish(struct exchange *x, void *ctx)
{
    struct opening *o = ctx;
    struct s3 *s = o->c->s;
    struct s3_session *place;

    (void)x;
    if (!s->sessions)
        s->sessions = mem_alloc(KEPT * sizeof(*s->sessions));
    place = &s->sessions[s->next_session++ % KEPT];
    if (s->n_sessions < KEPT)
        s->n_sessions++;
    else
        free(place->policy);
    *place = o->session;
    place->policy = o->policy ? mem_strdup(o->policy) : NULL;
    if (s->secrets)
        secrets_add(s->secrets, slice_of(place->secret));
}

static void fill(char *out, size_t size, const char *prefix, struct rng *r)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    size_t n = (size_t)snprintf(out, size, "%s", prefix);

    while (n + 1 < size)
        out[n++] = letters[rng_next(r) % 32];
    out[n] = 0;
}

static void answer(struct ask *c, const struct s3_session *s)
{
    struct str *out = &c->s->text;
    const char *arn = parameter(c, "RoleArn");
    char date[DATE_ISO_SIZE], id[17];

    date_iso(s->until_ms, date);
    s3_request_id(c->x, id);
    str_reset(out);
    str_addz(out, "<AssumeRoleResponse xmlns=\"" STS_NAMESPACE
                  "\"><AssumeRoleResult><AssumedRoleUser>");
    xml_textz(out, "Arn", arn ? arn : "");
    xml_textf(out, "AssumedRoleId", "%s", s->key);
    xml_close(out, "AssumedRoleUser");
    xml_open(out, "Credentials");
    xml_textz(out, "AccessKeyId", s->key);
    xml_textz(out, "SecretAccessKey", s->secret);
    xml_textz(out, "SessionToken", s->token);
    xml_textz(out, "Expiration", date);
    str_addz(out, "</Credentials></AssumeRoleResult><ResponseMetadata>");
    xml_textz(out, "RequestId", id);
    str_addz(out, "</ResponseMetadata></AssumeRoleResponse>");
    s3_answer_text(c->x, 200);
}

void s3_assume_role(struct ask *c)
{
    struct opening *o = arena_alloc(c->a, sizeof(*o));
    const char *action = parameter(c, "Action");
    const char *version = parameter(c, "Version");
    struct s3_session *s = &o->session;
    long long seconds;

    if (!action || strcmp(action, "AssumeRole") != 0) {
        invalid(c, "InvalidAction", "The only action here is AssumeRole");
        return;
    }
    if (!version || strcmp(version, "2011-06-15") != 0) {
        invalid(c, "ValidationError", "Version must be 2011-06-15");
        return;
    }
    if (c->session || c->user == S3_NOBODY) {
        s3_error(c->x, "AccessDenied", NULL, NULL);
        return;
    }
    if (!duration_of(c, &seconds) || !policy_of(c, &o->policy))
        return;
    o->c = c;
    s->user = c->user;
    s->until_ms = ask_now_ms(c) + seconds * 1000;
    fill(s->key, sizeof(s->key), "ASIA", &c->x->rng);
    fill(s->secret, sizeof(s->secret), "", &c->x->rng);
    fill(s->token, sizeof(s->token), "", &c->x->rng);
    answer(c, s);
    ask_prepare(c, publish, NULL, o, "opened session %s", s->key);
}
