/* Which requests the mock S3 lets in, and what it says to the others. */
#include "mocks/s3/testing.h"

#define GET() testing_call(t, "GET", "/data-lake", "list-type=2", NULL, NULL)
#define SAYS(text) CU_ASSERT(testing_says(t, text))

#define AWS "{\"profile\": \"aws\"}"

static void refused(struct testing *t, int status, const char *code)
{
    char element[96];

    CU_ASSERT_EQUAL(GET(), status);
    snprintf(element, sizeof(element), "<Code>%s</Code>", code);
    SAYS(element);
}

static void a_right_signature_is_let_in(void)
{
    struct testing *t = testing_new(AWS);

    CU_ASSERT_EQUAL(GET(), 200);
    t->hash = "UNSIGNED-PAYLOAD";
    CU_ASSERT_EQUAL(GET(), 200);
    testing_free(t);
}

static void a_wrong_signature_is_answered_with_what_was_compared(void)
{
    struct testing *t = testing_new(AWS);

    t->secret = "not the secret";
    refused(t, 403, "SignatureDoesNotMatch");
    SAYS("<AWSAccessKeyId>minioadmin</AWSAccessKeyId>");
    SAYS(t->to_sign); /* what the client signed, no markup in it */
    SAYS("<SignatureProvided>");
    SAYS("<StringToSignBytes>41 57 53 34 ");
    SAYS("<CanonicalRequest>GET\n/data-lake\nlist-type=2\nhost:127.0.0.1\n");
    t->secret = NULL;
    t->signature =
        "0000000000000000000000000000000000000000000000000000000000000000";
    refused(t, 403, "SignatureDoesNotMatch");
    testing_free(t);
}

static void every_user_signs_with_his_own_secret(void)
{
    struct testing *t =
        testing_new("{\"users\": [{\"key\": \"a/1\", "
                    "\"secret\": \"first-secret\"},"
                    "{\"key\": \"bob\", \"secret\": \"second-secret\"}]}");

    refused(t, 403, "InvalidAccessKeyId");
    t->access_key = "a/1";
    t->secret = "first-secret";
    CU_ASSERT_EQUAL(GET(), 200);
    t->access_key = "bob";
    refused(t, 403, "SignatureDoesNotMatch");
    t->secret = "second-secret";
    CU_ASSERT_EQUAL(GET(), 200);
    testing_free(t);
}

static void the_clock_of_the_mock_decides_what_is_too_old(void)
{
    struct testing *t = testing_new(AWS);

    t->unix_ms = NOW_MS + 900000;
    CU_ASSERT_EQUAL(GET(), 200);
    t->unix_ms = NOW_MS + 900001;
    refused(t, 403, "RequestTimeTooSkewed");
    SAYS("<RequestTime>" NOW "</RequestTime>");
    SAYS("<ServerTime>2023-11-14T22:28:20.001Z</ServerTime>");
    SAYS("<MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>");
    t->unix_ms = NOW_MS - 900000;
    CU_ASSERT_EQUAL(GET(), 200);
    t->unix_ms = NOW_MS - 900001;
    refused(t, 403, "RequestTimeTooSkewed");
    testing_free(t);
}

static void another_region_is_named(void)
{
    struct testing *t = testing_new(AWS);

    t->region = "eu-west-1";
    refused(t, 400, "AuthorizationHeaderMalformed");
    SAYS("<Region>us-east-1</Region>");
    CU_ASSERT(testing_header(t, "x-amz-bucket-region", "us-east-1"));
    testing_free(t);
    t = testing_new("{\"region\": \"\"}");
    t->region = "eu-west-1";
    CU_ASSERT_EQUAL(GET(), 200);
    testing_free(t);
}

static void headers_that_matter_must_be_signed(void)
{
    struct testing *t = testing_new(AWS);

    CU_ASSERT_EQUAL(testing_call(t, "GET", "/data-lake", "list-type=2",
                                 "X-Amz-Expected-Bucket-Owner: me\r\n", NULL),
                    403);
    SAYS("<HeadersNotSigned>X-Amz-Expected-Bucket-Owner</HeadersNotSigned>");
    t->also_signed = ";range";
    t->also_lines = "range:bytes=0-1\n";
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/data-lake", "list-type=2",
                                 "Range: bytes=0-1\r\n", NULL),
                    200);
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/data-lake", "list-type=2",
                                 "Range: bytes=0-2\r\n", NULL),
                    403);
    SAYS("<Code>SignatureDoesNotMatch</Code>");
    testing_free(t);
}

static void unsigned_requests_need_the_switch(void)
{
    struct testing *t = testing_new(AWS);

    t->unsigned_ = true;
    refused(t, 403, "AccessDenied");
    testing_free(t);
    t = testing_new("{\"anonymous\": true}");
    t->unsigned_ = true;
    CU_ASSERT_EQUAL(GET(), 200);
    t->unsigned_ = false;
    t->secret = "wrong";
    refused(t, 403, "SignatureDoesNotMatch");
    testing_free(t);
}

static void forms_not_served_say_so(void)
{
    struct testing *t = testing_new(AWS);

    t->hash = "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD";
    refused(t, 501, "NotImplemented");
    t->hash = "abc";
    refused(t, 400, "InvalidRequest");
    t->hash = NULL;
    t->unsigned_ = true;
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/data-lake/k", "",
                                 "Authorization: Bearer x\r\n", NULL),
                    400);
    SAYS("<Code>AuthorizationHeaderMalformed</Code>");
    testing_free(t);
}

static void dates_must_be_there_and_agree(void)
{
#define SIGNED_ON(day, more)                                                   \
    "Authorization: AWS4-HMAC-SHA256 Credential=minioadmin/" day               \
    "/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=" EMPTY           \
    "\r\n" more
    struct testing *t = testing_new(AWS);

    t->unsigned_ = true;
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/data-lake",
                                 "location=", SIGNED_ON(TODAY, ""), NULL),
                    403);
    SAYS("valid Date or x-amz-date");
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/data-lake", "location=",
                                 SIGNED_ON(TODAY, "Date: today\r\n"), NULL),
                    403);
    SAYS("valid Date or x-amz-date");
    CU_ASSERT_EQUAL(
        testing_call(
            t, "GET", "/data-lake", "location=",
            SIGNED_ON("20231113", "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n"),
            NULL),
        400);
    SAYS("This date is not the same as X-Amz-Date");
    testing_free(t);
}

static void a_session_token_from_elsewhere_is_refused(void)
{
    struct testing *t = testing_new(NULL);

    t->also_signed = ";x-amz-security-token";
    t->also_lines = "x-amz-security-token:abc\n";
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/data-lake", "list-type=2",
                                 "x-amz-security-token: abc\r\n", NULL),
                    403);
    SAYS("<Code>InvalidTokenId</Code>");
    testing_free(t);
}

static void a_missing_hash_depends_on_the_profile(void)
{
    struct testing *t = testing_new("{\"profile\": \"aws\"}");

    t->unsigned_ = true;
    CU_ASSERT_EQUAL(
        testing_call(
            t, "GET", "/data-lake", "location=",
            SIGNED_ON(TODAY, "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n"), NULL),
        400);
    SAYS("x-amz-content-sha256");
    testing_free(t);
    t = testing_new(NULL);
    t->unsigned_ = true;
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/data-lake", "location=",
                                 SIGNED_ON(TODAY, "x-amz-date: " NOW "\r\n"),
                                 NULL),
                    403);
    SAYS("\n\nhost\n" EMPTY "</CanonicalRequest>");
    testing_free(t);
}

/* The query of a presigned GET of /data-lake/k, signed by hand. */
static const char *presigned(const char *date, const char *expires,
                             const char *more)
{
    static char query[1024];
    char canonical[2048], to_sign[1024], digest[65];
    unsigned char key[64] = "AWS4minioadmin";
    size_t n = 14;

    snprintf(query, sizeof(query),
             "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=minioadmin%%2F"
             "%.8s%%2Fus-east-1%%2Fs3%%2Faws4_request&X-Amz-Date=%s&"
             "X-Amz-Expires=%s&X-Amz-SignedHeaders=host%s",
             date, date, expires, more);
    snprintf(canonical, sizeof(canonical),
             "GET\n/data-lake/k\n%s\nhost:127.0.0.1\n\nhost\n"
             "UNSIGNED-PAYLOAD",
             query);
    testing_hash(canonical, strlen(canonical), digest);
    snprintf(to_sign, sizeof(to_sign),
             "AWS4-HMAC-SHA256\n%s\n%.8s/us-east-1/s3/aws4_request\n%s", date,
             date, digest);
    snprintf(canonical, 9, "%.8s", date);
    testing_hmac(key, &n, canonical);
    testing_hmac(key, &n, "us-east-1");
    testing_hmac(key, &n, "s3");
    testing_hmac(key, &n, "aws4_request");
    testing_hmac(key, &n, to_sign);
    testing_hex(key, digest);
    n = strlen(query);
    snprintf(query + n, sizeof(query) - n, "&X-Amz-Signature=%s", digest);
    return query;
}

#define VISIT(...)                                                             \
    testing_call(t, "GET", "/data-lake/k", presigned(__VA_ARGS__), NULL, NULL)

static void a_presigned_url_is_let_in_while_it_lasts(void)
{
    struct testing *t = testing_new(AWS);

    CU_ASSERT(s3_put(t->s3, "data-lake", "k", SLICE_LIT("hello"), t->body));
    t->unsigned_ = true;
    CU_ASSERT_EQUAL(VISIT(NOW, "600", ""), 200);
    CU_ASSERT_STRING_EQUAL(t->body, "hello");
    CU_ASSERT_EQUAL(VISIT(NOW, "600", "&response-content-type=text%2Fx"), 200);
    CU_ASSERT(testing_header(t, "Content-Type", "text/x"));
    t->unix_ms += 600000;
    CU_ASSERT_EQUAL(VISIT(NOW, "600", ""), 200);
    t->unix_ms += 1;
    CU_ASSERT_EQUAL(VISIT(NOW, "600", ""), 403);
    SAYS("<Message>Request has expired</Message><X-Amz-Expires>600"
         "</X-Amz-Expires><Expires>2023-11-14T22:23:20.000Z</Expires>"
         "<ServerTime>2023-11-14T22:23:20.001Z</ServerTime>");
    t->unix_ms = NOW_MS - 900001;
    CU_ASSERT_EQUAL(VISIT(NOW, "600", ""), 403);
    SAYS("Request is not valid yet");
    testing_free(t);
}

static void a_presigned_url_is_signed_as_it_stands(void)
{
    struct testing *t = testing_new(AWS);
    char query[1024];

    t->unsigned_ = true;
    snprintf(query, sizeof(query), "%s&versionId=null",
             presigned(NOW, "600", ""));
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/data-lake/k", query, NULL, NULL),
                    403);
    SAYS("<Code>SignatureDoesNotMatch</Code>");
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/data-lake/k",
                                 presigned(NOW, "600", ""),
                                 "x-amz-meta-a: 1\r\n", NULL),
                    403);
    SAYS("<HeadersNotSigned>x-amz-meta-a</HeadersNotSigned>");
    t->unsigned_ = false;
    CU_ASSERT_EQUAL(VISIT(NOW, "600", ""), 400);
    SAYS("Only one auth mechanism allowed");
    testing_free(t);
}

static void broken_queries_are_refused_by_name(void)
{
    static const struct {
        const char *date, *expires, *says;
    } cases[] = {
        {NOW, "x", "X-Amz-Expires should be a number"},
        {NOW, "-1", "X-Amz-Expires must be non-negative"},
        {NOW, "604801", "X-Amz-Expires must be less than a week"},
        {"20231114", "60", "X-Amz-Date must be in the ISO8601 Long Format"},
        {"2023111", "60", "Error parsing the X-Amz-Credential parameter"},
    };
    struct testing *t = testing_new(AWS);

    t->unsigned_ = true;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CU_ASSERT_EQUAL(VISIT(cases[i].date, cases[i].expires, ""), 400);
        SAYS("<Code>AuthorizationQueryParametersError</Code>");
        SAYS(cases[i].says);
    }
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/data-lake/k",
                                 "X-Amz-Algorithm=AWS4-HMAC-SHA256", NULL,
                                 NULL),
                    400);
    SAYS("Query-string authentication version 4 requires");
    CU_ASSERT_EQUAL(VISIT(NOW, "0", ""), 403);
    SAYS("Request has expired");
    testing_free(t);
}

static bool always(const char *a, const char *b, size_t n)
{
    (void)a;
    (void)b;
    (void)n;
    return true;
}

static void the_comparison_is_what_stops_a_wrong_signature(void)
{
    struct testing *t = testing_new(AWS);

    t->secret = "wrong";
    CU_ASSERT_EQUAL(GET(), 403);
    s3_compare_signatures(t->s3, always);
    CU_ASSERT_EQUAL(GET(), 200);
    testing_free(t);
}

UNIT_MAIN("s3/auth", UNIT(a_right_signature_is_let_in),
          UNIT(a_wrong_signature_is_answered_with_what_was_compared),
          UNIT(every_user_signs_with_his_own_secret),
          UNIT(the_clock_of_the_mock_decides_what_is_too_old),
          UNIT(another_region_is_named),
          UNIT(headers_that_matter_must_be_signed),
          UNIT(unsigned_requests_need_the_switch),
          UNIT(forms_not_served_say_so), UNIT(dates_must_be_there_and_agree),
          UNIT(a_session_token_from_elsewhere_is_refused),
          UNIT(a_presigned_url_is_let_in_while_it_lasts),
          UNIT(a_presigned_url_is_signed_as_it_stands),
          UNIT(broken_queries_are_refused_by_name),
          UNIT(a_missing_hash_depends_on_the_profile),
          UNIT(the_comparison_is_what_stops_a_wrong_signature))
