//! The busy cache: what it remembers, and what it must not.

use booking_core::{
    BookingId, BookingStore, Change, Interval, Occupancy, OccupancyQuery, Occupant, ResourceId,
};
use booking_store_postgres::PostgresStore;

use crate::desk::*;
use crate::support::{Database, Judge};

fn query(now: i64, from: i64, until: i64) -> OccupancyQuery {
    OccupancyQuery {
        tenant: TENANT,
        resources: vec![ResourceId::from_u64(1), ResourceId::from_u64(2), ResourceId::from_u64(1)],
        window: Interval::from_seconds(DAY + from, DAY + until).unwrap(),
        now: DAY + now,
        ignoring: None,
    }
}

pub(crate) async fn busy(store: &PostgresStore, now: i64) -> Vec<u64> {
    ids(&store.occupancy(&query(now, 0, 86_400)).await.unwrap())
}

fn ids(found: &Occupancy) -> Vec<u64> {
    let id = |by| match by {
        Occupant::Booking(id) => (1..100).find(|&number| BookingId::from_u64(number) == id).unwrap(),
        Occupant::Session(_) => panic!("no session was opened"),
    };
    let mut ids: Vec<u64> = found.claims.iter().map(|row| id(row.by)).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn a_question_asked_again_is_not_put_to_the_database() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await.with_busy_cache();
    // What is remembered serves for less than a second, which a busy machine may be away for.
    for second in 0..50 {
        assert_eq!(busy(&store, second).await, [0; 0]);
        assert_eq!(busy(&store, second).await, [0; 0]);
        if store.cache_use().hits > 0 {
            return;
        }
    }
    panic!("{:?}", store.cache_use());
}

#[tokio::test]
async fn own_bookings_are_seen_at_once_and_those_of_others_in_the_next_second() {
    let database = Database::new(Judge::Server).await;
    let here = database.store(2).await.with_busy_cache();
    let there = database.store(2).await;
    here.commit(&place(1, &[1], 0, 60)).await.unwrap();
    assert_eq!(busy(&here, 0).await, [1]);
    here.commit(&place(2, &[2], 0, 60)).await.unwrap();
    assert_eq!(busy(&here, 0).await, [1, 2]);
    there.commit(&place(3, &[1], 100, 160)).await.unwrap();
    assert_eq!(busy(&here, 1).await, [1, 2, 3]);
    here.commit(&change(3, Change::Cancel { fee: None })).await.unwrap();
    assert_eq!(busy(&here, 1).await, [1, 2]);
}

/// What is remembered may be wrong; the database decides.
#[tokio::test]
async fn a_commit_looks_at_the_database_alone() {
    let database = Database::new(Judge::Server).await;
    let here = database.store(2).await.with_busy_cache();
    let there = database.store(2).await;
    assert_eq!(busy(&here, 0).await, [0; 0]);
    there.commit(&place(1, &[1], 0, 60)).await.unwrap();
    assert!(!fitted(here.commit(&place(2, &[1], 30, 90)).await));
    assert!(fitted(here.commit(&place(2, &[1], 60, 120)).await));
}

/// Whoever plans again after a refusal, and names other times, must not look at what led to it.
#[tokio::test]
async fn what_led_to_a_refusal_is_forgotten() {
    let database = Database::new(Judge::Server).await;
    let here = database.store(2).await.with_busy_cache();
    let there = database.store(2).await;
    assert_eq!(busy(&here, 0).await, [0; 0]);
    there.commit(&place(1, &[1], 0, 60)).await.unwrap();
    assert!(!fitted(here.commit(&place(2, &[1], 30, 90)).await));
    assert_eq!(busy(&here, 0).await, [1]);
}

/// A claim that reaches from one month into the next is in both, and told once.
#[tokio::test]
async fn months_are_put_together_as_the_database_answers() {
    let database = Database::new(Judge::Server).await;
    let plain = database.store(2).await;
    let cached = plain.clone().with_busy_cache();
    for number in 1..=40 {
        let start = i64::try_from(number).unwrap() * 130_000;
        plain.commit(&place(number, &[1 + number % 2], start, start + 129_000)).await.unwrap();
    }
    for (from, until) in [(0, 86_400), (0, 5_000_000), (2_000_000, 4_700_000), (1_000_000, 1_000_060)] {
        let asked = query(0, from, until);
        let expected = plain.occupancy(&asked).await.unwrap();
        for _ in 0..2 {
            let found = cached.occupancy(&asked).await.unwrap();
            assert_eq!(ids(&found), ids(&expected), "{from} to {until}");
            assert_eq!(found.capacities, expected.capacities);
        }
    }
}

/// Sixteen ask for what nobody has read yet: one reads, the others wait for it.
#[tokio::test]
async fn what_many_ask_for_at_once_is_read_once() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(4).await.with_busy_cache();
    // Who waits for longer than what is read serves, on a busy machine, reads again.
    for second in 0..50 {
        let before = store.cache_use();
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let store = store.clone();
            asked.spawn(async move { busy(&store, second).await });
        }
        assert!(asked.join_all().await.iter().all(Vec::is_empty));
        let after = store.cache_use();
        // Two resources, one month.
        if (after.hits - before.hits, after.misses - before.misses) == (30, 2) {
            return;
        }
    }
    panic!("{:?}", store.cache_use());
}
