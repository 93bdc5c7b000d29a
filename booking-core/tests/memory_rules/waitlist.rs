//! The line and its offers.

use booking_core::{Action, Change, EntryId, EntryState, State, WaitingQuery};

use crate::desk::*;

fn entry_id(number: u64) -> EntryId {
    EntryId::from_u64(number)
}

fn waiting(desk: &Desk, now: i64) -> Vec<EntryId> {
    let query = WaitingQuery { tenant: TENANT, window: span(0, 10_000), now, limit: 10 };
    desk.state.waiting(&query).iter().map(|entry| entry.id).collect()
}

/// Booking 1 has 100 to 200; entries 1 and 2 want it.
fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.place(0, ask(1, 1, 100, 200)).unwrap();
    for id in [1, 2] {
        desk.act(0, Action::Join(entry(id, 100, 101, 0))).unwrap();
    }
    desk
}

fn offers() -> Vec<booking_core::Offer> {
    vec![offer(1, hold(11, 1, 100, 200, 50)), offer(2, hold(12, 1, 100, 200, 50))]
}

#[test]
fn the_line_is_ordered_by_joining_and_then_by_place() {
    let mut desk = Desk::new();
    for (id, joined) in [(5, 3), (4, 3), (3, 1)] {
        let joined = desk.act(3, Action::Join(entry(id, 0, 100, joined))).unwrap().entry.unwrap();
        assert_eq!(joined.place, 6 - id);
    }
    assert_eq!(waiting(&desk, 3), [entry_id(3), entry_id(5), entry_id(4)]);
    let again = desk.act(3, Action::Join(entry(3, 0, 100, 9)));
    assert_eq!(outcome(&again), "the entry exists already");
}

#[test]
fn the_first_that_fits_gets_a_hold_in_the_same_command() {
    let mut desk = desk();
    let made = desk.offering(10, cancel(1), offers()).unwrap().offers;
    assert_eq!(made.len(), 1);
    assert_eq!(
        (made[0].id, made[0].state, made[0].offer_to),
        (booking_id(11), State::Held, Some(entry_id(1)))
    );
    let first = desk.state.entry(TENANT, entry_id(1)).unwrap();
    assert_eq!((first.offer, first.offered), (Some(booking_id(11)), vec![at(100)]));
    assert_eq!(waiting(&desk, 10), [entry_id(2)]);
    // The one that was passed over left no trace.
    assert!(desk.state.entry(TENANT, entry_id(2)).unwrap().offered.is_empty());
    assert_eq!(waiting(&desk, 50), [entry_id(1), entry_id(2)]);
}

#[test]
fn a_released_start_goes_to_the_next_and_not_to_the_same() {
    let mut desk = desk();
    desk.offering(10, cancel(1), offers()).unwrap();
    let retry = vec![offer(1, hold(13, 1, 100, 200, 60)), offer(2, hold(14, 1, 100, 200, 60))];
    let made = desk.offering(20, cancel(11), retry).unwrap().offers;
    assert!(made.iter().map(|booking| booking.id).eq([booking_id(14)]));
    assert_eq!(waiting(&desk, 20), [entry_id(1)]);
    // Another start may still be offered to the first.
    let other = vec![offer(1, hold(15, 1, 300, 400, 60))];
    assert_eq!(desk.offering(20, Action::Sweep(Vec::new()), other).unwrap().offers.len(), 1);
}

#[test]
fn a_swept_offer_goes_on_down_the_line() {
    let mut desk = desk();
    desk.offering(10, cancel(1), offers()).unwrap();
    let next = vec![offer(1, hold(13, 1, 100, 200, 90)), offer(2, hold(14, 1, 100, 200, 90))];
    let made = desk.offering(50, Action::Sweep(vec![booking_id(11)]), next).unwrap().offers;
    assert!(made.iter().map(|booking| booking.id).eq([booking_id(14)]));
}

#[test]
fn an_entry_has_one_live_offer() {
    let mut desk = desk();
    let two = vec![offer(1, hold(11, 2, 100, 200, 50)), offer(1, hold(12, 3, 300, 400, 50))];
    assert_eq!(desk.offering(10, Action::Sweep(Vec::new()), two).unwrap().offers.len(), 1);
}

#[test]
fn a_confirmed_offer_serves_its_entry() {
    let mut desk = desk();
    desk.offering(10, cancel(1), offers()).unwrap();
    desk.act(20, change(11, Change::Confirm)).unwrap();
    assert_eq!(desk.state.entry(TENANT, entry_id(1)).unwrap().state, EntryState::Served);
    assert_eq!(waiting(&desk, 99), [entry_id(2)]);
    let more = vec![offer(1, hold(13, 2, 500, 600, 90))];
    assert!(desk.offering(20, cancel(11), more).unwrap().offers.is_empty());
}

#[test]
fn leaving_cancels_a_live_offer() {
    let mut desk = desk();
    desk.offering(10, cancel(1), offers()).unwrap();
    let left = desk.act(20, Action::Leave(entry_id(1))).unwrap();
    assert_eq!(left.entry.unwrap().state, EntryState::Left);
    assert_eq!((left.bookings[0].id, left.bookings[0].state), (booking_id(11), State::Cancelled));
    // A second time, nothing is left to do.
    let again = desk.act(20, Action::Leave(entry_id(1))).unwrap();
    assert!(again.bookings.is_empty());
    check(&mut desk, vec![(20, Action::Leave(entry_id(9)), "no such entry")]);
}

#[test]
fn leaving_after_the_offer_lapsed_cancels_nothing() {
    let mut desk = desk();
    desk.offering(10, cancel(1), offers()).unwrap();
    assert!(desk.act(50, Action::Leave(entry_id(1))).unwrap().bookings.is_empty());
}

#[test]
fn offers_to_nobody_and_of_used_ids_are_passed_over() {
    let mut desk = desk();
    let odd = vec![
        offer(9, hold(11, 2, 100, 200, 50)),
        offer(1, hold(1, 2, 100, 200, 50)),
        offer(1, hold(12, 2, 100, 200, 10)),
    ];
    assert!(desk.offering(10, Action::Sweep(Vec::new()), odd).unwrap().offers.is_empty());
}
