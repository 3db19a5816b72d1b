/* What is done to uploads from outside, with real ones. */
#include "base/json.h"
#include "mocks/s3/testing.h"

#define CALL(...) testing_call(t, __VA_ARGS__)
#define MD5_A "0cc175b9c0f1b6a831c399e269772661"
#define MD5_B "92eb5ffee6ae2fec3ad71c777531578f"

/* An upload of /data-lake/k with two parts. */
static struct testing *start(char id[33])
{
    struct testing *t = testing_new("{\"anonymous\": true, \"min_part\": 0}");
    char query[80];
    const char *at;

    t->unsigned_ = true;
    CU_ASSERT_EQUAL(CALL("POST", "/data-lake/k", "uploads", NULL, ""), 200);
    at = strstr(t->body, "<UploadId>");
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    snprintf(id, 33, "%.32s", at + 10);
    for (int n = 1; n <= 2; n++) {
        snprintf(query, sizeof(query), "partNumber=%d&uploadId=%s", n, id);
        CU_ASSERT_EQUAL(
            CALL("PUT", "/data-lake/k", query, NULL, n == 1 ? "a" : "b"), 200);
    }
    return t;
}

static bool meddle(struct testing *t, enum meddle what, const char *params)
{
    cJSON *p = json_parse(params, strlen(params), NULL);
    struct service *s = s3_service(t->s3);
    char why[160] = "";
    bool done = s->meddle(s->state, NULL, what, p, why);

    CU_ASSERT_EQUAL(done, why[0] == 0);
    cJSON_Delete(p);
    return done;
}

static int complete(struct testing *t, const char *id)
{
    char query[80];

    snprintf(query, sizeof(query), "uploadId=%s", id);
    return CALL("POST", "/data-lake/k", query, NULL,
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
                "<ETag>" MD5_A "</ETag></Part><Part><PartNumber>2</PartNumber>"
                "<ETag>" MD5_B "</ETag></Part></CompleteMultipartUpload>");
}

#define K "{\"bucket\":\"data-lake\",\"key\":\"k\"}"
#define OTHER "{\"bucket\":\"data-lake\",\"key\":\"kk\"}"

static void a_forgotten_upload_is_not_known_any_more(void)
{
    char id[33];
    struct testing *t = start(id);

    CU_ASSERT_EQUAL(s3_uploads(t->s3, "data-lake", NULL), 1);
    CU_ASSERT_FALSE(meddle(t, MEDDLE_FORGET_UPLOAD, OTHER));
    CU_ASSERT(meddle(t, MEDDLE_FORGET_UPLOAD, K));
    CU_ASSERT_EQUAL(s3_uploads(t->s3, "data-lake", "k"), 0);
    CU_ASSERT_FALSE(meddle(t, MEDDLE_FORGET_UPLOAD, K));
    CU_ASSERT_EQUAL(complete(t, id), 404);
    CU_ASSERT(testing_says(t, "<Code>NoSuchUpload</Code>"));
    testing_free(t);
}

static void a_lost_part_is_missing_when_the_upload_is_completed(void)
{
    char id[33];
    struct testing *t = start(id);

    CU_ASSERT_FALSE(meddle(t, MEDDLE_LOSE_PART,
                           "{\"bucket\":\"data-lake\",\"key\":\"k\","
                           "\"part\":3}"));
    CU_ASSERT(meddle(t, MEDDLE_LOSE_PART, K));
    CU_ASSERT_EQUAL(complete(t, id), 400);
    CU_ASSERT(testing_says(t, "<Code>InvalidPart</Code>"));
    CU_ASSERT_EQUAL(s3_uploads(t->s3, "data-lake", "k"), 1);
    testing_free(t);
}

static void uploads_are_counted_by_key_and_bucket(void)
{
    char id[33];
    struct testing *t = start(id);

    CU_ASSERT_EQUAL(CALL("POST", "/data-lake/k", "uploads", NULL, ""), 200);
    CU_ASSERT_EQUAL(CALL("POST", "/data-lake/kk", "uploads", NULL, ""), 200);
    CU_ASSERT_EQUAL(s3_uploads(t->s3, "data-lake", "k"), 2);
    CU_ASSERT_EQUAL(s3_uploads(t->s3, "data-lake", NULL), 3);
    CU_ASSERT_EQUAL(s3_uploads(t->s3, "no-lake", NULL), 0);
    CU_ASSERT_EQUAL(complete(t, id), 200);
    CU_ASSERT_EQUAL(s3_uploads(t->s3, "data-lake", "k"), 1);
    testing_free(t);
}

UNIT_MAIN("s3 meddle", UNIT(a_forgotten_upload_is_not_known_any_more),
          UNIT(a_lost_part_is_missing_when_the_upload_is_completed),
          UNIT(uploads_are_counted_by_key_and_bucket))
