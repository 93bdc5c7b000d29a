//! Stores that are wrong in one way each: the suite must catch every one of them, by the rule that names the fault.
//!
//! This is the test of the suite. A fault that nothing catches is a rule that is missing.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod faults;
mod store;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use booking_core::conformance::{RULES, Rule, Suite, World, block_on};

use store::{Fault, FaultyStore};

/// The rules of the suite that a store with this fault breaks. Slow families are left out unless they are named.
fn broken(fault: Fault, named: &[&str]) -> Vec<&'static str> {
    static QUIET: Once = Once::new();
    // The message alone: hundreds of backtraces would take longer than all rules together.
    QUIET.call_once(|| std::panic::set_hook(Box::new(|panic| println!("{panic}"))));
    let suite = Suite::new(move |world: World| FaultyStore::new(world, fault), |task| block_on(task));
    let slow = |rule: &&Rule| !matches!(rule.family, "races" | "random" | "histories");
    let run = RULES.iter().filter(|rule| slow(rule) || named.contains(&rule.name));
    let breaks = |rule: &&Rule| catch_unwind(AssertUnwindSafe(|| (rule.check)(&suite))).is_err();
    run.filter(breaks).map(|rule| rule.name).collect()
}

fn caught(fault: Fault, named: &[&str]) {
    assert!(!named.is_empty(), "a fault names the rules that catch it");
    for name in named {
        assert!(RULES.iter().any(|rule| rule.name == *name), "no rule is called {name}");
    }
    let broken = broken(fault, named);
    println!("{fault:?} breaks {} rules: {broken:?}", broken.len());
    for name in named {
        assert!(broken.contains(name), "{fault:?} passes {name}; it breaks {broken:?}");
    }
}

/// Without a fault the same store passes everything: what is caught is the fault, not the store around it. This run also
/// watches, under every rule, that what the state notes of a command is enough to rebuild its rows.
#[test]
fn no_fault_breaks_no_rule() {
    let all: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(broken(Fault::None, &all), Vec::<&str>::new());
}

/// A rule that is written and not listed would never run.
#[test]
fn every_rule_that_is_written_is_listed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/conformance");
    let mut written = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            let rules = text.lines().filter_map(|line| line.strip_prefix("pub fn "));
            let rules = rules.filter_map(|rule| rule.strip_suffix("(suite: &Suite) {"));
            written.extend(rules.map(str::to_owned));
        }
    }
    let mut listed: Vec<_> = RULES.iter().map(|rule| rule.name.to_owned()).collect();
    written.sort_unstable();
    listed.sort_unstable();
    assert_eq!(written, listed);
    listed.dedup();
    assert_eq!(listed.len(), RULES.len(), "a name is used once");
}

macro_rules! faults {
    ($($name:ident: $fault:ident breaks $($rule:ident),+;)*) => {$(
        #[test]
        fn $name() {
            caught(Fault::$fault, &[$(stringify!($rule)),+]);
        }
    )*};
}

faults! {
    no_lock: NoLock breaks
        of_fifty_callers_one_gets_the_time, of_fifty_callers_as_many_as_there_are_seats_sit,
        random_commands_at_once_leave_everything_in_order;
    buffers_ignored: BuffersIgnored breaks
        buffers_keep_others_away, units_and_buffers_count_in_the_peak,
        random_histories_are_answered_as_the_reference_answers_them;
    expired_holds_counted: ExpiredHoldsCounted breaks
        a_hold_lives_until_its_deadline_and_not_at_it,
        with_all_seats_lapsed_a_session_blocks_nothing_swept_or_not;
    replay_inserts_twice: ReplayInsertsTwice breaks
        the_same_content_replays_the_first_answer_and_does_nothing;
    limits_checked_outside_the_lock: LimitsOutsideLock breaks
        of_fifty_callers_a_limit_lets_three_through;
    claims_kept_after_cancel: ClaimsKeptAfterCancel breaks
        cancelled_time_is_free, random_histories_are_answered_as_the_reference_answers_them;
    seats_oversold: SeatsOversold breaks
        seats_are_sold_once_whatever_id_the_joiner_brings, of_fifty_callers_as_many_as_there_are_seats_sit;
    tenant_ignored: TenantIgnored breaks
        tenants_do_not_share_ids_keys_or_rows, tenants_do_not_share_capacities,
        no_command_touches_another_tenants_rows, no_read_shows_another_tenants_rows;
    version_ignored: VersionIgnored breaks
        a_change_checks_the_version_it_is_given, a_move_checks_the_version_and_the_state,
        a_refused_command_leaves_no_trace;
    half_applied_batch: HalfAppliedBatch breaks
        all_placements_or_none_and_the_later_see_the_earlier,
        a_batch_that_fails_in_the_middle_leaves_no_trace;
    block_treated_as_claim: BlockTreatedAsClaim breaks a_commit_does_not_judge_blocks;
    key_content_ignored: KeyContentIgnored breaks other_content_under_a_key_is_refused;
    keys_shared_by_operations: KeysShared breaks each_operation_has_its_own_keys;
    refusals_recorded: RefusalsRecorded breaks refusals_are_not_recorded;
    sweep_changes_answers: SweepChangesAnswers breaks
        every_move_of_an_expired_booking_says_so_swept_or_not, sweeping_changes_no_answer;
    live_at_the_deadline: LiveAtTheDeadline breaks a_hold_lives_until_its_deadline_and_not_at_it;
    time_runs_backwards: TimeRunsBackwards breaks a_command_that_comes_late_is_judged_late;
    failed_move_gives_the_time_up: FailedMoveGivesUp breaks a_move_that_fails_keeps_the_old_time;
    move_counts_itself: MoveCountsItself breaks
        a_move_ignores_its_own_claims_and_frees_the_old_ones, moving_within_a_session_ignores_its_own_seats;
    first_plan_only: FirstPlanOnly breaks
        the_first_plan_that_fits_is_taken, of_fifty_callers_ten_get_the_ten_free_hosts;
    overlaps_counted_instead_of_the_peak: OverlapsCounted breaks
        the_peak_counts_and_not_the_number_of_overlaps;
    holds_live_for_ever: HoldsLiveForEver breaks a_hold_is_extended_up_to_its_longest_life;
    events_lost: EventsLost breaks every_change_raises_the_version_and_leaves_an_event;
    offers_forgotten: OffersForgotten breaks the_first_that_fits_gets_a_hold_in_the_same_command;
    capacity_lowered_under_use: CapacityUnchecked breaks capacity_cannot_fall_below_future_peak_use;
    lists_by_id: ListsById breaks lists_are_ordered_by_start_and_id_and_filtered;
    occupancy_without_buffers: OccupancyWithoutBuffers breaks occupancy_counts_buffers_and_every_live_state;
    ignoring_ignored: IgnoringIgnored breaks occupancy_can_ignore_one_booking;
    states_as_written: StatesAsWritten breaks lists_are_ordered_by_start_and_id_and_filtered;
}
