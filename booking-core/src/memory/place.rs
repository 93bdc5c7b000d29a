//! New bookings, and other times or resources for those there are.

use chrono::{DateTime, Utc};

use super::fit::{Refusal, Seating};
use super::present::Present;
use super::tx::Tx;
use crate::booking::{Booking, Claim, EventKind, State};
use crate::interval::instant;
use crate::store::{CommitError, Placement, Plan, PlanClaims, Relocation};
use crate::{ResourceId, SessionId};

impl Refusal {
    fn of(self, placement: usize) -> CommitError {
        match self {
            Self::Limit(reason) => CommitError::Limit { placement, reason },
            Self::NoFit(conflicts) => CommitError::NoFit { placement, conflicts },
        }
    }
}

impl Tx<'_> {
    /// Makes a booking by the first plan that fits. `index` names the placement in the answer to a refusal.
    pub(super) fn place(&mut self, index: usize, placement: &Placement) -> Result<Booking, CommitError> {
        let new = &placement.booking;
        placement.check()?;
        if self.tenant.bookings.contains(&new.id) {
            return Err(CommitError::Exists { what: "booking" });
        }
        let (_, deadline) = new.initial.state(new.visit.start());
        self.still_to_come(deadline)?;
        let present = Present::at(self.tenant, self.now, None);
        let chosen = self.tenant.choose(&placement.plans, &placement.limits, new.party, present);
        let (plan, seating) = chosen.map_err(|refusal| refusal.of(index))?;
        let (claims, session) = self.occupy(plan, seating, present)?;
        let occupied = (claims, session);
        let booking = new.row(self.id, plan.picks.clone(), occupied, instant(self.now));
        self.put_booking(booking.clone(), EventKind::Placed);
        self.assign_all(&booking, &[]);
        Ok(booking)
    }

    /// Gives a booking another time, party or other resources, by the first plan that fits without its own rows.
    pub(super) fn relocate(&mut self, wanted: &Relocation) -> Result<Booking, CommitError> {
        let attempted = wanted.attempted();
        let old = self.movable(wanted.booking, wanted.if_version, attempted)?;
        wanted.check()?;
        let deadline = match old.state {
            State::Pending => old.deadline.map(|deadline| deadline.min(wanted.visit.start())),
            _ => old.deadline,
        };
        self.still_to_come(deadline)?;
        let present = Present::at(self.tenant, self.now, Some(old.id));
        let chosen = self.tenant.choose(&wanted.plans, &wanted.limits, wanted.party, present);
        let (plan, seating) = chosen.map_err(|refusal| refusal.of(0))?;
        let (claims, session) = self.occupy(plan, seating, present)?;
        let before = old.resources();
        let mut booking = old;
        booking.visit = wanted.visit;
        booking.party = wanted.party;
        booking.local = wanted.local.clone();
        booking.priced = wanted.priced.clone();
        booking.picks.clone_from(&plan.picks);
        booking.claims = claims;
        booking.session = session;
        booking.deadline = deadline;
        let booking = self.write_change(booking, attempted);
        self.assign_all(&booking, &before);
        Ok(booking)
    }

    /// The claims or the session that a chosen plan gives the booking; opens the session where it must.
    fn occupy(
        &mut self,
        plan: &Plan,
        seating: Seating,
        present: Present,
    ) -> Result<(Vec<Claim>, Option<SessionId>), CommitError> {
        match (&plan.claims, seating) {
            (PlanClaims::Own(claims), _) => Ok((claims.clone(), None)),
            (PlanClaims::Seats(_), Seating::Join(id)) => Ok((Vec::new(), Some(id))),
            (PlanClaims::Seats(session), Seating::Own | Seating::Open) => {
                self.session_id_is_free(session.id, present)?;
                self.put_session(session.clone());
                Ok((Vec::new(), Some(session.id)))
            }
        }
    }

    /// Refuses to write what would have lapsed already.
    fn still_to_come(&self, deadline: Option<DateTime<Utc>>) -> Result<(), CommitError> {
        match deadline {
            Some(at) if at.timestamp() <= self.now => Err(CommitError::Expired { at }),
            _ => Ok(()),
        }
    }

    /// Notes who was given a booking, without those who had it before.
    fn assign_all(&mut self, booking: &Booking, before: &[ResourceId]) {
        for resource in booking.resources() {
            if !before.contains(&resource) {
                self.assign(booking.service, resource);
            }
        }
    }
}
