//! The table of figures, limits and verdicts.

use std::process::ExitCode;

/// One line of the table.
struct Row {
    name: String,
    figure: f64,
    limit: f64,
    unit: &'static str,
}

/// Rows as they come, printed at once, and the count at the end.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Row {
    fn passed(&self) -> bool {
        self.figure <= self.limit
    }
}

impl Table {
    /// Judges a figure that must not be above its limit.
    pub(crate) fn add(&mut self, name: &str, figure: f64, limit: f64, unit: &'static str) {
        self.rows.push(Row { name: name.to_owned(), figure, limit, unit });
        if let Some(row) = self.rows.last() {
            println!("{}", shown(row));
        }
    }

    /// Says something that is no rail.
    pub(crate) fn note(&mut self, text: String) {
        self.notes.push(text);
    }

    /// Prints the notes and the count; fails when a figure is over its limit.
    pub(crate) fn finish(self) -> ExitCode {
        println!();
        for note in &self.notes {
            println!("{note}");
        }
        let failed = self.rows.iter().filter(|row| !row.passed()).count();
        for row in self.rows.iter().filter(|row| !row.passed()) {
            println!("over its limit: {}", shown(row));
        }
        println!("{} passed, {failed} failed", self.rows.len() - failed);
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn shown(row: &Row) -> String {
    let verdict = if row.passed() { "ok" } else { "FAILED" };
    let number = |value: f64| {
        if value.fract() == 0.0 && value.abs() >= 100.0 || value == 0.0 {
            format!("{value:.0}")
        } else {
            format!("{value:.2}")
        }
    };
    let (figure, limit) = (number(row.figure), number(row.limit));
    format!("{:<72} {figure:>10} {:<12} limit {limit:>8}  {verdict}", row.name, row.unit)
}
