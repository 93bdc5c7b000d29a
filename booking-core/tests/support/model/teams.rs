//! Teams: every way to choose the resources of a visit, and whether it fits.

use std::collections::{BTreeMap, BTreeSet};

use booking_core::{Pick, Pool, Requirement, ResourceId, Service};

use super::timeline::{Host, Timeline};
use crate::support::world::World;

/// The chosen resources of each requirement.
pub(super) type Team = Vec<BTreeSet<ResourceId>>;

/// What one visit claims of one resource: the time it works, the time it blocks, and how many units.
struct Own {
    work: (i64, i64),
    blocked: (i64, i64),
    units: u32,
}

/// Every team: any `count` members of each requirement's pool, independently. `may` leaves out members beforehand.
pub(super) fn all(
    world: &World,
    requirements: &[Requirement],
    may: impl Fn(usize, ResourceId) -> bool,
) -> Vec<Team> {
    let mut teams = vec![Team::new()];
    for (index, requirement) in requirements.iter().enumerate() {
        let members: Vec<ResourceId> =
            pool(world, requirement).into_iter().filter(|id| may(index, *id)).collect();
        let choices = choose(&members, requirement.count as usize);
        let with = |team: &Team| {
            let team = team.clone();
            choices
                .iter()
                .map(move |choice| team.iter().cloned().chain([choice.clone()]).collect::<Team>())
                .collect::<Vec<_>>()
        };
        teams = teams.iter().flat_map(with).collect();
    }
    teams
}

/// Every team that can be given the visit: within hours, no block, and peak use within capacity.
pub(super) fn that_fit(world: &World, time: &Timeline, start: i64) -> Vec<Team> {
    let requirements = &world.service.requirements;
    let alone = |index: usize, id: ResourceId| fits_alone(world, time, start, index, id);
    let mut teams = all(world, requirements, alone);
    teams.retain(|team| fits(world, time, start, team));
    teams
}

/// Whether a requirement may choose the resource: pins leave out all others of a pool that has enough of them.
pub(super) fn pinned(world: &World, requirement: &Requirement, id: ResourceId) -> bool {
    let pins = &world.ask.pins;
    let pool = pool(world, requirement);
    let enough = pool.iter().filter(|member| pins.contains(member)).count() >= requirement.count as usize;
    pool.contains(&id) && (pins.contains(&id) || !enough)
}

/// Whether the resource could serve the requirement if no other were needed.
pub(super) fn fits_alone(world: &World, time: &Timeline, start: i64, index: usize, id: ResourceId) -> bool {
    let mut team = vec![BTreeSet::new(); world.service.requirements.len()];
    team[index].insert(id);
    pinned(world, &world.service.requirements[index], id) && fits(world, time, start, &team)
}

/// Whether no block touches the team's time.
pub(super) fn unblocked(world: &World, time: &Timeline, start: i64, team: &Team) -> bool {
    claims(world, start, team).iter().all(|(id, own)| {
        let host = &time.hosts[id];
        own.iter().all(|one| time.range(one.blocked.0, one.blocked.1).all(|at| !host.blocked[at]))
    })
}

/// The team that a session's picks name.
pub(super) fn of_picks(service: &Service, picks: &[Pick]) -> Team {
    let of = |requirement: &Requirement| {
        picks.iter().filter(|pick| pick.requirement == requirement.name).map(|pick| pick.resource).collect()
    };
    service.requirements.iter().map(of).collect()
}

/// The seconds of the visit that a resource serves.
pub(super) fn seconds_served(world: &World, team: &Team, resource: ResourceId) -> i64 {
    let served = world.service.requirements.iter().zip(team).filter(|(_, chosen)| chosen.contains(&resource));
    let parts = served.flat_map(|(requirement, _)| requirement.parts_of(world.ask.duration));
    parts.map(|part| part.to - part.from).sum()
}

fn fits(world: &World, time: &Timeline, start: i64, team: &Team) -> bool {
    claims(world, start, team).iter().all(|(id, own)| fits_host(time, &time.hosts[id], own))
}

/// Cell by cell: open while it works; while it blocks, no block and no more units than there are.
fn fits_host(time: &Timeline, host: &Host, own: &[Own]) -> bool {
    let open = own.iter().all(|one| time.range(one.work.0, one.work.1).all(|at| host.open[at]));
    if !open {
        return false;
    }
    let from = own.iter().map(|one| one.blocked.0).min().expect("a claim");
    let until = own.iter().map(|one| one.blocked.1).max().expect("a claim");
    time.range(from, until).all(|at| {
        let second = time.second(at);
        let here = own.iter().filter(|one| one.blocked.0 <= second && second < one.blocked.1);
        let units: u32 = here.map(|one| one.units).sum();
        units == 0 || (!host.blocked[at] && host.used[at] + units <= host.capacity)
    })
}

/// What the visit claims of each resource. Buffers belong to the visit: `before` to claims that start with it, `after`
/// to those that end with it.
fn claims(world: &World, start: i64, team: &Team) -> BTreeMap<ResourceId, Vec<Own>> {
    let (duration, buffers) = (world.ask.duration, world.service.buffers);
    let mut claims: BTreeMap<ResourceId, Vec<Own>> = BTreeMap::new();
    for (requirement, chosen) in world.service.requirements.iter().zip(team) {
        for part in requirement.parts_of(duration) {
            let before = if part.from == 0 { buffers.before } else { 0 };
            let after = if part.to == duration { buffers.after } else { 0 };
            let work = (start + part.from, start + part.to);
            for id in chosen {
                claims.entry(*id).or_default().push(Own {
                    work,
                    blocked: (work.0 - before, work.1 + after),
                    units: units(world, requirement),
                });
            }
        }
    }
    claims
}

/// The units of one claim. A session takes its fixed amount once, whoever sits in it.
pub(super) fn units(world: &World, requirement: &Requirement) -> u32 {
    requirement.units(if world.service.seats > 1 { 1 } else { world.ask.party })
}

pub(super) fn pool(world: &World, requirement: &Requirement) -> Vec<ResourceId> {
    match &requirement.pool {
        Pool::Ids(ids) => ids.clone(),
        Pool::Tag(tag) => {
            world.resources.iter().filter(|one| one.tags.contains(tag)).map(|one| one.id).collect()
        }
    }
}

/// All subsets of that size.
fn choose(members: &[ResourceId], count: usize) -> Vec<BTreeSet<ResourceId>> {
    if count == 0 {
        return vec![BTreeSet::new()];
    }
    let Some((first, rest)) = members.split_first() else { return Vec::new() };
    let mut with = choose(rest, count - 1);
    for set in &mut with {
        set.insert(*first);
    }
    with.extend(choose(rest, count));
    with
}
