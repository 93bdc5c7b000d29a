//! Moves along the life cycle, deadlines and versions.

use booking_core::{Action, Change, Currency, EventKind, Initial, Money, Move, State};

use crate::desk::*;

fn extend(id: u64, until: i64) -> Action {
    change(id, Change::Extend { until: at(until) })
}

#[test]
fn every_change_raises_the_version_and_leaves_an_event() {
    let mut desk = Desk::new();
    desk.place(0, hold(1, 1, 100, 200, 50)).unwrap();
    desk.act(1, extend(1, 60)).unwrap();
    desk.act(2, change(1, Change::Confirm)).unwrap();
    desk.act(3, change(1, Change::CheckIn)).unwrap();
    desk.act(100, change(1, Change::Complete)).unwrap();
    let history = desk.state.history(TENANT, booking_id(1));
    let kinds: Vec<_> = history.iter().map(|event| event.kind).collect();
    let moved = [Move::Extend, Move::Confirm, Move::CheckIn, Move::Complete].map(EventKind::Moved);
    assert_eq!(kinds, [&[EventKind::Placed][..], &moved].concat());
    assert!(history.iter().map(|event| (event.sequence, event.version)).eq((1..=5).map(|n| (n, n))));
    assert!(history.iter().all(|event| event.actor.who == "test"));
    let booking = desk.booking(1);
    assert_eq!((booking.state, booking.version, booking.deadline), (State::Completed, 5, None));
    assert_eq!((booking.created, booking.changed), (at(0), at(100)));
}

#[test]
fn a_hold_lives_until_its_deadline_and_not_at_it() {
    let steps = vec![
        (0, Action::Place(vec![hold(1, 1, 100, 200, 50)]), "ok"),
        (49, Action::Place(vec![ask(2, 1, 100, 200)]), "no fit 0: 0 free"),
        (50, change(1, Change::Confirm), "expired at 50"),
        (50, Action::Place(vec![ask(2, 1, 100, 200)]), "ok"),
    ];
    check(&mut Desk::new(), steps);
}

#[test]
fn every_move_of_an_expired_booking_says_so_swept_or_not() {
    for sweep in [false, true] {
        let mut desk = Desk::new();
        desk.place(0, hold(1, 1, 100, 200, 50)).unwrap();
        if sweep {
            let swept = desk.act(60, Action::Sweep(vec![booking_id(1), booking_id(9)])).unwrap().bookings;
            assert_eq!((swept[0].state, swept[0].version), (State::Expired, 2));
            // Sweeping twice does nothing the second time.
            assert!(desk.act(60, Action::Sweep(vec![booking_id(1)])).unwrap().bookings.is_empty());
        }
        let stale = Action::Change { booking: booking_id(1), if_version: Some(1), change: Change::Confirm };
        let steps = vec![
            (300, change(1, Change::Confirm), "expired at 50"),
            (300, stale, "expired at 50"),
            (300, extend(1, 400), "expired at 50"),
            (300, change(1, Change::Approve), "expired at 50"),
            (300, cancel(1), "expired at 50"),
            (300, change(1, Change::Complete), "expired at 50"),
            (300, Action::Move(relocation(1, 1, 500, 600)), "expired at 50"),
        ];
        check(&mut desk, steps);
    }
}

#[test]
fn a_live_hold_is_not_swept() {
    let mut desk = Desk::new();
    desk.place(0, hold(1, 1, 100, 200, 50)).unwrap();
    assert!(desk.act(49, Action::Sweep(vec![booking_id(1)])).unwrap().bookings.is_empty());
    assert_eq!(desk.booking(1).state, State::Held);
}

#[test]
fn what_would_have_lapsed_already_is_not_made() {
    let steps = vec![
        (50, Action::Place(vec![hold(1, 1, 100, 200, 50)]), "expired at 50"),
        (50, Action::Place(vec![hold(1, 1, 100, 200, 51)]), "ok"),
    ];
    check(&mut Desk::new(), steps);
}

#[test]
fn a_hold_is_extended_up_to_its_longest_life() {
    let steps = vec![
        (1_000, Action::Place(vec![hold(1, 1, 9_000, 9_100, 1_100)]), "ok"),
        (1_050, extend(1, 2_801), "too far: 2800"),
        (1_050, extend(1, 2_800), "ok"),
        (1_050, change(1, Change::Confirm), "ok"),
        (1_050, extend(1, 2_900), "a booking that is confirmed cannot be extended"),
    ];
    check(&mut Desk::new(), steps);
}

#[test]
fn an_expiry_that_is_not_later_extends_nothing() {
    let mut desk = Desk::new();
    desk.place(0, hold(1, 1, 900, 1_000, 50)).unwrap();
    for until in [10, 20, 50] {
        let refused = outcome(&desk.act(20, extend(1, until)));
        assert!(refused.starts_with("until: 1970-01-01 00:00:"), "{refused}");
    }
}

#[test]
fn confirming_judges_only_expiry_and_version() {
    let mut desk = Desk::new();
    desk.place(0, hold(1, 1, 100, 200, 50)).unwrap();
    desk.act(1, Action::AddBlock(block(1, 1, 0, 1_000))).unwrap();
    let confirm = |version| Action::Change {
        booking: booking_id(1),
        if_version: Some(version),
        change: Change::Confirm,
    };
    check(&mut desk, vec![(2, confirm(2), "the booking has version 1"), (2, confirm(1), "ok")]);
    assert_eq!(desk.booking(1).deadline, None);
}

#[test]
fn a_confirmed_hold_that_needs_approval_is_pending_until_its_start_at_most() {
    for (start, decide_by) in [(1_000, 350), (300, 300)] {
        let mut desk = Desk::new();
        let asked = with(hold(1, 1, start, start + 10, 200), |asked| asked.booking.approval = Some(300));
        desk.place(0, asked).unwrap();
        desk.act(50, change(1, Change::Confirm)).unwrap();
        let booking = desk.booking(1);
        assert_eq!((booking.state, booking.deadline), (State::Pending, Some(at(decide_by))));
        let expired = format!("expired at {decide_by}");
        check(&mut desk, vec![(decide_by, change(1, Change::Approve), expired.as_str())]);
    }
}

#[test]
fn pending_is_decided_once() {
    let pending = |id| {
        Action::Place(vec![with(ask(id, 1, 1_000, 1_100), |asked| {
            asked.booking.initial = Initial::Pending(at(5_000));
        })])
    };
    let mut desk = Desk::new();
    let steps = vec![
        (0, pending(1), "ok"),
        (0, pending(2), "no fit 0: 0 free"),
        (1, change(1, Change::Decline), "ok"),
        (1, change(1, Change::Approve), "a booking that is declined cannot be approved"),
        (1, pending(2), "ok"),
        (999, change(2, Change::Approve), "ok"),
    ];
    check(&mut desk, steps);
    assert_eq!((desk.booking(2).state, desk.booking(2).deadline), (State::Confirmed, None));
}

#[test]
fn a_pending_deadline_is_at_most_the_start() {
    let mut desk = Desk::new();
    let asked = with(ask(1, 1, 1_000, 1_100), |asked| asked.booking.initial = Initial::Pending(at(5_000)));
    desk.place(0, asked).unwrap();
    assert_eq!(desk.booking(1).deadline, Some(at(1_000)));
}

#[test]
fn complete_and_no_show_only_from_the_start_on_and_free_the_rest() {
    for end in [Change::Complete, Change::MarkNoShow { fee: None }] {
        let steps = vec![
            (0, Action::Place(vec![ask(1, 1, 100, 200)]), "ok"),
            (99, change(1, end), "too early: 100"),
            (100, Action::Place(vec![ask(2, 1, 150, 200)]), "no fit 0: 0 free"),
            (100, change(1, end), "ok"),
            (100, Action::Place(vec![ask(2, 1, 150, 200)]), "ok"),
        ];
        check(&mut Desk::new(), steps);
    }
}

#[test]
fn checked_in_keeps_its_claims_and_only_completes() {
    let steps = vec![
        (0, Action::Place(vec![ask(1, 1, 100, 200)]), "ok"),
        (90, change(1, Change::CheckIn), "ok"),
        (90, Action::Place(vec![ask(2, 1, 150, 200)]), "no fit 0: 0 free"),
        (90, cancel(1), "a booking that is checked in cannot be cancelled"),
        (90, Action::Move(relocation(1, 1, 300, 400)), "a booking that is checked in cannot be rescheduled"),
        (
            100,
            change(1, Change::MarkNoShow { fee: None }),
            "a booking that is checked in cannot be marked as a no-show",
        ),
        (100, change(1, Change::Complete), "ok"),
    ];
    check(&mut Desk::new(), steps);
}

#[test]
fn fees_are_recorded() {
    let fee = Money::new(500, "EUR".parse::<Currency>().unwrap()).unwrap();
    let mut desk = Desk::new();
    desk.place(0, ask(1, 1, 100, 200)).unwrap();
    desk.act(0, change(1, Change::Cancel { fee: Some(fee) })).unwrap();
    assert_eq!(desk.booking(1).priced.fee, Some(fee));
}

#[test]
fn unknown_bookings_are_not_found() {
    let steps =
        vec![(0, cancel(1), "no such booking"), (0, Action::Move(relocation(1, 1, 1, 2)), "no such booking")];
    check(&mut Desk::new(), steps);
}

#[test]
fn cancelling_many_spares_what_has_started_or_ended() {
    let mut desk = Desk::new();
    for (id, start) in [(1, 100), (2, 200), (3, 300), (4, 400)] {
        desk.place(0, ask(id, 1, start, start + 100)).unwrap();
    }
    desk.place(0, hold(5, 1, 500, 600, 150)).unwrap();
    desk.act(0, cancel(4)).unwrap();
    let ids = [9, 1, 2, 3, 3, 4, 5].map(booking_id).to_vec();
    let cancelled = desk.act(200, Action::CancelMany(ids)).unwrap().bookings;
    assert!(cancelled.iter().map(|booking| booking.id).eq([booking_id(3)]));
    assert_eq!(desk.booking(2).state, State::Confirmed);
}

#[test]
fn time_does_not_run_backwards() {
    let steps = vec![
        (0, Action::Place(vec![hold(1, 1, 100, 200, 50)]), "ok"),
        (50, Action::Place(vec![ask(2, 1, 100, 200)]), "ok"),
        // Its `now` was read before the other command was applied: the hold is gone all the same.
        (49, change(1, Change::Confirm), "expired at 50"),
    ];
    check(&mut Desk::new(), steps);
}
