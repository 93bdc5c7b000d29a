//! What items refer to, as rows: the same as their documents say, and in the way of whoever deletes what is needed.

use std::collections::{BTreeMap, BTreeSet};

use booking_core::{
    Actor, Hours, Money, Policy, PolicySpec, Pool, PriceTier, Requirement, Resource, ResourceId,
    ResourceSpec, Service, ServiceId, ServiceSpec, StoreError, TierRule, ZoneId,
};
use booking_platform::{
    CatalogueStore, Expect, Group, GroupId, HolidayCalendar, HolidayCalendarId, HolidayCalendarSpec, Item,
    ItemId, List, Location, LocationId, Name, NamedPolicy, NamedSchedule, PolicyId, PriceList, PriceListId,
    PriceListSpec, ResourceProfile, ScheduleId, ServiceProfile, Stamp,
};
use booking_store_postgres::PostgresStore;
use booking_store_postgres::sqlx::postgres::PgConnection;
use booking_store_postgres::sqlx::{AssertSqlSafe, Connection, Executor, query_as, query_scalar};

use crate::desk::{TENANT, at};
use crate::support::{Database, Judge};

fn name() -> Name {
    Name::new("Something").unwrap()
}

pub(crate) async fn put(store: &PostgresStore, item: impl Into<Item>) {
    let stamp = Stamp::new(Actor::new("tester", "here"), at(0));
    let item = item.into();
    let there = store.item(TENANT, item.id()).await.unwrap().is_some();
    let expect = if there { Expect::Present } else { Expect::Absent };
    store.put_item(TENANT, &item, expect, &stamp).await.unwrap();
}

fn resource(id: u64) -> ResourceProfile {
    let spec =
        ResourceSpec::new(ResourceId::from_u64(id), format!("Resource {id}"), Hours::always(ZoneId::UTC));
    Resource::new(spec).unwrap().into()
}

fn group(id: u64, members: &[u64]) -> Group {
    let members = members.iter().copied().map(ResourceId::from_u64).collect();
    Group { id: GroupId::from_u64(id), name: name(), members: List::new(members).unwrap() }
}

/// A service whose requirements `staff` and `room` name these resources, and a third that asks for a tag.
fn service(id: u64, staff: &[u64], room: &[u64]) -> ServiceProfile {
    let pool = |ids: &[u64]| ids.iter().copied().map(ResourceId::from_u64).collect::<Vec<_>>();
    let mut tagged = Requirement::one_of("window", pool(&[1]));
    tagged.pool = Pool::Tag("window".parse().unwrap());
    let needs =
        vec![Requirement::one_of("staff", pool(staff)), Requirement::one_of("room", pool(room)), tagged];
    let spec = ServiceSpec::new(ServiceId::from_u64(id), format!("Service {id}"), ZoneId::UTC, 1_800, needs);
    Service::new(spec).unwrap().into()
}

fn policy(id: u64, notice: i64) -> NamedPolicy {
    let policy = Policy::new(PolicySpec { notice, ..PolicySpec::default() }).unwrap();
    NamedPolicy { id: PolicyId::from_u64(id), name: name(), policy }
}

/// Two of each kind that others share, and five resources.
pub(crate) async fn shared(store: &PostgresStore) {
    for id in [1, 2] {
        let location = LocationId::from_u64(id);
        put(
            store,
            Location {
                id: location,
                name: name(),
                zone: ZoneId::UTC,
                address: None,
                email: None,
                phone: None,
            },
        )
        .await;
        put(
            store,
            NamedSchedule { id: ScheduleId::from_u64(id), name: name(), hours: Hours::always(ZoneId::UTC) },
        )
        .await;
        let holidays = booking_core::HolidaySet { name: "Feasts".to_owned(), dates: Vec::new() };
        let spec = HolidayCalendarSpec { id: HolidayCalendarId::from_u64(id), holidays };
        put(store, HolidayCalendar::new(spec).unwrap()).await;
        put(store, policy(id, 60)).await;
        let price = Money::new(1_000, "EUR".parse().unwrap()).unwrap();
        let tier =
            PriceTier { name: "Adult".to_owned(), price, per_person: false, when: TierRule::default() };
        let spec = PriceListSpec { id: PriceListId::from_u64(id), name: name(), prices: vec![tier] };
        put(store, PriceList::new(spec).unwrap()).await;
    }
    for id in 1..=5 {
        put(store, resource(id)).await;
    }
    put(store, group(1, &[3, 1])).await;
    put(store, group(2, &[4])).await;
}

/// Everything refers to something, in one way and in another.
pub(crate) fn referring(turn: u64) -> Vec<Item> {
    let other = 3 - turn;
    let calendars =
        |ids: &[u64]| List::new(ids.iter().copied().map(HolidayCalendarId::from_u64).collect()).unwrap();
    vec![
        ResourceProfile {
            schedule: Some(ScheduleId::from_u64(turn)),
            holidays: calendars(if turn == 1 { &[1, 2] } else { &[2] }),
            location: (turn == 1).then_some(LocationId::from_u64(1)),
            ..resource(5)
        }
        .into(),
        group(1, if turn == 1 { &[5, 1] } else { &[1, 2, 3] }).into(),
        // A group in the place of what a requirement names, which does not count then.
        ServiceProfile {
            location: Some(LocationId::from_u64(other)),
            policy: Some(PolicyId::from_u64(turn)),
            prices: (turn == 2).then_some(PriceListId::from_u64(2)),
            groups: [("staff".to_owned(), GroupId::from_u64(turn))].into(),
            ..service(1, &[1, 2], if turn == 1 { &[4, 5] } else { &[4, 3] })
        }
        .into(),
        ServiceProfile {
            groups: BTreeMap::from(
                [("staff", 1), ("room", other)].map(|(of, id)| (of.to_owned(), GroupId::from_u64(id))),
            ),
            ..service(2, &[1], &[2])
        }
        .into(),
        service(3, &[1, 2], if turn == 1 { &[2, 5] } else { &[4] }).into(),
    ]
}

type Row = (String, uuid::Uuid, String, uuid::Uuid);

pub(crate) async fn rows(connection: &mut PgConnection) -> BTreeSet<Row> {
    let rows: Vec<Row> = query_as("SELECT by_kind, by_id, kind, id FROM booking.item_uses")
        .fetch_all(connection)
        .await
        .unwrap();
    let each: BTreeSet<Row> = rows.iter().cloned().collect();
    assert_eq!(rows.len(), each.len(), "each once");
    each
}

fn said<'a>(items: impl IntoIterator<Item = &'a Item>) -> BTreeSet<Row> {
    let row = |by: ItemId, of: ItemId| (by.kind().to_string(), by.uuid(), of.kind().to_string(), of.uuid());
    let of = |item: &Item| item.references().into_iter().map(|of| row(item.id(), of)).collect::<Vec<_>>();
    items.into_iter().flat_map(of).collect()
}

#[tokio::test]
async fn the_rows_say_what_the_documents_say() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await;
    let mut owner = database.owner().await;
    shared(&store).await;
    let team = Item::from(group(2, &[4]));
    for turn in [1, 2, 1] {
        let items = referring(turn);
        for item in &items {
            put(&store, item.clone()).await;
        }
        let expected = said(items.iter().chain([&team]));
        assert!(expected.len() >= 15, "{expected:?}");
        assert_eq!(rows(&mut owner).await, expected, "turn {turn}");
    }
    let stamp = Stamp::new(Actor::new("tester", "here"), at(0));
    for id in 1..=3 {
        let id = ItemId::Service(ServiceId::from_u64(id));
        store.delete_item(TENANT, id, Expect::Present, &stamp).await.unwrap();
    }
    let left = rows(&mut owner).await;
    assert!(left.iter().all(|(by, ..)| by != "service") && left.len() == 7, "{left:?}");
    // What a program wrote itself refers to nothing that the catalogue knows.
    let own = Service::new(service(7, &[8], &[9]).service.into_spec()).unwrap();
    store.put_service(TENANT, &own).await.unwrap();
    assert_eq!(rows(&mut owner).await, left);
}

#[tokio::test]
async fn what_is_needed_cannot_be_deleted_by_hand_either() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await;
    shared(&store).await;
    for item in referring(1) {
        put(&store, item).await;
    }
    // Nothing else refers to number 3.
    put(&store, group(1, &[3, 5, 1])).await;
    let mut app = PgConnection::connect_with(&database.app()).await.unwrap();
    app.execute(AssertSqlSafe(format!("SET booking.tenant = '{TENANT}'"))).await.unwrap();
    for (table, key, number, constraint) in [
        ("locations", "item_id", 1, "resources_tenant_id_location_id_fkey"),
        ("locations", "item_id", 2, "services_tenant_id_location_id_fkey"),
        ("policies", "item_id", 1, "services_tenant_id_policy_id_fkey"),
        ("schedules", "item_id", 1, "resources_tenant_id_schedule_id_fkey"),
        ("holiday_calendars", "item_id", 2, "resource_calendars_tenant_id_calendar_id_fkey"),
        ("resource_groups", "item_id", 2, "service_groups_tenant_id_group_id_fkey"),
        ("resources", "resource_id", 4, "service_resources_tenant_id_resource_id_fkey"),
        ("resources", "resource_id", 3, "group_members_tenant_id_resource_id_fkey"),
    ] {
        let sql = format!("DELETE FROM booking.{table} WHERE right({key}::text, 1) = '{number}'");
        let error = app.execute(AssertSqlSafe(sql)).await.unwrap_err().into_database_error().unwrap();
        assert_eq!(error.constraint(), Some(constraint), "{table} {number}");
    }
    // Nor can a document name what is not there.
    let sql = "UPDATE booking.resource_groups SET item = jsonb_set(item, '{value,item,members}',
        '[\"00000000-0000-0000-0000-000000000009\"]')";
    let error = app.execute(sql).await.unwrap_err().into_database_error().unwrap();
    assert_eq!(error.constraint(), Some("group_members_tenant_id_resource_id_fkey"));
    let removed = store.remove_resource(TENANT, ResourceId::from_u64(4)).await;
    assert!(matches!(&removed, Err(StoreError::Failed(why)) if why.contains("refer")), "{removed:?}");
    // The prices that nothing refers to in this turn.
    let prices = app.execute("DELETE FROM booking.price_lists").await.unwrap().rows_affected();
    assert_eq!(prices, 2);
}

const MANY: i64 = 3_000;

/// As many services again as one that is there, written without looking at them.
async fn fill(owner: &mut PgConnection) {
    let sql = format!(
        "INSERT INTO booking.services (tenant_id, service_id, name, spec, item)
         SELECT s.tenant_id, i.id, s.name, jsonb_set(s.spec, '{{id}}', to_jsonb(i.id)),
                jsonb_set(s.item, '{{value,item,service,id}}', to_jsonb(i.id))
         FROM booking.services s, generate_series(1000, {MANY} + 999) n, LATERAL (SELECT lpad(to_hex(n), 32, '0')::uuid AS id) i
         WHERE s.service_id = '00000000-0000-0000-0000-000000000003'"
    );
    owner.execute(AssertSqlSafe(sql)).await.unwrap();
    owner.execute("VACUUM ANALYZE booking.services").await.unwrap();
}

#[tokio::test]
async fn a_change_reads_what_it_concerns_however_large_the_catalogue_is() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(1).await;
    let mut owner = database.owner().await;
    shared(&store).await;
    for item in referring(1) {
        put(&store, item).await;
    }
    fill(&mut owner).await;
    let read =
        "SELECT (seq_tup_read + idx_tup_fetch)::bigint FROM pg_stat_user_tables WHERE relname = 'services'";
    store.pool().close().await;
    crate::indexes::alone(&mut owner).await;
    let before: i64 = query_scalar(read).fetch_one(&mut owner).await.unwrap();
    let store = database.store(1).await;
    for item in referring(2) {
        put(&store, item).await;
    }
    put(&store, policy(2, 120)).await;
    store.pool().close().await;
    crate::indexes::alone(&mut owner).await;
    let after: i64 = query_scalar(read).fetch_one(&mut owner).await.unwrap();
    assert!((1..=200).contains(&(after - before)), "{} of {MANY} services were read", after - before);
    let notice: i64 = query_scalar(
        "SELECT (spec->'policy'->>'notice')::bigint FROM booking.services WHERE right(service_id::text, 3) = '001'",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    assert_eq!(notice, 120, "the service that shares it reads it since");
}
