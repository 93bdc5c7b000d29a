//! How many connections are right: bookings and reads through pools of several sizes.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use booking_core::{Action, BookingStore as _, Command, OccupancyQuery, ResourceId, TenantId};
use booking_store_postgres::PostgresStore;

use crate::book::{Asked, Done, RESOURCES, closed_loop, command, warm_up};
use crate::calendar::{fill, occupancy};
use crate::database::Database;
use crate::{Outcome, Plan};

const WRITERS: [u32; 6] = [4, 8, 16, 32, 64, 128];
const READERS: [u32; 6] = [2, 4, 8, 16, 32, 64];
/// More than the largest pool has connections.
const CLIENTS: u64 = 256;
/// Calendars that are read.
const FILLED: u64 = 100;
/// Whom bookings are for where they are for many; each has as many of the resources.
const TENANTS: u64 = 16;

/// Whose bookings, and how they are written.
#[derive(Clone, Copy)]
enum Way {
    OneTenant,
    ManyTenants,
    Alone,
}

/// Measures and prints both tables.
pub(crate) async fn measure(plan: &Plan) -> Outcome {
    let database = Database::make("pools").await?;
    fill(&mut database.owner().await?, FILLED, 31).await?;
    // After the days that are filled.
    let numbers = Arc::new(AtomicU64::new(RESOURCES * 48 * 40));
    let bench = Bench { plan, database, numbers };
    bench.prepare().await?;
    let mut table = format!(
        "{CLIENTS} clients:\n
| connections | one tenant: bookings/s | p99 | {TENANTS} tenants | p99 | each by itself | p99 |
|---|---|---|---|---|---|---|\n"
    );
    for connections in WRITERS {
        write!(table, "| {connections} |")?;
        for way in [Way::OneTenant, Way::ManyTenants, Way::Alone] {
            write!(table, " {} |", shown(&bench.write(connections, way).await?))?;
        }
        writeln!(table)?;
    }
    table.push_str("\n| connections | reads/s of 31 days of a resource | p99 |\n|---|---|---|\n");
    for connections in READERS {
        writeln!(table, "| {connections} | {} |", shown(&bench.read(connections).await?))?;
    }
    println!("{table}");
    bench.database.drop().await
}

fn shown(done: &Done) -> String {
    format!("{:.0} | {:.0} ms", done.rate, done.percentile(99))
}

struct Bench<'a> {
    plan: &'a Plan,
    database: Database,
    numbers: Arc<AtomicU64>,
}

impl Bench<'_> {
    /// Gives every tenant its resources.
    async fn prepare(&self) -> Outcome {
        let store = PostgresStore::from_pool(self.database.pool(1).await?);
        self.database.open(&store, RESOURCES).await?;
        for number in 0..RESOURCES {
            let resource = ResourceId::from_u64(1 + number);
            let set = command(Action::SetCapacity { resource, capacity: 1 });
            store.commit(&Command { tenant: tenant(number), ..set }).await?;
        }
        store.pool().close().await;
        Ok(())
    }

    async fn write(&self, connections: u32, way: Way) -> Outcome<Done> {
        let store = PostgresStore::from_pool(self.database.pool(connections).await?);
        let store = if matches!(way, Way::Alone) { store.without_batches() } else { store };
        let writing = store.clone();
        let work = move |_, number| {
            let store = writing.clone();
            async move {
                let mut command = Asked { number, claims: 1 }.command();
                if matches!(way, Way::ManyTenants) {
                    command.tenant = tenant(number);
                }
                store.commit(&command).await?;
                Ok(())
            }
        };
        warm_up(connections, &self.numbers, work.clone()).await?;
        let done = closed_loop(CLIENTS, self.plan.turn / 2, &self.numbers, work).await?;
        store.pool().close().await;
        Ok(done)
    }

    async fn read(&self, connections: u32) -> Outcome<Done> {
        let store = PostgresStore::from_pool(self.database.pool(connections).await?);
        let reading = store.clone();
        let work = move |_, number: u64| {
            let store = reading.clone();
            async move {
                let resources = vec![ResourceId::from_u64(1 + number % FILLED)];
                store.occupancy(&OccupancyQuery { resources, ..occupancy(1) }).await?;
                Ok(())
            }
        };
        warm_up(connections, &self.numbers, work.clone()).await?;
        let done = closed_loop(CLIENTS, self.plan.turn / 2, &self.numbers, work).await?;
        store.pool().close().await;
        Ok(done)
    }
}

fn tenant(number: u64) -> TenantId {
    TenantId::from_u64(1 + number % TENANTS)
}
