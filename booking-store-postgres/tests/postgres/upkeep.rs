//! Upkeep: indexes mended, what is over forgotten, days counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use booking_core::{
    Action, BookingStore, Change, Money, Pick, Plan, PlanClaims, Priced, ResourceId, ServiceId, Session,
    SessionId, SessionKey,
};
use booking_store_postgres::sqlx::postgres::PgConnection;
use booking_store_postgres::sqlx::{AssertSqlSafe, Connection, Executor, query_as, query_scalar};
use booking_store_postgres::{Condition, PostgresStore, Uncounted, grant, maintain, migrate};
use tokio::task::JoinSet;

use crate::desk::*;
use crate::server::Server;
use crate::support::{Database, Judge, ROLE, make_role};

#[tokio::test]
async fn invalid_and_bloated_indexes_are_rebuilt_and_unused_ones_told() {
    let database = Database::new(Judge::Server).await;
    let mut owner = database.owner().await;
    owner
        .execute(
            "SET session_replication_role = replica;
             INSERT INTO booking.outbox SELECT gen_random_uuid(), n FROM generate_series(1, 100000) n;
             DELETE FROM booking.outbox;
             UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'booking.audit_log_by_object'::regclass",
        )
        .await
        .unwrap();
    owner.execute("VACUUM ANALYZE booking.outbox").await.unwrap();
    let told = maintain(&database.url(), false).await.unwrap();
    assert!(told.iter().all(|index| !index.mended));
    let mended = maintain(&database.url(), true).await.unwrap();
    let of = |name: &str| mended.iter().find(|index| index.index == name).unwrap();
    assert_eq!(
        (of("audit_log_by_object").condition, of("audit_log_by_object").mended),
        (Condition::Invalid, true)
    );
    assert!(matches!(of("outbox_pkey").condition, Condition::Bloated { .. }) && of("outbox_pkey").mended);
    assert_eq!(
        (of("bookings_by_series").condition, of("bookings_by_series").mended),
        (Condition::Unused, false)
    );
    assert!(!mended.iter().any(|index| index.index == "claims_never_overlap"));
    let after = maintain(&database.url(), true).await.unwrap();
    assert!(after.iter().all(|index| index.condition == Condition::Unused), "{after:?}");
}

/// Indexes of what every booking writes, rebuilt one after the other.
#[tokio::test]
async fn indexes_are_rebuilt_while_bookings_go_on() {
    const CLIENTS: u64 = 4;
    let database = Database::new(Judge::Server).await;
    let store = database.store(8).await;
    let broken: Vec<String> = query_scalar(
        "UPDATE pg_index SET indisvalid = false
         WHERE NOT indisunique AND NOT indisexclusion AND indrelid = ANY (
             '{booking.bookings, booking.booking_events, booking.picks, booking.audit_log}'::regclass[])
         RETURNING indexrelid::regclass::text",
    )
    .fetch_all(&mut database.owner().await)
    .await
    .unwrap();
    assert!(broken.len() >= 5, "{broken:?}");
    let over = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for client in 1..=CLIENTS {
        let (store, over) = (store.clone(), over.clone());
        clients.spawn(async move {
            let mut booked = 0_i64;
            while booked < 2 || !over.load(Ordering::Relaxed) {
                booked += 1;
                let start = booked * 100;
                let id = booked.unsigned_abs() * CLIENTS + client;
                assert!(fitted(store.commit(&place(id, &[client], start, start + 60)).await));
            }
            booked
        });
    }
    let mended = maintain(&database.url(), true).await;
    over.store(true, Ordering::Relaxed);
    let booked = clients.join_all().await;
    let mended = mended.unwrap().iter().filter(|index| index.mended).count();
    assert_eq!(mended, broken.len());
    let mut owner = database.owner().await;
    assert_eq!(count(&mut owner, "bookings").await, booked.iter().sum::<i64>());
    let left: i64 = query_scalar("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    let wrong = query_scalar::<_, i64>("SELECT count(*) FROM booking.self_check($1)").bind(TENANT.uuid());
    assert_eq!((left, wrong.fetch_one(&mut owner).await.unwrap()), (0, 0));
}

/// Lets what a table holds of a booking or session lie in the past.
async fn move_back(owner: &mut PgConnection, table: &str, of: &str) {
    let sql = format!(
        "UPDATE booking.{table} SET starts = starts - {DAY}, ends = ends - {DAY} WHERE {of}::text LIKE '%1'"
    );
    owner.execute(AssertSqlSafe(sql)).await.unwrap();
}

async fn count(owner: &mut PgConnection, table: &str) -> i64 {
    let sql = AssertSqlSafe(format!("SELECT count(*) FROM booking.{table}"));
    query_scalar(sql).fetch_one(owner).await.unwrap()
}

#[tokio::test]
async fn claims_that_are_over_are_forgotten_and_their_bookings_stay() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await;
    store.commit(&place(1, &[1], 0, 60)).await.unwrap();
    store.commit(&place(2, &[1], 60, 120)).await.unwrap();
    // Its visit was long ago.
    let mut owner = database.owner().await;
    for table in ["bookings", "claims"] {
        move_back(&mut owner, table, "booking_id").await;
    }
    assert_eq!(store.forget(TENANT).await.unwrap().claims, 1);
    assert_eq!(store.forget(TENANT).await.unwrap().claims, 0);
    assert_eq!((count(&mut owner, "bookings").await, count(&mut owner, "claims").await), (2, 1));
    let found: i64 = query_scalar("SELECT count(*) FROM booking.self_check($1)")
        .bind(TENANT.uuid())
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(found, 0);
}

/// A class that was given last week, and one that lies ahead.
#[tokio::test]
async fn claims_of_sessions_are_forgotten_too_and_their_seats_can_still_be_corrected() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await;
    for (number, start) in [(1, 0), (2, 100)] {
        let pick = Pick { requirement: "room".to_owned(), resource: ResourceId::from_u64(1), seconds: 60 };
        let key =
            SessionKey { service: ServiceId::from_u64(2), visit: span(start, start + 60), picks: vec![pick] };
        let claims = vec![claim(1, start, start + 60)];
        let session = Session { id: SessionId::from_u64(number), key, seats: 4, claims, scheduled: true };
        store.commit(&command(Action::OpenSession(session.clone()))).await.unwrap();
        let mut seated = placement(number, &[], start, start + 60);
        seated.booking.service = ServiceId::from_u64(2);
        seated.plans = vec![Plan {
            picks: session.key.picks.clone(),
            claims: PlanClaims::Seats(session),
            limits: Vec::new(),
        }];
        store.commit(&command(Action::Place(vec![seated]))).await.unwrap();
    }
    let mut owner = database.owner().await;
    for (table, of) in [("bookings", "booking_id"), ("sessions", "session_id"), ("claims", "session_id")] {
        move_back(&mut owner, table, of).await;
    }
    // What the session claimed is told again in its own row.
    let retold = format!(
        "UPDATE booking.sessions SET claims = jsonb_build_array(claims->0 || jsonb_build_object(
             'starts', (claims->0->>'starts')::bigint - {DAY}, 'ends', (claims->0->>'ends')::bigint - {DAY}))
         WHERE session_id::text LIKE '%1'"
    );
    owner.execute(AssertSqlSafe(retold)).await.unwrap();
    assert_eq!(store.forget(TENANT).await.unwrap().claims, 1);
    assert_eq!((count(&mut owner, "sessions").await, count(&mut owner, "claims").await), (2, 1));
    // Its claims are over, so that none is missed; those of the other are there.
    store.commit(&change(1, Change::Cancel { fee: None })).await.unwrap();
    store.commit(&change(2, Change::Cancel { fee: None })).await.unwrap();
    assert_eq!(count(&mut owner, "session_seats").await, 0);
}

#[tokio::test]
async fn what_only_grows_while_nobody_reads_is_kept_small() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await;
    for number in 1..=5 {
        let start = i64::try_from(number).unwrap() * 100;
        store.commit(&place(number, &[1 + number % 2], start, start + 60)).await.unwrap();
    }
    let mut owner = database.owner().await;
    assert_eq!((count(&mut owner, "outbox").await, count(&mut owner, "assignments").await), (5, 5));
    let forgotten = store.forget(TENANT).await.unwrap();
    assert_eq!((forgotten.numbered, forgotten.assignments, forgotten.is_full()), (5, 3, false));
    assert_eq!((count(&mut owner, "outbox").await, count(&mut owner, "assignments").await), (0, 2));
    // The last assignment of each is the one that counts.
    let kept: Vec<i64> = query_scalar("SELECT event_id FROM booking.assignments ORDER BY 1")
        .fetch_all(&mut owner)
        .await
        .unwrap();
    let events = store.events(TENANT, 0, 10).await.unwrap();
    assert!(events.iter().map(|event| event.sequence).eq(1..=5));
    let last: Vec<i64> = query_scalar(
        "SELECT max(event_id) - n FROM booking.booking_events, generate_series(0, 1) n GROUP BY n ORDER BY 1",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert_eq!(kept, last);
}

/// Some at a time, the oldest first: a reader misses none.
#[tokio::test]
async fn numbers_are_given_in_parts_and_in_order() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await;
    for number in 1..=5 {
        let start = i64::try_from(number).unwrap() * 100;
        store.commit(&place(number, &[1], start, start + 60)).await.unwrap();
    }
    let drain = async || -> i64 {
        let drain = query_scalar("SELECT booking.drain($1, 2)").bind(TENANT.uuid());
        drain.fetch_one(store.pool()).await.unwrap()
    };
    assert_eq!([drain().await, drain().await], [2, 2]);
    let events = store.events(TENANT, 0, 10).await.unwrap();
    let booked: Vec<Option<u64>> = events.iter().map(|event| event.booking.to_u64()).collect();
    assert_eq!(booked, (1..=5).map(Some).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_daily_summary_is_what_counting_again_finds() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await;
    for number in 1..=6_u64 {
        let start = i64::try_from(number).unwrap() * 40_000;
        // Not whole minutes.
        let mut asked = placement(number, &[1], start, start + 645);
        let price = Money::new(1_000, "EUR".parse().unwrap()).unwrap();
        asked.booking.priced = Priced { price: Some(price), ..Priced::default() };
        store.commit(&command(booking_core::Action::Place(vec![asked]))).await.unwrap();
    }
    let (from, until) = (at(0).date_naive(), at(4 * 86_400).date_naive());
    let first = store.refresh_daily(TENANT, from, until).await.unwrap();
    store.commit(&change(3, Change::Cancel { fee: None })).await.unwrap();
    assert_eq!(store.refresh_daily(TENANT, from, until).await.unwrap(), first + 1);
    let kept: Vec<(String, String, i64, i64, i64)> = query_as(
        "SELECT day::text, state::text, bookings, minutes, price_minor FROM booking.daily_summary ORDER BY 1, 2",
    )
    .fetch_all(&mut database.owner().await)
    .await
    .unwrap();
    let counted: Vec<(String, String, i64, i64, i64)> = query_as(
        "SELECT to_timestamp(starts)::date::text, state::text, count(*), sum(ends - starts)::bigint / 60, sum(price_minor)::bigint
         FROM booking.bookings GROUP BY 1, 2 ORDER BY 1, 2",
    )
    .fetch_all(&mut database.owner().await)
    .await
    .unwrap();
    assert_eq!(kept, counted);
    assert!(kept.len() >= 4, "{kept:?}");
}

/// Who does the store's work may not even ask whether the extension is loaded.
#[tokio::test]
async fn slow_queries_are_told_where_their_extension_is_loaded() {
    let server = Server::new();
    migrate(&server.url()).await.unwrap();
    let mut owner = PgConnection::connect(&server.url()).await.unwrap();
    make_role(&mut owner, ROLE).await;
    grant(&mut owner, ROLE).await.unwrap();
    let connect = async || PostgresStore::connect(&server.url_as(ROLE), 1).await.unwrap();
    let lacks = async || connect().await.slow_queries(0.0).await.unwrap().unwrap_err();
    assert_eq!(lacks().await, Uncounted::NoExtension);
    // As a server of before has it.
    owner.execute("CREATE EXTENSION pg_stat_statements VERSION '1.7'").await.unwrap();
    assert_eq!(lacks().await, Uncounted::Old);
    owner.execute("ALTER EXTENSION pg_stat_statements UPDATE").await.unwrap();
    assert_eq!(lacks().await, Uncounted::NotPreloaded);
    server.stop();
    server.start_with("-c shared_preload_libraries=pg_stat_statements");
    let store = connect().await;
    store.commit(&place(1, &[1], 0, 60)).await.unwrap();
    let told = store.slow_queries(0.0).await.unwrap().unwrap();
    let slow = told.iter().find(|slow| slow.query.contains("booking.commit(")).unwrap();
    assert!(slow.calls == 1 && slow.mean > 0.0 && slow.mean <= slow.total, "{slow:?}");
    assert!(told.iter().map(|slow| slow.total).is_sorted_by(|one, next| one >= next));
    assert_eq!(store.slow_queries(slow.max + 1e6).await.unwrap(), Ok(Vec::new()));
    let seen = query_scalar::<_, i64>("SELECT count(*) FROM booking.query_performance");
    assert!(seen.fetch_one(store.pool()).await.unwrap() >= 2);
}
