//! One resource as the engine sees it: its openings, and the claims and blocks that occupy it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::query::AvailabilityError;
use crate::booking::Block;
use crate::resource::Resource;
use crate::schedule::{Calendar, Openings};
use crate::seconds::Seconds;
use crate::service::{Part, Requirement, Service};
use crate::span::{Span, intersect, join, subtract};
use crate::store::{ClaimRow, Occupancy};
use crate::{Claim, ResourceId};

/// One resource with what occupies it.
pub(super) struct Member<'a> {
    pub(super) resource: Arc<Resource>,
    pub(super) calendar: Arc<Calendar>,
    pub(super) capacity: u32,
    /// Live claims in any order: those of the snapshot where they come in one piece.
    pub(super) claims: Cow<'a, [ClaimRow]>,
    /// Blocks by start.
    pub(super) blocks: Vec<Block>,
}

/// How one claim of a visit lies around the visit's start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub(super) part: Part,
    pub(super) before: Seconds,
    pub(super) after: Seconds,
}

/// The claims one requirement makes on each of its resources: buffers belong to the visit, so only claims that start
/// with it have the one before, and only those that end with it the one after.
pub(super) fn reaches(service: &Service, requirement: &Requirement, duration: Seconds) -> Vec<Reach> {
    requirement
        .parts_of(duration)
        .map(|part| Reach {
            part,
            before: if part.from == 0 { service.buffers.before } else { 0 },
            after: if part.to == duration { service.buffers.after } else { 0 },
        })
        .collect()
}

impl<'a> Member<'a> {
    /// A resource that nothing occupies yet.
    fn idle(resource: &Arc<Resource>, calendar: Arc<Calendar>) -> Self {
        Self {
            calendar,
            capacity: resource.capacity,
            resource: Arc::clone(resource),
            claims: Cow::default(),
            blocks: Vec::new(),
        }
    }

    pub(super) fn id(&self) -> ResourceId {
        self.resource.id
    }

    /// Only what does not come in one piece is copied.
    fn add_claims(&mut self, rows: &'a [ClaimRow]) {
        if self.claims.is_empty() {
            self.claims = Cow::Borrowed(rows);
        } else {
            self.claims.to_mut().extend_from_slice(rows);
        }
    }

    /// Where `units` more cannot be taken, leaving out claims for which `skip` holds: sorted and joined.
    pub(super) fn blocked(
        &self,
        units: u32,
        range: Span,
        skip: impl Fn(&ClaimRow) -> bool,
    ) -> Result<Vec<Span>, AvailabilityError> {
        if units > self.capacity {
            return Ok(vec![range]);
        }
        let mut spans = Vec::with_capacity(self.blocks.len() + self.claims.len());
        let blocks = self.blocks.iter().map(|block| block.interval);
        spans.extend(blocks.map(|interval| Span::new(interval.start_second(), interval.end_second())));
        if self.calendar.has_recurring_blocks() {
            self.calendar.recurring_blocks(range.start, range.end, &mut spans)?;
        }
        let claims = self.claims.iter().filter(|row| !skip(row)).map(|row| &row.claim);
        full(claims, self.capacity - units, &mut spans);
        join(&mut spans);
        Ok(spans)
    }

    /// The most units in use by live claims within a stretch.
    pub(super) fn peak(&self, from: i64, until: i64, own: &[Claim]) -> u32 {
        let near = self.claims.iter().map(|row| &row.claim);
        crate::admit::peak_use(near.chain(own), from, until)
    }

    /// The openings that reach into a range; the whole range when hours are waived.
    pub(super) fn openings(&self, range: Span, waived: bool) -> Result<Openings, AvailabilityError> {
        let mut openings = Openings::default();
        if waived {
            openings.lay([range]);
        } else {
            self.calendar.openings(range.start, range.end, &mut openings)?;
        }
        Ok(openings)
    }
}

/// Resources, their hours, and what occupies each. The work grows with the resources and rows together, not with their product.
pub(super) fn members<'a>(
    resources: &[Arc<Resource>],
    calendars: Vec<Arc<Calendar>>,
    occupancy: &'a Occupancy,
) -> Vec<Member<'a>> {
    let mut members = Vec::with_capacity(resources.len());
    let mut places = HashMap::with_capacity(resources.len());
    let mut again = Vec::new();
    for (place, (resource, calendar)) in resources.iter().zip(calendars).enumerate() {
        members.push(Member::idle(resource, calendar));
        let first = *places.entry(resource.id).or_insert(place);
        if first < place {
            again.push((first, place));
        }
    }
    for group in occupancy.claims.chunk_by(|one, next| one.claim.resource == next.claim.resource) {
        // Stores answer resource by resource: one look-up for each.
        if let Some(place) = places.get(&group[0].claim.resource) {
            members[*place].add_claims(group);
        }
    }
    for block in &occupancy.blocks {
        if let Some(place) = places.get(&block.resource) {
            members[*place].blocks.push(block.clone());
        }
    }
    // Of two capacities for one resource the first counts.
    for (resource, capacity) in occupancy.capacities.iter().rev() {
        if let Some(place) = places.get(resource) {
            members[*place].capacity = *capacity;
        }
    }
    for member in &mut members {
        member.blocks.sort_by_key(|block| block.interval);
    }
    // A resource that is named twice is occupied both times.
    for (first, place) in again {
        let Member { capacity, claims, blocks, .. } = &members[first];
        let (capacity, claims, blocks) = (*capacity, claims.clone(), blocks.clone());
        let member = &mut members[place];
        (member.capacity, member.claims, member.blocks) = (capacity, claims, blocks);
    }
    members
}

/// Appends the stretches where more than `spare` units are in use.
fn full<'a>(claims: impl Iterator<Item = &'a Claim>, spare: u32, out: &mut Vec<Span>) {
    if spare == 0 {
        out.extend(claims.map(|claim| Span::new(claim.blocked_from(), claim.blocked_until())));
        return;
    }
    let mut bounds: Vec<(i64, i64)> = Vec::new();
    for claim in claims {
        bounds.push((claim.blocked_from(), i64::from(claim.units)));
        bounds.push((claim.blocked_until(), -i64::from(claim.units)));
    }
    bounds.sort_unstable();
    let (mut used, mut since) = (0_i64, None);
    for (at, change) in bounds {
        used += change;
        match since {
            None if used > i64::from(spare) => since = Some(at),
            Some(start) if used <= i64::from(spare) => {
                out.push(Span::new(start, at));
                since = None;
            }
            _ => {}
        }
    }
}

/// The visit starts at which every claim of a requirement lies within hours and meets nothing blocked: sorted and
/// disjoint. `union` are the openings joined, `blocked` is sorted and joined.
pub(super) fn possible_starts(union: &[Span], blocked: &[Span], reaches: &[Reach]) -> Vec<Span> {
    let mut possible: Option<Vec<Span>> = None;
    for reach in reaches {
        let one = possible_for(union, blocked, *reach);
        possible = Some(match possible {
            None => one,
            Some(so_far) => {
                let mut both = Vec::new();
                intersect(&so_far, &one, &mut both);
                both
            }
        });
    }
    possible.unwrap_or_default()
}

fn possible_for(union: &[Span], blocked: &[Span], reach: Reach) -> Vec<Span> {
    let length = reach.part.to - reach.part.from;
    let open: Vec<Span> = union
        .iter()
        .filter(|span| span.end - span.start >= length)
        .map(|span| Span::new(span.start - reach.part.from, span.end - length + 1 - reach.part.from))
        .collect();
    let mut forbidden: Vec<Span> = blocked
        .iter()
        .map(|busy| {
            let start = busy.start - length - reach.after + 1 - reach.part.from;
            Span::new(start, busy.end + reach.before - reach.part.from)
        })
        .collect();
    join(&mut forbidden);
    let mut possible = Vec::new();
    subtract(&open, &forbidden, &mut possible);
    possible
}

/// What is open and not blocked, the visit's buffers included: the stretches of the `free` and `clock` grids.
pub(super) fn free_stretches(union: &[Span], blocked: &[Span], reaches: &[Reach]) -> Vec<Span> {
    let before = reaches.iter().map(|reach| reach.before).max().unwrap_or(0);
    let after = reaches.iter().map(|reach| reach.after).max().unwrap_or(0);
    let mut widened: Vec<Span> =
        blocked.iter().map(|busy| Span::new(busy.start - after, busy.end + before)).collect();
    join(&mut widened);
    let mut free = Vec::new();
    subtract(union, &widened, &mut free);
    free
}
