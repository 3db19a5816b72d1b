/* The rules, one by one and all combinations of what they depend on. */
#include "base/unit.h"

#include <string.h>

#include "iceberg/policy.h"

static const struct ice_policy *const P = &ice_policy_default;

static struct ice_verdict decide(const struct ice_try *t)
{
    return ice_policy_decide(P, &P->limits, t);
}

static struct ice_try try_of(enum ice_row row, bool write)
{
    return (struct ice_try){.row = row,
                            .write = write,
                            .sent = true,
                            .typed = true,
                            .attempt = 1,
                            .counted = 1,
                            .retry_after_ms = -1,
                            .left_ms = 120000};
}

static enum ice_row row(int status, const char *type)
{
    struct ice_seen s = {
        .event = ICE_EV_ANSWER, .status = status, .type = type};

    return ice_policy_row(P, &s);
}

static void every_row_is_written_down(void)
{
    for (int i = 0; i < ICE_ROWS; i++) {
        CU_ASSERT_PTR_NOT_NULL(P->rows[i].says);
        CU_ASSERT(P->rows[i].outcome <= 0);
        if (i > ICE_ROW_206)
            CU_ASSERT(P->rows[i].outcome != ICE_OK);
    }
}

static void every_status_has_a_row(void)
{
    for (int s = 0; s < 1000; s++) {
        enum ice_row r = row(s, NULL);

        CU_ASSERT(r < ICE_ROW_REFUSED);
        if (s >= 200 && s < 300)
            CU_ASSERT(r == (s == 200   ? ICE_ROW_200
                            : s == 204 ? ICE_ROW_204
                                       : ICE_ROW_OTHER_2XX));
        if (s < 200 || s >= 600)
            CU_ASSERT(r == ICE_ROW_ODD_STATUS);
    }
    CU_ASSERT(row(503, NULL) == ICE_ROW_503);
    CU_ASSERT(row(405, NULL) == ICE_ROW_OTHER_4XX);
    CU_ASSERT(row(501, NULL) == ICE_ROW_OTHER_5XX);
}

static void only_a_typed_404_means_absent(void)
{
    struct ice_seen head = {
        .event = ICE_EV_ANSWER, .status = 404, .head = true};
    struct ice_seen store = {
        .event = ICE_EV_ANSWER, .status = 404, .server = ICE_STORE_SERVER};

    CU_ASSERT(row(404, "NoSuchTableException") == ICE_ROW_404_ABSENT);
    CU_ASSERT(row(404, "NoSuchNamespaceException") == ICE_ROW_404_ABSENT);
    CU_ASSERT(row(404, "NotFoundException") == ICE_ROW_404_GONE);
    CU_ASSERT(row(404, "NoSuchWarehouseException") == ICE_ROW_404_TYPED);
    CU_ASSERT(row(404, NULL) == ICE_ROW_404_UNTYPED);
    CU_ASSERT(ice_policy_row(P, &head) == ICE_ROW_404_HEAD);
    CU_ASSERT(ice_policy_row(P, &store) == ICE_ROW_404_STORE);
    CU_ASSERT(P->rows[ICE_ROW_404_GONE].outcome != ICE_NOT_FOUND);
    CU_ASSERT(P->rows[ICE_ROW_404_TYPED].outcome != ICE_NOT_FOUND);
    CU_ASSERT(P->rows[ICE_ROW_404_UNTYPED].outcome ==
              P->rows[ICE_ROW_502].outcome);
    CU_ASSERT(P->rows[ICE_ROW_404_UNTYPED].read_again);
}

static void only_a_session_s_key_is_forgotten(void)
{
    struct ice_seen s = {.event = ICE_EV_ANSWER,
                         .status = 403,
                         .server = ICE_STORE_SERVER,
                         .type = "InvalidAccessKeyId"};

    CU_ASSERT(ice_policy_row(P, &s) == ICE_ROW_403);
    s.session = true;
    CU_ASSERT(ice_policy_row(P, &s) == ICE_ROW_STORE_EXPIRED);
    s.type = "AccessDenied";
    CU_ASSERT(ice_policy_row(P, &s) == ICE_ROW_403);
    s.type = "ExpiredToken";
    s.session = false;
    CU_ASSERT(ice_policy_row(P, &s) == ICE_ROW_STORE_EXPIRED);
}

static void the_status_decides_not_the_body(void)
{
    struct ice_seen s = {
        .event = ICE_EV_ANSWER, .status = 500, .body_code = 409};
    struct ice_policy other = *P;

    CU_ASSERT(ice_policy_row(P, &s) == ICE_ROW_500);
    other.body.status_decides = false;
    CU_ASSERT(ice_policy_row(&other, &s) == ICE_ROW_409);
}

static void events_have_rows_of_their_own(void)
{
    unsigned char seen[ICE_ROWS] = {0};

    for (int ev = ICE_EV_REFUSED; ev <= ICE_EV_LOCAL; ev++) {
        struct ice_seen s = {.event = (enum ice_event)ev, .status = 200};
        enum ice_row r = ice_policy_row(P, &s);

        CU_ASSERT(r >= ICE_ROW_REFUSED && r < ICE_ROWS);
        CU_ASSERT(!seen[r]++);
    }
}

/* R4.4-2 and R4.4-8, the whole list. */
static void reads_are_repeated_where_it_helps(void)
{
    static const enum ice_row again[] = {
        ICE_ROW_404_UNTYPED, ICE_ROW_408,           ICE_ROW_429,
        ICE_ROW_500,         ICE_ROW_502,           ICE_ROW_503,
        ICE_ROW_503_WAIT,    ICE_ROW_504,           ICE_ROW_ODD_STATUS,
        ICE_ROW_REFUSED,     ICE_ROW_UNREACHABLE,   ICE_ROW_CONNECT_TIMEOUT,
        ICE_ROW_TLS_CUT,     ICE_ROW_RESET,         ICE_ROW_FIRST_BYTE_TIMEOUT,
        ICE_ROW_CUT,         ICE_ROW_IDLE_TIMEOUT,  ICE_ROW_REQUEST_TIMEOUT,
        ICE_ROW_BAD_HTTP,    ICE_ROW_BAD_BODY,      ICE_ROW_404_NAMED,
        ICE_ROW_STORE_BUSY,  ICE_ROW_STORE_DAMAGED,
    };

    for (int i = ICE_ROW_OTHER_2XX; i < ICE_ROWS; i++) {
        struct ice_try t = try_of((enum ice_row)i, false);
        bool wanted = false;

        for (size_t k = 0; k < sizeof(again) / sizeof(again[0]); k++)
            wanted = wanted || again[k] == (enum ice_row)i;
        CU_ASSERT_EQUAL(decide(&t).next == ICE_NEXT_WAIT, wanted);
    }
}

static void reads_end_after_their_attempts_connecting_at_the_deadline(void)
{
    struct ice_try t = try_of(ICE_ROW_500, false);

    t.counted = t.attempt = 11;
    CU_ASSERT(decide(&t).next == ICE_NEXT_WAIT);
    t.counted = t.attempt = 12;
    CU_ASSERT(decide(&t).next == ICE_NEXT_STOP);
    t = try_of(ICE_ROW_REFUSED, false);
    t.attempt = 5000;
    t.counted = 0;
    CU_ASSERT(decide(&t).next == ICE_NEXT_WAIT);
    t.left_ms = 10;
    CU_ASSERT(decide(&t).next == ICE_NEXT_STOP);
    CU_ASSERT(decide(&t).outcome == ICE_UNAVAILABLE);
}

/* (a): whatever happened, if no byte was sent and it may pass. */
static void a_write_that_was_not_sent_is_sent_again(void)
{
    for (int i = ICE_ROW_REFUSED; i < ICE_ROWS; i++) {
        struct ice_try t = try_of((enum ice_row)i, true);
        struct ice_verdict v;

        t.sent = false;
        v = decide(&t);
        CU_ASSERT(v.meaning == ICE_MEANS_NOTHING);
        CU_ASSERT(v.outcome != ICE_UNKNOWN);
        CU_ASSERT_EQUAL(v.next == ICE_NEXT_WAIT, P->rows[i].read_again);
        t.earlier_open = true; /* another copy of it was sent */
        v = decide(&t);
        CU_ASSERT(v.meaning == ICE_MEANS_AMBIGUOUS);
        CU_ASSERT(v.outcome ==
                  (i == ICE_ROW_CANCELLED ? ICE_CANCELLED : ICE_UNKNOWN));
    }
}

static bool is_one_of(int row, const enum ice_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i] == (enum ice_row)row)
            return true;
    return false;
}

/* No row lets a write that was sent go again, but those that say so. */
static void a_write_that_was_sent_is_not_sent_again(void)
{
    static const enum ice_row waits[] = {ICE_ROW_429, ICE_ROW_503_WAIT,
                                         ICE_ROW_STORE_BUSY};
    static const enum ice_row renews[] = {
        ICE_ROW_401, ICE_ROW_419, ICE_ROW_STORE_EXPIRED, ICE_ROW_STORE_SKEWED};

    for (int i = ICE_ROW_OTHER_2XX; i < ICE_ROWS; i++) {
        for (int typed = 0; typed < 2; typed++) {
            struct ice_try t = try_of((enum ice_row)i, true);
            bool wait = is_one_of(i, waits, 3);

            t.typed = typed;
            CU_ASSERT_EQUAL(decide(&t).next == ICE_NEXT_WAIT, wait);
            t.can_renew = true;
            CU_ASSERT_EQUAL(decide(&t).next == ICE_NEXT_RENEW,
                            is_one_of(i, renews, 4));
        }
    }
}

/* (f): R3.1-2. What a read is repeated after, a write of the store is that may
 * be done twice. */
static void a_write_that_is_safe_is_repeated_like_a_read(void)
{
    for (int i = ICE_ROW_OTHER_2XX; i < ICE_ROWS; i++) {
        struct ice_try t = try_of((enum ice_row)i, true);

        t.safe = true;
        CU_ASSERT_EQUAL(decide(&t).next == ICE_NEXT_WAIT,
                        P->rows[i].read_again);
        t.attempt = t.counted = P->limits.read_attempts;
        if (P->rows[i].until == ICE_UNTIL_ATTEMPTS)
            CU_ASSERT(decide(&t).next == ICE_NEXT_STOP);
    }
}

static void what_nobody_sees_yet_is_not_unknown(void)
{
    struct ice_try t = try_of(ICE_ROW_RESET, true);

    CU_ASSERT_EQUAL(decide(&t).outcome, ICE_UNKNOWN);
    t.scratch = true;
    CU_ASSERT_EQUAL(decide(&t).outcome, ICE_UNAVAILABLE);
}

static void the_stores_codes_say_more_than_their_status(void)
{
    static const struct {
        int status;
        const char *code;
        enum ice_row row;
    } rows[] = {
        {400, "RequestTimeout", ICE_ROW_408},
        {400, "ExpiredToken", ICE_ROW_STORE_EXPIRED},
        {403, "RequestTimeTooSkewed", ICE_ROW_STORE_SKEWED},
        {503, "SlowDown", ICE_ROW_STORE_BUSY},
        {400, "BadDigest", ICE_ROW_STORE_DAMAGED},
        {507, "XMinioStorageFull", ICE_ROW_STORE_FULL},
        {404, "NoSuchBucket", ICE_ROW_404_BUCKET},
        {404, "NoSuchKey", ICE_ROW_404_STORE},
        {403, "AccessDenied", ICE_ROW_403},
        {500, "Whatever", ICE_ROW_500},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ice_seen s = {.event = ICE_EV_ANSWER,
                             .server = ICE_STORE_SERVER,
                             .status = rows[i].status,
                             .type = rows[i].code};

        CU_ASSERT_EQUAL(ice_policy_row(P, &s), rows[i].row);
        s.server = ICE_CATALOG_SERVER;
        if (rows[i].status != 404)
            CU_ASSERT(ice_policy_row(P, &s) < ICE_ROW_STORE_BUSY);
    }
    CU_ASSERT_EQUAL(ice_policy_code_status(P, "AccessDenied"), 403);
    CU_ASSERT_EQUAL(ice_policy_code_status(P, "Whatever"), 500);
}

static void a_404_for_what_metadata_names_is_read_again(void)
{
    struct ice_seen s = {.event = ICE_EV_ANSWER,
                         .server = ICE_STORE_SERVER,
                         .status = 404,
                         .named = true};
    enum ice_row r = ice_policy_row(P, &s);
    struct ice_try t = try_of(r, false);

    CU_ASSERT_EQUAL(r, ICE_ROW_404_NAMED);
    CU_ASSERT(decide(&t).next == ICE_NEXT_WAIT);
    t = try_of(ICE_ROW_404_STORE, false);
    CU_ASSERT(decide(&t).next == ICE_NEXT_STOP);
}

static void an_idempotency_key_allows_repeats_of_what_is_open(void)
{
    struct ice_try t = try_of(ICE_ROW_RESET, true);

    t.key_live = true;
    CU_ASSERT(decide(&t).next == ICE_NEXT_WAIT);
    CU_ASSERT(decide(&t).by == ICE_WRITE_KEYED);
    t = try_of(ICE_ROW_409, true);
    t.key_live = true;
    CU_ASSERT(decide(&t).next == ICE_NEXT_STOP);
}

static void answers_to_writes_mean_what_the_words_say(void)
{
    static const struct {
        enum ice_row row;
        bool typed;
        enum ice_meaning meaning;
        int outcome;
    } wanted[] = {
        {ICE_ROW_409, true, ICE_MEANS_CONFLICT, ICE_CONFLICT},
        {ICE_ROW_409, false, ICE_MEANS_CONFLICT, ICE_CONFLICT},
        {ICE_ROW_400, true, ICE_MEANS_REJECTED, ICE_INVALID},
        {ICE_ROW_400, false, ICE_MEANS_AMBIGUOUS, ICE_UNKNOWN},
        {ICE_ROW_403, true, ICE_MEANS_REJECTED, ICE_DENIED},
        {ICE_ROW_403, false, ICE_MEANS_AMBIGUOUS, ICE_UNKNOWN},
        {ICE_ROW_404_UNTYPED, false, ICE_MEANS_AMBIGUOUS, ICE_UNKNOWN},
        {ICE_ROW_404_ABSENT, true, ICE_MEANS_REJECTED, ICE_NOT_FOUND},
        {ICE_ROW_408, true, ICE_MEANS_AMBIGUOUS, ICE_UNKNOWN},
        {ICE_ROW_OTHER_2XX, false, ICE_MEANS_AMBIGUOUS, ICE_UNKNOWN},
        {ICE_ROW_3XX, false, ICE_MEANS_AMBIGUOUS, ICE_UNKNOWN},
        {ICE_ROW_500, true, ICE_MEANS_AMBIGUOUS, ICE_UNKNOWN},
        {ICE_ROW_503, true, ICE_MEANS_AMBIGUOUS, ICE_UNKNOWN},
        {ICE_ROW_BAD_BODY, false, ICE_MEANS_AMBIGUOUS, ICE_UNKNOWN},
        {ICE_ROW_RESET, false, ICE_MEANS_AMBIGUOUS, ICE_UNKNOWN},
        {ICE_ROW_DEADLINE, false, ICE_MEANS_AMBIGUOUS, ICE_UNKNOWN},
        {ICE_ROW_CANCELLED, false, ICE_MEANS_AMBIGUOUS, ICE_CANCELLED},
    };

    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        struct ice_try t = try_of(wanted[i].row, true);

        t.typed = wanted[i].typed;
        CU_ASSERT_EQUAL(decide(&t).meaning, wanted[i].meaning);
        CU_ASSERT_EQUAL(decide(&t).outcome, wanted[i].outcome);
    }
}

static void a_token_is_renewed_once_and_never_after_403(void)
{
    struct ice_try t = try_of(ICE_ROW_401, false);

    CU_ASSERT(decide(&t).next == ICE_NEXT_STOP);
    t.can_renew = true;
    CU_ASSERT(decide(&t).next == ICE_NEXT_RENEW);
    t.row = ICE_ROW_419;
    CU_ASSERT(decide(&t).next == ICE_NEXT_RENEW);
    t.renewals = 1;
    CU_ASSERT(decide(&t).next == ICE_NEXT_STOP);
    CU_ASSERT(decide(&t).outcome == ICE_DENIED);
    t.renewals = 0;
    t.row = ICE_ROW_403;
    CU_ASSERT(decide(&t).next == ICE_NEXT_STOP);
    t = try_of(ICE_ROW_401, true);
    t.can_renew = true;
    t.repeats[ICE_WRITE_RENEWED] = 1;
    CU_ASSERT(decide(&t).next == ICE_NEXT_STOP);
}

static void waits_double_up_to_their_cap(void)
{
    static const int64_t wanted[] = {100,  200,  400,   800,   1600,
                                     3200, 6400, 10000, 10000, 10000};

    for (int n = 1; n <= 10; n++) {
        int64_t w = wanted[n - 1];

        CU_ASSERT_EQUAL(ice_policy_backoff_ms(P, n, 0), w);
        CU_ASSERT_EQUAL(ice_policy_backoff_ms(P, n, 0.5), w + w / 20);
        CU_ASSERT(ice_policy_backoff_ms(P, n, 0.999) <= w + w / 10);
    }
    CU_ASSERT_EQUAL(ice_policy_backoff_ms(P, 1000000, 0), 10000);
    CU_ASSERT_EQUAL(ice_policy_settle_wait_ms(P, 1), 1000);
    CU_ASSERT_EQUAL(ice_policy_settle_wait_ms(P, 3), 4000);
    CU_ASSERT_EQUAL(ice_policy_settle_wait_ms(P, 30), 60000);
}

static void retry_after_rules_the_wait(void)
{
    struct ice_try t = try_of(ICE_ROW_429, true);
    struct ice_verdict v;

    t.retry_after_ms = 2000;
    v = decide(&t);
    CU_ASSERT(v.next == ICE_NEXT_WAIT && v.wait_ms == 2000);
    t.retry_after_ms = 0;
    CU_ASSERT_EQUAL(decide(&t).wait_ms, 100);
    t.retry_after_ms = 120000;
    v = decide(&t);
    CU_ASSERT(v.next == ICE_NEXT_STOP && v.too_long);
    CU_ASSERT_EQUAL(v.outcome, ICE_THROTTLED);
    t.row = ICE_ROW_400;
    CU_ASSERT(!decide(&t).too_long);
}

static int64_t after(const char *value, const char *date)
{
    return ice_policy_retry_after_ms(P, slice_of(value), slice_of(date),
                                     784111777000); /* 08:49:37 */
}

static void retry_after_is_read_in_both_forms(void)
{
    const char *now = "Sun, 06 Nov 1994 08:49:37 GMT";

    CU_ASSERT_EQUAL(after("2", ""), 2000);
    CU_ASSERT_EQUAL(after(" 120 ", ""), 120000);
    CU_ASSERT_EQUAL(after("0", ""), 0);
    CU_ASSERT_EQUAL(after("Sun, 06 Nov 1994 08:49:47 GMT", now), 10000);
    CU_ASSERT_EQUAL(after("Sun, 06 Nov 1994 08:49:47 GMT", ""), 10000);
    CU_ASSERT_EQUAL(
        after("Sun, 06 Nov 1994 08:49:47 GMT", "Sun, 06 Nov 1994 08:49:40 GMT"),
        7000);
    CU_ASSERT_EQUAL(after("Sun, 06 Nov 1994 08:49:30 GMT", now), -1);
    CU_ASSERT(after("99999999999999999999999999", "") > INT64_C(1) << 49);
}

static void a_retry_after_that_makes_no_sense_is_none(void)
{
    static const char *const bad[] = {"",    " ",   "-1",   "-5",   "1.5",
                                      "+3",  "abc", "1s",   "0x10", "-",
                                      "Sun", "1 2", "\xff", "--5"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT_EQUAL(after(bad[i], ""), -1);
}

static void names_are_encoded_byte_by_byte(void)
{
    static const struct {
        const char *name, *coded;
    } wanted[] = {
        {"plain_1-2~", "plain_1-2~"},
        {"a b", "a%20b"},
        {"a+b", "a%2Bb"},
        {"50%", "50%25"},
        {"a/b", "a%2Fb"},
        {"a.b", "a.b"},
        {"..", "%2E%2E"},
        {"\xc3\xa9", "%C3%A9"},
        {"a\x1f", "a%1F"},
    };
    struct str out;

    str_init(&out, 1024);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        str_reset(&out);
        ice_policy_name(P, slice_of(wanted[i].name), &out);
        CU_ASSERT_STRING_EQUAL(str_z(&out), wanted[i].coded);
    }
    str_fini(&out);
}

UNIT_MAIN("policy", UNIT(every_row_is_written_down),
          UNIT(every_status_has_a_row), UNIT(only_a_typed_404_means_absent),
          UNIT(only_a_session_s_key_is_forgotten),
          UNIT(the_status_decides_not_the_body),
          UNIT(events_have_rows_of_their_own),
          UNIT(reads_are_repeated_where_it_helps),
          UNIT(reads_end_after_their_attempts_connecting_at_the_deadline),
          UNIT(a_write_that_was_not_sent_is_sent_again),
          UNIT(a_write_that_was_sent_is_not_sent_again),
          UNIT(a_write_that_is_safe_is_repeated_like_a_read),
          UNIT(what_nobody_sees_yet_is_not_unknown),
          UNIT(the_stores_codes_say_more_than_their_status),
          UNIT(a_404_for_what_metadata_names_is_read_again),
          UNIT(an_idempotency_key_allows_repeats_of_what_is_open),
          UNIT(answers_to_writes_mean_what_the_words_say),
          UNIT(a_token_is_renewed_once_and_never_after_403),
          UNIT(waits_double_up_to_their_cap), UNIT(retry_after_rules_the_wait),
          UNIT(retry_after_is_read_in_both_forms),
          UNIT(a_retry_after_that_makes_no_sense_is_none),
          UNIT(names_are_encoded_byte_by_byte))
