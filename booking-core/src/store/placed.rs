//! What a store makes of a new booking: the same in every store.

use chrono::{DateTime, Utc};

use super::{Initial, NewBooking};
use crate::booking::{Booking, Claim, Pick, State};
use crate::{SessionId, TenantId};

impl Initial {
    /// The state that a booking with this start begins in, and until when it may stay in it. Nobody decides about a visit
    /// that has begun, so a pending booking does not outlive its start.
    pub fn state(self, start: DateTime<Utc>) -> (State, Option<DateTime<Utc>>) {
        match self {
            Self::Held(until) => (State::Held, Some(until)),
            Self::Pending(until) => (State::Pending, Some(until.min(start))),
            Self::Confirmed => (State::Confirmed, None),
        }
    }
}

impl NewBooking {
    /// Its first row: version 1, made at `now`, served by these resources, with claims of its own or seats in a session.
    pub fn row(
        &self,
        tenant: TenantId,
        picks: Vec<Pick>,
        (claims, session): (Vec<Claim>, Option<SessionId>),
        now: DateTime<Utc>,
    ) -> Booking {
        let (state, deadline) = self.initial.state(self.visit.start());
        Booking {
            id: self.id,
            tenant,
            service: self.service,
            customer: self.customer,
            visit: self.visit,
            party: self.party,
            state,
            version: 1,
            deadline,
            local: self.local.clone(),
            picks,
            claims,
            session,
            series: self.series,
            offer_to: self.offer_to,
            priced: self.priced.clone(),
            approval: self.approval,
            max_hold: self.max_hold,
            created: now,
            changed: now,
        }
    }
}
