//! `booking db`: looking after a database.

mod forget_history;
mod health;
mod maintain;
mod slow;

use clap::{Args, Subcommand};

use super::place::Kept;
use super::{Ending, Outcome};
use crate::stores::Place;

/// Look after a `PostgreSQL` database.
#[derive(Debug, Args)]
pub(crate) struct Db {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Rebuild indexes that are invalid or bloated, while bookings go on, and list those that no query uses. Needs the
    /// role that owns the schema. The exit code is 3 when something was left to rebuild (`--dry-run`).
    Maintain(maintain::Maintain),
    /// Say how the database and the work on it are, of all businesses together: transactions, replicas, rows that wait for
    /// vacuum, work that no server does, overlaps. The exit code is 3 when there is something to look after.
    Health(health::ShowHealth),
    /// List what takes long, what costs most first. Needs the extension `pg_stat_statements`.
    Slow(slow::Slow),
    /// Delete the history of a business from before an instant, for good: entries of the audit log, and events of visits
    /// that were over by then, from the old end of the feed up to the first that has to stay. Bookings stay. Works while
    /// servers run.
    ForgetHistory(forget_history::ForgetHistory),
}

impl Db {
    pub(crate) fn run(self) -> Outcome<Ending> {
        match self.what {
            What::Maintain(maintain) => maintain.run(),
            What::Health(health) => health.run(),
            What::Slow(slow) => slow.run(),
            What::ForgetHistory(forget) => forget.run(),
        }
    }
}

/// The address of the database that was named.
fn address(data: &Kept) -> Outcome<String> {
    match data.place() {
        Place::Postgres { url, .. } => Ok(url),
        Place::Memory | Place::File(_) => {
            Err("this is for a database: `--database-url` or DATABASE_URL names one; a data file does not need it"
                .into())
        }
    }
}
