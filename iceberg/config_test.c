/* What a catalog's configuration means, without a catalog. */
#include "base/unit.h"

#include <stdlib.h>
#include <string.h>

#include "iceberg/call.h"

static struct ice_policy policy;
static struct ice_catalog cat;

static void begin(const char *own_uri)
{
    policy = ice_policy_default;
    memset(&cat, 0, sizeof(cat));
    cat.policy = &policy;
    cat.own_uri = mem_strdup(own_uri);
}

static int read_config(const char *text, char why[256])
{
    cJSON *body = text ? json_parse(text, strlen(text), NULL) : NULL;
    int rc = ice__config_read(&cat, body, why);

    cJSON_Delete(body);
    return rc;
}

static void end(void)
{
    ice__config_fini(&cat.config);
    free(cat.own_uri);
}

static void nothing_said_means_the_default_set(void)
{
    char why[256];

    begin("http://h:1");
    CU_ASSERT_EQUAL(read_config("{}", why), ICE_OK);
    CU_ASSERT_STRING_EQUAL(cat.config.uri, "http://h:1");
    CU_ASSERT_PTR_NULL(cat.config.prefix);
    CU_ASSERT_STRING_EQUAL(cat.config.separator, "\x1f");
    CU_ASSERT_STRING_EQUAL(cat.config.joint, "%1F");
    CU_ASSERT(ice__offers(&cat, ICE_EP_LOAD_TABLE));
    CU_ASSERT(ice__offers(&cat, ICE_EP_CREATE_TABLE));
    CU_ASSERT(!ice__offers(&cat, ICE_EP_TABLE_EXISTS));
    CU_ASSERT(!ice__offers(&cat, ICE_EP_LOAD_VIEW));
    CU_ASSERT_EQUAL(cat.config.key_lifetime_ms, 0);
    end();
}

static void a_list_of_endpoints_is_obeyed(void)
{
    char why[256];

    begin("http://h:1");
    CU_ASSERT_EQUAL(
        read_config("{\"endpoints\": [\"bogus\", 7, null, \"GET  /v1/x\","
                    "\"HEAD /v1/{prefix}/namespaces/{namespace}\","
                    "\"GET /v1/{prefix}/unheard/of\"]}",
                    why),
        ICE_OK);
    CU_ASSERT_EQUAL(cat.config.endpoints, 1u << ICE_EP_NAMESPACE_EXISTS);
    policy.config.ignore_unparsable = false;
    CU_ASSERT_EQUAL(read_config("{\"endpoints\": [\"bogus\"]}", why),
                    ICE_CONFIG);
    end();
}

static void overrides_win_over_own_and_those_over_defaults(void)
{
    static const char *const text =
        "{\"defaults\": {\"prefix\": \"d\", \"uri\": \"http://d:1/\","
        " \"namespace-separator\": \"%2E\"},"
        " \"overrides\": {\"prefix\": \"o/p\"},"
        " \"idempotency-key-lifetime\": \"PT30M\", \"unknown\": [1]}";
    char why[256];

    begin("http://h:1");
    CU_ASSERT_EQUAL(read_config(text, why), ICE_OK);
    CU_ASSERT_STRING_EQUAL(cat.config.uri, "http://h:1");
    CU_ASSERT_STRING_EQUAL(cat.config.prefix, "o/p");
    CU_ASSERT_STRING_EQUAL(cat.config.separator, ".");
    CU_ASSERT_STRING_EQUAL(cat.config.joint, "%2E");
    CU_ASSERT_EQUAL(cat.config.key_lifetime_ms, 1800000);
    policy.config.merge = ICE_MERGE_OVERRIDES_OWN_DEFAULTS;
    CU_ASSERT_EQUAL(read_config(text, why), ICE_OK);
    CU_ASSERT_STRING_EQUAL(cat.config.uri, "http://d:1");
    CU_ASSERT_STRING_EQUAL(cat.config.prefix, "d");
    end();
}

static void an_overridden_uri_is_used_but_not_a_weaker_one(void)
{
    char why[256];

    begin("https://h:1");
    CU_ASSERT_EQUAL(
        read_config("{\"overrides\": {\"uri\": \"https://o:2/base/\"}}", why),
        ICE_OK);
    CU_ASSERT_STRING_EQUAL(cat.config.uri, "https://o:2/base");
    CU_ASSERT_EQUAL(
        read_config("{\"overrides\": {\"uri\": \"http://o:2\"}}", why),
        ICE_CONFIG);
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "https"));
    CU_ASSERT(!cat.config.loaded);
    CU_ASSERT_EQUAL(read_config("{\"overrides\": {\"uri\": \"ftp://x\"}}", why),
                    ICE_CONFIG);
    end();
}

static void a_prefix_that_breaks_the_path_is_refused(void)
{
    char why[256];

    begin("http://h:1");
    CU_ASSERT_EQUAL(
        read_config("{\"overrides\": {\"prefix\": \"a\\r\\nX: y\"}}", why),
        ICE_CONFIG);
    CU_ASSERT_EQUAL(read_config("{\"overrides\": {\"prefix\": \"a?b\"}}", why),
                    ICE_CONFIG);
    CU_ASSERT_EQUAL(read_config("{\"defaults\": null, \"overrides\": 7}", why),
                    ICE_OK);
    end();
}

static void durations_are_read(void)
{
    static const struct {
        const char *text;
        int64_t ms;
    } all[] = {
        {"PT30M", 1800000},
        {"PT1H30M", 5400000},
        {"P1D", 86400000},
        {"P1DT1S", 86401000},
        {"P2W", 1209600000},
        {"PT0S", 0},
        {"", -1},
        {"P", -1},
        {"PT", -1},
        {"30M", -1},
        {"PT30", -1},
        {"P1M", -1},
        {"P1DT", -1},
        {"PT-5M", -1},
        {"PT9999999999S", -1},
        {"PT99999999999999999999999999S", -1},
        {"P999999999W999999999W999999999W999999999W999999999W999999999W"
         "999999999W999999999W999999999W999999999W999999999W999999999W"
         "999999999W999999999W999999999W999999999W",
         -1},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        CU_ASSERT_EQUAL(ice__duration_ms(slice_of(all[i].text)), all[i].ms);
}

static void uris_lose_their_user_info(void)
{
    char *info = NULL, *base;

    base = ice__uri_base("https://u:p%40@h:1/a//", true, &info);
    CU_ASSERT_STRING_EQUAL(base, "https://h:1/a");
    CU_ASSERT_STRING_EQUAL(info, "u:p%40");
    free(base);
    free(info);
    CU_ASSERT_PTR_NULL(ice__uri_base("ftp://h", true, NULL));
    CU_ASSERT_PTR_NULL(ice__uri_base("http://", true, NULL));
    CU_ASSERT_PTR_NULL(ice__uri_base("http://h/?x", true, NULL));
    CU_ASSERT_PTR_NULL(ice__uri_base("http://h\r\n", true, NULL));
}

UNIT_MAIN("config", UNIT(nothing_said_means_the_default_set),
          UNIT(a_list_of_endpoints_is_obeyed),
          UNIT(overrides_win_over_own_and_those_over_defaults),
          UNIT(an_overridden_uri_is_used_but_not_a_weaker_one),
          UNIT(a_prefix_that_breaks_the_path_is_refused),
          UNIT(durations_are_read), UNIT(uris_lose_their_user_info))
