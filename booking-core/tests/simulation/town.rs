//! What is simulated: a few businesses with staff, a hall, a class and limits.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use booking_core::{
    Buffers, HoldTimes, Hours, Limit, MemoryStore, Per, Period, Policy, PolicySpec, Requirement, Resource,
    ResourceId, ResourceSpec, Schedule, ScheduleSpec, Service, ServiceId, ServiceSpec, Takes, TenantId,
    WeeklyHours, ZoneId, hours, minutes,
};
use chrono::Weekday;

/// The Monday before clocks go forward in Berlin.
pub(crate) const START: i64 = 1_774_224_000;
pub(crate) const TENANTS: [TenantId; 2] = [TenantId::from_u64(1), TenantId::from_u64(2)];

pub(crate) const VISIT: ServiceId = ServiceId::from_u64(1);
pub(crate) const GROUP: ServiceId = ServiceId::from_u64(2);
pub(crate) const CLASS: ServiceId = ServiceId::from_u64(3);
pub(crate) const ADVICE: ServiceId = ServiceId::from_u64(4);
pub(crate) const SERVICES: [ServiceId; 4] = [VISIT, GROUP, CLASS, ADVICE];

/// Two people and a hall.
pub(crate) const RESOURCES: [ResourceId; 3] =
    [ResourceId::from_u64(1), ResourceId::from_u64(2), ResourceId::from_u64(3)];
pub(crate) const HALL: ResourceId = RESOURCES[2];

/// How a store under simulation gets its catalogue, at the start and when staff change it.
pub(crate) trait Stock {
    fn stock_service(&self, tenant: TenantId, service: Service);
    fn stock_resource(&self, tenant: TenantId, resource: Resource);
}

impl Stock for MemoryStore {
    fn stock_service(&self, tenant: TenantId, service: Service) {
        self.add_service(tenant, service);
    }

    fn stock_resource(&self, tenant: TenantId, resource: Resource) {
        self.add_resource(tenant, resource);
    }
}

/// Runs a future of a store that is ready at once, or that another thread makes ready.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
        std::thread::yield_now();
    }
}

pub(crate) fn zone() -> ZoneId {
    ZoneId::new("Europe/Berlin").unwrap()
}

/// A resource that opens at `from` every day.
pub(crate) fn resource(id: ResourceId, from: &str) -> Resource {
    let days =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    let weekly = WeeklyHours::closed().with(&days, from, "14:00").unwrap();
    let schedule = Schedule::new(ScheduleSpec { weekly, ..ScheduleSpec::in_zone(zone()) }).unwrap();
    let mut spec = ResourceSpec::new(id, format!("resource {id}"), Hours::of(schedule));
    spec.capacity = capacity(id);
    Resource::new(spec).unwrap()
}

/// The units a resource starts with.
pub(crate) fn capacity(id: ResourceId) -> u32 {
    if id == HALL { 4 } else { 1 }
}

pub(crate) fn services() -> Vec<Service> {
    let people = || Requirement::one_of("person", [RESOURCES[0], RESOURCES[1]]);
    let hall = |takes| Requirement::one_of("hall", [HALL]).taking(takes);
    let holds = HoldTimes { default: minutes(10), max: minutes(30), offer: minutes(20) };
    let base = |id, needs| ServiceSpec {
        step: minutes(15),
        holds,
        ..ServiceSpec::new(id, "Service", zone(), minutes(30), needs)
    };
    let policy = |spec: PolicySpec| Policy::new(spec).unwrap();
    let limits = vec![
        Limit::count(Per::Customer, Period::Day, 2),
        Limit::count(Per::Resource, Period::Day, 5),
        Limit { max_count: None, max_seconds: Some(hours(8)), ..Limit::count(Per::Service, Period::Week, 1) },
    ];
    let visit = ServiceSpec {
        durations: vec![minutes(30), minutes(60)],
        buffers: Buffers { before: 0, after: minutes(10) },
        policy: policy(PolicySpec { notice: minutes(30), limits, ..PolicySpec::default() }),
        ..base(VISIT, vec![people()])
    };
    let group = base(GROUP, vec![people(), hall(Takes::Party)]);
    let class = ServiceSpec { seats: 3, ..base(CLASS, vec![people(), hall(Takes::Units(2))]) };
    let advice = ServiceSpec {
        policy: policy(PolicySpec { approval: Some(minutes(40)), ..PolicySpec::default() }),
        ..base(ADVICE, vec![people()])
    };
    [visit, group, class, advice].into_iter().map(|spec| Service::new(spec).unwrap()).collect()
}
