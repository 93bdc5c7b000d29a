//! What processes tell each other. Two stores with connections of their own are two processes.

use std::time::Duration;

use booking_core::BookingStore;
use booking_store_postgres::PostgresStore;
use booking_store_postgres::sqlx::query_scalar;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::cache::busy;
use crate::desk::*;
use crate::support::{Database, Judge};

/// Only a test that fails waits for so long.
pub(crate) const NEVER: Duration = Duration::from_mins(1);

pub(crate) async fn process(database: &Database) -> (PostgresStore, watch::Receiver<u64>) {
    let store = database.store(2).await.with_busy_cache().with_change_feed().await.unwrap();
    let changes = store.changes().unwrap();
    (store, changes)
}

pub(crate) async fn hear(changes: &mut watch::Receiver<u64>) -> u64 {
    timeout(NEVER, changes.changed()).await.unwrap().unwrap();
    *changes.borrow_and_update()
}

#[tokio::test]
async fn what_another_process_books_is_heard_of_and_seen() {
    let database = Database::new(Judge::Server).await;
    let (here, mut heard) = process(&database).await;
    let (there, _) = process(&database).await;
    for number in 1..=5 {
        let start = i64::try_from(number).unwrap() * 100;
        there.commit(&place(number, &[1], start, start + 60)).await.unwrap();
        hear(&mut heard).await;
        assert_eq!(busy(&here, 0).await, (1..=number).collect::<Vec<_>>());
    }
}

/// What a process has told comes back to it before anything that is told later.
#[tokio::test]
async fn nobody_hears_itself() {
    let database = Database::new(Judge::Server).await;
    let (here, mut told) = process(&database).await;
    let (there, mut answered) = process(&database).await;
    there.commit(&place(1, &[1], 0, 60)).await.unwrap();
    assert_eq!(hear(&mut told).await, 1);
    here.commit(&place(2, &[1], 100, 160)).await.unwrap();
    assert_eq!(hear(&mut answered).await, 1);
}

/// The database ends the connections: everything may have changed meanwhile, and later it is as before.
#[tokio::test]
async fn a_lost_connection_is_made_up_for() {
    let database = Database::new(Judge::Server).await;
    let (here, mut heard) = process(&database).await;
    let ended: i64 = query_scalar(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'booking: changes'",
    )
    .fetch_one(&mut database.owner().await)
    .await
    .unwrap();
    assert_eq!(ended, 1);
    hear(&mut heard).await;
    let (there, _) = process(&database).await;
    there.commit(&place(1, &[1], 0, 60)).await.unwrap();
    hear(&mut heard).await;
    assert_eq!(busy(&here, 0).await, [1]);
}

/// A commit that notifies would wait for all others that do.
#[tokio::test]
async fn bookings_do_not_notify() {
    let database = Database::new(Judge::Server).await;
    let (_here, mut heard) = process(&database).await;
    let there = database.store(2).await;
    there.commit(&place(1, &[1], 0, 60)).await.unwrap();
    let (teller, _) = process(&database).await;
    teller.commit(&place(2, &[1], 100, 160)).await.unwrap();
    assert_eq!(hear(&mut heard).await, 1, "the first booking was told by nobody");
}
