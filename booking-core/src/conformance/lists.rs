//! Lists of bookings: order, filters and pages; and the bookings that limits count.

use super::desk::{Desk, all, numbers};
use super::suite::Suite;
use super::words::*;
use crate::SeriesId;
use crate::booking::State;
use crate::store::{Action, BookingFilter, BookingStore, Change, CountedQuery, LimitSubject};

/// By start, then id; all conditions must hold; states are those of the present.
pub fn lists_are_ordered_by_start_and_id_and_filtered(suite: &Suite) {
    let desk = Desk::with_units(suite, 9);
    for (id, start) in [(4, 100), (2, 100), (3, 50), (1, 0)] {
        desk.placed(0, ask(id, 1, start, start + 60));
    }
    let special = with(hold(5, 2, 500, 600, 50), |asked| {
        asked.booking.customer = Some(customer(1));
        asked.booking.service = service_id(2);
        asked.booking.series = Some((SeriesId::from_u64(1), 1));
    });
    desk.placed(0, special);
    let check = |filter: BookingFilter, expected: &[u64]| {
        assert_eq!(desk.listed(&filter), (expected.to_vec(), false), "{filter:?}");
    };
    check(all(), &[1, 3, 2, 4, 5]);
    check(BookingFilter { window: Some(span(105, 500)), ..all() }, &[3, 2, 4]);
    check(BookingFilter { window: Some(span(160, 500)), ..all() }, &[]);
    check(BookingFilter { customer: Some(customer(1)), ..all() }, &[5]);
    check(BookingFilter { customer: Some(customer(2)), ..all() }, &[]);
    check(BookingFilter { resource: Some(resource(2)), ..all() }, &[5]);
    check(BookingFilter { service: Some(SERVICE), ..all() }, &[1, 3, 2, 4]);
    check(BookingFilter { series: Some(SeriesId::from_u64(1)), ..all() }, &[5]);
    check(BookingFilter { customer: Some(customer(1)), service: Some(SERVICE), ..all() }, &[]);
    let held = BookingFilter { states: vec![State::Held], ..all() };
    check(held.clone(), &[5]);
    check(BookingFilter { states: vec![State::Held, State::Confirmed], ..all() }, &[1, 3, 2, 4, 5]);
    desk.at(50);
    check(held, &[]);
    check(BookingFilter { states: vec![State::Expired], ..all() }, &[5]);
    desk.did(50, Action::Sweep(vec![booking_id(5)]));
    check(BookingFilter { states: vec![State::Expired], ..all() }, &[5]);
}

/// Pages of any size join to the whole list.
pub fn pages_join_without_gap_or_overlap(suite: &Suite) {
    let desk = Desk::with_units(suite, 30);
    let placements = (1..=20_u64).map(|id| ask(id, 1, 100 + i64::try_from(id / 5).expect("small"), 200));
    desk.did(0, Action::Place(placements.collect()));
    for limit in [1, 2, 3, 5, 19, 20, 21] {
        let mut filter =
            BookingFilter { limit, window: Some(span(150, 160)), now: desk.now_second(), ..all() };
        let mut seen = Vec::new();
        for _ in 0..=20 {
            let page = desk.read(desk.store().bookings(desk.tenant, &filter));
            assert!(page.items.len() <= limit, "at most {limit}");
            seen.extend(numbers(page.items.iter().map(|booking| booking.id)));
            filter.after = page.cursor();
            if filter.after.is_none() {
                break;
            }
        }
        assert!(seen.iter().copied().eq(1..=20), "pages of {limit}: {seen:?}");
    }
}

/// Visits that are over and bookings that have ended stay on the list.
pub fn lists_keep_what_is_over(suite: &Suite) {
    let desk = Desk::new(suite);
    desk.placed(0, ask(1, 1, 100, 200));
    desk.placed(0, ask(2, 1, 300, 400));
    desk.did(0, cancel(2));
    desk.did(5_000, change(1, Change::MarkNoShow { fee: None }));
    assert_eq!(desk.listed(&all()).0, [1, 2]);
    assert_eq!(desk.listed(&BookingFilter { states: vec![State::NoShow], ..all() }).0, [1]);
    assert_eq!(desk.listed(&BookingFilter { states: vec![State::Cancelled], ..all() }).0, [2]);
}

fn counted(desk: &Desk, ignoring: Option<u64>) -> Vec<crate::Counted> {
    let subjects = vec![
        LimitSubject::Resource(resource(3)),
        LimitSubject::Customer(customer(1)),
        LimitSubject::Service(SERVICE),
    ];
    let query = CountedQuery {
        tenant: desk.tenant,
        subjects,
        window: span(0, 1_000),
        now: desk.now_second(),
        ignoring: ignoring.map(booking_id),
    };
    let mut rows = desk.read(desk.store().counted(&query));
    rows.sort_by_key(|row| row.booking);
    rows
}

/// A booking of several subjects appears once, with the seconds that each resource serves.
pub fn counted_bookings_appear_once_with_what_each_resource_serves(suite: &Suite) {
    let desk = Desk::new(suite);
    let teamed = with(ask(1, 1, 100, 200), |asked| {
        asked.booking.customer = Some(customer(1));
        asked.plans[0].picks = vec![pick(1, 30), pick(2, 100), pick(1, 40)];
    });
    desk.placed(0, teamed);
    desk.placed(0, hold(2, 3, 150, 250, 50));
    desk.placed(0, ask(3, 3, 1_000, 1_100));
    let other = with(ask(4, 4, 100, 200), |asked| asked.booking.service = service_id(2));
    desk.placed(0, other);
    let found = counted(&desk, None);
    assert_eq!(numbers(found.iter().map(|row| row.booking)), [1, 2]);
    let mut resources = found[0].resources.clone();
    resources.sort_unstable();
    assert_eq!(resources, [(resource(1), 70), (resource(2), 100)]);
    assert_eq!(
        (found[0].service, found[0].customer, found[0].visit),
        (SERVICE, Some(customer(1)), span(100, 200))
    );
    assert_eq!(numbers(counted(&desk, Some(1)).iter().map(|row| row.booking)), [2]);
    assert_eq!(numbers(counted(desk.at(50), None).iter().map(|row| row.booking)), [1]);
}

/// What limits count: completed and missed bookings too, cancelled and declined ones not.
pub fn counted_bookings_are_those_that_limits_count(suite: &Suite) {
    let desk = Desk::new(suite);
    for id in 1..=4 {
        desk.placed(0, ask(id, id, 100, 200));
    }
    desk.placed(0, pending(5, 5, 500, 600, 300));
    desk.placed(0, pending(6, 6, 500, 600, 300));
    desk.did(100, change(1, Change::Complete));
    desk.did(100, change(2, Change::MarkNoShow { fee: None }));
    desk.did(100, cancel(3));
    desk.did(100, change(5, Change::Decline));
    assert_eq!(numbers(counted(&desk, None).iter().map(|row| row.booking)), [1, 2, 4, 6]);
}
