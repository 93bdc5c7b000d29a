//! The line, and whom freed capacity is offered to.

use booking_core::{
    Actor, Booking, ChangeRequest, DAY, JoinRequest, Joined, Limit, MoveRequest, Per, Period, Policy,
    PolicySpec, Refusal, ServiceSpec, Takes, Wish, minutes,
};

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
    assert!(!first.replayed);
    assert_eq!(join(1).unwrap(), Joined { replayed: true, ..first.clone() });
    assert!(matches!(join(2), Err(Refusal::KeyReused)));
    assert_eq!(desk.join(wish(), window).unwrap().place, first.entry.place + 1);
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

/// The second in line waits for a time near what was freed as well; what lies far from it is the first's, who does not.
#[test]
fn nobody_is_offered_what_lies_far_from_the_freed_time_before_those_ahead_of_them() {
    let desk = Desk::open("2026-01-01T00:00:00Z", 1, service(minutes(60), &[1]));
    let freed = desk.booked("2026-01-09T09:00:00Z");
    desk.join(wish(), span("2026-01-07T00:00:00Z", "2026-01-08T00:00:00Z")).unwrap();
    let second = desk.join(wish(), span("2026-01-07T00:00:00Z", "2026-01-10T00:00:00Z")).unwrap();
    let offers = cancel(&desk, &freed);
    assert_eq!(offers.len(), 1);
    assert_eq!((offers[0].start(), offers[0].offer_to), (at("2026-01-08T09:00:00Z"), Some(second.id)));
}

#[test]
fn a_limit_that_is_freed_is_offered_for_its_whole_period() {
    let mut spec = service(minutes(60), &[1]);
    let limits = vec![Limit::count(Per::Service, Period::Month, 1)];
    spec.policy = Policy::new(PolicySpec { limits, ..PolicySpec::default() }).unwrap();
    let desk = Desk::open("2026-01-01T00:00:00Z", 1, spec);
    let first = desk.booked("2026-01-09T09:00:00Z");
    let entry = desk.join(wish(), span("2026-01-20T09:00:00Z", "2026-01-20T10:00:00Z")).unwrap();
    let offers = cancel(&desk, &first);
    assert_eq!(offers.len(), 1);
    assert_eq!((offers[0].start(), offers[0].offer_to), (at("2026-01-20T09:00:00Z"), Some(entry.id)));
}

/// Whoever moves the offer they have keeps it, and is not asked about the time they moved it from.
#[test]
fn what_a_moved_offer_frees_goes_to_the_next_in_line() {
    let desk = Desk::open("2026-01-01T00:00:00Z", 1, service(minutes(60), &[1]));
    let freed = desk.booked("2026-01-09T09:00:00Z");
    let day = span("2026-01-09T09:00:00Z", "2026-01-09T11:00:00Z");
    desk.join(wish(), day).unwrap();
    let offer = cancel(&desk, &freed).remove(0);
    let late = desk.booked("2026-01-09T10:00:00Z");
    let next = desk.join(wish(), day).unwrap();
    let moved = now_or_never(desk.scheduler.reschedule(&MoveRequest {
        change: ChangeRequest::new(TENANT, offer.id),
        start: Some(at("2026-01-20T09:00:00Z")),
        duration: None,
        party: None,
        resources: Vec::new(),
    }))
    .unwrap();
    assert_eq!(moved.offers.iter().map(|offer| offer.offer_to).collect::<Vec<_>>(), [Some(next.id)]);
    // The first in line has been asked about nine o'clock, and is asked about ten when that becomes free.
    cancel(&desk, &moved.booking);
    assert_eq!(cancel(&desk, &late).len(), 1);
}

/// An offer may be moved before it is taken: what leaving frees then is where it was moved to.
#[test]
fn leaving_gives_a_moved_offer_back_where_it_was_moved_to() {
    let desk = Desk::open("2026-01-01T00:00:00Z", 1, service(minutes(60), &[1]));
    let freed = desk.booked("2026-01-09T09:00:00Z");
    let day = span("2026-01-09T09:00:00Z", "2026-01-09T10:00:00Z");
    let leaves = desk.join(wish(), day).unwrap();
    let offer = cancel(&desk, &freed).remove(0);
    let later = at("2026-01-20T09:00:00Z");
    let request = MoveRequest {
        change: ChangeRequest::new(TENANT, offer.id),
        start: Some(later),
        duration: None,
        party: None,
        resources: Vec::new(),
    };
    now_or_never(desk.scheduler.reschedule(&request)).unwrap();
    let waits = desk.join(wish(), span("2026-01-20T09:00:00Z", "2026-01-20T10:00:00Z")).unwrap();
    now_or_never(desk.scheduler.leave_waitlist(TENANT, leaves.id, &Actor::default())).unwrap();
    let offers = now_or_never(desk.scheduler.waitlist_offers(TENANT)).unwrap();
    assert_eq!(
        offers.iter().map(|offer| (offer.entry, offer.booking.start())).collect::<Vec<_>>(),
        [(waits.id, later)]
    );
}

/// Whoever leaves takes no part in what is planned for the others, not even at the starts they were not asked about.
#[test]
fn who_leaves_is_in_nobodys_way() {
    let desk = Desk::open("2026-01-01T00:00:00Z", 1, service(minutes(60), &[1]));
    let freed = desk.booked("2026-01-09T09:00:00Z");
    let leaves = desk.join(wish(), span("2026-01-09T09:00:00Z", "2026-01-09T11:00:00Z")).unwrap();
    assert_eq!(cancel(&desk, &freed).len(), 1);
    let waits = desk.join(wish(), span("2026-01-09T10:00:00Z", "2026-01-09T11:00:00Z")).unwrap();
    now_or_never(desk.scheduler.leave_waitlist(TENANT, leaves.id, &Actor::default())).unwrap();
    let offers = now_or_never(desk.scheduler.waitlist_offers(TENANT)).unwrap();
    let offers: Vec<_> = offers.iter().map(|offer| (offer.entry, offer.booking.start())).collect();
    assert_eq!(offers, [(waits.id, at("2026-01-09T10:00:00Z"))]);
}
