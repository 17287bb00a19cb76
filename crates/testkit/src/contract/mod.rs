//! Contract suites: what every implementation of a port must do, one named case each.
//!
//! A case takes a fresh implementation and fails by panicking. [`contract_tests!`](crate::contract_tests) makes
//! one `#[test]` of each, so that memory, SQLite and whatever follows run the same names; none can be skipped.

pub mod cases;
pub mod model;
pub mod outbox;
pub mod records;
pub mod register;
pub mod tenants;
pub mod ticketing;
pub mod transport;
pub mod windows;

use nightdesk_ports::{Cases, Outbox, RecordLog, Register, StoreError, TenantRepository};

/// The storage ports in one, as stores implement them.
pub trait Store: Cases + Outbox + TenantRepository + RecordLog + Register {}

impl<S: Cases + Outbox + TenantRepository + RecordLog + Register> Store for S {}

/// Runs a case on several threads, as a server would.
///
/// # Panics
/// If the case does, or no runtime can be built.
#[allow(clippy::unwrap_used, reason = "a test without a runtime has failed")]
pub fn run<F: Future<Output = ()>>(case: F) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(case);
}

/// Demands that an operation lost a race.
#[track_caller]
fn assert_conflict<T: std::fmt::Debug>(outcome: Result<T, StoreError>) {
    assert!(matches!(outcome, Err(StoreError::Conflict)), "expected a conflict, got {outcome:?}");
}

/// Makes a `#[test]` of each case of a suite: `store`, `ticketing`, `model` or `transport`.
///
/// The factory is an expression, evaluated for each case within an async block, that gives a pair: something
/// to keep while the case runs (a temporary folder, or `()`), and the `Arc<dyn Store>`, `Arc<dyn Ticketing>`,
/// [`model::Subject`](crate::contract::model::Subject) or `Arc<dyn HttpTransport>`.
#[macro_export]
macro_rules! contract_tests {
    (store, $factory:expr) => {
        $crate::contract_tests!(@each cases, $factory, [
            what_was_never_stored_is_not_there,
            a_state_comes_back_as_it_was_stored,
            versions_count_up_from_one,
            a_stale_version_is_a_conflict_and_changes_nothing,
            a_new_state_that_exists_already_is_a_conflict,
            a_version_of_what_does_not_exist_is_a_conflict,
            a_call_and_a_case_of_one_name_are_two_owners,
            a_call_and_its_new_case_are_stored_together,
            one_conflict_among_two_states_stores_neither,
            one_owner_twice_in_a_commit_is_a_conflict,
            a_taken_alias_leaves_nothing_behind,
            a_unique_alias_belongs_to_one_owner,
            an_owner_may_take_its_own_alias_again,
            a_plain_alias_names_its_newest_bearer,
            a_unique_alias_cannot_be_taken_plainly,
            an_alias_of_another_kind_is_another_name,
            a_tenant_sees_nothing_of_another,
            deadlines_are_due_from_their_instant_on_oldest_first,
            a_deadline_moves_and_goes_with_its_state,
            due_covers_all_tenants_and_keeps_to_its_limit,
            a_list_is_newest_first_of_one_kind_and_limited,
            a_list_shows_the_newest_version,
            the_journal_is_in_order_and_of_one_owner,
            a_failed_commit_leaves_no_journal,
            of_concurrent_commits_of_one_version_exactly_one_wins,
            of_concurrent_takers_of_one_alias_exactly_one_wins,
            sixty_four_owners_commit_at_once,
            a_commit_is_seen_by_the_next_read,
            a_store_that_works_is_ready,
        ]);
        $crate::contract_tests!(@each outbox, $factory, [
            an_effect_is_claimed_as_it_was_planned,
            an_effect_is_not_claimed_before_it_is_due,
            effects_are_claimed_oldest_first_up_to_the_limit,
            a_leased_effect_is_not_claimed_again,
            an_expired_lease_may_be_taken_over,
            an_expired_lease_that_nobody_took_still_settles,
            the_earlier_claim_of_one_process_is_void_after_its_later_one,
            settling_removes_an_effect_once,
            settling_a_lost_claim_is_a_conflict,
            postponing_moves_an_effect_and_keeps_its_tries,
            postponing_a_lost_claim_is_a_conflict,
            a_postponed_effect_cannot_be_settled_by_its_old_claim,
            a_commit_settles_its_effect,
            a_commit_with_a_lost_claim_changes_nothing,
            a_failed_commit_does_not_settle,
            an_effect_committed_with_a_lease_is_held_from_the_start,
            a_lease_that_ran_out_counts_as_an_unknown_attempt,
            a_planned_effect_of_a_taken_name_is_a_conflict,
            a_failed_commit_plans_nothing,
            pending_shows_an_owners_effects_with_their_tries,
            pending_is_of_one_tenant,
            one_effect_name_in_two_tenants_is_two_effects,
            a_claim_of_one_tenant_settles_nothing_of_another,
            oldest_due_is_since_when_the_oldest_is_due,
            concurrent_claims_never_share_an_effect,
        ]);
        $crate::contract_tests!(@each tenants, $factory, [
            a_tenant_that_was_never_imported_has_no_settings,
            imports_count_versions_up_and_keep_the_old_ones,
            versions_of_two_tenants_are_independent,
            tenants_are_listed_by_name,
            concurrent_imports_get_different_versions,
            a_contact_is_found_with_and_without_country_code,
            a_shared_number_finds_everybody_in_order,
            a_contact_with_two_numbers_is_found_by_either,
            a_contact_whose_numbers_share_ten_digits_is_found_once,
            an_import_replaces_all_contacts,
            contacts_of_another_tenant_are_not_found,
            short_numbers_match_only_themselves,
            an_unknown_tenant_has_no_file,
            the_file_is_the_newest_text_with_its_version,
            a_file_is_of_one_tenant_and_comes_back_letter_by_letter,
        ]);
        $crate::contract_tests!(@each records, $factory, [
            a_record_comes_back_as_it_was_appended,
            what_was_never_appended_is_not_there,
            an_append_of_a_taken_name_is_dropped_whatever_its_time,
            a_scan_begins_at_its_start_and_ends_before_its_end,
            bounds_within_a_millisecond_hold_against_whole_ones,
            a_scan_gives_the_oldest_or_the_newest_first,
            records_of_one_millisecond_are_ordered_by_id,
            a_scan_keeps_to_its_limit_in_either_order,
            a_scan_crosses_the_ends_of_months_and_years,
            many_records_are_given_page_by_page_without_a_gap,
            what_has_expired_is_not_given_whether_deleted_or_not,
            what_has_expired_does_not_count_towards_the_limit,
            tenants_see_nothing_of_each_others_records,
            records_of_another_kind_are_kept_apart,
            names_may_hold_any_character,
            instants_are_kept_to_the_millisecond_rounded_down,
            a_record_at_its_limits_is_kept_and_a_longer_one_is_corrupt,
            of_concurrent_appends_of_one_name_exactly_one_is_kept,
            concurrent_appends_of_many_names_are_all_kept,
        ]);
        $crate::contract_tests!(@each register, $factory, [
            an_entry_comes_back_as_it_was_put,
            what_was_never_put_is_not_there,
            versions_of_an_entry_count_up_from_one,
            a_put_of_any_other_version_is_a_conflict_and_changes_nothing,
            a_put_of_the_very_entry_that_is_stored_is_a_success,
            a_repeated_put_undoes_no_later_one,
            entries_are_given_by_id_byte_by_byte,
            many_entries_are_given_without_a_gap,
            an_expired_entry_is_not_given_whether_deleted_or_not,
            an_expired_entry_stands_in_nobodys_way,
            an_expiry_may_be_moved_and_lifted,
            an_expiry_is_kept_to_the_millisecond_rounded_down,
            a_removed_entry_is_gone_and_may_be_put_again,
            removing_twice_is_a_success_and_another_version_is_a_conflict,
            tenants_see_and_change_nothing_of_each_others_entries,
            entries_of_another_kind_are_kept_apart,
            an_entrys_names_may_hold_any_character,
            an_entry_at_its_limits_is_kept_and_a_longer_one_is_corrupt,
            of_concurrent_puts_of_one_version_exactly_one_wins,
            concurrent_puts_of_many_entries_are_all_kept,
        ]);
        $crate::contract_tests!(@each windows, $factory, [
            planned_work_is_kept_changed_and_called_off,
            planned_work_that_is_refused_leaves_nothing_and_changes_nothing,
            a_call_takes_the_planned_work_at_its_arrival_and_its_case_remembers_it,
            an_entry_that_is_no_window_explains_nothing_and_hides_no_other,
            the_next_caller_joins_the_open_case_and_its_call_back_list_is_kept,
        ]);
    };
    (ticketing, $factory:expr) => {
        $crate::contract_tests!(@each ticketing, $factory, [
            a_ticket_is_found_by_its_key,
            a_key_without_a_ticket_finds_none,
            another_tenant_finds_no_ticket,
            a_repeated_note_is_added_once_and_another_is_added,
            a_note_to_no_ticket_is_refused,
            closing_twice_is_a_success,
            another_tenant_cannot_close_a_ticket,
            only_open_tickets_of_the_company_are_counted,
            what_fixed_the_last_problem_like_it_is_found,
            an_ordinary_note_fixes_nothing,
            the_newest_fix_is_the_one_that_is_told,
            a_merged_ticket_is_closed_and_merging_again_is_a_success,
        ]);
    };
    (model, $factory:expr) => {
        $crate::contract_tests!(@each model, $factory, [
            an_opinion_is_given_as_the_quick_model_said_it,
            a_summary_is_given_as_the_thorough_model_wrote_it,
            an_answer_tells_what_it_cost,
            the_one_tool_is_demanded_with_its_schema_and_limit,
            a_callers_words_arrive_fenced_and_never_among_the_instructions,
            an_opinion_that_it_is_low_is_passed_on_as_it_is,
            an_opinion_may_fit_no_category,
            what_does_not_fit_the_schema_says_nothing,
            a_long_gist_is_shortened,
            json_that_is_cut_off_says_nothing,
            an_answer_cut_off_by_its_token_limit_says_nothing,
            a_refusal_says_nothing_even_after_a_whole_answer,
            prose_instead_of_the_tool_says_nothing,
            the_use_of_another_tool_says_nothing,
            an_endless_flood_says_nothing_and_is_dropped,
            a_stream_that_opens_and_stays_silent_costs_the_first_budget_only,
            pings_are_no_first_word,
            a_service_that_answers_nothing_costs_the_first_budget_only,
            an_answer_that_falls_silent_costs_the_whole_budget_only,
            an_answer_that_dribbles_costs_the_whole_budget_only,
            a_summary_has_a_budget_of_its_own_and_may_begin_late,
            a_late_answer_within_the_budget_is_an_answer,
            a_whole_answer_does_not_wait_for_a_stream_that_never_ends,
            an_answer_that_breaks_off_is_unavailable,
            a_service_that_gives_up_midway_is_unavailable,
            a_web_page_instead_of_a_stream_is_unavailable,
            a_throttled_question_says_when_to_ask_again,
            an_overloaded_or_failing_service_is_unavailable,
            a_denial_is_refused_and_repeats_nothing_that_was_sent,
            a_tenant_without_a_model_is_refused_and_nobody_is_asked,
            asking_again_after_a_failure_is_answered,
        ]);
    };
    (transport, $factory:expr) => {
        $crate::contract_tests!(@each transport, $factory, [
            pieces_come_while_the_answer_is_still_being_written,
            a_head_that_does_not_come_is_no_answer,
            a_piece_that_does_not_come_is_no_answer,
            a_stream_that_breaks_is_no_answer,
            an_endless_stream_is_bounded,
            dropping_the_pieces_ends_the_exchange,
            nobody_there_is_not_sent,
            the_status_of_an_error_comes_with_its_body,
        ]);
    };
    (@each $suite:ident, $factory:expr, [$($case:ident),* $(,)?]) => {
        $(
            #[test]
            fn $case() {
                $crate::contract::run(async {
                    let (_kept, subject) = $factory;
                    $crate::contract::$suite::$case(subject).await;
                });
            }
        )*
    };
}
