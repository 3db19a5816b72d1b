/* settings: defaults, precedence, what each mistake is answered with, and that
 * no secret is ever shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/unit.h"
#include "iceberg/iceberg.h"

static char why[320];

/* ctx: NULL-ended pairs of name and value. */
static const char *from_pairs(void *ctx, const char *name)
{
    const char *const *p = ctx;

    for (; p && *p; p += 2) {
        if (!strcmp(*p, name))
            return p[1];
    }
    return NULL;
}

static int load(struct ice_settings *s, const char *const *pairs,
                const char *file)
{
    return ice_settings_load(s, file, from_pairs, (void *)pairs, why);
}

static void expect_wrong(const char *name, const char *value, const char *said)
{
    const char *pairs[] = {name, value, NULL};
    struct ice_settings s;

    CU_ASSERT_EQUAL(load(&s, pairs, NULL), ICE_CONFIG);
    CU_ASSERT_STRING_EQUAL(why, said);
}

static void expect_right(const char *name, const char *value)
{
    const char *pairs[] = {name, value, NULL};
    struct ice_settings s;

    CU_ASSERT_EQUAL(load(&s, pairs, NULL), 0);
    CU_ASSERT_STRING_EQUAL(why, "");
    ice_settings_fini(&s);
}

/* A file with that text, by name; the caller unlinks and frees. */
static char *file_with(const char *text)
{
    char *name = strdup("/tmp/icefault-settings-XXXXXX");
    int fd = mkstemp(name);

    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return name;
}

static void has_the_defaults_promised(void)
{
    struct ice_settings s;

    CU_ASSERT_EQUAL_FATAL(load(&s, NULL, NULL), 0);
    CU_ASSERT_STRING_EQUAL(s.catalog_uri, "http://localhost:8181");
    CU_ASSERT_STRING_EQUAL(s.warehouse, "s3a://data-lake/warehouse");
    CU_ASSERT_STRING_EQUAL(s.database, "health_db");
    CU_ASSERT_STRING_EQUAL(s.s3_endpoint, "http://localhost:9000");
    CU_ASSERT_STRING_EQUAL(s.s3_bucket, "data-lake");
    CU_ASSERT(s.s3_path_style);
    CU_ASSERT_FALSE(s.use_proxy);
    CU_ASSERT_PTR_NULL(s.token);
    CU_ASSERT_PTR_NULL(s.s3_access_key);
    CU_ASSERT_EQUAL(s.connect_timeout_ms, 5000);
    CU_ASSERT_EQUAL(s.call_timeout_ms, 120000);
    CU_ASSERT_EQUAL(s.init_timeout_ms, 600000);
    CU_ASSERT_EQUAL(s.read_attempts, 12);
    CU_ASSERT_EQUAL(s.list_pages, 1000);
    CU_ASSERT_EQUAL(s.backoff_max_ms, 10000);
    CU_ASSERT_EQUAL(s.batch_size, 1000);
    ice_settings_fini(&s);
}

static void lets_the_environment_win_over_the_file(void)
{
    const char *pairs[] = {"ICEBERG_DATABASE", "from_env", "S3_REGION", "",
                           NULL};
    char *file = file_with("export ICEBERG_DATABASE='from_file'\n"
                           "S3_REGION=eu-west-1\nBATCH_SIZE=7\nOTHER=1\n");
    struct ice_settings s;

    CU_ASSERT_EQUAL_FATAL(load(&s, pairs, file), 0);
    CU_ASSERT_STRING_EQUAL(s.database, "from_env");
    CU_ASSERT_STRING_EQUAL(s.s3_region, "eu-west-1");
    CU_ASSERT_EQUAL(s.batch_size, 7);
    ice_settings_fini(&s);
    unlink(file);
    free(file);
}

static void names_file_line_and_column(void)
{
    char *file = file_with("A=1\nICEBERG_CATALOG_TYPE=hive\n");
    char wanted[320];
    struct ice_settings s;

    CU_ASSERT_EQUAL(load(&s, NULL, file), ICE_CONFIG);
    snprintf(wanted, sizeof(wanted),
             "%s:2:22: ICEBERG_CATALOG_TYPE is 'hive': it must be rest; no "
             "other type is supported",
             file);
    CU_ASSERT_STRING_EQUAL(why, wanted);
    unlink(file);
    free(file);
    CU_ASSERT_EQUAL(load(&s, NULL, "no/such.env"), ICE_CONFIG);
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "no/such.env"));
}

static void refuses_other_catalogs_by_name(void)
{
    expect_wrong("ICEBERG_CATALOG_TYPE", "glue",
                 "ICEBERG_CATALOG_TYPE is 'glue': it must be rest; no other "
                 "type is supported");
}

static void refuses_addresses_that_are_none(void)
{
    expect_wrong("ICEBERG_CATALOG_URI", "ftp://h",
                 "ICEBERG_CATALOG_URI is 'ftp://h': it must begin with "
                 "http:// or https://");
    expect_wrong("S3_ENDPOINT", "http://:9000",
                 "S3_ENDPOINT is 'http://:9000': it must name a host");
    expect_wrong("S3_ENDPOINT", "http://h:0",
                 "S3_ENDPOINT is 'http://h:0': it must have a port from 1 to "
                 "65535 after its host");
    expect_wrong("ICEBERG_CATALOG_URI", "http://h/a?b",
                 "ICEBERG_CATALOG_URI is 'http://h/a?b': it must have no "
                 "query and no fragment");
    expect_wrong("ICEBERG_OAUTH_URI", "https://[::1",
                 "ICEBERG_OAUTH_URI is 'https://[::1': it must close its IPv6 "
                 "address with ']'");
    expect_wrong("ICEBERG_CATALOG_URI", "http://a b",
                 "ICEBERG_CATALOG_URI is 'http://a b': it must hold no blanks, "
                 "backslashes or control characters");
    expect_wrong("ICEBERG_WAREHOUSE", "hdfs://x/y",
                 "ICEBERG_WAREHOUSE is 'hdfs://x/y': it must be an s3://, "
                 "s3a:// or s3n:// URI, or a warehouse's name");
    expect_wrong("ICEBERG_WAREHOUSE", "s3:///y",
                 "ICEBERG_WAREHOUSE is 's3:///y': it must name a bucket");
}

static void takes_addresses_that_are_some(void)
{
    expect_right("ICEBERG_CATALOG_URI", "https://[::1]:8181/a/b");
    expect_right("ICEBERG_CATALOG_URI", "http://u:p@h.example/");
    expect_right("S3_ENDPOINT", "http://127.0.0.1:65535");
    expect_right("ICEBERG_WAREHOUSE", "s3://b");
    expect_right("ICEBERG_WAREHOUSE", "s3n://b/x y");
    expect_right("ICEBERG_WAREHOUSE", "production");
}

static void refuses_numbers_flags_and_words(void)
{
    expect_wrong("ICEBERG_READ_ATTEMPTS", "0",
                 "ICEBERG_READ_ATTEMPTS is '0': it must be a whole number from "
                 "1 to 1000");
    expect_wrong("BATCH_SIZE", "10k",
                 "BATCH_SIZE is '10k': it must be a whole number from 1 to "
                 "10000000");
    expect_wrong("S3_PATH_STYLE_ACCESS", "maybe",
                 "S3_PATH_STYLE_ACCESS is 'maybe': it must be true or false");
    expect_wrong("LOG_LEVEL", "loud",
                 "LOG_LEVEL is 'loud': it must be debug, info, warn or error");
    expect_wrong("LOG_FORMAT", "xml",
                 "LOG_FORMAT is 'xml': it must be json or text");
    expect_right("ICEBERG_USE_PROXY", "Yes");
}

static void refuses_what_does_not_go_together(void)
{
    expect_wrong("S3_ACCESS_KEY", "abcd",
                 "S3_SECRET_KEY is missing: S3_ACCESS_KEY is set");
    expect_wrong("S3_SECRET_KEY", "abcd",
                 "S3_ACCESS_KEY is missing: S3_SECRET_KEY is set");
    expect_wrong("ICEBERG_BACKOFF_MS", "10001",
                 "ICEBERG_BACKOFF_MS must not be above "
                 "ICEBERG_BACKOFF_MAX_MS");
    expect_wrong("ICEBERG_TABLE_RAW", "health_data_errors",
                 "ICEBERG_TABLE_RAW and ICEBERG_TABLE_ERRORS must differ");
}

static void never_shows_a_secret(void)
{
    expect_wrong("ICEBERG_CATALOG_CREDENTIAL", "no-colon-in-here",
                 "ICEBERG_CATALOG_CREDENTIAL is '***': it must be of the form "
                 "id:secret");
    expect_wrong("ICEBERG_CATALOG_URI", "http://ann:pa/ss@h:x",
                 "ICEBERG_CATALOG_URI is 'http://***@h:x': it must have a port "
                 "from 1 to 65535 after its host");
    expect_wrong("ICEBERG_CATALOG_TOKEN", "abc\ndef",
                 "ICEBERG_CATALOG_TOKEN is '***': it must hold no control "
                 "characters");
}

static const char *const secret_pairs[] = {"ICEBERG_CATALOG_TOKEN",
                                           "tok-en-1",
                                           "ICEBERG_CATALOG_CREDENTIAL",
                                           "client:hush-hush",
                                           "S3_ACCESS_KEY",
                                           "access-1",
                                           "S3_SECRET_KEY",
                                           "secret-1",
                                           "S3_SESSION_TOKEN",
                                           "session-1",
                                           "ICEBERG_CATALOG_URI",
                                           "http://ann:pass-word@h:1/x",
                                           NULL};

static void prints_without_secrets_and_registers_them(void)
{
    static const char *const hidden[] = {"tok-en-1", "hush-hush", "access-1",
                                         "secret-1", "session-1", "pass-word",
                                         "ann:pass-"};
    struct secrets *known = secrets_new();
    enum secret_encoding how;
    struct ice_settings s;
    struct str out;

    str_init(&out, 1 << 16);
    CU_ASSERT_EQUAL_FATAL(load(&s, secret_pairs, NULL), 0);
    ice_settings_print(&s, &out);
    ice_settings_secrets(&s, known);
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        CU_ASSERT_PTR_NULL(strstr(str_z(&out), hidden[i]));
    for (size_t i = 0; i + 1 < sizeof(hidden) / sizeof(hidden[0]); i++)
        CU_ASSERT(secrets_find(known, slice_of(hidden[i]), &how));
    CU_ASSERT_FALSE(secrets_find(known, str_slice(&out), &how));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(str_z(&out), "ICEBERG_CATALOG_URI=http://***@h:1/x\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&out), "S3_SECRET_KEY=***\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&out), "BATCH_SIZE=1000\n"));
    ice_settings_fini(&s);
    secrets_free(known);
    str_fini(&out);
}

static void helps_with_every_setting(void)
{
    struct str out;

    str_init(&out, 1 << 16);
    ice_settings_help(&out);
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&out), "ICEBERG_INIT_TIMEOUT_MS"));
    CU_ASSERT_PTR_NOT_NULL(strstr(str_z(&out), "[secret]"));
    str_fini(&out);
}

UNIT_MAIN("settings", UNIT(has_the_defaults_promised),
          UNIT(lets_the_environment_win_over_the_file),
          UNIT(names_file_line_and_column),
          UNIT(refuses_other_catalogs_by_name),
          UNIT(refuses_addresses_that_are_none),
          UNIT(takes_addresses_that_are_some),
          UNIT(refuses_numbers_flags_and_words),
          UNIT(refuses_what_does_not_go_together), UNIT(never_shows_a_secret),
          UNIT(prints_without_secrets_and_registers_them),
          UNIT(helps_with_every_setting))
