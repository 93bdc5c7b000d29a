//! Migrating a database.

use booking_core::{BookingStore, StoreError};
use booking_store_postgres::sqlx::postgres::{PgConnectOptions, PgConnection};
use booking_store_postgres::sqlx::{AssertSqlSafe, Connection, Executor, query_scalar};
use booking_store_postgres::{
    MigrateError, PostgresStore, commit_in, doctor, dry_run, grant, migrate, migrations, time_limits,
};

use crate::desk::*;
use crate::support::{Database, Judge, make_role};

#[tokio::test]
async fn a_second_run_does_nothing_and_several_at_once_do_it_once() {
    let database = Database::empty().await;
    let url = database.url();
    assert_eq!(dry_run(&url).await.unwrap(), migrations());
    let (one, two) = tokio::join!(migrate(&url), migrate(&url));
    let mut done = [one.unwrap().len(), two.unwrap().len()];
    done.sort_unstable();
    assert_eq!(done, [0, migrations().len()]);
    assert!(migrate(&url).await.unwrap().is_empty());
}

#[tokio::test]
async fn changed_functions_are_replaced_and_rows_stay() {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await;
    store.commit(&place(1, &[1], 0, 60)).await.unwrap();
    let mut owner = database.owner().await;
    owner
        .execute("UPDATE booking.migrations SET hash = 'older' WHERE name = 'functions/07_commit'")
        .await
        .unwrap();
    let done = migrate(&database.url()).await.unwrap();
    assert!(done.iter().map(|file| file.name).eq(["functions/07_commit"]));
    assert!(!fitted(store.commit(&place(2, &[1], 30, 90)).await));
}

#[tokio::test]
async fn a_newer_a_changed_and_a_foreign_schema_are_left_alone() {
    let database = Database::new(Judge::Server).await;
    let mut owner = database.owner().await;
    owner.execute("INSERT INTO booking.migrations (name, hash) VALUES ('900_later', '')").await.unwrap();
    assert!(
        matches!(migrate(&database.url()).await, Err(MigrateError::Newer { name }) if name == "900_later")
    );
    owner.execute("DELETE FROM booking.migrations WHERE name = '900_later'").await.unwrap();
    owner.execute("UPDATE booking.migrations SET hash = '' WHERE name = '001_initial_schema'").await.unwrap();
    assert!(matches!(migrate(&database.url()).await, Err(MigrateError::Changed { .. })));
    let foreign = Database::empty().await;
    foreign
        .owner()
        .await
        .execute("CREATE SCHEMA booking; CREATE TABLE booking.rooms (number int)")
        .await
        .unwrap();
    assert!(matches!(migrate(&foreign.url()).await, Err(MigrateError::Foreign)));
}

/// An order and its booking, written together.
#[tokio::test]
async fn a_booking_is_there_when_the_hosts_transaction_commits() {
    let database = Database::new(Judge::Server).await;
    database
        .owner()
        .await
        .execute("CREATE TABLE public.orders (number int); GRANT ALL ON public.orders TO PUBLIC")
        .await
        .unwrap();
    let pool = database.pool(2).await;
    let mut transaction = pool.begin().await.unwrap();
    transaction.execute("INSERT INTO public.orders VALUES (1)").await.unwrap();
    commit_in(&mut transaction, &place(1, &[1], 0, 60)).await.unwrap();
    transaction.rollback().await.unwrap();
    let mut transaction = pool.begin().await.unwrap();
    transaction.execute("INSERT INTO public.orders VALUES (2)").await.unwrap();
    commit_in(&mut transaction, &place(2, &[1], 0, 60)).await.unwrap();
    // A refusal leaves the transaction usable.
    assert!(!fitted(commit_in(&mut transaction, &place(3, &[1], 30, 90)).await));
    transaction.commit().await.unwrap();
    let mut owner = database.owner().await;
    let orders: Vec<i32> =
        query_scalar("SELECT number FROM public.orders").fetch_all(&mut owner).await.unwrap();
    let bookings: Vec<String> = query_scalar("SELECT right(booking_id::text, 1) FROM booking.bookings")
        .fetch_all(&mut owner)
        .await
        .unwrap();
    assert_eq!((orders, bookings), (vec![2], vec!["2".to_owned()]));
}

/// As docs/postgres.md has it: who owns the schema can do nothing else.
#[tokio::test]
async fn the_owner_of_a_schema_needs_no_right_over_roles() {
    const OWNER: &str = "booking_test_owner";
    const SERVER: &str = "booking_test_server";
    let database = Database::empty().await;
    let mut admin = database.owner().await;
    let name: String = query_scalar("SELECT current_database()::text").fetch_one(&mut admin).await.unwrap();
    make_role(&mut admin, OWNER).await;
    make_role(&mut admin, SERVER).await;
    let roles = format!("ALTER ROLE {SERVER} RESET ALL; ALTER DATABASE {name} OWNER TO {OWNER}");
    admin.execute(AssertSqlSafe(roles)).await.unwrap();
    let (owner, server) = (database.url_as(OWNER), database.url_as(SERVER));
    assert_eq!(migrate(&owner).await.unwrap(), migrations());
    let refused = PostgresStore::connect(&server, 1).await;
    assert!(matches!(refused, Err(StoreError::Failed(why)) if why.contains("booking migrate --grant")));
    assert!(matches!(migrate(&server).await, Err(MigrateError::Denied { .. })));

    let mut connection = PgConnection::connect(&owner).await.unwrap();
    assert!(!grant(&mut connection, SERVER).await.unwrap(), "this role may not set limits");
    let store = PostgresStore::connect(&server, 1).await.unwrap();
    let found = doctor(store.pool()).await.unwrap();
    let endless = found.iter().find(|finding| finding.problem.contains("no time limits")).unwrap();
    assert!(endless.fix.ends_with(&time_limits(SERVER)), "{}", endless.fix);
    admin.execute(AssertSqlSafe(time_limits(SERVER))).await.unwrap();
    assert!(grant(&mut connection, SERVER).await.unwrap(), "they are set");
    let limited: PgConnectOptions = server.parse().unwrap();
    let limited = limited.options([("statement_timeout", "2s"), ("lock_timeout", "500ms")]);
    let limited = PostgresStore::pool_options(1).connect_with(limited).await.unwrap();
    let found = doctor(&limited).await.unwrap();
    assert!(found.iter().all(|finding| finding.problem.contains(" is off: ")), "{found:?}");
    store.commit(&place(1, &[1], 0, 60)).await.unwrap();
}

/// Later it would take a dump and another database.
#[tokio::test]
async fn a_database_that_cannot_carry_the_schema_is_refused_before_it_is_made() {
    let ascii = Database::encoded("SQL_ASCII").await;
    for refused in [migrate(&ascii.url()).await, dry_run(&ascii.url()).await] {
        assert!(
            matches!(&refused, Err(MigrateError::Encoding { found }) if found == "SQL_ASCII"),
            "{refused:?}"
        );
    }
    let bare = Database::empty().await;
    // A server without its contrib package, played by views that its names are looked up in first.
    let views = "CREATE SCHEMA bare;
        CREATE VIEW bare.pg_extension AS SELECT * FROM pg_catalog.pg_extension WHERE extname = 'plpgsql';
        CREATE VIEW bare.pg_available_extensions AS
            SELECT * FROM pg_catalog.pg_available_extensions WHERE name <> 'pg_trgm'";
    bare.owner().await.execute(views).await.unwrap();
    let refused = migrate(&format!("{}?options=-c%20search_path%3Dbare%2Cpg_catalog", bare.url())).await;
    let Err(MigrateError::NoExtension { name }) = &refused else { panic!("{refused:?}") };
    assert_eq!(name, "pg_trgm");
    for database in [ascii, bare] {
        let there = query_scalar::<_, bool>("SELECT to_regnamespace('booking') IS NOT NULL");
        assert!(!there.fetch_one(&mut database.owner().await).await.unwrap());
    }
}
