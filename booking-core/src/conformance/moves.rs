//! The table of legal moves, versions, and what each move leaves behind.

use super::desk::{Desk, all};
use super::suite::Suite;
use super::words::*;
use crate::booking::{Move, State};
use crate::money::{Currency, Money};
use crate::store::{Action, BookingStore, Change, CommitError};

/// When moves are tried: bookings of the table were made at 0.
const LATER: i64 = 5_000;

const STATES: [State; 9] = [
    State::Held,
    State::Pending,
    State::Confirmed,
    State::CheckedIn,
    State::Completed,
    State::Declined,
    State::Cancelled,
    State::NoShow,
    State::Expired,
];

const MOVES: [Move; 10] = [
    Move::Confirm,
    Move::Extend,
    Move::Approve,
    Move::Decline,
    Move::Reschedule,
    Move::Reassign,
    Move::Cancel,
    Move::CheckIn,
    Move::Complete,
    Move::MarkNoShow,
];

/// Brings booking `id` into a state, at [`LATER`]. What can complete has started by then.
fn bring(desk: &Desk, id: u64, state: State) {
    let (start, fee) = (10 * i64::try_from(id).expect("a small number"), None);
    let ahead = start + 2 * LATER;
    let steps: &[Change] = match state {
        State::Held => return drop(desk.placed(LATER, hold(id, 1, ahead, ahead + 10, LATER + 50))),
        State::Pending => return drop(desk.placed(LATER, pending(id, 1, ahead, ahead + 10, LATER + 50))),
        State::Expired => return drop(desk.placed(LATER - 60, hold(id, 1, ahead, ahead + 10, LATER))),
        State::Confirmed => &[],
        State::CheckedIn => &[Change::CheckIn],
        State::Completed => &[Change::Complete],
        State::NoShow => &[Change::MarkNoShow { fee }],
        State::Cancelled => &[Change::Cancel { fee }],
        State::Declined => {
            desk.placed(LATER, pending(id, 1, ahead, ahead + 10, LATER + 50));
            return drop(desk.did(LATER, change(id, Change::Decline)));
        }
    };
    desk.placed(desk.now(), ask(id, 1, start, start + 10));
    for step in steps {
        desk.did(LATER, change(id, *step));
    }
}

fn attempt(id: u64, attempted: Move) -> Action {
    let (start, fee) = (100_000 + 10 * i64::try_from(id).expect("a small number"), None);
    let relocate = |reassign| {
        Action::Move(with(relocation(id, 1, start, start + 10), |wanted| wanted.reassign = reassign))
    };
    match attempted {
        Move::Confirm => change(id, Change::Confirm),
        Move::Extend => extend(id, LATER + 90),
        Move::Approve => change(id, Change::Approve),
        Move::Decline => change(id, Change::Decline),
        Move::Reschedule => relocate(false),
        Move::Reassign => relocate(true),
        Move::Cancel => change(id, Change::Cancel { fee }),
        Move::CheckIn => change(id, Change::CheckIn),
        Move::Complete => change(id, Change::Complete),
        Move::MarkNoShow => change(id, Change::MarkNoShow { fee }),
        Move::Expire => Action::Sweep(vec![booking_id(id)]),
    }
}

/// Every move from every state: legal where [`State::after`] says so, otherwise refused by its name, without a trace.
pub fn every_move_from_every_state_follows_the_table(suite: &Suite) {
    for (state, first) in STATES.into_iter().zip((1..).step_by(MOVES.len())) {
        let desk = Desk::new(suite);
        for id in first..first + MOVES.len() as u64 {
            bring(&desk, id, state);
        }
        desk.at(LATER);
        for (id, attempted) in (first..).zip(MOVES) {
            let before = desk.booking(id);
            assert_eq!(before.state_at(desk.now_second()), state);
            let answer = desk.act(LATER, attempt(id, attempted));
            let expected = state.after(attempted, false);
            match (answer, expected) {
                (Ok(done), Ok(after)) => {
                    assert_eq!(
                        (done.bookings[0].state, done.bookings[0].version),
                        (after, before.version + 1)
                    );
                    assert_eq!(desk.booking(id).state, after, "{state} {attempted}");
                }
                (Err(error), Err(illegal)) => {
                    match error {
                        CommitError::Expired { at: told } => {
                            assert_eq!((state, told), (State::Expired, at(LATER)));
                        }
                        CommitError::IllegalMove(told) => assert_eq!(told, illegal),
                        other => unreachable!("a booking that is {state} {attempted}: {other}"),
                    }
                    assert_eq!(desk.booking(id), before, "changed by a refused move");
                }
                (answer, expected) => unreachable!("{state} {attempted}: {answer:?}, expected {expected:?}"),
            }
        }
    }
}

/// Completing and missing are told only from the start on, and both give the remaining time back.
pub fn complete_and_no_show_only_from_the_start_on_and_free_the_rest(suite: &Suite) {
    for end in [Change::Complete, Change::MarkNoShow { fee: None }] {
        Desk::new(suite).check(vec![
            (0, place(1, 1, 100, 200), "ok"),
            (99, change(1, end), "too early: 100"),
            (100, place(2, 1, 150, 200), "no fit 0: 0 free"),
            (100, change(1, end), "ok"),
            (100, place(2, 1, 150, 200), "ok"),
        ]);
    }
}

/// Who has checked in keeps the time, before the start too, and is neither moved nor cancelled.
pub fn checked_in_keeps_its_claims_and_only_completes(suite: &Suite) {
    Desk::new(suite).check(vec![
        (0, place(1, 1, 100, 200), "ok"),
        (90, change(1, Change::CheckIn), "ok"),
        (90, place(2, 1, 150, 200), "no fit 0: 0 free"),
        (90, cancel(1), "a booking that is checked in cannot be cancelled"),
        (90, move_to(1, 1, 300, 400), "a booking that is checked in cannot be rescheduled"),
        (99, change(1, Change::Complete), "too early: 100"),
        (
            100,
            change(1, Change::MarkNoShow { fee: None }),
            "a booking that is checked in cannot be marked as a no-show",
        ),
        (100, change(1, Change::Complete), "ok"),
        (100, place(2, 1, 150, 200), "ok"),
    ]);
}

/// A version that is given must be the present one; each change raises it by one.
pub fn a_change_checks_the_version_it_is_given(suite: &Suite) {
    let confirm =
        |version| Action::Change { booking: booking_id(1), if_version: version, change: Change::Confirm };
    let check_in =
        |version| Action::Change { booking: booking_id(1), if_version: version, change: Change::CheckIn };
    Desk::new(suite).check(vec![
        (0, Action::Place(vec![hold(1, 1, 100, 200, 50)]), "ok"),
        (0, confirm(Some(2)), "the booking has version 1"),
        (0, confirm(Some(0)), "the booking has version 1"),
        (0, confirm(Some(1)), "ok"),
        // The version is judged before the move.
        (0, confirm(Some(1)), "the booking has version 2"),
        (0, confirm(Some(2)), "a booking that is confirmed cannot be confirmed"),
        (0, check_in(Some(2)), "ok"),
    ]);
}

/// The fee of a cancellation or of a missed visit is kept with the booking.
pub fn fees_are_recorded(suite: &Suite) {
    let euro: Currency = "EUR".parse().expect("a currency");
    let fee = Some(Money::new(500, euro).expect("a small amount"));
    let desk = Desk::new(suite);
    desk.placed(0, ask(1, 1, 100, 200));
    desk.placed(0, ask(2, 2, 100, 200));
    desk.did(0, change(1, Change::Cancel { fee }));
    desk.did(100, change(2, Change::MarkNoShow { fee }));
    assert_eq!((desk.booking(1).priced.fee, desk.booking(2).priced.fee), (fee, fee));
}

/// Everything that was said of a booking is kept, and reads back as it was answered.
pub fn a_booking_reads_back_as_it_was_made(suite: &Suite) {
    let desk = Desk::with_units(suite, 5);
    let euro: Currency = "EUR".parse().expect("a currency");
    let asked = with(hold(1, 1, 100, 200, 50), |asked| {
        asked.booking.customer = Some(customer(7));
        asked.booking.party = 3;
        asked.booking.service = service_id(2);
        asked.booking.series = Some((crate::SeriesId::from_u64(4), 2));
        asked.booking.approval = Some(600);
        asked.booking.max_hold = 900;
        asked.booking.priced.price = Some(Money::new(4_500, euro).expect("a small amount"));
        asked.booking.priced.tier = Some("evening".to_owned());
        asked.booking.priced.group = Some("members".to_owned());
        asked.plans[0].claims = crate::PlanClaims::Own(vec![with(claim(1, 110, 150), |claim| {
            (claim.before, claim.after, claim.units) = (5, 10, 3);
        })]);
        asked.plans[0].picks = vec![pick(1, 40)];
    });
    let new = asked.booking.clone();
    let made = desk.placed(3, asked);
    assert_eq!(made, desk.booking(1));
    assert_eq!((made.tenant, made.service, made.customer), (desk.tenant, new.service, new.customer));
    assert_eq!((made.visit, made.party, &made.local), (new.visit, new.party, &new.local));
    assert_eq!((made.state, made.version, made.deadline), (State::Held, 1, Some(at(50))));
    assert_eq!(
        (made.series, &made.priced, made.approval, made.max_hold),
        (new.series, &new.priced, Some(600), 900)
    );
    assert_eq!((made.created, made.changed, made.session, made.offer_to), (at(3), at(3), None, None));
    assert_eq!(made.picks, [pick(1, 40)]);
    let claimed = with(claim(1, 110, 150), |claim| (claim.before, claim.after, claim.units) = (5, 10, 3));
    assert_eq!(made.claims, [claimed]);
    assert_eq!(desk.occupancy(None).claims.len(), 1);
    let page = desk.read(desk.store().bookings(desk.tenant, &all()));
    assert_eq!(page.items, [made]);
}

/// What is not there is not found, and nothing else is done.
pub fn unknown_bookings_are_not_found(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.check(vec![
        (0, cancel(1), "no such booking"),
        (0, move_to(1, 1, 100, 200), "no such booking"),
        (0, change(1, Change::Confirm), "no such booking"),
        (0, Action::CloseSession(session_id(1)), "no such session"),
        (0, Action::RemoveBlock(block_id(1)), "no such block"),
        (0, Action::Leave(entry_id(1)), "no such entry"),
    ]);
    assert_eq!(desk.read(desk.store().booking(desk.tenant, booking_id(1))), None);
    assert_eq!(desk.history(1), []);
}
