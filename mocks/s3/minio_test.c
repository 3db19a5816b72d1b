/* Profile minio: access lists that only say "private", settings that are not
 * there, CORS for everybody, no KMS. Each expectation was seen on a MinIO. */
#include "mocks/s3/testing.h"

#define CALL(...) testing_call(t, __VA_ARGS__)
#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define HEADER(name, value) CU_ASSERT(testing_header(t, name, value))
#define HEADER_NOT(name) CU_ASSERT_PTR_NULL(answer_get(&t->x.answer, name))

static struct testing *start(void)
{
    struct testing *t = testing_new("{\"anonymous\": true}");

    t->unsigned_ = true;
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", NULL, "x"), 200);
    return t;
}

#define LIST(permission)                                                       \
    "<AccessControlPolicy><Owner><ID>x</ID></Owner><AccessControlList><Grant>" \
    "<Grantee><ID>x</ID></Grantee><Permission>" permission                     \
    "</Permission></Grant></AccessControlList></AccessControlPolicy>"

static void lists_only_say_private(void)
{
    static const char *const paths[] = {"/data-lake", "/data-lake/k"};
    struct testing *t = start();

    for (size_t i = 0; i < 2; i++) {
        const char *p = paths[i];

        CU_ASSERT_EQUAL(CALL("GET", p, "acl", NULL, NULL), 200);
        SAYS("<Type>CanonicalUser</Type></Grantee>"
             "<Permission>FULL_CONTROL</Permission>");
        HEADER("Content-Type", "text/plain; charset=utf-8");
        CU_ASSERT_EQUAL(CALL("PUT", p, "acl", "x-amz-acl: private\r\n", NULL),
                        200);
        CU_ASSERT_EQUAL(
            CALL("PUT", p, "acl", "x-amz-acl: public-read\r\n", NULL), 501);
        SAYS("<Code>NotImplemented</Code>");
        CU_ASSERT_EQUAL(CALL("PUT", p, "acl", NULL, LIST("FULL_CONTROL")), 200);
        CU_ASSERT_EQUAL(CALL("PUT", p, "acl", NULL, LIST("READ")), 501);
        CU_ASSERT_EQUAL(CALL("PUT", p, "acl", NULL, "<AccessControlPolicy/>"),
                        501);
        CU_ASSERT_EQUAL(CALL("PUT", p, "acl", NULL, "junk"), 400);
        SAYS("<Code>MalformedXML</Code>");
    }
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/none", "acl", NULL, NULL), 404);
    testing_free(t);
}

static void canned_lists_are_not_looked_at(void)
{
    struct testing *t = testing_new(NULL);

    t->also_signed = ";x-amz-acl";
    t->also_lines = "x-amz-acl:public-read\n";
    CU_ASSERT_EQUAL(
        CALL("PUT", "/data-lake/k", "", "x-amz-acl: public-read\r\n", "x"),
        200);
    t->also_lines = "x-amz-acl:nonsense\n";
    CU_ASSERT_EQUAL(
        CALL("PUT", "/data-lake/l", "", "x-amz-acl: nonsense\r\n", "x"), 200);
    t->also_signed = t->also_lines = NULL;
    t->unsigned_ = true;
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 403);
    testing_free(t);
}

static void some_settings_are_not_there(void)
{
    static const struct {
        const char *method, *query;
        int status;
        const char *says;
    } cases[] = {
        {"GET", "publicAccessBlock", 501, "NotImplemented"},
        {"PUT", "publicAccessBlock", 400, "MalformedXML"},
        {"DELETE", "publicAccessBlock", 501, "NotImplemented"},
        {"GET", "ownershipControls", 501, "NotImplemented"},
        {"GET", "cors", 404, "NoSuchCORSConfiguration"},
        {"PUT", "cors", 501, "NotImplemented"},
        {"GET", "website", 404, "NoSuchWebsiteConfiguration"},
        {"PUT", "website", 400, "MalformedXML"},
        {"GET", "accelerate", 200, "<AccelerateConfiguration"},
        {"PUT", "accelerate", 400, "MalformedXML"},
        {"GET", "requestPayment", 200, "<Payer>BucketOwner</Payer>"},
        {"GET", "logging", 200, "<BucketLoggingStatus"},
        {"GET", "replication", 404, "ReplicationConfigurationNotFoundError"},
        {"GET", "notification", 200, "<NotificationConfiguration"},
        {"GET", "policyStatus", 200, "<IsPublic>FALSE</IsPublic>"},
    };
    struct testing *t = start();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CU_ASSERT_EQUAL(CALL(cases[i].method, "/data-lake", cases[i].query,
                             NULL, *cases[i].method == 'P' ? "<A/>" : NULL),
                        cases[i].status);
        SAYS(cases[i].says);
    }
    CU_ASSERT_EQUAL(
        CALL("PUT", "/data-lake", "notification", NULL,
             "<NotificationConfiguration><QueueConfiguration><Queue>arn:minio:"
             "sqs::1:webhook</Queue></QueueConfiguration>"
             "</NotificationConfiguration>"),
        400);
    SAYS("<Code>InvalidArgument</Code>");
    testing_free(t);
}

static void documents_have_no_declaration(void)
{
    struct testing *t = start();

    CU_ASSERT_EQUAL(
        CALL("PUT", "/data-lake", "lifecycle", NULL,
             "<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status>"
             "<Filter><Prefix>x/</Prefix></Filter><Expiration><Days>1</Days>"
             "</Expiration></Rule></LifecycleConfiguration>"),
        200);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "lifecycle", NULL, NULL), 200);
    CU_ASSERT_NSTRING_EQUAL(t->body, "<LifecycleConfiguration", 23);
    testing_free(t);
}

#define OPEN(action)                                                           \
    "\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":"     \
    "[" action "],\"Resource\":[\"arn:aws:s3:::data-lake\","                   \
    "\"arn:aws:s3:::data-lake/*\"]}]}"

static void a_policy_is_for_those_who_do_not_sign(void)
{
    struct testing *t = testing_new(NULL);

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "policy=", NULL, NULL), 411);
    SAYS("<Code>MissingContentLength</Code>");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "policy=", NULL,
                         "{" OPEN("\"s3:GetObject\"")),
                    400);
    SAYS("valid version string");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "policy=", NULL,
                         "{\"Version\":\"2012-10-17\"," OPEN(
                             "\"s3:ListBucket\",\"s3:PutObject\"")),
                    204);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "policyStatus=", NULL, NULL),
                    200);
    SAYS("<IsPublic>TRUE</IsPublic>");
    t->unsigned_ = true;
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", NULL, "x"), 200);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake/k", "", NULL, NULL), 403);
    t->unsigned_ = false;
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/k", "", NULL, NULL), 200);
    testing_free(t);
}

static void every_origin_may(void)
{
#define ORIGIN "Origin: http://a.example\r\n"
#define ASKED "Access-Control-Request-Method: PUT\r\n"
    struct testing *t = start();

    CALL("GET", "/data-lake/k", "", ORIGIN, NULL);
    HEADER("Access-Control-Allow-Origin", "http://a.example");
    HEADER("Access-Control-Allow-Credentials", "true");
    CU_ASSERT_PTR_NOT_NULL(
        answer_get(&t->x.answer, "Access-Control-Expose-Headers"));
    CU_ASSERT_EQUAL(CALL("GET", "/nowhere/k", "", ORIGIN, NULL), 404);
    HEADER("Access-Control-Allow-Origin", "http://a.example");
    CU_ASSERT_EQUAL(CALL("OPTIONS", "/nowhere/k", "",
                         ORIGIN ASKED
                         "Access-Control-Request-Headers: x-amz-meta-a\r\n",
                         NULL),
                    204);
    HEADER("Access-Control-Allow-Methods", "PUT");
    HEADER("Access-Control-Allow-Headers", "x-amz-meta-a");
    CU_ASSERT_EQUAL(CALL("OPTIONS", "/data-lake/k", "", ORIGIN, NULL), 200);
    HEADER("Access-Control-Allow-Origin", "http://a.example");
    HEADER_NOT("Access-Control-Allow-Methods");
    CU_ASSERT_EQUAL(CALL("OPTIONS", "/data-lake/k", "", ASKED, NULL), 204);
    HEADER_NOT("Access-Control-Allow-Origin");
    testing_free(t);
}

static void without_a_kms_it_does_not_encrypt(void)
{
#define SSE(word) "x-amz-server-side-encryption: " word "\r\n"
    static const char document[] =
        "<ServerSideEncryptionConfiguration><Rule>"
        "<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256"
        "</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>"
        "</ServerSideEncryptionConfiguration>";
    struct testing *t = start();

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/e", "", SSE("AES256"), "x"), 501);
    SAYS("KMS is not configured");
    CU_ASSERT_EQUAL(CALL("POST", "/data-lake/e", "uploads", SSE("aws:kms"), ""),
                    501);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/e", "", SSE("rot13"), "x"), 400);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "encryption", NULL, document),
                    501);
    testing_free(t);
    t = testing_new("{\"anonymous\": true, \"kms\": true}");
    t->unsigned_ = true;
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/e", "", SSE("AES256"), "x"), 200);
    HEADER("x-amz-server-side-encryption", "AES256");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "encryption", NULL, document),
                    200);
    testing_free(t);
}

static void object_lock_is_for_new_buckets(void)
{
#define LOCK                                                                   \
    "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>"  \
    "</ObjectLockConfiguration>"
#define UNTIL(date)                                                            \
    "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>" date                 \
    "</RetainUntilDate></Retention>"
    struct testing *t = start();

    CALL("PUT", "/data-lake", "versioning", NULL,
         "<VersioningConfiguration><Status>Enabled</Status>"
         "</VersioningConfiguration>");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "object-lock", NULL, LOCK), 409);
    SAYS("<Code>InvalidBucketState</Code>");
    CALL("PUT", "/vault", "", "x-amz-bucket-object-lock-enabled: true\r\n",
         NULL);
    CU_ASSERT_EQUAL(CALL("PUT", "/vault", "object-lock", NULL, LOCK), 200);
    CALL("PUT", "/vault/k", "", NULL, "x");
    CU_ASSERT_EQUAL(CALL("GET", "/vault/k", "retention", NULL, NULL), 400);
    SAYS("<Code>NoSuchObjectLockConfiguration</Code>");
    CU_ASSERT_EQUAL(CALL("PUT", "/vault/k", "retention", NULL,
                         UNTIL("2025-01-01T00:00:00Z")),
                    200);
    HEADER_NOT("x-amz-version-id");
    CU_ASSERT_EQUAL(CALL("PUT", "/vault/k", "retention", NULL,
                         UNTIL("2024-01-01T00:00:00Z")),
                    400);
    SAYS("Object is WORM protected and cannot be overwritten");
    CU_ASSERT_EQUAL(CALL("PUT", "/vault/k", "retention", NULL,
                         UNTIL("2019-01-01T00:00:00Z")),
                    400);
    SAYS("<Code>MalformedXML</Code>");
    CU_ASSERT_EQUAL(CALL("PUT", "/vault/l", "",
                         "x-amz-object-lock-mode: GOVERNANCE\r\n", "x"),
                    400);
    SAYS("<Code>InvalidRequest</Code>");
    CU_ASSERT_EQUAL(CALL("PUT", "/vault", "object-lock", NULL,
                         "<ObjectLockConfiguration><ObjectLockEnabled>Perhaps"
                         "</ObjectLockEnabled></ObjectLockConfiguration>"),
                    400);
    SAYS("<Code>InvalidArgument</Code>");
    testing_free(t);
}

UNIT_MAIN("s3/minio", UNIT(lists_only_say_private),
          UNIT(canned_lists_are_not_looked_at),
          UNIT(some_settings_are_not_there),
          UNIT(documents_have_no_declaration),
          UNIT(a_policy_is_for_those_who_do_not_sign), UNIT(every_origin_may),
          UNIT(without_a_kms_it_does_not_encrypt),
          UNIT(object_lock_is_for_new_buckets))
