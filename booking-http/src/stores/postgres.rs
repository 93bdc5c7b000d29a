//! A business in a `PostgreSQL` database.

use booking_core::TenantId;
use booking_store_postgres::sqlx::Connection;
use booking_store_postgres::sqlx::error::DatabaseError;
use booking_store_postgres::sqlx::postgres::{PgConnectOptions, PgConnection};
use booking_store_postgres::{MigrateError, PostgresStore, doctor, dry_run, grant, migrations, time_limits};
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::Purpose;
use crate::cli::Outcome;

/// An open database.
pub(super) struct Open(PostgresStore);

/// What to connect to.
pub(super) struct To<'a> {
    pub(super) url: &'a str,
    pub(super) connections: u32,
    pub(super) replica: Option<&'a str>,
}

/// Connects. An empty database gets its schema where there is a business to be made; an older one is left to those who
/// own it, and one that is newer or not ours is refused.
pub(super) async fn open(to: To<'_>, purpose: Purpose) -> Outcome<(PostgresStore, Open)> {
    let To { url, connections, replica } = to;
    for url in [Some(url), replica].into_iter().flatten() {
        check_address(url)?;
    }
    let at = |error: &dyn std::error::Error| format!("{}: {}", shown(url), crate::cli::told(error));
    let pending = dry_run(url).await.map_err(|error| at(&error))?;
    let is_empty = pending.len() == migrations().len();
    match pending.first() {
        Some(_) if is_empty && purpose == Purpose::Make => {
            booking_store_postgres::migrate(url).await.map_err(|error| at(&error))?;
        }
        Some(_) if is_empty => {
            let made = "`booking init` makes a business, `booking serve --demo` a demo";
            return Err(format!("{}: there is nothing yet: {made}", shown(url)).into());
        }
        Some(first) => {
            let fix = "`booking migrate`, as the role that owns it, brings it to this version";
            return Err(format!("{}: its schema lacks {}: {fix}", shown(url), first.name).into());
        }
        None => {}
    }
    let store = PostgresStore::connect(url, connections).await.map_err(|error| at(&error))?;
    let store = match replica {
        Some(replica) => store.with_replica(replica, connections).map_err(|error| at(&error))?,
        None => store,
    };
    let store = match purpose {
        Purpose::Make => store.with_busy_cache().with_change_feed().await.map_err(|error| at(&error))?,
        Purpose::Change | Purpose::Look => store,
    };
    Ok((store.clone(), Open(store)))
}

impl Open {
    pub(super) async fn findings(&self) -> Outcome<Vec<(String, String)>> {
        let found = doctor(self.0.pool()).await?;
        Ok(found.into_iter().map(|finding| (finding.problem, finding.fix)).collect())
    }

    pub(super) fn changes(&self) -> Option<watch::Receiver<u64>> {
        self.0.changes()
    }

    pub(super) fn keeper(&self) -> super::Keeper {
        super::postgres_upkeep::Keeper(self.0.clone())
    }

    /// In as many calls as it takes, each of them short, until there is nothing more.
    pub(super) async fn forget_history(
        &self,
        tenant: TenantId,
        before: DateTime<Utc>,
    ) -> Outcome<(u64, u64)> {
        let (mut entries, mut events) = (0, 0);
        loop {
            let forgotten = self.0.forget_history(tenant, before).await?;
            entries += u64::from(forgotten.entries);
            events += u64::from(forgotten.events);
            if forgotten.is_empty() {
                return Ok((entries, events));
            }
        }
    }

    pub(super) async fn close(self) {
        self.0.pool().close().await;
    }
}

/// What bringing a schema to this version came to.
pub(crate) struct Migrated {
    pub(crate) steps: Vec<String>,
    /// What gives the role that was let use the schema time limits, where it has none yet.
    pub(crate) limits: Option<String>,
}

/// Brings the schema to this version and answers what was done, or only what would be. Afterwards a role may use it.
pub(crate) async fn migrate(url: &str, dry: bool, role: Option<&str>) -> Outcome<Migrated> {
    check_address(url)?;
    let at = |error: MigrateError| format!("{}: {}", shown(url), crate::cli::told(&error));
    let done = if dry { dry_run(url).await } else { booking_store_postgres::migrate(url).await };
    let steps = done.map_err(at)?.iter().map(|step| step.name.to_owned()).collect();
    let Some(role) = role else { return Ok(Migrated { steps, limits: None }) };
    let mut connection = PgConnection::connect(url).await?;
    let granted = grant(&mut connection, role).await;
    connection.close().await?;
    let limited = granted.map_err(|error| format!("the schema is at this version; {}", at(error)))?;
    Ok(Migrated { steps, limits: (!limited).then(|| time_limits(role)) })
}

/// What is wrong with a database, and how to mend it.
pub(crate) async fn inspect(url: &str) -> Outcome<Vec<(String, String)>> {
    if let Err(problem) = check_address(url) {
        return Ok(vec![(problem, "correct DATABASE_URL, or --database-url".to_owned())]);
    }
    let pool = match PostgresStore::pool_options(1).connect(url).await {
        Ok(pool) => pool,
        Err(error) => {
            let fix = match error.as_database_error().and_then(DatabaseError::code).as_deref() {
                Some("3D000") => "make it with `createdb`, or correct its name",
                Some("28P01" | "28000") => "correct the role or its password, or let it in (pg_hba.conf)",
                Some("53300") => "end other connections, or raise max_connections",
                _ => "start it, and check the address, the role and its password",
            };
            return Ok(vec![(crate::cli::told(&error), fix.to_owned())]);
        }
    };
    let found = doctor(&pool).await?.into_iter().map(|finding| (finding.problem, finding.fix)).collect();
    pool.close().await;
    Ok(found)
}

/// The driver takes whatever has a host in it.
pub(super) fn check_address(url: &str) -> Result<(), String> {
    let ours = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    if ours && url.parse::<PgConnectOptions>().is_ok() {
        return Ok(());
    }
    Err("this is no address of a PostgreSQL database: postgres://role:password@host/name is expected"
        .to_owned())
}

/// A database by server and name: an address can hold a password, and is shown nowhere.
pub(super) fn shown(url: &str) -> String {
    match url.parse::<PgConnectOptions>() {
        Ok(options) => {
            let name = options.get_database().unwrap_or("the user's own");
            format!("PostgreSQL at {}:{}, database {name}", options.get_host(), options.get_port())
        }
        Err(_) => "PostgreSQL".to_owned(),
    }
}
