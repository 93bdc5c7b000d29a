//! The stores that a business can be kept in: memory, one file, a database. Nothing outside this folder names one.

mod file;
mod memory;
mod postgres;
mod postgres_health;
mod postgres_upkeep;
mod postgres_verify;

use std::fmt;
use std::path::{Path, PathBuf};

use booking_core::{AnyStore, TenantId};
use booking_platform::{AnyPlatform, PlatformStore};
use chrono::{DateTime, Utc};
use tokio::sync::watch;

pub(crate) use postgres::{Migrated, inspect as inspect_database, migrate};
pub(crate) use postgres_health::{health, slow_queries};
pub(crate) use postgres_upkeep::{Keeper, maintain};
// What is told of a database, as its crate has it.
pub(crate) use booking_store_postgres::{Condition, Upkeep};

use crate::cli::Outcome;

/// Where a business is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nowhere: it is gone when the program ends.
    Memory,
    /// In an SQLite file.
    File(PathBuf),
    /// In a `PostgreSQL` database.
    Postgres {
        /// Its address, which may hold a password.
        url: String,
        /// The most connections at once.
        connections: u32,
        /// A streaming replica that reads of availability may go to.
        replica: Option<String>,
    },
}

/// What a store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To serve, or to begin: made where there is none.
    Make,
    /// To change what is there.
    Change,
    /// To look at what is there, also while another process serves it. Nothing that is written lasts.
    Look,
}

/// One store, by the two sides it has.
pub(crate) struct Stores {
    pub(crate) bookings: AnyStore,
    pub(crate) platform: AnyPlatform,
    held: Held,
}

/// What is closed at the end.
enum Held {
    Memory,
    File(file::Open),
    Postgres(postgres::Open),
}

impl Stores {
    /// Opens the store of a place. Nothing is changed where that fails.
    pub(crate) async fn open(place: &Place, purpose: Purpose) -> Outcome<Self> {
        match place {
            Place::Memory => Ok(Self::of(memory::open(), Held::Memory)),
            Place::File(path) => {
                let (store, open) = file::open(path, purpose)?;
                Ok(Self::of(store, Held::File(open)))
            }
            Place::Postgres { url, connections, replica } => {
                let to = postgres::To { url, connections: *connections, replica: replica.as_deref() };
                let (store, open) = postgres::open(to, purpose).await?;
                Ok(Self::of(store, Held::Postgres(open)))
            }
        }
    }

    fn of<S>(store: S, held: Held) -> Self
    where
        S: booking_core::BookingStore + booking_core::Catalog + PlatformStore + Clone + 'static,
    {
        Self { bookings: AnyStore::new(store.clone()), platform: AnyPlatform::new(store), held }
    }

    /// What an operator should mend, and how: problem and fix.
    pub(crate) async fn findings(&self) -> Outcome<Vec<(String, String)>> {
        match &self.held {
            Held::Memory | Held::File(_) => Ok(Vec::new()),
            Held::Postgres(open) => open.findings().await,
        }
    }

    /// What changes whenever another process has written to the store, where several may.
    pub(crate) fn changes(&self) -> Option<watch::Receiver<u64>> {
        match &self.held {
            Held::Memory | Held::File(_) => None,
            Held::Postgres(open) => open.changes(),
        }
    }

    /// Who looks after the store while a server runs, where it needs that.
    pub(crate) fn keeper(&self) -> Option<Keeper> {
        match &self.held {
            Held::Memory | Held::File(_) => None,
            Held::Postgres(open) => Some(open.keeper()),
        }
    }

    /// Deletes the history of a business from before an instant: so many entries of the audit log, and events.
    pub(crate) async fn forget_history(
        &self,
        tenant: TenantId,
        before: DateTime<Utc>,
    ) -> Outcome<(u64, u64)> {
        match &self.held {
            Held::Memory | Held::File(_) => Err("only a database forgets its history".into()),
            Held::Postgres(open) => open.forget_history(tenant, before).await,
        }
    }

    /// Waits for what is under way and closes the store. A file is brought up to date when nobody else uses the store any
    /// more.
    pub(crate) async fn close(self) {
        match self.held {
            Held::Memory => {}
            Held::File(open) => drop(open),
            Held::Postgres(open) => open.close().await,
        }
    }
}

/// What was looked at and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) tenants: usize,
    pub(crate) bookings: usize,
    pub(crate) events: usize,
    /// Everything that must not be: none in good data.
    pub(crate) findings: Vec<String>,
}

/// Looks again at everything that must always hold, while others serve. `told` hears how many looks of how many were
/// taken.
pub(crate) async fn verify(place: &Place, now: DateTime<Utc>, told: impl FnMut(u64, u64)) -> Outcome<Report> {
    match place {
        Place::Memory => Ok(Report::default()),
        Place::File(path) => file::verify(path, now, told),
        Place::Postgres { url, connections, .. } => {
            let to = postgres::To { url, connections: *connections, replica: None };
            let (store, open) = postgres::open(to, Purpose::Look).await?;
            let report = postgres_verify::verify(&store, now, told).await;
            open.close().await;
            report
        }
    }
}

/// Copies a file while others serve. `told` hears how many pages of how many are copied.
pub(crate) fn back_up(from: &Path, to: &Path, told: impl FnMut(u64, u64)) -> Outcome {
    file::back_up(from, to, told)
}

/// What is wrong with a file as a place to keep a business in, or none.
pub(crate) fn inspect_file(path: &Path) -> Option<String> {
    file::inspect(path)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory: it is gone when the program ends"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Postgres { url, .. } => f.write_str(&postgres::shown(url)),
        }
    }
}
