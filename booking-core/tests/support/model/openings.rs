//! Day blocks: what is open on each local date (rules 2 to 4).

use booking_core::{Interval, Recurring, Schedule, Zone, time::civil};

use super::zone;

/// One interval in seconds since the Unix epoch, half-open.
pub(super) type Stretch = (i64, i64);

/// The day blocks of every local date that could reach into the range.
pub(super) fn day_blocks(schedule: &Schedule, from: i64, until: i64) -> Vec<Stretch> {
    let days = from.div_euclid(civil::DAY) - 3..=until.div_euclid(civil::DAY) + 3;
    let recurring = recurring(schedule, &schedule.openings, from, until);
    days.flat_map(|day| blocks_of_day(schedule, day, &recurring)).collect()
}

/// Every occurrence of recurring rules that reaches into the range, by the local date it starts on.
///
/// When a rule occurs is the business of the recurrence's own slow model.
pub(super) fn recurring(
    schedule: &Schedule,
    rules: &[Recurring],
    from: i64,
    until: i64,
) -> Vec<(i64, Stretch)> {
    let zone = zone(&schedule.zone);
    let mut found = Vec::new();
    for rule in rules {
        let window = Interval::from_seconds(from - rule.duration, until).expect("a range inside the years");
        let mut starts = Vec::new();
        rule.recurrence.expand(&zone, window, &mut starts).expect("few occurrences");
        found.extend(
            starts
                .into_iter()
                .map(|start| (civil::day_of_local(zone.to_local(start)), (start, start + rule.duration))),
        );
    }
    found
}

fn blocks_of_day(schedule: &Schedule, day: i64, recurring: &[(i64, Stretch)]) -> Vec<Stretch> {
    let date = civil::date_of(day);
    let here = zone(schedule.zone_on(date));
    let hours = match schedule.override_on(date) {
        Some(only) => only.intervals.as_slice(),
        None if schedule.holiday_on(date).is_some() => &[],
        None => schedule.weekly.day(chrono::Datelike::weekday(&date)),
    };
    let cut = midnight_that_cuts(schedule, day).unwrap_or(i64::MAX);
    let mut blocks = Vec::new();
    if !owns(schedule, date) {
        let today = recurring.iter().filter(|(on, _)| *on == day);
        let whole = today.map(|(_, (start, end))| (*start, *end.min(&cut)));
        blocks.extend(whole.filter(|(start, end)| start < end));
    }
    for interval in hours {
        let (from, to) = (interval.from().seconds(), interval.to().seconds());
        let to = if to <= from { to + civil::DAY } else { to };
        let start = earliest(&here, day * civil::DAY + from);
        let end = latest(&here, day * civil::DAY + to).min(cut);
        if start < end {
            blocks.push((start, end));
        }
    }
    merged(blocks)
}

/// A later date that is overridden, or a holiday, cuts what reaches into it at its midnight. The longest opening lasts 14
/// days.
fn midnight_that_cuts(schedule: &Schedule, day: i64) -> Option<i64> {
    let later = (day + 1..day + 17).filter(|day| owns(schedule, civil::date_of(*day)));
    later.map(|day| earliest(&zone(schedule.zone_on(civil::date_of(day))), day * civil::DAY)).min()
}

fn owns(schedule: &Schedule, date: chrono::NaiveDate) -> bool {
    schedule.override_on(date).is_some() || schedule.holiday_on(date).is_some()
}

pub(super) fn merged(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut out: Vec<Stretch> = Vec::new();
    for (start, end) in stretches {
        match out.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => out.push((start, end)),
        }
    }
    out
}

/// The first instant that shows the reading, or the first after the gap it lies in.
pub(super) fn earliest(zone: &Zone, local: i64) -> i64 {
    showing(zone, local).first().copied().unwrap_or_else(|| after_gap(zone, local))
}

fn latest(zone: &Zone, local: i64) -> i64 {
    showing(zone, local).last().copied().unwrap_or_else(|| after_gap(zone, local))
}

/// All instants that show a reading: try every offset of the days around it.
fn showing(zone: &Zone, local: i64) -> Vec<i64> {
    let around = (-16..=16).map(|quarter| i64::from(zone.offset_at(local + quarter * civil::DAY / 8)));
    let mut found: Vec<i64> = around.map(|offset| local - offset).collect();
    found.retain(|at| zone.to_local(*at) == local);
    found.sort_unstable();
    found.dedup();
    found
}

fn after_gap(zone: &Zone, local: i64) -> i64 {
    let skips =
        |at: i64, before: i32, after: i32| at + i64::from(before) <= local && local < at + i64::from(after);
    let mut changes = zone.transitions().iter();
    changes
        .find(|t| skips(t.at(), t.before(), t.after()))
        .expect("a gap around a reading that is not shown")
        .at()
}
