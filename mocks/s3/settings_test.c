/* What a bucket can be told to do: documents, CORS, lock, encryption; and the
 * roads into it that are not the usual ones: virtual hosts, health. */
#include "mocks/s3/testing.h"

#define CALL(...) testing_call(t, __VA_ARGS__)
#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define SAYS_NOT(text) CU_ASSERT_FALSE(testing_says(t, text))
#define HEADER(name, value) CU_ASSERT(testing_header(t, name, value))
#define HEADER_NOT(name) CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, name))

static struct testing *start(const char *profile)
{
    char options[100];
    struct testing *t;

    snprintf(options, sizeof(options),
             "{\"anonymous\": true, \"profile\": \"%s\"}", profile);
    t = testing_new(options);
    t->unsigned_ = true;
    return t;
}

/* ---- documents ---- */

static void documents_are_stored_and_given_back(void)
{
    static const struct {
        const char *query, *missing, *body, *says;
        bool removable;
    } cases[] = {
        {"cors", "NoSuchCORSConfiguration",
         "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>"
         "<AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>",
         "<CORSRule><AllowedMethod>GET</AllowedMethod>", true},
        {"encryption", "ServerSideEncryptionConfigurationNotFoundError",
         "<ServerSideEncryptionConfiguration><Rule>"
         "<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256"
         "</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>"
         "</ServerSideEncryptionConfiguration>",
         "<SSEAlgorithm>AES256</SSEAlgorithm>", true},
        {"lifecycle", "NoSuchLifecycleConfiguration",
         "<LifecycleConfiguration><Rule><Prefix>a/</Prefix><Status>Enabled"
         "</Status><Expiration><Days>1</Days></Expiration></Rule>"
         "</LifecycleConfiguration>",
         "<Expiration><Days>1</Days></Expiration><ID>rule-1</ID></Rule>", true},
        {"notification", NULL,
         "<NotificationConfiguration><QueueConfiguration><Queue>q</Queue>"
         "</QueueConfiguration></NotificationConfiguration>",
         "<QueueConfiguration><Queue>q</Queue></QueueConfiguration>", false},
        {"ownershipControls", "OwnershipControlsNotFoundError",
         "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter"
         "</ObjectOwnership></Rule></OwnershipControls>",
         "<ObjectOwnership>ObjectWriter</ObjectOwnership>", true},
        {"publicAccessBlock", "NoSuchPublicAccessBlockConfiguration",
         "<PublicAccessBlockConfiguration><BlockPublicAcls>true"
         "</BlockPublicAcls></PublicAccessBlockConfiguration>",
         "<BlockPublicAcls>true</BlockPublicAcls>", true},
        {"accelerate", NULL,
         "<AccelerateConfiguration><Status>Enabled</Status>"
         "</AccelerateConfiguration>",
         "<Status>Enabled</Status>", false},
        {"requestPayment", NULL,
         "<RequestPaymentConfiguration><Payer>Requester</Payer>"
         "</RequestPaymentConfiguration>",
         "<Payer>Requester</Payer>", false},
        {"logging", NULL,
         "<BucketLoggingStatus><LoggingEnabled><TargetBucket>data-lake"
         "</TargetBucket><TargetPrefix>log/</TargetPrefix></LoggingEnabled>"
         "</BucketLoggingStatus>",
         "<TargetPrefix>log/</TargetPrefix>", false},
        {"website", "NoSuchWebsiteConfiguration",
         "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix>"
         "</IndexDocument></WebsiteConfiguration>",
         "<Suffix>index.html</Suffix>", true},
    };
    struct testing *t = start("aws");
    char code[100];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *query = cases[i].query;

        CU_ASSERT_EQUAL(CALL("GET", "/data-lake", query, NULL, NULL),
                        cases[i].missing ? 404 : 200);
        snprintf(code, sizeof(code), "<Code>%s</Code>",
                 cases[i].missing ? cases[i].missing : "");
        CU_ASSERT_EQUAL(testing_says(t, code), cases[i].missing != NULL);
        CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", query, NULL, cases[i].body),
                        200);
        CU_ASSERT_EQUAL(CALL("GET", "/data-lake", query, NULL, NULL), 200);
        SAYS(cases[i].says);
        SAYS("xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"");
        CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", query, NULL, "<Other/>"),
                        400);
        SAYS("<Code>MalformedXML</Code>");
        if (!cases[i].removable)
            continue;
        CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake", query, NULL, NULL), 204);
        CU_ASSERT_EQUAL(CALL("GET", "/data-lake", query, NULL, NULL), 404);
    }
    testing_free(t);
}

static void logs_go_to_a_bucket_of_ones_own(void)
{
#define LOG_TO(bucket)                                                         \
    "<BucketLoggingStatus><LoggingEnabled><TargetBucket>" bucket               \
    "</TargetBucket><TargetPrefix/></LoggingEnabled></BucketLoggingStatus>"
    struct testing *t = start("aws");

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "logging", NULL, LOG_TO("none")),
                    400);
    SAYS("<Code>InvalidTargetBucketForLogging</Code>");
    CALL("PUT", "/others", "", NULL, NULL); /* nobody's: they do not sign */
    CU_ASSERT_EQUAL(
        CALL("PUT", "/data-lake", "logging", NULL, LOG_TO("others")), 400);
    SAYS("must be the same");
    CU_ASSERT_EQUAL(
        CALL("PUT", "/data-lake", "logging", NULL, LOG_TO("data-lake")), 200);
    CU_ASSERT_EQUAL(
        CALL("PUT", "/data-lake", "logging", NULL, "<BucketLoggingStatus/>"),
        200);
    CALL("GET", "/data-lake", "logging", NULL, NULL);
    SAYS_NOT("LoggingEnabled");
    testing_free(t);
}

static void replication_needs_versions(void)
{
    static const char body[] = "<ReplicationConfiguration><Role>r</Role>"
                               "</ReplicationConfiguration>";
    struct testing *t = start("aws");

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "replication", NULL, body), 400);
    SAYS("<Code>InvalidRequest</Code>");
    CALL("PUT", "/data-lake", "versioning", NULL,
         "<VersioningConfiguration><Status>Enabled</Status>"
         "</VersioningConfiguration>");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "replication", NULL, body), 200);
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake", "replication", NULL, NULL),
                    204);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "replication", NULL, NULL), 404);
    testing_free(t);
}

static void documents_that_make_no_sense_are_refused(void)
{
#define LIFE(rule) "<LifecycleConfiguration>" rule "</LifecycleConfiguration>"
#define RULE(id, more)                                                         \
    "<Rule><ID>" id "</ID><Status>Enabled</Status>" more "</Rule>"
    static const struct {
        const char *query, *body, *code;
    } cases[] = {
        {"cors", "<CORSConfiguration/>", "MalformedXML"},
        {"cors",
         "<CORSConfiguration><CORSRule><AllowedMethod>PATCH</AllowedMethod>"
         "<AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>",
         "MalformedXML"},
        {"lifecycle", LIFE(""), "MalformedXML"},
        {"lifecycle", LIFE("<Rule><Status>On</Status></Rule>"), "MalformedXML"},
        {"lifecycle", LIFE(RULE("a", "<Unknown/>")), "MalformedXML"},
        {"lifecycle",
         LIFE(RULE("a", "<Expiration><Date>20200101</Date></Expiration>")),
         "MalformedXML"},
        {"lifecycle",
         LIFE(RULE("a", "<Expiration><Days>0</Days></Expiration>")),
         "InvalidArgument"},
        {"lifecycle", LIFE(RULE("a", "") RULE("a", "")), "InvalidArgument"},
        {"encryption",
         "<ServerSideEncryptionConfiguration><Rule>"
         "<ApplyServerSideEncryptionByDefault><SSEAlgorithm>ROT13"
         "</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>"
         "</ServerSideEncryptionConfiguration>",
         "MalformedXML"},
        {"object-lock",
         "<ObjectLockConfiguration><ObjectLockEnabled>Enabled"
         "</ObjectLockEnabled></ObjectLockConfiguration>",
         "InvalidBucketState"},
    };
    struct testing *t = start("aws");
    char code[64];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CALL("PUT", "/data-lake", cases[i].query, NULL, cases[i].body);
        snprintf(code, sizeof(code), "<Code>%s</Code>", cases[i].code);
        SAYS(code);
    }
    testing_free(t);
}

static void a_lifecycle_is_told_with_the_object(void)
{
    struct testing *t = start("aws");

    CALL("PUT", "/data-lake", "lifecycle", NULL,
         LIFE(RULE("r", "<Filter><Prefix>a/</Prefix></Filter><Expiration><Days>"
                        "2</Days></Expiration>")));
    CALL("PUT", "/data-lake/a/k", "", NULL, "x");
    HEADER("x-amz-expiration",
           "expiry-date=\"Fri, 17 Nov 2023 00:00:00 GMT\", rule-id=\"r\"");
    CALL("HEAD", "/data-lake/a/k", "", NULL, NULL);
    CU_ASSERT_PTR_NOT_NULL(answer_get(&t->x.answer, "x-amz-expiration"));
    CALL("PUT", "/data-lake/b/k", "", NULL, "x");
    HEADER_NOT("x-amz-expiration");
    testing_free(t);
}

/* ---- CORS ---- */

static void origins_are_allowed_by_rule(void)
{
    struct testing *t = start("aws");

    CU_ASSERT_EQUAL(CALL("OPTIONS", "/data-lake/k", "",
                         "Origin: http://a.example\r\n"
                         "Access-Control-Request-Method: PUT\r\n",
                         NULL),
                    403);
    CALL("PUT", "/data-lake", "cors", NULL,
         "<CORSConfiguration><CORSRule><AllowedOrigin>http://*.example"
         "</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedHeader>"
         "x-amz-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader>"
         "<MaxAgeSeconds>60</MaxAgeSeconds></CORSRule></CORSConfiguration>");
    CU_ASSERT_EQUAL(CALL("OPTIONS", "/data-lake/k", "",
                         "Origin: http://a.example\r\n"
                         "Access-Control-Request-Method: PUT\r\n"
                         "Access-Control-Request-Headers: x-amz-date\r\n",
                         NULL),
                    200);
    CU_ASSERT(testing_operation(t, "Preflight"));
    HEADER("Access-Control-Allow-Origin", "http://a.example");
    HEADER("Access-Control-Allow-Methods", "PUT");
    HEADER("Access-Control-Allow-Headers", "x-amz-date");
    HEADER("Access-Control-Max-Age", "60");
    CU_ASSERT_EQUAL(CALL("OPTIONS", "/data-lake/k", "",
                         "Origin: http://a.example\r\n"
                         "Access-Control-Request-Method: PUT\r\n"
                         "Access-Control-Request-Headers: other\r\n",
                         NULL),
                    403);
    HEADER_NOT("Access-Control-Allow-Origin");
    CU_ASSERT_EQUAL(CALL("OPTIONS", "/nowhere/k", "", NULL, NULL), 404);
    CU_ASSERT_EQUAL(CALL("OPTIONS", "/data-lake/k", "", NULL, NULL), 400);
    CALL("PUT", "/data-lake/k", "", "Origin: http://b.example\r\n", "x");
    HEADER("Access-Control-Allow-Origin", "http://b.example");
    HEADER("Access-Control-Expose-Headers", "ETag");
    CALL("GET", "/data-lake/k", "", "Origin: http://b.example\r\n", NULL);
    HEADER_NOT("Access-Control-Allow-Origin");
    testing_free(t);
}

/* ---- lock ---- */

#define UNTIL "2024-01-01T00:00:00.000Z"
#define RETENTION(mode, until)                                                 \
    "<Retention><Mode>" mode "</Mode><RetainUntilDate>" until                  \
    "</RetainUntilDate></Retention>"

static const char *newest(struct testing *t)
{
    static char query[80];

    snprintf(query, sizeof(query), "versionId=%s",
             answer_get(&t->x.answer, "x-amz-version-id"));
    return query;
}

static struct testing *locked_bucket(void)
{
    struct testing *t = start("aws");

    CU_ASSERT_EQUAL(CALL("PUT", "/vault", "",
                         "x-amz-bucket-object-lock-enabled: true\r\n", NULL),
                    200);
    return t;
}

static void a_held_version_cannot_be_removed(void)
{
    struct testing *t = locked_bucket();
    const char *version;

    CU_ASSERT_EQUAL(CALL("PUT", "/vault/k", "",
                         "x-amz-object-lock-mode: GOVERNANCE\r\n"
                         "x-amz-object-lock-retain-until-date: " UNTIL "\r\n",
                         "x"),
                    200);
    version = newest(t);
    CU_ASSERT_EQUAL(CALL("DELETE", "/vault/k", version, NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("PUT", "/vault/k", "retention", NULL,
                         RETENTION("GOVERNANCE", "2023-12-01T00:00:00Z")),
                    403);
    CU_ASSERT_EQUAL(CALL("PUT", "/vault/k", "retention", NULL,
                         RETENTION("GOVERNANCE", "2024-02-01T00:00:00Z")),
                    200);
    CALL("GET", "/vault/k", "retention", NULL, NULL);
    SAYS("<Mode>GOVERNANCE</Mode><RetainUntilDate>2024-02-01T00:00:00.000Z<");
    CALL("HEAD", "/vault/k", "", NULL, NULL);
    HEADER("x-amz-object-lock-mode", "GOVERNANCE");
    CU_ASSERT_EQUAL(CALL("DELETE", "/vault/k", "", NULL, NULL), 204);
    CU_ASSERT_EQUAL(CALL("DELETE", "/vault/k", version,
                         "x-amz-bypass-governance-retention: true\r\n", NULL),
                    204);
    testing_free(t);
}

static void compliance_ends_with_its_date_only(void)
{
    struct testing *t = locked_bucket();
    const char *version;

    CALL("PUT", "/vault/k", "", NULL, "x");
    version = newest(t);
    CU_ASSERT_EQUAL(CALL("PUT", "/vault/k", "retention", NULL,
                         RETENTION("COMPLIANCE", UNTIL)),
                    200);
    CU_ASSERT_EQUAL(CALL("DELETE", "/vault/k", version,
                         "x-amz-bypass-governance-retention: true\r\n", NULL),
                    403);
    t->unix_ms = INT64_C(1704067200000);
    CU_ASSERT_EQUAL(CALL("DELETE", "/vault/k", version, NULL, NULL), 204);
    testing_free(t);
}

static void a_legal_hold_has_no_end(void)
{
    struct testing *t = locked_bucket();
    const char *version;

    CALL("PUT", "/vault/k", "", NULL, "x");
    version = newest(t);
    CU_ASSERT_EQUAL(CALL("GET", "/vault/k", "legal-hold", NULL, NULL), 404);
    CU_ASSERT_EQUAL(CALL("PUT", "/vault/k", "legal-hold", NULL,
                         "<LegalHold><Status>MAYBE</Status></LegalHold>"),
                    400);
    CU_ASSERT_EQUAL(CALL("PUT", "/vault/k", "legal-hold", NULL,
                         "<LegalHold><Status>ON</Status></LegalHold>"),
                    200);
    CU_ASSERT_EQUAL(CALL("DELETE", "/vault/k", version, NULL, NULL), 403);
    CALL("PUT", "/vault/k", "legal-hold", NULL,
         "<LegalHold><Status>OFF</Status></LegalHold>");
    CU_ASSERT_EQUAL(CALL("DELETE", "/vault/k", version, NULL, NULL), 204);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "",
                         "x-amz-object-lock-legal-hold: ON\r\n", "x"),
                    400);
    SAYS("Bucket is missing Object Lock Configuration");
    testing_free(t);
}

static void a_buckets_default_holds_new_objects(void)
{
    struct testing *t = locked_bucket();

    CU_ASSERT_EQUAL(
        CALL("PUT", "/vault", "object-lock", NULL,
             "<ObjectLockConfiguration><ObjectLockEnabled>Enabled"
             "</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE"
             "</Mode><Days>2</Days></DefaultRetention></Rule>"
             "</ObjectLockConfiguration>"),
        200);
    CALL("PUT", "/vault/k", "", NULL, "x");
    CALL("GET", "/vault/k", "retention", NULL, NULL);
    SAYS("<RetainUntilDate>2023-11-16T22:13:20.000Z</RetainUntilDate>");
    CU_ASSERT_EQUAL(CALL("PUT", "/vault", "versioning", NULL,
                         "<VersioningConfiguration><Status>Suspended</Status>"
                         "</VersioningConfiguration>"),
                    409);
    testing_free(t);
}

/* ---- encryption: the contract ---- */

#define SSE "x-amz-server-side-encryption"
#define KEY_HEADERS(key, md5)                                                  \
    SSE "-customer-algorithm: AES256\r\n" SSE "-customer-key: " key "\r\n" SSE \
        "-customer-key-MD5: " md5 "\r\n"
#define ONE_KEY                                                                \
    KEY_HEADERS("pO3upElrwuEXSoFwCfnZPdSsmt/xWeFa0N9KgDijwVs=",                \
                "DWygnHRtgiJ77HCm+1rvHw==")
#define OTHER_KEY                                                              \
    KEY_HEADERS("6b+WOZ1T3cqZMxgThRcXAQBrS5mXKdDUphvpxptl9/4=",                \
                "arxBvwY2V4SiOne6yppVPQ==")

static void a_customers_key_is_demanded_again(void)
{
    struct testing *t = start("aws");

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", ONE_KEY, "x"), 400);
    SAYS("must be made over a secure connection");
    t->tls = true;
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", ONE_KEY, "x"), 200);
    HEADER(SSE "-customer-algorithm", "AES256");
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 400);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", OTHER_KEY, NULL), 403);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", ONE_KEY, NULL), 200);
    CU_ASSERT_STRING_EQUAL(t->body, "x");
    CALL("PUT", "/data-lake/plain", "", NULL, "x");
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/plain", "", ONE_KEY, NULL), 400);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/copy", "",
                         "x-amz-copy-source: data-lake/k\r\n", NULL),
                    400);
    testing_free(t);
}

static void encryption_headers_must_make_sense(void)
{
    static const char *const wrong[] = {
        SSE ": ROT13\r\n",
        SSE ": AES256\r\n" SSE "-aws-kms-key-id: k\r\n",
        SSE ": AES256\r\n" ONE_KEY,
        SSE "-customer-algorithm: AES256\r\n",
        KEY_HEADERS("AAAA", "DWygnHRtgiJ77HCm+1rvHw=="),
        KEY_HEADERS("pO3upElrwuEXSoFwCfnZPdSsmt/xWeFa0N9KgDijwVs=", "AAAA"),
    };
    struct testing *t = start("aws");

    t->tls = true;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", wrong[i], "x"), 400);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "",
                         SSE ": aws:kms\r\n" SSE "-aws-kms-key-id: k\r\n", "x"),
                    200);
    CALL("HEAD", "/data-lake/k", "", NULL, NULL);
    HEADER(SSE, "aws:kms");
    HEADER(SSE "-aws-kms-key-id", "k");
    testing_free(t);
}

/* ---- hosts and health ---- */

static int ask_host(struct testing *t, const char *host, const char *target)
{
    struct str wire;
    int status;

    str_init(&wire, 1024);
    str_addf(&wire, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, host);
    status = testing_send(t, &wire);
    str_fini(&wire);
    return status;
}

static void a_host_may_name_the_bucket(void)
{
    struct testing *t = start("minio");

    s3_put(t->s3, "data-lake", "a/k", SLICE_LIT("hello"), t->body);
    CU_ASSERT_EQUAL(ask_host(t, "data-lake.localhost:9000", "/a/k"), 200);
    CU_ASSERT_STRING_EQUAL(t->body, "hello");
    CU_ASSERT_STRING_EQUAL(t->x.names.bucket, "data-lake");
    CU_ASSERT_EQUAL(ask_host(t, "data-lake.s3.amazonaws.com", "/a/k"), 200);
    CU_ASSERT_EQUAL(
        ask_host(t, "data-lake.s3.us-east-1.amazonaws.com", "/?list-type=2"),
        200);
    SAYS("<Key>a/k</Key>");
    CU_ASSERT_EQUAL(ask_host(t, "s3.us-east-1.amazonaws.com", "/data-lake/a/k"),
                    200);
    CU_ASSERT_EQUAL(ask_host(t, "localhost:9000", "/data-lake/a/k"), 200);
    CU_ASSERT_EQUAL(ask_host(t, "minio", "/data-lake/a/k"), 200);
    CU_ASSERT_EQUAL(ask_host(t, "[::1]:9000", "/data-lake/a/k"), 200);
    CU_ASSERT_EQUAL(ask_host(t, "none.localhost", "/a/k"), 404);
    SAYS("<Code>NoSuchBucket</Code>");
    testing_free(t);
}

static void health_is_minios(void)
{
    struct testing *t = testing_new(NULL);

    t->unsigned_ = true;
    CU_ASSERT_EQUAL(CALL("GET", "/minio/health/live", "", NULL, NULL), 200);
    CU_ASSERT(testing_operation(t, "Health"));
    CU_ASSERT_EQUAL(CALL("HEAD", "/minio/health/ready", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("GET", "/minio/health/cluster", "", NULL, NULL), 200);
    HEADER("x-minio-write-quorum", "1");
    CU_ASSERT_EQUAL(
        CALL("GET", "/minio/health/cluster", "maintenance=true", NULL, NULL),
        412);
    CU_ASSERT(testing_header(t, "Vary", "Origin"));
    CU_ASSERT(testing_header(t, "x-minio-storage-class-defaults", "false"));
    CU_ASSERT_EQUAL(CALL("GET", "/minio/health/other", "", NULL, NULL), 403);
    SAYS("<Code>AccessDenied</Code>");
    CU_ASSERT_EQUAL(CALL("PUT", "/minio/health/live", "", NULL, "x"), 403);
    SAYS("<Code>AllAccessDisabled</Code>");
    CU_ASSERT_EQUAL(CALL("PUT", "/minio", "", NULL, NULL), 403);
    testing_free(t);
    t = testing_new("{\"profile\": \"aws\"}");
    t->unsigned_ = true;
    CU_ASSERT_EQUAL(CALL("GET", "/minio/health/live", "", NULL, NULL), 404);
    SAYS("<Code>NoSuchBucket</Code>");
    testing_free(t);
}

/* ---- memory ---- */

static void what_does_not_fit_is_refused(void)
{
    struct testing *t =
        testing_new("{\"anonymous\": true, \"memory\": \"5KiB\"}");
    char big[4200];

    t->unsigned_ = true;
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = 0;
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", NULL, big), 507);
    SAYS("<Code>XMinioStorageFull</Code>");
    SAYS("keeps at most 5120 bytes in memory");
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 404);
    big[1500] = 0;
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/1", "", NULL, big), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/2", "", NULL, big), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/3", "", NULL, big), 507);
    CALL("DELETE", "/data-lake/1", "", NULL, NULL);
    CALL("DELETE", "/data-lake/2", "", NULL, NULL); /* settles the first */
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/3", "", NULL, big), 200);
    testing_free(t);
}

UNIT_MAIN(
    "s3/settings", UNIT(documents_are_stored_and_given_back),
    UNIT(logs_go_to_a_bucket_of_ones_own), UNIT(replication_needs_versions),
    UNIT(documents_that_make_no_sense_are_refused),
    UNIT(a_lifecycle_is_told_with_the_object),
    UNIT(origins_are_allowed_by_rule), UNIT(a_held_version_cannot_be_removed),
    UNIT(compliance_ends_with_its_date_only), UNIT(a_legal_hold_has_no_end),
    UNIT(a_buckets_default_holds_new_objects),
    UNIT(a_customers_key_is_demanded_again),
    UNIT(encryption_headers_must_make_sense), UNIT(a_host_may_name_the_bucket),
    UNIT(health_is_minios), UNIT(what_does_not_fit_is_refused))
