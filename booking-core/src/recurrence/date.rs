//! One RDATE or EXDATE: `20260329T090000` on the wall clock, or `20260329T070000Z` in UTC.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc};
use serde::{Deserialize, Serialize};

use super::MIN_START_YEAR;
use crate::Invalid;

const EXPECTED: &str = "YYYYMMDDTHHMMSS, or with a Z at the end for UTC";

/// A date of the set that no rule generates: an RDATE or an EXDATE.
///
/// Text and serde use RFC 5545's form (section 3.3.5). Years 1900 to 2099.
///
/// ```
/// use booking_core::RecurrenceDate;
///
/// let date: RecurrenceDate = "20260329T090000".parse()?;
/// assert!(matches!(date, RecurrenceDate::Local(_)));
/// assert_eq!(date.to_string(), "20260329T090000");
/// # Ok::<(), booking_core::Invalid>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RecurrenceDate {
    /// A wall-clock time in the zone the set is expanded in.
    Local(NaiveDateTime),
    /// An instant.
    Utc(DateTime<Utc>),
}

impl RecurrenceDate {
    /// Refused: sub-second times and years outside 1900-2099.
    pub(super) fn checked(self) -> Result<Self, Invalid> {
        let naive = match self {
            Self::Local(local) => local,
            Self::Utc(at) => at.naive_utc(),
        };
        check_local("", naive).map(|_| self)
    }
}

impl FromStr for RecurrenceDate {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = || Invalid::new("date", text.escape_debug(), EXPECTED);
        match Stamp::parse(text).ok_or_else(refused)? {
            Stamp::Date(_) => Err(refused()),
            Stamp::Local(local) => Self::Local(local).checked(),
            Stamp::Utc(utc) => Self::Utc(utc.and_utc()).checked(),
        }
    }
}

impl fmt::Display for RecurrenceDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(local) => write!(f, "{}", local.format("%Y%m%dT%H%M%S")),
            Self::Utc(at) => write!(f, "{}", at.format("%Y%m%dT%H%M%SZ")),
        }
    }
}

impl TryFrom<&str> for RecurrenceDate {
    type Error = Invalid;
    fn try_from(text: &str) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl TryFrom<String> for RecurrenceDate {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<RecurrenceDate> for String {
    fn from(date: RecurrenceDate) -> Self {
        date.to_string()
    }
}

impl From<Infallible> for Invalid {
    /// So that values which are already typed pass where text is accepted too.
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// The seconds of a wall-clock time, read as if it were UTC.
///
/// Refused: a sub-second part, years outside 1900-2099.
pub(super) fn check_local(field: &'static str, local: NaiveDateTime) -> Result<i64, Invalid> {
    if local.nanosecond() != 0 {
        return Err(Invalid::new(field, local, "a time of whole seconds"));
    }
    if !(MIN_START_YEAR..=2099).contains(&local.year()) {
        return Err(Invalid::new(field, local, "a time in the years 1900 to 2099"));
    }
    Ok(local.and_utc().timestamp())
}

/// The three forms of a date in RFC 5545.
pub(super) enum Stamp {
    Date(NaiveDate),
    Local(NaiveDateTime),
    Utc(NaiveDateTime),
}

impl Stamp {
    /// `None` for anything else than a date that exists; second 60 reads as 59 (section 3.3.12).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let date = NaiveDate::from_ymd_opt(
            i32::try_from(number(bytes.get(..4)?)?).ok()?,
            number(bytes.get(4..6)?)?,
            number(bytes.get(6..8)?)?,
        )?;
        let time = match &bytes[8..] {
            [] => return Some(Self::Date(date)),
            [b'T' | b't', time @ ..] => time,
            _ => return None,
        };
        let second = number(time.get(4..6)?)?;
        let second = if second == 60 { 59 } else { second };
        let local = date.and_hms_opt(number(time.get(..2)?)?, number(time.get(2..4)?)?, second)?;
        match &time[6..] {
            [] => Some(Self::Local(local)),
            [b'Z' | b'z'] => Some(Self::Utc(local)),
            _ => None,
        }
    }
}

/// The number that is written in these bytes: digits only, at most nine.
pub(super) fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    digits.iter().try_fold(0, |sum, digit| match digit {
        b'0'..=b'9' => Some(sum * 10 + u32::from(digit - b'0')),
        _ => None,
    })
}
