//! A retry that runs beside its first try.

use std::sync::{Arc, Mutex};

use booking_core::{
    Actor, BookRequest, ChangeRequest, Clock, ManualClock, MemoryStore, MoveRequest, OnConflict, Recurrence,
    Refusal, Scheduler, SeriesRequest, Waiver, Wish,
};
use chrono::{DateTime, NaiveDateTime, Utc};

use crate::desk::{Desk, SERVICE, TENANT, at, now_or_never, service};

const NINE: &str = "2026-03-02T09:00:00Z";

/// A clock on which, when it is first read, somebody else does something: after a request's key was looked up, and before
/// anything is read for it.
struct Meddling {
    clock: ManualClock,
    meddle: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Clock for Meddling {
    fn now(&self) -> DateTime<Utc> {
        let meddle = self.meddle.lock().unwrap().take();
        if let Some(meddle) = meddle {
            meddle();
        }
        self.clock.now()
    }
}

/// A second process over the desk's store, in which the first try of a request runs while the retry is under way.
fn beside(desk: &Desk, first: impl FnOnce() + Send + 'static) -> Scheduler<MemoryStore, Arc<Meddling>> {
    let clock = desk.scheduler.clock().clone();
    let meddle = Mutex::new(Some(Box::new(first) as Box<dyn FnOnce() + Send>));
    let clock = Arc::new(Meddling { clock, meddle });
    Scheduler::new(desk.scheduler.store().clone(), clock)
}

fn desk() -> (Desk, Scheduler<MemoryStore, ManualClock>) {
    let desk = Desk::open("2026-03-02T08:00:00Z", 1, service(1_800, &[1]));
    let first = Scheduler::new(desk.scheduler.store().clone(), desk.scheduler.clock().clone());
    (desk, first)
}

fn booking(key: &str) -> BookRequest {
    BookRequest::new(Wish::new(TENANT, SERVICE), at(NINE)).key(key)
}

#[test]
fn a_retry_that_finds_the_start_taken_by_its_first_try_gets_its_answer() {
    let (desk, first) = desk();
    let retry = beside(&desk, move || drop(now_or_never(first.book(&booking("one"))).unwrap()));
    let booked = now_or_never(retry.book(&booking("one"))).unwrap();
    assert!(booked.replayed);
    assert!(now_or_never(retry.book(&booking("two"))).is_err());
}

#[test]
fn a_retry_of_a_move_gets_the_answer_of_its_first_try() {
    let (desk, first) = desk();
    let booked = now_or_never(first.book(&booking("one"))).unwrap().booking;
    let change = ChangeRequest {
        if_version: Some(1),
        key: Some("move".to_owned()),
        ..ChangeRequest::new(TENANT, booked.id)
    };
    let start = Some(at("2026-03-02T10:00:00Z"));
    let request = MoveRequest { change, start, duration: None, party: None, resources: Vec::new() };
    let same = request.clone();
    let retry = beside(&desk, move || drop(now_or_never(first.reschedule(&same)).unwrap()));
    assert!(now_or_never(retry.reschedule(&request)).unwrap().replayed);
}

#[test]
fn a_key_is_not_good_for_what_waives_more() {
    let (_, first) = desk();
    let booked = now_or_never(first.book(&booking("one"))).unwrap().booking;
    let change = ChangeRequest { key: Some("cancel".to_owned()), ..ChangeRequest::new(TENANT, booked.id) };
    assert!(!now_or_never(first.cancel(&change)).unwrap().replayed);
    assert!(now_or_never(first.cancel(&change)).unwrap().replayed);
    let more = ChangeRequest { waive: Waiver { limits: true, ..Waiver::default() }, ..change };
    assert!(matches!(now_or_never(first.cancel(&more)), Err(Refusal::KeyReused)));
}

#[test]
fn a_retry_of_a_series_gets_the_answer_of_its_first_try() {
    let (desk, first) = desk();
    let start: NaiveDateTime = "2026-03-02T09:00:00".parse().unwrap();
    let recurrence = Recurrence::new(start, "FREQ=DAILY;COUNT=3").unwrap();
    let request = SeriesRequest {
        wish: Wish::new(TENANT, SERVICE),
        recurrence,
        zone: None,
        on_conflict: OnConflict::Fail,
        key: Some("series".to_owned()),
        actor: Actor::default(),
    };
    let same = request.clone();
    let retry = beside(&desk, move || drop(now_or_never(first.book_series(&same)).unwrap()));
    let booked = now_or_never(retry.book_series(&request)).unwrap();
    assert!(booked.replayed && booked.bookings.len() == 3);
}
