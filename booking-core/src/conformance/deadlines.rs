//! Holds and pending bookings: until when they live, and what becomes of them.

use super::desk::{Desk, numbers};
use super::suite::Suite;
use super::words::*;
use crate::booking::{EventKind, Move, State};
use crate::store::{Action, BookingStore, Change};

fn holding(id: u64, until: i64) -> Action {
    Action::Place(vec![hold(id, 1, 100, 200, until)])
}

fn lapsed(desk: &Desk, limit: usize) -> Vec<u64> {
    let now = at(desk.now());
    numbers(desk.read(desk.store().lapsed(desk.tenant, now, limit)).iter().map(|booking| booking.id))
}

/// A hold is live while `now` is before its expiry: one second earlier it blocks and can be confirmed, at that second
/// neither.
pub fn a_hold_lives_until_its_deadline_and_not_at_it(suite: &Suite) {
    Desk::new(suite).check(vec![
        (0, holding(1, 50), "ok"),
        (49, place(2, 1, 100, 200), "no fit 0: 0 free"),
        (50, change(1, Change::Confirm), "expired at 50"),
        (50, place(3, 1, 100, 200), "ok"),
    ]);
    Desk::new(suite).check(vec![(0, holding(1, 50), "ok"), (49, change(1, Change::Confirm), "ok")]);
}

/// An expired hold never revives, even where its time is still free.
pub fn an_expired_hold_never_revives(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.check(vec![
        (0, holding(1, 50), "ok"),
        (50, change(1, Change::Confirm), "expired at 50"),
        (50, extend(1, 90), "expired at 50"),
        (50, change(1, Change::Confirm), "expired at 50"),
    ]);
    assert_eq!(desk.booking(1).state_at(desk.now_second()), State::Expired);
    assert_eq!(desk.occupants(0, 1_000, None), []);
}

/// Whoever comes late is told that it expired and when: before the version is judged, and whether someone swept or not.
pub fn every_move_of_an_expired_booking_says_so_swept_or_not(suite: &Suite) {
    for sweep in [false, true] {
        let desk = Desk::new(suite);
        desk.did(0, holding(1, 50));
        if sweep {
            desk.did(60, Action::Sweep(vec![booking_id(1)]));
        }
        let stale = Action::Change { booking: booking_id(1), if_version: Some(1), change: Change::Confirm };
        let late = [
            change(1, Change::Confirm),
            stale,
            extend(1, 400),
            change(1, Change::Approve),
            cancel(1),
            change(1, Change::Complete),
            move_to(1, 1, 500, 600),
        ];
        desk.check(late.map(|action| (300, action, "expired at 50")).to_vec());
    }
}

/// A sweep marks what has lapsed, once, with an event. What lives, what is unknown and what was swept before it leaves
/// alone.
pub fn a_sweep_marks_what_has_lapsed_and_nothing_else(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.did(0, holding(1, 50));
    desk.placed(0, hold(2, 2, 100, 200, 51));
    desk.placed(0, ask(3, 3, 100, 200));
    let sweep = || Action::Sweep([1, 2, 3, 9].map(booking_id).to_vec());
    assert_eq!(desk.did(49, sweep()).bookings, []);
    let swept = desk.did(50, sweep()).bookings;
    assert_eq!(swept.len(), 1);
    assert_eq!((swept[0].id, swept[0].state, swept[0].version), (booking_id(1), State::Expired, 2));
    assert_eq!(desk.did(50, sweep()).bookings, []);
    let kinds: Vec<_> = desk.history(1).iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Placed, EventKind::Moved(Move::Expire)]);
    assert_eq!((desk.booking(2).state, desk.booking(3).state), (State::Held, State::Confirmed));
}

/// Sweeping changes nothing that anyone could see but the state that is written down.
pub fn sweeping_changes_no_answer(suite: &Suite) {
    let [unswept, swept] = [false, true].map(|sweep| {
        let desk = Desk::with_units(suite, 2);
        let class = session(1, 2, 100, 200, 3);
        desk.did(0, holding(1, 50));
        desk.did(0, held_seats(2, 2, &class, 50));
        desk.did(0, seats(3, 1, &class));
        desk.did(0, Action::Place(vec![pending(4, 3, 100, 200, 40)]));
        if sweep {
            desk.did(60, Action::Sweep([1, 2, 4].map(booking_id).to_vec()));
        }
        let answers = [
            place(5, 1, 100, 200),
            place(6, 1, 100, 200),
            place(7, 1, 100, 200),
            seats(8, 2, &class),
            seats(9, 1, &class),
            change(4, Change::Approve),
            cancel(2),
            place(10, 3, 100, 200),
        ];
        let told = answers.map(|action| outcome(&desk.act(60, action)));
        (told, desk.taken(), desk.occupants(0, 1_000, None))
    });
    assert_eq!(unswept, swept);
}

/// A hold whose expiry has come already is not made; one that would live a second is.
pub fn what_would_have_lapsed_already_is_not_made(suite: &Suite) {
    Desk::new(suite).check(vec![
        (50, holding(1, 50), "expired at 50"),
        (50, holding(1, 51), "ok"),
        (60, Action::Place(vec![pending(2, 2, 60, 70, 90)]), "expired at 60"),
    ]);
}

/// A hold can be made to live longer, up to its longest life after it was made.
pub fn a_hold_is_extended_up_to_its_longest_life(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.check(vec![
        (1_000, Action::Place(vec![hold(1, 1, 9_000, 9_100, 1_100)]), "ok"),
        (1_050, extend(1, 2_801), "too far: 2800"),
        (1_050, extend(1, 1_500), "ok"),
        (1_100, place(2, 1, 9_000, 9_100), "no fit 0: 0 free"),
        (1_499, extend(1, 2_800), "ok"),
        (2_799, change(1, Change::Confirm), "ok"),
        (2_799, extend(1, 2_800), "a booking that is confirmed cannot be extended"),
    ]);
    assert_eq!(desk.booking(1).deadline, None);
}

/// An expiry that is not later than the present one is no extension.
pub fn an_expiry_that_is_not_later_extends_nothing(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, hold(1, 1, 900, 1_000, 50));
    let steps = [10, 20, 50].map(|until| (20, extend(1, until), "invalid: until"));
    desk.check(steps.to_vec());
    assert_eq!((desk.booking(1).deadline, desk.booking(1).version), (Some(at(50)), 1));
}

/// Confirming judges expiry and version; not blocks, hours, notice or limits again.
pub fn confirming_judges_only_expiry_and_version(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.did(0, holding(1, 50));
    desk.did(1, Action::AddBlock(block(1, 1, 0, 1_000)));
    let confirm = |version| Action::Change {
        booking: booking_id(1),
        if_version: Some(version),
        change: Change::Confirm,
    };
    desk.check(vec![(2, confirm(2), "the booking has version 1"), (2, confirm(1), "ok")]);
    assert_eq!((desk.booking(1).state, desk.booking(1).deadline), (State::Confirmed, None));
    // It has no deadline any more, so it keeps its time.
    desk.check(vec![(60, place(2, 1, 100, 200), "no fit 0: 0 free")]);
}

/// A hold that needs approval becomes pending when confirmed, for as long as the service says, at most until its start.
pub fn a_confirmed_hold_that_needs_approval_is_pending_until_its_start_at_most(suite: &Suite) {
    for (start, decide_by) in [(1_000, 350), (300, 300)] {
        let desk = Desk::new(suite);
        desk.placed(0, with(hold(1, 1, start, start + 10, 200), |asked| asked.booking.approval = Some(300)));
        desk.did(50, change(1, Change::Confirm));
        let booking = desk.booking(1);
        assert_eq!((booking.state, booking.deadline), (State::Pending, Some(at(decide_by))));
        let expired = format!("expired at {decide_by}");
        desk.check(vec![
            (decide_by - 1, place(2, 1, start, start + 10), "no fit 0: 0 free"),
            (decide_by, change(1, Change::Approve), expired.as_str()),
            (decide_by, place(2, 1, start, start + 10), "ok"),
        ]);
    }
}

/// A pending booking claims its time until it is declined or approved, and that once.
pub fn pending_is_decided_once(suite: &Suite) {
    let waits = |id| Action::Place(vec![pending(id, 1, 1_000, 1_100, 5_000)]);
    let desk = Desk::new(suite);
    desk.check(vec![
        (0, waits(1), "ok"),
        (0, waits(2), "no fit 0: 0 free"),
        (1, change(1, Change::Decline), "ok"),
        (1, change(1, Change::Approve), "a booking that is declined cannot be approved"),
        (1, waits(2), "ok"),
        (999, change(2, Change::Approve), "ok"),
        (1_000, place(3, 1, 1_000, 1_100), "no fit 0: 0 free"),
    ]);
    assert_eq!((desk.booking(2).state, desk.booking(2).deadline), (State::Confirmed, None));
}

/// A pending booking is decided by its start at the latest.
pub fn a_pending_deadline_is_at_most_the_start(suite: &Suite) {
    let desk = Desk::new(suite);
    let made = desk.placed(0, pending(1, 1, 1_000, 1_100, 5_000));
    assert_eq!((made.state, made.deadline), (State::Pending, Some(at(1_000))));
    desk.check(vec![(1_000, change(1, Change::Approve), "expired at 1000")]);
}

/// What has lapsed and was not swept is listed by its deadline.
pub fn lapsed_bookings_come_by_deadline(suite: &Suite) {
    let desk = Desk::new(suite);
    for (id, until) in [(1, 30), (2, 10), (3, 20), (4, 21)] {
        desk.placed(0, hold(id, id, 100, 200, until));
    }
    desk.placed(0, pending(5, 5, 100, 200, 15));
    desk.did(5, cancel(4));
    assert_eq!(lapsed(desk.at(9), 9), [0; 0]);
    assert_eq!(lapsed(desk.at(20), 9), [2, 5, 3]);
    assert_eq!(lapsed(desk.at(99), 2), [2, 5]);
    desk.did(99, Action::Sweep([2, 5].map(booking_id).to_vec()));
    assert_eq!(lapsed(&desk, 9), [3, 1]);
}

/// Time does not run backwards: a caller whose `now` was read before another command was applied is judged after it.
pub fn a_command_that_comes_late_is_judged_late(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.check(vec![(0, holding(1, 50), "ok"), (50, place(2, 1, 100, 200), "ok")]);
    let late = command(desk.tenant, 49, change(1, Change::Confirm));
    assert_eq!(outcome(&desk.run(&late)), "expired at 50");
}
