//! Dates as day numbers: days since 1970-01-01, with no zone in sight.
//!
//! A *local second* is a wall-clock reading counted as if the clock showed UTC: `day * DAY + seconds since midnight`.

use std::ops::Range;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Weekday};

/// The seconds of a day on a wall clock that is not changed.
pub const DAY: i64 = 86_400;

/// The day number of a date.
///
/// ```
/// use booking_core::time::civil;
/// use chrono::NaiveDate;
///
/// assert_eq!(civil::day_of(NaiveDate::from_ymd_opt(1970, 1, 2).unwrap()), 1);
/// ```
pub fn day_of(date: NaiveDate) -> i64 {
    i64::from(date.to_epoch_days())
}

/// The date of a day number; numbers beyond chrono's years give its first or last date.
pub fn date_of(day: i64) -> NaiveDate {
    let beyond = if day < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
    i32::try_from(day).ok().and_then(NaiveDate::from_epoch_days).unwrap_or(beyond)
}

/// The day number that a local second lies in.
pub const fn day_of_local(local: i64) -> i64 {
    local.div_euclid(DAY)
}

/// The seconds since local midnight of a local second, 0 to 86,399.
pub const fn second_of_day(local: i64) -> i64 {
    local.rem_euclid(DAY)
}

/// The local second of a wall-clock date and time; a sub-second part is cut.
pub fn local_of(wall: NaiveDateTime) -> i64 {
    wall.and_utc().timestamp()
}

/// The wall-clock date and time of a local second; beyond chrono's years, its first or last.
pub fn wall_of(local: i64) -> NaiveDateTime {
    let beyond = if local < 0 { NaiveDateTime::MIN } else { NaiveDateTime::MAX };
    DateTime::from_timestamp(local, 0).map_or(beyond, |at| at.naive_utc())
}

/// The weekday of a day number, 0 for Monday to 6 for Sunday.
pub const fn weekday(day: i64) -> u8 {
    // 1970-01-01 was a Thursday.
    (day.rem_euclid(7) + 3).rem_euclid(7) as u8
}

/// The days of the week around a day, when weeks start on `first`.
///
/// ```
/// use booking_core::time::civil;
/// use chrono::Weekday;
///
/// // 1970-01-01 was a Thursday.
/// assert_eq!(civil::week(0, Weekday::Mon), -3..4);
/// assert_eq!(civil::week(0, Weekday::Sun), -4..3);
/// ```
pub fn week(day: i64, first: Weekday) -> Range<i64> {
    let since = (i64::from(weekday(day)) - i64::from(first.num_days_from_monday())).rem_euclid(7);
    let start = day.saturating_sub(since);
    start..start.saturating_add(7)
}

/// The days of the month around a day.
pub fn month(day: i64) -> Range<i64> {
    let date = date_of(day);
    let start = day.saturating_sub(i64::from(date.day0()));
    start..start.saturating_add(i64::from(date.num_days_in_month()))
}

/// The days of the year around a day.
pub fn year(day: i64) -> Range<i64> {
    let date = date_of(day);
    let start = day.saturating_sub(i64::from(date.ordinal0()));
    start..start.saturating_add(if date.leap_year() { 366 } else { 365 })
}
