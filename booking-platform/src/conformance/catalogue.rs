//! Items on their own: written, versioned, listed, deleted.

use std::collections::BTreeMap;

use booking_core::{Holiday, HolidaySet, Hours, Money, Policy, PolicySpec, PriceTier, ResourceId, TierRule};
use chrono::NaiveDate;

use super::kit::{Must as _, OTHER, Store, TENANT, add, at, name, refused, resource, service, stamp, utc};
use crate::{
    Contact, Email, Expect, Group, GroupId, HolidayCalendar, HolidayCalendarId, HolidayCalendarSpec, Item,
    ItemId, ItemKind, List, Location, LocationId, NamedPolicy, NamedSchedule, PageQuery, PlatformError,
    PolicyId, PriceList, PriceListId, PriceListSpec, ResourceProfile, ScheduleId, ServiceProfile, Text,
};

pub(super) fn location(id: u64) -> Location {
    let id = LocationId::from_u64(id);
    Location {
        id,
        name: name("Studio"),
        zone: utc(),
        address: Text::new("1 Road").ok(),
        email: None,
        phone: None,
    }
}

pub(super) fn schedule(id: u64, hours: Hours) -> NamedSchedule {
    NamedSchedule { id: ScheduleId::from_u64(id), name: name("Practice hours"), hours }
}

pub(super) fn calendar(id: u64, dates: &[&str]) -> HolidayCalendar {
    let holiday = |date: &&str| Holiday { date: date.parse::<NaiveDate>().must(), name: "Closed".to_owned() };
    let holidays = HolidaySet { name: "Holidays".to_owned(), dates: dates.iter().map(holiday).collect() };
    HolidayCalendar::new(HolidayCalendarSpec { id: HolidayCalendarId::from_u64(id), holidays }).must()
}

pub(super) fn policy(id: u64, notice: i64) -> NamedPolicy {
    let policy = Policy::new(PolicySpec { notice, ..PolicySpec::default() }).must();
    NamedPolicy { id: PolicyId::from_u64(id), name: name("Strict"), policy }
}

pub(super) fn prices(id: u64, cents: i64) -> PriceList {
    let price = Money::new(cents, "EUR".parse().must()).must();
    let tier = PriceTier { name: "Adult".to_owned(), price, per_person: false, when: TierRule::default() };
    let spec = PriceListSpec { id: PriceListId::from_u64(id), name: name("Prices"), prices: vec![tier] };
    PriceList::new(spec).must()
}

pub(super) fn group(id: u64, members: &[u64]) -> Group {
    let members = members.iter().map(|id| ResourceId::from_u64(*id)).collect();
    Group { id: GroupId::from_u64(id), name: name("Team"), members: List::new(members).must() }
}

/// All kinds, with every field set.
fn everything() -> Vec<Item> {
    let shared = ResourceProfile {
        schedule: Some(ScheduleId::from_u64(1)),
        holidays: List::new(vec![HolidayCalendarId::from_u64(1)]).must(),
        location: Some(LocationId::from_u64(1)),
        contact: Contact {
            email: Email::new("ann@example.com").ok(),
            phone: None,
            about: Text::new("Speaks\nfour languages").ok(),
        },
        ..resource(1)
    };
    let rich = ServiceProfile {
        description: Text::new("Half an hour").ok(),
        location: Some(LocationId::from_u64(1)),
        policy: Some(PolicyId::from_u64(1)),
        prices: Some(PriceListId::from_u64(1)),
        groups: BTreeMap::from([("staff".to_owned(), GroupId::from_u64(1))]),
        ..service(1, &[1])
    };
    vec![
        location(1).into(),
        schedule(1, Hours::always(utc())).into(),
        calendar(1, &["2026-12-25"]).into(),
        policy(1, 3_600).into(),
        prices(1, 4_500).into(),
        shared.into(),
        group(1, &[1]).into(),
        rich.into(),
    ]
}

/// Each kind, with all its fields, under version 1.
pub async fn every_kind_of_item_reads_back_as_it_was_written<S: Store>(store: &S) {
    for item in everything() {
        add(store, item.clone()).await;
        let row = store.item(TENANT, item.id()).await.must().must();
        assert_eq!((row.version, row.created, row.changed), (1, at(0), at(0)));
        assert_eq!(row.value, item);
    }
    assert_eq!(ItemKind::ALL.len(), everything().len());
}

/// Created once, replaced in its version, and the instants tell when.
pub async fn an_item_is_replaced_only_in_the_version_it_has<S: Store>(store: &S) {
    let (first, second) = (Item::from(policy(1, 60)), Item::from(policy(1, 120)));
    refused!(
        store.put_item(TENANT, &first, Expect::Version(1), &stamp(0)).await,
        PlatformError::NotFound { what: "policy" }
    );
    add(store, first.clone()).await;
    refused!(
        store.put_item(TENANT, &second, Expect::Absent, &stamp(1)).await,
        PlatformError::Exists { what: "policy" }
    );
    let row = store.put_item(TENANT, &second, Expect::Version(1), &stamp(1)).await.must();
    assert_eq!((row.version, row.created, row.changed), (2, at(0), at(1)));
    refused!(
        store.put_item(TENANT, &first, Expect::Version(1), &stamp(2)).await,
        PlatformError::VersionConflict { current: 2 }
    );
    assert_eq!(store.item(TENANT, first.id()).await.must(), Some(row));
    let row = store.put_item(TENANT, &first, Expect::Present, &stamp(3)).await.must();
    assert_eq!(row.version, 3);
}

/// Gone for reads and for the engine; its id may be used again.
pub async fn a_deleted_item_is_gone<S: Store>(store: &S) {
    add(store, resource(1)).await;
    let id = ItemId::Resource(ResourceId::from_u64(1));
    refused!(
        store.delete_item(TENANT, id, Expect::Version(2), &stamp(1)).await,
        PlatformError::VersionConflict { current: 1 }
    );
    store.delete_item(TENANT, id, Expect::Version(1), &stamp(1)).await.must();
    assert_eq!(store.item(TENANT, id).await.must(), None);
    assert_eq!(store.resources(TENANT, &[ResourceId::from_u64(1)]).await.must(), []);
    refused!(
        store.delete_item(TENANT, id, Expect::Present, &stamp(2)).await,
        PlatformError::NotFound { what: "resource" }
    );
    add(store, resource(1)).await;
}

/// In pages; other kinds with the same ids are not among them.
pub async fn items_are_listed_by_kind_and_id<S: Store>(store: &S) {
    for id in [3, 1, 2] {
        add(store, location(id)).await;
        add(store, policy(id, 60)).await;
    }
    let page = store.items(TENANT, ItemKind::Location, PageQuery::first(2)).await.must();
    let of = |id: u64| ItemId::Location(LocationId::from_u64(id));
    let ids: Vec<_> = page.items.iter().map(|row| row.value.id()).collect();
    assert_eq!((ids, page.more), (vec![of(1), of(2)], true));
    let rest = store.items(TENANT, ItemKind::Location, PageQuery::after(of(2), 2)).await.must();
    let ids: Vec<_> = rest.items.iter().map(|row| row.value.id()).collect();
    assert_eq!((ids, rest.more), (vec![of(3)], false));
    let none = store.items(TENANT, ItemKind::Group, PageQuery::first(10)).await.must();
    assert!(none.items.is_empty() && !none.more);
}

/// Neither read, listed, replaced nor deleted; and the same id is free for another tenant.
pub async fn items_of_other_tenants_are_not_seen<S: Store>(store: &S) {
    let item = Item::from(location(1));
    add(store, item.clone()).await;
    assert_eq!(store.item(OTHER, item.id()).await.must(), None);
    let page = store.items(OTHER, ItemKind::Location, PageQuery::first(10)).await.must();
    assert!(page.items.is_empty());
    let replaced = store.put_item(OTHER, &item, Expect::Present, &stamp(1)).await;
    refused!(replaced, PlatformError::NotFound { what: "location" });
    let deleted = store.delete_item(OTHER, item.id(), Expect::Present, &stamp(1)).await;
    refused!(deleted, PlatformError::NotFound { what: "location" });
    let theirs = store.put_item(OTHER, &item, Expect::Absent, &stamp(1)).await.must();
    assert_eq!(theirs.version, 1);
}
