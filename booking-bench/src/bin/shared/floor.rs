//! The floor of writing: the same rows in one statement, with the same indexes and no rule at all.

use booking_store_postgres::sqlx::{self, Executor as _, postgres::PgPool};

use crate::Outcome;
use crate::book::{Asked, VISIT};
use crate::database::{Database, TENANT};

/// Tables like ours without checks, foreign keys, row security or the exclusion constraint, whose index stays.
const TABLES: &str = "
    CREATE SCHEMA floor;
    DO $$
    DECLARE
        name text;
    BEGIN
        FOREACH name IN ARRAY ARRAY['bookings', 'picks', 'claims', 'booking_events', 'outbox', 'assignments', 'audit_log'] LOOP
            EXECUTE format('CREATE TABLE floor.%I (LIKE booking.%I INCLUDING IDENTITY INCLUDING INDEXES INCLUDING GENERATED)',
                name, name);
        END LOOP;
    END $$;
    ALTER TABLE floor.claims DROP CONSTRAINT claims_tenant_id_resource_id_lane_during_excl;
    CREATE INDEX ON floor.claims USING gist (tenant_id, resource_id, lane, during);
    GRANT USAGE ON SCHEMA floor TO PUBLIC;
    GRANT ALL ON ALL TABLES IN SCHEMA floor TO PUBLIC";

const INSERT: &str = "
    WITH claimed AS (
        INSERT INTO floor.claims (tenant_id, resource_id, lane, starts, ends, before, after, booking_id, part)
        SELECT $1, r, 0, $6, $7, 0, 0, $2, place FROM unnest($5::uuid[]) WITH ORDINALITY AS u (r, place)
    ), made AS (
        INSERT INTO floor.bookings (tenant_id, booking_id, service_id, customer_id, starts, ends, party, state, version,
            zone, wall, tzdata, claims, max_hold, created, changed)
        VALUES ($1, $2, $3, $4, $6, $7, 1, 'confirmed', 1, 'UTC', $8::timestamp, '2026f', $9, 1800, $6, $6)
    ), picked AS (
        INSERT INTO floor.picks (tenant_id, booking_id, place, requirement, resource_id, seconds, starts)
        SELECT $1, $2, place - 1, 'staff', r, $7 - $6, $6 FROM unnest($5::uuid[]) WITH ORDINALITY AS u (r, place)
    ), noted AS (
        INSERT INTO floor.booking_events (tenant_id, booking_id, kind, state, version, starts, ends, at, who, origin)
        VALUES ($1, $2, 'placed', 'confirmed', 1, $6, $7, $6, 'web shop', 'api') RETURNING event_id
    ), sent AS (
        INSERT INTO floor.outbox (tenant_id, event_id) SELECT $1, event_id FROM noted
    ), given AS (
        INSERT INTO floor.assignments (tenant_id, service_id, resource_id, event_id, at)
        SELECT $1, $3, r, event_id, $6 FROM noted, unnest($5::uuid[]) r
    )
    INSERT INTO floor.audit_log (tenant_id, at, who, origin, action, object_kind, object_id, version)
    VALUES ($1, now(), 'web shop', 'api', 'place', 'booking', $2, 1)";

pub(crate) async fn make(database: &Database) -> Outcome {
    database.owner().await?.execute(TABLES).await?;
    Ok(())
}

/// The rows of one booking.
pub(crate) async fn insert(pool: &PgPool, asked: Asked) -> Outcome {
    let id = |number: u64| uuid::Uuid::from_u128(u128::from(number));
    let resources: Vec<uuid::Uuid> = asked.resources().iter().map(|id| id.uuid()).collect();
    let start = asked.start();
    let wall = chrono::DateTime::from_timestamp(start, 0).unwrap_or_default().naive_utc();
    let claims: Vec<_> = resources
        .iter()
        .map(|resource| {
            serde_json::json!({ "resource": resource, "starts": start, "ends": start + VISIT, "before": 0,
                "after": 0, "units": 1 })
        })
        .collect();
    sqlx::query(INSERT)
        .bind(TENANT.uuid())
        .bind(asked.id())
        .bind(id(asked.service()))
        .bind(id(asked.customer()))
        .bind(resources)
        .bind(start)
        .bind(start + VISIT)
        .bind(wall.to_string())
        .bind(sqlx::types::Json(claims))
        .execute(pool)
        .await?;
    Ok(())
}
