//! What occupies resources in a window.

use super::desk::Desk;
use super::suite::Suite;
use super::words::*;
use crate::reason::Occupant;
use crate::store::{Action, BookingStore, Change};

fn by(ids: &[u64]) -> Vec<Occupant> {
    ids.iter().map(|&id| Occupant::Booking(booking_id(id))).collect()
}

/// Every live claim that reaches into the window, whole; nothing that only touches it.
pub fn occupancy_is_what_lives_and_reaches_into_the_window(suite: &Suite) {
    let desk = Desk::with_units(suite, 9);
    for (id, start, end) in [(1, 50, 100), (2, 50, 101), (3, 199, 250), (4, 200, 250), (5, 10, 900)] {
        desk.placed(0, ask(id, 1, start, end));
    }
    desk.placed(0, hold(6, 2, 120, 130, 50));
    assert_eq!(desk.at(49).occupants(100, 200, None), by(&[2, 3, 5, 6]));
    assert_eq!(desk.at(50).occupants(100, 200, None), by(&[2, 3, 5]));
    let occupancy = desk.occupancy_in(100, 200, None);
    let long = occupancy.claims.iter().find(|row| row.by == Occupant::Booking(booking_id(5)));
    assert_eq!(long.map(|row| row.claim), Some(claim(1, 10, 900)));
}

/// Buffers reach into the window as the visit does; pending and checked-in bookings occupy, ended ones do not.
pub fn occupancy_counts_buffers_and_every_live_state(suite: &Suite) {
    let desk = Desk::with_units(suite, 9);
    let buffered = |id, start, end, before, after| {
        claiming(id, with(claim(1, start, end), |claim| (claim.before, claim.after) = (before, after)))
    };
    desk.placed(0, buffered(1, 50, 90, 0, 11));
    desk.placed(0, buffered(2, 50, 90, 0, 10));
    desk.placed(0, buffered(3, 210, 300, 11, 0));
    desk.placed(0, buffered(4, 210, 300, 10, 0));
    desk.placed(0, pending(5, 2, 120, 130, 110));
    for id in [6, 7, 8] {
        desk.placed(0, ask(id, id, 120, 130));
    }
    desk.did(0, change(6, Change::CheckIn));
    desk.did(0, cancel(7));
    assert_eq!(desk.occupants(100, 200, None), by(&[1, 3, 5, 6, 8]));
    desk.did(125, change(8, Change::Complete));
    assert_eq!(desk.occupants(100, 200, None), by(&[1, 3, 6]));
}

/// Only the resources that were asked for, each once, even if it was asked for twice.
pub fn occupancy_is_of_the_resources_asked_for(suite: &Suite) {
    let desk = Desk::new(suite);
    for id in [1, 2, 3] {
        desk.placed(0, ask(id, id, 100, 200));
        desk.did(0, Action::AddBlock(block(id, id, 100, 200)));
    }
    let query = crate::OccupancyQuery {
        tenant: desk.tenant,
        resources: [1, 3, 1].map(resource).to_vec(),
        window: span(0, 1_000),
        now: desk.now_second(),
        ignoring: None,
    };
    let found = desk.read(desk.store().occupancy(&query));
    let mut claimed: Vec<_> = found.claims.iter().map(|row| row.claim.resource).collect();
    let mut blocked: Vec<_> = found.blocks.iter().map(|block| block.resource).collect();
    claimed.sort_unstable();
    blocked.sort_unstable();
    assert_eq!((claimed, blocked), (vec![resource(1), resource(3)], vec![resource(1), resource(3)]));
}

/// Blocks that overlap the window, and live sessions with the seats taken in them.
pub fn occupancy_has_blocks_and_live_sessions(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.did(0, Action::AddBlock(block(1, 2, 150, 900)));
    desk.did(0, Action::AddBlock(block(2, 2, 200, 900)));
    let class = session(1, 1, 100, 200, 5);
    desk.did(0, seats(1, 2, &class));
    desk.did(0, held_seats(2, 1, &class, 50));
    let seen = |ignoring| {
        let occupancy = desk.occupancy_in(100, 200, ignoring);
        assert_eq!(occupancy.blocks, [block(1, 2, 150, 900)]);
        let sessions = occupancy.sessions.into_iter().map(|row| (row.session, row.taken));
        (occupancy.claims.len(), sessions.collect::<Vec<_>>())
    };
    assert_eq!(seen(None), (1, vec![(class.clone(), 3)]));
    assert_eq!(seen(Some(1)), (1, vec![(class.clone(), 1)]));
    assert_eq!(desk.occupants(100, 200, None), [Occupant::Session(class.id)]);
    desk.at(50);
    assert_eq!(seen(None), (1, vec![(class, 2)]));
    // It lives only by the one that is ignored.
    assert_eq!(seen(Some(1)), (0, vec![]));
}

/// For moving a booking: everything but its own claims.
pub fn occupancy_can_ignore_one_booking(suite: &Suite) {
    let desk = Desk::with_units(suite, 3);
    for id in [1, 2] {
        desk.placed(0, ask(id, 1, 100, 200));
    }
    assert_eq!(desk.occupants(0, 1_000, Some(1)), by(&[2]));
    assert_eq!(desk.occupants(0, 1_000, Some(9)), by(&[1, 2]));
}

/// A claim of a month is found from a window of a second in the middle of it.
pub fn occupancy_finds_long_claims_from_short_windows(suite: &Suite) {
    let desk = Desk::new(suite);
    let day = crate::DAY;
    desk.placed(0, ask(1, 1, 0, 30 * day));
    desk.placed(0, ask(2, 1, 30 * day, 30 * day + 1));
    assert_eq!(desk.occupants(15 * day, 15 * day + 1, None), by(&[1]));
    assert_eq!(desk.occupants(30 * day, 30 * day + 1, None), by(&[2]));
}
