//! The line and its offers.

use super::desk::{Desk, numbers};
use super::suite::Suite;
use super::words::*;
use crate::booking::{EntryState, State};
use crate::store::{Action, BookingStore, Change, Command, Offer, WaitingQuery};

/// Booking 1 has 100 to 200; entries 1 and 2 want it.
fn line(suite: &Suite) -> Desk<'_> {
    let desk = Desk::new(suite);
    desk.placed(0, ask(1, 1, 100, 200));
    for id in [1, 2] {
        desk.did(0, Action::Join(entry(id, 100, 101, 0)));
    }
    desk
}

fn offers() -> Vec<Offer> {
    vec![offer(1, hold(11, 1, 100, 200, 50)), offer(2, hold(12, 1, 100, 200, 50))]
}

fn made(desk: &Desk, now: i64, action: Action, offers: Vec<Offer>) -> Vec<u64> {
    numbers(desk.offering(now, action, offers).iter().map(|booking| booking.id))
}

fn nothing() -> Action {
    Action::Sweep(Vec::new())
}

/// The line is ordered by joining, then by the place that the store gives.
pub fn the_line_is_ordered_by_joining_and_then_by_place(suite: &Suite) {
    let desk = Desk::new(suite);
    let mut places = Vec::new();
    for (id, joined) in [(5, 3), (4, 3), (3, 1)] {
        let entry = desk.did(3, Action::Join(entry(id, 0, 100, joined))).entry;
        let entry = entry.expect("the answer to joining is the entry");
        assert_eq!((entry.tenant, entry.state, entry.joined), (desk.tenant, EntryState::Waiting, at(joined)));
        assert_eq!(desk.entry(id), entry);
        places.push(entry.place);
    }
    assert!(places.is_sorted_by(|a, b| a < b), "places rise: {places:?}");
    assert_eq!(desk.waiting(), [3, 5, 4]);
    desk.check(vec![(3, Action::Join(entry(3, 0, 100, 9)), "the entry exists already")]);
}

/// Those whose window overlaps the one asked for, no more than asked for.
pub fn the_line_is_read_by_window_and_length(suite: &Suite) {
    let desk = Desk::new(suite);
    for (id, from, until) in [(1, 0, 100), (2, 50, 150), (3, 100, 200), (4, 300, 400)] {
        desk.did(0, Action::Join(entry(id, from, until, 0)));
    }
    let read = |from, until, limit| {
        let query =
            WaitingQuery { tenant: desk.tenant, window: span(from, until), now: desk.now_second(), limit };
        let entries = desk.read(desk.store().waiting(&query));
        entries.iter().filter_map(|entry| entry.id.to_u64()).collect::<Vec<_>>()
    };
    assert_eq!(read(100, 200, 9), [2, 3]);
    assert_eq!(read(0, 1_000, 2), [1, 2]);
    assert_eq!(read(200, 300, 9), [0; 0]);
}

/// The first in line that fits gets a hold in the very command that frees the time; who was passed over keeps waiting.
pub fn the_first_that_fits_gets_a_hold_in_the_same_command(suite: &Suite) {
    let desk = line(suite);
    let made = desk.offering(10, cancel(1), offers());
    assert_eq!(made.len(), 1);
    assert_eq!((made[0].id, made[0].state, made[0].deadline), (booking_id(11), State::Held, Some(at(50))));
    assert_eq!(made[0].offer_to, Some(entry_id(1)));
    assert_eq!(desk.booking(11), made[0]);
    let first = desk.entry(1);
    assert_eq!((first.offer, first.offered), (Some(booking_id(11)), vec![at(100)]));
    assert_eq!(desk.waiting(), [2]);
    assert!(desk.entry(2).offered.is_empty(), "who was passed over was offered nothing");
    assert_eq!(desk.at(50).waiting(), [1, 2]);
}

/// An offer that does not fit is passed over; the command it travels with is applied all the same.
pub fn an_offer_that_does_not_fit_refuses_nothing(suite: &Suite) {
    let desk = line(suite);
    desk.placed(0, ask(2, 2, 100, 200));
    let misfit = vec![offer(1, hold(11, 2, 100, 200, 50)), offer(2, hold(12, 1, 100, 200, 50))];
    assert_eq!(made(&desk, 10, cancel(1), misfit), [12]);
    assert_eq!(desk.booking(1).state, State::Cancelled);
    assert_eq!(desk.entry(1).offer, None);
}

/// A command that is refused makes no offers either.
pub fn a_refused_command_makes_no_offers(suite: &Suite) {
    let desk = line(suite);
    let free = vec![offer(1, hold(11, 2, 100, 200, 50))];
    let refused = Command { offers: free, ..desk.command(cancel(9)) };
    assert_eq!(outcome(&desk.run(&refused)), "no such booking");
    assert_eq!((desk.waiting(), desk.entry(1).offered), (vec![1, 2], vec![]));
}

/// A start that was released goes to the next in line, and not to the same entry again; another start may.
pub fn a_released_start_goes_to_the_next_and_not_to_the_same(suite: &Suite) {
    let desk = line(suite);
    desk.offering(10, cancel(1), offers());
    let retry = vec![offer(1, hold(13, 1, 100, 200, 60)), offer(2, hold(14, 1, 100, 200, 60))];
    assert_eq!(made(&desk, 20, cancel(11), retry), [14]);
    assert_eq!(desk.waiting(), [1]);
    assert_eq!(made(&desk, 20, nothing(), vec![offer(1, hold(15, 1, 300, 400, 60))]), [15]);
}

/// What lapsed goes on down the line with the sweep.
pub fn a_swept_offer_goes_on_down_the_line(suite: &Suite) {
    let desk = line(suite);
    desk.offering(10, cancel(1), offers());
    let next = vec![offer(1, hold(13, 1, 100, 200, 90)), offer(2, hold(14, 1, 100, 200, 90))];
    assert_eq!(made(&desk, 50, Action::Sweep(vec![booking_id(11)]), next), [14]);
}

/// An entry has at most one offer that can still be taken.
pub fn an_entry_has_one_live_offer(suite: &Suite) {
    let desk = line(suite);
    let two = vec![offer(1, hold(11, 2, 100, 200, 50)), offer(1, hold(12, 3, 300, 400, 50))];
    assert_eq!(made(&desk, 10, nothing(), two), [11]);
    let another = |id| vec![offer(1, hold(id, 3, 300, 400, 90))];
    assert_eq!(made(&desk, 49, nothing(), another(13)), [0; 0]);
    assert_eq!(made(&desk, 50, nothing(), another(14)), [14]);
}

/// Confirming an offer serves its entry: it leaves the line and is offered nothing more.
pub fn a_confirmed_offer_serves_its_entry(suite: &Suite) {
    let desk = line(suite);
    desk.offering(10, cancel(1), offers());
    desk.did(20, change(11, Change::Confirm));
    assert_eq!(desk.entry(1).state, EntryState::Served);
    assert_eq!(desk.waiting(), [2]);
    assert_eq!(made(&desk, 20, cancel(11), vec![offer(1, hold(13, 2, 500, 600, 90))]), [0; 0]);
    assert_eq!(desk.waiting(), [2]);
}

/// Who leaves the line gives up the offer they have.
pub fn leaving_cancels_a_live_offer(suite: &Suite) {
    let desk = line(suite);
    desk.offering(10, cancel(1), offers());
    let left = desk.did(20, Action::Leave(entry_id(1)));
    assert_eq!(left.entry.map(|entry| entry.state), Some(EntryState::Left));
    assert_eq!((left.bookings[0].id, left.bookings[0].state), (booking_id(11), State::Cancelled));
    assert_eq!((desk.entry(1).state, desk.occupants(0, 1_000, None)), (EntryState::Left, vec![]));
    // A second time, nothing is left to do.
    assert!(desk.did(20, Action::Leave(entry_id(1))).bookings.is_empty());
    assert_eq!(desk.waiting(), [2]);
    desk.check(vec![(20, Action::Leave(entry_id(9)), "no such entry")]);
}

/// A lapsed offer is not there to be cancelled.
pub fn leaving_after_the_offer_lapsed_cancels_nothing(suite: &Suite) {
    let desk = line(suite);
    desk.offering(10, cancel(1), offers());
    assert!(desk.did(50, Action::Leave(entry_id(1))).bookings.is_empty());
    assert_eq!(desk.booking(11).state_at(desk.now_second()), State::Expired);
}

/// Offers to nobody, of used ids, and of holds that would have lapsed are passed over.
pub fn offers_to_nobody_and_of_used_ids_are_passed_over(suite: &Suite) {
    let desk = line(suite);
    let odd = vec![
        offer(9, hold(11, 2, 100, 200, 50)),
        offer(1, hold(1, 2, 100, 200, 50)),
        offer(1, hold(12, 2, 100, 200, 10)),
    ];
    assert_eq!(made(&desk, 10, nothing(), odd), [0; 0]);
    assert_eq!((desk.waiting(), desk.entry(1).offered), (vec![1, 2], vec![]));
}
