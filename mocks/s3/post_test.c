/* PostObject: forms, their policies and both versions of their signature. */
#include "mocks/s3/testing.h"

#define CALL(...) testing_call(t, __VA_ARGS__)
#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define HEADER(name, value) CU_ASSERT(testing_header(t, name, value))

static struct testing *start(const char *profile)
{
    char options[300];
    struct testing *t;

    snprintf(options, sizeof(options),
             "{\"anonymous\": true, \"profile\": \"%s\", \"sessions\": [{"
             "\"key\": \"ASIA1\", \"secret\": \"s1\", \"token\": \"t1\", "
             "\"lifetime\": \"1h\"}]}",
             profile);
    t = testing_new(options);
    t->unsigned_ = true;
    return t;
}

#define PART(name, value)                                                      \
    "--BB\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value  \
    "\r\n"
#define FILE_PART(name, bytes)                                                 \
    "--BB\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" name  \
    "\"\r\nContent-Type: text/plain\r\n\r\n" bytes "\r\n--BB--\r\n"
#define FORM "Content-Type: multipart/form-data; boundary=BB\r\n"

static void a_form_stores_its_file(void)
{
    struct testing *t = start("aws");

    CU_ASSERT_EQUAL(
        CALL("POST", "/data-lake", "", FORM,
             PART("key", "up/${filename}") PART("Content-Type", "text/x")
                 PART("x-amz-meta-a", "1") FILE_PART("f.txt", "a\r\n--B\r\nb")),
        204);
    CU_ASSERT(testing_operation(t, "PostObject"));
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/up/f.txt", "", NULL, NULL), 200);
    CU_ASSERT_STRING_EQUAL(t->body, "a\r\n--B\r\nb");
    HEADER("Content-Type", "text/x");
    HEADER("x-amz-meta-a", "1");
    CU_ASSERT_EQUAL(CALL("POST", "/data-lake", "", FORM,
                         PART("key", "k") PART("success_action_status", "201")
                             FILE_PART("f", "x")),
                    201);
    SAYS("<PostResponse><Location>http://127.0.0.1/data-lake/k</Location>");
    CU_ASSERT_EQUAL(CALL("POST", "/data-lake", "", FORM,
                         PART("key", "k")
                             PART("success_action_redirect", "http://a/b")
                                 FILE_PART("f", "x")),
                    303);
    HEADER("Location", "http://a/b?bucket=data-lake&key=k&etag=%22"
                       "9dd4e461268c8034f5c8564e155c67a6%22");
    testing_free(t);
}

/* {"expiration": "2023-11-15T00:00:00Z", "conditions": [{"bucket":
 * "data-lake"}, ["starts-with", "$key", "up/"], ["content-length-range", 1, 4],
 * {"x-amz-meta-a": "1"}]} */
#define POLICY64                                                               \
    "eyJleHBpcmF0aW9uIjogIjIwMjMtMTEtMTVUMDA6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBb" \
    "eyJidWNrZXQiOiAiZGF0YS1sYWtlIn0sIFsic3RhcnRzLXdpdGgiLCAiJGtleSIsICJ1cC8i" \
    "XSwgWyJjb250ZW50LWxlbmd0aC1yYW5nZSIsIDEsIDRdLCB7IngtYW16LW1ldGEtYSI6ICIx" \
    "In1dfQ=="

static const char *sha1_of(const char *text, const char *secret)
{
    static char out[64];
    unsigned char mac[20];
    struct str b64;

    HMAC(EVP_sha1(), secret, (int)strlen(secret), (const unsigned char *)text,
         strlen(text), mac, NULL);
    str_init(&b64, 64);
    base64_encode(&b64, (struct slice){(char *)mac, 20});
    snprintf(out, sizeof(out), "%s", str_z(&b64));
    str_fini(&b64);
    return out;
}

static int post_signed(struct testing *t, const char *secret, const char *rest)
{
    char body[2000];

    snprintf(body, sizeof(body),
             PART("AWSAccessKeyId", "minioadmin") PART("policy", POLICY64)
                 PART("signature", "%s") "%s",
             sha1_of(POLICY64, secret), rest);
    return CALL("POST", "/data-lake", "", FORM, body);
}

static void a_forms_policy_is_held_against_it(void)
{
#define GOOD PART("key", "up/k") PART("x-amz-meta-a", "1")
    struct testing *t = testing_new(NULL);

    t->unsigned_ = true;
    CU_ASSERT_EQUAL(post_signed(t, "minioadmin", GOOD FILE_PART("f", "abcd")),
                    204);
    CU_ASSERT_EQUAL(post_signed(t, "wrong", GOOD FILE_PART("f", "x")), 403);
    SAYS("<Code>SignatureDoesNotMatch</Code>");
    CU_ASSERT_EQUAL(post_signed(t, "minioadmin", GOOD FILE_PART("f", "")), 400);
    SAYS("<Code>EntityTooSmall</Code>");
    CU_ASSERT_EQUAL(post_signed(t, "minioadmin", GOOD FILE_PART("f", "abcde")),
                    400);
    SAYS("<Code>EntityTooLarge</Code>");
    CU_ASSERT_EQUAL(post_signed(t, "minioadmin",
                                PART("key", "k") PART("x-amz-meta-a", "1")
                                    FILE_PART("f", "x")),
                    403);
    CU_ASSERT_EQUAL(post_signed(t, "minioadmin",
                                GOOD PART("x-amz-meta-b", "1")
                                    FILE_PART("f", "x")),
                    403);
    SAYS("Extra input fields: x-amz-meta-b");
    t->unix_ms += 7200000;
    CU_ASSERT_EQUAL(post_signed(t, "minioadmin", GOOD FILE_PART("f", "x")),
                    403);
    SAYS("Policy expired.");
    testing_free(t);
}

static void broken_forms_are_refused(void)
{
    static const struct {
        const char *headers, *body;
    } cases[] = {
        {FORM, ""},
        {FORM, "--BB--\r\n"},
        {FORM, "--BB"},
        {FORM, "--CC\r\n\r\n\r\n--CC--\r\n"},
        {FORM, PART("key", "k")},
        {FORM, PART("key", "k") "--BB--\r\n"},
        {FORM, FILE_PART("f", "x")},
        {FORM, "--BB\r\nX: y\r\n\r\nk\r\n--BB--\r\n"},
        {FORM, "--BB\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n"},
        {"Content-Type: text/plain\r\n", PART("key", "k") FILE_PART("f", "x")},
        {"Content-Type: multipart/form-data; boundary=\r\n", "x"},
    };
    struct testing *t = start("aws");

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CU_ASSERT_EQUAL(
            CALL("POST", "/data-lake", "", cases[i].headers, cases[i].body),
            400);
    testing_free(t);
}

/* ---- the fourth version ---- */

/* {"expiration": "2023-11-15T00:00:00Z", "conditions": [["starts-with", "$key",
 * ""], ["starts-with", "$x-amz-credential", ""], ["starts-with",
 * "$x-amz-security-token", ""]]} */
#define OPEN64                                                                 \
    "eyJleHBpcmF0aW9uIjogIjIwMjMtMTEtMTVUMDA6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBb" \
    "WyJzdGFydHMtd2l0aCIsICIka2V5IiwgIiJdLCBbInN0YXJ0cy13aXRoIiwgIiR4LWFtei1j" \
    "cmVkZW50aWFsIiwgIiJdLCBbInN0YXJ0cy13aXRoIiwgIiR4LWFtei1zZWN1cml0eS10b2tl" \
    "biIsICIiXV19"

struct signer {
    const char *key, *secret, *region, *service, *token;
};

static const char *v4_of(const struct signer *s, const char *text)
{
    static char out[65];
    unsigned char key[64];
    size_t n = (size_t)snprintf((char *)key, sizeof(key), "AWS4%s", s->secret);

    testing_hmac(key, &n, TODAY);
    testing_hmac(key, &n, s->region);
    testing_hmac(key, &n, s->service);
    testing_hmac(key, &n, "aws4_request");
    testing_hmac(key, &n, text);
    testing_hex(key, out);
    return out;
}

static int post_v4(struct testing *t, struct signer s)
{
    char body[2000], token[200] = "";

    if (s.token)
        snprintf(token, sizeof(token), PART("x-amz-security-token", "%s"),
                 s.token);
    snprintf(body, sizeof(body),
             PART("key", "k") PART("policy", OPEN64)
                 PART("x-amz-credential", "%s/" TODAY "/%s/%s/aws4_request")
                     PART("x-amz-signature", "%s") "%s" FILE_PART("f", "x"),
             s.key, s.region, s.service, v4_of(&s, OPEN64), token);
    return CALL("POST", "/data-lake", "", FORM, body);
}

#define ADMIN "minioadmin", "minioadmin"

static void a_form_is_signed_with_the_fourth_version(void)
{
    struct testing *t = start("aws");

    CU_ASSERT_EQUAL(post_v4(t, (struct signer){ADMIN, "us-east-1", "s3", NULL}),
                    204);
    HEADER("Location", "http://127.0.0.1/data-lake/k");
    CU_ASSERT_EQUAL(post_v4(t, (struct signer){"minioadmin", "wrong",
                                               "us-east-1", "s3", NULL}),
                    403);
    SAYS("<Code>SignatureDoesNotMatch</Code>");
    CU_ASSERT_EQUAL(
        post_v4(t, (struct signer){"nobody", "x", "us-east-1", "s3", NULL}),
        403);
    SAYS("<Code>InvalidAccessKeyId</Code>");
    CU_ASSERT_EQUAL(post_v4(t, (struct signer){ADMIN, "eu-west-1", "s3", NULL}),
                    400);
    SAYS("<Code>AuthorizationQueryParametersError</Code>");
    SAYS("expecting 'us-east-1'");
    CU_ASSERT_EQUAL(
        post_v4(t, (struct signer){ADMIN, "us-east-1", "sts", NULL}), 400);
    SAYS("incorrect service");
    testing_free(t);
}

static void a_session_signs_with_its_token(void)
{
    struct testing *t = start("aws");
    struct signer s = {"ASIA1", "s1", "us-east-1", "s3", "t1"};

    CU_ASSERT_EQUAL(post_v4(t, s), 204);
    s.token = "t2";
    CU_ASSERT_EQUAL(post_v4(t, s), 400);
    SAYS("<Code>InvalidToken</Code>");
    s.token = "t1";
    t->unix_ms += 3600001;
    CU_ASSERT_EQUAL(post_v4(t, s), 400);
    SAYS("<Code>ExpiredToken</Code>");
    testing_free(t);
}

static void a_form_without_a_policy_may_be_anybodys(void)
{
    static const char body[] = PART("key", "k") FILE_PART("f", "x");
    struct testing *t = start("aws");

    CU_ASSERT_EQUAL(CALL("POST", "/data-lake", "", FORM, body), 204);
    testing_free(t);
    t = testing_new("{\"profile\": \"aws\"}");
    t->unsigned_ = true;
    CU_ASSERT_EQUAL(CALL("POST", "/data-lake", "", FORM, body), 403);
    testing_free(t);
    t = start("minio"); /* not there */
    CU_ASSERT_EQUAL(CALL("POST", "/data-lake", "", FORM, body), 400);
    SAYS("<Code>AuthorizationQueryParametersError</Code>");
    testing_free(t);
}

UNIT_MAIN("s3/post", UNIT(a_form_stores_its_file),
          UNIT(a_forms_policy_is_held_against_it),
          UNIT(broken_forms_are_refused),
          UNIT(a_form_is_signed_with_the_fourth_version),
          UNIT(a_session_signs_with_its_token),
          UNIT(a_form_without_a_policy_may_be_anybodys))
