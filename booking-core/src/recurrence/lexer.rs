//! From text to [`Parts`]: RFC 5545 section 3.3.10, taken strictly, on ASCII bytes.
//!
//! Nothing is guessed, trimmed or cut: what is not in the grammar is refused with the part's name. The rules between
//! parts are in `check.rs`.

use std::borrow::Cow;

use super::check::check;
use super::date::{Stamp, number};
use super::parts::{Days, End, Frequency, Parts, Places};
use super::{MAX_COUNT, MAX_INTERVAL, MAX_LIST_ITEMS, MAX_RULE_BYTES};
use crate::Invalid;

/// The weekdays from Monday.
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The parts of a rule by name.
const NAMES: [(&str, &str); 14] = [
    ("FREQ", "rrule.FREQ"),
    ("UNTIL", "rrule.UNTIL"),
    ("COUNT", "rrule.COUNT"),
    ("INTERVAL", "rrule.INTERVAL"),
    ("BYSECOND", "rrule.BYSECOND"),
    ("BYMINUTE", "rrule.BYMINUTE"),
    ("BYHOUR", "rrule.BYHOUR"),
    ("BYDAY", "rrule.BYDAY"),
    ("BYMONTHDAY", "rrule.BYMONTHDAY"),
    ("BYYEARDAY", "rrule.BYYEARDAY"),
    ("BYWEEKNO", "rrule.BYWEEKNO"),
    ("BYMONTH", "rrule.BYMONTH"),
    ("BYSETPOS", "rrule.BYSETPOS"),
    ("WKST", "rrule.WKST"),
];

/// The parts of a rule, each in range and together meaningful.
pub(super) fn parse(text: &str) -> Result<Parts, Invalid> {
    if text.len() > MAX_RULE_BYTES {
        return refuse("rrule", text, format!("at most {MAX_RULE_BYTES} bytes"));
    }
    if !text.is_ascii() {
        return refuse("rrule", text, "ASCII text, as in FREQ=WEEKLY;BYDAY=MO,WE");
    }
    let (mut parts, mut frequency, mut seen) = (absent(), None, 0_u16);
    for part in text.split(';') {
        let Some((name, value)) = part.split_once('=') else {
            return refuse(
                "rrule",
                part,
                "parts NAME=VALUE between single semicolons, without RRULE: in front",
            );
        };
        let Some(at) = NAMES.iter().position(|(known, _)| known.eq_ignore_ascii_case(name)) else {
            return refuse(
                "rrule",
                name,
                "the parts of RFC 5545 section 3.3.10, such as FREQ, BYDAY or UNTIL",
            );
        };
        let (name, field) = NAMES[at];
        if seen & 1 << at != 0 {
            return refuse(field, value, "each part once");
        }
        seen |= 1 << at;
        if name == "FREQ" {
            frequency = Some(parse_frequency(field, value)?);
        } else {
            read(&mut parts, name, field, value)?;
        }
    }
    let Some(frequency) = frequency else {
        return refuse("rrule.FREQ", "", "HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY");
    };
    parts.frequency = frequency;
    check(&parts)?;
    Ok(parts)
}

pub(super) fn refuse<T>(
    field: &'static str,
    value: &str,
    expected: impl Into<Cow<'static, str>>,
) -> Result<T, Invalid> {
    Err(Invalid::new(field, value.escape_debug(), expected))
}

fn absent() -> Parts {
    Parts {
        frequency: Frequency::Daily,
        interval: 1,
        count: None,
        until: End::Never,
        week_start: 0,
        days: Days::default(),
        hours: 0,
        minutes: 0,
        seconds: 0,
        positions: Places::default(),
    }
}

fn read(parts: &mut Parts, name: &str, field: &'static str, value: &str) -> Result<(), Invalid> {
    let days = &mut parts.days;
    match name {
        "UNTIL" => parts.until = parse_until(field, value)?,
        "COUNT" => parts.count = Some(positive(field, value, MAX_COUNT)?),
        "INTERVAL" => parts.interval = i64::from(positive(field, value, MAX_INTERVAL)?),
        "WKST" => parts.week_start = parse_weekday(value).ok_or_else(|| wrong_weekday(field, value))?,
        "BYSECOND" => parts.seconds = seconds(bits(field, value, 0, 60)?),
        "BYMINUTE" => parts.minutes = bits(field, value, 0, 59)?,
        "BYHOUR" => parts.hours = bits(field, value, 0, 23)?,
        "BYMONTH" => days.months = bits(field, value, 1, 12)? as u16,
        "BYMONTHDAY" => days.month_days = places(field, value, 31)?,
        "BYYEARDAY" => days.year_days = places(field, value, 366)?,
        "BYWEEKNO" => days.weeks = places(field, value, 53)?,
        "BYSETPOS" => parts.positions = places(field, value, 366)?,
        _ => {
            for item in items(field, value)? {
                read_day(days, field, item)?;
            }
        }
    }
    Ok(())
}

fn parse_frequency(field: &'static str, value: &str) -> Result<Frequency, Invalid> {
    let is = |name: &str| value.eq_ignore_ascii_case(name);
    match () {
        () if is("HOURLY") => Ok(Frequency::Hourly),
        () if is("DAILY") => Ok(Frequency::Daily),
        () if is("WEEKLY") => Ok(Frequency::Weekly),
        () if is("MONTHLY") => Ok(Frequency::Monthly),
        () if is("YEARLY") => Ok(Frequency::Yearly),
        () if is("MINUTELY") || is("SECONDLY") => {
            refuse(field, value, "HOURLY or slower: a calendar of bookings has no use for more")
        }
        () => refuse(field, value, "HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY"),
    }
}

/// A DATE covers its whole local day.
fn parse_until(field: &'static str, value: &str) -> Result<End, Invalid> {
    match Stamp::parse(value) {
        Some(Stamp::Utc(utc)) => Ok(End::Utc(utc.and_utc().timestamp())),
        Some(Stamp::Local(local)) => Ok(End::Local(local.and_utc().timestamp())),
        Some(Stamp::Date(date)) => {
            let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
            Ok(End::Local(midnight + super::calendar::DAY - 1))
        }
        None => refuse(field, value, "a date that exists: YYYYMMDD, YYYYMMDDTHHMMSS or YYYYMMDDTHHMMSSZ"),
    }
}

fn positive(field: &'static str, value: &str, max: u32) -> Result<u32, Invalid> {
    match number(value.as_bytes()) {
        Some(number) if (1..=max).contains(&number) => Ok(number),
        _ => refuse(field, value, format!("a whole number from 1 to {max}")),
    }
}

/// The items of a list, none of them empty.
fn items<'a>(field: &'static str, value: &'a str) -> Result<impl Iterator<Item = &'a str>, Invalid> {
    if value.split(',').count() > MAX_LIST_ITEMS {
        return refuse(field, value, format!("at most {MAX_LIST_ITEMS} values"));
    }
    Ok(value.split(','))
}

fn bits(field: &'static str, value: &str, min: u32, max: u32) -> Result<u64, Invalid> {
    let mut set = 0;
    for item in items(field, value)? {
        match number(item.as_bytes()).filter(|number| item.len() <= 2 && (min..=max).contains(number)) {
            Some(number) => set |= 1 << number,
            None => return refuse(field, item, format!("numbers from {min} to {max}, separated by commas")),
        }
    }
    Ok(set)
}

/// A leap second has no instant of its own here: second 60 reads as 59 (section 3.3.12).
const fn seconds(set: u64) -> u64 {
    if set >> 60 & 1 == 1 { (set | 1 << 59) & !(1 << 60) } else { set }
}

fn places(field: &'static str, value: &str, max: i64) -> Result<Places, Invalid> {
    let mut set = Places::default();
    for item in items(field, value)? {
        match signed(item, max) {
            Some(number) => set.insert(number),
            None => {
                return refuse(
                    field,
                    item,
                    format!("numbers from 1 to {max} or -{max} to -1, separated by commas"),
                );
            }
        }
    }
    Ok(set)
}

/// A number with an optional sign, not zero, and no longer than `max` is.
fn signed(item: &str, max: i64) -> Option<i64> {
    let (negative, digits) = match item.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let longest = if max > 99 { 3 } else { 2 };
    let number = i64::from(number(digits).filter(|_| digits.len() <= longest)?);
    (1..=max).contains(&number).then_some(if negative { -number } else { number })
}

fn read_day(days: &mut Days, field: &'static str, item: &str) -> Result<(), Invalid> {
    let (nth, name) = item.split_at(item.len().saturating_sub(2));
    let weekday = parse_weekday(name).ok_or_else(|| wrong_weekday(field, item))?;
    if nth.is_empty() {
        days.weekdays.plain |= 1 << weekday;
        return Ok(());
    }
    let Some(nth) = signed(nth, 53) else {
        return refuse(field, item, "MO to SU, with a number from 1 to 53 or -53 to -1 in front at most");
    };
    days.weekdays.insert_nth(nth, weekday);
    Ok(())
}

fn parse_weekday(name: &str) -> Option<i64> {
    WEEKDAYS.iter().position(|known| known.eq_ignore_ascii_case(name)).map(|at| at as i64)
}

fn wrong_weekday(field: &'static str, value: &str) -> Invalid {
    Invalid::new(field, value.escape_debug(), "MO, TU, WE, TH, FR, SA or SU")
}
