//! What changes the rows: one function per action, each in the order that [`Command`] prescribes.

use booking_core::*;
use chrono::{DateTime, Utc};

use crate::fit::{check, check_session};
use crate::rows::Rows;

/// Keys are kept for a week.
const KEEP_KEYS: Seconds = 7 * DAY;

impl Rows {
    /// Applies a command. On an error the rows are in no particular state: the caller throws them away.
    pub(crate) fn apply(&mut self, command: &Command) -> Result<Committed, CommitError> {
        let now = command.now.timestamp().max(self.latest);
        self.latest = now;
        self.keys.retain(|(at, _)| at + KEEP_KEYS > now);
        if let Some(key) = &command.key
            && let Some(recorded) = self.recorded(key.operation, &key.key)
        {
            let same = recorded.key.content == key.content;
            let answer = Committed { replayed: true, ..recorded.answer.clone() };
            return if same { Ok(answer) } else { Err(CommitError::KeyReused) };
        }
        let mut answer = self.act(command)?;
        answer.verdicts.clone_from(&command.verdicts);
        for offer in &command.offers {
            answer.offers.extend(self.offer(command, offer));
        }
        if let Some(key) = &command.key {
            let recorded = Recorded { key: key.clone(), answer: answer.clone() };
            self.keys.push((now, recorded));
        }
        Ok(answer)
    }

    fn act(&mut self, command: &Command) -> Result<Committed, CommitError> {
        let mut answer = Committed::default();
        match &command.action {
            Action::Place(placements) => {
                for (index, placement) in placements.iter().enumerate() {
                    answer.bookings.push(self.place(command, index, placement)?);
                }
            }
            Action::Move(relocation) => answer.bookings.push(self.relocate(command, relocation)?),
            Action::Change { booking, if_version, change } => {
                answer.bookings.push(self.change(command, *booking, *if_version, *change)?);
            }
            Action::CancelMany(ids) => answer.bookings = self.cancel_many(command, ids),
            Action::Sweep(ids) => answer.bookings = self.sweep(command, ids),
            Action::AddBlock(block) => {
                self.blocks.retain(|known| known.id != block.id);
                self.blocks.push(block.clone());
                answer.collides = self.collisions(block);
            }
            Action::RemoveBlock(id) => {
                let before = self.blocks.len();
                self.blocks.retain(|block| block.id != *id);
                found(self.blocks.len() < before, "block")?;
            }
            Action::SetCapacity { resource, capacity } => self.set_capacity(*resource, *capacity)?,
            Action::OpenSession(session) => answer.session = Some(self.open_session(session)?),
            Action::CloseSession(id) => answer.session = Some(self.close_session(*id)?),
            Action::Join(entry) => answer.entry = Some(self.join(command, entry)?),
            Action::Leave(id) => {
                let (entry, cancelled) = self.leave(command, *id)?;
                answer.bookings.extend(cancelled);
                answer.entry = Some(entry);
            }
        }
        Ok(answer)
    }

    fn place(&mut self, by: &Command, index: usize, placement: &Placement) -> Result<Booking, CommitError> {
        let new = &placement.booking;
        check(&placement.plans, new.party)?;
        if self.bookings.iter().any(|b| b.id == new.id) {
            return Err(CommitError::Exists { what: "booking" });
        }
        let (_, deadline) = new.initial.state(new.visit.start());
        self.still_to_come(deadline)?;
        let (plan, claims, session) =
            self.occupy(index, &placement.plans, &placement.limits, new.party, None)?;
        let booking = new.row(by.tenant, plan.picks, (claims, session), self.now());
        self.write(by, &booking, EventKind::Placed, &[]);
        Ok(booking)
    }

    fn relocate(&mut self, by: &Command, wanted: &Relocation) -> Result<Booking, CommitError> {
        let attempted = if wanted.reassign { Move::Reassign } else { Move::Reschedule };
        let mut booking = self.movable(wanted.booking, wanted.if_version, attempted)?;
        check(&wanted.plans, wanted.party)?;
        if booking.state == State::Pending {
            booking.deadline = booking.deadline.map(|deadline| deadline.min(wanted.visit.start()));
        }
        self.still_to_come(booking.deadline)?;
        let (plan, claims, session) =
            self.occupy(0, &wanted.plans, &wanted.limits, wanted.party, Some(booking.id))?;
        let before = booking.resources();
        booking.visit = wanted.visit;
        booking.party = wanted.party;
        booking.local = wanted.local.clone();
        booking.priced = wanted.priced.clone();
        booking.picks = plan.picks;
        (booking.claims, booking.session) = (claims, session);
        Ok(self.rewrite(by, booking, attempted, &before))
    }

    fn change(
        &mut self,
        by: &Command,
        id: BookingId,
        if_version: Option<u64>,
        change: Change,
    ) -> Result<Booking, CommitError> {
        let attempted = match change {
            Change::Confirm => Move::Confirm,
            Change::Extend { .. } => Move::Extend,
            Change::Approve => Move::Approve,
            Change::Decline => Move::Decline,
            Change::Cancel { .. } => Move::Cancel,
            Change::CheckIn => Move::CheckIn,
            Change::Complete => Move::Complete,
            Change::MarkNoShow { .. } => Move::MarkNoShow,
        };
        let mut booking = self.movable(id, if_version, attempted)?;
        let old_deadline = booking.deadline.take();
        booking.state = booking.state.after(attempted, booking.approval.is_some())?;
        match change {
            Change::Confirm if booking.state == State::Pending => {
                let waits = self.latest + booking.approval.unwrap_or(0);
                booking.deadline = DateTime::from_timestamp(waits, 0).map(|at| at.min(booking.start()));
                self.still_to_come(booking.deadline)?;
            }
            Change::Extend { until } => {
                let latest = booking.created + chrono::TimeDelta::seconds(booking.max_hold);
                if until > latest {
                    return Err(CommitError::ExtendTooFar { latest });
                }
                if Some(until) <= old_deadline || until <= self.now() {
                    return Err(Invalid::new("until", until, "an instant after the present expiry").into());
                }
                booking.deadline = Some(until);
            }
            Change::Cancel { fee } | Change::MarkNoShow { fee } => booking.priced.fee = fee,
            _ => {}
        }
        if change == Change::Confirm {
            let served = self.entries.iter_mut().filter(|entry| Some(entry.id) == booking.offer_to);
            served.filter(|e| e.state == EntryState::Waiting).for_each(|e| e.state = EntryState::Served);
        }
        let resources = booking.resources();
        Ok(self.rewrite(by, booking, attempted, &resources))
    }

    fn cancel_many(&mut self, by: &Command, ids: &[BookingId]) -> Vec<Booking> {
        let now = self.now();
        let ahead = |rows: &Self, id| rows.bookings.iter().any(|b| b.id == id && b.start() > now);
        let cancel = |&id: &BookingId| {
            ahead(self, id).then(|| self.change(by, id, None, Change::Cancel { fee: None }).ok())?
        };
        ids.iter().filter_map(cancel).collect()
    }

    fn sweep(&mut self, by: &Command, ids: &[BookingId]) -> Vec<Booking> {
        let now = self.latest;
        let lapsed = |b: &&Booking| b.state != State::Expired && b.state_at(now) == State::Expired;
        let mut swept = Vec::new();
        for id in ids {
            let found = self.bookings.iter().filter(lapsed).find(|b| b.id == *id).cloned();
            if let Some(mut booking) = found {
                booking.state = State::Expired;
                let resources = booking.resources();
                swept.push(self.rewrite(by, booking, Move::Expire, &resources));
            }
        }
        swept
    }

    /// The live bookings a block collides with, by start: told, never deleted.
    fn collisions(&self, block: &Block) -> Vec<BookingId> {
        let (from, until) = (block.interval.start_second(), block.interval.end_second());
        let live = self.live_claims(self.latest, None);
        let hit = live.iter().filter(|(claim, _)| {
            claim.resource == block.resource && claim.blocked_from() < until && from < claim.blocked_until()
        });
        let bookings = hit.flat_map(|(_, by)| self.behind(*by, self.latest));
        let mut ids: Vec<_> = bookings.map(|b| (b.visit.start_second(), b.id)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|(_, id)| id).collect()
    }

    /// Refused below what will be in use at once.
    fn set_capacity(&mut self, resource: ResourceId, capacity: u32) -> Result<(), CommitError> {
        if !(1..=MAX_CAPACITY).contains(&capacity) {
            return Err(Invalid::new("capacity", capacity, format!("1 to {MAX_CAPACITY} units")).into());
        }
        let live = self.live_claims(self.latest, None);
        let claims = live.iter().map(|(claim, _)| claim).filter(|claim| claim.resource == resource);
        let peak = peak_use(claims, self.latest, i64::MAX);
        if peak > capacity {
            return Err(CommitError::CapacityInUse { peak });
        }
        self.capacities.insert(resource, capacity);
        Ok(())
    }

    fn open_session(&mut self, wanted: &Session) -> Result<Session, CommitError> {
        check_session(wanted)?;
        let live = self.live_session(&wanted.key, None).cloned();
        if live.is_none() {
            let fits = self.admit_all(&wanted.claims, None);
            fits.map_err(|conflict| CommitError::NoFit { placement: 0, conflicts: vec![conflict] })?;
            self.id_is_free(wanted.id, None)?;
        }
        let mut session = live.unwrap_or_else(|| wanted.clone());
        session.scheduled = true;
        self.put_session(session.clone());
        Ok(session)
    }

    fn close_session(&mut self, id: SessionId) -> Result<Session, CommitError> {
        let live = self.sessions.iter().find(|s| s.id == id && self.lives(s, self.latest, None));
        let mut session = live.ok_or(CommitError::NotFound { what: "session" })?.clone();
        session.scheduled = false;
        self.put_session(session.clone());
        Ok(session)
    }

    fn join(&mut self, by: &Command, wanted: &WaitlistEntry) -> Result<WaitlistEntry, CommitError> {
        if self.entries.iter().any(|entry| entry.id == wanted.id) {
            return Err(CommitError::Exists { what: "entry" });
        }
        let entry = WaitlistEntry {
            tenant: by.tenant,
            state: EntryState::Waiting,
            offer: None,
            offered: Vec::new(),
            place: self.entries.len() as u64 + 1,
            ..wanted.clone()
        };
        self.entries.push(entry.clone());
        Ok(entry)
    }

    fn leave(&mut self, by: &Command, id: EntryId) -> Result<(WaitlistEntry, Option<Booking>), CommitError> {
        let at = self.entries.iter().position(|entry| entry.id == id);
        let at = at.ok_or(CommitError::NotFound { what: "entry" })?;
        if self.entries[at].state != EntryState::Waiting {
            return Ok((self.entries[at].clone(), None));
        }
        let offer = self.live_offer(&self.entries[at], self.latest);
        let cancelled = offer.map(|offer| self.change(by, offer, None, Change::Cancel { fee: None }));
        self.entries[at].state = EntryState::Left;
        Ok((self.entries[at].clone(), cancelled.transpose()?))
    }

    /// An offer that does not fit is passed over, without a trace.
    fn offer(&mut self, by: &Command, offer: &Offer) -> Option<Booking> {
        let mut placement = offer.placement.clone();
        placement.booking.offer_to = Some(offer.entry);
        let start = placement.booking.visit.start();
        let at = self.entries.iter().position(|entry| entry.id == offer.entry)?;
        let entry = &self.entries[at];
        let open = entry.state == EntryState::Waiting && !entry.offered.contains(&start);
        if !open || self.live_offer(entry, self.latest).is_some() {
            return None;
        }
        let booking = self.place(by, 0, &placement).ok()?;
        self.entries[at].offer = Some(booking.id);
        self.entries[at].offered.push(start);
        Some(booking)
    }
}

/// Who may move, and writing it down.
impl Rows {
    /// The booking, if it may make this move now. Expiry comes first: sweeping changes no answer.
    fn movable(
        &self,
        id: BookingId,
        if_version: Option<u64>,
        attempted: Move,
    ) -> Result<Booking, CommitError> {
        let booking = self.bookings.iter().find(|b| b.id == id);
        let booking = booking.ok_or(CommitError::NotFound { what: "booking" })?;
        if booking.state_at(self.latest) == State::Expired {
            return Err(CommitError::Expired { at: booking.deadline.unwrap_or(booking.changed) });
        }
        if if_version.is_some_and(|version| version != booking.version) {
            return Err(CommitError::VersionConflict { current: booking.version });
        }
        booking.state.after(attempted, false)?;
        let from = booking.start();
        if matches!(attempted, Move::Complete | Move::MarkNoShow) && from > self.now() {
            return Err(CommitError::TooEarly { from });
        }
        Ok(booking.clone())
    }

    fn still_to_come(&self, deadline: Option<DateTime<Utc>>) -> Result<(), CommitError> {
        match deadline {
            Some(at) if at <= self.now() => Err(CommitError::Expired { at }),
            _ => Ok(()),
        }
    }

    fn rewrite(&mut self, by: &Command, mut booking: Booking, kind: Move, before: &[ResourceId]) -> Booking {
        booking.version += 1;
        booking.changed = self.now();
        self.write(by, &booking, EventKind::Moved(kind), before);
        booking
    }

    /// Writes a booking, its event, and who was newly given it.
    fn write(&mut self, by: &Command, booking: &Booking, kind: EventKind, before: &[ResourceId]) {
        self.bookings.retain(|known| known.id != booking.id);
        self.bookings.push(booking.clone());
        let sequence = self.events.len() as u64 + 1;
        self.events.push(Event {
            sequence,
            tenant: by.tenant,
            booking: booking.id,
            kind,
            state: booking.state,
            version: booking.version,
            visit: booking.visit,
            at: self.now(),
            actor: by.actor.clone(),
        });
        for resource in booking.resources().into_iter().filter(|id| !before.contains(id)) {
            self.given.push((booking.service, resource, self.latest, sequence));
        }
    }

    pub(crate) fn put_session(&mut self, session: Session) {
        self.sessions.retain(|known| known.id != session.id);
        self.sessions.push(session);
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.latest, 0).unwrap_or_default()
    }
}

fn found(yes: bool, what: &'static str) -> Result<(), CommitError> {
    if yes { Ok(()) } else { Err(CommitError::NotFound { what }) }
}
