//! Whether something fits: capacity, seats, limits.

use std::collections::BTreeSet;

use booking_core::*;

use crate::rows::{Rows, seconds_of};

/// How a plan that fits occupies its resources.
enum Seating {
    Own(Vec<Claim>),
    Join(SessionId),
    Open(Session),
}

impl Rows {
    /// The first plan that fits, and what the booking then has: claims of its own, or a session.
    pub(crate) fn occupy(
        &mut self,
        placement: usize,
        plans: &[Plan],
        limits: &[LimitCheck],
        party: u32,
        ignoring: Option<BookingId>,
    ) -> Result<(Plan, Vec<Claim>, Option<SessionId>), CommitError> {
        let limited = |reason| CommitError::Limit { placement, reason };
        self.within(limits, ignoring).map_err(limited)?;
        let mut refusal = None;
        let mut conflicts = Vec::new();
        for plan in plans {
            let seating = match self.seating(&plan.claims, party, ignoring) {
                Ok(seating) => seating,
                Err(conflict) => {
                    conflicts.push(conflict);
                    refusal = None;
                    continue;
                }
            };
            if let Err(reason) = self.within(&plan.limits, ignoring) {
                refusal = Some(limited(reason));
                continue;
            }
            let (claims, session) = self.sit(seating, ignoring)?;
            return Ok((plan.clone(), claims, session));
        }
        Err(refusal.unwrap_or(CommitError::NoFit { placement, conflicts }))
    }

    fn sit(
        &mut self,
        seating: Seating,
        ignoring: Option<BookingId>,
    ) -> Result<(Vec<Claim>, Option<SessionId>), CommitError> {
        match seating {
            Seating::Own(claims) => Ok((claims, None)),
            Seating::Join(id) => Ok((Vec::new(), Some(id))),
            Seating::Open(session) => {
                let id = session.id;
                self.id_is_free(id, ignoring)?;
                self.put_session(session);
                Ok((Vec::new(), Some(id)))
            }
        }
    }

    fn seating(
        &self,
        claims: &PlanClaims,
        party: u32,
        ignoring: Option<BookingId>,
    ) -> Result<Seating, Conflict> {
        let wanted = match claims {
            PlanClaims::Own(claims) => {
                return self.admit_all(claims, ignoring).map(|()| Seating::Own(claims.clone()));
            }
            PlanClaims::Seats(session) => session,
        };
        let resource = wanted.key.picks[0].resource;
        if let Some(live) = self.live_session(&wanted.key, ignoring) {
            let free = live.seats.saturating_sub(self.seats_taken(live.id, self.latest, ignoring));
            let full = Conflict { resource, by: Some(Occupant::Session(live.id)), free };
            return if party <= free { Ok(Seating::Join(live.id)) } else { Err(full) };
        }
        if party > wanted.seats {
            return Err(Conflict { resource, by: None, free: wanted.seats });
        }
        self.admit_all(&wanted.claims, ignoring).map(|()| Seating::Open(wanted.clone()))
    }

    /// The capacity rule, resource by resource. `admit` is the engine's own.
    pub(crate) fn admit_all(&self, claims: &[Claim], ignoring: Option<BookingId>) -> Result<(), Conflict> {
        let live = self.live_claims(self.latest, ignoring);
        let mut resources: Vec<_> = claims.iter().map(|claim| claim.resource).collect();
        resources.dedup();
        for resource in resources {
            let existing: Vec<_> = live.iter().filter(|(claim, _)| claim.resource == resource).collect();
            let there: Vec<Claim> = existing.iter().map(|(claim, _)| *claim).collect();
            let new: Vec<Claim> = claims.iter().filter(|claim| claim.resource == resource).copied().collect();
            let capacity = self.capacities.get(&resource).copied().unwrap_or(1);
            admit(capacity, &there, &new).map_err(|free| {
                // Named only where a single occupant is in the way.
                let overlaps = conflicts(&there, &new);
                let mut by = overlaps.iter().map(|overlap| existing[overlap.existing].1);
                let first = by.next();
                Conflict { resource, by: first.filter(|first| by.all(|other| other == *first)), free }
            })?;
        }
        Ok(())
    }

    /// Limits are checked where the booking is written, or two callers could both be the last that fits.
    fn within(&self, limits: &[LimitCheck], ignoring: Option<BookingId>) -> Result<(), Reason> {
        for check in limits {
            let mut counted = self.counted_of(check.subject, self.latest);
            counted.retain(|b| {
                check.intervals.iter().any(|period| period.contains(b.visit.start_second()))
                    && (check.over == Over::All || b.service == check.service)
                    && Some(b.id) != ignoring
            });
            let length = |b: &&Booking| match check.subject {
                LimitSubject::Resource(resource) => seconds_of(b, resource),
                LimitSubject::Customer(_) | LimitSubject::Service(_) => b.visit.seconds(),
            };
            let (count, seconds) = (counted.len() as i64, counted.iter().map(length).sum::<i64>());
            let by_count = check.max_count.map(|max| (count, 1, i64::from(max)));
            let by_length = check.max_seconds.map(|max| (seconds, check.adds, max));
            for (used, adds, max) in by_count.into_iter().chain(by_length) {
                if used + adds > max {
                    return Err(Reason::LimitReached { rule: check.rule, used, max });
                }
            }
        }
        Ok(())
    }

    pub(crate) fn live_session(&self, key: &SessionKey, ignoring: Option<BookingId>) -> Option<&Session> {
        let same = |s: &&Session| {
            (s.key.service, s.key.visit) == (key.service, key.visit) && resources(&s.key) == resources(key)
        };
        self.sessions.iter().filter(same).find(|s| self.lives(s, self.latest, ignoring))
    }

    pub(crate) fn id_is_free(&self, id: SessionId, ignoring: Option<BookingId>) -> Result<(), CommitError> {
        let mut known = self.sessions.iter().filter(|s| s.id == id);
        let lives = known.any(|s| self.lives(s, self.latest, ignoring));
        if lives { Err(CommitError::Exists { what: "session" }) } else { Ok(()) }
    }
}

fn resources(key: &SessionKey) -> BTreeSet<ResourceId> {
    key.picks.iter().map(|pick| pick.resource).collect()
}

/// Refuses what no rule could judge, before anything is looked at.
pub(crate) fn check(plans: &[Plan], party: u32) -> Result<(), Invalid> {
    if plans.is_empty() {
        return Err(Invalid::new("plans", "none", "at least one plan"));
    }
    if !(1..=MAX_CAPACITY).contains(&party) {
        return Err(Invalid::new("party", party, format!("1 to {MAX_CAPACITY} people")));
    }
    plans.iter().try_for_each(|plan| match &plan.claims {
        PlanClaims::Own(claims) => check_claims(claims),
        PlanClaims::Seats(session) => check_session(session),
    })
}

pub(crate) fn check_session(session: &Session) -> Result<(), Invalid> {
    if session.seats == 0 {
        return Err(Invalid::new("session.seats", 0, "at least one seat"));
    }
    if session.key.picks.is_empty() {
        return Err(Invalid::new("session.key.picks", "none", "at least one resource"));
    }
    check_claims(&session.claims)
}

fn check_claims(claims: &[Claim]) -> Result<(), Invalid> {
    for claim in claims {
        if !(1..=MAX_CAPACITY).contains(&claim.units) {
            return Err(Invalid::new("claim.units", claim.units, format!("1 to {MAX_CAPACITY} units")));
        }
        let seconds = claim.interval.seconds();
        if seconds > MAX_DURATION {
            return Err(Invalid::new("claim.interval", seconds, format!("1 to {MAX_DURATION} seconds")));
        }
        for (field, buffer) in [("claim.before", claim.before), ("claim.after", claim.after)] {
            if !(0..=MAX_BUFFER).contains(&buffer) {
                return Err(Invalid::new(field, buffer, format!("0 to {MAX_BUFFER} seconds")));
            }
        }
    }
    Ok(())
}
