//! `booking db maintain`: indexes looked at and rebuilt.

use clap::Args;
use serde_json::{Value, json};

use super::super::place::Kept;
use super::super::progress::Progress;
use super::super::{Ending, Outcome, wait_for};
use super::address;
use crate::stores;

#[derive(Debug, Args)]
pub(super) struct Maintain {
    #[command(flatten)]
    data: Kept,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Maintain {
    pub(super) fn run(self) -> Outcome<Ending> {
        let url = address(&self.data)?;
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
