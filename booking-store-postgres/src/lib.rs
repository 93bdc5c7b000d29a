//! The store for more than one process: `PostgreSQL` 15 or newer, in a schema of its own (`booking`), beside a host's
//! tables.
//!
//! It cannot double-book. Every unit of every claim is a row under an exclusion constraint, so that two that overlap
//! cannot both exist, whatever writes them: two servers at once, a retry, or SQL typed by hand. A command is one call of
//! a database function and one transaction; holds are judged by the primary's clock at the moment of commit.
//!
//! - [`migrate`] brings a database to this version's schema, under a lock, and may run as often as it likes.
//! - [`PostgresStore`] implements [`Catalog`](booking_core::Catalog) and [`BookingStore`](booking_core::BookingStore).
//! - [`commit_in`] books inside a transaction of the host's, so that an order and its booking are written together or
//!   not at all.
//!
//! The application's role is to be neither a superuser nor allowed to bypass row security: that wall keeps tenants
//! apart even where a query forgets its predicate.

mod batch;
mod cache;
mod catalogue;
mod changes;
mod doctor;
mod error;
mod gather;
mod health;
mod jobs;
mod migrate;
mod platform;
mod pooler;
mod read;
mod replica;
mod reports;
mod store;
mod upkeep;
mod wire;

pub use cache::CacheUse;
pub use doctor::{Finding, doctor};
pub use health::{Failure, Health, Jobs, LapsedHolds, Outbox, Overlaps, Replica, Replication};
pub use jobs::{Done, Job, JobKind};
pub use migrate::{
    MigrateError, Migration, SCHEMA_VERSION, dry_run, grant, migrate, migrations, time_limits,
};
pub use replica::ReplicaUse;
pub use sqlx;
pub use store::{PostgresStore, commit_in};
pub use upkeep::{Condition, Forgotten, ForgottenHistory, SlowQuery, Uncounted, Upkeep, maintain};
