//! Instructions, counted by valgrind: exact on a machine under any load.

use std::process::{Command, ExitCode};

use booking_bench::INPUTS;
use booking_bench::single::Providers;
use booking_bench::teams::{Grid, Staff};

use crate::table::Table;

/// A workload, and the instructions one question took where the limits come from.
const WORKLOADS: [(&str, &str, f64); 5] = [
    ("w1", "W1, compiled", 6_242.0),
    ("w1-end-to-end", "W1, end to end", 11_805.0),
    ("w4", "W4, 365 days and 5,000 bookings", 137_895.0),
    ("w2", "W2, any of 50", 260_438.0),
    ("w5", "W5, first free start after 90 full days", 5_623.0),
];
/// How many times as many instructions are allowed.
const MARGIN: f64 = 1.4;

/// Counts every workload, or notes that valgrind is missing.
pub(crate) fn count(table: &mut Table) {
    let version = Command::new("valgrind").arg("--version").output();
    if !version.is_ok_and(|output| output.status.success()) {
        table.note("valgrind is not installed: instructions were not counted".to_owned());
        return;
    }
    for (workload, name, figure) in WORKLOADS {
        // The first round warms up, and what both runs do besides the rounds cancels out.
        let counted = instructions(workload, 1).zip(instructions(workload, 2));
        let each = counted.map_or(f64::INFINITY, |(one, two)| (two - one) / INPUTS as f64);
        table.add(&format!("instructions: {name}"), each.round(), figure * MARGIN, "");
    }
}

/// All instructions of this program working through a workload some times.
fn instructions(workload: &str, rounds: u32) -> Option<f64> {
    let program = std::env::current_exe().ok()?;
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
    let output = valgrind.args(["count", workload, &rounds.to_string()]).output().ok()?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = told.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(':').next()?.trim().parse().ok()
}

/// Works through a workload, for valgrind.
pub(crate) fn work(workload: &str, rounds: u32) -> ExitCode {
    let all: &mut dyn FnMut(&mut dyn FnMut() -> u64) = &mut |round| {
        for _ in 0..rounds {
            std::hint::black_box(round());
        }
    };
    match workload {
        "w1" | "w1-end-to-end" => {
            let mut month = Providers::month();
            let compiled = workload == "w1";
            all(&mut || if compiled { month.compiled(0..INPUTS) } else { month.end_to_end(0..INPUTS) });
        }
        "w4" => {
            let mut year = Providers::year();
            all(&mut || year.compiled(0..INPUTS));
        }
        "w5" => {
            let mut full = Providers::full();
            all(&mut || full.first(0..INPUTS));
        }
        "w2" => {
            let staff = Staff::new(Grid::Shared);
            let mut pools = staff.pools(50);
            all(&mut || pools.any_of_each(0..INPUTS));
        }
        unknown => {
            eprintln!("no workload `{unknown}`");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
