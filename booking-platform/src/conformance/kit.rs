//! What the rules are written with.

use std::any::Any;
use std::fmt;
use std::ops::Deref;

use booking_core::{
    Action, Actor, BookingId, BookingStore, Catalog, Claim, Command, Hours, Initial, Interval, LocalStart,
    NewBooking, Pick, Placement, Plan, PlanClaims, Priced, Requirement, Resource, ResourceId, ResourceSpec,
    Service, ServiceId, ServiceSpec, TenantId, ZoneId,
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    CustomerWrite, Email, Item, Name, Phone, PlatformStore, Profile, ProfileSpec, ResourceProfile,
    ServiceProfile, Stamp,
};

/// What the suite needs: the platform's ports and the core's, over the same data.
pub trait Store: PlatformStore + Catalog + BookingStore {}

impl<S: PlatformStore + Catalog + BookingStore> Store for S {}

/// A store that was set up for one rule.
///
/// ```
/// use booking_platform::conformance::Subject;
/// use booking_platform::memory::MemoryPlatform;
///
/// let subject = Subject::new(MemoryPlatform::new()).keeping("what the store stands on");
/// # let _: &MemoryPlatform = &subject;
/// ```
pub struct Subject<S> {
    // Dropped in this order: first the store, then what it stands on.
    store: S,
    kept: Vec<Box<dyn Any>>,
}

impl<S: Store> Subject<S> {
    /// An empty store.
    pub fn new(store: S) -> Self {
        Self { store, kept: Vec::new() }
    }

    /// Keeps something as long as the store: a temporary folder, a database that is dropped at the end.
    #[must_use]
    pub fn keeping(mut self, kept: impl Any) -> Self {
        self.kept.push(Box::new(kept));
        self
    }
}

impl<S> Deref for Subject<S> {
    type Target = S;
    fn deref(&self) -> &S {
        &self.store
    }
}

impl<S> fmt::Debug for Subject<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject(keeping {})", self.kept.len())
    }
}

/// Ends the rule where something that must be there is not.
pub(super) trait Must<T> {
    fn must(self) -> T;
}

impl<T, E: fmt::Debug> Must<T> for Result<T, E> {
    #[track_caller]
    fn must(self) -> T {
        self.unwrap_or_else(|error| panic!("refused: {error:?}"))
    }
}

impl<T> Must<T> for Option<T> {
    #[track_caller]
    fn must(self) -> T {
        self.unwrap_or_else(|| panic!("there is none"))
    }
}

pub(super) const TENANT: TenantId = TenantId::from_u64(7);
pub(super) const OTHER: TenantId = TenantId::from_u64(8);

/// 2026-03-02 09:00 UTC, a Monday, and minutes after it.
pub(super) fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_442_000, 0).must() + TimeDelta::minutes(minutes)
}

pub(super) fn stamp(minutes: i64) -> Stamp {
    Stamp::new(Actor::new("ann", "conformance"), at(minutes))
}

pub(super) fn name(text: &str) -> Name {
    Name::new(text).must()
}

pub(super) fn utc() -> ZoneId {
    ZoneId::UTC
}

pub(super) fn resource_spec(id: u64) -> ResourceSpec {
    ResourceSpec::new(ResourceId::from_u64(id), format!("Resource {id}"), Hours::always(utc()))
}

pub(super) fn resource(id: u64) -> ResourceProfile {
    Resource::new(resource_spec(id)).must().into()
}

/// A service of 30 minutes that needs one of these resources.
pub(super) fn service_spec(id: u64, pool: &[u64]) -> ServiceSpec {
    let pool = pool.iter().map(|id| ResourceId::from_u64(*id));
    let needs = vec![Requirement::one_of("staff", pool)];
    ServiceSpec::new(ServiceId::from_u64(id), format!("Service {id}"), utc(), 1_800, needs)
}

pub(super) fn service(id: u64, pool: &[u64]) -> ServiceProfile {
    Service::new(service_spec(id, pool)).must().into()
}

pub(super) fn profile(name: &str, email: &str, phone: &str) -> Profile {
    let text = |text: &str| (!text.is_empty()).then_some(text.to_owned());
    Profile::new(ProfileSpec {
        name: text(name).map(|text| Name::new(&text).must()),
        email: text(email).map(|text| Email::new(&text).must()),
        phone: text(phone).map(|text| Phone::new(&text).must()),
        ..ProfileSpec::default()
    })
    .must()
}

pub(super) fn known(name: &str) -> CustomerWrite {
    CustomerWrite::Profile(profile(name, "", ""))
}

/// Puts an item that is not there yet.
pub(super) async fn add(store: &impl PlatformStore, item: impl Into<Item>) {
    let item = item.into();
    let put = store.put_item(TENANT, &item, crate::Expect::Absent, &stamp(0)).await;
    put.unwrap_or_else(|error| panic!("{}: {error}", item.id()));
}

/// A command at a minute.
pub(super) fn command(minutes: i64, action: Action) -> Command {
    let actor = Actor::new("bob", "conformance");
    Command {
        tenant: TENANT,
        now: at(minutes),
        actor,
        key: None,
        action,
        offers: Vec::new(),
        verdicts: Vec::new(),
    }
}

/// Books half an hour of a resource from a minute on.
pub(super) fn place(booking: u64, resource: u64, units: u32, from: i64) -> Action {
    let resource = ResourceId::from_u64(resource);
    let interval = Interval::new(at(from), at(from + 30)).must();
    let claim = Claim { resource, interval, before: 0, after: 0, units };
    let pick = Pick { requirement: "staff".to_owned(), resource, seconds: 1_800 };
    let plan = Plan { picks: vec![pick], claims: PlanClaims::Own(vec![claim]), limits: Vec::new() };
    let wall = at(from).naive_utc();
    let new = NewBooking {
        id: BookingId::from_u64(booking),
        service: ServiceId::from_u64(1),
        customer: None,
        visit: interval,
        party: 1,
        initial: Initial::Confirmed,
        local: LocalStart { zone: utc(), wall, tzdata: "test".to_owned() },
        series: None,
        offer_to: None,
        priced: Priced::default(),
        approval: None,
        max_hold: 1_800,
    };
    Action::Place(vec![Placement { booking: new, plans: vec![plan], limits: Vec::new() }])
}

/// Demands that a result is a refusal of a kind.
macro_rules! refused {
    ($result:expr, $kind:pat) => {
        match $result {
            Err($kind) => {}
            other => panic!("expected {}, got {other:?}", stringify!($kind)),
        }
    };
}

pub(super) use refused;
