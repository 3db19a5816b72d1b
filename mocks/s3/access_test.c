/* Who may do what: accounts, access lists, policies, rights of users,
 * sessions. */
#include "mocks/s3/testing.h"

#define CALL(...) testing_call(t, __VA_ARGS__)
#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define ANN "ann-key", "ann-secret"
#define BOB "bob-key", "bob-secret"

static struct testing *start(void)
{
    return testing_new(
        "{\"profile\": \"aws\", \"buckets\": [], \"users\": ["
        "{\"key\": \"ann-key\", \"secret\": \"ann-secret\", \"id\": \"ann\"},"
        "{\"key\": \"bob-key\", \"secret\": \"bob-secret\", \"id\": \"bob\", "
        "\"email\": \"bob@example.com\"}]}");
}

static void become(struct testing *t, const char *key, const char *secret)
{
    t->unsigned_ = !key;
    t->access_key = key;
    t->secret = secret;
}

/* A call with one header more, which is signed. */
static int with(struct testing *t, const char *method, const char *path,
                const char *query, const char *name, const char *value,
                const char *body)
{
    char signed_[100], line[300], header[300];
    int status;

    snprintf(signed_, sizeof(signed_), ";%s", name);
    snprintf(line, sizeof(line), "%s:%s\n", name, value);
    snprintf(header, sizeof(header), "%s: %s\r\n", name, value);
    t->also_signed = signed_;
    t->also_lines = line;
    status = CALL(method, path, query, header, body);
    t->also_signed = t->also_lines = NULL;
    return status;
}

static void buckets_belong_to_who_made_them(void)
{
    struct testing *t = start();

    become(t, ANN);
    CU_ASSERT_EQUAL(CALL("PUT", "/ann-1", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/ann-1", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/ann-1/k", "", NULL, "x"), 200);
    become(t, BOB);
    CU_ASSERT_EQUAL(CALL("PUT", "/ann-1", "", NULL, NULL), 409);
    SAYS("<Code>BucketAlreadyExists</Code>");
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1/k", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("PUT", "/ann-1/l", "", NULL, "x"), 403);
    CU_ASSERT_EQUAL(CALL("DELETE", "/ann-1/k", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("DELETE", "/ann-1", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("GET", "/", "", NULL, NULL), 200);
    CU_ASSERT_FALSE(testing_says(t, "ann-1"));
    become(t, NULL, NULL);
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1/k", "", NULL, NULL), 403);
    testing_free(t);
}

static void canned_lists_open_buckets_and_objects(void)
{
    struct testing *t = start();

    become(t, ANN);
    with(t, "PUT", "/open", "", "x-amz-acl", "public-read", NULL);
    CALL("PUT", "/open/private", "", NULL, "x");
    with(t, "PUT", "/open/public", "", "x-amz-acl", "public-read", "x");
    with(t, "PUT", "/open/known", "", "x-amz-acl", "authenticated-read", "x");
    CU_ASSERT_EQUAL(with(t, "PUT", "/open/k", "", "x-amz-acl", "open", "x"),
                    400);
    become(t, NULL, NULL);
    CU_ASSERT_EQUAL(CALL("GET", "/open", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("GET", "/open/public", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("GET", "/open/private", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("GET", "/open/known", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("GET", "/open/none", "", NULL, NULL), 404);
    CU_ASSERT_EQUAL(CALL("PUT", "/open/new", "", NULL, "x"), 403);
    become(t, BOB);
    CU_ASSERT_EQUAL(CALL("GET", "/open/known", "", NULL, NULL), 200);
    become(t, ANN);
    with(t, "PUT", "/open", "acl=", "x-amz-acl", "private", NULL);
    become(t, NULL, NULL);
    CU_ASSERT_EQUAL(CALL("GET", "/open", "", NULL, NULL), 403);
    testing_free(t);
}

#define GRANTS(who, permission)                                                \
    "<AccessControlPolicy><Owner><ID>ann</ID></Owner><AccessControlList>"      \
    "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" " \
    "xsi:type=\"CanonicalUser\">" who "</Grantee><Permission>" permission      \
    "</Permission></Grant></AccessControlList></AccessControlPolicy>"

/* The last call's head, as a client waits behind it for "100 Continue". */
static bool is_refused_early(struct testing *t)
{
    return s3_service(t->s3)->refuses(&t->x);
}

static void a_body_is_not_waited_for_in_vain(void)
{
    struct testing *t = start();

    become(t, ANN);
    CALL("PUT", "/ann-1", "", NULL, NULL);
    CALL("PUT", "/ann-1/k", "", NULL, "x");
    CU_ASSERT_FALSE(is_refused_early(t));
    become(t, NULL, NULL);
    CU_ASSERT_EQUAL(CALL("PUT", "/ann-1/k", "", NULL, "x"), 403);
    CU_ASSERT(is_refused_early(t));
    CU_ASSERT_EQUAL(
        CALL("PUT", "/ann-1/k", "",
             "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n"
             "x-amz-decoded-content-length: 3\r\n",
             ""),
        403); /* its frames are not looked at */
    CU_ASSERT_EQUAL(CALL("PUT", "/none/k", "", NULL, "x"), 404);
    CU_ASSERT(is_refused_early(t));
    become(t, ANN);
    with(t, "PUT", "/ann-1", "acl=", "x-amz-acl", "public-read-write", NULL);
    become(t, NULL, NULL);
    CU_ASSERT_EQUAL(CALL("PUT", "/ann-1/l", "", NULL, "x"), 200);
    CU_ASSERT_FALSE(is_refused_early(t));
    testing_free(t);
}

static void grants_are_set_and_shown(void)
{
    struct testing *t = start();

    become(t, ANN);
    CALL("PUT", "/ann-1", "", NULL, NULL);
    CALL("PUT", "/ann-1/k", "", NULL, "x");
    CALL("GET", "/ann-1", "acl=", NULL, NULL);
    SAYS("<ID>ann</ID><DisplayName>ann-key</DisplayName></Grantee>"
         "<Permission>FULL_CONTROL</Permission>");
    CU_ASSERT_EQUAL(
        CALL("PUT", "/ann-1/k", "acl=", NULL,
             GRANTS("<EmailAddress>bob@example.com</EmailAddress>", "READ")),
        200);
    CALL("GET", "/ann-1/k", "acl=", NULL, NULL);
    SAYS("xsi:type=\"CanonicalUser\"><ID>bob</ID>");
    CU_ASSERT_EQUAL(
        CALL("PUT", "/ann-1", "acl=", NULL, GRANTS("<ID>nobody</ID>", "READ")),
        400);
    SAYS("<Code>InvalidArgument</Code>");
    CU_ASSERT_EQUAL(CALL("PUT", "/ann-1", "acl=", NULL,
                         GRANTS("<ID>bob</ID>", "EVERYTHING")),
                    400);
    SAYS("<Code>MalformedACLError</Code>");
    CU_ASSERT_EQUAL(with(t, "PUT", "/ann-1", "acl=", "x-amz-grant-write",
                         "id=\"bob\"", NULL),
                    200);
    become(t, BOB);
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1/k", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1/k", "acl=", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("PUT", "/ann-1/bobs", "", NULL, "x"), 200);
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1", "", NULL, NULL), 403);
    become(t, ANN); /* what bob put is bob's */
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1/bobs", "", NULL, NULL), 403);
    testing_free(t);
}

/* ---- policies ---- */

#define POLICY(effect, who, action, resource, more)                            \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"" effect         \
    "\",\"Principal\":" who ",\"Action\":\"" action                            \
    "\",\"Resource\":\"arn:aws:s3:::" resource "\"" more "}]}"

static int set_policy(struct testing *t, const char *text)
{
    int status;

    become(t, ANN);
    status = CALL("PUT", "/ann-1", "policy=", NULL, text);
    become(t, NULL, NULL);
    return status;
}

static void policies_let_in_and_shut_out(void)
{
    struct testing *t = start();

    become(t, ANN);
    CALL("PUT", "/ann-1", "", NULL, NULL);
    CALL("PUT", "/ann-1/a/1", "", NULL, "x");
    CALL("PUT", "/ann-1/b/1", "", NULL, "x");
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1", "policy=", NULL, NULL), 404);
    SAYS("<Code>NoSuchBucketPolicy</Code>");
    CU_ASSERT_EQUAL(set_policy(t, POLICY("Allow", "\"*\"", "s3:GetObject",
                                         "ann-1/a/*", "")),
                    204);
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1/a/1", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1/b/1", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("PUT", "/ann-1/a/1", "", NULL, "x"), 403);
    set_policy(t, POLICY("Allow", "{\"AWS\":\"arn:aws:iam:::user/bob\"}",
                         "s3:Get*", "ann-1/*", ""));
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1/a/1", "", NULL, NULL), 403);
    become(t, BOB);
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1/a/1", "", NULL, NULL), 200);
    set_policy(t, POLICY("Deny", "\"*\"", "s3:*", "ann-1*", ""));
    become(t, ANN);
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1/a/1", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1", "policy=", NULL, NULL), 200);
    SAYS("\"Deny\"");
    CU_ASSERT_EQUAL(CALL("DELETE", "/ann-1", "policy=", NULL, NULL), 204);
    CU_ASSERT_EQUAL(CALL("GET", "/ann-1/a/1", "", NULL, NULL), 200);
    testing_free(t);
}

static void conditions_are_weighed(void)
{
    static const struct {
        const char *condition;
        int status;
    } cases[] = {
        {"\"StringLike\":{\"s3:prefix\":\"a/*\"}", 200},
        {"\"StringNotLike\":{\"s3:prefix\":\"a/*\"}", 403},
        {"\"StringEquals\":{\"s3:prefix\":[\"x\",\"a/b\"]}", 200},
        {"\"StringEquals\":{\"s3:delimiter\":\"/\"}", 403},
        {"\"StringEqualsIfExists\":{\"s3:delimiter\":\"/\"}", 200},
        {"\"Null\":{\"s3:delimiter\":\"true\"}", 200},
        {"\"Null\":{\"s3:prefix\":\"true\"}", 403},
        {"\"NumericLessThanEquals\":{\"s3:max-keys\":\"10\"}", 200},
        {"\"NumericGreaterThan\":{\"s3:max-keys\":\"10\"}", 403},
        {"\"Bool\":{\"aws:SecureTransport\":\"false\"}", 200},
        {"\"IpAddress\":{\"aws:SourceIp\":\"127.0.0.0/8\"}", 200},
        {"\"NotIpAddress\":{\"aws:SourceIp\":\"127.0.0.0/8\"}", 403},
        {"\"IpAddress\":{\"aws:SourceIp\":\"10.1.2.3\"}", 403},
    };
    struct testing *t = start();
    char text[500];

    become(t, ANN);
    CALL("PUT", "/ann-1", "", NULL, NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text),
                 POLICY("Allow", "\"*\"", "s3:ListBucket", "ann-1",
                        ",\"Condition\":{%s}"),
                 cases[i].condition);
        CU_ASSERT_EQUAL(set_policy(t, text), 204);
        CU_ASSERT_EQUAL(
            CALL("GET", "/ann-1", "max-keys=10&prefix=a%2Fb", NULL, NULL),
            cases[i].status);
    }
    testing_free(t);
}

static void broken_policies_are_refused(void)
{
    static const char *const broken[] = {
        "[]",
        "{\"Version\":\"2012-10-17\"}",
        POLICY("Maybe", "\"*\"", "s3:*", "ann-1", ""),
        POLICY("Allow", "\"*\"", "s3:*", "bobs", ""),
        POLICY("Allow", "\"*\"", "s3:*", "bobs/*", ""),
        POLICY("Allow", "\"*\"", "iam:GetUser", "ann-1", ""),
        POLICY("Allow", "\"*\"", "s3:*", "ann/1", ""),
        POLICY("Allow", "\"*\"", "s3:*", "ann-1",
               ",\"Condition\":{\"StringAlmost\":{\"a\":\"b\"}}"),
        "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\"}]}",
        ("{\"Statement\":[{\"Effect\":\"Allow\",\"NotPrincipal\":\"*\","
         "\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::ann-1\"}]}"),
    };
    struct testing *t = start();

    become(t, ANN);
    CALL("PUT", "/ann-1", "", NULL, NULL);
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        CU_ASSERT_EQUAL(set_policy(t, broken[i]), 400);
        SAYS("<Code>MalformedPolicy</Code>");
    }
    become(t, ANN);
    CU_ASSERT_EQUAL(CALL("PUT", "/ann-1", "policy=", NULL, NULL), 400);
    SAYS("<Code>MissingRequestBodyError</Code>");
    testing_free(t);
}

static void public_access_can_be_blocked(void)
{
#define BLOCK(name)                                                            \
    "<PublicAccessBlockConfiguration><" name ">true</" name                    \
    "></PublicAccessBlockConfiguration>"
    struct testing *t = start();

    become(t, ANN);
    with(t, "PUT", "/open", "", "x-amz-acl", "public-read", NULL);
    CALL("PUT", "/open", "publicAccessBlock=", NULL, BLOCK("IgnorePublicAcls"));
    become(t, NULL, NULL);
    CU_ASSERT_EQUAL(CALL("GET", "/open", "", NULL, NULL), 403);
    become(t, ANN);
    CALL("PUT", "/open", "publicAccessBlock=", NULL, BLOCK("BlockPublicAcls"));
    CU_ASSERT_EQUAL(
        with(t, "PUT", "/open/k", "", "x-amz-acl", "public-read", "x"), 403);
    CALL("PUT", "/open", "publicAccessBlock=", NULL,
         BLOCK("BlockPublicPolicy"));
    CU_ASSERT_EQUAL(CALL("PUT", "/open", "policy=", NULL,
                         POLICY("Allow", "\"*\"", "s3:*", "open", "")),
                    403);
    testing_free(t);
}

static void a_copy_needs_a_right_on_its_source(void)
{
    struct testing *t = start();

    become(t, ANN);
    CALL("PUT", "/ann-1", "", NULL, NULL);
    CALL("PUT", "/ann-1/k", "", NULL, "x");
    become(t, BOB);
    CALL("PUT", "/bob-1", "", NULL, NULL);
    CU_ASSERT_EQUAL(
        with(t, "PUT", "/bob-1/k", "", "x-amz-copy-source", "/ann-1/k", NULL),
        403);
    become(t, ANN);
    with(t, "PUT", "/ann-1/k", "acl=", "x-amz-acl", "public-read", NULL);
    become(t, BOB);
    CU_ASSERT_EQUAL(
        with(t, "PUT", "/bob-1/k", "", "x-amz-copy-source", "/ann-1/k", NULL),
        200);
    testing_free(t);
}

/* ---- rights of users (any profile) ---- */

static void users_can_have_less_than_all_rights(void)
{
    struct testing *t = testing_new(
        "{\"users\": ["
        "{\"key\": \"reader\", \"secret\": \"secret-1\", \"read_only\": true},"
        "{\"key\": \"writer\", \"secret\": \"secret-2\", \"only\": "
        "[\"data-lake/raw/*\"]}]}");

    become(t, "reader", "secret-1");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/raw/k", "", NULL, "x"), 403);
    CU_ASSERT_EQUAL(CALL("PUT", "/another", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "", NULL, NULL), 200);
    become(t, "writer", "secret-2");
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/raw/k", "", NULL, "x"), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", NULL, "x"), 403);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "prefix=raw%2Fa", NULL, NULL),
                    200);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "prefix=r", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("HEAD", "/data-lake", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/another", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake", "", NULL, NULL), 403);
    testing_free(t);
}

/* ---- sessions ---- */

static char session[3][400]; /* key, secret, token */

static void keep_field(struct testing *t, const char *name, char out[400])
{
    const char *at = strstr(t->body, name);

    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    at += strlen(name);
    snprintf(out, 400, "%.*s", (int)strcspn(at, "<"), at);
}

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define ROLE "Action=AssumeRole&Version=2011-06-15&RoleSessionName=s"

static int assume(struct testing *t, const char *body)
{
    int status;

    t->service = "sts";
    status = CALL("POST", "/", "", FORM, body);
    t->service = NULL;
    if (status != 200)
        return status;
    keep_field(t, "<AccessKeyId>", session[0]);
    keep_field(t, "<SecretAccessKey>", session[1]);
    keep_field(t, "<SessionToken>", session[2]);
    return status;
}

static void a_session_lasts_until_its_end(void)
{
    struct testing *t = testing_new(NULL);

    CU_ASSERT_EQUAL(assume(t, ROLE "&DurationSeconds=900"), 200);
    CU_ASSERT(testing_operation(t, "AssumeRole"));
    SAYS("<Expiration>2023-11-14T22:28:20Z</Expiration>");
    become(t, session[0], session[1]);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake", "", NULL, NULL), 403);
    CU_ASSERT_EQUAL(with(t, "GET", "/data-lake", "", "x-amz-security-token",
                         "another", NULL),
                    403);
    CU_ASSERT_EQUAL(with(t, "GET", "/data-lake", "", "x-amz-security-token",
                         session[2], NULL),
                    200);
    t->unix_ms += 900001;
    t->date = "20231114T222821Z";
    CU_ASSERT_EQUAL(with(t, "GET", "/data-lake", "", "x-amz-security-token",
                         session[2], NULL),
                    403);
    SAYS("<Code>InvalidAccessKeyId</Code>");
    testing_free(t);
}

static void a_session_can_be_narrowed(void)
{
    struct testing *t = testing_new(NULL);

    CU_ASSERT_EQUAL(
        assume(t, ROLE "&Policy=%7B%22Version%22%3A%222012-10-17%22%2C%"
                       "22Statement%22%3A%5B%7B%22Effect%22%3A%22"
                       "Allow%22%2C%22Action%22%3A%22s3%3AGetObject%22%2C%22"
                       "Resource%22%3A%22arn%3Aaws%3As3%3A%3A%3Adata-lake%2Fa"
                       "%2F%2A%22%7D%5D%7D"),
        200);
    CU_ASSERT(s3_put(t->s3, "data-lake", "a/k", SLICE_LIT("x"), t->body));
    CU_ASSERT(s3_put(t->s3, "data-lake", "b/k", SLICE_LIT("x"), t->body));
    become(t, session[0], session[1]);
    CU_ASSERT_EQUAL(with(t, "GET", "/data-lake/a/k", "", "x-amz-security-token",
                         session[2], NULL),
                    200);
    CU_ASSERT_EQUAL(with(t, "GET", "/data-lake/b/k", "", "x-amz-security-token",
                         session[2], NULL),
                    403);
    CU_ASSERT_EQUAL(with(t, "PUT", "/data-lake/a/k", "", "x-amz-security-token",
                         session[2], "x"),
                    403);
    testing_free(t);
}

static void wrong_sessions_are_not_opened(void)
{
    static const char *const bodies[] = {
        "Action=GetSessionToken&Version=2011-06-15",
        "Action=AssumeRole",
        ROLE "&DurationSeconds=899",
        ROLE "&DurationSeconds=x",
        ROLE "&Policy=nothing",
    };
    struct testing *t = testing_new(NULL);

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        CU_ASSERT_EQUAL(assume(t, bodies[i]), 400);
        SAYS("<ErrorResponse xmlns=\"https://sts.amazonaws.com/");
    }
    CU_ASSERT_EQUAL(CALL("POST", "/", "", FORM, ROLE), 403); /* signed for s3 */
    SAYS("<Code>AccessDenied</Code>");
    testing_free(t);
}

UNIT_MAIN("s3/access", UNIT(buckets_belong_to_who_made_them),
          UNIT(canned_lists_open_buckets_and_objects),
          UNIT(a_body_is_not_waited_for_in_vain),
          UNIT(grants_are_set_and_shown), UNIT(policies_let_in_and_shut_out),
          UNIT(conditions_are_weighed), UNIT(broken_policies_are_refused),
          UNIT(public_access_can_be_blocked),
          UNIT(a_copy_needs_a_right_on_its_source),
          UNIT(users_can_have_less_than_all_rights),
          UNIT(a_session_lasts_until_its_end), UNIT(a_session_can_be_narrowed),
          UNIT(wrong_sessions_are_not_opened))
