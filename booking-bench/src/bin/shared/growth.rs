//! What the past costs: reads and writes beside many past bookings and beside few.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use booking_core::BookingStore as _;
use booking_store_postgres::PostgresStore;
use booking_store_postgres::sqlx::{AssertSqlSafe, Executor as _, PgConnection};

use crate::book::{DAY, RESOURCES, booking, closed_loop, warm_up};
use crate::calendar::{fill, occupancy};
use crate::database::{Database, TENANT};
use crate::report::{Limit, Report, median};
use crate::{Outcome, Plan};

const FEW: u64 = 100_000;
const TURNS: usize = 3;
const READS: usize = 400;

/// A database with a past.
struct Aged {
    database: Database,
    store: PostgresStore,
    numbers: Arc<AtomicU64>,
    reads: Vec<f64>,
    writes: Vec<f64>,
}

pub(crate) async fn measure(plan: &Plan, report: &mut Report) -> Outcome {
    let mut few = Aged::make("few", FEW).await?;
    let mut many = Aged::make("many", plan.rows).await?;
    for _ in 0..TURNS {
        few.turn(plan).await?;
        many.turn(plan).await?;
    }
    let name = |what: &str| format!("{what}, {} past bookings against {FEW}", plan.rows);
    let (slow, fast) = (median(many.reads.clone()), median(few.reads.clone()));
    report.add(
        &name("reads"),
        format!("{slow:.3} ms"),
        format!("{fast:.3} ms"),
        slow / fast,
        Limit::AtMost(1.3),
    );
    let (slow, fast) = (median(many.writes.clone()), median(few.writes.clone()));
    report.add(
        &name("bookings"),
        format!("{slow:.0}/s"),
        format!("{fast:.0}/s"),
        fast / slow,
        Limit::AtMost(1.3),
    );
    few.end().await?;
    many.end().await
}

impl Aged {
    async fn make(word: &str, past: u64) -> Outcome<Self> {
        let database = Database::make(word).await?;
        let mut owner = database.owner().await?;
        fill(&mut owner, RESOURCES, 31).await?;
        history(&mut owner, past).await?;
        let store = PostgresStore::from_pool(database.pool(64).await?);
        // After the days that are filled.
        let numbers = Arc::new(AtomicU64::new(RESOURCES * 48 * 40));
        warm_up(64, &numbers, booking(&store, 1)).await?;
        Ok(Self { database, store, numbers, reads: Vec::new(), writes: Vec::new() })
    }

    async fn turn(&mut self, plan: &Plan) -> Outcome {
        let query = occupancy(1);
        for _ in 0..READS {
            let start = Instant::now();
            self.store.occupancy(&query).await?;
            self.reads.push(start.elapsed().as_secs_f64() * 1e3);
        }
        let work = booking(&self.store, 1);
        self.writes.push(closed_loop(64, plan.turn, &self.numbers, work).await?.rate);
        Ok(())
    }

    async fn end(self) -> Outcome {
        self.store.pool().close().await;
        self.database.drop().await
    }
}

/// Bookings that are over, as they were written: with picks, events and assignments, without claims.
pub(crate) async fn history(owner: &mut PgConnection, past: u64) -> Outcome {
    let sql = format!(
        "SET session_replication_role = replica;
         INSERT INTO booking.bookings (tenant_id, booking_id, service_id, customer_id, starts, ends, party, state, version,
             zone, wall, tzdata, claims, max_hold, created, changed)
         SELECT '{tenant}', md5(n::text)::uuid, lpad(to_hex(1 + n % 50), 32, '0')::uuid,
                lpad(to_hex(1 + n % 100000), 32, '0')::uuid, s, s + 1800, 1, 'completed', 3, 'UTC', to_timestamp(s), '2026f',
                '[]', 1800, s - 86400, s + 1800
         FROM generate_series(1, {past}) n, LATERAL (SELECT {DAY} - 86400 - n / {RESOURCES} * 1800 AS s) visit;
         INSERT INTO booking.picks (tenant_id, booking_id, place, requirement, resource_id, seconds, starts)
         SELECT tenant_id, booking_id, 0, 'staff', lpad(to_hex(1 + (starts / 1800 + hashtext(booking_id::text)) % {RESOURCES}
             + {RESOURCES}), 32, '0')::uuid, 1800, starts FROM booking.bookings;
         INSERT INTO booking.booking_events (tenant_id, booking_id, kind, state, version, starts, ends, at, who, origin)
         SELECT tenant_id, booking_id, 'placed', 'confirmed', 1, starts, ends, created, 'web shop', 'api'
         FROM booking.bookings;
         INSERT INTO booking.assignments (tenant_id, service_id, resource_id, event_id, at)
         SELECT b.tenant_id, b.service_id, p.resource_id, e.event_id, b.created
         FROM booking.bookings b JOIN booking.picks p USING (tenant_id, booking_id)
         JOIN booking.booking_events e USING (tenant_id, booking_id);
         SET session_replication_role = origin;",
        tenant = TENANT.uuid()
    );
    owner.execute(AssertSqlSafe(sql)).await?;
    owner.execute("VACUUM ANALYZE").await?;
    Ok(())
}
