//! Evaluation in floating time: the local seconds of a rule within a range, ascending.
//!
//! A rule is a filter over the days of its periods, so any period can be evaluated without the ones before it: the
//! walk starts at the first period of the right phase that reaches into the range, however old DTSTART is.
//!
//! Why not the `rrule` crate, which was meant to do this: even in floating time, with every rule checked before, it
//! loses plain weekdays beside numbered ones (`BYDAY=MO,2FR`), starts a first weekly BYSETPOS set at DTSTART, misjudges
//! week numbers across New Year and refuses `-5TH` in a month. It looks for the end of the range only when it has found
//! an occurrence, so a rule that never matches (30 February; every fourth year from 2026 on 29 February) runs on to the
//! year 10,000 or to its own limit of 100,000 periods; preventing that means deciding whether the rule matches, which is
//! this evaluation. It is the witness in `tests/recurrence_model/witness.rs`, which shows each fault and that the two agree
//! on everything else.

use std::ops::ControlFlow;

use super::calendar::{DAY, Date, month_start, week_start_of, weekday, year_start};
use super::parts::{End, Frequency};
use super::rule::Rule;
use super::steps::{Flow, Steps};

const HOUR: i64 = 3_600;
/// A year has no more days than this.
const YEAR: usize = 366;

/// Hands over every occurrence with `from <= local < to`, ascending, and stops when it is told to.
pub(super) fn walk(
    rule: &Rule,
    from: i64,
    to: i64,
    steps: &Steps,
    emit: &mut impl FnMut(i64) -> Flow,
) -> Flow {
    let range = Range::new(rule, from, to);
    if range.from >= range.to {
        return ControlFlow::Continue(());
    }
    match rule.frequency {
        Frequency::Hourly => hours(rule, range, steps, emit),
        _ if rule.plain => plain(rule, range, steps, emit),
        _ => periods(rule, range, steps, emit),
    }
}

/// The local seconds that may be handed over: `from <= local < to`.
#[derive(Clone, Copy)]
struct Range {
    from: i64,
    to: i64,
}

impl Range {
    fn new(rule: &Rule, from: i64, to: i64) -> Self {
        let end = match rule.end {
            End::Never => to,
            End::Local(last) => last + 1,
            // No zone is a whole day away from UTC.
            End::Utc(last) => last.saturating_add(DAY),
        };
        Self { from: from.max(rule.start), to: to.min(end) }
    }

    const fn first_day(self) -> i64 {
        self.from.div_euclid(DAY)
    }

    const fn last_day(self) -> i64 {
        (self.to - 1).div_euclid(DAY)
    }

    /// The times of a day or hour that begins at `base`.
    fn emit(self, base: i64, times: &[i64], emit: &mut impl FnMut(i64) -> Flow) -> Flow {
        for time in times {
            let local = base + time;
            if self.from <= local && local < self.to {
                emit(local)?;
            }
        }
        ControlFlow::Continue(())
    }
}

/// The first number at or after `at` that is whole intervals after `anchor`.
const fn in_phase(anchor: i64, interval: i64, at: i64) -> i64 {
    at + (anchor - at).rem_euclid(interval)
}

/// The closed form for rules that only weekdays restrict: days by arithmetic alone.
fn plain(rule: &Rule, range: Range, steps: &Steps, emit: &mut impl FnMut(i64) -> Flow) -> Flow {
    let start = rule.start.div_euclid(DAY);
    let weekdays = rule.days.weekdays;
    let (first, last) = (range.first_day(), range.last_day());
    if rule.frequency == Frequency::Daily {
        let mut day = in_phase(start, rule.interval, first);
        while day <= last {
            steps.take(1)?;
            if weekdays.is_empty() || weekdays.contains_plain(weekday(day)) {
                range.emit(day * DAY, &rule.times, emit)?;
            }
            day += rule.interval;
        }
        return ControlFlow::Continue(());
    }
    let anchor = week_start_of(start, rule.week_start);
    let mut week = in_phase(anchor, rule.interval * 7, week_start_of(first, rule.week_start));
    while week <= last {
        steps.take(7)?;
        for day in week..week + 7 {
            if weekdays.contains_plain(weekday(day)) {
                range.emit(day * DAY, &rule.times, emit)?;
            }
        }
        week += rule.interval * 7;
    }
    ControlFlow::Continue(())
}

/// Period by period: a day, week, month or year.
fn periods(rule: &Rule, range: Range, steps: &Steps, emit: &mut impl FnMut(i64) -> Flow) -> Flow {
    let anchor = period_of(rule, rule.start.div_euclid(DAY));
    let mut period = in_phase(anchor, rule.interval, period_of(rule, range.first_day()));
    loop {
        let (first, end) = (first_day_of(rule, period), first_day_of(rule, period + 1));
        if first > range.last_day() {
            return ControlFlow::Continue(());
        }
        steps.take(1)?;
        if rule.positions.is_some() {
            positions(rule, first, end, range, steps, emit)?;
        } else {
            let (first, end) = (first.max(range.first_day()), end.min(range.last_day() + 1));
            days(rule, first, end, steps, &mut |day| range.emit(day * DAY, &rule.times, emit))?;
        }
        period += rule.interval;
    }
}

/// The number of the period that contains a day.
fn period_of(rule: &Rule, day: i64) -> i64 {
    match rule.frequency {
        Frequency::Hourly | Frequency::Daily => day,
        Frequency::Weekly => (day + 3 - rule.week_start).div_euclid(7),
        Frequency::Monthly => {
            let date = Date::of(day);
            date.year * 12 + date.month - 1
        }
        Frequency::Yearly => Date::of(day).year,
    }
}

fn first_day_of(rule: &Rule, period: i64) -> i64 {
    match rule.frequency {
        Frequency::Hourly | Frequency::Daily => period,
        Frequency::Weekly => period * 7 - 3 + rule.week_start,
        Frequency::Monthly => month_start(period),
        Frequency::Yearly => year_start(period),
    }
}

/// The days from `first` to before `end` that the rule allows; months that it does not name cost one step.
fn days(rule: &Rule, first: i64, end: i64, steps: &Steps, found: &mut impl FnMut(i64) -> Flow) -> Flow {
    let mut day = first;
    while day < end {
        steps.take(1)?;
        let date = Date::of(day);
        let months = rule.days.months;
        if months != 0 && months >> date.month & 1 == 0 {
            day += date.in_month().back();
            continue;
        }
        if rule.allows(date) {
            found(day)?;
        }
        day += 1;
    }
    ControlFlow::Continue(())
}

/// BYSETPOS: the whole period is collected, from its first day even where DTSTART lies later in it, and numbered.
fn positions(
    rule: &Rule,
    first: i64,
    end: i64,
    range: Range,
    steps: &Steps,
    emit: &mut impl FnMut(i64) -> Flow,
) -> Flow {
    let Some(chosen) = &rule.positions else { return ControlFlow::Continue(()) };
    let (mut found, mut count) = ([0; YEAR], 0);
    days(rule, first, end, steps, &mut |day| {
        found[count] = day;
        count += 1;
        ControlFlow::Continue(())
    })?;
    let per_day = rule.times.len() as i64;
    let of = count as i64 * per_day;
    // No position is further from both ends than this, however many times a day has.
    let (head, tail) = (of.min(YEAR as i64), of - YEAR as i64);
    for index in (0..head).chain(head.max(tail)..of) {
        if chosen.contains(index + 1, of - index) {
            let day = found[(index / per_day) as usize];
            let time = (index % per_day) as usize;
            range.emit(day * DAY, &rule.times[time..=time], emit)?;
        }
    }
    ControlFlow::Continue(())
}

/// HOURLY: phases count hours of the wall clock; a day that the rule does not allow is left at once.
fn hours(rule: &Rule, range: Range, steps: &Steps, emit: &mut impl FnMut(i64) -> Flow) -> Flow {
    let anchor = rule.start.div_euclid(HOUR);
    let mut hour = in_phase(anchor, rule.interval, range.from.div_euclid(HOUR));
    while hour * HOUR < range.to {
        steps.take(1)?;
        let day = hour.div_euclid(24);
        let next_day = in_phase(anchor, rule.interval, (day + 1) * 24);
        if rule.allows(Date::of(day)) {
            while hour < next_day {
                if rule.hours >> hour.rem_euclid(24) & 1 == 1 {
                    range.emit(hour * HOUR, &rule.times, emit)?;
                }
                hour += rule.interval;
            }
        }
        hour = next_day;
    }
    ControlFlow::Continue(())
}
