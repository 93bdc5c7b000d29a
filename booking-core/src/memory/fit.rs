//! Whether a plan fits: capacity, seats and limits.

use super::present::Present;
use super::tenant::{Claimed, Tenant};
use crate::admit::admit;
use crate::booking::{Claim, Session};
use crate::interval::Interval;
use crate::policy::Over;
use crate::reason::{Occupant, Reason};
use crate::store::{Conflict, LimitCheck, LimitSubject, Plan, PlanClaims};
use crate::{ResourceId, SessionId};

/// Why no plan fits.
#[derive(Debug)]
pub(super) enum Refusal {
    Limit(Reason),
    NoFit(Vec<Conflict>),
}

/// How a plan that fits occupies its resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seating {
    /// By its own claims.
    Own,
    /// With seats in a session that lives.
    Join(SessionId),
    /// With seats in the session it opens.
    Open,
}

impl Tenant {
    /// The first plan that fits, in order.
    pub(super) fn choose<'p>(
        &self,
        plans: &'p [Plan],
        limits: &[LimitCheck],
        party: u32,
        present: Present,
    ) -> Result<(&'p Plan, Seating), Refusal> {
        if let Some(reason) = self.first_limit(limits, present) {
            return Err(Refusal::Limit(reason));
        }
        let mut conflicts = Vec::new();
        let mut last = None;
        for plan in plans {
            match self.seating(&plan.claims, party, present) {
                Err(conflict) => {
                    conflicts.push(conflict);
                    last = None;
                }
                Ok(seating) => match self.first_limit(&plan.limits, present) {
                    None => return Ok((plan, seating)),
                    reached => last = reached,
                },
            }
        }
        Err(last.map_or(Refusal::NoFit(conflicts), Refusal::Limit))
    }

    fn seating(&self, claims: &PlanClaims, party: u32, present: Present) -> Result<Seating, Conflict> {
        let wanted = match claims {
            PlanClaims::Own(claims) => return self.admit_all(claims, present).map(|()| Seating::Own),
            PlanClaims::Seats(session) => session,
        };
        if let Some(id) = self.live_session(&wanted.key, present) {
            let seats = self.sessions.get(&id).map_or(0, |session| session.seats);
            let free = seats.saturating_sub(self.seats_taken(id, present));
            return enough_seats(wanted, Some(id), free, party).map(|()| Seating::Join(id));
        }
        enough_seats(wanted, None, wanted.seats, party)?;
        self.admit_all(&wanted.claims, present).map(|()| Seating::Open)
    }

    /// Whether claims fit beside what lives, resource by resource.
    pub(super) fn admit_all(&self, claims: &[Claim], present: Present) -> Result<(), Conflict> {
        let mut checked: Vec<ResourceId> = Vec::new();
        for claim in claims {
            if checked.contains(&claim.resource) {
                continue;
            }
            checked.push(claim.resource);
            let own: Vec<Claim> = claims.iter().filter(|c| c.resource == claim.resource).copied().collect();
            self.admit_on(claim.resource, &own, present)?;
        }
        Ok(())
    }

    fn admit_on(&self, resource: ResourceId, own: &[Claim], present: Present) -> Result<(), Conflict> {
        let from = own.iter().map(Claim::blocked_from).min().unwrap_or(0);
        let until = own.iter().map(Claim::blocked_until).max().unwrap_or(0);
        let rows: Vec<&Claimed> = self.claims_on(resource, from, until, present).collect();
        let existing: Vec<Claim> = rows.iter().map(|row| row.claim).collect();
        admit(self.capacity_of(resource), &existing, own).map_err(|free| {
            let by = only_occupant(&rows, own);
            Conflict { resource, by, free }
        })
    }

    /// The first limit that one more booking would exceed.
    fn first_limit(&self, limits: &[LimitCheck], present: Present) -> Option<Reason> {
        limits.iter().find_map(|check| self.limit_reached(check, present))
    }

    fn limit_reached(&self, check: &LimitCheck, present: Present) -> Option<Reason> {
        let (mut count, mut seconds) = (0_i64, 0_i64);
        for (from, until) in disjoint(&check.intervals) {
            for booking in self.counted_in(check.subject.into(), from, until, present.now) {
                let other = check.over == Over::Service && booking.service != check.service;
                if other || Some(booking.id) == present.ignoring {
                    continue;
                }
                count = count.saturating_add(1);
                seconds = seconds.saturating_add(match check.subject {
                    LimitSubject::Resource(resource) => booking.seconds_served(resource),
                    LimitSubject::Customer(_) | LimitSubject::Service(_) => booking.visit.seconds(),
                });
            }
        }
        let reached = |used: i64, adds: i64, max: i64| {
            let reason = Reason::LimitReached { rule: check.rule, used, max };
            (used.saturating_add(adds) > max).then_some(reason)
        };
        let by_count = check.max_count.and_then(|max| reached(count, 1, i64::from(max)));
        by_count.or_else(|| check.max_seconds.and_then(|max| reached(seconds, check.adds, max)))
    }
}

fn enough_seats(wanted: &Session, joined: Option<SessionId>, free: u32, party: u32) -> Result<(), Conflict> {
    let resource = wanted.key.picks.first().map(|pick| pick.resource);
    let resource = resource.or(wanted.claims.first().map(|claim| claim.resource));
    match resource {
        Some(resource) if party > free => Err(Conflict { resource, by: joined.map(Occupant::Session), free }),
        _ => Ok(()),
    }
}

/// What is in the way, where it is one thing.
fn only_occupant(rows: &[&Claimed], own: &[Claim]) -> Option<Occupant> {
    let meets = |row: &Claimed| {
        own.iter().any(|claim| {
            claim.blocked_from() < row.claim.blocked_until()
                && row.claim.blocked_from() < claim.blocked_until()
        })
    };
    let mut occupants = rows.iter().filter(|row| meets(row)).map(|row| row.by);
    let first = occupants.next()?;
    occupants.all(|by| by == first).then_some(first)
}

/// The same seconds as the intervals, each once.
fn disjoint(intervals: &[Interval]) -> Vec<(i64, i64)> {
    let mut bounds: Vec<(i64, i64)> =
        intervals.iter().map(|interval| (interval.start_second(), interval.end_second())).collect();
    bounds.sort_unstable();
    let mut seen_until = i64::MIN;
    for bound in &mut bounds {
        bound.0 = bound.0.max(seen_until);
        seen_until = seen_until.max(bound.1);
    }
    bounds.retain(|(from, until)| from < until);
    bounds
}
