//! What a change keeps: the price group, the deposit, the verdicts of a series; and what it is judged against when
//! somebody else changes the same booking in between.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use booking_core::{
    Actor, BookRequest, ChangeRequest, ChangeWindow, Deposit, Fee, FeeTier, Hours, Interval, JoinRequest,
    ManualClock, MemoryStore, Money, MoveRequest, OnConflict, Policy, PolicySpec, PriceTier, Recurrence,
    Refusal, Requirement, Resource, ResourceId, ResourceSpec, Scheduler, SequentialIds, SeriesRequest,
    Service, ServiceId, ServiceSpec, TenantId, TierRule, Wish, ZoneId, minutes,
};
use chrono::{DateTime, TimeDelta, Utc};

const TENANT: TenantId = TenantId::SINGLE;
const SERVICE: ServiceId = ServiceId::from_u64(1);

fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a memory store answers at once"),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn money(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap()).unwrap()
}

/// One room, always open, an hour for 100 or for 60 to students, half of it due when booking, a fee for late changes.
fn desk() -> (Scheduler<MemoryStore, ManualClock>, ManualClock) {
    let hours = Hours::always(ZoneId::UTC);
    let room = Resource::new(ResourceSpec::new(ResourceId::from_u64(1), "Room", hours)).unwrap();
    let tier = |name: &str, minor, group: Option<&str>| PriceTier {
        name: name.to_owned(),
        price: money(minor),
        per_person: false,
        when: TierRule { group: group.map(str::to_owned), ..TierRule::default() },
    };
    let late = ChangeWindow { closes: None, fees: vec![FeeTier { within: 86_400, fee: Fee::Share(5_000) }] };
    let policy = PolicySpec {
        deposit: Some(Deposit { amount: Fee::Share(5_000) }),
        cancellation: late.clone(),
        reschedule: late,
        ..PolicySpec::default()
    };
    let spec = ServiceSpec {
        prices: vec![tier("Student", 6_000, Some("student")), tier("Standard", 10_000, None)],
        policy: Policy::new(policy).unwrap(),
        ..ServiceSpec::new(
            SERVICE,
            "Room",
            ZoneId::UTC,
            minutes(60),
            vec![Requirement::one_of("room", [room.id])],
        )
    };
    let store = MemoryStore::new();
    store.add_resource(TENANT, room);
    store.add_service(TENANT, Service::new(spec).unwrap());
    let clock = ManualClock::at(at("2026-03-02T08:00:00Z"));
    (Scheduler::new(store, clock.clone()).with_ids(SequentialIds::default()), clock)
}

fn from_10_march(rule: &str) -> Recurrence {
    Recurrence::new("2026-03-10T10:00:00".parse().unwrap(), rule).unwrap()
}

fn wish() -> Wish {
    Wish { group: Some("student".to_owned()), ..Wish::new(TENANT, SERVICE) }
}

fn to(change: ChangeRequest, start: &str) -> MoveRequest {
    MoveRequest { change, start: Some(at(start)), duration: None, party: None, resources: Vec::new() }
}

#[test]
fn a_move_is_priced_for_the_same_group_and_asks_for_no_second_deposit() {
    let (desk, _) = desk();
    let made = ready(desk.book(&BookRequest::new(wish(), at("2026-03-10T10:00:00Z")))).unwrap().booking;
    assert_eq!((made.priced.price, made.priced.deposit), (Some(money(6_000)), Some(money(3_000))));
    let change = ChangeRequest::new(TENANT, made.id);
    let moved = ready(desk.reschedule(&to(change, "2026-03-11T10:00:00Z"))).unwrap().booking;
    assert_eq!(moved.priced, made.priced);
}

#[test]
fn an_offer_from_the_waitlist_is_priced_for_the_group_that_joined() {
    let (desk, _) = desk();
    let start = at("2026-03-10T10:00:00Z");
    let made = ready(desk.book(&BookRequest::new(Wish::new(TENANT, SERVICE), start))).unwrap().booking;
    let window = Interval::new(start, start + TimeDelta::seconds(1)).unwrap();
    ready(desk.join_waitlist(&JoinRequest::new(wish(), window))).unwrap();
    let cancelled = ready(desk.cancel(&ChangeRequest::new(TENANT, made.id))).unwrap();
    assert_eq!(cancelled.offers[0].priced.price, Some(money(6_000)));
}

#[test]
fn the_replay_of_a_series_tells_what_was_skipped() {
    let (desk, _) = desk();
    ready(desk.book(&BookRequest::new(wish(), at("2026-03-11T10:00:00Z")))).unwrap();
    let request = SeriesRequest {
        wish: wish(),
        recurrence: from_10_march("FREQ=DAILY;COUNT=3"),
        zone: None,
        on_conflict: OnConflict::Skip,
        key: Some("s".to_owned()),
        actor: Actor::default(),
    };
    let first = ready(desk.book_series(&request)).unwrap();
    assert_eq!(
        first.verdicts.iter().map(booking_core::Verdict::is_bookable).collect::<Vec<_>>(),
        [true, false, true]
    );
    let again = ready(desk.book_series(&request)).unwrap();
    assert!(again.replayed);
    assert_eq!(
        (again.series, again.bookings, again.verdicts),
        (first.series, first.bookings, first.verdicts)
    );
}

#[test]
fn a_series_may_span_more_than_one_window() {
    let (desk, _) = desk();
    ready(desk.book(&BookRequest::new(wish(), at("2028-05-10T10:00:00Z")))).unwrap();
    let request = SeriesRequest {
        wish: wish(),
        recurrence: from_10_march("FREQ=MONTHLY;COUNT=36"),
        zone: None,
        on_conflict: OnConflict::Propose,
        key: None,
        actor: Actor::default(),
    };
    let verdicts = ready(desk.preview_series(&request)).unwrap();
    let refused: Vec<_> = verdicts.iter().filter(|verdict| !verdict.is_bookable()).collect();
    assert_eq!(verdicts.len(), 36);
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].start, at("2028-05-10T10:00:00Z"));
    assert_eq!(refused[0].alternative, Some(at("2028-05-10T09:00:00Z")));
}

#[test]
fn a_fee_is_that_of_the_time_the_booking_has_when_it_is_cancelled() {
    let (desk, clock) = desk();
    let made = ready(desk.book(&BookRequest::new(wish(), at("2026-03-10T10:00:00Z")))).unwrap().booking;
    clock.set(at("2026-03-09T18:00:00Z"));
    let stale = ChangeRequest { if_version: Some(made.version + 1), ..ChangeRequest::new(TENANT, made.id) };
    assert!(matches!(ready(desk.cancel(&stale)), Err(Refusal::VersionConflict { current: 1 })));
    let cancelled = ready(desk.cancel(&ChangeRequest::new(TENANT, made.id))).unwrap().booking;
    assert_eq!(cancelled.priced.fee, Some(money(3_000)));
}
