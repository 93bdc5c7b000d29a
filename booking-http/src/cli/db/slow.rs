//! `booking db slow`: what takes long.

use clap::Args;
use serde_json::{Value, json};

use super::super::place::Kept;
use super::super::{Ending, Outcome, wait_for};
use super::address;
use crate::stores;

/// Characters of a query that are shown.
const SHOWN: usize = 200;

#[derive(Debug, Args)]
pub(super) struct Slow {
    #[command(flatten)]
    data: Kept,
    /// From how many milliseconds on a query takes long, on average.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 10)]
    min_ms: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Slow {
    pub(super) fn run(self) -> Outcome<Ending> {
        let slow = wait_for(stores::slow_queries(&address(&self.data)?, self.min_ms))??;
        if self.json {
            let items = slow.iter().map(|one| {
                json!({"query": one.query, "calls": one.calls, "mean_ms": one.mean, "max_ms": one.max, "total_ms": one.total})
            });
            println!("{}", json!({"items": items.collect::<Vec<Value>>()}));
            return Ok(Ending::Well);
        }
        println!("{:>10} {:>10} {:>10} {:>12}  query", "calls", "mean ms", "max ms", "total ms");
        for one in &slow {
            // On one line, however it was written.
            let query: String = one.query.split_whitespace().collect::<Vec<_>>().join(" ");
            let query: String = query.chars().take(SHOWN).collect();
            println!("{:>10} {:>10.2} {:>10.2} {:>12.0}  {query}", one.calls, one.mean, one.max, one.total);
        }
        Ok(Ending::Well)
    }
}
