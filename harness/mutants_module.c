/* mutants_module: deliberate mistakes in the module's rules.
 *
 * Each is the policy with one cell changed, by a function of its own, and a
 * row that names the rule as it should be and the requirements it breaks.
 */
#include "harness/mutants_cells.h"

CHANGE(m_create_without_looking, create.look = ICE_LOOK_NONE)
CHANGE(m_present_created_again, init.skip_existing = false)
CHANGE(m_docs_left_out, shape.docs = false)
CHANGE(m_partitions_left_out, shape.partitions = false)
CHANGE(m_properties_left_out, shape.properties = false)
CHANGE(m_nullability_left_out, shape.nullability = false)
CHANGE(m_conflict_is_failure, create.after_conflict = ICE_STEP_FAIL)
CHANGE(m_conflict_taken_on_trust, create.after_conflict = ICE_STEP_DONE)
CHANGE(m_view_not_looked_for, create.look_for_view = false)
CHANGE(m_types_not_compared, compare.fails[ICE_DIFF_TYPE] = false)
CHANGE(m_missing_columns_pass, compare.fails[ICE_DIFF_MISSING] = false)
CHANGE(m_nullability_passes, compare.fails[ICE_DIFF_NULLABILITY] = false)
CHANGE(m_partition_passes, compare.fails[ICE_DIFF_PARTITION] = false)
CHANGE(m_order_passes, compare.fails[ICE_DIFF_ORDER] = false)
CHANGE(m_docs_fail, compare.fails[ICE_DIFF_DOC] = true)
CHANGE(m_first_difference_only, compare.stop_at_first = true)
CHANGE(m_extra_required_passes, compare.fails[ICE_DIFF_EXTRA_REQUIRED] = false)
CHANGE(m_extra_optional_fails, compare.fails[ICE_DIFF_EXTRA_OPTIONAL] = true)
CHANGE(m_extra_property_fails, compare.fails[ICE_DIFF_EXTRA_PROPERTY] = true)
CHANGE(m_property_passes, compare.fails[ICE_DIFF_PROPERTY] = false)
CHANGE(m_format_version_passes, compare.fails[ICE_DIFF_FORMAT_VERSION] = false)
CHANGE(m_doc_not_reported, compare.report[ICE_DIFF_DOC] = false)
CHANGE(m_field_ids_pass, compare.fails[ICE_DIFF_FIELD_IDS] = false)
CHANGE(m_nested_not_compared, compare.nested = false)
CHANGE(m_open_create_believed_failed, create.open_is_unknown = false)
CHANGE(m_other_uuid_passes, verify.same_uuid = false)
CHANGE(m_load_not_checked, verify.loadable = false)
CHANGE(m_format_1_refused, body.format_least = 2)
CHANGE(m_file_not_compared, verify.file_equals = false)
CHANGE(m_mismatch_repaired, create.repair = true)
CHANGE(m_not_told_means_absent, create.if_not_told = ICE_STEP_CREATE)
CHANGE(m_head_proves_absence, exists.head_proves_absence = true)
CHANGE(m_create_sent_again, writes[ICE_WRITE_UNSETTLED].allowed = true)
CHANGE(m_lost_create_given_up, create.after_ambiguous = ICE_STEP_UNKNOWN)
CHANGE(m_settled_by_dropping, settle.if_present = ICE_STEP_DROP)
CHANGE(m_settle_not_told_means_absent, settle.if_not_told = ICE_STEP_CREATE)
CHANGE(m_settle_without_end_known, settle.at_end = ICE_STEP_FAIL)
CHANGE(m_absent_after_all_unknown, settle.if_absent = ICE_STEP_UNKNOWN)
CHANGE(m_init_stops_at_first, init.go_on_after_failure = false)
CHANGE(m_init_worst_for_all, init.own_outcomes = false)
CHANGE(m_gone_means_absent, rows[ICE_ROW_404_GONE].outcome = ICE_NOT_FOUND)
CHANGE(m_proxy_404_means_absent,
       rows[ICE_ROW_404_UNTYPED].outcome = ICE_NOT_FOUND)
CHANGE(m_proxy_404_not_repeated, rows[ICE_ROW_404_UNTYPED].read_again = false)
CHANGE(m_config_not_asked, config.ask_first = false)
CHANGE(m_config_merged_backwards,
       config.merge = ICE_MERGE_OVERRIDES_OWN_DEFAULTS)
CHANGE(m_prefix_ignored, config.obey_prefix = false)
CHANGE(m_uri_override_ignored, config.obey_uri = false)
CHANGE(m_separator_ignored, config.obey_separator = false)
CHANGE(m_warehouse_not_sent, config.send_warehouse = false)
CHANGE(m_endpoints_ignored, config.obey_endpoints = false)
CHANGE(m_no_list_means_all, config.absent_list = ICE_ENDPOINTS_ALL)
CHANGE(m_bad_endpoint_refuses_all, config.ignore_unparsable = false)
CHANGE(m_401_not_renewed, rows[ICE_ROW_401].token = ICE_TOKEN_KEEP)
CHANGE(m_419_not_renewed, rows[ICE_ROW_419].token = ICE_TOKEN_KEEP)
CHANGE(m_403_renewed, rows[ICE_ROW_403].token = ICE_TOKEN_RENEW)
CHANGE(m_failed_renewal_disables, auth.failed_renewal_disables = true)
CHANGE(m_renewed_five_times, auth.renewals = 5)
CHANGE(m_redirects_followed, transport.redirects = ICE_REDIRECTS_FOLLOW)
CHANGE(m_redirects_with_credentials,
       transport.redirects = ICE_REDIRECTS_FOLLOW_WITH_CREDENTIALS)
CHANGE(m_downgrade_allowed, transport.refuse_downgrade = false)
CHANGE(m_token_uri_from_config, auth.token_uri = ICE_TOKEN_URI_FROM_CONFIG)
CHANGE(m_tls_check_not_named, transport.name_tls_check = false)
CHANGE(m_tls_bad_is_unavailable,
       rows[ICE_ROW_TLS_BAD].outcome = ICE_UNAVAILABLE)
CHANGE(m_first_page_only, paging.follow = false)
CHANGE(m_part_for_the_whole, paging.part_is_error = false)
CHANGE(m_proxy_from_environment, transport.proxy = ICE_PROXY_FROM_ENVIRONMENT)
CHANGE(m_log_not_masked, words.log_mask = 0)
CHANGE(m_error_not_masked, words.error_mask = 0)
CHANGE(m_only_raw_masked, words.error_mask = SECRET_RAW)
CHANGE(m_issued_token_not_secret, auth.register_issued = false)
CHANGE(m_user_info_in_uri, words.hide_user_info = false)
CHANGE(m_listing_not_checked, verify.listed = false)
CHANGE(m_file_not_looked_for, verify.file_exists = false)
CHANGE(m_file_not_parsed, verify.file_parses = false)
CHANGE(m_gzip_not_read, verify.gzip = false)
CHANGE(m_stored_schema_not_compared, verify.stored_schema = false)
CHANGE(m_stored_spec_not_compared, verify.stored_spec = false)
CHANGE(m_stored_properties_not_compared, verify.stored_properties = false)
CHANGE(m_names_form_encoded, names.coding = ICE_NAME_FORM)
CHANGE(m_names_sent_raw, names.coding = ICE_NAME_RAW)
CHANGE(m_percent_not_encoded, names.keep = "%")
CHANGE(m_slash_not_encoded, names.keep = "/")
CHANGE(m_separator_not_refused, names.refuse_separator = false)
CHANGE(m_ids_rounded, body.exact_integers = false)
CHANGE(m_unknown_fields_refused, body.ignore_unknown = false)
CHANGE(m_format_4_read, body.format_most = 4)
CHANGE(m_format_1_written, shape.format_version = 1)
CHANGE(m_refused_not_repeated, rows[ICE_ROW_REFUSED].read_again = false)
CHANGE(m_refused_given_up, rows[ICE_ROW_REFUSED].until = ICE_UNTIL_ATTEMPTS)
CHANGE(m_backoff_constant, backoff.factor = 1)
CHANGE(m_backoff_without_cap, backoff.max_ms = 10000000)
CHANGE(m_no_jitter, backoff.jitter = 0)
CHANGE(m_handshake_cut_not_repeated, rows[ICE_ROW_TLS_CUT].read_again = false)
CHANGE(m_not_http_not_repeated, rows[ICE_ROW_BAD_HTTP].read_again = false)
CHANGE(m_reset_not_repeated, rows[ICE_ROW_RESET].read_again = false)
CHANGE(m_cut_not_repeated, rows[ICE_ROW_CUT].read_again = false)
CHANGE(m_unparsable_not_repeated, rows[ICE_ROW_BAD_BODY].read_again = false)
CHANGE(m_500_not_repeated, rows[ICE_ROW_500].read_again = false)
CHANGE(m_503_not_repeated, rows[ICE_ROW_503].read_again = false)
CHANGE(m_429_not_repeated, rows[ICE_ROW_429].read_again = false)
CHANGE(m_unsent_write_not_repeated, writes[ICE_WRITE_NOT_SENT].allowed = false)
CHANGE(m_renewed_write_not_repeated, writes[ICE_WRITE_RENEWED].allowed = false)
CHANGE(m_throttled_write_not_repeated,
       writes[ICE_WRITE_THROTTLED].allowed = false)
CHANGE(m_503_write_with_wait_not_repeated,
       writes[ICE_WRITE_503_WAIT].allowed = false)
CHANGE(m_503_write_repeated, rows[ICE_ROW_503].write_again = ICE_WRITE_503_WAIT)
CHANGE(m_504_write_repeated, rows[ICE_ROW_504].write_again = ICE_WRITE_503_WAIT)
CHANGE(m_key_not_used, writes[ICE_WRITE_KEYED].allowed = false)
CHANGE(m_500_means_rejected, rows[ICE_ROW_500].write = ICE_MEANS_REJECTED)
CHANGE(m_proxy_refusal_believed, untyped_rejection = ICE_MEANS_REJECTED)
CHANGE(m_retry_after_seconds_ignored, retry_after.seconds = false)
CHANGE(m_retry_after_dates_ignored, retry_after.dates = false)
CHANGE(m_retry_after_by_own_clock,
       retry_after.dates_against = ICE_DATE_OF_CLOCK)
CHANGE(m_negative_retry_after_honoured, retry_after.ignore_negative = false)
CHANGE(m_long_retry_after_ignored, retry_after.too_long = ICE_TOO_LONG_IGNORED)
CHANGE(m_impatient, limits.first_byte_ms = 10000)
CHANGE(m_no_connect_timer, transport.timers &= ~(unsigned)ICE_TIMER_CONNECT)
CHANGE(m_no_first_byte_timer,
       transport.timers &= ~(unsigned)ICE_TIMER_FIRST_BYTE)
CHANGE(m_no_idle_timer, transport.timers &= ~(unsigned)ICE_TIMER_IDLE)
CHANGE(m_no_request_timer, transport.timers &= ~(unsigned)ICE_TIMER_REQUEST)
CHANGE(m_no_call_timer, transport.timers &= ~(unsigned)ICE_TIMER_CALL)
CHANGE(m_cancel_unseen_in_request, transport.cancel = ICE_CANCEL_IN_WAIT)
CHANGE(m_cancel_unseen_in_wait, transport.cancel = ICE_CANCEL_IN_REQUEST)
CHANGE(m_error_without_operation,
       words.error_parts &= ~(unsigned)ICE_ERROR_OPERATION)
CHANGE(m_error_without_uri, words.error_parts &= ~(unsigned)ICE_ERROR_URI)
CHANGE(m_error_without_attempts,
       words.error_parts &= ~(unsigned)ICE_ERROR_ATTEMPTS)
CHANGE(m_error_without_elapsed,
       words.error_parts &= ~(unsigned)ICE_ERROR_ELAPSED)
CHANGE(m_error_without_cause, words.error_parts &= ~(unsigned)ICE_ERROR_CAUSE)
CHANGE(m_timeout_is_unavailable,
       rows[ICE_ROW_FIRST_BYTE_TIMEOUT].outcome = ICE_UNAVAILABLE)
CHANGE(m_400_repeated, rows[ICE_ROW_400].read_again = true)
CHANGE(m_403_repeated, rows[ICE_ROW_403].read_again = true)
CHANGE(m_absent_repeated, rows[ICE_ROW_404_ABSENT].read_again = true)
CHANGE(m_huge_answer_repeated, rows[ICE_ROW_BODY_HUGE].read_again = true)
CHANGE(m_body_over_status, body.status_decides = false)
CHANGE(m_repeated_token_followed, paging.stop_at_repeat = false)
CHANGE(m_pages_without_bound, paging.bounded = false)
CHANGE(m_writes_on_kept_connections, transport.fresh_for_writes = false)
CHANGE(m_connections_not_closed, transport.release = ICE_RELEASE_CANCEL)
CHANGE(m_cancel_descriptor_not_closed,
       transport.release = ICE_RELEASE_CONNECTIONS)
CHANGE(m_retries_not_logged, words.log_what = ICE_LOG_FAILURE)
CHANGE(m_failures_not_logged, words.log_what = ICE_LOG_RETRY)
CHANGE(m_logged_twice, words.log_copies = 2)
CHANGE(m_wait_not_logged, words.log_wait = false)
CHANGE(m_accepted_is_done, rows[ICE_ROW_OTHER_2XX].outcome = ICE_OK)
CHANGE(m_typed_404_means_absent,
       rows[ICE_ROW_404_TYPED].outcome = ICE_NOT_FOUND)
CHANGE(m_400_means_absent, rows[ICE_ROW_400].outcome = ICE_NOT_FOUND)
CHANGE(m_403_means_absent, rows[ICE_ROW_403].outcome = ICE_NOT_FOUND)
CHANGE(m_500_means_absent, rows[ICE_ROW_500].outcome = ICE_NOT_FOUND)
CHANGE(m_gone_created_again, create.if_gone = ICE_STEP_CREATE)
CHANGE(m_settle_gone_means_absent, settle.if_gone = ICE_STEP_CREATE)
CHANGE(m_settled_without_comparing, settle.if_present = ICE_STEP_DONE)
CHANGE(m_conflict_absent_given_up, create.conflict_absent = ICE_STEP_FAIL)
CHANGE(m_no_namespace_created_again, create.namespace_missing = ICE_STEP_CREATE)
CHANGE(m_refused_create_cleaned_up, create.after_rejected = ICE_STEP_DROP)
CHANGE(m_create_not_verified, create.after_done = ICE_STEP_DONE)
CHANGE(m_existing_not_compared, verify.existing_too = false)
CHANGE(m_extra_property_not_reported,
       compare.report[ICE_DIFF_EXTRA_PROPERTY] = false)
CHANGE(m_extra_optional_not_reported,
       compare.report[ICE_DIFF_EXTRA_OPTIONAL] = false)
CHANGE(m_own_ids_demanded, compare.ids_as_asked = true)
CHANGE(m_tables_before_namespace, init.namespace_first = false)
CHANGE(m_own_over_overrides, config.merge = ICE_MERGE_OWN_LAST)
CHANGE(m_no_list_means_none, config.absent_list = ICE_ENDPOINTS_NONE)
CHANGE(m_connect_timeout_not_repeated,
       rows[ICE_ROW_CONNECT_TIMEOUT].read_again = false)
CHANGE(m_408_not_repeated, rows[ICE_ROW_408].read_again = false)
CHANGE(m_502_not_repeated, rows[ICE_ROW_502].read_again = false)
CHANGE(m_504_not_repeated, rows[ICE_ROW_504].read_again = false)
CHANGE(m_503_with_wait_not_repeated, rows[ICE_ROW_503_WAIT].read_again = false)
CHANGE(m_500_repeated_for_ever, rows[ICE_ROW_500].until = ICE_UNTIL_DEADLINE)
CHANGE(m_429_repeated_for_ever, rows[ICE_ROW_429].until = ICE_UNTIL_DEADLINE)
CHANGE(m_other_5xx_repeated, rows[ICE_ROW_OTHER_5XX].read_again = true)
CHANGE(m_406_repeated, rows[ICE_ROW_406].read_again = true)
CHANGE(m_409_repeated, rows[ICE_ROW_409].read_again = true)
CHANGE(m_422_repeated, rows[ICE_ROW_422].read_again = true)
CHANGE(m_500_write_repeated, rows[ICE_ROW_500].write_again = ICE_WRITE_503_WAIT)
CHANGE(m_502_write_repeated, rows[ICE_ROW_502].write_again = ICE_WRITE_503_WAIT)
CHANGE(m_408_write_repeated, rows[ICE_ROW_408].write_again = ICE_WRITE_503_WAIT)
CHANGE(m_reset_write_repeated,
       rows[ICE_ROW_RESET].write_again = ICE_WRITE_503_WAIT)
CHANGE(m_silent_write_repeated,
       rows[ICE_ROW_FIRST_BYTE_TIMEOUT].write_again = ICE_WRITE_503_WAIT)
CHANGE(m_cut_write_repeated, rows[ICE_ROW_CUT].write_again = ICE_WRITE_503_WAIT)
CHANGE(m_408_means_rejected, rows[ICE_ROW_408].write = ICE_MEANS_REJECTED)
CHANGE(m_502_means_rejected, rows[ICE_ROW_502].write = ICE_MEANS_REJECTED)
CHANGE(m_503_means_rejected, rows[ICE_ROW_503].write = ICE_MEANS_REJECTED)
CHANGE(m_504_means_rejected, rows[ICE_ROW_504].write = ICE_MEANS_REJECTED)
CHANGE(m_other_5xx_means_rejected,
       rows[ICE_ROW_OTHER_5XX].write = ICE_MEANS_REJECTED)
CHANGE(m_reset_means_nothing, rows[ICE_ROW_RESET].write = ICE_MEANS_NOTHING)
CHANGE(m_silence_means_nothing,
       rows[ICE_ROW_FIRST_BYTE_TIMEOUT].write = ICE_MEANS_NOTHING)
CHANGE(m_cut_means_nothing, rows[ICE_ROW_CUT].write = ICE_MEANS_NOTHING)
CHANGE(m_unusable_means_nothing,
       rows[ICE_ROW_BAD_BODY].write = ICE_MEANS_NOTHING)
CHANGE(m_redirect_means_nothing, rows[ICE_ROW_3XX].write = ICE_MEANS_NOTHING)
CHANGE(m_idle_means_nothing,
       rows[ICE_ROW_IDLE_TIMEOUT].write = ICE_MEANS_NOTHING)
CHANGE(m_endless_means_nothing,
       rows[ICE_ROW_REQUEST_TIMEOUT].write = ICE_MEANS_NOTHING)
CHANGE(m_out_of_time_means_nothing,
       rows[ICE_ROW_DEADLINE].write = ICE_MEANS_NOTHING)
CHANGE(m_noise_means_nothing, rows[ICE_ROW_BAD_HTTP].write = ICE_MEANS_NOTHING)
CHANGE(m_huge_means_nothing, rows[ICE_ROW_BODY_HUGE].write = ICE_MEANS_NOTHING)
CHANGE(m_proxy_404_means_nothing,
       rows[ICE_ROW_404_UNTYPED].write = ICE_MEANS_NOTHING)
CHANGE(m_denied_write_left_open, rows[ICE_ROW_401].write = ICE_MEANS_AMBIGUOUS)
CHANGE(m_forbidden_write_left_open,
       rows[ICE_ROW_403].write = ICE_MEANS_AMBIGUOUS)
CHANGE(m_bad_write_left_open, rows[ICE_ROW_400].write = ICE_MEANS_AMBIGUOUS)
CHANGE(m_throttled_write_left_open,
       rows[ICE_ROW_429].write = ICE_MEANS_AMBIGUOUS)
CHANGE(m_throttled_is_unavailable, rows[ICE_ROW_429].outcome = ICE_UNAVAILABLE)
CHANGE(m_denied_is_invalid, rows[ICE_ROW_403].outcome = ICE_INVALID)
CHANGE(m_nonsense_is_unavailable,
       rows[ICE_ROW_BAD_BODY].outcome = ICE_UNAVAILABLE)
CHANGE(m_settled_once, settle.reads = 1)
CHANGE(m_looked_for_once, verify.tries = 1)

const struct mutant module_mutants[] = {
    ROW(m_create_without_looking, "create-without-looking", "R3.2-2",
        "A create is sent only after a look that found nothing."),
    ROW(m_present_created_again, "present-created-again", "R3.2-2",
        "What is there is not created again."),
    ROW(m_docs_left_out, "docs-left-out", "R3.2-1",
        "Columns are created with their docs."),
    ROW(m_partitions_left_out, "partitions-left-out", "R3.2-1",
        "Tables are created with their partition spec."),
    ROW(m_properties_left_out, "properties-left-out", "R3.2-1",
        "Tables are created with their properties."),
    ROW(m_nullability_left_out, "nullability-left-out", "R3.2-1",
        "Required columns are created as required."),
    ROW(m_conflict_is_failure, "conflict-is-failure", "R3.2-3",
        "When another creator wins, what is there is loaded and verified."),
    ROW(m_conflict_taken_on_trust, "conflict-taken-on-trust", "R3.2-3 R3.2-4",
        "What another creator made is verified before it counts as success."),
    ROW(m_view_not_looked_for, "view-not-looked-for", "R3.2-3",
        "A conflict with a view is an error that says so."),
    ROW(m_types_not_compared, "types-not-compared", "R3.2-4",
        "A column of another type is a mismatch."),
    ROW(m_missing_columns_pass, "missing-columns-pass", "R3.2-4",
        "A missing column is a mismatch."),
    ROW(m_nullability_passes, "nullability-passes", "R3.2-4",
        "Another nullability is a mismatch."),
    ROW(m_partition_passes, "partition-passes", "R3.2-4",
        "Another partition spec is a mismatch."),
    ROW(m_order_passes, "order-passes", "R3.2-4",
        "Another order of columns is a mismatch."),
    ROW(m_docs_fail, "docs-fail", "R3.2-4",
        "A different doc is reported and does not fail."),
    ROW(m_first_difference_only, "first-difference-only", "R3.2-4",
        "Every difference is named."),
    ROW(m_extra_required_passes, "extra-required-passes", "R3.2-4",
        "A required column that is extra is a mismatch."),
    ROW(m_extra_optional_fails, "extra-optional-fails", "R3.2-4",
        "An optional column that is extra does not fail."),
    ROW(m_extra_property_fails, "extra-property-fails", "R3.2-4",
        "An additional property does not fail."),
    ROW(m_property_passes, "property-passes", "R3.2-4",
        "A property with another value is a mismatch."),
    ROW(m_format_version_passes, "format-version-passes", "R3.2-4",
        "Another format version is a mismatch."),
    ROW(m_doc_not_reported, "doc-not-reported", "R3.2-4",
        "A different doc is reported."),
    ROW(m_field_ids_pass, "field-ids-pass", "R3.2-1 R3.2-4",
        "Field ids are unique, and the partition spec refers to them."),
    ROW(m_nested_not_compared, "nested-not-compared", "R3.2-4",
        "Differences inside maps, lists and structs are named."),
    ROW(m_open_create_believed_failed, "open-create-believed-failed", "R3.2-6",
        "With a create open every other failure is unknown."),
    ROW(m_other_uuid_passes, "other-uuid-passes", "R4.2-2",
        "What is stored is the table that was created."),
    ROW(m_load_not_checked, "load-not-checked", "R4.2-1",
        "After a create the table can be loaded."),
    NUMBER(m_format_1_refused, "format-1-refused", "R4.2-4",
           "Format version 1 is read."),
    ROW(m_file_not_compared, "file-not-compared", "R4.2-1 R4.2-2",
        "The metadata file says what the catalog says."),
    ROW(m_mismatch_repaired, "mismatch-repaired", "R3.2-4",
        "A table that does not fit is left as it is."),
    ROW(m_not_told_means_absent, "not-told-means-absent", "R3.2-5",
        "After an existence check that told nothing no create is sent."),
    ROW(m_head_proves_absence, "head-proves-absence", "R3.2-5",
        "The 404 of a HEAD does not prove absence."),
    ROW(m_create_sent_again, "create-sent-again", "R3.2-6 R4.4-3",
        "A create whose answer was lost is settled by loading before it is "
        "sent again."),
    ROW(m_lost_create_given_up, "lost-create-given-up", "R3.2-6",
        "A lost reply to a create is settled by loading."),
    ROW(m_settled_by_dropping, "settled-by-dropping", "R3.2-6",
        "Nothing is dropped to settle a create."),
    ROW(m_settle_not_told_means_absent, "settle-not-told-means-absent",
        "R3.2-5 R3.2-6", "Only a typed 404 lets an open create be sent again."),
    ROW(m_settle_without_end_known, "settle-without-end-known", "R3.2-6",
        "A create that cannot be settled is unknown."),
    ROW(m_absent_after_all_unknown, "absent-after-all-unknown", "R3.2-6",
        "A typed 404 to a settling read means send it again."),
    ROW(m_init_stops_at_first, "init-stops-at-first", "R3.2-7",
        "One table's failure does not keep the others from being made."),
    ROW(m_init_worst_for_all, "init-worst-for-all", "R3.2-7",
        "Each table reports its own outcome."),
    ROW(m_gone_means_absent, "gone-means-absent", "R3.2-8",
        "NotFoundException means that the table exists and its file is gone."),
    ROW(m_proxy_404_means_absent, "proxy-404-means-absent", "R3.2-8 R3.2-5",
        "An untyped 404 is no proof of absence."),
    ROW(m_proxy_404_not_repeated, "proxy-404-not-repeated", "R3.2-8",
        "An untyped 404 counts as 502."),
    ROW(m_config_not_asked, "config-not-asked", "R4.1-1",
        "The configuration is asked for first."),
    ROW(m_config_merged_backwards, "config-merged-backwards", "R4.1-1",
        "Overrides win over own properties, and those over defaults."),
    ROW(m_prefix_ignored, "prefix-ignored", "R4.1-1",
        "The catalog's prefix is obeyed."),
    ROW(m_uri_override_ignored, "uri-override-ignored", "R4.1-1",
        "An overridden uri is obeyed."),
    ROW(m_separator_ignored, "separator-ignored", "R4.1-1",
        "The catalog's namespace separator is obeyed."),
    ROW(m_warehouse_not_sent, "warehouse-not-sent", "R4.1-1",
        "The configuration is asked for with the warehouse."),
    ROW(m_endpoints_ignored, "endpoints-ignored", "R4.1-2",
        "An endpoint that is not advertised is not used."),
    ROW(m_no_list_means_all, "no-list-means-all", "R4.1-2",
        "Without a list of endpoints the default set counts."),
    ROW(m_bad_endpoint_refuses_all, "bad-endpoint-refuses-all", "R4.1-2",
        "Endpoints that do not parse are ignored."),
    ROW(m_401_not_renewed, "401-not-renewed", "R4.1-3",
        "A 401 renews the token."),
    ROW(m_419_not_renewed, "419-not-renewed", "R4.1-3",
        "A 419 renews the token."),
    ROW(m_403_renewed, "403-renewed", "R4.1-3",
        "A 403 never renews the token."),
    ROW(m_failed_renewal_disables, "failed-renewal-disables", "R4.1-3",
        "A failed renewal does not disable later ones."),
    NUMBER(m_renewed_five_times, "renewed-five-times", "R4.1-3",
           "The token is renewed once a call."),
    ROW(m_redirects_followed, "redirects-followed", "R4.1-4",
        "Redirects are not followed."),
    ROW(m_redirects_with_credentials, "redirects-with-credentials", "R4.1-4",
        "Credentials go to no other host."),
    ROW(m_downgrade_allowed, "downgrade-allowed", "R4.1-4",
        "Credentials never go from https to http."),
    ROW(m_token_uri_from_config, "token-uri-from-config", "R4.1-4",
        "The credential goes to the configured host only."),
    ROW(m_tls_check_not_named, "tls-check-not-named", "R4.1-4",
        "A bad certificate is an error that says which check failed."),
    ROW(m_tls_bad_is_unavailable, "tls-bad-is-unavailable", "R4.1-4 R4.4-7",
        "A bad certificate has an outcome of its own."),
    ROW(m_first_page_only, "first-page-only", "R4.1-5",
        "Lists are followed to the last page."),
    ROW(m_part_for_the_whole, "part-for-the-whole", "R4.1-5",
        "A part of a list is never taken for the whole."),
    ROW(m_proxy_from_environment, "proxy-from-environment", "R4.1-6",
        "http_proxy is obeyed only when a setting says so."),
    ROW(m_log_not_masked, "log-not-masked", "R4.1-7",
        "Secrets appear in no log."),
    ROW(m_error_not_masked, "error-not-masked", "R4.1-7",
        "Secrets appear in no error."),
    ROW(m_only_raw_masked, "only-raw-masked", "R4.1-7",
        "Secrets appear in no encoding."),
    ROW(m_issued_token_not_secret, "issued-token-not-secret", "R4.1-7",
        "A token that was issued is a secret from then on."),
    ROW(m_user_info_in_uri, "user-info-in-uri", "R4.1-7",
        "The user info of a URI is in no request line and no error."),
    ROW(m_listing_not_checked, "listing-not-checked", "R4.2-1",
        "After a create the table is listed."),
    ROW(m_file_not_looked_for, "file-not-looked-for", "R4.2-1",
        "After a create the metadata file exists in the store."),
    ROW(m_file_not_parsed, "file-not-parsed", "R4.2-1",
        "After a create the metadata file parses."),
    ROW(m_gzip_not_read, "gzip-not-read", "R4.2-1",
        "A metadata file may be plain or gzip."),
    ROW(m_stored_schema_not_compared, "stored-schema-not-compared", "R4.2-2",
        "The stored schema equals what was asked for."),
    ROW(m_stored_spec_not_compared, "stored-spec-not-compared", "R4.2-2",
        "The stored spec equals what was asked for."),
    ROW(m_stored_properties_not_compared, "stored-properties-not-compared",
        "R4.2-2", "The stored properties contain what was asked for."),
    ROW(m_names_form_encoded, "names-form-encoded", "R4.2-3",
        "A blank in a name is sent as %20."),
    ROW(m_names_sent_raw, "names-sent-raw", "R4.2-3",
        "Names in paths are encoded."),
    ROW(m_percent_not_encoded, "percent-not-encoded", "R4.2-3",
        "A percent sign in a name is encoded."),
    ROW(m_slash_not_encoded, "slash-not-encoded", "R4.2-3",
        "A slash in a name is encoded."),
    ROW(m_separator_not_refused, "separator-not-refused", "R4.2-3",
        "A level that contains the separator is refused before sending."),
    ROW(m_ids_rounded, "ids-rounded", "R4.2-4",
        "Snapshot ids survive as exact integers."),
    ROW(m_unknown_fields_refused, "unknown-fields-refused", "R4.2-4",
        "Unknown fields are ignored."),
    NUMBER(m_format_4_read, "format-4-read", "R4.2-4",
           "Format versions above 3 are refused."),
    NUMBER(m_format_1_written, "format-1-written", "R4.2-4",
           "Format version 2 is written."),
    ROW(m_refused_not_repeated, "refused-not-repeated", "R4.4-1",
        "A refused connection is tried again."),
    ROW(m_refused_given_up, "refused-given-up", "R4.4-1",
        "Connecting is tried until the deadline."),
    NUMBER(m_backoff_constant, "backoff-constant", "R4.4-1", "Waits grow."),
    NUMBER(m_backoff_without_cap, "backoff-without-cap", "R4.4-1",
           "Waits grow up to a cap."),
    NUMBER(m_no_jitter, "no-jitter", "R4.4-1",
           "Waits differ by a little that is drawn."),
    ROW(m_handshake_cut_not_repeated, "handshake-cut-not-repeated",
        "R4.4-1 R4.4-2", "A TLS handshake that was cut is tried again."),
    ROW(m_not_http_not_repeated, "not-http-not-repeated", "R4.4-2",
        "A read is repeated after an answer that is not HTTP."),
    ROW(m_reset_not_repeated, "reset-not-repeated", "R4.4-2 R4.4-10",
        "A read is repeated after a reset."),
    ROW(m_cut_not_repeated, "cut-not-repeated", "R4.4-2",
        "A read is repeated after a truncated answer."),
    ROW(m_unparsable_not_repeated, "unparsable-not-repeated", "R4.4-2",
        "A read is repeated after an unparsable answer."),
    ROW(m_500_not_repeated, "500-not-repeated", "R4.4-2",
        "A read is repeated after 500."),
    ROW(m_503_not_repeated, "503-not-repeated", "R4.4-2",
        "A read is repeated after 503."),
    ROW(m_429_not_repeated, "429-not-repeated", "R4.4-2",
        "A read is repeated after 429."),
    ROW(m_unsent_write_not_repeated, "unsent-write-not-repeated",
        "R4.4-3 R4.4-1", "A write of which no byte was sent is sent again."),
    ROW(m_renewed_write_not_repeated, "renewed-write-not-repeated",
        "R4.4-3 R4.1-3", "A write is repeated once after 401 and renewal."),
    ROW(m_throttled_write_not_repeated, "throttled-write-not-repeated",
        "R4.4-3", "A write is repeated after 429."),
    ROW(m_503_write_with_wait_not_repeated, "503-write-with-wait-not-repeated",
        "R4.4-3", "A write is repeated after 503 with Retry-After."),
    ROW(m_503_write_repeated, "503-write-repeated", "R4.4-3",
        "A write is not repeated after 503 without Retry-After."),
    ROW(m_504_write_repeated, "504-write-repeated", "R4.4-3",
        "A write is not repeated after 504."),
    ROW(m_key_not_used, "key-not-used", "R4.4-3",
        "A write under an idempotency key is repeated byte for byte."),
    ROW(m_500_means_rejected, "500-means-rejected", "R3.2-6 R4.4-3",
        "A 500 leaves a write open."),
    ROW(m_proxy_refusal_believed, "proxy-refusal-believed", "R3.2-6",
        "A 4xx without the catalog's error model leaves a write open."),
    ROW(m_retry_after_seconds_ignored, "retry-after-seconds-ignored", "R4.4-4",
        "Retry-After in seconds is honoured."),
    ROW(m_retry_after_dates_ignored, "retry-after-dates-ignored", "R4.4-4",
        "Retry-After as a date is honoured."),
    ROW(m_retry_after_by_own_clock, "retry-after-by-own-clock", "R4.4-4",
        "A Retry-After date is measured against the answer's own Date."),
    ROW(m_negative_retry_after_honoured, "negative-retry-after-honoured",
        "R4.4-4", "A negative Retry-After is ignored."),
    ROW(m_long_retry_after_ignored, "long-retry-after-ignored", "R4.4-4",
        "A wait longer than the time left fails at once."),
    NUMBER(m_impatient, "impatient", "R4.4-5",
           "A slow answer within the limits is waited for."),
    ROW(m_no_connect_timer, "no-connect-timer", "R4.4-5",
        "Connecting ends in its time."),
    ROW(m_no_first_byte_timer, "no-first-byte-timer", "R4.4-5",
        "A silent server is given up in its time."),
    ROW(m_no_idle_timer, "no-idle-timer", "R4.4-5",
        "An answer that stops coming is given up in its time."),
    ROW(m_no_request_timer, "no-request-timer", "R4.4-5",
        "An endless answer is given up in its time."),
    ROW(m_no_call_timer, "no-call-timer", "R4.4-5",
        "Every call ends by its deadline."),
    ROW(m_cancel_unseen_in_request, "cancel-unseen-in-request", "R4.4-6",
        "Cancel ends a request under way."),
    ROW(m_cancel_unseen_in_wait, "cancel-unseen-in-wait", "R4.4-6",
        "Cancel ends a wait between attempts."),
    ROW(m_error_without_operation, "error-without-operation", "R4.4-7",
        "A failure names the operation."),
    ROW(m_error_without_uri, "error-without-uri", "R4.4-7",
        "A failure names the URI."),
    ROW(m_error_without_attempts, "error-without-attempts", "R4.4-7",
        "A failure says how many attempts were made."),
    ROW(m_error_without_elapsed, "error-without-elapsed", "R4.4-7",
        "A failure says how long the attempts took."),
    ROW(m_error_without_cause, "error-without-cause", "R4.4-7",
        "A failure names the last cause."),
    ROW(m_timeout_is_unavailable, "timeout-is-unavailable", "R4.4-7",
        "Each outcome has its own code."),
    ROW(m_400_repeated, "400-repeated", "R4.4-8", "A 400 is not repeated."),
    ROW(m_403_repeated, "403-repeated", "R4.4-8", "A 403 is not repeated."),
    ROW(m_absent_repeated, "absent-repeated", "R4.4-8",
        "A 404 of the catalog is not repeated."),
    ROW(m_huge_answer_repeated, "huge-answer-repeated", "R4.4-8",
        "An answer that is too long is not asked for again."),
    ROW(m_body_over_status, "body-over-status", "R4.4-8",
        "The status decides, the body only refines."),
    ROW(m_repeated_token_followed, "repeated-token-followed", "R4.4-9",
        "A page token that repeats is an error."),
    ROW(m_pages_without_bound, "pages-without-bound", "R4.4-9",
        "A list ends after a bounded number of pages."),
    ROW(m_writes_on_kept_connections, "writes-on-kept-connections",
        "R4.4-10 R4.4-3", "A write goes out on a connection of its own."),
    ROW(m_connections_not_closed, "connections-not-closed", "R4.4-11",
        "No socket is left open."),
    ROW(m_cancel_descriptor_not_closed, "cancel-descriptor-not-closed",
        "R4.4-11", "No descriptor is left open."),
    ROW(m_retries_not_logged, "retries-not-logged", "R4.4-12",
        "Every retry is logged."),
    ROW(m_failures_not_logged, "failures-not-logged", "R4.4-12",
        "Every failure is logged."),
    NUMBER(m_logged_twice, "logged-twice", "R4.4-12",
           "Every failure and retry is logged once."),
    ROW(m_wait_not_logged, "wait-not-logged", "R4.4-12",
        "Log lines name attempt and wait."),
    ROW(m_accepted_is_done, "accepted-is-done", "R3.2-6",
        "A success status that the operation does not have leaves a write "
        "open."),
    ROW(m_typed_404_means_absent, "typed-404-means-absent", "R3.2-8 R3.2-5",
        "Only the types of tables and namespaces prove absence."),
    ROW(m_400_means_absent, "400-means-absent", "R3.2-5 R3.2-8",
        "A 400 does not prove absence."),
    ROW(m_403_means_absent, "403-means-absent", "R3.2-5 R3.2-8",
        "A 403 does not prove absence."),
    ROW(m_500_means_absent, "500-means-absent", "R3.2-5 R3.2-8",
        "A 500 does not prove absence."),
    ROW(m_gone_created_again, "gone-created-again", "R3.2-8",
        "A table whose metadata file is gone is not created."),
    ROW(m_settle_gone_means_absent, "settle-gone-means-absent", "R3.2-6 R3.2-8",
        "A lost create is not sent again while the table is there without its "
        "file."),
    ROW(m_settled_without_comparing, "settled-without-comparing", "R3.2-6",
        "What settles a lost create is loaded and compared."),
    ROW(m_conflict_absent_given_up, "conflict-absent-given-up", "R3.2-3",
        "After a 409 for what is not there the create is sent again."),
    ROW(m_no_namespace_created_again, "no-namespace-created-again", "R4.4-3",
        "A create without its namespace is not sent again."),
    ROW(m_refused_create_cleaned_up, "refused-create-cleaned-up", "R3.2-6",
        "A create that was refused is not followed by a drop."),
    ROW(m_create_not_verified, "create-not-verified", "R4.2-1 R4.2-2",
        "What was created is loaded and compared."),
    ROW(m_existing_not_compared, "existing-not-compared", "R3.2-4",
        "A table that is there already is compared."),
    ROW(m_extra_property_not_reported, "extra-property-not-reported", "R3.2-4",
        "Additional properties are reported."),
    ROW(m_extra_optional_not_reported, "extra-optional-not-reported", "R3.2-4",
        "Additional optional columns are reported."),
    ROW(m_own_ids_demanded, "own-ids-demanded", "R3.2-1",
        "Field ids are the catalog's."),
    ROW(m_tables_before_namespace, "tables-before-namespace", "R3.2-7",
        "The namespace comes before its tables."),
    ROW(m_own_over_overrides, "own-over-overrides", "R4.1-1",
        "The catalog's overrides win over own settings."),
    ROW(m_no_list_means_none, "no-list-means-none", "R4.1-2",
        "Without a list the default set of endpoints is there."),
    ROW(m_connect_timeout_not_repeated, "connect-timeout-not-repeated",
        "R4.4-1",
        "A connection that could not be made in time is tried again."),
    ROW(m_408_not_repeated, "408-not-repeated", "R4.4-2",
        "A read is repeated after 408."),
    ROW(m_502_not_repeated, "502-not-repeated", "R4.4-2",
        "A read is repeated after 502."),
    ROW(m_504_not_repeated, "504-not-repeated", "R4.4-2",
        "A read is repeated after 504."),
    ROW(m_503_with_wait_not_repeated, "503-with-wait-not-repeated",
        "R4.4-2 R4.4-4", "A read is repeated after 503 with Retry-After."),
    ROW(m_500_repeated_for_ever, "500-repeated-for-ever", "R4.4-2",
        "Repeats after 500 are bounded."),
    ROW(m_429_repeated_for_ever, "429-repeated-for-ever", "R4.4-2",
        "Repeats after 429 are bounded."),
    ROW(m_other_5xx_repeated, "other-5xx-repeated", "R4.4-2",
        "A read is not repeated after a 5xx that does not pass."),
    ROW(m_406_repeated, "406-repeated", "R4.4-8", "A 406 is not repeated."),
    ROW(m_409_repeated, "409-repeated", "R4.4-8", "A 409 is not repeated."),
    ROW(m_422_repeated, "422-repeated", "R4.4-8", "A 422 is not repeated."),
    ROW(m_500_write_repeated, "500-write-repeated", "R4.4-3",
        "A write is not repeated after 500."),
    ROW(m_502_write_repeated, "502-write-repeated", "R4.4-3",
        "A write is not repeated after 502."),
    ROW(m_408_write_repeated, "408-write-repeated", "R4.4-3",
        "A write is not repeated after 408."),
    ROW(m_reset_write_repeated, "reset-write-repeated", "R4.4-3",
        "A write is not repeated after a reset."),
    ROW(m_silent_write_repeated, "silent-write-repeated", "R4.4-3",
        "A write is not repeated after a silence."),
    ROW(m_cut_write_repeated, "cut-write-repeated", "R4.4-3",
        "A write is not repeated after an answer that was cut."),
    ROW(m_408_means_rejected, "408-means-rejected", "R3.2-6",
        "A 408 leaves a write open."),
    ROW(m_502_means_rejected, "502-means-rejected", "R3.2-6",
        "A 502 leaves a write open."),
    ROW(m_503_means_rejected, "503-means-rejected", "R3.2-6",
        "A 503 leaves a write open."),
    ROW(m_504_means_rejected, "504-means-rejected", "R3.2-6",
        "A 504 leaves a write open."),
    ROW(m_other_5xx_means_rejected, "other-5xx-means-rejected", "R3.2-6",
        "Any other 5xx leaves a write open."),
    ROW(m_reset_means_nothing, "reset-means-nothing", "R3.2-6",
        "A reset leaves a write open."),
    ROW(m_silence_means_nothing, "silence-means-nothing", "R3.2-6",
        "A silence leaves a write open."),
    ROW(m_cut_means_nothing, "cut-means-nothing", "R3.2-6",
        "An answer that was cut leaves a write open."),
    ROW(m_unusable_means_nothing, "unusable-means-nothing", "R3.2-6",
        "A success whose body is of no use leaves a write open."),
    ROW(m_redirect_means_nothing, "redirect-means-nothing", "R3.2-6",
        "A redirect leaves a write open."),
    ROW(m_idle_means_nothing, "idle-means-nothing", "R3.2-6",
        "An answer that stops coming leaves a write open."),
    ROW(m_endless_means_nothing, "endless-means-nothing", "R3.2-6",
        "An answer that does not end leaves a write open."),
    ROW(m_out_of_time_means_nothing, "out-of-time-means-nothing", "R3.2-6",
        "A write whose call ran out of time is open."),
    ROW(m_noise_means_nothing, "noise-means-nothing", "R3.2-6",
        "An answer that is not HTTP leaves a write open."),
    ROW(m_huge_means_nothing, "huge-means-nothing", "R3.2-6",
        "An answer that is too long leaves a write open."),
    ROW(m_proxy_404_means_nothing, "proxy-404-means-nothing", "R3.2-6",
        "A 404 of a proxy leaves a write open."),
    ROW(m_denied_write_left_open, "denied-write-left-open", "R4.4-7",
        "A write that was not authorized was not done."),
    ROW(m_forbidden_write_left_open, "forbidden-write-left-open",
        "R4.4-3 R4.4-8", "A write that was forbidden was not done."),
    ROW(m_bad_write_left_open, "bad-write-left-open", "R4.4-3 R4.4-8",
        "A write that was a bad request was not done."),
    ROW(m_throttled_write_left_open, "throttled-write-left-open", "R4.4-7",
        "A write that was throttled to the end was not done."),
    ROW(m_throttled_is_unavailable, "throttled-is-unavailable", "R4.4-7",
        "Each outcome has its own code: throttled."),
    ROW(m_denied_is_invalid, "denied-is-invalid", "R4.4-7",
        "Each outcome has its own code: denied."),
    ROW(m_nonsense_is_unavailable, "nonsense-is-unavailable", "R4.4-7",
        "Each outcome has its own code: protocol."),
    NUMBER(m_settled_once, "settled-once", "R3.2-6",
           "A lost create is looked for three times."),
    NUMBER(m_looked_for_once, "looked-for-once", "R4.2-1",
           "What was created is looked for again while replicas lag."),
};
const size_t n_module_mutants =
    sizeof(module_mutants) / sizeof(module_mutants[0]);
