//! Instants and half-open intervals: whole seconds UTC, 1970 to 2099.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::Invalid;

/// The first supported instant, 1970-01-01T00:00:00Z, in seconds since the Unix epoch.
pub const FIRST_SECOND: i64 = 0;
/// The instant after the last supported one, 2100-01-01T00:00:00Z, in seconds since the Unix epoch.
pub const END_SECOND: i64 = 4_102_444_800;

/// The seconds since the Unix epoch of an instant.
///
/// Refused: a sub-second part (it is never rounded) and years outside 1970-2099.
pub fn second_of(field: &'static str, at: DateTime<Utc>) -> Result<i64, Invalid> {
    if at.timestamp_subsec_nanos() != 0 {
        let shown = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        return Err(Invalid::new(field, shown, "an instant of whole seconds"));
    }
    check_second(field, at.timestamp())
}

/// The same check for seconds that are already a number.
pub fn check_second(field: &'static str, second: i64) -> Result<i64, Invalid> {
    if (FIRST_SECOND..=END_SECOND).contains(&second) {
        return Ok(second);
    }
    Err(Invalid::new(field, shown(second), "an instant in the years 1970 to 2099"))
}

/// The instant of a second that was checked before.
pub(crate) fn instant(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap_or(DateTime::UNIX_EPOCH)
}

fn shown(second: i64) -> String {
    match DateTime::from_timestamp(second, 0) {
        Some(at) => at.to_rfc3339_opts(SecondsFormat::Secs, true),
        None => format!("{second} s"),
    }
}

/// A half-open, non-empty stretch of time: `start` belongs to it, `end` does not.
///
/// Whole seconds, within 1970-2099. Two intervals that touch do not overlap.
///
/// ```
/// use booking_core::Interval;
///
/// let nine = Interval::from_seconds(32_400, 36_000)?;
/// let ten = Interval::from_seconds(36_000, 39_600)?;
/// assert!(!nine.overlaps(ten));
/// # Ok::<(), booking_core::Invalid>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Bounds", into = "Bounds")]
pub struct Interval {
    start: i64,
    end: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl Interval {
    /// Refused: sub-second bounds, years outside 1970-2099, and an end that is not after the start.
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Result<Self, Invalid> {
        Self::from_seconds(second_of("start", start)?, second_of("end", end)?)
    }

    /// The smallest interval of whole seconds that covers two instants: for busy times from elsewhere, of which no part
    /// may be lost. Refused: what [`Interval::new`] refuses, but for fractions of a second.
    ///
    /// ```
    /// use booking_core::Interval;
    ///
    /// let busy = Interval::covering("2026-01-05T09:00:00.9Z".parse()?, "2026-01-05T09:30:00.1Z".parse()?)?;
    /// assert_eq!(busy.start().to_string(), "2026-01-05 09:00:00 UTC");
    /// assert_eq!(busy.end().to_string(), "2026-01-05 09:30:01 UTC");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn covering(start: DateTime<Utc>, end: DateTime<Utc>) -> Result<Self, Invalid> {
        let more = i64::from(end.timestamp_subsec_nanos() > 0);
        Self::from_seconds(start.timestamp(), end.timestamp().saturating_add(more))
    }

    /// The same from seconds since the Unix epoch.
    pub fn from_seconds(start: i64, end: i64) -> Result<Self, Invalid> {
        check_second("start", start)?;
        check_second("end", end)?;
        if end <= start {
            return Err(Invalid::new("end", shown(end), format!("an instant after {}", shown(start))));
        }
        Ok(Self { start, end })
    }

    /// The first instant that belongs to the interval.
    pub fn start(self) -> DateTime<Utc> {
        instant(self.start)
    }

    /// The first instant after the interval.
    pub fn end(self) -> DateTime<Utc> {
        instant(self.end)
    }

    /// [`Interval::start`] in seconds since the Unix epoch.
    pub const fn start_second(self) -> i64 {
        self.start
    }

    /// [`Interval::end`] in seconds since the Unix epoch.
    pub const fn end_second(self) -> i64 {
        self.end
    }

    /// The length in seconds, at least 1.
    pub const fn seconds(self) -> i64 {
        self.end - self.start
    }

    /// Whether the two share at least one second.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether the instant belongs to the interval.
    pub const fn contains(self, second: i64) -> bool {
        self.start <= second && second < self.end
    }

    /// The seconds the two share, if any.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        (start < end).then_some(Self { start, end })
    }
}

impl TryFrom<Bounds> for Interval {
    type Error = Invalid;
    fn try_from(bounds: Bounds) -> Result<Self, Invalid> {
        Self::new(bounds.start, bounds.end)
    }
}

impl From<Interval> for Bounds {
    fn from(interval: Interval) -> Self {
        Self { start: interval.start(), end: interval.end() }
    }
}
