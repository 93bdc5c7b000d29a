//! For those who run it: the doctor, the self-check, the dashboard, the agenda.

use booking_core::{BookingStore, Change, Money, Priced, State, StoreError};
use booking_platform::{ReportBy, ReportQuery, Reports};
use booking_store_postgres::sqlx::types::Json;
use booking_store_postgres::sqlx::{Executor, query_as, query_scalar};
use booking_store_postgres::{PostgresStore, doctor};
use serde_json::{Value, json};

use crate::desk::*;
use crate::support::{Database, Judge};

#[tokio::test]
async fn the_doctor_finds_a_wrong_role_and_an_old_schema() {
    let database = Database::new(Judge::Server).await;
    let as_app = doctor(&database.pool(1).await).await.unwrap();
    // The private server of the tests may lose everything, and the doctor says so.
    assert!(
        as_app
            .iter()
            .all(|finding| finding.problem.starts_with("fsync") || finding.problem.starts_with("full_page"))
    );
    let pool = PostgresStore::pool_options(1).connect_with(database.options()).await.unwrap();
    let as_owner = doctor(&pool).await.unwrap();
    assert!(as_owner.iter().any(|finding| finding.problem.contains("passes row security")), "{as_owner:?}");
    pool.execute("DELETE FROM booking.migrations WHERE name = 'functions/07_commit'").await.unwrap();
    let old = doctor(&pool).await.unwrap();
    assert!(old[0].problem.contains("functions/07_commit"), "{old:?}");
    let refused = PostgresStore::connect(&database.url(), 1).await;
    assert!(matches!(refused, Err(StoreError::Failed(why)) if why.contains("migrate the database")));
}

/// A server without its contrib package, played by views that its names are looked up in first.
#[tokio::test]
async fn the_doctor_explains_an_extension_that_is_not_there() {
    let database = Database::empty().await;
    let views = "CREATE SCHEMA bare;
        CREATE VIEW bare.pg_extension AS SELECT * FROM pg_catalog.pg_extension WHERE extname = 'plpgsql';
        CREATE VIEW bare.pg_available_extensions AS
            SELECT * FROM pg_catalog.pg_available_extensions WHERE name <> 'pg_trgm'";
    database.owner().await.execute(views).await.unwrap();
    let bare = database.options().options([("search_path", "bare,pg_catalog")]);
    let found = doctor(&PostgresStore::pool_options(1).connect_with(bare).await.unwrap()).await.unwrap();
    assert_eq!(found[0].problem, "the extension pg_trgm is not there");
    assert!(found[0].fix.contains("contrib"), "{found:?}");
    assert!(!found.iter().any(|finding| finding.problem.contains("btree_gist")), "{found:?}");
    let whole = PostgresStore::pool_options(1).connect_with(database.options()).await.unwrap();
    let found = doctor(&whole).await.unwrap();
    assert!(!found.iter().any(|finding| finding.problem.contains("extension")), "{found:?}");
}

#[tokio::test]
async fn the_doctor_explains_an_encoding_without_letters() {
    for (encoding, wrong) in [("SQL_ASCII", true), ("UTF8", false)] {
        let database = Database::encoded(encoding).await;
        let pool = PostgresStore::pool_options(1).connect_with(database.options()).await.unwrap();
        let found = doctor(&pool).await.unwrap();
        let told = found.iter().find(|finding| finding.problem.contains("encoded in SQL_ASCII"));
        assert_eq!(told.is_some(), wrong, "{found:?}");
        assert!(told.is_none_or(|finding| finding.fix.contains("ENCODING 'UTF8'")), "{found:?}");
    }
}

#[tokio::test]
async fn the_doctor_explains_a_role_that_may_not_use_the_schema() {
    let database = Database::new(Judge::Server).await;
    database.owner().await.execute("REVOKE ALL ON SCHEMA booking FROM booking_test_app").await.unwrap();
    let found = doctor(&database.pool(1).await).await.unwrap();
    assert!(found[0].problem.starts_with("the role may not use the schema: "), "{found:?}");
    assert!(found[0].fix.contains("grant"), "{found:?}");
}

#[tokio::test]
async fn the_self_check_finds_what_was_broken_by_hand() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await;
    for number in 1..=2 {
        let start = i64::try_from(number).unwrap() * 100;
        store.commit(&place(number, &[1], start, start + 60)).await.unwrap();
    }
    let mut owner = database.owner().await;
    owner.execute("DELETE FROM booking.claims WHERE booking_id::text LIKE '%1'").await.unwrap();
    owner
        .execute("UPDATE booking.bookings SET state = 'cancelled' WHERE booking_id::text LIKE '%2'")
        .await
        .unwrap();
    let found: Vec<(String, String)> =
        query_as("SELECT problem, right(subject::text, 1) FROM booking.self_check($1) ORDER BY 1")
            .bind(TENANT.uuid())
            .fetch_all(&mut owner)
            .await
            .unwrap();
    let pair = |problem: &str, subject: &str| (problem.to_owned(), subject.to_owned());
    assert_eq!(found, [pair("claims left over", "2"), pair("claims missing", "1")]);
}

#[tokio::test]
async fn the_dashboard_and_the_agenda_tell_the_same_visits() {
    let database = Database::new(Judge::Server).await;
    let pool = database.pool(2).await;
    let store = PostgresStore::from_pool(pool.clone());
    for number in 1..=3 {
        let start = i64::try_from(number).unwrap() * 100;
        let mut asked = placement(number, &[1], start, start + 60);
        let price = Money::new(1_000, "EUR".parse().unwrap()).unwrap();
        asked.booking.priced = Priced { price: Some(price), ..Priced::default() };
        store.commit(&command(booking_core::Action::Place(vec![asked]))).await.unwrap();
    }
    store.commit(&change(3, Change::Cancel { fee: None })).await.unwrap();
    // Over for a hundred years.
    store.commit(&place(4, &[1], 60 - 3_155_760_000, 120 - 3_155_760_000)).await.unwrap();
    let day = at(0).date_naive();
    let query = ReportQuery::new(day, day.succ_opt().unwrap(), ReportBy::Whole, at(0)).unwrap();
    let told = store.report(TENANT, &query).await.unwrap();
    let booked: Vec<(State, u64)> = told.iter().map(|row| (row.state, row.counts.bookings)).collect();
    assert_eq!(booked, [(State::Confirmed, 2), (State::Cancelled, 1)]);
    let mut transaction = pool.begin().await.unwrap();
    // Without its tenant a view shows nothing either.
    let count = "SELECT (SELECT count(*) FROM booking.agenda), (SELECT count(*) FROM booking.upcoming)";
    assert_eq!(query_as::<_, (i64, i64)>(count).fetch_one(&mut *transaction).await.unwrap(), (0, 0));
    let set =
        query_scalar::<_, String>("SELECT set_config('booking.tenant', $1, true)").bind(TENANT.to_string());
    set.fetch_one(&mut *transaction).await.unwrap();
    assert_eq!(query_as::<_, (i64, i64)>(count).fetch_one(&mut *transaction).await.unwrap(), (3, 2));
    let Json(health): Json<Value> =
        query_scalar("SELECT booking.health()").fetch_one(&mut *transaction).await.unwrap();
    assert_eq!(health["in_recovery"], json!(false));
}
