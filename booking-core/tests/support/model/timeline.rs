//! Time in cells, and what each resource does in each of them.

use std::collections::BTreeMap;

use booking_core::{Claim, GridMode, Occupant, Resource, ResourceId, SessionId};

use super::openings::{Stretch, day_blocks, merged, recurring};
use crate::support::world::World;

const DAY: i64 = 86_400;
/// Stretches are cut when longer than 8 days, so nothing farther away matters.
const FAR: i64 = 10 * DAY;
/// Where no stretch is longer than two days, nothing farther away than this matters.
const NEAR: i64 = 3 * DAY;

/// One resource, cell by cell.
pub(super) struct Host {
    pub(super) capacity: u32,
    pub(super) day_blocks: Vec<Stretch>,
    pub(super) open: Vec<bool>,
    pub(super) blocked: Vec<bool>,
    /// Units in use, buffers of the claims included.
    pub(super) used: Vec<u32>,
    /// The same without sessions of this service and length that have seats left: they do not cut the grid.
    pub(super) used_on_grid: Vec<u32>,
}

/// All resources on one ruler.
pub(super) struct Timeline {
    pub(super) from: i64,
    pub(super) cell: i64,
    pub(super) cells: usize,
    pub(super) hosts: BTreeMap<ResourceId, Host>,
}

impl Timeline {
    /// Starts in `first..last` can be judged on it, and among them these.
    pub(super) fn new(world: &World, first: i64, last: i64, starts: &[i64]) -> Self {
        let blocks: BTreeMap<ResourceId, Vec<Stretch>> =
            world.resources.iter().map(|one| (one.id, blocks_of(one, first, last, world))).collect();
        let cell = starts.iter().copied().fold(cell(world, &blocks), gcd);
        let long = blocks.values().any(|blocks| merged(blocks.clone()).iter().any(|(a, b)| b - a > 2 * DAY));
        let margin = if long { FAR } else { NEAR };
        let from = (first - margin).div_euclid(cell) * cell;
        let until = last + world.ask.duration + margin;
        let cells = usize::try_from((until - from).div_euclid(cell) + 1).expect("a short range");
        let mut time = Self { from, cell, cells, hosts: BTreeMap::new() };
        for resource in &world.resources {
            let host = time.host(world, resource, blocks[&resource.id].clone());
            time.hosts.insert(resource.id, host);
        }
        time
    }

    fn host(&self, world: &World, resource: &Resource, day_blocks: Vec<Stretch>) -> Host {
        let set = world.occupancy.capacities.iter().find(|(id, _)| *id == resource.id);
        let mut host = Host {
            capacity: set.map_or(resource.capacity, |(_, capacity)| *capacity),
            open: vec![false; self.cells],
            blocked: vec![false; self.cells],
            used: vec![0; self.cells],
            used_on_grid: vec![0; self.cells],
            day_blocks,
        };
        for &(start, end) in &host.day_blocks {
            self.range(start, end).for_each(|at| host.open[at] = true);
        }
        for block in world.occupancy.blocks.iter().filter(|block| block.resource == resource.id) {
            let (start, end) = (block.interval.start_second(), block.interval.end_second());
            self.range(start, end).for_each(|at| host.blocked[at] = true);
        }
        let schedule = resource.hours.base();
        let (from, until) = (self.from, self.second(self.cells));
        for (_, (start, end)) in recurring(schedule, &schedule.blocks, from, until) {
            self.range(start, end).for_each(|at| host.blocked[at] = true);
        }
        for row in world.occupancy.claims.iter().filter(|row| row.claim.resource == resource.id) {
            let Claim { units, .. } = row.claim;
            let open = matches!(row.by, Occupant::Session(id) if is_open(world, id));
            for at in self.range(row.claim.blocked_from(), row.claim.blocked_until()) {
                host.used[at] += units;
                host.used_on_grid[at] += if open { 0 } else { units };
            }
        }
        host
    }

    /// The cells of a stretch, as far as the ruler reaches.
    pub(super) fn range(&self, start: i64, end: i64) -> std::ops::Range<usize> {
        let at = |second: i64| {
            let cell = (second - self.from).div_euclid(self.cell).max(0);
            usize::try_from(cell).expect("not negative").min(self.cells)
        };
        at(start)..at(end)
    }

    /// The instant a cell begins.
    pub(super) fn second(&self, cell: usize) -> i64 {
        self.from + self.cell * i64::try_from(cell).expect("a short range")
    }

    /// The longest runs of cells that are true.
    pub(super) fn stretches(&self, cells: &[bool]) -> Vec<Stretch> {
        let mut found = Vec::new();
        let mut start = None;
        for at in 0..=cells.len() {
            let here = cells.get(at).copied().unwrap_or(false);
            match start {
                None if here => start = Some(at),
                Some(first) if !here => {
                    found.push((self.second(first), self.second(at)));
                    start = None;
                }
                _ => {}
            }
        }
        found
    }
}

fn blocks_of(resource: &Resource, first: i64, last: i64, world: &World) -> Vec<Stretch> {
    assert!(resource.hours.layers().is_empty(), "the model knows no layers");
    let (from, until) = (first - FAR, last + world.ask.duration + FAR);
    if world.ask.waive.hours {
        return vec![(from, until)];
    }
    day_blocks(resource.hours.base(), from, until)
}

/// Rule 11: a session of exactly this service and length with free seats.
fn is_open(world: &World, id: SessionId) -> bool {
    world.occupancy.sessions.iter().any(|row| {
        row.session.id == id
            && row.session.key.service == world.service.id
            && row.session.key.visit.seconds() == world.ask.duration
            && row.taken < row.session.seats
    })
}

/// A length that divides every bound of the world.
fn cell(world: &World, blocks: &BTreeMap<ResourceId, Vec<Stretch>>) -> i64 {
    let service = &world.service;
    let mut all = vec![300, service.step, service.grid.offset, world.ask.duration];
    all.extend([service.buffers.before, service.buffers.after]);
    if service.grid.mode == GridMode::Clock && super::anchors::clock_unit(service.step) < 300 {
        all.push(60);
    }
    all.extend(service.requirements.iter().flat_map(|r| &r.parts).flat_map(|part| [part.from, part.to]));
    all.extend(blocks.values().flatten().flat_map(|(start, end)| [*start, *end]));
    for row in &world.occupancy.claims {
        all.extend([row.claim.blocked_from(), row.claim.blocked_until()]);
    }
    for row in &world.occupancy.sessions {
        all.push(row.session.key.visit.start_second());
    }
    for schedule in world.resources.iter().map(|resource| resource.hours.base()) {
        let (from, until) = (world.ask.window.start_second() - FAR, world.ask.window.end_second() + FAR);
        all.extend(
            recurring(schedule, &schedule.blocks, from, until).into_iter().flat_map(|(_, (a, b))| [a, b]),
        );
    }
    for block in &world.occupancy.blocks {
        all.extend([block.interval.start_second(), block.interval.end_second()]);
    }
    all.into_iter().fold(0, gcd)
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}
