//! The list of rules, once, and the tests it expands to.

use super::Rule;

/// Calls a macro with the list of all rules, family by family.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_rules {
    ([$($each:tt)*] $($given:tt)*) => {
        $($each)* ! {
            ($($given)*)
            capacity {
                one_unit_refuses_overlap_and_accepts_touching;
                the_peak_counts_and_not_the_number_of_overlaps;
                a_request_that_the_peak_allows_is_never_refused_for_want_of_a_lane;
                mixed_lengths_fill_every_unit;
                units_and_buffers_count_in_the_peak;
                buffers_keep_others_away;
                the_claims_of_one_booking_count_together;
                several_resources_are_claimed_together;
                the_first_plan_that_fits_is_taken;
                cancelled_time_is_free;
                a_booking_id_is_used_once;
                capacity_cannot_fall_below_future_peak_use;
                buffers_of_running_claims_hold_capacity_up;
                capacity_counts_from_the_moment_it_is_set;
                values_that_no_rule_could_judge_are_refused;
            }
            blocks {
                a_block_is_never_refused_and_names_what_it_hits;
                a_block_is_replaced_by_its_id_and_removed_once;
                a_block_names_the_bookings_of_a_session;
                a_commit_does_not_judge_blocks;
            }
            seats {
                seats_are_sold_once_whatever_id_the_joiner_brings;
                a_full_session_tells_the_seats_that_are_left;
                a_party_larger_than_the_session_opens_none;
                a_session_claims_its_room_once_and_blocks_it;
                opening_needs_free_capacity_and_joining_does_not;
                a_renamed_requirement_is_still_the_same_session;
                a_session_keeps_the_seats_it_was_opened_with;
                with_all_seats_lapsed_a_session_blocks_nothing_swept_or_not;
                a_lapsed_seat_is_free_for_the_next;
                a_dead_session_may_be_opened_again_under_the_same_or_another_id;
                the_id_of_a_live_session_is_not_given_to_another;
                moving_within_a_session_ignores_its_own_seats;
                the_only_one_in_a_session_moves_as_if_it_were_not_there;
                a_scheduled_session_lives_without_seats;
                a_live_session_becomes_scheduled_and_lives_by_its_seats_again;
                a_dead_session_cannot_be_closed_swept_or_not;
            }
            limits {
                the_count_includes_the_new_one_and_only_the_period;
                a_limit_of_none_refuses_the_first;
                seconds_count_whole_visits_of_the_period;
                a_period_of_several_intervals_counts_each_of_them;
                overlapping_intervals_count_a_booking_once;
                what_was_used_counts_and_what_was_given_up_does_not;
                over_says_whether_other_services_count;
                each_subject_has_its_own_count;
                a_party_counts_once;
                a_resource_counts_the_seconds_it_serves;
                a_plan_over_its_own_limit_gives_way_to_the_next;
                a_move_does_not_count_itself_and_a_later_placement_counts_the_earlier;
                a_move_is_held_to_the_limits_of_its_new_period;
            }
            keys {
                the_same_content_replays_the_first_answer_and_does_nothing;
                a_recorded_answer_can_be_looked_up;
                other_content_under_a_key_is_refused;
                each_operation_has_its_own_keys;
                refusals_are_not_recorded;
                every_kind_of_answer_is_replayed;
                keys_are_kept_for_a_day_at_least_and_not_for_ever;
                verdicts_come_back_with_the_answer;
            }
            deadlines {
                a_hold_lives_until_its_deadline_and_not_at_it;
                an_expired_hold_never_revives;
                every_move_of_an_expired_booking_says_so_swept_or_not;
                a_sweep_marks_what_has_lapsed_and_nothing_else;
                sweeping_changes_no_answer;
                what_would_have_lapsed_already_is_not_made;
                a_hold_is_extended_up_to_its_longest_life;
                an_expiry_that_is_not_later_extends_nothing;
                confirming_judges_only_expiry_and_version;
                a_confirmed_hold_that_needs_approval_is_pending_until_its_start_at_most;
                pending_is_decided_once;
                a_pending_deadline_is_at_most_the_start;
                lapsed_bookings_come_by_deadline;
                a_command_that_comes_late_is_judged_late;
            }
            moves {
                every_move_from_every_state_follows_the_table;
                complete_and_no_show_only_from_the_start_on_and_free_the_rest;
                checked_in_keeps_its_claims_and_only_completes;
                a_change_checks_the_version_it_is_given;
                fees_are_recorded;
                a_booking_reads_back_as_it_was_made;
                unknown_bookings_are_not_found;
            }
            reschedule {
                a_move_ignores_its_own_claims_and_frees_the_old_ones;
                a_move_that_fails_keeps_the_old_time;
                a_move_keeps_state_and_deadline;
                a_pending_booking_is_decided_by_its_new_start_at_most;
                a_move_checks_the_version_and_the_state;
                a_reassignment_is_recorded_as_one;
                a_move_takes_the_first_plan_that_fits;
                a_move_onto_a_taken_time_is_refused_until_it_is_free;
            }
            batches {
                all_placements_or_none_and_the_later_see_the_earlier;
                a_batch_that_fails_in_the_middle_leaves_no_trace;
                a_series_is_answered_in_order;
                cancelling_many_spares_what_has_started_or_ended;
            }
            waitlist {
                the_line_is_ordered_by_joining_and_then_by_place;
                the_line_is_read_by_window_and_length;
                the_first_that_fits_gets_a_hold_in_the_same_command;
                an_offer_that_does_not_fit_refuses_nothing;
                a_refused_command_makes_no_offers;
                a_released_start_goes_to_the_next_and_not_to_the_same;
                a_swept_offer_goes_on_down_the_line;
                an_entry_has_one_live_offer;
                a_confirmed_offer_serves_its_entry;
                leaving_cancels_a_live_offer;
                leaving_after_the_offer_lapsed_cancels_nothing;
                offers_to_nobody_and_of_used_ids_are_passed_over;
            }
            feed {
                every_change_raises_the_version_and_leaves_an_event;
                events_name_their_actor;
                events_continue_after_a_number;
                a_history_is_one_bookings_part_of_the_feed;
                a_refused_command_leaves_no_trace;
            }
            lists {
                lists_are_ordered_by_start_and_id_and_filtered;
                pages_join_without_gap_or_overlap;
                lists_keep_what_is_over;
                counted_bookings_appear_once_with_what_each_resource_serves;
                counted_bookings_are_those_that_limits_count;
            }
            occupancy {
                occupancy_is_what_lives_and_reaches_into_the_window;
                occupancy_counts_buffers_and_every_live_state;
                occupancy_is_of_the_resources_asked_for;
                occupancy_has_blocks_and_live_sessions;
                occupancy_can_ignore_one_booking;
                occupancy_finds_long_claims_from_short_windows;
            }
            standing {
                standing_counts_the_bookings_of_the_window;
                standing_remembers_who_was_given_what;
                keeping_a_resource_is_not_being_given_it_again;
                the_customers_last_resources_are_those_of_the_latest_counted_booking;
                missed_visits_count_from_the_instant_asked_for;
            }
            tenants {
                tenants_do_not_share_ids_keys_or_rows;
                tenants_do_not_share_capacities;
                no_command_touches_another_tenants_rows;
                no_read_shows_another_tenants_rows;
                the_catalogue_answers_its_own_tenant_in_the_order_asked;
            }
            histories {
                worked_histories_of_capacity_end_as_worked_out;
                worked_histories_of_seats_end_as_worked_out;
                worked_histories_of_limits_end_as_worked_out;
                worked_histories_of_the_life_cycle_end_as_worked_out;
            }
            races {
                of_fifty_callers_one_gets_the_time;
                racing_for_overlapping_times_leaves_no_overlap;
                of_fifty_callers_as_many_as_there_are_units_get_one;
                of_fifty_callers_ten_get_the_ten_free_hosts;
                of_fifty_callers_as_many_as_there_are_seats_sit;
                of_fifty_callers_a_limit_lets_three_through;
                of_fifty_retries_one_is_applied_and_all_hear_its_answer;
                a_hold_resolves_exactly_once;
                of_fifty_callers_one_takes_over_a_lapsed_hold;
                of_fifty_moves_to_one_time_one_arrives_and_the_others_stay;
                callers_that_want_the_same_resources_in_opposite_orders_do_not_block_each_other;
            }
            random {
                random_histories_are_answered_as_the_reference_answers_them;
                random_commands_at_once_leave_everything_in_order;
            }
        }
    };
}

/// One named test for each rule of the suite, for a store adapter's tests.
///
/// `setup` is an async function from a [`World`](crate::conformance::World) to a store with that world in its catalogue
/// (or to a [`Subject`](crate::conformance::Subject), for a store with a clock of its own or with something to keep
/// alive). `block_on` is a function that runs a future to its end; it is called from many threads at once, so a runtime
/// is made once and shared.
///
/// The random rules run with seeds of their own. With the environment variable `BOOKING_SEED` set in the test's
/// environment they run with that seed only, which is how a failure is replayed.
///
/// ```
/// use booking_core::MemoryStore;
/// use booking_core::conformance::{World, block_on};
///
/// async fn set_up(world: World) -> MemoryStore {
///     let store = MemoryStore::new();
///     for business in world.businesses {
///         for service in business.services {
///             store.add_service(business.tenant, service);
///         }
///         for resource in business.resources {
///             store.add_resource(business.tenant, resource);
///         }
///     }
///     store
/// }
///
/// booking_core::conformance!(set_up, block_on);
/// ```
#[macro_export]
macro_rules! conformance {
    ($setup:expr, $block_on:expr $(,)?) => {
        $crate::__conformance_rules! { [$crate::__conformance_tests] $setup, $block_on }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_tests {
    (($setup:expr, $block_on:expr) $($family:ident { $($name:ident;)* })*) => {$($(
        #[test]
        fn $name() {
            let suite = $crate::conformance::Suite::new(
                |world| $block_on($setup(world)),
                |task| $block_on(task),
            );
            let seed = ::std::env::var("BOOKING_SEED").ok().map(|seed| seed.parse().expect("BOOKING_SEED is a number"));
            $crate::conformance::$family::$name(&suite.with_seed(seed));
        }
    )*)*};
}

macro_rules! table {
    (() $($family:ident { $($name:ident;)* })*) => {
        &[$($(Rule {
            family: stringify!($family),
            name: stringify!($name),
            check: super::$family::$name,
        },)*)*]
    };
}

/// All rules, in the order of the families: for a test that runs them itself.
pub const RULES: &[Rule] = __conformance_rules!([table]);
