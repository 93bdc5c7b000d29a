//! The line, and whom freed capacity is offered to.

use booking_core::{Booking, ChangeRequest, DAY, JoinRequest, Refusal, ServiceSpec, Takes, Wish, minutes};

use super::desk::{Desk, TENANT, at, invalid, now_or_never, service, span, wish};

fn cancel(desk: &Desk, booking: &Booking) -> Vec<Booking> {
    now_or_never(desk.scheduler.cancel(&ChangeRequest::new(TENANT, booking.id))).unwrap().offers
}

#[test]
fn a_long_visit_that_ends_in_the_freed_time_is_offered() {
    let long = ServiceSpec { step: DAY, ..service(5 * DAY, &[1]) };
    let desk = Desk::open("2026-01-01T00:00:00Z", 1, long);
    let first = desk.booked("2026-01-10T00:00:00Z");
    // Wants to come on the 6th, for five days: the 10th is in the way.
    let entry = desk.join(wish(), span("2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z")).unwrap();
    let offers = cancel(&desk, &first);
    assert_eq!(offers.len(), 1);
    assert_eq!((offers[0].start(), offers[0].offer_to), (at("2026-01-06T00:00:00Z"), Some(entry.id)));
}

#[test]
fn those_who_do_not_fit_are_passed_over_however_many_they_are() {
    let mut spec = service(minutes(60), &[1]);
    spec.requirements[0].takes = Takes::Party;
    let desk = Desk::open("2026-01-01T00:00:00Z", 1, spec);
    let first = desk.booked("2026-01-10T09:00:00Z");
    let window = span("2026-01-10T09:00:00Z", "2026-01-10T10:00:00Z");
    for _ in 0..150 {
        desk.join(Wish { party: 2, ..wish() }, window).unwrap();
    }
    let fits = desk.join(wish(), window).unwrap();
    let offers = cancel(&desk, &first);
    assert_eq!(offers.iter().map(|offer| offer.offer_to).collect::<Vec<_>>(), [Some(fits.id)]);
}

#[test]
fn a_retry_does_not_stand_in_line_twice() {
    let desk = Desk::open("2026-01-01T00:00:00Z", 1, service(minutes(60), &[1]));
    let window = span("2026-01-10T09:00:00Z", "2026-01-10T10:00:00Z");
    let join = |party| {
        let key = Some("retry-1".to_owned());
        let request = JoinRequest { key, ..JoinRequest::new(Wish { party, ..wish() }, window) };
        now_or_never(desk.scheduler.join_waitlist(&request))
    };
    let first = join(1).unwrap();
    assert_eq!(join(1).unwrap(), first);
    assert!(matches!(join(2), Err(Refusal::KeyReused)));
    assert_eq!(desk.join(wish(), window).unwrap().place, first.place + 1);
}

#[test]
fn nobody_joins_for_what_can_never_be_offered() {
    let desk = Desk::open("2026-01-01T00:00:00Z", 1, service(minutes(60), &[1]));
    let years = span("2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z");
    let refused = invalid(desk.join(wish(), years));
    assert_eq!(refused, "window: 63072000 s is not valid, expected 1 to 34560000 seconds");
    let past = span("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    let refused = invalid(desk.join(wish(), past));
    assert_eq!(
        refused,
        "window.end: 2026-01-01T00:00:00Z is not valid, expected an instant after 2026-01-01T00:00:00Z"
    );
}
