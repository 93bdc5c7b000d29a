//! The server killed under load, and gone for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use booking_core::{BookingId, BookingStore, CommitError, Interval, OccupancyQuery, ResourceId, StoreError};
use booking_store_postgres::sqlx::{self, Connection, PgConnection, query_scalar};
use booking_store_postgres::{PostgresStore, migrate};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::desk::*;
use crate::races::assert_sound;
use crate::server::{Server, kill};

const CLIENTS: u64 = 12;
/// Unless `BOOKING_CRASH_ROUNDS` says otherwise.
const ROUNDS: u64 = 5;
/// Numbers for each client of a round, of which each is a minute of the years that are supported: enough for 200 rounds.
const EACH: u64 = 2_000;
/// Answers to wait for before the blow: each round another place in the life of a connection.
const BEFORE: usize = 60;

fn rounds() -> u64 {
    std::env::var("BOOKING_CRASH_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap())
}

/// What clients share in one round.
#[derive(Default)]
struct Round {
    answered: watch::Sender<usize>,
    over: AtomicBool,
}

impl Round {
    /// Waits until so many more bookings were acknowledged.
    async fn answers(&self, more: usize) {
        let mut answered = self.answered.subscribe();
        let until = *answered.borrow() + more;
        answered.wait_for(|answered| *answered >= until).await.unwrap();
    }
}

/// Books until the round is over, and tells what was acknowledged.
async fn client(store: PostgresStore, round: Arc<Round>, first: u64) -> Vec<u64> {
    let mut acknowledged = Vec::new();
    for number in first..first + EACH {
        if round.over.load(Ordering::Relaxed) {
            break;
        }
        let start = i64::try_from(number).unwrap() * 60;
        match store.commit(&place(number, &[number % 3 + 1], start, start + 60)).await {
            Ok(_) => {
                acknowledged.push(number);
                round.answered.send_modify(|answered| *answered += 1);
            }
            // Not known, or not done: nothing was promised.
            Err(CommitError::Store(StoreError::Unknown(_) | StoreError::Unavailable(_))) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    acknowledged
}

async fn assert_kept(server: &Server, acknowledged: &[u64]) {
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    let ids: Vec<String> = acknowledged.iter().map(|&id| BookingId::from_u64(id).to_string()).collect();
    let kept: i64 = query_scalar(
        "SELECT count(*) FROM booking.bookings b JOIN booking.claims c USING (tenant_id, booking_id)
         WHERE b.booking_id::text = ANY ($1) AND b.state = 'confirmed'",
    )
    .bind(&ids)
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(usize::try_from(kept).unwrap(), ids.len());
    assert_sound(&mut connection).await;
}

/// Everything acknowledged before the server or one of its processes was killed is there afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9() {
    let server = Server::new();
    migrate(&server.url()).await.unwrap();
    let store = PostgresStore::connect(&server.url(), 12).await.unwrap();
    let mut acknowledged = Vec::new();
    for number in 0..rounds() {
        let round = Arc::new(Round::default());
        let mut clients = JoinSet::new();
        for index in 0..CLIENTS {
            clients.spawn(client(store.clone(), round.clone(), (number * CLIENTS + index) * EACH + 1));
        }
        round.answers(BEFORE).await;
        if number % 2 == 0 {
            server.kill();
            server.start();
        } else {
            // A process of its own kind: the server restarts all of them.
            let mut connection = PgConnection::connect(&server.url()).await.unwrap();
            let victim: i32 = query_scalar(
                "SELECT pid FROM pg_stat_activity WHERE query LIKE '%booking.commit%' AND pid <> pg_backend_pid() LIMIT 1",
            )
            .fetch_one(&mut connection)
            .await
            .unwrap();
            kill(&victim.to_string());
        }
        // It recovers, and so do the clients.
        round.answers(BEFORE).await;
        round.over.store(true, Ordering::Relaxed);
        acknowledged.extend(clients.join_all().await.into_iter().flatten());
        assert_kept(&server, &acknowledged).await;
    }
}

/// While the database is gone nothing is told to be free; afterwards all is as before.
#[tokio::test]
async fn without_its_database_the_store_fails_closed_and_recovers() {
    let server = Server::new();
    migrate(&server.url()).await.unwrap();
    let options = server.url().parse().unwrap();
    let pool = PostgresStore::pool_options(2).acquire_timeout(std::time::Duration::from_millis(500));
    let store = PostgresStore::from_pool(pool.connect_with(options).await.unwrap());
    store.commit(&place(1, &[1], 0, 60)).await.unwrap();
    let query = OccupancyQuery {
        tenant: TENANT,
        resources: vec![ResourceId::from_u64(1)],
        window: Interval::from_seconds(DAY, DAY + 600).unwrap(),
        now: DAY,
        ignoring: None,
    };
    server.stop();
    for _ in 0..3 {
        assert!(matches!(store.occupancy(&query).await, Err(StoreError::Unavailable(_))));
        let answer = store.commit(&place(2, &[1], 100, 160)).await;
        assert!(matches!(
            answer,
            Err(CommitError::Store(StoreError::Unavailable(_) | StoreError::Unknown(_)))
        ));
    }
    server.start();
    // A connection that died may be met once more.
    let found = match store.occupancy(&query).await {
        Err(StoreError::Unavailable(_)) => store.occupancy(&query).await.unwrap(),
        found => found.unwrap(),
    };
    assert_eq!(found.claims.len(), 1);
    assert!(!fitted(store.commit(&place(3, &[1], 30, 90)).await));
    assert!(fitted(store.commit(&place(3, &[1], 100, 160)).await));
}

/// An answer means that the commit is on the disk, also where the session asks for less.
#[tokio::test]
async fn a_sync_lies_between_commit_and_answer() {
    let server = Server::new();
    migrate(&server.url()).await.unwrap();
    let options: sqlx::postgres::PgConnectOptions = server.url().parse().unwrap();
    let options = options.options([("synchronous_commit", "off")]);
    let pool = PostgresStore::pool_options(2).connect_with(options).await.unwrap();
    let batched = PostgresStore::from_pool(pool.clone());
    let mut watcher = PgConnection::connect(&server.url()).await.unwrap();
    for (number, store) in [batched.clone(), batched.without_batches()].into_iter().enumerate() {
        let before: String =
            query_scalar("SELECT pg_current_wal_insert_lsn()::text").fetch_one(&mut watcher).await.unwrap();
        let start = i64::try_from(number).unwrap() * 100;
        store.commit(&place(u64::try_from(number).unwrap() + 1, &[1], start, start + 60)).await.unwrap();
        let flushed: i64 = query_scalar("SELECT (pg_current_wal_flush_lsn() - $1::pg_lsn)::bigint")
            .bind(before)
            .fetch_one(&mut watcher)
            .await
            .unwrap();
        // The rows of a booking take more than that.
        assert!(flushed > 1_000, "{flushed} bytes were flushed since");
    }
}
