//! The line, and offers to those who stand in it.

use super::tx::Tx;
use crate::EntryId;
use crate::booking::{Booking, EntryState, WaitlistEntry};
use crate::store::{Change, CommitError, Offer};

impl Tx<'_> {
    /// Puts someone at the end of the line.
    pub(super) fn join(&mut self, wanted: &WaitlistEntry) -> Result<WaitlistEntry, CommitError> {
        if self.tenant.entries.contains_key(&wanted.id) {
            return Err(CommitError::Exists { what: "entry" });
        }
        let entry = WaitlistEntry {
            tenant: self.id,
            state: EntryState::Waiting,
            offer: None,
            offered: Vec::new(),
            place: self.tenant.places.saturating_add(1),
            ..wanted.clone()
        };
        self.put_entry(entry.clone());
        Ok(entry)
    }

    /// Takes someone out of the line and cancels their live offer. Nothing is left to do for who was served or has left.
    pub(super) fn leave(&mut self, id: EntryId) -> Result<(WaitlistEntry, Option<Booking>), CommitError> {
        let entry = self.tenant.entries.get(&id).ok_or(CommitError::NotFound { what: "entry" })?;
        if entry.state != EntryState::Waiting {
            return Ok((entry.clone(), None));
        }
        let mut entry = entry.clone();
        let offer = entry.offer.filter(|_| self.tenant.has_live_offer(&entry, self.now));
        let cancelled = offer.map(|offer| self.change(offer, None, Change::Cancel { fee: None }));
        entry.state = EntryState::Left;
        self.put_entry(entry.clone());
        Ok((entry, cancelled.transpose()?))
    }

    /// Places the offers that fit, in order; those that do not leave no trace.
    pub(super) fn offer_all(&mut self, offers: &[Offer]) -> Vec<Booking> {
        let mut made = Vec::new();
        for offer in offers {
            let savepoint = self.savepoint();
            match self.offer(offer) {
                Some(booking) => made.push(booking),
                None => self.roll_back(savepoint),
            }
        }
        made
    }

    fn offer(&mut self, offer: &Offer) -> Option<Booking> {
        let start = offer.placement.booking.visit.start();
        let entry = self.tenant.entries.get(&offer.entry)?;
        let open = entry.state == EntryState::Waiting && !entry.offered.contains(&start);
        if !open || self.tenant.has_live_offer(entry, self.now) {
            return None;
        }
        let mut entry = entry.clone();
        let mut placement = offer.placement.clone();
        placement.booking.offer_to = Some(entry.id);
        let booking = self.place(0, &placement).ok()?;
        entry.offer = Some(booking.id);
        entry.offered.push(start);
        self.put_entry(entry);
        Some(booking)
    }
}
