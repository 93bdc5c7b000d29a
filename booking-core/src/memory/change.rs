//! Moves along the life cycle that keep time and resources.

use chrono::{DateTime, Utc};

use super::bookings::Kept;
use super::tx::Tx;
use crate::booking::{Booking, EntryState, EventKind, Move, State};
use crate::interval::instant;
use crate::store::{Change, CommitError};
use crate::{BookingId, Invalid};

impl Tx<'_> {
    /// The booking, if it may make this move now. Expiry is judged first, so that a sweep, which raises the version of
    /// what it marks, changes no answer.
    pub(super) fn movable(
        &self,
        id: BookingId,
        if_version: Option<u64>,
        attempted: Move,
    ) -> Result<Booking, CommitError> {
        let booking = self.tenant.bookings.get(&id).ok_or(CommitError::NotFound { what: "booking" })?;
        if booking.state_at(self.now) == State::Expired {
            return Err(CommitError::Expired { at: booking.deadline.unwrap_or(booking.changed) });
        }
        if if_version.is_some_and(|version| version != booking.version) {
            return Err(CommitError::VersionConflict { current: booking.version });
        }
        booking.state.after(attempted, false)?;
        let from = booking.visit.start();
        if matches!(attempted, Move::Complete | Move::MarkNoShow) && from.timestamp() > self.now {
            return Err(CommitError::TooEarly { from });
        }
        Ok(booking.booking())
    }

    pub(super) fn change(
        &mut self,
        id: BookingId,
        if_version: Option<u64>,
        change: Change,
    ) -> Result<Booking, CommitError> {
        let attempted = change.attempted();
        let mut booking = self.movable(id, if_version, attempted)?;
        booking.state = booking.state.after(attempted, booking.approval.is_some())?;
        booking.deadline = match change {
            Change::Confirm => self.decide_by(&booking)?,
            Change::Extend { until } => Some(self.extended(&booking, until)?),
            _ => None,
        };
        if let Change::Cancel { fee } | Change::MarkNoShow { fee } = change {
            booking.priced.fee = fee;
        }
        if change == Change::Confirm {
            self.serve(&booking);
        }
        Ok(self.write_change(booking, attempted))
    }

    /// Cancels those that may be cancelled and have not started.
    pub(super) fn cancel_many(&mut self, ids: &[BookingId]) -> Vec<Booking> {
        let mut cancelled = Vec::new();
        for &id in ids {
            let ahead = |booking: &Kept| booking.visit.start_second() > self.now;
            if self.tenant.bookings.get(&id).is_some_and(ahead) {
                cancelled.extend(self.change(id, None, Change::Cancel { fee: None }));
            }
        }
        cancelled
    }

    /// Marks what has lapsed. It keeps its deadline: the answer to whoever comes late.
    pub(super) fn sweep(&mut self, ids: &[BookingId]) -> Vec<Booking> {
        let mut swept = Vec::new();
        for id in ids {
            let Some(booking) = self.tenant.bookings.get(id) else { continue };
            if booking.state != State::Expired && booking.state_at(self.now) == State::Expired {
                let mut booking = booking.booking();
                booking.state = State::Expired;
                swept.push(self.write_change(booking, Move::Expire));
            }
        }
        swept
    }

    /// Writes a changed booking with its next version and its event.
    pub(super) fn write_change(&mut self, mut booking: Booking, kind: Move) -> Booking {
        booking.version = booking.version.saturating_add(1);
        booking.changed = instant(self.now);
        self.put_booking(booking.clone(), EventKind::Moved(kind));
        booking
    }

    /// The deadline of what was just confirmed: at most its start where it now waits for approval.
    fn decide_by(&self, booking: &Booking) -> Result<Option<DateTime<Utc>>, CommitError> {
        if booking.state != State::Pending {
            return Ok(None);
        }
        let waits = booking.approval.unwrap_or(0);
        let at = instant(self.now.saturating_add(waits).min(booking.visit.start_second()));
        if at.timestamp() <= self.now {
            return Err(CommitError::Expired { at });
        }
        Ok(Some(at))
    }

    fn extended(&self, booking: &Booking, until: DateTime<Utc>) -> Result<DateTime<Utc>, CommitError> {
        let latest = instant(booking.created.timestamp().saturating_add(booking.max_hold));
        if until > latest {
            return Err(CommitError::ExtendTooFar { latest });
        }
        let present = booking.deadline.map_or(self.now, |deadline| deadline.timestamp().max(self.now));
        if until.timestamp() <= present {
            let expected = format!("an instant after {}", instant(present));
            return Err(Invalid::new("until", until, expected).into());
        }
        Ok(until)
    }

    /// A confirmed offer serves the entry it was made to.
    fn serve(&mut self, booking: &Booking) {
        let entry = booking.offer_to.and_then(|id| self.tenant.entries.get(&id));
        if let Some(entry) = entry.filter(|entry| entry.state == EntryState::Waiting) {
            let mut entry = entry.clone();
            entry.state = EntryState::Served;
            self.put_entry(entry);
        }
    }
}
