//! `booking migrate`: the schema of a database brought to this version.

use clap::Args;
use serde_json::json;

use super::place::Kept;
use super::{Ending, Outcome, wait_for};
use crate::stores::{self, Place};

/// Bring a `PostgreSQL` database to this version's schema, in one transaction and under a lock. May run as often as it
/// likes. Needs the role that owns the schema.
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    #[command(flatten)]
    data: Kept,
    /// Only say what would be done. The exit code is 3 when there is anything to do.
    #[arg(long)]
    dry_run: bool,
    /// Let this role use the schema afterwards: what the server connects as.
    #[arg(long, value_name = "ROLE", conflicts_with = "dry_run")]
    grant: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Migrate {
    pub(crate) fn run(self) -> Outcome<Ending> {
        let Place::Postgres { url, .. } = self.data.place() else {
            return Err(
                "a data file is brought up to date whenever it is opened; `--database-url` or DATABASE_URL \
                names a database"
                    .into(),
            );
        };
        let steps = wait_for(stores::migrate(&url, self.dry_run, self.grant.as_deref()))??;
        if self.json {
            println!("{}", json!({"dry_run": self.dry_run, "steps": steps}));
        } else {
            for step in &steps {
                println!("{step}");
            }
            let done = if self.dry_run { "to do" } else { "done" };
            println!("{} steps {done}", steps.len());
        }
        Ok(if self.dry_run && !steps.is_empty() { Ending::Found } else { Ending::Well })
    }
}
