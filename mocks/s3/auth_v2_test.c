/* Signature Version 2: AWS's published examples, and who is refused. */
#include "mocks/s3/testing.h"

#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define KEY "AWS AKIAIOSFODNN7EXAMPLE:"

static struct testing *at(long long unix_s, const char *more)
{
    char options[512];
    struct testing *t;

    snprintf(options, sizeof(options),
             "{\"users\": [{\"key\": \"AKIAIOSFODNN7EXAMPLE\", \"secret\": "
             "\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"}], \"buckets\": "
             "[\"johnsmith\", \"dictionary\", \"static.johnsmith.net\"]%s}",
             more);
    t = testing_new(options);
    t->unsigned_ = true; /* not in the newer way */
    t->unix_ms = unix_s * 1000;
    return t;
}

static void published_examples_are_let_in(void)
{
    struct testing *t = at(1175024202, "");

    CU_ASSERT_EQUAL(testing_call(t, "GET", "/johnsmith/photos/puppy.jpg", "",
                                 "Date: Tue, 27 Mar 2007 19:36:42 +0000\r\n"
                                 "Authorization: " KEY
                                 "bWq2s1WEIj+Ydj0vQ697zp+IXMU=\r\n",
                                 NULL),
                    404);
    SAYS("<Code>NoSuchKey</Code>");
    t->unix_ms = INT64_C(1175046589000);
    CU_ASSERT_EQUAL(
        testing_call(t, "GET", "/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re",
                     "",
                     "Date: Wed, 28 Mar 2007 01:49:49 +0000\r\n"
                     "Authorization: " KEY "DNEZGsoieTZ92F3bUfSPQcbGmlM=\r\n",
                     NULL),
        404);
    SAYS("<Code>NoSuchKey</Code>");
    testing_free(t);
}

static void what_names_another_operation_is_signed(void)
{
    struct testing *t = at(1175024686, "");

    CU_ASSERT_EQUAL(testing_call(t, "GET", "/johnsmith/", "acl",
                                 "Date: Tue, 27 Mar 2007 19:44:46 +0000\r\n"
                                 "Authorization: " KEY
                                 "c2WLPFtWHVgbEmeEG93a4cG37dM=\r\n",
                                 NULL),
                    200);
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/johnsmith/", "",
                                 "Date: Tue, 27 Mar 2007 19:44:46 +0000\r\n"
                                 "Authorization: " KEY
                                 "c2WLPFtWHVgbEmeEG93a4cG37dM=\r\n",
                                 NULL),
                    403);
    SAYS("<Code>SignatureDoesNotMatch</Code>");
    SAYS("<StringToSign>GET\n\n\nTue, 27 Mar 2007 19:44:46 +0000\n/johnsmith/"
         "</StringToSign>");
    CU_ASSERT(!testing_says(t, "CanonicalRequest"));
    testing_free(t);
}

static void headers_of_amazon_are_sorted_and_joined(void)
{
    struct testing *t = at(1175029568, "");

    CU_ASSERT_EQUAL(
        testing_call(t, "PUT", "/static.johnsmith.net/db-backup.dat.gz", "",
                     "Date: Tue, 27 Mar 2007 21:06:08 +0000\r\n"
                     "x-amz-acl: public-read\r\n"
                     "content-type: application/x-download\r\n"
                     "Content-MD5: 4gJE4saaMU4BqNR0kLY+lw==\r\n"
                     "X-Amz-Meta-ReviewedBy: joe@johnsmith.net\r\n"
                     "X-Amz-Meta-ReviewedBy: jane@johnsmith.net\r\n"
                     "X-Amz-Meta-FileChecksum: 0x02661779\r\n"
                     "X-Amz-Meta-ChecksumAlgorithm: crc32\r\n"
                     "Authorization: " KEY "ilyl83RwaSoYIEdixDQcA4OnAnc=\r\n",
                     "not these bytes"),
        400);
    SAYS("<Code>BadDigest</Code>"); /* the signature was right, then */
    testing_free(t);
}

#define PRESIGNED                                                              \
    "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature="                           \
    "NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620"

static int presigned(struct testing *t, const char *path, const char *query)
{
    return testing_call(t, "GET", path, query, NULL, NULL);
}

static void a_url_is_let_in_while_it_lasts(void)
{
    struct testing *t = at(1175139620, ", \"profile\": \"aws\"");

    CU_ASSERT_EQUAL(presigned(t, "/johnsmith/photos/puppy.jpg", PRESIGNED),
                    404);
    SAYS("<Code>NoSuchKey</Code>");
    CU_ASSERT_EQUAL(presigned(t, "/johnsmith/photos/kitten.jpg", PRESIGNED),
                    403);
    SAYS("<Code>SignatureDoesNotMatch</Code>");
    t->unix_ms += 1000;
    CU_ASSERT_EQUAL(presigned(t, "/johnsmith/photos/puppy.jpg", PRESIGNED),
                    403);
    SAYS("<Message>Request has expired</Message>");
    SAYS("<Expires>2007-03-29T03:40:20.000Z</Expires>");
    testing_free(t);
}

static void a_bucket_in_host_is_signed_with_the_path(void)
{
    struct testing *t = at(1175024202, "");
    struct str wire;

    str_init(&wire, 1000);
    str_addz(&wire,
             "GET /photos/puppy.jpg HTTP/1.1\r\n"
             "Host: johnsmith.s3.amazonaws.com\r\n"
             "Date: Tue, 27 Mar 2007 19:36:42 +0000\r\n"
             "Authorization: " KEY "bWq2s1WEIj+Ydj0vQ697zp+IXMU=\r\n\r\n");
    CU_ASSERT_EQUAL(testing_send(t, &wire), 404);
    SAYS("<Code>NoSuchKey</Code>");
    str_fini(&wire);
    testing_free(t);
}

static void broken_claims_are_refused(void)
{
    struct testing *t = at(1175139620, "");

    CU_ASSERT_EQUAL(presigned(t, "/johnsmith/x", "AWSAccessKeyId=a&Expires=1"),
                    400);
    SAYS("<Code>AuthorizationQueryParametersError</Code>");
    CU_ASSERT_EQUAL(
        presigned(t, "/johnsmith/x", "AWSAccessKeyId=a&Expires=1&Signature=b"),
        403);
    SAYS("<Code>InvalidAccessKeyId</Code>");
    CU_ASSERT_EQUAL(presigned(t, "/johnsmith/x",
                              "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires="
                              "soon&Signature=b"),
                    400);
    SAYS("<Code>AuthorizationQueryParametersError</Code>");
    testing_free(t);
    t = at(1175139620, ", \"profile\": \"aws\"");
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/johnsmith/x", "",
                                 "Authorization: AWS key\r\n", NULL),
                    400);
    SAYS("<Code>MissingFields</Code>");
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/johnsmith/x", "",
                                 "Authorization: " KEY "x\r\n", NULL),
                    403);
    SAYS("<Code>AccessDenied</Code>"); /* no date */
    CU_ASSERT_EQUAL(testing_call(t, "GET", "/johnsmith/photos/puppy.jpg", "",
                                 "Date: Tue, 27 Mar 2007 19:36:42 +0000\r\n"
                                 "Authorization: " KEY
                                 "bWq2s1WEIj+Ydj0vQ697zp+IXMU=\r\n",
                                 NULL),
                    403);
    SAYS("<Code>RequestTimeTooSkewed</Code>");
    testing_free(t);
}

static void aws_takes_it_in_its_older_regions(void)
{
    struct testing *t = at(1175139620, ", \"profile\": \"aws\"");

    CU_ASSERT_EQUAL(presigned(t, "/johnsmith/photos/puppy.jpg", PRESIGNED),
                    404);
    CU_ASSERT_EQUAL(presigned(t, "/johnsmith/x", "AWSAccessKeyId=a&Expires=1"),
                    403);
    SAYS("<Code>AccessDenied</Code>");
    testing_free(t);
    t = at(1175139620, ", \"profile\": \"aws\", \"region\": \"eu-central-1\"");
    CU_ASSERT_EQUAL(presigned(t, "/johnsmith/photos/puppy.jpg", PRESIGNED),
                    400);
    SAYS("Please use AWS4-HMAC-SHA256.");
    testing_free(t);
}

UNIT_MAIN("s3/auth_v2", UNIT(published_examples_are_let_in),
          UNIT(what_names_another_operation_is_signed),
          UNIT(headers_of_amazon_are_sorted_and_joined),
          UNIT(a_url_is_let_in_while_it_lasts),
          UNIT(a_bucket_in_host_is_signed_with_the_path),
          UNIT(broken_claims_are_refused),
          UNIT(aws_takes_it_in_its_older_regions))
