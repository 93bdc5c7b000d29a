//! The performance guard-rails: ratios measured within one run, allocations and instructions counted, as a table.
//!
//! `guard` measures everything and fails when a figure is over its limit. `guard count WORKLOAD ROUNDS` works through a
//! workload, for valgrind to count instructions of.

mod allocations;
mod counting;
mod hostile;
mod rails;
mod table;
mod written;

use std::process::ExitCode;

use table::Table;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [command, workload, rounds] = arguments.as_slice()
        && command == "count"
    {
        return counting::work(workload, rounds.parse().unwrap_or(0));
    }
    if !arguments.is_empty() {
        eprintln!("usage: guard [count WORKLOAD ROUNDS]");
        return ExitCode::FAILURE;
    }
    let mut table = Table::default();
    allocations::count(&mut table);
    counting::count(&mut table);
    hostile::time(&mut table);
    rails::measure(&mut table);
    table.finish()
}
