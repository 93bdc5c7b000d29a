//! A database of the program's own.

use booking_core::{Action, BookingStore as _, ResourceId, TenantId};
use booking_store_postgres::sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use booking_store_postgres::sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use booking_store_postgres::{PostgresStore, grant, migrate};

use crate::Outcome;
use crate::book::command;

/// What the application connects as.
pub(crate) const ROLE: &str = "booking_load_app";

/// Migrated, and dropped at the end.
pub(crate) struct Database {
    url: String,
    name: String,
}

impl Database {
    /// Its name ends with this word.
    pub(crate) async fn make(word: &str) -> Outcome<Self> {
        let url = std::env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
        let database = Self { url, name: format!("booking_load_{}_{word}", std::process::id()) };
        let mut admin = PgConnection::connect(&database.url).await?;
        admin.execute(AssertSqlSafe(format!("CREATE DATABASE {}", database.name))).await?;
        migrate(&database.address()).await?;
        let role =
            format!("DO $$ BEGIN CREATE ROLE {ROLE}; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        let mut owner = database.owner().await?;
        owner.execute(AssertSqlSafe(role)).await?;
        grant(&mut owner, ROLE).await?;
        Ok(database)
    }

    pub(crate) fn address(&self) -> String {
        let (server, _) = self.url.rsplit_once('/').unwrap_or((&self.url, ""));
        format!("{server}/{}", self.name)
    }

    pub(crate) async fn owner(&self) -> Outcome<PgConnection> {
        Ok(PgConnection::connect(&self.address()).await?)
    }

    /// As the application connects: row security counts.
    pub(crate) async fn pool(&self, connections: u32) -> Outcome<PgPool> {
        self.pool_with(connections, &[("lock_timeout", "5s"), ("statement_timeout", "60s")]).await
    }

    /// As the application connects, with settings of one's own.
    pub(crate) async fn pool_with(&self, connections: u32, settings: &[(&str, &str)]) -> Outcome<PgPool> {
        let options: PgConnectOptions = self.address().parse()?;
        let options = options.options([("role", ROLE)]).options(settings.iter().copied());
        let pool = PostgresStore::pool_options(connections).min_connections(connections);
        Ok(pool.connect_with(options).await?)
    }

    /// Gives resources, numbered from one, a unit each.
    pub(crate) async fn open(&self, store: &PostgresStore, resources: u64) -> Outcome {
        for number in 1..=resources {
            let action = Action::SetCapacity { resource: ResourceId::from_u64(number), capacity: 1 };
            store.commit(&command(action)).await?;
        }
        self.owner().await?.execute("ANALYZE").await?;
        Ok(())
    }

    pub(crate) async fn drop(self) -> Outcome {
        let mut admin = PgConnection::connect(&self.url).await?;
        admin.execute(AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.name))).await?;
        Ok(())
    }
}

/// Lets every connection of these stores tell the server's statistics what it has counted.
pub(crate) async fn settle(stores: &[PostgresStore]) -> Outcome {
    for store in stores {
        let mut all = Vec::new();
        for _ in 0..store.pool().options().get_max_connections() {
            all.push(store.pool().acquire().await?);
        }
        for connection in &mut all {
            connection.execute("SELECT pg_stat_force_next_flush()").await?;
        }
    }
    Ok(())
}

/// Whose data it is.
pub(crate) const TENANT: TenantId = TenantId::SINGLE;
