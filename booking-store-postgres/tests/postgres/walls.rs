//! SQL written by hand, as the application's role: what the tables themselves do not allow.

use booking_core::{BookingStore, TenantId};
use booking_store_postgres::sqlx::postgres::PgConnection;
use booking_store_postgres::sqlx::{AssertSqlSafe, Connection, Executor, query_scalar};

use crate::desk::*;
use crate::support::{Database, Judge, ROLE};

const OTHER: &str = "00000000-0000-0000-0000-0000000000ff";

/// One booking of one tenant, one of another; and a connection as the application's role.
async fn two_tenants() -> (Database, PgConnection) {
    let database = Database::new(Judge::Server).await;
    let store = database.store(2).await;
    store.commit(&place(1, &[1], 0, 60)).await.unwrap();
    let mut foreign = place(2, &[1], 0, 60);
    foreign.tenant = TenantId::from_u64(255);
    store.commit(&foreign).await.unwrap();
    let app = PgConnection::connect_with(&database.app()).await.unwrap();
    (database, app)
}

/// Row security out of the way, so that only keys and constraints are left.
async fn without_row_security(database: &Database) {
    let mut owner = database.owner().await;
    let tables: Vec<String> = query_scalar(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'booking'::regnamespace AND relrowsecurity",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert!(tables.len() > 15, "{tables:?}");
    for table in tables {
        owner
            .execute(AssertSqlSafe(format!("ALTER TABLE booking.{table} DISABLE ROW LEVEL SECURITY")))
            .await
            .unwrap();
    }
}

/// The name of the constraint that refuses a statement, or its SQLSTATE.
async fn refused(connection: &mut PgConnection, sql: &str) -> String {
    let error = connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_err();
    let error = error.into_database_error().unwrap();
    error.constraint().map_or_else(|| error.code().unwrap().into_owned(), str::to_owned)
}

fn claim_sql(tenant: &str, lane: i64, start: i64, before: i64, owner: u64) -> String {
    format!(
        "INSERT INTO booking.claims (tenant_id, resource_id, lane, starts, ends, before, booking_id)
         VALUES ('{tenant}', '00000000-0000-0000-0000-000000000001', {lane}, {}, {}, {before},
                 '00000000-0000-0000-0000-00000000000{owner}'); SET CONSTRAINTS ALL IMMEDIATE",
        DAY + start,
        DAY + start + 60,
    )
}

#[tokio::test]
async fn nothing_that_overlaps_or_exceeds_the_capacity_can_be_written() {
    let (database, mut app) = two_tenants().await;
    without_row_security(&database).await;
    let tenant = TENANT.to_string();
    for (start, before) in [(0, 0), (59, 0), (-59, 0), (61, 2)] {
        let sql = claim_sql(&tenant, 0, start, before, 1);
        assert!(
            ["claims_never_overlap", "claims_pkey"].contains(&refused(&mut app, &sql).await.as_str()),
            "{sql}"
        );
    }
    // A lane beyond the capacity, a negative buffer, a claim of nothing.
    assert_eq!(
        refused(&mut app, &claim_sql(&tenant, 1, 0, 0, 1)).await,
        "claims_tenant_id_resource_id_lane_fkey"
    );
    assert_eq!(refused(&mut app, &claim_sql(&tenant, 0, 200, -30, 1)).await, "claims_before_check");
    let moved = format!("UPDATE booking.claims SET ends = starts WHERE tenant_id = '{tenant}'");
    assert_eq!(refused(&mut app, &moved).await, "claims_check");
    // Longer than readers look back.
    let longer = format!("UPDATE booking.claims SET ends = starts + 5184001 WHERE tenant_id = '{tenant}'");
    assert_eq!(refused(&mut app, &longer).await, "claims_at_most_60_days");
    // A lane in use cannot be taken away.
    assert_eq!(
        refused(&mut app, "DELETE FROM booking.resource_lanes").await,
        "claims_tenant_id_resource_id_lane_fkey"
    );
}

#[tokio::test]
async fn no_row_can_refer_to_another_tenants() {
    let (database, mut app) = two_tenants().await;
    without_row_security(&database).await;
    // The other tenant's booking, named from this one; and this one's from the other.
    let refusal = refused(&mut app, &claim_sql(&TENANT.to_string(), 0, 200, 0, 2)).await;
    assert_eq!(refusal, "claims_tenant_id_booking_id_fkey");
    assert_eq!(refused(&mut app, &claim_sql(OTHER, 0, 200, 0, 1)).await, "claims_tenant_id_booking_id_fkey");
    let leads: Vec<String> = query_scalar(
        "SELECT conname::text FROM pg_constraint WHERE connamespace = 'booking'::regnamespace AND contype IN ('p', 'f', 'u')
         AND conrelid <> 'booking.migrations'::regclass
         AND (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]) <> 'tenant_id'",
    )
    .fetch_all(&mut app)
    .await
    .unwrap();
    assert_eq!(leads, Vec::<String>::new(), "keys that do not lead with tenant_id");
}

#[tokio::test]
async fn a_query_that_forgets_its_predicate_sees_its_own_tenant() {
    let (_database, mut app) = two_tenants().await;
    let count = |table: &str| AssertSqlSafe(format!("SELECT count(*) FROM booking.{table}"));
    for table in ["bookings", "claims", "picks", "booking_events", "outbox", "audit_log", "tenants"] {
        // Nothing set: nothing seen.
        app.execute("SET booking.tenant = ''").await.unwrap();
        assert_eq!(query_scalar::<_, i64>(count(table)).fetch_one(&mut app).await.unwrap(), 0, "{table}");
        app.execute(AssertSqlSafe(format!("SET booking.tenant = '{OTHER}'"))).await.unwrap();
        assert_eq!(query_scalar::<_, i64>(count(table)).fetch_one(&mut app).await.unwrap(), 1, "{table}");
    }
    let written = format!("INSERT INTO booking.tenants VALUES ('{TENANT}')");
    assert_eq!(refused(&mut app, &written).await, "42501");
    let changed = app.execute("UPDATE booking.bookings SET party = 9").await.unwrap().rows_affected();
    assert_eq!(changed, 1);
}

#[tokio::test]
async fn every_table_of_tenants_has_the_wall_and_the_role_cannot_pass_it() {
    let (_database, mut app) = two_tenants().await;
    let open: Vec<String> = query_scalar(
        "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'booking'::regnamespace AND c.relkind = 'r'
         AND c.relname <> 'migrations' AND NOT (c.relrowsecurity AND c.relforcerowsecurity
         AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))",
    )
    .fetch_all(&mut app)
    .await
    .unwrap();
    assert_eq!(open, Vec::<String>::new());
    let passes: bool = query_scalar("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = $1")
        .bind(ROLE)
        .fetch_one(&mut app)
        .await
        .unwrap();
    assert!(!passes);
}

#[tokio::test]
async fn everything_has_a_comment() {
    let (_database, mut app) = two_tenants().await;
    let silent: Vec<String> = query_scalar(
        "SELECT c.relname || coalesce('.' || a.attname, '') FROM pg_class c
         LEFT JOIN LATERAL (SELECT attname, attnum FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                            UNION ALL SELECT NULL, 0) a ON true
         WHERE c.relnamespace = 'booking'::regnamespace AND c.relkind IN ('r', 'v', 'm')
           AND (CASE WHEN a.attnum = 0 THEN obj_description(c.oid, 'pg_class') ELSE col_description(c.oid, a.attnum) END) IS NULL
         UNION ALL
         SELECT p.proname::text FROM pg_proc p WHERE p.pronamespace = 'booking'::regnamespace
           AND obj_description(p.oid, 'pg_proc') IS NULL",
    )
    .fetch_all(&mut app)
    .await
    .unwrap();
    assert_eq!(silent, Vec::<String>::new());
}
