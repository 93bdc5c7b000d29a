//! 64 clients race for the same through the store itself, and every answer is judged: by the database's own check, and by a
//! replay against the core's rule of capacity.

mod contest;
mod course;
mod ledger;
mod table;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use booking_core::{Action, TenantId};
use booking_store_postgres::PostgresStore;
use booking_store_postgres::sqlx::{PgConnection, query, query_as, query_scalar};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::book::{RESOURCES, booking, warm_up};
use crate::calendar::fill;
use crate::database::{Database, settle};
use crate::growth::history;
use crate::{Outcome, Plan};
use contest::Contest;
use course::Course;
use ledger::Ledger;
use table::{Line, Table};

const CLIENTS: u64 = 64;
/// Stores with connections and batches of their own, as so many processes have them.
const PROCESSES: u32 = 4;
/// Decisions that are judged and not timed: connections plan while they are new.
const FIRST: u64 = 8 * CLIENTS;
/// Holds that lapse before a second of a race for them.
const HOLDS_A_SECOND: u64 = 600;

const CONTESTS: [Contest; 9] = [
    Contest::SameSlot,
    Contest::HotResource,
    Contest::Lengths { units: 2 },
    Contest::Lengths { units: 4 },
    Contest::Lengths { units: 12 },
    Contest::Orders,
    Contest::Takeover,
    Contest::Moves,
    Contest::Limits,
];

/// Runs all races and prints what came of them; an error where anything was wrong.
pub(crate) async fn measure(plan: &Plan) -> Outcome {
    let database = Database::make("races").await?;
    // A database with something in it: in a new one every connection plans anew whenever the tables have doubled.
    let mut owner = database.owner().await?;
    fill(&mut owner, 20, 31).await?;
    history(&mut owner, 20_000).await?;
    let mut hall = Hall::open(&database, plan.turn / 2).await?;
    hall.warm_up().await?;
    let mut table = Table::default();
    for contest in CONTESTS {
        if contest.comes_in_batches() {
            table.add(hall.race(contest, true).await?);
        }
        table.add(hall.race(contest, false).await?);
    }
    println!("{table}");
    hall.close().await;
    database.drop().await?;
    table.verdict()
}

/// Where races take place.
struct Hall {
    owner: PgConnection,
    batched: Vec<PostgresStore>,
    alone: Vec<PostgresStore>,
    turn: Duration,
    races: u64,
}

impl Hall {
    async fn open(database: &Database, turn: Duration) -> Outcome<Self> {
        let store = PostgresStore::from_pool(database.pool(1).await?);
        database.open(&store, RESOURCES).await?;
        store.pool().close().await;
        let mut batched = Vec::new();
        for _ in 0..PROCESSES {
            batched.push(PostgresStore::from_pool(database.pool(CLIENTS as u32 / PROCESSES).await?));
        }
        let alone = batched.iter().map(|store| store.clone().without_batches()).collect();
        Ok(Self { owner: database.owner().await?, batched, alone, turn, races: 0 })
    }

    /// Lets every connection of every store book, in batches and without.
    async fn warm_up(&self) -> Outcome {
        // After the days that are filled.
        let numbers = Arc::new(AtomicU64::new(RESOURCES * 48 * 40));
        for stores in [&self.batched, &self.alone] {
            for store in stores {
                let connections = store.pool().options().get_max_connections();
                warm_up(connections, &numbers, booking(store, 1)).await?;
            }
        }
        Ok(())
    }

    async fn race(&mut self, contest: Contest, in_batches: bool) -> Outcome<Line> {
        self.races += 1;
        let tenant = TenantId::from_u64(self.races);
        let holds = FIRST + (self.turn.as_secs_f64() * HOLDS_A_SECOND as f64).ceil() as u64;
        let stores = if in_batches { self.batched.clone() } else { self.alone.clone() };
        let course = Course { contest, tenant, stores: &stores, holds };
        let capacities = contest.capacities();
        let set = capacities.iter().map(|&(resource, capacity)| Action::SetCapacity { resource, capacity });
        course.prepare(set.collect()).await?;
        let before = course.prepare(contest.before(holds, self.soon().await?)).await?;
        self.let_lapse(tenant).await?;
        settle(&stores).await?;
        let deadlocks = self.deadlocks().await?;
        let (decisions, warm) = course.run(FIRST, self.turn).await?;
        settle(&stores).await?;
        let deadlocks = self.deadlocks().await? - deadlocks;
        let ledger = Ledger::of(&capacities, before.iter().chain(&decisions));
        let found = self.found(tenant, &ledger).await?;
        let line = Line::of(contest, in_batches, &decisions, &ledger, (deadlocks, found), warm);
        eprintln!("{line}");
        Ok(line)
    }

    /// An instant ahead, by the server's clock.
    async fn soon(&mut self) -> Outcome<DateTime<Utc>> {
        let sql = "SELECT extract(epoch FROM clock_timestamp())::bigint + 1700";
        let soon = query_scalar(sql).fetch_one(&mut self.owner).await?;
        Ok(DateTime::from_timestamp(soon, 0).unwrap_or_default())
    }

    /// Moves the deadlines of a tenant's holds into the past, instead of waiting for them.
    async fn let_lapse(&mut self, tenant: TenantId) -> Outcome {
        for sql in [
            "UPDATE booking.claims SET hold_expires_at = hold_expires_at - 1800 WHERE tenant_id = $1",
            "UPDATE booking.bookings SET deadline = deadline - 1800 WHERE tenant_id = $1",
        ] {
            query(sql).bind(tenant.uuid()).execute(&mut self.owner).await?;
        }
        Ok(())
    }

    async fn deadlocks(&mut self) -> Outcome<i64> {
        let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        Ok(query_scalar(sql).fetch_one(&mut self.owner).await?)
    }

    /// What must not be: rows of the database's own check, claims that were acknowledged and are not there, claims that are
    /// there and were not acknowledged, limits that were exceeded, holds that were revived.
    async fn found(&mut self, tenant: TenantId, ledger: &Ledger) -> Outcome<usize> {
        let check = "SELECT problem, subject FROM booking.self_check($1)";
        let rows: Vec<(String, Uuid)> =
            query_as(check).bind(tenant.uuid()).fetch_all(&mut self.owner).await?;
        let claims = "SELECT booking_id, resource_id, starts::bigint FROM booking.claims
            WHERE tenant_id = $1 AND hold_expires_at IS NULL";
        let there: Vec<(Uuid, Uuid, i64)> =
            query_as(claims).bind(tenant.uuid()).fetch_all(&mut self.owner).await?;
        let (there, kept): (HashSet<_>, _) = (there.into_iter().collect(), ledger.kept());
        let differ = there.symmetric_difference(&kept).count();
        if let Some((problem, subject)) = rows.first() {
            eprintln!("the self-check says: {problem} {subject}");
        }
        Ok(rows.len() + differ + ledger.wrongly_granted())
    }

    async fn close(self) {
        for store in self.batched {
            store.pool().close().await;
        }
    }
}
