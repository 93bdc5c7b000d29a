//! Sessions: joining, opening, dying, and the calendar.

use booking_core::{Action, CommitError, Conflict, Initial, OccupancyQuery, Occupant, Relocation, SessionId};

use crate::desk::*;

fn seats(id: u64, party: u32, class: &booking_core::Session) -> Action {
    Action::Place(vec![sit(id, party, class)])
}

fn held_seats(id: u64, party: u32, class: &booking_core::Session, until: i64) -> Action {
    Action::Place(vec![with(sit(id, party, class), |asked| asked.booking.initial = Initial::Held(at(until)))])
}

fn move_to(id: u64, party: u32, class: &booking_core::Session) -> Relocation {
    let visit = class.key.visit;
    with(relocation(id, 0, visit.start_second(), visit.end_second()), |wanted| {
        wanted.party = party;
        wanted.plans = vec![seat_plan(class)];
    })
}

fn taken(desk: &Desk, now: i64) -> Vec<(SessionId, u32)> {
    let window = span(0, 10_000);
    let query = OccupancyQuery { tenant: TENANT, resources: vec![resource(1)], window, now, ignoring: None };
    let occupancy = desk.state.occupancy(&query);
    occupancy.sessions.iter().map(|row| (row.session.id, row.taken)).collect()
}

#[test]
fn seats_are_sold_once_whatever_id_the_joiner_brings() {
    let mut desk = Desk::new();
    let class = |id| session(id, 1, 100, 200, 3);
    let steps = vec![
        (0, seats(1, 1, &class(1)), "ok"),
        (0, seats(2, 2, &class(2)), "ok"),
        (0, seats(3, 1, &class(3)), "no fit 0: 0 free"),
        (0, cancel(1), "ok"),
        (0, seats(3, 2, &class(3)), "no fit 0: 1 free"),
        (0, seats(3, 1, &class(3)), "ok"),
    ];
    check(&mut desk, steps);
    assert_eq!(taken(&desk, 0), [(SessionId::from_u64(1), 3)]);
    assert_eq!(desk.booking(3).session, Some(SessionId::from_u64(1)));
    assert_eq!(desk.booking(3).claims, []);
}

#[test]
fn a_full_session_is_named_in_the_conflict() {
    let mut desk = Desk::new();
    let class = session(1, 1, 100, 200, 2);
    desk.act(0, seats(1, 1, &class)).unwrap();
    let Err(CommitError::NoFit { conflicts, .. }) = desk.act(0, seats(2, 2, &class)) else { panic!("fits") };
    let by = Some(Occupant::Session(class.id));
    assert_eq!(conflicts, [Conflict { resource: resource(1), by, free: 1 }]);
}

#[test]
fn a_party_larger_than_the_session_opens_none() {
    let mut desk = Desk::new();
    check(&mut desk, vec![(0, seats(1, 4, &session(1, 1, 100, 200, 3)), "no fit 0: 3 free")]);
    assert_eq!(taken(&desk, 0), []);
}

#[test]
fn a_session_claims_its_room_once_and_blocks_it() {
    let mut desk = Desk::new();
    let class = session(1, 1, 100, 200, 3);
    let steps = vec![
        (0, seats(1, 2, &class), "ok"),
        (0, seats(2, 1, &class), "ok"),
        (0, Action::Place(vec![ask(3, 1, 150, 160)]), "no fit 0: 0 free"),
        (0, seats(4, 1, &session(4, 1, 150, 250, 3)), "no fit 0: 0 free"),
        (0, cancel(1), "ok"),
        (0, Action::Place(vec![ask(3, 1, 150, 160)]), "no fit 0: 0 free"),
        (0, cancel(2), "ok"),
        (0, Action::Place(vec![ask(3, 1, 150, 160)]), "ok"),
    ];
    check(&mut desk, steps);
}

#[test]
fn a_renamed_requirement_is_still_the_same_session() {
    let mut desk = Desk::new();
    let class = session(1, 1, 100, 200, 3);
    let renamed =
        with(session(2, 1, 100, 200, 3), |class| class.key.picks[0].requirement = "hall".to_owned());
    check(&mut desk, vec![(0, seats(1, 1, &class), "ok"), (0, seats(2, 2, &renamed), "ok")]);
    assert_eq!(taken(&desk, 0), [(class.id, 3)]);
}

#[test]
fn a_session_keeps_the_seats_it_was_opened_with() {
    let mut desk = Desk::new();
    let steps = vec![
        (0, seats(1, 1, &session(1, 1, 100, 200, 2)), "ok"),
        (0, seats(2, 2, &session(2, 1, 100, 200, 9)), "no fit 0: 1 free"),
    ];
    check(&mut desk, steps);
}

#[test]
fn with_all_seats_lapsed_a_session_blocks_nothing_swept_or_not() {
    for sweep in [false, true] {
        let mut desk = Desk::new();
        desk.act(0, held_seats(1, 1, &session(1, 1, 100, 200, 2), 10)).unwrap();
        desk.act(0, held_seats(2, 1, &session(1, 1, 100, 200, 2), 20)).unwrap();
        let refused = Action::Place(vec![ask(3, 1, 150, 160)]);
        check(&mut desk, vec![(19, refused, "no fit 0: 0 free")]);
        if sweep {
            desk.act(20, Action::Sweep(vec![booking_id(1), booking_id(2)])).unwrap();
        }
        assert_eq!(taken(&desk, 20), []);
        desk.place(20, ask(3, 1, 150, 160)).unwrap();
    }
}

#[test]
fn a_dead_session_may_be_opened_again_under_the_same_or_another_id() {
    for id in [1, 2] {
        for sweep in [false, true] {
            let mut desk = Desk::new();
            desk.act(0, held_seats(1, 2, &session(1, 1, 100, 200, 2), 10)).unwrap();
            desk.act(10, seats(2, 5, &session(id, 1, 100, 200, 5))).unwrap();
            if sweep {
                desk.act(10, Action::Sweep(vec![booking_id(1)])).unwrap();
            }
            assert_eq!(taken(&desk, 10), [(SessionId::from_u64(id), 5)]);
            check(&mut desk, vec![(10, seats(3, 1, &session(9, 1, 100, 200, 5)), "no fit 0: 0 free")]);
        }
    }
}

#[test]
fn the_id_of_a_live_session_is_not_given_to_another() {
    let mut desk = Desk::new();
    let steps = vec![
        (0, seats(1, 1, &session(1, 1, 100, 200, 2)), "ok"),
        (0, seats(2, 1, &session(1, 1, 300, 400, 2)), "the session exists already"),
        (0, Action::OpenSession(session(1, 1, 300, 400, 2)), "the session exists already"),
    ];
    check(&mut desk, steps);
}

#[test]
fn moving_within_a_session_ignores_its_own_seats() {
    let mut desk = Desk::new();
    let class = session(1, 1, 100, 200, 3);
    desk.act(0, seats(1, 1, &class)).unwrap();
    desk.act(0, seats(2, 1, &class)).unwrap();
    let steps = vec![
        (0, Action::Move(move_to(1, 3, &class)), "no fit 0: 2 free"),
        (0, Action::Move(move_to(1, 2, &class)), "ok"),
    ];
    check(&mut desk, steps);
    assert_eq!(taken(&desk, 0), [(class.id, 3)]);
}

#[test]
fn the_only_one_in_a_session_moves_as_if_it_were_not_there() {
    let mut desk = Desk::new();
    desk.act(0, seats(1, 1, &session(1, 1, 100, 200, 2))).unwrap();
    // Overlaps its own old session; the service has more seats by now; the host names sessions by start.
    for (id, start, party) in [(2, 150, 4), (2, 150, 5), (2, 100, 1)] {
        desk.relocate(0, move_to(1, party, &session(id, 1, start, start + 100, 5))).unwrap();
        assert_eq!(taken(&desk, 0), [(SessionId::from_u64(id), party)]);
    }
}

#[test]
fn a_scheduled_session_lives_without_seats() {
    let mut desk = Desk::new();
    let class = session(1, 1, 100, 200, 2);
    let close = || Action::CloseSession(SessionId::from_u64(1));
    let steps = vec![
        (0, Action::OpenSession(class.clone()), "ok"),
        (0, Action::Place(vec![ask(1, 1, 150, 160)]), "no fit 0: 0 free"),
        (0, Action::OpenSession(session(2, 1, 150, 250, 2)), "no fit 0: 0 free"),
        (0, seats(2, 2, &class), "ok"),
        (0, cancel(2), "ok"),
        (0, Action::Place(vec![ask(1, 1, 150, 160)]), "no fit 0: 0 free"),
        (0, close(), "ok"),
        (0, close(), "no such session"),
        (0, Action::Place(vec![ask(1, 1, 150, 160)]), "ok"),
    ];
    check(&mut desk, steps);
}

#[test]
fn a_live_session_becomes_scheduled_and_lives_by_its_seats_again() {
    let mut desk = Desk::new();
    desk.act(0, seats(1, 1, &session(1, 1, 100, 200, 2))).unwrap();
    let opened = desk.act(0, Action::OpenSession(session(7, 1, 100, 200, 9))).unwrap().session.unwrap();
    assert_eq!((opened.id, opened.seats, opened.scheduled), (SessionId::from_u64(1), 2, true));
    desk.act(0, Action::CloseSession(opened.id)).unwrap();
    assert_eq!(taken(&desk, 0), [(opened.id, 1)]);
    desk.act(0, cancel(1)).unwrap();
    check(&mut desk, vec![(0, Action::CloseSession(opened.id), "no such session")]);
    assert_eq!(taken(&desk, 0), []);
}

#[test]
fn a_dead_session_cannot_be_closed_swept_or_not() {
    for sweep in [false, true] {
        let mut desk = Desk::new();
        desk.act(0, held_seats(1, 1, &session(1, 1, 100, 200, 2), 10)).unwrap();
        if sweep {
            desk.act(10, Action::Sweep(vec![booking_id(1)])).unwrap();
        }
        check(&mut desk, vec![(10, Action::CloseSession(SessionId::from_u64(1)), "no such session")]);
    }
}
