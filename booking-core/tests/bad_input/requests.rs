//! Requests to the scheduler: parties, windows, durations, lengths of holds, keys, actors.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use booking_core::{
    Actor, BookRequest, ChangeRequest, Hours, Interval, ManualClock, MemoryStore, Reason, Refusal,
    Requirement, Resource, ResourceId, ResourceSpec, Scheduler, SequentialIds, Service, ServiceId,
    ServiceSpec, Takes, TenantId, Wish, ZoneId, minutes,
};
use chrono::{DateTime, Utc};

const TENANT: TenantId = TenantId::SINGLE;

fn now_or_never<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("the store in memory waits for nothing"),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// One resource of two units, and a service of half an hour that takes as many units as there are people.
fn desk() -> (Scheduler<MemoryStore, ManualClock>, Wish) {
    let store = MemoryStore::new();
    let ann = ResourceSpec::new(ResourceId::from_u64(1), "Ann", Hours::always(ZoneId::UTC));
    store.add_resource(TENANT, Resource::new(ResourceSpec { capacity: 2, ..ann }).unwrap());
    let needs = vec![Requirement::one_of("staff", [ResourceId::from_u64(1)]).taking(Takes::Party)];
    let spec = ServiceSpec::new(ServiceId::from_u64(1), "Visit", ZoneId::UTC, minutes(30), needs);
    store.add_service(TENANT, Service::new(spec).unwrap());
    let clock = ManualClock::at(at("2026-01-05T08:00:00Z"));
    let scheduler = Scheduler::new(store, clock).with_ids(SequentialIds::default());
    (scheduler, Wish::new(TENANT, ServiceId::from_u64(1)))
}

fn text<T: std::fmt::Debug>(refused: Result<T, Refusal>) -> String {
    match refused {
        Err(Refusal::Invalid(invalid)) => invalid.to_string(),
        other => panic!("expected an invalid request, found {other:?}"),
    }
}

#[test]
fn what_is_wished() {
    let (scheduler, wish) = desk();
    let day = Interval::new(at("2026-01-05T00:00:00Z"), at("2026-01-06T00:00:00Z")).unwrap();
    let refused = |wish: Wish| text(now_or_never(scheduler.slots(&wish, day)));
    assert_eq!(refused(Wish { party: 0, ..wish.clone() }), "party: 0 is not valid, expected 1 to 100000");
    assert_eq!(
        refused(Wish { party: u32::MAX, ..wish.clone() }),
        "party: 4294967295 is not valid, expected 1 to 100000"
    );
    for duration in [0, -1, i64::MIN, i64::MAX, 1_801] {
        assert_eq!(
            refused(Wish { duration: Some(duration), ..wish.clone() }),
            format!("duration: {duration} s is not valid, expected one of 1800 seconds")
        );
    }
    assert_eq!(
        refused(Wish { group: Some("\n".to_owned()), ..wish.clone() }),
        "group: \\n is not valid, expected 1 to 200 characters without control characters"
    );
    let many = (1..=1_025).map(|_| ResourceId::from_u64(1)).collect();
    assert_eq!(
        refused(Wish { resources: many, ..wish.clone() }),
        "resources: 1025 entries is not valid, expected at most 1024 entries"
    );
    let years = Interval::new(at("2026-01-01T00:00:00Z"), at("2027-03-01T00:00:00Z")).unwrap();
    assert_eq!(
        text(now_or_never(scheduler.slots(&wish, years))),
        "window: 36633600 s is not valid, expected 1 to 34560000 seconds"
    );
    let unknown = Wish { service: ServiceId::from_u64(2), ..wish };
    let refused = now_or_never(scheduler.slots(&unknown, day));
    assert!(matches!(refused, Err(Refusal::NotFound { what: "service" })), "{refused:?}");
}

#[test]
fn a_party_above_the_capacity_is_a_reason_not_an_error() {
    let (scheduler, wish) = desk();
    let crowd = BookRequest::new(Wish { party: 3, ..wish }, at("2026-01-05T09:00:00Z"));
    let Err(Refusal::NotBookable { reasons, .. }) = now_or_never(scheduler.book(&crowd)) else {
        panic!("three in a room for two")
    };
    assert_eq!(reasons, [Reason::CapacityFull { resource: ResourceId::from_u64(1), free: 2 }]);
}

#[test]
fn when_and_by_whom() {
    let (scheduler, wish) = desk();
    let book = |start: &str| text(now_or_never(scheduler.book(&BookRequest::new(wish.clone(), at(start)))));
    assert_eq!(
        book("2026-01-05T09:00:00.001Z"),
        "start: 2026-01-05T09:00:00.001Z is not valid, expected an instant of whole seconds"
    );
    assert_eq!(
        book("2100-01-01T00:00:01Z"),
        "start: 2100-01-01T00:00:01Z is not valid, expected an instant in the years 1970 to 2099"
    );
    assert_eq!(
        book("2100-01-01T00:00:00Z"),
        "start: 2100-01-01 00:00:00 UTC is not valid, expected an instant before the year 2100"
    );
    let request = BookRequest::new(wish, at("2026-01-05T09:00:00Z"));
    for ttl in [0, -1, i64::MIN, i64::MAX] {
        assert_eq!(
            text(now_or_never(scheduler.hold(&request, Some(ttl)))),
            format!("ttl: {ttl} s is not valid, expected 1 to 1800 seconds")
        );
    }
    assert_eq!(
        text(now_or_never(scheduler.book(&request.clone().key("")))),
        "key:  is not valid, expected 1 to 255 bytes without control characters"
    );
    let actor = Actor::new("ann\r\nroot", "cli");
    assert_eq!(
        text(now_or_never(scheduler.book(&BookRequest { actor, ..request.clone() }))),
        "actor.who: ann\\r\\nroot is not valid, expected at most 200 characters without control characters"
    );
    let held = now_or_never(scheduler.hold(&request, None)).unwrap().booking;
    let change = ChangeRequest::new(TENANT, held.id);
    for (until, expected) in [
        (
            "2026-01-05T08:00:00Z",
            "until: 2026-01-05 08:00:00 UTC is not valid, expected an instant in the future",
        ),
        (
            "2026-01-05T08:20:00.5Z",
            "until: 2026-01-05T08:20:00.500Z is not valid, expected an instant of whole seconds",
        ),
    ] {
        assert_eq!(text(now_or_never(scheduler.extend(&change, at(until)))), expected);
    }
    let actor = Actor::new("x".repeat(201), "");
    let refused = now_or_never(scheduler.cancel(&ChangeRequest { actor, ..change }));
    assert!(text(refused).starts_with("actor.who: xxx"));
    let refused = now_or_never(scheduler.set_capacity(TENANT, ResourceId::from_u64(1), 0, &Actor::default()));
    assert_eq!(text(refused), "capacity: 0 is not valid, expected 1 to 100000 units");
}

#[test]
fn a_clock_outside_the_supported_years_is_an_error_not_an_answer() {
    let (scheduler, wish) = desk();
    let day = Interval::new(at("2026-01-05T00:00:00Z"), at("2026-01-06T00:00:00Z")).unwrap();
    for wrong in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        scheduler.clock().set(wrong);
        let refused = text(now_or_never(scheduler.slots(&wish, day)));
        assert!(refused.starts_with("now: "), "{refused}");
        assert!(refused.ends_with("expected an instant in the years 1970 to 2099"), "{refused}");
        let request = BookRequest::new(wish.clone(), at("2026-01-05T09:00:00Z"));
        assert!(text(now_or_never(scheduler.book(&request))).starts_with("now: "));
    }
}
