//! Reads from a streaming replica: a real one, made with `pg_basebackup`.

use std::time::Duration;

use booking_core::BookingStore;
use booking_store_postgres::sqlx::postgres::PgConnection;
use booking_store_postgres::sqlx::types::Json;
use booking_store_postgres::sqlx::{Connection, Executor, query_scalar};
use booking_store_postgres::{PostgresStore, ReplicaUse, migrate};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::cache::busy;
use crate::desk::*;
use crate::server::Server;

/// Only a test that fails waits for so long.
const NEVER: Duration = Duration::from_mins(1);

/// What is read when the replica serves it, however long that takes.
async fn served(store: &PostgresStore) -> Vec<u64> {
    let before = store.replica_use();
    let ask = async {
        loop {
            let found = busy(store, 0).await;
            if store.replica_use().replica > before.replica {
                return found;
            }
        }
    };
    timeout(NEVER, ask).await.unwrap()
}

/// Lets the replica fall behind, as one under load does.
async fn pause(replica: &mut PgConnection) {
    replica.execute("SELECT pg_wal_replay_pause()").await.unwrap();
    let paused = async {
        let state = "SELECT pg_get_wal_replay_pause_state() = 'paused'";
        while !query_scalar::<_, bool>(state).fetch_one(&mut *replica).await.unwrap() {}
    };
    timeout(NEVER, paused).await.unwrap();
}

#[tokio::test]
async fn whoever_has_booked_sees_it_whatever_the_replica_has_replayed() {
    let server = Server::new();
    migrate(&server.url()).await.unwrap();
    let standby = server.standby();
    let mut replica = PgConnection::connect(&standby.url()).await.unwrap();
    let open = async || {
        let store = PostgresStore::connect(&server.url(), 3).await.unwrap();
        store.with_replica(&standby.url(), 2).unwrap()
    };
    let here = open().await.with_change_feed().await.unwrap();
    let there = open().await.with_change_feed().await.unwrap();
    here.commit(&place(1, &[1], 0, 60)).await.unwrap();
    assert_eq!(served(&here).await, [1]);

    pause(&mut replica).await;
    let before = here.replica_use();
    here.commit(&place(2, &[1], 100, 160)).await.unwrap();
    assert_eq!(busy(&here, 0).await, [1, 2]);
    // What another books is seen by whoever has heard of it,
    let mut heard = here.changes().unwrap();
    there.commit(&place(3, &[1], 200, 260)).await.unwrap();
    timeout(NEVER, heard.changed()).await.unwrap().unwrap();
    assert_eq!(busy(&here, 0).await, [1, 2, 3]);
    // and by whoever was refused because of it.
    assert!(!fitted(there.commit(&place(4, &[1], 130, 190)).await));
    assert_eq!(busy(&there, 0).await, [1, 2, 3]);
    let primary = before.primary + 2;
    assert_eq!(here.replica_use(), ReplicaUse { primary, ..before }, "the replica knew none of it");

    replica.execute("SELECT pg_wal_replay_resume()").await.unwrap();
    assert_eq!(served(&here).await, [1, 2, 3]);
}

/// What a server says of replication, once it is so.
async fn replication(connection: &mut PgConnection, is_so: impl Fn(&Value) -> bool) -> Value {
    let ask = async {
        loop {
            let Json::<Value>(told) =
                query_scalar("SELECT booking.health()").fetch_one(&mut *connection).await.unwrap();
            if is_so(&told["replication"]) {
                return told;
            }
        }
    };
    timeout(NEVER, ask).await.unwrap()
}

#[tokio::test]
async fn the_health_of_both_servers_tells_how_far_the_replica_is_behind() {
    let server = Server::new();
    migrate(&server.url()).await.unwrap();
    let standby = server.standby();
    let mut primary = PgConnection::connect(&server.url()).await.unwrap();
    let mut replica = PgConnection::connect(&standby.url()).await.unwrap();
    let store = PostgresStore::connect(&server.url(), 1).await.unwrap();
    store.commit(&place(1, &[1], 0, 60)).await.unwrap();
    let caught_up = |told: &Value| told["replicas"][0]["lag_bytes"] == json!(0);
    let told = replication(&mut primary, caught_up).await;
    assert_eq!((&told["in_recovery"], &told["sees_all_sessions"]), (&json!(false), &json!(true)));
    assert_eq!(told["replication"]["replicas"][0]["state"], json!("streaming"));
    let told = replication(&mut replica, |told| told["replay_lag_bytes"] == json!(0)).await;
    assert_eq!((&told["in_recovery"], &told["replication"]["replay_lag_seconds"]), (&json!(true), &json!(0)));

    pause(&mut replica).await;
    store.commit(&place(2, &[1], 60, 120)).await.unwrap();
    let is_behind = |lag: &Value| lag.as_f64().is_some_and(|bytes| bytes > 0.0);
    replication(&mut primary, |told| is_behind(&told["replicas"][0]["lag_bytes"])).await;
    let told = replication(&mut replica, |told| is_behind(&told["replay_lag_bytes"])).await;
    assert!(told["replication"]["replay_lag_seconds"].is_u64(), "{told}");
    replica.execute("SELECT pg_wal_replay_resume()").await.unwrap();
    replication(&mut primary, caught_up).await;
}

#[tokio::test]
async fn a_replica_that_is_away_is_not_missed() {
    let server = Server::new();
    migrate(&server.url()).await.unwrap();
    let standby = server.standby();
    let store = PostgresStore::connect(&server.url(), 3).await.unwrap();
    let store = store.with_replica(&standby.url(), 2).unwrap();
    store.commit(&place(1, &[1], 0, 60)).await.unwrap();
    assert_eq!(served(&store).await, [1]);
    standby.stop();
    let before = store.replica_use();
    for _ in 0..3 {
        assert_eq!(busy(&store, 0).await, [1]);
    }
    assert_eq!(store.replica_use(), ReplicaUse { primary: before.primary + 3, ..before });
    // Nor at the start.
    let store = PostgresStore::connect(&server.url(), 3).await.unwrap();
    let store = store.with_replica(&standby.url(), 2).unwrap();
    assert_eq!(busy(&store, 0).await, [1]);
}
