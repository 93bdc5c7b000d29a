//! Recurrence sets of RFC 5545: a start, a rule, extra dates and removed dates, expanded to instants in a zone.
//!
//! A set is wall-clock time: 09:00 stays 09:00 across clock changes. It has no zone of its own; the zone comes with
//! each expansion.
//!
//! ```
//! use booking_core::{Interval, Recurrence, ZoneId, Zones};
//! use chrono::{DateTime, NaiveDate};
//!
//! // Mondays at 09:00 in Berlin, across the clock change of 29 March 2026.
//! let start = NaiveDate::from_ymd_opt(2026, 3, 23).and_then(|day| day.and_hms_opt(9, 0, 0)).unwrap();
//! let mondays = Recurrence::new(start, "FREQ=WEEKLY;BYDAY=MO")?.with_exdates(["20260406T090000"])?;
//! let berlin = Zones::bundled().zone(&ZoneId::new("Europe/Berlin")?)?;
//!
//! let april = Interval::new("2026-03-20T00:00:00Z".parse()?, "2026-04-15T00:00:00Z".parse()?)?;
//! let mut starts = Vec::new();
//! mondays.expand(&berlin, april, &mut starts)?;
//! let shown: Vec<_> = starts.iter().filter_map(|&at| DateTime::from_timestamp(at, 0)).collect();
//! let expected: [DateTime<chrono::Utc>; 3] = [
//!     "2026-03-23T08:00:00Z".parse()?,
//!     "2026-03-30T07:00:00Z".parse()?,
//!     "2026-04-13T07:00:00Z".parse()?,
//! ];
//! assert_eq!(shown, expected);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is in a set
//! - With a rule, DTSTART is an occurrence only when the rule generates it; without one it is the first.
//! - A start in a gap of the clock is read with the offset before the gap (RFC 5545 section 3.3.5): it shifts, it does
//!   not vanish. A start in a fold is the earlier. EXDATE and RDATE likewise.
//! - The set is a set: instants that coincide appear once. COUNT counts what the rule generates, on the wall clock,
//!   before that; RDATE does not use it up and EXDATE does not extend it. EXDATE also removes an RDATE.
//! - UNTIL is inclusive. In UTC it is an instant; without a Z it is wall-clock time, and a date covers its whole day.
//! - A BYSETPOS set starts at the beginning of its period, not at DTSTART.
//! - Phases of INTERVAL are wall-clock periods counted from DTSTART's: for WEEKLY the week that starts on WKST, for
//!   YEARLY the calendar year, also for BYWEEKNO.
//! - What a rule leaves open comes from DTSTART: BYWEEKNO without a day means DTSTART's weekday.
//! - Second 60 is read as 59 (section 3.3.12).
//! - Windows lie in 1970-2099, and [`Recurrence::first`] reads on to the end of 2100, as far as zones are known. DTSTART
//!   may be as early as 1900.
//!
//! # What is refused
//! | what | why |
//! | --- | --- |
//! | text that is not ASCII, is longer than [`MAX_RULE_BYTES`], or is not exactly `NAME=VALUE` parts between semicolons | strictness; letters may be upper or lower case, the order is free |
//! | a part twice, an unknown part, an empty value or list item | strictness |
//! | FREQ missing, MINUTELY or SECONDLY | no booking calendar needs them |
//! | COUNT 0 or above [`MAX_COUNT`], INTERVAL 0 or above [`MAX_INTERVAL`] | RFC 5545 and bounds |
//! | COUNT with UNTIL; an UNTIL that is no date | section 3.3.10 |
//! | BY values out of range (`BYMONTHDAY=0`, `BYHOUR=24`, `0MO`, `54MO`), more than [`MAX_LIST_ITEMS`] of them | section 3.3.10 and bounds |
//! | BYWEEKNO outside YEARLY, BYYEARDAY in DAILY, WEEKLY and MONTHLY, BYMONTHDAY in WEEKLY | section 3.3.10 |
//! | numbered weekdays outside MONTHLY and YEARLY, or beside BYWEEKNO | section 3.3.10 |
//! | BYSETPOS without another BY part | section 3.3.10 |
//! | more than [`MAX_TIMES`] times a day | bounds |
//! | DTSTART, RDATE or EXDATE with a fraction of a second or outside 1900-2099; more than [`MAX_DATES`] of a list | bounds |
//!
//! A rule that is valid and never matches (30 February) is an empty set.
//!
//! # Cost
//! Independent of DTSTART's age: evaluation starts at the first period that reaches into the window. DAILY and WEEKLY
//! rules that only weekdays restrict are arithmetic. Nothing is allocated while `out` has room. [`MAX_STEPS`] bounds
//! every call; [`Recurrence::expand_counted`] tells what was used.

mod calendar;
mod check;
mod date;
mod dates;
mod expand;
mod lexer;
mod parts;
mod rule;
mod set;
mod steps;
mod walk;

pub use date::RecurrenceDate;
pub use set::{Recurrence, RecurrenceError};

/// The longest rule, in bytes: enough for every day of a year by number.
pub const MAX_RULE_BYTES: usize = 2_000;
/// The most values in one list of a rule.
pub const MAX_LIST_ITEMS: usize = 400;
/// The highest COUNT.
pub const MAX_COUNT: u32 = 100_000;
/// The highest INTERVAL.
pub const MAX_INTERVAL: u32 = 65_535;
/// The most RDATEs, and the most EXDATEs, of one set.
pub const MAX_DATES: usize = 1_000;
/// The most times a day that a rule may name: each minute once.
pub const MAX_TIMES: u32 = 1_440;
/// The most steps of one call: periods and days looked at plus instants found. All days of two centuries fit.
pub const MAX_STEPS: u32 = 200_000;
/// The first year a DTSTART, RDATE or EXDATE may lie in.
pub const MIN_START_YEAR: i32 = 1900;

/// 2101-01-01T00:00:00Z, where the tables of zones end: nothing at or after it is found.
const LAST_END: i64 = 4_133_980_800;

fn time_of(second: i64) -> chrono::DateTime<chrono::Utc> {
    crate::interval::instant(second)
}
