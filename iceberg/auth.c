/* auth: the bearer token, given or got.
 *
 * A given token is used as it is. With a credential ("id:secret", or a secret
 * alone) a token is asked for before the first request, and a new one when the
 * catalog answers 401 or 419. Asking counts as a read. Tokens got are secrets
 * from the moment they are read.
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/percent.h"
#include "iceberg/call.h"

enum { MOST_TOKEN = 64 << 10, MOST_FORM = 64 << 10 };

static void wipe(char *z)
{
    if (z)
        explicit_bzero(z, strlen(z));
    free(z);
}

void ice__auth_fini(struct ice_auth *a)
{
    wipe(a->token);
    memset(a, 0, sizeof(*a));
}

bool ice__auth_can_renew(const struct ice_catalog *c)
{
    return c->settings->credential && !c->auth.disabled;
}

const char *ice__auth_header(const struct ice_catalog *c, struct arena *a)
{
    if (c->auth.token)
        return arena_printf(a, "Authorization: Bearer %s", c->auth.token);
    if (c->basic)
        return arena_printf(a, "Authorization: Basic %s", c->basic);
    return NULL;
}

/* ---- the token request ---- */

static void add_pair(struct str *form, const char *name, struct slice value)
{
    if (form->len)
        str_addc(form, '&');
    str_addz(form, name);
    str_addc(form, '=');
    percent_encode(form, value, "");
}

static void make_form(const struct ice_settings *s, struct str *form)
{
    struct slice id = slice_of(s->credential), secret = id;
    const char *colon = strchr(s->credential, ':');

    add_pair(form, "grant_type", SLICE_LIT("client_credentials"));
    if (colon) {
        id.len = (size_t)(colon - s->credential);
        secret = slice_of(colon + 1);
        add_pair(form, "client_id", id);
    }
    add_pair(form, "client_secret", secret);
    if (s->scope)
        add_pair(form, "scope", slice_of(s->scope));
}

static char *token_url(const struct ice_catalog *c)
{
    struct str s;

    if (c->settings->oauth_uri)
        return mem_strdup(c->settings->oauth_uri);
    if (c->policy->auth.token_uri == ICE_TOKEN_URI_FROM_CONFIG &&
        c->config.token_uri)
        return mem_strdup(c->config.token_uri);
    str_init(&s, SIZE_MAX);
    str_addf(&s, "%s/v1/oauth/tokens", c->own_uri);
    return str_detach(&s);
}

/* May stand in a header as it is? */
static bool token_text(const char *z)
{
    size_t n = strlen(z);

    for (size_t i = 0; i < n; i++)
        if ((unsigned char)z[i] <= 0x20 || (unsigned char)z[i] >= 0x7f)
            return false;
    return n > 0 && n <= MOST_TOKEN;
}

static bool usable(void *ctx, const struct ice_answer *a, char why[160])
{
    char **token = ctx;
    cJSON *tree = json_parse(str_z(&a->body), a->body.len, NULL);
    const char *z = json_str(tree, "access_token");
    bool ok = z && token_text(z);

    if (ok) {
        wipe(*token);
        *token = mem_strdup(z);
    } else {
        snprintf(why, 160, "no access_token in it");
    }
    cJSON_Delete(tree);
    return ok;
}

/* {"error": "invalid_client", "error_description": "..."} */
static bool error_of(void *ctx, const struct ice_answer *a,
                     struct ice_said *said)
{
    cJSON *tree = json_parse(str_z(&a->body), a->body.len, NULL);
    const char *error = json_str(tree, "error");
    const char *text = json_str(tree, "error_description");
    bool typed = error != NULL;

    (void)ctx;
    if (!error) { /* or in the catalog's own form */
        error = json_str(json_get(tree, "error"), "type");
        text = json_str(json_get(tree, "error"), "message");
        typed = error != NULL;
    }
    if (typed) {
        str_addz(&said->type, error);
        str_addz(&said->message, text ? text : "");
    }
    cJSON_Delete(tree);
    return typed;
}

static int ask(struct ice_catalog *c, char **token, struct ice_error *e)
{
    struct ice_result r;
    struct str form;
    char *url = token_url(c);
    struct ice_op op = {.operation = "getToken",
                        .server = ICE_CATALOG_SERVER,
                        .no_auth = true,
                        .method = "POST",
                        .url = url,
                        .content_type = "application/x-www-form-urlencoded",
                        .usable = usable,
                        .error_of = error_of,
                        .ctx = token};
    int rc;

    str_init(&form, MOST_FORM);
    make_form(c->settings, &form);
    op.body = str_slice(&form);
    rc = ice__call(c, &op, &r, e);
    /* A wrong client is denied, whatever status says so. */
    if (rc == ICE_INVALID || rc == ICE_NOT_FOUND)
        rc = e->outcome = ICE_DENIED;
    ice__result_fini(&r);
    if (form.p)
        explicit_bzero(form.p, form.len);
    str_fini(&form);
    free(url);
    return rc;
}

int ice__auth_renew(struct ice_catalog *c, struct ice_error *e)
{
    char *token = NULL;
    int rc = ask(c, &token, e);

    if (rc != ICE_OK) {
        c->auth.disabled = c->policy->auth.failed_renewal_disables;
        wipe(token);
        return rc;
    }
    wipe(c->auth.token);
    c->auth.token = token;
    if (c->env.secrets && c->policy->auth.register_issued)
        secrets_add(c->env.secrets, slice_of(token));
    return ICE_OK;
}

int ice__auth_start(struct ice_catalog *c, struct ice_error *e)
{
    if (c->auth.token)
        return ICE_OK;
    if (c->settings->token) {
        c->auth.token = mem_strdup(c->settings->token);
        return ICE_OK;
    }
    return c->settings->credential ? ice__auth_renew(c, e) : ICE_OK;
}
