/* rest_path: how names become paths.
 *
 * Every level and name is encoded byte by byte; levels are joined with the
 * catalog's separator, as the catalog encodes it. A level that contains the
 * separator could not be told from two, and is refused.
 */
#include <stdio.h>
#include <string.h>

#include "base/percent.h"
#include "iceberg/rest.h"

static int check_name(const struct ice_catalog *c, const char *z,
                      const char *what, char why[256])
{
    if (c->policy->names.refuse_empty && !*z) {
        snprintf(why, 256, "%s is empty", what);
        return ICE_INVALID;
    }
    return ICE_OK;
}

int ice__ns_check(const struct ice_catalog *c, struct ice_ns ns, char why[256])
{
    if (!ns.n) {
        snprintf(why, 256, "the namespace has no level");
        return ICE_INVALID;
    }
    for (size_t i = 0; i < ns.n; i++) {
        if (check_name(c, ns.level[i], "a level of the namespace", why))
            return ICE_INVALID;
        if (c->policy->names.refuse_separator &&
            strstr(ns.level[i], c->config.separator)) {
            snprintf(why, 256,
                     "the namespace level '%.120s' contains the catalog's "
                     "separator and cannot be sent",
                     ns.level[i]);
            return ICE_INVALID;
        }
    }
    return ICE_OK;
}

static void add_ns(const struct ice_catalog *c, struct ice_ns ns,
                   struct str *out)
{
    for (size_t i = 0; i < ns.n; i++) {
        if (i)
            str_addz(out, c->config.joint);
        ice_policy_name(c->policy, slice_of(ns.level[i]), out);
    }
}

int ice__rest_url(const struct ice_catalog *c, const struct ice_path *p,
                  struct str *out, char why[256])
{
    str_addf(out, "%s/v1", c->config.uri);
    if (c->config.prefix)
        str_addf(out, "/%s", c->config.prefix);
    str_addz(out, "/namespaces");
    if (p->below) {
        if (ice__ns_check(c, p->ns, why))
            return ICE_INVALID;
        str_addc(out, '/');
        add_ns(c, p->ns, out);
    }
    if (p->kind)
        str_addf(out, "/%s", p->kind);
    if (p->name) {
        if (check_name(c, p->name, "the table's name", why))
            return ICE_INVALID;
        str_addc(out, '/');
        ice_policy_name(c->policy, slice_of(p->name), out);
    }
    if (p->query)
        str_addf(out, "?%s", p->query);
    if (out->failed) {
        snprintf(why, 256, "the names make a URI that is too long");
        return ICE_INVALID;
    }
    return ICE_OK;
}
