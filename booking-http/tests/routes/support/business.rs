//! One person, a class of five, ten hosts.

use booking_core::{
    Actor, Hours, Invalid, MINUTE, Policy, PolicySpec, Requirement, Resource, ResourceId, ResourceSpec,
    Schedule, ScheduleSpec, Service, ServiceId, ServiceSpec, Strategy, TenantId, WeeklyHours, ZoneId,
};
use booking_platform::{AnyPlatform, CatalogueStore, Expect, Item, ResourceProfile, ServiceProfile, Stamp};
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

/// Puts the catalogue in place.
pub(crate) async fn fill(platform: &AnyPlatform, tenant: TenantId) {
    let stamp = Stamp::new(Actor::new("test", "test"), super::NOW.parse().expect("an instant"));
    for item in catalogue().expect("a valid business") {
        platform.put_item(tenant, &item, Expect::Absent, &stamp).await.expect("a place for it");
    }
}

fn catalogue() -> Result<Vec<Item>, Invalid> {
    let zone = ZoneId::new("Europe/Berlin")?;
    let weekly = WeeklyHours::closed().with(&[Mon, Tue, Wed, Thu, Fri], "09:00", "12:00")?;
    let hours = Hours::of(Schedule::new(ScheduleSpec { weekly, ..ScheduleSpec::in_zone(zone.clone()) })?);
    let hosts: Vec<ResourceId> = (11..=20).map(ResourceId::from_u64).collect();
    let mut items = Vec::new();
    for id in [ANN, TEACHER].iter().chain(&hosts) {
        let resource = Resource::new(ResourceSpec::new(*id, "Somebody", hours.clone()))?;
        items.push(ResourceProfile::from(resource).into());
    }
    let plain = |number, pool: &[ResourceId]| {
        let needs = vec![Requirement::one_of("staff", pool.iter().copied())];
        ServiceSpec::new(ServiceId::from_u64(number), "A service", zone.clone(), 30 * MINUTE, needs)
    };
    let fair = ServiceSpec { strategy: Strategy::RoundRobin, ..plain(HOSTS, &hosts) };
    let policy = Policy::new(PolicySpec { approval: Some(3_600), ..PolicySpec::default() })?;
    for spec in [
        plain(VISIT, &[ANN]),
        ServiceSpec { seats: 5, ..plain(CLASS, &[TEACHER]) },
        fair,
        ServiceSpec { policy, ..plain(REVIEWED, &[ANN]) },
    ] {
        items.push(ServiceProfile::from(Service::new(spec)?).into());
    }
    Ok(items)
}
