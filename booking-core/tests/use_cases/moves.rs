//! Moving a booking, and giving it to someone else.

use booking_core::{
    BookRequest, Booking, ChangeRequest, MoveRequest, Policy, PolicySpec, PriceTier, Refusal, ServiceSpec,
    TierRule, Wish, minutes,
};

use super::desk::{Desk, TENANT, at, now_or_never, resource, service, wish};

fn move_to(booking: &Booking, start: &str) -> MoveRequest {
    MoveRequest {
        change: ChangeRequest::new(TENANT, booking.id),
        start: Some(at(start)),
        duration: None,
        party: None,
        resources: Vec::new(),
    }
}

#[test]
fn reassigning_keeps_the_time_so_notice_and_grid_are_not_judged_again() {
    let policy = Policy::new(PolicySpec { notice: minutes(60), ..PolicySpec::default() }).unwrap();
    let desk = Desk::open("2026-01-05T08:00:00Z", 2, ServiceSpec { policy, ..service(minutes(30), &[1, 2]) });
    let booking = desk.booked("2026-01-05T09:30:00Z");
    desk.set_time("2026-01-05T09:25:00Z");
    let change = ChangeRequest::new(TENANT, booking.id);
    let moved = now_or_never(desk.scheduler.reassign(&change, &[resource(2)])).unwrap().booking;
    assert_eq!((moved.resources(), moved.visit), (vec![resource(2)], booking.visit));
}

#[test]
fn a_sweep_does_not_change_why_an_expired_hold_cannot_be_moved() {
    let desk = Desk::open("2026-01-05T08:00:00Z", 1, service(minutes(30), &[1]));
    let request = BookRequest::new(wish(), at("2026-01-05T12:00:00Z"));
    let held = now_or_never(desk.scheduler.hold(&request, None)).unwrap().booking;
    desk.set_time("2026-01-05T09:00:00Z");
    let mut request = move_to(&held, "2026-01-05T13:00:00Z");
    request.change.if_version = Some(held.version);
    let unswept = now_or_never(desk.scheduler.reschedule(&request));
    assert_eq!(now_or_never(desk.scheduler.sweep(TENANT)).unwrap().len(), 1);
    let swept = now_or_never(desk.scheduler.reschedule(&request));
    for refused in [unswept, swept] {
        assert!(matches!(refused, Err(Refusal::Expired { .. })), "{refused:?}");
    }
}

#[test]
fn a_moved_booking_keeps_the_price_of_its_customers_group() {
    let tier = |name: &str, minor, group: Option<&str>| PriceTier {
        name: name.to_owned(),
        price: booking_core::Money::new(minor, "EUR".parse().unwrap()).unwrap(),
        per_person: false,
        when: TierRule { group: group.map(str::to_owned), ..TierRule::default() },
    };
    let prices = vec![tier("Student", 1_000, Some("student")), tier("Full", 2_000, None)];
    let desk = Desk::open("2026-01-05T08:00:00Z", 1, ServiceSpec { prices, ..service(minutes(30), &[1]) });
    let wish = Wish { group: Some("student".to_owned()), ..wish() };
    let booking = desk.book(&wish, "2026-01-05T09:30:00Z").unwrap().booking;
    assert_eq!(booking.priced.tier.as_deref(), Some("Student"));
    let request = move_to(&booking, "2026-01-05T10:30:00Z");
    let moved = now_or_never(desk.scheduler.reschedule(&request)).unwrap().booking;
    assert_eq!(moved.priced, booking.priced);
}
