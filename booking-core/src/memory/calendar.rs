//! What changes the calendar itself: blocks, capacities and sessions on it.

use std::collections::BTreeSet;

use super::present::Present;
use super::tx::Tx;
use crate::admit::peak_use;
use crate::booking::{Block, Session};
use crate::reason::Occupant;
use crate::resource::check_capacity;
use crate::store::CommitError;
use crate::{BlockId, BookingId, ResourceId, SessionId};

impl Tx<'_> {
    /// Adds or replaces a block. Answers the live bookings that block any of it, by start.
    pub(super) fn add_block(&mut self, block: &Block) -> Vec<BookingId> {
        self.put_block(block.id, Some(block.clone()));
        let (from, until) = (block.interval.start_second(), block.interval.end_second());
        let present = Present::at(self.tenant, self.now, None);
        let occupants: BTreeSet<Occupant> =
            self.tenant.claims_on(block.resource, from, until, present).map(|claimed| claimed.by).collect();
        let bookings = occupants.into_iter().flat_map(|by| self.tenant.live_bookings(by, self.now));
        let mut hit: Vec<_> = bookings.map(|booking| (booking.visit.start_second(), booking.id)).collect();
        hit.sort_unstable();
        hit.into_iter().map(|(_, id)| id).collect()
    }

    pub(super) fn remove_block(&mut self, id: BlockId) -> Result<(), CommitError> {
        if !self.tenant.blocks.contains_key(&id) {
            return Err(CommitError::NotFound { what: "block" });
        }
        self.put_block(id, None);
        Ok(())
    }

    /// Sets a capacity that is enough for what runs and what is to come.
    pub(super) fn set_capacity(&mut self, resource: ResourceId, capacity: u32) -> Result<(), CommitError> {
        check_capacity(capacity)?;
        let present = Present::at(self.tenant, self.now, None);
        let claims = self.tenant.claims_on(resource, self.now, i64::MAX, present);
        let peak = peak_use(claims.map(|claimed| &claimed.claim), self.now, i64::MAX);
        if peak > capacity {
            return Err(CommitError::CapacityInUse { peak });
        }
        self.put_capacity(resource, capacity);
        Ok(())
    }

    /// Puts a session on the calendar; one that lives with the same key stays as it is and becomes scheduled.
    pub(super) fn open_session(&mut self, wanted: &Session) -> Result<Session, CommitError> {
        wanted.check()?;
        let present = Present::at(self.tenant, self.now, None);
        let live = self.tenant.live_session(&wanted.key, present);
        let mut session = live.and_then(|id| self.tenant.sessions.get(&id)).unwrap_or(wanted).clone();
        if live.is_none() {
            self.session_id_is_free(wanted.id, present)?;
            let fits = self.tenant.admit_all(&wanted.claims, present);
            fits.map_err(|conflict| CommitError::NoFit { placement: 0, conflicts: vec![conflict] })?;
        }
        session.scheduled = true;
        self.put_session(session.clone());
        Ok(session)
    }

    /// Takes a session off the calendar; it stays while it has a live seat.
    pub(super) fn close_session(&mut self, id: SessionId) -> Result<Session, CommitError> {
        let present = Present::at(self.tenant, self.now, None);
        let live = self.tenant.sessions.get(&id).filter(|_| self.tenant.is_session_live(id, present));
        let mut session = live.ok_or(CommitError::NotFound { what: "session" })?.clone();
        session.scheduled = false;
        self.put_session(session.clone());
        self.close_if_empty(id);
        Ok(session)
    }

    /// The id of a session that is over may be used again, that of a live one not.
    pub(super) fn session_id_is_free(&self, id: SessionId, present: Present) -> Result<(), CommitError> {
        if self.tenant.is_session_live(id, present) {
            return Err(CommitError::Exists { what: "session" });
        }
        Ok(())
    }
}
