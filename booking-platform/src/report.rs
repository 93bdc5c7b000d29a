//! Reports: what was booked on which days, counted.
//!
//! A visit belongs to the date on which it starts on the wall where it takes place ([`LocalStart`](booking_core::LocalStart)):
//! to one day, in every report, whoever reads it.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use booking_core::{Booking, Currency, Invalid, Money, ServiceId, State};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::worded::worded;

/// The most days of one report: a year with a 29 February.
pub const MAX_REPORT_DAYS: i64 = 366;

worded! {
    /// What a report tells apart, besides where bookings stand.
    ReportBy = "by" {
        /// Nothing.
        Whole = "whole",
        /// Days.
        Day = "day",
        /// Services.
        Service = "service",
    }
}

/// Which report?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportQuery {
    from: NaiveDate,
    until: NaiveDate,
    by: ReportBy,
    now: i64,
}

impl ReportQuery {
    /// Of the visits that start on the days from one to the day before another, as they stand at an instant.
    ///
    /// Refused: an end that is not after the start, more than [`MAX_REPORT_DAYS`] days, and years outside 1970-2099.
    pub fn new(from: NaiveDate, until: NaiveDate, by: ReportBy, now: DateTime<Utc>) -> Result<Self, Invalid> {
        if !(1970..2100).contains(&from.year()) {
            return Err(Invalid::new("from", from, "a date in the years 1970 to 2099"));
        }
        if !(1..=MAX_REPORT_DAYS).contains(&(until - from).num_days()) {
            let expected = format!("a date after `from`, at most {MAX_REPORT_DAYS} days");
            return Err(Invalid::new("to", until, expected));
        }
        Ok(Self { from, until, by, now: now.timestamp() })
    }

    /// The first day.
    pub fn from(&self) -> NaiveDate {
        self.from
    }

    /// The day after the last.
    pub fn until(&self) -> NaiveDate {
        self.until
    }

    /// What is told apart.
    pub fn by(&self) -> ReportBy {
        self.by
    }

    /// When bookings are looked at, in seconds since the Unix epoch.
    pub fn now(&self) -> i64 {
        self.now
    }
}

/// What a row of a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportGroup {
    /// All of it.
    Whole,
    /// A day.
    Day(NaiveDate),
    /// A service.
    Service(ServiceId),
}

/// What is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// How many bookings.
    pub bookings: u64,
    /// For how many people.
    pub people: u64,
    /// For how many seconds, without buffers.
    pub seconds: u64,
    /// The sum of their prices in each currency, in its minor unit.
    pub prices: BTreeMap<Currency, u64>,
}

impl Counts {
    /// One booking.
    pub fn of(booking: &Booking) -> Self {
        let price = booking.priced.price.map(|price: Money| (price.currency(), price.minor().unsigned_abs()));
        Self {
            bookings: 1,
            people: booking.party.into(),
            seconds: booking.visit.seconds().unsigned_abs(),
            prices: price.into_iter().collect(),
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.bookings = self.bookings.saturating_add(other.bookings);
        self.people = self.people.saturating_add(other.people);
        self.seconds = self.seconds.saturating_add(other.seconds);
        for (currency, minor) in other.prices {
            let sum = self.prices.entry(currency).or_default();
            *sum = sum.saturating_add(minor);
        }
    }
}

/// One row of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRow {
    /// What it is about.
    pub group: ReportGroup,
    /// Where the bookings stand.
    pub state: State,
    /// What they are.
    pub counts: Counts,
}

/// A report in the making: every store counts with it.
///
/// ```
/// use booking_core::State;
/// use booking_platform::{Counts, ReportGroup, Tally};
///
/// let mut tally = Tally::default();
/// for _ in 0..2 {
///     tally.add(ReportGroup::Whole, State::Confirmed, Counts { bookings: 1, ..Counts::default() });
/// }
/// assert_eq!(tally.rows()[0].counts.bookings, 2);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Tally(BTreeMap<(ReportGroup, State), Counts>);

impl Tally {
    /// Counts a booking, if the report is about its day.
    pub fn count(&mut self, query: &ReportQuery, booking: &Booking) {
        let day = booking.local.wall.date();
        if day < query.from || day >= query.until {
            return;
        }
        let group = match query.by {
            ReportBy::Whole => ReportGroup::Whole,
            ReportBy::Day => ReportGroup::Day(day),
            ReportBy::Service => ReportGroup::Service(booking.service),
        };
        self.add(group, booking.state_at(query.now), Counts::of(booking));
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, group: ReportGroup, state: State, counts: Counts) {
        *self.0.entry((group, state)).or_default() += counts;
    }

    /// The rows, by what they are about and then by where bookings stand.
    pub fn rows(self) -> Vec<ReportRow> {
        self.0.into_iter().map(|((group, state), counts)| ReportRow { group, state, counts }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_of_a_year_at_most() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let query = |from, until| ReportQuery::new(from, until, ReportBy::Day, DateTime::UNIX_EPOCH);
        assert!(query(day(2028, 1, 1), day(2029, 1, 1)).is_ok());
        for (from, until, wrong) in [
            (day(2026, 1, 1), day(2027, 1, 3), "to"),
            (day(2026, 1, 1), day(2026, 1, 1), "to"),
            (day(2026, 1, 2), day(2026, 1, 1), "to"),
            (day(1969, 12, 31), day(1970, 1, 2), "from"),
            (day(2100, 1, 1), day(2100, 1, 2), "from"),
            (NaiveDate::MIN, NaiveDate::MAX, "from"),
        ] {
            assert_eq!(query(from, until).unwrap_err().field(), wrong, "{from} to {until}");
        }
    }
}
