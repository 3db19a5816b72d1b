/* mutants_store: deliberate mistakes in the module's rules about the object
 * store; as mutants_module.c. */
#include "harness/mutants_cells.h"

CHANGE(m_put_not_repeated, store.again[ICE_STORE_PUT] = false)
CHANGE(m_part_not_repeated, store.again[ICE_STORE_PART] = false)
CHANGE(m_upload_not_created_again, store.again[ICE_STORE_CREATE_UPLOAD] = false)
CHANGE(m_delete_not_repeated, store.again[ICE_STORE_DELETE] = false)
CHANGE(m_deletes_not_repeated, store.again[ICE_STORE_DELETE_MANY] = false)
CHANGE(m_abort_not_repeated, store.again[ICE_STORE_ABORT] = false)
CHANGE(m_complete_repeated, store.again[ICE_STORE_COMPLETE] = true)
CHANGE(m_lost_complete_believed, store.complete_lost = ICE_LOST_DONE)
CHANGE(m_lost_complete_given_up, store.complete_lost = ICE_LOST_FAILED)
CHANGE(m_lost_complete_sent_again, store.complete_lost = ICE_LOST_AGAIN)
CHANGE(m_settled_without_size, store.settle_size = false)
CHANGE(m_settled_without_etag, store.settle_etag = false)
CHANGE(m_completed_once, store.completes_most = 1)
CHANGE(m_no_such_upload_believed,
       store.codes[ICE_CODE_NO_SUCH_UPLOAD].row = ICE_ROW_404_STORE)
CHANGE(m_request_timeout_not_known,
       store.codes[ICE_CODE_REQUEST_TIMEOUT].row = ICE_ROW_400)
CHANGE(m_slow_down_not_repeated, rows[ICE_ROW_STORE_BUSY].read_again = false)
CHANGE(m_busy_completion_not_repeated,
       rows[ICE_ROW_STORE_BUSY].write_again = ICE_WRITE_NEVER)
CHANGE(m_slow_down_not_known, store.codes[ICE_CODE_SLOW_DOWN].row = ICE_ROW_503)
CHANGE(m_operation_aborted_not_known,
       store.codes[ICE_CODE_OPERATION_ABORTED].row = ICE_ROW_409)
CHANGE(m_bad_digest_not_known,
       store.codes[ICE_CODE_BAD_DIGEST].row = ICE_ROW_400)
CHANGE(m_new_object_not_settled, store.new_settled = false)
CHANGE(m_upload_not_aborted, store.abort = false)
CHANGE(m_no_time_for_abort, store.abort_ms = 0)
CHANGE(m_lost_upload_not_swept, store.sweep = ICE_SWEEP_NONE)
CHANGE(m_others_uploads_swept, store.sweep = ICE_SWEEP_ALL)
CHANGE(m_parts_after_failure, store.stop_at_failure = false)
CHANGE(m_checksum_not_sent, store.checksums &= ~(unsigned)ICE_SUM_SENT)
CHANGE(m_body_not_hashed, store.hash_body = false)
CHANGE(m_answer_not_compared, store.checksums &= ~(unsigned)ICE_SUM_ANSWERED)
CHANGE(m_whole_not_compared, store.checksums &= ~(unsigned)ICE_SUM_WHOLE)
CHANGE(m_read_not_compared, store.checksums &= ~(unsigned)ICE_SUM_READ)
CHANGE(m_size_not_compared, store.check_size = false)
CHANGE(m_range_not_compared, store.check_range = false)
CHANGE(m_etag_not_kept, store.keep_etag = false)
CHANGE(m_damaged_not_repeated, rows[ICE_ROW_STORE_DAMAGED].read_again = false)
CHANGE(m_full_not_known,
       store.codes[ICE_CODE_STORAGE_FULL].row = ICE_ROW_OTHER_5XX)
CHANGE(m_error_in_200_believed, store.error_in_200 = false)
CHANGE(m_deletes_taken_on_trust, store.account = false)
CHANGE(m_failed_deletes_not_repeated, store.deletes_most = 1)
CHANGE(m_delete_absent_fails, store.delete_absent = false)
CHANGE(m_keys_not_renewed, rows[ICE_ROW_STORE_EXPIRED].token = ICE_TOKEN_KEEP)
CHANGE(m_expired_not_known,
       store.codes[ICE_CODE_EXPIRED_TOKEN].row = ICE_ROW_400)
CHANGE(m_ended_session_not_known,
       store.codes[ICE_CODE_UNKNOWN_KEY].of_session = false)
CHANGE(m_unknown_key_renewed,
       store.codes[ICE_CODE_UNKNOWN_KEY].row = ICE_ROW_STORE_EXPIRED)
CHANGE(m_keys_renewed_five_times, store.renewals = 5)
CHANGE(m_skew_not_corrected, rows[ICE_ROW_STORE_SKEWED].token = ICE_TOKEN_KEEP)
CHANGE(m_named_file_not_read_again, rows[ICE_ROW_404_NAMED].read_again = false)
CHANGE(m_bucket_waited_for,
       store.codes[ICE_CODE_NO_SUCH_BUCKET].row = ICE_ROW_404_NAMED)
CHANGE(m_listing_first_page_only, store.list_follow = false)
CHANGE(m_listing_part_for_the_whole, store.list_part_is_error = false)
CHANGE(m_listing_not_counted, store.list_counted = false)
CHANGE(m_listing_token_repeated, store.list_stop_at_repeat = false)
CHANGE(m_listing_without_bound, store.list_bounded = false)

const struct mutant store_mutants[] = {
    ROW(m_put_not_repeated, "put-not-repeated", "R3.1-2",
        "A put that may have been lost is sent again."),
    ROW(m_part_not_repeated, "part-not-repeated", "R3.1-2",
        "A part that may have been lost is sent again."),
    ROW(m_upload_not_created_again, "upload-not-created-again", "R3.1-2",
        "The start of an upload that may have been lost is sent again."),
    ROW(m_delete_not_repeated, "delete-not-repeated", "R3.1-2 R3.1-3",
        "A delete that may have been lost is sent again."),
    ROW(m_deletes_not_repeated, "deletes-not-repeated", "R3.1-2 R3.1-3",
        "A delete of many objects that may have been lost is sent again."),
    ROW(m_abort_not_repeated, "abort-not-repeated", "R3.1-3 R4.4-11",
        "An abort that may have been lost is sent again."),
    ROW(m_complete_repeated, "complete-repeated", "R3.1-2",
        "A completion whose answer was lost is not repeated before a HEAD."),
    ROW(m_lost_complete_believed, "lost-complete-believed", "R3.1-2 R3.1-5",
        "A completion whose answer was lost is not believed done."),
    ROW(m_lost_complete_given_up, "lost-complete-given-up", "R3.1-2",
        "A completion whose answer was lost is settled by HEAD."),
    ROW(m_lost_complete_sent_again, "lost-complete-sent-again", "R3.1-2",
        "A completion whose answer was lost is settled by HEAD before it is "
        "sent again."),
    ROW(m_settled_without_size, "settled-without-size", "R3.1-2 R3.1-4",
        "HEAD settles a completion by the size of what is there."),
    ROW(m_settled_without_etag, "settled-without-etag", "R3.1-2 R3.1-4",
        "HEAD settles a completion by the ETag of what is there."),
    NUMBER(m_completed_once, "completed-once", "R3.1-2",
           "A completion that had no effect is sent again."),
    ROW(m_no_such_upload_believed, "no-such-upload-believed", "R3.1-2",
        "NoSuchUpload answers a completion that was done already as well."),
    ROW(m_request_timeout_not_known, "request-timeout-not-known", "R3.1-2",
        "A 400 RequestTimeout is repeated."),
    ROW(m_slow_down_not_repeated, "slow-down-not-repeated", "R3.1-2 R4.4-2",
        "A store that asks to slow down is asked again."),
    ROW(m_busy_completion_not_repeated, "busy-completion-not-repeated",
        "R3.1-2", "What a busy store did not begin is asked for again."),
    ROW(m_slow_down_not_known, "slow-down-not-known", "R3.1-2",
        "A store that asked to slow down to the end has throttled the call."),
    ROW(m_operation_aborted_not_known, "operation-aborted-not-known", "R3.1-2",
        "A 409 OperationAborted is repeated."),
    ROW(m_bad_digest_not_known, "bad-digest-not-known", "R3.1-2 R3.1-4",
        "Bytes that reached the store damaged are sent again."),
    ROW(m_new_object_not_settled, "new-object-not-settled", "R3.1-2",
        "An object that was to be new, and is there after a lost answer, may "
        "be ours."),
    ROW(m_upload_not_aborted, "upload-not-aborted", "R3.1-3 R4.4-11",
        "An upload that failed for good is aborted."),
    NUMBER(m_no_time_for_abort, "no-time-for-abort", "R3.1-3 R4.4-11",
           "Some of the time is kept for the abort."),
    ROW(m_lost_upload_not_swept, "lost-upload-not-swept", "R3.1-3 R4.4-11",
        "An upload that a lost answer left behind is found and aborted."),
    ROW(m_others_uploads_swept, "others-uploads-swept", "R3.1-3",
        "Another writer's upload is left alone."),
    ROW(m_parts_after_failure, "parts-after-failure", "R3.1-3",
        "After a part has failed for good no other is begun."),
    ROW(m_checksum_not_sent, "checksum-not-sent", "R3.1-4",
        "Bytes go out with a checksum."),
    ROW(m_body_not_hashed, "body-not-hashed", "R3.1-4",
        "The signature covers the body."),
    ROW(m_answer_not_compared, "answer-not-compared", "R3.1-4",
        "What the store says it got is compared with what was sent."),
    ROW(m_whole_not_compared, "whole-not-compared", "R3.1-4",
        "The ETag of a completed upload is compared with its parts."),
    ROW(m_read_not_compared, "read-not-compared", "R3.1-4 R3.1-7",
        "What was read is compared with its checksum."),
    ROW(m_size_not_compared, "size-not-compared", "R3.1-4",
        "What was read is as long as is known."),
    ROW(m_range_not_compared, "range-not-compared", "R3.1-4",
        "The part that came is the part that was asked for."),
    ROW(m_etag_not_kept, "etag-not-kept", "R3.1-4",
        "Parts of an object are read of one object."),
    ROW(m_damaged_not_repeated, "damaged-not-repeated", "R3.1-2 R3.1-4 R3.1-7",
        "What was damaged on its way is asked for, or sent, again."),
    ROW(m_full_not_known, "full-not-known", "R3.1-3",
        "What a full store refused is known not to be there."),
    ROW(m_error_in_200_believed, "error-in-200-believed", "R3.1-5",
        "A 200 that carries an error document is a failure."),
    ROW(m_deletes_taken_on_trust, "deletes-taken-on-trust", "R3.1-3 R3.1-5",
        "Each key of a delete has a result of its own."),
    NUMBER(m_failed_deletes_not_repeated, "failed-deletes-not-repeated",
           "R3.1-2 R3.1-3",
           "Keys that could not be deleted just then are asked for again."),
    ROW(m_delete_absent_fails, "delete-absent-fails", "R3.1-2 R3.1-3",
        "What is not there is deleted."),
    ROW(m_keys_not_renewed, "keys-not-renewed", "R3.1-6",
        "Keys that have expired are renewed."),
    ROW(m_expired_not_known, "expired-not-known", "R3.1-6",
        "ExpiredToken is a matter of keys, whatever its status."),
    ROW(m_ended_session_not_known, "ended-session-not-known", "R3.1-6",
        "A session's key that the store knows no more has expired."),
    ROW(m_unknown_key_renewed, "unknown-key-renewed", "R3.1-6",
        "A key without a token does not expire: one that is unknown is wrong."),
    NUMBER(m_keys_renewed_five_times, "keys-renewed-five-times", "R3.1-6",
           "Keys are renewed once."),
    ROW(m_skew_not_corrected, "skew-not-corrected", "R3.1-6 R3.1-7",
        "When clocks differ, requests are signed by the store's."),
    ROW(m_named_file_not_read_again, "named-file-not-read-again", "R3.1-7",
        "A 404 for a file that metadata names is read again."),
    ROW(m_bucket_waited_for, "bucket-waited-for", "R3.1-7",
        "A bucket that is not there is not waited for."),
    ROW(m_listing_first_page_only, "listing-first-page-only", "R3.1-4",
        "A listing goes on to its last page."),
    ROW(m_listing_part_for_the_whole, "listing-part-for-the-whole", "R3.1-4",
        "A listing that failed is no shorter listing."),
    ROW(m_listing_not_counted, "listing-not-counted", "R3.1-4",
        "A page has as many objects as it says."),
    ROW(m_listing_token_repeated, "listing-token-repeated", "R4.4-9",
        "A page token that came before ends a listing."),
    ROW(m_listing_without_bound, "listing-without-bound", "R4.4-9",
        "A listing ends after a bounded number of pages."),
};
const size_t n_store_mutants = sizeof(store_mutants) / sizeof(store_mutants[0]);
