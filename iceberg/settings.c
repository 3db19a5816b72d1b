/* settings: one table names every setting; loading, checking, printing and
 * help walk it.
 *
 * A value comes from the environment, else from the env file (envfile.h), else
 * it is the table's default. An empty value is the same as none. Errors name
 * the setting, show the value unless it is a secret, and say what would be
 * right; the user info of a URI is a secret wherever a value is shown.
 */
#include "iceberg/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "iceberg/envfile.h"
#include "iceberg/iceberg.h"

enum type { TEXT, NUMBER, FLAG };

/* NULL, or what is wrong with the value, as the end of a sentence. */
typedef const char *(*check_fn)(const char *z);

struct field {
    const char *name;
    size_t offset;
    enum type type;
    const char *fallback; /* NULL: may stay unset */
    check_fn check;       /* of TEXT */
    int64_t min, max;     /* of NUMBER */
    bool secret;
    const char *doc;
};

static const char *wrong_text(const char *z)
{
    for (; *z; z++) {
        if ((unsigned char)*z < 0x20 || *z == 0x7f)
            return "must hold no control characters";
    }
    return NULL;
}

static const char *wrong_type(const char *z)
{
    return strcmp(z, "rest") ? "must be rest; no other type is supported"
                             : NULL;
}

static const char *wrong_port(const char *z)
{
    long long port;

    if (!slice_int64(slice_of(z), &port) || port < 1 || port > 65535)
        return "must have a port from 1 to 65535 after its host";
    return NULL;
}

/* host[:port], with or without user info before it. */
static const char *wrong_authority(char *authority)
{
    char *at = strrchr(authority, '@');
    char *host = at ? at + 1 : authority;
    char *end = host + strcspn(host, ":");

    if (*host == '[') {
        end = strchr(host, ']');
        if (!end)
            return "must close its IPv6 address with ']'";
        end++;
    }
    if (end == host)
        return "must name a host";
    if (*end == ':')
        return wrong_port(end + 1);
    return *end ? "must have nothing but a port after its host" : NULL;
}

static const char *wrong_uri(const char *z)
{
    size_t skip = 0;
    const char *why;
    char *authority;

    if (!strncmp(z, "http://", 7))
        skip = 7;
    else if (!strncmp(z, "https://", 8))
        skip = 8;
    if (!skip)
        return "must begin with http:// or https://";
    for (const char *c = z; *c; c++) {
        if ((unsigned char)*c <= 0x20 || *c == 0x7f || *c == '\\')
            return "must hold no blanks, backslashes or control characters";
    }
    if (strpbrk(z, "?#"))
        return "must have no query and no fragment";
    authority = mem_memdup(z + skip, strcspn(z + skip, "/"));
    why = wrong_authority(authority);
    free(authority);
    return why;
}

/* A URI of the store, or a plain name that the catalog knows. */
static const char *wrong_warehouse(const char *z)
{
    static const char *const schemes[] = {"s3://", "s3a://", "s3n://"};

    if (!strstr(z, "://"))
        return wrong_text(z);
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t n = strlen(schemes[i]);

        if (strncmp(z, schemes[i], n))
            continue;
        if (z[n] == '\0' || z[n] == '/')
            return "must name a bucket";
        return wrong_text(z);
    }
    return "must be an s3://, s3a:// or s3n:// URI, or a warehouse's name";
}

static const char *wrong_credential(const char *z)
{
    const char *colon = strchr(z, ':');

    if (!colon || colon == z || !colon[1])
        return "must be of the form id:secret";
    return wrong_text(z);
}

static const char *wrong_name(const char *z)
{
    if (strlen(z) > 255)
        return "must have 255 bytes at most";
    return wrong_text(z);
}

static const char *wrong_bucket(const char *z)
{
    if (strpbrk(z, "/ ?#%"))
        return "must be a bucket's name";
    return wrong_name(z);
}

static const char *wrong_level(const char *z)
{
    for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
        if (!strcmp(z, log_level_name((enum log_level)level)))
            return NULL;
    }
    return "must be debug, info, warn or error";
}

static const char *wrong_format(const char *z)
{
    if (!strcmp(z, "json") || !strcmp(z, "text"))
        return NULL;
    return "must be json or text";
}

/* clang-format off */
#define AT(member) offsetof(struct ice_settings, member)
#define WORD(name, member, fallback, check, doc) \
    {name, AT(member), TEXT, fallback, check, 0, 0, false, doc}
#define SECRET(name, member, check, doc) \
    {name, AT(member), TEXT, NULL, check, 0, 0, true, doc}
#define COUNT(name, member, fallback, min, max, doc) \
    {name, AT(member), NUMBER, fallback, NULL, min, max, false, doc}
#define SWITCH(name, member, fallback, doc) \
    {name, AT(member), FLAG, fallback, NULL, 0, 0, false, doc}

enum { DAY_MS = 86400000 };

static const struct field fields[] = {
    WORD("ICEBERG_CATALOG_TYPE", catalog_type, "rest", wrong_type,
         "kind of catalog; only rest"),
    WORD("ICEBERG_CATALOG_NAME", catalog_name, "health_catalog", wrong_name,
         "what the catalog is called in messages"),
    WORD("ICEBERG_CATALOG_URI", catalog_uri, "http://localhost:8181",
         wrong_uri, "base address of the REST catalog"),
    WORD("ICEBERG_WAREHOUSE", warehouse, "s3a://data-lake/warehouse",
         wrong_warehouse, "s3, s3a or s3n URI, or a name the catalog knows"),
    WORD("ICEBERG_DATABASE", database, "health_db", wrong_name,
         "namespace of the tables; levels are joined with '.'"),
    WORD("ICEBERG_TABLE_RAW", table_raw, "health_data_raw", wrong_name,
         "name of the table of raw samples"),
    WORD("ICEBERG_TABLE_ERRORS", table_errors, "health_data_errors",
         wrong_name, "name of the table of dead letters"),
    SECRET("ICEBERG_CATALOG_TOKEN", token, wrong_text,
           "a bearer token to send as it is"),
    SECRET("ICEBERG_CATALOG_CREDENTIAL", credential, wrong_credential,
           "id:secret for OAuth2 client credentials"),
    WORD("ICEBERG_CATALOG_SCOPE", scope, NULL, wrong_text,
         "scope to ask a token for"),
    WORD("ICEBERG_OAUTH_URI", oauth_uri, NULL, wrong_uri,
         "token address; unset: the catalog's own"),
    WORD("S3_ENDPOINT", s3_endpoint, "http://localhost:9000", wrong_uri,
         "address of the object store"),
    SECRET("S3_ACCESS_KEY", s3_access_key, wrong_text,
           "access key of the object store"),
    SECRET("S3_SECRET_KEY", s3_secret_key, wrong_text,
           "secret key of the object store"),
    SECRET("S3_SESSION_TOKEN", s3_session_token, wrong_text,
           "session token that belongs to the keys"),
    SWITCH("S3_PATH_STYLE_ACCESS", s3_path_style, "true",
           "bucket in the path (true) or in the host name (false)"),
    WORD("S3_BUCKET", s3_bucket, "data-lake", wrong_bucket,
         "bucket of the warehouse"),
    WORD("S3_REGION", s3_region, "us-east-1", wrong_bucket,
         "region that requests are signed for"),
    WORD("ICEBERG_CA_FILE", ca_file, NULL, wrong_text,
         "PEM file of trusted authorities; unset: the system's"),
    SWITCH("ICEBERG_USE_PROXY", use_proxy, "false",
           "obey http_proxy and its like"),
    COUNT("BATCH_SIZE", batch_size, "1000", 1, 10000000,
          "rows in a batch"),
    COUNT("TARGET_FILE_SIZE_MB", target_file_size_mb, "256", 1, 65536,
          "size a data file should have, MiB"),
    WORD("LOG_LEVEL", log_level, "info", wrong_level,
         "debug, info, warn or error"),
    WORD("LOG_FORMAT", log_format, "text", wrong_format, "json or text"),
    COUNT("ICEBERG_CONNECT_TIMEOUT_MS", connect_timeout_ms, "5000", 1, DAY_MS,
          "to have a connection"),
    COUNT("ICEBERG_FIRST_BYTE_TIMEOUT_MS", first_byte_timeout_ms, "30000", 1,
          DAY_MS, "to the first byte of an answer"),
    COUNT("ICEBERG_IDLE_TIMEOUT_MS", idle_timeout_ms, "15000", 1, DAY_MS,
          "between two bytes of an answer"),
    COUNT("ICEBERG_REQUEST_TIMEOUT_MS", request_timeout_ms, "60000", 1,
          DAY_MS, "for one request"),
    COUNT("ICEBERG_CALL_TIMEOUT_MS", call_timeout_ms, "120000", 1, DAY_MS,
          "for one operation with its repeats"),
    COUNT("ICEBERG_INIT_TIMEOUT_MS", init_timeout_ms, "600000", 1, DAY_MS,
          "for making all tables"),
    COUNT("ICEBERG_READ_ATTEMPTS", read_attempts, "12", 1, 1000,
          "how often a read is sent at most"),
    COUNT("ICEBERG_BACKOFF_MS", backoff_ms, "100", 1, DAY_MS,
          "first wait before a repeat; doubles"),
    COUNT("ICEBERG_BACKOFF_MAX_MS", backoff_max_ms, "10000", 1, DAY_MS,
          "longest wait before a repeat"),
    COUNT("ICEBERG_LIST_PAGES", list_pages, "1000", 1, 1000000,
          "pages of a list, and no more"),
};
/* clang-format on */

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static void *member(const struct ice_settings *s, const struct field *f)
{
    return (char *)s + f->offset; /* only load writes through it */
}

const char *ice_getenv_system(void *ctx, const char *name)
{
    (void)ctx;
    return getenv(name);
}

/* The user info of a URI's value, or an empty slice. Taken generously (to the
 * last '@'), for the value may be malformed. */
static struct slice user_info(const char *z)
{
    const char *start = strstr(z, "://");
    const char *at = strrchr(z, '@');

    start = start ? start + 3 : z;
    if (!at || at < start)
        return (struct slice){z, 0};
    return (struct slice){start, (size_t)(at - start)};
}

static bool is_uri(const struct field *f)
{
    return f->check == wrong_uri || f->check == wrong_warehouse;
}

/* The value as people may see it. */
static void add_value(struct str *out, const struct field *f, const char *z)
{
    struct slice user = {z, 0};

    if (f->secret) {
        str_addz(out, "***");
        return;
    }
    if (is_uri(f))
        user = user_info(z);
    if (!user.len) {
        str_addz(out, z);
        return;
    }
    str_add(out, z, (size_t)(user.p - z));
    str_addz(out, "***");
    str_addz(out, user.p + user.len);
}

/* ---- loading ---- */

struct loading {
    struct ice_settings *s;
    const char *env_file;
    struct envfile file;
    ice_getenv get;
    void *ctx;
    char *why;
};

struct value {
    const char *z;
    int line, col; /* 0: not from the file */
};

enum { WHY_SIZE = 320, SHOWN_VALUE = 120 };

static void say(char *why, const char *text, size_t len)
{
    size_t n = len < WHY_SIZE - 1 ? len : WHY_SIZE - 1;

    memcpy(why, text, n);
    why[n] = '\0';
}

static int fail(const struct loading *l, const struct field *f, struct value v,
                const char *wrong)
{
    struct str shown, text;

    str_init(&shown, 1 << 20);
    str_init(&text, 1 << 20);
    add_value(&shown, f, v.z);
    if (v.line)
        str_addf(&text, "%s:%d:%d: ", l->env_file, v.line, v.col);
    str_addf(&text, "%s is '%.*s%s': it %s", f->name, SHOWN_VALUE,
             str_z(&shown), shown.len > SHOWN_VALUE ? "..." : "", wrong);
    say(l->why, str_z(&text), text.len);
    str_fini(&shown);
    str_fini(&text);
    return ICE_CONFIG;
}

static struct value find(const struct loading *l, const struct field *f)
{
    const struct envfile_entry *e;
    const char *z = l->get(l->ctx, f->name);

    if (z && *z)
        return (struct value){z, 0, 0};
    e = envfile_find(&l->file, f->name);
    if (e && *e->value)
        return (struct value){e->value, e->line, e->col};
    return (struct value){f->fallback, 0, 0};
}

static bool read_flag(const char *z, bool *out)
{
    static const char *const words[] = {"false", "true", "0",   "1",
                                        "no",    "yes",  "off", "on"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (slice_ieqz(slice_of(z), words[i])) {
            *out = i % 2;
            return true;
        }
    }
    return false;
}

static int take_number(const struct loading *l, const struct field *f,
                       struct value v)
{
    char wrong[96];
    struct str s;
    long long n;

    if (slice_int64(slice_of(v.z), &n) && n >= f->min && n <= f->max) {
        *(int64_t *)member(l->s, f) = n;
        return 0;
    }
    str_init(&s, sizeof(wrong));
    str_addf(&s, "must be a whole number from %lld to %lld", (long long)f->min,
             (long long)f->max);
    say(wrong, str_z(&s), s.len);
    str_fini(&s);
    return fail(l, f, v, wrong);
}

static int take(const struct loading *l, const struct field *f)
{
    struct value v = find(l, f);
    const char *wrong;

    if (!v.z)
        return 0;
    if (f->type == NUMBER)
        return take_number(l, f, v);
    if (f->type == FLAG) {
        if (read_flag(v.z, member(l->s, f)))
            return 0;
        return fail(l, f, v, "must be true or false");
    }
    wrong = f->check(v.z);
    if (wrong)
        return fail(l, f, v, wrong);
    *(char **)member(l->s, f) = mem_strdup(v.z);
    return 0;
}

/* What no setting can show alone. */
static const char *wrong_together(const struct ice_settings *s)
{
    if (s->s3_access_key && !s->s3_secret_key)
        return "S3_SECRET_KEY is missing: S3_ACCESS_KEY is set";
    if (s->s3_secret_key && !s->s3_access_key)
        return "S3_ACCESS_KEY is missing: S3_SECRET_KEY is set";
    if (s->backoff_ms > s->backoff_max_ms)
        return "ICEBERG_BACKOFF_MS must not be above ICEBERG_BACKOFF_MAX_MS";
    if (!strcmp(s->table_raw, s->table_errors))
        return "ICEBERG_TABLE_RAW and ICEBERG_TABLE_ERRORS must differ";
    return NULL;
}

int ice_settings_load(struct ice_settings *s, const char *env_file,
                      ice_getenv get, void *ctx, char why[WHY_SIZE])
{
    struct loading l = {.s = s, .env_file = env_file, .get = get, .ctx = ctx};
    const char *wrong;
    int rc = 0;

    memset(s, 0, sizeof(*s));
    l.why = why;
    why[0] = '\0';
    envfile_init(&l.file);
    if (env_file && !envfile_read(&l.file, env_file, why, WHY_SIZE))
        rc = ICE_CONFIG;
    for (size_t i = 0; i < FIELDS && !rc; i++)
        rc = take(&l, &fields[i]);
    if (!rc && (wrong = wrong_together(s))) {
        say(why, wrong, strlen(wrong));
        rc = ICE_CONFIG;
    }
    envfile_fini(&l.file);
    if (rc)
        ice_settings_fini(s);
    return rc;
}

static void wipe(char *z)
{
    volatile char *p = z;

    while (p && *p)
        *p++ = '\0';
}

void ice_settings_fini(struct ice_settings *s)
{
    for (size_t i = 0; i < FIELDS; i++) {
        char **z = member(s, &fields[i]);

        if (fields[i].type != TEXT)
            continue;
        if (fields[i].secret)
            wipe(*z);
        free(*z);
        *z = NULL;
    }
}

/* ---- what of it may be seen ---- */

/* The whole, and what stands after its first colon. */
static void add_pair(struct secrets *to, struct slice pair)
{
    const char *colon = pair.len ? memchr(pair.p, ':', pair.len) : NULL;

    if (!pair.len)
        return;
    secrets_add(to, pair);
    if (colon) {
        size_t skip = (size_t)(colon - pair.p) + 1;

        secrets_add(to, (struct slice){colon + 1, pair.len - skip});
    }
}

void ice_settings_secrets(const struct ice_settings *s, struct secrets *to)
{
    for (size_t i = 0; i < FIELDS; i++) {
        const struct field *f = &fields[i];
        const char *z;

        if (f->type != TEXT || !(z = *(char **)member(s, f)))
            continue;
        if (is_uri(f))
            add_pair(to, user_info(z));
        else if (f->check == wrong_credential)
            add_pair(to, slice_of(z));
        else if (f->secret)
            secrets_add(to, slice_of(z));
    }
}

static void print_field(const struct ice_settings *s, const struct field *f,
                        struct str *out)
{
    const void *at = member(s, f);

    str_addf(out, "%s=", f->name);
    if (f->type == NUMBER)
        str_addf(out, "%lld", (long long)*(const int64_t *)at);
    else if (f->type == FLAG)
        str_addz(out, *(const bool *)at ? "true" : "false");
    else if (*(char *const *)at)
        add_value(out, f, *(char *const *)at);
    str_addc(out, '\n');
}

void ice_settings_print(const struct ice_settings *s, struct str *out)
{
    for (size_t i = 0; i < FIELDS; i++)
        print_field(s, &fields[i], out);
}

void ice_settings_help(struct str *out)
{
    for (size_t i = 0; i < FIELDS; i++) {
        const struct field *f = &fields[i];

        str_addf(out, "  %-30s %s", f->name, f->doc);
        if (f->fallback)
            str_addf(out, " (%s)", f->fallback);
        str_addz(out, f->secret ? " [secret]\n" : "\n");
    }
}
