//! `booking migrate`: the schema of a database brought to this version.

use clap::Args;
use serde_json::json;

use super::place::Kept;
use super::{Ending, Outcome, wait_for};
use crate::stores::{self, Migrated, Place};

/// Bring a `PostgreSQL` database to this version's schema, in one transaction and under a lock. May run as often as it
/// likes. Needs the role that owns the schema.
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    #[command(flatten)]
    data: Kept,
    /// Only say what would be done. The exit code is 3 when there is anything to do.
    #[arg(long)]
    dry_run: bool,
    /// Let this role use the schema afterwards: what the server connects as. The exit code is 3 when it has no time limits,
    /// and this role may not set them.
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
        let Migrated { steps, limits } =
            wait_for(stores::migrate(&url, self.dry_run, self.grant.as_deref()))??;
        if self.json {
            println!("{}", json!({"dry_run": self.dry_run, "steps": steps, "limits": limits}));
        } else {
            for step in &steps {
                println!("{step}");
            }
            let done = if self.dry_run { "to do" } else { "done" };
            println!("{} steps {done}", steps.len());
            if let Some(role) = &self.grant {
                println!("the role {role} may use the schema");
            }
            if let Some(limits) = &limits {
                println!(
                    "the role has no time limits yet, and this one may not set them. As a role that may:\n  {limits}"
                );
            }
        }
        let left = limits.is_some() || (self.dry_run && !steps.is_empty());
        Ok(if left { Ending::Found } else { Ending::Well })
    }
}
