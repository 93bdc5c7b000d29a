//! Blocks: time off and imported busy times, which are not claims.

use super::desk::{Desk, numbers};
use super::suite::Suite;
use super::words::*;
use crate::store::{Action, BookingStore};

fn hits(desk: &Desk, now: i64, start: i64, end: i64) -> Vec<u64> {
    numbers(desk.did(now, Action::AddBlock(block(1, 1, start, end))).collides)
}

/// A block is accepted whatever is there. It names the live bookings it collides with, buffers included, by start.
pub fn a_block_is_never_refused_and_names_what_it_hits(suite: &Suite) {
    let desk = Desk::with_units(suite, 3);
    desk.placed(0, ask(1, 1, 150, 200));
    desk.placed(0, claiming(2, with(claim(1, 100, 120), |claim| claim.after = 20)));
    desk.placed(0, hold(3, 1, 130, 140, 10));
    desk.placed(0, ask(4, 2, 100, 200));
    assert_eq!(hits(&desk, 0, 139, 151), [2, 3, 1]);
    assert_eq!(hits(&desk, 0, 140, 150), [0; 0]);
    // The hold lapsed at 10.
    assert_eq!(hits(&desk, 10, 130, 150), [2]);
}

/// Adding a block with an id that is in use puts it in the place of the old one.
pub fn a_block_is_replaced_by_its_id_and_removed_once(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.did(0, Action::AddBlock(block(1, 1, 100, 200)));
    desk.did(0, Action::AddBlock(block(2, 2, 100, 200)));
    desk.did(0, Action::AddBlock(block(1, 1, 300, 400)));
    let read = |id| desk.read(desk.store().block(desk.tenant, block_id(id)));
    assert_eq!(read(1), Some(block(1, 1, 300, 400)));
    assert_eq!(read(3), None);
    let gone = Action::RemoveBlock(block_id(1));
    desk.check(vec![(0, gone.clone(), "ok"), (0, gone, "no such block")]);
    assert_eq!(read(1), None);
    assert_eq!(desk.occupancy(None).blocks, [block(2, 2, 100, 200)]);
}

/// A block collides with every live booking that sits in a session it hits.
pub fn a_block_names_the_bookings_of_a_session(suite: &Suite) {
    let desk = Desk::new(suite);
    let class = session(1, 1, 100, 200, 5);
    desk.did(0, seats(1, 1, &class));
    desk.did(0, held_seats(2, 1, &class, 5));
    desk.did(0, seats(3, 1, &class));
    assert_eq!(hits(&desk, 5, 150, 160), [1, 3]);
}

/// Blocks are judged when planning. A commit does not look at them: an edit that races with a booking counts as later.
pub fn a_commit_does_not_judge_blocks(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.check(vec![
        (0, Action::AddBlock(block(1, 1, 0, 1_000)), "ok"),
        (0, Action::AddBlock(block(2, 1, 0, 1_000)), "ok"),
        (0, place(1, 1, 100, 200), "ok"),
        (0, move_to(1, 1, 150, 250), "ok"),
        (0, Action::SetCapacity { resource: resource(1), capacity: 1 }, "ok"),
    ]);
    assert_eq!(desk.occupancy(None).blocks.len(), 2);
}
