//! `booking import-ics`: what a calendar file keeps busy.

use std::path::PathBuf;

use booking_core::{Clock, DAY, Interval, SystemClock, ZoneId, Zones};
use clap::Args;
use serde_json::json;

use super::{Outcome, business};

/// Read a calendar file and show what it blocks: times that keep people busy, and dates that are closed. `serve
/// --calendar FILE` serves with them.
#[derive(Debug, Args)]
pub(crate) struct ImportIcs {
    /// The calendar file.
    file: PathBuf,
    /// The zone of the business: of all-day events, and of times without a zone.
    #[arg(long, value_name = "ZONE", default_value = "Europe/Berlin")]
    zone: ZoneId,
    /// How many days are read, from today on.
    #[arg(long, default_value_t = 366, value_parser = clap::value_parser!(i64).range(1..=3660))]
    days: i64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl ImportIcs {
    pub(crate) fn run(self) -> Outcome {
        let now = SystemClock.now().timestamp();
        let window = Interval::from_seconds(now, now + self.days * DAY)?;
        let file = business::read(&self.file, &self.zone, &Zones::bundled(), window)?;
        if self.json {
            let busy: Vec<_> = file
                .busy
                .iter()
                .map(|busy| json!({"start": busy.interval.start(), "end": busy.interval.end(), "text": busy.text}))
                .collect();
            println!("{}", json!({"busy": busy, "closed": file.dates}));
            return Ok(());
        }
        println!(
            "{} busy times, {} closed dates in the next {} days",
            file.busy.len(),
            file.dates.len(),
            self.days
        );
        for busy in &file.busy {
            println!("  {} - {}  {}", busy.interval.start(), busy.interval.end(), busy.text);
        }
        for holiday in &file.dates {
            println!("  {}  {}", holiday.date, holiday.name);
        }
        Ok(())
    }
}
