//! Reschedule and reassign: one command that ignores the booking's own rows, and keeps them when it fails.

use super::desk::Desk;
use super::suite::Suite;
use super::words::*;
use crate::booking::{EventKind, Move, State};
use crate::reason::Occupant;
use crate::store::Action;

/// A booking may move onto its own time; the old time is free for others at once.
pub fn a_move_ignores_its_own_claims_and_frees_the_old_ones(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.check(vec![
        (0, place(1, 1, 100, 200), "ok"),
        (0, move_to(1, 1, 150, 250), "ok"),
        (0, place(2, 1, 100, 150), "ok"),
        (0, place(3, 1, 200, 250), "no fit 0: 0 free"),
    ]);
    let by = |id| Occupant::Booking(booking_id(id));
    assert_eq!(desk.occupants(0, 1_000, None), [by(1), by(2)]);
    assert_eq!(desk.occupancy(None).claims.len(), 2);
}

/// A move that does not fit leaves the booking where it was, with its claims.
pub fn a_move_that_fails_keeps_the_old_time(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.check(vec![(0, place(1, 1, 100, 200), "ok"), (0, place(2, 1, 300, 400), "ok")]);
    let before = desk.booking(1);
    desk.check(vec![
        (0, move_to(1, 1, 350, 450), "no fit 0: 0 free"),
        (0, place(3, 1, 100, 200), "no fit 0: 0 free"),
    ]);
    assert_eq!(desk.booking(1), before);
    desk.check(vec![(0, move_to(1, 1, 400, 500), "ok")]);
}

/// A move keeps the state, and a hold its expiry; what it answers is what can be read afterwards.
pub fn a_move_keeps_state_and_deadline(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, hold(1, 1, 100, 200, 50));
    let moved = desk.did(7, move_to(1, 2, 20, 30)).bookings.remove(0);
    assert_eq!((moved.state, moved.deadline, moved.version), (State::Held, Some(at(50)), 2));
    assert_eq!((moved.visit, moved.resources()), (span(20, 30), vec![resource(2)]));
    assert_eq!((moved.created, moved.changed), (at(0), at(7)));
    assert_eq!(moved.local.wall, at(20).naive_utc());
    assert_eq!(moved, desk.booking(1));
    desk.check(vec![(50, place(2, 2, 20, 30), "ok")]);
}

/// A pending booking is decided by the earlier of its deadline and its new start.
pub fn a_pending_booking_is_decided_by_its_new_start_at_most(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, pending(1, 1, 500, 600, 300));
    desk.did(0, move_to(1, 1, 900, 1_000));
    assert_eq!(desk.booking(1).deadline, Some(at(300)));
    desk.did(0, move_to(1, 1, 200, 300));
    assert_eq!(desk.booking(1).deadline, Some(at(200)));
    desk.check(vec![(150, move_to(1, 1, 150, 160), "expired at 150")]);
}

/// A version that is given must be the present one, and an ended booking is not moved.
pub fn a_move_checks_the_version_and_the_state(suite: &Suite) {
    let versioned =
        |version| Action::Move(with(relocation(1, 1, 150, 250), |wanted| wanted.if_version = version));
    Desk::new(suite).check(vec![
        (0, place(1, 1, 100, 200), "ok"),
        (0, versioned(Some(2)), "the booking has version 1"),
        (0, versioned(Some(1)), "ok"),
        (0, versioned(Some(1)), "the booking has version 2"),
        (0, cancel(1), "ok"),
        (0, versioned(None), "a booking that is cancelled cannot be rescheduled"),
    ]);
}

/// Other resources at the same time are a reassignment in the feed.
pub fn a_reassignment_is_recorded_as_one(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, ask(1, 1, 100, 200));
    desk.did(0, Action::Move(with(relocation(1, 2, 100, 200), |wanted| wanted.reassign = true)));
    let kinds: Vec<_> = desk.history(1).iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Placed, EventKind::Moved(Move::Reassign)]);
    desk.check(vec![(0, place(2, 1, 100, 200), "ok"), (0, place(3, 2, 100, 200), "no fit 0: 0 free")]);
}

/// A move takes the first plan that fits, too.
pub fn a_move_takes_the_first_plan_that_fits(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, ask(1, 1, 100, 200));
    desk.placed(0, ask(2, 2, 300, 400));
    let wanted = with(relocation(1, 1, 300, 400), |wanted| {
        wanted.plans = [2, 3, 4].map(|on| plan(on, 300, 400)).to_vec();
    });
    desk.did(0, Action::Move(wanted));
    assert_eq!(desk.booking(1).resources(), [resource(3)]);
    assert_eq!(desk.booking(1).claims, [claim(3, 300, 400)]);
}

/// Two bookings that would change places in two steps: the first step finds the other in its way.
pub fn a_move_onto_a_taken_time_is_refused_until_it_is_free(suite: &Suite) {
    Desk::new(suite).check(vec![
        (0, place(1, 1, 100, 200), "ok"),
        (0, place(2, 1, 200, 300), "ok"),
        (0, move_to(1, 1, 200, 300), "no fit 0: 0 free"),
        (0, move_to(2, 1, 300, 400), "ok"),
        (0, move_to(1, 1, 200, 300), "ok"),
        (0, move_to(2, 1, 100, 200), "ok"),
    ]);
}
