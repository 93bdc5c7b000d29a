//! The tables, as Markdown.

use std::process::ExitCode;

/// Figures with limits, as they come.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    figure: f64,
    unit: &'static str,
    bound: Bound,
}

/// What a figure must keep to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Row {
    fn passed(&self) -> bool {
        match self.bound {
            Bound::AtMost(limit) => self.figure <= limit,
            Bound::AtLeast(limit) => self.figure >= limit,
        }
    }

    fn shown(&self) -> String {
        let (word, limit) = match self.bound {
            Bound::AtMost(limit) => ("at most", limit),
            Bound::AtLeast(limit) => ("at least", limit),
        };
        let verdict = if self.passed() { "ok" } else { "MISSED" };
        let (name, unit) = (&self.name, self.unit);
        format!("| {name} | {} {unit} | {word} {} | {verdict} |", number(self.figure), number(limit))
    }
}

impl Table {
    /// Judges a figure.
    pub(crate) fn add(&mut self, name: &str, figure: f64, unit: &'static str, bound: Bound) {
        let row = Row { name: name.to_owned(), figure, unit, bound };
        eprintln!("{}", row.shown());
        self.rows.push(row);
    }

    /// Prints all figures and says whether all kept to their limits.
    pub(crate) fn finish(&self) -> ExitCode {
        println!("\n| figure | measured | limit | verdict |\n|---|---|---|---|");
        for row in &self.rows {
            println!("{}", row.shown());
        }
        let missed = self.rows.iter().filter(|row| !row.passed()).count();
        println!("\n{} kept, {missed} missed", self.rows.len() - missed);
        if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// A number with as many digits as mean something.
pub(crate) fn number(value: f64) -> String {
    if value.abs() >= 100.0 {
        let digits = format!("{value:.0}");
        let mut shown = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                shown.push(',');
            }
            shown.push(digit);
        }
        shown
    } else {
        format!("{value:.1}")
    }
}

/// The middle of some values.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
