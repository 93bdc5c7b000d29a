//! What occupies the calendar at an instant.

use super::bookings::Kept;
use super::tenant::{Claimed, Shape, Tenant};
use crate::booking::SessionKey;
use crate::reason::Occupant;
use crate::{BookingId, ResourceId, SessionId};

/// An instant, and the booking whose own rows do not count because it is being moved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Present {
    pub(super) now: i64,
    pub(super) ignoring: Option<BookingId>,
    /// The session that lives only by the booking that is ignored.
    without: Option<SessionId>,
}

impl Present {
    pub(super) fn at(tenant: &Tenant, now: i64, ignoring: Option<BookingId>) -> Self {
        let session = ignoring.and_then(|id| tenant.bookings.get(&id)).and_then(Kept::session);
        let without = session.filter(|&id| tenant.session_lives_until(id, ignoring) <= now);
        Self { now, ignoring, without }
    }

    fn counts(self, claimed: &Claimed) -> bool {
        let ignored = match claimed.by {
            Occupant::Booking(id) => self.ignoring == Some(id),
            Occupant::Session(id) => self.without == Some(id),
        };
        claimed.lives_until > self.now && !ignored
    }
}

impl Tenant {
    /// Live claims on a resource that block any of `[from, until)`, by what they block.
    pub(super) fn claims_on(
        &self,
        resource: ResourceId,
        from: i64,
        until: i64,
        present: Present,
    ) -> impl Iterator<Item = &Claimed> {
        let timeline = self.claims.get(&resource).into_iter();
        let claims = timeline.flat_map(move |timeline| timeline.overlapping(from, until));
        claims.filter(move |claimed| present.counts(claimed))
    }

    /// The live session of this service, visit and resources.
    pub(super) fn live_session(&self, key: &SessionKey, present: Present) -> Option<SessionId> {
        let ids = self.shapes.get(&Shape::of(key))?;
        ids.iter().copied().find(|&id| self.is_session_live(id, present))
    }

    pub(super) fn is_session_live(&self, id: SessionId, present: Present) -> bool {
        self.session_lives_until(id, present.ignoring) > present.now
    }

    /// Seats that live bookings take in a session.
    pub(super) fn seats_taken(&self, id: SessionId, present: Present) -> u32 {
        let seats = self.seats.get(&id).into_iter().flatten();
        let live = seats
            .filter(|(booking, seat)| seat.lives_until > present.now && Some(**booking) != present.ignoring);
        live.fold(0, |taken, (_, seat)| taken.saturating_add(seat.party))
    }

    /// The live bookings behind an occupant.
    pub(super) fn live_bookings(&self, by: Occupant, now: i64) -> Vec<&Kept> {
        let ids: Vec<BookingId> = match by {
            Occupant::Booking(id) => vec![id],
            Occupant::Session(id) => {
                self.seats.get(&id).into_iter().flat_map(|seats| seats.keys().copied()).collect()
            }
        };
        let bookings = ids.into_iter().filter_map(|id| self.bookings.get(&id));
        bookings.filter(|booking| booking.is_live_at(now)).collect()
    }

    /// The capacity of a resource; one unit where none was ever told.
    pub(super) fn capacity_of(&self, resource: ResourceId) -> u32 {
        self.capacities.get(&resource).copied().unwrap_or(1)
    }
}
