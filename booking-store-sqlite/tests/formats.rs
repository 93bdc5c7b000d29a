//! Files of every format there ever was open, are brought to the newest one, and have lost nothing.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod kit;

use std::fs;
use std::path::{Path, PathBuf};

use booking_core::conformance::block_on;
use booking_core::{
    BlockId, BookingFilter, BookingStore as _, CustomerId, EntryId, Interval, OccupancyQuery, Operation,
    ResourceId, TenantId,
};
use booking_platform::{
    AuditLog as _, AuditQuery, CustomerStore as _, KeyStore as _, Name, SearchText, TenantStore as _,
};
use booking_store_sqlite::{FORMAT, SqliteStore, verify};
use rusqlite::Connection;

const TENANT: TenantId = TenantId::SINGLE;
/// What is in the first fixture, counted in SQL.
const BOOKINGS: usize = 35;
const EVENTS: usize = 56;

fn fixture(format: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/format-{format}.sqlite"))
}

#[test]
fn every_format_opens_and_is_upgraded() {
    for format in 1..=FORMAT {
        let folder = tempfile::tempdir().unwrap();
        let path = kit::path(&folder);
        fs::copy(fixture(format), &path).unwrap();
        let store = SqliteStore::open(&path, &kit::quick()).unwrap();
        everything_is_there(&store);
        drop(store);
        let connection = Connection::open(&path).unwrap();
        let now: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(now, FORMAT, "format {format} was upgraded");
        assert_eq!(verify(&path, kit::at(0), |_| ()).unwrap().findings, [], "format {format}");
    }
}

#[test]
fn a_check_says_how_far_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = kit::path(&folder);
    fs::copy(fixture(FORMAT), &path).unwrap();
    let mut told = Vec::new();
    verify(&path, kit::at(0), |checked| told.push((checked.done, checked.total))).unwrap();
    let total = 3 * (BOOKINGS + EVENTS) as u64;
    assert!(told.iter().all(|(_, of)| *of == total) && told.is_sorted(), "{told:?}");
    assert_eq!((told.first(), told.last()), (Some(&(0, total)), Some(&(total, total))));
}

/// One row of every kind, and the bookings of sixty commands.
fn everything_is_there(store: &SqliteStore) {
    let page =
        block_on(store.bookings(TENANT, &BookingFilter { limit: 100, ..BookingFilter::default() })).unwrap();
    assert_eq!(page.items.len(), BOOKINGS);
    let events = block_on(store.events(TENANT, 0, 1_000)).unwrap();
    assert_eq!(events.len(), EVENTS);
    assert!(block_on(store.block(TENANT, BlockId::from_u64(1))).unwrap().is_some());
    let entry = block_on(store.entry(TENANT, EntryId::from_u64(1))).unwrap().unwrap();
    assert_eq!((entry.party, entry.place), (2, 1));
    let (resources, now) = (vec![ResourceId::from_u64(1)], kit::at(0).timestamp());
    let window = Interval::from_seconds(now, now + 86_400).unwrap();
    let query = OccupancyQuery { tenant: TENANT, resources, window, now, ignoring: None };
    let occupancy = block_on(store.occupancy(&query)).unwrap();
    let seats: Vec<u32> = occupancy.sessions.iter().map(|row| row.session.seats).collect();
    assert_eq!((occupancy.capacities, seats), (vec![(ResourceId::from_u64(1), 2)], vec![5]));
    answers_are_there(store);
    around(store);
}

/// The answers to the bookings' keys, as they were given.
fn answers_are_there(store: &SqliteStore) {
    let page =
        block_on(store.bookings(TENANT, &BookingFilter { limit: 100, ..BookingFilter::default() })).unwrap();
    for booking in page.items {
        let key = booking.id.to_string();
        let recorded = block_on(store.recorded(TENANT, Operation::Book, &key)).unwrap().unwrap();
        let placed = &block_on(store.history(TENANT, booking.id)).unwrap()[0];
        assert_eq!(recorded.answer.bookings.len(), 1, "{key}");
        let told = &recorded.answer.bookings[0];
        assert_eq!((told.id, told.version, told.changed), (booking.id, 1, booking.created));
        assert_eq!((told.state, told.visit, told.max_hold), (placed.state, placed.visit, 1_800));
        assert_eq!(told.claims.iter().map(|claim| claim.interval).collect::<Vec<_>>(), [told.visit]);
        let moved = booking.visit != told.visit;
        assert!(moved || (&told.claims, &told.local) == (&booking.claims, &booking.local));
        assert_eq!(recorded.key.key, key);
        assert_ne!(recorded.key.content, [0; 32]);
    }
}

fn around(store: &SqliteStore) {
    assert_eq!(block_on(store.tenant(TENANT)).unwrap().unwrap().value.name.as_str(), "Ann Lee");
    let found = block_on(store.search_customers(TENANT, &SearchText::new("ann lee").unwrap(), 9)).unwrap();
    assert_eq!(found.items.iter().map(|row| row.id).collect::<Vec<_>>(), [CustomerId::from_u64(1)]);
    assert!(found.items[0].agrees_to(&Name::new("Ann Lee").unwrap()));
    let key = block_on(store.key_by_lookup("0123456789abcdef")).unwrap().unwrap();
    assert_eq!(key.hash.sha256, [7; 32]);
    let log = block_on(store.audit(TENANT, &AuditQuery { limit: 1_000, ..AuditQuery::default() })).unwrap();
    // The rooms, and what is not a booking: tenant, customer twice, key, block, session, entry.
    assert_eq!(log.items.len(), EVENTS + 8 + 7);
}
