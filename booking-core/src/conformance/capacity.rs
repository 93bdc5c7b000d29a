//! Peak use, plans in order of preference, and `set_capacity`.

use super::desk::{Desk, refused};
use super::suite::Suite;
use super::words::*;
use crate::booking::Claim;
use crate::reason::Occupant;
use crate::resource::MAX_CAPACITY;
use crate::service::{MAX_BUFFER, MAX_DURATION};
use crate::store::{Action, CommitError, Placement};

fn placing(placement: Placement) -> Action {
    Action::Place(vec![placement])
}

fn set(capacity: u32) -> Action {
    Action::SetCapacity { resource: resource(1), capacity }
}

/// A claim on resource 1 that is not plain.
fn wide(start: i64, end: i64, change: impl FnOnce(&mut Claim)) -> Claim {
    with(claim(1, start, end), change)
}

/// A resource of one unit is claimed by one booking at a time; bookings that touch do not overlap.
pub fn one_unit_refuses_overlap_and_accepts_touching(suite: &Suite) {
    Desk::new(suite).check(vec![
        (0, place(1, 1, 100, 200), "ok"),
        (0, place(2, 1, 199, 300), "no fit 0: 0 free"),
        (0, place(3, 1, 200, 300), "ok"),
        (0, place(4, 1, 50, 100), "ok"),
        (0, place(5, 1, 50, 101), "no fit 0: 0 free"),
        (0, place(6, 2, 100, 200), "ok"),
    ]);
}

/// What counts is the most units in use at one instant, not how many claims overlap the new one.
pub fn the_peak_counts_and_not_the_number_of_overlaps(suite: &Suite) {
    Desk::with_units(suite, 2).check(vec![
        (0, place(1, 1, 100, 200), "ok"),
        (0, place(2, 1, 200, 300), "ok"),
        (0, place(3, 1, 100, 300), "ok"),
        (0, place(4, 1, 150, 250), "no fit 0: 0 free"),
    ]);
}

/// Where each unit is a lane of its own, first come first laid, a long booking finds no lane free for all of its time.
/// The peak allows it, so it is accepted: the others change lanes.
pub fn a_request_that_the_peak_allows_is_never_refused_for_want_of_a_lane(suite: &Suite) {
    let desk = Desk::with_units(suite, 2);
    desk.check(vec![
        (0, place(1, 1, 100, 200), "ok"),
        (0, place(2, 1, 100, 150), "ok"),
        (0, place(3, 1, 150, 300), "ok"),
        (0, place(4, 1, 200, 250), "ok"),
        (0, cancel(1), "ok"),
        (0, cancel(4), "ok"),
        (0, place(5, 1, 250, 400), "ok"),
        (0, place(6, 1, 100, 250), "ok"),
        (0, place(7, 1, 299, 300), "no fit 0: 0 free"),
    ]);
    assert_eq!(desk.occupants(0, 1_000, None).len(), 4);
}

/// The same with many units: lengths that fit together only in one way.
pub fn mixed_lengths_fill_every_unit(suite: &Suite) {
    let desk = Desk::with_units(suite, 4);
    // Staircase: unit n is taken until 100 * n, and free from then on until 500.
    for lane in 1..=4_u64 {
        let end = 100 * i64::try_from(lane).expect("a small number");
        desk.placed(0, ask(lane, 1, 0, end));
    }
    // Filled from the longest gap to the shortest, and the other way round.
    for (id, start) in [(5, 400), (6, 100), (7, 300), (8, 200)] {
        desk.placed(0, ask(id, 1, start, 500));
    }
    desk.check(vec![
        (0, place(9, 1, 0, 1), "no fit 0: 0 free"),
        (0, place(9, 1, 499, 500), "no fit 0: 0 free"),
    ]);
}

/// Units and buffers of all claims count in the peak, and a refusal tells how many units are free.
pub fn units_and_buffers_count_in_the_peak(suite: &Suite) {
    let desk = Desk::with_units(suite, 3);
    let after = |id, start| {
        placing(claiming(id, wide(start, start + 10, |claim| (claim.units, claim.before) = (2, 10))))
    };
    desk.placed(0, claiming(1, wide(100, 200, |claim| (claim.units, claim.after) = (2, 50))));
    desk.check(vec![(0, after(2, 259), "no fit 0: 1 free"), (0, after(3, 260), "ok")]);
}

/// Time kept free before and after a visit may not be entered, from either side.
pub fn buffers_keep_others_away(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, claiming(1, wide(100, 200, |claim| (claim.before, claim.after) = (20, 30))));
    desk.check(vec![
        (0, place(2, 1, 60, 81), "no fit 0: 0 free"),
        (0, place(2, 1, 60, 80), "ok"),
        (0, place(3, 1, 229, 300), "no fit 0: 0 free"),
        (0, place(3, 1, 230, 300), "ok"),
        (0, placing(claiming(4, wide(320, 400, |claim| claim.before = 21))), "no fit 0: 0 free"),
        (0, placing(claiming(4, wide(320, 400, |claim| claim.before = 20))), "ok"),
    ]);
}

/// One booking's claims on the same resource are counted together.
pub fn the_claims_of_one_booking_count_together(suite: &Suite) {
    let desk = Desk::with_units(suite, 2);
    let twice = |id, units: u32| {
        placing(with(ask(id, 1, 100, 200), |asked| {
            let second = wide(140, 200, |claim| claim.units = units);
            asked.plans = vec![plan_of(vec![claim(1, 100, 150), second])];
        }))
    };
    desk.check(vec![(0, twice(1, 2), "no fit 0: 2 free"), (0, twice(1, 1), "ok")]);
}

/// A booking that claims several resources gets all of them or none.
pub fn several_resources_are_claimed_together(suite: &Suite) {
    let desk = Desk::new(suite);
    let both = |id, start: i64| {
        placing(with(ask(id, 1, start, start + 100), |asked| {
            asked.plans = vec![plan_of(vec![claim(2, start, start + 100), claim(1, start, start + 100)])];
        }))
    };
    desk.check(vec![
        (0, both(1, 100), "ok"),
        (0, place(2, 1, 150, 160), "no fit 0: 0 free"),
        (0, place(2, 2, 150, 160), "no fit 0: 0 free"),
        (0, place(2, 1, 200, 300), "ok"),
        (0, both(3, 250), "no fit 0: 0 free"),
        (0, place(3, 2, 250, 350), "ok"),
    ]);
}

/// Of several complete assignments the first that fits is taken; when none does, there is a conflict for each.
pub fn the_first_plan_that_fits_is_taken(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, ask(1, 1, 100, 200));
    let any = |id| {
        with(ask(id, 1, 150, 250), |asked| asked.plans = [1, 3, 2].map(|on| plan(on, 150, 250)).to_vec())
    };
    let chosen = [2, 3].map(|id| desk.placed(0, any(id)).resources());
    assert_eq!(chosen, [[resource(3)], [resource(2)]]);
    let refusal = refused(desk.act(0, placing(any(4))));
    let CommitError::NoFit { placement: 0, conflicts } = refusal else {
        unreachable!("three plans that do not fit: {refusal}")
    };
    let resources: Vec<_> = conflicts.iter().map(|conflict| conflict.resource).collect();
    assert_eq!(resources, [1, 3, 2].map(resource));
    for (conflict, by) in conflicts.iter().zip([1, 2, 3]) {
        assert_eq!(conflict.free, 0);
        // Naming what is in the way is a courtesy, naming something else is wrong.
        assert!(conflict.by.is_none_or(|named| named == Occupant::Booking(booking_id(by))), "{conflict:?}");
    }
}

/// Cancelling gives the time back.
pub fn cancelled_time_is_free(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.check(vec![
        (0, place(1, 1, 100, 200), "ok"),
        (0, cancel(1), "ok"),
        (0, place(2, 1, 150, 160), "ok"),
        (0, place(3, 1, 150, 160), "no fit 0: 0 free"),
    ]);
    assert_eq!(desk.occupants(0, 1_000, None), [Occupant::Booking(booking_id(2))]);
}

/// A booking's id is used once in a tenant, even after the booking has ended.
pub fn a_booking_id_is_used_once(suite: &Suite) {
    Desk::new(suite).check(vec![
        (0, place(1, 1, 100, 200), "ok"),
        (0, place(1, 2, 100, 200), "the booking exists already"),
        (0, cancel(1), "ok"),
        (0, place(1, 1, 100, 200), "the booking exists already"),
    ]);
}

/// Capacity is not lowered below what is in use at one instant from now on, live holds included.
pub fn capacity_cannot_fall_below_future_peak_use(suite: &Suite) {
    Desk::with_units(suite, 3).check(vec![
        (0, place(1, 1, 100, 200), "ok"),
        (0, place(2, 1, 150, 250), "ok"),
        (0, placing(hold(3, 1, 160, 170, 50)), "ok"),
        (0, set(2), "3 units will be in use"),
        (50, set(2), "ok"),
        (50, set(1), "2 units will be in use"),
        // Running claims hold it up; those that are over do not.
        (199, set(1), "2 units will be in use"),
        (200, set(1), "ok"),
        (200, place(4, 1, 220, 230), "no fit 0: 0 free"),
    ]);
}

/// The buffer after a visit that is over still uses its units.
pub fn buffers_of_running_claims_hold_capacity_up(suite: &Suite) {
    let desk = Desk::with_units(suite, 2);
    for id in [1, 2] {
        desk.placed(0, claiming(id, wide(100, 200, |claim| claim.after = 30)));
    }
    desk.check(vec![(229, set(1), "2 units will be in use"), (230, set(1), "ok")]);
}

/// More capacity is usable at once, and less refuses from then on.
pub fn capacity_counts_from_the_moment_it_is_set(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.check(vec![
        (0, place(1, 1, 100, 200), "ok"),
        (0, place(2, 1, 100, 200), "no fit 0: 0 free"),
        (0, set(3), "ok"),
        (0, place(2, 1, 100, 200), "ok"),
        (0, place(3, 1, 100, 200), "ok"),
        (0, place(4, 1, 100, 200), "no fit 0: 0 free"),
        (0, cancel(2), "ok"),
        (0, set(2), "ok"),
        (0, place(4, 1, 100, 200), "no fit 0: 0 free"),
        (0, set(0), "invalid: capacity"),
        (0, set(MAX_CAPACITY + 1), "invalid: capacity"),
    ]);
    let capacities = desk.occupancy(None).capacities;
    assert!(capacities.contains(&(resource(1), 2)), "a capacity that was set is told: {capacities:?}");
}

/// Values in a command that no rule could judge are refused, by the name of the field.
pub fn values_that_no_rule_could_judge_are_refused(suite: &Suite) {
    let asked = |change: fn(&mut Placement)| placing(with(ask(1, 1, 100, 200), change));
    let claims = |change: fn(&mut Claim)| placing(claiming(1, wide(100, 200, change)));
    let class = session(1, 1, 100, 200, 0);
    let nowhere = with(session(1, 1, 100, 200, 1), |class| class.key.picks.clear());
    Desk::new(suite).check(vec![
        (0, claims(|claim| claim.units = 0), "invalid: claim.units"),
        (0, claims(|claim| claim.units = MAX_CAPACITY + 1), "invalid: claim.units"),
        (0, claims(|claim| claim.before = -1), "invalid: claim.before"),
        (0, claims(|claim| claim.after = MAX_BUFFER + 1), "invalid: claim.after"),
        (0, claims(|claim| claim.interval = span(100, 101 + MAX_DURATION)), "invalid: claim.interval"),
        (0, asked(|asked| asked.booking.party = 0), "invalid: party"),
        (0, asked(|asked| asked.plans.clear()), "invalid: plans"),
        (0, Action::OpenSession(class), "invalid: session.seats"),
        (0, Action::OpenSession(nowhere), "invalid: session.key.picks"),
    ]);
}
