//! Values in a command that no rule could judge: refused before anything is looked at.

use super::{Placement, Plan, PlanClaims, Relocation};
use crate::booking::{Claim, Session};
use crate::resource::check_capacity;
use crate::seconds::check_length;
use crate::service::{MAX_BUFFER, MAX_DURATION};
use crate::{Invalid, MAX_CAPACITY};

impl Placement {
    /// Refused: no plan, a party of nobody, claims or seats that cannot be counted, and claims that are longer than
    /// [`MAX_DURATION`](crate::MAX_DURATION) or have buffers longer than [`MAX_BUFFER`](crate::MAX_BUFFER). Every store checks
    /// this first.
    pub fn check(&self) -> Result<(), Invalid> {
        plans(&self.plans, self.booking.party)
    }
}

impl Relocation {
    /// The same as for a new booking.
    pub fn check(&self) -> Result<(), Invalid> {
        plans(&self.plans, self.party)
    }
}

impl Session {
    /// Refused: no seats, no resource, claims that cannot be counted.
    pub fn check(&self) -> Result<(), Invalid> {
        session(self)
    }
}

/// At least one plan, a party, and claims that can be counted.
fn plans(plans: &[Plan], party: u32) -> Result<(), Invalid> {
    if plans.is_empty() {
        return Err(Invalid::new("plans", "none", "at least one plan"));
    }
    if party == 0 || party > MAX_CAPACITY {
        return Err(Invalid::new("party", party, format!("1 to {MAX_CAPACITY} people")));
    }
    for plan in plans {
        match &plan.claims {
            PlanClaims::Own(list) => claims(list)?,
            PlanClaims::Seats(wanted) => session(wanted)?,
        }
    }
    Ok(())
}

/// Seats, a resource to name, and claims that can be counted.
fn session(session: &Session) -> Result<(), Invalid> {
    check_capacity(session.seats)
        .map_err(|_| Invalid::new("session.seats", session.seats, format!("1 to {MAX_CAPACITY} seats")))?;
    if session.key.picks.is_empty() {
        return Err(Invalid::new("session.key.picks", "none", "at least one resource"));
    }
    claims(&session.claims)
}

fn claims(claims: &[Claim]) -> Result<(), Invalid> {
    for claim in claims {
        if claim.units == 0 || claim.units > MAX_CAPACITY {
            return Err(Invalid::new("claim.units", claim.units, format!("1 to {MAX_CAPACITY} units")));
        }
        check_length("claim.interval", claim.interval.seconds(), 1, MAX_DURATION)?;
        for (field, seconds) in [("claim.before", claim.before), ("claim.after", claim.after)] {
            if !(0..=MAX_BUFFER).contains(&seconds) {
                return Err(Invalid::new(field, seconds, format!("0 to {MAX_BUFFER} seconds")));
            }
        }
    }
    Ok(())
}
