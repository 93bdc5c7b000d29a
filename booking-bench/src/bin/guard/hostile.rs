//! Hostile recurrence rules end within their time, whatever they say.

use std::time::{Duration, Instant};

use booking_core::{Interval, Recurrence, ZoneId, Zones};
use chrono::NaiveDateTime;
use serde::Deserialize;

use crate::table::Table;

/// How often a case that was too slow is tried again: the machine may have been busy.
const ATTEMPTS: usize = 5;

#[derive(Deserialize)]
struct Case {
    id: String,
    dtstart: String,
    tzid: String,
    rrule: String,
    #[serde(default)]
    rdate: Vec<String>,
    #[serde(default)]
    exdate: Vec<String>,
    window: Option<Interval2>,
    limit: Option<usize>,
    max_ms: u64,
}

#[derive(Deserialize)]
struct Interval2 {
    from: chrono::DateTime<chrono::Utc>,
    to: chrono::DateTime<chrono::Utc>,
}

/// Each case of `cases/rrule/hostile.json` against its own limit; the table shows the one that comes nearest.
pub(crate) fn time(table: &mut Table) {
    let text = include_str!("../../../../booking-core/tests/cases/rrule/hostile.json");
    let cases: Vec<Case> = serde_json::from_str(text).unwrap_or_default();
    let zones = Zones::bundled();
    let mut nearest = (0.0, String::from("none"));
    for case in &cases {
        let limit = Duration::from_millis(case.max_ms);
        let mut least = Duration::MAX;
        for _ in 0..ATTEMPTS {
            let start = Instant::now();
            std::hint::black_box(case.run(&zones));
            least = least.min(start.elapsed());
            if least <= limit {
                break;
            }
        }
        let part = least.as_secs_f64() / limit.as_secs_f64();
        if part > nearest.0 {
            nearest = (part, format!("{} in {least:.1?} of {limit:?}", case.id));
        }
    }
    table.note(format!("hostile rules: {} cases, the slowest {}", cases.len(), nearest.1));
    table.add("hostile rules: cases read", -(cases.len() as f64), -1.0, "(negative)");
    table.add("hostile rules: the slowest / its max_ms", nearest.0, 1.0, "");
}

impl Case {
    /// How many instants there are; none where the rule is refused.
    fn run(&self, zones: &Zones) -> Option<usize> {
        let dtstart: NaiveDateTime = self.dtstart.parse().ok()?;
        let set = Recurrence::new(dtstart, &self.rrule).ok()?;
        let set = set.with_rdates(self.rdate.iter().map(String::as_str)).ok()?;
        let set = set.with_exdates(self.exdate.iter().map(String::as_str)).ok()?;
        let zone = zones.zone(&ZoneId::new(&self.tzid).ok()?).ok()?;
        if let Some(limit) = self.limit {
            return set.first(&zone, limit).ok().map(|found| found.len());
        }
        let window = match &self.window {
            Some(window) => Interval::new(window.from, window.to).ok()?,
            // The README of the cases: 2026-11-22 to 2026-12-23.
            None => Interval::from_seconds(1_795_305_600, 1_797_984_000).ok()?,
        };
        let mut out = Vec::new();
        set.expand(&zone, window, &mut out).ok()?;
        Some(out.len())
    }
}
