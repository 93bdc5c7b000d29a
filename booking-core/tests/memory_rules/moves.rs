//! Reschedule and reassign.

use booking_core::{Action, EventKind, Initial, Move, State};

use crate::desk::*;

#[test]
fn a_move_ignores_its_own_claims_and_frees_the_old_ones() {
    let steps = vec![
        (0, Action::Place(vec![ask(1, 1, 100, 200)]), "ok"),
        (0, Action::Move(relocation(1, 1, 150, 250)), "ok"),
        (0, Action::Place(vec![ask(2, 1, 100, 150)]), "ok"),
        (0, Action::Place(vec![ask(3, 1, 200, 250)]), "no fit 0: 0 free"),
    ];
    check(&mut Desk::new(), steps);
}

#[test]
fn a_move_that_fails_keeps_the_old_time() {
    let mut desk = Desk::new();
    let steps = vec![
        (0, Action::Place(vec![ask(1, 1, 100, 200)]), "ok"),
        (0, Action::Place(vec![ask(2, 1, 300, 400)]), "ok"),
        (0, Action::Move(relocation(1, 1, 350, 450)), "no fit 0: 0 free"),
        (0, Action::Place(vec![ask(3, 1, 100, 200)]), "no fit 0: 0 free"),
    ];
    check(&mut desk, steps);
    assert_eq!(desk.booking(1).version, 1);
}

#[test]
fn a_move_keeps_state_and_deadline() {
    let mut desk = Desk::new();
    desk.place(0, hold(1, 1, 100, 200, 50)).unwrap();
    let moved = desk.relocate(0, relocation(1, 2, 20, 30)).unwrap().bookings.remove(0);
    assert_eq!((moved.state, moved.deadline, moved.version), (State::Held, Some(at(50)), 2));
    assert_eq!((moved.visit, moved.resources()), (span(20, 30), vec![resource(2)]));
    assert_eq!(moved, desk.booking(1));
}

#[test]
fn a_pending_booking_is_decided_by_its_new_start_at_most() {
    let mut desk = Desk::new();
    let pending = with(ask(1, 1, 500, 600), |asked| asked.booking.initial = Initial::Pending(at(300)));
    desk.place(0, pending).unwrap();
    desk.relocate(0, relocation(1, 1, 900, 1_000)).unwrap();
    assert_eq!(desk.booking(1).deadline, Some(at(300)));
    desk.relocate(0, relocation(1, 1, 200, 300)).unwrap();
    assert_eq!(desk.booking(1).deadline, Some(at(200)));
    check(&mut desk, vec![(150, Action::Move(relocation(1, 1, 150, 160)), "expired at 150")]);
}

#[test]
fn a_move_checks_the_version() {
    let versioned =
        |version| Action::Move(with(relocation(1, 1, 150, 250), |wanted| wanted.if_version = version));
    let steps = vec![
        (0, Action::Place(vec![ask(1, 1, 100, 200)]), "ok"),
        (0, versioned(Some(2)), "the booking has version 1"),
        (0, versioned(Some(1)), "ok"),
        (0, versioned(Some(1)), "the booking has version 2"),
        (0, cancel(1), "ok"),
        (0, versioned(None), "a booking that is cancelled cannot be rescheduled"),
    ];
    check(&mut Desk::new(), steps);
}

#[test]
fn a_reassignment_is_recorded_as_one() {
    let mut desk = Desk::new();
    desk.place(0, ask(1, 1, 100, 200)).unwrap();
    desk.relocate(0, with(relocation(1, 2, 100, 200), |wanted| wanted.reassign = true)).unwrap();
    let kinds: Vec<_> = desk.state.history(TENANT, booking_id(1)).iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Placed, EventKind::Moved(Move::Reassign)]);
}
