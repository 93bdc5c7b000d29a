//! `booking db health`: how a database and the work on it are.

use clap::Args;
use serde_json::{Value, json};

use super::super::place::Kept;
use super::super::{Ending, Outcome, wait_for};
use super::address;
use crate::stores;

#[derive(Debug, Args)]
pub(super) struct ShowHealth {
    #[command(flatten)]
    data: Kept,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl ShowHealth {
    pub(super) fn run(self) -> Outcome<Ending> {
        let told = wait_for(stores::health(&address(&self.data)?))??;
        if self.json {
            let findings: Vec<Value> =
                told.findings.iter().map(|(problem, fix)| json!({"problem": problem, "fix": fix})).collect();
            println!("{}", json!({"ok": findings.is_empty(), "health": told.health, "findings": findings}));
        } else {
            for (what, said) in &told.facts {
                println!("{what:19} {said}");
            }
            for (problem, fix) in &told.findings {
                // An error that is told may have lines.
                println!("WRONG  {}\n       {fix}", problem.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
        Ok(if told.findings.is_empty() { Ending::Well } else { Ending::Found })
    }
}
