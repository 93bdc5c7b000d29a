//! Seats: joining a session, opening one, and what happens when all its seats lapse.

use super::desk::{Desk, refused};
use super::suite::Suite;
use super::words::*;
use crate::reason::Occupant;
use crate::store::{Action, CommitError, Relocation};

fn move_seats(id: u64, party: u32, class: &crate::Session) -> Relocation {
    let visit = class.key.visit;
    let (start, end) = (visit.start_second() - START, visit.end_second() - START);
    with(relocation(id, 1, start, end), |wanted| {
        wanted.party = party;
        wanted.plans = vec![seat_plan(class)];
    })
}

/// A live session is known by service, time and resources: who brings another id joins it all the same, and the
/// parties together never exceed its seats.
pub fn seats_are_sold_once_whatever_id_the_joiner_brings(suite: &Suite) {
    let desk = Desk::new(suite);
    let class = |id| session(id, 1, 100, 200, 3);
    desk.check(vec![
        (0, seats(1, 1, &class(1)), "ok"),
        (0, seats(2, 2, &class(2)), "ok"),
        (0, seats(3, 1, &class(3)), "no fit 0: 0 free"),
        (0, cancel(1), "ok"),
        (0, seats(3, 2, &class(3)), "no fit 0: 1 free"),
        (0, seats(4, 1, &class(3)), "ok"),
    ]);
    assert_eq!(desk.taken(), [(session_id(1), 3)]);
    assert_eq!(desk.booking(4).session, Some(session_id(1)));
    assert_eq!(desk.booking(4).claims, []);
}

/// The refusal tells how many seats are left.
pub fn a_full_session_tells_the_seats_that_are_left(suite: &Suite) {
    let desk = Desk::new(suite);
    let class = session(1, 1, 100, 200, 2);
    desk.did(0, seats(1, 1, &class));
    let refusal = refused(desk.act(0, seats(2, 2, &class)));
    let CommitError::NoFit { conflicts, .. } = refusal else { unreachable!("no seats: {refusal}") };
    assert_eq!((conflicts.len(), conflicts[0].resource, conflicts[0].free), (1, resource(1), 1));
    assert!(conflicts[0].by.is_none_or(|by| by == Occupant::Session(class.id)), "{conflicts:?}");
}

/// A party that no session of this size could take opens none.
pub fn a_party_larger_than_the_session_opens_none(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.check(vec![(0, seats(1, 4, &session(1, 1, 100, 200, 3)), "no fit 0: 3 free")]);
    assert_eq!(desk.taken(), []);
    desk.check(vec![(0, place(2, 1, 100, 200), "ok")]);
}

/// The session owns the claims, once, however many sit in it; they are freed with the last seat.
pub fn a_session_claims_its_room_once_and_blocks_it(suite: &Suite) {
    let class = session(1, 1, 100, 200, 3);
    Desk::new(suite).check(vec![
        (0, seats(1, 2, &class), "ok"),
        (0, seats(2, 1, &class), "ok"),
        (0, place(3, 1, 150, 160), "no fit 0: 0 free"),
        (0, seats(4, 1, &session(4, 1, 150, 250, 3)), "no fit 0: 0 free"),
        (0, cancel(1), "ok"),
        (0, place(3, 1, 150, 160), "no fit 0: 0 free"),
        (0, cancel(2), "ok"),
        (0, place(3, 1, 150, 160), "ok"),
    ]);
}

/// A session is opened only where its claims fit; one that lives is joined without new claims.
pub fn opening_needs_free_capacity_and_joining_does_not(suite: &Suite) {
    let desk = Desk::new(suite);
    let class = session(1, 1, 100, 200, 3);
    desk.check(vec![
        (0, place(1, 1, 150, 160), "ok"),
        (0, seats(2, 1, &class), "no fit 0: 0 free"),
        (0, cancel(1), "ok"),
        (0, seats(2, 1, &class), "ok"),
        (0, seats(3, 1, &class), "ok"),
    ]);
    assert_eq!(desk.occupancy(None).claims.len(), 1);
}

/// A requirement may be renamed while a session lives.
pub fn a_renamed_requirement_is_still_the_same_session(suite: &Suite) {
    let desk = Desk::new(suite);
    let class = session(1, 1, 100, 200, 3);
    let renamed =
        with(session(2, 1, 100, 200, 3), |class| "hall".clone_into(&mut class.key.picks[0].requirement));
    desk.check(vec![(0, seats(1, 1, &class), "ok"), (0, seats(2, 2, &renamed), "ok")]);
    assert_eq!(desk.taken(), [(class.id, 3)]);
}

/// The number of seats is that of the opening, whatever a joiner believes.
pub fn a_session_keeps_the_seats_it_was_opened_with(suite: &Suite) {
    Desk::new(suite).check(vec![
        (0, seats(1, 1, &session(1, 1, 100, 200, 2)), "ok"),
        (0, seats(2, 2, &session(2, 1, 100, 200, 9)), "no fit 0: 1 free"),
        (0, seats(2, 1, &session(2, 1, 100, 200, 1)), "ok"),
    ]);
}

/// Held seats count until their expiry. When the last has lapsed the session blocks nothing, whether someone swept or
/// not.
pub fn with_all_seats_lapsed_a_session_blocks_nothing_swept_or_not(suite: &Suite) {
    for sweep in [false, true] {
        let desk = Desk::new(suite);
        desk.did(0, held_seats(1, 1, &session(1, 1, 100, 200, 2), 10));
        desk.did(0, held_seats(2, 1, &session(1, 1, 100, 200, 2), 20));
        desk.check(vec![(19, place(3, 1, 150, 160), "no fit 0: 0 free")]);
        if sweep {
            desk.did(20, Action::Sweep(vec![booking_id(1), booking_id(2)]));
        }
        assert_eq!(desk.at(20).taken(), []);
        desk.check(vec![(20, place(3, 1, 150, 160), "ok")]);
    }
}

/// A seat whose hold has lapsed is free for the next, while the session lives on by the others.
pub fn a_lapsed_seat_is_free_for_the_next(suite: &Suite) {
    let class = session(1, 1, 100, 200, 2);
    let desk = Desk::new(suite);
    desk.check(vec![
        (0, seats(1, 1, &class), "ok"),
        (0, held_seats(2, 1, &class, 10), "ok"),
        (9, seats(3, 1, &class), "no fit 0: 0 free"),
        (10, seats(3, 1, &class), "ok"),
        (10, change(2, crate::Change::Confirm), "expired at 10"),
    ]);
    assert_eq!(desk.taken(), [(class.id, 2)]);
}

/// What was left of a session that is over is in nobody's way, not even under its own id.
pub fn a_dead_session_may_be_opened_again_under_the_same_or_another_id(suite: &Suite) {
    for (id, sweep) in [(1, false), (1, true), (2, false), (2, true)] {
        let desk = Desk::new(suite);
        desk.did(0, held_seats(1, 2, &session(1, 1, 100, 200, 2), 10));
        desk.did(10, seats(2, 5, &session(id, 1, 100, 200, 5)));
        if sweep {
            desk.did(10, Action::Sweep(vec![booking_id(1)]));
        }
        assert_eq!(desk.taken(), [(session_id(id), 5)]);
        desk.check(vec![(10, seats(3, 1, &session(9, 1, 100, 200, 5)), "no fit 0: 0 free")]);
    }
}

/// A live session's id is not given to another session.
pub fn the_id_of_a_live_session_is_not_given_to_another(suite: &Suite) {
    Desk::new(suite).check(vec![
        (0, seats(1, 1, &session(1, 1, 100, 200, 2)), "ok"),
        (0, seats(2, 1, &session(1, 1, 300, 400, 2)), "the session exists already"),
        (0, Action::OpenSession(session(1, 1, 300, 400, 2)), "the session exists already"),
    ]);
}

/// Changing the party does not count the seats the booking has already.
pub fn moving_within_a_session_ignores_its_own_seats(suite: &Suite) {
    let desk = Desk::new(suite);
    let class = session(1, 1, 100, 200, 3);
    desk.did(0, seats(1, 1, &class));
    desk.did(0, seats(2, 1, &class));
    desk.check(vec![
        (0, Action::Move(move_seats(1, 3, &class)), "no fit 0: 2 free"),
        (0, Action::Move(move_seats(1, 2, &class)), "ok"),
    ]);
    assert_eq!(desk.taken(), [(class.id, 3)]);
}

/// A session that lives only by the booking that moves does not stand in its way.
pub fn the_only_one_in_a_session_moves_as_if_it_were_not_there(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.did(0, seats(1, 1, &session(1, 1, 100, 200, 2)));
    // Overlaps its own old session; the service has more seats by now.
    for (id, start, party) in [(2, 150, 4), (2, 150, 5), (2, 100, 1)] {
        let class = session(id, 1, start, start + 100, 5);
        desk.did(0, Action::Move(move_seats(1, party, &class)));
        assert_eq!(desk.taken(), [(session_id(id), party)]);
    }
}

/// A scheduled session is on the calendar without any booking, until it is closed.
pub fn a_scheduled_session_lives_without_seats(suite: &Suite) {
    let desk = Desk::new(suite);
    let class = session(1, 1, 100, 200, 2);
    let close = || Action::CloseSession(session_id(1));
    desk.check(vec![
        (0, Action::OpenSession(class.clone()), "ok"),
        (0, place(1, 1, 150, 160), "no fit 0: 0 free"),
        (0, Action::OpenSession(session(2, 1, 150, 250, 2)), "no fit 0: 0 free"),
        (0, seats(2, 2, &class), "ok"),
        (0, cancel(2), "ok"),
        (0, place(1, 1, 150, 160), "no fit 0: 0 free"),
        (0, close(), "ok"),
        (0, close(), "no such session"),
        (0, place(1, 1, 150, 160), "ok"),
    ]);
}

/// Putting a live session on the calendar keeps its id and its seats; off the calendar it lives by its bookings again.
pub fn a_live_session_becomes_scheduled_and_lives_by_its_seats_again(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.did(0, seats(1, 1, &session(1, 1, 100, 200, 2)));
    let opened = desk.did(0, Action::OpenSession(session(7, 1, 100, 200, 9))).session;
    let opened = opened.expect("the answer to opening is the session");
    assert_eq!((opened.id, opened.seats, opened.scheduled), (session_id(1), 2, true));
    desk.did(0, Action::CloseSession(opened.id));
    assert_eq!(desk.taken(), [(opened.id, 1)]);
    desk.did(0, cancel(1));
    desk.check(vec![(0, Action::CloseSession(opened.id), "no such session")]);
    assert_eq!(desk.taken(), []);
}

/// There is nothing left to close of a session whose seats have all lapsed.
pub fn a_dead_session_cannot_be_closed_swept_or_not(suite: &Suite) {
    for sweep in [false, true] {
        let desk = Desk::new(suite);
        desk.did(0, held_seats(1, 1, &session(1, 1, 100, 200, 2), 10));
        if sweep {
            desk.did(10, Action::Sweep(vec![booking_id(1)]));
        }
        desk.check(vec![(10, Action::CloseSession(session_id(1)), "no such session")]);
    }
}
