//! `booking db maintain`: indexes looked at and rebuilt.

use clap::Args;
use serde_json::{Value, json};

use super::super::place::Kept;
use super::super::progress::Progress;
use super::super::{Ending, Outcome, wait_for};
use super::address;
use crate::stores::{self, Condition, Upkeep};

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
            println!("{}", json!({"items": indexes.iter().map(as_json).collect::<Vec<Value>>()}));
        } else {
            for index in &indexes {
                println!("{}", as_text(index));
            }
            let count = |which: &dyn Fn(&Upkeep) -> bool| indexes.iter().filter(|index| which(index)).count();
            let (unused, mended) = (count(&is_unused), count(&|index| index.mended));
            let broken = indexes.len() - unused;
            println!(
                "{broken} indexes are invalid or bloated, {mended} of them rebuilt; no query has used {unused}"
            );
        }
        let left = indexes.iter().any(|index| !index.mended && !is_unused(index));
        Ok(if left { Ending::Found } else { Ending::Well })
    }
}

fn is_unused(index: &Upkeep) -> bool {
    index.condition == Condition::Unused
}

fn as_text(index: &Upkeep) -> String {
    let what = match index.condition {
        Condition::Invalid => "invalid".to_owned(),
        Condition::Bloated { expected } => format!("{} bytes where {expected} would do", index.bytes),
        Condition::Unused => "not used by any query since statistics began".to_owned(),
        _ => "needs attention".to_owned(),
    };
    let mended = if index.mended { ": rebuilt" } else { "" };
    format!("{} on {}: {what}{mended}", index.index, index.table)
}

fn as_json(index: &Upkeep) -> Value {
    let (condition, expected) = match index.condition {
        Condition::Invalid => ("invalid", None),
        Condition::Bloated { expected } => ("bloated", Some(expected)),
        Condition::Unused => ("unused", None),
        _ => ("other", None),
    };
    json!({"index": index.index, "table": index.table, "bytes": index.bytes, "condition": condition,
        "expected_bytes": expected, "mended": index.mended})
}
