//! Which starts policy leaves open, whoever is free: notice, horizon, limits.

use chrono::{Datelike, Weekday};

use super::question::Question;
use crate::interval::{Interval, instant};
use crate::policy::{HorizonKind, Limit, Over, Per, Period};
use crate::reason::Reason;
use crate::seconds::{DAY, Seconds};
use crate::service::Service;
use crate::span::{Span, subtract};
use crate::store::{Counted, LimitCheck, LimitSubject};
use crate::time::civil::{date_of, day_of, day_of_local, month, week, weekday, year};
use crate::time::{Zone, Zones};
use crate::{END_SECOND, FIRST_SECOND, Invalid, ResourceId};

/// The first start that is not too soon. What needs approval must leave a second to decide in: a pending booking ends
/// at its start.
pub(super) fn earliest(service: &Service, question: &Question) -> i64 {
    let notice = if question.waive.notice { 0 } else { service.policy.notice };
    question.now + notice.max(i64::from(service.policy.approval.is_some()))
}

/// The days (in its zone) that a horizon leaves open: `[first, end)`, and the zone. `AvailableDays` is not judged here.
pub(super) fn horizon(
    service: &Service,
    question: &Question,
    zones: &Zones,
) -> Result<Option<(i64, i64, Zone)>, Invalid> {
    let Some(horizon) = service.policy.horizon.as_ref().filter(|_| !question.waive.horizon) else {
        return Ok(None);
    };
    let zone = zones.zone(horizon.zone.as_ref().unwrap_or(&service.zone))?;
    let today = day_of_local(zone.to_local(question.now));
    let (first, end) = match horizon.kind {
        HorizonKind::RollingDays(days) => (i64::MIN, today + i64::from(days) + 1),
        HorizonKind::BusinessDays(days) => (i64::MIN, business_day(today, days) + 1),
        HorizonKind::AvailableDays(_) => return Ok(None),
        HorizonKind::Range { from, to } => (day_of(from), day_of(to) + 1),
    };
    Ok(Some((first, end, zone)))
}

/// The day that is `count` Mondays-to-Fridays after `today`.
fn business_day(today: i64, count: u32) -> i64 {
    let mut day = today;
    let mut left = count;
    while left > 0 {
        day += 1;
        if weekday(day) < 5 {
            left -= 1;
        }
    }
    day
}

/// The starts within the question's window that notice, horizon and the limits of service and customer leave open.
pub(super) fn open_starts(
    service: &Service,
    question: &Question,
    zones: &Zones,
    counted: &[Counted],
) -> Result<Vec<Span>, Invalid> {
    let mut window = question.window;
    window.start = window.start.max(earliest(service, question));
    window.end = window.end.min(END_SECOND - question.duration + 1);
    if let Some((first, end, zone)) = horizon(service, question, zones)? {
        if first > i64::MIN {
            window.start = window.start.max(zone.day_start(first));
        }
        window.end = window.end.min(zone.day_start(end));
    }
    if window.start >= window.end {
        return Ok(Vec::new());
    }
    let mut open = vec![window];
    if question.waive.limits {
        return Ok(open);
    }
    let zone = zones.zone(&service.zone)?;
    for (rule, limit) in service.policy.limits.iter().enumerate() {
        let subject = match limit.per {
            Per::Service => LimitSubject::Service(service.id),
            Per::Customer => match question.customer {
                Some(customer) => LimitSubject::Customer(customer),
                None => continue,
            },
            Per::Resource => continue,
        };
        let mut closed = Vec::new();
        for check in checks(service, rule, limit, subject, question.duration, &zone, window) {
            if reached(&check, counted).is_some() {
                closed.extend(check.intervals.iter().map(|i| Span::new(i.start_second(), i.end_second())));
            }
        }
        if !closed.is_empty() {
            crate::span::join(&mut closed);
            let mut left = Vec::new();
            subtract(&open, &closed, &mut left);
            open = left;
        }
    }
    Ok(open)
}

/// The starts that limits per resource close for one resource serving `serves` seconds, sorted and joined.
pub(super) fn closed_by_resource(
    service: &Service,
    resource: ResourceId,
    serves: Seconds,
    zone: &Zone,
    window: Span,
    counted: &[Counted],
) -> Vec<Span> {
    let mut closed = Vec::new();
    for (rule, limit) in
        service.policy.limits.iter().enumerate().filter(|(_, limit)| limit.per == Per::Resource)
    {
        let subject = LimitSubject::Resource(resource);
        for check in checks(service, rule, limit, subject, serves, zone, window) {
            if reached(&check, counted).is_some() {
                closed.extend(check.intervals.iter().map(|i| Span::new(i.start_second(), i.end_second())));
            }
        }
    }
    crate::span::join(&mut closed);
    closed
}

/// One check for each period of a limit that a window of starts touches.
pub(super) fn checks(
    service: &Service,
    rule: usize,
    limit: &Limit,
    subject: LimitSubject,
    adds: Seconds,
    zone: &Zone,
    window: Span,
) -> Vec<LimitCheck> {
    let mut checks = Vec::new();
    let mut day = day_of_local(zone.to_local(window.start));
    let last = day_of_local(zone.to_local(window.end - 1));
    // A fold at midnight may show the earlier date again later in the window: begin one day early, end one late.
    day -= 1;
    while day <= last + 1 {
        let days = period(limit, day);
        let intervals: Vec<Interval> = zone
            .instants_within(days.start * DAY, days.end * DAY)
            .filter_map(|(start, end)| {
                Interval::from_seconds(
                    start.clamp(FIRST_SECOND, END_SECOND),
                    end.clamp(FIRST_SECOND, END_SECOND),
                )
                .ok()
            })
            .collect();
        if intervals.iter().any(|i| i.start_second() < window.end && window.start < i.end_second()) {
            checks.push(LimitCheck {
                rule,
                subject,
                over: limit.counted_over(),
                service: service.id,
                intervals,
                max_count: limit.max_count,
                max_seconds: limit.max_seconds,
                adds,
            });
        }
        day = days.end;
    }
    checks
}

/// The days of the period that contains a day.
fn period(limit: &Limit, day: i64) -> std::ops::Range<i64> {
    match limit.period {
        Period::Day => day..day + 1,
        Period::Week => week(day, limit.week_start.unwrap_or(Weekday::Sun)),
        Period::Month => month(day),
        Period::Year => year(day),
    }
}

/// Whether one booking more would exceed a limit: the reason, with what is used.
pub(super) fn reached(check: &LimitCheck, counted: &[Counted]) -> Option<Reason> {
    let (mut count, mut seconds) = (0_i64, 0_i64);
    for row in counted {
        let start = row.visit.start_second();
        if !check.intervals.iter().any(|interval| interval.contains(start)) {
            continue;
        }
        if let Some(served) = counts(check, row) {
            count += 1;
            seconds += served;
        }
    }
    if let Some(max) = check.max_count.map(i64::from)
        && count + 1 > max
    {
        return Some(Reason::LimitReached { rule: check.rule, used: count, max });
    }
    if let Some(max) = check.max_seconds
        && seconds + check.adds > max
    {
        return Some(Reason::LimitReached { rule: check.rule, used: seconds, max });
    }
    None
}

/// The seconds a counted booking adds to a limit, if it counts.
fn counts(check: &LimitCheck, row: &Counted) -> Option<Seconds> {
    if check.over == Over::Service && row.service != check.service {
        return None;
    }
    match check.subject {
        LimitSubject::Service(_) => Some(row.visit.seconds()),
        LimitSubject::Customer(customer) => (row.customer == Some(customer)).then(|| row.visit.seconds()),
        LimitSubject::Resource(resource) => {
            row.resources.iter().find(|(named, _)| *named == resource).map(|(_, seconds)| *seconds)
        }
    }
}

/// Reasons of notice and horizon against one start.
pub(super) fn time_reasons(
    service: &Service,
    question: &Question,
    zones: &Zones,
    start: i64,
) -> Result<Vec<Reason>, Invalid> {
    let mut reasons = Vec::new();
    let first = earliest(service, question);
    if start < first {
        reasons.push(Reason::TooSoon { earliest: instant(first) });
    }
    if let Some((first, end, zone)) = horizon(service, question, zones)? {
        let opens = if first == i64::MIN { i64::MIN } else { zone.day_start(first) };
        if start < opens {
            reasons.push(Reason::NotYetOpen { first: date_of(first) });
        }
        if start >= zone.day_start(end) {
            let latest = date_of(end - 1);
            reasons.push(Reason::TooFar { latest: (latest.year() >= 1970).then_some(latest) });
        }
    }
    Ok(reasons)
}
