//! A resource's hours, compiled against zone data and expanded into openings.

use chrono::NaiveDate;

use super::openings::Openings;
use super::{DayInterval, Hours, Layer, Laying, MAX_RECURRING, Recurring, Schedule};
use crate::reason::Closure;
use crate::recurrence::RecurrenceError;
use crate::seconds::DAY;
use crate::span::{Span, intersect, join, subtract};
use crate::time::civil::{date_of, day_of, day_of_local, weekday};
use crate::time::{Cursor, Zone, Zones};
use crate::{END_SECOND, FIRST_SECOND, Interval, Invalid};

/// The hours of one resource with its zones looked up: made once, expanded for any window.
#[derive(Debug, Clone)]
pub struct Calendar {
    base: Compiled,
    layers: Vec<(Layer, Compiled)>,
}

/// One schedule with its zones looked up and its dates as day numbers.
#[derive(Debug, Clone)]
struct Compiled {
    schedule: Schedule,
    zone: Zone,
    /// First day, last day, zone.
    travel: Vec<(i64, i64, Zone)>,
    /// Weekly intervals on the wall clock, merged where they overlap or touch; 0 = Monday.
    weekly: [Vec<(i64, i64)>; 7],
    /// Days with an override or a holiday, sorted: they own their whole local date.
    owned: Vec<(i64, Vec<(i64, i64)>)>,
}

impl Calendar {
    /// Looks up every zone the hours name. Refused: zones that `zones` does not know.
    pub fn new(hours: &Hours, zones: &Zones) -> Result<Self, Invalid> {
        let mut layers = Vec::with_capacity(hours.layers().len());
        for layer in hours.layers() {
            layers.push((layer.clone(), Compiled::new(&layer.schedule, zones)?));
        }
        Ok(Self { base: Compiled::new(hours.base(), zones)?, layers })
    }

    /// The zone of the base schedule.
    pub fn zone(&self) -> &Zone {
        &self.base.zone
    }

    /// Every opening that reaches into `[from, until)`, whole.
    pub(crate) fn openings(&self, from: i64, until: i64, out: &mut Openings) -> Result<(), RecurrenceError> {
        out.blocks.clear();
        if self.layers.is_empty() && self.base.is_plain() {
            self.base.expand_plain(from, until, &mut out.blocks);
        } else {
            self.expand_layers(from, until, &mut out.blocks)?;
        }
        out.blocks.retain(|span| span.start < until && from < span.end);
        out.unite();
        Ok(())
    }

    /// The recurring blocks that reach into `[from, until)`.
    pub(crate) fn recurring_blocks(
        &self,
        from: i64,
        until: i64,
        out: &mut Vec<Span>,
    ) -> Result<(), RecurrenceError> {
        for compiled in self.schedules() {
            for rule in &compiled.schedule.blocks {
                compiled.occurrences(rule, from, until, |span| out.push(span))?;
            }
        }
        Ok(())
    }

    /// Whether some schedule has recurring blocks.
    pub(crate) fn has_recurring_blocks(&self) -> bool {
        self.schedules().any(|compiled| !compiled.schedule.blocks.is_empty())
    }

    /// The name of a recurring block that reaches into `[from, until)`, if there is one.
    pub(crate) fn recurring_block_at(&self, from: i64, until: i64) -> Option<String> {
        for compiled in self.schedules() {
            for rule in &compiled.schedule.blocks {
                let mut hit = false;
                let found = compiled.occurrences(rule, from, until, |_| hit = true);
                if found.is_ok() && hit {
                    return Some(rule.name.clone());
                }
            }
        }
        None
    }

    /// What closes a local date of the base schedule or of a layer that replaces it, if an override or a holiday does.
    pub(crate) fn closure(&self, date: NaiveDate) -> Option<Closure> {
        let replaced = self.layers.iter().rev().find(|(l, _)| l.laying == Laying::Replace && l.covers(date));
        let schedule = replaced.map_or(&self.base.schedule, |(layer, _)| &layer.schedule);
        match (schedule.override_on(date), schedule.holiday_on(date)) {
            (Some(own), _) => own.intervals.is_empty().then_some(Closure::Override),
            (None, Some(holiday)) => Some(Closure::Holiday(holiday.name.clone())),
            (None, None) => None,
        }
    }

    fn schedules(&self) -> impl Iterator<Item = &Compiled> {
        std::iter::once(&self.base).chain(self.layers.iter().map(|(_, compiled)| compiled))
    }

    /// The slow path: layers, travel and recurring openings.
    fn expand_layers(&self, from: i64, until: i64, blocks: &mut Vec<Span>) -> Result<(), RecurrenceError> {
        // An opening that reaches in may have begun with another of its date, which does not: where the dates of all that
        // reach in begin, whatever the window.
        let rules = self.schedules().flat_map(|compiled| &compiled.schedule.openings);
        let spare = rules.map(|rule| rule.duration + 2 * DAY).max().unwrap_or(0);
        let (from, until) = (from - spare, until + spare);
        let mut days = self.base.days(from, until)?;
        for (layer, compiled) in &self.layers {
            let covered = |day: i64| layer.covers(date_of(day));
            match layer.laying {
                Laying::Replace => {
                    let mut laid = compiled.days(from, until)?;
                    laid.retain(|(day, _)| covered(*day));
                    cut_where_replaced(&mut days, compiled, layer, from, until);
                    days.extend(laid);
                }
                Laying::Add => {
                    let mut laid = compiled.days(from, until)?;
                    laid.retain(|(day, _)| covered(*day));
                    days.extend(laid);
                }
                Laying::Within | Laying::Except => {
                    days = clip(&days, compiled, layer, from, until)?;
                }
            }
        }
        merge_by_day(days, blocks);
        Ok(())
    }
}

/// Dates a `Replace` layer covers: the openings below that start on them go, and tails that reach in are cut.
fn cut_where_replaced(days: &mut Vec<(i64, Span)>, top: &Compiled, layer: &Layer, from: i64, until: i64) {
    days.retain(|(day, _)| !layer.covers(date_of(*day)));
    let (first, last) = top.day_range(from, until);
    for (day, span) in days.iter_mut() {
        for later in (*day + 1).max(first)..=last.min(*day + 1 + MAX_RECURRING / DAY + 2) {
            let midnight = top.zone_of(later).day_start(later);
            if midnight >= span.end {
                break;
            }
            if layer.covers(date_of(later)) {
                span.end = span.end.min(midnight.max(span.start));
                break;
            }
        }
    }
    days.retain(|(_, span)| span.start < span.end);
}

/// `Within`: what lies in the layer's openings. `Except`: what does not. Dates the layer does not cover stay as they are.
fn clip(
    days: &[(i64, Span)],
    top: &Compiled,
    layer: &Layer,
    from: i64,
    until: i64,
) -> Result<Vec<(i64, Span)>, RecurrenceError> {
    let mut laid: Vec<Span> = top
        .days(from, until)?
        .into_iter()
        .filter(|(d, _)| layer.covers(date_of(*d)))
        .map(|(_, s)| s)
        .collect();
    join(&mut laid);
    let mut clipped = Vec::new();
    let mut pieces = Vec::new();
    for &(day, span) in days {
        if !layer.covers(date_of(day)) {
            clipped.push((day, span));
            continue;
        }
        pieces.clear();
        match layer.laying {
            Laying::Within => intersect(&[span], &laid, &mut pieces),
            _ => subtract(&[span], &laid, &mut pieces),
        }
        clipped.extend(pieces.iter().map(|&piece| (day, piece)));
    }
    Ok(clipped)
}

/// Day blocks: the openings of one local start date, merged where they overlap or touch; sorted by start.
fn merge_by_day(mut days: Vec<(i64, Span)>, blocks: &mut Vec<Span>) {
    days.sort_unstable();
    let mut index = 0;
    let mut group = Vec::new();
    while index < days.len() {
        let day = days[index].0;
        group.clear();
        while index < days.len() && days[index].0 == day {
            group.push(days[index].1);
            index += 1;
        }
        join(&mut group);
        blocks.extend_from_slice(&group);
    }
    blocks.sort_unstable();
}

impl Compiled {
    fn new(schedule: &Schedule, zones: &Zones) -> Result<Self, Invalid> {
        let mut travel = Vec::with_capacity(schedule.travel.len());
        for stay in &schedule.travel {
            let last = stay.to.map_or(i64::MAX, day_of);
            travel.push((day_of(stay.from), last, zones.zone(&stay.zone)?));
        }
        let mut owned: Vec<(i64, Vec<(i64, i64)>)> =
            schedule.overrides.iter().map(|o| (day_of(o.date), walls(&o.intervals))).collect();
        for holiday in schedule.holidays.iter().flat_map(|set| &set.dates) {
            if schedule.override_on(holiday.date).is_none() {
                owned.push((day_of(holiday.date), Vec::new()));
            }
        }
        owned.sort_unstable();
        owned.dedup_by_key(|(day, _)| *day);
        let weekly = std::array::from_fn(|day| walls(schedule.weekly.by_number(day)));
        Ok(Self { zone: zones.zone(&schedule.zone)?, schedule: schedule.clone(), travel, weekly, owned })
    }

    fn is_plain(&self) -> bool {
        self.travel.is_empty() && self.schedule.openings.is_empty()
    }

    fn zone_of(&self, day: i64) -> &Zone {
        self.travel
            .iter()
            .find(|(from, to, _)| (*from..=*to).contains(&day))
            .map_or(&self.zone, |(_, _, zone)| zone)
    }

    /// Local dates whose openings may reach into a window: a wall-clock interval ends within 48 hours of its date's
    /// midnight, and two zones differ by at most 26 hours. Where clocks go back over midnight, the date after the last
    /// one shown has begun already.
    fn day_range(&self, from: i64, until: i64) -> (i64, i64) {
        let spare = if self.travel.is_empty() { 0 } else { 2 };
        let first = day_of_local(self.zone.to_local(from)) - 2 - spare;
        let last = day_of_local(self.zone.to_local(until)) + 1 + spare;
        (first, last)
    }

    fn owner(&self, day: i64) -> Option<&[(i64, i64)]> {
        let at = self.owned.binary_search_by_key(&day, |(owned, _)| *owned).ok()?;
        Some(&self.owned[at].1)
    }

    fn intervals(&self, day: i64, weekday: u8) -> &[(i64, i64)] {
        if !self.owned.is_empty()
            && let Some(own) = self.owner(day)
        {
            return own;
        }
        &self.weekly[usize::from(weekday)]
    }

    /// The fast path: weekly hours, overrides and holidays in one zone. Allocates nothing but room in `blocks`.
    fn expand_plain(&self, from: i64, until: i64, blocks: &mut Vec<Span>) {
        let (first, last) = self.day_range(from, until);
        let mut cursor = self.zone.cursor();
        cursor.day_start(first);
        let (mut previous, mut in_order) = (i64::MIN, true);
        let mut of_week = weekday(first);
        for day in first..=last {
            let intervals = self.intervals(day, of_week);
            of_week = if of_week == 6 { 0 } else { of_week + 1 };
            let midnight = day * DAY;
            let begun = blocks.len();
            // An interval ends within 48 hours of its date's midnight.
            match cursor.steady(midnight, midnight + 2 * DAY + 1) {
                Some(offset) if self.owned.is_empty() => {
                    let spans = intervals.iter().map(|(start, end)| (start - offset, end - offset));
                    let spans = spans.map(|(start, end)| Span::new(midnight + start, midnight + end));
                    blocks.extend(spans.filter(|span| span.start < until && from < span.end));
                }
                _ => self.resolve_day(day, intervals, &mut cursor, blocks),
            }
            if let Some(first) = blocks.get(begun) {
                in_order &= previous <= first.start;
                previous = blocks[blocks.len() - 1].start;
            }
        }
        if !in_order {
            blocks.sort_unstable();
        }
    }

    /// One date near a clock change, or near one that owns itself.
    fn resolve_day(
        &self,
        day: i64,
        intervals: &[(i64, i64)],
        cursor: &mut Cursor<'_>,
        blocks: &mut Vec<Span>,
    ) {
        let begun = blocks.len();
        for &(wall_start, wall_end) in intervals {
            let start = cursor.opening_start(day * DAY + wall_start);
            let mut end = cursor.opening_end(day * DAY + wall_end);
            // 24:00 too: where the next date's midnight comes twice, it is the later one.
            if wall_end >= DAY {
                end = self.cut_tail(day, start, end);
            }
            match blocks[begun..].last_mut() {
                _ if end <= start => {}
                Some(last) if start <= last.end => last.end = last.end.max(end),
                _ => blocks.push(Span::new(start, end)),
            }
        }
    }

    /// A date that owns itself cuts the tail of an opening that began before it, at its local midnight.
    fn cut_tail(&self, day: i64, start: i64, end: i64) -> i64 {
        let at = self.owned.partition_point(|(owned, _)| *owned <= day);
        match self.owned.get(at) {
            Some((owned, _)) if *owned <= day + 1 + MAX_RECURRING / DAY + 2 => {
                end.min(self.zone_of(*owned).day_start(*owned).max(start))
            }
            _ => end,
        }
    }

    /// All openings with the local date they start on, before merging.
    fn days(&self, from: i64, until: i64) -> Result<Vec<(i64, Span)>, RecurrenceError> {
        let mut days = Vec::new();
        let (first, last) = self.day_range(from, until);
        for day in first..=last {
            let zone = self.zone_of(day);
            let mut cursor: Cursor<'_> = zone.cursor();
            for &(wall_start, wall_end) in self.intervals(day, weekday(day)) {
                let start = cursor.opening_start(day * DAY + wall_start);
                let end = self.cut_tail(day, start, cursor.opening_end(day * DAY + wall_end));
                if start < end {
                    days.push((day, Span::new(start, end)));
                }
            }
        }
        for rule in &self.schedule.openings {
            self.occurrences(rule, from, until, |span| {
                let day = day_of_local(self.zone.to_local(span.start));
                let end = self.cut_tail(day, span.start, span.end);
                if self.owner(day).is_none() && span.start < end {
                    days.push((day, Span::new(span.start, end)));
                }
            })?;
        }
        Ok(days)
    }

    /// Calls back with each occurrence of a rule that reaches into `[from, until)`.
    fn occurrences(
        &self,
        rule: &Recurring,
        from: i64,
        until: i64,
        mut each: impl FnMut(Span),
    ) -> Result<(), RecurrenceError> {
        let reach = (from - rule.duration).clamp(FIRST_SECOND, END_SECOND);
        let Ok(window) = Interval::from_seconds(reach, until.clamp(FIRST_SECOND, END_SECOND)) else {
            return Ok(());
        };
        let mut starts = Vec::new();
        rule.recurrence.expand(&self.zone, window, &mut starts)?;
        for start in starts {
            if start + rule.duration > from {
                each(Span::new(start, start + rule.duration));
            }
        }
        Ok(())
    }
}

/// Wall-clock seconds of intervals, sorted and merged where they overlap or touch.
fn walls(intervals: &[DayInterval]) -> Vec<(i64, i64)> {
    let mut spans: Vec<Span> = intervals
        .iter()
        .map(|interval| {
            let (start, end) = interval.wall();
            Span::new(start, end)
        })
        .collect();
    join(&mut spans);
    spans.into_iter().map(|span| (span.start, span.end)).collect()
}
