//! Items that refer to each other, and what the engine reads of them.

use std::collections::BTreeMap;

use booking_core::{
    Action, Command, CommitError, Hours, Pool, Resource, ResourceId, ResourceSpec, Schedule, ScheduleSpec,
    Service, ServiceId, ServiceSpec, Tag, WeeklyHours,
};

use super::catalogue::{calendar, group, location, policy, prices, schedule};
use super::kit::{
    Must as _, OTHER, Store, TENANT, add, command, place, refused, resource, resource_spec, service,
    service_spec, stamp, utc,
};
use crate::{
    Expect, GroupId, HolidayCalendarId, Item, ItemId, List, NamedSchedule, PlatformError, PolicyId,
    PriceListId, ResourceProfile, ScheduleId, ServiceProfile,
};

/// Something that is not there, or that only another tenant has, is named in the refusal.
pub async fn what_an_item_refers_to_must_exist<S: Store>(store: &S) {
    let theirs = Item::from(schedule(1, Hours::always(utc())));
    store.put_item(OTHER, &theirs, Expect::Absent, &stamp(0)).await.must();
    let wanting = ResourceProfile { schedule: Some(ScheduleId::from_u64(1)), ..resource(1) };
    let put = store.put_item(TENANT, &wanting.into(), Expect::Absent, &stamp(0)).await;
    refused!(put, PlatformError::Missing(ItemId::Schedule(_)));
    let put = store.put_item(TENANT, &service(1, &[1]).into(), Expect::Absent, &stamp(0)).await;
    refused!(put, PlatformError::Missing(ItemId::Resource(_)));
    let put = store.put_item(TENANT, &group(1, &[1]).into(), Expect::Absent, &stamp(0)).await;
    refused!(put, PlatformError::Missing(ItemId::Resource(_)));
    add(store, resource(1)).await;
    add(store, service(1, &[1])).await;
}

/// Until whatever refers to it no longer does.
pub async fn what_is_referred_to_is_not_deleted<S: Store>(store: &S) {
    add(store, location(1)).await;
    let there = ResourceProfile { location: Some(location(1).id), ..resource(1) };
    add(store, there).await;
    add(store, service(1, &[1])).await;
    let place = ItemId::Location(location(1).id);
    let staff = ItemId::Resource(ResourceId::from_u64(1));
    let deleted = store.delete_item(TENANT, place, Expect::Present, &stamp(1)).await;
    refused!(deleted, PlatformError::InUse { by: ItemId::Resource(_) });
    let deleted = store.delete_item(TENANT, staff, Expect::Present, &stamp(1)).await;
    refused!(deleted, PlatformError::InUse { by: ItemId::Service(_) });
    store.put_item(TENANT, &resource(1).into(), Expect::Present, &stamp(2)).await.must();
    store.delete_item(TENANT, place, Expect::Present, &stamp(3)).await.must();
    let visit = ItemId::Service(ServiceId::from_u64(1));
    store.delete_item(TENANT, visit, Expect::Present, &stamp(3)).await.must();
    store.delete_item(TENANT, staff, Expect::Present, &stamp(3)).await.must();
}

/// Services, resources, and resources by tag; another tenant reads none of it.
pub async fn the_engine_reads_what_was_written<S: Store>(store: &S) {
    let tag: Tag = "stylist".parse().must();
    let tagged = |id: u64| {
        let spec = resource_spec(id);
        Resource::new(ResourceSpec { tags: [tag.clone()].into(), ..spec }).must()
    };
    for id in [2, 1] {
        add(store, ResourceProfile::from(tagged(id))).await;
    }
    add(store, resource(3)).await;
    add(store, service(1, &[2])).await;
    let ids = [3, 9, 1].map(ResourceId::from_u64);
    let found = store.resources(TENANT, &ids).await.must();
    assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [ids[0], ids[2]]);
    let found = store.tagged(TENANT, &tag).await.must();
    assert_eq!(found.iter().map(|one| (**one).clone()).collect::<Vec<_>>(), [tagged(1), tagged(2)]);
    let read = store.service(TENANT, ServiceId::from_u64(1)).await.must();
    assert_eq!(read.map(|read| (*read).clone()), Some(service(1, &[2]).service));
    assert!(store.service(OTHER, ServiceId::from_u64(1)).await.must().is_none());
    assert!(store.tagged(OTHER, &tag).await.must().is_empty());
    store.put_item(TENANT, &resource(2).into(), Expect::Present, &stamp(1)).await.must();
    let found = store.tagged(TENANT, &tag).await.must();
    assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [ResourceId::from_u64(1)]);
}

async fn read_resource<S: Store>(store: &S, id: u64) -> Resource {
    let found = store.resources(TENANT, &[ResourceId::from_u64(id)]).await.must();
    (*found[0]).clone()
}

async fn read_service<S: Store>(store: &S, id: u64) -> Service {
    let found = store.service(TENANT, ServiceId::from_u64(id)).await.must();
    (*found.must()).clone()
}

fn weekly(opens: &str) -> Hours {
    let weekly = WeeklyHours::closed().with(&[chrono::Weekday::Mon], opens, "17:00").must();
    Hours::of(Schedule::new(ScheduleSpec { weekly, ..ScheduleSpec::in_zone(utc()) }).must())
}

/// When the resource is written, and whenever the schedule changes; not those with hours of their own.
pub async fn shared_hours_reach_every_resource<S: Store>(store: &S) {
    add(store, schedule(1, weekly("09:00"))).await;
    let sharing = |id| ResourceProfile { schedule: Some(ScheduleId::from_u64(1)), ..resource(id) };
    add(store, sharing(1)).await;
    add(store, sharing(2)).await;
    add(store, resource(3)).await;
    assert_eq!(read_resource(store, 1).await.hours, weekly("09:00"));
    let later = Item::from(schedule(1, weekly("11:00")));
    store.put_item(TENANT, &later, Expect::Present, &stamp(1)).await.must();
    for id in [1, 2] {
        assert_eq!(read_resource(store, id).await.hours, weekly("11:00"), "resource {id}");
    }
    assert_eq!(read_resource(store, 3).await.hours, Hours::always(utc()));
    let row = store.item(TENANT, ItemId::Resource(ResourceId::from_u64(1))).await.must().must();
    assert_eq!((row.version, row.value), (1, sharing(1).into()), "the profile itself did not change");
}

/// Those of a shared calendar, when they are written and whenever they change.
pub async fn holidays_close_every_resource<S: Store>(store: &S) {
    add(store, calendar(1, &["2026-12-25"])).await;
    let holidays = List::new(vec![HolidayCalendarId::from_u64(1)]).must();
    add(store, ResourceProfile { holidays, ..resource(1) }).await;
    let closed =
        |resource: &Resource, date: &str| resource.hours.base().holiday_on(date.parse().must()).is_some();
    let before = read_resource(store, 1).await;
    assert!(closed(&before, "2026-12-25") && !closed(&before, "2026-12-26"));
    let more = Item::from(calendar(1, &["2026-12-25", "2026-12-26"]));
    store.put_item(TENANT, &more, Expect::Version(1), &stamp(1)).await.must();
    assert!(closed(&read_resource(store, 1).await, "2026-12-26"));
}

/// When the service is written, and whenever they change.
pub async fn shared_policies_and_prices_reach_every_service<S: Store>(store: &S) {
    add(store, resource(1)).await;
    add(store, policy(1, 60)).await;
    add(store, prices(1, 4_500)).await;
    let sharing = ServiceProfile {
        policy: Some(PolicyId::from_u64(1)),
        prices: Some(PriceListId::from_u64(1)),
        ..service(1, &[1])
    };
    add(store, sharing).await;
    let read = read_service(store, 1).await;
    assert_eq!((read.policy.notice, read.prices[0].price.minor()), (60, 4_500));
    store.put_item(TENANT, &policy(1, 120).into(), Expect::Present, &stamp(1)).await.must();
    store.put_item(TENANT, &prices(1, 5_000).into(), Expect::Present, &stamp(1)).await.must();
    let read = read_service(store, 1).await;
    assert_eq!((read.policy.notice, read.prices[0].price.minor()), (120, 5_000));
}

/// Its members are the requirement's pool, in the order of preference.
pub async fn a_group_is_a_pool_in_its_order<S: Store>(store: &S) {
    for id in 1..=3 {
        add(store, resource(id)).await;
    }
    add(store, group(1, &[3, 1])).await;
    let groups = BTreeMap::from([("staff".to_owned(), GroupId::from_u64(1))]);
    let served = ServiceProfile { groups, ..service(1, &[2]) };
    add(store, served.clone()).await;
    let pool = |ids: &[u64]| Pool::Ids(ids.iter().map(|id| ResourceId::from_u64(*id)).collect());
    assert_eq!(read_service(store, 1).await.requirements[0].pool, pool(&[3, 1]));
    store.put_item(TENANT, &group(1, &[2, 3, 1]).into(), Expect::Present, &stamp(1)).await.must();
    assert_eq!(read_service(store, 1).await.requirements[0].pool, pool(&[2, 3, 1]));
    let groups = BTreeMap::from([("room".to_owned(), GroupId::from_u64(1))]);
    let wrong = Item::from(ServiceProfile { groups, ..served });
    refused!(store.put_item(TENANT, &wrong, Expect::Present, &stamp(2)).await, PlatformError::Invalid(_));
}

/// Nothing of it is written, and what depends on it still reads as before.
pub async fn a_change_that_breaks_another_item_is_refused_whole<S: Store>(store: &S) {
    add(store, schedule(1, weekly("09:00"))).await;
    for id in 1..=8 {
        add(store, calendar(id, &["2026-12-25"])).await;
    }
    let all = List::new((1..=8).map(HolidayCalendarId::from_u64).collect()).must();
    add(store, ResourceProfile { schedule: Some(ScheduleId::from_u64(1)), holidays: all, ..resource(1) })
        .await;
    let before = read_resource(store, 1).await;
    // With its own nine sets of holidays the schedule is right, and the resource would have seventeen.
    let nine = (1..=9).map(|id| calendar(id, &["2026-01-01"]).holidays.clone()).collect();
    let hours =
        Hours::of(Schedule::new(ScheduleSpec { holidays: nine, ..ScheduleSpec::in_zone(utc()) }).must());
    let crowded: NamedSchedule = schedule(1, hours);
    let put = store.put_item(TENANT, &crowded.into(), Expect::Present, &stamp(1)).await;
    refused!(put, PlatformError::Invalid(_));
    let row = store.item(TENANT, ItemId::Schedule(ScheduleId::from_u64(1))).await.must().must();
    assert_eq!((row.version, row.value), (1, schedule(1, weekly("09:00")).into()));
    assert_eq!(read_resource(store, 1).await, before);
}

fn roomy(id: u64, capacity: u32) -> ResourceProfile {
    Resource::new(ResourceSpec { capacity, ..resource_spec(id) }).must().into()
}

fn set_capacity(minutes: i64, capacity: u32) -> Command {
    command(minutes, Action::SetCapacity { resource: ResourceId::from_u64(1), capacity })
}

/// Bookings can use all of it and no more, from the first one on.
pub async fn a_resource_starts_with_its_capacity<S: Store>(store: &S) {
    add(store, roomy(1, 3)).await;
    add(
        store,
        Service::new(ServiceSpec { seats: 1, ..service_spec(1, &[1]) }).map(ServiceProfile::from).must(),
    )
    .await;
    store.commit(&command(1, place(1, 1, 3, 60))).await.must();
    refused!(store.commit(&command(2, place(2, 1, 1, 60))).await, CommitError::NoFit { .. });
}

/// The item tells the capacity that the command set, under its next version, and cannot set another.
pub async fn a_capacity_is_changed_by_the_command_only<S: Store>(store: &S) {
    add(store, roomy(1, 1)).await;
    store.commit(&set_capacity(1, 4)).await.must();
    let id = ItemId::Resource(ResourceId::from_u64(1));
    let row = store.item(TENANT, id).await.must().must();
    assert_eq!((row.version, row.value), (2, roomy(1, 4).into()));
    assert_eq!(read_resource(store, 1).await.capacity, 4);
    let put = store.put_item(TENANT, &roomy(1, 5).into(), Expect::Present, &stamp(2)).await;
    refused!(put, PlatformError::Invalid(_));
    store.commit(&command(3, place(1, 1, 4, 60))).await.must();
    // Deleting and creating the item is no way around the bookings.
    store.delete_item(TENANT, id, Expect::Present, &stamp(4)).await.must();
    let put = store.put_item(TENANT, &roomy(1, 1).into(), Expect::Absent, &stamp(5)).await;
    refused!(put, PlatformError::Invalid(_));
    add(store, roomy(1, 4)).await;
}
