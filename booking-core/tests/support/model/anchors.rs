//! The grid: where the starts of every team lie (rules 6 and 7, and DESIGN's additions for parts and long stretches).

use std::collections::{BTreeMap, BTreeSet};

use booking_core::{GridMode, Requirement, ResourceId, Zone};

use super::openings::{Stretch, earliest};
use super::teams::{self, Team};
use super::timeline::{Host, Timeline};
use crate::support::world::World;

const DAY: i64 = 86_400;
const LONG: i64 = 8 * DAY;

/// How many units a team takes of each of its resources: in all, and for the requirement that takes the most. What is
/// free is judged for each requirement on its own.
type Units = BTreeMap<ResourceId, (u32, u32)>;

/// What of the visit the grid is about.
struct Part {
    from: i64,
    before: i64,
    after: i64,
}

/// All starts on the grid in `first..last`.
pub(super) fn grid(world: &World, time: &Timeline, zone: &Zone, first: i64, last: i64) -> BTreeSet<i64> {
    let counted = counted(world);
    let part = anchored_part(world);
    let mut starts = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for team in teams::all(world, counted, |_, _| true) {
        let units = units(world, &team);
        let possible = units.iter().all(|(id, (all, _))| *all <= time.hosts[id].capacity);
        if possible && seen.insert(units.clone()) {
            for stretch in anchors(world, time, zone, &units, &part) {
                let all = starts_of(world, zone, stretch, part.from);
                starts.extend(all.into_iter().filter(|start| (first..last).contains(start)));
            }
        }
    }
    starts
}

/// The requirements that make the grid.
fn counted(world: &World) -> &[Requirement] {
    let service = &world.service;
    let offsets = service.has_offsets(world.ask.duration);
    if offsets { &service.requirements[..1] } else { &service.requirements[..] }
}

/// The first part of the first requirement; the whole visit where requirements have no parts.
fn anchored_part(world: &World) -> Part {
    let (duration, buffers) = (world.ask.duration, world.service.buffers);
    let first = world.service.requirements[0].parts_of(duration).next().expect("a part");
    Part {
        from: first.from,
        before: if first.from == 0 { buffers.before } else { 0 },
        after: if first.to == duration { buffers.after } else { 0 },
    }
}

fn units(world: &World, team: &Team) -> Units {
    let mut units = Units::new();
    for (requirement, chosen) in world.service.requirements.iter().zip(team) {
        for id in chosen {
            let (all, most) = units.entry(*id).or_default();
            *all += teams::units(world, requirement);
            *most = (*most).max(teams::units(world, requirement));
        }
    }
    units
}

/// The stretches whose starts are anchors.
fn anchors(world: &World, time: &Timeline, zone: &Zone, units: &Units, part: &Part) -> Vec<Stretch> {
    let hosts: Vec<(&Host, u32)> = units.iter().map(|(id, (_, most))| (&time.hosts[id], *most)).collect();
    // One host who serves two requirements counts as two: what a service asks for does not change with who serves.
    let alone = counted(world).iter().map(|requirement| requirement.count).sum::<u32>() == 1;
    let stretches = match (world.service.grid.mode, hosts.as_slice()) {
        (GridMode::Hours, [(only, _)]) if alone => only.day_blocks.clone(),
        (GridMode::Hours, _) => common(time, hosts.iter().map(|(host, _)| host.open.clone())),
        _ => common(time, hosts.iter().map(|(host, units)| free(time, host, *units, part))),
    };
    stretches.into_iter().flat_map(|stretch| cut(zone, stretch)).collect()
}

fn common(time: &Timeline, hosts: impl Iterator<Item = Vec<bool>>) -> Vec<Stretch> {
    let all =
        hosts.fold(vec![true; time.cells], |all, one| all.iter().zip(&one).map(|(a, b)| *a && *b).collect());
    time.stretches(&all)
}

/// Rule 5: open, and not within a buffer of time that has not enough units.
fn free(time: &Timeline, host: &Host, units: u32, part: &Part) -> Vec<bool> {
    let mut free = host.open.clone();
    let full = |at: usize| host.blocked[at] || host.used_on_grid[at] + units > host.capacity;
    for at in (0..time.cells).filter(|at| full(*at)) {
        let second = time.second(at);
        time.range(second - part.after, second + time.cell + part.before).for_each(|near| free[near] = false);
    }
    free
}

/// Stretches longer than 8 days are cut at each midnight of the service's zone.
fn cut(zone: &Zone, (start, end): Stretch) -> Vec<Stretch> {
    if end - start <= LONG {
        return vec![(start, end)];
    }
    let days = start.div_euclid(DAY) - 2..=end.div_euclid(DAY) + 2;
    let midnights: BTreeSet<i64> = days.map(|day| earliest(zone, day * DAY)).collect();
    let inside = midnights.into_iter().filter(|at| start < *at && *at < end);
    let bounds: Vec<i64> = std::iter::once(start).chain(inside).chain([end]).collect();
    bounds.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// Anchor, offset and whole steps, as long as the anchored part starts inside the stretch.
fn starts_of(world: &World, zone: &Zone, (start, end): Stretch, from: i64) -> Vec<i64> {
    let service = &world.service;
    let anchor = match service.grid.mode {
        GridMode::Clock => rounded(zone, start - from, clock_unit(service.step)),
        _ => start - from,
    };
    let mut starts = Vec::new();
    let mut next = anchor + service.grid.offset;
    while next + from < end {
        starts.push(next);
        next += service.step;
    }
    starts
}

/// The largest of these minutes that divides the step, or one minute; in seconds.
pub(super) fn clock_unit(step: i64) -> i64 {
    [60, 30, 20, 15, 10, 5]
        .into_iter()
        .map(|minutes| minutes * 60)
        .find(|unit| step % unit == 0)
        .unwrap_or(60)
}

/// Up to a whole minute, then minute by minute to one of the hour that the unit divides.
fn rounded(zone: &Zone, second: i64, unit: i64) -> i64 {
    let mut at = second;
    while zone.to_local(at).rem_euclid(60) != 0 {
        at += 1;
    }
    while zone.to_local(at).rem_euclid(3_600) % unit != 0 {
        at += 60;
    }
    at
}
