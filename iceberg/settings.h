/* settings: what the module is told, from the environment or an env file.
 *
 * fields[] in settings.c names every setting once, with its default,
 * its check and whether it is a secret; help, error messages and docs/SETUP.md
 * come from it. The environment wins over the file.
 */
#ifndef ICEBERG_SETTINGS_H
#define ICEBERG_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/str.h"

struct ice_settings { /* strings are owned; NULL: not set */
    char *catalog_type, *catalog_name, *catalog_uri, *warehouse, *database;
    char *table_raw, *table_errors;
    char *token, *credential, *scope, *oauth_uri;
    char *s3_endpoint, *s3_access_key, *s3_secret_key, *s3_session_token;
    char *s3_bucket, *s3_region;
    bool s3_path_style;
    char *ca_file;  /* ICEBERG_CA_FILE: PEM; NULL: the system's store */
    bool use_proxy; /* ICEBERG_USE_PROXY: obey http_proxy and its like */
    int64_t batch_size, target_file_size_mb;
    char *log_level, *log_format;
    /* Time-outs, ms; names ICEBERG_CONNECT_TIMEOUT_MS ... */
    int64_t connect_timeout_ms, first_byte_timeout_ms, idle_timeout_ms,
        request_timeout_ms, call_timeout_ms, init_timeout_ms;
    int64_t read_attempts, backoff_ms, backoff_max_ms, list_pages;
};

/* Reads a value: the environment, a test's map ... NULL: not set. */
typedef const char *(*ice_getenv)(void *ctx, const char *name);
const char *ice_getenv_system(void *ctx, const char *name);

/* 0 or ICE_CONFIG with one sentence in why: the setting's name, its value
 * unless secret, what would be right; for the file also line and column.
 * env_file may be NULL. Fills defaults. */
int ice_settings_load(struct ice_settings *s, const char *env_file,
                      ice_getenv get, void *ctx, char why[320]);
void ice_settings_fini(struct ice_settings *s);
/* Registers the secret ones. */
void ice_settings_secrets(const struct ice_settings *s, struct secrets *to);
/* One line a setting, secrets as "***": for setup and --help. */
void ice_settings_print(const struct ice_settings *s, struct str *out);
/* One line a setting: name, what it is, default. */
void ice_settings_help(struct str *out);

#endif
