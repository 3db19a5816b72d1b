/* config: what GET /v1/config says, merged with what the settings say.
 *
 * Defaults of the server < own settings < overrides of the server. The only
 * properties that the module obeys are uri, prefix and namespace-separator;
 * others are left alone. Endpoints are compared verbatim, as advertised.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/percent.h"
#include "iceberg/call.h"

enum { MOST_VALUE = 2048 };

static const struct {
    const char *text;
    bool by_default; /* where the server advertises no list */
} endpoints[ICE_ENDPOINTS] = {
    [ICE_EP_LIST_NAMESPACES] = {"GET /v1/{prefix}/namespaces", true},
    [ICE_EP_CREATE_NAMESPACE] = {"POST /v1/{prefix}/namespaces", true},
    [ICE_EP_LOAD_NAMESPACE] = {"GET /v1/{prefix}/namespaces/{namespace}", true},
    [ICE_EP_NAMESPACE_EXISTS] = {"HEAD /v1/{prefix}/namespaces/{namespace}",
                                 false},
    [ICE_EP_LIST_TABLES] = {"GET /v1/{prefix}/namespaces/{namespace}/tables",
                            true},
    [ICE_EP_CREATE_TABLE] = {"POST /v1/{prefix}/namespaces/{namespace}/tables",
                             true},
    [ICE_EP_LOAD_TABLE] =
        {"GET /v1/{prefix}/namespaces/{namespace}/tables/{table}", true},
    [ICE_EP_TABLE_EXISTS] =
        {"HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}", false},
    [ICE_EP_DROP_TABLE] =
        {"DELETE /v1/{prefix}/namespaces/{namespace}/tables/{table}", true},
    [ICE_EP_LOAD_VIEW] =
        {"GET /v1/{prefix}/namespaces/{namespace}/views/{view}", false},
    [ICE_EP_VIEW_EXISTS] =
        {"HEAD /v1/{prefix}/namespaces/{namespace}/views/{view}", false},
};

const char *ice__endpoint_text(enum ice_endpoint ep)
{
    return endpoints[ep].text;
}

/* ---- endpoints ---- */

static unsigned default_bits(const struct ice_policy *p)
{
    unsigned bits = 0;

    for (int i = 0; i < ICE_ENDPOINTS; i++)
        if (p->config.absent_list == ICE_ENDPOINTS_ALL ||
            (p->config.absent_list == ICE_ENDPOINTS_DEFAULT_SET &&
             endpoints[i].by_default))
            bits |= 1u << i;
    return bits;
}

/* "VERB /path" */
static bool parses(const char *z)
{
    size_t n = z ? strspn(z, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") : 0;

    return n && z[n] == ' ' && z[n + 1] == '/' && !strchr(z + n + 1, ' ');
}

static unsigned bit_of(const char *z)
{
    for (unsigned i = 0; i < ICE_ENDPOINTS; i++)
        if (!strcmp(endpoints[i].text, z))
            return 1u << i;
    return 0;
}

bool ice__endpoints_read(const struct ice_policy *p, const cJSON *list,
                         unsigned *bits)
{
    const cJSON *item;
    bool any = false;

    *bits = 0;
    cJSON_ArrayForEach(item, list)
    {
        const char *z = cJSON_IsString(item) ? item->valuestring : NULL;

        if (parses(z)) {
            any = true;
            *bits |= bit_of(z);
        } else if (!p->config.ignore_unparsable) {
            return false;
        }
    }
    if (!any)
        *bits = default_bits(p);
    if (!p->config.obey_endpoints)
        *bits = (1u << ICE_ENDPOINTS) - 1;
    return true;
}

/* ---- ISO 8601 durations ---- */

static int64_t unit_ms(char unit, bool time)
{
    static const struct {
        char unit;
        bool time;
        int64_t ms;
    } units[] = {{'W', false, 604800000},
                 {'D', false, 86400000},
                 {'H', true, 3600000},
                 {'M', true, 60000},
                 {'S', true, 1000}};

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (units[i].unit == unit && units[i].time == time)
            return units[i].ms;
    return 0;
}

int64_t ice__duration_ms(struct slice s)
{
    int64_t total = 0;
    bool time = false, any = false;
    size_t i = 1;

    if (s.len < 2 || s.p[0] != 'P')
        return -1;
    while (i < s.len) {
        int64_t n = 0, ms;
        size_t digits = 0;

        if (s.p[i] == 'T' && !time) {
            time = true;
            i++;
            continue;
        }
        for (; i < s.len && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
            if (++digits > 9)
                return -1;
            n = n * 10 + (s.p[i] - '0');
        }
        if (!digits || i == s.len)
            return -1;
        ms = unit_ms(s.p[i++], time);
        if (!ms || __builtin_add_overflow(total, n * ms, &total))
            return -1;
        any = true;
    }
    return any && s.p[s.len - 1] != 'T' ? total : -1;
}

/* ---- URIs ---- */

static size_t scheme_len(const char *uri)
{
    if (!strncasecmp(uri, "http://", 7))
        return 7;
    return !strncasecmp(uri, "https://", 8) ? 8 : 0;
}

static bool plain_text(const char *z)
{
    for (; *z; z++)
        if ((unsigned char)*z <= 0x20 || (unsigned char)*z >= 0x7f)
            return false;
    return true;
}

char *ice__uri_base(const char *uri, bool strip, char **user_info)
{
    size_t scheme = scheme_len(uri), host = scheme, end;
    struct str s;
    const char *at;

    if (user_info)
        *user_info = mem_strdup("");
    if (!scheme || !plain_text(uri) || strpbrk(uri, "?#"))
        return NULL;
    end = scheme + strcspn(uri + scheme, "/");
    if (end == scheme)
        return NULL;
    at = memrchr(uri + scheme, '@', end - scheme);
    if (at && strip)
        host = (size_t)(at + 1 - uri);
    if (at && user_info) {
        free(*user_info);
        *user_info = mem_memdup(uri + scheme, (size_t)(at - uri) - scheme);
    }
    str_init(&s, MOST_VALUE * 4);
    str_add(&s, uri, scheme);
    str_addz(&s, uri + host);
    while (s.len && s.p[s.len - 1] == '/')
        str_cut(&s, s.len - 1);
    return str_detach(&s);
}

/* ---- merging ---- */

/* The value of a property: from overrides, own or defaults, in the order of
 * the policy. NULL: none has it. */
static const char *merged(const struct ice_policy *p, const cJSON *body,
                          const char *name, const char *own)
{
    static const int orders[][3] = {
        /* first hit wins: 0 defaults, 1 own, 2 overrides */
        [ICE_MERGE_DEFAULTS_OWN_OVERRIDES] = {2, 1, 0},
        [ICE_MERGE_OVERRIDES_OWN_DEFAULTS] = {0, 1, 2},
        [ICE_MERGE_OWN_LAST] = {1, 2, 0},
    };
    const char *from[3] = {json_str(json_get(body, "defaults"), name), own,
                           json_str(json_get(body, "overrides"), name)};

    for (int i = 0; i < 3; i++) {
        const char *z = from[orders[p->config.merge][i]];

        if (z)
            return z;
    }
    return NULL;
}

/* What was advertised encoded goes out as it came: a catalog that names "%2E"
 * tells it from the dots within a level. */
static char *joint_of(const char *z)
{
    struct str s;

    str_init(&s, MOST_VALUE);
    for (; *z; z++)
        percent_encode(&s, (struct slice){z, 1}, "%");
    return str_detach(&s);
}

static void read_separator(struct ice_config *k, const char *z)
{
    struct str s;

    str_init(&s, 64);
    if (!z || !*z || !percent_decode(&s, slice_of(z), false) || s.failed ||
        !s.len || strlen(str_z(&s)) != s.len) {
        z = "%1F";
        str_reset(&s);
        str_addc(&s, 0x1f);
    }
    free(k->separator);
    free(k->joint);
    k->separator = str_detach(&s);
    k->joint = joint_of(z);
}

static bool is_https(const char *uri)
{
    return !strncasecmp(uri, "https:", 6);
}

static int read_uri(struct ice_catalog *c, struct ice_config *k,
                    const cJSON *body, char why[256])
{
    const struct ice_policy *p = c->policy;
    const char *uri = merged(p, body, "uri", c->own_uri);

    if (!p->config.obey_uri || !strcmp(uri, c->own_uri)) {
        k->uri = mem_strdup(c->own_uri);
        return ICE_OK;
    }
    k->uri = ice__uri_base(uri, p->words.hide_user_info, NULL);
    if (!k->uri) {
        snprintf(why, 256,
                 "the catalog's configuration names a uri that is "
                 "none");
        return ICE_CONFIG;
    }
    if (p->transport.refuse_downgrade && is_https(c->own_uri) &&
        !is_https(k->uri)) {
        snprintf(why, 256,
                 "the catalog's configuration moves from https to "
                 "%.150s, which is refused",
                 k->uri);
        return ICE_CONFIG;
    }
    return ICE_OK;
}

static int read_prefix(const struct ice_policy *p, struct ice_config *k,
                       const cJSON *body, char why[256])
{
    const char *z = merged(p, body, "prefix", NULL);

    if (!p->config.obey_prefix || !z || !*z)
        return ICE_OK;
    if (!plain_text(z) || strpbrk(z, "?#") || strlen(z) > MOST_VALUE) {
        snprintf(why, 256,
                 "the catalog's configuration names a prefix that "
                 "does not fit into a path");
        return ICE_CONFIG;
    }
    k->prefix = mem_strdup(z);
    return ICE_OK;
}

static int read_all(struct ice_catalog *c, struct ice_config *k,
                    const cJSON *body, char why[256])
{
    const struct ice_policy *p = c->policy;
    const char *life = json_str(body, "idempotency-key-lifetime");
    const char *token_uri = merged(p, body, "oauth2-server-uri", NULL);
    int rc;

    read_separator(k, p->config.obey_separator
                          ? merged(p, body, "namespace-separator", NULL)
                          : NULL);
    if (token_uri)
        k->token_uri = mem_strdup(token_uri);
    if (life && ice__duration_ms(slice_of(life)) > 0)
        k->key_lifetime_ms = ice__duration_ms(slice_of(life));
    if (!ice__endpoints_read(p, json_get(body, "endpoints"), &k->endpoints)) {
        snprintf(why, 256,
                 "the catalog's configuration lists an endpoint "
                 "that does not parse");
        return ICE_CONFIG;
    }
    rc = read_uri(c, k, body, why);
    return rc == ICE_OK ? read_prefix(p, k, body, why) : rc;
}

void ice__config_fini(struct ice_config *k)
{
    free(k->uri);
    free(k->prefix);
    free(k->separator);
    free(k->joint);
    free(k->token_uri);
    memset(k, 0, sizeof(*k));
}

int ice__config_read(struct ice_catalog *c, const cJSON *body, char why[256])
{
    struct ice_config k = {0};
    int rc = read_all(c, &k, body, why);

    ice__config_fini(&c->config);
    k.loaded = rc == ICE_OK;
    c->config = k;
    return rc;
}
