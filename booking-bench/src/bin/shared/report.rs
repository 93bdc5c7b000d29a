//! The table that comes out.

use std::fmt;

/// One line of the table.
struct Line {
    what: String,
    measured: String,
    floor: String,
    ratio: f64,
    limit: Limit,
}

/// What a ratio must be.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
    /// Told, not judged.
    None,
}

impl Limit {
    fn holds(self, ratio: f64) -> bool {
        match self {
            Self::AtMost(most) => ratio <= most,
            Self::AtLeast(least) => ratio >= least,
            Self::None => true,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "at most {most}"),
            Self::AtLeast(least) => write!(f, "at least {least}"),
            Self::None => Ok(()),
        }
    }
}

/// All lines so far.
#[derive(Default)]
pub(crate) struct Report(Vec<Line>);

impl Report {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add(&mut self, what: &str, measured: String, floor: String, ratio: f64, limit: Limit) {
        eprintln!("{what}: {measured}, {floor}: {ratio:.2}");
        self.0.push(Line { what: what.to_owned(), measured, floor, ratio, limit });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | measured | against | ratio | limit | |\n|---|---|---|---|---|---|")?;
        for line in &self.0 {
            let verdict = match line.limit {
                Limit::None => "",
                limit if limit.holds(line.ratio) => "met",
                _ => "MISSED",
            };
            writeln!(
                f,
                "| {} | {} | {} | {:.2} | {} | {verdict} |",
                line.what, line.measured, line.floor, line.ratio, line.limit
            )?;
        }
        Ok(())
    }
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
