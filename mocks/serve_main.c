/* icefault-serve: both mock servers, and the admin interface, for other
 * people's clients. Prints one line of JSON when it is ready; stops cleanly on
 * SIGTERM and SIGINT. Exit codes: 0 ok, 1 bad options, 2 bad fault file, 3
 * could not run. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/options.h"
#include "mocks/folder.h"
#include "mocks/mock.h"
#include "mocks/s3/s3.h"

enum { FILE_MAX = 16 << 20, HELP_MAX = 16384 };
enum { OK, BAD_OPTIONS, BAD_INPUT, CANNOT };

struct serve_args {
    int64_t port[MOCK_SERVERS], seed, journal;
    const char *bind, *faults, *catalog, *s3;
    const char *warehouse, *file_root, *ca_file;
    struct options_texts users; /* KEY:SECRET */
    int s3_profile;             /* -1: not given */
    bool tls, version;
};

#define AT(member) offsetof(struct serve_args, member)

static const struct option_row rows[] = {
    {"catalog-port", "N", OPTION_NUMBER, AT(port[MOCK_CATALOG]), 0, 65535, NULL,
     "port of the REST catalog (0: any free one)"},
    {"s3-port", "N", OPTION_NUMBER, AT(port[MOCK_S3]), 0, 65535, NULL,
     "port of the S3 (0: any free one)"},
    {"admin-port", "N", OPTION_NUMBER, AT(port[MOCK_ADMIN]), 0, 65535, NULL,
     "port of the admin interface (0: any free one)"},
    {"bind", "ADDRESS", OPTION_TEXT, AT(bind), 0, 0, NULL,
     "address to listen on (default 127.0.0.1)"},
    {"faults", "FILE", OPTION_TEXT, AT(faults), 0, 0, NULL,
     "faults to arm at the start: a rule, a list, or {faults: [...]}"},
    {"warehouse", "URI", OPTION_TEXT, AT(warehouse), 0, 0, NULL,
     "where tables live: s3://BUCKET/... in the mock S3, or file:///... "
     "(default s3://data-lake/warehouse)"},
    {"file-root", "DIR", OPTION_TEXT, AT(file_root), 0, 0, NULL,
     "folder below which file: locations are allowed (default: a file: "
     "warehouse itself, else nowhere)"},
    {"catalog-options", "JSON", OPTION_TEXT, AT(catalog), 0, 0, NULL,
     "the catalog's options, as under world.catalog of a scenario; @FILE reads "
     "them"},
    {"s3-options", "JSON", OPTION_TEXT, AT(s3), 0, 0, NULL,
     "the S3's options, as under world.s3 of a scenario; @FILE reads them"},
    {"s3-profile", "PROFILE", OPTION_WORD, AT(s3_profile), 0, 0,
     s3_profile_names, "whose manners the S3 has: minio (default) or aws"},
    {"user", "KEY:SECRET", OPTION_TEXTS, AT(users), 0, 0, NULL,
     "who may sign for the S3, again for each; those with less than all rights "
     "stand in --s3-options"},
    {"tls", NULL, OPTION_FLAG, AT(tls), 0, 0, NULL,
     "speak TLS, with a certificate made at the start"},
    {"journal", "N", OPTION_NUMBER, AT(journal), 1, 1000000, NULL,
     "entries that the journal keeps (default 10000)"},
    {"seed", "N", OPTION_NUMBER, AT(seed), 0, INT64_MAX, NULL,
     "seed of all draws and ids (default 1)"},
    {"ca-file", "FILE", OPTION_TEXT, AT(ca_file), 0, 0, NULL,
     "with --tls: write the authority to trust there, as PEM"},
    {"version", NULL, OPTION_FLAG, AT(version), 0, 0, NULL,
     "print the version"},
    {0}};

static const struct options_use use = {
    "icefault serve", "",
    "Runs the mock REST catalog, the mock S3 and the admin interface. The "
    "bucket is\ndata-lake, access key and secret are minioadmin, the region "
    "is us-east-1.",
    rows, 0};

struct serve {
    uv_loop_t loop;
    uv_signal_t signals[2];
    struct mock *mock;
};

static void stop(struct serve *v)
{
    for (int i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&v->signals[i], NULL);
    mock_close(v->mock);
}

static void on_signal(uv_signal_t *s, int number)
{
    (void)number;
    stop(s->data);
}

static void watch_signals(struct serve *v)
{
    static const int numbers[] = {SIGTERM, SIGINT};
    for (int i = 0; i < 2; i++) {
        uv_signal_init(&v->loop, &v->signals[i]);
        v->signals[i].data = v;
        uv_signal_start(&v->signals[i], on_signal, numbers[i]);
    }
}

/* ---- faults of a file -------------------------------------------------------
 */

static bool read_file(const char *file, struct str *out)
{
    char buf[65536];
    FILE *f = fopen(file, "rb");
    if (!f)
        return false;
    for (size_t n; (n = fread(buf, 1, sizeof buf, f)) > 0;)
        str_add(out, buf, n);
    bool ok = !ferror(f) && !out->failed;
    if (out->failed)
        errno = EFBIG;
    fclose(f);
    return ok;
}

/* n: its place in a list; -1: it stands alone. */
static bool arm_rule(struct mock *m, const char *file, const cJSON *rule, int n)
{
    struct spec_error e = {0};
    if (fault_add(mock_faults(m), rule, &e))
        return true;
    fprintf(stderr, "%s: ", file);
    if (n >= 0)
        fprintf(stderr, "faults[%d]%s", n, e.path[0] ? "." : ": ");
    fprintf(stderr, "%s%s%s\n", e.path, e.path[0] ? ": " : "", e.message);
    return false;
}

static int arm(struct mock *m, const char *file, const cJSON *tree)
{
    const cJSON *list = json_get(tree, "faults"), *rule;
    int n = 0;
    if (!list)
        list = tree;
    if (list == tree && cJSON_IsObject(tree)) {
        if (!arm_rule(m, file, tree, -1))
            return BAD_INPUT;
    } else if (!cJSON_IsArray(list)) {
        fprintf(stderr,
                "%s: must be a fault, a list of them, or "
                "{\"faults\": [...]}\n",
                file);
        return BAD_INPUT;
    }
    for (rule = cJSON_IsArray(list) ? list->child : NULL; rule;
         rule = rule->next)
        if (!arm_rule(m, file, rule, n++))
            return BAD_INPUT;
    mock_faults_changed(m);
    return OK;
}

static int arm_file(struct mock *m, const char *file)
{
    struct str text;
    struct json_error e;
    int rc = BAD_INPUT;
    str_init(&text, FILE_MAX);
    if (!read_file(file, &text)) {
        fprintf(stderr, "icefault serve: %s: %s\n", file, strerror(errno));
        goto out;
    }
    cJSON *tree = json_parse(text.p, text.len, &e);
    if (tree)
        rc = arm(m, file, tree);
    else
        fprintf(stderr, "%s:%d:%d: %s\n", file, e.line, e.col, e.message);
    cJSON_Delete(tree);
out:
    str_fini(&text);
    return rc;
}

/* ---- starting
 * ------------------------------------------------------------------ */

static cJSON *parse_text(const char *name, const char *where, const char *text,
                         size_t n)
{
    struct json_error e;
    cJSON *tree = json_parse(text, n, &e);
    if (tree)
        return tree;
    if (where)
        fprintf(stderr, "%s:%d:%d: %s\n", where, e.line, e.col, e.message);
    else
        fprintf(stderr, "icefault serve: --%s: column %d: %s\n", name, e.col,
                e.message);
    return NULL;
}

/* text: JSON, or "@FILE" that has it. */
static bool parse_options(const char *name, const char *text, cJSON **out)
{
    struct str file;
    *out = NULL;
    if (!text)
        return true;
    if (*text != '@')
        return (*out = parse_text(name, NULL, text, strlen(text))) != NULL;
    str_init(&file, FILE_MAX);
    if (read_file(text + 1, &file))
        *out = parse_text(name, text + 1, str_z(&file), file.len);
    else
        fprintf(stderr, "icefault serve: %s: %s\n", text + 1, strerror(errno));
    str_fini(&file);
    return *out != NULL;
}

/* The users of the command line come behind those of the options. */
static void add_users(const struct serve_args *args, cJSON *s3)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(s3, "users");
    if (!list)
        list = cJSON_AddArrayToObject(s3, "users");
    for (size_t i = 0; i < args->users.n && cJSON_IsArray(list); i++) {
        const char *text = args->users.at[i], *colon = strchr(text, ':');
        char *key = mem_memdup(text, (size_t)(colon - text));
        cJSON *user = cJSON_CreateObject();
        json_set_str(user, "key", key);
        json_set_str(user, "secret", colon + 1);
        cJSON_AddItemToArray(list, user);
        free(key);
    }
}

static void set_s3(const struct serve_args *args, cJSON **s3)
{
    if (args->s3_profile < 0 && !args->users.n)
        return;
    if (!*s3)
        *s3 = cJSON_CreateObject();
    if (!cJSON_IsObject(*s3))
        return; /* refused later, with a better reason */
    if (args->s3_profile >= 0)
        json_set_str(*s3, "profile", s3_profile_names[args->s3_profile]);
    if (args->users.n)
        add_users(args, *s3);
}

/* The bucket of an s3:// warehouse is made, unless the options name buckets. */
static void want_bucket(cJSON *s3, const char *warehouse)
{
    static const char *const scheme = "s3://", *const usual = "data-lake";
    if (strncmp(warehouse, scheme, strlen(scheme)) != 0 ||
        json_get(s3, "buckets"))
        return;
    const char *bucket = warehouse + strlen(scheme);
    char *name = mem_memdup(bucket, strcspn(bucket, "/"));
    cJSON *list = cJSON_AddArrayToObject(s3, "buckets");
    cJSON_AddItemToArray(list, cJSON_CreateString(usual));
    if (*name && strcmp(name, usual) != 0)
        cJSON_AddItemToArray(list, cJSON_CreateString(name));
    free(name);
}

static void set_warehouse(const struct serve_args *args, cJSON **catalog,
                          cJSON **s3, struct mock_options *o)
{
    o->file_root = args->file_root;
    if (!args->warehouse)
        return;
    if (!*catalog)
        *catalog = cJSON_CreateObject();
    if (!*s3)
        *s3 = cJSON_CreateObject();
    /* What is no object is refused later, with a better reason. */
    if (cJSON_IsObject(*catalog))
        json_set_str(*catalog, "warehouse", args->warehouse);
    if (cJSON_IsObject(*s3))
        want_bucket(*s3, args->warehouse);
    if (!o->file_root)
        o->file_root = folder_path(args->warehouse);
}

/* Who started this waits for the line: unsaid, the servers are of no use. */
static bool say_ready(const struct mock *m)
{
    printf("{\"ready\":true,\"catalog\":\"%s\",\"s3\":\"%s\",\"admin\":\"%s\"}"
           "\n",
           mock_url(m, MOCK_CATALOG), mock_url(m, MOCK_S3),
           mock_url(m, MOCK_ADMIN));
    if (fflush(stdout) == 0)
        return true;
    fprintf(stderr, "icefault serve: the line that says ready: %s\n",
            strerror(errno));
    return false;
}

static bool write_ca(struct mock *m, const char *file)
{
    FILE *f = fopen(file, "wb");
    bool ok = f && fputs(mock_ca_pem(m), f) >= 0;
    if (f && fclose(f) != 0)
        ok = false;
    if (!ok)
        fprintf(stderr, "icefault serve: %s: %s\n", file, strerror(errno));
    return ok;
}

static void end(struct serve *v)
{
    uv_run(&v->loop, UV_RUN_DEFAULT);
    mock_free(v->mock);
    uv_loop_close(&v->loop);
}

static int serve(const struct serve_args *args, const struct mock_options *o)
{
    struct serve v;
    char why[200] = "";
    uv_loop_init(&v.loop);
    v.mock = mock_new(&v.loop, o, why);
    if (!v.mock) {
        fprintf(stderr, "icefault serve: %s\n", why);
        uv_run(&v.loop, UV_RUN_DEFAULT);
        uv_loop_close(&v.loop);
        return BAD_OPTIONS;
    }
    int rc = OK;
    if (!mock_listen(v.mock, why)) {
        fprintf(stderr, "icefault serve: %s\n", why);
        rc = CANNOT;
    } else if (args->faults) {
        rc = arm_file(v.mock, args->faults);
    }
    if (rc == OK && args->tls && args->ca_file &&
        !write_ca(v.mock, args->ca_file))
        rc = CANNOT;
    if (rc == OK) {
        fault_set_epoch(mock_faults(v.mock), clock_ns(o->clock));
        watch_signals(&v);
        if (!say_ready(v.mock)) {
            rc = CANNOT;
            stop(&v);
        }
    } else {
        mock_close(v.mock);
    }
    end(&v);
    return rc;
}

static int serve_with(const struct serve_args *args)
{
    struct mock_options o;
    cJSON *catalog = NULL, *s3 = NULL;
    int rc = BAD_OPTIONS;
    mock_default_options(&o);
    o.clock = &clock_system;
    o.seed = (uint64_t)args->seed;
    o.journal_entries = (size_t)args->journal;
    if (args->bind)
        o.bind = args->bind;
    for (int i = 0; i < MOCK_SERVERS; i++)
        o.port[i] = (int)args->port[i];
    if (args->tls)
        o.tls[MOCK_CATALOG] = o.tls[MOCK_S3] = TLS_GOOD;
    if (parse_options("catalog-options", args->catalog, &catalog) &&
        parse_options("s3-options", args->s3, &s3)) {
        set_warehouse(args, &catalog, &s3, &o);
        set_s3(args, &s3);
        o.catalog = catalog;
        o.s3 = s3;
        rc = serve(args, &o);
    }
    cJSON_Delete(catalog);
    cJSON_Delete(s3);
    return rc;
}

static bool is_address(const char *host)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    return uv_ip4_addr(host, 0, &v4) == 0 || uv_ip6_addr(host, 0, &v6) == 0;
}

static bool is_user(const char *text)
{
    const char *colon = strchr(text, ':');
    return colon && colon > text && colon[1];
}

/* What no single option can tell. */
static bool judge(const struct serve_args *args, char why[200])
{
    if (args->bind && !is_address(args->bind))
        snprintf(why, 200, "--bind: '%.100s' is not an IP address", args->bind);
    else if (args->ca_file && !args->tls)
        snprintf(why, 200, "--ca-file needs --tls");
    for (size_t i = 0; i < args->users.n && !*why; i++)
        if (!is_user(args->users.at[i]))
            snprintf(why, 200, "--user must be KEY:SECRET");
    return !*why;
}

int main(int argc, char **argv)
{
    struct serve_args args = {.seed = 1, .journal = 10000, .s3_profile = -1};
    struct options_rest rest;
    char why[200] = "";
    int rc = OK;
    if (!options_parse(&use, argc - 1, argv + 1, &args, &rest, why) ||
        !judge(&args, why)) {
        fprintf(stderr, "icefault serve: %s\n  (see icefault serve --help)\n",
                why);
        rc = BAD_OPTIONS;
    } else if (rest.help) {
        struct str text;
        str_init(&text, HELP_MAX);
        options_help(&use, &text);
        fputs(str_z(&text), stdout);
        str_fini(&text);
    } else if (args.version) {
        printf("icefault-serve %s\n", ICEFAULT_VERSION);
    } else {
        rc = serve_with(&args);
    }
    free(rest.operand);
    return rc;
}
