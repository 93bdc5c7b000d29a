//! The rule at the end of a TZif file: a POSIX TZ string (RFC 9636, section 3.3.1), which says how the offset changes
//! in the years after the last listed transition.

use chrono::{Datelike, NaiveDate};

use super::civil::{self, DAY};
use crate::Invalid;

/// A parsed TZ string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    standard: i32,
    daylight: Option<Daylight>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Daylight {
    offset: i32,
    start: Change,
    end: Change,
}

/// When in a year the clock changes: a day, and local seconds after its midnight (-167 to 167 hours).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Change {
    day: Day,
    time: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Day {
    /// `Jn`: 1 to 365, February 29 is never counted.
    Julian(i32),
    /// `n`: 0 to 365, February 29 is counted.
    Ordinal(i32),
    /// `Mm.w.d`: the month, which such weekday in it (5 for the last), the weekday from 0 for Sunday.
    Weekday { month: i32, nth: i32, weekday: i32 },
}

/// The longest rule of the tz database has 47 bytes.
const LONGEST: usize = 128;

impl Rule {
    /// Reads a TZ string; every byte must belong to it.
    pub(super) fn parse(text: &[u8]) -> Result<Self, Invalid> {
        let refused = || {
            Invalid::new(
                "tzif.footer",
                text.escape_ascii(),
                "a POSIX TZ string like CET-1CEST,M3.5.0,M10.5.0/3",
            )
        };
        if text.len() > LONGEST {
            return Err(refused());
        }
        let mut reader = Reader { rest: text };
        reader.rule().filter(|_| reader.rest.is_empty()).ok_or_else(refused)
    }

    /// The standard offset, in seconds east of UTC.
    pub(super) const fn standard(&self) -> i32 {
        self.standard
    }

    /// The changes of some years: the instant, and the offset from then on; sorted by time.
    pub(super) fn changes(&self, years: std::ops::RangeInclusive<i32>) -> Vec<(i64, i32)> {
        let Some(daylight) = self.daylight else { return Vec::new() };
        let mut changes = Vec::new();
        for year in years {
            let start = daylight.start.local_second(year) - i64::from(self.standard);
            let end = daylight.end.local_second(year) - i64::from(daylight.offset);
            let [on, off] = [(start, daylight.offset), (end, self.standard)];
            changes.extend(if start < end { [on, off] } else { [off, on] });
        }
        // Stable: where one year's daylight time ends as the next year's starts, the start comes second and holds.
        changes.sort_by_key(|change| change.0);
        changes.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = next.1;
            }
            same
        });
        changes
    }
}

impl Change {
    fn local_second(self, year: i32) -> i64 {
        self.day.number(year) * DAY + i64::from(self.time)
    }
}

impl Day {
    /// The day number in a year.
    fn number(self, year: i32) -> i64 {
        let first =
            |month: i32| NaiveDate::from_ymd_opt(year, month.unsigned_abs(), 1).map_or(0, civil::day_of);
        match self {
            Self::Julian(day) => {
                let leap = NaiveDate::from_yo_opt(year, 366).is_some() && day >= 60;
                first(1) + i64::from(day) - 1 + i64::from(leap)
            }
            Self::Ordinal(day) => first(1) + i64::from(day),
            Self::Weekday { month, nth, weekday } => {
                let month_start = first(month);
                // Ours count from Monday, POSIX's from Sunday.
                let wanted = (i64::from(weekday) + 6) % 7;
                let ahead = (wanted - i64::from(civil::weekday(month_start))).rem_euclid(7);
                let day = month_start + ahead + 7 * (i64::from(nth) - 1);
                let length = i64::from(civil::date_of(month_start).num_days_in_month());
                if day < month_start + length { day } else { day - 7 }
            }
        }
    }
}

/// Takes a TZ string apart from the left; `None` is a syntax error.
struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn rule(&mut self) -> Option<Rule> {
        self.name()?;
        let standard = -self.time(24)?;
        if self.rest.is_empty() {
            return Some(Rule { standard, daylight: None });
        }
        self.name()?;
        let offset = if self.rest.first() == Some(&b',') { standard + 3_600 } else { -self.time(24)? };
        self.byte(b',')?;
        let start = self.change()?;
        self.byte(b',')?;
        let end = self.change()?;
        Some(Rule { standard, daylight: Some(Daylight { offset, start, end }) })
    }

    /// An abbreviation, bare letters or quoted in `<>`; at least three.
    fn name(&mut self) -> Option<()> {
        if self.byte(b'<').is_some() {
            let length = self
                .rest
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-'))
                .count();
            self.skip(length, 3)?;
            return self.byte(b'>');
        }
        let length = self.rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        self.skip(length, 3)
    }

    /// `[+-]h[h[h]][:mm[:ss]]` in seconds, with at most that many hours.
    fn time(&mut self, most_hours: i32) -> Option<i32> {
        let sign = if self.byte(b'-').is_some() {
            -1
        } else {
            let _ = self.byte(b'+');
            1
        };
        let mut seconds = self.number(0, most_hours)? * 3_600;
        for unit in [60, 1] {
            if self.byte(b':').is_none() {
                break;
            }
            seconds += self.number(0, 59)? * unit;
        }
        Some(sign * seconds)
    }

    fn change(&mut self) -> Option<Change> {
        let day = self.day()?;
        let time = if self.byte(b'/').is_some() { self.time(167)? } else { 7_200 };
        Some(Change { day, time })
    }

    fn day(&mut self) -> Option<Day> {
        if self.byte(b'J').is_some() {
            return self.number(1, 365).map(Day::Julian);
        }
        if self.byte(b'M').is_none() {
            return self.number(0, 365).map(Day::Ordinal);
        }
        let month = self.number(1, 12)?;
        self.byte(b'.')?;
        let nth = self.number(1, 5)?;
        self.byte(b'.')?;
        let weekday = self.number(0, 6)?;
        Some(Day::Weekday { month, nth, weekday })
    }

    /// A number of one to three digits, within bounds.
    fn number(&mut self, least: i32, most: i32) -> Option<i32> {
        let length = self.rest.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        if length == 4 {
            return None;
        }
        let digits = &self.rest[..length];
        self.skip(length, 1)?;
        let number = digits.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0'));
        (least..=most).contains(&number).then_some(number)
    }

    fn byte(&mut self, wanted: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(&[wanted])?;
        Some(())
    }

    fn skip(&mut self, length: usize, least: usize) -> Option<()> {
        self.rest = self.rest.get(length..).filter(|_| length >= least)?;
        Some(())
    }
}
