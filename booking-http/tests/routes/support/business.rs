//! One person, a class of five, ten hosts.

use booking_core::{
    Hours, Invalid, MINUTE, MemoryStore, Policy, PolicySpec, Requirement, Resource, ResourceId, ResourceSpec,
    Schedule, ScheduleSpec, Service, ServiceId, ServiceSpec, Strategy, TenantId, WeeklyHours, ZoneId,
};
use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};

pub(crate) const ANN: ResourceId = ResourceId::from_u64(1);
const TEACHER: ResourceId = ResourceId::from_u64(2);
/// Half an hour with Ann.
pub(crate) const VISIT: u64 = 1;
/// A class of five.
pub(crate) const CLASS: u64 = 2;
/// Half an hour with any of ten.
pub(crate) const HOSTS: u64 = 3;
/// Half an hour with Ann that waits for approval.
pub(crate) const REVIEWED: u64 = 4;

/// A service's id on the wire.
pub(crate) fn service(number: u64) -> String {
    format!("svc_{number:032x}")
}

pub(crate) fn store(tenant: TenantId) -> Result<MemoryStore, Invalid> {
    let zone = ZoneId::new("Europe/Berlin")?;
    let weekly = WeeklyHours::closed().with(&[Mon, Tue, Wed, Thu, Fri], "09:00", "12:00")?;
    let hours = Hours::of(Schedule::new(ScheduleSpec { weekly, ..ScheduleSpec::in_zone(zone.clone()) })?);
    let hosts: Vec<ResourceId> = (11..=20).map(ResourceId::from_u64).collect();
    let store = MemoryStore::new();
    for id in [ANN, TEACHER].iter().chain(&hosts) {
        store.add_resource(tenant, Resource::new(ResourceSpec::new(*id, "Somebody", hours.clone()))?);
    }
    let plain = |number, pool: &[ResourceId]| {
        let needs = vec![Requirement::one_of("staff", pool.iter().copied())];
        ServiceSpec::new(ServiceId::from_u64(number), "A service", zone.clone(), 30 * MINUTE, needs)
    };
    store.add_service(tenant, Service::new(plain(VISIT, &[ANN]))?);
    store.add_service(tenant, Service::new(ServiceSpec { seats: 5, ..plain(CLASS, &[TEACHER]) })?);
    let fair = ServiceSpec { strategy: Strategy::RoundRobin, ..plain(HOSTS, &hosts) };
    store.add_service(tenant, Service::new(fair)?);
    let policy = Policy::new(PolicySpec { approval: Some(3_600), ..PolicySpec::default() })?;
    store.add_service(tenant, Service::new(ServiceSpec { policy, ..plain(REVIEWED, &[ANN]) })?);
    Ok(store)
}
