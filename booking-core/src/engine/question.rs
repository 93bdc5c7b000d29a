//! A query made ready: defaults filled in, pools resolved, claims laid out.

use std::collections::HashMap;

use super::member::{Member, Reach, reaches};
use super::query::{AvailabilityError, MAX_PINS, SlotQuery, Waiver};
use crate::hot::MAX_WINDOW;
use crate::interval::check_second;
use crate::seconds::{Seconds, check_count, check_length};
use crate::service::{Pool, Requirement, Service, Takes};
use crate::span::Span;
use crate::{CustomerId, Invalid, ResourceId};

/// A query with everything looked up that does not depend on the time of day.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) duration: Seconds,
    pub(super) party: u32,
    pub(super) customer: Option<CustomerId>,
    pub(super) now: i64,
    /// Starts wanted.
    pub(super) window: Span,
    pub(super) waive: Waiver,
    pub(super) needs: Vec<Demand>,
    /// The requirements that make the grid: all, or the first alone when some has offsets.
    pub(super) grid_needs: usize,
}

/// One requirement of the visit asked for.
#[derive(Debug, Clone)]
pub(super) struct Demand {
    pub(super) count: u32,
    pub(super) units: u32,
    /// Indices of members, in order of preference, pins applied.
    pub(super) pool: Vec<u32>,
    /// All of them: pins choose who serves, they do not move the grid.
    pub(super) grid_pool: Vec<u32>,
    pub(super) reaches: Vec<Reach>,
    /// Seconds one resource serves.
    pub(super) serves: Seconds,
}

impl Question {
    pub(super) fn new(
        service: &Service,
        members: &[Member<'_>],
        query: &SlotQuery,
    ) -> Result<Self, AvailabilityError> {
        let duration = service.duration(query.duration)?;
        service.check_party(query.party)?;
        check_length("window", query.window.seconds(), 1, MAX_WINDOW)?;
        check_second("now", query.now)?;
        check_pins(&query.pins, service, members)?;
        let needs = service
            .requirements
            .iter()
            .map(|requirement| Demand::new(service, requirement, members, duration, query))
            .collect::<Vec<_>>();
        let grid_needs = if service.has_offsets(duration) { 1 } else { needs.len() };
        Ok(Self {
            duration,
            party: query.party,
            customer: query.customer,
            now: query.now,
            window: Span::new(query.window.start_second(), query.window.end_second()),
            waive: query.waive,
            needs,
            grid_needs,
        })
    }

    /// The same question for one start.
    pub(super) fn at(&self, start: i64) -> Self {
        self.within(start, start + 1)
    }

    /// The same question for another window.
    pub(super) fn within(&self, from: i64, until: i64) -> Self {
        Self { window: Span::new(from, until), ..self.clone() }
    }

    /// The same question for a party of another size.
    pub(super) fn with_party(&self, service: &Service, party: u32) -> Self {
        let mut other = Self { party, ..self.clone() };
        for (requirement, need) in service.requirements.iter().zip(&mut other.needs) {
            need.units = units(service, requirement, party);
        }
        other
    }

    /// How many resources the grid's teams have.
    pub(super) fn team(&self) -> u32 {
        self.needs[..self.grid_needs].iter().map(|need| need.count).sum()
    }
}

impl Demand {
    fn new(
        service: &Service,
        requirement: &Requirement,
        members: &[Member<'_>],
        duration: Seconds,
        query: &SlotQuery,
    ) -> Self {
        let reaches = reaches(service, requirement, duration);
        let grid_pool = pool(&requirement.pool, members);
        Self {
            count: requirement.count,
            units: units(service, requirement, query.party),
            pool: pinned(grid_pool.clone(), members, &query.pins, requirement.count),
            grid_pool,
            serves: reaches.iter().map(|reach| reach.part.to - reach.part.from).sum(),
            reaches,
        }
    }
}

/// Whoever asks for a resource that no pool has would otherwise be served by another.
fn check_pins(pins: &[ResourceId], service: &Service, members: &[Member<'_>]) -> Result<(), Invalid> {
    check_count("resources", pins.len(), MAX_PINS)?;
    let in_a_pool = |pin: &ResourceId| {
        members.iter().filter(|member| member.id() == *pin).any(|member| {
            service.requirements.iter().any(|requirement| match &requirement.pool {
                Pool::Ids(ids) => ids.contains(pin),
                Pool::Tag(tag) => member.resource.tags.contains(tag),
            })
        })
    };
    match pins.iter().find(|pin| !in_a_pool(pin)) {
        Some(pin) => Err(Invalid::new("resources", pin, "resources of the service's pools")),
        None => Ok(()),
    }
}

/// What one claim takes. A session takes its fixed amount once, whoever sits in it.
fn units(service: &Service, requirement: &Requirement, party: u32) -> u32 {
    match requirement.takes {
        Takes::Party if service.has_sessions() => 1,
        _ => requirement.units(party),
    }
}

/// How many members are looked through one by one.
const FEW: usize = 32;

/// The members of a pool, in its order.
fn pool(pool: &Pool, members: &[Member<'_>]) -> Vec<u32> {
    match pool {
        Pool::Ids(ids) if members.len() <= FEW => {
            ids.iter().filter_map(|id| members.iter().position(|m| m.id() == *id)).map(|i| i as u32).collect()
        }
        Pool::Ids(ids) => {
            let mut places = HashMap::with_capacity(members.len());
            for (place, member) in members.iter().enumerate() {
                places.entry(member.id()).or_insert(place as u32);
            }
            ids.iter().filter_map(|id| places.get(id).copied()).collect()
        }
        Pool::Tag(tag) => {
            let mut found: Vec<u32> = (0..members.len() as u32)
                .filter(|i| members[*i as usize].resource.tags.contains(tag))
                .collect();
            found.sort_unstable_by_key(|index| members[*index as usize].id());
            found
        }
    }
}

/// Where a pool has pinned resources only they count; with fewer pins than the requirement asks for, the pinned ones
/// come first.
fn pinned(mut pool: Vec<u32>, members: &[Member<'_>], pins: &[ResourceId], count: u32) -> Vec<u32> {
    let is_pinned = |index: &u32| pins.contains(&members[*index as usize].id());
    let chosen = pool.iter().filter(|index| is_pinned(index)).count();
    if chosen == 0 {
        return pool;
    }
    if chosen >= count as usize {
        pool.retain(is_pinned);
    } else {
        pool.sort_by_key(|index| !is_pinned(index));
    }
    pool
}
