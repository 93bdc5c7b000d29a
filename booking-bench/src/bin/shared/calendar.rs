//! Availability among many bookings: what occupies fifty resources over 31 days against a plain `SELECT` of the same rows, the
//! database's function by itself, and a process that remembers.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use booking_core::{BookingStore as _, Clock as _, Interval, OccupancyQuery, ResourceId, SystemClock};
use booking_store_postgres::PostgresStore;
use booking_store_postgres::sqlx::postgres::{PgArguments, PgRow};
use booking_store_postgres::sqlx::query::QueryAs;
use booking_store_postgres::sqlx::{
    self, AssertSqlSafe, Connection as _, Executor as _, FromRow, PgConnection, Postgres,
};
use uuid::Uuid;

use crate::book::{DAY, VISIT, closed_loop, place};
use crate::database::{Database, TENANT};
use crate::pgbench::Function;
use crate::report::{Limit, Report, median};
use crate::{Outcome, Plan};

/// What is asked for.
const WINDOW: i64 = 31 * 86_400;
const ASKED: u64 = 50;
/// Visits in the window of one calendar, 16 a day.
const VISITS: u64 = 31 * 16;
const TURNS: usize = 40;

/// What a plain query reads of a claim: resource, start, end, buffers, booking, session.
type Row = (Uuid, i64, i64, i32, i32, Option<Uuid>, Option<Uuid>);

const PLAIN: &str = "
    SELECT resource_id, starts, ends, before, after, booking_id, session_id FROM booking.claims
    WHERE tenant_id = $1 AND resource_id = ANY ($2) AND starts < $4 AND ends > $3";

/// The same rows as they are packed, from the index alone.
const PACKED: &str = "
    SELECT resource_id, packed FROM booking.claims
    WHERE tenant_id = $1 AND resource_id = ANY ($2) AND starts < $4 AND ends > $3";

pub(crate) async fn measure(plan: &Plan, report: &mut Report) -> Outcome {
    let database = Database::make("calendar").await?;
    let store = PostgresStore::from_pool(database.pool(1).await?);
    let mut owner = database.owner().await?;
    let resources = plan.rows.div_ceil(VISITS).max(ASKED);
    fill(&mut owner, resources, 31).await?;
    let among = resources * VISITS;
    let found = compare(&store, &mut owner).await?;
    let what =
        format!("availability, {ASKED} resources, 31 days: {} of {among} claims, one query", found.rows);
    let (select, how) = if found.plain < found.packed {
        (found.plain, "plain SELECT of columns")
    } else {
        (found.packed, "plain SELECT, packed")
    };
    report.add(
        &what,
        format!("{:.1} ms", found.ours),
        format!("{select:.1} ms, {how}"),
        found.ours / select,
        Limit::AtMost(1.0),
    );
    owner.close().await?;
    for days in [7, 31] {
        Function { resources, days }.measure(plan, &database, &format!("{among} claims"), report)?;
    }
    mixed(plan, &database, report).await?;
    store.pool().close().await;
    database.drop().await
}

/// Milliseconds, in turn, and how many claims there are.
struct Compared {
    ours: f64,
    plain: f64,
    packed: f64,
    rows: usize,
}

/// Asks the store and the table itself for the same claims.
async fn compare(store: &PostgresStore, owner: &mut PgConnection) -> Outcome<Compared> {
    let query = occupancy(ASKED);
    let ids: Vec<Uuid> = query.resources.iter().map(|id| id.uuid()).collect();
    let (mut ours, mut plain, mut packed) = (Vec::new(), Vec::new(), Vec::new());
    let mut rows = 0;
    for _ in 0..TURNS {
        let start = Instant::now();
        rows = store.occupancy(&query).await?.claims.len();
        ours.push(start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        let columns: Vec<Row> = select(PLAIN, &ids).fetch_all(&mut *owner).await?;
        plain.push(start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        let values: Vec<(Uuid, Vec<u8>)> = select(PACKED, &ids).fetch_all(&mut *owner).await?;
        packed.push(start.elapsed().as_secs_f64() * 1e3);
        if rows != columns.len() || rows != values.len() {
            return Err(format!("{rows} claims were answered, {} selected", columns.len()).into());
        }
    }
    Ok(Compared { ours: median(ours), plain: median(plain), packed: median(packed), rows })
}

fn select<'q, T>(sql: &'static str, ids: &'q [Uuid]) -> QueryAs<'q, Postgres, T, PgArguments>
where
    T: for<'r> FromRow<'r, PgRow>,
{
    sqlx::query_as(sql).bind(TENANT.uuid()).bind(ids).bind(DAY).bind(DAY + WINDOW)
}

/// Ninety-five reads of a month to five bookings, through the busy cache.
async fn mixed(plan: &Plan, database: &Database, report: &mut Report) -> Outcome {
    let cached = PostgresStore::from_pool(database.pool(32).await?).with_busy_cache();
    let numbers = Arc::new(AtomicU64::new(0));
    let store = cached.clone();
    let work = move |_, number: u64| {
        let store = store.clone();
        async move {
            if number.is_multiple_of(20) {
                let turn = number / 20;
                let resource = ResourceId::from_u64(1 + turn % ASKED);
                // After the month that is filled, on calendars that are read.
                let start = DAY + WINDOW + (turn / ASKED).cast_signed() * VISIT;
                let id = Uuid::from_u128(u128::from(number) << 64 | 2);
                store.commit(&place(id, &[resource], start, 1, 1)).await?;
            } else {
                let resource = ResourceId::from_u64(1 + number % ASKED);
                let now = SystemClock.now().timestamp();
                store.occupancy(&OccupancyQuery { resources: vec![resource], now, ..occupancy(1) }).await?;
            }
            Ok(())
        }
    };
    let rate = closed_loop(64, plan.turn, &numbers, work).await?.rate;
    let used = cached.cache_use();
    let hits = used.hits as f64 / (used.hits + used.misses).max(1) as f64;
    report.add(
        "95 reads to 5 bookings, busy cache, hits",
        format!("{:.1} %", 100.0 * hits),
        "90 %".to_owned(),
        hits / 0.9,
        Limit::AtLeast(1.0),
    );
    report.add(
        "95 reads to 5 bookings, busy cache",
        format!("{rate:.0} requests/s"),
        "10,000 requests/s".to_owned(),
        rate / 10_000.0,
        Limit::AtLeast(1.0),
    );
    cached.pool().close().await;
    Ok(())
}

pub(crate) fn occupancy(resources: u64) -> OccupancyQuery {
    OccupancyQuery {
        tenant: TENANT,
        resources: (1..=resources).map(ResourceId::from_u64).collect(),
        window: Interval::from_seconds(DAY, DAY + WINDOW).expect("2090 is supported"),
        now: DAY,
        ignoring: None,
    }
}

/// Calendars of resources numbered from one, with sixteen visits a day of half an hour. Foreign keys are not checked, and
/// overlaps not row by row but afterwards: that would take most of the time.
pub(crate) async fn fill(owner: &mut PgConnection, resources: u64, days: u64) -> Outcome {
    let sql = format!(
        "SET session_replication_role = replica;
         INSERT INTO booking.tenants (tenant_id) VALUES ('{tenant}') ON CONFLICT DO NOTHING;
         INSERT INTO booking.capacities (tenant_id, resource_id, units)
         SELECT '{tenant}', lpad(to_hex(r), 32, '0')::uuid, 1 FROM generate_series(1, {resources}) r ON CONFLICT DO NOTHING;
         INSERT INTO booking.resource_lanes (tenant_id, resource_id, lane)
         SELECT '{tenant}', lpad(to_hex(r), 32, '0')::uuid, 0 FROM generate_series(1, {resources}) r ON CONFLICT DO NOTHING;
         SET maintenance_work_mem = '1GB';
         CREATE TEMP TABLE rule AS SELECT pg_get_constraintdef(oid) AS said FROM pg_constraint WHERE conname = 'claims_never_overlap';
         ALTER TABLE booking.claims DROP CONSTRAINT claims_never_overlap;
         INSERT INTO booking.claims (tenant_id, resource_id, lane, starts, ends, booking_id)
         SELECT '{tenant}', lpad(to_hex(r), 32, '0')::uuid, 0, s, s + 1800, md5(concat(r, '-', s))::uuid
         FROM generate_series(1, {resources}) r, generate_series(0, {days} - 1) d, generate_series(0, 15) n,
              LATERAL (SELECT {DAY} + d * 86400 + n * 1800 + 28800 AS s) visit;
         DO $$ BEGIN
             EXECUTE (SELECT 'ALTER TABLE booking.claims ADD CONSTRAINT claims_never_overlap ' || said FROM rule);
         END $$;
         DROP TABLE rule;
         SET session_replication_role = origin;
         ANALYZE;",
        tenant = TENANT.uuid()
    );
    owner.execute(AssertSqlSafe(sql)).await?;
    owner.execute("VACUUM booking.claims").await?;
    Ok(())
}
