//! Several bookings in one command: all or none; and cancelling many.

use super::desk::{Desk, all, numbers};
use super::suite::Suite;
use super::words::*;
use crate::SeriesId;
use crate::booking::State;
use crate::store::{Action, Placement};

/// Several bookings are made together or not at all, and the later see the earlier.
pub fn all_placements_or_none_and_the_later_see_the_earlier(suite: &Suite) {
    let desk = Desk::new(suite);
    let both = |start| Action::Place(vec![ask(1, 1, 100, 200), ask(2, 1, start, start + 100)]);
    desk.check(vec![(0, both(150), "no fit 1: 0 free")]);
    assert_eq!((desk.listed(&all()).0, desk.occupants(0, 1_000, None)), (vec![], vec![]));
    desk.check(vec![(0, both(200), "ok")]);
    assert_eq!(desk.listed(&all()).0, [1, 2]);
}

/// Whatever the reason for which one of them fails, none of them is made.
pub fn a_batch_that_fails_in_the_middle_leaves_no_trace(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, ask(1, 1, 100, 200));
    desk.placed(0, limited(2, 300, at_most(1)));
    let class = session(1, 4, 100, 200, 2);
    let batch = |last: Placement| {
        Action::Place(vec![ask(11, 3, 100, 200), sit(12, 1, &class), hold(13, 5, 100, 200, 50), last])
    };
    desk.check(vec![
        (10, batch(ask(14, 1, 150, 160)), "no fit 3: 0 free"),
        (10, batch(limited(14, 400, at_most(1))), "limit 3: limit 0 is reached: 1 of 1"),
        (10, batch(ask(1, 6, 100, 200)), "the booking exists already"),
        (10, batch(ask(11, 6, 100, 200)), "the booking exists already"),
        (10, batch(hold(14, 6, 100, 200, 10)), "expired at 10"),
        (10, batch(sit(14, 2, &class)), "no fit 3: 1 free"),
        (10, batch(with(ask(14, 6, 100, 200), |asked| asked.plans.clear())), "invalid: plans"),
    ]);
    assert_eq!(desk.listed(&all()).0, [1, 2]);
    assert_eq!((desk.occupancy(None).claims.len(), desk.taken()), (2, vec![]));
    desk.check(vec![(10, batch(ask(14, 6, 100, 200)), "ok")]);
}

/// Each booking keeps its place in the series it belongs to, and the answer is in the command's order.
pub fn a_series_is_answered_in_order(suite: &Suite) {
    let desk = Desk::new(suite);
    let series = SeriesId::from_u64(1);
    let places = [(1, 700), (2, 100), (3, 400)].map(|(place, start)| {
        with(ask(10 + u64::from(place), 1, start, start + 100), |asked| {
            asked.booking.series = Some((series, place));
        })
    });
    let made = desk.did(0, Action::Place(places.to_vec())).bookings;
    assert_eq!(numbers(made.iter().map(|booking| booking.id)), [11, 12, 13]);
    assert_eq!(made[1].series, Some((series, 2)));
    let of_series = crate::BookingFilter { series: Some(series), ..all() };
    assert_eq!(desk.listed(&of_series), (vec![12, 13, 11], false));
}

/// Cancelling many leaves alone what has started, has ended, has lapsed or is not there.
pub fn cancelling_many_spares_what_has_started_or_ended(suite: &Suite) {
    let desk = Desk::new(suite);
    for (id, start) in [(1, 100), (2, 200), (3, 300), (4, 400)] {
        desk.placed(0, ask(id, 1, start, start + 100));
    }
    desk.placed(0, hold(5, 1, 500, 600, 150));
    desk.placed(0, hold(6, 1, 600, 700, 250));
    desk.did(0, cancel(4));
    let ids = [9, 1, 6, 2, 3, 3, 4, 5].map(booking_id).to_vec();
    let cancelled = desk.did(200, Action::CancelMany(ids)).bookings;
    assert_eq!(numbers(cancelled.iter().map(|booking| booking.id)), [6, 3]);
    assert!(cancelled.iter().all(|booking| booking.state == State::Cancelled && booking.version == 2));
    assert_eq!((desk.booking(1).state, desk.booking(2).state), (State::Confirmed, State::Confirmed));
    desk.check(vec![(200, place(7, 1, 300, 400), "ok"), (200, place(8, 1, 250, 260), "no fit 0: 0 free")]);
}
