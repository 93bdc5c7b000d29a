//! The table of races.

use std::fmt;
use std::time::Duration;

use super::contest::{Contest, SEED};
use super::ledger::{Answer, Decision, Ledger};
use super::{CLIENTS, PROCESSES};
use crate::Outcome;

/// What came of a race.
pub(super) struct Line {
    contest: String,
    how: &'static str,
    rate: f64,
    p99: f64,
    booked: usize,
    refused: usize,
    deadlocks: i64,
    errors: usize,
    found: usize,
    wrong: usize,
}

impl Line {
    /// All decisions are judged; those that began before `warm` are not timed.
    pub(super) fn of(
        contest: Contest,
        in_batches: bool,
        decisions: &[Decision],
        ledger: &Ledger,
        (deadlocks, found): (i64, usize),
        warm: Duration,
    ) -> Self {
        let count = |which: &dyn Fn(&Decision) -> bool| decisions.iter().filter(|one| which(one)).count();
        let counted = decisions.iter().filter(|one| one.begun >= warm);
        let mut times: Vec<Duration> =
            counted.clone().map(|one| one.ended.saturating_sub(one.begun)).collect();
        times.sort_unstable();
        let end = decisions.iter().map(|one| one.ended).max().unwrap_or_default();
        let failed = decisions.iter().filter_map(|one| match &one.answer {
            Answer::Failed(why) => Some(why),
            _ => None,
        });
        let failed: Vec<&String> = failed.collect();
        if let Some(why) = failed.first() {
            eprintln!("{}: {why}", contest.name());
        }
        let booked = count(&|one| one.answer == Answer::Granted);
        Self {
            contest: contest.name(),
            how: if in_batches { "as it comes" } else { "each by itself" },
            rate: times.len() as f64 / end.saturating_sub(warm).as_secs_f64(),
            p99: times
                .get(times.len().saturating_sub(1) * 99 / 100)
                .map_or(f64::NAN, |t| t.as_secs_f64() * 1e3),
            booked,
            refused: decisions.len() - booked - failed.len(),
            deadlocks,
            errors: failed.len(),
            found,
            wrong: count(&|one| ledger.is_wrong(one)),
        }
    }

    fn is_well(&self) -> bool {
        self.errors + self.found + self.wrong == 0 && self.booked > 0
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contest, how, rate, p99, booked, refused, deadlocks, errors, found, wrong } = self;
        write!(
            f,
            "| {contest} | {how} | {rate:.0} | {p99:.0} ms | {booked} / {refused} | {deadlocks} | {errors} | {found} | {wrong} |"
        )
    }
}

/// All races so far.
#[derive(Default)]
pub(super) struct Table(Vec<Line>);

impl Table {
    pub(super) fn add(&mut self, line: Line) {
        self.0.push(line);
    }

    /// An error where anything was wrong.
    pub(super) fn verdict(&self) -> Outcome {
        match self.0.iter().find(|line| !line.is_well()) {
            Some(line) => Err(format!("{}, {}: something was wrong", line.contest, line.how).into()),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{CLIENTS} clients over {PROCESSES} stores, seed {SEED}:\n")?;
        writeln!(
            f,
            "| race | how | decided/s | p99 | booked / refused | deadlocks | errors | found | wrongly refused |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|---|")?;
        self.0.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
