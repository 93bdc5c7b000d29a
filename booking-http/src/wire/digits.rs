//! Dates and times as ASCII digits: the few bytes that most of an answer consists of.

use booking_core::time::civil::{DAY, date_of, day_of_local, second_of_day};
use chrono::Datelike;

/// `2026-03-30T09:00:00+02:00`: always this long.
pub(crate) const STAMP: usize = 25;
/// Where the date of a stamp ends and its time begins.
const TIME: usize = 11;
const OFFSET: usize = 19;

/// A stamp that shows nothing yet.
pub(crate) const BLANK: [u8; STAMP] = *b"0000-00-00T00:00:00+00:00";

/// The offset that a stamp can show: RFC 3339 has no seconds in offsets, so the few that have some (Monrovia until
/// 1972) are shown in UTC.
pub(crate) const fn shown_offset(offset: i32) -> i32 {
    if offset % 60 == 0 { offset } else { 0 }
}

/// The numbers from 0 to 99 in two digits.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
};

/// Hours and minutes of every minute of a day: `00:00` to `23:59`. Looking one up costs less than two divisions.
const MINUTES: [[u8; 5]; 1_440] = {
    let mut minutes = [[0; 5]; 1_440];
    let mut minute = 0;
    while minute < 1_440 {
        let (hour, rest) = (PAIRS[minute / 60], PAIRS[minute % 60]);
        minutes[minute] = [hour[0], hour[1], b':', rest[0], rest[1]];
        minute += 1;
    }
    minutes
};

fn two(out: &mut [u8], value: i64) {
    out[..2].copy_from_slice(&PAIRS[(value % 100) as usize]);
}

/// The date of a local second.
pub(crate) fn put_date(stamp: &mut [u8], local: i64) {
    let date = date_of(day_of_local(local));
    let year = i64::from(date.year()).clamp(0, 9_999);
    two(&mut stamp[0..2], year / 100);
    two(&mut stamp[2..4], year % 100);
    two(&mut stamp[5..7], i64::from(date.month()));
    two(&mut stamp[8..10], i64::from(date.day()));
}

/// The time of day, from the seconds since midnight on the wall clock.
pub(crate) fn put_time(stamp: &mut [u8], of_day: i64) {
    let of_day = of_day.clamp(0, DAY - 1) as usize;
    stamp[TIME..TIME + 5].copy_from_slice(&MINUTES[of_day / 60]);
    stamp[TIME + 6..TIME + 8].copy_from_slice(&PAIRS[of_day % 60]);
}

/// An offset in seconds east of UTC, of whole minutes.
pub(crate) fn put_offset(stamp: &mut [u8], offset: i32) {
    stamp[OFFSET] = if offset < 0 { b'-' } else { b'+' };
    let minutes = i64::from(offset.abs() / 60);
    two(&mut stamp[OFFSET + 1..], minutes / 60);
    two(&mut stamp[OFFSET + 4..], minutes % 60);
}

/// A second at an offset as a stamp.
pub(crate) fn stamp(second: i64, offset: i32) -> [u8; STAMP] {
    let offset = shown_offset(offset);
    let local = second + i64::from(offset);
    let mut stamp = BLANK;
    put_date(&mut stamp, local);
    put_time(&mut stamp, second_of_day(local));
    put_offset(&mut stamp, offset);
    stamp
}
