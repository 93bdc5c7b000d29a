//! Limits, counted from rows.

use booking_core::{Booking, Limit, Over, Per, Period, ResourceId, Service, Zones};
use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// What is wrong with a booking that was just made without a waiver, if a limit does not hold.
pub(crate) fn broken(booking: &Booking, rows: &[Booking], service: &Service, now: i64) -> Option<String> {
    let counted: Vec<&Booking> = rows.iter().filter(|row| row.is_counted_at(now)).collect();
    service.policy.limits.iter().find_map(|limit| {
        let subjects: Vec<Option<ResourceId>> = match limit.per {
            Per::Resource => booking.resources().into_iter().map(Some).collect(),
            Per::Customer if booking.customer.is_none() => Vec::new(),
            _ => vec![None],
        };
        subjects.into_iter().find_map(|resource| {
            let same = |row: &&&Booking| is_counted(limit, booking, row, resource, service);
            let of_period: Vec<&&Booking> = counted.iter().filter(same).collect();
            let seconds: i64 = of_period.iter().map(|row| served(row, resource)).sum();
            let over = limit.max_count.is_some_and(|max| of_period.len() > max as usize)
                || limit.max_seconds.is_some_and(|max| seconds > max);
            over.then(|| {
                format!(
                    "the limit {limit:?} does not hold after {}: {} bookings",
                    booking.id,
                    of_period.len()
                )
            })
        })
    })
}

fn is_counted(
    limit: &Limit,
    new: &Booking,
    row: &Booking,
    resource: Option<ResourceId>,
    service: &Service,
) -> bool {
    let over_all = limit.over.map_or(limit.per == Per::Resource, |over| over == Over::All);
    let subject = match (limit.per, resource) {
        (Per::Resource, Some(id)) => row.picks.iter().any(|pick| pick.resource == id),
        (Per::Customer, _) => row.customer == new.customer,
        _ => true,
    };
    subject
        && (over_all || row.service == new.service)
        && same_period(limit, date(row, service), date(new, service))
}

fn served(row: &Booking, resource: Option<ResourceId>) -> i64 {
    match resource {
        Some(id) => row.picks.iter().filter(|pick| pick.resource == id).map(|pick| pick.seconds).sum(),
        None => row.visit.seconds(),
    }
}

/// The local date of a start, in the zone of the service being booked.
fn date(row: &Booking, service: &Service) -> NaiveDate {
    let zone = Zones::bundled().zone(&service.zone).unwrap();
    let local: DateTime<Utc> = DateTime::from_timestamp(zone.to_local(row.visit.start_second()), 0).unwrap();
    local.date_naive()
}

fn same_period(limit: &Limit, one: NaiveDate, other: NaiveDate) -> bool {
    match limit.period {
        Period::Day => one == other,
        Period::Week => week(limit, one) == week(limit, other),
        Period::Month => (one.year(), one.month()) == (other.year(), other.month()),
        Period::Year => one.year() == other.year(),
    }
}

/// The first date of the week: Sunday unless the limit says otherwise.
fn week(limit: &Limit, date: NaiveDate) -> NaiveDate {
    let first = limit.week_start.unwrap_or(chrono::Weekday::Sun);
    let mut day = date;
    while day.weekday() != first {
        day = day.pred_opt().unwrap();
    }
    day
}
