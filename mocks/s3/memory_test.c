/* The memory cap: everything that is kept counts, what does not fit is refused
 * and leaves nothing behind, and what goes is given back. */
#include "mocks/s3/testing.h"

#define CALL(...) testing_call(t, __VA_ARGS__)
#define SAYS(text) CU_ASSERT(testing_says(t, text))
#define TAGS                                                                   \
    "<Tagging><TagSet><Tag><Key>k</Key><Value>a value of some bytes</Value>"   \
    "</Tag></TagSet></Tagging>"
#define VERSIONS                                                               \
    "<VersioningConfiguration><Status>Enabled</Status>"                        \
    "</VersioningConfiguration>"
#define POLICY                                                                 \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","        \
    "\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":"            \
    "\"arn:aws:s3:::data-lake/*\"}]}"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define ASSUME "Action=AssumeRole&Version=2011-06-15"

static char id[64]; /* of the last upload begun */

static size_t used(const struct testing *t)
{
    return t->s3->store.memory.used;
}

/* A change keeps what was there before until the next one begins. */
static void settle(struct testing *t)
{
    store_begin(&t->s3->store);
}

static struct testing *start(const char *options)
{
    struct testing *t = testing_new(options);

    CU_ASSERT(s3_put(t->s3, "data-lake", "there", SLICE_LIT("bytes"), t->body));
    CU_ASSERT_EQUAL(CALL("POST", "/data-lake/up", "uploads=", NULL, ""), 200);
    snprintf(id, sizeof(id), "%.32s", strstr(t->body, "<UploadId>") + 10);
    settle(t);
    return t;
}

struct growth { /* an act that makes the store keep more */
    const char *what, *method, *path, *query, *body;
    const char *header, *value; /* one more, signed */
    size_t least;               /* bytes that it costs */
};

/* %s: the upload's id. */
static const struct growth growths[] = {
    {"a bucket", "PUT", "/another", "", NULL, NULL, NULL, 200},
    {"an object", "PUT", "/data-lake/k", "", "some bytes", NULL, NULL, 200},
    {"metadata", "PUT", "/data-lake/k", "", "", "x-amz-meta-a",
     "a long text that is kept with the object, as it stands, for good", 260},
    {"a copy", "PUT", "/data-lake/copy", "", NULL, "x-amz-copy-source",
     "/data-lake/there", 200},
    {"an upload", "POST", "/data-lake/k", "uploads=", "", NULL, NULL, 200},
    {"a part", "PUT", "/data-lake/up", "partNumber=1&uploadId=%s",
     "a part's bytes", NULL, NULL, 60},
    {"a copied part", "PUT", "/data-lake/up", "partNumber=1&uploadId=%s", NULL,
     "x-amz-copy-source", "/data-lake/there", 50},
    {"an object's tags", "PUT", "/data-lake/there", "tagging=", TAGS, NULL,
     NULL, 20},
    {"a bucket's tags", "PUT", "/data-lake", "tagging=", TAGS, NULL, NULL, 20},
    {"a policy", "PUT", "/data-lake", "policy=", POLICY, NULL, NULL, 100},
};

static int act(struct testing *t, const struct growth *g)
{
    char query[120], line[200] = "", canonical[200], names[80];
    int status;

    snprintf(query, sizeof(query), "%.*s%s", (int)strcspn(g->query, "%"),
             g->query, strchr(g->query, '%') ? id : "");
    if (g->header) {
        snprintf(line, sizeof(line), "%s: %s\r\n", g->header, g->value);
        snprintf(canonical, sizeof(canonical), "%s:%s\n", g->header, g->value);
        snprintf(names, sizeof(names), ";%s", g->header);
        t->also_signed = names;
        t->also_lines = canonical;
    }
    status = CALL(g->method, g->path, query, line, g->body);
    t->also_signed = t->also_lines = NULL;
    return status;
}

static void everything_that_is_kept_counts(void)
{
    for (size_t i = 0; i < sizeof(growths) / sizeof(growths[0]); i++) {
        struct testing *t = start("{\"min_part\":0}");
        size_t before = used(t);
        int status = act(t, &growths[i]);

        settle(t);
        if (status != 200 && status != 204)
            printf("\n    %s: %d %s\n", growths[i].what, status, t->body);
        CU_ASSERT(status == 200 || status == 204);
        if (used(t) < before + growths[i].least)
            printf("\n    %s: %zu bytes\n", growths[i].what, used(t) - before);
        CU_ASSERT(used(t) >= before + growths[i].least);
        testing_free(t);
    }
}

static void a_full_store_takes_none_of_it(void)
{
    for (size_t i = 0; i < sizeof(growths) / sizeof(growths[0]); i++) {
        struct testing *t = start("{\"min_part\":0}");
        size_t before = used(t);

        t->s3->store.memory.cap = before - 1;
        CU_ASSERT_EQUAL(act(t, &growths[i]), 507);
        SAYS("<Code>XMinioStorageFull</Code>");
        settle(t);
        CU_ASSERT_EQUAL(used(t), before);
        testing_free(t);
    }
}

static void what_is_refused_for_other_reasons_leaves_nothing(void)
{
    struct testing *t = start("{\"min_part\":0}");
    size_t before = used(t);

    CU_ASSERT_EQUAL(
        CALL("PUT", "/data-lake/k", "", testing_md5("other bytes"), "bytes"),
        400);
    t->hash = EMPTY; /* signed for nothing, sent with something */
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", NULL, "bytes"), 400);
    t->hash = NULL;
    t->lie = true; /* the change is dropped */
    for (size_t i = 0; i < sizeof(growths) / sizeof(growths[0]); i++)
        act(t, &growths[i]);
    settle(t);
    CU_ASSERT_EQUAL(used(t), before);
    testing_free(t);
}

static void versions_and_their_markers_count(void)
{
    struct testing *t = start(NULL);
    size_t before;

    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "versioning=", NULL, VERSIONS),
                    200);
    settle(t);
    before = used(t);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/there", "", NULL, "bytes"), 200);
    settle(t);
    CU_ASSERT(used(t) > before + 100);
    before = used(t);
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake/there", "", NULL, NULL), 204);
    settle(t);
    CU_ASSERT(used(t) > before + 60);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/there", "", NULL, "bytes"), 200);
    settle(t);
    before = used(t);
    t->s3->store.memory.cap = before - 1;
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake/there", "", NULL, NULL), 507);
    CU_ASSERT_EQUAL(used(t), before);
    testing_free(t);
}

static void a_session_counts_and_is_refused(void)
{
    struct testing *t = start(NULL);
    size_t before = used(t);

    t->service = "sts";
    CU_ASSERT_EQUAL(CALL("POST", "/", "", FORM, ASSUME), 200);
    CU_ASSERT(used(t) > before + 200);
    before = used(t);
    t->s3->store.memory.cap = before - 1;
    CU_ASSERT_EQUAL(CALL("POST", "/", "", FORM, ASSUME), 500);
    SAYS("no room for another");
    CU_ASSERT_EQUAL(used(t), before);
    testing_free(t);
}

static void an_aborted_upload_gives_all_back(void)
{
    struct testing *t = testing_new("{\"min_part\":0}");
    size_t before = used(t);
    char query[100];

    CU_ASSERT_EQUAL(CALL("POST", "/data-lake/up", "uploads=", NULL, ""), 200);
    snprintf(id, sizeof(id), "%.32s", strstr(t->body, "<UploadId>") + 10);
    for (int i = 1; i < 20; i++) {
        snprintf(query, sizeof(query), "partNumber=%d&uploadId=%s", i % 7 + 1,
                 id);
        CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/up", query, NULL, "part"), 200);
    }
    snprintf(query, sizeof(query), "uploadId=%s", id);
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake/up", query, NULL, NULL), 204);
    settle(t);
    CU_ASSERT_EQUAL(used(t), before);
    testing_free(t);
}

static void a_bucket_gives_all_back(void)
{
    struct testing *t = testing_new("{\"buckets\":[]}");
    size_t nothing = used(t);

    CU_ASSERT_EQUAL(nothing, 0);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "", NULL, NULL), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "tagging=", NULL, TAGS), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "tagging=", NULL, TAGS), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake", "policy=", NULL, POLICY), 204);
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake", "policy=", NULL, NULL), 204);
    CU_ASSERT_EQUAL(CALL("POST", "/data-lake/up", "uploads=", NULL, ""), 200);
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", NULL, "bytes"), 200);
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake/k", "", NULL, NULL), 204);
    CU_ASSERT(used(t) > nothing);
    CU_ASSERT_EQUAL(CALL("DELETE", "/data-lake", "", NULL, NULL), 204);
    settle(t);
    settle(t);
    CU_ASSERT_EQUAL(used(t), nothing);
    testing_free(t);
}

static void aws_has_another_word_for_it(void)
{
    struct testing *t = start("{\"profile\":\"aws\"}");

    t->s3->store.memory.cap = used(t) - 1;
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/k", "", NULL, "bytes"), 507);
    SAYS("<Code>InsufficientStorage</Code>");
    t->also_signed = ";x-amz-acl";
    t->also_lines = "x-amz-acl:public-read\n";
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/there",
                         "acl=", "x-amz-acl: public-read\r\n", NULL),
                    507);
    t->s3->store.memory.cap *= 2;
    CU_ASSERT_EQUAL(CALL("PUT", "/data-lake/there",
                         "acl=", "x-amz-acl: public-read\r\n", NULL),
                    200);
    testing_free(t);
}

static void buckets_are_counted_too(void)
{
    struct testing *t = testing_new(NULL);
    char name[32];

    for (int i = 1; i < S3_MAX_BUCKETS; i++) {
        snprintf(name, sizeof(name), "bucket-%d", i);
        s3_add_bucket(t->s3, name);
    }
    CU_ASSERT_EQUAL(CALL("PUT", "/one-more", "", NULL, NULL), 400);
    SAYS("<Code>TooManyBuckets</Code>");
    testing_free(t);
}

UNIT_MAIN("s3 memory", UNIT(everything_that_is_kept_counts),
          UNIT(a_full_store_takes_none_of_it),
          UNIT(what_is_refused_for_other_reasons_leaves_nothing),
          UNIT(versions_and_their_markers_count),
          UNIT(a_session_counts_and_is_refused),
          UNIT(an_aborted_upload_gives_all_back), UNIT(a_bucket_gives_all_back),
          UNIT(aws_has_another_word_for_it), UNIT(buckets_are_counted_too))
