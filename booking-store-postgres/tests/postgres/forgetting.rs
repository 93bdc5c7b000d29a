//! History forgotten by whoever decides so: from its old end, and never of what lies ahead.

use booking_core::{BookingId, BookingStore, Change, Command, TenantId};
use booking_platform::{AuditLog, AuditQuery};
use booking_store_postgres::sqlx::query_as;
use booking_store_postgres::{ForgottenHistory, PostgresStore};

use crate::clock::{database_at, pass};
use crate::desk::*;

const FAR: i64 = 1_000_000;

/// Numbers of the feed after a number, and whose events they are.
async fn feed(store: &PostgresStore, after: u64) -> Vec<(u64, u64)> {
    let events = store.events(TENANT, after, 100).await.unwrap();
    events.iter().map(|event| (event.sequence, event.booking.to_u64().unwrap())).collect()
}

/// Visits that are over after 400 seconds, but for the third, which lies far ahead.
async fn visits(store: &PostgresStore) {
    for (number, start) in [(1, 100), (2, 200), (3, 10_000), (4, 300)] {
        store.commit(&place(number, &[1], start, start + 60)).await.unwrap();
    }
}

async fn history(store: &PostgresStore, booking: u64) -> usize {
    store.history(TENANT, BookingId::from_u64(booking)).await.unwrap().len()
}

#[tokio::test]
async fn events_are_forgotten_from_the_old_end_of_the_feed_without_gaps() {
    let (database, mut owner) = database_at(0).await;
    let store = database.store(2).await;
    visits(&store).await;
    assert_eq!(feed(&store, 0).await, [(1, 1), (2, 2), (3, 3), (4, 4)]);
    // Before any visit is over.
    assert_eq!(store.forget_history(TENANT, at(FAR)).await.unwrap().events, 0);
    pass(&mut owner, 5_000).await;
    // The third has yet to take place: it and all after it stay.
    assert_eq!(
        store.forget_history(TENANT, at(FAR)).await.unwrap(),
        ForgottenHistory { entries: 4, events: 2 }
    );
    for after in [0, 1, 2] {
        assert_eq!(feed(&store, after).await, [(3, 3), (4, 4)]);
    }
    let kept = [1, 2, 3, 4].map(|number| store.booking(TENANT, BookingId::from_u64(number)));
    for booking in kept {
        assert!(booking.await.unwrap().is_some());
    }
    assert_eq!((history(&store, 1).await, history(&store, 3).await, history(&store, 4).await), (0, 1, 1));
    store.commit(&change(3, Change::Cancel { fee: None })).await.unwrap();
    assert_eq!(feed(&store, 3).await, [(4, 4), (5, 3)]);
    // When all is over the last number stays, and the next follows from it.
    pass(&mut owner, 10_000).await;
    assert_eq!(store.forget_history(TENANT, at(FAR)).await.unwrap().events, 2);
    assert_eq!(feed(&store, 0).await, [(5, 3)]);
    store.commit(&place(5, &[1], 20_000, 20_060)).await.unwrap();
    assert_eq!(feed(&store, 0).await, [(5, 3), (6, 5)]);
    assert_eq!(
        store.forget_history(TENANT, at(FAR)).await.unwrap(),
        ForgottenHistory { entries: 0, events: 1 }
    );
}

#[tokio::test]
async fn only_what_is_older_is_forgotten_and_only_of_that_tenant() {
    let (database, mut owner) = database_at(0).await;
    let store = database.store(2).await;
    visits(&store).await;
    let other = TenantId::from_u64(255);
    store.commit(&Command { tenant: other, ..place(1, &[1], 100, 160) }).await.unwrap();
    store.events(TENANT, 0, 1).await.unwrap();
    store.events(other, 0, 1).await.unwrap();
    pass(&mut owner, 1_000).await;
    store.commit(&change(1, Change::Complete)).await.unwrap();
    pass(&mut owner, 1_000).await;
    // The second visit ended ten seconds later; nothing had been written before the first second.
    assert_eq!(
        store.forget_history(TENANT, at(250)).await.unwrap(),
        ForgottenHistory { entries: 4, events: 1 }
    );
    assert_eq!(store.forget_history(TENANT, at(0)).await.unwrap(), ForgottenHistory::default());
    // What was done to the first booking afterwards is history still.
    assert_eq!(history(&store, 1).await, 1);
    let query = AuditQuery { limit: 10, ..AuditQuery::default() };
    assert_eq!(store.audit(TENANT, &query).await.unwrap().items.len(), 1);
    assert_eq!(store.audit(other, &query).await.unwrap().items.len(), 1);
    assert_eq!(store.events(other, 0, 10).await.unwrap().len(), 1);
    let until: Vec<(Option<i64>,)> =
        query_as("SELECT forgotten_until::bigint FROM booking.tenants ORDER BY tenant_id")
            .fetch_all(&mut owner)
            .await
            .unwrap();
    assert_eq!(until, [(Some(DAY + 250),), (None,)]);
}

#[tokio::test]
async fn so_many_are_forgotten_at_once_and_the_rest_the_next_time() {
    let (database, mut owner) = database_at(0).await;
    let store = database.store(2).await;
    for number in 1..=7 {
        let start = i64::try_from(number).unwrap() * 100;
        store.commit(&place(number, &[1], start, start + 60)).await.unwrap();
    }
    store.events(TENANT, 0, 1).await.unwrap();
    pass(&mut owner, 2_000).await;
    let mut forgotten = Vec::new();
    for _ in 0..4 {
        let row: (i32, i32) = query_as("SELECT entries, events FROM booking.forget_history($1, $2, 3)")
            .bind(TENANT.uuid())
            .bind(DAY + 1_500)
            .fetch_one(store.pool())
            .await
            .unwrap();
        forgotten.push(row);
    }
    assert_eq!(forgotten, [(3, 3), (3, 3), (1, 0), (0, 0)]);
    assert!(store.forget_history(TENANT, at(1_500)).await.unwrap().is_empty());
    for (entries, events) in [(1, 0), (0, 1)] {
        assert!(!ForgottenHistory { entries, events }.is_empty());
    }
}
