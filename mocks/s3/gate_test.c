/* gate_test: what MinIO refuses unseen, and its own order of questions about a
 * signature. */
#include "mocks/s3/testing.h"

#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define CALL(...) testing_call(t, __VA_ARGS__)
#define CREDENTIAL "minioadmin/" TODAY "/us-east-1/s3/aws4_request"
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static void refused(struct testing *t, int status, const char *code)
{
    char element[80];

    snprintf(element, sizeof(element), "<Code>%s</Code>", code);
    CU_ASSERT_EQUAL(t->x.answer.status, status);
    SAYS(element);
}

static void refusals_name_no_bucket(void)
{
    struct testing *t = testing_new(NULL);

    CALL("GET", "/UPPER/key", "", NULL, NULL);
    refused(t, 400, "InvalidBucketName");
    SAYS("bucket is not valid.</Message><Resource>/UPPER/key<");
    CU_ASSERT_FALSE(testing_says(t, "<BucketName>"));
    CU_ASSERT_FALSE(testing_says(t, "<Key>"));
    CU_ASSERT(testing_header(t, "Vary", "Origin"));
    CU_ASSERT(testing_header(t, "x-amz-bucket-region", "us-east-1"));
    CALL("GET", "/no-such-bucket/key", "", NULL, NULL);
    refused(t, 404, "NoSuchBucket");
    SAYS("<Key>key</Key><BucketName>no-such-bucket</BucketName>");
    SAYS("<Region>us-east-1</Region>");
    testing_free(t);
}

static void names_and_paths_are_looked_at_first(void)
{
    static const struct {
        const char *path, *query, *code;
        int status;
    } cases[] = {
        {"/data-lake/../x", "", "XMinioInvalidResourceName", 400},
        {"/data-lake/a/./b", "", "XMinioInvalidResourceName", 400},
        {"/data-lake/%2e%2e", "", "XMinioInvalidResourceName", 400},
        {"/data-lake", "prefix=..%2Fx", "XMinioInvalidResourceName", 400},
        {"/data-lake", "prefix=%zz", "InvalidRequest", 400},
        {"/data-lake", "prefix=a;b", "InvalidRequest", 400},
        {"/minio", "", "AllAccessDisabled", 403},
    };
    struct testing *t = testing_new(NULL);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CALL("GET", cases[i].path, cases[i].query, NULL, NULL);
        refused(t, cases[i].status, cases[i].code);
    }
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "delimiter=..", NULL, NULL), 200);
    testing_free(t);
}

static void headers_have_a_size(void)
{
    struct testing *t = testing_new(NULL);
    char line[2200], value[2101] = "";

    memset(value, 'm', sizeof(value) - 1);
    snprintf(line, sizeof(line), "x-amz-meta-a: %s\r\n", value);
    CALL("PUT", "/data-lake/k", "", line, "x");
    refused(t, 400, "MetadataTooLarge");
    CALL("PUT", "/data-lake/k", "",
         "x-amz-server-side-encryption-customer-algorithm: AES256\r\n", "x");
    refused(t, 400, "InvalidRequest");
    SAYS("must be made over a secure connection");
    testing_free(t);
}

static void dates_come_before_keys(void)
{
    struct testing *t = testing_new(NULL);

    t->access_key = "nobody";
    t->date = "20231114T230000Z";
    CALL("GET", "/data-lake", "", NULL, NULL);
    refused(t, 403, "RequestTimeTooSkewed");
    t->date = "yesterday0";
    CALL("GET", "/data-lake", "", NULL, NULL);
    refused(t, 400, "MalformedDate");
    t->date = NULL;
    CALL("GET", "/data-lake", "", NULL, NULL);
    refused(t, 403, "InvalidAccessKeyId");
    testing_free(t);
}

/* The header's fields stand in their order, each with its own error. */
static void fields_are_taken_by_their_place(void)
{
    static const struct {
        const char *value, *code;
        int status;
    } cases[] = {
        {"Basic bWluaW8=", "InvalidRequest", 400},
        {"AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", SignedHeaders=host",
         "MissingFields", 400},
        {"AWS4-HMAC-SHA256 Key=" CREDENTIAL
         ", SignedHeaders=host, Signature=" ZEROS,
         "InvalidRequest", 400},
        {"AWS4-HMAC-SHA256 Credential=minioadmin/x, SignedHeaders=host, "
         "Signature=" ZEROS,
         "AuthorizationQueryParametersError", 400},
        {"AWS4-HMAC-SHA256 Credential=minioadmin/" TODAY
         "/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=" ZEROS,
         "AuthorizationParametersError", 400},
        {"AWS4-HMAC-SHA256 Credential=minioadmin/" TODAY
         "/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=" ZEROS,
         "AuthorizationHeaderMalformed", 400},
        {"AWS4-HMAC-SHA256 Credential=" CREDENTIAL
         ", Headers=host, Signature=" ZEROS,
         "InvalidArgument", 400},
        {"AWS4-HMAC-SHA256 Credential=" CREDENTIAL
         ", SignedHeaders=range, Signature=" ZEROS,
         "AccessDenied", 400},
        {"AWS4-HMAC-SHA256 Credential=" CREDENTIAL
         ", SignedHeaders=host, Signature=short",
         "SignatureDoesNotMatch", 403},
    };
    struct testing *t = testing_new(NULL);
    char headers[400];

    t->unsigned_ = true;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(headers, sizeof(headers),
                 "x-amz-date: " NOW "\r\nAuthorization: %s\r\n",
                 cases[i].value);
        CALL("GET", "/data-lake", "", headers, NULL);
        refused(t, cases[i].status, cases[i].code);
    }
    testing_free(t);
}

static void every_region_lists_buckets(void)
{
    struct testing *t = testing_new(NULL);

    t->region = "eu-west-1";
    CU_ASSERT_EQUAL(CALL("GET", "/", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "location=", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "", NULL, NULL), 400);
    SAYS("the region is wrong; expecting 'us-east-1'.");
    testing_free(t);
}

static void presigned_urls_have_errors_of_their_own(void)
{
#define QUERY                                                                  \
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=minioadmin%2F" TODAY    \
    "%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-SignedHeaders=host"
    static const struct {
        const char *more, *message;
        int status;
    } cases[] = {
        {"", "requires the X-Amz-Algorithm", 400},
        {"&X-Amz-Signature=0&X-Amz-Expires=60&X-Amz-Date=today",
         "X-Amz-Date must be in the ISO8601 Long Format", 400},
        {"&X-Amz-Signature=0&X-Amz-Expires=soon&X-Amz-Date=" NOW,
         "X-Amz-Expires should be a number", 400},
        {"&X-Amz-Signature=0&X-Amz-Expires=-1&X-Amz-Date=" NOW,
         "X-Amz-Expires must be non-negative", 400},
        {"&X-Amz-Signature=0&X-Amz-Expires=604801&X-Amz-Date=" NOW,
         "X-Amz-Expires must be less than a week", 400},
        {"&X-Amz-Signature=0&X-Amz-Expires=60&X-Amz-Date=20231114T221200Z",
         "Request has expired", 403},
        {"&X-Amz-Signature=0&X-Amz-Expires=60&X-Amz-Date=20231114T223000Z",
         "Request is not valid yet", 403},
        {"&X-Amz-Signature=0&X-Amz-Expires=60&X-Amz-Date=" NOW,
         "SignatureDoesNotMatch", 403},
    };
    struct testing *t = testing_new(NULL);
    char query[600];

    t->unsigned_ = true;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(query, sizeof(query), "%s%s", QUERY, cases[i].more);
        CU_ASSERT_EQUAL(CALL("GET", "/data-lake", query, NULL, NULL),
                        cases[i].status);
        SAYS(cases[i].message);
    }
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", QUERY,
                         "x-amz-date: " NOW
                         "\r\nAuthorization: AWS4-HMAC-SHA256 x\r\n",
                         NULL),
                    400);
    SAYS("request has multiple authentication types");
    testing_free(t);
}

UNIT_MAIN("s3/gate", UNIT(refusals_name_no_bucket),
          UNIT(names_and_paths_are_looked_at_first), UNIT(headers_have_a_size),
          UNIT(dates_come_before_keys), UNIT(fields_are_taken_by_their_place),
          UNIT(every_region_lists_buckets),
          UNIT(presigned_urls_have_errors_of_their_own))
