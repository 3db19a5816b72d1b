/* store: what puts, uploads, deletes and listings look like on the wire, and
 * what is made of the answers. What must hold when things fail is played by the
 * scenarios; here are the forms.
 */
#include "iceberg/store_keys.h"
#include "iceberg/store_play_test.h"

#define MD5_ALL "a925576942e94b2ef57a066101b48876"
#define MD5_1 "e2fc714c4727ee9395f324cd2e7f331f" /* "abcd" */
#define MD5_2 "1f7690ebdd9b4caf8fab49ca1757bf27" /* "efgh" */
#define MD5_3 "7bed657a775c37c2570786d0cbeefd88" /* "ij" */
#define MD5_WHOLE "446feba4c1b5cc7ad93bf4d44a0e36ac-3"

#define STORED(etag)                                                           \
    REPLY("200 OK\r\nContent-Length: 0\r\nETag: \"" etag "\"", "")
#define NO_CONTENT REPLY("204 No Content", "")
/* Until the peer closes. */
#define XML(body) REPLY("200 OK\r\nContent-Type: application/xml", body)
#define CREATED                                                                \
    XML("<?xml version=\"1.0\"?><InitiateMultipartUploadResult><Bucket>b"      \
        "</Bucket><UploadId>id/1</UploadId></InitiateMultipartUploadResult>")
#define COMPLETED                                                              \
    XML("<CompleteMultipartUploadResult><ETag>&quot;" MD5_WHOLE                \
        "&quot;</ETag></CompleteMultipartUploadResult>")
#define FAILED(status, code)                                                   \
    REPLY(status, "<Error><Code>" code "</Code><Message>m</Message></Error>")

static int put(struct play *p, int64_t part_bytes, struct ice_object *out)
{
    struct ice_put put = {.uri = URI,
                          .bytes = SLICE_LIT("abcdefghij"),
                          .part_bytes = part_bytes,
                          .side_by_side = 1};

    return ice_put_object(p->c, &put, out, &p->e);
}

static void a_put_goes_with_its_checksums(void)
{
    static const struct peer_turn turns[] = {STORED(MD5_ALL)};
    struct play p = {.style = "true"};
    struct ice_object o;
    char *all;

    play_start(&p, turns, 1);
    CU_ASSERT_EQUAL(put(&p, 0, &o), ICE_OK);
    CU_ASSERT_EQUAL(o.bytes, 10);
    CU_ASSERT_STRING_EQUAL(o.etag, "\"" MD5_ALL "\"");
    CU_ASSERT(o.md5);
    all = play_end(&p);
    CU_ASSERT(has(all, "PUT /data-lake/a%20b/c%2Bd.json HTTP/1.1\r\n"));
    CU_ASSERT(has(all, "\r\nContent-Length: 10\r\n"));
    CU_ASSERT(has(all, "\r\nx-amz-checksum-crc32c: 5lmUNw==\r\n"));
    CU_ASSERT(has(all, "x-amz-content-sha256: 72399361da6a7754fec986dca5b7cbaf"
                       "1c810a28ded4abaf56b2106d06cb78b0\r\n"));
    CU_ASSERT(has(all, "SignedHeaders=host;x-amz-checksum-crc32c;x-amz-content-"
                       "sha256;x-amz-date,"));
    CU_ASSERT(has(all, "\r\n\r\nabcdefghij"));
    free(all);
}

static void another_etag_means_other_bytes(void)
{
    static const struct peer_turn turns[] = {
        STORED(MD5_1), REPLY("200 OK\r\nContent-Length: 0", ""),
        STORED(MD5_ALL)};
    struct play p = {.style = "true"};

    play_start(&p, turns, 3);
    CU_ASSERT_EQUAL(put(&p, 0, NULL), ICE_OK);
    free(play_end(&p));
    play_start(&p, (struct peer_turn[]){turns[0], turns[0], turns[0]}, 3);
    CU_ASSERT_EQUAL(put(&p, 0, NULL), ICE_PROTOCOL);
    CU_ASSERT(has(p.e.cause, "damaged on their way"));
    CU_ASSERT_EQUAL(p.e.attempts, 3);
    free(play_end(&p));
}

static void an_etag_that_is_no_md5_is_not_compared(void)
{
    static const struct peer_turn turns[] = {
        REPLY("200 OK\r\nContent-Length: 0\r\nETag: \"" MD5_1 "\"\r\n"
              "x-amz-server-side-encryption: aws:kms",
              "")};
    struct play p = {.style = "true"};

    play_start(&p, turns, 1);
    CU_ASSERT_EQUAL(put(&p, 0, NULL), ICE_OK);
    free(play_end(&p));
}

static void an_error_under_200_is_an_error(void)
{
    static const struct peer_turn turns[] = {
        REPLY("200 OK\r\nETag: \"" MD5_ALL "\"",
              "<Error><Code>AccessDenied</Code><Message>m</Message></Error>")};
    struct play p = {.style = "true"};

    play_start(&p, turns, 1);
    CU_ASSERT_EQUAL(put(&p, 0, NULL), ICE_DENIED);
    CU_ASSERT(has(p.e.cause, "AccessDenied"));
    free(play_end(&p));
}

static int put_new(struct play *p)
{
    struct ice_put put = {
        .uri = URI, .bytes = SLICE_LIT("abcdefghij"), .only_new = true};

    return ice_put_object(p->c, &put, NULL, &p->e);
}

#define REFUSED FAILED("412 Precondition Failed", "PreconditionFailed")
#define THERE(etag)                                                            \
    REPLY("200 OK\r\nContent-Length: 10\r\nETag: \"" etag "\"", "")

static void only_new_is_settled_when_an_answer_was_lost(void)
{
    static const struct peer_turn mine[] = {
        {.end = PEER_RESET}, REFUSED, THERE(MD5_ALL)};
    static const struct peer_turn other[] = {
        {.end = PEER_RESET}, REFUSED, THERE(MD5_1)};
    static const struct peer_turn at_once[] = {REFUSED};
    struct play p = {.style = "true"};
    char *all;

    play_start(&p, mine, 3);
    CU_ASSERT_EQUAL(put_new(&p), ICE_OK);
    all = play_end(&p);
    CU_ASSERT_EQUAL(count(all, "\r\nIf-None-Match: *\r\n"), 2);
    free(all);
    play_start(&p, other, 3);
    CU_ASSERT_EQUAL(put_new(&p), ICE_EXISTS);
    free(play_end(&p));
    play_start(&p, at_once, 1);
    CU_ASSERT_EQUAL(put_new(&p), ICE_EXISTS);
    free(play_end(&p));
}

/* ---- in parts ---- */

static void an_upload_is_created_filled_and_completed(void)
{
    static const struct peer_turn turns[] = {
        CREATED, STORED(MD5_1), STORED(MD5_2), STORED(MD5_3), COMPLETED};
    struct play p = {.style = "true"};
    struct ice_object o;
    char *all;

    play_start(&p, turns, 5);
    CU_ASSERT_EQUAL(put(&p, 4, &o), ICE_OK);
    CU_ASSERT_STRING_EQUAL(o.etag, "\"" MD5_WHOLE "\"");
    CU_ASSERT_EQUAL(o.bytes, 10);
    all = play_end(&p);
    CU_ASSERT(has(all, "POST /data-lake/a%20b/c%2Bd.json?uploads= HTTP"));
    CU_ASSERT(has(all, "x-amz-checksum-algorithm: CRC32C\r\n"));
    CU_ASSERT(has(all, "d.json?partNumber=3&uploadId=id%2F1 HTTP"));
    CU_ASSERT(has(all, "x-amz-checksum-crc32c: 9W+yQQ==\r\n"));
    CU_ASSERT(has(all, "POST /data-lake/a%20b/c%2Bd.json?uploadId=id%2F1"));
    CU_ASSERT(has(all, "<Part><PartNumber>2</PartNumber><ETag>&quot;" MD5_2
                       "&quot;</ETag><ChecksumCRC32C>dP0x1A==</ChecksumCRC32C>"
                       "</Part><Part><PartNumber>3</PartNumber>"));
    CU_ASSERT_EQUAL(peer_count(all), 5);
    free(all);
}

static void a_lost_completion_is_settled_by_a_look(void)
{
    static const struct peer_turn turns[] = {
        CREATED,       STORED(MD5_1),       STORED(MD5_2),
        STORED(MD5_3), {.end = PEER_RESET}, THERE(MD5_WHOLE)};
    static const struct peer_turn open[] = {
        CREATED,       STORED(MD5_1),       STORED(MD5_2),
        STORED(MD5_3), {.end = PEER_RESET}, REPLY("404 Not Found", ""),
        COMPLETED};
    struct play p = {.style = "true"};

    play_start(&p, turns, 6);
    CU_ASSERT_EQUAL(put(&p, 4, NULL), ICE_OK);
    free(play_end(&p));
    play_start(&p, open, 7);
    CU_ASSERT_EQUAL(put(&p, 4, NULL), ICE_OK);
    free(play_end(&p));
}

static void a_completion_that_nobody_can_settle_is_unknown(void)
{
    static const struct peer_turn turns[] = {
        CREATED,
        STORED(MD5_1),
        STORED(MD5_2),
        STORED(MD5_3),
        {.end = PEER_RESET},
        REPLY("403 Forbidden", ""),
        REPLY("403 Forbidden", ""),
        REPLY("403 Forbidden", ""),
    };
    struct play p = {.style = "true"};
    char *all;

    play_start(&p, turns, 8);
    CU_ASSERT_EQUAL(put(&p, 4, NULL), ICE_UNKNOWN);
    CU_ASSERT(has(p.e.cause, "id/1"));
    all = play_end(&p);
    CU_ASSERT_EQUAL(count(all, "DELETE "), 0); /* nothing is undone on doubt */
    free(all);
}

static void an_upload_that_fails_is_aborted(void)
{
    static const struct peer_turn turns[] = {
        CREATED, STORED(MD5_1), FAILED("403 Forbidden", "AccessDenied"),
        NO_CONTENT};
    struct play p = {.style = "true"};
    char *all;

    play_start(&p, turns, 4);
    CU_ASSERT_EQUAL(put(&p, 4, NULL), ICE_DENIED);
    CU_ASSERT_STRING_EQUAL(p.e.operation, "UploadPart");
    CU_ASSERT(has(p.e.uri, "c%2Bd.json"));
    CU_ASSERT(has(p.e.cause, "AccessDenied"));
    all = play_end(&p);
    CU_ASSERT(has(all, "DELETE /data-lake/a%20b/c%2Bd.json?uploadId=id%2F1"));
    free(all);
}

static void an_abort_that_fails_is_told(void)
{
    static const struct peer_turn turns[] = {
        CREATED, FAILED("403 Forbidden", "AccessDenied"),
        FAILED("405 No", "MethodNotAllowed")};
    struct play p = {.style = "true"};

    play_start(&p, turns, 3);
    CU_ASSERT_EQUAL(put(&p, 4, NULL), ICE_DENIED);
    CU_ASSERT(has(p.e.cause, "AccessDenied"));
    CU_ASSERT(has(p.e.cause, "left in the store"));
    CU_ASSERT(has(p.e.cause, "MethodNotAllowed"));
    free(play_end(&p));
}

static void an_upload_left_by_a_lost_answer_is_found(void)
{
    static const struct peer_turn turns[] = {
        {.end = PEER_RESET},
        CREATED,
        STORED(MD5_1),
        STORED(MD5_2),
        STORED(MD5_3),
        COMPLETED,
        XML("<ListMultipartUploadsResult><Upload><Key>a b/c+d.json</Key>"
            "<UploadId>lost</UploadId></Upload><Upload><Key>a b/c+d.json.2"
            "</Key><UploadId>foreign</UploadId></Upload>"
            "</ListMultipartUploadsResult>"),
        NO_CONTENT};
    struct ice_put put = {.uri = URI,
                          .bytes = SLICE_LIT("abcdefghij"),
                          .part_bytes = 4,
                          .side_by_side = 1,
                          .only_writer = true};
    struct play p = {.style = "true"};
    char *all;

    play_start(&p, turns, 8);
    CU_ASSERT_EQUAL(ice_put_object(p.c, &put, NULL, &p.e), ICE_OK);
    all = play_end(&p);
    CU_ASSERT(has(all, "GET /data-lake?prefix=a%20b%2Fc%2Bd.json&uploads="));
    CU_ASSERT_EQUAL(count(all, "DELETE "), 1);
    CU_ASSERT(has(all, "?uploadId=lost HTTP"));
    free(all);
}

/* ---- keys and clocks ---- */

static bool other_keys(void *ctx, struct ice_store_keys *keys)
{
    int *asked = ctx;

    *keys = (struct ice_store_keys){"OTHER", "other secret", "other token"};
    return ++*asked < 3;
}

static void expired_keys_are_renewed_once(void)
{
    static const struct peer_turn turns[] = {
        FAILED("400 Bad Request", "ExpiredToken"), STORED(MD5_ALL),
        FAILED("400 Bad Request", "ExpiredToken")};
    struct play p = {.style = "true"};
    int asked = 0;
    char *all;

    play_start(&p, turns, 3);
    p.c->env.renew_store_keys = other_keys;
    p.c->env.keys_ctx = &asked;
    CU_ASSERT_EQUAL(put(&p, 0, NULL), ICE_OK);
    CU_ASSERT_EQUAL(put(&p, 0, NULL), ICE_DENIED); /* the same call: p.scope */
    CU_ASSERT_EQUAL(asked, 1);
    all = play_end(&p);
    CU_ASSERT_EQUAL(count(all, "Credential=AKIAIOSFODNN7EXAMPLE/"), 1);
    CU_ASSERT_EQUAL(count(all, "Credential=OTHER/"), 2);
    CU_ASSERT_EQUAL(count(all, "x-amz-security-token: other token\r\n"), 2);
    free(all);
}

static void without_others_expired_keys_are_denied(void)
{
    static const struct peer_turn turns[] = {
        FAILED("400 Bad Request", "ExpiredToken")};
    struct play p = {.style = "true"};

    play_start(&p, turns, 1);
    CU_ASSERT_EQUAL(put(&p, 0, NULL), ICE_DENIED);
    CU_ASSERT(has(p.e.cause, "ExpiredToken"));
    free(play_end(&p));
}

static void a_store_whose_clock_differs_is_believed(void)
{
    static const struct peer_turn turns[] = {
        REPLY("403 Forbidden\r\nDate: Fri, 24 May 2013 01:00:00 GMT",
              "<Error><Code>RequestTimeTooSkewed</Code></Error>"),
        STORED(MD5_ALL)};
    struct play p = {.style = "true"};
    char *all;

    play_start(&p, turns, 2);
    CU_ASSERT_EQUAL(put(&p, 0, NULL), ICE_OK);
    all = play_end(&p);
    CU_ASSERT(has(all, "x-amz-date: 20130524T000000Z\r\n"));
    CU_ASSERT(has(all, "x-amz-date: 20130524T010000Z\r\n"));
    free(all);
}

/* ---- delete ---- */

static void what_is_not_there_is_deleted(void)
{
    static const struct peer_turn turns[] = {
        FAILED("404 Not Found", "NoSuchKey"),
        FAILED("404 Not Found", "NoSuchBucket")};
    struct play p = {.style = "true"};

    play_start(&p, turns, 2);
    CU_ASSERT_EQUAL(ice_delete_object(p.c, URI, &p.e), ICE_OK);
    CU_ASSERT_EQUAL(p.e.outcome, ICE_OK);
    CU_ASSERT_EQUAL(ice_delete_object(p.c, URI, &p.e), ICE_NOT_FOUND);
    free(play_end(&p));
}

static const char *const three[] = {"s3://data-lake/a<1", "s3://data-lake/b",
                                    "s3://data-lake/c"};

static void each_key_of_a_delete_has_its_result(void)
{
    static const struct peer_turn turns[] = {
        XML("<DeleteResult><Deleted><Key>a&lt;1</Key></Deleted><Error><Key>b"
            "</Key><Code>InternalError</Code></Error><Error><Key>c</Key>"
            "<Code>AccessDenied</Code></Error></DeleteResult>"),
        XML("<DeleteResult><Deleted><Key>b</Key></Deleted></DeleteResult>")};
    struct play p = {.style = "true"};
    struct ice_names left;
    char *all;

    play_start(&p, turns, 2);
    CU_ASSERT_EQUAL(ice_delete_objects(p.c, three, 3, &left, &p.e), ICE_DENIED);
    CU_ASSERT_EQUAL_FATAL(left.n, 1);
    CU_ASSERT_STRING_EQUAL(left.name[0], "s3://data-lake/c");
    CU_ASSERT(has(p.e.cause, "1 of 3 objects are left"));
    CU_ASSERT(has(p.e.cause, "s3://data-lake/c: AccessDenied"));
    ice_names_free(&left);
    all = play_end(&p);
    CU_ASSERT(has(all, "POST /data-lake?delete= HTTP/1.1"));
    CU_ASSERT(has(all, "\r\nContent-MD5: "));
    CU_ASSERT(has(all, "<Object><Key>a&lt;1</Key></Object><Object><Key>b"));
    CU_ASSERT_EQUAL(count(all, "<Key>c</Key>"), 1);
    free(all);
}

static void a_key_the_store_says_nothing_of_is_left(void)
{
    static const struct peer_turn silent = XML(
        "<DeleteResult><Deleted><Key>a&lt;1</Key></Deleted></DeleteResult>");
    struct peer_turn turns[] = {silent, silent, silent};
    struct play p = {.style = "true"};
    struct ice_names left;

    play_start(&p, turns, 3);
    CU_ASSERT_EQUAL(ice_delete_objects(p.c, three, 3, &left, &p.e),
                    ICE_PROTOCOL);
    CU_ASSERT_EQUAL(left.n, 2);
    CU_ASSERT(has(p.e.cause, "says nothing of it"));
    ice_names_free(&left);
    free(play_end(&p));
}

static void one_delete_is_of_one_bucket(void)
{
    static const char *const two[] = {"s3://data-lake/a", "s3://lake/b"};
    struct play p = {.style = "true"};

    play_start(&p, NULL, 0);
    CU_ASSERT_EQUAL(ice_delete_objects(p.c, two, 2, NULL, &p.e), ICE_INVALID);
    CU_ASSERT(has(p.e.cause, "s3://lake/b"));
    CU_ASSERT_EQUAL(ice_delete_objects(p.c, NULL, 0, NULL, &p.e), ICE_OK);
    free(play_end(&p));
}

/* ---- list ---- */

#define PAGE(more, next, keys)                                                 \
    XML("<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>" more \
        "</IsTruncated>" next keys "</ListBucketResult>")
#define KEY(key, size)                                                         \
    "<Contents><Key>" key "</Key><Size>" size                                  \
    "</Size><ETag>&quot;e&quot;</ETag></Contents>"
#define NEXT(token) "<NextContinuationToken>" token "</NextContinuationToken>"

static void a_listing_goes_to_its_last_page(void)
{
    static const struct peer_turn turns[] = {
        PAGE("true", NEXT("t/1"), KEY("a%2Fb+c", "7") KEY("d", "0")),
        PAGE("false", "", KEY("e", "12"))};
    struct play p = {.style = "true"};
    struct ice_listing l;
    char *all;

    play_start(&p, turns, 2);
    CU_ASSERT_EQUAL(ice_list_objects(p.c, "s3://data-lake/a b", 2, &l, &p.e),
                    ICE_OK);
    CU_ASSERT_EQUAL_FATAL(l.n, 3);
    CU_ASSERT_STRING_EQUAL(l.object[0].key, "a/b c");
    CU_ASSERT_EQUAL(l.object[0].object.bytes, 7);
    CU_ASSERT_STRING_EQUAL(l.object[0].object.etag, "\"e\"");
    CU_ASSERT_EQUAL(l.object[2].object.bytes, 12);
    ice_listing_free(&l);
    all = play_end(&p);
    CU_ASSERT(has(all, "GET /data-lake?encoding-type=url&list-type=2&prefix="
                       "a%20b&max-keys=2 HTTP"));
    CU_ASSERT(has(all, "&continuation-token=t%2F1 HTTP"));
    free(all);
}

static int list_all(struct play *p, struct ice_listing *l)
{
    return ice_list_objects(p->c, "s3://data-lake", 0, l, &p->e);
}

static void a_page_that_makes_no_sense_is_read_again(void)
{
    static const struct peer_turn turns[] = {
        PAGE("true", "", KEY("a", "1")), /* more, and not where */
        XML("<ListBucketResult><KeyCount>2</KeyCount>" KEY(
            "a", "1") "</ListBucketResult>"),
        XML("<ListBucketResult><KeyCount>1</KeyCount>" KEY(
            "a", "1") "</ListBucketResult>")};
    struct play p = {.style = "true"};
    struct ice_listing l;

    play_start(&p, turns, 3);
    CU_ASSERT_EQUAL(list_all(&p, &l), ICE_OK);
    CU_ASSERT_EQUAL(l.n, 1);
    ice_listing_free(&l);
    free(play_end(&p));
}

static void a_token_that_came_before_ends_the_listing(void)
{
    static const struct peer_turn page = PAGE("true", NEXT("t"), KEY("a", "1"));
    struct peer_turn turns[] = {page, page};
    struct play p = {.style = "true"};
    struct ice_listing l;

    play_start(&p, turns, 2);
    CU_ASSERT_EQUAL(list_all(&p, &l), ICE_PROTOCOL);
    CU_ASSERT_EQUAL(l.n, 0);
    CU_ASSERT(has(p.e.cause, "second time"));
    free(play_end(&p));
}

UNIT_MAIN("store_write", UNIT(a_put_goes_with_its_checksums),
          UNIT(another_etag_means_other_bytes),
          UNIT(an_etag_that_is_no_md5_is_not_compared),
          UNIT(an_error_under_200_is_an_error),
          UNIT(only_new_is_settled_when_an_answer_was_lost),
          UNIT(an_upload_is_created_filled_and_completed),
          UNIT(a_lost_completion_is_settled_by_a_look),
          UNIT(a_completion_that_nobody_can_settle_is_unknown),
          UNIT(an_upload_that_fails_is_aborted),
          UNIT(an_abort_that_fails_is_told),
          UNIT(an_upload_left_by_a_lost_answer_is_found),
          UNIT(expired_keys_are_renewed_once),
          UNIT(without_others_expired_keys_are_denied),
          UNIT(a_store_whose_clock_differs_is_believed),
          UNIT(what_is_not_there_is_deleted),
          UNIT(each_key_of_a_delete_has_its_result),
          UNIT(a_key_the_store_says_nothing_of_is_left),
          UNIT(one_delete_is_of_one_bucket),
          UNIT(a_listing_goes_to_its_last_page),
          UNIT(a_page_that_makes_no_sense_is_read_again),
          UNIT(a_token_that_came_before_ends_the_listing))
