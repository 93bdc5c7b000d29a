//! Limits: what of a period is used up.

use std::ops::Range;

use booking_core::{Counted, Limit, Over, Per, Period, ResourceId, Zone, time::civil};
use chrono::Weekday;

use super::teams::{self, Team};
use crate::support::world::World;

/// Limits per service and per customer.
pub(super) fn allow_visit(world: &World, zone: &Zone, start: i64) -> bool {
    if world.ask.waive.limits {
        return true;
    }
    world.service.policy.limits.iter().all(|limit| {
        let subject = |row: &Counted| match limit.per {
            Per::Service => true,
            Per::Customer => row.customer == world.ask.customer,
            Per::Resource => false,
        };
        let applies = match limit.per {
            Per::Service => true,
            Per::Customer => world.ask.customer.is_some(),
            Per::Resource => false,
        };
        let used = used(world, zone, limit, start, |row| subject(row).then(|| row.visit.seconds()));
        !applies || allows(limit, used, world.ask.duration)
    })
}

/// Limits per resource, for each of the team.
pub(super) fn allow_team(world: &World, zone: &Zone, start: i64, team: &Team) -> bool {
    if world.ask.waive.limits {
        return true;
    }
    let limits = world.service.policy.limits.iter().filter(|limit| limit.per == Per::Resource);
    let members = |limit| team.iter().flatten().map(move |id| (limit, *id));
    limits.flat_map(members).all(|(limit, id): (&Limit, ResourceId)| {
        let served =
            |row: &Counted| row.resources.iter().find(|(one, _)| *one == id).map(|(_, seconds)| *seconds);
        let used = used(world, zone, limit, start, served);
        allows(limit, used, teams::seconds_served(world, team, id))
    })
}

/// Bookings and their seconds in the period of the start; `seconds` says which count and how much.
fn used(
    world: &World,
    zone: &Zone,
    limit: &Limit,
    start: i64,
    seconds: impl Fn(&Counted) -> Option<i64>,
) -> (u32, i64) {
    let day = |second: i64| civil::day_of_local(zone.to_local(second));
    let period = period(limit, day(start));
    let over_all = match limit.over {
        Some(over) => over == Over::All,
        None => limit.per == Per::Resource,
    };
    let rows = world.counted.iter().filter(|row| period.contains(&day(row.visit.start_second())));
    let ours = rows.filter(|row| over_all || row.service == world.service.id);
    ours.filter_map(seconds).fold((0, 0), |(count, sum), one| (count + 1, sum + one))
}

fn allows(limit: &Limit, (count, seconds): (u32, i64), more: i64) -> bool {
    limit.max_count.is_none_or(|max| count < max) && limit.max_seconds.is_none_or(|max| seconds + more <= max)
}

fn period(limit: &Limit, day: i64) -> Range<i64> {
    match limit.period {
        Period::Day => day..day + 1,
        Period::Week => civil::week(day, limit.week_start.unwrap_or(Weekday::Sun)),
        Period::Month => civil::month(day),
        Period::Year => civil::year(day),
    }
}
