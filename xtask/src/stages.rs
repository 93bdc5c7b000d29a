//! Steps that are timed, stop at the first failure and end in a table.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::Result;

/// A run of named steps.
#[derive(Default)]
pub(crate) struct Stages {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    took: Duration,
    passed: bool,
}

impl Stages {
    /// Runs one step, unless an earlier one failed.
    pub(crate) fn run(&mut self, name: &str, step: impl FnOnce() -> Result<()>) {
        if self.failed() > 0 {
            return;
        }
        println!("\n== {name}");
        let start = Instant::now();
        let outcome = step();
        if let Err(error) = &outcome {
            eprintln!("error: {error}");
        }
        self.rows.push(Row { name: name.to_owned(), took: start.elapsed(), passed: outcome.is_ok() });
    }

    /// Prints the table and says whether every step passed.
    pub(crate) fn finish(self) -> Result<()> {
        println!("\n{}", self.table());
        match self.rows.iter().find(|row| !row.passed) {
            Some(row) => Err(format!("stage `{}` failed; later stages did not run", row.name).into()),
            None => Ok(()),
        }
    }

    fn failed(&self) -> usize {
        self.rows.iter().filter(|row| !row.passed).count()
    }

    fn table(&self) -> String {
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
        let mut text = String::new();
        for Row { name, took, passed } in &self.rows {
            let verdict = if *passed { "ok" } else { "FAILED" };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name:width$}  {:>7.1} s  {verdict}", took.as_secs_f64());
        }
        let failed = self.failed();
        let _ = write!(text, "{} passed, {failed} failed", self.rows.len() - failed);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_stops_the_later_steps_and_is_counted() {
        let mut stages = Stages::default();
        stages.run("first", || Ok(()));
        stages.run("second", || Err("no".into()));
        let mut third_ran = false;
        stages.run("third", || {
            third_ran = true;
            Ok(())
        });
        assert!(!third_ran);
        let table = stages.table();
        assert!(table.ends_with("\n1 passed, 1 failed"), "{table}");
        assert!(table.contains("second") && table.contains("FAILED") && !table.contains("third"), "{table}");
        assert!(stages.finish().is_err());
    }

    #[test]
    fn all_passing_is_success() {
        let mut stages = Stages::default();
        stages.run("only", || Ok(()));
        assert!(stages.table().ends_with("1 passed, 0 failed"));
        assert!(stages.finish().is_ok());
    }
}
