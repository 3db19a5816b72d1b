/* Vended credentials and remote signatures, tried on the mock S3 itself. */
#include "mocks/catalog/testing.h"
#include "mocks/lend.h"

#define TABLE "/v1/namespaces/db/tables/x"
#define CREDENTIALS TABLE "/credentials"
#define SIGN TABLE "/sign"
#define S3_URL "http://127.0.0.1:9000"
#define PLACE "/data-lake/warehouse/db/x"

struct with_s3 {
    struct bench b;
    struct s3 *s3;
    struct service *service;
    int status; /* of the store's last answer */
};

static void start(struct with_s3 *w, const char *options)
{
    char why[200] = "";
    struct catalog_store store;
    CU_ASSERT_FATAL(bench_start(&w->b, options));
    w->s3 = s3_new(NULL, &w->b.clock, 7, NULL, why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w->s3);
    w->service = s3_service(w->s3);
    lend_store(w->s3, S3_URL, &store);
    catalog_use_store(w->b.c, &store);
    CU_ASSERT_EQUAL(
        ask(&w->b, "POST", "/v1/namespaces/db/tables", SIMPLE_TABLE("x")), 200);
}

static void stop(struct with_s3 *w)
{
    bench_stop(&w->b);
    s3_free(w->s3);
}

/* ---- credentials ---- */

static const cJSON *first_credential(const struct with_s3 *w)
{
    const cJSON *list = json_get(w->b.body, "storage-credentials");
    return list ? list->child : NULL;
}

static void credentials_are_vended_where_the_option_says_so(void)
{
    struct with_s3 w;
    start(&w, "{\"namespaces\":[\"db\"],\"credentials\":\"15m\"}");
    CU_ASSERT_EQUAL(ask(&w.b, "GET", CREDENTIALS, NULL), 200);
    const cJSON *one = first_credential(&w);
    CU_ASSERT_STRING_EQUAL(json_str(one, "prefix"), "s3:/" PLACE);
    const cJSON *config = json_get(one, "config");
    CU_ASSERT_STRING_EQUAL(json_str(config, "s3.endpoint"), S3_URL);
    CU_ASSERT_STRING_EQUAL(json_str(config, "client.region"), "us-east-1");
    CU_ASSERT(json_str(config, "s3.access-key-id") != NULL);
    CU_ASSERT(json_str(config, "s3.secret-access-key") != NULL);
    CU_ASSERT_EQUAL(
        ask(&w.b, "GET", "/v1/namespaces/db/tables/no/credentials", NULL), 404);
    stop(&w);
    start(&w, "{\"namespaces\":[\"db\"]}");
    CU_ASSERT_EQUAL(ask(&w.b, "GET", CREDENTIALS, NULL), 406);
    stop(&w);
}

static void tables_come_with_what_the_client_can_use(void)
{
    static const struct {
        const char *options, *header;
        bool keys, signer;
    } rows[] = {
        {"\"credentials\":\"15m\"", "", false, false},
        {"\"credentials\":\"15m\"",
         "X-Iceberg-Access-Delegation: vended-credentials\r\n", true, false},
        {"\"credentials\":\"15m\"",
         "X-Iceberg-Access-Delegation: remote-signing\r\n", false, false},
        {"\"remote_signing\":true",
         "X-Iceberg-Access-Delegation: remote-signing\r\n", false, true},
        {"\"remote_signing\":true,\"credentials\":\"15m\"",
         "X-Iceberg-Access-Delegation: remote-signing, vended-credentials\r\n",
         true, false},
        {"\"page_size\":0",
         "X-Iceberg-Access-Delegation: vended-credentials\r\n", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct with_s3 w;
        char options[200];
        snprintf(options, sizeof options, "{\"namespaces\":[\"db\"],%s}",
                 rows[i].options);
        start(&w, options);
        ask_how(&w.b, PLAIN, "GET", TABLE, rows[i].header, NULL);
        const cJSON *config = json_get(w.b.body, "config");
        CU_ASSERT_EQUAL(first_credential(&w) != NULL, rows[i].keys);
        CU_ASSERT_EQUAL(json_str(config, "s3.access-key-id") != NULL,
                        rows[i].keys);
        CU_ASSERT_EQUAL(json_str(config, "s3.remote-signing-enabled") != NULL,
                        rows[i].signer);
        if (rows[i].signer)
            CU_ASSERT_STRING_EQUAL(json_str(config, "s3.signer.endpoint"),
                                   "v1/namespaces/db/tables/x/sign");
        CU_ASSERT(*w.b.etag && answered_metadata(&w.b) != NULL);
        stop(&w);
    }
}

static bool issue(void *ctx, const struct store_want *want, struct arena *a,
                  struct store_keys *out)
{
    (void)a;
    *out =
        (struct store_keys){"K", "S", "T", 1700000000000 + want->lifetime_ms};
    return want->lifetime_ms == *(int64_t *)ctx && want->n_places == 1 &&
           strncmp(want->places[0], "s3://", 5) == 0;
}

#define STAGED(name, more)                                                     \
    "{\"name\":\"" name "\",\"stage-create\":true" more                        \
    ",\"schema\":" SIMPLE_SCHEMA "}"

/* The client writes the table's first files before it commits. */
static void staged_tables_come_with_it_as_well(void)
{
    struct with_s3 w;
    start(&w, "{\"namespaces\":[\"db\"],\"credentials\":\"15m\"}");
    CU_ASSERT_EQUAL(ask_how(&w.b, PLAIN, "POST", "/v1/namespaces/db/tables",
                            "X-Iceberg-Access-Delegation: vended-credentials"
                            "\r\n",
                            STAGED("new", "")),
                    200);
    CU_ASSERT_STRING_EQUAL(json_str(first_credential(&w), "prefix"),
                           "s3://data-lake/warehouse/db/new");
    CU_ASSERT(json_str(json_get(w.b.body, "config"), "s3.access-key-id") !=
              NULL);
    CU_ASSERT_PTR_NULL(json_get(w.b.body, "metadata-location"));
    CU_ASSERT_EQUAL(
        ask(&w.b, "POST", "/v1/namespaces/db/tables", STAGED("new", "")), 200);
    CU_ASSERT_PTR_NULL(json_get(w.b.body, "config"));
    stop(&w);
}

static void keys_that_expire_say_when(void)
{
    struct with_s3 w;
    int64_t lifetime = 60000, expires = 0;
    start(&w, "{\"namespaces\":[\"db\"],\"credentials\":\"1m\"}");
    struct catalog_store store = {
        .url = S3_URL, .region = "r", .ctx = &lifetime, .issue = issue};
    catalog_use_store(w.b.c, &store);
    CU_ASSERT_EQUAL(ask(&w.b, "GET", CREDENTIALS, NULL), 200);
    const cJSON *config = json_get(first_credential(&w), "config");
    CU_ASSERT_STRING_EQUAL(json_str(config, "s3.session-token"), "T");
    const char *at = json_str(config, "s3.session-token-expires-at-ms");
    CU_ASSERT(at && slice_int64(slice_of(at), (long long *)&expires));
    CU_ASSERT_EQUAL(expires, 1700000000000 + lifetime);
    lifetime = 1;
    CU_ASSERT_EQUAL(ask(&w.b, "GET", CREDENTIALS, NULL), 503);
    stop(&w);
}

static bool advertises(struct with_s3 *w, const char *what)
{
    CU_ASSERT_EQUAL(ask(&w->b, "GET", "/v1/config", NULL), 200);
    return strstr(w->b.text, what) != NULL;
}

static void what_is_not_offered_is_not_advertised(void)
{
    struct with_s3 w;
    struct catalog_store none = {0};
    start(&w, "{\"namespaces\":[\"db\"],\"credentials\":\"1m\"}");
    CU_ASSERT(advertises(&w, "{table}/credentials"));
    CU_ASSERT(advertises(&w, "{table}/sign"));
    catalog_use_store(w.b.c, &none);
    CU_ASSERT_FALSE(advertises(&w, "{table}/credentials"));
    CU_ASSERT_FALSE(advertises(&w, "{table}/sign"));
    CU_ASSERT_EQUAL(ask(&w.b, "POST", SIGN, "{}"), 406);
    stop(&w);
}

/* ---- signatures ---- */

static void add_header_lines(const cJSON *headers, struct str *wire)
{
    const cJSON *h, *value;
    cJSON_ArrayForEach(h, headers)
    {
        cJSON_ArrayForEach(value, h)
            str_addf(wire, "%s: %s\r\n", h->string, value->valuestring);
    }
}

/* Sends the store what the catalog's last answer signed. */
static int send_signed(struct with_s3 *w, const char *method,
                       const char *target, const char *body)
{
    struct exchange x;
    struct http1 *parser;
    struct str wire;
    str_init(&wire, 1 << 20);
    str_addf(&wire, "%s %s HTTP/1.1\r\n", method, target);
    add_header_lines(json_get(w->b.body, "headers"), &wire);
    str_addf(&wire, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
    struct service *catalog = w->b.service;
    w->b.service = w->service;
    CU_ASSERT_FATAL(bench_open(&w->b, &x, wire.p, wire.len, &parser));
    bench_run(&w->b, &x, PLAIN);
    w->b.service = catalog;
    w->status = x.answer.status;
    bench_close(&x, parser);
    str_fini(&wire);
    return w->status;
}

static int sign(struct with_s3 *w, const char *method, const char *target,
                const char *headers, const char *more)
{
    char body[2000];
    snprintf(body, sizeof body,
             "{\"region\":\"us-east-1\",\"uri\":\"" S3_URL "%s\",\"method\":"
             "\"%s\",\"headers\":{%s}%s}",
             target, method, headers, more);
    return ask(&w->b, "POST", SIGN, body);
}

static void what_is_signed_is_let_in(void)
{
    struct with_s3 w;
    start(&w, "{\"namespaces\":[\"db\"]}");
    CU_ASSERT_EQUAL(sign(&w, "PUT", PLACE "/data/a%20b.parquet",
                         "\"content-type\":[\"x/y\"],\"x-amz-meta-a\":"
                         "[\"  1   2 \"]",
                         ""),
                    200);
    CU_ASSERT_EQUAL(
        send_signed(&w, "PUT", PLACE "/data/a%20b.parquet", "hello"), 200);
    CU_ASSERT_EQUAL(sign(&w, "GET", PLACE "/data/a%20b.parquet",
                         "\"range\":[\"bytes=0-1\"]", ""),
                    200);
    CU_ASSERT_EQUAL(send_signed(&w, "GET", PLACE "/data/a%20b.parquet", ""),
                    206);
    static const char list[] =
        "/data-lake?list-type=2&prefix=warehouse%2Fdb%2Fx%2Fdata%2F";
    CU_ASSERT_EQUAL(sign(&w, "GET", list, "", ""), 200);
    CU_ASSERT_EQUAL(send_signed(&w, "GET", list, ""), 200);
    stop(&w);
}

static void a_signature_is_for_that_request_only(void)
{
    struct with_s3 w;
    start(&w, "{\"namespaces\":[\"db\"]}");
    CU_ASSERT_EQUAL(sign(&w, "PUT", PLACE "/a", "", ""), 200);
    CU_ASSERT_EQUAL(send_signed(&w, "PUT", PLACE "/b", "hello"), 403);
    CU_ASSERT_EQUAL(send_signed(&w, "DELETE", PLACE "/a", ""), 403);
    w.b.unix_ms += 16 * 60 * 1000;
    CU_ASSERT_EQUAL(send_signed(&w, "PUT", PLACE "/a", "hello"), 403);
    stop(&w);
}

#define KEYS(key) "<Delete><Object><Key>" key "</Key></Object></Delete>"
#define BODY(text) ",\"body\":\"" text "\""

static void only_the_table_s_own_files_are_signed_for(void)
{
    static const struct {
        const char *method, *target, *headers, *more;
        int status;
    } rows[] = {
        {"GET", PLACE, "", "", 200},
        {"GET", PLACE "/metadata/a", "", "", 200},
        {"GET", PLACE "y/a", "", "", 403},
        {"GET", "/data-lake/warehouse/db/y/a", "", "", 403},
        {"GET", "/other/warehouse/db/x/a", "", "", 403},
        {"GET", "/data-lake", "", "", 403},
        {"GET", "/", "", "", 403},
        {"GET", "/data-lake?list-type=2&prefix=warehouse/db", "", "", 403},
        {"GET", "/data-lake?list-type=2&prefix=warehouse/db/x/", "", "", 200},
        {"PUT", "/data-lake", "", "", 403},
        {"PUT", PLACE "/c", "\"x-amz-copy-source\":[\"/data-lake/secret\"]", "",
         403},
        {"PUT", PLACE "/c", "\"x-amz-copy-source\":[\"" PLACE "/a\"]", "", 200},
        {"POST", "/data-lake?delete", "", BODY(KEYS("warehouse/db/x/a")), 200},
        {"POST", "/data-lake?delete", "", BODY(KEYS("warehouse/db/y/a")), 403},
        {"POST", "/data-lake?delete", "", BODY("<Delete/>"), 403},
        {"POST", "/data-lake?delete", "", "", 403},
        {"GET", PLACE "/%zz", "", "", 403},
        {"GET", PLACE "/a", "", ",\"provider\":\"gcs\"", 400},
        {"PUT", PLACE "/a",
         "\"x-amz-content-sha256\":[\"STREAMING-AWS4-HMAC-SHA256-PAYLOAD\"]",
         "", 400},
        {"GET", PLACE "/a", "\"a\":1", "", 400},
        {"GET", PLACE "/a", "\"a\":[1]", "", 400},
    };
    struct with_s3 w;
    start(&w, "{\"namespaces\":[\"db\"]}");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int status = sign(&w, rows[i].method, rows[i].target, rows[i].headers,
                          rows[i].more);
        if (status != rows[i].status)
            fprintf(stderr, "%zu: %d %s\n", i, status, w.b.text);
        CU_ASSERT_EQUAL(status, rows[i].status);
    }
    stop(&w);
}

static int sign_staged(struct with_s3 *w, const char *table, const char *key)
{
    char path[200], body[500];
    snprintf(path, sizeof path, "/v1/namespaces/db/tables/%s/sign", table);
    snprintf(body, sizeof body,
             "{\"region\":\"us-east-1\",\"uri\":\"" S3_URL "/data-lake/%s\","
             "\"method\":\"PUT\",\"headers\":{}}",
             key);
    return ask(&w->b, "POST", path, body);
}

static void stage(struct with_s3 *w, const char *body)
{
    CU_ASSERT_EQUAL(ask_how(&w->b, PLAIN, "POST", "/v1/namespaces/db/tables",
                            "X-Iceberg-Access-Delegation: remote-signing\r\n",
                            body),
                    200);
}

static void a_staged_table_s_files_are_signed_for(void)
{
    struct with_s3 w;
    start(&w, "{\"namespaces\":[\"db\"],\"remote_signing\":true}");
    CU_ASSERT_EQUAL(sign_staged(&w, "new", "warehouse/db/new/a"), 404);
    stage(&w, STAGED("new", ""));
    CU_ASSERT_STRING_EQUAL(
        json_str(json_get(w.b.body, "config"), "s3.signer.endpoint"),
        "v1/namespaces/db/tables/new/sign");
    CU_ASSERT_EQUAL(sign_staged(&w, "new", "warehouse/db/new/a"), 200);
    CU_ASSERT_EQUAL(sign_staged(&w, "new", "warehouse/db/x/a"), 403);
    CU_ASSERT_EQUAL(sign_staged(&w, "other", "warehouse/db/new/a"), 404);
    stage(&w, STAGED("new", ",\"location\":\"s3://data-lake/else\""));
    CU_ASSERT_EQUAL(sign_staged(&w, "new", "else/a"), 200);
    CU_ASSERT_EQUAL(sign_staged(&w, "new", "warehouse/db/new/a"), 403);
    for (int i = 0; i < 64; i++) /* only so many are remembered */
        stage(&w, STAGED("another", ""));
    CU_ASSERT_EQUAL(sign_staged(&w, "new", "else/a"), 404);
    stop(&w);
}

static void the_bucket_may_be_in_the_host(void)
{
    struct with_s3 w;
    start(&w, "{\"namespaces\":[\"db\"]}");
    CU_ASSERT_EQUAL(
        ask(&w.b, "POST", SIGN,
            "{\"region\":\"us-east-1\",\"uri\":\"http://data-lake.s3.test:9000"
            "/warehouse/db/x/a\",\"method\":\"GET\",\"headers\":{}}"),
        200);
    CU_ASSERT_EQUAL(
        ask(&w.b, "POST", SIGN,
            "{\"region\":\"us-east-1\",\"uri\":\"http://data-lake.s3.test:9000"
            "/other/a\",\"method\":\"GET\",\"headers\":{}}"),
        403);
    CU_ASSERT_EQUAL(ask(&w.b, "POST", SIGN,
                        "{\"region\":\"us-east-1\",\"uri\":\"/a\",\"method\":"
                        "\"GET\",\"headers\":{}}"),
                    400);
    CU_ASSERT_EQUAL(ask(&w.b, "POST", SIGN, "{\"region\":\"us-east-1\"}"), 400);
    CU_ASSERT_STRING_EQUAL(error_message(&w.b),
                           "Cannot parse missing string: uri");
    stop(&w);
}

UNIT_MAIN("catalog access",
          UNIT(credentials_are_vended_where_the_option_says_so),
          UNIT(tables_come_with_what_the_client_can_use),
          UNIT(staged_tables_come_with_it_as_well),
          UNIT(keys_that_expire_say_when),
          UNIT(what_is_not_offered_is_not_advertised),
          UNIT(what_is_signed_is_let_in),
          UNIT(a_signature_is_for_that_request_only),
          UNIT(only_the_table_s_own_files_are_signed_for),
          UNIT(a_staged_table_s_files_are_signed_for),
          UNIT(the_bucket_may_be_in_the_host))
