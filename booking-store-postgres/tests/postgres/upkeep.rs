//! Upkeep: indexes mended, what is over forgotten, days counted.

use booking_core::{BookingStore, Change, Money, Priced};
use booking_store_postgres::sqlx::{AssertSqlSafe, Executor, query_as, query_scalar};
use booking_store_postgres::{Condition, maintain};

use crate::desk::*;
use crate::support::{Database, Judge};

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
    assert_eq!((of("resources_by_tag").condition, of("resources_by_tag").mended), (Condition::Unused, false));
    assert!(!mended.iter().any(|index| index.index == "claims_never_overlap"));
    let after = maintain(&database.url(), true).await.unwrap();
    assert!(after.iter().all(|index| index.condition == Condition::Unused), "{after:?}");
}

#[tokio::test]
async fn claims_that_are_over_are_forgotten_and_their_bookings_stay() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await;
    store.commit(&place(1, &[1], 0, 60)).await.unwrap();
    store.commit(&place(2, &[1], 60, 120)).await.unwrap();
    // Its visit was long ago.
    let past = format!(
        "UPDATE booking.bookings SET starts = starts - {DAY}, ends = ends - {DAY} WHERE booking_id::text LIKE '%1';
         UPDATE booking.claims SET starts = starts - {DAY}, ends = ends - {DAY} WHERE booking_id::text LIKE '%1'"
    );
    let mut owner = database.owner().await;
    owner.execute(AssertSqlSafe(past)).await.unwrap();
    assert_eq!(store.forget(TENANT).await.unwrap().claims, 1);
    assert_eq!(store.forget(TENANT).await.unwrap().claims, 0);
    let (bookings, claims): (i64, i64) =
        query_as("SELECT (SELECT count(*) FROM booking.bookings), (SELECT count(*) FROM booking.claims)")
            .fetch_one(&mut owner)
            .await
            .unwrap();
    assert_eq!((bookings, claims), (2, 1));
    let found: i64 = query_scalar("SELECT count(*) FROM booking.self_check($1)")
        .bind(TENANT.uuid())
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(found, 0);
}

#[tokio::test]
async fn the_daily_summary_is_what_counting_again_finds() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await;
    for number in 1..=6_u64 {
        let start = i64::try_from(number).unwrap() * 40_000;
        let mut asked = placement(number, &[1], start, start + 600);
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

/// The tests' server does not load the extension, and that is no error.
#[tokio::test]
async fn without_its_extension_no_query_is_known_to_be_slow() {
    let database = Database::shared().await;
    assert_eq!(database.store(1).await.slow_queries(0.0).await.unwrap(), []);
}
