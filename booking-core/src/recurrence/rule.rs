//! A rule ready to run: what DTSTART implies is explicit, COUNT has become an end.

use std::ops::ControlFlow;

use super::LAST_END;
use super::calendar::{DAY, Date, Place, weekday};
use super::parts::{Days, End, Frequency, Parts, Places};
use super::steps::{Steps, Stop};
use super::walk::walk;
use crate::Invalid;

/// No wall clock shows an instant that is asked for at or after this local second.
const HORIZON: i64 = LAST_END + DAY;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) week_start: i64,
    /// DTSTART in local seconds: nothing comes before it.
    pub(super) start: i64,
    /// Inclusive. Never a COUNT.
    pub(super) end: End,
    pub(super) days: Days,
    /// The hours an HOURLY rule allows; other rules have theirs in `times`.
    pub(super) hours: u64,
    /// Ascending seconds of the hour for HOURLY, of the day for all others.
    pub(super) times: Box<[i64]>,
    /// For WEEKLY and slower; where a period has the same times always, the choice is made in `times`.
    pub(super) positions: Option<Box<Places>>,
    /// Only weekdays restrict a DAILY or WEEKLY rule, so that its days need no calendar.
    pub(super) plain: bool,
}

impl Rule {
    /// Counting a COUNT out takes at most [`MAX_STEPS`](super::MAX_STEPS) steps, once.
    pub(super) fn new(parts: &Parts, start: i64) -> Result<Self, Invalid> {
        let count = parts.count;
        let mut rule = Self::endless(parts, start);
        let Some(count) = count else { return Ok(rule) };
        let (steps, mut seen, mut last) = (Steps::new(), 0, None);
        let flow = walk(&rule, start, HORIZON, &steps, &mut |local| {
            steps.take(1)?;
            seen += 1;
            if seen < count {
                return ControlFlow::Continue(());
            }
            last = Some(local);
            ControlFlow::Break(Stop::Enough)
        });
        if matches!(flow, ControlFlow::Break(Stop::Budget)) {
            let expected = "a COUNT that is reached sooner, or UNTIL instead";
            return Err(Invalid::new("rrule.COUNT", count, expected));
        }
        if let Some(last) = last {
            rule.end = End::Local(last);
        }
        Ok(rule)
    }

    fn endless(parts: &Parts, start: i64) -> Self {
        let days = implied_days(parts, start);
        let second = start.rem_euclid(DAY);
        let seconds = or_single(parts.seconds, second % 60);
        let minutes = or_single(parts.minutes, second / 60 % 60);
        let hourly = parts.frequency == Frequency::Hourly;
        let hours = match parts.hours {
            0 if hourly => (1 << 24) - 1,
            listed => or_single(listed, second / 3_600),
        };
        let mut times = times(if hourly { 1 } else { hours }, minutes, seconds);
        let same_times = matches!(parts.frequency, Frequency::Hourly | Frequency::Daily);
        let mut positions = (!parts.positions.is_empty()).then_some(parts.positions);
        if let Some(chosen) = positions.take_if(|_| same_times) {
            times = choose(&times, &chosen);
        }
        let only_weekdays = Days { weekdays: days.weekdays, ..Days::default() } == days;
        let plain = matches!(parts.frequency, Frequency::Daily | Frequency::Weekly)
            && positions.is_none()
            && only_weekdays;
        Self {
            frequency: parts.frequency,
            interval: parts.interval,
            week_start: parts.week_start,
            start,
            end: parts.until,
            days,
            hours,
            times: times.into(),
            positions: positions.map(Box::new),
            plain,
        }
    }

    /// Whether the day passes every BY part that speaks of days. The expansions of RFC 5545's table are the same as
    /// limits, because they are applied to all days of the period.
    pub(super) fn allows(&self, date: Date) -> bool {
        let days = &self.days;
        (days.months == 0 || days.months >> date.month & 1 == 1)
            && passes(&days.month_days, || date.in_month())
            && passes(&days.year_days, || date.in_year())
            && passes(&days.weeks, || date.in_weeks(self.week_start))
            && (days.weekdays.is_empty() || self.allows_weekday(date))
    }

    fn allows_weekday(&self, date: Date) -> bool {
        let (set, day) = (&self.days.weekdays, weekday(date.number));
        if set.contains_plain(day) {
            return true;
        }
        if !set.has_nth {
            return false;
        }
        let in_year = self.frequency == Frequency::Yearly && self.days.months == 0;
        let place = if in_year { date.in_year() } else { date.in_month() };
        set.contains_nth(day, place.nth_weekday())
    }
}

fn passes(set: &Places, place: impl Fn() -> Place) -> bool {
    set.is_empty() || {
        let place = place();
        set.contains(place.index, place.back())
    }
}

/// RFC 5545 section 3.3.10: what a rule leaves open is taken from DTSTART. A week number without a weekday means
/// DTSTART's weekday, as a month without a day means DTSTART's day.
fn implied_days(parts: &Parts, start: i64) -> Days {
    let mut days = parts.days;
    let date = Date::of(start.div_euclid(DAY));
    let no_day = days.month_days.is_empty() && days.year_days.is_empty() && days.weekdays.is_empty();
    match parts.frequency {
        Frequency::Weekly if days.weekdays.is_empty() => days.weekdays.plain = 1 << weekday(date.number),
        Frequency::Monthly if no_day => days.month_days.insert(date.day),
        Frequency::Yearly if no_day && !days.weeks.is_empty() => {
            days.weekdays.plain = 1 << weekday(date.number);
        }
        Frequency::Yearly if no_day => {
            days.month_days.insert(date.day);
            if days.months == 0 {
                days.months = 1 << date.month;
            }
        }
        _ => {}
    }
    days
}

fn or_single(set: u64, number: i64) -> u64 {
    if set == 0 { 1 << number } else { set }
}

/// All combinations, ascending, in seconds; hour 0 alone for the seconds of an hour.
fn times(hours: u64, minutes: u64, seconds: u64) -> Vec<i64> {
    let mut times = Vec::new();
    for hour in numbers(hours) {
        for minute in numbers(minutes) {
            times.extend(numbers(seconds).map(|second| hour * 3_600 + minute * 60 + second));
        }
    }
    times
}

fn numbers(set: u64) -> impl Iterator<Item = i64> {
    (0..64).filter(move |number| set >> number & 1 == 1)
}

fn choose(times: &[i64], positions: &Places) -> Vec<i64> {
    let of = times.len() as i64;
    let chosen = |index: &i64| {
        let place = Place { index: index + 1, of };
        positions.contains(place.index, place.back())
    };
    (0..of).filter(chosen).map(|index| times[index as usize]).collect()
}
