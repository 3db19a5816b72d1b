/* policy: the rules as they should be, and the functions that apply them.
 *
 * No function here has a side effect or knows a server; all of them read the
 * policy that they are given.
 */
#include "iceberg/policy.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/percent.h"

#define ROW(text, means, out, again, write_case)                               \
    {                                                                          \
        .says = (text), .write = ICE_MEANS_##means, .outcome = ICE_##out,      \
        .read_again = (again), .write_again = ICE_WRITE_##write_case,          \
        .failure = true                                                        \
    }
/* An answer that the caller asked for: not a failure in the log. */
#define ROW_PLAIN(text, means, out)                                            \
    {                                                                          \
        .says = (text), .write = ICE_MEANS_##means, .outcome = ICE_##out,      \
        .write_again = ICE_WRITE_NEVER                                         \
    }
#define ROW_RENEW(text)                                                        \
    {                                                                          \
        .says = (text), .write = ICE_MEANS_REJECTED, .outcome = ICE_DENIED,    \
        .write_again = ICE_WRITE_RENEWED, .token = ICE_TOKEN_RENEW,            \
        .failure = true                                                        \
    }
#define ROW_CONNECT(text, out)                                                 \
    {                                                                          \
        .says = (text), .write = ICE_MEANS_AMBIGUOUS, .outcome = ICE_##out,    \
        .read_again = true, .write_again = ICE_WRITE_UNSETTLED,                \
        .until = ICE_UNTIL_DEADLINE, .failure = true                           \
    }

const struct ice_policy ice_policy_default =
    {
        .rows =
            {
                [ICE_ROW_200] = ROW_PLAIN("success", DONE, OK),
                [ICE_ROW_204] = ROW_PLAIN("success", DONE, OK),
                [ICE_ROW_206] = ROW_PLAIN("a part", DONE, OK),
                [ICE_ROW_OTHER_2XX] =
                    ROW("a success status that the operation "
                        "does not have",
                        AMBIGUOUS, PROTOCOL, false, UNSETTLED),
                [ICE_ROW_3XX] = ROW("a redirect, which is not followed",
                                    AMBIGUOUS, PROTOCOL, false, UNSETTLED),
                [ICE_ROW_400] =
                    ROW("bad request", REJECTED, INVALID, false, NEVER),
                [ICE_ROW_401] = ROW_RENEW("not authorized"),
                [ICE_ROW_403] =
                    ROW("forbidden", REJECTED, DENIED, false, NEVER),
                [ICE_ROW_404_ABSENT] =
                    ROW_PLAIN("not there", REJECTED, NOT_FOUND),
                [ICE_ROW_404_GONE] =
                    ROW("the table is there, its metadata file "
                        "is gone",
                        REJECTED, UNAVAILABLE, false, NEVER),
                [ICE_ROW_404_TYPED] =
                    ROW("not found", REJECTED, INVALID, false, NEVER),
                [ICE_ROW_404_UNTYPED] =
                    ROW("404 without the catalog's error model: a proxy's, no "
                        "proof of absence",
                        AMBIGUOUS, UNAVAILABLE, true, UNSETTLED),
                [ICE_ROW_404_HEAD] = ROW_PLAIN(
                    "404 to a HEAD: no proof of absence", AMBIGUOUS, NOT_FOUND),
                [ICE_ROW_404_STORE] =
                    ROW_PLAIN("not there", REJECTED, NOT_FOUND),
                [ICE_ROW_404_NAMED] =
                    ROW("not there, though the table's metadata names it",
                        REJECTED, NOT_FOUND, true, NEVER),
                [ICE_ROW_404_BUCKET] = ROW("there is no such bucket", REJECTED,
                                           NOT_FOUND, false, NEVER),
                [ICE_ROW_404_UPLOAD] = ROW("the store knows no such upload",
                                           REJECTED, UNAVAILABLE, false, NEVER),
                [ICE_ROW_406] =
                    ROW("not supported", REJECTED, INVALID, false, NEVER),
                [ICE_ROW_408] = ROW("the server timed the request out",
                                    AMBIGUOUS, TIMEOUT, true, UNSETTLED),
                [ICE_ROW_409] =
                    ROW("conflict", CONFLICT, CONFLICT, false, NEVER),
                [ICE_ROW_419] = ROW_RENEW("authentication timed out"),
                [ICE_ROW_422] =
                    ROW("unprocessable", REJECTED, INVALID, false, NEVER),
                [ICE_ROW_429] = ROW("too many requests", REJECTED, THROTTLED,
                                    true, THROTTLED),
                [ICE_ROW_OTHER_4XX] = ROW("refused by the server", REJECTED,
                                          INVALID, false, NEVER),
                [ICE_ROW_500] = ROW("server error", AMBIGUOUS, UNAVAILABLE,
                                    true, UNSETTLED),
                [ICE_ROW_502] =
                    ROW("bad gateway", AMBIGUOUS, UNAVAILABLE, true, UNSETTLED),
                [ICE_ROW_503] = ROW("service unavailable", AMBIGUOUS,
                                    UNAVAILABLE, true, UNSETTLED),
                [ICE_ROW_503_WAIT] = ROW("service unavailable", AMBIGUOUS,
                                         UNAVAILABLE, true, 503_WAIT),
                [ICE_ROW_504] = ROW("gateway time-out", AMBIGUOUS,
                                    UNAVAILABLE, true, UNSETTLED),
                [ICE_ROW_OTHER_5XX] = ROW("server error", AMBIGUOUS,
                                          UNAVAILABLE, false, UNSETTLED),
                [ICE_ROW_STORE_BUSY] =
                    ROW("the store asks to slow down", REJECTED, THROTTLED,
                        true, THROTTLED),
                [ICE_ROW_STORE_EXPIRED] =
                    ROW_RENEW("the store's keys have expired"),
                [ICE_ROW_STORE_SKEWED] =
                    ROW_RENEW("the store's clock says another time"),
                [ICE_ROW_STORE_DAMAGED] = ROW("bytes were damaged on their way",
                                              REJECTED, PROTOCOL, true, NEVER),
                [ICE_ROW_STORE_FULL] = ROW("the store is full",
                                           REJECTED, UNAVAILABLE, false, NEVER),
                [ICE_ROW_ODD_STATUS] =
                    ROW("a status that HTTP does not have", AMBIGUOUS, PROTOCOL,
                        true, UNSETTLED),
                [ICE_ROW_REFUSED] =
                    ROW_CONNECT("connection refused", UNAVAILABLE),
                [ICE_ROW_UNREACHABLE] = ROW_CONNECT("unreachable", UNAVAILABLE),
                [ICE_ROW_CONNECT_TIMEOUT] =
                    ROW_CONNECT("connecting timed out", TIMEOUT),
                [ICE_ROW_TLS_CUT] = ROW("TLS handshake failed", AMBIGUOUS, TLS,
                                        true, UNSETTLED),
                [ICE_ROW_TLS_BAD] = ROW("TLS certificate check failed",
                                        AMBIGUOUS, TLS, false, NEVER),
                [ICE_ROW_RESET] = ROW("connection lost before the answer",
                                      AMBIGUOUS, UNAVAILABLE, true, UNSETTLED),
                [ICE_ROW_FIRST_BYTE_TIMEOUT] =
                    ROW("no answer in time", AMBIGUOUS, TIMEOUT, true,
                        UNSETTLED),
                [ICE_ROW_IDLE_TIMEOUT] =
                    ROW("the answer stopped coming", AMBIGUOUS, TIMEOUT, true,
                        UNSETTLED),
                [ICE_ROW_REQUEST_TIMEOUT] =
                    ROW("the answer did not end in time", AMBIGUOUS, TIMEOUT,
                        true, UNSETTLED),
                [ICE_ROW_CUT] = ROW("the answer was cut short", AMBIGUOUS,
                                    UNAVAILABLE, true, UNSETTLED),
                [ICE_ROW_BAD_HTTP] =
                    ROW("the answer is not HTTP as it should be", AMBIGUOUS,
                        PROTOCOL, true, UNSETTLED),
                [ICE_ROW_HEAD_HUGE] =
                    ROW("the answer's header is too long", AMBIGUOUS, PROTOCOL,
                        false, UNSETTLED),
                [ICE_ROW_BODY_HUGE] =
                    ROW("the answer's body is too long", AMBIGUOUS, PROTOCOL,
                        false, UNSETTLED),
                [ICE_ROW_BAD_BODY] = ROW("the answer's body is of no use",
                                         AMBIGUOUS, PROTOCOL, true, UNSETTLED),
                [ICE_ROW_DEADLINE] = ROW("the call's time is over", AMBIGUOUS,
                                         TIMEOUT, false, NEVER),
                [ICE_ROW_CANCELLED] =
                    ROW("cancelled", AMBIGUOUS, CANCELLED, false, NEVER),
                [ICE_ROW_LOCAL] = ROW("the request could not be made",
                                      AMBIGUOUS, CONFIG, false, NEVER),
            },
        .writes =
            {
                [ICE_WRITE_NEVER] = {.allowed = false},
                [ICE_WRITE_NOT_SENT] = {.allowed = true},
                [ICE_WRITE_RENEWED] = {.allowed = true, .most = 1},
                [ICE_WRITE_THROTTLED] = {.allowed = true},
                [ICE_WRITE_503_WAIT] = {.allowed = true},
                [ICE_WRITE_KEYED] = {.allowed = true},
                [ICE_WRITE_SETTLED] = {.allowed = true},
                [ICE_WRITE_SAFE] = {.allowed = true},
                [ICE_WRITE_UNSETTLED] = {.allowed = false},
            },
        .untyped_rejection = ICE_MEANS_AMBIGUOUS,
        .sent_needs_bytes = true,
        .backoff = {.base_ms = 100,
                    .max_ms = 10000,
                    .factor = 2,
                    .jitter = 0.1},
        .retry_after = {.seconds = true,
                        .dates = true,
                        .dates_against = ICE_DATE_OF_ANSWER,
                        .ignore_negative = true,
                        .too_long = ICE_TOO_LONG_FAILS},
        .create = {.look = ICE_LOOK_GET,
                   .if_absent = ICE_STEP_CREATE,
                   .if_present = ICE_STEP_VERIFY,
                   .if_gone = ICE_STEP_FAIL,
                   .if_not_told = ICE_STEP_FAIL,
                   .after_done = ICE_STEP_VERIFY,
                   .after_conflict = ICE_STEP_VERIFY,
                   .after_rejected = ICE_STEP_FAIL,
                   .after_ambiguous = ICE_STEP_SETTLE,
                   .conflict_absent = ICE_STEP_CREATE,
                   .namespace_missing = ICE_STEP_FAIL,
                   .look_for_view = true,
                   .repair = false,
                   .open_is_unknown = true,
                   .creates_most = 3},
        .settle = {.reads = 3,
                   .wait_ms = 1000,
                   .wait_max_ms = 60000,
                   .if_present = ICE_STEP_VERIFY,
                   .if_absent = ICE_STEP_CREATE,
                   .if_gone = ICE_STEP_UNKNOWN,
                   .if_not_told = ICE_STEP_READ_AGAIN,
                   .at_end = ICE_STEP_UNKNOWN},
        .verify = {.listed = true,
                   .loadable = true,
                   .file_exists = true,
                   .file_parses = true,
                   .gzip = true,
                   .file_equals = true,
                   .stored_schema = true,
                   .stored_spec = true,
                   .stored_order = true,
                   .stored_properties = true,
                   .existing_too = true,
                   .same_uuid = true,
                   .tries = 3,
                   .missing_outcome = ICE_NOT_FOUND,
                   .broken_outcome = ICE_PROTOCOL},
        .compare = {.fails = {[ICE_DIFF_MISSING] = true,
                              [ICE_DIFF_EXTRA_REQUIRED] = true,
                              [ICE_DIFF_TYPE] = true,
                              [ICE_DIFF_NULLABILITY] = true,
                              [ICE_DIFF_ORDER] = true,
                              [ICE_DIFF_PARTITION] = true,
                              [ICE_DIFF_FORMAT_VERSION] = true,
                              [ICE_DIFF_FIELD_IDS] = true,
                              [ICE_DIFF_PROPERTY] = true},
                    .report = {[ICE_DIFF_MISSING] = true,
                               [ICE_DIFF_EXTRA_REQUIRED] = true,
                               [ICE_DIFF_EXTRA_OPTIONAL] = true,
                               [ICE_DIFF_TYPE] = true,
                               [ICE_DIFF_NULLABILITY] = true,
                               [ICE_DIFF_ORDER] = true,
                               [ICE_DIFF_PARTITION] = true,
                               [ICE_DIFF_SORT_ORDER] = true,
                               [ICE_DIFF_FORMAT_VERSION] = true,
                               [ICE_DIFF_FIELD_IDS] = true,
                               [ICE_DIFF_DOC] = true,
                               [ICE_DIFF_PROPERTY] = true,
                               [ICE_DIFF_EXTRA_PROPERTY] = true},
                    .stop_at_first = false,
                    .nested = true,
                    .ids_as_asked = false},
        .init = {.go_on_after_failure = true,
                 .namespace_first = true,
                 .own_outcomes = true,
                 .skip_existing = true},
        .shape = {.docs = true,
                  .partitions = true,
                  .properties = true,
                  .nullability = true,
                  .format_version = 2},
        .config = {.ask_first = true,
                   .send_warehouse = true,
                   .merge = ICE_MERGE_DEFAULTS_OWN_OVERRIDES,
                   .obey_prefix = true,
                   .obey_uri = true,
                   .obey_separator = true,
                   .obey_endpoints = true,
                   .absent_list = ICE_ENDPOINTS_DEFAULT_SET,
                   .ignore_unparsable = true},
        .auth = {.renewals = 1,
                 .failed_renewal_disables = false,
                 .token_uri = ICE_TOKEN_URI_OWN,
                 .register_issued = true},
        .paging = {.follow = true,
                   .stop_at_repeat = true,
                   .part_is_error = true,
                   .bounded = true,
                   .pages_most = 1000},
        .names = {.coding = ICE_NAME_PERCENT,
                  .keep = "",
                  .refuse_separator = true,
                  .refuse_empty = true},
        .exists = {.head_first = true, .head_proves_absence = false},
        .transport = {.fresh_for_writes = true,
                      .redirects = ICE_REDIRECTS_STOP,
                      .refuse_downgrade = true,
                      .proxy = ICE_PROXY_BY_SETTING,
                      .name_tls_check = true,
                      .gunzip = true,
                      .timers = ICE_TIMER_ALL,
                      .cancel = ICE_CANCEL_EVERYWHERE,
                      .release = ICE_RELEASE_ALL},
        .limits = {.connect_ms = 5000,
                   .first_byte_ms = 30000,
                   .idle_ms = 15000,
                   .request_ms = 60000,
                   .call_ms = 120000,
                   .init_ms = 600000,
                   .read_attempts = 12,
                   .body_bytes = 16u << 20,
                   .head_bytes = 64u << 10},
        .words = {.error_parts = ICE_ERROR_ALL,
                  .log_what = ICE_LOG_ALL,
                  .log_copies = 1,
                  .log_wait = true,
                  .log_mask = SECRET_ALL,
                  .error_mask = SECRET_ALL,
                  .hide_user_info = true},
        .body = {.status_decides = true,
                 .ignore_unknown = true,
                 .exact_integers = true,
                 .format_least = 1,
                 .format_most = 3,
                 .too_new_outcome = ICE_MISMATCH,
                 .uuid_needed = true},
        .store =
            {
                .codes =
                    {
                        [ICE_CODE_REQUEST_TIMEOUT] = {"RequestTimeout", 400,
                                                      ICE_ROW_408},
                        [ICE_CODE_SLOW_DOWN] = {"SlowDown", 503,
                                                ICE_ROW_STORE_BUSY},
                        [ICE_CODE_SLOW_DOWN_READ] = {"SlowDownRead", 503,
                                                     ICE_ROW_STORE_BUSY},
                        [ICE_CODE_SLOW_DOWN_WRITE] = {"SlowDownWrite", 503,
                                                      ICE_ROW_STORE_BUSY},
                        [ICE_CODE_OPERATION_ABORTED] = {"OperationAborted", 409,
                                                        ICE_ROW_STORE_BUSY},
                        [ICE_CODE_CONDITIONAL_CONFLICT] =
                            {"ConditionalRequestConflict",
                             409, ICE_ROW_STORE_BUSY},
                        [ICE_CODE_EXPIRED_TOKEN] = {"ExpiredToken", 400,
                                                    ICE_ROW_STORE_EXPIRED},
                        [ICE_CODE_TOKEN_REFRESH] = {"TokenRefreshRequired", 400,
                                                    ICE_ROW_STORE_EXPIRED},
                        [ICE_CODE_UNKNOWN_KEY] = {"InvalidAccessKeyId", 403,
                                                  ICE_ROWS, true},
                        [ICE_CODE_TIME_SKEWED] = {"RequestTimeTooSkewed", 403,
                                                  ICE_ROW_STORE_SKEWED},
                        [ICE_CODE_BAD_DIGEST] = {"BadDigest", 400,
                                                 ICE_ROW_STORE_DAMAGED},
                        [ICE_CODE_SHA256_MISMATCH] =
                            {"XAmzContentSHA256Mismatch",
                             400, ICE_ROW_STORE_DAMAGED},
                        [ICE_CODE_CHECKSUM_MISMATCH] =
                            {"XAmzContentChecksumMismatch",
                             400, ICE_ROW_STORE_DAMAGED},
                        [ICE_CODE_INCOMPLETE_BODY] = {"IncompleteBody", 400,
                                                      ICE_ROW_STORE_DAMAGED},
                        [ICE_CODE_STORAGE_FULL] = {"XMinioStorageFull", 507,
                                                   ICE_ROW_STORE_FULL},
                        [ICE_CODE_PRECONDITION] = {"PreconditionFailed",
                                                   412, ICE_ROW_409},
                        [ICE_CODE_NO_SUCH_BUCKET] = {"NoSuchBucket", 404,
                                                     ICE_ROW_404_BUCKET},
                        [ICE_CODE_NO_SUCH_UPLOAD] = {"NoSuchUpload", 404,
                                                     ICE_ROW_404_UPLOAD},
                        [ICE_CODE_NO_SUCH_KEY] = {"NoSuchKey", 404, ICE_ROWS},
                        [ICE_CODE_INTERNAL_ERROR] = {"InternalError", 500,
                                                     ICE_ROWS},
                        [ICE_CODE_SERVICE_UNAVAILABLE] = {"ServiceUnavailable",
                                                          503, ICE_ROWS},
                        [ICE_CODE_ACCESS_DENIED] = {"AccessDenied", 403,
                                                    ICE_ROWS},
                        [ICE_CODE_INVALID_PART] = {"InvalidPart", 400,
                                                   ICE_ROWS},
                        [ICE_CODE_INVALID_PART_ORDER] = {"InvalidPartOrder",
                                                         400, ICE_ROWS},
                        [ICE_CODE_ENTITY_TOO_SMALL] = {"EntityTooSmall", 400,
                                                       ICE_ROWS},
                    },
                .again = {[ICE_STORE_PUT] = true,
                          [ICE_STORE_DELETE] = true,
                          [ICE_STORE_DELETE_MANY] = true,
                          [ICE_STORE_CREATE_UPLOAD] = true,
                          [ICE_STORE_PART] = true,
                          [ICE_STORE_ABORT] = true},
                .error_in_200 = true,
                .hash_body = true,
                .checksums = ICE_SUM_ALL,
                .check_size = true,
                .check_range = true,
                .keep_etag = true,
                .new_settled = true,
                .complete_lost = ICE_LOST_HEAD,
                .settle_size = true,
                .settle_etag = true,
                .completes_most = 3,
                .abort = true,
                .abort_ms = 5000,
                .sweep = ICE_SWEEP_OWN,
                .stop_at_failure = true,
                .renewals = 1,
                .delete_absent = true,
                .list_follow = true,
                .list_stop_at_repeat = true,
                .list_part_is_error = true,
                .list_counted = true,
                .list_bounded = true,
                .list_pages_most = 1000,
                .account = true,
                .deletes_most = 3,
            },
};

const char *ice_meaning_name(enum ice_meaning m)
{
    static const char *const names[] = {
        [ICE_MEANS_DONE] = "done",         [ICE_MEANS_CONFLICT] = "conflict",
        [ICE_MEANS_REJECTED] = "rejected", [ICE_MEANS_AMBIGUOUS] = "ambiguous",
        [ICE_MEANS_NOTHING] = "not sent",
    };
    return names[m];
}

/* ---- which row ---- */

static const struct {
    int status;
    enum ice_row row;
} status_rows[] = {
    {200, ICE_ROW_200}, {204, ICE_ROW_204}, {400, ICE_ROW_400},
    {401, ICE_ROW_401}, {403, ICE_ROW_403}, {406, ICE_ROW_406},
    {408, ICE_ROW_408}, {409, ICE_ROW_409}, {419, ICE_ROW_419},
    {422, ICE_ROW_422}, {429, ICE_ROW_429}, {500, ICE_ROW_500},
    {502, ICE_ROW_502}, {504, ICE_ROW_504},
};

static const enum ice_row event_rows[] = {
    [ICE_EV_ANSWER] = ICE_ROW_ODD_STATUS,
    [ICE_EV_REFUSED] = ICE_ROW_REFUSED,
    [ICE_EV_UNREACHABLE] = ICE_ROW_UNREACHABLE,
    [ICE_EV_CONNECT_TIMEOUT] = ICE_ROW_CONNECT_TIMEOUT,
    [ICE_EV_TLS_CUT] = ICE_ROW_TLS_CUT,
    [ICE_EV_TLS_BAD] = ICE_ROW_TLS_BAD,
    [ICE_EV_RESET] = ICE_ROW_RESET,
    [ICE_EV_FIRST_BYTE_TIMEOUT] = ICE_ROW_FIRST_BYTE_TIMEOUT,
    [ICE_EV_IDLE_TIMEOUT] = ICE_ROW_IDLE_TIMEOUT,
    [ICE_EV_REQUEST_TIMEOUT] = ICE_ROW_REQUEST_TIMEOUT,
    [ICE_EV_CUT] = ICE_ROW_CUT,
    [ICE_EV_BAD_HTTP] = ICE_ROW_BAD_HTTP,
    [ICE_EV_HEAD_HUGE] = ICE_ROW_HEAD_HUGE,
    [ICE_EV_BODY_HUGE] = ICE_ROW_BODY_HUGE,
    [ICE_EV_BAD_BODY] = ICE_ROW_BAD_BODY,
    [ICE_EV_DEADLINE] = ICE_ROW_DEADLINE,
    [ICE_EV_CANCELLED] = ICE_ROW_CANCELLED,
    [ICE_EV_LOCAL] = ICE_ROW_LOCAL,
    [ICE_EV_DAMAGED] = ICE_ROW_STORE_DAMAGED,
};

static enum ice_row row_of_404(const struct ice_seen *s)
{
    if (s->server == ICE_STORE_SERVER)
        return s->named ? ICE_ROW_404_NAMED : ICE_ROW_404_STORE;
    if (s->head)
        return ICE_ROW_404_HEAD;
    if (!s->type)
        return ICE_ROW_404_UNTYPED;
    if (!strcmp(s->type, "NoSuchTableException") ||
        !strcmp(s->type, "NoSuchNamespaceException"))
        return ICE_ROW_404_ABSENT;
    if (!strcmp(s->type, "NotFoundException"))
        return ICE_ROW_404_GONE;
    return ICE_ROW_404_TYPED;
}

static enum ice_row row_of_class(int status)
{
    switch (status / 100) {
    case 2:
        return ICE_ROW_OTHER_2XX;
    case 3:
        return ICE_ROW_3XX;
    case 4:
        return ICE_ROW_OTHER_4XX;
    case 5:
        return ICE_ROW_OTHER_5XX;
    default:
        return ICE_ROW_ODD_STATUS;
    }
}

static const struct ice_code_rule *code_rule(const struct ice_policy *p,
                                             const char *code)
{
    for (size_t i = 0; code && i < ICE_CODES; i++)
        if (!strcmp(p->store.codes[i].name, code))
            return &p->store.codes[i];
    return NULL;
}

int ice_policy_code_status(const struct ice_policy *p, const char *code)
{
    const struct ice_code_rule *rule = code_rule(p, code);

    return rule ? rule->status : 500;
}

/* By the store's error code; ICE_ROWS: it says no more than the status. */
static enum ice_row row_of_code(const struct ice_policy *p,
                                const struct ice_seen *s)
{
    const struct ice_code_rule *rule =
        s->server == ICE_STORE_SERVER ? code_rule(p, s->type) : NULL;

    if (rule && rule->of_session && s->session)
        return ICE_ROW_STORE_EXPIRED;
    return rule ? rule->row : ICE_ROWS;
}

enum ice_row ice_policy_row(const struct ice_policy *p,
                            const struct ice_seen *s)
{
    int status = s->status;

    if (s->event != ICE_EV_ANSWER)
        return event_rows[s->event];
    if (!p->body.status_decides && s->body_code)
        status = s->body_code;
    if (row_of_code(p, s) != ICE_ROWS)
        return row_of_code(p, s);
    if (status == 404)
        return row_of_404(s);
    if (status == 206 && s->server == ICE_STORE_SERVER)
        return ICE_ROW_206;
    if (status == 503)
        return s->may_wait ? ICE_ROW_503_WAIT : ICE_ROW_503;
    for (size_t i = 0; i < sizeof(status_rows) / sizeof(status_rows[0]); i++)
        if (status_rows[i].status == status)
            return status_rows[i].row;
    return row_of_class(status);
}

/* ---- again, and when ---- */

/* Did the request end before the server could have seen any of it? */
static bool nothing_sent(const struct ice_try *t)
{
    return t->row >= ICE_ROW_REFUSED && !t->sent;
}

static enum ice_meaning meaning_of(const struct ice_policy *p,
                                   const struct ice_try *t)
{
    enum ice_meaning m = p->rows[t->row].write;

    if (nothing_sent(t))
        m = ICE_MEANS_NOTHING;
    else if (m == ICE_MEANS_REJECTED && !t->typed)
        m = p->untyped_rejection;
    /* An earlier copy may still be carried out, whatever this one met. */
    if (t->earlier_open && (m == ICE_MEANS_NOTHING || m == ICE_MEANS_REJECTED))
        m = ICE_MEANS_AMBIGUOUS;
    return m;
}

static enum ice_write_case case_of(const struct ice_policy *p,
                                   const struct ice_try *t)
{
    const struct ice_row_rule *rule = &p->rows[t->row];
    enum ice_write_case by = rule->write_again;

    if (t->safe && rule->read_again)
        by = ICE_WRITE_SAFE;
    if (nothing_sent(t))
        by = rule->read_again ? ICE_WRITE_NOT_SENT : ICE_WRITE_NEVER;
    if (by == ICE_WRITE_UNSETTLED && t->key_live)
        by = ICE_WRITE_KEYED;
    return by;
}

static bool write_allowed(const struct ice_policy *p, const struct ice_try *t,
                          enum ice_write_case by)
{
    const struct ice_write_rule *rule = &p->writes[by];

    return rule->allowed && (!rule->most || t->repeats[by] < rule->most);
}

/* May it be sent again without renewing anything? */
static bool may_repeat(const struct ice_policy *p, const struct ice_limits *l,
                       const struct ice_try *t, enum ice_write_case by)
{
    const struct ice_row_rule *rule = &p->rows[t->row];
    bool yes = t->write ? write_allowed(p, t, by) : rule->read_again;

    if (rule->until == ICE_UNTIL_ATTEMPTS && t->counted >= l->read_attempts)
        return false;
    return yes;
}

static bool may_renew(const struct ice_policy *p, const struct ice_try *t,
                      enum ice_write_case by)
{
    if (p->rows[t->row].token != ICE_TOKEN_RENEW || !t->can_renew)
        return false;
    if (t->renewals >= p->auth.renewals)
        return false;
    return !t->write || write_allowed(p, t, by);
}

static int outcome_of(const struct ice_policy *p, const struct ice_try *t,
                      enum ice_meaning m)
{
    if (t->write && !t->scratch && m == ICE_MEANS_AMBIGUOUS &&
        t->row != ICE_ROW_CANCELLED)
        return ICE_UNKNOWN;
    return p->rows[t->row].outcome;
}

static void set_wait(const struct ice_policy *p, const struct ice_try *t,
                     struct ice_verdict *v)
{
    int64_t backoff = ice_policy_backoff_ms(p, t->attempt, t->draw);
    bool asked = t->retry_after_ms > 0;

    if (asked && t->retry_after_ms >= t->left_ms) {
        v->too_long = p->retry_after.too_long == ICE_TOO_LONG_FAILS;
        asked = false;
    }
    v->wait_ms = asked ? t->retry_after_ms : backoff;
    if (!v->too_long && v->wait_ms < t->left_ms)
        v->next = ICE_NEXT_WAIT;
}

struct ice_verdict ice_policy_decide(const struct ice_policy *p,
                                     const struct ice_limits *l,
                                     const struct ice_try *t)
{
    struct ice_verdict v = {.next = ICE_NEXT_STOP};

    v.by = t->write ? case_of(p, t) : ICE_WRITE_NEVER;
    v.meaning = meaning_of(p, t);
    v.outcome = outcome_of(p, t, v.meaning);
    if (t->left_ms <= 0)
        return v;
    if (p->rows[t->row].token == ICE_TOKEN_RENEW) {
        if (may_renew(p, t, v.by))
            v.next = ICE_NEXT_RENEW;
    } else if (may_repeat(p, l, t, v.by)) {
        set_wait(p, t, &v);
    }
    return v;
}

static int64_t doubled(int64_t base, int64_t max, double factor, int n)
{
    double wait = (double)base * pow(factor, n > 1 ? n - 1 : 0);

    return wait < (double)max ? (int64_t)wait : max;
}

int64_t ice_policy_backoff_ms(const struct ice_policy *p, int n, double draw)
{
    const struct ice_backoff_rules *b = &p->backoff;
    int64_t wait = doubled(b->base_ms, b->max_ms, b->factor, n);

    return wait + (int64_t)((double)wait * b->jitter * draw);
}

int64_t ice_policy_settle_wait_ms(const struct ice_policy *p, int n)
{
    return doubled(p->settle.wait_ms, p->settle.wait_max_ms, 2, n);
}

/* ---- Retry-After ---- */

/* Longer than any deadline, short enough to add to a clock. */
#define FOR_EVER_MS (INT64_C(1) << 50)

/* Digits only; more than a clock can hold is for ever. */
static int64_t seconds_ms(struct slice v)
{
    int64_t n = 0;

    if (!v.len)
        return -1;
    for (size_t i = 0; i < v.len; i++) {
        if (v.p[i] < '0' || v.p[i] > '9')
            return -1;
        n = n * 10 + (v.p[i] - '0');
        if (n > FOR_EVER_MS / 1000)
            n = FOR_EVER_MS / 1000;
    }
    return n * 1000;
}

static int64_t date_ms(const struct ice_policy *p, struct slice value,
                       struct slice date, int64_t unix_ms)
{
    int64_t then = date_parse_http(value.p, value.len);
    int64_t now = -1;

    if (then < 0)
        return -1;
    if (p->retry_after.dates_against == ICE_DATE_OF_ANSWER && date.len)
        now = date_parse_http(date.p, date.len);
    if (now < 0)
        now = unix_ms;
    if (then <= now)
        return p->retry_after.ignore_negative ? -1 : now - then;
    return then - now;
}

int64_t ice_policy_retry_after_ms(const struct ice_policy *p,
                                  struct slice value, struct slice date,
                                  int64_t unix_ms)
{
    struct slice v = slice_trim(value);
    bool minus = v.len > 1 && v.p[0] == '-';
    int64_t ms;

    if (!v.len)
        return -1;
    ms = seconds_ms(minus ? (struct slice){v.p + 1, v.len - 1} : v);
    if (ms >= 0) {
        if (!p->retry_after.seconds ||
            (minus && p->retry_after.ignore_negative))
            return -1;
        return ms;
    }
    return p->retry_after.dates ? date_ms(p, v, slice_trim(date), unix_ms) : -1;
}

/* ---- names ---- */

static bool only_dots(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] != '.')
            return false;
    return s.len > 0;
}

static void encode_form(struct slice name, struct str *out)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.p[i] == ' ')
            str_addc(out, '+');
        else
            percent_encode(out, (struct slice){name.p + i, 1}, "");
    }
}

void ice_policy_name(const struct ice_policy *p, struct slice name,
                     struct str *out)
{
    if (p->names.coding == ICE_NAME_RAW) {
        str_adds(out, name);
    } else if (p->names.coding == ICE_NAME_FORM) {
        encode_form(name, out);
    } else if (only_dots(name)) { /* a path would swallow "." and ".." */
        for (size_t i = 0; i < name.len; i++)
            str_addz(out, "%2E");
    } else {
        percent_encode(out, name, p->names.keep);
    }
}
