/* Tests of log. */
#include "base/log.h"

#include <string.h>

#include "base/json.h"
#include "base/unit.h"

static int64_t fixed_ms(void *ctx)
{
    (void)ctx;
    return INT64_C(784111777037);
}

static const struct clock stopped = {fixed_ms, fixed_ms, NULL};

static void keep_text(void *ctx, const struct log_line *line)
{
    log_format_text(line, ctx);
}

static void keep_json(void *ctx, const struct log_line *line)
{
    log_format_json(line, ctx);
}

static void a_line_has_time_level_module_and_message(void)
{
    struct str out;
    struct log log = {.clock = &stopped, .sink = keep_text, .ctx = &out};

    str_init(&out, 1000);
    log_put(&log, LOG_WARN, "http", "attempt %d of %s", 2, "createTable");
    CU_ASSERT_STRING_EQUAL(
        str_z(&out),
        "1994-11-06T08:49:37.037Z warn  http: attempt 2 of createTable\n");
    str_fini(&out);
}

static void the_json_form_is_one_object_a_line(void)
{
    struct str out;
    struct log log = {.clock = &stopped, .sink = keep_json, .ctx = &out};
    cJSON *item;

    str_init(&out, 1000);
    log_put(&log, LOG_ERROR, "catalog", "said \"no\"\n\tand \xff more");
    CU_ASSERT_EQUAL(strchr(out.p, '\n'), out.p + out.len - 1);
    item = json_parse(out.p, out.len, NULL);
    CU_ASSERT_STRING_EQUAL(json_str(item, "level"), "error");
    CU_ASSERT_STRING_EQUAL(json_str(item, "module"), "catalog");
    CU_ASSERT_STRING_EQUAL(json_str(item, "message"),
                           "said \"no\"  and \xef\xbf\xbd more");
    cJSON_Delete(item);
    str_fini(&out);
}

static void lower_levels_are_dropped(void)
{
    struct str out;
    struct log log = {.least = LOG_INFO, .sink = keep_text, .ctx = &out};

    str_init(&out, 1000);
    log_put(&log, LOG_DEBUG, "x", "unseen");
    CU_ASSERT_EQUAL(out.len, 0);
    log_put(&log, LOG_INFO, "x", "seen");
    CU_ASSERT(out.len > 0);
    log_put(NULL, LOG_ERROR, "x", "dropped");
    str_fini(&out);
}

static void secrets_are_masked_also_across_control_characters(void)
{
    struct str out;
    struct secrets *secrets = secrets_new();
    struct log log = {.clock = &stopped,
                      .secrets = secrets,
                      .encodings = SECRET_ALL,
                      .sink = keep_text,
                      .ctx = &out};

    secrets_add(secrets, SLICE_LIT("se\ncret"));
    str_init(&out, 1000);
    log_put(&log, LOG_INFO, "x", "key se\ncret and se%%0Acret");
    CU_ASSERT(strstr(str_z(&out), "key *** and ***\n") != NULL);
    secrets_free(secrets);
    str_fini(&out);
}

static void a_huge_line_is_named_rather_than_cut_at_a_secret(void)
{
    struct str out, text;
    struct log log = {.clock = &stopped, .sink = keep_text, .ctx = &out};

    str_init(&out, 1000);
    str_init(&text, 1 << 20);
    for (int i = 0; i < 5000; i++)
        str_addz(&text, "lots ");
    log_put(&log, LOG_INFO, "x", "%s", str_z(&text));
    CU_ASSERT(strstr(str_z(&out), "(a line too long to log)") != NULL);
    str_fini(&out);
    str_fini(&text);
}

UNIT_MAIN("log", UNIT(a_line_has_time_level_module_and_message),
          UNIT(the_json_form_is_one_object_a_line),
          UNIT(lower_levels_are_dropped),
          UNIT(secrets_are_masked_also_across_control_characters),
          UNIT(a_huge_line_is_named_rather_than_cut_at_a_secret))
