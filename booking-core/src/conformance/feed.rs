//! Events: one for every change, in order, by whoever made it.

use super::desk::{Desk, refused};
use super::suite::Suite;
use super::words::*;
use crate::booking::{Actor, EventKind, Move, State};
use crate::store::{Action, BookingStore, Change, Command, CommitError};

/// Every change raises the version by one and leaves one event with the state, version and visit after it.
pub fn every_change_raises_the_version_and_leaves_an_event(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, hold(1, 1, 100, 200, 50));
    desk.did(1, extend(1, 60));
    desk.did(2, change(1, Change::Confirm));
    desk.did(3, move_to(1, 1, 110, 210));
    desk.did(4, change(1, Change::CheckIn));
    desk.did(110, change(1, Change::Complete));
    let history = desk.history(1);
    let told: Vec<_> = history.iter().map(|e| (e.kind, e.state, e.version, e.visit, e.at)).collect();
    let (old, new) = (span(100, 200), span(110, 210));
    assert_eq!(
        told,
        [
            (EventKind::Placed, State::Held, 1, old, at(0)),
            (EventKind::Moved(Move::Extend), State::Held, 2, old, at(1)),
            (EventKind::Moved(Move::Confirm), State::Confirmed, 3, old, at(2)),
            (EventKind::Moved(Move::Reschedule), State::Confirmed, 4, new, at(3)),
            (EventKind::Moved(Move::CheckIn), State::CheckedIn, 5, new, at(4)),
            (EventKind::Moved(Move::Complete), State::Completed, 6, new, at(110)),
        ]
    );
    assert!(history.iter().all(|event| (event.booking, event.tenant) == (booking_id(1), desk.tenant)));
    let booking = desk.booking(1);
    assert_eq!((booking.state, booking.version, booking.deadline), (State::Completed, 6, None));
    assert_eq!((booking.created, booking.changed), (at(0), at(110)));
}

/// An event tells who did it, and from where.
pub fn events_name_their_actor(suite: &Suite) {
    let desk = Desk::new(suite);
    let actors = [Actor::new("Ünal \"O'Neil\"", "10.0.0.1"), Actor::new("", "")];
    for (id, actor) in (1..).zip(&actors) {
        let command = Command { actor: actor.clone(), ..desk.command(place(id, id, 100, 200)) };
        desk.run(&command).expect("a free time");
    }
    let seen: Vec<_> = desk.events(0).into_iter().map(|event| event.actor).collect();
    assert_eq!(seen, actors);
}

/// The feed is numbered, rising from 1 or more, and continues after any number.
pub fn events_continue_after_a_number(suite: &Suite) {
    let desk = Desk::new(suite);
    for id in 1..=5 {
        desk.placed(0, ask(id, id, 100, 200));
    }
    let read = |after, limit| {
        let events = desk.read(desk.store().events(desk.tenant, after, limit));
        events.iter().map(|event| event.sequence).collect::<Vec<_>>()
    };
    let all = read(0, 9);
    assert_eq!(all.len(), 5);
    assert!(all[0] >= 1 && all.is_sorted_by(|a, b| a < b), "numbers rise: {all:?}");
    assert_eq!(read(0, 2), all[..2]);
    assert_eq!(read(all[1], 9), all[2..]);
    assert_eq!(read(all[1], 1), all[2..3]);
    assert_eq!(read(all[4], 9), [0; 0]);
    let ids: Vec<_> = desk.events(0).iter().filter_map(|event| event.booking.to_u64()).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5]);
}

/// The history of a booking is its part of the feed.
pub fn a_history_is_one_bookings_part_of_the_feed(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, ask(1, 1, 100, 200));
    desk.placed(0, ask(2, 2, 100, 200));
    desk.did(1, cancel(1));
    desk.did(1, move_to(2, 2, 300, 400));
    let feed = desk.events(0);
    for id in [1, 2] {
        let own: Vec<_> = feed.iter().filter(|event| event.booking == booking_id(id)).cloned().collect();
        assert_eq!(desk.history(id), own);
        assert_eq!(own.len(), 2);
    }
}

/// Whatever was refused, nothing of it can be seen: no row, no event, no claim, no seat, no place in line, no key.
pub fn a_refused_command_leaves_no_trace(suite: &Suite) {
    let desk = Desk::with_units(suite, 2);
    let class = session(1, 2, 100, 200, 2);
    desk.placed(0, ask(1, 1, 100, 200));
    desk.placed(0, ask(2, 1, 100, 200));
    desk.did(0, seats(3, 1, &class));
    desk.placed(0, hold(4, 3, 100, 200, 10));
    desk.did(0, Action::Join(entry(1, 0, 1_000, 0)));
    desk.at(10);
    let look = || super::random::glance(&desk);
    let before = look();
    let refusals = [
        place(9, 1, 150, 160),
        seats(9, 2, &class),
        move_to(1, 2, 150, 160),
        change(4, Change::Confirm),
        change(1, Change::Complete),
        change(1, Change::Approve),
        Action::SetCapacity { resource: resource(1), capacity: 1 },
        Action::OpenSession(session(2, 2, 150, 250, 2)),
        Action::CloseSession(session_id(7)),
        Action::RemoveBlock(block_id(7)),
        Action::Join(entry(1, 0, 500, 0)),
        Action::Place(vec![limited(9, 100, at_most(0))]),
        Action::Change { booking: booking_id(1), if_version: Some(7), change: Change::CheckIn },
    ];
    for (action, content) in refusals.into_iter().zip(0_u32..) {
        let told = format!("{action:?}");
        let hash = crate::ContentHash::default().with("content", content);
        let key = crate::IdempotencyKey::new(crate::Operation::Other, "k", hash).expect("a key");
        let free = vec![offer(1, hold(8, 9, 100, 200, 90))];
        let error = refused(desk.run(&Command { key: Some(key), offers: free, ..desk.command(action) }));
        assert!(!matches!(error, CommitError::KeyReused | CommitError::Store(_)), "{told}: {error}");
        assert_eq!(look(), before, "{told}: {error}");
    }
}
