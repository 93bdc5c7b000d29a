//! `booking db`: looking after a database.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::place::Kept;
use super::progress::Progress;
use super::{Ending, Outcome, wait_for};
use crate::stores::{self, Place};

/// Look after a `PostgreSQL` database.
#[derive(Debug, Args)]
pub(crate) struct Db {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Rebuild indexes that are invalid or bloated, while bookings go on, and list those that no query uses. Needs the
    /// role that owns the schema.
    Maintain(Maintain),
}

#[derive(Debug, Args)]
struct Maintain {
    #[command(flatten)]
    data: Kept,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Db {
    pub(crate) fn run(self) -> Outcome<Ending> {
        let What::Maintain(maintain) = self.what;
        maintain.run()
    }
}

impl Maintain {
    fn run(self) -> Outcome<Ending> {
        let Place::Postgres { url, .. } = self.data.place() else {
            return Err(
                "a data file needs no maintenance; `--database-url` or DATABASE_URL names a database".into(),
            );
        };
        let progress = Progress::turning("maintaining");
        let indexes = wait_for(stores::maintain(&url, self.dry_run))??;
        drop(progress);
        if self.json {
            let items = indexes.iter().map(|(what, mended)| json!({"index": what, "mended": mended}));
            println!("{}", json!({"items": items.collect::<Vec<Value>>()}));
        } else {
            for (what, mended) in &indexes {
                println!("{what}{}", if *mended { ": rebuilt" } else { "" });
            }
            println!(
                "{} indexes need attention, {} rebuilt",
                indexes.len(),
                indexes.iter().filter(|one| one.1).count()
            );
        }
        let left = indexes.iter().any(|(_, mended)| !mended);
        Ok(if left { Ending::Found } else { Ending::Well })
    }
}
