/* Temporary keys: how they come, what they may do, and how they end. */
#include "mocks/lend.h"
#include "mocks/s3/testing.h"

#define CALL(...) testing_call(t, __VA_ARGS__)
#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define KEY "TEMPORARYKEY00000001"
#define SECRET "temporary-secret-0123456789"
#define TOKEN "temporary-token-0123456789/abc=="
#define SESSION                                                                \
    "\"sessions\":[{\"key\":\"" KEY "\",\"secret\":\"" SECRET                  \
    "\",\"token\":\"" TOKEN "\",\"lifetime\":\"1m\"%s}]"

/* With one session whose rights are more, in that profile. */
static struct testing *start(const char *profile, const char *more)
{
    char options[500], session[400];
    struct testing *t;

    snprintf(session, sizeof(session), SESSION, more);
    snprintf(options, sizeof(options), "{\"profile\":\"%s\",%s}", profile,
             session);
    t = testing_new(options);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/a/1", "", NULL, "x"), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/b/1", "", NULL, "x"), 200);
    return t;
}

static void as(struct testing *t, const char *key, const char *secret)
{
    t->access_key = key;
    t->secret = secret;
    t->also_signed = NULL;
    t->also_lines = NULL;
}

/* A call with that token, signed in its place. */
static int with_token(struct testing *t, const char *token, const char *method,
                      const char *path, const char *query, const char *body)
{
    static char line[4096], canonical[4096];
    int status;

    snprintf(line, sizeof(line), "x-amz-security-token: %s\r\n", token);
    snprintf(canonical, sizeof(canonical), "x-amz-security-token:%s\n", token);
    t->also_signed = ";x-amz-security-token";
    t->also_lines = canonical;
    status = CALL(method, path, query, line, body);
    t->also_signed = t->also_lines = NULL;
    return status;
}

#define SESSION_CALL(...) with_token(t, TOKEN, __VA_ARGS__)

static void a_session_acts_for_its_user_until_it_expires(void)
{
    struct testing *t = start("aws", "");

    as(t, KEY, SECRET);
    CU_ASSERT_EQUAL(SESSION_CALL("GET", "/data-lake/a/1", "", NULL), 200);
    CU_ASSERT_EQUAL(SESSION_CALL("PUT", "/data-lake/a/2", "", "y"), 200);
    t->unix_ms += 60000;
    CU_ASSERT_EQUAL(SESSION_CALL("GET", "/data-lake/a/2", "", NULL), 200);
    t->unix_ms += 1;
    CU_ASSERT_EQUAL(SESSION_CALL("GET", "/data-lake/a/2", "", NULL), 400);
    SAYS("<Code>ExpiredToken</Code>");
    SAYS("<Token-0>" TOKEN "</Token-0>");
    testing_free(t);
}

static void minio_has_never_heard_of_expired_keys(void)
{
    struct testing *t = start("minio", "");

    t->unix_ms += 60001;
    as(t, KEY, SECRET);
    CU_ASSERT_EQUAL(SESSION_CALL("GET", "/data-lake/a/1", "", NULL), 403);
    SAYS("<Code>InvalidAccessKeyId</Code>");
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/a/1", "", NULL, NULL), 403);
    SAYS("<Code>InvalidAccessKeyId</Code>"); /* whatever comes with them */
    testing_free(t);
}

static void key_and_token_belong_together(void)
{
    struct testing *t = start("aws", "");

    CU_ASSERT_EQUAL(SESSION_CALL("GET", "/data-lake/a/1", "", NULL), 400);
    SAYS("<Code>InvalidToken</Code>"); /* with the user's own key */
    as(t, KEY, SECRET);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/a/1", "", NULL, NULL), 403);
    SAYS("<Code>InvalidAccessKeyId</Code>");
    CU_ASSERT_EQUAL(with_token(t, "another", "GET", "/data-lake/a/1", "", NULL),
                    400);
    SAYS("<Code>InvalidToken</Code>");
    as(t, KEY, "another-secret");
    CU_ASSERT_EQUAL(SESSION_CALL("GET", "/data-lake/a/1", "", NULL), 403);
    SAYS("<Code>SignatureDoesNotMatch</Code>");
    testing_free(t);
    t = start("minio", "");
    as(t, KEY, SECRET);
    CU_ASSERT_EQUAL(CALL("GET", "/data-lake/a/1", "", NULL, NULL), 403);
    SAYS("<Code>InvalidTokenId</Code>");
    CU_ASSERT_EQUAL(with_token(t, "another", "GET", "/data-lake/a/1", "", NULL),
                    403);
    SAYS("<Code>InvalidTokenId</Code>");
    testing_free(t);
}

static void sessions_expire_when_they_are_told_to(void)
{
    struct testing *t = start("aws", "");
    struct service *s = s3_service(t->s3);
    char why[160] = "";

    CU_ASSERT(s->meddle(s->state, NULL, MEDDLE_EXPIRE_SESSIONS, NULL, why));
    as(t, KEY, SECRET);
    CU_ASSERT_EQUAL(SESSION_CALL("GET", "/data-lake/a/1", "", NULL), 400);
    SAYS("ExpiredToken");
    CU_ASSERT_FALSE(
        s->meddle(s->state, NULL, MEDDLE_EXPIRE_SESSIONS, NULL, why));
    CU_ASSERT(*why != 0);
    s->restart(s->state, false); /* those of the options begin anew */
    CU_ASSERT_EQUAL(SESSION_CALL("GET", "/data-lake", "", NULL), 200);
    testing_free(t);
}

/* A URL signed by Version 2, as boto3 makes them; token in the form that its
 * query may have it. */
static int presigned(struct testing *t, const char *name)
{
    static const char text[] =
        "GET\n\n\n1700000060\nx-amz-security-token:" TOKEN "\n/data-lake/a/1";
    unsigned char mac[20];
    struct str b64, query;
    int status;

    HMAC(EVP_sha1(), SECRET, sizeof(SECRET) - 1, (const unsigned char *)text,
         sizeof(text) - 1, mac, NULL);
    str_init(&b64, 64);
    str_init(&query, 400);
    base64_encode(&b64, (struct slice){(char *)mac, sizeof(mac)});
    str_addf(&query, "AWSAccessKeyId=" KEY "&Expires=1700000060&%s=", name);
    percent_encode(&query, SLICE_LIT(TOKEN), "");
    str_addz(&query, "&Signature=");
    percent_encode(&query, str_slice(&b64), "");
    t->unsigned_ = true;
    status = CALL("GET", "/data-lake/a/1", str_z(&query), NULL, NULL);
    t->unsigned_ = false;
    str_fini(&query);
    str_fini(&b64);
    return status;
}

static void a_presigned_url_carries_the_token(void)
{
    struct testing *t = start("aws", "");

    CU_ASSERT_EQUAL(presigned(t, "x-amz-security-token"), 200);
    CU_ASSERT_EQUAL(presigned(t, "X-Amz-Security-Token"), 403);
    SAYS("<Code>SignatureDoesNotMatch</Code>"); /* not signed under it */
    testing_free(t);
    t = start("minio", "");
    CU_ASSERT_EQUAL(presigned(t, "x-amz-security-token"), 403);
    SAYS("<Code>InvalidTokenId</Code>"); /* a real one looks for another case */
    testing_free(t);
}

static void a_session_has_no_more_rights_than_its_own(void)
{
    struct testing *t =
        start("minio", ",\"only\":\"data-lake/a/\",\"read_only\":true");

    as(t, KEY, SECRET);
    CU_ASSERT_EQUAL(SESSION_CALL("GET", "/data-lake/a/1", "", NULL), 200);
    CU_ASSERT_EQUAL(SESSION_CALL("GET", "/data-lake/b/1", "", NULL), 403);
    SAYS("<Code>AccessDenied</Code>");
    CU_ASSERT_EQUAL(SESSION_CALL("PUT", "/data-lake/a/1", "", "y"), 403);
    testing_free(t);
}

/* ---- AssumeRole ---- */

#define FORM                                                                   \
    "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
#define ASSUME "Action=AssumeRole&Version=2011-06-15"
#define ROLE                                                                   \
    "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fpath%2Fwriter"        \
    "&RoleSessionName=night"

static int assume(struct testing *t, const char *body)
{
    int status;

    t->service = "sts";
    status = CALL("POST", "/", "", FORM, body);
    t->service = NULL;
    return status;
}

/* What stands in that element of the last answer. */
static const char *element(const struct testing *t, const char *name)
{
    static char text[4][1024];
    static unsigned turn;
    char open[64], *out = text[turn++ % 4];
    const char *at;

    snprintf(open, sizeof(open), "<%s>", name);
    at = strstr(t->body, open);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    at += strlen(open);
    snprintf(out, 1024, "%.*s", (int)strcspn(at, "<"), at);
    return out;
}

static void assumed_keys_work_and_end(void)
{
    struct testing *t = testing_new("{\"profile\":\"minio\"}");
    const char *key, *secret, *token;

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/a/1", "", NULL, "x"), 200);
    CU_ASSERT_EQUAL(assume(t, ASSUME "&DurationSeconds=900"), 200);
    CU_ASSERT(testing_operation(t, "AssumeRole"));
    CU_ASSERT_STRING_EQUAL(element(t, "Expiration"), "2023-11-14T22:28:20Z");
    SAYS("<AssumedRoleUser><Arn></Arn><AssumeRoleId></AssumeRoleId>");
    key = element(t, "AccessKeyId");
    secret = element(t, "SecretAccessKey");
    token = element(t, "SessionToken");
    CU_ASSERT_EQUAL(strlen(key), 20);
    CU_ASSERT_EQUAL(strlen(secret), 40);
    CU_ASSERT(strncmp(token, "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.", 37) == 0);
    as(t, key, secret);
    CU_ASSERT_EQUAL(with_token(t, token, "GET", "/data-lake/a/1", "", NULL),
                    200);
    t->unix_ms += 900001;
    t->date = "20231114T222820Z";
    CU_ASSERT_EQUAL(with_token(t, token, "GET", "/data-lake/a/1", "", NULL),
                    403);
    testing_free(t);
}

static void aws_names_the_role(void)
{
    struct testing *t = testing_new("{\"profile\":\"aws\"}");

    CU_ASSERT_EQUAL(assume(t, ASSUME ROLE), 200);
    SAYS("<Arn>arn:aws:sts::123456789012:assumed-role/writer/night</Arn>");
    CU_ASSERT(strncmp(element(t, "AccessKeyId"), "ASIA", 4) == 0);
    CU_ASSERT_STRING_EQUAL(element(t, "Expiration"), "2023-11-14T23:13:20Z");
    CU_ASSERT(testing_header(t, "Content-Type", "text/xml"));
    testing_free(t);
}

static void keys_come_from_the_seed(void)
{
    struct testing *t = testing_new("{\"profile\":\"aws\"}");
    struct testing *u = testing_new("{\"profile\":\"aws\"}");
    char first[1 << 12];

    CU_ASSERT_EQUAL(assume(t, ASSUME ROLE), 200);
    CU_ASSERT_EQUAL(assume(u, ASSUME ROLE), 200);
    CU_ASSERT_STRING_EQUAL(t->body, u->body);
    snprintf(first, sizeof(first), "%.4000s", t->body);
    CU_ASSERT_EQUAL(assume(t, ASSUME ROLE), 200);
    CU_ASSERT_STRING_NOT_EQUAL(t->body, first);
    testing_free(t);
    testing_free(u);
}

static void refusals_have_the_envelope_of_sts(void)
{
    static const struct {
        const char *profile, *body;
        int status;
        const char *says;
    } rows[] = {
        {"minio", "Action=AssumeRole", 400, "<Code>MissingParameter</Code>"},
        {"minio", "Action=Fly&Version=2011-06-15", 400,
         "<Message>Unsupported action Fly</Message>"},
        {"minio", ASSUME "&DurationSeconds=899", 400,
         "<Code>InvalidParameterValue</Code><Message>invalid token expiry<"},
        {"minio", ASSUME "&DurationSeconds=31536001", 400, "token expiry"},
        {"minio", ASSUME "&DurationSeconds=%zz", 200, "<SessionToken>"},
        {"minio", ASSUME "&DurationSeconds=x", 400, "token expiry"},
        {"minio", ASSUME "&Policy=%7B%7D", 400, "InvalidParameterValue"},
        {"minio", ASSUME "&Policy=%7B%22Version%22%3A%222012-10-17%22%7D", 200,
         "<SessionToken>"},
        {"aws", ASSUME ROLE "&Policy=%7B%7D", 400, "Syntax errors in policy"},
        {"aws", ASSUME ROLE "&Policy=nothing", 400, "MalformedPolicyDocument"},
        {"aws", ASSUME ROLE "&PolicyArns.member.1.arn=a", 400, "no managed"},
        {"aws", "Action=AssumeRole&Version=2010-05-08" ROLE, 400,
         "<Code>InvalidAction</Code>"},
        {"aws", ASSUME, 400, "Value null at 'roleArn'"},
        {"aws", ASSUME "&RoleArn=short&RoleSessionName=n1", 400,
         "Value 'short' at 'roleArn'"},
        {"aws", ASSUME "&RoleArn=arn:aws:iam::1:role/writer", 400,
         "Value null at 'roleSessionName'"},
        {"aws", ASSUME ROLE "&DurationSeconds=43201", 400,
         "<Type>Sender</Type><Code>ValidationError</Code>"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char options[64];
        struct testing *t;

        snprintf(options, sizeof(options), "{\"profile\":\"%s\"}",
                 rows[i].profile);
        t = testing_new(options);
        CU_ASSERT_EQUAL(assume(t, rows[i].body), rows[i].status);
        SAYS(rows[i].says);
        CU_ASSERT(rows[i].status == 200 || testing_says(t, "<ErrorResponse "));
        testing_free(t);
    }
}

static void wrong_signatures_are_refused_in_its_words(void)
{
    struct testing *t = testing_new("{\"profile\":\"aws\"}");

    as(t, "nobody", "at-all");
    CU_ASSERT_EQUAL(assume(t, ASSUME ROLE), 403);
    SAYS("<Code>InvalidClientTokenId</Code>");
    as(t, NULL, "another-secret");
    CU_ASSERT_EQUAL(assume(t, ASSUME ROLE), 403);
    SAYS("<Code>SignatureDoesNotMatch</Code>");
    as(t, NULL, NULL);
    CU_ASSERT_EQUAL(CALL("POST", "/", "", FORM, ASSUME ROLE), 400);
    SAYS("<Code>IncompleteSignature</Code>"); /* for s3, not for sts */
    t->unsigned_ = true;
    CU_ASSERT_EQUAL(CALL("POST", "/", "", FORM, ASSUME ROLE), 403);
    SAYS("<Code>MissingAuthenticationToken</Code>");
    testing_free(t);
    t = testing_new(NULL);
    as(t, "nobody", "at-all");
    CU_ASSERT_EQUAL(assume(t, ASSUME), 403);
    SAYS("<Type></Type><Code>AccessDenied</Code><Message>The Access Key Id");
    as(t, NULL, NULL);
    t->signature = "short";
    CU_ASSERT_EQUAL(assume(t, ASSUME), 403);
    SAYS("<Type></Type><Code>AccessDenied</Code>");
    testing_free(t);
}

static void other_posts_are_none_of_its_business(void)
{
    struct testing *t = testing_new("{\"profile\": \"aws\"}");

    CU_ASSERT_EQUAL(CALL("POST", "/", "", "Content-Type: text/plain\r\n", "x"),
                    405);
    CU_ASSERT_EQUAL(CALL("POST", "/", "", NULL, ""), 405);
    testing_free(t);
}

static void a_session_assumes_nothing(void)
{
    struct testing *t = start("aws", "");

    as(t, KEY, SECRET);
    t->service = "sts";
    t->also_signed = ";x-amz-security-token";
    t->also_lines = "x-amz-security-token:" TOKEN "\n";
    CU_ASSERT_EQUAL(CALL("POST", "/", "",
                         FORM "x-amz-security-token: " TOKEN "\r\n",
                         ASSUME ROLE),
                    403);
    SAYS("<Code>AccessDenied</Code>");
    testing_free(t);
}

static void an_option_decides_how_long_they_last(void)
{
    struct testing *t = testing_new("{\"session_lifetime\":\"5s\"}");

    CU_ASSERT_EQUAL(assume(t, ASSUME "&DurationSeconds=900"), 200);
    CU_ASSERT_STRING_EQUAL(element(t, "Expiration"), "2023-11-14T22:13:25Z");
    testing_free(t);
}

static void there_are_only_so_many(void)
{
    struct testing *t = testing_new(NULL);
    struct arena a;
    char key[32];
    struct s3_session d = {.secret = "secret",
                           .token = "token",
                           .expires_ms = NOW_MS + 1000,
                           .key = key};
    size_t before = t->s3->store.memory.used;

    arena_init(&a);
    for (int i = 0; i < S3_MAX_SESSIONS; i++) {
        snprintf(key, sizeof(key), "key-%d", i);
        CU_ASSERT(session_add(t->s3, &d));
    }
    CU_ASSERT(t->s3->store.memory.used > before + S3_MAX_SESSIONS * 20);
    CU_ASSERT_EQUAL(assume(t, ASSUME), 500);
    SAYS("<Code>InternalError</Code>");
    t->unix_ms += 1001; /* what has expired makes room */
    CU_ASSERT_EQUAL(assume(t, ASSUME), 200);
    CU_ASSERT(t->s3->store.memory.used < before + 2000);
    arena_fini(&a);
    testing_free(t);
}

/* ---- what the catalog lends ---- */

static bool borrow(struct testing *t, struct arena *a, const char *place,
                   struct store_keys *keys)
{
    struct catalog_store store;
    struct store_want want = {60000, &place, 1};

    lend_store(t->s3, "http://127.0.0.1:9000", &store);
    return store.issue(store.ctx, &want, a, keys);
}

static void a_table_s_keys_reach_its_files_only(void)
{
    struct testing *t = testing_new(NULL);
    struct store_keys k, again;
    struct arena a;

    arena_init(&a);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/w/t2/x", "", NULL, "x"), 200);
    CU_ASSERT_FATAL(borrow(t, &a, "s3://data-lake/w/t", &k));
    CU_ASSERT_EQUAL(k.expires_ms, NOW_MS + 60000);
    as(t, k.key, k.secret);
    CU_ASSERT_EQUAL(with_token(t, k.token, "PUT", "/data-lake/w/t/x", "", "x"),
                    200);
    CU_ASSERT_EQUAL(
        with_token(t, k.token, "GET", "/data-lake/w/t2/x", "", NULL), 403);
    t->unix_ms += 30000;
    CU_ASSERT(borrow(t, &a, "s3://data-lake/w/t", &again));
    CU_ASSERT_STRING_EQUAL(again.key, k.key);
    t->unix_ms += 1; /* less than half of its time is left */
    CU_ASSERT(borrow(t, &a, "s3://data-lake/w/t", &again));
    CU_ASSERT_STRING_NOT_EQUAL(again.key, k.key);
    CU_ASSERT_FALSE(borrow(t, &a, "file:/nowhere", &k));
    arena_fini(&a);
    testing_free(t);
}

UNIT_MAIN("s3 sessions", UNIT(a_session_acts_for_its_user_until_it_expires),
          UNIT(minio_has_never_heard_of_expired_keys),
          UNIT(key_and_token_belong_together),
          UNIT(sessions_expire_when_they_are_told_to),
          UNIT(a_presigned_url_carries_the_token),
          UNIT(a_session_has_no_more_rights_than_its_own),
          UNIT(assumed_keys_work_and_end), UNIT(aws_names_the_role),
          UNIT(keys_come_from_the_seed),
          UNIT(refusals_have_the_envelope_of_sts),
          UNIT(wrong_signatures_are_refused_in_its_words),
          UNIT(other_posts_are_none_of_its_business),
          UNIT(a_session_assumes_nothing),
          UNIT(an_option_decides_how_long_they_last),
          UNIT(there_are_only_so_many),
          UNIT(a_table_s_keys_reach_its_files_only))
