//! A business in memory, and short words for what is asked of it. Times are UTC; everyone works around the clock unless
//! a test says otherwise.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use booking_core::{
    BookRequest, Booked, Booking, Hours, Interval, JoinRequest, ManualClock, MemoryStore, Reason, Refusal,
    Requirement, Resource, ResourceId, ResourceSpec, Scheduler, Seconds, SequentialIds, Service, ServiceId,
    ServiceSpec, TenantId, WaitlistEntry, Wish, ZoneId,
};
use chrono::{DateTime, Utc};

pub(crate) const TENANT: TenantId = TenantId::SINGLE;
pub(crate) const SERVICE: ServiceId = ServiceId::from_u64(1);

/// `MemoryStore` answers at once.
pub(crate) fn now_or_never<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("the store in memory waits for nothing"),
    }
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn span(start: &str, end: &str) -> Interval {
    Interval::new(at(start), at(end)).unwrap()
}

pub(crate) fn resource(number: u64) -> ResourceId {
    ResourceId::from_u64(number)
}

/// A service of one duration that needs one of these resources.
pub(crate) fn service(duration: Seconds, pool: &[u64]) -> ServiceSpec {
    let pool = pool.iter().copied().map(resource);
    ServiceSpec::new(SERVICE, "Visit", ZoneId::UTC, duration, vec![Requirement::one_of("staff", pool)])
}

pub(crate) struct Desk {
    pub(crate) scheduler: Scheduler<MemoryStore, ManualClock>,
}

impl Desk {
    /// Opens at an instant with resources 1 to `count`.
    pub(crate) fn open(now: &str, count: u64, service: ServiceSpec) -> Self {
        let clock = ManualClock::at(at(now));
        let scheduler = Scheduler::new(MemoryStore::new(), clock).with_ids(SequentialIds::default());
        let desk = Self { scheduler };
        for number in 1..=count {
            desk.hire(ResourceSpec::new(resource(number), "Staff", Hours::always(ZoneId::UTC)));
        }
        desk.offer(service);
        desk
    }

    pub(crate) fn hire(&self, spec: ResourceSpec) {
        self.scheduler.store().add_resource(TENANT, Resource::new(spec).unwrap());
    }

    pub(crate) fn offer(&self, spec: ServiceSpec) {
        self.scheduler.store().add_service(TENANT, Service::new(spec).unwrap());
    }

    pub(crate) fn set_time(&self, now: &str) {
        self.scheduler.clock().set(at(now));
    }

    pub(crate) fn starts(&self, wish: &Wish, window: Interval) -> Vec<DateTime<Utc>> {
        now_or_never(self.scheduler.starts(wish, window)).unwrap()
    }

    pub(crate) fn book(&self, wish: &Wish, start: &str) -> Result<Booked, Refusal> {
        now_or_never(self.scheduler.book(&BookRequest::new(wish.clone(), at(start))))
    }

    pub(crate) fn booked(&self, start: &str) -> Booking {
        self.book(&wish(), start).unwrap().booking
    }

    pub(crate) fn join(&self, wish: Wish, window: Interval) -> Result<WaitlistEntry, Refusal> {
        now_or_never(self.scheduler.join_waitlist(&JoinRequest::new(wish, window))).map(|joined| joined.entry)
    }
}

pub(crate) fn wish() -> Wish {
    Wish::new(TENANT, SERVICE)
}

/// The reasons of a refusal.
pub(crate) fn reasons<T: std::fmt::Debug>(refused: Result<T, Refusal>) -> Vec<Reason> {
    match refused {
        Err(Refusal::NotBookable { reasons, .. }) => reasons,
        other => panic!("expected reasons, found {other:?}"),
    }
}

/// The text of what was wrong with a request.
pub(crate) fn invalid<T: std::fmt::Debug>(refused: Result<T, Refusal>) -> String {
    match refused {
        Err(Refusal::Invalid(invalid)) => invalid.to_string(),
        other => panic!("expected an invalid request, found {other:?}"),
    }
}
