/* Who asks: bearer tokens, static and issued (OAuth2 client credentials).
 *
 * An issued token carries its expiry and a seal over it, so that nothing has
 * to be remembered: handlers change no state. Sessions end with the server:
 * the seal covers an epoch that every restart counts up.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/percent.h"
#include "base/secret.h"
#include "mocks/catalog/inside.h"

#define TOKEN_PREFIX "icefault-"
#define EXCHANGE "urn:ietf:params:oauth:grant-type:token-exchange"
#define ACCESS_TOKEN "urn:ietf:params:oauth:token-type:access_token"

enum { TOKEN_BODY = 16 + 16, TOKEN_SEAL = 16, FORM_MAX = 64 << 10 };

/* ---- tokens ---- */

static void seal(const struct catalog *c, const char *body,
                 char out[TOKEN_SEAL + 1])
{
    static const char hex[] = "0123456789abcdef";
    uint64_t h = rng_hash(c->seed, body, c->session_epoch, 0x70c);
    for (int i = TOKEN_SEAL - 1; i >= 0; i--, h >>= 4)
        out[i] = hex[h & 15];
    out[TOKEN_SEAL] = 0;
}

static const char *token_issue(struct call *k)
{
    int64_t expires = call_now_ms(k) + k->c->o.token_lifetime_ms;
    const char *body = arena_printf(&k->x->arena, "%016llx%016llx",
                                    (unsigned long long)expires,
                                    (unsigned long long)rng_next(&k->x->rng));
    char sealed[TOKEN_SEAL + 1];
    seal(k->c, body, sealed);
    const char *token =
        arena_printf(&k->x->arena, TOKEN_PREFIX "%s%s", body, sealed);
    if (k->c->secrets)
        secrets_add(k->c->secrets, slice_of(token));
    return token;
}

/* NULL: the token is good; else what is wrong with it. */
static const char *token_trouble(const struct catalog *c, int64_t now_ms,
                                 struct slice token)
{
    char body[TOKEN_BODY + 1], sealed[TOKEN_SEAL + 1], expires[17];
    size_t n = strlen(TOKEN_PREFIX);
    if (token.len != n + TOKEN_BODY + TOKEN_SEAL ||
        !slice_starts(token, TOKEN_PREFIX))
        return "Invalid token";
    memcpy(body, token.p + n, TOKEN_BODY);
    body[TOKEN_BODY] = 0;
    seal(c, body, sealed);
    if (memcmp(sealed, token.p + n + TOKEN_BODY, TOKEN_SEAL) != 0)
        return "Invalid token";
    memcpy(expires, body, 16);
    expires[16] = 0;
    if ((int64_t)strtoull(expires, NULL, 16) <= now_ms)
        return "Token has expired";
    return NULL;
}

static struct slice bearer(const struct exchange *x)
{
    struct slice h = http_header(x->request, "authorization");
    struct slice scheme = {h.p, h.len < 7 ? h.len : 7};
    if (!slice_ieqz(scheme, "Bearer "))
        return (struct slice){0};
    return slice_trim((struct slice){h.p + 7, h.len - 7});
}

bool auth_check(struct call *k)
{
    const struct catalog_options *o = &k->c->o;
    if ((!o->token && !o->credential) ||
        strcmp(k->x->op->name, "getToken") == 0)
        return true;
    struct slice token = bearer(k->x);
    if (!token.p)
        return fail(&k->f, "NotAuthorizedException",
                    "Not authorized: no bearer token");
    if (o->token && slice_eqz(token, o->token))
        return true;
    const char *trouble = o->credential
                              ? token_trouble(k->c, call_now_ms(k), token)
                              : "Invalid token";
    return !trouble ||
           fail(&k->f, "NotAuthorizedException", "Not authorized: %s", trouble);
}

/* ---- POST /v1/oauth/tokens ---- */

static bool oauth_error(struct call *k, int status, const char *error,
                        const char *said)
{
    cJSON *body = cJSON_CreateObject();
    json_set_str(body, "error", error);
    json_set_str(body, "error_description", said);
    call_answer(k, status, body);
    cJSON_Delete(body);
    if (status == 401)
        answer_set(&k->x->answer, &k->x->arena, "WWW-Authenticate", "Basic");
    return true;
}

/* A form field, decoded; NULL when it is not there or malformed. */
static const char *form_field(struct call *k, const char *name)
{
    struct slice rest = k->x->request->body;
    size_t n = strlen(name);
    while (rest.len > 0) {
        const char *amp = memchr(rest.p, '&', rest.len);
        size_t len = amp ? (size_t)(amp - rest.p) : rest.len;
        if (len > n && rest.p[n] == '=' && memcmp(rest.p, name, n) == 0) {
            struct str s;
            const char *z = NULL;
            str_init(&s, FORM_MAX);
            struct slice raw = {rest.p + n + 1, len - n - 1};
            if (percent_decode(&s, raw, true) && !s.failed)
                z = arena_memdup(&k->x->arena, str_z(&s), s.len);
            str_fini(&s);
            return z;
        }
        rest.p += len + (amp != NULL);
        rest.len -= len + (amp != NULL);
    }
    return NULL;
}

/* "id:secret" from the Authorization header, or NULL. */
static const char *basic(struct call *k)
{
    struct slice h = http_header(k->x->request, "authorization");
    struct slice scheme = {h.p, h.len < 6 ? h.len : 6};
    const char *z = NULL;
    struct str s;
    if (!slice_ieqz(scheme, "Basic "))
        return NULL;
    str_init(&s, FORM_MAX);
    if (base64_decode(&s, slice_trim((struct slice){h.p + 6, h.len - 6})) &&
        !s.failed)
        z = arena_memdup(&k->x->arena, str_z(&s), s.len);
    str_fini(&s);
    return z;
}

static const char *credentials(struct call *k)
{
    const char *z = basic(k);
    const char *id = form_field(k, "client_id");
    const char *secret = form_field(k, "client_secret");
    if (z || !secret)
        return z;
    return arena_printf(&k->x->arena, "%s%s%s", id ? id : "", id ? ":" : "",
                        secret);
}

static bool answer_token(struct call *k, bool exchanged)
{
    bool plain = k->c->profile->plain_tokens;
    int64_t seconds = k->c->o.token_lifetime_ms / 1000;
    const char *scope = form_field(k, "scope");
    cJSON *body = cJSON_CreateObject();
    json_set_str(body, "access_token", token_issue(k));
    json_set_str(body, "token_type", plain ? "Bearer" : "bearer");
    if (!plain)
        json_set_i64(body, "expires_in", seconds > 0 ? seconds : 1);
    if (exchanged)
        json_set_str(body, "issued_token_type", ACCESS_TOKEN);
    if (scope && !plain)
        json_set_str(body, "scope", scope);
    call_answer(k, 200, body);
    answer_set(&k->x->answer, &k->x->arena, "Cache-Control", "no-store");
    cJSON_Delete(body);
    return true;
}

static bool token_for_credentials(struct call *k)
{
    const char *given = credentials(k), *want = k->c->o.credential;
    if (!given)
        return oauth_error(k, 401, "invalid_client",
                           "No client credentials given");
    if (want && strcmp(given, want) != 0)
        return oauth_error(k, 401, "invalid_client",
                           "Credentials given were invalid");
    return answer_token(k, false);
}

static bool token_for_token(struct call *k)
{
    const char *subject = form_field(k, "subject_token");
    if (!subject)
        return oauth_error(k, 400, "invalid_request", "Missing subject_token");
    if (k->c->o.credential &&
        token_trouble(k->c, call_now_ms(k), slice_of(subject)))
        return oauth_error(k, 400, "invalid_grant",
                           "The subject token is not valid");
    return answer_token(k, true);
}

bool op_get_token(struct call *k)
{
    static const struct {
        const char *grant;
        bool (*run)(struct call *k);
    } grants[] = {{"client_credentials", token_for_credentials},
                  {EXCHANGE, token_for_token}};
    const char *grant = form_field(k, "grant_type");
    if (!grant && k->c->profile->plain_tokens)
        return fail(&k->f, "BadRequestException", "Missing grant_type");
    if (!grant)
        return oauth_error(k, 400, "invalid_request", "Missing grant_type");
    for (size_t i = 0; i < sizeof grants / sizeof *grants; i++)
        if (strcmp(grants[i].grant, grant) == 0)
            return grants[i].run(k);
    if (k->c->profile->plain_tokens)
        return fail(&k->f, "UnsupportedOperationException",
                    "Unsupported grant_type: %.100s", grant);
    return oauth_error(k, 400, "unsupported_grant_type",
                       "Grant type is not supported");
}
