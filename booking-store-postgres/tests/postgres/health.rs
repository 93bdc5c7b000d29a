//! What the database says of itself, to whoever asks.

use booking_core::{BookingStore, Initial, TenantId};
use booking_store_postgres::doctor;
use booking_store_postgres::sqlx::postgres::{PgConnection, PgPool};
use booking_store_postgres::sqlx::types::Json;
use booking_store_postgres::sqlx::{AssertSqlSafe, Connection, Executor, query_scalar};
use serde_json::{Value, json};

use crate::clock::{database_at, let_jobs_be_due, pass};
use crate::desk::*;
use crate::support::make_role;

const OTHER: u64 = 255;

pub(crate) async fn health(pool: &PgPool) -> Value {
    let Json(told) = query_scalar("SELECT booking.health()").fetch_one(pool).await.unwrap();
    told
}

/// What it says of all tenants together, and not of the server.
async fn of_tenants(connection: &mut PgConnection) -> Value {
    let Json::<Value>(mut told) =
        query_scalar("SELECT booking.health()").fetch_one(&mut *connection).await.unwrap();
    let parts = ["now", "tenants", "all_tenants", "outbox", "lapsed_holds", "jobs", "overlaps"];
    parts.iter().map(|part| ((*part).to_owned(), told[*part].take())).collect()
}

/// Somebody who owns the tables and yet is subject to row security, as in production.
const OWNER: &str = "
    GRANT USAGE ON SCHEMA booking TO booking_test_owner;
    GRANT SELECT ON public.clock TO booking_test_owner;
    DO $$
    DECLARE
        name text;
    BEGIN
        FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'booking'::regnamespace AND relkind = 'r' LOOP
            EXECUTE format('ALTER TABLE booking.%I OWNER TO booking_test_owner', name);
        END LOOP;
    END $$";

#[tokio::test]
async fn everybody_is_told_the_same_of_all_tenants() {
    let (database, mut owner) = database_at(0).await;
    let store = database.store(2).await;
    for tenant in [1, OTHER] {
        let mut held = placement(1, &[1], 100, 160);
        held.booking.initial = Initial::Held(at(50));
        for placed in [held, placement(2, &[1], 1_000, 1_060)] {
            let mut command = command(booking_core::Action::Place(vec![placed]));
            command.tenant = TenantId::from_u64(tenant);
            store.commit(&command).await.unwrap();
        }
    }
    let_jobs_be_due(&mut owner).await;
    pass(&mut owner, 350).await;
    make_role(&mut owner, "booking_test_owner").await;
    owner.execute(OWNER).await.unwrap();
    let mut app = PgConnection::connect_with(&database.app()).await.unwrap();
    app.execute("SET booking.tenant = '00000000-0000-0000-0000-000000000001'").await.unwrap();
    let told = of_tenants(&mut app).await;
    assert_eq!(told, of_tenants(&mut owner).await);
    owner.execute("SET ROLE booking_test_owner").await.unwrap();
    assert_eq!(told, of_tenants(&mut owner).await);
    let expected = json!({
        "now": DAY + 350,
        "tenants": 2,
        "all_tenants": true,
        "outbox": { "events": 4, "age_seconds": 350 },
        "lapsed_holds": { "bookings": 2, "age_seconds": 300 },
        "jobs": { "overdue_seconds": 350, "failing": 0, "failures": [] },
        // The holds' claims have begun and are not looked at any more.
        "overlaps": { "days": 7, "claims": 2, "all_claims": true, "resources": [] },
    });
    assert_eq!(told, expected);
    // Whoever asks goes on seeing what they saw.
    let seen =
        query_scalar::<_, i64>("SELECT count(*) FROM booking.bookings").fetch_one(&mut app).await.unwrap();
    assert_eq!(seen, 2);
    app.execute("SET booking.tenant = ''").await.unwrap();
    of_tenants(&mut app).await;
    let seen =
        query_scalar::<_, i64>("SELECT count(*) FROM booking.bookings").fetch_one(&mut app).await.unwrap();
    assert_eq!(seen, 0);
}

#[tokio::test]
async fn an_empty_database_is_well() {
    let (database, _owner) = database_at(0).await;
    let told = health(&database.pool(1).await).await;
    assert_eq!(
        (&told["tenants"], &told["outbox"]["events"], &told["jobs"]["failing"]),
        (&json!(0), &json!(0), &json!(0))
    );
    assert_eq!((&told["in_recovery"], &told["sees_all_sessions"]), (&json!(false), &json!(false)));
    assert_eq!(told["replication"], json!({ "replicas": [] }));
    assert!(told["dead_tuples"]["claims"].is_u64() && told["oldest_transaction_seconds"].is_u64(), "{told}");
}

/// Claims as no constraint would let them be: tenant, resource, lane, start, end and seconds kept free before.
const WRONG: &[(u64, u64, i64, i64, i64, i64)] = &[
    // One after the other, and beside each other.
    (1, 1, 0, 100, 160, 0),
    (1, 1, 0, 160, 220, 0),
    (1, 1, 1, 100, 220, 0),
    // Only the time kept free is in the way.
    (1, 2, 0, 100, 160, 0),
    (1, 2, 0, 160, 220, 30),
    // Between the two starts another, on another lane.
    (OTHER, 3, 0, 100, 900, 0),
    (OTHER, 3, 1, 150, 200, 0),
    (OTHER, 3, 0, 300, 400, 0),
    // Over already, and too far ahead.
    (OTHER, 4, 0, -200, -100, 0),
    (OTHER, 4, 0, -200, -150, 0),
    (OTHER, 5, 0, 700_000, 700_060, 0),
    (OTHER, 5, 0, 700_000, 700_030, 0),
];

#[tokio::test]
async fn claims_ahead_that_overlap_are_found_whosever_they_are() {
    let (database, mut owner) = database_at(0).await;
    let rules = "SET session_replication_role = replica;
        ALTER TABLE booking.claims DROP CONSTRAINT claims_never_overlap, DROP CONSTRAINT claims_pkey";
    owner.execute(rules).await.unwrap();
    for (tenant, resource, lane, start, end, before) in WRONG {
        let [tenant, resource] = [tenant, resource].map(|number| TenantId::from_u64(*number).uuid());
        let (start, end) = (DAY + start, DAY + end);
        let sql = format!(
            "INSERT INTO booking.tenants (tenant_id) VALUES ('{tenant}') ON CONFLICT DO NOTHING;
             INSERT INTO booking.resource_lanes VALUES ('{tenant}', '{resource}', {lane}) ON CONFLICT DO NOTHING;
             INSERT INTO booking.claims (tenant_id, resource_id, lane, starts, ends, before, booking_id)
             VALUES ('{tenant}', '{resource}', {lane}, {start}, {end}, {before}, gen_random_uuid());"
        );
        owner.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let pool = database.pool(1).await;
    let told = health(&pool).await;
    let mut found: Vec<String> = serde_json::from_value(told["overlaps"]["resources"].clone()).unwrap();
    found.sort_unstable();
    let expected = [2, 3].map(|number| TenantId::from_u64(number).to_string());
    assert_eq!(found, expected);
    assert_eq!((&told["overlaps"]["claims"], &told["overlaps"]["all_claims"]), (&json!(8), &json!(true)));
    // Never more than asked for, and then whichever comes first.
    let looked: i64 = query_scalar("SELECT checked FROM booking.look_for_overlaps($1, $2, $3, 4)")
        .bind(TenantId::from_u64(1).uuid())
        .bind(DAY)
        .bind(DAY + 10_000)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(looked, 4);
    let problems = doctor(&pool).await.unwrap();
    let overlaps = problems.iter().filter(|finding| finding.problem.contains("overlap")).count();
    assert_eq!(overlaps, 2, "{problems:?}");
}
